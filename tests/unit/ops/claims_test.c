/* What ops tells of claims: looks, and the tree of addresses. */
#include "asked.h"

#include <stdio.h>

#include "masc/wire.h"

static void ask_kind(enum ops_kind kind)
{
	ask(&(struct ops_request){ .kind = kind });
}

static size_t length_of(const char *path)
{
	return json_array_size(at_path(path));
}

static void what_we_hold(void **state)
{
	ask_kind(OPS_MASC_PREFIXES);
	assert_int_equal(got.err, OK);
	assert_at("part.state", "running");
	assert_at("paused", "");
	assert_int_equal(length_of("prefixes"), 4);
	assert_at("prefixes.0.number", "1");
	assert_at("prefixes.0.state", "held");
	assert_at("prefixes.0.prefix", "239.192.0.0/22");
	assert_at("prefixes.0.addresses", "1024");
	assert_at("prefixes.0.used", "640");
	assert_at("prefixes.0.scope", "organisation");
	assert_at("prefixes.0.left", "86400");
	assert_at("prefixes.0.wait_left", "null");
	assert_at("prefixes.0.timestamp", "2026-11-21T20:03:18Z");
	assert_at("prefixes.0.clash", "true");
	assert_at("prefixes.1.clash", "true");
	assert_at("prefixes.2.clash", "false");
	assert_at("prefixes.1.state", "growing");
	assert_at("prefixes.1.local", "true");
	assert_at("prefixes.1.wanted", "239.192.2.0/23");
	assert_at("prefixes.2.state", "waiting");
	assert_at("prefixes.2.prefix", "");
	assert_at("prefixes.2.addresses", "256");
	assert_at("prefixes.2.wait_left", "3600");
	assert_at("prefixes.2.frozen", "true");
	assert_at("prefixes.2.left", "null");
	assert_at("prefixes.3.addresses", "65536");
	assert_at("prefixes.3.why", "NO_ROOM");
	assert_at("prefixes.3.reason", "no free range is large enough");
	assert_at("prefixes.3.hint",
		  "ask for less, give ranges back, or have the parent claim more");
	assert_at("ranges.0.prefix", "239.192.0.0/14");
	assert_at("ranges.0.scope", "organisation");
	assert_at("ranges.0.synced", "true");
	assert_at("ranges.0.end", "null");
}

/* Of ours it is not a child that claims too often. */
static void why_our_claims_are_damped(void **state)
{
	played.own[3].why = MASC_REASON_TOO_OFTEN;
	ask_kind(OPS_MASC_PREFIXES);
	assert_at("prefixes.3.why", "TOO_OFTEN");
	assert_at("prefixes.3.reason",
		  "too many claims of our domain were lost in a row, and the next has to wait for "
		  "a waiting period");
	assert_at("prefixes.3.hint", "`homestead events` says why they were lost");
}

/* A waiting period that runs ends when the next step is due. */
static void what_is_left_of_the_wait(void **state)
{
	played.own[1].wait_left = 0;
	played.own[1].due = played.wall_us + 30 * MONO_SEC;
	played.own[2].due = played.wall_us + 40 * MONO_SEC;
	ask_kind(OPS_MASC_PREFIXES);
	assert_at("prefixes.0.wait_left", "null");
	assert_at("prefixes.1.wait_left", "30");
	assert_at("prefixes.2.wait_left", "3600"); /* stands still */
}

static void nothing_without_masc(void **state)
{
	static const struct {
		enum ops_kind kind;
		const char *list;
	} rows[] = { { OPS_MASC_PREFIXES, "prefixes" },
		     { OPS_MASC_CLAIMS, "claims" },
		     { OPS_MASC_SPACE, "blocks" },
		     { OPS_MASC_DEMANDS, "demands" },
		     { OPS_MASC_CLASHES, "clashes" } };
	played.masc_on = false;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ask_kind(rows[i].kind);
		assert_int_equal(got.err, OK);
		assert_at("part.state", "off");
		assert_int_equal(length_of(rows[i].list), 0);
	}
}

