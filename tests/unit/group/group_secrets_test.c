/* The door of a group: invitations made by one member and counted by others, the password,
 * their ends. No sessions here: those are others' tests. */
#include "group_secrets_rig.h"

/* GROUP-14.17, GROUP-14.23 */
static void whoever_may_issue_can_admit(void **state)
{
	assert_int_equal(find_invitation(ANN), GROUP_DOOR_NO_SUCH);
	invited(BEN, 1);
	assert_int_equal(find_invitation(BEN), GROUP_DOOR_OPEN);
	assert_int_equal(find_invitation(ANN), GROUP_DOOR_OPEN);
	assert_int_equal(find_invitation(CLEO), GROUP_DOOR_NOT_OURS);
	/* Sealed to ann and ben, and to nobody else. */
	const struct group_asked_in *in = group_secrets_next(c->m[CLEO].g->secrets, NULL);
	assert_int_equal(group_row_count(&in->what.secret.holders), 2);
	struct group_invite_info i = look(CLEO);
	assert_int_equal(i.state, GROUP_INVITE_OPEN);
	assert_int_equal(i.uses, 1);
	assert_int_equal(i.used, 0);
	assert_true(span_eq(i.label, span_str("Dan")));
	/* Its maker is away: what others know of it is enough. */
	circle_go(c, BEN);
	let_in(ANN, GROUP_SECRET_INVITATION);
	assert_int_equal(find_invitation(ANN), GROUP_DOOR_OVER);
	assert_int_equal(look(CLEO).used, 1);
	assert_int_equal(look(CLEO).state, GROUP_INVITE_USED);
	circle_come(c, BEN);
	assert_int_equal(find_invitation(BEN), GROUP_DOOR_OVER);
}

/* GROUP-14.19: a membership is handed out when its use is stored, and not before. */
static void a_use_is_stored_first(void **state)
{
	uint64_t ticket, second;
	struct span chain;
	invited(ANN, 1);
	assert_int_equal(admit(ANN, DAN, GROUP_SECRET_INVITATION, &ticket), GROUP_DOOR_OPEN);
	assert_int_equal(admitted(ANN, ticket, &chain), ERR_STATE);
	/* Meanwhile it is used up here already. */
	assert_int_equal(find_invitation(ANN), GROUP_DOOR_OVER);
	assert_int_equal(admit(ANN, DAN, GROUP_SECRET_INVITATION, &second), GROUP_DOOR_OVER);
	unsigned int resumes = c->m[ANN].resumes;
	circle_settle(c);
	assert_true(c->m[ANN].resumes > resumes);
	assert_int_equal(admitted(ANN, ticket, &chain), OK);
	memcpy(c->m[DAN].chain.p, chain.p, chain.n);
	c->m[DAN].chain.n = chain.n;
	door(ANN)->admit_drop(door(ANN)->ctx, ticket);
	assert_int_equal(admitted(ANN, ticket, &chain), ERR_NOT_FOUND);
	assert_true(circle_told(c, ANN, "invite-used"));
	assert_true(circle_told(c, CLEO, "invite-used"));
	circle_come(c, DAN);
	assert_int_equal(circle_look(c, DAN).roles, CRYPTO_ROLE_MEMBER);
}

/* GROUP-14.19 */
static void what_is_not_stored_is_no_use(void **state)
{
	uint64_t ticket;
	struct span chain;
	invited(ANN, 1);
	assert_int_equal(admit(ANN, DAN, GROUP_SECRET_INVITATION, &ticket), GROUP_DOOR_OPEN);
	c->m[ANN].refused = true;
	circle_settle(c);
	assert_int_equal(admitted(ANN, ticket, &chain), ERR_IO);
	door(ANN)->admit_drop(door(ANN)->ctx, ticket);
	assert_int_equal(find_invitation(ANN), GROUP_DOOR_OPEN);
	c->m[ANN].refused = false;
	circle_run(c, 6 * MONO_SEC);
	let_in(ANN, GROUP_SECRET_INVITATION);
	assert_int_equal(look(CLEO).used, 1);
}

