/* What is known of claims: which entry stands for what, what takes whose place,
 * and what goes (MASC-10.5 to 10.7, 13.27). */
#include "masc/own_int.h"

#include <assert.h>

#define CHILD_CLAIMS_MAX 4096 /* cached of one child, MASC-16.5 */
#define GIVEN_MAX	 4096 /* ranges of one parent */
/* Claims over one that comes, for a WITHDRAW: those it lies in, and some inside. */
#define OUTDATED_LOOKED_AT 256

enum kind {
	KIND_HELD,
	KIND_PENDING,
	KIND_DENIED,
	KIND_WITHDRAWN,
	KIND_HINT,
	/* A parent's range, which its own local part may be just as large as. */
	KIND_GIVEN,
	KIND_GIVEN_WITHDRAWN
};

static enum kind kind_of(const struct wire_claim *c)
{
	static const uint8_t kinds[WIRE_ATTRIBUTES] = {
		[WIRE_PREFIX_IN_USE] = KIND_HELD,      [WIRE_CLAIM_DENIED] = KIND_DENIED,
		[WIRE_CLAIM_TO_EXPAND] = KIND_PENDING, [WIRE_NEW_CLAIM] = KIND_PENDING,
		[WIRE_PREFIX_MANAGED] = KIND_HELD,     [WIRE_WITHDRAW] = KIND_WITHDRAWN,
	};
	enum kind kind = wire_is_hint(c) ? KIND_HINT : (enum kind)kinds[c->type];
	if (c->role == MASC_PARENT && kind == KIND_HELD)
		return KIND_GIVEN;
	return c->role == MASC_PARENT && kind == KIND_WITHDRAWN ? KIND_GIVEN_WITHDRAWN : kind;
}

static bool holds_space(const struct wire_claim *c)
{
	switch (kind_of(c)) {
	case KIND_HELD:
	case KIND_PENDING:
		return true;
	case KIND_DENIED:
	case KIND_WITHDRAWN:
	case KIND_HINT:
	case KIND_GIVEN:
	case KIND_GIVEN_WITHDRAWN:
		break;
	}
	return false;
}

static bool same_origin(const struct wire_claim *a, const struct wire_claim *b)
{
	return masc_id_eq(&a->node, &b->node) && masc_id_eq(&a->domain, &b->domain);
}

uint32_t cache_end(const struct masc *m, const struct wire_claim *c)
{
	uint64_t keep = (uint64_t)((m->rules.skew_keep + MONO_SEC - 1) / MONO_SEC);
	/* Its waiting period began in the second that the Timestamp is cut to. */
	uint64_t cut = kind_of(c) == KIND_PENDING;
	uint64_t end = (uint64_t)c->timestamp + c->hold_time + keep + cut;
	return end < UINT32_MAX ? (uint32_t)end : UINT32_MAX;
}

/* -- comparing -- */

static int rank(const struct wire_claim *c)
{
	static const uint8_t ranks[WIRE_ATTRIBUTES] = {
		[WIRE_PREFIX_IN_USE] = 0, [WIRE_PREFIX_MANAGED] = 0, [WIRE_CLAIM_TO_EXPAND] = 1,
		[WIRE_NEW_CLAIM] = 2,	  [WIRE_CLAIM_DENIED] = 3,   [WIRE_WITHDRAW] = 3,
	};
	return ranks[c->type];
}

int claim_cmp(const struct wire_claim *a, const struct wire_claim *b)
{
	if (rank(a) != rank(b))
		return rank(a) - rank(b);
	if (a->timestamp != b->timestamp)
		return a->timestamp < b->timestamp ? -1 : 1;
	int c = masc_id_cmp(&a->node, &b->node);
	return c ? c : masc_id_cmp(&a->domain, &b->domain);
}

/* -- finding -- */

static uint32_t find(const struct space *sp, const struct wire_claim *c, enum kind kind)
{
	struct masc_prefix p = table_prefix_of(c);
	struct table_walk w;
	struct wire_claim known;
	size_t looked_at = 0;
	uint32_t found = 0;
	table_covers(sp->table, &p, &w);
	for (uint32_t r; !found && (r = table_covers_next(&w)); looked_at++)
		if (table_get(sp->table, r, &known) && known.prefix_length == p.length &&
		    kind_of(&known) == kind && same_origin(&known, c))
			found = r;
	work_list(sp->m, looked_at);
	return found;
}

