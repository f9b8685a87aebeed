/* What is known of invitations: added up over members, merged, forgotten. */
#include "../failing_env.h"
#include "group/secrets.h"

#define NAME  "0123456789abcdef0123456789abcdef01234567.ann"
#define OTHER "0123456789abcdef0123456789abcdef01234567.bob"

static struct failing_env f;
static struct group_secrets *s;

static int begin(void **state)
{
	const struct group_secrets_limits limits = { .invitations = 3,
						     .of_maker = 3,
						     .octets = 1000,
						     .tallies = 4,
						     .of_creator = 4,
						     .uses = 8 };
	failing_env_init(&f, 3);
	assert_int_equal(group_secrets_new(&s, &f.env, &limits), OK);
	return 0;
}

static int end(void **state)
{
	group_secrets_free(s);
	failing_env_assert_clean(&f);
	return 0;
}

static uint8_t creator;

static struct group_secrets_at at_of(uint8_t record, bool ours)
{
	struct group_secrets_at at = { .by = { creator }, .until = 1000, .ours = ours };
	memset(at.record.at, record, sizeof(at.record.at));
	return at;
}

static struct span id_of(uint8_t id)
{
	static uint8_t room[GROUP_INVITATION_ID];
	memset(room, id, sizeof(room));
	return span_of(room, sizeof(room));
}

static const char *maker = NAME;

static enum err invitation(uint8_t record, uint8_t id, uint16_t uses)
{
	struct group_invitation i = { .uses = uses, .end = 500, .maker = span_str(maker) };
	struct group_secrets_at at = at_of(record, false);
	uint8_t room[400];
	size_t n;
	memset(i.id, id, sizeof(i.id));
	i.secret.role = GROUP_ROLE_MEMBER;
	assert_int_equal(group_invitation_write(&i, room, sizeof(room), &n), OK);
	return group_secrets_learn(s, &at, span_of(room, n));
}

static struct group_use use_of(uint8_t who)
{
	struct group_use u = { .when = who };
	memset(u.authority, who, sizeof(u.authority));
	memset(u.serial, who, sizeof(u.serial));
	return u;
}

static bool revoked;
static int64_t lasts = 1000;

static enum err tally(uint8_t record, bool ours, uint16_t wrong, const char *who)
{
	struct group_tally t = { .wrong = wrong, .revoked = revoked };
	struct group_secrets_at at = at_of(record, ours);
	at.until = lasts;
	uint8_t uses[8 * GROUP_USE], room[GROUP_TALLY_OCTETS(8)];
	size_t n = 0;
	memset(t.id, 1, sizeof(t.id));
	for (; who[n]; n++) {
		struct group_use u = use_of((uint8_t)who[n]);
		group_use_write(&u, uses + n * GROUP_USE);
	}
	t.uses = span_of(uses, n * GROUP_USE);
	assert_int_equal(group_tally_write(&t, room, sizeof(room), &n), OK);
	return group_secrets_learn(s, &at, span_of(room, n));
}

static void assert_sum(size_t uses, uint32_t wrong)
{
	struct group_sum sum = group_secrets_sum(s, id_of(1));
	assert_int_equal(sum.uses, uses);
	assert_int_equal(sum.wrong, wrong);
}

/* GROUP-14.14 */
static void uses_count_once(void **state)
{
	assert_sum(0, 0);
	assert_int_equal(tally(1, false, 2, "ab"), OK);
	assert_int_equal(tally(2, false, 1, "bc"), OK);
	assert_sum(3, 3);
	/* In its place; and nothing of another invitation. */
	assert_int_equal(tally(2, false, 0, "d"), OK);
	assert_sum(3, 2);
	struct group_sum other = group_secrets_sum(s, id_of(2));
	assert_int_equal(other.uses + other.wrong, 0);
	/* Nor twice of one tally, nor in what has lost one of two. */
	assert_int_equal(tally(3, false, 0, "dd"), OK);
	assert_sum(3, 2);
	assert_int_equal(tally(2, false, 0, ""), OK);
	assert_sum(3, 2);
	assert_int_equal(tally(3, false, 0, "a"), OK);
	assert_sum(2, 2);
}

