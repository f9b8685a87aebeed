/* MASC-7: commands, and what of them the store keeps. */
#include "rig.h"

static void commit(struct rig *r)
{
	while (store_mem_seal(r->mem) || store_mem_commit(r->mem))
		;
}

/* The process ends and starts again on the same store, `later` by wall time. */
static void restart(struct rig *r, int64_t later)
{
	masc_free(r->m);
	r->m = NULL;
	r->now = (struct mono){ 77 * MONO_SEC };
	assert_int_equal(masc_new(&r->m, &r->config, &r->f.env, store_mem_store(r->mem), r->now,
				  (struct wall){ RIG_WALL + later, true }),
			 OK);
}

/* MASC-7.1. */
static void down_and_up(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_establish(&r, 1);
	rig_command(&r, 41, MASC_COMMAND_DOWN, "north", 0);
	rig_expect(&r, "send 1 N7/0; sent 7/0; close 1; state established>idle; down 7/0; "
		       "admin down@1; reply 41 OK@1");
	struct masc_peer_info i = rig_info(&r, 0);
	assert_true(i.admin_down);
	assert_int_equal(i.admin_until.us, 0);
	assert_true(mono_is_never(masc_deadline(r.m)));
	rig_accept(&r, 2, "192.0.2.1:50000");
	rig_expect(&r, "close 2");
	rig_command(&r, 42, MASC_COMMAND_UP, "north", 0);
	rig_expect(&r, "dial 3; state idle>connect; admin up@2; reply 42 OK@2");
	assert_false(rig_info(&r, 0).admin_down);
	rig_fini(&r);
}

static void down_in_every_state(void **state)
{
	static const char *const wanted[] = {
		"admin down@1; reply 1 OK@1",
		"close 1; state connect>idle; admin down@1; reply 1 OK@1",
		"send 1 N7/0; sent 7/0; close 1; state opensent>idle; admin down@1; reply 1 OK@1",
	};
	for (size_t i = 0; i < 3; i++) {
		struct rig r;
		rig_usual(&r);
		if (i > 0)
			rig_tick(&r);
		if (i > 1)
			rig_up(&r, 1);
		rig_discard(&r);
		rig_command(&r, 1, MASC_COMMAND_DOWN, "north", 0);
		rig_expect(&r, wanted[i]);
		rig_pass(&r, MONO_DAY);
		rig_expect(&r, "");
		rig_fini(&r);
	}
}

/* Both connections of a collision go. */
static void down_in_a_collision(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_tick(&r);
	rig_up(&r, 1);
	rig_accept(&r, 2, "192.0.2.1:50000");
	rig_discard(&r);
	rig_command(&r, 1, MASC_COMMAND_DOWN, "north", 0);
	rig_expect(&r, "send 2 N7/0; sent 7/0; close 2; send 1 N7/0; sent 7/0; close 1; "
		       "state opensent>idle; admin down@1; reply 1 OK@1");
	rig_fini(&r);
}

static void down_for_a_time(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_command(&r, 1, MASC_COMMAND_DOWN, "north", MONO_HOUR);
	rig_expect(&r, "admin down@1; reply 1 OK@1");
	assert_int_equal(rig_info(&r, 0).admin_until.us, RIG_WALL + MONO_HOUR);
	rig_pass(&r, MONO_HOUR - 1);
	rig_expect(&r, "");
	rig_pass(&r, 1);
	rig_expect(&r, "admin up@2; dial 1; state idle>connect");
	assert_false(rig_info(&r, 0).admin_down);
	assert_int_equal(rig_info(&r, 0).admin_until.us, 0);
	rig_fini(&r);
}

static void down_again_changes_the_end(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_command(&r, 1, MASC_COMMAND_DOWN, "north", MONO_HOUR);
	rig_command(&r, 2, MASC_COMMAND_DOWN, "north", 2 * MONO_HOUR);
	rig_discard(&r);
	rig_pass(&r, MONO_HOUR);
	rig_expect(&r, "");
	rig_command(&r, 3, MASC_COMMAND_DOWN, "north", 0);
	rig_discard(&r);
	assert_true(mono_is_never(masc_deadline(r.m)));
	rig_fini(&r);
}

