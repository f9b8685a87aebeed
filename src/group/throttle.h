/* throttle.h - how fast one secret may be guessed (GROUP-13.11; DESIGN D5): after each wrong
 * guess none is taken for a while, of its source and in all, which doubles from a second to an
 * hour. Of fixed size, without memory of its own; knows no secrets. */
#ifndef GROUP_THROTTLE_H
#define GROUP_THROTTLE_H

#include "base/mono.h"
#include "base/span.h"

#define GROUP_THROTTLE_SOURCES 256 /* remembered; then who would wait least is forgotten */
#define GROUP_THROTTLE_SOURCE  8   /* octets: /32 of IPv4, /64 of IPv6 */

struct group_throttle_row {
	uint8_t source[GROUP_THROTTLE_SOURCE];
	uint8_t n_source;
	uint8_t level;	    /* wrong guesses that count; 0: the row is free */
	struct mono counts; /* since then: the last guess, or when one was forgiven */
};

/* All zero: nobody has guessed. */
struct group_throttle {
	struct group_throttle_row all, row[GROUP_THROTTLE_SOURCES];
};

/* Seconds until a guess from there is taken, rounded up; 0: now. */
uint32_t group_throttle_wait(const struct group_throttle *t, struct span source, struct mono now);
/* One was wrong. */
void group_throttle_wrong(struct group_throttle *t, struct span source, struct mono now);

#endif
