/* Invitations for people and the password, as commands of a machine. */
#include "group/code.h"
#include "groups_rig.h"

static struct rig r;

static int begin(void **state)
{
	rig_init(&r);
	rig_person(&r, "Anna");
	rig_group(&r, "Home");
	rig_pass(&r, MONO_SEC);
	return 0;
}

static int end(void **state)
{
	rig_fini(&r);
	return 0;
}

static struct groups_command plain(enum groups_command_kind kind)
{
	return (struct groups_command){ .kind = kind, .role = GROUP_ROLE_MEMBER };
}

static size_t invitations(struct group_invite_info *last)
{
	struct groups_info g = rig_info(&r, "Home");
	const void *at = NULL;
	size_t n = 0;
	while (group_invite_next(g.group, &at, last))
		n++;
	return n;
}

/* GROUP-14.27 to GROUP-14.29 */
static void a_code_and_its_link(void **state)
{
	struct groups_command c = plain(GROUPS_INVITE);
	struct group_invite_info i;
	struct group_code code;
	struct group_link link;
	char room[200];
	struct text why = TEXT_OF(room);
	c.text = rig_word("Ben");
	rig_expect(&r, &c, OK, "");
	assert_true(r.answer.after > 0);
	const uint8_t *line = memchr(r.answer.document, '\n', r.answer.n);
	assert_non_null(line);
	size_t n = (size_t)(line - r.answer.document);
	assert_int_equal(group_code_parse(&code, span_of(r.answer.document, n), &why), OK);
	assert_int_equal(group_link_parse(&link, span_of(line + 1, r.answer.n - n - 1), &why), OK);
	assert_string_equal(link.secret, code.secret);
	assert_string_equal(link.friendly, "Home");
	assert_string_equal(link.group, r.answer.made);
	assert_int_equal(invitations(&i), 1);
	assert_memory_equal(i.id, link.id, sizeof(link.id));
	assert_true(span_eq(i.lookup, span_str(code.lookup)));
	assert_true(span_eq(i.label, rig_word("Ben")));
	assert_int_equal(i.uses, 1);
	assert_int_equal(i.role, GROUP_ROLE_MEMBER);
	assert_in_range(i.end - RIG_WALL, 7 * MONO_DAY, 7 * MONO_DAY + MONO_HOUR);
	/* It is there after a restart. */
	rig_restart(&r);
	rig_pass(&r, MONO_SEC);
	assert_int_equal(invitations(&i), 1);
	assert_int_equal(i.state, GROUP_INVITE_OPEN);
}

/* ---- where the group is reached ---- */

static void listen_on(const char *const *at, size_t n)
{
	struct graph_part_config graph;
	graph_config_init(&graph);
	graph.enabled = true;
	for (size_t i = 0; i < n; i++)
		assert_int_equal(addr_parse(span_str(at[i]), 0, &graph.listen[graph.n_listen++]),
				 OK);
	assert_int_equal(graphs_reconfigure(r.graphs, &graph, r.now), OK);
	rig_drain(&r);
	rig_pass(&r, MONO_SEC);
}

static void assert_link_says(const char *const *at, size_t n)
{
	struct groups_command c = plain(GROUPS_INVITE);
	struct group_link link;
	char room[200];
	struct text why = TEXT_OF(room);
	rig_expect(&r, &c, OK, "");
	const uint8_t *line = memchr(r.answer.document, '\n', r.answer.n);
	assert_non_null(line);
	size_t before = (size_t)(line + 1 - r.answer.document);
	assert_int_equal(group_link_parse(&link, span_of(line + 1, r.answer.n - before), &why), OK);
	assert_int_equal(link.n_address, n);
	for (size_t i = 0; i < n; i++) {
		char buffer[ADDR_TEXT_MAX];
		struct text t = TEXT_OF(buffer);
		addr_text(&t, &link.address[i]);
		assert_string_equal(buffer, at[i]);
	}
}

