/* MASC-1: identifiers, keys, defaults, and what is refused as a whole. */
#include "../telltale_env.h"
#include "../written.h"
#include "rig.h"

#include <stdio.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* MASC-1.1: as people write them. */
static void identifiers_are_read(void **state)
{
	static const struct {
		const char *text;
		enum err e;
		const char *back;
	} rows[] = {
		{ "0", OK, "0" },
		{ "64501", OK, "64501" },
		{ "4294967295", OK, "4294967295" },
		{ "4294967296", ERR_RANGE, NULL },
		{ "99999999999999999999999", ERR_RANGE, NULL },
		{ "192.0.2.1", OK, "3221225985" },
		{ "2001:db8::1", OK, "2001:db8::1" },
		{ "::5", OK, "5" },
		{ "::1:0:5", OK, "::1:0:5" },
		{ "", ERR_MALFORMED, NULL },
		{ "-1", ERR_MALFORMED, NULL },
		{ "north", ERR_MALFORMED, NULL },
		{ "192.0.2.1:80", ERR_MALFORMED, NULL },
		{ "[2001:db8::1]:80", ERR_MALFORMED, NULL },
		{ "fe80::1%3", ERR_MALFORMED, NULL },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct masc_id id;
		char back[64];
		struct text t = TEXT_OF(back);
		memset(&id, 0x5a, sizeof(id));
		if (masc_id_parse(span_str(rows[i].text), &id) != rows[i].e)
			fail_msg("%s", rows[i].text);
		if (rows[i].e != OK) {
			assert_int_equal(id.octets[3], 0x5a);
			continue;
		}
		masc_id_text(&t, &id);
		assert_string_equal(back, rows[i].back);
	}
}

/* MASC-1.1. */
static void identifiers_are_numbers(void **state)
{
	struct masc_id zero = rig_id(0), small = rig_id(9), large = rig_id(0xffffffff), wide;
	assert_int_equal(masc_id_parse(span_str("1::"), &wide), OK);
	assert_true(masc_id_is_zero(&zero));
	assert_false(masc_id_is_zero(&small));
	assert_int_equal(masc_id_cmp(&small, &large), -1);
	assert_int_equal(masc_id_cmp(&large, &small), 1);
	assert_int_equal(masc_id_cmp(&small, &small), 0);
	assert_true(masc_id_eq(&small, &small));
	assert_false(masc_id_eq(&small, &large));
	assert_int_equal(masc_id_cmp(&large, &wide), -1);
	assert_true(masc_id_fits_ipv4(&large));
	assert_false(masc_id_fits_ipv4(&wide));
}

static enum err set(struct masc_config *c, const char *key, const char *value)
{
	char why[256];
	struct text t = TEXT_OF(why);
	enum err e = setting_set(masc_settings, c, span_str(key), span_str(value), &t);
	assert_int_equal(e == OK, t.n == 0);
	return e;
}

static void defaults(void **state)
{
	struct failing_env f;
	struct masc_config c;
	struct masc_peer_config *p;
	failing_env_init(&f, 1);
	masc_config_init(&c, &f.env);
	assert_true(c.enabled);
	assert_false(masc_config_active(&c));
	assert_int_equal(c.profile, MASC_PROFILE_RFC);
	assert_int_equal(c.top_level, MASC_TOP_AUTO);
	assert_int_equal(c.hold_time, -1);
	assert_int_equal(c.n_scopes, 0);
	assert_true(c.strict_origin && !c.mac_aliasing);
	assert_int_equal(c.use_percent, 75);
	assert_int_equal(c.prefixes_most, 3);
	assert_int_equal(c.claim_least, 16);
	assert_int_equal(c.claim_first, 256);
	assert_int_equal(c.claims_most, 1500000);
	assert_int_equal(c.origin_most, 1200000);
	assert_int_equal(c.child_claims, 64);
	assert_int_equal(c.damp_after, 8);
	assert_int_equal(c.waiting_period, -1);
	assert_int_equal(c.n_listen, 2);
	assert_int_equal(c.listen[0].family, ADDR_IPV4);
	assert_int_equal(c.listen[1].family, ADDR_IPV6);
	assert_int_equal(c.listen[1].port, MASC_PORT);
	assert_int_equal(masc_config_peer(&c, span_str("p"), &p), OK);
	assert_true(masc_config_active(&c));
	assert_int_equal(p->role, MASC_ROLE_NOT_GIVEN);
	assert_int_equal(p->local_address.family, ADDR_NONE);
	assert_int_equal(p->hold_time, -1);
	assert_int_equal(p->family, 0);
	assert_false(p->passive);
	assert_int_equal(p->quota_soft, -1);
	assert_int_equal(p->quota_hard, -1);
	assert_string_equal(p->crosses, "");
	c.enabled = false;
	assert_false(masc_config_active(&c));
	masc_config_free(&c);
	failing_env_assert_clean(&f);
}

