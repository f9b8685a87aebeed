/* Changes of identities and groups, through ops: what is asked of the core, how its answers
 * are worded. */
#include "asked_groups.h"

/* Identities */

static struct ops_request make_identity(const char *label)
{
	struct ops_request r = about(OPS_IDENTITY_MAKE, "");
	r.identity_make.label = label;
	r.identity_make.classifier = "";
	return r;
}

static void an_identity_is_made(void **state)
{
	struct ops_request r = make_identity("A\xcc\x88nn"); /* not composed */
	pp->result.made = pp->people.names[1];
	r.identity_make.is_default = true;
	ask(&r);
	assert_at("done", "true");
	assert_at("name", pp->people.names[1]);
	assert_at("label", "Ann");
	assert_non_null(strstr(text_at("next"), "homestead id card"));
	assert_int_equal(pp->command.kind, GROUPS_ID_CREATE);
	assert_string_equal(pp->text, "\xc3\x84nn");
	assert_true(pp->command.make_default);
	assert_int_equal(pp->command.profile, CRYPTO_MODERN);
	r.identity_make.dry_run = true;
	ask(&r);
	assert_at("done", "false");
	assert_non_null(strstr(text_at("text"), " would be made"));
	assert_true(pp->command.dry_run);
}

static void identities_that_cannot_be(void **state)
{
	char large[300];
	struct ops_request r = make_identity("");
	ask(&r);
	refused(ERR_MALFORMED, "needs a label", "homestead id create");
	memset(large, 'x', 256);
	large[256] = 0;
	r = make_identity(large);
	ask(&r);
	refused(ERR_RANGE, "the label is longer than 255 characters", "shorter");
	large[255] = 0;
	r = make_identity(large);
	ask(&r);
	assert_int_equal(got.err, OK);
	r = make_identity("Ann");
	large[150] = 0;
	r.identity_make.classifier = large;
	ask(&r);
	refused(ERR_RANGE, "the classifier is longer than 149 characters", "shorter");
	r = make_identity("A\xff");
	ask(&r);
	refused(ERR_MALFORMED, "the label is no text", "");
	r = make_identity("Ann");
	ops_set_text(r.identity_make.profile, 16, "best");
	ask(&r);
	refused(ERR_MALFORMED, "a profile is modern or classic", "");
	assert_int_equal(pp->commands, 1);
	answer(ERR_FULL, "there are 64 identities");
	r = make_identity("Ann");
	ask(&r);
	refused(ERR_FULL, "identity \"Ann\" cannot be made: there are 64 identities", "limit");
	pp->health = ERR_STATE;
	answer(ERR_STATE, NULL);
	ask(&r);
	refused(ERR_STATE, "identity \"Ann\" cannot be made", "homestead status");
}

static void an_identity_is_changed_and_deleted(void **state)
{
	struct ops_request r = about(OPS_IDENTITY_SET, "Ann");
	r.identity_set.label = "Anna";
	ask(&r);
	assert_at("text", "identity \"Ann\" is changed");
	assert_int_equal(pp->command.kind, GROUPS_ID_SET);
	assert_int_equal(pp->command.set, GROUPS_SET_TEXT);
	assert_string_equal(pp->identity, pp->people.names[1]);
	assert_string_equal(pp->text, "Anna");
	r.identity_set.label = "";
	ask(&r);
	refused(ERR_MALFORMED, "nothing is to be set", "");
	r.identity_set.is_default = true;
	ask(&r);
	assert_true(pp->command.make_default && !pp->command.set);
	r = about(OPS_IDENTITY_DELETE, "Ann");
	answer(ERR_IN_USE, "it is in 2 groups");
	ask(&r);
	refused(ERR_IN_USE, "identity \"Ann\" cannot be deleted, with its key: it is in 2 groups",
		"homestead group list shows them; homestead leave GROUP");
	answer(OK, NULL);
	ask(&r);
	assert_at("text", "identity \"Ann\" is deleted, with its key");
}

