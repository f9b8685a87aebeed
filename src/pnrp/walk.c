/* The life of a walk, what it knows, and when it is near enough. PNRP-7.1 */
#include "pnrp/walk_int.h"

#define ROOM_FIRST 8

struct pnrp_walk_node *pnrp_walk_at(struct pnrp_walk *w, uint8_t node)
{
	return &w->nodes[node];
}

/* Twice the room; the nodes lie in one block. */
static bool grow(struct pnrp *p, struct pnrp_walk *w)
{
	uint32_t room = w->room ? 2 * w->room : ROOM_FIRST;
	if (room > PNRP_WALK_NODES)
		room = PNRP_WALK_NODES;
	if (room == w->room)
		return false;
	struct pnrp_walk_node *more = env_resize(p->env, w->nodes, room * sizeof(*more));
	if (!more) {
		p->starved = true;
		return false;
	}
	w->nodes = more;
	w->room = room;
	return true;
}

/* PNRP-7.4 */
uint8_t pnrp_walk_know(struct pnrp *p, struct pnrp_walk *w, const struct pnrp_route *r)
{
	for (uint32_t i = 0; i < w->n_nodes; i++) {
		const struct pnrp_route *known = &w->nodes[i].route;
		if (pnrp_id_eq(&known->id, &r->id) && pnrp_route_same_addresses(known, r))
			return (uint8_t)i;
	}
	if (w->n_nodes == w->room && !grow(p, w))
		return PNRP_WALK_NONE;
	w->nodes[w->n_nodes] = (struct pnrp_walk_node){ .route = *r };
	return (uint8_t)w->n_nodes++;
}

void pnrp_walk_push(struct pnrp_walk_stack *s, uint8_t node)
{
	uint8_t kept = 0;
	for (uint8_t i = 0; i < s->n; i++) {
		if (s->at[i] != node)
			s->at[kept++] = s->at[i];
	}
	s->at[kept] = node;
	s->n = (uint8_t)(kept + 1);
}

uint8_t pnrp_walk_pop(struct pnrp_walk_stack *s)
{
	return s->n ? s->at[--s->n] : PNRP_WALK_NONE;
}

bool pnrp_path_has(const struct pnrp_path *path, const struct pnrp_endpoint *e)
{
	for (uint8_t i = 0; i < path->n; i++) {
		if (pnrp_endpoint_eq(&path->at[i], e))
			return true;
	}
	return false;
}

/* A37, PNRP-7.5 */
void pnrp_walk_path_add(struct pnrp_walk *w, const struct pnrp_endpoint *e)
{
	struct pnrp_path *path = &w->path;
	if (pnrp_path_has(path, e))
		return;
	if (path->n == PNRP_PATH_MAX) {
		memmove(&path->at[1], &path->at[2], (PNRP_PATH_MAX - 2) * sizeof(path->at[0]));
		path->n--;
	}
	path->at[path->n++] = *e;
}

uint32_t pnrp_walk_uses(const struct pnrp_walk *w, const struct pnrp_endpoint *e)
{
	uint32_t uses = 0;
	for (uint32_t i = 0; i < w->n_nodes; i++) {
		const struct pnrp_walk_node *node = &w->nodes[i];
		if (node->uses && pnrp_endpoint_eq(&node->at, e))
			uses += node->uses;
	}
	return uses;
}

bool pnrp_walk_has_found(const struct pnrp_walk *w, const struct pnrp_id *id)
{
	for (uint32_t i = 0; i < w->n_found; i++) {
		if (pnrp_id_eq(&w->found[i].id, id))
			return true;
	}
	return false;
}

/* The leading bits that have to be the target's. */
static uint32_t bits_to_stop(const struct pnrp_walk *w)
{
	switch (w->criteria) {
	case PNRP_MATCH_NONE:
	case PNRP_MATCH_NEAREST:
		return 256;
	case PNRP_MATCH_ANY:
		return 128;
	case PNRP_MATCH_NEAREST64:
		return 192;
	case PNRP_MATCH_UPPER_BITS:
		return w->precision;
	}
	return 256;
}

static uint32_t bits_to_accept(const struct pnrp_walk *w)
{
	bool of_name = w->criteria == PNRP_MATCH_NEAREST || w->criteria == PNRP_MATCH_NEAREST64;
	return of_name ? 128 : bits_to_stop(w);
}

