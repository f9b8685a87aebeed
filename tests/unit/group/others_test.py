#!/usr/bin/env python3
"""GROUP-2.14: programs that are not ours read the certificates that we issue, find the names
and signatures in them right, and follow a chain: openssl verify and Python's cryptography.

GROUP_CERTIFICATES: the program that writes them. Skipped where a reader is not installed."""

import contextlib
import functools
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
from tap import case, run, skip

AT = "1700100000"  # s, within the first day of all certificates
ARC = "1.3.6.1.4.1.311.44."
SUBJECT, ISSUER = "2.5.29.7", "2.5.29.8"
OPENSSL = shutil.which("openssl")


@contextlib.contextmanager
def written():
    """A folder with the certificates, and the profiles that this build has."""
    with tempfile.TemporaryDirectory(prefix="homestead-") as folder:
        subprocess.run([os.environ["GROUP_CERTIFICATES"], folder], check=True)
        names = sorted({n.split("-")[0] for n in os.listdir(folder)})
        assert "modern" in names and set(names) <= {"classic", "modern"}, names
        yield folder, names


def openssl(*args):
    if not OPENSSL:
        skip("no openssl here")
    return subprocess.run([OPENSSL, *args], text=True, capture_output=True, check=False)


def pem(folder, name):
    """The certificate of that file, for a command that takes no other form."""
    path = os.path.join(folder, name)
    done = openssl("x509", "-inform", "DER", "-in", path + ".der", "-out", path + ".pem")
    assert done.returncode == 0, done.stderr
    return path + ".pem"


def verify(folder, profile, *more):
    files = [pem(folder, "%s-%d" % (profile, i)) for i in range(4)]
    between = [a for f in files[1:3] for a in ("-untrusted", f)]
    return openssl("verify", "-auth_level", "0", "-attime", AT, *more, "-CAfile", files[0],
                   *between, files[3])


@case
def openssl_follows_a_chain():
    with written() as (folder, profiles):
        for profile in profiles:
            done = verify(folder, profile, "-ignore_critical")
            assert done.returncode == 0 and done.stdout.endswith(": OK\n"), done


@case
def openssl_sees_what_is_critical():
    with written() as (folder, profiles):
        for profile in profiles:
            done = verify(folder, profile)
            assert done.returncode and "unhandled critical extension" in done.stderr, done


@case
def openssl_finds_a_changed_signature():
    with written() as (folder, profiles):
        for profile in profiles:
            path = os.path.join(folder, profile + "-3.der")
            with open(path, "r+b") as f:
                f.seek(-1, os.SEEK_END)
                last = f.read(1)[0]
                f.seek(-1, os.SEEK_END)
                f.write(bytes([last ^ 1]))
            done = verify(folder, profile, "-ignore_critical")
            assert done.returncode and "signature" in done.stderr, done


@case
def openssl_reads_a_chain_as_pkcs_7():
    with written() as (folder, profiles):
        for profile in profiles:
            done = openssl("pkcs7", "-inform", "DER", "-print_certs", "-in",
                           os.path.join(folder, profile + "-chain.p7b"))
            assert done.returncode == 0, done.stderr
            assert done.stdout.count("BEGIN CERTIFICATE") == 4, done.stdout
            for name in ("The family", "Ann", "Ben"):
                assert "subject=CN = " + name in done.stdout, done.stdout


@case
def openssl_takes_an_identity_that_it_trusts():
    with written() as (folder, profiles):
        for profile in profiles:
            own = pem(folder, profile + "-identity")
            done = openssl("verify", "-auth_level", "0", "-attime", AT, "-ignore_critical",
                           "-CAfile", own, own)
            assert done.returncode == 0, done


def readers():
    """The modules of cryptography that are needed here."""
    try:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec, padding
    except ImportError:
        skip("no cryptography for Python here")
    return x509, hashes, serialization, ec, padding


def load(folder, profile, name):
    x509 = readers()[0]
    with open(os.path.join(folder, "%s-%s.der" % (profile, name)), "rb") as f:
        return x509.load_der_x509_certificate(f.read())


