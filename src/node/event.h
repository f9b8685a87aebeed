/* event.h - what a node tells the world, for logs, event streams and traces:
 * the part it comes from, how grave it is, its name and its fields. Worded
 * here, once, for every reader. */
#ifndef NODE_EVENT_H
#define NODE_EVENT_H

#include "base/text.h"
#include "masc/masc.h"

enum node_part {
	NODE_PART_NODE,
	NODE_PART_MASC,
	NODE_PART_COUNT
};
const char *node_part_text(enum node_part p); /* "node", "masc" */

/* Levels of a log, the gravest first. */
enum node_level {
	NODE_ERROR,
	NODE_WARNING,
	NODE_NOTICE,
	NODE_INFO,
	NODE_DEBUG,
	NODE_LEVEL_COUNT
};
const char *node_level_text(enum node_level l);

struct node_event {
	enum node_part part;
	enum node_level level;
	union {
		struct masc_event masc;
	};
};

/* The name of the event in its part: "up", "collision". */
const char *node_event_name(const struct node_event *e);
/* One sentence for people, without the part and without a full stop: "session
 * with north is up". Names the object, says why, and what to do where that is
 * known. */
void node_event_text(struct text *t, const struct node_event *e);

/* The fields of an event by name, for JSON and structured logs: walks them,
 * *at starts at 0. Numbers come with is_number set; text lives in `buffer`. */
struct node_field {
	const char *name;
	bool is_number;
	int64_t number;
	struct text value;
	char buffer[160];
};
bool node_event_field(const struct node_event *e, size_t *at, struct node_field *f);

#endif