uint32_t cache_find(const struct space *sp, const struct wire_claim *c)
{
	return find(sp, c, kind_of(c));
}

/* -- lists and counts that go along with the table -- */

/* The list an entry is to be on; NULL none. */
static struct space_list *list_of(struct space *sp, const struct wire_claim *c)
{
	enum kind kind = kind_of(c);
	if (kind == KIND_GIVEN)
		return &sp->given;
	bool ours = kind == KIND_HELD && c->role == MASC_INTERNAL_PEER;
	return ours && !sp->below ? &sp->held : NULL;
}

static enum err list_reserve(struct space *sp, struct space_list *l)
{
	if (!l || l->n < l->room)
		return OK;
	if (l == &sp->given && l->n >= GIVEN_MAX)
		return ERR_FULL;
	size_t room = 2 * l->room + 8;
	uint32_t *refs = env_resize(sp->m->env, l->refs, room * sizeof(*refs));
	if (!refs)
		return ERR_NOMEM;
	l->refs = refs;
	l->room = room;
	return OK;
}

static void list_drop(struct space_list *l, uint32_t r)
{
	for (size_t i = 0; l && i < l->n; i++)
		if (l->refs[i] == r) {
			l->refs[i] = l->refs[--l->n];
			return;
		}
}

static bool counts(const struct space *sp, const struct wire_claim *c)
{
	return sp->below && holds_space(c);
}

static enum err count_in(struct space *sp, const struct wire_claim *c)
{
	if (!counts(sp, c))
		return OK;
	enum err e = guard_child_comes(sp, c);
	if (e == OK)
		plan_child_claim(sp, c, true);
	return e;
}

static void count_out(struct space *sp, const struct wire_claim *c)
{
	if (!counts(sp, c))
		return;
	guard_child_goes(sp, c);
	plan_child_claim(sp, c, false);
}

static enum err add(struct space *sp, const struct wire_claim *c, const struct table_mark *mark,
		    uint32_t *out)
{
	struct space_list *l = list_of(sp, c);
	enum err e = list_reserve(sp, l);
	if (e == OK)
		e = count_in(sp, c);
	if (e != OK)
		return e;
	e = table_add(sp->table, c, mark, cache_end(sp->m, c), out);
	if (e != OK) {
		count_out(sp, c);
		return e;
	}
	if (l)
		l->refs[l->n++] = *out;
	return OK;
}

/* Gives what the entry said, without options. */
static struct wire_claim take(struct space *sp, uint32_t r)
{
	struct wire_claim c = { 0 };
	(void)!table_get(sp->table, r, &c);
	c.options = (struct span){ 0 };
	list_drop(list_of(sp, &c), r);
	table_remove(sp->table, r);
	count_out(sp, &c);
	return c;
}

struct masc_id cache_holder(const struct space *sp, const struct masc_prefix *p,
			    const struct masc_id *but, unsigned types)
{
	struct table_walk walk;
	struct wire_claim c;
	size_t left = LOOK_MOST; /* not counted: whoever looks on changes nothing */
	table_overlaps(sp->table, p, &walk);
	for (uint32_t r; left-- && (r = table_overlaps_next(&walk));)
		if (table_get(sp->table, r, &c) && (types >> c.type & 1) &&
		    !masc_id_eq(&c.domain, but))
			return c.domain;
	return (struct masc_id){ { 0 } };
}

static void tell_range_gone(struct space *sp, const struct wire_claim *c)
{
	struct masc_event ev = event_of(NULL, MASC_EVENT_RANGE);
	ev.prefix = table_prefix_of(c);
	ev.domain = c->domain;
	out_event(sp->m, &ev, 0);
	own_replan(sp->m);
}

/* What follows for others, when an entry that was not ours is out. */
static void tell_gone(struct space *sp, const struct wire_claim *c, struct mono now)
{
	if (c->type == WIRE_PREFIX_MANAGED && c->role == MASC_PARENT)
		tell_range_gone(sp, c);
	else if (holds_space(c))
		own_rival_gone(sp, c, now);
}

void cache_remove(struct space *sp, uint32_t r, struct mono now)
{
	bool ours = table_mark_of(sp->table, r).ours;
	struct wire_claim c = take(sp, r);
	if (!ours)
		tell_gone(sp, &c, now);
}

