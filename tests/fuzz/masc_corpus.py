#!/usr/bin/env python3
"""masc_corpus.py: writes the first inputs of the MASC fuzzers, tests/fuzz/corpus/
masc_wire, masc_session, masc_claims and masc_table, from the formats of doc/masc.md. Run by hand when a
format or a fuzzer's program changes."""

import os
import struct

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")
SIZE = {1: 4, 2: 16}


def ident(v, family):
    return v.to_bytes(SIZE[family], "big")


def message(kind, body):
    return struct.pack(">HBB", 4 + len(body), kind, 0) + body


def open_(role, family=1, version=1, hold=9, domain=7, node=1, parent=0, options=b""):
    ids = b"".join(ident(v, family) for v in (domain, node, parent))
    return message(1, struct.pack(">BBH", version, family << 2 | role, hold) + ids + options)


def attribute(kind, role, family=1, address=None, plen=None, deprecated=0, options=b""):
    n = SIZE[family]
    plen = plen if plen is not None else {1: 20, 2: 104}[family]
    address = address if address is not None else {1: "efc01000", 2: "ff18" + 28 * "0"}[family]
    mask = ((1 << 8 * n) - (1 << 8 * n - plen)).to_bytes(n, "big")
    data = struct.pack(">BBHIII", 0, deprecated << 7 | family << 2 | role, 0,
                       0x6B49D200, 3600, 172800)
    data += ident(7, family) + ident(1, family) + bytes.fromhex(address) + mask + options
    return struct.pack(">HBB", 4 + len(data), kind, 0) + data


def update(*attributes):
    return message(2, b"".join(attributes))


def notification(code, sub, stay=0, data=b""):
    return message(3, bytes([stay << 7 | code, sub]) + data)


KEEPALIVE = message(4, b"")


def wire():
    four, six = b"\0", b"\1"
    yield "open_ipv4", four + b"".join(open_(r) for r in range(4))
    yield "open_ipv6", six + b"".join(open_(r, 2) for r in range(4))
    yield "open_options", four + open_(3, options=b"\x02\x09ab\0\0")
    yield "open_version", four + open_(3, version=2)
    yield "open_families", four + open_(3)[:5] + b"\x0f" + open_(3)[6:]
    yield "keepalive", four + KEEPALIVE * 3
    for kind, roles in ((0, (0, 1, 2)), (1, (0, 3)), (2, (0, 1, 2)), (3, (0, 1, 2)), (4, (0, 3)),
                        (5, (0, 1, 2, 3))):
        yield "update_%d_ipv4" % kind, four + update(*(attribute(kind, r) for r in roles))
        yield "update_%d_ipv6" % kind, six + update(*(attribute(kind, r, 2) for r in roles))
    yield "update_hint", four + update(attribute(3, 1, address="00000000", plen=24))
    yield "update_options", four + update(attribute(3, 0, options=b"\x02\xc8ab\0\0\0\0"))
    yield "update_unknown", four + update(b"\0\x08\x06\0abcd", b"\0\x24\x80\0" + 32 * b"a")
    yield "update_full", four + update(*(attribute(0, 0) for _ in range(113)))
    yield "update_deprecated", four + update(attribute(4, 3, deprecated=1))
    yield "update_bad", four + update(attribute(3, 3), attribute(3, 0, address="efc01001"))
    yield "notifications", four + b"".join(
        notification(c, s, o, b"data") for c, s, o in ((1, 1, 0), (2, 8, 0), (3, 14, 1), (4, 0, 0),
                                                       (5, 1, 0), (6, 0, 0), (7, 0, 0), (9, 9, 1)))
    yield "notification_short", four + b"\0\x04\x03\0" + b"\0\x05\x03\0\x83"
    yield "bad_type", four + b"\0\x06\x09\0ab"


# Steps of masc_session.c.
def passes(v=0):
    return bytes([0, v])


def accept(host):
    return bytes([2, host])


