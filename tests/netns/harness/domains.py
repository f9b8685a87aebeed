"""Domains that claim from each other: who hangs on whom, over which wires.

    Tree       a top-level domain, two providers, four and three customers
    Provider   a top-level domain of two nodes, each with a customer

Every node has a namespace. A domain and its children meet on a switch in its
namespace, each child at the end of a bad wire of its own."""

from collections import namedtuple

from .claims import covers, holdings, overlap
from .daemon import QUICK, Daemon
from .wait import deadline_of, until

ROUGH = "at 0ms delay 5ms jitter 2ms loss 1% dup 0.5% reorder 2%\n"
RULES = {**QUICK, "hold_time": "3s", "claim_lifetime": "2m"}
WAITING_PERIOD, HOLD_TIME = 2, 3  # seconds
OTHER_SIDE = {"parent": "child", "sibling": "sibling", "internal": "internal"}
SWITCH = "lan"

# Host numbers: where it meets its parent and siblings, and where its children.
Place = namedtuple("Place", "domain node up down")


def switch(ns, address):
    """A switch in a namespace, which is on it by that address."""
    ns.ip("link", "add", SWITCH, "type", "bridge")
    ns.ip("link", "set", SWITCH, "up")
    if address:
        ns.address(SWITCH, address)


def plug(world, ns, hub, address, seed):
    """A bad wire from a namespace to the switch of another."""
    relay = world.relay(ns, hub, [address] if address else [], [], ROUGH, seed)
    hub.ip("link", "set", relay.device, "master", SWITCH)
    return relay


def join(peers, one, other, role, places, parent=None):
    """Configures two places as each other's peers; role is that of `one`."""
    near, far = places[one], places[other]
    more = {} if parent is None else {"parent_domain": parent}
    # The side that a parent shows to its children is another one.
    at = far.up, near.down if role == "parent" else near.up
    peers[one][other] = {"address": at[0], "role": role, "domain": far.domain, "node": far.node,
                         **more}
    peers[other][one] = {"address": at[1], "role": OTHER_SIDE[role], "domain": near.domain,
                         "node": near.node, **more}


class Domains:
    """Daemons by name, and the relays at their ends."""

    def __init__(self):
        self.daemons, self.relays = {}, {}

    def __getitem__(self, name):
        return self.daemons[name]

    def start(self):
        for d in self.daemons.values():
            d.start(ready=False)
        for d in self.daemons.values():
            d.notified("READY=1", 60)
        self.one_by_one(self.daemons, self.missing, 60)
        return self

    @staticmethod
    def one_by_one(names, lacking, within):
        """Until nobody lacks anything: each is asked until it is done, which
        takes less of the machine than to ask all again and again."""
        deadline = deadline_of(within)
        for name in names:
            until(lambda n=name: "%s lacks %s" % (n, lacking(n)),
                  lambda n=name: not lacking(n), deadline)

    def missing(self, name):
        """Sessions that are not up, or whose peer has not told all."""
        return [p["name"] for p in self[name].cli("masc", "peers")["peers"] if not p["synced"]]

    def demand(self, names, addresses):
        for name in names:
            self[name].cli("masc", "demand", str(addresses))

    def unmet(self, name):
        """Why the demands are not met that are not."""
        return [d["reason"] for d in self[name].cli("masc", "demand")["demands"]
                if d["state"] != "met"]

    def all_met(self, names, within=40):
        self.one_by_one(names, self.unmet, within)

    def held(self):
        return {name: holdings(d) for name, d in self.daemons.items()}

    def fine(self):
        for d in self.daemons.values():
            d.fine()


