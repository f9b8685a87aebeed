"""People in groups: a daemon with the parts graph and group, driven by the command alone, as
its owner would."""

import glob
import os

from .daemon import CommandFailed, settings
from .graphs import Node, bridge
from .names import addresses, configuration as pnrp
from .tap import skip
from .wait import until

PASSPHRASE = "correct horse battery"
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")


class Person(Node):
    """label: what its identity is called. values: keys of graph; group: keys of group; names:
    keys of pnrp, None: it is off; clouds: those of its groups link, site and global."""

    def __init__(self, world, name, netns, host=1, link=1, label=None, group=None, names=None,
                 clouds=None, **values):
        super().__init__(world, name, netns, host, link, **{"lab": False, **values})
        self.group_values = group or {}
        self.names, self.clouds = names, clouds or {}
        self.label = label or name.capitalize()

    def write_config(self, text=None):
        super().write_config(text or (
            "graph = {\n" + settings(self.values, "\t") + "};\n"
            "group = {\n" + settings(self.group_values, "\t") + "};\n" + ("pnrp = { enabled = false; };\n" if self.names is None else
               pnrp({"lab": True, **self.names}, self.clouds))))

    def file(self, name):
        return self.world.path(self.name, name)

    # ---- documents

    def identity(self, label=None):
        """Makes one; its peer name."""
        return self.cli("id", "create", label or self.label)["name"]

    def card(self, of=None):
        """The card of an identity, in a file."""
        path = self.file("%d.card" % len(os.listdir(self.file(""))))
        self.cli("id", "card", *([of] if of else []), "-o", path)
        return path

    def invite(self, other, group="Home", *options, of=None):
        """An invitation for somebody, in a file."""
        path = self.file("%d.invitation" % len(os.listdir(self.file(""))))
        self.cli("invite", group, other.card(of), "-o", path, *options)
        return path

    # ---- groups

    def make(self, group="Home", *options):
        return self.cli("create", group, *options)["name"]

    def enter(self, invitation, at, *options):
        """Joins, and connects to a person that is there."""
        return self.cli("join", invitation, "--address", at.address, *options)["name"]

    def look(self, group="Home"):
        return self.cli("group", "show", group)

    def connected(self, group="Home", within=None):
        return until("%s to be connected in %s" % (self.name, group),
                     lambda: (g := self.look(group))["state"] == "connected" and g, within)

    def members(self, group="Home"):
        """Role by label."""
        return {m["label"]: m["role"] for m in self.cli("members", group)["members"]}

    def knows(self, group="Home", within=None, **roles):
        """Waits until these people have these roles."""
        until(lambda: "%s to know %s; it knows %s" % (self.name, roles, self.members(group)),
              lambda: roles.items() <= self.members(group).items(), within)

    def put(self, thing, group="Home"):
        return self.cli("put", group, thing)["id"]

    def value(self, key, group="Home"):
        """What was put under a key; None: nothing that is here."""
        found = self.of("/records?query=key%%20%%3D%%20%s&payload=true" % key,
                        graph=self.look(group)["id"])["records"]
        return found[0]["text"] if found else None

    def gets(self, key, value, group="Home", within=None):
        until("%s to get %s" % (self.name, key), lambda: self.value(key, group) == value, within)

    def secret(self, text=PASSPHRASE):
        """A file with a passphrase."""
        path = self.file("passphrase")
        with open(path, "w", encoding="ascii") as f:
            f.write(text + "\n")
        return path

    # ---- codes

    def code(self, group="Home", *options):
        return self.cli("invite", group, *options)["code"]

    def invitations(self, group="Home"):
        """Those of the group as they are known here, by their first two words."""
        return {i["lookup"]: i for i in self.cli("invite", "list", group)["invites"]}

    def types(self, code, *options, within=60):
        """Joins by it, again while nobody is found: a cloud that has just begun knows nobody."""
        def typed():
            try:
                return self.cli("join", code, *options)
            except CommandFailed as failed:
                assert failed.error["code"] == "NOT_FOUND", failed.error
                return None
        return until("%s to come in by %s" % (self.name, code), typed, within)

    def password(self, text, group="Home"):
        self.cli("group", "set", group, "--password", "--passphrase-file", self.secret(text))

    def enters_by(self, text, name, *options):
        """Joins a group by its password."""
        return self.types(name, "--password", "--passphrase-file", self.secret(text), *options)

    def fails(self, *words):
        """The error of a command that must fail."""
        try:
            answer = self.cli(*words)
        except CommandFailed as failed:
            return failed.error
        raise AssertionError("homestead %s was done: %s" % (" ".join(words), answer))


# What joining has to stand: as a wireless network at the far end of a house.
ROUGH = "seed 6\nat 0ms delay 10ms jitter 5ms loss 2% dup 1% reorder 3%\n"


def words(code):
    """The part of a code that is no secret."""
    return "-".join(code.split("-")[:2])


def standing(world, called, link=1, first=1, families=("ipv4",), **values):
    """People on one switch, not started; the switch's namespace."""
    hub = world.namespace("hub%d" % link)
    people = [Person(world, name, world.namespace(name), i, 1, **values)
              for i, name in enumerate(called, first)]
    world.lan(hub, [(p.netns, addresses(1, p.host, families)) for p in people])
    return people, hub


def begin(people, **environment):
    for p in people:
        p.start(ready=False, **environment)
    for p in people:
        p.notified("READY=1", 60)
        p.identity()


def household(world, *called, **values):
    """People on one switch, started, with an identity each; the switch's namespace."""
    people, hub = standing(world, called, **values)
    begin(people)
    return people, hub


def houses(world, near, far, script=ROUGH, **values):
    """People on two switches, started, and the bad wire between these."""
    here, hub = standing(world, near, **values)
    there, other = standing(world, far, link=2, first=1 + len(near), **values)
    wire = bridge(world, hub, other, script)
    begin(here + there)
    return here + there, wire


# Where tools/install-deps puts it, else the machine's own.
FAKETIME = (glob.glob(os.path.join(ROOT, "build-deps/usr/lib/*/faketime/libfaketimeMT.so.1"))
            + glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1"))


def with_clock(world, hub, name, host, seconds):
    """Somebody more on a household's switch, whose clock is so far off."""
    if not FAKETIME:
        skip("no libfaketime: tools/install-deps test fetches it")
    person = Person(world, name, world.namespace(name), host, 1)
    device = world.device()
    hub.ip("link", "add", device, "type", "veth", "peer", "name", device, "netns",
           person.netns.name)
    hub.ip("link", "set", device, "master", "lan", "up")
    for address in addresses(1, host, ("ipv4",)):
        person.netns.address(device, address)
    person.netns.ip("link", "set", device, "up")
    person.start(env={"LD_PRELOAD": os.path.abspath(FAKETIME[0]), "FAKETIME": "%+d" % seconds,
                      "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1",
                      "ASAN_OPTIONS": "verify_asan_link_order=0"})
    person.identity()
    return person
