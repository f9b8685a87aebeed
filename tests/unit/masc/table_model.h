/* table_model.h - the prefix table as somebody would write it who had an hour:
 * an array of claims, and a map of the addresses of a small space. Held against
 * the real table after each step. Whoever includes this defines MODEL_HOLD(x),
 * which does not return when x is false; no test library is needed.
 *
 * The space is a base prefix and MODEL_BITS bits below it, so that every address
 * of it can be looked at; where the base ends is up to the test. */
#ifndef UNIT_MASC_TABLE_MODEL_H
#define UNIT_MASC_TABLE_MODEL_H

#include <stdlib.h>

#include "masc/table.h"

#define MODEL_BITS 10
#define MODEL_SIZE (1U << MODEL_BITS)
#ifndef MODEL_MOST
#define MODEL_MOST 1200 /* claims at once */
#endif
#define MODEL_REFS (MODEL_MOST + 64)

struct model_claim {
	bool there;
	struct wire_claim c; /* options point into `octets` */
	uint8_t octets[8];
	struct table_mark mark;
	uint32_t end;
};

struct model {
	struct table *t;
	struct masc_prefix base;
	struct model_claim claims[MODEL_REFS]; /* by ref */
	size_t count;
	bool held[MODEL_SIZE]; /* filled in by model_map() */
};

/* The v-th range of `below` bits more than the base. */
static inline struct masc_prefix model_prefix(const struct model *m, uint32_t v, uint8_t below)
{
	struct masc_prefix p = m->base;
	for (uint8_t i = 0; i < below; i++)
		p = masc_prefix_half(&p, v >> (below - 1 - i) & 1U);
	return p;
}

/* The first address of a prefix of the space, counted from that of the base. */
static inline uint32_t model_first(const struct model *m, const struct masc_prefix *p)
{
	uint32_t v = 0;
	for (uint8_t i = 0; i < MODEL_BITS; i++) {
		uint8_t at = (uint8_t)(m->base.length + i);
		v = v << 1 | (at < p->length ? masc_prefix_bit(p, at) : 0);
	}
	return v;
}

/* Addresses of it inside the space: one that is wider than the base, all. */
static inline uint32_t model_extent(const struct model *m, const struct masc_prefix *p)
{
	if (p->length <= m->base.length)
		return MODEL_SIZE;
	return MODEL_SIZE >> (p->length - m->base.length);
}

static inline void model_map(struct model *m)
{
	memset(m->held, 0, sizeof(m->held));
	for (size_t r = 1; r < MODEL_REFS; r++) {
		const struct model_claim *c = &m->claims[r];
		struct masc_prefix p = table_prefix_of(&c->c);
		if (!c->there || !c->mark.holds || !masc_prefix_overlaps(&p, &m->base))
			continue;
		uint32_t first = model_first(m, &p);
		memset(m->held + first, 1, model_extent(m, &p) * sizeof(m->held[0]));
	}
}

static inline bool model_is_free(const struct model *m, const struct masc_prefix *p)
{
	uint32_t first = model_first(m, p), n = model_extent(m, p);
	for (uint32_t i = 0; i < n; i++)
		if (m->held[first + i])
			return false;
	return true;
}

static inline void model_check_free(const struct model *m, const struct masc_prefix *in)
{
	uint8_t length = 0;
	uint64_t count = 0;
	bool some = table_largest_free(m->t, in, &length, &count);
	MODEL_HOLD(table_is_free(m->t, in) == model_is_free(m, in));
	for (uint8_t l = in->length; l <= m->base.length + MODEL_BITS; l++) {
		struct masc_prefix p = masc_prefix_first(in, l);
		uint64_t k = 0;
		uint32_t blocks = UINT32_C(1) << (l - in->length);
		for (uint32_t i = 0; i < blocks; i++) {
			if (model_is_free(m, &p)) {
				MODEL_HOLD(some && length == l && k < count);
				struct masc_prefix got = table_nth_free(m->t, in, k++);
				MODEL_HOLD(masc_prefix_eq(&got, &p));
			}
			if (i + 1 < blocks)
				MODEL_HOLD(masc_prefix_next(&p, &p));
		}
		if (k) {
			MODEL_HOLD(k == count);
			return;
		}
	}
	MODEL_HOLD(!some);
}

