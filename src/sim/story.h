/* story.h - writes a scenario out of a seed: nodes of one graph that come, publish, change
 * and delete records, while some crash, part, come back, or have a disk that fails; then
 * quiet, and all must be one mesh with the same records, those that were told among them
 * (doc/simulator.md, section 12). Pure; what it writes can be kept and run again. */
#ifndef SIM_STORY_H
#define SIM_STORY_H

#include "base/env.h"
#include "base/err.h"
#include "base/span.h"

#define STORY_NODES_MOST 4000u

struct story_options {
	uint64_t seed;
	uint32_t nodes;	  /* 0: 3 to 12, by the seed */
	uint32_t records; /* added; 0: 2 to 40, by the seed */
	uint32_t crashes; /* kills, most at a point of a commit */
	uint32_t cuts;	  /* links cut for a while */
	bool partition;	  /* a part of the nodes is cut off and comes back */
	bool lab;	  /* short times */
	int64_t quiet;	  /* before the end, in us */
};
void story_defaults(struct story_options *o, uint64_t seed);

/* The text, NUL-ended, for the caller to env_free. ERR_NOMEM, ERR_RANGE. */
MUST_USE enum err story_write(const struct story_options *o, const struct env *env, char **out);

#endif
