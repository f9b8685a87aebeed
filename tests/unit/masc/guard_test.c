/* MASC-16: what a child may have, damping, and what is said how often. Clocks are
 * guard_clock_test.c's. */
#include "claims_rig.h"

#include <stdio.h>

#include "masc/guard_int.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define TAKEN_KID  "rival; new c to IC but kid"
#define DENIED_KID "new c to I but kid; denied i to kid only; denied i to kid2 only; denied i to I"

static void start(struct bench *b, const char *settings)
{
	bench_init(b, settings);
	bench_start(b);
	bench_hold(b, "239.192.128.0/17", 100000, false);
}

/* -- children -- */

/* MASC-16.3, a row each, and what comes first. Lab: 4 W are 8 s. */
static void child_judged(void **state)
{
	static const struct {
		const char *settings, *before, *claim, *done, *event;
	} rows[] = {
		{ "claim_least=512", NULL, "kid: new 239.192.129.0/24 200.21 i life=1", "3/21",
		  "" },
		{ "claim_least=256", NULL, "kid: new 239.192.129.0/24 200.21 i", TAKEN_KID, "" },
		{ "child_claim_most=255", NULL, "kid: new 239.192.129.0/24 200.21 i life=1", "3/22",
		  "" },
		{ "child_claim_most=256", NULL, "kid: new 239.192.129.0/24 200.21 i", TAKEN_KID,
		  "" },
		{ "", "bert: in-use 239.192.129.0/24 201.1 i",
		  "kid: new 239.192.129.0/24 200.21 i life=7", "3/17", "" },
		{ "", NULL, "kid: new 239.192.129.0/24 200.21 i life=8", TAKEN_KID, "" },
		{ "child_lifetime_least=20s", NULL, "kid: new 239.192.129.0/24 200.21 i life=19",
		  "3/17", "" },
		{ "", "bert: in-use 239.192.129.0/24 201.1 i",
		  "kid: new 239.192.128.0/23 200.21 i life=999999", DENIED_KID,
		  "denied 239.192.128.0/23 TAKEN kid" },
		/* Pending ones of others compete; our local set is somebody too. */
		{ "", "bert: new 239.192.129.0/24 201.1 i", "kid: new 239.192.129.0/24 200.21 i",
		  TAKEN_KID, "" },
		{ "", "inner: in-use 239.192.129.0/24 100.11 c",
		  "kid: new 239.192.129.0/24 200.21 i", DENIED_KID,
		  "denied 239.192.129.0/24 TAKEN kid" },
		{ "child_claims=1", "kid: new 239.192.200.0/24 200.21 i",
		  "kid: new 239.192.129.0/24 200.21 i life=999999", DENIED_KID,
		  "denied 239.192.129.0/24 TOO_OFTEN kid" },
		{ "child_claims=1", "bert: new 239.192.200.0/24 201.1 i",
		  "kid: new 239.192.129.0/24 200.21 i", TAKEN_KID, "" },
		{ "quota_hard=300", "kid: in-use 239.192.200.0/24 200.21 i",
		  "kid: new 239.192.129.0/24 200.21 i life=999999", DENIED_KID,
		  "denied 239.192.129.0/24 OVER_QUOTA kid" },
		{ "quota_hard=512", "kid: in-use 239.192.200.0/24 200.21 i",
		  "kid: new 239.192.129.0/24 200.21 i", TAKEN_KID, "" },
		{ "", NULL, "kid: new 239.192.129.0/24 200.21 i life=100000", TAKEN_KID, "" },
		{ "", NULL, "kid: new 239.192.129.0/24 200.21 i life=100001", DENIED_KID,
		  "denied 239.192.129.0/24 TOO_LONG kid" },
		{ "child_lifetime_most=500s", NULL, "kid: new 239.192.129.0/24 200.21 i life=501",
		  DENIED_KID, "denied 239.192.129.0/24 TOO_LONG kid" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bench b;
		start(&b, rows[i].settings);
		if (rows[i].before)
			bench_hear(&b, rows[i].before);
		rig_discard(&b.r);
		if (strcmp(bench_hear(&b, rows[i].claim), rows[i].done) != 0)
			fail_msg("row %zu: %s", i, b.log);
		rig_expect(&b.r, rows[i].event);
		bench_fini(&b);
	}
}

static uint32_t allowed(struct bench *b, const char *claim)
{
	struct wire_claim c = bench_claim(b, claim, NULL), known;
	c.type = WIRE_CLAIM_DENIED;
	struct space *sp = space_below(b->r.m, MASC_IPV4);
	uint32_t r = cache_find(sp, &c);
	assert_true(r && table_get(sp->table, r, &known));
	assert_int_equal(known.timestamp, c.timestamp);
	assert_int_equal(known.hold_time, c.hold_time);
	assert_int_equal(known.role, MASC_INTERNAL_PEER);
	return known.lifetime;
}

/* A6: how long may be asked for; 0: not at all. */
static void denied_for_how_long(void **state)
{
	static const struct {
		const char *settings, *claim;
		uint32_t lifetime;
	} rows[] = {
		{ "", "kid: new 239.192.129.0/24 200.21 i life=999999", 100000 },
		/* From the Timestamp on. */
		{ "", "kid: new 239.192.129.0/24 200.21 i life=999999 ts=-1", 100001 },
		{ "child_lifetime_most=500s", "kid: new 239.192.129.0/24 200.21 i life=999999",
		  500 },
		{ "quota_hard=16", "kid: new 239.192.129.0/24 200.21 i life=999999", 0 },
		/* Deprecated, MASC-16.3: what is left of ours, whatever policy says. */
		{ "child_lifetime_most=40s", "kid: new 239.192.64.0/24 200.21 i life=51", 50 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bench b;
		start(&b, rows[i].settings);
		bench_hold(&b, "239.192.64.0/18", 50, true);
		bench_hear(&b, rows[i].claim);
		assert_int_equal(allowed(&b, rows[i].claim + strlen("kid: ")), rows[i].lifetime);
		bench_fini(&b);
	}
}

/* A deprecated range may be used up to its end. */
static void deprecated_to_its_end(void **state)
{
	struct bench b;
	start(&b, "");
	bench_hold(&b, "239.192.64.0/18", 50, true);
	expect_hear(&b, "kid: new 239.192.64.0/24 200.21 i life=51", DENIED_KID);
	expect_hear(&b, "kid: new 239.192.64.0/24 200.21 i life=50", TAKEN_KID);
	bench_fini(&b);
}

/* Claims are counted anew in each waiting period (2 s), denied ones not. */
static void child_rate(void **state)
{
	struct bench b;
	char claim[64];
	start(&b, "child_claims=3");
	for (int i = 0; i < 5; i++) {
		snprintf(claim, sizeof(claim), "kid: new 239.192.%d.0/24 200.21 i", 130 + i);
		expect_hear(&b, claim, i < 3 ? TAKEN_KID : DENIED_KID);
		bench_pass(&b, 400 * MONO_MS);
	}
	expect_hear(&b, "kid: new 239.192.140.0/24 200.21 i", TAKEN_KID);
	bench_fini(&b);
}

/* What a child has is what its claims cover, each address once. */
static void quota_counts_addresses(void **state)
{
	struct bench b;
	start(&b, "quota_hard=1024");
	bench_hear(&b, "kid: in-use 239.192.128.0/24 200.21 i");
	bench_hear(&b, "kid: in-use 239.192.128.0/24 200.22 i");
	bench_hear(&b, "kid: in-use 239.192.128.0/25 200.21 i");
	/* It grows over what it has. */
	expect_hear(&b, "kid: expand 239.192.128.0/22 200.21 i", "rival; expand c to IC but kid");
	expect_hear(&b, "kid: new 239.192.140.0/28 200.21 i", DENIED_KID);
	/* As a child it has gone back to 512: then there is room. */
	bench_hear(&b, "kid: in-use 239.192.128.0/22 200.21 i");
	bench_hear(&b, "kid: withdraw 239.192.130.0/23 200.21 i");
	expect_hear(&b, "kid: new 239.192.142.0/23 200.21 i", TAKEN_KID);
	expect_hear(&b, "kid: new 239.192.150.0/28 200.21 i", DENIED_KID);
	/* Another child has its own. */
	expect_hear(&b, "bert: new 239.192.148.0/22 201.1 i", "rival; new c to IC but bert");
	bench_fini(&b);
}

/* MASC-16.8: what a child uses without having claimed it. */
static void used_unclaimed(void **state)
{
	static const char *const used = "kid: in-use 239.192.130.0/24 200.21 i ts=-301 life=999";
	static const struct {
		const char *settings, *before, *claim;
		bool synced, taken;
	} rows[] = {
		{ "", NULL, used, true, true },
		{ "quota_hard=255", NULL, used, true, false },
		{ "quota_hard=255", NULL, used, false, false },
		{ "quota_hard=256", NULL, used, true, true },
		/* More of what it has is no more. */
		{ "quota_hard=512", "kid: in-use 239.192.130.0/23 200.21 i ts=-301 life=999", used,
		  true, true },
		{ "child_claims=1", "kid: in-use 239.192.129.0/24 200.21 i ts=-301 life=999", used,
		  true, false },
		{ "child_claims=1", "kid: in-use 239.192.129.0/24 200.21 i ts=-301 life=999", used,
		  false, true },
		{ "child_claims=1", "kid: new 239.192.130.0/24 200.21 i life=999", used, true,
		  true },
		/* A claim for it would have been refused; it may stand from better times. */
		{ "child_claim_most=255", NULL, used, true, false },
		{ "child_claim_most=255", NULL, used, false, true },
		{ "child_claim_most=256", NULL, used, true, true },
		/* It cannot have waited. */
		{ "clock_check=kernel waiting_period=400s", NULL,
		  "kid: in-use 239.192.130.0/24 200.21 i ts=-99 life=999", true, false },
		{ "clock_check=kernel waiting_period=400s", NULL,
		  "kid: in-use 239.192.130.0/24 200.21 i ts=-100 life=999", true, true },
		{ "clock_check=kernel waiting_period=400s", NULL,
		  "kid: in-use 239.192.130.0/24 200.21 i ts=-99 life=999", false, true },
		{ "clock_check=off waiting_period=400s", NULL,
		  "kid: in-use 239.192.130.0/24 200.21 i ts=-99 life=999", true, true },
		/* Another node of ours has judged it. */
		{ "quota_hard=255", NULL,
		  "inner: in-use 239.192.130.0/24 200.21 c ts=-301 life=999", true, true },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bench b;
		start(&b, rows[i].settings);
		if (rows[i].before)
			bench_hear(&b, rows[i].before);
		bench_peer(&b, "kid")->main->synced = rows[i].synced;
		const char *done = bench_hear(&b, rows[i].claim);
		bool denied = !strcmp(done, "denied i to kid only; denied i to kid2 only");
		if (denied == rows[i].taken || (rows[i].taken && !strstr(done, "in-use c to ")))
			fail_msg("%zu: %s", i, done);
		if (denied && !rows[i].before)
			expect_known(&b, "");
		bench_fini(&b);
	}
}

/* MASC-16.8: however often. */
static void used_unclaimed_again(void **state)
{
	struct bench b;
	start(&b, "quota_hard=255");
	for (int i = 0; i < 3; i++) {
		expect_hear(&b, "kid: in-use 239.192.130.0/24 200.21 i ts=-301 life=999",
			    "denied i to kid only; denied i to kid2 only");
		rig_expect(&b.r, "denied 239.192.130.0/24 OVER_QUOTA kid");
	}
	bench_fini(&b);
}

/* The peer's quota goes before the node's, 0 lifts it. */
static void quota_of_the_peer(void **state)
{
	static const struct {
		const char *of_peer, *done;
	} rows[] = { { "default", DENIED_KID },
		     { "0", TAKEN_KID },
		     { "256", TAKEN_KID },
		     { "255", DENIED_KID } };
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bench b;
		char settings[64];
		bench_init(&b, "quota_hard=100");
		snprintf(settings, sizeof(settings), "quota_hard=%s", rows[i].of_peer);
		rig_peer(&b.r, "kid", settings);
		bench_start(&b);
		bench_hold(&b, "239.192.128.0/17", 100000, false);
		expect_hear(&b, "kid: new 239.192.129.0/24 200.21 i", rows[i].done);
		bench_fini(&b);
	}
}

/* MASC-16.3: taken, and told when it gets above. */
static void soft_quota(void **state)
{
	struct bench b;
	start(&b, "quota_soft=512");
	expect_hear(&b, "kid: new 239.192.129.0/24 200.21 i", TAKEN_KID);
	expect_hear(&b, "kid: new 239.192.130.0/24 200.21 i", TAKEN_KID);
	rig_expect(&b.r, "");
	expect_hear(&b, "kid: new 239.192.131.0/24 200.21 i", TAKEN_KID);
	rig_expect(&b.r, "quota 239.192.131.0/24 kid");
	expect_hear(&b, "kid: new 239.192.132.0/24 200.21 i", TAKEN_KID);
	rig_expect(&b.r, "");
	bench_hear(&b, "kid: withdraw 239.192.129.0/24 200.21 i");
	bench_hear(&b, "kid: withdraw 239.192.130.0/24 200.21 i");
	bench_hear(&b, "kid: withdraw 239.192.131.0/24 200.21 i");
	expect_hear(&b, "kid: new 239.192.133.0/24 200.21 i", TAKEN_KID);
	rig_expect(&b.r, "");
	expect_hear(&b, "kid: new 239.192.134.0/24 200.21 i", TAKEN_KID);
	rig_expect(&b.r, "quota 239.192.134.0/24 kid");
	bench_fini(&b);
}

/* More addresses than 64 bits count. */
static void quota_of_ipv6(void **state)
{
	static const char *const claim = "kid6: new %s 200.21 i life=%d";
	static const struct {
		const char *prefix;
		bool denied;
	} rows[] = {
		{ "ff38:1::/66", false },
		{ "ff38:1:8000::/66", true },
		{ "ff38:2::/62", true },
		{ "ff38:3::/64", true },
	};
	struct bench b;
	bench_init(&b, "quota_hard=4611686018427387904");
	rig_peer(&b.r, "kid6", "address=192.0.2.9 role=parent domain=200 family=ipv6");
	bench_start(&b);
	bench_hold(&b, "ff38::/16", 100000, false);
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[96];
		snprintf(text, sizeof(text), claim, rows[i].prefix, 100);
		bench_hear(&b, text);
		if (!strstr(b.log, "denied") != !rows[i].denied)
			fail_msg("%s: %s", rows[i].prefix, b.log);
	}
	bench_fini(&b);
}

