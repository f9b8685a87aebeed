#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "script.h"
#include "test_env.h"

static struct test_heap heap = { -1 };

static enum err parse(const char *source, struct script *s, char *reason, size_t size)
{
	static struct env env;
	struct text why = text_of(reason, size);
	env = test_env(&heap);
	return script_parse(span_str(source), &env, s, &why);
}

static struct rules after(const char *command, struct rules r)
{
	struct change c;
	char reason[256];
	struct text why = TEXT_OF(reason);
	assert_int_equal(change_parse(span_str(command), &c, &why), OK);
	change_apply(&c, &r);
	return r;
}

static void whole_script(void **state)
{
	static const char source[] = "# a bad day\n"
				     "seed 7\n"
				     "\n"
				     "at 0ms delay 5ms jitter 2ms loss 1% dup 0.5% reorder 2%\r\n"
				     "  at 3s cut # gone\n"
				     "at 3500ms a>b heal\n"
				     "at 8s\tb>a loss 10% rate 1mbit";
	struct script s;
	char reason[256];
	assert_int_equal(parse(source, &s, reason, sizeof reason), OK);
	assert_int_equal(s.seed, 7);
	assert_int_equal(s.n, 4);
	assert_int_equal(s.steps[0].at.us, 0);
	assert_int_equal(s.steps[0].change.n, 5);
	assert_int_equal(s.steps[1].at.us, 3 * MONO_SEC);
	assert_int_equal(s.steps[1].change.set[0].word, RULE_CUT);
	assert_true(s.steps[1].change.way[WAY_AB] && s.steps[1].change.way[WAY_BA]);
	assert_true(s.steps[2].change.way[WAY_AB] && !s.steps[2].change.way[WAY_BA]);
	assert_true(!s.steps[3].change.way[WAY_AB] && s.steps[3].change.way[WAY_BA]);
	assert_int_equal(s.steps[3].change.set[1].value, 1000000);
	script_free(&s);
}

static void empty_script_is_right(void **state)
{
	struct script s;
	char reason[256];
	assert_int_equal(parse("", &s, reason, sizeof reason), OK);
	assert_int_equal(s.n, 0);
	assert_int_equal(s.seed, 0);
	assert_int_equal(parse("# nothing\n\n", &s, reason, sizeof reason), OK);
	script_free(&s);
}

static void every_word_sets_its_rule(void **state)
{
	struct rules r =
		after("delay 5ms jitter 2ms loss 1% dup 0.5% reorder 2% by 3ms rate 64kbit cut",
		      rules_default());
	assert_int_equal(r.delay_us, 5000);
	assert_int_equal(r.jitter_us, 2000);
	assert_int_equal(r.loss_ppm, 10000);
	assert_int_equal(r.dup_ppm, 5000);
	assert_int_equal(r.reorder_ppm, 20000);
	assert_int_equal(r.hold_us, 3000);
	assert_int_equal(r.rate_bps, 64000);
	assert_true(r.cut);
	r = after("heal", r);
	assert_false(r.cut);
	assert_int_equal(r.delay_us, 5000);
	r = after("clear", r);
	assert_int_equal(r.delay_us, 0);
	assert_int_equal(r.hold_us, RULES_HOLD_US);
	assert_int_equal(after("rate 0", after("rate 2gbit", r)).rate_bps, 0);
}

static void percentages_are_exact(void **state)
{
	static const struct {
		const char *text;
		uint32_t ppm;
	} good[] = { { "0%", 0 },	  { "100%", 1000000 }, { "0.0001%", 1 },
		     { "12.5%", 125000 }, { "1.01%", 10100 },  { "100.0%", 1000000 } };
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		char line[32] = "loss ";
		strcat(line, good[i].text);
		assert_int_equal(after(line, rules_default()).loss_ppm, good[i].ppm);
	}
}

struct bad {
	const char *source, *reason;
	enum err err;
};

