#include "pnrp/clouds_int.h"

/* Life of the clouds, and the way of inputs to them. */

static enum err load(struct pnrp_clouds *c)
{
	enum err e = pnrp_keys_load(c);
	if (!e)
		e = pnrp_seen_prune(c);
	return e ? e : pnrp_published_load(c);
}

enum err pnrp_clouds_new(struct pnrp_clouds **out, const struct pnrp_config *cfg,
			 struct crypto *crypto, const struct env *env, struct store *store,
			 struct mono now, struct wall wall)
{
	const struct pnrp_profile *profile = pnrp_profile((enum crypto_profile_id)cfg->profile);
	if (!profile)
		return ERR_CONFIG;
	struct pnrp_clouds *c = env_zalloc(env, 1, sizeof(*c));
	if (!c)
		return ERR_NOMEM;
	c->env = env;
	c->crypto = crypto;
	c->store = store;
	c->cfg = *cfg;
	c->profile = profile;
	c->wall = wall;
	c->wall_at = c->now = now;
	for (size_t i = 0; i < PNRP_SOCKETS; i++)
		c->socket[i].again = MONO_NEVER;
	list_init(&c->clouds);
	list_init(&c->lookups);
	list_init(&c->calls);
	list_init(&c->published);
	list_init(&c->outs);
	enum err e = load(c);
	if (e) {
		pnrp_clouds_free(c);
		return e;
	}
	*out = c;
	return OK;
}

static void free_clouds(struct pnrp_clouds *c)
{
	LIST_EACH(l, tmp, &c->clouds)
	{
		struct pnrp_cloud *cloud = LIST_ENTRY(l, struct pnrp_cloud, in);
		pnrp_published_leave(c, cloud);
		pnrp_cloud_free(c, cloud);
	}
}

void pnrp_clouds_free(struct pnrp_clouds *c)
{
	if (!c)
		return;
	pnrp_calls_free(c);
	free_clouds(c);
	pnrp_published_free(c);
	pnrp_keys_free(c);
	pnrp_lookups_free(c);
	pnrp_clouds_outs_free(c);
	env_free(c->env, c->interfaces.at);
	env_free(c->env, c);
}

enum err pnrp_clouds_interfaces(struct pnrp_clouds *c, const struct pnrp_if_addr *a, size_t n,
				struct mono now)
{
	struct pnrp_if_addr *copy = n ? env_zalloc(c->env, n, sizeof(*copy)) : NULL;
	c->now = now;
	if (n && !copy)
		return ERR_NOMEM;
	if (n)
		memcpy(copy, a, n * sizeof(*copy));
	env_free(c->env, c->interfaces.at);
	c->interfaces = (struct pnrp_if_list){ copy, n };
	return c->stopping ? OK : pnrp_clouds_arrange(c, now);
}

/* PNRP begins with a field ID of two octets, the first of them zero; SSDP with a word. */
static bool is_pnrp(struct span bytes)
{
	return bytes.n && bytes.p[0] == 0;
}

enum err pnrp_clouds_datagram(struct pnrp_clouds *c, uint32_t socket, const struct addr *from,
			      const struct addr *to, struct span bytes, struct mono now)
{
	bool ours = socket == PNRP_SOCKET_IPV6 || socket == PNRP_SOCKET_IPV4;
	enum err e = OK;
	c->now = now;
	if (socket <= PNRP_SOCKET_NONE || socket >= PNRP_SOCKETS || !c->socket[socket].bound)
		return OK;
	if (ours && is_pnrp(bytes)) {
		struct pnrp_cloud *cloud = pnrp_cloud_of(c, to, to->scope);
		if (cloud)
			e = pnrp_input(cloud->core, from, to, bytes, now);
	} else if (!c->stopping) {
		pnrp_discover_heard(c, socket, from, to, bytes, now);
	}
	pnrp_calls_tick(c, now);
	return e;
}

void pnrp_clouds_wall(struct pnrp_clouds *c, struct wall wall, struct mono now)
{
	c->now = now;
	c->wall = wall;
	c->wall_at = now;
	LIST_EACH(l, tmp, &c->clouds)
	pnrp_set_wall(LIST_ENTRY(l, struct pnrp_cloud, in)->core, wall, now);
}

