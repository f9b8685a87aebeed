#include "sim/dgram.h"

#include <string.h>

#define FREE_PORTS 49152 /* those that any_port gives lie from here on */

struct dgram_group {
	struct list in;
	struct addr addr; /* scope: the interface */
};

void dgram_init(struct dgram_net *d, const struct env *env, struct queue *queue, uint32_t kind,
		uint64_t seed, uint64_t index)
{
	*d = (struct dgram_net){ .env = env, .queue = queue, .kind = kind };
	rng_init(&d->rng, seed, RNG_DATAGRAMS, index);
	list_init(&d->on_way);
}

void dgram_packet_free(struct dgram_net *d, struct dgram_packet *p)
{
	queue_drop(d->queue, &p->when);
	list_take(&p->on_way);
	env_free(d->env, p);
}

void dgram_fini(struct dgram_net *d)
{
	LIST_EACH(i, next, &d->on_way)
	dgram_packet_free(d, LIST_ENTRY(i, struct dgram_packet, on_way));
}

static bool struck(struct dgram_net *d, uint32_t in_a_million)
{
	return in_a_million && rng_below(&d->rng, DGRAM_MILLION) < in_a_million;
}

/* When the last octet has left a limited path; SIM_NEVER: it would have to wait too long. */
static int64_t carried(const struct dgram_path *path, struct dgram_lane *lane, size_t n,
		       int64_t now)
{
	if (!path->rate || !lane)
		return now;
	int64_t begin = lane->free_at > now ? lane->free_at : now;
	if (begin - now > path->backlog)
		return SIM_NEVER;
	lane->free_at = begin + (int64_t)((uint64_t)n * 1000000 / path->rate);
	return lane->free_at;
}

static int64_t arrival(struct dgram_net *d, const struct dgram_path *path, int64_t from)
{
	int64_t at = from + rng_between(&d->rng, path->low, path->high);
	if (!struck(d, path->reorder))
		return at;
	d->tally.late++;
	return at + rng_between(&d->rng, 0, path->late);
}

static enum err send_copy(struct dgram_net *d, const struct dgram_packet *like, struct span bytes,
			  int64_t at)
{
	struct dgram_packet *p = env_zalloc(d->env, 1, sizeof(*p) + bytes.n);
	if (!p)
		return ERR_NOMEM;
	*p = (struct dgram_packet){ .a = like->a,
				    .b = like->b,
				    .interface = like->interface,
				    .from = like->from,
				    .to = like->to,
				    .n = bytes.n };
	if (bytes.n)
		memcpy(p->bytes, bytes.p, bytes.n);
	p->when.kind = d->kind;
	if (queue_set(d->queue, &p->when, at)) {
		env_free(d->env, p);
		return ERR_NOMEM;
	}
	list_push_back(&d->on_way, &p->on_way);
	return OK;
}

static void count(struct dgram_tally *t, size_t n)
{
	t->sent++;
	t->octets += n;
	if (n > t->largest)
		t->largest = (uint32_t)n;
}

enum err dgram_send(struct dgram_net *d, const struct dgram_path *path, struct dgram_lane *lane,
		    const struct dgram_packet *like, struct span bytes, int64_t now)
{
	count(&d->tally, bytes.n);
	int64_t left = carried(path, lane, bytes.n, now);
	if (left == SIM_NEVER) {
		d->tally.over_rate++;
		return OK;
	}
	if (struck(d, path->loss)) {
		d->tally.lost++;
		return OK;
	}
	enum err e = send_copy(d, like, bytes, arrival(d, path, left));
	if (e || !struck(d, path->duplicate))
		return e;
	d->tally.doubled++;
	return send_copy(d, like, bytes, arrival(d, path, left));
}

/* Sockets */

void dgram_host_init(struct dgram_host *h, const struct env *env)
{
	h->env = env;
	h->next_port = 0;
	list_init(&h->sockets);
}

static void leave_all(const struct dgram_host *h, struct dgram_socket *s)
{
	LIST_EACH(i, next, &s->groups)
	{
		list_take(i);
		env_free(h->env, LIST_ENTRY(i, struct dgram_group, in));
	}
}

static void close_socket(struct dgram_host *h, struct dgram_socket *s)
{
	leave_all(h, s);
	list_take(&s->in);
	env_free(h->env, s);
}

void dgram_host_fini(struct dgram_host *h)
{
	LIST_EACH(i, next, &h->sockets)
	close_socket(h, LIST_ENTRY(i, struct dgram_socket, in));
}

