/* MASC-10.1, MASC-10.2: spaces, and which one a claim is about. */
#include "masc/own_int.h"

/* What tells a space from others. */
struct key {
	enum masc_family family;
	struct masc_id parent;
	const struct masc_scope_config *scope;
	bool below;
};

static bool is_space(const struct space *sp, const struct key *k)
{
	if (sp->family != k->family || sp->below != k->below || !sp->scope != !k->scope)
		return false;
	if (k->scope)
		return span_eq(span_str(sp->scope->name), span_str(k->scope->name));
	return masc_id_eq(&sp->parent, &k->parent);
}

static struct space *find(const struct list *spaces, const struct key *k)
{
	LIST_EACH(at, next, spaces)
	{
		struct space *sp = LIST_ENTRY(at, struct space, at);
		if (is_space(sp, k))
			return sp;
	}
	return NULL;
}

struct space *space_below(struct masc *m, enum masc_family f)
{
	return find(&m->spaces, &(struct key){ .family = f, .below = true });
}

struct space *space_parent(struct masc *m, enum masc_family f, const struct masc_id *parent)
{
	if (masc_id_is_zero(parent))
		return NULL;
	return find(&m->spaces, &(struct key){ .family = f, .parent = *parent });
}

/* -- which there are -- */

static bool has_family(const struct masc_config *c, enum masc_family f)
{
	for (size_t i = 0; i < c->n_peers; i++)
		if (c->peers[i].family + 1 == f)
			return true;
	for (size_t i = 0; i < c->n_scopes; i++)
		if (c->scopes[i].root && c->scopes[i].range.family == f)
			return true;
	return false;
}

/* A parent may be one for one family only. `leaving`: all its nodes say so. */
static bool has_parent(const struct masc_config *c, const struct key *k, bool *leaving)
{
	bool found = false;
	*leaving = false;
	for (size_t i = 0; i < c->n_peers; i++) {
		const struct masc_peer_config *p = &c->peers[i];
		const struct masc_id *parent = masc_peer_parent(p);
		if (!parent || p->family + 1 != k->family || !masc_id_eq(parent, &k->parent))
			continue;
		found = true;
		*leaving = *leaving || (p->role == MASC_CHILD && p->leaving);
	}
	return found;
}

/* Steps through the spaces of a configuration in their order. */
struct wanted {
	const struct masc_config *c;
	struct key k;
	size_t scope;
	bool leaving;
};

static struct wanted wanted_of(const struct masc_config *c)
{
	return (struct wanted){ .c = c, .k = { .family = MASC_IPV4 } };
}

static bool next_parent(struct wanted *w)
{
	while (masc_config_parent_after(w->c, &w->k.parent, &w->k.parent))
		if (has_parent(w->c, &w->k, &w->leaving))
			return true;
	w->k.parent = (struct masc_id){ { 0 } };
	w->leaving = false;
	return false;
}

static bool next_root(struct wanted *w)
{
	for (; w->scope < w->c->n_scopes; w->scope++) {
		const struct masc_scope_config *s = &w->c->scopes[w->scope];
		if (!s->root || s->range.family != w->k.family)
			continue;
		w->k.scope = s;
		w->scope++;
		return true;
	}
	w->k.scope = NULL;
	return false;
}

static bool next_of_family(struct wanted *w)
{
	if (w->k.below || !has_family(w->c, w->k.family))
		return false;
	if (!w->k.scope && w->scope == 0 && next_parent(w))
		return true;
	if (next_root(w))
		return true;
	w->k.below = true;
	return true;
}

static bool wanted_next(struct wanted *w)
{
	if (!masc_config_active(w->c))
		return false;
	if (next_of_family(w))
		return true;
	if (w->k.family == MASC_IPV6)
		return false;
	*w = (struct wanted){ .c = w->c, .k = { .family = MASC_IPV6 } };
	return next_of_family(w);
}