enum err cache_loaded(struct space *sp)
{
	struct wire_claim c;
	sp->given.n = sp->held.n = 0;
	for (uint32_t r = 0; (r = table_each(sp->table, r));) {
		if (!table_get(sp->table, r, &c))
			continue;
		struct space_list *l = list_of(sp, &c);
		enum err e = list_reserve(sp, l);
		if (e == OK && counts(sp, &c))
			e = guard_child_loaded(sp, r, &c);
		if (e != OK)
			return e;
		if (l)
			l->refs[l->n++] = r;
	}
	return OK;
}

/* -- putting in -- */

/* MASC-16.5 */
static bool has_room(const struct space *sp, const struct wire_claim *c)
{
	const struct masc_config *config = &sp->m->config;
	size_t n = table_count(sp->table), most = table_most(sp->table);
	if (n >= most || (kind_of(c) == KIND_PENDING && n >= most - most / 16))
		return false;
	uint64_t of_origin = config->origin_most;
	if (sp->below && of_origin > CHILD_CLAIMS_MAX && !masc_id_eq(&c->domain, &config->domain))
		of_origin = CHILD_CLAIMS_MAX;
	return table_count_of_domain(sp->table, &c->domain) < of_origin;
}

static bool is_newer(const struct wire_claim *c, const struct wire_claim *known)
{
	if (c->timestamp != known->timestamp)
		return c->timestamp > known->timestamp;
	if (c->lifetime != known->lifetime)
		return c->lifetime > known->lifetime;
	return c->hold_time > known->hold_time;
}

/* Who made a claim knows best; what others tell of it may be old. */
static bool replaces(const struct wire_claim *c, const struct wire_claim *known,
		     const struct peer *from)
{
	return is_newer(c, known) || (from && masc_id_eq(&from->config->domain, &c->domain));
}

static bool options_differ(const struct wire_claim *a, const struct wire_claim *b)
{
	return !span_eq(a->options, b->options);
}

/* A table keeps the options of an entry: for others there must be another one.
 * Without memory for that the old ones stay, which harms less than losing it. */
static void change(struct space *sp, uint32_t r, const struct wire_claim *c,
		   const struct table_mark *mark)
{
	struct wire_claim known;
	uint32_t fresh;
	if (table_get(sp->table, r, &known) && options_differ(&known, c) &&
	    add(sp, c, mark, &fresh) == OK)
		(void)take(sp, r);
	else {
		table_set_claim(sp->table, r, c, cache_end(sp->m, c));
		table_set_mark(sp->table, r, mark);
	}
}

/* What we hold is one thing under two names: here it is always MANAGED. */
static struct wire_claim canonical(const struct wire_claim *c)
{
	struct wire_claim says = *c;
	if (c->type == WIRE_PREFIX_IN_USE && c->role == MASC_INTERNAL_PEER)
		says.type = WIRE_PREFIX_MANAGED;
	return says;
}

static enum err put_known(struct space *sp, uint32_t r, const struct wire_claim *c,
			  const struct peer *from, bool ours)
{
	struct wire_claim known;
	struct table_mark mark = sync_mark_of(from, ours, holds_space(c));
	if (!ours && table_mark_of(sp->table, r).ours)
		return ERR_EXISTS;
	(void)!table_get(sp->table, r, &known);
	if (!ours && !replaces(c, &known, from))
		return ERR_EXISTS;
	if (known.role == c->role) {
		change(sp, r, c, &mark);
		return OK;
	}
	/* Of another origin role other lists and counts are concerned. */
	uint32_t fresh;
	enum err e = add(sp, c, &mark, &fresh);
	if (e == OK)
		(void)take(sp, r);
	return e;
}

/* The first WITHDRAW of the same origin over p that `c` is newer than; what we say
 * is. */
static uint32_t outdated(const struct space *sp, const struct wire_claim *c, bool ours)
{
	enum kind kind = kind_of(c) == KIND_GIVEN ? KIND_GIVEN_WITHDRAWN : KIND_WITHDRAWN;
	struct masc_prefix p = table_prefix_of(c);
	struct table_walk w;
	struct wire_claim known;
	size_t most = OUTDATED_LOOKED_AT;
	table_overlaps(sp->table, &p, &w);
	for (uint32_t r; most-- && (r = table_overlaps_next(&w));)
		if (table_get(sp->table, r, &known) && kind_of(&known) == kind &&
		    same_origin(&known, c) && (ours || known.timestamp < c->timestamp))
			return r;
	return 0;
}

/* MASC-10.5: a WITHDRAW ends when its origin holds or claims there again. Told
 * behind that in a dump it would take it away. */
