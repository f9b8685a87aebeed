#include "story.h"

/* SIM-3.1: crashes that wait for what a claim comes to. */

/* One top-level domain that claims, alone. */
#define ALONE                                                                                      \
	"node a { address = 192.0.2.1\n"                                                           \
	" masc { domain = 64500; node = 1; profile = lab\n"                                        \
	" scope org { range = 239.192.0.0/14; root = yes } } }\n"                                  \
	"at 1s command a masc claim 239.192.8.0/24 for 10m at 2s\n"

static void refused(const char *line, const char *words)
{
	char text[1024], buffer[512];
	struct text t = TEXT_OF(text), why = TEXT_OF(buffer);
	struct failing_env f;
	struct scenario *s;
	uint32_t at = 0;
	failing_env_init(&f, 1);
	text_str(&t, STORY_PAIR);
	text_str(&t, line);
	assert_int_equal(scenario_read(&s, span_str(text), &f.env, &at, &why), ERR_MALFORMED);
	if (!strstr(why.p, words))
		fail_msg("\"%s\" does not say \"%s\"", why.p, words);
	failing_env_assert_clean(&f);
}

static void read_in_words(void **state)
{
	struct story *t = story_new(STORY_PAIR "at 1s kill a power between keep when growing\n"
					       "at 2s kill a\nexpect not resumed b held\n"
					       "expect goes-on a clashed\n");
	const struct scn_action *a = t->s->actions;
	const struct scn_expect *x = t->s->expects;
	assert_int_equal(a[0].when, MASC_LIFE_GROWING);
	assert_int_equal(a[0].point, SCN_BETWEEN);
	assert_int_equal(a[0].fate, SCN_KEEP);
	assert_true(a[0].on);
	assert_int_equal(a[1].when, MASC_LIFE_COUNT);
	assert_int_equal(x[0].condition.test, SCN_RESUMED);
	assert_int_equal(x[0].condition.what, MASC_LIFE_HELD);
	assert_true(x[0].condition.negated);
	assert_int_equal(x[1].condition.test, SCN_GOES_ON);
	assert_int_equal(x[1].condition.what, MASC_LIFE_CLASHED);
	story_free(t);
}

static void what_cannot_be_waited_for(void **state)
{
	refused("at 1s kill a when lost between\n", "wanted, scheduled");
	refused("at 1s kill a when expired between\n", "wanted, scheduled");
	refused("at 1s kill a when held\n", "before-commit, between, told or after-send");
	refused("at 1s kill a soon\n", "when, power, before-commit");
	refused("expect resumed a lost\n", "wanted, scheduled");
	refused("expect goes-on c held\n", "c");
}

/* Not with the commits before: those of what it was until then. */
static void with_the_commit_that_is_meant(void **state)
{
	static const struct {
		const char *life, *point, *before, *after;
	} rows[] = {
		{ "wanted", "before-commit", "for 9s always own a scheduled = 0",
		  "for 9s always own a waiting = 0\n" },
		{ "wanted", "between", "expect own a any = 0",
		  "within 9s expect holds a 239.192.8.0/24\n" },
		{ "scheduled", "before-commit", "expect own a any = 0",
		  "within 9s expect holds a 239.192.8.0/24\n" },
		{ "scheduled", "between", "expect resumed a scheduled", "" },
		{ "waiting", "before-commit", "expect not resumed a waiting", "" },
		{ "waiting", "between", "expect resumed a waiting",
		  "within 9s expect goes-on a held\n" },
		{ "waiting", "after-send", "expect resumed a waiting",
		  "within 9s expect goes-on a held\n" },
		{ "held", "before-commit", "expect resumed a waiting",
		  "for 2s never goes-on a held\nwithin 9s expect goes-on a held\n" },
		{ "held", "between", "expect resumed a held", "for 9s always resumed a held\n" },
		{ "held", "after-send", "expect resumed a held", "for 9s always resumed a held\n" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[2048];
		struct text t = TEXT_OF(text);
		text_str(&t, ALONE "at 0s kill a when ");
		text_str(&t, rows[i].life);
		text_char(&t, ' ');
		text_str(&t, rows[i].point);
		text_str(&t, "\nat 20s nothing\nexpect crashes a = 1\nexpect not running a\n"
			     "at 21s start a\nat 21s nothing\n");
		text_str(&t, rows[i].before);
		text_str(&t, "\n");
		text_str(&t, rows[i].after);
		story_holds(text);
	}
}

/* One is under way when it comes to be so: it is not that one. */
static void not_with_one_under_way(void **state)
{
	story_holds(ALONE "at 0s store-delay a 500ms..500ms\nat 0s kill a when waiting between\n"
			  "at 20s nothing\nexpect crashes a = 1\nat 21s start a\nat 21s nothing\n"
			  "expect resumed a waiting\n");
}

static void not_what_is_never_so(void **state)
{
	story_holds(ALONE "at 0s kill a when clashed between\nat 30s nothing\n"
			  "expect crashes a = 0\nexpect running a\nexpect not resumed a held\n"
			  "expect holds a 239.192.8.0/24\n");
	/* What is so already does not come to be so. */
	story_holds(ALONE "at 10s kill a when held between\nat 30s nothing\n"
			  "expect crashes a = 0\nexpect holds a 239.192.8.0/24\n");
}

/* A kill that comes first ends the waiting. */
static void once(void **state)
{
	story_holds(ALONE "at 0s kill a when held between\nat 3s kill a\nat 4s start a\n"
			  "at 30s nothing\nexpect crashes a = 0\n"
			  "expect holds a 239.192.8.0/24\n");
}

/* Nothing is taken for resumed that is another claim, or otherwise. */
static void otherwise_than_before(void **state)
{
	struct story *t = story_new(ALONE "at 0s kill a when held between\nat 20s start a\n"
					  "at 21s nothing\nexpect resumed a held\n");
	story_run(t, 1, NULL);
	assert_true(t->r.ok);
	struct machine *m = story_machine(t, "a");
	struct scn_condition c = t->s->expects[0].condition;
	const struct struck was = m->struck;
	assert_true(judge(t->w, &c, 0));
	m->struck.end--;
	assert_false(judge(t->w, &c, 0));
	c.test = SCN_GOES_ON;
	assert_true(judge(t->w, &c, 0));
	m->struck.end += 2;
	assert_false(judge(t->w, &c, 0));
	m->struck = was;
	m->struck.timestamp--;
	assert_false(judge(t->w, &c, 0));
	m->struck = was;
	m->struck.number++;
	assert_false(judge(t->w, &c, 0));
	m->struck = was;
	m->struck.prefix.length++;
	assert_true(judge(t->w, &c, 0));
	c.test = SCN_RESUMED;
	assert_false(judge(t->w, &c, 0));
	m->struck = was;
	c.what = MASC_LIFE_WAITING;
	assert_false(judge(t->w, &c, 0));
	story_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read_in_words),
		cmocka_unit_test(what_cannot_be_waited_for),
		cmocka_unit_test(with_the_commit_that_is_meant),
		cmocka_unit_test(not_with_one_under_way),
		cmocka_unit_test(not_what_is_never_so),
		cmocka_unit_test(once),
		cmocka_unit_test(otherwise_than_before),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
