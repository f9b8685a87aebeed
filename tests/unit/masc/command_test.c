/* Commands about claims: what is refused, and why. */
#include "plan_rig.h"

/* A domain with a parent that has told a /16, one address range of it taken. */
static struct space *usual(struct bench *b)
{
	bench_init(b, "");
	struct space *sp = bench_parent(b, 7, "239.193.0.0/16");
	bench_start(b);
	bench_other(b, sp, 200, "239.193.4.0/24", WIRE_PREFIX_IN_USE);
	return sp;
}

#define refused(b, c, err, reason)                                                                 \
	do {                                                                                       \
		struct masc_out reply_ = bench_command(b, c);                                      \
		assert_int_equal(reply_.result, err);                                              \
		assert_int_equal(reply_.why, reason);                                              \
		bench_expect(b, "");                                                               \
	} while (0)

static struct masc_command exact(const char *prefix)
{
	return (struct masc_command){ .kind = MASC_COMMAND_CLAIM, .prefix = bench_prefix(prefix) };
}

static struct masc_command sized(uint64_t addresses)
{
	return (struct masc_command){ .kind = MASC_COMMAND_CLAIM, .addresses = addresses };
}

/* -- CLAIM -- */

static void a_range_by_name(void **state)
{
	struct bench b;
	usual(&b);
	struct masc_command c = exact("239.193.8.0/24");
	c.for_us = 4 * BENCH_W;
	c.from = BENCH_WALL + BENCH_W;
	struct masc_out reply = bench_command(&b, &c);
	assert_int_equal(reply.result, OK);
	assert_int_equal(reply.number, 1);
	assert_int_equal(reply.after, b.m->own->newest);
	bench_expect(&b, "want 1 239.193.8.0/24 at 7");
	struct own_claim *o = bench_claim(&b, 1);
	assert_true(o->fixed);
	assert_int_equal(o->lifetime, 4 * BENCH_W);
	assert_int_equal(o->not_before, BENCH_WALL + BENCH_W);
	assert_int_equal(o->why, MASC_REASON_ASKED);
	bench_fini(&b);
}

static void a_range_by_size(void **state)
{
	struct bench b;
	usual(&b);
	struct masc_command c = sized(300);
	assert_int_equal(bench_command(&b, &c).result, OK);
	bench_expect(&b, "want 1 /23 at 7");
	/* At least claim_least. */
	c.addresses = 1;
	assert_int_equal(bench_command(&b, &c).result, OK);
	bench_expect(&b, "want 2 /28 at 7");
	bench_fini(&b);
}

static void a_size_that_cannot_be(void **state)
{
	struct bench b;
	struct space *sp = usual(&b);
	struct masc_command c = sized(0);
	refused(&b, &c, ERR_RANGE, MASC_REASON_NONE);
	c = sized(1 << 17);
	refused(&b, &c, ERR_RANGE, MASC_REASON_TOO_LARGE);
	c = sized(1 << 29);
	refused(&b, &c, ERR_RANGE, MASC_REASON_TOO_LARGE);
	/* While no range is known it waits for one. */
	bench_ranges(sp, "");
	c = sized(1 << 17);
	assert_int_equal(bench_command(&b, &c).result, OK);
	bench_expect(&b, "want 1 /15 at 7");
	/* But not where there is nobody to wait for. */
	c.family = MASC_IPV6;
	refused(&b, &c, ERR_RANGE, MASC_REASON_NO_RANGE);
	bench_fini(&b);
}

static void a_time_that_cannot_be(void **state)
{
	struct bench b;
	usual(&b);
	struct masc_command c = sized(300);
	c.for_us = 4 * BENCH_W - 1;
	refused(&b, &c, ERR_RANGE, MASC_REASON_NONE);
	c.for_us = -1;
	refused(&b, &c, ERR_RANGE, MASC_REASON_NONE);
	c.for_us = (int64_t)UINT32_MAX * MONO_SEC + MONO_SEC;
	refused(&b, &c, ERR_RANGE, MASC_REASON_TOO_LONG);
	c.for_us = 0;
	c.from = -1;
	refused(&b, &c, ERR_RANGE, MASC_REASON_NONE);
	bench_fini(&b);
}

static void a_range_that_is_no_range_of_ours(void **state)
{
	struct bench b;
	struct space *sp = usual(&b);
	struct masc_command c = exact("239.200.0.0/24");
	refused(&b, &c, ERR_RANGE, MASC_REASON_NO_RANGE);
	c = exact("239.192.0.0/15");
	refused(&b, &c, ERR_RANGE, MASC_REASON_NO_RANGE);
	c = exact("239.193.8.0/24");
	sp->leaving = true;
	refused(&b, &c, ERR_RANGE, MASC_REASON_NO_RANGE);
	bench_fini(&b);
}