static void drop_outdated(struct space *sp, const struct wire_claim *c, bool ours, struct mono now)
{
	enum kind kind = kind_of(c);
	if (kind != KIND_HELD && kind != KIND_PENDING && kind != KIND_GIVEN)
		return;
	while (table_count_of(sp->table, WIRE_WITHDRAW)) {
		uint32_t r = outdated(sp, c, ours);
		if (!r)
			return;
		cache_remove(sp, r, now);
	}
}

enum err cache_put(struct space *sp, const struct wire_claim *c, const struct peer *from, bool ours,
		   struct mono now)
{
	const struct wire_claim says = canonical(c);
	struct table_mark mark = sync_mark_of(from, ours, holds_space(&says));
	uint32_t r = cache_find(sp, &says);
	enum err e;
	if (r)
		e = put_known(sp, r, &says, from, ours);
	else if (!ours && !has_room(sp, &says))
		e = ERR_FULL;
	else
		e = add(sp, &says, &mark, &r);
	if (e == OK)
		drop_outdated(sp, &says, ours, now);
	if (e != OK || kind_of(&says) != KIND_HELD)
		return e;
	/* The pending one it came from. */
	r = find(sp, &says, KIND_PENDING);
	if (r)
		(void)take(sp, r);
	return OK;
}

/* -- cutting -- */

/* What a way down the tree is worth, and taking an entry out. */
#define DOWN_STEPS 4
#define GONE_STEPS 4

static bool is_cut(const struct cut *k, const struct wire_claim *c)
{
	enum kind kind = kind_of(c);
	bool is_its = kind == KIND_HELD || kind == KIND_PENDING || (k->given && kind == KIND_GIVEN);
	return is_its && masc_id_eq(&c->domain, &k->domain);
}

/* The other half at each step from the whole down to what is cut out. */
static struct masc_prefix rest_of(const struct masc_prefix *cut, uint8_t length)
{
	struct masc_prefix at = *cut;
	while (at.length > length)
		at = masc_prefix_wider(&at);
	return masc_prefix_buddy(&at);
}

/* Whether the part is in, by itself or with an older Timestamp of its own; what
 * was put in is added to `made`. */
static bool add_rest(struct space *sp, const struct wire_claim *part, const struct table_mark *mark,
		     uint32_t *made, size_t *n)
{
	struct wire_claim known;
	uint32_t r = cache_find(sp, part);
	if (r && table_get(sp->table, r, &known)) {
		if (known.timestamp > part->timestamp)
			table_set_claim(sp->table, r, part, cache_end(sp->m, part));
		return true;
	}
	if (add(sp, part, mark, &made[*n]) != OK)
		return false;
	(*n)++;
	return true;
}

static bool add_rests(struct space *sp, const struct cut *k, const struct wire_claim *whole,
		      const struct table_mark *mark)
{
	uint32_t made[128];
	size_t n = 0;
	struct wire_claim c = *whole;
	for (c.prefix_length++; c.prefix_length <= k->p.length; c.prefix_length++) {
		struct masc_prefix rest = rest_of(&k->p, c.prefix_length);
		memcpy(c.address, rest.address, sizeof(c.address));
		if (add_rest(sp, &c, mark, made, &n))
			continue;
		while (n)
			(void)take(sp, made[--n]);
		return false;
	}
	return true;
}

/* MASC-13.27. False without memory or room for the rest: then it stays whole,
 * since what is forgotten could be taken twice. */
static bool split(struct space *sp, const struct cut *k, uint32_t r, struct mono now)
{
	struct table_mark mark = table_mark_of(sp->table, r);
	struct wire_claim c;
	if (!table_get(sp->table, r, &c))
		return false;
	/* They lie in the table, which changes. */
	uint8_t *options = env_copy(sp->m->env, c.options.p, c.options.n);
	if (!options)
		return false;
	c.options.p = options;
	bool done = add_rests(sp, k, &c, &mark);
	sp->m->work += GONE_STEPS * (1U + k->p.length - c.prefix_length);
	env_free(sp->m->env, options);
	if (!done)
		return false;
	c = take(sp, r);
	if (!mark.ours)
		tell_gone(sp, &c, now);
	return true;
}