struct dgram_socket *dgram_socket(const struct dgram_host *h, uint32_t number)
{
	LIST_EACH(i, next, &h->sockets)
	{
		struct dgram_socket *s = LIST_ENTRY(i, struct dgram_socket, in);
		if (s->number == number)
			return s;
	}
	return NULL;
}

static bool clashes(const struct dgram_socket *s, const struct addr *local, bool shared)
{
	if (s->local.family != local->family || s->local.port != local->port)
		return false;
	if (s->shared && shared)
		return false;
	if (addr_is_any(&s->local) || addr_is_any(local))
		return true;
	return addr_same_host(&s->local, local);
}

static bool is_taken(const struct dgram_host *h, const struct addr *local, bool shared)
{
	LIST_EACH(i, next, &h->sockets)
	if (clashes(LIST_ENTRY(i, struct dgram_socket, in), local, shared))
		return true;
	return false;
}

/* A host has few sockets: some port is free. */
static void take_free_port(struct dgram_host *h, struct addr *local)
{
	do {
		local->port = (uint16_t)(FREE_PORTS + h->next_port++ % (65536 - FREE_PORTS));
	} while (is_taken(h, local, false));
}

enum err dgram_bind(struct dgram_host *h, uint32_t number, const struct addr *local, bool shared,
		    bool any_port, struct addr *bound)
{
	struct addr at = *local;
	if (dgram_socket(h, number))
		return ERR_EXISTS;
	if (at.port == 0 || (any_port && is_taken(h, &at, shared)))
		take_free_port(h, &at);
	else if (is_taken(h, &at, shared))
		return ERR_IN_USE;
	struct dgram_socket *s = env_zalloc(h->env, 1, sizeof(*s));
	if (!s)
		return ERR_NOMEM;
	s->number = number;
	s->local = at;
	s->shared = shared;
	list_init(&s->groups);
	list_push_back(&h->sockets, &s->in);
	*bound = at;
	return OK;
}

void dgram_unbind(struct dgram_host *h, uint32_t number)
{
	struct dgram_socket *s = dgram_socket(h, number);
	if (s)
		close_socket(h, s);
}

/* A group is an address without a port, on an interface. */
static struct dgram_group *find_group(const struct dgram_socket *s, const struct addr *group,
				      uint32_t interface)
{
	LIST_EACH(i, next, &s->groups)
	{
		struct dgram_group *g = LIST_ENTRY(i, struct dgram_group, in);
		bool same = g->addr.family == group->family &&
			    memcmp(g->addr.ip, group->ip, sizeof(group->ip)) == 0;
		if (same && g->addr.scope == interface)
			return g;
	}
	return NULL;
}

enum err dgram_join(const struct dgram_host *h, struct dgram_socket *s, const struct addr *group)
{
	if (find_group(s, group, group->scope))
		return ERR_EXISTS;
	struct dgram_group *g = env_zalloc(h->env, 1, sizeof(*g));
	if (!g)
		return ERR_NOMEM;
	g->addr = *group;
	list_push_back(&s->groups, &g->in);
	return OK;
}

void dgram_leave(const struct dgram_host *h, struct dgram_socket *s, const struct addr *group)
{
	struct dgram_group *g = find_group(s, group, group->scope);
	if (!g)
		return;
	list_take(&g->in);
	env_free(h->env, g);
}

bool dgram_has_joined(const struct dgram_host *h, const struct addr *group, uint32_t interface)
{
	LIST_EACH(i, next, &h->sockets)
	if (find_group(LIST_ENTRY(i, struct dgram_socket, in), group, interface))
		return true;
	return false;
}

static bool takes(const struct dgram_socket *s, const struct dgram_packet *p)
{
	if (s->local.family != p->to.family || s->local.port != p->to.port)
		return false;
	if (addr_is_multicast(&p->to))
		return find_group(s, &p->to, p->interface) != NULL;
	return addr_is_any(&s->local) || addr_same_host(&s->local, &p->to);
}

struct dgram_socket *dgram_for(const struct dgram_host *h, const struct dgram_packet *p,
			       struct dgram_socket *at)
{
	if (at && !addr_is_multicast(&p->to))
		return NULL;
	for (const struct list *i = at ? at->in.next : h->sockets.next; i != &h->sockets;
	     i = i->next) {
		struct dgram_socket *s = LIST_ENTRY(i, struct dgram_socket, in);
		if (takes(s, p))
			return s;
	}
	return NULL;
}