static void what_others_claim(void **state)
{
	ask_kind(OPS_MASC_CLAIMS);
	assert_int_equal(length_of("claims"), 5);
	assert_at("known", "5");
	assert_at("more", "0");
	assert_at("counted", "true");
	assert_at("next", "");
	assert_at("claims.0.prefix", "239.192.0.0/24");
	assert_at("claims.0.type", "in-use");
	assert_at("claims.0.role", "child");
	assert_at("claims.0.domain", "61");
	assert_at("claims.0.node", "161");
	assert_at("claims.0.below", "true");
	assert_at("claims.0.parent", "50");
	assert_at("claims.0.peer", "south");
	assert_at("claims.0.timestamp", "2026-11-21T20:03:18Z");
	assert_at("claims.0.end", "2026-11-22T21:03:18Z");
	assert_at("claims.0.left", "86400");
	assert_at("claims.1.type", "new");
	assert_at("claims.3.stale", "true");
	assert_at("claims.4.holds", "false");
	/* What is over has no time left, rather than an unknown one. */
	played.claims[0].lifetime = 5;
	ask_kind(OPS_MASC_CLAIMS);
	assert_at("claims.0.left", "0");
}

static struct ops_request claims_request(const char *within, const char *type, const char *domain)
{
	struct ops_request r = { .kind = OPS_MASC_CLAIMS };
	ops_set_text(r.claim_filter.within, sizeof(r.claim_filter.within), within);
	ops_set_text(r.claim_filter.type, sizeof(r.claim_filter.type), type);
	ops_set_text(r.claim_filter.domain, sizeof(r.claim_filter.domain), domain);
	return r;
}

static void claims_are_filtered(void **state)
{
	struct ops_request r = claims_request("239.194.0.0/16", "", "");
	ask(&r);
	assert_int_equal(length_of("claims"), 2);
	r = claims_request("", "in-use", "");
	ask(&r);
	assert_int_equal(length_of("claims"), 3);
	assert_at("known", "5");
	r = claims_request("", "", "71");
	ask(&r);
	assert_int_equal(length_of("claims"), 2);
	r = claims_request("239.192.0.0/14", "withdraw", "71");
	ask(&r);
	assert_int_equal(length_of("claims"), 1);
	r = claims_request("10.0.0.0/8", "", "");
	ask(&r);
	refused(ERR_MALFORMED, "\"10.0.0.0/8\" is no range of multicast addresses", "help");
	r = claims_request("here", "", "");
	ask(&r);
	refused(ERR_MALFORMED, "\"here\" is no range; one looks like", "help");
	r = claims_request("", "old", "");
	ask(&r);
	refused(ERR_MALFORMED, "types are in-use, denied, expand, new, managed, withdraw", "help");
	r = claims_request("", "", "north");
	ask(&r);
	refused(ERR_MALFORMED, "\"north\" is no Domain ID", "help");
}

/* All of them, whatever the size of a page, each once. */
static void claims_come_in_pages(void **state)
{
	for (size_t page = 1; page < 7; page++) {
		struct ops_request r = { .kind = OPS_MASC_CLAIMS };
		size_t n = 0;
		r.claim_filter.limit = page;
		do {
			ask(&r);
			assert_int_equal(got.err, OK);
			for (size_t i = 0; i < length_of("claims"); i++, n++) {
				char path[32], prefix[MASC_PREFIX_TEXT_MAX];
				struct text t = TEXT_OF(prefix);
				snprintf(path, sizeof(path), "claims.%zu.prefix", i);
				masc_prefix_text(&t, &played.claims[n].prefix);
				assert_at(path, prefix);
			}
			assert_int_equal(json_integer_value(at_path("more")), 5 - n);
			ops_set_text(r.claim_filter.after, sizeof(r.claim_filter.after),
				     json_string_value(at_path("next")));
		} while (r.claim_filter.after[0]);
		assert_int_equal(n, 5);
	}
}

