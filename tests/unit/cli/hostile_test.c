/* What others wrote may hold line breaks, escape sequences and marks that turn the direction of
 * text: whatever is printed for people shows them, and no terminal obeys. */
#include "canned.h"

#include "base/span.h"
#include "base/utf8.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* In JSON: a line break, red from here on, backwards from here on, the bell, nothing at all. */
#define EVIL  "Eve\\n\\u001b[31m\\u202egnp\\u0007\\u009b\\u200bZo\\u00eb"
#define SHOWN "Eve\\x0a\\x1b[31m\\xe2\\x80\\xaegnp\\x07\\xc2\\x9b\\xe2\\x80\\x8bZo\xc3\xab"

#define HOME	 CANNED_NAME
#define ANN	 "aaaa456789abcdef0123456789abcdef01234567." EVIL
#define S(name)	 "\"" name "\":\"" EVIL "\""
#define ID(name) "\"" name "\":\"" ANN "\""
#define SCHEMA	 "\"schema\":1"

#define IDENTITY "{" ID("name") "," S("label") "," S("why") ",\"is_default\":true"
#define GROUP                                                                                       \
	"{\"id\":\"" HOME                                                                           \
	"\"," S("name") "," S("comment") ",\"state\":\"alone\"," S("why") "," ID("identity") "," S( \
		"identity_label") "," ID("creator") ",\"role\":\"member\","                         \
						    "\"open\":true,\"members\":3,\"online\":1,\"administrators\":1"
#define MEMBER                                                                                     \
	"{" ID("name") "," S("label") ",\"role\":\"member\"," ID("issuer") "," S(                  \
		"issuer_label") ",\"chain\":[{" ID("name") "," S("label") "}]"
#define PART "\"part\":{\"name\":\"group\",\"state\":\"running\"}"
#define MADE                                                                                       \
	"{\"done\":true," S("text") ",\"name\":\"" HOME "\"," S("label") "," S("next") "," SCHEMA  \
										       "}"
#define GRAPH                                                                                      \
	"{\"number\":1,\"id\":\"" HOME "\"," S("group") "," S("name") "," S("comment") "," S(      \
		"why") ",\"state\":\"alone\",\"open\":true," ID("peer") "," ID("creator")
#define NODE                                                                                       \
	"{\"node\":\"a1b2c3d400000000\"," ID("peer") "," S("label") "," S(                         \
		"attributes") ",\"self\":true}"
#define LINK                                                                                           \
	"{\"conn\":7,\"kind\":\"neighbor\",\"state\":\"connected\",\"node\":\"b2c3d4e500000000\"," ID( \
		"peer") "," S("label") ",\"remote\":\"192.0.2.9:3587\"}"
#define RECORD                                                                                                                        \
	"{\"id\":\"0ccbb0d2-be41-4bd6-914b-058ec5dcce64\","                                                                           \
	"\"type\":\"1bed83fd-e5b5-82b1-a9a4-2a98f114caf2\"," S("word") "," ID("creator") "," S("creator_label") "," ID(               \
		"modifier") "," S("modifier_label") ",\"version\":1,"                                                                 \
						    "\"attributes\":[{" S("name") "," S("value") "}],\"size\":9,\"is_text\":true," S( \
							    "text") "," S("xml")
#define EVENT                                                                                      \
	"{\"number\":1,\"time\":\"2026-11-21T20:00:00Z\",\"part\":\"group\",\"level\":\"info\","   \
	"\"name\":\"member\"," S("text")

static const struct canned hostile[] = {
	{ "GET /v1/identities$", 0, "{" SCHEMA "," PART ",\"identities\":[" IDENTITY "}]}", NULL },
	{ "GET /v1/identities/", 0, IDENTITY "," SCHEMA "}", NULL },
	{ "GET /v1/groups$", 0, "{" SCHEMA "," PART ",\"groups\":[" GROUP "}]}", NULL },
	{ "GET /v1/groups/Home/members$", 0,
	  "{" SCHEMA ",\"group\":\"x\",\"members\":[" MEMBER "}]}", NULL },
	{ "GET /v1/groups/Home/members/", 0, MEMBER "," SCHEMA "}", NULL },
	{ "GET /v1/groups/Nowhere", 404,
	  "{\"error\":{\"code\":\"NOT_FOUND\"," S("message") "," S("hint") "}," SCHEMA "}", NULL },
	{ "GET /v1/groups/", 0, GROUP "," SCHEMA "}", NULL },
	{ "POST /v1/groups/Home/members", 0,
	  "{\"done\":true," S("text") "," S("label") ",\"invitation\":\"<X/>\"," SCHEMA "}", NULL },
	{ "POST /v1/papers/read", 0,
	  "{\"kind\":\"card\"," S("text") "," S("why") "," S("group_name") "," S("label") "," S(
		  "issuer_label") "," S("hint") "," ID("name") "," SCHEMA "}",
	  NULL },
	{ "GET /v1/graphs$", 0,
	  "{" SCHEMA ",\"part\":{\"name\":\"graph\",\"state\":\"running\"},\"graphs\":[" GRAPH
	  "}]}",
	  NULL },
	{ "GET /v1/graphs/" HOME "/nodes", 0,
	  "{" SCHEMA ",\"graph\":\"" HOME "\",\"nodes\":[" NODE "],\"complete\":true}", NULL },
	{ "GET /v1/graphs/" HOME "/links", 0,
	  "{" SCHEMA ",\"graph\":\"" HOME "\",\"links\":[" LINK "]}", NULL },
	{ "GET /v1/graphs/" HOME "/records/", 0, RECORD "," SCHEMA "}", NULL },
	{ "GET /v1/graphs/" HOME "/records", 0,
	  "{" SCHEMA ",\"graph\":\"x\",\"records\":[" RECORD "}],\"next\":\"\"}", NULL },
	{ "GET /v1/graphs/", 0, GRAPH "," SCHEMA "}", NULL },
	{ "GET /v1/events", 0, "{" SCHEMA ",\"events\":[" EVENT "}]}", NULL },
	{ "GET /v1/status", 0,
	  "{" SCHEMA ",\"attention\":[{\"part\":\"group\"," S("text") "," S(
		  "hint") "}],\"parts\":["
			  "{\"name\":\"group\",\"state\":\"running\"}],\"group\":{\"groups\":[" GROUP
			  "}]}}",
	  NULL },
	{ "POST", 0, MADE, NULL },
	{ "PUT", 0, MADE, NULL },
	{ "DELETE", 0, MADE, NULL },
	{ NULL, 0, NULL, NULL },
};