/* GROUP-14.24 */
static void it_is_revoked(void **state)
{
	struct text why = TEXT_OF(why_room);
	uint8_t id[GROUP_INVITATION_ID];
	memset(id, 0x77, sizeof(id));
	struct span s = span_of(id, sizeof(id));
	assert_int_equal(group_invite_revoke(c->m[ANN].g, s, &why, c->now), ERR_NOT_FOUND);
	invited(ANN, 1);
	assert_int_equal(group_invite_revoke(c->m[BEN].g, s, &why, c->now), ERR_DENIED);
	assert_int_equal(group_invite_revoke(c->m[ANN].g, s, &why, c->now), OK);
	circle_settle(c);
	assert_int_equal(find_invitation(ANN), GROUP_DOOR_OVER);
	assert_int_equal(find_invitation(BEN), GROUP_DOOR_OVER);
	assert_int_equal(look(CLEO).state, GROUP_INVITE_REVOKED);
}

static enum err revoke(size_t who)
{
	struct text why = TEXT_OF(why_room);
	uint8_t id[GROUP_INVITATION_ID];
	memset(id, 0x77, sizeof(id));
	enum err e = group_invite_revoke(c->m[who].g, span_of(id, sizeof(id)), &why, c->now);
	circle_settle(c);
	return e;
}

static void assert_revoked(void)
{
	for (size_t who = ANN; who <= CLEO; who++)
		if (c->m[who].g)
			assert_int_equal(look(who).state, GROUP_INVITE_REVOKED);
}

/* GROUP-14.24: whoever has added holders where nobody knew of it, however often. */
static void no_mend_opens_it_again(void **state)
{
	invited(BEN, 1);
	const struct group_asked_in *in = group_secrets_next(c->m[BEN].g->secrets, NULL);
	assert_int_equal(revoke(ANN), OK);
	assert_false(in->what.revoked);
	for (size_t n = 0; n < 3; n++) {
		assert_int_equal(group_invite_send(c->m[BEN].g, &in->record, &in->what), OK);
		circle_settle(c);
		assert_revoked();
		assert_int_equal(find_invitation(ANN), GROUP_DOOR_OVER);
	}
	/* And who comes later learns the same, in whatever order. */
	circle_go(c, CLEO);
	circle_come(c, CLEO);
	assert_revoked();
}

/* GROUP-14.24: also while it is counted, and what cannot be stored is tried again. */
static void it_is_revoked_whatever_is_on_its_way(void **state)
{
	invited(ANN, 2);
	wrong(ANN, GROUP_SECRET_INVITATION);
	assert_int_equal(revoke(ANN), OK);
	assert_revoked();
	circle_fini(c);
	circle_init(c, CRYPTO_MODERN, 0);
	circle_admit(c, BEN, CRYPTO_ROLE_INVITER, 0);
	circle_admit(c, CLEO, CRYPTO_ROLE_MEMBER, 0);
	invited(ANN, 2);
	c->m[ANN].refused = true;
	assert_int_equal(revoke(ANN), OK);
	assert_int_equal(look(BEN).state, GROUP_INVITE_OPEN);
	assert_int_equal(find_invitation(ANN), GROUP_DOOR_OVER);
	c->m[ANN].refused = false;
	circle_run(c, 6 * MONO_SEC);
	assert_revoked();
}

/* GROUP-14.24, GROUP-14.41: an administrator who leaves before it would end. */
static void who_leaves_earlier_revokes_for_good(void **state)
{
	for (int alone = 0; alone < 2; alone++) {
		circle_fini(c);
		circle_init(c, CRYPTO_MODERN, 0);
		circle_admit(c, BEN, CRYPTO_ROLE_INVITER, 0);
		circle_admit(c, CLEO, CRYPTO_ROLE_MEMBER, 0);
		circle_admit(c, DAN, CRYPTO_ROLE_ADMIN, circle_wall(c) + 3 * MONO_DAY);
		invited(ANN, 1);
		if (alone)
			circle_go(c, ANN);
		assert_int_equal(revoke(DAN), OK);
		assert_int_equal(c->m[DAN].shortened, 0);
		assert_revoked();
		circle_run(c, 2 * MONO_MIN);
		circle_go(c, DAN);
		circle_run(c, 4 * MONO_DAY);
		assert_revoked();
		assert_int_equal(find_invitation(BEN), GROUP_DOOR_OVER);
		/* One said it for all. */
		struct group *g = c->m[CLEO].g;
		size_t n = 0;
		for (size_t i = 0; i < c->n_records; i++)
			n += graph_guid_eq(&c->records[i]->r.type, &group_type_invitation);
		assert_int_equal(n, 3);
		assert_true(group_secrets_revoked(g->secrets, span_of(look(CLEO).id, 16)) >=
			    look(CLEO).end);
	}
}