/* Every key reads what it writes. */
static void keys_both_ways(void **state)
{
	static const char *const node_keys[][2] = {
		{ "enabled", "no" },
		{ "domain", "64501" },
		{ "node", "2001:db8::1" },
		{ "top_level", "no" },
		{ "profile", "campus" },
		{ "hold_time", "30s" },
		{ "connect_retry", "5s" },
		{ "idle_backoff", "default" },
		{ "idle_backoff_max", "1h" },
		{ "listen", "127.0.0.1:2600, [::1]:2587" },
		{ "waiting_period", "1h" },
		{ "claim_delay", "90s" },
		{ "claim_lifetime", "10d" },
		{ "skew_keep", "default" },
		{ "clock_check", "peers" },
		{ "clash", "manual" },
		{ "strict_origin", "false" },
		{ "mac_aliasing", "true" },
		{ "use_percent", "100" },
		{ "prefixes_most", "2" },
		{ "claim_least", "64" },
		{ "claim_first", "1k" },
		{ "claims_most", "2M" },
		{ "origin_most", "5000" },
		{ "quota_soft", "64k" },
		{ "quota_hard", "1G" },
		{ "child_claim_most", "1T" },
		{ "child_claims", "9" },
		{ "damp_after", "3" },
		{ "child_lifetime_least", "1d" },
		{ "child_lifetime_most", "2w" },
	};
	struct failing_env f;
	struct masc_config c;
	char first[1024], again[1024];
	struct text t = TEXT_OF(first), u = TEXT_OF(again);
	failing_env_init(&f, 1);
	masc_config_init(&c, &f.env);
	for (size_t i = 0; i < COUNT(node_keys); i++)
		assert_int_equal(set(&c, node_keys[i][0], node_keys[i][1]), OK);
	written(masc_settings, &c, &t);
	for (size_t i = 0; i < COUNT(node_keys); i++) {
		const struct setting *s = setting_find(masc_settings, span_str(node_keys[i][0]));
		char value[256], back[256];
		struct text v = TEXT_OF(value), w = TEXT_OF(back);
		assert_true(setting_write(s, &c, &v));
		assert_int_equal(set(&c, node_keys[i][0], value), OK);
		assert_true(setting_write(s, &c, &w));
		assert_string_equal(value, back);
	}
	written(masc_settings, &c, &u);
	assert_string_equal(first, again);
	assert_non_null(strstr(first, "127.0.0.1:2600"));
	assert_int_equal(c.n_listen, 2);
	assert_true(c.claim_first == 1024 && c.quota_hard == 1 << 30);
	assert_true(c.child_claim_most == INT64_C(1) << 40);
	masc_config_free(&c);
}

static void set_peer(struct masc_peer_config *p, const char *key, const char *value)
{
	char why[256];
	struct text t = TEXT_OF(why);
	enum err e = setting_set(masc_peer_settings, p, span_str(key), span_str(value), &t);
	assert_int_equal(e, OK);
}

