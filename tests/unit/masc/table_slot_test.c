/* MASC-11.10: slots, pages that have room, pages that changed, options. */
#include "../failing_env.h"

#include "masc/table_slot.h"

struct store {
	struct failing_env f;
	struct slots s;
};

static struct store *begin(enum masc_family family)
{
	struct store *b = calloc(1, sizeof(*b));
	assert_non_null(b);
	failing_env_init(&b->f, 1);
	slots_init(&b->s, &b->f.env, family);
	return b;
}

static void end(struct store *b)
{
	slots_fini(&b->s);
	failing_env_assert_clean(&b->f);
	free(b);
}

static uint32_t take(struct store *b)
{
	uint32_t r;
	assert_int_equal(slots_reserve(&b->s, &r), OK);
	assert_false(slots_used(&b->s, r));
	slots_take(&b->s, r);
	assert_true(slots_used(&b->s, r));
	return r;
}

static void in_the_order_of_arrival(void **state)
{
	struct store *b = begin(MASC_IPV4);
	assert_int_equal(b->s.stride, 40);
	assert_false(slots_used(&b->s, 0));
	assert_false(slots_used(&b->s, 1));
	assert_false(slots_used(&b->s, UINT32_MAX));
	for (uint32_t i = 1; i <= 200; i++)
		assert_int_equal(take(b), i);
	assert_int_equal(b->s.n_pages, 4);
	for (uint32_t i = 0; i < 200; i++)
		assert_int_equal(slots_after(&b->s, i), i + 1);
	assert_int_equal(slots_after(&b->s, 200), 0);
	assert_int_equal(slots_after(&b->s, 100000), 0);
	end(b);
	b = begin(MASC_IPV6);
	assert_int_equal(b->s.stride, 64);
	end(b);
}

/* The lowest slot of a page with room first; no page is missed or met twice. */
static void freed_slots_are_used_again(void **state)
{
	struct store *b = begin(MASC_IPV6);
	for (uint32_t i = 0; i < 640; i++)
		take(b);
	for (uint32_t r = 1; r <= 640; r += 5)
		slots_release(&b->s, r);
	assert_int_equal(slots_after(&b->s, 0), 2);
	for (uint32_t i = 0; i < 128; i++)
		assert_int_equal(take(b) % 5, 1);
	assert_int_equal(take(b), 641);
	assert_int_equal(b->s.n_pages, 11);
	end(b);
}

static void slots_do_not_touch(void **state)
{
	struct store *b = begin(MASC_IPV4);
	for (uint32_t i = 1; i <= 130; i++) {
		struct slot *s = slots_at(&b->s, take(b));
		memset(s, (int)i, 38);
	}
	for (uint32_t i = 1; i <= 130; i++) {
		const uint8_t *p = (const uint8_t *)slots_at(&b->s, i);
		for (size_t k = 0; k < 38; k++)
			assert_int_equal(p[k], i);
	}
	end(b);
}

static void a_very_slot(void **state)
{
	struct store *b = begin(MASC_IPV4);
	assert_int_equal(slots_reserve_at(&b->s, 300), OK);
	slots_take(&b->s, 300);
	assert_int_equal(b->s.n_pages, 5);
	assert_int_equal(slots_after(&b->s, 0), 300);
	/* The pages before it are used from the lowest on. */
	for (uint32_t i = 1; i < 300; i++)
		assert_int_equal(take(b), i);
	assert_int_equal(take(b), 301);
	assert_int_equal(slots_extend(&b->s, SLOTS_PAGES_MAX + 1), ERR_FULL);
	assert_int_equal(b->s.n_pages, 5);
	end(b);
}

static void pages_that_changed(void **state)
{
	struct store *b = begin(MASC_IPV4);
	uint32_t page, seen = 0;
	assert_int_equal(slots_extend(&b->s, 6), OK);
	assert_false(slots_take_dirty(&b->s, &page));
	for (unsigned i = 0; i < 3; i++) {
		slots_touch(&b->s, 1);
		slots_touch(&b->s, 4);
		slots_touch(&b->s, 0);
	}
	for (unsigned i = 0; i < 3; i++) {
		assert_true(slots_take_dirty(&b->s, &page));
		seen |= 1U << page;
	}
	assert_int_equal(seen, 0x13);
	assert_false(slots_take_dirty(&b->s, &page));
	slots_touch(&b->s, 4);
	assert_true(slots_take_dirty(&b->s, &page) && page == 4);
	end(b);
}

static void options_go_with_their_slot(void **state)
{
	static const uint8_t octets[] = { 5, 6, 7, 8 };
	struct store *b = begin(MASC_IPV4);
	uint32_t one = take(b), two = take(b);
	assert_int_equal(slots_put_options(&b->s, one, span_of(NULL, 0)), OK);
	assert_int_equal(slots_options(&b->s, one).n, 0);
	size_t before = b->s.octets;
	assert_int_equal(slots_put_options(&b->s, two, span_of(octets, 4)), OK);
	assert_true(span_eq(slots_options(&b->s, two), span_of(octets, 4)));
	assert_ptr_not_equal(slots_options(&b->s, two).p, octets);
	assert_int_equal(slots_options(&b->s, one).n, 0);
	assert_int_equal(b->s.option_octets, 4);
	assert_true(b->s.octets > before + 4);
	slots_release(&b->s, two);
	assert_int_equal(b->s.option_octets, 0);
	assert_int_equal(take(b), two);
	assert_int_equal(slots_options(&b->s, two).n, 0);
	end(b);
}

static void out_of_memory(void **state)
{
	static const uint8_t octets[] = { 5 };
	struct store *b = begin(MASC_IPV4);
	uint32_t r = 0;
	for (size_t n = 1;; n++) {
		failing_env_fail_at(&b->f, n);
		enum err e = slots_reserve(&b->s, &r);
		if (!e)
			break;
		assert_int_equal(e, ERR_NOMEM);
		assert_int_equal(r, 0);
	}
	slots_take(&b->s, r);
	failing_env_fail_at(&b->f, 1);
	assert_int_equal(slots_put_options(&b->s, r, span_of(octets, 1)), ERR_NOMEM);
	failing_env_fail_at(&b->f, 2);
	assert_int_equal(slots_put_options(&b->s, r, span_of(octets, 1)), ERR_NOMEM);
	assert_int_equal(slots_options(&b->s, r).n, 0);
	assert_int_equal(b->s.option_octets, 0);
	failing_env_fail_at(&b->f, 1);
	assert_int_equal(slots_extend(&b->s, 100), ERR_NOMEM);
	assert_int_equal(b->s.n_pages, 1);
	assert_int_equal(slots_reserve_at(&b->s, 6401), OK);
	failing_env_fail_at(&b->f, 1);
	assert_int_equal(slots_reserve_at(&b->s, 1000), ERR_NOMEM);
	end(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_the_order_of_arrival),
		cmocka_unit_test(freed_slots_are_used_again),
		cmocka_unit_test(slots_do_not_touch),
		cmocka_unit_test(a_very_slot),
		cmocka_unit_test(pages_that_changed),
		cmocka_unit_test(options_go_with_their_slot),
		cmocka_unit_test(out_of_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
