#include "pnrp/clouds_int.h"

/* Sockets: one a family for PNRP, one a family for SSDP on its own port, which is
 * shared with other programs and listens to groups on every interface (PNRP-9.3). */

static const struct addr group_link6 = {
	ADDR_IPV6, { 0xff, 0x02, [15] = 0x0c }, PNRP_SSDP_PORT, 0
};
static const struct addr group_site6 = {
	ADDR_IPV6, { 0xff, 0x05, [15] = 0x0c }, PNRP_SSDP_PORT, 0
};
static const struct addr group4 = { ADDR_IPV4, { 239, 255, 255, 250 }, PNRP_SSDP_PORT, 0 };

size_t pnrp_ssdp_groups(const struct pnrp_cloud *cloud, struct addr *out)
{
	if (cloud->ipv4) {
		out[0] = group4;
		return 1;
	}
	out[0] = group_link6;
	if (cloud->scope != PNRP_SCOPE_SITE)
		return 1;
	out[1] = group_site6;
	return 2;
}

static bool is_ipv4(uint32_t socket)
{
	return socket == PNRP_SOCKET_IPV4 || socket == PNRP_SOCKET_SSDP4;
}

static bool is_ssdp(uint32_t socket)
{
	return socket == PNRP_SOCKET_SSDP6 || socket == PNRP_SOCKET_SSDP4;
}

static bool hears(const struct pnrp_clouds *c, const struct pnrp_cloud *cloud)
{
	return pnrp_cloud_live(cloud) && cloud->n_local && pnrp_cloud_cfg(c, cloud)->multicast;
}

static bool wanted(const struct pnrp_clouds *c, uint32_t socket)
{
	LIST_EACH(l, tmp, &c->clouds)
	{
		const struct pnrp_cloud *cloud = LIST_ENTRY(l, struct pnrp_cloud, in);
		if (cloud->ipv4 != is_ipv4(socket))
			continue;
		if (is_ssdp(socket) ? hears(c, cloud) : cloud->n_local > 0)
			return true;
	}
	return false;
}

static enum err ask(struct pnrp_clouds *c, uint32_t socket)
{
	struct pnrp_clouds_item *i = pnrp_clouds_say(c, PNRP_CLOUDS_BIND, 0);
	if (!i)
		return ERR_NOMEM;
	i->out.socket = socket;
	i->out.local.family = is_ipv4(socket) ? ADDR_IPV4 : ADDR_IPV6;
	i->out.local.port = is_ssdp(socket) ? PNRP_SSDP_PORT : (uint16_t)c->cfg.port;
	i->out.shared = is_ssdp(socket);
	i->out.any_port = !is_ssdp(socket);
	c->socket[socket].asked = true;
	c->socket[socket].again = MONO_NEVER;
	return OK;
}

static void forget_joins(struct pnrp_clouds *c, uint32_t socket)
{
	size_t kept = 0;
	for (size_t i = 0; i < c->n_joins; i++)
		if (c->join[i].socket != socket)
			c->join[kept++] = c->join[i];
	c->n_joins = kept;
}

enum err pnrp_socket_give_up(struct pnrp_clouds *c, uint32_t socket)
{
	struct pnrp_clouds_item *i = pnrp_clouds_say(c, PNRP_CLOUDS_UNBIND, 0);
	if (!i)
		return ERR_NOMEM;
	i->out.socket = socket;
	c->socket[socket] = (struct pnrp_socket){ .again = MONO_NEVER };
	forget_joins(c, socket);
	return OK;
}

static enum err arrange_one(struct pnrp_clouds *c, uint32_t socket, struct mono now)
{
	struct pnrp_socket *s = &c->socket[socket];
	bool want = wanted(c, socket);
	if (want && !s->asked && (!s->why || mono_reached(s->again, now)))
		return ask(c, socket);
	if (!want && s->asked)
		return pnrp_socket_give_up(c, socket);
	return OK;
}

static struct pnrp_join *join_of(struct pnrp_clouds *c, uint32_t socket, const struct addr *group)
{
	for (size_t i = 0; i < c->n_joins; i++)
		if (c->join[i].socket == socket && addr_eq(&c->join[i].group, group))
			return &c->join[i];
	return NULL;
}

static enum err say_join(struct pnrp_clouds *c, enum pnrp_clouds_out_kind kind, uint32_t socket,
			 const struct addr *group)
{
	struct pnrp_clouds_item *i = pnrp_clouds_say(c, kind, 0);
	if (!i)
		return ERR_NOMEM;
	i->out.socket = socket;
	i->out.local = *group;
	return OK;
}