static void peer_keys_both_ways(void **state)
{
	static const char *const keys[][2] = {
		{ "address", "192.0.2.1:2600" },
		{ "local_address", "192.0.2.9" },
		{ "role", "sibling" },
		{ "family", "ipv6" },
		{ "domain", "7" },
		{ "node", "2001:db8::1" },
		{ "parent_domain", "50" },
		{ "hold_time", "30s" },
		{ "ttl_security", "1" },
		{ "crosses", "site, wide" },
		{ "quota_soft", "5000" },
		{ "quota_hard", "default" },
	};
	struct masc_peer_config p;
	char lines[1024];
	struct text t = TEXT_OF(lines);
	memset(&p, 0, sizeof(p));
	setting_defaults(masc_peer_settings, &p);
	written(masc_peer_settings, &p, &t);
	assert_non_null(strstr(lines, "local_address = any"));
	for (size_t i = 0; i < COUNT(keys); i++)
		set_peer(&p, keys[i][0], keys[i][1]);
	set_peer(&p, "md5_key", "secret");
	text_clear(&t);
	written(masc_peer_settings, &p, &t);
	for (size_t i = 0; i < COUNT(keys); i++)
		assert_non_null(strstr(lines, keys[i][1]));
	assert_null(strstr(lines, "secret"));
	char why[256];
	struct text w = TEXT_OF(why);
	assert_int_not_equal(setting_set(masc_peer_settings, &p, span_str("local_address"),
					 span_str("192.0.2.9:80"), &w),
			     OK);
	assert_non_null(strstr(why, "without a port"));
}

static void lists_may_have_spaces(void **state)
{
	struct failing_env f;
	struct masc_config c;
	failing_env_init(&f, 1);
	masc_config_init(&c, &f.env);
	assert_int_equal(set(&c, "listen", " 127.0.0.1 ,\t127.0.0.2 "), OK);
	assert_int_equal(c.n_listen, 2);
	char why[256];
	struct text t = TEXT_OF(why);
	c.domain = c.node = rig_id(5);
	c.n_listen = 0;
	assert_int_equal(masc_config_check(&c, &t), ERR_CONFIG);
	assert_non_null(strstr(why, "listen is empty"));
	masc_config_free(&c);
}

static void values_refused(void **state)
{
	static const char *const rows[][2] = {
		{ "hold_time", "70000s" },
		{ "hold_time", "soon" },
		{ "hold_time", "-1" },
		{ "connect_retry", "0" },
		{ "idle_backoff", "1ms" },
		{ "profile", "home" },
		{ "domain", "x" },
		{ "domain", "4294967296" },
		{ "listen", "" },
		{ "listen", "here" },
		{ "listen", "1.2.3.4,,5.6.7.8" },
		{ "top_level", "maybe" },
		{ "waiting_period", "500ms" },
		{ "waiting_period", "2y" },
		{ "claim_lifetime", "0" },
		{ "clock_check", "ntp" },
		{ "clash", "ask" },
		{ "use_percent", "0" },
		{ "use_percent", "101" },
		{ "prefixes_most", "0" },
		{ "claim_least", "0" },
		{ "claim_least", "k" },
		{ "claim_least", "16K" },
		{ "claim_least", "" },
		{ "claim_first", "8G" },
		{ "quota_hard", "99999999T" },
		{ "quota_hard", "-1" },
		{ "quota_hard", "default" },
		{ "child_claims", "0" },
		{ "damp_after", "0" },
		{ "listen",
		  "1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1" },
	};
	struct failing_env f;
	struct masc_config c;
	failing_env_init(&f, 1);
	masc_config_init(&c, &f.env);
	for (size_t i = 0; i < COUNT(rows); i++)
		if (set(&c, rows[i][0], rows[i][1]) == OK)
			fail_msg("%s = %s", rows[i][0], rows[i][1]);
	assert_int_equal(set(&c, "hold-time", "9s"), ERR_NOT_FOUND);
	assert_int_equal(c.n_listen, 2);
	masc_config_free(&c);
}

