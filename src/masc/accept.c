/* MASC-10.2 to 10.4: what of an attribute is believed. */
#include "masc/own_int.h"

#define NOT_ALLOWED UINT8_MAX

/* MASC-10.3 */
static bool in_bounds(const struct peer *p, const struct masc_prefix *prefix)
{
	const struct masc_config *c = &p->m->config;
	bool split;
	if (masc_prefix_is_zero(prefix))
		return true;
	const struct masc_scope_config *scope = masc_config_scope_of(c, prefix, &split);
	if (!scope)
		return !split;
	return !(p->crosses >> (scope - c->scopes) & 1);
}

static bool is_over(const struct masc *m, const struct wire_claim *c, struct mono now)
{
	int64_t end = ((int64_t)c->timestamp + c->hold_time) * MONO_SEC + m->rules.skew_keep;
	return end <= masc_wall_now(m, now);
}

static bool is_child_domain(const struct masc *m, const struct masc_id *domain)
{
	for (size_t i = 0; i < m->config.n_peers; i++)
		if (m->config.peers[i].role == MASC_PARENT &&
		    masc_id_eq(&m->config.peers[i].domain, domain))
			return true;
	return false;
}

/* A child says PARENT of what comes back of our own. */
static bool is_ourselves(const struct masc *m, const struct wire_claim *c)
{
	if (masc_id_eq(&c->domain, &m->config.domain))
		return true;
	return c->type == WIRE_CLAIM_DENIED && is_child_domain(m, &c->domain);
}

/* MASC-10.4, 3: what the origin is to us; NOT_ALLOWED. */
static uint8_t updated_role(const struct peer *p, const struct wire_claim *c)
{
	/* clang-format off */
	static const uint8_t table[4][4] = {
		/* we are:	       INTERNAL_PEER	   CHILD	 SIBLING       PARENT */
		[MASC_INTERNAL_PEER] = { MASC_INTERNAL_PEER, MASC_PARENT,  MASC_SIBLING, MASC_CHILD },
		[MASC_CHILD] =	       { MASC_CHILD,	   MASC_SIBLING, NOT_ALLOWED,  NOT_ALLOWED },
		[MASC_SIBLING] =       { MASC_SIBLING,	   NOT_ALLOWED,  MASC_SIBLING, MASC_CHILD },
		[MASC_PARENT] =	       { MASC_PARENT,	   NOT_ALLOWED,  MASC_PARENT,  NOT_ALLOWED },
	};
	/* clang-format on */
	const struct masc *m = p->m;
	uint8_t role = table[c->role][p->config->role];
	bool ours = masc_id_eq(&c->domain, &m->config.domain);
	if (c->role == MASC_PARENT && p->config->role == MASC_PARENT && is_ourselves(m, c))
		role = MASC_INTERNAL_PEER;
	if (role == MASC_SIBLING && ours)
		role = MASC_INTERNAL_PEER;
	if (role == MASC_INTERNAL_PEER && !ours && c->type != WIRE_CLAIM_DENIED)
		return NOT_ALLOWED;
	return role;
}

static bool is_claim(const struct wire_claim *c)
{
	return c->type == WIRE_PREFIX_IN_USE || c->type == WIRE_CLAIM_TO_EXPAND ||
	       c->type == WIRE_NEW_CLAIM;
}

/* Of itself, and echoes of ours. What it says of the parent could take ranges away
 * from us, and the parent tells us itself. */
static bool sibling_may_tell(const struct peer *p, const struct wire_claim *c)
{
	if (masc_id_eq(&c->domain, &p->config->domain))
		return true;
	return masc_id_eq(&c->domain, &p->m->config.domain) && is_claim(c);
}

/* MASC-10.4, 4: c->role is the updated one. */
static bool may_tell(const struct peer *p, const struct wire_claim *c)
{
	if (!p->m->config.strict_origin)
		return true;
	switch ((enum masc_role)p->config->role) {
	case MASC_SIBLING:
		return sibling_may_tell(p, c);
	case MASC_PARENT:
		return c->role != MASC_INTERNAL_PEER && masc_id_eq(&c->domain, &p->config->domain);
	case MASC_CHILD:
	case MASC_INTERNAL_PEER:
		break;
	}
	return true;
}

unsigned accept_sets(const struct masc *m, const struct wire_claim *c, unsigned sets)
{
	if (!m->config.strict_origin)
		return sets;
	bool of_others = c->role == MASC_SIBLING || c->role == MASC_PARENT;
	return of_others ? sets & ~(TO_PARENT | TO_SIBLINGS) : sets;
}

/* -- association -- */

/* A parent speaks of its own range with these: nothing else covers it. */
static bool names_range(const struct wire_claim *c)
{
	return c->role == MASC_PARENT &&
	       (c->type == WIRE_PREFIX_MANAGED || c->type == WIRE_WITHDRAW);
}

/* A colleague knows from whom our domain has what it holds, and gives back, also
 * while we know no range of that parent's. */
