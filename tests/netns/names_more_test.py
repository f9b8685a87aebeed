"""Names between real daemons, the rarer ways: first nodes from the DNS or from an earlier
run, nodes that only resolve, a firewall, a goodbye, and times as everybody has them."""

import os
import sys
import textwrap

from harness.names import Host, address, addresses, lan, started
from harness.tap import case, run
from harness.wait import until

ROUGH = "seed 11\nat 0ms delay 2ms jitter 10ms loss 5% dup 2% reorder 10%\n"
NAME = "printer-room"
DEAF = {scope: {"multicast": False} for scope in ("link", "site", "global")}
SEED = "seed.example.net"

# Answers A for one name, and that there is nothing to all else.
DNS = textwrap.dedent("""
    import socket, sys
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((sys.argv[1], 53))
    name = b"".join(bytes([len(l)]) + l.encode() for l in sys.argv[2].split(".")) + bytes(1)
    print("ready", flush=True)
    while True:
        q, who = s.recvfrom(512)
        end = q.index(0, 12) + 1
        hit = q[12:end].lower() == name and q[end:end + 4] == bytes([0, 1, 0, 1])
        record = bytes([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]) + socket.inet_aton(sys.argv[3])
        s.sendto(q[:2] + bytes([0x81, 0x80, 0, 1, 0, int(hit), 0, 0, 0, 0]) + q[12:end + 4]
                 + (record if hit else b""), who)
        print("asked", flush=True)
""")


def dns(world, netns, at, host):
    """A name server in that namespace; the seed is that host."""
    server = world.spawn("dns", [sys.executable, "-c", DNS, at, SEED, host], netns=netns,
                         out=-1)
    assert server.popen.stdout.readline() == b"ready\n"
    return server


def asks_dns_at(world, host, server):
    """The daemon of `host` has a resolv.conf of its own, in a mount namespace of its own."""
    path = world.path(host.name + ".resolv.conf")
    with open(path, "w", encoding="ascii") as f:
        f.write("nameserver %s\noptions timeout:1 attempts:1\n" % server)
    host.before = ["unshare", "--mount", "sh", "-c",
                   'mount --bind "$0" /etc/resolv.conf && exec "$@"', path]


@case
def a_seed_is_found_through_the_dns(world):
    """b hears no multicast, and knows a name of the DNS alone."""
    a, b = lan(world, 2, ("ipv4",))
    b.groups = {**DEAF, "global": {"multicast": False, "seeds": SEED}}
    asks_dns_at(world, b, address(1, 1))
    dns(world, a.netns, address(1, 1), address(1, 1))
    started([a, b])
    a.publish(NAME)
    b.found(NAME, address(1, 1))
    for h in (a, b):
        h.fine()


@case
def a_seed_that_the_dns_does_not_know(world):
    a, b = lan(world, 2, ("ipv4",))
    b.groups = {**DEAF, "global": {"multicast": False, "seeds": "nobody.example.net"}}
    asks_dns_at(world, b, address(1, 1))
    dns(world, a.netns, address(1, 1), address(1, 1))
    started([b])
    events = b.events()
    assert "nobody.example.net" in events.wait("seed")["text"]
    cloud = b.cloud("Global4_", "alone")
    assert "seed" in cloud["why"], cloud
    b.fine()


@case
def nodes_of_an_earlier_run_are_remembered(world):
    """Started again without multicast and seeds, it asks those that it knew."""
    a, b = started(lan(world, 2, ("ipv4",)))
    a.publish(NAME)
    b.found(NAME, address(1, 1))
    assert b.stop() == 0
    b.groups = DEAF
    b.start()
    b.found(NAME, address(1, 1))
    b.cloud("Global4_", "active")
    for h in (a, b):
        h.fine()


@case
def a_node_that_only_resolves(world):
    a, b = lan(world, 2, ("ipv4",))
    b.groups = {scope: {"resolve_only": True} for scope in DEAF}
    started([a, b])
    a.publish(NAME)
    b.found(NAME, address(1, 1))
    failed = b.refused("name", "publish", "of-b", "--port", "80")
    assert "resolve" in failed.text, failed.text
    assert not b.cli("name", "list")["names"]
    assert b.cloud("Global4_", "active")["resolve_only"]
    for h in (a, b):
        h.fine()


@case
def a_goodbye_is_heard_at_once(world):
    """With the usual times: an entry is asked after a minute at the earliest."""
    hosts = started(lan(world, 3, ("ipv4",), lab=False))
    for h in hosts:
        h.publish("of-" + h.name)

    def known(h):
        return {n["node"].split(":")[0] for n in h.cli("cloud", "show", "Global4_")["nodes"]}

    for h in hosts[1:]:
        until("%s to know h1" % h.name, lambda h=h: address(1, 1) in known(h))
    assert hosts[0].stop() == 0
    for h in hosts[1:]:
        until("%s to hear the goodbye" % h.name, lambda h=h: address(1, 1) not in known(h), 5)
        assert not h.results("of-h1")
        h.fine()


@case
def a_firewall_that_lets_nothing_through(world):
    a = Host(world, "h1", world.namespace("h1"))
    b = Host(world, "h2", world.namespace("h2"))
    relay = world.relay(a.netns, b.netns, addresses(1, 1), addresses(1, 2))
    relay.cut()
    started([a, b])
    a.publish(NAME)
    for h in (a, b):
        for name in ("Global_", "Global4_"):
            assert h.cloud(name, "alone")["why"], "no reason"
    assert NAME in b.refused("name", "resolve", NAME, "--timeout", "2s").text
    # One line when the search begins, one when it has found nobody.
    assert b.said().count("cloud=Global4_ from=") == 2, b.said()
    relay.heal()
    b.found(NAME, address(1, 1))
    for h in (a, b):
        h.fine()


@case
def a_payload_over_a_bad_wire(world):
    a = Host(world, "h1", world.namespace("h1"))
    b = Host(world, "h2", world.namespace("h2"))
    world.relay(a.netns, b.netns, addresses(1, 1), addresses(1, 2), ROUGH)
    started([a, b])
    text = "".join(chr(97 + i % 26) for i in range(4000))
    a.publish(NAME, "--text", text)
    got = until("b to have the payload", lambda: [
        r["payload"] for r in b.results(NAME, "--payload") if r.get("payload")])
    assert got == [text]
    for h in (a, b):
        h.fine()


@case
def with_the_usual_times(world):
    a, b = started(lan(world, 2, lab=False))
    a.publish(NAME)
    b.publish("of-b")
    b.found(NAME, address(1, 1))
    a.found("of-b", address(1, 2))
    until("a's neighbours to know its name", lambda: all(
        n["announced"] == n["clouds"] == 3 for n in a.cli("name", "list")["names"]))
    for h in (a, b):
        h.fine()


@case
def a_secure_name_is_the_same_after_a_crash(world):
    a, b = started(lan(world, 2, ("ipv4",)))
    a.publish(NAME, "--secure")
    name = a.cli("name", "list")["names"][0]["name"]
    a.kill()
    a.start()
    assert [n["name"] for n in a.cli("name", "list")["names"]] == [name]
    b.found(name, address(1, 1))
    assert b.results(name)[0]["secure"]
    assert os.stat(a.state).st_mode & 0o077 == 0, "its key is for its user alone"
    for h in (a, b):
        h.fine()


run()
