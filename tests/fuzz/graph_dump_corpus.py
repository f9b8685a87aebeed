#!/usr/bin/env python3
"""graph_dump_corpus.py: writes the first inputs of the fuzzer graph_dump, from GRAPH-7.13.
Run by hand when the format or the fuzzer changes."""

import hashlib
import os
import struct

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus", "graph_dump")


def text(s):
    return struct.pack(">H", len(s)) + s


def head(version=1, profile=0, graph=b"0.TestGraph"):
    return b"HSTGRAPH" + struct.pack(">HH", version, profile) + text(graph) + text(b"0.alice")


def stream(first, *records, count=None):
    total = bytes(32)
    out = b""
    for piece in (first,) + tuple(struct.pack(">I", len(r)) + r for r in records):
        total = hashlib.sha256(total + piece).digest()
        out += piece
    count = len(records) if count is None else count
    return out + struct.pack(">IQ", 0, count) + total


def inputs():
    yield "empty", b"\x09" + stream(head())
    yield "records", b"\x01" + stream(head(), b"a" * 90, b"b" * 200, b"c")
    yield "pieces", b"\x00" + stream(head(), b"a" * 90)
    yield "version", b"\x09" + stream(head(version=2))
    yield "profile", b"\x09" + stream(head(profile=9))
    yield "name", b"\xff" + stream(head(graph=b"g" * 800))
    yield "large", b"\xff" + stream(head(), b"a" * 1025)
    yield "count", b"\xff" + stream(head(), b"a", count=2)
    yield "behind", b"\xff" + stream(head(), b"a") + b"more"
    yield "cut", b"\x05" + stream(head(), b"a" * 50)[:-9]
    yield "magic", b"\x05" + b"HSTGRAPE" + bytes(20)


def main():
    os.makedirs(HERE, exist_ok=True)
    for name, octets in inputs():
        with open(os.path.join(HERE, name), "wb") as f:
            f.write(octets)


if __name__ == "__main__":
    main()
