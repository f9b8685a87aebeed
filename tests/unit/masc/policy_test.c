#include "../failing_env.h"

#include "masc/policy.h"

#include "policy_text.h"

static const struct policy paper = {
	.use_percent = 75, .active_most = 2, .size_least = 256, .family = MASC_IPV4
};

static struct policy_prefix active(const char *text, uint64_t used)
{
	return (struct policy_prefix){
		.prefix = prefix(text), .used = used, .active = true, .can_double = true
	};
}

static struct policy_prefix draining(const char *text, uint64_t used)
{
	struct policy_prefix p = active(text, used);
	p.active = false;
	return p;
}

static void assert_step(struct policy_step s, enum policy_step_kind kind, size_t index,
			unsigned length)
{
	assert_int_equal(s.kind, kind);
	assert_int_equal(s.index, index);
	assert_int_equal(s.length, length);
}

/* MASC-15.2, first rule: whatever else could be done. */
static void room_is_used_first(void **state)
{
	struct policy_prefix own[] = { draining("239.1.0.0/24", 0), active("239.2.0.0/24", 256),
				       active("239.3.0.0/24", 0), active("239.4.0.0/24", 0) };
	const bool room[] = { true, false, true, true };
	assert_step(policy_need(&paper, own, 4, room, 256), POLICY_USE, 2, 0);
}

static const bool none[8];

/* MASC-15.2, second rule. */
static void doubles_when_use_is_enough(void **state)
{
	struct policy_prefix own[] = { active("239.1.0.0/22", 512) };
	assert_step(policy_need(&paper, own, 1, none, 1024), POLICY_DOUBLE, 0, 21);
	own[0].used = 511;
	assert_step(policy_need(&paper, own, 1, none, 1024), POLICY_CLAIM, 0, 22);
	own[0].used = 1024;
	own[0].can_double = false;
	assert_step(policy_need(&paper, own, 1, none, 1024), POLICY_CLAIM, 0, 22);
	own[0].can_double = true;
	own[0].active = false;
	assert_step(policy_need(&paper, own, 1, none, 1024), POLICY_CLAIM, 0, 21);
}

/* MASC-15.2: the use of the whole domain decides, not that of the prefix alone:
 * 4,096 + 1,024 + 256 are 87 % of 4,096 + 2,048, though 1,280 are 62 % of 2,048. */
static void the_whole_domain_is_judged(void **state)
{
	struct policy_prefix own[] = { active("239.1.0.0/20", 4096), active("239.2.0.0/22", 1024) };
	assert_step(policy_need(&paper, own, 2, none, 256), POLICY_DOUBLE, 1, 21);
	own[0].used = 3327; /* 4,607 of 6,144: one short of 75 % */
	assert_step(policy_need(&paper, own, 2, none, 256), POLICY_REPLACE, 0, 19);
	own[0].used = 3328;
	assert_step(policy_need(&paper, own, 2, none, 256), POLICY_DOUBLE, 1, 21);
}

/* MASC-15.2: what drains wants to be somewhere; its room does not count. */
static void use_that_drains_counts(void **state)
{
	struct policy_prefix own[] = { draining("239.1.0.0/20", 512), active("239.2.0.0/22", 768) };
	assert_step(policy_need(&paper, own, 2, none, 256), POLICY_DOUBLE, 1, 21);
	own[0].used = 511;
	assert_step(policy_need(&paper, own, 2, none, 256), POLICY_CLAIM, 0, 24);
}

static void the_smallest_doubles_first(void **state)
{
	struct policy_prefix own[] = { active("239.1.0.0/22", 1024), active("239.2.0.0/24", 256),
				       active("239.3.0.0/24", 256), active("239.4.0.0/23", 512) };
	assert_step(policy_need(&paper, own, 4, none, 256), POLICY_DOUBLE, 1, 23);
	own[1].can_double = false;
	assert_step(policy_need(&paper, own, 4, none, 256), POLICY_DOUBLE, 2, 23);
	own[2].active = false;
	assert_step(policy_need(&paper, own, 4, none, 256), POLICY_DOUBLE, 3, 22);
}

