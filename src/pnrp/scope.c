/* Which addresses belong to a cloud, and which of a node's to use (digest 3.1, 10.5,
 * A58; DESIGN D7). PNRP-4.1 to 4.3 */
#include "pnrp/pnrp_int.h"

static bool begins(const uint8_t *ip, uint32_t with, unsigned bits)
{
	uint32_t head =
		(uint32_t)ip[0] << 24 | (uint32_t)ip[1] << 16 | (uint32_t)ip[2] << 8 | ip[3];
	return (head ^ with) >> (32 - bits) == 0;
}

static bool ipv4_is_private(const uint8_t *ip)
{
	return begins(ip, 0x0a000000, 8) || begins(ip, 0xac100000, 12) ||
	       begins(ip, 0xc0a80000, 16) || begins(ip, 0x64400000, 10);
}

static bool ipv4_fits(enum pnrp_scope scope, const uint8_t *ip)
{
	bool unicast = ip[0] != 0 && ip[0] != 127 && ip[0] < 224;
	bool link = begins(ip, 0xa9fe0000, 16);
	switch (scope) {
	case PNRP_SCOPE_LINK:
		return link;
	case PNRP_SCOPE_SITE:
		return ipv4_is_private(ip);
	case PNRP_SCOPE_GLOBAL:
		return unicast && !ipv4_is_private(ip) && !link;
	case PNRP_SCOPE_COUNT:
		break;
	}
	return false;
}

static bool ipv6_fits(enum pnrp_scope scope, const uint8_t *ip)
{
	bool link = begins(ip, 0xfe800000, 10);
	bool site = begins(ip, 0xfc000000, 7) || begins(ip, 0xfec00000, 10);
	switch (scope) {
	case PNRP_SCOPE_LINK:
		return link;
	case PNRP_SCOPE_SITE:
		return site;
	case PNRP_SCOPE_GLOBAL:
		return !link && !site && ip[0] != 0 && ip[0] != 0xff;
	case PNRP_SCOPE_COUNT:
		break;
	}
	return false;
}

bool pnrp_ip_fits(const struct pnrp *p, const uint8_t ip[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct pnrp_endpoint e = { .port = 0 };
	bool v4 = memcmp(ip, mapped, sizeof(mapped)) == 0;
	memcpy(e.ip, ip, 16);
	struct addr a = pnrp_endpoint_addr(&e, 0);
	if (v4 != p->o.ipv4)
		return false;
	if (p->o.loopback)
		return addr_is_loopback(&a);
	return v4 ? ipv4_fits(p->o.scope, ip + 12) : ipv6_fits(p->o.scope, ip);
}

bool pnrp_is_own_endpoint(const struct pnrp *p, const struct pnrp_endpoint *e)
{
	for (uint32_t i = 0; i < p->n_local; i++)
		if (pnrp_endpoint_eq(&p->local[i], e))
			return true;
	return false;
}

bool pnrp_may_send(const struct pnrp *p, const struct pnrp_endpoint *e)
{
	return p->n_local && e->port > PNRP_PORT_FLOOR && pnrp_ip_fits(p, e->ip);
}

static unsigned common_bits(const uint8_t *a, const uint8_t *b)
{
	unsigned n = 0;
	while (n < 128 && !(((unsigned)a[n / 8] ^ b[n / 8]) & (0x80u >> n % 8)))
		n++;
	return n;
}

static unsigned nearness(const struct pnrp *p, const uint8_t ip[16])
{
	unsigned best = 0;
	for (uint32_t i = 0; i < p->n_local; i++) {
		unsigned n = common_bits(p->local[i].ip, ip);
		best = n > best ? n : best;
	}
	return best;
}

/* PNRP-4.3: the one that is most like one of ours, then the others in turn. */
bool pnrp_choose(const struct pnrp *p, const struct pnrp_route *r, uint32_t nth,
		 struct pnrp_endpoint *out)
{
	struct pnrp_endpoint fit[PNRP_ADDRESSES_MAX];
	uint32_t n = 0, best = 0;
	for (uint8_t i = 0; i < r->n; i++) {
		fit[n].port = r->port;
		memcpy(fit[n].ip, r->ip[i], 16);
		if (!pnrp_may_send(p, &fit[n]) || pnrp_is_own_endpoint(p, &fit[n]))
			continue;
		if (nearness(p, fit[n].ip) > nearness(p, fit[best].ip))
			best = n;
		n++;
	}
	if (n)
		*out = fit[(best + nth % n) % n];
	return n > 0;
}
