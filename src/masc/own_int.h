/* own_int.h - what the files of our own side share: claims of ours (own*.c), and
 * the plan that decides which there are to be (plan.c, demand.c). The life of a
 * claim is own_life.c's; the plan asks for claims and looks at them, it never
 * sets a state. doc/masc.md sections 14, 17, 18. */
#ifndef MASC_OWN_INT_H
#define MASC_OWN_INT_H

#include "masc/claims_int.h"

#define OWN_CLAIMS_MAX	1024
#define OWN_CLASHES_MAX 256
#define OWN_DEMANDS_MAX 4096
#define OWN_PARTS_MAX	MASC_PARTS_MAX

/* MASC-14.5: part of a held range with a Timestamp of its own; each lies in the
 * next, the last is the whole. */
struct own_part {
	struct masc_prefix prefix;
	uint32_t timestamp; /* s since 1970 */
};

/* To whom a part of ours is withdrawn, and by what the WITHDRAW went. */
struct own_loss {
	struct masc_id domain, node;
	uint32_t timestamp, lifetime, hold_time; /* s, of the winner */
	bool parent;				 /* the parent withdrew it: no clash */
};

/* Which space a claim is in, by names that outlive it: its space may go from the
 * configuration, and come back. */
struct own_home {
	enum masc_family family;
	struct masc_id parent;	      /* zero: a root scope's, or below */
	char root[MASC_NAME_MAX + 1]; /* name of the root scope */
	bool below;
};

/* A count of what is in use in a range that goes on, MASC-20.5: what lies before
 * its place is in, what lies behind is not. */
struct counting {
	bool on;
	struct masc_prefix p;	     /* what is gone through */
	struct masc_prefix at, last; /* the place; the widest that was counted last */
	uint32_t ref;
};

/* A claim of ours, from wanted to expired: one row of masc_own. */
struct own_claim {
	struct list at; /* in holdings.claims, by number */
	struct holdings *in;
	uint64_t number;
	struct space *space; /* NULL: its parent or scope is not configured any more */
	struct own_home home;
	bool local;  /* in the space below */
	bool fixed;  /* an operator named the range or the size: the plan leaves it alone */
	bool active; /* held: may grow and be renewed */
	enum masc_life life;
	enum masc_reason why;
	char scope[MASC_NAME_MAX + 1]; /* the range must lie in it; "" any: space_ranges_in() */
	uint8_t length;		       /* WANTED, SCHEDULED by size: of the range to choose */
	struct masc_prefix wanted; /* named by an operator; WAITING, GROWING, RENEWING: claimed */
	struct own_part parts[OWN_PARTS_MAX]; /* held */
	uint8_t n_parts;		      /* 0: nothing is held */
	int64_t end;			      /* of what is held: wall us, whole seconds */
	uint32_t claimed_at;		      /* Timestamp of the pending claim */
	uint32_t claimed_hold;		      /* s, its hold time as told last */
	int64_t claimed_end;		      /* end it asks for, wall us */
	int64_t lifetime;		      /* us, asked for; 0 the usual */
	int64_t not_before;		      /* wall us, an operator's --at; 0 now */
	int64_t wait_left;		      /* us of W, while it stands still */
	struct mono wait_from;		      /* while it runs: since then */
	bool frozen;
	bool disputed;	       /* the parent denies it while it is held, MASC-13.30 */
	bool untabled;	       /* what the table is to say could not be put in yet */
	int64_t granted;       /* us: as long as it was got for, after such a denial; 0 none */
	int64_t cap;	       /* us: as long as a CLAIM_DENIED allowed, MASC-14.6; 0 none */
	uint32_t losses;       /* in a row, MASC-14.11 */
	struct own_loss loss;  /* CLASHED */
	struct masc_id owes;   /* a rival that is to be told it when it may be, MASC-16.7; 0 */
	bool loss_heard;       /* in this run: its end will be heard of too */
	struct masc_id keeps;  /* clashes with that domain are as an operator wants them; 0 */
	struct timer timer;    /* of its state: see own_arm() */
	struct mono not_again; /* nothing is claimed for it before */
	/* What happened to it and could not be stored: tried again by its timer. */
	struct {
		uint8_t event; /* and one; 0 none */
		enum masc_reason why;
		int64_t lifetime;
		struct own_loss loss;
	} undone;
	uint64_t put; /* newest of its row */
	/* The plan's: addresses promised below it, and the range they were counted in. */
	uint64_t used;
	struct masc_prefix counted;
	struct counting count;
};

/* MASC-18.1 */
struct own_place {
	uint64_t claim;
	uint64_t addresses;
};
struct own_demand {
	struct list at; /* in holdings.demands, by number */
	uint64_t number;
	enum masc_family family;
	char scope[MASC_NAME_MAX + 1];
	uint64_t addresses;
	int64_t from, until; /* wall us */
	struct own_place places[8];
	uint8_t n_places;
	enum masc_reason why;
	uint64_t put;
};

/* MASC-14.6: until when an operator wants what is held, wall us; INT64_MAX: as long
 * as can be. Counted from the Timestamp, which outlives a restart. */
static inline int64_t own_asked_end(const struct own_claim *c)
{
	int64_t end;
	if (!c->lifetime || !c->n_parts ||
	    __builtin_add_overflow((int64_t)c->parts[0].timestamp * MONO_SEC, c->lifetime, &end))
		return INT64_MAX;
	return end - end % MONO_SEC;
}

struct own_clash {
	struct list at; /* oldest first */
	struct masc_clash_info info;
	struct space *space;
	struct wire_claim theirs; /* without options */
	uint64_t claim;		  /* ours */
	uint64_t put;		  /* of the newest change of that claim's row it caused */
	bool undone;		  /* what is to be done about it could not be stored */
};

