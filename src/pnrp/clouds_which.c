#include "pnrp/clouds_int.h"

/* Which clouds there are: an address decides its cloud (PNRP-9.1). */

static bool ipv4_scope(const uint8_t *ip, enum pnrp_scope *scope)
{
	bool link = (ip[0] == 169 && ip[1] == 254) || ip[0] == 127;
	bool site = ip[0] == 10 || (ip[0] == 172 && (ip[1] & 0xf0) == 16) ||
		    (ip[0] == 192 && ip[1] == 168) || (ip[0] == 100 && (ip[1] & 0xc0) == 64);
	*scope = link ? PNRP_SCOPE_LINK : site ? PNRP_SCOPE_SITE : PNRP_SCOPE_GLOBAL;
	return ip[0] != 0 && ip[0] < 224;
}

static bool ipv6_scope(const struct addr *a, enum pnrp_scope *scope)
{
	const uint8_t *ip = a->ip;
	bool link = (ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80) || addr_is_loopback(a);
	bool site = (ip[0] & 0xfe) == 0xfc || (ip[0] == 0xfe && (ip[1] & 0xc0) == 0xc0);
	*scope = link ? PNRP_SCOPE_LINK : site ? PNRP_SCOPE_SITE : PNRP_SCOPE_GLOBAL;
	return !addr_is_any(a) && !addr_is_multicast(a);
}

bool pnrp_cloud_scope(const struct addr *a, enum pnrp_scope *scope)
{
	if (a->family == ADDR_IPV4)
		return ipv4_scope(a->ip, scope);
	return a->family == ADDR_IPV6 && ipv6_scope(a, scope);
}

bool pnrp_cloud_live(const struct pnrp_cloud *cloud)
{
	return mono_is_never(cloud->closing);
}

/* What an address at an interface belongs to. */
struct place {
	enum pnrp_scope scope;
	bool ipv4, loopback;
	uint32_t zone;
};

static bool place_of(const struct addr *a, uint32_t index, struct place *p)
{
	if (!pnrp_cloud_scope(a, &p->scope))
		return false;
	p->ipv4 = a->family == ADDR_IPV4;
	p->loopback = addr_is_loopback(a);
	p->zone = p->scope == PNRP_SCOPE_LINK ? index : 0;
	return true;
}

static bool is_at(const struct pnrp_cloud *cloud, const struct place *p)
{
	return cloud->scope == p->scope && cloud->ipv4 == p->ipv4 &&
	       cloud->loopback == p->loopback && cloud->zone == p->zone;
}

static struct pnrp_cloud *cloud_at(const struct pnrp_clouds *c, const struct place *p)
{
	LIST_EACH(l, tmp, &c->clouds)
	{
		struct pnrp_cloud *cloud = LIST_ENTRY(l, struct pnrp_cloud, in);
		if (pnrp_cloud_live(cloud) && is_at(cloud, p))
			return cloud;
	}
	return NULL;
}

struct pnrp_cloud *pnrp_cloud_of(const struct pnrp_clouds *c, const struct addr *a, uint32_t index)
{
	struct place p;
	return place_of(a, index, &p) ? cloud_at(c, &p) : NULL;
}

static struct pnrp_cloud *loopback_cloud(const struct pnrp_clouds *c, bool ipv4)
{
	LIST_EACH(l, tmp, &c->clouds)
	{
		struct pnrp_cloud *cloud = LIST_ENTRY(l, struct pnrp_cloud, in);
		if (pnrp_cloud_live(cloud) && cloud->loopback && cloud->ipv4 == ipv4)
			return cloud;
	}
	return NULL;
}

struct pnrp_cloud *pnrp_cloud_towards(const struct pnrp_clouds *c, const struct addr *a)
{
	if (addr_is_loopback(a))
		return loopback_cloud(c, a->family == ADDR_IPV4);
	return pnrp_cloud_of(c, a, a->scope);
}

