/* What is kept of identities and groups, damaged in every way: nothing falls over, what can
 * be read is there, and nothing is overwritten (GROUP-10.1, GROUP-10.4). */
#include "groups_rig.h"

#define ROW_MOST 16384

struct row {
	uint8_t p[ROW_MOST];
	size_t n;
};

static struct span key_of(uint64_t number, uint8_t room[8])
{
	for (int i = 0; i < 8; i++)
		room[i] = (uint8_t)(number >> (56 - 8 * i));
	return span_of(room, 8);
}

static void take_row(struct rig *r, const struct store_table *t, uint64_t number, struct row *out)
{
	uint8_t key[8];
	struct span value;
	assert_int_equal(store_get(store_mem_store(r->mem), t, key_of(number, key), &value), OK);
	assert_true(value.n <= sizeof(out->p));
	memcpy(out->p, value.p, value.n);
	out->n = value.n;
}

static void put_row(struct rig *r, const struct store_table *t, uint64_t number, struct span value)
{
	uint8_t key[8];
	uint64_t put;
	assert_int_equal(store_put(store_mem_store(r->mem), t, key_of(number, key), value, &put),
			 OK);
	rig_commit(r);
}

static size_t people(const struct rig *r)
{
	struct groups_identity i;
	size_t at = 0, n = 0;
	while (groups_identity_next(r->s, &at, &i))
		n++;
	return n;
}

static void begin(struct rig *r)
{
	rig_init(r);
	(void)rig_person(r, "Anna");
	(void)rig_person(r, "Ben");
	(void)rig_group(r, "Home");
	(void)rig_group(r, "Work");
	rig_commit(r);
}

/* The machine starts with that row. */
static void start(struct rig *r, const struct store_table *t, uint64_t number, struct span value)
{
	rig_stop(r);
	put_row(r, t, number, value);
	assert_int_equal(rig_start(r), OK);
	rig_drain(r);
}

/* And the row is as it was. */
static void start_with(struct rig *r, const struct store_table *t, uint64_t number,
		       struct span value)
{
	struct row kept;
	start(r, t, number, value);
	take_row(r, t, number, &kept);
	assert_int_equal(kept.n, value.n);
	assert_memory_equal(kept.p, value.p, value.n);
}

static void test_identity_cut(void **state)
{
	struct rig r;
	struct row whole;
	begin(&r);
	take_row(&r, &group_table_identities, 1, &whole);
	for (size_t n = 0; n < whole.n; n += n < 120 ? 1 : 23) {
		start_with(&r, &group_table_identities, 1, span_of(whole.p, n));
		assert_int_equal(people(&r), 1);
		assert_int_equal(rig_groups(&r), 2);
		assert_null(rig_info(&r, "Home").group);
	}
	/* It is back as soon as its row is, and nobody has taken its number. */
	(void)rig_person(&r, "Cleo");
	start_with(&r, &group_table_identities, 1, span_of(whole.p, whole.n));
	assert_int_equal(people(&r), 3);
	assert_non_null(rig_info(&r, "Home").group);
	rig_fini(&r);
}

static void test_group_cut(void **state)
{
	struct rig r;
	struct row whole;
	begin(&r);
	take_row(&r, &group_table_groups, 1, &whole);
	for (size_t n = 0; n < whole.n; n += n < 100 ? 7 : 131) {
		start_with(&r, &group_table_groups, 1, span_of(whole.p, n));
		assert_int_equal(rig_groups(&r), 1);
		assert_string_equal(rig_info(&r, "").friendly, "Work");
	}
	start_with(&r, &group_table_groups, 1, span_of(whole.p, whole.n));
	assert_int_equal(rig_groups(&r), 2);
	rig_fini(&r);
}

/* One octet in any place: it is unread, unusable, or what it was but for a name. */
static void test_flipped(void **state)
{
	struct rig r;
	struct row whole;
	begin(&r);
	take_row(&r, &group_table_identities, 1, &whole);
	for (size_t at = 0; at < whole.n; at += at < 16 ? 1 : 29) {
		whole.p[at] ^= 0x55;
		start(&r, &group_table_identities, 1, span_of(whole.p, whole.n));
		assert_true(people(&r) == 1 || people(&r) == 2);
		whole.p[at] ^= 0x55;
	}
	start(&r, &group_table_identities, 1, span_of(whole.p, whole.n));
	take_row(&r, &group_table_groups, 1, &whole);
	for (size_t at = 0; at < whole.n; at += at < 16 ? 1 : 67) {
		whole.p[at] ^= 0x55;
		start(&r, &group_table_groups, 1, span_of(whole.p, whole.n));
		assert_true(rig_groups(&r) == 1 || rig_groups(&r) == 2);
		whole.p[at] ^= 0x55;
	}
	rig_fini(&r);
}

