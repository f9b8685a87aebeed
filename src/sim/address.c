#include "sim/world_int.h"

/* The addresses of a machine, which a story may change, and the names that the DNS of
 * its world knows. The number of an interface is that of the segment behind it: SIM-9.2. */

#define DNS_DELAY_MAX (20 * MONO_MS)

void address_init(struct machine *m)
{
	const struct scn_site *spec = m->site.spec;
	for (size_t i = 0; i < spec->n_addrs; i++)
		m->addrs[m->n_addrs++] =
			(struct machine_addr){ spec->addrs[i], spec->interfaces[i] };
}

bool address_is_link_local(const struct addr *a)
{
	if (a->family == ADDR_IPV4)
		return a->ip[0] == 169 && a->ip[1] == 254;
	return a->family == ADDR_IPV6 && a->ip[0] == 0xfe && (a->ip[1] & 0xc0) == 0x80;
}

static struct pnrp_if_addr told(const struct machine_addr *a)
{
	struct pnrp_if_addr t = { .index = a->interface,
				  .addr = a->addr,
				  .plen = a->addr.family == ADDR_IPV4 ? 24 : 64,
				  .multicast = true };
	struct text name = TEXT_OF(t.name);
	text_str(&name, "lan");
	text_u64(&name, a->interface);
	return t;
}

void address_tell(struct machine *m)
{
	struct pnrp_if_addr at[SCN_ADDRS_MAX];
	for (size_t i = 0; i < m->n_addrs; i++)
		at[i] = told(&m->addrs[i]);
	feed(m, &(struct node_in){ .kind = NODE_IN_INTERFACES, .interfaces = { at, m->n_addrs } });
}

void address_add(struct machine *m, const struct addr *a, uint32_t interface)
{
	if (m->n_addrs == SCN_ADDRS_MAX || address_find(m, a))
		return;
	m->addrs[m->n_addrs++] = (struct machine_addr){ *a, interface };
	site_here(m->site.w, &m->site, a);
}

void address_remove(struct machine *m, const struct addr *a)
{
	size_t kept = 0;
	for (size_t i = 0; i < m->n_addrs; i++)
		if (!addr_same_host(&m->addrs[i].addr, a))
			m->addrs[kept++] = m->addrs[i];
	if (kept < m->n_addrs)
		site_gone(m->site.w, a);
	m->n_addrs = kept;
}

const struct machine_addr *address_find(const struct machine *m, const struct addr *a)
{
	for (size_t i = 0; i < m->n_addrs; i++)
		if (addr_same_host(&m->addrs[i].addr, a))
			return &m->addrs[i];
	return NULL;
}

/* Of the same reach; for a group and on a link, of its interface. */
static bool suits(const struct machine_addr *own, const struct addr *to)
{
	if (own->addr.family != to->family)
		return false;
	if (addr_is_multicast(to))
		return own->interface == to->scope;
	if (address_is_link_local(to) != address_is_link_local(&own->addr))
		return false;
	return !to->scope || own->interface == to->scope;
}

const struct machine_addr *address_towards(const struct machine *m, const struct addr *to)
{
	for (size_t i = 0; i < m->n_addrs; i++)
		if (suits(&m->addrs[i], to))
			return &m->addrs[i];
	return NULL;
}

static const struct scn_host *find_host(const struct scenario *s, struct span name)
{
	for (size_t i = 0; i < s->n_hosts; i++)
		if (span_eq(s->hosts[i].name, name))
			return &s->hosts[i];
	return NULL;
}

void address_look_up(struct machine *m, const struct node_out *out)
{
	struct world *w = m->site.w;
	const struct scn_host *h = find_host(w->s, out->bytes);
	struct node_in in = { .kind = NODE_IN_HOST, .number = out->number, .err = ERR_NOT_FOUND };
	if (h) {
		in.err = OK;
		in.hosts = (struct node_hosts){ h->addrs, h->n_addrs };
	}
	feed_later(m, &in, rng_between(&w->datagrams.rng, 0, DNS_DELAY_MAX));
}
