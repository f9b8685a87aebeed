/* What somebody who must not be let in tries: uses and guesses that do not count, secrets that
 * have ended, names of others. */
#include "group_secrets_rig.h"

/* GROUP-14.19: nor does anybody hear of a member. */
static void who_is_not_counted_is_not_in(void **state)
{
	uint64_t ticket;
	struct span chain;
	invited(ANN, 1);
	size_t before = circle_count(c, &group_type_membership);
	assert_int_equal(admit(ANN, DAN, GROUP_SECRET_INVITATION, &ticket), GROUP_DOOR_OPEN);
	c->m[ANN].refused = true;
	c->m[ANN].refuses = &group_type_invitation;
	circle_settle(c);
	assert_int_equal(admitted(ANN, ticket, &chain), ERR_IO);
	door(ANN)->admit_drop(door(ANN)->ctx, ticket);
	assert_int_equal(circle_count(c, &group_type_membership), before);
	c->m[ANN].refused = false;
	circle_run(c, 6 * MONO_SEC);
	let_in(ANN, GROUP_SECRET_INVITATION);
	assert_int_equal(circle_count(c, &group_type_membership), before + 1);
}

/* GROUP-14.21: letting somebody back opens nothing again. */
static void what_a_removal_has_ended_stays_so(void **state)
{
	static struct people_octets of;
	struct text why = TEXT_OF(why_room);
	const struct group_removing what = { .who = people_name(&c->t, CLEO + 1),
					     .reason = span_str("") };
	password(ANN, prs_of_code);
	invited(ANN, 1);
	assert_int_equal(group_remove(c->m[ANN].g, &what, &why, c->now), OK);
	circle_settle(c);
	assert_int_equal(find(ANN, GROUP_SECRET_PASSWORD), GROUP_DOOR_OVER);
	/* A member's own knows none of others' codes. */
	assert_int_equal(find_invitation(ANN), GROUP_DOOR_OPEN);
	assert_int_equal(circle_issue(c, ANN, CLEO, CRYPTO_ROLE_MEMBER, 0, &of, &why), OK);
	struct span chain = span_of(of.p, of.n);
	assert_int_equal(group_return(c->m[ANN].g, chain, span_str(""), &why, c->now), OK);
	circle_settle(c);
	assert_int_equal(group_password_state(c->m[BEN].g), GROUP_PASSWORD_ENDED);
	assert_int_equal(find(ANN, GROUP_SECRET_PASSWORD), GROUP_DOOR_OVER);
	/* A new one knows that all. */
	password(ANN, prs_of_code);
	assert_int_equal(find(BEN, GROUP_SECRET_PASSWORD), GROUP_DOOR_OPEN);
}

/* GROUP-14.21: who could let others in knew what every code is checked with. */
static void who_could_issue_ends_all(void **state)
{
	struct text why = TEXT_OF(why_room);
	const struct group_removing what = { .who = people_name(&c->t, BEN + 1),
					     .reason = span_str("") };
	invited(ANN, 1);
	assert_int_equal(group_remove(c->m[ANN].g, &what, &why, c->now), OK);
	circle_settle(c);
	assert_int_equal(find_invitation(ANN), GROUP_DOOR_OVER);
	assert_int_equal(look(ANN).state, GROUP_INVITE_REMOVED);
	assert_int_equal(admit(ANN, DAN, GROUP_SECRET_INVITATION, &(uint64_t){ 0 }),
			 GROUP_DOOR_OVER);
}

/* GROUP-14.31: whoever made very many leaves room for others. */
static void nobody_takes_all_the_names(void **state)
{
	struct group_lookup l;
	size_t at = 0, n = 0;
	for (uint8_t k = 0; k < 12; k++) {
		struct group_invite i = some_invite(GROUP_ROLE_MEMBER, 1);
		i.id[0] = (uint8_t)(k + 1);
		assert_int_equal(invite(BEN, &i), OK);
	}
	invited(ANN, 1);
	circle_run(c, MONO_SEC);
	while (group_lookup_next(c->m[ANN].g, &at, &l))
		n++;
	assert_int_equal(n, 1 + 8);
	for (at = n = 0; group_lookup_next(c->m[BEN].g, &at, &l);)
		n++;
	assert_int_equal(n, 12 + 1);
}

/* GROUP-14.18 */
static void five_guesses_end_it(void **state)
{
	invited(ANN, 3);
	for (int i = 0; i < 3; i++)
		wrong(ANN, GROUP_SECRET_INVITATION);
	circle_settle(c);
	assert_int_equal(look(CLEO).wrong, 3);
	wrong(BEN, GROUP_SECRET_INVITATION);
	circle_settle(c);
	assert_int_equal(find_invitation(ANN), GROUP_DOOR_OPEN);
	wrong(BEN, GROUP_SECRET_INVITATION);
	circle_settle(c);
	assert_int_equal(find_invitation(ANN), GROUP_DOOR_OVER);
	assert_int_equal(find_invitation(BEN), GROUP_DOOR_OVER);
	assert_int_equal(look(CLEO).state, GROUP_INVITE_GUESSED);
	/* Over a restart too. */
	circle_go(c, ANN);
	circle_come(c, ANN);
	assert_int_equal(find_invitation(ANN), GROUP_DOOR_OVER);
}

/* GROUP-14.14: of two that cannot reach each other both let somebody in. */
static void more_than_it_is_for(void **state)
{
	uint64_t ann, ben;
	struct span chain;
	invited(ANN, 1);
	assert_int_equal(admit(ANN, DAN, GROUP_SECRET_INVITATION, &ann), GROUP_DOOR_OPEN);
	assert_int_equal(admit(BEN, CLEO, GROUP_SECRET_INVITATION, &ben), GROUP_DOOR_OPEN);
	circle_settle(c);
	assert_int_equal(admitted(ANN, ann, &chain), OK);
	assert_int_equal(admitted(BEN, ben, &chain), OK);
	assert_int_equal(look(CLEO).used, 2);
	assert_int_equal(look(CLEO).uses, 1);
	door(ANN)->admit_drop(door(ANN)->ctx, ann);
	/* The other is dropped when its group ends. */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(who_is_not_counted_is_not_in, begin, end),
		cmocka_unit_test_setup_teardown(what_a_removal_has_ended_stays_so, begin, end),
		cmocka_unit_test_setup_teardown(who_could_issue_ends_all, begin, end),
		cmocka_unit_test_setup_teardown(nobody_takes_all_the_names, begin, end),
		cmocka_unit_test_setup_teardown(five_guesses_end_it, begin, end),
		cmocka_unit_test_setup_teardown(more_than_it_is_for, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