/* GROUP-14.16: in all, whatever stands twice. */
static void uses_have_a_most(void **state)
{
	struct group_use a = use_of('a');
	struct group_counted *c;
	assert_int_equal(tally(1, false, 0, "abcd"), OK);
	assert_int_equal(tally(2, false, 0, "abcde"), ERR_FULL);
	assert_sum(4, 0);
	assert_int_equal(tally(2, false, 0, "efgh"), OK);
	assert_int_equal(tally(1, false, 0, "abcdi"), ERR_FULL);
	assert_int_equal(tally(1, false, 0, "abc"), OK);
	assert_int_equal(tally(2, false, 0, "efghi"), OK);
	assert_sum(8, 0);
	assert_int_equal(group_secrets_ours(s, id_of(1), &c), OK);
	assert_int_equal(group_counted_use(s, c, &a), OK);
	assert_sum(8, 0);
}

static void the_lowest_record_holds(void **state)
{
	assert_int_equal(invitation(5, 1, 1), OK);
	assert_int_equal(invitation(3, 1, 2), OK);
	assert_int_equal(invitation(4, 1, 3), OK);
	assert_int_equal(group_secrets_find(s, id_of(1))->what.uses, 2);
	assert_null(group_secrets_find(s, id_of(2)));
	size_t n = 0;
	for (struct group_asked_in *i = NULL; (i = group_secrets_next(s, i));)
		n++;
	assert_int_equal(n, 3);
	assert_int_equal(invitation(3, 1, 4), OK);
	assert_int_equal(group_secrets_find(s, id_of(1))->what.uses, 4);
}

/* GROUP-14.16 */
static void octets_have_a_most(void **state)
{
	const struct group_secrets_limits limits = { .invitations = 3,
						     .of_maker = 3,
						     .octets = 250 };
	group_secrets_free(s);
	assert_int_equal(group_secrets_new(&s, &f.env, &limits), OK);
	assert_int_equal(invitation(1, 1, 1), OK);
	assert_int_equal(invitation(2, 2, 1), OK);
	assert_int_equal(invitation(3, 3, 1), ERR_FULL);
	assert_int_equal(invitation(2, 2, 2), OK);
	assert_null(group_secrets_find(s, id_of(3)));
}

/* GROUP-14.16: nobody has all the room, and nobody the identifier of another's. */
static void each_has_a_share(void **state)
{
	const struct group_secrets_limits limits = { .invitations = 3,
						     .of_maker = 2,
						     .octets = 1000,
						     .tallies = 4,
						     .of_creator = 2,
						     .uses = 8 };
	group_secrets_free(s);
	assert_int_equal(group_secrets_new(&s, &f.env, &limits), OK);
	assert_int_equal(invitation(1, 1, 1), OK);
	assert_int_equal(invitation(2, 2, 1), OK);
	assert_int_equal(invitation(3, 3, 1), ERR_FULL);
	assert_int_equal(invitation(2, 3, 1), ERR_DENIED);
	maker = OTHER;
	assert_int_equal(invitation(0, 1, 1), ERR_DENIED);
	assert_int_equal(invitation(3, 3, 1), OK);
	maker = NAME;
	assert_int_equal(tally(1, false, 1, "a"), OK);
	assert_int_equal(tally(2, false, 1, "b"), OK);
	assert_int_equal(tally(3, false, 1, "c"), ERR_FULL);
	creator = 9;
	assert_int_equal(tally(3, false, 1, "c"), OK);
	creator = 0;
	/* What is purged gives its place. */
	struct group_secrets_at at = at_of(1, false);
	group_secrets_forget(s, &at.record);
	assert_null(group_secrets_find(s, id_of(1)));
	assert_sum(2, 2);
	assert_int_equal(tally(4, false, 1, "d"), OK);
	assert_int_equal(invitation(5, 5, 1), OK);
}

/* GROUP-14.16 */
static void there_is_a_most(void **state)
{
	int64_t next;
	for (uint8_t i = 1; i <= 3; i++)
		assert_int_equal(invitation(i, i, 1), OK);
	assert_int_equal(invitation(4, 4, 1), ERR_FULL);
	for (uint8_t i = 1; i <= 4; i++)
		assert_int_equal(tally(i, false, 1, ""), OK);
	assert_int_equal(tally(5, false, 1, ""), ERR_FULL);
	/* Nobody takes the place of ours. */
	struct group_counted *c;
	for (uint8_t i = 1; i <= 4; i++)
		assert_int_equal(group_secrets_ours(s, id_of(i), &c), OK);
	assert_int_equal(group_secrets_ours(s, id_of(5), &c), ERR_FULL);
	assert_false(group_secrets_counts(s, id_of(5)));
	assert_true(group_secrets_counts(s, id_of(4)));
	group_secrets_expire(s, 1000, &next);
	assert_int_equal(next, 1001);
	assert_non_null(group_secrets_find(s, id_of(1)));
	group_secrets_expire(s, 1001, &next);
	assert_int_equal(next, INT64_MAX);
	assert_null(group_secrets_find(s, id_of(1)));
	assert_sum(0, 0);
	assert_int_equal(invitation(4, 4, 1), OK);
}

