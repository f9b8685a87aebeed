/* Whole nodes in one group: made, joined, connected, renewed, expired, locked away. */
#include "group_rig.h"

#include "node/record.h"

static char invitation[GROUP_PAPER_MAX];

/* Anna makes a group on machine 0, Ben of machine 1 is in it, and connected. */
static void two(struct rig *r, enum group_role role)
{
	rig_init(r, 2);
	(void)rig_person(r, 0, "Anna");
	(void)rig_group(r, 0, "Home");
	(void)rig_person(r, 1, "Ben");
	rig_invite(r, 0, 1, role, 0, invitation, sizeof(invitation));
	rig_join(r, 1, invitation);
	assert_int_equal(rig_connect(r, 1, 0), OK);
}

static const struct group_member *member_of(struct rig *r, size_t i, size_t of)
{
	struct groups_identity who;
	assert_int_equal(groups_find_identity(node_groups(r->m[of].n), span_str(""), &who), OK);
	struct groups_info info = rig_info(r, i);
	assert_non_null(info.group);
	return group_members_find(group_members(info.group), span_str(who.name));
}

static const struct group_member *member_of_name(struct rig *r, size_t i, const char *label)
{
	const struct group_members *all = group_members(rig_info(r, i).group);
	struct group_member *m = NULL;
	struct group_name n;
	while ((m = group_members_next(all, m)))
		if (group_name_parse(&n, m->name) == OK && span_eq(n.classifier, span_str(label)))
			return m;
	return NULL;
}

static void test_create(void **state)
{
	struct rig r;
	struct group_info i;
	rig_init(&r, 1);
	(void)rig_person(&r, 0, "Anna");
	(void)rig_group(&r, 0, "Home");
	struct groups_info info = rig_info(&r, 0);
	assert_true(info.open && info.owner && !info.owner_kept);
	assert_string_equal(info.friendly, "Home");
	group_look(info.group, &i);
	assert_true(i.published && i.creator && i.holds_group_key);
	assert_non_null(i.security);
	assert_non_null(i.policy);
	assert_string_equal(i.friendly, "Home");
	assert_int_equal(i.members, 1);
	assert_int_equal(i.roles, CRYPTO_ROLE_ADMIN);
	assert_int_equal(r.m[0].door.port, GRAPH_PORT);
	rig_fini(&r);
}

static void test_two(void **state)
{
	struct rig r;
	two(&r, GROUP_ROLE_MEMBER);
	assert_int_equal(rig_neighbors(&r, 0), 1);
	assert_int_equal(rig_neighbors(&r, 1), 1);
	assert_int_equal(rig_say(&r, 0, "dinner"), OK);
	assert_int_equal(rig_say(&r, 1, "coming"), OK);
	assert_int_equal(rig_heard(&r, 1, "dinner"), 1);
	assert_int_equal(rig_heard(&r, 0, "coming"), 1);
	const struct group_member *ben = member_of(&r, 0, 1);
	assert_non_null(ben);
	assert_true(ben->published && ben->online && ben->has_seal_key);
	assert_true(rig_told(&r, 0, "has joined"));
	assert_string_equal(rig_info(&r, 1).friendly, "Home");
	rig_fini(&r);
}

static void ask(struct rig *r, size_t i, enum groups_command_kind kind)
{
	const struct groups_command c = { .kind = kind };
	assert_int_equal(rig_do(r, i, &c)->err, OK);
	rig_run(r, 5 * MONO_SEC);
}

/* GROUP-9.3: what was closed stays closed over a restart, what was open is open, with its
 * member list and records. */