static void it_ends(void **state)
{
	invited(ANN, 1);
	circle_run(c, 7 * MONO_DAY - MONO_SEC);
	assert_int_equal(find_invitation(ANN), GROUP_DOOR_OPEN);
	circle_run(c, MONO_SEC);
	assert_int_equal(find_invitation(ANN), GROUP_DOOR_OVER);
	assert_int_equal(look(CLEO).state, GROUP_INVITE_EXPIRED);
	circle_run(c, 2 * MONO_DAY);
	assert_int_equal(find_invitation(ANN), GROUP_DOOR_NO_SUCH);
}

/* GROUP-14.23 */
static void who_may_invite(void **state)
{
	struct group_invite i = some_invite(GROUP_ROLE_ADMIN, 1);
	assert_int_equal(invite(BEN, &i), ERR_DENIED);
	assert_string_equal(why_room, "our role may not give that role");
	i.role = GROUP_ROLE_MEMBER;
	assert_int_equal(invite(CLEO, &i), ERR_DENIED);
	i.end = circle_wall(c);
	assert_int_equal(invite(ANN, &i), ERR_DENIED);
	assert_string_equal(why_room, "it would be over already");
	i.end = CRYPTO_CERT_FOREVER;
	assert_int_equal(invite(BEN, &i), ERR_DENIED);
	assert_string_equal(why_room, "it would last longer than our own membership");
	i = some_invite(GROUP_ROLE_ADMIN, 1);
	assert_int_equal(invite(ANN, &i), OK);
	/* What gives more than ben may give is not ben's to admit by. */
	assert_int_equal(find_invitation(ANN), GROUP_DOOR_OPEN);
	assert_int_equal(find_invitation(BEN), GROUP_DOOR_NOT_OURS);
}

/* GROUP-14.26 */
static void who_may_issue_later_gets_it(void **state)
{
	invited(ANN, 5);
	circle_admit(c, DAN, CRYPTO_ROLE_INVITER, 0);
	assert_int_equal(find_invitation(DAN), GROUP_DOOR_NOT_OURS);
	circle_run(c, MONO_MIN);
	assert_int_equal(find_invitation(DAN), GROUP_DOOR_OPEN);
}

/* GROUP-14.31 */
static void newcomers_find_who_can_admit(void **state)
{
	struct group_lookup l;
	size_t at = 0;
	invited(BEN, 1);
	circle_run(c, MONO_SEC);
	for (size_t who = ANN; who <= BEN; who++) {
		at = 0;
		assert_true(group_lookup_next(c->m[who].g, &at, &l));
		assert_true(span_eq(l.name, span_str("homestead-apple-river")));
		assert_int_equal(l.payload.p[0], 1);
		assert_int_equal(l.payload.p[1], GROUP_SECRET_INVITATION);
		assert_int_equal(l.payload.p[2], 0x77);
		assert_false(group_lookup_next(c->m[who].g, &at, &l));
	}
	at = 0;
	assert_false(group_lookup_next(c->m[CLEO].g, &at, &l));
	let_in(ANN, GROUP_SECRET_INVITATION);
	circle_run(c, MONO_SEC);
	at = 0;
	assert_false(group_lookup_next(c->m[BEN].g, &at, &l));
}

/* GROUP-14.31: nothing else has to happen for that. */
static void what_has_ended_is_not_found(void **state)
{
	struct group_lookup l;
	size_t at = 0;
	struct group_invite i = some_invite(GROUP_ROLE_MEMBER, 1);
	i.end = circle_wall(c) + 10 * MONO_SEC;
	assert_int_equal(invite(ANN, &i), OK);
	circle_run(c, 2 * MONO_SEC);
	assert_true(group_lookup_next(c->m[ANN].g, &at, &l));
	circle_run(c, 9 * MONO_SEC);
	at = 0;
	assert_false(group_lookup_next(c->m[ANN].g, &at, &l));
}

/* ---- the password ---- */

