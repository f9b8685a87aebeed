#include "../failing_env.h"

#include "sim/rng.h"

/* SIM-1.2. The generator is part of what a seed means: it never changes. The
 * values are those of the published algorithms, computed by another program. */
static void known_values(void **state)
{
	struct rng r = { { 1, 2, 3, 4 } };
	static const uint64_t expected[] = {
		UINT64_C(11520),
		UINT64_C(0),
		UINT64_C(1509978240),
		UINT64_C(1215971899390074240),
		UINT64_C(1216172134540287360),
		UINT64_C(607988272756665600),
		UINT64_C(16172922978634559625),
		UINT64_C(8476171486693032832),
	};
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		assert_true(rng_u64(&r) == expected[i]);
}

/* SIM-1.2: streams apart for each purpose. */
static void streams_differ(void **state)
{
	struct rng a, b;
	rng_init(&a, 1, RNG_NODE, 0);
	rng_init(&b, 1, RNG_NODE, 0);
	assert_memory_equal(&a, &b, sizeof(a));
	const struct {
		uint64_t seed;
		enum rng_purpose purpose;
		uint64_t index;
	} others[] = { { 2, RNG_NODE, 0 }, { 1, RNG_WORLD, 0 }, { 1, RNG_NODE, 1 } };
	for (size_t i = 0; i < 3; i++) {
		rng_init(&b, others[i].seed, others[i].purpose, others[i].index);
		for (size_t j = 0; j < 4; j++)
			assert_true(a.s[j] != b.s[j]);
	}
}

static void below_is_below_and_reaches_all(void **state)
{
	struct rng r;
	unsigned seen[7] = { 0 };
	rng_init(&r, 1, RNG_WORLD, 0);
	for (int i = 0; i < 7000; i++)
		seen[rng_below(&r, 7)]++;
	for (int i = 0; i < 7; i++)
		assert_in_range(seen[i], 850, 1150);
	assert_true(rng_below(&r, 0) == 0);
	assert_true(rng_below(&r, 1) == 0);
	for (int i = 0; i < 100; i++)
		assert_true(rng_below(&r, (UINT64_C(1) << 63) + 1) <= UINT64_C(1) << 63);
}

static void between_includes_its_ends(void **state)
{
	struct rng r;
	bool low = false, high = false;
	rng_init(&r, 1, RNG_WORLD, 0);
	for (int i = 0; i < 1000; i++) {
		int64_t v = rng_between(&r, -3, 3);
		assert_true(v >= -3 && v <= 3);
		low |= v == -3;
		high |= v == 3;
	}
	assert_true(low && high);
	assert_true(rng_between(&r, 5, 5) == 5);
	assert_true(rng_between(&r, 5, 4) == 5);
	(void)rng_between(&r, INT64_MIN, INT64_MAX);
}

static void fills_any_length(void **state)
{
	for (size_t n = 0; n < 20; n++) {
		struct rng r;
		uint8_t p[24];
		memset(p, 0xee, sizeof(p));
		rng_init(&r, n, RNG_NODE, 3);
		rng_fill(&r, p, n);
		for (size_t i = n; i < sizeof(p); i++)
			assert_int_equal(p[i], 0xee);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_values),
		cmocka_unit_test(streams_differ),
		cmocka_unit_test(below_is_below_and_reaches_all),
		cmocka_unit_test(between_includes_its_ends),
		cmocka_unit_test(fills_any_length),
	};
	return cmocka_run_group_tests_name("sim_rng", tests, NULL, NULL);
}
