/* Members removed and let back in, as ops asks the core for it and says what came of it. */
#include "asked_groups.h"

static const char *ben(void)
{
	return pp->people.names[2];
}

static struct ops_request named(enum ops_kind kind, const char *member)
{
	struct ops_request r = about(kind, "Home");
	ops_set_text(r.member, sizeof(r.member), member);
	return r;
}

static struct ops_request removes(const char *member)
{
	return named(OPS_MEMBER_REMOVE, member);
}

static struct ops_request returns(const char *member)
{
	return named(OPS_MEMBER_RETURN, member);
}

/* The text is about Ben, and goes on so. */
static void assert_says(const char *words)
{
	char want[400];
	struct text t = TEXT_OF(want);
	text_str(&t, "member \"");
	text_str(&t, ben());
	text_str(&t, "\" ");
	text_str(&t, words);
	assert_at("text", want);
}

/* GROUP-11.15: all that is here of it is kept, unless the request says otherwise. */
static void a_member_is_removed(void **state)
{
	struct ops_request r = removes(ben());
	pp->result.text = "kept are 3 of its records and 1 memberships that it gave";
	pp->result.made = ben();
	r.member_remove.reason = "moved out";
	ask(&r);
	assert_int_equal(pp->command.kind, GROUPS_REMOVE);
	assert_string_equal(pp->group, pp->people.names[0]);
	assert_string_equal(pp->identity, pp->people.names[1]);
	assert_string_equal(pp->who, ben());
	assert_string_equal(pp->text, "moved out");
	assert_false(pp->command.drop_records || pp->command.drop_invited || pp->command.dry_run);
	assert_says("is removed from group \"Home\"; kept are 3 of its records and 1 memberships "
		    "that it gave");
	assert_at("done", "true");
	assert_at("name", ben());
	/* The beginning of a peer name will do, and what the core does not say is left out. */
	r = removes("");
	ops_set_text(r.member, 9, ben());
	answer(OK, NULL);
	r.member_remove.drop_records = r.member_remove.drop_invited = true;
	ask(&r);
	assert_string_equal(pp->who, ben());
	assert_string_equal(pp->text, "");
	assert_true(pp->command.drop_records && pp->command.drop_invited);
	assert_says("is removed from group \"Home\"");
	assert_at("name", "");
}

static void it_is_only_said(void **state)
{
	struct ops_request r = removes(ben());
	pp->result.text = "kept are 0 of its records and 0 memberships that it gave";
	r.member_remove.dry_run = true;
	ask(&r);
	assert_true(pp->command.dry_run);
	assert_says("would be removed from group \"Home\"; kept are 0 of its records and 0 "
		    "memberships that it gave");
	assert_at("done", "false");
	r = returns(ben());
	answer(OK, NULL);
	r.member_return.dry_run = true;
	ask(&r);
	assert_true(pp->command.dry_run);
	assert_at("done", "false");
	assert_at("published", "false");
	assert_says("would have a new membership of group \"Home\"");
}

/* A group without a name for people is called by its peer name. */
static void a_group_without_a_name(void **state)
{
	struct ops_request r = removes(ben());
	char want[400];
	struct text t = TEXT_OF(want);
	pp->groups[0].friendly = NULL;
	ops_set_text(r.graph, sizeof(r.graph), "");
	pp->groups[0].friendly = "";
	ops_set_text(r.graph, sizeof(r.graph), pp->people.names[0]);
	ask(&r);
	text_str(&t, "is removed from group \"");
	text_str(&t, pp->people.names[0]);
	text_str(&t, "\"");
	assert_says(want);
}

static char *letters(size_t n)
{
	static char many[GROUP_REMOVAL_REASON + 2];
	memset(many, 'a', n);
	many[n] = 0;
	return many;
}

/* Before the core is asked. */
static void what_cannot_be_asked(void **state)
{
	for (int i = 0; i < 2; i++) {
		enum ops_kind kind = i ? OPS_MEMBER_RETURN : OPS_MEMBER_REMOVE;
		struct ops_request r = named(kind, "nobody");
		const char **reason = i ? &r.member_return.reason : &r.member_remove.reason;
		ask(&r);
		refused(ERR_NOT_FOUND, "group \"Home\" has no member \"nobody\"",
			i ? "comes back by a code: homestead invite GROUP"
			  : "homestead members GROUP shows");
		r = named(kind, ben());
		*reason = letters(GROUP_REMOVAL_REASON + 1);
		ask(&r);
		refused(ERR_RANGE, "the reason is longer than 255 characters", "");
		*reason = "one\nline";
		ask(&r);
		refused(ERR_MALFORMED, "the reason holds a character that nobody sees", "");
		ops_set_text(r.graph, sizeof(r.graph), "Loft");
		ask(&r);
		refused(ERR_NOT_FOUND, "\"Loft\"", "homestead group list");
		ops_set_text(r.graph, sizeof(r.graph), "Attic");
		ask(&r);
		refused(ERR_STATE, "group \"Attic\" is closed", "homestead group connect GROUP");
		ops_set_text(r.graph, sizeof(r.graph), "Cellar");
		ask(&r);
		refused(ERR_STATE, "group \"Cellar\" is locked", "homestead status");
	}
	assert_int_equal(pp->commands, 0);
	struct ops_request r = removes(ben());
	r.member_remove.reason = letters(GROUP_REMOVAL_REASON);
	ask(&r);
	assert_int_equal(got.err, OK);
	assert_string_equal(pp->text, letters(GROUP_REMOVAL_REASON));
}

