/* Invitations and the password, handed on to those who may issue later: a few members and boxes
 * a turn, and no turn longer, whatever happens between two of them. */
#include "circle.h"

enum {
	ANN,
	BEN,
	CLEO,
	DAN
};

#define BOXES GROUP_BOXES
#define MANY  60

static struct circle *c;
static char why_room[200];
static const uint8_t prs_of_code[GROUP_PRS] = { 1, 2, 3 };
static struct crypto_key *keys[MANY];
static size_t n_keys;

static int begin(void **state)
{
	c = calloc(1, sizeof(*c));
	assert_non_null(c);
	circle_init(c, CRYPTO_MODERN, 0);
	circle_admit(c, BEN, CRYPTO_ROLE_INVITER, 0);
	circle_run(c, 2 * MONO_MIN);
	n_keys = 0;
	return 0;
}

static int end(void **state)
{
	while (n_keys)
		crypto_key_free(keys[--n_keys]);
	circle_fini(c);
	free(c);
	return 0;
}

static struct group *ann(void)
{
	return c->m[ANN].g;
}

static struct group_mending *at(void)
{
	return &ann()->mending;
}

/* ---- deeds ---- */

static void invited(uint8_t id)
{
	struct text why = TEXT_OF(why_room);
	struct group_invite i = {
		.prs = prs_of_code,
		.role = GROUP_ROLE_MEMBER,
		.end = circle_wall(c) + 7 * MONO_DAY,
		.uses = 3,
		.lookup = span_str("apple-river"),
	};
	memset(i.id, id, sizeof(i.id));
	assert_int_equal(group_invite(ann(), &i, &why, c->now), OK);
	circle_settle(c);
}

static void password(void)
{
	const struct group_password p = { .role = GROUP_ROLE_MEMBER, .prs = prs_of_code };
	struct group_policy policy = ann()->policy;
	struct text why = TEXT_OF(why_room);
	uint8_t *rest;
	size_t n;
	assert_int_equal(group_password_part(ann(), &p, &rest, &n), OK);
	policy.rest = span_of(rest, n);
	assert_int_equal(group_set(ann(), &policy, &why, c->now), OK);
	env_free(ann()->env, rest);
	circle_settle(c);
}

static struct crypto_chain *chain_of(const struct crypto_key *key, struct span name)
{
	const struct group_chain_rules rules = { .profile = c->t.p,
						 .group = people_name(&c->t, 0),
						 .now = circle_wall(c) };
	const struct group_grant grant = {
		.public = crypto_key_public(key),
		.name = name,
		.friendly = name,
		.roles = CRYPTO_ROLE_INVITER,
	};
	struct text why = TEXT_OF(why_room);
	struct crypto_chain *chain;
	enum group_chain_fault fault;
	struct span octets;
	assert_int_equal(group_issue(ann(), &grant, &octets, &why, c->now), OK);
	assert_int_equal(group_chain_read(c->t.c, &rules, octets, &chain, &fault), OK);
	return chain;
}

/* Somebody who may issue, and whose seal key is known: to ann alone. */
static struct group_member *known(uint8_t seal)
{
	struct crypto_key **key = &keys[n_keys++];
	char name[GROUP_NAME_OCTETS + 1];
	struct text t = TEXT_OF(name);
	uint8_t secret[32];
	assert_true(n_keys <= MANY);
	assert_int_equal(crypto_key_make(c->t.c, &c->t.draw.env, c->t.p->crypto, key), OK);
	assert_int_equal(
		group_name_make(c->t.c, c->t.p->crypto, crypto_key_public(*key), span_str("m"), &t),
		OK);
	assert_int_equal(
		group_learn_chain(ann(), chain_of(*key, span_str(name)), GROUP_TOLD_BY_LINK), OK);
	struct group_member *m = group_members_find(ann()->members, span_str(name));
	assert_non_null(m);
	memset(m->seal_key, seal, sizeof(m->seal_key));
	if (seal)
		assert_int_equal(crypto_box_make(&c->t.draw.env, m->seal_key, secret), OK);
	m->has_seal_key = true;
	group_mend_stale(ann());
	circle_settle(c);
	return m;
}

static void many(size_t n)
{
	while (n--)
		(void)known(1);
}

