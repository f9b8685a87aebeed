#include "graph/graphs_int.h"

/* The manager itself: birth, time, failures of the store, its end, and looks inside. */

/* What was open is open again. One that cannot be opened stays as it is kept. */
static enum err open_all(struct graphs *s, struct mono now)
{
	LIST_EACH(n, tmp, &s->entries)
	{
		struct graphs_entry *e = LIST_ENTRY(n, struct graphs_entry, all);
		if (!e->open || e->deleted || e->guarded)
			continue;
		enum err err = graphs_entry_open(s, e, false, now);
		if (err && err != ERR_CONFIG)
			return err;
	}
	graphs_doors_mind(s, now);
	return OK;
}

/* GRAPH-12.16: those that it guards open now; whoever is not, is opened by command. */
void graphs_guard(struct graphs *s, const struct graphs_guard *guard)
{
	s->guard = *guard;
	LIST_EACH(n, tmp, &s->entries)
	{
		struct graphs_entry *e = LIST_ENTRY(n, struct graphs_entry, all);
		if (e->guarded && e->open && !e->deleted && !e->graph)
			(void)!graphs_entry_open(s, e, false, s->now);
	}
	graphs_doors_mind(s, s->now);
}

void graphs_revalidate(struct graphs *s, struct span id, const struct graph_guid *ids, size_t n,
		       struct mono now)
{
	s->now = now;
	LIST_EACH(at, tmp, &s->entries)
	{
		struct graphs_entry *e = LIST_ENTRY(at, struct graphs_entry, all);
		if (e->graph && !e->leaving && span_eq(span_str(e->properties.id), id))
			graph_revalidate(e->graph, ids, n, now);
	}
}

void graphs_resume(struct graphs *s, struct span id, struct mono now)
{
	s->now = now;
	LIST_EACH(n, tmp, &s->entries)
	{
		struct graphs_entry *e = LIST_ENTRY(n, struct graphs_entry, all);
		if (e->graph && !e->leaving && span_eq(span_str(e->properties.id), id))
			graph_resume(e->graph, now);
	}
}

void graphs_recheck(struct graphs *s, struct span id, struct mono now)
{
	s->now = now;
	LIST_EACH(n, tmp, &s->entries)
	{
		struct graphs_entry *e = LIST_ENTRY(n, struct graphs_entry, all);
		if (e->graph && !e->leaving && span_eq(span_str(e->properties.id), id))
			graph_recheck(e->graph, now);
	}
}

void graphs_recheck_ended(struct graphs *s, struct span id, struct mono now)
{
	s->now = now;
	LIST_EACH(n, tmp, &s->entries)
	{
		struct graphs_entry *e = LIST_ENTRY(n, struct graphs_entry, all);
		if (e->graph && !e->leaving && span_eq(span_str(e->properties.id), id))
			graph_recheck_ended(e->graph, now);
	}
}

void graphs_reveal(struct graphs *s, struct span id, struct span peer, struct mono now)
{
	s->now = now;
	LIST_EACH(n, tmp, &s->entries)
	{
		struct graphs_entry *e = LIST_ENTRY(n, struct graphs_entry, all);
		if (e->graph && !e->leaving && span_eq(span_str(e->properties.id), id) &&
		    span_eq(span_str(e->peer), peer))
			graph_reveal(e->graph, now);
	}
}

void graphs_apart(struct graphs *s, struct span id, struct span peer, bool apart, struct mono now)
{
	s->now = now;
	LIST_EACH(n, tmp, &s->entries)
	{
		struct graphs_entry *e = LIST_ENTRY(n, struct graphs_entry, all);
		if (e->graph && !e->leaving && span_eq(span_str(e->properties.id), id) &&
		    (!peer.n || span_eq(span_str(e->peer), peer)))
			graph_apart(e->graph, apart, now);
	}
}

