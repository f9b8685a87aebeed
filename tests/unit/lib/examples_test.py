#!/usr/bin/env python3
"""The examples run, with a daemon each and with the engine in their own process.

Real programs on the loopback interface, no root. Usage: examples_test.py PROGRAM... [CASE...]
"""

import ctypes
import os
import queue
import signal
import socket
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from tap import case, run, skip, tree

PROGRAMS = {os.path.basename(p).split("-")[1]: p for p in sys.argv[1:] if "/" in p}
sys.argv[1:] = [a for a in sys.argv[1:] if "/" not in a]
DAEMON = os.environ["HOMESTEADD"]
COMMAND = os.environ["HOMESTEAD"]
LIMIT = 60
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1
FILE = """pnrp: { enabled = false; };
graph: { port = %d; listen = "127.0.0.1"; loopback = "yes"; lab = true; };
group: { };
"""
TEXT = """graph {
	port = %d
	listen = 127.0.0.1
	loopback = yes
	lab = yes
}
group {
}
"""


def with_us():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Program:
    """An example that runs; its lines as they come."""

    def __init__(self, name, args, env):
        self.name = name
        self.popen = subprocess.Popen([PROGRAMS[name], *args], env=env, text=True,
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, preexec_fn=with_us)
        self.lines = queue.Queue()
        self.seen = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.popen.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def says(self, part):
        """The next line with that part; others are passed over."""
        while True:
            line = self.lines.get(timeout=LIMIT)
            assert line is not None, "%s ended after %s" % (self.name, self.seen)
            self.seen.append(line)
            if part in line:
                return line

    def hears(self, line):
        self.popen.stdin.write(line + "\n")
        self.popen.stdin.flush()

    def all(self):
        """All that it says until it ends well."""
        self.ends()
        return list(iter(self.lines.get, None))

    def ends(self):
        self.popen.stdin.close()
        assert self.popen.wait(LIMIT) == 0, (self.name, self.seen, list(self.lines.queue))

    def stop(self):
        self.popen.kill()
        self.popen.wait()


class Machine:
    """Where examples run: a daemon below top, or nothing."""

    def __init__(self, top, inproc):
        self.port = free_port()
        self.env = dict(os.environ)
        self.daemon = None
        self.programs = []
        os.mkdir(top)
        if inproc:
            for name in ("BOARD", "CHAT", "GROUP", "LOOP"):
                self.env[name + "_CONFIG"] = TEXT % self.port
            self.env["GROUP_STATE"] = top
        else:
            self._start(top)

    def _start(self, top):
        config, self.env["HOMESTEAD_SOCKET"] = top + "/conf", top + "/control.sock"
        with open(config, "w", encoding="utf-8") as f:
            f.write(FILE % self.port)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
            ready.bind(top + "/notify")
            ready.settimeout(LIMIT)
            with open(top + "/log", "wb") as log:
                self.daemon = subprocess.Popen(
                    [DAEMON, "--config", config, "--state", top],
                    env={**self.env, "NOTIFY_SOCKET": top + "/notify"}, stdout=log, stderr=log,
                    stdin=subprocess.DEVNULL, preexec_fn=with_us)
            while b"READY=1" not in ready.recv(4096):
                pass

    def run(self, name, *args, **env):
        if name not in PROGRAMS:
            skip("what %s needs is not installed" % name)
        p = Program(name, args, {**self.env, **env})
        self.programs.append(p)
        return p

    def cli(self, *args, given=""):
        """What the command prints, of the daemon here."""
        done = subprocess.run([COMMAND, *args], env=self.env, input=given, text=True,
                              capture_output=True, timeout=LIMIT)
        assert done.returncode == 0, (args, done.stderr)
        return done.stdout

    def __enter__(self):
        return self

    def __exit__(self, *error):
        for p in self.programs:
            p.stop()
        if self.daemon:
            self.daemon.send_signal(signal.SIGTERM)
            assert self.daemon.wait(LIMIT) == 0 or error[0]


def a_board(inproc):
    with tree({}) as top, Machine(top + "/a", inproc) as a, Machine(top + "/b", inproc) as b:
        first = a.run("board", "kitchen", "Soup at eight")
        assert first.says("Soup at eight")
        second = b.run("board", "kitchen", "I come", "127.0.0.1:%d" % a.port)
        assert second.says("Soup at eight")
        assert second.says("I come")
        assert first.says("I come")
        if inproc:  # in memory: nothing outlives its process
            return
        first.stop()
        b.run("note", "kitchen", "127.0.0.1:%d" % a.port, "Soup is gone").ends()
        assert second.says("Soup is gone")
        again = a.run("board", "kitchen", "Soup is cold")
        assert again.says("Soup at eight")
        assert again.says("Soup is cold")
        assert second.says("Soup is cold")


def a_chat(inproc):
    with tree({}) as top, Machine(top + "/a", inproc) as a, Machine(top + "/b", inproc) as b:
        first = a.run("chat", "kitchen")
        peer = first.says("you are ").split()[-1]
        second = b.run("chat", "kitchen", peer, CHAT_ADDRESS="127.0.0.1:%d" % a.port)
        second.says("you are ")
        second.hears("Is there any soup left?")
        assert first.says("Is there any soup left?")
        first.hears("No.")
        assert second.says("No.")
        second.ends()
        first.ends()


def loops(inproc):
    for name in ("loop_poll", "loop_glib", "loop_uv"):
        with tree({}) as top, Machine(top + "/a", inproc) as a:
            p = a.run(name, "kitchen", "5")
            ids = {p.says(" version 1 in kitchen").split()[0] for _ in range(5)}
            assert len(ids) == 5, ids
            p.ends()


def a_group(inproc):
    with tree({}) as top, Machine(top + "/a", False) as a, Machine(top + "/b", inproc) as b:
        a.cli("id", "create", "Ann")
        a.cli("create", "Home", "-q")
        with open(top + "/bob.invitation", "w", encoding="utf-8") as f:
            f.write(a.cli("invite", "Home", "-",
                          given="\n".join(b.run("group", "card", "Bob").all())))
        at = "127.0.0.1:%d" % a.port
        bob = b.run("group", top + "/bob.invitation", at).all()
        assert sorted(bob) == ["Ann, administrator, here", "Bob, member, we"], bob
        assert "Bob" in a.cli("members", "Home")
        again = b.run("group", "Home", at).all()
        assert sorted(again) == sorted(bob), again
        assert b.run("group", "Club").popen.wait(LIMIT) == 1


@case
def a_board_is_shared_by_two_daemons():
    a_board(False)


@case
def a_board_is_shared_by_two_processes_without_a_daemon():
    a_board(True)


@case
def a_group_is_joined_by_a_daemon():
    a_group(False)


@case
def a_group_is_joined_without_a_daemon():
    a_group(True)


@case
def a_chat_between_two_daemons():
    a_chat(False)


@case
def a_chat_without_a_daemon():
    a_chat(True)


@case
def every_loop_polls_a_daemon():
    loops(False)


@case
def every_loop_carries_the_engine():
    loops(True)


if __name__ == "__main__":
    run()
