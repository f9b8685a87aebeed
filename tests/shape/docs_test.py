"""The manual pages are those that the programs' tables make, and a page that is
not is noticed. Usage: docs_test.py BUILDDIR"""

import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import source
from tap import case, run, tree

TOP = source.root()
BUILD = os.path.abspath(sys.argv.pop(1))


def check(change=None):
    """docs-check over a copy of doc/ that was changed."""
    with tree({}) as top:
        for name in ("doc", "tools"):
            shutil.copytree(os.path.join(TOP, name), os.path.join(top, name))
        if change:
            change(os.path.join(top, "doc", "man"))
        done = subprocess.run([os.path.join(top, "tools", "docs-check"), BUILD], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout


def append(folder):
    with open(os.path.join(folder, "homesteadd.8"), "a", encoding="utf-8") as f:
        f.write("by hand\n")


def remove(folder):
    os.unlink(os.path.join(folder, "homestead.conf.5"))


def invent(folder):
    shutil.copy(os.path.join(folder, "homesteadd.8"), os.path.join(folder, "nobody.8"))


@case
def manual_pages_are_those_of_the_programs():
    status, output = check()
    assert status == 0, output


@case
def a_page_written_by_hand_is_noticed():
    status, output = check(append)
    assert status != 0 and "-by hand" in output, output


@case
def a_missing_page_is_noticed():
    status, output = check(remove)
    assert status != 0, output


@case
def a_page_that_nothing_makes_is_noticed():
    status, output = check(invent)
    assert status != 0 and "nobody.8" in output, output


@case
def manual_pages_are_well_formed():
    """Only requests of the man macros, each at the start of a line."""
    known = {"TH", "SH", "SS", "TP", "PP", "IP", "B", "I", "BR", "IR", "RS", "RE", "nf", "fi", "EX",
             "EE", "br", "sp", '\\"', "in", "UR", "UE"}
    folder = os.path.join(TOP, "doc", "man")
    for page in sorted(os.listdir(folder)):
        lines = source.read(folder, page).splitlines()
        heads = [l[4:] for l in lines if l.startswith(".SH ")]
        assert {"NAME", "DESCRIPTION", "SEE ALSO"} <= set(heads), "%s: %s" % (page, heads)
        for number, line in enumerate(lines, 1):
            request = line[1:].split(" ")[0] if line.startswith(".") else None
            assert request is None or request in known, "%s:%d: %s" % (page, number, line)
            assert not line.startswith("'"), "%s:%d: %s" % (page, number, line)


run()
