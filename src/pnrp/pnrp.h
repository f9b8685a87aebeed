/* pnrp.h - one node's part in one cloud of the Peer Name Resolution Protocol
 * (pure core, digest pnrp).
 *
 * Give it datagrams, addresses, commands and time, then drain pnrp_poll(). Opens no
 * socket, finds no first peer by itself: PNRP_OUT_ALONE asks its owner (clouds.h) to,
 * and pnrp_synchronise() is the answer. Not thread-safe; any number in one process.
 * Requirements, states, limits: doc/pnrp.md. */
#ifndef PNRP_PNRP_H
#define PNRP_PNRP_H

#include "base/addr.h"
#include "base/env.h"
#include "base/err.h"
#include "base/mono.h"
#include "base/span.h"
#include "pnrp/cpa.h"
#include "pnrp/id.h"
#include "pnrp/wire.h"

struct pnrp;

enum pnrp_scope {
	PNRP_SCOPE_LINK,
	PNRP_SCOPE_SITE,
	PNRP_SCOPE_GLOBAL,
	PNRP_SCOPE_COUNT
};
const char *pnrp_scope_text(enum pnrp_scope s); /* "link", "site", "global" */

/* Cloud states, digest 3.1 (SDK). */
#define PNRP_STATES(X)                                                                             \
	X(VIRTUAL, "virtual")		  /* nothing started yet */                                \
	X(SYNCHRONISING, "synchronising") /* a first peer is asked */                              \
	X(ACTIVE, "active")                                                                        \
	X(DEAD, "dead")		/* its port cannot be had */                                       \
	X(DISABLED, "disabled") /* switched off */                                                 \
	X(NO_NETWORK, "no-network")                                                                \
	X(ALONE, "alone") /* no other node is known */

enum pnrp_state {
#define X(name, text) PNRP_STATE_##name,
	PNRP_STATES(X)
#undef X
	PNRP_STATE_COUNT
};
const char *pnrp_state_text(enum pnrp_state s);

/* Times of digest 9; a lab profile shortens them. All in us. */
struct pnrp_times {
	int64_t retransmit;   /* 1 s; two transmissions in all (A27) */
	int64_t maintenance;  /* 15 s; 10 s with two entries or fewer */
	int64_t conversation; /* 15 s */
	int64_t probe_after;  /* 60 s: an entry that answered since is not probed */
	int64_t cpa_life;     /* 24 h; half of it in a revoke CPA */
	int64_t split_most;   /* 4 h: a split test at least so often */
};
extern const struct pnrp_times pnrp_times_default;

/* Caps of every table (digest 15). */
struct pnrp_limits {
	uint32_t cache, level, adds, conversations, conversations_source, reassemblies, resolves,
		pending, names;
	/* A second, with bursts of twice that: answers with a CPA to one source (/64, or one
	 * endpoint in a link or loopback cloud) and in all; extended payloads to one that
	 * has not completed an exchange; ADVERTISEs with IDs; INQUIREs that one source, and
	 * all, can make us send. */
	uint32_t signed_source, signed_all, payload_source, solicits_source, inquiries_source,
		inquiries_all;
};
extern const struct pnrp_limits pnrp_limits_default;

struct pnrp_options {
	const struct pnrp_profile *profile;
	struct crypto *crypto; /* borrowed for life; may serve many */
	enum pnrp_scope scope;
	bool ipv4;	   /* addresses are IPv4-mapped, else IPv6 */
	bool loopback;	   /* the cloud of the loopback interface */
	uint32_t zone;	   /* interface of a link cloud, for struct addr.scope */
	bool resolve_only; /* registers nothing, answers FLOODs alone */
	struct pnrp_times times;
	struct pnrp_limits limits;
};

/* Copies o, borrows env, crypto and profile for life. ERR_NOMEM, ERR_CONFIG. */
MUST_USE enum err pnrp_new(struct pnrp **out, const struct pnrp_options *o, const struct env *env,
			   struct mono now, struct wall wall);
void pnrp_free(struct pnrp *p);

/* The Local Endpoint List, at most PNRP_OWN_ADDRESSES with one port; none: no network.
 * A change announces every registered ID anew (digest 3.2). ERR_NOMEM, ERR_RANGE. */
MUST_USE enum err pnrp_set_local(struct pnrp *p, const struct pnrp_endpoint *local, size_t n,
				 struct mono now);
/* Nodes whose addresses are known beforehand, for split tests; copied, at most 16. */
MUST_USE enum err pnrp_set_seeds(struct pnrp *p, const struct pnrp_endpoint *seeds, size_t n);
/* The wall clock was read: Not After and its checks hang on it. */
void pnrp_set_wall(struct pnrp *p, struct wall wall, struct mono now);

/* A datagram that came from `from` to our address `to`. Bad ones are dropped and
 * counted. ERR_NOMEM. */
MUST_USE enum err pnrp_input(struct pnrp *p, const struct addr *from, const struct addr *to,
			     struct span datagram, struct mono now);
void pnrp_tick(struct pnrp *p, struct mono now);
struct mono pnrp_deadline(const struct pnrp *p);

