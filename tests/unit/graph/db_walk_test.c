/* Types, walks over the records of one, and walks over those with an attribute. */
#include "db_rig.h"

static uint32_t id_of(const struct graph_entry *e)
{
	return e ? e->place.id.at[0] : 0;
}

static void put(struct db_rig *r, uint32_t id, uint32_t version)
{
	db_must(r,
		&(struct db_spec){ .id = id, .version = version, .type = 9, .modified = version });
}

static uint16_t number(struct db_rig *r, uint32_t type)
{
	struct graph_guid g = db_type(type);
	uint16_t n = UINT16_MAX;
	assert_int_equal(graph_db_type_number(r->db, &g, &n), OK);
	return n;
}

static void built_in_types_have_fixed_numbers(void **state)
{
	(void)state;
	struct db_rig r;
	db_rig_init(&r, 1);
	for (uint16_t i = 0; i < 4; i++) {
		struct graph_guid g = db_type(i);
		assert_int_equal(number(&r, i), i);
		assert_true(graph_guid_eq(graph_db_type(r.db, i), &g));
		assert_int_equal(graph_db_type_count(r.db, i), 0);
	}
	assert_int_equal(graph_db_types(r.db), 4);
	struct graph_guid g = db_type(9);
	uint16_t n;
	assert_int_equal(graph_db_type_number(r.db, &g, &n), ERR_NOT_FOUND);
	put(&r, 1, 1);
	assert_int_equal(number(&r, 9), 4);
	assert_int_equal(graph_db_type_count(r.db, 4), 1);
	assert_int_equal(graph_db_type_count(r.db, 5), 0);
	db_rig_fini(&r);
}

/* GRAPH-7.7 */
static void a_walk_follows_changes(void **state)
{
	(void)state;
	struct db_rig r;
	struct graph_cursor c, other;
	db_rig_init(&r, 2);
	for (uint32_t i = 1; i <= 5; i++)
		put(&r, i, 1);
	graph_cursor_begin(r.db, &c, number(&r, 9));
	graph_cursor_begin(r.db, &other, number(&r, 0));
	assert_int_equal(id_of(graph_cursor_next(r.db, &c)), 1);
	/* What stands next goes, and what stands after it; the first one changes. */
	assert_int_equal(graph_db_remove(r.db, db_find(&r, 2), &r.number), OK);
	assert_int_equal(graph_db_remove(r.db, db_find(&r, 3), &r.number), OK);
	put(&r, 1, 2);
	put(&r, 4, 2);
	assert_int_equal(id_of(graph_cursor_next(r.db, &c)), 5);
	assert_int_equal(id_of(graph_cursor_next(r.db, &c)), 1);
	assert_int_equal(id_of(graph_cursor_next(r.db, &c)), 4);
	assert_null(graph_cursor_next(r.db, &c));
	assert_null(graph_cursor_next(r.db, &c));
	/* At the end, and something comes; and goes; and comes. */
	put(&r, 6, 1);
	assert_int_equal(graph_db_remove(r.db, db_find(&r, 6), &r.number), OK);
	put(&r, 7, 1);
	assert_int_equal(id_of(graph_cursor_next(r.db, &c)), 7);
	assert_null(graph_cursor_next(r.db, &c));
	assert_null(graph_cursor_next(r.db, &other));
	graph_cursor_end(&c);
	put(&r, 8, 1);
	graph_cursor_end(&other);
	db_rig_fini(&r);
}

static void a_walk_over_nothing_waits_for_something(void **state)
{
	(void)state;
	struct db_rig r;
	struct graph_cursor c, none;
	db_rig_init(&r, 3);
	graph_cursor_begin(r.db, &c, 3);
	graph_cursor_begin(r.db, &none, 400);
	assert_null(graph_cursor_next(r.db, &c));
	assert_null(graph_cursor_next(r.db, &none));
	db_must(&r, &(struct db_spec){ .id = 1, .version = 1, .type = 3 });
	assert_int_equal(id_of(graph_cursor_next(r.db, &c)), 1);
	graph_cursor_end(&c);
	graph_cursor_end(&none);
	db_rig_fini(&r);
}

static void a_database_that_is_forgotten_ends_walks(void **state)
{
	(void)state;
	struct db_rig r;
	struct graph_cursor c;
	db_rig_init(&r, 4);
	put(&r, 1, 1);
	graph_cursor_begin(r.db, &c, number(&r, 9));
	graph_db_forget(r.db);
	assert_null(graph_cursor_next(r.db, &c));
	db_rig_load(&r, 5);
	assert_null(graph_cursor_next(r.db, &c));
	graph_cursor_end(&c);
	assert_int_equal(graph_db_count(r.db), 1);
	db_rig_fini(&r);
}

