/* Meshes of real graphs: they come about, repair themselves, agree. */
#include "mesh_rig.h"

#include "graph/graph_int.h"

static void two_nodes_meet(void **state)
{
	struct mesh *m = mesh_new(2, 1);
	mesh_create(m, 0);
	mesh_open(m, 1);
	uint64_t number = mesh_connect(m, 1, 0);
	mesh_run(m, MONO_SEC);
	const struct mesh_reply *r = mesh_reply(m, 1, number);
	assert_non_null(r);
	assert_int_equal(r->err, OK);
	assert_int_equal(mesh_neighbors(m, 0), 1);
	assert_int_equal(mesh_neighbors(m, 1), 1);
	assert_true(mesh_info(m, 1).synchronised);
	assert_int_equal(mesh_listen(m, 1), OK);
	mesh_run(m, MONO_SEC);
	assert_true(mesh_settled(m));
	mesh_free(m);
}

static uint64_t lowest(struct mesh *m)
{
	uint64_t low = UINT64_MAX;
	for (size_t i = 0; i < m->n; i++)
		if (m->node[i].g && mesh_info(m, i).node < low)
			low = mesh_info(m, i).node;
	return low;
}

static bool one_signature(struct mesh *m)
{
	uint64_t low = lowest(m);
	for (size_t i = 0; i < m->n; i++)
		if (m->node[i].g && mesh_info(m, i).signature != low)
			return false;
	return true;
}

static bool enough_neighbors(struct mesh *m)
{
	size_t running = 0;
	for (size_t i = 0; i < m->n; i++)
		running += m->node[i].g != NULL;
	uint32_t least = running > 2 ? GRAPH_NEIGHBORS_MIN : 1;
	for (size_t i = 0; i < m->n; i++)
		if (m->node[i].g && mesh_neighbors(m, i) < least)
			return false;
	return true;
}

static bool contacts_in_bounds(struct mesh *m)
{
	size_t running = 0;
	for (size_t i = 0; i < m->n; i++)
		running += m->node[i].g != NULL;
	for (size_t i = 0; i < m->n; i++) {
		if (!m->node[i].g)
			continue;
		struct graph_info info = mesh_info(m, i);
		uint32_t least =
			info.contacts_wanted < running ? info.contacts_wanted : (uint32_t)running;
		if (info.contacts < least || info.contacts > info.contacts_wanted + 5)
			return false;
	}
	return true;
}

static bool in_order(struct mesh *m)
{
	return mesh_settled(m) && one_signature(m) && enough_neighbors(m) && contacts_in_bounds(m);
}

static void converges(size_t n, uint64_t seed)
{
	struct mesh *m = mesh_new(n, seed);
	mesh_join_all(m);
	assert_true(mesh_until(m, in_order, 20 * MONO_MIN));
	mesh_add(m, n - 1, "from the last to the first", 3600);
	mesh_run(m, MONO_SEC);
	assert_true(mesh_same_records(m));
	/* And stays so. */
	mesh_run(m, 20 * MONO_MIN);
	assert_true(in_order(m));
	mesh_free(m);
}

static void three_converge(void **state)
{
	for (uint64_t seed = 1; seed <= 5; seed++)
		converges(3, seed);
}

static void five_converge(void **state)
{
	for (uint64_t seed = 1; seed <= 3; seed++)
		converges(5, seed);
}

static void sixteen_converge(void **state)
{
	converges(16, 7);
}

static void forty_converge(void **state)
{
	converges(40, 11);
}

static void half_is_killed(void **state)
{
	struct mesh *m = mesh_new(16, 3);
	mesh_join_all(m);
	assert_true(mesh_until(m, in_order, 20 * MONO_MIN));
	for (size_t i = 0; i < 16; i += 2)
		mesh_kill(m, i);
	assert_true(mesh_until(m, mesh_connected, 10 * MONO_MIN));
	mesh_add(m, 1, "after the storm", 3600);
	assert_true(mesh_until(m, in_order, 40 * MONO_MIN));
	mesh_free(m);
}

static bool seen_partition(struct mesh *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (mesh_info(m, i).partition)
			return true;
	return false;
}

/* Two parts that each go on by themselves: one still has contacts of the other, whose view
 * is another now. */
