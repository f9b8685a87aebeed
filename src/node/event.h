/* event.h - what a node tells the world, for logs, event streams and traces:
 * the part it comes from, how grave it is, its name and its fields. Worded
 * here, once, for every reader. */
#ifndef NODE_EVENT_H
#define NODE_EVENT_H

#include "base/text.h"
#include "graph/graph.h"
#include "group/group.h"
#include "masc/masc.h"
#include "pnrp/clouds.h"

enum node_part {
	NODE_PART_NODE,
	NODE_PART_MASC,
	NODE_PART_PNRP,
	NODE_PART_GRAPH,
	NODE_PART_GROUP,
	NODE_PART_COUNT
};
const char *node_part_text(enum node_part p); /* "node", "masc", "pnrp", "graph", "group" */

/* Levels of a log, the gravest first. */
enum node_level {
	NODE_ERROR,
	NODE_WARNING,
	NODE_NOTICE,
	NODE_INFO,
	NODE_DEBUG,
	NODE_LEVEL_COUNT
};
const char *node_level_text(enum node_level l); /* "error", "warning", ... */

/* What the node itself has to say, beside its parts. */
#define NODE_SELF_EVENTS(X)                                                                        \
	X(WORKERS_STUCK, "workers-stuck") /* no answer to the probe job, or a wrong one: err */    \
	X(WORKERS_BACK, "workers-back")	  /* the job pool answers again */                         \
	X(CLOCK_SYNCHRONISED, "clock-synchronised")                                                \
	X(CLOCK_LOST, "clock-unsynchronised")                                                      \
	X(CLOCK_STEPPED, "clock-stepped")   /* the wall clock jumped: us */                        \
	X(CONFIG_TAKEN, "config-taken")	    /* a new configuration is in force */                  \
	X(CONFIG_REFUSED, "config-refused") /* nothing changed: line, text */                      \
	X(STOPPING, "stopping")

enum node_self_event_kind {
#define X(name, text) NODE_SELF_##name,
	NODE_SELF_EVENTS(X)
#undef X
	NODE_SELF_EVENT_COUNT
};

#define NODE_SELF_TEXT_MAX 200

struct node_self_event {
	enum node_self_event_kind kind;
	enum err err;		       /* WORKERS_STUCK, CONFIG_REFUSED */
	int64_t us;		       /* CLOCK_STEPPED: by how much */
	uint32_t line;		       /* CONFIG_REFUSED: of the text form, 0 none */
	char text[NODE_SELF_TEXT_MAX]; /* CONFIG_REFUSED: why */
};

/* Of a group. Its names, and the label in `of`, live until the next call on the node. */
struct node_group_event {
	const char *id;	  /* its peer name */
	const char *name; /* friendly; "": not known */
	struct group_event of;
};

struct node_event {
	enum node_part part;
	enum node_level level;
	union {
		struct masc_event masc;	       /* NODE_PART_MASC */
		struct pnrp_clouds_event pnrp; /* NODE_PART_PNRP */
		struct graph_event graph;      /* NODE_PART_GRAPH; graph_id lives until the
						* next call on the node */
		struct node_group_event group; /* NODE_PART_GROUP */
		struct node_self_event self;   /* NODE_PART_NODE */
	};
};

/* A copy to keep, in `size` octets that are aligned as an event is: its strings lie behind
 * it. */
size_t node_event_size(const struct node_event *e);
void node_event_copy(void *to, const struct node_event *e);

/* How grave an event is. */
enum node_level node_self_event_level(enum node_self_event_kind k);
enum node_level node_masc_event_level(const struct masc_event *e);
enum node_level node_pnrp_event_level(const struct pnrp_clouds_event *e);
enum node_level node_graph_event_level(const struct graph_event *e);
enum node_level node_group_event_level(const struct group_event *e);

/* The name of the event in its part: "up", "collision". */
const char *node_event_name(const struct node_event *e);
/* One sentence for people, without the part and without a full stop: "session
 * with north is up". Names the object, says why, and what to do where that is
 * known. */
void node_event_text(struct text *t, const struct node_event *e);
/* What to look at after a NOTIFICATION, either way, or, with code 0, after a
 * dial or connection failed for `why`. NULL when there is nothing to say. */
const char *node_masc_advice(const struct masc_error *error, enum err why);

/* What to do about a claim that does not go on, or that was refused, for this
 * reason. NULL when there is nothing to say. */
const char *node_reason_advice(enum masc_reason why);
/* The same two of a claim of our own, where some reasons mean another thing than
 * of a child's. */
const char *node_own_reason_text(enum masc_reason why);
const char *node_own_reason_advice(enum masc_reason why);

/* The fields of an event by name, for JSON and structured logs: walks them,
 * *at starts at 0. Numbers come with is_number set; text lives in `buffer`. */
struct node_field {
	const char *name;
	bool is_number;
	int64_t number;
	struct text value;
	char buffer[800]; /* a label is up to 765 octets */
};
bool node_event_field(const struct node_event *e, size_t *at, struct node_field *f);

#endif
