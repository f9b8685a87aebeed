/* hash_rig.h - steps of a comparison over one database, for hash*_test.c. */
#ifndef UNIT_GRAPH_HASH_RIG_H
#define UNIT_GRAPH_HASH_RIG_H

#include "db_rig.h"

#include "graph/hash_int.h"

#define NOW (RIG_TIME + 10000 * GRAPH_TICKS_SEC)

static inline void put(struct db_rig *r, uint32_t id, uint32_t version, uint64_t modified)
{
	db_must(r,
		&(struct db_spec){ .id = id, .version = version, .type = 9, .modified = modified });
}

static inline void run(struct graph_hash *h, size_t slice)
{
	bool done = false;
	for (int i = 0; i < 1000000 && !done; i++)
		assert_int_equal(graph_hash_step(h, slice, &done), OK);
	assert_true(done);
}

static inline struct graph_message decoded(const struct graph_hash *h)
{
	struct graph_message m;
	assert_int_equal(graph_message_decode(graph_hash_message(h), &m), OK);
	return m;
}

static inline struct graph_hash *compare(struct db_rig *r, const struct graph_advertise *a,
					 size_t slice)
{
	struct graph_hash *h;
	assert_int_equal(graph_hash_compare(&h, a, r->db, &r->f.env, NOW), OK);
	run(h, slice);
	return h;
}

#endif
