/* masc_int.h - what the files of masc share. One struct peer a configured peer,
 * one struct session a connection's state machine, one struct link a stream.
 *
 * A peer owns one session, `main`, for life, and at times a second, `rival`:
 * the other connection of a collision, or our dial while an accepted connection
 * is tried. Sessions own the link they have. A link nobody owns waits for its
 * OPEN (pending.c) or for its CLOSE to be taken out. */
#ifndef MASC_MASC_INT_H
#define MASC_MASC_INT_H

#include "base/list.h"
#include "base/map.h"

#include "masc/masc.h"
#include "masc/wire.h"

struct peer;
struct link;
struct holdings; /* own.c: what we hold, claim and want */
struct guards;	 /* guard.c: rates, damping, quotas */

/* timers.c: a heap of timers that lie in their owners. */
enum timer_kind {
	TIMER_RETRY,	 /* peer: Start when idle, else ConnectRetry */
	TIMER_ADMIN,	 /* peer: end of a down with --for */
	TIMER_HOLD,	 /* session */
	TIMER_KEEPALIVE, /* session */
	TIMER_UNCLAIMED, /* link: its OPEN did not come */
	TIMER_DUMP,	 /* session: the next slice of what it is told */
	TIMER_PLAN,	 /* holdings: a demand begins or ends, a hint is due */
	TIMER_CLAIM,	 /* own_claim: the next step of its state */
	TIMER_CLASH	 /* holdings: what could not be stored about a clash */
};

struct timer {
	struct mono at;
	uint64_t order; /* of arming: breaks ties the same way everywhere */
	size_t slot;	/* in the heap, from 1; 0 not armed */
	enum timer_kind kind;
	void *owner;
};

struct timers {
	const struct env *env;
	struct timer **heap;
	size_t n, room;
	size_t owned; /* timers that may be armed at once; never above room */
	uint64_t order;
};

void timers_init(struct timers *t, const struct env *env);
void timers_fini(struct timers *t);
/* Room for n more timers, so that arming cannot fail. ERR_NOMEM. */
MUST_USE enum err timers_own(struct timers *t, size_t n);
void timers_disown(struct timers *t, size_t n);
void timer_arm(struct timers *t, struct timer *x, struct mono at);
void timer_disarm(struct timers *t, struct timer *x);
bool timer_armed(const struct timer *x);
struct mono timers_next(const struct timers *t);
/* Takes out the first that is due; NULL when none is. */
struct timer *timers_due(struct timers *t, struct mono now);

/* out.c: what masc_poll() gives, in order. */
struct out {
	struct list at;
	bool embedded; /* lies in a link or in struct masc */
	struct masc_out what;
};

/* link.c */
struct link {
	uint32_t number; /* key in masc.links */
	bool ours;	 /* dialled by us */
	bool up;
	bool closed;   /* its CLOSE is queued; nobody finds it any more */
	bool draining; /* masc_link_drained() has been asked for */
	uint8_t head[WIRE_HEADER];
	uint8_t head_n;	 /* octets of a header that is not complete */
	uint8_t late;	 /* octets wait, or could not be kept: link.c */
	uint16_t part_n; /* octets in part */
	uint8_t *part;	 /* of a message whose header is known, else NULL */
	struct masc *m;
	struct session *session; /* NULL: nobody's */
	struct peer *source;	 /* nobody's: first of the peers at its address */
	struct list waiting;	 /* nobody's: in masc.waiting */
	struct addr local, remote;
	struct timer unclaimed;
	struct out dial, close;
};

/* Octets of a link that wait for their turn, MASC-20.2. */
struct late {
	struct list at; /* in masc.late */
	struct link *link;
	uint8_t *octets;
	size_t n, room;
	size_t rest; /* the first of them: attributes of an UPDATE that is begun */
};

struct link *link_new(struct masc *m, uint32_t number, const struct addr *local,
		      const struct addr *remote);
/* One to refuse a connection with; NULL without memory. */
struct link *link_spare(struct masc *m);
/* Finds one that is not closed. */
struct link *link_find(const struct masc *m, uint32_t number);
void link_free(struct link *l);
void link_close(struct link *l);
/* Queues a CLOSE for a connection there is no memory for. */
void link_refuse_unmade(struct masc *m, uint32_t number);
/* The octets wait for the put `after`, 0 none; with `drain` the owner says when
 * they have left. False without memory. */
