/* What a database keeps of a record, its rows, and that a change is whole or not at all. */
#include "db_rig.h"

static void a_record_is_kept_as_it_came(void **state)
{
	(void)state;
	struct db_rig r;
	struct span octets;
	db_rig_init(&r, 1);
	struct db_spec s = { .id = 5,
			     .version = 3,
			     .type = 9,
			     .modifier = "bob",
			     .created = 10,
			     .modified = 20,
			     .expires = 300,
			     .payload = 256,
			     .fill = 0x5a,
			     .local = GRAPH_ENTRY_REFRESH };
	struct graph_entry *e = db_must(&r, &s);
	assert_ptr_equal(db_find(&r, 5), e);
	assert_null(db_find(&r, 6));
	assert_int_equal(e->version, 3);
	assert_int_equal(e->payload, 256);
	assert_int_equal(e->place.modified, RIG_TIME + 20 * GRAPH_TICKS_SEC);
	assert_int_equal(e->created, RIG_TIME + 10 * GRAPH_TICKS_SEC);
	assert_int_equal(e->expires, RIG_TIME + 300 * GRAPH_TICKS_SEC);
	assert_int_equal(e->local, GRAPH_ENTRY_REFRESH);
	assert_int_equal(e->heard_in, 0);
	assert_int_equal(e->heard, 0);
	assert_false(e->deleted);
	assert_null(e->attrs);
	assert_true(span_eq(e->creator->utf16, db_utf16("ann")));
	assert_true(span_eq(e->modifier->utf16, db_utf16("bob")));
	struct graph_guid type = db_type(9);
	assert_true(graph_guid_eq(graph_db_type(r.db, e->type), &type));
	struct span came = db_octets(&s);
	assert_int_equal(e->octets, came.n);
	assert_int_equal(e->fingerprint, graph_db_fingerprint(r.db, came));
	assert_int_equal(graph_db_octets(r.db, e, &octets), OK);
	assert_true(span_eq(octets, came));
	(void)db_sum(r.db);
	db_rig_fini(&r);
}

/* GRAPH-7.2 */
static void a_row_is_number_flags_and_octets(void **state)
{
	(void)state;
	struct db_rig r;
	struct store_row row;
	db_rig_init(&r, 2);
	r.next_row = 0x0102;
	struct db_spec s = { .id = 5, .version = 1, .type = 9, .local = GRAPH_ENTRY_OURS };
	struct graph_entry *e = db_must(&r, &s);
	assert_int_equal(e->row, 0x0102);
	assert_int_equal(r.next_row, 0x0103);
	struct store *store = store_mem_store(r.mem);
	assert_int_equal(store_scan(store, &graph_table_records, span_of(NULL, 0), &row), OK);
	assert_memory_equal(row.key.p, "\0\0\0\0\0\0\1\2", 8);
	struct span came = db_octets(&s);
	assert_int_equal(row.value.n, 5 + came.n);
	assert_memory_equal(row.value.p, "\0\0\0\7\2", 5);
	assert_memory_equal(row.value.p + 5, came.p, came.n);
	db_rig_fini(&r);
}

/* GRAPH-7.3 */
static void an_update_keeps_entry_and_row(void **state)
{
	(void)state;
	struct db_rig r;
	struct span octets;
	db_rig_init(&r, 3);
	struct graph_entry *e = db_must(&r, &(struct db_spec){ .id = 5, .version = 1, .type = 9 });
	uint64_t row = e->row;
	db_must(&r, &(struct db_spec){ .id = 6, .version = 1, .type = 9, .created = 1 });
	e->heard_in = 77;
	e->heard = 3;
	struct db_spec s = { .id = 5,
			     .version = 2,
			     .type = 9,
			     .modifier = "bob",
			     .modified = 9,
			     .expires = 60,
			     .payload = 3,
			     .local = GRAPH_ENTRY_OURS };
	assert_ptr_equal(db_must(&r, &s), e);
	assert_int_equal(e->row, row);
	assert_int_equal(e->version, 2);
	/* Another version: nobody has sent that one. */
	assert_int_equal(e->heard_in, 0);
	assert_int_equal(e->heard, 0);
	assert_int_equal(e->local, GRAPH_ENTRY_OURS);
	assert_int_equal(graph_db_count(r.db), 2);
	assert_ptr_equal(graph_db_first_expiry(r.db), e);
	assert_null(graph_db_next(r.db, e));
	assert_int_equal(graph_db_octets(r.db, e, &octets), OK);
	assert_true(span_eq(octets, db_octets(&s)));
	(void)db_sum(r.db);
	db_rig_fini(&r);
}

