/* claims_int.h - what the files about claims share: spaces, who is told what,
 * the receiving side (accept, process, sync, dump, guard) and the own side (our
 * prefixes, demands, clashes). doc/masc.md sections 10 to 19. */
#ifndef MASC_CLAIMS_INT_H
#define MASC_CLAIMS_INT_H

#include "masc/masc_int.h"
#include "masc/policy.h"
#include "masc/table.h"

/* -- space.c: where claims of one level and family compete (MASC-10.1) -- */

#define SPACE_SAMPLES 4

/* sync.c: the walk that takes out stale claims. */
struct sweep {
	bool on, again; /* again: begin anew at its end */
	uint32_t at;
};

/* pages.c: which put each page of the table is in. */
struct pages {
	uint64_t *put;
	uint32_t n;
};

/* cache.c: a WITHDRAW that takes longer than one input, MASC-20.3. */
#define CUTS_MOST 2
struct cut {
	struct masc_id domain;
	struct masc_prefix p;
	struct masc_prefix at; /* looked at so far, by prefix and claim */
	uint32_t ref;
	bool given; /* a parent's range goes too, not only what is local of it */
	bool later; /* than the WITHDRAW: what is ours is left alone */
};

/* Some claims of a space's table. */
struct space_list {
	uint32_t *refs;
	size_t n, room;
};

struct space {
	struct list at; /* in masc.spaces: by family, parents by Domain ID, roots, below */
	struct masc *m;
	enum masc_family family;
	struct masc_id parent;		       /* whose space; zero: a root scope's */
	const struct masc_scope_config *scope; /* of a root scope, else NULL */
	bool below;			       /* our children's, in what we hold */
	bool learned;			       /* its parent is one of other nodes of ours */
	bool leaving;			       /* MASC-18.6 */
	struct table *table;
	bool synced;   /* as told to own_synced() last */
	bool complete; /* whoever could tell of claims in it has told all */
	bool orphans;  /* claims in it may be of nobody who is configured */
	struct sweep sweep;
	struct pages pages;
	/* Found without a search: PREFIX_MANAGED of the parent; what our domain, any
	 * node of it, holds here (role INTERNAL). Kept by cache.c. */
	struct space_list given, held;
	struct cut cuts[CUTS_MOST]; /* under way, the oldest first */
	size_t n_cuts;

	/* The plan's: addresses taken below, then and W / SPACE_SAMPLES apart before,
	 * newest first; what we asked the parent for. */
	uint64_t taken[SPACE_SAMPLES + 1];
	struct mono taken_at; /* of taken[1] */
	uint8_t hint_wanted;  /* length to ask for; 0 none */
	uint8_t hint_length;  /* asked for last; 0 none */
	struct mono hint_at;
};

/* Makes the spaces fit the configuration; those that stay keep their claims.
 * All that can fail is done first. ERR_NOMEM: nothing changed. */
MUST_USE enum err spaces_reconfigure(struct masc *m, const struct masc_config *c);
void spaces_free(struct masc *m);
/* MASC-10.2; NULL: not associated. */
struct space *space_of(struct masc *m, const struct peer *from, enum masc_role updated,
		       const struct masc_prefix *p);
struct space *space_below(struct masc *m, enum masc_family f);
struct space *space_parent(struct masc *m, enum masc_family f, const struct masc_id *parent);
/* The same, made when another node of our domain tells of a parent that this one
 * has no peer of; NULL: 16 are enough, or no memory. */
struct space *space_learn(struct masc *m, enum masc_family f, const struct masc_id *parent);
/* The same for a row of a run before; NULL also when it is there already. */
struct space *space_learn_again(struct masc *m, enum masc_family f, const struct masc_id *parent);
/* MASC-10.2: where other nodes of our domain hold something and no range of a
 * parent tells from whom. Nothing is claimed there. NULL as above. */
struct space *space_unplaced(struct masc *m, enum masc_family f);
/* Where some of it is held by our domain; NULL nowhere. */
struct space *space_holding(struct masc *m, const struct masc_prefix *p);
/* What is known without a place moves to where it belongs, now that a parent has
 * told a range there, and is told to that parent and the siblings. */
void space_settle_in(struct space *sp, struct mono now);
/* Ranges that claims of this space may come from: parents' PREFIX_MANAGED that
 * are not deprecated, the scope's range, or what we hold. Written to `out` as
 * far as they fit; gives how many there are. */
