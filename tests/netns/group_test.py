"""Groups of people on real daemons, by the commands that people type: made, joined, used,
left and joined again; an inviter who is away, roles, renewals, three groups on one port,
strangers with stolen papers, a clock that is days off."""

from harness.graphs import bridge, fine
from harness.groups import PASSPHRASE, household, with_clock
from harness.names import addresses
from harness.tap import case, run, skip
from harness.wait import until

ROUGH = "seed 6\nat 0ms delay 3ms jitter 5ms loss 2% dup 1% reorder 5%\n"


@case
def two_laptops(world):
    """doc/group-howto.md, sections 1 to 6."""
    (ann, bob), _ = household(world, "ann", "bob")
    ann.make()
    status = ann.cli("status")
    assert any("export" in a["hint"] for a in status["attention"]), status["attention"]
    bob.enter(ann.invite(bob), ann)
    bob.connected()
    ann.connected()
    assert ann.look()["role"] == "administrator" and bob.look()["role"] == "member"
    bob.put("milk=2")
    ann.gets("milk", "2")
    bob.put("milk=3")
    ann.gets("milk", "3")
    ann.knows(Ann="administrator", Bob="member")
    bob.knows(Ann="administrator", Bob="member")
    # Bob may change what is his, and invite nobody.
    assert bob.fails("group", "set", "Home", "--name", "Den")["code"] == "DENIED"
    assert bob.fails("invite", "Home", ann.card())["code"] == "DENIED"
    fine([ann, bob])


@case
def over_a_bad_wire_and_back(world):
    """Two links with a relay between; a machine that is killed comes back by itself."""
    (ann, bob), hub = household(world, "ann", "bob")
    (carla,), other = household(world, "carla", link=2, first=3)
    wire = bridge(world, hub, other, ROUGH)
    ann.make()
    bob.enter(ann.invite(bob), ann)
    carla.enter(ann.invite(carla), ann)
    for p in (ann, bob, carla):
        p.connected()
        p.knows(Ann="administrator", Bob="member", Carla="member")
    wire.cut()
    bob.put("eggs=6")
    carla.put("bread=1")
    ann.gets("eggs", "6")
    wire.heal()
    carla.gets("eggs", "6", within=60)
    bob.gets("bread", "1", within=60)
    bob.kill()
    ann.put("tea=1")
    bob.start()
    bob.gets("tea", "1", within=60)
    fine([ann, bob, carla])


@case
def the_inviter_is_away(world):
    (ann, bob, carla), _ = household(world, "ann", "bob", "carla")
    ann.make()
    bob.enter(ann.invite(bob, "Home", "--role", "inviter"), ann)
    ann.put("key=under the mat")
    bob.gets("key", "under the mat")
    invitation = ann.invite(carla)
    assert ann.stop() == 0
    carla.enter(invitation, bob)
    # Bob may give her the key of what is written, since he may invite (GROUP-12.14).
    carla.gets("key", "under the mat", within=75)
    bob.knows(Carla="member")
    fine([bob, carla])


@case
def roles_and_renewals(world):
    (ann, bob, carla), _ = household(world, "ann", "bob", "carla")
    ann.make()
    bob.enter(ann.invite(bob, "Home", "--expires", "30d"), ann)
    ann.knows(Bob="member")
    until_before = bob.look()["until"]
    ann.cli("member", "role", "Home", "Bob", "inviter")
    until("bob to learn of it", lambda: bob.look()["role"] == "inviting member")
    carla.enter(bob.invite(carla), bob)
    ann.knows(Carla="member")
    ann.cli("member", "renew", "Home", "Bob", "--expires", "300d")
    until("bob to be renewed", lambda: bob.look()["until"] > until_before)
    assert bob.look()["role"] == "inviting member"
    # An inviter makes no administrator.
    assert bob.fails("member", "role", "Home", "Carla", "admin")["code"] == "DENIED"
    chain = ann.cli("member", "show", "Home", "Carla")["chain"]
    assert [k["label"] for k in chain] == ["Home", "Ann", "Bob", "Carla"], chain
    fine([ann, bob, carla])


