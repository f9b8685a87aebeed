/* MASC-13: what an attribute does, by its type and the role of its origin. */
#include "masc/own_int.h"

#define IPS (TO_INTERNAL | TO_PARENT | TO_SIBLINGS)
#define IC  (TO_INTERNAL | TO_CHILDREN)

/* Gives the subcode to refuse it with, 0 none. */
typedef uint8_t action(const struct heard *h);

static struct masc *masc_of(const struct heard *h)
{
	return h->s->peer->m;
}

/* False: it is lost for want of room or memory, or old; nothing goes on. */
static bool cached(const struct heard *h)
{
	struct peer *p = h->s->peer;
	enum err e = cache_put(h->sp, h->c, p, false, h->now);
	if (e == ERR_EXISTS)
		p->count.claims_same++;
	else if (e == ERR_NOMEM)
		p->count.attributes_refused++;
	else if (e != OK)
		guard_full(h);
	return e == OK;
}

static void tell(const struct heard *h, unsigned sets)
{
	unsigned to = accept_sets(masc_of(h), h->c, sets);
	if (to)
		spread(h->sp, h->c, to, h->s->peer, 0, h->now);
}

/* To all nodes of the child that made the claim but the one it came from. */
static void tell_child(const struct heard *h, const struct wire_claim *c, const struct peer *except)
{
	struct masc *m = masc_of(h);
	for (size_t i = 0; i < m->config.n_peers; i++) {
		struct peer *p = m->peers[i];
		if (p != except && p->config->role == MASC_PARENT &&
		    p->config->family + 1 == h->sp->family &&
		    masc_id_eq(&p->config->domain, &h->c->domain))
			spread_to(p, h->sp, c, 0, h->now);
	}
}

/* MASC-13.1, MASC-13.6, MASC-13.8, MASC-13.12, MASC-13.16, MASC-13.21 */
static uint8_t refuse(const struct heard *h)
{
	return WIRE_ORIGIN_ROLE;
}

/* MASC-13.17 */
static uint8_t drop(const struct heard *h)
{
	return 0;
}

/* Whether the domain of the attribute holds some of its range. MASC-20.1: whoever
 * wants a range with thousands of claims of others in it holds none of it. */
static bool holds_some(const struct heard *h)
{
	struct look k;
	struct wire_claim c;
	look_start(&k, h->sp, &h->prefix);
	for (uint32_t r; (r = look_next(&k));)
		if (table_get(h->sp->table, r, &c) && masc_id_eq(&c.domain, &h->c->domain) &&
		    (c.type == WIRE_PREFIX_IN_USE || c.type == WIRE_PREFIX_MANAGED))
			return true;
	return false;
}

/* Whether another domain's claim there goes first. */
static bool loses(const struct heard *h)
{
	struct look k;
	struct wire_claim c;
	look_start(&k, h->sp, &h->prefix);
	for (uint32_t r; (r = look_next(&k));)
		if (table_mark_of(h->sp->table, r).holds && table_get(h->sp->table, r, &c) &&
		    !masc_id_eq(&c.domain, &h->c->domain) && claim_cmp(&c, h->c) < 0)
			return true;
	return false;
}

/* MASC-16.4, 16.6: of a claim that was not told before. */
static void note_pending(const struct heard *h)
{
	if (cache_find(h->sp, h->c))
		return;
	guard_wait(h);
	if (h->c->role != MASC_INTERNAL_PEER && loses(h))
		guard_lost(masc_of(h), &h->c->domain, h->now);
}

/* -- siblings -- */

/* MASC-13.2 */
static uint8_t in_use_sibling(const struct heard *h)
{
	if (!h->sp)
		return WIRE_NO_PARENT_PREFIX;
	if (!cached(h))
		return 0;
	guard_won(masc_of(h), &h->c->domain);
	own_rival(h);
	tell(h, IPS);
	return 0;
}

static uint8_t pending_sibling(const struct heard *h)
{
	note_pending(h);
	if (!cached(h))
		return 0;
	own_rival(h);
	tell(h, IPS);
	return 0;
}

/* MASC-13.9 */
static uint8_t expand_sibling(const struct heard *h)
{
	if (!h->sp)
		return WIRE_NO_PARENT_PREFIX;
	return holds_some(h) ? pending_sibling(h) : WIRE_NO_SIBLING_PREFIX;
}