static enum err want_group(struct pnrp_clouds *c, uint32_t socket, struct addr group,
			   uint32_t index)
{
	group.scope = index;
	struct pnrp_join *j = join_of(c, socket, &group);
	if (j) {
		j->wanted = true;
		return OK;
	}
	if (c->n_joins == PNRP_JOINS_MAX)
		return OK;
	enum err e = say_join(c, PNRP_CLOUDS_JOIN, socket, &group);
	if (!e)
		c->join[c->n_joins++] = (struct pnrp_join){ socket, group, true };
	return e;
}

static enum err want_cloud(struct pnrp_clouds *c, const struct pnrp_cloud *cloud)
{
	uint32_t socket = cloud->ipv4 ? PNRP_SOCKET_SSDP4 : PNRP_SOCKET_SSDP6;
	struct addr group[2];
	size_t n = pnrp_ssdp_groups(cloud, group);
	if (!c->socket[socket].bound)
		return OK;
	for (size_t i = 0; i < cloud->n_local; i++) {
		for (size_t k = 0; k < n; k++) {
			enum err e = want_group(c, socket, group[k], cloud->local[i].index);
			if (e)
				return e;
		}
	}
	return OK;
}

static enum err arrange_joins(struct pnrp_clouds *c)
{
	size_t kept = 0;
	for (size_t i = 0; i < c->n_joins; i++)
		c->join[i].wanted = false;
	LIST_EACH(l, tmp, &c->clouds)
	{
		const struct pnrp_cloud *cloud = LIST_ENTRY(l, struct pnrp_cloud, in);
		enum err e = hears(c, cloud) ? want_cloud(c, cloud) : OK;
		if (e)
			return e;
	}
	for (size_t i = 0; i < c->n_joins; i++) {
		struct pnrp_join *j = &c->join[i];
		if (j->wanted || say_join(c, PNRP_CLOUDS_LEAVE, j->socket, &j->group))
			c->join[kept++] = *j;
	}
	c->n_joins = kept;
	return OK;
}

enum err pnrp_sockets_arrange(struct pnrp_clouds *c, struct mono now)
{
	for (uint32_t s = PNRP_SOCKET_NONE + 1; s < PNRP_SOCKETS; s++) {
		enum err e = arrange_one(c, s, now);
		if (e)
			return e;
	}
	return arrange_joins(c);
}

static void tell_dead(struct pnrp_clouds *c, const struct pnrp_cloud *cloud, enum err why)
{
	struct pnrp_info info;
	struct pnrp_clouds_event *e = pnrp_clouds_tell(c, PNRP_CLOUDS_EVENT_CLOUD, 0);
	pnrp_info(cloud->core, &info);
	memcpy(e->cloud, cloud->name, sizeof(e->cloud));
	e->of.kind = PNRP_EVENT_STATE;
	e->of.from = info.state;
	e->of.to = PNRP_STATE_DEAD;
	e->err = why;
}

void pnrp_clouds_bound(struct pnrp_clouds *c, uint32_t socket, const struct addr *local,
		       struct mono now)
{
	c->now = now;
	if (socket <= PNRP_SOCKET_NONE || socket >= PNRP_SOCKETS || !c->socket[socket].asked)
		return;
	struct pnrp_socket *s = &c->socket[socket];
	s->bound = true;
	s->why = OK;
	s->port = local->port;
	if (!is_ssdp(socket) && s->port != c->cfg.port)
		pnrp_clouds_tell(c, PNRP_CLOUDS_EVENT_PORT, 0)->port = s->port;
	c->starved |= pnrp_clouds_arrange(c, now) == ERR_NOMEM;
}

void pnrp_clouds_bind_failed(struct pnrp_clouds *c, uint32_t socket, enum err why, struct mono now)
{
	c->now = now;
	if (socket <= PNRP_SOCKET_NONE || socket >= PNRP_SOCKETS || !c->socket[socket].asked)
		return;
	bool first = c->socket[socket].why == OK;
	c->socket[socket] =
		(struct pnrp_socket){ .why = why, .again = mono_add(now, PNRP_BIND_AGAIN) };
	if (is_ssdp(socket) || !first)
		return;
	LIST_EACH(l, tmp, &c->clouds)
	{
		const struct pnrp_cloud *cloud = LIST_ENTRY(l, struct pnrp_cloud, in);
		if (pnrp_cloud_live(cloud) && cloud->n_local && cloud->ipv4 == is_ipv4(socket))
			tell_dead(c, cloud, why);
	}
}

void pnrp_sockets_tick(struct pnrp_clouds *c, struct mono now)
{
	if (mono_reached(pnrp_sockets_deadline(c), now))
		c->starved |= pnrp_sockets_arrange(c, now) == ERR_NOMEM;
}

struct mono pnrp_sockets_deadline(const struct pnrp_clouds *c)
{
	struct mono at = MONO_NEVER;
	for (uint32_t s = PNRP_SOCKET_NONE + 1; s < PNRP_SOCKETS; s++)
		if (c->socket[s].why)
			at = mono_min(at, c->socket[s].again);
	return at;
}
