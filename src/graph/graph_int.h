/* graph_int.h - the inside of a graph, for the files of this folder. Each file's part is
 * headed by its name; nobody else changes what stands there. */
#ifndef GRAPH_GRAPH_INT_H
#define GRAPH_GRAPH_INT_H

#include "base/list.h"
#include "base/map.h"
#include "graph/builtin.h"
#include "graph/frame.h"
#include "graph/graph.h"
#include "graph/hash.h"

/* Numbers that graph_db_type() gives the built-in types. */
#define GRAPH_TYPE_INFO	     0
#define GRAPH_TYPE_SIGNATURE 1
#define GRAPH_TYPE_CONTACT   2
#define GRAPH_TYPE_PRESENCE  3

/* Of both machines of digest 9 in one: a link is what its connection is, and more. */
#define GRAPH_STATES(X)                                                                            \
	X(DIALLING, "dialling")		  /* SOCKET: TCP is not up yet */                          \
	X(ACCEPTED, "accepted")		  /* waits for AUTH_INFO */                                \
	X(TOKENS, "authenticating")	  /* GOT_AUTHINFO, SENT_AUTHINFO: the providers talk */    \
	X(AUTHENTICATED, "authenticated") /* responder: waits for CONNECT */                       \
	X(CONNECT_WAIT, "connecting")	  /* initiator: waits for WELCOME */                       \
	X(CONNECTED, "connected")                                                                  \
	X(ENDED, "ended") /* what comes is ignored; freed by the end of the input */
enum graph_state {
#define X(name, text) GRAPH_STATE_##name,
	GRAPH_STATES(X)
#undef X
	GRAPH_STATE_COUNT
};

/* A message too large to be sent at once, shared by the links it goes to. */
struct graph_blob {
	uint32_t refs;
	struct graph_guid id; /* of the record in it */
	uint32_t version;     /* 0: no record */
	size_t n;
	uint8_t octets[];
};

/* A record of the backlog: where it was, and which it was. */
struct graph_later {
	uint64_t fingerprint;
	uint32_t index;
};

/* What waits to be sent on a link, in three kinds, each before the next: octets that are
 * framed and go with the next poll, messages of which a part has gone or that wait behind
 * one, and records (backlog, by what is known of them). send.c */
struct graph_sendq {
	uint8_t *octets;
	size_t n, room;
	uint64_t after;	     /* the newest put they depend on */
	uint64_t unsent;     /* taken out, not yet DRAINED */
	uint64_t asked;	     /* of them, since the last asking */
	bool draining;	     /* a DRAINED is asked for and has not come */
	bool ask;	     /* the next SEND asks */
	struct list waiting; /* struct graph_parcel */
	size_t waiting_octets;
	struct graph_later *later; /* the backlog, a ring */
	size_t later_at, later_n, later_room;
	uint64_t later_after; /* the newest put that one of them depends on */
	struct list sending;  /* of graph.sending */
};

enum graph_sync_kind {
	GRAPH_SYNC_NONE,
	GRAPH_SYNC_NEW,
	GRAPH_SYNC_TIME,
	GRAPH_SYNC_HASH
};

/* Synchronisation on a link, as initiator and as responder. sync.c */
struct graph_sync {
	enum graph_sync_kind kind;
	bool then_hash;	 /* after TIME */
	uint16_t at;	 /* place in the list of types */
	bool last_asked; /* "all synced" is asked for */
	struct graph_hash *hash;
	bool answering; /* as responder */
	bool answer_time, answer_all;
	uint64_t since; /* peer time */
	struct graph_cursor cursor;
	bool cursor_on;
	uint16_t type, type_end; /* of the types still to send */
	struct graph_guid *skip; /* types not to send */
	uint8_t n_skip;
	struct graph_guid *wanted; /* of a REQUEST */
	size_t wanted_at, wanted_n;
	struct mono compares;	   /* as many as at first may be made then: graph_may_compare() */
	bool cut;		   /* as responder: one more may come */
	bool more;		   /* as initiator: the ADVERTISE was cut, */
	struct graph_place cut_at; /* there, and so many were */
	uint32_t rounds;
	bool mixed, again;     /* likewise: there may be forks yet; this is for them: GRAPH-9.30 */
	uint32_t advertised;   /* abstracts of our ADVERTISE: as many may be requested */
	size_t send_at;	       /* of what the other side lacks */
	uint8_t phase;	       /* enum graph_phase of sync.c */
	bool waiting;	       /* another link's comes first */
	bool tell;	       /* its end is told to the application */
	size_t left;	       /* entries of the cursor's type still to be looked at */
	struct mono moved;     /* when it last went on, for sync_stall; sync.c keeps it */
	uint64_t moved_octets; /* of the link then, both ways */
};

