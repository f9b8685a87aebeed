/* Invitations by code, as requests: made, listed, revoked. */
#include "asked_groups.h"

#include "group/code.h"

static const uint8_t id[GROUP_INVITATION_ID] = { 0x01, 0x23, 0x45 };

static void document(char *out, size_t size)
{
	struct group_link l = { .invitation = true, .secret = "stone-lemon-tiger" };
	struct text t = text_of(out, size), group = TEXT_OF(l.group);
	memcpy(l.id, id, sizeof(id));
	text_str(&group, pp->people.names[0]);
	text_str(&t, "apple-river-stone-lemon-tiger\n");
	assert_int_equal(group_link_text(&t, &l), OK);
}

static struct group_invite_info some_invite(void)
{
	return (struct group_invite_info){
		.id = id,
		.role = GROUP_ROLE_MEMBER,
		.state = GROUP_INVITE_USED,
		.made = played.wall_us,
		.end = played.wall_us + MONO_DAY,
		.uses = 1,
		.used = 2,
		.wrong = 3,
		.maker = span_str(pp->people.names[1]),
		.lookup = span_str("apple-river"),
		.label = span_str("Dan"),
	};
}

static void a_code(void **state)
{
	char made[2000];
	struct ops_request r = about(OPS_INVITE_MAKE, "Home");
	document(made, sizeof(made));
	pp->invites[0] = some_invite();
	pp->n_invites = 1;
	pp->result.document = span_str(made);
	r.invite_make.label = "Dan";
	r.invite_make.uses = 7;
	r.invite_make.life = MONO_DAY;
	ops_set_text(r.invite_make.role, 31, "inviter");
	ask(&r);
	assert_int_equal(pp->command.kind, GROUPS_INVITE);
	assert_int_equal(pp->command.uses, 7);
	assert_int_equal(pp->command.role, GROUP_ROLE_INVITER);
	assert_int_equal(pp->command.until, played.wall_us + MONO_DAY);
	assert_string_equal(pp->text, "Dan");
	assert_string_equal(pp->group, pp->people.names[0]);
	assert_at("code", "apple-river-stone-lemon-tiger");
	assert_at("id", "01234500000000000000000000000000");
	assert_string_equal(text_at("link"), strchr(made, '\n') + 1);
	/* What is said is what is known of it. */
	assert_at("role", "member");
	assert_at("uses", "1");
	assert_non_null(
		strstr(text_at("text"), "may be in group \"Home\" as member; it lets in one"));
	/* GROUP-10.6: and where two of ours are in it. */
	pp->groups[1] = pp->groups[0];
	pp->groups[1].self = "0123456789.old";
	ops_set_text(r.graph, sizeof(r.graph), "Home/0123456789.old");
	ask(&r);
	assert_string_equal(pp->identity, "0123456789.old");
	assert_at("uses", "1");
}

static void codes_that_cannot_be(void **state)
{
	struct ops_request r = about(OPS_INVITE_MAKE, "Home");
	ops_set_text(r.invite_make.role, 31, "king");
	ask(&r);
	refused(ERR_MALFORMED, "\"king\" is no role", "--role inviter");
	r = about(OPS_INVITE_MAKE, "Home");
	r.invite_make.uses = 1001;
	ask(&r);
	refused(ERR_RANGE, "1 to 1,000 uses", "--uses");
	r = about(OPS_INVITE_MAKE, "Home");
	r.invite_make.until = played.wall_us - 1;
	ask(&r);
	refused(ERR_RANGE, "is over", "clock");
	r.invite_make.until = played.wall_us + 1;
	r.invite_make.life = 5;
	ask(&r);
	refused(ERR_MALFORMED, "either until or life", "");
	assert_int_equal(pp->commands, 0);
	r = about(OPS_INVITE_MAKE, "Home");
	r.invite_make.dry_run = true;
	ask(&r);
	assert_at("done", "false");
	assert_at("code", "");
	assert_true(pp->command.dry_run);
}

/* What the core gave is read before it is handed on. */
static void a_code_that_is_not_whole(void **state)
{
	struct ops_request r = about(OPS_INVITE_MAKE, "Home");
	pp->result.document = span_str("apple-river-stone-lemon-tiger");
	ask(&r);
	refused(ERR_MALFORMED, "", "");
	pp->result.document = span_str("apple-river-stone-lemon-tiger\nhomestead:join/AQ");
	ask(&r);
	refused(ERR_MALFORMED, "", "");
	assert_int_equal(pp->commands, 2);
	answer(ERR_DENIED, "nobody may do that");
	ask(&r);
	refused(ERR_DENIED, "a code cannot be made: nobody may do that", "homestead members GROUP");
	answer(ERR_STATE, GROUPS_NO_PASSWORD);
	r.invite_make.password = true;
	ask(&r);
	refused(ERR_STATE, "a link to the password cannot be made: the group has no password",
		"homestead group set GROUP --password");
	answer(ERR_STATE, GROUPS_PASSWORD_ENDED);
	ask(&r);
	refused(ERR_STATE, "a removal has ended", "an administrator sets another");
	r.invite_make.password = false;
	r.invite_make.label = "a\nb";
	ask(&r);
	refused(ERR_MALFORMED, "for whom it is holds a character that nobody sees", "");
	r = about(OPS_INVITE_MAKE, "Nowhere");
	ask(&r);
	refused(ERR_NOT_FOUND, "Nowhere", "homestead group list");
	r = about(OPS_INVITES, "Attic");
	ask(&r);
	refused(ERR_STATE, "Attic", "");
}

