#include "sim/book.h"
#include "sim/roll.h"

#include "wire/wr.h"

/* The numbers in every database of the types that come and go by themselves. */
enum {
	TYPE_SIGNATURE = 1,
	TYPE_CONTACT = 2,
	TYPE_PRESENCE = 3
};

/* All records of stories are of one type. */
static const struct graph_guid story_type = { { 0x5c, 0xe4, 0xa0, [15] = 0x01 } };

/* What the story calls a record, and in which graph. */
static struct span name_in(struct world *w, const struct scn_graph *g)
{
	uint8_t *p = arena_alloc(&w->arena, g->id.n + g->key.n + 1);
	struct wr out = wr_of(p, p ? g->id.n + g->key.n + 1 : 0);
	wr_bytes(&out, g->id);
	wr_u8(&out, 0);
	wr_bytes(&out, g->key);
	return wr_span(&out);
}

static struct book_record *enter(struct world *w, const struct scn_graph *g)
{
	struct span name = name_in(w, g);
	struct book_record *r = map_get(&w->book_keys, name);
	if (r || !(r = world_alloc(w, sizeof(*r))))
		return r;
	r->graph = g->id;
	r->key = g->key;
	list_push_back(&w->book, &r->at);
	if (map_put(&w->book_keys, name, r) != OK)
		w->err = ERR_NOMEM;
	return r;
}

void book_free(struct world *w)
{
	LIST_EACH(i, next, &w->book)
	env_free(w->env, LIST_ENTRY(i, struct book_record, at));
	list_init(&w->book);
	map_free(&w->book_keys);
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

static const struct graph *graph_at(struct world *w, uint32_t site, struct span id)
{
	const struct graphs *all;
	if (is_raw(w->sites[site]) || !machine_of(w->sites[site])->node)
		return NULL;
	const struct roll_group *g = roll_find(w, id);
	if (g && !roll_counts(machine_of(w->sites[site]), g))
		return NULL;
	all = node_graphs(machine_of(w->sites[site])->node);
	return all ? graphs_find(all, roll_id(w, id)) : NULL;
}

static bool info_at(struct world *w, uint32_t site, struct span id, struct graph_info *info)
{
	const struct graph *g = graph_at(w, site, id);
	if (!g)
		return false;
	graph_info(g, sim_clock_mono(&machine_of(w->sites[site])->clock, w->now), info);
	return true;
}

/* Its owner looks for others only where there are none. */
static bool is_alone(struct machine *m, struct span id)
{
	struct graph_info info;
	return info_at(m->site.w, m->site.index, id, &info) && !info.neighbors;
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
		return !g->alone || is_alone(m, g->id);
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
	*p = (struct graph_properties){ .scope = GRAPH_SCOPE_GLOBAL,
					.defer_expiration = g->defer,
					.presence_max = g->presence };
	memcpy(p->id, g->id.p, g->id.n);
}

void book_command(struct machine *m, const struct scn_action *a)
{
	static const enum graphs_command_kind kinds[] = {
		[SCN_GRAPH_CREATE] = GRAPHS_CREATE, [SCN_GRAPH_OPEN] = GRAPHS_OPEN,
		[SCN_GRAPH_CLOSE] = GRAPHS_CLOSE,   [SCN_GRAPH_LISTEN] = GRAPHS_LISTEN,
		[SCN_GRAPH_ERASE] = GRAPHS_DELETE,
	};
	struct node_in in = { .kind = NODE_IN_COMMAND, .command = *a->command };
	struct graphs_command *c = &in.command.graphs;
	struct graph_properties p;
	struct book_record *record = NULL;
	c->id = roll_id(m->site.w, a->graph->id);
	c->peer = span_str(m->self[0] ? m->self : m->site.spec->name);
	c->properties = &p;
	name_of(m, &p, a->graph);
	if (a->graph->verb >= SCN_GRAPH_CONNECT) {
		if (!fill_of(m, a, c, &record))
			return;
	} else {
		c->kind = kinds[a->graph->verb];
	}
	if (a->graph->verb == SCN_GRAPH_ERASE)
		book_lost(m, c->id);
	in.number = ++m->next_call;
	invariant_graph_call(m, in.number, a->graph->verb, record);
	feed(m, &in);
}

void book_reply(struct machine *m, struct book_record *r, enum scn_graph_verb verb,
		const struct node_out *out)
{
	const struct graph *g;
	const struct graph_entry *e;
	if (!r || out->err)
		return;
	if (verb == SCN_GRAPH_ADD)
		r->id = out->id;
	if (out->version > r->told)
		r->told = out->version;
	r->by = m->site.index;
	r->tellers |= UINT64_C(1) << (r->by < 63 ? r->by : 63);
	r->deleted |= verb == SCN_GRAPH_DELETE;
	m->site.w->tally.told++;
	g = graph_at(m->site.w, r->by, r->graph);
	e = g ? graph_db_find(graph_database(g), &r->id) : NULL;
	if (e && e->expires > r->expires)
		r->expires = e->expires;
}

/* Looks */

static uint64_t mix(uint64_t h, struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ s.p[i]) * UINT64_C(0x100000001b3);
	return h;
}

