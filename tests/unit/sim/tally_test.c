#include "story.h"

/* What scenarios can insist on: that a crash, a partition or a wrong clock really
 * took effect. In the lab profile the waiting period is 2 s. */

static void a_crash_at_a_commit(void **state)
{
	story_holds(STORY_PAIR "at 10s kill a between\nat 20s nothing\nexpect crashes a = 0\n"
			       "expect running a\n"
			       "at 21s command a masc peer b down\nwithin 5s expect crashes a = 1\n"
			       "expect crashes b = 0\nwithin 5s expect not running a\n");
	story_fails(STORY_PAIR "at 10s kill a before-commit\nat 20s nothing\n"
			       "expect crashes a >= 1\n",
		    10, "did not come true: crashes a >= 1");
}

static void each_point_of_a_commit(void **state)
{
	static const char *const points[] = { "before-commit", "between", "after-send" };
	for (size_t i = 0; i < 3; i++) {
		char text[1024];
		struct text t = TEXT_OF(text);
		text_str(&t, STORY_PAIR "at 10s kill a ");
		text_str(&t, points[i]);
		text_str(&t, "\nat 11s command a masc peer b down\nat 12s start a\n"
			     "at 13s kill a ");
		text_str(&t, points[i]);
		text_str(&t, "\nat 14s command a masc peer b down\nat 15s nothing\n"
			     "expect crashes a = 2\n");
		story_holds(text);
	}
}

static void a_kill_is_no_crash_at_a_commit(void **state)
{
	story_holds(STORY_PAIR "at 10s kill a\nat 11s nothing\nexpect crashes a = 0\n");
}

static void a_cut_that_lasts(void **state)
{
	story_holds(STORY_PAIR "at 10s cut a b\nat 11900ms nothing\nexpect partitions a b = 0\n"
			       "at 12100ms nothing\nexpect partitions a b = 1\n"
			       "at 20s heal a b\nexpect partitions b a = 1\n"
			       "at 30s cut a b\nat 40s heal a b\nexpect partitions a b = 2\n");
	story_fails(STORY_PAIR "at 10s cut a b\nat 11900ms heal a b\nat 20s nothing\n"
			       "expect partitions a b >= 1\n",
		    11, "did not come true: partitions a b >= 1");
}

/* The longer of the two waiting periods counts. */
static void a_cut_that_lasts_for_one(void **state)
{
	static const char pair[] =
		"node a { address = 192.0.2.1\n"
		" masc { domain = 64500; node = 1; profile = lab; waiting_period = 9s\n"
		" peer b { address = 192.0.2.2; role = parent; domain = 64501 } } }\n"
		"node b { address = 192.0.2.2\n"
		" masc { domain = 64501; node = 2; profile = lab\n"
		" peer a { address = 192.0.2.1; role = child; domain = 64500 } } }\n"
		"link a b\nat 10s cut a b\nat 18s nothing\nexpect partitions a b = 0\n"
		"at 20s nothing\nexpect partitions a b = 1\n";
	story_holds(pair);
}

/* Who is dead is not parted from anybody. */
static void a_cut_from_the_dead(void **state)
{
	story_holds(STORY_PAIR "at 10s kill b\nat 11s cut a b\nat 20s start b\n"
			       "at 21s heal a b\nat 30s nothing\nexpect partitions a b = 0\n");
	story_holds(STORY_PAIR "at 10s kill b\nat 11s cut a b\nat 20s start b\n"
			       "at 23s heal a b\nexpect partitions a b = 1\n");
	/* What was so before the death counts, once. */
	story_holds(STORY_PAIR "at 10s cut a b\nat 13s kill b\nat 14s nothing\n"
			       "expect partitions a b = 1\nat 20s start b\nat 30s kill b\n"
			       "at 31s heal a b\nexpect partitions a b = 1\n");
	story_holds(STORY_PAIR "at 10s cut a b\nat 11s stop b\nat 20s heal a b\n"
			       "expect partitions a b = 0\n");
	story_holds(STORY_PAIR "at 10s cut a b\nat 13s stop b\nat 20s heal a b\n"
			       "expect partitions a b = 1\n");
}

static void a_clock_astray(void **state)
{
	story_holds(STORY_PAIR "at 10s skew a +299s\nexpect skews a = 0\n"
			       "at 20s skew a +2s\nexpect skews a = 1\nexpect skews b = 0\n"
			       "at 30s skew a +100s\nexpect skews a = 1\n"
			       "at 40s skew a -401s\nexpect skews a = 1\n"
			       "at 50s skew a -301s\nexpect skews a = 2\n");
	story_fails(STORY_PAIR "at 10s skew a +299s\nat 20s nothing\nexpect skews a >= 1\n", 10,
		    "did not come true: skews a >= 1");
}

/* A clock counts when somebody reads it. */
static void a_clock_that_nobody_reads(void **state)
{
	story_holds(STORY_PAIR "at 10s kill a\nat 11s skew a -400s\nexpect skews a = 0\n"
			       "at 12s skew a +400s\nat 13s start a\nexpect skews a = 0\n");
	story_holds(STORY_PAIR "at 10s kill a\nat 11s skew a -400s\nat 13s start a\n"
			       "expect skews a = 1\nat 20s kill a\nat 21s start a\n"
			       "expect skews a = 2\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_crash_at_a_commit),
		cmocka_unit_test(each_point_of_a_commit),
		cmocka_unit_test(a_kill_is_no_crash_at_a_commit),
		cmocka_unit_test(a_cut_that_lasts),
		cmocka_unit_test(a_cut_that_lasts_for_one),
		cmocka_unit_test(a_cut_from_the_dead),
		cmocka_unit_test(a_clock_astray),
		cmocka_unit_test(a_clock_that_nobody_reads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
