/* Synchronisation as the side that called drives it (doc/graph.md 9). */
#include "lone_rig.h"

static struct lone l;
static uint8_t room[LONE_RECORD_MAX];
static const struct graph_guid first_type = { { 0x11 } }, second_type = { { 0x22 } };
static const struct graph_guid order[] = { { { 0x11 } }, { { 0x22 } } };

/* Opened for the first time, with two types wanted first. */
static void begin(void)
{
	lone_init(&l);
	l.birth.create = false;
	l.birth.peer[2] = 'x';
	l.birth.sync_order = order;
	l.birth.n_sync_order = 2;
	lone_start(&l);
	assert_true(l.g->never_connected);
}

/* Was here before: synchronised, with records. */
static void begin_again(uint64_t left, uint32_t records)
{
	lone_init(&l);
	l.birth.synchronised = true;
	l.birth.left = left;
	lone_start(&l);
	lone_called(&l, 2, 22);
	for (uint32_t i = 0; i < records; i++)
		lone_flood(
			&l, 2,
			lone_make(&l, &(struct lone_record){ .number = i, .payload = "x" }, room));
	lone_hang_up(&l, 2);
	l.g->had_neighbor = false;
	l.g->left = left;
	lone_forget(&l);
	memset(l.events, 0, sizeof(l.events));
}

static void say_end(uint32_t link, bool final)
{
	uint8_t octets[64];
	struct wr w = wr_of(octets, sizeof(octets));
	graph_put_sync_end(&w, final);
	lone_say(&l, link, wr_span(&w));
}

/* What was asked last, of a type alone. */
static void assert_asks(uint32_t link, const struct graph_guid *type)
{
	const struct lone_said *s = lone_next(&l, link, GRAPH_SOLICIT_NEW);
	assert_non_null(s);
	assert_int_equal(s->m.solicit.included, 1);
	assert_int_equal(s->m.solicit.excluded, 0);
	struct graph_guid asked = graph_guid_at(&s->m.solicit.types, 0);
	assert_memory_equal(asked.at, type->at, 16);
}

/* GRAPH-9.3, GRAPH-9.8 */
static void sync_all_test(void **state)
{
	(void)state;
	const struct graph_guid *const want[] = { &graph_type_info, &graph_type_presence,
						  &first_type, &second_type };
	begin();
	uint32_t link = lone_calls(&l, 5, lone_time(&l));
	for (size_t i = 0; i < 4; i++) {
		assert_asks(link, want[i]);
		say_end(link, false); /* says nothing */
		assert_null(lone_next(&l, link, GRAPH_SOLICIT_NEW));
		l.seen = l.n_said;
		say_end(link, true);
		assert_int_equal(l.events[GRAPH_EVENT_SYNCHRONISED], i + 1);
		assert_memory_equal(l.last[GRAPH_EVENT_SYNCHRONISED].type.at, want[i]->at, 16);
		assert_true(l.g->never_connected);
	}
	const struct lone_said *s = lone_next(&l, link, GRAPH_SOLICIT_NEW);
	assert_non_null(s);
	assert_int_equal(s->m.solicit.included, 0);
	assert_int_equal(s->m.solicit.excluded, 4);
	for (uint32_t i = 0; i < 4; i++) {
		struct graph_guid type = graph_guid_at(&s->m.solicit.types, i);
		assert_memory_equal(type.at, want[i]->at, 16);
	}
	uint32_t status = l.events[GRAPH_EVENT_STATUS];
	say_end(link, false);
	assert_true(l.g->never_connected);
	say_end(link, true);
	assert_false(l.g->never_connected);
	static const struct graph_guid none;
	assert_int_equal(l.events[GRAPH_EVENT_SYNCHRONISED], 5);
	assert_memory_equal(l.last[GRAPH_EVENT_SYNCHRONISED].type.at, none.at, 16);
	assert_int_equal(l.events[GRAPH_EVENT_STATUS], status + 1);
	assert_int_equal(lone_link(&l, link)->sync.kind, GRAPH_SYNC_NONE);
	/* It is over: another end means nothing. */
	say_end(link, true);
	assert_int_equal(l.events[GRAPH_EVENT_SYNCHRONISED], 5);
	lone_end(&l);
}

