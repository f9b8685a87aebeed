#!/usr/bin/env python3
"""GROUP-2.15: we read certificates that others make by the same tables (maker.py): to the
letter, and in each of the ways that the digest leaves open (pins P13 to P17, P25, P27, P41); and
refuse what no table allows.

GROUP_JUDGE: the program that reads them. Skipped without Python's cryptography."""

import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import maker
from tap import case, run, skip

NOW = 1700100000
NO_PROFILE = 3


def profiles():
    try:
        import cryptography
    except ImportError:
        skip("no cryptography for Python here")
    return [p for p in ("classic", "modern") if judge(p, "chain", b"") is not None]


def judge(profile, kind, octets, now=NOW):
    """The fault that is found; None: this build has not that profile."""
    with tempfile.NamedTemporaryFile(prefix="homestead-") as f:
        f.write(octets)
        f.flush()
        done = subprocess.run([os.environ["GROUP_JUDGE"], profile, kind, f.name, str(now)],
                              text=True, capture_output=True, check=False)
    if done.returncode == NO_PROFILE:
        return None
    assert done.returncode == 0, done
    return done.stdout.strip()


def both(want, **style):
    """A chain in that style, in each profile."""
    for profile in profiles():
        made = maker.Maker(profile, **style)
        found = judge(profile, "chain", maker.pkcs7(*made.chain()))
        assert found == want, (profile, style, found)


def identity(want, bare=False, **style):
    for profile in profiles():
        made = maker.Maker(profile, **style).identity(1)
        found = judge(profile, "identity", made if bare else maker.pkcs7(made))
        assert found == want, (profile, style, found)


@case
def a_chain_by_the_letter_is_taken():
    both("NONE")


@case
def any_string_type_will_do():
    for strings in ("universal", "bmp", "utf8"):
        both("NONE", strings=strings)
    for friendly in ("universal", "bmp", "printable"):
        both("NONE", friendly=friendly)


@case
def names_may_stand_under_newer_identifiers():
    both("NONE", later="alone")
    both("NONE", later="with a host")


@case
def roles_may_be_packed_as_windows_does():
    both("NONE", **{"windows roles": True})


@case
def what_is_optional_may_be_there_or_not():
    both("NONE", flags=True)
    both("NONE", **{"no usage": True})
    both("NONE", unknown="not critical")
    both("NONE", **{"root list": True})
    for authority in ("none", "serial"):
        both("NONE", authority=authority)


@case
def any_order_of_the_set_is_the_same_chain():
    for profile in profiles():
        chain = maker.Maker(profile).chain()
        for order in ([3, 2, 1, 0], [1, 3, 0, 2]):
            assert judge(profile, "chain", maker.pkcs7(*(chain[i] for i in order))) == "NONE"


@case
def an_identity_is_bare_or_not():
    for bare in (False, True):
        identity("NONE", bare)
        identity("NONE", bare, flags=True, **{"no version": True})
        identity("USAGE", bare, **{"no usage": True})


@case
def a_clock_that_is_off_is_told():
    for profile in profiles():
        octets = maker.pkcs7(*maker.Maker(profile).chain())
        assert judge(profile, "chain", octets, maker.FROM - 40 * 3600) == "NOT_YET"
        assert judge(profile, "chain", octets, maker.TO + 40 * 3600) == "EXPIRED"


@case
def an_unknown_critical_extension_is_refused():
    both("MALFORMED", unknown="critical")
    identity("MALFORMED", unknown="critical")


@case
def other_cryptography_is_refused():
    from cryptography.hazmat.primitives import hashes
    for profile, style in (("classic", {"digest": hashes.SHA256()}), ("classic", {"bits": 2048}),
                           ("modern", {"rsa": True, "digest": hashes.SHA1()}),
                           ("modern", {"rsa": True, "bits": 1024})):
        if profile in profiles():
            made = maker.Maker(profile, **style)
            assert judge(profile, "chain", maker.pkcs7(*made.chain())) == "MALFORMED", style


@case
def a_role_beyond_its_issuers_is_refused():
    for profile in profiles():
        made = maker.Maker(profile)
        above = made.chain()[:3]
        for roles, classifiers, want in ((["admin"], ["participant"], "ROLE"),
                                         (["member", "admin"], ["participant"], "ROLE"),
                                         (["ff" * 16], ["participant"], "ROLE"),
                                         (["member"], [], "CLASSIFIER"),
                                         (["member"], ["participants"], "CLASSIFIER"),
                                         (["inviter"], ["participants"], "NONE")):
            octets = maker.pkcs7(*above, made.member(3, roles, classifiers))
            assert judge(profile, "chain", octets) == want, (roles, classifiers)


run()
