#include "../failing_env.h"

#include "sim/clock.h"

#define YEARS (INT64_C(365) * MONO_DAY)

static void a_true_crystal(void **state)
{
	const struct sim_clock c = {
		.from = 100, .mono = 5000, .wall = 70000, .synchronised = true
	};
	assert_int_equal(sim_clock_mono(&c, 100).us, 5000);
	assert_int_equal(sim_clock_mono(&c, 300).us, 5200);
	assert_int_equal(sim_clock_wall(&c, 300).us, 70200);
	assert_true(sim_clock_wall(&c, 300).synchronised);
	assert_int_equal(sim_clock_when(&c, (struct mono){ 5200 }), 300);
	assert_int_equal(sim_clock_when(&c, (struct mono){ 3 }), 100);
	assert_true(sim_clock_when(&c, MONO_NEVER) == INT64_MAX);
}

/* SIM-1.3: clocks run at the rate of the crystal. */
static void fast_and_slow(void **state)
{
	struct sim_clock c = { .ppm = 200 };
	assert_int_equal(sim_clock_mono(&c, MONO_DAY).us, MONO_DAY + 200 * 86400);
	c.ppm = -200;
	assert_int_equal(sim_clock_mono(&c, MONO_DAY).us, MONO_DAY - 200 * 86400);
	c.ppm = SIM_RATE_MAX;
	assert_true(sim_clock_mono(&c, 20 * YEARS).us == 22 * YEARS);
}

/* A deadline is never called early, and not a microsecond late. */
static void when_is_the_first_time(void **state)
{
	static const int32_t rates[] = { 0, 1, -1, 200, -200, 33333, SIM_RATE_MAX, -SIM_RATE_MAX };
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		const struct sim_clock c = { .from = 12345, .mono = 678, .ppm = rates[i] };
		for (int64_t t = 679; t < 3 * YEARS; t = t * 3 + 7) {
			int64_t at = sim_clock_when(&c, (struct mono){ t });
			assert_true(sim_clock_mono(&c, at).us >= t);
			assert_true(sim_clock_mono(&c, at - 1).us < t);
		}
	}
}

static void never_back(void **state)
{
	const struct sim_clock c = { .ppm = -SIM_RATE_MAX };
	for (int64_t t = 0; t < 3000; t++)
		assert_true(sim_clock_mono(&c, t + 1).us >= sim_clock_mono(&c, t).us);
}

static void another_rate_goes_on_from_here(void **state)
{
	struct sim_clock c = { .mono = 10, .wall = 20, .ppm = 1000 };
	struct mono before = sim_clock_mono(&c, MONO_HOUR);
	int64_t wall = sim_clock_wall(&c, MONO_HOUR).us;
	sim_clock_rate(&c, MONO_HOUR, -1000);
	assert_int_equal(sim_clock_mono(&c, MONO_HOUR).us, before.us);
	assert_int_equal(sim_clock_wall(&c, MONO_HOUR).us, wall);
	assert_int_equal(sim_clock_mono(&c, 2 * MONO_HOUR).us, before.us + MONO_HOUR - 3600000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_true_crystal),
		cmocka_unit_test(fast_and_slow),
		cmocka_unit_test(when_is_the_first_time),
		cmocka_unit_test(never_back),
		cmocka_unit_test(another_rate_goes_on_from_here),
	};
	return cmocka_run_group_tests_name("sim_clock", tests, NULL, NULL);
}
