#include "graph/graph_int.h"

/* Whom to dial (digest 11.2, A51), and the commands that say so. */

#define ATTEMPTS   64	/* of our own in the time that a node alone waits for the next */
#define CONSIDERED 1024 /* nodes of a list that an attempt looks at */

/* A link to the address that is there, or being made. */
static struct graph_link *link_to(const struct graph *g, const struct addr *a, bool direct)
{
	LIST_EACH(n, tmp, &g->links)
	{
		struct graph_link *l = LIST_ENTRY(n, struct graph_link, all);
		if (l->state == GRAPH_STATE_ENDED || l->direct != direct)
			continue;
		if (l->initiator && addr_eq(&l->remote, a))
			return l;
		for (size_t i = 0; i < l->n_addresses; i++)
			if (addr_eq(&l->addresses[i], a))
				return l;
	}
	return NULL;
}

static bool linked_node(const struct graph *g, uint64_t node)
{
	LIST_EACH(n, tmp, &g->links)
	{
		const struct graph_link *l = LIST_ENTRY(n, struct graph_link, all);
		if (l->state != GRAPH_STATE_ENDED && !l->direct &&
		    (l->node == node || l->expected == node))
			return true;
	}
	return false;
}

/* Candidates of all lists, one after the other drawn with equal chance; beside it the one
 * whose last attempt is the longest ago, for who has nobody else. */
struct choice {
	uint64_t seen;
	struct graph_node *node;
	struct graph_referral *referral;
	struct mono oldest;
	struct graph_node *old_node;
	struct graph_referral *old_referral;
};

static bool recent(const struct graph *g, struct mono attempted, struct mono now)
{
	return attempted.us && mono_since(now, attempted) < g->birth.times.attempt_again;
}

static void consider(struct graph *g, struct choice *c, struct graph_node *n,
		     struct graph_referral *r, struct mono now)
{
	struct mono attempted = n ? n->attempted : r->when;
	if (recent(g, attempted, now)) {
		if (mono_is_never(c->oldest) || attempted.us < c->oldest.us) {
			c->oldest = attempted;
			c->old_node = n;
			c->old_referral = r;
		}
		return;
	}
	if (env_random_below(g->shared->env, ++c->seen) != 0)
		return;
	c->node = n;
	c->referral = r;
}

static bool listed(const struct list *head, uint64_t node)
{
	LIST_EACH(n, tmp, head)
	if (LIST_ENTRY(n, struct graph_node, all)->node == node)
		return true;
	return false;
}

/* The address to dial, 0 when every one of them is taken already. */
static const struct addr *node_free_address(const struct graph *g, const struct graph_node *n)
{
	for (size_t i = 0; i < n->n_addresses; i++)
		if (graph_address_usable(g, &n->address[i], true) &&
		    !link_to(g, &n->address[i], false))
			return &n->address[i];
	return NULL;
}

static void consider_node(struct graph *g, struct choice *c, struct graph_node *n, struct mono now)
{
	if (n->node == g->node || linked_node(g, n->node) || !node_free_address(g, n))
		return;
	/* A51: in both lists it is one. */
	if (n->contact && g->n_nodes <= CONSIDERED && listed(&g->nodes, n->node))
		return;
	consider(g, c, n, NULL, now);
}

/* Of a long list a part, from a random place once around (D18). */
static void consider_nodes(struct graph *g, struct choice *c, struct list *head, size_t count,
			   struct mono now)
{
	size_t most = count < CONSIDERED ? count : CONSIDERED;
	size_t skip = count > most ? (size_t)env_random_below(g->shared->env, count) : 0;
	struct list *n = head->next;
	for (size_t i = 0; i < skip; i++)
		n = n->next;
	for (size_t i = 0; i < most; i++, n = n->next) {
		if (n == head)
			n = n->next;
		consider_node(g, c, LIST_ENTRY(n, struct graph_node, all), now);
	}
}

static bool dial_node(struct graph *g, struct graph_node *n, struct mono now)
{
	const struct addr *a = node_free_address(g, n);
	struct graph_link *l = a ? graph_link_dial(g, a, n->peer, false, now) : NULL;
	if (!l)
		return false;
	n->attempted = now;
	l->expected = n->node;
	return true;
}

bool graph_attempt_node(struct graph *g, struct graph_node *n, struct mono now)
{
	return !g->birth.apart && !linked_node(g, n->node) && dial_node(g, n, now);
}

static struct graph_link *dial_referral(struct graph *g, struct graph_referral *r, struct mono now)
{
	r->attempted = true;
	r->when = now;
	return graph_link_dial(g, &r->addr, NULL, false, now);
}

