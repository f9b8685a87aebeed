#include "pnrp/clouds_int.h"

/* A look inside. Every scope and family has a row, also where there is no cloud of it:
 * the row says why. */

#define CLOCK_SHOWN (10 * MONO_MIN)

static const char *why_none(const struct pnrp_clouds *c, enum pnrp_scope scope, bool ipv4)
{
	static const char *const missing[PNRP_SCOPE_COUNT][2] = {
		[PNRP_SCOPE_LINK] = { "no interface has a link-local IPv6 address",
				      "no interface has a link-local IPv4 address (169.254.0.0/16)" },
		[PNRP_SCOPE_SITE] = { "no interface has an IPv6 address of a site (fc00::/7)",
				      "no interface has a private IPv4 address" },
		[PNRP_SCOPE_GLOBAL] = { "no interface has a global IPv6 address",
					"no interface has a public IPv4 address" },
	};
	if (!c->cfg.cloud[scope].enabled)
		return "clouds of this scope are switched off in the configuration";
	if (!(ipv4 ? c->cfg.ipv4 : c->cfg.ipv6))
		return "this address family is switched off in the configuration";
	return missing[scope][ipv4];
}

static bool has_cloud(const struct pnrp_clouds *c, enum pnrp_scope scope, bool ipv4)
{
	LIST_EACH(l, tmp, &c->clouds)
	{
		const struct pnrp_cloud *cloud = LIST_ENTRY(l, struct pnrp_cloud, in);
		if (pnrp_cloud_live(cloud) && cloud->scope == scope && cloud->ipv4 == ipv4)
			return true;
	}
	return false;
}

static void fill_none(const struct pnrp_clouds *c, enum pnrp_scope scope, bool ipv4,
		      struct pnrp_cloud_info *out)
{
	static const char *const words[PNRP_SCOPE_COUNT] = { "LinkLocal", "SiteLocal", "Global" };
	const struct pnrp_cloud_config *cfg = &c->cfg.cloud[scope];
	bool off = !cfg->enabled || !(ipv4 ? c->cfg.ipv4 : c->cfg.ipv6);
	memset(out, 0, sizeof(*out));
	struct text t = TEXT_OF(out->name);
	text_str(&t, words[scope]);
	text_str(&t, ipv4 ? "4_" : "_");
	out->scope = scope;
	out->ipv4 = ipv4;
	out->multicast = cfg->multicast;
	out->resolve_only = cfg->resolve_only;
	out->of.state = off ? PNRP_STATE_DISABLED : PNRP_STATE_NO_NETWORK;
	out->why = why_none(c, scope, ipv4);
}

/* Nodes know each other by their names: who has none is met, and not kept. */
static bool meets_the_nameless(const struct pnrp_clouds *c, const struct pnrp_info *info)
{
	const int64_t lately = 3 * pnrp_clouds_times(c)->maintenance;
	return info->last_heard.us && mono_since(c->now, info->last_heard) < lately;
}

static const char *why_alone(const struct pnrp_clouds *c, const struct pnrp_cloud *cloud,
			     const struct pnrp_info *info)
{
	if (meets_the_nameless(c, info))
		return "other nodes answer, but no name is published on any of them";
	const struct pnrp_cloud_config *cfg = pnrp_cloud_cfg(c, cloud);
	const struct pnrp_socket *ssdp =
		&c->socket[cloud->ipv4 ? PNRP_SOCKET_SSDP4 : PNRP_SOCKET_SSDP6];
	bool seeds = cfg->seeds[0];
	if (!cfg->multicast)
		return seeds ? "no seed answered yet, and multicast is switched off"
			     : "multicast is switched off and no seed is configured: nobody can be "
			       "found";
	if (ssdp->why)
		return "no node answered yet; UDP port 1900 cannot be had, so that others do not "
		       "find this node by multicast";
	if (cloud->d.n_seeds)
		return "no node answered a search by multicast, nor did a seed; a firewall may "
		       "block UDP ports 3540 and 1900";
	if (seeds)
		return "no node answered a search by multicast, and no seed has an address of this "
		       "cloud";
	return "no node answered a search by multicast, and no seed is configured";
}

/* DESIGN D10: a day between two clocks, and neither side believes the other. */
static bool clocks_differ(const struct pnrp_clouds *c, const struct pnrp_info *of)
{
	return of->last_expired.us && mono_since(c->now, of->last_expired) < CLOCK_SHOWN;
}

static const char *why_of(const struct pnrp_clouds *c, const struct pnrp_cloud *cloud,
			  const struct pnrp_info *info)
{
	switch (info->state) {
	case PNRP_STATE_VIRTUAL:
		return cloud->n_told ? "nothing was asked of it yet" : "its port is being opened";
	case PNRP_STATE_SYNCHRONISING:
		return "a first node is looked for";
	case PNRP_STATE_ACTIVE:
		return clocks_differ(c, info)
			       ? "other nodes are known, but the proof of one is out of date: the "
				 "clock of this machine, or of that one, is a day off"
			       : "other nodes are known";
	case PNRP_STATE_DEAD:
		return "its UDP port cannot be had; homestead doctor ports tells who holds it";
	case PNRP_STATE_DISABLED:
		return "it is switched off in the configuration";
	case PNRP_STATE_NO_NETWORK:
		return "the interface has lost its address";
	case PNRP_STATE_ALONE:
		return why_alone(c, cloud, info);
	case PNRP_STATE_COUNT:
		break;
	}
	return "unknown";
}

