/* PT2PT, direct connections, pings. */
#include "mesh_rig.h"

static struct mesh *pair(void)
{
	struct mesh *m = mesh_new(2, 8);
	mesh_create(m, 0);
	mesh_join(m, 1, 0);
	mesh_run(m, MONO_SEC);
	const struct graph_command c = { .kind = GRAPH_ACCEPT_DIRECT };
	mesh_command(m, 0, &c);
	return m;
}

static uint64_t open_direct(struct mesh *m)
{
	const struct graph_command c = { .kind = GRAPH_CONN_OPEN, .peer = span_str("0.peer0") };
	uint64_t number = mesh_command(m, 1, &c);
	mesh_run(m, MONO_SEC);
	const struct mesh_reply *r = mesh_reply(m, 1, number);
	assert_non_null(r);
	assert_int_equal(r->err, OK);
	return r->conn;
}

static void data_go_both_ways(void **state)
{
	struct mesh *m = pair();
	uint64_t conn = open_direct(m);
	assert_int_equal(mesh_info(m, 0).directs, 1);
	assert_int_equal(mesh_info(m, 1).directs, 1);
	assert_int_equal(mesh_info(m, 0).neighbors, 1);
	struct graph_command c = { .kind = GRAPH_CONN_SEND,
				   .conn = conn,
				   .type = { { 7 } },
				   .payload = span_str("there") };
	assert_int_equal(mesh_reply(m, 1, mesh_command(m, 1, &c))->err, OK);
	mesh_run(m, MONO_SEC);
	assert_memory_equal(m->node[0].data, "there", 5);
	assert_int_equal(m->node[0].data_type.at[0], 7);
	c.conn = m->node[0].last[GRAPH_EVENT_DIRECT].conn;
	c.payload = span_str("and back");
	mesh_command(m, 0, &c);
	mesh_run(m, MONO_SEC);
	assert_memory_equal(m->node[1].data, "and back", 8);
	mesh_free(m);
}

static void a_large_one_waits_for_room(void **state)
{
	struct mesh *m = pair();
	static uint8_t octets[4 << 20];
	uint64_t conn = open_direct(m);
	const struct graph_command c = { .kind = GRAPH_CONN_SEND,
					 .conn = conn,
					 .payload = span_of(octets, sizeof(octets)) };
	uint64_t number = mesh_command(m, 1, &c);
	assert_null(mesh_reply(m, 1, number));
	mesh_run(m, MONO_SEC);
	assert_int_equal(mesh_reply(m, 1, number)->err, OK);
	assert_int_equal(m->node[0].data_octets, sizeof(octets));
	assert_int_equal(m->node[0].data_n, 1);
	mesh_free(m);
}

static void reading_can_be_paused(void **state)
{
	struct mesh *m = pair();
	uint64_t conn = open_direct(m);
	struct graph_command c = { .kind = GRAPH_CONN_READ, .conn = conn, .paused = true };
	assert_false(graph_link_waits(m->node[1].g, (uint32_t)conn));
	mesh_command(m, 1, &c);
	assert_true(graph_link_waits(m->node[1].g, (uint32_t)conn));
	c.paused = false;
	mesh_command(m, 1, &c);
	assert_false(graph_link_waits(m->node[1].g, (uint32_t)conn));
	mesh_free(m);
}

static void closing_is_told(void **state)
{
	struct mesh *m = pair();
	uint64_t conn = open_direct(m);
	const struct graph_command c = { .kind = GRAPH_CONN_CLOSE, .conn = conn };
	assert_int_equal(mesh_reply(m, 1, mesh_command(m, 1, &c))->err, OK);
	mesh_run(m, MONO_SEC);
	assert_int_equal(mesh_info(m, 0).directs, 0);
	assert_int_equal(m->node[0].last[GRAPH_EVENT_DIRECT].status, GRAPH_LINK_ENDED);
	assert_int_equal(mesh_info(m, 0).neighbors, 1);
	assert_int_equal(mesh_reply(m, 1, mesh_command(m, 1, &c))->err, ERR_NOT_FOUND);
	mesh_free(m);
}

static void who_waits_hears_of_the_end(void **state)
{
	struct mesh *m = pair();
	static uint8_t octets[4 << 20];
	uint64_t conn = open_direct(m);
	const struct graph_command c = { .kind = GRAPH_CONN_SEND,
					 .conn = conn,
					 .payload = span_of(octets, sizeof(octets)) };
	uint64_t number = mesh_command(m, 1, &c);
	mesh_kill(m, 0);
	mesh_run(m, MONO_SEC);
	assert_int_equal(mesh_reply(m, 1, number)->err, ERR_RESET);
	mesh_free(m);
}

static void pings_tell_when_they_have_gone(void **state)
{
	struct mesh *m = pair();
	m->latency = 20 * MONO_MS;
	struct graph_command c = { .kind = GRAPH_PING };
	uint64_t number = mesh_command(m, 1, &c);
	mesh_run(m, MONO_SEC);
	const struct mesh_reply *r = mesh_reply(m, 1, number);
	assert_int_equal(r->err, OK);
	assert_int_equal(r->elapsed, 20 * MONO_MS);
	c.node = 12345;
	assert_int_equal(mesh_reply(m, 1, mesh_command(m, 1, &c))->err, ERR_NOT_FOUND);
	mesh_free(m);
}

static void what_cannot_be_sent_is_refused(void **state)
{
	struct mesh *m = pair();
	uint64_t conn = open_direct(m);
	struct graph_command c = { .kind = GRAPH_CONN_SEND, .conn = conn, .type = graph_data_ping };
	assert_int_equal(mesh_reply(m, 1, mesh_command(m, 1, &c))->err, ERR_DENIED);
	c.conn = 9999;
	assert_int_equal(mesh_reply(m, 1, mesh_command(m, 1, &c))->err, ERR_NOT_FOUND);
	const struct graph_command own = { .kind = GRAPH_CONN_OPEN, .remote = m->node[1].addr };
	assert_int_equal(mesh_reply(m, 1, mesh_command(m, 1, &own))->err, ERR_RANGE);
	const struct graph_command nobody = { .kind = GRAPH_CONN_OPEN,
					      .peer = span_str("0.nobody") };
	assert_int_equal(mesh_reply(m, 1, mesh_command(m, 1, &nobody))->err, ERR_NOT_FOUND);
	mesh_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_go_both_ways),
		cmocka_unit_test(a_large_one_waits_for_room),
		cmocka_unit_test(reading_can_be_paused),
		cmocka_unit_test(closing_is_told),
		cmocka_unit_test(who_waits_hears_of_the_end),
		cmocka_unit_test(pings_tell_when_they_have_gone),
		cmocka_unit_test(what_cannot_be_sent_is_refused),
	};
	return cmocka_run_group_tests_name("data", tests, NULL, NULL);
}