/* GROUP-14.25 */
static void a_password(void **state)
{
	assert_int_equal(find(ANN, GROUP_SECRET_PASSWORD), GROUP_DOOR_NO_SUCH);
	assert_int_equal(group_password_state(c->m[BEN].g), GROUP_PASSWORD_NONE);
	password(ANN, prs_of_code);
	assert_int_equal(group_password_state(c->m[BEN].g), GROUP_PASSWORD_SET);
	assert_int_equal(find(BEN, GROUP_SECRET_PASSWORD), GROUP_DOOR_OPEN);
	assert_int_equal(find(CLEO, GROUP_SECRET_PASSWORD), GROUP_DOOR_NOT_OURS);
	let_in(BEN, GROUP_SECRET_PASSWORD);
	let_in(ANN, GROUP_SECRET_PASSWORD);
	/* It stays when something else is changed. */
	struct text why = TEXT_OF(why_room);
	struct group_policy p = c->m[ANN].g->policy;
	assert_int_equal(group_set(c->m[ANN].g, &p, &why, c->now), OK);
	circle_settle(c);
	assert_int_equal(find(BEN, GROUP_SECRET_PASSWORD), GROUP_DOOR_OPEN);
	password(ANN, NULL);
	assert_int_equal(find(BEN, GROUP_SECRET_PASSWORD), GROUP_DOOR_NO_SUCH);
	assert_int_equal(group_password_state(c->m[BEN].g), GROUP_PASSWORD_NONE);
}

static bool told(size_t who, const char *what)
{
	char line[300];
	struct text t = TEXT_OF(line);
	text_str(&t, "password ");
	text_str(&t, what);
	text_str(&t, c->t.names[ANN + 1]);
	bool is = circle_told(c, who, line);
	circle_forget(c, who);
	return is;
}

static struct group_password_info look_at(size_t who)
{
	struct group_password_info i;
	group_password_look(c->m[who].g, &i);
	return i;
}

static void remove_cleo(void)
{
	const struct group_removing what = { .who = span_str(c->t.names[CLEO + 1]) };
	struct text why = TEXT_OF(why_room);
	assert_int_equal(group_remove(c->m[ANN].g, &what, &why, c->now), OK);
	circle_settle(c);
}

/* GROUP-14.37 */
static void who_set_the_password_is_known(void **state)
{
	assert_int_equal(look_at(BEN).when, 0);
	password(ANN, prs_of_code);
	struct group_password_info i = look_at(BEN);
	assert_true(span_eq(i.who, span_str(c->t.names[ANN + 1])));
	assert_true(i.when > 0 && i.when <= circle_wall(c));
	assert_true(told(ANN, "set ") && told(BEN, "set ") && told(CLEO, "set "));
	/* Not by whoever changes something else, nor adds who may issue later. */
	struct text why = TEXT_OF(why_room);
	struct group_policy p = c->m[ANN].g->policy;
	p.comment[0] = 'x';
	assert_int_equal(group_set(c->m[ANN].g, &p, &why, c->now), OK);
	circle_settle(c);
	circle_admit(c, DAN, CRYPTO_ROLE_INVITER, 0);
	circle_run(c, 2 * MONO_MIN);
	assert_int_equal(find(DAN, GROUP_SECRET_PASSWORD), GROUP_DOOR_OPEN);
	assert_true(look_at(DAN).when == i.when);
	assert_false(told(BEN, "set "));
	/* Another one is another one. */
	password(ANN, prs_of_code);
	assert_true(look_at(BEN).when > i.when);
	assert_true(told(BEN, "set "));
	remove_cleo();
	assert_int_equal(look_at(BEN).state, GROUP_PASSWORD_ENDED);
	assert_true(span_eq(look_at(BEN).who, span_str(c->t.names[ANN + 1])));
	assert_true(told(BEN, "ended "));
	password(ANN, NULL);
	assert_int_equal(look_at(BEN).state, GROUP_PASSWORD_NONE);
	assert_true(told(BEN, "taken away "));
	password(ANN, NULL); /* which it had not */
	assert_false(told(BEN, "taken away "));
}

/* GROUP-14.18 */
static void guesses_at_a_password_wait(void **state)
{
	password(ANN, prs_of_code);
	wrong(ANN, GROUP_SECRET_PASSWORD);
	assert_int_equal(find(ANN, GROUP_SECRET_PASSWORD), GROUP_DOOR_WAIT);
	circle_run(c, 2 * MONO_SEC);
	assert_int_equal(find(ANN, GROUP_SECRET_PASSWORD), GROUP_DOOR_OPEN);
}