MUST_USE bool link_send(struct link *l, struct span bytes, uint64_t after, bool drain);
/* Queues an UPDATE that its caller made, `what` complete but for the link. */
void link_put(struct link *l, struct out *o);
void link_octets(struct link *l, struct span bytes, struct mono now);
/* The attributes of its UPDATE that are left are for another input. */
void link_keep(struct link *l, struct span attributes);
/* Links that have such go on, as far as this input may. */
void links_go_on(struct masc *m, struct mono now);

/* session.c */
#define SESSION_EVENTS(X)                                                                          \
	X(START)                                                                                   \
	X(STOP)                                                                                    \
	X(TCP_UP)                                                                                  \
	X(TCP_FAILED)                                                                              \
	X(TCP_CLOSED)                                                                              \
	X(RETRY_TIMER)                                                                             \
	X(WRONG_SOURCE)                                                                            \
	X(OPEN_GOOD)                                                                               \
	X(BAD_MESSAGE)                                                                             \
	X(KEEPALIVE)                                                                               \
	X(UPDATE)                                                                                  \
	X(NOTIFIED_CLOSE)                                                                          \
	X(NOTIFIED_OPEN)                                                                           \
	X(HOLD_TIMER)                                                                              \
	X(KEEPALIVE_TIMER)

enum session_event {
#define X(name) EV_##name,
	SESSION_EVENTS(X)
#undef X
	SESSION_EVENT_COUNT
};

/* Why a session is idle: what it does next. */
enum ending {
	END_STOPPED, /* told to: waits for a command */
	END_CLOSED,  /* the connection went, or the peer ceased: soon again */
	END_ERROR    /* a protocol error: back-off */
};

struct event {
	enum session_event kind;
	struct link *link;		   /* TCP_UP, WRONG_SOURCE */
	const struct wire_open *open;	   /* OPEN_GOOD */
	const struct wire_error *error;	   /* BAD_MESSAGE */
	const struct wire_notification *n; /* NOTIFIED_* */
	struct span message;		   /* UPDATE */
	enum err why;			   /* TCP_FAILED, TCP_CLOSED */
	enum ending ending;		   /* STOP */
};

/* The collision key, RFC 2909 section 8.8: family, common parent, Node ID. */
#define NODE_KEY_SIZE 33

struct session {
	struct peer *peer;
	struct link *link; /* CONNECT, and from OPENSENT on */
	enum masc_state state;
	enum ending ending; /* IDLE */
	bool keyed;	    /* node_key is in masc.by_node */
	bool synced;	    /* MASC-12.3 */
	bool failed;	    /* no memory to tell it: it ends with this input */
	bool behind;	    /* it does not read: told nothing until it has, MASC-12.2 */
	uint8_t node_key[NODE_KEY_SIZE];
	uint16_t hold_time; /* s, agreed */
	struct masc_id domain, node;
	struct timer hold, keepalive;
	struct mono up_at;	/* ESTABLISHED since */
	struct list hears;	/* ESTABLISHED: in masc.hearers */
	struct mono dumped_at;	/* all there was has been told */
	struct dump *dump;	/* dump.c: NULL when nothing is left to tell */
	struct timer slice;	/* of the dump */
	struct batch *batch;	/* spread.c: an UPDATE in the making */
	struct list telling;	/* while there is one, or it failed: in masc.telling */
	size_t unsent, awaited; /* octets of UPDATEs with the owner; before the newest asking */
};

/* A KEEPALIVE at once; false without memory. */
MUST_USE bool session_keepalive(struct session *s, struct mono now);
/* NULL without memory. */
struct session *session_new(struct peer *p, enum masc_state state);
void session_free(struct session *s);
/* One event for one session, and what it means for its peer. The session may
 * be gone afterwards. */
void session_event(struct session *s, const struct event *ev, struct mono now);
/* Sends a NOTIFICATION and tells of it; false without memory. */
MUST_USE bool session_notify(struct session *s, const struct wire_error *e, struct mono now);
/* The event alone; the caller settles the peer. */
void session_step(struct session *s, const struct event *ev, struct mono now);

/* When a peer told us all it heard, wall s, and its clock (MASC-16.1, 16.2). */
struct hearing {
	bool ever, now, skew_known;
	int32_t skew_s;	     /* ahead of ours, by its newest claim */
	uint32_t first;	     /* since then, but for the gap */
	uint32_t end, begin; /* of the last gap; equal: none yet */
};

