/* The sending side of a link: one SEND an input, window, backlog, large messages, slow
 * neighbors, what a peer can make us hold. */
#include "link_rig.h"

/* Octets of many FLOODs at once. */
static struct span chunk(struct rig *r, uint32_t first, uint32_t n, size_t payload)
{
	static uint8_t octets[128 * 1024];
	struct wr w = wr_of(octets, sizeof(octets));
	const struct graph_framing f = { .payload = GRAPH_FRAME_PAYLOAD };
	for (uint32_t i = 0; i < n; i++)
		graph_put_framed(&w, rig_flood(r, first + i, 1, payload), f);
	assert_false(w.failed);
	return wr_span(&w);
}

static size_t floods(struct rig *r, uint32_t link)
{
	struct graph_message m;
	size_t n = 0;
	while (rig_hear(r, link, &m))
		n += m.type == GRAPH_FLOOD &&
		     graph_guid_eq(&(struct graph_guid){ { 0xaa, [15] = 1 } },
				   (const struct graph_guid *)(const void *)m.record.p);
	return n;
}

/* GRAPH-8.5: 150 records in one input are one SEND a neighbor. */
static void one_send_a_neighbor_and_input(void **state)
{
	struct rig r;
	rig_begin(&r);
	uint32_t from = rig_neighbor(&r, 50, 20);
	uint32_t to[3];
	for (uint8_t i = 0; i < 3; i++) {
		to[i] = rig_neighbor(&r, 60 + i, (uint8_t)(30 + i));
		floods(&r, to[i]);
	}
	size_t sends[3];
	for (size_t i = 0; i < 3; i++)
		sends[i] = rig_link(&r, to[i])->sends;
	struct span s = chunk(&r, 0, 150, 250);
	assert_true(s.n <= 65536 + 4096);
	rig_give(&r, from, s);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(rig_link(&r, to[i])->sends - sends[i], 1);
		assert_int_equal(floods(&r, to[i]), 150);
		/* D8: what is relayed waits for nothing. */
		assert_int_equal(rig_link(&r, to[i])->after, 0);
	}
	rig_end(&r);
}

/* Once buffers are warm a record costs the links no memory: what is allocated is the
 * database's and the store's, however many neighbors there are. */
static size_t allocations(uint8_t neighbors)
{
	struct rig r;
	rig_begin(&r);
	uint32_t from = rig_neighbor(&r, 50, 20);
	for (uint8_t i = 0; i < neighbors; i++)
		rig_neighbor(&r, 60 + i, (uint8_t)(30 + i));
	rig_give(&r, from, chunk(&r, 0, 150, 250));
	struct span s = chunk(&r, 1000, 150, 250);
	failing_env_fail_at(&r.f, 0);
	assert_int_equal(graph_input(r.g, from, s, r.now), OK);
	struct graph_out o;
	while (graph_poll(r.g, &o))
		assert_int_not_equal(o.kind, GRAPH_OUT_CLOSE);
	size_t n = r.f.allocations;
	rig_drain(&r);
	rig_end(&r);
	return n;
}

static void no_memory_for_a_message(void **state)
{
	size_t one = allocations(1), six = allocations(6);
	assert_true(six <= one + 6);
}

static void limit_window(struct rig *r, uint64_t unsent, uint64_t backlog)
{
	rig_init(r);
	r->birth.limits.link_unsent = unsent;
	r->birth.limits.link_backlog = backlog;
	rig_start(r);
}

/* GRAPH-8.6, 8.7. */
static void records_wait_for_a_slow_neighbor(void **state)
{
	struct rig r;
	limit_window(&r, 16 * 1024, 10000);
	uint32_t from = rig_neighbor(&r, 50, 20), slow = rig_neighbor(&r, 51, 21);
	rig_drained(&r, slow);
	size_t n = floods(&r, slow);
	for (uint32_t i = 0; i < 20; i++)
		rig_give(&r, from, chunk(&r, i * 100, 100, 200));
	/* All was read and stored, little was sent. */
	assert_int_equal(rig_info(&r).counts.fresh, 2000);
	assert_true(rig_link(&r, slow)->n < 64 * 1024);
	assert_true(rig_info(&r).backlog > 1800);
	assert_true(rig_link(&r, slow)->drains > 0);
	n += floods(&r, slow);
	for (int i = 0; i < 200 && rig_info(&r).backlog; i++) {
		rig_drained(&r, slow);
		rig_drained(&r, from);
	}
	n += floods(&r, slow);
	assert_int_equal(rig_info(&r).backlog, 0);
	assert_int_equal(n, 2000);
	assert_int_equal(rig_info(&r).counts.slow, 0);
	rig_end(&r);
}

