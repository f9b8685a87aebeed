"""The small tools: what they report, and that they fail when they should."""

import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import source
from tap import case, run, skip, tree

TOP = source.root()


def tool(name, files, *args, programs=(), env=None):
    """(status, output) of a tool, copied into a tree of these files."""
    with tree(files) as top:
        os.makedirs(os.path.join(top, "tools"), exist_ok=True)
        shutil.copy(os.path.join(TOP, "tools", name), os.path.join(top, "tools", name))
        for program in programs:
            os.chmod(os.path.join(top, program), 0o755)
        done = subprocess.run([os.path.join(top, "tools", name), *args], cwd=top, text=True,
                              env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout


def bench(*args, **runs):
    files = {"bench/%s/run" % n: "#!/bin/sh\n" + text for n, text in runs.items()}
    return tool("bench", {"b/x": "", **files}, "b", *args, programs=list(files))


@case
def bench_runs_all_and_repeats_the_figures():
    status, output = bench(one="echo table; echo bench=one metric=m value=1 unit=u\n",
                           two="echo bench=two metric=m value=2 unit=u\n")
    assert status == 0, output
    end = output.split("== figures")[1]
    assert "bench=one metric=m value=1" in end and "bench=two metric=m value=2" in end, output
    assert "machine: " in end and "other work: load" in end and "table" not in end, output


@case
def bench_runs_one():
    status, output = bench("two", one="exit 1\n", two="echo bench=two metric=m value=2 unit=u\n")
    assert status == 0 and "bench=two" in output, output


@case
def bench_fails_with_a_benchmark_that_fails():
    status, output = bench(one="echo bench=one metric=m value=1 unit=u; exit 3\n")
    assert status == 1 and "failed or gave no figure: one" in output, output


@case
def bench_fails_with_a_benchmark_without_figures():
    status, output = bench(one="echo bench=other metric=m value=1 unit=u\n")
    assert status == 1 and "failed or gave no figure: one" in output, output


@case
def bench_refuses_an_unknown_name():
    status, output = bench("three", one="exit 0\n")
    assert status == 1 and "no bench/three/run" in output, output


def seeds(program, count, *options):
    return tool("sim-seeds", {"sim": "#!/bin/sh\n" + program, "s/a.scn": "", "s/b.scn": "", "s/c": ""},
                *options, "./sim", str(count), "s", programs=["sim"])


@case
def seeds_runs_every_scenario_with_every_seed():
    status, output = seeds('case "$2 $3 $4" in "--quiet --seeds 5..54" | "--quiet --seeds 55..64") ;; '
                           "*) exit 1 ;; esac\n", 60, "--from", "5")
    assert status == 0, output
    assert output == "1..2\nok 1 - a.scn, 60 seeds\nok 2 - b.scn, 60 seeds\n", output


@case
def seeds_tells_what_fails_and_how_to_repeat_it():
    status, output = seeds('echo trace of seed 77\n[ "$1$4" != s/b.scn51..100 ]\n', 100)
    assert status == 1 and "\nok 1" in "\n" + output and "\nnot ok 2 - b.scn, 50" in output, output
    assert "# ./sim s/b.scn --quiet --seeds 51..100: status 1" in output, output
    assert "# trace of seed 77" in output, output


@case
def seeds_share_the_time_and_none_is_left_out():
    status, output = seeds("exit 0\n", 1000000, "--seconds", "0.4")
    ran = [int(n) for n in re.findall(r"^ok \d+ - \S+, (\d+) seeds$", output, re.M)]
    assert status == 0 and len(ran) == 2 and all(0 < n < 1000000 for n in ran), output
    status, output = seeds("exit 0\n", 1000000, "--seconds", "-1")
    assert status == 1 and "out of time before the first seed" in output, output


def matrix(program, fake, *options):
    """sim-matrix where every compiler makes `fake`, against `program`."""
    bins = {
        "bin/meson": '#!/bin/sh\nmkdir -p "$2"; : >"$2/build.ninja"; echo "$CC" >"$2/cc"\n',
        "bin/ninja": "#!/bin/sh\ncp fake \"$2/homestead-sim\"\n",
        "bin/gcc": "#!/bin/sh\n", "bin/clang": "#!/bin/sh\n",
        "fake": "#!/bin/sh\n" + fake, "sim": "#!/bin/sh\n" + program, "s/a.scn": "", "s/b.scn": ""}
    with tree(bins) as top:
        for name in bins:
            os.chmod(os.path.join(top, name), 0o755)
        done = subprocess.run([os.path.join(TOP, "tools", "sim-matrix"), *options, "work",
                               "./sim", "s"], cwd=top, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT,
                              env={**os.environ, "PATH": top + "/bin:" + os.environ["PATH"]})
        return done.returncode, done.stdout


# A line for each of what it is to run with --seed $seed.
GOOD = """all=$* seed=${all#*--seed } seed=${seed%%" "*}
for run; do
	case $run in --*) break ;; s/a.scn) hash=aa ;; *) hash=bb ;; esac
	echo "$run seed=$seed events=1 hash=$seed$hash"
done
"""


@case
def matrix_accepts_equal_hashes():
    status, output = matrix(GOOD, GOOD)
    assert status == 0 and output.startswith("1..2\n") and output.count("\nok ") == 2, output


@case
def matrix_notices_another_hash():
    status, output = matrix(GOOD, GOOD + '[ $seed != 77 ] || echo "$1 seed=77 hash=abc"\n')
    assert status == 1 and output.count("\nnot ok ") == 1, output
    assert "a.scn, seed 77: hash abc" in output, output


@case
def matrix_notices_a_missing_hash():
    status, output = matrix(GOOD, "exit 1\n")
    assert status == 1 and "printed no hash" in output, output


@case
def matrix_notices_hashes_that_never_change():
    status, output = matrix(GOOD.replace("$seed$hash", "1"), GOOD)
    assert status == 1 and "all hashes are the same" in output, output


# Given --quiet, it says that all seeds of the given files hold.
MANY = """case "$*" in *' --quiet --seeds 1..'[59])
	for a; do case $a in *.scn | %s) echo "ok 1 - $a" ;; esac; done
	case $1 in graph | groups) echo 1..1 ;; *) echo 1..2 ;; esac
	exit $((%d)) ;;
esac
"""


@case
def matrix_runs_many_seeds():
    status, output = matrix(GOOD, MANY % ("graph | groups", 0) + GOOD, "--seeds", "9")
    assert status == 0 and output.startswith("1..3\n") and output.count("\nok ") == 3, output


@case
def matrix_notices_a_seed_that_fails():
    for fake in (MANY % ("graph | groups", 1), MANY % ("nothing", 0), MANY % ("graph", 0)):
        status, output = matrix(GOOD, fake + GOOD, "--seeds", "9")
        assert status == 1 and "\nnot ok 3 - 9 seeds of each" in output, output


@case
def format_check_names_what_is_not_formatted():
    if not shutil.which("clang-format"):
        skip("no clang-format here")
    files = {".clang-format": source.read(TOP, ".clang-format"), "src/a.c": "int  a ;\n",
             "src/b.c": "int b;\n"}
    status, output = tool("format", files, "--check")
    assert status != 0 and "src/a.c" in output and "src/b.c" not in output, output


@case
def format_formats():
    if not shutil.which("clang-format"):
        skip("no clang-format here")
    with tree({".clang-format": source.read(TOP, ".clang-format"), "src/a.c": "int  a ;\n"}) as top:
        os.mkdir(os.path.join(top, "tools"))
        shutil.copy(os.path.join(TOP, "tools", "format"), os.path.join(top, "tools"))
        subprocess.run([os.path.join(top, "tools", "format")], check=True)
        assert source.read(top, "src/a.c") == "int a;\n"


def soak(*steps, mutants="exit 0", make="exit 0"):
    files = {"tools/run-mutants": "#!/bin/sh\necho mutants ran\n%s\n" % mutants,
             "tests/scenario/a.scn": "", "bin/make": "#!/bin/sh\necho made $*\n%s\n" % make,
             "tests/fuzz/meson.build": "fuzzers = {\n  'a': [],\n  'b': [],\n}\n"}
    programs = ["tools/run-mutants", "bin/make"]
    with tree(files) as top:
        for program in programs:
            os.chmod(os.path.join(top, program), 0o755)
        shutil.copy(os.path.join(TOP, "tools", "soak"), os.path.join(top, "tools"))
        done = subprocess.run([os.path.join(top, "tools", "soak"), *steps], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env={**os.environ, "PATH": top + "/bin:" + os.environ["PATH"]})
        return done.returncode, done.stdout


@case
def soak_tells_a_line_a_step():
    status, output = soak("mutants", "fuzz", "tests")
    assert status == 0, output
    for line in (r"soak mutants: ok, \d+ s: mutants ran", r"soak fuzz: ok, \d+ s: made -s fuzz",
                 "soak tests: ok", "soak: 3 steps passed, 0 failed"):
        assert re.search(line, output), output


@case
def soak_goes_on_after_a_step_that_fails():
    status, output = soak("mutants", "fuzz", mutants="exit 5")
    assert status == 1, output
    assert "soak mutants: FAILED: status 5" in output and "soak fuzz: ok" in output, output
    assert output.endswith("soak: 1 steps passed, 1 failed\n"), output


@case
def soak_refuses_an_unknown_step():
    status, output = soak("everything")
    assert status == 2 and "no step everything" in output, output


def started(*args, own=False):
    """What tools/run says and starts, with a configuration of one's own or not."""
    files = {"build/homesteadd": "#!/bin/sh\necho started: $*\n", "home/x": ""}
    if own:
        files["home/homestead/homestead.conf"] = ""
    with tree(files) as top:
        os.chmod(os.path.join(top, "build/homesteadd"), 0o755)
        os.mkdir(os.path.join(top, "tools"))
        shutil.copy(os.path.join(TOP, "tools", "run"), os.path.join(top, "tools"))
        done = subprocess.run([os.path.join(top, "tools", "run"), *args], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env={**os.environ, "XDG_CONFIG_HOME": os.path.join(top, "home")})
        assert done.returncode == 0, done.stdout
        return done.stdout


@case
def run_starts_the_daemon_with_the_default_configuration():
    if os.path.exists("/etc/homestead/homestead.conf"):
        skip("this machine has a configuration")
    output = started("--log-level", "debug")
    assert output.endswith("started: --config packaging/homestead.conf --log-level debug\n"), output
    assert output.count("\n  build/homestead ") == 3, output


@case
def run_takes_the_users_configuration():
    assert started(own=True).endswith("started:\n")
    assert started("--config", "x").endswith("started: --config x\n")


def make(*args, **files):
    with tree({"x": "", **files}) as top:
        shutil.copy(os.path.join(TOP, "Makefile"), top)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
        done = subprocess.run(["make", *args], cwd=top, text=True, env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout, sorted(os.listdir(top))


@case
def make_help_names_every_target():
    status, output, _ = make("help")
    told = {line.split()[1] for line in output.splitlines()}
    assert status == 0 and told >= {"run", "test", "demo", "bench", "soak", "fuzz", "install",
                                    "format", "lint", "docs-check", "clean", "help"}, output
    phony = {line.split()[1] for line in source.read(TOP, "Makefile").splitlines()
             if line.startswith(".PHONY: ")}
    assert phony == told, phony ^ told


@case
def make_clean_keeps_what_was_fetched():
    files = {"build/a": "", "build-test/b": "", "build-deps/c": "", "src/d": ""}
    status, output, left = make("clean", **files)
    assert status == 0 and left == ["Makefile", "build-deps", "src", "x"], (output, left)


def fuzz(*args, **programs):
    files = {"b/tests/fuzz/fuzz_" + n: "#!/bin/sh\n" + text for n, text in programs.items()}
    return tool("fuzz", {"b/x": "", "b/tests/fuzz/x": "", **files}, "b", "7", *args,
                programs=list(files))


RUNS = "echo stat::number_of_executed_units: 12\n"


@case
def fuzz_runs_every_fuzzer_for_the_time_given():
    status, output = fuzz(a=RUNS, b='case "$*" in *-max_total_time=7*) %s ;; *) exit 1 ;; esac\n'
                          % RUNS.strip(), c=RUNS)
    assert status == 0, output
    for name in "abc":
        assert "fuzz %s: ok, 12 runs in 7 s\n" % name in output, output


@case
def fuzz_runs_one():
    status, output = fuzz("b", a="exit 1\n", b=RUNS)
    assert status == 0 and output == "fuzz b: ok, 12 runs in 7 s\n", output


@case
def fuzz_tells_how_to_repeat_a_finding():
    status, output = fuzz(a=RUNS, b="echo overflow; : >b/found/b/crash-1; exit 77\n")
    assert status == 1 and "overflow" in output and "fuzz a: ok" in output, output
    assert "fuzz b: FAILED, repeat with: b/tests/fuzz/fuzz_b b/found/b/crash-1\n" in output, output


@case
def fuzz_without_fuzzers_fails():
    status, output = fuzz()
    assert status == 1 and "no fuzzer in b" in output, output


def ci(make):
    """(status, output) of .ci/run with this in the place of make."""
    with tree({"bin/make": "#!/bin/sh\n" + make, "build-test/summary": "9 passed, stale\n"}) as top:
        os.chmod(os.path.join(top, "bin/make"), 0o755)
        os.mkdir(os.path.join(top, ".ci"))
        shutil.copy(os.path.join(TOP, ".ci", "run"), os.path.join(top, ".ci"))
        done = subprocess.run([os.path.join(top, ".ci", "run")], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env={**os.environ, "PATH": top + "/bin:" + os.environ["PATH"]})
        return done.returncode, done.stdout


TOLD = "echo '%s' >build-test/summary; echo '%s'\n"


@case
def ci_runs_make_test_and_ends_with_the_count():
    count = "3 passed, 0 failed, 1 skipped"
    status, output = ci('[ "$*" = test ] || exit 9\n' + TOLD % (count, count))
    assert (status, output) == (0, count + "\n"), output


@case
def ci_ends_with_the_count_of_failures_too():
    count = "3 passed, 2 failed, 1 skipped"
    status, output = ci(TOLD % (count, count) + "echo 'make: *** Error 1'; exit 2\n")
    assert status == 2 and output.endswith("Error 1\n\n%s\n" % count), output


@case
def ci_counts_a_build_that_failed_as_one_failure():
    status, output = ci("echo no compiler; exit 2\n")
    assert status == 2 and output.endswith("\n0 passed, 1 failed, 0 skipped\n"), output


@case
def ci_is_not_content_without_a_count():
    status, output = ci("exit 0\n")
    assert status == 1 and output.endswith("\n0 passed, 1 failed, 0 skipped\n"), output


run()
