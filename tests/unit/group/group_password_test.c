/* A password that was set, or taken away, is not undone by who did not know of it (GROUP-14.42):
 * the whole circle sees the older Policy win. */
#include "group_secrets_rig.h"

static struct group_password_info look_at(size_t who)
{
	struct group_password_info i;
	group_password_look(c->m[who].g, &i);
	return i;
}

/* What somebody publishes who knew nothing of the password that was set last: the Policy that
 * was there before, in a record that wins. */
static uint8_t before[4096];
static size_t n_before;

static void note_before(void)
{
	struct span rest = c->m[ANN].g->policy.rest;
	assert_true(rest.n <= sizeof(before));
	memcpy(before, rest.p, n_before = rest.n);
}

static void publish_before(size_t who)
{
	struct group *g = c->m[who].g;
	struct group_policy p = g->policy;
	struct text why = TEXT_OF(why_room);
	p.rest = span_of(before, n_before);
	assert_int_equal(group_set(g, &p, &why, c->now), OK);
	circle_settle(c);
}

static int64_t when_in_record(void)
{
	struct group_policy p;
	struct group_secret s;
	struct group_password_setter by;
	struct span later;
	bool has;
	const struct graph_record *r = circle_record(c, &group_type_policy);
	assert_int_equal(group_policy_read(&p, r->payload), OK);
	assert_int_equal(group_policy_password_read(&s, &has, &later, p.rest), OK);
	assert_true(group_password_setter_read(&by, &later, later));
	return by.when;
}

static const uint8_t prs_of_before[GROUP_PRS] = { 9 };

/* GROUP-14.42: by whoever set it at once, where that one is away by another administrator. */
static void a_password_set_later_stays(void **state)
{
	for (int away = 0; away < 2; away++) {
		circle_fini(c);
		circle_init(c, CRYPTO_MODERN, 0);
		circle_admit(c, BEN, CRYPTO_ROLE_INVITER, 0);
		circle_admit(c, CLEO, CRYPTO_ROLE_MEMBER, 0);
		circle_admit(c, DAN, CRYPTO_ROLE_ADMIN, 0);
		circle_run(c, 2 * MONO_MIN);
		password(ANN, prs_of_before);
		note_before();
		circle_run(c, MONO_SEC);
		password(ANN, prs_of_code);
		int64_t when = look_at(BEN).when;
		if (away)
			circle_go(c, ANN);
		publish_before(DAN);
		/* Its door was not open for a moment, and what is told is the same. */
		assert_int_equal(find(BEN, GROUP_SECRET_PASSWORD), GROUP_DOOR_OPEN);
		assert_true(look_at(CLEO).when == when);
		if (away)
			assert_true(when_in_record() < when);
		circle_run(c, away ? MONO_MIN : 1);
		assert_true(when_in_record() == when);
		for (size_t who = BEN; who <= CLEO; who++) {
			circle_go(c, who);
			circle_come(c, who);
			assert_true(look_at(who).when == when);
		}
		assert_int_equal(find(BEN, GROUP_SECRET_PASSWORD), GROUP_DOOR_OPEN);
	}
}

static void a_password_taken_away_stays_away(void **state)
{
	password(ANN, prs_of_before);
	note_before();
	circle_run(c, MONO_SEC);
	password(ANN, NULL);
	publish_before(ANN);
	assert_int_equal(find(ANN, GROUP_SECRET_PASSWORD), GROUP_DOOR_NO_SUCH);
	assert_int_equal(find(BEN, GROUP_SECRET_PASSWORD), GROUP_DOOR_NO_SUCH);
	circle_run(c, 1);
	circle_go(c, BEN);
	circle_come(c, BEN);
	assert_int_equal(find(BEN, GROUP_SECRET_PASSWORD), GROUP_DOOR_NO_SUCH);
}

/* GROUP-14.42: in a Policy that does not hold, too, whichever comes first. */
static void a_newer_one_in_another_policy(void **state)
{
	static const struct graph_guid none;
	circle_admit(c, DAN, CRYPTO_ROLE_ADMIN, 0);
	circle_run(c, 2 * MONO_MIN);
	password(ANN, prs_of_before);
	circle_run(c, MONO_SEC);
	c->m[DAN].g->policy_id = none;
	password(DAN, prs_of_code);
	int64_t when = look_at(BEN).when;
	assert_true(span_eq(look_at(BEN).who, span_str(c->t.names[DAN + 1])));
	assert_int_equal(find(BEN, GROUP_SECRET_PASSWORD), GROUP_DOOR_OPEN);
	circle_go(c, DAN);
	circle_go(c, BEN);
	circle_come(c, BEN);
	assert_true(look_at(BEN).when == when);
	circle_run(c, MONO_MIN);
	assert_int_equal(circle_count(c, &group_type_policy), 2);
	/* It is in the one that holds. */
	assert_null(c->m[ANN].g->newer.p);
	assert_true(look_at(ANN).when == when);
}

/* GROUP-14.42: whose clock is ahead sets it for a while alone. */
static void a_clock_that_is_ahead_keeps_no_password(void **state)
{
	circle_admit(c, DAN, CRYPTO_ROLE_ADMIN, 0);
	circle_run(c, 2 * MONO_MIN);
	group_wall(c->m[DAN].g, (struct wall){ circle_wall(c) + MONO_HOUR, true }, c->now);
	password(DAN, prs_of_before);
	int64_t when = look_at(BEN).when;
	assert_true(when > circle_wall(c) + 59 * MONO_MIN);
	password(ANN, prs_of_code);
	assert_true(look_at(BEN).when == when + 1);
	assert_int_equal(find(BEN, GROUP_SECRET_PASSWORD), GROUP_DOOR_OPEN);
}

/* GROUP-14.42: what a failed commit took was not set. */
static void a_password_that_was_lost_was_not_set(void **state)
{
	password(ANN, prs_of_code);
	note_before();
	int64_t when = look_at(ANN).when;
	circle_run(c, MONO_SEC);
	struct group *g = c->m[ANN].g;
	struct group_policy p = g->policy;
	uint8_t payload[4096];
	size_t n;
	assert_int_equal(group_policy_write(&p, payload, sizeof(payload), &n), OK);
	password(ANN, prs_of_before);
	assert_true(look_at(ANN).when > when);
	group_invites_lost(g, 8, c->now);
	assert_int_equal(group_learn_policy(g, span_of(payload, n)), OK);
	assert_true(look_at(ANN).when == when);
	assert_null(g->newer.p);
	assert_false(g->policy_unsure);
	assert_int_equal(find(ANN, GROUP_SECRET_PASSWORD), GROUP_DOOR_OPEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_password_set_later_stays, begin, end),
		cmocka_unit_test_setup_teardown(a_password_taken_away_stays_away, begin, end),
		cmocka_unit_test_setup_teardown(a_newer_one_in_another_policy, begin, end),
		cmocka_unit_test_setup_teardown(a_clock_that_is_ahead_keeps_no_password, begin,
						end),
		cmocka_unit_test_setup_teardown(a_password_that_was_lost_was_not_set, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