/* MASC-15.2: a block of 1,024 does not fit in what a /23 wins; nor would the
 * whole hold it while something is in the other half. */
static void the_block_fits_what_is_won(void **state)
{
	struct policy_prefix own[] = { active("239.1.0.0/23", 512) };
	assert_step(policy_need(&paper, own, 1, none, 1024), POLICY_CLAIM, 0, 22);
	assert_step(policy_need(&paper, own, 1, none, 513), POLICY_CLAIM, 0, 22);
	assert_step(policy_need(&paper, own, 1, none, 512), POLICY_DOUBLE, 0, 22);
	own[0].used = 0;
	assert_step(policy_need(&paper, own, 1, none, 1024), POLICY_DOUBLE, 0, 22);
	assert_step(policy_need(&paper, own, 1, none, 1025), POLICY_CLAIM, 0, 21);
}

/* MASC-15.2, third rule. */
static void claims_one_just_large_enough(void **state)
{
	struct policy p = paper;
	struct policy_prefix own[] = { active("239.1.0.0/20", 1500), active("239.2.0.0/24", 100),
				       draining("239.3.0.0/24", 10) };
	assert_step(policy_need(&p, own, 1, none, 256), POLICY_CLAIM, 0, 24);
	assert_step(policy_need(&p, own, 1, none, 257), POLICY_CLAIM, 0, 23);
	assert_step(policy_need(&p, own, 1, none, 1), POLICY_CLAIM, 0, 24);
	p.size_least = 16;
	assert_step(policy_need(&p, own, 1, none, 1), POLICY_CLAIM, 0, 28);
	p.size_least = 0;
	assert_step(policy_need(&p, own, 1, none, 1), POLICY_CLAIM, 0, 32);
	p.active_most = 3;
	assert_step(policy_need(&p, own, 3, none, 256), POLICY_CLAIM, 0, 24);
}

/* MASC-15.2, fourth rule: 1,500 + 100 + 500 + 256 addresses need a /20. */
static void replaces_when_there_are_enough(void **state)
{
	struct policy_prefix own[] = { active("239.1.0.0/20", 1500), active("239.2.0.0/24", 100),
				       draining("239.3.0.0/23", 500) };
	assert_step(policy_need(&paper, own, 3, none, 256), POLICY_REPLACE, 0, 20);
	own[2].used = 0;
	assert_step(policy_need(&paper, own, 3, none, 256), POLICY_REPLACE, 0, 21);
	struct policy p = paper;
	p.active_most = 1;
	assert_step(policy_need(&p, own, 1, none, 256), POLICY_REPLACE, 0, 21);
}

/* MASC-15.3 */
static void without_an_active_one_all_is_claimed(void **state)
{
	struct policy_prefix own[] = { draining("239.1.0.0/22", 700),
				       draining("239.2.0.0/22", 69) };
	assert_step(policy_need(&paper, own, 0, none, 256), POLICY_CLAIM, 0, 24);
	assert_step(policy_need(&paper, own, 1, none, 256), POLICY_CLAIM, 0, 22);
	assert_step(policy_need(&paper, own, 2, none, 256), POLICY_CLAIM, 0, 21);
}

/* MASC-15.3 */
static void while_none_is_active_a_claim_has_a_size(void **state)
{
	struct policy p = paper;
	struct policy_prefix own[] = { draining("239.1.0.0/22", 0) };
	p.size_first = 1024;
	assert_step(policy_need(&p, own, 0, none, 256), POLICY_CLAIM, 0, 22);
	assert_step(policy_need(&p, own, 0, none, 1025), POLICY_CLAIM, 0, 21);
	assert_step(policy_need(&p, own, 1, none, 256), POLICY_CLAIM, 0, 22);
	own[0].active = true;
	own[0].can_double = false;
	assert_step(policy_need(&p, own, 1, none, 256), POLICY_CLAIM, 0, 24);
}

