/* overlay.hh - what the benchmark's programs about other people's overlays share: sockets,
 * one epoll, arguments, and the line of figures. C++, since their libraries are. */
#ifndef BENCH_PNRP_OVERLAY_H
#define BENCH_PNRP_OVERLAY_H

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

namespace overlay
{

inline uint64_t datagrams, octets; /* sent by this process */

inline double now()
{
	timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

inline double cpu_seconds()
{
	timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

inline size_t resident_kib()
{
	FILE *f = fopen("/proc/self/statm", "r");
	unsigned long all = 0, resident = 0;
	if (!f || fscanf(f, "%lu %lu", &all, &resident) != 2)
		resident = 0;
	if (f)
		fclose(f);
	return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE)) / 1024;
}

inline void must(bool ok, const char *what)
{
	if (!ok) {
		perror(what);
		exit(1);
	}
}

/* Bound to a free port of 127.0.0.1. */
inline int udp_socket()
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	sockaddr_in a{};
	a.sin_family = AF_INET;
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	must(fd >= 0 && bind(fd, reinterpret_cast<sockaddr *>(&a), sizeof(a)) == 0, "socket");
	return fd;
}

inline uint16_t port_of(int fd)
{
	sockaddr_in a{};
	socklen_t n = sizeof(a);
	must(getsockname(fd, reinterpret_cast<sockaddr *>(&a), &n) == 0, "getsockname");
	return ntohs(a.sin_port);
}

struct Datagram {
	const uint8_t *data;
	size_t n;
	const sockaddr *from;
	socklen_t from_n;
};

/* One epoll over all sockets; each is read until it is empty. */
class Loop
{
      public:
	Loop() : fd(epoll_create1(EPOLL_CLOEXEC))
	{
		must(fd >= 0, "epoll");
	}
	~Loop()
	{
		close(fd);
	}

	void add(int socket, size_t number)
	{
		epoll_event e{};
		e.events = EPOLLIN;
		e.data.u64 = static_cast<uint64_t>(number) << 32 | static_cast<uint32_t>(socket);
		must(epoll_ctl(fd, EPOLL_CTL_ADD, socket, &e) == 0, "epoll_ctl");
	}

	template <class Take> void wait(int ms, Take take)
	{
		epoll_event events[256];
		int n = epoll_wait(fd, events, 256, ms);
		for (int i = 0; i < n; i++)
			read(static_cast<int>(events[i].data.u64 & 0xffffffff),
			     static_cast<size_t>(events[i].data.u64 >> 32), take);
	}

      private:
	template <class Take> void read(int socket, size_t number, Take take)
	{
		uint8_t data[65536];
		sockaddr_storage from;
		for (;;) {
			socklen_t from_n = sizeof(from);
			ssize_t n = recvfrom(socket, data, sizeof(data), MSG_DONTWAIT,
					     reinterpret_cast<sockaddr *>(&from), &from_n);
			if (n < 0)
				return;
			take(number, Datagram{ data, static_cast<size_t>(n),
					       reinterpret_cast<sockaddr *>(&from), from_n });
		}
	}

	int fd;
};

/* The second round asks so many at a time; the first asks one. */
const size_t rounds[2] = { 1, 16 };

struct Arguments {
	size_t nodes, gets[2]; /* of the two rounds */
	uint64_t seed;
	double settle;

	Arguments(int argc, char **argv)
	{
		if (argc != 6) {
			fprintf(stderr, "usage: %s NODES GETS1 GETS16 SEED SETTLE\n", argv[0]);
			exit(2);
		}
		nodes = strtoul(argv[1], nullptr, 10);
		gets[0] = strtoul(argv[2], nullptr, 10);
		gets[1] = strtoul(argv[3], nullptr, 10);
		seed = strtoull(argv[4], nullptr, 10);
		settle = strtod(argv[5], nullptr);
		rlimit files{ 65536, 65536 };
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
};

/* The gets' figures, from its making to print(). */
class Report
{
      public:
	Report(const Arguments &arguments, size_t which)
	    : a(arguments), round(which), began(now()), cpu(cpu_seconds()), sent(datagrams)
	{
	}

	void answered(double seconds)
	{
		times.push_back(seconds);
	}

	void print(const char *name, size_t resident_before)
	{
		double took = now() - began, used = cpu_seconds() - cpu;
		std::sort(times.begin(), times.end());
		double n = static_cast<double>(times.empty() ? 1 : times.size());
		printf("{\"overlay\": \"%s\", \"nodes\": %zu, \"window\": %zu, \"gets\": %zu, "
		       "\"answered\": %zu, \"per_s\": %.1f, \"p50_us\": %.1f, \"p99_us\": %.1f, "
		       "\"cpu_us\": %.1f, \"datagrams\": %.2f, \"kib_node\": %.1f}\n",
		       name, a.nodes, rounds[round], a.gets[round], times.size(), n / took, at(0.5),
		       at(0.99), used * 1e6 / n, static_cast<double>(datagrams - sent) / n,
		       static_cast<double>(resident_kib() - resident_before) /
			       static_cast<double>(a.nodes));
		fflush(stdout);
	}

      private:
	double at(double share) const
	{
		if (times.empty())
			return 0;
		size_t i = static_cast<size_t>(share * static_cast<double>(times.size()));
		return times[std::min(i, times.size() - 1)] * 1e6;
	}

	Arguments a;
	size_t round;
	double began, cpu;
	uint64_t sent;
	std::vector<double> times;
};

} // namespace overlay

#endif