static void wrong_scripts_say_where_and_why(void **state)
{
	static const struct bad bad[] = {
		{ "at 0ms dely 5ms", "line 1: unknown word \"dely\"", ERR_MALFORMED },
		{ "\n\nat 1s loss 101%", "line 3: not a percentage \"101%\"", ERR_MALFORMED },
		{ "at 1s loss 100.1%", "not a percentage", ERR_MALFORMED },
		{ "at 1s loss 1", "not a percentage", ERR_MALFORMED },
		{ "at 1s loss %", "not a percentage", ERR_MALFORMED },
		{ "at 1s loss 1.%", "not a percentage", ERR_MALFORMED },
		{ "at 1s loss .5%", "not a percentage", ERR_MALFORMED },
		{ "at 1s loss 1.00001%", "not a percentage", ERR_MALFORMED },
		{ "at 1s loss -1%", "not a percentage", ERR_MALFORMED },
		{ "at 1s loss", "nothing after \"loss\": it takes a PERCENT", ERR_MALFORMED },
		{ "at 1s delay 5", "not a time \"5\"", ERR_MALFORMED },
		{ "at 1s delay 61s", "too long \"61s\"", ERR_RANGE },
		{ "at 2d cut", "too long \"2d\"", ERR_RANGE },
		{ "at soon cut", "not a time \"soon\"", ERR_MALFORMED },
		{ "at 1s rate 5", "not a rate \"5\"", ERR_MALFORMED },
		{ "at 1s rate 0kbit", "not a rate", ERR_MALFORMED },
		{ "at 1s rate 101gbit", "not a rate", ERR_MALFORMED },
		{ "at 1s rate 1tbit", "not a rate", ERR_MALFORMED },
		{ "at 1s", "line 1: says nothing to do", ERR_MALFORMED },
		{ "at 1s a>b", "says nothing to do", ERR_MALFORMED },
		{ "at 1s b<a cut", "unknown word \"b<a\"", ERR_MALFORMED },
		{ "cut", "cannot begin with \"cut\"", ERR_MALFORMED },
		{ "at 2s cut\nat 1s heal", "line 2: goes back in time \"1s\"", ERR_MALFORMED },
		{ "seed x", "not a seed \"x\"", ERR_MALFORMED },
		{ "seed 1 2", "not a seed", ERR_MALFORMED },
		{ "seed 18446744073709551616", "not a seed", ERR_MALFORMED },
		{ "seed 1\nseed 2", "line 2: seed comes once", ERR_MALFORMED },
		{ "at 1s cut\nseed 2", "line 2: seed comes once and first", ERR_MALFORMED },
		{ "at 1s cut heal cut heal cut heal cut heal cut heal cut heal cut heal cut heal cut",
		  "too many words", ERR_MALFORMED },
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct script s = { .n = 77 };
		char reason[512] = "";
		assert_int_equal(parse(bad[i].source, &s, reason, sizeof reason), bad[i].err);
		if (!strstr(reason, bad[i].reason))
			fail_msg("\"%s\" gave \"%s\"", bad[i].source, reason);
		assert_int_equal(s.n, 77);
	}
}

static void unknown_word_lists_all_words(void **state)
{
	struct change c;
	char reason[256];
	struct text why = TEXT_OF(reason);
	assert_int_equal(change_parse(span_str("nonsense"), &c, &why), ERR_MALFORMED);
	assert_false(why.cut);
#define X(name, word, argument, help) assert_non_null(strstr(reason, word));
	RULE_WORDS(X)
#undef X
}

static void hostile_octets_are_quoted(void **state)
{
	struct change c;
	char reason[256];
	struct text why = TEXT_OF(reason);
	assert_int_equal(change_parse(span_str("a\x1b[2J"), &c, &why), ERR_MALFORMED);
	assert_null(strchr(reason, 0x1b));
}

/* Cut anywhere, a script is read or refused, never more. */
static void every_truncation(void **state)
{
	static const char source[] =
		"seed 7\nat 0ms a>b delay 5ms loss 1.5% rate 2mbit\nat 3s cut\n";
	for (size_t n = 0; n < sizeof source; n++) {
		char part[sizeof source] = "", reason[512];
		struct script s;
		memcpy(part, source, n);
		enum err e = parse(part, &s, reason, sizeof reason);
		if (e == OK)
			script_free(&s);
		else
			assert_int_equal(strncmp(reason, "line ", 5), 0);
	}
}

static void too_many_steps(void **state)
{
	size_t n = SCRIPT_STEPS_MAX + 1;
	char *source = malloc(n * 10 + 1), reason[256];
	struct script s;
	for (size_t i = 0; i < n; i++)
		memcpy(source + i * 10, "at 1s cut\n", 11);
	assert_int_equal(parse(source, &s, reason, sizeof reason), ERR_FULL);
	assert_non_null(strstr(reason, "line 4097: too many"));
	source[(n - 1) * 10] = '\0';
	assert_int_equal(parse(source, &s, reason, sizeof reason), OK);
	assert_int_equal(s.n, SCRIPT_STEPS_MAX);
	script_free(&s);
	free(source);
}

static void no_memory(void **state)
{
	char source[40 * 10 + 1], reason[256];
	struct script s = { .n = 77 };
	for (size_t i = 0; i < 40; i++)
		memcpy(source + i * 10, "at 1s cut\n", 11);
	for (int n = 0; n < 3; n++) {
		heap.left = n;
		assert_int_equal(parse(source, &s, reason, sizeof reason), ERR_NOMEM);
		assert_int_equal(s.n, 77);
	}
	heap.left = -1;
	assert_int_equal(parse(source, &s, reason, sizeof reason), OK);
	assert_int_equal(s.n, 40);
	script_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_script),
		cmocka_unit_test(empty_script_is_right),
		cmocka_unit_test(every_word_sets_its_rule),
		cmocka_unit_test(percentages_are_exact),
		cmocka_unit_test(wrong_scripts_say_where_and_why),
		cmocka_unit_test(unknown_word_lists_all_words),
		cmocka_unit_test(hostile_octets_are_quoted),
		cmocka_unit_test(every_truncation),
		cmocka_unit_test(too_many_steps),
		cmocka_unit_test(no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
