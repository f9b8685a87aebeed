"""Names between real daemons: found by multicast and by seeds, over IPv4 and IPv6, moved,
lost, doubled, over bad wires, and with nobody there."""

import os
import socket

from harness.names import ALL, PORT, Host, address, addresses, connect, join, lan, started
from harness.tap import case, run
from harness.wait import until

ROUGH = "seed 7\nat 0ms delay 5ms jitter 20ms loss 10% dup 2% reorder 10%\n"
NAME = "printer-room"


def fine(hosts):
    for h in hosts:
        h.fine()


def two_find_each_other(world, families):
    a, b = started(lan(world, 2, families))
    a.publish(NAME)
    for f in families:
        b.found(NAME, address(1, 1, f))
    assert a.finds(NAME), "a host does not find its own name"
    fine([a, b])


@case
def two_hosts_with_ipv4_alone(world):
    two_find_each_other(world, ("ipv4",))


@case
def two_hosts_with_ipv6_alone(world):
    two_find_each_other(world, ("ipv6",))


@case
def two_hosts_with_both(world):
    two_find_each_other(world, ALL)


@case
def two_hosts_with_link_local_addresses_alone(world):
    a, b = started(lan(world, 2, ()))
    a.publish(NAME)
    got = until("b to find the name", lambda: b.results(NAME))[0]["endpoints"]
    with b.netns:
        zones = {str(i) for i, name in socket.if_nameindex() if name.startswith("hs")}
    for e in got:
        at, _, zone = e["address"].partition("%")
        assert at.startswith("fe80::") and zone in zones, (e, zones)
    fine([a, b])


@case
def two_daemons_on_a_machine_that_is_alone(world):
    """The loopback interface is the only one; the second takes another port."""
    ns = world.namespace("lone")
    a, b = started([Host(world, "one", ns), Host(world, "two", ns)])
    a.publish(NAME)
    b.found(NAME, "127.0.0.1")
    ports = {h.cli("status")["pnrp"]["port"] for h in (a, b)}
    assert len(ports) == 2 and PORT in ports, ports
    fine([a, b])


def all_names_from_everywhere(hosts, families):
    for h in hosts:
        h.publish("of-" + h.name)
    for h in hosts:
        for other in hosts:
            if other is not h:
                for f in families:
                    h.found("of-" + other.name, address(other.link, int(other.name[1:]), f),
                            "--most", "4", within=60)


def eight_over_a_router(world, families):
    """Two switches; those of the second know one host of the first as their seed."""
    near = lan(world, 4, families)
    seeds = ", ".join("[%s]" % address(1, 1, f) if f == "ipv6" else address(1, 1, f)
                      for f in families)
    far = lan(world, 4, families, link=2, first=5, groups={"global": {"seeds": seeds}})
    router = join(world)
    for hosts in (near, far):
        connect(router, hosts, world, families)
    started(near + far)
    all_names_from_everywhere(near + far, families)
    fine(near + far)


@case
def eight_hosts_over_a_router_with_ipv4(world):
    eight_over_a_router(world, ("ipv4",))


@case
def eight_hosts_over_a_router_with_ipv6(world):
    eight_over_a_router(world, ("ipv6",))


@case
def eight_hosts_over_a_router_with_both(world):
    eight_over_a_router(world, ALL)


@case
def an_address_changes(world):
    a, b, c = started(lan(world, 3, ("ipv4",)))
    a.publish(NAME)
    b.found(NAME, address(1, 1))
    device = next(w.split("@")[0].strip(":") for w in a.netns.ip("-o", "link").split()
                  if w.startswith("hs"))
    a.netns.ip("addr", "del", addresses(1, 1, ("ipv4",))[0], "dev", device)
    a.netns.address(device, addresses(1, 77, ("ipv4",))[0])
    got = b.found(NAME, address(1, 77), within=60)
    assert address(1, 1) not in got, got
    c.found(NAME, address(1, 77))
    fine([a, b, c])


@case
def a_host_goes_without_a_goodbye(world):
    hosts = started(lan(world, 4, ("ipv4",)))
    for h in hosts:
        h.publish("of-" + h.name)
    hosts[3].found("of-h1", address(1, 1))
    hosts[0].kill()
    hosts[3].lost("of-h1", 60)
    for h in hosts[1:]:
        for i in (2, 3, 4):
            if h.name != "h%d" % i:
                h.found("of-h%d" % i, address(1, i))
    fine(hosts[1:])


@case
def a_name_moves_to_another_host(world):
    a, b, c = started(lan(world, 3))
    a.publish(NAME)
    c.found(NAME, address(1, 1))
    a.cli("name", "unpublish", NAME)
    b.publish(NAME)
    got = c.found(NAME, address(1, 2))
    assert address(1, 1) not in got, got
    fine([a, b, c])


