#include "pnrp/clouds_int.h"

/* Finding a first node (digest 3.3): nodes that answered in an earlier run, a search by
 * multicast, seeds; in turn, while the cloud says that it is alone. */

#define HOPS_LINK 1
#define HOPS_SITE 4 /* as UPnP has it */

static void search_target(struct text *t, const struct pnrp_clouds *c,
			  const struct pnrp_cloud *cloud)
{
	pnrp_ssdp_target(t, c->profile, cloud->ipv4, cloud->scope);
}

static void search_from(struct pnrp_clouds *c, const struct pnrp_cloud *cloud,
			const struct pnrp_local *local, const struct addr *group)
{
	char st[PNRP_SSDP_TARGET_MAX + 1], buffer[PNRP_SSDP_MAX];
	struct text target = TEXT_OF(st), t = TEXT_OF(buffer);
	search_target(&target, c, cloud);
	pnrp_ssdp_search(&t, span_of(st, target.n), group, PNRP_SSDP_MX);
	struct pnrp_clouds_item *i = pnrp_clouds_say(c, PNRP_CLOUDS_DATAGRAM, t.n);
	if (!i)
		return;
	memcpy(i->bytes, buffer, t.n);
	i->out.socket = cloud->ipv4 ? PNRP_SOCKET_IPV4 : PNRP_SOCKET_IPV6;
	i->out.local = local->addr;
	i->out.remote = *group;
	i->out.remote.scope = local->index;
	i->out.hops = group->ip[1] == 0x05 ? HOPS_SITE : HOPS_LINK;
}

/* One search an interface and group: two addresses of one interface ask once. */
static bool asked_before(const struct pnrp_cloud *cloud, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (cloud->local[i].index == cloud->local[at].index)
			return true;
	return false;
}

static bool search(struct pnrp_clouds *c, const struct pnrp_cloud *cloud)
{
	struct addr group[2];
	size_t n = pnrp_ssdp_groups(cloud, group);
	if (!pnrp_cloud_cfg(c, cloud)->multicast || !pnrp_cloud_socket(c, cloud)->bound)
		return false;
	for (size_t i = 0; i < cloud->n_local; i++)
		for (size_t k = 0; k < n && !asked_before(cloud, i); k++)
			search_from(c, cloud, &cloud->local[i], &group[k]);
	return cloud->n_local > 0;
}

static void begin_with(struct pnrp_cloud *cloud, const struct pnrp_endpoint *e, struct mono now)
{
	/* Full, or no such address: the next step may do better. */
	enum err err = pnrp_synchronise(cloud->core, e, 0, now);
	(void)err;
}

/* Seeds */

static bool fits(const struct pnrp_cloud *cloud, const struct addr *a)
{
	enum pnrp_scope scope;
	if ((a->family == ADDR_IPV4) != cloud->ipv4 || !pnrp_cloud_scope(a, &scope))
		return false;
	bool zone = !a->scope || a->scope == cloud->zone;
	return scope == cloud->scope && zone && addr_is_loopback(a) == cloud->loopback;
}

static void add_seed(struct pnrp_cloud *cloud, const struct addr *a)
{
	struct pnrp_endpoint e = pnrp_endpoint_of(a);
	for (size_t i = 0; i < cloud->d.n_seeds; i++)
		if (pnrp_endpoint_eq(&cloud->d.seed[i], &e))
			return;
	if (cloud->d.n_seeds < PNRP_SEEDS_MAX)
		cloud->d.seed[cloud->d.n_seeds++] = e;
}

static void tell_seeds(struct pnrp_clouds *c, struct pnrp_cloud *cloud)
{
	enum err e = pnrp_set_seeds(cloud->core, cloud->d.seed, cloud->d.n_seeds);
	c->starved |= e == ERR_NOMEM;
}

static void ask_host(struct pnrp_clouds *c, const struct pnrp_cloud *cloud,
		     const struct pnrp_seed *seed)
{
	struct pnrp_lookup_due *l = env_zalloc(c->env, 1, sizeof(*l));
	struct pnrp_clouds_item *i = l ? pnrp_clouds_say(c, PNRP_CLOUDS_HOST, 0) : NULL;
	if (!i) {
		env_free(c->env, l);
		return;
	}
	l->number = ++c->next_id;
	l->seed = *seed;
	memcpy(l->cloud, cloud->name, sizeof(l->cloud));
	list_push_back(&c->lookups, &l->in);
	memcpy(i->text, seed->name, sizeof(i->text));
	i->out.host = i->text;
	i->out.number = l->number;
}

