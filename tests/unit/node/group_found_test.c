/* Members that find each other by the name of their group: whole nodes, with both parts. */
#include "group_rig.h"

static size_t lent(struct rig *r, size_t i)
{
	struct pnrp_published_info info;
	size_t n = 0;
	for (size_t at = 0;
	     node_pnrp(r->m[i].n) && pnrp_clouds_published(node_pnrp(r->m[i].n), &at, &info);)
		n += info.lent && info.clouds > 0;
	return n;
}

/* `who` joins without an address. */
static void join(struct rig *r, size_t by, size_t who, const char *label)
{
	char invitation[GROUP_PAPER_MAX];
	(void)rig_person(r, who, label);
	rig_invite(r, by, who, GROUP_ROLE_MEMBER, 0, invitation, sizeof(invitation));
	const struct groups_command c = { .kind = GROUPS_JOIN, .document = span_str(invitation) };
	assert_int_equal(rig_do(r, who, &c)->err, OK);
}

static void begin(struct rig *r, size_t n)
{
	rig_init_named(r, n);
	rig_run(r, MONO_SEC);
	(void)rig_person(r, 0, "Ann");
	(void)rig_group(r, 0, "Smith");
}

static bool connected(struct rig *r, size_t i, int64_t most)
{
	struct mono end = mono_add(r->now, most);
	while (!rig_neighbors(r, i) && r->now.us < end.us)
		rig_run(r, MONO_SEC);
	return rig_neighbors(r, i) > 0;
}

/* GROUP-15.5: nobody types an address, or asks. */
static void who_joins_finds_the_others(void **state)
{
	static struct rig r;
	begin(&r, 3);
	assert_int_equal(lent(&r, 0), 1);
	join(&r, 0, 1, "Bob");
	assert_true(connected(&r, 1, 15 * MONO_SEC));
	assert_int_equal(rig_say(&r, 0, "found"), OK);
	rig_run(&r, MONO_SEC);
	assert_int_equal(rig_heard(&r, 1, "found"), 1);
	assert_int_equal(lent(&r, 1), 1); /* it listens, and is found too */
	rig_off(&r, 0);
	rig_run(&r, 2 * MONO_MIN);
	rig_on(&r, 0);
	assert_true(connected(&r, 0, MONO_MIN));
	rig_fini(&r);
}

/* GROUP-15.4: who asks is answered. */
static void who_asks_is_connected(void **state)
{
	const struct groups_command c = { .kind = GROUPS_CONNECT };
	static struct rig r;
	begin(&r, 2);
	join(&r, 0, 1, "Bob");
	assert_int_equal(rig_do(&r, 1, &c)->err, OK);
	assert_true(rig_neighbors(&r, 1) > 0);
	rig_fini(&r);
}

/* GROUP-15.9, GROUP-15.10: a code is all that is typed, and its five words lead there. */
static void a_code_is_enough(void **state)
{
	const struct groups_command invite = { .kind = GROUPS_INVITE, .role = GROUP_ROLE_MEMBER };
	static struct rig r;
	char code[200];
	struct text t = TEXT_OF(code);
	begin(&r, 2);
	const struct rig_answer *a = rig_do(&r, 0, &invite);
	assert_int_equal(a->err, OK);
	text_span(&t, span_of(a->document, strcspn(a->document, "\n")));
	rig_run(&r, 2 * MONO_SEC);
	assert_int_equal(lent(&r, 0), 2);
	(void)rig_person(&r, 1, "Bob");
	const struct groups_command c = { .kind = GROUPS_JOIN, .code = span_of(t.p, t.n) };
	a = rig_do(&r, 1, &c);
	if (a->err)
		print_error("%s\n", a->text);
	assert_int_equal(a->err, OK);
	assert_true(connected(&r, 1, MONO_MIN));
	assert_int_equal(rig_say(&r, 0, "welcome"), OK);
	rig_run(&r, 2 * MONO_SEC);
	assert_int_equal(rig_heard(&r, 1, "welcome"), 1);
	assert_int_equal(lent(&r, 0), 1); /* it was for one */
	rig_fini(&r);
}

