/* masc.h - address range claims of one domain: MASC, RFC 2909 (pure core).
 *
 * Holds the sessions of one MASC node with its configured peers. Give it link
 * changes, octets, commands and time, then drain masc_poll(). Opens no socket,
 * reads no clock, keeps no file. Not thread-safe; any number in one process.
 * Requirements, states and messages: doc/masc.md.
 *
 * Links are stream connections. Links that the core dials have odd numbers,
 * chosen by the core; links accepted by its owner have even numbers, chosen by
 * the owner, neither ever reused in a run. After a link is reported down, or a
 * MASC_OUT_CLOSE for it has been taken out, its number means nothing. */
#ifndef MASC_MASC_H
#define MASC_MASC_H

#include "base/addr.h"
#include "base/env.h"
#include "base/err.h"
#include "base/mono.h"
#include "base/span.h"
#include "base/store.h"

#include "masc/config.h"

struct masc;

/* Session states, RFC 2909 section 9. */
#define MASC_STATES(X)                                                                             \
	X(IDLE, "idle")                                                                            \
	X(CONNECT, "connect")                                                                      \
	X(ACTIVE, "active")                                                                        \
	X(OPENSENT, "opensent")                                                                    \
	X(OPENCONFIRM, "openconfirm")                                                              \
	X(ESTABLISHED, "established")

enum masc_state {
#define X(name, text) MASC_##name,
	MASC_STATES(X)
#undef X
	MASC_STATE_COUNT
};

const char *masc_state_text(enum masc_state s);

/* NOTIFICATION codes; subcodes are in masc/wire.h (MASC-3.1). */
struct masc_error {
	uint8_t code, subcode;
	bool stay_open; /* the O bit */
};

/* "OPEN error: role mismatch"; never NULL. */
const char *masc_error_text(uint8_t code, uint8_t subcode);

/* What happened, for events. `peer` is the name in the configuration, "" when
 * the remote could not be told. */
#define MASC_EVENTS(X)                                                                             \
	X(STATE, "state")    /* a session changed its state: from, to */                           \
	X(ESTABLISHED, "up") /* a session is established */                                        \
	X(LOST, "down")	     /* a session left Established: err or error say why */                \
	X(NOTIFIED, "notification-sent")                                                           \
	X(NOTIFICATION, "notification-received")                                                   \
	X(COLLISION, "collision")  /* two connections: `link` was closed, `kept` stays */          \
	X(WRONG_SOURCE, "refused") /* a connection from no peer's address */                       \
	X(DIAL_FAILED, "dial-failed")                                                              \
	X(ADMIN, "admin")		/* an operator took a peer up, down or reset it */         \
	X(STOPPED, "stopped")		/* the part stopped: its port is taken */                  \
	X(STORE_FAILED, "store-failed") /* a change was undone */                                  \
	X(CLAIM, "claim")		/* a claim of ours changed its state: why */               \
	X(CLASH, "clash")		/* two domains use one range; or that is over: up */       \
	X(DENIED, "denied")		/* we denied a claim of a child: why */                    \
	X(RANGE, "range")		/* a parent's range came, changed or went: up */           \
	X(SYNC, "sync")			/* a peer has told all it knows */                         \
	X(UNMET, "unmet")		/* a demand that no range can be found for: why */         \
	X(PAUSED, "paused")		/* no claims are made, or they are again (up): why */      \
	X(WAIT_DIFFERS, "wait-differs") /* a claim came with another waiting period */             \
	X(DAMPED, "damped")		/* claims of an origin are held off for a while */         \
	X(FULL, "full")			/* a table is full: claims are refused */                  \
	X(QUOTA, "quota")		/* a child is above its soft quota */

enum masc_event_kind {
#define X(name, text) MASC_EVENT_##name,
	MASC_EVENTS(X)
#undef X
	MASC_EVENT_COUNT
};

#define MASC_EVENT_DATA_MAX 64

