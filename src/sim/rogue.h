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
	X(LONGER, "longer")   /* what it issued outlives what it was granted */                    \
	X(INVITED, "invited") /* whom it lets in itself: when it is removed it may not */
enum rogue_show {
#define X(name, text) ROGUE_SHOW_##name,
	ROGUE_SHOWS(X)
#undef X
	ROGUE_SHOW_COUNT
};
#define ROGUE_SHOW_LATE ROGUE_SHOW_INVITED /* from there on it depends on who shows it, when */

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
	X(REPLAY, "replay")	  /* an older version of a record: true, and over */               \
	/* Of who is removed, and writes what time it likes: true in all but that. */              \
	X(BACKDATED, "backdated") /* a record from before that */                                  \
	X(RESIGNED, "resigned")	  /* one of its own, signed anew: same ID, same version */         \
	X(FORKED, "forked")	  /* any record of its own likewise, that ends a little sooner */  \
	X(ADVANCED, "advanced")	  /* the next version of one of its own, from before that */       \
	X(REMOVE, "remove")	  /* a Removal of anybody, of its remover too: fair */             \
	X(INVITE, "invite")	  /* a membership under its old certificate */                     \
	X(RETURN, "return")	  /* a Return of itself */                                         \
	X(EPOCH, "epoch")	  /* a key of its own for all */                                   \
	X(KEY, "key")		  /* wrong keys for somebody */                                    \
	X(WRITE, "write")	  /* a Policy */                                                   \
	X(DEPOSE, "depose") /* a Removal of who made the group, which keeps all that is there */
enum rogue_lie {
#define X(name, text) ROGUE_LIE_##name,
	ROGUE_LIES(X)
#undef X
	ROGUE_LIE_COUNT
};
#define ROGUE_LIE_LATE ROGUE_LIE_BACKDATED /* from there on it depends on who says it, when */

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
/* It is somebody of that name, now or when it showed something else; false of NULL. */
bool rogue_is(const struct rogue *r, struct span name);
/* Its identity certificate, DER. */
struct span rogue_certificate(const struct rogue *r);
void rogue_act(struct machine *m, const struct scn_rogue *what);

/* The lie that these octets of a record are; NULL: none. */
const char *rogue_lie_known(struct world *w, struct span octets);
/* World's end. */
void rogue_forget(struct world *w);

#endif