/* MASC-13.13 */
static uint8_t new_sibling(const struct heard *h)
{
	if (!h->sp)
		return WIRE_NO_PARENT_PREFIX;
	return guard_damped(masc_of(h), &h->c->domain, h->now) ? pending_sibling(h) : 0;
}

/* -- children -- */

static bool in_ours(const struct heard *h)
{
	return h->sp && space_covers(h->sp, &h->prefix, NULL);
}

/* The older claims of other children to what this one uses are told to it. */
static void tell_older(const struct heard *h)
{
	struct look k;
	struct wire_claim c;
	look_start(&k, h->sp, &h->prefix);
	for (uint32_t r; (r = look_next(&k));) {
		if (!table_get(h->sp->table, r, &c) || c.type != WIRE_PREFIX_IN_USE ||
		    masc_id_eq(&c.domain, &h->c->domain) || claim_cmp(&c, h->c) > 0)
			continue;
		if (!guard_repeat(masc_of(h), &h->c->domain, h->now))
			return;
		tell_child(h, &c, NULL);
	}
}

static void tell_denied(const struct heard *h, uint32_t lifetime, enum masc_reason why)
{
	struct masc_event ev = event_of(h->s->peer, MASC_EVENT_DENIED);
	ev.prefix = h->prefix;
	ev.domain = h->c->domain;
	ev.node = h->c->node;
	ev.why = why;
	ev.allowed = lifetime;
	if (why == MASC_REASON_TAKEN)
		ev.rival = cache_holder(h->sp, &h->prefix, &h->c->domain, 1U << WIRE_PREFIX_IN_USE);
	out_event(masc_of(h), &ev, 0);
}

/* MASC-16.3: the claim itself, said by us. Where it cannot be remembered, it is
 * judged again when it is told again. */
static void deny(const struct heard *h, uint32_t lifetime, enum masc_reason why)
{
	struct wire_claim d = *h->c;
	d.type = WIRE_CLAIM_DENIED;
	d.role = MASC_INTERNAL_PEER;
	d.lifetime = lifetime;
	(void)!cache_put(h->sp, &d, NULL, true, h->now);
	tell_child(h, &d, NULL);
	spread(h->sp, &d, TO_INTERNAL, NULL, 0, h->now);
	tell_denied(h, lifetime, why);
	guard_lost(masc_of(h), &h->c->domain, h->now);
}

/* A claim that we denied and that its maker does not know to be denied, or has
 * made again within the second. */
static bool was_denied(const struct heard *h)
{
	struct wire_claim d = *h->c, known;
	d.type = WIRE_CLAIM_DENIED;
	uint32_t r = cache_find(h->sp, &d);
	if (!r || !table_get(h->sp->table, r, &known) || known.timestamp != h->c->timestamp ||
	    known.lifetime >= h->c->lifetime)
		return false;
	if (h->s->peer->config->role == MASC_PARENT)
		spread_to(h->s->peer, h->sp, &known, 0, h->now);
	else if (guard_repeat(masc_of(h), &h->c->domain, h->now))
		tell_child(h, &known, NULL);
	return true;
}

/* MASC-16.4, 16.8: told, not remembered: whoever goes on is told again, each time. */
static void deny_alone(const struct heard *h)
{
	struct wire_claim d = *h->c;
	d.type = WIRE_CLAIM_DENIED;
	d.role = MASC_INTERNAL_PEER;
	d.lifetime = 0;
	tell_child(h, &d, NULL);
}

/* MASC-13.3 */
static uint8_t in_use_child(const struct heard *h)
{
	enum masc_reason why;
	bool inside = in_ours(h);
	/* A colleague who has not told all yet may hold the range it lies in. */
	if (!inside && sync_colleagues_told(masc_of(h), h->sp->family))
		return WIRE_NO_PARENT_PREFIX;
	if (inside && !guard_in_use(h, &why)) {
		deny_alone(h);
		tell_denied(h, 0, why);
		return 0;
	}
	if (!cached(h))
		return 0;
	guard_won(masc_of(h), &h->c->domain);
	own_rival(h);
	tell(h, IC);
	tell_older(h);
	return 0;
}