/* Addresses of 239.192.128.0/24 that entries of the kid cover. */
static unsigned covered(struct bench *b)
{
	uint8_t in[256] = { 0 };
	unsigned n = 0;
	struct masc_claim_at at = { 0 };
	struct masc_claim_info i;
	while (masc_claim_next(b->r.m, &at, NULL, &i))
		if (i.below && i.holds && i.domain.octets[15] == 200)
			memset(in + i.prefix.address[3], 1, (size_t)masc_prefix_size(&i.prefix));
	for (size_t k = 0; k < sizeof(in); k++)
		n += in[k];
	return n;
}

/* However claims come, grow, are cut and go: the count is what they cover. */
static void counts_are_what_is_covered(void **state)
{
	static const char *const types[] = { "in-use", "new", "expand", "withdraw", "in-use" };
	static const char *const peers[] = { "kid", "kid", "kid", "bert" };
	struct bench b;
	start(&b, "child_claims=1000000 damp_after=1000000");
	unsigned busy = 0;
	for (int n = 0; n < 4000; n++) {
		char claim[96];
		uint64_t r = failing_env_next(&b.r.f);
		unsigned length = 24 + (unsigned)(r >> 8) % 9, size = 1u << (32 - length);
		unsigned first = (unsigned)(r >> 16) % 256 / size * size;
		const char *peer = peers[r % 4];
		snprintf(claim, sizeof(claim), "%s: %s 239.192.128.%u/%u %s i ts=%u", peer,
			 types[(r >> 32) % 5], first, length, peer[0] == 'k' ? "200.21" : "201.1",
			 (unsigned)(r >> 40) % 4);
		bench_hear(&b, claim);
		rig_discard(&b.r);
		const struct masc_id kid = rig_id(200);
		const struct child *ch =
			map_get(&b.r.m->guards->by_child, span_of(kid.octets, sizeof(kid.octets)));
		unsigned want = covered(&b);
		if ((ch ? ch->has[0].lo : 0) != want)
			fail_msg("%s: %u counted, %u covered", claim,
				 (unsigned)(ch ? ch->has[0].lo : 0), want);
		busy += want > 0 && want < 256;
	}
	assert_true(busy > 1000);
	bench_fini(&b);
}

