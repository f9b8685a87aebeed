/* FLOODs that come in, and what becomes of ours (digest 11.6). PNRP-6.10 to 6.14 */
#include "pnrp/flood_int.h"

/* PNRP-6.10 */
static void acknowledge(struct pnrp *p, const struct pnrp_message *m,
			const struct pnrp_endpoint *from, const struct addr *to)
{
	const struct pnrp_id *id = &m->flood.validate;
	struct pnrp_message a = { .type = PNRP_ACK, .ack = { .acked = m->id } };
	if (m->flood.flags & PNRP_FLOOD_SILENT)
		return;
	if (!pnrp_id_is_zero(id) && !pnrp_own_find(p, id))
		a.ack.flags = PNRP_ACK_NOT;
	pnrp_say(p, &a, from, to);
}

/* PNRP-6.12: an unsecured name is anybody's to revoke: unless its own node says so, it
 * is asked first. What is not known is not even verified. */
static void revoked(struct pnrp *p, const struct pnrp_message *m, const struct pnrp_endpoint *from,
		    struct mono now)
{
	const struct pnrp_flood *f = &m->flood;
	struct pnrp_cpa cpa;
	struct pnrp_id id;
	struct pnrp_route r;
	if (pnrp_cpa_decode(p->profile, f->revoke, &cpa) != OK) {
		p->counters.malformed++;
		return;
	}
	id = pnrp_cpa_id(p->crypto, p->profile, &cpa);
	const struct pnrp_entry *e = pnrp_cache_find(p->cache, &id);
	if (!e || !pnrp_guard_allows(p, PNRP_COST_INQUIRY, from, now))
		return;
	enum pnrp_verdict v = pnrp_judge_revoke(p->crypto, p->profile, f->revoke,
						pnrp_wall_now(p, now), &cpa, &id);
	pnrp_note_verdict(p, v, now);
	if (v != PNRP_VERDICT_GOOD)
		return;
	pnrp_entry_route(e, &r);
	if (cpa.has_authority || pnrp_route_has(&r, from))
		pnrp_flood_revoke(p, &id, f->revoke, &f->flooded, now);
	else
		pnrp_add_confirm(p, &r, f->revoke, &f->flooded, now);
}

void pnrp_flood_in(struct pnrp *p, const struct pnrp_message *m, const struct pnrp_endpoint *from,
		   const struct addr *to, struct mono now)
{
	const struct pnrp_flood *f = &m->flood;
	acknowledge(p, m, from, to);
	if (f->has_route) {
		struct pnrp_origin origin = {
			.from = *from,
			.flooded = &f->flooded,
			.over_loopback = p->o.loopback,
		};
		if (pnrp_own_find(p, &f->validate))
			origin.addressed = f->validate;
		pnrp_add(p, &f->route, &origin, now);
	}
	if (f->revoke.n)
		revoked(p, m, from, now);
}

static void told(struct pnrp *p, const struct pnrp_pending *w)
{
	struct pnrp_own *o = w->owner;
	if (w->kind == PNRP_WAIT_GOODBYE && o && --o->goodbyes == 0)
		pnrp_goodbye_ended(p, o);
}

/* PNRP-6.13 */
void pnrp_flood_ack(struct pnrp *p, struct pnrp_pending *w, const struct pnrp_ack *a,
		    struct mono now)
{
	struct pnrp_entry *e = pnrp_cache_find(p->cache, &w->validate);
	if (a->flags & PNRP_ACK_NOT)
		pnrp_cache_disown(p->cache, &w->validate, &w->to);
	else if (e)
		e->answered = now;
	told(p, w);
}

/* PNRP-6.14 */
void pnrp_flood_failed(struct pnrp *p, struct pnrp_pending *w, struct mono now)
{
	(void)now;
	pnrp_cache_disown(p->cache, &w->validate, &w->to);
	told(p, w);
}
