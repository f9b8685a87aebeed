/* Guesses in time (GROUP-13.11, GROUP-13.12). */
#include "group/throttle.h"

#define LEAST MONO_SEC
#define MOST  MONO_HOUR
#define LEVEL 13 /* that has MOST */

static int64_t delay_of(unsigned int level)
{
	if (!level)
		return 0;
	int64_t d = LEAST << (level - 1);
	return d < MOST ? d : MOST;
}

/* What is left of it after as many hours as nobody guessed. */
static struct group_throttle_row now_is(const struct group_throttle_row *r, struct mono now)
{
	struct group_throttle_row at = *r;
	while (at.level && mono_since(now, at.counts) >= delay_of(at.level) + MOST) {
		at.counts = mono_add(at.counts, MOST);
		at.level--;
	}
	return at;
}

static int64_t left(const struct group_throttle_row *r, struct mono now)
{
	struct group_throttle_row at = now_is(r, now);
	int64_t d = delay_of(at.level) - mono_since(now, at.counts);
	return at.level && d > 0 ? d : 0;
}

static size_t find(const struct group_throttle *t, struct span source)
{
	for (size_t i = 0; i < GROUP_THROTTLE_SOURCES; i++)
		if (t->row[i].level &&
		    span_eq(span_of(t->row[i].source, t->row[i].n_source), source))
			return i;
	return GROUP_THROTTLE_SOURCES;
}

static struct span cut(struct span source)
{
	return source.n > GROUP_THROTTLE_SOURCE ? span_of(source.p, GROUP_THROTTLE_SOURCE) : source;
}

uint32_t group_throttle_wait(const struct group_throttle *t, struct span source, struct mono now)
{
	size_t i = find(t, cut(source));
	int64_t all = left(&t->all, now);
	int64_t own = i < GROUP_THROTTLE_SOURCES ? left(&t->row[i], now) : 0;
	int64_t most = own > all ? own : all;
	return (uint32_t)((most + MONO_SEC - 1) / MONO_SEC);
}

/* The lowest level goes, of several the one that is oldest. */
static struct group_throttle_row *room(struct group_throttle *t, struct mono now)
{
	struct group_throttle_row *least = &t->row[0];
	for (size_t i = 0; i < GROUP_THROTTLE_SOURCES; i++) {
		struct group_throttle_row *r = &t->row[i];
		*r = now_is(r, now);
		if (r->level < least->level ||
		    (r->level == least->level && r->counts.us < least->counts.us))
			least = r;
	}
	return least;
}

static void count(struct group_throttle_row *r, struct mono now)
{
	*r = now_is(r, now);
	r->level = (uint8_t)(r->level < LEVEL ? r->level + 1 : LEVEL);
	r->counts = now;
}

void group_throttle_wrong(struct group_throttle *t, struct span source, struct mono now)
{
	struct span s = cut(source);
	size_t i = find(t, s);
	struct group_throttle_row *r = i < GROUP_THROTTLE_SOURCES ? &t->row[i] : room(t, now);
	if (i == GROUP_THROTTLE_SOURCES) {
		*r = (struct group_throttle_row){ .n_source = (uint8_t)s.n };
		if (s.n)
			memcpy(r->source, s.p, s.n);
	}
	count(r, now);
	count(&t->all, now);
}