/* Counters of children go when nothing is left of them. */
static void children_are_forgotten(void **state)
{
	struct bench b;
	start(&b, "");
	struct guards *g = b.r.m->guards;
	/* Of a colleague: it does not count as a claim here. */
	bench_hear(&b, "inner: in-use 239.192.129.0/24 200.21 c");
	bench_hear(&b, "bert: new 239.192.130.0/24 201.1 i");
	assert_int_equal(g->n_children, 2);
	assert_int_equal(guard_children(b.r.m), 2);
	bench_hear(&b, "kid: withdraw 239.192.129.0/24 200.21 i");
	assert_int_equal(g->n_children, 1);
	bench_hear(&b, "bert: withdraw 239.192.130.0/24 201.1 i");
	/* Its rate is still remembered. */
	assert_int_equal(g->n_children, 1);
	assert_int_equal(guard_children(b.r.m), 0);
	bench_pass(&b, 2 * MONO_SEC);
	bench_hear(&b, "kid: new 239.192.131.0/24 200.21 i");
	assert_int_equal(g->n_children, 1);
	bench_fini(&b);
}

/* -- damping, repeating, waiting periods -- */

/* MASC-16.4 */
static void damping(void **state)
{
	struct bench b;
	const struct masc_id east = rig_id(8), west = rig_id(9);
	start(&b, "damp_after=3");
	struct masc *m = b.r.m;
	for (int i = 0; i < 2; i++)
		guard_lost(m, &east, b.r.now);
	assert_true(guard_damped(m, &east, b.r.now));
	rig_expect(&b.r, "");
	guard_lost(m, &east, b.r.now);
	rig_expect(&b.r, "damped 8");
	expect_hear(&b, "east: new 239.192.1.0/24 8.81 i", "");
	assert_true(guard_damped(m, &west, b.r.now));
	/* Others of its claims are heard. */
	bench_hear(&b, "east: in-use 239.192.2.0/24 8.82 i");
	assert_true(guard_damped(m, &east, b.r.now));
	/* That it got one ended it; it begins anew. */
	guard_lost(m, &east, b.r.now);
	guard_lost(m, &east, b.r.now);
	assert_true(guard_damped(m, &east, b.r.now));
	guard_lost(m, &east, b.r.now);
	bench_pass(&b, 2 * MONO_SEC - 1);
	assert_false(guard_damped(m, &east, b.r.now));
	bench_pass(&b, 1);
	assert_true(guard_damped(m, &east, b.r.now));
	guard_lost(m, &east, b.r.now);
	assert_true(guard_damped(m, &east, b.r.now));
	struct masc_claims_info info;
	masc_claims_info(m, &info);
	assert_int_equal(info.damped, 2);
	bench_fini(&b);
}

