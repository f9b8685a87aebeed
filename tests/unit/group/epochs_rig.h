/* epochs_rig.h - for tests of the epochs of a group: a circle of up to four, what they write and
 * read of each other, who removes whom. */
#ifndef UNIT_GROUP_EPOCHS_RIG_H
#define UNIT_GROUP_EPOCHS_RIG_H

#include "circle.h"

#include "group/epochs_int.h"
#include "group/sealed.h"

static struct circle c;

static inline struct graph_provider of(size_t i)
{
	return group_provider(c.m[i].g);
}

static inline bool writes(size_t i)
{
	struct graph_provider p = of(i);
	return p.ops->writable(p.ctx);
}

/* "hello" of the i-th, sealed and signed. */
static inline enum err seal(size_t i, struct record *o)
{
	struct graph_provider p = of(i);
	struct span s = span_of(NULL, 0);
	record_init(o, people_name(&c.t, 0), people_name(&c.t, i + 1));
	o->r.created = o->r.modified = record_time(circle_wall(&c));
	o->r.expires = o->r.modified + 3600 * RECORD_SECOND;
	enum err e = p.ops->protect(p.ctx, &o->r, GRAPH_CHANGE_ADDED, &s);
	if (e || !s.n)
		return e;
	record_payload(o, s);
	e = p.ops->secure(p.ctx, &o->r, GRAPH_CHANGE_ADDED, &s);
	if (e)
		return e;
	memcpy(o->security, s.p, s.n);
	o->r.security = span_of(o->security, s.n);
	return OK;
}

static inline enum graph_opinion reveal(size_t i, const struct record *o, struct graph_plain *plain)
{
	struct graph_provider p = of(i);
	*plain = (struct graph_plain){ o->r.payload, o->r.attributes };
	return p.ops->reveal(p.ctx, &o->r, plain);
}

static inline bool reads(size_t i, const struct record *o)
{
	struct graph_plain plain;
	return reveal(i, o, &plain) == GRAPH_VALID && span_eq(plain.payload, span_str("hello")) &&
	       plain.attributes.n == 0;
}

static inline size_t epochs(void)
{
	return circle_count(&c, &group_type_epoch);
}

static inline size_t keys(void)
{
	return circle_count(&c, &group_type_key);
}

static inline struct group_epoch_info look(size_t i)
{
	struct group_epoch_info info;
	group_epochs_look(c.m[i].g, &info);
	return info;
}

static inline void says_removal(size_t by, size_t whom)
{
	char words[128];
	struct text why = TEXT_OF(words);
	const struct group_removing what = { .who = span_str(c.t.names[whom + 1]),
					     .reason = span_str("left") };
	assert_int_equal(group_remove(c.m[by].g, &what, &why, c.now), OK);
}

static inline void removes(size_t by, size_t whom)
{
	says_removal(by, whom);
	circle_settle(&c);
}

static inline void admit_three(unsigned int first)
{
	circle_init_epochs(&c);
	circle_admit(&c, 1, first, 0);
	circle_admit(&c, 2, CRYPTO_ROLE_MEMBER, 0);
	circle_admit(&c, 3, CRYPTO_ROLE_MEMBER, 0);
	circle_run(&c, MONO_MIN);
	assert_true(writes(0) && writes(1) && writes(2) && writes(3));
}

static inline bool covers_all(size_t i)
{
	const struct group_ring_choice all = group_epoch_choice(c.m[i].g);
	const struct group_ring_epoch *e = group_epoch_chosen(c.m[i].g);
	return e && group_keyring_covers(e, &all);
}

#endif
