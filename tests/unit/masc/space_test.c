/* MASC-10.1, 10.2: which spaces there are, and which one a claim is about. */
#include "claims_rig.h"

#include <stdio.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* "v4 7, v4 below": the spaces in their order. */
static const char *spaces(struct rig *r)
{
	static char line[512];
	size_t n = 0;
	line[0] = 0;
	LIST_EACH(at, next, &r->m->spaces)
	{
		const struct space *sp = LIST_ENTRY(at, struct space, at);
		char id[64];
		struct text t = TEXT_OF(id);
		masc_id_text(&t, &sp->parent);
		n += (size_t)snprintf(line + n, sizeof(line) - n, "%sv%d %s%s", n ? ", " : "",
				      sp->family == MASC_IPV4 ? 4 : 6,
				      sp->below	  ? "below"
				      : sp->scope ? sp->scope->name
						  : id,
				      sp->leaving ? " leaving" : "");
	}
	return line;
}

#define P(settings) "address=192.0.2.1 " settings

/* MASC-10.1 */
static void which_there_are(void **state)
{
	static const struct {
		const char *peers[4], *scopes[2], *spaces;
	} rows[] = {
		{ { P("role=child domain=7") }, { NULL }, "v4 7, v4 below" },
		{ { P("role=child domain=9"), P("role=sibling domain=8 parent_domain=7") },
		  { NULL },
		  "v4 7, v4 9, v4 below" },
		/* A parent in one family, a scope of ours in the other. */
		{ { P("role=child domain=7") },
		  { "site range=ff38::8000:0/112 root=yes" },
		  "v4 7, v4 below, v6 site, v6 below" },
		{ { P("role=child domain=7"), P("role=child domain=7 family=ipv6"),
		    P("role=child domain=5 family=ipv6") },
		  { NULL },
		  "v4 7, v4 below, v6 5, v6 7, v6 below" },
		{ { P("role=child domain=7") },
		  { "site range=239.248.0.0/14 root=yes", "far range=239.192.0.0/14" },
		  "v4 7, v4 site, v4 below" },
		/* A top-level domain, A15: by itself it claims from 239.192.0.0/14. */
		{ { P("role=parent domain=7") }, { NULL }, "v4 organisation, v4 below" },
		{ { P("role=parent domain=7") },
		  { "b range=239.192.0.0/15 root=yes", "a range=239.194.0.0/15 root=yes" },
		  "v4 b, v4 a, v4 below" },
		/* Changing providers, MASC-18.6. */
		{ { P("role=child domain=7 leaving=yes"), P("role=child domain=8") },
		  { NULL },
		  "v4 7 leaving, v4 8, v4 below" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rig r;
		char name[] = "a";
		rig_init(&r, "domain=100 node=10 profile=lab");
		for (size_t j = 0; j < 4 && rows[i].peers[j]; j++, name[0]++)
			rig_peer(&r, name, rows[i].peers[j]);
		for (size_t j = 0; j < 2 && rows[i].scopes[j]; j++)
			rig_scope(&r, rows[i].scopes[j]);
		rig_start(&r);
		assert_string_equal(spaces(&r), rows[i].spaces);
		rig_fini(&r);
	}
}

static const char *named(const struct space *sp)
{
	static char id[80];
	struct text t = TEXT_OF(id);
	if (!sp)
		return "none";
	if (sp->below)
		return "below";
	if (sp->scope)
		return sp->scope->name;
	masc_id_text(&t, &sp->parent);
	return id;
}

/* MASC-10.2, A30 */
static void which_it_is_about(void **state)
{
	static const struct {
		const char *peer;
		enum masc_role updated;
		const char *prefix, *space;
	} rows[] = {
		{ "kid", MASC_CHILD, "239.192.1.0/24", "below" },
		{ "inner", MASC_CHILD, "239.192.1.0/24", "below" },
		/* A scope of ours goes before the session's parent. */
		{ "east", MASC_SIBLING, "239.248.1.0/24", "site" },
		{ "inner", MASC_INTERNAL_PEER, "239.248.1.0/24", "site" },
		{ "kid", MASC_CHILD, "239.248.1.0/24", "below" },
		/* The session's parent. */
		{ "north", MASC_PARENT, "239.193.1.0/24", "7" },
		{ "east", MASC_SIBLING, "239.193.1.0/24", "7" },
		{ "south", MASC_SIBLING, "239.192.1.0/24", "6" },
		/* Among ourselves, the one whose range covers it; the lowest first. */
		{ "inner", MASC_SIBLING, "239.192.1.0/24", "6" },
		{ "inner", MASC_INTERNAL_PEER, "239.193.1.0/24", "7" },
		{ "inner", MASC_INTERNAL_PEER, "239.200.1.0/24", "none" },
		/* A hint has no range. */
		{ "kid", MASC_CHILD, "0/24", "below" },
		{ "east", MASC_SIBLING, "0/24", "7" },
		{ "inner", MASC_INTERNAL_PEER, "0/24", "6" },
	};
	struct bench b;
	bench_init(&b, "");
	rig_peer(&b.r, "south", "address=192.0.2.30 role=child domain=6");
	rig_scope(&b.r, "site range=239.248.0.0/14 root=yes");
	bench_start(&b);
	bench_hear(&b, "north: managed 239.192.0.0/15 7.71 i");
	bench_hear(&b, "south: managed 239.192.0.0/16 6.61 i");
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct masc_prefix p = bench_prefix(rows[i].prefix);
		const struct space *sp =
			space_of(b.r.m, bench_peer(&b, rows[i].peer), rows[i].updated, &p);
		if (strcmp(named(sp), rows[i].space) != 0)
			fail_msg("%s from %s is about %s", rows[i].prefix, rows[i].peer, named(sp));
	}
	bench_fini(&b);
}

