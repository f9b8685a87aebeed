#include "node/event_int.h"

/* Names and levels of events. Their sentences are in event_text.c, their
 * fields in event_field.c. */

const char *node_part_text(enum node_part p)
{
	switch (p) {
	case NODE_PART_NODE:
		return "node";
	case NODE_PART_MASC:
		return "masc";
	case NODE_PART_PNRP:
		return "pnrp";
	case NODE_PART_GRAPH:
		return "graph";
	case NODE_PART_GROUP:
		return "group";
	case NODE_PART_COUNT:
		break;
	}
	return "unknown";
}

/* Strings that it points at and that may go while it waits. */
struct passing {
	const char *id, *name, *label, *by, *by_label, *reason;
};

static struct passing passing(const struct node_event *e)
{
	if (e->part == NODE_PART_GRAPH)
		return (struct passing){ .id = e->graph.graph_id };
	if (e->part == NODE_PART_GROUP)
		return (struct passing){ e->group.id,	 e->group.name,	       e->group.of.label,
					 e->group.of.by, e->group.of.by_label, e->group.of.reason };
	return (struct passing){ .id = NULL };
}

static size_t size_of(const char *s)
{
	return s ? strlen(s) + 1 : 0;
}

size_t node_event_size(const struct node_event *e)
{
	struct passing s = passing(e);
	return sizeof(*e) + size_of(s.id) + size_of(s.name) + size_of(s.label) + size_of(s.by) +
	       size_of(s.by_label) + size_of(s.reason);
}

/* Behind the copy; *at goes on. */
static const char *keep(char **at, const char *s)
{
	char *to = *at;
	if (!s)
		return NULL;
	*at += size_of(s);
	return memcpy(to, s, size_of(s));
}

void node_event_copy(void *to, const struct node_event *e)
{
	struct node_event *copy = to;
	struct passing s = passing(e);
	char *at = (char *)(copy + 1);
	/* There are as many as records: most of one is room for other parts' events. */
	if (e->part == NODE_PART_GRAPH) {
		copy->part = e->part;
		copy->level = e->level;
		graph_event_copy(&copy->graph, &e->graph);
	} else {
		*copy = *e;
	}
	if (e->part == NODE_PART_GRAPH)
		copy->graph.graph_id = keep(&at, s.id);
	if (e->part != NODE_PART_GROUP)
		return;
	copy->group.id = keep(&at, s.id);
	copy->group.name = keep(&at, s.name);
	copy->group.of.label = keep(&at, s.label);
	copy->group.of.by = keep(&at, s.by);
	copy->group.of.by_label = keep(&at, s.by_label);
	copy->group.of.reason = keep(&at, s.reason);
}

const char *node_level_text(enum node_level l)
{
	static const char *const texts[NODE_LEVEL_COUNT] = {
		[NODE_ERROR] = "error", [NODE_WARNING] = "warning", [NODE_NOTICE] = "notice",
		[NODE_INFO] = "info",	[NODE_DEBUG] = "debug",
	};
	return l < NODE_LEVEL_COUNT ? texts[l] : "unknown";
}

static const char *masc_name(enum masc_event_kind k)
{
	static const char *const names[MASC_EVENT_COUNT] = {
#define X(name, text) [MASC_EVENT_##name] = text,
		MASC_EVENTS(X)
#undef X
	};
	return k < MASC_EVENT_COUNT ? names[k] : "unknown";
}

static const char *self_name(enum node_self_event_kind k)
{
	static const char *const names[NODE_SELF_EVENT_COUNT] = {
#define X(name, text) [NODE_SELF_##name] = text,
		NODE_SELF_EVENTS(X)
#undef X
	};
	return k < NODE_SELF_EVENT_COUNT ? names[k] : "unknown";
}

const char *node_event_name(const struct node_event *e)
{
	switch (e->part) {
	case NODE_PART_NODE:
		return self_name(e->self.kind);
	case NODE_PART_MASC:
		return masc_name(e->masc.kind);
	case NODE_PART_PNRP:
		return node_pnrp_name(&e->pnrp);
	case NODE_PART_GRAPH:
		return node_graph_name(&e->graph);
	case NODE_PART_GROUP:
		return node_group_name(&e->group.of);
	case NODE_PART_COUNT:
		break;
	}
	return "unknown";
}

