"""The relay as a program: frames through two namespaces, commands, scripts."""

import json
import os
import signal
import socket
import subprocess
import time

from harness.tap import case, run
from harness.wait import readable, until
from harness.world import RELAY

A, B = "192.0.2.1", "192.0.2.2"


class Ends:
    """A UDP socket at each end of a relay."""

    def __init__(self, world, script="", seed=1):
        self.a, self.b = world.namespace("a"), world.namespace("b")
        self.relay = world.relay(self.a, self.b, [A + "/24"], [B + "/24"], script, seed)
        self.at_a, self.at_b = self.bound(self.a, A), self.bound(self.b, B)
        world.closers += [self.at_a.close, self.at_b.close]

    @staticmethod
    def bound(ns, address):
        with ns:
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        s.bind((address, 5000))
        return s

    def a_to_b(self, text=b"x"):
        self.at_a.sendto(text, (B, 5000))

    def b_to_a(self, text=b"x"):
        self.at_b.sendto(text, (A, 5000))

    def meet(self):
        """Until a datagram made it there and back, so that neighbours know
        each other."""
        def there_and_back():
            self.a_to_b(b"meet")
            if not readable(self.at_b, 0.2):
                return False
            self.at_b.recv(100)
            self.b_to_a(b"meet")
            return readable(self.at_a, 0.2) and self.at_a.recv(100)

        until("both ends to meet", there_and_back)
        for s in (self.at_a, self.at_b):
            while readable(s, 0.05):
                s.recv(100)


@case
def datagrams_pass_both_ways(world):
    ends = Ends(world)
    ends.meet()
    ends.a_to_b(b"to b")
    assert readable(ends.at_b, 5) and ends.at_b.recv(100) == b"to b"
    ends.b_to_a(b"to a")
    assert readable(ends.at_a, 5) and ends.at_a.recv(100) == b"to a"
    stats = ends.relay.stop()
    assert stats["a>b"]["out"] >= 2 and stats["b>a"]["out"] >= 2, stats
    assert stats["a>b"]["lost"] == stats["b>a"]["cut"] == 0, stats


@case
def delay_is_added(world):
    ends = Ends(world)
    ends.meet()
    ends.relay.command("delay 150ms")
    started = time.monotonic()
    ends.a_to_b()
    assert readable(ends.at_b, 5)
    assert time.monotonic() - started >= 0.15


@case
def one_way_delay_leaves_the_other(world):
    ends = Ends(world)
    ends.meet()
    ends.relay.command("a>b delay 30s")
    ends.a_to_b()
    ends.b_to_a()
    assert readable(ends.at_a, 5)
    assert not readable(ends.at_b, 0)


@case
def cut_and_heal(world):
    ends = Ends(world)
    ends.meet()
    ends.relay.cut()
    before = ends.relay.stats()["a>b"]["cut"]
    ends.a_to_b(b"lost")
    until("the frame to be cut", lambda: ends.relay.stats()["a>b"]["cut"] > before)
    ends.relay.heal()
    ends.a_to_b(b"found")
    assert readable(ends.at_b, 5) and ends.at_b.recv(100) == b"found"


@case
def loss_and_duplicates_are_counted(world):
    ends = Ends(world)
    ends.meet()
    ends.relay.command("a>b dup 100%")
    ends.a_to_b(b"two")
    for _ in range(2):
        assert readable(ends.at_b, 5) and ends.at_b.recv(100) == b"two"
    ends.relay.command("a>b dup 0% loss 100%")
    ends.a_to_b()
    until("a loss", lambda: ends.relay.stats()["a>b"]["lost"] >= 1)
    assert not readable(ends.at_b, 0)


@case
def script_runs_by_the_clock(world):
    started = time.monotonic()
    ends = Ends(world, "seed 3\nat 0ms cut # from the start\nat 400ms heal\n")
    ends.meet()
    assert time.monotonic() - started >= 0.4
    assert ends.relay.stop()["a>b"]["cut"] >= 1


@case
def wrong_commands_are_answered(world):
    ends = Ends(world)
    ends.relay.process.popen.stdin.write(b"dely 5ms\n")
    ends.relay.process.popen.stdin.flush()
    answer = ends.relay.lines.next()
    assert answer.startswith('error: unknown word "dely"'), answer
    ends.relay.command("delay 1ms")


def ended(s):
    try:
        return s.recv(1) == b""
    except ConnectionResetError:
        return True


@case
def control_socket(world):
    a, b, path = world.namespace("a"), world.namespace("b"), world.path("relay.sock")
    world.spawn("relay", [RELAY, "--a-ns", a.name, "--b-ns", b.name, "--socket", path])
    until("the socket", lambda: os.path.exists(path))
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(path)
        s.sendall(b"cut\nsta")
        s.sendall(b"ts\n")
        stream = s.makefile()
        assert stream.readline() == "ok\n"
        assert set(json.loads(stream.readline())) == {"a>b", "b>a"}
    with socket.socket(socket.AF_UNIX) as s:  # an endless line ends its client alone
        s.connect(path)
        s.sendall(b"x" * 600)
        assert readable(s, 5) and ended(s)
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(path)
        s.sendall(b"quit\n")
        assert readable(s, 5) and s.recv(10) == b"ok\n"
    until("the socket to go", lambda: not os.path.exists(path))


@case
def signal_ends_it_with_counters(world):
    a, b = world.namespace("a"), world.namespace("b")
    p = world.spawn("relay", [RELAY, "--a-ns", a.name, "--b-ns", b.name], out=subprocess.PIPE)
    assert p.popen.stdout.readline().startswith(b'{"ready":true')
    p.signal(signal.SIGTERM)
    assert p.wait(5) == 0
    assert "queued_max" in json.loads(p.popen.stdout.read())["a>b"]
    assert "relay-a" not in a.ip("link"), "the device is left behind"


@case
def lost_namespace_ends_it(world):
    a, b = world.namespace("a"), world.namespace("b")
    p = world.spawn("relay", [RELAY, "--a-ns", a.name, "--b-ns", b.name], out=subprocess.PIPE)
    assert p.popen.stdout.readline().startswith(b'{"ready":true')
    b.ip("link", "del", "relay-b")
    assert p.wait(5) == 0


@case
def check_and_help(world):
    good, bad = world.path("good"), world.path("bad")
    with open(good, "w", encoding="ascii") as f:
        f.write("seed 7\nat 1s cut\n")
    with open(bad, "w", encoding="ascii") as f:
        f.write("seed 7\nat 1x cut\n")

    def relay(*args):
        return subprocess.run([RELAY, *args], text=True, capture_output=True, check=False)

    assert relay("--check", good).stdout.startswith(good + ": right")
    wrong = relay("--check", bad)
    assert wrong.returncode == 1 and 'bad: line 2: not a time "1x"' in wrong.stderr, wrong
    assert "usage" in relay("--help").stdout
    assert relay("--nonsense").returncode == 2
    nowhere = relay("--a-ns", "no-such-namespace")
    assert nowhere.returncode == 1 and "no-such-namespace" in nowhere.stderr


if __name__ == "__main__":
    run()
