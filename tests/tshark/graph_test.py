#!/usr/bin/env python3
"""GRAPH-2.12: what tshark reads of a graph's messages with our dissector (packaging/wireshark) is what
our own decoder reads (graph_capture.c), however they are cut; what is damaged for the one is
damaged for the other; and the capture file is whole: no packet of it lacks another.

GRAPH_CAPTURE: the program. Skipped where tshark was not fetched (tools/install-deps)."""

import collections
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dissect import TSHARK, tshark
from tap import case, note, run, skip

# Where fields lie and what is made of others is the dissector's own affair.
OWN = ("frame.size", "part", "record.kind", "length", "connect.flags", "record.flags",
       "info.flags", "ack.flags", "sync_end.flags", "address.flow", "flood.reserved",
       "malformed", "behind", "inclusive")


def is_own(name):
    return name in OWN or name.endswith("offset")


def expected(printed):
    """[(kind, {field: values})] in order; kind: message, good, bad (damaged)."""
    out, protected = [], 0
    for line in printed.splitlines():
        if line == "message" or line in ("good", "bad"):
            out.append((line, collections.defaultdict(list)))
        elif line.startswith("protected "):
            protected = int(line.split()[1])
        elif line != "damaged":
            at = min(i for i in (line.find("="), line.find(":")) if i >= 0)
            out[-1][1][line[len("hgraph."):at]].append(line[at + 1:])
    return out, protected


def value(element):
    """Octets in hexadecimal; of text and flags what is shown."""
    show, raw = element.get("show"), element.get("value")
    name = element.get("name")[len("hgraph."):]
    if show in ("True", "False"):
        return "1" if show == "True" else "0"
    if raw is None or name in TEXTS:
        return show
    return raw


TEXTS = ("auth.graph", "auth.source", "auth.destination", "peer", "name", "record.creator",
         "record.modifier", "record.graph", "record.attributes", "info.graph", "info.creator",
         "info.name", "info.comment", "presence.attributes")
FLAGS = ("connect.update", "connect.direct", "connect.list", "record.deleted", "info.defer",
         "sync_end.final", "ack.useful")


def shown(pdml):
    """The messages of a capture as above, with "malformed" where it says so; how many
    frames were protected, malformed outside of a message; and complaints of other layers."""
    messages, counts, others = [], collections.Counter(), []
    for packet in ElementTree.fromstring(pdml):
        before = len(messages)
        for element in packet.iter():
            name = element.get("name", "")
            text = element.get("show", "") + element.get("showname", "")
            if "Lua Error" in text or "Exception occurred" in text:
                others.append(text)
            if name in ("tcp.analysis.lost_segment",
                        "tcp.analysis.ack_lost_segment", "tcp.analysis.retransmission",
                        "tcp.analysis.out_of_order"):
                others.append("packet: " + name)
            if not name.startswith("hgraph."):
                continue
            name = name[len("hgraph."):]
            if name == "protected":
                counts[name] += 1
            elif name == "size":
                messages.append((set(), collections.defaultdict(list)))
            if name == "malformed" and len(messages) == before:
                counts["malformed"] += 1
            elif name == "malformed":
                messages[-1][0].add(name)
            if not is_own(name) and name != "protected":
                got = value(element)
                if name in FLAGS and got not in ("0", "1"):
                    got = "1" if int(got, 16) else "0"
                if name not in TEXTS or got:
                    messages[-1][1][name].append(got)
    return messages, counts, others


def capture():
    if not os.path.exists(TSHARK):
        skip("no tshark below build-deps: tools/install-deps test fetches it")
    with tempfile.NamedTemporaryFile(suffix=".pcapng") as f:
        printed = subprocess.run([os.environ["GRAPH_CAPTURE"], f.name], check=True, text=True,
                                 stdout=subprocess.PIPE).stdout
        return printed, f.read()


@case
def tshark_reads_what_our_decoder_reads():
    printed, octets = capture()
    want, protected = expected(printed)
    got, counts, others = shown(tshark(octets, "-T", "pdml"))
    assert not others, others[:5]
    assert len(want) > 500 and len(got) == len(want), (len(want), len(got))
    note("%d messages, %d of them damaged" % (len(want), sum(k != "message" for k, _ in want)))
    assert counts["protected"] == protected, counts
    assert counts["malformed"] == 0, counts
    for i, ((kind, fields), (said, read)) in enumerate(zip(want, got)):
        if kind == "message":
            assert not said, (i, read)
            wrong = {k: (read.get(k), fields.get(k)) for k in read.keys() | fields.keys()
                     if read.get(k) != fields.get(k)}
            assert not wrong, "message %d: what it shows, what it should: %s" % (i, wrong)
        elif kind == "bad":
            assert said, "message %d: shown as good: %s" % (i, dict(read))


@case
def a_line_says_what_a_packet_is_about():
    lines = tshark(capture()[1])
    for text in ("AUTH_INFO (0.TestGraph from 0.alice)", "SOLICIT_HASH (2 ranges)",
                 "FLOOD (record by 0.alice, version 7)",
                 "FLOOD (sealed record by 0.alice, version 7)", "FLOOD (Presence by 0.alice, version 7)",
                 "PT2PT (Ping)", "ACK (2 records)", "protected (10 octets)", "part of a message"):
        assert text in lines, text
    assert "HGRAPH" in lines


run()