static void names_of_peers(void **state)
{
	static const char *const bad[] = {
		"", "a b", "a/b", "\xc3\xa4",
		"0123456789012345678901234567890123456789012345678901234567890123"
	};
	struct failing_env f;
	struct masc_config c;
	struct masc_peer_config *p, *q;
	failing_env_init(&f, 1);
	masc_config_init(&c, &f.env);
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(masc_config_peer(&c, span_str(bad[i]), &p), ERR_MALFORMED);
	assert_int_equal(masc_config_peer(&c, span_of(bad[4], 63), &p), OK);
	assert_int_equal(masc_config_peer(&c, span_str("A-b_c.9"), &p), OK);
	p->ttl_security = 3;
	assert_int_equal(masc_config_peer(&c, span_str("A-b_c.9"), &q), OK);
	assert_ptr_equal(p, q);
	assert_int_equal(c.n_peers, 2);
	masc_config_free(&c);
	failing_env_assert_clean(&f);
}

static void peers_are_bounded_and_copied(void **state)
{
	struct failing_env f;
	struct masc_config c, d;
	struct masc_peer_config *p;
	failing_env_init(&f, 1);
	masc_config_init(&c, &f.env);
	for (int i = 0; i < MASC_PEERS_MAX; i++) {
		char name[16];
		snprintf(name, sizeof(name), "p%d", i);
		assert_int_equal(masc_config_peer(&c, span_str(name), &p), OK);
		if (i != 2)
			continue;
		/* A copy is whole and can grow by itself. */
		assert_int_equal(masc_config_copy(&d, &c, &f.env), OK);
		assert_int_equal(masc_config_peer(&d, span_str("more"), &p), OK);
		assert_int_equal(masc_config_peer(&d, span_str("and-more"), &p), OK);
		assert_string_equal(d.peers[1].name, "p1");
		assert_string_equal(d.peers[4].name, "and-more");
		masc_config_free(&d);
	}
	assert_int_equal(masc_config_peer(&c, span_str("more"), &p), ERR_FULL);
	assert_int_equal(masc_config_peer(&c, span_str("p4095"), &p), OK);
	masc_config_free(&c);
	failing_env_assert_clean(&f);
}

static void memory_fails(void **state)
{
	struct failing_env f;
	FAILING_ENV_EACH(f, 3)
	{
		struct masc_config c, d;
		struct masc_peer_config *p;
		masc_config_init(&c, &f.env);
		bool all = true;
		for (int i = 0; i < 5; i++) {
			char name[2] = { (char)('a' + i), 0 };
			enum err e = masc_config_peer(&c, span_str(name), &p);
			assert_true(e == OK || e == ERR_NOMEM);
			all = all && e == OK;
		}
		enum err e = masc_config_copy(&d, &c, &f.env);
		assert_int_equal(all && e == OK, !f.failed);
		if (e == OK)
			masc_config_free(&d);
		masc_config_free(&c);
		failing_env_assert_clean(&f);
	}
}

struct sense {
	const char *node;
	const char *peers[3];
	const char *why; /* part of the sentence; NULL: good */
};

#define NODE  "domain=100 node=10"
#define CHILD "address=192.0.2.1 role=child domain=7"

