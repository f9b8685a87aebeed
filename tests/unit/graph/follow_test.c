/* Several commands that want one link (GRAPH-8.53). */
#include "link_rig.h"

static uint64_t call(struct rig *r, uint8_t host, const char *peer)
{
	const struct graph_command c = { .kind = GRAPH_CONNECT_TO,
					 .remote = rig_addr(host),
					 .peer = span_str(peer) };
	return rig_command(r, &c);
}

static size_t dials(const struct rig *r)
{
	return r->g->links.next == &r->g->links ? 0 : r->g->links.prev == r->g->links.next ? 1 : 2;
}

/* Asked thrice before it is there: one is dialled, all are answered. */
static void what_is_dialled_is_waited_for(void **state)
{
	for (int good = 0; good < 2; good++) {
		struct rig r;
		uint64_t asked[3];
		rig_begin(&r);
		for (size_t i = 0; i < 3; i++)
			asked[i] = call(&r, 30, "");
		assert_int_equal(dials(&r), 1);
		uint32_t link = rig_dialled(&r);
		rig_up(&r, link);
		for (size_t i = 0; i < 3; i++)
			assert_null(rig_reply(&r, asked[i]));
		if (good)
			rig_say(&r, link, rig_welcome(&r, 77, "0.peer"));
		else
			graph_down(r.g, link, ERR_REFUSED, r.now);
		rig_drain(&r);
		for (size_t i = 0; i < 3; i++)
			assert_int_equal(rig_reply(&r, asked[i])->err, good ? OK : ERR_REFUSED);
		assert_true(list_empty(&r.g->followers));
		rig_end(&r);
	}
}

static void another_name_is_another_wish(void **state)
{
	struct rig r;
	rig_begin(&r);
	uint64_t carol = call(&r, 30, "0.carol"), dave = call(&r, 30, "0.dave"),
		 again = call(&r, 30, "0.carol"), any = call(&r, 30, "");
	assert_int_equal(rig_reply(&r, dave)->err, ERR_IN_USE);
	assert_true(!rig_reply(&r, carol) && !rig_reply(&r, again) && !rig_reply(&r, any));
	rig_end(&r);
}

/* Whoever gives up gives up alone. */
static void each_is_cancelled_alone(void **state)
{
	for (size_t first = 0; first < 3; first++) {
		struct rig r;
		uint64_t asked[3];
		rig_begin(&r);
		for (size_t i = 0; i < 3; i++)
			asked[i] = call(&r, 30, "");
		uint32_t link = rig_dialled(&r);
		for (size_t k = 0; k < 3; k++) {
			size_t i = (first + k) % 3;
			assert_false(rig_closed(&r, link));
			graph_cancel(r.g, asked[i], r.now);
			rig_drain(&r);
			assert_int_equal(rig_reply(&r, asked[i])->err, ERR_CANCELLED);
		}
		assert_true(rig_closed(&r, link));
		assert_true(list_empty(&r.g->followers));
		rig_end(&r);
	}
}

/* The node that is called calls us meanwhile, and that is the link that stays. */
static void the_other_link_will_do(void **state)
{
	struct rig r;
	rig_begin(&r);
	uint64_t a = call(&r, 30, ""), b = call(&r, 30, "");
	uint32_t ours = rig_dialled(&r);
	rig_up(&r, ours);
	uint32_t theirs = rig_neighbor(&r, 77, 30);
	assert_false(rig_closed(&r, theirs));
	rig_say(&r, ours, rig_goodbye(&r, GRAPH_REFUSE, GRAPH_REFUSED_DUPLICATE, NULL, 0));
	assert_int_equal(rig_reply(&r, a)->err, OK);
	assert_int_equal(rig_reply(&r, b)->err, OK);
	assert_int_equal(rig_info(&r).neighbors, 1);
	rig_end(&r);
}

/* The same where it was welcomed at both: EXISTS is nobody's answer. */
static void twice_connected_is_connected(void **state)
{
	for (uint8_t told = 0; told < 2; told++) {
		struct rig r;
		rig_begin(&r);
		uint32_t theirs = rig_neighbor(&r, 77, told ? 30 : 31);
		assert_false(rig_closed(&r, theirs));
		uint64_t a = call(&r, told ? 29 : 30, "");
		uint32_t ours = rig_dialled(&r);
		rig_up(&r, ours);
		rig_say(&r, ours, rig_welcome(&r, 77, "0.peer"));
		assert_int_equal(rig_reply(&r, a)->err, OK);
		assert_int_equal(rig_info(&r).neighbors, 1);
		rig_end(&r);
	}
}

static void without_memory(void **state)
{
	struct rig r;
	rig_begin(&r);
	uint64_t a = call(&r, 30, "");
	size_t refused = 0;
	for (size_t n = 1;; n++) {
		const struct graph_command c = { .kind = GRAPH_CONNECT_TO, .remote = rig_addr(30) };
		uint64_t number = ++r.number;
		r.f.fail_at = r.f.allocations + n;
		enum err e = graph_command(r.g, &c, number, r.now);
		bool failed = r.f.allocations >= r.f.fail_at;
		r.f.fail_at = 0;
		rig_drain(&r);
		if (!failed)
			break;
		refused++;
		if (!e)
			assert_int_equal(rig_reply(&r, number)->err, ERR_NOMEM);
	}
	assert_true(refused > 0);
	assert_null(rig_reply(&r, a));
	rig_end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_dialled_is_waited_for),
		cmocka_unit_test(another_name_is_another_wish),
		cmocka_unit_test(each_is_cancelled_alone),
		cmocka_unit_test(the_other_link_will_do),
		cmocka_unit_test(twice_connected_is_connected),
		cmocka_unit_test(without_memory),
	};
	return cmocka_run_group_tests_name("follow", tests, NULL, NULL);
}
