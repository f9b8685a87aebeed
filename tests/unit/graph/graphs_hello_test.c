#include "graphs_rig.h"

#include <stdio.h>

#include "graph/frame.h"

/* How a connection begins, and what becomes of those that do not say whom they want. */

#define ID "0.TestGraph"

/* A graph of machine 0 that listens. */
static void begin(struct rig *r)
{
	static const struct graph_properties plain = { .profile = CRYPTO_MODERN };
	const struct graphs_command c = { .kind = GRAPHS_CREATE,
					  .id = span_str(ID),
					  .properties = &plain };
	rig_begin(r);
	assert_int_equal(rig_ask(r, 0, &c)->err, OK);
	assert_int_equal(rig_do(r, 0, GRAPHS_LISTEN, ID)->err, OK);
}

static struct graphs_counts counts(const struct rig *r)
{
	struct graphs_counts c;
	graphs_counts(r->m[0].s, &c);
	return c;
}

/* GRAPH-12.4, GRAPH-12.5: silently. */
static void strangers_are_turned_away(void **state)
{
	static const uint8_t tls[] = { 0x16, 0x03, 0x01, 0x02, 0x00, 0x01 };
	static const uint8_t nothing[] = { 0, 0 };
	uint8_t hello[600];
	struct rig r;
	begin(&r);
	rig_says(&r, 0, rig_stranger(&r, 0, "192.0.2.9"), span_of(tls, sizeof(tls)));
	rig_says(&r, 0, rig_stranger(&r, 0, "192.0.2.9"), span_of(nothing, 2));
	assert_int_equal(counts(&r).malformed, 2);
	size_t n = rig_auth_info(hello, sizeof(hello), "0.unknown", "");
	rig_says(&r, 0, rig_stranger(&r, 0, "192.0.2.9"), span_of(hello, n));
	n = rig_auth_info(hello, sizeof(hello), ID, "0.nobody");
	rig_says(&r, 0, rig_stranger(&r, 0, "192.0.2.9"), span_of(hello, n));
	assert_int_equal(counts(&r).strangers, 2);
	/* Another message than AUTH_INFO. */
	n = rig_auth_info(hello, sizeof(hello), ID, "");
	hello[2 + 5] = GRAPH_CONNECT;
	rig_says(&r, 0, rig_stranger(&r, 0, "192.0.2.9"), span_of(hello, n));
	assert_int_equal(counts(&r).malformed, 3);
	assert_int_equal(r.m[0].closed, 5);
	uint32_t silent = rig_stranger(&r, 0, "192.0.2.9");
	assert_int_equal(counts(&r).waiting, 1);
	rig_run(&r, 9 * MONO_SEC);
	assert_true(graphs_has_link(r.m[0].s, silent));
	rig_run(&r, 2 * MONO_SEC);
	assert_false(graphs_has_link(r.m[0].s, silent));
	assert_int_equal(counts(&r).late, 1);
	assert_int_equal(counts(&r).accepted, 6);
	assert_int_equal(counts(&r).waiting, 0);
	assert_int_equal(r.m[0].closed, 6);
	rig_end(&r);
}

static void garbage(struct rig *r, int n)
{
	static const uint8_t tls[] = { 0x16, 0x03, 0x01, 0x02, 0x00, 0x01 };
	for (int i = 0; i < n; i++)
		rig_says(r, 0, rig_stranger(r, 0, "192.0.2.9"), span_of(tls, sizeof(tls)));
}

