/* Members who have what they have, and try for more: with memberships that they may issue, with
 * names that their key can have. `g` of the rig makes the records; the group that is attacked
 * is one of its own. */
#include "judge_rig.h"

#include "group/group_int.h"

#define HOUR INT64_C(3600000000)

static struct group *victim;
static uint8_t idc[CRYPTO_CERT_MAX];
static struct people_octets first; /* the chain that the victim has at first */

/* `who`, by `by` with the chain of that one. */
static struct span give(size_t by, size_t who, unsigned int roles, int64_t from, int64_t to,
			struct people_octets *out)
{
	const struct group_grant grant = {
		.public = crypto_key_public(g.t.keys[who]),
		.name = people_name(&g.t, who),
		.friendly = span_str("somebody"),
		.roles = roles,
		.from = from,
		.to = to,
	};
	enum group_chain_fault why;
	assert_int_equal(group_chain_issue(g.t.c, &g.t.draw.env, g.t.p,
					   span_of(g.chains[by].p, g.chains[by].n), g.t.keys[by],
					   &grant, out->p, sizeof out->p, &out->n, &why),
			 OK);
	return span_of(out->p, out->n);
}

static struct group *group_of(size_t who, struct span chain)
{
	static uint8_t octets[GROUP_SECURITY_OCTETS];
	struct group *made;
	char room[200];
	struct text name, why = TEXT_OF(room);
	size_t n, n_idc;
	assert_int_equal(group_identity_issue(g.t.c, &g.t.draw.env, g.t.keys[who], span_str("me"),
					      span_str("me"), PEOPLE_BORN, true, idc, sizeof idc,
					      &n_idc),
			 OK);
	assert_int_equal(group_security_write(&g.security, octets, sizeof octets, &n), OK);
	struct group_birth b = {
		.profile = g.t.p->crypto->id,
		.key = g.t.keys[who],
		.certificate = span_of(idc, n_idc),
		.chain = chain,
		.security = span_of(octets, n),
		.limits = group_limits_default,
	};
	name = TEXT_OF(b.id);
	text_span(&name, people_name(&g.t, GROUP));
	name = TEXT_OF(b.self);
	text_span(&name, people_name(&g.t, who));
	const struct wall wall = { PEOPLE_NOW };
	assert_int_equal(group_new(&made, &b, &g.t.mem.env, g.t.c, (struct mono){ 1 }, wall, &why),
			 OK);
	return made;
}

/* Everybody knows everybody; the victim is cleo, as ann made her. */
static void begin_with(unsigned int roles, int64_t to)
{
	begin(CRYPTO_MODERN, CLEO);
	victim = group_of(CLEO, give(ANN, CLEO, roles, PEOPLE_BORN, to, &first));
}

static void end_all(void)
{
	group_free(victim);
	end();
}

/* `by` publishes a membership for cleo, as a record that is right in every way. */
static void publish_from(size_t by, unsigned int roles, int64_t from, int64_t to)
{
	const struct graph_provider p = group_provider(victim);
	struct crypto_chain *chain;
	static uint8_t serials[CRYPTO_SERIAL];
	(void)give(by, CLEO, roles, from - from % 1000000, to, &g.chains[CLEO]);
	chain = read_chain(CLEO);
	memcpy(serials, group_chain_leaf(chain)->serial.p, sizeof serials);
	crypto_chain_free(chain);
	/* Who publishes is known to the victim. */
	chain = read_chain(by);
	assert_int_equal(group_learn_chain(victim, chain, GROUP_TOLD_BY_OTHER), OK);
	membership(CLEO, by, 0, false);
	assert_int_equal(p.ops->validate(p.ctx, &rec.r, GRAPH_CHANGE_ADDED), GRAPH_VALID);
}

static void publish(size_t by, unsigned int roles, int64_t to)
{
	publish_from(by, roles, PEOPLE_NOW - HOUR, to);
}

static struct group_info look(void)
{
	struct group_info i;
	group_look(victim, &i);
	return i;
}

