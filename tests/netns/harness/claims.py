"""Claims, as tests see them: what a daemon says it holds, what a scripted
sibling was told of it, and a kill at a state that was just read."""

import contextlib
import datetime
import ipaddress
import os
import signal
import struct
import time
from collections import namedtuple

from . import masc
from .masc import IPV4, SIBLING, UPDATE, Closed
from .scenes import CHILD_DOMAIN, PARENT_DOMAIN, Lone
from .tap import note
from .wait import until

IN_USE, DENIED, EXPAND, NEW, MANAGED, WITHDRAW = range(6)
ATTRIBUTE = struct.Struct("!HBBBBHIIIIIII")
HOLDING = ("held", "renewing", "growing", "deprecated")
MOMENT = 0.010  # from reading a state to the kill, in seconds

Attribute = namedtuple("Attribute", "kind role prefix timestamp lifetime hold domain node")


class Overslept(AssertionError):
    """The kill came too late for the state that was read."""


@contextlib.contextmanager
def urgent():
    """Before all other work of the machine, where the system lets us."""
    usual = os.sched_getscheduler(0), os.sched_getparam(0)
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    try:
        yield
    finally:
        os.sched_setscheduler(0, *usual)


def attributes(body):
    """The attributes of an UPDATE about IPv4."""
    found = []
    while body:
        (length, kind, _, _, flags, _, timestamp, lifetime, hold, domain, node, where,
         mask) = ATTRIBUTE.unpack_from(body)
        assert flags >> 2 & 31 == IPV4, "family: %s" % body.hex()
        prefix = ipaddress.ip_network((where, bin(mask).count("1")))
        found.append(Attribute(kind, flags & 3, str(prefix), timestamp, lifetime, hold, domain,
                               node))
        body = body[length:]
    return found


def in_use(prefix, timestamp, lifetime, domain=CHILD_DOMAIN, node=2):
    """The UPDATE by which a sibling says that it holds a range."""
    net = ipaddress.ip_network(prefix)
    return masc.update(masc.attribute(
        IN_USE, masc.INTERNAL, str(net.network_address), str(net.netmask), domain, node, timestamp,
        lifetime, lifetime))


def seconds(text):
    """A time of the API as seconds since 1970."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def covers(outer, inner):
    return ipaddress.ip_network(inner).subnet_of(ipaddress.ip_network(outer))


def overlap(one, other):
    return ipaddress.ip_network(one).overlaps(ipaddress.ip_network(other))


def rows(daemon):
    """Claims that this node made, and ranges it got by them."""
    return [r for r in daemon.cli("masc", "prefixes")["prefixes"] if r["ours"]]


def holdings(daemon):
    return [r for r in rows(daemon) if r["state"] in HOLDING]


def kept(before, after):
    """Whatever was held is held: the same number, the range or more, the same
    Timestamp, an end no earlier, and as much life left as that end leaves."""
    now = time.time()
    for old in before:
        new = [r for r in after if r["number"] == old["number"]]
        assert len(new) == 1 and new[0]["state"] in HOLDING, (old, after)
        assert covers(new[0]["prefix"], old["prefix"]), (old, new)
        assert new[0]["timestamp"] == old["timestamp"], (old, new)
        assert seconds(new[0]["end"]) >= seconds(old["end"]), (old, new)
        assert abs(seconds(new[0]["end"]) - now - new[0]["left"]) < 5, (now, new)


def kept_as_told(told, after):
    """The same against what others were told was in use."""
    for a in told:
        if a.kind == IN_USE:
            assert any(r["state"] in HOLDING and covers(r["prefix"], a.prefix)
                       and seconds(r["timestamp"]) == a.timestamp
                       and seconds(r["end"]) >= a.timestamp + a.lifetime
                       for r in after), (a, after)


class Claimer(Lone):
    """A top-level domain, and its only sibling, played: that one listens, and
    says what a test wants. Claims wait one second."""

    def __init__(self, world, **values):
        super().__init__(world, peer_options={"role": "sibling", "passive": True},
                         **{"waiting_period": "1s", **values})
        self.speaker = self.events = None

    def begin(self, *say):
        """Starts the daemon and reads its events; with a sibling that says
        that, and that it was all."""
        self.daemon.start()
        self.events = self.daemon.events()
        self.join(*say)
        return self

    def join(self, *say):
        until("a session", self._called)
        for message in (*say, masc.keepalive()):
            self.speaker.send(message)

    def _called(self):
        """Whether the daemon takes our call: not just after a session ended."""
        self.speaker = self.dial()
        try:
            self.speaker.establish(SIBLING, CHILD_DOMAIN, 2, hold=0)
        except Closed:
            return False
        return True

    def reached(self, state, **fields):
        return self.events.wait("claim", to=state, **fields)

    def killed_at(self, state, **fields):
        """kill -9 as soon as a claim is read to be in that state; gives its
        number. Nothing may be told of it after that."""
        with urgent():
            number = self.reached(state, **fields)["fields"]["number"]
            self.daemon.process.signal(signal.SIGKILL)
            late = time.monotonic() - self.events.arrived
        self.daemon.kill()
        note("killed %.2f ms after %s was read" % (late * 1000, state))
        if late > MOMENT:
            raise Overslept("killed %.1f ms after %s was read" % (late * 1000, state))
        if any(e["name"] == "claim" and e["fields"]["number"] == number
               for e in self.events.rest()):
            raise Overslept("the claim had left %s" % state)
        return number

    def told(self):
        """All attributes that the sibling was told till the connection ended."""
        found = []
        try:
            while True:
                got = self.speaker.receive()
                if got.kind == UPDATE:
                    found += attributes(got.body)
        except Closed:
            return [a for a in found if a.domain == PARENT_DOMAIN]

    def back(self):
        """The daemon's next life; gives its claims before anybody calls."""
        self.daemon.restart()
        self.events = self.daemon.events()
        return rows(self.daemon)

    def row(self, number):
        return next(r for r in rows(self.daemon) if r["number"] == number)

    def settles(self, number, state="held"):
        return until("claim %d to be %s" % (number, state),
                     lambda: (r := self.row(number))["state"] == state and r)
