"""tap.py - test cases written in Python, told in TAP.

A test file marks its cases with @case and ends with run(). A case passes when
it returns, fails when it raises, and is skipped when it calls skip(why).
tree() gives a case a folder of files that is gone afterwards.
"""

import contextlib
import os
import sys
import tempfile
import traceback

_cases = []


class Skip(Exception):
    """Says why a case can not be run here."""


def case(function):
    _cases.append(function)
    return function


def skip(why):
    raise Skip(why)


def note(text):
    """A line for people, which no parser of TAP counts."""
    for line in str(text).splitlines():
        print("# " + line, flush=True)


@contextlib.contextmanager
def tree(files):
    """A temporary folder that holds these files, given as {path: text}."""
    with tempfile.TemporaryDirectory(prefix="homestead-") as root:
        for path, text in files.items():
            whole = os.path.join(root, path)
            os.makedirs(os.path.dirname(whole), exist_ok=True)
            with open(whole, "w", encoding="utf-8") as f:
                f.write(text)
        yield root


def none(complaints):
    """A check over the tree: fails with what it complains about."""
    complaints = list(complaints)
    assert not complaints, "\n" + "\n".join(complaints)


def only(complaints, *parts):
    """A check over a bad tree: one complaint for each part, and no other."""
    complaints = list(complaints)
    unheard = [p for p in parts if not any(p in c for c in complaints)]
    assert not unheard, "no complaint about %s in %s" % (unheard, complaints)
    assert len(complaints) == len(parts), "complaints: %s" % complaints


def _one(number, function):
    name = function.__name__.replace("_", " ")
    try:
        function()
    except Skip as why:
        print("ok %d - %s # SKIP %s" % (number, name, why), flush=True)
        return True
    except Exception:  # every way to fail is a failed case
        note(traceback.format_exc())
        print("not ok %d - %s" % (number, name), flush=True)
        return False
    print("ok %d - %s" % (number, name), flush=True)
    return True


def run():
    """Runs the cases, or those whose names hold an argument; then exits."""
    wanted = [c for c in _cases
              if len(sys.argv) < 2 or any(a in c.__name__ for a in sys.argv[1:])]
    print("1..%d" % len(wanted), flush=True)
    results = [_one(i + 1, c) for i, c in enumerate(wanted)]
    sys.exit(0 if all(results) else 1)
