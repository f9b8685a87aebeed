#!/usr/bin/env python3
"""graph_hash_corpus.py: writes the first inputs of the fuzzer graph_hash, from the layouts of
doc/graph.md. Run by hand when a layout or the fuzzer changes."""

import os
import struct

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus", "graph_hash")
TIME = 0x01DA000000000000
ALL = 2 ** 64 - 1


def message(kind, body):
    return struct.pack(">IBBH", 8 + len(body), 0x10, kind, 0) + body


def place(time, ident):
    return struct.pack(">Q", time) + bytes([ident]) * 16


def solicit(*uppers):
    entries = b"".join(b"\x11" * 16 + place(*u) for u in uppers)
    return message(8, struct.pack(">BBHIHH", 0, 0, 20, len(uppers), 20, 0) + entries)


def advertise(boundaries, abstracts):
    body = b"".join(place(*low) + place(*high) + struct.pack(">I", n) for low, high, n in boundaries)
    body += b"".join(bytes([i]) * 16 + struct.pack(">I", v) for i, v in abstracts)
    head = struct.pack(">IIHHI", len(boundaries), len(abstracts), 24, 0, 24 + 52 * len(boundaries))
    return message(9, head + body)


def inputs():
    yield "solicit_one", b"\x09" + solicit((TIME + 2, 25))
    yield "solicit_all", b"\x00" + solicit(*((TIME + i // 10, i) for i in range(0, 50, 5)))
    yield "solicit_equal", b"\x05" + solicit((TIME, 3), (TIME, 3), (TIME, 4))
    yield "solicit_back", b"\x05" + solicit((TIME + 3, 3), (TIME, 3))
    yield "solicit_end", b"\x02" + solicit((TIME, 9), (ALL, 255), (ALL, 255))
    yield "advertise_none", b"\x09" + advertise([], [])
    yield "advertise_all", b"\x09" + advertise([((0, 0), (ALL, 255), 3)], [(1, 9), (2, 1), (99, 1)])
    yield "advertise_overlap", b"\x00" + advertise(
        [((TIME, 5), (TIME + 3, 35), 1), ((TIME + 1, 0), (TIME + 2, 255), 1), ((TIME, 0), (TIME, 0), 0)],
        [(30, 2), (30, 3)])
    yield "advertise_lies", b"\x09" + advertise([((0, 0), (ALL, 255), 4)], [(1, 9)])
    yield "advertise_twice", b"\x01" + advertise(
        [((0, 0), (TIME + 1, 9), 2), ((TIME + 2, 0), (ALL, 255), 2)],
        [(40, 2), (12, 1), (12, 1), (40, 2)])
    yield "advertise_empty_ranges", b"\x00" + advertise([((TIME + i, 0), (TIME + i, 255), 0)
                                                        for i in range(5)], [])


def main():
    os.makedirs(HERE, exist_ok=True)
    for name, octets in inputs():
        with open(os.path.join(HERE, name), "wb") as f:
            f.write(octets)


if __name__ == "__main__":
    main()