static void tokens_of_others_are_refused(void **state)
{
	static const char *const bad[] = { "x", "00", "0000000000000000000000000000000000",
					   "00000000000000010321efc0000000000000000000000000000"
					   "0",
					   "00000000000000010121efc0000000000000000000000000000"
					   "0" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ops_request r = { .kind = OPS_MASC_CLAIMS };
		ops_set_text(r.claim_filter.after, sizeof(r.claim_filter.after), bad[i]);
		ask(&r);
		refused(ERR_MALFORMED, "is not the `next` of an answer", "");
	}
}

/* However many there are, an answer and the look for it are bounded. */
static void very_many_claims(void **state)
{
	struct ops_request r = { .kind = OPS_MASC_CLAIMS };
	played.many_claims = 1000000;
	played.claims_info.known[WIRE_PREFIX_IN_USE] += 1000000;
	ask(&r);
	assert_int_equal(length_of("claims"), 250);
	assert_at("known", "1000005");
	assert_at("more", "999755");
	assert_at("counted", "true");
	/* Behind the first page, or with a filter, there are at least so many. */
	ops_set_text(r.claim_filter.after, sizeof(r.claim_filter.after),
		     json_string_value(at_path("next")));
	ask(&r);
	assert_int_equal(length_of("claims"), 250);
	assert_at("counted", "false");
	r = claims_request("", "withdraw", "");
	ask(&r);
	assert_int_equal(length_of("claims"), 1);
	assert_at("counted", "false");
	assert_string_not_equal(json_string_value(at_path("next")), "");
}

/* The tree as lines: "  kind prefix addresses[xblocks] owner state used%". */
static const char *tree(void)
{
	static char out[8192];
	struct text t = TEXT_OF(out);
	const json_t *blocks = at_path("blocks");
	for (size_t i = 0; i < json_array_size(blocks); i++) {
		const json_t *b = json_array_get(blocks, i);
		for (json_int_t d = json_integer_value(json_object_get(b, "depth")); d > 0; d--)
			text_char(&t, '.');
		text_str(&t, json_string_value(json_object_get(b, "kind")));
		text_char(&t, ' ');
		text_str(&t, json_string_value(json_object_get(b, "prefix")));
		text_char(&t, ' ');
		text_i64(&t, json_integer_value(json_object_get(b, "addresses")));
		if (json_integer_value(json_object_get(b, "blocks")) > 1) {
			text_char(&t, 'x');
			text_i64(&t, json_integer_value(json_object_get(b, "blocks")));
		}
		text_char(&t, ' ');
		text_str(&t, json_string_value(json_object_get(b, "owner")));
		text_str(&t, json_is_true(json_object_get(b, "holds")) ? " " : " (");
		text_str(&t, json_string_value(json_object_get(b, "state")));
		if (json_is_true(json_object_get(b, "use_known"))) {
			text_char(&t, ' ');
			text_i64(&t, json_integer_value(json_object_get(b, "percent")));
			text_char(&t, '%');
		}
		if (json_integer_value(json_object_get(b, "hidden"))) {
			text_str(&t, " +");
			text_i64(&t, json_integer_value(json_object_get(b, "hidden")));
		}
		text_char(&t, '\n');
	}
	assert_false(t.cut);
	return out;
}

static const char *space(const char *within, uint64_t depth)
{
	struct ops_request r = { .kind = OPS_MASC_SPACE };
	ops_set_text(r.space_filter.within, sizeof(r.space_filter.within), within);
	r.space_filter.depth = depth;
	ask(&r);
	assert_int_equal(got.err, OK);
	return tree();
}

static void the_tree(void **state)
{
	assert_string_equal(space("", 0), "scope 239.192.0.0/14 262144 organisation managed 38%\n"
					  ".ours 239.192.0.0/22 1024 50 held 63%\n"
					  "..child 239.192.0.0/24 256 61 in-use\n"
					  "..child 239.192.1.0/25 128 62 (new\n"
					  "..free 239.192.1.128/25 128  (\n"
					  "..local 239.192.2.0/23 512 50 (growing\n"
					  "...local 239.192.3.0/24 256 50 growing 98%\n"
					  ".free 239.192.128.0/17 64512x6  (\n"
					  ".sibling 239.193.0.0/16 65536 70 in-use\n"
					  ".free 239.194.0.0/17 32768  (\n"
					  ".sibling 239.194.128.0/17 32768 71 in-use\n"
					  ".ours 239.195.0.0/24 256 50 (waiting\n"
					  ".free 239.195.128.0/17 65280x8  (\n");
	assert_at("domain", "50");
	assert_at("complete", "true");
	assert_at("blocks.0.left", "null");
	assert_at("blocks.1.left", "86400");
	assert_at("blocks.10.stale", "true");
}

