/* What a commit that fails takes with it in a group (GROUP-14.50, D17): invitations, and who was
 * let in by them. */
#include "group/group_int.h"
#include "groups_rig.h"

static struct rig r;
static struct crypto_chain *ben; /* of his identity */

static struct group *home(void)
{
	return (struct group *)(uintptr_t)rig_info(&r, "Home").group;
}

static int begin(void **state)
{
	struct groups_identity i;
	enum group_chain_fault fault;
	rig_init(&r);
	rig_person(&r, "Anna");
	rig_person(&r, "Ben");
	rig_group(&r, "Home");
	rig_pass(&r, MONO_SEC);
	rig_commit(&r);
	assert_int_equal(groups_find_identity(r.s, rig_word("Ben"), &i), OK);
	assert_int_equal(group_identity_read(r.crypto, group_profile(i.profile), i.certificate,
					     RIG_WALL + r.now.us, &ben, &fault),
			 OK);
	return 0;
}

static int end(void **state)
{
	crypto_chain_free(ben);
	rig_fini(&r);
	return 0;
}

static void invite(uint16_t uses)
{
	const struct groups_command c = { .kind = GROUPS_INVITE,
					  .role = GROUP_ROLE_MEMBER,
					  .uses = uses,
					  .text = rig_word("Ben") };
	rig_expect(&r, &c, OK, "");
}

static size_t invitations(struct group_invite_info *last)
{
	const void *at = NULL;
	size_t n = 0;
	while (group_invite_next(home(), &at, last))
		n++;
	return n;
}

static struct group_invite_info look(void)
{
	struct group_invite_info i;
	assert_int_equal(invitations(&i), 1);
	return i;
}

static struct group_secret_name name(void)
{
	struct group_secret_name n = { .kind = GROUP_SECRET_INVITATION };
	memcpy(n.id, look().id, sizeof(n.id));
	return n;
}

static enum group_door_answer admit(uint64_t *ticket)
{
	const struct group_door *d = home()->home.door;
	struct group_secret_name n = name();
	enum group_door_answer a = d->admit(d->ctx, &n, group_chain_leaf(ben), ticket);
	rig_drain(&r);
	return a;
}

static enum err admitted(uint64_t ticket)
{
	struct span chain;
	uint64_t after = 0;
	const struct group_door *d = home()->home.door;
	enum err e = d->admitted(d->ctx, ticket, &chain, &after);
	assert_true(e || after > 0);
	return e;
}

static void drop(uint64_t ticket)
{
	home()->home.door->admit_drop(home()->home.door->ctx, ticket);
}

static void let_in(void)
{
	uint64_t ticket;
	assert_int_equal(admit(&ticket), GROUP_DOOR_OPEN);
	assert_int_equal(admitted(ticket), OK);
	drop(ticket);
}

/* The process ends and is back. */
static void again(void)
{
	rig_restart(&r);
	rig_pass(&r, MONO_SEC);
}

/* ---- invitations ---- */

static void an_invitation(void **state)
{
	struct group_invite_info i;
	invite(1);
	assert_int_equal(look().state, GROUP_INVITE_OPEN);
	rig_fail_store(&r);
	assert_int_equal(invitations(&i), 0);
	rig_pass(&r, MONO_MIN);
	assert_int_equal(invitations(&i), 0);
	invite(1);
	rig_commit(&r);
	assert_int_equal(look().state, GROUP_INVITE_OPEN);
	/* One that was on disk before stays. */
	invite(2);
	rig_fail_store(&r);
	rig_pass(&r, MONO_SEC);
	assert_int_equal(look().uses, 1);
	again();
	assert_int_equal(look().uses, 1);
}

static void a_revocation(void **state)
{
	const struct groups_command revoke = { .kind = GROUPS_INVITE_REVOKE,
					       .who = rig_word("Ben") };
	invite(1);
	rig_commit(&r);
	rig_expect(&r, &revoke, OK, "");
	assert_int_equal(look().state, GROUP_INVITE_REVOKED);
	rig_fail_store(&r);
	assert_int_equal(look().state, GROUP_INVITE_REVOKED);
	/* GROUP-14.24: it is tried again. */
	rig_pass(&r, 10 * MONO_SEC);
	rig_commit(&r);
	assert_int_equal(look().state, GROUP_INVITE_REVOKED);
	again();
	assert_int_equal(look().state, GROUP_INVITE_REVOKED);
}

/* ---- uses ---- */

static void a_use(void **state)
{
	uint64_t ticket;
	invite(1);
	rig_commit(&r);
	assert_int_equal(admit(&ticket), GROUP_DOOR_OPEN);
	assert_int_equal(look().state, GROUP_INVITE_USED);
	rig_fail_store(&r);
	assert_int_equal(admitted(ticket), ERR_IO);
	drop(ticket);
	assert_int_equal(look().used, 0);
	assert_int_equal(look().state, GROUP_INVITE_OPEN);
	/* Its tally is a record of its own again. */
	rig_pass(&r, MONO_MIN);
	assert_int_equal(look().used, 0);
	let_in();
	rig_commit(&r);
	assert_int_equal(look().state, GROUP_INVITE_USED);
	again();
	assert_int_equal(look().used, 1);
}

static void a_second_use(void **state)
{
	invite(2);
	let_in();
	rig_commit(&r);
	let_in();
	assert_int_equal(look().used, 2);
	rig_fail_store(&r);
	assert_int_equal(look().used, 1);
	rig_pass(&r, MONO_SEC);
	assert_int_equal(look().used, 1);
	let_in();
	rig_commit(&r);
	again();
	assert_int_equal(look().used, 2);
}

static void one_that_waits(void **state)
{
	uint64_t ticket;
	const struct group_door *d = home()->home.door;
	invite(1);
	rig_commit(&r);
	let_in();
	struct group_secret_name n = name();
	rig_fail_store(&r);
	/* Of one that comes meanwhile nothing is lost. */
	assert_int_equal(d->admit(d->ctx, &n, group_chain_leaf(ben), &ticket), GROUP_DOOR_OPEN);
	rig_pass(&r, MONO_SEC);
	assert_int_equal(admitted(ticket), OK);
	drop(ticket);
	assert_int_equal(look().used, 1);
	rig_commit(&r);
	again();
	assert_int_equal(look().used, 1);
}

/* ---- guesses ---- */

static void guesses_stay(void **state)
{
	invite(1);
	rig_commit(&r);
	struct group_secret_name n = name();
	const struct group_door *d = home()->home.door;
	d->wrong(d->ctx, &n, span_str("abcd"));
	rig_drain(&r);
	assert_int_equal(look().wrong, 1);
	rig_fail_store(&r);
	assert_int_equal(look().wrong, 1);
	rig_pass(&r, MONO_SEC);
	again();
	assert_int_equal(look().wrong, 1);
}

#define LOST_TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LOST_TEST(an_invitation), LOST_TEST(a_revocation),   LOST_TEST(a_use),
		LOST_TEST(a_second_use),  LOST_TEST(one_that_waits), LOST_TEST(guesses_stay),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
