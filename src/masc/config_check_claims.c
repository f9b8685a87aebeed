/* Whether what a configuration says of claims makes sense: scopes and where they
 * lie, how they fold onto link-layer addresses, times, quotas. */
#include "masc/config_int.h"

enum err config_refuse(struct text *why, const char *kind, const char *name, const char *sentence)
{
	text_str(why, "masc: ");
	if (kind) {
		text_str(why, kind);
		text_char(why, ' ');
		text_str(why, name);
		text_str(why, ": ");
	}
	text_str(why, sentence);
	return ERR_CONFIG;
}

/* MASC-10.8: IPv4 ranges in which nobody may claim, first octets from..to and what they are. */
static const struct {
	struct masc_prefix range;
	const char *why;
} never[] = {
	{ { { 224 }, 8, MASC_IPV4 },
	  "range reaches into 224.0.0.0/8, whose addresses are assigned one by one; take one "
	  "inside 239.192.0.0/14, or what your provider gives you" },
	{ { { 225 }, 8, MASC_IPV4 }, NULL },
	{ { { 226 }, 7, MASC_IPV4 }, NULL },
	{ { { 228 }, 6, MASC_IPV4 }, NULL },
	{ { { 232 }, 8, MASC_IPV4 },
	  "range reaches into 232.0.0.0/8, source-specific multicast: there every source has all "
	  "addresses for itself and nothing is to be claimed; take one inside 239.192.0.0/14" },
	{ { { 233, 252 }, 14, MASC_IPV4 },
	  "range reaches into 233.252.0.0/14, whose addresses are assigned one by one and for "
	  "documentation; take the /24 that goes with a number of an autonomous system below it, "
	  "or one inside 239.192.0.0/14" },
	{ { { 235 }, 8, MASC_IPV4 }, NULL },
	{ { { 236 }, 7, MASC_IPV4 }, NULL },
	{ { { 238 }, 8, MASC_IPV4 }, NULL },
};

/* The local scope of RFC 2365, of one site and never divided. */
static const struct masc_prefix local_scope = { { 239, 255 }, 16, MASC_IPV4 };

static enum err check_local(const struct masc_scope_config *s, struct text *why)
{
	if (!masc_prefix_overlaps(&local_scope, &s->range))
		return OK;
	if (s->root)
		return config_refuse(why, "scope", s->name,
				     "range reaches into 239.255.0.0/16, the local scope, which is "
				     "not shared out between domains; leave out root, or take a "
				     "range inside 239.192.0.0/14");
	if (!masc_prefix_covers(&s->range, &local_scope))
		return config_refuse(why, "scope", s->name,
				     "range is a part of 239.255.0.0/16, the local scope, which is "
				     "not divided; name all of it, or take a range inside "
				     "239.192.0.0/14");
	return OK;
}

static enum err check_ipv4(const struct masc_scope_config *s, struct text *why)
{
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (masc_prefix_overlaps(&never[i].range, &s->range))
			return config_refuse(why, "scope", s->name,
					     never[i].why ? never[i].why
							  : "range reaches into addresses that are "
							    "reserved; take one inside "
							    "239.192.0.0/14");
	return check_local(s, why);
}

/* Second octet: four flags, the last of which says that an address is not
 * assigned for good, then the scope. */
static enum err check_ipv6(const struct masc_scope_config *s, struct text *why)
{
	const uint8_t *a = s->range.address;
	unsigned scope = a[1] & 0xfU;
	if (scope <= 1 || scope == 0xf)
		return config_refuse(why, "scope", s->name,
				     "range has a scope that no network carries; the fourth digit "
				     "is 2 to e, such as 8 for an organisation");
	if (!(a[1] & 0x10))
		return config_refuse(why, "scope", s->name,
				     "range is one of permanent addresses; the third digit has its "
				     "lowest bit set, as in ff38::9000:0/112");
	if (s->range.length > 96 && !(a[12] & 0x80))
		return config_refuse(why, "scope", s->name,
				     "range has group numbers that are assigned for good; its last "
				     "32 bits begin at 8000:0, as in ff38::9000:0/112");
	if (s->range.length >= 104 && a[12] == 0xff)
		return config_refuse(why, "scope", s->name,
				     "range has the link-layer addresses of solicited nodes; its "
				     "last 32 bits end below ff00:0");
	return OK;
}

/* The bits of a group that a switch sees, MASC-15.4. */
static uint8_t folds_from(const struct masc_prefix *p)
{
	return p->family == MASC_IPV4 ? 32 - 23 : 128 - 32;
}

/* What is left of a range on the link: its bits from there on. */
static struct masc_prefix folded(const struct masc_prefix *p)
{
	struct masc_prefix f = *p;
	memset(f.address, 0, p->family == MASC_IPV4 ? 1 : 12);
	if (p->family == MASC_IPV4)
		f.address[1] &= 0x7f;
	return f;
}

static enum err check_fold(const struct masc_scope_config *s, struct text *why)
{
	if (s->range.length >= folds_from(&s->range))
		return OK;
	return config_refuse(why, "scope", s->name,
			     s->range.family == MASC_IPV4
				     ? "range has more than 8388608 addresses, so that some share "
				       "a link-layer address; take a length of 9 or more, or say "
				       "mac_aliasing = yes"
				     : "range has more than 4294967296 addresses, so that some "
				       "share a link-layer address; take a length of 96 or more, "
				       "or say mac_aliasing = yes");
}