/* MASC-15.3 */
static void too_much_is_no_claim(void **state)
{
	struct policy p = paper;
	struct policy_prefix own[] = { active("239.0.0.0/8", UINT64_C(1) << 24),
				       active("238.0.0.0/8", 0) };
	own[0].can_double = own[1].can_double = false;
	assert_step(policy_need(&p, NULL, 0, NULL, UINT64_C(1) << 28), POLICY_CLAIM, 0, 4);
	assert_step(policy_need(&p, NULL, 0, NULL, (UINT64_C(1) << 28) + 1), POLICY_NONE, 0, 0);
	assert_step(policy_need(&p, NULL, 0, NULL, UINT64_MAX), POLICY_NONE, 0, 0);
	assert_step(policy_need(&p, own, 2, none, UINT64_C(1) << 28), POLICY_NONE, 0, 0);
	p.family = MASC_IPV6;
	assert_step(policy_need(&p, NULL, 0, NULL, UINT64_C(1) << 40), POLICY_CLAIM, 0, 88);
	assert_step(policy_need(&p, NULL, 0, NULL, UINT64_MAX), POLICY_CLAIM, 0, 64);
}

/* Sums that do not fit end at the largest number. */
static void large_ipv6_prefixes(void **state)
{
	struct policy p = paper;
	p.family = MASC_IPV6;
	struct policy_prefix own[] = { active("ff38::/16", UINT64_MAX),
				       active("ff38:0:0:1::/64", UINT64_MAX) };
	assert_step(policy_need(&p, own, 2, none, 256), POLICY_DOUBLE, 1, 63);
	own[0].can_double = own[1].can_double = false;
	assert_step(policy_need(&p, own, 2, none, 256), POLICY_REPLACE, 0, 64);
}

static enum policy_renewal renew(const char *text, uint64_t lower, uint64_t upper,
				 uint64_t forecast, unsigned *half)
{
	struct masc_prefix p = prefix(text);
	*half = 9;
	return policy_renew(&paper, &p, (uint64_t[2]){ lower, upper }, forecast, half);
}

/* MASC-15.8 */
static void what_is_renewed(void **state)
{
	static const struct {
		uint64_t lower, upper, forecast;
		enum policy_renewal expected;
		unsigned half;
	} rows[] = {
		{ 0, 0, 0, POLICY_LAPSE, 9 },
		{ 0, 0, 1, POLICY_RENEW_HALF, 0 },
		{ 0, 0, 512, POLICY_RENEW_HALF, 0 },
		{ 0, 0, 513, POLICY_RENEW, 9 },
		{ 1, 0, 0, POLICY_RENEW_HALF, 0 },
		{ 0, 1, 0, POLICY_RENEW_HALF, 1 },
		{ 0, 512, 512, POLICY_RENEW_HALF, 1 },
		{ 0, 512, 513, POLICY_RENEW, 9 },
		{ 512, 0, 2000, POLICY_RENEW, 9 },
		/* Addresses in use are never given up. */
		{ 1, 1, 0, POLICY_RENEW, 9 },
		{ 1, 511, 0, POLICY_RENEW, 9 },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned half;
		enum policy_renewal found = renew("239.1.0.0/22", rows[i].lower, rows[i].upper,
						  rows[i].forecast, &half);
		if (found != rows[i].expected || half != rows[i].half)
			fail_msg("row %zu: %d, half %u", i, (int)found, half);
	}
}

/* MASC-15.8: nothing smaller than the smallest claim, nor than an address. */
static void small_ones_are_renewed_whole(void **state)
{
	unsigned half;
	assert_int_equal(renew("239.1.0.0/23", 1, 0, 0, &half), POLICY_RENEW_HALF);
	assert_int_equal(renew("239.1.0.0/24", 1, 0, 0, &half), POLICY_RENEW);
	assert_int_equal(renew("239.1.0.0/24", 0, 0, 0, &half), POLICY_LAPSE);
	assert_int_equal(renew("239.1.0.1/32", 1, 0, 0, &half), POLICY_RENEW);
	assert_int_equal(renew("ff38::/96", 1, 0, 0, &half), POLICY_RENEW_HALF);
	struct masc_prefix p = prefix("239.1.0.1/32");
	assert_int_equal(policy_renew(&(struct policy){ .family = MASC_IPV4 }, &p,
				      (uint64_t[2]){ 1, 0 }, 0, &half),
			 POLICY_RENEW);
}

