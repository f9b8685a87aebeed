#include "sim/book.h"

#include "wire/wr.h"

/* All records of stories are of one type. */
static const struct graph_guid story_type = { { 0x5c, 0xe4, 0xa0, [15] = 0x01 } };

static struct book_record *find(struct world *w, const struct scn_graph *g)
{
	LIST_EACH(i, next, &w->book)
	{
		struct book_record *r = LIST_ENTRY(i, struct book_record, at);
		if (span_eq(r->graph, g->id) && span_eq(r->key, g->key))
			return r;
	}
	return NULL;
}

static struct book_record *enter(struct world *w, const struct scn_graph *g)
{
	struct book_record *r = find(w, g);
	if (r || !(r = world_alloc(w, sizeof(*r))))
		return r;
	r->graph = g->id;
	r->key = g->key;
	list_push_back(&w->book, &r->at);
	return r;
}

void book_free(struct world *w)
{
	LIST_EACH(i, next, &w->book)
	env_free(w->env, LIST_ENTRY(i, struct book_record, at));
	list_init(&w->book);
}

/* Each change has octets of its own. */
static struct span payload(struct world *w, const struct scn_graph *g)
{
	uint8_t *p = arena_alloc(&w->arena, g->size + 8);
	struct wr out = wr_of(p, g->size + 8);
	if (!p)
		return span_of(NULL, 0);
	wr_u64(&out, ++w->changes);
	return span_of(p, g->size > 8 ? g->size : 8);
}

static void fill_record(struct machine *m, const struct scn_graph *g, struct graph_command *c)
{
	struct world *w = m->site.w;
	c->has_payload = true;
	c->payload = payload(w, g);
	if (g->life)
		c->expires = sim_clock_wall(&m->clock, w->now).us + g->life;
}

/* NULL: the record is unknown, since it never came to be; there is nothing to ask. */
static bool fill_of(struct machine *m, const struct scn_action *a, struct graphs_command *c,
		    struct book_record **record)
{
	static const enum graph_command_kind kinds[] = {
		[SCN_GRAPH_CONNECT] = GRAPH_CONNECT_TO,
		[SCN_GRAPH_ADD] = GRAPH_RECORD_ADD,
		[SCN_GRAPH_UPDATE] = GRAPH_RECORD_UPDATE,
		[SCN_GRAPH_DELETE] = GRAPH_RECORD_DELETE,
	};
	const struct scn_graph *g = a->graph;
	c->kind = GRAPHS_OF;
	c->of = (struct graph_command){ .kind = kinds[g->verb], .type = story_type };
	c->of.remote = a->addr;
	if (g->verb == SCN_GRAPH_CONNECT)
		return true;
	*record = enter(m->site.w, g);
	if (!*record || (g->verb == SCN_GRAPH_ADD) == ((*record)->told > 0))
		return false;
	c->of.id = (*record)->id;
	if (g->verb != SCN_GRAPH_DELETE)
		fill_record(m, g, &c->of);
	return true;
}

static void name_of(struct machine *m, struct graph_properties *p, const struct scn_graph *g)
{
	*p = (struct graph_properties){ .scope = GRAPH_SCOPE_GLOBAL, .presence_max = g->presence };
	memcpy(p->id, g->id.p, g->id.n);
}

void book_command(struct machine *m, const struct scn_action *a)
{
	static const enum graphs_command_kind kinds[] = {
		[SCN_GRAPH_CREATE] = GRAPHS_CREATE, [SCN_GRAPH_OPEN] = GRAPHS_OPEN,
		[SCN_GRAPH_CLOSE] = GRAPHS_CLOSE,   [SCN_GRAPH_LISTEN] = GRAPHS_LISTEN,
		[SCN_GRAPH_ERASE] = GRAPHS_DELETE,
	};
	struct node_in in = { .kind = NODE_IN_COMMAND, .command = a->command };
	struct graphs_command *c = &in.command.graphs;
	struct graph_properties p;
	struct book_record *record = NULL;
	c->id = a->graph->id;
	c->peer = span_str(m->site.spec->name);
	c->properties = &p;
	name_of(m, &p, a->graph);
	if (a->graph->verb >= SCN_GRAPH_CONNECT) {
		if (!fill_of(m, a, c, &record))
			return;
	} else {
		c->kind = kinds[a->graph->verb];
	}
	in.number = ++m->next_call;
	invariant_graph_call(m, in.number, a->graph->verb, record);
	feed(m, &in);
}

