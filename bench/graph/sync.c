/* sync PORT DIR|- RECORDS DIFFERENT: a node with RECORDS records of 256 octets, and a second
 * one in a process of its own that joins it: how long until it has all, of which the second
 * then loses DIFFERENT changes while it is away; what it costs to bring it up to date by
 * hash. The same octets through a bare TCP connection on loopback beside it. One line of
 * JSON. */
#include "mesh.h"
#include "ours.h"

#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of the first node and the second, to lead each other. */
struct shared {
	_Atomic uint32_t step;
	int64_t join_us, hash_us, cpu_us, source_cpu_us;
	uint64_t join_octets, hash_octets, records;
};

static struct shared *shared;
static uint16_t port;
static uint32_t records, different;
static const char *dir;

static const char *folder(const char *name, char out[300])
{
	if (strcmp(dir, "-") == 0)
		return NULL;
	(void)snprintf(out, 300, "%s/%s", dir, name);
	if (mkdir(out, 0700) && access(out, W_OK))
		err(1, "%s", out);
	return out;
}

static int64_t cpu_us(void)
{
	struct rusage r;
	(void)getrusage(RUSAGE_SELF, &r);
	return (r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1000000 + r.ru_utime.tv_usec +
	       r.ru_stime.tv_usec;
}

static void add(struct ours *o, uint32_t n)
{
	uint8_t record[MESH_RECORD] = { 0 };
	for (uint32_t i = 0; i < n;) {
		memcpy(record, &i, sizeof(i));
		if (o->asked < 4096 && ours_add(o, span_of(record, sizeof(record))))
			i++;
		else
			ours_turn(o, 10);
	}
	while (o->asked)
		ours_turn(o, 10);
	if (o->last)
		errx(1, "add: %s", err_text(o->last));
}

/* The first node's child; 0 in the second node. */
static pid_t child;

static void wait_step(struct ours *o, uint32_t step)
{
	while (atomic_load(&shared->step) < step) {
		if (child && waitpid(child, NULL, WNOHANG) == child)
			errx(1, "the second node failed");
		ours_turn(o, 5);
	}
}

static void second(void)
{
	char path[300];
	struct graph_info before, info;
	struct ours o = { 0 };
	ours_start(&o, (uint16_t)(port + 1), folder("second", path));
	wait_step(&o, 1);
	int64_t begin = mesh_now_us(), cpu = cpu_us();
	ours_join(&o, port, 300);
	ours_info(&o, &info);
	shared->join_us = mesh_now_us() - begin;
	shared->cpu_us = cpu_us() - cpu;
	shared->join_octets = info.counts.in + info.counts.out;
	shared->records = info.db.records;
	/* Away: the links end, the other changes records meanwhile. */
	struct graph_link_info l;
	size_t at = 0;
	struct graphs_command c = { .kind = GRAPHS_OF, .of = { .kind = GRAPH_DISCONNECT_FROM } };
	const struct graph *g =
		graphs_find(node_graphs(engine_node(o.engine)), span_str("0.bench"));
	while (graph_link_next(g, &at, &l))
		c.of.conn = l.conn;
	(void)!ours_do(&o, &c);
	atomic_store(&shared->step, 2);
	/* It does nothing meanwhile: left alone it would find its neighbor again at once. */
	while (atomic_load(&shared->step) < 3)
		(void)poll(NULL, 0, 1);
	ours_info(&o, &before);
	begin = mesh_now_us();
	/* The first may hold the old link until it has read of its end, and refuse another. */
	while (!ours_connects(&o, port) && mesh_now_us() - begin < 60000000)
		ours_turn(&o, 1);
	do {
		ours_turn(&o, 5);
		ours_info(&o, &info);
	} while (info.db.records < records + different && mesh_now_us() - begin < 60000000);
	shared->hash_us = mesh_now_us() - begin;
	/* What is under way still belongs to it. */
	for (begin = mesh_now_us(); mesh_now_us() - begin < 1000000;)
		ours_turn(&o, 50);
	ours_info(&o, &info);
	shared->hash_octets =
		info.counts.in + info.counts.out - before.counts.in - before.counts.out;
	shared->records = info.db.records;
	atomic_store(&shared->step, 4);
	ours_end(&o);
}

static void first(void)
{
	char path[300];
	struct ours o = { 0 };
	ours_start(&o, port, folder("first", path));
	ours_create(&o);
	add(&o, records);
	int64_t cpu = cpu_us();
	atomic_store(&shared->step, 1);
	wait_step(&o, 2);
	shared->source_cpu_us = cpu_us() - cpu;
	add(&o, different);
	atomic_store(&shared->step, 3);
	wait_step(&o, 4);
	ours_end(&o);
}

static void drink(int fd, uint64_t octets)
{
	static uint8_t buffer[1 << 16];
	for (ssize_t n; octets > 0 && (n = recv(fd, buffer, sizeof(buffer), 0)) > 0;)
		octets -= (size_t)n < octets ? (size_t)n : octets;
	if (octets)
		errx(1, "loopback");
}

/* The same octets with nothing done to them. */
static int64_t raw_us(uint64_t octets)
{
	static uint8_t buffer[1 << 16];
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);
	int l = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(l, (struct sockaddr *)&a, n) || listen(l, 1) ||
	    getsockname(l, (struct sockaddr *)&a, &n))
		err(1, "listen");
	pid_t sender = fork();
	if (sender == 0) {
		int s = socket(AF_INET, SOCK_STREAM, 0);
		if (connect(s, (struct sockaddr *)&a, n))
			_exit(1);
		for (uint64_t left = octets; left > 0;) {
			ssize_t w =
				send(s, buffer, left < sizeof(buffer) ? left : sizeof(buffer), 0);
			if (w <= 0)
				_exit(1);
			left -= (size_t)w;
		}
		_exit(0);
	}
	int fd = accept(l, NULL, NULL);
	int64_t begin = mesh_now_us();
	drink(fd, octets);
	begin = mesh_now_us() - begin;
	(void)waitpid(sender, NULL, 0);
	(void)close(fd);
	(void)close(l);
	return begin;
}

int main(int argc, char **argv)
{
	if (argc != 5)
		errx(2, "usage: %s PORT DIR|- RECORDS DIFFERENT", argv[0]);
	port = (uint16_t)strtoul(argv[1], NULL, 10);
	dir = argv[2];
	records = (uint32_t)strtoul(argv[3], NULL, 10);
	different = (uint32_t)strtoul(argv[4], NULL, 10);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED)
		err(1, "memory");
	child = fork();
	if (child == 0) {
		second();
		_exit(0);
	}
	first();
	int status = 0;
	(void)waitpid(child, &status, 0);
	if (status)
		errx(1, "the second node failed");
	printf("{\"records\": %llu, \"join_us\": %lld, \"join_octets\": %llu, \"raw_us\": %lld, "
	       "\"cpu_us\": %lld, \"source_cpu_us\": %lld, \"hash_us\": %lld, \"hash_octets\": %llu}\n",
	       (unsigned long long)shared->records, (long long)shared->join_us,
	       (unsigned long long)shared->join_octets, (long long)raw_us(shared->join_octets),
	       (long long)shared->cpu_us, (long long)shared->source_cpu_us,
	       (long long)shared->hash_us, (unsigned long long)shared->hash_octets);
	return shared->records >= records + different ? 0 : 1;
}