/* GRAPH-8.8. */
static void too_long_a_backlog_drops(void **state)
{
	struct rig r;
	limit_window(&r, 16 * 1024, 500);
	uint32_t from = rig_neighbor(&r, 50, 20), slow = rig_neighbor(&r, 51, 21);
	for (uint32_t i = 0; i < 20 && !rig_closed(&r, slow); i++) {
		rig_give(&r, from, chunk(&r, i * 100, 100, 200));
		rig_drained(&r, from);
	}
	assert_true(rig_closed(&r, slow));
	assert_false(rig_closed(&r, from));
	assert_int_equal(r.events[GRAPH_EVENT_SLOW], 1);
	assert_int_equal(r.last[GRAPH_EVENT_SLOW].node, 51);
	assert_int_equal(rig_info(&r).counts.slow, 1);
	assert_int_equal(rig_info(&r).counts.bad, 0);
	assert_int_equal(rig_info(&r).neighbors, 1);
	rig_end(&r);
}

/* What is gone or over when its turn comes is not sent; what changed goes as it is then. */
static void the_backlog_is_of_records_not_octets(void **state)
{
	struct rig r;
	limit_window(&r, 4096, 1000);
	uint32_t from = rig_neighbor(&r, 50, 20), slow = rig_neighbor(&r, 51, 21);
	rig_give(&r, from, chunk(&r, 0, 100, 200));
	assert_true(rig_info(&r).backlog > 50);
	rig_say(&r, from, rig_flood(&r, 99, 2, 300));
	r.now = mono_add(r.now, 0);
	bool newer = false, older = false;
	for (int i = 0; i < 200 && rig_info(&r).backlog; i++)
		rig_drained(&r, slow);
	struct graph_message m;
	while (rig_hear(&r, slow, &m)) {
		struct graph_record record;
		if (m.type != GRAPH_FLOOD || graph_record_decode(m.record, &record) != OK)
			continue;
		newer |= record.payload.n == 300 && record.version == 2;
		older |= record.payload.n == 200 && record.payload.p[0] == 99;
	}
	assert_true(newer);
	assert_false(older);
	rig_end(&r);
}

/* GRAPH-8.45 */
static void what_a_neighbor_has_sent_it_does_not_get(void **state)
{
	struct rig r;
	limit_window(&r, 4096, 1000);
	uint32_t from = rig_neighbor(&r, 50, 20), slow = rig_neighbor(&r, 51, 21);
	rig_drained(&r, slow);
	size_t n = floods(&r, slow);
	rig_give(&r, from, chunk(&r, 0, 100, 200));
	size_t waiting = rig_info(&r).backlog;
	assert_true(waiting > 50);
	n += floods(&r, slow);
	/* The last 30 come from it as well, one of them in another version. */
	rig_give(&r, slow, chunk(&r, 70, 29, 200));
	rig_say(&r, slow, rig_flood(&r, 99, 2, 300));
	for (int i = 0; i < 200 && rig_info(&r).backlog; i++)
		rig_drained(&r, slow);
	assert_int_equal(n + floods(&r, slow), 70);
	rig_end(&r);
}

/* GRAPH-8.45: another neighbor that comes has sent nothing, whatever the first one had. */
static void who_comes_anew_has_sent_nothing(void **state)
{
	struct rig r;
	limit_window(&r, 4096, 1000);
	uint32_t from = rig_neighbor(&r, 50, 20), slow = rig_neighbor(&r, 51, 21);
	rig_give(&r, from, chunk(&r, 0, 100, 200));
	rig_give(&r, slow, chunk(&r, 0, 100, 200));
	struct graph_guid id;
	memcpy(id.at, rig_flood(&r, 99, 1, 200).p + GRAPH_FLOOD_HEAD + 16, sizeof(id.at));
	const struct graph_entry *e = graph_db_find(r.g->db, &id);
	const struct graph_link *l = graph_link_find(r.g, slow);
	uint8_t bit = l->bit;
	assert_true(graph_heard(r.g, l, e));
	assert_false(graph_heard(r.g, graph_link_find(r.g, from), e));
	graph_down(r.g, slow, ERR_RESET, r.now);
	rig_drain(&r);
	l = graph_link_find(r.g, rig_neighbor(&r, 52, 22));
	assert_int_equal(l->bit, bit);
	assert_false(graph_heard(r.g, l, e));
	rig_end(&r);
}

