/* MASC-18.5: what we ask a parent for when its ranges have no room. It is cached
 * as ours, so that a dump tells it to a parent's node that comes up later. */
#include "masc/plan_int.h"

static struct wire_claim hint_of(const struct plan_run *r, const struct space *sp)
{
	const struct masc *m = r->m;
	uint32_t wait = (uint32_t)(m->rules.waiting_period / MONO_SEC);
	return (struct wire_claim){
		.type = WIRE_NEW_CLAIM,
		.family = (uint8_t)sp->family,
		.role = MASC_INTERNAL_PEER,
		.timestamp = (uint32_t)(r->wall / MONO_SEC),
		.lifetime = wait,
		.hold_time = wait,
		.domain = m->config.domain,
		.node = m->config.node,
		.prefix_length = sp->hint_wanted,
	};
}

/* At once when more is wanted than was asked for; else after another W. */
static bool is_due(struct plan_run *r, const struct space *sp)
{
	struct mono again = mono_add(sp->hint_at, r->m->rules.waiting_period);
	if (sp->hint_length == 0 || sp->hint_wanted < sp->hint_length)
		return true;
	if (mono_reached(again, r->now))
		return true;
	run_again(r, again);
	return false;
}

static void send(struct plan_run *r, struct space *sp)
{
	struct wire_claim c = hint_of(r, sp);
	sp->hint_length = sp->hint_wanted;
	sp->hint_at = r->now;
	run_again(r, mono_add(r->now, r->m->rules.waiting_period));
	/* A full table keeps it from those who come up later, until the next one. */
	enum err kept = cache_put(sp, &c, NULL, true, r->now);
	(void)kept;
	spread(sp, &c, TO_PARENT | TO_INTERNAL, NULL, 0, r->now);
}

void hints_send(struct plan_run *r)
{
	bool clock = guard_clock(r->m, r->now) == MASC_REASON_NONE;
	LIST_EACH(at, next, &r->m->spaces)
	{
		struct space *sp = LIST_ENTRY(at, struct space, at);
		if (!sp->hint_wanted)
			sp->hint_length = 0;
		else if (clock && is_due(r, sp))
			send(r, sp);
	}
}
