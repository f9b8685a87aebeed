#include "../failing_env.h"

#include "sim/pipe.h"
#include "sim/rng.h"

struct bench {
	struct failing_env f;
	struct pipe p;
};

static void init(struct bench *b)
{
	failing_env_init(&b->f, 1);
	b->p = (struct pipe){ .env = &b->f.env };
}

static void fini(struct bench *b)
{
	pipe_free(&b->p);
	failing_env_assert_clean(&b->f);
}

static void put(struct bench *b, const char *s, int64_t arrival)
{
	assert_int_equal(pipe_put(&b->p, span_str(s), arrival), OK);
}

static void octets_arrive_when_they_arrive(void **state)
{
	struct bench b;
	init(&b);
	assert_true(pipe_next(&b.p) == SIM_NEVER);
	put(&b, "abc", 10);
	put(&b, "defg", 20);
	assert_int_equal(pipe_next(&b.p), 10);
	assert_int_equal(pipe_arrived(&b.p, 9), 0);
	assert_int_equal(pipe_arrived(&b.p, 10), 3);
	assert_int_equal(pipe_arrived(&b.p, 20), 7);
	assert_memory_equal(pipe_take(&b.p, 2).p, "ab", 2);
	assert_int_equal(pipe_arrived(&b.p, 10), 1);
	assert_int_equal(pipe_next(&b.p), 10);
	/* Pieces do not keep to how it was put in. */
	assert_memory_equal(pipe_take(&b.p, 3).p, "cde", 3);
	assert_int_equal(pipe_next(&b.p), 20);
	assert_memory_equal(pipe_take(&b.p, 2).p, "fg", 2);
	assert_true(pipe_next(&b.p) == SIM_NEVER);
	fini(&b);
}

/* A stream is a stream: what is faster waits for what was sent before it. */
static void nothing_overtakes(void **state)
{
	struct bench b;
	init(&b);
	put(&b, "abc", 50);
	put(&b, "def", 10);
	assert_int_equal(pipe_arrived(&b.p, 49), 0);
	assert_int_equal(pipe_arrived(&b.p, 50), 6);
	pipe_finish(&b.p, PIPE_CLOSED, 20);
	assert_false(pipe_ended(&b.p, 50));
	(void)pipe_take(&b.p, 6);
	assert_true(pipe_ended(&b.p, 50));
	fini(&b);
}

/* SIM-2.3. */
static void a_close_comes_behind_all(void **state)
{
	struct bench b;
	init(&b);
	put(&b, "abc", 10);
	pipe_finish(&b.p, PIPE_CLOSED, 30);
	pipe_finish(&b.p, PIPE_RESET, 11);
	assert_int_equal(b.p.end, PIPE_CLOSED);
	assert_int_equal(pipe_put(&b.p, span_str("x"), 40), ERR_STATE);
	assert_false(pipe_ended(&b.p, 40));
	(void)pipe_take(&b.p, 3);
	assert_int_equal(pipe_next(&b.p), 30);
	assert_false(pipe_ended(&b.p, 29));
	assert_true(pipe_ended(&b.p, 30));
	fini(&b);
}

/* SIM-2.3. */
static void a_reset_comes_over_what_is_left(void **state)
{
	struct bench b;
	init(&b);
	put(&b, "abc", 10);
	pipe_finish(&b.p, PIPE_RESET, 30);
	assert_int_equal(pipe_arrived(&b.p, 10), 3);
	assert_false(pipe_ended(&b.p, 29));
	assert_true(pipe_ended(&b.p, 30));
	fini(&b);
}

static void nothing_is_nothing(void **state)
{
	struct bench b;
	init(&b);
	put(&b, "", 10);
	assert_true(pipe_next(&b.p) == SIM_NEVER);
	fini(&b);
}

/* SIM-2.3. Whatever goes in comes out, once, in order, however it is cut. */
static void any_pieces(void **state)
{
	struct bench b;
	struct rng r;
	uint8_t in = 0, out = 0;
	init(&b);
	rng_init(&r, 1, RNG_NETWORK, 0);
	for (int64_t now = 0; now < 5000; now++) {
		uint8_t chunk[40];
		size_t n = (size_t)rng_below(&r, sizeof(chunk));
		for (size_t i = 0; i < n; i++)
			chunk[i] = in++;
		assert_int_equal(pipe_put(&b.p, span_of(chunk, n), now + rng_between(&r, 0, 30)),
				 OK);
		size_t arrived = pipe_arrived(&b.p, now);
		struct span s = pipe_take(&b.p, (size_t)rng_below(&r, arrived + 1));
		for (size_t i = 0; i < s.n; i++)
			assert_int_equal(s.p[i], out++);
	}
	assert_true(b.p.put > 90000 && b.p.n == b.p.put - b.p.taken);
	assert_true(b.p.room < 65536);
	fini(&b);
}

static void without_memory(void **state)
{
	for (size_t n = 1; n <= 2; n++) {
		struct bench b;
		init(&b);
		failing_env_fail_at(&b.f, n);
		assert_int_equal(pipe_put(&b.p, span_str("abc"), 1), ERR_NOMEM);
		assert_int_equal(pipe_arrived(&b.p, 1), 0);
		put(&b, "xyz", 1);
		assert_memory_equal(pipe_take(&b.p, pipe_arrived(&b.p, 1)).p, "xyz", 3);
		fini(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(octets_arrive_when_they_arrive),
		cmocka_unit_test(nothing_overtakes),
		cmocka_unit_test(a_close_comes_behind_all),
		cmocka_unit_test(a_reset_comes_over_what_is_left),
		cmocka_unit_test(nothing_is_nothing),
		cmocka_unit_test(any_pieces),
		cmocka_unit_test(without_memory),
	};
	return cmocka_run_group_tests_name("sim_pipe", tests, NULL, NULL);
}
