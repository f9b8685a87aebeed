/* Who is told an attribute, under which name, in which message: the sets of
 * section 13, MASC-10.3, MASC-10.5, MASC-12.6. */
#include "masc/claims_int.h"

#include "wire/wr.h"

/* Octets on their way to one peer: from here on its owner is asked to say when
 * they have left, and there it is behind. Below what a link may hold. */
#define ASK_AT	  ((size_t)256 << 10)
#define BEHIND_AT ((size_t)1 << 20)

#define UPWARD (TO_PARENT | TO_SIBLINGS)

struct batch {
	struct out out; /* first: what the queue frees is this */
	struct wr w;
	uint64_t after;
	uint8_t octets[WIRE_MESSAGE_MAX];
};

unsigned spread_set(const struct space *sp, const struct peer *p)
{
	const struct masc_peer_config *c = p->config;
	const struct masc_id *parent = &sp->parent;
	if (c->family + 1 != sp->family)
		return 0;
	if (c->role == MASC_INTERNAL_PEER)
		return TO_INTERNAL;
	if (c->role == MASC_PARENT)
		return TO_CHILDREN;
	if (sp->below)
		return 0;
	if (c->role == MASC_CHILD)
		return !sp->scope && masc_id_eq(&c->domain, parent) ? TO_PARENT : 0;
	if (sp->scope)
		return p->crosses >> (sp->scope - sp->m->config.scopes) & 1 ? 0 : TO_SIBLINGS;
	return masc_id_eq(&c->parent_domain, parent) ? TO_SIBLINGS : 0;
}

/* MASC-10.3: the bit of the scope the claim lies in, as in peer.crosses. */
uint64_t spread_scope(const struct masc *m, const struct wire_claim *c)
{
	bool split;
	if (!m->config.n_scopes)
		return 0;
	struct masc_prefix p = table_prefix_of(c);
	const struct masc_scope_config *s = masc_config_scope_of(&m->config, &p, &split);
	return s ? UINT64_C(1) << (s - m->config.scopes) : 0;
}

/* What our domain holds has two names: MASC-10.5. */
static bool has_two_names(const struct space *sp, const struct wire_claim *c)
{
	bool held = c->type == WIRE_PREFIX_IN_USE || c->type == WIRE_PREFIX_MANAGED;
	return held && c->role == MASC_INTERNAL_PEER && !sp->below;
}

struct wire_claim spread_named(const struct space *sp, const struct wire_claim *c, unsigned sets)
{
	struct wire_claim named = *c;
	if (!has_two_names(sp, c))
		return named;
	named.type = sets & UPWARD ? WIRE_PREFIX_IN_USE : WIRE_PREFIX_MANAGED;
	named.deprecated = c->deprecated && !(sets & UPWARD);
	return named;
}

void spread_failed(struct session *s)
{
	s->failed = true;
	dump_stop(s);
	list_take(&s->telling);
	list_push_back(&s->peer->m->telling, &s->telling);
}

/* The UPDATE in the making; NULL: the peer is told nothing now. */
static struct batch *batch_of(struct session *s)
{
	struct masc *m = s->peer->m;
	if (s->batch || s->failed || s->behind)
		return s->behind ? NULL : s->batch;
	struct batch *b = env_resize(m->env, NULL, sizeof(*b));
	if (!b) {
		spread_failed(s);
		return NULL;
	}
	/* The octets are many: only what stands before them is cleared. */
	memset(b, 0, offsetof(struct batch, octets));
	wire_update_start(&b->w, b->octets);
	s->batch = b;
	list_push_back(&m->telling, &s->telling);
	return b;
}

void batch_drop(struct session *s)
{
	env_free(s->peer->m->env, s->batch);
	s->batch = NULL;
	list_take(&s->telling);
}

/* MASC-12.2: whoever lets this much lie is told nothing more until it is gone. */
static bool ask(struct session *s, size_t n, bool drain)
{
	s->unsent += n;
	s->behind = s->unsent >= BEHIND_AT;
	if (s->behind)
		dump_stop(s);
	bool asks = drain || s->behind || (s->unsent >= ASK_AT && !s->link->draining);
	if (asks)
		s->awaited = s->unsent;
	return asks;
}

void batch_send(struct session *s, bool drain)
{
	struct batch *b = s->batch;
	if (!b)
		return;
	s->batch = NULL;
	list_take(&s->telling);
	b->out.what.kind = MASC_OUT_SEND;
	b->out.what.bytes = wire_update_end(&b->w);
	b->out.what.after = b->after;
	b->out.what.drain = ask(s, b->out.what.bytes.n, drain);
	link_put(s->link, &b->out);
}

