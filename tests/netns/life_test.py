"""The life of a daemon: readiness, reload, stop, recording, log levels."""

import json
import os
import signal
import struct
import subprocess

from harness.daemon import Daemon, HOMESTEAD
from harness.process import Lines
from harness.scenes import CHILD_DOMAIN, Lone, Pair, address, towards_child
from harness.tap import case, run
from harness.wait import Late, until

OUTPUT = 6  # kind of an entry in a recording
SIMULATOR = os.environ.get("HOMESTEAD_SIM", "homestead-sim")


@case
def readiness_comes_when_it_listens(world):
    scene = Lone(world, peer_options={"passive": True})
    scene.daemon.start(ready=False)
    message = scene.daemon.notified("READY=1")
    assert message.startswith("READY=1\n"), message
    scene.dial().close()  # at once, no retry
    assert scene.daemon.cli("status")["pid"] == scene.daemon.process.pid


@case
def stop_says_goodbye(world):
    scene = Lone(world, peer_options={"passive": True})
    scene.daemon.start()
    speaker = scene.established()
    scene.daemon.process.signal(signal.SIGTERM)
    speaker.expect_error(7, 0)
    speaker.expect_end()
    scene.daemon.notified("STOPPING=1")
    assert scene.daemon.process.wait() == 0, scene.daemon.said()
    assert not os.path.exists(scene.daemon.socket), "its socket is left behind"
    scene.daemon.clean()


@case
def stop_waits_for_nobody_for_long(world):
    """A peer that does not read cannot keep the daemon alive."""
    scene = Lone(world, peer_options={"passive": True})
    scene.daemon.start()
    scene.established()
    scene.b.ip("route", "add", "blackhole", address(1))
    assert scene.daemon.stop(within=15) == 0
    scene.daemon.clean()


@case
def reload_of_a_bad_file_changes_nothing(world):
    scene = Lone(world, peer_options={"passive": True})
    daemon = scene.daemon.start()
    scene.established()
    daemon.write_config("masc = {\n\tdomain = 64500;\n\tnode = 1;\n\tholdtime = \"9s\";\n};\n")
    failed = daemon.refused("daemon", "reload")
    message = failed.error["message"]
    assert daemon.config + ":4:" in message, message
    assert "holdtime" in message and "hold_time" in message, message
    assert daemon.state_of("south") == "established"
    assert daemon.peer("south")["lost"] == 0
    daemon.write_config("masc = { domain = 64500; node = ;\n")
    failed = daemon.refused("daemon", "reload")
    assert daemon.config + ":1:" in failed.error["message"], failed
    assert daemon.peer("south")["lost"] == 0
    daemon.fine()


@case
def check_refuses_what_reload_refuses(world):
    scene = Lone(world)
    bad = [
        ("masc = {\n domain = 64500;\n node = 1;\n hold_time = \"2s\";\n};\n", 0, "hold"),
        ("masc = {\n domain = \"x\";\n node = 1;\n};\n", 2, "domain"),
        ("masc = {\n domain = 4294967296123;\n node = 1;\n};\n", 2, "2147483647"),
        ("nonsense = 1;\n", 1, "nonsense"),
    ]
    for text, line, word in bad:
        scene.daemon.write_config(text)
        done = scene.daemon.check()
        where = scene.daemon.config + (":%d:" % line if line else "")
        assert done.returncode == 1 and where in done.stderr and word in done.stderr, (text, done)
    scene.daemon.write_config()
    assert scene.daemon.check().returncode == 0


@case
def reload_adds_and_removes_a_peer(world):
    scene = Lone(world, peer_options={"passive": True})
    daemon = scene.daemon.start()
    south = scene.established()
    host = scene.play(3)
    daemon.peers["east"] = {"address": address(3), "role": "parent", "domain": CHILD_DOMAIN + 1,
                            "passive": True}
    daemon.write_config()
    daemon.process.signal(signal.SIGHUP)
    until("the new peer", lambda: len(daemon.cli("masc", "peers")["peers"]) == 2)
    east = scene.established(host, 3)
    del daemon.peers["south"]
    daemon.write_config()
    daemon.cli("daemon", "reload")
    south.expect_error(7, 0)
    assert [p["name"] for p in daemon.cli("masc", "peers")["peers"]] == ["east"]
    assert daemon.peer("east")["lost"] == 0 and daemon.state_of("east") == "established"
    east.send(b"\0\4\4\0")
    daemon.fine()