/* GROUP-15.2: no name outlives what it is the name of. */
static void names_end_with_their_group(void **state)
{
	const struct groups_command close = { .kind = GROUPS_CLOSE },
				    open = { .kind = GROUPS_OPEN };
	struct node_in off = { .kind = NODE_IN_CONFIG };
	static struct rig r;
	begin(&r, 2);
	assert_int_equal(lent(&r, 0), 1);
	assert_int_equal(rig_do(&r, 0, &close)->err, OK);
	assert_int_equal(lent(&r, 0), 0);
	assert_int_equal(rig_do(&r, 0, &open)->err, OK);
	rig_run(&r, MONO_SEC);
	assert_int_equal(lent(&r, 0), 1);
	off.bytes = span_str("graph { listen = 192.0.2.1 ; lab = yes }\npnrp { lab = yes }\n");
	rig_give(&r, 0, &off);
	rig_run(&r, MONO_SEC);
	assert_int_equal(lent(&r, 0), 0);
	off.bytes = span_str("graph { listen = 192.0.2.1 ; lab = yes }\ngroup { }\n"
			     "pnrp { lab = yes }\n");
	rig_give(&r, 0, &off);
	rig_run(&r, MONO_SEC);
	assert_int_equal(lent(&r, 0), 1);
	/* The part pnrp goes and comes back: GROUP-15.3, GROUP-15.6. */
	off.bytes = span_str("graph { listen = 192.0.2.1 ; lab = yes }\ngroup { }\n");
	rig_give(&r, 0, &off);
	rig_run(&r, 10 * MONO_SEC);
	assert_null(node_pnrp(r.m[0].n));
	const struct groups_command connect = { .kind = GROUPS_CONNECT };
	const struct rig_answer *a = rig_do(&r, 0, &connect);
	assert_int_equal(a->err, ERR_STATE);
	assert_non_null(strstr(a->text, "the part pnrp is switched off"));
	off.bytes = span_str("graph { listen = 192.0.2.1 ; lab = yes }\ngroup { }\n"
			     "pnrp { lab = yes }\n");
	rig_give(&r, 0, &off);
	rig_addresses(&r, 0);
	rig_run(&r, 10 * MONO_SEC);
	assert_int_equal(lent(&r, 0), 1);
	rig_fini(&r);
}

/* GROUP-15.7 */
static void who_cannot_be_reached_is_told_of(void **state)
{
	const struct groups_command c = { .kind = GROUPS_CONNECT };
	static struct rig r;
	begin(&r, 2);
	rig_cut(&r, 0, 1);
	join(&r, 0, 1, "Bob");
	const struct rig_answer *a = rig_do(&r, 1, &c);
	assert_true(a->err != OK);
	assert_non_null(strstr(a->text, "no other machine answers for names in 1 cloud"));
	rig_fini(&r);
}

/* GROUP-15.8: two parts of a group, each with neighbors, become one. */
static void two_parts_meet(void **state)
{
	static struct rig r;
	begin(&r, 4);
	join(&r, 0, 1, "Bob");
	join(&r, 0, 2, "Eve");
	join(&r, 0, 3, "Kim");
	for (size_t i = 1; i < 4; i++)
		assert_true(connected(&r, i, MONO_MIN));
	rig_run(&r, MONO_MIN);
	for (size_t a = 0; a < 2; a++)
		for (size_t b = 2; b < 4; b++)
			rig_cut(&r, a, b);
	rig_run(&r, MONO_HOUR); /* each part forgets the other */
	assert_true(rig_neighbors(&r, 0) && rig_neighbors(&r, 3));
	for (size_t a = 0; a < 2; a++)
		for (size_t b = 2; b < 4; b++)
			rig_heal(&r, a, b);
	assert_int_equal(rig_say(&r, 0, "together"), OK);
	struct mono end = mono_add(r.now, 2 * MONO_HOUR);
	while (rig_heard(&r, 3, "together") == 0 && r.now.us < end.us)
		rig_run(&r, 10 * MONO_SEC);
	assert_int_equal(rig_heard(&r, 3, "together"), 1);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_joins_finds_the_others),
		cmocka_unit_test(who_asks_is_connected),
		cmocka_unit_test(a_code_is_enough),
		cmocka_unit_test(names_end_with_their_group),
		cmocka_unit_test(who_cannot_be_reached_is_told_of),
		cmocka_unit_test(two_parts_meet),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
