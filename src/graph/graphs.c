#include "graph/graphs_int.h"

/* The graphs of a machine: their life, and the commands that make, open and end them. */

const char graphs_not_synchronised[] =
	"the graph was never synchronised: connect to a node of it first";

/* Life of one */

void graphs_entry_free(struct graphs *s, struct graphs_entry *e)
{
	while (!list_empty(&e->listeners)) {
		struct graphs_waiter *w = LIST_ENTRY(e->listeners.next, struct graphs_waiter, all);
		list_take(&w->all);
		env_free(s->shared.env, w);
	}
	if (s->turn == &e->all)
		s->turn = NULL;
	graphs_bury(s, e->graph);
	list_take(&e->all);
	env_free(s->shared.env, e->sync_order);
	env_free(s->shared.env, e);
}

static void answer_listeners(struct graphs *s, struct graphs_entry *e, enum err err)
{
	while (!list_empty(&e->listeners)) {
		struct graphs_waiter *w = LIST_ENTRY(e->listeners.next, struct graphs_waiter, all);
		list_take(&w->all);
		graphs_reply(s, w->number, err, NULL, 0);
		env_free(s->shared.env, w);
	}
}

void graphs_entry_shut(struct graphs *s, struct graphs_entry *e, enum err why)
{
	graphs_links_close(s, e);
	answer_listeners(s, e, why);
	if (e->closer)
		graphs_reply(s, e->closer, why, NULL, 0);
	e->closer = 0;
	graphs_bury(s, e->graph);
	e->graph = NULL;
	e->leaving = false;
}

/* GRAPH-12.9: what it knew of time, and when it left, are kept before it is freed. */
void graphs_entry_left(struct graphs *s, struct graphs_entry *e)
{
	uint64_t closer = e->closer;
	graphs_row_follow(s, e, s->now);
	e->closer = 0;
	graphs_entry_shut(s, e, ERR_CLOSED);
	if (closer)
		graphs_reply(s, closer, OK, NULL, e->saved);
}

static void copy_text(char *to, size_t size, const char *from)
{
	struct text t = text_of(to, size);
	text_str(&t, from);
}

/* GRAPH-12.16: one that is guarded opens with its guard's provider or not at all. */
static enum err provider_of(const struct graphs *s, const struct graphs_entry *e,
			    struct graph_provider *out)
{
	if (!e->guarded)
		return OK;
	if (!s->guard.provider)
		return ERR_STATE;
	return s->guard.provider(s->guard.ctx, span_str(e->properties.id), span_str(e->peer), out);
}

enum err graphs_entry_open(struct graphs *s, struct graphs_entry *e, bool create, struct mono now)
{
	struct graph_birth b = {
		.create = create,
		.properties = e->properties,
		.number = e->number,
		.provider = graph_provider_open,
		.sync_order = e->sync_order,
		.n_sync_order = e->n_sync_order,
		.time_delta = e->time_delta,
		.left = e->left,
		.synchronised = e->synchronised,
		.apart = e->apart,
		.known = e->known,
		.n_known = e->n_known,
		.times = s->cfg.lab ? graph_times_lab : graph_times_default,
		.limits = s->cfg.limits,
	};
	char room[200];
	struct text why = TEXT_OF(room);
	copy_text(b.peer, sizeof(b.peer), e->peer);
	copy_text(b.name, sizeof(b.name), e->name);
	/* The clock was read a while ago. */
	struct wall wall = s->wall;
	wall.us += mono_since(now, s->wall_at);
	enum err err = provider_of(s, e, &b.provider);
	return err ? err : graph_new(&e->graph, &b, &s->shared, now, wall, &why);
}

/* Finding */

static bool is_named(const struct graphs_entry *e, struct span id, struct span peer)
{
	return !e->deleted && span_eq(span_str(e->properties.id), id) &&
	       (!peer.n || span_eq(span_str(e->peer), peer));
}

