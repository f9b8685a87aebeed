#include "../failing_env.h"
#include "base/rows.h"

enum {
	KEYS = 400
};

static struct rows_node *make(struct failing_env *f, struct span key)
{
	uint8_t height = rows_height(failing_env_next(f));
	struct rows_node *n = env_zalloc(&f->env, 1, rows_node_size(height, key.n));
	n->height = height;
	n->key_n = (uint32_t)key.n;
	memcpy(rows_node_key(n), key.p, key.n);
	return n;
}

/* Two octets of the number, or one: keys that begin one another. */
static struct span key_of(uint8_t b[2], size_t i)
{
	b[0] = (uint8_t)(i / 20);
	b[1] = (uint8_t)(i % 20 - 1);
	return span_of(b, i % 20 ? 2 : 1);
}

static void heights(void **state)
{
	assert_int_equal(rows_height(1), 1);
	assert_int_equal(rows_height(3), 1);
	assert_int_equal(rows_height(4), 2);
	assert_int_equal(rows_height(16 + 32), 3);
	assert_int_equal(rows_height(0), ROWS_LEVELS);
	struct failing_env f;
	failing_env_init(&f, 2);
	size_t tall = 0;
	for (int i = 0; i < 10000; i++)
		tall += rows_height(failing_env_next(&f)) > 1;
	assert_in_range(tall, 2300, 2700);
}

static void check(const struct rows *r, const bool in[KEYS])
{
	uint8_t b[2], c[2];
	for (size_t i = 0; i < KEYS; i++) {
		struct span key = key_of(b, i);
		const struct rows_node *n = rows_find(r, key);
		assert_int_equal(n != NULL, in[i]);
		if (n)
			assert_true(span_eq(rows_key(n), key));
		size_t next = i + 1;
		while (next < KEYS && !in[next])
			next++;
		n = rows_after(r, key);
		assert_int_equal(n != NULL, next < KEYS);
		if (n)
			assert_true(span_eq(rows_key(n), key_of(c, next)));
	}
}

static void check_end(const struct rows *r)
{
	const struct rows_node *last = NULL;
	for (size_t level = ROWS_LEVELS; level-- > 0;) {
		struct rows_node *const *link = &r->first[level];
		for (const struct rows_node *n = *link; n; n = *link) {
			link = &n->next[level];
			last = n;
		}
		assert_true(r->end[level] ? r->end[level] == link : link == &r->first[level]);
	}
	assert_ptr_equal(r->last, last);
}

static void random_operations_like_a_model(void **state)
{
	struct failing_env f;
	struct rows r = { .first = { NULL } };
	bool in[KEYS] = { false };
	failing_env_init(&f, 8);
	check(&r, in);
	for (int step = 0; step < 20000; step++) {
		size_t i = failing_env_next(&f) % KEYS;
		uint8_t b[2];
		struct rows_path path;
		struct rows_node *n = rows_trace(&r, key_of(b, i), &path);
		assert_int_equal(n != NULL, in[i]);
		if (n) {
			rows_unlink(&path, n);
			env_free(&f.env, n);
		} else {
			rows_link(&path, make(&f, key_of(b, i)));
		}
		in[i] = !in[i];
		check_end(&r);
		if (step % 1000 == 0)
			check(&r, in);
	}
	check(&r, in);
	for (struct rows_node *n = r.first[0], *next; n; n = next) {
		next = n->next[0];
		env_free(&f.env, n);
	}
	failing_env_assert_clean(&f);
}

/* Growing keys go to the end without a search; now and then the last ones go. */
static void what_grows_goes_to_the_end(void **state)
{
	struct failing_env f;
	struct rows r = { .first = { NULL } };
	bool in[KEYS] = { false };
	failing_env_init(&f, 9);
	size_t at = 0;
	for (int step = 0; step < 3000; step++) {
		uint8_t b[2];
		struct rows_path path;
		bool add = at == 0 || (at < KEYS && failing_env_next(&f) % 5 < 3);
		size_t i = add ? at++ : --at;
		struct rows_node *n = rows_trace(&r, key_of(b, i), &path);
		assert_int_equal(n != NULL, !add);
		if (add) {
			rows_link(&path, make(&f, key_of(b, i)));
		} else {
			rows_unlink(&path, n);
			env_free(&f.env, n);
		}
		in[i] = add;
		check_end(&r);
		if (step % 100 == 0)
			check(&r, in);
	}
	for (struct rows_node *n = r.first[0], *next; n; n = next) {
		next = n->next[0];
		env_free(&f.env, n);
	}
	failing_env_assert_clean(&f);
}

static void an_empty_key_begins(void **state)
{
	struct failing_env f;
	struct rows r = { .first = { NULL } };
	struct rows_path path;
	failing_env_init(&f, 8);
	assert_null(rows_after(&r, span_of(NULL, 0)));
	assert_null(rows_trace(&r, span_str("a"), &path));
	struct rows_node *n = make(&f, span_str("a"));
	rows_link(&path, n);
	assert_ptr_equal(rows_after(&r, span_of(NULL, 0)), n);
	assert_null(rows_after(&r, span_str("a")));
	assert_null(rows_find(&r, span_of(NULL, 0)));
	env_free(&f.env, n);
	failing_env_assert_clean(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heights),
		cmocka_unit_test(random_operations_like_a_model),
		cmocka_unit_test(what_grows_goes_to_the_end),
		cmocka_unit_test(an_empty_key_begins),
	};
	return cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}
