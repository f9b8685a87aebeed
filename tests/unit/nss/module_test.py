#!/usr/bin/env python3
"""module_test.py MODULE: the module as libc loads it: needs libc alone, shows only what
libc looks for, and getent finds a name through it. Prints TAP."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

module = sys.argv[1]
count = 0
failed = 0


def ok(good, name, why=""):
    global count, failed
    count += 1
    failed += not good
    print("%s %d - %s" % ("ok" if good else "not ok", count, name))
    if not good:
        print("# " + str(why).replace("\n", "\n# "))


def output(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


shown = {line.split()[-1].split("@")[0] for line in
         output("nm", "-D", "--defined-only", module).splitlines()}
shown -= {"_end", "_edata", "__bss_start"}  # of the linker; some show them always
wanted = {"_nss_homestead_gethostbyname%s_r" % n for n in ("", "2", "3", "4")}
ok(shown == wanted, "it shows what libc looks for, and nothing else", shown ^ wanted)
dynamic = output("readelf", "-d", module)
needed = [line.split("[")[1].split("]")[0] for line in dynamic.splitlines() if "(NEEDED)" in line]
ok(needed == ["libc.so.6"], "it needs libc alone", needed)
ok("[libnss_homestead.so.2]" in dynamic, "its name is the one libc opens", dynamic)
used = {line.split()[-1].split("@")[0] for line in
        output("nm", "-D", "--undefined-only", module).splitlines()}
ok(not used & {"malloc", "calloc", "realloc", "signal", "select", "gethostbyname"},
   "it asks for no memory", used)


def packet(kind, *addresses):
    return bytes([ord("H"), 1, kind, len(addresses)]) + b"".join(addresses)


def serve(listener, asked):
    while True:
        try:
            peer, _ = listener.accept()
        except OSError:
            return
        with peer:
            asked.append(peer.recv(300))
            peer.send(packet(1))
            name = asked[-1][3:]
            ip6 = bytes([6]) + socket.inet_pton(socket.AF_INET6, "fe80::7") + bytes([0, 0, 0, 1])
            ip4 = bytes([4]) + socket.inet_aton("192.0.2.7") + bytes(16)
            peer.send(packet(2, ip6, ip4) if name == b"printer-room.pnrp.net" else packet(3))


with tempfile.TemporaryDirectory() as top:
    os.mkdir(top + "/homestead", 0o700)
    shutil.copy(module, top + "/libnss_homestead.so.2")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(top + "/homestead/resolve.sock")
    listener.listen(8)
    asked = []
    thread = threading.Thread(target=serve, args=(listener, asked), daemon=True)
    thread.start()

    def getent(*words):
        return subprocess.run(["getent", "-s", "hosts:homestead", *words], text=True,
                              capture_output=True, timeout=60,
                              env={**os.environ, "LD_LIBRARY_PATH": top, "XDG_RUNTIME_DIR": top})

    done = getent("ahosts", "printer-room.pnrp.net")
    ok(done.returncode == 0 and ("fe80::7%1 " in done.stdout or "fe80::7%lo " in done.stdout) and "192.0.2.7" in done.stdout,
       "getent finds a name, the zone with it", (done, asked))
    ok(getent("ahosts", "nobody.pnrp.net").returncode == 2, "and one that is not there it does not")
    before = len(asked)
    ok(getent("ahosts", "www.example.net").returncode == 2 and len(asked) == before,
       "other names never reach the daemon", asked)
    listener.close()
print("1..%d" % count)
sys.exit(failed != 0)
