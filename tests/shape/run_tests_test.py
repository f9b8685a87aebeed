"""tools/run-tests counts right, and lets no way to fail pass."""

import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import source
from tap import case, run, tree

RUNNER = os.path.join(source.root(), "tools", "run-tests")
SCRIPTS = {
    "two": "echo 1..2; echo ok 1 - x; echo ok 2 - y",
    "one": "echo 1..1; echo ok 1",
    "bad": "echo 1..2; echo '# seen 7'; echo not ok 1 - seven; echo ok 2 - y; exit 1",
    "skip": "echo 1..2; echo 'ok 1 - x # SKIP no root here'; echo ok 2",
    "cmocka": "echo 1..2; echo ok 1 - y; echo 'not ok 2 # SKIP x'",
    "whole": "echo '1..0 # SKIP no such device'",
    "todo": "echo 1..1; echo 'not ok 1 - x # TO" "DO later'",
    "crash": "echo 1..1; echo ok 1 - x; kill -SEGV $$",
    "early": "echo 1..3; echo ok 1 - x; kill -ABRT $$",
    "status": "echo 1..1; echo ok 1 - x; exit 3",
    "hang": "echo 1..1; echo ok 1 - x; exec tail -f /dev/null",
    "silent": "echo all is well",
    "planless": "echo ok 1 - x",
    "few": "echo 1..2; echo ok 1 - x",
    "many": "echo 1..1; echo ok 1 - x; echo ok 2 - y",
    "plans": "echo 1..1; echo ok 1 - x; echo 1..1; echo ok 1 - x",
    "bail": "echo 1..2; echo ok 1 - x; echo 'Bail out! no disk'",
    "twice": "echo 1..2; echo ok 1 - x; echo ok 1 - x",
}


def files():
    """A project of nothing but tests, each a line of shell."""
    made = {name + ".sh": text for name, text in SCRIPTS.items()}
    made["meson.build"] = "project('tests')\nsh = find_program('sh')\n" + "".join(
        "test('%s', sh, args: files('%s.sh'), protocol: 'tap', timeout: %d, suite: '%s')\n"
        % (name, name, 1 if name == "hang" else 20, "s" + name) for name in SCRIPTS)
    return made


def outcome(*options):
    """(status, output) of the runner with these options."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MESON")}
    done = subprocess.run([RUNNER, BUILD, *options], text=True, env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


def counts(names, passed, failed, skipped, *said):
    """Runs the named tests: the counts on the last line, and what must be said."""
    status, output = outcome(*names.split())
    last = "%d passed, %d failed, %d skipped\n" % (passed, failed, skipped)
    assert output.endswith("\n" + last), output
    assert status == (1 if failed else 0), output
    for text in said:
        assert re.search(text, output), "%s is not in: %s" % (text, output)


@case
def cases_of_all_tests_are_added_up():
    counts("two one", 3, 0, 0)


@case
def a_failed_case_is_named_and_its_output_shown():
    counts("bad one", 2, 1, 0, "failed: seven", "seen 7")


@case
def the_end_tells_once_more_what_failed_and_why():
    """Who has only the end of the log reads it there."""
    counts("bad skip one", 3, 1, 1,
           r"(?s)==== skipped.*==== failed\n  tests:sbad / bad: seven\n  \| # seen 7\n\n\d+ passed")


@case
def a_skip_is_listed_with_its_reason():
    counts("skip", 1, 0, 1, "skip: x: no root here")


@case
def a_skip_as_cmocka_tells_it_is_no_failure():
    counts("cmocka", 1, 0, 1)


@case
def a_whole_test_can_be_skipped():
    counts("whole", 0, 0, 1, "whole: all: no such device")


@case
def a_known_failure_is_neither_pass_nor_failure():
    counts("todo", 0, 0, 1, "later")


@case
def a_crash_is_a_failure():
    counts("crash", 1, 1, 0, "ended with signal 11")


@case
def a_crash_in_the_middle_is_a_failure():
    counts("early", 1, 1, 0, "planned 3 cases, ran 1")


@case
def a_bad_status_is_a_failure():
    counts("status", 1, 1, 0, "ended with status 3")


@case
def a_test_that_hangs_is_a_failure():
    counts("hang", 1, 1, 0, "ran out of time")


@case
def silence_is_a_failure():
    counts("silent", 0, 1, 0, "printed no TAP")


@case
def a_missing_plan_is_a_failure():
    counts("planless", 1, 1, 0, "printed no TAP plan")


@case
def a_case_too_few_is_a_failure():
    counts("few", 1, 1, 0, "planned 2 cases, ran 1")


@case
def a_case_too_many_is_a_failure():
    counts("many", 2, 1, 0, "planned 1 cases, ran 2")


@case
def two_plans_are_a_failure():
    counts("plans", 2, 1, 0, "more than one plan")


@case
def bailing_out_is_a_failure():
    counts("bail", 1, 1, 0, "bailed out: no disk")


@case
def a_case_told_twice_is_a_failure():
    counts("twice", 2, 1, 0, "meson calls it")


@case
def no_test_at_all_is_a_failure():
    status, output = outcome("--suite", "none")
    assert status == 1 and output.endswith("\n0 passed, 1 failed, 0 skipped\n"), output


@case
def a_test_that_never_ran_is_a_failure():
    """Meson stops at an option it does not know, and runs nothing."""
    status, output = outcome("one", "--no-such-option")
    assert status == 1 and output.endswith("\n0 passed, 1 failed, 0 skipped\n"), output
    assert "never ran" in output, output


@case
def a_suite_can_be_picked():
    status, output = outcome("--suite", "sone")
    assert status == 0 and output.endswith("\n1 passed, 0 failed, 0 skipped\n"), output


with tree(files()) as TREE:
    BUILD = os.path.join(TREE, "build")
    subprocess.run(["meson", "setup", BUILD, TREE], check=True, stdout=subprocess.DEVNULL)
    run()
