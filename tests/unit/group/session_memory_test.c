/* What a connection holds, and what becomes of it when there is no memory. */
#include "session_rig.h"

/* An env that knows how many octets are out: the size lies before each block.
 */
struct weighed {
	struct env env;
	struct failing_env *from;
	size_t now, most;
};

#define HEAD 16

static void *weighed_resize(void *ctx, void *p, size_t n)
{
	struct weighed *w = ctx;
	uint8_t *block = p ? (uint8_t *)p - HEAD : NULL;
	size_t had = 0;
	if (block)
		memcpy(&had, block, sizeof had);
	if (n == 0) {
		w->now -= had;
		return failing_env_resize(w->from, block, 0);
	}
	uint8_t *fresh = failing_env_resize(w->from, block, HEAD + n);
	if (!fresh)
		return NULL;
	memcpy(fresh, &n, sizeof n);
	w->now += n - had;
	w->most = w->now > w->most ? w->now : w->most;
	return fresh + HEAD;
}

static void weighed_random(void *ctx, void *p, size_t n)
{
	failing_env_random(((struct weighed *)ctx)->from, p, n);
}

static struct session_rig t;
static struct weighed scales[2];

static void weigh(void)
{
	for (int i = 0; i < 2; i++) {
		struct weighed *w = &scales[i];
		*w = (struct weighed){ .from = &t.end[i].mem };
		w->env = (struct env){ weighed_resize, weighed_random, w };
		t.end[i].home.env = &w->env;
	}
}

/* GROUP-8.16: figures of section 8.2. */
static void a_connection_holds_little(void **state)
{
	RIG_EACH_PROFILE(id)
	{
		session_rig_init(&t, id);
		weigh();
		rig_play(&t);
		rig_assert_met(&t);
		for (int i = 0; i < 2; i++) {
			struct group_session_info info;
			assert_true(scales[i].now <= 8192);
			assert_true(scales[i].most <= 32768);
			group_session_look(t.end[i].session, &info);
			assert_int_equal(info.held, sizeof(struct group_session));
			assert_true(info.held <= 768);
		}
		rig_close(&t);
		assert_int_equal(scales[0].now + scales[1].now, 0);
		session_rig_fini(&t);
	}
}

/* GROUP-8.14: a lack of memory is no fault of anybody. */
static void assert_end_without_memory(void)
{
	bool starved = false;
	for (int i = 0; i < 2; i++) {
		if (t.end[i].err == ERR_NOMEM)
			starved = true;
		if (t.end[i].err == ERR_NOMEM)
			assert_int_equal(t.end[i].failures, 0);
		assert_false(t.end[i].err && t.end[i].err != ERR_NOMEM &&
			     t.end[i].fault != GROUP_FAULT_TLS);
	}
	assert_true(starved);
}

/* Every allocation of one env fails once; true: there are no more. */
static bool starve(struct failing_env *f, size_t n)
{
	failing_env_fail_at(f, n);
	rig_play(&t);
	bool failed = f->failed;
	failing_env_fail_at(f, 0);
	if (failed)
		assert_end_without_memory();
	else
		rig_assert_met(&t);
	rig_close(&t);
	for (int i = 0; i < 2; i++)
		failing_env_assert_clean(&t.end[i].mem);
	return !failed;
}

static void each_allocation_may_fail(void **state)
{
	RIG_EACH_PROFILE(id)
	{
		session_rig_init(&t, id);
		rig_play(&t);
		rig_assert_met(&t);
		rig_close(&t);
		size_t live = t.mem.live, n;
		for (int i = 0; i < 2; i++) {
			for (n = 1; !starve(&t.end[i].mem, n); n++)
				;
			assert_true(n > 8);
		}
		for (n = 1; !starve(&t.mem, n); n++)
			assert_int_equal(t.mem.live, live);
		assert_true(n > 8);
		session_rig_fini(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_connection_holds_little),
		cmocka_unit_test(each_allocation_may_fail),
	};
	return cmocka_run_group_tests_name("session_memory", tests, NULL, NULL);
}
