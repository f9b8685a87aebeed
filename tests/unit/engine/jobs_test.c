#include "../failing_env.h"

#include <unistd.h>

#include "engine/jobs.h"
#include "engine/keep.h"
#include "os/clock.h"

#define RUN_UNTIL(l, condition)                                                                    \
	for (struct mono end_ = mono_add(os_mono(), 20 * MONO_SEC); !(condition);) {               \
		assert_false(mono_reached(end_, os_mono()));                                       \
		assert_int_equal(os_loop_run(l, 100), OK);                                         \
	}

#define MANY 500

struct told {
	unsigned times[MANY];
	size_t n;
	enum err err;
	uint8_t result[64];
	size_t result_n;
};

static void on_done(void *arg, uint64_t number, enum err e, struct span result, struct mono now)
{
	struct told *t = arg;
	if (number < MANY)
		t->times[number]++;
	t->n++;
	t->err = e;
	t->result_n = result.n;
	if (result.n && result.n <= sizeof(t->result))
		memcpy(t->result, result.p, result.n);
}

static struct os_loop *new_loop(void)
{
	struct os_loop *l = NULL;
	assert_int_equal(os_loop_new(&l, os_env()), OK);
	return l;
}

static void a_job_comes_back_with_its_result(void **state)
{
	struct os_loop *l = new_loop();
	struct jobs *j = NULL;
	struct told t = { 0 };
	uint8_t expected[64];
	size_t n = 0;

	assert_int_equal(engine_jobs_new(&j, l, 1, on_done, &t), OK);
	assert_int_equal(engine_jobs_submit(j, 7, NODE_JOB_PROBE, span_str("abc")), OK);
	assert_int_equal(engine_jobs_waiting(j), 1);
	assert_int_equal(t.n, 0);
	RUN_UNTIL(l, t.n == 1);
	assert_int_equal(t.times[7], 1);
	assert_int_equal(t.err, OK);
	assert_int_equal(node_job_run(NODE_JOB_PROBE, span_str("abc"), os_env(), expected,
				      sizeof(expected), &n),
			 OK);
	assert_int_equal(t.result_n, n);
	assert_memory_equal(t.result, expected, n);
	assert_int_equal(engine_jobs_waiting(j), 0);
	assert_int_equal(engine_jobs_finished(j), 1);
	engine_jobs_free(j);
	os_loop_free(l);
}

static void an_unknown_job_comes_back_with_an_error(void **state)
{
	struct os_loop *l = new_loop();
	struct jobs *j = NULL;
	struct told t = { 0 };

	assert_int_equal(engine_jobs_new(&j, l, 1, on_done, &t), OK);
	assert_int_equal(engine_jobs_submit(j, 1, (enum node_job)99, span_of(NULL, 0)), OK);
	RUN_UNTIL(l, t.n == 1);
	assert_int_equal(t.err, ERR_UNSUPPORTED);
	assert_int_equal(t.result_n, 0);
	engine_jobs_free(j);
	os_loop_free(l);
}

static void many_jobs_each_come_back_once(void **state)
{
	struct os_loop *l = new_loop();
	struct jobs *j = NULL;
	struct told t = { 0 };
	size_t done = 0;

	assert_int_equal(engine_jobs_new(&j, l, 4, on_done, &t), OK);
	assert_int_equal(engine_jobs_threads(j), 4);
	for (size_t i = 0; i < MANY; i++) {
		while (engine_jobs_submit(j, i, NODE_JOB_PROBE, span_of(&i, sizeof(i))) == ERR_FULL)
			assert_int_equal(os_loop_run(l, 100), OK);
		done++;
	}
	assert_int_equal(done, MANY);
	RUN_UNTIL(l, t.n == MANY);
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(t.times[i], 1);
	engine_jobs_free(j);
	os_loop_free(l);
}

static void too_many_jobs_are_refused(void **state)
{
	struct os_loop *l = new_loop();
	struct jobs *j = NULL;
	struct told t = { 0 };
	static uint8_t long_work[65536];
	enum err e = OK;
	uint64_t taken = 0;

	assert_int_equal(engine_jobs_new(&j, l, 1, on_done, &t), OK);
	/* Handing in is faster than doing, so that the queue fills. */
	for (int i = 0; i < 1000000 && !e; i++) {
		e = engine_jobs_submit(j, MANY, NODE_JOB_PROBE,
				       span_of(long_work, sizeof(long_work)));
		taken += !e;
	}
	assert_int_equal(e, ERR_FULL);
	assert_true(taken >= JOBS_WAITING_MAX);
	RUN_UNTIL(l, t.n == taken);
	/* There is room again. */
	assert_int_equal(engine_jobs_submit(j, 1, NODE_JOB_PROBE, span_str("x")), OK);
	RUN_UNTIL(l, t.times[1] == 1);
	engine_jobs_free(j);
	os_loop_free(l);
}

/* ENGINE-16. */
static void what_waits_at_the_end_is_dropped(void **state)
{
	struct os_loop *l = new_loop();
	struct jobs *j = NULL;
	struct told t = { 0 };

	assert_int_equal(engine_jobs_new(&j, l, 1, on_done, &t), OK);
	for (uint64_t i = 0; i < 100; i++)
		assert_int_equal(engine_jobs_submit(j, i, NODE_JOB_PROBE, span_str("x")), OK);
	engine_jobs_free(j);
	assert_int_equal(os_loop_run(l, 0), OK);
	assert_int_equal(t.n, 0);
	engine_jobs_free(NULL);
	os_loop_free(l);
}