/* A claim's life (MASC-14, digest 2.8). */
#define MASC_LIVES(X)                                                                              \
	X(WANTED, "wanted")	  /* asked for; waits for sessions, its time, or room */           \
	X(SCHEDULED, "scheduled") /* the delay before a claim runs */                              \
	X(WAITING, "waiting")	  /* claimed; the waiting period runs, or stands still */          \
	X(HELD, "held")                                                                            \
	X(RENEWING, "renewing")	    /* held, and claimed for longer */                             \
	X(GROWING, "growing")	    /* held, and a wider range is claimed */                       \
	X(DEPRECATED, "deprecated") /* held, no new use; ends by itself */                         \
	X(CLASHED, "clashed")	    /* withdrawn for a clash; comes back when that ends */         \
	X(EXPIRED, "expired")	    /* over: nothing is left of it */

enum masc_life {
#define X(name, text) MASC_LIFE_##name,
	MASC_LIVES(X)
#undef X
	MASC_LIFE_COUNT
};

const char *masc_life_text(enum masc_life l); /* "wanted"; never NULL */

/* Why a claim changed its state, was denied, or does not go on. */
#define MASC_REASONS(X)                                                                            \
	X(NONE, "")                                                                                \
	X(ASKED, "an operator asked for it")                                                       \
	X(DEMAND, "more addresses are wanted")                                                     \
	X(ENDED, "its lifetime is over")                                                           \
	X(WAITED, "the waiting period passed and nobody objected")                                 \
	X(BEATEN, "another domain's claim goes first")                                             \
	X(BEATEN_INSIDE, "another node of our domain claimed first")                               \
	X(DENIED, "the parent denied it")                                                          \
	X(DENIED_SHORTER, "the parent denied it for so long a time; a shorter one follows")        \
	X(UNUSED, "nobody uses it")                                                                \
	X(RELEASED, "an operator gave it back")                                                    \
	X(CLASH, "another domain held it first")                                                   \
	X(CLASH_OVER, "the clash is over")                                                         \
	X(KEPT, "an operator keeps ours")                                                          \
	X(YIELDED, "an operator gave the overlap up")                                              \
	X(PARENT_WITHDREW, "the parent withdrew the range it lies in")                             \
	X(REPLACED, "one larger range takes its place")                                            \
	X(RENEW_DUE, "its end comes near")                                                         \
	X(GROW_DUE, "it is nearly full")                                                           \
	X(NO_ROOM, "no free range is large enough")                                                \
	X(NO_RANGE, "no parent has told a range to claim from")                                    \
	X(NO_SESSION, "too few parents and siblings are connected and have told all they know")    \
	X(NO_CLOCK, "the clock of this machine cannot be trusted")                                 \
	X(TOO_MANY, "there are as many prefixes as may be")                                        \
	X(OVER_QUOTA, "above the quota of that child")                                             \
	X(TOO_OFTEN, "more claims than that child may make")                                       \
	X(TOO_LONG, "for longer than we hold the range or allow")                                  \
	X(TOO_LARGE, "larger than we allow")                                                       \
	X(EARLY, "used without a waiting period")                                                  \
	X(TAKEN, "another domain holds it")                                                        \
	X(RESTARTED, "the program was started again")                                              \
	X(STORE, "it could not be stored")                                                         \
	X(RANGE_DRAINS, "the parent lets the range it lies in run out")

enum masc_reason {
#define X(name, text) MASC_REASON_##name,
	MASC_REASONS(X)
#undef X
	MASC_REASON_COUNT
};

const char *masc_reason_text(enum masc_reason r); /* a sentence part; never NULL */
const char *masc_reason_word(enum masc_reason r); /* "BEATEN", for programs */

/* Why one of two connections was kept. */
#define MASC_KEEPS(X)                                                                              \
	X(UP, "established")	 /* its session was up already */                                  \
	X(HIGHER, "higher-node") /* opened by the node with the higher Node ID */                  \
	X(NEWER, "newer")	 /* of two opened by the same node */                              \
	X(TWIN, "same-node")	 /* it is that of another peer, which gives the same Node ID */

enum masc_keep {
#define X(name, text) MASC_KEEP_##name,
	MASC_KEEPS(X)
#undef X
	MASC_KEEP_COUNT
};

