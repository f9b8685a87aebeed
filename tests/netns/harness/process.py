"""Child processes that cannot outlive the run: each dies with its parent, is
killed by its pid, and is waited for through its pidfd."""

import ctypes
import os
import signal
import subprocess
import time

from .wait import Late, deadline_of, readable

LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG = 1
CLONE_NEWNET = 0x40000000


def setns(fd):
    if LIBC.setns(fd, CLONE_NEWNET) != 0:
        error = ctypes.get_errno()
        raise OSError(error, "setns: " + os.strerror(error))


def _prepare(netns_fd):
    def child():
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if netns_fd is not None:
            setns(netns_fd)

    return child


class Process:
    """A program in a namespace. Its standard error goes to a file of the run's
    folder; standard output too unless out=PIPE."""

    def __init__(self, argv, log, netns=None, env=None, out=None, stdin=subprocess.DEVNULL,
                 pass_fds=()):
        self.argv = [str(a) for a in argv]
        self.log = log
        fd = os.open(netns.path, os.O_RDONLY) if netns else None
        with open(log, "ab") as err:
            self.popen = subprocess.Popen(
                self.argv, stdin=stdin, stdout=out if out is not None else err, stderr=err,
                env={**os.environ, **(env or {})}, preexec_fn=_prepare(fd), pass_fds=pass_fds)
        if fd is not None:
            os.close(fd)
        self.pidfd = os.pidfd_open(self.popen.pid)

    @property
    def pid(self):
        return self.popen.pid

    def alive(self):
        return self.popen.poll() is None

    def signal(self, number):
        if self.alive():
            signal.pidfd_send_signal(self.pidfd, number)

    def wait(self, within=None):
        """Its exit status, negative for a signal."""
        deadline = deadline_of(within)
        if not readable(self.pidfd, deadline.left()):
            raise Late("still running: %s (pid %d)" % (" ".join(self.argv), self.pid))
        return self.popen.wait()

    def kill(self):
        """kill -9, and gone when it returns."""
        self.signal(signal.SIGKILL)
        self.popen.wait()

    def close(self):
        if self.pidfd is None:
            return
        self.kill()
        for stream in (self.popen.stdin, self.popen.stdout):
            if stream:
                stream.close()
        os.close(self.pidfd)
        self.pidfd = None

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()

    def memory(self):
        """Resident octets now."""
        with open("/proc/%d/status" % self.pid, encoding="ascii") as status:
            for line in status:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) * 1024
        return 0


class Lines:
    """Lines of a pipe, read under a deadline."""

    def __init__(self, stream):
        self.fd = stream.fileno()
        self.rest = b""
        self.ended = False
        self.arrived = 0.0  # when the newest octets were read

    def next(self, within=None):
        """The next line as text; None at the end of the stream."""
        deadline = deadline_of(within)
        while b"\n" not in self.rest:
            if self.ended:
                return None
            if not readable(self.fd, deadline.left()):
                raise Late("no line came")
            piece = os.read(self.fd, 65536)
            self.arrived = time.monotonic()
            self.ended = not piece
            self.rest += piece
        line, self.rest = self.rest.split(b"\n", 1)
        return line.decode("utf-8", "replace")
