#include "graph/graph_int.h"

/* The life of one node of a graph, and what reaches it. What an input leads to beyond its
 * own link (maintenance, a contact that changed) is done once, at the end of the call. */

#define STRANGERS     32   /* of one host */
#define NET_STRANGERS 128  /* of one /64 of IPv6 */
#define FREED	      8192 /* records, with one call of graph_free_some() */

int64_t graph_random_delay(const struct graph *g, int64_t least, int64_t most)
{
	uint64_t span = most > least ? (uint64_t)(most - least) / MONO_MS : 0;
	return least + (int64_t)env_random_below(g->shared->env, span + 1) * MONO_MS;
}

/* GRAPH-8.1: never 0, which means "this node" to programs (A52). */
static uint64_t draw_node(const struct env *env)
{
	uint64_t v;
	do {
		v = env_random_u64(env);
	} while (v == 0);
	return v;
}

static void init_lists(struct graph *g)
{
	struct list *const all[] = { &g->links,	   &g->referrals, &g->contacts, &g->nodes,
				     &g->deferred, &g->held,	  &g->early,	&g->outs,
				     &g->reserve,  &g->spare,	  &g->sending,	&g->followers };
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		list_init(all[i]);
	for (size_t i = 0; i < GRAPH_TIMER_COUNT; i++)
		g->timer[i] = MONO_NEVER;
}

static enum err take_names(struct graph *g, struct text *why)
{
	enum err e =
		graph_utf16(span_str(g->birth.properties.id), GRAPH_ID_UNITS, g->id16, &g->id16_n);
	if (e != OK || !g->birth.properties.id[0]) {
		text_str(why, "the Graph ID must be 1 to 255 UTF-16 units of UTF-8");
		return ERR_CONFIG;
	}
	e = graph_utf16(span_str(g->birth.peer), GRAPH_ID_UNITS, g->peer16, &g->peer16_n);
	if (e != OK || !g->birth.peer[0]) {
		text_str(why, "the Peer ID must be 1 to 255 UTF-16 units of UTF-8");
		return ERR_CONFIG;
	}
	return OK;
}

static enum err copy_birth(struct graph *g, const struct graph_birth *b)
{
	struct graph_guid *order = NULL;
	if (b->n_sync_order > GRAPH_PRIORITY_MAX)
		return ERR_CONFIG;
	if (b->n_sync_order) {
		order = env_copy(g->shared->env, b->sync_order, b->n_sync_order * sizeof(*order));
		if (!order)
			return ERR_NOMEM;
	}
	g->birth = *b;
	g->birth.sync_order = order;
	g->birth.known = NULL;
	graph_referrals_begin(g, b);
	g->properties = b->properties;
	return OK;
}

static void take_rules(struct graph *g)
{
	uint32_t most = g->properties.record_max;
	g->rules = (struct graph_rules){
		.graph = span_of(g->id16, g->id16_n),
		.record_max = most ? most : GRAPH_RECORD_MAX,
		.expires_max = UINT64_MAX,
	};
	graph_creator_fold(g->shared->crypto, g->properties.profile,
			   span_of(g->peer16, g->peer16_n), g->fold);
}

static enum err begin(struct graph *g, const struct graph_birth *b, struct mono now,
		      struct wall wall, struct text *why)
{
	struct graph_shared *s = g->shared;
	enum err e = copy_birth(g, b);
	if (e == OK)
		e = take_names(g, why);
	if (e != OK)
		return e;
	take_rules(g);
	g->node = draw_node(s->env);
	g->never_connected = true;
	g->time_delta = b->time_delta;
	g->left = b->left;
	g->wall = wall;
	g->wall_at = now;
	g->timer[GRAPH_TIMER_LOAD] = now;
	struct graph_db_limits limits = b->limits.db;
	limits.vital = b->provider.ops->vital;
	return graph_db_new(&g->db, b->number, s->env, s->store, s->crypto, b->properties.profile,
			    &limits, &s->next_row);
}

enum err graph_new(struct graph **out, const struct graph_birth *b, struct graph_shared *shared,
		   struct mono now, struct wall wall, struct text *why)
{
	char room[128];
	struct text unread = TEXT_OF(room);
	struct graph *g = env_zalloc(shared->env, 1, sizeof(*g));
	if (!g)
		return ERR_NOMEM;
	g->shared = shared;
	init_lists(g);
	map_init(&g->by_number, shared->env);
	map_init(&g->by_record, shared->env);
	enum err e = begin(g, b, now, wall, why ? why : &unread);
	if (e != OK) {
		graph_free(g);
		return e;
	}
	*out = g;
	return OK;
}