static uint8_t pending_child(const struct heard *h)
{
	bool denied;
	uint32_t lifetime;
	enum masc_reason why;
	if (was_denied(h))
		return 0;
	uint8_t subcode = guard_child(h, &denied, &lifetime, &why);
	if (subcode)
		return subcode;
	if (denied) {
		tell(h, TO_INTERNAL);
		deny(h, lifetime, why);
		return 0;
	}
	note_pending(h);
	if (!cached(h))
		return 0;
	own_rival(h);
	tell(h, IC);
	return 0;
}

/* MASC-13.10 */
static uint8_t expand_child(const struct heard *h)
{
	if (!in_ours(h))
		return WIRE_NO_PARENT_PREFIX;
	return holds_some(h) ? pending_child(h) : WIRE_NO_CHILD_PREFIX;
}

/* MASC-13.14 */
static uint8_t new_child(const struct heard *h)
{
	if (!in_ours(h))
		return WIRE_NO_PARENT_PREFIX;
	if (guard_damped(masc_of(h), &h->c->domain, h->now))
		return pending_child(h);
	deny_alone(h);
	return 0;
}

/* MASC-13.18: nobody but the child itself, and nodes of ours that heard it. */
static uint8_t hint_child(const struct heard *h)
{
	const struct masc_peer_config *p = h->s->peer->config;
	bool its_own = masc_id_eq(&p->domain, &h->c->domain);
	if (!h->sp || (!its_own && p->role != MASC_INTERNAL_PEER) || !cached(h))
		return 0;
	plan_hint(h->sp, h->c, h->now);
	tell(h, TO_INTERNAL);
	tell_child(h, h->c, h->s->peer);
	return 0;
}

/* -- our own domain -- */

/* MASC-13.22; MASC-13.4 */
static uint8_t managed_internal(const struct heard *h)
{
	if (!h->sp)
		return WIRE_NO_PARENT_PREFIX;
	if (!cached(h))
		return 0;
	guard_won(masc_of(h), &h->c->domain);
	own_colleague(h);
	own_replan(masc_of(h));
	tell(h, IPS | TO_CHILDREN);
	return 0;
}

static uint8_t pending_internal(const struct heard *h)
{
	note_pending(h);
	if (!cached(h))
		return 0;
	own_colleague(h);
	tell(h, IPS);
	return 0;
}

/* MASC-13.11 */
static uint8_t expand_internal(const struct heard *h)
{
	if (!h->sp)
		return WIRE_NO_PARENT_PREFIX;
	return holds_some(h) ? pending_internal(h) : WIRE_NO_INTERNAL_PREFIX;
}

/* MASC-13.15 */
static uint8_t new_internal(const struct heard *h)
{
	return h->sp ? pending_internal(h) : WIRE_NO_PARENT_PREFIX;
}

/* MASC-13.19 */
static uint8_t hint_internal(const struct heard *h)
{
	if (!h->sp || !cached(h))
		return 0;
	if (masc_of(h)->own)
		plan_colleague_claims(masc_of(h), h->c, h->now);
	tell(h, TO_INTERNAL | TO_PARENT);
	return 0;
}

/* -- denials -- */

/* The pending claim of the domain that the attribute names; 0 none. */
static uint32_t named_pending(const struct heard *h)
{
	struct wire_claim c = *h->c, known;
	/* Of the kind of a NEW_CLAIM, whichever it was. */
	c.type = WIRE_NEW_CLAIM;
	uint32_t r = h->sp ? cache_find(h->sp, &c) : 0;
	if (!r || !table_get(h->sp->table, r, &known) || known.timestamp != h->c->timestamp)
		return 0;
	return r;
}

/* MASC-10.7: it beats the claim that it names. */
static void cancel_named(const struct heard *h)
{
	uint32_t r = named_pending(h);
	if (r && !table_mark_of(h->sp->table, r).ours)
		cache_remove(h->sp, r, h->now);
}

static uint8_t denied_ours(const struct heard *h)
{
	bool colleagues = named_pending(h);
	if (!own_denied(h) && !colleagues) {
		own_disputed(h);
		return WIRE_NO_INTERNAL_PREFIX;
	}
	cancel_named(h);
	if (h->sp)
		tell(h, IPS);
	return 0;
}

/* MASC-13.5 */
static uint8_t denied_parent(const struct heard *h)
{
	if (masc_id_eq(&h->c->domain, &masc_of(h)->config.domain))
		return denied_ours(h);
	if (!h->sp)
		return WIRE_NO_PARENT_PREFIX;
	if (!cached(h))
		return 0;
	cancel_named(h);
	tell(h, IPS);
	return 0;
}

