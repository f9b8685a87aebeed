/* Whether a configuration makes sense as a whole, and words for what does not. */
#include "masc/config_int.h"

struct check {
	const struct masc_config *c;
	const struct masc_peer_config *peer; /* NULL: the node's own keys */
	struct text *why;
	bool top; /* our domain is a top-level one */
};

/* "masc: peer north: ", then what the caller adds. */
static struct text *complain(const struct check *k)
{
	text_str(k->why, "masc: ");
	if (k->peer) {
		text_str(k->why, "peer ");
		text_str(k->why, k->peer->name);
		text_str(k->why, ": ");
	}
	return k->why;
}

static enum err refuse(const struct check *k, const char *sentence)
{
	text_str(complain(k), sentence);
	return ERR_CONFIG;
}

static enum err check_hold(const struct check *k, int64_t hold)
{
	if (hold <= 0 || (hold >= 3 * MONO_SEC && hold % MONO_SEC == 0))
		return OK;
	return refuse(k, "hold_time must be 0 (never), or 3s and more in whole seconds");
}

static enum err check_timers(const struct check *k)
{
	struct masc_timers t = masc_config_timers(k->c, NULL);
	if (t.idle_backoff > t.idle_backoff_max)
		return refuse(k, "idle_backoff is above idle_backoff_max; raise the one or "
				 "lower the other");
	return check_hold(k, k->c->hold_time);
}

static enum err check_listen(const struct check *k)
{
	if (k->c->n_listen == 0)
		return refuse(k, "listen is empty; give an address, such as 0.0.0.0");
	for (size_t i = 0; i < k->c->n_listen; i++)
		if (k->c->listen[i].port == 0 || addr_is_multicast(&k->c->listen[i]))
			return refuse(k, "listen takes unicast addresses with a port that is "
					 "not 0");
	return OK;
}

static enum err check_node(const struct check *k)
{
	if (masc_id_is_zero(&k->c->domain))
		return refuse(k, "domain must be given: the number of our autonomous system, "
				 "or a unicast prefix address of ours");
	if (masc_id_is_zero(&k->c->node))
		return refuse(k, "node must be given: an address of this machine, or a number, "
				 "different on every node");
	enum err e = check_listen(k);
	return e == OK ? check_timers(k) : e;
}

static enum err check_address(const struct check *k)
{
	const struct addr *a = &k->peer->address;
	if (a->family == ADDR_NONE)
		return refuse(k, "address must be given");
	if (addr_is_any(a) || addr_is_multicast(a) || a->port == 0)
		return refuse(k, "address must be one host's, with a port that is not 0");
	const struct addr *l = &k->peer->local_address;
	if (l->family != ADDR_NONE && l->family != a->family)
		return refuse(k, "address and local_address must both be IPv4 or both IPv6");
	return OK;
}

static enum err check_domain(const struct check *k)
{
	const struct masc_peer_config *p = k->peer;
	bool ours = masc_id_eq(&p->domain, &k->c->domain);
	if (p->role == MASC_ROLE_NOT_GIVEN)
		return refuse(k, "role must be given: internal, child, sibling or parent, what "
				 "we are to this peer");
	if (masc_id_is_zero(&p->domain))
		return refuse(k, "domain must be given: the peer's Domain ID");
	if (p->role == MASC_INTERNAL_PEER && !ours)
		return refuse(k, "an internal peer has our own domain; give that, or another "
				 "role");
	if (p->role != MASC_INTERNAL_PEER && ours)
		return refuse(k, "domain is our own; a peer in it has the role internal");
	if (masc_id_eq(&p->node, &k->c->node))
		return refuse(k, "node is our own; Node IDs differ on every node");
	return OK;
}

static bool fits(const struct masc_id *id, uint32_t family)
{
	return family + 1 == MASC_IPV6 || masc_id_fits_ipv4(id);
}

static enum err check_family(const struct check *k)
{
	uint32_t f = k->peer->family;
	if (!fits(&k->c->domain, f) || !fits(&k->c->node, f))
		return refuse(k, "our domain and node must be below 4294967296 for a session "
				 "of family ipv4; use smaller ones, or family ipv6");
	if (!fits(&k->peer->domain, f) || !fits(&k->peer->node, f) ||
	    !fits(&k->peer->parent_domain, f))
		return refuse(k, "domain, node and parent_domain must be below 4294967296 for "
				 "a session of family ipv4; use smaller ones, or family ipv6");
	return OK;
}

static enum err check_sibling(const struct check *k)
{
	const struct masc_id *parent = &k->peer->parent_domain;
	if (k->top && !masc_id_is_zero(parent))
		return refuse(k, "parent_domain must be 0: top_level says that our domain has "
				 "no parent");
	if (!k->top && masc_id_is_zero(parent))
		return refuse(k, "parent_domain must be given: the Domain ID of the parent we "
				 "share with this sibling");
	if (!k->top && (masc_id_eq(parent, &k->c->domain) || masc_id_eq(parent, &k->peer->domain)))
		return refuse(k, "parent_domain is neither our own domain nor the peer's, but "
				 "that of the parent we share");
	return OK;
}