static void a_range_that_is_taken(void **state)
{
	struct bench b;
	usual(&b);
	struct masc_command c = exact("239.193.4.0/24");
	refused(&b, &c, ERR_IN_USE, MASC_REASON_TAKEN);
	c = exact("239.193.4.128/25");
	refused(&b, &c, ERR_IN_USE, MASC_REASON_TAKEN);
	c = exact("239.193.0.0/20");
	refused(&b, &c, ERR_IN_USE, MASC_REASON_TAKEN);
	bench_fini(&b);
}

static void a_range_that_is_ours(void **state)
{
	struct bench b;
	struct space *sp = usual(&b);
	bench_held(&b, sp, "239.193.8.0/24");
	struct masc_command c = exact("239.193.8.0/24");
	refused(&b, &c, ERR_EXISTS, MASC_REASON_NONE);
	c = exact("239.193.8.0/28");
	refused(&b, &c, ERR_EXISTS, MASC_REASON_NONE);
	/* Claimed is as good as held. */
	bench_claim(&b, 1)->n_parts = 0;
	bench_claim(&b, 1)->wanted = bench_prefix("239.193.16.0/24");
	c = exact("239.193.16.0/24");
	refused(&b, &c, ERR_EXISTS, MASC_REASON_NONE);
	bench_fini(&b);
}

static void a_range_that_is_nobodys(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_scope(&b, "org range=239.128.0.0/14 root=yes");
	bench_scope(&b, "site range=239.254.0.0/16 root=yes");
	bench_root(&b, "org");
	bench_parent(&b, 7, "239.0.0.0/8");
	bench_start(&b);
	/* It shadows 224.0.0.x. */
	struct masc_command c = exact("239.128.1.0/24");
	refused(&b, &c, ERR_RANGE, MASC_REASON_NONE);
	/* The end of a scope. */
	c = exact("239.131.255.128/25");
	refused(&b, &c, ERR_RANGE, MASC_REASON_NONE);
	/* Over the edge of one. */
	c = exact("239.254.0.0/15");
	refused(&b, &c, ERR_RANGE, MASC_REASON_NONE);
	c = exact("239.131.254.0/24");
	assert_int_equal(bench_command(&b, &c).result, OK);
	bench_fini(&b);
}

static void scopes_by_name(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_scope(&b, "org range=239.192.0.0/14 root=yes");
	bench_scope(&b, "site range=239.254.0.0/16 root=yes");
	bench_scope(&b, "wide range=ff38::8000:0/98 root=yes");
	bench_root(&b, "org");
	bench_root(&b, "site");
	bench_root(&b, "wide");
	bench_start(&b);
	struct masc_command c = sized(256);
	c.scope = span_str("nowhere");
	refused(&b, &c, ERR_NOT_FOUND, MASC_REASON_NONE);
	c.scope = span_str("site");
	assert_int_equal(bench_command(&b, &c).result, OK);
	bench_expect(&b, "want 1 /24 at site");
	c.family = MASC_IPV6;
	refused(&b, &c, ERR_RANGE, MASC_REASON_NONE);
	c.family = 9;
	refused(&b, &c, ERR_RANGE, MASC_REASON_NONE);
	/* The family is the scope's. */
	c.family = 0;
	c.scope = span_str("wide");
	assert_int_equal(bench_command(&b, &c).result, OK);
	bench_expect(&b, "want 2 /120 at wide");
	/* The only one of its family. */
	c.scope = span_str("");
	c.family = MASC_IPV6;
	assert_int_equal(bench_command(&b, &c).result, OK);
	assert_string_equal(bench_claim(&b, 3)->scope, "wide");
	bench_out(&b);
	c = exact("239.193.8.0/24");
	c.scope = span_str("site");
	refused(&b, &c, ERR_RANGE, MASC_REASON_NO_RANGE);
	c.scope = span_str("org");
	assert_int_equal(bench_command(&b, &c).result, OK);
	bench_expect(&b, "want 4 239.193.8.0/24 at org");
	bench_fini(&b);
}

static void a_claim_that_cannot_be_kept(void **state)
{
	struct bench b;
	usual(&b);
	struct masc_command c = sized(300);
	b.fail = ERR_FULL;
	refused(&b, &c, ERR_FULL, MASC_REASON_TOO_MANY);
	b.fail = ERR_NO_SPACE;
	refused(&b, &c, ERR_NO_SPACE, MASC_REASON_NONE);
	bench_fini(&b);
}