/* Groups */

static struct ops_request make_group(const char *name)
{
	struct ops_request r = about(OPS_GROUP_MAKE, "");
	r.group_make.name = name;
	r.group_make.first = "";
	r.group_make.identity = r.group_make.classifier = r.group_make.comment =
		r.group_make.cloud = "";
	return r;
}

static void a_group_is_made(void **state)
{
	struct ops_request r = make_group("Home");
	pp->result.made = pp->people.names[0];
	r.group_make.identity = "Ann";
	r.group_make.comment = "all of us";
	r.group_make.no_presence = true;
	r.group_make.membership_life = 28800 * MONO_SEC;
	ask(&r);
	assert_at("text", "group \"Home\" is created");
	assert_at("name", pp->people.names[0]);
	assert_at("label", "Home");
	assert_non_null(strstr(text_at("next"), "homestead group export GROUP FILE --owner"));
	assert_int_equal(pp->command.kind, GROUPS_CREATE);
	assert_string_equal(pp->identity, "Ann");
	assert_string_equal(pp->comment, "all of us");
	assert_int_equal(pp->command.options, GROUP_OPTION_NO_PRESENCE);
	assert_int_equal(pp->command.membership_life, 28800);
	assert_int_equal(pp->command.presence_life, 0);
}

static void groups_that_cannot_be(void **state)
{
	struct ops_request r = make_group("");
	char large[300];
	ask(&r);
	refused(ERR_MALFORMED, "a group needs a name", "homestead group create");
	memset(large, 'x', sizeof(large));
	large[127] = 0;
	r = make_group(large);
	ask(&r);
	refused(ERR_RANGE, "the name is longer than 126 characters", "");
	/* Two units each, beyond the basic plane. */
	for (size_t i = 0; i < 64; i++)
		memcpy(large + 4 * i, "\xf0\x9f\x8f\xa0", 4);
	large[256] = 0;
	r = make_group(large);
	ask(&r);
	refused(ERR_RANGE, "the name is longer than 126 characters", "");
	large[252] = 0;
	ask(&r);
	assert_int_equal(got.err, OK);
	r = make_group("   ");
	ask(&r);
	refused(ERR_MALFORMED, "a group needs a name", "homestead group create");
	r = make_group("Ho\nme");
	ask(&r);
	refused(ERR_MALFORMED, "the name holds a character that nobody sees", "leave it out");
	r = make_group("\xe2\x80\xae"
		       "Home");
	ask(&r);
	refused(ERR_MALFORMED, "the name holds a character that nobody sees", "");
	r = make_group("Home");
	size_t ids = pp->n_ids;
	pp->n_ids = 0;
	ask(&r);
	refused(ERR_NOT_FOUND, "this machine has no identity yet", "homestead id create NAME");
	pp->n_ids = ids;
	r.group_make.membership_life = 28799 * MONO_SEC;
	ask(&r);
	refused(ERR_RANGE, "membership_life is 8 hours to 10 years", "--membership-life 28d");
	r.group_make.membership_life = -1;
	r.group_make.presence_life = 299 * MONO_SEC;
	ask(&r);
	refused(ERR_RANGE, "presence_life is 5 minutes or more", "--presence-life 10m");
	r.group_make.presence_life = -1;
	answer(ERR_UNSUPPORTED, "classic groups are switched off");
	ask(&r);
	refused(ERR_UNSUPPORTED,
		"group \"Home\" cannot be created: classic groups are switched off",
		"man homestead.conf");
	answer(ERR_CONFLICT, GROUPS_OTHER_PROFILE);
	ask(&r);
	refused(ERR_CONFLICT, "group \"Home\" cannot be created: " GROUPS_OTHER_PROFILE,
		"homestead id show NAME tells the profile");
	answer(ERR_CONFLICT, "several identities are called so");
	ask(&r);
	refused(ERR_CONFLICT, "several identities", "write more of its name");
}

