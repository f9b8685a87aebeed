"""Cases of namespace tests: as tests/tap.py has them, each with a World of its
own, whose logs are shown when it fails."""

import functools
import os
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
import tap as plain  # pylint: disable=wrong-import-position
from .world import World, lacking  # pylint: disable=wrong-import-position

LOG_LINES = 30
skip, note = plain.skip, plain.note


def show_logs(world):
    for process in world.processes:
        lines = process.said().splitlines()
        if lines:
            note("---- " + os.path.basename(process.log))
            note("\n".join(lines[-LOG_LINES:]))


def in_a_world(function):
    started = time.monotonic()
    with World() as world:
        try:
            function(world)
        except plain.Skip:
            raise
        except Exception:
            show_logs(world)
            raise
    note("took %.1f s" % (time.monotonic() - started))


def case(function):
    @functools.wraps(function)
    def with_world():
        in_a_world(function)

    return plain.case(with_world)


def case_again(excuse, tries):
    """A case that has so many tries, each with a World of its own, when all that
    goes wrong is this excuse: the test itself was too slow."""
    def decorate(function):
        @functools.wraps(function)
        def tried():
            for _ in range(tries - 1):
                try:
                    return in_a_world(function)
                except excuse as why:
                    note("once more: %s" % why)
            return in_a_world(function)

        return plain.case(tried)

    return decorate


def stop_on_signals():
    """Signals unwind the stack, so that every World is taken away."""
    def handler(number, _frame):
        sys.exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, handler)


def run():
    """Runs the cases, or those whose names hold an argument; then exits."""
    sys.stdout.reconfigure(line_buffering=True)
    why = lacking()
    if why:
        print("1..0 # SKIP " + why)
        sys.exit(0)
    stop_on_signals()
    plain.run()
