/* own_life.h - what own*.c share among themselves: the events of a claim's life,
 * its row, its attributes, and how one claim becomes several. The plan and the
 * receiving side see own_int.h and claims_int.h only. */
#ifndef MASC_OWN_LIFE_H
#define MASC_OWN_LIFE_H

#include "masc/own_int.h"

/* MASC-14.2. What decides which event it is has been decided before: the matrix
 * looks at nothing but state and event. */
#define OWN_EVENTS(X)                                                                              \
	X(READY)   /* nothing stands against a claim any more */                                   \
	X(UNREADY) /* something does again: why */                                                 \
	X(CHOSEN)  /* the delay is over, `prefix` is free */                                       \
	X(TAKEN)   /* held at once: in use below, or a piece of what is held */                    \
	X(WAITED)  /* the waiting period is over */                                                \
	X(BEATEN)  /* by a claim of another domain, or the range is gone */                        \
	X(MET)	   /* by another node of our domain */                                             \
	X(DENIED)  /* `lifetime`: what would be allowed, 0 nothing */                              \
	X(GROW)	   /* onto `prefix` */                                                             \
	X(RENEW)   /* `prefix`: all of it, or half */                                              \
	X(DEPRECATE)                                                                               \
	X(CLASH_LOST) /* all of it, to `loss` */                                                   \
	X(CLASH_OVER)                                                                              \
	X(DROP)	   /* not wanted any more */                                                       \
	X(RELEASE) /* given back */                                                                \
	X(END)	   /* its lifetime is over */

enum own_event_kind {
#define X(name) OWN_##name,
	OWN_EVENTS(X)
#undef X
	OWN_EVENT_COUNT
};

struct own_event {
	enum own_event_kind kind;
	enum masc_reason why;
	struct masc_prefix prefix; /* CHOSEN, GROW, RENEW */
	int64_t end;		   /* CHOSEN, GROW, RENEW: asked for, wall us */
	int64_t lifetime;	   /* DENIED, us */
	struct own_loss loss;	   /* CLASH_LOST; BEATEN, MET, DENIED: whose claim it was */
};

/* The one place where a state is set: changes the claim, puts its row, and lets
 * table, peers, plan and owner know. ERR_STATE: nothing of that kind happens in
 * this state. Other errors: nothing has changed. An expired claim is freed. */
MUST_USE enum err own_step(struct own_claim *c, const struct own_event *ev, struct mono now);
/* Whether that can happen in its state. */
bool own_may(const struct own_claim *c, enum own_event_kind kind);
/* For what happens to it whatever the state: no such event there is fine, and
 * what could not be stored is tried again by its timer. */
void own_happen(struct own_claim *c, const struct own_event *ev, struct mono now);
/* Sets the timer of its state. */
void own_arm(struct own_claim *c, struct mono now);
/* The timer is due again in a second: something could not be stored. */
void own_arm_again(struct own_claim *c, struct mono now);

/* Its waiting period runs on, and everybody is told. */
void own_thaw(struct own_claim *c, struct mono now);

/* own.c. A claim without a state to speak of, in the list. ERR_FULL, ERR_NOMEM. */
MUST_USE enum err own_new(struct holdings *h, struct own_claim **out);
void own_forget(struct own_claim *c); /* frees it; table and row are the caller's */
struct space *own_home_find(struct masc *m, const struct own_home *home);
struct own_home own_home_of(const struct space *sp);

/* own_ready.c. NONE: a claim may be scheduled, or made. */
enum masc_reason own_hindrance(const struct own_claim *c, struct mono now);
/* What to claim now for that claim. ERR_NOT_FOUND: nothing. */
MUST_USE enum err own_choose(const struct own_claim *c, struct masc_prefix *out, struct mono now);
/* Until when a claim for `p` made now would last, whole seconds of wall us; 0:
 * no range there lasts beyond the waiting period. */
int64_t own_end_for(const struct own_claim *c, const struct masc_prefix *p, struct mono now);
bool own_can_double(const struct own_claim *c, struct mono now);

