/* Whole nodes in groups: several of them on one port, the published cryptography, ends of
 * memberships and of what rests on them, clocks that are wrong, names as graphs show them. */
#include "group_rig.h"

static char invitation[GROUP_PAPER_MAX];

static void must(struct rig *r, size_t i, const struct groups_command *c, enum err expected)
{
	const struct rig_answer *a = rig_do(r, i, c);
	if (a->err != expected)
		fail_msg("%s: %s", err_text(a->err), a->text);
}

static int64_t wall(const struct rig *r, size_t i)
{
	return RIG_WALL + r->now.us + r->m[i].ahead;
}

/* Anna makes a group on machine 0, Ben of machine 1 is in it until then, and connected. */
static void two(struct rig *r, enum group_role role, int64_t life)
{
	rig_init(r, 2);
	(void)rig_person(r, 0, "Anna");
	(void)rig_group(r, 0, "Home");
	(void)rig_person(r, 1, "Ben");
	rig_invite(r, 0, 1, role, life ? wall(r, 0) + life : 0, invitation, sizeof(invitation));
	rig_join(r, 1, invitation);
	assert_int_equal(rig_connect(r, 1, 0), OK);
}

static const struct graph *graph_of(struct rig *r, size_t i, const char *name)
{
	struct groups_info info;
	assert_int_equal(groups_find(node_groups(r->m[i].n), span_str(name), &info), OK);
	return graphs_instance(node_graphs(r->m[i].n), span_str(info.id), span_str(info.self));
}

static size_t neighbors_in(struct rig *r, size_t i, const char *name)
{
	const struct graph *g = graph_of(r, i, name);
	struct graph_info info;
	if (!g)
		return 0;
	graph_info(g, r->now, &info);
	return info.neighbors;
}

/* Anna's group of that name, with Ben in it. */
static void another(struct rig *r, const char *name)
{
	static char card[GROUP_PAPER_MAX];
	struct addr a = r->m[0].at;
	a.port = GRAPH_PORT;
	(void)rig_group(r, 0, name);
	rig_card(r, 1, card, sizeof(card));
	struct groups_command c = { .kind = GROUPS_GRANT,
				    .group = span_str(name),
				    .document = span_str(card),
				    .role = GROUP_ROLE_MEMBER };
	must(r, 0, &c, OK);
	memcpy(invitation, r->m[0].answer.document, r->m[0].answer.n + 1);
	rig_join(r, 1, invitation);
	c = (struct groups_command){
		.kind = GROUPS_CONNECT, .group = span_str(name), .address = &a, .n_address = 1
	};
	must(r, 1, &c, OK);
}

/* Three groups of one identity share a port; each keeps to itself. */
static void test_many(void **state)
{
	static const char *const names[] = { "Home", "Work", "Club" };
	struct rig r;
	rig_init(&r, 2);
	(void)rig_person(&r, 0, "Anna");
	(void)rig_person(&r, 1, "Ben");
	for (size_t k = 0; k < 3; k++)
		another(&r, names[k]);
	rig_run(&r, 3 * MONO_SEC);
	for (size_t k = 0; k < 3; k++)
		assert_int_equal(neighbors_in(&r, 0, names[k]), 1);
	struct groups_command c = { .kind = GROUPS_LEAVE };
	must(&r, 1, &c, ERR_CONFLICT);
	c.group = span_str("Work");
	must(&r, 1, &c, OK);
	rig_run(&r, 3 * MONO_SEC);
	assert_int_equal(neighbors_in(&r, 0, "Home"), 1);
	assert_int_equal(neighbors_in(&r, 0, "Club"), 1);
	assert_int_equal(neighbors_in(&r, 0, "Work"), 0);
	rig_fini(&r);
}

/* ---- classic ---- */

static void allow_classic(struct rig *r, size_t i)
{
	char text[200];
	struct text t = TEXT_OF(text);
	struct node_in in = { .kind = NODE_IN_CONFIG };
	text_str(&t, "graph { listen = 192.0.2.");
	text_u64(&t, i + 1);
	text_str(&t, " ; lab = yes }\ngroup { classic = yes }\n");
	in.bytes = span_of(t.p, t.n);
	rig_give(r, i, &in);
}

