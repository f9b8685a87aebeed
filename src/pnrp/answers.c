#include "pnrp/clouds_int.h"

/* SSDP words of others: their searches, which are answered sparingly since they come
 * from anyone (PNRP-9.8), and their answers to ours. */

#define SPREAD_STEP (100 * MONO_MS) /* a node that is known, before one answer is likely */

static bool same_bits(const uint8_t *a, const uint8_t *b, uint32_t bits)
{
	uint32_t octets = bits / 8, rest = bits % 8;
	if (memcmp(a, b, octets) != 0)
		return false;
	return !rest || ((a[octets] ^ b[octets]) & (0xffU << (8 - rest)) & 0xffU) == 0;
}

/* A neighbour: an address of a network that the interface lies in. */
static bool on_link(const struct pnrp_clouds *c, const struct addr *from, uint32_t index)
{
	for (size_t i = 0; i < c->interfaces.n; i++) {
		const struct pnrp_if_addr *a = &c->interfaces.at[i];
		if (a->index == index && a->addr.family == from->family &&
		    a->plen <= 8 * addr_ip_size(from) && same_bits(a->addr.ip, from->ip, a->plen))
			return true;
	}
	return false;
}

/* A cloud of a site is searched for by its other links too. */
static bool may_ask(const struct pnrp_clouds *c, const struct pnrp_cloud *cloud,
		    const struct addr *from, uint32_t index)
{
	enum pnrp_scope scope;
	if (from->port <= PNRP_PORT_FLOOR || !pnrp_cloud_scope(from, &scope))
		return false;
	if (on_link(c, from, index))
		return true;
	return cloud->scope == PNRP_SCOPE_SITE && scope == PNRP_SCOPE_SITE;
}

/* Our own search comes back by multicast. */
static bool is_ours(const struct pnrp_clouds *c, const struct addr *from)
{
	const struct pnrp_socket *s =
		&c->socket[from->family == ADDR_IPV4 ? PNRP_SOCKET_IPV4 : PNRP_SOCKET_IPV6];
	if (!s->bound || s->port != from->port)
		return false;
	for (size_t i = 0; i < c->interfaces.n; i++)
		if (addr_same_host(&c->interfaces.at[i].addr, from))
			return true;
	return false;
}

static const struct pnrp_local *local_at(const struct pnrp_cloud *cloud, uint32_t index)
{
	for (size_t i = 0; i < cloud->n_local; i++)
		if (cloud->local[i].index == index)
			return &cloud->local[i];
	return NULL;
}

static bool is_target(const struct pnrp_clouds *c, const struct pnrp_cloud *cloud,
		      struct span target)
{
	char buffer[PNRP_SSDP_TARGET_MAX + 1];
	struct text t = TEXT_OF(buffer);
	pnrp_ssdp_target(&t, c->profile, cloud->ipv4, cloud->scope);
	return span_eq(target, span_of(t.p, t.n));
}

/* Who has a name here, or knows others, is worth beginning with (PNRP-9.7). */
static bool may_answer(const struct pnrp_clouds *c, const struct pnrp_cloud *cloud, uint32_t *known)
{
	const struct pnrp_cloud_config *cfg = pnrp_cloud_cfg(c, cloud);
	struct pnrp_info info;
	if (!cfg->multicast || cfg->resolve_only || !pnrp_cloud_live(cloud))
		return false;
	pnrp_info(cloud->core, &info);
	*known = info.entries;
	return info.names || info.entries;
}

/* A burst is as much as a second's worth. */
static bool within_rate(struct pnrp_clouds *c, struct mono now)
{
	if (mono_since(now, c->answers_from) >= MONO_SEC) {
		c->answers_from = now;
		c->answers_given = 0;
	}
	if (c->answers_given == PNRP_ANSWERS_RATE || c->n_answers == PNRP_ANSWERS_MAX)
		return false;
	c->answers_given++;
	return true;
}

/* The more nodes there are, the further apart they answer; alone, at once. */
static int64_t spread(const struct pnrp_clouds *c, uint32_t mx, uint32_t known)
{
	uint64_t most = (uint64_t)(mx < PNRP_SSDP_MX ? mx : PNRP_SSDP_MX) * MONO_SEC;
	uint64_t likely = (uint64_t)known * SPREAD_STEP;
	return (int64_t)env_random_below(c->env, likely < most ? likely : most);
}