static void how_many_and_how_long(void **state)
{
	char made[2000];
	struct ops_request r = about(OPS_INVITE_MAKE, "Home");
	document(made, sizeof(made));
	pp->result.document = span_str(made);
	pp->invites[0] = some_invite();
	pp->invites[0].uses = 12;
	pp->n_invites = 1;
	ask(&r);
	assert_non_null(strstr(text_at("text"), "it lets in 12, until 2023-11-"));
	pp->invites[0].end = OPS_NO_END;
	ask(&r);
	assert_non_null(strstr(text_at("text"), "without end"));
	/* It is known no more: then the code alone is said. */
	pp->n_invites = 0;
	ask(&r);
	assert_at("text", "whoever has the code may be in group \"Home\"");
	assert_at("uses", "0");
	r.invite_make.password = true;
	r.invite_make.dry_run = true;
	ask(&r);
	assert_at("done", "false");
	assert_at("link", "");
	assert_true(pp->command.dry_run);
	r = about(OPS_INVITE_REVOKE, "Home");
	ops_set_text(r.name, sizeof(r.name), "apple-river");
	r.write.dry_run = true;
	ask(&r);
	assert_at("text", "invitation \"apple-river\" would be revoked");
	assert_true(pp->command.dry_run);
}

/* GROUP-14.33: a link without a secret. */
static void a_link_to_the_password(void **state)
{
	char made[2000];
	struct ops_request r = about(OPS_INVITE_MAKE, "Home");
	struct group_link l = { .n_address = 0 };
	struct text t = TEXT_OF(made), group = TEXT_OF(l.group);
	text_str(&group, pp->people.names[0]);
	text_char(&t, '\n');
	assert_int_equal(group_link_text(&t, &l), OK);
	pp->result.document = span_str(made);
	r.invite_make.password = true;
	ask(&r);
	assert_int_equal(pp->command.kind, GROUPS_INVITE);
	assert_int_equal(pp->command.set, GROUPS_BY_PASSWORD);
	assert_at("code", "");
	assert_at("id", "");
	assert_string_equal(text_at("link"), made + 1);
	assert_at("text", "whoever knows the password may be in group \"Home\"");
	r.invite_make.uses = 2;
	ask(&r);
	refused(ERR_MALFORMED, "as many as know it", "--password");
}

/* ---- what one says ---- */

static void read_paper(const char *typed)
{
	struct ops_request r = { .kind = OPS_PAPER_READ };
	ops_clear(&ops_paper_read_type, &r.paper_read);
	r.paper_read.document = typed;
	ask(&r);
}

static void what_links_and_codes_say(void **state)
{
	char made[2000];
	struct group_link l = { .invitation = true, .secret = "stone-lemon-tiger", .n_address = 2 };
	struct text t = TEXT_OF(made), group = TEXT_OF(l.group), friendly = TEXT_OF(l.friendly);
	text_str(&group, pp->people.names[0]);
	text_str(&friendly, "The Smiths");
	assert_int_equal(addr_parse(span_str("192.0.2.1"), 3587, &l.address[0]), OK);
	assert_int_equal(addr_parse(span_str("2001:db8::1"), 4000, &l.address[1]), OK);
	assert_int_equal(group_link_text(&t, &l), OK);
	read_paper(made);
	assert_at("kind", "link");
	assert_at("valid", "true");
	assert_at("group_name", "The Smiths");
	assert_at("group", pp->people.names[0]);
	assert_at("addresses", "192.0.2.1:3587, [2001:db8::1]:4000");
	assert_at("asks", "false");
	assert_at("text", "a link into group \"The Smiths\"");
	l.invitation = false;
	l.secret[0] = '\0';
	text_clear(&t);
	assert_int_equal(group_link_text(&t, &l), OK);
	read_paper(made);
	assert_at("asks", "true");
	assert_at("text", "a link to the password of group \"The Smiths\"");
	made[strlen(made) - 3] = '\0';
	read_paper(made);
	refused(ERR_MALFORMED, "no whole link", "homestead:join/");
	text_clear(&t);
	for (size_t i = 0; i < GROUP_CODE_WORDS; i++) {
		text_str(&t, i ? "-" : "");
		text_str(&t, group_code_word(100 * i));
	}
	read_paper(made);
	assert_at("kind", "code");
	assert_non_null(strstr(text_at("text"), group_code_word(100)));
	assert_null(strstr(text_at("text"), group_code_word(200)));
	read_paper("one two three");
	refused(ERR_MALFORMED, "", "five words");
	assert_int_equal(pp->commands, 0);
}