static const struct group_credential *counts(void)
{
	const struct group_member *m =
		group_members_find(group_members(victim), people_name(&g.t, CLEO));
	return group_member_credential(m, span_of(NULL, 0), PEOPLE_NOW);
}

static void assert_is(unsigned int roles, int64_t to)
{
	assert_int_equal(look().roles, roles);
	assert_int_equal(look().to, to);
	assert_int_equal(counts()->roles, roles);
	assert_int_equal(counts()->to, to);
}

/* GROUP-7.23: neither the role of an administrator, nor anybody's time. */
static void an_inviter_takes_nothing_away(void **state)
{
	begin_with(CRYPTO_ROLE_ADMIN, PEOPLE_UNTIL);
	publish(BEN, CRYPTO_ROLE_MEMBER, PEOPLE_UNTIL);
	assert_is(CRYPTO_ROLE_ADMIN, PEOPLE_UNTIL);
	publish(BEN, CRYPTO_ROLE_INVITER, PEOPLE_NOW + HOUR);
	assert_is(CRYPTO_ROLE_ADMIN, PEOPLE_UNTIL);
	end_all();
	begin_with(CRYPTO_ROLE_MEMBER, PEOPLE_UNTIL);
	publish(BEN, CRYPTO_ROLE_MEMBER, PEOPLE_NOW + HOUR);
	assert_is(CRYPTO_ROLE_MEMBER, PEOPLE_UNTIL);
	end_all();
}

/* GROUP-7.23, GROUP-9.10 */
static void an_inviter_renews_and_raises(void **state)
{
	begin_with(CRYPTO_ROLE_MEMBER, PEOPLE_NOW + 24 * HOUR);
	publish(BEN, CRYPTO_ROLE_INVITER, PEOPLE_NOW + 48 * HOUR);
	assert_is(CRYPTO_ROLE_INVITER, PEOPLE_NOW + 48 * HOUR);
	end_all();
}

static void an_administrator_lowers_and_shortens(void **state)
{
	begin_with(CRYPTO_ROLE_ADMIN, PEOPLE_UNTIL);
	publish(ANN, CRYPTO_ROLE_MEMBER, PEOPLE_NOW + 24 * HOUR);
	assert_is(CRYPTO_ROLE_MEMBER, PEOPLE_NOW + 24 * HOUR);
	end_all();
}

/* GROUP-7.23: what one gave oneself may be made less; and where nothing counts any more,
 * anything is better. */
static void who_gave_may_take(void **state)
{
	begin(CRYPTO_MODERN, CLEO);
	victim = group_of(CLEO,
			  give(BEN, CLEO, CRYPTO_ROLE_INVITER, PEOPLE_BORN, PEOPLE_UNTIL, &first));
	publish(BEN, CRYPTO_ROLE_MEMBER, PEOPLE_NOW + 24 * HOUR);
	assert_is(CRYPTO_ROLE_MEMBER, PEOPLE_NOW + 24 * HOUR);
	end_all();
	begin_with(CRYPTO_ROLE_INVITER, PEOPLE_NOW - 2 * HOUR);
	publish(BEN, CRYPTO_ROLE_MEMBER, PEOPLE_NOW + HOUR);
	assert_int_equal(look().roles, CRYPTO_ROLE_MEMBER);
	end_all();
}

static bool still_has(struct span serial)
{
	const struct group_member *m =
		group_members_find(group_members(victim), people_name(&g.t, CLEO));
	return group_member_credential(m, serial, PEOPLE_NOW) != NULL;
}

/* GROUP-9.18, GROUP-7.3: renewals without number make us sign under one of them, which nobody
 * loses for all the others. */
