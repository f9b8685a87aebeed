/* flood_int.h - what flood.c, sync.c, publish.c, expire.c and the files beside them share
 * among themselves and with nobody else. */
#ifndef GRAPH_FLOOD_INT_H
#define GRAPH_FLOOD_INT_H

#include "graph/graph_int.h"

#define GRAPH_RECORD_ID_AT 16 /* where a Record ID lies in the octets */

/* How far two clocks of a graph may be apart, us: peers with 20 minutes more on theirs are
 * not heard (digest 16), so a record may live that much longer than our own limit. */
#define GRAPH_CLOCKS_APART (20 * MONO_MIN)

/* Work of one slice, so that no input takes 5 ms (D18): records whose octets are read and
 * sent, entries that are only looked at, records that a provider is asked about. */
#define GRAPH_SLICE_SENT   512
#define GRAPH_SLICE_LOOKED 4096
#define GRAPH_SLICE_ASKED  16

/* The put that must be on disk before a peer hears of a record (D8). */
static inline uint64_t graph_told_after(const struct graph *g, const struct graph_entry *e)
{
	return e->local & GRAPH_ENTRY_OURS ? g->own_put : 0;
}

/* ---- ack.c ---- */
/* Notes the receipt of a record for the next ACK, and in the link's utility. */
void graph_ack_add(struct graph *g, struct graph_link *l, struct graph_guid id, bool useful,
		   struct mono now);

/* ---- deferred.c ---- */
/* What a link is told of a record from it that was taken: ACK, ours instead, or worse. */
void graph_flood_answer(struct graph *g, struct graph_link *l, const struct graph_take *t,
			enum graph_taken taken, struct mono now);
void graph_deferred_add(struct graph *g, struct graph_link *l, struct span octets);
void graph_deferred_expire(struct graph *g, struct mono now);
void graph_deferred_on(struct graph *g, struct mono now); /* a slice of revalidation */

/* ---- sync_answer.c: the responder ---- */
enum graph_phase {
	GRAPH_PHASE_NONE,
	GRAPH_PHASE_HASHING,	/* initiator: makes SOLICIT_HASH */
	GRAPH_PHASE_ASKED,	/* initiator: SOLICIT_ is sent */
	GRAPH_PHASE_COMPARING,	/* initiator: makes REQUEST */
	GRAPH_PHASE_WANTED,	/* initiator: REQUEST is sent */
	GRAPH_PHASE_SENDING,	/* initiator: sends what the other side lacks */
	GRAPH_PHASE_ANSWERING,	/* responder: makes ADVERTISE */
	GRAPH_PHASE_ADVERTISED, /* responder: waits for REQUEST */
	GRAPH_PHASE_TYPES,	/* responder: sends records of types */
	GRAPH_PHASE_WISHES	/* responder: sends what was requested */
};
void graph_sync_moved(struct graph_link *l, struct mono now);
/* Whether more may be queued, nothing that goes first waiting. */
bool graph_sync_may_send(const struct graph *g, const struct graph_link *l);
/* Sends a stored record unless it has expired; false: it has, or is not there. */
bool graph_sync_send(struct graph *g, struct graph_link *l, const struct graph_entry *e,
		     struct mono now);
/* GRAPH-9.27: a comparison more on a link; false: too many in so short a time. The one who begins
 * them has fewer than the other takes, since what it says may come late and at once. */
#define GRAPH_COMPARES	     3
#define GRAPH_COMPARES_TAKEN 6
bool graph_may_compare(const struct graph_link *l, int64_t most, struct mono now);
MUST_USE bool graph_compare_take(struct graph_link *l, int64_t most, struct mono now);
void graph_sync_answer_on(struct graph *g, struct graph_link *l, struct mono now);
void graph_sync_answer_fini(struct graph *g, struct graph_link *l);
/* Calls for a slice as soon as the owner has taken out what there is. */
void graph_slice_soon(struct graph *g, struct mono now);

/* ---- publish.c ---- */
/* What one change of ours is made of. */
struct graph_make {
	struct graph_entry *old; /* NULL: a fresh record */
	struct graph_guid type, id;
	uint32_t version;
	bool deleted, keep_payload, keep_attributes;
	struct span payload, attributes; /* attributes: UTF-16BE */
	struct graph_attrs *attrs;	 /* taken over; NULL: read from the attributes */
	uint64_t expires;		 /* peer time */
	uint8_t local;
	bool sealed;	  /* out: by the provider, */
	uint32_t plain;	  /* out: who had a payload of so many octets */
	struct span who;  /* out: whose it is, UTF-16BE */
	const char *text; /* out: more on an error */
};
MUST_USE enum err graph_make_record(struct graph *g, struct graph_make *m,
				    struct graph_entry **entry, uint64_t *after, struct mono now);
