#include "graph/graphs_int.h"

#include <assert.h>

#define TELL_AGAIN MONO_SEC /* of strangers that are alike */

/* What comes out: of the manager itself first, then of its graphs, one after the other. */

static struct graphs_own *own_new(struct graphs *s)
{
	struct graphs_own *own = env_zalloc(s->shared.env, 1, sizeof(*own));
	if (own)
		list_init(&own->all);
	return own;
}

bool graphs_out_add(struct graphs *s, const struct graphs_out *o)
{
	struct graphs_own *own = own_new(s);
	if (!own)
		return false;
	own->out = *o;
	list_push_back(&s->outs, &own->all);
	return true;
}

static void count_stranger(struct graphs_counts *c, enum graphs_stranger why)
{
	c->strangers += why == GRAPHS_STRANGER_UNWANTED;
	c->malformed += why == GRAPHS_STRANGER_MALFORMED;
	c->late += why == GRAPHS_STRANGER_LATE;
	c->full += why == GRAPHS_STRANGER_FULL;
}

/* GRAPH-12.14: without memory it is counted all the same. */
void graphs_stranger(struct graphs *s, enum graphs_stranger why, const struct addr *remote)
{
	static const struct {
		enum err err;
		const char *text;
	} reasons[GRAPHS_STRANGER_COUNT] = {
		{ ERR_NOT_FOUND, "it is for no graph that listens here" },
		{ ERR_MALFORMED, "it does not begin as one of a graph does" },
		{ ERR_TIMEOUT, "it did not say in time which graph it is for" },
		{ ERR_FULL, "there are too many from its address, or in all" },
	};
	struct mono *told = &s->told[why];
	count_stranger(&s->counts, why);
	if (told->us && mono_since(s->now, *told) < TELL_AGAIN)
		return;
	struct graphs_told *t = env_zalloc(s->shared.env, 1, sizeof(*t));
	if (!t)
		return;
	*told = s->now;
	t->event = (struct graph_event){ .kind = GRAPH_EVENT_BAD_PEER,
					 .remote = *remote,
					 .err = reasons[why].err,
					 .text = reasons[why].text };
	t->own.out = (struct graphs_out){ .kind = GRAPHS_EVENT };
	t->own.out.of = (struct graph_out){ .kind = GRAPH_OUT_EVENT, .event = &t->event };
	list_push_back(&s->outs, &t->own.all);
}

bool graphs_reply_reserve(struct graphs *s)
{
	struct graphs_own *own = own_new(s);
	if (own)
		list_push_back(&s->replies, &own->all);
	return own != NULL;
}

static struct graphs_own *take_reply(struct graphs *s)
{
	struct graphs_own *own = LIST_ENTRY(s->replies.next, struct graphs_own, all);
	assert(!list_empty(&s->replies));
	list_take(&own->all);
	return own;
}

void graphs_reply_no_more(struct graphs *s)
{
	env_free(s->shared.env, take_reply(s));
}

void graphs_reply(struct graphs *s, uint64_t number, enum err err, const char *text, uint64_t after)
{
	struct graphs_own *own = take_reply(s);
	own->out = (struct graphs_out){ .kind = GRAPHS_REPLY };
	own->out.of = (struct graph_out){
		.kind = GRAPH_OUT_REPLY, .number = number, .err = err, .text = text, .after = after
	};
	list_push_back(&s->outs, &own->all);
}

static bool poll_own(struct graphs *s, struct graphs_out *out)
{
	env_free(s->shared.env, s->last);
	s->last = NULL;
	if (list_empty(&s->outs))
		return false;
	s->last = LIST_ENTRY(s->outs.next, struct graphs_own, all);
	list_take(&s->last->all);
	*out = s->last->out;
	return true;
}

/* What an event changes here is done when all that stands before it is out: its spans
 * live until then. */
