#include "../failing_env.h"
#include "base/overlay.h"

enum {
	KEYS = 60,
	LAYERS = 9
};

static const struct store_table names = { "names", STORE_KEY_OCTETS };
static const struct store_table counts = { "counts", STORE_KEY_INTEGER };
static const struct store_table *const tables[2] = { &names, &counts };

static struct span key_of(uint8_t b[8], const struct store_table *t, size_t i)
{
	memset(b, 0, 8);
	b[7] = b[0] = (uint8_t)(i + 1);
	if (t->key == STORE_KEY_INTEGER)
		b[0] = 0;
	return span_of(b, t->key == STORE_KEY_INTEGER ? 8 : 1 + i % 3);
}

static enum err put(struct overlay *o, const char *key, const char *value, uint64_t *n)
{
	return overlay_put(o, &names, span_str(key), span_str(value), n);
}

static void is(const struct overlay *o, const char *key, const char *want)
{
	struct span v;
	assert_int_equal(overlay_get(o, &names, span_str(key), &v), OVERLAY_VALUE);
	assert_true(span_eq(v, span_str(want)));
}

/* STORE-2: also not after an undoing. */
static void numbers_and_layers(void **state)
{
	struct failing_env f;
	struct overlay *o;
	struct span v;
	uint64_t n = 0;
	failing_env_init(&f, 1);
	assert_int_equal(overlay_new(&o, &f.env), OK);
	assert_true(overlay_newest(o) == 0);
	assert_null(overlay_seal(o));
	assert_null(overlay_oldest(o));
	assert_int_equal(overlay_total_octets(o), 0);
	assert_true(overlay_undo(o) == 0);

	assert_int_equal(put(o, "a", "one", &n), OK);
	assert_true(n == 1);
	assert_null(overlay_oldest(o));
	const struct overlay_batch *first = overlay_seal(o);
	assert_ptr_equal(overlay_oldest(o), first);
	assert_null(overlay_seal(o));
	assert_int_equal(put(o, "a", "second", &n), OK);
	assert_int_equal(put(o, "b", "", &n), OK);
	assert_true(n == 3 && overlay_newest(o) == 3);
	is(o, "a", "second");
	is(o, "b", "");
	const struct overlay_batch *second = overlay_seal(o);
	assert_true(overlay_batch_last(first) == 1);
	assert_true(overlay_batch_last(second) == 3);
	assert_int_equal(overlay_del(o, &names, span_str("a"), &n), OK);
	assert_int_equal(overlay_get(o, &names, span_str("a"), &v), OVERLAY_DELETED);
	assert_int_equal(overlay_get(o, &names, span_str("c"), &v), OVERLAY_ABSENT);
	overlay_drop_oldest(o);
	assert_ptr_equal(overlay_oldest(o), second);
	assert_true(overlay_undo(o) == 2);
	assert_int_equal(overlay_get(o, &names, span_str("a"), &v), OVERLAY_ABSENT);
	assert_int_equal(put(o, "a", "x", &n), OK);
	assert_true(n == 5);
	overlay_free(o);
	failing_env_assert_clean(&f);
}

static void a_key_put_twice_is_one_row(void **state)
{
	struct failing_env f;
	struct overlay *o;
	struct overlay_walk at = { NULL, NULL };
	struct overlay_change c;
	uint64_t n;
	failing_env_init(&f, 1);
	assert_int_equal(overlay_new(&o, &f.env), OK);
	assert_int_equal(put(o, "a", "one", &n), OK);
	size_t octets = overlay_total_octets(o);
	assert_int_equal(put(o, "a", "two", &n), OK);
	assert_int_equal(put(o, "a", "2", &n), OK);
	assert_int_equal(overlay_total_octets(o), octets);
	assert_int_equal(put(o, "a", "longer", &n), OK);
	assert_true(overlay_total_octets(o) > octets);
	is(o, "a", "longer");
	const struct overlay_batch *b = overlay_seal(o);
	assert_true(overlay_batch_next(b, &at, &c));
	assert_true(c.number == 4 && !c.del && span_eq(c.value, span_str("longer")));
	assert_false(overlay_batch_next(b, &at, &c));
	assert_false(overlay_batch_next(b, &at, &c));
	assert_true(overlay_batch_last(b) == 4);
	overlay_free(o);
	failing_env_assert_clean(&f);
}

