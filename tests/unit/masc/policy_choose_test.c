#include "../failing_env.h"

#include "masc/policy.h"

#include "policy_text.h"

/* A space of its own for each test of choosing. */
struct rig {
	struct failing_env f;
	struct table *table;
	struct masc_prefix claimable[4], barred[4], near;
	struct policy_space space;
	uint8_t claims;
};

static void rig_init(struct rig *r, const char *claimable)
{
	memset(r, 0, sizeof(*r));
	failing_env_init(&r->f, 7);
	r->claimable[0] = prefix(claimable);
	assert_int_equal(
		table_new(&r->table, &r->f.env, (enum masc_family)r->claimable[0].family, 1000),
		OK);
	r->space = (struct policy_space){
		.table = r->table, .claimable = r->claimable, .n_claimable = 1, .barred = r->barred
	};
}

static void rig_fini(struct rig *r)
{
	table_free(r->table);
	failing_env_assert_clean(&r->f);
}

static void put(struct rig *r, const struct masc_prefix *p, bool holds)
{
	struct wire_claim c = { .type = WIRE_PREFIX_IN_USE,
				.family = p->family,
				.prefix_length = p->length };
	uint32_t ref;
	c.domain.octets[15] = ++r->claims;
	memcpy(c.address, p->address, sizeof(c.address));
	assert_int_equal(table_add(r->table, &c,
				   &(struct table_mark){ .peer = TABLE_PEER_NONE, .holds = holds },
				   UINT32_MAX, &ref),
			 OK);
}

static void held(struct rig *r, const char *text)
{
	struct masc_prefix p = prefix(text);
	put(r, &p, true);
}

static void bar(struct rig *r, const char *text)
{
	r->barred[r->space.n_barred++] = prefix(text);
}

static void assert_chosen(struct rig *r, uint8_t length, const char *expected)
{
	struct masc_prefix p;
	assert_true(policy_has_room(&r->space, length));
	for (int i = 0; i < 20; i++) {
		assert_int_equal(policy_choose(&r->space, length, &r->f.env, &p), OK);
		assert_prefix(&p, expected);
		assert_true(policy_may_claim(&r->space, &p));
	}
}

static void assert_nothing(struct rig *r, uint8_t length)
{
	struct masc_prefix p = prefix("239.9.9.9/32"), before = p;
	assert_int_equal(policy_choose(&r->space, length, &r->f.env, &p), ERR_NOT_FOUND);
	assert_true(masc_prefix_eq(&p, &before));
	assert_false(policy_has_room(&r->space, length));
}

/* How often each of the expected ones is chosen; any other fails. */
static void count_chosen(struct rig *r, uint8_t length, const char *const *expected, size_t n,
			 unsigned *seen, unsigned draws)
{
	memset(seen, 0, n * sizeof(*seen));
	while (draws-- > 0) {
		char room[MASC_PREFIX_TEXT_MAX];
		struct text t = TEXT_OF(room);
		struct masc_prefix p;
		size_t i = 0;
		assert_int_equal(policy_choose(&r->space, length, &r->f.env, &p), OK);
		masc_prefix_text(&t, &p);
		while (i < n && strcmp(room, expected[i]) != 0)
			i++;
		if (i == n)
			fail_msg("chosen: %s", room);
		seen[i]++;
	}
}

/* MASC-15.7, the example of RFC 2909 and section 15. */
static void one_of_the_largest_blocks(void **state)
{
	static const char *const expected[] = { "228.0.0.0/22", "232.0.0.0/22" };
	static const char *const small[] = { "228.0.2.0/24", "232.0.2.0/24" };
	unsigned seen[2];
	struct rig r;
	rig_init(&r, "224.0.0.0/4");
	held(&r, "224.0.1.0/24");
	held(&r, "239.0.0.0/8");
	count_chosen(&r, 22, expected, 2, seen, 1000);
	assert_in_range(seen[0], 430, 570);
	count_chosen(&r, 24, small, 2, seen, 100);
	assert_in_range(seen[0], 25, 75);
	r.space.any_slot = true;
	static const char *const any[] = { "228.0.0.0/24", "232.0.0.0/24" };
	count_chosen(&r, 24, any, 2, seen, 100);
	rig_fini(&r);
}