static void range_of(const char *prefix, bool deprecated)
{
	struct masc_range_info *r = &played.ranges[played.n_ranges++];
	*r = (struct masc_range_info){ .prefix = played_prefix(prefix),
				       .deprecated = deprecated,
				       .synced = true };
	r->parent.octets[15] = 7;
}

/* MASC-14.5, 14.6: a range that grew, of the parent or of a child, and a renewal
 * are one line; what grows still, what lapses and what others have are their own. */
static void the_tree_says_nothing_twice(void **state)
{
	played.n_own = played.n_claims = played.n_ranges = 0;
	range_of("239.192.0.0/16", false);
	range_of("239.192.0.0/17", false);
	range_of("239.192.0.0/18", true);
	(void)played_own("239.192.0.0/17", MASC_LIFE_HELD, 60);
	played_claim("239.192.1.0/24", WIRE_PREFIX_IN_USE, 61)->below = true;
	played_claim("239.192.1.0/25", WIRE_PREFIX_IN_USE, 61)->below = true;
	played_claim("239.192.1.0/24", WIRE_CLAIM_TO_EXPAND, 61)->below = true;
	played_claim("239.192.1.128/25", WIRE_PREFIX_IN_USE, 62)->below = true;
	played_claim("239.192.3.0/24", WIRE_PREFIX_IN_USE, 63)->below = true;
	played_claim("239.192.2.0/23", WIRE_CLAIM_TO_EXPAND, 63)->below = true;
	assert_string_equal(space("239.192.0.0/22", 0),
			    "range 239.192.0.0/16 65536 7 managed\n"
			    ".ours 239.192.0.0/17 32768 50 held 0%\n"
			    "..range 239.192.0.0/18 16384 7 deprecated\n"
			    "...free 239.192.0.0/24 256  (\n"
			    "...child 239.192.1.0/24 256 61 in-use\n"
			    "....child 239.192.1.128/25 128 62 in-use\n"
			    "...child 239.192.2.0/23 512 63 (expand\n"
			    "....child 239.192.3.0/24 256 63 in-use\n");
}

static void the_tree_within_a_range(void **state)
{
	assert_string_equal(space("239.192.1.0/24", 0),
			    "scope 239.192.0.0/14 262144 organisation managed\n"
			    ".ours 239.192.0.0/22 1024 50 held 63%\n"
			    "..child 239.192.1.0/25 128 62 (new\n"
			    "..free 239.192.1.128/25 128  (\n");
	assert_string_equal(space("239.194.0.0/16", 0),
			    "scope 239.192.0.0/14 262144 organisation managed\n"
			    ".free 239.194.0.0/17 32768  (\n"
			    ".sibling 239.194.128.0/17 32768 71 in-use\n");
	/* Who has this address? */
	assert_string_equal(space("239.194.128.9", 0),
			    "scope 239.192.0.0/14 262144 organisation managed\n"
			    ".sibling 239.194.128.0/17 32768 71 in-use\n");
	assert_string_equal(space("239.255.0.0/16", 0), "");
	struct ops_request r = { .kind = OPS_MASC_SPACE };
	ops_set_text(r.space_filter.within, sizeof(r.space_filter.within), "all");
	ask(&r);
	refused(ERR_MALFORMED, "\"all\" is no range", "homestead help masc space");
}

