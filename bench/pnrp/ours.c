/* ours NODES GETS1 GETS16 SEED SETTLE [secure]: nodes of ours in one process, each with a socket
 * of its own on 127.0.0.1. Names are published by random nodes, settle, and are resolved once
 * each by another random node: GETS1 one at a time, then GETS16 sixteen at a time; every
 * answer's signature is checked. A line of JSON for each round, as the peers' programs print.
 *
 * ours serve NODES LOOKUPS SEED SETTLE: how many LOOKUPs a second one node of so many answers,
 * asked by another process with 64 on their way. */
#include "hosts.h"

#include "os/clock.h"
#include "pnrp/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ON_THEIR_WAY 64
#define PUBLISHING   16 /* names at a time */
#define ANNOUNCING   (30 * MONO_SEC)

struct run {
	uint32_t nodes, gets[2]; /* of the two rounds */
	uint32_t names;		 /* in all */
	uint64_t seed;
	double settle;
	bool secure;
	struct hosts *hosts;
	uint64_t random;
	uint32_t open, failed;
	uint32_t *publisher;
	struct pnrp_name *name;
	int64_t *times;
	uint32_t answered;
	double before, joined; /* resident KiB: without nodes, with nodes that have one name each */
};

/* xorshift64*: the same questions for the same seed. */
static uint32_t any(struct run *r, uint32_t below)
{
	r->random ^= r->random >> 12;
	r->random ^= r->random << 25;
	r->random ^= r->random >> 27;
	return (uint32_t)((r->random * UINT64_C(0x2545f4914f6cdd1d)) >> 32) % below;
}

static double seconds(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double resident_kib(void)
{
	unsigned long all, resident = 0;
	FILE *f = fopen("/proc/self/statm", "r");
	if (!f || fscanf(f, "%lu %lu", &all, &resident) != 2)
		resident = 0;
	if (f)
		fclose(f);
	return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1024;
}

static void settle(struct run *r, double s)
{
	hosts_run_until(r->hosts, os_mono().us + (int64_t)(s * 1e6));
}

static void on_end(void *arg, const struct host_end *end)
{
	struct run *r = arg;
	r->open--;
	if (end->err)
		r->failed++;
	else if (end->found && r->times)
		r->times[r->answered++] = end->ended - end->began;
}

static void name_of(struct pnrp_name *name, const char *what, uint32_t i)
{
	*name = (struct pnrp_name){ 0 };
	name->classifier_n =
		(uint16_t)snprintf(name->classifier, sizeof(name->classifier), "%s-%u", what, i);
}

static void publish_at(struct run *r, uint32_t host, const struct pnrp_name *name, bool secure)
{
	struct pnrp_command c = { .kind = PNRP_PUBLISH,
				  .name = *name,
				  .temporary = true,
				  .automatic = true,
				  .own_key = secure,
				  .n_apps = 1 };
	c.name.secure = secure;
	c.app[0] = (struct pnrp_app){ .port = 8080, .protocol = 6 };
	r->open++;
	hosts_command(r->hosts, host, &c);
}

static void publish(struct run *r, uint32_t i)
{
	struct pnrp_name *name = &r->name[i];
	name_of(name, "bench", i);
	r->publisher[i] = any(r, r->nodes);
	publish_at(r, r->publisher[i], name, r->secure);
	name->secure = r->secure;
	if (r->secure && pnrp_clouds_authority(node_pnrp(hosts_node(r->hosts, r->publisher[i])),
					       name->authority))
		exit(1);
}

/* Until all but so many names are known to their neighbours. */
static void announce(struct run *r, uint64_t names, uint32_t but)
{
	int64_t limit = os_mono().us + ANNOUNCING;
	while (names > hosts_announced(r->hosts) + but && !r->failed && os_mono().us < limit)
		hosts_run(r->hosts, 100);
	if (names <= hosts_announced(r->hosts) + but)
		return;
	fprintf(stderr, "ours: %llu of %llu names are announced\n",
		(unsigned long long)hosts_announced(r->hosts), (unsigned long long)names);
	exit(1);
}

/* What a machine does that comes into the cloud: an ID of its own makes it one that others
 * know, as a node of the other overlays has one. */
static void join_all(struct run *r)
{
	struct pnrp_name name;
	for (uint32_t i = 0; i < r->nodes; i++) {
		name_of(&name, "node", i);
		publish_at(r, i, &name, false);
		announce(r, i, 1); /* the first has nobody to tell */
	}
	announce(r, r->nodes, 0);
	settle(r, r->settle);
}

static void publish_all(struct run *r)
{
	for (uint32_t i = 0; i < r->names; i++) {
		publish(r, i);
		announce(r, r->nodes + i + 1, PUBLISHING);
	}
	announce(r, r->nodes + r->names, 0);
	if (r->open || r->failed) {
		fprintf(stderr, "ours: %u names could not be published\n", r->failed);
		exit(1);
	}
}

static void resolve(struct run *r, uint32_t i)
{
	struct pnrp_command c = { .kind = PNRP_RESOLVE,
				  .name = r->name[i],
				  .criteria = PNRP_MATCH_ANY,
				  .most = 1,
				  .timeout = 30 * MONO_SEC };
	uint32_t host;
	do
		host = any(r, r->nodes);
	while (host == r->publisher[i]);
	r->open++;
	hosts_command(r->hosts, host, &c);
}

static void resolve_all(struct run *r, uint32_t first, uint32_t last, uint32_t window)
{
	for (uint32_t i = first; i < last || r->open;) {
		while (i < last && r->open < window)
			resolve(r, i++);
		if (r->open)
			hosts_run(r->hosts, 1000);
	}
}

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return x < y ? -1 : x > y;
}

