/* ENGINE-26: a link says that what was queued is with the kernel, once for each
 * time it was asked, or once for several, and never when it is over. */
#include "world.h"

#define BLOCK ((size_t)3000000) /* more than the kernel takes */

static uint8_t block[BLOCK];

static void run_some(struct world *w)
{
	for (int i = 0; i < 20; i++)
		assert_int_equal(os_loop_run(w->loop, 0), OK);
}

static void it_comes_once_all_has_gone(void **state)
{
	struct world w;

	world_new(&w);
	world_connect(&w);
	net_pause(w.b.net, 2, NET_PAUSE_STORE);
	net_send(w.a.net, 1, span_of(block, BLOCK));
	net_ask_drained(w.a.net, 1);
	run_some(&w);
	assert_true(load_queued(&w.a) > 0);
	assert_int_equal(w.a.n_drained, 0);
	net_resume(w.b.net, 2, NET_PAUSE_STORE);
	RUN_UNTIL(&w, w.a.n_drained);
	assert_int_equal(w.a.drained, 1);
	assert_int_equal(load_queued(&w.a), 0);
	RUN_UNTIL(&w, w.b.octets == BLOCK);
	run_some(&w);
	assert_int_equal(w.a.n_drained, 1);
	world_free(&w);
}

static void nothing_comes_unasked(void **state)
{
	struct world w;

	world_new(&w);
	world_connect(&w);
	net_send(w.a.net, 1, span_of("unasked", 7));
	RUN_UNTIL(&w, w.b.octets == 7);
	run_some(&w);
	assert_int_equal(w.a.n_drained, 0);
	world_free(&w);
}

static void an_empty_queue_is_told_from_the_loop(void **state)
{
	struct world w;

	world_new(&w);
	world_connect(&w);
	net_ask_drained(w.a.net, 1);
	assert_int_equal(w.a.n_drained, 0);
	RUN_UNTIL(&w, w.a.n_drained);
	run_some(&w);
	assert_int_equal(w.a.n_drained, 1);
	world_free(&w);
}

static void asked_before_it_is_up_it_comes_after(void **state)
{
	struct world w;

	for (int octets = 0; octets < 2; octets++) {
		world_new(&w);
		world_dial(&w, 1, NULL);
		net_send(w.a.net, 1, span_of("early", octets ? 5 : 0));
		net_ask_drained(w.a.net, 1);
		assert_int_equal(w.a.n_drained, 0);
		RUN_UNTIL(&w, w.a.n_drained);
		assert_int_equal(w.a.up, 1);
		world_free(&w);
	}
}

/* Two may stop the reading of a link: it goes on once neither wants that. */
static void each_reason_not_to_read_counts(void **state)
{
	struct world w;

	world_new(&w);
	world_connect(&w);
	net_pause(w.b.net, 2, NET_PAUSE_STORE);
	net_pause(w.b.net, 2, NET_PAUSE_NODE);
	net_pause(w.b.net, 2, NET_PAUSE_NODE);
	net_send(w.a.net, 1, span_of("unread", 6));
	run_some(&w);
	net_resume(w.b.net, 2, NET_PAUSE_NODE);
	run_some(&w);
	assert_int_equal(w.b.octets, 0);
	net_resume(w.b.net, 2, NET_PAUSE_STORE);
	RUN_UNTIL(&w, w.b.octets == 6);
	world_free(&w);
}

static void what_comes_after_is_not_waited_for(void **state)
{
	struct world w;

	world_new(&w);
	world_connect(&w);
	net_pause(w.b.net, 2, NET_PAUSE_STORE);
	net_send(w.a.net, 1, span_of("first", 5));
	net_ask_drained(w.a.net, 1);
	net_send(w.a.net, 1, span_of(block, BLOCK));
	RUN_UNTIL(&w, w.a.n_drained);
	run_some(&w);
	assert_true(load_queued(&w.a) > 0);
	assert_int_equal(w.a.n_drained, 1);
	world_free(&w);
}