static void tick_cloud(struct pnrp_clouds *c, struct pnrp_cloud *cloud, struct mono now)
{
	if (mono_reached(pnrp_deadline(cloud->core), now))
		pnrp_tick(cloud->core, now);
	if (c->stopping || !pnrp_cloud_live(cloud))
		return;
	pnrp_discover_tick(c, cloud, now);
	if (mono_reached(cloud->written, now)) {
		pnrp_seen_write(c, cloud);
		cloud->written = mono_add(now, PNRP_SEEN_EVERY);
	}
}

/* What was left undone for want of memory. */
static void try_again(struct pnrp_clouds *c, struct mono now)
{
	if (!c->starved || c->stopping || !mono_reached(c->starved_again, now))
		return;
	c->starved = pnrp_published_load(c) || pnrp_clouds_arrange(c, now);
	c->starved_again = mono_add(now, MONO_SEC);
}

void pnrp_clouds_tick(struct pnrp_clouds *c, struct mono now)
{
	c->now = now;
	LIST_EACH(l, tmp, &c->clouds)
	tick_cloud(c, LIST_ENTRY(l, struct pnrp_cloud, in), now);
	pnrp_calls_tick(c, now);
	pnrp_clouds_age(c, now);
	if (c->stopping)
		return;
	pnrp_sockets_tick(c, now);
	pnrp_answers_tick(c, now);
	try_again(c, now);
}

static struct mono cloud_deadline(const struct pnrp_clouds *c, const struct pnrp_cloud *cloud)
{
	bool ended = c->stopping && mono_reached(cloud->closing, c->now);
	struct mono at = ended ? MONO_NEVER : cloud->closing;
	at = mono_min(pnrp_deadline(cloud->core), at);
	if (c->stopping || !pnrp_cloud_live(cloud))
		return at;
	at = mono_min(at, pnrp_discover_deadline(cloud));
	return mono_min(mono_min(at, cloud->written), cloud->gone);
}

struct mono pnrp_clouds_deadline(const struct pnrp_clouds *c)
{
	struct mono at = pnrp_calls_deadline(c);
	LIST_EACH(l, tmp, &c->clouds)
	at = mono_min(at, cloud_deadline(c, LIST_ENTRY(l, struct pnrp_cloud, in)));
	if (c->stopping)
		return at;
	at = mono_min(at, pnrp_sockets_deadline(c));
	at = mono_min(at, pnrp_answers_deadline(c));
	return c->starved ? mono_min(at, c->starved_again) : at;
}

void pnrp_clouds_store_failed(struct pnrp_clouds *c, uint64_t first, enum err why, struct mono now)
{
	c->now = now;
	/* No commit brings a number that was undone: what comes does not wait for it. */
	LIST_EACH(l, tmp, &c->clouds)
	{
		struct pnrp_cloud *cloud = LIST_ENTRY(l, struct pnrp_cloud, in);
		cloud->after = cloud->after < first ? cloud->after : 0;
	}
	bool keyless = pnrp_keys_failed(c, first);
	if (pnrp_published_failed(c, first, keyless, now))
		pnrp_clouds_tell(c, PNRP_CLOUDS_EVENT_STORE_FAILED, 0)->err = why;
}

void pnrp_clouds_stop(struct pnrp_clouds *c, struct mono now)
{
	c->now = now;
	if (c->stopping)
		return;
	LIST_EACH(l, tmp, &c->clouds)
	pnrp_cloud_close(c, LIST_ENTRY(l, struct pnrp_cloud, in), now);
	c->stopping = true;
}

bool pnrp_clouds_busy(const struct pnrp_clouds *c)
{
	LIST_EACH(l, tmp, &c->clouds)
	{
		const struct pnrp_cloud *cloud = LIST_ENTRY(l, struct pnrp_cloud, in);
		if (pnrp_busy(cloud->core) && !mono_reached(cloud->closing, c->now))
			return true;
	}
	return false;
}

/* Options of a core that cannot change while it runs. */
static bool core_differs(const struct pnrp_config *a, const struct pnrp_config *b,
			 enum pnrp_scope scope)
{
	return a->cloud[scope].resolve_only != b->cloud[scope].resolve_only || a->lab != b->lab ||
	       a->names_max != b->names_max;
}