size_t space_ranges(const struct space *sp, struct masc_prefix *out, size_t room);
/* Whether one of them, deprecated ones included, covers p, and until when it
 * lasts (wall s, UINT32_MAX no end). */
bool space_covers(const struct space *sp, const struct masc_prefix *p, uint32_t *end);
/* MASC-18.7: the parent deprecates the narrowest range it told in which p lies. */
bool space_drains(const struct space *sp, const struct masc_prefix *p);
/* plan_space.c: as space_ranges, the parts of them inside the named scope (""
 * any); at most `room`, gives how many were written. */
size_t space_ranges_in(const struct space *sp, const char *scope, struct masc_prefix *out,
		       size_t room);

/* -- look.c: entries over a range, as table_overlaps(); counted -- */
#define LOOK_MOST 2048
struct look {
	struct table_walk walk;
	struct masc *m;
	size_t left;
	bool cut; /* there are more than that */
};
void look_start(struct look *k, const struct space *sp, const struct masc_prefix *p);
/* 0: none is left, or k->cut. */
uint32_t look_next(struct look *k);

/* -- sync.c: MASC-12.3 to 12.5 -- */
void sync_up(struct session *s, struct mono now);   /* established */
void sync_mark(struct session *s, struct mono now); /* a KEEPALIVE */
void sync_down(struct session *s, struct mono now); /* not established any more */
/* Every other node of our domain has told all it knows: so we know all we hold. */
bool sync_colleagues_told(const struct masc *m, enum masc_family f);
bool space_synced(const struct space *sp, struct mono now);
/* The mark of a claim that comes from a peer now; NULL: from nobody. */
struct table_mark sync_mark_of(const struct peer *from, bool ours, bool holds);
/* MASC-12.4; never one of ours. */
bool sync_stale(const struct masc *m, const struct table_mark *mark);
/* How long it has been; the beginning: nobody who is up was told it. */
struct mono sync_stale_since(const struct masc *m, const struct table_mark *mark);
/* Whom it came from; NULL: ours, of a run before, or a peer's that is gone. */
struct peer *sync_peer_of(const struct masc *m, const struct table_mark *mark);
/* The end of an input: spaces that are synced now, or not any more, are told to
 * the own side. Before own_settle(). */
void sync_settle(struct masc *m, struct mono now);
/* Another configuration is in force: spaces may have come and gone. */
void sync_reconfigured(struct masc *m, struct mono now);
/* sweep.c */
/* Stale claims are to be looked for. */
void sweep_space(struct space *sp);
void sweep_family(struct masc *m, enum masc_family f);
/* A slice of sweeping, of removing what is over, and of storing pages. */
void sync_tick(struct masc *m, struct mono now);
struct mono sync_deadline(const struct masc *m);

/* -- pages.c: MASC-19.1 -- */
/* Birth: reads the tables' rows; those of spaces there are not any more go.
 * ERR_NOMEM or what the store gives. */
MUST_USE enum err pages_load(struct masc *m, struct mono now);
/* The end of an input: what changed is to be written. */
void pages_settle(struct masc *m, struct mono now);
void pages_tick(struct masc *m, struct mono now);
void pages_store_failed(struct masc *m, uint64_t first);
/* The page of that claim at once: the put, or 0: as any other, a while later. */
uint64_t pages_put(struct space *sp, uint32_t r);
/* Of a space that goes. */
void pages_free(struct space *sp);

/* -- accept.c: MASC-10.4; what passes goes to process_claim() -- */
enum accepted {
	ACCEPTED,
	ACCEPTED_NOT, /* dropped in silence */
	ACCEPTED_REFUSED
};
struct heard {
	struct session *s;	    /* whom it came from */
	const struct wire_claim *c; /* role updated */
	struct masc_prefix prefix;
	struct space *sp; /* NULL: not associated */
	struct mono now;
};
/* c->role becomes the updated role. ACCEPTED: *h is filled. ACCEPTED_REFUSED:
 * *subcode of the UPDATE error. */
enum accepted accept_claim(struct session *s, struct wire_claim *c, struct mono now,
			   struct heard *h, uint8_t *subcode);
/* MASC-13.28: those of the sets whose peers would believe a claim of that origin
 * from us, if they keep to the strict origin rule as we do. */
unsigned accept_sets(const struct masc *m, const struct wire_claim *c, unsigned sets);
/* Where a claim as it came would be cached, if it is; NULL: not associated. */
struct space *accept_space(const struct peer *p, const struct wire_claim *c);

