#include "base/tables.h"
#include "graph/graph_int.h"

/* The life of a link: born, connected, ended. Messages go by the matrix of matrix.c. An
 * ended link stays in the list until the call is over, so that whoever walks it may go on. */

/* An ended link waits at most so long for its last words to go. */
#define LINGER (5 * MONO_SEC)
/* DESIGN 2: what the port is shared with would announce a larger one. */
#define FIRST_FRAME 4096

const char *graph_state_text(enum graph_state s)
{
	static const char *const texts[] = {
#define X(name, text) [GRAPH_STATE_##name] = text,
		GRAPH_STATES(X)
#undef X
	};
	return texts[s];
}

struct graph_link *graph_link_find(const struct graph *g, uint32_t number)
{
	return map_get(&g->by_number, span_of(&number, sizeof(number)));
}

/* GRAPH-8.10: the more connections there are, the less time each has (A21). */
int64_t graph_authenticate_time(const struct graph *g, uint32_t connections)
{
	const struct graph_times *t = &g->birth.times;
	uint64_t spread = (uint64_t)(t->authenticate_most - t->authenticate_least);
	uint32_t c = connections < 1000 ? connections : 1000;
	uint64_t decay = tables_decay_fixed((c << 16) / 10);
	return t->authenticate_least + (int64_t)(spread * (decay >> 8) >> 24);
}

static void link_free(struct graph *g, struct graph_link *l)
{
	const struct env *env = g->shared->env;
	(void)map_take(&g->by_number, span_of(&l->number, sizeof(l->number)));
	list_take(&l->all);
	graph_sendq_fini(g, l);
	graph_inbox_fini(&l->inbox);
	if (l->session)
		g->birth.provider.ops->session_free(l->session);
	graph_outing_free(g, l->closing);
	g->shared->memory -= l->memory;
	if (l->counted)
		g->shared->connections--;
	env_free(env, l->peer);
	env_free(env, l->wanted);
	env_free(env, l->addresses);
	env_free(env, l);
}

struct graph_link *graph_link_new(struct graph *g, uint32_t number, enum graph_state state,
				  const struct addr *remote, struct mono now)
{
	struct graph_link *l = env_zalloc(g->shared->env, 1, sizeof(*l));
	if (!l)
		return NULL;
	list_init(&l->all);
	list_init(&l->out.waiting);
	list_init(&l->out.sending);
	list_init(&l->waiters);
	l->number = number;
	l->state = state;
	l->initiator = state == GRAPH_STATE_DIALLING;
	l->remote = *remote;
	l->since = now;
	l->acks_due = MONO_NEVER;
	l->inbox.env = g->shared->env;
	l->inbox.sizes.message = g->birth.limits.message_max;
	l->inbox.first_max = l->initiator ? 0 : FIRST_FRAME;
	l->closing = graph_outing_new(g);
	if (!l->closing ||
	    map_put(&g->by_number, span_of(&l->number, sizeof(l->number)), l) != OK) {
		link_free(g, l);
		return NULL;
	}
	l->deadline = mono_add(now, graph_authenticate_time(g, g->shared->connections));
	l->counted = true;
	g->shared->connections++;
	list_push_back(&g->links, &l->all);
	return l;
}

struct graph_link *graph_link_dial(struct graph *g, const struct addr *to, const char *wanted,
				   bool direct, struct mono now)
{
	uint32_t number = g->shared->next_link;
	struct graph_link *l = graph_link_new(g, number, GRAPH_STATE_DIALLING, to, now);
	if (!l)
		return NULL;
	g->shared->next_link += 2;
	l->direct = direct;
	if (wanted && wanted[0])
		l->wanted = env_copy(g->shared->env, wanted, strlen(wanted));
	if ((wanted && wanted[0] && !l->wanted) || !graph_out_dial(g, l)) {
		link_free(g, l);
		return NULL;
	}
	graph_attempt_mark(g, to, now);
	return l;
}