/* One that is open goes before one that is not. */
struct graphs_entry *graphs_entry_find(const struct graphs *s, struct span id, struct span peer)
{
	struct graphs_entry *closed = NULL;
	LIST_EACH(n, tmp, &s->entries)
	{
		struct graphs_entry *e = LIST_ENTRY(n, struct graphs_entry, all);
		if (!is_named(e, id, peer))
			continue;
		if (e->graph && !e->leaving)
			return e;
		closed = e;
	}
	return closed;
}

/* Making */

static bool is_text(struct span s, bool may_be_empty)
{
	uint8_t utf16[2 * GRAPH_ID_UNITS];
	size_t n;
	if (!s.n)
		return may_be_empty;
	return !memchr(s.p, 0, s.n) && graph_utf16(s, GRAPH_ID_UNITS, utf16, &n) == OK;
}

static const char *what_is_wrong(const struct graphs_command *c)
{
	const struct graph_properties *p = c->properties;
	if (!is_text(c->id, false))
		return "a Graph ID is 1 to 255 characters of UTF-8";
	if (!is_text(c->peer, true) || !is_text(c->name, true))
		return "a Peer ID and a friendly name are at most 255 characters of UTF-8";
	if (c->n_sync_order > GRAPH_PRIORITY_MAX)
		return "at most 253 record types can go first";
	if (p && !crypto_profile(p->profile))
		return "this build has no classic profile";
	if (p && p->record_max &&
	    (p->record_max < GRAPH_RECORD_MIN || p->record_max > GRAPH_RECORD_MAX))
		return "the largest record is 1,024 to 62,914,560 octets";
	if (p && p->presence_life && p->presence_life < GRAPH_LIFE_PRESENCE)
		return "presence lives 300 seconds or more";
	return NULL;
}

static void set_text(char *to, size_t size, struct span from)
{
	struct text t = text_of(to, size);
	text_span(&t, from);
}

static enum err set_order(struct graphs *s, struct graphs_entry *e, const struct graphs_command *c)
{
	struct graph_guid *order = NULL;
	if (c->n_sync_order) {
		order = env_copy(s->shared.env, c->sync_order, c->n_sync_order * sizeof(*order));
		if (!order)
			return ERR_NOMEM;
	}
	env_free(s->shared.env, e->sync_order);
	e->sync_order = order;
	e->n_sync_order = (uint8_t)c->n_sync_order;
	return OK;
}

static void set_properties(struct graphs_entry *e, const struct graphs_command *c)
{
	struct graph_properties *p = &e->properties;
	if (c->properties)
		*p = *c->properties;
	if (!p->scope)
		p->scope = GRAPH_SCOPE_GLOBAL;
	if (!p->presence_life)
		p->presence_life = GRAPH_LIFE_PRESENCE;
	set_text(p->id, sizeof(p->id), c->id);
	p->creator[0] = 0;
}

static struct graphs_entry *entry_new(struct graphs *s, const struct graphs_command *c)
{
	struct graphs_entry *e = env_zalloc(s->shared.env, 1, sizeof(*e));
	if (!e)
		return NULL;
	list_init(&e->all);
	list_init(&e->listeners);
	if (set_order(s, e, c)) {
		env_free(s->shared.env, e);
		return NULL;
	}
	set_properties(e, c);
	set_text(e->peer, sizeof(e->peer), c->peer.n ? c->peer : span_str(s->machine));
	set_text(e->name, sizeof(e->name), c->name);
	e->number = s->next_number++;
	e->open = true;
	e->listens = c->listen;
	e->apart = c->apart;
	e->guarded = c->guarded;
	list_push_back(&s->entries, &e->all);
	return e;
}

/* The row first: what the graph puts at birth is of a graph that there is. */
static enum err begin(struct graphs *s, struct graphs_entry *e, bool create, struct mono now)
{
	e->synchronised = create;
	if (create)
		copy_text(e->properties.creator, sizeof(e->properties.creator), e->peer);
	enum err err = graphs_row_put(s, e);
	if (err)
		return err;
	e->born = e->saved;
	err = graphs_entry_open(s, e, create, now);
	if (err)
		(void)!graphs_row_drop(s, e);
	return err;
}

