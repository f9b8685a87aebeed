/* MASC-10.1, 10.3, 15.4, 16: scopes, and the rules of claims in a configuration. */
#include "../failing_env.h"
#include "rig.h"

#include <stdio.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void memory_fails_for_scopes(void **state)
{
	struct failing_env f;
	FAILING_ENV_EACH(f, 3)
	{
		struct masc_config c, d;
		struct masc_scope_config *s;
		masc_config_init(&c, &f.env);
		bool all = true;
		for (int i = 0; i < 5; i++) {
			char name[2] = { (char)('a' + i), 0 };
			enum err e = masc_config_scope(&c, span_str(name), &s);
			assert_true(e == OK || e == ERR_NOMEM);
			all = all && e == OK;
		}
		struct masc_peer_config *p;
		all = masc_config_peer(&c, span_str("p"), &p) == OK && all;
		enum err e = masc_config_copy(&d, &c, &f.env);
		assert_int_equal(all && e == OK, !f.failed);
		if (e == OK)
			masc_config_free(&d);
		masc_config_free(&c);
		failing_env_assert_clean(&f);
	}
}

static void scopes_are_bounded_and_copied(void **state)
{
	struct failing_env f;
	struct masc_config c, d;
	struct masc_scope_config *s, *again;
	failing_env_init(&f, 1);
	masc_config_init(&c, &f.env);
	assert_int_equal(masc_config_scope(&c, span_str("a b"), &s), ERR_MALFORMED);
	for (int i = 0; i < MASC_SCOPES_MAX; i++) {
		char name[16];
		snprintf(name, sizeof(name), "s%d", i);
		assert_int_equal(masc_config_scope(&c, span_str(name), &s), OK);
		assert_int_equal(s->range.family, 0);
		assert_false(s->root);
	}
	assert_int_equal(masc_config_scope(&c, span_str("more"), &s), ERR_FULL);
	assert_int_equal(masc_config_scope(&c, span_str("s7"), &s), OK);
	assert_int_equal(masc_config_scope(&c, span_str("s7"), &again), OK);
	assert_ptr_equal(s, again);
	assert_int_equal(masc_config_copy(&d, &c, &f.env), OK);
	masc_config_free(&c);
	assert_ptr_equal(masc_config_find_scope(&d, span_str("s63")), &d.scopes[63]);
	assert_null(masc_config_find_scope(&d, span_str("s64")));
	assert_null(masc_config_find_scope(&d, span_str("")));
	masc_config_free(&d);
	failing_env_assert_clean(&f);
}

struct sense {
	const char *node;
	const char *rest[3]; /* scopes, "+NAME KEYS", and peers */
	const char *why;     /* part of the sentence; NULL: good */
};

#define NODE		   "domain=100 node=10"
#define CHILD		   "address=192.0.2.1 role=child domain=7"
#define SCOPE(name, range) "+" name " " range