/* clang-format off */
static const struct sense senses[] = {
	{ "enabled=yes", { 0 }, NULL },
	{ NODE, { 0 }, NULL },
	{ NODE, { CHILD }, NULL },
	{ "enabled=no domain=100", { "hold_time=1s" }, NULL },
	{ "node=10", { 0 }, "domain must be given" },
	{ "domain=100", { 0 }, "node must be given" },
	{ "profile=lab", { CHILD }, "domain must be given" },
	{ NODE " hold_time=1s", { 0 }, "hold_time must be 0" },
	{ NODE " hold_time=2999ms", { 0 }, "hold_time must be 0" },
	{ NODE " hold_time=3500ms", { 0 }, "hold_time must be 0" },
	{ NODE " hold_time=0", { CHILD }, NULL },
	{ NODE " hold_time=3s", { CHILD }, NULL },
	{ NODE " hold_time=65535s", { CHILD }, NULL },
	{ NODE, { CHILD " hold_time=2s" }, "peer p0: hold_time" },
	{ NODE " idle_backoff=5s idle_backoff_max=4s", { 0 }, "idle_backoff is above" },
	{ NODE " idle_backoff=2h profile=campus", { 0 }, NULL },
	{ NODE " listen=224.0.0.1", { 0 }, "listen takes" },
	{ NODE " listen=127.0.0.1:0", { 0 }, "listen takes" },
	{ NODE, { "role=child domain=7" }, "peer p0: address must be given" },
	{ NODE, { "address=0.0.0.0 role=child domain=7" }, "one host" },
	{ NODE, { "address=:: role=child domain=7" }, "one host" },
	{ NODE, { "address=224.0.0.1 role=child domain=7" }, "one host" },
	{ NODE, { "address=192.0.2.1:0 role=child domain=7" }, "one host" },
	{ NODE, { CHILD " local_address=2001:db8::1" }, "both be IPv4 or both IPv6" },
	{ NODE, { CHILD " local_address=192.0.2.9" }, NULL },
	{ NODE, { "address=192.0.2.1 domain=7" }, "role must be given" },
	{ NODE, { "address=192.0.2.1 role=child" }, "domain must be given" },
	{ NODE, { "address=192.0.2.1 role=internal domain=7" }, "internal peer has our own" },
	{ NODE, { "address=192.0.2.1 role=internal domain=100" }, NULL },
	{ NODE, { "address=192.0.2.1 role=parent domain=100" }, "domain is our own" },
	{ NODE, { CHILD " node=10" }, "node is our own" },
	{ "domain=2001:db8::1 node=10", { CHILD }, "our domain and node must be below" },
	{ "domain=100 node=2001:db8::1", { CHILD }, "our domain and node must be below" },
	{ "domain=2001:db8::1 node=10", { CHILD " family=ipv6" }, NULL },
	{ NODE, { "address=192.0.2.1 role=child domain=2001:db8::1" }, "must be below" },
	{ NODE, { CHILD " node=2001:db8::1" }, "must be below" },
	{ NODE, { "address=192.0.2.1 role=sibling domain=7 parent_domain=2001:db8::1" }, "must be below" },
	{ NODE, { CHILD " parent_domain=8" }, "for siblings only" },
	{ NODE, { "address=192.0.2.1 role=sibling domain=7" }, NULL },
	{ NODE, { "address=192.0.2.1 role=sibling domain=7 parent_domain=50" }, NULL },
	{ NODE, { "address=192.0.2.1 role=sibling domain=7", "address=192.0.2.2 role=child domain=50" },
	  "peer p0: parent_domain must be given" },
	{ NODE " top_level=yes", { "address=192.0.2.1 role=sibling domain=7 parent_domain=50" },
	  "parent_domain must be 0" },
	{ NODE " top_level=yes", { CHILD }, "makes this peer our parent" },
	{ NODE " top_level=no", { "address=192.0.2.1 role=internal domain=100" }, NULL },
	{ NODE, { "address=192.0.2.1 role=sibling domain=7 parent_domain=7" }, "neither our own" },
	{ NODE, { "address=192.0.2.1 role=sibling domain=7 parent_domain=100" }, "neither our own" },
	{ NODE, { CHILD, CHILD }, "cannot be told apart" },
	{ NODE, { CHILD, "address=192.0.2.1:99 role=child domain=7" }, "cannot be told apart" },
	{ NODE, { CHILD, CHILD " node=5" }, "cannot be told apart" },
	{ NODE, { CHILD " node=5", CHILD " node=5" }, "cannot be told apart" },
	{ NODE, { CHILD " node=5", CHILD " node=6" }, NULL },
	{ NODE, { CHILD " node=5", CHILD, CHILD " node=6" }, "cannot be told apart" },
	{ NODE, { CHILD, CHILD " family=ipv6" }, NULL },
	{ NODE, { CHILD, "address=192.0.2.2 role=child domain=7" }, NULL },
	{ NODE, { CHILD, "address=192.0.2.1 role=child domain=8" }, NULL },
	{ NODE, { CHILD, "address=192.0.2.1 role=parent domain=7" }, NULL },
	{ NODE, { CHILD " md5_key=x", "address=192.0.2.1 role=child domain=8" },
	  "has the address of peer p0, but another md5_key" },
	{ NODE, { CHILD " md5_key=x", "address=192.0.2.1 role=child domain=8 md5_key=y" },
	  "but another md5_key" },
	{ NODE, { CHILD " ttl_security=1", "address=192.0.2.1:99 role=child domain=8 ttl_security=2" },
	  "but another md5_key or ttl_security" },
	{ NODE, { CHILD " md5_key=x ttl_security=1",
		  "address=192.0.2.1 role=child domain=8 md5_key=x ttl_security=1" }, NULL },
	{ NODE, { CHILD " md5_key=x", "address=192.0.2.2 role=child domain=8" }, NULL },
	{ NODE, { "address=192.0.2.1 role=sibling domain=7 parent_domain=50",
		  "address=192.0.2.1 role=sibling domain=7 parent_domain=60" }, NULL },
};
/* clang-format on */

