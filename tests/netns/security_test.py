"""What keeps strangers away below the protocol: TTL security (RFC 5082) and
TCP-MD5 (RFC 2385), on, off and mismatched."""

import os
import socket

from harness.masc import CHILD, OPEN, md5_key, ttl
from harness.scenes import CHILD_DOMAIN, Lone, Pair, address
from harness.tap import case, run, skip
from harness.wait import until

KEY = "correct horse battery"


def md5_or_skip(ns, remote):
    family = socket.AF_INET6 if ":" in remote else socket.AF_INET
    try:
        with ns, socket.socket(family) as s:
            md5_key(remote, KEY.encode())(s)
    except OSError as e:
        skip("this kernel has no TCP-MD5: %s" % e)


def dial_gets_nowhere(scene, counter, **kwargs):
    """The connection does not come about, and that is the counter's doing."""
    before = scene.a.dropped(counter)
    try:
        scene.dial(within=1.5, **kwargs)
    except OSError:
        assert scene.a.dropped(counter) > before, counter
        return
    raise AssertionError("connected")


@case
def daemons_with_ttl_security_come_up(world):
    pair = Pair(world, north={"ttl_security": 1}, south={"ttl_security": 1}).start()
    pair.up()
    assert pair.north.peer("south")["ttl_security"] == 1


@case
def low_ttl_gets_no_answer(world):
    scene = Lone(world, peer_options={"ttl_security": 1, "passive": True})
    scene.daemon.start()
    dial_gets_nowhere(scene, "TCPMinTTLDrop", prepare=ttl(64))
    assert scene.daemon.state_of("south") == "active"
    scene.dial(prepare=ttl(255)).establish(CHILD, CHILD_DOMAIN, 2)
    until("the session", lambda: scene.daemon.state_of("south") == "established")
    scene.daemon.fine()


@case
def one_guarded_peer_leaves_the_others_alone(world):
    """They come to one listener, whose kernel option must suit the loosest."""
    peers = {name: {"address": address(host), "role": "parent", "domain": CHILD_DOMAIN + i,
                    "passive": True, "ttl_security": hops}
             for i, (name, host, hops) in enumerate((("south", 2, 1), ("east", 3, 0)))}
    scene = Lone(world, peers)
    scene.daemon.start()
    try:
        scene.dial(prepare=ttl(64), within=2).expect_end(2)
    except OSError:
        pass
    assert scene.daemon.peer("south")["received"]["octets"] == 0
    scene.established(scene.play(3), host=3)
    scene.dial(prepare=ttl(255)).establish(CHILD, CHILD_DOMAIN, 2)


@case
def ttl_security_over_ipv6(world):
    pair = Pair(world, over=6, north={"ttl_security": 1}, south={"ttl_security": 1}).start()
    pair.up()


@case
def without_ttl_security_any_ttl_will_do(world):
    scene = Lone(world, peer_options={"passive": True})
    scene.daemon.start()
    speaker = scene.dial(prepare=ttl(2))
    speaker.establish(CHILD, CHILD_DOMAIN, 2)


@case
def daemon_with_ttl_security_dials_with_255(world):
    """A peer that asks for it hears us."""
    scene = Lone(world, peer_options={"ttl_security": 1})

    def at_least_255(listener):
        ttl(255)(listener)
        listener.setsockopt(socket.IPPROTO_IP, 21, 255)  # IP_MINTTL

    scene.peer.listen(at_least_255)
    scene.daemon.start()
    scene.peer.accept().establish(CHILD, CHILD_DOMAIN, 2)


@case
def daemons_with_one_key_come_up(world):
    pair = Pair(world, north={"md5_key": KEY}, south={"md5_key": KEY})
    md5_or_skip(pair.a, address(2))
    pair.start()
    pair.up()
    assert pair.north.peer("south")["md5"]
    for d in (pair.north, pair.south):
        assert KEY not in d.said() and KEY not in str(d.cli("masc", "peers")), "the key is shown"


@case
def key_that_others_can_read_is_refused(world):
    scene = Lone(world, peer_options={"md5_key": KEY})
    scene.daemon.write_config()
    os.chmod(scene.daemon.config, 0o644)
    done = scene.daemon.check()
    assert done.returncode == 1 and "md5_key" in done.stderr and "0644" in done.stderr, done
    assert KEY not in done.stderr, done


@case
def one_key_over_ipv6(world):
    pair = Pair(world, over=6, north={"md5_key": KEY}, south={"md5_key": KEY})
    md5_or_skip(pair.a, address(2, 6))
    pair.start()
    pair.up()


@case
def reload_gives_and_takes_a_key(world):
    """The session of a changed peer ends; with the new key it comes back."""
    pair = Pair(world, north={"md5_key": KEY}, south={"md5_key": KEY})
    md5_or_skip(pair.a, address(2))
    pair.start()
    north, _ = pair.up()
    for peer, daemon in (("south", pair.north), ("north", pair.south)):
        daemon.peers[peer]["md5_key"] = "another"
        daemon.write_config()
        daemon.cli("daemon", "reload")
    north.wait("down")
    north.wait("up")
    for peer, daemon in (("south", pair.north), ("north", pair.south)):
        del daemon.peers[peer]["md5_key"]
        daemon.write_config()
        daemon.cli("daemon", "reload")
    north.wait("down")
    north.wait("up")
    assert not pair.north.peer("south")["md5"]


@case
def daemons_with_two_keys_stay_apart(world):
    pair = Pair(world, north={"md5_key": KEY}, south={"md5_key": "another"})
    md5_or_skip(pair.a, address(2))
    pair.start()
    until("both to be turned away", lambda: pair.a.dropped("TCPMD5Failure") > 1
          and pair.b.dropped("TCPMD5Failure") > 1)
    assert pair.north.peer("south")["established"] == pair.south.peer("north")["established"] == 0


@case
def speaker_needs_the_key(world):
    scene = Lone(world, peer_options={"md5_key": KEY, "passive": True})
    md5_or_skip(scene.a, address(2))
    scene.daemon.start()
    dial_gets_nowhere(scene, "TCPMD5NotFound")
    dial_gets_nowhere(scene, "TCPMD5Failure", prepare=md5_key(address(1), b"wrong"))
    scene.dial(prepare=md5_key(address(1), KEY.encode())).establish(CHILD, CHILD_DOMAIN, 2)
    scene.daemon.fine()


@case
def speaker_with_a_key_that_nobody_wants(world):
    scene = Lone(world, peer_options={"passive": True})
    md5_or_skip(scene.a, address(2))
    scene.daemon.start()
    dial_gets_nowhere(scene, "TCPMD5Unexpected", prepare=md5_key(address(1), KEY.encode()))
    scene.dial().expect(OPEN)


if __name__ == "__main__":
    run()
