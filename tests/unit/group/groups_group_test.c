/* Groups of a machine: made, joined, opened, closed, left, changed, undone. */
#include "groups_rig.h"

static struct groups_command plain(enum groups_command_kind k)
{
	return (struct groups_command){ .kind = k };
}

static void expect(struct rig *r, enum groups_command_kind k, const char *group, enum err e,
		   const char *words)
{
	struct groups_command c = plain(k);
	c.group = rig_word(group);
	rig_expect(r, &c, e, words);
}

/* GROUP-9.1 */
static void test_created(void **state)
{
	struct rig r;
	struct group_info i;
	rig_init(&r);
	(void)rig_person(&r, "Anna");
	char id[GROUP_NAME_OCTETS + 1];
	struct text t = TEXT_OF(id);
	text_str(&t, rig_group(&r, "Home"));
	struct groups_info info = rig_info(&r, "");
	assert_string_equal(info.id, id);
	assert_true(info.open && info.owner && !info.owner_kept);
	group_look(info.group, &i);
	assert_true(i.published && i.creator && i.holds_group_key);
	assert_int_equal(i.roles, CRYPTO_ROLE_ADMIN);
	assert_non_null(i.security);
	assert_non_null(i.policy);
	rig_restart(&r);
	rig_pass(&r, MONO_SEC);
	info = rig_info(&r, "Home");
	assert_string_equal(info.id, id);
	group_look(info.group, &i);
	assert_true(i.published && i.holds_group_key);
	rig_fini(&r);
}

/* GROUP-10.12 */
static void test_create_by_nobody(void **state)
{
	struct rig r;
	char many[150];
	struct groups_identity id;
	size_t at = 0;
	rig_init(&r);
	memset(many, 'x', sizeof(many));
	struct groups_command c = plain(GROUPS_CREATE);
	c.text = rig_word("Home");
	c.label = span_of(many, 150);
	rig_expect(&r, &c, ERR_RANGE, "149 characters");
	c.label = rig_word("Ann on laptop");
	c.text = span_of("a\0b", 3);
	rig_expect(&r, &c, ERR_RANGE, "126 characters");
	c.text = rig_word("Home");
	c.dry_run = true;
	rig_expect(&r, &c, OK, "");
	assert_false(groups_identity_next(r.s, &at, &id));
	c.dry_run = false;
	rig_expect(&r, &c, OK, "");
	assert_true(groups_identity_next(r.s, &at, &id));
	assert_string_equal(id.label, "Ann on laptop");
	assert_true(id.is_default);
	assert_string_equal(rig_info(&r, "Home").self, id.name);
	c.text = rig_word("Den");
	c.label = rig_word("Zoe");
	rig_expect(&r, &c, OK, "");
	assert_false(groups_identity_next(r.s, &at, &id));
	rig_fini(&r);
}

static void test_create_refused(void **state)
{
	struct rig r;
	char many[400];
	rig_init(&r);
	memset(many, 'x', sizeof(many));
	struct groups_command c = plain(GROUPS_CREATE);
	c.text = rig_word("Home");
	rig_expect(&r, &c, ERR_NOT_FOUND, "no identity yet");
	(void)rig_person(&r, "Anna");
	c.identity = rig_word("Zoe");
	rig_expect(&r, &c, ERR_NOT_FOUND, "no such identity");
	c.identity = rig_word("");
	c.text = span_of(many, 127);
	rig_expect(&r, &c, ERR_RANGE, "126 characters");
	c.text = span_of("a\0b", 3);
	rig_expect(&r, &c, ERR_RANGE, "126 characters");
	c.text = rig_word("Home");
	c.comment = span_of(many, 256);
	rig_expect(&r, &c, ERR_RANGE, "255 characters");
	c.comment = rig_word("");
	c.classifier = span_of(many, 139);
	rig_expect(&r, &c, ERR_RANGE, "138 characters");
	c.classifier = rig_word("");
	c.cloud = span_of(many, 127);
	rig_expect(&r, &c, ERR_RANGE, "cloud");
	c.cloud = rig_word("");
	c.membership_life = 60;
	rig_expect(&r, &c, ERR_RANGE, "8 hours");
	c.membership_life = 0;
	c.presence_life = 299;
	rig_expect(&r, &c, ERR_RANGE, "300 seconds");
	c.presence_life = 0;
	c.profile = CRYPTO_CLASSIC;
	rig_expect(&r, &c, ERR_UNSUPPORTED, "");
	c.profile = CRYPTO_MODERN;
	c.dry_run = true;
	rig_expect(&r, &c, OK, "");
	assert_int_equal(rig_groups(&r), 0);
	c.dry_run = false;
	r.config.groups_max = 1;
	assert_int_equal(groups_reconfigure(r.s, &r.config, r.now), OK);
	rig_expect(&r, &c, OK, "");
	rig_expect(&r, &c, ERR_FULL, "groups_max");
	r.no_vault = true;
	rig_restart(&r);
	rig_expect(&r, &c, ERR_STATE, "vault");
	rig_fini(&r);
}

