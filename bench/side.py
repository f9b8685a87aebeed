"""What the benchmarks share: finding and watching the programs of each side, the
state of the machine, and how figures are told apart and written."""

import atexit
import glob
import os
import socket
import statistics
import subprocess
import sys
import threading
import time

TICKS = os.sysconf("SC_CLK_TCK")
BUILD_DEPS = os.path.abspath("build-deps")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def find(build, name):
    """The program of that name below a build folder."""
    found = [p for p in glob.glob(os.path.join(build, "**", name), recursive=True)
             if os.path.isfile(p) and os.access(p, os.X_OK)]
    if not found:
        sys.exit("bench: no program %s below %s" % (name, build))
    return os.path.abspath(found[0])


def fetched(path):
    """A program below build-deps, or None: tools/install-deps bench fetches it."""
    path = os.path.join(BUILD_DEPS, path)
    return path if os.access(path, os.X_OK) else None


def fetched_env():
    libraries = ":".join(glob.glob(os.path.join(BUILD_DEPS, "usr/lib/*-linux-gnu")))
    return {"LD_LIBRARY_PATH": libraries}


def listening(pid, port):
    """Whether that process listens on the port, from the kernel's table."""
    inodes = set()
    with open("/proc/net/tcp", encoding="ascii") as table:
        for line in table.readlines()[1:]:
            f = line.split()
            if f[3] == "0A" and int(f[1].split(":")[1], 16) == port:
                inodes.add("socket:[%s]" % f[9])
    for fd in glob.glob("/proc/%d/fd/*" % pid):
        try:
            if os.readlink(fd) in inodes:
                return True
        except OSError:
            pass
    return False


def cpu_us(pid):
    """Of all threads of a process so far, from the scheduler's own clock."""
    total = 0
    for path in glob.glob("/proc/%d/task/*/schedstat" % pid):
        with open(path, encoding="ascii") as f:
            total += int(f.read().split()[0])
    return total / 1000


def memory_kib(pid):
    """Resident memory of a process."""
    with open("/proc/%d/status" % pid, encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmRSS:"))


def private_kib(pid):
    """Resident memory of a process that no other process shares."""
    with open("/proc/%d/smaps_rollup" % pid, encoding="ascii") as f:
        return sum(int(line.split()[1]) for line in f if line.startswith("Private_"))


def family(pid):
    """A process and its children."""
    pids = [pid]
    for path in glob.glob("/proc/%d/task/*/children" % pid):
        with open(path, encoding="ascii") as f:
            for child in f.read().split():
                pids += family(int(child))
    return pids


def pause(seconds):
    """Lets time pass: what is paced or idle is measured over time."""
    threading.Event().wait(seconds)


def end(process):
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def busy_ticks():
    with open("/proc/stat", encoding="ascii") as f:
        v = [int(x) for x in f.readline().split()[1:]]
    return sum(v) - v[3] - v[4]


class Others:
    """CPU that neither we nor our children used, as a share of one core."""

    def __init__(self):
        self.start, self.busy, self.ours = time.monotonic(), busy_ticks(), self.own()

    @staticmethod
    def own():
        t = os.times()
        return (t.user + t.system + t.children_user + t.children_system) * TICKS

    def share(self):
        used = busy_ticks() - self.busy - (self.own() - self.ours)
        return max(0.0, used / TICKS / (time.monotonic() - self.start))


def nice_of_session(nice):
    """Weight against other sessions, where the kernel gives each the same share."""
    try:
        with open("/proc/self/autogroup", "w", encoding="ascii") as f:
            f.write(str(nice))
    except OSError:
        pass


def weigh():
    """All sides alike get many times the weight of other work, where we may."""
    try:
        os.setpriority(os.PRIO_PROCESS, 0, -19)
    except PermissionError:
        return "ordinary weight: not root"
    nice_of_session(-19)
    atexit.register(nice_of_session, 0)
    return "all sides run at nice -19"


def spread(values):
    return statistics.median(values), min(values), max(values)


def verdict(ours, theirs, more_is_better):
    """A claim of better or worse needs the worst of one to beat the best of
    the other."""
    low, high = (ours, theirs) if not more_is_better else (theirs, ours)
    if max(low) < min(high):
        return "better"
    return "worse" if min(low) > max(high) else "level"


def ratio(ours, theirs, more_is_better):
    """Of two medians; above 1 is always better for us."""
    if more_is_better:
        return ours / theirs if theirs else 0
    return theirs / ours if ours else 0


def figure(bench, metric, unit, ours, theirs=None, more_is_better=False):
    """One line a figure; theirs is (name of the peer, its values)."""
    value, least, most = spread(ours)
    line = "bench=%s metric=%s value=%.3f unit=%s min=%.3f max=%.3f runs=%d" % (
        bench, metric, value, unit, least, most, len(ours))
    if not theirs:
        return line
    peer, values = theirs
    other = statistics.median(values)
    return "%s peer=%s peer_value=%.3f ratio=%.2f verdict=%s" % (
        line, peer, other, ratio(value, other, more_is_better),
        verdict(ours, values, more_is_better))