/* Connections from it come as IPv4: its key and TTL must be set there. */
static void a_mapped_address_is_an_ipv4_one(void **state)
{
	struct rig r;
	struct addr plain = rig_addr("192.0.2.1:2587"), any = rig_addr("0.0.0.0:2587");
	rig_init(&r, NODE " listen=::ffff:0.0.0.0");
	rig_peer(&r, "p0", "address=::ffff:192.0.2.1 role=child domain=7 md5_key=x");
	assert_true(addr_eq(&r.config.peers[0].address, &plain));
	assert_true(addr_eq(&r.config.listen[0], &any));
	rig_fini(&r);
}

static void keys_do_not_outlive_their_use(void **state)
{
	struct telltale_env t;
	struct masc_config c, copy;
	char why[200];
	struct text w = TEXT_OF(why);
	telltale_env_init(&t, "hush-hush");
	masc_config_init(&c, &t.env);
	for (int i = 0; i < 9; i++) {
		char name[8];
		struct masc_peer_config *p;
		snprintf(name, sizeof(name), "p%d", i);
		assert_int_equal(masc_config_peer(&c, span_str(name), &p), OK);
		assert_int_equal(setting_set(masc_peer_settings, p, span_str("md5_key"),
					     span_str("hush-hush"), &w),
				 OK);
	}
	assert_int_equal(masc_config_copy(&copy, &c, &t.env), OK);
	masc_config_free(&c);
	assert_string_equal(copy.peers[8].md5_key, "hush-hush");
	masc_config_free(&copy);
	assert_true(t.looked > 2);
	assert_int_equal(t.found, 0);
}

/* MASC-1.5. */
static void makes_sense(void **state)
{
	for (size_t i = 0; i < COUNT(senses); i++) {
		struct rig r;
		char why[512];
		struct text t = TEXT_OF(why);
		rig_init(&r, senses[i].node);
		for (size_t n = 0; n < 3 && senses[i].peers[n]; n++) {
			char name[8];
			snprintf(name, sizeof(name), "p%zu", n);
			rig_peer(&r, name, senses[i].peers[n]);
		}
		enum err e = masc_config_check(&r.config, &t);
		if ((e == OK) != !senses[i].why || (e != OK && !strstr(why, senses[i].why)))
			fail_msg("row %zu: %s", i, why);
		assert_int_equal(rig_try_start(&r), e);
		rig_fini(&r);
	}
}