def up(slot):
    return bytes([3, slot])


def down(slot):
    return bytes([4, slot])


def raw(slot, octets):
    return b"".join(bytes([5, slot, len(octets[i:i + 200])]) + octets[i:i + 200]
                    for i in range(0, len(octets), 200))


def says_open(slot, role, domain, node, parent=0, six=0):
    return bytes([6, slot, six << 2 | role, domain, node, parent])


def keepalive(slot):
    return bytes([7, slot])


def command(kind, peer, for_=0):
    return bytes([8, for_ << 7 | (kind + 3 * peer)])


def store(commit):
    return bytes([9, commit])


def session():
    # Dials at birth take the slots 0 to 4 in the order of the peers.
    parent = up(0) + says_open(0, 3, 7, 1) + keepalive(0)
    child = up(1) + says_open(1, 1, 8, 3) + keepalive(1)
    inside = up(2) + says_open(2, 0, 100, 4, 7) + keepalive(2)
    side = up(3) + says_open(3, 2, 9, 5, 7) + keepalive(3)
    six = up(4) + says_open(4, 2, 9, 5, 7, 1) + keepalive(4)
    yield "all_roles", b"\0" + parent + child + inside + side + six + 6 * passes()
    yield "all_passive", b"\x1f" + accept(1) + says_open(0, 3, 7, 1) + keepalive(0)
    yield "collision_we_win", (b"\0" + up(0) + accept(1) + says_open(0, 3, 7, 1) +
                               says_open(5, 3, 7, 1) + keepalive(0))
    yield "collision_they_win", (b"\0" + up(0) + accept(1) + says_open(0, 3, 7, 99) +
                                 says_open(5, 3, 7, 99) + keepalive(5))
    yield "collision_late", b"\0" + parent + accept(1) + says_open(5, 3, 7, 1)
    yield "waits_for_open", (b"\x18" + accept(4) + accept(4) + says_open(3, 2, 9, 5, 7) +
                             says_open(4, 2, 9, 5, 7, 1) + keepalive(3) + keepalive(4))
    yield "waits_too_long", b"\x1f" + 9 * accept(4) + passes() + passes(255)
    yield "stranger", b"\0" + 5 * accept(5)
    yield "updates", (b"\0" + parent +
                      raw(0, update(attribute(4, 0), attribute(3, 3), b"\0\x08\x06\0abcd")) +
                      raw(0, update(attribute(3, 0))) + raw(0, update(attribute(3, 0, 2))))
    yield "pieces", b"\0" + up(0) + raw(0, open_(3)[:9]) + raw(0, open_(3)[9:] + KEEPALIVE[:1])
    yield "notified", (b"\0" + parent + raw(0, notification(3, 14, 1)) +
                       raw(0, notification(9, 1, 1)) + passes() + child +
                       raw(1, notification(7, 0)))
    yield "bad_headers", (b"\0" + up(0) + raw(0, b"\0\3\4\0") + up(1) + raw(1, b"\xff\xff\1\0") +
                          up(2) + raw(2, b"\0\4\x09\0"))
    yield "commands", (b"\0" + parent + command(1, 0) + store(1) + command(0, 0) + store(0) +
                       command(2, 0) + command(1, 1, 1) + passes(255) + command(0, 5))
    yield "reconfigured", b"\0" + parent + child + bytes([0x8E, 2]) + passes() + bytes([0x8E, 0])
    yield "port_taken", b"\0" + parent + bytes([10, 245]) + passes() + command(0, 0)
    yield "stopped", b"\0" + parent + bytes([10, 255]) + accept(1) + passes()
    yield "network", b"\0" + down(0) + down(1) + bytes([10, 1]) + passes()
    yield "no_memory", b"\0" + b"".join(bytes([11, i]) + accept(1) + up(0) + says_open(0, 3, 7, 1) +
                                        passes() for i in range(1, 9))
    yield "errors_back_off", b"\0" + b"".join(up(0) + keepalive(0) + passes() for _ in range(8))