static void space_free(struct space *sp)
{
	const struct env *env = sp->m->env;
	sp->m->cuts -= (uint32_t)sp->n_cuts;
	list_take(&sp->at);
	pages_free(sp);
	table_free(sp->table);
	env_free(env, sp->given.refs);
	env_free(env, sp->held.refs);
	env_free(env, sp);
}

static void free_all(struct list *spaces)
{
	LIST_EACH(at, next, spaces)
	space_free(LIST_ENTRY(at, struct space, at));
}

static enum err space_new(struct masc *m, const struct wanted *w, struct list *to)
{
	struct space *sp = env_zalloc(m->env, 1, sizeof(*sp));
	if (!sp)
		return ERR_NOMEM;
	sp->m = m;
	sp->family = w->k.family;
	sp->parent = w->k.parent;
	sp->scope = w->k.scope;
	sp->below = w->k.below;
	list_init(&sp->at);
	enum err e = table_new(&sp->table, m->env, sp->family, (size_t)w->c->claims_most);
	if (e != OK) {
		env_free(m->env, sp);
		return e;
	}
	list_push_back(to, &sp->at);
	return OK;
}

/* -- parents of our domain that only other nodes of it are configured with -- */

#define LEARNED_MAX 16

static size_t learned(const struct masc *m)
{
	size_t n = 0;
	LIST_EACH(at, next, &m->spaces)
	n += LIST_ENTRY(at, struct space, at)->learned;
	return n;
}

/* The place of a parent's space: by family, then before higher Domain IDs, scopes
 * and what is below. */
static struct list *place_of(struct list *spaces, const struct space *new)
{
	LIST_EACH(at, next, spaces)
	{
		const struct space *sp = LIST_ENTRY(at, struct space, at);
		if (sp->family > new->family)
			return at;
		if (sp->family == new->family &&
		    (sp->scope || sp->below || masc_id_cmp(&sp->parent, &new->parent) > 0))
			return at;
	}
	return spaces;
}

static struct space *learn(struct masc *m, enum masc_family f, const struct masc_id *parent)
{
	struct wanted w = { .c = &m->config, .k = { .family = f, .parent = *parent } };
	struct list made;
	struct space *known = space_parent(m, f, parent);
	if (known || m->top_level || masc_id_is_zero(parent) || learned(m) == LEARNED_MAX)
		return known;
	list_init(&made);
	if (space_new(m, &w, &made) != OK)
		return NULL;
	struct space *sp = LIST_ENTRY(made.next, struct space, at);
	sp->learned = true;
	sp->leaving = masc_id_eq(parent, &m->config.domain);
	list_take(&sp->at);
	list_push_back(place_of(&m->spaces, sp), &sp->at);
	return sp;
}

struct space *space_learn(struct masc *m, enum masc_family f, const struct masc_id *parent)
{
	return masc_id_eq(parent, &m->config.domain) ? NULL : learn(m, f, parent);
}

/* Under our own Domain ID, as an OPEN names it (MASC-1.4). */
struct space *space_unplaced(struct masc *m, enum masc_family f)
{
	return learn(m, f, &m->config.domain);
}

static bool has_colleague(const struct masc_config *c, enum masc_family f)
{
	for (size_t i = 0; i < c->n_peers; i++)
		if (c->peers[i].role == MASC_INTERNAL_PEER && c->peers[i].family + 1 == f)
			return true;
	return false;
}

struct space *space_learn_again(struct masc *m, enum masc_family f, const struct masc_id *parent)
{
	if (!has_colleague(&m->config, f) || space_parent(m, f, parent))
		return NULL;
	return learn(m, f, parent);
}

/* Those that were learned and may still be told of go on. */
static void keep_learned(struct masc *m, const struct masc_config *c, struct list *all)
{
	bool low = !masc_config_top_level(c);
	LIST_EACH(at, next, &m->spaces)
	{
		struct space *sp = LIST_ENTRY(at, struct space, at);
		if (!sp->learned || !low || !has_colleague(c, sp->family))
			continue;
		list_take(&sp->at);
		list_push_back(place_of(all, sp), &sp->at);
	}
}

