"""kill -9 in each state of a claim of ours: what was told as held is held, with
its Timestamp and its end, and what was claimed goes on (MASC-14.10). The kill
comes within 10 ms of reading the state from the event stream."""

import time

from harness.claims import (EXPAND, HOLDING, IN_USE, NEW, Claimer, Overslept, holdings, in_use,
                            kept, kept_as_told, overlap, rows, seconds)
from harness.tap import case, case_again, run
from harness.wait import until

timely = case_again(Overslept, 5)


def only(found, **fields):
    """The one of these that is so."""
    same = [r for r in found if fields.items() <= r.items()]
    assert len(same) == 1, (fields, found)
    return same[0]


@timely
def killed_when_wanted(world):
    """Without its sibling a domain cannot know what is taken."""
    scene = Claimer(world)
    scene.daemon.start()
    scene.events = scene.daemon.events()
    scene.daemon.cli("masc", "demand", "200")
    number = scene.killed_at("wanted")
    assert only(scene.back(), number=number)["state"] == "wanted"
    scene.join()
    assert scene.settles(number)["addresses"] == 256
    demand = only(scene.daemon.cli("masc", "demand")["demands"])
    assert (demand["addresses"], demand["state"]) == (200, "met"), demand
    scene.daemon.fine()


@timely
def killed_when_scheduled(world):
    scene = Claimer(world, claim_delay="4s").begin()
    scene.daemon.cli("masc", "claim", "239.195.0.0/24", "--for", "10m")
    number = scene.killed_at("scheduled")
    assert not scene.told(), "told before its time"
    row = only(scene.back(), number=number)
    assert row["state"] in ("wanted", "scheduled") and row["wanted"] == "239.195.0.0/24", row
    scene.join()
    assert scene.settles(number)["prefix"] == "239.195.0.0/24"
    scene.daemon.fine()


@timely
def killed_when_waiting(world):
    """The claim goes on with its range and Timestamp."""
    scene = Claimer(world, waiting_period="2s").begin()
    scene.daemon.cli("masc", "demand", "200")
    number = scene.killed_at("waiting")
    told = [a for a in scene.told() if a.kind == NEW]
    row = only(scene.back(), number=number)
    assert row["state"] == "waiting" and row["frozen"] and row["wanted"], row
    for a in told:
        assert (a.prefix, a.timestamp) == (row["wanted"], seconds(row["timestamp"])), (a, row)
    assert row["wait_left"] > 1.9, row
    scene.join()
    again = scene.settles(number)
    assert (again["prefix"], again["timestamp"]) == (row["wanted"], row["timestamp"]), (row, again)
    for a in told:
        assert seconds(again["end"]) == a.timestamp + a.lifetime, (a, again)
    scene.daemon.fine()


@timely
def killed_when_held(world):
    scene = Claimer(world).begin()
    scene.daemon.cli("masc", "demand", "200")
    scene.reached("waiting")
    claimed = only(rows(scene.daemon))
    number = scene.killed_at("held")
    told = scene.told()
    after = scene.back()
    row = only(after, number=number, state="held")
    assert (row["prefix"], row["timestamp"]) == (claimed["wanted"], claimed["timestamp"])
    kept_as_told(told, after)
    new = only([a._asdict() for a in told], kind=NEW)
    assert (seconds(row["timestamp"]), seconds(row["end"])) == \
        (new["timestamp"], new["timestamp"] + new["lifetime"]), (row, new)
    assert only(scene.daemon.cli("masc", "demand")["demands"])["state"] == "met"
    scene.daemon.fine()


@timely
def killed_when_renewing(world):
    scene = Claimer(world, claim_lifetime="9s").begin()
    scene.daemon.cli("masc", "demand", "200")
    scene.reached("held")
    before = holdings(scene.daemon)
    number = scene.killed_at("renewing")
    told = scene.told()
    after = scene.back()
    kept(before, after)
    kept_as_told(told, after)
    assert only(after, number=number)["state"] == "renewing", after
    scene.join()
    row = scene.settles(number)
    assert row["timestamp"] == before[0]["timestamp"], (before, row)
    assert seconds(row["end"]) > seconds(before[0]["end"]), (before, row)
    scene.daemon.fine()