static void plan_answer(struct pnrp_clouds *c, const struct pnrp_cloud *cloud,
			const struct pnrp_ssdp *m, const struct addr *from, uint32_t index,
			struct mono now)
{
	uint32_t known = 0;
	const struct pnrp_local *local = local_at(cloud, index);
	const struct pnrp_socket *s = pnrp_cloud_socket(c, cloud);
	if (!local || !s->bound || !may_answer(c, cloud, &known) || !within_rate(c, now))
		return;
	struct pnrp_answer_due *a = &c->answer[c->n_answers++];
	struct text t = TEXT_OF(a->target);
	a->at = mono_add(now, spread(c, m->mx, known));
	a->socket = cloud->ipv4 ? PNRP_SOCKET_IPV4 : PNRP_SOCKET_IPV6;
	a->from = local->addr;
	a->from.port = s->port;
	a->to = *from;
	text_span(&t, m->target);
}

static void search_heard(struct pnrp_clouds *c, const struct pnrp_ssdp *m, const struct addr *from,
			 const struct addr *to, struct mono now)
{
	if (is_ours(c, from))
		return;
	LIST_EACH(l, tmp, &c->clouds)
	{
		const struct pnrp_cloud *cloud = LIST_ENTRY(l, struct pnrp_cloud, in);
		if (cloud->ipv4 == (from->family == ADDR_IPV4) && is_target(c, cloud, m->target) &&
		    may_ask(c, cloud, from, to->scope))
			plan_answer(c, cloud, m, from, to->scope, now);
	}
}

/* Digest 3.4: at most five of a search; the zone is that of the interface. */
static void answer_heard(struct pnrp_clouds *c, const struct pnrp_ssdp *m, const struct addr *to,
			 struct mono now)
{
	struct pnrp_cloud *cloud = pnrp_cloud_of(c, to, to->scope);
	struct pnrp_endpoint e = pnrp_endpoint_of(&m->at);
	enum pnrp_scope scope;
	if (!cloud || !is_target(c, cloud, m->target) || cloud->d.targets >= PNRP_SSDP_TARGETS)
		return;
	if (!pnrp_cloud_scope(&m->at, &scope) || scope != cloud->scope ||
	    (m->at.family == ADDR_IPV4) != cloud->ipv4)
		return;
	if (pnrp_synchronise(cloud->core, &e, 0, now) == OK)
		cloud->d.targets++;
}

void pnrp_discover_heard(struct pnrp_clouds *c, uint32_t socket, const struct addr *from,
			 const struct addr *to, struct span bytes, struct mono now)
{
	bool port1900 = socket == PNRP_SOCKET_SSDP6 || socket == PNRP_SOCKET_SSDP4;
	struct pnrp_ssdp m;
	if (pnrp_ssdp_parse(bytes, &m))
		return;
	if (m.kind == PNRP_SSDP_SEARCH && port1900)
		search_heard(c, &m, from, to, now);
	else if (m.kind == PNRP_SSDP_ANSWER && !port1900)
		answer_heard(c, &m, to, now);
}

static void answer(struct pnrp_clouds *c, const struct pnrp_answer_due *a)
{
	char buffer[PNRP_SSDP_MAX];
	struct text t = TEXT_OF(buffer);
	pnrp_ssdp_answer(&t, span_str(a->target), &a->from);
	struct pnrp_clouds_item *i = pnrp_clouds_say(c, PNRP_CLOUDS_DATAGRAM, t.n);
	if (!i)
		return;
	memcpy(i->bytes, buffer, t.n);
	i->out.socket = a->socket;
	i->out.local = a->from;
	i->out.local.port = 0;
	i->out.remote = a->to;
}

void pnrp_answers_tick(struct pnrp_clouds *c, struct mono now)
{
	size_t kept = 0;
	for (size_t i = 0; i < c->n_answers; i++) {
		if (!mono_reached(c->answer[i].at, now))
			c->answer[kept++] = c->answer[i];
		else if (c->socket[c->answer[i].socket].bound)
			answer(c, &c->answer[i]);
	}
	c->n_answers = kept;
}

struct mono pnrp_answers_deadline(const struct pnrp_clouds *c)
{
	struct mono at = MONO_NEVER;
	for (size_t i = 0; i < c->n_answers; i++)
		at = mono_min(at, c->answer[i].at);
	return at;
}
