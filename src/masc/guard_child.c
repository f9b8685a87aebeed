/* MASC-16.3: what a child may have, and what it has. */
#include "masc/guard_int.h"

/* -- sums of addresses -- */

static struct amount amount_of(const struct masc_prefix *p)
{
	unsigned host = (unsigned)(masc_prefix_bits(p->family) - p->length);
	if (host >= 64)
		return (struct amount){ .hi = UINT64_C(1) << (host - 64) };
	return (struct amount){ .lo = UINT64_C(1) << host };
}

static struct amount plus(struct amount a, struct amount b)
{
	struct amount sum = { a.hi + b.hi, a.lo + b.lo };
	sum.hi += sum.lo < a.lo;
	return sum;
}

/* Never below nothing. */
static struct amount minus(struct amount a, struct amount b)
{
	if (a.hi < b.hi || (a.hi == b.hi && a.lo < b.lo))
		return (struct amount){ 0, 0 };
	return (struct amount){ a.hi - b.hi - (a.lo < b.lo), a.lo - b.lo };
}

static bool exceeds(struct amount a, uint64_t limit)
{
	return a.hi || a.lo > limit;
}

static bool is_of(const struct space *sp, uint32_t r, const struct masc_id *domain,
		  struct wire_claim *c)
{
	return table_mark_of(sp->table, r).holds && table_get(sp->table, r, c) &&
	       masc_id_eq(&c->domain, domain);
}

/* What `p` adds to what a domain has in the table: nothing if that covers it,
 * else all but what lies in it already. Of ranges inside one another the widest
 * comes first. Where thousands of claims of others lie inside, it is not counted
 * to the end: a child that claims such a range is denied anyhow. */
static struct amount added_by(const struct space *sp, const struct masc_id *domain,
			      const struct masc_prefix *p)
{
	struct amount sum = amount_of(p);
	struct masc_prefix counted = { .family = 0 };
	struct look k;
	struct wire_claim c;
	look_start(&k, sp, p);
	for (uint32_t r; (r = look_next(&k));) {
		if (!is_of(sp, r, domain, &c))
			continue;
		struct masc_prefix at = table_prefix_of(&c);
		if (masc_prefix_covers(&at, p))
			return (struct amount){ 0, 0 };
		if (masc_prefix_covers(&counted, &at))
			continue;
		sum = minus(sum, amount_of(&at));
		counted = at;
	}
	return sum;
}

/* -- children -- */

static struct span key_of(const struct masc_id *domain)
{
	return span_of(domain->octets, sizeof(domain->octets));
}

static void drop(struct guards *g, struct child *ch)
{
	list_take(&ch->at);
	(void)map_take(&g->by_child, key_of(&ch->domain));
	g->n_children--;
	env_free(g->m->env, ch);
}

void guard_children_free(struct guards *g)
{
	LIST_EACH(at, next, &g->children)
	drop(g, LIST_ENTRY(at, struct child, at));
	map_free(&g->by_child);
}

/* Those that only their rate is remembered of go when their window is over: a
 * few at each step, so that no step takes long. */
static void tidy(struct guards *g, struct mono now)
{
	for (int i = 0; i < 2 && !list_empty(&g->children); i++) {
		struct child *ch = LIST_ENTRY(g->children.next, struct child, at);
		list_take(&ch->at);
		list_push_back(&g->children, &ch->at);
		if (!ch->claims && mono_since(now, ch->window) >= g->m->rules.waiting_period)
			drop(g, ch);
	}
}

static struct child *find(const struct guards *g, const struct masc_id *domain)
{
	return map_get(&g->by_child, key_of(domain));
}

static enum err find_or_make(struct guards *g, const struct masc_id *domain, struct child **out)
{
	*out = find(g, domain);
	if (*out)
		return OK;
	if (g->n_children >= GUARD_CHILDREN)
		return ERR_FULL;
	struct child *ch = env_zalloc(g->m->env, 1, sizeof(*ch));
	if (!ch)
		return ERR_NOMEM;
	ch->domain = *domain;
	if (map_put(&g->by_child, key_of(&ch->domain), ch) != OK) {
		env_free(g->m->env, ch);
		return ERR_NOMEM;
	}
	list_push_back(&g->children, &ch->at);
	g->n_children++;
	*out = ch;
	return OK;
}

static bool is_ours(const struct space *sp, const struct wire_claim *c)
{
	return masc_id_eq(&c->domain, &sp->m->config.domain);
}

/* One claim more of a child, and `part` more addresses by it. */
static enum err gets(struct space *sp, const struct wire_claim *c, struct amount part)
{
	struct child *ch;
	enum err e = find_or_make(sp->m->guards, &c->domain, &ch);
	if (e != OK)
		return e;
	struct amount *has = &ch->has[sp->family - 1];
	*has = plus(*has, part);
	ch->claims++;
	return OK;
}