static void close_changed(struct pnrp_clouds *c, const struct pnrp_config *cfg, struct mono now)
{
	LIST_EACH(l, tmp, &c->clouds)
	{
		struct pnrp_cloud *cloud = LIST_ENTRY(l, struct pnrp_cloud, in);
		if (core_differs(&c->cfg, cfg, cloud->scope))
			pnrp_cloud_close(c, cloud, now);
	}
}

/* Another profile is another world: keys, names and nodes of this one mean nothing. */
static enum err change_profile(struct pnrp_clouds *c, const struct pnrp_profile *profile,
			       struct mono now)
{
	LIST_EACH(l, tmp, &c->clouds)
	pnrp_calls_leave(c, LIST_ENTRY(l, struct pnrp_cloud, in), now);
	free_clouds(c);
	pnrp_published_free(c);
	pnrp_keys_free(c);
	c->profile = profile;
	return load(c);
}

static enum err give_up_port(struct pnrp_clouds *c)
{
	enum err e = OK;
	for (uint32_t s = PNRP_SOCKET_IPV6; !e && s <= PNRP_SOCKET_IPV4; s++)
		if (c->socket[s].asked)
			e = pnrp_socket_give_up(c, s);
	return e;
}

static void seeds_anew(struct pnrp_clouds *c, struct mono now)
{
	LIST_EACH(l, tmp, &c->clouds)
	{
		struct pnrp_cloud *cloud = LIST_ENTRY(l, struct pnrp_cloud, in);
		if (pnrp_cloud_live(cloud))
			pnrp_discover_seeds(c, cloud, now);
	}
}

enum err pnrp_clouds_reconfigure(struct pnrp_clouds *c, const struct pnrp_config *cfg,
				 struct mono now)
{
	const struct pnrp_profile *profile = pnrp_profile((enum crypto_profile_id)cfg->profile);
	bool port = cfg->port != c->cfg.port;
	enum err e = OK;
	c->now = now;
	if (!profile)
		return ERR_CONFIG;
	close_changed(c, cfg, now);
	c->cfg = *cfg;
	if (profile != c->profile)
		e = change_profile(c, profile, now);
	if (!e && port)
		e = give_up_port(c);
	seeds_anew(c, now);
	return e ? e : pnrp_clouds_arrange(c, now);
}

/* Commands that are done at once, cloud by cloud. */
static enum err each_cloud(struct pnrp_clouds *c, const struct pnrp_command *m, struct mono now)
{
	enum err best = ERR_RANGE; /* no such cloud */
	LIST_EACH(l, tmp, &c->clouds)
	{
		struct pnrp_cloud *cloud = LIST_ENTRY(l, struct pnrp_cloud, in);
		bool named = m->cloud[0] && !span_eq(span_str(m->cloud), span_str(cloud->name));
		if (named || !pnrp_cloud_live(cloud))
			continue;
		enum err e = OK;
		if (m->kind == PNRP_REPAIR)
			e = pnrp_repair(cloud->core, now);
		else
			pnrp_flush(cloud->core, now);
		best = best ? e : best;
	}
	return best;
}

enum err pnrp_clouds_command(struct pnrp_clouds *c, const struct pnrp_command *m, uint64_t number,
			     struct mono now)
{
	c->now = now;
	if (c->stopping)
		return pnrp_clouds_reply(c, number, ERR_STOPPING, 0, 0);
	switch (m->kind) {
	case PNRP_PUBLISH:
		return pnrp_publish(c, m, number, now);
	case PNRP_UNPUBLISH:
		return pnrp_unpublish(c, m, number, now);
	case PNRP_RESOLVE:
		return pnrp_call_resolve(c, m, number, now);
	case PNRP_CANCEL:
		return pnrp_call_cancel(c, number, m->other);
	case PNRP_PING:
		return pnrp_call_ping(c, m, number, now);
	case PNRP_REPAIR:
	case PNRP_FLUSH:
		break;
	}
	return pnrp_clouds_reply(c, number, each_cloud(c, m, now), 0, 0);
}
