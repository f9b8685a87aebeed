"""homestead-sim sigcomm98 as a user meets it.
Usage: sigcomm98_test.py PROGRAM [CASE]..."""

import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tap import case, run, tree

PROGRAM = os.path.abspath(sys.argv.pop(1))
HEAD = ["seed", "requests", "lost", "outstanding", "use", "%", "least", "G-RIB", "most", "peak", "day",
        "hash", "verdict"]
EVENT = re.compile(r"^\d+ \d+(\.\d+)? (claims|doubles to|drains|frees) \d+\.\d+\.\d+\.0/\d+$")


def sim(*args, cwd="/"):
    return subprocess.run([PROGRAM, "sigcomm98", *args], cwd=cwd, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=100)


def is_good(done):
    assert done.returncode == 0, (done.returncode, done.stdout, done.stderr)
    assert done.stderr == "", done.stderr
    return done.stdout


@case
def a_table_for_people():
    head, *rows = is_good(sim("--seeds", "3..4", "--days", "8")).splitlines()
    assert head.split() == HEAD, head
    assert [row.split()[0] for row in rows] == ["3", "4"], rows
    for row in rows:
        cells = row.split()
        # The same columns: "use %" is one.
        assert len(cells) == len(HEAD) - 1, row
        assert 8500 < int(cells[1]) < 10500 and cells[2] == "0", row
        assert re.fullmatch(r"\d+\.\d\d", cells[4]) and 20 < float(cells[4]) < 80, row
        assert cells[9] == "8" and cells[11] == "ok", row
        # Numbers stand under the end of their headings.
        assert row.index(" ok") + 1 == head.index("verdict"), (head, row)


@case
def the_same_seed_gives_the_same_row():
    first = is_good(sim("--seed", "5", "--days", "8"))
    assert first == is_good(sim("--days", "8", "--seed", "5"))
    other = is_good(sim("--seed", "6", "--days", "8"))
    assert first.split()[-2] != other.split()[-2], (first, other)
    assert is_good(sim("--days", "8")) == is_good(sim("--days", "8", "--seed", "1"))


@case
def an_object_a_seed():
    lines = is_good(sim("--seeds", "1..3", "--days", "6", "--json")).splitlines()
    found = [json.loads(line) for line in lines]
    assert [f["seed"] for f in found] == [1, 2, 3], found
    for f in found:
        assert f["schema"] == 1 and f["simulation"] == "sigcomm98" and f["days"] == 6, f
        assert f["ok"] and f["missed"] == [] and f["lost"] == 0 and len(f["hash"]) == 32, f
        assert all(isinstance(v, (int, str, list)) for v in f.values()), f
        assert f["peak_day"] <= 6 and f["claims_children"] >= 2400, f


@case
def a_case_a_seed():
    lines = is_good(sim("--seeds", "7..8", "--days", "3", "--tap")).splitlines()
    assert lines[0] == "1..2", lines
    assert lines[1].startswith("ok 1 - sigcomm98 seed=7 "), lines
    assert lines[2].startswith("ok 2 - sigcomm98 seed=8 "), lines
    assert len(lines) == 3, lines


@case
def quiet_is_quiet():
    assert is_good(sim("--days", "3", "--quiet")) == ""
    assert is_good(sim("--days", "3", "--quiet", "--json")) == ""


@case
def a_trace():
    with tree({}) as root:
        is_good(sim("--days", "3", "--trace", "out", cwd=root))
        with open(os.path.join(root, "out"), encoding="utf-8") as f:
            lines = f.read().splitlines()
    assert len(lines) > 2500, len(lines)
    wrong = [line for line in lines if not EVENT.match(line)]
    assert not wrong, wrong[:5]
    times = [int(line.split()[0]) for line in lines]
    assert times == sorted(times) and times[-1] <= 3 * 86400 * 10**6


@case
def wrong_use():
    for args, words in ((("file.scn",), "sigcomm98 takes no file"),
                        (("--days", "0"), "--days takes 1 to 36500"),
                        (("--days", "36501"), "--days takes 1 to 36500"),
                        (("--days", "x"), "--days takes 1 to 36500"),
                        (("--record", "a=b"), "makes no recording"),
                        (("--seed", "one"), "--seed takes a number"),
                        (("--trace", "/no/such/folder/f"), "/no/such/folder/f: ")):
        done = sim(*args)
        assert done.returncode == 2 and done.stdout == "" and words in done.stderr, (args, done)
    done = subprocess.run([PROGRAM, "--days", "3", "good.scn"], text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=20)
    assert done.returncode == 2 and "--days is for sigcomm98" in done.stderr, done
    done = sim("--days", "1", "--trace", "/dev/full")
    assert done.returncode == 2 and "could not be written" in done.stderr, done


run()
