#include "base/addr.h"
#include "pnrp/wire.h"

/* PNRP-2.9: addresses as they travel and as the rest of the program has them. */

bool pnrp_endpoint_eq(const struct pnrp_endpoint *a, const struct pnrp_endpoint *b)
{
	return a->port == b->port && memcmp(a->ip, b->ip, sizeof(a->ip)) == 0;
}

static bool is_link_local(const uint8_t ip[16])
{
	return ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80;
}

struct addr pnrp_endpoint_addr(const struct pnrp_endpoint *e, uint32_t scope)
{
	struct addr a = { .family = ADDR_IPV6, .port = e->port };
	memcpy(a.ip, e->ip, sizeof(a.ip));
	if (is_link_local(e->ip))
		a.scope = scope;
	return addr_unmapped(a);
}

struct pnrp_endpoint pnrp_endpoint_of(const struct addr *a)
{
	struct pnrp_endpoint e = { .port = a->port };
	struct addr mapped = addr_mapped(*a);
	memcpy(e.ip, mapped.ip, sizeof(e.ip));
	return e;
}

static bool has_address(const struct pnrp_route *r, const uint8_t ip[16])
{
	for (size_t i = 0; i < r->n; i++)
		if (memcmp(r->ip[i], ip, sizeof(r->ip[i])) == 0)
			return true;
	return false;
}

bool pnrp_route_has(const struct pnrp_route *r, const struct pnrp_endpoint *e)
{
	return r->port == e->port && has_address(r, e->ip);
}

static bool within(const struct pnrp_route *a, const struct pnrp_route *b)
{
	for (size_t i = 0; i < a->n; i++)
		if (!has_address(b, a->ip[i]))
			return false;
	return true;
}

/* As sets: order and repetition do not count. */
bool pnrp_route_same_addresses(const struct pnrp_route *a, const struct pnrp_route *b)
{
	return a->port == b->port && within(a, b) && within(b, a);
}