static struct pnrp_lookup_due *lookup_of(const struct pnrp_clouds *c, uint64_t number)
{
	LIST_EACH(l, tmp, &c->lookups)
	if (LIST_ENTRY(l, struct pnrp_lookup_due, in)->number == number)
		return LIST_ENTRY(l, struct pnrp_lookup_due, in);
	return NULL;
}

static bool asks_now(const struct pnrp_clouds *c, const struct pnrp_cloud *cloud,
		     const struct pnrp_seed *seed)
{
	LIST_EACH(l, tmp, &c->lookups)
	{
		const struct pnrp_lookup_due *d = LIST_ENTRY(l, struct pnrp_lookup_due, in);
		if (span_eq(span_str(d->cloud), span_str(cloud->name)) &&
		    span_eq(span_str(d->seed.name), span_str(seed->name)) &&
		    d->seed.addr.port == seed->addr.port)
			return true;
	}
	return false;
}

/* Addresses are told as they are; names are asked for, at most once a minute. */
static void look_up(struct pnrp_clouds *c, struct pnrp_cloud *cloud, struct mono now)
{
	struct span list = span_str(pnrp_cloud_cfg(c, cloud)->seeds);
	struct pnrp_seed seed;
	bool soon = cloud->d.ever_asked && mono_since(now, cloud->d.asked) < PNRP_HOST_AGAIN;
	while (pnrp_seed_next(&list, &seed) == OK) {
		if (!seed.name[0] && fits(cloud, &seed.addr))
			add_seed(cloud, &seed.addr);
		if (!seed.name[0] || soon || asks_now(c, cloud, &seed))
			continue;
		ask_host(c, cloud, &seed);
		cloud->d.asked = now;
		cloud->d.ever_asked = true;
	}
}

void pnrp_discover_seeds(struct pnrp_clouds *c, struct pnrp_cloud *cloud, struct mono now)
{
	cloud->d.n_seeds = 0;
	cloud->d.ever_asked = false;
	look_up(c, cloud, now);
	tell_seeds(c, cloud);
}

static bool is_alone(const struct pnrp_cloud *cloud)
{
	struct pnrp_info info;
	pnrp_info(cloud->core, &info);
	return info.entries == 0;
}

static void tell_no_address(struct pnrp_clouds *c, struct pnrp_cloud *cloud,
			    const struct pnrp_lookup_due *l, enum err err)
{
	if (cloud->d.told)
		return;
	struct pnrp_clouds_event *e = pnrp_clouds_tell(c, PNRP_CLOUDS_EVENT_SEED, 0);
	memcpy(e->cloud, cloud->name, sizeof(e->cloud));
	memcpy(e->seed, l->seed.name, sizeof(e->seed));
	e->err = err ? err : ERR_NOT_FOUND;
	cloud->d.told = true;
}

static void take_host(struct pnrp_clouds *c, struct pnrp_cloud *cloud,
		      const struct pnrp_lookup_due *l, const struct addr *a, size_t n,
		      struct mono now)
{
	const struct addr *first = NULL;
	for (size_t i = 0; i < n; i++) {
		struct addr at = addr_unmapped(a[i]);
		at.port = l->seed.addr.port;
		if (!fits(cloud, &at))
			continue;
		add_seed(cloud, &at);
		first = first ? first : &a[i];
	}
	if (!first)
		return;
	cloud->d.told = false;
	tell_seeds(c, cloud);
	struct addr at = addr_unmapped(*first);
	at.port = l->seed.addr.port;
	struct pnrp_endpoint e = pnrp_endpoint_of(&at);
	if (is_alone(cloud))
		begin_with(cloud, &e, now);
}

