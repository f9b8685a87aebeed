"""Hosts that find each other's names: a daemon with the part pnrp alone, and the
networks they stand in."""

from .daemon import CommandFailed, Daemon, settings
from .wait import until

PORT = 3540
ALL = ("ipv4", "ipv6")
NET4 = {1: "192.0.2.%d", 2: "198.51.100.%d"}
NET6 = {1: "2001:db8:1::%d", 2: "2001:db8:2::%d"}


def address(link, host, family="ipv4"):
    return (NET4 if family == "ipv4" else NET6)[link] % host


def addresses(link, host, families=ALL):
    return [address(link, host, f) + ("/24" if f == "ipv4" else "/64") for f in families]


def configuration(values, groups):
    inner = "".join("\t%s = {\n%s\t};\n" % (name, settings(keys, "\t\t"))
                    for name, keys in groups.items())
    return "pnrp = {\n" + settings(values, "\t") + inner + "};\n"


class Host(Daemon):
    """values: keys of pnrp; groups: those of its groups link, site and global."""

    def __init__(self, world, name, netns, state=None, groups=None, **values):
        super().__init__(world, name, netns, {}, 0, 0, config={}, state=state)
        self.values, self.groups = {"lab": True, **values}, groups or {}

    def write_config(self, text=None):
        super().write_config(text or configuration(self.values, self.groups))

    def publish(self, name, *words, port=8080):
        return self.cli("name", "publish", name, "--port", str(port), *words)

    def results(self, name, *words):
        """What the name leads to, [] when it is not found."""
        try:
            return self.cli("name", "resolve", name, "--timeout", "5s", *words)["results"]
        except CommandFailed as failed:
            if failed.error.get("name") in ("NOT_FOUND", "TIMEOUT", None):
                return []
            raise

    def finds(self, name, *words, port=None):
        """Addresses that the name leads to, without their interfaces."""
        return {e["address"].split("%")[0] for r in self.results(name, *words)
                for e in r["endpoints"] if port in (None, e["port"])}

    def found(self, name, wanted, *words, within=None, **more):
        """Waits until the name leads to this address, and gives all it leads to."""
        last = []

        def look():
            last[:] = [self.finds(name, *words, **more)]
            return last[0] if wanted in last[0] else None

        return until(lambda: "%s to find %s at %s, but %s" % (self.name, name, wanted, last),
                     look, within)

    def lost(self, name, within=None):
        until("%s to lose %s" % (self.name, name), lambda: not self.results(name), within)

    def clouds(self):
        return {c["name"]: c for c in self.cli("cloud", "list")["clouds"]}

    def cloud(self, name, state, within=None):
        last = {}

        def look():
            last.update(self.clouds().get(name) or {"state": "none"})
            return last if last["state"] == state else None

        return until(lambda: "%s of %s to be %s: %s" % (name, self.name, state, last), look,
                     within)


def lan(world, count, families=ALL, link=1, first=1, **values):
    """So many hosts on one switch, not started."""
    hub = world.namespace("hub%d" % link)
    hosts = [Host(world, "h%d" % i, world.namespace("h%d" % i), **values)
             for i in range(first, first + count)]
    world.lan(hub, [(h.netns, addresses(link, first + i, families))
                    for i, h in enumerate(hosts)])
    for h in hosts:
        h.hub, h.link = hub, link
    return hosts


def started(hosts):
    for h in hosts:
        h.start(ready=False)
    for h in hosts:
        h.notified("READY=1", 60)
    return hosts


def join(world):
    """A router, still without a switch."""
    router = world.namespace("router")
    with router:
        for key in ("net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding"):
            with open("/proc/sys/" + key, "w", encoding="ascii") as f:
                f.write("1")
    return router


def connect(router, hosts, world, families=ALL):
    """Puts the router, as host 254, on these hosts' switch."""
    hub, link = hosts[0].hub, hosts[0].link
    device = world.device()
    hub.ip("link", "add", device, "type", "veth", "peer", "name", device, "netns", router.name)
    hub.ip("link", "set", device, "master", "lan", "up")
    for a in addresses(link, 254, families):
        router.address(device, a)
    router.ip("link", "set", device, "up")
    for h in hosts:
        for f in families:
            h.netns.ip("-6" if f == "ipv6" else "-4", "route", "add", "default", "via",
                       address(link, 254, f))
