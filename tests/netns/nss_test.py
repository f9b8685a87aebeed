"""Every program of every user finds names: getent, curl and Python through the module, over
links with and without addresses, beside a daemon that is stopped, dead or gone."""

import json
import os
import signal
import socket
import sys

from harness.names import ALL, Host, address, addresses
from harness.programs import Programs
from harness.tap import case, run
from harness.wait import until

NAME = "printer-room"
HOST = NAME + ".pnrp.net"
PAGE = "the page of the printer room\n"
WEB = 8081
# What the next service has to say.
HOSTS = "203.0.113.7 %s\n203.0.113.8 nowhere.pnrp.net\n" % HOST
FALLBACK, NOWHERE = "203.0.113.7", "203.0.113.8"
# Far below the 5 s that a daemon has to find a name, far above the 50 ms in which one that
# lives says so: this machine may be busy.
SOON = 2.0

# Counts: descriptors before and after, look-ups that failed; of a child after fork, too.
LEAKS = """
import json, os, socket, sys
def look():
    before = len(os.listdir("/proc/self/fd"))
    lost = 0
    for _ in range(int(sys.argv[2])):
        try:
            socket.getaddrinfo(sys.argv[1], 80)
        except socket.gaierror:
            lost += 1
    return len(os.listdir("/proc/self/fd")) - before, lost
look()
report = [look()]
r, w = os.pipe()
if os.fork() == 0:
    os.write(w, json.dumps(look()).encode())
    os._exit(0)
report.append(look())
report.append(json.loads(os.read(r, 100)))
os.wait()
print(json.dumps(report))
"""


class System(Host):
    """A host whose daemon has its sockets in a folder that any user may enter."""

    def __init__(self, world, name, netns, **values):
        super().__init__(world, name, netns, **values)
        os.mkdir(world.path(name + ".run"), 0o755)
        self.socket = world.path(name + ".run", "control.sock")


def pair(world, families):
    """A publishes; programs of B look. The name is found by B's daemon when this ends."""
    a = Host(world, "h1", world.namespace("h1"))
    b = System(world, "h2", world.namespace("h2"))
    b.device = world.link(a.netns, b.netns, addresses(1, 1, families),
                          addresses(1, 2, families))
    a.start()
    b.start()
    a.publish(NAME, port=WEB)
    until("b to find the name", lambda: b.results(NAME), 60)
    return a, b, Programs(world, b, HOSTS)


def link_local(netns, device):
    words = netns.ip("-6", "-o", "addr", "show", "dev", device, "scope", "link").split()
    return words[words.index("inet6") + 1].split("/")[0]


def serve_a_page(world, host):
    folder = world.path("www")
    os.mkdir(folder)
    with open(folder + "/index.html", "w", encoding="ascii") as f:
        f.write(PAGE)
    world.spawn("www", [sys.executable, "-m", "http.server", str(WEB), "--bind", "::",
                        "--directory", folder], netns=host.netns)

    def answers():
        with host.netns, socket.socket(socket.AF_INET6) as s:
            return s.connect_ex(("::1", WEB)) == 0

    until("the web server", answers)


def fine(*hosts):
    for h in hosts:
        h.fine()


@case
def another_user_finds_a_page_where_links_have_no_addresses(world):
    """Link-local addresses alone: each means nothing without its zone."""
    a, b, programs = pair(world, ())
    serve_a_page(world, a)
    bare = link_local(a.netns, b.device)
    with b.netns:
        zoned = "%s%%%d" % (bare, socket.if_nametoindex(b.device))
    assert programs.getent("-A", "ahosts", HOST) == [zoned]
    # Without IPv4 libc asks for IPv6 alone, which has no place for a zone.
    assert programs.getent("ahosts", HOST) == [bare]
    for words in (["curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", "30",
                   "http://%s:%d/" % (HOST, WEB)],
                  [sys.executable, "-c", "import urllib.request as u; "
                   "print(u.urlopen('http://%s:%d/').read().decode(), end='')" % (HOST, WEB)]):
        status, out, err, _ = programs.run(*words)
        assert (status, out) == (0, PAGE), (words, status, out, err)
    b.netns.address(b.device, "169.254.7.7/16")
    assert programs.getent("ahosts", HOST) == [zoned]
    assert programs.getent("ahostsv6", HOST) == [bare]
    assert programs.getent("ahostsv4", HOST) == [FALLBACK]
    fine(a, b)


