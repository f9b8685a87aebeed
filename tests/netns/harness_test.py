"""The harness itself: what a run makes is gone afterwards, however it ends."""

import os
import signal
import subprocess
import sys
import tempfile
import textwrap

from harness.tap import case, run
from harness.wait import Late, until
from harness.world import namespaces_of, reap, tag_of

# A run that makes one of everything, says where, and waits to be ended.
VICTIM = textwrap.dedent("""
    import os, signal, sys
    from harness import tap
    from harness.world import World
    tap.stop_on_signals()
    with World() as world:
        a, b = world.namespace("a"), world.namespace("b")
        world.link(a, b, ["192.0.2.1/24"], ["192.0.2.2/24"])
        relay = world.relay(a, b, ["198.51.100.1/24"], ["198.51.100.2/24"])
        world.small_disk("disk", "64k")
        sleeper = world.spawn("sleeper", ["cat"], netns=a, stdin=__import__("subprocess").PIPE)
        print(world.folder, sleeper.pid, relay.process.pid, flush=True)
        signal.pause()
""")


class Victim:
    """It has a temporary folder of its own, or a test beside this one would
    sweep it."""

    def __init__(self, world):
        here = os.path.dirname(os.path.abspath(__file__))
        self.top = tempfile.mkdtemp(dir=world.folder)
        self.process = subprocess.Popen(
            [sys.executable, "-c", VICTIM], cwd=here, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "TMPDIR": self.top})
        world.closers.append(self.end)
        self.folder, *pids = self.process.stdout.readline().split()
        self.pids = [int(p) for p in pids]

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def running(self):
        return [p for p in self.pids if os.path.exists("/proc/%d" % p)]

    def left(self):
        """What is still there of it."""
        with open("/proc/mounts", encoding="utf-8") as mounts:
            mounted = [m.split()[1] for m in mounts if self.folder in m]
        folder = [self.folder] if os.path.exists(self.folder) else []
        return namespaces_of(tag_of(self.folder)) + mounted + folder


@case
def signals_leave_nothing(world):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        victim = Victim(world)
        assert len(victim.left()) == 4, victim.left()
        victim.process.send_signal(number)
        assert victim.process.wait(20) == 128 + number
        assert not victim.left(), victim.left()
        until("its children to end", lambda v=victim: not v.running())


@case
def the_next_run_takes_away_what_a_killed_one_left(world):
    victim = Victim(world)
    victim.process.kill()
    victim.process.wait()
    until("its children to die with it", lambda: not victim.running())
    assert len(victim.left()) == 4, victim.left()
    reap(victim.top)
    assert not victim.left(), victim.left()


@case
def a_living_run_is_left_alone(world):
    victim = Victim(world)
    reap(victim.top)
    assert len(victim.left()) == 4 and len(victim.running()) == 2, victim.left()
    victim.process.send_signal(signal.SIGTERM)
    victim.process.wait(20)


@case
def a_condition_that_never_comes_fails(world):
    looked = []
    try:
        until("what never comes", lambda: looked.append(1), 0.1)
    except Late as late:
        assert "what never comes" in str(late) and len(looked) > 1
        return
    raise AssertionError("it came")


if __name__ == "__main__":
    run()