static void covers(const struct space *sp, const char *prefix, bool want, uint32_t until)
{
	struct masc_prefix p = bench_prefix(prefix);
	uint32_t end = 1;
	assert_int_equal(space_covers(sp, &p, NULL), want);
	assert_int_equal(space_covers(sp, &p, &end), want);
	if (want)
		assert_int_equal(end, until);
}

static void ranges(const struct space *sp, const char *want)
{
	char line[256] = "";
	struct text t = TEXT_OF(line);
	struct masc_prefix p[8];
	size_t n = space_ranges(sp, p, COUNT(p));
	for (size_t i = 0; i < n; i++) {
		if (i)
			text_char(&t, ' ');
		masc_prefix_text(&t, &p[i]);
	}
	assert_string_equal(line, want);
	/* No more than there is room for, but told how many. */
	assert_int_equal(space_ranges(sp, p, 0), n);
}

/* MASC-18.7: the narrowest that the parent told decides. */
static void ranges_that_drain(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_start(&b);
	struct space *sp = space_parent(b.r.m, MASC_IPV4, &(struct masc_id){ { [15] = 7 } });
	struct masc_prefix p = bench_prefix("239.192.1.0/24");
	assert_false(space_drains(sp, &p));
	bench_hear(&b, "north: managed 239.192.0.0/16 7.71 i D");
	assert_true(space_drains(sp, &p));
	p = bench_prefix("239.193.1.0/24");
	assert_false(space_drains(sp, &p));
	p = bench_prefix("239.192.1.0/24");
	bench_hear(&b, "north: managed 239.192.0.0/15 7.71 i");
	assert_true(space_drains(sp, &p));
	bench_hear(&b, "north: managed 239.192.1.0/24 7.71 i");
	assert_false(space_drains(sp, &p));
	bench_fini(&b);
}

