/* MASC-18.5: what we ask a parent for. */
#include "plan_rig.h"

static void no_room_is_asked_for(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/24");
	bench_start(&b);
	bench_demand(&b, 1000, 0, 0);
	bench_plans(&b, "hint /22 at 7; unmet 1 NO_ROOM");
	/* It is ours in the table, and holds nothing. */
	assert_int_equal(table_count(sp->table), 1);
	uint32_t r = table_each(sp->table, 0);
	assert_true(table_mark_of(sp->table, r).ours);
	assert_false(table_mark_of(sp->table, r).holds);
	bench_fini(&b);
}

static void no_range_is_asked_for(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_parent(&b, 7, "");
	bench_start(&b);
	bench_demand(&b, 1, 0, 0);
	bench_plans(&b, "hint /24 at 7; unmet 1 NO_RANGE");
	bench_fini(&b);
}

static void it_is_asked_again_each_wait(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "");
	bench_start(&b);
	bench_demand(&b, 1000, 0, 0);
	bench_plans(&b, "hint /22 at 7; unmet 1 NO_RANGE");
	bench_plans(&b, "");
	bench_pass(&b, BENCH_W - 1);
	bench_expect(&b, "");
	bench_pass(&b, 1);
	bench_expect(&b, "hint /22 at 7");
	/* As long as it is so. */
	bench_ranges(sp, "239.193.0.0/16");
	bench_plans(&b, "want 1 /22 at 7");
	bench_pass(&b, 2 * BENCH_W);
	bench_expect(&b, "");
	/* And anew when it is so again. */
	bench_ranges(sp, "");
	bench_plans(&b, "drop 1; hint /22 at 7; unmet 1 NO_RANGE");
	bench_fini(&b);
}

static void more_is_asked_for_at_once(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_parent(&b, 7, "");
	bench_start(&b);
	bench_demand(&b, 1000, 0, 0);
	bench_plans(&b, "hint /22 at 7; unmet 1 NO_RANGE");
	bench_pass(&b, 10 * MONO_SEC);
	bench_demand(&b, 4096, 0, 0);
	bench_plans(&b, "hint /19 at 7; unmet 2 NO_RANGE");
	/* Less can wait. */
	struct masc_command end = { .kind = MASC_COMMAND_DEMAND_END, .number = 2 };
	assert_int_equal(bench_command(&b, &end).result, OK);
	bench_plans(&b, "");
	bench_pass(&b, BENCH_W);
	bench_expect(&b, "hint /22 at 7");
	bench_fini(&b);
}

static void where_something_is_held_it_is_asked(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_parent(&b, 7, "239.193.0.0/24")->synced = false;
	struct space *sp = bench_parent(&b, 8, "239.194.0.0/24");
	bench_start(&b);
	bench_held(&b, sp, "239.194.0.0/24");
	bench_demand(&b, 1000, 0, 0);
	bench_plans(&b, "hint /22 at 8; unmet 1 NO_ROOM");
	bench_fini(&b);
}

static void a_scope_cannot_be_asked(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_scope(&b, "org range=239.193.0.0/24 root=yes");
	bench_root(&b, "org");
	bench_start(&b);
	bench_demand(&b, 1000, 0, 0);
	bench_plans(&b, "unmet 1 NO_ROOM");
	bench_fini(&b);
}

static void a_parent_that_is_left_is_not_asked(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_parent(&b, 7, "")->leaving = true;
	bench_start(&b);
	bench_demand(&b, 1000, 0, 0);
	bench_plans(&b, "unmet 1 NO_RANGE");
	bench_fini(&b);
}

static void nothing_is_said_with_a_bad_clock(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_parent(&b, 7, "");
	bench_start(&b);
	b.clock = MASC_REASON_NO_CLOCK;
	bench_demand(&b, 1000, 0, 0);
	bench_plans(&b, "unmet 1 NO_RANGE; paused NO_CLOCK");
	b.clock = MASC_REASON_NONE;
	bench_pass(&b, MONO_SEC);
	bench_expect(&b, "hint /22 at 7; resumed NONE");
	bench_fini(&b);
}

static void what_children_ask_for_is_asked_on(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_parent(&b, 7, "");
	bench_start(&b);
	bench_plan(&b);
	bench_asks(&b, 200, 20);
	bench_asks(&b, 201, 22);
	bench_plans(&b, "hint /19 at 7");
	bench_fini(&b);
}

