/* Reading the database back: slices, crashes at every point, rows that should not be. */
#include "db_rig.h"

static void fill(struct db_rig *r, uint32_t n)
{
	for (uint32_t i = 1; i <= n; i++) {
		struct db_spec s = { .id = i,
				     .version = 1,
				     .type = 9 + i % 3,
				     .created = i,
				     .creator = i % 2 ? "ann" : "bob" };
		if (i % 5 == 0)
			s.attributes = "<attribute name=\"a\" type=\"int\">1</attribute>";
		db_must(r, &s);
	}
}

static void what_was_put_is_loaded(void **state)
{
	(void)state;
	struct db_rig r;
	bool done = true;
	db_rig_init(&r, 1);
	fill(&r, 50);
	for (uint32_t i = 1; i < 50; i += 7)
		db_must(&r, &(struct db_spec){ .id = i,
					       .version = 2,
					       .type = 9,
					       .modified = 99,
					       .deleted = true,
					       .local = GRAPH_ENTRY_OURS });
	assert_int_equal(graph_db_remove(r.db, db_find(&r, 20), &r.number), OK);
	uint64_t sum = db_sum(r.db);
	for (size_t slice = 1; slice <= 100; slice += 33) {
		r.next_row = 0;
		db_rig_restart(&r);
		db_rig_load(&r, slice);
		assert_int_equal(db_sum(r.db), sum);
		assert_int_equal(r.next_row, 51);
	}
	assert_int_equal(db_find(&r, 8)->local, GRAPH_ENTRY_OURS);
	/* Once it is read it stays so. */
	store_mem_wipe(r.mem);
	assert_int_equal(graph_db_load(r.db, 1, &done), OK);
	assert_true(done);
	assert_int_equal(db_sum(r.db), sum);
	db_rig_fini(&r);
}

/* GRAPH-3.8: as the store has it, as it was put, and anew with each put. */
static void contents_are_kept_and_loaded(void **state)
{
	(void)state;
	struct db_rig r;
	uint8_t first[CRYPTO_FINGERPRINT], content[CRYPTO_FINGERPRINT];
	struct db_spec s = { .id = 1, .version = 1, .type = 9, .security = "one" };
	db_rig_init(&r, 20);
	memcpy(first, db_must(&r, &s)->content, sizeof(first));
	s.security = "two";
	memcpy(content, db_must(&r, &s)->content, sizeof(content));
	assert_memory_not_equal(first, content, sizeof(first));
	db_rig_restart(&r);
	db_rig_load(&r, 10);
	assert_memory_equal(db_find(&r, 1)->content, content, sizeof(content));
	s.security = "one";
	assert_memory_equal(db_must(&r, &s)->content, first, sizeof(first));
	/* Tombstones too. */
	s = (struct db_spec){ .id = 1, .version = 2, .type = 9, .deleted = true };
	assert_memory_not_equal(db_must(&r, &s)->content, first, sizeof(first));
	db_rig_fini(&r);
}

static void a_slice_reads_so_many_rows(void **state)
{
	(void)state;
	struct db_rig r;
	struct graph_db_info info;
	bool done;
	db_rig_init(&r, 2);
	fill(&r, 10);
	db_rig_restart(&r);
	assert_int_equal(graph_db_load(r.db, 4, &done), OK);
	graph_db_info(r.db, &info);
	assert_false(done);
	assert_false(info.loaded);
	assert_int_equal(info.records, 4);
	assert_int_equal(graph_db_load(r.db, 7, &done), OK);
	graph_db_info(r.db, &info);
	assert_true(done);
	assert_true(info.loaded);
	assert_int_equal(info.records, 10);
	db_rig_fini(&r);
}

/* A put while rows are still to be read is met again on its row. */
static void what_is_put_meanwhile_is_there_once(void **state)
{
	(void)state;
	struct db_rig r;
	bool done;
	db_rig_init(&r, 3);
	fill(&r, 10);
	db_rig_restart(&r);
	assert_int_equal(graph_db_load(r.db, 4, &done), OK);
	db_must(&r, &(struct db_spec){ .id = 200, .version = 1, .type = 9 });
	db_must(&r, &(struct db_spec){ .id = 2, .version = 5, .type = 9 });
	/* Not read yet: now it has two rows, and the later one holds. */
	db_must(&r, &(struct db_spec){ .id = 9, .version = 7, .type = 9 });
	db_rig_load(&r, 1);
	assert_int_equal(graph_db_count(r.db), 11);
	assert_int_equal(db_find(&r, 9)->version, 7);
	uint64_t sum = db_sum(r.db);
	db_rig_restart(&r);
	db_rig_load(&r, 3);
	assert_int_equal(db_sum(r.db), sum);
	assert_int_equal(graph_db_remove(r.db, db_find(&r, 9), &r.number), OK);
	db_rig_restart(&r);
	db_rig_load(&r, 3);
	assert_null(db_find(&r, 9));
	db_rig_fini(&r);
}

