"""Each patch of tests/mutants and tests/planted applies, and one that does not is noticed."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import patches
import source
from tap import case, none, run, tree

PATCH = "Kills: t\n\n--- a/src/x.c\n+++ b/src/x.c\n@@ -1,3 +1,2 @@\n one\n-two\n three\n"


def of(text):
    with tree({"src/x.c": text, "tests/mutants/x.patch": PATCH}) as top:
        return list(patches.check_patches(top))


@case
def every_patch_applies():
    none(patches.check_patches(source.root()))


@case
def a_patch_whose_code_changed_is_noticed():
    none(of("one\ntwo\nthree\n"))
    found = of("one\n2\nthree\n")
    assert len(found) == 1 and found[0].startswith("tests/mutants/x.patch: does not apply"), found


run()
