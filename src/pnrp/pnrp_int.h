/* pnrp_int.h - the inside of one cloud, for the files of this folder. All names carry
 * the folder's prefix: they share a program with the other cores' insides. */
#ifndef PNRP_PNRP_INT_H
#define PNRP_PNRP_INT_H

#include "base/list.h"
#include "base/map.h"
#include "pnrp/pnrp.h"

/* ---- entries: what is known of others (cache.c, leaf.c) */

/* A cached route entry. Freed by the cache alone; whoever keeps one longer than a
 * call copies its route. */
struct pnrp_entry {
	struct pnrp_id id;
	struct mono answered; /* the last answer under this ID */
	struct mono used;     /* the last time it was given out or asked */
	uint16_t level;	      /* 0 the whole ring, each next a tenth, around an own ID */
	uint16_t home;	      /* that own ID, by its place among them; 0 in level 0 */
	uint16_t leaf_of;     /* leaf sets it stands in: never evicted then */
	uint16_t port;
	bool proven; /* with a CPA */
	uint8_t n;
	uint8_t ip[][16];
};

/* The cache of a cloud: in ring order, by levels around each own ID (digest 12). */
struct pnrp_cache;
MUST_USE enum err pnrp_cache_new(struct pnrp_cache **out, struct pnrp *p);
void pnrp_cache_free(struct pnrp_cache *c);
uint32_t pnrp_cache_count(const struct pnrp_cache *c);
uint32_t pnrp_cache_levels(const struct pnrp_cache *c);
struct pnrp_entry *pnrp_cache_find(const struct pnrp_cache *c, const struct pnrp_id *id);
/* The entry nearest above (below), round the ring, not `id` itself; NULL: empty. */
struct pnrp_entry *pnrp_cache_above(const struct pnrp_cache *c, const struct pnrp_id *id);
struct pnrp_entry *pnrp_cache_below(const struct pnrp_cache *c, const struct pnrp_id *id);
/* The closest to target of which `not` has no endpoint; NULL: none. */
struct pnrp_entry *pnrp_cache_closest(const struct pnrp_cache *c, const struct pnrp_id *target,
				      const struct pnrp_path * not );
/* Up to `most` of the closest, nearest first; gives how many. */
size_t pnrp_cache_nearest(const struct pnrp_cache *c, const struct pnrp_id *target,
			  const struct pnrp_path * not, struct pnrp_entry **out, size_t most);
/* Keeps or refreshes a route that was checked; makes room by the rule of its level.
 * NULL: refused, or without memory. */
struct pnrp_entry *pnrp_cache_put(struct pnrp_cache *c, const struct pnrp_route *r, bool proven,
				  struct mono now);
/* Out of cache and leaf sets. */
void pnrp_cache_remove(struct pnrp_cache *c, const struct pnrp_id *id);
/* Its node, asked at `at`, does not have it: out, unless it is elsewhere by now. */
void pnrp_cache_disown(struct pnrp_cache *c, const struct pnrp_id *id,
		       const struct pnrp_endpoint *at);
void pnrp_cache_clear(struct pnrp_cache *c);
/* An own ID came or went: levels are around them. */
void pnrp_cache_centres(struct pnrp_cache *c);
/* The ID and precision that a LOOKUP for the widest gap of a level wants; false: none. */
bool pnrp_cache_gap(const struct pnrp_cache *c, struct pnrp_id *target, uint32_t *precision);
/* Roughly evenly spread IDs for an ADVERTISE. */
size_t pnrp_cache_sample(struct pnrp_cache *c, struct pnrp_id *out, size_t most);
/* Some entry that has not answered since `before`, at random; NULL: none. */
struct pnrp_entry *pnrp_cache_stale(struct pnrp_cache *c, struct mono before);
struct pnrp_entry *pnrp_cache_at(const struct pnrp_cache *c, size_t n); /* ring order */
void pnrp_entry_route(const struct pnrp_entry *e, struct pnrp_route *out);
bool pnrp_entry_in(const struct pnrp_entry *e, const struct pnrp_path *path);
size_t pnrp_cache_memory(const struct pnrp_cache *c);