enum err guard_child_comes(struct space *sp, const struct wire_claim *c)
{
	struct masc_prefix p = table_prefix_of(c);
	return is_ours(sp, c) ? OK : gets(sp, c, added_by(sp, &c->domain, &p));
}

void guard_child_goes(struct space *sp, const struct wire_claim *c)
{
	struct guards *g = sp->m->guards;
	struct child *ch = find(g, &c->domain);
	if (!ch || is_ours(sp, c))
		return;
	struct masc_prefix p = table_prefix_of(c);
	struct amount *has = &ch->has[sp->family - 1];
	*has = minus(*has, added_by(sp, &c->domain, &p));
	ch->claims--;
	if (!ch->claims && !ch->made)
		drop(g, ch);
}

/* Whether another entry of the domain stands for its addresses: a wider one, or
 * of equal ones the first. */
static bool is_counted(const struct space *sp, uint32_t self, const struct wire_claim *c)
{
	struct masc_prefix p = table_prefix_of(c);
	struct table_walk w;
	struct wire_claim other;
	table_covers(sp->table, &p, &w);
	for (uint32_t r; (r = table_covers_next(&w));)
		if (r != self && is_of(sp, r, &c->domain, &other) &&
		    (other.prefix_length < p.length || r < self))
			return true;
	return false;
}

enum err guard_child_loaded(struct space *sp, uint32_t r, const struct wire_claim *c)
{
	struct masc_prefix p = table_prefix_of(c);
	if (is_ours(sp, c))
		return OK;
	return gets(sp, c, is_counted(sp, r, c) ? (struct amount){ 0, 0 } : amount_of(&p));
}

size_t guard_children(const struct masc *m)
{
	size_t n = 0;
	LIST_EACH(at, next, &m->guards->children)
	n += LIST_ENTRY(at, struct child, at)->claims > 0;
	return n;
}

/* -- judging -- */

struct verdict {
	uint8_t subcode;
	bool denied;
	uint32_t lifetime;
	enum masc_reason why;
};

static struct verdict refused(uint8_t subcode)
{
	return (struct verdict){ .subcode = subcode };
}

static struct verdict denied(enum masc_reason why, uint32_t lifetime)
{
	return (struct verdict){ .denied = true, .lifetime = lifetime, .why = why };
}

static const struct verdict fine;

static bool passes(const struct verdict *v)
{
	return !v->subcode && !v->denied;
}

static struct verdict judge_size(const struct heard *h)
{
	const struct masc_config *c = &h->s->peer->m->config;
	uint64_t size = masc_prefix_size(&h->prefix);
	if (size < c->claim_least)
		return refused(WIRE_PREFIX_SMALL);
	if (c->child_claim_most && size > c->child_claim_most)
		return refused(WIRE_PREFIX_LARGE);
	return fine;
}

static struct verdict judge_short(const struct heard *h)
{
	int64_t least = h->s->peer->m->rules.child_lifetime_least;
	return (int64_t)h->c->lifetime * MONO_SEC < least ? refused(WIRE_LIFETIME_SHORT) : fine;
}

/* MASC-20.1: what so many want is not looked through for one that has it. */
static struct verdict judge_taken(const struct heard *h)
{
	struct look k;
	struct wire_claim c;
	look_start(&k, h->sp, &h->prefix);
	for (uint32_t r; (r = look_next(&k));)
		if (table_get(h->sp->table, r, &c) && c.type == WIRE_PREFIX_IN_USE &&
		    !masc_id_eq(&c.domain, &h->c->domain))
			return denied(MASC_REASON_TAKEN, 0);
	return k.cut ? denied(MASC_REASON_TAKEN, 0) : fine;
}

static struct verdict judge_rate(const struct heard *h)
{
	struct masc *m = h->s->peer->m;
	struct child *ch;
	tidy(m->guards, h->now);
	if (find_or_make(m->guards, &h->c->domain, &ch) != OK)
		return denied(MASC_REASON_TOO_OFTEN, 0);
	if (!ch->made || mono_since(h->now, ch->window) >= m->rules.waiting_period) {
		ch->window = h->now;
		ch->made = 0;
	}
	if (ch->made >= m->config.child_claims)
		return denied(MASC_REASON_TOO_OFTEN, 0);
	ch->made++;
	return fine;
}

/* The configuration of a session with that child; NULL: it has none with us. */
static const struct masc_peer_config *config_of(const struct masc *m, const struct heard *h)
{
	for (size_t i = 0; i < m->config.n_peers; i++) {
		const struct masc_peer_config *p = m->peers[i]->config;
		if (p->role == MASC_PARENT && p->family + 1 == h->sp->family &&
		    masc_id_eq(&p->domain, &h->c->domain))
			return p;
	}
	return NULL;
}

/* 0: no limit. */
static uint64_t quota(int64_t of_peer, uint64_t of_node)
{
	return of_peer < 0 ? of_node : (uint64_t)of_peer;
}

