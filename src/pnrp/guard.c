/* What one source may cost us: a bucket a kind of cost for each source that has cost
 * anything lately, and one for all sources together. PNRP-11.1 to 11.4 */
#include "pnrp/pnrp_int.h"

#define SOURCES_MAX 256
#define BURST	    (2 * MONO_SEC) /* so much of a second's rate at once */

struct source {
	struct list in; /* guard.sources, the longest unseen first */
	struct mono used_up[PNRP_COST_COUNT];
	uint8_t n;
	uint8_t key[PNRP_SOURCE_KEY];
};

struct pnrp_guard {
	struct map by_key;
	struct list sources;
	struct mono answers, inquiries; /* of all sources */
};

enum err pnrp_guard_new(struct pnrp *p)
{
	struct pnrp_guard *g = env_zalloc(p->env, 1, sizeof(*g));
	if (!g)
		return ERR_NOMEM;
	map_init(&g->by_key, p->env);
	list_init(&g->sources);
	p->guard = g;
	return OK;
}

static void forget(struct pnrp *p, struct source *s)
{
	list_take(&s->in);
	map_take(&p->guard->by_key, span_of(s->key, s->n));
	env_free(p->env, s);
}

void pnrp_guard_free(struct pnrp *p)
{
	struct pnrp_guard *g = p->guard;
	if (!g)
		return;
	LIST_EACH(at, next, &g->sources)
	forget(p, LIST_ENTRY(at, struct source, in));
	map_free(&g->by_key);
	env_free(p->env, g);
	p->guard = NULL;
}

/* Correction 8: near by, many nodes may share an address; far away one machine has as
 * many addresses as it likes. */
uint8_t pnrp_source_key(const struct pnrp *p, const struct pnrp_endpoint *from,
			uint8_t key[PNRP_SOURCE_KEY])
{
	memcpy(key, from->ip, 16);
	if (p->o.scope == PNRP_SCOPE_LINK || p->o.loopback) {
		key[16] = (uint8_t)(from->port >> 8);
		key[17] = (uint8_t)from->port;
		return 18;
	}
	return p->o.ipv4 ? 16 : 8;
}

static bool has_recovered(const struct source *s, struct mono now)
{
	for (int i = 0; i < PNRP_COST_COUNT; i++)
		if (!mono_reached(s->used_up[i], now))
			return false;
	return true;
}

/* One that has recovered is as good as one never seen. A few at a time, so that a quiet
 * node remembers few. */
static void forget_some(struct pnrp *p, struct mono now)
{
	struct pnrp_guard *g = p->guard;
	for (int i = 0; i < 4 && !list_empty(&g->sources); i++) {
		struct source *oldest = LIST_ENTRY(g->sources.next, struct source, in);
		if (!has_recovered(oldest, now))
			return;
		forget(p, oldest);
	}
}

/* PNRP-11.2: the one that has cost nothing for longest makes room. */
static struct source *source_of(struct pnrp *p, const struct pnrp_endpoint *from, struct mono now)
{
	struct pnrp_guard *g = p->guard;
	uint8_t key[PNRP_SOURCE_KEY];
	uint8_t n = pnrp_source_key(p, from, key);
	struct source *s = map_get(&g->by_key, span_of(key, n));
	if (s)
		return s;
	forget_some(p, now);
	if (g->by_key.count >= SOURCES_MAX)
		forget(p, LIST_ENTRY(g->sources.next, struct source, in));
	s = env_zalloc(p->env, 1, sizeof(*s));
	if (!s)
		return NULL;
	memcpy(s->key, key, n);
	s->n = n;
	if (map_put(&g->by_key, span_of(s->key, s->n), s) != OK) {
		env_free(p->env, s);
		return NULL;
	}
	list_push_back(&g->sources, &s->in);
	return s;
}

static uint32_t rate(const struct pnrp *p, enum pnrp_cost cost)
{
	switch (cost) {
	case PNRP_COST_SIGNED:
		return p->o.limits.signed_source;
	case PNRP_COST_PAYLOAD:
		return p->o.limits.payload_source;
	case PNRP_COST_SOLICIT:
		return p->o.limits.solicits_source;
	case PNRP_COST_INQUIRY:
		return p->o.limits.inquiries_source;
	case PNRP_COST_COUNT:
		break;
	}
	return 0;
}

struct shared {
	struct mono *used_up; /* NULL: each source has its own alone */
	uint32_t a_second;
};

static struct shared shared(struct pnrp *p, enum pnrp_cost cost)
{
	switch (cost) {
	case PNRP_COST_SIGNED:
	case PNRP_COST_PAYLOAD:
		return (struct shared){ &p->guard->answers, p->o.limits.signed_all };
	case PNRP_COST_INQUIRY:
		return (struct shared){ &p->guard->inquiries, p->o.limits.inquiries_all };
	case PNRP_COST_SOLICIT:
	case PNRP_COST_COUNT:
		break;
	}
	return (struct shared){ NULL, 1 };
}

static bool has(struct mono used_up, struct mono now, int64_t burst)
{
	return mono_since(used_up, now) < burst;
}

static struct mono take(struct mono used_up, struct mono now, uint32_t a_second)
{
	return mono_add(used_up.us > now.us ? used_up : now, MONO_SEC / (int64_t)a_second);
}

static bool spends(struct pnrp *p, enum pnrp_cost cost, const struct pnrp_endpoint *from,
		   struct mono now)
{
	struct pnrp_guard *g = p->guard;
	uint32_t a_second = rate(p, cost);
	struct shared all = shared(p, cost);
	struct source *s = a_second && all.a_second ? source_of(p, from, now) : NULL;
	/* A source that may have one a second has no burst. */
	int64_t burst = a_second > 1 ? BURST - MONO_SEC / (int64_t)a_second + 1 : 1;
	if (!s || !has(s->used_up[cost], now, burst) ||
	    (all.used_up && !has(*all.used_up, now, BURST)))
		return false;
	s->used_up[cost] = take(s->used_up[cost], now, a_second);
	if (all.used_up)
		*all.used_up = take(*all.used_up, now, all.a_second);
	list_take(&s->in);
	list_push_back(&g->sources, &s->in);
	return true;
}

bool pnrp_guard_allows(struct pnrp *p, enum pnrp_cost cost, const struct pnrp_endpoint *from,
		       struct mono now)
{
	if (spends(p, cost, from, now))
		return true;
	p->counters.limited++;
	if (!mono_reached(p->limited_told, now))
		return false;
	p->limited_told = mono_add(now, MONO_MIN);
	pnrp_tell(p, PNRP_EVENT_LIMITED)->node = *from;
	return false;
}

size_t pnrp_guard_memory(const struct pnrp *p)
{
	const struct map *m = &p->guard->by_key;
	return sizeof(*p->guard) + m->count * (sizeof(struct source)) + m->capacity * 24;
}
