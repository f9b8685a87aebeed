#include "graphs_rig.h"

#include "graph/graph_int.h"
#include "graph/graphs_int.h"

/* Where the graphs of a machine are reached: the port that they share, and addresses. */

#define ID "0.TestGraph"

static const struct graph_properties plain = { .profile = CRYPTO_MODERN,
					       .presence_max = GRAPH_PRESENCE_ALL };

static struct graphs_command making(enum graphs_command_kind k, const char *id, const char *peer)
{
	return (struct graphs_command){
		.kind = k, .id = span_str(id), .peer = span_str(peer), .properties = &plain
	};
}

static const struct rig_reply *make(struct rig *r, size_t m, enum graphs_command_kind k,
				    const char *id, const char *peer)
{
	const struct graphs_command c = making(k, id, peer);
	return rig_ask(r, m, &c);
}

static const struct rig_reply *connect_to(struct rig *r, size_t m, const char *id, size_t to,
					  uint16_t port, const char *peer)
{
	struct graphs_command c = { .kind = GRAPHS_OF, .id = span_str(id) };
	c.of.kind = GRAPH_CONNECT_TO;
	c.of.remote = r->m[to].at;
	c.of.remote.port = port;
	c.of.peer = span_str(peer);
	return rig_ask(r, m, &c);
}

/* A graph of machine 0 that listens. */
static void begin(struct rig *r)
{
	rig_begin(r);
	assert_int_equal(make(r, 0, GRAPHS_CREATE, ID, "")->err, OK);
	assert_int_equal(rig_do(r, 0, GRAPHS_LISTEN, ID)->err, OK);
}

static size_t taken_out(struct graphs *s, enum graphs_out_kind k, struct addr *local)
{
	struct graphs_out o;
	size_t n = 0;
	while (graphs_poll(s, &o)) {
		if (o.kind != k)
			continue;
		*local = o.local;
		n++;
	}
	return n;
}

/* GRAPH-12.7 */
static void a_port_that_somebody_has(void **state)
{
	struct rig r;
	rig_begin(&r);
	r.m[0].taken = GRAPH_PORT;
	assert_int_equal(make(&r, 0, GRAPHS_CREATE, ID, "")->err, OK);
	assert_int_equal(rig_do(&r, 0, GRAPHS_LISTEN, ID)->err, OK);
	/* The same for both families. */
	assert_int_equal(r.m[0].n_listens, 2);
	assert_int_equal(r.m[0].listens[0].port, 45678);
	assert_int_equal(r.m[0].listens[1].port, 45678);
	assert_int_equal(graphs_port(r.m[0].s), 45678);
	assert_int_equal(make(&r, 1, GRAPHS_OPEN, ID, "")->err, OK);
	assert_int_equal(connect_to(&r, 1, ID, 0, 45678, "")->err, OK);
	r.m[2].taken = GRAPH_PORT;
	r.m[2].cfg.any_port = false;
	assert_int_equal(graphs_reconfigure(r.m[2].s, &r.m[2].cfg, r.now), OK);
	assert_int_equal(make(&r, 2, GRAPHS_CREATE, ID, "")->err, OK);
	assert_int_equal(rig_do(&r, 2, GRAPHS_LISTEN, ID)->err, ERR_IN_USE);
	assert_int_equal(graphs_health(r.m[2].s), ERR_IN_USE);
	assert_int_equal(graphs_port(r.m[2].s), 0);
	/* It is tried again when the addresses change. */
	r.m[2].taken = 0;
	assert_int_equal(graphs_addresses(r.m[2].s, &r.m[2].at, 1, r.now), OK);
	rig_settle(&r);
	assert_int_equal(graphs_health(r.m[2].s), OK);
	assert_int_equal(graphs_port(r.m[2].s), GRAPH_PORT);
	rig_end(&r);
}

static void a_machine_without_ipv6(void **state)
{
	struct rig r;
	rig_begin(&r);
	r.m[0].no_ipv6 = true;
	assert_int_equal(make(&r, 0, GRAPHS_CREATE, ID, "")->err, OK);
	assert_int_equal(rig_do(&r, 0, GRAPHS_LISTEN, ID)->err, OK);
	assert_int_equal(r.m[0].n_listens, 1);
	assert_int_equal(graphs_health(r.m[0].s), OK);
	rig_end(&r);
}