/* Asks a node for others (digest 10.1). number: PNRP_OUT_DONE tells how it ended, 0:
 * nobody wants to know. ERR_NOMEM, ERR_FULL, ERR_RANGE (not an address of this cloud),
 * ERR_STATE (no address of our own). */
MUST_USE enum err pnrp_synchronise(struct pnrp *p, const struct pnrp_endpoint *with,
				   uint64_t number, struct mono now);

/* What a name leads to. */
struct pnrp_registration {
	struct pnrp_name name;
	const struct crypto_key *key; /* borrowed until it is unregistered */
	struct span chain;	      /* of a delegated name, PKCS #7; n 0 none; copied */
	bool has_prefix;
	uint8_t prefix[8]; /* of the service location */
	uint8_t n_apps;
	struct pnrp_app app[PNRP_ENDPOINTS_MAX];
	uint16_t comment_n;
	char comment[3 * PNRP_COMMENT_UNITS];
	enum pnrp_payload_type payload_type;
	struct span payload; /* copied */
};
/* *handle gets its number, never 0, never reused. ERR_NOMEM, ERR_FULL, ERR_RANGE,
 * ERR_STATE (resolve-only, no address), ERR_EXISTS (this name with this key is there). */
MUST_USE enum err pnrp_register(struct pnrp *p, const struct pnrp_registration *r, uint32_t *handle,
				struct mono now);
/* Other endpoints, comment or payload under the same PNRP ID. ERR_NOT_FOUND, ... */
MUST_USE enum err pnrp_update(struct pnrp *p, uint32_t handle, const struct pnrp_registration *r,
			      struct mono now);
/* Tells the leaf set (digest 11.2); answers N from now on. */
MUST_USE enum err pnrp_unregister(struct pnrp *p, uint32_t handle, struct mono now);
/* Unregisters all; pnrp_busy() tells when what is to be told has gone out. */
void pnrp_leave(struct pnrp *p, struct mono now);
bool pnrp_busy(const struct pnrp *p);

#define PNRP_RESULTS_MAX 32

struct pnrp_query {
	struct pnrp_name name;
	enum pnrp_criteria criteria;
	bool local;	   /* our own registrations count */
	bool want_payload; /* the extended payload too */
	bool trace;	   /* a PNRP_OUT_HOP for each step */
	uint32_t most;	   /* results, 1 to PNRP_RESULTS_MAX: further walks find others */
	bool has_prefix;
	uint8_t prefix[8];
	struct mono deadline;
};
/* Ends in one PNRP_OUT_DONE with this number, RESULTs before it. ERR_NOMEM, ERR_FULL,
 * ERR_STATE (no address), ERR_EXISTS (the number is in use). */
MUST_USE enum err pnrp_resolve(struct pnrp *p, const struct pnrp_query *q, uint64_t number,
			       struct mono now);
void pnrp_cancel(struct pnrp *p, uint64_t number); /* no DONE comes */

/* An empty FLOOD that is acknowledged, and its time: DONE with elapsed. ERR_NOMEM, ... */
MUST_USE enum err pnrp_ping(struct pnrp *p, const struct pnrp_endpoint *to, uint64_t number,
			    struct mono now);
/* A split test and a synchronisation of the leaf sets now. ERR_STATE (nothing to test). */
MUST_USE enum err pnrp_repair(struct pnrp *p, struct mono now);
/* Forgets every route entry; leaf sets and names stay registered and fill anew. */
void pnrp_flush(struct pnrp *p, struct mono now);

/* A publisher that was found. */
struct pnrp_result {
	struct pnrp_id id;
	struct pnrp_name name; /* as asked, with the classifier as told */
	bool local;	       /* one of our own */
	bool secure;	       /* proved by its key */
	int64_t not_after;     /* wall us */
	uint8_t n_apps;
	struct pnrp_app app[PNRP_ENDPOINTS_MAX];
	uint16_t comment_n;
	char comment[3 * PNRP_COMMENT_UNITS];
	bool has_payload; /* there is one, fetched or not */
	enum pnrp_payload_type payload_type;
	struct span payload; /* asked for, and given */
	uint8_t n_nodes;     /* where its node is reached */
	struct pnrp_endpoint node[PNRP_OWN_ADDRESSES];
	uint8_t public_key[CRYPTO_PUBLIC_MAX];
	uint8_t public_n;
	uint32_t hops; /* LOOKUPs that were answered */
};

/* What a step of a walk led to. */
#define PNRP_STEPS(X)                                                                              \
	X(REFERRAL, "refers to") /* a route entry that is closer */                                \
	X(USELESS, "refers to one no closer")                                                      \
	X(NOTHING, "knows none closer")                                                            \
	X(LEAF, "is next to it, and knows none closer") /* L */                                    \
	X(BUSY, "is busy")				/* B */                                    \
	X(GONE, "no longer has the ID")			/* N */                                    \
	X(SILENT, "does not answer")                                                               \
	X(FOUND, "has the name")                                                                   \
	X(REJECTED, "answered for the name, and is not believed")