static double at(const struct run *r, double share)
{
	uint32_t i = (uint32_t)(share * r->answered);
	if (!r->answered)
		return 0;
	return (double)r->times[i < r->answered ? i : r->answered - 1];
}

static void round_of(struct run *r, uint32_t round, uint32_t first)
{
	static const uint32_t window[2] = { 1, 16 };
	double began = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	uint64_t sent = hosts_sent(r->hosts);
	r->answered = 0;
	resolve_all(r, first, first + r->gets[round], window[round]);
	double took = seconds(CLOCK_MONOTONIC) - began, n = r->answered ? r->answered : 1;
	cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	qsort(r->times, r->answered, sizeof(*r->times), by_time);
	printf("{\"overlay\": \"homestead\", \"nodes\": %u, \"window\": %u, \"gets\": %u, "
	       "\"answered\": %u, \"per_s\": %.1f, \"p50_us\": %.1f, \"p99_us\": %.1f, "
	       "\"cpu_us\": %.1f, \"datagrams\": %.2f, \"kib_node\": %.1f, "
	       "\"kib_joined\": %.1f}\n",
	       r->nodes, window[round], r->gets[round], r->answered, n / took, at(r, 0.5),
	       at(r, 0.99), cpu * 1e6 / n, (double)(hosts_sent(r->hosts) - sent) / n,
	       (resident_kib() - r->before) / r->nodes, (r->joined - r->before) / r->nodes);
}

static void gets(struct run *r)
{
	r->before = resident_kib();
	r->names = r->gets[0] + r->gets[1];
	r->publisher = calloc(r->names, sizeof(*r->publisher));
	r->name = calloc(r->names, sizeof(*r->name));
	int64_t *times = calloc(r->names, sizeof(*times));
	r->hosts = hosts_new(r->nodes, on_end, r);
	join_all(r);
	r->joined = resident_kib();
	publish_all(r);
	settle(r, 1);
	r->times = times;
	round_of(r, 0, 0);
	round_of(r, 1, r->gets[0]);
}

