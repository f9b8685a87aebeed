/* opendht NODES GETS1 GETS16 SEED SETTLE: OpenDHT nodes in one process and one thread, each
 * with a UDP socket of its own on 127.0.0.1. Keys are put by random nodes, settle, and are
 * got once each from another random node: GETS1 one at a time, then GETS16 sixteen at a
 * time. A line of JSON for each round.
 *
 * The library's own runner has a thread and select(2) a node; here its core, dht::Dht, is
 * driven by one epoll, which is the best it can do in a process. */
#include "overlay.hh"

#include <opendht/dht.h>

#include <queue>
#include <random>

namespace
{

using dht::SockAddr;

SockAddr at_port(uint16_t port)
{
	sockaddr_in a{};
	a.sin_family = AF_INET;
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	a.sin_port = htons(port);
	return SockAddr(reinterpret_cast<sockaddr *>(&a), sizeof(a));
}

/* One socket; sends at once, receives when the loop says so. */
class Wire : public dht::net::DatagramSocket
{
      public:
	Wire() : fd(overlay::udp_socket()), bound(at_port(overlay::port_of(fd)))
	{
	}
	~Wire() override
	{
		close(fd);
	}

	int sendTo(const SockAddr &to, const uint8_t *data, size_t n, bool) override
	{
		overlay::datagrams++;
		overlay::octets += n;
		ssize_t sent = sendto(fd, data, n, MSG_DONTWAIT, to.get(), to.getLength());
		return sent < 0 ? errno : 0;
	}
	bool hasIPv4() const override
	{
		return true;
	}
	bool hasIPv6() const override
	{
		return false;
	}
	const SockAddr &getBoundRef(sa_family_t) const override
	{
		return bound;
	}
	void stop() override
	{
	}

	const int fd;

      private:
	SockAddr bound;
};

struct Node {
	Wire *wire;
	std::unique_ptr<dht::Dht> dht;
	dht::time_point due;
};

struct Due {
	dht::time_point at;
	size_t node;
	bool operator<(const Due &o) const
	{
		return at > o.at;
	}
};

class World
{
      public:
	World(size_t count, uint64_t seed) : random(seed), nodes(count)
	{
		for (size_t i = 0; i < count; i++)
			start(i);
		for (size_t i = 1; i < count; i++)
			nodes[i].dht->insertNode(nodes[0].dht->getNodeId(),
						 nodes[0].wire->getBoundRef(AF_INET));
		for (size_t i = 0; i < count; i++)
			run(i, nullptr, 0, {});
	}

	size_t any()
	{
		return random() % nodes.size();
	}
	Node &node(size_t i)
	{
		return nodes[i];
	}
	/* The owner called into a node: what that made due is seen to. */
	void touch(size_t i)
	{
		run(i, nullptr, 0, {});
	}

	/* One wait of the loop, at most until then. */
	void turn(dht::time_point until)
	{
		loop.wait(due_in(until), [this](size_t i, const overlay::Datagram &d) {
			run(i, d.data, d.n, SockAddr(d.from, d.from_n));
		});
		dht::time_point now = dht::clock::now();
		while (!queue.empty() && queue.top().at <= now) {
			Due d = queue.top();
			queue.pop();
			if (nodes[d.node].due == d.at)
				run(d.node, nullptr, 0, {});
		}
	}

      private:
	void start(size_t i)
	{
		auto wire = std::make_unique<Wire>();
		dht::Config config;
		config.node_id = dht::InfoHash::getRandom();
		config.max_req_per_sec = -1;
		config.max_peer_req_per_sec = -1;
		nodes[i].wire = wire.get();
		loop.add(wire->fd, i);
		nodes[i].dht = std::make_unique<dht::Dht>(std::move(wire), config, silent);
	}

	void run(size_t i, const uint8_t *data, size_t n, SockAddr from)
	{
		Node &node = nodes[i];
		node.due = node.dht->periodic(data, n, std::move(from), dht::clock::now());
		queue.push({ node.due, i });
	}

	int due_in(dht::time_point until)
	{
		if (!queue.empty() && queue.top().at < until)
			until = queue.top().at;
		auto left = until - dht::clock::now();
		auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(left).count();
		return ms < 0 ? 0 : static_cast<int>(ms) + 1;
	}

	const std::shared_ptr<dht::Logger> silent = std::make_shared<dht::Logger>();
	std::mt19937_64 random;
	overlay::Loop loop;
	std::vector<Node> nodes;
	std::priority_queue<Due> queue;
};

dht::InfoHash key_of(size_t i)
{
	return dht::InfoHash::get("bench " + std::to_string(i));
}

void settle(World &w, double seconds)
{
	auto end = dht::clock::now() + std::chrono::duration_cast<dht::duration>(
					       std::chrono::duration<double>(seconds));
	while (dht::clock::now() < end)
		w.turn(end);
}

/* Gives the node each key was put by. */
std::vector<size_t> put_all(World &w, size_t count)
{
	std::vector<size_t> by;
	size_t open = 0;
	for (size_t i = 0; i < count; i++) {
		size_t node = w.any();
		by.push_back(node);
		open++;
		w.node(node).dht->put(key_of(i), dht::Value("a value"), [&open](bool) { open--; });
		w.touch(node);
		auto limit = dht::clock::now() + std::chrono::seconds(10);
		while (open > 15 && dht::clock::now() < limit)
			w.turn(limit);
	}
	auto limit = dht::clock::now() + std::chrono::seconds(10);
	while (open && dht::clock::now() < limit)
		w.turn(limit);
	return by;
}

struct Get {
	double began;
	bool answered = false, done = false;
};

/* From the first key to before the last. */
void get_all(World &w, const std::vector<size_t> &by, size_t first, size_t last, size_t window,
	     overlay::Report &report)
{
	std::vector<std::unique_ptr<Get>> gets;
	size_t open = 0;
	for (size_t i = first; i < last || open;) {
		while (i < last && open < window) {
			size_t node = w.any();
			if (node == by[i])
				continue;
			gets.push_back(std::make_unique<Get>());
			Get *g = gets.back().get();
			g->began = overlay::now();
			open++;
			w.node(node).dht->get(
				key_of(i++),
				[g, &report](const std::vector<std::shared_ptr<dht::Value>> &v) {
					if (!g->answered && !v.empty()) {
						g->answered = true;
						report.answered(overlay::now() - g->began);
					}
					return false;
				},
				[g, &open](bool) {
					if (!g->done) {
						g->done = true;
						open--;
					}
				});
			w.touch(node);
		}
		w.turn(dht::clock::now() + std::chrono::seconds(1));
	}
}

} // namespace

int main(int argc, char **argv)
{
	overlay::Arguments a(argc, argv);
	size_t before = overlay::resident_kib();
	World w(a.nodes, a.seed);
	settle(w, a.settle);
	std::vector<size_t> by = put_all(w, a.gets[0] + a.gets[1]);
	settle(w, 1);
	for (size_t round = 0, first = 0; round < 2; first += a.gets[round++]) {
		overlay::Report report(a, round);
		get_all(w, by, first, first + a.gets[round], overlay::rounds[round], report);
		report.print("opendht", before);
	}
	_exit(0);
}
