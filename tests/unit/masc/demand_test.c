/* MASC-18.1: demands, their places and rows. */
#include "plan_rig.h"

#include <stdio.h>

/* All that was put is on the disk. */
static void commit(struct bench *b)
{
	store_mem_seal(b->mem);
	while (store_mem_commit(b->mem))
		;
}

static void fail_commit(struct bench *b)
{
	store_mem_seal(b->mem);
	uint64_t first = store_mem_fail(b->mem);
	assert_true(first > 0);
	demand_store_failed(b->m, first, ERR_IO, b->now);
}

static void end_demand(struct bench *b, uint64_t number)
{
	struct masc_command c = { .kind = MASC_COMMAND_DEMAND_END, .number = number };
	assert_int_equal(bench_command(b, &c).result, OK);
}

static void first_fit_and_stays(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	bench_held(&b, sp, "239.193.0.0/24");
	bench_held(&b, sp, "239.193.8.0/24");
	bench_demand(&b, 200, 0, 0);
	bench_demand(&b, 200, 0, 0);
	bench_plan(&b);
	assert_string_equal(bench_places(&b, 1), "1:200");
	assert_string_equal(bench_places(&b, 2), "1:56 2:144");
	end_demand(&b, 1);
	bench_plan(&b);
	/* Nobody moves to where there is room now. */
	assert_string_equal(bench_places(&b, 2), "1:56 2:144");
	assert_int_equal(bench_claim(&b, 1)->used, 56);
	bench_fini(&b);
}

static void eight_places_at_most(void **state)
{
	struct bench b;
	char text[64];
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	for (unsigned i = 0; i < 9; i++) {
		snprintf(text, sizeof(text), "239.193.%u.0/28", 2 * i);
		bench_held(&b, sp, text)->fixed = true;
	}
	bench_demand(&b, 9 * 16, 0, 0);
	bench_plan(&b);
	assert_string_equal(bench_places(&b, 1), "1:16 2:16 3:16 4:16 5:16 6:16 7:16 8:16");
	bench_fini(&b);
}

static void one_family_is_no_room_for_the_other(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	bench_held(&b, sp, "239.193.0.0/24");
	struct masc_command c = { .kind = MASC_COMMAND_DEMAND,
				  .family = MASC_IPV6,
				  .addresses = 1 };
	assert_int_equal(bench_command(&b, &c).result, OK);
	bench_plan(&b);
	assert_string_equal(bench_places(&b, 1), "-");
	bench_fini(&b);
}

static void a_lost_prefix_leaves_its_demands_unmet(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	bench_held(&b, sp, "239.193.0.0/24");
	bench_held(&b, sp, "239.193.8.0/24");
	bench_demand(&b, 300, 0, 0);
	bench_plans(&b, "met 1@2");
	bench_lose(&b, 1);
	bench_plans(&b, "want 3 /26 at 7");
	assert_string_equal(bench_places(&b, 1), "2:256");
	/* One that clashed is as good as lost. */
	bench_claim(&b, 2)->life = MASC_LIFE_CLASHED;
	bench_plan(&b);
	assert_string_equal(bench_places(&b, 1), "-");
	assert_int_equal(bench_claim(&b, 2)->used, 0);
	bench_fini(&b);
}

static void a_smaller_prefix_holds_less(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	bench_held(&b, sp, "239.193.0.0/23");
	bench_demand(&b, 200, 0, 0);
	bench_demand(&b, 200, 0, 0);
	bench_plan(&b);
	bench_hold(&b, 1, "239.193.0.0/24");
	bench_other(&b, sp, 200, "239.193.1.0/24", WIRE_PREFIX_IN_USE);
	bench_plan(&b);
	/* Who came last goes first. */
	assert_string_equal(bench_places(&b, 1), "1:200");
	assert_string_equal(bench_places(&b, 2), "1:56");
	assert_int_equal(bench_claim(&b, 1)->used, 256);
	bench_fini(&b);
}

static void demands_end_by_themselves(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	bench_held(&b, sp, "239.193.0.0/24");
	bench_demand(&b, 200, 0, 3 * BENCH_W);
	bench_plan(&b);
	commit(&b);
	bench_pass(&b, 3 * BENCH_W - 1);
	assert_int_equal(masc_demand_count(b.m), 1);
	bench_pass(&b, 1);
	assert_int_equal(masc_demand_count(b.m), 0);
	assert_int_equal(bench_claim(&b, 1)->used, 0);
	/* On the disk too. */
	bench_stop(&b);
	bench_start(&b);
	assert_int_equal(masc_demand_count(b.m), 0);
	bench_fini(&b);
}

static void an_end_that_cannot_be_stored_comes_later(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_start(&b);
	bench_demand(&b, 200, 0, BENCH_W);
	store_mem_break(b.mem, ERR_NO_SPACE);
	bench_pass(&b, BENCH_W);
	assert_int_equal(masc_demand_count(b.m), 1);
	store_mem_break(b.mem, OK);
	bench_pass(&b, MONO_SEC);
	assert_int_equal(masc_demand_count(b.m), 0);
	bench_fini(&b);
}

