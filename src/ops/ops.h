/* ops.h - the one API: every command and query of the daemon is one typed
 * request with one typed answer. ctl puts them on HTTP and JSON; a program that
 * carries the engine calls them directly. Nothing else talks to the engine on
 * behalf of users. Single-threaded, on the engine's loop. */
#ifndef OPS_OPS_H
#define OPS_OPS_H

#include "base/err.h"
#include "engine/engine.h"
#include "ops/types.h"

struct ops;
struct vault;

/* How a reload ended: `why` has file, line and reason of a failure, else "". */
typedef void ops_reload_fn(void *arg, enum err result, const char *why);

/* Where the key that seals identities and groups comes from; text lives as long as the
 * host. */
struct ops_host_keys {
	const char *source; /* credential, passphrase, file, memory, none */
	const char *path;   /* of its file; "" none */
	const char *why;    /* why there is none; "" there is */
	const char *hint;   /* what to do about that, or about `weak` */
	const char *weak;   /* what it does not protect against; "" nothing of note */
};

/* Of a vault; it borrows that. */
void ops_host_keys_of(const struct vault *v, struct ops_host_keys *out);

/* What only the process around the engine can do, given at birth. */
struct ops_host {
	/* Sets the level of one part, or of all with part NULL. ERR_NOT_FOUND. */
	enum err (*log_set)(void *arg, const char *part, enum node_level level);
	/* Level of a part. */
	enum node_level (*log_get)(void *arg, const char *part);
	/* Reads the configuration anew and takes it over. `done` is called
	 * exactly once, at once or later from the loop. ERR_NOMEM: not called. */
	enum err (*reload)(void *arg, ops_reload_fn *done, void *done_arg);
	/* The same without taking it over. */
	enum err (*check)(void *arg, ops_reload_fn *done, void *done_arg);
	/* NULL: there is none. */
	void (*keys)(void *arg, struct ops_host_keys *out);
	void *arg;
	const char *const *log_parts; /* names of all that log, ended by NULL */
	const char *config_path;      /* "" when it runs on defaults */
	const char *socket_path;
};

/* The answer to a request. With err OK `value` is a struct of `type`, else
 * message and hint say what failed, on which object, why, and what to do. */
struct ops_answer {
	enum err err;
	const struct ops_struct *type;
	const void *value;
	const char *message, *hint;
};

/* host is copied, its strings are borrowed for life. ERR_NOMEM. */
MUST_USE enum err ops_new(struct ops **out, struct engine *e, const struct ops_host *host);
/* After the engine's: what is still asked is answered there. Subscriptions end
 * before. */
void ops_free(struct ops *o);

/* Does a request. `done` is called exactly once, at once or later from the
 * loop; the answer lives for that call. ERR_NOMEM: not called. */
typedef void ops_done_fn(void *arg, const struct ops_answer *answer);
MUST_USE enum err ops_submit(struct ops *o, const struct ops_request *r, ops_done_fn *done,
			     void *arg);

/* Who asks, where the answer may take its time. */
typedef void ops_found_fn(void *arg, const struct ops_struct *type, const void *value);
struct ops_asker {
	ops_found_fn *found; /* what a search finds, and its steps, as they come (they are
			      * in the answer, too); NULL: of no interest */
	ops_done_fn *done;
	void *arg;
};
/* As ops_submit. *ticket is for ops_cancel; 0: the answer was given. */
MUST_USE enum err ops_ask(struct ops *o, const struct ops_request *r, const struct ops_asker *who,
			  uint64_t *ticket);
/* The asker is gone and is told nothing any more; what can be ended is ended. Fine in
 * `found`. A ticket whose answer was given is ignored. */
void ops_cancel(struct ops *o, uint64_t ticket);

/* Number of this run: clients that come back tell by it whether the numbers of
 * the events they have seen still mean the same. */
uint64_t ops_run(const struct ops *o);

/* Events since the daemon started have growing numbers. The newest OPS_HISTORY
 * are kept, once for all; a subscriber that falls behind them gets one event
 * `overflow` with the count it lost of those it wants, and goes on. Changes of
 * records are kept beside them, and only while a subscriber wants them: who comes
 * back after that is told that they are lost. */
#define OPS_HISTORY	    1000
#define OPS_HISTORY_RECORDS 8192
struct ops_subscription;
typedef void ops_ready_fn(void *arg);

/* With filter->since the kept events after that number come first; `live`
 * begins with what happens from now on instead. `ready` is called, from
 * ops_event and ops_message, when there is something to take after there was
 * nothing. ERR_MALFORMED, ERR_NOT_FOUND (no such level or part; `why` names
 * them), ERR_NOMEM. */
MUST_USE enum err ops_subscribe(struct ops_subscription **out, struct ops *o,
				const struct ops_filter *filter, struct text *why);
MUST_USE enum err ops_subscribe_live(struct ops_subscription **out, struct ops *o,
				     const struct ops_filter *filter, struct text *why);
void ops_on_ready(struct ops_subscription *s, ops_ready_fn *ready, void *arg);
/* Number of the event before the next one it takes: where to resume. */
uint64_t ops_position(const struct ops_subscription *s);
/* What *out points at lives until the next call on the same ops. */
bool ops_next_event(struct ops_subscription *s, struct ops_event *out);
void ops_unsubscribe(struct ops_subscription *s);

/* The owner of the engine hands each of its events and messages in here. They
 * never fail: without memory an event counts as lost. */
void ops_event(struct ops *o, const struct node_event *e, struct wall wall);
void ops_message(struct ops *o, enum node_level level, const char *part, const char *text,
		 struct wall wall);

/* And the octets that graphs have for programs: engine_events.data. */
void ops_data(struct ops *o, uint32_t graph, uint64_t conn, const struct graph_guid *type,
	      struct span bytes);

#endif