#define GRAPH_ACKS	64
#define GRAPH_REFRESHED 8

/* What somebody has in a list that all share. */
struct graph_share {
	size_t n;
	uint64_t octets;
};

struct graph_link {
	struct list all; /* graph.links, oldest first: the order of sequence numbers */
	uint32_t number;
	enum graph_state state;
	bool direct, initiator;
	struct addr local, remote;
	struct mono since, deadline; /* Authentication or Connect Timer */
	uint64_t connect_at;	     /* TConnect */
	struct graph_inbox inbox;
	void *session;
	uint64_t command; /* the CONNECT_TO or CONN_OPEN that waits for it */
	char *peer;	  /* UTF-8; NULL: not known yet */
	char *wanted;	  /* Destination Peer ID; NULL none */
	uint64_t node;
	struct addr *addresses; /* it listens on */
	size_t n_addresses;
	uint32_t utility;
	int64_t skew; /* us, as WELCOME told */
	struct graph_sendq out;
	struct graph_sync sync;
	struct graph_ack acks[GRAPH_ACKS];
	uint16_t n_acks;
	struct mono acks_due;
	uint32_t invalid; /* in a row */
	struct graph_share deferred;
	uint64_t in, sent, useful, useless;
	uint8_t bit;	     /* of graph_entry.heard; 0: none is left for it */
	uint64_t memory;     /* counted in shared.memory */
	bool waits;	     /* its session does, for graph_resume() */
	bool paused;	     /* the application does not read */
	bool referred;	     /* attempt made because of a REFUSE */
	bool counted;	     /* in shared.connections */
	bool lingers;	     /* ENDED, but what was said last is on its way: until DRAINED */
	uint64_t expected;   /* Node ID that is dialled, as a list says; 0 not known */
	struct mono pinged;  /* of a PING command that waits; us 0 none */
	struct list waiters; /* commands that wait for room: data.c */
	struct graph_outing *closing; /* the CLOSE to come: there is always memory for it */
};

/* A node one could connect to: of the Referral List. referral.c */
struct graph_referral {
	struct list all;
	struct addr addr;
	bool attempted;
	struct mono when; /* of the attempt */
	struct mono lost; /* of a contact that fell silent: tried until then; us 0: not that */
	uint64_t lost_node;
};

/* Of a Contact or Presence record. nodes.c */
struct graph_node {
	struct list all;
	struct graph_guid record;
	bool contact;		  /* in the Contact List */
	uint64_t node, signature; /* signature: of a Contact */
	char *peer;
	uint8_t n_addresses;
	struct addr address[GRAPH_ADDRESSES_MAX];
	char *attributes;      /* UTF-8; NULL none */
	struct mono attempted; /* us 0: never */
};

enum graph_timer {
	GRAPH_TIMER_SIGNATURE,
	GRAPH_TIMER_CONTACT,
	GRAPH_TIMER_DETECT,
	GRAPH_TIMER_MAINTAIN,
	GRAPH_TIMER_PRESENCE,
	GRAPH_TIMER_EXPIRE,
	GRAPH_TIMER_REFRESH,
	GRAPH_TIMER_LOAD,  /* slices of reading the database */
	GRAPH_TIMER_SLICE, /* slices of anything else: due at once */
	GRAPH_TIMER_ASK,   /* neighbors are compared with again */
	GRAPH_TIMER_COUNT
};

/* Records that neighbors are to get when the outputs are taken out. relay.c */
struct graph_relay;
struct graph_relays {
	struct graph_relay *all;
	size_t count, count_room;
	uint8_t *octets; /* of all of them */
	size_t n, room;
	struct mono now; /* of the last one */
};

/* A change of ours that waits: for room at the neighbors, or for the database. */
struct graph_held;

