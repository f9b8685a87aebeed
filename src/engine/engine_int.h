/* engine_int.h - the inside of an engine, for the files of this folder. */
#ifndef ENGINE_ENGINE_INT_H
#define ENGINE_ENGINE_INT_H

#include "engine/engine.h"

#include "base/list.h"
#include "base/map.h"
#include "engine/jobs.h"
#include "engine/keep.h"
#include "engine/outbox.h"
#include "engine/recorder.h"
#include "net/net.h"
#include "net/udp.h"
#include "os/clock.h"
#include "os/lockfile.h"

#define WALL_EVERY   (10 * MONO_SEC)
#define RECORD_EVERY MONO_SEC
#define LATER_MAX    256
#define UNREAD_MAX   64

/* Findings of a command that wait to be told. */
#define FINDINGS_MAX 1024

/* A command whose caller waits. */
struct call {
	struct list node;
	uint64_t number;
	uint64_t after; /* the put its answer waits for */
	bool answered;
	struct engine_result result;
	uint8_t *words; /* what the result points at; NULL none */
	size_t words_n;
	struct list findings; /* oldest first; they are told before the answer */
	size_t n_findings;
	enum err lost; /* why one of them is not among them */
	struct engine_caller who;
};

/* An input that came up while the node's outputs were drained. */
struct later {
	enum node_in_kind kind;
	uint32_t listener, link;
	enum err err;
	uint64_t number;
	uint32_t socket;
	struct addr local;
};

struct engine {
	const struct env *env;
	struct os_loop *loop;
	struct engine_events events;
	struct node_config config; /* with its secrets; the node's has none */
	struct node *node;
	struct keep keep;
	struct os_watch *keep_watch;
	struct net *net;
	struct net_udp *udp;
	struct node_in datagram;	 /* kept: one is large, and little of it changes */
	uint32_t taken_socket;		 /* that port_error speaks of */
	struct pnrp_if_addr *interfaces; /* as the node was told last */
	size_t n_interfaces;
	bool interfaces_told; /* at all */
	struct jobs *jobs;
	struct jobs *look_ups; /* made when there is one */
	struct recorder *recorder;
	bool recorder_told; /* that it gave up */
	struct os_lock *lock;
	struct os_task *turn_end;
	bool undrained;	    /* outputs of this turn's octets are still in the node */
	int64_t drained_at; /* wall clock of what comes out now; 0: not read yet */
	struct os_timer *tick, *wall_timer, *record_timer;
	struct os_jump *jump;
	struct outbox outbox;
	struct list calls;     /* struct call, oldest first: not answered, or with findings */
	struct list answered;  /* the others, by what they wait for */
	struct map calls_open; /* by number, those that are not answered */
	size_t n_findings;     /* of all */
	uint64_t next_call;
	struct later later[LATER_MAX]; /* a ring */
	size_t later_at, later_n;
	uint32_t unread[UNREAD_MAX]; /* links that wait for the node */
	size_t unread_n;
	bool disk_behind;		 /* ENGINE-39: no link is read */
	bool part_deaf[NODE_PART_COUNT]; /* its port could not be had */
	struct engine_info info;	 /* what is counted as it happens */
	engine_tap_fn *tap;		 /* NULL: nobody looks */
	void *tap_arg;
};

/* What a test may play instead of the real thing. keep.ops NULL: as options say. */
struct engine_parts {
	const struct env *env;
	struct keep keep;
};
MUST_USE enum err engine_new_of(struct engine **out, struct os_loop *loop,
				const struct engine_options *opt,
				const struct engine_events *events,
				const struct engine_parts *parts, struct text *why);

/* state.c: the folder, its lock and the store. */
MUST_USE enum err engine_state_open(struct engine *e, const char *dir, struct text *why);

/* feed.c: the only way into the node. Drains it afterwards. */
MUST_USE enum err engine_feed(struct engine *e, const struct node_in *in, struct mono now);
/* Links of which nothing waits for the node any more are read again (ENGINE-27). */
void engine_read_on(struct engine *e);
/* Outputs of birth. */
void engine_drain(struct engine *e, struct mono now);
/* Outputs of octets of this turn, if they are still in the node (ENGINE-41). */
void engine_drain_turn(struct engine *e, struct mono now);
/* Feeds in as soon as the node is drained; one too many is lost. */
void engine_feed_later(struct engine *e, const struct later *l);
extern const struct outbox_ops engine_outbox_ops; /* but arg */
extern const struct net_events engine_net_events; /* but arg */

/* tap.c: tells who looks at traffic, if anybody does. */
void engine_tap_open(struct engine *e, uint32_t link, bool graph, bool ours);
void engine_tap_octets(struct engine *e, uint32_t link, bool out, struct span octets);
void engine_tap_close(struct engine *e, uint32_t link, bool ours);

/* turn.c: what the end of a turn does. */
void engine_turn_end(void *arg, struct mono now); /* os_task_fn */

/* guards.c */
MUST_USE enum err engine_guards_set(struct engine *e, const struct node_config *c,
				    struct text *why);
/* False: the remote has none. */
bool engine_guard_of(const struct node_config *c, const struct addr *remote, struct net_guard *out);
void engine_listen(struct engine *e, const struct node_out *out);
void engine_unlisten(struct engine *e, const struct node_out *out);

/* engine.c */
void engine_say(struct engine *e, enum node_level level, const char *part, const struct text *t);

/* sockets.c: datagrams. Each does one output of the node. */
void engine_bind(struct engine *e, const struct node_out *out);
void engine_unbind(struct engine *e, const struct node_out *out);
void engine_join(struct engine *e, const struct node_out *out);
void engine_leave(struct engine *e, const struct node_out *out);
extern const struct net_udp_events engine_udp_events; /* but arg */

/* machine.c: what the machine is asked about. */
void engine_look_up(struct engine *e, const struct node_out *out);
/* Tells the node of the addresses there are, if they changed since it was told. */
void engine_interfaces_look(struct engine *e, struct mono now);

/* calls.c: commands whose callers wait. ENGINE-6. */
void engine_call_answer(struct engine *e, const struct node_out *out);	/* REPLY */
void engine_call_finding(struct engine *e, const struct node_out *out); /* FOUND, STEP */
/* What depends on puts from `first` on is undone. */
void engine_calls_fail(struct engine *e, uint64_t first, enum err why);
/* Tells what waits for nothing any more. */
void engine_calls_tell(struct engine *e);
void engine_calls_end(struct engine *e);

#endif