/* clang-format off */
static const struct sense claim_senses[] = {
	{ NODE " waiting_period=10s claim_lifetime=39s", { 0 }, "four waiting periods or more" },
	{ NODE " waiting_period=10s claim_lifetime=40s", { 0 }, NULL },
	{ NODE " profile=lab waiting_period=60s", { 0 }, NULL },
	{ NODE " waiting_period=1500ms", { 0 }, "in whole seconds" },
	{ NODE " child_lifetime_most=5500ms", { 0 }, "in whole seconds" },
	{ NODE " profile=lab child_lifetime_most=7s", { 0 }, "child_lifetime_most is below" },
	{ NODE " profile=lab child_lifetime_most=8s", { 0 }, NULL },
	{ NODE " child_lifetime_least=9s child_lifetime_most=8s", { 0 }, "child_lifetime_most is" },
	{ NODE " quota_soft=5 quota_hard=4", { 0 }, "quota_soft is above quota_hard" },
	{ NODE " quota_soft=5 quota_hard=5", { 0 }, NULL },
	{ NODE " quota_soft=5", { 0 }, NULL },
	{ NODE " child_claim_most=15", { 0 }, "child_claim_most is below" },
	{ NODE " child_claim_most=16", { 0 }, NULL },
	{ NODE, { "address=192.0.2.1 role=parent domain=7 quota_soft=5 quota_hard=4" },
	  "peer p0: quota_soft is above" },
	{ NODE " quota_hard=4", { "address=192.0.2.1 role=parent domain=7 quota_soft=5" },
	  "peer p0: quota_soft is above" },
	{ NODE " quota_hard=4", { "address=192.0.2.1 role=parent domain=7 quota_soft=5 quota_hard=0" },
	  NULL },
	{ NODE, { CHILD " quota_hard=4" }, "are for children of ours" },
	{ NODE, { CHILD " leaving=yes" }, NULL },
	{ NODE, { "address=192.0.2.1 role=parent domain=7 leaving=yes" }, "leaving is for a parent" },
	{ NODE, { CHILD " crosses=site" }, "crosses names the scope \"site\"" },
	{ NODE, { SCOPE("site", "range=239.252.0.0/14"), CHILD " crosses=site" }, NULL },
	{ NODE, { SCOPE("site", "range=239.252.0.0/14"), CHILD " crosses=site,,site,sit" },
	  "crosses names the scope \"sit\"" },
	/* The implied one. */
	{ NODE, { "address=192.0.2.1 role=parent domain=7 crosses=organisation" }, NULL },
	{ NODE, { CHILD " crosses=organisation" }, "crosses names" },
	{ NODE, { SCOPE("a", "root=yes") }, "scope a: range must be given" },
	{ NODE, { SCOPE("a", "range=239.0.0.0/10"), SCOPE("b", "range=239.63.0.0/16") },
	  "scope b: range overlaps that of scope a;" },
	{ NODE " mac_aliasing=yes", { SCOPE("a", "range=239.63.0.0/16"), SCOPE("b", "range=239.0.0.0/10") },
	  "scope b: range overlaps that of scope a;" },
	{ NODE, { SCOPE("a", "range=239.0.0.0/10"), SCOPE("b", "range=239.64.0.0/10") }, NULL },
	/* The same low 23 bits. */
	{ NODE, { SCOPE("a", "range=239.1.0.0/16"), SCOPE("b", "range=239.129.0.0/24") },
	  "scope b: range shares link-layer addresses with scope a" },
	{ NODE, { SCOPE("a", "range=239.1.0.0/16"), SCOPE("b", "range=233.1.9.0/24") },
	  "shares link-layer addresses" },
	{ NODE " mac_aliasing=yes", { SCOPE("a", "range=239.1.0.0/16"), SCOPE("b", "range=239.129.0.0/24") },
	  NULL },
	{ NODE, { SCOPE("a", "range=239.1.0.0/16"), SCOPE("b", "range=239.130.0.0/24") }, NULL },
	{ NODE, { SCOPE("a", "range=239.0.0.0/8") }, "more than 8388608 addresses" },
	{ NODE, { SCOPE("a", "range=239.0.0.0/9") }, NULL },
	{ NODE " mac_aliasing=yes", { SCOPE("a", "range=239.0.0.0/8") }, NULL },
	{ NODE, { SCOPE("a", "range=ff38::9000:0/112"), SCOPE("b", "range=ff35:1::9000:0/120") },
	  "shares link-layer addresses" },
	{ NODE, { SCOPE("a", "range=ff38::9000:0/112"), SCOPE("b", "range=ff35:1::9001:0/112") }, NULL },
	{ NODE, { SCOPE("a", "range=ff38::/95") }, "more than 4294967296 addresses" },
	{ NODE, { SCOPE("a", "range=ff38::/96") }, NULL },
	{ NODE, { SCOPE("a", "range=ff38::/96"), SCOPE("b", "range=239.0.0.0/9") }, NULL },
	/* MASC-10.8: what nobody may claim. */
	{ NODE, { SCOPE("a", "range=224.0.0.0/4") }, "reaches into 224.0.0.0/8" },
	{ NODE, { SCOPE("a", "range=224.2.0.0/16") }, "reaches into 224.0.0.0/8" },
	{ NODE, { SCOPE("a", "range=225.1.0.0/16") }, "reserved" },
	{ NODE, { SCOPE("a", "range=227.1.0.0/16") }, "reserved" },
	{ NODE, { SCOPE("a", "range=228.0.0.0/6") }, "reserved" },
	{ NODE, { SCOPE("a", "range=231.255.0.0/16") }, "reserved" },
	{ NODE, { SCOPE("a", "range=232.1.0.0/16") }, "source-specific" },
	/* The local scope is one site's, whole. */
	{ NODE, { SCOPE("a", "range=239.255.0.0/16 root=yes") }, "the local scope, which is not shared" },
	{ NODE, { SCOPE("a", "range=239.252.0.0/14 root=yes") }, "the local scope, which is not shared" },
	{ NODE, { SCOPE("a", "range=239.255.4.0/24") }, "the local scope, which is not divided" },
	{ NODE, { SCOPE("a", "range=239.255.0.0/16") }, NULL },
	{ NODE, { SCOPE("a", "range=239.254.0.0/16 root=yes") }, NULL },
	{ NODE, { SCOPE("a", "range=233.22.30.0/24") }, NULL },
	{ NODE, { SCOPE("a", "range=233.252.0.0/24") }, "reaches into 233.252.0.0/14" },
	{ NODE, { SCOPE("a", "range=233.128.0.0/9") }, "reaches into 233.252.0.0/14" },
	{ NODE, { SCOPE("a", "range=234.1.2.0/24") }, NULL },
	{ NODE, { SCOPE("a", "range=235.0.0.0/16") }, "reserved" },
	{ NODE, { SCOPE("a", "range=236.0.0.0/16") }, "reserved" },
	{ NODE, { SCOPE("a", "range=238.0.0.0/16") }, "reserved" },
	{ NODE, { SCOPE("a", "range=ff08::9000:0/112") }, "permanent" },
	{ NODE, { SCOPE("a", "range=ff28::9000:0/112") }, "permanent" },
	{ NODE, { SCOPE("a", "range=ff11::9000:0/112") }, "no network carries" },
	{ NODE, { SCOPE("a", "range=ff1f::9000:0/112") }, "no network carries" },
	{ NODE, { SCOPE("a", "range=ff18::4000:0/112") }, "assigned for good" },
	{ NODE, { SCOPE("a", "range=ff18::8000:0/97") }, NULL },
	{ NODE, { SCOPE("a", "range=ff18::ff12:0/112") }, "solicited nodes" },
};
/* clang-format on */

