"""Sessions between real daemons: up, cut, back, collided, refused."""

import signal
import subprocess

from harness.daemon import HOMESTEAD, Daemon, tcp_sessions
from harness.scenes import Lone, Pair, address
from harness.tap import case, run
from harness.wait import until

ROUGH = "seed 11\nat 0ms delay 5ms jitter 2ms loss 1% dup 0.5% reorder 2%\n"
NODES = 10
COMMON_PARENT = 64999


def one_connection(netns, wanted=1):
    """Of two that met, the one too many may end after the other is up."""
    until("one connection a session", lambda: len(tcp_sessions(netns)) == wanted)


@case
def two_nodes_come_up(world):
    pair = Pair(world).start()
    pair.up()
    one_connection(pair.a)
    one_connection(pair.b)
    north, south = pair.north.peer("south"), pair.south.peer("north")
    assert north["state"] == south["state"] == "established", (north, south)
    assert (north["open_domain"], north["open_node"]) == ("64501", "2"), north
    assert north["our_role"] == "parent" and south["our_role"] == "child", (north, south)
    assert north["hold_time"] == south["hold_time"] == 9, (north, south)
    assert north["opened_by_us"] != south["opened_by_us"], (north, south)
    pair.north.fine()
    pair.south.fine()


@case
def commands_speak_to_people_too(world):
    pair = Pair(world).start()
    pair.up()
    table = pair.north.run("masc", "peers")
    assert table.returncode == 0 and "south" in table.stdout and "established" in table.stdout
    assert all(len(line) <= 80 for line in table.stdout.splitlines()), table.stdout
    status = pair.north.run("status")
    assert status.returncode == 0 and "masc" in status.stdout, status


@case
def ten_nodes_come_up(world):
    """Ten children of one parent, every two of them siblings."""
    hub = world.namespace("hub")
    spaces = [world.namespace("n%d" % i) for i in range(1, NODES + 1)]
    world.lan(hub, [(ns, [address(i + 1) + "/24"]) for i, ns in enumerate(spaces)])
    daemons = []
    for i, ns in enumerate(spaces, 1):
        peers = {"n%d" % j: {"address": address(j), "role": "sibling", "domain": 64500 + j,
                             "parent_domain": COMMON_PARENT}
                 for j in range(1, NODES + 1) if j != i}
        daemons.append(Daemon(world, "n%d" % i, ns, peers, 64500 + i, i, hold_time="30s"))
        daemons[-1].start(ready=False)
    for d in daemons:
        d.notified("READY=1", 60)

    def all_up(d):
        return d.cli("status")["masc"]["established"] == NODES - 1

    for d in daemons:
        until(d.name + " to have all its sessions", lambda d=d: all_up(d), 60)
    for d in daemons:
        one_connection(d.netns, NODES - 1)
        d.fine()


@case
def sessions_over_ipv6(world):
    pair = Pair(world, over=6).start()
    pair.up()
    assert pair.north.peer("south")["remote"].startswith("[2001:db8::2]")
    assert pair.south.peer("north")["family"] == "ipv4"


@case
def sessions_about_ipv6(world):
    """IDs of 16 octets, one of them an address."""
    options = {"family": "ipv6"}
    pair = Pair(world, over=6, north={**options, "node": "2001:db8::2"}, south=options)
    pair.south.values["node"] = "2001:db8::2"
    pair.start()
    pair.up()
    assert pair.north.peer("south")["open_node"] == "2001:db8::2"


@case
def session_over_a_rough_link(world):
    pair = Pair(world, ROUGH, hold_time="3s").start()
    pair.up()
    # Who dials at once may see one session end for the other first.
    until("the session to settle", lambda: settled(pair))
    before = pair.north.peer("south")
    until("keepalives", lambda: pair.north.peer("south")["received"]["keepalive"]
          >= before["received"]["keepalive"] + 3)
    assert pair.north.peer("south")["lost"] == before["lost"]


def settled(pair):
    peer = pair.north.peer("south")
    return peer["state"] == "established" and peer["in_state"] > 1


@case
def cut_link_ends_the_session_and_a_healed_one_restores_it(world):
    pair = Pair(world, ROUGH, hold_time="3s").start()
    north, south = pair.up()
    pair.relay.cut()
    for events in (north, south):
        events.wait("notification-sent", code=4, subcode=0)
        events.wait("down", code=4)
    pair.relay.heal()
    for events in (north, south):
        events.wait("up")
    one_connection(pair.a)
    pair.north.fine()
    pair.south.fine()


@case
def half_cut_link_ends_the_session_on_both_sides(world):
    """The deaf side's hold timer; then its NOTIFICATION tells the other."""
    pair = Pair(world, "at 0ms delay 1ms\n", hold_time="3s").start()
    north, south = pair.up()
    pair.relay.cut("b>a")
    north.wait("notification-sent", code=4)
    south.wait("down")
    pair.relay.heal()
    for events in (north, south):
        events.wait("up")


