/* What a group answers its graph (GROUP-9.14): which Policy holds where there are several, and
 * many records signed at once. */
#include "circle.h"

static const struct graph_guid none;

static void set(struct circle *c, size_t i, const char *friendly)
{
	char room[200];
	struct text why = TEXT_OF(room);
	if (circle_set(c, i, friendly, &why) != OK)
		fail_msg("%s", room);
}

static void assert_called(struct circle *c, size_t i, const char *friendly)
{
	assert_string_equal(circle_look(c, i).friendly, friendly);
}

/* ---- several Policies ---- */

/* As if it had not heard of the one that is there when it made another. */
static void forgets(struct circle *c, size_t i, const struct graph_guid *id, uint32_t version)
{
	c->m[i].g->policy_id = *id;
	c->m[i].g->policy_version = version;
}

static void begin(struct circle *c)
{
	circle_init(c, CRYPTO_MODERN, 0);
	circle_admit(c, 1, CRYPTO_ROLE_ADMIN, 0);
	circle_admit(c, 2, CRYPTO_ROLE_MEMBER, 0);
}

/* D6: of two the higher version, then the lowest Record ID; the same everywhere, whatever came
 * first. */
static void the_same_everywhere(void **state)
{
	struct circle c;
	begin(&c);
	struct graph_guid first = c.m[0].g->policy_id;
	forgets(&c, 1, &none, 0);
	set(&c, 1, "Late");
	assert_int_equal(circle_count(&c, &group_type_policy), 2);
	struct graph_guid second = c.m[1].g->policy_id;
	assert_true(memcmp(first.at, second.at, sizeof(first.at)) < 0);
	assert_called(&c, 0, "Family");
	assert_called(&c, 2, "Family");
	circle_go(&c, 1);
	circle_come(&c, 1);
	assert_called(&c, 1, "Family");
	/* A higher version wins, though its ID is the higher one. */
	forgets(&c, 1, &second, 1);
	set(&c, 1, "Newer");
	for (size_t i = 0; i < 3; i++)
		assert_called(&c, i, "Newer");
	/* The first one, once it is as high as that. */
	forgets(&c, 0, &first, 1);
	set(&c, 0, "First");
	assert_called(&c, 1, "First");
	assert_called(&c, 2, "First");
	circle_go(&c, 2);
	circle_come(&c, 2);
	assert_called(&c, 2, "First");
	circle_fini(&c);
}

/* One that has ended holds against none. */
static void what_has_ended_gives_way(void **state)
{
	struct circle c;
	begin(&c);
	set(&c, 0, "Second");
	set(&c, 0, "Third"); /* of a higher version than the next one will be */
	c.m[2].g->need[GROUP_NEED_POLICY].until = circle_wall(&c);
	forgets(&c, 1, &none, 0);
	set(&c, 1, "Late");
	assert_called(&c, 0, "Third");
	assert_called(&c, 2, "Late");
	circle_fini(&c);
}

/* ---- many at once ---- */

struct many {
	struct circle c;
	struct record r[4];
	struct graph_record records[4];
	enum graph_change change[4];
	struct span security[4];
	enum err each[4];
};

static void compose(struct many *m, size_t i, const char *payload)
{
	record_init(&m->r[i], people_name(&m->c.t, 0), people_name(&m->c.t, 1));
	m->r[i].r.created = m->r[i].r.modified = record_time(circle_wall(&m->c));
	m->r[i].r.expires = m->r[i].r.created + 3600 * RECORD_SECOND;
	m->r[i].r.id.at[0] = (uint8_t)i;
	record_payload(&m->r[i], span_str(payload));
	m->records[i] = m->r[i].r;
	m->change[i] = GRAPH_CHANGE_ADDED;
}

static struct many *compose_all(void)
{
	static struct many m;
	memset(&m, 0, sizeof(m));
	begin(&m.c);
	for (size_t i = 0; i < 4; i++)
		compose(&m, i, "one of many");
	return &m;
}

static void sign_many(struct many *m, size_t n)
{
	struct graph_provider p = group_provider(m->c.m[0].g);
	for (size_t i = 0; i < 4; i++)
		m->each[i] = ERR_CORRUPT;
	p.ops->secure_many(p.ctx, m->records, m->change, n, m->security, m->each);
}

static enum graph_opinion judged(struct many *m, size_t i)
{
	struct graph_provider p = group_provider(m->c.m[2].g);
	struct graph_record r = m->records[i];
	r.security = m->security[i];
	return p.ops->validate(p.ctx, &r, m->change[i]);
}

/* Each for itself: what others would refuse is refused, the rest goes under one root. */
static void some_may_not(void **state)
{
	struct many *m = compose_all();
	struct group_counts before = m->c.m[0].g->counts;
	m->records[1].type = group_type_security;
	m->records[1].type.at[0] = 7; /* reserved, and nobody's */
	sign_many(m, 4);
	assert_int_equal(m->each[1], ERR_DENIED);
	assert_int_equal(m->security[1].n, 0);
	for (size_t i = 0; i < 4; i += i ? 1 : 2) {
		assert_int_equal(m->each[i], OK);
		assert_int_equal(judged(m, i), GRAPH_VALID);
		m->records[i].payload = span_str("another one");
		assert_int_equal(judged(m, i), GRAPH_INVALID);
	}
	assert_false(span_eq(m->security[0], m->security[2]));
	struct group_counts after = m->c.m[0].g->counts;
	assert_int_equal(after.signed_records, before.signed_records + 3);
	assert_int_equal(after.batches, before.batches + 1);
	circle_fini(&m->c);
}

/* One alone needs no tree, nor does what the group's key signs. */
static void one_is_no_batch(void **state)
{
	struct many *m = compose_all();
	uint64_t before = m->c.m[0].g->counts.batches;
	sign_many(m, 1);
	assert_int_equal(m->each[0], OK);
	assert_int_equal(m->security[0].n, 96);
	assert_int_equal(judged(m, 0), GRAPH_VALID);
	record_creator(&m->r[1], people_name(&m->c.t, 0));
	m->records[1] = m->r[1].r;
	m->records[1].type = group_type_security;
	m->records[1].payload = span_of(m->c.security, m->c.n_security);
	m->records[1].id = m->c.m[0].g->security_id;
	sign_many(m, 2);
	assert_int_equal(m->each[0], OK);
	assert_int_equal(m->each[1], OK);
	assert_int_equal(m->security[0].n, 96);
	assert_int_equal(m->c.m[0].g->counts.batches, before);
	circle_fini(&m->c);
}

static void without_memory(void **state)
{
	struct many *m = compose_all();
	size_t failures = 0;
	for (size_t n = 1;; n++) {
		failing_env_fail_at(&m->c.m[0].f, n);
		sign_many(m, 4);
		m->c.m[0].f.fail_at = 0;
		for (size_t i = 0; i < 4; i++)
			assert_int_equal(m->each[i], m->c.m[0].f.failed ? ERR_NOMEM : OK);
		if (!m->c.m[0].f.failed)
			break;
		failures++;
	}
	assert_true(failures > 1);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(judged(m, i), GRAPH_VALID);
	circle_fini(&m->c);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_everywhere), cmocka_unit_test(what_has_ended_gives_way),
		cmocka_unit_test(some_may_not),	       cmocka_unit_test(one_is_no_batch),
		cmocka_unit_test(without_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