static struct graph_event link_event(const struct graph *g, const struct graph_link *l,
				     enum graph_event_kind kind)
{
	struct graph_event e = graph_event_of(g, kind);
	struct text t = TEXT_OF(e.peer);
	const char *peer = l->peer ? l->peer : l->wanted;
	e.incoming = !l->initiator;
	e.conn = l->number;
	e.node = l->node;
	e.remote = l->remote;
	text_str(&t, peer ? peer : "");
	return e;
}

static void tell(struct graph *g, const struct graph_link *l, enum graph_link_status status,
		 enum err err)
{
	struct graph_event e =
		link_event(g, l, l->direct ? GRAPH_EVENT_DIRECT : GRAPH_EVENT_NEIGHBOR);
	e.status = status;
	e.err = err;
	graph_out_event(g, &e, 0);
}

/* GRAPH-8.45: what is noted of a record counts only as long as no neighbor comes, so that a
 * bit has never been another's. */
static void take_bit(struct graph *g, struct graph_link *l)
{
	unsigned taken = 0;
	LIST_EACH(n, tmp, &g->links)
	taken |= LIST_ENTRY(n, struct graph_link, all)->bit;
	l->bit = (uint8_t)(~taken & (taken + 1));
	g->heard_in++;
}

void graph_note_heard(const struct graph *g, const struct graph_link *l, struct graph_entry *e)
{
	if (e->heard_in != g->heard_in)
		e->heard = 0;
	e->heard_in = g->heard_in;
	e->heard |= l->bit;
}

bool graph_heard(const struct graph *g, const struct graph_link *l, const struct graph_entry *e)
{
	return e->heard_in == g->heard_in && (e->heard & l->bit);
}

void graph_link_connected(struct graph *g, struct graph_link *l, struct mono now)
{
	l->state = GRAPH_STATE_CONNECTED;
	g->links_doubted = true; /* GRAPH-8.48: its right may have ended while it began */
	graph_timer_set(g, GRAPH_TIMER_SLICE, now);
	l->deadline = MONO_NEVER;
	l->since = now;
	if (l->direct) {
		g->directs++;
	} else {
		g->neighbors++;
		g->need_pause = 0;
		take_bit(g, l);
	}
	tell(g, l, GRAPH_LINK_CONNECTED, OK);
	graph_follow_answer(g, l, OK, NULL);
	/* From now on loss of the last neighbor has a time; and the pace of upkeep is another. */
	if (!l->direct && g->neighbors == 1)
		graph_timer_set(g, GRAPH_TIMER_MAINTAIN, mono_add(now, g->birth.times.maintain));
}

/* A17: what may have been missed begins a little before. */
static void neighbor_lost(struct graph *g, struct graph_link *l, struct mono now)
{
	g->neighbors--;
	graph_sync_fini(g, l, now);
	graph_flood_forget(g, l);
	if (!g->neighbors && g->loaded)
		g->left = graph_now(g, now) - 60 * GRAPH_TICKS_SEC;
	if (!g->neighbors)
		graph_time_alone(g, now);
	g->maintain_wanted = true;
}

/* GRAPH-8.11: a bad peer is told of, and counted. */
static void tell_bad(struct graph *g, const struct graph_link *l, enum err err, const char *why)
{
	struct graph_event e = link_event(g, l, GRAPH_EVENT_BAD_PEER);
	e.err = err;
	e.text = why;
	g->counts.bad++;
	graph_out_event(g, &e, 0);
}

static void after_end(struct graph *g, struct graph_link *l, enum graph_state was, enum err err,
		      struct mono now)
{
	if (was == GRAPH_STATE_CONNECTED) {
		if (l->direct)
			g->directs--;
		else
			neighbor_lost(g, l, now);
		tell(g, l, GRAPH_LINK_ENDED, err);
		return;
	}
	if (l->initiator)
		tell(g, l, GRAPH_LINK_FAILED, err);
	/* Ours, GRAPH-8.12: who has too few goes on at once with the next of the lists. */
	if (l->initiator && !l->direct && !l->command && g->neighbors < GRAPH_NEIGHBORS_MIN)
		g->maintain_wanted = true;
}

