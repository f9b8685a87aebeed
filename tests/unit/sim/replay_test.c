#include "story.h"

#include "sim/replay.h"

/* Commands, a crash, a restart with rows in the store, a failing commit, a
 * broken store, a reload and a stop: all that a recording can hold. */
static const char busy[] =
	STORY_PAIR "at 20s command a masc peer b down\n"
		   "at 25s command a masc peer b up\n"
		   "at 40s store-fail a\n"
		   "at 41s command a masc peer b down\n"
		   "at 45s command a masc peer b down for 1h\n"
		   "at 50s kill a\n"
		   "at 55s start a\n"
		   "at 60s command a masc peer b up\n"
		   "at 61s store-break a io\n"
		   "at 62s command a masc peer b down\n"
		   "at 70s reload a {\n"
		   " masc { domain = 64500; node = 1; profile = lab; hold_time = 30s\n"
		   "  peer b { address = 192.0.2.2; role = parent; domain = 64501 } }\n"
		   "}\n"
		   "at 80s reload a refused { masc { x } }\n"
		   "at 85s skew a +1h\n"
		   "at 90s stop a\n"
		   "at 92s nothing\n";

static struct story *recorded(const char *text)
{
	struct story *t = story_new(text);
	story_run(t, 5, "a");
	if (!t->r.ok)
		fail_msg("%s", t->r.why);
	return t;
}

static struct replay_result played(struct story *t, struct span octets)
{
	struct replay_result r;
	assert_int_equal(replay(octets, &t->f.env, &r), OK);
	return r;
}

static void the_same_comes_out(void **state)
{
	struct story *t = recorded(busy);
	struct replay_result r = played(t, span_of(t->record, t->record_n));
	if (!r.same)
		fail_msg("%s", r.why);
	assert_false(r.cut);
	assert_int_equal(r.runs, 2);
	assert_true(r.inputs > 50 && r.outputs > 80);
	assert_string_equal(r.why, "");
	story_free(t);
}

/* Commits that fail one after the other undo that much and no more. */
static void undone_puts(void **state)
{
	struct story *t = recorded(STORY_PAIR "at 20s store-fail a\n"
					      "at 21s command a masc peer b down\n"
					      "at 25s command a masc peer b down\n"
					      "at 30s store-fail a 3\n"
					      "at 31s command a masc peer b up\n"
					      "at 32s command a masc peer b up\n"
					      "at 33s command a masc peer b down for 5m\n"
					      "at 34s command a masc peer b up\n"
					      "at 40s command a masc peer b down\n"
					      "at 50s nothing\nexpect admin a b down\n");
	struct replay_result r = played(t, span_of(t->record, t->record_n));
	if (!r.same)
		fail_msg("%s", r.why);
	story_free(t);
}

/* Where the entries of a recording begin and what they are. */
struct found {
	size_t at, body_n;
	enum record_kind kind;
};

static size_t entries(const struct story *t, struct found *to, size_t max)
{
	struct rd r = rd_of(span_of(t->record, t->record_n));
	size_t n = 0;
	rd_skip(&r, 8);
	while (r.left && n < max) {
		struct record_entry e;
		size_t at = t->record_n - r.left;
		assert_int_equal(record_take(&r, &e), OK);
		to[n++] = (struct found){ at, e.body.n, e.kind };
	}
	return n;
}

/* One octet of any output, flipped, is found at that very entry. */
static void a_flipped_octet_is_found(void **state)
{
	struct story *t = recorded(STORY_PAIR "at 3s command a masc peer b down\nend 5s\n");
	struct found *all = test_calloc(4000, sizeof(*all));
	size_t n = entries(t, all, 4000), outputs = 0;
	for (size_t i = 0; i < n; i++) {
		if (all[i].kind != RECORD_OUTPUT)
			continue;
		outputs++;
		for (size_t at = 0; at < all[i].body_n; at += 7) {
			uint8_t *p = &t->record[all[i].at + RECORD_HEAD + at];
			*p ^= 1;
			struct replay_result r = played(t, span_of(t->record, t->record_n));
			assert_false(r.same);
			assert_int_equal(r.entries, i + 1);
			*p ^= 1;
		}
	}
	assert_true(outputs > 10);
	test_free(all);
	story_free(t);
}

static struct found first_of(const struct story *t, enum record_kind kind)
{
	struct found all[400];
	size_t n = entries(t, all, 400);
	for (size_t i = 0; i < n; i++)
		if (all[i].kind == kind)
			return all[i];
	fail_msg("no such entry");
	return all[0];
}

static void the_difference_in_words(void **state)
{
	struct story *t = recorded(STORY_PAIR "end 5s\n");
	struct found e = first_of(t, RECORD_OUTPUT);
	/* The last octet of a LISTEN: its scope. */
	t->record[e.at + RECORD_HEAD + e.body_n - 1] ^= 1;
	struct replay_result r = played(t, span_of(t->record, t->record_n));
	assert_false(r.same);
	assert_non_null(strstr(r.why, "entry "));
	assert_non_null(strstr(r.why, "recorded an output listen masc at 0.0.0.0"));
	assert_non_null(strstr(r.why, "replayed output listen masc at 0.0.0.0:2587"));
	story_free(t);
}