static void without_memory_it_goes_out_all_the_same(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "");
	bench_start(&b);
	table_set_most(sp->table, 0);
	bench_demand(&b, 1000, 0, 0);
	bench_plans(&b, "hint /22 at 7; unmet 1 NO_RANGE");
	assert_int_equal(table_count(sp->table), 0);
	bench_plans(&b, "");
	bench_fini(&b);
}

/* -- of children -- */

static void a_hint_is_lost_without_memory(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_start(&b);
	struct wire_claim c = { .family = MASC_IPV4, .domain = bench_id(200), .prefix_length = 24 };
	failing_env_fail_at(&b.f, 1);
	plan_hint(bench_below(&b, MASC_IPV4), &c, b.now);
	failing_env_fail_at(&b.f, 0);
	assert_int_equal(b.m->own->n_hints, 0);
	plan_hint(bench_below(&b, MASC_IPV4), &c, b.now);
	assert_int_equal(b.m->own->n_hints, 1);
	bench_fini(&b);
}

static void what_was_held_before_is_not_what_was_asked_for(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *below = bench_below(&b, MASC_IPV4);
	bench_start(&b);
	bench_plan(&b);
	uint32_t before = bench_other(&b, below, 200, "239.193.0.0/24", WIRE_PREFIX_IN_USE);
	bench_pass(&b, 5 * MONO_SEC);
	bench_asks(&b, 200, 24);
	const struct child_hint *t = LIST_ENTRY(b.m->own->hints.next, struct child_hint, at);
	assert_int_equal(hint_lacks(t), 256);
	/* Another child's claims are none of it. */
	bench_other(&b, below, 201, "239.193.1.0/24", WIRE_NEW_CLAIM);
	assert_int_equal(hint_lacks(t), 256);
	uint32_t after = bench_other(&b, below, 200, "239.193.2.0/25", WIRE_NEW_CLAIM);
	assert_int_equal(hint_lacks(t), 128);
	bench_gone(&b, below, before);
	assert_int_equal(hint_lacks(t), 128);
	bench_gone(&b, below, after);
	assert_int_equal(hint_lacks(t), 256);
	bench_other(&b, below, 200, "239.193.4.0/22", WIRE_NEW_CLAIM);
	assert_int_equal(hint_lacks(t), 0);
	bench_fini(&b);
}

static void hints_are_found_at_a_start(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	bench_asks(&b, 200, 22);
	bench_stop(&b);
	bench_start(&b);
	assert_int_equal(b.m->own->n_hints, 0);
	bench_plans(&b, "want 1 /22 at 7");
	assert_int_equal(b.m->own->n_hints, 1);
	assert_ptr_equal(bench_claim(&b, 1)->space, sp);
	bench_fini(&b);
}

/* The machine has one peer; it is gone again at the end. */
struct family {
	struct masc_peer_config config;
	struct session session;
	struct peer peer, *peers[1];
};

static void meet(struct bench *b, struct family *f, enum masc_role role, uint32_t domain)
{
	*f = (struct family){ .config = { .role = role, .domain = bench_id(domain) },
			      .session = { .state = MASC_ESTABLISHED } };
	f->peer = (struct peer){ .m = b->m, .config = &f->config, .main = &f->session };
	f->peers[0] = &f->peer;
	b->m->peers = f->peers;
	b->m->config.n_peers = 1;
}

static void part(struct bench *b)
{
	b->m->peers = NULL;
	b->m->config.n_peers = 0;
}

static int64_t turn(const struct bench *b)
{
	return b->m->rules.waiting_period + b->m->rules.claim_delay;
}

static struct wire_claim colleagues(struct bench *b, const char *prefix)
{
	struct masc_prefix p = bench_prefix(prefix);
	struct wire_claim c = { .type = WIRE_NEW_CLAIM,
				.family = p.family,
				.role = MASC_INTERNAL_PEER,
				.timestamp = (uint32_t)(masc_wall_now(b->m, b->now) / MONO_SEC),
				.lifetime = 100000,
				.domain = bench_id(100),
				.node = bench_id(11),
				.prefix_length = p.length };
	memcpy(c.address, p.address, sizeof(c.address));
	return c;
}

/* The child goes on asking. */
static void pass_asked(struct bench *b, int64_t us)
{
	for (; us > BENCH_W / 4; us -= BENCH_W / 4) {
		bench_pass(b, BENCH_W / 4);
		bench_asks(b, 200, 22);
	}
	bench_pass(b, us);
}

