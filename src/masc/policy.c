#include "masc/policy.h"

#define IPV4_MULTICAST (UINT64_C(1) << 28) /* addresses there are */

/* Blocks that are drawn before the rest is searched in order. */
#define DRAWS 8

static uint64_t plus(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* The least use of so many addresses that is p percent, p <= 100. */
static uint64_t percent_of(uint64_t size, uint32_t p)
{
	return size / 100 * p + (size % 100 * p + 99) / 100;
}

/* What the prefixes of a domain come to. */
struct sum {
	uint64_t used;	 /* in all, those that drain included, and what is needed */
	uint64_t active; /* addresses of the active ones */
	uint32_t n_active;
};

static struct sum sum_of(const struct policy_prefix *own, size_t n, uint64_t need)
{
	struct sum s = { .used = need };
	for (size_t i = 0; i < n; i++) {
		s.used = plus(s.used, own[i].used);
		if (!own[i].active)
			continue;
		s.active = plus(s.active, masc_prefix_size(&own[i].prefix));
		s.n_active++;
	}
	return s;
}

/* MASC-15.2, second rule. The block must fit in the half that is won, unless
 * the other is empty too. */
static bool may_double(const struct policy *p, const struct policy_prefix *own,
		       const struct sum *all, uint64_t need)
{
	uint64_t size = masc_prefix_size(&own->prefix);
	if (!own->active || !own->can_double || need > (own->used ? size : plus(size, size)))
		return false;
	return all->used >= percent_of(plus(all->active, size), p->use_percent);
}

/* The smallest that may double; n: none. */
static size_t to_double(const struct policy *p, const struct policy_prefix *own, size_t n,
			const struct sum *all, uint64_t need)
{
	size_t best = n;
	for (size_t i = 0; i < n; i++)
		if (may_double(p, &own[i], all, need) &&
		    (best == n || own[i].prefix.length > own[best].prefix.length))
			best = i;
	return best;
}

static struct policy_step claim(const struct policy *p, enum policy_step_kind kind,
				uint64_t addresses)
{
	if (addresses < p->size_least)
		addresses = p->size_least;
	if (p->family == MASC_IPV4 && addresses > IPV4_MULTICAST)
		return (struct policy_step){ .kind = POLICY_NONE };
	return (struct policy_step){ .kind = kind,
				     .length = masc_prefix_length_for(p->family, addresses) };
}

/* MASC-15.2, 15.3. */
struct policy_step policy_need(const struct policy *p, const struct policy_prefix *own, size_t n,
			       const bool *room, uint64_t need)
{
	for (size_t i = 0; i < n; i++)
		if (own[i].active && room[i])
			return (struct policy_step){ .kind = POLICY_USE, .index = i };
	struct sum all = sum_of(own, n, need);
	size_t i = to_double(p, own, n, &all, need);
	if (i < n)
		return (struct policy_step){ .kind = POLICY_DOUBLE,
					     .index = i,
					     .length = (uint8_t)(own[i].prefix.length - 1) };
	if (all.n_active == 0)
		return claim(p, POLICY_CLAIM, all.used < p->size_first ? p->size_first : all.used);
	return all.n_active < p->active_most ? claim(p, POLICY_CLAIM, need)
					     : claim(p, POLICY_REPLACE, all.used);
}

static bool is_claimable(const struct policy_space *s, const struct masc_prefix *p)
{
	for (size_t i = 0; i < s->n_claimable; i++)
		if (masc_prefix_covers(&s->claimable[i], p))
			return true;
	return false;
}

static bool give_if(bool yes, const struct masc_prefix *p, struct masc_prefix *out)
{
	if (yes)
		*out = *p;
	return yes;
}

/* MASC-15.4: addresses that share a slot with what no router forwards. */
static bool slot_range(const struct masc_prefix *p, struct masc_prefix *out)
{
	struct masc_prefix r = *p;
	if (p->family == MASC_IPV4) {
		r.address[1] &= 0x80;
		r.address[2] = 0;
		r.address[3] = 0;
		r.length = 23;
	} else {
		r.address[12] = 0xff;
		memset(r.address + 13, 0, 3);
		r.length = 104;
	}
	return give_if(masc_prefix_covers(&r, p), &r, out);
}

/* The barred range in which all of p lies. */
static bool is_barred(const struct policy_space *s, const struct masc_prefix *p,
		      struct masc_prefix *by)
{
	for (size_t i = 0; i < s->n_barred; i++)
		if (masc_prefix_covers(&s->barred[i], p))
			return give_if(true, &s->barred[i], by);
	return !s->any_slot && slot_range(p, by);
}

bool policy_may_claim(const struct policy_space *s, const struct masc_prefix *p)
{
	struct masc_prefix by;
	return is_claimable(s, p) && !is_barred(s, p, &by) && table_is_free(s->table, p);
}

/* MASC-15.5: a barred buddy does no harm, the whole is not. */
bool policy_can_double(const struct policy_space *s, const struct masc_prefix *p)
{
	if (p->length == 0)
		return false;
	struct masc_prefix wider = masc_prefix_wider(p), buddy = masc_prefix_buddy(p);
	return is_claimable(s, &wider) && table_is_free(s->table, &buddy);
}

bool policy_relative(const struct masc_prefix *scope, struct masc_prefix *out)
{
	if (scope->family != MASC_IPV4)
		return false;
	*out = *scope;
	while (out->length < 24)
		*out = masc_prefix_half(out, 1);
	return true;
}

/* The first range of `length` in a free block that is not barred. Each turn of
 * the loop leaves a barred range behind. */
static bool first_in(const struct policy_space *s, const struct masc_prefix *block, uint8_t length,
		     struct masc_prefix *out)
{
	struct masc_prefix p = masc_prefix_first(block, length), by;
	while (masc_prefix_covers(block, &p)) {
		if (!is_barred(s, &p, &by))
			return give_if(true, &p, out);
		if (!masc_prefix_next(&by, &by))
			return false;
		p = masc_prefix_first(&by, length);
	}
	return false;
}

/* MASC-15.6: in the other half of what we have there, or would have once it has
 * grown, if nobody is in that half. */
static bool beside(const struct policy_space *s, uint8_t length, struct masc_prefix *out)
{
	if (!s->near || s->near->length == 0 || length == 0)
		return false;
	struct masc_prefix p = *s->near;
	while (p.length > length)
		p = masc_prefix_wider(&p);
	p = masc_prefix_buddy(&p);
	return is_claimable(s, &p) && table_is_free(s->table, &p) && first_in(s, &p, length, out);
}

/* The largest free blocks of all claimable ranges together. */
struct blocks {
	uint8_t length;
	uint64_t count;
};

static struct blocks largest(const struct policy_space *s)
{
	struct blocks b = { .length = UINT8_MAX };
	for (size_t i = 0; i < s->n_claimable; i++) {
		uint8_t length;
		uint64_t count;
		if (!table_largest_free(s->table, &s->claimable[i], &length, &count) ||
		    length > b.length)
			continue;
		b.count = length < b.length ? count : plus(b.count, count);
		b.length = length;
	}
	return b;
}

/* The k-th of them; k < b->count. */
static struct masc_prefix nth(const struct policy_space *s, const struct blocks *b, uint64_t k)
{
	struct masc_prefix p = { .family = 0 };
	for (size_t i = 0; i < s->n_claimable; i++) {
		uint8_t length;
		uint64_t count;
		if (!table_largest_free(s->table, &s->claimable[i], &length, &count) ||
		    length != b->length)
			continue;
		if (k < count)
			return table_nth_free(s->table, &s->claimable[i], k);
		k -= count;
	}
	return p;
}

/* The first range in the order of addresses. Goes down only where a free block
 * is large enough, and comes back without one only from where all such blocks
 * are barred: as many ranges are looked at as are barred, times the bits. */
static bool first_free(const struct policy_space *s, const struct masc_prefix *in, uint8_t length,
		       struct masc_prefix *out)
{
	uint8_t free_length;
	uint64_t count;
	struct masc_prefix by;
	if (is_barred(s, in, &by) || !table_largest_free(s->table, in, &free_length, &count) ||
	    free_length > length)
		return false;
	if (free_length == in->length)
		return first_in(s, in, length, out);
	for (unsigned i = 0; i < 2; i++) {
		struct masc_prefix half = masc_prefix_half(in, i);
		if (first_free(s, &half, length, out))
			return true;
	}
	return false;
}

/* In the range that comes first, the first that is free and not barred. */
static bool first_of_all(const struct policy_space *s, uint8_t length, struct masc_prefix *out)
{
	for (size_t i = 0; i < s->n_claimable; i++)
		if (first_free(s, &s->claimable[i], length, out))
			return true;
	return false;
}

bool policy_has_room(const struct policy_space *s, uint8_t length)
{
	struct masc_prefix p;
	return first_of_all(s, length, &p);
}

/* MASC-15.7. */
enum err policy_choose(const struct policy_space *s, uint8_t length, const struct env *env,
		       struct masc_prefix *out)
{
	if (beside(s, length, out))
		return OK;
	struct blocks b = largest(s);
	if (b.count == 0 || b.length > length)
		return ERR_NOT_FOUND;
	for (int i = 0; i < DRAWS; i++) {
		struct masc_prefix block = nth(s, &b, env_random_below(env, b.count));
		if (first_in(s, &block, length, out))
			return OK;
	}
	return first_of_all(s, length, out) ? OK : ERR_NOT_FOUND;
}

/* MASC-15.8: addresses in use are never given up. */
enum policy_renewal policy_renew(const struct policy *p, const struct masc_prefix *prefix,
				 const uint64_t used[2], uint64_t forecast, unsigned *half)
{
	uint64_t use = plus(used[0], used[1]), wanted = use > forecast ? use : forecast;
	if (wanted == 0)
		return POLICY_LAPSE;
	if (prefix->length == masc_prefix_bits((enum masc_family)prefix->family) ||
	    (used[0] && used[1]))
		return POLICY_RENEW;
	struct masc_prefix lower = masc_prefix_half(prefix, 0);
	uint64_t size = masc_prefix_size(&lower);
	if (size < p->size_least || wanted > size)
		return POLICY_RENEW;
	*half = used[1] > used[0];
	return POLICY_RENEW_HALF;
}