/* What is noted of a row of the backlog may be another record by then. */
static void a_place_taken_by_another_is_passed_over(void **state)
{
	struct rig r;
	limit_window(&r, 4096, 1000);
	uint32_t from = rig_neighbor(&r, 50, 20), slow = rig_neighbor(&r, 51, 21);
	rig_drained(&r, slow);
	size_t n = floods(&r, slow);
	rig_give(&r, from, chunk(&r, 0, 100, 200));
	n += floods(&r, slow);
	assert_true(n < 50);
	struct graph_guid id;
	uint64_t number;
	memcpy(id.at, rig_flood(&r, 99, 1, 200).p + GRAPH_FLOOD_HEAD + 16, sizeof(id.at));
	struct graph_entry *e = graph_db_find(r.g->db, &id);
	uint32_t place = e->index;
	assert_ptr_equal(graph_db_at(r.g->db, place), e);
	assert_int_equal(graph_db_remove(r.g->db, e, &number), OK);
	assert_null(graph_db_at(r.g->db, place));
	assert_null(graph_db_at(r.g->db, UINT32_MAX));
	rig_give(&r, from, chunk(&r, 500, 1, 200));
	assert_non_null(graph_db_at(r.g->db, place));
	for (int i = 0; i < 200 && rig_info(&r).backlog; i++)
		rig_drained(&r, slow);
	/* 0 to 98 and 500, each once. */
	assert_int_equal(n + floods(&r, slow), 100);
	rig_end(&r);
}

/* GRAPH-8.9: a record of 1 MiB goes in slices, and ACKs and data behind it in order. */
static void a_large_record_goes_in_slices(void **state)
{
	struct rig r;
	limit_window(&r, 64 * 1024, 1000);
	uint32_t from = rig_neighbor(&r, 50, 20), a = rig_neighbor(&r, 51, 21),
		 b = rig_neighbor(&r, 52, 22);
	size_t before = rig_link(&r, a)->n;
	rig_say(&r, from, rig_flood(&r, 1, 1, 1 << 20));
	assert_true(rig_link(&r, a)->n - before < 128 * 1024);
	/* Both neighbors share the octets. */
	const struct graph_link *la = graph_link_find(r.g, a), *lb = graph_link_find(r.g, b);
	assert_true(la->out.waiting_octets > 1 << 20 && lb->out.waiting_octets > 1 << 20);
	const struct graph_command c = { .kind = GRAPH_PING };
	uint64_t number = rig_command(&r, &c);
	assert_null(rig_reply(&r, number));
	for (int i = 0; i < 100; i++) {
		rig_drained(&r, a);
		rig_drained(&r, b);
		rig_drained(&r, from);
	}
	assert_int_equal(la->out.waiting_octets, 0);
	assert_int_equal(floods(&r, a), 1);
	assert_int_equal(floods(&r, b), 1);
	assert_int_equal(rig_reply(&r, number)->err, OK);
	rig_end(&r);
}

/* GRAPH-8.13: who opens a message of 60 MB and stalls holds what it sent. */
static void a_message_that_stalls_holds_what_came(void **state)
{
	struct rig r;
	uint8_t octets[2 + 16379] = { 0 };
	struct wr w = wr_of(octets, 10);
	rig_begin(&r);
	uint32_t link = rig_neighbor(&r, 50, 20);
	wr_u16(&w, 16379);
	wr_u32(&w, 60u << 20);
	wr_u8(&w, GRAPH_VERSION);
	wr_u8(&w, GRAPH_FLOOD);
	wr_u16(&w, 0);
	uint64_t before = r.shared.memory;
	rig_give(&r, link, span_of(octets, sizeof(octets)));
	assert_true(r.shared.memory - before < 64 * 1024);
	wr_patch_u16(&w, 2, 0); /* more of it */
	memset(octets + 2, 0, 8);
	for (int i = 0; i < 64; i++)
		rig_give(&r, link, span_of(octets, sizeof(octets)));
	assert_true(r.shared.memory - before < 4u << 20);
	assert_false(rig_closed(&r, link));
	graph_down(r.g, link, ERR_RESET, r.now);
	rig_drain(&r);
	rig_end(&r);
}

