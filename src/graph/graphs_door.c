#include "graph/graphs_int.h"

/* Where is listened: the addresses of the configuration, one after the other, so that a
 * port that had to be chosen for the first is asked for at the others too. Only while a
 * graph wants it. */

/* Who may not yet is no reason to, but to be told so. */
static bool anybody_listens(const struct graphs *s)
{
	LIST_EACH(n, tmp, &s->entries)
	{
		const struct graphs_entry *e = LIST_ENTRY(n, struct graphs_entry, all);
		bool may = e->synchronised || !list_empty(&e->listeners);
		if (e->listens && may && e->graph && !e->leaving)
			return true;
	}
	return false;
}

static struct addr any_of(enum addr_family family, uint32_t port)
{
	return (struct addr){ .family = (uint8_t)family, .port = (uint16_t)port };
}

static void add_door(struct graphs *s, struct addr at)
{
	if (!at.port)
		at.port = (uint16_t)s->cfg.port;
	s->door[s->n_doors++] = (struct graphs_door){ .want = at, .state = GRAPHS_DOOR_WANTED };
}

static void make_doors(struct graphs *s)
{
	s->n_doors = 0;
	for (size_t i = 0; i < s->cfg.n_listen; i++)
		add_door(s, s->cfg.listen[i]);
	if (s->n_doors)
		return;
	add_door(s, any_of(ADDR_IPV4, 0));
	add_door(s, any_of(ADDR_IPV6, 0));
}

static struct graphs_door *door_in(struct graphs *s, enum graphs_door_state state)
{
	for (size_t i = 0; i < s->n_doors; i++)
		if (s->door[i].state == state)
			return &s->door[i];
	return NULL;
}

/* The port that another door got in place of the same. */
static uint16_t port_for(const struct graphs *s, const struct graphs_door *d)
{
	for (size_t i = 0; i < s->n_doors; i++)
		if (s->door[i].state == GRAPHS_DOOR_OPEN && s->door[i].want.port == d->want.port)
			return s->door[i].at.port;
	return d->want.port;
}

static void ask(struct graphs *s, struct graphs_door *d)
{
	struct graphs_out o = { .kind = GRAPHS_LISTEN_ON, .any_port = s->cfg.any_port };
	o.local = d->want;
	o.local.port = port_for(s, d);
	d->at = o.local;
	/* Without memory it is asked for the next time that doors are minded. */
	if (graphs_out_add(s, &o))
		d->state = GRAPHS_DOOR_ASKED;
}

/* One that cannot be shut for want of memory stays as it is, and so do those behind it. */
static void shut_all(struct graphs *s)
{
	for (; s->n_doors; s->n_doors--) {
		const struct graphs_door *d = &s->door[s->n_doors - 1];
		struct graphs_out o = { .kind = GRAPHS_UNLISTEN, .local = d->at };
		if (d->state == GRAPHS_DOOR_OPEN && !graphs_out_add(s, &o))
			return;
		s->n_forgotten += d->state == GRAPHS_DOOR_ASKED;
	}
}

/* GRAPH-12.7 */
static bool loopback_told(const struct graphs *s)
{
	if (s->cfg.loopback != GRAPH_LOOPBACK_AUTO)
		return s->cfg.loopback == GRAPH_LOOPBACK_YES;
	for (size_t i = 0; i < s->n_addresses; i++)
		if (!addr_is_loopback(&s->address[i]) && !addr_is_link_local(&s->address[i]))
			return false;
	return true;
}

/* The port an address of this machine is reached at; 0: at none. */
static uint16_t port_at(const struct graphs *s, const struct addr *a)
{
	for (size_t i = 0; i < s->n_doors; i++) {
		const struct graphs_door *d = &s->door[i];
		bool here = addr_same_host(&d->at, a) ||
			    (addr_is_any(&d->at) && d->at.family == a->family);
		if (d->state == GRAPHS_DOOR_OPEN && here)
			return d->at.port;
	}
	return 0;
}

enum rank {
	RANK_WIDE,
	RANK_LINK,
	RANK_LOOPBACK,
	RANKS
};

static enum rank rank_of(const struct addr *a)
{
	if (addr_is_loopback(a))
		return RANK_LOOPBACK;
	return addr_is_link_local(a) ? RANK_LINK : RANK_WIDE;
}

/* What others may be told, as far as known. */
struct reach {
	struct addr *at;
	size_t n;
};

static void reach_add(const struct graphs *s, struct reach *to, const struct addr *a,
		      enum rank rank)
{
	uint16_t port = port_at(s, a);
	if (!port || rank_of(a) != rank || to->n == GRAPH_ADDRESSES_MAX ||
	    (rank == RANK_LOOPBACK && !loopback_told(s)))
		return;
	for (size_t i = 0; i < to->n; i++)
		if (addr_same_host(&to->at[i], a))
			return;
	to->at[to->n] = *a;
	to->at[to->n++].port = port;
}

/* Those that reach furthest first: of many, the last are left out. One that the
 * configuration names may be none of an interface, as most of 127.0.0.0/8. */
static size_t reached_at(const struct graphs *s, struct addr out[GRAPH_ADDRESSES_MAX])
{
	struct reach to = { .at = out };
	for (enum rank rank = RANK_WIDE; rank < RANKS; rank++) {
		for (size_t i = 0; i < s->n_addresses; i++)
			reach_add(s, &to, &s->address[i], rank);
		for (size_t i = 0; i < s->n_doors; i++)
			if (!addr_is_any(&s->door[i].at))
				reach_add(s, &to, &s->door[i].at, rank);
	}
	return to.n;
}

