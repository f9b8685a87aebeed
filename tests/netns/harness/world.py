"""Network namespaces, links, relays and folders of one test run.

Everything is named after the run's folder, whose lock file the run holds, so
that a later run can tell leftovers of a dead one from a living neighbour.
World.close() takes all of it away; it runs on success, failure and signal.
"""

import atexit
import fcntl
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

from .process import Lines, Process, setns
from .wait import until

PREFIX = "homestead-netns-"
YOUNG = "homestead-young-"
RELAY = os.environ.get("HOMESTEAD_RELAY", "relay")


def run(*argv, **kwargs):
    """Runs a tool; its words are in the exception when it fails."""
    done = subprocess.run([str(a) for a in argv], stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **kwargs)
    if done.returncode:
        raise RuntimeError("%s: %s" % (" ".join(map(str, argv)), done.stdout.strip()))
    return done.stdout


def lacking():
    """Why namespace tests cannot run here; None when they can."""
    if sys.platform != "linux" or not hasattr(os, "pidfd_open"):
        return "needs Linux with pidfd"
    if os.geteuid() != 0:
        return "needs root"
    if not shutil.which("ip"):
        return "needs ip (iproute2)"
    if not os.path.exists("/dev/net/tun"):
        return "needs /dev/net/tun"
    probe = "hsprobe%d" % os.getpid()
    try:
        run("ip", "netns", "add", probe)
        run("ip", "-n", probe, "tuntap", "add", "dev", "t0", "mode", "tap")
    except RuntimeError as e:
        return "no namespaces or TAP devices: %s" % e
    finally:
        subprocess.run(["ip", "netns", "del", probe], stderr=subprocess.DEVNULL, check=False)
    return None


def namespaces_of(tag):
    names = [line.split()[0] for line in run("ip", "netns", "list").splitlines() if line.strip()]
    return [n for n in names if n.startswith(tag + "-")]


def tag_of(folder):
    return "hs" + os.path.basename(folder)[len(PREFIX):]


def sweep(folder):
    """Takes away what a run left: processes in its namespaces, namespaces,
    mounts, the folder itself."""
    for name in namespaces_of(tag_of(folder)):
        for pid in run("ip", "netns", "pids", name).split():
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                pass
        run("ip", "netns", "del", name)
    with open("/proc/mounts", encoding="utf-8") as mounts:
        points = [line.split()[1] for line in mounts]
    for point in reversed([p for p in points if p.startswith(folder + "/")]):
        run("umount", "-l", point)
    shutil.rmtree(folder, ignore_errors=True)


def reap(top=None):
    """Sweeps the runs whose lock nobody holds any more."""
    top = top or tempfile.gettempdir()
    for folder in glob.glob(os.path.join(top, PREFIX + "*")):
        try:
            lock = open(os.path.join(folder, "lock"), "rb")
        except OSError:
            continue  # being taken away just now
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            sweep(folder)


def locked_folder():
    """A new folder and its lock; it has its name only once it is locked, so
    that nobody takes it for a leftover."""
    young = tempfile.mkdtemp(prefix=YOUNG)
    lock = open(os.path.join(young, "lock"), "wb")
    fcntl.flock(lock, fcntl.LOCK_EX)
    folder = os.path.join(os.path.dirname(young), PREFIX + os.path.basename(young)[len(YOUNG):])
    os.rename(young, folder)
    return folder, lock


class Namespace:
    """Used as `with ns:`, sockets made inside belong to it; each thread is in its own."""

    def __init__(self, name):
        self.name = name
        self.path = "/run/netns/" + name
        self._at = threading.local()

    def ip(self, *words):
        return run("ip", "-n", self.name, *words)

    def address(self, device, address):
        self.ip("addr", "add", address, "dev", device, *(["nodad"] if ":" in address else []))

    def dropped(self, counter):
        """A counter of TcpExt, as TCPMinTTLDrop."""
        with self, open("/proc/thread-self/net/netstat", encoding="ascii") as f:
            rows = [line.split() for line in f if line.startswith("TcpExt:")]
        return int(dict(zip(*rows))[counter])

    def __enter__(self):
        self._at.home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        fd = os.open(self.path, os.O_RDONLY)
        try:
            setns(fd)
        finally:
            os.close(fd)
        return self

    def __exit__(self, *exc):
        setns(self._at.home)
        os.close(self._at.home)


