#!/usr/bin/env python3
"""What tshark reads of every PNRP message and element that we send (classic profile)
is what messages.c put there.

The dissector of Debian 12 (4.0.17) stops after one element with an exception of its
own, so each is shown by itself: header and that element. It then calls every datagram
malformed, once; any other complaint fails. Where it is wrong otherwise (digest 18),
the value it makes of the right octets is expected here, with the reason.

PNRP_MESSAGES: the program. Skipped where tshark was not fetched (tools/install-deps)."""

import json
import os
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tap import case, none, run, skip

DEPS = os.path.abspath("build-deps")
TSHARK = os.path.join(DEPS, "usr/bin/tshark")
KNOWN = "Malformed Packet (Exception occurred)"
HEADER = 12


def count(n, first):
    return bytes(range(first, first + n))


def colons(octets):
    return octets.hex(":")


def address(low):
    return "2001:db8::%x" % low


def swapped(value, octets):
    return str(int.from_bytes(value.to_bytes(octets, "little"), "big"))


def element(field, length, **values):
    """What the dissector's tree of an element holds; __ in a name is a dot."""
    out = {"pnrp.segment.type": ["0x%04x" % field], "pnrp.segment.length": [str(length)]}
    for name, value in values.items():
        key = "pnrp." + name.replace("__", ".")
        out.setdefault(key, []).extend(value if isinstance(value, list) else [value])
    return out


def pnrp_id(field, first):
    return element(field, 36, segment__pnrpID=colons(count(32, first)))


def acked(message_id):
    return element(0x0018, 8, segment__headerAck=message_id)


def ids():
    return element(0x0060, 76, segment__idArray__NumEntries="2", segment__idArray__Length="72",
                   segment__ElementFieldType="0x0030", segment__idArray__Entrylength="32",
                   segment__pnrpID=[colons(count(32, 0x40)), colons(count(32, 0x60))])


def route(**more):
    return element(0x009a, 90, segment__pnrpID=colons(count(32, 0x20)), vMajor="4", vMinor="0",
                   segment__routeEntry__portNumber="3540", segment__routeEntry__flags="0",
                   segment__routeEntry__addressCount="3",
                   segment__ipv6Address=[address(0x11 + i) for i in range(3)],
                   padding="00:00", **more)


def path():
    return element(0x009e, 48, segment__type=["0x009d"],
                   segment__ipv6EndpointArray__NumberOfEntries="2",
                   segment__ipv6EndpointArray__ArrayLength="44",
                   segment__ipv6EndpointArray__EntryLength="18",
                   segment__port_number=["3540", "4711"],
                   segment__ipv6Address=[address(0x21), address(0x22)])


def hashed_nonce():
    return element(0x0092, 24, segment__hashednonce=colons(count(20, 0x80)))


def nonce():
    return element(0x0093, 20, segment__nonce=colons(count(16, 0xa0)))


def flood_controls(silent):
    return element(0x0043, 7, segment__flood__flags__reserved="0",
                   segment__flood__flags__Dbit=silent, reserved="0", padding="00")


def inquire_flags():
    bits = "segment__inquire__flags__"
    return element(0x0040, 6, segment__inquire__flags="0x001c", padding="00:00", **{
        bits + "reserved1": "0x0000", bits + "Abit": "0x0001", bits + "Xbit": "0x0001",
        bits + "Cbit": "0x0001", bits + "reserved2": "0x0000"})


def authority_flags():
    bits = "segment__authority__flags__"
    return element(0x0040, 6, segment__authority__flags="0x0208", padding="00:00", **{
        bits + "reserved1": "0x0000", bits + "Lbit": "0x0001", bits + "reserved2": "0x0000",
        bits + "Bbit": "0x0001", bits + "reserved3": "0x0000", bits + "Nbit": "0x0000"})


def lookup_controls():
    bits = "lookupControls__flags__"
    return element(0x0045, 12, lookupControls__flags="0x0002", lookupControls__precision="0x00c8",
                   lookupControls__resolveCriteria="0x08", lookupControls__reasonCode="0x02",
                   reserved="0", **{bits + "reserved": "0x0000", bits + "Abit": "0x0001",
                                    bits + "0bit": "0x0000"})


def classifier():
    return element(0x0085, 20, segment__type=["0x0084"], segment__classifier__unicodeCount="4",
                   segment__classifier__arrayLength="16", segment__classifier__entryLength="2",
                   segment__classifier__string="caf\u00e9")


NOT_AFTER = 0x01e0f789ca6f8000


