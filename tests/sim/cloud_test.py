"""homestead-sim cloud as a user meets it, and the clouds that make test looks at.
Usage: cloud_test.py PROGRAM [CASE]..."""

import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tap import case, run, tree

PROGRAM = os.path.abspath(sys.argv.pop(1))


def cloud(*args, cwd="/"):
    return subprocess.run([PROGRAM, "cloud", *args], cwd=cwd, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=100)


def is_good(done):
    assert done.returncode == 0, (done.returncode, done.stdout, done.stderr)
    assert done.stderr == "", done.stderr
    return done.stdout


def figures(*args):
    """What a run came to, {seed: figures}; it must be good."""
    return {f["seed"]: f for f in map(json.loads, is_good(cloud("--json", *args)).splitlines())}


SHORT = ("--nodes", "5", "--settle", "1m", "--idle", "10s", "--run", "10s", "--resolves", "20")
WHOLE = ("--require", "wrong-leaves<=0", "--require", "unannounced<=0", "--require", "resolved>=100",
         "--require", "forged<=0", "--require", "largest<=1232", "--require", "idle-octets<=400",
         "--require", "memory-most<=102400")


@case
def ten():
    found = figures("--nodes", "10", "--seeds", "1..4", *WHOLE, "--amplify",
                    "--require", "amplify-solicit<=6", "--require", "amplify-request<=3.2",
                    "--require", "amplify-inquire<=7.8", "--require", "amplify-payload<=7.8",
                    "--require", "amplify-lookup<=1", "--require", "amplify-flood<=2")
    assert list(found) == [1, 2, 3, 4] and len({f["hash"] for f in found.values()}) == 4, found
    for f in found.values():
        assert f["ok"] and f["missed"] == [] and f["nodes"] == 10 and f["resolves"] > 500, f


@case
def a_hundred():
    found = figures("--nodes", "100", *WHOLE, "--require", "hops-mean<=2.2")
    assert all(f["hops_mean"] > 1 for f in found.values()), found


@case
def three_hundred():
    figures("--nodes", "300", "--idle", "1m", "--run", "3m", *WHOLE, "--require", "hops-mean<=2.6")


@case
def some_leave_and_some_come():
    found = figures("--nodes", "60", "--churn", "10", "--run", "90m", "--resolves", "2000",
                    "--require", "resolved>=99.9", "--require", "wrong-leaves<=0")
    assert found[1]["nodes"] == 60, found


@case
def a_fifth_lies():
    for lie, least in (("self", "95"), ("dead", "95"), ("leaf", "95"), ("eclipse", "0")):
        found = figures("--nodes", "60", "--liars", "20%", "--lie", lie, "--resolves", "300",
                        "--require", "resolved>=" + least, "--require", "forged<=0")
        assert found[1]["liars"] == 12, found


@case
def two_clouds_become_one():
    figures("--nodes", "40", "--merge", "--run", "3h", "--resolves", "300", "--require",
            "wrong-leaves<=0", "--require", "resolved>=100", "--require", "merge-time<=3600")


@case
def a_bad_network():
    figures("--nodes", "40", "--loss", "5", "--duplicate", "1", "--reorder", "2.5",
            "--require", "resolved>=95", "--require", "left-wrong<=8")


@case
def a_table_for_people():
    head, *rows = is_good(cloud(*SHORT)).splitlines()
    assert head.startswith("seed=1 events=") and " hash=" in head, head
    assert rows[-1] == "ok", rows
    names = [row.split()[0] for row in rows[:-1]]
    assert names[0] == "nodes" and "idle-octets" in names and len(set(names)) == len(names), names
    assert len({row.index(".") for row in rows[:-1]}) == 1, rows


@case
def a_bound_that_is_missed():
    done = cloud(*SHORT, "--require", "nodes>=6", "--require", "nodes<=5")
    assert done.returncode == 1 and "MISSED nodes>=6\n" in done.stdout, done
    done = cloud(*SHORT, "--json", "--require", "hops-mean<=0.5", "--require", "nodes>=6")
    assert done.returncode == 1, done
    assert json.loads(done.stdout)["missed"] == ["hops-mean<=0.5", "nodes>=6"], done.stdout
    done = cloud(*SHORT, "--tap", "--seeds", "3..4", "--require", "nodes>=6")
    assert done.returncode == 1, done
    assert [line.split(" - ")[0] for line in done.stdout.splitlines()] == [
        "1..2", "not ok 1", "# missed: nodes>=6", "not ok 2", "# missed: nodes>=6"], done.stdout


@case
def the_same_seed_gives_the_same_trace():
    with tree({}) as root:
        first = json.loads(is_good(cloud(*SHORT, "--json", "--seed", "5", "--trace", "out", cwd=root)))
        with open(os.path.join(root, "out"), encoding="utf-8") as f:
            lines = f.read().splitlines()
    again = json.loads(is_good(cloud(*SHORT, "--json", "--seed", "5")))
    assert first["hash"] == again["hash"] and first["events"] == again["events"], (first, again)
    assert len(lines) > 100 and {line.split()[1] for line in lines} >= {"boot", "send", "ask", "found"}
    times = [int(line.split()[0]) for line in lines]
    assert times == sorted(times), "times go backwards"


@case
def wrong_use():
    for args in (("--nodes", "x"), ("--churn", "101"), ("--lie", "white"), ("--delay", "soon"),
                 ("--require", "nodes=5"), ("--require", "beauty>=5"), ("--require", "nodes<=x"),
                 ("--seeds", "5"), ("--colour",), ("word",)):
        done = cloud(*args)
        assert done.returncode == 2 and done.stdout == "" and "cloud" in done.stderr, (args, done)
    for args in (("--nodes", "1"), ("--liars", "5"), ("--lie", "self"), ("--entries", "17")):
        done = cloud(*args)
        assert done.returncode == 2 and "configuration not accepted" in done.stderr, (args, done)
    assert "--liars PERCENT" in is_good(cloud("--help"))


run()