static void parts_find_each_other(void **state)
{
	struct mesh *m = mesh_new(8, 5);
	mesh_join_all(m);
	assert_true(mesh_until(m, in_order, 20 * MONO_MIN));
	for (size_t i = 0; i < 4; i++)
		for (size_t j = 4; j < 8; j++)
			mesh_cut(m, i, j);
	mesh_run(m, 2 * MONO_MIN);
	assert_false(mesh_connected(m));
	mesh_add(m, 0, "here", 36000);
	mesh_add(m, 7, "there", 36000);
	assert_true(mesh_until(m, seen_partition, 8 * MONO_MIN));
	for (size_t i = 0; i < 4; i++)
		for (size_t j = 4; j < 8; j++)
			mesh_heal(m, i, j);
	assert_true(mesh_until(m, mesh_settled, 10 * MONO_MIN));
	assert_true(mesh_until(m, in_order, 40 * MONO_MIN));
	mesh_free(m);
}

static void one_leaves(void **state)
{
	struct mesh *m = mesh_new(4, 9);
	mesh_join_all(m);
	assert_true(mesh_until(m, in_order, 20 * MONO_MIN));
	size_t owner = 0;
	while (!mesh_info(m, owner).signature_ours)
		owner++;
	mesh_stop(m, owner);
	mesh_run(m, 2 * MONO_SEC);
	for (size_t i = 0; i < 4; i++) {
		if (i == owner)
			continue;
		assert_int_equal(mesh_info(m, i).nodes, 3);
		assert_int_equal(mesh_info(m, i).contacts, 3);
	}
	assert_true(mesh_until(m, in_order, 10 * MONO_MIN));
	mesh_free(m);
}

static void a_wrong_clock_does_not_hurt(void **state)
{
	struct mesh *m = mesh_new(3, 2);
	m->node[1].skew = 5 * MONO_MIN;
	m->node[2].skew = -5 * MONO_MIN;
	mesh_join_all(m);
	assert_true(mesh_until(m, in_order, 20 * MONO_MIN));
	int64_t a = (int64_t)mesh_info(m, 0).time, b = (int64_t)mesh_info(m, 1).time;
	assert_true(a - b < 10000000 && b - a < 10000000);
	mesh_free(m);
}

static void late_commits_do_not_hurt(void **state)
{
	struct mesh *m = mesh_new(4, 4);
	for (size_t i = 0; i < 4; i++)
		m->node[i].commit_us = (int64_t)(i + 1) * 20 * MONO_MS;
	mesh_join_all(m);
	for (int k = 0; k < 20; k++)
		mesh_add(m, (size_t)k % 4, "x", 3600);
	assert_true(mesh_until(m, in_order, 20 * MONO_MIN));
	mesh_free(m);
}

/* What was undone comes back from the neighbors; what only it had is gone, and nobody was
 * told of it. */
static void a_failed_commit_is_repaired(void **state)
{
	struct mesh *m = mesh_new(3, 6);
	mesh_join_all(m);
	assert_true(mesh_until(m, in_order, 20 * MONO_MIN));
	m->node[1].commit_us = 50 * MONO_MS;
	m->node[1].fail_commit = true;
	struct graph_guid id = mesh_add(m, 0, "relayed", 3600);
	mesh_run(m, 10 * MONO_MS);
	mesh_run(m, MONO_SEC);
	assert_int_equal(m->node[1].events[GRAPH_EVENT_STORE_FAILED], 1);
	assert_true(mesh_until(m, in_order, 20 * MONO_MIN));
	struct graph_record r;
	assert_int_equal(graph_record_get(m->node[1].g, &id, &r), OK);
	/* Its contact and presence of before are its own again: nobody is there twice. */
	assert_int_equal(mesh_info(m, 0).contacts, 3);
	assert_int_equal(mesh_info(m, 0).nodes, 3);
	mesh_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_nodes_meet),
		cmocka_unit_test(three_converge),
		cmocka_unit_test(five_converge),
		cmocka_unit_test(sixteen_converge),
		cmocka_unit_test(forty_converge),
		cmocka_unit_test(half_is_killed),
		cmocka_unit_test(parts_find_each_other),
		cmocka_unit_test(one_leaves),
		cmocka_unit_test(a_wrong_clock_does_not_hurt),
		cmocka_unit_test(late_commits_do_not_hurt),
		cmocka_unit_test(a_failed_commit_is_repaired),
	};
	return cmocka_run_group_tests_name("mesh", tests, NULL, NULL);
}