class Relay:
    """A bad link between two namespaces; its devices are called `device`."""

    def __init__(self, process, device):
        self.process = process
        self.device = device
        self.lines = Lines(process.popen.stdout)
        first = json.loads(self.lines.next() or "{}")
        assert first.get("ready"), "relay did not start: " + process.said()

    def command(self, line):
        self.process.popen.stdin.write(line.encode() + b"\n")
        self.process.popen.stdin.flush()
        answer = self.lines.next()
        assert answer == "ok", "relay: %s: %s" % (line, answer)

    def cut(self, way=""):
        self.command(way + " cut")

    def heal(self, way=""):
        self.command(way + " heal")

    def stats(self):
        self.process.popen.stdin.write(b"stats\n")
        self.process.popen.stdin.flush()
        return json.loads(self.lines.next())

    def stop(self):
        """Ends it; gives its last counters."""
        self.command("quit")
        counters = json.loads(self.lines.next())
        self.process.wait()
        return counters


class World:
    def __init__(self):
        reap()
        self.folder, self._lock = locked_folder()
        self.tag = tag_of(self.folder)
        self.processes = []
        self.mounts = []
        self.closers = []
        self._devices = 0
        self._closed = False
        atexit.register(self.close)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def close(self):
        if self._closed:
            return
        self._closed = True
        for close in reversed(self.closers):
            close()
        for process in reversed(self.processes):
            process.close()
        for point in reversed(self.mounts):
            run("umount", "-l", point)
        sweep(self.folder)
        self._lock.close()
        atexit.unregister(self.close)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def namespace(self, name):
        full = "%s-%s" % (self.tag, name)
        run("ip", "netns", "add", full)
        ns = Namespace(full)
        ns.ip("link", "set", "lo", "up")
        return ns

    def spawn(self, name, argv, **kwargs):
        process = Process(argv, self.path(name + ".log"), **kwargs)
        self.processes.append(process)
        return process

    def device(self):
        self._devices += 1
        return "hs%d" % self._devices

    def link(self, a, b, a_addresses, b_addresses):
        """A perfect wire between two namespaces; gives its device's name."""
        device = self.device()
        a.ip("link", "add", device, "type", "veth", "peer", "name", device, "netns", b.name)
        for ns, addresses in ((a, a_addresses), (b, b_addresses)):
            for address in addresses:
                ns.address(device, address)
            ns.ip("link", "set", device, "up")
        until("carrier of " + device,
              lambda: "LOWER_UP" in a.ip("link", "show", device)
              and "LOWER_UP" in b.ip("link", "show", device))
        return device

    def lan(self, hub, members):
        """A switch in namespace `hub`; members: (namespace, [addresses])."""
        hub.ip("link", "add", "lan", "type", "bridge")
        hub.ip("link", "set", "lan", "up")
        for ns, addresses in members:
            device = self.device()
            hub.ip("link", "add", device, "type", "veth", "peer", "name", device, "netns", ns.name)
            hub.ip("link", "set", device, "master", "lan", "up")
            for address in addresses:
                ns.address(device, address)
            ns.ip("link", "set", device, "up")

    def relay(self, a, b, a_addresses, b_addresses, script="", seed=1):
        """A bad wire between two namespaces, driven by a relay script."""
        device = self.device()
        path = self.path(device + ".script")
        with open(path, "w", encoding="ascii") as f:
            f.write(script)
        process = self.spawn("relay-" + device, [
            RELAY, "--a", device, "--b", device, "--a-ns", a.name, "--b-ns", b.name, "--stdin",
            "--script", path, "--seed", seed], stdin=subprocess.PIPE, out=subprocess.PIPE)
        relay = Relay(process, device)
        for ns, addresses in ((a, a_addresses), (b, b_addresses)):
            for address in addresses:
                ns.address(device, address)
        return relay

    def small_disk(self, name, size):
        """A folder on a file system of that size."""
        point = self.path(name)
        os.mkdir(point)
        run("mount", "-t", "tmpfs", "-o", "size=%s,mode=700" % size, "tmpfs", point)
        self.mounts.append(point)
        return point