static void answer(struct graphs *s, struct graphs_entry *e, enum err err, const char *text)
{
	while (!list_empty(&e->listeners)) {
		struct graphs_waiter *w = LIST_ENTRY(e->listeners.next, struct graphs_waiter, all);
		list_take(&w->all);
		graphs_reply(s, w->number, err, text, err ? 0 : e->saved);
		env_free(s->shared.env, w);
	}
}

/* A graph that may not listen: whoever asked for it is told so; one that listened before
 * a restart is told when it may. */
static void refuse(struct graphs *s, struct graphs_entry *e, struct mono now)
{
	struct graph_info i;
	graph_info(e->graph, now, &i);
	if (!i.loaded || list_empty(&e->listeners))
		return;
	e->listens = LIST_ENTRY(e->listeners.next, struct graphs_waiter, all)->wished;
	answer(s, e, ERR_STATE, graphs_not_synchronised);
	s->changed = true; /* nobody else may listen */
	(void)!graphs_row_put(s, e);
}

static void tell(struct graphs *s, struct graphs_entry *e, struct mono now)
{
	struct addr at[GRAPH_ADDRESSES_MAX];
	size_t n = reached_at(s, at);
	enum err err = graph_listen(e->graph, at, n, now);
	if (err == ERR_STATE)
		refuse(s, e, now);
	else
		answer(s, e, err, NULL);
}

/* A graph listens when a port is open, though no address of it can be told. */
static void tell_all(struct graphs *s, struct mono now)
{
	enum err err = graphs_health(s);
	LIST_EACH(n, tmp, &s->entries)
	{
		struct graphs_entry *e = LIST_ENTRY(n, struct graphs_entry, all);
		if (!e->graph || e->leaving || !e->listens)
			continue;
		if (!err) {
			tell(s, e, now);
			continue;
		}
		answer(s, e, err, "no address could be listened on");
		graph_unlisten(e->graph, now);
	}
}

void graphs_doors_mind(struct graphs *s, struct mono now)
{
	if (s->stopping || !anybody_listens(s)) {
		if (!door_in(s, GRAPHS_DOOR_ASKED))
			shut_all(s);
		return;
	}
	if (!s->n_doors)
		make_doors(s);
	if (door_in(s, GRAPHS_DOOR_ASKED))
		return;
	struct graphs_door *d = door_in(s, GRAPHS_DOOR_WANTED);
	if (d)
		ask(s, d);
	else
		tell_all(s, now);
}

bool graphs_doors_asked(const struct graphs *s)
{
	for (size_t i = 0; i < s->n_doors; i++)
		if (s->door[i].state == GRAPHS_DOOR_ASKED)
			return true;
	return s->n_forgotten > 0;
}

void graphs_doors_reset(struct graphs *s)
{
	shut_all(s);
}

/* The one that is answered; NULL: it was asked for before things changed. Answers come in
 * the order of asking. */
static struct graphs_door *asked_at(struct graphs *s, const struct addr *local)
{
	struct graphs_door *d = door_in(s, GRAPHS_DOOR_ASKED);
	if (s->n_forgotten) {
		s->n_forgotten--;
		return NULL;
	}
	return d && addr_same_host(&d->at, local) ? d : NULL;
}

void graphs_listening(struct graphs *s, const struct addr *local, struct mono now)
{
	struct graphs_door *d = asked_at(s, local);
	struct graphs_out o = { .kind = GRAPHS_UNLISTEN, .local = *local };
	s->now = now;
	if (!d) {
		(void)!graphs_out_add(s, &o);
		return;
	}
	d->state = GRAPHS_DOOR_OPEN;
	d->at = *local;
	graphs_doors_mind(s, now);
}

void graphs_listen_failed(struct graphs *s, const struct addr *local, enum err why, struct mono now)
{
	struct graphs_door *d = asked_at(s, local);
	s->now = now;
	if (!d)
		return;
	d->state = GRAPHS_DOOR_SHUT;
	d->why = why;
	graphs_doors_mind(s, now);
}

/* What could not be had before may be had now. */
static void try_again(struct graphs *s)
{
	for (size_t i = 0; i < s->n_doors; i++)
		if (s->door[i].state == GRAPHS_DOOR_SHUT)
			s->door[i].state = GRAPHS_DOOR_WANTED;
}

enum err graphs_addresses(struct graphs *s, const struct addr *a, size_t n, struct mono now)
{
	struct addr *copy = NULL;
	s->now = now;
	if (n) {
		copy = env_copy(s->shared.env, a, n * sizeof(*a));
		if (!copy)
			return ERR_NOMEM;
	}
	graphs_links_lose(s, a, n, now);
	env_free(s->shared.env, s->address);
	s->address = copy;
	s->n_addresses = n;
	try_again(s);
	graphs_doors_mind(s, now);
	return OK;
}

uint16_t graphs_port(const struct graphs *s)
{
	for (size_t i = 0; i < s->n_doors; i++)
		if (s->door[i].state == GRAPHS_DOOR_OPEN)
			return s->door[i].at.port;
	return 0;
}

enum err graphs_health(const struct graphs *s)
{
	enum err why = OK;
	for (size_t i = 0; i < s->n_doors; i++) {
		if (s->door[i].state != GRAPHS_DOOR_SHUT)
			return OK;
		/* A machine without IPv6 is not what ails it. */
		if (!why || why == ERR_UNSUPPORTED)
			why = s->door[i].why;
	}
	return why;
}
