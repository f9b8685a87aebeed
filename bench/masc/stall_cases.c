/* stall - the longest a MASC core holds its thread, for bench/masc (D18): a list
 * of bad moments with 1,000,000 claims cached, the longest single call of each.
 *
 *   stall [CASE ...]	all of them when none is named
 *
 * Prints one JSON object a case. */
#include "claims.h"
#include "stall.h"

#include "masc/table.h"

#include "wire/rd.h"
#include "wire/wr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANY	   1000000u
#define COLLEAGUE  2 /* links */
#define SIBLING	   4
#define CHILD	   6
#define LATE	   8
#define US	   64500u /* domains */
#define OTHER	   65001u
#define WIDE	   65050u
#define PARENT	   7u
#define KIDS	   70000u
#define EACH_KID   4000u
#define LIFETIME_S 100000u

#define HEAD                                                                                       \
	"masc { domain = 64500; node = 1; profile = lab; hold_time = 0s; claim_lifetime = 30d\n"   \
	"strict_origin = no; mac_aliasing = yes; listen = 127.0.0.1; claim_least = 1\n"            \
	"child_claims = 1000000; top_level = "
#define PEERS                                                                                      \
	"peer i { address = 127.0.0.3; role = internal; domain = 64500; node = 2; passive = yes\n" \
	"}\n"                                                                                      \
	"peer k { address = 127.0.0.4; role = parent; domain = 65100; passive = yes }\n"

static const char top[] = HEAD "yes\nscope all { range = 234.0.0.0/8; root = yes }\n" PEERS
			       "peer s { address = 127.0.0.2; role = sibling; domain = 65001; "
			       "passive = yes }\n"
			       "peer j { address = 127.0.0.5; role = sibling; domain = 65002; "
			       "passive = yes }}";
static const char low[] =
	HEAD "no\nscope all { range = 234.0.0.0/8 }\n" PEERS
	     "peer p { address = 127.0.0.6; role = child; domain = 7; passive = yes\n"
	     "}}";
static const char moved[] =
	HEAD "no\nscope all { range = 234.0.0.0/8 }\n" PEERS
	     "peer q { address = 127.0.0.7; role = child; domain = 8; passive = yes }}";

/* -- claims -- */

/* A /29 of 234.0.0.0/9, in an order that looks random. */
static struct wire_claim nth(const struct stall *s, uint32_t i)
{
	struct wire_claim c = claims_nth(i, stall_wall_s(s));
	struct rd r = rd_of(span_of(c.address, 4));
	struct wr w = wr_of(c.address, 4);
	uint32_t at = rd_u32(&r) & 0x00ffffff;
	wr_u32(&w, 0xea000000u | at >> 1);
	c.prefix_length = 29;
	c.role = MASC_SIBLING;
	c.timestamp = stall_wall_s(s) - 10;
	c.lifetime = c.hold_time = LIFETIME_S;
	return c;
}

/* Each of a domain of its own. */
static struct wire_claim of_many(const struct stall *s, uint32_t i)
{
	struct wire_claim c = nth(s, i);
	c.domain = claims_id(1000000 + i);
	return c;
}

static struct wire_claim wanted_by_many(const struct stall *s, uint32_t i)
{
	struct wire_claim c = of_many(s, i);
	c.type = WIRE_NEW_CLAIM;
	return c;
}

static struct wire_claim of_kids(const struct stall *s, uint32_t i)
{
	struct wire_claim c = nth(s, i);
	c.role = MASC_CHILD;
	c.domain = claims_id(KIDS + i / EACH_KID);
	return c;
}

static struct wire_claim wanted_by_kids(const struct stall *s, uint32_t i)
{
	struct wire_claim c = of_kids(s, i);
	c.type = WIRE_NEW_CLAIM;
	return c;
}

