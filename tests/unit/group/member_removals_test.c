/* The Member List while others are removed: judged a part a turn, and never an answer that is
 * older than the Removals (GROUP-11.36). */
#include "removals_rig.h"

#include "group/member.h"

#define ENOUGH 64 /* turns */

static struct {
	struct group_members *m;
	struct group_removals *r;
	char told[128]; /* "-b" is out, "+b" is back */
} t;

static void note(void *ctx, const struct group_member *who, bool removed)
{
	size_t n = strlen(t.told);
	struct text to = text_of(t.told + n, sizeof t.told - n);
	assert_ptr_equal(ctx, &t);
	assert_true(group_member_label(who, PEOPLE_NOW).n > 0); /* it is whole still */
	text_char(&to, removed ? '-' : '+');
	for (size_t i = 1; i < PERSONS; i++)
		if (span_eq(who->name, span_str(w.names[i])))
			text_char(&to, (char)('a' + i - 1));
}

static struct crypto_chain *copy_of(const char *path)
{
	const struct path *p = path_of(path);
	struct crypto_chain *chain = NULL;
	assert_int_equal(
		crypto_chain_parse(w.c, w.p->crypto, span_of(p->pkcs7.p, p->pkcs7.n), &chain), OK);
	return chain;
}

static enum err join(const char *path)
{
	struct group_member *who;
	bool is_fresh;
	return group_members_add(t.m, copy_of(path), &who, &is_fresh);
}

/* a has let in b, c and d; e is of the group itself. */
static void begin(void)
{
	static const char *const paths[] = { "a", "ab", "ac", "ad", "e" };
	const struct group_members_told told = { note, &t };
	t.told[0] = '\0';
	t.r = fresh();
	assert_int_equal(
		group_members_new(&t.m, &w.mem.env, w.c, w.p, &group_members_limits_default), OK);
	group_members_removals(t.m, t.r, &told);
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		assert_int_equal(join(paths[i]), OK);
}

static void end(void)
{
	group_members_free(t.m);
	group_removals_free(t.r);
}

static const struct say of_a = { .id = 1, .by = "e", .whom = 'a' };

static void is_removed(const struct say *s)
{
	assert_int_equal(put(t.r, s, 1), OK);
	group_members_judge(t.m);
}

static struct group_member *member(char c)
{
	return group_members_find(t.m, span_str(w.names[(size_t)(c - 'a') + 1]));
}

/* In turns of so many looks; how many it took. */
static size_t run(size_t looks)
{
	size_t turns = 1;
	for (size_t left = looks; !group_members_judge_on(t.m, &left); turns++, left = looks) {
		assert_int_equal(left, 0);
		assert_true(group_members_judging(t.m) && turns < ENOUGH);
	}
	assert_false(group_members_judging(t.m));
	return turns;
}

static size_t times(const char *words, char c)
{
	size_t n = 0;
	for (; *words; words++)
		n += *words == c;
	return n;
}

/* GROUP-11.36: no turn has more than it may, and each is told once. */
static void is_done_in_turns(void **state)
{
	begin();
	is_removed(&of_a);
	assert_true(run(1) >= 5);
	assert_int_equal(strlen(t.told), 8);
	for (char c = 'a'; c < 'e'; c++)
		assert_int_equal(times(t.told, c), 1);
	assert_int_equal(times(t.told, '-'), 4);
	assert_int_equal(group_members_count(t.m), 1);
	group_members_judge(t.m);
	assert_int_equal(run(100), 1);
	assert_int_equal(strlen(t.told), 8);
	end();
}

/* GROUP-11.36: whoever is asked about is judged by then, whoever's turn it is. */
static void answers_are_of_now(void **state)
{
	begin();
	struct span serial = cert_of("ab")->serial;
	is_removed(&of_a);
	assert_null(member('b'));
	assert_true(member('a')->removed);
	assert_null(group_member_credential(member('a'), span_of(NULL, 0), PEOPLE_NOW));
	assert_non_null(group_member_credential(member('a'), cert_of("a")->serial, PEOPLE_NOW));
	assert_true(group_members_fallen(t.m, span_str(w.names[2]), serial));
	assert_false(group_members_fallen(t.m, span_str(w.names[5]), cert_of("e")->serial));
	assert_false(member('e')->removed);
	size_t n = 0;
	for (struct group_member *m = NULL; (m = group_members_next(t.m, m)); n++)
		assert_true(m == member('a') || m == member('e'));
	assert_int_equal(n, 2);
	assert_int_equal(group_members_count(t.m), 1);
	assert_int_equal(join("ab"), ERR_DENIED);
	assert_int_equal(times(t.told, 'b'), 1); /* it was told for that */
	assert_int_equal(times(t.told, 'c'), 0);
	(void)run(1);
	assert_int_equal(times(t.told, 'b'), 1);
	end();
}