enum pnrp_step {
#define X(name, text) PNRP_STEP_##name,
	PNRP_STEPS(X)
#undef X
	PNRP_STEP_COUNT
};
const char *pnrp_step_text(enum pnrp_step s);

struct pnrp_hop {
	struct pnrp_endpoint node;
	struct pnrp_id id; /* under which it was asked; zero: an address alone */
	uint32_t common;   /* bits that its ID shares with the target */
	bool inquire;	   /* asked for the name itself, else by LOOKUP */
	enum pnrp_step step;
	enum pnrp_verdict verdict; /* REJECTED */
	struct pnrp_id referral;   /* REFERRAL, USELESS */
	int64_t elapsed;	   /* us until the answer, or until it was given up */
};

#define PNRP_EVENTS(X)                                                                             \
	X(STATE, "cloud")	    /* the cloud changed its state: from, to */                    \
	X(REGISTERED, "registered") /* an ID is known to its neighbours */                         \
	X(SPLIT, "split")	    /* a split was found: smaller: we are in the smaller piece */  \
	X(REJECTED, "rejected")	    /* an answer about a name was not believed: verdict */         \
	X(LIMITED, "limited")	    /* a source asks too much */                                   \
	X(FULL, "full")		    /* a table is full */

enum pnrp_event_kind {
#define X(name, text) PNRP_EVENT_##name,
	PNRP_EVENTS(X)
#undef X
	PNRP_EVENT_COUNT
};

struct pnrp_event {
	enum pnrp_event_kind kind;
	enum pnrp_state from, to;  /* STATE */
	uint32_t handle;	   /* REGISTERED */
	struct pnrp_id id;	   /* REGISTERED, REJECTED */
	bool smaller;		   /* SPLIT */
	enum pnrp_verdict verdict; /* REJECTED */
	struct pnrp_endpoint node; /* REJECTED, LIMITED */
	const char *table;	   /* FULL: its name */
};

enum pnrp_out_kind {
	PNRP_OUT_SEND,	 /* bytes to `to` from `from` */
	PNRP_OUT_RESULT, /* of resolve `number` */
	PNRP_OUT_HOP,	 /* of resolve `number` */
	PNRP_OUT_DONE,	 /* `number` ended: err (OK, NOT_FOUND, TIMEOUT, ...), hops, elapsed */
	PNRP_OUT_ALONE,	 /* no other node is known: find one (digest 3.3) */
	PNRP_OUT_EVENT
};

/* Lives until the next call on the core. */
struct pnrp_out {
	enum pnrp_out_kind kind;
	struct addr from, to; /* from: family 0, any of ours */
	struct span bytes;
	uint64_t number;
	const struct pnrp_result *result;
	const struct pnrp_hop *hop;
	const struct pnrp_event *event;
	enum err err;
	uint32_t hops;
	int64_t elapsed;
};
bool pnrp_poll(struct pnrp *p, struct pnrp_out *out);

/* A look inside. */
struct pnrp_counters {
	uint64_t in[16], out[16]; /* datagrams by message type */
	uint64_t octets_in, octets_out;
	uint64_t malformed, unmatched, limited, too_many, timeouts, resolves, found;
	uint64_t verdicts[PNRP_VERDICT_COUNT];
};
struct pnrp_info {
	enum pnrp_state state;
	uint32_t local_n;
	struct pnrp_endpoint local[PNRP_OWN_ADDRESSES];
	uint32_t entries, levels, names, adds, conversations, resolves;
	uint64_t size;	 /* of the cloud, in nodes, estimated (digest 14.1) */
	uint64_t memory; /* octets of tables, about */
	struct pnrp_counters counters;
	struct mono last_heard;	  /* of any answer; 0 never */
	struct mono last_expired; /* a proof that was out of date by our clock; 0 never */
};
void pnrp_info(const struct pnrp *p, struct pnrp_info *out);
/* How many nodes the entries are of: one has an entry a name. Looks at each pair. */
uint32_t pnrp_nodes(const struct pnrp *p);
/* Walks cached entries in ring order, *at starts at 0. */
struct pnrp_entry_info {
	struct pnrp_route route;
	uint32_t level;
	bool leaf; /* in a leaf set */
	struct mono answered;
};
bool pnrp_entry(const struct pnrp *p, size_t *at, struct pnrp_entry_info *out);
/* Our registered names, *at starts at 0. below, above: how many of the leaf set there are. */
struct pnrp_own_info {
	uint32_t handle;
	struct pnrp_id id;
	struct pnrp_name name;
	uint32_t below, above;
	bool announced;
};
bool pnrp_own(const struct pnrp *p, size_t *at, struct pnrp_own_info *out);
/* One member of the leaf set of a name, nearest first; false past the end. */
bool pnrp_leaf(const struct pnrp *p, uint32_t handle, bool above, uint32_t nth,
	       struct pnrp_id *out);
/* The nodes that answered last, newest first, for the next start; gives how many. */
size_t pnrp_remember(const struct pnrp *p, struct pnrp_endpoint *out, size_t most);

#endif