/* Records that come are taken as any others, and counted. */
static void records_come_test(void **state)
{
	(void)state;
	begin();
	uint32_t link = lone_calls(&l, 5, lone_time(&l));
	lone_flood(&l, link, lone_make(&l, &(struct lone_record){ .payload = "x" }, room));
	assert_int_equal(l.g->counts.sync_records, 1);
	assert_true(l.g->counts.sync_octets > 90);
	assert_int_equal(l.events[GRAPH_EVENT_RECORD], 1);
	lone_end(&l);
}

/* GRAPH-9.2: the second waits, and then compares. */
static void second_waits_test(void **state)
{
	(void)state;
	begin();
	uint32_t a = lone_calls(&l, 5, lone_time(&l));
	lone_flood(&l, a, lone_make(&l, &(struct lone_record){ .payload = "x" }, room));
	struct graph_link *k = lone_link(&l, a);
	uint32_t b = 0;
	l.g->neighbors = 0; /* the command is refused otherwise */
	b = lone_calls(&l, 6, lone_time(&l));
	l.g->neighbors = 2;
	assert_true(lone_link(&l, b)->sync.waiting);
	assert_int_equal(lone_count(&l, b, GRAPH_SOLICIT_NEW), 0);
	for (int i = 0; i < 5; i++)
		say_end(a, true);
	assert_false(l.g->never_connected);
	assert_int_equal(k->sync.kind, GRAPH_SYNC_NONE);
	lone_pass(&l, 0);
	assert_int_equal(lone_count(&l, b, GRAPH_SOLICIT_HASH), 1);
	lone_end(&l);
}

/* GRAPH-9.9 */
static void cut_test(void **state)
{
	(void)state;
	begin();
	uint32_t a = lone_calls(&l, 5, lone_time(&l));
	say_end(a, true);
	say_end(a, true);
	lone_flood(&l, a, lone_make(&l, &(struct lone_record){ .payload = "x" }, room));
	lone_hang_up(&l, a);
	assert_true(l.g->never_connected);
	uint32_t b = lone_calls(&l, 6, lone_time(&l));
	assert_asks(b, &first_type);
	say_end(b, true);
	assert_asks(b, &second_type);
	say_end(b, true);
	assert_null(lone_next(&l, b, GRAPH_SOLICIT_NEW));
	l.seen = 0;
	assert_non_null(lone_next(&l, b, GRAPH_SOLICIT_HASH));
	/* Cut once more: the types are known, the comparison begins again. */
	lone_hang_up(&l, b);
	uint32_t c = lone_calls(&l, 7, lone_time(&l));
	assert_int_equal(lone_count(&l, c, GRAPH_SOLICIT_NEW), 0);
	assert_int_equal(lone_count(&l, c, GRAPH_SOLICIT_HASH), 1);
	uint8_t octets[64];
	struct wr w = wr_of(octets, sizeof(octets));
	graph_put_advertise(&w, 0, 0);
	lone_say(&l, c, wr_span(&w));
	assert_int_equal(lone_count(&l, c, GRAPH_REQUEST), 1);
	assert_true(l.g->never_connected);
	say_end(c, true);
	assert_false(l.g->never_connected);
	assert_false(l.g->sync_cut);
	lone_end(&l);
}

/* A cut before anything was complete begins anew. */
static void cut_early_test(void **state)
{
	(void)state;
	begin();
	uint32_t a = lone_calls(&l, 5, lone_time(&l));
	lone_hang_up(&l, a);
	uint32_t b = lone_calls(&l, 6, lone_time(&l));
	assert_asks(b, &graph_type_info);
	lone_end(&l);
}

