/* badlink.h - what a bad link does to frames (pure core): delays, loses,
 * duplicates, reorders, limits the rate of and cuts two independent ways.
 * Give it frames and time, then drain badlink_poll(). No device, clock or file.
 *
 * Frames of one way keep their order, whatever the jitter; only those picked
 * by `reorder` are held back and let later ones pass. A cut loses what comes
 * in and what is under way. Each way has its own generator and draws the same
 * number of times for every frame that comes in, so what happens to the n-th
 * frame depends on the seed and n alone, not on the rules of the frames before.
 *
 * Queues are bounded by frames and octets; a frame beyond that is dropped and
 * counted (the newest goes, as on a full interface). */
#ifndef RELAY_BADLINK_H
#define RELAY_BADLINK_H

#include "base/env.h"
#include "base/err.h"
#include "base/mono.h"
#include "base/span.h"

enum way {
	WAY_AB,
	WAY_BA,
	WAY_COUNT
};

struct rules {
	int64_t delay_us;
	int64_t jitter_us; /* up to that much earlier or later, evenly */
	uint32_t loss_ppm, dup_ppm, reorder_ppm;
	int64_t hold_us;   /* how much later a reordered frame goes */
	uint64_t rate_bps; /* bits a second, 0 without limit */
	bool cut;
};

#define RULES_HOLD_US (10 * MONO_MS) /* of a fresh struct rules */

struct counts {
	uint64_t in, in_octets;
	uint64_t out, out_octets;
	uint64_t lost;	     /* by chance */
	uint64_t cut;	     /* by a cut, on the way in or under way */
	uint64_t overflow;   /* the queue was full, or no memory */
	uint64_t duplicated; /* copies made */
	uint64_t reordered;  /* held back */
	size_t queued, queued_octets, queued_max;
};

struct limits {
	size_t frames, octets; /* of one way */
};

struct badlink;

/* Borrows env for life. ERR_NOMEM, ERR_RANGE for a limit of 0. */
MUST_USE enum err badlink_new(struct badlink **out, const struct env *env, uint64_t seed,
			      struct limits limits);
void badlink_free(struct badlink *s);

struct rules rules_default(void);
const struct rules *badlink_rules(const struct badlink *s, enum way w);
/* From now on. A cut empties the queue of that way. */
void badlink_set(struct badlink *s, enum way w, const struct rules *r);

/* Takes a copy of a frame that came in. */
void badlink_input(struct badlink *s, enum way w, struct span frame, struct mono now);
/* When the next frame is due; MONO_NEVER when none waits. */
struct mono badlink_deadline(const struct badlink *s);
/* Takes out a frame that is due, the earliest first; false when there is none.
 * It lives until the next call on s. */
bool badlink_poll(struct badlink *s, struct mono now, enum way *w, struct span *frame);

const struct counts *badlink_counts(const struct badlink *s, enum way w);

#endif
