/* How fast a secret may be guessed. */
#include "../failing_env.h"
#include "group/throttle.h"

#define HOUR MONO_HOUR

static struct group_throttle t;

static struct mono at(int64_t us)
{
	return (struct mono){ 1000 * HOUR + us };
}

static struct span source(uint32_t k)
{
	static uint8_t octets[8];
	memcpy(octets, &k, sizeof k);
	return span_of(octets, sizeof octets);
}

static void begin(void)
{
	t = (struct group_throttle){ .all = { .level = 0 } };
}

/* GROUP-13.11 */
static void it_doubles_from_a_second_to_an_hour(void **state)
{
	begin();
	int64_t now = 0;
	assert_int_equal(group_throttle_wait(&t, source(1), at(0)), 0);
	for (int k = 0; k < 20; k++) {
		uint32_t want = k < 12 ? 1u << k : 3600;
		group_throttle_wrong(&t, source(1), at(now));
		assert_int_equal(group_throttle_wait(&t, source(1), at(now)), want);
		now += want * MONO_SEC;
		assert_int_equal(group_throttle_wait(&t, source(1), at(now - 1)), 1);
		assert_int_equal(group_throttle_wait(&t, source(1), at(now)), 0);
	}
}

/* GROUP-13.11: many sources together guess no faster than one. */
static void in_all_too(void **state)
{
	begin();
	group_throttle_wrong(&t, source(1), at(0));
	group_throttle_wrong(&t, source(2), at(0));
	group_throttle_wrong(&t, source(3), at(0));
	assert_int_equal(group_throttle_wait(&t, source(1), at(0)), 4);
	assert_int_equal(group_throttle_wait(&t, source(9), at(0)), 4);
	assert_int_equal(group_throttle_wait(&t, source(9), at(4 * MONO_SEC)), 0);
	int64_t now = 0, guesses = 0;
	for (uint32_t k = 0; now < 30 * 24 * HOUR; k++, guesses++) {
		uint32_t wait = group_throttle_wait(&t, source(k), at(now));
		now += wait * MONO_SEC;
		group_throttle_wrong(&t, source(k), at(now));
	}
	assert_true(guesses < 30 * 24 + 16);
}

/* A source's own level stays where the others' was forgiven. */
static void each_source_has_its_own(void **state)
{
	begin();
	for (int k = 0; k < 6; k++)
		group_throttle_wrong(&t, source(1), at(0));
	t.all = (struct group_throttle_row){ .level = 0 };
	assert_int_equal(group_throttle_wait(&t, source(1), at(0)), 32);
	assert_int_equal(group_throttle_wait(&t, source(2), at(0)), 0);
}

/* GROUP-13.12 */
static void an_hour_forgives_one(void **state)
{
	begin();
	for (int k = 0; k < 4; k++)
		group_throttle_wrong(&t, source(1), at(0));
	/* 8 s, then an hour: of four there are three left. */
	int64_t later = 8 * MONO_SEC + HOUR;
	group_throttle_wrong(&t, source(1), at(later - 1));
	assert_int_equal(group_throttle_wait(&t, source(1), at(later - 1)), 16);
	begin();
	for (int k = 0; k < 4; k++)
		group_throttle_wrong(&t, source(1), at(0));
	group_throttle_wrong(&t, source(1), at(later));
	assert_int_equal(group_throttle_wait(&t, source(1), at(later)), 8);
	begin();
	for (int k = 0; k < 4; k++)
		group_throttle_wrong(&t, source(1), at(0));
	group_throttle_wrong(&t, source(1), at(100 * HOUR));
	assert_int_equal(group_throttle_wait(&t, source(1), at(100 * HOUR)), 1);
}

/* GROUP-13.12: a flood of sources pushes out each other, not who guessed most. */
static void the_table_is_bounded(void **state)
{
	begin();
	for (int k = 0; k < 8; k++)
		group_throttle_wrong(&t, source(1), at(0));
	for (uint32_t k = 2; k < 5000; k++)
		group_throttle_wrong(&t, source(k), at(MONO_SEC));
	t.all = (struct group_throttle_row){ .level = 0 };
	assert_int_equal(group_throttle_wait(&t, source(1), at(MONO_SEC)), 127);
	assert_int_equal(group_throttle_wait(&t, source(2), at(MONO_SEC)), 0);
	assert_int_equal(group_throttle_wait(&t, source(4999), at(MONO_SEC)), 1);
}

static void sources_differ_by_their_length(void **state)
{
	static const uint8_t octets[9] = { 10, 0, 0, 1 };
	begin();
	group_throttle_wrong(&t, span_of(octets, 4), at(0));
	t.all = (struct group_throttle_row){ .level = 0 };
	assert_int_equal(group_throttle_wait(&t, span_of(octets, 4), at(0)), 1);
	assert_int_equal(group_throttle_wait(&t, span_of(octets, 8), at(0)), 0);
	group_throttle_wrong(&t, span_of(octets, 9), at(0)); /* cut */
	t.all = (struct group_throttle_row){ .level = 0 };
	assert_int_equal(group_throttle_wait(&t, span_of(octets, 8), at(0)), 1);
	group_throttle_wrong(&t, span_of(NULL, 0), at(0));
	t.all = (struct group_throttle_row){ .level = 0 };
	assert_int_equal(group_throttle_wait(&t, span_of(NULL, 0), at(0)), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_doubles_from_a_second_to_an_hour),
		cmocka_unit_test(in_all_too),
		cmocka_unit_test(each_source_has_its_own),
		cmocka_unit_test(an_hour_forgives_one),
		cmocka_unit_test(the_table_is_bounded),
		cmocka_unit_test(sources_differ_by_their_length),
	};
	return cmocka_run_group_tests_name("throttle", tests, NULL, NULL);
}