static void asked_twice_it_comes_once_for_both(void **state)
{
	struct world w;

	world_new(&w);
	world_connect(&w);
	net_pause(w.b.net, 2, NET_PAUSE_STORE);
	net_send(w.a.net, 1, span_of("first", 5));
	net_ask_drained(w.a.net, 1);
	net_send(w.a.net, 1, span_of(block, BLOCK));
	net_ask_drained(w.a.net, 1);
	run_some(&w);
	assert_int_equal(w.a.n_drained, 0);
	net_resume(w.b.net, 2, NET_PAUSE_STORE);
	RUN_UNTIL(&w, w.b.octets == BLOCK + 5);
	run_some(&w);
	assert_int_equal(w.a.n_drained, 1);
	world_free(&w);
}

/* Far more than the limit, and never above it. */
static void slice_after_slice_no_limit_is_reached(void **state)
{
	struct net_options opt = plain_options;
	struct world w;

	opt.queue_max = 100000;
	world_new_at(&w, "127.0.0.1", &opt);
	world_listen(&w);
	world_connect(&w);
	w.a.more = span_of(block, opt.queue_max);
	net_ask_drained(w.a.net, 1);
	RUN_UNTIL(&w, w.b.octets >= 100 * opt.queue_max);
	assert_int_equal(w.a.n_down, 0);
	world_free(&w);
}

static void it_may_be_closed_or_reset_as_it_is_told(void **state)
{
	struct world w;

	for (int reset = 0; reset < 2; reset++) {
		world_new(&w);
		world_connect(&w);
		w.a.close_when_drained = !reset;
		w.a.reset_when_drained = reset;
		w.a.more = span_of("last", 4);
		net_ask_drained(w.a.net, 1);
		RUN_UNTIL(&w, w.b.n_down && !load_links(&w.a));
		assert_int_equal(w.b.octets, reset ? 0 : 4);
		assert_int_equal(w.a.n_drained, 1);
		world_free(&w);
	}
}

static void a_link_that_is_over_is_not_told(void **state)
{
	struct world w;

	for (int reset = 0; reset < 2; reset++) {
		world_new(&w);
		world_connect(&w);
		net_send(w.a.net, 1, span_of("x", 1));
		net_ask_drained(w.a.net, 1);
		if (reset)
			net_reset(w.a.net, 1);
		else
			net_close(w.a.net, 1);
		net_ask_drained(w.a.net, 1);
		net_ask_drained(w.a.net, 99);
		RUN_UNTIL(&w, w.b.n_down && !load_links(&w.a));
		assert_int_equal(w.a.n_drained, 0);
		world_free(&w);
	}
}

/* A queue that is dropped is empty too. */
static void what_was_lost_has_not_gone(void **state)
{
	struct net_options opt = plain_options;
	struct world w;

	world_new(&w);
	world_connect(&w);
	net_pause(w.a.net, 1, NET_PAUSE_STORE);
	net_reset(w.b.net, 2);
	RUN_UNTIL(&w, !load_links(&w.b));
	net_send(w.a.net, 1, span_of("lost", 4));
	net_ask_drained(w.a.net, 1);
	RUN_UNTIL(&w, w.a.n_down);
	assert_int_equal(w.a.n_drained, 0);
	world_free(&w);

	opt.queue_max = 10;
	world_new_at(&w, "127.0.0.1", &opt);
	world_listen(&w);
	world_connect(&w);
	net_ask_drained(w.a.net, 1);
	net_send(w.a.net, 1, span_of(block, 11));
	RUN_UNTIL(&w, w.a.n_down);
	assert_int_equal(w.a.why, ERR_SLOW);
	assert_int_equal(w.a.n_drained, 0);
	world_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_comes_once_all_has_gone),
		cmocka_unit_test(nothing_comes_unasked),
		cmocka_unit_test(an_empty_queue_is_told_from_the_loop),
		cmocka_unit_test(asked_before_it_is_up_it_comes_after),
		cmocka_unit_test(each_reason_not_to_read_counts),
		cmocka_unit_test(what_comes_after_is_not_waited_for),
		cmocka_unit_test(asked_twice_it_comes_once_for_both),
		cmocka_unit_test(slice_after_slice_no_limit_is_reached),
		cmocka_unit_test(it_may_be_closed_or_reset_as_it_is_told),
		cmocka_unit_test(a_link_that_is_over_is_not_told),
		cmocka_unit_test(what_was_lost_has_not_gone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