/* The wall clock was set between: the end is where the wall now says. */
static void down_by_the_wall(void **state)
{
	struct rig r;
	rig_usual(&r);
	r.now = mono_add(r.now, MONO_MIN);
	masc_wall(r.m, (struct wall){ RIG_WALL + MONO_DAY, true }, r.now);
	r.now = mono_add(r.now, MONO_MIN);
	rig_command(&r, 1, MASC_COMMAND_DOWN, "north", MONO_HOUR);
	assert_int_equal(rig_info(&r, 0).admin_until.us,
			 RIG_WALL + MONO_DAY + MONO_MIN + MONO_HOUR);
	assert_int_equal(mono_since(masc_deadline(r.m), r.now), MONO_HOUR);
	rig_fini(&r);
}

static void down_survives_a_restart(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_command(&r, 1, MASC_COMMAND_DOWN, "north", 0);
	commit(&r);
	restart(&r, MONO_HOUR);
	rig_tick(&r);
	rig_expect(&r, "");
	assert_true(rig_info(&r, 0).admin_down);
	rig_command(&r, 2, MASC_COMMAND_UP, "north", 0);
	commit(&r);
	restart(&r, 2 * MONO_HOUR);
	rig_tick(&r);
	rig_expect(&r, "dial 1; state idle>connect");
	rig_fini(&r);
}

/* Time without the process counts. */
static void the_end_survives_a_restart(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_command(&r, 1, MASC_COMMAND_DOWN, "north", MONO_HOUR);
	commit(&r);
	restart(&r, 40 * MONO_MIN);
	assert_int_equal(mono_since(masc_deadline(r.m), r.now), 20 * MONO_MIN);
	rig_pass(&r, 20 * MONO_MIN);
	rig_expect(&r, "admin up@2; dial 1; state idle>connect");
	rig_fini(&r);
	rig_usual(&r);
	rig_command(&r, 1, MASC_COMMAND_DOWN, "north", MONO_HOUR);
	commit(&r);
	restart(&r, MONO_HOUR);
	assert_false(rig_info(&r, 0).admin_down);
	rig_tick(&r);
	rig_expect(&r, "dial 1; state idle>connect");
	struct span value;
	assert_int_equal(
		store_get(store_mem_store(r.mem), &masc_table_admin, span_str("north"), &value),
		ERR_NOT_FOUND);
	rig_fini(&r);
}

/* A machine without a battery starts in 1970: nobody wanted decades. */
static void a_clock_that_went_back(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_command(&r, 1, MASC_COMMAND_DOWN, "north", MONO_HOUR);
	commit(&r);
	restart(&r, -RIG_WALL);
	assert_true(rig_info(&r, 0).admin_down);
	assert_int_equal(rig_info(&r, 0).admin_until.us, MONO_HOUR);
	assert_int_equal(mono_since(masc_deadline(r.m), r.now), MONO_HOUR);
	rig_pass(&r, MONO_HOUR);
	rig_expect(&r, "admin up@2; dial 1; state idle>connect");
	rig_fini(&r);
}

/* What was not committed was never told, and is gone. */
static void an_uncommitted_down_is_lost(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_command(&r, 1, MASC_COMMAND_DOWN, "north", 0);
	store_mem_crash(r.mem);
	restart(&r, 0);
	assert_false(rig_info(&r, 0).admin_down);
	rig_fini(&r);
}

/* Damage does not bring a peer up that somebody wanted down. */
static void rows_that_cannot_be_read(void **state)
{
	static const char *const rows[] = {
		"",
		"\x02",
		"\x01\0\0\0\0\0\0\0\x01",
		"\x03\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x01",
		"\x02\xff\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01",
		"\x02\0\0\0\0\0\0\0\x01\xff\0\0\0\0\0\0\0",
		"\x02\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0",
		"\x02\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x01\0",
	};
	static const size_t sizes[] = { 0, 1, 9, 17, 17, 17, 17, 18 };
	for (size_t i = 0; i < 8; i++) {
		struct rig r;
		uint64_t number;
		rig_usual(&r);
		assert_int_equal(store_put(store_mem_store(r.mem), &masc_table_admin,
					   span_str("north"), span_of(rows[i], sizes[i]), &number),
				 OK);
		restart(&r, 0);
		assert_true(rig_info(&r, 0).admin_down);
		assert_int_equal(rig_info(&r, 0).admin_until.us, 0);
		rig_fini(&r);
	}
}

