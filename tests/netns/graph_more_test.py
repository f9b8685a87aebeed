"""Few nodes, all that may happen to one: another address, kill -9, a wrong clock, a full disk,
much to carry, and peers that are no nodes."""

import datetime
import glob
import hashlib
import os
import select
import socket
import struct
import subprocess
import threading
import time

from harness.daemon import HOMESTEAD
from harness.graphs import HEAD, MESH, NOISE, PORT, Refused, fine, message, stand, started, whole
from harness.names import addresses
from harness.tap import case, note, run, skip
from harness.wait import readable, until

MIB = 1 << 20
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
FAKETIME = (glob.glob(os.path.join(ROOT, "build-deps/usr/lib/*/faketime/libfaketimeMT.so.1"))
            + glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1"))


def three(world, families=("ipv4",), **values):
    """a, and b and c that joined it."""
    nodes, _ = stand(world, 3, families, **values)
    a, b, c = started(nodes)
    a.create()
    b.join(a)
    c.join(a)
    return nodes


def device_of(node):
    return next(w.split("@")[0].strip(":") for w in node.netns.ip("-o", "link").split()
                if w.startswith("hs"))


# ---- what moves, stops, and comes back

@case
def a_laptop_changes_its_address(world):
    a, b, c = three(world)
    device = device_of(b)
    began = time.monotonic()
    b.netns.ip("addr", "del", addresses(1, 2, ("ipv4",))[0], "dev", device)
    b.netns.address(device, addresses(1, 77, ("ipv4",))[0])
    b.host = 77
    record = a.add("after the move")
    b.has([record])
    note("reached %.1f s after its move" % (time.monotonic() - began))
    node = b.info()["node"]
    for n in (a, c):
        until(n.name + " to know where b is now", lambda: any(
            e["address"] == b.address for m in n.of("/nodes")["nodes"] if m["node"] == node
            for e in m["addresses"]))
    mine, theirs = c.talk(b)
    mine.sendall(message(b"there you are"))
    assert theirs.recv(100)[HEAD.size:] == b"there you are"
    fine([a, b, c])


@case
def killed_in_the_midst_of_adding(world):
    """Nothing that was told is lost; it finds its neighbors again by itself."""
    a, b, c = three(world)
    events = c.watch()
    told = []

    def adds():
        try:
            with b.session() as ask:
                while True:
                    told.append(ask("POST", "", {"type": "note", "text": "x" * 500})["id"])
        except (OSError, Refused, ValueError):
            pass
        except Exception as e:  # http.client has its own ways to say that it ended
            assert "closed" in str(e) or "Status" in type(e).__name__ or "Read" in str(e), e

    for life in range(3):
        thread = threading.Thread(target=adds)
        thread.start()
        enough = len(told) + 40
        until("some to be told", lambda: len(told) > enough)
        b.kill()
        thread.join()
        b.start()
        kept = b.held()
        lost = [r for r in told if r not in kept]
        assert not lost, "%d of %d that were told are lost" % (len(lost), len(told))
        b.neighbors()
        a.has(told)
        c.has(told)
    # What others heard of by their events is there too.
    heard = {e["fields"]["id"] for e in events.drain() if e["name"] == "record"}
    kept = b.held()
    assert heard <= kept.keys(), "told by events, and lost"
    note("%d records told in three lives" % len(told))
    fine([a, b, c])


@case
def a_clock_that_is_five_minutes_off(world):
    if not FAKETIME:
        skip("no libfaketime: tools/install-deps test fetches it")
    nodes, _ = stand(world, 3)
    a, b, c = nodes
    a.start()
    c.start()
    b.start(env={"LD_PRELOAD": os.path.abspath(FAKETIME[0]), "FAKETIME": "-300", "DONT_FAKE_MONOTONIC": "1",
                 "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                 "ASAN_OPTIONS": "verify_asan_link_order=0"})
    a.create()
    b.join(a)
    c.join(a)
    info = b.info()
    assert 295 < info["skew"] < 305, info["skew"]
    record = b.add("of the past")
    a.has([record])
    c.has([record])
    made = c.record(record)["created"]
    assert abs(seconds(made) - time.time()) < 60, (made, time.time())
    short = a.add("for seconds", life="3s")
    b.has([short])
    until("it to end at b", lambda: not b.record(short))
    fine(nodes)


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


@case
def a_full_disk_at_one_node(world):
    nodes, _ = stand(world, 3)
    a, b, c = nodes
    b.state = world.small_disk("disk", "6m")
    started(nodes)
    a.create()
    b.join(a)
    c.join(b)
    events = b.watch()
    path = os.path.join(b.state, "ballast")
    fill(path)
    records = [a.add("x" * 20000 + str(i)) for i in range(20)]
    events.next("store-failed")
    c.has(records)
    try:
        b.add("y" * 20000)
        raise AssertionError("told that it is stored")
    except Refused as refused:
        assert "space" in refused.error["message"], refused.error
    assert not b.ask("GET", "/status")["store"]["healthy"]
    os.unlink(path)
    b.has(records, within=60)
    records.append(b.add("room again"))
    a.has(records[-1:])
    b.kill()
    b.start()
    assert b.held().keys() >= set(records), "stored, told, and gone"
    fine(nodes)


def fill(path):
    with open(path, "wb", buffering=0) as f:
        for size in (65536, 4096, 512, 1):
            try:
                while f.write(b"\0" * size) == size:
                    pass
            except OSError:
                pass


@case
def a_database_is_exported_and_imported(world):
    a, b, c = three(world)
    records = [a.add("note %d" % i) for i in range(300)]
    records += [a.upload(os.urandom(MIB), attributes=[{"name": "kind", "value": "large"}])]
    a.delete(records[0])
    b.has(records[1:])
    before, peer = b.held(), b.info()["peer"]
    with b.stream(b.of("/export", "POST", {})) as s:
        s.shutdown(socket.SHUT_WR)
        dump = whole(s)
    assert len(dump) > MIB, len(dump)
    # A new machine for the same person.
    nodes, _ = stand(world, 1, link=2, first=9)
    fresh, = started(nodes)
    fresh.create(open=True, listen=False, peer=peer)
    with fresh.stream(fresh.of("/import", "POST", {})) as s:
        s.sendall(dump)
        s.shutdown(socket.SHUT_WR)
        answer = whole(s)
    assert b'"refused":0' in answer.replace(b" ", b""), answer
    assert fresh.held() == before
    assert fresh.data(records[-1]) == a.data(records[-1])
    # What is cut short is said to be.
    with fresh.stream(fresh.of("/import", "POST", {})) as s:
        s.sendall(dump[:-20])
        s.shutdown(socket.SHUT_WR)
        answer = whole(s)
    assert b"error" in answer, answer
    # GRAPH-14.8: by the command in one step, whatever the graph is doing.
    path = world.path("dump")
    with open(path, "wb") as f:
        f.write(dump)
    assert c.info()["listens"] and c.info()["neighbors"]
    said = subprocess.run([HOMESTEAD, "--socket", c.socket, "graph", "import", MESH, path], text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    assert said.returncode == 0, said.stderr
    until("the graph to be what it was", lambda: c.info()["listens"] and c.info()["neighbors"])
    assert c.held() == before
    fine([a, b, c, fresh])


# ---- much to carry

class End(threading.Thread):
    """One end of a direct connection: sends so much, and takes what comes."""

    def __init__(self, stream, seed, total, size=256 << 10):
        super().__init__()
        self.stream, self.total, self.size = stream, total, size
        self.block = hashlib.sha256(seed.encode()).digest() * (size // 32)
        self.sent = hashlib.sha256()
        self.failed = None

    def run(self):
        try:
            for _ in range(self.total // self.size):
                self.stream.sendall(message(self.block))
                self.sent.update(self.block)
        except OSError as e:
            self.failed = e


def take(stream, total):
    """Messages' data up to so many octets: their hash."""
    got, buffer, found = 0, b"", hashlib.sha256()
    while got < total:
        piece = stream.recv(1 << 20)
        assert piece, "the stream ended after %d octets" % got
        buffer += piece
        at = 0
        while len(buffer) - at >= HEAD.size:
            n, kind = HEAD.unpack_from(buffer, at)
            if len(buffer) - at < HEAD.size + n:
                break
            assert kind == NOISE
            found.update(buffer[at + HEAD.size:at + HEAD.size + n])
            got += n
            at += HEAD.size + n
        buffer = buffer[at:]
    return found.hexdigest()


@case
def fifty_megabytes_both_ways_and_a_reader_that_stops(world):
    a, b, c = three(world)
    mine, theirs = a.talk(b)
    before = a.process.memory(), b.process.memory()
    # Nobody reads at b: a's program is held back, and neither daemon grows.
    mine.setblocking(False)
    put = pressed(mine)
    grown = [n.process.memory() - m for n, m in zip((a, b), before)]
    note("held back after %d KiB; grown by %s KiB" % (put >> 10, [g >> 10 for g in grown]))
    assert put < 24 * MIB, "nothing holds the writer back"
    assert all(g < 24 * MIB for g in grown), grown
    # The graph goes on meanwhile.
    c.has([a.add("beside it")])
    mine.setblocking(True)
    rest = -put % len(PRESSED)  # of the message that was not taken whole
    mine.sendall(PRESSED[len(PRESSED) - rest:])
    drained(theirs, put + rest)
    ends = End(mine, "a", 50 * MIB), End(theirs, "b", 50 * MIB)
    began = time.monotonic()
    for e in ends:
        e.start()
    hashes = [None, None]

    def reader(i, stream):
        hashes[i] = take(stream, 50 * MIB)

    readers = [threading.Thread(target=reader, args=(0, theirs)),
               threading.Thread(target=reader, args=(1, mine))]
    for r in readers:
        r.start()
    for t in (*ends, *readers):
        t.join(120)
    assert not any(e.failed for e in ends), [e.failed for e in ends]
    assert hashes == [e.sent.hexdigest() for e in ends], "not what was sent"
    note("50 MiB both ways in %.1f s" % (time.monotonic() - began))
    # One end goes: the other hears of it.
    mine.close()
    assert theirs.recv(100) == b""
    until("it to be gone", lambda: not b.links(kind="direct"))
    fine([a, b, c])


PRESSED = message(b"z" * 60000)


def pressed(stream):
    """Writes such messages until nothing is taken for a second: octets."""
    put = 0
    while select.select([], [stream], [], 1.0)[1]:
        try:
            put += stream.send(PRESSED[put % len(PRESSED):])
        except BlockingIOError:
            continue
        assert put < 64 * MIB, "there is no end to what is taken"
    return put


def drained(stream, octets):
    while octets:
        piece = stream.recv(min(octets, MIB))
        assert piece, "it ended with %d octets to come" % octets
        octets -= len(piece)


@case
def a_record_of_eight_megabytes(world):
    nodes, _ = stand(world, 3)
    a, b, c = started(nodes)
    a.create()
    b.join(a)
    c.join(b)
    data = os.urandom(8 * MIB)
    began = time.monotonic()
    record = a.upload(data, attributes=[{"name": "name", "value": "film"}])
    small = a.add("behind it")
    c.has([record, small])
    note("8 MiB at the third node after %.1f s" % (time.monotonic() - began))
    for n in nodes:
        assert n.data(record) == data, n.name
    assert c.record(record)["size"] == len(data)
    fine(nodes)


@case
def commands_carry_large_records_and_a_talk(world):
    nodes, _ = stand(world, 2)
    a, b = started(nodes)
    a.create()
    b.join(a)
    data = os.urandom(3 * MIB)
    with open(world.path("film"), "wb") as f:
        f.write(data)
    record = a.cli("record", "add", "mesh", "--type", "film", "--attr", "name=harbour", "--file",
                   world.path("film"))["id"]
    b.has([record])
    b.cli("record", "get", "mesh", record, "--output", world.path("copy"))
    with open(world.path("copy"), "rb") as f:
        assert f.read() == data
    waits = talk(a, "mesh")
    begins(waits, "waiting")
    other = [n["peer"] for n in b.cli("peer", "list", "mesh")["nodes"] if not n["self"]][0]
    calls = talk(b, "mesh", other)
    calls.stdin.write("is it you?\n")
    calls.stdin.flush()
    assert waits.stdout.readline() == "is it you?\n"
    waits.stdin.write("it is\n")
    waits.stdin.flush()
    assert calls.stdout.readline() == "it is\n"
    calls.stdin.close()
    for one in (calls, waits):
        assert one.wait(20) == 0, one.stderr.read()
    fine(nodes)


def talk(node, *words):
    return subprocess.Popen([HOMESTEAD, "--socket", node.socket, "peer", "chat", *words], text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def begins(process, word):
    line = process.stderr.readline()
    assert line.startswith(word), line


# ---- those that are no nodes

AUTH = 1


def frame(octets):
    return struct.pack("!H", len(octets)) + octets


def head(size, kind):
    return struct.pack("!IBBH", size, 0x10, kind, 0)


def garbage():
    return b"GET / HTTP/1.0\r\n\r\n" + os.urandom(3000)


def an_endless_size():
    return frame(head(0xfffffff0, AUTH) + b"\0" * 100)


def a_flood_first():
    return frame(head(2000, 11) + b"\0" * 1992)


def a_frame_of_nothing():
    return struct.pack("!H", 0) * 100


def half_an_auth_info():
    return frame(head(3000, AUTH) + b"\0" * 20)


def ends(s, within=20):
    """Whether the other side closes it."""
    if not readable(s, within):
        return False
    try:
        return s.recv(100) == b""
    except ConnectionError:
        return True


@case
def hostile_peers_beside_a_mesh(world):
    a, b, c = three(world)
    before = a.process.memory()
    counts = a.ask("GET", "/graphs")["strange"]
    for bad in (garbage, an_endless_size, a_flood_first, a_frame_of_nothing):
        for _ in range(20):
            with dialled(c, a) as s:
                s.sendall(bad())
                assert ends(s), bad.__name__
    told = a.ask("GET", "/graphs")["strange"]
    assert told["malformed"] - counts["malformed"] >= 80, (counts, told)
    # Those that say a little, and ever more slowly: few of one address, for ten seconds.
    slow = [dialled(c, a) for _ in range(500)]
    for s in slow:
        try:
            s.send(half_an_auth_info())
        except OSError:
            pass
    until("those too many to be sent away", lambda: a.ask("GET", "/graphs")["strange"]["full"]
          - counts["full"] >= 500 - 16 - 5)
    waiting = a.ask("GET", "/graphs")["strange"]["waiting"]
    assert waiting <= 16, waiting
    # Nodes are served all the while.
    record = a.add("in spite of it")
    b.has([record])
    c.has([record])
    assert a.process.memory() - before < 32 * MIB
    until("the slow ones to be sent away",
          lambda: a.ask("GET", "/graphs")["strange"]["waiting"] == 0)
    told = a.ask("GET", "/graphs")["strange"]
    assert told["late"] - counts["late"] >= 1, told
    for s in slow:
        s.close()
    b.kill()
    b.start()
    b.neighbors()
    fine([a, b, c])


def dialled(who, whom):
    with who.netns:
        s = socket.socket()
    s.settimeout(20)
    s.connect((whom.address, PORT))
    return s


run()