static void ranges_of_a_parent(void **state)
{
	struct bench b;
	bench_init(&b, "");
	bench_start(&b);
	struct space *sp = space_parent(b.r.m, MASC_IPV4, &(struct masc_id){ { [15] = 7 } });
	ranges(sp, "");
	covers(sp, "239.192.0.0/24", false, 0);
	bench_hear(&b, "north: managed 239.192.0.0/16 7.71 i life=50");
	bench_hear(&b, "north: managed 239.192.0.0/17 7.71 i life=90 D");
	bench_hear(&b, "east: in-use 239.192.0.0/18 8.81 i life=1000");
	ranges(sp, "239.192.0.0/16");
	covers(sp, "239.192.0.0/16", true, BENCH_WALL + 50);
	covers(sp, "239.192.255.0/24", true, BENCH_WALL + 50);
	/* Deprecated ones cover, and the longest counts. */
	covers(sp, "239.192.1.0/24", true, BENCH_WALL + 90);
	covers(sp, "239.192.0.0/15", false, 0);
	bench_fini(&b);
}

/* MASC-10.1: the scope's range is what a parent's is elsewhere, without an end. */
static void ranges_of_a_scope(void **state)
{
	struct rig r;
	rig_init(&r, "domain=100 node=10 profile=lab");
	rig_scope(&r, "site range=239.192.0.0/14 root=yes");
	rig_start(&r);
	const struct space *sp = LIST_ENTRY(r.m->spaces.next, struct space, at);
	ranges(sp, "239.192.0.0/14");
	covers(sp, "239.195.255.0/24", true, UINT32_MAX);
	covers(sp, "239.196.0.0/24", false, 0);
	struct masc_range_info i;
	assert_int_equal(masc_range_count(r.m), 1);
	masc_range_info(r.m, 0, &i);
	assert_string_equal(i.scope, "site");
	assert_int_equal(i.end, 0);
	assert_true(masc_id_is_zero(&i.parent));
	rig_fini(&r);
}

static void ranges_below(void **state)
{
	struct bench b;
	bench_usual(&b);
	const struct space *sp = space_below(b.r.m, MASC_IPV4);
	ranges(sp, "");
	bench_ours(&b, "managed 239.192.128.0/17 100.10 i");
	bench_ours(&b, "managed 239.192.64.0/18 100.10 i D");
	bench_hear(&b, "inner: managed 239.192.32.0/19 100.11 i");
	bench_hear(&b, "inner: new 239.192.16.0/20 100.11 i");
	ranges(sp, "239.192.128.0/17 239.192.32.0/19");
	bench_hold(&b, "239.192.128.0/17", 70, false);
	covers(sp, "239.192.129.0/24", true, BENCH_WALL + 70);
	covers(sp, "239.192.1.0/24", false, 0);
	bench_fini(&b);
}

static void ranges_for_people(void **state)
{
	struct bench b;
	struct masc_range_info i;
	bench_init(&b, "");
	rig_scope(&b.r, "far range=239.192.0.0/14");
	bench_start(&b);
	bench_hear(&b, "north: managed 239.192.0.0/16 7.71 i life=50 D");
	assert_int_equal(masc_range_count(b.r.m), 1);
	masc_range_info(b.r.m, 0, &i);
	struct masc_prefix p = bench_prefix("239.192.0.0/16");
	assert_true(masc_prefix_eq(&i.prefix, &p));
	assert_int_equal(i.parent.octets[15], 7);
	assert_string_equal(i.scope, "far");
	assert_true(i.deprecated);
	assert_false(i.stale);
	assert_int_equal(i.end, (BENCH_WALL + 50) * MONO_SEC);
	b.r.m->tellers.all[bench_peer(&b, "north")->teller].epoch++;
	masc_range_info(b.r.m, 0, &i);
	assert_true(i.stale);
	bench_fini(&b);
}

/* A space that stays keeps its claims; one that is not wanted goes. */
static void another_configuration(void **state)
{
	struct bench b;
	bench_init(&b, "");
	rig_scope(&b.r, "site range=239.248.0.0/14 root=yes");
	bench_start(&b);
	bench_hear(&b, "north: managed 239.192.0.0/16 7.71 i");
	bench_hear(&b, "north: new 239.248.1.0/24 8.81 c");
	assert_string_equal(spaces(&b.r), "v4 7, v4 site, v4 below");
	rig_peer(&b.r, "south", "address=192.0.2.30 role=child domain=30");
	b.r.config.n_scopes = 0;
	rig_set(&b.r, "claims_most=77");
	assert_int_equal(masc_reconfigure(b.r.m, &b.r.config, b.r.now), OK);
	assert_string_equal(spaces(&b.r), "v4 7, v4 30, v4 below");
	expect_known(&b, "managed p 239.192.0.0/16 7.71");
	struct space *sp = space_parent(b.r.m, MASC_IPV4, &(struct masc_id){ { [15] = 7 } });
	assert_int_equal(table_most(sp->table), 77);
	bench_fini(&b);
}

