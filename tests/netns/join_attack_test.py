"""Many at a member's door at once, who type wrong codes or stop half way (doc/security.md):
memory stays small, members are served, and who has the right code comes in."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

from harness.graphs import fine
from harness.groups import houses, words
from harness.tap import case, note, run
from harness.wait import until

try:
    from harness.rogue import Ended, Key, Rogue
except ImportError as missing:
    print("1..0 # SKIP no %s" % missing.name)
    sys.exit(0)

MIB = 1 << 20
WRONG, OVER, WAIT = 2, 3, 5
SOURCES = 20
AT_ONCE = 10
LONG = bool(os.environ.get("HOMESTEAD_LONG"))


def sources(eve):
    """Addresses of one machine that look like so many."""
    device = next(w.split("@")[0] for w in eve.netns.ip("-o", "link").split()
                  if w.startswith("hs") and "@" in w)
    found = ["192.0.2.%d" % (100 + i) for i in range(SOURCES)]
    for a in found:
        eve.netns.address(device, a + "/24")
    return [eve.address] + found


class Door:
    """A group of Ann's with Bob in it, Carla who wants in, and Eve with many addresses."""

    def __init__(self, world):
        self.people, _ = houses(world, ["ann", "bob"], ["carla", "eve"], names={"ipv6": False})
        self.ann, self.bob, self.carla, self.eve = self.people
        self.name = self.ann.make()
        self.bob.types(self.ann.code())
        self.bob.connected(within=60)
        self.key = Key(self.eve, None)
        self.context = self.key.context()
        self.sources = sources(self.eve)
        self.before = self.ann.process.memory()

    def rogue(self, source):
        return Rogue(self.eve, self.ann, source=source)

    def knocks(self, source, invitation, after):
        """One more at the door, up to M1 or before."""
        r = self.rogue(source)
        try:
            if after > 0:
                r.auth_info(self.name, self.key.name)
            if after > 1:
                r.shake(self.context)
            if after > 2:
                r.knock(invitation)
        except (Ended, OSError):
            pass
        return r

    def guesses(self, source, invitation):
        """One whole run with a wrong proof: what is said to it; None: it was not heard."""
        with self.knocks(source, invitation, 3) as r:
            try:
                return r.guess()
            except (Ended, OSError):
                return None

    def flooded(self, what, each):
        """Does that for each source so many times, many at once; not waited for."""
        pool = ThreadPoolExecutor(AT_ONCE)
        self.eve.world.closers.append(lambda: pool.shutdown(cancel_futures=True))
        return [pool.submit(what, source, n) for n in range(each)
                for source in self.sources]

    def serves(self, n):
        self.bob.put("milk=%d" % n)
        self.ann.gets("milk", str(n))

    def small(self):
        grown = self.ann.process.memory() - self.before
        note("grown by %d KiB" % (grown >> 10))
        assert grown < 32 * MIB, grown


def done(flood):
    return [f.result() for f in flood if f.done()]


@case
def many_stop_half_way(world):
    """At each point up to the one where a proof is due, and hold on."""
    door = Door(world)
    code, other = door.ann.code(), bytes.fromhex(door.ann.cli("invite", "Home")["id"])
    flood = door.flooded(lambda source, n: door.knocks(source, other, n % 4), 16)
    until("a hundred to be there", lambda: len(done(flood)) > 100, 60)
    door.serves(1)
    door.carla.types(code)
    door.ann.knows(Carla="member")
    until("all to be there", lambda: len(done(flood)) == len(flood), 120)
    door.serves(2)
    strange = door.ann.ask("GET", "/graphs")["strange"]
    note("%d at the door: %s" % (len(flood), strange))
    door.small()
    for r in done(flood):
        r.sock.close()
    fine(door.people)


@case
def many_guess(world):
    """At a code, which ends, and at a password, for which all who guess wait."""
    door = Door(world)
    code, other = door.ann.code(), door.ann.cli("invite", "Home")
    door.ann.password("open sesame")
    id_ = bytes.fromhex(other["id"])
    flood = door.flooded(lambda source, n: door.guesses(source, id_ if n % 2 else None),
                         20 if LONG else 6)
    until("some guesses", lambda: len(done(flood)) > 50, 60)
    door.serves(1)
    door.carla.types(code)
    door.ann.knows(Carla="member")
    door.serves(2)
    until("all to have guessed", lambda: len(done(flood)) == len(flood), 200)
    said = [reason for reason, _ in filter(None, done(flood))]
    note("%d tried: %s" % (len(flood), {r: said.count(r) for r in sorted(set(said))}))
    # Five of the code; of the password as many as the time between them lets through.
    assert said.count(WRONG) <= 5 + 8, said.count(WRONG)
    assert said.count(OVER) and said.count(WAIT), said
    shown = door.ann.invitations()[words(other["code"])]
    assert (shown["wrong"], shown["state"]) == (5, "ended by wrong guesses"), shown
    door.small()
    fine(door.people)


run()
