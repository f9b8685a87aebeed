/* Joining by a secret from machine to machine: a code or a link that was handed out, members
 * that let in, and what is told when they do not. */
#include "group_rig.h"

#include "group/code.h"

static struct rig rig, *r = &rig;
static char code[128], link[1024];

static void begin(size_t n)
{
	static const char *const names[] = { "Anna", "Bob", "Cid" };
	(void)rig_person(r, 0, names[0]);
	(void)rig_group(r, 0, "Home");
	for (size_t i = 1; i < n; i++)
		(void)rig_person(r, i, names[i]);
	rig_run(r, 20 * MONO_SEC);
}

/* Anna hands out a code and the link that says the same. */
static void hand_out(uint32_t uses)
{
	const struct groups_command c = { .kind = GROUPS_INVITE,
					  .role = GROUP_ROLE_MEMBER,
					  .uses = uses };
	const struct rig_answer *a = rig_do(r, 0, &c);
	if (!a->given || a->err)
		fail_msg("%s", a->text);
	const char *second = strchr(a->document, '\n');
	assert_non_null(second);
	memset(code, 0, sizeof code);
	memset(link, 0, sizeof link);
	memcpy(code, a->document, (size_t)(second - a->document));
	memcpy(link, second + 1, strcspn(second + 1, "\n"));
	rig_run(r, 5 * MONO_SEC);
}

/* At so many machines, from that one on. */
static const struct rig_answer *join_at(size_t i, const char *typed, size_t first, size_t n)
{
	struct addr at[RIG_NODES];
	for (size_t k = 0; k < n; k++) {
		at[k] = r->m[first + k].at;
		at[k].port = r->m[first + k].door.port;
	}
	const struct groups_command c = {
		.kind = GROUPS_JOIN, .code = span_str(typed), .address = at, .n_address = n
	};
	const struct rig_answer *a = rig_do(r, i, &c);
	for (int k = 0; k < 60 && !a->given; k++)
		rig_run(r, MONO_SEC);
	assert_true(a->given);
	return a;
}

static const struct rig_answer *join(size_t i, const char *typed, bool with_address)
{
	return join_at(i, typed, 0, with_address);
}

static void assert_in(size_t i, const struct rig_answer *a)
{
	if (a->err)
		fail_msg("%s: %s", err_name(a->err), a->text);
	rig_run(r, 30 * MONO_SEC);
	assert_true(rig_info(r, i).open);
	assert_int_equal(rig_neighbors(r, i), 1);
	assert_int_equal(rig_say(r, i, "hello"), OK);
	rig_run(r, 10 * MONO_SEC);
	assert_int_equal(rig_heard(r, 0, "hello"), 1);
}

static void assert_out(size_t i, const struct rig_answer *a, const char *words)
{
	struct groups_info g;
	if (!a->err || !strstr(a->text, words))
		fail_msg("%s: %s", err_name(a->err), a->text);
	assert_int_equal(groups_find(node_groups(r->m[i].n), span_str(""), &g), ERR_NOT_FOUND);
}

/* GROUP-13.10, GROUP-13.13, GROUP-13.16 */
static void a_link_lets_in(void **state)
{
	rig_init(r, 2);
	begin(2);
	hand_out(0);
	assert_in(1, join(1, link, true));
	rig_fini(r);
}

/* With no address typed. */
static void a_code_lets_in(void **state)
{
	rig_init_named(r, 2);
	begin(2);
	hand_out(0);
	rig_run(r, MONO_MIN);
	assert_in(1, join(1, code, false));
	rig_fini(r);
}

/* GROUP-13.4: one use is one. */
static void one_use_is_one(void **state)
{
	rig_init(r, 3);
	begin(3);
	hand_out(1);
	assert_in(1, join(1, link, true));
	assert_out(2, join(2, link, true), "used up");
	rig_fini(r);
}

/* GROUP-13.15: whoever lets nobody in knows nothing of the code, and is asked last here. */
static void what_an_inviter_says_is_told(void **state)
{
	rig_init(r, 3);
	begin(3);
	hand_out(1);
	assert_in(1, join(1, link, true));
	assert_out(2, join_at(2, link, 0, 2), "used up");
	assert_non_null(strstr(r->m[2].answer.text, "192.0.2.1:"));
	rig_off(r, 0);
	assert_out(2, join_at(2, link, 0, 2), "192.0.2.2:3587: that member may let nobody in");
	rig_fini(r);
}

/* GROUP-15.7: who lives in the next year finds nobody, and is told that a clock is off. */
static void a_clock_hides_a_code(void **state)
{
	rig_init_named(r, 2);
	r->m[1].ahead = 365 * MONO_DAY;
	begin(2);
	hand_out(0);
	rig_run(r, MONO_MIN);
	assert_out(1, join(1, code, false), "or of that one, is a day off");
	rig_fini(r);
}

/* GROUP-13.20 */
static void a_machine_of_another_group(void **state)
{
	rig_init(r, 3);
	begin(3);
	(void)rig_group(r, 1, "Den");
	hand_out(1);
	rig_run(r, 10 * MONO_SEC);
	assert_out(2, join_at(2, link, 1, 1), "192.0.2.2:3587: it hung up at once: it is not in");
	assert_int_equal(r->m[2].answer.err, ERR_CLOSED);
	assert_in(2, join(2, link, true));
	rig_fini(r);
}

/* GROUP-13.6, GROUP-13.14: it is told as wrong, and five end it. */
static void five_guesses_end_it(void **state)
{
	char wrong[sizeof link];
	rig_init(r, 2);
	begin(2);
	hand_out(0);
	struct group_link l;
	char why[200];
	struct text t = TEXT_OF(why), w = TEXT_OF(wrong);
	assert_int_equal(group_link_parse(&l, span_str(link), &t), OK);
	memset(l.secret, 'x', 3);
	assert_int_equal(group_link_text(&w, &l), OK);
	for (int i = 0; i < 5; i++) {
		assert_out(1, join(1, wrong, true), "code is wrong");
		rig_run(r, 5 * MONO_SEC);
	}
	assert_out(1, join(1, wrong, true), "that invitation or password has ended");
	assert_out(1, join(1, link, true), "that invitation or password has ended");
	rig_fini(r);
}

/* D8: a machine that was switched off in the middle is in no group, and can join then. */
static void a_restart_leaves_nothing(void **state)
{
	rig_init(r, 2);
	begin(2);
	hand_out(0);
	struct groups_command c = { .kind = GROUPS_JOIN, .code = span_str(link) };
	struct addr nowhere = { .family = ADDR_IPV4, .ip = { 192, 0, 2, 77 }, .port = 3587 };
	c.address = &nowhere;
	c.n_address = 1;
	(void)rig_do(r, 1, &c);
	rig_off(r, 1);
	rig_on(r, 1);
	rig_run(r, 10 * MONO_SEC);
	assert_in(1, join(1, link, true));
	rig_fini(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_link_lets_in),
		cmocka_unit_test(a_code_lets_in),
		cmocka_unit_test(what_an_inviter_says_is_told),
		cmocka_unit_test(a_machine_of_another_group),
		cmocka_unit_test(a_clock_hides_a_code),
		cmocka_unit_test(one_use_is_one),
		cmocka_unit_test(five_guesses_end_it),
		cmocka_unit_test(a_restart_leaves_nothing),
	};
	return cmocka_run_group_tests_name("group join", tests, NULL, NULL);
}
