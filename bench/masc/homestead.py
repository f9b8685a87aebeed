"""Homestead's daemons and the speaker beside them, for bench/masc.

All know one root scope. The feeder, a sibling domain, tells node a all claims.
Node b is of a's domain: when its session comes up, a tells it all it knows."""

import http.client
import json
import os
import shutil
import socket
import subprocess
import tempfile

import side

SPACE = "234.0.0.0/8"
DOMAIN, FEEDER_DOMAIN, WATCHER_DOMAIN = 64500, 65001, 65002
A, B, FEEDER, WATCHER = "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"


def peer(name, address, port, role, domain, more=""):
    return ('{ name = "%s"; address = "%s:%d"; role = "%s"; domain = %d; %s }'
            % (name, address, port, role, domain, more))


def config_a(port):
    return 1, A, (peer("feeder", FEEDER, port, "sibling", FEEDER_DOMAIN, "passive = true;"),
                  peer("b", B, port, "internal", DOMAIN, "passive = true;"))


def config_b(port):
    """It passes on to a sibling what others claim, which by default it would not."""
    return 2, B, (peer("a", A, port, "internal", DOMAIN, 'local_address = "%s";' % B),
                  peer("watcher", WATCHER, port, "sibling", WATCHER_DOMAIN, "passive = true;"))


class Daemon:
    """`clock` (of run) is what waits."""

    def __init__(self, clock, name, build, port, config):
        self.clock = clock
        self.name, self.address = name, config[1]
        self.build, self.port, self.config = build, port, config
        self.process = self.http = None
        self.folder = tempfile.mkdtemp(prefix="homestead-bench-masc-")
        self.socket = os.path.join(self.folder, "sock")

    def launch(self):
        path = os.path.join(self.folder, "homestead.conf")
        node, address, peers = self.config
        strict = "true" if node == 1 else "false"
        with open(path, "w", encoding="ascii") as f:
            f.write('log = { level = "error"; };\n'
                    'pnrp = { enabled = false; };\n'
                    'masc = { domain = %d; node = %d; profile = "lab"; hold_time = "0s";\n'
                    ' mac_aliasing = true; strict_origin = %s; connect_retry = "10ms"; listen = "%s:%d";\n'
                    ' scopes = ( { name = "all"; range = "%s"; root = true; } );\n'
                    ' peers = (\n%s\n); };\n'
                    % (DOMAIN, node, strict, address, self.port, SPACE, ",\n".join(peers)))
        with open(os.path.join(self.folder, "log"), "wb") as log:
            self.process = subprocess.Popen(
                [side.find(self.build, "homesteadd"), "--config", path,
                 "--state", os.path.join(self.folder, "state"), "--socket", self.socket],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.clock.until("%s listens" % self.name, self.listens, 20)
        self.http = http.client.HTTPConnection("localhost")
        self.http.sock = socket.socket(socket.AF_UNIX)
        self.http.sock.connect(self.socket)

    def listens(self):
        if self.process.poll() is not None:
            raise RuntimeError("bench/masc: %s ended:\n%s" % (self.name, self.said()))
        return side.listening(self.process.pid, self.port)

    def said(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as log:
            return log.read()[-2000:]

    def ask(self, method, path):
        body = "{}" if method == "POST" else None
        self.http.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        answer = json.loads(self.http.getresponse().read())
        if "error" in answer:
            raise RuntimeError("bench/masc: %s: %s: %s" % (self.name, path, answer["error"]))
        return answer

    def peer(self, name):
        return self.ask("GET", "/v1/masc/peers/" + name)

    def cpu_us(self):
        return side.cpu_us(self.process.pid)

    def memory_kib(self):
        return side.memory_kib(self.process.pid)

    def __enter__(self):
        try:
            self.launch()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exc):
        if self.http:
            self.http.close()
        if self.process:
            side.end(self.process)
        shutil.rmtree(self.folder)


class Receiver(Daemon):
    """Node b, seen through its API as it takes in what a tells it."""

    def heard(self):
        return self.peer("a")["received"]

    def count(self):
        r = self.heard()
        return (r["octets"] - 20 * r["open"] - 4 * r["update"] - 4 * r["keepalive"]) // 36

    def complete(self):
        """The KEEPALIVE after the one that established the session: the mark."""
        return self.heard()["keepalive"] >= 2


class Speaker:
    """bench/masc/speaker, with a session to each of some daemons."""

    def __init__(self, build, port, *sessions):
        argv = [side.find(build, "speaker")]
        for source, daemon, domain in sessions:
            argv += [source, daemon.address, str(port), str(domain), str(domain)]
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("bench/masc: the speaker ended")
        return json.loads(line)

    def tell(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.process.stdin.close()
        side.end(self.process)


def take_in(clock, build, n):
    """Node a is fed first; then clock.watch() sees b take all of it in, and at
    last somebody is told by b as many as there are."""
    port = side.free_port()
    with Daemon(clock, "a", build, port, config_a(port)) as a, \
            Receiver(clock, "b", build, port, config_b(port)) as b:
        b.ask("POST", "/v1/masc/peers/a/down")
        with Speaker(build, port, (FEEDER, a, FEEDER_DOMAIN)) as feeder:
            fed = feeder.tell("feed", 0, n)["seconds"]
            clock.quiet((a,))  # what a stores is not part of what follows
            result = clock.watch(b, a, n, lambda: b.ask("POST", "/v1/masc/peers/a/up"))
            with Speaker(build, port, (WATCHER, b, WATCHER_DOMAIN)) as watcher:
                watcher.tell("seen", n)
        result["fed_rate"] = n / fed
        return result


def change(clock, build, n, rounds, times):
    """For each round, microseconds from a new claim at the feeder, over a and b, to the watcher,
    with n claims held by all of them."""
    port = side.free_port()
    with Daemon(clock, "a", build, port, config_a(port)) as a, \
            Receiver(clock, "b", build, port, config_b(port)) as b, \
            Speaker(build, port, (FEEDER, a, FEEDER_DOMAIN), (WATCHER, b, WATCHER_DOMAIN)) as s:
        clock.until("a and b have a session",
                    lambda: b.peer("a")["state"] == "established", 20)
        s.tell("feed", 0, n)
        s.tell("seen", n)
        clock.quiet((a, b))
        return [[s.tell("change", n + r * times + i)["us"] for i in range(times)]
                for r in range(rounds)]