struct pnrp_cloud *pnrp_cloud_named(const struct pnrp_clouds *c, const char *name)
{
	LIST_EACH(l, tmp, &c->clouds)
	{
		struct pnrp_cloud *cloud = LIST_ENTRY(l, struct pnrp_cloud, in);
		if (pnrp_cloud_live(cloud) && span_eq(span_str(cloud->name), span_str(name)))
			return cloud;
	}
	return NULL;
}

const struct pnrp_socket *pnrp_cloud_socket(const struct pnrp_clouds *c,
					    const struct pnrp_cloud *cloud)
{
	return &c->socket[cloud->ipv4 ? PNRP_SOCKET_IPV4 : PNRP_SOCKET_IPV6];
}

const struct pnrp_cloud_config *pnrp_cloud_cfg(const struct pnrp_clouds *c,
					       const struct pnrp_cloud *cloud)
{
	return &c->cfg.cloud[cloud->scope];
}

/* PNRP-9.2 */
static bool wants_loopback(const struct pnrp_clouds *c)
{
	if (c->cfg.loopback != PNRP_LOOPBACK_AUTO)
		return c->cfg.loopback == PNRP_LOOPBACK_YES;
	for (size_t i = 0; i < c->interfaces.n; i++)
		if (!addr_is_loopback(&c->interfaces.at[i].addr))
			return false;
	return true;
}

static bool allowed(const struct pnrp_clouds *c, const struct place *p)
{
	bool family = p->ipv4 ? c->cfg.ipv4 : c->cfg.ipv6;
	return family && c->cfg.cloud[p->scope].enabled && (!p->loopback || wants_loopback(c));
}

static const struct pnrp_times lab_times = {
	.retransmit = 250 * MONO_MS,
	.maintenance = MONO_SEC,
	.conversation = 5 * MONO_SEC,
	.probe_after = 5 * MONO_SEC,
	.cpa_life = MONO_DAY,
	.split_most = 30 * MONO_SEC,
};

const struct pnrp_times *pnrp_clouds_times(const struct pnrp_clouds *c)
{
	return c->cfg.lab ? &lab_times : &pnrp_times_default;
}

int64_t pnrp_clouds_pause(const struct pnrp_clouds *c)
{
	return pnrp_clouds_times(c)->retransmit;
}

static void put_cloud_name(struct pnrp_cloud *cloud)
{
	static const char *const words[PNRP_SCOPE_COUNT] = {
		[PNRP_SCOPE_LINK] = "LinkLocal",
		[PNRP_SCOPE_SITE] = "SiteLocal",
		[PNRP_SCOPE_GLOBAL] = "Global",
	};
	struct text t = TEXT_OF(cloud->name);
	text_str(&t, words[cloud->scope]);
	text_str(&t, cloud->ipv4 ? "4_" : "_");
	if (cloud->scope == PNRP_SCOPE_LINK)
		text_str(&t, cloud->interface);
}

static enum err start_core(struct pnrp_clouds *c, struct pnrp_cloud *cloud, struct mono now)
{
	struct pnrp_options o = {
		.profile = c->profile,
		.crypto = c->crypto,
		.scope = cloud->scope,
		.ipv4 = cloud->ipv4,
		.loopback = cloud->loopback,
		.zone = cloud->zone,
		.resolve_only = pnrp_cloud_cfg(c, cloud)->resolve_only,
		.times = *pnrp_clouds_times(c),
		.limits = pnrp_limits_default,
	};
	struct wall wall = { c->wall.us + mono_since(now, c->wall_at), c->wall.synchronised };
	o.limits.names = c->cfg.names_max;
	return pnrp_new(&cloud->core, &o, c->env, now, wall);
}