void pnrp_clouds_host(struct pnrp_clouds *c, uint64_t number, const struct addr *a, size_t n,
		      enum err err, struct mono now)
{
	c->now = now;
	struct pnrp_lookup_due *l = lookup_of(c, number);
	if (!l)
		return;
	list_take(&l->in);
	struct pnrp_cloud *cloud = pnrp_cloud_named(c, l->cloud);
	if (cloud && n)
		take_host(c, cloud, l, a, n, now);
	else if (cloud)
		tell_no_address(c, cloud, l, err);
	env_free(c->env, l);
}

void pnrp_lookups_free(struct pnrp_clouds *c)
{
	LIST_EACH(l, tmp, &c->lookups)
	{
		list_take(l);
		env_free(c->env, LIST_ENTRY(l, struct pnrp_lookup_due, in));
	}
}

/* Steps. Each says how long to wait before the next. */

static int64_t try_seen(struct pnrp_clouds *c, struct pnrp_cloud *cloud, struct mono now)
{
	for (size_t i = 0; i < cloud->d.n_seen; i++)
		begin_with(cloud, &cloud->d.seen[i], now);
	return cloud->d.n_seen ? pnrp_clouds_pause(c) : 0;
}

static int64_t try_search(struct pnrp_clouds *c, struct pnrp_cloud *cloud, struct mono now)
{
	cloud->d.targets = 0;
	if (!search(c, cloud))
		return 0;
	cloud->d.repeat = mono_add(now, pnrp_clouds_pause(c));
	return 2 * pnrp_clouds_pause(c);
}

static int64_t try_seed(struct pnrp_clouds *c, struct pnrp_cloud *cloud, struct mono now)
{
	struct pnrp_discovery *d = &cloud->d;
	uint32_t before = d->n_seeds;
	look_up(c, cloud, now);
	if (d->n_seeds != before)
		tell_seeds(c, cloud);
	if (!d->n_seeds)
		return 0;
	if (d->seed_at >= d->n_seeds)
		d->seed_at = 0;
	begin_with(cloud, &d->seed[d->seed_at++], now);
	return 0;
}

static void step_on(struct pnrp_clouds *c, struct pnrp_cloud *cloud, struct mono now)
{
	static int64_t (*const tries[])(struct pnrp_clouds *, struct pnrp_cloud *, struct mono) = {
		[PNRP_DISCOVER_SEEN] = try_seen,
		[PNRP_DISCOVER_SSDP] = try_search,
		[PNRP_DISCOVER_SEEDS] = try_seed,
	};
	struct pnrp_discovery *d = &cloud->d;
	while (d->step < PNRP_DISCOVER_REST && mono_reached(d->next, now)) {
		int64_t pause = tries[d->step](c, cloud, now);
		d->step++;
		d->next = mono_add(now, pause);
	}
	if (d->step == PNRP_DISCOVER_REST)
		d->next = MONO_NEVER;
}

void pnrp_discover_begin(struct pnrp_clouds *c, struct pnrp_cloud *cloud, struct mono now)
{
	if (!pnrp_cloud_live(cloud) || c->stopping)
		return;
	/* Who is there by now may not have been when this search began. */
	if (cloud->d.step != PNRP_DISCOVER_REST) {
		if (mono_since(now, cloud->d.began) < PNRP_SEARCH_AGAIN)
			return;
		cloud->d.repeat = cloud->d.began = now;
		return;
	}
	cloud->d.began = now;
	cloud->d.step = PNRP_DISCOVER_SEEN;
	cloud->d.next = now;
	step_on(c, cloud, now);
}

void pnrp_discover_tick(struct pnrp_clouds *c, struct pnrp_cloud *cloud, struct mono now)
{
	struct pnrp_discovery *d = &cloud->d;
	if (mono_reached(d->repeat, now)) {
		d->repeat = MONO_NEVER;
		if (is_alone(cloud))
			(void)search(c, cloud);
	}
	if (!mono_reached(d->next, now))
		return;
	if (!is_alone(cloud)) {
		d->step = PNRP_DISCOVER_REST;
		d->next = MONO_NEVER;
	}
	step_on(c, cloud, now);
}

struct mono pnrp_discover_deadline(const struct pnrp_cloud *cloud)
{
	return mono_min(cloud->d.next, cloud->d.repeat);
}
