/* Synchronisation as it is answered (doc/graph.md 9). */
#include "lone_rig.h"

static struct lone l;
static uint8_t room[LONE_RECORD_MAX];
static const struct graph_guid other_type = { { 0x78 } }, third_type = { { 0x79 } };

static void flood(struct lone_record r)
{
	lone_flood(&l, 4, lone_make(&l, &r, room));
}

/* Records 0 to n-1, of the type. */
static void fill(const struct graph_guid *type, uint32_t first, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		flood((struct lone_record){
			.type = *type, .number = first + i, .payload = "data" });
}

static void begin(void)
{
	lone_new(&l);
	lone_called(&l, 4, 44);
}

static void caller(void)
{
	lone_called(&l, 2, 22);
}

/* A caller at a node with n records of the type. */
static void filled(uint32_t n)
{
	begin();
	fill(&lone_type, 0, n);
	caller();
}

static void solicit(const uint64_t *since, bool include, const struct graph_guid *types, uint8_t n)
{
	uint8_t octets[512];
	struct wr w = wr_of(octets, sizeof(octets));
	graph_put_solicit(&w, since, include, types, n);
	lone_say(&l, 2, wr_span(&w));
}

static void solicit_type(void)
{
	solicit(NULL, true, &lone_type, 1);
}

static size_t floods(void)
{
	return lone_count(&l, 2, GRAPH_FLOOD);
}

/* The last thing said to the caller is a final SYNC_END. */
static void assert_ended(void)
{
	const struct lone_said *last = NULL;
	for (size_t i = 0; i < l.n_said; i++)
		if (l.said[i].link == 2)
			last = &l.said[i];
	assert_non_null(last);
	assert_int_equal(last->m.type, GRAPH_SYNC_END);
	assert_true(last->m.final);
	assert_int_equal(lone_link(&l, 2)->sync.kind, GRAPH_SYNC_NONE);
	assert_true(mono_is_never(graph_sync_deadline(l.g, lone_link(&l, 2))));
}

static void end(void)
{
	assert_ended();
	lone_end(&l);
}

/* GRAPH-9.4 */
static void one_type_test(void **state)
{
	(void)state;
	begin();
	fill(&lone_type, 0, 3);
	fill(&other_type, 10, 2);
	flood((struct lone_record){ .number = 1,
				    .version = 2,
				    .modifier = "0.bob",
				    .modified = 1,
				    .flags = GRAPH_RECORD_DELETED });
	flood((struct lone_record){ .number = 5, .expires = 5 });
	lone_pass(&l, 6 * MONO_SEC); /* expired, not purged yet */
	caller();
	solicit_type();
	assert_int_equal(floods(), 3);
	assert_int_equal(lone_count(&l, 2, GRAPH_SYNC_END), 1);
	end();
}

static void unknown_type_test(void **state)
{
	(void)state;
	filled(3);
	solicit(NULL, true, &third_type, 1);
	assert_int_equal(floods(), 0);
	end();
}

static void all_but_some_test(void **state)
{
	(void)state;
	const struct graph_guid but[] = { graph_type_info, graph_type_presence,
					  graph_type_signature, graph_type_contact, other_type };
	begin();
	fill(&lone_type, 0, 2);
	fill(&other_type, 10, 2);
	fill(&third_type, 20, 1);
	caller();
	solicit(NULL, false, but, 5);
	assert_int_equal(floods(), 3);
	const struct lone_said *s = lone_next(&l, 2, GRAPH_SYNC_END);
	assert_non_null(s);
	assert_false(s->m.final);
	assert_int_equal(lone_count(&l, 2, GRAPH_SYNC_END), 2);
	end();
}

static void everything_test(void **state)
{
	(void)state;
	begin();
	fill(&lone_type, 0, 2);
	fill(&other_type, 10, 2);
	caller();
	size_t all = graph_db_count(l.g->db);
	solicit(NULL, false, NULL, 0);
	assert_int_equal(floods(), all);
	end();
}

static void nothing_there_test(void **state)
{
	(void)state;
	const struct graph_guid but[] = { graph_type_info, graph_type_presence,
					  graph_type_signature, graph_type_contact };
	begin();
	caller();
	solicit(NULL, false, but, 4);
	assert_int_equal(floods(), 0);
	assert_int_equal(lone_count(&l, 2, GRAPH_SYNC_END), 1);
	end();
}