struct graph {
	struct graph_shared *shared;
	struct graph_birth birth;	    /* its spans and lists copied */
	struct graph_properties properties; /* as known now */
	uint8_t id16[2 * GRAPH_ID_UNITS], peer16[2 * GRAPH_ID_UNITS];
	size_t id16_n, peer16_n; /* UTF-16BE, with terminator */
	uint8_t fold[8];	 /* of our Peer ID */
	struct graph_rules rules;
	uint64_t node; /* our Node ID */
	struct graph_db *db;
	struct wall wall;
	struct mono wall_at;
	int64_t time_delta;
	int64_t time_held;	  /* of it: steps of the wall clock that nobody else made */
	struct mono time_stepped; /* when the last of them was */
	bool time_heard;	  /* a neighbor was there well after it */
	int64_t time_base;	  /* time.c: the delta a day ago or less, */
	struct mono time_base_at; /* and when; us 0: none yet */
	uint64_t left;		  /* peer time */
	bool never_connected, loaded, listening, stopping, accept_direct, force_presence;
	bool down;	 /* being freed */
	bool info_known; /* Graph Info was seen */
	bool said;	 /* graph_said(): more of the properties than Graph Info says */
	struct addr address[GRAPH_ADDRESSES_MAX];
	uint8_t n_addresses;
	struct list links;
	struct map by_number;	     /* struct graph_link */
	uint32_t neighbors, directs; /* CONNECTED ones */
	uint32_t heard_in;	     /* counts the sets of neighbors there have been */
	bool had_neighbor;	     /* since it was opened */
	struct list referrals;
	size_t n_referrals;
	struct mono paced_at; /* connect.c: attempts since then */
	uint32_t paced;
	struct list contacts, nodes; /* struct graph_node */
	size_t n_contacts, n_nodes;
	struct map by_record; /* of both */
	uint64_t signature;   /* 0: none is known */
	bool partition;
	uint64_t own_signature_put; /* versions seen of the fixed IDs (A57) */
	uint32_t signature_version, info_version;
	struct graph_guid contact, presence; /* our records; zero: none */
	bool has_contact, has_presence;
	char *presence_attributes;
	struct mono timer[GRAPH_TIMER_COUNT];
	struct list deferred; /* deferred.c: Deferred Record List */
	size_t n_deferred;
	uint64_t deferred_octets;
	struct graph_share deferred_gone; /* of these, from who is gone */
	size_t revalidate;		  /* of the list's first ones, still to be asked about */
	struct list held;		  /* hold.c */
	size_t n_held;
	uint64_t held_octets;
	struct mono held_since; /* when one last went on */
	uint64_t own_put;	/* the newest put of a record of ours: whoever tells of one
				 * waits for it (D8) */
	uint8_t *making;	/* publish.c: where records of ours are made; nobody else's */
	size_t making_room;
	struct graph_guid refresh[GRAPH_REFRESHED]; /* refresh.c: records that may be refreshed */
	uint8_t n_refresh;
	uint16_t synced_types; /* sync.c: of the ordered list, before Sync All was cut */
	bool sync_cut;	       /* it was: the rest comes by hash */
	struct list followers; /* follow.c: commands that want what another asked for */
	struct list early;     /* load.c: commands that wait for the database */
	size_t n_early;
	uint64_t early_octets;
	size_t load_at; /* load.c: how far it has come */
	struct graph_place load_after;
	bool recheck, recheck_again, recheck_began; /* recheck.c */
	struct graph_place recheck_after;
	struct mono recheck_from, recheck_rest;	 /* the round began; the next may begin */
	bool reveal, reveal_again, reveal_began; /* reveal.c */
	struct graph_place reveal_after;
	bool recheck_ask;   /* what it brings is asked of neighbors when it is over */
	bool links_doubted; /* recheck.c: one is connected since they were looked at */
	uint8_t ask_left;   /* ask.c: so often are neighbors asked still */
	bool maintain_wanted, contact_stale, presence_stale; /* to be done before the call ends */
	uint8_t status;					     /* as told with STATUS */
	int64_t need_pause; /* maintain.c: between two NEED_CONNECTION of who is alone; 0: none told */
	struct mono need_at; /* the next */
	struct list outs;    /* out.c: what graph_poll takes out, but SEND */
	struct list reserve; /* one for each command that is not answered */
	struct list spare;   /* outings to be used again */
	size_t n_spare;
	struct list sending; /* links with octets to be taken out */
	struct graph_relays relays;
	struct graph_counts counts;
	struct graph_outing *last; /* taken out by the last poll */
	uint8_t *message;	   /* send.c: where large ones are put together */
	size_t message_room;
	uint8_t *ahead; /* ahead.c: frames that are open; NULL until there is a sealed link */
};

