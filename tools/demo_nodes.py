"""Real daemons on addresses of the loopback interface, and what they tell.

For tools/demo: nodes that are started, asked, commanded and killed, and a story
that hears the events of all of them in one row and waits for what is to happen.
"""

import contextlib
import ctypes
import json
import os
import queue
import shutil
import signal
import socket
import subprocess
import tempfile
import textwrap
import threading
import time

STEP_LIMIT = 15.0  # seconds that anything in the story may take
CATCH_UP = 0.5  # seconds of silence after which to look what was missed
BEGIN = time.monotonic()
PORT = 2587
WIDTH = 96
NAMES = 8
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


class Failed(Exception):
    """A step of the story did not happen."""


def say(text=""):
    print(text, flush=True)


def chapter(title, *lines):
    say("\n== " + title)
    for line in lines:
        say("   " + line)


def told(who, text):
    """One line of the story, folded under itself."""
    head = "   %6.2f s  %-*s " % (time.monotonic() - BEGIN, NAMES, who)
    say(textwrap.fill(text, WIDTH, initial_indent=head, subsequent_indent=" " * len(head),
                      break_long_words=False, break_on_hyphens=False))


def with_us():
    """In the child: nobody outlives the demo, however it ends."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def free_network(count):
    """x of addresses 127.0.x.1 to 127.0.x.count whose port nobody holds."""
    for x in range(1 + os.getpid() % 200, 250):
        try:
            for y in range(1, count + 1):
                with socket.socket() as s:
                    s.bind(("127.0.%d.%d" % (x, y), PORT))
            return x
        except OSError:
            continue
    raise Failed("no free addresses 127.0.x.y with port %d; is a daemon listening on all "
                 "addresses? build/homestead doctor ports says who" % PORT)


class Peer:
    """What a node is told about another one."""

    def __init__(self, node, role, parent=None):
        self.node, self.role, self.parent = node, role, parent

    def text(self, local):
        text = ("\t\t{ name = \"%s\"; address = \"%s\"; local_address = \"%s\"; role = \"%s\"; "
                "domain = %d; node = %d;" % (self.node.name, self.node.address, local, self.role,
                                             self.node.domain, self.node.number))
        if self.parent is not None:
            text += " parent_domain = %d;" % self.parent
        return text + " }"


class Node:
    """A daemon with its files, and what it tells of itself."""

    def __init__(self, story, name, domain, number, place):
        self.story, self.name, self.domain, self.number = story, name, domain, number
        self.address = "127.0.%d.%d" % (story.network, place)
        self.folder = os.path.join(story.folder, name)
        self.socket = os.path.join(self.folder, "control.sock")
        self.config = os.path.join(self.folder, "homestead.conf")
        self.env = {**os.environ, "HOMESTEAD_SOCKET": self.socket}
        self.daemon = self.watcher = None
        self.peers = ()
        self.seen, self.lock = set(), threading.Lock()
        os.mkdir(self.folder)

    def configure(self, *peers, more=""):
        self.peers = peers
        text = ("pnrp = { enabled = false; };\n"
                "masc = {\n\tdomain = %d;\n\tnode = %d;\n\tprofile = \"lab\";\n%s"
                "\tlisten = \"%s\";\n\tpeers = (\n%s\n\t);\n};\n"
                % (self.domain, self.number, more, self.address,
                   ",\n".join(p.text(self.address) for p in peers)))
        with open(self.config, "w", encoding="utf-8") as f:
            f.write(text)

    def start(self):
        path = os.path.join(self.folder, "notify")
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
            ready.bind(path)
            self._spawn(path)
            self._wait_until(ready)
        self.watch()

    def _spawn(self, notify):
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.daemon = subprocess.Popen(
                [self.story.program("homesteadd"), "--config", self.config, "--state",
                 os.path.join(self.folder, "state"), "--socket", self.socket],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=with_us,
                env={**self.env, "NOTIFY_SOCKET": notify})

    def _wait_until(self, ready):
        """The daemon says itself when it takes commands."""
        end = time.monotonic() + STEP_LIMIT
        ready.settimeout(0.2)
        while time.monotonic() < end and self.daemon.poll() is None:
            with contextlib.suppress(TimeoutError):
                if b"READY=1" in ready.recv(4096):
                    return
        raise Failed("%s does not start" % self.name)

    def watch(self):
        """Hands the daemon's events, from its first one on, to the story."""
        self.seen = set()
        self.watcher = subprocess.Popen(
            [self.story.program("homestead"), "events", "--watch", "--json", "--level",
             "debug"], env=self.env,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            preexec_fn=with_us)
        threading.Thread(target=self._read, args=(self.watcher.stdout,), daemon=True).start()
        self.catch_up()

    def _read(self, stream):
        for line in stream:
            self._take([line])

    def _take(self, lines):
        """Each event once, whoever brings it first."""
        with self.lock:
            for line in lines:
                event = json.loads(line) if line.startswith("{") else {}
                if "part" in event and event["number"] not in self.seen:
                    self.seen.add(event["number"])
                    self.story.events.put((self.name, event))

    def catch_up(self):
        """What happened before the watcher was there."""
        if self.watcher:
            self._take(self.ask("events", "--json", "--level", "debug").splitlines())

    def run(self, *words):
        return subprocess.run([self.story.program("homestead"), *words], env=self.env, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=STEP_LIMIT)

    def ask(self, *words):
        done = self.run(*words)
        if done.returncode != 0:
            raise Failed("homestead %s on %s ends with %d: %s"
                         % (" ".join(words), self.name, done.returncode, done.stderr))
        return done.stdout

    def command(self, *words):
        """A command as a user would give it."""
        say("   %8s  %-*s $ homestead %s" % ("", NAMES, self.name, " ".join(words)))
        return self.ask(*words)

    def unwatch(self):
        if self.watcher:
            self.watcher.kill()
            self.watcher.wait()
            self.watcher = None

    def kill(self):
        self.daemon.kill()
        self.daemon.wait()
        self.unwatch()

    def stop(self):
        self.daemon.terminate()
        if self.daemon.wait(timeout=STEP_LIMIT) != 0:
            raise Failed("%s did not stop in good order" % self.name)
        self.unwatch()

    def log(self):
        try:
            with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as f:
                return f.read()
        except OSError:
            return ""


