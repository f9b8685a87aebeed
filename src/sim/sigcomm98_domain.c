#include "sim/sigcomm98_int.h"

/* MASC-15.2 with the numbers of the paper. */
static const struct policy paper = {
	.use_percent = 75, .active_most = ACTIVE_MOST, .size_least = BLOCK, .family = MASC_IPV4
};
static const struct masc_prefix multicast = { { 224 }, 4, MASC_IPV4 };

/* Where the prefixes of a domain come from: the active ones of its parent, or
 * all there is. `room` holds at most active_most. */
static struct policy_space space_of(const struct sigcomm98_sim *s, const struct domain *d,
				    struct masc_prefix *room)
{
	struct policy_space space = {
		.table = s->root, .claimable = &multicast, .n_claimable = 1, .any_slot = true
	};
	if (!d->parent)
		return space;
	space.table = d->parent->below;
	space.claimable = room;
	space.n_claimable = 0;
	for (size_t i = 0; i < d->parent->n; i++)
		if (d->parent->own[i].active)
			room[space.n_claimable++] = d->parent->own[i].prefix;
	return space;
}

static uint32_t first_block(const struct masc_prefix *p)
{
	return (uint32_t)p->address[0] << 16 | (uint32_t)p->address[1] << 8 | p->address[2];
}

static struct table *table_of(struct sigcomm98_sim *s, const struct domain *d)
{
	return d->parent ? d->parent->below : s->root;
}

static void say(struct sigcomm98_sim *s, const struct domain *d, const char *verb,
		const struct masc_prefix *p)
{
	char line[96];
	struct text t = TEXT_OF(line);
	text_i64(&t, s->now);
	text_char(&t, ' ');
	if (d->parent) {
		text_u64(&t, d->parent->number);
		text_char(&t, '.');
	}
	text_u64(&t, d->number);
	text_str(&t, verb);
	masc_prefix_text(&t, p);
	trace_line(&s->trace, span_of(t.p, t.n));
}

static enum err hold(struct sigcomm98_sim *s, struct domain *d, const struct masc_prefix *p,
		     uint32_t *out)
{
	static const struct table_mark mark = { .peer = TABLE_PEER_NONE, .holds = true };
	struct wire_claim c = { .type = WIRE_PREFIX_IN_USE,
				.family = MASC_IPV4,
				.prefix_length = p->length };
	c.domain.octets[15] = (uint8_t)(d->number + 1);
	memcpy(c.address, p->address, sizeof(c.address));
	return table_add(table_of(s, d), &c, &mark, UINT32_MAX, out);
}

/* Addresses that a domain has more, or less, count where they come from. */
static void account(struct sigcomm98_sim *s, struct domain *d, const struct masc_prefix *p,
		    bool more)
{
	uint64_t size = masc_prefix_size(p);
	if (!d->parent) {
		s->held = more ? s->held + size : s->held - size;
		return;
	}
	for (size_t i = 0; i < d->parent->n; i++) {
		struct policy_prefix *q = &d->parent->own[i];
		if (masc_prefix_covers(&q->prefix, p))
			q->used = more ? q->used + size : q->used - size;
	}
}

static uint64_t *routes_of(struct sigcomm98_sim *s, struct domain *d)
{
	return d->parent ? &d->parent->routes : &s->routes;
}

static void drop(struct sigcomm98_sim *s, struct domain *d, size_t i)
{
	say(s, d, " frees ", &d->own[i].prefix);
	table_remove(table_of(s, d), d->held[i].claim);
	account(s, d, &d->own[i].prefix, false);
	--*routes_of(s, d);
	d->n--;
	memmove(d->own + i, d->own + i + 1, (d->n - i) * sizeof(*d->own));
	memmove(d->held + i, d->held + i + 1, (d->n - i) * sizeof(*d->held));
}

/* An empty prefix goes at once: one that drains because nobody will use it again,
 * an active one because it would not be renewed, and here nothing has a lifetime.
 * The first n are looked at. */