@timely
def killed_when_growing(world):
    scene = Claimer(world).begin()
    scene.daemon.cli("masc", "demand", "200")
    scene.reached("held")
    before = holdings(scene.daemon)
    scene.daemon.cli("masc", "demand", "200")
    number = scene.killed_at("growing")
    told = scene.told()
    after = scene.back()
    kept(before, after)
    kept_as_told(told, after)
    row = only(after, number=number, state="growing")
    for a in told:
        assert a.kind != EXPAND or a.prefix == row["wanted"], (a, row)
    scene.join()
    grown = scene.settles(number)
    assert (grown["prefix"], grown["timestamp"]) == (row["wanted"], before[0]["timestamp"])
    kept(before, [grown])
    scene.daemon.fine()


@timely
def killed_when_deprecated(world):
    """Only one range may grow, and half of it would stay free: a larger one
    takes its place, and what lies in the old one stays there for the while."""
    scene = Claimer(world, prefixes_most=1, use_percent=100).begin()
    scene.daemon.cli("masc", "demand", "200", "--for", "40s")
    scene.reached("held")
    before = holdings(scene.daemon)
    scene.daemon.cli("masc", "demand", "200")
    number = scene.killed_at("deprecated")
    told = scene.told()
    after = scene.back()
    kept(before, after)
    kept_as_told(told, after)
    assert only(after, number=number)["state"] == "deprecated", after
    assert only(after, state="held")["prefix"] != before[0]["prefix"], after
    assert all(d["state"] == "met" for d in scene.daemon.cli("masc", "demand")["demands"])
    scene.daemon.fine()


@timely
def killed_when_clashed(world):
    """What was withdrawn stays so, until the older holder is gone."""
    scene = Claimer(world).begin()
    scene.daemon.cli("masc", "claim", "239.195.0.0/24", "--for", "10m")
    scene.daemon.cli("masc", "claim", "239.194.0.0/24", "--for", "10m")
    until("both to be held", lambda: len(holdings(scene.daemon)) == 2)
    before = holdings(scene.daemon)
    ours = only(before, prefix="239.195.0.0/24")
    other = only(before, prefix="239.194.0.0/24")
    older = in_use("239.195.0.0/24", int(time.time()) - 100, 1000)
    scene.speaker.send(older)
    number = scene.killed_at("clashed")
    assert number == ours["number"]
    after = scene.back()
    assert only(after, number=number)["state"] == "clashed", after
    kept([other], after)
    scene.join(older)
    scene.events.wait("sync")
    assert scene.row(number)["state"] == "clashed"
    assert not any(overlap(r["prefix"], ours["prefix"]) for r in holdings(scene.daemon))
    scene.speaker.close()
    scene.join()  # and says nothing of it
    kept([ours, other], [scene.settles(number), scene.row(other["number"])])
    scene.daemon.fine()


@case
def stopped_and_reloaded_claims_stay(world):
    """SIGTERM, a restart, a new configuration."""
    scene = Claimer(world, waiting_period="2s").begin()
    scene.daemon.cli("masc", "demand", "200")
    scene.reached("held")
    scene.daemon.cli("masc", "claim", "239.195.0.0/24")
    scene.reached("waiting", prefix="239.195.0.0/24")
    before = rows(scene.daemon)
    waiting = only(before, wanted="239.195.0.0/24")
    assert scene.daemon.stop() == 0
    told = scene.told()
    assert any(a.kind == IN_USE for a in told), told
    after = scene.back()
    kept(only_held(before), after)
    kept_as_told(told, after)
    assert only(after, number=waiting["number"])["timestamp"] == waiting["timestamp"], after
    scene.join()
    scene.settles(waiting["number"])
    before = rows(scene.daemon)
    scene.daemon.values["claim_first"] = 1024
    scene.daemon.write_config()
    scene.daemon.cli("daemon", "reload")
    assert rows_but_time(scene.daemon) == [timeless(r) for r in before]
    scene.daemon.fine()


def only_held(found):
    return [r for r in found if r["state"] in HOLDING]


def timeless(row):
    return {k: v for k, v in row.items() if k not in ("left", "wait_left")}


def rows_but_time(daemon):
    return [timeless(r) for r in rows(daemon)]


if __name__ == "__main__":
    run()
