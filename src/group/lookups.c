/* The look-up names of a group (GROUP-15.9). */
#include "group/lookups.h"
#include "group/group_int.h"

/* One block: the rows, then their octets. */
struct group_lookups {
	size_t n;
	struct group_lookup row[];
};

static bool fits(const struct group_lookup *l)
{
	return l->name.n && l->name.n <= GROUP_LOOKUP_NAME && l->payload.n &&
	       l->payload.n <= GROUP_LOOKUP_PAYLOAD;
}

static bool same(const struct group_lookups *have, const struct group_lookup *l, size_t n)
{
	if ((have ? have->n : 0) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!span_eq(have->row[i].name, l[i].name) ||
		    !span_eq(have->row[i].payload, l[i].payload))
			return false;
	return true;
}

static struct span keep(uint8_t **at, struct span from)
{
	struct span kept = span_of(*at, from.n);
	memcpy(*at, from.p, from.n);
	*at += from.n;
	return kept;
}

static struct group_lookups *copy(const struct group *g, const struct group_lookup *l, size_t n)
{
	size_t size = sizeof(struct group_lookups) + n * sizeof(*l);
	for (size_t i = 0; i < n; i++)
		size += l[i].name.n + l[i].payload.n;
	struct group_lookups *x = env_zalloc(g->env, 1, size);
	if (!x)
		return NULL;
	uint8_t *at = (uint8_t *)&x->row[n];
	x->n = n;
	for (size_t i = 0; i < n; i++) {
		x->row[i].name = keep(&at, l[i].name);
		x->row[i].payload = keep(&at, l[i].payload);
	}
	return x;
}

enum err group_lookups_are(struct group *g, const struct group_lookup *l, size_t n)
{
	if (n > GROUP_LOOKUPS_MAX)
		return ERR_FULL;
	for (size_t i = 0; i < n; i++)
		if (!fits(&l[i]))
			return ERR_RANGE;
	if (same(g->lookups, l, n))
		return OK;
	struct group_lookups *x = n ? copy(g, l, n) : NULL;
	if ((n && !x) || !group_want(g, GROUP_OUT_NAMES, span_of(NULL, 0))) {
		env_free(g->env, x);
		return ERR_NOMEM;
	}
	group_lookups_free(g);
	g->lookups = x;
	return OK;
}

bool group_lookup_next(const struct group *g, size_t *at, struct group_lookup *out)
{
	if (!g->lookups || *at >= g->lookups->n)
		return false;
	*out = g->lookups->row[(*at)++];
	return true;
}

void group_lookups_free(struct group *g)
{
	env_free(g->env, g->lookups);
	g->lookups = NULL;
}