static void classic_invite(struct rig *r)
{
	static char card[GROUP_PAPER_MAX];
	struct groups_identity who;
	struct text t = TEXT_OF(card);
	assert_int_equal(groups_find_identity(node_groups(r->m[1].n), span_str(""), &who), OK);
	const struct group_paper paper = { .kind = GROUP_PAPER_CARD,
					   .major = 1,
					   .octets = who.certificate };
	assert_int_equal(group_paper_write(&t, &paper), OK);
	struct groups_command c = { .kind = GROUPS_GRANT,
				    .document = span_str(card),
				    .role = GROUP_ROLE_INVITER };
	must(r, 0, &c, ERR_DENIED); /* GROUP-3.5 */
	c.role = GROUP_ROLE_MEMBER;
	must(r, 0, &c, OK);
	memcpy(invitation, r->m[0].answer.document, r->m[0].answer.n + 1);
}

/* The published cryptography, where it is switched on: the same life. */
static void test_classic(void **state)
{
	struct rig r;
	if (!crypto_profile(CRYPTO_CLASSIC))
		skip();
	rig_init(&r, 2);
	struct groups_command c = { .kind = GROUPS_ID_CREATE,
				    .text = span_str("Anna"),
				    .profile = CRYPTO_CLASSIC };
	must(&r, 0, &c, ERR_UNSUPPORTED);
	for (size_t i = 0; i < 2; i++) {
		allow_classic(&r, i);
		c.text = span_str(i ? "Ben" : "Anna");
		must(&r, i, &c, OK);
	}
	c = (struct groups_command){ .kind = GROUPS_CREATE, .text = span_str("Old") };
	must(&r, 0, &c, ERR_CONFLICT);
	c.profile = CRYPTO_CLASSIC;
	c.classifier = span_str("Old");
	must(&r, 0, &c, OK);
	rig_run(&r, MONO_SEC);
	classic_invite(&r);
	rig_join(&r, 1, invitation);
	assert_int_equal(rig_connect(&r, 1, 0), OK);
	assert_int_equal(rig_say(&r, 1, "vintage"), OK);
	assert_int_equal(rig_heard(&r, 0, "vintage"), 1);
	c = (struct groups_command){ .kind = GROUPS_SET,
				     .text = span_str("Older"),
				     .set = GROUPS_SET_TEXT };
	must(&r, 1, &c, ERR_DENIED);
	must(&r, 0, &c, OK);
	rig_run(&r, 2 * MONO_SEC);
	assert_string_equal(rig_info(&r, 1).friendly, "Older");
	rig_fini(&r);
}

/* ---- what graphs show ---- */

static const struct graph_properties *shown(struct rig *r, size_t i)
{
	struct graph_info info;
	graph_info(graph_of(r, i, ""), r->now, &info);
	return info.properties;
}

/* GRAPH-10.26, GROUP-9.7: on every node, by whoever it was changed, over a restart too. */
static void test_called(void **state)
{
	struct rig r;
	two(&r, GROUP_ROLE_ADMIN, 0);
	assert_string_equal(shown(&r, 1)->name, "Home");
	assert_int_equal(shown(&r, 1)->presence_max, GRAPH_PRESENCE_ALL);
	struct groups_command c = { .kind = GROUPS_SET,
				    .text = span_str("Casa"),
				    .comment = span_str("nostra"),
				    .options = GROUP_OPTION_NO_PRESENCE,
				    .set = GROUPS_SET_TEXT | GROUPS_SET_COMMENT |
					   GROUPS_SET_OPTIONS };
	must(&r, 1, &c, OK);
	rig_run(&r, 3 * MONO_SEC);
	rig_off(&r, 1);
	rig_on(&r, 1);
	rig_run(&r, 3 * MONO_SEC);
	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(shown(&r, i)->name, "Casa");
		assert_string_equal(shown(&r, i)->comment, "nostra");
		assert_int_equal(shown(&r, i)->presence_max, 0);
	}
	const struct graph_properties p = { .name = "Other" };
	struct groups_info info = rig_info(&r, 0);
	const struct graphs_command g = {
		.kind = GRAPHS_OF,
		.id = span_str(info.id),
		.peer = span_str(info.self),
		.of = { .kind = GRAPH_SET, .set = GRAPH_SET_NAME, .properties = &p },
	};
	const struct rig_answer *a = rig_graph(&r, 0, &g);
	assert_int_equal(a->err, ERR_DENIED);
	assert_non_null(strstr(a->text, "change the group"));
	rig_fini(&r);
}

/* ---- ends ---- */