static void claims_make_sense(void **state)
{
	for (size_t i = 0; i < COUNT(claim_senses); i++) {
		const struct sense *row = &claim_senses[i];
		struct rig r;
		char why[512], name[8];
		struct text t = TEXT_OF(why);
		rig_init(&r, row->node);
		for (size_t n = 0, peers = 0; n < 3 && row->rest[n]; n++) {
			snprintf(name, sizeof(name), "p%zu", peers);
			if (row->rest[n][0] == '+')
				rig_scope(&r, row->rest[n] + 1);
			else
				rig_peer(&r, name, row->rest[n]);
			peers += row->rest[n][0] != '+';
		}
		assert_int_equal(masc_config_complete(&r.config), OK);
		enum err e = masc_config_check(&r.config, &t);
		if ((e == OK) != !row->why || (e != OK && !strstr(why, row->why)))
			fail_msg("row %zu: %s", i, why);
		assert_int_equal(rig_try_start(&r), e);
		rig_fini(&r);
	}
}

static void a_top_level_domain_has_a_scope(void **state)
{
	static const struct {
		const char *node, *peer;
		bool implied;
	} rows[] = {
		{ NODE, NULL, true },
		{ "enabled=no " NODE, NULL, false },
		{ "profile=lab", NULL, false },
		{ NODE, "address=192.0.2.1 role=parent domain=7", true },
		{ NODE, "address=192.0.2.1 role=sibling domain=7", true },
		{ NODE, "address=192.0.2.1 role=parent domain=7 family=ipv6", false },
		{ NODE, CHILD, false },
		{ NODE " top_level=no", NULL, false },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rig r;
		rig_init(&r, rows[i].node);
		if (rows[i].peer)
			rig_peer(&r, "p", rows[i].peer);
		assert_int_equal(masc_config_complete(&r.config), OK);
		if (r.config.n_scopes != (rows[i].implied ? 1 : 0))
			fail_msg("row %zu", i);
		assert_int_equal(masc_config_complete(&r.config), OK);
		assert_int_equal(r.config.n_scopes, rows[i].implied ? 1 : 0);
		if (rows[i].implied) {
			char range[MASC_PREFIX_TEXT_MAX];
			struct text t = TEXT_OF(range);
			masc_prefix_text(&t, &r.config.scopes[0].range);
			assert_string_equal(range, "239.192.0.0/14");
			assert_string_equal(r.config.scopes[0].name, "organisation");
			assert_true(r.config.scopes[0].root);
		}
		rig_fini(&r);
	}
}

static void given_scopes_are_taken_as_they_are(void **state)
{
	struct rig r;
	rig_init(&r, NODE);
	rig_scope(&r, "site range=239.252.0.0/14");
	assert_int_equal(masc_config_complete(&r.config), OK);
	assert_int_equal(r.config.n_scopes, 1);
	assert_false(r.config.scopes[0].root);
	rig_fini(&r);
}

static const struct masc_scope_config *scope_of(const struct rig *r, const char *range, bool *split)
{
	struct masc_prefix p;
	assert_int_equal(masc_prefix_parse(span_str(range), &p), OK);
	return masc_config_scope_of(&r->config, &p, split);
}

