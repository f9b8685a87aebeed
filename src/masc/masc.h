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
	X(STORE_FAILED, "store-failed") /* a change was undone */

enum masc_event_kind {
#define X(name, text) MASC_EVENT_##name,
	MASC_EVENTS(X)
#undef X
	MASC_EVENT_COUNT
};

#define MASC_EVENT_DATA_MAX 64

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
	bool ours;	     /* COLLISION: the kept one was opened by us */
	enum masc_keep keep; /* COLLISION: and why it is the one */
	bool up;	     /* ADMIN */
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
	const struct masc_event *event; /* EVENT; likewise */
	uint64_t call;			/* REPLY */
	enum err result;		/* REPLY */
	uint64_t after;			/* the put it waits for, 0 none */
};

/* Rows the core keeps: what operators told peers, by peer name. */
extern const struct store_table masc_table_admin;

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
	MASC_COMMAND_UP,   /* undo a down, or dial now instead of waiting */
	MASC_COMMAND_DOWN, /* Cease and stay idle, for for_us or until UP */
	MASC_COMMAND_RESET /* Cease, then start anew at once */
};

struct masc_command {
	enum masc_command_kind kind;
	struct span peer; /* its name */
	int64_t for_us;	  /* DOWN: how long, 0 until told otherwise */
};

/* Does it and queues a MASC_OUT_REPLY with `call`: OK, ERR_NOT_FOUND (no such
 * peer), ERR_STATE (part stopped), ERR_NOMEM or what the store gives. UP and
 * DOWN are durable, the reply waits for that. */
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
};

size_t masc_peer_count(const struct masc *m);
void masc_peer_info(const struct masc *m, size_t i, struct masc_peer_info *out);

/* OK while running; why it stopped otherwise. */
enum err masc_health(const struct masc *m);
/* Links that wait for their OPEN, and octets of memory held for links. */
void masc_load(const struct masc *m, size_t *pending_links, size_t *octets);

#endif