static void raw(struct db_rig *r, uint8_t row, struct span value)
{
	uint8_t key[8] = { 0, 0, 0, 0, 0, 0, 0, row };
	assert_int_equal(store_put(store_mem_store(r->mem), &graph_table_records, span_of(key, 8),
				   value, &r->number),
			 OK);
}

static void raw_record(struct db_rig *r, uint8_t row, uint8_t graph, const struct db_spec *s,
		       size_t less)
{
	uint8_t value[2000] = { 0, 0, 0, graph, 0 };
	struct span o = db_octets(s);
	memcpy(value + 5, o.p, o.n);
	raw(r, row, span_of(value, 5 + o.n - less));
}

/* GRAPH-7.10 */
static void rows_that_should_not_be(void **state)
{
	(void)state;
	struct db_rig r;
	struct graph_db_info info;
	struct db_spec s = { .id = 1, .version = 1, .type = 9 };
	struct db_spec bad = { .id = 3, .version = 1, .type = 9, .attributes = "<x>" };
	db_rig_init(&r, 4);
	raw(&r, 1, span_of(NULL, 0));
	raw(&r, 2, span_of("\0\0\0\7", 4));
	raw(&r, 3, span_of("\0\0\0\7\0abc", 8));
	raw_record(&r, 4, RIG_NUMBER, &s, 1);
	raw_record(&r, 5, RIG_NUMBER, &bad, 0);
	raw_record(&r, 6, RIG_NUMBER + 1, &s, 0); /* another graph's */
	raw_record(&r, 7, RIG_NUMBER + 1, &s, 9);
	s.version = 2;
	raw_record(&r, 8, RIG_NUMBER, &s, 0);
	db_rig_load(&r, 3);
	graph_db_info(r.db, &info);
	assert_int_equal(info.records, 1);
	assert_int_equal(info.dropped, 5);
	assert_int_equal(db_find(&r, 1)->version, 2);
	assert_int_equal(r.next_row, 9);
	db_rig_fini(&r);
}

/* GRAPH-7.10 */
static void of_two_rows_the_later_holds(void **state)
{
	(void)state;
	struct db_rig r;
	bool done;
	db_rig_init(&r, 5);
	raw_record(&r, 1, RIG_NUMBER, &(struct db_spec){ .id = 1, .version = 9, .type = 9 }, 0);
	raw_record(&r, 2, RIG_NUMBER, &(struct db_spec){ .id = 1, .version = 1, .type = 9 }, 0);
	raw_record(&r, 3, RIG_NUMBER, &(struct db_spec){ .id = 1, .version = 4, .type = 9 }, 0);
	/* The store fails meanwhile: nothing is lost. */
	store_mem_break(r.mem, ERR_IO);
	assert_int_equal(graph_db_load(r.db, 9, &done), ERR_IO);
	assert_int_equal(graph_db_load(r.db, 9, &done), ERR_IO);
	store_mem_break(r.mem, OK);
	db_rig_load(&r, 9);
	assert_int_equal(db_find(&r, 1)->version, 4);
	assert_int_equal(graph_db_remove(r.db, db_find(&r, 1), &r.number), OK);
	db_rig_restart(&r);
	db_rig_load(&r, 9);
	assert_int_equal(graph_db_count(r.db), 0);
	db_rig_fini(&r);
}

static void a_load_goes_on_after_memory_failed(void **state)
{
	(void)state;
	struct db_rig r;
	size_t failures = 0;
	db_rig_init(&r, 6);
	fill(&r, 60);
	uint64_t sum = db_sum(r.db);
	db_rig_restart(&r);
	bool done = false;
	for (size_t at = 1; !done; at = at % 3 + 1) {
		failing_env_fail_at(&r.f, at);
		enum err e = graph_db_load(r.db, 3, &done);
		assert_true(e == OK || (e == ERR_NOMEM && r.f.failed));
		failures += e != OK;
		r.f.fail_at = 0;
		/* What stands is consistent at every point. */
		(void)db_sum(r.db);
		if (e)
			assert_int_equal(graph_db_load(r.db, 1, &done), OK);
	}
	assert_true(failures > 5);
	assert_int_equal(db_sum(r.db), sum);
	db_rig_fini(&r);
}