/* peer.c */
struct peer {
	struct masc *m;
	uint32_t index;	       /* in the configuration */
	enum masc_state shown; /* the state told last */
	const struct masc_peer_config *config;
	struct masc_timers timers;
	struct session *main, *rival;
	struct mono since;
	struct timer retry, admin;
	int64_t backoff; /* us, of the last error; 0 since a session was up */
	uint8_t address_key[21];
	bool admin_down;
	uint16_t teller;	   /* its number in what is cached: teller.c */
	struct peer *same_address; /* next configured peer there */
	uint32_t pending;	   /* at the first of an address: links of nobody */
	uint32_t admissions;	   /* connections it may make now */
	struct mono admissions_at;
	struct mono next_refusal, next_note; /* of bad attributes; of NOTIFICATIONs heard */
	int64_t admin_until;		     /* wall us, 0 until told otherwise */
	uint64_t admin_put;		     /* newest put of its row */
	uint64_t crosses;		     /* a bit a scope of the configuration, MASC-10.3 */
	struct hearing hearing;
	struct masc_counters count;
	struct masc_error last_error;
	bool last_error_sent;
	enum err last_err;
	struct mono last_error_at;
};

#define PEER_TIMERS    2
#define SESSION_TIMERS 3

/* NULL without memory. */
struct peer *peer_new(struct masc *m, const struct masc_config *c, uint32_t index, struct mono now);
void peer_free(struct peer *p);
/* Points it to its place in another configuration. */
void peer_place(struct peer *p, const struct masc_config *c, uint32_t index);
void peer_address_key(const struct addr *a, uint8_t key[21]);
/* Orders main and rival, sets the retry timer, tells a change of state. */
void peer_settle(struct peer *p, struct mono now);
void peer_retry(struct peer *p, struct mono now);
void peer_start(struct peer *p, struct mono now);
void peer_stop(struct peer *p, enum ending ending, struct mono now);
/* Whether one more connection of the peer is heard now. */
bool peer_admits(struct peer *p, struct mono now);
void peer_failed(struct peer *p, enum err why, struct mono now);
/* Counts a dial in vain and tells of it. */
void peer_dial_failed(struct peer *p, enum err why);
void peer_error(struct peer *p, const struct masc_error *e, bool sent, struct mono now);

/* open.c */
void open_ours(const struct peer *p, struct wire_open *o);
/* How far the OPEN of somebody gets towards being this peer's: 0 all is well,
 * else the number of checks left, with *error. `scratch` holds error data. */
unsigned open_check(const struct peer *p, const struct wire_open *o, struct span message,
		    struct wire_error *error, uint8_t *scratch);

/* collision.c: closes the loser if there is a collision; false when that is
 * `s` itself, whose OPEN has come. */
bool collision_survived(struct session *s, const struct wire_open *o, struct mono now);
/* MASC-5.3: whether `other`, which was there before `up` got established, is
 * the one that stays by the Node IDs once its OPEN comes. The remote may have
 * seen that OPEN first and closed `up` for it. */
bool collision_undecided(const struct session *up, const struct session *other);
void collision_key(const struct session *s, const struct masc_id *node, uint8_t *key);

/* pending.c */
void pending_start(struct link *l, struct peer *first, struct mono now);
void pending_forget(struct link *l);
void pending_message(struct link *l, const struct wire_header *h, struct span message,
		     struct mono now);
void pending_expired(struct link *l, struct mono now);
/* Answers a link that is nobody's and closes it; p, when not NULL, is whom it
 * was meant for. */
void pending_refuse(struct link *l, struct peer *p, const struct wire_error *e);

/* message.c: one whole message, or octets that cannot begin one. */
void message_in(struct link *l, struct span message, struct mono now);
void message_open(struct session *s, struct span message, struct mono now);

/* update.c */
/* Takes the UPDATE apart; false with *error when the session must end, nothing
 * being done then. */
MUST_USE bool update_in(struct session *s, struct span message, struct wire_error *error,
			struct mono now);
/* A NOTIFICATION that leaves the session open: what it means for our claims. */
void update_refused(struct session *s, const struct wire_notification *n, struct mono now);
struct masc_prefix update_about(const struct session *s, uint8_t code, struct span data);

/* Those that were left, of a message that was found good. */
void update_go_on(struct session *s, struct span attributes, struct mono now);

/* teller.c: numbers that say whom a cached claim came from. A peer keeps its own
 * while it is configured, wherever it stands in the configuration. What came in
 * an earlier epoch than its present one is stale (MASC-12.4). */
#define TELLER_NONE UINT16_MAX

struct teller {
	struct peer *peer;   /* NULL: gone, the number is free */
	uint16_t epoch;	     /* of what it tells now; one more with each session that ends */
	uint16_t first;	     /* at the peer's birth: what is older is another's */
	bool left;	     /* it may have left stale claims that no sweep has looked for */
	struct mono left_at; /* when its last session ended */
	struct mono window;  /* the end of what its stale pending claims have; MONO_NEVER: had */
};