/* A31, PNRP-7.3. Of a registration or a split test nothing is near enough before the end. */
bool pnrp_walk_stops(const struct pnrp_walk *w, const struct pnrp_id *id)
{
	if (w->reason == PNRP_REASON_REGISTRATION || w->reason == PNRP_REASON_SPLIT)
		return false;
	return pnrp_id_common(id, &w->target) >= bits_to_stop(w) && !pnrp_walk_has_found(w, id);
}

/* A34: a split test asks whoever is nearest. */
bool pnrp_walk_accepts(const struct pnrp_walk *w, const struct pnrp_id *id)
{
	if (w->reason == PNRP_REASON_SPLIT)
		return true;
	if (w->reason != PNRP_REASON_REQUEST)
		return false;
	return pnrp_id_common(id, &w->target) >= bits_to_accept(w) && !pnrp_walk_has_found(w, id);
}

void pnrp_walk_free(struct pnrp *p, struct pnrp_walk *w)
{
	pnrp_pending_drop(p, w);
	pnrp_talk_forget(p, w);
	list_take(&w->in);
	p->n_walks--;
	env_free(p->env, w->done);
	env_free(p->env, w->nodes);
	env_free(p->env, w);
}

void pnrp_walk_free_all(struct pnrp *p)
{
	LIST_EACH(at, next, &p->walks)
	pnrp_walk_free(p, LIST_ENTRY(at, struct pnrp_walk, in));
}

void pnrp_walk_forget(struct pnrp *p, uint32_t handle)
{
	LIST_EACH(at, next, &p->walks)
	{
		struct pnrp_walk *w = LIST_ENTRY(at, struct pnrp_walk, in);
		if (w->reason != PNRP_REASON_REQUEST && w->handle == handle)
			pnrp_walk_free(p, w);
	}
}

void pnrp_walk_end(struct pnrp *p, struct pnrp_walk *w, enum err e, struct mono now)
{
	enum pnrp_reason reason = w->reason;
	uint32_t handle = w->handle;
	bool met = w->asked > 0, proven = e == OK && w->best != PNRP_WALK_NONE;
	struct pnrp_neighbours before = w->before;
	struct pnrp_route best = { 0 };
	if (proven)
		best = pnrp_walk_at(w, w->best)->route;
	if (reason == PNRP_REASON_REQUEST)
		pnrp_query_ended(p, w, e, now);
	pnrp_walk_free(p, w);
	if (reason == PNRP_REASON_REGISTRATION)
		pnrp_register_ended(p, handle, met, now);
	else if (reason == PNRP_REASON_SPLIT)
		pnrp_split_ended(p, handle, proven ? &best : NULL, &before, now);
}

/* Queries and the walks that upkeep needs do not take each other's room. */
static bool has_room(const struct pnrp *p, const struct pnrp_walk_options *o)
{
	uint32_t n = 0;
	bool query = o->reason == PNRP_REASON_REQUEST;
	LIST_EACH(at, next, &p->walks)
	n += (LIST_ENTRY(at, struct pnrp_walk, in)->reason == PNRP_REASON_REQUEST) == query;
	return n < (query ? p->o.limits.resolves : PNRP_WALKS_INSIDE);
}

static struct pnrp_walk *walk_new(struct pnrp *p, const struct pnrp_walk_options *o,
				  struct mono now)
{
	size_t found = o->query ? o->query->most * sizeof(struct pnrp_found) : 0;
	struct pnrp_walk *w = env_zalloc(p->env, 1, sizeof(*w) + found);
	if (!w)
		return NULL;
	list_push_back(&p->walks, &w->in);
	p->n_walks++;
	w->target = o->target;
	w->criteria = o->criteria;
	w->reason = o->reason;
	w->precision = o->precision;
	w->handle = o->handle;
	w->number = o->number;
	w->hop = w->best = PNRP_WALK_NONE;
	w->started = now;
	w->wait_until = MONO_NEVER;
	if (o->query) {
		w->query = *o->query;
		w->p2p = pnrp_name_p2p_id(p->crypto, p->profile, &w->query.name);
		w->done = pnrp_out_make(p, PNRP_OUT_DONE, 0);
	}
	if (grow(p, w) && (w->done || !o->query))
		return w;
	pnrp_walk_free(p, w);
	return NULL;
}