/* -- process.c: section 13; the matrix [type][role] -- */
/* Subcode of the UPDATE error to answer with, 0 none. */
uint8_t process_claim(const struct heard *h);
/* The entry of `c`'s kind, origin and prefix; 0 none. */
uint32_t cache_find(const struct space *sp, const struct wire_claim *c);
/* The first of the domains but one that has a claim of one of these types (bits of
 * enum wire_attribute) over p; zero: none. */
struct masc_id cache_holder(const struct space *sp, const struct masc_prefix *p,
			    const struct masc_id *but, unsigned types);
/* MASC-10.5: puts it in, in the place of what it replaces. ERR_EXISTS: what is
 * known is newer, or ours and `ours` is not said. ERR_FULL, ERR_NOMEM. */
MUST_USE enum err cache_put(struct space *sp, const struct wire_claim *c, const struct peer *from,
			    bool ours, struct mono now);
/* MASC-13.27: takes away what a WITHDRAW names of what its domain holds and claims
 * here; what this input has no time for goes on with the next tick. */
void cache_cut(struct space *sp, const struct wire_claim *w, struct mono now);
void cache_tick(struct masc *m, struct mono now);
/* MASC-20.3: whether the attribute has to wait for such. */
bool cache_waits(const struct masc *m, const struct wire_claim *c);
/* Takes an entry out, because it is over, swept or withdrawn, and lets the own
 * side know. Nothing but this and cache_put() changes which claims are in a
 * table: ranges, quotas and the plan count on it. */
void cache_remove(struct space *sp, uint32_t r, struct mono now);
/* Behind table_page_read(): what it put in counts. ERR_NOMEM. */
MUST_USE enum err cache_loaded(struct space *sp);
/* MASC-10.6: when it is to be forgotten, wall s; UINT32_MAX never. */
uint32_t cache_end(const struct masc *m, const struct wire_claim *c);
/* MASC-10.7: negative when a goes first. */
int claim_cmp(const struct wire_claim *a, const struct wire_claim *b);

/* -- spread.c: who is told -- */
#define TO_INTERNAL 1u
#define TO_PARENT   2u
#define TO_SIBLINGS 4u
#define TO_CHILDREN 8u
/* Which of them the peer is in, 0 none. */
unsigned spread_set(const struct space *sp, const struct peer *p);
/* The scope's bit in peer.crosses; 0: in none. */
uint64_t spread_scope(const struct masc *m, const struct wire_claim *c);
/* As peers in those sets hear of it; c's options are borrowed. */
struct wire_claim spread_named(const struct space *sp, const struct wire_claim *c, unsigned sets);
/* Into the session's UPDATE in the making; how many octets it took, 0: it is
 * told nothing now. */
size_t spread_put(struct session *s, const struct wire_claim *named, uint64_t after);
/* No memory to tell it: it ends with the input. */
void spread_failed(struct session *s);
/* Sends an attribute to the sets of its space. c->role is that of the origin to
 * us. What our domain holds changes its name with the receiver (MASC-10.5).
 * Waits for put `after`. */
void spread(struct space *sp, const struct wire_claim *c, unsigned sets, const struct peer *except,
	    uint64_t after, struct mono now);
/* To one peer, if it is established and does not cross. */
void spread_to(struct peer *p, struct space *sp, const struct wire_claim *c, uint64_t after,
	       struct mono now);
/* MASC-12.6: at the end of each input of the module. */
void spread_flush(struct masc *m, struct mono now);

/* -- dump.c: MASC-12.1, 12.2 -- */
void dump_start(struct session *s, struct mono now);
void dump_more(struct session *s, struct mono now); /* one slice */
void dump_drained(struct session *s, struct mono now);
void dump_stop(struct session *s);
/* MASC-12.4: a claim that was stale since then is not any more: told to those
 * who were told all there is meanwhile, or are being told. */
void dump_again(const struct space *sp, uint32_t r, struct mono since);

/* -- guard.c, guard_child.c: section 16 -- */
MUST_USE enum err guards_new(struct masc *m);
void guards_free(struct masc *m);
/* A child's NEW_CLAIM or CLAIM_TO_EXPAND. Gives the subcode to refuse it with;
 * else 0, and *denied with the allowed lifetime in *lifetime when it is denied. */
