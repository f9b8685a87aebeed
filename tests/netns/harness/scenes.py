"""Who stands where: the few constellations that the tests share. One domain
is the parent (64500, node 1, 192.0.2.1), its children are 64501 and up."""

from .daemon import Daemon
from .masc import CHILD, Peer, open_message

PARENT_DOMAIN, CHILD_DOMAIN = 64500, 64501
NET4, NET6 = "192.0.2.%d", "2001:db8::%d"


def address(host, family=4):
    return (NET4 if family == 4 else NET6) % host


def addresses(host):
    return [address(host) + "/24", address(host, 6) + "/64"]


def towards_child(over=4, **more):
    """The parent's configuration of its child."""
    return {"address": address(2, over), "role": "parent", "domain": CHILD_DOMAIN, **more}


def towards_parent(over=4, **more):
    return {"address": address(1, over), "role": "child", "domain": PARENT_DOMAIN, **more}


class Pair:
    """Parent `north` and child `south`, on a perfect wire or behind a relay."""

    def __init__(self, world, script=None, north=None, south=None, over=4, **values):
        self.a, self.b = world.namespace("north"), world.namespace("south")
        if script is None:
            self.relay = None
            self.device = world.link(self.a, self.b, addresses(1), addresses(2))
        else:
            self.relay = world.relay(self.a, self.b, addresses(1), addresses(2), script)
            self.device = self.relay.device
        child = towards_child(over, **(north or {}))
        parent = towards_parent(over, **(south or {}))
        self.north = Daemon(world, "north", self.a, {"south": child}, PARENT_DOMAIN, 1, **values)
        self.south = Daemon(world, "south", self.b, {"north": parent}, CHILD_DOMAIN, 2, **values)

    def start(self):
        self.north.start()
        self.south.start()
        return self

    def up(self):
        """Both sides say that the session is up."""
        events = self.north.events(), self.south.events()
        for e in events:
            e.wait("up")
        return events


class Lone:
    """A daemon `north` and, at 192.0.2.2, whoever the test plays."""

    def __init__(self, world, peers=None, state=None, peer_options=None, **values):
        self.world = world
        self.a, self.b = world.namespace("north"), world.namespace("peer")
        self.device = world.link(self.a, self.b, addresses(1), addresses(2))
        if peers is None:
            peers = {"south": towards_child(**(peer_options or {}))}
        self.daemon = Daemon(world, "north", self.a, peers, PARENT_DOMAIN, 1, state=state, **values)
        self.peer = self.play(2)

    def play(self, host, family=4):
        """A host of the test; hosts above 2 get their addresses here."""
        if host > 2:
            for a in addresses(host):
                self.b.address(self.device, a)
        peer = Peer(self.b, address(host, family))
        self.world.closers.append(peer.close)
        return peer

    def dial(self, peer=None, **kwargs):
        return (peer or self.peer).dial(address(1), **kwargs)

    def open(self, **kwargs):
        """The child's OPEN."""
        return open_message(CHILD, CHILD_DOMAIN, 2, **kwargs)

    def established(self, peer=None, host=2, **kwargs):
        """A session that is up, dialled by the peer."""
        speaker = self.dial(peer)
        speaker.establish(CHILD, CHILD_DOMAIN + host - 2, host, **kwargs)
        return speaker
