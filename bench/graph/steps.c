/* steps RECORDS: how long single steps of the loop are (D18) with graphs of RECORDS records of
 * 256 octets in memory: reading the database, comparing it by hash with one that has not a
 * record of it, forgetting it when a commit failed, closing the graph. Two graphs in one
 * process, joined by pipes in memory; a step is one call and what comes out of it. A line of
 * JSON a kind: how often, all together and the longest, in us of CPU, which other processes
 * do not lengthen. */
#include "base/store_mem.h"
#include "crypto/crypto.h"
#include "graph/graph.h"
#include "os/clock.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CHUNK  65536 /* octets of one input */
#define RECORD 256
#define NUMBER 1
#define GRAPH  "0.bench"

enum kind {
	LOAD,
	COMPARE,
	FORGET,
	CLOSE,
	KINDS
};

struct steps {
	size_t n;
	double all, longest;
};

/* Octets on their way to a side. */
struct pipe {
	uint8_t *at;
	size_t from, n, room;
	bool drain; /* the other side asked to be told when all have gone */
};

struct side {
	struct graph_shared shared;
	struct store_mem *mem;
	struct graph *g;
	struct addr addr;
	struct pipe in;
	uint32_t link; /* 0: none */
	bool dialled, ended;
};

struct bench {
	struct side side[2];
	struct crypto *crypto;
	struct mono now;
	struct wall wall;
	struct steps steps[KINDS];
	size_t records;
};

static double cpu_us(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void count(struct bench *b, enum kind k, double since)
{
	double us = cpu_us() - since;
	b->steps[k].n++;
	b->steps[k].all += us;
	if (us > b->steps[k].longest)
		b->steps[k].longest = us;
}

static void must(enum err e, const char *what)
{
	if (e != OK)
		errx(1, "%s: %s", what, err_text(e));
}

static void pipe_put(struct pipe *p, struct span s)
{
	if (p->n + s.n > p->room) {
		p->room = 2 * (p->n + s.n);
		p->at = realloc(p->at, p->room);
		if (!p->at)
			errx(1, "no memory");
	}
	memcpy(p->at + p->n, s.p, s.n);
	p->n += s.n;
}

/* Row i of a side; those of the other one lie between them in time. */
static void put_row(struct bench *b, size_t side, uint64_t i)
{
	uint8_t row[5 + 1024], payload[RECORD] = { 0 }, names[2][64], fold[8], key[8];
	size_t creator, graph;
	struct graph_guid random = { { 0 } };
	uint64_t number, at = GRAPH_TIME_UNIX + (uint64_t)b->wall.us * 10 - 86400 * GRAPH_TICKS_SEC;
	must(graph_utf16(span_str(side ? "0.b" : "0.a"), 32, names[0], &creator), "name");
	must(graph_utf16(span_str(GRAPH), 32, names[1], &graph), "name");
	memcpy(payload, &i, sizeof(i));
	uint64_t drawn = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);
	memcpy(random.at, &drawn, sizeof(drawn));
	struct graph_record r = {
		.type = { { 1, 2, 3, 4, 5, 6, 7, 8 } },
		.version = 1,
		.creator = span_of(names[0], creator),
		.graph = span_of(names[1], graph),
		.created = at + 2 * i + side,
		.modified = at + 2 * i + side,
		.expires = at + 30 * 86400 * GRAPH_TICKS_SEC,
		.protocol = GRAPH_PROTOCOL,
		.payload = span_of(payload, sizeof(payload)),
	};
	graph_creator_fold(b->crypto, CRYPTO_MODERN, r.creator, fold);
	graph_record_id_make(fold, &random, &r.id);
	struct wr w = wr_of(row, sizeof(row)), k = wr_of(key, sizeof(key));
	wr_u32(&w, NUMBER);
	wr_u8(&w, 0);
	graph_record_put(&w, &r);
	wr_u64(&k, i + 1);
	must(store_put(b->side[side].shared.store, &graph_table_records, wr_span(&k), wr_span(&w),
		       &number),
	     "put");
}

static void begin(struct bench *b, size_t i)
{
	struct side *s = &b->side[i];
	char name[16];
	(void)snprintf(name, sizeof(name), "127.0.0.%zu", i + 1);
	must(addr_parse(span_str(name), 4000, &s->addr), "address");
	must(store_mem_new(&s->mem, os_env()), "store");
	s->shared = (struct graph_shared){ .env = os_env(),
					   .crypto = b->crypto,
					   .store = store_mem_store(s->mem),
					   .next_row = b->records + 1,
					   .next_link = 1 };
	for (uint64_t row = 0; row < b->records; row++) {
		put_row(b, i, row);
		if (row % 1024 == 0 && store_mem_seal(s->mem))
			(void)store_mem_commit(s->mem);
	}
	struct graph_birth birth = { .properties = { .id = GRAPH, .profile = CRYPTO_MODERN },
				     .number = NUMBER,
				     .provider = graph_provider_open,
				     .synchronised = true,
				     .times = graph_times_default,
				     .limits = graph_limits_default };
	(void)snprintf(birth.peer, sizeof(birth.peer), "0.node%zu", i);
	must(graph_new(&s->g, &birth, &s->shared, b->now, b->wall, NULL), "graph");
}