#define PNRP_LEAVES 5 /* a side */

/* Members are entries of the cache, nearest first. */
struct pnrp_leafset {
	struct pnrp_entry *above[PNRP_LEAVES], *below[PNRP_LEAVES];
	uint8_t n_above, n_below;
};

/* ---- what we have registered (own.c) */

struct pnrp_own {
	struct list in; /* pnrp.own */
	uint32_t handle;
	struct pnrp_id id;
	struct pnrp_name name;
	const struct crypto_key *key;
	uint8_t classifier_hash[20];
	uint8_t location[16];
	struct pnrp_registration r; /* its spans point into `kept` */
	uint8_t *kept;
	struct pnrp_leafset leaves;
	bool announced;	   /* its registration walk has met others */
	bool walking, due; /* that walk is under way; another is wanted */
	uint32_t mended;   /* how often its leaf set was looked after */
	bool split_told;   /* it is tested since another found a split */
	bool leaving;	   /* unregistered: answers N, waits for its last FLOODs */
	uint32_t goodbyes; /* of them */
};
/* Under that ID, not leaving; NULL: none. */
struct pnrp_own *pnrp_own_find(const struct pnrp *p, const struct pnrp_id *id);
/* Closest to target, not leaving; NULL: none. */
struct pnrp_own *pnrp_own_closest(const struct pnrp *p, const struct pnrp_id *target);
struct pnrp_own *pnrp_own_by_handle(const struct pnrp *p, uint32_t handle); /* likewise */
/* A registration as it is kept, in pnrp.own; its location is chosen. ERR_NOMEM. */
MUST_USE enum err pnrp_own_new(struct pnrp *p, const struct pnrp_registration *r,
			       struct pnrp_own **out);
/* Takes over what r says now. ERR_NOMEM: as before. */
MUST_USE enum err pnrp_own_change(struct pnrp *p, struct pnrp_own *o,
				  const struct pnrp_registration *r);
void pnrp_own_free(struct pnrp *p, struct pnrp_own *o);
/* Until when a proof made now is good, wall us. */
int64_t pnrp_own_not_after(const struct pnrp *p, bool revoke, struct mono now);
/* Our route entry under that ID; false without an address. */
bool pnrp_own_route(const struct pnrp *p, const struct pnrp_id *id, struct pnrp_route *out);
/* A fresh CPA, answering nonce (NULL: zeros). */
MUST_USE enum err pnrp_own_cpa(struct pnrp *p, const struct pnrp_own *o, const uint8_t *nonce,
			       bool revoke, uint8_t *out, size_t size, size_t *n, struct mono now);
MUST_USE enum err pnrp_own_payload(struct pnrp *p, const struct pnrp_own *o, const uint8_t *nonce,
				   uint8_t *out, size_t size, size_t *n, struct mono now);
/* Addresses of ours changed, or the first other node is known: all registrations are
 * announced anew, and resolves that wait for a first node go on. */
void pnrp_own_announce(struct pnrp *p, struct mono now);
void pnrp_own_free_all(struct pnrp *p);

/* leaf.c */
bool pnrp_leaf_wants(const struct pnrp_own *o, const struct pnrp_id *id);
/* Whether some own ID would take it, into whose leaf set it is not yet. */
bool pnrp_leaf_wanted(const struct pnrp *p, const struct pnrp_id *id);
/* Takes e into the leaf sets it falls into; true: into one at least it was not in. */
bool pnrp_leaf_insert(struct pnrp *p, struct pnrp_entry *e);
/* The cache lets e go. Refills from proven entries. */
void pnrp_leaf_drop(struct pnrp *p, struct pnrp_entry *e);
/* A fresh own ID: takes what proven entries there are; the others that fall in are
 * asked for a CPA at the end of this call into the core (correction 2). */
void pnrp_leaf_fill(struct pnrp *p, struct pnrp_own *o);
/* An own ID goes: its members stand in one leaf set less. */
void pnrp_leaf_empty(struct pnrp *p, struct pnrp_own *o);
/* Asks cached entries that belong into a leaf set and are not proven. */
void pnrp_leaf_ask(struct pnrp *p, struct mono now);

