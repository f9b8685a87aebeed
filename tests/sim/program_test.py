"""homestead-sim as a user meets it: what it prints, how it exits, what it writes.
Usage: program_test.py PROGRAM SCENARIOS [CASE]..."""

import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tap import case, run, tree

PROGRAM = os.path.abspath(sys.argv.pop(1))
SCENARIOS = os.path.abspath(sys.argv.pop(1))
PAIR = """\
node a { address = 192.0.2.1
 masc { domain = 64500; node = 1; profile = lab
  peer b { address = 192.0.2.2; role = parent; domain = 64501 } } }
node b { address = 192.0.2.2
 masc { domain = 64501; node = 2; profile = lab
  peer a { address = 192.0.2.1; role = child; domain = 64500 } } }
link a b
"""
GOOD = PAIR + "within 30s expect state a b established\nend 40s\n"
BAD = PAIR + "at 60s nothing\nexpect state a b idle\n"
LINE = re.compile(r"^(\S+) seed=(\d+) events=(\d+) time=(\d+\.\d{6}) hash=([0-9a-f]{32}) (\w+)$")


def sim(root, *args):
    return subprocess.run([PROGRAM, *args], cwd=root, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)


def is_done(done, code, out="", err=""):
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    assert out in done.stdout, (out, done.stdout)
    assert err in done.stderr, (err, done.stderr)
    return done


@case
def a_run_prints_its_line():
    with tree({"good.scn": GOOD}) as root:
        done = is_done(sim(root, "good.scn", "--seed", "7"), 0)
        found = LINE.match(done.stdout.splitlines()[-1])
        assert found, done.stdout
        assert found.group(1, 2, 4, 6) == ("good.scn", "7", "40.000000", "ok"), done.stdout
        assert done.stderr == ""


@case
def the_same_seed_gives_the_same_line():
    with tree({"good.scn": "seed 9\n" + GOOD}) as root:
        first = sim(root, "good.scn").stdout
        assert " seed=9 " in first, first
        assert first == sim(root, "good.scn", "--seed", "9").stdout
        assert first != sim(root, "good.scn", "--seed", "10").stdout.replace("=10 ", "=9 ")


@case
def many_seeds():
    with tree({"good.scn": GOOD}) as root:
        lines = is_done(sim(root, "good.scn", "--seeds", "3..12"), 0).stdout.splitlines()
        assert [LINE.match(line).group(2) for line in lines] == [str(n) for n in range(3, 13)]
        assert len({LINE.match(line).group(5) for line in lines}) == 10
        assert is_done(sim(root, "good.scn", "--seeds", "3..12", "--quiet"), 0).stdout == ""


@case
def a_run_that_fails():
    with tree({"bad.scn": BAD}) as root:
        done = is_done(sim(root, "bad.scn"), 1, " FAILED",
                       "bad.scn:9: did not come true: state a b idle")
        trace = [line for line in done.stderr.splitlines() if line.startswith("  ")]
        assert len(trace) == 50, len(trace)
        # Of many failures only the first is told at length.
        done = is_done(sim(root, "bad.scn", "--seeds", "1..5"), 1)
        assert done.stdout.count("FAILED") == 5
        assert done.stderr.count("did not come true") == 1


@case
def tap():
    with tree({"good.scn": GOOD, "bad.scn": BAD}) as root:
        done = is_done(sim(root, "--tap", "--seeds", "1..20", "good.scn", "bad.scn"), 1)
        lines = done.stdout.splitlines()
        assert re.match(r"^ok 1 - good.scn seeds=20 events=\d+$", lines[0]), lines
        assert re.match(r"^not ok 2 - bad.scn seeds=1 events=\d+$", lines[1]), lines
        assert lines[2] == "# bad.scn:9: did not come true: state a b idle"
        assert lines[3] == "# again with: homestead-sim bad.scn --seed 1"
        assert lines[-1] == "1..2"


@case
def json_objects():
    with tree({"good.scn": GOOD, "bad.scn": BAD}) as root:
        done = is_done(sim(root, "--json", "good.scn", "bad.scn"), 1)
        good, bad = [json.loads(line) for line in done.stdout.splitlines()]
        assert good["ok"] and good["time_us"] == 40000000 and len(good["hash"]) == 32, good
        assert not bad["ok"] and bad["line"] == 9 and "state a b idle" in bad["reason"], bad


