"""A port that somebody else holds: said with program, pid and user; masc
stops, the daemon lives, and comes back when it is asked to."""

import subprocess
import sys
import textwrap

from harness.masc import PORT
from harness.scenes import Lone
from harness.tap import case, run

SQUATTER = textwrap.dedent("""
    import socket, sys
    kind = socket.SOCK_STREAM if sys.argv[1] == "tcp" else socket.SOCK_DGRAM
    s = socket.socket(socket.AF_INET, kind)
    s.bind(("0.0.0.0", int(sys.argv[2])))
    if sys.argv[1] == "tcp":
        s.listen()
    print("ready", flush=True)
    sys.stdin.read()
""")


def squat(world, netns, proto="tcp", port=PORT):
    p = world.spawn("squatter", [sys.executable, "-c", SQUATTER, proto, port], netns=netns,
                    stdin=subprocess.PIPE, out=subprocess.PIPE)
    assert p.popen.stdout.readline() == b"ready\n"
    return p


def row_of(daemon, port):
    rows = [r for r in daemon.cli("doctor", "ports")["ports"] if r["port"] == port]
    assert rows, "no row for port %d" % port
    return rows[0]


@case
def taken_port_names_its_holder(world):
    scene = Lone(world)
    squatter = squat(world, scene.a)
    scene.daemon.start()
    said = scene.daemon.said()
    for word in ("2587", "python", str(squatter.pid), "root"):
        assert word in said, "%s is missing in: %s" % (word, said)
    status = scene.daemon.cli("status")
    part = [p for p in status["parts"] if p["name"] == "masc"][0]
    assert part["state"] == "stopped" and str(squatter.pid) in part["reason"], part
    assert any(a["part"] == "masc" and a["hint"] for a in status["attention"]), status
    events = scene.daemon.events()
    events.wait("stopped")
    scene.daemon.fine()


@case
def doctor_knows_the_squatter(world):
    scene = Lone(world)
    squatter = squat(world, scene.a)
    scene.daemon.start()
    row = row_of(scene.daemon, PORT)
    assert row["verdict"] == "squatter" and not row["ours"], row
    assert row["pid"] == squatter.pid and row["user"] == "root", row
    assert "python" in row["program"] and row["advice"], row
    for words in (("doctor", "ports"), ("status",), ("masc", "peers")):
        text = scene.daemon.run(*words).stdout
        assert str(squatter.pid) in text and "2587" in text, text
        assert all(len(line) <= 80 or world.folder in line for line in text.splitlines()), text
    for port in (2535, 3540, 3587):
        assert row_of(scene.daemon, port)["verdict"] == "free"


@case
def doctor_works_without_a_daemon(world):
    scene = Lone(world)
    squatter = squat(world, scene.a)
    row = row_of(scene.daemon, PORT)
    assert row["pid"] == squatter.pid and row["verdict"] == "squatter", row


@case
def doctor_knows_our_own(world):
    scene = Lone(world)
    scene.daemon.start()
    row = row_of(scene.daemon, PORT)
    assert row["ours"] and row["verdict"] == "ours" and row["pid"] == scene.daemon.process.pid, row


@case
def masc_comes_back_when_the_port_is_free(world):
    scene = Lone(world, peer_options={"passive": True})
    squatter = squat(world, scene.a)
    scene.daemon.start()
    squatter.kill()
    scene.daemon.cli("daemon", "reload")
    scene.established()
    scene.daemon.fine()


if __name__ == "__main__":
    run()