/* ---- graph.c ---- */
/* NeverConnected is false, or we made it: records may be read and changed. */
static inline bool graph_ready(const struct graph *g)
{
	return g->loaded && (!g->never_connected || g->birth.create);
}
/* We made it, in this run or in an earlier one. */
static inline bool graph_creator(const struct graph *g)
{
	struct span creator = span_str(g->properties.creator);
	return g->birth.create || (creator.n && span_eq(creator, span_str(g->birth.peer)));
}
/* The end of every call from outside: what it led to beyond its own link. */
void graph_finish(struct graph *g, struct mono now);
/* Of a loaded graph: leads to one reply. command.c */
void graph_command_perform(struct graph *g, const struct graph_command *c, uint64_t number,
			   struct mono now);
/* Uniform in [least, most], whole milliseconds (A50). */
int64_t graph_random_delay(const struct graph *g, int64_t least, int64_t most);

/* ---- out.c ---- */
/* Queues a message for a link: seals, frames, counts. `after`: the put it depends on. A
 * link without room for it ends (SLOW). */
void graph_send(struct graph *g, struct graph_link *l, struct span message, uint64_t after);
/* Queues the FLOOD of a record for a CONNECTED neighbor: at once where there is room and
 * nothing waits before it, else on its backlog. `octets`: the record's, or empty when they
 * are not at hand. Too long a backlog: the neighbor is dropped (GRAPH-8.8). */
void graph_send_record(struct graph *g, struct graph_link *l, const struct graph_entry *e,
		       struct span octets, uint64_t after);
/* Octets that may still go before the window is full; 0: wait for DRAINED. */
uint64_t graph_send_room(const struct graph *g, const struct graph_link *l);
bool graph_send_idle(const struct graph_link *l); /* nothing waits, all has gone */
/* Room was made: goes on with backlog, large records, synchronisations, held changes. */
void graph_send_on(struct graph *g, struct graph_link *l, struct mono now);
void graph_out_event(struct graph *g, const struct graph_event *e, uint64_t after);
/* A fresh one, filled with what every event of the graph has; to be handed to the above. */
struct graph_event graph_event_of(const struct graph *g, enum graph_event_kind k);
void graph_out_reply(struct graph *g, uint64_t number, enum err err, const char *text,
		     uint64_t after);
void graph_out_reply_record(struct graph *g, uint64_t number, const struct graph_entry *e,
			    uint64_t after);
bool graph_out_dial(struct graph *g, struct graph_link *l); /* false: no memory */
/* conn and elapsed; l may be NULL. */
void graph_out_reply_link(struct graph *g, uint64_t number, const struct graph_link *l,
			  int64_t elapsed);
void graph_out_close(struct graph *g, struct graph_link *l);
void graph_out_data(struct graph *g, struct graph_link *l, const struct graph_data *d);
void graph_sendq_fini(struct graph *g, struct graph_link *l);
/* ---- send.c ---- */
/* Queues a token of the handshake, in frames of its own. */
void graph_send_token(struct graph *g, struct graph_link *l, struct span token, uint64_t after);
/* Takes all octets of a link that has some out as one SEND. */
void graph_sendq_take(struct graph *g, struct graph_link *l, struct graph_out *out);
/* The owner sent all up to the last asking. */
void graph_sendq_drained(struct graph_link *l);
size_t graph_sendq_octets(const struct graph_link *l); /* memory held */
/* Room for a message of n octets to be made in, up to the next graph_send_record(); NULL
 * without memory. */
uint8_t *graph_message_room(struct graph *g, size_t n);
struct graph_outing *graph_outing_new(struct graph *g);
/* For the next reply, which then needs no memory. */
void graph_outing_reserve(struct graph *g, struct graph_outing *o);
void graph_outing_free(struct graph *g, struct graph_outing *o);
void graph_outs_free(struct graph *g);

/* ---- link.c: connections, their states, what comes on them ---- */
struct graph_link *graph_link_find(const struct graph *g, uint32_t number);
/* Dials; wanted: Destination Peer ID or NULL. NULL without memory. */
struct graph_link *graph_link_dial(struct graph *g, const struct addr *to, const char *wanted,
				   bool direct, struct mono now);
/* Ends a link at once: for what a peer sent (counted, told with `why`), or for ours. A
 * neighbor that is lost leads to maintenance. */
void graph_link_end(struct graph *g, struct graph_link *l, enum err err, const char *why,
		    struct mono now);
/* Says DISCONNECT with referrals first. */
void graph_link_leave(struct graph *g, struct graph_link *l, enum graph_reason why,
		      struct mono now);