/* Takes the entry out of the recording. */
static void without(struct story *t, struct found e)
{
	size_t n = RECORD_HEAD + e.body_n;
	memmove(t->record + e.at, t->record + e.at + n, t->record_n - e.at - n);
	t->record_n -= n;
}

static void an_output_too_many_or_too_few(void **state)
{
	struct story *t = recorded(STORY_PAIR "end 5s\n");
	without(t, first_of(t, RECORD_OUTPUT));
	assert_false(played(t, span_of(t->record, t->record_n)).same);
	story_free(t);
	t = recorded(STORY_PAIR "end 5s\n");
	struct found e = first_of(t, RECORD_OUTPUT);
	size_t n = RECORD_HEAD + e.body_n;
	memmove(t->record + e.at + n, t->record + e.at, t->record_n - e.at);
	t->record_n += n;
	struct replay_result r = played(t, span_of(t->record, t->record_n));
	assert_false(r.same);
	story_free(t);
}

static void another_draw(void **state)
{
	struct story *t = recorded(STORY_PAIR "end 5s\n");
	without(t, first_of(t, RECORD_RANDOM));
	struct replay_result r = played(t, span_of(t->record, t->record_n));
	assert_false(r.same);
	assert_non_null(strstr(r.why, "a random draw"));
	story_free(t);
}

/* A writer that was killed leaves a recording that is good as far as it goes. */
static void every_truncation(void **state)
{
	struct story *t = recorded(STORY_PAIR "end 3s\n");
	for (size_t n = 8; n < t->record_n; n += n < 1000 ? 1 : 37) {
		uint8_t *copy = test_malloc(n);
		memcpy(copy, t->record, n);
		struct replay_result r = played(t, span_of(copy, n));
		if (!r.same)
			fail_msg("%zu octets: %s", n, r.why);
		test_free(copy);
	}
	story_free(t);
}

static void no_recording(void **state)
{
	struct story *t = recorded(STORY_PAIR "end 3s\n");
	struct replay_result r;
	for (size_t n = 0; n < 8; n++)
		assert_int_equal(replay(span_of(t->record, n), &t->f.env, &r), ERR_MALFORMED);
	assert_int_equal(replay(span_str("HSTREC99 and so on"), &t->f.env, &r), ERR_MALFORMED);
	assert_non_null(strstr(r.why, "no recording of this version"));
	t->record[8] = 77;
	assert_int_equal(replay(span_of(t->record, t->record_n), &t->f.env, &r), ERR_MALFORMED);
	story_free(t);
}

/* Entries in an order that cannot be. */
static void entries_out_of_place(void **state)
{
	static const enum record_kind kinds[] = { RECORD_ROW, RECORD_START, RECORD_INPUT,
						  RECORD_RANDOM, RECORD_OUTPUT };
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		uint8_t p[64];
		struct wr w = wr_of(p, sizeof(p));
		struct failing_env f;
		struct replay_result r;
		failing_env_init(&f, 1);
		wr_bytes(&w, span_str(RECORD_MAGIC));
		record_put(&w, kinds[i], (struct mono){ 1 }, span_str("12345678"));
		assert_int_equal(replay(wr_span(&w), &f.env, &r), ERR_MALFORMED);
		failing_env_assert_clean(&f);
	}
}

/* Any octet of it may be wrong: the replay ends, and leaks nothing. */
static void any_octet(void **state)
{
	struct story *t = recorded(STORY_PAIR "end 1s\n");
	size_t live = t->f.live;
	for (size_t at = 8; at < t->record_n; at += at < 1000 ? 1 : 13) {
		struct replay_result r;
		t->record[at] ^= 0x55;
		enum err e = replay(span_of(t->record, t->record_n), &t->f.env, &r);
		assert_true(e == OK || e == ERR_MALFORMED);
		assert_int_equal(t->f.live, live);
		t->record[at] ^= 0x55;
	}
	story_free(t);
}

static void without_memory(void **state)
{
	struct story *t = recorded(STORY_PAIR "at 1s command a masc peer b down\nend 2s\n");
	size_t live = t->f.live;
	for (size_t n = 1;; n++) {
		struct replay_result r;
		failing_env_fail_at(&t->f, n);
		enum err e = replay(span_of(t->record, t->record_n), &t->f.env, &r);
		assert_true(e == OK || e == ERR_NOMEM);
		assert_int_equal(t->f.live, live);
		if (!t->f.failed)
			break;
	}
	story_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_comes_out),
		cmocka_unit_test(undone_puts),
		cmocka_unit_test(a_flipped_octet_is_found),
		cmocka_unit_test(the_difference_in_words),
		cmocka_unit_test(an_output_too_many_or_too_few),
		cmocka_unit_test(another_draw),
		cmocka_unit_test(every_truncation),
		cmocka_unit_test(no_recording),
		cmocka_unit_test(entries_out_of_place),
		cmocka_unit_test(any_octet),
		cmocka_unit_test(without_memory),
	};
	return cmocka_run_group_tests_name("sim_replay", tests, NULL, NULL);
}
