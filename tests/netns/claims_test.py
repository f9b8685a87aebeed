"""Claims between real domains: ranges are handed down over bad wires, and
outlast cuts; two that hold the same sort it out."""

import time

from harness.claims import holdings, kept, overlap, seconds
from harness.domains import HOLD_TIME, WAITING_PERIOD, Provider, Tree
from harness.tap import case, run
from harness.wait import until


@case
def ten_domains_get_their_ranges(world):
    """All customers at once: hints go up, ranges come down."""
    tree = Tree(world).start()
    tree.demand(tree.customers, 200)
    tree.all_met(tree.customers)
    held = tree.apart_and_inside()
    assert all(held.values()), held
    for provider in tree.PROVIDERS:
        told = tree[provider].cli("masc", "claims")["claims"]
        for customer in tree.CUSTOMERS[provider]:
            for prefix in held[customer]:
                assert any(c["prefix"] == prefix and c["type"] == "in-use" and c["holds"]
                           for c in told), (customer, prefix, told)
    tree.fine()
    counted = [way for relay in tree.relays.values() for name, way in relay.stats().items()
               if ">" in name]
    assert sum(way["lost"] for way in counted), counted


def cut_off(tree, name, *others):
    """Cuts the wire of a domain to its parent, until all concerned say so.
    Gives whether a waiting period and a hold time are over."""
    end = time.monotonic() + WAITING_PERIOD + HOLD_TIME
    tree.relays[name].cut()
    until("the sessions to be lost", lambda: all(
        tree[o].state_of(name) != "established" != tree[name].state_of(o) for o in others))
    return lambda: time.monotonic() > end


@case
def provider_is_cut_off_while_its_customers_demand(world):
    """What they ask for meanwhile comes when it is back; the others go on."""
    tree = Tree(world, top={"claim_first": 65536}).start()
    tree.demand(tree.customers, 100)
    tree.all_met(tree.customers)
    over = cut_off(tree, "west", "top", "east")
    west, east = (tree.CUSTOMERS[p] for p in tree.PROVIDERS)
    tree.demand(tree.customers, 3000)
    tree.all_met(east)
    until("the cut to be long enough", over)
    assert any(tree.unmet(c) for c in west), "the west had no need of the top"
    before = tree.needed()
    tree.apart_and_inside()
    tree.relays["west"].heal()
    tree.all_met(tree.customers)
    tree.apart_and_inside()
    for name, found in before.items():
        kept(found, holdings(tree[name]))
    tree.fine()


def claimed(daemon, prefix):
    """Claims that range; gives it when it is held."""
    daemon.cli("masc", "claim", prefix, "--for", "2m")
    return until("%s to hold %s" % (daemon.name, prefix), lambda: next(
        (r for r in holdings(daemon) if r["prefix"] == prefix), None))


@case
def clash_after_a_partition(world):
    """Each half of a provider lets a customer hold the same range. When they
    see each other again the younger one withdraws."""
    halves = Provider(world).start()
    north, south, first, second = (halves[n] for n in ("north", "south", "n1", "s1"))
    claimed(north, "239.192.0.0/20")
    until("both customers to hear of it", lambda: all(
        d.cli("masc", "prefixes")["ranges"] for d in (first, second)))
    halves.wire.cut()
    until("a partition", lambda: north.state_of("south") != "established"
          and first.state_of("s1") != "established" and second.state_of("n1") != "established")
    older = claimed(first, "239.192.4.0/24")
    younger = claimed(second, "239.192.4.0/24")
    assert seconds(older["timestamp"]) < seconds(younger["timestamp"]), (older, younger)
    halves.wire.heal()
    second.events().wait("clash", won="false", prefix="239.192.4.0/24")
    until("the younger one to withdraw", lambda: not any(
        overlap(r["prefix"], older["prefix"]) for r in holdings(second)))
    row = next(r for r in second.cli("masc", "prefixes")["prefixes"]
               if r["number"] == younger["number"])
    assert row["state"] == "clashed" and row["withdrawn"], row
    kept([older], holdings(first))
    halves.fine()


if __name__ == "__main__":
    run()