/* MASC-15.7: reverse bit order, as far as it is one. */
static void a_level_fills_evenly(void **state)
{
	static const char *const half[] = { "239.192.0.0/20" };
	static const char *const quarters[] = { "239.192.64.0/20", "239.192.192.0/20" };
	unsigned seen[2];
	struct rig r;
	struct masc_prefix p;
	rig_init(&r, "239.192.0.0/16");
	count_chosen(&r, 20, half, 1, seen, 5);
	held(&r, half[0]);
	assert_chosen(&r, 20, "239.192.128.0/20");
	held(&r, "239.192.128.0/20");
	count_chosen(&r, 20, quarters, 2, seen, 100);
	assert_true(seen[0] && seen[1]);
	for (int i = 2; i < 16; i++) {
		assert_int_equal(policy_choose(&r.space, 20, &r.f.env, &p), OK);
		put(&r, &p, true);
	}
	assert_nothing(&r, 20);
	assert_nothing(&r, 28);
	rig_fini(&r);
}

/* MASC-15.7: two blocks of one range and one of another, each as likely. */
static void blocks_of_all_ranges_together(void **state)
{
	static const char *const expected[] = { "239.1.64.0/24", "239.1.192.0/24", "239.7.0.0/24" };
	unsigned seen[3];
	struct rig r;
	rig_init(&r, "239.1.0.0/16");
	r.claimable[1] = prefix("239.7.0.0/18");
	r.claimable[2] = prefix("239.8.0.0/20");
	r.space.n_claimable = 3;
	held(&r, "239.1.0.0/24");
	held(&r, "239.1.128.0/24");
	count_chosen(&r, 24, expected, 3, seen, 1500);
	for (int i = 0; i < 3; i++)
		assert_in_range(seen[i], 420, 580);
	r.claimable[1] = prefix("239.7.0.0/16");
	assert_chosen(&r, 24, "239.7.0.0/24");
	assert_nothing(&r, 15);
	rig_fini(&r);
}

/* What holds no space is in nobody's way. */
static void what_holds_nothing_is_free(void **state)
{
	struct rig r;
	rig_init(&r, "239.1.0.0/16");
	struct masc_prefix p = prefix("239.1.0.0/17");
	put(&r, &p, false);
	assert_chosen(&r, 16, "239.1.0.0/16");
	put(&r, &p, true);
	assert_chosen(&r, 17, "239.1.128.0/17");
	r.space.n_claimable = 0;
	assert_nothing(&r, 24);
	rig_fini(&r);
}

/* MASC-15.6 */
static void beside_what_we_have(void **state)
{
	struct rig r;
	rig_init(&r, "224.0.0.0/4");
	r.near = prefix("225.8.0.0/16");
	r.space.near = &r.near;
	put(&r, &r.near, true);
	assert_chosen(&r, 24, "225.9.0.0/24");
	assert_chosen(&r, 16, "225.9.0.0/16");
	/* One larger than ours: where ours would lie were it as large. */
	assert_chosen(&r, 15, "225.10.0.0/15");
	assert_chosen(&r, 8, "224.0.0.0/8");
	/* It could not become one with ours. */
	held(&r, "225.9.128.0/24");
	struct masc_prefix p;
	assert_int_equal(policy_choose(&r.space, 24, &r.f.env, &p), OK);
	assert_false(masc_prefix_covers(&r.near, &p) || p.address[0] == 225);
	rig_fini(&r);
}

/* MASC-15.6: where the other half is no longer ours to claim. */
static void beside_is_claimable(void **state)
{
	struct rig r;
	rig_init(&r, "225.8.0.0/16");
	r.claimable[1] = prefix("230.0.0.0/8");
	r.space.n_claimable = 2;
	r.near = r.claimable[0];
	r.space.near = &r.near;
	put(&r, &r.near, true);
	assert_chosen(&r, 20, "230.0.0.0/20");
	r.claimable[1] = prefix("225.9.0.0/17");
	assert_chosen(&r, 20, "225.9.0.0/20");
	r.near = (struct masc_prefix){ .family = MASC_IPV4 };
	assert_chosen(&r, 20, "225.9.0.0/20");
	rig_fini(&r);
}

