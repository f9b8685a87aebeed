/* table_rig.h - a table under test, with its model, and claims from short text. */
#ifndef UNIT_MASC_TABLE_RIG_H
#define UNIT_MASC_TABLE_RIG_H

#include "../failing_env.h"

#define MODEL_HOLD(x) assert_true(x)
#include "table_model.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct bench {
	struct failing_env f;
	struct model m;
};

static inline struct masc_prefix prefix(const char *text)
{
	struct masc_prefix p;
	assert_int_equal(masc_prefix_parse(span_str(text), &p), OK);
	return p;
}

static inline struct masc_id id(uint32_t v)
{
	struct masc_id d = { { 0 } };
	for (unsigned i = 0; i < 4; i++)
		d.octets[15 - i] = (uint8_t)(v >> 8 * i);
	return d;
}

static inline struct wire_claim claim_of(const struct masc_prefix *p)
{
	struct wire_claim c = { .type = WIRE_PREFIX_IN_USE,
				.family = p->family,
				.role = MASC_SIBLING,
				.timestamp = 1000,
				.lifetime = 500,
				.hold_time = 600,
				.domain = id(7),
				.node = id(8),
				.prefix_length = p->length };
	memcpy(c.address, p->address, sizeof(c.address));
	return c;
}

static inline struct wire_claim claim(const char *text)
{
	struct masc_prefix p = prefix(text);
	return claim_of(&p);
}

static const struct table_mark holding = { .peer = 3, .epoch = 4, .holds = true };

static inline struct bench *begin(const struct masc_prefix *base, uint64_t seed)
{
	struct bench *b = calloc(1, sizeof(*b));
	assert_non_null(b);
	failing_env_init(&b->f, seed);
	b->m.base = *base;
	enum masc_family family = (enum masc_family)base->family;
	assert_int_equal(table_new(&b->m.t, &b->f.env, family, MODEL_MOST), OK);
	return b;
}

static inline struct bench *begin_at(const char *base)
{
	struct masc_prefix p = prefix(base);
	return begin(&p, 1);
}

static inline void end(struct bench *b)
{
	table_free(b->m.t);
	failing_env_assert_clean(&b->f);
	free(b);
}

static inline uint32_t add_claim(struct bench *b, const struct wire_claim *c,
				 const struct table_mark *mark, uint32_t until)
{
	uint32_t r;
	assert_int_equal(table_add(b->m.t, c, mark, until, &r), OK);
	model_keep(&b->m, r, c, mark, until);
	return r;
}

static inline uint32_t add(struct bench *b, const char *text, uint32_t until)
{
	struct wire_claim c = claim(text);
	return add_claim(b, &c, &holding, until);
}

#endif