static void test_restart(void **state)
{
	struct rig r;
	two(&r, GROUP_ROLE_MEMBER);
	assert_int_equal(rig_say(&r, 0, "dinner"), OK);
	ask(&r, 1, GROUPS_CLOSE);
	const struct group_member *ben = member_of_name(&r, 0, "Ben");
	assert_non_null(ben);
	assert_false(ben->online);
	rig_off(&r, 1);
	rig_on(&r, 1);
	rig_run(&r, 5 * MONO_SEC);
	assert_false(rig_info(&r, 1).open);
	assert_int_equal(rig_neighbors(&r, 0), 0);
	ask(&r, 1, GROUPS_OPEN);
	rig_off(&r, 1);
	rig_on(&r, 1);
	rig_run(&r, 30 * MONO_SEC);
	assert_true(rig_info(&r, 1).open);
	assert_int_equal(rig_heard(&r, 1, "dinner"), 1);
	assert_non_null(member_of_name(&r, 1, "Anna"));
	if (!rig_neighbors(&r, 1))
		assert_int_equal(rig_connect(&r, 1, 0), OK);
	assert_int_equal(rig_say(&r, 1, "late"), OK);
	assert_int_equal(rig_heard(&r, 0, "late"), 1);
	ben = member_of_name(&r, 0, "Ben");
	assert_true(ben->online);
	rig_fini(&r);
}

/* GROUP-10.4: locked away, the group is there and says nothing; with the key it is back. */
static void test_wrong_vault(void **state)
{
	struct rig r;
	two(&r, GROUP_ROLE_MEMBER);
	rig_off(&r, 1);
	r.m[1].vault[0] ^= 1;
	rig_on(&r, 1);
	rig_run(&r, 30 * MONO_SEC);
	assert_int_equal(groups_health(node_groups(r.m[1].n)), ERR_DENIED);
	assert_null(rig_info(&r, 1).group);
	assert_int_equal(rig_neighbors(&r, 1), 0);
	assert_int_equal(rig_connect(&r, 1, 0), ERR_STATE);
	rig_off(&r, 1);
	r.m[1].vault[0] ^= 1;
	rig_on(&r, 1);
	rig_run(&r, 5 * MONO_SEC);
	assert_non_null(rig_info(&r, 1).group);
	if (!rig_neighbors(&r, 1))
		assert_int_equal(rig_connect(&r, 1, 0), OK);
	rig_fini(&r);
}

static void grant(struct rig *r, size_t by, const char *who, enum group_role role, int64_t until)
{
	const struct groups_command c = { .kind = GROUPS_GRANT,
					  .who = span_str(who),
					  .role = role,
					  .until = until,
					  .publish = true };
	const struct rig_answer *a = rig_do(r, by, &c);
	if (a->err)
		print_error("%s\n", a->text);
	assert_int_equal(a->err, OK);
	rig_run(r, 2 * MONO_SEC);
}

static unsigned int roles(struct rig *r, size_t i)
{
	struct group_info g;
	group_look(rig_info(r, i).group, &g);
	return g.roles;
}

/* GROUP-9.10: a new role is a new chain; it holds at once, for records of both. */
static void test_role(void **state)
{
	struct rig r;
	two(&r, GROUP_ROLE_MEMBER);
	struct groups_command invite = { .kind = GROUPS_GRANT,
					 .who = span_str("Anna"),
					 .role = GROUP_ROLE_MEMBER };
	assert_int_equal(rig_do(&r, 1, &invite)->err, ERR_DENIED);
	grant(&r, 0, "Ben", GROUP_ROLE_INVITER, 0);
	assert_int_equal(roles(&r, 1), CRYPTO_ROLE_INVITER);
	assert_true(rig_told(&r, 1, "is renewed"));
	assert_true(rig_told(&r, 0, "has another role"));
	assert_int_equal(rig_say(&r, 1, "mine"), OK);
	assert_int_equal(rig_heard(&r, 0, "mine"), 1);
	rig_off(&r, 1);
	rig_on(&r, 1);
	rig_run(&r, 5 * MONO_SEC);
	assert_int_equal(roles(&r, 1), CRYPTO_ROLE_INVITER);
	/* Nobody gives a role above its own, nor renews itself. */
	invite.role = GROUP_ROLE_ADMIN;
	assert_int_equal(rig_do(&r, 1, &invite)->err, ERR_DENIED);
	invite.who = span_str("Ben");
	invite.role = GROUP_ROLE_MEMBER;
	assert_int_equal(rig_do(&r, 1, &invite)->err, ERR_DENIED);
	rig_fini(&r);
}

