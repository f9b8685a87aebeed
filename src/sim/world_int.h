/* world_int.h - the inside of a world. Sites are nodes (machines) and raw
 * peers; an edge is what lies between two of them; a stream lies on an edge and
 * has two ends, each with a pipe of octets on their way to it.
 *
 * An end is its owner's until it was told that the stream is over, or closed it
 * itself; a stream is freed when both are done with it and nothing is on its
 * way. */
#ifndef SIM_WORLD_INT_H
#define SIM_WORLD_INT_H

#include "base/list.h"
#include "base/map.h"
#include "base/store_mem.h"
#include "node/describe.h"
#include "node/record.h"
#include "sim/clock.h"
#include "sim/condition.h"
#include "sim/pipe.h"
#include "sim/rng.h"
#include "sim/world.h"

struct machine;
struct stream;
struct book_record;
struct rogue;

/* 2026-11-21T00:00:00Z: when every world begins. */
#define WORLD_WALL INT64_C(1795219200000000)

/* Kinds of entries in the queue, and what they lie in. */
enum world_event {
	EV_ACTION,  /* struct world_action */
	EV_EXPECT,  /* struct expectation: its window begins or ends */
	EV_START,   /* struct machine.boot */
	EV_TICK,    /* struct machine.tick */
	EV_WALL,    /* struct machine.wall */
	EV_COMMIT,  /* struct machine.commit */
	EV_PENDING, /* struct pending: an input for a node */
	EV_DIAL,    /* struct stream.dial: an attempt to connect arrives */
	EV_ARRIVAL, /* struct end.arrival */
	EV_DRAINED, /* struct end.drained: what it asked for has arrived */
	EV_DATAGRAM /* struct dgram_packet */
};

struct edge {
	uint32_t a, b; /* sites, a < b */
	struct scn_range delay;
	struct dgram_path path;	   /* of datagrams */
	struct dgram_lane lane[2]; /* from a, from b */
	bool cut, parted;	   /* parted: so long that it counts */
	int64_t cut_at;
	uint32_t partitions; /* of cuts that are over, so many were */
	struct list streams;
	uint8_t key[8];
};

struct end {
	struct stream *stream;
	struct site *site; /* NULL: an address that is nobody's */
	uint32_t link;	   /* a machine's number of it, a raw peer's count */
	struct addr local;
	bool connected; /* its owner was told, or asked, that it is up */
	bool mine;	/* its owner may still use it */
	bool dead;	/* its owner lost power: what arrives meets nobody */
	bool silent;	/* nothing arrives any more, and no end either */
	bool up_due;	/* the first to arrive is that the stream is up */
	enum err why;	/* it ends with this, where it is no close or reset */
	struct pipe in;
	struct queue_entry arrival, drained;
	bool of_graph;	     /* its owner is a node of a graph, in whose */
	uint64_t said, sent; /* newest message so many octets are still to come: of what it
			      * put out, of what went out */
	bool ask_drained;    /* its owner waits for a DRAINED */
	uint64_t drain_upto; /* which comes when the other end took so many octets */
	struct list at;	     /* in site->ends */
};

struct stream {
	struct end end[2]; /* 0 dialled */
	struct edge *edge;
	struct queue_entry dial;
	uint32_t attempts;
	struct list on_edge;
	struct list in_world;
};

struct site {
	struct world *w;
	uint32_t index;
	const struct scn_site *spec;
	struct list ends;
	struct list watches; /* struct watch of active expectations */
	bool touched;
	struct list in_touched;
	uint16_t next_port;
};

/* An output that waits for a commit (SIM-4.1). */
struct held {
	struct list at;
	bool doomed; /* its put was undone */
	struct node_out out;
	struct node_event *event; /* its own, with what it points at */
	struct pnrp_result result;
	struct pnrp_hop step;
	char cloud[PNRP_CLOUD_NAME_MAX + 1];
	char made[GROUP_NAME_OCTETS + 1];
	char text[200];
	uint8_t bytes[]; /* of the output, or a result's payload */
};

struct pending {
	struct queue_entry when;
	struct list at; /* in machine.pending */
	struct machine *m;
	struct node_in in;
	uint8_t bytes[];
};