static void note_neighbours(const struct pnrp *p, struct pnrp_walk *w)
{
	const struct pnrp_entry *below = pnrp_cache_below(p->cache, &w->target);
	const struct pnrp_entry *above = pnrp_cache_above(p->cache, &w->target);
	w->before.any = below && above;
	if (!w->before.any)
		return;
	w->before.below = below->id;
	w->before.above = above->id;
}

/* PNRP-7.2, steps 2 to 4 of digest 10.2; there is room for what a walk starts with. */
static void prepare(struct pnrp *p, struct pnrp_walk *w, const struct pnrp_walk_options *o)
{
	pnrp_walk_path_add(w, &p->local[0]);
	for (uint8_t i = 0; o->flagged && i < o->flagged->n; i++)
		pnrp_walk_path_add(w, &o->flagged->at[i]);
	if (o->reason == PNRP_REASON_SPLIT)
		note_neighbours(p, w);
	if (o->best) {
		w->best = pnrp_walk_know(p, w, o->best);
		pnrp_walk_at(w, w->best)->ours = true;
	}
	struct pnrp_route next;
	struct pnrp_entry *closest = pnrp_cache_closest(p->cache, &w->target, &w->path);
	if (o->next)
		next = *o->next;
	else if (closest)
		pnrp_entry_route(closest, &next);
	else
		return;
	pnrp_walk_push(&w->hops, pnrp_walk_know(p, w, &next));
}

/* PNRP-7.6: a node that knows nobody asks to be told of a first one, unless a name of its own
 * answers already. */
static bool waits(struct pnrp *p, struct pnrp_walk *w, struct mono now)
{
	if (w->reason != PNRP_REASON_REQUEST || w->hops.n || w->best != PNRP_WALK_NONE ||
	    w->n_found || pnrp_cache_count(p->cache))
		return false;
	w->state = PNRP_WALK_WAITING;
	w->wait_until = mono_add(now, PNRP_WALK_WAIT);
	pnrp_out_add(p, PNRP_OUT_ALONE, 0);
	return true;
}

enum err pnrp_walk_start(struct pnrp *p, const struct pnrp_walk_options *o, struct mono now)
{
	if (!p->n_local)
		return ERR_STATE;
	if (!has_room(p, o))
		return ERR_FULL;
	struct pnrp_walk *w = walk_new(p, o, now);
	if (!w)
		return ERR_NOMEM;
	prepare(p, w, o);
	if (w->reason == PNRP_REASON_REQUEST && !pnrp_query_begin(p, w, now))
		return OK;
	if (!waits(p, w, now))
		pnrp_walk_step(p, w, now);
	return OK;
}

void pnrp_walk_wake(struct pnrp *p, struct mono now)
{
	LIST_EACH(at, next, &p->walks)
	{
		struct pnrp_walk *w = LIST_ENTRY(at, struct pnrp_walk, in);
		if (w->state != PNRP_WALK_WAITING)
			continue;
		w->wait_until = MONO_NEVER;
		pnrp_walk_step(p, w, now);
	}
}

static struct mono due(const struct pnrp_walk *w)
{
	if (w->reason != PNRP_REASON_REQUEST)
		return MONO_NEVER;
	return mono_min(w->query.deadline, w->wait_until);
}

void pnrp_walk_tick(struct pnrp *p, struct mono now)
{
	LIST_EACH(at, next, &p->walks)
	{
		struct pnrp_walk *w = LIST_ENTRY(at, struct pnrp_walk, in);
		if (mono_reached(due(w), now)) {
			bool late = mono_reached(w->query.deadline, now);
			pnrp_walk_end(p, w, late ? ERR_TIMEOUT : ERR_NOT_FOUND, now);
		}
	}
}

struct mono pnrp_walk_deadline(const struct pnrp *p)
{
	struct mono first = MONO_NEVER;
	LIST_EACH(at, next, &p->walks)
	first = mono_min(first, due(LIST_ENTRY(at, struct pnrp_walk, in)));
	return first;
}
