"""Malformed input from peers: the NOTIFICATION of the table (doc/masc.md), at
the cost of that session alone."""

import time

from harness.masc import (CHILD, Closed, IPV6, KEEPALIVE, NOTIFICATION, OPEN, PARENT, SIBLING,
                          UPDATE, attribute, keepalive, message, notification, open_body,
                          open_message, update)
from harness.scenes import CHILD_DOMAIN, Lone, address
from harness.tap import case, run
from harness.wait import Deadline, Late, until

NEW_CLAIM, PREFIX_MANAGED = 3, 4


def two_children(world, **values):
    """A daemon with two passive peers; the second one is the witness whose
    session must not suffer."""
    peers = {name: {"address": address(host), "role": "parent", "domain": CHILD_DOMAIN + i,
                    "passive": True}
             for i, (name, host) in enumerate((("south", 2), ("east", 3)))}
    scene = Lone(world, peers, **values)
    scene.daemon.start()
    scene.established(scene.play(3), host=3, hold=0)
    return scene


def witness_is_well(scene):
    assert scene.daemon.state_of("east") == "established"
    assert scene.daemon.peer("east")["lost"] == 0
    scene.daemon.fine()


def child(**kwargs):
    return open_message(CHILD, CHILD_DOMAIN, 2, **kwargs)


def body(**kwargs):
    return open_body(CHILD, CHILD_DOMAIN, 2, **kwargs)


# What is sent instead of an OPEN: name, octets, code, subcode, data.
BEFORE_OPEN = [
    ("length below a header", message(OPEN, b"", length=3), 1, 1, None),
    ("length above 4096", message(OPEN, b"", length=4097), 1, 1, None),
    ("length of an OPEN too small", message(OPEN, body()[:15]), 1, 1, None),
    ("type 0", message(0), 1, 2, None),
    ("type 5", message(5, b"what is this"), 1, 2, None),
    ("length of a KEEPALIVE", message(KEEPALIVE, b"x"), 1, 1, None),
    ("a bad NOTIFICATION that asks to stay", message(NOTIFICATION, b"\x87"), 6, 0, None),
    ("version 2", child(version=2), 2, 1, b"\1"),
    ("version 0", child(version=0), 2, 1, None),
    ("address family 3", message(OPEN, b"\1" + bytes([3 << 2 | 1]) + body()[2:]), 2, 13, None),
    ("the other address family", open_message(CHILD, CHILD_DOMAIN, 2, family=IPV6), 2, 13, None),
    ("hold time 1", child(hold=1), 2, 6, None),
    ("hold time 2", child(hold=2), 2, 6, None),
    ("domain 0", open_message(CHILD, 0, 2), 2, 2, None),
    ("another domain", open_message(CHILD, 64999, 2), 2, 2, None),
    ("node 0", open_message(CHILD, CHILD_DOMAIN, 0), 2, 3, None),
    ("our node", open_message(CHILD, CHILD_DOMAIN, 1), 2, 3, None),
    ("role sibling", open_message(SIBLING, CHILD_DOMAIN, 2), 2, 8, b"\3"),
    ("role parent", open_message(PARENT, CHILD_DOMAIN, 2), 2, 8, b"\3"),
    ("an option cut short", child(options=b"\5\1ab"), 2, 0, None),
    ("a KEEPALIVE", keepalive(), 5, 1, None),
    ("an UPDATE", update(attribute(NEW_CLAIM, CHILD, "239.1.0.0", "255.255.255.0", CHILD_DOMAIN, 2,
                                   1, 2, 3)), 5, 1, None),
]


def served(scene, bring_up):
    """A peer that comes too often is turned away for a moment."""
    def attempt():
        try:
            return bring_up(scene)
        except Closed:
            return None

    return until("a connection to be taken", attempt)


def check_rows(scene, rows, bring_up):
    """Each row on a connection of its own."""
    failures = []
    for name, octets, code, subcode, data in rows:
        speaker = served(scene, bring_up)
        try:
            speaker.send(octets)
            got = speaker.expect_error(code, subcode)
            assert data is None or got.data == data, "data %s" % got.data.hex()
            if code in (1, 2) and data is None and subcode != 1:
                assert got.data, "no data"
            speaker.expect_end()
        except (AssertionError, OSError) as e:
            failures.append("%s: %s" % (name, e))
        speaker.close()
    assert not failures, "\n".join(failures)


@case
def opens_of_the_table(world):
    scene = two_children(world, idle_backoff="10ms", idle_backoff_max="10ms")

    def bring_up(scene):
        speaker = scene.dial()
        speaker.expect(OPEN)
        return speaker

    check_rows(scene, BEFORE_OPEN, bring_up)
    witness_is_well(scene)


AFTER_OPEN = [
    ("a second OPEN", child(), 5, 0, None),
    ("an UPDATE in OpenConfirm", message(UPDATE, b"\0\4\6\0" + bytes(32)), 5, 0, None),
    ("type 9", message(9), 1, 2, None),
]


@case
def messages_in_openconfirm(world):
    scene = two_children(world, idle_backoff="10ms", idle_backoff_max="10ms")

    def bring_up(scene):
        speaker = scene.dial()
        speaker.send(child())
        speaker.expect(OPEN)
        speaker.expect(KEEPALIVE)
        return speaker

    check_rows(scene, AFTER_OPEN, bring_up)
    witness_is_well(scene)


def claim(**kwargs):
    now = int(time.time())
    fields = {"kind": NEW_CLAIM, "role": CHILD, "address": "239.1.0.0", "mask": "255.255.255.0",
              "domain": CHILD_DOMAIN, "node": 2, "timestamp": now, "lifetime": 86400,
              "holdtime": 3600, **kwargs}
    return attribute(**fields)