/* Of several memberships one that stands is asked alone. */
static void one_of_several_falls(void **state)
{
	begin();
	assert_int_equal(join("eb"), OK);
	is_removed(&of_a);
	struct group_member *b = member('b');
	assert_false(b->removed);
	assert_null(group_member_credential(b, cert_of("ab")->serial, PEOPLE_NOW));
	assert_non_null(group_member_credential(b, cert_of("eb")->serial, PEOPLE_NOW));
	assert_true(group_members_fallen(t.m, b->name, cert_of("ab")->serial));
	(void)run(2);
	assert_true(member('b') == b && times(t.told, 'b') == 0);
	assert_true(group_members_fallen(t.m, b->name, cert_of("ab")->serial));
	assert_null(group_member_credential(b, cert_of("ab")->serial, PEOPLE_NOW));
	end();
}

/* What was never told is not told to be over. */
static void is_back_before_its_turn(void **state)
{
	begin();
	is_removed(&of_a);
	assert_null(member('b'));
	group_removals_drop(t.r, &(struct graph_guid){ { 1 } });
	group_members_judge(t.m);
	assert_non_null(member('b'));
	assert_false(member('a')->removed);
	assert_int_equal(run(100), 1);
	assert_string_equal(t.told, "");
	assert_int_equal(group_members_count(t.m), 5);
	end();
}

/* Whoever comes with another membership before it was told is out first. */
static void comes_again_before_its_turn(void **state)
{
	begin();
	is_removed(&of_a);
	assert_null(member('b'));
	assert_int_equal(join("eb"), OK);
	assert_string_equal(t.told, "-b");
	assert_false(member('b')->removed);
	(void)run(3);
	assert_int_equal(times(t.told, 'b'), 1);
	assert_int_equal(group_members_count(t.m), 2);
	end();
}

/* Those that come and go meanwhile make nobody be missed. */
static void others_come_and_go_meanwhile(void **state)
{
	begin();
	is_removed(&of_a);
	size_t looks = 1, turns = 0;
	static const char *const more[] = { "f", "eg", "h" };
	for (; !group_members_judge_on(t.m, &looks); looks = 1)
		if (turns < sizeof more / sizeof *more)
			assert_int_equal(join(more[turns++]), OK);
	assert_int_equal(times(t.told, '-'), 4);
	assert_int_equal(group_members_count(t.m), 4);
	end();
}

static size_t over;
static void is_over(void *ctx, const struct group_member *who)
{
	over++;
}

/* Who is out is told so, and not that its time is over. */
static void ends_before_its_turn(void **state)
{
	int64_t next;
	begin();
	over = 0;
	is_removed(&of_a);
	assert_true(group_members_expire(t.m, PEOPLE_UNTIL + 1, is_over, NULL, &next));
	assert_int_equal(times(t.told, '-'), 4);
	assert_int_equal(over, 2); /* a, who is known for what it signed, and e */
	(void)run(1);
	assert_int_equal(times(t.told, '-'), 4);
	end();
}

/* GROUP-11.23, while it is looked at which stand again. */
static void fallen_ones_stand_again(void **state)
{
	begin();
	is_removed(&of_a);
	(void)run(100);
	struct span b = span_str(w.names[2]);
	assert_true(group_members_fallen(t.m, b, cert_of("ab")->serial));
	group_removals_drop(t.r, &(struct graph_guid){ { 1 } });
	group_members_judge(t.m);
	assert_false(group_members_fallen(t.m, b, cert_of("ab")->serial));
	assert_true(run(1) > 3);
	assert_false(group_members_fallen(t.m, b, cert_of("ab")->serial));
	assert_int_equal(times(t.told, '+'), 1);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_done_in_turns),
		cmocka_unit_test(answers_are_of_now),
		cmocka_unit_test(one_of_several_falls),
		cmocka_unit_test(is_back_before_its_turn),
		cmocka_unit_test(comes_again_before_its_turn),
		cmocka_unit_test(others_come_and_go_meanwhile),
		cmocka_unit_test(ends_before_its_turn),
		cmocka_unit_test(fallen_ones_stand_again),
	};
	return cmocka_run_group_tests(tests, removals_begin, removals_end);
}