static struct group_counted *ours(void)
{
	struct group_counted *c;
	assert_int_equal(group_secrets_ours(s, id_of(1), &c), OK);
	return c;
}

/* GROUP-14.15 */
static void ours_are_merged(void **state)
{
	struct group_use a = use_of('a'), b = use_of('b');
	struct group_counted *c = ours();
	assert_null(group_secrets_due(s, NULL));
	assert_int_equal(group_counted_use(s, c, &a), OK);
	group_counted_wrong(c);
	assert_ptr_equal(group_secrets_due(s, NULL), c);
	assert_null(group_secrets_due(s, c));
	c->asked = c->changed;
	assert_null(group_secrets_due(s, NULL));
	/* Another machine of ours has counted something else. */
	assert_int_equal(tally(9, true, 0, "b"), OK);
	assert_int_equal(c->n, 2);
	assert_int_equal(c->wrong, 1);
	assert_int_equal(c->record.at[0], 9);
	assert_ptr_equal(group_secrets_due(s, NULL), c);
	assert_sum(2, 1);
	c->asked = c->changed;
	/* And has all of it: there is nothing to say. */
	assert_int_equal(tally(9, true, 1, "ab"), OK);
	assert_null(group_secrets_due(s, NULL));
	assert_int_equal(tally(9, true, 3, "abc"), OK);
	assert_null(group_secrets_due(s, NULL));
	assert_sum(3, 3);
	assert_int_equal(group_counted_use(s, c, &b), OK);
	assert_null(group_secrets_due(s, NULL));
	group_counted_undo(c, span_of(b.serial, sizeof(b.serial)));
	assert_ptr_equal(group_secrets_due(s, NULL), c);
	assert_sum(2, 3);
}

static enum err revoking(uint8_t record, bool ours, int64_t until)
{
	revoked = true;
	lasts = until;
	enum err e = tally(record, ours, 0, "");
	revoked = false;
	lasts = 1000;
	return e;
}

/* GROUP-14.24: as soon as one says so, until the last of them ends. */
static void one_that_says_so_revokes(void **state)
{
	int64_t next;
	assert_true(group_secrets_revoked(s, id_of(1)) == INT64_MIN);
	assert_int_equal(tally(1, false, 1, "a"), OK);
	assert_true(group_secrets_revoked(s, id_of(1)) == INT64_MIN);
	assert_int_equal(revoking(2, false, 300), OK);
	assert_int_equal(group_secrets_revoked(s, id_of(1)), 300);
	assert_int_equal(revoking(3, false, 400), OK);
	assert_int_equal(revoking(4, false, 200), OK);
	assert_int_equal(group_secrets_revoked(s, id_of(1)), 400);
	assert_true(group_secrets_revoked(s, id_of(2)) == INT64_MIN);
	group_secrets_expire(s, 401, &next);
	assert_true(group_secrets_revoked(s, id_of(1)) == INT64_MIN);
	assert_sum(1, 1);
}

/* GROUP-14.15: nor does another machine of ours take it back. */
static void what_we_revoked_stays(void **state)
{
	struct group_counted *c = ours();
	group_counted_revoked(c, true);
	assert_ptr_equal(group_secrets_due(s, NULL), c);
	c->asked = c->changed;
	assert_int_equal(tally(9, true, 0, ""), OK);
	assert_true(c->revoked);
	assert_ptr_equal(group_secrets_due(s, NULL), c);
	c->asked = c->changed;
	assert_int_equal(revoking(9, true, 1000), OK);
	assert_null(group_secrets_due(s, NULL));
	/* What that one has revoked, we have. */
	group_counted_revoked(c, false);
	c->asked = c->changed;
	assert_int_equal(revoking(9, true, 1000), OK);
	assert_true(c->revoked);
	assert_null(group_secrets_due(s, NULL));
}

