"""More of groups on real daemons: a run that is written down without its secrets and played
again, a group that is called anew, a group of the published cryptography."""

import os
import subprocess

from harness.daemon import CommandFailed
from harness.graphs import fine
from harness.groups import PASSPHRASE, household
from harness.tap import case, run, skip
from harness.wait import until

try:
    from harness.rogue import element, pkcs12
except ImportError:
    pkcs12 = None

SIMULATOR = os.environ.get("HOMESTEAD_SIM", "homestead-sim")


def replay(record):
    return subprocess.run([SIMULATOR, "replay", record], text=True, capture_output=True,
                          timeout=60, check=False)


def contents(path):
    with open(path, "rb") as f:
        return f.read()


def private_keys(person):
    """Those of an identity and of a group, got out of their exports where that can be done."""
    found = []
    for name in ("id", "owner") if pkcs12 else ():
        data = element(person.file(name), "DATA")
        key, _, _ = pkcs12.load_key_and_certificates(data, PASSPHRASE.encode())
        found.append(key.private_numbers().private_value.to_bytes(32, "big"))
    return found


@case
def a_run_is_written_down_without_its_secrets(world):
    """With the key beside it, it plays again octet for octet; alone it tells nobody a key."""
    (ann, bob), _ = household(world, "ann", "bob")
    ann.stop()
    record = ann.file("run.rec")
    ann.start("--record", record)
    name = ann.make()
    with_secret = ("--passphrase-file", ann.secret())
    ann.cli("id", "export", "Ann", ann.file("id"), *with_secret)
    ann.cli("group", "export", "Home", ann.file("owner"), "--owner", *with_secret)
    bob.enter(ann.invite(bob), ann)
    bob.put("milk=2")
    ann.gets("milk", "2")
    assert ann.stop() == 0
    done = replay(record)
    assert done.returncode == 0 and done.stdout.endswith(" same\n"), done
    assert os.stat(record + ".key").st_mode & 0o777 == 0o600
    keys = [bytes.fromhex(contents(path).decode())
            for path in (record + ".key", os.path.join(ann.state, "node.key"))]
    secrets = [PASSPHRASE.encode(), b"PEERIDENTITYEXPORT", *keys, *private_keys(ann)]
    octets, said = contents(record), contents(ann.process.log)
    assert name.encode() in octets and name.encode() in said
    for secret in secrets:
        for written in (secret, secret.hex().encode()):
            assert written not in octets and written not in said, secret
    os.rename(record + ".key", ann.file("elsewhere"))
    done = replay(record)
    assert done.returncode == 1 and ".key" in done.stderr, done
    fine([bob])


@case
def a_group_is_called_the_same_everywhere(world):
    """By one administrator for all, in the commands of groups and in those of graphs."""
    (ann, bob), _ = household(world, "ann", "bob")
    name = ann.make()
    bob.enter(ann.invite(bob, "Home", "--role", "admin"), ann)
    bob.connected()
    bob.cli("group", "set", "Home", "--name", "Den", "--comment", "in the cellar")
    for p in (ann, bob):
        until("%s to call it so" % p.name, lambda: [
            g["name"] for g in p.cli("group", "list")["groups"]] == ["Den"])
        assert p.look("Den")["id"] == name
        assert p.fails("group", "show", "Home")["code"] == "NOT_FOUND"
        graph = p.cli("graph", "show", name)
        assert (graph["name"], graph["comment"]) == ("Den", "in the cellar"), graph
    bob.put("tea=1", "Den")
    ann.gets("tea", "1", "Den")
    assert ann.stop() == 0
    assert ann.start().look("Den")["id"] == name
    fine([ann, bob])


def warned(person, group):
    """Whether status warns of the cryptography of that group."""
    return any(group in a["text"] and "SHA-1" in a["text"]
               for a in person.cli("status")["attention"])