IDS6 = {"family": IPV6, "address": "ff0e::", "mask": "ffff:ffff::"}

ESTABLISHED = [
    ("an OPEN", child(), 5, 0, None),
    ("an UPDATE without attributes", message(UPDATE), 1, 1, None),
    ("an attribute longer than its message", update(claim(length=44)), 3, 1, None),
    ("an attribute of length 0", update(claim(length=0)), 3, 1, None),
    ("an attribute of an odd length", update(claim() + b"\0\6\3\0\0\0"), 3, 1, None),
    ("a claim too short", update(claim(), claim(length=32)[:32]), 3, 5, claim(length=32)[:32]),
    ("the other address family", update(claim(**IDS6)), 3, 13, claim(**IDS6)),
    ("a type from beyond", message(77, b"what is this"), 1, 2, None),
    ("a bad NOTIFICATION that asks to stay", message(NOTIFICATION, b"\x87"), 6, 0, None),
]


@case
def messages_in_established(world):
    scene = two_children(world, idle_backoff="10ms", idle_backoff_max="10ms")
    check_rows(scene, ESTABLISHED, lambda s: s.established())
    witness_is_well(scene)


# Attributes that are refused while the session goes on: name, octets, subcode.
BEARABLE = [
    ("an unknown type that is required", claim(kind=6), 2),
    ("a type that a child may not send", claim(kind=PREFIX_MANAGED), 14),
    ("an address below the multicast ones", claim(address="192.0.2.0"), 10),
    ("an address with host bits", claim(address="239.1.0.1"), 10),
    ("a mask of nothing", claim(mask="0.0.0.0"), 11),
    ("a mask with holes", claim(mask="255.0.255.0"), 12),
]


def remarked(speaker, octets):
    """The answer to an UPDATE; they come once a second at most."""
    deadline = Deadline()
    while True:
        speaker.send(update(octets))
        try:
            # The mark that the daemon has told all it knows may come before it.
            got = speaker.receive(0.3)
            while got.kind != NOTIFICATION:
                got = speaker.receive(0.3)
            return got
        except Late:
            if deadline.passed():
                raise


@case
def refused_attributes_cost_a_remark(world):
    scene = two_children(world, hold_time="0s")
    speaker = scene.established(hold=0)
    for name, octets, subcode in BEARABLE:
        got = remarked(speaker, octets)
        assert got.error == (3, subcode, True) and got.data == octets, (name, got)
    speaker.send(update(claim(kind=200), claim()) + update(claim()))
    until("both to be read", lambda: scene.daemon.peer("south")["received"]["update"] >= 8)
    assert scene.daemon.state_of("south") == "established"
    assert scene.daemon.peer("south")["lost"] == 0
    witness_is_well(scene)


@case
def a_bad_notification_that_ends_is_not_answered(world):
    scene = two_children(world)
    speaker = scene.established()
    speaker.send(message(NOTIFICATION, b"\7"))
    while True:
        try:
            assert speaker.receive().kind != NOTIFICATION
        except Closed:
            break
    witness_is_well(scene)


@case
def octets_one_at_a_time(world):
    """Framing is the daemon's: any pieces will do."""
    scene = two_children(world)
    speaker = scene.dial()
    for octet in child() + keepalive() + keepalive():
        speaker.send(bytes([octet]))
    speaker.expect(OPEN)
    speaker.expect(KEEPALIVE)
    until("the session", lambda: scene.daemon.state_of("south") == "established")
    witness_is_well(scene)


@case
def a_notification_is_not_answered(world):
    scene = two_children(world)
    events = scene.daemon.events()
    speaker = scene.established()
    speaker.send(notification(3, 0, b"whatever it was"))
    speaker.expect_end()
    told = events.wait("notification-received", peer="south")
    assert (told["fields"]["code"], told["fields"]["subcode"]) == (3, 0), told
    events.wait("down", peer="south")
    witness_is_well(scene)


@case
def a_connection_without_an_open_holds_nobody_up(world):
    scene = two_children(world)
    speaker = scene.dial()
    speaker.expect(OPEN)
    speaker.reset()
    until("the session to be let go", lambda: scene.daemon.state_of("south") == "active")
    witness_is_well(scene)


@case
def a_peer_that_never_says_open(world):
    """The lab profile waits nine seconds for it."""
    scene = two_children(world)
    speaker = scene.dial()
    speaker.expect(OPEN)
    started = time.monotonic()
    speaker.expect_error(4, 0)
    assert time.monotonic() - started > 7
    speaker.expect_end()
    witness_is_well(scene)


@case
def hold_timer_of_a_silent_peer(world):
    scene = two_children(world, hold_time="3s")
    events = scene.daemon.events()
    speaker = scene.established(hold=3)
    speaker.expect_error(4, 0)
    speaker.expect_end()
    events.wait("down", peer="south", code=4)


@case
def smaller_hold_time_wins(world):
    scene = two_children(world, hold_time="30s")
    speaker = scene.dial()
    speaker.send(child(hold=3))
    assert speaker.expect(OPEN).hold == 30
    speaker.expect(KEEPALIVE)
    speaker.send(keepalive())
    until("the session", lambda: scene.daemon.state_of("south") == "established")
    assert scene.daemon.peer("south")["hold_time"] == 3
    started = time.monotonic()
    speaker.expect(KEEPALIVE)
    assert time.monotonic() - started < 2.5, "a keepalive each third of the hold time"


if __name__ == "__main__":
    run()