@case
def events_watch_follows_the_daemon_over_a_restart(world):
    scene = Lone(world, peer_options={"passive": True})
    daemon = scene.daemon.start()
    watch = world.spawn("watch", [HOMESTEAD, "--socket", daemon.socket, "events", "--watch",
                                  "--json"], netns=scene.a, out=subprocess.PIPE)
    lines = Lines(watch.popen.stdout)
    until("the watch to be told of a change", lambda: told_of_reset(daemon, lines))
    daemon.kill()
    daemon.restart()
    until("the watch to come back", lambda: told_of_reset(daemon, lines))
    assert "north.sock" in watch.said() or "daemon" in watch.said(), watch.said()


def told_of_reset(daemon, lines):
    daemon.cli("masc", "peer", "south", "reset")
    try:
        while True:
            event = json.loads(lines.next(0.5))
            if event["name"] == "admin" and event["fields"]["peer"] == "south":
                assert event["schema"] == 1, event
                return True
    except Late:
        return False


@case
def log_levels_change_while_running(world):
    scene = Lone(world, peer_options={"passive": True})
    daemon = scene.daemon.start()
    daemon.cli("log", "debug", "masc")
    scene.established()
    until("debug lines", lambda: "goes from" in daemon.said())
    daemon.cli("log", "error")
    failed = daemon.refused("log", "debug", "nosuchpart")
    assert failed.code == 3 and "nosuchpart" in failed.error["message"], failed
    failed = daemon.refused("log", "loud")
    assert failed.code == 2 and "loud" in str(failed), failed


def spoil_an_output(record):
    """Changes one octet of the last KEEPALIVE that went out (node/record.h)."""
    with open(record, "r+b") as f:
        octets, at, found = f.read(), len("HSTREC03"), None
        while at + 13 <= len(octets):
            kind, _, length = struct.unpack_from("!BQI", octets, at)
            keepalive = octets.find(b"\0\4\4\0", at + 13, at + 13 + length)
            if kind == OUTPUT and keepalive > 0:
                found = keepalive
            at += 13 + length
        f.seek(found + 3)
        f.write(b"\1")


def replay(record):
    return subprocess.run([SIMULATOR, "replay", record], text=True, capture_output=True,
                          check=False)


@case
def recording_replays_octet_for_octet(world):
    """Over a rough link, with a reset and a peer that is killed."""
    pair = Pair(world, "seed 5\nat 0ms delay 3ms jitter 2ms dup 1%\n", hold_time="3s")
    record = world.path("north.rec")
    pair.north.start("--record", record)
    pair.south.start()
    north, _ = pair.up()
    pair.north.cli("masc", "peer", "south", "reset")
    north.wait("up")
    pair.south.kill()
    north.wait("down")
    pair.south.restart()
    north.wait("up")
    assert pair.north.stop() == 0
    done = replay(record)
    assert done.returncode == 0, done
    spoil_an_output(record)
    done = replay(record)
    assert done.returncode == 1 and "00040401, replayed" in done.stderr, done


@case
def recording_of_a_killed_daemon_replays(world):
    scene = Lone(world, peer_options={"passive": True})
    record = world.path("north.rec")
    scene.daemon.start("--record", record)
    scene.established()
    until("the session", lambda: scene.daemon.state_of("south") == "established")
    scene.daemon.kill()
    done = replay(record)
    assert done.returncode == 0, done


@case
def every_command_answers_in_json_with_a_schema(world):
    scene = Lone(world)
    daemon = scene.daemon.start()
    for words in (("status",), ("masc", "peers"), ("doctor", "ports"), ("log",)):
        assert daemon.cli(*words)["schema"] == 1, words
    nobody = Daemon(world, "nobody", scene.b, {"south": towards_child()}, 64500, 9)
    failed = nobody.refused("status")
    assert failed.code == 7 and nobody.socket in failed.error["message"], failed


if __name__ == "__main__":
    run()