static void joining(void **state)
{
	struct ops_request r = about(OPS_GROUP_JOIN, "");
	r.group_join.identity = r.group_join.code = r.group_join.first = "";
	r.group_join.invitation = "";
	ask(&r);
	refused(ERR_MALFORMED, "there is no invitation", "homestead join");
	r.group_join.invitation = "<PEERINVITATION/>";
	pp->result.made = pp->people.names[0];
	ask(&r);
	assert_at("text", "group \"Home\" is joined");
	assert_at("already", "false");
	assert_string_equal(pp->document, "<PEERINVITATION/>");
	/* Again: that is no failure. */
	pp->result.err = ERR_EXISTS;
	ask(&r);
	assert_int_equal(got.err, OK);
	assert_at("already", "true");
	assert_at("label", "Home");
	assert_at("text", "this machine is in group \"Home\" already");
	assert_non_null(strstr(text_at("next"), "homestead members GROUP"));
	/* One that is over: another is to be had. */
	pp->result.err = ERR_DENIED;
	ask(&r);
	refused(ERR_DENIED, "cannot be joined", "ask whoever invited you");
	pp->result.err = ERR_EXISTS;
	ask(&r);
	/* What is wrong with a chain, and what to do about that. */
	answer(ERR_DENIED, "it is not valid yet");
	ask(&r);
	refused(ERR_DENIED, "the group of this invitation cannot be joined: it is not valid yet",
		"timedatectl");
	answer(ERR_DENIED, group_session_fault_text(GROUP_FAULT_CLOCK_THERE));
	ask(&r);
	refused(ERR_DENIED, "by the other side's clock", "timedatectl");
	answer(ERR_DENIED, "it is of another key");
	ask(&r);
	refused(ERR_DENIED, "it is of another key", "homestead id card");
	answer(ERR_DENIED, "it has expired");
	ask(&r);
	refused(ERR_DENIED, "it has expired", "ask for a new one");
}

static void join_by_code(enum err e, const char *text)
{
	struct ops_request r = about(OPS_GROUP_JOIN, "");
	r.group_join.identity = r.group_join.invitation = r.group_join.password =
		r.group_join.group = r.group_join.first = "";
	r.group_join.code = "apple-river-stone-lemon-tiger";
	r.group_join.deadline = -1;
	answer(e, text);
	ask(&r);
	if (e)
		refused(e, text, "");
}

/* GROUP-13.20: whatever keeps somebody out has its words, and something to do about it. */
static void why_somebody_is_not_let_in(void **state)
{
	static const struct {
		enum group_session_fault fault;
		const char *hint;
	} rows[] = {
		{ GROUP_FAULT_NO_SECRET, "homestead invite list GROUP" },
		{ GROUP_FAULT_WRONG_SECRET, "five wrong guesses end a code" },
		{ GROUP_FAULT_SECRET_OVER, "ask for another one" },
		{ GROUP_FAULT_MAY_NOT_ADMIT, "administrator's or inviting member's machine" },
		{ GROUP_FAULT_WAIT, "wait so long" },
		{ GROUP_FAULT_ASKED_BEFORE, "type it once more" },
		{ GROUP_FAULT_PROOF, "is no member" },
		{ GROUP_FAULT_CLOCK, "timedatectl" },
		{ GROUP_FAULT_OTHER_GROUP, "in another group" },
		{ GROUP_FAULT_NO_MEMBERSHIP, "in no group by this name" },
		{ GROUP_FAULT_EXPIRED, "timedatectl" },
		{ GROUP_FAULT_PASSWORD, "join with a card" },
		{ GROUP_FAULT_REMOVED, "another member" },
		{ GROUP_FAULT_OUT, "homestead member return" },
	};
	char text[300];
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text t = TEXT_OF(text);
		text_str(&t, "192.0.2.1:3587: ");
		text_str(&t, group_session_fault_text(rows[i].fault));
		join_by_code(ERR_DENIED, text);
		refused(ERR_DENIED, text, rows[i].hint);
	}
	join_by_code(ERR_CLOSED, "192.0.2.1:3587: connection closed by the other side");
	refused(ERR_CLOSED, "connection closed", "is that machine in this group");
	join_by_code(ERR_UNREACHABLE, "192.0.2.1:3587: network or host unreachable");
	refused(ERR_UNREACHABLE, "unreachable", "is the other machine on");
	join_by_code(ERR_NOT_FOUND, "nobody answers to that code");
	refused(ERR_NOT_FOUND, "nobody answers", "is a machine that is in the group on");
	join_by_code(ERR_RANGE, GROUPS_OWN_SECRET);
	refused(ERR_RANGE, GROUPS_OWN_SECRET, "join by it alone");
	join_by_code(ERR_RANGE, GROUPS_FRIENDLY);
	refused(ERR_RANGE, GROUPS_FRIENDLY, "homestead group show GROUP shows it as peer name");
	/* With a document it is another thing. */
	struct ops_request r = about(OPS_GROUP_JOIN, "");
	r.group_join.identity = r.group_join.code = r.group_join.password = r.group_join.group =
		r.group_join.first = "";
	r.group_join.invitation = "<PEERINVITATION/>";
	answer(ERR_DENIED, group_session_fault_text(GROUP_FAULT_CLOCK));
	ask(&r);
	refused(ERR_DENIED, "one of the clocks is wrong", "ask whoever invited you");
}

