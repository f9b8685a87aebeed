"""Serf agents on loopback, one process each, and user events through them: how many a
second each agent gets. Speaks the agent's RPC, msgpack over TCP, as far as it is needed."""

import os
import select
import socket
import struct
import subprocess
import time

import side


def pack(v):
    if isinstance(v, bool):
        return b"\xc3" if v else b"\xc2"
    if isinstance(v, int):
        return b"\xce" + struct.pack(">I", v)
    if isinstance(v, str):
        v = v.encode()
    if isinstance(v, bytes):
        return b"\xda" + struct.pack(">H", len(v)) + v
    if isinstance(v, list):
        return b"\xdc" + struct.pack(">H", len(v)) + b"".join(pack(x) for x in v)
    return b"\xde" + struct.pack(">H", len(v)) + b"".join(pack(k) + pack(x) for k, x in v.items())


class Short(Exception):
    pass


def take(b, at, n):
    if len(b) < at + n:
        raise Short
    return b[at:at + n], at + n


def number(b, at, n):
    raw, at = take(b, at, n)
    return int.from_bytes(raw, "big"), at


def unpack(b, at):
    c, at = number(b, at, 1)
    if c < 0x80:
        return c, at
    if c >= 0xe0:
        return c - 256, at
    if c in (0xc0, 0xc2, 0xc3):
        return {0xc0: None, 0xc2: False, 0xc3: True}[c], at
    if 0xcc <= c <= 0xd3:
        return number(b, at, 1 << (c & 3))
    kind, n = "", 0
    if 0xa0 <= c < 0xc0:
        kind, n = "raw", c & 31
    elif 0x90 <= c < 0xa0:
        kind, n = "list", c & 15
    elif 0x80 <= c < 0x90:
        kind, n = "map", c & 15
    elif c in (0xc4, 0xd9):
        kind = "raw"
        n, at = number(b, at, 1)
    elif c in (0xc5, 0xda, 0xdc, 0xde):
        kind = {0xc5: "raw", 0xda: "raw", 0xdc: "list", 0xde: "map"}[c]
        n, at = number(b, at, 2)
    elif c in (0xc6, 0xdb, 0xdd, 0xdf):
        kind = {0xc6: "raw", 0xdb: "raw", 0xdd: "list", 0xdf: "map"}[c]
        n, at = number(b, at, 4)
    else:
        raise ValueError("msgpack %02x" % c)
    if kind == "raw":
        return take(b, at, n)
    out = []
    for _ in range(n * (2 if kind == "map" else 1)):
        v, at = unpack(b, at)
        out.append(v)
    return (dict(zip(out[::2], out[1::2])) if kind == "map" else out), at


class Agent:
    def __init__(self, serf, at, first):
        self.port, self.rpc = side.free_port(), side.free_port()
        self.seq, self.input = 0, b""
        argv = [serf, "agent", "-node=n%d" % at, "-bind=127.0.0.1:%d" % self.port,
                "-rpc-addr=127.0.0.1:%d" % self.rpc, "-log-level=err"]
        if first:
            argv.append("-join=127.0.0.1:%d" % first.port)
        self.process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.socket = self.connect()
        self.call("handshake", {"Version": 1})

    def connect(self):
        for _ in range(200):
            try:
                return socket.create_connection(("127.0.0.1", self.rpc), 5)
            except OSError:
                side.pause(0.05)
        raise RuntimeError("serf does not answer")

    def call(self, command, body):
        self.seq += 1
        self.socket.sendall(pack({"Command": command, "Seq": self.seq}) + pack(body))

    def values(self):
        """What came, without waiting."""
        while select.select([self.socket], [], [], 0)[0]:
            got = self.socket.recv(1 << 16)
            if not got:
                break
            self.input += got
        at, out = 0, []
        try:
            while at < len(self.input):
                v, at = unpack(self.input, at)
                out.append(v)
        except Short:
            pass
        self.input = self.input[at:]
        return out


def measure(serf, nodes, rate, seconds, burst=200):
    """{"rate", "delivered", "p50_ms", "p99_ms", "burst"}: events a second that came to
    every agent; paced, then as fast as accepted."""
    agents = []
    try:
        for i in range(nodes):
            agents.append(Agent(serf, i, agents[0] if agents else None))
        side.pause(8)
        for a in agents:
            a.call("stream", {"Type": "user"})
            a.values()
        side.pause(1)
        paced = run(agents, rate * seconds, rate)
        fast = run(agents, burst, 0)
        return {**paced, "burst": fast["rate"]}
    finally:
        for a in agents:
            a.socket.close()
            side.end(a.process)


def run(agents, count, rate):
    start, sent, got, latency = time.monotonic(), 0, [0] * len(agents), []
    last = start
    for a in agents:
        a.values()
    while time.monotonic() - last < 30 and min(got) < count:
        due = count if not rate else int((time.monotonic() - start) * rate) + 1
        while sent < min(count, due):
            head = ("%d:%.6f:" % (sent, time.monotonic())).encode()
            agents[sent % len(agents)].call("event", {
                "Name": "g%d" % sent, "Payload": head.ljust(256, b"x"), "Coalesce": False})
            sent += 1
            last = time.monotonic()
        for i, a in enumerate(agents):
            for v in a.values():
                if isinstance(v, dict) and v.get(b"Event") == b"user":
                    got[i] += 1
                    last = time.monotonic()
                    latency.append(last - float(v[b"Payload"].split(b":")[1]))
        side.pause(0.001)
    latency.sort()
    n = len(latency)
    return {"rate": min(got) / max(last - start, 1e-6), "delivered": sum(got) / len(agents) / count,
            "p50_ms": 1000 * latency[n // 2] if n else 0,
            "p99_ms": 1000 * latency[n * 99 // 100] if n else 0}


def program():
    return side.fetched("usr/bin/serf")