static inline bool model_same_claim(const struct wire_claim *a, const struct wire_claim *b)
{
	return a->type == b->type && a->deprecated == b->deprecated && a->family == b->family &&
	       a->role == b->role && a->timestamp == b->timestamp && a->lifetime == b->lifetime &&
	       a->hold_time == b->hold_time && masc_id_cmp(&a->domain, &b->domain) == 0 &&
	       masc_id_cmp(&a->node, &b->node) == 0 && a->prefix_length == b->prefix_length &&
	       memcmp(a->address, b->address, sizeof(a->address)) == 0;
}

static inline void model_check_claims(const struct model *m)
{
	size_t by_type[WIRE_ATTRIBUTES] = { 0 };
	uint32_t next = UINT32_MAX;
	for (uint32_t r = 0; r < MODEL_REFS; r++) {
		const struct model_claim *c = &m->claims[r];
		struct wire_claim got;
		MODEL_HOLD(table_get(m->t, r, &got) == c->there);
		if (!c->there)
			continue;
		struct table_mark mark = table_mark_of(m->t, r);
		MODEL_HOLD(model_same_claim(&got, &c->c) && span_eq(got.options, c->c.options));
		MODEL_HOLD(mark.peer == c->mark.peer && mark.epoch == c->mark.epoch);
		MODEL_HOLD(mark.holds == c->mark.holds && mark.ours == c->mark.ours);
		MODEL_HOLD(table_end_of(m->t, r) == c->end);
		by_type[c->c.type]++;
		next = c->end < next ? c->end : next;
	}
	MODEL_HOLD(table_count(m->t) == m->count && table_next_end(m->t) == next);
	for (unsigned i = 0; i < WIRE_ATTRIBUTES; i++)
		MODEL_HOLD(table_count_of(m->t, (enum wire_attribute)i) == by_type[i]);
}

static inline void model_check_ended(const struct model *m, uint32_t now)
{
	uint32_t r = table_ended(m->t, now);
	if (r) {
		MODEL_HOLD(r < MODEL_REFS && m->claims[r].there && m->claims[r].end <= now);
		return;
	}
	for (r = 1; r < MODEL_REFS; r++)
		MODEL_HOLD(!m->claims[r].there || m->claims[r].end > now);
}

static inline void model_check_domain(const struct model *m, const struct masc_id *domain)
{
	size_t n = 0;
	for (uint32_t r = 1; r < MODEL_REFS; r++)
		n += m->claims[r].there && masc_id_cmp(&m->claims[r].c.domain, domain) == 0;
	MODEL_HOLD(table_count_of_domain(m->t, domain) == n);
}

/* One that the walk was to give: each once. */
static inline void model_given(const struct model *m, uint32_t r, bool *seen)
{
	MODEL_HOLD(r < MODEL_REFS && m->claims[r].there && !seen[r]);
	seen[r] = true;
}

/* Covers, then what lies inside, is the order of prefixes. */
static inline void model_check_overlaps(const struct model *m, const struct masc_prefix *p)
{
	bool seen[MODEL_REFS] = { false };
	struct masc_prefix before = { { 0 }, 0, p->family };
	struct table_walk w;
	table_overlaps(m->t, p, &w);
	for (uint32_t r; (r = table_overlaps_next(&w)) != 0;) {
		model_given(m, r, seen);
		struct masc_prefix at = table_prefix_of(&m->claims[r].c);
		MODEL_HOLD(masc_prefix_cmp(&before, &at) <= 0);
		before = at;
	}
	for (uint32_t r = 1; r < MODEL_REFS; r++) {
		struct masc_prefix at = table_prefix_of(&m->claims[r].c);
		bool overlaps = m->claims[r].there && masc_prefix_overlaps(&at, p);
		MODEL_HOLD(overlaps == seen[r]);
	}
}