/* All but the database. */
static void take_down(struct graph *g)
{
	const struct env *env = g->shared->env;
	LIST_EACH(n, tmp, &g->links)
	{
		struct graph_link *l = LIST_ENTRY(n, struct graph_link, all);
		l->lingers = false;
		if (l->state != GRAPH_STATE_ENDED)
			graph_link_end(g, l, OK, NULL, g->wall_at);
	}
	graph_links_reap(g);
	graph_load_end(g, ERR_STOPPING);
	graph_flood_free(g);
	graph_relay_free(g);
	graph_ahead_free(g);
	graph_publish_free(g);
	graph_nodes_free(g);
	LIST_EACH(n, tmp, &g->referrals)
	graph_referral_free(g, LIST_ENTRY(n, struct graph_referral, all));
	graph_followers_free(g);
	graph_outs_free(g);
	map_free(&g->by_number);
	map_free(&g->by_record);
	env_free(env, g->message);
	env_free(env, g->presence_attributes);
	env_free(env, (void *)(uintptr_t)g->birth.sync_order);
	if (g->db)
		graph_db_forget(g->db);
	g->down = true;
}

void graph_let_go(struct graph *g)
{
	if (!g->down)
		take_down(g);
}

bool graph_free_some(struct graph *g)
{
	graph_let_go(g);
	if (g->db && !graph_db_bury(g->db, FREED))
		return false;
	graph_db_free(g->db);
	env_free(g->shared->env, g);
	return true;
}

void graph_free(struct graph *g)
{
	while (g && !graph_free_some(g))
		;
}

/* What a call led to beyond its own link, once, whatever asked for it how often. Each may
 * lead to the next. */
static void settle(struct graph *g, struct mono now)
{
	if (g->maintain_wanted) {
		g->maintain_wanted = false;
		graph_maintain(g, false, now);
	}
	if (g->presence_stale) {
		g->presence_stale = false;
		graph_presence_settle(g, now);
	}
	if (g->contact_stale) {
		g->contact_stale = false;
		graph_contact_settle(g, now);
	}
}

void graph_finish(struct graph *g, struct mono now)
{
	if (g->loaded && !g->stopping)
		settle(g, now);
	graph_links_reap(g);
	graph_maintain_status(g);
}

static bool same_addresses(const struct graph *g, const struct addr *a, size_t n)
{
	if (n != g->n_addresses)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!addr_eq(&a[i], &g->address[i]))
			return false;
	return true;
}

/* What tells where we are follows. */
static void reached_elsewhere(struct graph *g, struct mono now)
{
	g->need_pause = 0;
	g->presence_stale |= g->has_presence;
	g->contact_stale |= g->has_contact;
	g->maintain_wanted = true;
	graph_presence_maintain(g, now);
}

/* GRAPH-8.2. Digest 10, "Listen" and "Local address change". */
enum err graph_listen(struct graph *g, const struct addr *a, size_t n, struct mono now)
{
	size_t most = n < GRAPH_ADDRESSES_MAX ? n : GRAPH_ADDRESSES_MAX;
	if (!graph_ready(g))
		return ERR_STATE;
	if (g->stopping)
		return ERR_STOPPING;
	if (g->listening && same_addresses(g, a, most))
		return OK;
	if (most)
		memcpy(g->address, a, most * sizeof(*a));
	g->n_addresses = (uint8_t)most;
	g->listening = true;
	reached_elsewhere(g, now);
	if (most)
		graph_hello_update(g, now);
	graph_finish(g, now);
	return OK;
}

size_t graph_reached_at(const struct graph *g, const struct addr **at)
{
	*at = g->address;
	return g->listening && !g->stopping ? g->n_addresses : 0;
}

/* How many are strangers among those that are, or may be, one machine's; and the oldest. */
struct crowd {
	struct graph_link *oldest;
	size_t n;
};

static void count(struct crowd *c, struct graph_link *l)
{
	if (c->n++ == 0)
		c->oldest = l;
}

/* GRAPH-8.44: of one host, or one /64 of IPv6, connections that were let in and have not said
 * CONNECT; when there are many the oldest goes, which had the time. */
static void bound_strangers(struct graph *g, const struct addr *from, struct mono now)
{
	struct crowd host = { .n = 0 }, net = { .n = 0 };
	LIST_EACH(n, tmp, &g->links)
	{
		struct graph_link *l = LIST_ENTRY(n, struct graph_link, all);
		if (l->initiator || l->state >= GRAPH_STATE_CONNECTED ||
		    !addr_same_net(&l->remote, from))
			continue;
		count(&net, l);
		if (addr_same_host(&l->remote, from))
			count(&host, l);
	}
	struct graph_link *goes = host.n >= STRANGERS	   ? host.oldest
				  : net.n >= NET_STRANGERS ? net.oldest
							   : NULL;
	if (!goes)
		return;
	graph_link_end(g, goes, ERR_FULL, NULL, now);
	graph_finish(g, now);
}