static uint64_t next(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

static void test_random(void **state)
{
	struct rig r;
	struct row row;
	uint64_t x = 88172645463325252;
	begin(&r);
	for (int i = 0; i < 150; i++) {
		row.n = next(&x) % 300;
		for (size_t k = 0; k < row.n; k++)
			row.p[k] = (uint8_t)next(&x);
		if (row.n > 1 && i % 2) {
			row.p[0] = 1; /* the format */
			row.p[1] = 0;
		}
		const struct store_table *t = i % 3 ? &group_table_groups : &group_table_identities;
		start_with(&r, t, 3 + (uint64_t)i % 4, span_of(row.p, row.n));
		assert_int_equal(people(&r), 2);
		assert_int_equal(rig_groups(&r), 2);
	}
	rig_fini(&r);
}

/* A key that was sealed for another name, or as another thing, is none. */
static void test_moved(void **state)
{
	struct rig r;
	struct row anna, ben;
	struct groups_identity i;
	begin(&r);
	take_row(&r, &group_table_identities, 1, &anna);
	take_row(&r, &group_table_identities, 2, &ben);
	/* Both rows are of one length but for the label: the sealed key is at the end. */
	size_t sealed = 100;
	assert_true(anna.n > 300 && ben.n > 300);
	memcpy(anna.p + anna.n - sealed, ben.p + ben.n - sealed, sealed);
	start_with(&r, &group_table_identities, 1, span_of(anna.p, anna.n));
	assert_int_equal(groups_find_identity(r.s, rig_word("Anna"), &i), OK);
	assert_false(i.usable);
	assert_int_equal(groups_health(r.s), ERR_DENIED);
	const struct groups_command c = { .kind = GROUPS_ID_CREATE, .text = rig_word("Cleo") };
	rig_expect(&r, &c, ERR_DENIED, "another vault key");
	rig_fini(&r);
}

/* GROUP-10.4 */
static void test_other_vault(void **state)
{
	struct rig r;
	struct row before, after;
	begin(&r);
	take_row(&r, &group_table_groups, 1, &before);
	r.vault[7] ^= 0x80;
	rig_restart(&r);
	rig_pass(&r, MONO_MIN);
	assert_int_equal(groups_health(r.s), ERR_DENIED);
	struct groups_info i = rig_info(&r, "Home");
	assert_null(i.group);
	assert_null(graphs_instance(r.graphs, span_str(i.id), span_str(i.self)));
	const struct groups_command c = { .kind = GROUPS_OPEN, .group = rig_word("Home") };
	rig_expect(&r, &c, ERR_STATE, "not at hand");
	take_row(&r, &group_table_groups, 1, &after);
	assert_int_equal(before.n, after.n);
	assert_memory_equal(before.p, after.p, before.n);
	r.vault[7] ^= 0x80;
	rig_restart(&r);
	rig_pass(&r, MONO_SEC);
	assert_int_equal(groups_health(r.s), OK);
	struct group_info g;
	group_look(rig_info(&r, "Home").group, &g);
	assert_true(g.holds_group_key && g.published);
	rig_fini(&r);
}

/* Numbers that cannot be, and a default that is nobody. */
static void test_numbers(void **state)
{
	struct rig r;
	struct row row;
	struct groups_identity i;
	begin(&r);
	take_row(&r, &group_table_identities, 1, &row);
	start_with(&r, &group_table_identities, UINT64_MAX, span_of(row.p, row.n));
	start_with(&r, &group_table_identities, UINT32_MAX, span_of(row.p, row.n));
	start_with(&r, &group_table_groups, UINT64_MAX, span_of(row.p, row.n));
	start_with(&r, &group_table_groups, 0, span_of(row.p, row.n));
	assert_int_equal(people(&r), 2);
	assert_int_equal(rig_groups(&r), 2);
	start_with(&r, &group_table_identities, 0, span_of("\0\0\0\x63", 4));
	assert_int_equal(groups_find_identity(r.s, rig_word(""), &i), ERR_NOT_FOUND);
	start_with(&r, &group_table_identities, 0, span_of("\0", 1));
	assert_int_equal(groups_find_identity(r.s, rig_word(""), &i), ERR_NOT_FOUND);
	start_with(&r, &group_table_identities, 0, span_of("\0\0\0\2", 4));
	assert_int_equal(groups_find_identity(r.s, rig_word(""), &i), OK);
	assert_string_equal(i.label, "Ben");
	rig_fini(&r);
}

/* Read with the n-th allocation failing, and then with none. */
static void test_memory(void **state)
{
	struct rig r;
	size_t failures = 0;
	begin(&r);
	for (size_t n = 1;; n += 1 + n / 25) {
		rig_stop(&r);
		failing_env_fail_at(&r.f, n);
		enum err e = rig_start(&r);
		r.f.fail_at = 0;
		bool failed = r.f.failed;
		if (e)
			assert_int_equal(e, ERR_NOMEM);
		if (e)
			assert_int_equal(rig_start(&r), OK);
		rig_drain(&r);
		assert_int_equal(people(&r), 2);
		assert_int_equal(rig_groups(&r), 2);
		failures += e != OK;
		if (!failed)
			break;
	}
	assert_true(failures > 10);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_identity_cut), cmocka_unit_test(test_group_cut),
		cmocka_unit_test(test_flipped),	     cmocka_unit_test(test_random),
		cmocka_unit_test(test_moved),	     cmocka_unit_test(test_other_vault),
		cmocka_unit_test(test_numbers),	     cmocka_unit_test(test_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