@case
def both_families_are_found(world):
    a, b, programs = pair(world, ALL)
    four, six = address(1, 1), address(1, 1, "ipv6")
    b.found(NAME, six)
    until("both families", lambda: {four, six} <= set(programs.getent("ahosts", HOST)))
    assert programs.getent("ahostsv4", HOST) == [four]
    assert six in until("IPv6", lambda: programs.getent("ahostsv6", HOST))
    assert six in programs.getent("hosts", HOST)
    assert six in programs.getent("ahosts", HOST.upper() + "."), "case and a dot at the end"
    for user in (0, 12345):
        assert four in programs.getent("ahosts", HOST, user=user), user
    fine(a, b)


@case
def a_network_with_ipv4_alone(world):
    a, b, programs = pair(world, ("ipv4",))
    for h in (a, b):
        with h.netns, open("/proc/sys/net/ipv6/conf/all/disable_ipv6", "w", encoding="ascii") as f:
            f.write("1")
    for database in ("ahosts", "ahostsv4", "hosts"):
        assert address(1, 1) in programs.getent(database, HOST), database
    fine(a, b)


@case
def a_name_that_is_not_there_is_left_to_others(world):
    a, b, programs = pair(world, ("ipv4",))
    status, out, _, seconds = programs.run("getent", "ahosts", "nowhere.pnrp.net")
    assert status == 0 and NOWHERE in out, (status, out)
    assert seconds < 5 + SOON, seconds
    assert programs.getent("ahosts", "not-even-there.pnrp.net") == []
    status, _, _, seconds = programs.run("getent", "ahosts", "www.example.net")
    assert status == 2 and seconds < SOON, "names of others are not asked for"
    fine(a, b)


def falls_through(programs):
    status, out, _, seconds = programs.run("getent", "ahosts", HOST)
    assert status == 0 and FALLBACK in out, (status, out)
    assert seconds < SOON, "%.3f s" % seconds


@case
def a_stopped_daemon_holds_nobody_up(world):
    a, b, programs = pair(world, ("ipv4",))
    assert programs.getent("ahosts", HOST) == [address(1, 1)]
    b.process.signal(signal.SIGSTOP)
    for _ in range(3):
        falls_through(programs)
    b.process.signal(signal.SIGCONT)
    until("the name again", lambda: programs.getent("ahosts", HOST) == [address(1, 1)])
    fine(a, b)


@case
def a_daemon_that_is_dead_or_gone_holds_nobody_up(world):
    a, b, programs = pair(world, ("ipv4",))
    b.kill()
    assert os.path.exists(os.path.dirname(b.socket) + "/resolve.sock"), "nobody cleaned up"
    falls_through(programs)
    b.start()
    until("the name again", lambda: programs.getent("ahosts", HOST) == [address(1, 1)], 60)
    assert b.stop() == 0
    assert not os.path.exists(os.path.dirname(b.socket) + "/resolve.sock")
    falls_through(programs)
    fine(a)


@case
def twenty_programs_at_once(world):
    a, b, programs = pair(world, ("ipv4",))
    started = [programs.start("getent", "ahosts", HOST, user=10000 + i % 3) for i in range(20)]
    said = [p.communicate(timeout=60)[0] for p in started]
    assert all(p.returncode == 0 for p in started), said
    assert all(address(1, 1) in s for s in said), said
    fine(a, b)


@case
def a_thousand_look_ups_leak_no_descriptor(world):
    a, b, programs = pair(world, ("ipv4",))
    status, out, err, _ = programs.run(sys.executable, "-c", LEAKS, HOST, "334")
    assert status == 0, (status, out, err)
    assert json.loads(out) == [[0, 0]] * 3, out
    b.process.signal(signal.SIGSTOP)
    status, out, err, _ = programs.run(sys.executable, "-c", LEAKS, "x.pnrp.net", "10")
    assert status == 0, (status, out, err)
    assert json.loads(out) == [[0, 10]] * 3, out
    b.process.signal(signal.SIGCONT)
    fine(a, b)


@case
def the_daemon_lets_others_look_up_names_alone(world):
    """resolve.sock is for everybody, control.sock is not."""
    _, b, programs = pair(world, ("ipv4",))
    folder = os.path.dirname(b.socket)
    assert os.stat(folder + "/resolve.sock").st_mode & 0o777 == 0o666
    assert os.stat(b.socket).st_mode & 0o007 == 0
    status, _, err, _ = programs.run(
        sys.executable, "-c", "import socket; socket.socket(socket.AF_UNIX).connect("
        "'/run/homestead/control.sock')")
    assert status and "PermissionError" in err, (status, err)
    fine(b)


run()
