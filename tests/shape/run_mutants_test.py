"""tools/run-mutants tells a mutant that was killed from all that proves nothing."""

import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import source
from tap import case, run, tree

TOOL = os.path.join(source.root(), "tools", "run-mutants")

CODE = "int half(int n);\nint half(int n)\n{\n\tif (n < 0)\n\t\treturn 0;\n\treturn n / 2;\n}\n"
TEST = """#include <stdio.h>
int half(int n);
static int bad;
static void is(int good, int n, const char *name)
{
	printf("%s %d - %s\\n", good ? "ok" : "not ok", n, name);
	bad += !good;
}
int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..2\\n");
	is(half(4) == 2, 1, "half of four");
	is(half(5) == 2, 2, "half of five");
	return bad;
}
"""
BUILD = """project('t', 'c')
e = executable('unit', 'tests/unit.c', 'src/half.c')
test('half', e, protocol: 'tap')
test('broken', find_program('false'), protocol: 'tap')
"""


def patch(line, new, kills="half half of five", row="table 1", file="src/half.c"):
    """A patch that replaces one line of CODE."""
    lines = CODE.splitlines()
    shown = [" " + l for l in lines]
    shown[line - 1:line] = ["-" + lines[line - 1], "+" + new]
    head = ("Kills: %s\n" % kills if kills else "") + ("Row: %s\n" % row if row else "")
    return head + "\n--- a/%s\n+++ b/%s\n@@ -1,%d +1,%d @@\n%s\n" % (
        file, file, len(lines), len(lines), "\n".join(shown))


PATCHES = {
    "any_case": patch(6, "\treturn n / 3;", kills="half"),
    "by_crash": patch(6, "\t*(volatile int *)0 = n; return 2;", kills="half half of four"),
    "by_hand": patch(6, "\treturn n / 2 + n % 2;"),
    "survives": patch(5, "\t\treturn 1;"),
    "other_case": patch(6, "\treturn n / 2 + n % 2;", kills="half half of four"),
    "no_compile": patch(6, "\treturn m;"),
    "no_apply": patch(6, "\treturn 1;").replace(" int half(int n)", " int third(int n)"),
    "no_test": patch(6, "\treturn 1;", kills=None),
    "no_row": patch(6, "\treturn 1;", row=None),
    "unknown_test": patch(6, "\treturn 1;", kills="third"),
    "sick_test": patch(6, "\treturn 1;", kills="broken"),
}
FILES = {"meson.build": BUILD, "src/half.c": CODE, "tests/unit.c": TEST,
         "meson_options.txt": "option('tests', type: 'boolean', value: false)\n"
                              "option('classic', type: 'boolean', value: false)\n",
         **{"tests/mutants/%s.patch" % n: p for n, p in PATCHES.items()}}


def mutate(*names):
    done = subprocess.run([TOOL, "--top", TOP, "--work", os.path.join(TOP, "work"), *names],
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


def killed(name):
    status, output = mutate(name)
    assert status == 0 and output == "1..1\nok 1 - %s: table 1\n" % name, output


def useless(name, *words):
    status, output = mutate(name)
    assert status == 1 and "\nnot ok 1 - %s: " % name in output, output
    for word in words:
        assert word in output, output


@case
def a_mutant_is_killed_by_the_named_case():
    killed("by_hand")


@case
def a_mutant_is_killed_by_any_case():
    killed("any_case")


@case
def a_mutant_that_crashes_the_test_is_killed():
    killed("by_crash")


@case
def a_mutant_that_survives_is_a_failure():
    useless("survives", "# survived half")


@case
def a_mutant_killed_by_another_case_is_a_failure():
    useless("other_case", "not in a case like 'half of four': half of five")


@case
def a_mutant_that_does_not_compile_is_a_failure():
    useless("no_compile", "# does not compile")


@case
def a_mutant_that_does_not_apply_is_a_failure():
    useless("no_apply", "# does not apply")


@case
def a_mutant_without_test_or_row_is_a_failure():
    useless("no_test", "names no test")
    useless("no_row", "names no row")


@case
def a_mutant_for_an_unknown_test_is_a_failure():
    useless("unknown_test", "there is no test third")


@case
def a_test_that_fails_anyway_kills_nothing():
    useless("sick_test", "broken fails without the mutant")


@case
def a_share_is_each_nth_of_them():
    status, output = mutate("--share", "4")
    wanted = sorted(PATCHES)[::4]
    assert output.startswith("1..%d\n" % len(wanted)), output
    for name in wanted:
        assert "ok %d - %s: " % (wanted.index(name) + 1, name) in output, output


@case
def all_mutants_run_and_leave_the_tree_alone():
    status, output = mutate("--all")
    assert status == 1 and output.startswith("1..%d\n" % len(PATCHES)), output
    assert output.count("\nok ") == 3 and output.count("\nnot ok ") == len(PATCHES) - 3, output
    with open(os.path.join(TOP, "src", "half.c"), encoding="utf-8") as f:
        assert f.read() == CODE
    killed("by_hand")


@case
def an_unknown_name_is_refused():
    status, output = mutate("nobody")
    assert status == 1 and "no tests/mutants/nobody.patch" in output, output


with tree(FILES) as TOP:
    run()
