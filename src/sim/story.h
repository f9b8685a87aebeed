/* story.h - writes a scenario out of a seed: nodes of one graph, or of one group, that come, publish, change
 * and delete records, while some crash, part, come back, or have a disk that fails; then
 * quiet, and all must be one mesh with the same records, those that were told among them
 * (doc/simulator.md, section 12). Pure; what it writes can be kept and run again. */
#ifndef SIM_STORY_H
#define SIM_STORY_H

#include "base/env.h"
#include "base/err.h"
#include "base/span.h"

#define STORY_NODES_MOST 4000u

/* What happens beside changes of records; where nobody says, the seed chooses. */
#define STORY_KINDS(X)                                                                             \
	X(MIXED, "mixed")	  /* crashes, cuts, a part cut off, disks that fail */             \
	X(CRASH, "crash")	  /* many crashes, each right at a change */                       \
	X(CHURN, "churn")	  /* nodes leave in good order and come back */                    \
	X(PARTITION, "partition") /* two parts find each other, with nobody's help */              \
	X(APART, "apart")	  /* the same records change in two parts */                       \
	X(LATE, "late")		  /* somebody comes when there are many records */                 \
	X(SLOW, "slow")		  /* long delays, small windows, large records */                  \
	X(SKEW, "skew")		  /* clocks are minutes apart */                                   \
	X(EXPIRE, "expire")	  /* records with short lives */                                   \
	X(TWO, "two")		  /* two graphs on the same nodes */                               \
	X(LOSE, "lose")		  /* nodes lose their database */                                  \
	X(MEMORY, "memory")	  /* nodes are short of memory for a while */                      \
	X(ERASE, "erase")	  /* nodes delete the graph, and come back to it */
/* The same of groups. */
#define STORY_GROUP_KINDS(X)                                                                       \
	X(MEMBERS, "members")	/* chains some links deep, crashes, cuts, churn */                 \
	X(ENDS, "ends")		/* short memberships, some of them renewed */                      \
	X(ROLES, "roles")	/* roles change up and down */                                     \
	X(LIAR, "liar")		/* members who lie in records */                                   \
	X(OUTSIDER, "outsider") /* others with memberships that are none of theirs */              \
	X(OVER, "over")		/* liars whose membership ends */                                  \
	X(FLOOD, "flood")	/* more records of strangers than may wait */                      \
	X(CLOCKS, "clocks")	/* clocks minutes apart, and stepped */                            \
	X(HIDDEN, "hidden")	/* a member whose membership few know until late */                \
	X(CROWD, "crowd")	/* memberships without number */                                   \
	X(AWAY, "away")		/* members who are away for hours when others come */              \
	X(REMOVED, "removed")	/* members are removed by parts that are cut off; one lies on */
enum story_kind {
#define X(name, text) STORY_##name,
	STORY_KINDS(X)
	STORY_GROUP_KINDS(X)
#undef X
		STORY_KIND_COUNT
};
#define STORY_GROUP_FIRST STORY_MEMBERS
static inline bool story_of_groups(enum story_kind k)
{
	return k >= STORY_GROUP_FIRST && k < STORY_KIND_COUNT;
}
const char *story_kind_text(enum story_kind k);

struct story_options {
	uint64_t seed;
	enum story_kind kind;
	uint32_t nodes;
	uint32_t records; /* added, in each graph */
	uint32_t crashes; /* kills at the time of a change, most at a point of its commit */
	uint32_t cuts;	  /* links cut for a while */
	uint32_t rogues;  /* of groups: machines that lie */
	bool lab;	  /* short times */
	int64_t quiet;	  /* before the end, in us */
};
/* By the seed; the kind too, when it is STORY_KIND_COUNT: of graphs, or of groups. */
void story_defaults(struct story_options *o, uint64_t seed, enum story_kind kind);
void story_group_defaults(struct story_options *o, uint64_t seed, enum story_kind kind);

/* The text, NUL-ended, for the caller to env_free. ERR_NOMEM, ERR_RANGE. */
MUST_USE enum err story_write(const struct story_options *o, const struct env *env, char **out);

#endif
