"""Members of a group found by its name, with no address typed: over each family, without
multicast, after a disconnection, a partition and a sleep; and what is said when nobody is."""

import signal

from harness.graphs import bridge, fine
from harness.groups import household
from harness.tap import case, run
from harness.wait import until

BY_SEED = {"link": {"enabled": False}, "site": {"enabled": False}}


def enter(who, by, group="Home"):
    """Joins with a paper alone."""
    return who.cli("join", by.invite(who, group))["name"]


def meet(people):
    """The first makes the group, the others join; all are connected and say something."""
    ann = people[0]
    ann.make()
    for p in people[1:]:
        enter(p, ann)
    for p in people[1:]:
        p.connected(within=60)
    for p in people:
        p.put("of-%s=1" % p.name)
    for p in people:
        for other in people:
            p.gets("of-" + other.name, "1", within=60)


def neighbors(person):
    """What those are called whom it is connected to."""
    labels = {m["name"]: m["label"] for m in person.cli("members", "Home")["members"]}
    return {labels.get(l["peer"]) for l in person.links(graph=person.look()["id"])}


def registered(person):
    return until("%s to be found by name" % person.name,
                 lambda: (g := person.look())["participant_clouds"] and g)


def two_meet(world, families, **names):
    people, _ = household(world, "ann", "bob", families=families,
                          names={"ipv4": "ipv4" in families, "ipv6": "ipv6" in families}, **names)
    meet(people)
    for p in people:
        look = registered(p)
        assert look["participant"] == look["id"].split(".")[0] + ".participant", look
        assert look["participant_why"] == "", look
    fine(people)


@case
def with_ipv4_alone(world):
    two_meet(world, ("ipv4",))


@case
def with_ipv6_alone(world):
    two_meet(world, ("ipv6",))


@case
def without_multicast(world):
    """Each knows one seed; who is the seed knows nobody."""
    groups = {**BY_SEED, "global": {"multicast": False, "seeds": "192.0.2.1"}}
    two_meet(world, ("ipv4",), clouds=groups)


@case
def four_on_one_link(world):
    people, _ = household(world, "ann", "bob", "carla", "dan", names={})
    meet(people)
    fine(people)


@case
def who_asks_is_connected_or_told_why(world):
    (ann, bob), _ = household(world, "ann", "bob", names={"ipv6": False})
    ann.make()
    invitation = ann.invite(bob)
    assert ann.stop() == 0
    bob.cli("join", invitation)
    error = bob.fails("group", "connect", "Home")
    assert error["code"] in ("NOT_FOUND", "UNREACHABLE", "TIMEOUT"), error
    assert "no other machine answers for names in" in error["message"], error
    assert "no other machine answers" in bob.look()["search_why"], bob.look()
    ann.start()
    bob.connected(within=60)  # by itself
    bob.cli("group", "disconnect", "Home")
    until("the name to end", lambda: not bob.look()["participant"])
    bob.cli("group", "connect", "Home")
    assert bob.look()["state"] == "connected"
    fine([ann, bob])


@case
def a_firewall_is_called_by_its_name(world):
    """Names get through, and what comes for the group is swallowed."""
    (ann, bob), _ = household(world, "ann", "bob", names={"ipv6": False})
    ann.make()
    invitation = ann.invite(bob)
    wall = ("ipproto", "tcp", "sport", "3587", "blackhole")
    ann.netns.ip("rule", "add", *wall)
    bob.cli("join", invitation)
    error = bob.fails("group", "connect", "Home", "--timeout", "50s")
    assert error["code"] == "DEADLINE", error
    assert "members were found by name, and not reached: %s:3587 timed out" % ann.address \
        in error["message"] and "a firewall" in error["message"], error
    ann.netns.ip("rule", "del", *wall)
    bob.connected(within=90)
    fine([ann, bob])


@case
def without_names(world):
    """The part pnrp is off: addresses work, and who names none is told."""
    (ann, bob), _ = household(world, "ann", "bob")
    ann.make()
    bob.cli("join", ann.invite(bob))
    error = bob.fails("group", "connect", "Home")
    assert error["code"] == "NOT_READY" and "part pnrp is switched off" in error["message"], error
    bob.cli("group", "connect", "Home", "--address", ann.address)
    bob.connected()
    fine([ann, bob])


@case
def two_parts_meet_again(world):
    """Each part goes on alone and has new members; then the wire is whole."""
    (ann, bob), hub = household(world, "ann", "bob", names={}, lab=True)
    (carla, dan), other = household(world, "carla", "dan", names={}, link=2, first=3, lab=True)
    wire = bridge(world, hub, other)
    people = [ann, bob, carla, dan]
    meet(people)
    wire.cut()
    until("the parts to take each other for gone",
          lambda: neighbors(ann) == {"Bob"} and neighbors(dan) == {"Carla"}, 90)
    bob.put("north=1")
    carla.put("south=1")
    ann.gets("north", "1")
    dan.gets("south", "1", within=60)
    wire.heal()
    for p in people:
        p.gets("north", "1", within=90)
        p.gets("south", "1", within=90)
    fine(people)


@case
def a_laptop_sleeps_and_wakes(world):
    """It comes back to others that took it for gone, and by itself."""
    (ann, carla), hub = household(world, "ann", "carla", names={}, lab=True)
    (bob,), other = household(world, "bob", names={}, link=2, first=3, lab=True)
    wire = bridge(world, hub, other)
    meet([ann, bob, carla])
    bob.process.signal(signal.SIGSTOP)
    wire.cut()
    until("bob to be taken for gone", lambda: "Bob" not in neighbors(ann) | neighbors(carla), 100)
    ann.put("while=asleep")
    carla.gets("while", "asleep")
    wire.heal()
    bob.process.signal(signal.SIGCONT)
    bob.gets("while", "asleep", within=60)
    bob.put("awake=1")
    ann.gets("awake", "1", within=60)
    fine([ann, bob, carla])


run()