def check_signature(profile, cert, key):
    _, hashes, _, ec, padding = readers()
    how = [padding.PKCS1v15(), hashes.SHA1()] if profile == "classic" else [
        ec.ECDSA(hashes.SHA256())]
    key.verify(cert.signature, cert.tbs_certificate_bytes, *how)


@functools.lru_cache(None)
def spki(cert):
    _, _, serialization, _, _ = readers()
    return cert.public_key().public_bytes(serialization.Encoding.DER,
                                          serialization.PublicFormat.SubjectPublicKeyInfo)


def authority(profile, cert):
    _, _, serialization, _, _ = readers()
    if profile == "modern":
        return hashlib.sha256(spki(cert)).digest()[:20].hex()
    return hashlib.sha1(cert.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.PKCS1)).hexdigest()


def extension(cert, oid):
    return next((e for e in cert.extensions if e.oid.dotted_string == oid), None)


def name_in(profile, cert, oid):
    """The peer name in an extension: at its end, in the string type of the profile."""
    octets = extension(cert, oid).value.value
    text = "utf-8" if profile == "modern" else "utf-32-be"
    tag = octets.rindex(b"\x0c" if profile == "modern" else b"\x1c", 0, 30)
    return octets[tag + (2 if octets[tag + 1] < 128 else octets[tag + 1] - 126):].decode(text)


@case
def python_finds_every_signature_right():
    with written() as (folder, profiles):
        for profile in profiles:
            chain = [load(folder, profile, str(i)) for i in range(4)]
            for issuer, cert in zip([chain[0]] + chain, chain):
                check_signature(profile, cert, issuer.public_key())
                assert cert.issuer == issuer.subject, (cert.issuer, issuer.subject)
            own = load(folder, profile, "identity")
            check_signature(profile, own, own.public_key())


@case
def python_finds_a_wrong_signature_wrong():
    with written() as (folder, profiles):
        for profile in profiles:
            try:
                check_signature(profile, load(folder, profile, "3"),
                                load(folder, profile, "1").public_key())
            except Exception as e:  # of the reader's own
                assert type(e).__name__ == "InvalidSignature", e
            else:
                raise AssertionError("the key of another signed it")


@case
def names_are_those_of_the_keys():
    with written() as (folder, profiles):
        for profile in profiles:
            chain = [load(folder, profile, str(i)) for i in range(4)]
            group = name_in(profile, chain[0], SUBJECT)
            assert group == authority(profile, chain[0]) + ".family", group
            for issuer, cert in zip([chain[0]] + chain, chain):
                assert name_in(profile, cert, SUBJECT).startswith(authority(profile, cert) + ".")
                assert name_in(profile, cert, ARC + "3.1") == group
                if cert is not issuer:
                    above = name_in(profile, issuer, SUBJECT)
                    assert name_in(profile, cert, ISSUER) == above, above


@case
def extensions_are_as_the_digest_has_them():
    with written() as (folder, profiles):
        for profile in profiles:
            for name, kind in (("0", 2), ("1", 1), ("2", 1), ("3", 1), ("identity", 3)):
                cert = load(folder, profile, name)
                assert cert.serial_number.bit_length() in range(113, 128)
                assert extension(cert, ARC + "0.1").value.value == bytes([4, 4, kind, 0, 0, 0])
                for e in cert.extensions:
                    private = e.oid.dotted_string.startswith(ARC)
                    assert e.critical == private, e
                usages = [u.dotted_string for u in extension(cert, "2.5.29.37").value]
                assert usages == [ARC + "3.4", "1.3.6.1.5.5.7.3.1"], usages
                issues = extension(cert, "2.5.29.19")
                assert bool(issues) == (name in "012"), (name, issues)
                assert not issues or issues.value.ca


@case
def key_identifiers_are_those_of_the_issuers():
    with written() as (folder, profiles):
        for profile in profiles:
            chain = [load(folder, profile, str(i)) for i in range(4)]
            digest = hashlib.sha256 if profile == "modern" else hashlib.sha1
            for issuer, cert in zip(chain, chain[1:]):
                wanted = digest(spki(issuer)).digest()[:20]
                assert extension(cert, "2.5.29.35").value.key_identifier == wanted


run()
