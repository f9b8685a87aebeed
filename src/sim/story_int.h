/* story_int.h - the inside of a story that is being written: words and lines, what every
 * story has (story.c), and what the kinds have of their own (story_kind.c). Times are in
 * ms since the world began. */
#ifndef SIM_STORY_INT_H
#define SIM_STORY_INT_H

#include "base/mono.h"
#include "base/text.h"
#include "group/role.h"
#include "sim/rng.h"
#include "sim/story.h"

#define STORY_GRAPH "0.story"
#define STORY_OTHER "0.other" /* the second one, of TWO */

struct story {
	struct story_options o;
	struct rng rng;
	struct text t;
	const char *graph;  /* of what is written now */
	uint32_t maker;	    /* the node that creates it */
	int64_t found;	    /* partition: how long its parts may take to find each other */
	int64_t busy, calm; /* when changes begin, when all faults are over */
	int64_t ends;	    /* when all is expected to be well */
	uint32_t first;	    /* nodes that are there from the beginning */
	struct story_member *members; /* of a group, by node */
	bool sweeping;		      /* somebody may be removed who is not told of there */
};

#define STORY_NO_END INT64_MAX
/* What a member of a group was given last. */
struct story_member {
	uint32_t by; /* whom by */
	enum group_role role;
	int64_t end;  /* ms */
	bool removed; /* somebody was asked to remove it */
};

/* How a kind differs, NULL where it does not. */
struct story_manner {
	const char *group;			   /* more in each node's group `graph` */
	const char *links;			   /* delays between all */
	void (*part)(struct story *s, uint32_t i); /* the rest of a node of a group */
	void (*life)(struct story *s);		   /* what follows "size" of a record */
	void (*tell)(struct story *s);		   /* what happens of its own; may put off calm */
	void (*end)(struct story *s);		   /* what is expected, in place of the usual */
};
const struct story_manner *story_manner_of(enum story_kind k);

/* Chance of the story's. */
uint32_t story_pick(struct story *s, uint32_t below);
int64_t story_sometime(struct story *s); /* between busy and calm */
/* Faults go on until ms. */
void story_until(struct story *s, int64_t ms);

/* Words */
void story_line(struct story *s, const char *text);
/* "at 1234ms VERB nI " */
void story_at(struct story *s, int64_t ms, const char *verb, uint32_t i);
/* The same as a whole line, with what follows. */
void story_do(struct story *s, int64_t ms, const char *verb, uint32_t i, const char *rest);
void story_two(struct story *s, int64_t ms, const char *verb, uint32_t a, uint32_t b);
/* "at 1234ms command nI graph VERB ID" */
void story_graph(struct story *s, int64_t ms, uint32_t i, const char *verb);
/* The lives of all records of the graph. */
void story_records(struct story *s);
/* The usual end: quiet, and all must be well. */
void story_end(struct story *s);
/* An update of the record rR by i. */
void story_update(struct story *s, int64_t ms, uint32_t i, uint32_t r);
/* expect CONDITION ID, at that time. */
void story_expect(struct story *s, int64_t ms, const char *condition);
/* The same, at some time within a window of so many seconds. */
void story_becomes(struct story *s, int64_t ms, int64_t window, const char *condition);

/* Who makes a node's configuration, and links, before a story of groups (story.c). */
void story_nodes(struct story *s, const struct story_manner *how);
void story_cuts(struct story *s);
void story_address(struct story *s, uint32_t i);
void story_at_time(struct story *s, int64_t ms);
/* story_group.c: a story of a group, all of it. */
const struct story_manner *story_group_manner(enum story_kind k);
void story_group_tell(struct story *s);
/* One whom somebody gives a membership in that role, shows it, and is led to two of them. */
void story_admit(struct story *s, int64_t ms, uint32_t by, uint32_t i, enum group_role role);
void story_rogue(struct story *s, int64_t ms, uint32_t i, const char *verb, const char *kind);
void story_rogue_often(struct story *s, int64_t ms, uint32_t i, const char *verb, uint32_t n);
void story_rogue_connects(struct story *s, int64_t ms, uint32_t i);
/* story_removal.c: members are removed; and what is expected of the others. */
void story_removed(struct story *s);
void story_removed_end(struct story *s, int64_t ms);

/* Node i opens the graph and is led to another. */
void story_join(struct story *s, int64_t ms, uint32_t i, uint32_t to);
/* Its owner leads a node that is back to others, where it found none by itself. */
void story_lead(struct story *s, int64_t ms, uint32_t i);
/* Whoever is a part of it listens: it is refused until then, and asked for again. */
void story_listen(struct story *s, int64_t ms, uint32_t i);
/* So many leave and come back. */
void story_churn(struct story *s, uint32_t n);
void story_crash(struct story *s, uint32_t i, int64_t ms);
/* Each node below `part`, with each of the others. */
void story_between(struct story *s, const char *verb, int64_t ms, uint32_t part);
/* Nodes below `part` and the others do not reach each other meanwhile. */
void story_part(struct story *s, uint32_t part, int64_t from, int64_t to);

#endif