/* ---- requests that wait for an answer (pending.c) */

enum pnrp_wait {
	PNRP_WAIT_SOLICIT,
	PNRP_WAIT_REQUEST,
	PNRP_WAIT_LOOKUP,  /* of a walk */
	PNRP_WAIT_INQUIRE, /* of a walk */
	PNRP_WAIT_CHECK,   /* INQUIRE about a route entry: add.c */
	PNRP_WAIT_FLOOD,
	PNRP_WAIT_GOODBYE, /* FLOOD of an ID that leaves */
	PNRP_WAIT_PING
};

struct pnrp_pending {
	struct list in; /* pnrp.pending, in order of due; all wait equally long */
	uint8_t key[4]; /* Message ID, for the map */
	uint32_t message_id;
	enum pnrp_wait kind;
	uint8_t retries; /* transmissions left */
	struct mono sent, due;
	struct pnrp_endpoint to;
	struct pnrp_id validate; /* the ID under which it was asked, zero none */
	void *owner;		 /* struct pnrp_walk, pnrp_add, pnrp_talk, pnrp_own; or NULL */
	uint64_t number;	 /* PING: who wants to know */
	struct pnrp_reassembly *parts; /* of its answer */
	size_t n;
	uint8_t bytes[];
};
/* Encodes m under a fresh Message ID, sends it and waits for the answer. NULL: table
 * full, no memory, not to be encoded, or not an address of this cloud.
 *
 * Who is given a pending request with its answer or its failure (pnrp_add_answered(),
 * pnrp_walk_failed(), ...) borrows it: it is out of the table already, and freed when
 * that call returns. */
struct pnrp_pending *pnrp_ask(struct pnrp *p, enum pnrp_wait kind, struct pnrp_message *m,
			      const struct pnrp_endpoint *to, void *owner, struct mono now);
struct pnrp_pending *pnrp_pending_find(const struct pnrp *p, uint32_t message_id);
/* Answered: no more transmissions, nobody is told. Frees it. */
void pnrp_pending_end(struct pnrp *p, struct pnrp_pending *w);
/* Out of the table, not freed: for whoever gives it to its owner. */
void pnrp_pending_take(struct pnrp *p, struct pnrp_pending *w);
void pnrp_pending_free(struct pnrp *p, struct pnrp_pending *w);
void pnrp_pending_free_all(struct pnrp *p);
/* All that wait for this owner; it is told nothing. */
void pnrp_pending_drop(struct pnrp *p, const void *owner);
void pnrp_pending_tick(struct pnrp *p, struct mono now);
struct mono pnrp_pending_deadline(const struct pnrp *p);
/* Sends m, once, to `to`; from our address `from` (the one that was asked; NULL any). */
void pnrp_say(struct pnrp *p, struct pnrp_message *m, const struct pnrp_endpoint *to,
	      const struct addr *from);
/* An AUTHORITY_BUFFER in as many pieces as it takes (digest 11.8). */
void pnrp_answer(struct pnrp *p, uint32_t acked, const struct pnrp_buffer *b,
		 const struct pnrp_endpoint *to, const struct addr *from);

/* ---- the cloud */

/* One output. Behind it lie, in the same block, what its kind carries and its octets. */
struct pnrp_out_item {
	struct list in;
	struct pnrp_out out;
	union {
		struct pnrp_result *result; /* RESULT: also out.result */
		struct pnrp_hop *hop;	    /* HOP: also out.hop */
		struct pnrp_event *event;   /* EVENT: also out.event */
	};
	uint8_t *bytes; /* the room that was asked for */
};

