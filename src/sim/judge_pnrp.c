#include "sim/world_int.h"

/* Whether a condition about names and clouds holds. */

static bool is_at(const struct pnrp_app *app, const struct addr *want)
{
	struct pnrp_endpoint e = pnrp_endpoint_of(want);
	return memcmp(app->ip, e.ip, sizeof(e.ip)) == 0 && (!want->port || app->port == want->port);
}

static const struct pnrp_clouds *clouds_of(struct world *w, uint32_t site)
{
	const struct machine *m = machine_of(w->sites[site]);
	return m->node ? node_pnrp(m->node) : NULL;
}

void judge_secure(struct world *w, uint32_t owner, struct pnrp_name *name)
{
	const struct pnrp_clouds *all = clouds_of(w, owner);
	name->secure = all && pnrp_clouds_authority(all, name->authority) == OK;
}

static bool is_name(struct world *w, const struct scn_condition *c, const struct pnrp_name *got)
{
	struct pnrp_name want = *c->pnrp;
	if (c->b != SCN_NO_SITE)
		judge_secure(w, c->b, &want);
	return pnrp_name_eq(&want, got);
}

bool judge_found(struct world *w, const struct scn_condition *c, const struct pnrp_result *r)
{
	if (!is_name(w, c, &r->name))
		return false;
	for (size_t i = 0; i < r->n_apps; i++)
		if (is_at(&r->app[i], &c->addr))
			return true;
	return c->addr.family == ADDR_NONE;
}

bool judge_cloud(struct world *w, const struct scn_condition *c)
{
	const struct pnrp_clouds *all = clouds_of(w, c->a);
	struct pnrp_cloud_info info;
	for (size_t at = 0; all && pnrp_clouds_info(all, &at, &info);)
		if (info.scope == c->scope && info.ipv4 == c->ipv4 &&
		    (uint32_t)info.of.state == c->what)
			return true;
	return false;
}

int64_t judge_entries(struct world *w, const struct scn_condition *c)
{
	const struct pnrp_clouds *all = clouds_of(w, c->a);
	struct pnrp_cloud_info info;
	int64_t n = 0;
	for (size_t at = 0; all && pnrp_clouds_info(all, &at, &info);)
		if (info.scope == c->scope && info.ipv4 == c->ipv4)
			n += info.of.entries;
	return n;
}

bool judge_announced(struct world *w, const struct scn_condition *c)
{
	const struct pnrp_clouds *all = clouds_of(w, c->a);
	struct pnrp_published_info info;
	for (size_t at = 0; all && pnrp_clouds_published(all, &at, &info);)
		if (is_name(w, c, &info.name))
			return info.announced > 0;
	return false;
}