static void the_tree_to_a_depth(void **state)
{
	assert_string_equal(space("", 1),
			    "scope 239.192.0.0/14 262144 organisation managed 38% +8\n");
	assert_string_equal(space("", 2), "scope 239.192.0.0/14 262144 organisation managed 38%\n"
					  ".ours 239.192.0.0/22 1024 50 held 63% +4\n"
					  ".free 239.192.128.0/17 64512x6  (\n"
					  ".sibling 239.193.0.0/16 65536 70 in-use\n"
					  ".free 239.194.0.0/17 32768  (\n"
					  ".sibling 239.194.128.0/17 32768 71 in-use\n"
					  ".ours 239.195.0.0/24 256 50 (waiting\n"
					  ".free 239.195.128.0/17 65280x8  (\n");
}

/* Part of very many would look like all: only ours are drawn. */
static void the_tree_of_very_many(void **state)
{
	played.many_claims = 3000;
	assert_string_equal(space("", 0), "scope 239.192.0.0/14 262144 organisation managed\n"
					  ".ours 239.192.0.0/22 1024 50 held 63%\n"
					  "..local 239.192.2.0/23 512 50 (growing\n"
					  "...local 239.192.3.0/24 256 50 growing 98%\n"
					  ".ours 239.195.0.0/24 256 50 (waiting\n");
	assert_at("complete", "false");
	assert_string_equal(space("239.193.0.0/16", 0),
			    "scope 239.192.0.0/14 262144 organisation managed\n"
			    ".sibling 239.193.0.0/16 65536 70 in-use\n");
	assert_at("complete", "true");
}

static void the_tree_of_ipv6(void **state)
{
	played.n_own = played.n_claims = 0;
	played.ranges[0].prefix = played_prefix("ff38::/32");
	played_own("ff38::8000:0/112", MASC_LIFE_HELD, 60)->used = 1;
	assert_string_equal(space("", 0),
			    "scope ff38::/32 9223372036854775807 organisation managed 1%\n"
			    ".free ff38::/97 2147483648  (\n"
			    ".ours ff38::8000:0/112 65536 50 held 1%\n"
			    ".free ff38:0:8000::/33 9223372036854775807x79  (\n");
}

/* Two that hold the same, and one inside the other: neither is lost. */
static void a_clash_in_the_tree(void **state)
{
	played.n_own = played.n_claims = 0;
	(void)played_own("239.192.0.0/16", MASC_LIFE_HELD, 60);
	(void)played_claim("239.192.0.0/16", WIRE_PREFIX_IN_USE, 70);
	(void)played_claim("239.192.1.0/24", WIRE_PREFIX_IN_USE, 71);
	assert_string_equal(space("239.192.0.0/15", 0),
			    "scope 239.192.0.0/14 262144 organisation managed\n"
			    ".ours 239.192.0.0/16 65536 50 held 0%\n"
			    ".sibling 239.192.0.0/16 65536 70 in-use\n"
			    "..sibling 239.192.1.0/24 256 71 in-use\n"
			    ".free 239.193.0.0/16 65536  (\n");
	assert_at("blocks.1.clash", "true");
	assert_at("blocks.2.clash", "false");
	/* Withdrawn where they clash, or of another range: none. */
	played.clashes[0].yielded = played.clashes[1].yielded = true;
	(void)space("", 0);
	assert_at("blocks.1.clash", "false");
	ask_kind(OPS_MASC_PREFIXES);
	assert_at("prefixes.0.clash", "false");
}

/* How much our other nodes use shows in what lies there, if it does. */
static void the_tree_of_our_other_nodes(void **state)
{
	played.n_own = played.n_claims = 0;
	played_own("239.192.0.0/22", MASC_LIFE_HELD, 60)->ours = false;
	played_own("239.193.0.0/22", MASC_LIFE_HELD, 60)->ours = false;
	played_claim("239.192.0.0/24", WIRE_PREFIX_IN_USE, 61)->below = true;
	assert_string_equal(space("239.192.0.0/16", 0),
			    "scope 239.192.0.0/14 262144 organisation managed\n"
			    ".internal 239.192.0.0/22 1024 50 held 25%\n"
			    "..child 239.192.0.0/24 256 61 in-use\n"
			    "..free 239.192.2.0/23 768x2  (\n"
			    ".free 239.192.128.0/17 64512x6  (\n");
	assert_string_equal(space("239.193.0.0/22", 0),
			    "scope 239.192.0.0/14 262144 organisation managed\n"
			    ".internal 239.193.0.0/22 1024 50 held\n");
}

