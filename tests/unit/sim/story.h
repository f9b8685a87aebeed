/* story.h - scenarios in a unit test: read from text, run under a seed, looked
 * at by what they print. */
#ifndef UNIT_SIM_STORY_H
#define UNIT_SIM_STORY_H

#include "../failing_env.h"

#include "sim/world_int.h"

/* Two nodes that are parent and child, linked. */
#define STORY_PAIR                                                                                 \
	"node a { address = 192.0.2.1\n"                                                           \
	" masc { domain = 64500; node = 1; profile = lab\n"                                        \
	" peer b { address = 192.0.2.2; role = parent; domain = 64501 } } }\n"                     \
	"node b { address = 192.0.2.2\n"                                                           \
	" masc { domain = 64501; node = 2; profile = lab\n"                                        \
	" peer a { address = 192.0.2.1; role = child; domain = 64500 } } }\n"                      \
	"link a b\n"

/* One node, and one raw peer x that it waits for. */
#define STORY_RAW                                                                                  \
	"node a { address = 192.0.2.1\n"                                                           \
	" masc { domain = 64500; node = 5; profile = lab\n"                                        \
	" peer x { address = 192.0.2.66; role = parent; domain = 64501; passive = yes } } }\n"     \
	"peer x { address = 192.0.2.66; role = child; domain = 64501; node = 7; hold = 30 }\n"

struct story {
	struct failing_env f;
	struct scenario *s;
	struct world *w;
	struct world_result r;
	char *text; /* on the heap, as long as it is, so that reading on is noticed */
	uint8_t record[1 << 20];
	size_t record_n;
};

static inline void story_note(void *ctx, struct span octets)
{
	struct story *t = ctx;
	assert_true(t->record_n + octets.n <= sizeof(t->record));
	memcpy(t->record + t->record_n, octets.p, octets.n);
	t->record_n += octets.n;
}

static inline struct story *story_new(const char *text)
{
	struct story *t = test_calloc(1, sizeof(*t));
	char buffer[512];
	struct text why = TEXT_OF(buffer);
	uint32_t line = 0;
	failing_env_init(&t->f, 1);
	t->text = test_malloc(strlen(text) + 1);
	memcpy(t->text, text, strlen(text));
	if (scenario_read(&t->s, span_of(t->text, strlen(text)), &t->f.env, &line, &why))
		fail_msg("line %u: %s", (unsigned)line, why.p);
	return t;
}

/* A world that has not begun. */
static inline void story_build(struct story *t, uint64_t seed, const char *record)
{
	const struct world_options opt = {
		.seed = seed, .record_node = record, .record = story_note, .record_ctx = t
	};
	world_free(t->w);
	t->w = NULL;
	t->record_n = 0;
	assert_int_equal(world_new(&t->w, t->s, &t->f.env, &opt), OK);
	if (record)
		story_note(t, span_str(RECORD_MAGIC));
}

static inline void story_run(struct story *t, uint64_t seed, const char *record)
{
	story_build(t, seed, record);
	assert_int_equal(world_run(t->w, &t->r), OK);
}

static inline void story_free(struct story *t)
{
	world_free(t->w);
	scenario_free(t->s);
	failing_env_assert_clean(&t->f);
	test_free(t->text);
	test_free(t);
}

/* Runs and must go well. */
static inline void story_holds(const char *text)
{
	struct story *t = story_new(text);
	story_run(t, 1, NULL);
	if (!t->r.ok)
		fail_msg("line %u: %s", (unsigned)t->r.line, t->r.why);
	story_free(t);
}

/* Runs and must fail on that line with these words. */
static inline void story_fails(const char *text, uint32_t line, const char *words)
{
	struct story *t = story_new(text);
	story_run(t, 1, NULL);
	assert_false(t->r.ok);
	assert_int_equal(t->r.line, line);
	if (!strstr(t->r.why, words))
		fail_msg("\"%s\" does not say \"%s\"", t->r.why, words);
	story_free(t);
}

static inline uint32_t story_site(const struct scenario *s, const char *name)
{
	for (uint32_t i = 0; i < s->n_sites; i++)
		if (strcmp(s->sites[i].name, name) == 0)
			return i;
	fail_msg("no site %s", name);
	return 0;
}

static inline struct machine *story_machine(struct story *t, const char *name)
{
	return machine_of(t->w->sites[story_site(t->s, name)]);
}

#endif
