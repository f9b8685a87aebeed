"""A member who is removed stays out: while it is connected, while it is cut off, by any code
or paper that it has; what the others keep of it, who did what, and the way back."""

import os
import threading
import time

from harness.daemon import CommandFailed
from harness.graphs import bridge, fine
from harness.groups import household
from harness.tap import case, run, skip
from harness.wait import until


def long():
    """Waits for the epochs of both sides, of a minute at most each."""
    if not os.environ.get("HOMESTEAD_LONG"):
        skip("two minutes of waiting; make soak runs it, with HOMESTEAD_LONG")


def remove(by, who, *options, group="Home"):
    return by.cli("member", "remove", group, who, "--yes", *options)


def family(people, *admins):
    """The first makes the group, the others come by paper."""
    ann = people[0]
    ann.make()
    for p in people[1:]:
        paper = ann.invite(p, "Home", *(["--role", "admin"] if p in admins else []))
        # With names they find each other, and an address would be dialled twice.
        p.cli("join", paper, *(["--address", ann.address] if p.names is None else []))
    for p in people:
        p.connected(within=60)
        p.knows(within=60, **{o.label: "administrator" if o in (ann, *admins) else "member"
                              for o in people})


def is_out(who, by=None, reason=""):
    """It knows that itself, by whom, and why. by None: who made the group, with its key."""
    look = until("%s to know that it is removed" % who.name,
                 lambda: (g := who.look())["state"] == "removed" and g, 30)
    assert (by.label if by else "the group's key") in look["why"], look["why"]
    assert reason in look["why"], look["why"]
    shown = who.cli("group", "list")["groups"]
    assert [g["state"] for g in shown] == ["removed"], shown


def says(person, thing):
    """Once the group has another key: before that, what is written waits."""
    def said():
        try:
            return person.put(thing)
        except CommandFailed as failed:
            assert failed.error["code"] == "NOT_READY", failed.error
            assert "no key of this group's epoch yet" in failed.error["message"], failed.error
            return None
    until("%s to say %s" % (person.name, thing), said, 90)


def says_at_once(person, thing):
    """GROUP-12.16: who removes begins the next epoch, so nobody waits for a minute."""
    began = time.monotonic()
    person.put(thing)
    took = time.monotonic() - began
    assert took < 4, "%s waited %.1f s" % (person.name, took)


def misses(person, label, within=30):
    until("%s to miss %s" % (person.name, label), lambda: label not in person.members(), within)


def quiet_for(seconds):
    """What must not happen has that time to: the pause of who is alone and not removed."""
    end = time.monotonic() + seconds
    until("some time to pass", lambda: time.monotonic() > end, 2 * seconds)


def has_no_link(person):
    until("%s to have no links" % person.name,
          lambda: not person.links(graph=person.look()["id"]), 30)


def was_told(events, by, whom, reason):
    said = events.wait("member", 30, change="removed")
    assert all(w in said["text"] for w in (by, whom, reason)), said


@case
def while_connected(world):
    """Its links close; what it had said stays everywhere; it says nothing more."""
    people, _ = household(world, "ann", "bob", "carla")
    ann, bob, carla = people
    family(people, bob)
    carla.put("milk=2")
    ann.gets("milk", "2")
    bob.gets("milk", "2")
    said = [p.events() for p in (ann, bob)]
    remove(bob, "Carla", "--reason", "moved out")
    says_at_once(bob, "eggs=6")
    says_at_once(ann, "bread=1")
    ann.gets("eggs", "6")
    bob.gets("bread", "1")
    for p, events in zip((ann, bob), said):
        misses(p, "Carla")
        was_told(events, "Bob", "Carla", "moved out")
        events.close()
    is_out(carla, bob, "moved out")
    has_no_link(carla)
    error = carla.fails("put", "Home", "late=1")
    assert error["code"] == "DENIED", error
    assert ann.value("milk") == bob.value("milk") == "2"
    assert carla.value("eggs") is None
    removed = ann.cli("members", "Home", "--removed")["members"]
    assert [(m["label"], m["removed_by_label"]) for m in removed] == [("Carla", "Bob")], removed
    fine(people)