static void demands(void **state)
{
	ask_kind(OPS_MASC_DEMANDS);
	assert_int_equal(length_of("demands"), 3);
	assert_at("demands.0.state", "met");
	assert_at("demands.0.until", "null");
	assert_at("demands.0.family", "ipv4");
	assert_at("demands.1.state", "unmet");
	assert_at("demands.1.why", "NO_ROOM");
	assert_at("demands.1.scope", "organisation");
	assert_at("demands.1.until", "2026-11-22T21:03:18Z");
	assert_at("demands.2.state", "ahead");
	assert_at("demands.2.family", "ipv6");
	played.demands[1].why = MASC_REASON_DEMAND;
	ask_kind(OPS_MASC_DEMANDS);
	assert_at("demands.1.state", "claiming");
	ask_kind(OPS_STATUS);
	assert_at("claims.unmet", "0");
}

/* A site's first demand: the parent has no range yet and is asked for one. That
 * is no trouble, as long as it may take. */
static void a_demand_waits_for_the_parent(void **state)
{
	struct masc_demand_info *d = &played.demands[0];
	int64_t period = 2 * MONO_DAY;
	played.node_config.masc.waiting_period = period;
	d->met = 0;
	d->why = MASC_REASON_NO_RANGE;
	d->from = played.wall_us - MONO_SEC;
	played.demands[1].why = MASC_REASON_DEMAND;
	played.config[0].role = MASC_CHILD;
	ask_kind(OPS_MASC_DEMANDS);
	assert_at("demands.0.state", "waiting");
	assert_at("demands.0.why", "NO_RANGE");
	assert_at("demands.0.hint", "");
	assert_non_null(strstr(json_string_value(at_path("demands.0.reason")), "for the parent"));
	ask_kind(OPS_STATUS);
	assert_at("claims.unmet", "0");
	ask_kind(OPS_MASC_PREFIXES);
	assert_at("demands", "3");
	/* More than the parent has: it is asked as well. */
	d->why = MASC_REASON_NO_ROOM;
	ask_kind(OPS_MASC_DEMANDS);
	assert_at("demands.0.state", "waiting");
	d->from = played.wall_us - 6 * period + 1;
	ask_kind(OPS_MASC_DEMANDS);
	assert_at("demands.0.state", "waiting");
	d->from--;
	ask_kind(OPS_MASC_DEMANDS);
	assert_at("demands.0.state", "unmet");
	assert_at("demands.0.reason", "no free range is large enough");
	ask_kind(OPS_STATUS);
	assert_at("claims.unmet", "1");
}

/* Nobody is asked where there is no parent, or none is heard, or it is about the
 * other family; and some reasons no parent can help. */
static void a_demand_nobody_is_asked_for(void **state)
{
	struct masc_demand_info *d = &played.demands[0];
	played.node_config.masc.waiting_period = 2 * MONO_DAY;
	d->met = 0;
	d->why = MASC_REASON_NO_RANGE;
	d->from = played.wall_us - MONO_SEC;
	for (int i = 0; i < 4; i++) {
		played.config[0].role = i == 0 ? MASC_SIBLING : MASC_CHILD;
		played.peers[0].state = i == 1 ? MASC_ACTIVE : MASC_ESTABLISHED;
		played.config[0].family = i == 2;
		d->why = i == 3 ? MASC_REASON_TOO_MANY : MASC_REASON_NO_RANGE;
		ask_kind(OPS_MASC_DEMANDS);
		assert_at("demands.0.state", "unmet");
	}
	d->family = MASC_IPV6;
	d->why = MASC_REASON_NO_RANGE;
	played.config[0].family = played.config[1].family = 0;
	ask_kind(OPS_MASC_DEMANDS);
	assert_at("demands.0.state", "unmet");
	assert_at("demands.0.hint",
		  "no peer is about ipv6 (`family` of the peers in the configuration)");
	d->family = MASC_IPV4;
	played.config[0].family = played.config[1].family = 1;
	ask_kind(OPS_MASC_DEMANDS);
	assert_at("demands.0.hint",
		  "no peer is about ipv4; ipv6 addresses are asked for by length: /120");
	d->family = MASC_IPV6;
	d->why = MASC_REASON_NO_RANGE;
	ask_kind(OPS_MASC_DEMANDS);
	assert_at("demands.0.state", "waiting");
}