static void what_is_removed_is_gone_with_its_row(void **state)
{
	(void)state;
	struct db_rig r;
	struct store_row row;
	db_rig_init(&r, 4);
	struct graph_entry *e = db_must(
		&r, &(struct db_spec){ .id = 5, .version = 1, .type = 9, .modifier = "bob" });
	assert_int_equal(graph_db_remove(r.db, e, &r.number), OK);
	assert_null(db_find(&r, 5));
	assert_null(graph_db_first_expiry(r.db));
	assert_null(graph_db_person(r.db, db_utf16("ann")));
	assert_int_equal(
		store_scan(store_mem_store(r.mem), &graph_table_records, span_of(NULL, 0), &row),
		ERR_NOT_FOUND);
	(void)db_sum(r.db);
	db_rig_fini(&r);
}

static void persons_are_shared_and_counted(void **state)
{
	(void)state;
	struct db_rig r;
	uint8_t fold[8];
	db_rig_init(&r, 5);
	struct graph_entry *a = db_must(&r, &(struct db_spec){ .id = 1, .version = 1, .type = 9 });
	struct graph_entry *b = db_must(
		&r,
		&(struct db_spec){
			.id = 2, .version = 2, .type = 9, .creator = "bob", .modifier = "ann" });
	assert_ptr_equal(a->creator, b->modifier);
	assert_int_equal(a->creator->refs, 2);
	assert_int_equal(a->creator->octets[GRAPH_ROOM_APPS], a->octets);
	assert_int_equal(b->creator->octets[GRAPH_ROOM_APPS], b->octets);
	graph_creator_fold(r.crypto, CRYPTO_MODERN, db_utf16("ann"), fold);
	assert_memory_equal(a->creator->fold, fold, sizeof(fold));
	assert_ptr_equal(graph_db_person(r.db, db_utf16("ann")), a->creator);
	assert_null(graph_db_person(r.db, db_utf16("an")));
	assert_int_equal(graph_db_remove(r.db, a, &r.number), OK);
	assert_int_equal(b->modifier->refs, 1);
	assert_int_equal(b->modifier->octets[GRAPH_ROOM_APPS], 0);
	db_must(&r, &(struct db_spec){ .id = 2, .version = 3, .type = 9, .creator = "bob" });
	assert_null(graph_db_person(r.db, db_utf16("ann")));
	db_rig_fini(&r);
}

static const char *name_of(uint32_t k)
{
	static char name[] = "0.a000";
	for (size_t i = 0; i < 3; i++, k /= 10)
		name[5 - i] = (char)('0' + k % 10);
	return name;
}

/* More people than are looked for first: nobody is taken for another, here or gone. */
static void nobody_is_taken_for_another(void **state)
{
	struct db_rig r;
	const struct graph_person *person[300];
	db_rig_init(&r, 1);
	for (uint32_t i = 0; i < 300; i++) {
		struct db_spec s = { .id = 300 + i, .version = 1, .type = 9 };
		s.creator = name_of(i);
		person[i] = db_must(&r, &s)->creator;
	}
	for (uint32_t i = 0; i < 300; i++) {
		struct span name = db_utf16(name_of(i));
		assert_true(span_eq(person[i]->utf16, name));
		assert_ptr_equal(graph_db_person(r.db, name), person[i]);
	}
	for (uint32_t i = 0; i < 300; i += 2)
		assert_int_equal(graph_db_remove(r.db, db_find(&r, 300 + i), &r.number), OK);
	for (uint32_t i = 0; i < 300; i++)
		assert_ptr_equal(graph_db_person(r.db, db_utf16(name_of(i))),
				 i % 2 ? person[i] : NULL);
	db_rig_fini(&r);
}

