#include "sim/world_int.h"

/* The store's writer: one batch at a time, the next is sealed when it is done.
 * A crash may be asked for before the commit, after it and before anybody is
 * told, or amid the telling. */

void commit_kick(struct machine *m)
{
	struct world *w = m->site.w;
	if (m->committing || !store_mem_seal(m->mem))
		return;
	m->committing = true;
	m->sealed = store_mem_newest(m->mem);
	world_at(w, &m->commit, EV_COMMIT,
		 w->now + rng_between(&w->store_rng, m->store_delay.low, m->store_delay.high));
}

/* Marks what waits for a put that is undone: by number, before the node, told
 * of it, puts anew. */
static void doom(struct machine *m, uint64_t first)
{
	LIST_EACH(i, next, &m->held)
	{
		struct held *h = LIST_ENTRY(i, struct held, at);
		h->doomed = h->out.after >= first;
	}
}

static void drop_link(struct machine *m, uint32_t link, enum err why)
{
	LIST_EACH(i, next, &m->held)
	{
		struct held *h = LIST_ENTRY(i, struct held, at);
		bool of_link = h->out.kind == NODE_OUT_SEND || h->out.kind == NODE_OUT_CLOSE;
		if (of_link && h->out.link == link)
			held_drop(m, h);
	}
	struct end *e = map_get(&m->links, span_of(&link, sizeof(link)));
	if (!e)
		return;
	stream_close(e, PIPE_RESET);
	feed(m, &(struct node_in){ .kind = NODE_IN_DOWN, .link = link, .err = why });
}

static struct held *first_doomed(struct machine *m)
{
	LIST_EACH(i, next, &m->held)
	{
		struct held *h = LIST_ENTRY(i, struct held, at);
		if (h->doomed)
			return h;
	}
	return NULL;
}

/* Streams with octets that wait for it are closed, callers get the error,
 * events are never told. */
static void bury(struct machine *m, enum err why)
{
	for (struct held *h = first_doomed(m); h && m->node; h = first_doomed(m)) {
		struct node_out out = h->out;
		if (out.kind == NODE_OUT_SEND || out.kind == NODE_OUT_CLOSE) {
			drop_link(m, out.link, why);
			continue;
		}
		held_drop(m, h);
		out.err = why;
		if (out.kind == NODE_OUT_REPLY)
			perform(m, &out);
	}
}

static void commit_failed(struct machine *m)
{
	uint64_t first = store_mem_fail(m->mem);
	enum err why = m->fail_why;
	m->fail_commits--;
	say(&m->site, "#", "commit failed");
	doom(m, first);
	invariant_told_undone(m, first);
	feed(m, &(struct node_in){ .kind = NODE_IN_STORE_FAILED, .number = first, .err = why });
	bury(m, why);
}

void commit_done(struct machine *m)
{
	struct world *w = m->site.w;
	m->committing = false;
	world_touch(&m->site);
	if (crash_due(m, SCN_BEFORE_COMMIT)) {
		crash_happen(m);
		return;
	}
	if (m->fail_commits) {
		commit_failed(m);
	} else if (!store_mem_commit(m->mem)) {
		w->err = ERR_NOMEM;
		return;
	} else {
		say(&m->site, "#", "committed");
	}
	if (crash_due(m, SCN_BETWEEN)) {
		crash_happen(m);
		return;
	}
	if (crash_due(m, SCN_TOLD) && feed_tell(m)) {
		crash_happen(m);
		return;
	}
	feed_release(m);
	if (m->node && crash_due(m, SCN_AFTER_SEND))
		crash_happen(m);
	if (!m->node)
		return;
	commit_kick(m);
	machine_settle(m);
}