void graphs_said(struct graphs *s, struct span id, struct span peer,
		 const struct graph_saying *what, struct mono now)
{
	s->now = now;
	LIST_EACH(n, tmp, &s->entries)
	{
		struct graphs_entry *e = LIST_ENTRY(n, struct graphs_entry, all);
		if (e->graph && !e->leaving && span_eq(span_str(e->properties.id), id) &&
		    span_eq(span_str(e->peer), peer))
			graph_said(e->graph, what, now);
	}
}

static void take_config(struct graphs *s, const struct graph_part_config *cfg)
{
	s->cfg = *cfg;
	s->shared.memory_max = cfg->memory_max;
}

enum err graphs_new(struct graphs **out, const struct graph_part_config *cfg, struct crypto *crypto,
		    const struct env *env, struct store *store, struct mono now, struct wall wall)
{
	struct graphs *s = env_zalloc(env, 1, sizeof(*s));
	if (!s)
		return ERR_NOMEM;
	s->shared = (struct graph_shared){
		.env = env, .crypto = crypto, .store = store, .next_row = 1, .next_link = 1
	};
	s->wall = wall;
	s->wall_at = now;
	s->now = now;
	s->next_number = 1;
	list_init(&s->entries);
	list_init(&s->waiting);
	list_init(&s->outs);
	list_init(&s->replies);
	list_init(&s->closed);
	map_init(&s->links, env);
	take_config(s, cfg);
	enum err e = graphs_rows_read(s);
	if (!e)
		e = open_all(s, now);
	if (e)
		graphs_free(s);
	else
		*out = s;
	return e;
}

static void free_owns(struct graphs *s, struct list *all)
{
	LIST_EACH(n, tmp, all)
	{
		env_free(s->shared.env, LIST_ENTRY(n, struct graphs_own, all));
	}
}

void graphs_free(struct graphs *s)
{
	if (!s)
		return;
	const struct env *env = s->shared.env;
	size_t at = 0;
	struct span key;
	void *link;
	LIST_EACH(n, tmp, &s->entries)
	{
		graphs_entry_free(s, LIST_ENTRY(n, struct graphs_entry, all));
	}
	graphs_bury_all(s);
	while (map_next(&s->links, &at, &key, &link)) {
		env_free(env, ((struct graphs_link *)link)->closing);
		env_free(env, ((struct graphs_link *)link)->octets);
		env_free(env, link);
	}
	map_free(&s->links);
	free_owns(s, &s->outs);
	free_owns(s, &s->replies);
	env_free(env, s->last);
	env_free(env, s->address);
	env_free(env, s);
}

void graphs_links_from(struct graphs *s, uint32_t first)
{
	s->shared.next_link = first;
}

uint32_t graphs_links_next(const struct graphs *s)
{
	return s->shared.next_link;
}

static bool same_doors(const struct graph_part_config *a, const struct graph_part_config *b)
{
	if (a->port != b->port || a->any_port != b->any_port || a->n_listen != b->n_listen)
		return false;
	for (size_t i = 0; i < a->n_listen; i++)
		if (!addr_eq(&a->listen[i], &b->listen[i]))
			return false;
	return true;
}

/* GRAPH-12.8: limits and times of a graph hold from when it is opened. */
enum err graphs_reconfigure(struct graphs *s, const struct graph_part_config *cfg, struct mono now)
{
	bool anew = !same_doors(&s->cfg, cfg) || graphs_health(s);
	s->now = now;
	take_config(s, cfg);
	if (anew)
		graphs_doors_reset(s);
	graphs_doors_mind(s, now);
	return OK;
}

void graphs_wall(struct graphs *s, struct wall wall, struct mono now)
{
	s->now = now;
	s->wall = wall;
	s->wall_at = now;
	LIST_EACH(n, tmp, &s->entries)
	{
		struct graphs_entry *e = LIST_ENTRY(n, struct graphs_entry, all);
		if (e->graph)
			graph_wall(e->graph, wall, now);
	}
}