/* An attempt of ours that is on its way is enough: one a run, and one at a time. */
static bool attempting(const struct graph *g)
{
	LIST_EACH(n, tmp, &g->links)
	{
		const struct graph_link *l = LIST_ENTRY(n, struct graph_link, all);
		if (l->initiator && !l->direct && l->state < GRAPH_STATE_CONNECTED)
			return true;
	}
	return false;
}

/* GRAPH-8.43: whoever refuses and refers must not lead us from address to address as fast as
 * it answers. */
static bool at_pace(struct graph *g, struct mono now)
{
	if (!g->paced_at.us || mono_since(now, g->paced_at) >= g->birth.times.maintain_alone) {
		g->paced_at = now;
		g->paced = 0;
	}
	return g->paced++ < ATTEMPTS;
}

/* GRAPH-8.52 */
void graph_apart(struct graph *g, bool apart, struct mono now)
{
	bool again = g->birth.apart && !apart;
	g->birth.apart = apart;
	if (again && g->loaded && !g->stopping)
		graph_timer_set(g, GRAPH_TIMER_MAINTAIN, now);
}

bool graph_attempt(struct graph *g, struct mono now)
{
	struct choice c = { .oldest = MONO_NEVER };
	if (g->birth.apart || attempting(g)) /* GRAPH-14.8 */
		return true;
	if (!at_pace(g, now))
		return false;
	consider_nodes(g, &c, &g->nodes, g->n_nodes, now);
	consider_nodes(g, &c, &g->contacts, g->n_contacts, now);
	LIST_EACH(n, tmp, &g->referrals)
	{
		struct graph_referral *r = LIST_ENTRY(n, struct graph_referral, all);
		if (!link_to(g, &r->addr, false) && graph_address_usable(g, &r->addr, true))
			consider(g, &c, NULL, r, now);
	}
	/* Ours: who is alone tries again what failed, as often as it looks around. */
	if (!c.seen && !g->neighbors && !mono_is_never(c.oldest) &&
	    mono_since(now, c.oldest) >= g->birth.times.maintain_alone) {
		c.node = c.old_node;
		c.referral = c.old_referral;
	}
	if (c.node)
		return dial_node(g, c.node, now);
	return c.referral && dial_referral(g, c.referral, now);
}

/* No longer of interest: its time is over, or it is here. */
static bool found_again(const struct graph *g, const struct graph_referral *r, struct mono now)
{
	return mono_reached(r->lost, now) || link_to(g, &r->addr, false) ||
	       listed(&g->contacts, r->lost_node) || listed(&g->nodes, r->lost_node);
}

bool graph_attempt_lost(struct graph *g, struct mono now)
{
	struct choice c = { .oldest = MONO_NEVER };
	if (g->birth.apart || attempting(g))
		return false;
	LIST_EACH(n, tmp, &g->referrals)
	{
		struct graph_referral *r = LIST_ENTRY(n, struct graph_referral, all);
		if (!r->lost.us)
			continue;
		if (found_again(g, r, now))
			r->lost = (struct mono){ 0 };
		else if (graph_address_usable(g, &r->addr, true))
			consider(g, &c, NULL, r, now);
	}
	return c.referral && at_pace(g, now) && dial_referral(g, c.referral, now);
}

/* GRAPH-8.19: from a random entry once around, to one that was not tried yet. */
bool graph_attempt_referral(struct graph *g, const struct graph_link *l, struct mono now)
{
	if (!g->n_referrals || !at_pace(g, now))
		return false;
	size_t skip = (size_t)env_random_below(g->shared->env, g->n_referrals);
	struct list *n = g->referrals.next;
	for (size_t i = 0; i < skip; i++)
		n = n->next;
	for (size_t i = 0; i < g->n_referrals; i++, n = n->next) {
		if (n == &g->referrals)
			n = n->next;
		struct graph_referral *r = LIST_ENTRY(n, struct graph_referral, all);
		if ((r->attempted && recent(g, r->when, now)) || link_to(g, &r->addr, false) ||
		    !graph_address_usable(g, &r->addr, true))
			continue;
		struct graph_link *fresh = dial_referral(g, r, now);
		if (!fresh)
			return false;
		fresh->command = l->command;
		fresh->referred = true;
		return true;
	}
	return false;
}

void graph_attempt_mark(struct graph *g, const struct addr *a, struct mono now)
{
	LIST_EACH(n, tmp, &g->referrals)
	{
		struct graph_referral *r = LIST_ENTRY(n, struct graph_referral, all);
		if (!addr_eq(&r->addr, a))
			continue;
		r->attempted = true;
		r->when = now;
	}
}

