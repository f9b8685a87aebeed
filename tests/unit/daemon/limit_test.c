#include "../failing_env.h"
#include "base/text.h"
#include "daemon/limit.h"

#define SEC(n) ((struct mono){ (n)*MONO_SEC })

static struct limit_key key(const char *part, const char *event, const char *who)
{
	struct limit_key k;
	memset(&k, 0x5a, sizeof(k));
	limit_key_init(&k, part, event, who);
	return k;
}

static struct limit *fresh(struct failing_env *f, uint32_t burst)
{
	struct limit *l;
	failing_env_init(f, 1);
	assert_int_equal(limit_new(&l, &f->env), OK);
	limit_set(l, burst, 10 * MONO_SEC);
	return l;
}

static unsigned passed(struct limit *l, const struct limit_key *k, unsigned times, struct mono now)
{
	unsigned n = 0;
	for (unsigned i = 0; i < times; i++)
		n += limit_pass(l, k, 3, now);
	return n;
}

static void a_burst_passes_and_the_rest_is_counted(void **state)
{
	struct failing_env f;
	struct limit *l = fresh(&f, 3);
	struct limit_key k = key("masc", "up", "north");
	struct limit_summary s;
	assert_int_equal(passed(l, &k, 3, SEC(1)), 3);
	assert_true(mono_is_never(limit_deadline(l)));
	assert_int_equal(passed(l, &k, 7, SEC(5)), 0);
	assert_int_equal(limit_deadline(l).us, 11 * MONO_SEC);
	assert_false(limit_take(l, (struct mono){ 11 * MONO_SEC - 1 }, &s));
	assert_true(limit_take(l, SEC(11), &s));
	assert_int_equal(s.held_back, 7);
	assert_int_equal(s.level, 3);
	assert_memory_equal(&s.key, &k, sizeof(k));
	assert_false(limit_take(l, SEC(11), &s));
	assert_int_equal(passed(l, &k, 4, SEC(11)), 3);
	limit_free(l);
	failing_env_assert_clean(&f);
}

static void kinds_do_not_count_together(void **state)
{
	struct failing_env f;
	struct limit *l = fresh(&f, 1);
	struct limit_key keys[] = { key("masc", "up", "a"), key("masc", "up", "b"),
				    key("masc", "down", "a"), key("node", "up", "a") };
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(passed(l, &keys[i], 2, SEC(1)), 1);
	limit_free(l);
}

/* An interval without anything held back ends by itself. */
static void quiet_intervals_are_forgotten(void **state)
{
	struct failing_env f;
	struct limit *l = fresh(&f, 2);
	struct limit_key k = key("masc", "up", "a");
	struct limit_summary s;
	assert_int_equal(passed(l, &k, 2, SEC(1)), 2);
	assert_int_equal(passed(l, &k, 2, SEC(11)), 2);
	assert_int_equal(passed(l, &k, 1, SEC(12)), 0);
	assert_int_equal(limit_deadline(l).us, 21 * MONO_SEC);
	assert_false(limit_take(l, SEC(20), &s));
	limit_free(l);
	failing_env_assert_clean(&f);
}

static void a_burst_of_zero_passes_all(void **state)
{
	struct failing_env f;
	struct limit *l = fresh(&f, 0);
	struct limit_key k = key("masc", "up", "a");
	assert_int_equal(passed(l, &k, 1000, SEC(1)), 1000);
	assert_int_equal(f.live, 1);
	limit_free(l);
}

/* However many kinds come, memory has an end and no count gets lost. */
static void bounded(void **state)
{
	struct failing_env f;
	struct limit *l = fresh(&f, 1);
	struct limit_summary s;
	uint64_t told = 0, held = 0;
	size_t most = 0;
	for (unsigned i = 0; i < 3000; i++) {
		char who[16];
		struct text t = TEXT_OF(who);
		text_u64(&t, i);
		struct limit_key k = key("masc", "up", who);
		for (unsigned j = 0; j < 3; j++) {
			while (limit_take(l, SEC(1), &s))
				told += s.held_back;
			held += !limit_pass(l, &k, 0, SEC(1));
		}
		most = f.live > most ? f.live : most;
	}
	assert_int_equal(held, 6000);
	assert_true(most <= LIMIT_KINDS_MAX + 4);
	while (limit_take_any(l, &s))
		told += s.held_back;
	assert_int_equal(told, held);
	assert_true(mono_is_never(limit_deadline(l)));
	limit_free(l);
	failing_env_assert_clean(&f);
}

static void long_names_are_cut(void **state)
{
	char name[200];
	memset(name, 'x', sizeof(name));
	name[199] = '\0';
	struct limit_key a = key(name, name, name), b;
	name[100] = 'y';
	b = key(name, name, name);
	assert_memory_equal(&a, &b, sizeof(a));
	assert_int_equal(strlen(a.who), LIMIT_TEXT_MAX - 1);
}

/* Without memory it says too much rather than nothing. */
static void without_memory(void **state)
{
	struct failing_env f;
	FAILING_ENV_EACH(f, 7)
	{
		struct limit *l = NULL;
		enum err e = limit_new(&l, &f.env);
		assert_true(e == OK || e == ERR_NOMEM);
		if (!e) {
			struct limit_key k = key("masc", "up", "a");
			limit_set(l, 1, MONO_SEC);
			assert_true(limit_pass(l, &k, 0, SEC(1)));
			assert_true(limit_pass(l, &k, 0, SEC(1)) == f.failed || f.failed);
		}
		limit_free(l);
		failing_env_assert_clean(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_burst_passes_and_the_rest_is_counted),
		cmocka_unit_test(kinds_do_not_count_together),
		cmocka_unit_test(quiet_intervals_are_forgotten),
		cmocka_unit_test(a_burst_of_zero_passes_all),
		cmocka_unit_test(bounded),
		cmocka_unit_test(long_names_are_cut),
		cmocka_unit_test(without_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