void book_reply(struct machine *m, struct book_record *r, enum scn_graph_verb verb,
		const struct node_out *out)
{
	if (!r || out->err)
		return;
	if (verb == SCN_GRAPH_ADD)
		r->id = out->id;
	if (out->version > r->told)
		r->told = out->version;
	r->by = m->site.index;
	m->site.w->tally.told++;
	r->deleted |= verb == SCN_GRAPH_DELETE;
}

/* Looks */

static const struct graph *graph_at(struct world *w, uint32_t site, struct span id)
{
	const struct graphs *all;
	if (is_raw(w->sites[site]) || !machine_of(w->sites[site])->node)
		return NULL;
	all = node_graphs(machine_of(w->sites[site])->node);
	return all ? graphs_find(all, id) : NULL;
}

static bool info_at(struct world *w, uint32_t site, struct span id, struct graph_info *info)
{
	const struct graph *g = graph_at(w, site, id);
	if (!g)
		return false;
	graph_info(g, sim_clock_mono(&machine_of(w->sites[site])->clock, w->now), info);
	return true;
}

static uint64_t mix(uint64_t h, struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ s.p[i]) * UINT64_C(0x100000001b3);
	return h;
}

/* What may come and go by itself - Signature, Contact, Presence - is left out. */
static uint64_t hash_of(const struct graph *g)
{
	const struct graph_db *db = graph_database(g);
	uint64_t sum = 0;
	for (struct graph_entry *e = graph_db_after(db, NULL); e; e = graph_db_next(db, e)) {
		uint64_t h = UINT64_C(0xcbf29ce484222325);
		uint8_t rest[5];
		struct wr w = wr_of(rest, sizeof(rest));
		if (e->type >= 1 && e->type <= 3)
			continue;
		wr_u32(&w, e->version);
		wr_u8(&w, e->deleted);
		h = mix(mix(h, span_of(e->place.id.at, 16)), span_of(rest, sizeof(rest)));
		if (e->modifier)
			h = mix(h, e->modifier->utf16);
		sum += h * (h | 1);
	}
	return sum;
}

static bool has(const struct graph *g, const struct book_record *r)
{
	const struct graph_entry *e = g ? graph_db_find(graph_database(g), &r->id) : NULL;
	return e && e->version >= r->told;
}

static bool nowhere_else(struct world *w, const struct book_record *r)
{
	for (uint32_t i = 0; i < w->s->n_sites; i++)
		if (i != r->by && has(graph_at(w, i, r->graph), r))
			return false;
	return true;
}

static void count_floods(struct machine *m, struct world_tally *t)
{
	const struct graphs *all = m->node ? node_graphs(m->node) : NULL;
	struct graphs_info g;
	for (size_t at = 0; all && graphs_next(all, &at, &g);) {
		struct graph_info info;
		if (!g.graph)
			continue;
		graph_info(g.graph, sim_clock_mono(&m->clock, m->site.w->now), &info);
		t->fresh += info.counts.fresh;
		t->present += info.counts.present;
		t->flood_links += info.counts.fresh * info.neighbors;
	}
}

void book_end(struct machine *m, bool crash)
{
	struct world *w = m->site.w;
	count_floods(m, &w->tally);
	LIST_EACH(i, next, &w->book)
	{
		const struct book_record *r = LIST_ENTRY(i, struct book_record, at);
		if (!crash || r->by != m->site.index || !r->told || !nowhere_else(w, r))
			continue;
		w->tally.crashes_told++;
		return;
	}
}