static bool address_in(const struct graph *g, const struct list *head, uint64_t node,
		       struct span peer, struct addr *out)
{
	LIST_EACH(m, tmp, head)
	{
		const struct graph_node *n = LIST_ENTRY(m, struct graph_node, all);
		bool it = node ? n->node == node : span_eq(span_str(n->peer), peer);
		if (!it || n->node == g->node)
			continue;
		for (size_t i = 0; i < n->n_addresses; i++) {
			if (!graph_address_usable(g, &n->address[i], true))
				continue;
			*out = n->address[i];
			return true;
		}
	}
	return false;
}

bool graph_node_address(const struct graph *g, uint64_t node, struct span peer, struct addr *out)
{
	LIST_EACH(n, tmp, &g->links)
	{
		const struct graph_link *l = LIST_ENTRY(n, struct graph_link, all);
		bool it = node ? l->node == node : l->peer && span_eq(span_str(l->peer), peer);
		if (it && graph_link_neighbor(l) && l->n_addresses) {
			*out = l->addresses[0];
			return true;
		}
	}
	return address_in(g, &g->nodes, node, peer, out) ||
	       address_in(g, &g->contacts, node, peer, out);
}

/* What is said with the reply; OK: *to is whom to dial. */
static enum err target(const struct graph *g, const struct graph_command *c, struct addr *to,
		       const char **text)
{
	*to = c->remote;
	if (to->family == ADDR_NONE && !graph_node_address(g, c->node, c->peer, to)) {
		*text = "no address of this node is known: give one, or wait for its presence";
		return ERR_NOT_FOUND;
	}
	if (c->peer.n > GRAPH_ID_OCTETS) {
		*text = "the Peer ID is too long";
		return ERR_RANGE;
	}
	if (!graph_address_usable(g, to, true)) {
		*text = "this is an address of this node, or none that can be dialled";
		return ERR_RANGE;
	}
	return OK;
}

static void dial(struct graph *g, const struct graph_command *c, uint64_t number, bool direct,
		 struct mono now)
{
	char wanted[GRAPH_ID_OCTETS + 1];
	struct text t = TEXT_OF(wanted);
	const char *text = NULL;
	struct addr to;
	enum err e = target(g, c, &to, &text);
	if (e != OK) {
		graph_out_reply(g, number, e, text, 0);
		return;
	}
	text_span(&t, c->peer);
	if (!direct) /* GRAPH-8.46 */
		graph_referral_named(g, &to);
	struct graph_link *l = graph_link_dial(g, &to, wanted, direct, now);
	if (!l) {
		graph_out_reply(g, number, ERR_NOMEM, NULL, 0);
		return;
	}
	l->command = number;
	l->expected = c->node;
}

/* GRAPH-8.53: what is on its way is what is wanted, unless it is on its way to another. */
static void attach(struct graph *g, struct graph_link *l, const struct graph_command *c,
		   uint64_t number)
{
	bool same =
		!c->peer.n || !l->command || (l->wanted && span_eq(c->peer, span_str(l->wanted)));
	enum err e = same ? graph_follow(g, l, number) : ERR_IN_USE;
	if (e)
		graph_out_reply(g, number, e, same ? NULL : "this address is being dialled", 0);
}

static void connect_to(struct graph *g, const struct graph_command *c, uint64_t number,
		       struct mono now)
{
	struct graph_link *l = c->remote.family == ADDR_NONE ? NULL : link_to(g, &c->remote, false);
	if (l && l->state == GRAPH_STATE_CONNECTED)
		graph_out_reply_link(g, number, l, 0);
	else if (l)
		attach(g, l, c, number);
	else if (g->neighbors >= GRAPH_NEIGHBORS_MAX)
		graph_out_reply(g, number, ERR_FULL, "there are as many neighbors as may be", 0);
	else
		dial(g, c, number, false, now);
}

static void disconnect(struct graph *g, const struct graph_command *c, uint64_t number,
		       struct mono now)
{
	struct graph_link *l = graph_link_find(g, (uint32_t)c->conn);
	if (!l || l->number != c->conn || l->state == GRAPH_STATE_ENDED || l->direct) {
		graph_out_reply(g, number, ERR_NOT_FOUND, "no such neighbor", 0);
		return;
	}
	graph_link_leave(g, l, GRAPH_ASKED, now);
	graph_out_reply(g, number, OK, NULL, 0);
}

void graph_connect_command(struct graph *g, const struct graph_command *c, uint64_t number,
			   struct mono now)
{
	if (c->kind == GRAPH_CONNECT_TO)
		connect_to(g, c, number, now);
	else if (c->kind == GRAPH_CONN_OPEN)
		dial(g, c, number, true, now);
	else
		disconnect(g, c, number, now);
}