/* MASC-7.1. */
static void resets(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_establish(&r, 1);
	rig_command(&r, 1, MASC_COMMAND_RESET, "north", 0);
	rig_expect(&r, "send 1 N7/0; sent 7/0; close 1; state established>idle; down 7/0; "
		       "dial 3; state idle>connect; admin up; reply 1 OK");
	rig_command(&r, 2, MASC_COMMAND_DOWN, "north", 0);
	rig_discard(&r);
	rig_command(&r, 3, MASC_COMMAND_RESET, "north", 0);
	rig_expect(&r, "reply 3 STATE");
	assert_true(rig_info(&r, 0).admin_down);
	rig_fini(&r);
}

/* MASC-7.1. Nobody waits out a back-off who is told not to. */
static void up_ends_waiting(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_tick(&r);
	rig_up(&r, 1);
	rig_keepalive(&r, 1);
	rig_discard(&r);
	rig_command(&r, 1, MASC_COMMAND_UP, "north", 0);
	rig_expect(&r, "dial 3; state idle>connect; admin up; reply 1 OK");
	rig_command(&r, 2, MASC_COMMAND_UP, "north", 0);
	rig_expect(&r, "admin up; reply 2 OK");
	rig_down(&r, 3, ERR_REFUSED);
	rig_discard(&r);
	rig_command(&r, 3, MASC_COMMAND_UP, "north", 0);
	rig_expect(&r, "dial 5; state active>connect; admin up; reply 3 OK");
	rig_fini(&r);
}

/* The answer to a second UP rests on the first, which may still fail. */
static void answers_wait_for_what_they_build_on(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_command(&r, 1, MASC_COMMAND_DOWN, "north", 0);
	rig_command(&r, 2, MASC_COMMAND_UP, "north", 0);
	rig_discard(&r);
	rig_command(&r, 3, MASC_COMMAND_UP, "north", 0);
	rig_expect(&r, "admin up@2; reply 3 OK@2");
	rig_fini(&r);
}

static void wrong_commands(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_command(&r, 1, MASC_COMMAND_UP, "nobody", 0);
	rig_expect(&r, "reply 1 NOT_FOUND");
	rig_command(&r, 2, MASC_COMMAND_DOWN, "", 0);
	rig_expect(&r, "reply 2 NOT_FOUND");
	rig_command(&r, 3, MASC_COMMAND_DOWN, "north", -1);
	rig_expect(&r, "reply 3 RANGE");
	rig_command(&r, 4, MASC_COMMAND_DOWN, "north", INT64_MAX);
	rig_expect(&r, "reply 4 RANGE");
	assert_false(rig_info(&r, 0).admin_down);
	rig_fini(&r);
}

/* A store that cannot take the change: nothing has happened. */
static void puts_that_fail(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_establish(&r, 1);
	store_mem_break(r.mem, ERR_IO);
	rig_command(&r, 1, MASC_COMMAND_DOWN, "north", 0);
	rig_expect(&r, "reply 1 IO");
	assert_int_equal(rig_info(&r, 0).state, MASC_ESTABLISHED);
	store_mem_break(r.mem, OK);
	rig_command(&r, 2, MASC_COMMAND_DOWN, "north", 0);
	rig_discard(&r);
	store_mem_break(r.mem, ERR_NOMEM);
	rig_command(&r, 3, MASC_COMMAND_UP, "north", 0);
	rig_expect(&r, "reply 3 NOMEM");
	assert_true(rig_info(&r, 0).admin_down);
	store_mem_break(r.mem, OK);
	rig_fini(&r);
}

static uint64_t fail_commit(struct rig *r)
{
	(void)store_mem_seal(r->mem);
	uint64_t first = store_mem_fail(r->mem);
	assert_int_not_equal(first, 0);
	masc_store_failed(r->m, first, ERR_NO_SPACE, r->now);
	return first;
}

static void a_failed_down_is_undone(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_establish(&r, 1);
	rig_command(&r, 1, MASC_COMMAND_DOWN, "north", MONO_HOUR);
	rig_discard(&r);
	fail_commit(&r);
	rig_expect(&r, "store-failed NO_SPACE; dial 3; state idle>connect");
	assert_false(rig_info(&r, 0).admin_down);
	assert_int_equal(rig_info(&r, 0).admin_until.us, 0);
	rig_pass(&r, 2 * MONO_HOUR);
	const char *out = rig_out(&r);
	assert_null(strstr(out, "admin"));
	rig_fini(&r);
}

