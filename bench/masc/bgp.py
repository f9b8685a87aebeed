"""BGP daemons that take in a million prefixes, each with a large community of
its own so that no two share an UPDATE, from BIRD as the feeder: the same job as
a MASC node that is told a million claims."""

import os
import random
import re
import shutil
import socket
import subprocess
import tempfile

import side

AS_FEEDER, AS_RECEIVER = 64501, 64502
ADDRESS_FEEDER, ADDRESS_RECEIVER = "127.0.0.2", "127.0.0.1"
USER = "_openbgpd"  # compiled into Debian's package
USER_NUMBER = 64321


def prefix(i):
    v = (16 << 24) + (i << 8)
    return "%d.%d.%d.0/24" % (v >> 24, v >> 16 & 255, v >> 8 & 255)


def routes(n):
    order = list(range(n))
    random.Random(1).shuffle(order)
    return "".join("route %s blackhole { bgp_large_community.add((%d,%d,%d)); };\n"
                   % (prefix(i), AS_FEEDER, i >> 16, i & 65535) for i in order)


class Program:
    """A daemon in a folder of its own, ended and removed on leaving. `clock` (of
    run) is what waits."""

    def __init__(self, clock, name):
        self.clock, self.name = clock, name
        self.folder = tempfile.mkdtemp(prefix="homestead-bench-bgp-")
        os.chmod(self.folder, 0o755)  # OpenBGPD's children run as another user
        self.process = None

    def file(self, name, text, mode=0o644):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="ascii") as f:
            f.write(text)
        os.chmod(path, mode)
        return path

    def start(self, argv):
        with open(os.path.join(self.folder, "log"), "wb") as log:
            self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env={**os.environ, **side.fetched_env()})

    def said(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as log:
            return log.read()[-2000:]

    def ask(self, *argv):
        done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                              check=False, env={**os.environ, **side.fetched_env()})
        return done.stdout

    def cpu_us(self):
        return sum(side.cpu_us(pid) for pid in side.family(self.process.pid))

    def memory_kib(self):
        return sum(side.memory_kib(pid) for pid in side.family(self.process.pid))

    def __enter__(self):
        try:
            self.launch()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exc):
        if self.process:
            side.end(self.process)
        shutil.rmtree(self.folder)


class Bird(Program):
    """Asked over its control socket: a process for each look would cost more than
    what is looked at."""

    control_file = None

    def run(self, config):
        self.start([side.fetched("usr/sbin/bird"), "-f", "-c", self.file("bird.conf", config),
                    "-s", os.path.join(self.folder, "ctl")])
        self.clock.until("BIRD starts", self.connect, 120)

    def connect(self):
        talk = socket.socket(socket.AF_UNIX)
        try:
            talk.connect(os.path.join(self.folder, "ctl"))
        except OSError:
            if self.process.poll() is not None:
                raise RuntimeError("bench/masc: BIRD ended: " + self.said()) from None
            return False
        with talk:
            self.control_file = talk.makefile("rw", encoding="ascii")
        self.answer()
        return True

    def answer(self):
        """Up to the line whose code has a space behind it."""
        lines = []
        while not lines or not re.match(r"[0-9]{4} ", lines[-1]):
            lines.append(self.control_file.readline())
            if not lines[-1]:
                raise RuntimeError("bench/masc: BIRD ended: " + self.said())
        return "".join(lines)

    def control(self, command):
        self.control_file.write(command + "\n")
        self.control_file.flush()
        return self.answer()

    def __exit__(self, *exc):
        if self.control_file:
            self.control_file.close()
        super().__exit__(*exc)


class Feeder(Bird):
    """Has all its routes before its session may come up."""

    def __init__(self, clock, n, port, receiver_port):
        super().__init__(clock, "feeder")
        self.n, self.port, self.receiver_port = n, port, receiver_port

    def launch(self):
        self.run("router id 192.0.2.2;\nprotocol device { scan time 600; }\n"
                 "protocol static prefixes { ipv4;\n%s}\n"
                 "protocol bgp feed { disabled; multihop; hold time 240;\n"
                 " local %s port %d as %d; neighbor %s port %d as %d;\n"
                 " connect delay time 1; connect retry time 1; error wait time 1, 2;\n"
                 " ipv4 { import none; export all; next hop self; }; }\n"
                 % (routes(self.n), ADDRESS_FEEDER, self.port, AS_FEEDER, ADDRESS_RECEIVER,
                    self.receiver_port, AS_RECEIVER))
        self.clock.until("BIRD reads its routes", self.is_ready, 120)

    def is_ready(self):
        return "%d of %d routes" % (self.n, self.n) in self.control("show route count")

    def begin(self):
        self.control("enable feed")