@case
def while_away(world):
    """Whoever was off is told by whom and why when it comes back, keeps what it has, and
    calls nobody any more; also when it starts anew where nobody is. A new code, and none that
    was made before, lets it in again where it is."""
    people, _ = household(world, "ann", "bob", "carla")
    ann, bob, carla = people
    family(people, bob)
    carla.put("milk=2")
    bob.gets("milk", "2")
    old = ann.cli("invite", "Home")["link"]
    assert carla.cli("join", old)["already"]
    carla.stop()
    remove(bob, "Carla", "--reason", "moved out")
    misses(ann, "Carla")
    carla.start()
    is_out(carla, bob, "moved out")
    asks = [a for a in carla.cli("status")["attention"] if "you were removed" in a["text"]]
    assert len(asks) == 1 and "Bob" in asks[0]["text"], asks
    assert "homestead leave Home" in asks[0]["hint"], asks
    assert carla.value("milk") == "2"
    assert carla.fails("put", "Home", "late=1")["code"] == "DENIED"
    said = carla.said()
    assert "you were removed from" in said and "moved out" in said, said[-2000:]
    has_no_link(carla)
    refused = [p.look()["counts"]["refused_sessions"] for p in (ann, bob)]
    quiet_for(8)
    assert refused == [p.look()["counts"]["refused_sessions"] for p in (ann, bob)]
    for p in (ann, bob):
        p.stop()
    carla.stop()
    carla.start()
    is_out(carla, bob, "moved out")
    assert carla.value("milk") == "2"
    for p in (ann, bob):
        p.start()
    error = carla.fails("join", old)
    assert "only an invitation that an administrator has made since" in error["message"], error
    new = ann.cli("invite", "Home")["link"]
    assert carla.cli("join", new)["name"] == carla.look()["id"]
    bob.knows(within=30, Carla="member")
    carla.connected(within=30)
    assert carla.value("milk") == "2"
    says(carla, "again=1")
    bob.gets("again", "1", within=30)
    fine(people)


@case
def while_cut_off(world):
    """What it writes behind the cut is nowhere once that is healed; both sides agree. Where the
    cut has outlived the links, the two parts look for each other after minutes."""
    long()
    (ann, bob), hub = household(world, "ann", "bob")
    (carla, dan), other = household(world, "carla", "dan", link=2, first=3)
    people = [ann, bob, carla, dan]
    wire = bridge(world, hub, other)
    family(people)
    carla.put("before=1")
    for p in people:
        p.gets("before", "1", within=60)
    wire.cut()
    remove(ann, "Carla")
    misses(bob, "Carla")
    carla.put("behind=1")
    dan.gets("behind", "1", within=60)
    wire.heal()
    misses(dan, "Carla", 300)
    until("dan to have lost it", lambda: dan.value("behind") is None, 60)
    for p in (ann, bob, dan):
        assert p.value("behind") is None and p.value("before") == "1", p.name
        assert set(p.members()) == {"Ann", "Bob", "Dan"}, p.members()
    says_at_once(dan, "after=1")
    ann.gets("after", "1", within=60)
    fine(people)


def comes_not(who, what, *options):
    error = who.fails("join", what, *options)
    assert error["message"], error
    return error


@case
def no_door_is_open(world):
    """An old code, a new one, an old paper: each is told, and nobody is let in."""
    people, _ = household(world, "ann", "bob", "carla", names={"ipv6": False})
    ann, bob, carla = people
    family(people, bob)
    old = ann.cli("invite", "Home")["code"]
    paper = ann.invite(carla)
    bobs = bob.cli("invite", "Home")["code"]
    state = {i["lookup"]: i["state"] for i in ann.cli("invite", "list", "Home")["invites"]}
    assert set(state.values()) == {"open"}, state
    remove(ann, "Carla")
    remove(ann, "Bob")
    is_out(carla)
    is_out(bob)
    words = "-".join(bobs.split("-")[:2])
    until("bob's code to be over",
          lambda: {i["lookup"]: i["state"] for i in
                   ann.cli("invite", "list", "Home")["invites"]}.get(words) != "open", 30)
    new = ann.cli("invite", "Home")["code"]
    carla.cli("leave", "Home", "--yes")
    for code in (old, bobs):
        comes_not(carla, code)
    assert set(ann.members()) == {"Ann"}, ann.members()
    # A paper is taken without a question to anybody; but nobody lets her in with it.
    before = ann.look()["counts"]["refused_sessions"]
    comes_not(carla, paper, "--address", ann.address)
    until("ann to have refused her",
          lambda: ann.look()["counts"]["refused_sessions"] > before, 30)
    assert set(ann.members()) == {"Ann"}, ann.members()
    # GROUP-14.39: what Ann has made since lets her in, and takes a use as for anybody.
    carla.cli("join", new)
    ann.knows(within=30, Carla="member")
    comes_not(bob, new)
    fine(people)