class Tree(Domains):
    TOP, PROVIDERS = "top", ("west", "east")
    CUSTOMERS = {"west": ("w1", "w2", "w3", "w4"), "east": ("e1", "e2", "e3")}
    NET = "192.0.2.%d"

    def __init__(self, world, top=None, **values):
        super().__init__()
        self.parent = {p: self.TOP for p in self.PROVIDERS}
        self.parent.update((c, p) for p, customers in self.CUSTOMERS.items() for c in customers)
        self.customers = [c for customers in self.CUSTOMERS.values() for c in customers]
        places = self._places()
        spaces = {name: world.namespace(name) for name in places}
        for name, place in places.items():
            if place.down:
                switch(spaces[name], place.down + "/27")
        for seed, (name, parent) in enumerate(self.parent.items(), 1):
            self.relays[name] = plug(world, spaces[name], spaces[parent],
                                     places[name].up + "/27", seed)
        peers = self._peers(places)
        self.daemons = {n: Daemon(world, n, spaces[n], peers[n], p.domain, p.node,
                                  **{**RULES, **values}) for n, p in places.items()}
        self[self.TOP].values.update(top or {})

    def _places(self):
        """The top's switch is 192.0.2.0/27, those of providers are .32 and .64."""
        places = {self.TOP: Place(64500, 1, None, self.NET % 1)}
        for i, provider in enumerate(self.PROVIDERS, 1):
            net = 32 * i
            places[provider] = Place(64500 + 10 * i, 10 * i, self.NET % (1 + i),
                                     self.NET % (net + 1))
            for j, customer in enumerate(self.CUSTOMERS[provider], 1):
                places[customer] = Place(64500 + 10 * i + j, 10 * i + j,
                                         self.NET % (net + 1 + j), None)
        return places

    def _peers(self, places):
        peers = {name: {} for name in places}
        names = list(self.parent)
        for i, name in enumerate(names):
            parent = self.parent[name]
            join(peers, parent, name, "parent", places)
            for other in names[:i]:
                if self.parent[other] == parent:
                    join(peers, name, other, "sibling", places, places[parent].domain)
        return peers

    def apart_and_inside(self):
        """No two children of one parent hold the same addresses, and all they
        hold is its parent's."""
        held = {n: [r["prefix"] for r in found] for n, found in self.held().items()}
        for name, parent in self.parent.items():
            for prefix in held[name]:
                assert any(covers(p, prefix) for p in held[parent]), (name, prefix, held)
                for other in self.parent:
                    if other != name and self.parent[other] == parent:
                        assert not any(overlap(prefix, p) for p in held[other]), (name, other, held)
        return held

    def needed(self):
        """What is held, but for ranges of which no child holds anything: those
        may be given back when a larger one takes their place."""
        held = self.held()
        return {name: [r for r in found if name in self.customers or any(
            covers(r["prefix"], c["prefix"]) for child, parent in self.parent.items()
            if parent == name for c in held[child])] for name, found in held.items()}


class Provider(Domains):
    """One wire between the two halves: north and its customer n1, and south
    and s1."""

    def __init__(self, world, **values):
        super().__init__()
        places = {"north": Place(64500, 1, "192.0.2.1", "192.0.2.1"),
                  "south": Place(64500, 2, "192.0.2.2", "192.0.2.2"),
                  "n1": Place(64501, 11, "192.0.2.11", None),
                  "s1": Place(64502, 12, "192.0.2.12", None)}
        spaces = {name: world.namespace(name) for name in places}
        for name, customer in (("north", "n1"), ("south", "s1")):
            world.lan(spaces[name], [(spaces[customer], [places[customer].up + "/24"])])
            spaces[name].address(SWITCH, places[name].up + "/24")
        self.wire = plug(world, spaces["north"], spaces["south"], None, 7)
        spaces["north"].ip("link", "set", self.wire.device, "master", SWITCH)
        peers = {name: {} for name in places}
        join(peers, "north", "south", "internal", places)
        join(peers, "north", "n1", "parent", places)
        join(peers, "south", "s1", "parent", places)
        join(peers, "n1", "s1", "sibling", places, 64500)
        self.daemons = {n: Daemon(world, n, spaces[n], peers[n], p.domain, p.node,
                                  **{**RULES, **values}) for n, p in places.items()}
