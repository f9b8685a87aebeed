"""Resident memory stays under its cap, and the others are served, while
hostile peers send all they can. HOMESTEAD_HOSTILE_SECONDS says how long the
first attack lasts: 10 unless said, 60 in make soak."""

import http.client
import ipaddress
import json
import os
import random
import resource
import select
import socket
import time

from harness.masc import (CHILD, KEEPALIVE, SIBLING, attribute, keepalive, message, notification,
                          open_message, update)
from harness.scenes import CHILD_DOMAIN, Lone, address
from harness.tap import case, run
from harness.wait import until

SECONDS = float(os.environ.get("HOMESTEAD_HOSTILE_SECONDS", "3"))
OTHERS = min(SECONDS, 6)  # the other attacks
SIBLING_DOMAIN, OURS, THEIRS = 64600, 600, 60000
CAP = 16 << 20  # more than before the attack
# Freed memory that AddressSanitizer keeps aside is not the daemon's.
SANITIZER = {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=4"}


def octets_forever(seed):
    """Well-formed and malformed messages and noise, without end."""
    r = random.Random(seed)
    claim = attribute(3, CHILD, "239.1.0.0", "255.255.255.0", CHILD_DOMAIN, 2, int(time.time()),
                      86400, 3600)
    while True:
        yield r.choice((
            lambda: update(*[claim] * r.randint(1, 113)),
            lambda: keepalive() * r.randint(1, 500),
            lambda: message(r.randint(0, 255), r.randbytes(r.randint(0, 4092))),
            lambda: open_message(r.randint(0, 3), r.randint(0, 1 << 31), 2),
            lambda: message(2, r.randbytes(100), length=r.randint(0, 65535)),
            lambda: notification(r.randint(0, 127), r.randint(0, 255), r.randbytes(3000), True),
            lambda: r.randbytes(r.randint(1, 8192)),
        ))()


class Attacker:
    """Dials again and again and sends as fast as it is read. A deaf one reads
    nothing, not even that it was told to go."""

    def __init__(self, scene, peer, seed, deaf=False, opens=True):
        self.scene, self.peer, self.deaf, self.opens = scene, peer, deaf, opens
        self.octets = octets_forever(seed)
        self.speaker, self.left = None, b""
        self.sent = self.dials = 0

    def dial(self):
        try:
            self.speaker = self.peer.dial(address(1), within=2)
        except OSError:
            return
        self.dials += 1
        self.left = open_message(CHILD, CHILD_DOMAIN, 2) + keepalive() if self.opens else b""

    def told_to_go(self):
        try:
            return not self.deaf and self.speaker.sock.recv(65536) == b""
        except BlockingIOError:
            return False

    def turn(self):
        if not self.speaker:
            self.dial()
            return
        try:
            if self.told_to_go():
                self.close()
                return
            self.left = self.left or next(self.octets)
            n = self.speaker.sock.send(self.left)
            self.sent += n
            self.left = self.left[n:]
        except BlockingIOError:
            pass
        except OSError:
            self.close()

    def close(self):
        if self.speaker:
            self.speaker.close()
        self.speaker = None


def attacked(world, seconds, make_attackers, start=None):
    """Runs the attack beside a session that must live through it."""
    peers = {name: {"address": address(host), "role": "parent", "domain": CHILD_DOMAIN + i,
                    "passive": True}
             for i, (name, host) in enumerate((("south", 2), ("east", 3)))}
    scene = Lone(world, peers, hold_time="9s", idle_backoff="10ms", idle_backoff_max="10ms")
    daemon = scene.daemon.start(env=SANITIZER)
    if start:
        start(daemon)
    witness = scene.established(scene.play(3), host=3)
    before = most = daemon.process.memory()
    attackers = make_attackers(scene)
    end, beat, look = time.monotonic() + seconds, 0, 0
    while time.monotonic() < end:
        for a in attackers:
            a.turn()
        now = time.monotonic()
        if now >= beat:
            witness.send(keepalive())
            beat = now + 1
        if now >= look:
            most = max(most, daemon.process.memory())
            assert most < before + CAP, "%d KiB grew to %d KiB" % (before >> 10, most >> 10)
            look = now + 0.1
        wait_for_any(attackers)
    for a in attackers:
        a.close()
    sent, dials = sum(a.sent for a in attackers), sum(a.dials for a in attackers)
    print("# %d KiB before, %d KiB at most; %d octets on %d connections" % (
        before >> 10, most >> 10, sent, dials))
    assert sent > 10000 * seconds and dials > seconds, "that was no attack"
    assert witness.receive().kind == KEEPALIVE
    assert daemon.peer("east")["lost"] == 0 and daemon.state_of("east") == "established"
    daemon.fine()
    assert daemon.stop() == 0, daemon.said()
    daemon.clean()


def wait_for_any(attackers):
    """Until one can send, so that the daemon has the processor meanwhile."""
    open_ = [a.speaker.sock for a in attackers if a.speaker]
    if open_:
        select.select([], open_, [], 0.05)


@case
def a_peer_that_sends_all_it_can(world):
    attacked(world, SECONDS, lambda scene: [Attacker(scene, scene.peer, 1)])


@case
def a_peer_that_does_not_listen(world):
    attacked(world, OTHERS / 2, lambda scene: [Attacker(scene, scene.peer, 2, deaf=True)])


def claim_many(daemon):
    """Claims of ours, each of which every claim heard is held against."""
    api = http.client.HTTPConnection("homestead")
    api.sock = socket.socket(socket.AF_UNIX)
    api.sock.connect(daemon.socket)
    for i in range(OURS):
        prefix = "%s/28" % (ipaddress.ip_address("239.193.0.0") + 16 * i)
        api.request("POST", "/v1/masc/claims", json.dumps({"prefix": prefix}),
                    {"Content-Type": "application/json"})
        answer = json.loads(api.getresponse().read())
        assert "error" not in answer, answer
    api.close()


@case
def a_peer_that_says_more_than_there_is_time_for(world):
    """MASC-20.2, ENGINE-27: of claims that cost many steps each, more comes than a
    link may keep waiting. It is not read meanwhile, and the session lives."""
    peers = {"south": {"address": address(2), "role": "sibling", "domain": SIBLING_DOMAIN}}
    scene = Lone(world, peers)
    scene.daemon.start()
    speaker = scene.dial()
    speaker.establish(SIBLING, SIBLING_DOMAIN, 2)
    claim_many(scene.daemon)
    now, start = int(time.time()), ipaddress.ip_address("239.194.0.0")
    told = [attribute(0, SIBLING, str(start + i), "255.255.255.255", SIBLING_DOMAIN, 2, now,
                      86400, 86400) for i in range(THEIRS)]
    octets = b"".join(update(*told[i:i + 113]) for i in range(0, len(told), 113))
    speaker.send(octets + keepalive(), within=60)
    until("all to be heard",
          lambda: scene.daemon.peer("south")["received"]["octets"] > len(octets), 60)
    assert scene.daemon.state_of("south") == "established"
    scene.daemon.fine()


@case
def a_peer_on_many_connections(world):
    attacked(world, OTHERS, lambda scene: [
        Attacker(scene, scene.peer, i, deaf=i % 3 == 0, opens=i % 2 == 0) for i in range(50)])


@case
def strangers_by_the_dozen(world):
    attacked(world, OTHERS, lambda scene: [Attacker(scene, scene.peer, 99)] + [
        Attacker(scene, scene.play(10 + i), i) for i in range(24)])


@case
def few_descriptors(world):
    """More connections than the daemon may have descriptors."""
    def limit(daemon):
        resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE, (40, 40))

    attacked(world, OTHERS / 2, lambda scene: [
        Attacker(scene, scene.peer, i, opens=False) for i in range(60)], limit)


if __name__ == "__main__":
    run()
