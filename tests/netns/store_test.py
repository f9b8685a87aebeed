"""The state folder: full, damaged, held by another daemon."""

import os

from harness.daemon import Daemon
from harness.scenes import Lone, PARENT_DOMAIN, towards_child
from harness.tap import case, run
from harness.wait import Late


def fill(folder):
    """Takes the last octet of the disk; gives the file that does."""
    path = os.path.join(folder, "ballast")
    with open(path, "wb", buffering=0) as f:
        for size in (65536, 4096, 512, 1):
            try:
                while f.write(b"\0" * size) == size:
                    pass
            except OSError:
                pass
    return path


@case
def full_disk_costs_the_command_alone(world):
    scene = Lone(world, state=world.small_disk("disk", "4m"), peer_options={"passive": True})
    daemon = scene.daemon.start()
    events = daemon.events()
    speaker = scene.established()
    events.wait("up")
    ballast = fill(daemon.state)
    failed = daemon.refused("masc", "peer", "south", "down")
    assert "space" in failed.error["message"], failed
    told = events.wait("store-failed")
    assert "space" in told["text"], told
    store = daemon.cli("status")["store"]
    assert not store["healthy"] and "space" in store["problem"], store
    assert not daemon.peer("south")["held_down"], "told no, done all the same"

    os.unlink(ballast)
    daemon.cli("masc", "peer", "south", "down")
    speaker.expect_end()
    assert daemon.peer("south")["held_down"]
    assert daemon.cli("status")["store"]["healthy"]
    daemon.kill()
    daemon.restart()
    assert daemon.peer("south")["held_down"], "told done, forgotten"
    daemon.fine()


@case
def daemon_on_a_full_disk_says_so(world):
    scene = Lone(world, state=world.small_disk("disk", "64k"))
    fill(scene.daemon.state)
    scene.daemon.start(ready=False)
    try:
        scene.daemon.notified("READY=1")
    except Late:
        assert scene.daemon.process.wait() == 1
        assert "space" in scene.daemon.said(), scene.daemon.said()
    scene.daemon.clean()


def stored_files(folder):
    return sorted(n for n in os.listdir(folder) if n.startswith("homestead.db"))


@case
def damaged_store_is_set_aside(world):
    scene = Lone(world, peer_options={"passive": True})
    daemon = scene.daemon.start()
    daemon.cli("masc", "peer", "south", "down")
    assert daemon.stop() == 0
    path = os.path.join(daemon.state, "homestead.db")
    with open(path, "r+b") as f:
        f.write(b"\xa5" * os.path.getsize(path))
    daemon.restart()
    aside = [n for n in stored_files(daemon.state) if n.startswith("homestead.db.")
             and not n.endswith(("-wal", "-shm"))]
    assert len(aside) == 1, stored_files(daemon.state)
    assert aside[0] in daemon.said(), daemon.said()
    with open(os.path.join(daemon.state, aside[0]), "rb") as f:
        assert f.read(4) == b"\xa5" * 4, "what was there is lost"
    assert not daemon.peer("south")["held_down"]
    scene.established()
    daemon.fine()


@case
def torn_store_is_noticed(world):
    """Cut in the middle, its beginning is fine."""
    scene = Lone(world, peer_options={"passive": True})
    daemon = scene.daemon.start()
    for verb in ("down", "up", "down"):
        daemon.cli("masc", "peer", "south", verb)
    assert daemon.stop() == 0
    path = os.path.join(daemon.state, "homestead.db")
    os.truncate(path, os.path.getsize(path) // 2)
    daemon.restart()
    assert "homestead.db." in daemon.said(), daemon.said()
    daemon.fine()


@case
def second_daemon_says_who_holds_the_folder(world):
    scene = Lone(world)
    scene.daemon.start()
    second = Daemon(world, "second", scene.b, {"south": towards_child()}, PARENT_DOMAIN, 3,
                    state=scene.daemon.state)
    second.start(ready=False)
    assert second.process.wait() == 1
    said = second.said()
    assert str(scene.daemon.process.pid) in said and scene.daemon.state in said, said
    scene.daemon.fine()
    scene.daemon.kill()  # the lock dies with its holder
    second.start()
    second.fine()


@case
def state_folder_that_cannot_be_made(world):
    scene = Lone(world)
    blocker = world.path("blocker")
    with open(blocker, "wb"):
        pass
    scene.daemon.state = os.path.join(blocker, "state")
    scene.daemon.start(ready=False)
    assert scene.daemon.process.wait() == 1
    assert scene.daemon.state in scene.daemon.said(), scene.daemon.said()


if __name__ == "__main__":
    run()