static void a_look_at_a_demand(void **state)
{
	struct bench b;
	struct masc_demand_info d;
	bench_init(&b, "");
	bench_scope(&b, "org range=239.192.0.0/14 root=yes");
	struct space *sp = bench_root(&b, "org");
	bench_start(&b);
	bench_held(&b, sp, "239.193.0.0/24");
	bench_demand(&b, 1, 0, 0);
	bench_demand(&b, 300, BENCH_W, BENCH_W);
	bench_plan(&b);
	assert_int_equal(masc_demand_count(b.m), 2);
	masc_demand_info(b.m, 1, &d);
	assert_int_equal(d.number, 2);
	assert_int_equal(d.addresses, 300);
	assert_int_equal(d.met, 255);
	assert_int_equal(d.family, MASC_IPV4);
	/* The only scope need not be named. */
	assert_string_equal(d.scope, "org");
	assert_int_equal(d.from, BENCH_WALL + BENCH_W);
	assert_int_equal(d.until, BENCH_WALL + 2 * BENCH_W);
	assert_int_equal(d.why, MASC_REASON_DEMAND);
	bench_fini(&b);
}

/* -- rows -- */

static void a_restart_finds_all(void **state)
{
	struct bench b;
	struct masc_demand_info before, after;
	bench_init(&b, "");
	bench_scope(&b, "org range=239.192.0.0/14 root=yes");
	struct space *sp = bench_root(&b, "org");
	bench_start(&b);
	bench_held(&b, sp, "239.193.0.0/24");
	bench_demand(&b, 100, 0, 0);
	bench_demand(&b, 300, 0, 7 * BENCH_W);
	bench_plan(&b);
	masc_demand_info(b.m, 1, &before);
	char places[64];
	snprintf(places, sizeof(places), "%s", bench_places(&b, 2));
	assert_string_equal(places, "1:156");
	commit(&b);
	demand_free(b.m);
	bench_claim(&b, 1)->used = 0;
	b.m->own->n_demands = 0;
	assert_int_equal(demand_load(b.m), OK);
	assert_int_equal(masc_demand_count(b.m), 2);
	masc_demand_info(b.m, 1, &after);
	assert_int_equal(after.number, before.number);
	assert_int_equal(after.addresses, 300);
	assert_int_equal(after.met, 156);
	assert_int_equal(after.from, before.from);
	assert_int_equal(after.until, before.until);
	assert_string_equal(after.scope, "org");
	assert_string_equal(bench_places(&b, 2), places);
	assert_int_equal(bench_claim(&b, 1)->used, 256);
	bench_fini(&b);
}

static void no_number_is_used_again(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_start(&b);
	assert_int_equal(bench_demand(&b, 1, 0, 0), 1);
	assert_int_equal(bench_demand(&b, 1, 0, 0), 2);
	end_demand(&b, 2);
	end_demand(&b, 1);
	commit(&b);
	bench_stop(&b);
	bench_start(&b);
	assert_int_equal(masc_demand_count(b.m), 0);
	assert_int_equal(bench_demand(&b, 1, 0, 0), 3);
	bench_fini(&b);
}

static void a_row_that_cannot_be_read_is_left_out(void **state)
{
	struct bench b;
	uint64_t put;
	uint8_t key[8] = { 0, 0, 0, 0, 0, 0, 0, 2 }, value[256];
	struct span row;
	bench_init(&b, "");
	bench_start(&b);
	bench_demand(&b, 1, 0, 0);
	bench_demand(&b, 2, 0, 0);
	bench_demand(&b, 3, 0, 0);
	assert_int_equal(store_get(b.m->store, &masc_table_demand, span_of(key, 8), &row), OK);
	size_t n = row.n;
	memcpy(value, row.p, n);
	/* Cut anywhere, or with something behind it. */
	for (size_t cut = 0; cut <= n; cut++) {
		size_t size = cut == n ? n + 1 : cut;
		value[n] = 0;
		assert_int_equal(store_put(b.m->store, &masc_table_demand, span_of(key, 8),
					   span_of(value, size), &put),
				 OK);
		bench_stop(&b);
		bench_start(&b);
		assert_int_equal(masc_demand_count(b.m), 2);
		assert_int_equal(b.m->own->rows_unreadable, 1);
		assert_string_equal(bench_places(&b, 2), "no such demand");
		assert_string_equal(bench_places(&b, 3), "-");
	}
	bench_fini(&b);
}