static enum err cloud_new(struct pnrp_clouds *c, const struct place *p,
			  const struct pnrp_if_addr *a, struct mono now)
{
	if (c->n_clouds == PNRP_CLOUDS_MAX)
		return OK;
	struct pnrp_cloud *cloud = env_zalloc(c->env, 1, sizeof(*cloud));
	if (!cloud)
		return ERR_NOMEM;
	cloud->scope = p->scope;
	cloud->ipv4 = p->ipv4;
	cloud->loopback = p->loopback;
	cloud->zone = p->zone;
	if (p->scope == PNRP_SCOPE_LINK)
		memcpy(cloud->interface, a->name, sizeof(cloud->interface));
	cloud->gone = cloud->closing = MONO_NEVER;
	cloud->written = mono_add(now, PNRP_SEEN_EVERY);
	cloud->d.step = PNRP_DISCOVER_REST;
	cloud->d.next = cloud->d.repeat = MONO_NEVER;
	put_cloud_name(cloud);
	enum err e = start_core(c, cloud, now);
	if (!e)
		e = pnrp_seen_load(c, cloud);
	if (e) {
		pnrp_free(cloud->core);
		env_free(c->env, cloud);
		return e;
	}
	list_push_back(&c->clouds, &cloud->in);
	c->n_clouds++;
	pnrp_discover_seeds(c, cloud, now);
	return OK;
}

void pnrp_cloud_free(struct pnrp_clouds *c, struct pnrp_cloud *cloud)
{
	list_take(&cloud->in);
	c->n_clouds--;
	pnrp_free(cloud->core);
	env_free(c->env, cloud);
}

/* Its names, calls and searches end here; the core says goodbye on its own. */
void pnrp_cloud_close(struct pnrp_clouds *c, struct pnrp_cloud *cloud, struct mono now)
{
	if (!pnrp_cloud_live(cloud))
		return;
	pnrp_seen_write(c, cloud);
	cloud->closing = mono_add(now, PNRP_GOODBYE_MAX);
	cloud->d.next = cloud->d.repeat = MONO_NEVER;
	pnrp_calls_leave(c, cloud, now);
	pnrp_published_leave(c, cloud);
	pnrp_leave(cloud->core, now);
}

static void forget(struct pnrp_clouds *c, struct pnrp_cloud *cloud, struct mono now)
{
	pnrp_calls_leave(c, cloud, now);
	pnrp_published_leave(c, cloud);
	pnrp_cloud_free(c, cloud);
}

void pnrp_clouds_age(struct pnrp_clouds *c, struct mono now)
{
	LIST_EACH(l, tmp, &c->clouds)
	{
		struct pnrp_cloud *cloud = LIST_ENTRY(l, struct pnrp_cloud, in);
		bool left = !pnrp_cloud_live(cloud) && !c->stopping &&
			    (!pnrp_busy(cloud->core) || mono_reached(cloud->closing, now));
		if (left || mono_reached(cloud->gone, now))
			forget(c, cloud, now);
	}
}

/* Those that are neither temporary nor deprecated first, in the order of the system
 * (PNRP-9.11). */
static unsigned rank_of(const struct pnrp_if_addr *a)
{
	return (a->deprecated ? 2U : 0U) + (a->temporary ? 1U : 0U);
}

static size_t pick(const struct pnrp_clouds *c, const struct pnrp_cloud *cloud,
		   struct pnrp_local *out)
{
	size_t n = 0;
	for (unsigned rank = 0; rank < 4; rank++) {
		for (size_t i = 0; i < c->interfaces.n && n < PNRP_OWN_ADDRESSES; i++) {
			const struct pnrp_if_addr *a = &c->interfaces.at[i];
			struct place p;
			bool fits = rank_of(a) == rank && place_of(&a->addr, a->index, &p) &&
				    is_at(cloud, &p) && allowed(c, &p);
			if (fits)
				out[n++] = (struct pnrp_local){ a->addr, a->index };
		}
	}
	return n;
}

