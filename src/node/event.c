#include "node/event.h"

/* Names and levels of events. Their sentences are in event_text.c, their
 * fields in event_field.c. */

const char *node_part_text(enum node_part p)
{
	switch (p) {
	case NODE_PART_NODE:
		return "node";
	case NODE_PART_MASC:
		return "masc";
	case NODE_PART_COUNT:
		break;
	}
	return "unknown";
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

/* A Cease is how a session ends in good order: no reason to alarm anyone. */
static enum node_level unless_cease(const struct masc_event *e, enum node_level level)
{
	return e->error.code == CEASE ? NODE_INFO : level;
}

enum node_level node_masc_event_level(const struct masc_event *e)
{
	switch (e->kind) {
	case MASC_EVENT_STATE:
		return NODE_DEBUG;
	case MASC_EVENT_ESTABLISHED:
	case MASC_EVENT_ADMIN:
		return NODE_NOTICE;
	case MASC_EVENT_COLLISION:
	case MASC_EVENT_DIAL_FAILED:
		return NODE_INFO;
	case MASC_EVENT_LOST:
	case MASC_EVENT_NOTIFIED:
	case MASC_EVENT_NOTIFICATION:
		return unless_cease(e, NODE_WARNING);
	case MASC_EVENT_CLAIM:
	case MASC_EVENT_RANGE:
	case MASC_EVENT_SYNC:
		return NODE_INFO;
	case MASC_EVENT_PAUSED:
	case MASC_EVENT_UNMET:
	case MASC_EVENT_CLASH:
		return e->up ? NODE_NOTICE : NODE_WARNING;
	case MASC_EVENT_WRONG_SOURCE:
	case MASC_EVENT_DENIED:
	case MASC_EVENT_WAIT_DIFFERS:
	case MASC_EVENT_DAMPED:
	case MASC_EVENT_FULL:
	case MASC_EVENT_QUOTA:
		return NODE_WARNING;
	case MASC_EVENT_STOPPED:
	case MASC_EVENT_STORE_FAILED:
		return NODE_ERROR;
	case MASC_EVENT_COUNT:
		break;
	}
	return NODE_ERROR;
}
