"""tools/install-deps asks nothing, installs what is missing and no more, and
leaves listening sockets and enabled units as they were."""

import glob
import os
import re
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import source
from tap import case, run, skip, tree

TOP = source.root()
TOOL = os.path.join(TOP, "tools", "install-deps")
UNITS = re.compile(r"/systemd/system/[^/]+\.(service|socket|timer|path)$|^/etc/init\.d/")

# Stand-ins for the package tools: they write down how they were called.
FAKES = {
    "dpkg-query": 'shift 2\nfor p; do case " $MISSING " in *" $p "*) ;; *) echo "$p installed" ;; '
                  "esac; done\n",
    "apt-get": 'echo "apt-get $*" >>"$CALLS"\necho "front $DEBIAN_FRONTEND" >>"$CALLS"\n'
               'case "$*" in *download*) [ -z "$NO_MIRROR" ] || { echo no route; exit 100; }\n'
               'for p; do : >"${p}_1_amd64.deb"; done ;;\n'
               '*install*) [ ! -e "$FAIL" ] || { rm "$FAIL"; echo no such version; exit 100; } ;;\n'
               '*update*) [ -z "$KEEP_FAILING" ] || : >"$FAIL" ;; esac\n',
    "dpkg": 'echo "dpkg $1 ${2##*/} $3" >>"$CALLS"\n',
    "id": 'echo "$FAKE_UID"\n',
    "sudo": '[ "$MAY_SUDO" ] && [ "$1" = -n ] || exit 1\nshift\n[ "$1" = true ] || '
            'echo "sudo" >>"$CALLS"\nexec "$@"\n',
}