static void a_mark_is_kept_with_the_next_put(void **state)
{
	(void)state;
	struct db_rig r;
	db_rig_init(&r, 6);
	struct graph_entry *e = db_must(&r, &(struct db_spec){ .id = 5, .version = 1, .type = 9 });
	graph_db_mark(r.db, e, GRAPH_ENTRY_REFRESH);
	assert_int_equal(e->local, GRAPH_ENTRY_REFRESH);
	db_rig_restart(&r);
	db_rig_load(&r, 10);
	assert_int_equal(db_find(&r, 5)->local, 0);
	db_rig_fini(&r);
}

static void a_row_of_another_length_is_told(void **state)
{
	(void)state;
	struct db_rig r;
	struct span octets;
	db_rig_init(&r, 7);
	struct graph_entry *e = db_must(&r, &(struct db_spec){ .id = 5, .version = 1, .type = 9 });
	assert_int_equal(store_put(store_mem_store(r.mem), &graph_table_records,
				   span_of("\0\0\0\0\0\0\0\1", 8), span_str("abc"), &r.number),
			 OK);
	assert_int_equal(graph_db_octets(r.db, e, &octets), ERR_CORRUPT);
	assert_int_equal(graph_db_remove(r.db, e, &r.number), OK);
	db_rig_fini(&r);
}

#define ATTRS                                                                                      \
	"<attribute name=\"room\" type=\"string\">blue</attribute>"                                \
	"<attribute name=\"rank\" type=\"int\">7</attribute>"

static const struct db_spec changes[] = {
	{ .id = 300, .version = 1, .type = 20, .creator = "eve", .payload = 2000 },
	{ .id = 301, .version = 1, .type = 21, .creator = "eve", .attributes = ATTRS },
	{ .id = 1,
	  .version = 2,
	  .type = 9,
	  .modifier = "dan",
	  .modified = 500,
	  .attributes = ATTRS },
	{ .id = 2, .version = 2, .type = 9, .modifier = "ann", .modified = 1, .expires = 3 },
	{ .id = 3, .version = 2, .type = 22, .modifier = "fay", .modified = 999, .deleted = true },
};
#define N_CHANGES (sizeof(changes) / sizeof(changes[0]))

static void fill(struct db_rig *r)
{
	for (uint32_t i = 1; i <= 100; i++) {
		struct db_spec s = { .id = i,
				     .version = 1,
				     .type = 9 + i % 3,
				     .created = i,
				     .payload = i,
				     .attributes = i % 2 ? ATTRS : NULL };
		db_must(r, &s);
	}
}

/* GRAPH-7.4 */
static void a_failing_store_changes_nothing(void **state)
{
	(void)state;
	struct db_rig r;
	struct graph_entry *e = NULL;
	db_rig_init(&r, 8);
	fill(&r);
	uint64_t sum = db_sum(r.db), next = r.next_row;
	uint16_t types = graph_db_types(r.db);
	store_mem_break(r.mem, ERR_IO);
	for (size_t i = 0; i < N_CHANGES; i++) {
		assert_int_equal(db_put(&r, &changes[i], &e), ERR_IO);
		assert_int_equal(db_sum(r.db), sum);
	}
	assert_int_equal(graph_db_remove(r.db, db_find(&r, 3), &r.number), ERR_IO);
	assert_null(e);
	assert_int_equal(db_sum(r.db), sum);
	assert_int_equal(r.next_row, next);
	assert_int_equal(graph_db_types(r.db), types);
	assert_null(graph_db_person(r.db, db_utf16("eve")));
	store_mem_break(r.mem, OK);
	for (size_t i = 0; i < N_CHANGES; i++)
		db_must(&r, &changes[i]);
	(void)db_sum(r.db);
	db_rig_fini(&r);
}

