/* limit.h - how often one thing may be said: within an interval the first
 * `burst` of a kind pass, the rest are counted and told about once, when the
 * interval ends. Bounded: with the table full, the oldest interval ends early. */
#ifndef DAEMON_LIMIT_H
#define DAEMON_LIMIT_H

#include "base/env.h"
#include "base/err.h"
#include "base/mono.h"

#define LIMIT_KINDS_MAX 256
#define LIMIT_TEXT_MAX	64

struct limit;

/* What makes two things of a kind; longer texts are cut. */
struct limit_key {
	char part[LIMIT_TEXT_MAX], event[LIMIT_TEXT_MAX], who[LIMIT_TEXT_MAX];
};

/* An interval that ended with something held back. */
struct limit_summary {
	struct limit_key key;
	uint32_t level; /* of the last one held back */
	uint64_t held_back;
};

/* Borrows env for life. ERR_NOMEM. */
MUST_USE enum err limit_new(struct limit **out, const struct env *env);
void limit_free(struct limit *l);
/* burst 0: everything passes. Counts go on. */
void limit_set(struct limit *l, uint32_t burst, int64_t interval);

/* Fills k, the rest with zeros, so that equal texts give equal keys. */
void limit_key_init(struct limit_key *k, const char *part, const char *event, const char *who);

/* Whether this one may be said; else it is counted. Call limit_take() until it
 * gives false first: that makes room. Without memory everything passes. */
bool limit_pass(struct limit *l, const struct limit_key *k, uint32_t level, struct mono now);
/* Takes out an interval that ended (or has to, for want of room) with something
 * held back; false when there is none. */
bool limit_take(struct limit *l, struct mono now, struct limit_summary *out);
/* As limit_take, whether the interval ended or not: for the end of a log. */
bool limit_take_any(struct limit *l, struct limit_summary *out);
/* When limit_take() has something; MONO_NEVER: nothing is held back. */
struct mono limit_deadline(const struct limit *l);

#endif
