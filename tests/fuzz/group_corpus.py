#!/usr/bin/env python3
"""group_corpus.py: writes the first inputs of the fuzzers of a group's connections,
tests/fuzz/corpus/group_hello and group_session, from section 8 of doc/group.md. Run by hand
when a format or a fuzzer's program changes."""

import hashlib
import os
import struct

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")
BINDING = hashlib.sha256(b"AUTH_INFO").digest()
CLASSIC, REQUESTOR, OUTSIDE, SECURED, JOINS = 1, 2, 4, 8, 16
GOOD, LONE, ASKS, GIVES = b"\xff\xff", b"\xff\xfe", b"\xff\xfd", b"\xff\xfc"


def hello(major=2, binding=BINDING):
    return struct.pack(">HBB", 0, major, 0) + (binding if major == 2 else b"")


def body(kind, octets, order=">"):
    return struct.pack(">H", kind) + struct.pack(order + "I", len(octets)) + octets


def piece(octets):
    return struct.pack(">H", len(octets)) + octets


def write(folder, name, octets):
    os.makedirs(os.path.join(HERE, folder), exist_ok=True)
    with open(os.path.join(HERE, folder, name), "wb") as f:
        f.write(octets)


MESSAGES = {
    "hello": hello(), "hello-gmc": hello() + body(1, b"chain"), "your": body(2, b"sealed"),
    "hello-password": hello() + body(5, b""), "password": body(5, bytes(20)),
    "joined": hello() + body(1, b"chain") + body(5, b"\2" + bytes(32)),
    "another": hello(3), "unknown": b"\0\3abcd", "cut": hello()[:20],
    "large": body(1, b"")[:2] + b"\0\1\0\0",
}
OLD = {
    "old-hello": hello(1), "old-gmc": hello(1) + body(1, b"chain", "<"),
    "old-gmc-big": hello(1) + body(1, b"chain"), "old-password": hello(1) + body(5, b""),
}
for name, octets in MESSAGES.items():
    write("group_hello", name, b"\0" + octets)
    for how in (0, REQUESTOR):
        write("group_session", "%s-%d" % (name, how), bytes([how]) + piece(octets))
for name, octets in OLD.items():
    write("group_hello", name, b"\1" + octets)
    write("group_session", name, bytes([CLASSIC]) + piece(octets))
for how in (0, CLASSIC, REQUESTOR, CLASSIC | REQUESTOR, SECURED, SECURED | CLASSIC,
            SECURED | REQUESTOR, SECURED | CLASSIC | REQUESTOR):
    write("group_session", "copied-%d" % how, bytes([how]) + GOOD)
    write("group_session", "alone-%d" % how, bytes([how]) + LONE)
write("group_session", "pieces", b"\0" + b"".join(piece(hello()[i:i + 1]) for i in range(36)))
write("group_session", "halves", b"\0" + piece(hello() + b"\0\1") + piece(b"\0\0\0\5chain"))
PROOF = body(5, b"\3" + bytes(64))
REFUSED = body(5, b"\xff\5" + bytes(3) + b"\x1e")
NONE = body(5, b"\1\1" + b"\1" * 16 + b"\xff" * 32)
WAITS = body(5, b"\1\1" + b"\xff" * 16 + bytes(32))
write("group_session", "join-guess", bytes([JOINS]) + ASKS + piece(PROOF))
write("group_session", "join-stops", bytes([JOINS]) + ASKS)
write("group_session", "join-twice", bytes([JOINS]) + ASKS + ASKS)
write("group_session", "join-none", bytes([JOINS]) + piece(hello() + NONE))
write("group_session", "join-waits", bytes([JOINS]) + piece(hello() + WAITS))
write("group_session", "join-off", b"\0" + ASKS + piece(PROOF))
write("group_session", "knock-shown", bytes([JOINS | REQUESTOR]) + GOOD)
write("group_session", "knock-share", bytes([JOINS | REQUESTOR]) + GIVES)
write("group_session", "knock-refused", bytes([JOINS | REQUESTOR]) + piece(REFUSED))
write("group_session", "knock-proof", bytes([JOINS | REQUESTOR]) + GIVES
      + piece(body(5, b"\4" + bytes(64)) + body(2, bytes(40))))
CLIENT = bytes.fromhex("16030100310100002d0303") + bytes(32) + bytes.fromhex("00000213010100000200")
write("group_session", "outside-client", bytes([OUTSIDE]) + piece(CLIENT))
write("group_session", "outside-alert", bytes([OUTSIDE | REQUESTOR]) + piece(b"\x15\3\3\0\2\2\x28"))
write("group_session", "outside-text", bytes([OUTSIDE]) + piece(b"GET / HTTP/1.1\r\n\r\n"))