static void an_inviter_does_not_push_us_about(void **state)
{
	begin_with(CRYPTO_ROLE_MEMBER, PEOPLE_NOW + 24 * HOUR);
	publish(BEN, CRYPTO_ROLE_MEMBER, PEOPLE_NOW + 48 * HOUR);
	assert_is(CRYPTO_ROLE_MEMBER, PEOPLE_NOW + 48 * HOUR);
	uint8_t serial[CRYPTO_SERIAL];
	memcpy(serial, group_chain_leaf(victim->own)->serial.p, sizeof serial);
	for (int64_t i = 1; i < 20; i++)
		publish_from(BEN, i % 2 ? CRYPTO_ROLE_INVITER : CRYPTO_ROLE_MEMBER,
			     PEOPLE_NOW - HOUR + i * MONO_SEC, PEOPLE_NOW + (48 + i) * HOUR);
	assert_int_equal(look().to, PEOPLE_NOW + 48 * HOUR);
	assert_true(still_has(span_of(serial, sizeof serial)));
	/* The next day, or from an administrator, at once. */
	struct mono day = mono_add(victim->wall_at, MONO_DAY);
	assert_true(group_deadline(victim).us <= day.us);
	group_tick(victim, day);
	assert_true(look().to > PEOPLE_NOW + 60 * HOUR);
	assert_true(still_has(span_of(serial, sizeof serial)));
	publish_from(ANN, CRYPTO_ROLE_MEMBER, PEOPLE_NOW, PEOPLE_NOW + 30 * HOUR);
	assert_int_equal(look().to, PEOPLE_NOW + 30 * HOUR);
	end_all();
}

/* GROUP-7.23: our own program does not try. */
static void what_would_not_count_is_not_issued(void **state)
{
	char room[200];
	struct text why = TEXT_OF(room);
	struct span chain;
	begin(CRYPTO_MODERN, CLEO);
	victim = group_of(BEN, span_of(g.chains[BEN].p, g.chains[BEN].n));
	(void)give(ANN, CLEO, CRYPTO_ROLE_ADMIN, PEOPLE_BORN, 0, &g.chains[CLEO]);
	assert_int_equal(group_learn_chain(victim, read_chain(CLEO), GROUP_TOLD_BY_OTHER), OK);
	struct group_grant grant = {
		.public = crypto_key_public(g.t.keys[CLEO]),
		.name = people_name(&g.t, CLEO),
		.friendly = span_str("cleo"),
		.roles = CRYPTO_ROLE_MEMBER,
	};
	assert_int_equal(group_issue(victim, &grant, &chain, &why, (struct mono){ 1 }), ERR_DENIED);
	assert_non_null(strstr(why.p, "administrator"));
	end_all();
}

/* GROUP-8.11: a key is let in under the name that its membership has, and no other. */
static void one_key_is_one_member(void **state)
{
	static const char others[][60] = { "eve", "", "participant" };
	begin_with(CRYPTO_ROLE_MEMBER, PEOPLE_UNTIL);
	const struct group_session_home *h = &victim->home;
	struct span key = crypto_key_public(g.t.keys[CLEO]);
	assert_true(h->known(h->ctx, people_name(&g.t, CLEO), key));
	assert_true(h->may(h->ctx, people_name(&g.t, CLEO), key));
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		char room[GROUP_NAME_OCTETS + 1];
		struct text name = TEXT_OF(room);
		assert_int_equal(
			group_name_make(g.t.c, g.t.p->crypto, key, span_str(others[i]), &name), OK);
		assert_false(h->known(h->ctx, span_of(name.p, name.n), key));
		assert_false(h->may(h->ctx, span_of(name.p, name.n), key));
	}
	assert_false(h->known(h->ctx, people_name(&g.t, CLEO), crypto_key_public(g.t.keys[BEN])));
	assert_false(h->known(h->ctx, people_name(&g.t, BEN), crypto_key_public(g.t.keys[BEN])));
	end_all();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_inviter_takes_nothing_away),
		cmocka_unit_test(an_inviter_renews_and_raises),
		cmocka_unit_test(an_administrator_lowers_and_shortens),
		cmocka_unit_test(an_inviter_does_not_push_us_about),
		cmocka_unit_test(who_gave_may_take),
		cmocka_unit_test(what_would_not_count_is_not_issued),
		cmocka_unit_test(one_key_is_one_member),
	};
	return cmocka_run_group_tests_name("group_hostile", tests, NULL, NULL);
}