/* GRAPH-9.1: by time to the first neighbor, then by hash; to any other by hash alone. */
static void since_it_left_test(void **state)
{
	(void)state;
	uint64_t left = UINT64_C(0x01DA000000000000);
	begin_again(left, 3);
	uint32_t a = lone_calls(&l, 5, lone_time(&l));
	for (int i = 0; i < 3; i++) {
		l.seen = 0;
		const struct lone_said *s = NULL, *last = NULL;
		while ((s = lone_next(&l, a, GRAPH_SOLICIT_TIME)))
			last = s;
		assert_non_null(last);
		assert_int_equal(last->m.solicit.since, left);
		assert_int_equal(lone_count(&l, a, GRAPH_SOLICIT_TIME), i + 1);
		say_end(a, true);
	}
	assert_int_equal(lone_count(&l, a, GRAPH_SOLICIT_HASH), 1);
	lone_hang_up(&l, a);
	uint32_t b = lone_calls(&l, 6, lone_time(&l));
	assert_int_equal(lone_count(&l, b, GRAPH_SOLICIT_TIME), 0);
	assert_int_equal(lone_count(&l, b, GRAPH_SOLICIT_HASH), 1);
	lone_end(&l);
}

static void not_known_when_test(void **state)
{
	(void)state;
	begin_again(0, 3);
	uint32_t a = lone_calls(&l, 5, lone_time(&l));
	assert_int_equal(lone_count(&l, a, GRAPH_SOLICIT_HASH), 1);
	lone_end(&l);
}

/* GRAPH-9.5: synchronised once, but the database is gone. */
static void nothing_to_compare_test(void **state)
{
	(void)state;
	lone_init(&l);
	l.birth.create = false;
	l.birth.synchronised = true;
	lone_start(&l);
	uint32_t a = lone_calls(&l, 5, lone_time(&l));
	while (graph_db_count(l.g->db)) { /* its own presence and such */
		uint64_t number;
		assert_int_equal(graph_db_remove(l.g->db, graph_db_first_expiry(l.g->db), &number),
				 OK);
	}
	lone_hang_up(&l, a);
	uint32_t b = lone_calls(&l, 6, lone_time(&l));
	lone_pass(&l, 0);
	assert_asks(b, &graph_type_info);
	lone_end(&l);
}

/* ---- by hash ---- */

/* An ADVERTISE of everything: of our records numbers from 1 on, number 1 in version 9, and
 * one that we have not. */
static void advertise(uint32_t link)
{
	static uint8_t octets[4096];
	struct graph_boundary b;
	memset(&b, 0, sizeof(b));
	memset(&b.upper, 0xff, sizeof(b.upper));
	b.count = 3;
	struct wr w = wr_of(octets, sizeof(octets));
	graph_put_advertise(&w, 1, 3);
	graph_put_boundary(&w, &b);
	for (uint32_t i = 1; i < 4; i++) {
		struct graph_abstract a = { lone_id(&l, "0.bob", i), i == 1 ? 9 : 1 };
		graph_put_abstract(&w, &a);
	}
	lone_say(&l, link, wr_span(&w));
}

static bool wants(const struct graph_array *a, uint32_t number)
{
	struct graph_guid id = lone_id(&l, "0.bob", number);
	for (uint32_t i = 0; i < a->n; i++) {
		struct graph_abstract at = graph_abstract_at(a, i);
		if (graph_guid_eq(&at.id, &id))
			return true;
	}
	return false;
}