/* GRAPH-7.3: a crash with every number of batches committed, one change a batch. */
static void a_crash_at_any_point_leaves_whole_records(void **state)
{
	(void)state;
	for (int crash = 0; crash <= 60; crash++) {
		struct db_rig r;
		uint64_t sums[61];
		db_rig_init(&r, 7);
		sums[0] = db_sum(r.db);
		for (int i = 1; i <= 60; i++) {
			uint32_t id = 1 + (uint32_t)(failing_env_next(&r.crypto_env) % 12);
			struct graph_entry *e = db_find(&r, id);
			if (e && failing_env_next(&r.crypto_env) % 3 == 0)
				assert_int_equal(graph_db_remove(r.db, e, &r.number), OK);
			else
				db_must(&r, &(struct db_spec){ .id = id,
							       .version = 1 + (uint32_t)i,
							       .type = 9,
							       .modified = (uint64_t)i,
							       .payload = (size_t)i });
			assert_true(store_mem_seal(r.mem));
			if (i <= crash)
				assert_true(store_mem_commit(r.mem));
			sums[i] = db_sum(r.db);
		}
		store_mem_crash(r.mem);
		graph_db_forget(r.db);
		assert_int_equal(graph_db_count(r.db), 0);
		db_rig_load(&r, 5);
		assert_int_equal(db_sum(r.db), sums[crash]);
		db_rig_fini(&r);
	}
}

/* GRAPH-7.14 */
static void what_was_forgotten_goes_a_little_at_a_time(void **state)
{
	(void)state;
	struct db_rig r;
	size_t at = 0, turns = 0;
	bool done = true;
	db_rig_init(&r, 9);
	fill(&r, 1500);
	uint64_t sum = db_sum(r.db);
	struct graph_entry *last = db_find(&r, 1500);
	assert_ptr_equal(graph_db_at(r.db, last->index), last);
	graph_db_forget(r.db);
	assert_int_equal(graph_db_count(r.db), 0);
	assert_null(db_find(&r, 7));
	assert_null(graph_db_after(r.db, NULL));
	assert_null(graph_db_first_expiry(r.db));
	assert_null(graph_db_at(r.db, 0));
	assert_null(graph_db_with(r.db, span_str("a"), span_str("1"), &at));
	for (uint16_t t = 0; t < graph_db_types(r.db); t++)
		assert_int_equal(graph_db_type_count(r.db, t), 0);
	/* Nothing is read before: six slabs, the leaves. */
	for (; !done || turns == 0; turns++) {
		assert_int_equal(graph_db_load(r.db, 1, &done), OK);
		if (turns < 6)
			assert_int_equal(graph_db_count(r.db), 0);
		done = graph_db_count(r.db) > 0;
	}
	assert_in_range(turns, 7, 12);
	db_rig_load(&r, 100);
	assert_int_equal(db_sum(r.db), sum);
	db_rig_fini(&r);
}

/* A put in between does not wait, and counts nothing that is gone. */
static void a_put_after_forgetting(void **state)
{
	(void)state;
	struct db_rig r;
	db_rig_init(&r, 10);
	fill(&r, 600);
	graph_db_forget(r.db);
	struct graph_entry *e = db_must(&r, &(struct db_spec){ .id = 3, .version = 4, .type = 9 });
	assert_int_equal(e->creator->octets[GRAPH_ROOM_APPS], e->octets);
	assert_int_equal(e->creator->refs, 1);
	assert_int_equal(graph_db_count(r.db), 1);
	assert_true(graph_db_bury(r.db, 0));
	db_rig_fini(&r);
}

static void a_store_that_fails_to_read_is_told(void **state)
{
	(void)state;
	struct db_rig r;
	struct span octets;
	db_rig_init(&r, 8);
	struct graph_entry *e = db_must(&r, &(struct db_spec){ .id = 1, .version = 1, .type = 9 });
	store_mem_wipe(r.mem);
	assert_int_equal(graph_db_octets(r.db, e, &octets), ERR_NOT_FOUND);
	db_rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_put_is_loaded),
		cmocka_unit_test(contents_are_kept_and_loaded),
		cmocka_unit_test(a_slice_reads_so_many_rows),
		cmocka_unit_test(what_is_put_meanwhile_is_there_once),
		cmocka_unit_test(rows_that_should_not_be),
		cmocka_unit_test(of_two_rows_the_later_holds),
		cmocka_unit_test(a_load_goes_on_after_memory_failed),
		cmocka_unit_test(a_crash_at_any_point_leaves_whole_records),
		cmocka_unit_test(what_was_forgotten_goes_a_little_at_a_time),
		cmocka_unit_test(a_put_after_forgetting),
		cmocka_unit_test(a_store_that_fails_to_read_is_told),
	};
	return cmocka_run_group_tests_name("db_load", tests, NULL, NULL);
}