const char *masc_keep_text(enum masc_keep k); /* "higher-node"; never NULL */

struct masc_event {
	enum masc_event_kind kind;
	char peer[MASC_NAME_MAX + 1];
	enum masc_state from, to;	   /* STATE */
	struct masc_error error;	   /* NOTIFIED, NOTIFICATION, LOST */
	uint8_t data[MASC_EVENT_DATA_MAX]; /* of the NOTIFICATION, cut */
	uint8_t data_n;
	enum err err;	     /* LOST, DIAL_FAILED, STOPPED, STORE_FAILED */
	struct addr remote;  /* where it is known */
	uint32_t link, kept; /* COLLISION */
	bool ours;	     /* COLLISION: the kept one was opened by us; DAMPED: our domain is */
	enum masc_keep keep; /* COLLISION: and why it is the one */
	bool up;	     /* ADMIN, CLASH, RANGE, PAUSED */

	/* CLAIM: number, prefix, life_from, life, why; domain and node of the rival or
	 * parent where there is one. CLASH: number, prefix (ours), other (theirs),
	 * domain, won. DENIED, DAMPED, WAIT_DIFFERS, QUOTA: prefix, domain, why; DENIED
	 * with a number: the parent `domain` denies that claim of ours, which is held.
	 * NOTIFIED, NOTIFICATION: prefix, of the attribute it is about.
	 * RANGE: prefix, domain. UNMET: number (of the demand), why. */
	uint64_t number;
	struct masc_prefix prefix, other;
	enum masc_life life_from, life;
	enum masc_reason why;
	struct masc_id domain, node;
	struct masc_id rival; /* DENIED, why TAKEN: who holds it */
	uint32_t allowed;     /* DENIED: s, a claim for so long would pass; 0 none would */
	bool won;
	bool local; /* CLAIM: of the locally allocated set of a non-leaf domain */
};

/* What the owner must do next. */
enum masc_out_kind {
	MASC_OUT_DIAL,	/* open a connection `link` from `local` to `remote` */
	MASC_OUT_SEND,	/* send `bytes` on `link`, in order */
	MASC_OUT_CLOSE, /* close `link` when all sent before is flushed */
	MASC_OUT_EVENT,
	MASC_OUT_REPLY /* answer to masc_command */
};

struct masc_out {
	enum masc_out_kind kind;
	uint32_t link;
	uint32_t peer;			/* DIAL: whom, as masc_peer_info() counts */
	struct addr local, remote;	/* DIAL; local.family 0: any */
	struct span bytes;		/* SEND; lives until the next call on m */
	bool drain;			/* SEND: masc_link_drained() is asked for */
	const struct masc_event *event; /* EVENT; likewise */
	uint64_t call;			/* REPLY */
	enum err result;		/* REPLY */
	uint64_t number;		/* REPLY: what was made: claim, demand */
	enum masc_reason why;		/* REPLY: more on an error */
	uint64_t after;			/* the put it waits for, 0 none */
};

/* Rows the core keeps: what operators told peers, by peer name; what we hold and
 * claim; demands; pages of the claims we know (doc/masc.md section 19). */
extern const struct store_table masc_table_admin, masc_table_own, masc_table_demand,
	masc_table_claims;

/* Copies cfg, borrows env and store for life. `now` and `wall` are the times
 * of birth. Reads its rows. Sessions start with the first tick.
 * ERR_NOMEM, ERR_CONFIG, or what the store gives. */
MUST_USE enum err masc_new(struct masc **out, const struct masc_config *cfg, const struct env *env,
			   struct store *store, struct mono now, struct wall wall);
void masc_free(struct masc *m);

/* Takes over a new configuration: sessions of peers that are unchanged stay,
 * changed and removed ones get a Cease. ERR_NOMEM, ERR_CONFIG: nothing changed. */
MUST_USE enum err masc_reconfigure(struct masc *m, const struct masc_config *cfg, struct mono now);

/* A connection came in. What it leads to, being closed included, comes out of
 * masc_poll(). Never fails: without memory the link is closed. */
