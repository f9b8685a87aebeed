/* asked.h - asks ops and holds its last answer, as JSON, against what is expected.
 * What it asks has a session or two; with setup(), claims as well. */
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

static inline int setup_bare(void **state)
{
	played_init();
	memset(&got, 0, sizeof(got));
	struct ops_host host = played_host();
	return ops_new(&ops, NULL, &host) == OK ? 0 : -1;
}

static inline int setup(void **state)
{
	int r = setup_bare(state);
	played_claims();
	return r;
}

static inline int teardown(void **state)
{
	json_decref(got.json);
	ops_free(ops);
	return 0;
}

static inline void ask(const struct ops_request *r)
{
	size_t before = got.count;
	assert_int_equal(ops_submit(ops, r, take, NULL), OK);
	assert_int_equal(got.count, before + 1);
}

static inline const json_t *at_path(const char *path)
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

/* A string as it is, all else as JSON, until the next call. */
static inline const char *text_at(const char *path)
{
	static char text[OPS_MESSAGE_MAX + 1];
	const json_t *j = at_path(path);
	if (json_is_string(j))
		return json_string_value(j);
	size_t n = j ? json_dumpb(j, text, sizeof(text) - 1, JSON_ENCODE_ANY) : 0;
	text[n < sizeof(text) ? n : 0] = 0;
	return text;
}

static inline void assert_at(const char *path, const char *want)
{
	const char *is = text_at(path);
	if (strcmp(is, want) != 0)
		fail_msg("%s is %s, not %s", path, is, want);
}

static inline void refused(enum err e, const char *message, const char *hint)
{
	assert_int_equal(got.err, e);
	if (!strstr(got.message, message))
		assert_string_equal(got.message, message);
	if (!strstr(got.hint, hint))
		assert_string_equal(got.hint, hint);
}

#endif
