"""Nodes of graphs: a daemon with the part graph alone, driven through the API on its
control socket, and the networks its nodes stand in."""

import contextlib
import http.client
import json
import os
import socket
import struct
from urllib.parse import quote

from .daemon import Daemon, settings
from .names import addresses
from .names import address as host_address
from .wait import Late, deadline_of, readable, until

PORT = 3587
MESH = "mesh"
TYPE = "note"
# Freed memory that AddressSanitizer keeps aside is not the daemon's.
FRUGAL = {"ASAN_OPTIONS": "quarantine_size_mb=1:thread_local_quarantine_size_kb=16"}


class Refused(AssertionError):
    """The daemon answered a request with an error."""

    def __init__(self, what, error):
        self.error = error
        super().__init__("%s: %s" % (what, error))


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("homestead", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def configuration(values):
    return ("graph = {\n" + settings(values, "\t") + "};\n"
            "pnrp = { enabled = false; };\n")


def endpoint(address, port=PORT):
    return ("[%s]:%d" if ":" in address else "%s:%d") % (address, port)


class Node(Daemon):
    """values: keys of graph. host, link: where it stands, as harness.names has it."""

    def __init__(self, world, name, netns, host=1, link=1, state=None, family="ipv4", **values):
        super().__init__(world, name, netns, {}, 0, 0, config={}, state=state)
        os.mkdir(world.path(name))  # where its other sockets lie too
        self.socket = world.path(name, "control.sock")
        self.values = {"lab": True, "silence": "3s", **values}
        self.host, self.link, self.family = host, link, family

    def write_config(self, text=None):
        super().write_config(text or configuration(self.values))

    def start(self, *options, ready=True, env=None):
        return super().start(*options, ready=ready, env={**FRUGAL, **(env or {})})

    @property
    def address(self):
        return host_address(self.link, self.host, self.family)

    # ---- the API

    def ask(self, method, path, body=None, within=60):
        """The answer to a request; Refused when it is an error."""
        connection = UnixConnection(self.socket, within)
        try:
            connection.request(method, "/v1" + path, None if body is None else json.dumps(body),
                               {"Content-Type": "application/json"} if body is not None else {})
            answer = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        if "error" in answer:
            raise Refused("%s: %s %s" % (self.name, method, path), answer["error"])
        return answer

    def refused_at(self, path, body, method="POST"):
        """The error of a request that must fail."""
        try:
            answer = self.ask(method, path, body)
        except Refused as refused:
            return refused.error
        raise AssertionError("%s was done: %s" % (path, answer))

    @contextlib.contextmanager
    def session(self, graph=MESH):
        """Requests about records over one connection, for those who have many."""
        connection = UnixConnection(self.socket, 60)

        def ask(method, record, body):
            path = "/v1/graphs/%s/records%s" % (quote(graph), record and "/" + quote(record))
            connection.request(method, path, json.dumps(body),
                               {"Content-Type": "application/json"})
            answer = json.loads(connection.getresponse().read())
            if "error" in answer:
                raise Refused("%s: %s %s" % (self.name, method, path), answer["error"])
            return answer

        try:
            yield ask
        finally:
            connection.close()

    def of(self, path="", method="GET", body=None, graph=MESH, within=60):
        """The same of a graph."""
        return self.ask(method, "/graphs/" + quote(graph, safe="") + path, body, within)

    def create(self, graph=MESH, **body):
        return self.ask("POST", "/graphs", {"id": graph, "listen": True, **body})

    def join(self, other, graph=MESH, **body):
        """Opens a graph, calls that node, and is one that others can call."""
        self.create(graph, open=True, **body)
        self.connect(other, graph)
        until(self.name + " to listen", lambda: self.info(graph)["listening"])
        return self

    def connect(self, other, graph=MESH, at=None):
        return self.of("/connect", "POST", {"address": at or endpoint(other.address)}, graph)

    def info(self, graph=MESH):
        return self.of(graph=graph)

    def links(self, graph=MESH, kind="neighbor"):
        return [l for l in self.of("/links", graph=graph)["links"]
                if l["kind"] == kind and l["state"] == "connected"]

    def add(self, text, graph=MESH, **body):
        """Publishes a record; its ID."""
        return self.of("/records", "POST", {"type": TYPE, "text": text, **body}, graph)["id"]

    def update(self, record, text, graph=MESH):
        return self.of("/records/" + quote(record), "PUT", {"text": text}, graph)["version"]

    def delete(self, record, graph=MESH):
        return self.of("/records/" + quote(record), "DELETE", {}, graph)["version"]

    def record(self, record, graph=MESH):
        """A record; None when it is not here."""
        try:
            return self.of("/records/" + quote(record), graph=graph)
        except Refused as refused:
            if refused.error["code"] == "NOT_FOUND":
                return None
            raise

    def held(self, graph=MESH):
        """All records of applications: version by ID."""
        found, after = {}, ""
        while True:
            page = self.of("/records?most=100&after=" + quote(after), graph=graph)
            found.update((r["id"], r["version"]) for r in page["records"])
            after = page["next"]
            if not after:
                return found

    def has(self, records, graph=MESH, within=None):
        """Waits until these records are here, in these versions; a list: in any."""
        wanted = records if isinstance(records, dict) else {r: None for r in records}
        left = dict(wanted)

        def arrived():
            for record in list(left):
                got = self.record(record, graph)
                if not got or left[record] not in (None, got["version"]):
                    return False
                del left[record]
            return True

        until(lambda: "%s to have %d more of %d records" % (self.name, len(left), len(wanted)),
              arrived, within)

    def neighbors(self, least=1, graph=MESH, within=None):
        """Waits for so many neighbors."""
        return until("%s to have %d neighbors" % (self.name, least),
                     lambda: len(found := self.links(graph)) >= least and found, within)

    # ---- streams of octets

    def stream(self, answer):
        """The stream that an answer of the API is for."""
        s = socket.socket(socket.AF_UNIX)
        self.world.closers.append(s.close)
        s.settimeout(60)
        s.connect(answer["socket"])
        s.sendall(answer["token"].encode() + b"\n")
        return s

    def upload(self, data, graph=MESH, **body):
        """Publishes a large record; its ID."""
        with self.stream(self.of("/records/large", "POST", {
                "size": len(data), "type": TYPE, **body}, graph)) as s:
            s.sendall(data)
            s.shutdown(socket.SHUT_WR)
            answer = json.loads(whole(s))
        if "error" in answer:
            raise Refused(self.name + ": large record", answer["error"])
        return answer["id"]

    def data(self, record, graph=MESH):
        """The data of a record, however large."""
        with self.stream(self.of("/records/%s/data" % quote(record), "POST", {}, graph)) as s:
            return whole(s)

    def watch(self):
        """Its events from now on."""
        return Watch(self)

    # ---- direct connections

    def talk(self, other, node=None):
        """A direct connection to a node; the streams of both ends."""
        other.of("/accept", "POST", {})
        events = other.watch()
        opened = self.of("/direct", "POST", {"node": node or other.info()["node"]})
        conn = events.next("direct", status="connected")["fields"]["connection"]
        taken = other.of("/direct/%d/stream" % conn, "POST", {})
        return self.stream(opened), other.stream(taken)


def whole(s):
    """What comes till the end of a stream."""
    pieces = []
    while piece := s.recv(1 << 20):
        pieces.append(piece)
    return b"".join(pieces)


class Watch:
    """Events of a daemon, as they come from now on."""

    def __init__(self, node, query=""):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(node.socket)
        node.world.closers.append(self.socket.close)
        self.socket.sendall(("GET /v1/events%s HTTP/1.0\r\n\r\n" % query).encode())
        self.rest, self.seen = b"", []
        self.begun = False
        until("events of " + node.name, self._begin)

    def _begin(self):
        self._read(0.2)
        return self.begun

    def _read(self, seconds):
        if not readable(self.socket, seconds):
            return
        piece = self.socket.recv(1 << 20)
        if not piece:
            raise Late("the stream of events ended")
        *lines, self.rest = (self.rest + piece).split(b"\n")
        for line in lines:
            self.begun |= line == b"event: start"
            if line.startswith(b"data: "):
                event = json.loads(line[6:])
                if "name" in event:
                    self.seen.append(event)

    def next(self, name, within=None, **fields):
        """Takes out the first event of that name whose fields are as given."""
        deadline = deadline_of(within)
        at = 0
        while True:
            for i, e in enumerate(self.seen[at:], at):
                if e["name"] == name and fields.items() <= e["fields"].items():
                    del self.seen[:i + 1]
                    return e
            at = len(self.seen)
            if deadline.passed():
                raise Late("no event %s %s; the last were %s" % (
                    name, fields, [e["text"] for e in self.seen[-8:]]))
            self._read(deadline.left())

    def drain(self, quiet=0.1):
        """What has come and was not taken out."""
        while readable(self.socket, quiet):
            self._read(0)
        return self.seen


# ---- direct connections: messages of length, data type, data

HEAD = struct.Struct("!I16s")
NOISE = bytes.fromhex("0123456789abcdef0123456789abcdef")


def message(data, kind=NOISE):
    return HEAD.pack(len(data), kind) + data


# ---- networks

def stand(world, count, families=("ipv4",), link=1, first=1, **values):
    """So many nodes on one switch, not started; the switch's namespace."""
    hub = world.namespace("hub%d" % link)
    nodes = [Node(world, "n%d" % i, world.namespace("n%d" % i), i, 1, family=families[0], **values)
             for i in range(first, first + count)]
    world.lan(hub, [(n.netns, addresses(1, n.host, families)) for n in nodes])
    return nodes, hub


def bridge(world, one, other, script=""):
    """Joins two switches by a bad wire; the relay."""
    relay = world.relay(one, other, (), (), script)
    for hub in (one, other):
        hub.ip("link", "set", relay.device, "master", "lan", "up")
    return relay


def started(nodes):
    for n in nodes:
        n.start(ready=False)
    for n in nodes:
        n.notified("READY=1", 60)
    return nodes


def fine(nodes):
    for n in nodes:
        n.fine()
