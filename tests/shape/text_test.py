"""Lengths, words, headers and format of the tree, and that bad ones are noticed."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import source
import symbols
import text
from tap import case, none, note, only, run, tree

TOP = source.root()


def bad(files, check, *args):
    with tree(files) as top:
        return list(check(top, *args))


def body(lines):
    return "int f(void)\n{\n" + "\tg();\n" * (lines - 2) + "}\n"


@case
def no_file_is_too_long():
    none(text.check_file_lengths(TOP))


@case
def no_function_is_too_long():
    none(text.check_function_lengths(TOP))


@case
def no_function_is_too_complex():
    none(text.check_complexity(TOP))


@case
def most_functions_are_short():
    note("%d functions in src, median %d lines, p95 %d, p95 complexity %d" % text.shares(TOP))
    none(text.check_shares(TOP))


@case
def nothing_is_left_unfinished():
    none(text.check_unfinished(TOP))


@case
def nothing_sleeps():
    none(text.check_sleeping(TOP))


@case
def headers_are_guarded():
    none(text.check_guards(TOP))


@case
def headers_say_what_they_are():
    none(text.check_head_comments(TOP))


@case
def headers_are_self_sufficient():
    none(text.check_self_sufficient(TOP, symbols.PURE))


@case
def code_is_formatted():
    none(text.check_format(TOP))


@case
def a_long_file_is_noticed():
    files = {"src/a/ok.c": "\n" * 700, "src/a/long.c": "\n" * 701, "tests/t.py": "\n" * 701}
    only(bad(files, text.check_file_lengths), "src/a/long.c: 701", "tests/t.py: 701")


@case
def a_long_function_is_noticed():
    only(bad({"src/a/ok.c": body(70), "src/a/long.c": "/* { */\nstruct s { int a; };\n" + body(71)},
             text.check_function_lengths), "src/a/long.c:4: f() has 71")


@case
def braces_in_text_are_not_counted():
    code = 'int f(void)\n{\n\tg("}}", \'{\'); /* } */\n}\n#define X \\\n\t{\n' + body(71)
    only(bad({"src/a/a.c": code}, text.check_function_lengths), "src/a/a.c:8: f() has 71")


@case
def a_function_that_takes_a_function_is_found():
    found = source.functions("int f(int (*g)(void), int x)\n{\n}\nstatic const int t[] = { 1 };\n")
    assert [f.name for f in found] == ["f"], found


@case
def a_complex_function_is_noticed():
    def branches(n):
        return "int f(int a)\n{\n" + "\tif (a) g();\n" * n + "}\n"
    only(bad({"src/a/ok.c": branches(14), "src/a/bad.c": branches(15)}, text.check_complexity),
         "src/a/bad.c:2: f() has complexity 16")


@case
def many_long_functions_are_noticed():
    only(bad({"src/a/a.c": body(51) * 100}, text.check_shares), "median", "95 %")
    none(bad({"src/a/a.c": body(12) * 100}, text.check_shares))


@case
def unfinished_work_is_noticed():
    only(bad({"src/a.c": "/* TO" "DO */\n", "tests/b.py": "# FIX" "ME\n", "bench/c.c": "int TODOS;\n"},
             text.check_unfinished), "src/a.c:1", "tests/b.py:1")


@case
def sleeping_is_noticed():
    only(bad({"src/a.c": "\tsle" "ep(1);\n", "src/b.c": "/* sle" "ep(1) */\n",
              "tests/c.c": "usle" "ep (1);\n", "tests/d.py": "time.sle" "ep(1)\n",
              "tests/e.c": "nanosle" "ep(&t, 0);\n", "tests/f.sh": "  sle" "ep 1\n"},
             text.check_sleeping), "src/a.c:1", "tests/c.c", "tests/d.py", "tests/e.c", "tests/f.sh")


@case
def a_header_without_guard_is_noticed():
    good = "/* a */\n#ifndef X_A_H\n#define X_A_H\nint a;\n#endif\n"
    only(bad({"src/x/a.h": good, "src/x/b.h": good, "src/x/c.h": "int a;\n"}, text.check_guards),
         "src/x/b.h", "src/x/c.h")


@case
def a_header_without_head_comment_is_noticed():
    only(bad({"src/x/a.h": "/* a.h - good. */\n", "src/x/b.h": "/* a.h - not b. */\n",
              "src/x/c.h": "int a;\n"}, text.check_head_comments), "src/x/b.h", "src/x/c.h")


@case
def a_header_that_needs_another_is_noticed():
    only(bad({"src/x/a.h": "#ifndef A\n#define A\nuint8_t a(void);\n#endif\n",
              "src/x/b.h": "#ifndef B\n#define B\n#include <stdint.h>\nuint8_t b(void);\n#endif\n",
              "src/x/c.h": "struct c { int c; };\n"}, text.check_self_sufficient, ()),
         "src/x/a.h", "src/x/c.h")


@case
def unformatted_code_is_noticed():
    style = source.read(TOP, ".clang-format")
    only(bad({".clang-format": style, "src/a.c": "int a;\n", "src/b.c": "int  b ;\n"},
             text.check_format), "src/b.c")


run()