def cpa(sent):
    bits = "encodedCPA__flags__"
    flags = {bits + "reserved": "0x00", bits + "xbit": "0x01", bits + "fbit": "0x01",
             bits + "cbit": "0x01", bits + "abit": "0x01", bits + "ubit": "0x00",
             bits + "rbit": "0x00"}
    return element(
        0x009b, 499, encodedCPA__flags="0x3c", **flags,
        # little-endian numbers shown as big-endian ones
        encodedCPA__length=swapped(495, 2), encodedCPA__expirationDate=swapped(NOT_AFTER, 8),
        payload__port=[swapped(8080, 2), swapped(8081, 2)],
        encodedCPA__vMinor="0", encodedCPA__vMajor="2", vMinor="0", vMajor="4",
        reserved="0",
        encodedCPA__serviceLocation=colons(count(16, 0xb0)[::-1]),
        segment__nonce=colons(count(16, 0xa0)),
        encodedCPA__binaryAuthority=colons(count(20, 0xc0)[::-1]),
        encodedCPA__classifierHash=colons(count(20, 0xd0)),
        # UTF-16 shown as ASCII: ends at the first zero
        encodedCPA__friendlyName__length="10", encodedCPA__friendlyName="a",
        encodedCPA__number_of_service_addresses="2", encodedCPA__service_address_length="18",
        segment__port_number=["3540", "3540"],
        segment__ipv6Address=[address(low) for low in (0x31, 0x32, 0x41, 0x42)],
        encodedCPA__number_of_payload_structures="1", encodedCPA__total_bytes_of_payload="50",
        payload__type="1", payload__length="40", payload__iana_proto=["6", "17"],
        publicKey__structure_length="169", publicKey__algorithm_oid_size="20",
        publicKey__reserved="0", publicKey__cbdata_size="140", publicKey__unused_bits="0",
        publicKey__objID="1.2.840.113549.1.1.1",
        # octets shown as text: up to the first zero
        publicKey__publicKeyData=sent["public"].split(b"\0")[0].decode("ascii", "replace"),
        signature__structure_length="136", signature__length="128",
        signature__hash_id="0x00008004", signature__data=colons(sent["cpa-signature"]))


def revoke(sent):
    """Its octets are shown and not looked into."""
    octets = (bytes.fromhex("9101000200040d00") + NOT_AFTER.to_bytes(8, "little") +
              count(16, 0xb0)[::-1] + bytes(16) + count(20, 0xc0)[::-1] + count(20, 0xd0) +
              bytes.fromhex("0000120000000400") + bytes.fromhex("a900140000008c0000") +
              b"1.2.840.113549.1.1.1" + sent["public"] + bytes.fromhex("8800800004800000") +
              sent["revoke-signature"])
    return element(0x009c, 4 + len(octets), segment__data=colons(octets))


def solicit_controls():
    # the padding is shown as another reserved field
    return element(0x0044, 6, segment__solicitType="1", reserved=["0", "0"])


def wanted(sent):
    """Every message: its type, its Message ID, its elements in order."""
    return {
        "solicit": (1, 0x01020304, [solicit_controls(), route(), hashed_nonce()]),
        "advertise": (2, 0x02030405, [acked("0x01020304"), ids(), hashed_nonce()]),
        "request": (3, 0x03040506, [nonce(), ids()]),
        "flood": (4, 0x05060708, [flood_controls("1"), pnrp_id(0x39, 0x30), route(), path()]),
        "flood-revoke": (4, 0x05060708, [flood_controls("0"), pnrp_id(0x39, 0x30), revoke(sent),
                                         path()]),
        "inquire": (7, 0x06070809, [inquire_flags(), pnrp_id(0x39, 0x30), nonce()]),
        "authority": (8, 0x08090a0b, [
            acked("0x0708090a"),
            element(0x0098, 8, segment__splitControls__authorityBuffer=str(len(sent["buffer"])),
                    segment__offset="0"),
            authority_flags(),
            element(0x0080, 9, segment__certChain="30:03:02:01:05", padding="00:00:00"),
            classifier(), element(0x005a, 228), route(), cpa(sent)]),
        "ack": (9, 0x04050607, [acked("0x03040506"),
                                element(0x0040, 6, segment__ack__flags__reserved="0",
                                        segment__ack__flags__Nbit="1")]),
        "lookup": (11, 0x0708090a, [lookup_controls(), pnrp_id(0x38, 0x50), pnrp_id(0x39, 0x30),
                                    route(), path()]),
    }


def messages():
    """What our encoder makes: {name: octets}."""
    printed = subprocess.run([os.environ["PNRP_MESSAGES"]], check=True, stdout=subprocess.PIPE,
                             text=True).stdout
    return {name: bytes.fromhex(octets) for name, octets in map(str.split, printed.splitlines())}