static inline void model_check_covers(const struct model *m, const struct masc_prefix *p)
{
	bool seen[MODEL_REFS] = { false };
	uint8_t before = 0;
	struct table_walk w;
	table_covers(m->t, p, &w);
	for (uint32_t r; (r = table_covers_next(&w)) != 0;) {
		model_given(m, r, seen);
		MODEL_HOLD(before <= m->claims[r].c.prefix_length);
		before = m->claims[r].c.prefix_length;
	}
	for (uint32_t r = 1; r < MODEL_REFS; r++) {
		struct masc_prefix at = table_prefix_of(&m->claims[r].c);
		bool covers = m->claims[r].there && masc_prefix_covers(&at, p);
		MODEL_HOLD(covers == seen[r]);
	}
}

static inline void model_check_each(const struct model *m)
{
	size_t n = 0;
	for (uint32_t r = 0, last = 0; (r = table_each(m->t, r)) != 0; last = r, n++)
		MODEL_HOLD(r > last && r < MODEL_REFS && m->claims[r].there);
	MODEL_HOLD(n == m->count);
}

/* The one behind (p, r) by looking at all of them. */
static inline uint32_t model_after(const struct model *m, const struct masc_prefix *p, uint32_t r)
{
	uint32_t best = 0;
	struct masc_prefix first = { { 0 }, 0, 0 };
	for (uint32_t i = 1; i < MODEL_REFS; i++) {
		struct masc_prefix at = table_prefix_of(&m->claims[i].c);
		int behind = p ? masc_prefix_cmp(&at, p) : 1;
		if (!m->claims[i].there || behind < 0 || (behind == 0 && i <= r))
			continue;
		if (!best || masc_prefix_cmp(&at, &first) < 0) {
			best = i;
			first = at;
		}
	}
	return best;
}

static inline void model_check_order(const struct model *m)
{
	uint32_t r = table_after(m->t, NULL, 0);
	size_t n = 0;
	for (; r; n++) {
		MODEL_HOLD(n < m->count);
		struct masc_prefix at = table_prefix_of(&m->claims[r].c);
		uint32_t next = table_after(m->t, &at, r);
		MODEL_HOLD(next == model_after(m, &at, r));
		r = next;
	}
	MODEL_HOLD(n == m->count);
}

/* All that can be asked about one prefix. */
static inline void model_check(struct model *m, const struct masc_prefix *p)
{
	struct masc_prefix in = p->length < m->base.length ? m->base : *p;
	model_map(m);
	model_check_free(m, &in);
	model_check_overlaps(m, p);
	model_check_covers(m, p);
	MODEL_HOLD(table_after(m->t, p, 0) == model_after(m, p, 0));
}

static inline void model_keep(struct model *m, uint32_t r, const struct wire_claim *c,
			      const struct table_mark *mark, uint32_t end)
{
	MODEL_HOLD(r > 0 && r < MODEL_REFS && !m->claims[r].there);
	MODEL_HOLD(c->options.n <= sizeof(m->claims[r].octets));
	struct model_claim *k = &m->claims[r];
	*k = (struct model_claim){ .there = true, .c = *c, .mark = *mark, .end = end };
	if (c->options.n)
		memcpy(k->octets, c->options.p, c->options.n);
	k->c.options.p = k->octets;
	m->count++;
}

static inline enum err model_add(struct model *m, const struct wire_claim *c,
				 const struct table_mark *mark, uint32_t end)
{
	uint32_t r = 0;
	enum err e = table_add(m->t, c, mark, end, &r);
	if (!e)
		model_keep(m, r, c, mark, end);
	else
		MODEL_HOLD(r == 0);
	return e;
}

static inline void model_remove(struct model *m, uint32_t r)
{
	table_remove(m->t, r);
	m->claims[r].there = false;
	m->count--;
}

/* One that is there, by a number of the caller's; 0 when there is none. */
static inline uint32_t model_some(const struct model *m, uint32_t pick)
{
	for (uint32_t i = 0; i < MODEL_REFS; i++) {
		uint32_t r = (uint32_t)((pick + i) % MODEL_REFS);
		if (m->claims[r].there)
			return r;
	}
	return 0;
}

#endif
