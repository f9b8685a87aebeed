/* GRAPH-8.16: two nodes that call each other at once end with one link, whatever comes
 * first on which of the two. */
#include "mesh_rig.h"

#define MOVES 10

/* Both are there, know of each other, and are not connected. */
static struct mesh *apart(uint64_t seed)
{
	struct mesh *m = mesh_new(2, seed);
	mesh_create(m, 0);
	mesh_join(m, 1, 0);
	mesh_run(m, 5 * MONO_SEC);
	mesh_cut(m, 0, 1);
	mesh_run(m, 2 * MONO_SEC);
	mesh_heal(m, 0, 1);
	assert_int_equal(mesh_neighbors(m, 0), 0);
	assert_int_equal(mesh_neighbors(m, 1), 0);
	assert_null(m->streams);
	return m;
}

static bool both_have_one(struct mesh *m)
{
	return mesh_neighbors(m, 0) == 1 && mesh_neighbors(m, 1) == 1 && mesh_connected(m);
}

static void schedule(uint64_t seed, uint32_t order)
{
	struct mesh *m = apart(seed);
	uint64_t a = mesh_connect(m, 0, 1), b = mesh_connect(m, 1, 0);
	struct mesh_stream *s[2] = { m->streams, m->streams->next };
	assert_non_null(s[1]);
	for (uint32_t i = 0; i < MOVES; i++)
		(void)mesh_move(m, s[order >> i & 1]);
	/* No attempt of upkeep: what there is stands by itself. */
	mesh_run(m, 3 * MONO_SEC);
	assert_true(both_have_one(m));
	const struct mesh_reply *ra = mesh_reply(m, 0, a), *rb = mesh_reply(m, 1, b);
	assert_non_null(ra);
	assert_non_null(rb);
	/* Who called is connected now, or was told that it is so already. */
	assert_true(ra->err == OK || ra->err == ERR_REFUSED || ra->err == ERR_EXISTS);
	assert_true(rb->err == OK || rb->err == ERR_REFUSED || rb->err == ERR_EXISTS);
	assert_int_equal(m->node[0].events[GRAPH_EVENT_BAD_PEER], 0);
	assert_int_equal(m->node[1].events[GRAPH_EVENT_BAD_PEER], 0);
	mesh_free(m);
}

static bool lower_is_first(uint64_t seed)
{
	struct mesh *m = apart(seed);
	bool lower = mesh_info(m, 0).node < mesh_info(m, 1).node;
	mesh_free(m);
	return lower;
}

/* Every order of ten moves, with the lower Node ID on either side. */
static void every_order(void **state)
{
	uint64_t seeds[2] = { 0, 0 };
	for (uint64_t seed = 1; !seeds[0] || !seeds[1]; seed++)
		seeds[lower_is_first(seed)] = seed;
	for (size_t k = 0; k < 2; k++)
		for (uint32_t order = 0; order < UINT32_C(1) << MOVES; order++)
			schedule(seeds[k], order);
}

/* Nobody knows the other's Node ID or address: both accept, WELCOME settles it. */
static void unknown_to_each_other(void **state)
{
	for (uint64_t seed = 1; seed <= 6; seed++) {
		struct mesh *m = apart(seed);
		const struct addr other[2] = {
			{ .family = ADDR_IPV4, .ip = { 192, 0, 2, 1 }, .port = 1 },
			{ .family = ADDR_IPV4, .ip = { 192, 0, 2, 2 }, .port = 1 }
		};
		/* What they say they listen on is not where they are reached. */
		for (size_t i = 0; i < 2; i++) {
			assert_int_equal(graph_listen(m->node[i].g, &other[i], 1, m->now), OK);
			mesh_drain(m, i);
		}
		mesh_run(m, 2 * MONO_SEC);
		mesh_connect(m, 0, 1);
		mesh_connect(m, 1, 0);
		mesh_run(m, 3 * MONO_SEC);
		assert_true(both_have_one(m));
		mesh_free(m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_order),
		cmocka_unit_test(unknown_to_each_other),
	};
	return cmocka_run_group_tests_name("together", tests, NULL, NULL);
}
