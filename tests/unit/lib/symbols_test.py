#!/usr/bin/env python3
"""symbols_test.py LIBRARY INCLUDE ENGINE: what the shared library exports is what the
public headers declare, no more and no less; its name carries the major version;
C and C++ programs may include each of them; the library of the engine shows its one symbol. Prints
TAP."""

import os
import re
import shutil
import subprocess
import sys

library, include, engine = sys.argv[1:4]
count = 0
failed = 0


def ok(good, name, why=""):
    global count, failed
    count += 1
    failed += not good
    print("%s %d - %s" % ("ok" if good else "not ok", count, name))
    if not good:
        print("# " + why)


headers = ["homestead.h"] + sorted("homestead/" + h
                                   for h in os.listdir(os.path.join(include, "homestead")))
text = ""
for header in headers:
    with open(os.path.join(include, header), encoding="utf-8") as f:
        text += f.read()
declared = set(re.findall(r"HST_API[^;(]*?\b(hst_\w+)\s*\(", text))
nm = subprocess.run(["nm", "-D", "--defined-only", library], check=True,
                    capture_output=True, text=True).stdout
names = [line.split()[-1] for line in nm.splitlines()]
exported = {n.split("@")[0] for n in names if "@@" in n}
plain = {n for n in names if "@" not in n and not n.startswith("HOMESTEAD_")}

ok(len(declared) > 10, "the headers declare functions", str(declared))
ok(declared == exported, "exported symbols are those of the headers",
   "only declared: %s; only exported: %s" % (declared - exported, exported - declared))
ok(not plain, "every symbol has a version", str(plain))
dynamic = subprocess.run(["readelf", "-d", library], check=True,
                         capture_output=True, text=True).stdout
ok("[libhomestead.so.0]" in dynamic, "the soname is libhomestead.so.0", dynamic)

nm = subprocess.run(["nm", "-D", "--defined-only", engine], check=True,
                    capture_output=True, text=True).stdout
shown = {line.split()[-1].split("@")[0] for line in nm.splitlines()}
ok(shown - {n for n in shown if n.startswith(("HOMESTEAD_", "__asan", "__odr_asan"))} ==
   {"homestead_engine"}, "the engine's library shows its one symbol", str(shown))

for compiler, language in (("cc", "c"), ("c++", "c++")):
    if shutil.which(compiler):
        for header in headers:
            run = subprocess.run([compiler, "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic",
                                  "-Werror", "-I", include, "-x", language, "-"],
                                 input='#include <%s>\nint main() { return 0; }\n' % header,
                                 capture_output=True, text=True)
            ok(run.returncode == 0, "a %s program includes <%s>" % (language, header), run.stderr)
    else:
        count += 1
        print("ok %d - a %s program includes the headers # SKIP no %s here" %
              (count, language, compiler))
print("1..%d" % count)
sys.exit(failed != 0)