struct call {
	struct list at;
	uint64_t number;
	enum node_command_kind kind;
	struct masc_command command;   /* MASC */
	int64_t until;		       /* wall us, of a DOWN with a time */
	enum scn_graph_verb graph;     /* GRAPH */
	struct book_record *record;    /* which it is about; NULL none */
	const struct scn_group *group; /* GROUP */
	int64_t asked;		       /* likewise: wall us of the node */
};

/* What an operator was told that a peer is, and must be after any crash. */
struct told {
	struct list at;
	struct span peer;
	bool down;
	int64_t until; /* wall us, 0 open end */
};

struct listening {
	struct list at;
	uint32_t part;
	struct addr addr;
};

/* A crash at a point of a commit, asked for by the story. */
struct crash {
	enum scn_point point; /* SCN_NOW: none is */
	enum scn_fate fate;
	bool power;
	enum masc_life when; /* it waits for a claim to come to be so */
	uint64_t put;	     /* it comes with the commit of this one; 0 with any */
};

/* The claim that a crash waited for, as it was when it came to be so. */
struct struck {
	uint64_t number; /* 0: none did */
	struct masc_prefix prefix;
	uint32_t timestamp;
	int64_t end; /* wall us, 0 none */
};

/* An address of a machine, on an interface. */
struct machine_addr {
	struct addr addr;
	uint32_t interface;
};

struct machine {
	struct site site;
	struct env env; /* of its node: counted, capped, seeded */
	size_t memory, memory_cap, memory_limit;
	struct rng random;
	struct store_mem *mem;
	struct store store; /* what the node sees: mem, recorded */
	struct node *node;  /* NULL: not running */
	const struct node_config *config;
	struct sim_clock clock;
	bool powered;  /* the host answers, whether the node runs or not */
	bool stopping; /* told to stop; ends when all has gone out */
	bool port_taken, jobs_stuck;
	struct queue_entry boot, tick, wall, commit;
	bool committing;
	struct list held, pending, calls, told, listens;
	struct list kept, waits;		  /* invariant_claim.c */
	struct list versions;			  /* invariant_told.c */
	struct map rows;			  /* invariant_graph.c */
	uint64_t input_put;			  /* the newest put before this input */
	uint32_t input_link;			  /* whose octets it is; 0 none */
	uint64_t told_number;			  /* highest of a claim that an event told of */
	int64_t looked;				  /* when waits were brought up to date */
	struct map links;			  /* to struct end */
	struct dgram_host host;			  /* its UDP sockets */
	struct machine_addr addrs[SCN_ADDRS_MAX]; /* as they are now */
	size_t n_addrs;
	uint32_t next_accept, highest_dial;
	uint64_t dials; /* below highest_dial: a bit for each number that was used */
	uint64_t next_call;
	uint32_t spins;	 /* ticks without the deadline moving on */
	struct mono due; /* the deadline that `tick` is queued for */
	struct scn_range store_delay;
	uint32_t fail_commits;
	enum err fail_why;
	uint64_t sealed; /* number of the newest put that is sealed */
	struct crash crash;
	struct struck struck;
	uint32_t crashes; /* at a point of a commit */
	uint32_t skews;	  /* tally.c */
	bool astray;	  /* the wall clock, now */
	int64_t born_at;
	bool recorded;
	uint8_t vault[32];		  /* seals its keys */
	char self[GROUP_NAME_OCTETS + 1]; /* the peer name of its person; "" none */
	struct rogue *rogue;		  /* NULL: it is honest */
};

struct raw {
	struct site site;
	bool listens;
	uint16_t port;
	uint32_t made; /* connections so far */
	struct list connections;
};

/* What a raw peer got on one connection, kept for as long as the world. */
struct raw_connection {
	struct list at;
	uint32_t number;
	struct end *end; /* NULL: over */
	bool closed;	 /* by the other side */
	uint8_t *octets;
	size_t n, room, cursor;
};

struct world_action {
	struct queue_entry when;
	const struct scn_action *spec;
	int64_t at;
};

struct expectation;

struct watch {
	struct list at;
	struct expectation *x;
};

struct expectation {
	struct queue_entry when;
	const struct scn_expect *spec;
	struct watch watch[2];
	int64_t from, to;
	bool active, settled;
	int64_t count;
};

