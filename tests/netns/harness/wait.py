"""Deadlines and conditions. Nothing here sleeps for a guessed time: a test
waits on descriptors, and looks again where there is none to wait on."""

import os
import select
import time

PATIENCE = float(os.environ.get("HOMESTEAD_TEST_PATIENCE", "20"))
LOOK_AGAIN = 0.02


class Late(AssertionError):
    """A condition did not come true in time."""


class Deadline:
    def __init__(self, seconds=None):
        self.end = time.monotonic() + (PATIENCE if seconds is None else seconds)

    def left(self):
        return max(0.0, self.end - time.monotonic())

    def passed(self):
        return self.left() == 0.0


def deadline_of(value):
    return value if isinstance(value, Deadline) else Deadline(value)


def readable(fd, seconds):
    """Whether fd has something to read within that time."""
    return bool(select.select([fd], [], [], seconds)[0])


def until(what, condition, within=None):
    """Looks until condition() gives something true, and gives that."""
    deadline = deadline_of(within)
    while True:
        value = condition()
        if value:
            return value
        if deadline.passed():
            raise Late("not in time: " + (what() if callable(what) else what))
        select.select([], [], [], min(LOOK_AGAIN, deadline.left()))