/* All that a call led to; what it does not say is not part of the step. */
static void drain(struct bench *b, size_t i)
{
	struct side *s = &b->side[i], *other = &b->side[1 - i];
	struct graph_out out;
	while (graph_poll(s->g, &out)) {
		if (out.kind == GRAPH_OUT_SEND) {
			pipe_put(&other->in, out.bytes);
			other->in.drain |= out.drain;
		} else if (out.kind == GRAPH_OUT_DIAL) {
			s->dialled = true;
			s->link = out.link;
		} else if (out.kind == GRAPH_OUT_CLOSE) {
			s->ended = true;
		}
	}
	if (store_mem_seal(s->mem))
		(void)store_mem_commit(s->mem);
}

static void tick(struct bench *b, size_t i, enum kind k)
{
	double since = cpu_us();
	graph_tick(b->side[i].g, b->now);
	count(b, k, since);
	drain(b, i);
}

static size_t loaded(struct bench *b, size_t i)
{
	struct graph_info info;
	graph_info(b->side[i].g, b->now, &info);
	return info.loaded ? info.db.records : 0;
}

static void load(struct bench *b, size_t i, enum kind k)
{
	while (loaded(b, i) < b->records) {
		b->now = mono_add(b->now, MONO_MS);
		tick(b, i, k);
	}
}

static void meet(struct bench *b)
{
	struct side *s = b->side;
	const struct graph_command c = { .kind = GRAPH_CONNECT_TO, .remote = s[1].addr };
	must(graph_listen(s[1].g, &s[1].addr, 1, b->now), "listen");
	drain(b, 1);
	must(graph_command(s[0].g, &c, 1, b->now), "connect");
	drain(b, 0);
	if (!s[0].dialled)
		errx(1, "nothing is dialled");
	s[1].link = 2;
	must(graph_accepted(s[1].g, 2, &s[1].addr, &s[0].addr, b->now), "accept");
	must(graph_up(s[0].g, s[0].link, &s[0].addr, &s[1].addr, b->now), "up");
	drain(b, 0);
}

/* One input, and when the last octets have come the other side is told. */
static bool move(struct bench *b, size_t i)
{
	struct side *s = &b->side[i], *other = &b->side[1 - i];
	struct pipe *p = &s->in;
	size_t n = p->n - p->from < CHUNK ? p->n - p->from : CHUNK;
	if (n) {
		double since = cpu_us();
		must(graph_input(s->g, s->link, span_of(p->at + p->from, n), b->now), "input");
		count(b, COMPARE, since);
		drain(b, i);
		p->from += n;
	}
	if (p->from < p->n || (!n && !p->drain))
		return n > 0;
	p->from = p->n = 0;
	if (p->drain) {
		double since = cpu_us();
		p->drain = false;
		graph_drained(other->g, other->link, b->now);
		count(b, COMPARE, since);
		drain(b, 1 - i);
	}
	return true;
}

static bool synchronised(struct bench *b)
{
	return loaded(b, 0) >= 2 * b->records && loaded(b, 1) >= 2 * b->records;
}

static void compare(struct bench *b)
{
	meet(b);
	for (size_t idle = 0; !synchronised(b) && idle < 1000; idle++) {
		for (size_t i = 0; i < 2; i++) {
			if (move(b, i))
				idle = 0;
			if (!mono_reached(graph_deadline(b->side[i].g), b->now))
				continue;
			tick(b, i, COMPARE);
			idle = 0;
		}
		b->now = mono_add(b->now, 10);
		if (b->side[0].ended || b->side[1].ended)
			errx(1, "the link ended");
	}
	if (!synchronised(b))
		errx(1, "not synchronised: %zu and %zu records", loaded(b, 0), loaded(b, 1));
	b->records *= 2;
}

static void forget(struct bench *b)
{
	double since = cpu_us();
	graph_store_failed(b->side[0].g, 1, ERR_IO, b->now);
	count(b, FORGET, since);
	drain(b, 0);
	load(b, 0, FORGET);
}

static void end(struct bench *b, size_t i)
{
	struct side *s = &b->side[i];
	for (bool gone = false; !gone;) {
		double since = cpu_us();
		gone = graph_free_some(s->g);
		count(b, CLOSE, since);
	}
	store_mem_free(s->mem);
	free(s->in.at);
}

int main(int argc, char **argv)
{
	static const char *const names[KINDS] = { "load", "compare", "forget", "close" };
	static struct bench b;
	if (argc != 2)
		errx(2, "usage: %s RECORDS", argv[0]);
	b.records = strtoul(argv[1], NULL, 10);
	b.now = (struct mono){ 1000 * MONO_SEC };
	b.wall = os_wall();
	must(crypto_new(&b.crypto, os_env()), "crypto");
	for (size_t i = 0; i < 2; i++) {
		begin(&b, i);
		load(&b, i, LOAD);
	}
	compare(&b);
	forget(&b);
	for (size_t i = 0; i < 2; i++)
		end(&b, i);
	crypto_free(b.crypto);
	for (size_t k = 0; k < KINDS; k++)
		printf("{\"step\": \"%s\", \"n\": %zu, \"all_us\": %.0f, \"longest_us\": %.0f}\n",
		       names[k], b.steps[k].n, b.steps[k].all, b.steps[k].longest);
	return 0;
}
