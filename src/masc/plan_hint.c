/* MASC-13.18, 18.4: what children ask for. One a domain: the newest it said. */
#include "masc/plan_int.h"

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
	LIST_EACH(at, next, &h->hints)
	{
		struct child_hint *t = LIST_ENTRY(at, struct child_hint, at);
		if (t->family == family && masc_id_cmp(&t->domain, domain) == 0)
			return t;
	}
	return NULL;
}

static uint64_t size_of(enum masc_family f, uint8_t length)
{
	struct masc_prefix p = { .family = (uint8_t)f, .length = length };
	return masc_prefix_size(&p);
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
		static const uint8_t zero[sizeof(c.address)];
		if (!table_get(sp->table, r, &c) || c.type != WIRE_NEW_CLAIM)
			continue;
		bool is_hint = memcmp(c.address, zero, sizeof(zero)) == 0;
		if (is_hint && masc_id_cmp(&c.domain, &m->config.domain) != 0)
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

uint64_t hint_lacks(const struct child_hint *t)
{
	uint64_t size = size_of(t->family, t->length);
	return size > t->obtained ? size - t->obtained : 0;
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
