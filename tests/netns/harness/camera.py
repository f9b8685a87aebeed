"""A camera before a terminal: what was drawn there in half blocks, as a picture for zbarimg."""

import re
import subprocess

SCALE = 4
BLOCKS = {" ": (0, 0), "▄": (0, 1), "▀": (1, 0), "█": (1, 1)}
COLOUR = re.compile("\x1b\\[[0-9;]*m")


def modules(shown):
    """Rows of modules, 1 where light, of the lines that are drawn in blocks alone."""
    for line in COLOUR.sub("", shown).splitlines():
        if len(line) > 20 and set(line) <= set(BLOCKS):
            for half in (0, 1):
                yield [BLOCKS[block][half] for block in line]


def read(shown, path):
    """What the QR code says that is shown; the picture is left in that file."""
    rows = list(modules(shown))
    assert rows, "no QR code in %r" % shown
    with open(path, "wb") as f:
        f.write(b"P5\n%d %d\n255\n" % (len(rows[0]) * SCALE, len(rows) * SCALE))
        for row in rows:
            f.write(b"".join((b"\xff" if light else b"\0") * SCALE for light in row) * SCALE)
    done = subprocess.run(["zbarimg", "-q", "--raw", "-Sdisable", "-Sqrcode.enable", path],
                          text=True, capture_output=True, timeout=30, check=False)
    assert done.returncode == 0, done
    return done.stdout.strip()
