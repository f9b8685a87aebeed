#!/usr/bin/env python3
"""graph_corpus.py: writes the first inputs of the fuzzer graph_node, tests/fuzz/corpus/
graph_node: programs as that file reads them. Run by hand when the fuzzer's program changes."""

import os

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus", "graph_node")
TIME, ACCEPT, UP, HELLO, WELCOME, BYE, FLOOD, _, SYNC, RAW, COMMAND, STORE, DRAINED, MEMORY = range(14)


def neighbor(link, host, node):
    return bytes([ACCEPT, host, HELLO, link, 0, host, node])


def called(link, host, node):
    """A command dials, the link comes up, the peer says WELCOME."""
    return bytes([COMMAND, 3, host, 0, UP, link, host, WELCOME, link, 41, 42, node, 0])


def flood(link, kind, version, k, how=0x0F, deleted=0, payload=(9, 9, 9)):
    return bytes([FLOOD, kind, how, link, version, k, deleted, *payload])


def sync(link, how, since=0):
    return bytes([SYNC, link, how]) + since.to_bytes(8, "big") + bytes(16)


PROGRAMS = {
    "neighbor": neighbor(0, 5, 9) + flood(0, 5, 1, 1) + bytes([TIME, 200]),
    "two": neighbor(0, 5, 9) + neighbor(1, 6, 10) + flood(0, 5, 1, 1) + flood(1, 5, 2, 1)
    + flood(0, 5, 1, 1, deleted=1) + bytes([TIME, 0]),
    "called": called(0, 7, 11) + sync(0, 5) + sync(0, 13) + bytes([TIME, 255, TIME, 255]),
    "builtin": neighbor(0, 5, 9) + b"".join(flood(0, t, 1, t) for t in range(1, 5))
    + bytes([TIME, 0]) * 8,
    "answers": neighbor(0, 5, 9) + flood(0, 5, 1, 1) + b"".join(sync(0, h) for h in (0, 1, 2, 4, 5)),
    "full": b"".join(neighbor(i, 10 + i, 20 + i) for i in range(9))
    + b"".join(flood(0, 5, 1, k) for k in range(12)) + bytes([DRAINED, 1, DRAINED, 2]),
    "store": neighbor(0, 5, 9) + flood(0, 5, 1, 1) + bytes([STORE, 0, TIME, 0, STORE, 1, TIME, 0]),
    "memory": neighbor(0, 5, 9) + bytes([MEMORY, 3]) + flood(0, 5, 1, 1) + bytes([MEMORY, 1])
    + neighbor(1, 6, 10) + called(2, 7, 11),
    "direct": bytes([COMMAND, 11, 0, 0, ACCEPT, 5, HELLO, 0, 1, 5, 9, COMMAND, 7, 0, 0, COMMAND, 8, 0, 0]),
    "bye": called(0, 7, 11) + bytes([BYE, 0, 43, 44, 0x12]) + called(1, 8, 12)
    + bytes([BYE, 1, 43, 44, 0x13, TIME, 0, TIME, 0]),
    "commands": neighbor(0, 5, 9) + b"".join(bytes([COMMAND, c, 9, 0]) for c in range(13)),
    "raw": bytes([ACCEPT, 5, RAW, 0, 6, 0, 4, 1, 2, 3, 4, ACCEPT, 6, RAW, 0, 2, 0, 0]),
}

os.makedirs(HERE, exist_ok=True)
for name, program in PROGRAMS.items():
    with open(os.path.join(HERE, name), "wb") as f:
        f.write(program)