static void a_failed_up_is_undone(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_command(&r, 1, MASC_COMMAND_DOWN, "north", MONO_HOUR);
	commit(&r);
	rig_command(&r, 2, MASC_COMMAND_UP, "north", 0);
	rig_discard(&r);
	rig_up(&r, 1);
	rig_discard(&r);
	r.now = mono_add(r.now, MONO_MIN);
	fail_commit(&r);
	rig_expect(&r, "store-failed NO_SPACE; send 1 N7/0; sent 7/0; close 1; "
		       "state opensent>idle");
	struct masc_peer_info i = rig_info(&r, 0);
	assert_true(i.admin_down);
	assert_int_equal(i.admin_until.us, RIG_WALL + MONO_HOUR);
	assert_int_equal(mono_since(masc_deadline(r.m), r.now), 59 * MONO_MIN);
	rig_fini(&r);
}

static void only_what_failed_is_undone(void **state)
{
	struct rig r;
	rig_init(&r, "domain=100 node=10 profile=lab");
	rig_peer(&r, "north", "address=192.0.2.1 role=child domain=7");
	rig_peer(&r, "east", "address=192.0.2.2 role=parent domain=8");
	rig_peer(&r, "west", "address=192.0.2.3 role=parent domain=9");
	rig_start(&r);
	rig_command(&r, 1, MASC_COMMAND_DOWN, "north", 0);
	commit(&r);
	rig_command(&r, 2, MASC_COMMAND_DOWN, "east", 0);
	rig_discard(&r);
	fail_commit(&r);
	rig_expect(&r, "store-failed NO_SPACE east; dial 1; state idle>connect east");
	assert_true(rig_info(&r, 0).admin_down);
	assert_false(rig_info(&r, 1).admin_down);
	masc_store_failed(r.m, 100, ERR_IO, r.now);
	rig_expect(&r, "");
	rig_fini(&r);
}

/* Several changes of one peer in one lost batch: back to before the first. */
static void a_row_of_changes_is_undone(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_command(&r, 1, MASC_COMMAND_DOWN, "north", MONO_HOUR);
	commit(&r);
	rig_command(&r, 2, MASC_COMMAND_UP, "north", 0);
	rig_command(&r, 3, MASC_COMMAND_DOWN, "north", 2 * MONO_HOUR);
	rig_command(&r, 4, MASC_COMMAND_UP, "north", 0);
	rig_command(&r, 5, MASC_COMMAND_DOWN, "north", 0);
	rig_discard(&r);
	fail_commit(&r);
	rig_expect(&r, "store-failed NO_SPACE");
	assert_true(rig_info(&r, 0).admin_down);
	assert_int_equal(rig_info(&r, 0).admin_until.us, RIG_WALL + MONO_HOUR);
	rig_fini(&r);
}

/* The disk is full when the time is over: the row that comes back has run out,
 * and neither ends the session nor is deleted over and over. */
static void a_row_that_has_run_out_stays_so(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_command(&r, 1, MASC_COMMAND_DOWN, "north", MONO_HOUR);
	commit(&r);
	rig_pass(&r, MONO_HOUR);
	rig_discard(&r);
	rig_up(&r, 1);
	rig_discard(&r);
	fail_commit(&r);
	rig_expect(&r, "store-failed NO_SPACE");
	assert_false(rig_info(&r, 0).admin_down);
	assert_int_equal(store_mem_fail(r.mem), 0);
	rig_tick(&r);
	rig_expect(&r, "");
	/* So when it had run out before the start. */
	restart(&r, 2 * MONO_HOUR);
	rig_tick(&r);
	rig_discard(&r);
	fail_commit(&r);
	rig_expect(&r, "store-failed NO_SPACE");
	rig_tick(&r);
	rig_expect(&r, "");
	rig_fini(&r);
}

/* The row cannot be deleted when the time is over: up all the same. */
static void the_end_needs_no_store(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_command(&r, 1, MASC_COMMAND_DOWN, "north", MONO_HOUR);
	rig_discard(&r);
	store_mem_break(r.mem, ERR_IO);
	rig_pass(&r, MONO_HOUR);
	rig_expect(&r, "dial 1; state idle>connect");
	store_mem_break(r.mem, OK);
	rig_fini(&r);
}