/* Records of somebody at machine i: how many, and that each ends in time. */
static size_t records_of(struct rig *r, size_t i, const char *peer, const struct graph_guid *type,
			 int64_t end)
{
	const struct graph_db *db = graph_database(graph_of(r, i, ""));
	uint8_t name[2 * GRAPH_ID_UNITS];
	size_t n = 0, k;
	assert_int_equal(graph_utf16(span_str(peer), GRAPH_ID_UNITS, name, &k), OK);
	for (const struct graph_entry *e = graph_db_after(db, NULL); e; e = graph_db_next(db, e)) {
		struct graph_record rec;
		struct span octets;
		if (graph_db_octets(db, e, &octets) != OK || e->deleted ||
		    graph_record_decode(octets, &rec) != OK || !graph_guid_eq(&rec.type, type) ||
		    !span_eq(rec.creator, span_of(name, k)))
			continue;
		n++;
		assert_true((int64_t)((rec.expires - GRAPH_TIME_UNIX) / 10) <= end);
	}
	return n;
}

/* GROUP-9.16: who has less than a presence's life left is there to the end, and then not. */
static void test_presence_ends(void **state)
{
	struct rig r;
	struct group_info i;
	char ben[GROUP_NAME_OCTETS + 1];
	struct text t = TEXT_OF(ben);
	two(&r, GROUP_ROLE_MEMBER, 200 * MONO_SEC);
	text_str(&t, rig_info(&r, 1).self);
	group_look(rig_info(&r, 1).group, &i);
	int64_t end = i.to;
	assert_true(end < wall(&r, 0) + GRAPH_LIFE_PRESENCE * MONO_SEC);
	assert_int_equal(records_of(&r, 0, ben, &graph_type_presence, end), 1);
	rig_run(&r, 150 * MONO_SEC);
	assert_int_equal(records_of(&r, 0, ben, &graph_type_presence, end), 1);
	rig_run(&r, 2 * MONO_MIN);
	assert_int_equal(records_of(&r, 0, ben, &graph_type_presence, end), 0);
	assert_int_equal(records_of(&r, 0, ben, &graph_type_contact, end), 0);
	assert_int_equal(rig_neighbors(&r, 0), 0);
	rig_fini(&r);
}

/* GROUP-9.10: whoever renewed it knows it by that, and lets it in with a Hello alone. */
static void test_renewed_apart(void **state)
{
	static char card[GROUP_PAPER_MAX];
	struct rig r;
	struct group_info i;
	two(&r, GROUP_ROLE_MEMBER, 200 * MONO_SEC);
	rig_card(&r, 1, card, sizeof(card));
	rig_run(&r, 4 * MONO_MIN);
	assert_int_equal(rig_neighbors(&r, 0), 0);
	assert_int_equal(rig_connect(&r, 1, 0), ERR_CLOSED);
	rig_forget(&r, 0);
	must(&r, 0,
	     &(struct groups_command){ .kind = GROUPS_GRANT,
				       .document = span_str(card),
				       .role = GROUP_ROLE_INVITER,
				       .publish = true },
	     OK);
	assert_true(rig_told(&r, 0, "has joined"));
	assert_int_equal(rig_connect(&r, 1, 0), OK);
	rig_run(&r, 5 * MONO_SEC);
	group_look(rig_info(&r, 1).group, &i);
	assert_int_equal(i.roles, CRYPTO_ROLE_INVITER);
	assert_int_equal(rig_say(&r, 1, "here again"), OK);
	assert_int_equal(rig_heard(&r, 0, "here again"), 1);
	rig_fini(&r);
}

static size_t memberships(struct rig *r, size_t i)
{
	const struct graph_db *db = graph_database(graph_of(r, i, ""));
	uint16_t type;
	if (graph_db_type_number(db, &group_type_membership, &type) != OK)
		return 0;
	return graph_db_type_count(db, type);
}

/* GROUP-9.9: anew when a quarter of its life is left; at the very end of a membership not
 * once more. */
static void test_again(void **state)
{
	struct rig r;
	rig_init(&r, 2);
	(void)rig_person(&r, 0, "Anna");
	struct groups_command c = { .kind = GROUPS_CREATE,
				    .text = span_str("Home"),
				    .membership_life = GROUP_LIFE_LEAST };
	must(&r, 0, &c, OK);
	rig_run(&r, 2 * MONO_SEC);
	assert_int_equal(memberships(&r, 0), 1);
	r.m[0].ahead = 6 * MONO_HOUR + MONO_MIN;
	rig_run(&r, 20 * MONO_SEC);
	assert_int_equal(memberships(&r, 0), 2);
	r.m[1].ahead = r.m[0].ahead;
	rig_run(&r, 20 * MONO_SEC);
	(void)rig_person(&r, 1, "Ben");
	rig_invite(&r, 0, 1, GROUP_ROLE_MEMBER, wall(&r, 0) + 3 * MONO_MIN, invitation,
		   sizeof(invitation));
	rig_join(&r, 1, invitation);
	assert_int_equal(rig_connect(&r, 1, 0), OK);
	size_t n = memberships(&r, 1);
	rig_run(&r, 50 * MONO_SEC);
	assert_int_equal(memberships(&r, 1), n);
	assert_int_equal(rig_neighbors(&r, 0), 1);
	rig_fini(&r);
}

