/* Records of neighbors go on when the outputs are taken out (GRAPH-10.22): to whom, in which
 * version, before what, and what becomes of them when memory or the store fails. */
#include "link_rig.h"

/* Octets that come while others are still to come: nothing is taken out. */
static void come(struct rig *r, uint32_t link, struct span message)
{
	static uint8_t octets[128 * 1024];
	const struct graph_framing f = { .payload = GRAPH_FRAME_PAYLOAD };
	struct wr w = wr_of(octets, sizeof(octets));
	graph_put_framed(&w, message, f);
	assert_false(w.failed);
	assert_int_equal(graph_input(r->g, link, wr_span(&w), r->now), OK);
	memset(octets, 0xee, sizeof(octets));
}

static bool of_an_application(const struct graph_message *m)
{
	const struct graph_guid type = { { 0xaa, [15] = 1 } };
	return m->type == GRAPH_FLOOD && memcmp(m->record.p, type.at, sizeof(type.at)) == 0;
}

/* The floods that a link was sent; *size: of the last one's payload. */
static size_t floods(struct rig *r, uint32_t link, size_t *size)
{
	struct graph_message m;
	struct graph_record record;
	size_t n = 0;
	*size = 0;
	while (rig_hear(r, link, &m)) {
		if (!of_an_application(&m))
			continue;
		assert_int_equal(graph_record_decode(m.record, &record), OK);
		*size = record.payload.n;
		n++;
	}
	return n;
}

static void expect(struct rig *r, uint32_t link, size_t n, size_t payload)
{
	size_t size;
	assert_int_equal(floods(r, link, &size), n);
	assert_int_equal(size, payload);
}

static void three(struct rig *r, uint32_t link[3])
{
	rig_begin(r);
	for (uint8_t i = 0; i < 3; i++)
		link[i] = rig_neighbor(r, 50u + i, (uint8_t)(20 + i));
	for (size_t i = 0, size; i < 3; i++)
		floods(r, link[i], &size);
}

static void who_sends_it_too_does_not_get_it(void **state)
{
	struct rig r;
	uint32_t link[3];
	three(&r, link);
	come(&r, link[0], rig_flood(&r, 1, 1, 100));
	come(&r, link[1], rig_flood(&r, 1, 1, 100));
	assert_true(graph_busy(r.g));
	rig_drain(&r);
	expect(&r, link[0], 0, 0);
	expect(&r, link[1], 0, 0);
	expect(&r, link[2], 1, 100);
	/* It has been there: nobody gets it again. */
	come(&r, link[2], rig_flood(&r, 1, 1, 100));
	rig_drain(&r);
	for (size_t i = 0; i < 3; i++)
		expect(&r, link[i], 0, 0);
	rig_end(&r);
}

static void of_two_versions_the_newer_one_goes(void **state)
{
	struct rig r;
	uint32_t link[3];
	three(&r, link);
	come(&r, link[0], rig_flood(&r, 1, 1, 100));
	come(&r, link[1], rig_flood(&r, 1, 2, 200));
	rig_drain(&r);
	expect(&r, link[0], 1, 200);
	expect(&r, link[1], 0, 0);
	expect(&r, link[2], 1, 200);
	rig_end(&r);
}

/* However much comes before anything is taken out, and however large one is. */
static void many_and_large_ones_all_go(void **state)
{
	struct rig r;
	uint32_t link[3];
	size_t size;
	three(&r, link);
	for (uint32_t i = 0; i < 300; i++)
		come(&r, link[0], rig_flood(&r, i, 1, 3000));
	come(&r, link[0], rig_flood(&r, 300, 1, 40000));
	rig_drain(&r);
	assert_int_equal(floods(&r, link[0], &size), 0);
	for (size_t i = 1; i < 3; i++)
		assert_int_equal(floods(&r, link[i], &size), 301);
	/* A buffer that is not needed any more is not kept. */
	for (uint32_t i = 0; i < 2; i++) {
		come(&r, link[0], rig_flood(&r, 400 + i, 1, 10));
		rig_drain(&r);
		expect(&r, link[2], 1, 10);
	}
	assert_true(r.g->relays.room <= 65536);
	rig_end(&r);
}

/* Whoever leaves says before it goodbye what it has heard. */
static void before_goodbye(void **state)
{
	struct rig r;
	uint32_t link[3];
	struct graph_message m;
	bool heard = false, bye = false;
	three(&r, link);
	come(&r, link[0], rig_flood(&r, 1, 1, 100));
	graph_stop(r.g, r.now);
	rig_drain(&r);
	while (rig_hear(&r, link[1], &m)) {
		bye |= m.type == GRAPH_DISCONNECT;
		heard |= of_an_application(&m) && !bye;
	}
	assert_true(heard && bye);
	rig_end(&r);
}

static void what_the_store_lost_does_not_go(void **state)
{
	struct rig r;
	uint32_t link[3];
	three(&r, link);
	come(&r, link[0], rig_flood(&r, 1, 1, 100));
	graph_store_failed(r.g, store_mem_fail(r.mem), ERR_IO, r.now);
	rig_drain(&r);
	for (size_t i = 1; i < 3; i++) {
		size_t size;
		assert_int_equal(floods(&r, link[i], &size), 0);
		assert_true(rig_closed(&r, link[i]));
	}
	rig_end(&r);
}

/* Without memory to keep it, it goes at once. Whatever fails, the others get it once, or their
 * link or the one that it came on is gone. */
static void without_memory(void **state)
{
	for (size_t n = 1; n < 400; n++) {
		struct rig r;
		uint32_t link[3];
		three(&r, link);
		struct span s = rig_flood(&r, 1, 1, 100);
		failing_env_fail_at(&r.f, n);
		come(&r, link[0], s);
		rig_drain(&r);
		bool failed = r.f.failed;
		r.f.fail_at = 0;
		for (size_t i = 1; i < 3; i++) {
			size_t size, got = floods(&r, link[i], &size);
			assert_true(got == 1 || rig_closed(&r, link[i]) || rig_closed(&r, link[0]));
		}
		rig_end(&r);
		if (!failed)
			return;
	}
	fail_msg("it never came to an end");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_sends_it_too_does_not_get_it),
		cmocka_unit_test(of_two_versions_the_newer_one_goes),
		cmocka_unit_test(many_and_large_ones_all_go),
		cmocka_unit_test(before_goodbye),
		cmocka_unit_test(what_the_store_lost_does_not_go),
		cmocka_unit_test(without_memory),
	};
	return cmocka_run_group_tests_name("relay", tests, NULL, NULL);
}