static void ours_as_a_record(void **state)
{
	struct group_use a = use_of('a');
	struct group_counted *c = ours();
	struct group_inviting x;
	uint8_t *octets;
	size_t n;
	assert_int_equal(group_counted_use(s, c, &a), OK);
	group_counted_wrong(c);
	group_counted_revoked(c, true);
	assert_int_equal(group_counted_write(c, &f.env, &octets, &n), OK);
	assert_int_equal(n, GROUP_TALLY_OCTETS(1));
	assert_int_equal(group_inviting_read(&x, span_of(octets, n)), OK);
	assert_int_equal(x.kind, GROUP_TALLY);
	assert_int_equal(x.tally.wrong, 1);
	assert_true(x.tally.revoked);
	assert_int_equal(x.tally.id[15], 1);
	env_free(&f.env, octets);
}

/* GROUP-14.50 */
static void what_is_lost_of_ours(void **state)
{
	struct group_secrets_at at = at_of(8, true);
	struct group_use a = use_of('a'), b = use_of('b'), d = use_of('d');
	struct group_counted *c = ours();
	assert_int_equal(group_counted_use(s, c, &a), OK);
	group_counted_stored(c, &at.record, c->changed, 10);
	assert_int_equal(group_counted_use(s, c, &b), OK);
	group_counted_wrong(c);
	c->asked = c->changed;
	assert_int_equal(group_counted_use(s, c, &d), OK); /* not stored yet */
	group_counted_stored(c, &at.record, c->asked, 20);
	group_secrets_lost(s, 21);
	assert_sum(3, 1);
	/* Only what was stored by the commit that failed is gone. */
	group_secrets_lost(s, 11);
	assert_sum(2, 1);
	assert_int_equal(c->record.at[0], 8);
	c->asked = c->changed;
	group_counted_stored(c, &at.record, c->asked, 30);
	group_secrets_lost(s, 30);
	assert_sum(1, 1);
	assert_int_equal(c->record.at[0], 8);
	assert_ptr_equal(group_secrets_due(s, NULL), c);
	/* The record as well. */
	c->asked = c->changed;
	group_secrets_forget(s, &at.record);
	assert_int_equal(tally(9, true, 0, "ab"), OK);
	assert_sum(2, 1);
	memset(at.record.at, 7, sizeof(at.record.at));
	c->asked = c->changed;
	group_counted_stored(c, &at.record, c->asked, 40);
	assert_null(group_secrets_due(s, NULL));
	group_secrets_lost(s, 40);
	assert_int_equal(c->record.at[0], 0);
	/* What came of records is not ours to lose. */
	assert_sum(2, 1);
	assert_ptr_equal(group_secrets_due(s, NULL), c);
}

static void without_memory(void **state)
{
	FAILING_ENV_EACH(f, 5)
	{
		const struct group_secrets_limits limits = { .invitations = 3,
							     .of_maker = 3,
							     .octets = 1000,
							     .tallies = 4,
							     .of_creator = 4,
							     .uses = 8 };
		s = NULL;
		if (group_secrets_new(&s, &f.env, &limits) != OK) {
			assert_true(f.failed);
			continue;
		}
		enum err e = invitation(1, 1, 1);
		assert_true(e == OK || e == ERR_NOMEM);
		e = tally(1, false, 1, "ab");
		assert_true(e == OK || e == ERR_NOMEM);
		e = tally(1, false, 1, "abc");
		assert_true(e == OK || e == ERR_NOMEM);
		e = tally(2, true, 1, "a");
		assert_true(e == OK || e == ERR_NOMEM);
		e = tally(2, true, 1, "abd");
		assert_true(e == OK || e == ERR_NOMEM);
		group_secrets_free(s);
		failing_env_assert_clean(&f);
	}
	begin(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(uses_count_once, begin, end),
		cmocka_unit_test_setup_teardown(the_lowest_record_holds, begin, end),
		cmocka_unit_test_setup_teardown(octets_have_a_most, begin, end),
		cmocka_unit_test_setup_teardown(each_has_a_share, begin, end),
		cmocka_unit_test_setup_teardown(there_is_a_most, begin, end),
		cmocka_unit_test_setup_teardown(uses_have_a_most, begin, end),
		cmocka_unit_test_setup_teardown(ours_are_merged, begin, end),
		cmocka_unit_test_setup_teardown(one_that_says_so_revokes, begin, end),
		cmocka_unit_test_setup_teardown(what_we_revoked_stays, begin, end),
		cmocka_unit_test_setup_teardown(ours_as_a_record, begin, end),
		cmocka_unit_test_setup_teardown(what_is_lost_of_ours, begin, end),
		cmocka_unit_test_setup_teardown(without_memory, NULL, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
