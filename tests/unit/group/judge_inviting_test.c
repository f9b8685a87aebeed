/* Invitations and tallies judged: who may make which, and change them. */
#include "group/invitation.h"
#include "judge_rig.h"

static uint8_t payload_room[2048];

static void as_type(void)
{
	rec.r.type = group_type_invitation;
}

/* By `creator` of this role, last changed by `toucher`, who names `maker` in it. */
static void invitation(size_t maker, size_t creator, size_t toucher, enum group_role role)
{
	struct group_invitation i = {
		.secret = { .role = role },
		.end = PEOPLE_NOW + INT64_C(1000000),
		.uses = 1,
		.maker = people_name(&g.t, maker),
		.lookup = span_str("apple-river"),
	};
	size_t n;
	assert_int_equal(group_invitation_write(&i, payload_room, sizeof(payload_room), &n), OK);
	record_by(creator, toucher);
	as_type();
	record_payload(&rec, span_of(payload_room, n));
	sign(creator, toucher);
}

static void tally(size_t creator, size_t toucher)
{
	struct group_tally t = { .wrong = 1 };
	size_t n;
	assert_int_equal(group_tally_write(&t, payload_room, sizeof(payload_room), &n), OK);
	record_by(creator, toucher);
	as_type();
	record_payload(&rec, span_of(payload_room, n));
	sign(creator, toucher);
}

/* GROUP-14.12: a row a maker, a column a role. */
static void who_may_make_which(void **state)
{
	static const bool may[PEOPLE][GROUP_ROLE_COUNT] = {
		[ANN] = { true, true, true },
		[BEN] = { false, true, true },
		[CLEO] = { false, false, false },
	};
	begin(CRYPTO_MODERN, CLEO);
	for (size_t who = ANN; who < PEOPLE; who++)
		for (enum group_role role = 0; role < GROUP_ROLE_COUNT; role++) {
			invitation(who, who, who, role);
			if (!may[who][role]) {
				assert_refused(who == BEN ? GROUP_REFUSAL_OWNER
							  : GROUP_REFUSAL_RIGHT);
				continue;
			}
			assert_int_equal(judge(), GRAPH_VALID);
			assert_non_null(g.v.inviting);
			assert_int_equal(g.v.inviting->kind, GROUP_INVITATION);
			assert_int_equal(g.v.inviting->invitation.secret.role, role);
		}
	end();
}

/* GROUP-14.11 */
static void an_invitation_is_its_makers(void **state)
{
	begin(CRYPTO_MODERN, CLEO);
	invitation(ANN, BEN, BEN, GROUP_ROLE_MEMBER);
	assert_refused(GROUP_REFUSAL_OWNER);
	invitation(BEN, BEN, ANN, GROUP_ROLE_MEMBER);
	assert_int_equal(judge(), GRAPH_VALID);
	invitation(ANN, ANN, BEN, GROUP_ROLE_MEMBER);
	assert_refused(GROUP_REFUSAL_RIGHT);
	invitation(ANN, ANN, ANN, GROUP_ROLE_MEMBER);
	rec.r.flags = GRAPH_RECORD_DELETED;
	sign(ANN, ANN);
	assert_refused(GROUP_REFUSAL_DELETED);
	invitation(ANN, ANN, ANN, GROUP_ROLE_MEMBER);
	rec.payload[1] = 9;
	sign(ANN, ANN);
	assert_refused(GROUP_REFUSAL_VERSION);
	end();
}

/* GROUP-14.11: not even an administrator's hand is in what another has counted. */
static void a_tally_is_its_creators(void **state)
{
	begin(CRYPTO_MODERN, CLEO);
	tally(BEN, BEN);
	assert_int_equal(judge(), GRAPH_VALID);
	assert_int_equal(g.v.inviting->kind, GROUP_TALLY);
	tally(BEN, ANN);
	assert_refused(GROUP_REFUSAL_OWNER);
	tally(CLEO, CLEO);
	assert_refused(GROUP_REFUSAL_RIGHT);
	end();
}

static void classic_has_none(void **state)
{
	begin(CRYPTO_CLASSIC, CLEO);
	tally(ANN, ANN);
	assert_refused(GROUP_REFUSAL_RESERVED);
	end();
}

/* GROUP-7.18 */
static void ours_are_judged_alike(void **state)
{
	struct group_signing s;
	begin(CRYPTO_MODERN, CLEO);
	as(BEN, false);
	invitation(BEN, BEN, BEN, GROUP_ROLE_MEMBER);
	assert_int_equal(ours(&s), GROUP_REFUSAL_NONE);
	invitation(BEN, BEN, BEN, GROUP_ROLE_ADMIN);
	assert_int_equal(ours(&s), GROUP_REFUSAL_RIGHT);
	as(CLEO, false);
	tally(CLEO, CLEO);
	assert_int_equal(ours(&s), GROUP_REFUSAL_RIGHT);
	end();
}

/* GROUP-14.4: a password that cannot be read is none that everybody keeps. */
static void a_policy_with_a_broken_password(void **state)
{
	struct group_policy p = { .rest = span_str("\2") };
	size_t n;
	begin(CRYPTO_MODERN, CLEO);
	for (int good = 0; good < 2; good++) {
		if (good)
			p.rest = span_of("\0later", 6);
		assert_int_equal(group_policy_write(&p, payload_room, sizeof(payload_room), &n),
				 OK);
		record_by(ANN, ANN);
		rec.r.type = group_type_policy;
		record_payload(&rec, span_of(payload_room, n));
		sign(ANN, ANN);
		if (good)
			assert_int_equal(judge(), GRAPH_VALID);
		else
			assert_refused(GROUP_REFUSAL_PAYLOAD);
	}
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_may_make_which),
		cmocka_unit_test(an_invitation_is_its_makers),
		cmocka_unit_test(a_tally_is_its_creators),
		cmocka_unit_test(classic_has_none),
		cmocka_unit_test(ours_are_judged_alike),
		cmocka_unit_test(a_policy_with_a_broken_password),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