/* GRAPH-12.14: each is counted, one a second of each reason is told. */
static void strangers_are_told(void **state)
{
	uint8_t hello[600];
	struct rig r;
	begin(&r);
	const size_t *told = &r.m[0].events[GRAPH_EVENT_BAD_PEER];
	rig_run(&r, MONO_SEC);
	garbage(&r, 3);
	assert_int_equal(*told, 1);
	size_t n = rig_auth_info(hello, sizeof(hello), "0.unknown", "");
	for (int i = 0; i < 3; i++)
		rig_says(&r, 0, rig_stranger(&r, 0, "192.0.2.9"), span_of(hello, n));
	assert_int_equal(*told, 2);
	rig_run(&r, MONO_SEC - 1);
	garbage(&r, 1);
	assert_int_equal(*told, 2);
	rig_run(&r, 1);
	garbage(&r, 1);
	assert_int_equal(*told, 3);
	assert_int_equal(counts(&r).malformed, 5);
	assert_int_equal(counts(&r).strangers, 3);
	for (uint32_t i = 0; i <= r.m[0].cfg.per_source; i++)
		(void)rig_stranger(&r, 0, "192.0.2.9");
	assert_int_equal(counts(&r).full, 1);
	assert_int_equal(*told, 4);
	rig_run(&r, 11 * MONO_SEC);
	assert_int_equal(counts(&r).late, r.m[0].cfg.per_source);
	assert_int_equal(*told, 5);
	rig_end(&r);
}

/* What cannot be told for want of memory is counted. */
static void strangers_need_no_memory_to_count(void **state)
{
	struct rig r;
	begin(&r);
	rig_run(&r, MONO_SEC);
	uint32_t link = rig_stranger(&r, 0, "192.0.2.9");
	failing_env_fail_at(&r.m[0].f, 1);
	rig_says(&r, 0, link, span_of("\0\0", 2));
	assert_int_equal(counts(&r).malformed, 1);
	assert_int_equal(r.m[0].events[GRAPH_EVENT_BAD_PEER], 0);
	assert_false(graphs_has_link(r.m[0].s, link));
	rig_end(&r);
}

/* However the octets are cut, and also with what follows AUTH_INFO in the same piece. */
static void a_hello_in_any_pieces(void **state)
{
	uint8_t hello[600];
	struct rig r;
	begin(&r);
	size_t n = rig_auth_info(hello, sizeof(hello), ID, "");
	for (size_t cut = 1; cut < n; cut++) {
		uint32_t link = rig_stranger(&r, 0, "192.0.2.9");
		rig_says(&r, 0, link, span_of(hello, cut));
		assert_int_equal(counts(&r).waiting, 1);
		rig_says(&r, 0, link, span_of(hello + cut, n - cut));
		assert_int_equal(counts(&r).waiting, 0);
		assert_true(graphs_has_link(r.m[0].s, link));
		graphs_down(r.m[0].s, link, ERR_CLOSED, r.now);
		assert_false(graphs_has_link(r.m[0].s, link));
		rig_settle(&r);
	}
	uint32_t slow = rig_stranger(&r, 0, "192.0.2.9");
	for (size_t i = 0; i < n; i++)
		rig_says(&r, 0, slow, span_of(hello + i, 1));
	assert_true(graphs_has_link(r.m[0].s, slow));
	assert_int_equal(counts(&r).waiting, 0);
	assert_int_equal(counts(&r).malformed + counts(&r).strangers, 0);
	rig_end(&r);
}

/* Frames of one octet each, more than any hello has. */
static void a_hello_that_never_ends(void **state)
{
	static const uint8_t piece[] = { 0, 1, 0 };
	uint8_t frame[2 + 100] = { 0, 100, 0, 0, 16, 1, GRAPH_VERSION, GRAPH_AUTH_INFO };
	struct rig r;
	begin(&r);
	uint32_t link = rig_stranger(&r, 0, "192.0.2.9");
	/* It says that it has 4,097 octets. */
	rig_says(&r, 0, link, span_of(frame, sizeof(frame)));
	assert_int_equal(counts(&r).malformed, 1);
	link = rig_stranger(&r, 0, "192.0.2.9");
	frame[5] = 0;
	rig_says(&r, 0, link, span_of(frame, sizeof(frame)));
	for (int i = 0; i < 4096 && graphs_has_link(r.m[0].s, link); i++)
		rig_says(&r, 0, link, span_of(piece, sizeof(piece)));
	assert_int_equal(counts(&r).malformed, 2);
	rig_end(&r);
}

