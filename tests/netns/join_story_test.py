"""Stories of a group that people come into by codes and a password: who lets them in, who no
longer, one code at both sides of a cut, an inviter who is away, and one from the first word to
the last."""

import re
import shutil
import struct

from harness.daemon import CommandFailed
from harness.graphs import fine
from harness.groups import houses, household, words
from harness.tap import case, run
from harness.wait import until

IPV4 = {"ipv6": False}


def typed(person, what, text, *options):
    """Types a password; the error, None when that lets somebody in."""
    try:
        person.cli("join", what, "--password", "--passphrase-file", person.secret(text), *options)
        return None
    except CommandFailed as failed:
        return failed.error


def in_time(person, what, text, *options):
    """The same, once nobody has to wait any more."""
    last = []

    def again():
        last[:] = [typed(person, what, text, *options)]
        return not last[0] or "too many wrong guesses" not in last[0]["message"]
    until("an answer to " + person.name, again)
    return last[0]


def refused(error, word):
    assert error and error["code"] == "DENIED" and word in error["message"], error


@case
def a_group_with_a_password(world):
    """Whoever knows it comes in; not with a wrong one, nor the one before, nor the removed."""
    people, _ = houses(world, ["ann", "bob"], ["carla", "dan"], names=IPV4)
    ann, bob, carla, dan = people
    name = ann.make()
    ann.password("open sesame")
    link = ann.cli("invite", "Home", "--password")["link"]
    bob.enters_by("open sesame", name)
    carla.enters_by("open sesame", link)
    ann.put("milk=2")
    for p in (bob, carla):
        p.gets("milk", "2", within=60)
    ann.knows(Bob="member", Carla="member")
    refused(typed(dan, link, "open barley"), "the password or code is wrong")
    error = typed(dan, link, "open sesame")
    assert error["code"] == "FULL" and "try again in 1 second" in error["message"], error
    ann.password("open barley")
    refused(in_time(dan, link, "open sesame"), "is wrong")
    error = in_time(dan, name, "open barley")
    assert error is None, error
    dan.gets("milk", "2", within=60)
    ann.cli("member", "remove", "Home", "Carla", "--yes")
    until("carla to know it", lambda: carla.look()["state"] == "removed")
    ended = ann.look()
    assert ended["password"] == "ended" and ended["password_by_label"] == "Ann", ended
    told = [e["text"] for e in ann.ask("GET", "/events/recent?part=group")["events"]
            if e["name"] == "password"]
    assert told[0] == 'group "Home" has a new password, set by us', told
    assert told[-1].startswith('the password of group "Home" lets nobody in'), told
    assert any("the password of group" in a["text"] for a in ann.cli("status")["attention"])
    error = ann.fails("invite", "Home", "--password")
    assert error["code"], error
    # What she knows has ended, for whoever she says she is; the next one lets her key not in.
    carla.cli("leave", "Home", "--yes")
    carla.cli("id", "create", "Nobody")
    for options in ((), ("--as", "Nobody")):
        refused(in_time(carla, link, "open barley", *options), "has ended")
    ann.password("open wheat")
    refused(in_time(carla, link, "open wheat"), "")
    assert set(ann.members()) == {"Ann", "Bob", "Dan"}, ann.members()
    fine(people)


def look_up(invitation, group, friendly):
    """What is published under the first two words of a code (GROUP-14.31)."""
    texts = [t.encode() for t in (group, friendly)]
    return (bytes([1, 1]) + bytes.fromhex(invitation.replace("-", ""))
            + b"".join(struct.pack("<H", len(t)) + t for t in texts))


@case
def two_groups_are_offered(world):
    """Two of the same name, one with the words of the other's code: which, is asked."""
    (ann, bob, carla), _ = household(world, "ann", "bob", "carla", names=IPV4)
    mine, other = ann.make(), bob.make()
    code = ann.code()
    path = bob.file("payload")
    with open(path, "wb") as f:
        f.write(look_up(ann.invitations()[words(code)]["id"], other, "Home"))
    bob.cli("name", "publish", "homestead-" + words(code), "--port", "3587", "--payload", path)

    def several(*options):
        error = carla.fails("join", code, *options)
        return "several groups" in error["message"] and error
    error = until("both to be found", several)
    assert "Home (%s)" % mine[:12] in error["message"], error
    assert "Home (%s)" % other[:12] in error["message"] and "--group" in error["hint"], error
    assert several("--group", "Home")
    # The other one knows nothing of this code: one that is meant for somebody else costs nobody.
    refused(carla.fails("join", code, "--group", other[:12]), "no such password or invitation")
    carla.types(code, "--group", mine[:12])
    assert carla.look()["id"] == mine
    ann.knows(Carla="member")
    assert set(bob.members()) == {"Bob"}, bob.members()
    # Each has a password of its own, and now she is in both: which is asked for, too.
    ann.password("open sesame")
    bob.password("open barley")
    link = bob.cli("invite", "Home", "--password")["link"]
    refused(typed(carla, link, "open sesame"), "is wrong")
    assert in_time(carla, link, "open barley") is None
    error = carla.fails("group", "show", "Home")
    assert "more than one group is called" in error["message"], error
    assert {carla.look(g[:12])["id"] for g in (mine, other)} == {mine, other}
    fine([ann, bob, carla])