@case
def three_groups_on_one_port(world):
    (ann, bob), _ = household(world, "ann", "bob")
    for name in ("Home", "Club", "Work"):
        ann.make(name)
        bob.enter(ann.invite(bob, name), ann)
    for name in ("Home", "Club", "Work"):
        bob.put("where=" + name, name)
        ann.gets("where", name, name)
    assert len(ann.cli("group", "list")["groups"]) == 3
    bob.cli("group", "disconnect", "Club")
    assert bob.look("Club")["state"] == "closed"
    ann.put("still=here", "Work")
    bob.gets("still", "here", "Work")
    fine([ann, bob])


@case
def stolen_papers(world):
    """Who copies an invitation has no key for it; a member of another group has none here."""
    (ann, bob, eve), _ = household(world, "ann", "bob", "eve")
    ann.make()
    eve.make("Den")
    invitation = ann.invite(bob)
    error = eve.fails("join", invitation, "--address", ann.address)
    assert error["code"] in ("DENIED", "NOT_FOUND"), error
    # Nor does a card with another name make one.
    bob.enter(invitation, ann)
    before = ann.look()["counts"]["sessions"]
    assert eve.fails("group", "connect", "Den", "--address", ann.address)
    assert ann.look()["counts"]["sessions"] == before
    assert "Eve" not in ann.members()
    fine([ann, bob, eve])


@case
def a_clock_that_is_forty_hours_off(world):
    (ann,), hub = household(world, "ann")
    bob = with_clock(world, hub, "bob", 2, -144000)
    ann.make()
    error = bob.fails("join", ann.invite(bob), "--address", ann.address)
    assert "clock" in error["message"] + error["hint"], error
    fine([ann, bob])


@case
def leave_and_come_back(world):
    (ann, bob), _ = household(world, "ann", "bob")
    ann.make()
    bob.enter(ann.invite(bob), ann)
    bob.put("milk=2")
    ann.gets("milk", "2")
    bob.cli("leave", "Home", "--yes")
    assert bob.fails("group", "show", "Home")["code"] == "NOT_FOUND"
    until("ann to see bob leave", lambda: ann.look()["state"] != "connected")
    bob.enter(ann.invite(bob), ann)
    bob.gets("milk", "2")
    bob.put("milk=3")
    ann.gets("milk", "3")
    fine([ann, bob])


@case
def keys_are_kept_and_moved(world):
    """doc/group-howto.md, sections 8 and 10: another machine takes over all of Ann's."""
    (ann, new), _ = household(world, "ann", "new")
    ann.make()
    secret = ann.secret()
    with_secret = ("--passphrase-file", secret)
    ann.cli("group", "export", "Home", ann.file("owner"), "--owner", *with_secret)
    assert ann.look()["owner_kept"]
    ann.cli("id", "export", "Ann", ann.file("id"), *with_secret)
    ann.cli("group", "export", "Home", ann.file("member"))
    for name in ("owner", "id", "member"):
        with open(ann.file(name), encoding="utf-8") as f:
            assert PASSPHRASE not in f.read()
    ann.put("milk=2")
    new.cli("id", "import", ann.file("id"), *with_secret)
    new.cli("group", "import", ann.file("member"))
    new.cli("group", "import", ann.file("owner"), *with_secret)
    new.cli("group", "connect", "Home", "--address", ann.address)
    new.gets("milk", "2")  # GROUP-12.15
    assert new.look()["owner"] and new.look()["role"] == "administrator"
    # What was sealed is of no use with another passphrase.
    wrong = new.file("wrong")
    with open(wrong, "w", encoding="ascii") as f:
        f.write("incorrect horse")
    assert new.fails("id", "import", ann.file("id"), "--passphrase-file", wrong)["code"] == "DENIED"
    fine([ann, new])


run()