/* MASC-10.3: inside of one, over its edge, outside of all. */
static void ranges_lie_in_scopes(void **state)
{
	struct rig r;
	bool split;
	rig_init(&r, NODE);
	rig_scope(&r, "a range=239.192.0.0/14");
	rig_scope(&r, "b range=239.252.0.0/14");
	assert_ptr_equal(scope_of(&r, "239.192.0.0/14", &split), &r.config.scopes[0]);
	assert_false(split);
	assert_ptr_equal(scope_of(&r, "239.253.1.0/24", &split), &r.config.scopes[1]);
	assert_false(split);
	assert_null(scope_of(&r, "239.192.0.0/13", &split));
	assert_true(split);
	assert_null(scope_of(&r, "239.196.0.0/14", &split));
	assert_false(split);
	rig_fini(&r);
}

static void sessions_cross_scopes(void **state)
{
	static const struct {
		const char *crosses;
		bool a, ab;
	} rows[] = {
		{ "", false, false },	    { "a", true, false },    { "ab", false, true },
		{ " a , ab ", true, true }, { ",,ab", false, true }, { "b,c", false, false },
	};
	struct rig r;
	rig_init(&r, NODE);
	rig_scope(&r, "a range=239.192.0.0/14");
	rig_scope(&r, "ab range=239.252.0.0/14");
	rig_peer(&r, "p", CHILD);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct masc_peer_config *p = &r.config.peers[0];
		snprintf(p->crosses, sizeof(p->crosses), "%s", rows[i].crosses);
		if (masc_config_crosses(p, &r.config.scopes[0]) != rows[i].a ||
		    masc_config_crosses(p, &r.config.scopes[1]) != rows[i].ab)
			fail_msg("%s", rows[i].crosses);
	}
	rig_fini(&r);
}

/* In milliseconds; -1 no limit. MASC-16.2 for the clock. */
static void rules_in_force(void **state)
{
	static const struct {
		const char *node;
		int64_t wait, delay, life, skew, least, most;
		enum masc_clock_check clock;
	} rows[] = {
		{ "profile=rfc", 172800000, 600000, 2592000000, 86400000, 691200000, -1,
		  MASC_CLOCK_KERNEL },
		{ "profile=campus", 30000, 3000, 86400000, 60000, 120000, -1, MASC_CLOCK_KERNEL },
		{ "profile=lab", 2000, 200, 60000, 1000, 8000, -1, MASC_CLOCK_OFF },
		{ "profile=lab waiting_period=30s", 30000, 3000, 120000, 1000, 120000, -1,
		  MASC_CLOCK_OFF },
		{ "profile=rfc waiting_period=1s", 1000, 200, 2592000000, 86400000, 4000, -1,
		  MASC_CLOCK_KERNEL },
		{ "profile=lab waiting_period=30s claim_delay=0", 30000, 0, 120000, 1000, 120000,
		  -1, MASC_CLOCK_OFF },
		{ "profile=lab claim_lifetime=1h skew_keep=0 clock_check=peers", 2000, 200, 3600000,
		  0, 8000, -1, MASC_CLOCK_PEERS },
		{ "profile=rfc clock_check=off child_lifetime_least=5s child_lifetime_most=6s",
		  172800000, 600000, 2592000000, 86400000, 5000, 6000, MASC_CLOCK_OFF },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rig r;
		rig_init(&r, rows[i].node);
		struct masc_rules f = masc_config_rules(&r.config);
		assert_true(f.waiting_period == rows[i].wait * MONO_MS);
		assert_true(f.claim_delay == rows[i].delay * MONO_MS);
		assert_true(f.claim_lifetime == rows[i].life * MONO_MS);
		assert_true(f.skew_keep == rows[i].skew * MONO_MS);
		assert_true(f.child_lifetime_least == rows[i].least * MONO_MS);
		assert_true(f.child_lifetime_most ==
			    (rows[i].most < 0 ? INT64_MAX : rows[i].most * MONO_MS));
		assert_int_equal(f.clock_check, rows[i].clock);
		rig_fini(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_fails_for_scopes),
		cmocka_unit_test(scopes_are_bounded_and_copied),
		cmocka_unit_test(claims_make_sense),
		cmocka_unit_test(a_top_level_domain_has_a_scope),
		cmocka_unit_test(given_scopes_are_taken_as_they_are),
		cmocka_unit_test(ranges_lie_in_scopes),
		cmocka_unit_test(sessions_cross_scopes),
		cmocka_unit_test(rules_in_force),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