/* A group is made whole or not at all, wherever memory ends. */
static void test_create_memory(void **state)
{
	struct rig r;
	size_t failures = 0;
	rig_init(&r);
	(void)rig_person(&r, "Anna");
	struct groups_command c = plain(GROUPS_CREATE);
	c.text = rig_word("Home");
	for (size_t n = 1;; n += 1 + n / 30) {
		failing_env_fail_at(&r.f, n);
		const struct rig_answer *a = rig_do(&r, &c);
		r.f.fail_at = 0;
		bool failed = r.f.failed;
		rig_pass(&r, MONO_SEC);
		enum err e = a->given ? a->err : ERR_NOMEM;
		assert_int_equal(rig_groups(&r), e == OK ? 1 : 0);
		if (e == OK && failed)
			expect(&r, GROUPS_LEAVE, "", OK, "");
		if (!failed)
			break;
		failures++;
	}
	assert_true(failures > 10);
	rig_restart(&r);
	rig_pass(&r, MONO_SEC);
	assert_true(rig_info(&r, "").open);
	assert_non_null(rig_info(&r, "").group);
	rig_fini(&r);
}

/* ---- joined ---- */

/* Anna of `one` has a group, Ben of `two` is somebody. */
static void two_people(struct rig *one, struct rig *two)
{
	rig_init(one);
	rig_init(two);
	memset(two->vault, 0x33, sizeof(two->vault));
	rig_restart(two);
	(void)rig_person(one, "Anna");
	(void)rig_group(one, "Home");
	(void)rig_person(two, "Ben");
}

static void end_both(struct rig *one, struct rig *two)
{
	rig_fini(one);
	rig_fini(two);
}

/* GROUP-9.2 */
static void test_joined(void **state)
{
	struct rig one, two;
	struct group_info i;
	two_people(&one, &two);
	struct span paper = rig_invite(&one, "Home", rig_card(&two, ""), GROUP_ROLE_MEMBER, 0);
	struct groups_command c = plain(GROUPS_JOIN);
	c.document = paper;
	c.dry_run = true;
	rig_expect(&two, &c, OK, "");
	assert_int_equal(rig_groups(&two), 0);
	(void)rig_join(&two, paper);
	assert_string_equal(two.answer.made, rig_info(&one, "").id);
	struct groups_info info = rig_info(&two, "Home");
	assert_true(info.open && !info.owner);
	group_look(info.group, &i);
	assert_int_equal(i.roles, CRYPTO_ROLE_MEMBER);
	assert_false(i.published);
	c.dry_run = false;
	rig_expect(&two, &c, ERR_EXISTS, "in that group already");
	rig_restart(&two);
	assert_non_null(rig_info(&two, "Home").group);
	expect(&two, GROUPS_SET, "", ERR_DENIED, "only an administrator");
	end_both(&one, &two);
}