/* What the core refuses: why, of whom, and what helps. */
static void what_the_core_refuses(void **state)
{
	static const struct {
		enum err err;
		const char *text, *hint;
	} refusals[] = {
		{ ERR_DENIED, "only an administrator of the group may do that",
		  "homestead members GROUP" },
		{ ERR_DENIED, "nobody removes itself: leave the group", "homestead members" },
		{ ERR_EXISTS, "that member is removed already", "homestead member return" },
		{ ERR_RANGE, "there are more records of it than a removal of ours can list",
		  "--drop-records" },
		{ ERR_FULL, "the group has as many Removals as it can have",
		  "another administrator" },
		{ ERR_CLOSED, NULL, "homestead group connect" },
	};
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		char want[400];
		struct text t = TEXT_OF(want);
		struct ops_request r = removes(ben());
		answer(refusals[i].err, refusals[i].text);
		text_str(&t, "member \"");
		text_str(&t, ben());
		text_str(&t, "\" cannot be removed: ");
		text_str(&t, refusals[i].text ? refusals[i].text : err_text(refusals[i].err));
		for (int dry = 0; dry < 2; dry++) {
			r.member_remove.dry_run = dry;
			ask(&r);
			refused(refusals[i].err, want, refusals[i].hint);
		}
	}
	struct ops_request r = returns(ben());
	answer(ERR_NOT_FOUND, "nobody has removed that member");
	ask(&r);
	refused(ERR_NOT_FOUND, "cannot be let back in: nobody has removed that member",
		"homestead members GROUP");
	answer(ERR_FULL, "the group has as many Removals as it can have");
	ask(&r);
	refused(ERR_FULL, "cannot be let back in", "another administrator");
}

/* GROUP-11.19: a new membership, which all are told of. */
static void a_member_is_let_back(void **state)
{
	char invitation[12000];
	struct ops_request r = returns(ben());
	played_people_invitation(invitation, sizeof(invitation));
	pp->result.document = span_str(invitation);
	pp->result.made = ben();
	ops_set_text(r.member_return.role, 31, "inviter");
	r.member_return.reason = "sorry";
	r.member_return.life = 3600 * MONO_SEC;
	ask(&r);
	assert_int_equal(pp->command.kind, GROUPS_RETURN);
	assert_string_equal(pp->group, pp->people.names[0]);
	assert_string_equal(pp->identity, pp->people.names[1]);
	assert_string_equal(pp->who, ben());
	assert_string_equal(pp->text, "sorry");
	assert_int_equal(pp->command.role, GROUP_ROLE_INVITER);
	assert_int_equal(pp->command.until, played.wall_us + 3600 * MONO_SEC);
	assert_true(pp->command.publish);
	assert_at("done", "true");
	assert_at("published", "true");
	assert_at("invitation", invitation);
	assert_at("group", pp->people.names[0]);
	/* Whatever it was before, it is a member then. */
	r = returns(ben());
	r.member_return.until = played.wall_us + MONO_HOUR;
	ask(&r);
	assert_int_equal(pp->command.role, GROUP_ROLE_MEMBER);
	assert_int_equal(pp->command.until, played.wall_us + MONO_HOUR);
	assert_string_equal(pp->text, "");
}

static void returns_that_cannot_be(void **state)
{
	struct ops_request r = returns(ben());
	ops_set_text(r.member_return.role, 31, "king");
	ask(&r);
	refused(ERR_MALFORMED, "\"king\" is no role: admin, inviter or member",
		"homestead member return GROUP MEMBER");
	r = returns(ben());
	r.member_return.until = played.wall_us - 1;
	ask(&r);
	refused(ERR_RANGE, "the time that it is to end at is over", "clock");
	r.member_return.until = played.wall_us + 1;
	r.member_return.life = 5;
	ask(&r);
	refused(ERR_MALFORMED, "either until or life", "");
	assert_int_equal(pp->commands, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GROUPS_TEST(a_member_is_removed),    GROUPS_TEST(it_is_only_said),
		GROUPS_TEST(a_group_without_a_name), GROUPS_TEST(what_cannot_be_asked),
		GROUPS_TEST(what_the_core_refuses),  GROUPS_TEST(a_member_is_let_back),
		GROUPS_TEST(returns_that_cannot_be),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
