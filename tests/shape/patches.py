"""The bugs of tests/mutants and tests/planted still fit the code they break: `make test`
tries a share of the former and none of the latter, so a change beside one would show late."""

import glob
import os
import subprocess

FOLDERS = ("tests/mutants", "tests/planted")


def check_patches(top):
    for folder in FOLDERS:
        for path in sorted(glob.glob(os.path.join(top, folder, "*.patch"))):
            done = subprocess.run(["patch", "--fuzz=1", "-p1", "--dry-run", "-s", "-f", "-i", path], cwd=top,
                                  text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            if done.returncode:
                yield "%s: does not apply: %s" % (os.path.relpath(path, top),
                                                  done.stdout.strip().split("\n")[-1])