/* The other process: LOOKUPs for random targets, an answer lets the next go. */
static void ask(uint16_t port, uint32_t lookups, uint64_t seed)
{
	struct run r = { .random = seed };
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in own = { 0 };
	socklen_t own_n = sizeof(own);
	struct timeval limit = { .tv_sec = 1 };
	uint8_t buffer[2048];
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) ||
	    getsockname(fd, (struct sockaddr *)&own, &own_n) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)))
		_exit(1);
	struct pnrp_message m = { .type = PNRP_LOOKUP };
	m.lookup.flags = PNRP_LOOKUP_ANY;
	m.lookup.criteria = PNRP_MATCH_ANY;
	m.lookup.path.n = 1;
	m.lookup.path.at[0] = (struct pnrp_endpoint){ .port = ntohs(own.sin_port) };
	memcpy(m.lookup.path.at[0].ip, "\0\0\0\0\0\0\0\0\0\0\377\377\177\0\0\1", 16);
	uint32_t sent = 0, got = 0;
	while (got < lookups) {
		while (sent < lookups && sent - got < ON_THEIR_WAY) {
			size_t n;
			m.id = ++sent;
			for (int i = 0; i < 4; i++)
				m.lookup.target.w[i] =
					(uint64_t)any(&r, UINT32_MAX) << 32 | any(&r, UINT32_MAX);
			if (pnrp_encode(pnrp_profile(CRYPTO_MODERN), &m, buffer, sizeof(buffer),
					&n) ||
			    send(fd, buffer, n, 0) < 0)
				_exit(1);
		}
		if (recv(fd, buffer, sizeof(buffer), 0) < 0)
			_exit(2);
		got++;
	}
	_exit(0);
}

static void serve(struct run *r)
{
	r->hosts = hosts_new(r->nodes, on_end, r);
	r->publisher = calloc(r->nodes, sizeof(*r->publisher));
	r->name = calloc(r->nodes, sizeof(*r->name));
	uint32_t lookups = r->gets[0];
	r->names = r->nodes;
	join_all(r);
	publish_all(r);
	settle(r, 1);
	uint16_t port = hosts_port(r->hosts, r->publisher[0]);
	double began = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	int status = 0;
	pid_t child = fork();
	if (child == 0)
		ask(port, lookups, r->seed);
	while (waitpid(child, &status, WNOHANG) == 0)
		hosts_run(r->hosts, 10);
	double took = seconds(CLOCK_MONOTONIC) - began;
	cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	if (status) {
		fprintf(stderr, "ours: a LOOKUP got no answer\n");
		exit(1);
	}
	printf("{\"overlay\": \"homestead\", \"served\": %u, \"per_s\": %.1f, \"cpu_us\": %.2f}\n",
	       lookups, lookups / took, cpu * 1e6 / lookups);
}

int main(int argc, char **argv)
{
	struct rlimit files = { 65536, 65536 };
	bool serving = argc == 6 && !strcmp(argv[1], "serve");
	if (!serving && argc != 6 && !(argc == 7 && !strcmp(argv[6], "secure"))) {
		fprintf(stderr, "usage: ours NODES GETS1 GETS16 SEED SETTLE [secure]\n"
				"       ours serve NODES LOOKUPS SEED SETTLE\n");
		return 2;
	}
	(void)setrlimit(RLIMIT_NOFILE, &files);
	struct run r = { .secure = argc == 7 };
	r.nodes = (uint32_t)strtoul(argv[serving ? 2 : 1], NULL, 10);
	r.gets[0] = (uint32_t)strtoul(argv[serving ? 3 : 2], NULL, 10);
	r.gets[1] = serving ? 0 : (uint32_t)strtoul(argv[3], NULL, 10);
	r.seed = strtoull(argv[4], NULL, 10);
	r.settle = strtod(argv[5], NULL);
	r.random = r.seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
	if (serving)
		serve(&r);
	else
		gets(&r);
	hosts_free(r.hosts);
	free(r.publisher);
	free(r.name);
	free(r.times);
	return 0;
}