static struct wire_claim claim_of(const struct stall *s, enum wire_attribute type,
				  enum masc_role role, uint32_t domain, const char *prefix)
{
	struct masc_prefix p = stall_prefix(prefix);
	struct wire_claim c = nth(s, 0);
	c.type = (uint8_t)type;
	c.role = (uint8_t)role;
	c.domain = c.node = claims_id(domain);
	memcpy(c.address, p.address, sizeof(c.address));
	c.prefix_length = p.length;
	return c;
}

/* Wide ones of one domain, each of another node. */
static struct wire_claim wide(const struct stall *s, uint32_t i, enum wire_attribute type,
			      enum masc_role role, uint32_t domain)
{
	struct wire_claim c = claim_of(s, type, role, domain, "234.0.0.0/10");
	c.prefix_length = (uint8_t)(10 + i % 4);
	c.node = claims_id(1 + i);
	return c;
}

static struct wire_claim wide_expand(const struct stall *s, uint32_t i)
{
	return wide(s, i, WIRE_CLAIM_TO_EXPAND, MASC_SIBLING, WIDE);
}

static struct wire_claim wide_new(const struct stall *s, uint32_t i)
{
	return wide(s, i, WIRE_NEW_CLAIM, MASC_SIBLING, OTHER);
}

static struct wire_claim wide_use(const struct stall *s, uint32_t i)
{
	struct wire_claim c = wide(s, i, WIRE_PREFIX_IN_USE, MASC_SIBLING, WIDE);
	c.timestamp -= i;
	return c;
}

static struct wire_claim wide_kid_new(const struct stall *s, uint32_t i)
{
	return wide(s, i, WIRE_NEW_CLAIM, MASC_CHILD, 65100 + i / 7);
}

static struct wire_claim wide_kid_expand(const struct stall *s, uint32_t i)
{
	return wide(s, i, WIRE_CLAIM_TO_EXPAND, MASC_CHILD, 65100);
}

static struct wire_claim wide_kid_use(const struct stall *s, uint32_t i)
{
	return wide(s, i, WIRE_PREFIX_IN_USE, MASC_CHILD, 65100 + i % 8);
}

static struct wire_claim hint(const struct stall *s, uint32_t i)
{
	struct wire_claim c = claim_of(s, WIRE_NEW_CLAIM, MASC_CHILD, KIDS + i, "234.0.0.0/24");
	memset(c.address, 0, sizeof(c.address));
	return c;
}

/* -- how it comes to that -- */

static void meet(struct stall *s)
{
	bool is_top = strstr(s->config.masc.peers[0].name, "i") && masc_range_count(s->m) > 0;
	stall_establish(s, COLLEAGUE, "127.0.0.3", MASC_INTERNAL_PEER, US, 2, is_top ? 0 : PARENT);
	stall_mark(s, COLLEAGUE);
	stall_pass(s, MONO_SEC);
}

static void claim(struct stall *s, const char *prefix)
{
	const struct masc_command c = { .kind = MASC_COMMAND_CLAIM,
					.prefix = stall_prefix(prefix) };
	stall_must(stall_command(s, &c), prefix);
}

static void start_top(struct stall *s)
{
	stall_birth(s, top);
	meet(s);
	stall_establish(s, SIBLING, "127.0.0.2", MASC_SIBLING, OTHER, OTHER, 0);
	stall_mark(s, SIBLING);
	stall_establish(s, LATE, "127.0.0.5", MASC_SIBLING, 65002, 65002, 0);
	stall_mark(s, LATE);
	stall_pass(s, MONO_SEC);
}

static void start_low(struct stall *s)
{
	stall_birth(s, low);
	meet(s);
	stall_establish(s, SIBLING, "127.0.0.6", MASC_PARENT, PARENT, PARENT, 0);
	struct wire_claim c =
		claim_of(s, WIRE_PREFIX_MANAGED, MASC_INTERNAL_PEER, PARENT, "234.0.0.0/8");
	stall_tell(s, SIBLING, &c);
	stall_mark(s, SIBLING);
	stall_pass(s, MONO_SEC);
}

static void expect(const struct stall *s, enum wire_attribute type, size_t least)
{
	size_t n = stall_known(s, type);
	if (n < least)
		stall_die("%zu of %zu claims are known", n, least);
}

