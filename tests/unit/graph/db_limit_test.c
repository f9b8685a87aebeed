/* Limits: what goes beyond is refused, nothing is evicted, reserved types have room apart. */
#include "db_rig.h"

static void refused(struct db_rig *r, const struct db_spec *s, enum graph_fault why)
{
	struct graph_entry *e = NULL;
	uint64_t sum = db_sum(r->db);
	assert_int_equal(db_put(r, s, &e), ERR_FULL);
	assert_int_equal(r->why, why);
	assert_null(e);
	assert_int_equal(db_sum(r->db), sum);
}

static void begin(struct db_rig *r, const struct graph_db_limits *l)
{
	db_rig_init(r, 1);
	r->limits = *l;
	db_rig_restart(r);
}

/* GRAPH-7.8 */
static void so_many_records_and_no_more(void **state)
{
	(void)state;
	struct db_rig r;
	begin(&r, &(struct graph_db_limits){ 1 << 30, 1 << 30, 10, 9, 9 });
	for (uint32_t i = 0; i < 10; i++)
		db_must(&r, &(struct db_spec){ .id = i, .version = 1, .type = 9 });
	refused(&r, &(struct db_spec){ .id = 20, .version = 1, .type = 9 }, GRAPH_FAULT_FULL);
	/* An update adds no record. */
	db_must(&r, &(struct db_spec){ .id = 3, .version = 2, .type = 9, .payload = 99 });
	assert_int_equal(graph_db_remove(r.db, db_find(&r, 3), &r.number), OK);
	db_must(&r, &(struct db_spec){ .id = 20, .version = 1, .type = 9 });
	db_rig_fini(&r);
}

/* GRAPH-7.8 */
static void so_many_octets_and_no_more(void **state)
{
	(void)state;
	struct db_rig r;
	struct db_spec s = { .id = 1, .version = 1, .type = 9, .payload = 1000 };
	uint64_t each = db_octets(&s).n;
	begin(&r, &(struct graph_db_limits){ 3 * each, 1 << 30, 10, 9, 9 });
	for (s.id = 1; s.id <= 3; s.id++)
		db_must(&r, &s);
	s.payload = 0;
	refused(&r, &s, GRAPH_FAULT_FULL);
	s = (struct db_spec){ .id = 2, .version = 2, .type = 9, .payload = 1001 };
	refused(&r, &s, GRAPH_FAULT_FULL);
	/* What does not grow is taken, and a tombstone is. */
	s.payload = 1000;
	db_must(&r, &s);
	db_must(&r, &(struct db_spec){ .id = 2, .version = 3, .type = 9, .deleted = true });
	s = (struct db_spec){ .id = 3, .version = 2, .type = 9, .payload = 2000 };
	db_must(&r, &s);
	s.payload = 2001;
	refused(&r, &s, GRAPH_FAULT_FULL);
	db_rig_fini(&r);
}

/* GRAPH-7.8 */
static void a_creator_has_a_quota(void **state)
{
	(void)state;
	struct db_rig r;
	struct db_spec s = { .id = 1, .version = 1, .type = 9, .payload = 1000 };
	uint64_t each = db_octets(&s).n;
	begin(&r, &(struct graph_db_limits){ 1 << 30, 2 * each, 100, 9, 9 });
	db_must(&r, &s);
	s.id = 2;
	db_must(&r, &s);
	s.id = 3;
	refused(&r, &s, GRAPH_FAULT_QUOTA);
	s.creator = "bob";
	db_must(&r, &s);
	/* Who changes it does not matter: its creator has it. */
	s = (struct db_spec){
		.id = 1, .version = 2, .type = 9, .payload = 1000, .modified = 5, .modifier = "bob"
	};
	refused(&r, &s, GRAPH_FAULT_QUOTA);
	s.payload = 900;
	db_must(&r, &s);
	/* Nor can a record be moved to who has none left. */
	s = (struct db_spec){ .id = 3, .version = 2, .type = 9, .payload = 1000 };
	refused(&r, &s, GRAPH_FAULT_QUOTA);
	db_rig_fini(&r);
}