void world_tally(struct world *w, struct world_tally *t)
{
	for (uint32_t i = 0; i < w->s->n_sites; i++)
		if (!is_raw(w->sites[i]))
			count_floods(machine_of(w->sites[i]), &w->tally);
	t->told += w->tally.told;
	t->crashes_told += w->tally.crashes_told;
	t->fresh += w->tally.fresh;
	t->present += w->tally.present;
	t->flood_links += w->tally.flood_links;
}

bool book_same(struct world *w, const struct scn_condition *c)
{
	bool any = false;
	uint64_t first = 0;
	for (uint32_t i = 0; i < w->s->n_sites; i++) {
		const struct graph *g = graph_at(w, i, c->name);
		if (!g)
			continue;
		if (any && hash_of(g) != first)
			return false;
		first = hash_of(g);
		any = true;
	}
	return any;
}

static bool record_kept(const struct graph *g, const struct book_record *r)
{
	const struct graph_entry *e = graph_db_find(graph_database(g), &r->id);
	if (!r->told)
		return true;
	if (r->deleted)
		return !e || e->deleted;
	return e && !e->deleted && e->version >= r->told;
}

bool book_kept(struct world *w, const struct scn_condition *c)
{
	for (uint32_t i = 0; i < w->s->n_sites; i++) {
		const struct graph *g = graph_at(w, i, c->name);
		if (!g)
			continue;
		LIST_EACH(at, next, &w->book)
		{
			struct book_record *r = LIST_ENTRY(at, struct book_record, at);
			if (span_eq(r->graph, c->name) && !record_kept(g, r))
				return false;
		}
	}
	return true;
}

int64_t book_count(struct world *w, const struct scn_condition *c)
{
	struct graph_info info;
	if (!info_at(w, c->a, c->name, &info))
		return -1;
	return c->test == SCN_NEIGHBORS ? info.neighbors : (int64_t)info.db.records;
}

bool book_synchronised(struct world *w, const struct scn_condition *c)
{
	struct graph_info info;
	return info_at(w, c->a, c->name, &info) && info.synchronised;
}

static uint32_t root_of(uint32_t *up, uint32_t i)
{
	while (up[i] != i)
		i = up[i] = up[up[i]];
	return i;
}

static uint32_t site_of_node(struct world *w, struct span id, uint64_t node)
{
	struct graph_info info;
	for (uint32_t i = 0; i < w->s->n_sites; i++)
		if (info_at(w, i, id, &info) && info.node == node)
			return i;
	return SCN_NO_SITE;
}

static void join_neighbors(struct world *w, uint32_t *up, uint32_t site, struct span id)
{
	const struct graph *g = graph_at(w, site, id);
	struct graph_link_info l;
	for (size_t at = 0; graph_link_next(g, &at, &l);) {
		if (!l.connected || l.direct)
			continue;
		uint32_t other = site_of_node(w, id, l.node);
		if (other != SCN_NO_SITE)
			up[root_of(up, site)] = root_of(up, other);
	}
}

/* One mesh of all that have the graph, each with as many neighbors as it should have. */
bool book_mesh(struct world *w, const struct scn_condition *c)
{
	uint32_t *up = world_alloc(w, w->s->n_sites * sizeof(*up)), root = SCN_NO_SITE, n = 0;
	struct graph_info info;
	bool one = up != NULL;
	for (uint32_t i = 0; one && i < w->s->n_sites; i++)
		up[i] = i;
	for (uint32_t i = 0; one && i < w->s->n_sites; i++) {
		if (!graph_at(w, i, c->name))
			continue;
		n++;
		join_neighbors(w, up, i, c->name);
	}
	for (uint32_t i = 0; one && i < w->s->n_sites; i++) {
		if (!info_at(w, i, c->name, &info))
			continue;
		if (root == SCN_NO_SITE)
			root = root_of(up, i);
		one = root_of(up, i) == root && info.neighbors <= GRAPH_NEIGHBORS_MAX &&
		      info.neighbors >= (n > 2 ? GRAPH_NEIGHBORS_MIN : n - 1);
	}
	env_free(w->env, up);
	return one && n > 0;
}