/* MASC-1.5. Any two among many are found, wherever they stand. */
static void twins_among_many(void **state)
{
	for (int twin = 1; twin < 64; twin += 7) {
		struct rig r;
		char why[512];
		struct text t = TEXT_OF(why);
		rig_init(&r, NODE);
		for (int i = 0; i < 64; i++) {
			char name[8], keys[128];
			int host = i * 37 % 64 == twin ? 0 : i * 37 % 64;
			snprintf(name, sizeof(name), "p%d", i);
			snprintf(keys, sizeof(keys), "address=192.0.2.%d role=child domain=7",
				 host + 1);
			rig_peer(&r, name, keys);
		}
		assert_int_equal(masc_config_check(&r.config, &t), ERR_CONFIG);
		assert_non_null(strstr(why, "p0"));
		rig_fini(&r);
	}
}

static void timers_in_force(void **state)
{
	static const struct {
		const char *node, *peer;
		struct masc_timers want;
	} rows[] = {
		{ "profile=rfc", "", { 240, 240, 30, 60, 86400 } },
		{ "profile=campus", "", { 30, 30, 30, 60, 300 } },
		{ "profile=lab", "", { 9, 9, 2, 1, 10 } },
		{ "profile=lab hold_time=12s", "", { 12, 9, 2, 1, 10 } },
		{ "profile=lab hold_time=12s", "hold_time=6s", { 6, 9, 2, 1, 10 } },
		{ "profile=rfc connect_retry=7s idle_backoff=8s idle_backoff_max=9s",
		  "hold_time=0",
		  { 0, 240, 7, 8, 9 } },
		{ "profile=lab idle_backoff=20s", "", { 9, 9, 2, 20, 20 } },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rig r;
		rig_init(&r, NODE);
		rig_set(&r, rows[i].node);
		rig_peer(&r, "p", rows[i].peer);
		struct masc_timers t = masc_config_timers(&r.config, &r.config.peers[0]);
		assert_int_equal(t.hold_time, rows[i].want.hold_time * MONO_SEC);
		assert_int_equal(t.open_wait, rows[i].want.open_wait * MONO_SEC);
		assert_int_equal(t.connect_retry, rows[i].want.connect_retry * MONO_SEC);
		assert_int_equal(t.idle_backoff, rows[i].want.idle_backoff * MONO_SEC);
		assert_int_equal(t.idle_backoff_max, rows[i].want.idle_backoff_max * MONO_SEC);
		rig_fini(&r);
	}
}

static void words_for_roles_and_families(void **state)
{
	assert_string_equal(masc_role_text(MASC_INTERNAL_PEER), "internal");
	assert_string_equal(masc_role_text(MASC_CHILD), "child");
	assert_string_equal(masc_role_text(MASC_SIBLING), "sibling");
	assert_string_equal(masc_role_text(MASC_PARENT), "parent");
	assert_string_equal(masc_family_text(MASC_IPV4), "ipv4");
	assert_string_equal(masc_family_text(MASC_IPV6), "ipv6");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(identifiers_are_read),
		cmocka_unit_test(identifiers_are_numbers),
		cmocka_unit_test(defaults),
		cmocka_unit_test(keys_both_ways),
		cmocka_unit_test(peer_keys_both_ways),
		cmocka_unit_test(lists_may_have_spaces),
		cmocka_unit_test(values_refused),
		cmocka_unit_test(names_of_peers),
		cmocka_unit_test(peers_are_bounded_and_copied),
		cmocka_unit_test(memory_fails),
		cmocka_unit_test(a_mapped_address_is_an_ipv4_one),
		cmocka_unit_test(keys_do_not_outlive_their_use),
		cmocka_unit_test(makes_sense),
		cmocka_unit_test(twins_among_many),
		cmocka_unit_test(timers_in_force),
		cmocka_unit_test(words_for_roles_and_families),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