/* A group's name is no other graph's: records go to whichever is open first. */
static bool is_group(const struct graphs *s, const struct graphs_command *c)
{
	LIST_EACH(n, tmp, &s->entries)
	{
		const struct graphs_entry *e = LIST_ENTRY(n, struct graphs_entry, all);
		if (e->guarded && !c->guarded && is_named(e, c->id, span_of(NULL, 0)))
			return true;
	}
	return false;
}

static void make(struct graphs *s, const struct graphs_command *c, uint64_t number, bool create,
		 struct mono now)
{
	if (is_group(s, c)) {
		graphs_reply(s, number, ERR_EXISTS, "that is a group of this machine", 0);
		return;
	}
	struct graphs_entry *e = entry_new(s, c);
	enum err err = e ? begin(s, e, create, now) : ERR_NOMEM;
	graphs_reply(s, number, err, NULL, err ? 0 : e->saved);
	if (err && e)
		graphs_entry_free(s, e);
	else
		s->changed = true;
}

/* The very person where one is named, else this machine's. */
static struct graphs_entry *same_person(const struct graphs *s, const struct graphs_command *c)
{
	return graphs_entry_find(s, c->id, c->peer.n ? c->peer : span_str(s->machine));
}

static void create(struct graphs *s, const struct graphs_command *c, uint64_t number,
		   struct mono now)
{
	const char *wrong = what_is_wrong(c);
	if (wrong)
		graphs_reply(s, number, ERR_RANGE, wrong, 0);
	else if (same_person(s, c))
		graphs_reply(s, number, ERR_EXISTS, "this machine has that graph already", 0);
	else
		make(s, c, number, true, now);
}

static void reopen(struct graphs *s, struct graphs_entry *e, const struct graphs_command *c,
		   uint64_t number, struct mono now)
{
	enum err err = c->n_sync_order ? set_order(s, e, c) : OK;
	if (c->name.n)
		set_text(e->name, sizeof(e->name), c->name);
	e->apart = c->apart;
	e->guarded |= c->guarded;
	if (!err)
		err = graphs_entry_open(s, e, false, now);
	e->open = err == OK;
	if (!err) {
		e->listens = c->listen;
		err = graphs_row_put(s, e);
		s->changed = true;
	}
	graphs_reply(s, number, err, NULL, err ? 0 : e->saved);
}

/* Opened twice is open. */
static void open_open(struct graphs *s, struct graphs_entry *e, const struct graphs_command *c,
		      uint64_t number)
{
	enum err err = c->guarded && !e->guarded ? ERR_CONFLICT : OK;
	if (!err && c->listen && !e->listens) {
		e->listens = true;
		err = graphs_row_put(s, e);
		s->changed = true;
	}
	graphs_reply(s, number, err, NULL, err ? 0 : e->saved);
}

/* One that still says goodbye is not open. */
static void open_one(struct graphs *s, const struct graphs_command *c, uint64_t number,
		     struct mono now)
{
	const char *wrong = what_is_wrong(c);
	struct graphs_entry *e = wrong ? NULL : same_person(s, c);
	if (!wrong && !e && !c->peer.n)
		e = graphs_entry_find(s, c->id, c->peer);
	if (wrong)
		graphs_reply(s, number, ERR_RANGE, wrong, 0);
	else if (!e)
		make(s, c, number, false, now);
	else if (e->leaving)
		graphs_reply(s, number, ERR_STATE, "the graph is being closed: try again", 0);
	else if (e->graph)
		open_open(s, e, c, number);
	else
		reopen(s, e, c, number, now);
}

/* Ending */

static void leave(struct graphs *s, struct graphs_entry *e, uint64_t number, struct mono now)
{
	e->leaving = true;
	e->closer = number;
	e->close_at = mono_add(now, GRAPHS_CLOSE_TIME);
	graph_stop(e->graph, now);
	s->changed = true; /* others may not listen for its sake */
}

