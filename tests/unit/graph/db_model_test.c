/* Thousands of operations at random against a simple model: an array. After each of them
 * orders, indexes and counts are held against it. */
#include "db_rig.h"

#define IDS   120
#define STEPS 1000

struct row {
	bool in;
	struct db_spec spec;
	uint64_t at; /* of its last change, for the walk by type */
	uint32_t number;
};

struct model {
	struct db_rig r;
	struct row row[IDS];
	uint64_t changes;
};

static const char *const names[] = { "ann", "bob", "cid", "dan" };
static const char *const attributes[] = {
	NULL,
	"<attribute name=\"k\" type=\"int\">1</attribute>",
	"<attribute name=\"k\" type=\"int\">1</attribute>"
	"<attribute name=\"k\" type=\"int\">2</attribute>",
	"<attribute name=\"k\" type=\"int\">2</attribute>"
	"<attribute name=\"day\" type=\"date\">2024-02-29</attribute>",
};
static const bool has_one[] = { false, true, true, false };

static uint64_t dice(struct model *m, uint64_t n)
{
	return failing_env_next(&m->r.crypto_env) % n;
}

static struct db_spec random_spec(struct model *m, uint32_t id)
{
	bool app = dice(m, 4) != 0;
	return (struct db_spec){
		.id = id,
		.version = 1 + (uint32_t)dice(m, 50),
		.type = (uint32_t)(app ? 9 + dice(m, 3) : dice(m, 5)),
		.creator = names[dice(m, 4)],
		.modifier = dice(m, 2) ? names[dice(m, 4)] : NULL,
		.created = dice(m, 5),
		.modified = 5 + dice(m, 40),
		.expires = 50 + dice(m, 20),
		.payload = dice(m, 300),
		.attributes = attributes[dice(m, 4)],
		.deleted = dice(m, 5) == 0,
		.local = (uint8_t)dice(m, 4),
	};
}

static int by_place(const struct row *a, const struct row *b)
{
	struct graph_place p = { a->spec.modified, db_guid(a->spec.id) };
	struct graph_place q = { b->spec.modified, db_guid(b->spec.id) };
	return graph_place_cmp(&p, &q);
}

static void check_entry(struct model *m, const struct row *row, const struct graph_entry *e)
{
	const struct db_spec *s = &row->spec;
	struct span octets;
	assert_non_null(e);
	assert_int_equal(e->version, s->version);
	assert_int_equal(e->deleted, s->deleted);
	assert_int_equal(e->local, s->local);
	assert_int_equal(e->expires, RIG_TIME + s->expires * GRAPH_TICKS_SEC);
	assert_true(span_eq(e->creator->utf16, db_utf16(s->creator)));
	assert_int_equal(e->modifier != NULL, s->modifier != NULL);
	assert_int_equal(graph_db_octets(m->r.db, e, &octets), OK);
	assert_true(span_eq(octets, db_octets(s)));
}

static void check_places(struct model *m)
{
	const struct row *last = NULL;
	for (const struct graph_entry *e = graph_db_after(m->r.db, NULL); e;
	     e = graph_db_next(m->r.db, e)) {
		const struct row *least = NULL;
		for (size_t i = 0; i < IDS; i++) {
			const struct row *row = &m->row[i];
			if (row->in && (!last || by_place(last, row) < 0) &&
			    (!least || by_place(row, least) < 0))
				least = row;
		}
		assert_non_null(least);
		struct graph_guid id = db_guid(least->spec.id);
		assert_true(graph_guid_eq(&e->place.id, &id));
		last = least;
	}
}

static void check_types(struct model *m)
{
	for (uint32_t type = 0; type < 12; type++) {
		struct graph_guid guid = db_type(type);
		uint16_t number;
		uint64_t last = 0;
		size_t n = 0, walked = 0;
		for (size_t i = 0; i < IDS; i++)
			n += m->row[i].in && m->row[i].spec.type == type;
		enum err e = graph_db_type_number(m->r.db, &guid, &number);
		assert_int_equal(e, n || type < 4 ? OK : ERR_NOT_FOUND);
		if (e)
			continue;
		assert_int_equal(graph_db_type_count(m->r.db, number), n);
		struct graph_cursor c;
		struct graph_entry *entry;
		graph_cursor_begin(m->r.db, &c, number);
		while ((entry = graph_cursor_next(m->r.db, &c)) != NULL) {
			const struct row *row = &m->row[entry->heard_in - 1];
			assert_true(row->at > last);
			last = row->at;
			walked++;
		}
		graph_cursor_end(&c);
		assert_int_equal(walked, n);
	}
}