# Steps of masc_claims.c. Peers: 0 up, 1 up2, 2 down, 3 down2, 4 in, 5 side, 6 six.
IN_USE, DENIED, EXPAND, NEW, MANAGED, WITHDRAW = range(6)
TOP, LAX, MANUAL, CLOCK, SCOPED, LEAVING = (1 << i for i in range(6))
COMMIT = b"\x0c\0"
RESTART = b"\x0f\0"


def joins(*peers):
    return b"".join(bytes([3, 0x80 | i]) for i in peers)


def due(n=1):
    return n * b"\0\0"


def later(v):
    return bytes([0, v])


def tells(peer, kind, where, who=0, when=0, how=0):
    return bytes([6, 7 << 5 | peer, kind, where, who, when, how])


def retorts(peer, change, kind, which=0, as_own=1):
    return bytes([9, 7 << 5 | as_own << 4 | peer, which, change, kind])


def asks(what, how, when=0):
    return bytes([11, what, how, when])


def claims():
    ranges = tells(0, MANAGED, 0x01, how=2)
    holds = joins(0, 2, 4, 5) + ranges + asks(0, 5) + due(3) + COMMIT + later(120) + due(2) + COMMIT
    below = tells(2, NEW, 0x05) + later(120) + tells(2, IN_USE, 0x05)
    yield "held_and_renewed", b"\0" + holds + 6 * (due(4) + COMMIT)
    yield "two_parents", b"\0" + joins(0, 1, 5) + ranges + tells(1, MANAGED, 0x21, how=2) + asks(2, 5) + due(4) + COMMIT
    yield "top_level", bytes([TOP]) + joins(2, 4, 5) + asks(0, 5) + due(4) + COMMIT + below
    yield "six", b"\0" + joins(6) + tells(6, MANAGED, 0x00, how=2) + asks(10, 5) + due(4) + COMMIT + due(3)
    yield "beaten", b"\0" + joins(0, 5) + ranges + asks(0, 5) + due(3) + retorts(5, 4, 0, 0) + due(4)
    yield "denied_shorter", b"\0" + joins(0, 5) + ranges + asks(0, 5) + due(3) + retorts(0, 11, 1, 0, 0) + due(4)
    yield "clash_lost", b"\0" + holds + retorts(5, 5, 0) + COMMIT + due(3) + retorts(5, 1, 5) + due(4)
    yield "clash_part", b"\0" + holds + tells(5, IN_USE, 0x07, when=10) + COMMIT + due(6)
    yield "clash_manual", bytes([MANUAL]) + holds + retorts(5, 5, 0) + asks(0x16, 0) + COMMIT + due(3)
    yield "parent_withdraws", b"\0" + holds + tells(0, WITHDRAW, 0x05, how=0) + COMMIT + due(4)
    yield "child_claims", b"\0" + holds + joins(3) + below + tells(3, NEW, 0x05) + tells(3, NEW, 0x45) + due(4)
    yield "child_asks", b"\0" + holds + tells(2, NEW, 0x05, how=0x40) + due(6) + COMMIT
    yield "child_gives_back", b"\0" + holds + below + tells(2, WITHDRAW, 0x07, how=8) + due(4)
    yield "demands", b"\0" + joins(0) + ranges + asks(2, 2, 4) + asks(3, 4, 0x2C) + due(6) + COMMIT + asks(4, 0) + due(6)
    yield "given_back", b"\0" + holds + asks(5, 0) + COMMIT + due(4)
    yield "colleague", b"\0" + holds + tells(4, MANAGED, 0x15) + tells(4, NEW, 0x25) + tells(4, WITHDRAW, 0x15)
    yield "cut_and_back", b"\0" + holds + b"\4\0\4\5" + later(100) + joins(0, 5) + due(4)
    yield "restarted", b"\0" + holds + below + later(60) + COMMIT + RESTART + joins(0, 2, 5) + due(4) + COMMIT
    yield "commit_fails", b"\0" + joins(0, 5) + ranges + asks(0, 5) + due(3) + b"\x0c\xb0" + due(6) + COMMIT
    yield "clock_jumps", bytes([CLOCK]) + holds + b"\x0d\7" + due(2) + b"\x0d\x88" + due(4)
    yield "reconfigured", b"\0" + holds + b"\x0f\x60\1" + due(3) + b"\x0f\x60\x22" + due(3)
    yield "no_memory", b"\0" + b"".join(holds + bytes([15, 192 + i]) + below for i in range(1, 6))
    yield "full", bytes([LAX]) + joins(0, 5) + ranges + b"".join(
        tells(5, NEW, i << 3 | 7, 0x80 | i) for i in range(1, 32))