static void arguments_may_lie_in_the_overlay(void **state)
{
	struct failing_env f;
	struct overlay *o;
	struct span v;
	uint64_t n;
	failing_env_init(&f, 1);
	assert_int_equal(overlay_new(&o, &f.env), OK);
	assert_int_equal(put(o, "a", "abcdef", &n), OK);
	assert_int_equal(overlay_get(o, &names, span_str("a"), &v), OVERLAY_VALUE);
	assert_int_equal(overlay_put(o, &names, span_of(v.p, 2), v, &n), OK);
	is(o, "ab", "abcdef");
	assert_int_equal(overlay_put(o, &names, span_str("a"), span_of(v.p + 1, 4), &n), OK);
	is(o, "a", "bcde");
	overlay_free(o);
	failing_env_assert_clean(&f);
}

struct cell {
	enum overlay_found state;
	uint64_t number;
};

struct model {
	struct cell cell[LAYERS][2][KEYS];
	uint64_t first[LAYERS];
	size_t layers; /* the last is the open one, if `open` */
	bool open;
	uint64_t newest;
};

/* What a value with that number holds: its length differs too. */
static struct span value_of(uint8_t b[16], uint64_t number)
{
	for (size_t i = 0; i < 16; i++)
		b[i] = (uint8_t)(number >> (8 * (i % 8)));
	return span_of(b, number % 17);
}

static struct cell model_get(const struct model *m, size_t t, size_t k)
{
	for (size_t l = m->layers; l-- > 0;)
		if (m->cell[l][t][k].state != OVERLAY_ABSENT)
			return m->cell[l][t][k];
	return (struct cell){ OVERLAY_ABSENT, 0 };
}

static void model_change(struct model *m, size_t t, size_t k, enum overlay_found to)
{
	m->newest++;
	if (!m->open) {
		memset(m->cell[m->layers], 0, sizeof(m->cell[0]));
		m->first[m->layers++] = m->newest;
		m->open = true;
	}
	m->cell[m->layers - 1][t][k] = (struct cell){ to, m->newest };
}

static void model_drop(struct model *m)
{
	m->layers--;
	memmove(m->cell[0], m->cell[1], m->layers * sizeof(m->cell[0]));
	memmove(&m->first[0], &m->first[1], m->layers * sizeof(m->first[0]));
}

static void same_cell(struct cell want, enum overlay_found got, struct span value)
{
	uint8_t b[16];
	assert_int_equal(got, want.state);
	if (got == OVERLAY_VALUE)
		assert_true(span_eq(value, value_of(b, want.number)));
}

static void check_reads(const struct overlay *o, const struct model *m, size_t t)
{
	const struct store_table *table = tables[t];
	struct store_row row;
	struct span after = span_of(NULL, 0), value;
	uint8_t b[8];
	/* the walk in order of octets, which is that of the numbers here */
	for (size_t k = 0; k < KEYS; k++) {
		struct cell want = model_get(m, t, k);
		same_cell(want, overlay_get(o, table, key_of(b, table, k), &value), value);
		if (want.state == OVERLAY_ABSENT)
			continue;
		enum overlay_found got = overlay_scan(o, table, after, &row);
		same_cell(want, got, row.value);
		assert_true(span_eq(row.key, key_of(b, table, k)));
		after = row.key;
	}
	assert_int_equal(overlay_scan(o, table, after, &row), OVERLAY_ABSENT);
}