@case
def a_stranger_publishes_the_code(world):
    """Two who are in no group: another identifier of the right group, and dead addresses."""
    (ann, carla, dan, eve), _ = household(world, "ann", "carla", "dan", "eve", names=IPV4)
    mine = ann.make()
    code = ann.code()
    for p, address in ((dan, ann.address), (eve, dan.address)):
        path = p.file("payload")
        with open(path, "wb") as f:
            f.write(look_up("5a" * 16, mine, "Home"))
        p.cli("name", "publish", "homestead-" + words(code), "--port", "3587",
              "--address", address, "--payload", path)
    carla.types(code)
    ann.knows(Carla="member")
    fine([ann, carla, dan, eve])


@case
def one_use_at_both_sides_of_a_cut(world):
    people, wire = houses(world, ["ann", "carla"], ["bob", "dan"], names=IPV4, lab=True)
    ann, carla, bob, dan = people
    ann.make()
    bob.types(ann.code("Home", "--role", "inviter"))
    bob.connected(within=60)
    until("bob to be an inviter", lambda: bob.look()["role"] == "inviting member")
    code = ann.code()
    until("bob to know the code", lambda: words(code) in bob.invitations())
    said = [p.events() for p in (ann, bob)]
    wire.cut()
    carla.types(code)
    dan.types(code)
    ann.knows(Carla="member")
    bob.knows(Dan="member")
    wire.heal()
    ann.knows(within=90, Dan="member")
    bob.knows(within=90, Carla="member")
    for p, events in zip((ann, bob), said):
        events.wait("invite-used", 60, over="true")
        shown = p.invitations()[words(code)]
        assert (shown["uses"], shown["used"], shown["over"]) == (1, 2, True), shown
        assert shown["state"] == "used up", shown
        assert any(words(code) in a["text"] and "2 for 1" in a["text"]
                   for a in p.cli("status")["attention"]), p.cli("status")["attention"]
    # Who should not have come is sent away by a person.
    ann.cli("member", "remove", "Home", "Dan", "--yes")
    until("dan to be out", lambda: dan.look()["state"] == "removed")
    fine(people)


@case
def the_inviter_is_away(world):
    """A code works by whoever may let in; a plain member may not, and says so."""
    people, _ = houses(world, ["ann", "bob"], ["carla", "dan", "eve"], names=IPV4)
    ann, bob, carla, dan, eve = people
    ann.make()
    bob.types(ann.code("Home", "--role", "inviter"))
    bob.connected(within=60)
    first, second = ann.cli("invite", "Home"), ann.cli("invite", "Home")
    ann.put("key=under the mat")
    bob.gets("key", "under the mat")
    until("bob to know the codes",
          lambda: {words(c["code"]) for c in (first, second)} <= set(bob.invitations()))
    assert ann.stop() == 0
    carla.types(first["code"])
    carla.gets("key", "under the mat", within=75)
    bob.knows(Carla="member")
    assert bob.stop() == 0
    error = dan.fails("join", second["code"])
    error = dan.fails("join", second["link"], "--address", carla.address)
    assert "may let nobody in" in error["message"], error
    bob.start()
    dan.types(second["code"])
    fine([bob, carla, dan, eve])


@case
def from_the_first_word_to_the_last(world):
    """What is typed, and no more; and what who is removed tries with all that is kept."""
    (ann, bob, carla), wire = houses(world, ["ann"], ["bob", "carla"], names=IPV4)
    said = ann.run("create", "The Smiths").stdout
    code = re.search(r"homestead join ([a-z]+(?:-[a-z]+){4})\n", said).group(1)
    seen = ann.code("The Smiths")
    until("bob to come in", lambda: bob.run("join", code).returncode == 0, 60)
    bob.connected("The Smiths", within=60)
    bob.put("milk=2", "The Smiths")
    ann.gets("milk", "2", "The Smiths")
    # What lies on his machine now he keeps.
    assert bob.stop() == 0
    shutil.copytree(bob.state, bob.file("kept"))
    bob.start()
    bob.connected("The Smiths", within=60)
    assert ann.run("member", "remove", "The Smiths", "Bob", "--yes").returncode == 0
    until("bob to know it", lambda: bob.look("The Smiths")["state"] == "removed")
    for typed_ in (["group", "connect", "The Smiths", "--address", ann.address, "--timeout", "5s"],
                   ["put", "The Smiths", "late=1"]):
        assert bob.fails(*typed_)["code"]
    for typed_ in (code, seen):
        bob.run("join", typed_)
        assert bob.look("The Smiths")["state"] == "removed"
    bob.cli("leave", "The Smiths", "--yes")
    for typed_ in ([code], [seen], [seen, "--address", ann.address]):
        error = bob.fails("join", *typed_)
        assert error["code"] in ("DENIED", "NOT_FOUND"), error
    # The database of before, on another machine at another place.
    assert bob.stop() == 0 and carla.stop() == 0
    shutil.rmtree(carla.state)
    shutil.copytree(bob.file("kept"), carla.state)
    before = ann.look("The Smiths")["counts"]["refused_sessions"]
    carla.start()
    assert carla.look("The Smiths")["identity_label"] == "Bob"
    carla.run("group", "connect", "The Smiths", "--address", ann.address, "--timeout", "5s")
    carla.run("put", "The Smiths", "late=1")
    until("ann to have refused it",
          lambda: ann.look("The Smiths")["counts"]["refused_sessions"] > before)
    look = until("whoever has it to be told",
                 lambda: (g := carla.look("The Smiths"))["state"] == "removed" and g)
    assert "the group's key" in look["why"], look
    assert not carla.links(graph=carla.look("The Smiths")["id"])
    assert set(ann.members("The Smiths")) == {"Ann"}, ann.members("The Smiths")
    assert ann.value("late", "The Smiths") is None
    assert ann.value("milk", "The Smiths") == "2"
    fine([ann, carla])


run()