static enum err make_missing(struct masc *m, const struct masc_config *c, struct list *made)
{
	struct wanted w = wanted_of(c);
	while (wanted_next(&w)) {
		enum err e = find(&m->spaces, &w.k) ? OK : space_new(m, &w, made);
		if (e != OK)
			return e;
	}
	return OK;
}

enum err spaces_reconfigure(struct masc *m, const struct masc_config *c)
{
	struct list made, all;
	list_init(&made);
	list_init(&all);
	enum err e = make_missing(m, c, &made);
	if (e != OK) {
		free_all(&made);
		return e;
	}
	struct wanted w = wanted_of(c);
	while (wanted_next(&w)) {
		struct space *sp = find(&m->spaces, &w.k);
		if (!sp)
			sp = find(&made, &w.k);
		sp->scope = w.k.scope;
		sp->learned = false;
		sp->leaving = w.leaving;
		table_set_most(sp->table, (size_t)c->claims_most);
		list_take(&sp->at);
		list_push_back(&all, &sp->at);
	}
	keep_learned(m, c, &all);
	free_all(&m->spaces);
	LIST_EACH(at, next, &all)
	{
		list_take(at);
		list_push_back(&m->spaces, at);
	}
	return OK;
}

void spaces_free(struct masc *m)
{
	free_all(&m->spaces);
}

/* -- which one -- */

static struct space *first_parent(struct masc *m, enum masc_family f)
{
	LIST_EACH(at, next, &m->spaces)
	{
		struct space *sp = LIST_ENTRY(at, struct space, at);
		if (sp->family == f && !sp->below && !sp->scope &&
		    !masc_id_eq(&sp->parent, &m->config.domain))
			return sp;
	}
	return NULL;
}

static struct space *root_of(struct masc *m, const struct masc_prefix *p)
{
	LIST_EACH(at, next, &m->spaces)
	{
		struct space *sp = LIST_ENTRY(at, struct space, at);
		if (sp->scope && masc_prefix_covers(&sp->scope->range, p))
			return sp;
	}
	return NULL;
}

static struct space *covering_parent(struct masc *m, const struct masc_prefix *p)
{
	LIST_EACH(at, next, &m->spaces)
	{
		struct space *sp = LIST_ENTRY(at, struct space, at);
		if (sp->family == p->family && !sp->below && !sp->scope &&
		    space_covers(sp, p, NULL))
			return sp;
	}
	return NULL;
}

struct space *space_holding(struct masc *m, const struct masc_prefix *p)
{
	struct wire_claim c;
	LIST_EACH(at, next, &m->spaces)
	{
		struct space *sp = LIST_ENTRY(at, struct space, at);
		for (size_t i = 0; sp->family == p->family && i < sp->held.n; i++) {
			struct masc_prefix held;
			if (!table_get(sp->table, sp->held.refs[i], &c))
				continue;
			held = table_prefix_of(&c);
			if (masc_prefix_overlaps(&held, p))
				return sp;
		}
	}
	return NULL;
}

struct space *space_of(struct masc *m, const struct peer *from, enum masc_role updated,
		       const struct masc_prefix *p)
{
	const struct masc_peer_config *c = from->config;
	bool child = c->role == MASC_CHILD, sibling = c->role == MASC_SIBLING;
	if (updated == MASC_CHILD)
		return space_below(m, p->family);
	struct space *root = root_of(m, p);
	if (root)
		return root;
	if (child || sibling)
		return space_parent(m, p->family, child ? &c->domain : &c->parent_domain);
	return masc_prefix_is_zero(p) ? first_parent(m, p->family) : covering_parent(m, p);
}