static void so_many_types_and_no_more(void **state)
{
	(void)state;
	struct db_rig r;
	begin(&r, &(struct graph_db_limits){ 1 << 30, 1 << 30, 100, 3, 9 });
	for (uint32_t i = 0; i < 3; i++)
		db_must(&r, &(struct db_spec){ .id = i, .version = 1, .type = 10 + i });
	refused(&r, &(struct db_spec){ .id = 9, .version = 1, .type = 13 }, GRAPH_FAULT_TYPES);
	db_must(&r, &(struct db_spec){ .id = 9, .version = 1, .type = 12 });
	/* A type that nothing has any more gives its number away. */
	assert_int_equal(graph_db_remove(r.db, db_find(&r, 1), &r.number), OK);
	uint16_t n = graph_db_types(r.db);
	db_must(&r, &(struct db_spec){ .id = 9, .version = 2, .type = 13 });
	assert_int_equal(graph_db_types(r.db), n);
	struct graph_guid was = db_type(11);
	assert_int_equal(graph_db_type_number(r.db, &was, &n), ERR_NOT_FOUND);
	db_rig_fini(&r);
}

static void so_many_persons_and_no_more(void **state)
{
	(void)state;
	struct db_rig r;
	begin(&r, &(struct graph_db_limits){ 1 << 30, 1 << 30, 100, 9, 2 });
	struct db_spec s = { .id = 1, .version = 1, .type = 9, .creator = "a", .modifier = "b" };
	db_must(&r, &s);
	s = (struct db_spec){ .id = 2, .version = 1, .type = 9, .creator = "c" };
	refused(&r, &s, GRAPH_FAULT_PERSONS);
	s = (struct db_spec){ .id = 2, .version = 1, .type = 9, .creator = "a", .modifier = "c" };
	refused(&r, &s, GRAPH_FAULT_PERSONS);
	s.modifier = "a";
	db_must(&r, &s);
	db_rig_fini(&r);
}

/* GRAPH-7.9 */
static void reserved_types_have_room_of_their_own(void **state)
{
	(void)state;
	struct db_rig r;
	struct db_spec s = { .id = 1, .version = 1, .type = 9, .payload = 1000 };
	uint64_t each = db_octets(&s).n;
	begin(&r, &(struct graph_db_limits){ 2 * each, 2 * each, 2, 1, 1 });
	db_must(&r, &s);
	s.id = 2;
	db_must(&r, &s);
	s.id = 3;
	refused(&r, &s, GRAPH_FAULT_FULL);
	/* Full of applications' records, and still: */
	for (uint32_t t = 0; t <= 4; t++)
		db_must(&r, &(struct db_spec){ .id = 10 + t,
					       .version = 1,
					       .type = t,
					       .creator = t % 2 ? "bob" : "ann",
					       .payload = 5000 });
	/* That room ends too, */
	s = (struct db_spec){ .version = 1, .type = 3, .payload = 10 };
	for (s.id = 1000; graph_db_count(r.db) < 2 + 1024; s.id++) {
		char name[] = { 'p', (char)('0' + s.id % 10), 0 };
		s.creator = name;
		db_must(&r, &s);
	}
	s.payload = 0;
	s.creator = "ann";
	refused(&r, &s, GRAPH_FAULT_FULL);
	/* and does not take from that of the others. */
	assert_int_equal(graph_db_remove(r.db, db_find(&r, 2), &r.number), OK);
	s = (struct db_spec){ .id = 3, .version = 1, .type = 9, .payload = 1000 };
	db_must(&r, &s);
	db_rig_fini(&r);
}

/* GRAPH-7.9 */
static void reserved_quotas_types_and_persons_end(void **state)
{
	(void)state;
	struct db_rig r;
	begin(&r, &(struct graph_db_limits){ 1 << 30, 0, 1 << 20, 9, 0 });
	struct db_spec s = { .id = 1, .version = 1, .type = 2, .payload = 64000 };
	db_must(&r, &s);
	s.id = 2;
	refused(&r, &s, GRAPH_FAULT_QUOTA);
	for (uint32_t i = 0; i < 63; i++) {
		char name[8] = { 'p', (char)('0' + i / 10), (char)('0' + i % 10) };
		db_must(&r, &(struct db_spec){
				    .id = 300 + i, .version = 1, .type = 2, .creator = name });
	}
	s = (struct db_spec){ .id = 3, .version = 1, .type = 2, .creator = "q" };
	refused(&r, &s, GRAPH_FAULT_PERSONS);
	db_rig_fini(&r);
}

/* Types as {xxxxxxxx-0000-0000-0000-000000000000}. */
static enum err put_reserved(struct db_rig *r, uint32_t type)
{
	struct db_spec s = { .id = 1000 + type, .version = 1, .type = 4 };
	struct graph_record record;
	struct graph_entry *e;
	struct graph_db_put p = { .record = &record, .octets = db_octets(&s) };
	assert_int_equal(graph_record_decode(p.octets, &record), OK);
	record.type.at[3] = (uint8_t)type;
	return graph_db_put(r->db, &p, &e, &r->number, &r->why);
}