struct world {
	const struct scenario *s;
	const struct env *env;
	struct world_options opt;
	struct env seeded; /* of the world's own maps */
	struct rng rng, net, store_rng, jobs, maps;
	struct queue queue;
	struct dgram_net datagrams;
	struct arena arena; /* what lives as long as the world */
	struct trace trace;
	int64_t now, end;
	uint64_t events;
	struct site **sites;
	struct map by_addr, edges;
	struct scn_range default_delay;
	struct dgram_path default_path;
	bool has_default;
	struct world_action *actions;
	struct expectation *expects;
	struct list touched, streams;
	struct list groups;   /* struct roll_group */
	struct crypto *judge; /* reads certificates for roll_vote.c; NULL: it never had to */
	struct map lies;      /* hashes of records that may never stand, to what they are */
	struct list lie_keys; /* of that map */
	struct list book;     /* struct book_record */
	struct map book_keys; /* to them, by graph and key */
	uint64_t changes;     /* of records that were asked for */
	struct world_tally tally;
	uint32_t cuts;	     /* edges that are cut */
	int64_t disturbed;   /* when the story last did something to sites or links */
	bool claims_changed; /* since what nodes hold was last compared */
	bool was_well;
	enum err err; /* of the world's own memory */
	bool broken;
	uint32_t broken_line;
	char why[512];
};

#define OWNER(entry, type, member) LIST_ENTRY(entry, type, member)

static inline bool is_raw(const struct site *s)
{
	return s->spec->raw;
}

static inline struct machine *machine_of(struct site *s)
{
	return LIST_ENTRY(s, struct machine, site);
}

static inline struct raw *raw_of(struct site *s)
{
	return LIST_ENTRY(s, struct raw, site);
}

/* world.c */
void world_at(struct world *w, struct queue_entry *e, uint32_t kind, int64_t at);
/* Memory of the world that must be there; the run ends when it is not. */
void *world_alloc(struct world *w, size_t n);
void world_touch(struct site *s);

/* say.c: the trace, and what broke. */
/* "12.000345 NAME MARK WHAT" */
void say(struct site *s, const char *mark, const char *what);
void say_text(struct site *s, const char *mark, const struct text *what);
/* The run is over: an invariant does not hold at this site (NULL: nowhere). */
void broken(struct world *w, struct site *s, const char *what);
void broken_at(struct world *w, uint32_t line, const char *what, struct span detail);

/* machine.c: life of a node */
MUST_USE enum err machine_init(struct machine *m);
void machine_fini(struct machine *m);
void machine_start(struct machine *m);
void machine_stop(struct machine *m);
void machine_kill(struct machine *m, enum scn_fate fate, bool power);
/* It reads its wall clock. */
void machine_wall(struct machine *m);
/* It stops, and its graphs still say goodbye. */
bool machine_leaves(const struct machine *m);
/* The end of a stop, when all has gone out. */
void machine_settle(struct machine *m);

/* feed.c: inputs in, outputs out */
void feed(struct machine *m, const struct node_in *in);
/* The same as an event of its own, after `delay`; in->bytes are copied. */
void feed_later(struct machine *m, const struct node_in *in, int64_t delay);
void feed_pending(struct pending *p);
void feed_drain(struct machine *m);
void feed_tick(struct machine *m);
/* Lets go what no longer waits. */
void feed_release(struct machine *m);
/* Lets answers to commands go that no longer wait, and nothing else: a link may not take
 * octets while a caller does. False: there was none. */
bool feed_tell(struct machine *m);
void feed_retime(struct machine *m);

/* held.c */
/* `upto`: only what stands before it in the list counts. */
bool held_blocked(const struct machine *m, const struct node_out *out, const struct list *upto);
bool held_must_wait(const struct machine *m, const struct node_out *out);
void held_add(struct machine *m, const struct node_out *out);
void held_drop(struct machine *m, struct held *h);
void held_clear(struct machine *m);

/* perform.c: what an output does */
void perform(struct machine *m, const struct node_out *out);

/* commit.c */
void commit_kick(struct machine *m);
void commit_done(struct machine *m);

