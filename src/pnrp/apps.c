#include "pnrp/clouds_int.h"

/* The addresses of this machine that a name with automatic addresses tells (PNRP-10.3). */

enum kind {
	OF_CLOUD,  /* of the cloud itself */
	OF_FAMILY, /* wider ones of its family */
	OF_OTHER,  /* and of the other */
	KINDS,
	NEVER = KINDS
};

/* An address tells nothing to nodes that are further away than it reaches. */
static enum kind kind_of(const struct pnrp_clouds *c, const struct pnrp_cloud *cloud,
			 const struct pnrp_if_addr *a)
{
	enum pnrp_scope scope;
	if (a->deprecated || !pnrp_cloud_scope(&a->addr, &scope) ||
	    addr_is_loopback(&a->addr) != cloud->loopback || scope < cloud->scope)
		return NEVER;
	if (cloud->scope == PNRP_SCOPE_LINK && a->index != cloud->zone)
		return NEVER;
	if (pnrp_cloud_of(c, &a->addr, a->index) == cloud)
		return OF_CLOUD;
	return (a->addr.family == ADDR_IPV4) == cloud->ipv4 ? OF_FAMILY : OF_OTHER;
}

static uint8_t add_ports(const struct addr *a, const struct pnrp_app *ports, uint8_t n_ports,
			 struct pnrp_app *out, uint8_t n)
{
	struct pnrp_endpoint e = pnrp_endpoint_of(a);
	for (size_t i = 0; i < n_ports && n < PNRP_ENDPOINTS_MAX; i++) {
		out[n] = ports[i];
		memcpy(out[n++].ip, e.ip, sizeof(e.ip));
	}
	return n;
}

uint8_t pnrp_own_apps(const struct pnrp_clouds *c, const struct pnrp_cloud *cloud,
		      const struct pnrp_app *ports, uint8_t n_ports, struct pnrp_app *out)
{
	uint8_t n = 0;
	for (unsigned turn = 0; turn < 2 * KINDS; turn++) {
		bool temporary = turn & 1; /* these last */
		for (size_t i = 0; i < c->interfaces.n; i++) {
			const struct pnrp_if_addr *a = &c->interfaces.at[i];
			if (a->temporary == temporary && kind_of(c, cloud, a) == turn / 2)
				n = add_ports(&a->addr, ports, n_ports, out, n);
		}
	}
	return n;
}

static uint8_t count_of_cloud(const struct pnrp_clouds *c, const struct pnrp_cloud *cloud,
			      const struct pnrp_app *app, uint8_t n)
{
	uint8_t k = 0;
	for (size_t i = 0; i < n; i++) {
		struct pnrp_endpoint e = { .port = 0 };
		memcpy(e.ip, app[i].ip, sizeof(e.ip));
		struct addr a = pnrp_endpoint_addr(&e, cloud->zone);
		if (pnrp_cloud_of(c, &a, cloud->zone) == cloud)
			k++;
	}
	return k;
}

uint8_t pnrp_own_apps_drawn(const struct pnrp_clouds *c, const struct pnrp_cloud *cloud,
			    const struct pnrp_published *p, struct pnrp_app *out)
{
	struct pnrp_app all[PNRP_ENDPOINTS_MAX];
	uint8_t n = pnrp_own_apps(c, cloud, p->app, p->n_apps, all);
	uint8_t most = p->app_most && p->app_most < n ? p->app_most : n;
	uint8_t own = most < n ? count_of_cloud(c, cloud, all, n) : 0;
	for (uint8_t i = 0; i < most; i++)
		out[i] = all[i < own ? (p->draw + i) % own : i];
	return most;
}