static void close_one(struct graphs *s, struct graphs_entry *e, uint64_t number, struct mono now)
{
	if (!e->graph || e->leaving) {
		graphs_reply(s, number, ERR_STATE,
			     e->leaving ? "the graph is being closed already" : "it is closed", 0);
		return;
	}
	e->open = e->listens = false;
	if (graphs_row_put(s, e))
		e->unsaved = true;
	leave(s, e, number, now);
}

/* GRAPH-12.10: it is gone with the row that says so; its records follow. */
static void delete_one(struct graphs *s, struct graphs_entry *e, uint64_t number, struct mono now)
{
	if (e->leaving) {
		graphs_reply(s, number, ERR_STATE, "the graph is being closed: try again", 0);
		return;
	}
	e->deleted = true;
	e->open = e->listens = false;
	enum err err = graphs_row_put(s, e);
	if (err) {
		e->deleted = false;
		graphs_reply(s, number, err, NULL, 0);
	} else if (e->graph) {
		leave(s, e, number, now);
	} else {
		graphs_reply(s, number, OK, NULL, e->saved);
	}
}

static void listen_one(struct graphs *s, struct graphs_entry *e, uint64_t number, struct mono now)
{
	struct graphs_waiter *w = NULL;
	if (!e->graph || e->leaving) {
		graphs_reply(s, number, ERR_STATE, "the graph is not open", 0);
		return;
	}
	w = env_zalloc(s->shared.env, 1, sizeof(*w));
	bool wished = e->listens;
	e->listens = true;
	enum err err = w ? graphs_row_put(s, e) : ERR_NOMEM;
	if (err) {
		e->listens = wished;
		env_free(s->shared.env, w);
		graphs_reply(s, number, err, NULL, 0);
		return;
	}
	w->number = number;
	w->wished = wished;
	list_push_back(&e->listeners, &w->all);
	graphs_doors_mind(s, now);
}

static void cancel(struct graphs *s, const struct graphs_command *c, uint64_t number,
		   struct mono now)
{
	LIST_EACH(n, tmp, &s->entries)
	{
		struct graphs_entry *e = LIST_ENTRY(n, struct graphs_entry, all);
		if (e->graph)
			graph_cancel(e->graph, c->other, now);
	}
	graphs_reply(s, number, OK, NULL, 0);
}

static enum err pass_on(struct graphs *s, struct graphs_entry *e, const struct graphs_command *c,
			uint64_t number, struct mono now)
{
	if (e->graph && !e->leaving) {
		graphs_reply_no_more(s);
		return graph_command(e->graph, &c->of, number, now);
	}
	graphs_reply(s, number, ERR_STATE, "the graph is not open", 0);
	return OK;
}

static enum err of_one(struct graphs *s, const struct graphs_command *c, uint64_t number,
		       struct mono now)
{
	struct graphs_entry *e = graphs_entry_find(s, c->id, c->peer);
	if (!e) {
		graphs_reply(s, number, ERR_NOT_FOUND, "this machine has no such graph", 0);
		return OK;
	}
	if (c->kind == GRAPHS_OF)
		return pass_on(s, e, c, number, now);
	if (c->kind == GRAPHS_CLOSE)
		close_one(s, e, number, now);
	else if (c->kind == GRAPHS_DELETE)
		delete_one(s, e, number, now);
	else
		listen_one(s, e, number, now);
	return OK;
}

enum err graphs_command(struct graphs *s, const struct graphs_command *c, uint64_t number,
			struct mono now)
{
	s->now = now;
	if (!graphs_reply_reserve(s))
		return ERR_NOMEM;
	if (s->stopping) {
		graphs_reply(s, number, ERR_STOPPING, NULL, 0);
		return OK;
	}
	switch (c->kind) {
	case GRAPHS_CREATE:
		create(s, c, number, now);
		return OK;
	case GRAPHS_OPEN:
		open_one(s, c, number, now);
		return OK;
	case GRAPHS_CANCEL:
		cancel(s, c, number, now);
		return OK;
	case GRAPHS_CLOSE:
	case GRAPHS_DELETE:
	case GRAPHS_LISTEN:
	case GRAPHS_OF:
		return of_one(s, c, number, now);
	}
	return OK;
}