struct pnrp {
	const struct env *env;
	struct crypto *crypto;
	const struct pnrp_profile *profile;
	struct pnrp_options o;
	struct wall wall;
	struct mono wall_at;
	enum pnrp_state state;
	uint32_t n_local, n_seeds;
	struct pnrp_endpoint local[PNRP_OWN_ADDRESSES], seed[16];
	struct pnrp_cache *cache;
	struct list own;     /* struct pnrp_own */
	struct list walks;   /* struct pnrp_walk: walk.c */
	struct list adds;    /* struct pnrp_add: add.c */
	struct list talks;   /* conversations, ours and others': talk.c */
	struct list pending; /* struct pnrp_pending by due */
	struct map by_message;
	struct list passed; /* endpoints that completed an exchange: talk.c */
	uint32_t n_own, n_walks, n_adds, n_talks, n_pending, n_parts, n_passed, next_handle;
	struct mono maintenance; /* the next tick */
	struct mono split_next;	 /* a test at the latest */
	struct mono searched;	 /* SYNCHRONISING ends, since nobody was found */
	struct list outs;	 /* struct pnrp_out_item */
	struct pnrp_out_item *last;
	struct pnrp_event lost;		     /* what an event without memory is written to */
	bool starved;			     /* some memory was refused in this call */
	bool announcing;		     /* register.c is at it */
	bool leaves_stale;		     /* a leaf set may want entries that are not proven */
	struct mono limited_told, full_told; /* the next LIMITED, FULL not before */
	struct pnrp_guard *guard;	     /* guard.c */
	struct pnrp_counters counters;
	struct mono last_heard, last_expired;
};

/* out.c */
/* A fresh output, all zero, with room for n octets in `bytes`; NULL without memory. */
struct pnrp_out_item *pnrp_out_add(struct pnrp *p, enum pnrp_out_kind kind, size_t n);
/* The same in two steps, for what must not be lost for want of memory later. */
struct pnrp_out_item *pnrp_out_make(struct pnrp *p, enum pnrp_out_kind kind, size_t n);
void pnrp_out_give(struct pnrp *p, struct pnrp_out_item *item);
struct pnrp_event *pnrp_tell(struct pnrp *p, enum pnrp_event_kind kind); /* never NULL */
/* A table is full: counted, and told once a minute. */
void pnrp_tell_full(struct pnrp *p, const char *table, struct mono now);
/* PNRP_OUT_DONE; number 0: nobody wants to know. */
void pnrp_done(struct pnrp *p, uint64_t number, enum err e, uint32_t hops, int64_t elapsed);

/* pnrp.c */
/* The end of every call that may have changed what is known: the cloud's state follows,
 * and what leaf sets lack is asked for. */
void pnrp_settle(struct pnrp *p, struct mono now);
/* Counts it. */
void pnrp_note_verdict(struct pnrp *p, enum pnrp_verdict v, struct mono now);
int64_t pnrp_wall_now(const struct pnrp *p, struct mono now);
void pnrp_set_state(struct pnrp *p, enum pnrp_state s);
bool pnrp_is_own_endpoint(const struct pnrp *p, const struct pnrp_endpoint *e);
/* An address that this cloud may send to: scope, family, no multicast, port above the floor. */
bool pnrp_may_send(const struct pnrp *p, const struct pnrp_endpoint *e);
bool pnrp_ip_fits(const struct pnrp *p, const uint8_t ip[16]); /* the address alone */
/* Which address of a route to ask: the nth try takes the next (A58). */
bool pnrp_choose(const struct pnrp *p, const struct pnrp_route *r, uint32_t nth,
		 struct pnrp_endpoint *out);

/* add.c: route entries on trial (digest 10.5) */
struct pnrp_origin {
	struct pnrp_endpoint from;	 /* who told of it */
	const struct pnrp_path *flooded; /* it came by FLOOD; NULL: not */
	struct pnrp_id addressed;	 /* the own ID that the FLOOD named, zero none */
	bool over_loopback;
};
void pnrp_add(struct pnrp *p, const struct pnrp_route *r, const struct pnrp_origin *origin,
	      struct mono now);
void pnrp_add_answered(struct pnrp *p, struct pnrp_pending *w, const struct pnrp_buffer *b,
		       struct mono now);
void pnrp_add_failed(struct pnrp *p, struct pnrp_pending *w, struct mono now);
/* An INQUIRE without flags about what is cached: it has answered, or goes. Nothing when
 * it is being asked already. */
void pnrp_add_probe(struct pnrp *p, struct pnrp_entry *e, struct mono now);
/* A revocation of this cached entry that may be anybody's: its node is asked; when it
 * says N, or nothing, the revocation counts. */
