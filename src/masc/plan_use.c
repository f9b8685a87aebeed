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
static uint64_t covered(const struct space *sp, const struct masc_prefix *p, size_t most)
{
	const struct table *t = sp->table;
	struct table_walk w;
	struct masc_prefix last = { .family = 0 };
	uint64_t sum = 0;
	table_overlaps(t, p, &w);
	for (uint32_t r; most-- && (r = table_overlaps_next(&w));) {
		sp->m->work++;
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

/* MASC-20.5: false when the count that goes on has yet to come by. What it passed
 * and what covers its place is for now, with what lies inside: that is added when
 * it comes by, unless what it counted last covers it. */
static bool is_for_now(struct counting *k, const struct masc_prefix *p, bool comes)
{
	if (!k->on || !masc_prefix_overlaps(&k->p, p))
		return true;
	if (!masc_prefix_eq(p, &k->at))
		return masc_prefix_cmp(p, &k->at) < 0;
	if (!comes)
		return masc_prefix_covers(&k->last, p);
	k->ref = 0;
	return false;
}

void plan_child_claim(struct space *sp, const struct wire_claim *c, bool comes)
{
	struct holdings *h = sp->m->own;
	if (!h)
		return;
	struct masc_prefix p = table_prefix_of(c);
	struct own_claim *in = holder_of(sp->m, &p);
	work_list(h->m, h->n_claims);
	hints_claim(h, c, comes);
	h->replan = true;
	if (!in || !is_for_now(&in->count, &p, comes))
		return;
	uint64_t size = masc_prefix_size(&p), others = covered(sp, &p, INSIDE_MOST);
	uint64_t alone = size > others ? size - others : 0;
	if (comes)
		in->used = plan_plus(in->used, alone);
	else
		in->used -= alone < in->used ? alone : in->used;
}

static struct space *below(const struct masc *m, enum masc_family f)
{
	/* As in plan_is_leaf(): read only. */
	return space_below((struct masc *)(uintptr_t)m, f);
}

static uint64_t count_in(const struct masc *m, const struct masc_prefix *p)
{
	const struct space *sp = below(m, (enum masc_family)p->family);
	return sp ? covered(sp, p, SIZE_MAX) : 0;
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

static void count_end(struct own_claim *c)
{
	if (c->count.on)
		c->in->counting--;
	c->count.on = false;
}

void use_count(struct masc *m, struct mono now)
{
	LIST_EACH(at, next, &m->own->claims)
	{
		struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		const struct masc_prefix *p = own_prefix(c);
		c->used = placed_on(m->own, c->number);
		count_end(c);
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

/* -- a count in slices, MASC-20.5 -- */

#define COUNT_STEPS 4 /* a way down the tree */

/* Whether a claim below covers all of it: then nothing is to be added up. */
static bool is_covered(const struct space *sp, const struct masc_prefix *p)
{
	struct table_walk w;
	table_covers(sp->table, p, &w);
	for (uint32_t r; (r = table_covers_next(&w));) {
		sp->m->work++;
		if (holds(sp->table, r))
			return true;
	}
	return false;
}

static void count_one(struct own_claim *c, const struct table *t)
{
	struct counting *k = &c->count;
	if (!holds(t, k->ref) || masc_prefix_covers(&k->last, &k->at))
		return;
	k->last = k->at;
	c->used = plan_plus(c->used, masc_prefix_size(&k->at));
}

static void count_on(struct own_claim *c)
{
	struct masc *m = c->in->m;
	struct counting *k = &c->count;
	const struct space *sp = below(m, (enum masc_family)k->p.family);
	while (sp && work_left(m)) {
		m->work += COUNT_STEPS;
		k->ref = table_after(sp->table, &k->at, k->ref);
		struct masc_prefix at = { .family = 0 };
		if (k->ref)
			at = prefix_at(sp->table, k->ref);
		if (!masc_prefix_covers(&k->p, &at)) {
			count_end(c);
			return;
		}
		k->at = at;
		count_one(c, sp->table);
	}
	if (!sp)
		count_end(c);
}

/* What is in use in p is added from here on. */
static void count_start(struct own_claim *c, const struct masc_prefix *p)
{
	const struct space *sp = below(c->in->m, (enum masc_family)p->family);
	if (!sp)
		return;
	if (is_covered(sp, p)) {
		c->used = plan_plus(c->used, masc_prefix_size(p));
		return;
	}
	c->count = (struct counting){ .on = true, .p = *p, .at = *p };
	c->in->counting++;
	count_on(c);
}

void use_count_on(struct masc *m)
{
	LIST_EACH(at, next, &m->own->claims)
	{
		struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		if (c->count.on)
			count_on(c);
	}
}

void use_forget(struct own_claim *c)
{
	count_end(c);
}

/* In the half that growth won nothing is in use as a rule; a new range is empty. */
void use_recount(struct own_claim *c)
{
	const struct masc_prefix *p = own_prefix(c);
	struct masc_prefix before = c->counted;
	if (!p || !c->space || c->local || masc_prefix_eq(p, &before))
		return;
	bool doubled =
		!c->count.on && before.length == p->length + 1 && masc_prefix_covers(p, &before);
	c->counted = *p;
	count_end(c);
	if (doubled) {
		struct masc_prefix buddy = masc_prefix_buddy(&before);
		count_start(c, &buddy);
		return;
	}
	c->used = placed_on(c->in, c->number);
	count_start(c, p);
}

bool use_is_free(const struct masc *m, const struct masc_prefix *p)
{
	const struct space *sp = below(m, (enum masc_family)p->family);
	return !sp || table_is_free(sp->table, p);
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
