"""kill -9 in each state of a session; the next start comes back to
Established. A scripted peer holds the session in its state."""


from harness.masc import CHILD, OPEN, notification
from harness.scenes import CHILD_DOMAIN, Lone, address
from harness.tap import case, run
from harness.wait import until


def in_state(scene, state):
    until("state " + state, lambda: scene.daemon.state_of("south") == state)


def stays(scene):
    """A session that is up; connections of dead daemons come before it."""
    try:
        scene.peer.accept().establish(CHILD, CHILD_DOMAIN, 2, within=3)
    except AssertionError:
        return False
    return scene.daemon.state_of("south") == "established"


def killed_and_back(scene):
    """The daemon is killed; its next life has a peer that does its part."""
    scene.daemon.kill()
    scene.daemon.restart()
    if not scene.peer.listener:
        scene.peer.listen()
    until("a session that stays", lambda: stays(scene))
    scene.daemon.fine()


@case
def killed_in_idle(world):
    """The peer refused our OPEN: the daemon leaves it alone for a while."""
    scene = Lone(world, idle_backoff="30s", idle_backoff_max="30s")
    scene.peer.listen()
    scene.daemon.start()
    speaker = scene.peer.accept()
    speaker.expect(OPEN)
    speaker.send(notification(2, 0))
    in_state(scene, "idle")
    killed_and_back(scene)


@case
def killed_in_connect(world):
    """SYNs arrive, but no answer finds its way back."""
    scene = Lone(world, connect_retry="30s")
    scene.b.ip("route", "add", "blackhole", address(1))
    scene.daemon.start()
    in_state(scene, "connect")
    scene.b.ip("route", "del", "blackhole", address(1))
    killed_and_back(scene)


@case
def killed_in_active(world):
    """Nobody listens; the retry is far away."""
    scene = Lone(world, connect_retry="30s")
    scene.daemon.start()
    in_state(scene, "active")
    killed_and_back(scene)


@case
def killed_in_opensent(world):
    scene = Lone(world)
    scene.peer.listen()
    scene.daemon.start()
    speaker = scene.peer.accept()
    speaker.expect(OPEN)
    in_state(scene, "opensent")
    killed_and_back(scene)


@case
def killed_in_openconfirm(world):
    scene = Lone(world)
    scene.peer.listen()
    scene.daemon.start()
    speaker = scene.peer.accept()
    speaker.expect(OPEN)
    speaker.send(scene.open())
    in_state(scene, "openconfirm")
    killed_and_back(scene)


@case
def killed_in_established(world):
    scene = Lone(world)
    scene.peer.listen()
    scene.daemon.start()
    scene.peer.accept().establish(CHILD, CHILD_DOMAIN, 2)
    in_state(scene, "established")
    killed_and_back(scene)


@case
def killed_ten_times_in_a_row(world):
    """Whatever instruction it hits: started, killed at once, never stuck."""
    scene = Lone(world)
    scene.peer.listen()
    for _ in range(10):
        scene.daemon.start(ready=False)
        scene.daemon.kill()
    scene.daemon.start()
    until("a session that stays", lambda: stays(scene))
    scene.daemon.fine()


if __name__ == "__main__":
    run()