static const char *const lines[] = {
	"status",
	"doctor",
	"events",
	"id list",
	"id list -q",
	"id show",
	"id show Eve -q",
	"id create x",
	"group list",
	"group show Home",
	"group set Home --name x",
	"create Home --yes",
	"leave Home --yes",
	"members Home",
	"members Home -q",
	"member show Home Eve",
	"member role Home Eve admin",
	"member renew Home Eve -n",
	"invite show /etc/passwd",
	"join <PEERINVITATION/>",
	"graph list",
	"graph show 1",
	"graph map 1",
	"graph map 1 --svg -",
	"graph close 1",
	"peer list 1",
	"peer ping 1",
	"record list 1",
	"record get 1 0ccbb0d2",
	"record get 1 0ccbb0d2 --xml",
	"record add 1 --type note --data x",
};

/* Lines of text, and nothing else that anything would act on. */
static void check_text(const char *line, const char *text)
{
	for (struct span s = span_str(text); s.n;) {
		uint32_t point = 0;
		if (!utf8_next(&s, &point) || (point != '\n' && !utf8_is_shown(point)))
			fail_msg("%s prints U+%04x: %s", line, (unsigned)point, text);
	}
}

static void nothing_is_obeyed(void **state)
{
	static const int widths[] = { 24, 40, 80, 200 };
	canned_serve(hostile);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		for (size_t w = 0; w < sizeof(widths) / sizeof(widths[0]); w++) {
			canned_place.width = widths[w];
			if (canned_run(lines[i]) != 0)
				fail_msg("%s: %s", lines[i], canned_err);
			assert_true(canned_out[0] != 0);
			check_text(lines[i], canned_out);
			check_text(lines[i], canned_err);
		}
	canned_end();
}

static void it_is_shown_for_what_it_is(void **state)
{
	static const char *const told[] = { "id list", "group list", "members Home", "events",
					    "record get 1 0ccbb0d2" };
	canned_serve(hostile);
	canned_place.width = 400;
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		assert_int_equal(canned_run(told[i]), 0);
		if (!strstr(canned_out, SHOWN))
			fail_msg("%s: %s", told[i], canned_out);
	}
	/* Data of a record are text of several lines: these stay. */
	assert_int_equal(canned_run("record get 1 0ccbb0d2"), 0);
	assert_non_null(strstr(canned_out, "\nEve\n\\x1b[31m"));
	canned_end();
}

static void complaints_are_shown_too(void **state)
{
	canned_serve(hostile);
	assert_int_equal(canned_run("group show Nowhere"), 3);
	assert_string_equal(canned_err, "homestead: " SHOWN "\ntry: " SHOWN "\n");
	canned_end();
}

/* Programs get it as it is. */
static void json_has_it_as_it_is(void **state)
{
	canned_serve(hostile);
	assert_int_equal(canned_run("members Home --json"), 0);
	json_t *j = json_loads(canned_out, JSON_REJECT_DUPLICATES, NULL);
	const json_t *first = json_array_get(json_object_get(j, "members"), 0);
	assert_string_equal(json_string_value(json_object_get(first, "label")),
			    "Eve\n\x1b[31m\xe2\x80\xaegnp\x07\xc2\x9b\xe2\x80\x8bZo\xc3\xab");
	json_decref(j);
	canned_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_obeyed),
		cmocka_unit_test(it_is_shown_for_what_it_is),
		cmocka_unit_test(complaints_are_shown_too),
		cmocka_unit_test(json_has_it_as_it_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