class BirdReceiver(Bird):
    def __init__(self, clock, port, feeder_port):
        super().__init__(clock, "bird")
        self.port, self.feeder_port = port, feeder_port

    def launch(self):
        self.run("router id 192.0.2.1;\nprotocol device { scan time 600; }\n"
                 "protocol bgp feed { passive; strict bind yes; multihop; hold time 240;\n"
                 " local %s port %d as %d; neighbor %s port %d as %d;\n"
                 " ipv4 { import all; export none; }; }\n"
                 % (ADDRESS_RECEIVER, self.port, AS_RECEIVER, ADDRESS_FEEDER, self.feeder_port,
                    AS_FEEDER))
    def count(self):
        got = re.search(r"Routes: +(\d+) imported", self.control("show protocols all feed"))
        return int(got.group(1)) if got else 0


class OpenbgpdReceiver(Program):
    """Its user is not on this machine: it sees a /etc/passwd of its own, in a
    mount namespace, which needs root."""

    def __init__(self, clock, port, _feeder_port):
        super().__init__(clock, "openbgpd")
        self.port = port
        self.socket = os.path.join(self.folder, "bgpd.sock")

    def launch(self):
        home = os.path.join(self.folder, "home")
        os.mkdir(home, 0o755)
        config = self.file(
            "bgpd.conf",
            "AS %d\nrouter-id 192.0.2.1\nlisten on %s port %d\nfib-update no\nsocket \"%s\"\n"
            "neighbor %s {\nremote-as %d\npassive\nmultihop 8\nholdtime 240\n}\nallow from any\n"
            % (AS_RECEIVER, ADDRESS_RECEIVER, self.port, self.socket, ADDRESS_FEEDER, AS_FEEDER),
            0o600)
        for name, line in (("passwd", "%s:x:%d:%d::%s:/usr/sbin/nologin\n"
                            % (USER, USER_NUMBER, USER_NUMBER, home)),
                           ("group", "%s:x:%d:\n" % (USER, USER_NUMBER))):
            with open("/etc/" + name, encoding="utf-8") as f:
                self.file(name, f.read() + line)
        self.start(["unshare", "--mount", "--propagation", "private", "sh", "-c",
                    'mount --bind "$1/passwd" /etc/passwd && mount --bind "$1/group" /etc/group &&'
                    ' exec "$2" -d -f "$3"', "sh", self.folder, side.fetched("usr/sbin/bgpd"),
                    config])
        self.clock.until("OpenBGPD starts", lambda: "Active" in self.neighbor(), 20)

    def neighbor(self):
        return self.ask(side.fetched("usr/sbin/bgpctl"), "-s", self.socket, "show", "neighbor",
                        ADDRESS_FEEDER)

    def count(self):
        got = re.search(r"Prefixes +\d+ +(\d+)", self.neighbor())
        return int(got.group(1)) if got else 0


def receivers():
    """Those that can run here, and what is said of the others."""
    kinds, missing = {}, []
    if not side.fetched("usr/sbin/bird"):
        return kinds, ["no BIRD below build-deps (tools/install-deps bench fetches it): no BGP"]
    kinds["bird"] = BirdReceiver
    if not side.fetched("usr/sbin/bgpd"):
        missing.append("no OpenBGPD below build-deps (tools/install-deps bench fetches it)")
    elif os.geteuid() != 0:
        missing.append("OpenBGPD is left out: its user can only be made up as root")
    else:
        kinds["openbgpd"] = OpenbgpdReceiver
    return kinds, missing


def take_in(clock, kind, n):
    """One session; clock.watch() sees the receiver's count grow from 0 to n."""
    port, feeder_port = side.free_port(), side.free_port()
    with Feeder(clock, n, feeder_port, port) as feeder, \
            kind(clock, port, feeder_port) as receiver:
        return clock.watch(receiver, feeder, n, feeder.begin)
