"""claims.py - the claims of doc/security.md, and the tests that each of them names."""

import os
import re

import source

DOCUMENT = "doc/security.md"
CLAIM = re.compile(r"^- SEC-(\d+)\. (.*)$", re.M)
# A file in code quotes, and behind a colon the cases in it.
NAMED = re.compile(r"`(tests/[\w./]+)`(?:: ([\w, ]+))?")


def claims(top):
    """(number, text) of each."""
    return [(int(number), text) for number, text in CLAIM.findall(source.read(top, DOCUMENT))]


def tests_of(text):
    """(file, cases) that a claim names."""
    return [(path, re.findall(r"\w+", cases)) for path, cases in NAMED.findall(text)]


def has_case(text, name):
    """Whether a test file runs a case of that name."""
    made = re.search(r"^(?:static void|def) %s\(" % name, text, re.M)
    run = re.search(r"cmocka_unit_test\w*\(%s\b|@case\ndef %s\(" % (name, name), text)
    return bool(made and run)


def check_numbers(top):
    """They are counted from 1, in order."""
    for want, (number, _) in enumerate(claims(top), 1):
        if number != want:
            yield "%s: SEC-%d where SEC-%d is expected" % (DOCUMENT, number, want)


def check_tests(top):
    """Each has a test, and each test is there."""
    for number, text in claims(top):
        named = tests_of(text)
        if not named:
            yield "%s: SEC-%d names no test" % (DOCUMENT, number)
        for path, cases in named:
            if not os.path.exists(os.path.join(top, path)):
                yield "%s: SEC-%d names %s, which is not there" % (DOCUMENT, number, path)
                continue
            content = source.read(top, path)
            for case in cases:
                if not has_case(content, case):
                    yield "%s: SEC-%d names %s of %s, which is no case" % (DOCUMENT, number, case,
                                                                          path)


def check_mentions(top):
    """What is mentioned elsewhere in the document is a claim."""
    known = {number for number, _ in claims(top)}
    for number in re.findall(r"SEC-(\d+)", source.read(top, DOCUMENT)):
        if int(number) not in known:
            yield "%s: SEC-%s is no claim" % (DOCUMENT, number)
