#include "graph/graph_int.h"

/* Commands: who answers them. Each has its reply set aside when it comes, so that it is
 * answered whatever memory there is then. */

static bool is_change(const struct graph_command *c)
{
	switch (c->kind) {
	case GRAPH_RECORD_ADD:
	case GRAPH_RECORD_UPDATE:
	case GRAPH_RECORD_DELETE:
	case GRAPH_SET:
		return true;
	case GRAPH_CONNECT_TO:
	case GRAPH_DISCONNECT_FROM:
	case GRAPH_CONN_OPEN:
	case GRAPH_CONN_SEND:
	case GRAPH_CONN_CLOSE:
	case GRAPH_CONN_READ:
	case GRAPH_PING:
	case GRAPH_ACCEPT_DIRECT:
	case GRAPH_IMPORT:
	case GRAPH_REVALIDATE:
		return false;
	}
	return false;
}

static bool copy_text(char *to, size_t size, const char *from, size_t units)
{
	uint8_t utf16[2 * GRAPH_COMMENT_UNITS];
	size_t n;
	if (graph_utf16(span_str(from), units, utf16, &n) != OK)
		return false;
	struct text t = text_of(to, size);
	text_str(&t, from);
	return true;
}

/* What `set` names, checked before any of it is taken over. */
static bool change_properties(struct graph *g, const struct graph_command *c)
{
	struct graph_properties p = g->properties;
	const struct graph_properties *to = c->properties;
	if (!to)
		return false;
	if (c->set & GRAPH_SET_NAME && !copy_text(p.name, sizeof(p.name), to->name, GRAPH_ID_UNITS))
		return false;
	if (c->set & GRAPH_SET_COMMENT &&
	    !copy_text(p.comment, sizeof(p.comment), to->comment, GRAPH_COMMENT_UNITS))
		return false;
	if (c->set & GRAPH_SET_PRESENCE_LIFE)
		p.presence_life = to->presence_life;
	if (c->set & GRAPH_SET_PRESENCE_MAX)
		p.presence_max = to->presence_max;
	if (p.presence_life && p.presence_life < GRAPH_LIFE_PRESENCE)
		return false;
	g->properties = p;
	return true;
}

/* Graph Info is one record of all nodes: what cannot be published is not so. */
static void set_info(struct graph *g, const struct graph_command *c, uint64_t number,
		     struct mono now)
{
	struct graph_properties before = g->properties;
	uint64_t after = 0;
	if (!change_properties(g, c)) {
		graph_out_reply(g, number, ERR_RANGE,
				"a name or comment is too long, or presence lives below 300 s", 0);
		return;
	}
	enum err e = graph_info_publish(g, &after, now);
	if (e != OK)
		g->properties = before;
	else
		graph_presence_maintain(g, now);
	graph_out_reply(g, number, e, NULL, after);
}

static void set(struct graph *g, const struct graph_command *c, uint64_t number, struct mono now)
{
	bool info = c->set & ~(uint32_t)(GRAPH_SET_PRESENT | GRAPH_SET_ATTRIBUTES);
	/* GRAPH-14.16 */
	if (info && !graph_creator(g)) {
		graph_out_reply(g, number, ERR_DENIED,
				"only its creator may change what a graph is", 0);
		return;
	}
	/* GRAPH-10.26 */
	if (g->said && c->set & (GRAPH_SET_NAME | GRAPH_SET_COMMENT | GRAPH_SET_PRESENCE_MAX)) {
		graph_out_reply(g, number, ERR_DENIED,
				"its group says what it is called: change the group", 0);
		return;
	}
	if (c->set & (GRAPH_SET_PRESENT | GRAPH_SET_ATTRIBUTES))
		graph_presence_command(g, c, now);
	if (info)
		set_info(g, c, number, now);
	else
		graph_out_reply(g, number, OK, NULL, 0);
}

static void perform(struct graph *g, const struct graph_command *c, uint64_t number,
		    struct mono now)
{
	switch (c->kind) {
	case GRAPH_RECORD_ADD:
	case GRAPH_RECORD_UPDATE:
	case GRAPH_RECORD_DELETE:
	case GRAPH_IMPORT:
		graph_publish_command(g, c, number, now);
		break;
	case GRAPH_SET:
		set(g, c, number, now);
		break;
	case GRAPH_CONNECT_TO:
	case GRAPH_DISCONNECT_FROM:
	case GRAPH_CONN_OPEN:
		graph_connect_command(g, c, number, now);
		break;
	case GRAPH_CONN_SEND:
	case GRAPH_CONN_CLOSE:
	case GRAPH_CONN_READ:
	case GRAPH_PING:
	case GRAPH_ACCEPT_DIRECT:
		graph_data_command(g, c, number, now);
		break;
	case GRAPH_REVALIDATE:
		graph_out_reply(g, number, OK, NULL, 0);
		graph_revalidate(g, NULL, 0, now);
		break;
	}
}

/* GRAPH-14.7 */
static const char *not_ready(const struct graph *g)
{
	if (g->neighbors)
		return "the first synchronisation has not ended: wait for `synchronised`";
	return "the graph was never synchronised: connect to a node of it first";
}

void graph_command_perform(struct graph *g, const struct graph_command *c, uint64_t number,
			   struct mono now)
{
	if (is_change(c) && !graph_ready(g))
		graph_out_reply(g, number, ERR_STATE, not_ready(g), 0);
	else
		perform(g, c, number, now);
}

enum err graph_command(struct graph *g, const struct graph_command *c, uint64_t number,
		       struct mono now)
{
	struct graph_outing *o = graph_outing_new(g);
	if (!o)
		return ERR_NOMEM;
	graph_outing_reserve(g, o);
	if (g->stopping) {
		graph_out_reply(g, number, ERR_STOPPING, NULL, 0);
	} else if (g->loaded) {
		graph_command_perform(g, c, number, now);
	} else {
		enum err e = graph_load_wait(g, c, number);
		if (e != OK)
			graph_out_reply(g, number, e, "too much waits for the database", 0);
	}
	graph_finish(g, now);
	return OK;
}

void graph_cancel(struct graph *g, uint64_t number, struct mono now)
{
	if (graph_load_cancel(g, number) || graph_follower_cancel(g, number))
		return;
	LIST_EACH(n, tmp, &g->links)
	{
		struct graph_link *l = LIST_ENTRY(n, struct graph_link, all);
		if (l->state != GRAPH_STATE_ENDED && l->command && l->command == number &&
		    !graph_follow_cancel(g, l, number))
			graph_link_end(g, l, ERR_CANCELLED, NULL, now);
	}
	graph_finish(g, now);
}