/* The same in parts, for many that are signed together. The record of m but for its Security
 * Data, its spans borrowed from m, g and the store; then it with them, stored and told. Both
 * end m's attributes when they fail; storing always does. */
MUST_USE enum err graph_make_compose(struct graph *g, struct graph_make *m, struct mono now,
				     struct graph_record *r);
/* The attributes of r are m's, where it has none yet. */
MUST_USE enum err graph_make_attributes(struct graph *g, struct graph_make *m,
					const struct graph_record *r);
/* What others would not take is refused: graph_fault_text(). */
MUST_USE enum err graph_make_held(struct graph *g, struct graph_make *m,
				  const struct graph_record *r);
MUST_USE enum err graph_make_store(struct graph *g, struct graph_make *m,
				   const struct graph_record *r, struct graph_entry **entry,
				   uint64_t *after, struct mono now);
enum graph_change graph_make_change(const struct graph_make *m);
enum err graph_make_refused(struct graph_make *m, enum err err); /* err, worded */
/* Whose records of that type ours are, UTF-16BE. */
struct span graph_own_name(const struct graph *g, const struct graph_guid *type);

/* ---- change.c ---- */
/* What a command asks for, to be made; its attributes in memory of their own, *octets.
 * Else `m->text`. Not for local deletions and imports. */
MUST_USE enum err graph_asked_prepare(struct graph *g, const struct graph_command *c,
				      struct graph_make *m, uint8_t **octets, struct mono now);
bool graph_may_change(const struct graph *g); /* it was synchronised, or is ours */
/* Does a command at once and answers it. */
void graph_publish_do(struct graph *g, const struct graph_command *c, uint64_t number,
		      struct mono now);

/* A Record ID of our own, never used before. */
void graph_id_fresh(struct graph *g, const struct graph_guid *type, struct graph_guid *id);

/* ---- gather.c ---- */
/* Changes of a turn are signed together where the provider can. */
static inline bool graph_gathers(const struct graph *g)
{
	return g->birth.provider.ops->batch > 1;
}
/* Performs and answers the first changes that are held, as many as may be signed together;
 * false: they are to be done one by one. */
MUST_USE bool graph_gather(struct graph *g, struct mono now);

/* ---- ask.c ---- */
/* Neighbors are compared with anew, now and some times later. */
void graph_ask_begin(struct graph *g, struct mono now);

/* ---- recheck.c ---- */
void graph_recheck_on(struct graph *g, struct mono now); /* a slice */
/* What of an entry's record a provider says who is asked again; `cost` is added to in units
 * of GRAPH_COST. INVALID also where it cannot be read. */
enum graph_opinion graph_stored_opinion(const struct graph *g, const struct graph_record *r,
					size_t *cost);
#define GRAPH_COST 200 /* of one slice: about 2 ms */

/* ---- hold.c ---- */
struct graph_held {
	struct list all;
	uint64_t number;
	struct graph_command c; /* spans into octets */
	size_t n;
	uint8_t octets[];
};
/* Takes it out; the caller frees it. */
void graph_hold_take(struct graph *g, struct graph_held *h);
void graph_hold_free(struct graph *g);
bool graph_hold_must(const struct graph *g);
MUST_USE enum err graph_hold_add(struct graph *g, const struct graph_command *c, uint64_t number,
				 struct mono now);

/* ---- reveal.c: what a provider keeps from all but members ---- */
/* Puts what the provider makes of r's payload and attributes in their place; m's attributes are
 * read before. May fail as making does. */
MUST_USE enum err graph_protect(struct graph *g, struct graph_make *m, struct graph_record *r);
/* The record as it is shown, its spans as the provider's; false: hidden. */
bool graph_revealed(const struct graph *g, const struct graph_record *r, struct graph_record *out);
/* What is stored of a record that came: hidden or, with the attributes that count, shown.
 * ERR_NOMEM. */
MUST_USE enum err graph_reveal_put(struct graph *g, const struct graph_record *r,
				   struct graph_db_put *put);
/* The same of what is stored; true: it is shown and was not. */
MUST_USE bool graph_reveal_entry(struct graph *g, struct graph_entry *e,
				 const struct graph_record *r);
void graph_reveal_on(struct graph *g, struct mono now); /* a slice */
/* GRAPH-6.11: a change of an application that the provider could not seal now; it waits. */
bool graph_seal_waits(const struct graph *g, const struct graph_command *c);
void graph_seal_wait(struct graph *g, const struct graph_command *c, uint64_t number,
		     struct mono now);
/* It has waited long enough: those that wait are answered. */
void graph_seal_due(struct graph *g);

/* ---- load.c ---- */
/* Commands that wait go on, or are answered so. */
void graph_load_on(struct graph *g, struct mono now);
void graph_load_refuse(struct graph *g, enum err why, const char *text);

/* ---- refresh.c ---- */
void graph_refresh_note(struct graph *g, const struct graph_guid *id, struct mono now);

#endif
