"""style.py - rules of the C style that a compiler does not hold."""

import re

import source

# The public header, which must compile alone anywhere, has rules of its own.
CODE = ["src", "tests", "bench"]
ATTRIBUTE = re.compile(r"__attribute__|\[\[")
TYPEDEF = re.compile(r"\btypedef\b[^;{(]*[;{]")
FLOATING = re.compile(r"\b(?:float|double)\b")
COMPARE = re.compile(r"\b(\w+)\s*\+\s*\w+\s*[<>]=?\s*end\b")
MACHINE = re.compile(r"/wo" r"rk/|/ro" r"ot/\w")
# The X of an X-macro is a table row, not a macro somebody calls.
RETURNS = re.compile(r"#[ \t]*define[ \t]+(?!X\()[^\n]*(?:\\\n[^\n]*)*\breturn\b")


def _found(pattern, top, paths, prepare):
    for path in paths:
        text = prepare(source.read(top, path))
        for match in pattern.finditer(text):
            yield path, text.count("\n", 0, match.start()) + 1, match.group(0).split("\n")[0].strip()


def check_attributes(top):
    """Compiler attributes have names, in one header."""
    paths = [p for p in source.files(top, CODE, (".c", ".h")) if p != "src/base/attr.h"]
    for path, line, text in _found(ATTRIBUTE, top, paths, source.bare):
        # [[ is also an index of an index.
        if text != "[[":
            yield "%s:%d: %s: only base/attr.h has attributes" % (path, line, text)


def check_typedefs(top):
    """typedef is for function types; a struct is called struct."""
    for path, line, text in _found(TYPEDEF, top, source.files(top, CODE, (".c", ".h")), source.code):
        yield "%s:%d: %s: typedef is for function types" % (path, line, text)


def check_floating(top, pure):
    """What must give the same result everywhere counts in integers."""
    folders = ["src/" + folder for folder in pure]
    for path, line, _ in _found(FLOATING, top, source.files(top, folders, (".c", ".h")), source.code):
        yield "%s:%d: floating point in a pure folder" % (path, line)


def check_bounds(top):
    """Lengths are compared with what is left; a pointer past the end is none."""
    for path, line, text in _found(COMPARE, top, source.files(top, ["src"], (".c", ".h")),
                                   source.code):
        yield "%s:%d: %s: compare with what is left" % (path, line, text)


def check_macros(top):
    """A return that nobody sees."""
    for path, line, _ in _found(RETURNS, top, source.files(top, ["src"], (".c", ".h")), source.bare):
        yield "%s:%d: a macro that returns" % (path, line)


def check_machine(top):
    """Nobody's folders are part of the project."""
    paths = source.files(top, CODE + ["include", "tools", "packaging", "doc"],
                         (".c", ".h", ".py", ".sh", ".md", ".conf", ".build", ".in"))
    for path, line, text in _found(MACHINE, top, paths, str):
        yield "%s:%d: %s: a path of somebody's machine" % (path, line, text)


def lines(top, folders, endings):
    return sum(source.read(top, p).count("\n") for p in source.files(top, folders, endings))