/* GROUP-9.11, GROUP-9.12: told before, told at the end; then nobody of it is left. */
static void test_expiry(void **state)
{
	struct rig r;
	rig_init(&r, 2);
	(void)rig_person(&r, 0, "Anna");
	(void)rig_group(&r, 0, "Home");
	(void)rig_person(&r, 1, "Ben");
	rig_invite(&r, 0, 1, GROUP_ROLE_MEMBER, RIG_WALL + r.now.us + MONO_HOUR, invitation,
		   sizeof(invitation));
	rig_join(&r, 1, invitation);
	assert_int_equal(rig_connect(&r, 1, 0), OK);
	assert_true(rig_told(&r, 1, "renew: our membership"));
	assert_int_equal(rig_neighbors(&r, 0), 1);
	rig_forget(&r, 1);
	for (size_t i = 0; i < 2; i++)
		r.m[i].ahead = 2 * MONO_HOUR;
	rig_run(&r, 12 * MONO_SEC);
	assert_int_equal(rig_neighbors(&r, 0), 0);
	assert_null(member_of_name(&r, 0, "Ben"));
	assert_true(rig_told(&r, 0, "is no longer a member"));
	assert_true(rig_told(&r, 1, "has ended"));
	assert_int_equal(rig_say(&r, 1, "still here"), ERR_DENIED);
	/* Renewed by paper it is back. */
	rig_invite(&r, 0, 1, GROUP_ROLE_MEMBER, 0, invitation, sizeof(invitation));
	rig_join(&r, 1, invitation);
	assert_int_equal(rig_connect(&r, 1, 0), OK);
	assert_int_equal(rig_say(&r, 1, "again here"), OK);
	assert_int_equal(rig_heard(&r, 0, "again here"), 1);
	rig_fini(&r);
}

/* A member of another group knows the name of ours, and is refused. */
static void test_foreign(void **state)
{
	struct rig r;
	static char mallory[GROUP_PAPER_MAX];
	rig_init(&r, 3);
	(void)rig_person(&r, 0, "Anna");
	(void)rig_group(&r, 0, "Home");
	(void)rig_person(&r, 1, "Ben");
	(void)rig_person(&r, 2, "Mallory");
	rig_invite(&r, 0, 1, GROUP_ROLE_MEMBER, 0, invitation, sizeof(invitation));
	const struct groups_command join = { .kind = GROUPS_JOIN,
					     .document = span_str(invitation) };
	assert_int_equal(rig_do(&r, 2, &join)->err, ERR_NOT_FOUND);
	(void)rig_group(&r, 2, "Other");
	assert_int_equal(rig_connect(&r, 2, 0), ERR_CLOSED);
	assert_int_equal(rig_neighbors(&r, 0), 0);
	rig_card(&r, 2, mallory, sizeof(mallory));
	const struct groups_command card = { .kind = GROUPS_JOIN, .document = span_str(mallory) };
	assert_int_equal(rig_do(&r, 1, &card)->err, ERR_MALFORMED);
	rig_fini(&r);
}

static void must(struct rig *r, size_t i, const struct groups_command *c, enum err expected)
{
	const struct rig_answer *a = rig_do(r, i, c);
	if (a->err != expected)
		print_error("%s\n", a->text);
	assert_int_equal(a->err, expected);
}

/* GROUP-9.7: told by an administrator, heard by all, kept by both. */
static void test_set(void **state)
{
	struct rig r;
	struct group_info i;
	two(&r, GROUP_ROLE_MEMBER);
	struct groups_command c = { .kind = GROUPS_SET,
				    .text = span_str("Casa"),
				    .set = GROUPS_SET_TEXT };
	must(&r, 1, &c, ERR_DENIED);
	must(&r, 0, &c, OK);
	rig_run(&r, 2 * MONO_SEC);
	group_look(rig_info(&r, 1).group, &i);
	assert_string_equal(i.friendly, "Casa");
	assert_string_equal(rig_info(&r, 0).friendly, "Casa");
	rig_off(&r, 0);
	rig_on(&r, 0);
	rig_run(&r, 2 * MONO_SEC);
	assert_string_equal(rig_info(&r, 0).friendly, "Casa");
	group_look(rig_info(&r, 0).group, &i);
	assert_non_null(i.policy);
	rig_fini(&r);
}