/* -- DEMAND -- */

static void demands_and_their_limits(void **state)
{
	struct bench b;
	usual(&b);
	struct masc_command c = { .kind = MASC_COMMAND_DEMAND };
	refused(&b, &c, ERR_RANGE, MASC_REASON_NONE);
	c.addresses = (UINT64_C(1) << 32) + 1;
	refused(&b, &c, ERR_RANGE, MASC_REASON_TOO_LARGE);
	c.addresses = UINT64_C(1) << 32;
	c.until = BENCH_WALL;
	refused(&b, &c, ERR_RANGE, MASC_REASON_NONE);
	c.from = BENCH_WALL + 5;
	c.until = BENCH_WALL + 5;
	refused(&b, &c, ERR_RANGE, MASC_REASON_NONE);
	c.from = -1;
	c.until = 0;
	refused(&b, &c, ERR_RANGE, MASC_REASON_NONE);
	c.from = 0;
	c.scope = span_str("nowhere");
	refused(&b, &c, ERR_NOT_FOUND, MASC_REASON_NONE);
	c.scope = span_str("");
	struct masc_out reply = bench_command(&b, &c);
	assert_int_equal(reply.result, OK);
	assert_int_equal(reply.number, 1);
	assert_int_equal(reply.after, store_mem_newest(b.mem));
	assert_true(b.m->own->replan);
	struct masc_demand_info d;
	masc_demand_info(b.m, 0, &d);
	/* From now. */
	assert_int_equal(d.from, BENCH_WALL);
	bench_fini(&b);
}

static void so_many_demands_and_no_more(void **state)
{
	struct bench b;
	usual(&b);
	struct masc_command c = { .kind = MASC_COMMAND_DEMAND, .addresses = 1 };
	for (unsigned i = 0; i < OWN_DEMANDS_MAX; i++)
		assert_int_equal(bench_command(&b, &c).result, OK);
	refused(&b, &c, ERR_FULL, MASC_REASON_TOO_MANY);
	bench_fini(&b);
}

static void a_demand_that_cannot_be_stored(void **state)
{
	struct bench b;
	usual(&b);
	struct masc_command c = { .kind = MASC_COMMAND_DEMAND, .addresses = 1 };
	store_mem_break(b.mem, ERR_NO_SPACE);
	refused(&b, &c, ERR_NO_SPACE, MASC_REASON_NONE);
	assert_int_equal(masc_demand_count(b.m), 0);
	store_mem_break(b.mem, OK);
	failing_env_fail_at(&b.f, 1);
	refused(&b, &c, ERR_NOMEM, MASC_REASON_NONE);
	failing_env_fail_at(&b.f, 0);
	bench_fini(&b);
}

static void a_demand_is_ended(void **state)
{
	struct bench b;
	usual(&b);
	uint64_t number = bench_demand(&b, 10, 0, 0);
	struct masc_command c = { .kind = MASC_COMMAND_DEMAND_END, .number = number + 1 };
	refused(&b, &c, ERR_NOT_FOUND, MASC_REASON_NONE);
	c.number = number;
	store_mem_break(b.mem, ERR_NO_SPACE);
	refused(&b, &c, ERR_NO_SPACE, MASC_REASON_NONE);
	assert_int_equal(masc_demand_count(b.m), 1);
	store_mem_break(b.mem, OK);
	b.m->own->replan = false;
	struct masc_out reply = bench_command(&b, &c);
	assert_int_equal(reply.result, OK);
	assert_int_equal(reply.number, number);
	assert_int_equal(reply.after, store_mem_newest(b.mem));
	assert_int_equal(masc_demand_count(b.m), 0);
	assert_true(b.m->own->replan);
	bench_fini(&b);
}

/* -- WITHDRAW -- */

