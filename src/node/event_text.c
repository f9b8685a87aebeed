#include "node/event_int.h"

/* One sentence an event, for people. */

/* What to look at when a NOTIFICATION of this code went over the wire, in the
 * order of MASC-3.1. Subcodes not named need no advice beyond their text. */
static const struct hint {
	uint8_t code, subcode;
	const char *text;
} hints[] = {
	{ 2, 1, "one side speaks a version the other does not" },
	{ 2, 2, "compare `domain` of the node with `domain` of this peer on the other side" },
	{ 2, 3, "compare `node` on both sides; two nodes never share one" },
	{ 2, 6, "a hold time is 0 or at least 3 s" },
	{ 2, 7, "internal peers are both of a top-level domain or both not" },
	{ 2, 8, "child goes with parent, sibling with sibling, internal with internal" },
	{ 2, 9, "compare `parent_domain` on both sides" },
	{ 2, 10, "siblings need a parent in common: compare `parent_domain` on both sides" },
	{ 2, 13, "compare `family` of this peer on both sides" },
	{ 3, 15, "compare `domain` on both sides" },
	{ 3, 17, "the parent wants longer claims: its `child_lifetime_least`" },
	{ 3, 19, "compare the clocks of both machines" },
	{ 3, 20, "compare the clocks of both machines" },
	{ 3, 21, "the parent wants larger claims: its `claim_least`" },
	{ 3, 22, "the parent allows smaller claims only: its `child_claim_most`" },
};

const char *node_masc_advice(const struct masc_error *error, enum err why)
{
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (hints[i].code == error->code && hints[i].subcode == error->subcode)
			return hints[i].text;
	if (!error->code && why == ERR_TIMEOUT)
		return "it is off, a firewall is in between, or `md5_key` differs between the sides";
	return NULL;
}

static void put_advice(struct text *t, const char *advice)
{
	if (!advice)
		return;
	text_str(t, "; ");
	text_str(t, advice);
}

static void put_error(struct text *t, const struct masc_error *error)
{
	text_str(t, masc_error_text(error->code, error->subcode));
	text_str(t, " (");
	text_u64(t, error->code);
	text_char(t, '/');
	text_u64(t, error->subcode);
	text_char(t, ')');
}

/* The peer's name, or where it is where it has none. */
static void put_peer(struct text *t, const struct masc_event *e)
{
	if (e->peer[0]) {
		text_str(t, e->peer);
		return;
	}
	if (e->remote.family == ADDR_NONE)
		text_str(t, "an unknown peer");
	else
		addr_text(t, &e->remote);
}

static void put_at(struct text *t, const struct masc_event *e)
{
	if (e->remote.family == ADDR_NONE)
		return;
	text_str(t, " at ");
	addr_text(t, &e->remote);
}

static void state_text(struct text *t, const struct masc_event *e)
{
	text_str(t, "session with ");
	put_peer(t, e);
	text_str(t, " goes from ");
	text_str(t, masc_state_text(e->from));
	text_str(t, " to ");
	text_str(t, masc_state_text(e->to));
}

static void lost_text(struct text *t, const struct masc_event *e)
{
	text_str(t, "session with ");
	put_peer(t, e);
	text_str(t, " is down: ");
	if (e->error.code)
		put_error(t, &e->error);
	else
		text_str(t, e->err ? err_text(e->err) : "ended in good order");
}

static void put_about(struct text *t, const struct masc_event *e)
{
	if (!e->prefix.family)
		return;
	text_str(t, ", about ");
	masc_prefix_text(t, &e->prefix);
}

static void notified_text(struct text *t, const struct masc_event *e)
{
	text_str(t, "told ");
	put_peer(t, e);
	text_str(t, ": ");
	put_error(t, &e->error);
	put_about(t, e);
	put_advice(t, node_masc_advice(&e->error, OK));
}

static void notification_text(struct text *t, const struct masc_event *e)
{
	put_peer(t, e);
	text_str(t, " says: ");
	put_error(t, &e->error);
	put_about(t, e);
	put_advice(t, node_masc_advice(&e->error, OK));
}

static const char *keep_reason(enum masc_keep k)
{
	switch (k) {
	case MASC_KEEP_UP:
		return ", which was up already";
	case MASC_KEEP_HIGHER:
		return ", which has the higher Node ID";
	case MASC_KEEP_NEWER:
		return " last";
	case MASC_KEEP_TWIN:
	case MASC_KEEP_COUNT:
		break;
	}
	return "";
}

static void collision_text(struct text *t, const struct masc_event *e)
{
	if (e->keep == MASC_KEEP_TWIN) {
		put_peer(t, e);
		text_str(t, " gives the Node ID of another peer, whose session stays; every node "
			    "needs one of its own");
		return;
	}
	text_str(t, "two connections with ");
	put_peer(t, e);
	text_str(t, ": kept the one opened by ");
	text_str(t, e->ours ? "us" : "the peer");
	text_str(t, keep_reason(e->keep));
	text_str(t, "; closed the other");
}