static void there_is_a_thread_a_processor_and_four_at_most(void **state)
{
	struct os_loop *l = new_loop();
	struct jobs *j = NULL;

	assert_int_equal(engine_jobs_new(&j, l, 0, on_done, NULL), OK);
	assert_in_range(engine_jobs_threads(j), 1, JOBS_THREADS_MAX);
	engine_jobs_free(j);
	assert_int_equal(engine_jobs_new(&j, l, 100, on_done, NULL), OK);
	assert_int_equal(engine_jobs_threads(j), JOBS_THREADS_MAX);
	engine_jobs_free(j);
	os_loop_free(l);
}

static void without_memory_there_is_no_pool_and_no_leak(void **state)
{
	struct failing_env f;

	FAILING_ENV_EACH(f, 1)
	{
		struct os_loop *l = NULL;
		struct jobs *j = NULL;
		enum err e = os_loop_new(&l, &f.env);
		if (!e)
			e = engine_jobs_new(&j, l, 1, on_done, NULL);
		assert_int_equal(e, f.failed ? ERR_NOMEM : OK);
		engine_jobs_free(j);
		os_loop_free(l);
		failing_env_assert_clean(&f);
	}
}

static const struct store_table table = { "things", STORE_KEY_OCTETS };

/* ENGINE-10, where there is no state folder. */
static void memory_commits_at_once(void **state)
{
	struct failing_env f;
	struct keep k;
	struct keep_report r;
	struct span value;
	uint64_t number = 0;

	failing_env_init(&f, 1);
	assert_int_equal(engine_keep_memory(&k, &f.env), OK);
	assert_int_equal(k.fd, -1);
	assert_false(k.ops->progress(k.ctx, &r));
	assert_int_equal(store_put(k.store, &table, span_str("k"), span_str("v"), &number), OK);
	assert_int_equal(k.ops->newest(k.ctx), number);
	k.ops->flush(k.ctx);
	assert_true(k.ops->busy(k.ctx));
	assert_true(k.ops->progress(k.ctx, &r));
	assert_int_equal(r.why, OK);
	assert_int_equal(r.number, number);
	assert_false(k.ops->busy(k.ctx));
	assert_false(k.ops->progress(k.ctx, &r));
	assert_int_equal(store_get(k.store, &table, span_str("k"), &value), OK);
	k.ops->close(k.ctx);
	failing_env_assert_clean(&f);
}

/* As a full disk: the row is undone, told once, and the next put works. */
static void memory_that_is_short_undoes_a_batch(void **state)
{
	struct failing_env f;
	struct keep k;
	struct keep_report r;
	struct span value;
	uint64_t number = 0, next = 0;

	failing_env_init(&f, 1);
	assert_int_equal(engine_keep_memory(&k, &f.env), OK);
	assert_int_equal(store_put(k.store, &table, span_str("k"), span_str("v"), &number), OK);
	failing_env_fail_at(&f, 1);
	f.fail_on = true;
	k.ops->flush(k.ctx);
	f.fail_at = 0;
	f.fail_on = false;
	assert_true(k.ops->progress(k.ctx, &r));
	assert_int_equal(r.why, ERR_NOMEM);
	assert_int_equal(r.number, number);
	assert_int_equal(store_get(k.store, &table, span_str("k"), &value), ERR_NOT_FOUND);
	assert_false(k.ops->progress(k.ctx, &r));
	k.ops->flush(k.ctx);
	assert_false(k.ops->progress(k.ctx, &r));
	assert_int_equal(store_put(k.store, &table, span_str("k"), span_str("v"), &next), OK);
	assert_true(next > number);
	k.ops->flush(k.ctx);
	assert_true(k.ops->progress(k.ctx, &r));
	assert_int_equal(r.why, OK);
	k.ops->close(k.ctx);
	failing_env_assert_clean(&f);
}

/* Work that hangs until the test lets it go on. */
static int hang_on[2], went_on[2];

static enum err hang(uint32_t what, struct span input, const struct env *env, uint8_t *out,
		     size_t size, size_t *n)
{
	uint8_t octet;
	assert_int_equal(write(went_on[1], "b", 1), 1);
	assert_int_equal(read(hang_on[0], &octet, 1), 1);
	assert_int_equal(write(went_on[1], "e", 1), 1);
	return OK;
}

/* ENGINE-34 */
static void abandoned_work_is_not_waited_for(void **state)
{
	struct os_loop *l = new_loop();
	struct jobs *j = NULL;
	struct told t = { 0 };
	const struct jobs_kind kind = { .run = hang, .done = on_done, .abandoned = true };
	char octet = 0;

	assert_int_equal(pipe(hang_on) | pipe(went_on), 0);
	assert_int_equal(engine_jobs_new_of(&j, l, 1, &kind, &t), OK);
	assert_int_equal(engine_jobs_submit(j, 1, 0, span_str("x")), OK);
	assert_int_equal(engine_jobs_submit(j, 2, 0, span_str("waits")), OK);
	assert_int_equal(read(went_on[0], &octet, 1), 1);
	engine_jobs_free(j);
	os_loop_free(l);
	assert_int_equal(write(hang_on[1], "x", 1), 1);
	assert_int_equal(read(went_on[0], &octet, 1), 1);
	assert_int_equal(octet, 'e');
	assert_int_equal(t.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(abandoned_work_is_not_waited_for),
		cmocka_unit_test(a_job_comes_back_with_its_result),
		cmocka_unit_test(an_unknown_job_comes_back_with_an_error),
		cmocka_unit_test(many_jobs_each_come_back_once),
		cmocka_unit_test(too_many_jobs_are_refused),
		cmocka_unit_test(what_waits_at_the_end_is_dropped),
		cmocka_unit_test(there_is_a_thread_a_processor_and_four_at_most),
		cmocka_unit_test(without_memory_there_is_no_pool_and_no_leak),
		cmocka_unit_test(memory_commits_at_once),
		cmocka_unit_test(memory_that_is_short_undoes_a_batch),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
