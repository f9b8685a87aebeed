/* graph_hash.c - hash synchronisation with a hostile neighbor, against a database of 50
 * records. The first octet is how many records a step does; the rest is a whole SOLICIT_HASH,
 * which is answered, or an ADVERTISE, which is compared. */
#include "base/store_mem.h"
#include "graph/hash.h"
#include "fuzz_env.h"

#define NOW    UINT64_C(0x01da000000001000)
#define N      50
#define OCTETS 256

struct fuzz {
	struct fuzz_env fuzz;
	struct crypto *crypto;
	struct store_mem *mem;
	struct graph_db *db;
	uint64_t next_row;
};

/* Record i: a place of its own, in tens that share a time. */
static void put(struct fuzz *f, uint8_t i)
{
	uint8_t octets[OCTETS];
	static const uint8_t name[] = { 0, 'a', 0, 0 };
	struct graph_record r = {
		.version = 1 + i % 3U,
		.creator = span_of(name, sizeof(name)),
		.graph = span_of(name, sizeof(name)),
		.created = UINT64_C(0x01da000000000000),
		.modified = UINT64_C(0x01da000000000000) + i / 10,
		.expires = i % 7 ? UINT64_MAX : NOW - 1,
		.protocol = GRAPH_PROTOCOL,
	};
	struct graph_db_put p = { .record = &r };
	struct graph_entry *e;
	enum graph_fault why;
	uint64_t number;
	memset(r.type.at, 7, sizeof(r.type.at));
	memset(r.id.at, i, sizeof(r.id.at));
	struct wr w = wr_of(octets, sizeof(octets));
	graph_record_put(&w, &r);
	p.octets = wr_span(&w);
	hold(graph_db_put(f->db, &p, &e, &number, &why) == OK);
}

static void begin(struct fuzz *f)
{
	static const struct graph_db_limits limits = { 1 << 20, 1 << 20, N, 4, 4 };
	f->fuzz = (struct fuzz_env)FUZZ_ENV(f->fuzz);
	hold(crypto_new(&f->crypto, &f->fuzz.env) == OK);
	hold(store_mem_new(&f->mem, &f->fuzz.env) == OK);
	hold(graph_db_new(&f->db, 1, &f->fuzz.env, store_mem_store(f->mem), f->crypto,
			  CRYPTO_MODERN, &limits, &f->next_row) == OK);
	for (uint8_t i = 0; i < N; i++)
		put(f, i);
}

static void end(struct fuzz *f)
{
	graph_db_free(f->db);
	store_mem_free(f->mem);
	crypto_free(f->crypto);
	hold(f->fuzz.live == 0);
}

/* Ends after a number of steps that the input's size and ours bound. */
static void run(struct graph_hash *h, size_t slice, size_t size)
{
	bool done = false;
	size_t most = 4 * (N + size) + 16;
	while (!done) {
		hold(most-- > 0);
		hold(graph_hash_step(h, slice, &done) == OK);
	}
}

static void answer(struct fuzz *f, const struct graph_array *hashes, size_t slice, size_t size)
{
	struct graph_hash *h;
	struct graph_message m;
	if (graph_hash_answer(&h, hashes, f->db, f->crypto, CRYPTO_MODERN, &f->fuzz.env, NOW))
		return;
	run(h, slice, size);
	hold(graph_message_decode(graph_hash_message(h), &m) == OK);
	hold(m.type == GRAPH_ADVERTISE && m.advertise.abstracts.n <= N);
	graph_hash_free(h);
}

static void compare(struct fuzz *f, const struct graph_advertise *a, size_t slice, size_t size)
{
	struct graph_hash *h;
	struct graph_message m;
	if (graph_hash_compare(&h, a, f->db, &f->fuzz.env, NOW))
		return;
	graph_hash_see(h, (enum graph_hash_forks)(slice % 3));
	run(h, slice, size);
	hold(graph_message_decode(graph_hash_message(h), &m) == OK);
	hold(m.type == GRAPH_REQUEST && m.request.n <= a->abstracts.n);
	struct graph_ids ids = graph_hash_to_send(h);
	hold(ids.n <= N);
	for (size_t i = 0; i < ids.n; i++)
		hold(graph_db_find(f->db, &ids.at[i]) != NULL);
	graph_hash_free(h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = { .next_row = 1 };
	struct graph_message m;
	if (size == 0 || graph_message_decode(span_of(data + 1, size - 1), &m))
		return 0;
	size_t slice = 1 + data[0] % 64;
	begin(&f);
	if (m.type == GRAPH_SOLICIT_HASH)
		answer(&f, &m.solicit.hashes, slice, size);
	else if (m.type == GRAPH_ADVERTISE)
		compare(&f, &m.advertise, slice, size);
	end(&f);
	return 0;
}
