#include "story.h"

#include "sim/story.h"

/* SIM-12.8: stories are written alike for the same seed, each can be read, and each kind
 * does what it is named for. */

static char *text_of_kind(struct failing_env *f, enum story_kind k, uint64_t seed)
{
	struct story_options o;
	char *text = NULL;
	if (story_of_groups(k))
		story_group_defaults(&o, seed, k);
	else
		story_defaults(&o, seed, k);
	assert_int_equal(o.kind, k);
	assert_int_equal(story_write(&o, &f->env, &text), OK);
	return text;
}

static void every_kind_can_be_read(void **state)
{
	for (int k = 0; k < STORY_KIND_COUNT; k++) {
		struct failing_env f;
		failing_env_init(&f, 1);
		for (uint64_t seed = 1; seed <= 5; seed++) {
			char *text = text_of_kind(&f, (enum story_kind)k, seed), buffer[512];
			char *again = text_of_kind(&f, (enum story_kind)k, seed);
			struct text why = TEXT_OF(buffer);
			struct scenario *s = NULL;
			uint32_t line = 0;
			assert_string_equal(text, again);
			if (scenario_read(&s, span_str(text), &f.env, &line, &why))
				fail_msg("kind %s, line %u: %s",
					 story_kind_text((enum story_kind)k), (unsigned)line,
					 why.p);
			assert_int_equal(s->seed, seed);
			assert_true(s->n_expects >= 3);
			scenario_free(s);
			env_free(&f.env, text);
			env_free(&f.env, again);
		}
		failing_env_assert_clean(&f);
	}
}

static void has(enum story_kind k, const char *words)
{
	struct failing_env f;
	bool found = false;
	failing_env_init(&f, 1);
	for (uint64_t seed = 1; seed <= 20 && !found; seed++) {
		char *text = text_of_kind(&f, k, seed);
		found = strstr(text, words) != NULL;
		env_free(&f.env, text);
	}
	if (!found)
		fail_msg("no story of kind %s has \"%s\"", story_kind_text(k), words);
	failing_env_assert_clean(&f);
}

static void kinds_are_what_they_are_named(void **state)
{
	has(STORY_MIXED, "cut n");
	has(STORY_MIXED, "store-fail");
	has(STORY_CRASH, " told");
	has(STORY_CHURN, " graph close ");
	has(STORY_CHURN, " stop n");
	has(STORY_PARTITION, "expect mesh");
	has(STORY_APART, "cut n");
	has(STORY_LATE, "reset n");
	has(STORY_SLOW, "link_unsent = 64KiB");
	has(STORY_SKEW, "wall-offset = -5m");
	has(STORY_SKEW, "skew n");
	has(STORY_EXPIRE, " defer");
	has(STORY_EXPIRE, " for ");
	has(STORY_TWO, "expect same 0.other");
	has(STORY_LOSE, " lose");
	has(STORY_MEMORY, "memory n");
	has(STORY_ERASE, " graph erase ");
	has(STORY_MEMBERS, " group connect family ");
	has(STORY_MEMBERS, " inviter\n");
	has(STORY_ENDS, " publish\n");
	has(STORY_ROLES, " administrator publish\n");
	has(STORY_LIAR, "rogue x0 lies ");
	has(STORY_OUTSIDER, " shows copied family of n");
	has(STORY_OVER, " shows none family\n");
	has(STORY_FLOOD, " lies stranger family ");
	has(STORY_CLOCKS, "skew n");
}

/* SIM-12.9: whoever is parted is led to nobody afterwards. */
static void parts_are_not_helped(void **state)
{
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct failing_env f;
		failing_env_init(&f, 1);
		char *text = text_of_kind(&f, STORY_PARTITION, seed);
		const char *healed = strrchr(text, '}');
		for (const char *at = text; (at = strstr(at, "ms heal ")); at++)
			healed = at;
		assert_null(strstr(healed, " connect "));
		env_free(&f.env, text);
		failing_env_assert_clean(&f);
	}
}

static void the_seed_chooses_the_kind(void **state)
{
	uint32_t seen[STORY_KIND_COUNT] = { 0 };
	for (uint64_t seed = 1; seed <= 400; seed++) {
		struct story_options o;
		story_defaults(&o, seed, STORY_KIND_COUNT);
		assert_true(o.kind < STORY_GROUP_FIRST && o.nodes >= 3 &&
			    o.nodes <= (o.kind == STORY_PARTITION ? 21 : 12));
		seen[o.kind]++;
		story_group_defaults(&o, seed, STORY_KIND_COUNT);
		assert_true(story_of_groups(o.kind) && o.nodes >= 3 && o.nodes <= 10);
		seen[o.kind]++;
	}
	for (int k = 0; k < STORY_KIND_COUNT; k++)
		assert_true(seen[k] >= 5);
}

static void what_cannot_be_told(void **state)
{
	struct failing_env f;
	struct story_options o;
	char *text = NULL;
	failing_env_init(&f, 1);
	story_defaults(&o, 1, STORY_MIXED);
	o.nodes = 1;
	assert_int_equal(story_write(&o, &f.env, &text), ERR_RANGE);
	o.nodes = STORY_NODES_MOST + 1;
	assert_int_equal(story_write(&o, &f.env, &text), ERR_RANGE);
	o.nodes = 3;
	f.fail_at = f.allocations + 1;
	assert_int_equal(story_write(&o, &f.env, &text), ERR_NOMEM);
	assert_null(text);
	failing_env_assert_clean(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_can_be_read),
		cmocka_unit_test(kinds_are_what_they_are_named),
		cmocka_unit_test(parts_are_not_helped),
		cmocka_unit_test(the_seed_chooses_the_kind),
		cmocka_unit_test(what_cannot_be_told),
	};
	return cmocka_run_group_tests_name("sim_kinds", tests, NULL, NULL);
}