static inline bool graph_link_neighbor(const struct graph_link *l)
{
	return l->state == GRAPH_STATE_CONNECTED && !l->direct;
}
/* A link in state DIALLING or ACCEPTED. NULL without memory. */
struct graph_link *graph_link_new(struct graph *g, uint32_t number, enum graph_state state,
				  const struct addr *remote, struct mono now);
/* It is CONNECTED now: counted, told. */
void graph_link_connected(struct graph *g, struct graph_link *l, struct mono now);
/* What its owner gave for it. */
void graph_link_input(struct graph *g, struct graph_link *l, struct span bytes, struct mono now);
/* A whole message, by the matrix of states. */
void graph_link_message(struct graph *g, struct graph_link *l, struct span message,
			struct mono now);
/* What was in a frame: a message, or a part of one. */
void graph_link_plain(struct graph *g, struct graph_link *l, struct span octets, struct mono now);
/* Frees what has ended. */
void graph_links_reap(struct graph *g);
/* The neighbor has sent this record as it stands; and whether it has. */
void graph_note_heard(const struct graph *g, const struct graph_link *l, struct graph_entry *e);
bool graph_heard(const struct graph *g, const struct graph_link *l, const struct graph_entry *e);
const char *graph_state_text(enum graph_state s);
/* Memory that the link makes us hold changed. ERR_FULL: too much, end it. */
MUST_USE enum err graph_link_memory(struct graph *g, struct graph_link *l);

/* ---- hello.c: AUTH_INFO, tokens, CONNECT, WELCOME, REFUSE, DISCONNECT ---- */
void graph_hello_initiate(struct graph *g, struct graph_link *l, struct mono now);
void graph_hello_auth_info(struct graph *g, struct graph_link *l, struct span message,
			   const struct graph_auth_info *m, struct span token, struct mono now);
void graph_hello_token(struct graph *g, struct graph_link *l, struct span token, struct mono now);
void graph_hello_connect(struct graph *g, struct graph_link *l, const struct graph_connect *m,
			 struct mono now);
void graph_hello_welcome(struct graph *g, struct graph_link *l, const struct graph_welcome *m,
			 struct mono now);
void graph_hello_refuse(struct graph *g, struct graph_link *l, const struct graph_goodbye *m,
			struct mono now);
void graph_hello_disconnect(struct graph *g, struct graph_link *l, const struct graph_goodbye *m,
			    struct mono now);
/* CONNECT(U) to every CONNECTED neighbor. */
void graph_hello_update(struct graph *g, struct mono now);
/* The neighbor, or NULL. */
struct graph_link *graph_neighbor_find(const struct graph *g, uint64_t node,
				       const struct graph_link *but);

/* ---- connect.c: whom to dial, and commands about it ---- */
/* One attempt to get another neighbor, chosen by chance (digest 11.2). False: nobody is
 * left to be tried. */
bool graph_attempt(struct graph *g, struct mono now);
/* After a REFUSE: one more of the Referral List, in the place of l. */
bool graph_attempt_referral(struct graph *g, const struct graph_link *l, struct mono now);
/* Dials a node of a list, unless there is a link to it. */
bool graph_attempt_node(struct graph *g, struct graph_node *n, struct mono now);
/* GRAPH-8.29: on one of those that fell silent; false: there is none to try now. */
bool graph_attempt_lost(struct graph *g, struct mono now);
void graph_connect_command(struct graph *g, const struct graph_command *c, uint64_t number,
			   struct mono now);
/* The first usable address of a node in the lists: by Node ID, or by Peer ID where that is
 * 0. False: none. */
bool graph_node_address(const struct graph *g, uint64_t node, struct span peer, struct addr *out);
/* An attempt on this address begins: lists remember. */
void graph_attempt_mark(struct graph *g, const struct addr *a, struct mono now);

/* ---- follow.c: several commands that want one link ---- */
/* The command waits for the link, alone or with others. ERR_NOMEM. */
MUST_USE enum err graph_follow(struct graph *g, struct graph_link *l, uint64_t number);
/* All that wait for it are answered; OK: with the link. */
void graph_follow_answer(struct graph *g, struct graph_link *l, enum err err, const char *why);
/* They wait for another link from now on, or have it. */
void graph_follow_move(struct graph *g, struct graph_link *from, struct graph_link *to);
/* The command by which the link was asked for is cancelled; false: nobody else wants it. */
bool graph_follow_cancel(struct graph *g, struct graph_link *l, uint64_t number);
/* Another that waits is; false: it is none of these. */
bool graph_follower_cancel(struct graph *g, uint64_t number);
void graph_followers_free(struct graph *g);