static void follow(struct graphs *s, const struct graph_event *e)
{
	static const bool followed[GRAPH_EVENT_COUNT] = {
		[GRAPH_EVENT_STATUS] = true,   [GRAPH_EVENT_PROPERTIES] = true,
		[GRAPH_EVENT_NEIGHBOR] = true, [GRAPH_EVENT_TIME] = true,
		[GRAPH_EVENT_LOADED] = true,
	};
	s->changed |= followed[e->kind];
}

static enum graphs_out_kind kind_of(enum graph_out_kind k)
{
	static const enum graphs_out_kind kinds[] = {
		[GRAPH_OUT_DIAL] = GRAPHS_DIAL,	       [GRAPH_OUT_SEND] = GRAPHS_SEND,
		[GRAPH_OUT_CLOSE] = GRAPHS_CLOSE_LINK, [GRAPH_OUT_EVENT] = GRAPHS_EVENT,
		[GRAPH_OUT_REPLY] = GRAPHS_REPLY,      [GRAPH_OUT_DATA] = GRAPHS_DATA,
	};
	return kinds[k];
}

/* Without memory to know it by, a link that is dialled goes on as if it were refused. */
static bool note_dial(struct graphs *s, struct graphs_entry *e, uint32_t link)
{
	if (graphs_link_add(s, link, e))
		return true;
	graph_down(e->graph, link, ERR_NOMEM, s->now);
	return false;
}

static bool take(struct graphs *s, struct graphs_entry *e, struct graphs_out *out)
{
	out->kind = kind_of(out->of.kind);
	out->graph = e->number;
	if (out->of.kind == GRAPH_OUT_DIAL)
		return note_dial(s, e, out->of.link);
	if (out->of.kind == GRAPH_OUT_CLOSE) {
		struct graphs_link *l = graphs_link_find(s, out->of.link);
		if (l)
			graphs_link_drop(s, l);
	} else if (out->of.kind == GRAPH_OUT_EVENT) {
		follow(s, out->of.event);
	}
	return true;
}

static bool poll_graph(struct graphs *s, struct graphs_entry *e, struct graphs_out *out)
{
	*out = (struct graphs_out){ .graph = 0 };
	while (graph_poll(e->graph, &out->of))
		if (take(s, e, out))
			return true;
	return false;
}

/* Begins with the one that was polled last: it has most. */
static bool poll_graphs(struct graphs *s, struct graphs_out *out)
{
	struct list *first = s->turn ? s->turn : s->entries.next, *at = first;
	do {
		if (at != &s->entries) {
			struct graphs_entry *e = LIST_ENTRY(at, struct graphs_entry, all);
			s->turn = at;
			if (e->graph && poll_graph(s, e, out))
				return true;
		}
		at = at->next;
	} while (at != first);
	return false;
}

static bool has_left(const struct graphs *s, const struct graphs_entry *e)
{
	bool late = e->leaving && mono_reached(e->close_at, s->now);
	return !graph_busy(e->graph) || late;
}

/* Once nothing is left to be taken out: what the graphs told is kept, and those that have
 * said goodbye go. True: something came of it. */
static bool settle(struct graphs *s)
{
	bool changed = s->changed;
	s->changed = false;
	LIST_EACH(n, tmp, &s->entries)
	{
		struct graphs_entry *e = LIST_ENTRY(n, struct graphs_entry, all);
		if (!e->graph)
			continue;
		if (changed)
			graphs_row_follow(s, e, s->now);
		if (e->leaving && has_left(s, e)) {
			graphs_entry_left(s, e);
			changed = true;
		} else if (s->stopping && !e->left_saved && has_left(s, e)) {
			e->left_saved = true;
			graphs_row_follow(s, e, s->now);
		}
	}
	if (changed)
		graphs_doors_mind(s, s->now);
	return changed;
}

bool graphs_poll(struct graphs *s, struct graphs_out *out)
{
	do {
		if (poll_own(s, out) || poll_graphs(s, out))
			return true;
	} while (settle(s));
	return false;
}