def elements(datagram):
    """Each element with its padding, as a datagram of its own."""
    at = HEADER
    while at < len(datagram):
        whole = (struct.unpack_from(">H", datagram, at + 2)[0] + 3) // 4 * 4
        # Of less than 20 octets it takes no notice: the last one is padded too.
        yield datagram[:HEADER] + datagram[at:at + whole].ljust(whole, b"\0")
        at += whole


def frame(datagram):
    """UDP from port 3540 to 3540 over IPv6; checksums are not looked at."""
    udp = struct.pack(">HHHH", 3540, 3540, 8 + len(datagram), 0) + datagram
    host = bytes.fromhex("20010db8") + bytes(11) + b"\1"
    return struct.pack(">IHBB", 0x60000000, len(udp), 17, 64) + host + host + udp


def write_pcap(f, frames):
    f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
    for octets in frames:
        f.write(struct.pack("<IIII", 0, 0, len(octets), len(octets)) + octets)
    f.flush()


def tshark(datagrams):
    """What it makes of each, above UDP."""
    libraries = ":".join(os.path.join(DEPS, d, "x86_64-linux-gnu") for d in ("usr/lib", "lib"))
    with tempfile.TemporaryDirectory() as home, tempfile.NamedTemporaryFile() as f:
        write_pcap(f, map(frame, datagrams))
        done = subprocess.run(
            [TSHARK, "-n", "-r", f.name, "-T", "json", "--no-duplicate-keys"], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={"LD_LIBRARY_PATH": libraries, "HOME": home, "PATH": "/usr/bin:/bin",
                 "WIRESHARK_DATA_DIR": os.path.join(DEPS, "usr/share/wireshark")})
    assert done.returncode == 0, done.stderr
    return [{name: layer for name, layer in packet["_source"]["layers"].items()
             if name not in ("frame", "ipv6", "udp")} for packet in json.loads(done.stdout)]


def leaves(tree):
    """Every (name, value) in a tree, lists taken apart, what it complains of left out."""
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value)
        elif not name.startswith("_ws."):
            for one in value if isinstance(value, list) else [value]:
                yield name, one


def complaints(tree):
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from complaints(value)
        elif name == "_ws.expert.message":
            yield from value if isinstance(value, list) else [value]


def gathered(tree):
    out = {}
    for name, value in leaves(tree):
        out.setdefault(name, []).append(value)
    return out


def check_header(layer, kind, message_id):
    want = {"pnrp.header.fieldID": ["0x0010"], "pnrp.header.length": ["12"],
            "pnrp.ident": ["0x51"], "pnrp.vMajor": ["4"], "pnrp.vMinor": ["0"],
            "pnrp.messageType": [str(kind)], "pnrp.header.messageID": ["0x%08x" % message_id]}
    got = gathered(layer.pop("pnrp.header"))
    assert got == want, (got, want)


# What it says of a friendly name in UTF-16 and of a key, both taken for text.
STRAY = "Trailing stray characters"


def check(layers, kind, message_id, want):
    assert "pnrp" in layers, "taken for %s" % list(layers)
    layer = layers["pnrp"]
    allowed = [KNOWN] + ([STRAY] * 2 if want["pnrp.segment.type"] == ["0x009b"] else [])
    assert sorted(complaints(layers)) == sorted(allowed), list(complaints(layers))
    check_header(layer, kind, message_id)
    got = gathered(layer)
    wrong = {k: (got.get(k), want.get(k)) for k in got.keys() | want.keys()
             if got.get(k) != want.get(k)}
    assert not wrong, "what it shows, what it should: %s" % wrong


@case
def tshark_reads_what_we_wrote():
    if not os.path.exists(TSHARK):
        skip("no tshark below build-deps: tools/install-deps test fetches it")
    sent = messages()
    rows, datagrams = [], []
    for name, (kind, message_id, wants) in wanted(sent).items():
        parts = list(elements(sent[name]))
        assert len(parts) == len(wants), (name, len(parts))
        rows += [(name, kind, message_id, want) for want in wants]
        datagrams += parts
    shown = tshark(datagrams)
    assert len(shown) == len(rows)
    wrong = []
    for (name, kind, message_id, want), layers in zip(rows, shown):
        try:
            check(layers, kind, message_id, want)
        except AssertionError as what:
            wrong.append("%s, element %s: %s" % (name, want["pnrp.segment.type"][0], what))
    none(wrong)


@case
def whole_messages_have_no_other_complaint():
    if not os.path.exists(TSHARK):
        skip("no tshark below build-deps: tools/install-deps test fetches it")
    sent = messages()
    wants = wanted(sent)
    for (name, (kind, message_id, _)), layers in zip(wants.items(),
                                                     tshark([sent[n] for n in wants])):
        assert list(complaints(layers)) == [KNOWN], (name, list(complaints(layers)))
        check_header(layers["pnrp"], kind, message_id)


run()