/* A newer one, also where there is no room for another group. */
static void test_renewed_by_paper(void **state)
{
	struct rig one, two;
	struct group_info i;
	two_people(&one, &two);
	int64_t end = RIG_WALL + one.now.us + 20 * MONO_DAY;
	struct span card = rig_card(&two, "");
	(void)rig_join(&two, rig_invite(&one, "", card, GROUP_ROLE_MEMBER, end));
	two.config.groups_max = 1;
	assert_int_equal(groups_reconfigure(two.s, &two.config, two.now), OK);
	rig_pass(&one, 10 * MONO_MIN);
	rig_pass(&two, 10 * MONO_MIN);
	struct span newer = rig_invite(&one, "", card, GROUP_ROLE_ADMIN, 0);
	(void)rig_join(&two, newer);
	group_look(rig_info(&two, "").group, &i);
	assert_int_equal(i.roles, CRYPTO_ROLE_ADMIN);
	assert_int_equal(rig_groups(&two), 1);
	rig_restart(&two);
	group_look(rig_info(&two, "").group, &i);
	assert_int_equal(i.roles, CRYPTO_ROLE_ADMIN);
	(void)rig_group(&one, "Club");
	struct groups_command c = plain(GROUPS_JOIN);
	c.document = rig_invite(&one, "Club", card, GROUP_ROLE_MEMBER, 0);
	rig_expect(&two, &c, ERR_FULL, "groups_max");
	end_both(&one, &two);
}

/* The put that keeps a newer one fails: the one of before is there, over a restart too. */
static void test_renewal_undone(void **state)
{
	struct rig one, two;
	struct group_info i;
	two_people(&one, &two);
	struct span card = rig_card(&two, "");
	(void)rig_join(&two, rig_invite(&one, "", card, GROUP_ROLE_MEMBER, 0));
	rig_commit(&two);
	rig_pass(&one, 10 * MONO_MIN);
	rig_pass(&two, 10 * MONO_MIN);
	struct groups_command c = plain(GROUPS_JOIN);
	c.document = rig_invite(&one, "", card, GROUP_ROLE_ADMIN, 0);
	store_mem_break(two.mem, ERR_IO);
	rig_expect(&two, &c, ERR_IO, "");
	store_mem_break(two.mem, OK);
	group_look(rig_info(&two, "").group, &i);
	assert_int_equal(i.roles, CRYPTO_ROLE_MEMBER);
	rig_pass(&two, MONO_SEC);
	rig_restart(&two);
	group_look(rig_info(&two, "").group, &i);
	assert_int_equal(i.roles, CRYPTO_ROLE_MEMBER);
	rig_expect(&two, &c, OK, "");
	end_both(&one, &two);
}

static void test_join_refused(void **state)
{
	struct rig one, two;
	two_people(&one, &two);
	struct span card = rig_card(&two, "");
	struct span paper = rig_invite(&one, "", card, GROUP_ROLE_MEMBER, 0);
	struct groups_command c = plain(GROUPS_JOIN);
	c.document = rig_word("nonsense");
	rig_expect(&two, &c, ERR_MALFORMED, "");
	c.document = card;
	rig_expect(&two, &c, ERR_MALFORMED, "hand it to somebody");
	c.document = paper;
	rig_expect(&one, &c, ERR_NOT_FOUND, "no identity of this machine");
	(void)rig_person(&two, "Other");
	c.identity = rig_word("Other");
	rig_expect(&two, &c, ERR_NOT_FOUND, "another identity than the one");
	c.identity = rig_word("Ben");
	rig_expect(&two, &c, OK, "");
	for (size_t n = 0; n < paper.n; n += 61) {
		c.document = span_of(paper.p, n);
		const struct rig_answer *a = rig_do(&two, &c);
		assert_true(a->given && a->err != OK && a->text[0]);
	}
	c = plain(GROUPS_IMPORT);
	c.document = paper;
	rig_expect(&two, &c, ERR_MALFORMED, "that is an invitation");
	assert_int_equal(rig_groups(&two), 1);
	end_both(&one, &two);
}