static uint64_t forecast(const struct policy_demand *d, size_t n, int64_t from, int64_t until)
{
	struct policy_demand copy[1024];
	assert_in_range(n, 0, 1024);
	memcpy(copy, d, n * sizeof(*d));
	return policy_forecast(copy, n, from, until);
}

/* MASC-15.9 */
static void the_most_at_once(void **state)
{
	static const struct policy_demand d[] = {
		{ 100, 0, 50 }, { 10, 20, 40 }, { 1, 40, 60 }, { 1000, 70, 0 }, { 5, 10, 30 },
	};
	static const struct {
		int64_t from, until;
		uint64_t most;
	} rows[] = {
		{ 0, 9, 100 },	  { 0, 10, 105 },  { 0, 19, 105 },   { 0, 20, 115 },
		{ 0, 100, 1000 }, { 30, 39, 110 }, { 30, 45, 110 },  { 40, 45, 101 },
		{ 50, 69, 1 },	  { 60, 69, 0 },   { 60, 70, 1000 }, { 80, 80, 1000 },
		{ -9, -1, 0 },	  { 29, 29, 115 },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t most = forecast(d, 5, rows[i].from, rows[i].until);
		if (most != rows[i].most)
			fail_msg("row %zu: %llu", i, (unsigned long long)most);
	}
	assert_int_equal(policy_forecast(NULL, 0, 0, 100), 0);
	const struct policy_demand vast[] = { { UINT64_MAX - 1, 1, 0 }, { 2, 2, 0 } };
	assert_true(forecast(vast, 2, 0, 9) == UINT64_MAX);
	assert_true(forecast(vast, 2, 0, 1) == UINT64_MAX - 1);
}

static uint64_t looked_at(const struct policy_demand *d, size_t n, int64_t from, int64_t until)
{
	uint64_t most = 0;
	for (int64_t t = from; t <= until; t++) {
		uint64_t sum = 0;
		for (size_t i = 0; i < n; i++)
			if (d[i].from <= t && (t < d[i].until || !d[i].until))
				sum += d[i].addresses;
		most = sum > most ? sum : most;
	}
	return most;
}

/* MASC-15.9, against every instant looked at: few demands, then many. */
static void forecast_is_exact(void **state)
{
	struct failing_env f;
	failing_env_init(&f, 3);
	for (int run = 0; run < 500; run++) {
		struct policy_demand d[300];
		size_t n = env_random_below(&f.env, run < 400 ? 12 : 300);
		for (size_t i = 0; i < n; i++) {
			d[i].addresses = env_random_below(&f.env, 100);
			d[i].from = (int64_t)env_random_below(&f.env, 60);
			d[i].until = d[i].from + (int64_t)env_random_below(&f.env, 20);
		}
		int64_t from = (int64_t)env_random_below(&f.env, 60);
		int64_t until = from + (int64_t)env_random_below(&f.env, 20);
		uint64_t most = looked_at(d, n, from, until);
		assert_int_equal(forecast(d, n, from, until), most);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(room_is_used_first),
		cmocka_unit_test(doubles_when_use_is_enough),
		cmocka_unit_test(the_whole_domain_is_judged),
		cmocka_unit_test(use_that_drains_counts),
		cmocka_unit_test(the_smallest_doubles_first),
		cmocka_unit_test(the_block_fits_what_is_won),
		cmocka_unit_test(claims_one_just_large_enough),
		cmocka_unit_test(replaces_when_there_are_enough),
		cmocka_unit_test(without_an_active_one_all_is_claimed),
		cmocka_unit_test(while_none_is_active_a_claim_has_a_size),
		cmocka_unit_test(too_much_is_no_claim),
		cmocka_unit_test(large_ipv6_prefixes),
		cmocka_unit_test(what_is_renewed),
		cmocka_unit_test(small_ones_are_renewed_whole),
		cmocka_unit_test(the_most_at_once),
		cmocka_unit_test(forecast_is_exact),
	};
	return cmocka_run_group_tests_name("masc_policy", tests, NULL, NULL);
}