enum node_level node_self_event_level(enum node_self_event_kind k)
{
	static const enum node_level levels[NODE_SELF_EVENT_COUNT] = {
		[NODE_SELF_WORKERS_STUCK] = NODE_ERROR,
		[NODE_SELF_WORKERS_BACK] = NODE_NOTICE,
		[NODE_SELF_CLOCK_SYNCHRONISED] = NODE_NOTICE,
		[NODE_SELF_CLOCK_LOST] = NODE_WARNING,
		[NODE_SELF_CLOCK_STEPPED] = NODE_WARNING,
		[NODE_SELF_CONFIG_TAKEN] = NODE_NOTICE,
		[NODE_SELF_CONFIG_REFUSED] = NODE_ERROR,
		[NODE_SELF_STOPPING] = NODE_NOTICE,
	};
	return k < NODE_SELF_EVENT_COUNT ? levels[k] : NODE_ERROR;
}

#define CEASE 7

static const enum node_level masc_levels[MASC_EVENT_COUNT] = {
	[MASC_EVENT_STATE] = NODE_DEBUG,	  [MASC_EVENT_ESTABLISHED] = NODE_NOTICE,
	[MASC_EVENT_LOST] = NODE_WARNING,	  [MASC_EVENT_NOTIFIED] = NODE_WARNING,
	[MASC_EVENT_NOTIFICATION] = NODE_WARNING, [MASC_EVENT_COLLISION] = NODE_INFO,
	[MASC_EVENT_WRONG_SOURCE] = NODE_WARNING, [MASC_EVENT_DIAL_FAILED] = NODE_INFO,
	[MASC_EVENT_ADMIN] = NODE_NOTICE,	  [MASC_EVENT_STOPPED] = NODE_ERROR,
	[MASC_EVENT_STORE_FAILED] = NODE_ERROR,	  [MASC_EVENT_CLAIM] = NODE_INFO,
	[MASC_EVENT_CLASH] = NODE_WARNING,	  [MASC_EVENT_DENIED] = NODE_WARNING,
	[MASC_EVENT_RANGE] = NODE_INFO,		  [MASC_EVENT_SYNC] = NODE_INFO,
	[MASC_EVENT_UNMET] = NODE_WARNING,	  [MASC_EVENT_PAUSED] = NODE_WARNING,
	[MASC_EVENT_WAIT_DIFFERS] = NODE_WARNING, [MASC_EVENT_DAMPED] = NODE_WARNING,
	[MASC_EVENT_FULL] = NODE_WARNING,	  [MASC_EVENT_QUOTA] = NODE_WARNING,
};

/* A Cease is how a session ends in good order: no reason to alarm anyone. */
static bool is_cease(const struct masc_event *e)
{
	bool said = e->kind == MASC_EVENT_LOST || e->kind == MASC_EVENT_NOTIFIED ||
		    e->kind == MASC_EVENT_NOTIFICATION;
	return said && e->error.code == CEASE;
}

/* Something that alarmed is over. */
static bool is_relief(const struct masc_event *e)
{
	if (e->kind == MASC_EVENT_CLASH &&
	    (e->why == MASC_REASON_KEPT || e->why == MASC_REASON_YIELDED))
		return true;
	bool alarms = e->kind == MASC_EVENT_CLASH || e->kind == MASC_EVENT_UNMET ||
		      e->kind == MASC_EVENT_PAUSED;
	return alarms && e->up;
}

/* Addresses that may be in use are not ours any more: somebody must act. What is
 * merely wanted is told again when it is scheduled, or says what it waits for. */
static enum node_level claim_level(const struct masc_event *e)
{
	bool asked = e->why == MASC_REASON_ASKED || e->why == MASC_REASON_DEMAND;
	if (e->life == MASC_LIFE_CLASHED)
		return NODE_WARNING;
	if (e->life_from == MASC_LIFE_WAITING && e->life == MASC_LIFE_WANTED && e->prefix.family)
		return NODE_NOTICE; /* the very range that an operator wants */
	return e->life == MASC_LIFE_WANTED && asked ? NODE_DEBUG : NODE_INFO;
}

enum node_level node_masc_event_level(const struct masc_event *e)
{
	if (e->kind >= MASC_EVENT_COUNT)
		return NODE_ERROR;
	if (e->kind == MASC_EVENT_CLAIM)
		return claim_level(e);
	if (is_cease(e))
		return NODE_INFO;
	/* So every domain begins: its parent is asked for the first range. */
	if (e->kind == MASC_EVENT_UNMET && e->why == MASC_REASON_NO_RANGE)
		return NODE_NOTICE;
	/* A shorter claim follows: that is how lifetimes are agreed on. */
	if (e->kind == MASC_EVENT_DENIED && e->allowed)
		return NODE_INFO;
	return is_relief(e) ? NODE_NOTICE : masc_levels[e->kind];
}
