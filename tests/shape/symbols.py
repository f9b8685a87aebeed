"""symbols.py - what the release archives of the pure folders need and keep.

A pure core asks its owner for all it needs, so its objects need no symbol but
those of folders it may include and a handful of libc; and it has no state of
its own, so nothing of it may lie in a writable section.
"""

import os
import re
import subprocess

import layers

PURE = ("base", "wire", "xml", "crypto", "masc", "pnrp", "graph", "group", "node", "sim")
# The folders that alone show a library, and it to nobody else.
LIBRARIES = {"crypto": ("libcrypto.so", "libssl.so", "libsodium.so"), "xml": ("libxml2.so",)}
# bcmp is what clang makes of a memcmp whose sign nobody asks for.
LIBC = {"bcmp", "memchr", "memcmp", "memcpy", "memmove", "memset", "strlen", "__stack_chk_fail",
        "__assert_fail", "_GLOBAL_OFFSET_TABLE_"}
# Of a library: what draws random octets by itself, and so not out of the caller's env.
DRAWS = re.compile(r"^(randombytes\w*|crypto_box_seal|crypto_pwhash\w*_str|"
                   r"crypto_\w+(?<!_seed)_(keypair|keygen|random))$")
# Read-only once loaded: constants that hold addresses.
WRITABLE = re.compile(r"^(\.data|\.bss|\.tdata|\.tbss|\*COM\*)(?!\.rel\.ro)")


def _tool(*command):
    return subprocess.run(command, text=True, check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout


def undefined(archive):
    """(object, symbol) of each symbol that the archive does not define."""
    own, needed, at = set(), [], "?"
    for line in _tool("nm", archive).splitlines():
        words = line.split()
        if line.endswith(":"):
            at = os.path.basename(line[:-1])
        elif len(words) == 2 and words[0] in "Uw":
            needed.append((at, words[1]))
        elif len(words) == 3:
            own.add(words[2])
    return [(o, s) for o, s in needed if s not in own]


def defined(archive):
    return {line.split()[-1] for line in _tool("nm", "-g", "--defined-only", archive).splitlines()
            if len(line.split()) == 3}


def exported(library):
    """What a shared library of this machine offers, without versions."""
    path = _tool("cc", "-print-file-name=" + library).strip()
    return {line.split()[-1].split("@")[0]
            for line in _tool("nm", "-D", "--defined-only", path).splitlines()}


def writable(archive):
    """(object, symbol) of each object in a writable section."""
    found, at = [], "?"
    for line in _tool("objdump", "-t", archive).splitlines():
        if "file format" in line:
            at = line.split(":")[0]
        row = re.match(r"^[0-9a-f]+ (.{7}) (\S+)\s+([0-9a-f]+)\s+(\S.*)$", line)
        if row and "d" not in row.group(1) and WRITABLE.match(row.group(2)):
            found.append((at, row.group(4)))
    return found


def check_needs(archives, table):
    """archives: {folder: path}. Complains about symbols from elsewhere."""
    rules = layers.Layers(table)
    for folder, archive in archives.items():
        folders, _ = rules.allowed(folder)
        known = set(LIBC)
        for other in folders & set(archives):
            known |= defined(archives[other])
        for library in LIBRARIES.get(folder, ()):
            known |= exported(library)
        for at, symbol in undefined(archive):
            if DRAWS.match(symbol):
                yield "%s (%s): %s draws random octets by itself" % (folder, at, symbol)
            elif symbol not in known:
                yield "%s (%s): needs %s" % (folder, at, symbol)


def check_state(archives):
    for folder, archive in archives.items():
        for at, symbol in writable(archive):
            yield "%s (%s): %s is writable file-scope state" % (folder, at, symbol)