/* GRAPH-12.8 */
static void the_port_changes(void **state)
{
	struct rig r;
	begin(&r);
	r.m[0].cfg.port = 4000;
	assert_int_equal(graphs_reconfigure(r.m[0].s, &r.m[0].cfg, r.now), OK);
	rig_settle(&r);
	assert_int_equal(r.m[0].unlistened, 2);
	assert_int_equal(r.m[0].n_listens, 2);
	assert_int_equal(graphs_port(r.m[0].s), 4000);
	size_t asked = r.m[0].asked;
	assert_int_equal(graphs_reconfigure(r.m[0].s, &r.m[0].cfg, r.now), OK);
	rig_settle(&r);
	assert_int_equal(r.m[0].asked, asked);
	/* While an answer is awaited: it is not taken for that of the next. */
	r.m[0].cfg.port = 4001;
	assert_int_equal(graphs_reconfigure(r.m[0].s, &r.m[0].cfg, r.now), OK);
	r.m[0].cfg.port = 4002;
	assert_int_equal(graphs_reconfigure(r.m[0].s, &r.m[0].cfg, r.now), OK);
	rig_settle(&r);
	assert_int_equal(graphs_port(r.m[0].s), 4002);
	assert_int_equal(r.m[0].n_listens, 2);
	/* One address alone, with a port of its own. */
	r.m[0].cfg.listen[0] = r.m[0].at;
	r.m[0].cfg.listen[0].port = 4003;
	r.m[0].cfg.n_listen = 1;
	assert_int_equal(graphs_reconfigure(r.m[0].s, &r.m[0].cfg, r.now), OK);
	rig_settle(&r);
	assert_int_equal(r.m[0].n_listens, 1);
	assert_int_equal(graphs_port(r.m[0].s), 4003);
	rig_end(&r);
}

/* GRAPH-12.7: loopback addresses are told where there are no others. */
static void which_addresses_are_told(void **state)
{
	struct addr all[3], got[GRAPH_ADDRESSES_MAX];
	struct rig r;
	begin(&r);
	assert_int_equal(addr_parse(span_str("127.0.0.1"), 0, &all[0]), OK);
	assert_int_equal(addr_parse(span_str("fe80::1%2"), 0, &all[1]), OK);
	assert_int_equal(addr_parse(span_str("198.51.100.7"), 0, &all[2]), OK);
	rig_run(&r, 10 * MONO_SEC);
	assert_int_equal(graphs_addresses(r.m[0].s, all, 3, r.now), OK);
	rig_run(&r, 10 * MONO_SEC);
	assert_int_equal(rig_reached_at(&r, ID, got), 2);
	assert_true(addr_same_host(&got[0], &all[2]));
	assert_int_equal(got[0].port, GRAPH_PORT);
	assert_true(addr_is_link_local(&got[1]));
	assert_int_equal(graphs_addresses(r.m[0].s, all, 1, r.now), OK);
	rig_run(&r, 10 * MONO_SEC);
	assert_int_equal(rig_reached_at(&r, ID, got), 1);
	assert_true(addr_is_loopback(&got[0]));
	rig_end(&r);
}

/* A port that was asked for is given back, though the answer comes at the very end. */
static void a_port_that_comes_too_late(void **state)
{
	struct rig r;
	struct graphs_command c = making(GRAPHS_CREATE, "0.second", "");
	struct addr at;
	rig_begin(&r);
	c.listen = true;
	struct graphs *s = r.m[0].s;
	assert_int_equal(graphs_command(s, &c, 8, r.now), OK);
	for (int i = 0; i < 10; i++)
		graphs_tick(s, r.now);
	c = (struct graphs_command){ .kind = GRAPHS_LISTEN, .id = span_str("0.second") };
	assert_int_equal(graphs_command(s, &c, 9, r.now), OK);
	assert_int_equal(taken_out(s, GRAPHS_LISTEN_ON, &at), 1);
	graphs_stop(s, r.now);
	for (int i = 0; i < 10; i++) {
		(void)store_mem_seal(r.m[0].mem);
		while (store_mem_commit(r.m[0].mem))
			;
		assert_int_equal(taken_out(s, GRAPHS_UNLISTEN, &at), 0);
	}
	assert_true(graphs_busy(s));
	graphs_listening(s, &at, r.now);
	assert_int_equal(taken_out(s, GRAPHS_UNLISTEN, &at), 1);
	assert_false(graphs_busy(s));
	rig_end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_port_that_somebody_has),
		cmocka_unit_test(a_machine_without_ipv6),
		cmocka_unit_test(the_port_changes),
		cmocka_unit_test(which_addresses_are_told),
		cmocka_unit_test(a_port_that_comes_too_late),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
