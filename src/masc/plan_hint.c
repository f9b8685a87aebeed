/* MASC-13.18, 18.4: what children ask for. One a domain: the newest it said. */
#include "masc/plan_int.h"

#define PATIENCE 6 /* waiting periods that a colleague may ask its parents */

void hints_init(struct holdings *h)
{
	list_init(&h->hints);
	h->n_hints = 0;
}

static void forget(struct holdings *h, struct child_hint *t)
{
	list_take(&t->at);
	h->n_hints--;
	env_free(h->m->env, t);
}

void hints_free(struct holdings *h)
{
	LIST_EACH(at, next, &h->hints)
	forget(h, LIST_ENTRY(at, struct child_hint, at));
}

static struct child_hint *find(const struct holdings *h, const struct masc_id *domain,
			       uint8_t family)
{
	work_list(h->m, h->n_hints);
	LIST_EACH(at, next, &h->hints)
	{
		struct child_hint *t = LIST_ENTRY(at, struct child_hint, at);
		if (t->family == family && masc_id_eq(&t->domain, domain))
			return t;
	}
	return NULL;
}

static uint64_t size_of(enum masc_family f, uint8_t length)
{
	struct masc_prefix p = { .family = (uint8_t)f, .length = length };
	return masc_prefix_size(&p);
}

uint64_t hint_lacks(const struct child_hint *t)
{
	uint64_t size = size_of(t->family, t->length);
	return size > t->obtained ? size - t->obtained : 0;
}

static struct child_hint *make(struct holdings *h, const struct wire_claim *c)
{
	if (h->n_hints >= CHILD_HINTS_MAX)
		return NULL;
	struct child_hint *t = env_zalloc(h->m->env, 1, sizeof(*t));
	if (!t)
		return NULL;
	t->domain = c->domain;
	t->family = (enum masc_family)c->family;
	list_push_back(&h->hints, &t->at);
	h->n_hints++;
	return t;
}

/* MASC-18.4: a child's hint is the concern of the node that the child is told by;
 * others of ours hear it from that one, which they give time to claim. Whoever
 * has no session with such a node is the only one. */
static bool is_for_us(const struct masc *m, const struct masc_id *child)
{
	bool alone = true;
	for (size_t i = 0; i < m->config.n_peers; i++) {
		const struct masc_peer_config *p = m->peers[i]->config;
		bool up = m->peers[i]->main && m->peers[i]->main->state == MASC_ESTABLISHED;
		if (up && p->role == MASC_PARENT && masc_id_eq(&p->domain, child))
			return true;
		alone = alone && p->role != MASC_INTERNAL_PEER;
	}
	return alone;
}

static struct mono colleagues_time(const struct masc *m, struct mono now)
{
	return mono_add(now, m->rules.waiting_period + m->rules.claim_delay);
}

/* More is asked for than before, or all that was has been got. */
static bool is_fresh(const struct child_hint *t, const struct wire_claim *c)
{
	return !t->end || c->prefix_length < t->length || hint_lacks(t) == 0;
}

/* It may have to ask its own parents first; but not without end, since ours may
 * have room when theirs have not. */
static struct mono asks_until(const struct child_hint *t, const struct masc *m, struct mono now)
{
	struct mono most = mono_add(t->since, PATIENCE * m->rules.waiting_period);
	return mono_min(colleagues_time(m, now), most);
}

void plan_colleague_claims(struct masc *m, const struct wire_claim *c, struct mono now)
{
	struct holdings *h = m->own;
	uint64_t size = size_of((enum masc_family)c->family, c->prefix_length);
	work_list(m, h->n_hints);
	LIST_EACH(at, next, &h->hints)
	{
		struct child_hint *t = LIST_ENTRY(at, struct child_hint, at);
		if (t->family != c->family || hint_lacks(t) > size)
			continue;
		if (!wire_is_hint(c))
			t->ours_from = colleagues_time(m, now);
		else if (!mono_reached(t->ours_from, now))
			t->ours_from = asks_until(t, m, now);
	}
	h->replan = true;
}

