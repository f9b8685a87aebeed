/* libtorrent NODES GETS1 GETS16 SEED SETTLE: libtorrent's DHT, a session a node in one process
 * (a session has a thread of its own and cannot be had otherwise), each on a port of
 * 127.0.0.1. Immutable items are put by random nodes, settle, and are got once each from
 * another random node: GETS1 one at a time, then GETS16 sixteen at a time. A line of JSON for
 * each round; its datagrams are not counted. */
#include "overlay.hh"

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <random>

#include <libtorrent/alert_types.hpp>
#include <libtorrent/session.hpp>
#include <libtorrent/session_params.hpp>

namespace
{

namespace lt = libtorrent;

/* Which sessions have alerts to take: told by their threads. */
class Bell
{
      public:
	void ring(size_t node)
	{
		std::lock_guard<std::mutex> l(lock);
		nodes.push_back(node);
		changed.notify_one();
	}

	bool wait(double seconds, size_t &node)
	{
		std::unique_lock<std::mutex> l(lock);
		auto limit = std::chrono::duration<double>(seconds);
		if (!changed.wait_for(l, limit, [this] { return !nodes.empty(); }))
			return false;
		node = nodes.front();
		nodes.pop_front();
		return true;
	}

      private:
	std::mutex lock;
	std::condition_variable changed;
	std::deque<size_t> nodes;
};

lt::session_params params(uint16_t port)
{
	lt::session_params p;
	lt::settings_pack &s = p.settings;
	s.set_str(lt::settings_pack::listen_interfaces, "127.0.0.1:" + std::to_string(port));
	s.set_str(lt::settings_pack::dht_bootstrap_nodes, "");
	s.set_int(lt::settings_pack::alert_mask, lt::alert_category::dht);
	for (int off : { lt::settings_pack::enable_lsd, lt::settings_pack::enable_upnp,
			 lt::settings_pack::enable_natpmp })
		s.set_bool(off, false);
	/* All nodes share one address: what guards against that on the Internet is off. */
	for (int off : { lt::settings_pack::dht_restrict_routing_ips,
			 lt::settings_pack::dht_restrict_search_ips,
			 lt::settings_pack::dht_prefer_verified_node_ids,
			 lt::settings_pack::dht_enforce_node_id,
			 lt::settings_pack::dht_ignore_dark_internet })
		s.set_bool(off, false);
	s.set_int(lt::settings_pack::dht_block_ratelimit, 1000000);
	s.set_int(lt::settings_pack::dht_upload_rate_limit, 1 << 30);
	s.set_bool(lt::settings_pack::enable_dht, true);
	return p;
}

lt::entry value_of(size_t i)
{
	return lt::entry("bench " + std::to_string(i));
}

class World
{
      public:
	World(size_t count, uint64_t seed) : random(seed)
	{
		for (size_t i = 0; i < count; i++) {
			int held = overlay::udp_socket();
			ports.push_back(overlay::port_of(held));
			close(held);
			nodes.push_back(std::make_unique<lt::session>(params(ports[i])));
			nodes[i]->set_alert_notify([this, i] { bell.ring(i); });
		}
		for (size_t i = 0; i < count; i++)
			for (size_t k : { size_t(0), random() % count })
				nodes[i]->add_dht_node({ "127.0.0.1", ports[k] });
	}

	size_t any()
	{
		return random() % nodes.size();
	}
	lt::session &node(size_t i)
	{
		return *nodes[i];
	}

	/* Takes alerts of one session, waiting for it at most so long. */
	template <class Take> void turn(double seconds, Take take)
	{
		size_t i;
		if (!bell.wait(seconds, i))
			return;
		std::vector<lt::alert *> alerts;
		nodes[i]->pop_alerts(&alerts);
		for (lt::alert *a : alerts)
			take(a);
	}

      private:
	std::mt19937_64 random;
	Bell bell;
	std::vector<uint16_t> ports;
	std::vector<std::unique_ptr<lt::session>> nodes;
};

void settle(World &w, double seconds)
{
	double end = overlay::now() + seconds;
	while (overlay::now() < end)
		w.turn(end - overlay::now(), [](lt::alert *) {});
}

struct Item {
	lt::sha1_hash key;
	size_t by;
	double began = 0;
	bool open = false;
};

std::vector<Item> put_all(World &w, size_t count)
{
	std::vector<Item> items;
	size_t open = 0;
	auto take = [&open](lt::alert *a) {
		if (lt::alert_cast<lt::dht_put_alert>(a) && open)
			open--;
	};
	for (size_t i = 0; i < count; i++) {
		Item item;
		item.by = w.any();
		item.key = w.node(item.by).dht_put_item(value_of(i));
		items.push_back(item);
		open++;
		double limit = overlay::now() + 10;
		while (open > 15 && overlay::now() < limit)
			w.turn(1, take);
	}
	double limit = overlay::now() + 10;
	while (open && overlay::now() < limit)
		w.turn(1, take);
	return items;
}

class Gets
{
      public:
	Gets(World &world, std::vector<Item> &all, overlay::Report &r)
	    : w(world), items(all), report(r)
	{
	}

	/* From the first item to before the last. */
	void run(size_t first, size_t last, size_t window)
	{
		size_t next = first;
		while (next < last || open) {
			while (next < last && open < window)
				ask(items[next++]);
			w.turn(0.5, [this](lt::alert *a) { take(a); });
			give_up();
		}
	}

      private:
	void ask(Item &item)
	{
		size_t node;
		do
			node = w.any();
		while (node == item.by);
		item.began = overlay::now();
		item.open = true;
		open++;
		w.node(node).dht_get_item(item.key);
	}

	void take(lt::alert *a)
	{
		auto *got = lt::alert_cast<lt::dht_immutable_item_alert>(a);
		if (!got)
			return;
		for (Item &item : items)
			if (item.open && item.key == got->target)
				end(item, got->item.type() != lt::entry::undefined_t);
	}

	void end(Item &item, bool answered)
	{
		item.open = false;
		open--;
		if (answered)
			report.answered(overlay::now() - item.began);
	}

	void give_up()
	{
		for (Item &item : items)
			if (item.open && overlay::now() > item.began + 30)
				end(item, false);
	}

	World &w;
	std::vector<Item> &items;
	overlay::Report &report;
	size_t open = 0;
};

} // namespace

int main(int argc, char **argv)
{
	overlay::Arguments a(argc, argv);
	size_t before = overlay::resident_kib();
	World w(a.nodes, a.seed);
	settle(w, a.settle);
	std::vector<Item> items = put_all(w, a.gets[0] + a.gets[1]);
	settle(w, 1);
	for (size_t round = 0, first = 0; round < 2; first += a.gets[round++]) {
		overlay::Report report(a, round);
		Gets(w, items, report).run(first, first + a.gets[round], overlay::rounds[round]);
		report.print("libtorrent", before);
	}
	_exit(0);
}
