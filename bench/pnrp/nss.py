"""What a warm look-up of a published name through the name service adds to one of a name in
/etc/hosts: one daemon, one program, files of its own laid over /etc in a mount namespace."""

import json
import os
import select
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import side

NAME = "bench-name"
COUNT = 2000
SCRIPT = """
set -eu
mount --make-rprivate /
mount --bind "$DIR/hosts" /etc/hosts
mount --bind "$DIR/nsswitch" /etc/nsswitch.conf
exec "$GETADDR" %d in-hosts.example %s.pnrp.net
""" % (COUNT, NAME)


def write(folder, name, text):
    with open(os.path.join(folder, name), "w", encoding="ascii") as f:
        f.write(text)


def start(build, folder):
    """A daemon that publishes the name; its process."""
    write(folder, "homestead.conf", 'pnrp = { loopback = "yes"; };\nlog = { level = "error"; };\n')
    env = {**os.environ, "XDG_RUNTIME_DIR": folder}
    daemon = subprocess.Popen(
        [side.find(build, "homesteadd"), "--config", os.path.join(folder, "homestead.conf"),
         "--state", os.path.join(folder, "state")], env=env)
    until_done([side.find(build, "homestead"), "name", "publish", NAME, "--port", "80"], env, daemon)
    return daemon


def until_done(words, env, daemon):
    """The daemon may still be starting."""
    for _ in range(200):
        done = subprocess.run(words, env=env, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, check=False)
        if done.returncode == 0:
            return
        select.select([], [], [], 0.05)
    daemon.kill()
    sys.exit("bench: the daemon does not answer")


def measure(build, runs):
    """[(us in /etc/hosts, us through the daemon)] of so many runs; [] where it cannot be."""
    if os.geteuid() != 0 or not shutil.which("unshare"):
        return []
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        os.mkdir(os.path.join(folder, "homestead"), 0o700)
        write(folder, "hosts", "127.0.0.1 localhost in-hosts.example\n")
        write(folder, "nsswitch", "hosts: files homestead\n")
        daemon = start(build, folder)
        env = {**os.environ, "DIR": folder, "XDG_RUNTIME_DIR": folder,
               "GETADDR": side.find(build, "bench_pnrp_getaddr"),
               "LD_LIBRARY_PATH": os.path.dirname(side.find(build, "libnss_homestead.so.2"))}
        try:
            for _ in range(runs):
                done = subprocess.run(["unshare", "-m", "sh", "-c", SCRIPT], env=env, text=True,
                                      stdout=subprocess.PIPE, check=True)
                times = json.loads(done.stdout)
                figures.append((times["in-hosts.example"], times[NAME + ".pnrp.net"]))
        finally:
            side.end(daemon)
    return figures
