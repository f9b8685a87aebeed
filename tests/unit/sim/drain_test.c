/* SIM-2.9: a SEND that asks is answered when the other end has taken it, and
 * never when that cannot come. No core is needed for it: at each `network a`
 * of the story the world is made to do such a SEND of a's. */
#include "story.h"

#include <stdlib.h>

#include "sim/replay.h"

#define FAR STORY_PAIR "link a b delay 100ms..100ms\n"

struct asking {
	struct story *t;
	struct machine *m;
	size_t octets; /* of each SEND, 4 or more */
	unsigned asks; /* at each time */
	unsigned drained;
	int64_t asked_at, drained_at;
	uint32_t link, told;
};

static void ask(struct asking *k)
{
	size_t at = 0, n = k->octets;
	struct span key;
	void *end;
	uint8_t *octets = test_calloc(1, n);
	assert_true(map_next(&k->m->links, &at, &key, &end));
	k->link = ((struct end *)end)->link;
	k->asked_at = k->t->w->now;
	for (size_t i = 0; i + 4 <= n; i += 4)
		memcpy(octets + i, "\0\4\4", 3);
	const struct node_out out = {
		.kind = NODE_OUT_SEND, .link = k->link, .bytes = span_of(octets, n), .drain = true
	};
	for (unsigned i = 0; i < k->asks; i++)
		perform(k->m, &out);
	test_free(octets);
}

static bool says(struct span line, const char *words)
{
	size_t n = strlen(words);
	for (size_t i = 0; i + n <= line.n; i++)
		if (!memcmp(line.p + i, words, n))
			return true;
	return false;
}

static void on_line(void *arg, struct span line)
{
	struct asking *k = arg;
	if (says(line, " a @ network"))
		ask(k);
	if (!says(line, " a < drained link "))
		return;
	k->drained++;
	k->drained_at = k->t->w->now;
	k->told = (uint32_t)strtoul((const char *)line.p + line.n - 2, NULL, 10);
}

static void note(void *arg, struct span octets)
{
	story_note(((struct asking *)arg)->t, octets);
}

static void run(struct asking *k, const char *story, uint64_t seed)
{
	struct world_options opt = { .seed = seed, .trace = on_line, .trace_ctx = k };
	k->t = story_new(story);
	opt.record_node = "a";
	opt.record = note;
	opt.record_ctx = k;
	story_note(k->t, span_str(RECORD_MAGIC));
	assert_int_equal(world_new(&k->t->w, k->t->s, &k->t->f.env, &opt), OK);
	k->m = story_machine(k->t, "a");
	assert_int_equal(world_run(k->t->w, &k->t->r), OK);
	if (!k->t->r.ok)
		fail_msg("line %u: %s", (unsigned)k->t->r.line, k->t->r.why);
}

static int64_t took(const struct asking *k)
{
	return k->drained_at - k->asked_at;
}

static void it_takes_the_time_of_the_link(void **state)
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct asking k = { .octets = 4, .asks = 1 };
		run(&k, FAR "at 10s network a\nat 20s nothing\n", seed);
		assert_int_equal(k.drained, 1);
		assert_int_equal(k.told, k.link);
		assert_in_range(took(&k), 100 * MONO_MS, 110 * MONO_MS);
		story_free(k.t);
	}
}

/* All of it, however many pieces it comes in. */
static void large_ones_take_longer(void **state)
{
	struct asking k = { .octets = 200000, .asks = 3 };
	run(&k, FAR "at 10s network a\nat 20s nothing\n", 5);
	assert_int_equal(k.drained, 1);
	struct end *other = NULL;
	LIST_EACH(i, next, &k.t->w->streams)
	{
		struct stream *st = LIST_ENTRY(i, struct stream, in_world);
		struct end *e = st->end[0].site == &k.m->site ? &st->end[0] : &st->end[1];
		if (e->mine && e->link == k.link)
			other = end_other(e);
	}
	assert_non_null(other);
	assert_true(other->in.taken > 600000);
	story_free(k.t);
}

static void several_askings_one_after_the_other(void **state)
{
	struct asking k = { .octets = 4, .asks = 1 };
	run(&k, FAR "at 10s network a\nat 11s network a\nat 12s network a\nat 20s nothing\n", 6);
	assert_int_equal(k.drained, 3);
	story_free(k.t);
}

static void a_cut_link_answers_when_it_is_healed(void **state)
{
	struct asking k = { .octets = 400, .asks = 1 };
	run(&k, FAR "at 10s cut a b\nat 11s network a\nat 14s heal a b\nat 30s nothing\n", 1);
	assert_int_equal(k.drained, 1);
	assert_in_range(took(&k), 3 * MONO_SEC, 8 * MONO_SEC);
	story_free(k.t);
}

static void no_answer_where_nobody_takes_it(void **state)
{
	static const char *const stories[] = {
		FAR "at 10s silence a b oneway\nat 11s network a\nat 14s nothing\n",
		FAR "at 10s network a\nat 10s reset a b\nat 30s nothing\n",
		FAR "at 10s kill b power\nat 10s network a\nat 14s nothing\n",
		FAR "at 10s kill b power\nat 11s network a\nat 12s start b\nat 30s nothing\n",
		FAR "at 10s network a\nat 10s kill a\nat 11s start a\nat 30s nothing\n",
		FAR "at 10s network a\nat 10s command a masc peer b down\nat 30s nothing\n",
	};
	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
		struct asking k = { .octets = 4, .asks = 1 };
		run(&k, stories[i], 3);
		assert_true(k.asked_at > 0);
		assert_int_equal(k.drained, 0);
		story_free(k.t);
	}
}

/* It is an input like others. */
static void it_is_recorded(void **state)
{
	struct asking k = { .octets = 4, .asks = 1 };
	struct replay_result r;
	run(&k, FAR "at 10s network a\nat 20s nothing\n", 2);
	struct rd rd = rd_of(span_of(k.t->record, k.t->record_n));
	struct record_entry e;
	struct node_in in;
	struct record_room room;
	unsigned seen = 0;
	(void)rd_bytes(&rd, sizeof(RECORD_MAGIC) - 1);
	while (record_take(&rd, &e) == OK) {
		if (e.kind != RECORD_INPUT)
			continue;
		assert_int_equal(record_in_read(e.body, &in, &room), OK);
		seen += in.kind == NODE_IN_DRAINED && in.link == k.link;
	}
	assert_int_equal(seen, 1);
	assert_int_equal(replay(span_of(k.t->record, k.t->record_n), &k.t->f.env, &r), OK);
	assert_true(r.same);
	story_free(k.t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_takes_the_time_of_the_link),
		cmocka_unit_test(large_ones_take_longer),
		cmocka_unit_test(several_askings_one_after_the_other),
		cmocka_unit_test(a_cut_link_answers_when_it_is_healed),
		cmocka_unit_test(no_answer_where_nobody_takes_it),
		cmocka_unit_test(it_is_recorded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