@case
def a_group_of_the_published_cryptography(world):
    """Beside a modern one, on the same port; nobody is in both with one identity."""
    (ann, bob), _ = household(world, "ann", "bob")
    ann.make()
    try:
        ann.cli("create", "Old", "--profile", "classic")
        raise AssertionError("classic is on by default")
    except CommandFailed as failed:
        if "built without" in failed.error["message"]:
            skip("this build has no classic profile")
        assert "classic" in failed.error["message"] + failed.error["hint"], failed.error
    for p in (ann, bob):
        p.stop()
        p.group_values = {"classic": True}
        p.start()
        p.cli("id", "create", p.label + " of old", "--profile", "classic")
    error = ann.fails("create", "Old", "--profile", "classic", "--as", "Ann")
    assert "another profile" in error["message"], error
    ann.cli("create", "Old", "--profile", "classic", "--as", "Ann of old")
    for group in ("Home", "Old"):
        assert warned(ann, group) == (group == "Old"), ann.cli("status")["attention"]
    bob.enter(ann.invite(bob, "Old", of="Bob of old"), ann)
    assert warned(bob, "Old") and bob.look("Old")["profile"] == "classic"
    bob.put("tape=C90", "Old")
    ann.gets("tape", "C90", "Old")
    ann.knows("Old", **{"Ann of old": "administrator", "Bob of old": "member"})
    assert ann.fails("member", "role", "Old", "Bob of old", "inviter")["code"] == "DENIED"
    bob.kill()
    ann.put("disk=720K", "Old")
    bob.start()
    bob.gets("disk", "720K", "Old", within=60)
    bob.cli("leave", "Old", "--yes")
    assert bob.fails("group", "show", "Old")["code"] == "NOT_FOUND"
    fine([ann, bob])


@case
def nobody_is_there_who_gives_the_key(world):
    """GRAPH-6.11: what a newcomer writes waits, and is told what is missing; reading and
    writing begin once somebody comes who may give it."""
    if not os.environ.get("HOMESTEAD_LONG"):
        skip("half a minute of waiting; make soak runs it, with HOMESTEAD_LONG")
    (ann, bob, carla), _ = household(world, "ann", "bob", "carla")
    ann.make()
    bob.enter(ann.invite(bob), ann)
    bob.connected()
    ann.put("milk=2")
    bob.gets("milk", "2")
    paper = ann.invite(carla)
    assert ann.stop() == 0
    carla.enter(paper, bob)
    carla.connected(within=60)
    error = carla.fails("put", "Home", "eggs=6")
    assert error["code"] == "NOT_READY", error
    assert "no key of this group's epoch yet" in error["message"], error
    assert carla.value("milk") is None
    ann.start()
    ann.cli("group", "connect", "Home", carla.address)
    carla.gets("milk", "2", within=30)
    carla.put("eggs=6")
    bob.gets("eggs", "6", within=60)
    fine([ann, bob, carla])


@case
def a_change_of_the_key_outlives_kill(world):
    """GROUP-12.17, D8: what was answered is on disk; all that was sealed before is read."""
    (ann, bob), _ = household(world, "ann", "bob")
    ann.make()
    bob.enter(ann.invite(bob), ann)
    bob.put("milk=2")
    ann.gets("milk", "2")
    for n in (2, 3):
        ann.cli("group", "rotate", "Home", "--yes")
        ann.kill()
        ann.start()
        # What was put is under the key that was just begun.
        ann.put("eggs%d=6" % n)
        ann.kill()
        ann.start()
        look = ann.look()
        assert (look["epoch"], look["epoch_key"]) == (n, True), look
        assert [ann.value("milk"), ann.value("eggs%d" % n)] == ["2", "6"]
    bob.cli("group", "connect", "Home", ann.address)
    bob.gets("eggs2", "6", within=60)
    bob.gets("eggs3", "6", within=60)
    bob.put("bread=1")
    ann.gets("bread", "1", within=60)
    fine([ann, bob])


run()
