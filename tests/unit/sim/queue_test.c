#include "../failing_env.h"

#include "sim/queue.h"
#include "sim/rng.h"

#define MANY 500

struct bench {
	struct failing_env f;
	struct queue q;
	struct queue_entry e[MANY];
};

static void init(struct bench *b)
{
	memset(b, 0, sizeof(*b));
	failing_env_init(&b->f, 1);
	queue_init(&b->q, &b->f.env);
}

static void fini(struct bench *b)
{
	queue_free(&b->q);
	failing_env_assert_clean(&b->f);
}

static void put(struct bench *b, size_t i, int64_t at)
{
	assert_int_equal(queue_set(&b->q, &b->e[i], at), OK);
}

/* SIM-1.1. */
static void in_order_of_time(void **state)
{
	struct bench b;
	init(&b);
	put(&b, 0, 30);
	put(&b, 1, 10);
	put(&b, 2, 20);
	assert_ptr_equal(queue_pop(&b.q), &b.e[1]);
	assert_ptr_equal(queue_pop(&b.q), &b.e[2]);
	assert_ptr_equal(queue_pop(&b.q), &b.e[0]);
	assert_null(queue_pop(&b.q));
	fini(&b);
}

/* SIM-1.1. */
static void the_same_time_in_order_of_queueing(void **state)
{
	struct bench b;
	init(&b);
	for (size_t i = 0; i < MANY; i++)
		put(&b, i, 7);
	for (size_t i = 0; i < MANY; i++)
		assert_ptr_equal(queue_pop(&b.q), &b.e[i]);
	fini(&b);
}

/* Queued again means queued last. */
static void moving(void **state)
{
	struct bench b;
	init(&b);
	put(&b, 0, 10);
	put(&b, 1, 10);
	put(&b, 0, 10);
	assert_ptr_equal(queue_pop(&b.q), &b.e[1]);
	put(&b, 1, 5);
	assert_ptr_equal(queue_pop(&b.q), &b.e[1]);
	assert_ptr_equal(queue_pop(&b.q), &b.e[0]);
	fini(&b);
}

static void never_and_dropping(void **state)
{
	struct bench b;
	init(&b);
	put(&b, 0, SIM_NEVER);
	assert_null(queue_pop(&b.q));
	put(&b, 0, 5);
	put(&b, 1, 6);
	put(&b, 0, SIM_NEVER);
	queue_drop(&b.q, &b.e[0]);
	assert_ptr_equal(queue_pop(&b.q), &b.e[1]);
	queue_drop(&b.q, &b.e[1]);
	assert_null(queue_pop(&b.q));
	fini(&b);
}

/* Against the simplest thing that could work: look through all of them. */
static void same_as_a_list(void **state)
{
	struct bench b;
	struct rng r;
	init(&b);
	rng_init(&r, 1, RNG_WORLD, 0);
	for (int round = 0; round < 20000; round++) {
		size_t i = (size_t)rng_below(&r, MANY);
		uint64_t what = rng_below(&r, 10);
		if (what < 5) {
			put(&b, i, (int64_t)rng_below(&r, 50));
			continue;
		}
		if (what < 7) {
			queue_drop(&b.q, &b.e[i]);
			continue;
		}
		struct queue_entry *first = NULL;
		for (size_t j = 0; j < MANY; j++) {
			struct queue_entry *e = &b.e[j];
			if (e->place && (!first || e->at < first->at ||
					 (e->at == first->at && e->sequence < first->sequence)))
				first = e;
		}
		assert_ptr_equal(queue_pop(&b.q), first);
	}
	fini(&b);
}

static void without_memory(void **state)
{
	struct bench b;
	init(&b);
	failing_env_fail_at(&b.f, 1);
	assert_int_equal(queue_set(&b.q, &b.e[0], 5), ERR_NOMEM);
	assert_int_equal(b.e[0].place, 0);
	assert_null(queue_pop(&b.q));
	put(&b, 0, 5);
	assert_ptr_equal(queue_pop(&b.q), &b.e[0]);
	fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order_of_time),
		cmocka_unit_test(the_same_time_in_order_of_queueing),
		cmocka_unit_test(moving),
		cmocka_unit_test(never_and_dropping),
		cmocka_unit_test(same_as_a_list),
		cmocka_unit_test(without_memory),
	};
	return cmocka_run_group_tests_name("sim_queue", tests, NULL, NULL);
}
