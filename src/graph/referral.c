#include "graph/graph_int.h"

/* The Referral List: addresses that neighbors told, with no Node ID (digest 11.4), and
 * what may be dialled at all. */

#define LOW_PORTS  1024
#define LOST_TIMES 12 /* upkeeps during which somebody silent is tried: an hour */

static bool own_address(const struct graph *g, const struct addr *a)
{
	for (size_t i = 0; i < g->n_addresses; i++)
		if (addr_eq(a, &g->address[i]))
			return true;
	return false;
}

/* GRAPH-8.18. */
bool graph_address_usable(const struct graph *g, const struct addr *a, bool from_loopback)
{
	if (a->family == ADDR_NONE || a->port == 0 || addr_is_any(a) || addr_is_multicast(a))
		return false;
	if (addr_is_loopback(a) && !from_loopback)
		return false;
	return !own_address(g, a);
}

/* GRAPH-8.42: what a peer tells us to call. Services of other protocols live on low ports,
 * and a hello holds text that peers choose. */
bool graph_address_told(const struct graph *g, const struct addr *a, bool from_loopback)
{
	bool ours = g->n_addresses && a->port == g->address[0].port;
	return (a->port >= LOW_PORTS || ours) && graph_address_usable(g, a, from_loopback);
}

static struct graph_referral *find(const struct graph *g, const struct addr *a)
{
	LIST_EACH(n, tmp, &g->referrals)
	{
		struct graph_referral *r = LIST_ENTRY(n, struct graph_referral, all);
		if (addr_eq(&r->addr, a))
			return r;
	}
	return NULL;
}

void graph_referral_free(struct graph *g, struct graph_referral *r)
{
	list_take(&r->all);
	g->n_referrals--;
	env_free(g->shared->env, r);
}

/* Newest last; of more than the list holds, the oldest go. */
static void add(struct graph *g, const struct addr *a)
{
	struct graph_referral *r = find(g, a);
	if (r) {
		list_take(&r->all);
		list_push_back(&g->referrals, &r->all);
		return;
	}
	if (g->n_referrals >= GRAPH_REFERRALS_KEPT)
		graph_referral_free(g, LIST_ENTRY(g->referrals.next, struct graph_referral, all));
	r = env_zalloc(g->shared->env, 1, sizeof(*r));
	if (!r)
		return;
	r->addr = *a;
	list_push_back(&g->referrals, &r->all);
	g->n_referrals++;
}

void graph_referral_named(struct graph *g, const struct addr *a)
{
	add(g, a);
}

/* A53: an address of one link is of the interface on which it was told. */
void graph_referrals_add(struct graph *g, const struct graph_link *from,
			 const struct graph_array *addresses, struct mono now)
{
	uint32_t most = addresses->n < GRAPH_REFERRALS_KEPT ? addresses->n : GRAPH_REFERRALS_KEPT;
	bool loopback = addr_is_loopback(&from->remote);
	(void)now;
	for (uint32_t i = 0; i < most; i++) {
		struct addr a = graph_address_at(addresses, i);
		if (addr_is_link_local(&a))
			a.scope = from->local.scope;
		if (graph_address_told(g, &a, loopback))
			add(g, &a);
	}
}

/* The widest scope that may be told to whoever asks: what is of a loopback or of a link
 * alone means nothing elsewhere. */
static int width(const struct addr *a)
{
	if (addr_is_loopback(a))
		return 0;
	if (addr_is_link_local(a))
		return 1;
	bool local = a->family == ADDR_IPV6 && (a->ip[0] & 0xfe) == 0xfc;
	return local ? 2 : 3;
}

static bool best_address(const struct graph_link *of, bool loopback, struct addr *out)
{
	int best = -1;
	for (size_t i = 0; i < of->n_addresses; i++) {
		int w = width(&of->addresses[i]);
		if (w <= best || (w == 0 && !loopback))
			continue;
		best = w;
		*out = of->addresses[i];
	}
	return best >= 0;
}

void graph_referrals_keep(struct graph *g, const struct graph_link *l)
{
	struct addr a = l->remote;
	if (!l->initiator && !best_address(l, true, &a))
		return;
	add(g, &a);
	struct graph_referral *r = find(g, &a);
	if (!r)
		return;
	r->attempted = false;
	r->when = (struct mono){ 0 };
}

void graph_referrals_lost(struct graph *g, uint64_t node, const struct addr *a, struct mono now)
{
	add(g, a);
	struct graph_referral *r = find(g, a);
	if (!r)
		return;
	r->lost = mono_add(now, LOST_TIMES * g->birth.times.maintain);
	r->lost_node = node;
}

size_t graph_referrals_give(const struct graph *g, const struct graph_link *but,
			    struct addr out[GRAPH_REFERRALS])
{
	bool loopback = addr_is_loopback(&but->remote);
	size_t n = 0;
	LIST_EACH(node, tmp, &g->links)
	{
		const struct graph_link *l = LIST_ENTRY(node, struct graph_link, all);
		if (n == GRAPH_REFERRALS)
			break;
		if (l == but || !graph_link_neighbor(l) || l->node == but->node)
			continue;
		if (best_address(l, loopback, &out[n]))
			n++;
	}
	return n;
}

/* GRAPH-12.12. What a node that we dialled was reached at has proved itself; others told
 * theirs. */
static bool reached_at(const struct graph_link *l, struct addr *out)
{
	if (!l->initiator)
		return best_address(l, true, out);
	*out = l->remote;
	return true;
}

static bool has(const struct addr *all, size_t n, const struct addr *a)
{
	for (size_t i = 0; i < n; i++)
		if (addr_eq(&all[i], a))
			return true;
	return false;
}

size_t graph_known(const struct graph *g, struct addr *out, size_t most)
{
	size_t n = 0;
	LIST_EACH(node, tmp, &g->links)
	{
		const struct graph_link *l = LIST_ENTRY(node, struct graph_link, all);
		struct addr a;
		if (n < most && graph_link_neighbor(l) && reached_at(l, &a) && !has(out, n, &a))
			out[n++] = a;
	}
	LIST_EACH(node, tmp, &g->nodes)
	{
		const struct graph_node *m = LIST_ENTRY(node, struct graph_node, all);
		if (n < most && m->node != g->node && m->n_addresses && !has(out, n, m->address))
			out[n++] = m->address[0];
	}
	return n;
}

void graph_referrals_begin(struct graph *g, const struct graph_birth *b)
{
	for (size_t i = 0; i < b->n_known; i++)
		if (graph_address_usable(g, &b->known[i], true))
			add(g, &b->known[i]);
}