void graph_unlisten(struct graph *g, struct mono now)
{
	if (!g->listening || g->stopping)
		return;
	g->listening = false;
	g->n_addresses = 0;
	reached_elsewhere(g, now);
	graph_finish(g, now);
}

enum err graph_accepted(struct graph *g, uint32_t link, const struct addr *local,
			const struct addr *remote, struct mono now)
{
	if (!g->loaded || g->stopping || !g->listening)
		return ERR_STATE;
	bound_strangers(g, remote, now);
	struct graph_link *l = graph_link_new(g, link, GRAPH_STATE_ACCEPTED, remote, now);
	if (!l)
		return ERR_NOMEM;
	l->local = *local;
	return OK;
}

enum err graph_up(struct graph *g, uint32_t link, const struct addr *local,
		  const struct addr *remote, struct mono now)
{
	struct graph_link *l = graph_link_find(g, link);
	if (!l || l->state != GRAPH_STATE_DIALLING)
		return OK;
	l->local = *local;
	l->remote = *remote;
	graph_hello_initiate(g, l, now);
	graph_finish(g, now);
	return OK;
}

/* The link is gone already: nothing is said on it, nothing closed. */
void graph_down(struct graph *g, uint32_t link, enum err why, struct mono now)
{
	struct graph_link *l = graph_link_find(g, link);
	if (!l)
		return;
	graph_outing_free(g, l->closing);
	l->closing = NULL;
	l->lingers = false;
	if (l->state != GRAPH_STATE_ENDED)
		graph_link_end(g, l, why == OK ? ERR_CLOSED : why, NULL, now);
	graph_finish(g, now);
}

enum err graph_input(struct graph *g, uint32_t link, struct span bytes, struct mono now)
{
	struct graph_link *l = graph_link_find(g, link);
	if (!l || l->state == GRAPH_STATE_ENDED || l->state == GRAPH_STATE_DIALLING)
		return OK;
	l->in += bytes.n;
	g->counts.in += bytes.n;
	if (graph_link_neighbor(l))
		graph_time_heard(g, now);
	graph_link_input(g, l, bytes, now);
	graph_finish(g, now);
	return OK;
}

void graph_drained(struct graph *g, uint32_t link, struct mono now)
{
	struct graph_link *l = graph_link_find(g, link);
	if (!l)
		return;
	graph_sendq_drained(l);
	if (l->state == GRAPH_STATE_ENDED) {
		l->lingers = false;
	} else {
		graph_send_on(g, l, now);
		if (l->state != GRAPH_STATE_ENDED)
			graph_data_drained(g, l, now);
	}
	graph_publish_on(g, now);
	graph_finish(g, now);
}

bool graph_link_waits(const struct graph *g, uint32_t link)
{
	const struct graph_link *l = graph_link_find(g, link);
	return l && l->paused && l->direct;
}

struct span graph_link_unfinished(const struct graph *g, uint32_t link)
{
	const struct graph_link *l = graph_link_find(g, link);
	return l ? graph_inbox_unfinished(&l->inbox) : span_of(NULL, 0);
}

void graph_wall(struct graph *g, struct wall wall, struct mono now)
{
	graph_time_read(g, wall, now);
	graph_finish(g, now);
}

/* A turn for whatever had to leave off. */
static void slices(struct graph *g, struct mono now)
{
	LIST_EACH(n, tmp, &g->links)
	{
		struct graph_link *l = LIST_ENTRY(n, struct graph_link, all);
		if (l->state == GRAPH_STATE_CONNECTED)
			graph_send_on(g, l, now);
	}
	graph_slice_due(g, now);
}

static void timer_due(struct graph *g, enum graph_timer t, struct mono now)
{
	switch (t) {
	case GRAPH_TIMER_LOAD:
		graph_load_due(g, now);
		break;
	case GRAPH_TIMER_SLICE:
		slices(g, now);
		break;
	case GRAPH_TIMER_ASK:
		graph_ask_due(g, now);
		break;
	case GRAPH_TIMER_EXPIRE:
		graph_expire_due(g, now);
		break;
	case GRAPH_TIMER_REFRESH:
		graph_refresh_due(g, now);
		break;
	case GRAPH_TIMER_SIGNATURE:
	case GRAPH_TIMER_CONTACT:
	case GRAPH_TIMER_DETECT:
	case GRAPH_TIMER_MAINTAIN:
	case GRAPH_TIMER_PRESENCE:
	case GRAPH_TIMER_COUNT:
		graph_maintain_due(g, t, now);
		break;
	}
}