/* crash.c: crashes at a point of a commit */
void crash_ask(struct machine *m, const struct scn_action *a);
/* Looks whether an output says what a crash waits for. */
void crash_look(struct machine *m, const struct node_out *out);
/* Whether it is to come now, at this point of the commit of what is sealed. */
bool crash_due(const struct machine *m, enum scn_point point);
void crash_happen(struct machine *m);

/* stream.c */
struct end *stream_dial(struct site *from, uint32_t link, const struct addr *local,
			const struct addr *remote);
void stream_dial_arrived(struct stream *st);
void stream_send(struct end *e, struct span bytes);
/* The owner of e wants to know when all that is sent has arrived (SIM-2.9). */
void stream_ask_drained(struct end *e);
void stream_drained(struct end *e);
/* The owner of e has done with it. */
void stream_close(struct end *e, enum pipe_end how);
/* The owner of e is gone without a word. */
void stream_forsake(struct end *e);
void stream_arrival(struct end *e);
/* Both ends hear of a reset. */
void stream_reset(struct stream *st);
struct end *end_other(struct end *e);
/* Sees to it that what is on its way to e arrives, not before `least`. */
void stream_arm(struct end *e, int64_t least);
void stream_free(struct stream *st);

/* edge.c */
struct edge *edge_find(struct world *w, uint32_t a, uint32_t b); /* NULL: none, or not yet */
struct edge *edge_between(struct world *w, uint32_t a, uint32_t b);
void edge_cut(struct world *w, struct edge *e);
void edge_heal(struct world *w, struct edge *e);
int64_t edge_delay(const struct stream *st, struct world *w);
MUST_USE enum err edges_init(struct world *w);
void edges_free(struct world *w);
struct site *site_at(struct world *w, const struct addr *a);

/* by_addr follows what a machine has. */
void site_here(struct world *w, struct site *s, const struct addr *a);
void site_gone(struct world *w, const struct addr *a);

/* datagram.c */
void datagram_bind(struct machine *m, const struct node_out *out);
void datagram_unbind(struct machine *m, const struct node_out *out);
void datagram_join(struct machine *m, const struct node_out *out);
void datagram_leave(struct machine *m, const struct node_out *out);
void datagram_send(struct machine *m, const struct node_out *out);
void datagram_arrived(struct world *w, struct dgram_packet *p);
/* address.c: what a machine's interfaces have, and names of the DNS */
void address_init(struct machine *m);
void address_tell(struct machine *m); /* INTERFACES */
void address_add(struct machine *m, const struct addr *a, uint32_t interface);
void address_remove(struct machine *m, const struct addr *a);
const struct machine_addr *address_find(const struct machine *m, const struct addr *a);
bool address_is_link_local(const struct addr *a);
/* From where a datagram to `to` goes by itself; NULL: from nowhere. */
const struct machine_addr *address_towards(const struct machine *m, const struct addr *to);
void address_look_up(struct machine *m, const struct node_out *out);

/* tally.c: what of the story really took effect */
void tally_start(struct machine *m);
void tally_end(struct machine *m); /* just before its process is gone */
void tally_clock(struct machine *m);
void tally_heal(struct world *w, struct edge *e); /* just before */
/* So often nodes that ran were parted for longer than their waiting periods. */
int64_t tally_partitions(struct world *w, uint32_t a, uint32_t b);

/* raw.c */
void raw_accepted(struct raw *r, struct end *e);
void raw_up(struct raw *r, struct end *e);
void raw_octets(struct raw *r, struct end *e, struct span bytes);
void raw_over(struct raw *r, struct end *e);
void raw_connect(struct raw *r, uint32_t node, uint16_t port, const struct addr *from);
/* 0: the newest; NULL when there is none. */
struct raw_connection *raw_connection(const struct raw *r, uint32_t number);
void raw_send(struct raw *r, uint32_t number, struct span bytes);
void raw_close(struct raw *r, uint32_t number, enum pipe_end how);
void raw_fini(struct raw *r);

/* action.c */
void action_run(struct world *w, const struct scn_action *a);

/* expect.c */
void expects_init(struct world *w);
void expect_window(struct world *w, struct expectation *x);
void expect_event(struct machine *m, const struct node_event *e);
void expect_reply(struct machine *m, enum err result);
void expect_found(struct machine *m, const struct node_found *found);
/* Judges what watches this site. */
void expect_judge(struct site *s);
/* At the end of the run: what is still open. */
void expect_finish(struct world *w);