void graphs_tick(struct graphs *s, struct mono now)
{
	s->now = now;
	graphs_rows_again(s);
	graphs_links_due(s, now);
	LIST_EACH(n, tmp, &s->entries)
	{
		struct graphs_entry *e = LIST_ENTRY(n, struct graphs_entry, all);
		if (e->graph && mono_reached(graph_deadline(e->graph), now))
			graph_tick(e->graph, now);
	}
	if (graphs_purge_wanted(s) && mono_reached(s->purge_due, now))
		graphs_purge_slice(s, now);
	graphs_bury_slice(s);
}

struct mono graphs_deadline(const struct graphs *s)
{
	struct mono at = graphs_links_deadline(s);
	LIST_EACH(n, tmp, &s->entries)
	{
		const struct graphs_entry *e = LIST_ENTRY(n, struct graphs_entry, all);
		if (e->graph)
			at = mono_min(at, graph_deadline(e->graph));
		if (e->leaving)
			at = mono_min(at, e->close_at);
	}
	if (!list_empty(&s->closed))
		at = mono_min(at, s->now);
	return graphs_purge_wanted(s) ? mono_min(at, s->purge_due) : at;
}

/* A graph whose first row is undone was never there. */
static void undo(struct graphs *s, struct graphs_entry *e, uint64_t first, enum err why)
{
	if (e->saved >= first)
		e->unsaved = true;
	if (!e->born || e->born < first)
		return;
	graphs_entry_shut(s, e, why);
	graphs_entry_free(s, e);
}

void graphs_store_failed(struct graphs *s, uint64_t first, enum err why, struct mono now)
{
	s->now = now;
	if (s->machine_saved >= first)
		s->machine_unsaved = true;
	LIST_EACH(n, tmp, &s->entries)
	{
		struct graphs_entry *e = LIST_ENTRY(n, struct graphs_entry, all);
		if (e->graph)
			graph_store_failed(e->graph, first, why, now);
	}
	LIST_EACH(n, tmp, &s->entries)
	{
		undo(s, LIST_ENTRY(n, struct graphs_entry, all), first, why);
	}
	s->changed = true;
}

void graphs_stop(struct graphs *s, struct mono now)
{
	s->now = now;
	if (s->stopping)
		return;
	s->stopping = true;
	LIST_EACH(n, tmp, &s->entries)
	{
		struct graphs_entry *e = LIST_ENTRY(n, struct graphs_entry, all);
		if (e->graph)
			graph_stop(e->graph, now);
	}
	graphs_links_close(s, NULL);
	graphs_doors_mind(s, now);
}

bool graphs_busy(const struct graphs *s)
{
	LIST_EACH(n, tmp, &s->entries)
	{
		const struct graphs_entry *e = LIST_ENTRY(n, struct graphs_entry, all);
		if (e->graph && (graph_busy(e->graph) || (s->stopping && !e->left_saved)))
			return true;
	}
	return !list_empty(&s->outs) || (s->stopping && graphs_doors_asked(s));
}

bool graphs_next(const struct graphs *s, size_t *at, struct graphs_info *out)
{
	size_t i = 0;
	LIST_EACH(n, tmp, &s->entries)
	{
		const struct graphs_entry *e = LIST_ENTRY(n, struct graphs_entry, all);
		if (e->deleted || i++ < *at)
			continue;
		++*at;
		*out = (struct graphs_info){
			.number = e->number,
			.open = e->open,
			.listens = e->listens,
			.id = e->properties.id,
			.peer = e->peer,
			.graph = e->leaving ? NULL : e->graph,
		};
		return true;
	}
	return false;
}

const struct graph *graphs_instance(const struct graphs *s, struct span id, struct span peer)
{
	const struct graphs_entry *e = graphs_entry_find(s, id, peer);
	return e && !e->leaving ? e->graph : NULL;
}

const struct graph *graphs_find(const struct graphs *s, struct span id)
{
	return graphs_instance(s, id, span_of(NULL, 0));
}

void graphs_counts(const struct graphs *s, struct graphs_counts *out)
{
	*out = s->counts;
}
