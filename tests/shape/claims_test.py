"""What doc/security.md claims has tests, and a claim without one is noticed."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import claims
import source
from tap import case, none, note, only, run, tree

TOP = source.root()
GOOD = {
    "doc/security.md": "- SEC-1. Safe. `tests/a_test.c`: one, two_more. `tests/f.c`.\n"
                       "- SEC-2. Sound, see SEC-1. `tests/b_test.py`: three.\n",
    "tests/a_test.c": "static void one(void **state)\n{\n}\nstatic void two_more(void **s)\n{\n}\n"
                      "\tcmocka_unit_test(one),\n\tcmocka_unit_test_setup_teardown(two_more, f, g),\n",
    "tests/b_test.py": "@case\ndef three(world):\n    pass\n",
    "tests/f.c": "",
}
CHECKS = (claims.check_numbers, claims.check_tests, claims.check_mentions)


def bad(check, **changed):
    files = dict(GOOD)
    for name, (old, new) in changed.items():
        path = next(p for p in files if os.path.basename(p).split(".")[0] == name)
        assert old in files[path]
        files[path] = files[path].replace(old, new)
    with tree(files) as top:
        return list(check(top))


@case
def every_claim_has_its_tests():
    found = claims.claims(TOP)
    named = sum(len(cases) or 1 for _, text in found for _, cases in claims.tests_of(text))
    note("%d claims, %d tests" % (len(found), named))
    assert len(found) >= 28 and named >= 80, (len(found), named)
    for check in CHECKS:
        none(check(TOP))


@case
def good_claims_are_good():
    for check in CHECKS:
        none(bad(check))


@case
def a_claim_without_a_test_is_noticed():
    only(bad(claims.check_tests, security=(" `tests/b_test.py`: three.", "")),
         "doc/security.md: SEC-2 names no test")


@case
def a_test_that_is_not_there_is_noticed():
    only(bad(claims.check_tests, security=("`tests/f.c`", "`tests/g.c`")),
         "doc/security.md: SEC-1 names tests/g.c, which is not there")
    only(bad(claims.check_tests, security=("two_more", "four")),
         "doc/security.md: SEC-1 names four of tests/a_test.c, which is no case")


@case
def a_test_that_is_not_run_is_noticed():
    only(bad(claims.check_tests, a_test=("\tcmocka_unit_test(one),\n", "")),
         "doc/security.md: SEC-1 names one of tests/a_test.c, which is no case")
    only(bad(claims.check_tests, b_test=("@case\n", "")),
         "doc/security.md: SEC-2 names three of tests/b_test.py, which is no case")


@case
def a_number_that_is_missing_is_noticed():
    only(bad(claims.check_numbers, security=("- SEC-2.", "- SEC-3.")),
         "doc/security.md: SEC-3 where SEC-2 is expected")
    only(bad(claims.check_mentions, security=("see SEC-1", "see SEC-7")),
         "doc/security.md: SEC-7 is no claim")


run()
