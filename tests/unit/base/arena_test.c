#include "../failing_env.h"
#include "base/arena.h"

#include <stdalign.h>

static void gives_zeroed_aligned_memory(void **state)
{
	struct failing_env f;
	struct arena a;
	failing_env_init(&f, 1);
	arena_init(&a, &f.env, 256);
	for (size_t n = 0; n < 600; n++) {
		uint8_t *p = arena_alloc(&a, n);
		assert_non_null(p);
		assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, n);
	}
	arena_free(&a);
	arena_free(&a);
	failing_env_assert_clean(&f);
}

static void pieces_do_not_overlap(void **state)
{
	struct failing_env f;
	struct arena a;
	uint8_t *p[100];
	failing_env_init(&f, 1);
	arena_init(&a, &f.env, 128);
	for (size_t i = 0; i < 100; i++) {
		uint8_t fill[50];
		memset(fill, (int)i, sizeof(fill));
		p[i] = arena_copy(&a, span_of(fill, i % 50));
	}
	for (size_t i = 0; i < 100; i++)
		for (size_t k = 0; k < i % 50; k++)
			assert_int_equal(p[i][k], i);
	arena_free(&a);
	failing_env_assert_clean(&f);
}

static void a_large_piece_does_not_end_the_block_in_use(void **state)
{
	struct failing_env f;
	struct arena a;
	failing_env_init(&f, 1);
	arena_init(&a, &f.env, 1024);
	uint8_t *first = arena_alloc(&a, 16);
	assert_non_null(arena_alloc(&a, 5000));
	uint8_t *second = arena_alloc(&a, 16);
	assert_ptr_equal(second, first + 16);
	assert_int_equal(f.allocations, 2);
	arena_free(&a);
	failing_env_assert_clean(&f);
}

static void reset_keeps_one_common_block(void **state)
{
	struct failing_env f;
	struct arena a;
	failing_env_init(&f, 1);
	arena_init(&a, &f.env, 256);
	arena_reset(&a);
	assert_int_equal(f.live, 0);
	for (int i = 0; i < 40; i++)
		memset(arena_alloc(&a, 64), 0xee, 64);
	assert_non_null(arena_alloc(&a, 100000));
	arena_reset(&a);
	assert_int_equal(f.live, 1);
	size_t asked = f.allocations;
	uint8_t *p = arena_alloc(&a, 128);
	for (size_t i = 0; i < 128; i++)
		assert_int_equal(p[i], 0);
	assert_int_equal(f.allocations, asked);
	arena_free(&a);

	assert_non_null(arena_alloc(&a, 100000));
	arena_reset(&a);
	failing_env_assert_clean(&f);
}

static void without_memory(void **state)
{
	struct failing_env f;
	FAILING_ENV_EACH(f, 1)
	{
		struct arena a;
		size_t missing = 0;
		arena_init(&a, &f.env, 64);
		for (size_t i = 0; i < 10; i++)
			missing +=
				arena_copy(&a, span_of("0123456789012345678901234567890123456789",
						       i % 2 ? 40 : 5)) == NULL;
		assert_int_equal(missing, f.failed);
		arena_free(&a);
		failing_env_assert_clean(&f);
	}
}

static void freed_in_pieces(void **state)
{
	struct failing_env f;
	struct arena a;
	failing_env_init(&f, 1);
	arena_init(&a, &f.env, 64);
	for (int i = 0; i < 10; i++)
		assert_non_null(arena_alloc(&a, 64));
	assert_int_equal(f.live, 10);
	assert_false(arena_free_some(&a, 4));
	assert_int_equal(f.live, 6);
	assert_false(arena_free_some(&a, 0));
	assert_true(arena_free_some(&a, 6));
	assert_true(arena_free_some(&a, 6));
	failing_env_assert_clean(&f);
}

static void overflow(void **state)
{
	struct failing_env f;
	struct arena a;
	failing_env_init(&f, 1);
	arena_init(&a, &f.env, 64);
	assert_null(arena_alloc(&a, SIZE_MAX));
	assert_null(arena_alloc(&a, SIZE_MAX - 20));
	assert_int_equal(f.allocations, 0);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_zeroed_aligned_memory),
		cmocka_unit_test(pieces_do_not_overlap),
		cmocka_unit_test(a_large_piece_does_not_end_the_block_in_use),
		cmocka_unit_test(reset_keeps_one_common_block),
		cmocka_unit_test(without_memory),
		cmocka_unit_test(freed_in_pieces),
		cmocka_unit_test(overflow),
	};
	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