/* ---- referral.c, nodes.c ---- */
/* One that a command names. */
void graph_referral_named(struct graph *g, const struct addr *a);
void graph_referrals_add(struct graph *g, const struct graph_link *from,
			 const struct graph_array *addresses, struct mono now);
/* A neighbor that is given up for no fault of its own: to be called again. */
void graph_referrals_keep(struct graph *g, const struct graph_link *l);
/* Where somebody was that fell silent: tried for a while also by who has neighbors. */
void graph_referrals_lost(struct graph *g, uint64_t node, const struct addr *a, struct mono now);
/* Up to GRAPH_REFERRALS addresses of CONNECTED neighbors but `but`, least recently added
 * first. */
size_t graph_referrals_give(const struct graph *g, const struct graph_link *but,
			    struct addr out[GRAPH_REFERRALS]);
/* What an earlier life knew. */
void graph_referrals_begin(struct graph *g, const struct graph_birth *b);
/* Whether an address from a peer may be dialled (D7, digest 22). */
bool graph_address_usable(const struct graph *g, const struct addr *a, bool from_loopback);
bool graph_address_told(const struct graph *g, const struct addr *a, bool from_loopback);
/* What a Contact or Presence record says, stored or gone. */
void graph_nodes_take(struct graph *g, const struct graph_entry *e, const struct graph_record *r,
		      const struct graph_link *from);
void graph_nodes_drop(struct graph *g, const struct graph_guid *record);
/* Its Contact record ended by its time: it fell silent, or we are cut off from it. */
void graph_nodes_lost(struct graph *g, const struct graph_guid *record, struct mono now);
/* Keeps a record of this node itself, as the database is read; false: it is none. */
bool graph_nodes_own(struct graph *g, const struct graph_entry *e, const struct graph_record *r);
void graph_nodes_free(struct graph *g);
void graph_referral_free(struct graph *g, struct graph_referral *r);

/* ---- maintain.c: digest 11, 12, 13 ---- */
void graph_timer_set(struct graph *g, enum graph_timer t, struct mono at);
/* Arms a one-shot that is not pending yet (digest 19, last line). */
void graph_timer_arm(struct graph *g, enum graph_timer t, struct mono at);
void graph_maintain(struct graph *g, bool from_timer, struct mono now);
void graph_signature_calculate(struct graph *g, struct mono now);
void graph_contact_maintain(struct graph *g, struct mono now);
void graph_presence_maintain(struct graph *g, struct mono now);
void graph_partition_detect(struct graph *g, struct mono now);
/* A built-in record was stored, or is gone (deleted, expired). */
void graph_builtin_changed(struct graph *g, const struct graph_entry *e,
			   const struct graph_record *r, const struct graph_link *from,
			   struct mono now);
void graph_builtin_gone(struct graph *g, uint16_t type, const struct graph_guid *id,
			struct mono now);
/* Timers of maintain.c's that are due. */
void graph_maintain_due(struct graph *g, enum graph_timer t, struct mono now);
void graph_maintain_status(struct graph *g); /* tells STATUS if it changed */
/* Whether a live Signature record is known; its value is graph.signature. */
bool graph_signature_live(const struct graph *g, struct mono now);
int64_t graph_signature_delay(const struct graph *g); /* while there is none (A22) */
uint32_t graph_contacts_least(uint64_t signature);    /* Cmin (A23) */
int64_t graph_authenticate_time(const struct graph *g, uint32_t connections); /* A21 */
void graph_signature_changed(struct graph *g, const struct graph_record *r, struct mono now);
void graph_signature_gone(struct graph *g, struct mono now);
void graph_signature_due(struct graph *g, struct mono now);
void graph_contact_due(struct graph *g, struct mono now);
void graph_contact_publish(struct graph *g, struct mono now); /* anew, as things are now */
/* Ours, if there is one: anew, or withdrawn when nobody could call us. */
void graph_contact_settle(struct graph *g, struct mono now);
/* Publishes it as things are now, or withdraws it. */
void graph_presence_settle(struct graph *g, struct mono now);
void graph_presence_due(struct graph *g, struct mono now);
void graph_presence_publish(struct graph *g, struct mono now);
void graph_presence_command(struct graph *g, const struct graph_command *c, struct mono now);
void graph_detect_due(struct graph *g, struct mono now);