/* GROUP-14.32 */
static void the_link_says_where(void **state)
{
	static const char *const first[] = { "192.0.2.1:3587" };
	static const char *const many[] = { "192.0.2.1", "192.0.2.2",	"192.0.2.3",
					    "fe80::1%2", "2001:db8::1", "192.0.2.4" };
	static const char *const four[] = { "192.0.2.1:3587", "192.0.2.2:3587",
					    "[2001:db8::1]:3587", "192.0.2.3:3587" };
	static const char *const near[] = { "fe80::1%2" };
	assert_link_says(first, 1);
	listen_on(many, 6);
	assert_link_says(four, 4);
	listen_on(near, 1);
	assert_link_says(NULL, 0);
}

static void what_is_refused(void **state)
{
	struct groups_command c = plain(GROUPS_INVITE);
	struct group_invite_info i;
	char label[GROUP_LABEL_OCTETS + 2];
	c.uses = GROUP_USES_MAX + 1;
	rig_expect(&r, &c, ERR_RANGE, "1 to 1,000");
	c.uses = 2;
	memset(label, 'a', sizeof(label));
	c.text = span_of(label, sizeof(label) - 1);
	rig_expect(&r, &c, ERR_RANGE, "255 octets");
	c.text.n = 0;
	c.until = RIG_WALL - 1;
	rig_expect(&r, &c, ERR_DENIED, "over already");
	c.until = 0;
	c.dry_run = true;
	rig_expect(&r, &c, OK, "");
	assert_int_equal(r.answer.n, 0);
	assert_int_equal(invitations(&i), 0);
	const struct groups_command close = plain(GROUPS_CLOSE);
	rig_expect(&r, &close, OK, "");
	c.dry_run = false;
	rig_expect(&r, &c, ERR_STATE, "not open");
}

static void it_is_revoked(void **state)
{
	struct groups_command c = plain(GROUPS_INVITE), revoke = plain(GROUPS_INVITE_REVOKE);
	struct group_invite_info i;
	char digits[2 * GROUP_INVITATION_ID + 1];
	struct text t = TEXT_OF(digits);
	c.text = rig_word("Ben");
	rig_expect(&r, &c, OK, "");
	rig_expect(&r, &c, OK, "");
	revoke.who = rig_word("Ben");
	rig_expect(&r, &revoke, ERR_CONFLICT, "several");
	revoke.who = rig_word("Zoe");
	rig_expect(&r, &revoke, ERR_NOT_FOUND, "no such");
	assert_int_equal(invitations(&i), 2);
	text_hex(&t, span_of(i.id, GROUP_INVITATION_ID));
	revoke.who = span_of(digits, 8);
	revoke.dry_run = true;
	rig_expect(&r, &revoke, OK, "");
	assert_int_equal(invitations(&i), 2);
	assert_int_equal(i.state, GROUP_INVITE_OPEN);
	revoke.dry_run = false;
	rig_expect(&r, &revoke, OK, "");
	assert_int_equal(invitations(&i), 2);
	assert_int_equal(i.state, GROUP_INVITE_REVOKED);
	/* Of the two one is open. */
	revoke.who = rig_word("Ben");
	rig_expect(&r, &revoke, OK, "");
	rig_expect(&r, &revoke, ERR_NOT_FOUND, "no such");
}

/* GROUP-14.33 */
static void assert_link_asks(void)
{
	struct groups_command c = plain(GROUPS_INVITE);
	struct group_link link;
	char room[200];
	struct text why = TEXT_OF(room);
	c.set = GROUPS_BY_PASSWORD;
	rig_expect(&r, &c, OK, "");
	assert_int_equal(r.answer.document[0], '\n');
	assert_int_equal(
		group_link_parse(&link, span_of(r.answer.document + 1, r.answer.n - 1), &why), OK);
	assert_false(link.invitation);
	assert_string_equal(link.secret, "");
	assert_string_equal(link.friendly, "Home");
	assert_int_equal(link.n_address, 1);
	for (size_t i = 0; i < sizeof(link.id); i++)
		assert_int_equal(link.id[i], 0);
}