static void since_test(void **state)
{
	(void)state;
	begin();
	fill(&lone_type, 0, 3);
	lone_pass(&l, 100 * MONO_SEC);
	uint64_t since = lone_time(&l);
	fill(&lone_type, 10, 2);
	caller();
	solicit(&since, true, &lone_type, 1);
	assert_int_equal(floods(), 2);
	end();
}

/* GRAPH-9.11: a slice, and the rest at once when the node is asked again. */
static void sliced_test(void **state)
{
	(void)state;
	filled(1500);
	solicit_type();
	assert_int_equal(floods(), GRAPH_SLICE_SENT);
	assert_int_equal(graph_deadline(l.g).us, l.now.us);
	lone_pass(&l, 0);
	assert_int_equal(floods(), 1500);
	end();
}

/* Only as far as there is room; the rest when the neighbor has read. */
static void slow_reader_test(void **state)
{
	(void)state;
	lone_init(&l);
	l.birth.limits.link_unsent = 20000;
	lone_start(&l);
	lone_called(&l, 4, 44);
	fill(&lone_type, 0, 400);
	caller();
	l.stuck[2] = true;
	solicit_type();
	lone_pass(&l, 0);
	size_t first = floods();
	assert_true(first > 20 && first < 200);
	assert_int_equal(lone_link(&l, 2)->out.later_n, 0);
	lone_pass(&l, MONO_SEC);
	assert_int_equal(floods(), first);
	/* What is new meanwhile waits its turn, behind nothing of the walk. */
	fill(&lone_type, 1000, 5);
	assert_int_equal(lone_link(&l, 2)->out.later_n, 5);
	lone_unstick(&l, 2);
	lone_pass(&l, 0);
	assert_true(floods() >= 405);
	end();
}

/* GRAPH-9.4, ours: changes meanwhile do not make a walk endless. */
static void busy_graph_test(void **state)
{
	(void)state;
	filled(1200);
	solicit_type();
	for (int turn = 0; turn < 4; turn++) {
		for (uint32_t i = 0; i < 600; i++)
			flood((struct lone_record){ .number = i,
						    .version = 2 + (uint32_t)turn,
						    .modifier = "0.bob",
						    .modified = 1 });
		graph_tick(l.g, l.now);
		lone_drain(&l);
	}
	assert_int_equal(lone_link(&l, 2)->sync.kind, GRAPH_SYNC_NONE);
	/* Each was sent by the walk, or by the flood of its change. */
	uint8_t seen[1200] = { 0 };
	const struct lone_said *s;
	while ((s = lone_next(&l, 2, GRAPH_FLOOD)))
		for (uint32_t i = 0; i < 1200; i++) {
			struct graph_guid id = lone_id(&l, "0.bob", i);
			if (seen[i] == 0 && memcmp(id.at, s->m.record.p + 16, 16) == 0) {
				seen[i] = 1;
				break;
			}
		}
	for (uint32_t i = 0; i < 1200; i += 100)
		assert_int_equal(seen[i], 1);
	lone_end(&l);
}

/* D8: of our own record, not committed yet, nobody hears by this way. */
static void ours_waits_for_the_disk_test(void **state)
{
	(void)state;
	begin();
	(void)lone_add(&l, "ours");
	uint64_t after = l.reply.after;
	caller();
	solicit_type();
	const struct lone_said *s = lone_next(&l, 2, GRAPH_FLOOD);
	assert_non_null(s);
	assert_true(after > 0);
	assert_true(s->after >= after);
	lone_end(&l);
}

/* ---- by hash ---- */

/* With a hash that differs; the ADVERTISE is made. */
static void solicit_hash(void)
{
	uint8_t octets[128];
	struct wr w = wr_of(octets, sizeof(octets));
	struct graph_hash_info h;
	memset(&h, 0xff, sizeof(h));
	memset(h.hash, 0x11, sizeof(h.hash));
	graph_put_solicit_hash(&w, 1);
	graph_put_hash_info(&w, &h);
	lone_say(&l, 2, wr_span(&w));
	lone_pass(&l, 0);
}

