/* group_secrets_rig.h - a group of three, and somebody who knows a secret: what tests of the
 * door do with them. */
#ifndef TEST_GROUP_SECRETS_RIG_H
#define TEST_GROUP_SECRETS_RIG_H

#include "circle.h"
#include "group/lookups.h"

enum {
	ANN,
	BEN,
	CLEO,
	DAN /* is let in */
};

static struct circle *c;
static struct people_octets idc;
static char why_room[200];

static inline int begin(void **state)
{
	c = calloc(1, sizeof(*c));
	assert_non_null(c);
	circle_init(c, CRYPTO_MODERN, 0);
	circle_admit(c, BEN, CRYPTO_ROLE_INVITER, 0);
	circle_admit(c, CLEO, CRYPTO_ROLE_MEMBER, 0);
	return 0;
}

static inline int end(void **state)
{
	circle_fini(c);
	free(c);
	return 0;
}

/* ---- deeds ---- */

static const uint8_t prs_of_code[GROUP_PRS] = { 1, 2, 3 };

static inline struct group_invite some_invite(enum group_role role, uint16_t uses)
{
	struct group_invite i = {
		.prs = prs_of_code,
		.role = role,
		.end = circle_wall(c) + 7 * MONO_DAY,
		.uses = uses,
		.lookup = span_str("apple-river"),
		.label = span_str("Dan"),
	};
	memset(i.id, 0x77, sizeof(i.id));
	return i;
}

static inline enum err invite(size_t who, const struct group_invite *i)
{
	struct text why = TEXT_OF(why_room);
	enum err e = group_invite(c->m[who].g, i, &why, c->now);
	circle_settle(c);
	return e;
}

static inline void invited(size_t who, uint16_t uses)
{
	struct group_invite i = some_invite(GROUP_ROLE_MEMBER, uses);
	assert_int_equal(invite(who, &i), OK);
}

static inline struct group_secret_name name_of(enum group_secret_kind kind)
{
	struct group_secret_name n = { .kind = kind };
	if (kind == GROUP_SECRET_INVITATION)
		memset(n.id, 0x77, sizeof(n.id));
	return n;
}

static inline const struct group_door *door(size_t who)
{
	assert_non_null(c->m[who].g->home.door);
	return c->m[who].g->home.door;
}

static inline enum group_door_answer find(size_t who, enum group_secret_kind kind)
{
	struct group_secret_name n = name_of(kind);
	uint8_t prs[GROUP_PRS] = { 0 };
	uint32_t wait = 0;
	enum group_door_answer a =
		door(who)->find(door(who)->ctx, &n, span_str("abcd"), prs, &wait);
	if (a == GROUP_DOOR_OPEN)
		assert_memory_equal(prs, prs_of_code, sizeof(prs));
	assert_int_equal(a == GROUP_DOOR_WAIT, wait > 0);
	return a;
}

static inline enum group_door_answer find_invitation(size_t who)
{
	return find(who, GROUP_SECRET_INVITATION);
}

static inline void wrong(size_t who, enum group_secret_kind kind)
{
	struct group_secret_name n = name_of(kind);
	door(who)->wrong(door(who)->ctx, &n, span_str("abcd"));
}

/* The whom-th asks; its identity is what it shows. */
static inline enum group_door_answer admit(size_t who, size_t whom, enum group_secret_kind kind,
					   uint64_t *ticket)
{
	struct group_secret_name n = name_of(kind);
	struct crypto_chain *card;
	enum group_chain_fault fault;
	struct span name = people_name(&c->t, whom + 1);
	struct span classifier =
		span_of(name.p + GROUP_AUTHORITY_DIGITS + 1, name.n - GROUP_AUTHORITY_DIGITS - 1);
	assert_int_equal(group_identity_issue(c->t.c, &c->t.draw.env, c->t.keys[whom + 1],
					      classifier, name, PEOPLE_BORN, true, idc.p,
					      sizeof(idc.p), &idc.n),
			 OK);
	assert_int_equal(group_identity_read(c->t.c, c->t.p, span_of(idc.p, idc.n), circle_wall(c),
					     &card, &fault),
			 OK);
	enum group_door_answer a =
		door(who)->admit(door(who)->ctx, &n, crypto_chain_cert(card, 0), ticket);
	crypto_chain_free(card);
	return a;
}

static inline enum err admitted(size_t who, uint64_t ticket, struct span *chain)
{
	uint64_t after = 0;
	enum err e = door(who)->admitted(door(who)->ctx, ticket, chain, &after);
	if (!e)
		assert_int_equal(after, 7); /* the put of the records */
	return e;
}

/* Let in, and told to everybody. */
static inline void let_in(size_t who, enum group_secret_kind kind)
{
	uint64_t ticket;
	struct span chain;
	assert_int_equal(admit(who, DAN, kind, &ticket), GROUP_DOOR_OPEN);
	circle_settle(c);
	assert_int_equal(admitted(who, ticket, &chain), OK);
	door(who)->admit_drop(door(who)->ctx, ticket);
}

static inline struct group_invite_info look(size_t who)
{
	struct group_invite_info i;
	const void *at = NULL;
	assert_true(group_invite_next(c->m[who].g, &at, &i));
	return i;
}

static inline void password(size_t who, const uint8_t *prs)
{
	const struct group_password p = { .role = GROUP_ROLE_MEMBER, .prs = prs };
	struct group_policy policy = c->m[who].g->policy;
	uint8_t *rest;
	size_t n;
	struct text why = TEXT_OF(why_room);
	assert_int_equal(group_password_part(c->m[who].g, &p, &rest, &n), OK);
	policy.rest = span_of(rest, n);
	assert_int_equal(group_set(c->m[who].g, &policy, &why, c->now), OK);
	env_free(c->m[who].g->env, rest);
	circle_settle(c);
}

#endif