static enum err check_place(const struct check *k)
{
	if (k->peer->role == MASC_SIBLING)
		return check_sibling(k);
	if (!masc_id_is_zero(&k->peer->parent_domain))
		return refuse(k, "parent_domain is for siblings only; leave it out");
	if (k->peer->role == MASC_CHILD && k->c->top_level == MASC_TOP_YES)
		return refuse(k, "role child makes this peer our parent, but top_level says "
				 "that we have none");
	return OK;
}

static enum err check_peer(const struct check *k)
{
	static enum err (*const steps[])(const struct check *) = { check_address, check_domain,
								   check_family, check_place };
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		enum err e = steps[i](k);
		if (e != OK)
			return e;
	}
	enum err e = config_check_peer_claims(k->c, k->peer, k->why);
	return e == OK ? check_hold(k, k->peer->hold_time) : e;
}

static int cmp_u32(uint32_t a, uint32_t b)
{
	return a < b ? -1 : a > b;
}

static int cmp_host(const struct masc_peer_config *a, const struct masc_peer_config *b)
{
	int c = memcmp(a->address.ip, b->address.ip, sizeof(a->address.ip));
	if (c == 0)
		c = cmp_u32(a->address.family, b->address.family);
	return c ? c : cmp_u32(a->address.scope, b->address.scope);
}

/* Order by all that an incoming OPEN and its source address tell, but the Node
 * ID; 0 means that only that can tell the two apart. */
static int cmp_seen(const struct masc_peer_config *a, const struct masc_peer_config *b)
{
	int c = cmp_host(a, b);
	if (c == 0)
		c = masc_id_cmp(&a->domain, &b->domain);
	if (c == 0)
		c = cmp_u32(a->role, b->role);
	if (c == 0)
		c = cmp_u32(a->family, b->family);
	return c ? c : masc_id_cmp(&a->parent_domain, &b->parent_domain);
}

static int cmp_peer(const struct masc_peer_config *a, const struct masc_peer_config *b)
{
	int c = cmp_seen(a, b);
	return c ? c : masc_id_cmp(&a->node, &b->node);
}

static void sift(const struct masc_peer_config **v, size_t at, size_t n)
{
	for (size_t child; (child = 2 * at + 1) < n; at = child) {
		if (child + 1 < n && cmp_peer(v[child], v[child + 1]) < 0)
			child++;
		if (cmp_peer(v[at], v[child]) >= 0)
			return;
		const struct masc_peer_config *t = v[at];
		v[at] = v[child];
		v[child] = t;
	}
}

static void sort(const struct masc_peer_config **v, size_t n)
{
	for (size_t i = n / 2; i-- > 0;)
		sift(v, i, n);
	for (size_t i = n; i-- > 1;) {
		const struct masc_peer_config *t = v[0];
		v[0] = v[i];
		v[i] = t;
		sift(v, 0, i);
	}
}

/* "masc: peer a: <before> b<after>" */
static enum err refuse_two(struct check *k, const struct masc_peer_config *const two[2],
			   const char *before, const char *after)
{
	k->peer = two[1];
	struct text *t = complain(k);
	text_str(t, before);
	text_str(t, two[0]->name);
	text_str(t, after);
	return ERR_CONFIG;
}

/* The kernel knows one key and one TTL for an address: of two that differ, one
 * peer would go without protection or never connect. */
static bool guarded_alike(const struct masc_peer_config *a, const struct masc_peer_config *b)
{
	return a->ttl_security == b->ttl_security &&
	       span_eq(span_str(a->md5_key), span_str(b->md5_key));
}

/* A zero Node ID stands for any and sorts first, so that looking at neighbours
 * is enough: the first of a group must not be zero, no two may be equal. */
static bool told_apart(const struct masc_peer_config *a, const struct masc_peer_config *b)
{
	return cmp_seen(a, b) != 0 || (!masc_id_is_zero(&a->node) && cmp_peer(a, b) != 0);
}

static enum err check_neighbours(struct check *k, const struct masc_peer_config *const *v, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		if (!told_apart(v[i - 1], v[i]))
			return refuse_two(k, v + i - 1, "cannot be told apart from peer ",
					  ": give them different node, family or "
					  "parent_domain values");
		if (cmp_host(v[i - 1], v[i]) == 0 && !guarded_alike(v[i - 1], v[i]))
			return refuse_two(k, v + i - 1, "has the address of peer ",
					  ", but another md5_key or ttl_security; these go "
					  "by address, so give both the same");
	}
	return OK;
}

static enum err check_apart(struct check *k)
{
	if (k->c->n_peers < 2)
		return OK;
	const struct masc_peer_config **v = env_zalloc(k->c->env, k->c->n_peers, sizeof(*v));
	if (!v)
		return ERR_NOMEM;
	for (size_t i = 0; i < k->c->n_peers; i++)
		v[i] = &k->c->peers[i];
	sort(v, k->c->n_peers);
	enum err e = check_neighbours(k, v, k->c->n_peers);
	env_free(k->c->env, v);
	return e;
}

enum err masc_config_check(const struct masc_config *c, struct text *why)
{
	if (!masc_config_active(c))
		return OK;
	struct check k = { .c = c, .why = why, .top = masc_config_top_level(c) };
	enum err e = check_node(&k);
	if (e == OK)
		e = config_check_claims(c, why);
	for (size_t i = 0; e == OK && i < c->n_peers; i++) {
		k.peer = &c->peers[i];
		e = check_peer(&k);
	}
	return e == OK ? check_apart(&k) : e;
}