/* GRAPH-7.9 */
static void reserved_types_end_too(void **state)
{
	(void)state;
	struct db_rig r;
	db_rig_init(&r, 2);
	for (uint32_t i = 0; i < 64; i++)
		assert_int_equal(put_reserved(&r, i), OK);
	assert_int_equal(put_reserved(&r, 64), ERR_FULL);
	assert_int_equal(r.why, GRAPH_FAULT_TYPES);
	db_must(&r, &(struct db_spec){ .id = 1, .version = 1, .type = 0 });
	db_must(&r, &(struct db_spec){ .id = 2, .version = 1, .type = 9 });
	db_rig_fini(&r);
}

static bool is_vital(const struct graph_guid *type)
{
	const struct graph_guid vital = db_type(2);
	return graph_guid_eq(type, &vital);
}

#define HALF 500000

/* How many of half a megabyte each find room. */
static size_t fills(struct db_rig *r, uint32_t first, uint32_t type, const char *creator)
{
	struct graph_entry *e;
	struct db_spec s = {
		.id = first, .version = 1, .type = type, .payload = HALF, .creator = creator
	};
	for (; db_put(r, &s, &e) == OK; s.id++)
		assert_true(s.id < first + 100);
	return s.id - first;
}

/* GRAPH-7.15 */
static void what_is_vital_finds_room(void **state)
{
	(void)state;
	struct db_rig r;
	begin(&r, &(struct graph_db_limits){ 0, 64 << 20, 0, 9, 9, is_vital });
	/* All that is reserved is full, and so is what is vital; */
	assert_int_equal(fills(&r, 100, 3, "bob"), 2);
	assert_int_equal(r.why, GRAPH_FAULT_FULL);
	assert_int_equal(fills(&r, 200, 2, "bob"), 4);
	assert_int_equal(r.why, GRAPH_FAULT_FULL);
	/* the first of each is there all the same, but not more. */
	assert_int_equal(fills(&r, 300, 2, "ann"), 4);
	assert_int_equal(fills(&r, 400, 3, "ann"), 0);
	assert_int_equal(fills(&r, 500, 2, "carl"), 4);
	db_rig_fini(&r);
}

/* GRAPH-7.15: nobody has it alone. */
static void what_is_vital_has_a_quota(void **state)
{
	(void)state;
	struct db_rig r;
	begin(&r, &(struct graph_db_limits){ 1 << 30, 32 << 20, 1 << 20, 9, 9, is_vital });
	assert_int_equal(fills(&r, 100, 2, "bob"), 8);
	assert_int_equal(r.why, GRAPH_FAULT_QUOTA);
	assert_int_equal(fills(&r, 200, 2, "ann"), 8);
	/* What is only reserved has less. */
	assert_int_equal(fills(&r, 300, 3, "ann"), 1);
	assert_int_equal(r.why, GRAPH_FAULT_QUOTA);
	db_rig_fini(&r);
}

/* GRAPH-7.10: limits hold what comes. */
static void what_is_stored_is_loaded_beyond_limits(void **state)
{
	(void)state;
	struct db_rig r;
	db_rig_init(&r, 3);
	for (uint32_t i = 0; i < 10; i++)
		db_must(&r, &(struct db_spec){ .id = i, .version = 1, .type = 9 + i });
	r.limits = (struct graph_db_limits){ 10, 10, 1, 1, 0 };
	db_rig_restart(&r);
	db_rig_load(&r, 3);
	assert_int_equal(graph_db_count(r.db), 10);
	refused(&r, &(struct db_spec){ .id = 20, .version = 1, .type = 9 }, GRAPH_FAULT_FULL);
	db_must(&r, &(struct db_spec){ .id = 5, .version = 2, .type = 14, .deleted = true });
	db_rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(so_many_records_and_no_more),
		cmocka_unit_test(so_many_octets_and_no_more),
		cmocka_unit_test(a_creator_has_a_quota),
		cmocka_unit_test(so_many_types_and_no_more),
		cmocka_unit_test(so_many_persons_and_no_more),
		cmocka_unit_test(reserved_types_have_room_of_their_own),
		cmocka_unit_test(reserved_quotas_types_and_persons_end),
		cmocka_unit_test(reserved_types_end_too),
		cmocka_unit_test(what_is_vital_finds_room),
		cmocka_unit_test(what_is_vital_has_a_quota),
		cmocka_unit_test(what_is_stored_is_loaded_beyond_limits),
	};
	return cmocka_run_group_tests_name("db_limit", tests, NULL, NULL);
}