/* GRAPH-12.6 */
static void strangers_are_bounded(void **state)
{
	struct rig r;
	rig_begin(&r);
	r.m[0].cfg.per_source = 3;
	r.m[0].cfg.links_max = 8;
	assert_int_equal(graphs_reconfigure(r.m[0].s, &r.m[0].cfg, r.now), OK);
	for (int i = 0; i < 4; i++)
		(void)rig_stranger(&r, 0, "192.0.2.9");
	assert_int_equal(counts(&r).full, 1);
	assert_int_equal(counts(&r).waiting, 3);
	for (int i = 0; i < 3; i++)
		(void)rig_stranger(&r, 0, "192.0.2.10");
	for (int i = 0; i < 3; i++)
		(void)rig_stranger(&r, 0, "192.0.2.11");
	assert_int_equal(counts(&r).waiting, 8);
	assert_int_equal(counts(&r).full, 2);
	rig_run(&r, 11 * MONO_SEC);
	assert_int_equal(counts(&r).waiting, 0);
	rig_end(&r);
}

/* GRAPH-12.6: a machine has every address of its /64. */
static void so_are_those_of_one_net(void **state)
{
	struct rig r;
	char from[32];
	rig_begin(&r);
	r.m[0].cfg.per_source = 3;
	assert_int_equal(graphs_reconfigure(r.m[0].s, &r.m[0].cfg, r.now), OK);
	for (int i = 0; i < 14; i++) {
		snprintf(from, sizeof(from), "2001:db8:0:1:%x::1", i);
		(void)rig_stranger(&r, 0, from);
	}
	assert_int_equal(counts(&r).waiting, 12);
	assert_int_equal(counts(&r).full, 2);
	for (int i = 0; i < 3; i++)
		(void)rig_stranger(&r, 0, "2001:db8:0:2::1");
	(void)rig_stranger(&r, 0, "192.0.2.9");
	assert_int_equal(counts(&r).waiting, 16);
	assert_int_equal(counts(&r).full, 2);
	(void)rig_stranger(&r, 0, "2001:db8:0:2::1");
	assert_int_equal(counts(&r).full, 3);
	rig_run(&r, 11 * MONO_SEC);
	assert_int_equal(counts(&r).waiting, 0);
	rig_end(&r);
}

/* Octets of anything at all, to a machine that listens. */
static void random_octets(void **state)
{
	struct rig r;
	uint8_t hello[600];
	begin(&r);
	size_t n = rig_auth_info(hello, sizeof(hello), ID, "");
	for (int i = 0; i < 2000; i++) {
		uint8_t noise[600];
		memcpy(noise, hello, n);
		for (int k = 0; k < 4; k++)
			noise[failing_env_next(&r.m[2].f) % n] =
				(uint8_t)failing_env_next(&r.m[2].f);
		uint32_t link = rig_stranger(&r, 0, "192.0.2.9");
		rig_says(&r, 0, link, span_of(noise, n));
		if (graphs_has_link(r.m[0].s, link))
			graphs_down(r.m[0].s, link, ERR_CLOSED, r.now);
		rig_settle(&r);
	}
	assert_int_equal(counts(&r).waiting, 0);
	/* It goes on. */
	rig_says(&r, 0, rig_stranger(&r, 0, "192.0.2.9"), span_of(hello, n));
	assert_int_equal(counts(&r).waiting, 0);
	rig_end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strangers_are_turned_away),
		cmocka_unit_test(strangers_are_told),
		cmocka_unit_test(strangers_need_no_memory_to_count),
		cmocka_unit_test(a_hello_in_any_pieces),
		cmocka_unit_test(a_hello_that_never_ends),
		cmocka_unit_test(strangers_are_bounded),
		cmocka_unit_test(so_are_those_of_one_net),
		cmocka_unit_test(random_octets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
