"""Runs the cases of a test file and prints TAP. A case is a function that
takes a World; it passes when it returns, is skipped when it raises Skip."""

import os
import signal
import sys
import time
import traceback

from .world import World, lacking

LOG_LINES = 30


class Skip(Exception):
    pass


def stop_on_signals():
    """Signals unwind the stack, so that every World is taken away."""
    def handler(number, _frame):
        sys.exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, handler)


def diagnose(text):
    for line in text.rstrip().splitlines():
        print("# " + line)


def show_logs(world):
    for process in world.processes:
        lines = process.said().splitlines()
        if lines:
            diagnose("---- %s" % os.path.basename(process.log))
            diagnose("\n".join(lines[-LOG_LINES:]))


def run_case(number, case):
    label = case.__name__.replace("_", " ")
    started = time.monotonic()
    with World() as world:
        try:
            case(world)
            verdict = "ok %d - %s" % (number, label)
        except Skip as why:
            verdict = "ok %d - %s # SKIP %s" % (number, label, why)
        except Exception:  # pylint: disable=broad-except
            verdict = "not ok %d - %s" % (number, label)
            diagnose(traceback.format_exc())
            show_logs(world)
    print(verdict)
    print("# took %.1f s" % (time.monotonic() - started), flush=True)
    return not verdict.startswith("not")


def main(*cases):
    """With words on the command line: the cases whose name has one of them."""
    sys.stdout.reconfigure(line_buffering=True)
    why = lacking()
    if why:
        print("1..0 # SKIP " + why)
        return 0
    stop_on_signals()
    words = sys.argv[1:]
    chosen = [c for c in cases if not words or any(w in c.__name__ for w in words)]
    print("1..%d" % len(chosen))
    return 0 if all([run_case(i + 1, c) for i, c in enumerate(chosen)]) else 1