/* GROUP-14.30 */
static void the_password(void **state)
{
	struct groups_command c = plain(GROUPS_PASSWORD), link = plain(GROUPS_INVITE);
	link.set = GROUPS_BY_PASSWORD;
	rig_expect(&r, &link, ERR_STATE, "has no password");
	c.passphrase = rig_word("correct horse");
	rig_expect(&r, &c, OK, "");
	struct group_info before, i;
	group_look(rig_info(&r, "Home").group, &before);
	assert_int_equal(group_password_state(rig_info(&r, "Home").group), GROUP_PASSWORD_SET);
	assert_string_equal(before.friendly, "Home");
	assert_link_asks();
	c.passphrase.n = 0;
	c.dry_run = true;
	rig_expect(&r, &c, OK, "");
	assert_int_equal(group_password_state(rig_info(&r, "Home").group), GROUP_PASSWORD_SET);
	c.dry_run = false;
	rig_expect(&r, &c, OK, "");
	assert_int_equal(group_password_state(rig_info(&r, "Home").group), GROUP_PASSWORD_NONE);
	group_look(rig_info(&r, "Home").group, &i);
	assert_string_equal(i.friendly, "Home");
}

/* ---- without memory ---- */

/* What is left of a command at each failure: `done` tells whether it took place. */
static void each_failure(const struct groups_command *k, bool (*done)(void), void (*undo)(void))
{
	size_t failures = 0;
	for (size_t n = 1;; n += 1 + n / 20) {
		failing_env_fail_at(&r.f, n);
		const struct rig_answer *a = rig_do(&r, k);
		r.f.fail_at = 0;
		bool failed = r.f.failed;
		/* GROUP-14.38: what lacked memory is made up for. */
		rig_pass(&r, 10 * MONO_SEC);
		enum err e = a->given ? a->err : ERR_NOMEM;
		/* A record whose answer lacked memory may be there; what was told to be is. */
		if (e == OK)
			assert_true(done());
		else
			assert_int_equal(a->n, 0);
		if (!failed)
			break;
		failures++;
		undo();
	}
	assert_true(failures > 5);
	assert_true(done());
}

static bool is_invited(void)
{
	struct group_invite_info i;
	return invitations(&i) > 0 && i.state == GROUP_INVITE_OPEN;
}

static void revoke_all(void)
{
	struct groups_command revoke = plain(GROUPS_INVITE_REVOKE);
	revoke.who = rig_word("Ben");
	if (is_invited())
		(void)rig_do(&r, &revoke);
	rig_pass(&r, MONO_SEC);
	assert_false(is_invited());
}

static bool has_password(void)
{
	return group_password_state(rig_info(&r, "Home").group) == GROUP_PASSWORD_SET;
}

static void take_password(void)
{
	const struct groups_command none = plain(GROUPS_PASSWORD);
	rig_expect(&r, &none, OK, "");
	assert_false(has_password());
}

static void whatever_lacks_memory_is_told(void **state)
{
	struct groups_command c = plain(GROUPS_INVITE), pass = plain(GROUPS_PASSWORD);
	c.text = rig_word("Ben");
	each_failure(&c, is_invited, revoke_all);
	pass.passphrase = rig_word("correct horse");
	each_failure(&pass, has_password, take_password);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_code_and_its_link, begin, end),
		cmocka_unit_test_setup_teardown(the_link_says_where, begin, end),
		cmocka_unit_test_setup_teardown(what_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(it_is_revoked, begin, end),
		cmocka_unit_test_setup_teardown(the_password, begin, end),
		cmocka_unit_test_setup_teardown(whatever_lacks_memory_is_told, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
