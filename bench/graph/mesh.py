"""Runs the node programs of this bench (mesh.h): makes the file they share, starts one
process a node, leads them through a run and reads their figures."""

import mmap
import os
import socket
import struct
import sys
import subprocess
import tempfile
import time

import side

NODES, BUCKETS = 64, 1024
HEAD = struct.Struct("=IIIIQQq")  # nodes phase round pad count rate start_us
NODE = struct.Struct("=IIIIQQQqq")
NODE_SIZE = NODE.size + 4 * BUCKETS
FORM, SEND, REST, END = range(4)


def now_us():
    return time.monotonic_ns() // 1000


def bucket_us(at):
    """The middle of a bucket of latencies."""
    log, part = divmod(at, 32)
    return 2.0 ** log * (1 + (part + 0.5) / 32)


class Mesh:
    def __init__(self, argv, nodes, settle, each=None):
        self.nodes = nodes
        self.file = tempfile.NamedTemporaryFile(dir="/dev/shm", prefix="homestead-bench-")
        self.file.truncate(HEAD.size + NODES * NODE_SIZE)
        self.map = mmap.mmap(self.file.fileno(), 0)
        self.round, self.killed = 0, set()
        self.write(FORM, 0, 0, 0)
        self.processes = [
            subprocess.Popen(argv[:1] + [self.file.name, str(i)] + argv[1:] + (each(i) if each else []),
                             stdout=subprocess.DEVNULL)
            for i in range(nodes)]
        self.wait_ready(settle)

    def write(self, phase, count, rate, start):
        HEAD.pack_into(self.map, 0, self.nodes, phase, self.round, 0, count, rate, start)

    def node(self, i):
        keys = ("pid", "port", "ready", "pad", "got", "twice", "sent", "last_us", "sent_us")
        return dict(zip(keys, NODE.unpack_from(self.map, HEAD.size + i * NODE_SIZE)))

    def buckets(self, i):
        at = HEAD.size + i * NODE_SIZE + NODE.size
        return struct.unpack_from("=%dI" % BUCKETS, self.map, at)

    def wait_ready(self, settle):
        end = time.monotonic() + 60
        while not all(self.node(i)["ready"] for i in range(self.nodes)):
            if time.monotonic() > end or any(p.poll() is not None for p in self.processes):
                self.close()
                raise RuntimeError("the mesh did not form")
            side.pause(0.05)
        side.pause(settle)

    def alive(self):
        return [i for i in range(self.nodes) if i not in self.killed]

    def cpu_us(self):
        return sum(side.cpu_us(self.processes[i].pid) for i in self.alive())

    def memory_kib(self):
        return sum(side.memory_kib(self.processes[i].pid) for i in self.alive()) / len(self.alive())

    def kill(self, which):
        for i in which:
            self.processes[i].kill()
            self.processes[i].wait()
            self.killed.add(i)

    def done(self, wanted):
        return all(self.node(i)["got"] >= wanted(i) for i in self.alive())

    def run(self, count, rate, limit, meanwhile=None):
        """Sends `count` records in all; gives the figures once every node has the last, or
        after `limit` seconds without one more."""
        count -= count % self.nodes
        self.round += 1
        start, cpu = now_us() + 300000, self.cpu_us()
        self.write(SEND, count, rate, start)
        end, seen = time.monotonic() + limit, -1
        each = count // self.nodes

        def wanted(i):
            """What others sent; of killed nodes nobody asks."""
            return each * (len(self.alive()) - (0 if i in self.killed else 1))
        while not self.done(wanted) and time.monotonic() < end:
            if meanwhile:
                meanwhile(self, (now_us() - start) / 1e6)
            got = sum(self.node(i)["got"] for i in self.alive())
            if got != seen:
                seen, end = got, time.monotonic() + limit
            side.pause(0.01)
        return self.figures(each, start, self.cpu_us() - cpu)

    def figures(self, each, start, cpu):
        alive = self.alive()
        nodes = [self.node(i) for i in alive]
        counts = [0] * BUCKETS
        for i in alive:
            for at, n in enumerate(self.buckets(i)):
                counts[at] += n
        got = sum(n["got"] for n in nodes)
        last = max(n["last_us"] for n in nodes)
        self.write(REST, 0, 0, 0)
        return {"rate": each * self.nodes / max((last - start) / 1e6, 1e-6),
                "delivered": got / (len(alive) * each * (len(alive) - 1)),
                "p50": self.quantile(counts, 0.5), "p99": self.quantile(counts, 0.99),
                "cpu": cpu / max(got, 1), "seconds": (last - start) / 1e6,
                "twice": sum(n["twice"] for n in nodes) / max(got, 1),
                "memory": self.memory_kib() / 1024}

    @staticmethod
    def quantile(counts, q):
        """Milliseconds."""
        left = q * sum(counts)
        for at, n in enumerate(counts):
            left -= n
            if n and left <= 0:
                return bucket_us(at) / 1000
        return 0.0

    def private_kib(self):
        return sum(side.private_kib(self.processes[i].pid) for i in self.alive()) / len(self.alive())

    def idle(self, seconds):
        """CPU us a second and MiB of a node with nothing to do: all that is resident, and of
        that what it shares with no other process (libraries' text it does)."""
        cpu, begin = self.cpu_us(), time.monotonic()
        side.pause(seconds)
        used = (self.cpu_us() - cpu) / (time.monotonic() - begin) / len(self.alive())
        return used, self.memory_kib() / 1024, self.private_kib() / 1024

    def close(self):
        self.write(END, 0, 0, 0)
        for i, p in enumerate(self.processes):
            if i not in self.killed:
                side.end(p)
        self.map.close()
        self.file.close()


def free(port):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_ports(n):
    """The first of n ports in a row that nobody holds."""
    for first in range(21000, 30000, n):
        if all(free(first + i) for i in range(n)):
            return first
    sys.exit("bench: no free ports")


def of_ours(path, nodes, settle, folder="-", papers=None):
    """With papers, a folder, all are in one group."""
    return Mesh([path, str(free_ports(nodes)), folder] + ([papers] if papers else []), nodes, settle)


def three(make, burst):
    """Paced twice and a burst, in one mesh."""
    mesh = make()
    try:
        idle = mesh.idle(3)
        return {"100": mesh.run(100 * 6, 100, 10), "1000": mesh.run(1000 * 3, 1000, 10),
                "burst": mesh.run(burst, 0, 20), "idle": idle}
    finally:
        mesh.close()
