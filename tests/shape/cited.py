"""cited.py - the numbered requirements of doc/*.md, and who cites them.

A requirement is defined where its number stands in bold, and has one place. A
citation is its number written out, in a comment or a name of a test; that of a
section ("MASC-5" for all of MASC-5.1, ...) is none of what the section holds.
"""

import re

import source

CITING = ["src", "tests"]
ENDINGS = (".c", ".h", ".py", ".sh", ".scn", ".patch")
NUMBER = r"[A-Z]+-\d+(?:\.\d+)?"
DEFINED = re.compile(r"\*\*(%s)\*\*" % NUMBER)
CITED = re.compile(r"\b%s\b" % NUMBER)


def _places(top, paths, pattern):
    """(number, "path:line") of all that match."""
    for path in paths:
        text = source.read(top, path)
        for match in pattern.finditer(text):
            number = match.group(match.lastindex or 0)
            yield number, "%s:%d" % (path, text.count("\n", 0, match.start()) + 1)


def defined(top):
    """(number, "path:line") of each requirement."""
    return _places(top, source.files(top, ["doc"], (".md",)), DEFINED)


def _cited(top):
    return _places(top, source.files(top, CITING, ENDINGS), CITED)


def check_defined_once(top):
    """A number means one thing."""
    seen = {}
    for number, place in defined(top):
        if number in seen:
            yield "%s: %s is defined at %s too" % (place, number, seen[number])
        seen[number] = place


def check_cited(top):
    """What is required is kept, and tested, somewhere."""
    cited = {number for number, _ in _cited(top)}
    for number, place in defined(top):
        if number not in cited:
            yield "%s: %s is cited nowhere in src or tests" % (place, number)


def check_known(top):
    """What is cited is required, or a section of what is."""
    known = {number for number, _ in defined(top)}
    known |= {number.split(".")[0] for number in known}
    names = {number.split("-")[0] for number in known}
    for number, place in _cited(top):
        if number.split("-")[0] in names and number not in known:
            yield "%s: %s is defined nowhere in doc" % (place, number)
