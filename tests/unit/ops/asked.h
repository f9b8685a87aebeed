/* asked.h - asks ops and holds its last answer, as JSON, against what is expected.
 * For the tests of what ops says about claims; one includes it. */
#ifndef UNIT_OPS_ASKED_H
#define UNIT_OPS_ASKED_H

#include "failing_env.h"

#include <jansson.h>
#include <stdlib.h>

#include "played.h"

static struct ops *ops;

/* The last answer, as JSON, since it lives for the call alone. */
static struct {
	size_t count;
	enum err err;
	json_t *json;
	char message[OPS_MESSAGE_MAX + 1], hint[OPS_MESSAGE_MAX + 1];
} got;

static void take(void *arg, const struct ops_answer *a)
{
	json_decref(got.json);
	got.json = a->err ? NULL : ops_encode(a->type, a->value);
	got.count++;
	got.err = a->err;
	ops_set_text(got.message, sizeof(got.message), a->message);
	ops_set_text(got.hint, sizeof(got.hint), a->hint);
}

static int setup(void **state)
{
	played_init();
	played_claims();
	memset(&got, 0, sizeof(got));
	struct ops_host host = played_host();
	return ops_new(&ops, NULL, &host) == OK ? 0 : -1;
}

static int teardown(void **state)
{
	json_decref(got.json);
	ops_free(ops);
	return 0;
}

static void ask(const struct ops_request *r)
{
	size_t before = got.count;
	assert_int_equal(ops_submit(ops, r, take, NULL), OK);
	assert_int_equal(got.count, before + 1);
}

static const json_t *at_path(const char *path)
{
	char copy[200];
	const json_t *j = got.json;
	ops_set_text(copy, sizeof(copy), path);
	for (char *s = strtok(copy, "."); s; s = strtok(NULL, ".")) {
		bool digit = s[0] >= '0' && s[0] <= '9';
		j = digit ? json_array_get(j, (size_t)atoi(s)) : json_object_get(j, s);
	}
	return j;
}

static void assert_at(const char *path, const char *want)
{
	const json_t *j = at_path(path);
	char *text = json_is_string(j) ? NULL : json_dumps(j, JSON_ENCODE_ANY);
	const char *is = json_is_string(j) ? json_string_value(j) : text;
	if (!is || strcmp(is, want) != 0)
		fail_msg("%s is %s, not %s", path, is, want);
	free(text);
}

static void refused(enum err e, const char *message, const char *hint)
{
	assert_int_equal(got.err, e);
	if (!strstr(got.message, message))
		assert_string_equal(got.message, message);
	if (!strstr(got.hint, hint))
		assert_string_equal(got.hint, hint);
}

#endif