static struct space *place_ours(const struct peer *p, const struct wire_claim *c,
				const struct masc_prefix *prefix)
{
	bool held = c->type == WIRE_PREFIX_IN_USE || c->type == WIRE_PREFIX_MANAGED;
	if (p->config->role != MASC_INTERNAL_PEER || c->role != MASC_INTERNAL_PEER ||
	    (!held && c->type != WIRE_WITHDRAW))
		return NULL;
	struct space *sp = space_holding(p->m, prefix);
	return sp ? sp : space_unplaced(p->m, prefix->family);
}

static struct space *associate(const struct peer *p, const struct wire_claim *c,
			       const struct masc_prefix *prefix)
{
	struct masc *m = p->m;
	if (c->type == WIRE_CLAIM_DENIED && c->role == MASC_INTERNAL_PEER)
		return space_below(m, prefix->family);
	if (names_range(c) && p->config->role == MASC_INTERNAL_PEER)
		return c->type == WIRE_PREFIX_MANAGED ? space_learn(m, prefix->family, &c->domain)
						      : space_parent(m, prefix->family, &c->domain);
	struct space *sp = space_of(m, p, (enum masc_role)c->role, prefix);
	if (!sp)
		return place_ours(p, c, prefix);
	if (sp->below || sp->scope || !sp->given.n || names_range(c) || masc_prefix_is_zero(prefix))
		return sp;
	return space_covers(sp, prefix, NULL) ? sp : NULL;
}

struct space *accept_space(const struct peer *p, const struct wire_claim *c)
{
	struct wire_claim says = *c;
	struct masc_prefix prefix = table_prefix_of(c);
	says.role = updated_role(p, c);
	return says.role == NOT_ALLOWED ? NULL : associate(p, &says, &prefix);
}

/* -- what is known -- */

/* The cached one was told again: it is fresh, and from the origin if the origin
 * itself said so. */
static void freshen(struct space *sp, uint32_t r, const struct peer *p, const struct wire_claim *c)
{
	struct table_mark mark = table_mark_of(sp->table, r);
	bool stale = sync_stale(p->m, &mark),
	     from_origin = masc_id_eq(&p->config->domain, &c->domain);
	if (mark.ours || (!stale && !from_origin))
		return;
	struct mono since = sync_stale_since(p->m, &mark);
	mark = sync_mark_of(p, false, mark.holds);
	table_set_mark(sp->table, r, &mark);
	if (stale)
		dump_again(sp, r, since);
}

/* What this node said, as others tell it, may be old, and is no news. */
static bool is_own_echo(const struct masc *m, const struct wire_claim *c)
{
	return c->type != WIRE_CLAIM_DENIED && masc_id_eq(&c->node, &m->config.node) &&
	       masc_id_eq(&c->domain, &m->config.domain);
}

static bool is_known(const struct peer *p, const struct wire_claim *c, struct space *sp)
{
	struct wire_claim says = *c;
	if (!sp)
		return false;
	/* One thing under two names, MASC-10.5. */
	if (c->role == MASC_INTERNAL_PEER && c->type == WIRE_PREFIX_IN_USE)
		says.type = WIRE_PREFIX_MANAGED;
	uint32_t r = table_same(sp->table, &says);
	if (r)
		freshen(sp, r, p, c);
	return r;
}

/* How far the clock of the origin is from ours: a claim is sent when it is made. */
static void note_skew(struct session *s, const struct wire_claim *c, struct mono now)
{
	struct hearing *h = &s->peer->hearing;
	bool pending = c->type == WIRE_NEW_CLAIM || c->type == WIRE_CLAIM_TO_EXPAND;
	if (!s->synced || !pending || !masc_id_eq(&c->domain, &s->peer->config->domain))
		return;
	int64_t skew = c->timestamp - masc_wall_now(s->peer->m, now) / MONO_SEC;
	h->skew_known = true;
	h->skew_s = skew > INT32_MAX ? INT32_MAX : skew < INT32_MIN ? INT32_MIN : (int32_t)skew;
}

static enum accepted refuse(uint8_t *subcode, uint8_t why)
{
	*subcode = why;
	return ACCEPTED_REFUSED;
}

enum accepted accept_claim(struct session *s, struct wire_claim *c, struct mono now,
			   struct heard *h, uint8_t *subcode)
{
	struct peer *p = s->peer;
	struct masc_prefix prefix = table_prefix_of(c);
	if (!in_bounds(p, &prefix))
		return refuse(subcode, WIRE_BAD_ADDRESS);
	if (is_over(p->m, c, now)) {
		p->count.claims_expired++;
		return ACCEPTED_NOT;
	}
	uint8_t role = updated_role(p, c);
	if (role == NOT_ALLOWED)
		return refuse(subcode, WIRE_ORIGIN_ROLE);
	c->role = role;
	if (!may_tell(p, c)) {
		p->count.claims_hearsay++;
		return ACCEPTED_NOT;
	}
	struct space *sp = associate(p, c, &prefix);
	bool echo = is_own_echo(p->m, c);
	uint8_t clock = echo ? 0 : guard_timestamp(s, c, sp, now);
	if (clock)
		return refuse(subcode, clock);
	if (echo || is_known(p, c, sp)) {
		p->count.claims_same++;
		return ACCEPTED_NOT;
	}
	note_skew(s, c, now);
	*h = (struct heard){ .s = s, .c = c, .prefix = prefix, .sp = sp, .now = now };
	return ACCEPTED;
}