static enum err check_range(const struct masc_config *c, const struct masc_scope_config *s,
			    struct text *why)
{
	if (!s->range.family)
		return config_refuse(why, "scope", s->name,
				     "range must be given, such as 239.192.0.0/14");
	enum err e = s->range.family == MASC_IPV4 ? check_ipv4(s, why) : check_ipv6(s, why);
	return e == OK && !c->mac_aliasing ? check_fold(s, why) : e;
}

static enum err refuse_both(const struct masc_scope_config *a, const struct masc_scope_config *b,
			    const char *before, const char *after, struct text *why)
{
	enum err e = config_refuse(why, "scope", b->name, before);
	text_str(why, a->name);
	text_str(why, after);
	return e;
}

static enum err check_two(const struct masc_config *c, const struct masc_scope_config *a,
			  const struct masc_scope_config *b, struct text *why)
{
	if (a->range.family != b->range.family)
		return OK;
	if (masc_prefix_overlaps(&a->range, &b->range))
		return refuse_both(a, b, "range overlaps that of scope ",
				   "; each address is in one scope at most", why);
	struct masc_prefix fa = folded(&a->range), fb = folded(&b->range);
	if (!c->mac_aliasing && masc_prefix_overlaps(&fa, &fb))
		return refuse_both(a, b, "range shares link-layer addresses with scope ",
				   ": the low 23 bits of IPv4 groups, and 32 of IPv6 ones, must "
				   "differ; take another range, or say mac_aliasing = yes where "
				   "the two never meet on one network",
				   why);
	return OK;
}

static enum err check_scopes(const struct masc_config *c, struct text *why)
{
	enum err e = OK;
	for (size_t i = 0; e == OK && i < c->n_scopes; i++) {
		e = check_range(c, &c->scopes[i], why);
		for (size_t j = 0; e == OK && j < i; j++)
			e = check_two(c, &c->scopes[j], &c->scopes[i], why);
	}
	return e;
}

static bool whole_seconds(int64_t us)
{
	return us < 0 || us % MONO_SEC == 0;
}

static enum err check_times(const struct masc_config *c, struct text *why)
{
	struct masc_rules r = masc_config_rules(c);
	if (!whole_seconds(c->waiting_period) || !whole_seconds(c->claim_lifetime) ||
	    !whole_seconds(c->child_lifetime_least) || !whole_seconds(c->child_lifetime_most))
		return config_refuse(why, NULL, NULL,
				     "waiting_period, claim_lifetime, child_lifetime_least and "
				     "child_lifetime_most are in whole seconds");
	if (r.claim_lifetime < 4 * r.waiting_period)
		return config_refuse(why, NULL, NULL,
				     "claim_lifetime must be four waiting periods or more, to "
				     "leave time for renewals; raise it or lower waiting_period");
	if (r.child_lifetime_least > r.child_lifetime_most)
		return config_refuse(why, NULL, NULL,
				     "child_lifetime_most is below child_lifetime_least (by "
				     "default four waiting periods); raise the one or lower the "
				     "other");
	return OK;
}

/* 0 is no limit. */
static bool above(uint64_t soft, uint64_t hard)
{
	return hard && soft > hard;
}

enum err config_check_claims(const struct masc_config *c, struct text *why)
{
	enum err e = check_times(c, why);
	if (e != OK)
		return e;
	if (above(c->quota_soft, c->quota_hard))
		return config_refuse(why, NULL, NULL,
				     "quota_soft is above quota_hard; raise the one or lower the "
				     "other");
	if (c->child_claim_most && c->child_claim_most < c->claim_least)
		return config_refuse(why, NULL, NULL,
				     "child_claim_most is below claim_least, so that no child "
				     "could claim anything; raise the one or lower the other");
	return check_scopes(c, why);
}

static enum err check_crosses(const struct masc_config *c, const struct masc_peer_config *p,
			      struct text *why)
{
	struct span rest = span_str(p->crosses), name;
	while (config_next_crossed(&rest, &name)) {
		if (masc_config_find_scope(c, name))
			continue;
		enum err e = config_refuse(why, "peer", p->name, "crosses names the scope ");
		text_quoted(why, name, MASC_NAME_MAX);
		text_str(why, ", which is not there; accepted are names of scopes, separated by "
			      "commas");
		return e;
	}
	return OK;
}

enum err config_check_peer_claims(const struct masc_config *c, const struct masc_peer_config *p,
				  struct text *why)
{
	uint64_t soft = p->quota_soft < 0 ? c->quota_soft : (uint64_t)p->quota_soft;
	uint64_t hard = p->quota_hard < 0 ? c->quota_hard : (uint64_t)p->quota_hard;
	if (p->leaving && p->role != MASC_CHILD)
		return config_refuse(why, "peer", p->name,
				     "leaving is for a parent of ours, role child; leave it out");
	if ((p->quota_soft >= 0 || p->quota_hard >= 0) && p->role != MASC_PARENT)
		return config_refuse(why, "peer", p->name,
				     "quota_soft and quota_hard are for children of ours, role "
				     "parent; leave them out");
	if (above(soft, hard))
		return config_refuse(why, "peer", p->name,
				     "quota_soft is above quota_hard; raise the one or lower the "
				     "other");
	return check_crosses(c, p, why);
}