/* GROUP-13.11: a second is a second, whenever a group has something to do next. */
static void a_wait_ends_by_itself(void **state)
{
	struct group *g = c->m[ANN].g;
	password(ANN, prs_of_code);
	wrong(ANN, GROUP_SECRET_PASSWORD);
	group_clock(g, mono_add(c->now, MONO_SEC - 1));
	assert_int_equal(find(ANN, GROUP_SECRET_PASSWORD), GROUP_DOOR_WAIT);
	group_clock(g, mono_add(c->now, MONO_SEC));
	assert_int_equal(find(ANN, GROUP_SECRET_PASSWORD), GROUP_DOOR_OPEN);
	/* And the second guess is counted from when it came. */
	wrong(ANN, GROUP_SECRET_PASSWORD);
	group_clock(g, mono_add(c->now, 2 * MONO_SEC));
	assert_int_equal(find(ANN, GROUP_SECRET_PASSWORD), GROUP_DOOR_WAIT);
	group_clock(g, mono_add(c->now, 3 * MONO_SEC));
	assert_int_equal(find(ANN, GROUP_SECRET_PASSWORD), GROUP_DOOR_OPEN);
}

static void without_the_key_of_the_box(void **state)
{
	invited(ANN, 1);
	c->m[ANN].g->box_secret = NULL;
	assert_int_equal(find_invitation(ANN), GROUP_DOOR_NOT_OURS);
}

/* ---- without memory ---- */

static size_t known_to(size_t who)
{
	struct group_invite_info i;
	const void *at = NULL;
	size_t n = 0;
	while (group_invite_next(c->m[who].g, &at, &i))
		n++;
	return n;
}

/* Does it with the first allocation failing, then the second, until none fails; how often one
 * did. `check` looks at what is left of each failure. */
static size_t each_failure(size_t who, enum err (*deed)(void), void (*check)(void))
{
	struct failing_env *f = &c->m[who].f;
	for (size_t n = 1;; n++) {
		failing_env_fail_at(f, n);
		enum err e = deed();
		f->fail_at = 0;
		if (!f->failed) {
			assert_int_equal(e, OK);
			return n - 1;
		}
		assert_int_equal(e, ERR_NOMEM);
		circle_settle(c);
		check();
	}
}

static enum err invite_once(void)
{
	const struct group_invite i = some_invite(GROUP_ROLE_MEMBER, 1);
	struct text why = TEXT_OF(why_room);
	return group_invite(c->m[ANN].g, &i, &why, c->now);
}

static void none_is_known(void)
{
	assert_int_equal(known_to(ANN) + known_to(BEN), 0);
}

static enum err revoke_once(void)
{
	const uint8_t *id = look(ANN).id;
	struct text why = TEXT_OF(why_room);
	return group_invite_revoke(c->m[ANN].g, span_of(id, GROUP_INVITATION_ID), &why, c->now);
}

static void it_is_open(void)
{
	assert_int_equal(look(BEN).state, GROUP_INVITE_OPEN);
}

static enum err set_password_once(void)
{
	const struct group_password p = { .role = GROUP_ROLE_MEMBER, .prs = prs_of_code };
	struct group *g = c->m[ANN].g;
	struct group_policy policy = g->policy;
	struct text why = TEXT_OF(why_room);
	uint8_t *rest;
	size_t n;
	enum err e = group_password_part(g, &p, &rest, &n);
	if (e)
		return e;
	policy.rest = span_of(rest, n);
	e = group_set(g, &policy, &why, c->now);
	env_free(g->env, rest);
	return e;
}

static void there_is_no_password(void)
{
	assert_int_equal(look_at(BEN).state, GROUP_PASSWORD_NONE);
}

static void what_is_made_without_memory(void **state)
{
	assert_true(each_failure(ANN, invite_once, none_is_known) >= 3);
	circle_settle(c);
	assert_int_equal(known_to(BEN), 1);
	it_is_open();
	assert_true(each_failure(ANN, revoke_once, it_is_open) >= 2);
	circle_settle(c);
	assert_int_equal(look(BEN).state, GROUP_INVITE_REVOKED);
	assert_true(each_failure(ANN, set_password_once, there_is_no_password) >= 4);
	circle_settle(c);
	assert_int_equal(look_at(BEN).state, GROUP_PASSWORD_SET);
}