static void drop_empty(struct sigcomm98_sim *s, struct domain *d, size_t n)
{
	static const uint64_t unused[2] = { 0, 0 };
	unsigned half;
	while (n-- > 0) {
		const struct policy_prefix *own = &d->own[n];
		if (!own->used && (!own->active || policy_renew(&paper, &own->prefix, unused, 0,
								&half) == POLICY_LAPSE))
			drop(s, d, n);
	}
}

static bool deactivate(struct sigcomm98_sim *s, struct domain *d, size_t i)
{
	if (!d->own[i].active)
		return false;
	d->own[i].active = false;
	say(s, d, " drains ", &d->own[i].prefix);
	return true;
}

/* What a child has in a prefix that drains drains with it. */
static void drain_children(struct sigcomm98_sim *s, struct domain *top, const struct masc_prefix *p)
{
	for (size_t c = 0; c < CHILDREN; c++) {
		struct domain *child = &top->children[c];
		for (size_t i = 0; i < child->n; i++)
			if (masc_prefix_covers(p, &child->own[i].prefix))
				(void)deactivate(s, child, i);
		drop_empty(s, child, child->n);
	}
}

/* All but the last, which takes their place. */
static void drain_others(struct sigcomm98_sim *s, struct domain *d)
{
	for (size_t i = 0; i + 1 < d->n; i++)
		if (deactivate(s, d, i) && !d->parent)
			drain_children(s, d, &d->own[i].prefix);
	drop_empty(s, d, d->n - 1);
	if (d->parent)
		drop_empty(s, d->parent, d->parent->n);
}

static bool resized(const struct env *env, void **p, size_t count, size_t size)
{
	void *fresh = env_resize(env, *p, count * size);
	if (fresh)
		*p = fresh;
	return fresh;
}

static enum err make_room(struct sigcomm98_sim *s, struct domain *d)
{
	if (d->n < d->room)
		return OK;
	size_t room = d->room ? 2 * d->room : 4;
	void *own = d->own, *held = d->held, *fits = d->fits;
	bool done = resized(s->memory, &own, room, sizeof(*d->own)) &&
		    resized(s->memory, &held, room, sizeof(*d->held)) &&
		    resized(s->memory, &fits, room, sizeof(*d->fits));
	d->own = own;
	d->held = held;
	d->fits = fits;
	if (!done)
		return ERR_NOMEM;
	d->room = room;
	return OK;
}

static enum err claim(struct sigcomm98_sim *s, struct domain *d, const struct policy_step *step)
{
	struct masc_prefix from[ACTIVE_MOST], p;
	struct policy_space space = space_of(s, d, from);
	enum err e = make_room(s, d);
	if (!e)
		e = policy_choose(&space, step->length, &s->env, &p);
	struct holding h = { .claim = 0 };
	if (!e)
		e = hold(s, d, &p, &h.claim);
	if (e)
		return e;
	say(s, d, " claims ", &p);
	account(s, d, &p, true);
	++*routes_of(s, d);
	s->claims[d->parent != NULL]++;
	d->own[d->n] = (struct policy_prefix){ .prefix = p, .active = true };
	d->held[d->n++] = h;
	if (step->kind == POLICY_REPLACE)
		drain_others(s, d);
	return OK;
}

/* The prefix was the upper half of what it is now. */
static void shift_up(struct holding *h, size_t blocks)
{
	uint64_t upper[BLOCKS_MOST / 64];
	memcpy(upper, h->taken, sizeof(upper));
	memset(h->taken, 0, sizeof(h->taken));
	for (size_t i = 0; i < blocks; i++) {
		size_t to = i + blocks;
		h->taken[to / 64] |= (upper[i / 64] >> i % 64 & 1) << to % 64;
	}
}

static enum err grow(struct sigcomm98_sim *s, struct domain *d, size_t i)
{
	struct masc_prefix old = d->own[i].prefix, wider = masc_prefix_wider(&old);
	uint32_t fresh;
	enum err e = hold(s, d, &wider, &fresh);
	if (e)
		return e;
	table_remove(table_of(s, d), d->held[i].claim);
	d->held[i].claim = fresh;
	d->own[i].prefix = wider;
	say(s, d, " doubles to ", &wider);
	account(s, d, &old, true);
	if (d->parent && masc_prefix_bit(&old, (uint8_t)(old.length - 1)))
		shift_up(&d->held[i], (size_t)(masc_prefix_size(&old) / BLOCK));
	s->doubled++;
	return OK;
}