static void check_batch(const struct overlay_batch *b, const struct model *m, size_t layer)
{
	struct overlay_walk at = { NULL, NULL };
	struct overlay_change c;
	size_t want = 0, got = 0;
	uint8_t last_key[8] = { 0 };
	struct span last = span_of(last_key, 0);
	const struct store_table *table = NULL;
	for (size_t i = 0; i < 2 * KEYS; i++)
		want += m->cell[layer][i / KEYS][i % KEYS].state != OVERLAY_ABSENT;
	for (; overlay_batch_next(b, &at, &c); got++) {
		size_t t = c.table == &counts;
		size_t k = (t ? c.key.p[7] : c.key.p[0]) - 1U;
		struct cell cell = m->cell[layer][t][k];
		assert_true(c.number == cell.number);
		same_cell(cell, c.del ? OVERLAY_DELETED : OVERLAY_VALUE, c.value);
		if (table == c.table)
			assert_true(span_cmp(last, c.key) < 0);
		table = c.table;
		memcpy(last_key, c.key.p, c.key.n);
		last.n = c.key.n;
	}
	assert_int_equal(got, want);
}

static void model_step(struct failing_env *f, struct overlay *o, struct model *m)
{
	uint8_t kb[8], vb[16];
	uint64_t dice = failing_env_next(f) % 100, n = 0;
	size_t t = failing_env_next(f) % 2, k = failing_env_next(f) % KEYS;
	struct span key = key_of(kb, tables[t], k);
	if (dice < 60) {
		struct span v = value_of(vb, m->newest + 1);
		assert_int_equal(overlay_put(o, tables[t], key, v, &n), OK);
		model_change(m, t, k, OVERLAY_VALUE);
		assert_true(n == m->newest);
	} else if (dice < 80) {
		assert_int_equal(overlay_del(o, tables[t], key, &n), OK);
		model_change(m, t, k, OVERLAY_DELETED);
		assert_true(n == m->newest);
	} else if (dice < 90 && m->layers < LAYERS - 1) {
		const struct overlay_batch *b = overlay_seal(o);
		assert_int_equal(b != NULL, m->open);
		m->open = false;
		if (b)
			check_batch(b, m, m->layers - 1);
	} else if (dice < 99 && m->layers > m->open) {
		check_batch(overlay_oldest(o), m, 0);
		overlay_drop_oldest(o);
		model_drop(m);
	} else if (dice == 99) {
		uint64_t first = m->layers ? m->first[0] : 0;
		assert_true(overlay_undo(o) == first);
		m->layers = 0;
		m->open = false;
	}
	assert_true(overlay_newest(o) == m->newest);
}

static void random_operations_like_a_model(void **state)
{
	static struct model m;
	struct failing_env f;
	struct overlay *o;
	failing_env_init(&f, 77);
	assert_int_equal(overlay_new(&o, &f.env), OK);
	for (int step = 0; step < 30000; step++) {
		model_step(&f, o, &m);
		if (step % 50 == 0) {
			check_reads(o, &m, 0);
			check_reads(o, &m, 1);
		}
	}
	overlay_free(o);
	failing_env_assert_clean(&f);
}

static void without_memory_nothing_changes(void **state)
{
	struct failing_env f;
	FAILING_ENV_EACH(f, 3)
	{
		struct overlay *o = NULL;
		uint64_t want = 0;
		if (overlay_new(&o, &f.env) != OK) {
			assert_null(o);
			failing_env_assert_clean(&f);
			continue;
		}
		for (size_t i = 0; i < 120; i++) {
			uint64_t n = 0;
			char value[40];
			uint8_t kb[8];
			struct span key = key_of(kb, &counts, i % 40), v;
			memset(value, (int)i, sizeof(value));
			enum err e = overlay_put(o, &counts, key, span_of(value, i / 4), &n);
			assert_true(e == OK || (e == ERR_NOMEM && f.failed));
			want += e == OK;
			assert_true(overlay_newest(o) == want && n == (e ? 0 : want));
			enum overlay_found got = overlay_get(o, &counts, key, &v);
			assert_true(got == OVERLAY_VALUE || e);
			if (e && got == OVERLAY_VALUE)
				assert_int_equal(v.n, (i - 40) / 4);
			if (i == 60)
				assert_non_null(overlay_seal(o));
		}
		assert_true(want >= 119);
		assert_true(overlay_undo(o) == 1);
		overlay_free(o);
		failing_env_assert_clean(&f);
	}
}