static void the_life_of_a_group(void **state)
{
	static const struct {
		enum ops_kind kind;
		enum groups_command_kind command;
		const char *text;
	} rows[] = {
		{ OPS_GROUP_OPEN, GROUPS_OPEN, "group \"Attic\" is open" },
		{ OPS_GROUP_CLOSE, GROUPS_CLOSE, "group \"Attic\" is closed; its database stays" },
		{ OPS_GROUP_ROTATE, GROUPS_ROTATE,
		  "group \"Attic\" gets another key; what is written from now on is under it" },
		{ OPS_GROUP_LEAVE, GROUPS_LEAVE,
		  "group \"Attic\" is left; its database and our membership are erased" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ops_request r = about(rows[i].kind, "Attic");
		ask(&r);
		assert_at("text", rows[i].text);
		assert_int_equal(pp->command.kind, rows[i].command);
		assert_string_equal(pp->group, "0123456789.attic");
		r.write.dry_run = true;
		ask(&r);
		assert_at("done", "false");
		assert_true(pp->command.dry_run);
	}
}

/* Connecting */

static struct ops_address home_address = { "192.0.2.1" };

static struct ops_request connect_home(void)
{
	struct ops_request r = about(OPS_GROUP_CONNECT, "Home");
	r.group_connect.addresses = &home_address;
	r.group_connect.n_addresses = 1;
	return r;
}

static void connecting(void **state)
{
	struct ops_request r = connect_home();
	ask(&r);
	assert_at("text", "group \"Home\" is connected");
	assert_int_equal(pp->command.n_address, 1);
	assert_int_equal(pp->address[0].port, 3587);
	r.group_connect.n_addresses = 0; /* found by name */
	ask(&r);
	assert_at("text", "group \"Home\" is connected");
	assert_int_equal(pp->command.n_address, 0);
	answer(ERR_NOT_FOUND, "nobody publishes the name x in 2 clouds");
	ask(&r);
	refused(ERR_NOT_FOUND, "group \"Home\" cannot be connected: nobody publishes the name",
		"homestead group connect GROUP ADDRESS");
	answer(ERR_STATE, "the part pnrp is switched off");
	ask(&r);
	refused(ERR_STATE, "the part pnrp is switched off", "`pnrp` of the configuration");
	answer(OK, NULL);
	r = connect_home();
	r.group_connect.n_addresses = OPS_ADDRESSES_MOST + 1;
	ask(&r);
	refused(ERR_FULL, "at most 16 addresses", "");
	r = connect_home();
	r.group_connect.deadline = 601 * MONO_SEC;
	ask(&r);
	refused(ERR_RANGE, "at most 10 minutes", "");
	struct ops_address wrong = { "over there" };
	r = connect_home();
	r.group_connect.addresses = &wrong;
	ask(&r);
	refused(ERR_MALFORMED, "\"over there\" is no address", "");
	r = connect_home();
	answer(ERR_REFUSED, NULL);
	ask(&r);
	refused(ERR_REFUSED, "group \"Home\" cannot be connected", "is this group open there?");
	assert_int_equal(pp->commands, 5);
}

/* Who waits too long is told, and the attempt ends. */
static void a_deadline(void **state)
{
	struct ops_request r = connect_home();
	pp->later = true;
	played.clock_runs = true;
	r.group_connect.deadline = 1;
	assert_int_equal(ops_submit(ops, &r, take, NULL), OK);
	assert_int_equal(got.count, 0);
	while (!got.count)
		assert_int_equal(os_loop_run(engine_loop(NULL), 1000), OK);
	refused(ERR_TIMEOUT, "no member was reached in time", "TCP 3587");
	assert_int_equal(pp->cancelled, played.last_number);
	assert_null(pp->done);
}

static void whoever_hangs_up_ends_it(void **state)
{
	struct ops_request r = connect_home();
	const struct ops_asker who = { .done = take };
	uint64_t ticket;
	pp->later = true;
	assert_int_equal(ops_ask(ops, &r, &who, &ticket), OK);
	assert_true(ticket != 0);
	ops_cancel(ops, ticket);
	assert_int_equal(pp->cancelled, played.last_number);
	assert_int_equal(got.count, 0);
}

static void a_group_is_changed(void **state)
{
	struct ops_request r = about(OPS_GROUP_SET, "Home");
	r.group_set.set = r.group_set.comment = "";
	r.group_set.name = "Our home";
	ask(&r);
	assert_int_equal(pp->command.set, GROUPS_SET_TEXT);
	assert_string_equal(pp->text, "Our home");
	r.group_set.set = "comment, options";
	r.group_set.defer = true;
	ask(&r);
	assert_int_equal(pp->command.set, GROUPS_SET_COMMENT | GROUPS_SET_OPTIONS);
	assert_int_equal(pp->command.options, GROUP_OPTION_DEFER);
	r.group_set.set = "colour";
	ask(&r);
	refused(ERR_MALFORMED, "nothing is to be set", "");
	r.group_set.set = "name";
	r.group_set.name = "";
	ask(&r);
	refused(ERR_MALFORMED, "a group needs a name", "");
	r.group_set.set = "comment";
	answer(ERR_DENIED, "only an administrator may");
	ask(&r);
	refused(ERR_DENIED, "group \"Home\" cannot be changed: only an administrator may",
		"homestead members GROUP");
}

static void a_membership_as_a_document(void **state)
{
	struct ops_request r = about(OPS_GROUP_EXPORT, "Home");
	pp->result.document = span_str("<PEERGROUPCONFIG/>");
	ask(&r);
	assert_at("document", "<PEERGROUPCONFIG/>");
}

/* Members */

static struct ops_request grant(const char *card, const char *member)
{
	struct ops_request r = about(OPS_MEMBER_GRANT, "Home");
	r.member_grant.card = card;
	r.member_grant.member = member;
	return r;
}

static void a_card_is_let_in(void **state)
{
	char invitation[12000];
	played_people_invitation(invitation, sizeof(invitation));
	struct ops_request r = grant("<PEERIDENTITYINFO/>", "");
	pp->result.document = span_str(invitation);
	pp->result.made = pp->people.names[3];
	ops_set_text(r.member_grant.role, 31, "inviter");
	r.member_grant.life = 3600 * MONO_SEC;
	ask(&r);
	assert_int_equal(pp->command.kind, GROUPS_GRANT);
	assert_int_equal(pp->command.role, GROUP_ROLE_INVITER);
	assert_int_equal(pp->command.until, played.wall_us + 3600 * MONO_SEC);
	assert_string_equal(pp->document, "<PEERIDENTITYINFO/>");
	assert_at("invitation", invitation);
	/* What is said is what stands in it. */
	assert_at("role", "member");
	assert_at("member", pp->people.names[3]);
	assert_at("group", pp->people.names[0]);
	assert_non_null(strstr(text_at("text"), "may be in group \"Home\" as member until 2033-"));
	ops_set_text(r.member_grant.role, 31, "");
	ask(&r);
	assert_int_equal(pp->command.role, GROUP_ROLE_MEMBER);
}

static void ones_own_card_lets_nobody_in(void **state)
{
	struct ops_request r = grant("<PEERIDENTITYINFO/>", "");
	answer(ERR_DENIED, GROUPS_LESS_FOR_SELF);
	ask(&r);
	refused(ERR_DENIED, "the card cannot be let in: " GROUPS_LESS_FOR_SELF,
		"give the card of whoever you invite");
}

static void a_member_keeps_its_role(void **state)
{
	struct ops_request r = grant("", pp->people.names[2]);
	r.member_grant.publish = true;
	ask(&r);
	assert_string_equal(pp->who, pp->people.names[2]);
	assert_int_equal(pp->command.role, GROUP_ROLE_INVITER);
	assert_true(pp->command.publish);
	assert_at("published", "true");
	ops_set_text(r.member_grant.role, 31, "admin");
	ask(&r);
	assert_int_equal(pp->command.role, GROUP_ROLE_ADMIN);
	r.member_grant.dry_run = true;
	ask(&r);
	assert_at("done", "false");
	assert_at("published", "false");
	assert_at("invitation", "");
}

static void grants_that_cannot_be(void **state)
{
	struct ops_request r = grant("", "");
	ask(&r);
	refused(ERR_MALFORMED, "by a card or as a member", "homestead invite");
	r = grant("<x/>", "ann");
	ask(&r);
	refused(ERR_MALFORMED, "by a card or as a member", "homestead invite");
	r = grant("", "nobody");
	ask(&r);
	refused(ERR_NOT_FOUND, "group \"Home\" has no member \"nobody\"",
		"homestead members GROUP");
	r = grant("<x/>", "");
	ops_set_text(r.member_grant.role, 31, "king");
	ask(&r);
	refused(ERR_MALFORMED, "\"king\" is no role: admin, inviter or member", "");
	r = grant("<x/>", "");
	r.member_grant.until = played.wall_us - 1;
	ask(&r);
	refused(ERR_RANGE, "the time that it is to end at is over", "clock");
	r.member_grant.until = played.wall_us + 1;
	r.member_grant.life = 5;
	ask(&r);
	refused(ERR_MALFORMED, "either until or life", "");
	assert_int_equal(pp->commands, 0);
	r = grant("<x/>", "");
	answer(ERR_DENIED, "a role that its issuer may not give");
	ask(&r);
	refused(ERR_DENIED, "the card cannot be let in: a role that its issuer may not give",
		"an administrator anybody");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GROUPS_TEST(an_identity_is_made),
		GROUPS_TEST(identities_that_cannot_be),
		GROUPS_TEST(an_identity_is_changed_and_deleted),
		GROUPS_TEST(a_group_is_made),
		GROUPS_TEST(groups_that_cannot_be),
		GROUPS_TEST(joining),
		GROUPS_TEST(why_somebody_is_not_let_in),
		GROUPS_TEST(the_life_of_a_group),
		GROUPS_TEST(connecting),
		GROUPS_TEST(a_deadline),
		GROUPS_TEST(whoever_hangs_up_ends_it),
		GROUPS_TEST(a_group_is_changed),
		GROUPS_TEST(a_membership_as_a_document),
		GROUPS_TEST(a_card_is_let_in),
		GROUPS_TEST(a_member_keeps_its_role),
		GROUPS_TEST(ones_own_card_lets_nobody_in),
		GROUPS_TEST(grants_that_cannot_be),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
