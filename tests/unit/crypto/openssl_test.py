"""Our TLS is TLS: the openssl program talks with it, as client and as server, by the rules of
the modern profile and no others. Usage: openssl_test.py TLS_END"""

import os
import re
import shutil
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from tap import case, run, skip, tree

END = sys.argv.pop(1)
WAIT = 60
PIPE = subprocess.PIPE


def identity(folder, seed):
    """PEM files of an identity of ours: certificate and key."""
    if not shutil.which("openssl"):
        skip("there is no openssl program")
    files = []
    made = subprocess.run([END, "identity", str(seed)], stdout=PIPE, check=True, text=True)
    for name, digits in zip(("x509", "pkey"), made.stdout.split()):
        der, pem = (os.path.join(folder, name + end) for end in (".der", ".pem"))
        with open(der, "wb") as f:
            f.write(bytes.fromhex(digits))
        subprocess.run(["openssl", name, "-inform", "DER", "-in", der, "-out", pem], check=True)
        files.append(pem)
    return ["-cert", files[0], "-key", files[1]]


def client(*options):
    """openssl as the client of our server, which answers what it hears: what the client got
    back, how our end ended, what it said."""
    with tree({}) as folder, socket.create_server(("127.0.0.1", 0)) as door:
        theirs = subprocess.Popen(
            ["openssl", "s_client", "-connect", "127.0.0.1:%d" % door.getsockname()[1],
             "-quiet", "-no_ign_eof",
             *(identity(folder, 2) if "-nocert" not in options else ()),
             *[o for o in options if o != "-nocert"]],
            stdin=PIPE, stdout=PIPE, stderr=subprocess.DEVNULL)
        door.settimeout(WAIT)
        link, _ = door.accept()
        with link:
            ours = subprocess.Popen([END, "server", "1"], stdin=link, stdout=link, stderr=PIPE,
                                    text=True)
        theirs.stdin.write(b"a question\n")
        theirs.stdin.flush()
        got = theirs.stdout.readline()
        theirs.stdin.close()
        said = ours.communicate(timeout=WAIT)[1]
        theirs.wait(WAIT)
        return got, ours.returncode, said


GOOD = ("-tls1_3", "-alpn", "p2pgroup/2")


@case
def a_client_is_served():
    for suite in ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
                  "TLS_CHACHA20_POLY1305_SHA256"):
        got, code, said = client(*GOOD, "-ciphersuites", suite)
        assert got == b"a question\n", (got, said)
        assert code == 0, said
        assert said.startswith("TLSv1.3 " + suite), said


@case
def a_client_without_the_protocol_is_not():
    for options in (("-tls1_3",), ("-tls1_3", "-alpn", "h2")):
        got, code, said = client(*options)
        assert got == b"" and code == 1 and "not allowed" in said, (got, code, said)


@case
def a_client_of_tls_1_2_is_not():
    got, code, said = client("-tls1_2", "-alpn", "p2pgroup/2")
    assert got == b"" and code == 1 and "not allowed" in said, (got, code, said)


@case
def a_client_without_certificate_is_not():
    got, code, said = client(*GOOD, "-nocert")
    assert got == b"" and code == 1 and "not allowed" in said, (got, code, said)


def server(*options):
    """Our client with openssl as the server, which says all backwards: how ours ended, what
    it said."""
    with tree({}) as folder:
        theirs = subprocess.Popen(
            ["openssl", "s_server", "-accept", "127.0.0.1:0", "-naccept", "1", "-rev",
             *identity(folder, 2), *options],
            stdin=PIPE, stdout=PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in theirs.stdout:
            port = re.match(r"ACCEPT .*:(\d+)", line)
            if port:
                break
        with socket.create_connection(("127.0.0.1", int(port[1])), WAIT) as link:
            link.settimeout(None)
            ours = subprocess.Popen([END, "client", "1"], stdin=link, stdout=link, stderr=PIPE,
                                    text=True)
        said = ours.communicate(timeout=WAIT)[1]
        theirs.communicate(timeout=WAIT)
        return ours.returncode, said


@case
def a_server_serves():
    code, said = server("-tls1_3", "-alpn", "p2pgroup/2", "-Verify", "1")
    assert code == 0, said
    assert re.match(r"TLSv1.3 TLS_\w+ \d+\nolleh\n$", said), said


@case
def a_server_without_the_protocol_is_left():
    code, said = server("-tls1_3", "-Verify", "1")
    assert code == 1 and "not allowed" in said, said


@case
def a_server_of_tls_1_2_is_left():
    code, said = server("-tls1_2", "-alpn", "p2pgroup/2", "-Verify", "1")
    assert code == 1 and "not allowed" in said, said


@case
def a_server_that_asks_for_no_certificate_is_left():
    code, said = server("-tls1_3", "-alpn", "p2pgroup/2")
    assert code == 1 and "not allowed" in said, said


run()