static void a_link_holds_no_more_than_it_may(void **state)
{
	struct rig r;
	uint8_t octets[2 + 16379] = { 0 };
	rig_init(&r);
	r.shared.memory_max = 256 * 1024;
	rig_start(&r);
	uint32_t link = rig_neighbor(&r, 50, 20);
	struct wr w = wr_of(octets, 10);
	wr_u16(&w, 16379);
	wr_u32(&w, 60u << 20);
	wr_u8(&w, GRAPH_VERSION);
	wr_u8(&w, GRAPH_FLOOD);
	wr_u16(&w, 0);
	rig_give(&r, link, span_of(octets, sizeof(octets)));
	memset(octets + 2, 0, 8);
	for (int i = 0; i < 64 && !rig_closed(&r, link); i++)
		rig_give(&r, link, span_of(octets, sizeof(octets)));
	assert_true(rig_closed(&r, link));
	assert_int_equal(r.last[GRAPH_EVENT_BAD_PEER].err, ERR_FULL);
	rig_end(&r);
}

/* D8: a record of ours waits for its put, whenever its turn comes. */
static void ours_waits_for_the_disk(void **state)
{
	struct rig r;
	limit_window(&r, 4096, 1000);
	uint32_t link = rig_neighbor(&r, 50, 20);
	const struct graph_command c = { .kind = GRAPH_RECORD_ADD,
					 .type = { { 0xaa, [15] = 1 } },
					 .payload = span_str("ours"),
					 .has_payload = true };
	rig_drained(&r, link);
	rig_command(&r, &c);
	assert_true(rig_link(&r, link)->after > 0);
	assert_int_equal(rig_link(&r, link)->after, r.g->own_put);
	rig_end(&r);
}

/* The owner asks its peer's octets to be read however much waits to be sent (GRAPH-8.6). */
static void reading_never_waits_for_sending(void **state)
{
	struct rig r;
	limit_window(&r, 4096, 100000);
	uint32_t a = rig_neighbor(&r, 50, 20), b = rig_neighbor(&r, 51, 21);
	for (uint32_t i = 0; i < 10; i++) {
		rig_give(&r, a, chunk(&r, i * 200, 100, 200));
		rig_give(&r, b, chunk(&r, i * 200 + 100, 100, 200));
		assert_false(graph_link_waits(r.g, a));
		assert_false(graph_link_waits(r.g, b));
	}
	assert_int_equal(rig_info(&r).counts.fresh, 2000);
	rig_end(&r);
}

/* Without memory at any point the link may end, and nothing else. */
static void without_memory(void **state)
{
	for (size_t n = 1; n < 400; n++) {
		struct rig r;
		rig_begin(&r);
		uint32_t from = rig_neighbor(&r, 50, 20);
		rig_neighbor(&r, 51, 21);
		struct span s = chunk(&r, 0, 5, 100);
		failing_env_fail_at(&r.f, n);
		(void)!graph_input(r.g, from, s, r.now);
		bool failed = r.f.failed;
		r.f.fail_at = 0;
		rig_drain(&r);
		rig_tick(&r, MONO_SEC);
		rig_end(&r);
		if (!failed)
			return;
	}
	fail_msg("it never came to an end");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_send_a_neighbor_and_input),
		cmocka_unit_test(no_memory_for_a_message),
		cmocka_unit_test(records_wait_for_a_slow_neighbor),
		cmocka_unit_test(too_long_a_backlog_drops),
		cmocka_unit_test(the_backlog_is_of_records_not_octets),
		cmocka_unit_test(what_a_neighbor_has_sent_it_does_not_get),
		cmocka_unit_test(who_comes_anew_has_sent_nothing),
		cmocka_unit_test(a_place_taken_by_another_is_passed_over),
		cmocka_unit_test(a_large_record_goes_in_slices),
		cmocka_unit_test(a_message_that_stalls_holds_what_came),
		cmocka_unit_test(a_link_holds_no_more_than_it_may),
		cmocka_unit_test(ours_waits_for_the_disk),
		cmocka_unit_test(reading_never_waits_for_sending),
		cmocka_unit_test(without_memory),
	};
	return cmocka_run_group_tests_name("send", tests, NULL, NULL);
}