struct tellers {
	struct teller *all;
	size_t n, room;
	size_t free_from; /* none is free below it */
};

/* Gives the peer a number. ERR_NOMEM, ERR_FULL. */
MUST_USE enum err teller_add(struct peer *p);
void teller_drop(struct peer *p);
/* Whose claim that was; NULL: a peer's that is gone, or of no peer. */
struct teller *teller_of(const struct masc *m, uint16_t number, uint16_t epoch);

/* dump.c: what was sent with `drain` has left. */
void dump_drained(struct session *s, struct mono now);

/* spread.c */
/* Hands on the UPDATE in the making; nothing without one. */
void batch_send(struct session *s, bool drain);
void batch_drop(struct session *s);

/* admin.c */
/* Takes over what the store says of the peer. */
MUST_USE enum err admin_load(struct peer *p, struct mono now);
void admin_expired(struct peer *p, struct mono now);

/* out.c, continued */
struct out_reply {
	struct out out;
	bool used;
};

struct masc {
	struct masc_config config;
	const struct env *env;
	struct store *store;
	enum err health;
	bool top_level;
	struct masc_id parent; /* of our OPENs */
	struct peer **peers;   /* in the order of the configuration */
	struct map by_name, by_address, by_node, links;
	struct masc_rules rules;   /* of claims, in force */
	struct list spaces;	   /* struct space, space.c */
	struct list hearers[2][4]; /* established sessions by family - 1 and our role */
	struct list telling;	   /* sessions with an UPDATE in the making */
	struct tellers tellers;
	struct syncing {
		bool changed;  /* sessions came, went, or told all: look at the spaces */
		bool orphaned; /* claims may be left of nobody who is configured */
		bool sweeping;
		struct mono orphans_window; /* MASC-12.4 for those */
		struct mono window;	    /* the earliest, of tellers too */
		struct mono grace;	    /* somebody has had three hold times to tell all */
		struct mono pages;	    /* pages are written */
	} sync;
	uint64_t told_put; /* newest put that something told had to wait for */
	struct holdings *own;
	struct guards *guards;
	struct timers timers;
	uint32_t next_dial;
	struct link *spare;  /* to refuse a connection without memory */
	struct list waiting; /* links that are nobody's yet */
	size_t pending;	     /* how many */
	struct list late;    /* octets of links that wait */
	uint32_t work;	     /* steps of this input, MASC-20.1 */
	uint32_t worked;     /* and of the one before */
	uint32_t cuts;	     /* under way, in all spaces */
	size_t octets;	     /* of links and what they hold */
	struct wall wall;
	struct mono wall_at;
	struct list out;
	struct out *taken;		/* given by the last poll */
	struct out_reply reply;		/* so that a reply needs no memory */
	uint32_t strangers;		/* events about them left in this second */
	struct mono strangers_until;	/* the end of that second */
	uint8_t room[WIRE_MESSAGE_MAX]; /* for one message being written */
};

/* MASC-20.1: steps are what cannot be told beforehand, entries of tables looked
 * at. What has no end by itself stops here, and goes on with the next tick. */
#define WORK_MOST 8192
static inline bool work_left(const struct masc *m)
{
	return m->work < WORK_MOST;
}

/* A list that is gone through one by one: its entries are cheaper. */
#define WORK_LISTED 4
static inline void work_list(struct masc *m, size_t n)
{
	m->work += (uint32_t)(n / WORK_LISTED);
}

void out_put(struct masc *m, struct out *o);
void out_event(struct masc *m, const struct masc_event *ev, uint64_t after);
void out_reply(struct masc *m, uint64_t call, enum err result, uint64_t after);
/* With number and why: all but the kind is taken from `reply`. */
void out_answer(struct masc *m, const struct masc_out *reply);
/* False without memory. */
MUST_USE bool out_send(struct masc *m, uint32_t link, struct span bytes, uint64_t after,
		       bool drain);
void out_free(struct masc *m, struct out *o);
struct masc_event event_of(const struct peer *p, enum masc_event_kind kind);

/* masc_reconfigure() but for what its end sets off; birth has more to do first. */
MUST_USE enum err masc_take_over(struct masc *m, const struct masc_config *cfg, struct mono now);
/* The end of each input: what it changed is passed on, then leaves in as few
 * messages as it fits. */
void masc_settle(struct masc *m, struct mono now);
int64_t masc_wall_now(const struct masc *m, struct mono now);
/* us, give or take a quarter. */
int64_t masc_jitter(const struct masc *m, int64_t us);

#endif