void masc_link_accepted(struct masc *m, uint32_t link, const struct addr *local,
			const struct addr *remote, struct mono now);
/* A dialled link is up. */
void masc_link_up(struct masc *m, uint32_t link, const struct addr *local,
		  const struct addr *remote, struct mono now);
/* A link ended, or could not be opened: why. Unknown links are ignored, here
 * and in masc_input. */
void masc_link_down(struct masc *m, uint32_t link, enum err why, struct mono now);
/* Octets of a link's stream, in any pieces. */
void masc_input(struct masc *m, uint32_t link, struct span bytes, struct mono now);
/* Whether octets of it wait for ticks: give it no more till they are done. More
 * than 1 MiB of them end the link (MASC-20.2). */
bool masc_link_waits(const struct masc *m, uint32_t link);
/* The newest SEND with `drain`, and all before it on the link, has left the
 * owner's hands. Once for each asking, or once for several. */
void masc_link_drained(struct masc *m, uint32_t link, struct mono now);

/* The listening port could not be had: stop all sessions and say so. */
void masc_listen_failed(struct masc *m, enum err why, struct mono now);
/* Addresses or routes changed: peers that wait to redial do it now. */
void masc_network_changed(struct masc *m, struct mono now);
void masc_wall(struct masc *m, struct wall wall, struct mono now);
/* All puts with a number >= first are undone. */
void masc_store_failed(struct masc *m, uint64_t first, enum err why, struct mono now);
/* Ends every session with a Cease; afterwards only free is useful. */
void masc_stop(struct masc *m, struct mono now);

enum masc_command_kind {
	MASC_COMMAND_UP,    /* undo a down, or dial now instead of waiting */
	MASC_COMMAND_DOWN,  /* Cease and stay idle, for for_us or until UP */
	MASC_COMMAND_RESET, /* Cease, then start anew at once */

	MASC_COMMAND_CLAIM,	 /* a range for us: by size or exactly `prefix` */
	MASC_COMMAND_DEMAND,	 /* so many addresses are wanted from .. until */
	MASC_COMMAND_DEMAND_END, /* demand `number` is over */
	MASC_COMMAND_WITHDRAW,	 /* give `prefix` back, or stop claiming it */
	MASC_COMMAND_RESOLVE	 /* clash `number`: keep or yield */
};

struct masc_command {
	enum masc_command_kind kind;
	struct span peer;  /* UP, DOWN, RESET: its name */
	int64_t for_us;	   /* DOWN: how long, 0 until told otherwise; CLAIM: lifetime, 0 usual */
	struct span scope; /* CLAIM, DEMAND: its name; empty: the only one, or any range */
	enum masc_family family;   /* CLAIM, DEMAND by size; 0: of the scope, else IPv4 */
	struct masc_prefix prefix; /* CLAIM, WITHDRAW; family 0: by size, by number */
	uint64_t addresses;	   /* CLAIM, DEMAND */
	int64_t from, until;	   /* wall us; CLAIM `from`, DEMAND; 0: now, no end */
	uint64_t number;	   /* DEMAND_END, RESOLVE, WITHDRAW */
	bool yield;		   /* RESOLVE: ours is withdrawn; else it is kept */
};

/* Does it and queues a MASC_OUT_REPLY with `call`: OK, ERR_NOT_FOUND (no such
 * peer, scope, prefix of ours, demand, clash), ERR_STATE (part stopped; peer held
 * down; prefix in use; clash over), ERR_RANGE (a size or time that cannot be),
 * ERR_EXISTS (the prefix is ours), ERR_IN_USE (somebody else's), ERR_FULL (as
 * many as may be), ERR_NOMEM or what the store gives; `why` says more. All but
 * RESET are durable, the reply waits for that (D8). */
void masc_command(struct masc *m, uint64_t call, const struct masc_command *c, struct mono now);

/* Runs what is due; the deadline is MONO_NEVER when nothing is. */
void masc_tick(struct masc *m, struct mono now);
struct mono masc_deadline(const struct masc *m);