/* SIM-12.3: of all records as they lie in the store, in whichever order. What may come and go by
 * itself - Signature, Contact, Presence - is left out. */
static uint64_t hash_of(const struct graph *g)
{
	const struct graph_db *db = graph_database(g);
	uint64_t sum = 0;
	for (struct graph_entry *e = graph_db_after(db, NULL); e; e = graph_db_next(db, e)) {
		struct span octets;
		if (e->type >= TYPE_SIGNATURE && e->type <= TYPE_PRESENCE)
			continue;
		if (graph_db_octets(db, e, &octets) != OK)
			return 0;
		uint64_t h = mix(UINT64_C(0xcbf29ce484222325), octets);
		sum += h * (h | 1);
	}
	return sum | 1;
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

/* Nothing of it was sent, and nobody has it. */
static bool untold_yet(const struct machine *m, const struct book_record *r)
{
	return r->by == m->site.index && r->told && !r->excused &&
	       invariant_graph_unsent(m, &r->id, r->told) && nowhere_else(m->site.w, r);
}

void book_end(struct machine *m, bool crash)
{
	struct world *w = m->site.w;
	count_floods(m, &w->tally);
	LIST_EACH(i, next, &w->book)
	{
		if (!crash || !untold_yet(m, LIST_ENTRY(i, struct book_record, at)))
			continue;
		w->tally.crashes_told++;
		return;
	}
}

void book_lost(struct machine *m, struct span graph)
{
	LIST_EACH(i, next, &m->site.w->book)
	{
		struct book_record *r = LIST_ENTRY(i, struct book_record, at);
		if ((!graph.n || span_eq(graph, r->graph)) && r->by == m->site.index &&
		    nowhere_else(m->site.w, r))
			r->excused = true;
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
	t->back += w->tally.back;
}

/* What a condition found wrong, for whoever reads the trace. */
static void say_wrong(struct world *w, uint32_t site, const char *what, struct span which)
{
	char buffer[800];
	struct text t = TEXT_OF(buffer);
	text_str(&t, what);
	text_span(&t, which);
	say_text(w->sites[site], "!", &t);
}

static bool passes(const struct graph_entry *e)
{
	return e->type >= TYPE_SIGNATURE && e->type <= TYPE_PRESENCE;
}

/* Of the first record that the one has, and the other has not like that. */
static bool say_missing(const struct graph *has, const struct graph *lacks, const char *what,
			struct text *t)
{
	const struct graph_db *db = graph_database(has), *other = graph_database(lacks);
	for (struct graph_entry *e = graph_db_after(db, NULL); e; e = graph_db_next(db, e)) {
		struct span a, b;
		struct graph_record r;
		const struct graph_entry *o = graph_db_find(other, &e->place.id);
		if (passes(e) || graph_db_octets(db, e, &a) != OK ||
		    (o && graph_db_octets(other, o, &b) == OK && span_eq(a, b)) ||
		    graph_record_decode(a, &r) != OK)
			continue;
		text_str(t, what);
		text_str(t, o ? " another " : " the ");
		text_hex(t, span_of(e->place.id.at, sizeof(e->place.id.at)));
		text_str(t, " of type ");
		text_hex(t, span_of(r.type.at, 2));
		text_str(t, " by ");
		graph_utf8(t, r.modifier.n ? r.modifier : r.creator);
		text_str(t, ", ");
		return true;
	}
	return false;
}

static void say_other(struct world *w, uint32_t site, const struct graph *first,
		      const struct graph *here)
{
	char buffer[600];
	struct text t = TEXT_OF(buffer);
	if (!say_missing(here, first, "has", &t))
		say_missing(first, here, "lacks", &t);
	say_wrong(w, site, t.p, span_str("unlike those before it"));
}

bool book_same(struct world *w, const struct scn_condition *c)
{
	bool any = false;
	uint64_t first = 0;
	const struct graph *at_first = NULL;
	for (uint32_t i = 0; i < w->s->n_sites; i++) {
		const struct graph *g = graph_at(w, i, c->name);
		if (!g)
			continue;
		uint64_t here = hash_of(g);
		if (any && here != first) {
			say_other(w, i, at_first, g);
			return false;
		}
		first = here;
		at_first = g;
		any = true;
	}
	return any && first;
}

/* Purging is asked for at the end of a record, and may take EXPIRE_LATE: expire_least, and
 * clocks that were set meanwhile. */
#define TICKS_S	    UINT64_C(10000000)
#define EXPIRE_LATE (60 * TICKS_S)
/* A presence is made anew before so much time has passed. */
#define PRESENCE_LIFE (GRAPH_LIFE_PRESENCE * TICKS_S)

static const char *what_is_wrong(const struct graph *g, uint64_t now, const struct book_record *r)
{
	const struct graph_entry *e = graph_db_find(graph_database(g), &r->id);
	if (!r->told || r->excused)
		return NULL;
	if (e && e->expires + EXPIRE_LATE < now)
		return "still has what expired: ";
	if (r->deleted)
		return e && !e->deleted ? "has what was deleted: " : NULL;
	if (r->expires <= now)
		return NULL;
	if (!e || e->deleted)
		return "has lost ";
	return e->version < r->told ? "has an old version of " : NULL;
}

/* SIM-12.12: also of what comes and goes by itself nothing stays for ever, in the database or
 * in the lists that are made of it. */
static const char *what_stays(const struct graph *g, const struct graph_info *info)
{
	const struct graph_db *db = graph_database(g);
	size_t contacts = 0, nodes = 0;
	for (struct graph_entry *e = graph_db_after(db, NULL); e; e = graph_db_next(db, e)) {
		if (e->expires + EXPIRE_LATE < info->time)
			return "still has what expired in ";
		if (e->type == TYPE_PRESENCE && !e->deleted &&
		    e->place.modified + PRESENCE_LIFE + EXPIRE_LATE < info->time)
			return "has the presence of who is gone in ";
		contacts += e->type == TYPE_CONTACT && !e->deleted;
		nodes += e->type == TYPE_PRESENCE && !e->deleted;
	}
	if (info->contacts > contacts || info->nodes > nodes)
		return "lists nodes that have no record in ";
	return NULL;
}

static bool told_it(const struct book_record *r, uint32_t site)
{
	return r->tellers >> (site < 63 ? site : 63) & 1;
}

/* What somebody did who is removed stands as far as kept sets say (SIM-13.9). What is purged does
 * not come back with who comes back, when who removed it turns out to have had no right. */
static bool is_removed(struct world *w, const struct book_record *r)
{
	const struct roll_group *g = roll_find(w, r->graph);
	for (uint32_t i = 0; g && i < w->s->n_sites; i++)
		if (told_it(r, i) && (roll_is_out(w, g, i) || roll_was_out(w, g, i)))
			return true;
	return false;
}

static bool keeps(struct world *w, uint32_t site, struct span id)
{
	const struct graph *g = graph_at(w, site, id);
	struct graph_info info;
	if (!g)
		return true;
	graph_info(g, sim_clock_mono(&machine_of(w->sites[site])->clock, w->now), &info);
	const char *stays = what_stays(g, &info);
	if (stays) {
		say_wrong(w, site, stays, id);
		return false;
	}
	LIST_EACH(at, next, &w->book)
	{
		struct book_record *r = LIST_ENTRY(at, struct book_record, at);
		const char *wrong = span_eq(r->graph, id) ? what_is_wrong(g, info.time, r) : NULL;
		if (!wrong || is_removed(w, r))
			continue;
		say_wrong(w, site, wrong, r->key);
		return false;
	}
	return true;
}

/* SIM-12.2 */
bool book_kept(struct world *w, const struct scn_condition *c)
{
	for (uint32_t i = 0; i < w->s->n_sites; i++)
		if (!keeps(w, i, c->name))
			return false;
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

/* Who is whose neighbor, as a forest of those that reach each other. */
struct mesh {
	struct world *w;
	struct span id;
	uint32_t n;	 /* sites with the graph */
	uint32_t *up;	 /* of a site, towards the root */
	uint64_t *nodes; /* Node IDs of sites; keys of `sites` */
	struct map sites;
};

static bool mesh_init(struct mesh *m)
{
	size_t n = m->w->s->n_sites;
	map_init(&m->sites, &m->w->seeded);
	m->up = world_alloc(m->w, n * sizeof(*m->up));
	m->nodes = world_alloc(m->w, n * sizeof(*m->nodes));
	for (uint32_t i = 0; m->up && m->nodes && i < n; i++) {
		struct graph_info info;
		m->up[i] = i;
		if (!info_at(m->w, i, m->id, &info))
			continue;
		m->n++;
		m->nodes[i] = info.node;
		if (map_put(&m->sites, span_of((uint8_t *)&m->nodes[i], sizeof(m->nodes[i])),
			    &m->up[i]) != OK)
			return false;
	}
	return m->up && m->nodes;
}

static void mesh_fini(struct mesh *m)
{
	map_free(&m->sites);
	env_free(m->w->env, m->up);
	env_free(m->w->env, m->nodes);
}

static uint32_t root_of(uint32_t *up, uint32_t i)
{
	while (up[i] != i)
		i = up[i] = up[up[i]];
	return i;
}

static void join_neighbors(struct mesh *m, uint32_t site)
{
	const struct graph *g = graph_at(m->w, site, m->id);
	struct graph_link_info l;
	for (size_t at = 0; g && graph_link_next(g, &at, &l);) {
		if (!l.connected || l.direct)
			continue;
		uint32_t *other = map_get(&m->sites, span_of((uint8_t *)&l.node, sizeof(l.node)));
		if (other)
			m->up[root_of(m->up, site)] = root_of(m->up, (uint32_t)(other - m->up));
	}
}

static const char *stands_apart(struct mesh *m, uint32_t site, uint32_t root)
{
	struct graph_info info;
	if (!info_at(m->w, site, m->id, &info))
		return NULL;
	if (!info.synchronised)
		return "was never synchronised in ";
	if (info.neighbors > GRAPH_NEIGHBORS_MAX ||
	    info.neighbors < (m->n > 2 ? GRAPH_NEIGHBORS_MIN : m->n - 1))
		return "has too few neighbors, or too many, in ";
	return root_of(m->up, site) == root ? NULL : "is in another part of ";
}

static bool is_one(struct mesh *m)
{
	uint32_t first = 0, n = (uint32_t)m->w->s->n_sites;
	for (uint32_t i = 0; i < n; i++)
		join_neighbors(m, i);
	while (first < n && !graph_at(m->w, first, m->id))
		first++;
	for (uint32_t i = first; i < n; i++) {
		const char *wrong = stands_apart(m, i, root_of(m->up, first));
		if (!wrong)
			continue;
		say_wrong(m->w, i, wrong, m->id);
		return false;
	}
	return first < n;
}

/* One mesh of all that have the graph, each with as many neighbors as it should have. */
bool book_mesh(struct world *w, const struct scn_condition *c)
{
	struct mesh m = { .w = w, .id = c->name };
	bool one = mesh_init(&m) && is_one(&m);
	mesh_fini(&m);
	return one;
}

/* SIM-12.14: one signature, seen by all, that of one of them. */
bool book_agreed(struct world *w, const struct scn_condition *c)
{
	bool owned = false;
	uint64_t all = 0;
	for (uint32_t i = 0; i < w->s->n_sites; i++) {
		struct graph_info info;
		if (!info_at(w, i, c->name, &info))
			continue;
		if (!info.signature || (all && info.signature != all)) {
			say_wrong(w, i, "sees no signature, or another than others, in ", c->name);
			return false;
		}
		all = info.signature;
		owned |= info.signature_ours;
	}
	return owned;
}
