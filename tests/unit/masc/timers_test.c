/* The heap of timers against a plain list. */
#include "rig.h"

#include "masc/masc_int.h"

#define TIMERS 64

struct plain {
	bool armed;
	int64_t at;
	uint64_t order;
};

static size_t first_of(const struct plain *p)
{
	size_t best = TIMERS;
	for (size_t i = 0; i < TIMERS; i++) {
		if (!p[i].armed)
			continue;
		if (best == TIMERS || p[i].at < p[best].at ||
		    (p[i].at == p[best].at && p[i].order < p[best].order))
			best = i;
	}
	return best;
}

static void check_next(const struct timers *t, const struct plain *p)
{
	size_t i = first_of(p);
	assert_int_equal(timers_next(t).us, i == TIMERS ? INT64_MAX : p[i].at);
}

static void take_due(struct timers *t, struct timer *x, struct plain *p, struct mono now)
{
	struct timer *due;
	while ((due = timers_due(t, now))) {
		size_t i = first_of(p);
		assert_ptr_equal(due, &x[i]);
		assert_true(p[i].at <= now.us);
		assert_false(timer_armed(due));
		p[i].armed = false;
	}
	check_next(t, p);
	assert_true(timers_next(t).us > now.us);
}

static void as_a_plain_list_would(void **state)
{
	struct failing_env f;
	struct timers t;
	struct timer x[TIMERS];
	struct plain p[TIMERS];
	uint64_t order = 0;
	struct mono now = { 0 };
	memset(x, 0, sizeof(x));
	memset(p, 0, sizeof(p));
	failing_env_init(&f, 11);
	timers_init(&t, &f.env);
	assert_int_equal(timers_own(&t, TIMERS), OK);
	for (int round = 0; round < 20000; round++) {
		size_t i = env_random_below(&f.env, TIMERS);
		uint64_t what = env_random_below(&f.env, 10);
		if (what < 6) {
			p[i] = (struct plain){ true, now.us + (int64_t)env_random_below(&f.env, 50),
					       order++ };
			timer_arm(&t, &x[i], (struct mono){ p[i].at });
		} else if (what < 8) {
			timer_disarm(&t, &x[i]);
			p[i].armed = false;
		} else {
			now.us += (int64_t)env_random_below(&f.env, 10);
			take_due(&t, x, p, now);
		}
		assert_int_equal(timer_armed(&x[i]), p[i].armed);
		check_next(&t, p);
	}
	timers_fini(&t);
	failing_env_assert_clean(&f);
}

static void never_is_not_armed(void **state)
{
	struct failing_env f;
	struct timers t;
	struct timer x = { 0 };
	failing_env_init(&f, 1);
	timers_init(&t, &f.env);
	assert_int_equal(timers_own(&t, 1), OK);
	timer_arm(&t, &x, (struct mono){ 5 });
	timer_arm(&t, &x, MONO_NEVER);
	assert_false(timer_armed(&x));
	assert_true(mono_is_never(timers_next(&t)));
	timers_fini(&t);
}

static void room_is_made_before(void **state)
{
	struct failing_env f;
	struct timers t;
	struct timer x[3] = { { .slot = 0 } };
	failing_env_init(&f, 1);
	timers_init(&t, &f.env);
	assert_int_equal(timers_own(&t, 2), OK);
	failing_env_fail_at(&f, 1);
	assert_int_equal(timers_own(&t, 1), ERR_NOMEM);
	timers_disown(&t, 1);
	assert_int_equal(timers_own(&t, 1), OK);
	for (int64_t i = 0; i < 2; i++)
		timer_arm(&t, &x[i], (struct mono){ i });
	assert_int_equal(timers_next(&t).us, 0);
	timers_fini(&t);
	failing_env_assert_clean(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_a_plain_list_would),
		cmocka_unit_test(never_is_not_armed),
		cmocka_unit_test(room_is_made_before),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
