"""The C style where no compiler holds it, and that breaches are noticed."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import source
import style
import symbols
from tap import case, none, note, only, run, tree

TOP = source.root()


def bad(files, check, *args):
    with tree(files) as top:
        return list(check(top, *args))


@case
def attributes_have_names():
    none(style.check_attributes(TOP))


@case
def typedefs_are_for_functions():
    none(style.check_typedefs(TOP))


@case
def pure_folders_have_no_floating_point():
    none(style.check_floating(TOP, symbols.PURE))


@case
def lengths_are_compared_with_what_is_left():
    none(style.check_bounds(TOP))


@case
def no_macro_returns():
    none(style.check_macros(TOP))


@case
def no_path_of_a_machine_is_in_the_tree():
    none(style.check_machine(TOP))


@case
def there_is_more_test_than_code():
    code = style.lines(TOP, ["src"], (".c",))
    test = style.lines(TOP, ["tests"], (".c", ".h", ".py", ".scn"))
    note("%d lines of code, %d lines of tests" % (code, test))
    assert test >= code, "%d lines of tests for %d of code" % (test, code)


@case
def an_attribute_is_noticed():
    only(bad({"src/base/attr.h": "#define X __attribute__((unused))\n",
              "src/a/a.c": "int a __attribute__((unused));\nint b = t[[0]];\n"},
             style.check_attributes), "src/a/a.c:1")


@case
def a_typedef_of_a_struct_is_noticed():
    only(bad({"src/a/a.h": "typedef struct a a_t;\ntypedef int f(int x);\ntypedef struct {\n\tint a;\n} b;\n"
              "typedef void (*g)(void);\n"}, style.check_typedefs),
         "src/a/a.h:1", "src/a/a.h:3")


@case
def floating_point_is_noticed():
    only(bad({"src/base/a.c": "double a;\n/* float */\n", "src/os/b.c": "double b;\n"},
             style.check_floating, ("base",)), "src/base/a.c:1")


@case
def a_comparison_past_the_end_is_noticed():
    only(bad({"src/a/a.c": "if (p + n > end)\n\treturn;\nif (n > left)\n\treturn;\n"},
             style.check_bounds), "src/a/a.c:1")


@case
def a_macro_that_returns_is_noticed():
    only(bad({"src/a/a.h": "#define TRY(x) \\\n\tif (x) \\\n\t\treturn 1\n#define ONE 1\nint f(void);\n"},
             style.check_macros), "src/a/a.h:1")


@case
def a_path_of_a_machine_is_noticed():
    only(bad({"tests/a.py": "open('/wo" "rk/x')\n", "doc/a.md": "see /ro" "ot/me and /etc\n"},
             style.check_machine), "tests/a.py:1", "doc/a.md:1")


run()