/* GROUP-9.2: which clock is wrong is for people to find out; both times are told. */
static void test_join_clock(void **state)
{
	struct rig one, two;
	two_people(&one, &two);
	int64_t end = RIG_WALL + one.now.us + MONO_HOUR;
	struct groups_command c = plain(GROUPS_JOIN);
	c.document = rig_invite(&one, "", rig_card(&two, ""), GROUP_ROLE_MEMBER, end);
	two.ahead = -40 * MONO_HOUR;
	rig_pass(&two, MONO_SEC);
	rig_expect(&two, &c, ERR_DENIED, "it is valid from ");
	assert_non_null(strstr(two.answer.text, "by our clock it is "));
	two.ahead = 40 * MONO_HOUR;
	rig_pass(&two, MONO_SEC);
	rig_expect(&two, &c, ERR_DENIED, "it ended at ");
	two.ahead = 0;
	rig_pass(&two, MONO_SEC);
	rig_expect(&two, &c, OK, "");
	end_both(&one, &two);
}

static void test_join_memory(void **state)
{
	struct rig one, two;
	size_t failures = 0;
	two_people(&one, &two);
	struct groups_command c = plain(GROUPS_JOIN);
	c.document = rig_invite(&one, "", rig_card(&two, ""), GROUP_ROLE_MEMBER, 0);
	for (size_t n = 1;; n += 1 + n / 20) {
		failing_env_fail_at(&two.f, n);
		const struct rig_answer *a = rig_do(&two, &c);
		two.f.fail_at = 0;
		bool failed = two.f.failed;
		rig_pass(&two, MONO_SEC);
		enum err e = a->given ? a->err : ERR_NOMEM;
		assert_int_equal(rig_groups(&two), e == OK ? 1 : 0);
		if (e == OK && failed)
			expect(&two, GROUPS_LEAVE, "", OK, "");
		if (!failed)
			break;
		failures++;
	}
	assert_true(failures > 10);
	end_both(&one, &two);
}

/* ---- opened, closed, left ---- */

static void test_open_and_close(void **state)
{
	struct rig r;
	rig_init(&r);
	expect(&r, GROUPS_OPEN, "", ERR_NOT_FOUND, "in no such group");
	expect(&r, GROUPS_CLOSE, "Home", ERR_NOT_FOUND, "in no such group");
	expect(&r, GROUPS_LEAVE, "Home", ERR_NOT_FOUND, "in no such group");
	(void)rig_person(&r, "Anna");
	(void)rig_group(&r, "Home");
	expect(&r, GROUPS_CLOSE, "Home", OK, "");
	assert_false(rig_info(&r, "").open);
	assert_null(rig_info(&r, "").group);
	expect(&r, GROUPS_CLOSE, "Home", OK, "");
	rig_restart(&r);
	assert_false(rig_info(&r, "").open);
	struct groups_command c = plain(GROUPS_SET);
	c.text = rig_word("Den");
	c.set = GROUPS_SET_TEXT;
	rig_expect(&r, &c, ERR_STATE, "not open");
	expect(&r, GROUPS_GRANT, "", ERR_STATE, "not open");
	expect(&r, GROUPS_CONNECT, "", ERR_STATE, "not open");
	expect(&r, GROUPS_OPEN, "Home", OK, "");
	expect(&r, GROUPS_OPEN, "Home", OK, "");
	assert_true(rig_info(&r, "").open);
	rig_restart(&r);
	assert_true(rig_info(&r, "").open);
	rig_fini(&r);
}

/* GROUP-9.5 */
static void test_left(void **state)
{
	struct rig r;
	rig_init(&r);
	(void)rig_person(&r, "Anna");
	(void)rig_group(&r, "Home");
	struct groups_command c = plain(GROUPS_LEAVE);
	c.dry_run = true;
	rig_expect(&r, &c, OK, "");
	assert_int_equal(rig_groups(&r), 1);
	c = plain(GROUPS_ID_DELETE);
	rig_expect(&r, &c, ERR_IN_USE, "leave them first");
	expect(&r, GROUPS_LEAVE, "", OK, "");
	assert_int_equal(rig_groups(&r), 0);
	rig_restart(&r);
	assert_int_equal(rig_groups(&r), 0);
	rig_expect(&r, &c, OK, "");
	rig_fini(&r);
}