static void fill(struct stall *s, stall_claim_fn *fn, uint32_t n)
{
	size_t before = stall_known(s, fn(s, 0).type);
	stall_feed(s, COLLEAGUE, fn, n);
	expect(s, fn(s, 0).type, before + n);
	stall_pass(s, 3 * MONO_SEC);
}

static void own_many(struct stall *s, uint32_t n)
{
	char text[32];
	for (uint32_t i = 0; i < n; i++) {
		(void)snprintf(text, sizeof(text), "234.%u.%u.0/22", 128 + i / 64, i % 64 * 4);
		claim(s, text);
	}
	stall_pass(s, 10 * MONO_SEC);
}

static void own_all(struct stall *s, stall_claim_fn *fn)
{
	start_top(s);
	claim(s, "234.0.0.0/8");
	stall_pass(s, 10 * MONO_SEC);
	fill(s, fn, MANY);
}

/* -- the cases -- */

static void take_in(struct stall *s)
{
	start_top(s);
	stall_watch(s);
	fill(s, nth, MANY);
}

static void take_in_with_own(struct stall *s)
{
	start_top(s);
	own_many(s, 1000);
	stall_watch(s);
	fill(s, nth, MANY / 10);
}

static void take_in_below(struct stall *s)
{
	start_top(s);
	own_many(s, 512);
	claim(s, "234.0.0.0/9");
	stall_pass(s, 10 * MONO_SEC);
	stall_watch(s);
	fill(s, of_kids, MANY / 10);
}

static void end_at_once(struct stall *s)
{
	start_top(s);
	fill(s, nth, MANY);
	stall_watch(s);
	stall_pass(s, 2 * LIFETIME_S * MONO_SEC);
	if (stall_known(s, WIRE_PREFIX_IN_USE))
		stall_die("not all has ended");
}

static void end_at_once_below(struct stall *s)
{
	own_all(s, of_kids);
	stall_watch(s);
	stall_pass(s, 2 * LIFETIME_S * MONO_SEC);
}

static void sweep(struct stall *s)
{
	start_top(s);
	fill(s, nth, MANY);
	stall_watch(s);
	stall_down(s, COLLEAGUE);
	stall_pass(s, 10 * MONO_SEC);
	stall_establish(s, 12, "127.0.0.3", MASC_INTERNAL_PEER, US, 2, 0);
	stall_mark(s, 12);
	stall_pass(s, MONO_SEC);
	if (stall_known(s, WIRE_PREFIX_IN_USE))
		stall_die("not all is swept");
}

static void dump(struct stall *s)
{
	start_top(s);
	fill(s, nth, MANY);
	stall_down(s, LATE);
	stall_pass(s, 10 * MONO_SEC);
	stall_watch(s);
	stall_establish(s, 14, "127.0.0.5", MASC_SIBLING, 65002, 65002, 0);
	stall_pass(s, MONO_SEC);
}

static void many_wide_expand(struct stall *s)
{
	start_top(s);
	fill(s, of_many, MANY);
	stall_watch(s);
	stall_feed(s, COLLEAGUE, wide_expand, 1800);
	stall_pass(s, MONO_SEC);
}

static void many_wide_new(struct stall *s)
{
	start_top(s);
	fill(s, nth, MANY);
	stall_watch(s);
	stall_feed(s, COLLEAGUE, wide_new, 1800);
	stall_pass(s, MONO_SEC);
}

static void many_wide_kids(struct stall *s)
{
	own_all(s, wanted_by_kids);
	stall_watch(s);
	stall_feed(s, COLLEAGUE, wide_kid_new, 1800);
	stall_pass(s, MONO_SEC);
}

static void many_wide_kids_expand(struct stall *s)
{
	own_all(s, wanted_by_kids);
	struct wire_claim c = claim_of(s, WIRE_PREFIX_IN_USE, MASC_CHILD, 65100, "234.192.0.0/24");
	stall_tell(s, COLLEAGUE, &c);
	stall_watch(s);
	stall_feed(s, COLLEAGUE, wide_kid_expand, 1800);
	stall_pass(s, MONO_SEC);
}

