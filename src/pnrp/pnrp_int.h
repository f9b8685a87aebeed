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
	uint32_t level;
	uint16_t leaf_of; /* leaf sets it stands in: never evicted then */
	bool proven;	  /* with a CPA */
	uint16_t port;
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
	struct pnrp_registration r; /* its spans are ours */
	struct pnrp_leafset leaves;
	bool announced;	   /* its registration walk has met others */
	bool leaving;	   /* unregistered: answers N, waits for its last FLOODs */
	uint32_t goodbyes; /* of them */
};
struct pnrp_own *pnrp_own_find(const struct pnrp *p, const struct pnrp_id *id);
/* Closest to target, not leaving; NULL: none. */
struct pnrp_own *pnrp_own_closest(const struct pnrp *p, const struct pnrp_id *target);
/* Our route entry under that ID; false without an address. */
bool pnrp_own_route(const struct pnrp *p, const struct pnrp_id *id, struct pnrp_route *out);
/* A fresh CPA, answering nonce (NULL: zeros). */
MUST_USE enum err pnrp_own_cpa(struct pnrp *p, const struct pnrp_own *o, const uint8_t *nonce,
			       bool revoke, uint8_t *out, size_t size, size_t *n, struct mono now);
MUST_USE enum err pnrp_own_payload(struct pnrp *p, const struct pnrp_own *o, const uint8_t *nonce,
				   uint8_t *out, size_t size, size_t *n, struct mono now);
/* Our registrations follow a change of address, or of the first node known. */
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
void pnrp_leaf_fill(struct pnrp *p, struct pnrp_own *o);

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
	struct list in, by_time;
	uint8_t key[4]; /* Message ID, for the map */
	uint32_t message_id;
	enum pnrp_wait kind;
	uint8_t retries; /* transmissions left */
	bool failed;	 /* being told so */
	struct mono sent, due;
	struct pnrp_endpoint to;
	struct pnrp_id validate; /* the ID under which it was asked, zero none */
	void *owner;		 /* struct pnrp_walk, pnrp_add, pnrp_talk, pnrp_own; or NULL */
	uint64_t number;	 /* PING, SOLICIT: who wants to know */
	struct pnrp_reassembly *parts; /* of its answer */
	size_t n;
	uint8_t bytes[];
};
/* Encodes m under a fresh Message ID, sends it and waits for the answer. NULL: table
 * full, no memory, or not to be encoded. */
struct pnrp_pending *pnrp_ask(struct pnrp *p, enum pnrp_wait kind, struct pnrp_message *m,
			      const struct pnrp_endpoint *to, void *owner, struct mono now);
struct pnrp_pending *pnrp_pending_find(const struct pnrp *p, uint32_t message_id);
void pnrp_pending_end(struct pnrp *p, struct pnrp_pending *w);
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

struct pnrp_out_item {
	struct list in;
	struct pnrp_out out;
	struct pnrp_result result;
	struct pnrp_hop hop;
	struct pnrp_event event;
	uint8_t bytes[];
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
	struct list walks;   /* struct pnrp_walk: resolve.c */
	struct list adds;    /* struct pnrp_add: add.c */
	struct list talks;   /* conversations, ours and others': talk.c */
	struct list pending; /* struct pnrp_pending by due */
	struct map by_message;
	uint32_t n_own, n_walks, n_adds, n_talks, n_pending, next_handle;
	struct mono maintenance; /* the next tick */
	struct mono split_next;	 /* a test at the latest */
	struct list outs;	 /* struct pnrp_out_item */
	struct pnrp_out_item *last;
	struct pnrp_guard *guard; /* guard.c */
	struct pnrp_counters counters;
	struct mono last_heard;
};

/* out.c */
/* A fresh output with room for n octets; NULL without memory. */
struct pnrp_out_item *pnrp_out_add(struct pnrp *p, enum pnrp_out_kind kind, size_t n);
struct pnrp_event *pnrp_tell(struct pnrp *p, enum pnrp_event_kind kind); /* never NULL */