# The prefix table. A prefix: how many bits below the base, and which. A step is
# followed by the prefix that is asked about after it.
def below(bits, which):
    return struct.pack(">H", bits << 12 | which)


def comes(bits, which, says=0, domain=7, mark=1, end=9, ask=b"\0\0"):
    return b"\x07\0" + below(bits, which) + bytes([says, domain, mark, end]) + ask


def does(what, pick, octets=b"", ask=b"\0\0"):
    return bytes([what, pick]) + octets + ask


def row(family, claims):
    octets = struct.pack(">BBQ", 1, family, (1 << len(claims)) - 1)
    return b"\x80" + octets + b"".join(claims) if family == 1 else b"\x82" + octets + b"".join(claims)


def row_claim(family, kind, flags, address, length, options=b""):
    return (struct.pack(">BBIIII", kind, flags, 1000, 500, 600, 700) + ident(7, family) +
            ident(8, family) + bytes([length]) + bytes.fromhex(address) +
            (struct.pack(">H", len(options)) + options if options else b""))


def table():
    ladder = b"".join(comes(bits, 0, bits) for bits in range(11))
    leaves = b"".join(comes(10, 37 * i % 1024, i, i, i, i) for i in range(24))
    gone = b"".join(does(1, i) for i in range(1, 12))
    yield "ladder_up_and_down", b"\0" + ladder + gone
    yield "ladder_wide", b"\2" + ladder[::-1] + gone
    yield "leaves", b"\1" + leaves
    yield "leaves_end", b"\3" + leaves[:120] + b"".join(does(4 + 10 * i, 0) for i in range(12))
    yield "swept", b"\0" + leaves[:150] + does(5, 0, below(2, 1) + b"\0") + does(5, 0, b"\0\0\1")
    yield "changed", b"\2" + leaves[:100] + b"".join(
        does(2, i, bytes([i, i])) + does(3, i, bytes([i])) for i in range(1, 9))
    yield "expected", b"\0" + leaves[:50] + does(6, 0) + leaves[50:100] + gone[:16] + does(6, 0) + ladder[:60]
    yield "no_memory", b"\1" + b"".join(does(10 * i, 0) + comes(10, i, i, i) for i in range(1, 14))
    v4 = [row_claim(1, 0, 8, "ef0104", 24), row_claim(1, 5, 0x93, "ef010400", 32, b"\1\0"),
          row_claim(1, 4, 4, "e0", 4)]
    v6 = [row_claim(2, 2, 0x1F, "ff38", 16), row_claim(2, 3, 0, "ff3e" + 28 * "1", 128)]
    yield "row_ipv4", row(1, v4)
    yield "row_ipv6", row(2, v6)
    yield "row_of_the_other_family", row(2, v6).replace(b"\x82", b"\x80", 1)


def main():
    for folder, inputs in (("masc_wire", wire()), ("masc_session", session()),
                           ("masc_claims", claims()), ("masc_table", table())):
        os.makedirs(os.path.join(HERE, folder), exist_ok=True)
        for name, octets in inputs:
            with open(os.path.join(HERE, folder, name), "wb") as f:
                f.write(octets)


if __name__ == "__main__":
    main()