static void an_open_batch_without_rows_is_not_sealed(void **state)
{
	struct failing_env f;
	struct overlay *o;
	uint64_t n = 0;
	failing_env_init(&f, 1);
	assert_int_equal(overlay_new(&o, &f.env), OK);
	failing_env_fail_at(&f, 2);
	assert_int_equal(put(o, "a", "b", &n), ERR_NOMEM);
	assert_true(f.live == 2);
	assert_null(overlay_seal(o));
	assert_null(overlay_oldest(o));
	assert_true(overlay_undo(o) == 0);
	assert_int_equal(put(o, "a", "b", &n), OK);
	assert_true(n == 1);
	overlay_free(o);
	failing_env_assert_clean(&f);
}

/* STORE-9: no call holds the one thread up. */
static void a_large_batch_is_freed_little_by_little(void **state)
{
	struct failing_env f;
	struct overlay *o;
	uint64_t n;
	failing_env_init(&f, 5);
	assert_int_equal(overlay_new(&o, &f.env), OK);
	for (uint32_t i = 0; i < 200000; i++)
		assert_int_equal(overlay_put(o, &names, span_of(&i, 4), span_of(&f, 64), &n), OK);
	assert_non_null(overlay_seal(o));
	size_t blocks = f.live, calls = 0;
	assert_true(blocks > 50);
	overlay_drop_oldest(o);
	assert_in_range(f.live, blocks - 8, blocks - 1);
	assert_int_equal(overlay_total_octets(o), 0);
	blocks = f.live;
	for (; overlay_seal(o) == NULL && f.live > 1; calls++) {
		assert_true(blocks - f.live <= 9);
		blocks = f.live;
	}
	assert_int_equal(f.live, 1);
	assert_in_range(calls, 5, 50);

	/* what a put takes, earlier puts have given back */
	for (uint32_t round = 0; round < 5; round++) {
		for (uint32_t i = 0; i < 20000; i++)
			assert_int_equal(
				overlay_put(o, &names, span_of(&i, 4), span_of(&f, 64), &n), OK);
		assert_true(f.live < 40);
		assert_non_null(overlay_seal(o));
		overlay_drop_oldest(o);
	}
	assert_true(overlay_undo(o) == 0);
	overlay_free(o);
	failing_env_assert_clean(&f);
}

static void many_rows(void **state)
{
	enum {
		ROWS = 100000
	};
	struct failing_env f;
	struct overlay *o;
	struct store_row row;
	struct span after = span_of(NULL, 0), v;
	size_t rows = 0;
	failing_env_init(&f, 5);
	assert_int_equal(overlay_new(&o, &f.env), OK);
	for (uint32_t i = 0; i < ROWS; i++) {
		/* an odd multiplier walks all of 2^32 in a mixed order */
		uint32_t key = i * UINT32_C(2654435761);
		uint8_t b[4] = { (uint8_t)(key >> 24), (uint8_t)(key >> 16), (uint8_t)(key >> 8),
				 (uint8_t)key };
		uint64_t n;
		assert_int_equal(overlay_put(o, &names, span_of(b, 4), span_of(&i, 4), &n), OK);
		assert_int_equal(overlay_get(o, &names, span_of(b, 4), &v), OVERLAY_VALUE);
		assert_memory_equal(v.p, &i, 4);
	}
	for (; overlay_scan(o, &names, after, &row) == OVERLAY_VALUE; after = row.key, rows++)
		assert_true(span_cmp(after, row.key) < 0);
	assert_int_equal(rows, ROWS);
	/* memory: the row's 8 octets and not much more, in few pieces */
	assert_true(overlay_total_octets(o) < ROWS * 64);
	assert_true(f.live < 100);
	overlay_free(o);
	failing_env_assert_clean(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_and_layers),
		cmocka_unit_test(a_key_put_twice_is_one_row),
		cmocka_unit_test(arguments_may_lie_in_the_overlay),
		cmocka_unit_test(random_operations_like_a_model),
		cmocka_unit_test(without_memory_nothing_changes),
		cmocka_unit_test(an_open_batch_without_rows_is_not_sealed),
		cmocka_unit_test(a_large_batch_is_freed_little_by_little),
		cmocka_unit_test(many_rows),
	};
	return cmocka_run_group_tests_name("overlay", tests, NULL, NULL);
}