/* GROUP-9.5, GROUP-10.7 */
static void test_leave(void **state)
{
	struct rig r;
	two(&r, GROUP_ROLE_MEMBER);
	struct groups_command c = { .kind = GROUPS_OWNER, .passphrase = span_str("horse") };
	must(&r, 1, &c, ERR_NOT_FOUND);
	must(&r, 0, &c, OK);
	assert_non_null(strstr(r.m[0].answer.document, "HOMESTEADGROUPOWNER"));
	assert_true(rig_info(&r, 0).owner_kept);
	c = (struct groups_command){ .kind = GROUPS_EXPORT };
	must(&r, 1, &c, OK);
	assert_non_null(strstr(r.m[1].answer.document, "PEERGROUPCONFIG"));
	static char kept[GROUP_PAPER_MAX];
	memcpy(kept, r.m[1].answer.document, r.m[1].answer.n + 1);
	c = (struct groups_command){ .kind = GROUPS_ID_DELETE };
	must(&r, 1, &c, ERR_IN_USE);
	c = (struct groups_command){ .kind = GROUPS_LEAVE };
	must(&r, 1, &c, OK);
	struct groups_info info;
	assert_int_equal(groups_find(node_groups(r.m[1].n), span_str(""), &info), ERR_NOT_FOUND);
	rig_run(&r, 5 * MONO_SEC);
	assert_int_equal(rig_neighbors(&r, 0), 0);
	c = (struct groups_command){ .kind = GROUPS_IMPORT, .document = span_str(kept) };
	must(&r, 1, &c, OK);
	assert_int_equal(rig_connect(&r, 1, 0), OK);
	assert_int_equal(rig_neighbors(&r, 0), 1);
	rig_fini(&r);
}

/* An inviting member takes somebody in while the administrator is away; when it is back it
 * knows the newcomer by the chain of three. */
static void test_three(void **state)
{
	struct rig r;
	rig_init(&r, 3);
	(void)rig_person(&r, 0, "Anna");
	(void)rig_group(&r, 0, "Home");
	(void)rig_person(&r, 1, "Ben");
	(void)rig_person(&r, 2, "Carol");
	rig_invite(&r, 0, 1, GROUP_ROLE_INVITER, 0, invitation, sizeof(invitation));
	rig_join(&r, 1, invitation);
	assert_int_equal(rig_connect(&r, 1, 0), OK);
	assert_int_equal(rig_say(&r, 0, "dinner"), OK);
	rig_off(&r, 0);
	rig_run(&r, MONO_SEC);
	rig_invite(&r, 1, 2, GROUP_ROLE_MEMBER, 0, invitation, sizeof(invitation));
	rig_join(&r, 2, invitation);
	assert_int_equal(rig_connect(&r, 2, 1), OK);
	assert_int_equal(rig_heard(&r, 2, "dinner"), 1);
	assert_int_equal(rig_say(&r, 2, "hello"), OK);
	assert_int_equal(rig_heard(&r, 1, "hello"), 1);
	assert_non_null(member_of_name(&r, 2, "Anna"));
	rig_on(&r, 0);
	rig_run(&r, 5 * MONO_SEC);
	if (!rig_neighbors(&r, 0))
		assert_int_equal(rig_connect(&r, 0, 1), OK);
	assert_int_equal(rig_heard(&r, 0, "hello"), 1);
	const struct group_member *carol = member_of_name(&r, 0, "Carol");
	assert_non_null(carol);
	assert_true(carol->published && carol->online);
	rig_fini(&r);
}

static void configure(struct rig *r, size_t i, const char *text)
{
	struct node_in in = { .kind = NODE_IN_CONFIG, .bytes = span_str(text) };
	rig_give(r, i, &in);
	rig_run(r, 10 * MONO_SEC);
}

/* GROUP-10.9: switched off alone, others see it leave; on again it is back. */
static void test_switched(void **state)
{
	struct rig r;
	two(&r, GROUP_ROLE_MEMBER);
	configure(&r, 1, "graph { listen = 192.0.2.2 ; lab = yes }");
	assert_null(node_groups(r.m[1].n));
	assert_int_equal(rig_neighbors(&r, 0), 0);
	const struct groups_command c = { .kind = GROUPS_ID_CREATE };
	assert_int_equal(rig_do(&r, 1, &c)->err, ERR_STATE);
	configure(&r, 1, "graph { listen = 192.0.2.2 ; lab = yes }\ngroup { }");
	assert_non_null(node_groups(r.m[1].n));
	assert_true(rig_info(&r, 1).open);
	if (!rig_neighbors(&r, 1))
		assert_int_equal(rig_connect(&r, 1, 0), OK);
	assert_int_equal(rig_neighbors(&r, 0), 1);
	configure(&r, 1, "");
	assert_null(node_graphs(r.m[1].n));
	assert_null(node_groups(r.m[1].n));
	rig_fini(&r);
}