/* One that is held and wider than what is cut; pending ones stay as they are. */
static uint32_t next_wider(const struct space *sp, const struct cut *k)
{
	struct table_walk w;
	struct wire_claim c;
	table_covers(sp->table, &k->p, &w);
	for (uint32_t r; (r = table_covers_next(&w));) {
		sp->m->work++;
		if (table_get(sp->table, r, &c) && c.prefix_length < k->p.length && is_cut(k, &c) &&
		    kind_of(&c) != KIND_PENDING && !(k->later && table_mark_of(sp->table, r).ours))
			return r;
	}
	return 0;
}

static void cut_one(struct space *sp, const struct cut *k, const struct wire_claim *c,
		    struct mono now)
{
	bool spared = k->later && table_mark_of(sp->table, k->ref).ours;
	sp->m->work += DOWN_STEPS;
	if (!is_cut(k, c) || spared)
		return;
	sp->m->work += GONE_STEPS;
	cache_remove(sp, k->ref, now);
}

/* False: this input has no time for the rest. What a parent gives is parted at
 * once as a rule, or the plan would see it whole in the meantime. */
static bool split_all(struct space *sp, const struct cut *k, struct mono now)
{
	for (uint32_t r; (r = next_wider(sp, k)) && split(sp, k, r, now);)
		if (!work_left(sp->m))
			return false;
	return true;
}

static bool cut_inside(struct space *sp, struct cut *k, struct mono now)
{
	struct wire_claim c;
	while (work_left(sp->m)) {
		k->ref = table_after(sp->table, &k->at, k->ref);
		if (!k->ref || !table_get(sp->table, k->ref, &c))
			return true;
		k->at = table_prefix_of(&c);
		if (!masc_prefix_covers(&k->p, &k->at))
			return true;
		cut_one(sp, k, &c, now);
	}
	return false;
}

/* MASC-20.3. What becomes ours before it goes on is newer than the WITHDRAW. */
static bool cut_on(struct space *sp, struct cut *k, struct mono now)
{
	bool done = split_all(sp, k, now) && cut_inside(sp, k, now);
	k->later = true;
	return done;
}

/* What a parent gives is on a list: the plan is not to see it in the meantime. */
static void cut_given(struct space *sp, const struct cut *k, struct mono now)
{
	struct wire_claim c;
	for (size_t i = sp->given.n; i-- > 0;) {
		if (!table_get(sp->table, sp->given.refs[i], &c) || !is_cut(k, &c))
			continue;
		struct masc_prefix p = table_prefix_of(&c);
		if (masc_prefix_covers(&k->p, &p))
			cache_remove(sp, sp->given.refs[i], now);
	}
}

void cache_cut(struct space *sp, const struct wire_claim *w, struct mono now)
{
	struct masc_prefix p = table_prefix_of(w);
	struct cut k = { .domain = w->domain, .p = p, .at = p, .given = w->role == MASC_PARENT };
	if (k.given)
		cut_given(sp, &k, now);
	if (cut_on(sp, &k, now))
		return;
	assert(sp->n_cuts < CUTS_MOST);
	sp->cuts[sp->n_cuts++] = k;
	sp->m->cuts++;
}

static void cuts_go_on(struct space *sp, struct mono now)
{
	while (sp->n_cuts && cut_on(sp, &sp->cuts[0], now)) {
		sp->n_cuts--;
		sp->m->cuts--;
		memmove(&sp->cuts[0], &sp->cuts[1], sp->n_cuts * sizeof(sp->cuts[0]));
	}
}

void cache_tick(struct masc *m, struct mono now)
{
	if (!m->cuts)
		return;
	LIST_EACH(at, next, &m->spaces)
	cuts_go_on(LIST_ENTRY(at, struct space, at), now);
}

/* What that domain says of the range is about what comes behind. */
static bool is_behind(const struct space *sp, const struct wire_claim *c)
{
	struct masc_prefix p = table_prefix_of(c);
	if (sp->family != c->family)
		return false;
	if (c->type == WIRE_WITHDRAW && sp->n_cuts == CUTS_MOST)
		return true;
	for (size_t i = 0; i < sp->n_cuts; i++)
		if (masc_id_eq(&sp->cuts[i].domain, &c->domain) &&
		    masc_prefix_overlaps(&sp->cuts[i].p, &p))
			return true;
	return false;
}

bool cache_waits(const struct masc *m, const struct wire_claim *c)
{
	if (!m->cuts)
		return false;
	LIST_EACH(at, next, &m->spaces)
	if (is_behind(LIST_ENTRY(at, const struct space, at), c))
		return true;
	return false;
}