/* pnrp.c */
int64_t pnrp_wall_now(const struct pnrp *p, struct mono now);
void pnrp_set_state(struct pnrp *p, enum pnrp_state s);
bool pnrp_is_own_endpoint(const struct pnrp *p, const struct pnrp_endpoint *e);
/* An address that this cloud may send to: scope, family, no multicast, port above the floor. */
bool pnrp_may_send(const struct pnrp *p, const struct pnrp_endpoint *e);
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
/* The four FLOODs of digest 11.2. */
void pnrp_flood_goodbye(struct pnrp *p, struct pnrp_own *o, struct mono now);

/* serve.c: INQUIRE (11.7) and LOOKUP (11.3) */
void pnrp_serve_inquire(struct pnrp *p, const struct pnrp_message *m,
			const struct pnrp_endpoint *from, const struct addr *to, struct mono now);
void pnrp_serve_lookup(struct pnrp *p, const struct pnrp_message *m,
		       const struct pnrp_endpoint *from, const struct addr *to, struct mono now);

/* authority.c: pieces put together, given to whoever asked (10.3) */
void pnrp_authority_in(struct pnrp *p, const struct pnrp_message *m,
		       const struct pnrp_endpoint *from, struct mono now);

/* resolve.c: walks (10.2, 10.4) */
struct pnrp_walk_options {
	struct pnrp_id target;
	enum pnrp_criteria criteria;
	enum pnrp_reason reason;
	uint32_t precision;
	bool local;			  /* PickBestMatchFromLocalIds */
	const struct pnrp_route *best;	  /* InitialBestMatch */
	const struct pnrp_endpoint *seed; /* InitialNextHop: an address, its ID unknown */
	const struct pnrp_query *query;	  /* REQUEST: copied */
	uint64_t number;		  /* REQUEST */
	uint32_t handle;		  /* REGISTRATION, SPLIT: of the own ID */
};
MUST_USE enum err pnrp_walk_start(struct pnrp *p, const struct pnrp_walk_options *o,
				  struct mono now);
void pnrp_walk_lookup_answered(struct pnrp *p, struct pnrp_pending *w, const struct pnrp_buffer *b,
			       struct mono now);
void pnrp_walk_inquire_answered(struct pnrp *p, struct pnrp_pending *w, const struct pnrp_buffer *b,
				struct mono now);
void pnrp_walk_failed(struct pnrp *p, struct pnrp_pending *w, struct mono now);
void pnrp_walk_tick(struct pnrp *p, struct mono now); /* deadlines of queries */
struct mono pnrp_walk_deadline(const struct pnrp *p);
void pnrp_walk_free_all(struct pnrp *p);

/* register.c */
void pnrp_register_walk(struct pnrp *p, struct pnrp_own *o, struct mono now);
void pnrp_register_ended(struct pnrp *p, uint32_t handle, bool met_others, struct mono now);
void pnrp_goodbye_ended(struct pnrp *p, struct pnrp_own *o);

/* split.c (14) */
uint64_t pnrp_size_nodes(const struct pnrp *p);
MUST_USE enum err pnrp_split_test(struct pnrp *p, struct mono now);
/* The walk ended at best match m (NULL none), compared with the cache as it was. */
void pnrp_split_ended(struct pnrp *p, uint32_t handle, const struct pnrp_route *m, struct mono now);

/* maintain.c: the tick of 15 s (10.9, 14.2, correction 1) */
void pnrp_maintain(struct pnrp *p, struct mono now);

/* guard.c: what one source may cost us */
MUST_USE enum err pnrp_guard_new(struct pnrp *p);
void pnrp_guard_free(struct pnrp *p);
/* False: too much; counted, told once in a while. */
bool pnrp_guard_signed(struct pnrp *p, const struct pnrp_endpoint *from, struct mono now);
bool pnrp_guard_inquiry(struct pnrp *p, const struct pnrp_endpoint *from, struct mono now);
bool pnrp_guard_payload(struct pnrp *p, const struct pnrp_endpoint *from, struct mono now);
#endif