/* GROUP-10.2, D8: what could not be stored never was, on no level. */
static void test_undone(void **state)
{
	struct rig r;
	struct groups_info info;
	rig_init(&r, 1);
	(void)rig_person(&r, 0, "Anna");
	r.m[0].broken = true;
	const struct groups_command c = { .kind = GROUPS_CREATE, .text = span_str("Home") };
	(void)rig_do(&r, 0, &c);
	r.m[0].broken = false;
	rig_run(&r, 5 * MONO_SEC);
	assert_int_equal(groups_find(node_groups(r.m[0].n), span_str(""), &info), ERR_NOT_FOUND);
	(void)rig_group(&r, 0, "Home");
	rig_off(&r, 0);
	rig_on(&r, 0);
	rig_run(&r, 5 * MONO_SEC);
	assert_true(rig_info(&r, 0).open);
	rig_fini(&r);
}

static void assert_left(const struct node_in *in, size_t n)
{
	static uint8_t room[4096];
	struct node_in back = *in;
	struct wr w = wr_of(room, sizeof(room));
	assert_int_equal(record_left_size(in), n);
	if (!n) {
		assert_int_equal(record_left_read(span_of(room, 0), &back), ERR_MALFORMED);
		return;
	}
	record_left_write(&w, in);
	assert_false(w.failed);
	assert_int_equal(w.n, n);
	back.bytes = back.command.groups.document = back.command.groups.passphrase =
		back.command.groups.key = span_of(NULL, 0);
	for (size_t k = 0; k < n; k++)
		assert_int_equal(record_left_read(span_of(room, k), &back), ERR_MALFORMED);
	assert_int_equal(back.bytes.n, 0);
	assert_int_equal(record_left_read(wr_span(&w), &back), OK);
	assert_true(span_eq(back.bytes, in->bytes));
	assert_true(span_eq(back.command.groups.document, in->command.groups.document));
	assert_true(span_eq(back.command.groups.passphrase, in->command.groups.passphrase));
	assert_true(span_eq(back.command.groups.key, in->command.groups.key));
	assert_true(span_eq(back.command.groups.code, in->command.groups.code));
}

/* GROUP-10.8: what an entry does not show can be put back. */
static void test_left_out(void **state)
{
	struct node_in in = { .kind = NODE_IN_COMMAND };
	in.command.kind = NODE_COMMAND_GROUP;
	in.command.groups =
		(struct groups_command){ .kind = GROUPS_CREATE, .text = span_str("shown") };
	assert_left(&in, 0);
	in.command.groups.passphrase = span_str("correct horse");
	assert_left(&in, 13 + 16);
	in.command.groups.key = span_str("k");
	in.command.groups.document = span_str("<A/>");
	in.command.groups.code = span_str("a link");
	assert_left(&in, 13 + 1 + 4 + 6 + 16);
	in = (struct node_in){ .kind = NODE_IN_JOB_DONE,
			       .number = GROUPS_CALLS + 1,
			       .bytes = span_str("secret") };
	assert_left(&in, 6 + 4);
	in.number = 1;
	assert_left(&in, 0);
	in.kind = NODE_IN_OCTETS;
	assert_left(&in, 0);
}