/* GROUP-14.19: nobody is half let in, and no use is lost to it. */
static void who_is_let_in_without_memory(void **state)
{
	struct failing_env *f = &c->m[ANN].f;
	enum group_door_answer a;
	uint64_t ticket;
	struct span chain;
	size_t failures = 0;
	invited(ANN, 1);
	for (size_t n = 1;; n++) {
		failing_env_fail_at(f, n);
		a = admit(ANN, DAN, GROUP_SECRET_INVITATION, &ticket);
		f->fail_at = 0;
		if (!f->failed)
			break;
		failures++;
		if (a == GROUP_DOOR_OPEN) /* what failed can be made up for */
			break;
		circle_settle(c);
		assert_int_equal(look(ANN).used, 0);
		assert_int_equal(find_invitation(ANN), GROUP_DOOR_OPEN);
	}
	assert_true(failures >= 3);
	assert_int_equal(a, GROUP_DOOR_OPEN);
	circle_run(c, 10 * MONO_SEC);
	assert_int_equal(admitted(ANN, ticket, &chain), OK);
	assert_true(chain.n > 0);
	door(ANN)->admit_drop(door(ANN)->ctx, ticket);
	assert_int_equal(look(BEN).used, 1);
}

static void remove_dan(void)
{
	struct text why = TEXT_OF(why_room);
	const struct group_removing what = { .who = people_name(&c->t, DAN + 1) };
	assert_int_equal(group_remove(c->m[ANN].g, &what, &why, c->now), OK);
	circle_settle(c);
	assert_true(circle_look(c, DAN).removed);
}

static bool knows_dan(size_t who)
{
	const struct group *g = c->m[who].g;
	return g->home.known((void *)(uintptr_t)g, people_name(&c->t, DAN + 1),
			     crypto_key_public(c->t.keys[DAN + 1]));
}

/* GROUP-14.39: it was made before, or it is for everybody: no use is counted. */
static void what_was_there_lets_nobody_back(void **state)
{
	uint64_t ticket;
	circle_admit(c, DAN, CRYPTO_ROLE_MEMBER, 0);
	invited(ANN, 2);
	remove_dan();
	assert_int_equal(find_invitation(ANN), GROUP_DOOR_OPEN); /* for others */
	for (size_t who = ANN; who <= BEN; who++)
		assert_int_equal(admit(who, DAN, GROUP_SECRET_INVITATION, &ticket),
				 GROUP_DOOR_NOT_OURS);
	assert_int_equal(look(ANN).used, 0);
	password(ANN, prs_of_code);
	assert_int_equal(find(ANN, GROUP_SECRET_PASSWORD), GROUP_DOOR_OPEN);
	assert_int_equal(admit(ANN, DAN, GROUP_SECRET_PASSWORD, &ticket), GROUP_DOOR_NOT_OURS);
	circle_settle(c);
	assert_false(knows_dan(ANN) || knows_dan(BEN) || knows_dan(CLEO));
	assert_true(circle_look(c, DAN).removed);
}

/* GROUP-14.39: by an administrator; who may not sign a Return lets nobody back. */
static void a_later_invitation_lets_back(void **state)
{
	uint64_t ticket;
	circle_admit(c, DAN, CRYPTO_ROLE_MEMBER, 0);
	remove_dan();
	invited(BEN, 1);
	assert_int_equal(admit(BEN, DAN, GROUP_SECRET_INVITATION, &ticket), GROUP_DOOR_NOT_OURS);
	circle_settle(c);
	assert_false(knows_dan(BEN));
	let_in(ANN, GROUP_SECRET_INVITATION);
	assert_true(knows_dan(ANN) && knows_dan(BEN) && knows_dan(CLEO));
	assert_int_equal(look(ANN).used, 1);
	assert_int_equal(find_invitation(BEN), GROUP_DOOR_OVER);
}

/* Nobody is let in, and the invitation is as it was. */
static void assert_not_in(enum group_secret_kind kind)
{
	uint64_t ticket;
	struct span chain;
	assert_int_equal(admit(ANN, DAN, kind, &ticket), GROUP_DOOR_OPEN);
	unsigned int resumes = c->m[ANN].resumes;
	circle_settle(c);
	assert_true(c->m[ANN].resumes > resumes);
	assert_int_equal(admitted(ANN, ticket, &chain), ERR_IO);
	door(ANN)->admit_drop(door(ANN)->ctx, ticket);
	assert_int_equal(find(ANN, kind), GROUP_DOOR_OPEN);
	assert_false(circle_told(c, ANN, "invite-used"));
	assert_int_equal(look(ANN).used, 0);
	assert_int_equal(look(CLEO).used, 0);
}