static bool same_told(const struct pnrp_cloud *cloud, const struct pnrp_endpoint *e, size_t n)
{
	if (cloud->n_told != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!pnrp_endpoint_eq(&cloud->told[i], &e[i]))
			return false;
	return true;
}

enum err pnrp_cloud_locate(struct pnrp_clouds *c, struct pnrp_cloud *cloud, struct mono now)
{
	const struct pnrp_socket *s = pnrp_cloud_socket(c, cloud);
	struct pnrp_endpoint e[PNRP_OWN_ADDRESSES];
	size_t n = s->bound ? cloud->n_local : 0;
	for (size_t i = 0; i < n; i++) {
		e[i] = pnrp_endpoint_of(&cloud->local[i].addr);
		e[i].port = s->port;
	}
	if (same_told(cloud, e, n))
		return OK;
	enum err err = pnrp_set_local(cloud->core, e, n, now);
	if (err)
		return err;
	memcpy(cloud->told, e, n * sizeof(e[0]));
	cloud->n_told = n;
	return OK;
}

static enum err make_missing(struct pnrp_clouds *c, struct mono now)
{
	for (size_t i = 0; i < c->interfaces.n; i++) {
		const struct pnrp_if_addr *a = &c->interfaces.at[i];
		struct place p;
		if (!place_of(&a->addr, a->index, &p) || !allowed(c, &p) || cloud_at(c, &p))
			continue;
		enum err e = cloud_new(c, &p, a, now);
		if (e)
			return e;
	}
	return OK;
}

/* False: it ends, since it is wanted no more. */
static bool refresh(struct pnrp_clouds *c, struct pnrp_cloud *cloud, struct mono now)
{
	struct place p = { cloud->scope, cloud->ipv4, cloud->loopback, cloud->zone };
	cloud->n_local = pick(c, cloud, cloud->local);
	if (!allowed(c, &p)) {
		pnrp_cloud_close(c, cloud, now);
		return false;
	}
	if (cloud->n_local)
		cloud->gone = MONO_NEVER;
	else if (mono_is_never(cloud->gone))
		cloud->gone = mono_add(now, PNRP_GONE_AFTER);
	return true;
}

static bool is_replaced(const struct pnrp_clouds *c, const struct pnrp_cloud *old)
{
	LIST_EACH(l, tmp, &c->clouds)
	{
		const struct pnrp_cloud *cloud = LIST_ENTRY(l, struct pnrp_cloud, in);
		if (cloud != old && pnrp_cloud_live(cloud) && cloud->n_local &&
		    span_eq(span_str(cloud->name), span_str(old->name)))
			return true;
	}
	return false;
}

/* An interface that went and came again has another index and the same name, which
 * commands and names go by: the cloud of before is not waited for. */
static void forget_replaced(struct pnrp_clouds *c, struct mono now)
{
	LIST_EACH(l, tmp, &c->clouds)
	{
		struct pnrp_cloud *cloud = LIST_ENTRY(l, struct pnrp_cloud, in);
		if (pnrp_cloud_live(cloud) && !cloud->n_local && is_replaced(c, cloud))
			forget(c, cloud, now);
	}
}

enum err pnrp_clouds_arrange(struct pnrp_clouds *c, struct mono now)
{
	enum err e = make_missing(c, now);
	LIST_EACH(l, tmp, &c->clouds)
	{
		struct pnrp_cloud *cloud = LIST_ENTRY(l, struct pnrp_cloud, in);
		if (pnrp_cloud_live(cloud))
			(void)refresh(c, cloud, now);
	}
	forget_replaced(c, now);
	if (!e)
		e = pnrp_sockets_arrange(c, now);
	LIST_EACH(l, tmp, &c->clouds)
	{
		struct pnrp_cloud *cloud = LIST_ENTRY(l, struct pnrp_cloud, in);
		if (!e && pnrp_cloud_live(cloud))
			e = pnrp_cloud_locate(c, cloud, now);
	}
	return e ? e : pnrp_published_arrange(c, now);
}