static void check_counts(struct model *m)
{
	size_t n = 0, with = 0, found = 0, at = 0;
	uint64_t first = UINT64_MAX;
	for (size_t i = 0; i < IDS; i++) {
		const struct row *row = &m->row[i];
		n += row->in;
		for (size_t k = 0; row->in && k < 4; k++)
			with += row->spec.attributes == attributes[k] && has_one[k];
		if (row->in && row->spec.expires < first)
			first = row->spec.expires;
	}
	assert_int_equal(graph_db_count(m->r.db), n);
	while (graph_db_with(m->r.db, span_str("k"), span_str("1"), &at))
		found++;
	assert_int_equal(found, with);
	const struct graph_entry *e = graph_db_first_expiry(m->r.db);
	assert_int_equal(e != NULL, n > 0);
	if (e)
		assert_int_equal(e->expires, RIG_TIME + first * GRAPH_TICKS_SEC);
}

static void check(struct model *m, bool all)
{
	for (uint32_t i = 0; i < IDS; i++) {
		const struct graph_entry *e = db_find(&m->r, i);
		assert_int_equal(e != NULL, m->row[i].in);
		if (m->row[i].in && all)
			check_entry(m, &m->row[i], e);
	}
	(void)db_sum(m->r.db);
	check_counts(m);
	if (all) {
		check_places(m);
		check_types(m);
	}
}

static void put(struct model *m, uint32_t id)
{
	struct row *row = &m->row[id];
	struct db_spec s = random_spec(m, id);
	struct graph_entry *e = NULL;
	enum err err = db_put(&m->r, &s, &e);
	assert_true(err == OK || (err == ERR_NOMEM && m->r.f.failed));
	if (err)
		return;
	e->heard_in = id + 1;
	*row = (struct row){ true, s, ++m->changes, id };
}

static void drop(struct model *m, uint32_t id)
{
	struct graph_entry *e = db_find(&m->r, id);
	if (!e)
		return;
	enum err err = graph_db_remove(m->r.db, e, &m->r.number);
	assert_true(err == OK || (err == ERR_NOMEM && m->r.f.failed));
	if (!err)
		m->row[id].in = false;
}

static void reload(struct model *m)
{
	if (dice(m, 2)) {
		graph_db_forget(m->r.db);
	} else {
		db_rig_restart(&m->r);
	}
	db_rig_load(&m->r, 1 + dice(m, 40));
	/* The walk by type begins anew, in the order of rows. */
	for (uint32_t i = 0; i < IDS; i++) {
		struct graph_entry *e = db_find(&m->r, i);
		if (!e)
			continue;
		e->heard_in = i + 1;
		m->row[i].at = e->row;
		if (e->row > m->changes)
			m->changes = e->row;
	}
}

static void step(struct model *m)
{
	uint32_t id = (uint32_t)dice(m, IDS);
	uint64_t what = dice(m, 100);
	if (dice(m, 5) == 0)
		failing_env_fail_at(&m->r.f, 1 + dice(m, 6));
	if (what < 60)
		put(m, id);
	else if (what < 98)
		drop(m, id);
	m->r.f.fail_at = 0;
	m->r.f.failed = false;
	if (what >= 98)
		reload(m);
}

static void run(uint64_t seed)
{
	static struct model m;
	memset(&m, 0, sizeof(m));
	db_rig_init(&m.r, seed);
	for (int i = 0; i < STEPS; i++) {
		step(&m);
		check(&m, i % 10 == 0);
	}
	db_rig_fini(&m.r);
}

/* GRAPH-7.4, GRAPH-7.5, GRAPH-7.6, GRAPH-7.7, GRAPH-7.12 */
static void random_changes_agree_with_a_model(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++)
		run(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_changes_agree_with_a_model),
	};
	return cmocka_run_group_tests_name("db_model", tests, NULL, NULL);
}
