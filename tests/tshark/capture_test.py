#!/usr/bin/env python3
"""GRAPH-14.17: homestead capture graph, on the traffic of two daemons over loopback: tshark reads
all of it with our dissector, nothing of it is malformed and no octet is missing, whether the
capture began before the link or in its midst.

HOMESTEADD, HOMESTEAD: the programs. Skipped where tshark was not fetched (tools/install-deps)."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dissect import TSHARK, tshark
from tap import case, run, skip

LIMIT = 60  # s, for what takes a moment


class Node:
    """A daemon with one graph part on a free port of loopback."""

    def __init__(self, home, name):
        self.home = os.path.join(home, name)
        self.socket = os.path.join(self.home, "sock")
        os.mkdir(self.home)
        config = os.path.join(self.home, "conf")
        with open(config, "w") as f:
            f.write("graph = { port = 0\n listen = \"127.0.0.1\"\n loopback = true }\n"
                    "pnrp = { enabled = false }\n")
        self.daemon = subprocess.Popen(
            [os.environ["HOMESTEADD"], "--state", os.path.join(self.home, "state"), "--socket",
             self.socket, "--config", config], stderr=subprocess.PIPE, text=True)
        for line in self.daemon.stderr:
            if "runs with" in line:
                return
        raise AssertionError("%s did not start" % name)

    def end(self):
        self.daemon.terminate()
        self.daemon.communicate(timeout=LIMIT)

    def command(self, *args):
        return [os.environ["HOMESTEAD"], "--socket", self.socket, *args]

    def run(self, *args):
        done = subprocess.run(self.command(*args), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=LIMIT)
        assert done.returncode == 0, (args, done.stdout)
        return done.stdout


class Capture:
    """homestead capture graph, into a pipe."""

    def __init__(self, node):
        self.octets = b""
        self.child = subprocess.Popen(node.command("capture", "graph", "-"), stdout=subprocess.PIPE)
        self.until(b"homestead")  # who wrote it, in its head: it has begun

    def until(self, what):
        end = time.monotonic() + LIMIT
        while what not in self.octets:
            left = end - time.monotonic()
            assert left > 0 and select.select([self.child.stdout], [], [], left)[0], \
                "%r did not come within %d s" % (what, LIMIT)
            more = os.read(self.child.stdout.fileno(), 65536)
            assert more, "the capture ended"
            self.octets += more

    def end(self):
        self.child.send_signal(signal.SIGINT)
        self.octets += self.child.communicate(timeout=LIMIT)[0]
        return self.octets


@contextlib.contextmanager
def two_nodes():
    with tempfile.TemporaryDirectory() as home, contextlib.ExitStack() as ends:
        nodes = [Node(home, name) for name in ("one", "two")]
        for node in nodes:
            ends.callback(node.end)
        yield nodes


def check(octets, port, *shown):
    port = "tcp.port==%s,hgraph" % port  # it is not the usual one, 3587
    lines = tshark(octets, "-d", port)
    for text in shown:
        assert text in lines, (text, lines)
    for bad in ("hgraph.malformed", "tcp.analysis.lost_segment", "tcp.analysis.ack_lost_segment",
                "tcp.analysis.retransmission", "tcp.analysis.out_of_order"):
        assert tshark(octets, "-d", port, "-Y", bad) == "", bad
    return lines


@case
def the_traffic_of_two_daemons_is_read_by_tshark():
    if not os.path.exists(TSHARK):
        skip("no tshark below build-deps: tools/install-deps test fetches it")
    with two_nodes() as (one, two):
        one.run("graph", "create", "board")
        two.run("graph", "open", "board")
        whole = Capture(one)
        port = one.run("status", "--json").split('"graph":{"port":')[1].split(",")[0]
        two.run("graph", "connect", "board", "127.0.0.1:" + port)
        one.run("record", "add", "board", "--type", "note", "--data", "from the first")
        whole.until(b"from the first")
        late = Capture(one)
        big = os.path.join(two.home, "big")
        with open(big, "wb") as f:
            f.write(b"0123456789abcdef" * 1536)
        two.run("record", "add", "board", "--type", "note", "--file", big)
        two.run("record", "add", "board", "--type", "note", "--data", "from the second")
        for capture in (whole, late):
            capture.until(b"from the second")
        one.run("graph", "close", "board")
        lines = check(whole.end(), port, "AUTH_INFO (board from", "CONNECT", "WELCOME", "FLOOD (record by")
        assert "[SYN]" in lines and "[FIN, ACK]" in lines
        assert "AUTH_INFO" not in check(late.end(), port, "FLOOD (record by")


@case
def what_cannot_be_captured_is_said():
    with two_nodes() as (one, _):
        done = subprocess.run(one.command("capture", "graph", "/nowhere/file"),
                              stderr=subprocess.PIPE, text=True, timeout=LIMIT)
        assert done.returncode == 1 and "cannot be written" in done.stderr, done
        done = subprocess.run(one.command("capture", "masc", "file"), stderr=subprocess.PIPE,
                              text=True, timeout=LIMIT)
        assert done.returncode == 2 and "capture graph" in done.stderr, done


run()
