#include "sim/swarm_int.h"

/* The truth: all IDs in ring order; and what each node believes of its neighbours. */

#define LEAVES 5u /* a side */

/* Heap sort: no more memory, and the same order everywhere. */
static void sink(struct swarm_id *a, uint32_t at, uint32_t n)
{
	struct swarm_id moved = a[at];
	for (uint32_t child = 2 * at + 1; child < n; child = 2 * at + 1) {
		if (child + 1 < n && pnrp_id_cmp(&a[child].id, &a[child + 1].id) < 0)
			child++;
		if (pnrp_id_cmp(&moved.id, &a[child].id) >= 0)
			break;
		a[at] = a[child];
		at = child;
	}
	a[at] = moved;
}

static void sort(struct swarm_id *a, uint32_t n)
{
	for (uint32_t i = n / 2; i-- > 0;)
		sink(a, i, n);
	for (uint32_t i = n; i-- > 1;) {
		struct swarm_id last = a[i];
		a[i] = a[0];
		a[0] = last;
		sink(a, 0, i);
	}
}

static bool gather(struct swarm *s)
{
	struct pnrp_own_info own;
	struct swarm_id *ids = env_resize(s->env, s->ids, (s->n + 1) * sizeof(*ids));
	if (!ids) {
		s->err = ERR_NOMEM;
		return false;
	}
	s->ids = ids;
	s->n_ids = 0;
	for (uint32_t i = 0; i < s->n; i++)
		if (swarm_node_lives(s->nodes[i]) && swarm_own(s->nodes[i], &own))
			ids[s->n_ids++] = (struct swarm_id){ own.id, i };
	sort(ids, s->n_ids);
	return true;
}

/* How many of one side are not as they should be, too many included. */
static uint32_t wrong_side(const struct swarm *s, const struct pnrp *core, uint32_t handle,
			   uint32_t at, bool above)
{
	uint32_t most = s->n_ids - 1 < LEAVES ? s->n_ids - 1 : LEAVES, wrong = 0;
	struct pnrp_id got;
	for (uint32_t k = 1; k <= most; k++) {
		uint32_t want = above ? (at + k) % s->n_ids : (at + s->n_ids - k) % s->n_ids;
		bool there = pnrp_leaf(core, handle, above, k - 1, &got);
		wrong += !there || !pnrp_id_eq(&got, &s->ids[want].id);
	}
	return wrong + pnrp_leaf(core, handle, above, most, &got);
}

static void check_one(const struct swarm *s, uint32_t at, struct swarm_wrong *out)
{
	const struct swarm_node *n = s->nodes[s->ids[at].place];
	const struct pnrp *core = swarm_core(n);
	struct pnrp_own_info own;
	if (n->liar || !core || !swarm_own(n, &own))
		return;
	uint32_t wrong = wrong_side(s, core, own.handle, at, true) +
			 wrong_side(s, core, own.handle, at, false);
	out->seen++;
	out->nodes += wrong > 0;
	out->members += wrong;
	out->unannounced += !own.announced;
}

/* Those without an ID have no leaf set, and count as wrong. */
static uint32_t without_id(const struct swarm *s)
{
	uint32_t honest = 0, with = 0;
	for (uint32_t i = 0; i < s->n; i++)
		honest += swarm_node_lives(s->nodes[i]) && !s->nodes[i]->liar;
	for (uint32_t i = 0; i < s->n_ids; i++)
		with += !s->nodes[s->ids[i].place]->liar;
	return honest - with;
}

void swarm_check(struct swarm *s, struct swarm_wrong *out)
{
	*out = (struct swarm_wrong){ .nodes = 0 };
	if (!gather(s))
		return;
	for (uint32_t i = 0; i < s->n_ids; i++)
		check_one(s, i, out);
	out->nodes += without_id(s);
	out->unannounced += without_id(s);
}

void swarm_check_memory(struct swarm *s)
{
	uint64_t sum = 0, most = 0, n = 0;
	for (uint32_t i = 0; i < s->n; i++) {
		const struct swarm_node *node = s->nodes[i];
		if (!node->node)
			continue;
		n++;
		sum += node->memory;
		if (node->memory > most)
			most = node->memory;
	}
	swarm_ratio(s, SWARM_MEMORY_MEAN, sum, n);
	swarm_set(s, SWARM_MEMORY_MOST, (int64_t)most);
}