void graph_link_end(struct graph *g, struct graph_link *l, enum err err, const char *why,
		    struct mono now)
{
	enum graph_state was = l->state;
	if (was == GRAPH_STATE_ENDED)
		return;
	l->state = GRAPH_STATE_ENDED;
	l->deadline = MONO_NEVER;
	if (why)
		tell_bad(g, l, err, why);
	after_end(g, l, was, err, now);
	graph_follow_answer(g, l, err == OK ? ERR_CLOSED : err, why);
	graph_data_end(g, l, err == OK ? ERR_CLOSED : err);
	if (!l->lingers)
		graph_out_close(g, l);
}

/* Digest 6.5. While the graph is left the link lingers until its last words have gone. */
void graph_link_leave(struct graph *g, struct graph_link *l, enum graph_reason why, struct mono now)
{
	uint8_t room[12 + GRAPH_REFERRALS * GRAPH_ADDRESS];
	struct addr given[GRAPH_REFERRALS];
	struct wr w = wr_of(room, sizeof(room));
	graph_relay_on(g); /* not behind it */
	if (l->state == GRAPH_STATE_CONNECTED) {
		struct graph_addresses a = { given, 0 };
		if (!l->direct)
			a.n = (uint8_t)graph_referrals_give(g, l, given);
		graph_put_goodbye(&w, GRAPH_DISCONNECT, (uint8_t)why, a);
		graph_send(g, l, wr_span(&w), 0);
	}
	if (l->state == GRAPH_STATE_ENDED)
		return;
	l->lingers = g->stopping && l->out.n;
	l->out.ask = l->lingers;
	graph_link_end(g, l, OK, NULL, now);
	if (l->lingers)
		l->deadline = mono_add(now, LINGER);
}

void graph_links_reap(struct graph *g)
{
	LIST_EACH(n, tmp, &g->links)
	{
		struct graph_link *l = LIST_ENTRY(n, struct graph_link, all);
		if (l->state != GRAPH_STATE_ENDED || l->lingers)
			continue;
		graph_out_close(g, l);
		link_free(g, l);
	}
}

/* What links hold that have not ended already in this call; *most: which of ours holds
 * most. */
static uint64_t memory_held(const struct graph *g, struct graph_link **most)
{
	uint64_t held = g->shared->memory;
	*most = NULL;
	LIST_EACH(n, tmp, &g->links)
	{
		struct graph_link *l = LIST_ENTRY(n, struct graph_link, all);
		if (l->state == GRAPH_STATE_ENDED)
			held -= l->memory;
		else if (!*most || l->memory > (*most)->memory)
			*most = l;
	}
	return held;
}

/* Who made memory scarce pays for it, not who needs a little next. */
static enum err make_room(struct graph *g, const struct graph_link *l)
{
	struct graph_link *most;
	if (memory_held(g, &most) <= g->shared->memory_max)
		return OK;
	if (!most || most->memory <= l->memory)
		return ERR_FULL;
	graph_link_end(g, most, ERR_FULL, "it holds most when memory is short", g->wall_at);
	return OK;
}

/* GRAPH-8.13: capped for the link and for all links of all graphs. */
enum err graph_link_memory(struct graph *g, struct graph_link *l)
{
	struct graph_shared *s = g->shared;
	uint64_t n = graph_inbox_octets(&l->inbox) + graph_sendq_octets(l) + graph_sync_octets(l);
	bool more = n > l->memory;
	s->memory = s->memory - l->memory + n;
	l->memory = n;
	if (n > g->birth.limits.link_memory)
		return ERR_FULL;
	return more && s->memory_max && s->memory > s->memory_max ? make_room(g, l) : OK;
}
