/* join_rig.h - for tests of joining by a secret: a session rig whose 0th end has no
 * membership but a secret, and whose 1st has a door. */
#ifndef UNIT_GROUP_JOIN_RIG_H
#define UNIT_GROUP_JOIN_RIG_H

#include "session_rig.h"

struct join_rig {
	struct session_rig t;
	/* The door. */
	struct group_door door;
	struct group_secret_name known;
	uint8_t prs[GROUP_SECRET_PRS];
	enum group_door_answer answer, admits; /* of find() and admit(), where the name is known */
	uint32_t wait_s;
	unsigned int no_more; /* the find() from which there is a wait; 0 none */
	unsigned int other;   /* the find() that finds another secret of that name; 0 none */
	unsigned int found, wrong, admitted, dropped, asked;
	unsigned int waits; /* how often admitted() says not yet */
	enum err fails;	    /* what it says then */
	uint64_t after;
	char let_in[GROUP_NAME_OCTETS + 1]; /* whom it issued for */
	uint8_t source[16];
	size_t n_source;
	struct rig_person newcomer;	 /* the chain that was issued */
	const struct rig_person *issuer; /* NULL: ann; with which chain it issues */
	/* The joiner. */
	struct group_knock knock;
	bool again; /* it has said its proof to that member before */
	unsigned int proofs, ins, refusals;
	struct rig_octets chain;
	enum group_door_answer why;
	uint32_t told_s;
};

/* Nina, who is nobody's, calls ann with the right secret of an invitation. */
void join_rig_init(struct join_rig *j);
void join_rig_fini(struct join_rig *j);
/* As rig_play(), and asks again whoever waits. */
void join_play(struct join_rig *j);
/* Both are done: nina has a membership of which ann's door knows. */
void join_assert_in(struct join_rig *j);
/* She was sent away with that, and both ends know it by that fault. */
void join_assert_refused(struct join_rig *j, enum group_door_answer why,
			 enum group_session_fault fault);

#endif
