#include "mesh.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define RECORDS_MAX 65536u /* of a node in a round */

/* What lies in a record: whose, the how manieth of the round, which round, when. */
struct head {
	uint32_t from, at, round;
	int64_t us;
};

static struct mesh *mesh;
static uint32_t self;
static uint8_t *seen[MESH_NODES]; /* a bit a record of the round */
static uint32_t seen_round;

int64_t mesh_now_us(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* 32 buckets to each power of two: 3 % wide. */
static unsigned bucket_of(int64_t us)
{
	uint64_t v = us < 1 ? 1 : (uint64_t)us;
	unsigned log = 63 - (unsigned)__builtin_clzll(v);
	unsigned part = (unsigned)((log < 5 ? v << (5 - log) : v >> (log - 5)) & 31);
	unsigned at = log * 32 + part;
	return at < MESH_BUCKETS ? at : MESH_BUCKETS - 1;
}

static bool first_time(const struct head *h)
{
	uint8_t *bits = seen[h->from];
	uint8_t bit = (uint8_t)(1u << (h->at & 7));
	if (h->at >= RECORDS_MAX || (bits[h->at >> 3] & bit))
		return false;
	bits[h->at >> 3] |= bit;
	return true;
}

void mesh_arrived(const uint8_t *record, size_t n)
{
	struct mesh_node *me = &mesh->node[self];
	struct head h;
	if (n != MESH_RECORD)
		return;
	memcpy(&h, record, sizeof(h));
	if (h.from == self || h.from >= mesh->nodes || h.round != seen_round)
		return;
	if (!first_time(&h)) {
		atomic_fetch_add_explicit(&me->twice, 1, memory_order_relaxed);
		return;
	}
	int64_t now = mesh_now_us();
	atomic_fetch_add_explicit(&me->bucket[bucket_of(now - h.us)], 1, memory_order_relaxed);
	atomic_store_explicit(&me->last_us, now, memory_order_relaxed);
	atomic_fetch_add_explicit(&me->got, 1, memory_order_relaxed);
}

static void begin_round(uint32_t round)
{
	struct mesh_node *me = &mesh->node[self];
	for (uint32_t i = 0; i < mesh->nodes; i++)
		memset(seen[i], 0, RECORDS_MAX / 8);
	for (unsigned i = 0; i < MESH_BUCKETS; i++)
		atomic_store(&me->bucket[i], 0);
	atomic_store(&me->got, 0);
	atomic_store(&me->twice, 0);
	atomic_store(&me->sent, 0);
	atomic_store(&me->last_us, 0);
	atomic_store(&me->sent_us, 0);
	seen_round = round;
}

static void send_one(const struct mesh_kind *kind, uint64_t at, bool *full)
{
	struct mesh_node *me = &mesh->node[self];
	uint8_t record[MESH_RECORD];
	struct head h = { self, (uint32_t)at, seen_round, mesh_now_us() };
	memset(record, 0xa5, sizeof(record));
	memcpy(record, &h, sizeof(h));
	*full = !kind->send(record);
	if (*full)
		return;
	atomic_store(&me->sent_us, mesh_now_us());
	atomic_store(&me->sent, at + 1);
}

/* How many of ours should be out by now; ours are due between those of the others. */
static uint64_t due(uint64_t mine, uint64_t rate)
{
	int64_t since = mesh_now_us() - atomic_load(&mesh->start_us);
	double each = 1e6 * mesh->nodes / (double)rate;
	double n = ((double)since - each * self / mesh->nodes) / each + 1;
	if (!rate)
		return mine;
	return since < 0 || n < 0 ? 0 : n > (double)mine ? mine : (uint64_t)n;
}

static void send_phase(const struct mesh_kind *kind)
{
	uint64_t count = atomic_load(&mesh->count), rate = atomic_load(&mesh->rate);
	uint64_t mine = count / mesh->nodes, at = atomic_load(&mesh->node[self].sent);
	bool full = false;
	for (uint64_t want = due(mine, rate), n = 0; at < want && n < 64 && !full; at++, n++)
		send_one(kind, at, &full);
	kind->turn(rate || full || at >= mine ? 1 : 0);
}

int mesh_main(int argc, char **argv, const struct mesh_kind *kind)
{
	if (argc < 3)
		errx(2, "usage: %s FILE SELF ...", argv[0]);
	int fd = open(argv[1], O_RDWR);
	mesh = fd < 0 ? MAP_FAILED
		      : mmap(NULL, sizeof(*mesh), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (mesh == MAP_FAILED)
		err(1, "%s", argv[1]);
	self = (uint32_t)strtoul(argv[2], NULL, 10);
	for (uint32_t i = 0; i < mesh->nodes; i++) {
		seen[i] = mmap(NULL, RECORDS_MAX / 8, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (seen[i] == MAP_FAILED)
			err(1, "memory");
	}
	if (!kind->start(self, mesh, argv + 3))
		return 1;
	atomic_store(&mesh->node[self].pid, (uint32_t)getpid());
	for (;;) {
		uint32_t phase = atomic_load(&mesh->phase), round = atomic_load(&mesh->round);
		if (phase == MESH_END)
			break;
		if (round != seen_round) {
			begin_round(round);
			continue;
		}
		if (phase == MESH_SEND && mesh_now_us() >= atomic_load(&mesh->start_us))
			send_phase(kind);
		else
			kind->turn(phase == MESH_SEND ? 1 : 100);
	}
	kind->end();
	return 0;
}
