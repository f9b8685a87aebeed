#include "graph/flood_int.h"

/* The database is read at birth, and anew when a commit failed, in slices of a tick;
 * commands wait meanwhile. GRAPH-8.26. */

#define SLICE_ROWS 1000 /* read */
#define SLICE_WALK 8192 /* passed by */

/* A copy of a command; its text and octets lie behind it. */
struct early {
	struct list all;
	uint64_t number;
	size_t n; /* octets behind it */
	struct graph_command c;
	struct graph_properties properties;
};

static struct span move(struct span s, uint8_t **at)
{
	if (!s.n)
		return span_of(NULL, 0);
	memcpy(*at, s.p, s.n);
	struct span out = span_of(*at, s.n);
	*at += s.n;
	return out;
}

enum err graph_load_wait(struct graph *g, const struct graph_command *c, uint64_t number)
{
	size_t n = c->payload.n + c->attributes.n + c->peer.n;
	if (g->n_early >= g->birth.limits.held || n > g->birth.limits.link_memory - g->early_octets)
		return ERR_FULL;
	struct early *e = env_zalloc(g->shared->env, 1, sizeof(*e) + n);
	if (!e)
		return ERR_NOMEM;
	uint8_t *at = (uint8_t *)(e + 1);
	e->number = number;
	e->n = n;
	e->c = *c;
	e->c.payload = move(c->payload, &at);
	e->c.attributes = move(c->attributes, &at);
	e->c.peer = move(c->peer, &at);
	if (c->properties) {
		e->properties = *c->properties;
		e->c.properties = &e->properties;
	}
	list_push_back(&g->early, &e->all);
	g->n_early++;
	g->early_octets += n;
	return OK;
}

static void early_free(struct graph *g, struct early *e)
{
	list_take(&e->all);
	g->n_early--;
	g->early_octets -= e->n;
	env_free(g->shared->env, e);
}

bool graph_load_cancel(struct graph *g, uint64_t number)
{
	LIST_EACH(n, tmp, &g->early)
	{
		struct early *e = LIST_ENTRY(n, struct early, all);
		if (e->number != number)
			continue;
		graph_out_reply(g, number, ERR_CANCELLED, NULL, 0);
		early_free(g, e);
		return true;
	}
	return false;
}

void graph_load_refuse(struct graph *g, enum err why, const char *text)
{
	LIST_EACH(n, tmp, &g->early)
	{
		struct early *e = LIST_ENTRY(n, struct early, all);
		graph_out_reply(g, e->number, why, text, 0);
		early_free(g, e);
	}
}

void graph_load_end(struct graph *g, enum err why)
{
	graph_load_refuse(g, why, NULL);
}

/* Those that come of it wait no more. */
void graph_load_on(struct graph *g, struct mono now)
{
	struct list waiting;
	list_init(&waiting);
	LIST_EACH(n, tmp, &g->early)
	{
		list_take(n);
		list_push_back(&waiting, n);
	}
	LIST_EACH(n, tmp, &waiting)
	{
		struct early *e = LIST_ENTRY(n, struct early, all);
		graph_command_perform(g, &e->c, e->number, now);
		early_free(g, e);
	}
}

/* A57: what is dropped here may stand as a tombstone elsewhere. */
static void note_version(struct graph *g, const struct graph_entry *e)
{
	uint32_t *most = NULL;
	if (e->type == GRAPH_TYPE_SIGNATURE)
		most = &g->signature_version;
	else if (e->type == GRAPH_TYPE_INFO)
		most = &g->info_version;
	if (most && e->version > *most)
		*most = e->version;
}

/* Digest 10: what told of nodes and their view is of an earlier run; the rest is held
 * against the provider anew, which may have learned that somebody was removed. */
static bool keep(struct graph *g, struct graph_entry *e, size_t *cost)
{
	struct span octets;
	struct graph_record r;
	note_version(g, e);
	if (e->type == GRAPH_TYPE_SIGNATURE)
		return false;
	if (graph_db_octets(g->db, e, &octets) != OK)
		return true; /* no reason to lose it */
	if (graph_record_decode(octets, &r) != OK)
		return false;
	if (e->type == GRAPH_TYPE_CONTACT || e->type == GRAPH_TYPE_PRESENCE)
		return graph_nodes_own(g, e, &r);
	if (graph_stored_opinion(g, &r, cost) == GRAPH_INVALID)
		return false;
	if (e->type == GRAPH_TYPE_INFO && !e->deleted)
		graph_info_take(g, &r);
	(void)!graph_reveal_entry(g, e, &r);
	return true;
}

/* Whether the octets of an entry are of interest at all. */
static bool must_look(const struct graph *g, const struct graph_entry *e)
{
	return e->type <= GRAPH_TYPE_PRESENCE || g->birth.provider.ops != graph_provider_open.ops;
}

/* True: all were seen. */
static bool look(struct graph *g)
{
	struct graph_entry *e = graph_db_after(g->db, g->load_at ? &g->load_after : NULL);
	size_t looked = 0;
	for (size_t walked = 0; e && looked < GRAPH_COST && walked < SLICE_WALK; walked++) {
		struct graph_entry *next = graph_db_next(g->db, e);
		uint64_t number;
		struct graph_place place = e->place;
		looked += must_look(g, e);
		if (must_look(g, e) && !keep(g, e, &looked) &&
		    graph_db_remove(g->db, e, &number) != OK)
			break; /* again with the next slice */
		g->load_after = place;
		g->load_at++;
		e = next;
	}
	return !e;
}

/* The creator's first record: a graph without one is not told to be there. In a later run
 * too, since a crash may have come between the graph and its record. */
static bool has_info(struct graph *g, struct mono now)
{
	bool must = graph_creator(g) && (g->birth.create || g->birth.synchronised);
	return !must || graph_db_find(g->db, &graph_id_info) ||
	       graph_info_publish(g, NULL, now) == OK;
}

static void loaded(struct graph *g, struct mono now)
{
	struct graph_event e = graph_event_of(g, GRAPH_EVENT_LOADED);
	g->load_at = 0;
	g->loaded = true;
	if (!has_info(g, now)) {
		g->loaded = false;
		graph_timer_set(g, GRAPH_TIMER_LOAD, mono_add(now, MONO_SEC));
		return;
	}
	if (g->birth.synchronised)
		g->never_connected = false;
	graph_out_event(g, &e, 0);
	graph_timer_set(g, GRAPH_TIMER_REFRESH, mono_add(now, g->birth.times.refresh_least));
	if (!g->properties.defer_expiration)
		graph_expire_now(g, now);
	g->maintain_wanted = true;
	if (g->recheck || g->reveal)
		graph_slice_soon(g, now);
	graph_load_on(g, now);
}

void graph_load_due(struct graph *g, struct mono now)
{
	bool done = false;
	if (g->loaded) {
		graph_seal_due(g);
		return;
	}
	enum err e = g->load_at ? OK : graph_db_load(g->db, SLICE_ROWS, &done);
	if (e != OK) {
		/* Memory or the store may be there again later. */
		graph_timer_set(g, GRAPH_TIMER_LOAD, mono_add(now, MONO_SEC));
		return;
	}
	if ((done || g->load_at) && look(g))
		loaded(g, now);
	else
		graph_timer_set(g, GRAPH_TIMER_LOAD, now);
}