/* MASC-18.4: the node that the child is told by goes first. */
static void a_colleague_that_hears_the_child_goes_first(void **state)
{
	struct bench b;
	struct family f;
	bench_init(&b, "");
	bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	meet(&b, &f, MASC_INTERNAL_PEER, 100);
	bench_asks(&b, 200, 22);
	bench_plans(&b, "");
	pass_asked(&b, turn(&b) - 1);
	bench_plans(&b, "");
	/* It claims: that is for the child. */
	struct wire_claim c = colleagues(&b, "239.193.4.0/22");
	plan_colleague_claims(b.m, &c, b.now);
	pass_asked(&b, turn(&b) - 1);
	bench_plans(&b, "");
	/* Nothing came of it. */
	bench_pass(&b, 1);
	bench_plans(&b, "want 1 /22 at 7");
	part(&b);
	bench_fini(&b);
}

static void whoever_hears_the_child_serves_at_once(void **state)
{
	struct bench b;
	struct family f;
	bench_init(&b, "");
	bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	meet(&b, &f, MASC_PARENT, 200);
	bench_asks(&b, 200, 22);
	bench_plans(&b, "want 1 /22 at 7");
	part(&b);
	bench_fini(&b);
}

/* A colleague that asks its own parents is waited for, but not for ever. */
static void a_colleague_may_ask_first(void **state)
{
	struct bench b;
	struct family f;
	int64_t waited = 0;
	bench_init(&b, "");
	bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	meet(&b, &f, MASC_INTERNAL_PEER, 100);
	bench_asks(&b, 200, 22);
	for (; !b.m->own->n_claims && waited < 20 * BENCH_W; waited += BENCH_W / 2) {
		struct wire_claim c = colleagues(&b, "239.193.4.0/22");
		memset(c.address, 0, sizeof(c.address));
		plan_colleague_claims(b.m, &c, b.now);
		bench_asks(&b, 200, 22);
		bench_plan(&b);
		bench_pass(&b, BENCH_W / 2);
	}
	assert_true(waited > 3 * BENCH_W && waited < 8 * BENCH_W);
	part(&b);
	bench_fini(&b);
}

/* What another node of ours holds and has room in is claimed by the child. */
static void a_colleagues_room_is_room(void **state)
{
	struct bench b;
	bench_init(&b, "");
	struct space *sp = bench_parent(&b, 7, "239.193.0.0/16");
	bench_start(&b);
	struct wire_claim c = colleagues(&b, "239.193.4.0/22");
	struct table_mark mark = { .peer = TABLE_PEER_NONE, .holds = true };
	uint32_t r;
	c.type = WIRE_PREFIX_MANAGED;
	assert_int_equal(table_add(sp->table, &c, &mark, UINT32_MAX, &r), OK);
	sp->held = (struct space_list){ &r, 1, 1 };
	bench_asks(&b, 200, 22);
	bench_plans(&b, "");
	bench_other(&b, bench_below(&b, MASC_IPV4), 201, "239.193.4.0/24", WIRE_PREFIX_IN_USE);
	bench_plans(&b, "want 1 /22 at 7");
	sp->held = (struct space_list){ NULL, 0, 0 };
	bench_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_room_is_asked_for),
		cmocka_unit_test(no_range_is_asked_for),
		cmocka_unit_test(it_is_asked_again_each_wait),
		cmocka_unit_test(more_is_asked_for_at_once),
		cmocka_unit_test(where_something_is_held_it_is_asked),
		cmocka_unit_test(a_scope_cannot_be_asked),
		cmocka_unit_test(a_parent_that_is_left_is_not_asked),
		cmocka_unit_test(nothing_is_said_with_a_bad_clock),
		cmocka_unit_test(what_children_ask_for_is_asked_on),
		cmocka_unit_test(without_memory_it_goes_out_all_the_same),
		cmocka_unit_test(a_hint_is_lost_without_memory),
		cmocka_unit_test(what_was_held_before_is_not_what_was_asked_for),
		cmocka_unit_test(hints_are_found_at_a_start),
		cmocka_unit_test(a_colleague_that_hears_the_child_goes_first),
		cmocka_unit_test(whoever_hears_the_child_serves_at_once),
		cmocka_unit_test(a_colleague_may_ask_first),
		cmocka_unit_test(a_colleagues_room_is_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