/* GRAPH-7.4: with each allocation of a change failing, one after the other. */
static void without_memory_nothing_changes(void **state)
{
	(void)state;
	size_t failures = 0;
	for (size_t i = 0; i < N_CHANGES; i++) {
		struct db_rig r;
		enum err e = ERR_NOMEM;
		db_rig_init(&r, 9);
		/* So many that slabs and tables must grow. */
		for (uint32_t k = 0; i == 0 && k < 156; k++)
			db_must(&r,
				&(struct db_spec){
					.id = 1000 + k, .version = 1, .type = 9, .created = 5 });
		fill(&r);
		uint64_t sum = db_sum(r.db);
		for (size_t at = 1; e; at++) {
			struct graph_entry *out = NULL;
			failing_env_fail_at(&r.f, at);
			e = db_put(&r, &changes[i], &out);
			bool failed = r.f.failed;
			r.f.fail_at = 0;
			/* Attributes may do without what they asked for. */
			assert_true(e == OK || (e == ERR_NOMEM && failed));
			if (e)
				assert_int_equal(db_sum(r.db), sum);
			failures += e != OK;
		}
		assert_int_not_equal(db_sum(r.db), sum);
		db_rig_fini(&r);
	}
	assert_true(failures > 7);
}

static void a_birth_without_memory_leaves_nothing(void **state)
{
	(void)state;
	struct failing_env f;
	struct crypto *crypto;
	struct failing_env plain;
	struct graph_db_limits limits = { .records = 1 };
	uint64_t next = 1;
	failing_env_init(&plain, 1);
	assert_int_equal(crypto_new(&crypto, &plain.env), OK);
	FAILING_ENV_EACH(f, 1)
	{
		struct graph_db *db = NULL;
		enum err e =
			graph_db_new(&db, 1, &f.env, NULL, crypto, CRYPTO_MODERN, &limits, &next);
		assert_int_equal(e, f.failed ? ERR_NOMEM : OK);
		graph_db_free(db);
		failing_env_assert_clean(&f);
	}
	crypto_free(crypto);
}

static void an_entry_is_small(void **state)
{
	(void)state;
	struct db_rig r;
	struct graph_db_info before, after;
	db_rig_init(&r, 10);
	graph_db_info(r.db, &before);
	for (uint32_t i = 0; i < 20000; i++)
		db_must(&r,
			&(struct db_spec){ .id = 1000 + i, .version = 1, .type = 9, .created = i });
	graph_db_info(r.db, &after);
	assert_in_range((after.memory - before.memory) / 20000, 100, 200);
	db_rig_fini(&r);
}

static void a_large_record_leaves_no_large_buffer(void **state)
{
	(void)state;
	struct db_rig r;
	struct graph_db_info info;
	db_rig_init(&r, 11);
	db_must(&r, &(struct db_spec){ .id = 1, .version = 1, .type = 9, .payload = 400000 });
	graph_db_info(r.db, &info);
	assert_true(info.memory > 400000);
	db_must(&r, &(struct db_spec){ .id = 2, .version = 1, .type = 9, .payload = 4 });
	graph_db_info(r.db, &info);
	assert_true(info.memory < 100000);
	db_rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_is_kept_as_it_came),
		cmocka_unit_test(a_row_is_number_flags_and_octets),
		cmocka_unit_test(an_update_keeps_entry_and_row),
		cmocka_unit_test(what_is_removed_is_gone_with_its_row),
		cmocka_unit_test(persons_are_shared_and_counted),
		cmocka_unit_test(nobody_is_taken_for_another),
		cmocka_unit_test(a_mark_is_kept_with_the_next_put),
		cmocka_unit_test(a_row_of_another_length_is_told),
		cmocka_unit_test(a_failing_store_changes_nothing),
		cmocka_unit_test(without_memory_nothing_changes),
		cmocka_unit_test(a_birth_without_memory_leaves_nothing),
		cmocka_unit_test(an_entry_is_small),
		cmocka_unit_test(a_large_record_leaves_no_large_buffer),
	};
	return cmocka_run_group_tests_name("db", tests, NULL, NULL);
}