@case
def interface_that_comes_back_is_noticed(world):
    """Long before the time to dial again is over."""
    pair = Pair(world, south={"passive": True}, connect_retry="120s", hold_time="3s")
    pair.b.ip("link", "set", pair.device, "down")
    pair.start()
    pair.north.events().wait("dial-failed")
    pair.b.ip("link", "set", pair.device, "up")
    pair.b.address(pair.device, address(2, 6) + "/64")  # went with the link
    pair.up()


@case
def daemon_that_was_stopped_for_long_comes_back(world):
    """SIGSTOP, as a suspended machine: its peer's hold timer runs out."""
    pair = Pair(world, hold_time="3s").start()
    north, south = pair.up()
    pair.south.process.signal(signal.SIGSTOP)
    north.wait("down", code=4)
    pair.south.process.signal(signal.SIGCONT)
    south.wait("down")
    north.wait("up")
    south.wait("up")
    pair.south.fine()


@case
def collision_leaves_one_connection(world):
    """Both dial at once over a long link: the one opened by the higher Node
    ID stays, and the events say so."""
    pair = Pair(world, "at 0ms delay 200ms\n", connect_retry="3s")
    pair.start()
    pair.up()
    for daemon, peer in ((pair.north, "south"), (pair.south, "north")):
        daemon.cli("masc", "peer", peer, "down")
    until("no connection", lambda: not tcp_sessions(pair.a) and not tcp_sessions(pair.b))
    events = pair.north.events(), pair.south.events()
    both = [subprocess.Popen([HOMESTEAD, "--socket", d.socket, "masc", "peer", p, "up"],
                             stdout=subprocess.DEVNULL)
            for d, p in ((pair.north, "south"), (pair.south, "north"))]
    assert [b.wait(20) for b in both] == [0, 0]
    until("the session", lambda: pair.north.state_of("south") == "established"
          and pair.south.state_of("north") == "established")
    one_connection(pair.a)
    one_connection(pair.b)
    assert not pair.north.peer("south")["opened_by_us"], "node 2 is the higher one"
    assert pair.south.peer("north")["opened_by_us"]
    told = [[e for e in stream.drain() if e["name"] == "collision"] for stream in events]
    assert told[0] or told[1], "nobody told of the collision"
    for e in told[0]:
        assert e["fields"]["opened_by"] == "peer" and "Node ID" in e["text"], e
    for e in told[1]:
        assert e["fields"]["opened_by"] == "us" and "Node ID" in e["text"], e


@case
def connection_from_elsewhere_is_refused_and_reported(world):
    scene = Lone(world, peer_options={"passive": True})
    scene.daemon.start()
    events = scene.daemon.events()
    stranger = scene.dial(scene.play(99))
    stranger.expect_end()
    told = events.wait("refused")
    assert address(99) in told["text"] and told["level"] == "warning", told
    assert told["fields"]["remote"].startswith(address(99) + ":"), told
    scene.established()
    scene.daemon.fine()


@case
def address_of_one_peer_with_the_ids_of_another_is_refused(world):
    peers = {"south": {"address": address(2), "role": "parent", "domain": 64501, "passive": True},
             "east": {"address": address(3), "role": "parent", "domain": 64502, "passive": True}}
    scene = Lone(world, peers)
    scene.daemon.start()
    liar = scene.dial()
    liar.send(scene.open().replace((64501).to_bytes(4, "big"), (64502).to_bytes(4, "big")))
    liar.expect_error(2, 2)
    liar.expect_end()
    assert scene.daemon.state_of("east") == "active"


@case
def operator_takes_a_session_down_and_up(world):
    pair = Pair(world).start()
    _, south = pair.up()
    pair.north.cli("masc", "peer", "south", "down")
    received = south.wait("notification-received")
    assert (received["fields"]["code"], received["fields"]["subcode"]) == (7, 0), received
    peer = pair.north.peer("south")
    assert peer["held_down"] and peer["state"] == "idle" and peer["held_until"] is None, peer
    pair.north.kill()
    pair.north.restart()
    assert pair.north.peer("south")["held_down"], "forgotten by a restart"
    pair.north.cli("masc", "peer", "south", "up")
    pair.north.events().wait("up")
    south.wait("up")


@case
def operator_takes_a_session_down_for_a_while(world):
    pair = Pair(world).start()
    north, _ = pair.up()
    pair.north.cli("masc", "peer", "south", "down", "--for", "2s")
    assert pair.north.peer("south")["held_until"]
    north.wait("down")
    north.wait("up")


@case
def operator_resets_a_session(world):
    pair = Pair(world).start()
    north, _ = pair.up()
    pair.north.cli("masc", "peer", "south", "reset")
    north.wait("down")
    north.wait("up")
    wrong = pair.north.refused("masc", "peer", "nobody", "reset")
    assert wrong.code == 3 and "nobody" in wrong.error["message"], wrong


if __name__ == "__main__":
    run()