/* ---- flood.c, relay.c, ack.c, deferred.c: digest 15, 7.7, 7.8 ---- */
/* ask.c */
void graph_ask_due(struct graph *g, struct mono now);
/* What falls due by GRAPH_TIMER_SLICE beside graph_send_on() of each link, which goes on
 * with synchronisations: revalidation and held changes. Arms the timer again for the rest. */
void graph_slice_due(struct graph *g, struct mono now);
void graph_flood_take(struct graph *g, struct graph_link *l, struct span record, struct mono now);
void graph_flood_acks(struct graph *g, struct graph_link *l, const struct graph_array *acks);
/* Sends the ACKs that a link collected. A link begins with `acks_due` MONO_NEVER; graph.c
 * calls this when that is reached. */
void graph_flood_acks_send(struct graph *g, struct graph_link *l);
/* What became of a record that came: from a link, from an import (`from` NULL), or deferred. */
enum graph_taken {
	GRAPH_TAKEN_NEW, /* stored and flooded */
	GRAPH_TAKEN_OLD, /* ours wins */
	GRAPH_TAKEN_PRESENT,
	GRAPH_TAKEN_EXPIRED,
	GRAPH_TAKEN_LATER,   /* the provider cannot tell yet */
	GRAPH_TAKEN_INVALID, /* *why */
	GRAPH_TAKEN_FULL,    /* *why */
	GRAPH_TAKEN_FAILED   /* no memory, or the store failed */
};
struct graph_take {
	struct span octets;
	const struct graph_link *from;
	struct graph_entry *entry; /* out: NEW, OLD, PRESENT */
	uint64_t number;	   /* out: of the put */
	enum graph_fault why;
	bool blameless; /* out: INVALID, by no fault of who sent it */
};
enum graph_taken graph_take(struct graph *g, struct graph_take *t, struct mono now);
/* A record was stored, ours or another's: timers, what built-in types lead to, versions
 * seen of the fixed IDs, the event. */
void graph_stored(struct graph *g, const struct graph_entry *e, const struct graph_record *r,
		  const struct graph_link *from, enum graph_record_change change, uint64_t after,
		  struct mono now);
/* To every CONNECTED neighbor but one. */
void graph_flood_out(struct graph *g, const struct graph_entry *e, struct span octets,
		     const struct graph_link *but, uint64_t after);
/* The same for a record of a neighbor (GRAPH-10.22), when the outputs are taken out. */
void graph_relay(struct graph *g, const struct graph_entry *e, struct span octets,
		 const struct graph_link *from, struct mono now);
static inline bool graph_relay_waits(const struct graph *g)
{
	return g->relays.count > 0;
}
void graph_relay_on(struct graph *g); /* now */
void graph_relay_free(struct graph *g);

/* ---- ahead.c: sealed frames of neighbors ---- */
bool graph_ahead_ready(struct graph *g, const struct graph_link *l);
/* The next frames of *in, as graph_inbox_frame() takes one, and what follows from them.
 * ERR_NOT_FOUND: no whole one is left; or what is wrong with one. */
MUST_USE enum err graph_ahead_input(struct graph *g, struct graph_link *l, struct span *in,
				    struct mono now);
void graph_ahead_free(struct graph *g);

void graph_flood_free(struct graph *g);
/* A neighbor is gone: deferred records of it lose their origin. */
void graph_flood_forget(struct graph *g, const struct graph_link *l);

/* ---- sync.c, sync_answer.c: digest 14 ---- */
/* After WELCOME on a neighbor connection that is CONNECTED and counted in g->neighbors;
 * sets had_neighbor, as accepting one does. */
void graph_sync_begin(struct graph *g, struct graph_link *l, struct mono now);
void graph_sync_solicit(struct graph *g, struct graph_link *l, const struct graph_message *m,
			struct mono now);
void graph_sync_advertise(struct graph *g, struct graph_link *l, const struct graph_advertise *m,
			  struct mono now);
void graph_sync_request(struct graph *g, struct graph_link *l, const struct graph_array *m,
			struct mono now);