/* GRAPH-7.7 */
static void a_type_that_is_walked_keeps_its_number(void **state)
{
	(void)state;
	struct db_rig r;
	struct graph_cursor c;
	struct graph_entry *e;
	db_rig_init(&r, 5);
	r.limits.types = 1;
	db_rig_restart(&r);
	put(&r, 1, 1);
	graph_cursor_begin(r.db, &c, number(&r, 9));
	assert_int_equal(graph_db_remove(r.db, db_find(&r, 1), &r.number), OK);
	struct db_spec s = { .id = 2, .version = 1, .type = 10 };
	assert_int_equal(db_put(&r, &s, &e), ERR_FULL);
	put(&r, 3, 1);
	assert_int_equal(id_of(graph_cursor_next(r.db, &c)), 3);
	assert_int_equal(graph_db_remove(r.db, db_find(&r, 3), &r.number), OK);
	graph_cursor_end(&c);
	db_must(&r, &s);
	assert_int_equal(number(&r, 10), 4);
	db_rig_fini(&r);
}

static void a_record_may_change_its_type(void **state)
{
	(void)state;
	struct db_rig r;
	struct graph_cursor c;
	db_rig_init(&r, 6);
	put(&r, 1, 1);
	put(&r, 2, 1);
	graph_cursor_begin(r.db, &c, number(&r, 9));
	db_must(&r, &(struct db_spec){ .id = 1, .version = 2, .type = 10, .modified = 2 });
	assert_int_equal(id_of(graph_cursor_next(r.db, &c)), 2);
	assert_null(graph_cursor_next(r.db, &c));
	graph_cursor_end(&c);
	assert_int_equal(graph_db_type_count(r.db, number(&r, 9)), 1);
	assert_int_equal(graph_db_type_count(r.db, number(&r, 10)), 1);
	(void)db_sum(r.db);
	db_rig_fini(&r);
}

#define BLUE "<attribute name=\"room\" type=\"string\">blue</attribute>"
#define RED  "<attribute name=\"room\" type=\"string\">red</attribute>"
#define HALL "<attribute name=\"hall\" type=\"string\">blue</attribute>"
#define INT  "<attribute name=\"rank\" type=\"int\">007</attribute>"

static void with_attrs(struct db_rig *r, uint32_t id, uint32_t version, const char *attributes)
{
	db_must(r, &(struct db_spec){ .id = id,
				      .version = version,
				      .type = 9,
				      .modified = version,
				      .attributes = attributes });
}

/* Sum of the IDs, or with n of their number. */
static uint32_t found(struct db_rig *r, const char *name, const char *value, size_t *n)
{
	size_t at = 0;
	uint32_t sum = 0;
	const struct graph_entry *e;
	*n = 0;
	while ((e = graph_db_with(r->db, span_str(name), span_str(value), &at)) != NULL) {
		sum += id_of(e);
		++*n;
	}
	return sum;
}

/* GRAPH-7.12 */
static void attributes_lead_to_records(void **state)
{
	(void)state;
	struct db_rig r;
	size_t n;
	db_rig_init(&r, 7);
	with_attrs(&r, 1, 1, BLUE);
	with_attrs(&r, 2, 1, RED BLUE);
	with_attrs(&r, 4, 1, BLUE RED BLUE INT);
	with_attrs(&r, 8, 1, HALL INT);
	with_attrs(&r, 16, 1, NULL);
	assert_int_equal(found(&r, "room", "blue", &n), 1 + 2 + 4);
	assert_int_equal(n, 3);
	assert_int_equal(found(&r, "room", "red", &n), 2 + 4);
	assert_int_equal(found(&r, "hall", "blue", &n), 8);
	assert_int_equal(found(&r, "rank", "7", &n), 4 + 8);
	assert_int_equal(found(&r, "rank", "007", &n), 0);
	assert_int_equal(found(&r, "hall", "red", &n), 0);
	assert_int_equal(found(&r, "roo", "mblue", &n), 0);
	assert_int_equal(found(&r, "", "blue", &n), 0);
	assert_int_equal(found(&r, "nameslongerthanfortyoctetsareinnorecordxx", "1", &n), 0);
	with_attrs(&r, 2, 2, HALL);
	assert_int_equal(graph_db_remove(r.db, db_find(&r, 4), &r.number), OK);
	assert_int_equal(found(&r, "room", "blue", &n), 1);
	assert_int_equal(found(&r, "room", "red", &n), 0);
	assert_int_equal(found(&r, "hall", "blue", &n), 2 + 8);
	db_rig_restart(&r);
	db_rig_load(&r, 2);
	assert_int_equal(found(&r, "room", "blue", &n), 1);
	assert_int_equal(found(&r, "hall", "blue", &n), 2 + 8);
	(void)db_sum(r.db);
	db_rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(built_in_types_have_fixed_numbers),
		cmocka_unit_test(a_walk_follows_changes),
		cmocka_unit_test(a_walk_over_nothing_waits_for_something),
		cmocka_unit_test(a_database_that_is_forgotten_ends_walks),
		cmocka_unit_test(a_type_that_is_walked_keeps_its_number),
		cmocka_unit_test(a_record_may_change_its_type),
		cmocka_unit_test(attributes_lead_to_records),
	};
	return cmocka_run_group_tests_name("db_walk", tests, NULL, NULL);
}