/* Our own domain holds off as well, and is not told of as if it were another. */
static void damping_of_our_own(void **state)
{
	struct bench b;
	start(&b, "damp_after=2");
	const struct masc_id us = b.r.m->config.domain;
	rig_expect(&b.r, "");
	guard_lost(b.r.m, &us, b.r.now);
	guard_lost(b.r.m, &us, b.r.now);
	rig_expect(&b.r, "damped ourselves");
	assert_false(guard_damped(b.r.m, &us, b.r.now));
	bench_fini(&b);
}

#define DENIED_ALONE "denied i to kid only; denied i to kid2 only"

/* A child whose claims are denied is damped too; it is told, or it would hold them. */
static void damping_of_a_child(void **state)
{
	struct bench b;
	char claim[64];
	start(&b, "quota_hard=1 damp_after=4");
	for (int i = 0; i < 6; i++) {
		snprintf(claim, sizeof(claim), "kid: new 239.192.%d.0/24 200.21 i", 130 + i);
		expect_hear(&b, claim, i < 4 ? DENIED_KID : DENIED_ALONE);
	}
	expect_known(&b, "below denied i 239.192.130.0/24 200.21~; "
			 "below denied i 239.192.131.0/24 200.21~; "
			 "below denied i 239.192.132.0/24 200.21~; "
			 "below denied i 239.192.133.0/24 200.21~");
	bench_fini(&b);
}