/* MASC-13.7 */
static uint8_t denied_internal(const struct heard *h)
{
	if (!h->sp || !cached(h))
		return 0;
	cancel_named(h);
	tell(h, IC);
	return 0;
}

/* -- the parent's ranges -- */

static bool is_of_parent(const struct heard *h)
{
	return h->sp && !masc_id_is_zero(&h->sp->parent) &&
	       masc_id_eq(&h->sp->parent, &h->c->domain);
}

/* Renewed without any other change is no news for people. */
static bool is_range_news(const struct heard *h)
{
	struct wire_claim known;
	uint32_t r = cache_find(h->sp, h->c);
	return !r || !table_get(h->sp->table, r, &known) || known.deprecated != h->c->deprecated;
}

static void tell_range(const struct heard *h, bool up)
{
	struct masc_event ev = event_of(h->s->peer, MASC_EVENT_RANGE);
	ev.prefix = h->prefix;
	ev.domain = h->c->domain;
	ev.up = up;
	out_event(masc_of(h), &ev, 0);
}

/* MASC-13.20: of the range a WITHDRAW came by another way. What this peer passes
 * on may have been said before that; the parent itself, and who told of the
 * WITHDRAW, say things in their order. */
static bool is_outdated(const struct heard *h)
{
	struct peer *p = h->s->peer;
	struct look k;
	struct wire_claim c;
	if (masc_id_eq(&p->config->domain, &h->c->domain) ||
	    !table_count_of(h->sp->table, WIRE_WITHDRAW))
		return false;
	look_start(&k, h->sp, &h->prefix);
	for (uint32_t r; (r = look_next(&k));) {
		struct table_mark mark = table_mark_of(h->sp->table, r);
		if (!table_get(h->sp->table, r, &c) || c.type != WIRE_WITHDRAW ||
		    !masc_id_eq(&c.domain, &h->c->domain))
			continue;
		if (!sync_stale(masc_of(h), &mark) && sync_peer_of(masc_of(h), &mark) != p)
			return true;
	}
	return false;
}

/* MASC-13.20 */
static uint8_t managed_parent(const struct heard *h)
{
	if (!is_of_parent(h))
		return WIRE_ORIGIN_DOMAIN;
	if (is_outdated(h)) {
		h->s->peer->count.claims_same++;
		return 0;
	}
	bool news = is_range_news(h);
	if (!cached(h))
		return 0;
	if (news) {
		tell_range(h, true);
		space_settle_in(h->sp, h->now);
	}
	own_replan(masc_of(h));
	tell(h, IPS);
	return 0;
}

/* -- withdrawals -- */

static bool is_matched_by(const struct heard *h, const struct wire_claim *c)
{
	if (!masc_id_eq(&c->domain, &h->c->domain))
		return false;
	if (c->type == WIRE_PREFIX_IN_USE || c->type == WIRE_PREFIX_MANAGED)
		return true;
	bool pending = c->type == WIRE_NEW_CLAIM || c->type == WIRE_CLAIM_TO_EXPAND;
	return pending && c->prefix_length == h->prefix.length && c->timestamp == h->c->timestamp;
}

/* MASC-13.27 */
static bool has_match(const struct heard *h)
{
	struct table_walk w;
	struct wire_claim c;
	if (!h->sp)
		return false;
	table_covers(h->sp->table, &h->prefix, &w);
	for (uint32_t r; (r = table_covers_next(&w));)
		if (table_get(h->sp->table, r, &c) && is_matched_by(h, &c))
			return true;
	return false;
}

/* While a peer tells all it knows a WITHDRAW may be about what has gone since,
 * and who hears of both for the first time has nothing to take away. */
static uint8_t without_match(const struct heard *h, uint8_t subcode)
{
	return h->s->synced ? subcode : 0;
}

static bool withdrawn(const struct heard *h)
{
	if (!cached(h))
		return false;
	cache_cut(h->sp, h->c, h->now);
	return true;
}