static void request(const struct graph_array *abstracts)
{
	uint8_t octets[4096];
	struct wr w = wr_of(octets, sizeof(octets));
	graph_put_request(&w, abstracts ? abstracts->n : 0);
	for (uint32_t i = 0; abstracts && i < abstracts->n; i++) {
		struct graph_abstract a = graph_abstract_at(abstracts, i);
		graph_put_abstract(&w, &a);
	}
	lone_say(&l, 2, wr_span(&w));
}

static void by_hash_test(void **state)
{
	(void)state;
	filled(5);
	solicit_hash();
	const struct lone_said *s = lone_next(&l, 2, GRAPH_ADVERTISE);
	assert_non_null(s);
	size_t all = graph_db_count(l.g->db);
	assert_int_equal(s->m.advertise.abstracts.n, all);
	assert_true(s->m.advertise.boundaries.n >= 1);
	assert_int_equal(lone_link(&l, 2)->sync.kind, GRAPH_SYNC_HASH);
	/* One goes meanwhile: it is passed over. */
	struct graph_guid id = lone_id(&l, "0.bob", 3);
	struct graph_entry *e = graph_db_find(l.g->db, &id);
	uint64_t number;
	assert_int_equal(graph_db_remove(l.g->db, e, &number), OK);
	request(&s->m.advertise.abstracts);
	assert_int_equal(floods(), all - 1);
	end();
}

static void nothing_wanted_test(void **state)
{
	(void)state;
	filled(5);
	solicit_hash();
	request(NULL);
	assert_int_equal(floods(), 0);
	end();
}

static void compares(void)
{
	solicit_hash();
	lone_pass(&l, 0);
	request(NULL);
	assert_ended();
}

/* GRAPH-9.27: six at once, and one more for each minute. */
static void compares_again_test(void **state)
{
	(void)state;
	begin();
	fill(&lone_type, 0, 5);
	caller();
	for (int i = 0; i < GRAPH_COMPARES_TAKEN; i++)
		compares();
	for (int i = 0; i < 3; i++) {
		lone_pass(&l, MONO_MIN);
		compares();
	}
	lone_pass(&l, MONO_MIN - 1);
	solicit_hash();
	assert_true(l.closed[2]);
	assert_int_equal(l.last[GRAPH_EVENT_BAD_PEER].err, ERR_MALFORMED);
	lone_end(&l);
}

/* GRAPH-9.26: what did not fit may be asked for, and then no more. */
static void compares_what_did_not_fit_test(void **state)
{
	(void)state;
	lone_init(&l);
	l.birth.limits.link_memory = 32768;
	lone_start(&l);
	lone_called(&l, 4, 44);
	fill(&lone_type, 0, 150);
	size_t all = graph_db_count(l.g->db);
	caller();
	solicit_hash();
	lone_pass(&l, 0);
	const struct lone_said *s = lone_next(&l, 2, GRAPH_ADVERTISE);
	assert_in_range(s->m.advertise.abstracts.n, 80, all - 1);
	request(NULL);
	solicit_hash();
	assert_false(l.closed[2]);
	lone_pass(&l, 0);
	assert_non_null(lone_next(&l, 2, GRAPH_ADVERTISE));
	lone_end(&l);
}

static void requests_are_sliced_test(void **state)
{
	(void)state;
	filled(700);
	solicit_hash();
	const struct lone_said *s = lone_next(&l, 2, GRAPH_ADVERTISE);
	uint8_t *octets = env_zalloc(&l.f.env, 32768, 1);
	struct wr w = wr_of(octets, 32768);
	graph_put_request(&w, s->m.advertise.abstracts.n);
	size_t n = s->m.advertise.abstracts.n;
	wr_bytes(&w, span_of(s->m.advertise.abstracts.p, 20 * n));
	assert_true(n >= 700);
	lone_say(&l, 2, wr_span(&w));
	env_free(&l.f.env, octets);
	assert_int_equal(floods(), GRAPH_SLICE_SENT);
	assert_true(graph_sync_octets(lone_link(&l, 2)) > 700 * 16);
	lone_pass(&l, 0);
	assert_int_equal(floods(), n);
	assert_ended();
	assert_int_equal(graph_sync_octets(lone_link(&l, 2)), 0);
	lone_end(&l);
}

/* ---- out of turn (GRAPH-9.7) ---- */

static void assert_sent_away(uint32_t link)
{
	assert_true(l.closed[link]);
	assert_int_equal(l.last[GRAPH_EVENT_BAD_PEER].err, ERR_MALFORMED);
	lone_end(&l);
}