static bool has_room(const struct domain *d, size_t i, uint8_t length)
{
	const struct masc_prefix *p = &d->own[i].prefix;
	if (d->parent)
		return d->own[i].used < masc_prefix_size(p);
	struct policy_space space = {
		.table = d->below, .claimable = p, .n_claimable = 1, .any_slot = true
	};
	return policy_has_room(&space, length);
}

/* What the policy says. Whether a buddy is free is looked up only when no prefix
 * has room: the first rule does not ask. */
static struct policy_step decide(const struct sigcomm98_sim *s, struct domain *d, uint64_t need)
{
	struct masc_prefix from[ACTIVE_MOST];
	struct policy_space space = space_of(s, d, from);
	uint8_t length = masc_prefix_length_for(MASC_IPV4, need);
	bool any = false;
	for (size_t i = 0; i < d->n; i++)
		any |= d->fits[i] = !any && d->own[i].active && has_room(d, i, length);
	for (size_t i = 0; i < d->n && !any; i++)
		d->own[i].can_double =
			d->own[i].active && policy_can_double(&space, &d->own[i].prefix);
	return policy_need(&paper, d->own, d->n, d->fits, need);
}

static bool same_step(const struct policy_step *a, const struct policy_step *b)
{
	return a->kind == b->kind && a->index == b->index && a->length == b->length;
}

/* Does what was decided, unless making room in the parent has changed the case:
 * its prefixes may drain now, and with them ours. Then it is decided again. */
static enum err claim_as(struct sigcomm98_sim *s, struct domain *d, uint64_t need,
			 const struct policy_step *step)
{
	if (d->parent) {
		struct masc_prefix wanted = { .length = step->length, .family = MASC_IPV4 };
		size_t at;
		enum err e = domain_obtain(s, d->parent, masc_prefix_size(&wanted), &at);
		if (e)
			return e;
		struct policy_step again = decide(s, d, need);
		if (!same_step(step, &again))
			return OK;
	}
	return claim(s, d, step);
}

enum err domain_obtain(struct sigcomm98_sim *s, struct domain *d, uint64_t need, size_t *index)
{
	enum err e = OK;
	while (!e) {
		struct policy_step step = decide(s, d, need);
		switch (step.kind) {
		case POLICY_USE:
			*index = step.index;
			return OK;
		case POLICY_DOUBLE:
			e = grow(s, d, step.index);
			break;
		case POLICY_CLAIM:
		case POLICY_REPLACE:
			e = claim_as(s, d, need, &step);
			break;
		case POLICY_NONE:
			e = ERR_NOT_FOUND;
			break;
		}
	}
	return e;
}

uint32_t domain_take(struct domain *child, size_t index)
{
	struct policy_prefix *own = &child->own[index];
	uint64_t *taken = child->held[index].taken;
	size_t word = 0;
	while (taken[word] == UINT64_MAX)
		word++;
	unsigned bit = (unsigned)__builtin_ctzll(~taken[word]);
	taken[word] |= UINT64_C(1) << bit;
	own->used += BLOCK;
	return first_block(&own->prefix) + (uint32_t)(word * 64 + bit);
}

void domain_release(struct sigcomm98_sim *s, struct domain *child, uint32_t block)
{
	for (size_t i = 0; i < child->n; i++) {
		struct policy_prefix *own = &child->own[i];
		uint32_t at = block - first_block(&own->prefix);
		if (at >= masc_prefix_size(&own->prefix) / BLOCK)
			continue;
		child->held[i].taken[at / 64] &= ~(UINT64_C(1) << at % 64);
		own->used -= BLOCK;
		break;
	}
	drop_empty(s, child, child->n);
	drop_empty(s, child->parent, child->parent->n);
}

void domain_fini(const struct sigcomm98_sim *s, struct domain *d)
{
	env_free(s->memory, d->own);
	env_free(s->memory, d->held);
	env_free(s->memory, d->fits);
	table_free(d->below);
}
