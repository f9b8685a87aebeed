"""Programs of a machine that finds names through libnss_homestead, as any user of it runs
them. What the machine would have (/run/homestead, nsswitch.conf, the module) lies in a
mount namespace of their own, which ends with the process that holds it."""

import os
import subprocess
import time

from .process import Lines

MODULE = os.environ.get("HOMESTEAD_NSS", "libnss_homestead.so.2")
NOBODY = 65534
SERVICES = "hosts: homestead files\n"

# $1: the daemon's folder, $2: one with the files that stand in for those of the machine.
SCRIPT = """
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/homestead /run/lib
cp "$2/module" /run/lib/libnss_homestead.so.2
for file in hosts nsswitch.conf; do
	cp "$2/$file" /run/$file
	mount --bind /run/$file /etc/$file
done
mount --bind "$1" /run/homestead
echo ready
exec cat
"""


class Programs:
    """host: whose daemon answers, its socket in a folder that is /run/homestead to them.
    hosts: the other service, lines of /etc/hosts."""

    def __init__(self, world, host, hosts=""):
        files = world.path(host.name + ".files")
        os.mkdir(files)
        os.symlink(os.path.abspath(MODULE), files + "/module")
        for name, text in (("hosts", hosts), ("nsswitch.conf", SERVICES)):
            with open(os.path.join(files, name), "w", encoding="ascii") as f:
                f.write(text)
        self.holder = world.spawn(
            host.name + ".programs",
            ["unshare", "--mount", "--propagation", "private", "sh", "-euc", SCRIPT, "sh",
             os.path.dirname(host.socket), files],
            netns=host.netns, stdin=subprocess.PIPE, out=subprocess.PIPE)
        assert Lines(self.holder.popen.stdout).next() == "ready", self.holder.said()

    def start(self, *words, user=NOBODY, **more):
        """A program of that user. The environment is its own: no daemon of ours is in it."""
        return subprocess.Popen(
            ["nsenter", "--target", str(self.holder.pid), "--mount", "--net", "setpriv",
             "--reuid=%d" % user, "--regid=%d" % user, "--clear-groups", *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={"PATH": os.environ["PATH"], "LD_LIBRARY_PATH": "/run/lib", "TMPDIR": "/run"},
            **more)

    def run(self, *words, **more):
        """Its exit status, what it printed, what it complained of, the seconds it took."""
        began = time.monotonic()
        with self.start(*words, **more) as program:
            try:
                out, err = program.communicate(timeout=60)
            except BaseException:
                program.kill()
                raise
        return program.returncode, out, err, time.monotonic() - began

    def getent(self, *words, **more):
        """The addresses that it prints, in order and each once; [] when it finds none."""
        status, out, err, _ = self.run("getent", *words, **more)
        assert status in (0, 2) and not err, (status, out, err)
        assert (status == 0) == bool(out), (status, out)
        return list(dict.fromkeys(line.split()[0] for line in out.splitlines()))
