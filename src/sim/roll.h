/* roll.h - who is in which group of a world, as it was granted: the truth that every honest
 * node is held against (doc/simulator.md, section 13). It is written by whoever grants, from
 * what the story asked for, and by no certificate.
 *
 * A group has a name in the story (its alias), since nobody knows its Group Peer Name before
 * it is made. */
#ifndef SIM_ROLL_H
#define SIM_ROLL_H

#include "sim/world_int.h"

/* What somebody was granted. */
struct roll_grant {
	struct list at;
	uint32_t site;
	char name[GROUP_NAME_OCTETS + 1];
	unsigned int roles;
	int64_t asked, to; /* wall us, by its issuer's clock */
	bool published;	   /* as a record, for all to see */
	bool removed;	   /* somebody removed who has it, and nobody let it back: */
	uint32_t remover;  /* its site */
	bool was_out;	   /* some node once told that it was removed */
	uint8_t *paper;	   /* the invitation that says so; NULL: the maker's */
	size_t n;
	struct crypto_chain *chain; /* of that, once it was looked at */
};

struct roll_group {
	struct list at;
	struct span alias;
	char id[GROUP_NAME_OCTETS + 1]; /* "" not made yet */
	struct list grants;
	uint64_t voted; /* the event after which members were asked who stands */
	bool *outs;	/* by site: most of the others hold it to be removed */
};

/* Certificates end with a second; a node acts on it a moment later. */
#define ROLL_SLACK (2 * MONO_SEC)

/* A command about identities and groups, and its answer. */
void roll_command(struct machine *m, const struct scn_action *a);
void roll_reply(struct machine *m, const struct call *call, const struct node_out *out);
/* What a node tells of its group. */
void roll_event(struct machine *m, const struct node_group_event *e);
void roll_free(struct world *w);

/* By alias; NULL: no group is called so. By Group Peer Name likewise. */
struct roll_group *roll_find(struct world *w, struct span alias);
struct roll_group *roll_named(struct world *w, struct span id);
/* The Graph ID of what a story calls so. */
struct span roll_id(struct world *w, struct span alias);
/* The newest grant to a site that came with a paper; NULL none. */
const struct roll_grant *roll_paper(const struct roll_group *g, uint32_t site);
/* NULL without memory, which ends the run. */
struct roll_grant *roll_grant(struct world *w, struct roll_group *g, uint32_t site,
			      struct span name, unsigned int roles, int64_t to);

/* Whether somebody of that name may be here at `now`, in one of these roles; 0: in any. */
bool roll_may(const struct roll_group *g, struct span name, unsigned int roles, int64_t now);
/* Until when it may be; 0: it may not. */
int64_t roll_until(const struct roll_group *g, struct span name);
/* Whether this honest machine, by its own clock, is in the group now, and stands. */
bool roll_counts(const struct machine *m, const struct roll_group *g);

/* roll_vote.c: SIM-13.12 */
/* Most of the others that stand have Removals by which it does not. */
bool roll_is_out(struct world *w, const struct roll_group *g, uint32_t site);
/* Somewhere it did not for a time, nor whoever let it in. */
bool roll_was_out(struct world *w, const struct roll_group *g, uint32_t site);
/* The world's own means to read certificates; NULL without memory. */
struct crypto *roll_judge(struct world *w);
/* What was granted there, as a chain; NULL: there is no paper. */
const struct crypto_chain *roll_chain(struct world *w, const struct roll_grant *r);

/* The conditions of section 13. */
bool roll_lawful(struct world *w, const struct scn_condition *c);
bool roll_listed(struct world *w, const struct scn_condition *c);
bool roll_settled(struct world *w, const struct scn_condition *c);
bool roll_purged(struct world *w, const struct scn_condition *c);
bool roll_readable(struct world *w, const struct scn_condition *c);
bool roll_out(struct world *w, const struct scn_condition *c);
bool roll_in(struct world *w, const struct scn_condition *c);
bool roll_covered(struct world *w, const struct scn_condition *c);

#endif