/* MASC-15.4 */
static void barred_ranges_are_left_out(void **state)
{
	struct rig r;
	rig_init(&r, "239.192.0.0/20");
	bar(&r, "239.192.0.0/22");
	assert_chosen(&r, 24, "239.192.4.0/24");
	assert_chosen(&r, 22, "239.192.4.0/22");
	assert_chosen(&r, 21, "239.192.0.0/21"); /* it has others too */
	assert_chosen(&r, 32, "239.192.4.0/32");
	bar(&r, "239.192.4.0/23");
	bar(&r, "239.192.4.0/22");
	bar(&r, "239.192.8.0/24");
	assert_chosen(&r, 24, "239.192.9.0/24");
	rig_fini(&r);
}

/* MASC-15.4: all of the largest blocks is barred, by one range or by two. */
static void barred_blocks_are_passed_over(void **state)
{
	struct rig r;
	rig_init(&r, "239.192.0.0/20");
	held(&r, "239.192.8.0/22");
	held(&r, "239.192.12.0/24");
	bar(&r, "239.192.0.0/22");
	bar(&r, "239.192.4.0/22");
	assert_chosen(&r, 24, "239.192.13.0/24");
	assert_chosen(&r, 23, "239.192.14.0/23");
	assert_nothing(&r, 22);
	assert_chosen(&r, 21, "239.192.0.0/21");
	bar(&r, "239.192.12.0/22");
	assert_nothing(&r, 24);
	rig_fini(&r);
}

/* MASC-15.7: the block that is good is found, however rarely it is drawn. */
static void the_last_good_block_is_found(void **state)
{
	struct rig r;
	rig_init(&r, "232.0.0.0/5");
	for (unsigned i = 0; i < 255; i++) {
		struct masc_prefix p = { { (uint8_t)(232 + i / 32), (uint8_t)(i % 32 * 8) },
					 14,
					 MASC_IPV4 };
		put(&r, &p, true);
		p.address[1] = (uint8_t)(p.address[1] | 4);
		if (i != 77)
			put(&r, &p, true);
	}
	bar(&r, "239.0.0.0/8");
	assert_chosen(&r, 20, "234.108.0.0/20");
	rig_fini(&r);
}

/* MASC-15.4 */
static void slots_of_ipv4(void **state)
{
	static const struct {
		const char *range;
		bool good;
	} rows[] = {
		{ "239.0.0.0/24", false },   { "239.0.1.0/24", false },
		{ "239.0.0.0/23", false },   { "239.0.1.255/32", false },
		{ "239.0.2.0/24", true },    { "239.0.0.0/22", true },
		{ "239.128.0.0/24", false }, { "239.128.1.7/32", false },
		{ "239.128.2.0/24", true },  { "239.64.0.0/24", true },
		{ "239.192.0.0/24", true },  { "239.0.128.0/24", true },
		{ "239.1.0.0/24", true },
	};
	struct rig r;
	rig_init(&r, "239.0.0.0/8");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct masc_prefix p = prefix(rows[i].range);
		if (policy_may_claim(&r.space, &p) != rows[i].good)
			fail_msg("%s", rows[i].range);
	}
	r.space.any_slot = true;
	struct masc_prefix p = prefix("239.0.0.0/24");
	assert_true(policy_may_claim(&r.space, &p));
	rig_fini(&r);
}

/* MASC-15.4 */
static void slots_of_ipv6(void **state)
{
	struct rig r;
	rig_init(&r, "ff38::8000:0/97");
	held(&r, "ff38::8000:0/98");
	held(&r, "ff38::c000:0/99");
	held(&r, "ff38::e000:0/100");
	held(&r, "ff38::f000:0/101");
	held(&r, "ff38::f800:0/102");
	held(&r, "ff38::fc00:0/103");
	/* Left: fe00:0/104, which is good, and ff00:0/104. */
	assert_chosen(&r, 104, "ff38::fe00:0/104");
	assert_chosen(&r, 103, "ff38::fe00:0/103");
	held(&r, "ff38::fe00:0/104");
	assert_nothing(&r, 104);
	assert_nothing(&r, 120);
	rig_fini(&r);
}