/* MASC-13.23 */
static uint8_t withdraw_parent(const struct heard *h)
{
	if (!h->sp)
		return WIRE_NO_PARENT_PREFIX;
	if (!is_of_parent(h))
		return WIRE_ORIGIN_DOMAIN;
	if (!withdrawn(h))
		return 0;
	own_parent_withdrew(h);
	own_replan(masc_of(h));
	tell(h, TO_INTERNAL | TO_SIBLINGS);
	return 0;
}

/* MASC-13.24 */
static uint8_t withdraw_sibling(const struct heard *h)
{
	if (!has_match(h))
		return without_match(h, WIRE_NO_SIBLING_PREFIX);
	if (withdrawn(h))
		tell(h, IPS);
	return 0;
}

/* MASC-13.25 */
static uint8_t withdraw_child(const struct heard *h)
{
	if (!has_match(h))
		return without_match(h, WIRE_NO_CHILD_PREFIX);
	if (withdrawn(h))
		tell(h, IC);
	return 0;
}

/* Whether another node of our domain than the one that withdraws holds some of it. */
static bool others_hold(const struct heard *h)
{
	struct look k;
	struct wire_claim c;
	look_start(&k, h->sp, &h->prefix);
	for (uint32_t r; (r = look_next(&k));)
		if (table_get(h->sp->table, r, &c) && c.type == WIRE_PREFIX_MANAGED &&
		    c.role == MASC_INTERNAL_PEER && !masc_id_eq(&c.node, &h->c->node))
			return true;
	return k.cut;
}

/* MASC-13.27: of a colleague that tells all it knows, about what we never heard
 * of, or forgot. Our children may stand on it. */
static void pass_down(const struct heard *h)
{
	const struct session *s = h->s;
	if (h->sp && !s->synced && s->peer->config->role == MASC_INTERNAL_PEER && !others_hold(h) &&
	    withdrawn(h))
		tell(h, TO_CHILDREN);
}

/* MASC-13.26 */
static uint8_t withdraw_internal(const struct heard *h)
{
	if (!has_match(h)) {
		pass_down(h);
		return without_match(h, WIRE_NO_INTERNAL_PREFIX);
	}
	/* First the own side, which looks at what is still there. */
	own_withdrawn(h);
	if (withdrawn(h))
		tell(h, IPS | TO_CHILDREN);
	return 0;
}

#define HINT WIRE_ATTRIBUTES /* a row of its own */

/* clang-format off */
static action *const matrix[WIRE_ATTRIBUTES + 1][4] = {
	[WIRE_PREFIX_IN_USE] = {
		[MASC_PARENT] = refuse,		 [MASC_SIBLING] = in_use_sibling,
		[MASC_CHILD] = in_use_child,	 [MASC_INTERNAL_PEER] = managed_internal,
	},
	[WIRE_CLAIM_DENIED] = {
		[MASC_PARENT] = denied_parent,	 [MASC_SIBLING] = refuse,
		[MASC_CHILD] = refuse,		 [MASC_INTERNAL_PEER] = denied_internal,
	},
	[WIRE_CLAIM_TO_EXPAND] = {
		[MASC_PARENT] = refuse,		 [MASC_SIBLING] = expand_sibling,
		[MASC_CHILD] = expand_child,	 [MASC_INTERNAL_PEER] = expand_internal,
	},
	[WIRE_NEW_CLAIM] = {
		[MASC_PARENT] = refuse,		 [MASC_SIBLING] = new_sibling,
		[MASC_CHILD] = new_child,	 [MASC_INTERNAL_PEER] = new_internal,
	},
	[WIRE_PREFIX_MANAGED] = {
		[MASC_PARENT] = managed_parent,	 [MASC_SIBLING] = refuse,
		[MASC_CHILD] = refuse,		 [MASC_INTERNAL_PEER] = managed_internal,
	},
	[WIRE_WITHDRAW] = {
		[MASC_PARENT] = withdraw_parent, [MASC_SIBLING] = withdraw_sibling,
		[MASC_CHILD] = withdraw_child,	 [MASC_INTERNAL_PEER] = withdraw_internal,
	},
	[HINT] = {
		[MASC_PARENT] = refuse,		 [MASC_SIBLING] = drop,
		[MASC_CHILD] = hint_child,	 [MASC_INTERNAL_PEER] = hint_internal,
	},
};
/* clang-format on */

uint8_t process_claim(const struct heard *h)
{
	unsigned row = wire_is_hint(h->c) ? HINT : h->c->type;
	return matrix[row][h->c->role](h);
}