static void wrong_source_text(struct text *t, const struct masc_event *e)
{
	text_str(t, "connection from ");
	if (e->remote.family == ADDR_NONE)
		text_str(t, "an unknown address");
	else
		addr_text(t, &e->remote);
	text_str(t, " refused: it is no peer's `address`; add a peer if it should be one");
}

static void dial_failed_text(struct text *t, const struct masc_event *e)
{
	text_str(t, "cannot reach ");
	put_peer(t, e);
	if (e->peer[0])
		put_at(t, e);
	text_str(t, ": ");
	text_str(t, err_text(e->err));
	put_advice(t, node_masc_advice(&e->error, e->err));
	text_str(t, "; will try again");
}

static void stopped_text(struct text *t, const struct masc_event *e)
{
	text_str(t, "stopped, with all its sessions: its port could not be had, ");
	text_str(t, err_text(e->err));
	text_str(t, "; `homestead doctor ports` says who has it, then reload");
}

static void store_failed_text(struct text *t, const struct masc_event *e)
{
	text_str(t, "a change to ");
	if (e->number || e->prefix.family)
		node_claim_name(t, e);
	else
		put_peer(t, e);
	text_str(t, " could not be stored and was undone: ");
	text_str(t, err_text(e->err));
	text_str(t, "; mend the store, then give the command again");
}

static void established_text(struct text *t, const struct masc_event *e)
{
	text_str(t, "session with ");
	put_peer(t, e);
	text_str(t, " is up");
}

static void admin_text(struct text *t, const struct masc_event *e)
{
	put_peer(t, e);
	text_str(t, e->up ? " taken up by an operator" : " taken down by an operator");
}

static void masc_text(struct text *t, const struct masc_event *e)
{
	static void (*const words[MASC_EVENT_COUNT])(struct text * t,
						     const struct masc_event *e) = {
		[MASC_EVENT_STATE] = state_text,
		[MASC_EVENT_ESTABLISHED] = established_text,
		[MASC_EVENT_LOST] = lost_text,
		[MASC_EVENT_NOTIFIED] = notified_text,
		[MASC_EVENT_NOTIFICATION] = notification_text,
		[MASC_EVENT_COLLISION] = collision_text,
		[MASC_EVENT_WRONG_SOURCE] = wrong_source_text,
		[MASC_EVENT_DIAL_FAILED] = dial_failed_text,
		[MASC_EVENT_ADMIN] = admin_text,
		[MASC_EVENT_STOPPED] = stopped_text,
		[MASC_EVENT_STORE_FAILED] = store_failed_text,
	};
	if (e->kind >= MASC_EVENT_COUNT)
		text_str(t, "unknown event");
	else if (words[e->kind])
		words[e->kind](t, e);
	else
		node_claim_text(t, e);
}

static void workers_stuck_text(struct text *t, const struct node_self_event *e)
{
	text_str(t, "the job threads do not answer: ");
	text_str(t, err_text(e->err));
	text_str(t, "; long work waits, look for a machine without processor time or memory");
}

static void stepped_text(struct text *t, const struct node_self_event *e)
{
	text_str(t, "the wall clock jumped ");
	text_str(t, e->us < 0 ? "back by " : "ahead by ");
	text_duration(t, e->us < 0 ? -e->us : e->us);
}

static void refused_text(struct text *t, const struct node_self_event *e)
{
	text_str(t, "new configuration refused, the old one stays: ");
	if (e->line) {
		text_str(t, "line ");
		text_u64(t, e->line);
		text_str(t, ": ");
	}
	text_str(t, e->text);
}

static void self_text(struct text *t, const struct node_self_event *e)
{
	switch (e->kind) {
	case NODE_SELF_WORKERS_STUCK:
		workers_stuck_text(t, e);
		return;
	case NODE_SELF_WORKERS_BACK:
		text_str(t, "the job threads answer again");
		return;
	case NODE_SELF_CLOCK_SYNCHRONISED:
		text_str(t, "the wall clock is synchronised");
		return;
	case NODE_SELF_CLOCK_LOST:
		text_str(t, "the wall clock is not synchronised any more; look at the time service "
			    "of this machine");
		return;
	case NODE_SELF_CLOCK_STEPPED:
		stepped_text(t, e);
		return;
	case NODE_SELF_CONFIG_TAKEN:
		text_str(t, "the new configuration is in force");
		return;
	case NODE_SELF_CONFIG_REFUSED:
		refused_text(t, e);
		return;
	case NODE_SELF_STOPPING:
		text_str(t, "stopping: neighbours are told");
		return;
	case NODE_SELF_EVENT_COUNT:
		break;
	}
	text_str(t, "unknown event");
}

void node_event_text(struct text *t, const struct node_event *e)
{
	switch (e->part) {
	case NODE_PART_NODE:
		self_text(t, &e->self);
		return;
	case NODE_PART_MASC:
		masc_text(t, &e->masc);
		return;
	case NODE_PART_PNRP:
		node_pnrp_text(t, &e->pnrp);
		return;
	case NODE_PART_GRAPH:
		node_graph_text(t, &e->graph);
		return;
	case NODE_PART_GROUP:
		node_group_text(t, &e->group);
		return;
	case NODE_PART_COUNT:
		break;
	}
	text_str(t, "unknown event");
}