static void what_may_be_claimed(void **state)
{
	struct rig r;
	rig_init(&r, "239.192.0.0/14");
	held(&r, "239.192.4.0/24");
	bar(&r, "239.195.255.0/24");
	const struct masc_prefix good = prefix("239.192.5.0/24"), over = prefix("239.192.4.0/23"),
				 within = prefix("239.192.4.128/25"),
				 outside = prefix("239.196.0.0/24"),
				 wide = prefix("239.192.0.0/13"), other = prefix("ff38::/96"),
				 last = prefix("239.195.255.128/25"),
				 around = prefix("239.195.254.0/23");
	assert_true(policy_may_claim(&r.space, &good));
	assert_true(policy_may_claim(&r.space, &around));
	assert_false(policy_may_claim(&r.space, &over));
	assert_false(policy_may_claim(&r.space, &within));
	assert_false(policy_may_claim(&r.space, &outside));
	assert_false(policy_may_claim(&r.space, &wide));
	assert_false(policy_may_claim(&r.space, &other));
	assert_false(policy_may_claim(&r.space, &last));
	rig_fini(&r);
}

/* MASC-15.5 */
static void what_can_double(void **state)
{
	struct rig r;
	rig_init(&r, "239.0.0.0/16");
	r.claimable[1] = prefix("239.1.0.0/16");
	r.space.n_claimable = 2;
	const struct masc_prefix a = prefix("239.0.2.0/23"), b = prefix("239.0.8.0/24"),
				 whole = prefix("239.0.0.0/16");
	put(&r, &a, true);
	put(&r, &b, true);
	assert_true(policy_can_double(&r.space, &a)); /* onto 239.0.0.0/23, barred */
	assert_true(policy_can_double(&r.space, &b));
	held(&r, "239.0.9.16/28");
	assert_false(policy_can_double(&r.space, &b));
	/* Its other half is another range, perhaps of another lifetime. */
	assert_false(policy_can_double(&r.space, &whole));
	assert_false(policy_can_double(&r.space, &(struct masc_prefix){ .family = MASC_IPV4 }));
	rig_fini(&r);
}

/* MASC-15.4 */
static void the_end_of_a_scope(void **state)
{
	struct masc_prefix scope = prefix("239.192.0.0/14"), out;
	assert_true(policy_relative(&scope, &out));
	assert_prefix(&out, "239.195.255.0/24");
	scope = prefix("239.255.0.0/24");
	assert_true(policy_relative(&scope, &out));
	assert_prefix(&out, "239.255.0.0/24");
	scope = prefix("ff38::8000:0/97");
	assert_false(policy_relative(&scope, &out));
	assert_prefix(&out, "239.255.0.0/24");
}

/* Domains that come, double, replace and go by these rules never overlap, and
 * a range is refused only when there is none. */
static void no_two_ever_overlap(void **state)
{
	struct rig r;
	rig_init(&r, "239.0.0.0/16");
	bar(&r, "239.0.64.0/20");
	struct masc_prefix taken[300];
	size_t n = 0;
	for (int turn = 0; turn < 300; turn++) {
		uint8_t length = (uint8_t)(20 + env_random_below(&r.f.env, 9));
		struct masc_prefix p;
		if (policy_choose(&r.space, length, &r.f.env, &p)) {
			p = prefix("239.0.0.0/16");
			for (p = masc_prefix_first(&p, length);;) {
				assert_false(policy_may_claim(&r.space, &p));
				if (!masc_prefix_next(&p, &p) || p.address[1] != 0)
					break;
			}
			continue;
		}
		assert_int_equal(p.length, length);
		assert_true(policy_may_claim(&r.space, &p));
		for (size_t i = 0; i < n; i++)
			assert_false(masc_prefix_overlaps(&p, &taken[i]));
		taken[n++] = p;
		put(&r, &p, true);
	}
	assert_in_range(n, 50, 299);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_of_the_largest_blocks),
		cmocka_unit_test(a_level_fills_evenly),
		cmocka_unit_test(blocks_of_all_ranges_together),
		cmocka_unit_test(what_holds_nothing_is_free),
		cmocka_unit_test(beside_what_we_have),
		cmocka_unit_test(beside_is_claimable),
		cmocka_unit_test(barred_ranges_are_left_out),
		cmocka_unit_test(barred_blocks_are_passed_over),
		cmocka_unit_test(the_last_good_block_is_found),
		cmocka_unit_test(slots_of_ipv4),
		cmocka_unit_test(slots_of_ipv6),
		cmocka_unit_test(what_may_be_claimed),
		cmocka_unit_test(what_can_double),
		cmocka_unit_test(the_end_of_a_scope),
		cmocka_unit_test(no_two_ever_overlap),
	};
	return cmocka_run_group_tests_name("masc_policy_choose", tests, NULL, NULL);
}
