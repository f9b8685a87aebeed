"""homestead-sim groups as a user meets it. Usage: groups_test.py PROGRAM [CASE]..."""

import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tap import case, run, tree

PROGRAM = os.path.abspath(sys.argv.pop(1))
KINDS = ("members", "ends", "roles", "liar", "outsider", "over", "flood", "clocks", "hidden",
         "crowd", "away", "removed")
SMALL = ("--nodes", "3", "--records", "3")


def sim(*args, cwd="/"):
    return subprocess.run([PROGRAM, *args], cwd=cwd, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=100)


def groups(*args, cwd="/"):
    return sim("groups", *args, cwd=cwd)


def is_good(done):
    assert done.returncode == 0, (done.returncode, done.stdout, done.stderr[-2000:])
    assert done.stderr == "", done.stderr[-2000:]
    return done.stdout


@case
def every_kind():
    for kind in KINDS:
        found = json.loads(is_good(groups("--json", "--kind", kind, "--seed", "11", *SMALL)))
        assert found["runs"] == 1 and found["failed"] == 0 and found["told"] > 0, (kind, found)
        assert found["events"] > 500, (kind, found)


@case
def the_same_seed_gives_the_same_trace():
    with tree({}) as root:
        for name in ("a", "b"):
            is_good(groups("--seed", "9", "--kind", "liar", *SMALL, "--trace", name, cwd=root))
        with open(os.path.join(root, "a"), encoding="utf-8") as a, \
             open(os.path.join(root, "b"), encoding="utf-8") as b:
            first, second = a.read(), b.read()
    assert first == second and first.count("\n") > 500, len(first)


@case
def a_story_can_be_kept():
    with tree({}) as root:
        is_good(groups("--seed", "7", "--kind", "over", *SMALL, "--write", "a.scn", cwd=root))
        first = is_good(sim("a.scn", "--json", cwd=root))
        again = is_good(sim("a.scn", "--json", cwd=root))
    assert json.loads(first)["ok"] and first == again, first
    text = is_good(groups("--seed", "7", "--kind", "over", *SMALL, "--write", "-"))
    assert text.startswith("# a story of the kind over\nseed 7\n"), text[:80]
    for words in (" group invite x0 family ", "rogue x0 shows own family", "rogue x0 lies ",
                  "expect lawful family", "expect listed family"):
        assert words in text, words
    assert "settled" not in text
    text = is_good(groups("--seed", "7", "--kind", "ends", *SMALL, "--write", "-"))
    assert "expect settled family" in text


@case
def a_failure_is_told():
    with tree({}) as root:
        is_good(groups("--seed", "7", *SMALL, "--write", "a.scn", cwd=root))
        with open(os.path.join(root, "a.scn"), "a", encoding="utf-8") as f:
            f.write("expect not lawful family\n")
        done = sim("a.scn", cwd=root)
    assert done.returncode == 1 and "did not come true: not lawful family" in done.stderr, done


@case
def tap():
    text = is_good(groups("--tap", "--kind", "roles", "--seeds", "3..4", *SMALL))
    assert text.splitlines()[:2] == ["1..1", "ok 1 - group stories of seeds 3 to 4"], text


@case
def wrong_use():
    for args in (("--nodes", "1"), ("--kind", "mixed"), ("--seeds", "5"), ("--colour",), ("word",)):
        done = groups(*args)
        assert done.returncode == 2 and done.stdout == "", (args, done)
    assert sim("graph", "--kind", "liar").returncode == 2
    text = is_good(groups("--help"))
    for kind in KINDS:
        assert " " + kind in text, kind


run()