/* What the child would have with this claim. */
static struct amount with_it(const struct heard *h)
{
	const struct child *ch = find(h->s->peer->m->guards, &h->c->domain);
	struct amount part = added_by(h->sp, &h->c->domain, &h->prefix);
	return ch ? plus(ch->has[h->sp->family - 1], part) : part;
}

static struct verdict judge_quota(const struct heard *h)
{
	const struct masc *m = h->s->peer->m;
	const struct masc_peer_config *p = config_of(m, h);
	uint64_t hard = quota(p ? p->quota_hard : -1, m->config.quota_hard);
	if (hard && exceeds(with_it(h), hard))
		return denied(MASC_REASON_OVER_QUOTA, 0);
	return fine;
}

/* How long a claim may last, from its Timestamp to the end of what we hold. */
static int64_t left_of_ours(const struct heard *h, bool *deprecated)
{
	uint32_t end = UINT32_MAX;
	*deprecated = false;
	if (!own_covers(h->s->peer->m, &h->prefix, &end, deprecated) || end == UINT32_MAX)
		return UINT32_MAX;
	int64_t left = (int64_t)end - h->c->timestamp;
	return left > 0 ? left : 0;
}

static struct verdict judge_deprecated(const struct heard *h)
{
	bool deprecated;
	int64_t left = left_of_ours(h, &deprecated);
	if (deprecated && h->c->lifetime > left)
		return denied(MASC_REASON_TOO_LONG, (uint32_t)left);
	return fine;
}

static struct verdict judge_long(const struct heard *h)
{
	bool deprecated;
	int64_t left = left_of_ours(h, &deprecated);
	int64_t most = h->s->peer->m->rules.child_lifetime_most / MONO_SEC;
	int64_t allowed = left < most ? left : most;
	return h->c->lifetime > allowed ? denied(MASC_REASON_TOO_LONG, (uint32_t)allowed) : fine;
}

/* An event when a child gets above it, and not again before it was below. */
static void watch_soft_quota(const struct heard *h)
{
	struct masc *m = h->s->peer->m;
	const struct masc_peer_config *p = config_of(m, h);
	struct child *ch = find(m->guards, &h->c->domain);
	uint64_t soft = quota(p ? p->quota_soft : -1, m->config.quota_soft);
	bool above = soft && exceeds(with_it(h), soft);
	if (!ch || above == ch->above_soft)
		return;
	ch->above_soft = above;
	if (!above)
		return;
	struct masc_event ev = event_of(h->s->peer, MASC_EVENT_QUOTA);
	ev.prefix = h->prefix;
	ev.domain = h->c->domain;
	ev.why = MASC_REASON_OVER_QUOTA;
	out_event(m, &ev, 0);
}

/* The claim before it would have been refused. */
static struct verdict judge_use_size(const struct heard *h)
{
	uint64_t most = h->s->peer->m->config.child_claim_most;
	bool too_large = most && masc_prefix_size(&h->prefix) > most;
	return too_large ? denied(MASC_REASON_TOO_LARGE, 0) : fine;
}

/* Without a claim before it: who has not waited has not been heard by others. */
static struct verdict judge_waited(const struct heard *h)
{
	const struct masc *m = h->s->peer->m;
	int64_t wait = m->rules.waiting_period - GUARD_SKEW_MOST * MONO_SEC;
	int64_t since = masc_wall_now(m, h->now) - (int64_t)h->c->timestamp * MONO_SEC;
	if (m->rules.clock_check == MASC_CLOCK_OFF || since >= wait)
		return fine;
	return denied(MASC_REASON_EARLY, 0);
}

bool guard_in_use(const struct heard *h, enum masc_reason *why)
{
	struct amount part = added_by(h->sp, &h->c->domain, &h->prefix);
	if (h->s->peer->config->role != MASC_PARENT || (!part.hi && !part.lo))
		return true;
	struct verdict v = judge_quota(h);
	/* What it tells when we meet was claimed while we were not there. */
	if (passes(&v) && h->s->synced)
		v = judge_use_size(h);
	if (passes(&v) && h->s->synced)
		v = judge_waited(h);
	if (passes(&v) && h->s->synced)
		v = judge_rate(h);
	*why = v.why;
	return passes(&v);
}

uint8_t guard_child(const struct heard *h, bool *is_denied, uint32_t *lifetime,
		    enum masc_reason *why)
{
	static struct verdict (*const judges[])(const struct heard *) = {
		judge_size,  judge_short,      judge_taken, judge_rate,
		judge_quota, judge_deprecated, judge_long,
	};
	struct verdict v = fine;
	for (size_t i = 0; passes(&v) && i < sizeof(judges) / sizeof(judges[0]); i++)
		v = judges[i](h);
	if (passes(&v))
		watch_soft_quota(h);
	*is_denied = v.denied;
	*lifetime = v.lifetime;
	*why = v.why;
	return v.subcode;
}