/* GRAPH-9.6 */
static void compare_test(void **state)
{
	(void)state;
	begin_again(0, 3); /* 0, 1, 2 */
	uint32_t a = lone_calls(&l, 5, lone_time(&l));
	lone_forget(&l);
	advertise(a);
	lone_pass(&l, 0);
	const struct lone_said *s = lone_next(&l, a, GRAPH_REQUEST);
	assert_non_null(s);
	assert_int_equal(s->m.request.n, 2);
	assert_true(wants(&s->m.request, 1));
	assert_true(wants(&s->m.request, 3));
	assert_int_equal(lone_count(&l, a, GRAPH_FLOOD), 0);
	say_end(a, true);
	lone_pass(&l, 0);
	/* Number 0, and what is of the node itself. */
	struct graph_guid id = lone_id(&l, "0.bob", 0);
	bool sent = false;
	while ((s = lone_next(&l, a, GRAPH_FLOOD))) {
		sent |= memcmp(s->m.record.p + 16, id.at, 16) == 0;
		struct graph_guid two = lone_id(&l, "0.bob", 2);
		assert_int_not_equal(memcmp(s->m.record.p + 16, two.at, 16), 0);
	}
	assert_true(sent);
	/* GRAPH-9.30: number 2, which both have, may be forked: once more, and now it is asked
	 * for, too. Whatever comes of that, it is over then. */
	assert_int_equal(l.events[GRAPH_EVENT_SYNCHRONISED], 0);
	assert_int_equal(lone_count(&l, a, GRAPH_SOLICIT_HASH), 1);
	advertise(a);
	lone_pass(&l, 0);
	s = lone_next(&l, a, GRAPH_REQUEST);
	assert_non_null(s);
	assert_int_equal(s->m.request.n, 3);
	assert_true(wants(&s->m.request, 2));
	say_end(a, true);
	lone_pass(&l, 0);
	assert_int_equal(lone_count(&l, a, GRAPH_SOLICIT_HASH), 1);
	assert_int_equal(lone_link(&l, a)->sync.kind, GRAPH_SYNC_NONE);
	assert_int_equal(l.events[GRAPH_EVENT_SYNCHRONISED], 1);
	assert_int_equal(graph_sync_octets(lone_link(&l, a)), 0);
	lone_end(&l);
}

static void advertise_twice_test(void **state)
{
	(void)state;
	begin_again(0, 3);
	uint32_t a = lone_calls(&l, 5, lone_time(&l));
	advertise(a);
	lone_pass(&l, 0);
	advertise(a);
	assert_true(l.closed[a]);
	lone_end(&l);
}

static void request_from_the_called_test(void **state)
{
	(void)state;
	uint8_t octets[64];
	struct wr w = wr_of(octets, sizeof(octets));
	begin_again(0, 3);
	uint32_t a = lone_calls(&l, 5, lone_time(&l));
	graph_put_request(&w, 0);
	lone_say(&l, a, wr_span(&w));
	assert_true(l.closed[a]);
	assert_int_equal(l.last[GRAPH_EVENT_BAD_PEER].err, ERR_MALFORMED);
	lone_end(&l);
}

/* GRAPH-9.10 */
static void stalled_test(void **state)
{
	(void)state;
	begin();
	uint32_t a = lone_calls(&l, 5, lone_time(&l));
	for (uint32_t i = 0; i < 3; i++) {
		lone_pass(&l, 110 * MONO_SEC);
		assert_false(l.closed[a]);
		lone_flood(&l, a, lone_make(&l, &(struct lone_record){ .number = i }, room));
	}
	lone_pass(&l, 119 * MONO_SEC);
	assert_false(l.closed[a]);
	lone_pass(&l, 125 * MONO_SEC);
	assert_true(l.closed[a]);
	lone_end(&l);
}

static void out_of_memory_test(void **state)
{
	(void)state;
	bool failed = true;
	for (size_t fail = 1; failed; fail++) {
		begin_again(0, 3);
		uint32_t a = lone_calls(&l, 5, lone_time(&l));
		struct graph_link *k = lone_link(&l, a);
		graph_sync_fini(l.g, k, l.now);
		l.f.fail_at = l.f.allocations + fail;
		l.f.failed = false;
		graph_sync_begin(l.g, k, l.now);
		failed = l.f.failed;
		l.f.fail_at = 0;
		if (!failed)
			assert_int_equal(k->sync.phase, GRAPH_PHASE_ASKED);
		lone_drain(&l);
		lone_end(&l);
		assert_true(fail < 100);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sync_all_test),
		cmocka_unit_test(records_come_test),
		cmocka_unit_test(second_waits_test),
		cmocka_unit_test(cut_test),
		cmocka_unit_test(cut_early_test),
		cmocka_unit_test(since_it_left_test),
		cmocka_unit_test(not_known_when_test),
		cmocka_unit_test(nothing_to_compare_test),
		cmocka_unit_test(compare_test),
		cmocka_unit_test(advertise_twice_test),
		cmocka_unit_test(request_from_the_called_test),
		cmocka_unit_test(stalled_test),
		cmocka_unit_test(out_of_memory_test),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