/* What stays unplaced is of another parent. */
static void settle_in(struct space *sp, struct space *from, uint32_t r, struct mono now)
{
	struct masc *m = sp->m;
	struct wire_claim c;
	struct table_mark mark = table_mark_of(from->table, r);
	/* What nobody of this run has told stays stale. */
	struct peer *p = sync_stale(m, &mark) ? NULL : sync_peer_of(m, &mark);
	if (!table_get(from->table, r, &c))
		return;
	struct masc_prefix prefix = table_prefix_of(&c);
	if (!space_covers(sp, &prefix, NULL))
		return;
	enum err e = cache_put(sp, &c, p, false, now);
	if (e == OK && p)
		spread(sp, &c, TO_PARENT | TO_SIBLINGS, p, 0, now);
	if (e == OK || e == ERR_EXISTS)
		cache_remove(from, r, now);
}

void space_settle_in(struct space *sp, struct mono now)
{
	struct space *from = space_parent(sp->m, sp->family, &sp->m->config.domain);
	for (uint32_t r = 0; from && from != sp && (r = table_each(from->table, r));)
		settle_in(sp, from, r, now);
}

/* -- ranges -- */

static uint32_t later(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* When what is said ends, wall s. */
static uint32_t said_end(const struct wire_claim *c)
{
	uint64_t end = (uint64_t)c->timestamp + c->lifetime;
	return end < UINT32_MAX ? (uint32_t)end : UINT32_MAX;
}

static bool parent_covers(const struct space *sp, const struct masc_prefix *p, uint32_t *end)
{
	struct table_walk w;
	struct wire_claim c;
	bool found = false;
	if (!sp->given.n)
		return false;
	table_covers(sp->table, p, &w);
	for (uint32_t r; (r = table_covers_next(&w));) {
		if (!table_get(sp->table, r, &c) || c.type != WIRE_PREFIX_MANAGED ||
		    c.role != MASC_PARENT)
			continue;
		if (!end)
			return true;
		*end = found ? later(*end, said_end(&c)) : said_end(&c);
		found = true;
	}
	return found;
}

bool space_covers(const struct space *sp, const struct masc_prefix *p, uint32_t *end)
{
	uint32_t until = UINT32_MAX;
	bool deprecated;
	if (sp->below)
		return own_covers(sp->m, p, end ? end : &until, &deprecated);
	if (!sp->scope)
		return parent_covers(sp, p, end);
	if (!masc_prefix_covers(&sp->scope->range, p))
		return false;
	if (end)
		*end = until;
	return true;
}

/* The narrowest comes last: a range that was parted is known whole to its end. */
bool space_drains(const struct space *sp, const struct masc_prefix *p)
{
	struct table_walk w;
	struct wire_claim c;
	bool drains = false;
	if (!sp->given.n)
		return false;
	table_covers(sp->table, p, &w);
	for (uint32_t r; (r = table_covers_next(&w));) {
		if (!table_get(sp->table, r, &c) || c.type != WIRE_PREFIX_MANAGED ||
		    c.role != MASC_PARENT)
			continue;
		drains = c.deprecated;
	}
	return drains;
}

/* Adds those of a list that are active to what is written already. */
static size_t add_active(const struct space *sp, const struct space_list *list,
			 struct masc_prefix *out, size_t room, size_t n)
{
	struct wire_claim c;
	for (size_t i = 0; i < list->n; i++) {
		if (!table_get(sp->table, list->refs[i], &c) || c.deprecated)
			continue;
		if (n < room)
			out[n] = table_prefix_of(&c);
		n++;
	}
	return n;
}

static size_t ranges_below(const struct space *below, struct masc_prefix *out, size_t room)
{
	size_t n = 0;
	LIST_EACH(at, next, &below->m->spaces)
	{
		const struct space *sp = LIST_ENTRY(at, struct space, at);
		if (sp->family == below->family)
			n = add_active(sp, &sp->held, out, room, n);
	}
	return n;
}

size_t space_ranges(const struct space *sp, struct masc_prefix *out, size_t room)
{
	if (sp->below)
		return ranges_below(sp, out, room);
	if (!sp->scope)
		return add_active(sp, &sp->given, out, room, 0);
	if (room)
		out[0] = sp->scope->range;
	return 1;
}