void graph_sync_end(struct graph *g, struct graph_link *l, bool final, struct mono now);
/* Goes on while there is room; what is left is for the next DRAINED or slice. */
void graph_sync_on(struct graph *g, struct graph_link *l, struct mono now);
/* The link ends, already no longer CONNECTED. */
void graph_sync_fini(struct graph *g, struct graph_link *l, struct mono now);
size_t graph_sync_octets(const struct graph_link *l);
/* When a stalled one is looked at: by graph_sync_stalled(), which may end the link. */
struct mono graph_sync_deadline(const struct graph *g, const struct graph_link *l);
void graph_sync_stalled(struct graph *g, struct graph_link *l, struct mono now);

/* ---- publish.c: records of ours ---- */
/* Makes a record of a built-in type, or updates it: secured, stored, flooded. */
struct graph_making {
	struct graph_guid type, id;	 /* id zero: a fresh one */
	struct span payload, attributes; /* attributes: UTF-16BE */
	uint64_t expires;		 /* peer time */
	uint8_t local;			 /* GRAPH_ENTRY_REFRESH */
	uint32_t version;		 /* of a fresh one: 0 is 1 */
};
MUST_USE enum err graph_publish(struct graph *g, const struct graph_making *m,
				struct graph_entry **entry, uint64_t *after, struct mono now);
/* Of that end, what our right to sign leaves. */
uint64_t graph_ends(const struct graph *g, uint64_t wanted);
MUST_USE enum err graph_publish_delete(struct graph *g, struct graph_entry *e, uint64_t *after,
				       struct mono now);
/* RECORD_ADD, _UPDATE, _DELETE, IMPORT. */
void graph_publish_command(struct graph *g, const struct graph_command *c, uint64_t number,
			   struct mono now);
/* Changes that waited for room, or for the database, go on. */
void graph_publish_on(struct graph *g, struct mono now);
void graph_publish_free(struct graph *g);
void graph_hold_end(struct graph *g, enum err why); /* changes that wait are answered so */
/* Graph Info: published by the creator from g->properties, cached by all. `after` may be
 * NULL. Taken also by load.c; graph_stored() sees to what comes later. */
MUST_USE enum err graph_info_publish(struct graph *g, uint64_t *after, struct mono now);
void graph_info_take(struct graph *g, const struct graph_record *r);
/* A Graph Info that names another creator than the known one. */
bool graph_info_foreign(const struct graph *g, const struct graph_record *r);
/* It says a lower Max Record Size than is known. */
bool graph_info_shrinks(const struct graph *g, const struct graph_record *r);

/* ---- expire.c, time.c, refresh.c: digest 16, 17 ---- */
/* The wall clock or the delta changed: timers that follow peer time are set anew. */
void graph_time_changed(struct graph *g, struct mono now);
uint64_t graph_now(const struct graph *g, struct mono now); /* peer time */
void graph_time_welcome(struct graph *g, struct graph_link *l, uint64_t told, struct mono now);
/* The wall clock was read. */
void graph_time_read(struct graph *g, struct wall wall, struct mono now);
/* The last neighbor has gone. */
void graph_time_alone(struct graph *g, struct mono now);
/* A neighbor says something. */
void graph_time_heard(struct graph *g, struct mono now);
void graph_expire_stored(struct graph *g, const struct graph_entry *e, struct mono now);
void graph_expire_now(struct graph *g, struct mono now); /* "fire the timer now" */
void graph_expire_due(struct graph *g, struct mono now);
void graph_refresh_due(struct graph *g, struct mono now);
void graph_refresh_plan(struct graph *g, struct mono now);

/* ---- data.c: PT2PT, direct connections, pings; digest 6.13, 18 ---- */
void graph_data_take(struct graph *g, struct graph_link *l, const struct graph_data *m);
void graph_data_command(struct graph *g, const struct graph_command *c, uint64_t number,
			struct mono now);
/* Answers who waits: for room, or for octets that have gone. */
void graph_data_drained(struct graph *g, struct graph_link *l, struct mono now);
void graph_ping(struct graph *g, struct graph_link *l);
void graph_ping_all(struct graph *g);
/* The link has ended: who waits is told. */
void graph_data_end(struct graph *g, struct graph_link *l, enum err why);

/* ---- load.c: the database is read in slices, commands wait meanwhile ---- */
void graph_load_due(struct graph *g, struct mono now);
/* Keeps a copy of it; it goes on when the database is read. ERR_NOMEM, ERR_FULL. */
MUST_USE enum err graph_load_wait(struct graph *g, const struct graph_command *c, uint64_t number);
/* It waits no longer; false: it did not. */
bool graph_load_cancel(struct graph *g, uint64_t number);
/* All who wait are answered so. */
void graph_load_end(struct graph *g, enum err why);

#endif