/* All that can fail is done first. */
static void no_memory_to_change(void **state)
{
	bool failed = false, done = false;
	for (size_t n = 1; n < 200 && !done; n++) {
		struct bench b;
		bench_init(&b, "");
		bench_start(&b);
		bench_hear(&b, "north: managed 239.192.0.0/16 7.71 i");
		rig_peer(&b.r, "south", "address=192.0.2.30 role=child domain=30");
		b.r.f.fail_at = b.r.f.allocations + n;
		enum err e = masc_reconfigure(b.r.m, &b.r.config, b.r.now);
		done = e == OK;
		failed = failed || e == ERR_NOMEM;
		assert_true(done || e == ERR_NOMEM);
		assert_string_equal(spaces(&b.r),
				    done ? "v4 7, v4 30, v4 below" : "v4 7, v4 below");
		expect_known(&b, "managed p 239.192.0.0/16 7.71");
		bench_fini(&b);
	}
	assert_true(failed && done);
}

static void look(struct bench *b, const char *within, const char *want)
{
	char line[512] = "";
	size_t n = 0;
	struct masc_claim_at at = { 0 };
	struct masc_claim_info i;
	struct masc_prefix p = bench_prefix(within);
	while (masc_claim_next(b->r.m, &at, &p, &i)) {
		char s[MASC_PREFIX_TEXT_MAX];
		struct text t = TEXT_OF(s);
		masc_prefix_text(&t, &i.prefix);
		n += (size_t)snprintf(line + n, sizeof(line) - n, "%s%s%s", n ? " " : "",
				      masc_claim_type_text(i.type), s);
	}
	assert_string_equal(line, want);
}

/* What lies in a range or covers it, each once, in order. */
static void claims_within(void **state)
{
	struct bench b;
	bench_usual(&b);
	bench_hold(&b, "239.192.0.0/16", 100000, false);
	bench_hear(&b, "east: in-use 239.192.0.0/20 8.81 i");
	bench_hear(&b, "east: new 239.192.4.0/24 8.81 i");
	bench_hear(&b, "east: new 239.192.4.0/24 8.82 i");
	bench_hear(&b, "west: new 239.192.5.0/24 9.91 i");
	bench_hear(&b, "west: new 239.192.8.0/24 9.91 i");
	bench_hear(&b, "kid: in-use 239.192.4.0/25 200.21 i");
	look(&b, "239.192.4.0/24",
	     "managed239.192.0.0/16 in-use239.192.0.0/20 new239.192.4.0/24 new239.192.4.0/24 "
	     "in-use239.192.4.0/25");
	look(&b, "239.192.4.0/23",
	     "managed239.192.0.0/16 in-use239.192.0.0/20 new239.192.4.0/24 new239.192.4.0/24 "
	     "new239.192.5.0/24 in-use239.192.4.0/25");
	look(&b, "239.193.0.0/24", "");
	look(&b, "239.192.9.0/32", "managed239.192.0.0/16 in-use239.192.0.0/20");
	bench_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(which_there_are),     cmocka_unit_test(which_it_is_about),
		cmocka_unit_test(ranges_that_drain),   cmocka_unit_test(ranges_of_a_parent),
		cmocka_unit_test(ranges_of_a_scope),   cmocka_unit_test(ranges_below),
		cmocka_unit_test(ranges_for_people),   cmocka_unit_test(another_configuration),
		cmocka_unit_test(no_memory_to_change), cmocka_unit_test(claims_within),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