class Machine:
    """A make-believe machine to install on."""

    def __init__(self, top, uid=0, missing="", lists=True, fail=False, keep_failing=False,
                 sudo=False, mirror=True):
        self.top, self.calls_file = top, os.path.join(top, "calls")
        for name in FAKES:
            os.chmod(os.path.join(top, "bin", name), 0o755)
        os.mkdir(os.path.join(top, "lists"))
        for made, wanted in (("lists/x_Packages.lz4", lists), ("fail", fail)):
            if wanted:
                open(os.path.join(top, made), "w", encoding="utf-8").close()
        self.env = {
            "PATH": os.path.join(top, "bin") + ":" + os.environ["PATH"], "MISSING": missing,
            "CALLS": self.calls_file, "FAKE_UID": str(uid), "MAY_SUDO": "1" if sudo else "",
            "NO_MIRROR": "" if mirror else "1", "FAIL": os.path.join(top, "fail"), "KEEP_FAILING": "1" if keep_failing else "",
            "APT_LISTS": os.path.join(top, "lists"), "BUILD_DEPS": os.path.join(top, "deps")}

    def install(self, *args):
        return subprocess.run([TOOL, *args], env=self.env, text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def calls(self):
        if not os.path.exists(self.calls_file):
            return []
        with open(self.calls_file, encoding="utf-8") as f:
            return [line.strip() for line in f]

    def verbs(self):
        """What apt-get was asked for, in order."""
        return [w for c in self.calls() if c.startswith("apt-get ")
                for w in c.split() if w in ("update", "install", "download")]


def machine(check, **how):
    with tree({"bin/" + name: "#!/bin/sh\n" + text for name, text in FAKES.items()}) as top:
        check(Machine(top, **how))


@case
def it_is_quick_and_silent_when_all_is_there():
    def check(m):
        assert m.install("test").returncode == 0
        os.remove(m.calls_file)
        fastest = 9.0
        for _ in range(3):  # the machine may be busy
            start = time.monotonic()
            done = m.install("test")
            fastest = min(fastest, time.monotonic() - start)
            assert (done.returncode, done.stdout, m.calls()) == (0, "", []), (done, m.calls())
        assert fastest < 0.5, fastest
    machine(check)


@case
def it_installs_what_is_missing_and_no_more():
    def check(m):
        assert m.install("build").returncode == 0
        install = [c for c in m.calls() if " install " in c]
        assert len(install) == 1 and m.verbs() == ["install"], m.calls()
        words = install[0].split()
        assert words[-1] == "libjansson-dev" and words[-2] == "--no-install-recommends", words
        assert "-y" in words and "front noninteractive" in m.calls(), m.calls()
    machine(check, missing="libjansson-dev libcmocka-dev")


@case
def tests_need_more_than_a_build():
    def check(m):
        assert m.install("test").returncode == 0
        assert any(c.endswith("libcmocka-dev libjansson-dev") for c in m.calls()), m.calls()
    machine(check, missing="libjansson-dev libcmocka-dev")


@case
def without_package_lists_it_updates_them_first():
    def check(m):
        assert m.install("build").returncode == 0
        assert m.verbs() == ["update", "install"], m.calls()
    machine(check, missing="meson", lists=False)


@case
def stale_package_lists_are_updated():
    def check(m):
        assert m.install("build").returncode == 0
        assert m.verbs() == ["install", "update", "install"], m.calls()
    machine(check, missing="meson", fail=True)


@case
def a_failure_is_told_with_its_reason():
    def check(m):
        done = m.install("build")
        assert done.returncode == 1, done
        assert "no such version" in done.stdout and "could not install: meson" in done.stdout
    machine(check, missing="meson", fail=True, keep_failing=True)


@case
def without_root_it_says_what_to_run():
    def check(m):
        done = m.install("test")
        assert done.returncode == 1 and m.calls() == [], m.calls()
        assert "sudo tools/install-deps test" in done.stdout and "meson" in done.stdout, done.stdout
    machine(check, missing="meson", uid=1000)


@case
def without_root_it_uses_sudo_that_asks_nothing():
    def check(m):
        assert m.install("build").returncode == 0
        assert "sudo" in m.calls() and m.verbs() == ["install"], m.calls()
    machine(check, missing="meson", uid=1000, sudo=True)


@case
def check_installs_nothing():
    def check(m):
        done = m.install("--check", "build")
        assert done.returncode == 1 and "missing: meson" in done.stdout, done
        assert m.calls() == [], m.calls()
    machine(check, missing="meson")


@case
def peers_are_unpacked_and_never_installed():
    def check(m):
        assert m.install("bench").returncode == 0
        assert m.verbs() and set(m.verbs()) == {"download"}, m.calls()
        deps = os.path.join(m.top, "deps")
        assert any(c.startswith("dpkg -x bird2_") and c.endswith(deps) for c in m.calls()), m.calls()
        assert all(c.split()[1] == "-x" for c in m.calls() if c.startswith("dpkg ")), m.calls()
        before = len(m.calls())
        assert m.install("bench").returncode == 0 and len(m.calls()) == before
    machine(check)


@case
def programs_that_tests_show_things_to_are_unpacked_too():
    def check(m):
        missing = m.install("--check", "test")
        assert missing.returncode == 1 and " tshark" in missing.stdout, missing
        assert m.install("test").returncode == 0
        assert m.verbs() == ["download"], m.calls()
        unpacked = {c.split()[2].split("_")[0] for c in m.calls() if c.startswith("dpkg -x ")}
        assert unpacked == {p for level, p in table() if level == "show"}, unpacked
        assert m.install("--check", "test").returncode == 0
    machine(check)


@case
def what_cannot_be_fetched_stops_a_benchmark_and_no_test():
    def check(m):
        done = m.install("test")
        assert done.returncode == 0 and "could not fetch" in done.stdout, done
        assert "no route" in done.stdout and "are skipped" in done.stdout, done
        assert m.install("bench").returncode == 1
    machine(check, mirror=False)


@case
def an_unknown_level_is_refused():
    def check(m):
        done = m.install("everything")
        assert done.returncode == 2 and "usage" in done.stdout and m.calls() == [], done
    machine(check)


def table():
    """(level, package) of each row of the tool's table."""
    rows = source.read(TOP, "tools/install-deps").split("table='")[1].split("'")[0]
    return [line.split()[:2] for line in rows.splitlines() if line.strip()]


@case
def no_package_of_the_table_brings_a_service():
    if not shutil.which("dpkg-query"):
        skip("no dpkg here")
    for level, package in table():
        if level not in ("peer", "show"):
            listed = subprocess.run(["dpkg-query", "-L", package], text=True,
                                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
            units = [f for f in listed.splitlines() if UNITS.search(f)]
            assert not units, "%s brings %s" % (package, units)


def listening():
    """(protocol, address and port) of every socket that waits for others."""
    found = set()
    for protocol, state in (("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07")):
        path = "/proc/net/" + protocol
        if os.path.exists(path):
            with open(path, encoding="ascii") as f:
                rows = [line.split() for line in f.readlines()[1:]]
            found |= {(protocol, row[1]) for row in rows if row[3] == state}
    return found


def enabled():
    """What starts with the machine."""
    return {p for where in ("systemd/system/*.wants/*", "systemd/system/*.requires/*",
                            "systemd/user/*.wants/*", "rc*.d/S*")
            for p in glob.glob("/etc/" + where)}


@case
def sockets_and_units_stay_as_they_were():
    if subprocess.run([TOOL, "--check", "test"], capture_output=True).returncode:
        skip("not all packages are installed; make test does that")
    sockets, units = listening(), enabled()
    # Others on this machine may open and close sockets; a service stays.
    limit = time.monotonic() + 20
    while True:
        done = subprocess.run([TOOL, "test"], capture_output=True, text=True)
        assert (done.returncode, done.stdout + done.stderr) == (0, ""), done
        more = listening() - sockets
        if not more or time.monotonic() > limit:
            break
    assert not more, "listening now: %s" % sorted(more)
    assert enabled() == units, "enabled now: %s" % sorted(enabled() ^ units)


run()
