/* Whether the cloud fell apart: a walk that starts at a seed must end at a neighbour
 * that we know. Digest 14. PNRP-8.9 */
#include "pnrp/pnrp_int.h"

/* A seed that is not ourselves, any one; false: none. */
static bool choose_seed(const struct pnrp *p, struct pnrp_endpoint *out)
{
	uint64_t n = 0;
	for (uint32_t i = 0; i < p->n_seeds; i++) {
		if (pnrp_is_own_endpoint(p, &p->seed[i]) || !pnrp_may_send(p, &p->seed[i]))
			continue;
		if (env_random_below(p->env, ++n) == 0)
			*out = p->seed[i];
	}
	return n > 0;
}

static struct pnrp_own *choose_own(const struct pnrp *p)
{
	struct pnrp_own *chosen = NULL;
	uint64_t n = 0;
	LIST_EACH(at, next, &p->own)
	{
		struct pnrp_own *o = LIST_ENTRY(at, struct pnrp_own, in);
		if (!o->leaving && env_random_below(p->env, ++n) == 0)
			chosen = o;
	}
	return chosen;
}

static enum err test(struct pnrp *p, const struct pnrp_own *o, struct mono now)
{
	struct pnrp_endpoint seed = { 0 };
	if (!choose_seed(p, &seed))
		return ERR_STATE;
	struct pnrp_route next = { .port = seed.port, .n = 1 };
	memcpy(next.ip[0], seed.ip, sizeof(next.ip[0]));
	const struct pnrp_walk_options w = {
		.target = pnrp_id_next(&o->id),
		.criteria = PNRP_MATCH_NONE,
		.reason = PNRP_REASON_SPLIT,
		.next = &next,
		.handle = o->handle,
	};
	return pnrp_walk_start(p, &w, now);
}

enum err pnrp_split_test(struct pnrp *p, struct mono now)
{
	const struct pnrp_own *o = choose_own(p);
	if (!o)
		return ERR_STATE;
	p->split_next = mono_add(now, p->o.times.split_most);
	return test(p, o, now);
}

/* The table of digest 14.3: in which piece we are, if in any. */
enum verdict {
	WHOLE,
	SMALLER,
	BIGGER
};

/* PNRP-8.10: on m's side of the target, which is the shorter way round, m itself or
 * another was the nearest. */
static enum verdict compare(const struct pnrp_id *m, const struct pnrp_id *target,
			    const struct pnrp_neighbours *before)
{
	struct pnrp_id up = pnrp_id_up(target, m), down = pnrp_id_up(m, target);
	bool above = pnrp_id_cmp(&up, &down) <= 0;
	if (!before->any)
		return SMALLER;
	if (pnrp_id_eq(m, above ? &before->above : &before->below))
		return WHOLE;
	bool nearer = pnrp_id_closer(m, &before->below, target) &&
		      pnrp_id_closer(m, &before->above, target);
	return nearer ? SMALLER : BIGGER;
}

/* PNRP-8.11: the other piece learns of us through the node that was found in it. */
static void join(struct pnrp *p, struct pnrp_own *o, const struct pnrp_route *m, struct mono now)
{
	struct pnrp_route self;
	if (!pnrp_own_route(p, &o->id, &self))
		return;
	const struct pnrp_walk_options w = {
		.target = pnrp_id_next(&o->id),
		.criteria = PNRP_MATCH_NONE,
		.reason = PNRP_REASON_REGISTRATION,
		.best = &self,
		.next = m,
		.handle = o->handle,
	};
	if (pnrp_walk_start(p, &w, now) != OK)
		o->due = true;
}

/* PNRP-8.11: in the smaller piece each ID is tested, once for each time a split is
 * found: their walks do not start others. */
static void test_others(struct pnrp *p, const struct pnrp_own *tested, struct mono now)
{
	LIST_EACH(at, next, &p->own)
	{
		struct pnrp_own *o = LIST_ENTRY(at, struct pnrp_own, in);
		if (o == tested || o->leaving || o->split_told)
			continue;
		o->split_told = true;
		if (test(p, o, now) != OK)
			o->split_told = false;
	}
}

void pnrp_split_ended(struct pnrp *p, uint32_t handle, const struct pnrp_route *m,
		      const struct pnrp_neighbours *before, struct mono now)
{
	struct pnrp_own *o = pnrp_own_by_handle(p, handle);
	bool follows = o && o->split_told;
	if (o)
		o->split_told = false;
	if (!o || !m || pnrp_id_eq(&m->id, &o->id))
		return;
	struct pnrp_id target = pnrp_id_next(&o->id);
	enum verdict v = compare(&m->id, &target, before);
	if (v == WHOLE)
		return;
	pnrp_tell(p, PNRP_EVENT_SPLIT)->smaller = v == SMALLER;
	join(p, o, m, now);
	if (v == SMALLER && !follows)
		test_others(p, o, now);
}