static void clashes(void **state)
{
	ask_kind(OPS_MASC_CLASHES);
	assert_int_equal(length_of("clashes"), 2);
	assert_at("clashes.0.number", "1");
	assert_at("clashes.0.ours", "239.192.3.0/24");
	assert_at("clashes.0.theirs", "239.192.3.128/25");
	assert_at("clashes.0.domain", "70");
	assert_at("clashes.0.open", "true");
	assert_at("clashes.0.won", "false");
	assert_at("clashes.0.since", "2026-11-21T21:02:18Z");
	assert_at("clashes.1.won", "true");
}

static void the_status_counts(void **state)
{
	ask_kind(OPS_STATUS);
	assert_at("claims.held", "1");
	assert_at("claims.waiting", "1");
	assert_at("claims.wanted", "1");
	assert_at("claims.addresses", "1024");
	assert_at("claims.used", "640");
	assert_at("claims.known", "5");
	assert_at("claims.children", "2");
	assert_at("claims.demands", "3");
	assert_at("claims.unmet", "1");
	assert_at("claims.clashes", "2");
	assert_at("claims.open_clashes", "1");
	assert_at("claims.paused", "");
	assert_at("attention.0.text",
		  "1 clash waits for a decision: another domain holds addresses "
		  "of ours for longer");
	assert_at("attention.0.hint", "homestead masc clashes");
	assert_at("attention.1.text", "1 demand is not met");
	assert_at("attention.1.hint", "homestead masc demand");
	played.n_clashes = played.n_demands = 0;
	played.claims_info.paused = MASC_REASON_NO_CLOCK;
	ask_kind(OPS_STATUS);
	assert_at("claims.paused", "NO_CLOCK");
	assert_at("attention.0.text", "no claims are made or renewed: the clock of this machine "
				      "cannot be trusted");
	assert_at("attention.0.hint",
		  "look at the time service of this machine, or set `clock_check`");
	ask_kind(OPS_MASC_PREFIXES);
	assert_at("paused", "NO_CLOCK");
}

static void peers_know_how_far_they_are(void **state)
{
	ask_kind(OPS_MASC_PEERS);
	assert_at("peers.0.synced", "true");
	assert_at("peers.0.dumping", "false");
	assert_at("peers.0.skew", "null");
	assert_at("peers.1.synced", "false");
	played.peers[0].dumping = played.peers[0].skew_known = true;
	played.peers[0].skew = -2 * MONO_SEC;
	ask_kind(OPS_MASC_PEERS);
	assert_at("peers.0.synced", "true");
	assert_at("peers.0.dumping", "true");
	assert_at("peers.0.skew", "2");
	assert_at("peers.0.skew_behind", "true");
	played.peers[0].skew = 3 * MONO_SEC;
	ask_kind(OPS_MASC_PEERS);
	assert_at("peers.0.skew", "3");
	assert_at("peers.0.skew_behind", "false");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(what_we_hold),
		T(why_our_claims_are_damped),
		T(what_is_left_of_the_wait),
		T(nothing_without_masc),
		T(what_others_claim),
		T(claims_are_filtered),
		T(claims_come_in_pages),
		T(tokens_of_others_are_refused),
		T(very_many_claims),
		T(the_tree),
		T(the_tree_says_nothing_twice),
		T(the_tree_within_a_range),
		T(the_tree_to_a_depth),
		T(the_tree_of_very_many),
		T(the_tree_of_ipv6),
		T(a_clash_in_the_tree),
		T(the_tree_of_our_other_nodes),
		T(demands),
		T(a_demand_waits_for_the_parent),
		T(a_demand_nobody_is_asked_for),
		T(clashes),
		T(the_status_counts),
		T(peers_know_how_far_they_are),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