/* GROUP-14.19, GROUP-13.8 */
static void a_membership_is_stored_too(void **state)
{
	invited(ANN, 1);
	password(ANN, prs_of_code);
	c->m[ANN].refused = true;
	c->m[ANN].refuses = &group_type_membership;
	assert_not_in(GROUP_SECRET_INVITATION);
	assert_not_in(GROUP_SECRET_PASSWORD);
	c->m[ANN].refused = false;
	let_in(ANN, GROUP_SECRET_INVITATION);
	assert_int_equal(look(CLEO).used, 1);
	assert_int_equal(find_invitation(ANN), GROUP_DOOR_OVER);
}

/* GROUP-14.39, GROUP-14.19 */
static void a_return_is_stored_too(void **state)
{
	circle_admit(c, DAN, CRYPTO_ROLE_MEMBER, 0);
	remove_dan();
	invited(ANN, 1);
	c->m[ANN].refused = true;
	c->m[ANN].refuses = &group_type_removal;
	assert_not_in(GROUP_SECRET_INVITATION);
	assert_false(knows_dan(ANN) || knows_dan(BEN));
	c->m[ANN].refused = false;
	let_in(ANN, GROUP_SECRET_INVITATION);
	assert_true(knows_dan(ANN) && knows_dan(BEN));
	assert_int_equal(look(CLEO).used, 1);
}

/* GROUP-14.19: who is in is counted, and who is counted is in. */
static void what_follows_lacks_memory(void **state)
{
	struct failing_env *f = &c->m[ANN].f;
	uint64_t ticket;
	struct span chain;
	size_t used = 0, refused = 0;
	invited(ANN, GROUP_USES_MAX);
	for (size_t n = 1;; n++) {
		assert_int_equal(admit(ANN, DAN, GROUP_SECRET_INVITATION, &ticket),
				 GROUP_DOOR_OPEN);
		failing_env_fail_at(f, n);
		circle_settle(c);
		f->fail_at = 0;
		bool failed = f->failed;
		circle_run(c, 10 * MONO_SEC);
		enum err e = admitted(ANN, ticket, &chain);
		door(ANN)->admit_drop(door(ANN)->ctx, ticket);
		used += e == OK;
		refused += e != OK;
		assert_int_equal(look(ANN).used, used);
		assert_int_equal(look(BEN).used, used);
		if (!failed)
			break;
	}
	assert_true(refused > 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(whoever_may_issue_can_admit, begin, end),
		cmocka_unit_test_setup_teardown(a_use_is_stored_first, begin, end),
		cmocka_unit_test_setup_teardown(what_is_not_stored_is_no_use, begin, end),
		cmocka_unit_test_setup_teardown(it_is_revoked, begin, end),
		cmocka_unit_test_setup_teardown(no_mend_opens_it_again, begin, end),
		cmocka_unit_test_setup_teardown(it_is_revoked_whatever_is_on_its_way, begin, end),
		cmocka_unit_test_setup_teardown(who_leaves_earlier_revokes_for_good, begin, end),
		cmocka_unit_test_setup_teardown(it_ends, begin, end),
		cmocka_unit_test_setup_teardown(who_may_invite, begin, end),
		cmocka_unit_test_setup_teardown(who_may_issue_later_gets_it, begin, end),
		cmocka_unit_test_setup_teardown(newcomers_find_who_can_admit, begin, end),
		cmocka_unit_test_setup_teardown(what_has_ended_is_not_found, begin, end),
		cmocka_unit_test_setup_teardown(a_password, begin, end),
		cmocka_unit_test_setup_teardown(who_set_the_password_is_known, begin, end),
		cmocka_unit_test_setup_teardown(guesses_at_a_password_wait, begin, end),
		cmocka_unit_test_setup_teardown(what_is_made_without_memory, begin, end),
		cmocka_unit_test_setup_teardown(who_is_let_in_without_memory, begin, end),
		cmocka_unit_test_setup_teardown(a_wait_ends_by_itself, begin, end),
		cmocka_unit_test_setup_teardown(without_the_key_of_the_box, begin, end),
		cmocka_unit_test_setup_teardown(what_was_there_lets_nobody_back, begin, end),
		cmocka_unit_test_setup_teardown(a_later_invitation_lets_back, begin, end),
		cmocka_unit_test_setup_teardown(a_membership_is_stored_too, begin, end),
		cmocka_unit_test_setup_teardown(a_return_is_stored_too, begin, end),
		cmocka_unit_test_setup_teardown(what_follows_lacks_memory, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