static void asks_twice_test(void **state)
{
	(void)state;
	filled(1000);
	solicit_type();
	assert_false(l.closed[2]);
	solicit_type();
	assert_sent_away(2);
}

static void asks_again_after_the_end_test(void **state)
{
	(void)state;
	filled(3);
	solicit_type();
	solicit_type();
	assert_int_equal(floods(), 6);
	end();
}

static void who_was_called_asks_test(void **state)
{
	(void)state;
	uint8_t octets[64];
	struct wr w = wr_of(octets, sizeof(octets));
	begin();
	lone_hang_up(&l, 4);
	uint32_t link = lone_calls(&l, 33, lone_time(&l));
	graph_put_solicit(&w, NULL, true, &lone_type, 1);
	lone_say(&l, link, wr_span(&w));
	assert_sent_away(link);
}

static void unasked_request_test(void **state)
{
	(void)state;
	begin();
	caller();
	request(NULL);
	assert_sent_away(2);
}

static void unasked_advertise_test(void **state)
{
	(void)state;
	uint8_t octets[64];
	struct wr w = wr_of(octets, sizeof(octets));
	begin();
	caller();
	graph_put_advertise(&w, 0, 0);
	lone_say(&l, 2, wr_span(&w));
	assert_sent_away(2);
}

static void stray_sync_end_test(void **state)
{
	(void)state;
	uint8_t octets[64];
	struct wr w = wr_of(octets, sizeof(octets));
	begin();
	caller();
	graph_put_sync_end(&w, true);
	lone_say(&l, 2, wr_span(&w));
	assert_false(l.closed[2]);
	lone_end(&l);
}

/* GRAPH-9.10 */
static void stalled_test(void **state)
{
	(void)state;
	filled(3);
	solicit_hash();
	lone_pass(&l, 119 * MONO_SEC);
	assert_false(l.closed[2]);
	lone_pass(&l, 150 * MONO_SEC);
	assert_true(l.closed[2]);
	assert_false(l.closed[4]);
	lone_end(&l);
}

/* Memory fails at each place: the link may go, nothing leaks, nothing is half told. */
static void out_of_memory_test(void **state)
{
	(void)state;
	bool failed = true;
	for (size_t fail = 1; failed; fail++) {
		struct graph_guid but[] = { lone_type };
		uint8_t octets[256];
		struct wr w = wr_of(octets, sizeof(octets));
		begin();
		fill(&lone_type, 0, 3);
		fill(&other_type, 10, 3);
		caller();
		struct graph_link *k = lone_link(&l, 2);
		graph_put_solicit(&w, NULL, false, but, 1);
		struct graph_message m;
		assert_int_equal(graph_message_decode(wr_span(&w), &m), OK);
		l.f.fail_at = l.f.allocations + fail;
		l.f.failed = false;
		graph_sync_solicit(l.g, k, &m, l.now);
		failed = l.f.failed;
		l.f.fail_at = 0;
		if (!failed)
			assert_int_equal(k->state, GRAPH_STATE_CONNECTED);
		lone_drain(&l);
		if (!failed)
			assert_ended();
		lone_end(&l);
		assert_true(fail < 100);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_type_test),
		cmocka_unit_test(unknown_type_test),
		cmocka_unit_test(all_but_some_test),
		cmocka_unit_test(everything_test),
		cmocka_unit_test(nothing_there_test),
		cmocka_unit_test(since_test),
		cmocka_unit_test(sliced_test),
		cmocka_unit_test(slow_reader_test),
		cmocka_unit_test(busy_graph_test),
		cmocka_unit_test(ours_waits_for_the_disk_test),
		cmocka_unit_test(by_hash_test),
		cmocka_unit_test(compares_again_test),
		cmocka_unit_test(compares_what_did_not_fit_test),
		cmocka_unit_test(nothing_wanted_test),
		cmocka_unit_test(requests_are_sliced_test),
		cmocka_unit_test(asks_twice_test),
		cmocka_unit_test(asks_again_after_the_end_test),
		cmocka_unit_test(who_was_called_asks_test),
		cmocka_unit_test(unasked_request_test),
		cmocka_unit_test(unasked_advertise_test),
		cmocka_unit_test(stray_sync_end_test),
		cmocka_unit_test(stalled_test),
		cmocka_unit_test(out_of_memory_test),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
