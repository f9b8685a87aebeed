/* walk_int.h - a walk towards a PNRP ID (digest pnrp 10.2 to 10.4), as its files see it.
 * A walk has one request under way at a time and lives until it ends: its answers,
 * its failure, its deadline or pnrp_cancel() end it, and nothing else may keep it. */
#ifndef PNRP_WALK_INT_H
#define PNRP_WALK_INT_H

#include "pnrp/pnrp_int.h"

#define PNRP_WALK_SUSPICIOUS 6	/* more answers with L than these end a walk */
#define PNRP_WALK_HOPS	     22 /* more answers than these do */
#define PNRP_WALK_USES	     3	/* LOOKUPs to one node */
#define PNRP_WALK_SMALL	     8	/* with fewer entries, any referral is welcome */
#define PNRP_WALK_NODES	     96 /* that a walk can know of */
#define PNRP_WALK_NONE	     UINT8_MAX
#define PNRP_WALK_WAIT	     (2 * MONO_SEC) /* for a first node at all */
#define PNRP_WALKS_INSIDE    32		    /* that no query asked for */

enum pnrp_walk_state {
	PNRP_WALK_WAITING, /* for a first other node */
	PNRP_WALK_LOOKING,
	PNRP_WALK_EXCHANGING, /* with a publisher, before its payload is asked for */
	PNRP_WALK_INQUIRING
};

/* A node that the walk has heard of. */
struct pnrp_walk_node {
	struct pnrp_route route;
	struct pnrp_endpoint at; /* where it was asked, once it was */
	uint8_t uses;		 /* LOOKUPs */
	uint8_t silent;		 /* of its addresses, so many did not answer */
	bool ours;
	bool distrusted; /* it could not prove itself, or does not answer */
};

/* Nodes by their places in `nodes`; the last is the top. */
struct pnrp_walk_stack {
	uint8_t n;
	uint8_t at[PNRP_WALK_NODES];
};

struct pnrp_found {
	struct pnrp_id id;
	struct pnrp_endpoint at;
};

struct pnrp_walk {
	struct list in; /* pnrp.walks */
	enum pnrp_walk_state state;
	struct pnrp_id target;
	enum pnrp_criteria criteria;
	enum pnrp_reason reason;
	uint32_t precision, handle;
	struct pnrp_neighbours before; /* SPLIT */

	struct pnrp_walk_node *nodes;
	uint32_t n_nodes, room;
	struct pnrp_walk_stack hops, bests; /* NextHopStack, BestMatchStack */
	uint8_t hop, best;		    /* CurrentNextHop, CurrentBestMatch, or NONE */
	struct pnrp_path path;		    /* ResolvePath: ours, then those asked */
	uint32_t suspicious, useful;
	uint32_t message_id; /* of the last LOOKUP or INQUIRE */
	uint32_t asked;	     /* LOOKUPs that were answered, in all */
	struct mono started, sent, wait_until;
	struct pnrp_asked inquiry;

	/* REQUEST */
	uint64_t number;
	struct pnrp_query query;
	struct pnrp_p2p_id p2p;
	struct pnrp_out_item *done; /* made beforehand */
	uint8_t round;		    /* query.c: which target is walked to after the first result */
	uint8_t tries;		    /* query.c: walks begun afresh */
	bool unanswered;	    /* of this try, a request was not */
	uint32_t n_found;
	struct pnrp_found found[]; /* query.most */
};

/* walk.c */
struct pnrp_walk_node *pnrp_walk_at(struct pnrp_walk *w, uint8_t node);
/* The place of a route among the nodes, new or known already; NONE: no room, no memory. */
uint8_t pnrp_walk_know(struct pnrp *p, struct pnrp_walk *w, const struct pnrp_route *r);
/* On top, once. */
void pnrp_walk_push(struct pnrp_walk_stack *s, uint8_t node);
uint8_t pnrp_walk_pop(struct pnrp_walk_stack *s);
/* PNRP-7.5: ours first, then the newest. */
void pnrp_walk_path_add(struct pnrp_walk *w, const struct pnrp_endpoint *e);
bool pnrp_path_has(const struct pnrp_path *path, const struct pnrp_endpoint *e);
/* LOOKUPs that this endpoint has got in this walk. */
uint32_t pnrp_walk_uses(const struct pnrp_walk *w, const struct pnrp_endpoint *e);
bool pnrp_walk_has_found(const struct pnrp_walk *w, const struct pnrp_id *id);
/* The two predicates of digest 10.2: the walk may stop here; it will do at the end. */
bool pnrp_walk_stops(const struct pnrp_walk *w, const struct pnrp_id *id);
bool pnrp_walk_accepts(const struct pnrp_walk *w, const struct pnrp_id *id);
/* Frees it and tells whoever started it. */
void pnrp_walk_end(struct pnrp *p, struct pnrp_walk *w, enum err e, struct mono now);
void pnrp_walk_free(struct pnrp *p, struct pnrp_walk *w);

/* walk_step.c */
/* From step 7 of digest 10.2 on: sends the next request, or ends the walk. */
void pnrp_walk_step(struct pnrp *p, struct pnrp_walk *w, struct mono now);
/* INQUIRE to the best match. False: it cannot be asked. */
bool pnrp_walk_inquire(struct pnrp *p, struct pnrp_walk *w, struct mono now);
/* The best match is none after all; the one before it is again. */
void pnrp_walk_reject(struct pnrp_walk *w);

/* query.c */
/* Results of our own first. False: the walk has ended with them. */
bool pnrp_query_begin(struct pnrp *p, struct pnrp_walk *w, struct mono now);
/* A hop for whoever follows: what became of asking node n. */
struct pnrp_hop *pnrp_query_hop(struct pnrp *p, struct pnrp_walk *w, uint8_t n, enum pnrp_step step,
				struct mono now);
/* The best match has proved itself, or is ours (a NULL). The walk goes on or ends here. */
void pnrp_query_found(struct pnrp *p, struct pnrp_walk *w, const struct pnrp_answer *a,
		      struct mono now);
/* The walk found nothing more: another target, or the end (false). */
bool pnrp_query_again(struct pnrp *p, struct pnrp_walk *w);
/* DONE. Called by pnrp_walk_end(), which frees. */
void pnrp_query_ended(struct pnrp *p, struct pnrp_walk *w, enum err e, struct mono now);
#endif