/* Another node of ours holds a range in which there is room. */
static bool is_served(const struct space *sp, const struct table *below, uint8_t wanted,
		      uint32_t until)
{
	struct wire_claim c;
	for (size_t i = 0; i < sp->held.n; i++) {
		uint8_t largest;
		uint64_t count;
		if (table_mark_of(sp->table, sp->held.refs[i]).ours ||
		    !table_get(sp->table, sp->held.refs[i], &c) || c.deprecated ||
		    (uint64_t)c.timestamp + c.lifetime < until)
			continue;
		struct masc_prefix p = table_prefix_of(&c);
		if (table_largest_free(below, &p, &largest, &count) && largest <= wanted)
			return true;
	}
	return false;
}

static bool is_colleagues(struct plan_run *r, const struct child_hint *t, uint64_t lacks)
{
	const struct space *below = space_below(r->m, t->family);
	uint8_t wanted = masc_prefix_length_for(t->family, lacks);
	uint32_t until = (uint32_t)(r->horizon / MONO_SEC);
	LIST_EACH(at, next, &r->m->spaces)
	{
		const struct space *sp = LIST_ENTRY(at, struct space, at);
		if (!sp->below && sp->family == t->family &&
		    is_served(sp, below->table, wanted, until))
			return true;
	}
	return false;
}

uint64_t hint_wants(struct plan_run *r, const struct child_hint *t)
{
	uint64_t lacks = hint_lacks(t);
	if (!lacks || is_colleagues(r, t, lacks))
		return 0;
	if (mono_reached(t->ours_from, r->now))
		return lacks;
	run_again(r, t->ours_from);
	return 0;
}

/* Without memory it is as if it had not come: the child asks again. */
void plan_hint(struct space *sp, const struct wire_claim *c, struct mono now)
{
	struct holdings *h = sp->m->own;
	if (!h)
		return;
	struct child_hint *t = find(h, &c->domain, c->family);
	if (t && c->timestamp < t->timestamp)
		return;
	if (!t)
		t = make(h, c);
	if (!t)
		return;
	int64_t end = (int64_t)c->timestamp + c->hold_time;
	if (is_fresh(t, c)) {
		t->since = now;
		t->ours_from = colleagues_time(sp->m, now);
	}
	if (is_for_us(sp->m, &c->domain))
		t->ours_from = (struct mono){ 0 };
	t->length = c->prefix_length;
	t->timestamp = c->timestamp;
	t->end = end * MONO_SEC + sp->m->rules.skew_keep;
	t->obtained = 0;
	h->replan = true;
}

void hints_load(struct masc *m, struct space *sp)
{
	struct wire_claim c;
	for (uint32_t r = 0; (r = table_each(sp->table, r));) {
		if (!table_get(sp->table, r, &c))
			continue;
		if (wire_is_hint(&c) && !masc_id_eq(&c.domain, &m->config.domain))
			plan_hint(sp, &c, m->wall_at);
	}
}

/* What was claimed since the hint is what it asked for. */
void hints_claim(struct holdings *h, const struct wire_claim *c, bool comes)
{
	struct child_hint *t = find(h, &c->domain, c->family);
	if (!t || c->timestamp < t->timestamp)
		return;
	uint64_t size = size_of(t->family, c->prefix_length);
	if (comes)
		t->obtained = plan_plus(t->obtained, size);
	else
		t->obtained -= size < t->obtained ? size : t->obtained;
}

void hints_expire(struct plan_run *r)
{
	struct holdings *h = r->m->own;
	LIST_EACH(at, next, &h->hints)
	{
		struct child_hint *t = LIST_ENTRY(at, struct child_hint, at);
		if (t->end <= r->wall)
			forget(h, t);
		else
			run_again_wall(r, t->end);
	}
}
