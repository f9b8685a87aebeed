"""A word read out loud is enough: a group is made, its code typed on another machine with no
address, over a wire that loses, and what was put is there; what a wrong code, a used one and a
revoked one say."""

import time

from harness import camera
from harness.graphs import fine
from harness.groups import houses, household, with_clock, words
from harness.tap import case, run
from harness.wait import until

BY_SEED = {"link": {"enabled": False}, "site": {"enabled": False}}


def two_meet(world, families, **names):
    """Over a wire that delays, loses, doubles and reorders."""
    (ann, bob), _ = houses(world, ["ann"], ["bob"], families=families,
                           names={"ipv4": "ipv4" in families, "ipv6": "ipv6" in families},
                           **names)
    ann.make()
    code = ann.code()
    assert len(code.split("-")) == 5, code
    ann.put("milk=2")
    bob.types(code)
    bob.connected(within=60)
    bob.gets("milk", "2", within=60)
    bob.put("eggs=6")
    ann.gets("eggs", "6")
    ann.knows(Ann="administrator", Bob="member")
    bob.knows(Ann="administrator", Bob="member")
    fine([ann, bob])


@case
def with_ipv4_alone(world):
    two_meet(world, ("ipv4",))


@case
def with_ipv6_alone(world):
    two_meet(world, ("ipv6",))


@case
def without_multicast(world):
    groups = {**BY_SEED, "global": {"multicast": False, "seeds": "192.0.2.1"}}
    two_meet(world, ("ipv4",), clouds=groups)


@case
def a_camera_reads_the_code(world):
    """The link that is drawn leads in by itself: no name is looked up, no address is typed."""
    (ann, bob), _ = household(world, "ann", "bob", names=None)
    ann.make()
    shown = ann.run("invite", "Home", "--qr", env={"LANG": "C.UTF-8"}).stdout
    link = camera.read(shown, ann.file("qr.pgm"))
    assert "\n  %s\n" % link in shown, (link, shown)
    code = ann.cli("invite", "show", link)["code"]
    assert "\n  %s\n" % code in shown, (code, shown)
    assert ann.cli("invite", "show", code)["link"] == link
    assert bob.cli("invite", "show", link)["code"] == "", "of a group that Bob is not in"
    bob.cli("join", link)
    bob.connected(within=30)
    ann.knows(Ann="administrator", Bob="member")
    fine([ann, bob])


@case
def an_inviter_gives_what_is_needed(world):
    """GROUP-12.14: whoever lets somebody in gives it the key at once, also when it is no
    administrator and nobody else is there."""
    (ann, bob, carla), _ = household(world, "ann", "bob", "carla", names=None)
    ann.make()
    bob.enter(ann.invite(bob, "Home", "--role", "inviter"), ann)
    bob.connected()
    ann.put("milk=2")
    bob.gets("milk", "2")
    link = bob.cli("invite", "show", bob.code())["link"]
    assert ann.stop() == 0
    began = time.monotonic()
    carla.cli("join", link)
    carla.gets("milk", "2", within=30)
    carla.put("eggs=6")
    took = time.monotonic() - began
    assert took < 5, "carla waited %.1f s" % took
    bob.gets("eggs", "6")
    fine([bob, carla])


def last_word(code, other):
    return "-".join(code.split("-")[:-1] + [other])


@case
def each_code_has_an_end(world):
    """Five wrong guesses end one, a revoked one is over, one use is one."""
    people, _ = household(world, "ann", "bob", "carla", "eve", names={"ipv6": False})
    ann, bob, carla, eve = people
    ann.make()
    first, second, third = ann.code(), ann.code(), ann.code("Home", "--uses", "2")
    bob.types(third)
    wrong = last_word(first, "lemon" if not first.endswith("lemon") else "tiger")
    for _ in range(5):
        error = guess(eve, wrong)
        assert "wrong" in error["message"], error
    is_over(eve, wrong)
    is_over(eve, first)
    shown = ann.invitations()
    assert shown[words(first)]["wrong"] == 5, shown
    assert shown[words(first)]["state"] == "ended by wrong guesses", shown
    ann.cli("invite", "revoke", "Home", words(second))
    is_over(eve, second)
    carla.cli("join", third)
    is_over(eve, third)
    assert "Eve" not in ann.members()
    fine(people)


def is_over(person, code):
    """Whoever still finds it is told; then it is not there to be found any more."""
    error = person.fails("join", code)
    assert "used up" in error["message"] or error["code"] == "NOT_FOUND", error


def guess(person, code):
    """What is said; in between others wait longer and longer."""
    def typed():
        error = person.fails("join", code)
        return error["code"] not in ("NOT_FOUND", "AGAIN", "WAIT") and \
            "wait" not in error["message"] and error
    return until("an answer to %s" % code, typed, 90)


@case
def what_keeps_somebody_out(world):
    """Each by its own name, and with what to do about it: GROUP-13.20."""
    (ann, bob, carla), hub = household(world, "ann", "bob", "carla", names=None)
    ann.make()
    link = ann.cli("invite", "Home", "--link")["link"]
    bob.make("Club")
    # Nobody says who is in which group: whoever is in none of it hangs up.
    error = carla.fails("join", link, "--address", bob.address)
    assert "is that machine in this group" in error["hint"], error
    error = carla.fails("join", link, "--address", "192.0.2.99", "--timeout", "8s")
    assert "unreachable" in error["message"] or "time" in error["message"], error
    assert "is the other machine on" in error["hint"], error
    dan = with_clock(world, hub, "dan", 4, -144000)
    error = dan.fails("join", link)
    assert "one of the clocks is wrong" in error["message"], error
    assert ", by 1d15h" in error["message"] and "timedatectl" in error["hint"], error
    assert set(ann.members()) == {"Ann"}, ann.members()
    fine([ann, bob, carla, dan])


run()