/* GROUP-14.35 */
static void one_is_known_by_the_other(void **state)
{
	char made[2000];
	struct group_link l = { .invitation = true, .secret = "stone-lemon-tiger" };
	struct text t = TEXT_OF(made), group = TEXT_OF(l.group);
	memcpy(l.id, id, sizeof(id));
	text_str(&group, pp->people.names[0]);
	assert_int_equal(group_link_text(&t, &l), OK);
	read_paper(made);
	assert_at("code", ""); /* no such invitation is known */
	assert_at("link", made);
	pp->invites[0] = some_invite();
	pp->n_invites = 1;
	read_paper(made);
	assert_at("code", "apple-river-stone-lemon-tiger");
	/* Another invitation, and what is no secret of a code. */
	l.id[0] ^= 1;
	text_clear(&t);
	assert_int_equal(group_link_text(&t, &l), OK);
	read_paper(made);
	assert_at("code", "");
	l.id[0] ^= 1;
	ops_set_text(l.secret, sizeof(l.secret), "something else");
	text_clear(&t);
	assert_int_equal(group_link_text(&t, &l), OK);
	read_paper(made);
	assert_at("code", "");
	/* A code that is over leads nowhere, an open one of one group does. */
	read_paper("Apple river, STONE lemon tiger");
	assert_at("code", "apple-river-stone-lemon-tiger");
	assert_at("link", "");
	pp->invites[0].state = GROUP_INVITE_OPEN;
	size_t groups = pp->n_groups;
	pp->n_groups = 1;
	read_paper("apple-river-stone-lemon-tiger");
	assert_at("group", pp->people.names[0]);
	assert_at("joined", "true");
	struct group_link read;
	char buffer[200];
	struct text why = TEXT_OF(buffer);
	assert_int_equal(group_link_parse(&read, span_str(text_at("link")), &why), OK);
	assert_string_equal(read.secret, "stone-lemon-tiger");
	assert_string_equal(read.group, pp->people.names[0]);
	assert_memory_equal(read.id, id, sizeof(id));
	assert_true(read.invitation);
	/* Two that are looked for alike. */
	pp->invites[1] = pp->invites[0];
	pp->n_invites = 2;
	read_paper("apple-river-stone-lemon-tiger");
	assert_at("link", "");
	pp->n_groups = groups;
	assert_int_equal(pp->commands, 0);
}

static void what_there_is(void **state)
{
	struct ops_request r = about(OPS_INVITES, "Home");
	pp->invites[0] = some_invite();
	pp->invites[1] = some_invite();
	pp->invites[1].state = GROUP_INVITE_OPEN;
	pp->invites[1].used = 0;
	pp->n_invites = 2;
	ask(&r);
	assert_at("invites.0.id", "01234500000000000000000000000000");
	assert_at("invites.0.lookup", "apple-river");
	assert_at("invites.0.label", "Dan");
	assert_at("invites.0.state", "used up");
	assert_at("invites.0.used", "2");
	assert_at("invites.0.over", "true");
	assert_at("invites.0.wrong", "3");
	assert_at("invites.1.state", "open");
	assert_at("invites.1.over", "false");
	assert_int_equal(pp->commands, 0);
}

static void one_is_revoked(void **state)
{
	struct ops_request r = about(OPS_INVITE_REVOKE, "Home");
	ops_set_text(r.name, sizeof(r.name), "apple-river");
	ask(&r);
	assert_int_equal(pp->command.kind, GROUPS_INVITE_REVOKE);
	assert_string_equal(pp->who, "apple-river");
	assert_at("text", "invitation \"apple-river\" is revoked: it lets nobody in any more");
	pp->result.err = ERR_NOT_FOUND;
	pp->result.text = "the group has no such invitation";
	ask(&r);
	refused(ERR_NOT_FOUND, "cannot be revoked: the group has no such", "homestead invite list");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GROUPS_TEST(a_code),
		GROUPS_TEST(codes_that_cannot_be),
		GROUPS_TEST(a_code_that_is_not_whole),
		GROUPS_TEST(how_many_and_how_long),
		GROUPS_TEST(a_link_to_the_password),
		GROUPS_TEST(what_links_and_codes_say),
		GROUPS_TEST(one_is_known_by_the_other),
		GROUPS_TEST(what_there_is),
		GROUPS_TEST(one_is_revoked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