static enum pnrp_state state_of(const struct pnrp_clouds *c, const struct pnrp_cloud *cloud,
				enum pnrp_state core)
{
	const struct pnrp_socket *s = pnrp_cloud_socket(c, cloud);
	if (!cloud->n_local)
		return PNRP_STATE_NO_NETWORK;
	if (s->why)
		return PNRP_STATE_DEAD;
	/* The core knows of no port before there is one. */
	return s->bound ? core : PNRP_STATE_VIRTUAL;
}

static void fill_cloud(const struct pnrp_clouds *c, const struct pnrp_cloud *cloud,
		       struct pnrp_cloud_info *out)
{
	const struct pnrp_cloud_config *cfg = pnrp_cloud_cfg(c, cloud);
	memset(out, 0, sizeof(*out));
	memcpy(out->name, cloud->name, sizeof(out->name));
	memcpy(out->interface, cloud->interface, sizeof(out->interface));
	out->scope = cloud->scope;
	out->ipv4 = cloud->ipv4;
	out->zone = cloud->zone;
	out->multicast = cfg->multicast;
	out->resolve_only = cfg->resolve_only;
	out->bind_error = pnrp_cloud_socket(c, cloud)->why;
	pnrp_info(cloud->core, &out->of);
	out->nodes = pnrp_nodes(cloud->core);
	if (out->of.size <= out->nodes)
		out->of.size = (uint64_t)out->nodes + 1;
	out->of.state = state_of(c, cloud, out->of.state);
	out->why = why_of(c, cloud, &out->of);
}

static const struct pnrp_cloud *nth_cloud(const struct pnrp_clouds *c, size_t nth)
{
	LIST_EACH(l, tmp, &c->clouds)
	{
		const struct pnrp_cloud *cloud = LIST_ENTRY(l, struct pnrp_cloud, in);
		if (pnrp_cloud_live(cloud) && nth-- == 0)
			return cloud;
	}
	return NULL;
}

static size_t count_live(const struct pnrp_clouds *c)
{
	size_t n = 0;
	LIST_EACH(l, tmp, &c->clouds)
	n += pnrp_cloud_live(LIST_ENTRY(l, struct pnrp_cloud, in));
	return n;
}

bool pnrp_clouds_info(const struct pnrp_clouds *c, size_t *at, struct pnrp_cloud_info *out)
{
	const struct pnrp_cloud *cloud = nth_cloud(c, *at);
	if (cloud) {
		++*at;
		fill_cloud(c, cloud, out);
		return true;
	}
	for (size_t live = count_live(c); *at < live + 2 * PNRP_SCOPE_COUNT;) {
		size_t none = (*at)++ - live;
		enum pnrp_scope scope = (enum pnrp_scope)(none / 2);
		if (has_cloud(c, scope, none % 2))
			continue;
		fill_none(c, scope, none % 2, out);
		return true;
	}
	return false;
}

const struct pnrp *pnrp_clouds_core(const struct pnrp_clouds *c, const char *cloud)
{
	const struct pnrp_cloud *found = pnrp_cloud_named(c, cloud);
	return found ? found->core : NULL;
}

/* Where nobody else is there is nobody to be told. */
static bool is_announced(const struct pnrp_reg *reg)
{
	struct pnrp_own_info own;
	struct pnrp_info info;
	pnrp_info(reg->cloud->core, &info);
	if (info.local_n && !info.entries)
		return true;
	for (size_t at = 0; pnrp_own(reg->cloud->core, &at, &own);)
		if (own.handle == reg->handle)
			return own.announced;
	return false;
}

static void fill_published(const struct pnrp_published *p, struct pnrp_published_info *out)
{
	*out = (struct pnrp_published_info){ .name = p->name,
					     .temporary = p->temporary,
					     .automatic = p->automatic,
					     .lent = p->key != NULL,
					     .n_apps = p->n_apps,
					     .comment_n = p->comment_n,
					     .payload_type = p->payload_type,
					     .payload_n = p->payload.n };
	memcpy(out->cloud, p->cloud, sizeof(out->cloud));
	memcpy(out->app, p->app, sizeof(out->app));
	memcpy(out->comment, p->comment, sizeof(out->comment));
	LIST_EACH(l, tmp, &p->regs)
	{
		out->clouds++;
		out->announced += is_announced(LIST_ENTRY(l, struct pnrp_reg, in));
	}
}

bool pnrp_clouds_published(const struct pnrp_clouds *c, size_t *at, struct pnrp_published_info *out)
{
	size_t n = *at;
	LIST_EACH(l, tmp, &c->published)
	{
		if (n-- > 0)
			continue;
		fill_published(LIST_ENTRY(l, struct pnrp_published, in), out);
		++*at;
		return true;
	}
	return false;
}