@case
def a_trace():
    with tree({"good.scn": GOOD}) as root:
        is_done(sim(root, "good.scn", "--trace", "out"), 0)
        with open(os.path.join(root, "out"), encoding="utf-8") as f:
            lines = f.read().splitlines()
        assert all(re.match(r"^\d+\.\d{6} [ab] \S+ \S", line) for line in lines), lines
        assert any("event masc up: session with b is up" in line for line in lines)
        shown = is_done(sim(root, "good.scn", "--trace", "-"), 0).stdout.splitlines()
        assert shown[:-1] == lines


@case
def errors_have_their_place():
    with tree({"wrong.scn": PAIR + "\nat 5s frobnicate a\n"}) as root:
        done = is_done(sim(root, "wrong.scn"), 2, "", 'wrong.scn:9: verb "frobnicate"; accepted')
        assert done.stdout == ""
        is_done(sim(root, "absent.scn"), 2, "", "absent.scn: No such file")
        is_done(sim(root, "."), 2, "", ".: Is a directory")
        is_done(sim(root, "wrong.scn", "--trace", "no/such/folder"), 2)


@case
def wrong_use():
    with tree({"good.scn": GOOD}) as root:
        is_done(sim(root), 2, "", "Usage: homestead-sim FILE")
        is_done(sim(root, "good.scn", "--seed", "x"), 2, "", "--seed takes a number")
        is_done(sim(root, "good.scn", "--seed", "1x"), 2, "", "--seed takes a number")
        is_done(sim(root, "good.scn", "--seeds", "5"), 2, "", "--seeds takes A..B")
        is_done(sim(root, "good.scn", "--seeds", "5..1"), 2, "", "--seeds takes A..B")
        is_done(sim(root, "good.scn", "--record", "a"), 2, "", "--record takes NODE=FILE")
        is_done(sim(root, "good.scn", "--colour"), 2, "", "--help")
        is_done(sim(root, "replay"), 2, "", "replay takes one file")
        is_done(sim(root, "good.scn", "--trace", "/dev/full"), 2, "", "could not be written")


@case
def help_and_version():
    with tree({}) as root:
        done = is_done(sim(root, "--help"), 0, "--seeds A..B")
        assert done.stderr == ""
        assert re.match(r"^homestead-sim \d+\.\d+\.\d+\n$", sim(root, "--version").stdout)


def nodes(path):
    with open(path, encoding="utf-8") as f:
        return re.findall(r"^node ([\w-]+)", f.read(), re.M)


def stories():
    """Scenarios that can be played again: what memory a node did not get is in
    no recording, and what is secret in a group is in none of the simulator's."""
    for name in sorted(os.listdir(SCENARIOS)):
        if name.endswith(".scn") and name != "memory-short.scn" and not name.startswith("group-"):
            yield os.path.join(SCENARIOS, name)


@case
def every_scenario_replays():
    played = 0
    with tree({}) as root:
        for path in stories():
            node = nodes(path)[0]
            is_done(sim(root, path, "--seed", "3", "--record", node + "=rec", "--quiet"), 0)
            done = is_done(sim(root, "replay", "rec"), 0, " same\n")
            assert re.search(r" inputs=[1-9]\d* outputs=[1-9]\d* ", done.stdout), done.stdout
            played += 1
    assert played > 60, played


@case
def a_replay_that_differs():
    with tree({"good.scn": GOOD}) as root:
        is_done(sim(root, "good.scn", "--record", "a=rec"), 0)
        path = os.path.join(root, "rec")
        with open(path, "rb") as f:
            octets = bytearray(f.read())
        # A KEEPALIVE that the node sent: kind, put to wait for, link, length.
        sent = re.search(rb"\x03\x00{8}.{4}\x00\x00\x00\x04\x00\x04\x04\x00", octets, re.S)
        octets[sent.end() - 1] ^= 1
        with open(path, "wb") as f:
            f.write(octets)
        is_done(sim(root, "replay", "rec"), 1, " DIFFERENT\n", "rec: entry ")


@case
def a_replay_that_was_cut_off():
    with tree({"good.scn": GOOD}) as root:
        is_done(sim(root, "good.scn", "--record", "a=rec"), 0)
        path = os.path.join(root, "rec")
        with open(path, "rb") as f:
            octets = f.read()
        with open(path, "wb") as f:
            f.write(octets[:len(octets) // 2])
        is_done(sim(root, "replay", "rec"), 0, " cut same\n")


@case
def no_recording():
    with tree({"good.scn": GOOD}) as root:
        is_done(sim(root, "replay", "good.scn"), 2, "", "no recording of this version")
        is_done(sim(root, "replay", "absent"), 2, "", "absent: No such file")


run()