/* A secret is read with its key, whole, and as what it is. */
static void test_sealed(void **state)
{
	struct failing_env f;
	uint8_t room[200], key[32], back[32];
	enum record_secret what;
	size_t n;
	failing_env_init(&f, 9);
	memset(key, 0x17, sizeof(key));
	struct span plain = span_str("twelve octets and some more");
	for (enum record_secret k = RECORD_SECRET_DRAWN; k <= RECORD_SECRET_INPUT; k++) {
		struct wr w = wr_of(room, sizeof(room));
		assert_int_equal(record_secret_write(&w, k, plain, key, &f.env), OK);
		assert_int_equal(w.n, record_secret_size(plain.n));
		struct span body = wr_span(&w);
		assert_int_equal(record_secret_look(body, &what, &n), OK);
		assert_int_equal(what, k);
		assert_int_equal(n, plain.n);
		assert_int_equal(record_secret_read(body, key, back), OK);
		assert_memory_equal(back, plain.p, plain.n);
		for (size_t at = 0; at < body.n; at++) {
			room[at] ^= 4;
			assert_int_not_equal(record_secret_read(body, key, back), OK);
			assert_int_not_equal(record_secret_read(span_of(body.p, at), key, back),
					     OK);
			room[at] ^= 4;
		}
		key[31] ^= 1;
		assert_int_equal(record_secret_read(body, key, back), ERR_DENIED);
		key[31] ^= 1;
		room[0] = (uint8_t)(k % 4 + 1);
		assert_int_equal(record_secret_read(body, key, back), ERR_DENIED);
	}
	struct wr small = wr_of(room, record_secret_size(plain.n) - 1);
	assert_int_equal(record_secret_write(&small, RECORD_SECRET_ROW, plain, key, &f.env),
			 ERR_RANGE);
	assert_true(small.failed);
	assert_true(record_table_secret(&pnrp_table_keys));
	assert_false(record_table_secret(&group_table_identities));
	assert_false(record_table_secret(&graph_table_records));
}

/* GROUP-10.8 */
static void test_written_down(void **state)
{
	static uint8_t room[65536];
	struct record_room *back = calloc(1, sizeof(*back));
	struct node_in in = { .kind = NODE_IN_COMMAND, .number = 3 }, read;
	struct wr w = wr_of(room, sizeof(room));
	assert_non_null(back);
	in.command.kind = NODE_COMMAND_GROUP;
	in.command.groups = (struct groups_command){ .kind = GROUPS_ID_IMPORT,
						     .passphrase = span_str("correct horse"),
						     .document = span_str("<A/>"),
						     .text = span_str("shown") };
	record_in_write(&w, &in);
	assert_false(w.failed);
	assert_int_equal(record_in_read(wr_span(&w), &read, back), OK);
	assert_int_equal(read.command.groups.passphrase.n, 0);
	assert_int_equal(read.command.groups.document.n, 0);
	assert_true(span_eq(read.command.groups.text, span_str("shown")));
	in = (struct node_in){ .kind = NODE_IN_JOB_DONE,
			       .number = GROUPS_CALLS + 1,
			       .bytes = span_str("secret") };
	w = wr_of(room, sizeof(room));
	record_in_write(&w, &in);
	assert_int_equal(record_in_read(wr_span(&w), &read, back), OK);
	assert_int_equal(read.bytes.n, 0);
	in.number = 1;
	w = wr_of(room, sizeof(room));
	record_in_write(&w, &in);
	assert_int_equal(record_in_read(wr_span(&w), &read, back), OK);
	assert_int_equal(read.bytes.n, 6);
	struct node_out out = { .kind = NODE_OUT_JOB,
				.job = NODE_JOB_GROUP_PFX_MAKE,
				.bytes = span_str("secret") },
			again;
	w = wr_of(room, sizeof(room));
	record_out_write(&w, &out);
	assert_int_equal(record_out_read(wr_span(&w), &again, back), OK);
	assert_int_equal(again.bytes.n, 0);
	assert_int_equal(again.job, NODE_JOB_GROUP_PFX_MAKE);
	assert_true(node_job_is_secret(NODE_JOB_GROUP_PFX_OPEN));
	assert_false(node_job_is_secret(NODE_JOB_PROBE));
	free(back);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_create),	     cmocka_unit_test(test_two),
		cmocka_unit_test(test_restart),	     cmocka_unit_test(test_wrong_vault),
		cmocka_unit_test(test_role),	     cmocka_unit_test(test_expiry),
		cmocka_unit_test(test_foreign),	     cmocka_unit_test(test_set),
		cmocka_unit_test(test_leave),	     cmocka_unit_test(test_three),
		cmocka_unit_test(test_switched),     cmocka_unit_test(test_undone),
		cmocka_unit_test(test_written_down), cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_sealed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