static void only_what_nobody_uses_is_given_back(void **state)
{
	struct bench b;
	struct space *sp = usual(&b);
	bench_held(&b, sp, "239.193.8.0/24");
	uint64_t number = bench_demand(&b, 10, 0, 0);
	bench_plan(&b);
	bench_out(&b);
	struct masc_command end = { .kind = MASC_COMMAND_DEMAND_END, .number = number };
	struct masc_command c = { .kind = MASC_COMMAND_WITHDRAW,
				  .prefix = bench_prefix("239.193.8.0/25") };
	/* Exactly one of ours. */
	refused(&b, &c, ERR_NOT_FOUND, MASC_REASON_NONE);
	c.prefix = bench_prefix("239.193.8.0/24");
	refused(&b, &c, ERR_STATE, MASC_REASON_DEMAND);
	assert_int_equal(bench_command(&b, &end).result, OK);
	uint32_t child =
		bench_other(&b, bench_below(&b, MASC_IPV4), 201, "239.193.8.0/28", WIRE_NEW_CLAIM);
	refused(&b, &c, ERR_STATE, MASC_REASON_TAKEN);
	bench_gone(&b, bench_below(&b, MASC_IPV4), child);
	b.fail = ERR_NO_SPACE;
	refused(&b, &c, ERR_NO_SPACE, MASC_REASON_NONE);
	struct masc_out reply = bench_command(&b, &c);
	assert_int_equal(reply.result, OK);
	assert_int_equal(reply.number, 1);
	assert_int_equal(reply.after, b.m->own->newest);
	bench_expect(&b, "release 1");
	refused(&b, &c, ERR_NOT_FOUND, MASC_REASON_NONE);
	bench_fini(&b);
}

static void what_is_claimed_is_taken_back(void **state)
{
	struct bench b;
	usual(&b);
	struct masc_command c = exact("239.193.8.0/24");
	assert_int_equal(bench_command(&b, &c).result, OK);
	bench_claim(&b, 1)->wanted = c.prefix;
	bench_out(&b);
	c.kind = MASC_COMMAND_WITHDRAW;
	struct masc_out reply = bench_command(&b, &c);
	assert_int_equal(reply.result, OK);
	assert_int_equal(reply.after, b.m->own->newest);
	bench_expect(&b, "drop 1");
	/* One that has no range yet, by its number. */
	c = sized(300);
	assert_int_equal(bench_command(&b, &c).number, 2);
	bench_out(&b);
	c = (struct masc_command){ .kind = MASC_COMMAND_WITHDRAW, .number = 2 };
	assert_int_equal(bench_command(&b, &c).result, OK);
	bench_expect(&b, "drop 2");
	bench_fini(&b);
}

static void the_local_part_is_the_plans(void **state)
{
	struct bench b;
	struct space *sp = usual(&b);
	bench_held(&b, sp, "239.193.8.0/23");
	bench_held(&b, bench_below(&b, MASC_IPV4), "239.193.8.0/24");
	struct masc_command c = { .kind = MASC_COMMAND_WITHDRAW,
				  .prefix = bench_prefix("239.193.8.0/24") };
	refused(&b, &c, ERR_NOT_FOUND, MASC_REASON_NONE);
	c = (struct masc_command){ .kind = MASC_COMMAND_WITHDRAW, .number = 2 };
	refused(&b, &c, ERR_NOT_FOUND, MASC_REASON_NONE);
	bench_fini(&b);
}

/* -- RESOLVE -- */

static void clashes_are_resolved(void **state)
{
	struct bench b;
	struct own_clash k = { .info = { .number = 4, .open = true } };
	usual(&b);
	list_push_back(&b.m->own->clashes, &k.at);
	struct masc_command c = { .kind = MASC_COMMAND_RESOLVE, .number = 5, .yield = true };
	refused(&b, &c, ERR_NOT_FOUND, MASC_REASON_NONE);
	c.number = 4;
	struct masc_out reply = bench_command(&b, &c);
	assert_int_equal(reply.result, OK);
	assert_int_equal(reply.number, 4);
	assert_int_equal(reply.after, k.put);
	assert_true(k.info.yielded);
	refused(&b, &c, ERR_STATE, MASC_REASON_NONE);
	list_take(&k.at);
	bench_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_range_by_name),
		cmocka_unit_test(a_range_by_size),
		cmocka_unit_test(a_size_that_cannot_be),
		cmocka_unit_test(a_time_that_cannot_be),
		cmocka_unit_test(a_range_that_is_no_range_of_ours),
		cmocka_unit_test(a_range_that_is_taken),
		cmocka_unit_test(a_range_that_is_ours),
		cmocka_unit_test(a_range_that_is_nobodys),
		cmocka_unit_test(scopes_by_name),
		cmocka_unit_test(a_claim_that_cannot_be_kept),
		cmocka_unit_test(demands_and_their_limits),
		cmocka_unit_test(so_many_demands_and_no_more),
		cmocka_unit_test(a_demand_that_cannot_be_stored),
		cmocka_unit_test(a_demand_is_ended),
		cmocka_unit_test(only_what_nobody_uses_is_given_back),
		cmocka_unit_test(what_is_claimed_is_taken_back),
		cmocka_unit_test(the_local_part_is_the_plans),
		cmocka_unit_test(clashes_are_resolved),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