uint8_t guard_child(const struct heard *h, bool *denied, uint32_t *lifetime, enum masc_reason *why);
/* MASC-16.8: whether a child's PREFIX_IN_USE may be taken; else *why not. */
bool guard_in_use(const struct heard *h, enum masc_reason *why);
/* MASC-16.1: subcode, 0 good. */
uint8_t guard_timestamp(const struct session *s, const struct wire_claim *c, const struct space *sp,
			struct mono now);
/* The session of a peer is synced now, or not any more (sync.c). */
void guard_synced(struct peer *p, bool synced, struct mono now);
/* MASC-16.2: NONE when claims may be made. */
enum masc_reason guard_clock(const struct masc *m, struct mono now);
/* MASC-16.4: false when it is held off. */
bool guard_damped(struct masc *m, const struct masc_id *domain, struct mono now);
void guard_lost(struct masc *m, const struct masc_id *domain, struct mono now);
void guard_won(struct masc *m, const struct masc_id *domain);
/* MASC-16.7: whether that rival may be told again now. */
bool guard_repeat(struct masc *m, const struct masc_id *domain, struct mono now);
/* MASC-16.5: a claim found no room. */
void guard_full(const struct heard *h);
/* MASC-16.6: looks at the waiting period of a pending claim that is new. */
void guard_wait(const struct heard *h);
/* As plan_child_claim(): what each child has. ERR_NOMEM, ERR_FULL. */
MUST_USE enum err guard_child_comes(struct space *sp, const struct wire_claim *c);
void guard_child_goes(struct space *sp, const struct wire_claim *c);
/* An entry that was in the table before anybody counted. ERR_NOMEM, ERR_FULL. */
MUST_USE enum err guard_child_loaded(struct space *sp, uint32_t r, const struct wire_claim *c);
/* Domains of children with claims that hold space below. */
size_t guard_children(const struct masc *m);

/* -- the own side: what the receiving side tells it -- */

/* own.c: birth with the rows of the store, and the end. */
MUST_USE enum err own_load(struct masc *m, struct mono now);
void own_free(struct masc *m);
/* Whether our domain (any node of it) holds all of p, or part of it. `end`: until
 * when (wall s); `deprecated`. */
bool own_covers(const struct masc *m, const struct masc_prefix *p, uint32_t *end, bool *deprecated);
bool own_overlaps(const struct masc *m, const struct masc_prefix *p);

/* own_rival.c */
/* A claim of another domain (PREFIX_IN_USE, CLAIM_TO_EXPAND, NEW_CLAIM) was heard
 * in a space where we are one of those who claim: pending ones of ours that it
 * beats are lost; what we hold is told again, or a clash. */
void own_rival(const struct heard *h);
/* A claim of another node of our domain: what we want may be met (13.15). */
void own_colleague(const struct heard *h);
/* MASC-13.5: false when no pending claim of ours matches. */
bool own_denied(const struct heard *h);
/* MASC-13.23, 13.26: a WITHDRAW by the parent, or for our domain. */
/* MASC-13.30: what is denied is held, by that range and Timestamp: told once. */
void own_disputed(const struct heard *h);
void own_parent_withdrew(const struct heard *h);
void own_withdrawn(const struct heard *h);
/* A claim of a rival is gone from a space (over, withdrawn, swept): clashes with
 * it may be over. */
void own_rival_gone(struct space *sp, const struct wire_claim *c, struct mono now);

/* plan.c */
/* Something that the plan looks at has changed: ranges, use by children, hints,
 * sync, demands. The plan is made anew, once, at the end of the input. */
void own_replan(struct masc *m);
/* The end of an input of the module: makes the plan anew if that was asked for.
 * Before spread_flush(). */
void own_settle(struct masc *m, struct mono now);
/* A claim that holds space comes into a table below (called before it is in), or
 * goes from it (after it is out): use below what we hold is counted by this. */
void plan_child_claim(struct space *sp, const struct wire_claim *c, bool comes);
/* MASC-13.18: a child asks for space. */
void plan_hint(struct space *sp, const struct wire_claim *c, struct mono now);
/* Another node of our domain claims: what a child asked us for may come of it. */
void plan_colleague_claims(struct masc *m, const struct wire_claim *c, struct mono now);
void own_synced(struct space *sp, bool synced, struct mono now);
void own_store_failed(struct masc *m, uint64_t first, enum err why, struct mono now);
/* Commands CLAIM to RESOLVE; *number, *why of the reply; *after its put. */
MUST_USE enum err own_command(struct masc *m, const struct masc_command *c, struct masc_out *reply,
			      struct mono now);

#endif