/* ---- clocks ---- */

static void set_clock(struct rig *r, size_t i, int64_t ahead)
{
	rig_off(r, i);
	r->m[i].ahead = ahead;
	rig_on(r, i);
	rig_forget(r, i);
	rig_run(r, 2 * MONO_SEC);
}

static int64_t skew(struct rig *r, size_t i)
{
	struct group_info info;
	group_look(rig_info(r, i).group, &info);
	return info.skew;
}

/* GROUP-8.12: who is behind reads that it is behind, and that the other is ahead. */
static void test_behind(void **state)
{
	struct rig r;
	two(&r, GROUP_ROLE_MEMBER, 0);
	set_clock(&r, 1, -40 * MONO_HOUR);
	assert_int_not_equal(rig_connect(&r, 1, 0), OK);
	assert_true(rig_told(&r, 1, "by its certificate our clock is about "));
	assert_true(rig_told(&r, 1, " behind; set the clock"));
	assert_true(rig_told(&r, 1, " ahead of ours; compare the clocks"));
	assert_false(rig_told(&r, 1, "behind ours"));
	assert_true(skew(&r, 1) > 39 * MONO_HOUR && skew(&r, 1) <= 40 * MONO_HOUR);
	rig_fini(&r);
}

/* And the other way round: by our clock a membership has ended that has not. */
static void test_ahead(void **state)
{
	struct rig r;
	two(&r, GROUP_ROLE_MEMBER, MONO_HOUR);
	rig_off(&r, 1);
	set_clock(&r, 0, 10 * MONO_HOUR);
	rig_on(&r, 1);
	rig_run(&r, MONO_SEC);
	assert_int_not_equal(rig_connect(&r, 1, 0), OK);
	assert_true(rig_told(&r, 0, "by its certificate our clock is about "));
	assert_true(rig_told(&r, 0, " ahead; "));
	assert_true(rig_told(&r, 0, " behind ours; compare the clocks"));
	assert_true(skew(&r, 0) < -8 * MONO_HOUR && skew(&r, 0) >= -9 * MONO_HOUR - MONO_MIN);
	rig_fini(&r);
}

/* ---- rights ---- */

/* GRAPH-8.47, GROUP-9.10: over a link a newer membership comes, and what rests on the one of
 * before is looked at again; what stands stays. */
static void test_recheck(void **state)
{
	struct rig r;
	two(&r, GROUP_ROLE_ADMIN, 0);
	assert_int_equal(rig_say(&r, 1, "kept"), OK);
	rig_off(&r, 1);
	r.now.us += 10 * MONO_MIN;
	rig_run(&r, MONO_SEC);
	struct groups_command c = { .kind = GROUPS_GRANT,
				    .who = span_str("Ben"),
				    .role = GROUP_ROLE_MEMBER };
	must(&r, 0, &c, OK);
	memcpy(invitation, r.m[0].answer.document, r.m[0].answer.n + 1);
	rig_on(&r, 1);
	rig_join(&r, 1, invitation);
	rig_forget(&r, 0);
	assert_int_equal(rig_connect(&r, 1, 0), OK);
	assert_true(rig_told(&r, 0, "Ben"));
	rig_run(&r, 5 * MONO_SEC);
	assert_int_equal(rig_heard(&r, 0, "kept"), 1);
	assert_int_equal(rig_neighbors(&r, 0), 1);
	c = (struct groups_command){ .kind = GROUPS_SET,
				     .text = span_str("Mine"),
				     .set = GROUPS_SET_TEXT };
	must(&r, 1, &c, ERR_DENIED);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many),	      cmocka_unit_test(test_classic),
		cmocka_unit_test(test_called),	      cmocka_unit_test(test_again),
		cmocka_unit_test(test_presence_ends), cmocka_unit_test(test_behind),
		cmocka_unit_test(test_ahead),	      cmocka_unit_test(test_recheck),
		cmocka_unit_test(test_renewed_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