void pnrp_add_confirm(struct pnrp *p, const struct pnrp_route *r, struct span revoke,
		      const struct pnrp_path *flooded, struct mono now);
bool pnrp_add_is_pending(const struct pnrp *p, const struct pnrp_id *id);
void pnrp_add_free_all(struct pnrp *p);

/* talk.c: SOLICIT, ADVERTISE, REQUEST, both sides (digest 10.1, 11.4, 11.5) */
void pnrp_talk_solicit(struct pnrp *p, const struct pnrp_message *m,
		       const struct pnrp_endpoint *from, const struct addr *to, struct mono now);
void pnrp_talk_advertise(struct pnrp *p, const struct pnrp_message *m,
			 const struct pnrp_endpoint *from, struct mono now);
void pnrp_talk_request(struct pnrp *p, const struct pnrp_message *m,
		       const struct pnrp_endpoint *from, const struct addr *to, struct mono now);
void pnrp_talk_failed(struct pnrp *p, struct pnrp_pending *w, struct mono now);
/* Whether this endpoint has completed an exchange within the last 60 s (correction 11). */
bool pnrp_talk_completed(const struct pnrp *p, const struct pnrp_endpoint *e, struct mono now);
/* A REQUEST of ours was acknowledged. */
void pnrp_talk_acked(struct pnrp *p, struct pnrp_pending *w, struct mono now);
/* For a walk that wants a payload: an exchange to its end, whatever is known already.
 * pnrp_walk_exchanged() tells how it ended. ERR_NOMEM, ERR_FULL, ERR_RANGE, ERR_STATE. */
MUST_USE enum err pnrp_talk_exchange(struct pnrp *p, const struct pnrp_endpoint *with, void *walk,
				     struct mono now);
/* The walk goes: nobody is told any more. */
void pnrp_talk_forget(struct pnrp *p, const void *walk);
void pnrp_talk_free_all(struct pnrp *p);
void pnrp_talk_tick(struct pnrp *p, struct mono now);
struct mono pnrp_talk_deadline(const struct pnrp *p);

/* flood.c (digest 11.6, 13) */
void pnrp_flood_in(struct pnrp *p, const struct pnrp_message *m, const struct pnrp_endpoint *from,
		   const struct addr *to, struct mono now);
void pnrp_flood_ack(struct pnrp *p, struct pnrp_pending *w, const struct pnrp_ack *a,
		    struct mono now);
void pnrp_flood_failed(struct pnrp *p, struct pnrp_pending *w, struct mono now);
/* A proven entry is new in a leaf set: tell the neighbours (13.2, correction 1). */
void pnrp_flood_news(struct pnrp *p, const struct pnrp_entry *e, const struct pnrp_origin *origin,
		     struct mono now);
/* A revocation is believed: passed on, and the entry is gone (13.4). */
void pnrp_flood_revoke(struct pnrp *p, const struct pnrp_id *id, struct span cpa,
		       const struct pnrp_path *flooded, struct mono now);
/* The four FLOODs of digest 11.2. */
void pnrp_flood_goodbye(struct pnrp *p, struct pnrp_own *o, struct mono now);

/* inquire.c (11.7) and lookup.c (11.3) */
void pnrp_serve_inquire(struct pnrp *p, const struct pnrp_message *m,
			const struct pnrp_endpoint *from, const struct addr *to, struct mono now);
void pnrp_serve_lookup(struct pnrp *p, const struct pnrp_message *m,
		       const struct pnrp_endpoint *from, const struct addr *to, struct mono now);

/* authority.c: pieces put together, given to whoever asked (10.3) */
void pnrp_parts_free(struct pnrp *p, struct pnrp_pending *w);
void pnrp_authority_in(struct pnrp *p, const struct pnrp_message *m,
		       const struct pnrp_endpoint *from, struct mono now);