/* own_row.c: rows of masc_own. */
MUST_USE enum err own_put(struct own_claim *c);
MUST_USE enum err own_del(struct own_claim *c);
MUST_USE enum err own_put_next(struct holdings *h, uint64_t *put); /* the next number */
/* Reads value into c: all that is stored, nothing else. ERR_CORRUPT. */
MUST_USE enum err own_row_read(struct own_claim *c, struct span value);
#define OWN_KEY_SIZE 8
struct span own_key(uint64_t number, uint8_t room[OWN_KEY_SIZE]);
MUST_USE enum err own_next_read(struct span value, uint64_t *next);

/* own_tell.c */
struct wire_claim own_attribute(const struct own_claim *c, enum wire_attribute type,
				const struct masc_prefix *p, uint32_t timestamp);
struct wire_claim own_pending(const struct own_claim *c);
/* What is held; parts from 0. */
struct wire_claim own_held(const struct own_claim *c, size_t part);
struct wire_claim own_withdrawal(const struct own_claim *c, const struct masc_prefix *p,
				 uint32_t timestamp, int64_t end, struct mono now);
/* Puts in the table what is held and claimed, without telling. */
void own_table(struct own_claim *c, struct mono now);
/* Takes that out of it. */
void own_untable_held(struct own_claim *c, struct mono now);
void own_untable_pending(struct own_claim *c, struct mono now);
void own_untable(struct own_claim *c, struct mono now); /* all there is of it */
/* Both, and to everybody whom it concerns. */
void own_tell_held(struct own_claim *c, struct mono now);
void own_tell_pending(struct own_claim *c, struct mono now);
void own_tell_deprecated(struct own_claim *c, struct mono now);
void own_tell_withdrawal(struct own_claim *c, const struct wire_claim *w, struct mono now);
void own_tell_given_back(struct own_claim *c, const struct wire_claim *w, struct mono now);
void own_tell_yielded(struct own_claim *c, struct mono now);
void own_untable_yielded(struct own_claim *c, struct mono now);
/* To the one who claims against it; MASC-16.7. */
void own_defend(struct own_claim *c, const struct wire_claim *ours, const struct heard *h);
/* MASC-16.7: what was held back is told, if the second is over and it is of use still. */
void own_defend_late(struct own_claim *c, struct mono now);
/* It is to be tried in a second. */
void own_owe(struct own_claim *c, const struct masc_id *rival, struct mono now);
void own_event_out(const struct own_claim *c, const struct own_event *ev, enum masc_life from);
uint32_t own_seconds(int64_t us); /* rounded up */

/* own_split.c */
#define OWN_PIECES_MAX 130
/* `whole` without `hole`, which lies in it: aligned blocks, largest first. */
size_t own_without(const struct masc_prefix *whole, const struct masc_prefix *hole,
		   struct masc_prefix *out);
/* The Timestamp by which part of what is held is judged, MASC-14.5. */
uint32_t own_timestamp_of(const struct own_claim *c, const struct masc_prefix *p);
/* The claim becomes pieces[0], new ones the others; together they are what it
 * was. Nobody is told. ERR_NOMEM, ERR_FULL or the store's: nothing changed. */
MUST_USE enum err own_split(struct own_claim *c, const struct masc_prefix *pieces, size_t n,
			    struct mono now);

/* own_clash.c */
/* A PREFIX_IN_USE of another domain over what we hold. */
void own_clash(struct own_claim *c, const struct wire_claim *theirs, const struct heard *h,
	       struct mono now);
/* What a claim of theirs wins. */
struct own_loss own_loss_of(const struct wire_claim *c);
/* Withdraws the overlap with `p` of all we hold in that space. */
MUST_USE enum err own_yield(struct masc *m, const struct space *sp, const struct masc_prefix *p,
			    const struct own_loss *loss, struct mono now);
/* Something of the kind could not be stored: the tables tell, in a second. */
void own_yield_again(struct holdings *h, struct mono now);
/* A withdrawn claim is ours again if nobody is in the way; all of them. */
void own_return(struct own_claim *c, struct mono now);
void own_return_all(struct holdings *h, struct mono now);

/* Their claims' spaces may be others now, or none. */
void own_clash_rehome(struct masc *m);
/* What the tables say of clashes, after a start. */
void own_clash_look(struct masc *m, struct mono now);

#endif