/* Whoever claims what others claimed before it loses, in a row. */
static void damping_of_a_sibling(void **state)
{
	struct bench b;
	char claim[64];
	start(&b, "damp_after=3");
	bench_hear(&b, "west: in-use 239.192.16.0/24 9.91 i");
	bench_hear(&b, "west: new 239.192.20.0/24 9.91 i");
	/* The same one told again counts once; what goes first does not lose. */
	bench_hear(&b, "east: new 239.192.16.0/20 8.81 i");
	bench_hear(&b, "east: new 239.192.16.0/20 8.81 i hold=3");
	bench_hear(&b, "east: new 239.192.20.0/24 8.81 i");
	bench_hear(&b, "east: new 239.192.30.0/24 8.81 i");
	rig_expect(&b.r, "");
	bench_hear(&b, "east: new 239.192.20.0/24 8.82 i ts=1");
	rig_expect(&b.r, "");
	for (int i = 0; i < 2; i++) {
		snprintf(claim, sizeof(claim), "east: new 239.192.16.%d/26 8.81 i", 64 * i);
		expect_hear(&b, claim, i < 1 ? "rival; new s to I but east" : "");
	}
	rig_expect(&b.r, "damped 8");
	bench_fini(&b);
}

/* Of so many domains the one touched longest ago makes room. */
static void memory_is_bounded(void **state)
{
	struct bench b;
	start(&b, "damp_after=1");
	struct masc *m = b.r.m;
	for (uint32_t i = 1; i <= GUARD_DOMAINS + 1; i++) {
		struct masc_id id = rig_id(1000 + i);
		guard_lost(m, &id, b.r.now);
		bench_pass(&b, 1);
	}
	assert_int_equal(m->guards->losers.n, GUARD_DOMAINS);
	const struct masc_id first = rig_id(1001), second = rig_id(1002);
	assert_true(guard_damped(m, &first, b.r.now));
	assert_false(guard_damped(m, &second, b.r.now));
	bench_fini(&b);
}

