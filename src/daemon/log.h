/* log.h - the daemon's log: events of the node and messages of its parts, one
 * line each, as text or as JSON, on a descriptor (standard error). A level per
 * part, changeable while running; what repeats is held back and counted. Words
 * nothing itself and holds no secret: events have none. Never blocks: lines
 * that the reader does not take are counted as lost. */
#ifndef DAEMON_LOG_H
#define DAEMON_LOG_H

#include "base/env.h"
#include "base/err.h"
#include "base/mono.h"
#include "base/setting.h"
#include "node/event.h"

struct log;

enum log_format {
	LOG_TEXT,
	LOG_JSON
};

/* Who speaks. Other names are taken too and follow the general level. */
#define LOG_PARTS(X)                                                                               \
	X(DAEMON, daemon, "The daemon itself: start, configuration, stop.")                        \
	X(NODE, node, "The node: clocks, workers, configuration taken over.")                      \
	X(MASC, masc, "MASC sessions.")                                                            \
	X(PNRP, pnrp, "Names and clouds.")                                                         \
	X(GRAPH, graph, "Graphs and their neighbors.")                                             \
	X(GROUP, group, "Groups and their members.")                                               \
	X(ENGINE, engine, "What carries the node: jobs, ports, recordings.")                       \
	X(STORE, store, "The store on disk.")                                                      \
	X(NET, net, "Sockets and interfaces.")                                                     \
	X(CTL, ctl, "The control socket.")

enum log_part {
#define X(upper, lower, help) LOG_PART_##upper,
	LOG_PARTS(X)
#undef X
	LOG_PART_COUNT
};

/* A part without a level of its own. */
#define LOG_GENERAL UINT32_MAX

struct log_config {
	uint32_t level;	 /* enum node_level */
	uint32_t format; /* enum log_format */
	uint32_t burst;
	int64_t interval;		/* us */
	uint32_t parts[LOG_PART_COUNT]; /* enum node_level or LOG_GENERAL */
};

/* Names of the parts, ended by NULL. */
extern const char *const log_part_names[];

/* Keys of the group `log`, and of `parts` in it. */
extern const struct setting log_settings[];
extern const struct setting log_part_settings[];

void log_config_init(struct log_config *c);

/* Borrows env and fd for life. `journal`: the lines go to journald, which adds
 * the time itself and takes the level from a prefix. ERR_NOMEM. */
MUST_USE enum err log_new(struct log **out, const struct env *env, int fd, bool journal,
			  const struct log_config *c);
void log_free(struct log *l);

/* Whether fd is what $JOURNAL_STREAM ("device:inode") names; NULL: no. */
bool log_is_journal(int fd, const char *journal_stream);

void log_configure(struct log *l, const struct log_config *c);
/* The level of one part, or of all with part NULL. ERR_NOT_FOUND. */
MUST_USE enum err log_set(struct log *l, const char *part, enum node_level level);
enum node_level log_get(const struct log *l, const char *part);

void log_event(struct log *l, const struct node_event *e, struct wall wall, struct mono now);
void log_message(struct log *l, enum node_level level, const char *part, const char *message,
		 struct wall wall, struct mono now);

/* Tells about what was held back when its interval is over. */
void log_tick(struct log *l, struct wall wall, struct mono now);
struct mono log_deadline(const struct log *l);
/* The same for all that is held back, over or not: before the end. */
void log_flush(struct log *l, struct wall wall);

#endif