/* Takes out the next output; false when drained. */
bool masc_poll(struct masc *m, struct masc_out *out);

/* A look at the present state; changes nothing. */
enum masc_message {
	MASC_MSG_OPEN = 1,
	MASC_MSG_UPDATE,
	MASC_MSG_NOTIFICATION,
	MASC_MSG_KEEPALIVE
};

struct masc_counters {
	uint64_t in[5], out[5]; /* messages by enum masc_message; [0] malformed */
	uint64_t octets_in, octets_out;
	uint64_t attributes[6];	     /* taken in, by type */
	uint64_t attributes_refused; /* answered with a NOTIFICATION, or over its rate */
	uint64_t established, lost, dials, dial_failures, collisions, refused;
	uint64_t claims_same;	 /* attributes that told what was known */
	uint64_t claims_expired; /* and what was over already */
	uint64_t claims_hearsay; /* and what it said of third parties, MASC-10.4 item 4 */
	uint64_t claims_full;	 /* and what there was no room for */
	uint64_t resyncs;	 /* dumps begun anew because the peer was slow */
};

struct masc_peer_info {
	const struct masc_peer_config *config; /* lives as long as the configuration */
	enum masc_state state;
	bool admin_down;
	struct wall admin_until;   /* us 0: until told otherwise */
	struct mono since;	   /* of the last change of state */
	struct mono retry;	   /* next dial or end of the back-off, else MONO_NEVER */
	struct addr local, remote; /* of the connection, family 0 without one */
	bool opened_by_us;
	struct masc_id domain, node; /* from its OPEN, zero before */
	uint32_t hold_time_s;	     /* agreed; 0 none */
	struct mono hold_deadline;   /* MONO_NEVER without hold timer */
	struct masc_counters count;
	struct masc_error last_error; /* code 0: none yet */
	bool last_error_sent;	      /* by us; else received */
	enum err last_err;	      /* why the last connection ended, OK: see last_error */
	struct mono last_error_at;
	bool synced;  /* it has told all it knows, and we heard the mark */
	bool dumping; /* we have not told all we know yet */
	bool skew_known;
	int64_t skew; /* us, its clock ahead of ours, by its newest claim */
};

size_t masc_peer_count(const struct masc *m);
void masc_peer_info(const struct masc *m, size_t i, struct masc_peer_info *out);

/* What we hold or claim; also what other nodes of our domain hold (ours false). */
struct masc_own_info {
	uint64_t number; /* 0 for other nodes' */
	enum masc_life life;
	enum masc_reason why;	       /* of its state, or of why it does not go on */
	struct masc_prefix prefix;     /* held; family 0 while nothing is */
	struct masc_prefix wanted;     /* claimed; family 0: not chosen yet, or none */
	uint64_t addresses;	       /* wanted by size */
	char scope[MASC_NAME_MAX + 1]; /* "" outside of named scopes */
	struct masc_id parent;	       /* claimed from this domain; zero: from a scope's range */
	struct masc_id node;	       /* whose claim it is */
	struct masc_id rival;	       /* why TAKEN: who has it */
	bool ours, local;	       /* made on this node; locally allocated set, MASC-18 */
	bool withdrawn;		       /* part of it, for a clash */
	bool disputed;		       /* held, and denied by the parent, MASC-13.30 */
	uint32_t timestamp;	       /* first, s since 1970; 0 none */
	int64_t end;		       /* of what is held: wall us, 0 none */
	int64_t wait_left;	       /* us, while it stands still; 0 it runs till due; -1 none */
	bool frozen;		       /* the waiting period stands still */
	int64_t due;		       /* wall us of the next step: claim, renewal; 0 none */
	uint64_t used;		       /* addresses promised to demands and children */
};
size_t masc_own_count(const struct masc *m);
void masc_own_info(const struct masc *m, size_t i, struct masc_own_info *out);

/* What a row of masc_table_own says, as a start reads it: for whoever judges what a
 * crash would leave. ERR_CORRUPT; ERR_NOT_FOUND for the row of the next number. */
