"""`make install` puts each file in its place, overwrites no configuration, and
the service is confined. Usage: install_test.py BUILDDIR"""

import json
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import source
from tap import case, run, skip, tree

BUILD = sys.argv.pop(1)
# systemd's own score from 0 (confined) to 10; times ten.
EXPOSURE = 20


def options():
    """Where the build folder installs to."""
    asked = subprocess.run(["meson", "introspect", BUILD, "--buildoptions"], check=True,
                           stdout=subprocess.PIPE)
    found = {o["name"]: o["value"] for o in json.loads(asked.stdout)}
    return {n: os.path.join(found["prefix"], found[n]).lstrip("/")
            for n in ("bindir", "sbindir", "libdir", "sysconfdir", "mandir", "includedir",
                      "datadir")} | {
                "prefix": found["prefix"].lstrip("/")}


def install(top):
    done = subprocess.run(["meson", "install", "-C", BUILD, "--no-rebuild", "--destdir", top],
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    return done.stdout


@case
def every_file_is_in_its_place():
    at = options()
    with tree({}) as top:
        install(top)
        for page in os.listdir(os.path.join(source.root(), "doc", "man")):
            path = "%s/man%s/%s" % (at["mandir"], page.rsplit(".", 1)[1], page)
            assert os.path.isfile(os.path.join(top, path)), path
        for path in (at["prefix"] + "/lib/systemd/system/homesteadd.service",
                     at["prefix"] + "/lib/sysusers.d/homestead.conf",
                     at["sysconfdir"] + "/homestead/homestead.conf",
                     at["datadir"] + "/homestead/wireshark/homestead-graph.lua",
                     at["sbindir"] + "/homesteadd",
                     at["bindir"] + "/homestead",
                     at["bindir"] + "/homestead-sim",
                     at["includedir"] + "/homestead.h",
                     at["includedir"] + "/homestead/context.h",
                     at["includedir"] + "/homestead/graph.h",
                     at["includedir"] + "/homestead/group.h",
                     at["includedir"] + "/homestead/name.h",
                     at["libdir"] + "/libhomestead.so",
                     at["libdir"] + "/libhomestead-engine.so.0",
                     at["libdir"] + "/libnss_homestead.so.2",
                     at["libdir"] + "/pkgconfig/homestead.pc"):
            assert os.path.isfile(os.path.join(top, path)), path


@case
def the_library_shows_its_own_symbols_alone():
    at = options()
    with tree({}) as top:
        install(top)
        shown = subprocess.run(["nm", "-D", "--defined-only",
                                os.path.join(top, at["libdir"], "libhomestead.so")], check=True,
                               text=True, stdout=subprocess.PIPE).stdout
    names = [line.split()[-1].split("@")[0] for line in shown.splitlines()]
    public = [n for n in names if n.startswith("hst_")]
    # A version of the map is an absolute symbol; sanitizers bring their own.
    others = [n for n in names if not n.startswith(("hst_", "HOMESTEAD_", "__asan", "__odr_asan"))]
    assert len(public) > 10 and not others, (len(public), others)


@case
def a_program_compiles_with_what_is_installed():
    at = options()
    program = "#include <homestead.h>\nint main(void)\n{\n\treturn 0;\n}\n"
    with tree({"main.c": program}) as top:
        install(top)
        asked = subprocess.run(["pkg-config", "--cflags", "homestead"], check=True, text=True,
                               stdout=subprocess.PIPE, env={
                                   **os.environ, "PKG_CONFIG_SYSROOT_DIR": top,
                                   "PKG_CONFIG_ALLOW_SYSTEM_CFLAGS": "1",
                                   "PKG_CONFIG_PATH": os.path.join(top, at["libdir"], "pkgconfig")})
        for compiler, language in (("cc", "c"), ("clang", "c++")):
            done = subprocess.run([compiler, "-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only",
                                   "-x", language, *asked.stdout.split(), "main.c"], cwd=top,
                                  text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            assert done.returncode == 0, done.stdout


@case
def a_configuration_that_is_there_stays():
    path = options()["sysconfdir"] + "/homestead/homestead.conf"
    with tree({path: "# mine\n"}) as top:
        install(top)
        with open(os.path.join(top, path), encoding="utf-8") as f:
            assert f.read() == "# mine\n"


@case
def the_service_names_the_installed_files():
    at = options()
    with tree({}) as top:
        install(top)
        with open(os.path.join(top, at["prefix"], "lib/systemd/system/homesteadd.service"),
                  encoding="utf-8") as f:
            unit = f.read()
    start = "ExecStart=/%s/homesteadd --config /%s/homestead/homestead.conf\n" % (
        at["sbindir"], at["sysconfdir"])
    assert start in unit, unit
    for line in ("Type=notify", "StateDirectory=homestead", "RuntimeDirectory=homestead",
                 "User=homestead"):
        assert "\n%s\n" % line in unit, line
    assert "@" not in unit.replace("@system-service", "").replace("@privileged", "").replace(
        "@resources", ""), unit


@case
def the_service_is_confined():
    if not shutil.which("systemd-analyze"):
        skip("no systemd-analyze here")
    at = options()
    with tree({}) as top:
        install(top)
        unit = os.path.join(top, at["prefix"], "lib/systemd/system/homesteadd.service")
        done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager",
                               "--threshold=%d" % EXPOSURE, unit], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    assert "nknown" not in done.stdout, done.stdout


run()