static void many_wide_kids_use(struct stall *s)
{
	own_all(s, of_kids);
	stall_watch(s);
	stall_feed(s, COLLEAGUE, wide_kid_use, 900);
	stall_pass(s, MONO_SEC);
}

static void withdraw_all(struct stall *s)
{
	start_top(s);
	fill(s, nth, MANY);
	struct wire_claim c =
		claim_of(s, WIRE_PREFIX_IN_USE, MASC_SIBLING, CLAIMS_DOMAIN, "234.0.0.0/9");
	stall_tell(s, COLLEAGUE, &c);
	stall_watch(s);
	c.type = WIRE_WITHDRAW;
	stall_tell(s, COLLEAGUE, &c);
	stall_pass(s, MONO_SEC);
	if (stall_known(s, WIRE_PREFIX_IN_USE))
		stall_die("not all is withdrawn");
}

static void withdraw_others(struct stall *s)
{
	start_top(s);
	fill(s, of_many, MANY);
	struct wire_claim c = claim_of(s, WIRE_PREFIX_IN_USE, MASC_SIBLING, WIDE, "234.0.0.0/9");
	stall_tell(s, COLLEAGUE, &c);
	stall_watch(s);
	c.type = WIRE_WITHDRAW;
	stall_tell(s, COLLEAGUE, &c);
	stall_pass(s, MONO_SEC);
}

static void withdraw_kids(struct stall *s)
{
	own_all(s, of_kids);
	struct wire_claim c = claim_of(s, WIRE_PREFIX_IN_USE, MASC_CHILD, 65100, "234.0.0.0/9");
	stall_tell(s, COLLEAGUE, &c);
	stall_watch(s);
	c.type = WIRE_WITHDRAW;
	stall_tell(s, COLLEAGUE, &c);
	stall_pass(s, MONO_SEC);
}

static void parent_withdraws(struct stall *s)
{
	start_low(s);
	claim(s, "234.200.0.0/16");
	stall_pass(s, 10 * MONO_SEC);
	fill(s, of_many, MANY);
	stall_watch(s);
	struct wire_claim c = claim_of(s, WIRE_WITHDRAW, MASC_INTERNAL_PEER, PARENT, "234.0.0.0/8");
	c.hold_time = 1000;
	stall_tell(s, SIBLING, &c);
	stall_pass(s, 2000 * MONO_SEC);
}

static void clash_over_kids(struct stall *s)
{
	own_all(s, of_kids);
	struct wire_claim c = claim_of(s, WIRE_PREFIX_IN_USE, MASC_SIBLING, OTHER, "234.64.0.0/11");
	c.timestamp -= 1000;
	stall_watch(s);
	stall_tell(s, SIBLING, &c);
	stall_pass(s, MONO_SEC);
	c.type = WIRE_WITHDRAW;
	stall_tell(s, SIBLING, &c);
	stall_pass(s, 10 * MONO_SEC);
}

/* A claim of ours that was withdrawn, below a million that others want. */
static void clash_among_many(struct stall *s)
{
	start_top(s);
	claim(s, "234.0.0.0/9");
	stall_pass(s, 10 * MONO_SEC);
	struct wire_claim c = claim_of(s, WIRE_PREFIX_IN_USE, MASC_SIBLING, OTHER, "234.0.0.0/9");
	c.timestamp -= 1000;
	stall_tell(s, SIBLING, &c);
	fill(s, wanted_by_many, MANY);
	stall_watch(s);
	stall_down(s, SIBLING);
	stall_pass(s, 10 * MONO_SEC);
	stall_establish(s, 12, "127.0.0.2", MASC_SIBLING, OTHER, OTHER, 0);
	stall_mark(s, 12);
	stall_pass(s, 10 * MONO_SEC);
	stall_feed(s, COLLEAGUE, wide_use, 200);
	stall_pass(s, 2 * LIFETIME_S * MONO_SEC);
}