class Story:
    """All nodes, and what they tell."""

    def __init__(self, build, worth_telling):
        self.build = build
        self.worth_telling = worth_telling
        self.folder = tempfile.mkdtemp(prefix="homestead-demo-")
        self.events = queue.Queue()
        self.history = []  # (node, event), as far as told
        self.nodes = []
        self.network = None

    def program(self, name):
        return os.path.join(self.build, name)

    def node(self, name, domain, number):
        self.nodes.append(Node(self, name, domain, number, len(self.nodes) + 1))
        return self.nodes[-1]

    def mark(self):
        """From here on, for until()."""
        return len(self.history)

    def hear(self, end):
        """Tells the next event; False: none came in time."""
        try:
            wait = min(CATCH_UP, max(0.0, end - time.monotonic()))
            name, event = self.events.get(timeout=wait)
        except queue.Empty:
            for node in self.nodes:
                node.catch_up()
            return time.monotonic() < end
        self.history.append((name, event))
        if self.worth_telling(name, event):
            told(name, event["text"])
        return True

    def until(self, mark, what, *wanted, limit=STEP_LIMIT):
        """Waits until each of wanted, (node, events, fields), has happened since
        the mark, and gives them; None when they did not and what is None."""
        end = time.monotonic() + limit
        while True:
            found = [self.find(mark, want) for want in wanted]
            if all(found):
                return found
            if not self.hear(end):
                break
        if what is None:
            return None
        raise Failed(what)

    def find(self, mark, want):
        node, kinds, fields = want
        for name, event in self.history[mark:]:
            if (name == node.name and event.get("part") == "masc" and event["name"] in kinds and
                    all(event["fields"].get(k) == v for k, v in fields.items())):
                return event
        return None

    def close(self):
        for node in self.nodes:
            for process in (node.daemon, node.watcher):
                if process and process.poll() is None:
                    process.kill()
                    process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
