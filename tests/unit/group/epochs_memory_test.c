/* Epochs of a group where memory is short: nothing is lost for good, and nothing is written in
 * clear or for who was removed. */
#include "epochs_rig.h"

/* GROUP-12.19: whichever allocation fails at who makes and gives them, it comes right. */
static void without_memory_it_is_made_later(void **state)
{
	struct record *o = malloc(sizeof *o);
	bool failed = true;
	for (size_t n = 1; failed; n += n < 12 ? 1 : 5) {
		admit_three(CRYPTO_ROLE_MEMBER);
		unsigned int rechecks = c.m[0].rechecks;
		says_removal(0, 3);
		failing_env_fail_at(&c.m[0].f, n);
		circle_run(&c, MONO_SEC);
		failed = c.m[0].f.failed;
		c.m[0].f.fail_at = 0;
		if (!circle_count(&c, &group_type_removal))
			removes(0, 3); /* nobody was removed */
		circle_run(&c, 31 * MONO_SEC);
		if (c.m[0].rechecks != rechecks)
			circle_show(&c, 0);
		circle_run(&c, 2 * MONO_MIN);
		/* Not even without memory in clear, or for who was removed. */
		assert_true(covers_all(0));
		assert_true(writes(0) && writes(1) && writes(2));
		assert_int_equal(seal(0, o), OK);
		assert_true(o->r.payload.p[0] == 1 && reads(1, o) && reads(2, o));
		assert_int_equal(look(0).lacking, 0);
		circle_fini(&c);
	}
	free(o);
}

/* GROUP-12.19: the same at who learns. */
static void without_memory_it_is_learned_later(void **state)
{
	struct record *o = malloc(sizeof *o);
	char words[128];
	struct text why = TEXT_OF(words);
	bool failed = true;
	size_t failures = 0;
	for (size_t n = 1; failed; n++) {
		circle_init_epochs(&c);
		circle_admit(&c, 1, CRYPTO_ROLE_MEMBER, 0);
		circle_run(&c, MONO_SEC);
		unsigned int rechecks = c.m[1].rechecks;
		failing_env_fail_at(&c.m[1].f, n);
		assert_int_equal(group_rotate(c.m[0].g, false, &why, c.now), OK);
		circle_settle(&c);
		failed = c.m[1].f.failed;
		failures += failed;
		c.m[1].f.fail_at = 0;
		circle_run(&c, 31 * MONO_SEC);
		if (c.m[1].rechecks != rechecks) {
			circle_show(&c, 1);
			circle_settle(&c);
		}
		assert_int_equal(seal(0, o), OK);
		assert_true(reads(1, o));
		assert_true(writes(1));
		assert_int_equal(look(1).number, 2);
		circle_fini(&c);
	}
	assert_true(failures > 2);
	free(o);
}

/* What cannot be sealed for lack of memory is not written, and what cannot be opened waits. */
static void without_memory_nothing_is_sealed_or_opened(void **state)
{
	static const char large[70000] = { 'x' };
	struct record *o = malloc(sizeof *o);
	struct graph_plain plain;
	circle_init_epochs(&c);
	assert_int_equal(seal(0, o), OK);
	failing_env_fail_at(&c.m[0].f, 1);
	struct graph_provider p = of(0);
	struct span s = span_of(NULL, 0);
	struct graph_record r = o->r;
	r.payload = span_of(large, sizeof large);
	r.modifier = span_of(NULL, 0);
	assert_int_equal(p.ops->protect(p.ctx, &r, GRAPH_CHANGE_ADDED, &s), ERR_NOMEM);
	assert_int_equal(s.n, 0);
	failing_env_fail_at(&c.m[0].f, 1);
	assert_int_equal(reveal(0, o, &plain), GRAPH_LATER);
	c.m[0].f.fail_at = 0;
	assert_true(reads(0, o));
	circle_fini(&c);
	free(o);
}

/* GROUP-12.19: who is removed is looked at again in half a minute, and not without a pause. */
static void without_memory_it_is_looked_at_later(void **state)
{
	admit_three(CRYPTO_ROLE_MEMBER);
	struct circle_member *m = &c.m[0];
	circle_run(&c, 2 * MONO_MIN);
	uint64_t turn = m->g->epochs->turn--;
	assert_true(mono_reached(group_deadline(m->g), c.now));
	failing_env_fail_at(&m->f, 1);
	m->f.fail_on = true;
	group_tick(m->g, c.now);
	assert_true(m->f.failed);
	struct mono at = group_deadline(m->g);
	assert_false(mono_reached(at, mono_add(c.now, 29 * MONO_SEC)));
	assert_true(mono_reached(at, mono_add(c.now, 30 * MONO_SEC)));
	m->f.fail_at = 0;
	m->f.fail_on = false;
	group_tick(m->g, at);
	assert_true(m->g->epochs->turn == turn);
	circle_fini(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_memory_it_is_made_later),
		cmocka_unit_test(without_memory_it_is_learned_later),
		cmocka_unit_test(without_memory_nothing_is_sealed_or_opened),
		cmocka_unit_test(without_memory_it_is_looked_at_later),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
