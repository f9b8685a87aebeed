"""text.py - lengths, words and headers of the tree's own text."""

import os
import re
import subprocess

import source

FILE_LINES = 700
FUNCTION_LINES = 70
MEDIAN_LINES, P95_LINES = 12, 50
COMPLEXITY, P95_COMPLEXITY = 15, 10
# Below this many functions a share says nothing.
ENOUGH = 100

CODE = ["src", "include", "tests", "bench"]
TEXT = CODE + ["tools"]
# Told apart, so that this very file is clean.
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX)\b")
SLEEPING = re.compile(r"\b[un]?(?:nano)?sle" r"ep\s*\(")


def check_file_lengths(top):
    for path in source.files(top, TEXT, (".c", ".h", ".py", ".sh")):
        lines = source.read(top, path).count("\n")
        if lines > FILE_LINES:
            yield "%s: %d lines, at most %d" % (path, lines, FILE_LINES)


def _functions(top):
    for path in source.files(top, CODE, (".c", ".h")):
        for function in source.functions(source.read(top, path)):
            yield path, function


def check_function_lengths(top):
    for path, f in _functions(top):
        if f.lines > FUNCTION_LINES:
            yield "%s:%d: %s() has %d lines, at most %d" % (
                path, f.line, f.name, f.lines, FUNCTION_LINES)


def check_complexity(top):
    for path, f in _functions(top):
        if f.complexity() > COMPLEXITY:
            yield "%s:%d: %s() has complexity %d, at most %d" % (
                path, f.line, f.name, f.complexity(), COMPLEXITY)


def shares(top):
    """(functions, median lines, p95 lines, p95 complexity) of src."""
    found = [f for path, f in _functions(top) if path.startswith("src/")]
    if not found:
        return 0, 0, 0, 0
    lines = sorted(f.lines for f in found)
    hard = sorted(f.complexity() for f in found)
    at = len(found) * 95 // 100
    return len(found), lines[len(lines) // 2], lines[at], hard[at]


def check_shares(top):
    count, median, p95, hard = shares(top)
    if count < ENOUGH:
        return
    if median > MEDIAN_LINES:
        yield "median function has %d lines, at most %d" % (median, MEDIAN_LINES)
    if p95 > P95_LINES:
        yield "95 %% of functions have up to %d lines, at most %d" % (p95, P95_LINES)
    if hard > P95_COMPLEXITY:
        yield "95 %% of functions have complexity up to %d, at most %d" % (hard, P95_COMPLEXITY)


def _lines_with(pattern, top, folders, endings, prepare):
    for path in source.files(top, folders, endings):
        for number, line in enumerate(prepare(source.read(top, path)).splitlines(), 1):
            if pattern.search(line):
                yield "%s:%d: %s" % (path, number, line.strip())


def check_unfinished(top):
    yield from _lines_with(UNFINISHED, top, TEXT, (".c", ".h", ".py", ".sh", ".build"), str)


def check_sleeping(top):
    yield from _lines_with(SLEEPING, top, CODE, (".c", ".h"), source.code)
    yield from _lines_with(SLEEPING, top, CODE, (".py", ".sh"), str)
    yield from _lines_with(re.compile(r"^\s*sle" r"ep\s"), top, CODE, (".sh",), str)


def _guard(path):
    name = path.split("/", 1)[1]
    name = "/".join(name.split("/")[-2:])
    return re.sub(r"\W", "_", name).upper()


def check_guards(top):
    for path in source.files(top, ["src", "include"], (".h",)):
        want = _guard(path)
        lines = [l for l in source.bare(source.read(top, path)).splitlines() if l.strip()]
        if lines[:2] != ["#ifndef " + want, "#define " + want] or lines[-1] != "#endif":
            yield "%s: not guarded by %s from first to last line" % (path, want)


def check_head_comments(top):
    for path in source.files(top, ["src", "include"], (".c", ".h")):
        text = source.read(top, path)
        if path.endswith(".h") and not text.startswith("/* %s - " % os.path.basename(path)):
            yield '%s: does not begin with "/* %s - "' % (path, os.path.basename(path))


def check_self_sufficient(top, pure):
    """Each header compiles alone, twice; outside the pure folders as GNU C."""
    for path in source.files(top, ["src", "include"], (".h",)):
        outer = [] if path.split("/")[1] in pure else ["-D_GNU_SOURCE"]
        name = path.split("/", 1)[1]
        run = subprocess.run(
            ["cc", "-std=c17", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", *outer,
             "-I", os.path.join(top, "src"), "-I", os.path.join(top, "include"),
             "-x", "c", "-"], input='#include "%s"\n#include "%s"\n' % (name, name),
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if run.returncode:
            yield "%s: %s" % (path, run.stdout.strip())


def check_format(top):
    paths = source.files(top, CODE, (".c", ".h"))
    if not paths:
        return
    run = subprocess.run(["clang-format", "--dry-run", "-Werror", *paths], cwd=top, text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if run.returncode:
        for line in sorted({l.split(":")[0] for l in run.stdout.splitlines() if ": error" in l}):
            yield "%s: not formatted (make format)" % line