static void a_row_of_nonsense_is_left_out(void **state)
{
	/* Where it lies in the row, and what it must not be. */
	static const struct {
		size_t at;
		uint8_t octet;
	} rows[] = {
		{ 0, 2 },   /* version */
		{ 1, 7 },   /* family */
		{ 5, 2 },   /* addresses: 2^33 and some */
		{ 26, 64 }, /* the scope's name: longer than a name */
		{ 27, 9 },  /* places: more than there may be */
	};
	uint8_t key[8] = { 0, 0, 0, 0, 0, 0, 0, 1 }, value[256];
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bench b;
		struct span row;
		uint64_t put;
		bench_init(&b, "");
		bench_start(&b);
		bench_demand(&b, 1, 0, 0);
		assert_int_equal(store_get(b.m->store, &masc_table_demand, span_of(key, 8), &row),
				 OK);
		memset(value, 0, sizeof(value));
		memcpy(value, row.p, row.n);
		value[rows[i].at] = rows[i].octet;
		/* So that the length fits what it says. */
		size_t n = row.n + (rows[i].at == 26 ? 64U : 0U) + (rows[i].at == 27 ? 144U : 0U);
		assert_int_equal(store_put(b.m->store, &masc_table_demand, span_of(key, 8),
					   span_of(value, n), &put),
				 OK);
		bench_stop(&b);
		bench_start(&b);
		assert_int_equal(masc_demand_count(b.m), 0);
		assert_int_equal(b.m->own->rows_unreadable, 1);
		bench_fini(&b);
	}
}

/* -- a commit that fails -- */

static void a_demand_that_was_not_stored_is_none(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	bench_held(&b, sp, "239.193.0.0/24");
	bench_demand(&b, 100, 0, 0);
	bench_plan(&b);
	assert_int_equal(bench_claim(&b, 1)->used, 100);
	bench_out(&b);
	fail_commit(&b);
	bench_expect(&b, "store-failed IO");
	assert_int_equal(masc_demand_count(b.m), 0);
	assert_int_equal(bench_claim(&b, 1)->used, 0);
	bench_fini(&b);
}

static void a_place_that_was_not_stored_is_given_again(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	bench_demand(&b, 100, 0, 0);
	commit(&b);
	bench_held(&b, sp, "239.193.0.0/24");
	bench_plan(&b);
	assert_string_equal(bench_places(&b, 1), "1:100");
	fail_commit(&b);
	assert_string_equal(bench_places(&b, 1), "-");
	assert_int_equal(bench_claim(&b, 1)->used, 0);
	assert_true(b.m->own->replan);
	bench_plan(&b);
	assert_string_equal(bench_places(&b, 1), "1:100");
	bench_fini(&b);
}

static void an_end_that_was_not_stored_is_none(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	bench_held(&b, sp, "239.193.0.0/24");
	bench_demand(&b, 100, 0, 0);
	bench_demand(&b, 50, 0, 0);
	bench_plan(&b);
	commit(&b);
	end_demand(&b, 1);
	assert_int_equal(masc_demand_count(b.m), 1);
	fail_commit(&b);
	assert_int_equal(masc_demand_count(b.m), 2);
	struct masc_demand_info d;
	masc_demand_info(b.m, 0, &d);
	assert_int_equal(d.number, 1);
	assert_string_equal(bench_places(&b, 1), "1:100");
	assert_int_equal(bench_claim(&b, 1)->used, 150);
	bench_fini(&b);
}

static void others_failures_are_no_concern(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_start(&b);
	bench_demand(&b, 100, 0, 0);
	commit(&b);
	bench_plan(&b);
	bench_out(&b);
	demand_store_failed(b.m, store_mem_newest(b.mem) + 1, ERR_IO, b.now);
	bench_expect(&b, "");
	assert_false(b.m->own->replan);
	bench_fini(&b);
}

/* -- memory -- */

static void a_start_without_memory(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_start(&b);
	bench_demand(&b, 1, 0, 0);
	bench_demand(&b, 2, 0, 0);
	commit(&b);
	bench_stop(&b);
	for (size_t n = 1;; n++) {
		failing_env_fail_at(&b.f, n);
		enum err e = bench_try_start(&b);
		if (!b.f.failed) {
			assert_int_equal(e, OK);
			break;
		}
		assert_int_equal(e, ERR_NOMEM);
		bench_stop(&b);
	}
	failing_env_fail_at(&b.f, 0);
	assert_int_equal(masc_demand_count(b.m), 2);
	bench_fini(&b);
}

static void without_holdings_there_are_none(void **state)
{
	struct bench b;
	bench_init(&b, "");
	assert_int_equal(masc_demand_count(b.m), 0);
	demand_free(b.m);
	bench_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_fit_and_stays),
		cmocka_unit_test(eight_places_at_most),
		cmocka_unit_test(one_family_is_no_room_for_the_other),
		cmocka_unit_test(a_lost_prefix_leaves_its_demands_unmet),
		cmocka_unit_test(a_smaller_prefix_holds_less),
		cmocka_unit_test(demands_end_by_themselves),
		cmocka_unit_test(an_end_that_cannot_be_stored_comes_later),
		cmocka_unit_test(a_look_at_a_demand),
		cmocka_unit_test(a_restart_finds_all),
		cmocka_unit_test(no_number_is_used_again),
		cmocka_unit_test(a_row_that_cannot_be_read_is_left_out),
		cmocka_unit_test(a_row_of_nonsense_is_left_out),
		cmocka_unit_test(a_demand_that_was_not_stored_is_none),
		cmocka_unit_test(a_place_that_was_not_stored_is_given_again),
		cmocka_unit_test(an_end_that_was_not_stored_is_none),
		cmocka_unit_test(others_failures_are_no_concern),
		cmocka_unit_test(a_start_without_memory),
		cmocka_unit_test(without_holdings_there_are_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
