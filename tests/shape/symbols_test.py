"""The pure folders need nothing of the machine and keep no state of their own:
checked on the build without sanitizers that tools/sim-matrix makes in the folder given.
Usage: symbols_test.py WORK"""

import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import source
import symbols
from tap import case, none, only, run, tree

TOP = source.root()
WORK = sys.argv.pop(1)
TABLE = "base :\nwire : base\nmasc : base wire\nnode : masc\n"


def build():
    """{folder: archive}, of the build that sim_matrix compares hashes with."""
    done = subprocess.run([os.path.join(TOP, "tools", "sim-matrix"), "--build", WORK],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
    folder = done.stdout.strip()
    return {f: os.path.join(folder, "src", f, "lib%s.a" % f) for f in symbols.PURE}


def compiled(top, files):
    """{folder: archive} of these texts, compiled like the release build."""
    archives = {}
    for folder, text in files.items():
        stem = os.path.join(top, folder)
        with open(stem + ".c", "w", encoding="utf-8") as f:
            f.write(text)
        subprocess.run(["cc", "-O2", "-fPIC", "-fno-builtin", "-c", stem + ".c", "-o", stem + ".o"],
                       check=True)
        subprocess.run(["ar", "crs", stem + ".a", stem + ".o"], check=True)
        archives[folder] = stem + ".a"
    return archives


@case
def pure_folders_need_only_what_they_may_include():
    none(symbols.check_needs(build(), source.read(TOP, "tools/layers.txt")))


@case
def pure_folders_keep_no_state():
    none(symbols.check_state(build()))


@case
def what_is_checked_is_not_empty():
    for folder, archive in build().items():
        if source.files(TOP, ["src/" + folder], (".c",)):
            assert symbols.defined(archive), "lib%s.a defines nothing" % folder


@case
def a_call_of_libc_is_noticed():
    with tree({}) as top:
        only(symbols.check_needs(compiled(top, {
            "base": "int puts(const char *);\nvoid *memset(void *, int, unsigned long);\n"
                    "int f(char *p) { memset(p, 0, 9); return puts(p); }\n"}), TABLE),
             "base (base.o): needs puts")


@case
def a_library_is_shown_to_its_folder_alone():
    text = "void *EVP_MD_CTX_new(void);\nvoid *f(void) { return EVP_MD_CTX_new(); }\n"
    with tree({}) as top:
        only(symbols.check_needs(compiled(top, {
            "crypto": text, "pnrp": text.replace("f(", "g("),
            }), "base :\ncrypto : base\npnrp : crypto\n"),
             "pnrp (pnrp.o): needs EVP_MD_CTX_new")


@case
def a_library_that_draws_by_itself_is_noticed():
    calls = ("randombytes_buf", "crypto_box_seal", "crypto_box_keypair", "crypto_box_seed_keypair")
    text = "".join("void %s(void);\n" % c for c in calls)
    text += "void f(void) { %s }\n" % "".join(c + "(); " for c in calls)
    with tree({}) as top:
        only(symbols.check_needs(compiled(top, {"crypto": text}), "base :\ncrypto : base\n"),
             *["crypto (crypto.o): %s draws random octets by itself" % c for c in calls[:3]])


@case
def a_call_upwards_is_noticed():
    with tree({}) as top:
        only(symbols.check_needs(compiled(top, {
            "base": "int f(void);\nint g(void) { return f(); }\n",
            "wire": "int f(void) { return 1; }\n",
            "node": "int f(void);\nint g(void);\nint h(void) { return f() + g(); }\n"}), TABLE),
             "base (base.o): needs f")


@case
def file_scope_state_is_noticed():
    with tree({}) as top:
        only(symbols.check_state(compiled(top, {
            "base": "static int zero;\nint one = 1;\nint *f(void) { return &zero; }\n"
                    "const char *const texts[] = { \"a\", \"b\" };\nconst int fixed = 3;\n"
                    "static _Thread_local int mine;\nint *g(void) { return &mine; }\n"
                    "int *h(void) { static int kept; return &kept; }\n"})),
             "zero is writable", "one is writable", "mine is writable", "kept")


run()