/* A store whose reads fail, over one that works. */
struct unreadable {
	struct store store, *under;
	struct store_ops ops;
	enum err why;
};

static enum err unreadable_get(void *ctx, const struct store_table *t, struct span key,
			       struct span *value)
{
	struct unreadable *u = ctx;
	return u->why != OK ? u->why : store_get(u->under, t, key, value);
}

static enum err unreadable_put(void *ctx, const struct store_table *t, struct span key,
			       struct span value, uint64_t *number)
{
	struct unreadable *u = ctx;
	return store_put(u->under, t, key, value, number);
}

static enum err unreadable_scan(void *ctx, const struct store_table *t, struct span after,
				struct store_row *row)
{
	struct unreadable *u = ctx;
	return u->why != OK ? u->why : store_scan(u->under, t, after, row);
}

static void unreadable_init(struct unreadable *u, struct rig *r)
{
	*u = (struct unreadable){ .under = store_mem_store(r->mem) };
	u->ops = (struct store_ops){ .get = unreadable_get,
				     .scan = unreadable_scan,
				     .put = unreadable_put };
	u->store = (struct store){ &u->ops, u };
}

static void a_store_that_cannot_be_read(void **state)
{
	struct rig r;
	struct unreadable u;
	rig_init(&r, "domain=100 node=10 profile=lab");
	rig_peer(&r, "north", "address=192.0.2.1 role=child domain=7");
	unreadable_init(&u, &r);
	u.why = ERR_CORRUPT;
	assert_int_equal(masc_new(&r.m, &r.config, &r.f.env, &u.store, r.now,
				  (struct wall){ RIG_WALL, true }),
			 ERR_CORRUPT);
	assert_null(r.m);
	u.why = OK;
	assert_int_equal(masc_new(&r.m, &r.config, &r.f.env, &u.store, r.now,
				  (struct wall){ RIG_WALL, true }),
			 OK);
	/* What was cannot be learnt: what is, stays. */
	rig_command(&r, 1, MASC_COMMAND_DOWN, "north", 0);
	rig_discard(&r);
	u.why = ERR_IO;
	fail_commit(&r);
	rig_expect(&r, "store-failed NO_SPACE");
	assert_true(rig_info(&r, 0).admin_down);
	rig_fini(&r);
}

/* A row that has run out cannot be deleted: birth says so. */
static void a_store_that_cannot_be_written(void **state)
{
	static const uint8_t until[17] = { 2, [8] = 1, [16] = 1 };
	struct rig r;
	uint64_t number;
	rig_init(&r, "domain=100 node=10 profile=lab");
	rig_peer(&r, "north", "address=192.0.2.1 role=child domain=7");
	assert_int_equal(store_put(store_mem_store(r.mem), &masc_table_admin, span_str("north"),
				   span_of(until, sizeof(until)), &number),
			 OK);
	store_mem_break(r.mem, ERR_IO);
	assert_int_equal(rig_try_start(&r), ERR_IO);
	assert_null(r.m);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(down_and_up),
		cmocka_unit_test(down_in_every_state),
		cmocka_unit_test(down_in_a_collision),
		cmocka_unit_test(down_for_a_time),
		cmocka_unit_test(down_again_changes_the_end),
		cmocka_unit_test(down_by_the_wall),
		cmocka_unit_test(down_survives_a_restart),
		cmocka_unit_test(the_end_survives_a_restart),
		cmocka_unit_test(a_clock_that_went_back),
		cmocka_unit_test(an_uncommitted_down_is_lost),
		cmocka_unit_test(rows_that_cannot_be_read),
		cmocka_unit_test(resets),
		cmocka_unit_test(up_ends_waiting),
		cmocka_unit_test(answers_wait_for_what_they_build_on),
		cmocka_unit_test(wrong_commands),
		cmocka_unit_test(puts_that_fail),
		cmocka_unit_test(a_failed_down_is_undone),
		cmocka_unit_test(a_failed_up_is_undone),
		cmocka_unit_test(only_what_failed_is_undone),
		cmocka_unit_test(a_row_of_changes_is_undone),
		cmocka_unit_test(a_row_that_has_run_out_stays_so),
		cmocka_unit_test(the_end_needs_no_store),
		cmocka_unit_test(a_store_that_cannot_be_read),
		cmocka_unit_test(a_store_that_cannot_be_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