/* MASC-16.7 */
static void repeating(void **state)
{
	struct bench b;
	const struct masc_id east = rig_id(8), west = rig_id(9);
	start(&b, "");
	struct masc *m = b.r.m;
	assert_true(guard_repeat(m, &east, b.r.now));
	assert_true(guard_repeat(m, &west, b.r.now));
	assert_false(guard_repeat(m, &east, b.r.now));
	bench_pass(&b, MONO_SEC - 1);
	assert_false(guard_repeat(m, &east, b.r.now));
	bench_pass(&b, 1);
	assert_true(guard_repeat(m, &east, b.r.now));
	struct masc_claims_info info;
	masc_claims_info(m, &info);
	assert_int_equal(info.resent, 3);
	bench_fini(&b);
}

/* MASC-16.6: taken, counted, told once a domain. */
static void another_waiting_period(void **state)
{
	struct bench b;
	struct masc_claims_info info;
	start(&b, "");
	expect_hear(&b, "east: new 239.192.1.0/24 8.81 i", "rival; new s to I but east");
	rig_expect(&b.r, "");
	/* W stood still over there: the same claim, told again, MASC-14.4. */
	bench_hear(&b, "east: new 239.192.1.0/24 8.81 i hold=9");
	rig_expect(&b.r, "");
	expect_hear(&b, "east: new 239.192.2.0/24 8.81 i hold=9", "rival; new s to I but east");
	rig_expect(&b.r, "wait-differs 239.192.2.0/24 east");
	bench_hear(&b, "east: new 239.192.3.0/24 8.81 i hold=9");
	rig_expect(&b.r, "");
	bench_hear(&b, "kid: new 239.192.129.0/24 200.21 i hold=9");
	rig_expect(&b.r, "wait-differs 239.192.129.0/24 kid");
	bench_hear(&b, "inner: new 239.192.4.0/24 100.11 i hold=9");
	masc_claims_info(b.r.m, &info);
	assert_int_equal(info.wait_differs, 3);
	bench_fini(&b);
}

/* Without memory nothing is remembered, and nothing breaks. */
static void no_memory(void **state)
{
	struct bench b;
	const struct masc_id east = rig_id(8);
	start(&b, "damp_after=1");
	b.r.f.fail_at = b.r.f.allocations + 1;
	b.r.f.fail_on = true;
	guard_lost(b.r.m, &east, b.r.now);
	assert_true(guard_damped(b.r.m, &east, b.r.now));
	assert_false(guard_repeat(b.r.m, &east, b.r.now));
	expect_hear(&b, "kid: new 239.192.129.0/24 200.21 i", DENIED_KID);
	b.r.f.fail_at = 0;
	assert_true(guard_repeat(b.r.m, &east, b.r.now));
	bench_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(child_judged),
		cmocka_unit_test(denied_for_how_long),
		cmocka_unit_test(deprecated_to_its_end),
		cmocka_unit_test(child_rate),
		cmocka_unit_test(quota_counts_addresses),
		cmocka_unit_test(used_unclaimed),
		cmocka_unit_test(used_unclaimed_again),
		cmocka_unit_test(quota_of_the_peer),
		cmocka_unit_test(soft_quota),
		cmocka_unit_test(quota_of_ipv6),
		cmocka_unit_test(counts_are_what_is_covered),
		cmocka_unit_test(children_are_forgotten),
		cmocka_unit_test(damping),
		cmocka_unit_test(damping_of_our_own),
		cmocka_unit_test(damping_of_a_child),
		cmocka_unit_test(damping_of_a_sibling),
		cmocka_unit_test(memory_is_bounded),
		cmocka_unit_test(repeating),
		cmocka_unit_test(another_waiting_period),
		cmocka_unit_test(no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
