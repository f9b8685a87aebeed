"""Meshes of real daemons: sixteen nodes over a bad wire that is cut, half of them killed, one
away while much changes, ports that are taken, and both families of addresses."""

import socket
import time

from harness.graphs import PORT, bridge, endpoint, fine, host_address, stand, started
from harness.tap import case, note, run
from harness.wait import until

ROUGH = "seed 5\nat 0ms delay 3ms jitter 5ms loss 2% dup 1% reorder 5%\n"
MOST = 7  # neighbors of a node
CHANGES = 1000


def all_have(nodes, records, within=None):
    for n in nodes:
        n.has(records, within=within)


def added(nodes, word):
    """A record at each of them."""
    return [n.add("%s of %s" % (word, n.name)) for n in nodes]


def same(nodes):
    """All hold the same records in the same versions."""
    first = nodes[0].held()
    until("all to hold the same %d records" % len(first),
          lambda: all(n.held() == first for n in nodes[1:]))
    return first


@case
def sixteen_nodes_over_a_bad_wire(world):
    near, hub = stand(world, 8)
    far, other = stand(world, 8, link=2, first=9)
    wire = bridge(world, hub, other, ROUGH)
    nodes = started(near + far)
    nodes[0].create()
    for i, n in enumerate(nodes[1:], 1):
        n.join(nodes[i // 2])
    for n in nodes:
        n.neighbors()
    all_have(nodes, added(nodes[::4], "first"))

    # The cable is pulled: either half goes on alone, and both meet again. Who was joined
    # with the other half alone tries whom it knows, in no order, and half of them are there.
    wire.cut()
    one, two = added(near[:2], "near"), added(far[:2], "far")
    all_have(near, one, within=60)
    all_have(far, two, within=60)
    assert not far[0].record(one[0]) and not near[0].record(two[0])
    wire.heal()
    all_have(nodes, one + two, within=60)

    # Half of them are gone, those in the middle of the tree among them.
    gone, left = nodes[1:16:2], nodes[0:16:2]
    for n in gone:
        n.kill()
    records = added(left, "after the fall")
    all_have(left, records, within=60)
    for n in left:
        assert 1 <= len(n.links()) <= MOST, n.links()

    # They come back by themselves, to what they missed.
    started(gone)
    records += added(gone, "back")
    all_have(nodes, records, within=60)
    kept = same(nodes)
    assert len(kept) == 4 + 4 + 16, kept
    fine(nodes)


@case
def a_node_away_during_a_thousand_changes(world):
    nodes, _ = stand(world, 3)
    a, b, c = started(nodes)
    a.create()
    b.join(a)
    c.join(b)
    records = [a.add("old %d" % i) for i in range(CHANGES // 10)]
    c.has(records[-1:])
    assert c.stop() == 0
    with a.session() as ask:
        for i in range(CHANGES // 20):
            ask("PUT", records[i], {"text": "new"})
            ask("DELETE", records[-1 - i], {})
        for i in range(CHANGES - CHANGES // 10):
            records.append(ask("POST", "", {"type": "note", "text": "more %d" % i})["id"])
    began = time.monotonic()
    c.start()
    until("c to have them all", lambda: c.info()["records"] >= a.info()["records"])
    took = time.monotonic() - began
    assert same(nodes)[records[0]] == 2
    assert not c.record(records[CHANGES // 10 - 1]), "deleted while c was away"
    counts = c.info()["counts"]
    note("%d changes in %.1f s from its start, %d octets, %d records of them %d new" % (
        CHANGES, took, counts["octets_in"], counts["flood_in"], counts["fresh"]))
    assert counts["fresh"] < CHANGES + 50, counts
    assert counts["flood_in"] < 2 * CHANGES, "everything came twice"
    assert counts["octets_in"] < 1000 * CHANGES, counts
    fine(nodes)


@case
def records_are_told_within_milliseconds(world):
    """From the request that adds one to the event at a node two links away."""
    nodes, _ = stand(world, 3)
    a, b, c = started(nodes)
    a.create()
    b.join(a)
    c.join(b)
    c.neighbors()
    events = c.watch()
    times = []
    for i in range(50):
        began = time.monotonic()
        record = a.add("note %d" % i)
        events.next("record", id=record, change="added")
        times.append(time.monotonic() - began)
    times.sort()
    note("added and told: median %.1f ms, most %.1f ms" % (times[25] * 1e3, times[-1] * 1e3))
    assert times[25] < 0.1, times
    fine(nodes)


@case
def two_graphs_share_a_port(world):
    nodes, _ = stand(world, 3)
    a, b, c = started(nodes)
    a.create("first")
    a.create("second")
    b.join(a, "first")
    c.join(a, "second")
    one, two = b.add("one", "first"), c.add("two", "second")
    a.has([one], "first")
    a.has([two], "second")
    assert not a.record(two, "first") and not a.record(one, "second")
    with a.netns:
        assert ports_of(a) == {PORT}, ports_of(a)
    refused = b.refused_at("/graphs/second/connect", {"address": endpoint(a.address)})
    assert refused["code"] == "NOT_FOUND", refused
    # One of them is closed: the other goes on.
    a.of("/close", "POST", {}, "first")
    three = c.add("three", "second")
    a.has([three], "second")
    fine(nodes)


def ports_of(node):
    """TCP ports that somebody in its namespace listens on."""
    found = set()
    for name in ("tcp", "tcp6"):
        with open("/proc/thread-self/net/" + name, encoding="ascii") as f:
            for line in list(f)[1:]:
                words = line.split()
                if words[3] == "0A":
                    found.add(int(words[1].rsplit(":", 1)[1], 16))
    return found


@case
def another_program_has_the_port(world):
    """The node takes another port and tells it: c knows it from records alone."""
    nodes, _ = stand(world, 3)
    a, b, c = nodes
    with b.netns:
        squatter = socket.socket(socket.AF_INET6)
    with squatter:
        squatter.bind(("::", PORT))
        squatter.listen()
        started(nodes)
        a.create()
        b.join(a)
        port = until("b to listen", lambda: b.ask("GET", "/graphs")["port"])
        assert port != PORT, "the port that somebody else has"
        status = b.ask("GET", "/status")["graph"]
        assert status["wanted_port"] == PORT and "pid" in status["holder"], status
        c.join(a)
        node = b.info()["node"]
        told = until("c to know of b", lambda: [
            n for n in c.of("/nodes")["nodes"] if n["node"] == node and n["addresses"]])
        assert told[0]["addresses"][0]["port"] == port, (told, port)
        b.of("/accept", "POST", {})
        answer = c.of("/direct", "POST", {"node": node})
        assert answer["node"] == node
        # Alone with b, c finds it there again.
        a.kill()
        record = c.add("for b")
        b.has([record])
        fine([b, c])


def one_family(world, families, family, bare=()):
    nodes, _ = stand(world, 3, families)
    a, b, c = nodes
    for n in nodes:
        n.family = family
        for key in bare:
            with n.netns, open("/proc/sys/net/ipv6/conf/%s/disable_ipv6" % key, "w",
                               encoding="ascii") as f:
                f.write("1")
    started(nodes)
    a.create()
    b.join(a)
    c.join(a)
    for n in nodes:
        record = n.add("from " + n.name)
        for other in nodes:
            other.has([record])
    told = until("c to know of b", lambda: [
        n for n in c.of("/nodes")["nodes"] if n["node"] == b.info()["node"] and n["addresses"]])
    wide = {e["address"] for e in told[0]["addresses"] if not e["address"].startswith("fe80")}
    assert wide == {host_address(1, b.host, f) for f in families}, wide
    a.kill()
    record = b.add("without a")
    c.has([record])
    fine([b, c])


@case
def with_ipv4_alone(world):
    one_family(world, ("ipv4",), "ipv4", bare=("all",))


@case
def with_ipv6_alone(world):
    one_family(world, ("ipv6",), "ipv6")


@case
def with_both_families(world):
    one_family(world, ("ipv4", "ipv6"), "ipv6")


run()