@case
def two_hosts_publish_one_name(world):
    a, b, c = started(lan(world, 3, ("ipv4",)))
    a.publish(NAME)
    b.publish(NAME)
    for wanted in (address(1, 1), address(1, 2)):
        c.found(NAME, wanted, "--most", "2")
    got = until("both", lambda: len(c.finds(NAME, "--most", "2")) == 2)
    assert got
    assert len(c.results(NAME)) == 1, "one is enough when one is asked for"
    fine([a, b, c])


@case
def a_secure_name_proves_itself(world):
    a, b = started(lan(world, 2, ("ipv4",)))
    a.publish(NAME, "--secure", "--comment", "second floor")
    name = a.cli("name", "list")["names"][0]["name"]
    assert len(name.split(".")[0]) == 40, name
    b.found(name, address(1, 1))
    got = b.results(name)[0]
    assert got["secure"] and got["comment"] == "second floor", got
    assert not b.results(NAME), "the unsecured name is another"
    fine([a, b])


@case
def a_payload_comes_with_the_name(world):
    a, b = started(lan(world, 2, ("ipv4",)))
    text = "x" * 4000
    a.publish(NAME, "--text", text)
    b.found(NAME, address(1, 1))
    assert b.results(NAME, "--payload")[0]["payload"] == text
    fine([a, b])


@case
def a_name_is_there_again_after_a_crash(world):
    a, b = started(lan(world, 2, ("ipv4",)))
    a.publish(NAME)
    b.found(NAME, address(1, 1))
    a.kill()
    a.start()
    assert [n["name"] for n in a.cli("name", "list")["names"]] == ["0." + NAME]
    b.found(NAME, address(1, 1), within=60)
    fine([a, b])


@case
def over_a_bad_wire(world):
    """Loss, copies, reordering: two transmissions in all must do."""
    a = Host(world, "h1", world.namespace("h1"))
    b = Host(world, "h2", world.namespace("h2"))
    world.relay(a.netns, b.netns, addresses(1, 1), addresses(1, 2), ROUGH)
    started([a, b])
    for i in range(5):
        a.publish("%s-%d" % (NAME, i))
    for i in range(5):
        b.found("%s-%d" % (NAME, i), address(1, 1), within=60)
    fine([a, b])


@case
def a_wire_that_is_cut_and_healed(world):
    a = Host(world, "h1", world.namespace("h1"))
    b = Host(world, "h2", world.namespace("h2"))
    relay = world.relay(a.netns, b.netns, addresses(1, 1), addresses(1, 2))
    started([a, b])
    a.publish(NAME)
    b.found(NAME, address(1, 1))
    relay.cut()
    b.lost(NAME, 60)
    relay.heal()
    b.found(NAME, address(1, 1), within=60)
    fine([a, b])


@case
def nobody_is_there(world):
    """A network that lets nothing through: the state says so, nothing hangs."""
    ns, nobody = world.namespace("h1"), world.namespace("nobody")
    world.link(ns, nobody, addresses(1, 1), addresses(1, 2))
    h = Host(world, "h1", ns).start()
    cloud = h.cloud("Global4_", "alone")
    assert cloud["why"], cloud
    failed = h.refused("name", "resolve", NAME, "--timeout", "3s")
    assert NAME in failed.text, failed.text
    h.fine()


@case
def a_machine_without_ipv6(world):
    hosts = lan(world, 2, ("ipv4",))
    for h in hosts:
        with h.netns, open("/proc/sys/net/ipv6/conf/all/disable_ipv6", "w", encoding="ascii") as f:
            f.write("1")
    started(hosts)
    hosts[0].publish(NAME)
    hosts[1].found(NAME, address(1, 1))
    attention = hosts[0].cli("status")["attention"]
    assert any("IPv6 is switched off" in a["text"] for a in attention), attention
    fine(hosts)


@case
def another_program_has_the_port(world):
    a, b = lan(world, 2, ("ipv4",))
    with a.netns:
        squatter = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    squatter.bind(("0.0.0.0", PORT))
    with squatter:
        started([a, b])
        pnrp = a.cli("status")["pnrp"]
        assert pnrp["port"] not in (0, PORT), pnrp
        assert "pid %d" % os.getpid() in pnrp["holder"], pnrp
        a.publish(NAME)
        b.found(NAME, address(1, 1))
    fine([a, b])


@case
def hosts_come_and_go(world):
    """Four hosts restarted in turn; the names of the others are found all the time."""
    hosts = started(lan(world, 4, ("ipv4",)))
    for h in hosts:
        h.publish("of-" + h.name)
    hosts[0].found("of-h4", address(1, 4))
    for gone in hosts[1:]:
        assert gone.stop() == 0
        for h in hosts:
            if h is not gone:
                hosts[0].found("of-" + h.name, address(1, int(h.name[1:])))
        gone.start()
        hosts[0].found("of-" + gone.name, address(1, int(gone.name[1:])), within=60)
    fine(hosts)


run()
