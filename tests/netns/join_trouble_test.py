"""Joining where something is in the way: machines that sleep, a clock that is a year off, a
firewall, an access point that keeps machines apart, another group; each by its own name."""

import glob
import os
import re
import signal
import subprocess
import time

from harness.daemon import HOMESTEAD
from harness.graphs import PORT, fine
from harness.groups import begin, houses, household, standing, words
from harness.tap import case, note, run, skip
from harness.wait import until

IPV4 = {"ipv6": False}
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
FAKETIME = (glob.glob(os.path.join(ROOT, "build-deps/usr/lib/*/faketime/libfaketimeMT.so.1"))
            + glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1"))
YEAR = 365 * 86400
LONG = bool(os.environ.get("HOMESTEAD_LONG"))  # minutes where seconds tell as much


def asleep(seconds):
    """That much time for whoever is awake."""
    end = time.monotonic() + seconds
    until("time to pass", lambda: time.monotonic() > end, seconds + 5)


def in_background(person, *typed):
    with person.netns:
        return subprocess.Popen([HOMESTEAD, "--socket", person.socket, *typed, "--json"],
                                text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)


def received(netns):
    """Octets that came over connections of groups."""
    with netns:
        said = subprocess.run(["ss", "-Htino", "state", "established", "( dport = :%d )" % PORT],
                              text=True, capture_output=True, check=True).stdout
    return sum(int(n) for n in re.findall(r"bytes_received:(\d+)", said))


@case
def asleep_in_mid_join(world):
    """Stopped while the other side waits; what was typed still leads in, once."""
    (ann, bob), _ = houses(world, ["ann"], ["bob"], "seed 6\nat 0ms delay 100ms\n", names=IPV4)
    ann.make()
    link = ann.cli("invite", "Home")["link"]
    typing = in_background(bob, "join", link)
    until("it to be under way", lambda: received(bob.netns) >= 1500)
    bob.process.signal(signal.SIGSTOP)
    assert typing.poll() is None
    asleep(60 if LONG else 12)  # a handshake may take ten
    bob.process.signal(signal.SIGCONT)
    out, err = typing.communicate(timeout=100)
    if typing.returncode:
        note(out + err)
        bob.types(link)
    bob.connected(within=60)
    ann.knows(Bob="member")
    assert [(i["used"], i["over"]) for i in ann.invitations().values()][-1] == (1, False)
    fine([ann, bob])


@case
def a_member_sleeps(world):
    """As long as that takes others think of it as one of them, and it gets all they wrote."""
    (ann, carla, bob), _ = houses(world, ["ann", "carla"], ["bob"], names=IPV4, lab=True)
    ann.make()
    for p in (bob, carla):
        p.types(ann.code())
        p.connected(within=60)
    ann.knows(Bob="member", Carla="member")
    said = [p.events() for p in (ann, bob, carla)]
    bob.process.signal(signal.SIGSTOP)
    asleep(90 if LONG else 10)
    for i in range(10):
        ann.put("of-%d=1" % i)
    carla.gets("of-9", "1")
    asleep(90 if LONG else 10)
    bob.process.signal(signal.SIGCONT)
    for i in range(10):
        bob.gets("of-%d" % i, "1", within=60)
    bob.put("awake=1")
    ann.gets("awake", "1", within=60)
    carla.gets("awake", "1", within=60)
    for events in said:
        bad = [e["text"] for e in events.drain() if e["name"] in ("clock", "auth-failed", "refused")
               or e["fields"].get("change") in ("removed", "expired")]
        assert not bad, bad
    for p in (ann, bob, carla):
        assert set(p.members()) == {"Ann", "Bob", "Carla"}, p.members()
    fine([ann, bob, carla])


@case
def who_lets_in_sleeps(world):
    """Nobody answers while the one machine that could is asleep; then it does."""
    (ann, bob), _ = houses(world, ["ann"], ["bob"], names=IPV4)
    ann.make()
    made = ann.cli("invite", "Home")
    ann.process.signal(signal.SIGSTOP)
    error = bob.fails("join", made["code"])
    assert error["code"] == "NOT_FOUND" and "no other machine answers" in error["message"], error
    error = bob.fails("join", made["link"], "--timeout", "3s")
    assert error["code"] == "DEADLINE" and "is the other machine on" in error["hint"], error
    ann.process.signal(signal.SIGCONT)
    bob.types(made["code"])
    bob.connected(within=60)
    fine([ann, bob])


@case
def a_clock_that_is_a_year_off(world):
    if not FAKETIME:
        skip("no libfaketime: tools/install-deps test fetches it")
    (ann, bob, carla), _ = standing(world, ["ann", "bob", "carla"], names=IPV4)
    begin([ann])
    for p, off in ((bob, -YEAR), (carla, YEAR)):
        begin([p], env={"LD_PRELOAD": os.path.abspath(FAKETIME[0]), "FAKETIME": "%+d" % off,
                        "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1",
                        "ASAN_OPTIONS": "verify_asan_link_order=0"})
    ann.make()
    made = ann.cli("invite", "Home", "--uses", "5")
    for p in (bob, carla):
        error = p.fails("join", made["link"])
        assert error["code"] == "DENIED" and "clock" in error["message"], error
        assert "timedatectl" in error["hint"], error
    # Names have an end, too: who lives in the next year is told why it finds none.
    error = carla.fails("join", made["code"])
    assert "clock" in error["message"], error
    assert ann.invitations()[words(made["code"])]["wrong"] == 0
    fine([ann, bob, carla])


@case
def a_firewall_is_called_by_its_name(world):
    """Names get through, and what comes for the group is swallowed."""
    (ann, bob), _ = houses(world, ["ann"], ["bob"], names=IPV4)
    ann.make()
    made = ann.cli("invite", "Home")
    wall = ("ipproto", "tcp", "sport", str(PORT), "blackhole")
    ann.netns.ip("rule", "add", *wall)

    def keeps_out():
        """Once the code is found."""
        said = bob.fails("join", made["code"], *([] if LONG else ["--timeout", "4s"]))
        return said["code"] != "NOT_FOUND" and said

    error = until("the code to be found", keeps_out, 90)
    assert error["code"] == "DEADLINE" and "firewall let TCP %d in" % PORT in error["hint"], error
    if LONG:
        assert "%s:%d: timed out" % (ann.address, PORT) in error["message"], error
    ann.netns.ip("rule", "del", *wall)
    bob.types(made["code"])
    fine([ann, bob])


@case
def machines_are_kept_apart(world):
    """As an access point does that isolates who is there."""
    (ann, bob), hub = household(world, "ann", "bob", names=IPV4)
    devices = re.findall(r"^\d+: (hs\d+)@", hub.ip("-o", "link"), re.MULTILINE)

    def isolated(how):
        for d in devices:
            hub.ip("link", "set", d, "type", "bridge_slave", "isolated", how)

    ann.make()
    made = ann.cli("invite", "Home")
    isolated("on")
    error = bob.fails("join", made["code"])
    assert "the access point keeps machines apart" in error["message"], error
    error = bob.fails("join", made["link"], "--timeout", "3s")
    assert error["code"] in ("DEADLINE", "IO"), error
    assert "is the other machine on" in error["hint"], error
    isolated("off")
    bob.types(made["code"])
    fine([ann, bob])


@case
def another_group(world):
    """A machine that is in another one, called for this."""
    (ann, bob, dan), _ = household(world, "ann", "bob", "dan", names=IPV4)
    ann.make()
    dan.make("Den")
    made = ann.cli("invite", "Home")
    error = bob.fails("join", made["link"], "--address", dan.address)
    assert "is that machine in this group" in error["hint"], error
    assert "%s:%d: it hung up at once: it is not in that group" % (dan.address, PORT) \
        in error["message"], error
    bob.types(made["code"])
    assert set(dan.members("Den")) == {"Dan"}
    fine([ann, bob, dan])


run()