static void restart(struct stall *s)
{
	own_all(s, of_kids);
	stall_again(s);
	stall_watch(s);
	stall_pass(s, 10 * MONO_SEC);
	meet(s);
	stall_pass(s, 10 * MONO_SEC);
}

static void reload(struct stall *s)
{
	start_low(s);
	fill(s, of_many, MANY);
	stall_watch(s);
	stall_configure(s, moved);
	stall_pass(s, 10 * MONO_SEC);
}

static void plan(struct stall *s)
{
	start_top(s);
	own_many(s, 1000);
	for (uint32_t i = 0; i < 4000; i++) {
		const struct masc_command c = { .kind = MASC_COMMAND_DEMAND, .addresses = 200 };
		stall_must(stall_command(s, &c), "a demand");
	}
	stall_watch(s);
	claim(s, "234.100.0.0/24");
	stall_pass(s, 10 * MONO_SEC);
	const struct masc_command c = { .kind = MASC_COMMAND_DEMAND, .addresses = 200 };
	stall_must(stall_command(s, &c), "a demand");
	stall_pass(s, 10 * MONO_SEC);
}

static void hints(struct stall *s)
{
	start_top(s);
	own_many(s, 1000);
	stall_watch(s);
	stall_feed(s, COLLEAGUE, hint, 4000);
	stall_pass(s, 10 * MONO_SEC);
}

/* Asked for and not to be had: each of them is thought of again and again. */
static void waiting_in_vain(struct stall *s)
{
	char text[32];
	start_top(s);
	struct wire_claim c = claim_of(s, WIRE_PREFIX_IN_USE, MASC_SIBLING, OTHER, "234.0.0.0/8");
	stall_tell(s, SIBLING, &c);
	for (uint32_t i = 0; i < 1000; i++) {
		(void)snprintf(text, sizeof(text), "234.%u.%u.0/22", 128 + i / 64, i % 64 * 4);
		struct masc_command k = { .kind = MASC_COMMAND_CLAIM,
					  .prefix = stall_prefix(text) };
		(void)stall_command(s, &k);
	}
	stall_watch(s);
	fill(s, nth, MANY / 100);
}

static const struct {
	const char *name;
	void (*run)(struct stall *s);
} cases[] = {
	{ "take_in", take_in },
	{ "take_in_with_own", take_in_with_own },
	{ "take_in_below", take_in_below },
	{ "end_at_once", end_at_once },
	{ "end_at_once_below", end_at_once_below },
	{ "sweep", sweep },
	{ "dump", dump },
	{ "wide_expand", many_wide_expand },
	{ "wide_new", many_wide_new },
	{ "wide_kids", many_wide_kids },
	{ "wide_kids_expand", many_wide_kids_expand },
	{ "wide_kids_use", many_wide_kids_use },
	{ "withdraw_all", withdraw_all },
	{ "withdraw_others", withdraw_others },
	{ "withdraw_kids", withdraw_kids },
	{ "parent_withdraws", parent_withdraws },
	{ "clash_over_kids", clash_over_kids },
	{ "clash_among_many", clash_among_many },
	{ "restart", restart },
	{ "reload", reload },
	{ "plan", plan },
	{ "hints", hints },
	{ "waiting_in_vain", waiting_in_vain },
};
#define CASES (sizeof(cases) / sizeof(cases[0]))

static void run(size_t i)
{
	struct stall s;
	cases[i].run(&s);
	printf("{\"case\": \"%s\", \"us\": %.1f, \"steps\": %zu, \"what\": \"%s\", \"calls\": %zu}\n",
	       cases[i].name, s.us, s.steps, s.what ? s.what : "", s.calls);
	(void)fflush(stdout);
	stall_death(&s);
}

int main(int argc, char **argv)
{
	for (size_t i = 0; i < CASES; i++)
		for (int k = 1; k == 1 || k < argc; k++)
			if (argc == 1 || strcmp(argv[k], cases[i].name) == 0)
				run(i);
	return 0;
}
