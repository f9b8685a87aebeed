"""source.py - reads a tree of C files for the tests of shape.

Knows just enough of C: comments, literals, preprocessor lines, braces.
"""

import functools
import os
import re

_BLANKED = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)
_INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*([<\"])([^>\"]+)[>\"]", re.M)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:\\\n|[^\n])*", re.M)


def root():
    return os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@functools.lru_cache(maxsize=None)
def _read_ours(path):
    with open(os.path.join(root(), path), encoding="utf-8") as f:
        return f.read()


def read(top, path):
    """Our own tree stays as it is while a test runs; those that tests make do not."""
    if top == root():
        return _read_ours(path)
    with open(os.path.join(top, path), encoding="utf-8") as f:
        return f.read()


def files(top, folders, endings):
    """Paths, relative to top, of the files below folders, sorted."""
    found = []
    for folder in folders:
        for where, _, names in os.walk(os.path.join(top, folder)):
            found += [os.path.relpath(os.path.join(where, n), top)
                      for n in names if n.endswith(endings)]
    return sorted(found)


def _blank(match):
    text = match.group(0)
    kept = re.sub(r"[^\n]", " ", text)
    return '"' + kept[2:] + '"' if text[0] == '"' else kept


@functools.lru_cache(maxsize=None)
def bare(text):
    """The text with comments and literals blanked out; lines stay."""
    return _BLANKED.sub(_blank, text)


def code(text):
    """Like bare(), without preprocessor lines too."""
    return _DIRECTIVE.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), bare(text))


def includes(text):
    """(is_system, name, line number) of each include."""
    hidden = re.sub(r"/\*.*?\*/", _blank, text, flags=re.S)
    return [(m.group(1) == "<", m.group(2), hidden.count("\n", 0, m.start()) + 1)
            for m in _INCLUDE.finditer(hidden)]


class Function:
    def __init__(self, name, line, lines, body):
        self.name, self.line, self.lines, self.body = name, line, lines, body

    def complexity(self):
        return 1 + len(re.findall(r"\b(?:if|for|while|case)\b|&&|\|\||\?", self.body))


def _closing(text, start):
    depth = 0
    for m in _BRACE.finditer(text, start):
        depth += 1 if m.group() == "{" else -1
        if depth == 0:
            return m.start()
    return len(text) - 1


_BRACE = re.compile(r"[{}]")
_HEAD = re.compile(r"(\w+)\s*\((?:[^(){};]|\([^(){};]*\))*\)\s*$")


@functools.lru_cache(maxsize=None)
def functions(text):
    """Every function defined in the text; a length is of the braces and all
    between them."""
    text = code(text)
    found, at = [], 0
    while (start := text.find("{", at)) >= 0:
        end = _closing(text, start)
        head = _HEAD.search(text, at, start)
        if head:
            body = text[start:end + 1]
            found.append(Function(head.group(1), text.count("\n", 0, start) + 1,
                                  body.count("\n") + 1, body))
        at = end + 1
    return found
