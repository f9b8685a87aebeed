"""homestead-sim graph as a user meets it. Usage: graph_test.py PROGRAM [CASE]..."""

import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tap import case, run, tree

PROGRAM = os.path.abspath(sys.argv.pop(1))
KINDS = ("mixed", "crash", "churn", "partition", "apart", "late", "slow", "skew", "expire", "two",
         "lose", "memory", "erase")
SMALL = ("--nodes", "3", "--records", "4")


def sim(*args, cwd="/"):
    return subprocess.run([PROGRAM, *args], cwd=cwd, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=100)


def graph(*args, cwd="/"):
    return sim("graph", *args, cwd=cwd)


def is_good(done):
    assert done.returncode == 0, (done.returncode, done.stdout, done.stderr[-2000:])
    assert done.stderr == "", done.stderr[-2000:]
    return done.stdout


def figures(*args):
    return json.loads(is_good(graph("--json", *args)))


@case
def every_kind():
    for kind in KINDS:
        found = figures("--kind", kind, "--seeds", "11..12", *SMALL)
        assert found["runs"] == 2 and found["failed"] == 0 and found["told"] > 0, (kind, found)
        assert found["events"] > 500, (kind, found)


@case
def crashes_between_telling_and_the_first_flood():
    found = figures("--kind", "crash", "--seeds", "1..4")
    assert found["crashes_after_told"] >= found["runs_with_such"] >= 2, found


@case
def duplicates_are_counted():
    found = figures("--kind", "churn", "--seed", "3", "--nodes", "8")
    assert 0.2 < found["duplicates_per_record"] < 5, found
    assert 0 < found["duplicates_per_record_and_link"] < 1, found


@case
def a_story_can_be_kept():
    with tree({}) as root:
        is_good(graph("--seed", "7", "--kind", "apart", *SMALL, "--write", "a.scn", cwd=root))
        first = is_good(sim("a.scn", "--json", cwd=root))
        again = is_good(sim("a.scn", "--json", cwd=root))
    assert json.loads(first)["ok"] and first == again, first
    text = is_good(graph("--seed", "7", "--kind", "apart", *SMALL, "--write", "-"))
    assert text.startswith("# a story of the kind apart\nseed 7\n"), text[:80]


@case
def a_recording_plays_the_same():
    with tree({}) as root:
        for kind, node in (("crash", "n0"), ("two", "n1"), ("memory", "n2"), ("lose", "n1")):
            is_good(graph("--seed", "5", "--kind", kind, *SMALL, "--record", node + "=r", cwd=root))
            if kind == "memory":
                continue  # what was not there is in no recording (section 8)
            assert is_good(sim("replay", "r", cwd=root)).endswith(" same\n"), kind


@case
def the_same_seed_gives_the_same_trace():
    with tree({}) as root:
        for name in ("a", "b"):
            is_good(graph("--seed", "9", *SMALL, "--trace", name, cwd=root))
        with open(os.path.join(root, "a"), encoding="utf-8") as a, \
             open(os.path.join(root, "b"), encoding="utf-8") as b:
            first, second = a.read(), b.read()
    assert first == second and first.count("\n") > 500, len(first)


@case
def tap():
    text = is_good(graph("--tap", "--kind", "lose", "--seeds", "3..4", *SMALL))
    assert text.splitlines()[:2] == ["1..1", "ok 1 - graph stories of seeds 3 to 4"], text
    text = is_good(graph("--seed", "3", *SMALL))
    assert text.startswith("1 stories, 0 failed, "), text


@case
def a_failure_is_told():
    with tree({}) as root:
        is_good(graph("--seed", "7", *SMALL, "--write", "a.scn", cwd=root))
        path = os.path.join(root, "a.scn")
        with open(path, "a", encoding="utf-8") as f:
            f.write("expect not same 0.story\n")
        done = sim("a.scn", cwd=root)
    assert done.returncode == 1 and "did not come true: not same 0.story" in done.stderr, done


@case
def wrong_use():
    for args in (("--nodes", "1"), ("--nodes", "5000"), ("--kind", "sad"), ("--seeds", "5"),
                 ("--seeds", "9..3"), ("--calm", "soon"), ("--record", "n1"), ("--colour",), ("word",)):
        done = graph(*args)
        assert done.returncode == 2 and done.stdout == "", (args, done)
    text = is_good(graph("--help"))
    for kind in KINDS:
        assert " " + kind in text, kind


run()
