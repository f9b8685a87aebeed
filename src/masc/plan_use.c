/* How much is in use below what we hold. Counted as claims of children and our
 * own local ones come and go, never by going through all of them: there may be a
 * million. Used is what at least one of them covers. MASC-18.2, 18.4. */
#include "masc/plan_int.h"

/* Claims looked at inside of one that comes or goes: those of its own domain,
 * which are its parts. One that covers more than these disputes the ranges of
 * others, and is counted roughly until it is gone. */
#define INSIDE_MOST 64

uint64_t plan_plus(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* So many blocks of `each` addresses, 2^doublings of them. */
static uint64_t blocks(uint64_t each, unsigned doublings)
{
	while (doublings-- && each <= UINT64_MAX / 2)
		each *= 2;
	return each;
}

/* Addresses of p in x.0.0.0/23 and x.128.0.0/23. */
static uint64_t shadows_ipv4(const struct masc_prefix *p)
{
	bool first = !(p->address[1] & 0x7f) && !(p->address[2] & 0xfe);
	if (p->length >= 23)
		return first ? masc_prefix_size(p) : 0;
	if (p->length > 9)
		return first && !p->address[2] ? 512 : 0;
	return blocks(512, 9U - p->length);
}

/* Addresses of p whose low 32 bits are 0xff000000 or above. */
static uint64_t shadows_ipv6(const struct masc_prefix *p)
{
	if (p->length <= 96)
		return blocks(UINT64_C(1) << 24, 96U - p->length);
	for (uint8_t i = 96; i < p->length && i < 104; i++)
		if (!masc_prefix_bit(p, i))
			return 0;
	return p->length < 104 ? UINT64_C(1) << 24 : masc_prefix_size(p);
}

uint64_t plan_capacity(const struct masc *m, const struct masc_prefix *p)
{
	struct masc_prefix ends[MASC_SCOPES_MAX];
	size_t n = plan_barred(m, ends);
	uint64_t size = masc_prefix_size(p);
	uint64_t barred = p->family == MASC_IPV4 ? shadows_ipv4(p) : shadows_ipv6(p);
	for (size_t i = 0; i < n; i++)
		if (masc_prefix_covers(&ends[i], p))
			return 0;
		else if (masc_prefix_covers(p, &ends[i]))
			barred = plan_plus(barred, masc_prefix_size(&ends[i]));
	return size > barred ? size - barred : 0;
}

uint64_t claim_capacity(const struct own_claim *c)
{
	const struct masc_prefix *p = own_prefix(c);
	return p ? plan_capacity(c->in->m, p) : 0;
}

uint64_t claim_spare(const struct own_claim *c)
{
	uint64_t capacity = claim_capacity(c);
	return capacity > c->used ? capacity - c->used : 0;
}

static bool holds(const struct table *t, uint32_t r)
{
	struct table_mark mark = table_mark_of(t, r);
	return mark.holds;
}

static struct masc_prefix prefix_at(const struct table *t, uint32_t r)
{
	struct wire_claim c;
	if (!table_get(t, r, &c))
		return (struct masc_prefix){ .family = 0 };
	return table_prefix_of(&c);
}

/* Addresses of p that claims cover; at most `most` are looked at. They come the
 * widest first: what lies in one that was counted adds nothing. */
static uint64_t covered(const struct table *t, const struct masc_prefix *p, size_t most)
{
	struct table_walk w;
	struct masc_prefix last = { .family = 0 };
	uint64_t sum = 0;
	table_overlaps(t, p, &w);
	for (uint32_t r; most-- && (r = table_overlaps_next(&w));) {
		if (!holds(t, r))
			continue;
		struct masc_prefix q = prefix_at(t, r);
		if (masc_prefix_covers(&q, p))
			return masc_prefix_size(p);
		if (masc_prefix_covers(&last, &q))
			continue;
		last = q;
		sum = plan_plus(sum, masc_prefix_size(&q));
	}
	return sum;
}

/* The claim of ours in which p lies, at the level above `sp`. */
static struct own_claim *holder_of(const struct masc *m, const struct masc_prefix *p)
{
	LIST_EACH(at, next, &m->own->claims)
	{
		struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		const struct masc_prefix *held = c->local ? NULL : own_prefix(c);
		if (held && masc_prefix_covers(held, p))
			return c;
	}
	return NULL;
}

void plan_child_claim(struct space *sp, const struct wire_claim *c, bool comes)
{
	struct holdings *h = sp->m->own;
	if (!h)
		return;
	struct masc_prefix p = table_prefix_of(c);
	struct own_claim *in = holder_of(sp->m, &p);
	hints_claim(h, c, comes);
	h->replan = true;
	if (!in)
		return;
	uint64_t size = masc_prefix_size(&p), others = covered(sp->table, &p, INSIDE_MOST);
	uint64_t alone = size > others ? size - others : 0;
	if (comes)
		in->used = plan_plus(in->used, alone);
	else
		in->used -= alone < in->used ? alone : in->used;
}

static const struct table *below(const struct masc *m, enum masc_family f)
{
	/* As in plan_is_leaf(): read only. */
	const struct space *sp = space_below((struct masc *)(uintptr_t)m, f);
	return sp ? sp->table : NULL;
}

static uint64_t count_in(const struct masc *m, const struct masc_prefix *p)
{
	const struct table *t = below(m, (enum masc_family)p->family);
	return t ? covered(t, p, SIZE_MAX) : 0;
}

static uint64_t used_in_all(const struct masc *m, enum masc_family f)
{
	uint64_t used = 0;
	LIST_EACH(at, next, &m->own->claims)
	{
		const struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		if (c->space && c->space->family == f && !c->local && own_is_held(c))
			used = plan_plus(used, c->used);
	}
	return used;
}

/* What is found at a start was not taken just now. */
static void start_samples(struct masc *m, struct space *sp, struct mono now)
{
	uint64_t used = used_in_all(m, sp->family);
	for (size_t i = 0; i <= SPACE_SAMPLES; i++)
		sp->taken[i] = used;
	sp->taken_at = now;
}

void use_count(struct masc *m, struct mono now)
{
	LIST_EACH(at, next, &m->own->claims)
	{
		struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		const struct masc_prefix *p = own_prefix(c);
		c->used = placed_on(m->own, c->number);
		if (!p || c->local)
			continue;
		c->used = plan_plus(c->used, count_in(m, p));
		c->counted = *p;
	}
	for (int f = MASC_IPV4; f <= MASC_IPV6; f++) {
		struct space *sp = space_below(m, (enum masc_family)f);
		if (!sp)
			continue;
		start_samples(m, sp, now);
		hints_load(m, sp);
	}
	m->own->counted = true;
}

/* In the half that growth won nothing is in use as a rule; a new range is empty. */
void use_recount(struct own_claim *c)
{
	const struct masc_prefix *p = own_prefix(c);
	struct masc_prefix before = c->counted;
	if (!p || !c->space || c->local || masc_prefix_eq(p, &before))
		return;
	const struct masc *m = c->space->m;
	c->counted = *p;
	if (!masc_prefix_covers(p, &before)) {
		c->used = plan_plus(placed_on(m->own, c->number), count_in(m, p));
		return;
	}
	for (; before.length > p->length; before = masc_prefix_wider(&before)) {
		struct masc_prefix buddy = masc_prefix_buddy(&before);
		c->used = plan_plus(c->used, count_in(m, &buddy));
	}
}

bool use_is_free(const struct masc *m, const struct masc_prefix *p)
{
	const struct table *t = below(m, (enum masc_family)p->family);
	return !t || table_is_free(t, p);
}

uint64_t use_below(const struct masc *m, const struct own_claim *c)
{
	uint64_t placed = placed_on(m->own, c->number);
	return c->used > placed ? c->used - placed : 0;
}

bool use_is_none(const struct masc *m, const struct masc_prefix *p)
{
	if (!use_is_free(m, p))
		return false;
	LIST_EACH(at, next, &m->own->claims)
	{
		struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		const struct masc_prefix *q = own_prefix(c);
		if (q && masc_prefix_overlaps(p, q) && placed_on(m->own, c->number))
			return false;
	}
	return true;
}

uint64_t plan_used(const struct masc *m, const struct masc_prefix *p)
{
	const struct own_claim *c = holder_of(m, p);
	if (!c || use_is_none(m, p))
		return 0;
	uint64_t size = masc_prefix_size(p), used = c->used ? c->used : 1;
	return used < size ? used : size;
}

/* The past moves on; what was is what was counted last. */
static void shift(struct space *sp, int64_t step, struct mono now)
{
	if (mono_since(now, sp->taken_at) >= (SPACE_SAMPLES + 1) * step) {
		for (size_t i = 1; i <= SPACE_SAMPLES; i++)
			sp->taken[i] = sp->taken[0];
		sp->taken_at = now;
	}
	while (mono_since(now, sp->taken_at) >= step) {
		memmove(&sp->taken[1], &sp->taken[0], SPACE_SAMPLES * sizeof(sp->taken[0]));
		sp->taken_at = mono_add(sp->taken_at, step);
	}
}

uint64_t use_grown(struct masc *m, enum masc_family f, struct mono now)
{
	struct space *sp = space_below(m, f);
	if (!sp)
		return 0;
	uint64_t used = used_in_all(m, f);
	shift(sp, m->rules.waiting_period / SPACE_SAMPLES, now);
	sp->taken[0] = used;
	uint64_t then = sp->taken[SPACE_SAMPLES];
	return used > then ? used - then : 0;
}
