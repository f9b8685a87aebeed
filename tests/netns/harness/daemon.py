"""A real homesteadd in a namespace: its configuration, readiness, commands and
event stream."""

import json
import os
import re
import signal
import socket
import subprocess

from . import masc
from .process import Lines
from .wait import Late, deadline_of, readable

HOMESTEADD = os.environ.get("HOMESTEADD", "homesteadd")
HOMESTEAD = os.environ.get("HOMESTEAD", "homestead")

# Short enough for tests, long enough for a busy machine.
QUICK = {"profile": "lab", "hold_time": "9s", "connect_retry": "300ms", "idle_backoff": "100ms",
         "idle_backoff_max": "500ms"}


class CommandFailed(AssertionError):
    def __init__(self, words, done):
        self.code, self.text = done.returncode, done.stderr.strip()
        try:
            self.error = json.loads(done.stderr or done.stdout).get("error", {})
        except ValueError:
            self.error = {}
        super().__init__("homestead %s: exit %d: %s" % (" ".join(words), self.code, self.text))


def written(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else '"%s"' % value


def settings(values, indent):
    return "".join("%s%s = %s;\n" % (indent, k, written(v)) for k, v in values.items())


# These machines do MASC alone: nothing of PNRP on their links.
NO_NAMES = "pnrp = { enabled = false; };\n"


def configuration(values, peers):
    """The text of a configuration file: keys of masc, and its peers by name."""
    entries = ["\t\t{\n" + settings({"name": name, **peer}, "\t\t\t") + "\t\t}"
               for name, peer in peers.items()]
    return ("masc = {\n" + settings(values, "\t") + "\tpeers = (\n" + ",\n".join(entries)
            + "\n\t);\n};\n" + NO_NAMES)


class Events:
    """The daemon's own stream of events from its start on (doc/api.md), read
    and remembered; it ends with the daemon."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.socket.sendall(b"GET /v1/events?since=0 HTTP/1.0\r\n\r\n")
        self.lines = Lines(self.socket)
        self.seen = []

    def close(self):
        self.socket.close()

    def next(self, within=None):
        """The next event; None at the end of the stream."""
        deadline = deadline_of(within)
        while True:
            line = self.lines.next(deadline)
            if line is None:
                return None
            event = json.loads(line[6:]) if line.startswith("data: ") else {}
            if "name" in event:
                self.seen.append(event)
                return event

    def wait(self, name, within=None, **fields):
        """The next event of that name whose fields are as given; those before
        it are passed over."""
        deadline = deadline_of(within)
        while True:
            try:
                event = self.next(deadline)
            except Late:
                event = None
            if event is None:
                raise Late("no event %s %s; the last were %s" % (
                    name, fields, [e["text"] for e in self.seen[-8:]]))
            if event["name"] == name and fields.items() <= event["fields"].items():
                return event

    @property
    def arrived(self):
        """When the newest octets of the stream were read, by time.monotonic()."""
        return self.lines.arrived

    def rest(self):
        """What comes up to the end of the stream, of a daemon that was killed."""
        already = len(self.seen)
        try:
            while self.next():
                pass
        except ConnectionError:
            pass
        return self.seen[already:]

    def drain(self, quiet=0.1):
        """All events till now, those that were passed over included."""
        try:
            while self.next(quiet):
                pass
        except Late:
            pass
        return self.seen


class Daemon:
    def __init__(self, world, name, netns, peers, domain, node, config=QUICK, state=None, **values):
        self.world, self.name, self.netns = world, name, netns
        self.values = {"domain": domain, "node": node, **config, **values}
        self.peers = peers
        self.config = world.path(name + ".conf")
        self.state = state or world.path(name + ".state")
        self.socket = world.path(name + ".sock")
        self.process = None
        self.before = []  # a program that becomes the daemon, and its words
        self._notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notify.bind(world.path(name + ".notify"))
        self._starts = 0
        world.closers.append(self._notify.close)

    def write_config(self, text=None):
        private = os.open(self.config, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(private, "w", encoding="utf-8") as f:
            f.write(configuration(self.values, self.peers) if text is None else text)

    def start(self, *options, ready=True, env=None):
        self.write_config()
        self._starts += 1
        while readable(self._notify, 0):  # what an earlier life had to say
            self._notify.recv(4096)
        self.process = self.world.spawn(
            "%s.%d" % (self.name, self._starts),
            [*self.before, HOMESTEADD, "--config", self.config, "--state", self.state, "--socket", self.socket,
             *options],
            netns=self.netns, env={"NOTIFY_SOCKET": self._notify.getsockname(), **(env or {})})
        if ready:
            self.notified("READY=1")
        return self

    def notified(self, line, within=None):
        """Waits until the daemon tells its manager that; gives the message."""
        deadline = deadline_of(within)
        while True:
            if not readable(self._notify, min(0.2, deadline.left())):
                if not self.process.alive() or deadline.passed():
                    raise Late("no %s from %s: %s" % (line, self.name, self.said()))
                continue
            message = self._notify.recv(4096).decode()
            if line in message.splitlines():
                return message

    def run(self, *words, env=None):
        """A command, whatever comes of it."""
        with self.netns:
            return subprocess.run(
                [HOMESTEAD, "--socket", self.socket, *words], stdin=subprocess.DEVNULL,
                env={**os.environ, **(env or {})}, text=True, capture_output=True, timeout=60, check=False)

    def cli(self, *words):
        """A command's answer, from its JSON; CommandFailed when it fails."""
        done = self.run(*words, "--json")
        if done.returncode:
            raise CommandFailed(words, done)
        return json.loads(done.stdout)

    def refused(self, *words):
        """The failure of a command that must fail."""
        try:
            answer = self.cli(*words)
        except CommandFailed as failed:
            return failed
        raise AssertionError("homestead %s was done: %s" % (" ".join(words), answer))

    def events(self):
        """The stream of its events, from the start of the daemon."""
        stream = Events(self.socket)
        self.world.closers.append(stream.close)
        return stream

    def check(self):
        """homesteadd --check over its configuration."""
        return subprocess.run([HOMESTEADD, "--config", self.config, "--check"], text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)

    def peer(self, name):
        for peer in self.cli("masc", "peers")["peers"]:
            if peer["name"] == name:
                return peer
        raise AssertionError("no peer %s" % name)

    def state_of(self, name):
        return self.peer(name)["state"]

    def said(self):
        return self.process.said()

    def stop(self, within=None):
        """SIGTERM; its exit status."""
        self.process.signal(signal.SIGTERM)
        return self.process.wait(within)

    def kill(self):
        self.process.kill()

    def restart(self, *options, **kwargs):
        return self.start(*options, **kwargs)

    def fine(self):
        """Still there, and no sanitizer had anything to say."""
        assert self.process.alive(), "the daemon ended: " + self.said()[-2000:]
        self.clean()

    def clean(self):
        found = re.search(r"ERROR: \w*Sanitizer|runtime error:|LeakSanitizer", self.said())
        assert not found, "a sanitizer spoke up: " + self.said()[found.start():][:3000]


def tcp_sessions(netns, port=masc.PORT):
    """Established TCP connections to or from that port in a namespace."""
    with netns:
        out = subprocess.run(["ss", "-Htn", "state", "established"], text=True,
                             capture_output=True, check=True).stdout
    found = [line.split() for line in out.splitlines()]
    return [(f[2], f[3]) for f in found
            if f[2].endswith(":%d" % port) or f[3].endswith(":%d" % port)]
