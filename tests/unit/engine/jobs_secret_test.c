/* What a job is about, and what it finds, is not left behind in memory. The test is in the
 * place of the machine's memory. */
#include "../telltale_env.h"

#include "engine/jobs.h"
#include "os/clock.h"

#define SECRET "correct horse battery"

static struct telltale_env t;
static size_t told;

const struct env *__wrap_os_env(void);
const struct env *__wrap_os_env(void)
{
	return &t.env;
}

/* Finds what it was given, or fails with it half done. */
static enum err echo(uint32_t what, struct span input, const struct env *env, uint8_t *out,
		     size_t size, size_t *n)
{
	memcpy(out, input.p, input.n);
	*n = input.n;
	return what ? ERR_DENIED : OK;
}

static void done(void *arg, uint64_t number, enum err e, struct span result, struct mono now)
{
	assert_int_equal(e, number ? ERR_DENIED : OK);
	assert_true(span_eq(result, span_str(number ? "" : SECRET)));
	told++;
}

static void nothing_of_a_job_stays(void **state)
{
	const struct jobs_kind kind = { .run = echo, .done = done };
	struct os_loop *l;
	struct jobs *j;
	telltale_env_init(&t, SECRET);
	assert_int_equal(os_loop_new(&l, &t.env), OK);
	assert_int_equal(engine_jobs_new_of(&j, l, 1, &kind, NULL), OK);
	for (uint32_t fails = 0; fails < 2; fails++)
		assert_int_equal(engine_jobs_submit(j, fails, fails, span_str(SECRET)), OK);
	for (size_t i = 0; told < 2 && i < 200; i++)
		assert_int_equal(os_loop_run(l, 100), OK);
	assert_int_equal(told, 2);
	/* Some are never done. */
	for (int i = 0; i < 20; i++)
		assert_int_equal(engine_jobs_submit(j, 1, 1, span_str(SECRET)), OK);
	engine_jobs_free(j);
	os_loop_free(l);
	assert_true(t.looked > 20);
	assert_int_equal(t.found, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(nothing_of_a_job_stays) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