static size_t holders(uint8_t id)
{
	uint8_t all[GROUP_INVITATION_ID];
	memset(all, id, sizeof(all));
	const struct group_asked_in *i =
		group_secrets_find(ann()->secrets, span_of(all, sizeof(all)));
	assert_non_null(i);
	return group_row_count(&i->what.secret.holders);
}

static size_t password_holders(void)
{
	struct group_secret s;
	struct span later;
	bool has;
	assert_int_equal(group_policy_password_read(&s, &has, &later, ann()->policy.rest), OK);
	assert_true(has);
	return group_row_count(&s.holders);
}

/* To the first slice, that included. */
static void until_it_is_on(void)
{
	assert_false(at()->on);
	for (int i = 0; i < 10000 && !at()->on; i++) {
		circle_settle(c);
		c->now = group_deadline(ann());
		group_tick(ann(), c->now);
	}
	assert_true(at()->on);
}

static void slice(void)
{
	assert_true(mono_reached(group_deadline(ann()), c->now)); /* at once */
	group_tick(ann(), c->now);
	circle_settle(c);
}

/* ---- tests ---- */

/* GROUP-14.40 */
static void a_few_boxes_a_turn(void **state)
{
	size_t slices = 0;
	invited(1);
	password();
	many(MANY);
	until_it_is_on();
	for (; at()->on; slices++) {
		size_t before = at()->making ? at()->made : 0;
		slice();
		/* Of two secrets in one turn those of the second alone can be seen. */
		size_t after = at()->making ? at()->made : 0;
		assert_true(after <= before + BOXES);
		assert_true(slices < 20);
	}
	/* Of MANY and two others twice: three turns each at least. */
	assert_true(slices >= 5);
	assert_int_equal(holders(1), MANY + 2);
	assert_int_equal(password_holders(), MANY + 2);
	assert_true(mono_is_never(at()->due));
}

static bool holds(uint8_t id, size_t who)
{
	uint8_t all[GROUP_INVITATION_ID], authority[GROUP_AUTHORITY];
	memset(all, id, sizeof(all));
	assert_true(group_authority_of(span_str(c->t.names[who + 1]), authority));
	return group_secret_box(
		       &group_secrets_find(ann()->secrets, span_of(all, sizeof(all)))->what.secret,
		       authority)
		       .n != 0;
}

/* GROUP-14.40: what is made anew has a turn's boxes, ours among them, and the others follow
 * without a pause. */
static void what_is_new_takes_turns(void **state)
{
	many(MANY);
	invited(1);
	assert_int_equal(holders(1), BOXES);
	assert_true(holds(1, ANN));
	assert_true(mono_reached(at()->due, c->now));
	for (int i = 0; i < 20 && holders(1) < MANY + 2; i++)
		slice();
	assert_int_equal(holders(1), MANY + 2);
	password();
	assert_int_equal(password_holders(), BOXES);
	for (int i = 0; i < 20 && password_holders() < MANY + 2; i++)
		slice();
	assert_int_equal(password_holders(), MANY + 2);
	/* Nothing is made again for that. */
	for (int i = 0; i < 20 && at()->on; i++)
		slice();
	assert_false(at()->on || mono_reached(group_deadline(ann()), c->now));
}

/* Where all have one at once nothing follows. */
static void what_is_new_and_whole(void **state)
{
	many(BOXES - 2);
	circle_run(c, 5 * MONO_MIN);
	assert_true(mono_is_never(at()->due));
	invited(1);
	assert_int_equal(holders(1), BOXES);
	assert_true(mono_is_never(at()->due));
}

/* GROUP-14.40: an invitation costs as much as some members. */
static void many_invitations_take_turns(void **state)
{
	for (uint8_t id = 1; id <= 40; id++)
		invited(id);
	group_mend_stale(ann());
	until_it_is_on();
	size_t slices = 1;
	for (; at()->on; slices++)
		slice();
	assert_true(slices >= 3);
	assert_int_equal(holders(1), 2);
}

/* GROUP-14.40: who comes meanwhile is one more, later. */
static void who_comes_meanwhile(void **state)
{
	invited(1);
	many(30);
	until_it_is_on();
	assert_true(at()->making);
	many(30);
	while (at()->on)
		slice();
	assert_false(mono_is_never(at()->due));
	circle_run(c, MONO_MIN);
	assert_int_equal(holders(1), 62);
}