static void test_connect_refused(void **state)
{
	struct rig r;
	const struct addr at[2] = {
		{ .family = ADDR_IPV4, .ip = { 192, 0, 2, 8 }, .port = 1 },
		{ .family = ADDR_IPV4, .ip = { 192, 0, 2, 9 }, .port = 1 },
	};
	rig_init(&r);
	(void)rig_person(&r, "Anna");
	(void)rig_group(&r, "Home");
	struct groups_command c = plain(GROUPS_CONNECT);
	c.address = at;
	c.n_address = 2;
	/* The last of them is told of. */
	rig_expect(&r, &c, ERR_REFUSED, "192.0.2.9:1: ");
	c = plain(GROUPS_CANCEL);
	c.other = 12345;
	rig_expect(&r, &c, OK, "");
	rig_fini(&r);
}

/* GROUP-10.6 */
static void test_found(void **state)
{
	struct rig r;
	struct groups_info i;
	rig_init(&r);
	(void)rig_person(&r, "Anna");
	(void)rig_group(&r, "Home");
	char id[GROUP_NAME_OCTETS + 1];
	struct text t = TEXT_OF(id);
	text_str(&t, rig_info(&r, "").id);
	(void)rig_group(&r, "Work");
	assert_int_equal(groups_find(r.s, rig_word(""), &i), ERR_CONFLICT);
	expect(&r, GROUPS_CLOSE, "", ERR_CONFLICT, "say which");
	assert_string_equal(rig_info(&r, "Home").id, id);
	assert_string_equal(rig_info(&r, id).friendly, "Home");
	id[6] = 0;
	assert_string_equal(rig_info(&r, id).friendly, "Home");
	id[5] = 0;
	assert_int_equal(groups_find(r.s, rig_word(id), &i), ERR_NOT_FOUND);
	(void)rig_group(&r, "Home");
	expect(&r, GROUPS_CLOSE, "Home", ERR_CONFLICT, "more of the group's name");
	struct groups_command c = plain(GROUPS_CLOSE);
	c.group = rig_word("Work");
	c.identity = rig_word("Zoe");
	rig_expect(&r, &c, ERR_NOT_FOUND, "");
	c.identity = rig_word("Anna");
	rig_expect(&r, &c, OK, "");
	rig_fini(&r);
}

/* ---- changed ---- */

/* GROUP-9.7, GRAPH-10.26: name and options, also of its graph. */
static void test_set(void **state)
{
	struct rig r;
	struct graph_info g;
	rig_init(&r);
	(void)rig_person(&r, "Anna");
	(void)rig_group(&r, "Home");
	struct groups_command c = plain(GROUPS_SET);
	c.text = rig_word("Den");
	c.comment = rig_word("under the roof");
	c.options = GROUP_OPTION_NO_PRESENCE | GROUP_OPTION_DEFER;
	c.set = GROUPS_SET_TEXT | GROUPS_SET_COMMENT | GROUPS_SET_OPTIONS;
	c.dry_run = true;
	rig_expect(&r, &c, OK, "");
	assert_string_equal(rig_info(&r, "").friendly, "Home");
	c.dry_run = false;
	rig_expect(&r, &c, OK, "");
	for (int again = 0; again < 2; again++) {
		struct groups_info i = rig_info(&r, "Den");
		graph_info(graphs_instance(r.graphs, span_str(i.id), span_str(i.self)), r.now, &g);
		assert_string_equal(g.properties->name, "Den");
		assert_string_equal(g.properties->comment, "under the roof");
		assert_int_equal(g.properties->presence_max, 0);
		assert_true(g.properties->defer_expiration);
		rig_restart(&r);
		rig_pass(&r, MONO_SEC);
	}
	c.options = 0;
	c.set = GROUPS_SET_OPTIONS;
	rig_expect(&r, &c, OK, "");
	struct groups_info i = rig_info(&r, "Den");
	graph_info(graphs_instance(r.graphs, span_str(i.id), span_str(i.self)), r.now, &g);
	assert_int_equal(g.properties->presence_max, GRAPH_PRESENCE_ALL);
	assert_false(g.properties->defer_expiration);
	c.set = GROUPS_SET_TEXT;
	c.text = rig_word("");
	rig_expect(&r, &c, ERR_RANGE, "1 to 126 characters");
	rig_fini(&r);
}