static void wait_for(struct batch *b, uint64_t after)
{
	if (after > b->after)
		b->after = after;
}

static void put_octets(struct session *s, struct span octets, uint64_t after)
{
	if (s->batch && s->batch->w.size - s->batch->w.n < octets.n)
		batch_send(s, false);
	struct batch *b = batch_of(s);
	if (!b)
		return;
	wr_bytes(&b->w, octets);
	wait_for(b, after);
}

size_t spread_put(struct session *s, const struct wire_claim *c, uint64_t after)
{
	struct batch *b = batch_of(s);
	size_t before = b ? b->w.n : 0;
	if (b && !wire_update_add(&b->w, c)) {
		batch_send(s, false);
		b = batch_of(s);
		before = b ? b->w.n : 0;
		if (b && !wire_update_add(&b->w, c))
			return 0;
	}
	if (!b)
		return 0;
	wait_for(b, after);
	return b->w.n - before;
}

/* One attribute on its way to several. */
struct telling {
	const struct space *sp;
	const struct wire_claim *claim;
	const struct peer *except;
	unsigned sets;
	uint64_t scope, after;
	size_t n; /* of octets; 0: not written yet */
	uint8_t octets[WIRE_MESSAGE_MAX];
};

static struct span octets_of(struct telling *t)
{
	if (!t->n) {
		struct wire_claim named = spread_named(t->sp, t->claim, t->sets);
		struct wr w = wr_of(t->octets, WIRE_MESSAGE_MAX - WIRE_HEADER);
		if (wire_update_add(&w, &named))
			t->n = w.n;
	}
	return span_of(t->octets, t->n);
}

static void tell_role(struct telling *t, enum masc_role role)
{
	struct list *hearers = &t->sp->m->hearers[t->sp->family - 1][role];
	LIST_EACH(at, next, hearers)
	{
		struct session *s = LIST_ENTRY(at, struct session, hears);
		const struct peer *p = s->peer;
		if (p == t->except || p->crosses & t->scope || !(spread_set(t->sp, p) & t->sets))
			continue;
		struct span octets = octets_of(t);
		if (octets.n)
			put_octets(s, octets, t->after);
	}
}

static void tell_sets(struct telling *t, unsigned sets)
{
	static const unsigned set_of[] = { [MASC_INTERNAL_PEER] = TO_INTERNAL,
					   [MASC_CHILD] = TO_PARENT,
					   [MASC_SIBLING] = TO_SIBLINGS,
					   [MASC_PARENT] = TO_CHILDREN };
	t->sets = sets;
	t->n = 0;
	for (unsigned role = 0; role < 4; role++)
		if (sets & set_of[role])
			tell_role(t, (enum masc_role)role);
}

static void note_put(struct masc *m, uint64_t after)
{
	if (after > m->told_put)
		m->told_put = after;
}

void spread(struct space *sp, const struct wire_claim *c, unsigned sets, const struct peer *except,
	    uint64_t after, struct mono now)
{
	struct telling t;
	t.sp = sp;
	t.claim = c;
	t.except = except;
	t.after = after;
	t.scope = spread_scope(sp->m, c);
	note_put(sp->m, after);
	if (!has_two_names(sp, c)) {
		tell_sets(&t, sets);
		return;
	}
	tell_sets(&t, sets & UPWARD);
	tell_sets(&t, sets & (TO_INTERNAL | TO_CHILDREN));
}

void spread_to(struct peer *p, struct space *sp, const struct wire_claim *c, uint64_t after,
	       struct mono now)
{
	struct session *s = p->main;
	bool up = p->config->role == MASC_CHILD || p->config->role == MASC_SIBLING;
	note_put(sp->m, after);
	if (list_empty(&s->hears) || p->crosses & spread_scope(sp->m, c))
		return;
	struct wire_claim named = spread_named(sp, c, up ? UPWARD : TO_CHILDREN);
	(void)spread_put(s, &named, after);
}

/* A session that there is no memory to tell ends here, where nobody is in the
 * midst of using it. */
void spread_flush(struct masc *m, struct mono now)
{
	const struct event lost = { .kind = EV_TCP_CLOSED, .why = ERR_NOMEM };
	while (!list_empty(&m->telling)) {
		struct session *s = LIST_ENTRY(m->telling.next, struct session, telling);
		if (s->failed)
			session_event(s, &lost, now);
		else
			batch_send(s, false);
	}
}