/* judge.c */
bool judge_counts(const struct scn_condition *c); /* counts events, else looks */
bool judge(struct world *w, const struct scn_condition *c, int64_t count);
bool judge_event(const struct scn_condition *c, const struct site *s, const struct node_event *e);
/* True when no more counting can make it false. */
bool judge_is_final(const struct scn_condition *c);

/* judge_pnrp.c */
/* Puts the name under a node's key, where the node has one yet. */
void judge_secure(struct world *w, uint32_t owner, struct pnrp_name *name);
bool judge_found(struct world *w, const struct scn_condition *c, const struct pnrp_result *r);
bool judge_cloud(struct world *w, const struct scn_condition *c);
bool judge_announced(struct world *w, const struct scn_condition *c);
int64_t judge_entries(struct world *w, const struct scn_condition *c);

/* judge_claim.c */
bool judge_holds(struct world *w, const struct scn_condition *c);
bool judge_knows(struct world *w, const struct scn_condition *c);
int64_t judge_claim_count(struct world *w, const struct scn_condition *c);
bool judge_crashed(struct world *w, const struct scn_condition *c);
bool claim_is_held(enum masc_life l); /* in whichever state */
bool claim_find(const struct masc *core, uint64_t number, struct masc_own_info *info);

/* invariant.c */
void invariant_out(struct machine *m, const struct node_out *out);
void invariant_deadline(struct machine *m);
void invariant_event(struct machine *m, const struct node_event *e);
void invariant_reply(struct machine *m, const struct node_out *out);
void invariant_born(struct machine *m);
void invariant_after(struct machine *m); /* each event that touched it */
void invariant_call(struct machine *m, uint64_t number, const struct node_command *c);
void invariant_graph_call(struct machine *m, uint64_t number, enum scn_graph_verb verb,
			  struct book_record *record);
void invariant_crash(struct machine *m, bool lost_store);
void invariant_stopped(struct machine *m);
/* Wall times told before mean nothing any more. */
void invariant_stepped(struct machine *m);
void invariant_forget(struct machine *m);

/* invariant_claim.c */
void invariant_claim_out(struct machine *m, const struct masc_event *e);
void invariant_claim_told(struct machine *m, const struct masc_event *e);
void invariant_claim_after(struct machine *m); /* each event that touched it */
void invariant_claim_born(struct machine *m);
void invariant_claim_crash(struct machine *m, bool lost_store);
void invariant_claim_forget(struct machine *m);
void invariant_claims_after(struct world *w); /* each event */

/* invariant_told.c */
/* A put, value empty for a deletion; what is undone, from that put on. */
void invariant_told_put(struct machine *m, const struct store_table *t, struct span key,
			struct span value, uint64_t put);
void invariant_told_undone(struct machine *m, uint64_t first);
void invariant_told_number(struct machine *m, const struct masc_event *e);
/* `call` is what a REPLY answers, NULL nothing. */
void invariant_told_out(struct machine *m, const struct node_out *out, const struct call *call);

/* invariant_graph.c */
void invariant_graph_put(struct machine *m, struct span value, uint64_t put);
void invariant_graph_undone(struct machine *m, uint64_t first);
void invariant_graph_out(struct machine *m, const struct node_out *out, const struct call *call);
/* A SEND that goes out. */
void invariant_graph_sent(struct machine *m, const struct node_out *out);
/* Whether no FLOOD of this version, or a later one, has gone out. */
bool invariant_graph_unsent(const struct machine *m, const struct graph_guid *id, uint32_t version);

/* invariant_group.c */
/* An event of a graph that is a group. */
void invariant_group_event(struct machine *m, const struct graph_event *e);
/* What is looked at from time to time. */
void invariant_group_look(struct machine *m);
void invariant_group_call(struct machine *m, uint64_t number, const struct scn_group *g);

/* recorder.c */
void recorder_birth(struct machine *m);
void recorder_in(struct machine *m, const struct node_in *in);
void recorder_out(struct machine *m, const struct node_out *out);
void recorder_random(struct machine *m, struct span octets);
void recorder_store(struct machine *m, enum err e);
void recorder_end(struct machine *m);

#endif