static void test_grant_refused(void **state)
{
	struct rig one, two;
	two_people(&one, &two);
	struct groups_command c = plain(GROUPS_GRANT);
	c.who = rig_word("Zoe");
	rig_expect(&one, &c, ERR_NOT_FOUND, "no such member");
	c.who = rig_word("Anna");
	c.role = GROUP_ROLE_ADMIN;
	rig_expect(&one, &c, OK, ""); /* who made it renews itself below the root */
	c.document = rig_word("x");
	rig_expect(&one, &c, ERR_MALFORMED, "");
	c.document = rig_invite(&one, "", rig_card(&two, ""), GROUP_ROLE_MEMBER, 0);
	rig_expect(&one, &c, ERR_MALFORMED, "the card of that person is needed");
	char octets[CRYPTO_CERT_MAX];
	struct text t = TEXT_OF(octets);
	static const char rubbish[] = "\x30\x03\x02\x01\x05";
	const struct group_paper card = { .kind = GROUP_PAPER_CARD,
					  .major = 2,
					  .octets = span_of(rubbish, 5) };
	assert_int_equal(group_paper_write(&t, &card), OK);
	c.document = span_of(t.p, t.n);
	rig_expect(&one, &c, ERR_MALFORMED, "keys of ECDSA P-256 alone");
	struct group_paper old = card;
	old.major = 1;
	text_clear(&t);
	assert_int_equal(group_paper_write(&t, &old), OK);
	c.document = span_of(t.p, t.n);
	rig_expect(&one, &c, ERR_UNSUPPORTED, "another security profile");
	c.document = rig_card(&two, "");
	c.dry_run = true;
	rig_expect(&one, &c, OK, "");
	assert_int_equal(one.answer.n, 0);
	end_both(&one, &two);
}

/* GROUP-9.19: by a card of ours nobody makes itself less. */
static void test_own_card(void **state)
{
	struct rig one, two;
	two_people(&one, &two);
	struct span card = rig_card(&one, "");
	struct groups_command c = plain(GROUPS_GRANT);
	c.document = card;
	c.role = GROUP_ROLE_MEMBER;
	rig_expect(&one, &c, ERR_DENIED, GROUPS_LESS_FOR_SELF);
	c.dry_run = true;
	rig_expect(&one, &c, ERR_DENIED, GROUPS_LESS_FOR_SELF);
	c.role = GROUP_ROLE_INVITER;
	rig_expect(&one, &c, ERR_DENIED, GROUPS_LESS_FOR_SELF);
	c.role = GROUP_ROLE_ADMIN;
	c.until = RIG_WALL + one.now.us + 30 * MONO_DAY;
	rig_expect(&one, &c, ERR_DENIED, GROUPS_LESS_FOR_SELF);
	c.until = 0;
	rig_expect(&one, &c, OK, ""); /* all that it has: below the root */
	/* Whoever names itself, and not a card, means it. */
	c.document = rig_word("");
	c.who = rig_word("Anna");
	c.role = GROUP_ROLE_MEMBER;
	rig_expect(&one, &c, OK, "");
	end_both(&one, &two);
}

/* An administrator without the group key, the same. */
static void test_own_card_of_another(void **state)
{
	struct rig one, two;
	two_people(&one, &two);
	(void)rig_join(&two, rig_invite(&one, "", rig_card(&two, ""), GROUP_ROLE_ADMIN, 0));
	rig_pass(&two, MONO_SEC);
	struct groups_command c = plain(GROUPS_GRANT);
	c.document = rig_card(&two, "");
	c.role = GROUP_ROLE_MEMBER;
	rig_expect(&two, &c, ERR_DENIED, GROUPS_LESS_FOR_SELF);
	c.role = GROUP_ROLE_ADMIN;
	rig_expect(&two, &c, ERR_DENIED, "nobody renews a membership of its own");
	end_both(&one, &two);
}

/* ---- the store ---- */