struct holdings {
	struct masc *m;
	struct list claims, demands, clashes;
	size_t n_claims, n_demands, n_clashes;
	uint64_t next_number; /* of claims; growing over restarts */
	uint64_t next_demand, next_clash;
	bool replan; /* at the end of this input */
	struct timer plan;
	struct timer again; /* clashes that are `undone`, claims that are `untabled` */
	bool loaded;	    /* the rows of a start are there */
	bool yields;	    /* a WITHDRAW of a parent could not be followed */
	bool clashes_cut;   /* there are clashes that are not listed, MASC-16.5 */
	bool returns;	    /* something is gone that a withdrawn claim may wait for */
	bool returning;	    /* they are being looked at: up to this number they were */
	uint64_t returned;
	uint64_t newest; /* put of any claim */
	enum masc_reason paused;
	struct mono pause_told; /* when one for want of sessions is; 0 there is none */
	struct list hints;	/* of children: plan_hint.c */
	size_t n_hints;
	bool counted;	      /* own_claim.used is what the tables say */
	size_t counting;      /* of how many it is not yet */
	uint64_t demand_gone; /* newest put that ended a demand */
	size_t rows_unreadable;
};

/* own.c; beside it own_load(), own_free(), own_synced(), own_store_failed(). */
struct own_claim *own_find(const struct holdings *h, uint64_t number);
const struct masc_prefix *own_prefix(const struct own_claim *c); /* held, NULL nothing */
bool own_is_held(const struct own_claim *c);	/* held, renewing, growing, deprecated */
bool own_is_pending(const struct own_claim *c); /* waiting, renewing, growing */
bool own_in(const struct own_claim *c, const struct space *sp);
/* Wanted claims that need no longer wait are scheduled, others say why not: in
 * own_settle(), before plan_run(), when that was asked for. */
void own_go_on(struct masc *m, struct mono now);
/* The wall clock was set: ends are wall times. */
void own_wall(struct masc *m, struct mono now);
/* Takes all that is ours out of the tables, before our identifiers change. */
void own_hide(struct masc *m, struct mono now);
/* Behind spaces_reconfigure(): claims find their spaces again, or have none. */
void own_reconfigured(struct masc *m, struct mono now);
/* Timers: TIMER_CLAIM, TIMER_CLASH. */
void own_due(struct own_claim *c, struct mono now);
void own_clash_due(struct holdings *h, struct mono now);

/* own_life.c: what the plan and operators ask for. Each stores and goes through
 * the matrix; events and messages follow from it. */

/* A new claim: of `length` (prefix NULL) or of exactly that range. ERR_FULL,
 * ERR_NOMEM or the store's. *out may be NULL. */
struct own_wish {
	struct space *space;
	const char *scope; /* name of the scope the range must lie in; NULL any */
	const struct masc_prefix *prefix;
	uint8_t length;
	bool local, fixed;
	int64_t lifetime, not_before; /* us, wall us; 0 */
	enum masc_reason why;
};
MUST_USE enum err own_want(struct masc *m, const struct own_wish *w, struct own_claim **out,
			   struct mono now);
/* Not wanted any more, before it is held. Like own_release(): c may be gone
 * afterwards. */
MUST_USE enum err own_drop(struct own_claim *c, enum masc_reason why, struct mono now);
/* Claim the range twice as large. ERR_STATE: something is pending already. */
MUST_USE enum err own_grow(struct own_claim *c, struct mono now);
/* Claim for longer: all of it, or only that half. */
MUST_USE enum err own_renew(struct own_claim *c, const struct masc_prefix *part, struct mono now);
/* No new use; gone at its end. */
MUST_USE enum err own_deprecate(struct own_claim *c, enum masc_reason why, struct mono now);
/* Given back now. ERR_STATE: a child or a demand uses it. */
MUST_USE enum err own_release(struct own_claim *c, enum masc_reason why, struct mono now);
/* MASC-18.3: what is in use below is ours at once, with that Timestamp and end. */
MUST_USE enum err own_take_local(struct masc *m, const struct masc_prefix *p,
				 const struct own_claim *from, struct mono now);

/* own_clash.c */
struct own_clash *own_clash_find(const struct holdings *h, uint64_t number);
/* The reply waits for k->put. ERR_STATE: ours is withdrawn already. */
MUST_USE enum err own_clash_resolve(struct masc *m, struct own_clash *k, bool yield,
				    struct mono now);
/* The parts of a range that clashes do not leave to us now. */
bool own_is_withdrawn(const struct own_claim *c, const struct masc_prefix *p);

/* plan.c: what the life tells the plan. */
/* A claim is held, lost, changed or gone: places on it may have to move. */
void plan_claim_changed(struct own_claim *c, struct mono now);
/* MASC-14.6: its end comes near. Gives what to do: OK with *part NULL (renew all)
 * or a half; ERR_NOT_FOUND: let it lapse. */
MUST_USE enum err plan_renewal(struct own_claim *c, struct masc_prefix *half, bool *whole,
			       struct mono now);
/* Addresses in use in p: by children, and places of demands. */
uint64_t plan_used(const struct masc *m, const struct masc_prefix *p);
void plan_run(struct masc *m, struct mono now);
/* plan_use.c: all that is in use below, from the tables: once, at birth, where it
 * takes what it takes. */
void use_count(struct masc *m, struct mono now);
/* The claim is freed. */
void use_forget(struct own_claim *c);
/* demand.c: after the claims were loaded; before they are freed. */
MUST_USE enum err demand_load(struct masc *m);
void demand_free(struct masc *m);
/* Demands whose put is undone are as their rows say again. */
void demand_store_failed(struct masc *m, uint64_t first, enum err why, struct mono now);

#endif