static void link_due(struct graph *g, struct graph_link *l, struct mono now)
{
	if (mono_reached(l->deadline, now)) {
		if (l->state == GRAPH_STATE_ENDED)
			l->lingers = false;
		else
			graph_link_end(g, l, ERR_TIMEOUT, NULL, now);
		return;
	}
	if (l->state != GRAPH_STATE_CONNECTED)
		return;
	if (mono_reached(graph_sync_deadline(g, l), now)) {
		graph_sync_stalled(g, l, now);
		if (l->state != GRAPH_STATE_CONNECTED)
			return;
	}
	if (l->n_acks && mono_reached(l->acks_due, now))
		graph_flood_acks_send(g, l);
}

void graph_tick(struct graph *g, struct mono now)
{
	for (size_t t = 0; t < GRAPH_TIMER_COUNT; t++) {
		if (!mono_reached(g->timer[t], now))
			continue;
		g->timer[t] = MONO_NEVER;
		timer_due(g, (enum graph_timer)t, now);
	}
	LIST_EACH(n, tmp, &g->links)
	link_due(g, LIST_ENTRY(n, struct graph_link, all), now);
	graph_finish(g, now);
}

struct mono graph_deadline(const struct graph *g)
{
	struct mono d = MONO_NEVER;
	for (size_t t = 0; t < GRAPH_TIMER_COUNT; t++)
		d = mono_min(d, g->timer[t]);
	LIST_EACH(n, tmp, &g->links)
	{
		const struct graph_link *l = LIST_ENTRY(n, struct graph_link, all);
		d = mono_min(d, l->deadline);
		if (l->state != GRAPH_STATE_CONNECTED)
			continue;
		d = mono_min(d, graph_sync_deadline(g, l));
		if (l->n_acks)
			d = mono_min(d, l->acks_due);
	}
	return d;
}

/* GRAPH-8.3: what was told may rest on what is undone, so no link stays; the database is
 * read anew and the neighbors that come then are compared with it. Those of before are called
 * again: nobody else may be known. */
void graph_store_failed(struct graph *g, uint64_t first, enum err why, struct mono now)
{
	(void)first;
	struct graph_event e = graph_event_of(g, GRAPH_EVENT_STORE_FAILED);
	e.err = why;
	graph_out_event(g, &e, 0);
	graph_relay_free(g);
	LIST_EACH(n, tmp, &g->links)
	{
		struct graph_link *l = LIST_ENTRY(n, struct graph_link, all);
		if (graph_link_neighbor(l))
			graph_referrals_keep(g, l);
		if (l->state != GRAPH_STATE_ENDED)
			graph_link_end(g, l, why, NULL, now);
	}
	graph_links_reap(g);
	graph_nodes_free(g);
	graph_db_forget(g->db);
	g->loaded = g->has_contact = g->has_presence = g->partition = false;
	g->signature = 0;
	g->load_at = 0;
	graph_timer_set(g, GRAPH_TIMER_LOAD, now);
	graph_finish(g, now);
}

/* Digest 10, "Close": our own records of this node go first. */
static void delete_ours(struct graph *g, struct mono now)
{
	const struct graph_guid *const ours[] = { g->has_contact ? &g->contact : NULL,
						  g->has_presence ? &g->presence : NULL,
						  g->signature == g->node ? &graph_id_signature
									  : NULL };
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		struct graph_entry *e = ours[i] ? graph_db_find(g->db, ours[i]) : NULL;
		uint64_t after;
		/* What cannot be deleted ends by itself, within minutes; nor can the others. */
		if (e && !e->deleted && graph_publish_delete(g, e, &after, now) != OK)
			return;
	}
}

/* GRAPH-8.4. */
void graph_stop(struct graph *g, struct mono now)
{
	if (g->stopping)
		return;
	graph_relay_on(g);
	if (g->loaded)
		delete_ours(g, now);
	if (g->loaded && g->neighbors)
		g->left = graph_now(g, now) - 60 * GRAPH_TICKS_SEC;
	g->stopping = true;
	g->listening = false;
	LIST_EACH(n, tmp, &g->links)
	{
		struct graph_link *l = LIST_ENTRY(n, struct graph_link, all);
		if (l->state != GRAPH_STATE_ENDED)
			graph_link_leave(g, l, GRAPH_LEAVING, now);
	}
	graph_load_end(g, ERR_STOPPING);
	graph_hold_end(g, ERR_STOPPING);
	for (size_t t = 0; t < GRAPH_TIMER_COUNT; t++)
		g->timer[t] = MONO_NEVER;
	graph_finish(g, now);
}

bool graph_busy(const struct graph *g)
{
	return graph_relay_waits(g) || !list_empty(&g->links) || !list_empty(&g->outs) ||
	       !list_empty(&g->sending);
}
