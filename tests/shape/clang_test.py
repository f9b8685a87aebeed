"""Every file of src that gcc compiles is clean to clang too, with the same warnings: here those
that sim_matrix does not build with it. `make lint`, which soak runs, has all, the tests too.
Usage: clang_test.py BUILDDIR"""

import concurrent.futures
import json
import os
import shlex
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import symbols
from tap import case, none, note, only, run, skip, tree

BUILD = sys.argv.pop(1)
# Options with a value of their own, and options, that only matter to objects.
VALUED = ("-o", "-MF", "-MQ", "-MT")
DROPPED = ("-c", "-MD", "-fdiagnostics-color=always", "-fsanitize=address,undefined",
           "-fno-sanitize-recover=all", "-Wno-format-truncation")


# A cache may stand before the compiler; it is not asked.
LAUNCHERS = ("ccache", "sccache")


def arguments(command):
    """What clang is asked for in the place of gcc."""
    words = shlex.split(command)
    launched = os.path.basename(words[0]) in LAUNCHERS
    words = iter(words[2 if launched else 1:])
    kept = []
    for word in words:
        if word in VALUED:
            next(words)
        elif word not in DROPPED:
            kept.append(word)
    return ["clang", "-fsyntax-only", "-fno-color-diagnostics", *kept]


def look(entry):
    done = subprocess.run(arguments(entry["command"]), cwd=entry["directory"], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout.strip() if done.returncode else None


def is_looked_at(file):
    inside = file.split("/src/")[-1].split("/")[0] if "/src/" in file else None
    return file.endswith(".c") and "tests/" not in file and inside not in symbols.PURE


def complaints(build):
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as f:
        entries = {e["file"]: e for e in json.load(f) if is_looked_at(e["file"])}
    note("%d files" % len(entries))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return [c for c in pool.map(look, entries.values()) if c]


@case
def every_file_is_clean_to_clang():
    if not shutil.which("clang"):
        skip("no clang here")
    none(complaints(BUILD))


@case
def a_warning_of_clang_is_noticed():
    if not shutil.which("clang"):
        skip("no clang here")
    plus = 'const char *f(int n);\nconst char *f(int n)\n{\n\treturn "abc" + n;\n}\n'
    with tree({"a.c": plus, "b.c": "int b;\n", "c.c": plus}) as top:
        with open(os.path.join(top, "compile_commands.json"), "w", encoding="utf-8") as f:
            json.dump([{"file": n, "directory": top,
                        "command": launcher + "cc -Wall -Werror -fsanitize=address,undefined -MD "
                                   "-MF x -o y -c " + n}
                       for n, launcher in (("a.c", ""), ("b.c", ""), ("c.c", "/usr/bin/ccache "))], f)
        only(complaints(top), "a.c:4", "c.c:4")


run()