@case
def two_remove_each_other(world):
    """At both sides of a cut: both go, and all who are left agree."""
    long()
    (ann, bob), hub = household(world, "ann", "bob")
    (carla, dan), other = household(world, "carla", "dan", link=2, first=3)
    people = [ann, bob, carla, dan]
    wire = bridge(world, hub, other)
    family(people, bob, carla)
    wire.cut()
    remove(bob, "Carla")
    remove(carla, "Bob")
    misses(ann, "Carla")
    misses(dan, "Bob")
    wire.heal()
    misses(ann, "Bob", 90)
    misses(dan, "Carla", 300)
    for p in (ann, dan):
        assert set(p.members()) == {"Ann", "Dan"}, p.members()
    says(dan, "both=gone")
    ann.gets("both", "gone", within=60)
    fine(people)


def together(*calls):
    """What each came to, begun at the same time: nothing, or the error of its command."""
    gate, out = threading.Barrier(len(calls)), [None] * len(calls)

    def one(i):
        gate.wait()
        try:
            calls[i]()
        except CommandFailed as failed:
            out[i] = failed.error

    threads = [threading.Thread(target=one, args=[i]) for i in range(len(calls))]
    for t in threads:
        t.start()
    for t in threads:
        t.join(60)
        assert not t.is_alive(), "a command does not end"
    return out


@case
def by_two_at_once(world):
    """Both commands end well, or the second says who did it already. All agree, and nobody's
    connection ends for it. Then an epoch comes that covers both: within a minute one would
    follow that does not (GROUP-12.12)."""
    people, _ = household(world, "ann", "bob", "carla", "dan")
    ann, bob, carla, dan = people
    here = (ann, bob, dan)
    family(people, bob)
    carla.put("milk=2")
    for p in here:
        p.gets("milk", "2")
    before = ann.look()["epoch"]
    errors = together(lambda: remove(ann, "Carla", "--reason", "moved out"),
                      lambda: remove(bob, "Carla", "--reason", "moved out"))
    assert None in errors, errors
    for error, other in zip(errors, ('by "Bob"', "with the group's key")):
        if error:
            assert error["code"] == "EXISTS", error
            assert "removed already, " + other in error["message"], error
    for p in here:
        misses(p, "Carla")
        assert set(p.members()) == {"Ann", "Bob", "Dan"}, p.members()
    until("carla to know it", lambda: carla.look()["state"] == "removed", 30)
    assert "moved out" in carla.look()["why"], carla.look()["why"]
    for p, thing in zip(here, ("eggs", "bread", "salt")):
        says_at_once(p, thing + "=1")
        for other in here:
            other.gets(thing, "1")
            assert other.value("milk") == "2"
    for thing in ("eggs", "bread", "salt"):
        assert carla.value(thing) is None
    assert carla.fails("put", "Home", "late=1")["code"] == "DENIED"
    for p in here:
        assert "out of turn" not in p.said(), p.said()[-2000:]
    if os.environ.get("HOMESTEAD_LONG"):
        quiet_for(62)
        last = [p.look()["epoch"] for p in here]
        assert last in ([before + 1] * 3, [before + 2] * 3), (before, last)
        quiet_for(62)
        assert last == [p.look()["epoch"] for p in here], last
    fine(people)


@case
def and_back(world):
    """Who was removed is let back in, and says and hears what all do."""
    people, _ = household(world, "ann", "bob", "carla")
    ann, bob, carla = people
    family(people)
    remove(ann, "Carla")
    is_out(carla)
    misses(bob, "Carla")
    back = carla.file("back")
    said = bob.events()
    ann.cli("member", "return", "Home", "Carla", "-o", back)
    said.wait("member", 30, change="returned")
    said.close()
    bob.knows(within=30, Carla="member")
    carla.enter(back, ann)
    carla.connected(within=60)
    says_at_once(carla, "again=1")
    bob.gets("again", "1", within=60)
    fine(people)


run()
