/* masc claim, demand, withdraw, resolve and the lists beside them. */
#include "run.h"

#include "failing_env.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static uint64_t made;
static enum err answer;
static enum masc_reason why;

static void prepare(void)
{
	played_claims();
	played.reply_number = made;
	played.command_result = answer;
	played.why = why;
}

static int setup(void **state)
{
	made = 1;
	answer = OK;
	why = MASC_REASON_NONE;
	run_serve(prepare);
	return 0;
}

static int teardown(void **state)
{
	run_serve_end();
	run_done();
	return 0;
}

/* Another answer of the engine than that of setup(). */
static void serve_anew(uint64_t number, enum err e, enum masc_reason reason)
{
	run_serve_end();
	made = number;
	answer = e;
	why = reason;
	run_serve(prepare);
}

static void says(const char *line, int exit, const char *out)
{
	int got = run(line);
	if (got != exit || strcmp(run_out, out) != 0)
		fail_msg("%s: %d, \"%s\", \"%s\"", line, got, run_out, run_err);
}

static void sizes_and_ranges(void **state)
{
	static const char *const rows[][2] = {
		{ "masc claim 256 -n", "a claim to 256 addresses would be made\n" },
		{ "masc claim 1 -n", "a claim to 1 address would be made\n" },
		{ "masc claim 1k -n", "a claim to 1024 addresses would be made\n" },
		{ "masc claim 64k -n", "a claim to 65536 addresses would be made\n" },
		{ "masc claim 1M -n", "a claim to 1048576 addresses would be made\n" },
		{ "masc claim /24 -n", "a claim to 256 addresses would be made\n" },
		{ "masc claim /32 -n", "a claim to 1 address would be made\n" },
		{ "masc claim /112 -n", "a claim to 65536 addresses would be made\n" },
		{ "masc claim 239.192.8.0/24 -n", "a claim to 239.192.8.0/24 would be made\n" },
		{ "masc claim 256 --scope organisation -n",
		  "a claim to 256 addresses in organisation would be made\n" },
		{ "masc demand 1k -n", "a demand for 1024 addresses would be taken\n" },
		{ "masc demand end 2 -n", "demand 2 would be ended\n" },
		{ "masc withdraw 239.192.0.0/22 -n", "239.192.0.0/22 would be given back\n" },
		{ "masc resolve 1 yield -n",
		  "clash 1 would be resolved: the overlap would be withdrawn\n" },
		{ "masc claim 256 --at 2037-01-01T00:00:00Z --for 1d -n",
		  "a claim to 256 addresses would be made\n" },
		{ "masc claim 256 --at +2h -n", "a claim to 256 addresses would be made\n" },
		{ "masc demand 256 --at 2037-01-01T00:00:00Z --for 2h30m -n",
		  "a demand for 256 addresses would be taken\n" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		says(rows[i][0], CLI_OK, rows[i][1]);
	assert_int_equal(run("masc claim ff38::9000:0/112 -n"), CLI_FAILED);
	assert_non_null(strstr(run_err, "ff38::9000:0/112 would be refused: it lies in no range"));
}

static void what_was_made(void **state)
{
	says("masc claim 256", CLI_OK, "a claim to 256 addresses is on its way, as number 1\n");
	says("masc claim 256 -q", CLI_OK, "1\n");
	says("masc demand 16", CLI_OK, "a demand for 16 addresses is taken, as number 1\n");
	says("masc demand 16 -q", CLI_OK, "1\n");
	says("masc demand end 2", CLI_OK, "demand 2 is ended\n");
	says("masc withdraw 239.192.0.0/22", CLI_OK, "239.192.0.0/22 is given back\n");
	says("masc resolve 1 keep", CLI_OK, "clash 1 is resolved: ours stays\n");
}

static void numbers_and_names_alone(void **state)
{
	says("masc prefixes -q", CLI_OK, "239.192.0.0/22\n239.192.3.0/24\n");
	says("masc demand -q", CLI_OK, "1\n2\n3\n");
	says("masc clashes -q", CLI_OK, "1\n2\n");
	says("masc claims 239.194.0.0/16 -q", CLI_OK, "239.194.128.0/17\n239.194.0.0/24\n");
	says("masc space 239.194.0.0/16 -q", CLI_OK, "239.192.0.0/14\n239.194.128.0/17\n");
}

static void claims_are_waited_for(void **state)
{
	says("masc claim 256 --wait", CLI_OK,
	     "a claim to 256 addresses is on its way, as number 1\n"
	     "239.192.0.0/22 is ours until 2026-11-22T21:03:18Z\n");
	says("masc claim 256 --wait -q", CLI_OK, "239.192.0.0/22\n");
	says("masc claim 256 --wait -n", CLI_OK, "a claim to 256 addresses would be made\n");
	/* One document: the range that is held. */
	assert_int_equal(run("masc claim 256 --wait --json"), CLI_OK);
	assert_ptr_equal(strchr(run_out, '\n'), run_out + strlen(run_out) - 1);
	assert_non_null(strstr(run_out, "{\"number\":1,"));
	assert_non_null(strstr(run_out, "\"prefix\":\"239.192.0.0/22\""));
	assert_non_null(strstr(run_out, "\"schema\":1}"));
	assert_int_equal(run("masc claim 256 --wait --json -n"), CLI_OK);
	assert_non_null(strstr(run_out, "{\"done\":false,"));
	serve_anew(77, OK, MASC_REASON_NONE);
	assert_int_equal(run("masc claim 256 --wait"), CLI_FAILED);
	assert_non_null(strstr(run_err, "claim 77 is over before it was held\ntry: "));
}

/* A claim that is not held goes on; what waits for it ends. */
static void waiting_has_an_end(void **state)
{
	serve_anew(3, OK, MASC_REASON_NONE);
	assert_int_equal(run("masc claim 256 --wait --timeout 0"), CLI_DEADLINE);
	assert_string_equal(run_err, "homestead: claim 3 is not held yet; it goes on without this "
				     "command\ntry: homestead masc prefixes\n");
	assert_int_equal(run("masc claim 256 --wait --timeout 0 --json"), CLI_DEADLINE);
	assert_string_equal(run_out, "");
	assert_int_equal(run("masc claim 256 --timeout 5s"), CLI_USAGE);
	assert_non_null(strstr(run_err, "--timeout goes with --wait"));
}

static void refusals_have_words_and_codes(void **state)
{
	serve_anew(0, ERR_IN_USE, MASC_REASON_NONE);
	assert_int_equal(run("masc claim 239.193.0.0/16"), CLI_CONFLICT);
	assert_string_equal(run_err, "homestead: a claim to 239.193.0.0/16 is refused: domain 70 "
				     "has 239.193.0.0/16\ntry: homestead masc space\n");
	/* Gone again since, or not to be named. */
	assert_int_equal(run("masc claim 239.195.0.0/16"), CLI_CONFLICT);
	assert_string_equal(run_err, "homestead: a claim to 239.195.0.0/16 is refused: somebody "
				     "else holds or claims it, or part of it\n"
				     "try: homestead masc prefixes\n");
	serve_anew(0, ERR_STATE, MASC_REASON_NONE);
	assert_int_equal(run("masc withdraw 239.192.0.0/22"), CLI_NOT_READY);
	serve_anew(0, ERR_FULL, MASC_REASON_TOO_MANY);
	assert_int_equal(run("masc claim 256"), CLI_FAILED);
	assert_non_null(strstr(run_err, "prefixes_most"));
	assert_int_equal(run("masc claim 256 --scope site"), CLI_NOT_FOUND);
	assert_non_null(strstr(run_err, "there is no scope \"site\"; scopes are organisation"));
	assert_int_equal(run("masc resolve 9 keep -n"), CLI_NOT_FOUND);
	assert_int_equal(run("masc claims here"), CLI_FAILED);
	assert_non_null(strstr(run_err, "\"here\" is no range; one looks like 239.192.1.0/24"));
	assert_int_equal(run("masc space 10.0.0.0/8"), CLI_FAILED);
}

static void usage(void **state)
{
	static const char *const rows[][2] = {
		{ "masc claim", "wants SIZE|PREFIX" },
		{ "masc claim 0", "\"0\" is no size or range: 256, 1k, /24, 239.192.1.0/24" },
		{ "masc claim k", "is no size or range" },
		{ "masc claim 1K", "is no size or range" },
		{ "masc claim 8G", "is no size or range" },
		{ "masc claim many", "is no size or range" },
		{ "masc claim /129", "is no size or range" },
		{ "masc claim /64", "is no size or range" },
		{ "masc claim /", "is no size or range" },
		{ "masc claim 256 512", "does not take \"512\"" },
		{ "masc claim 256 --at soon",
		  "\"soon\" is no time: 2026-11-21T20:00:00Z, or from now" },
		{ "masc claim 256 --for ever", "\"ever\" is no time such as 90s" },
		{ "masc claim 256 --for 0", "is no time such as 90s" },
		{ "masc demand 256 --wait", "takes no --wait" },
		{ "masc claim 256 --wait --timeout soon", "\"soon\" is no time such as 90s" },
		{ "masc demand end", "wants a number" },
		{ "masc demand end two", "\"two\" is no number" },
		{ "masc demand 256 16", "one word too many" },
		{ "masc demand all", "is no size: 256, 1k, /24; or: end NUMBER" },
		{ "masc demand --scope a", "go with a size" },
		{ "masc demand end 1 --for 1d", "go with a size" },
		{ "masc demand -n", "--dry-run goes with" },
		{ "masc demand 256 --watch", "--watch and --limit go with the list" },
		{ "masc resolve 1", "wants NUMBER keep|yield" },
		{ "masc resolve 1 stay", "\"stay\" is no decision: keep, yield" },
		{ "masc prefixes x", "does not take" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int exit = run(rows[i][0]);
		if (exit != CLI_USAGE || !strstr(run_err, rows[i][1]))
			fail_msg("%s: %d, %s", rows[i][0], exit, run_err);
		assert_non_null(strstr(run_err, "\ntry: "));
		assert_string_equal(run_out, "");
	}
}

static void spellings(void **state)
{
	static const char *const works[] = { "masc ranges", "masc tree", "masc demands",
					     "masc release 239.192.0.0/22" };
	static const char *const named[][2] = {
		{ "claims", "homestead masc claims" },
		{ "space", "homestead masc space" },
		{ "prefixes", "homestead masc prefixes" },
		{ "clashes", "homestead masc clashes" },
		{ "masc spcae", "homestead masc space" },
		{ "masc prefixs", "homestead masc prefixes" },
		{ "withdraw 239.1.0.0/24", "homestead masc withdraw 239.1.0.0/24" },
	};
	for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++)
		assert_int_equal(run(works[i]), CLI_OK);
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		char want[128];
		(void)snprintf(want, sizeof(want), "\ntry: %s\n", named[i][1]);
		assert_int_equal(run(named[i][0]), CLI_USAGE);
		if (!strstr(run_err, want))
			fail_msg("%s: %s", named[i][0], run_err);
	}
}

static void json_fits_its_schema(void **state)
{
	static const struct {
		const char *line;
		const struct ops_struct *type;
	} rows[] = {
		{ "masc prefixes --json", &ops_masc_prefixes_type },
		{ "masc claims --json", &ops_masc_claims_type },
		{ "masc space --json", &ops_masc_space_type },
		{ "masc demand --json", &ops_masc_demands_type },
		{ "masc clashes --json", &ops_masc_clashes_type },
		{ "masc claim 256 --json", &ops_change_type },
		{ "masc demand 256 --json", &ops_change_type },
		{ "masc demand end 1 --json -n", &ops_change_type },
		{ "masc withdraw 239.192.0.0/22 --json", &ops_change_type },
		{ "masc resolve 1 keep --json", &ops_change_type },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static union {
			uint64_t align;
			uint8_t room[8192];
		} value;
		struct failing_env fe;
		struct arena mem;
		char buffer[300];
		struct text t = TEXT_OF(buffer);
		failing_env_init(&fe, 1);
		arena_init(&mem, &fe.env, 4096);
		assert_int_equal(run(rows[i].line), CLI_OK);
		assert_ptr_equal(strchr(run_out, '\n'), run_out + strlen(run_out) - 1);
		json_t *j = json_loads(run_out, JSON_REJECT_DUPLICATES, NULL);
		assert_int_equal(json_integer_value(json_object_get(j, "schema")), 1);
		json_object_del(j, "schema");
		assert_int_equal(ops_decode(rows[i].type, j, OPS_FROM_REQUEST, &value, &mem, &t),
				 OK);
		json_decref(j);
		arena_free(&mem);
	}
}

static void locales(void **state)
{
	assert_true(cli_is_utf8("C.UTF-8"));
	assert_true(cli_is_utf8("de_DE.utf8@euro"));
	assert_false(cli_is_utf8("C"));
	assert_false(cli_is_utf8("de_DE.ISO8859-1"));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(sizes_and_ranges),
		T(what_was_made),
		T(numbers_and_names_alone),
		T(claims_are_waited_for),
		T(waiting_has_an_end),
		T(refusals_have_words_and_codes),
		T(usage),
		T(spellings),
		T(json_fits_its_schema),
		cmocka_unit_test(locales),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
