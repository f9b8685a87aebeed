/* alive_test.c - links whose other side vanishes (GRAPH-12.13), in a machine of their own
 * whose cable is pulled. */
#include "island.h"
#include "world.h"

#include "os/clock.h"

#define SILENCE MONO_SEC

static void begin(struct world *w)
{
	world_new(w);
	world_connect(w);
	net_mind(w->a.net, 1, SILENCE);
}

static bool passed(struct mono since, int64_t us)
{
	return mono_since(os_mono(), since) >= us;
}

static void octets_that_nobody_receipts(void **state)
{
	int before = island_enter();
	struct world w;
	island_flags("lo", IFF_UP);
	begin(&w);
	island_flags("lo", 0);
	net_send(w.a.net, 1, span_str("is anybody there"));
	RUN_UNTIL(&w, w.a.down);
	assert_int_equal(w.a.why, ERR_TIMEOUT);
	/* Who minds nothing waits for TCP. */
	assert_int_equal(w.b.down, 0);
	world_free(&w);
	island_leave(before);
}

static void a_quiet_link(void **state)
{
	int before = island_enter();
	struct world w;
	island_flags("lo", IFF_UP);
	begin(&w);
	island_flags("lo", 0);
	RUN_UNTIL(&w, w.a.down);
	assert_int_equal(w.a.why, ERR_TIMEOUT);
	world_free(&w);
	island_leave(before);
}

/* Its kernel answers for it, whether it is sent something or not. */
static void who_does_not_read_is_there(void **state)
{
	static uint8_t block[4 << 20];
	struct world w;
	begin(&w);
	net_pause(w.b.net, w.b.accepted, NET_PAUSE_NODE);
	net_send(w.a.net, 1, span_of(block, sizeof(block)));
	struct mono since = os_mono();
	RUN_UNTIL(&w, w.a.down || passed(since, 3 * SILENCE));
	assert_int_equal(w.a.down, 0);
	assert_true(load_queued(&w.a) > 0);
	net_resume(w.b.net, w.b.accepted, NET_PAUSE_NODE);
	RUN_UNTIL(&w, w.b.octets == sizeof(block));
	since = os_mono();
	RUN_UNTIL(&w, w.a.down || passed(since, 2 * SILENCE));
	assert_int_equal(w.a.down, 0);
	net_mind(w.a.net, 77, SILENCE);
	world_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(octets_that_nobody_receipts),
		cmocka_unit_test(a_quiet_link),
		cmocka_unit_test(who_does_not_read_is_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