#define MASC_PARTS_MAX 32
struct masc_own_row {
	enum masc_life life;
	bool local;
	struct {
		struct masc_prefix prefix;
		uint32_t timestamp;
	} parts[MASC_PARTS_MAX]; /* held, each in the next */
	size_t n_parts;
	int64_t end;		   /* of them, wall us */
	struct masc_prefix wanted; /* waiting, growing, renewing: claimed */
	uint32_t claimed_at;	   /* its Timestamp */
	int64_t claimed_end;
	uint32_t lost_to; /* clashed: the winner's Timestamp */
};
MUST_USE enum err masc_own_row_read(struct span key, struct span value, struct masc_own_row *out);

/* A claim, range or withdrawal that is known, ours included. */
struct masc_claim_info {
	uint8_t type;	     /* enum wire_attribute */
	enum masc_role role; /* of its origin to us */
	bool deprecated, stale, ours, holds;
	struct masc_prefix prefix;
	struct masc_id domain, node;
	uint32_t timestamp, lifetime, hold_time; /* s */
	char peer[MASC_NAME_MAX + 1];		 /* whom it came from; "" ours or of a run before */
	struct masc_id parent;			 /* whose space it is in; zero: a scope's */
	bool below;				 /* in our own space, a child's */
};
const char *masc_claim_type_text(uint8_t type); /* "in-use", "new", ...; never NULL */

/* A place among all claims, in the order of spaces, then addresses. Zeroed: the
 * beginning. What changes between two calls may be missed or come. */
struct masc_claim_at {
	uint32_t space, ref;
	struct masc_prefix prefix;
};
/* The next that lies in `within` or covers it (NULL: all); false at the end. */
bool masc_claim_next(const struct masc *m, struct masc_claim_at *at,
		     const struct masc_prefix *within, struct masc_claim_info *out);

/* Ranges that claims may come from. */
struct masc_range_info {
	struct masc_prefix prefix;
	struct masc_id parent; /* zero: a scope's */
	char scope[MASC_NAME_MAX + 1];
	bool deprecated, stale;
	bool synced; /* claims in it may be made, and waiting periods run */
	int64_t end; /* wall us, 0 never */
};
size_t masc_range_count(const struct masc *m);
void masc_range_info(const struct masc *m, size_t i, struct masc_range_info *out);

struct masc_clash_info {
	uint64_t number;
	struct masc_prefix ours, theirs;
	struct masc_id domain, node; /* of the rival */
	bool won;		     /* ours is the older */
	bool open;		     /* an operator must decide */
	bool yielded;		     /* our part is withdrawn */
	int64_t since;		     /* wall us */
};
size_t masc_clash_count(const struct masc *m);
bool masc_clashes_cut(const struct masc *m); /* there are more than are listed */
void masc_clash_info(const struct masc *m, size_t i, struct masc_clash_info *out);

struct masc_demand_info {
	uint64_t number, addresses, met; /* met: by what is held */
	enum masc_family family;
	char scope[MASC_NAME_MAX + 1];
	int64_t from, until;  /* wall us; until 0: no end */
	enum masc_reason why; /* why it is not met; NONE: it is, or its time has not come */
};
size_t masc_demand_count(const struct masc *m);
void masc_demand_info(const struct masc *m, size_t i, struct masc_demand_info *out);

struct masc_claims_info {
	size_t known[6];	 /* by enum wire_attribute */
	size_t most, octets;	 /* limit of one level; memory of all tables */
	size_t children;	 /* domains with claims in our space */
	bool leaf;		 /* MASC-18 */
	enum masc_reason paused; /* NONE: claims are made */
	uint64_t refused_full, damped, resent;
	uint64_t wait_differs; /* claims with another waiting period, A23 */
};
void masc_claims_info(const struct masc *m, struct masc_claims_info *out);

/* OK while running; why it stopped otherwise. */
enum err masc_health(const struct masc *m);
/* Links that wait for their OPEN, and octets of memory held for links. */
void masc_load(const struct masc *m, size_t *pending_links, size_t *octets);

#endif