/* GROUP-10.2: a group whose first row is lost never was; one that was left is back. */
static void test_undone(void **state)
{
	struct rig r;
	rig_init(&r);
	(void)rig_person(&r, "Anna");
	rig_commit(&r);
	(void)rig_group(&r, "Home");
	rig_fail_store(&r);
	rig_pass(&r, MONO_SEC);
	assert_int_equal(rig_groups(&r), 0);
	(void)rig_group(&r, "Home");
	rig_pass(&r, MONO_SEC);
	rig_commit(&r);
	expect(&r, GROUPS_LEAVE, "", OK, "");
	assert_int_equal(rig_groups(&r), 0);
	rig_fail_store(&r);
	rig_pass(&r, MONO_MIN);
	assert_int_equal(rig_groups(&r), 1);
	assert_non_null(rig_info(&r, "Home").group);
	rig_restart(&r);
	rig_pass(&r, MONO_SEC);
	assert_int_equal(rig_groups(&r), 1);
	rig_fini(&r);
}

/* Puts that fail leave all as it was. */
static void test_puts_fail(void **state)
{
	struct rig r;
	rig_init(&r);
	(void)rig_person(&r, "Anna");
	(void)rig_group(&r, "Home");
	rig_commit(&r);
	store_mem_break(r.mem, ERR_FULL);
	struct groups_command c = plain(GROUPS_CREATE);
	c.text = rig_word("Work");
	rig_expect(&r, &c, ERR_FULL, "");
	assert_int_equal(rig_groups(&r), 1);
	expect(&r, GROUPS_CLOSE, "Home", ERR_FULL, "");
	assert_true(rig_info(&r, "Home").open);
	c = plain(GROUPS_SET);
	c.text = rig_word("Den");
	c.set = GROUPS_SET_TEXT;
	const struct rig_answer *a = rig_do(&r, &c);
	assert_true(a->given && a->err != OK);
	assert_string_equal(rig_info(&r, "").friendly, "Home");
	c = plain(GROUPS_ID_CREATE);
	c.text = rig_word("Ben");
	rig_expect(&r, &c, ERR_FULL, "");
	c = plain(GROUPS_ID_SET);
	c.set = GROUPS_SET_TEXT;
	c.text = rig_word("Anne");
	rig_expect(&r, &c, ERR_FULL, "");
	store_mem_break(r.mem, OK);
	rig_pass(&r, MONO_MIN);
	rig_restart(&r);
	rig_pass(&r, MONO_SEC);
	assert_true(rig_info(&r, "Home").open);
	struct groups_identity i;
	assert_int_equal(groups_find_identity(r.s, rig_word("Anna"), &i), OK);
	rig_fini(&r);
}

/* GROUP-10.9 */
static void test_stop(void **state)
{
	struct rig r;
	rig_init(&r);
	(void)rig_person(&r, "Anna");
	(void)rig_group(&r, "Home");
	groups_stop(r.s, r.now);
	rig_drain(&r);
	assert_false(groups_busy(r.s));
	struct groups_info i = rig_info(&r, "");
	assert_null(graphs_instance(r.graphs, span_str(i.id), span_str(i.self)));
	rig_restart(&r);
	rig_pass(&r, MONO_SEC);
	i = rig_info(&r, "");
	assert_true(i.open);
	assert_non_null(graphs_instance(r.graphs, span_str(i.id), span_str(i.self)));
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_created),
		cmocka_unit_test(test_create_by_nobody),
		cmocka_unit_test(test_create_refused),
		cmocka_unit_test(test_create_memory),
		cmocka_unit_test(test_joined),
		cmocka_unit_test(test_renewed_by_paper),
		cmocka_unit_test(test_renewal_undone),
		cmocka_unit_test(test_join_refused),
		cmocka_unit_test(test_join_clock),
		cmocka_unit_test(test_join_memory),
		cmocka_unit_test(test_open_and_close),
		cmocka_unit_test(test_left),
		cmocka_unit_test(test_connect_refused),
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_grant_refused),
		cmocka_unit_test(test_own_card),
		cmocka_unit_test(test_own_card_of_another),
		cmocka_unit_test(test_undone),
		cmocka_unit_test(test_puts_fail),
		cmocka_unit_test(test_stop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