/* walk.c, walk_step.c, walk_answer.c: walks (10.2, 10.4) */
struct pnrp_walk_options {
	struct pnrp_id target;
	enum pnrp_criteria criteria;
	enum pnrp_reason reason;
	uint32_t precision;
	const struct pnrp_route *best;	 /* InitialBestMatch; NULL: none */
	const struct pnrp_route *next;	 /* InitialNextHop, its ID zero where unknown; NULL: none */
	const struct pnrp_path *flagged; /* nodes that nobody shall name; NULL: none */
	const struct pnrp_query *query;	 /* REQUEST: copied */
	uint64_t number;		 /* REQUEST */
	uint32_t handle; /* REGISTRATION, SPLIT, MAINTENANCE: of the own ID, 0 none */
};
MUST_USE enum err pnrp_walk_start(struct pnrp *p, const struct pnrp_walk_options *o,
				  struct mono now);
void pnrp_walk_lookup_answered(struct pnrp *p, struct pnrp_pending *w, const struct pnrp_buffer *b,
			       struct mono now);
void pnrp_walk_inquire_answered(struct pnrp *p, struct pnrp_pending *w, const struct pnrp_buffer *b,
				struct mono now);
void pnrp_walk_failed(struct pnrp *p, struct pnrp_pending *w, struct mono now);
/* The exchange that it asked for (talk.c) ended; done: it may ask for a payload. */
void pnrp_walk_exchanged(struct pnrp *p, void *walk, bool done, struct mono now);
/* Queries that wait for a first other node go on. */
void pnrp_walk_wake(struct pnrp *p, struct mono now);
void pnrp_walk_tick(struct pnrp *p, struct mono now); /* deadlines of queries */
struct mono pnrp_walk_deadline(const struct pnrp *p);
/* Walks for this registration end, and nobody is told. */
void pnrp_walk_forget(struct pnrp *p, uint32_t handle);
void pnrp_walk_free_all(struct pnrp *p);

/* register.c */
void pnrp_register_walk(struct pnrp *p, struct pnrp_own *o, struct mono now);
/* What is not announced yet shall be. */
void pnrp_register_again(struct pnrp *p, struct mono now);
void pnrp_register_ended(struct pnrp *p, uint32_t handle, bool met_others, struct mono now);
/* The last of its FLOODs was acknowledged or given up (goodbyes is 0): frees it. flood.c
 * calls it, never from within pnrp_flood_goodbye(). */
void pnrp_goodbye_ended(struct pnrp *p, struct pnrp_own *o);

/* split.c (14) */
uint64_t pnrp_size_nodes(const struct pnrp *p);
MUST_USE enum err pnrp_split_test(struct pnrp *p, struct mono now);
/* What was cached next to a target before a walk to it (correction 6). */
struct pnrp_neighbours {
	bool any;
	struct pnrp_id below, above;
};
/* The walk ended at best match m; NULL: none was proven. */
void pnrp_split_ended(struct pnrp *p, uint32_t handle, const struct pnrp_route *m,
		      const struct pnrp_neighbours *before, struct mono now);

/* maintain.c: the tick of 15 s (10.9, 14.2, correction 1). Sets pnrp.maintenance. */
void pnrp_maintain(struct pnrp *p, struct mono now);

/* guard.c: what one source may cost us. A source is a /64 (IPv4: an address) in a site
 * or global cloud, an endpoint in a link or loopback cloud (correction 8). */
enum pnrp_cost {
	PNRP_COST_SIGNED,  /* an answer with a CPA */
	PNRP_COST_PAYLOAD, /* with an extended payload */
	PNRP_COST_SOLICIT, /* an ADVERTISE with IDs */
	PNRP_COST_INQUIRY, /* an INQUIRE of ours that it makes us send */
	PNRP_COST_COUNT
};
MUST_USE enum err pnrp_guard_new(struct pnrp *p);
void pnrp_guard_free(struct pnrp *p);
/* False: too much; counted, told once a minute. */
bool pnrp_guard_allows(struct pnrp *p, enum pnrp_cost cost, const struct pnrp_endpoint *from,
		       struct mono now);
size_t pnrp_guard_memory(const struct pnrp *p);
/* The octets by which a source is known; gives how many. */
#define PNRP_SOURCE_KEY 18
uint8_t pnrp_source_key(const struct pnrp *p, const struct pnrp_endpoint *from,
			uint8_t key[PNRP_SOURCE_KEY]);
#endif