/* GROUP-14.40: what has changed meanwhile is begun anew, what ended is left. */
static void what_changes_meanwhile(void **state)
{
	struct text why = TEXT_OF(why_room);
	uint8_t id[GROUP_INVITATION_ID];
	memset(id, 1, sizeof(id));
	circle_admit(c, CLEO, CRYPTO_ROLE_MEMBER, 0);
	circle_run(c, 2 * MONO_MIN);
	invited(1);
	many(30);
	until_it_is_on();
	assert_true(at()->making && at()->made > 0);
	const struct group_removing what = { .who = people_name(&c->t, CLEO + 1) };
	assert_int_equal(group_remove(ann(), &what, &why, c->now), OK);
	circle_settle(c);
	slice();
	assert_true(!at()->making || at()->made == BOXES);
	assert_true(at()->on);
	assert_int_equal(group_invite_revoke(ann(), span_of(id, sizeof(id)), &why, c->now), OK);
	circle_settle(c);
	while (at()->on)
		slice();
	assert_int_equal(holders(1), 2);
}

/* GROUP-14.26: a record ends no earlier than it did, so who leaves before that leaves it alone. */
static void who_leaves_earlier_mends_nothing(void **state)
{
	circle_admit(c, CLEO, CRYPTO_ROLE_ADMIN, circle_wall(c) + 3 * MONO_DAY);
	invited(1);
	password();
	circle_run(c, 2 * MONO_MIN);
	assert_int_equal(holders(1), 3);
	circle_admit(c, DAN, CRYPTO_ROLE_INVITER, 0);
	circle_go(c, ANN);
	unsigned int published = c->m[CLEO].published;
	circle_run(c, 2 * MONO_MIN);
	assert_int_equal(c->m[CLEO].shortened, 0);
	assert_int_equal(c->m[CLEO].published, published);
	circle_come(c, ANN);
	circle_run(c, 2 * MONO_MIN);
	assert_int_equal(holders(1), 4);
	assert_int_equal(password_holders(), 4);
}

/* Its own fault: nobody else lacks anything, and it is not tried for ever. */
static void a_key_that_is_none(void **state)
{
	(void)known(0);
	(void)known(1);
	invited(1);
	assert_int_equal(holders(1), 3);
	unsigned int published = c->m[ANN].published;
	group_mend_stale(ann());
	circle_run(c, 2 * MONO_MIN);
	assert_int_equal(c->m[ANN].published, published);
	(void)known(1);
	circle_run(c, 2 * MONO_MIN);
	assert_int_equal(holders(1), 4);
}

static bool fails_at(size_t n)
{
	many(1);
	c->now = at()->due;
	failing_env_fail_at(&c->m[ANN].f, n);
	group_tick(ann(), c->now); /* all of it: there are few */
	assert_false(at()->on);
	c->m[ANN].f.fail_at = 0;
	circle_run(c, 2 * MONO_MIN);
	return c->m[ANN].f.failed;
}

/* Whichever allocation fails: it is done all the same, after a while. */
static void without_memory(void **state)
{
	size_t n = 1;
	invited(1);
	for (; n < MANY && fails_at(n); n++)
		assert_int_equal(holders(1), 2 + n_keys);
	assert_true(n > 3 && n < MANY);
	assert_int_equal(holders(1), 2 + n_keys);
}

static void a_password_without_memory(void **state)
{
	password();
	for (size_t n = 1; n < 4; n++) {
		assert_true(fails_at(n));
		assert_int_equal(password_holders(), 2 + n_keys);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_few_boxes_a_turn, begin, end),
		cmocka_unit_test_setup_teardown(what_is_new_takes_turns, begin, end),
		cmocka_unit_test_setup_teardown(what_is_new_and_whole, begin, end),
		cmocka_unit_test_setup_teardown(many_invitations_take_turns, begin, end),
		cmocka_unit_test_setup_teardown(who_comes_meanwhile, begin, end),
		cmocka_unit_test_setup_teardown(what_changes_meanwhile, begin, end),
		cmocka_unit_test_setup_teardown(who_leaves_earlier_mends_nothing, begin, end),
		cmocka_unit_test_setup_teardown(a_key_that_is_none, begin, end),
		cmocka_unit_test_setup_teardown(without_memory, begin, end),
		cmocka_unit_test_setup_teardown(a_password_without_memory, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
