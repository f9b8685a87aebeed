/* rogue.h - a machine whose program lies to its groups: a node with the real graph, whose
 * provider is not group/'s but ours. It holds an identity's key, shows whatever membership
 * the story says, signs whatever it likes, passes on what others would refuse, and puts
 * records of its own making between the messages of its graph. Made with the encoders of
 * group/ and graph/, so that what is wrong is wrong in one place only.
 *
 * What it makes and what may never stand is written down (w->lies): doc/simulator.md,
 * section 13. */
#ifndef SIM_ROGUE_H
#define SIM_ROGUE_H

#include "sim/world_int.h"

/* The membership that it shows: all but OWN are none of its own. */
#define ROGUE_SHOWS(X)                                                                             \
	X(OWN, "own")	      /* what it was granted, also when it has expired */                  \
	X(COPIED, "copied")   /* somebody else's invitation */                                     \
	X(NONE, "none")	      /* Hello alone */                                                    \
	X(RAISED, "raised")   /* a member issues who is above it */                                \
	X(FORGED, "forged")   /* the group's root, and below it what it signed itself */           \
	X(MADE, "made")	      /* a root of its own making with the group's name */                 \
	X(FOREIGN, "foreign") /* another group's */                                                \
	X(LONGER, "longer")   /* what it issued outlives what it was granted */
enum rogue_show {
#define X(name, text) ROGUE_SHOW_##name,
	ROGUE_SHOWS(X)
#undef X
	ROGUE_SHOW_COUNT
};

/* What a member sends that may never stand. */
#define ROGUE_LIES(X)                                                                              \
	X(CHANGE, "change")	  /* another's record, changed under its own name */               \
	X(DELETE, "delete")	  /* likewise deleted */                                           \
	X(CHANGE_AS, "change-as") /* changed in the name of its maker */                           \
	X(DELETE_AS, "delete-as") /* likewise deleted */                                           \
	X(FORGE, "forge")	  /* a record in another's name */                                 \
	X(POLICY, "policy")	  /* what an administrator says */                                 \
	X(SECURITY, "security")	  /* Security Properties, changed */                               \
	X(INFO, "info")		  /* Graph Info of its own */                                      \
	X(MEMBER, "member")	  /* a Membership whose issuer may not issue it */                 \
	X(ROOT, "root")		  /* a Membership below a root of its own making */                \
	X(OUTSIDE, "outside")	  /* a Membership of another group */                              \
	X(RESERVED, "reserved")	  /* a type that nobody may use */                                 \
	X(OUTLIVES, "outlives")	  /* a record that outlives its signer's membership */             \
	X(EARLY, "early")	  /* one from before it */                                         \
	X(BATCH, "batch")	  /* one of a batch, changed after it was signed */                \
	X(SERIAL, "serial")	  /* of a certificate that nobody knows */                         \
	X(STRANGER, "stranger")	  /* of somebody whom nobody knows */                              \
	X(REPLAY, "replay")	  /* an older version of a record: true, and over */
enum rogue_lie {
#define X(name, text) ROGUE_LIE_##name,
	ROGUE_LIES(X)
#undef X
	ROGUE_LIE_COUNT
};

bool rogue_show_of(struct span word, enum rogue_show *k);
bool rogue_lie_of(struct span word, enum rogue_lie *k);
const char *rogue_show_text(enum rogue_show k);
const char *rogue_lie_text(enum rogue_lie k);

struct rogue;
/* Borrows m for life. ERR_NOMEM. */
MUST_USE enum err rogue_new(struct rogue **out, struct machine *m);
void rogue_free(struct rogue *r);
/* NULL of NULL. */
const struct graphs_guard *rogue_guard(const struct rogue *r);
/* Its identity certificate, DER. */
struct span rogue_certificate(const struct rogue *r);
void rogue_act(struct machine *m, const struct scn_rogue *what);

/* The lie that these octets of a record are; NULL: none. */
const char *rogue_lie_known(struct world *w, struct span octets);
/* World's end. */
void rogue_forget(struct world *w);

#endif
