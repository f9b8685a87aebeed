/* The space of addresses as a tree: ranges that claims may come from, what we and
 * others have in them, what our children have in ours, and what is free. */
#include "ops/ops_int.h"

#include "masc/wire.h"
#include "os/clock.h"

#include <stdlib.h>

#define SCAN_MOST 5000 /* claims looked at for one answer: a few ms */

/* Of two with the same addresses the one that holds the other comes first. */
enum rank {
	RANK_SCOPE,
	RANK_RANGE,
	RANK_CLAIM, /* in such a range */
	RANK_BELOW  /* in what we hold */
};

struct item {
	struct masc_prefix prefix;
	enum rank rank;
	size_t depth, end; /* the first item behind that is not inside it */
	struct ops_masc_block block;
};

/* Free blocks that follow each other. */
struct run {
	struct masc_prefix largest;
	double size;
	uint64_t addresses, blocks;
};

struct tree {
	const struct masc *masc;
	struct item *items;
	size_t n, room;
	bool cut; /* there were more */
	bool has_within;
	struct masc_prefix within;
	size_t deepest; /* lines below are counted alone */
	struct ops_masc_block *rows;
	size_t n_rows;
	size_t at; /* the next item to draw */
	struct run run;
};

static double size_of(const struct masc_prefix *p)
{
	double n = 1;
	for (unsigned i = p->length; i < masc_prefix_bits((enum masc_family)p->family); i++)
		n *= 2;
	return n;
}

static uint64_t whole(double n)
{
	return n >= (double)UINT64_MAX ? UINT64_MAX : (uint64_t)n;
}

static uint64_t percent_of(double used, double size)
{
	double p = used * 100 / size;
	/* Neither all nor nothing unless it is. */
	if (used > 0 && p < 1)
		return 1;
	return used < size && p > 99 ? 99 : (uint64_t)(p + 0.5);
}

/* Room for one more, when it is asked for; NULL: not asked for, or no room. */
static struct item *add(struct tree *t, const struct masc_prefix *p, enum rank rank)
{
	if (!p->family || (t->has_within && !masc_prefix_overlaps(&t->within, p)))
		return NULL;
	if (t->n == t->room) {
		t->cut = true;
		return NULL;
	}
	struct item *i = &t->items[t->n++];
	i->prefix = *p;
	i->rank = rank;
	ops_clear(&ops_masc_block_type, &i->block);
	ops_set_prefix(i->block.prefix, sizeof(i->block.prefix), p);
	i->block.addresses = masc_prefix_size(p);
	i->block.blocks = 1;
	return i;
}

static void set_kind(struct item *i, const char *kind, const char *state)
{
	ops_set_text(i->block.kind, sizeof(i->block.kind), kind);
	ops_set_text(i->block.state, sizeof(i->block.state), state);
}

static void set_end(struct item *i, int64_t end)
{
	i->block.end = end;
	i->block.left = end ? ops_until(end) : -1;
}

static void set_used(struct item *i, uint64_t used)
{
	i->block.used = used;
	i->block.percent = percent_of((double)used, size_of(&i->prefix));
	i->block.use_known = true;
}

static void add_range(struct tree *t, const struct masc_range_info *r)
{
	bool scope = masc_id_is_zero(&r->parent);
	struct item *i = add(t, &r->prefix, scope ? RANK_SCOPE : RANK_RANGE);
	if (!i)
		return;
	set_kind(i, scope ? "scope" : "range", r->deprecated ? "deprecated" : "managed");
	if (scope)
		ops_set_text(i->block.owner, sizeof(i->block.owner), r->scope);
	else
		ops_set_id(i->block.owner, sizeof(i->block.owner), &r->parent);
	i->block.holds = true;
	i->block.stale = r->stale;
	set_end(i, r->end);
}

static const char *own_kind(const struct masc_own_info *o)
{
	if (!o->ours)
		return "internal";
	return o->local ? "local" : "ours";
}

static void add_own_prefix(struct tree *t, const struct masc_own_info *o,
			   const struct masc_prefix *p, bool held, const char *domain)
{
	struct item *i = add(t, p, o->local ? RANK_BELOW : RANK_CLAIM);
	if (!i)
		return;
	i->block.clash = held && ops_masc_clashes(t->masc, p);
	set_kind(i, own_kind(o), masc_life_text(o->life));
	ops_set_text(i->block.owner, sizeof(i->block.owner), domain);
	i->block.holds = held;
	if (!held)
		return;
	set_end(i, o->end);
	/* Only the node that made a claim counts what it is used for; of those of
	 * our other nodes it shows what lies in them. */
	if (o->ours)
		set_used(i, o->used);
}

/* What is held, and what is claimed beyond that. */
static void add_own(struct tree *t, const struct masc_own_info *o, const char *domain)
{
	bool more = !o->prefix.family || !masc_prefix_covers(&o->prefix, &o->wanted);
	add_own_prefix(t, o, &o->prefix, true, domain);
	if (more)
		add_own_prefix(t, o, &o->wanted, false, domain);
}

static const char *claim_kind(const struct masc_claim_info *c)
{
	if (c->role == MASC_INTERNAL_PEER)
		return "internal";
	return c->below ? "child" : "sibling";
}

/* What our own domain holds is told by masc_own_info(). */
static bool is_own(const struct masc_claim_info *c)
{
	bool held = c->type == WIRE_PREFIX_IN_USE || c->type == WIRE_PREFIX_MANAGED;
	return c->ours || (c->role == MASC_INTERNAL_PEER && held);
}

static void add_claim(struct tree *t, const struct masc_claim_info *c)
{
	if (!c->holds || is_own(c))
		return;
	struct item *i = add(t, &c->prefix, c->below ? RANK_BELOW : RANK_CLAIM);
	if (!i)
		return;
	set_kind(i, claim_kind(c), masc_claim_type_text(c->type));
	ops_set_id(i->block.owner, sizeof(i->block.owner), &c->domain);
	i->block.holds = c->type == WIRE_PREFIX_IN_USE || c->type == WIRE_PREFIX_MANAGED;
	i->block.stale = c->stale;
	set_end(i, ((int64_t)c->timestamp + c->lifetime) * MONO_SEC);
}

static void add_ours(struct tree *t, const struct masc *m, const char *domain)
{
	size_t ranges = masc_range_count(m), own = masc_own_count(m);
	for (size_t i = 0; i < ranges; i++) {
		struct masc_range_info info;
		masc_range_info(m, i, &info);
		add_range(t, &info);
	}
	for (size_t i = 0; i < own; i++) {
		struct masc_own_info info;
		masc_own_info(m, i, &info);
		add_own(t, &info, domain);
	}
}

/* Too many to draw are not drawn at all: part of them would look like all. */
static void add_others(struct tree *t, const struct masc *m)
{
	size_t before = t->n, scanned = 0;
	struct masc_claim_at at = { 0 };
	struct masc_claim_info info;
	while (!t->cut && masc_claim_next(m, &at, t->has_within ? &t->within : NULL, &info)) {
		add_claim(t, &info);
		t->cut = t->cut || ++scanned == SCAN_MOST;
	}
	if (t->cut)
		t->n = before;
}

static int cmp_items(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int c = masc_prefix_cmp(&x->prefix, &y->prefix);
	if (!c)
		c = (x->rank > y->rank) - (x->rank < y->rank);
	return c ? c : y->block.holds - x->block.holds;
}

/* What has grown is told as two, the part that was there before and the whole, and
 * what is renewed is claimed besides being held (MASC-14.5, 14.6): for people that
 * is one thing. */
static bool is_said_by(const struct item *outer, const struct item *inner)
{
	const struct ops_masc_block *a = &outer->block, *b = &inner->block;
	if (!a->holds || strcmp(a->kind, b->kind) != 0 || strcmp(a->owner, b->owner) != 0)
		return false;
	return !b->holds || (strcmp(a->state, b->state) == 0 && a->stale == b->stale);
}

#define NESTED_MOST 160 /* no more than lengths times ranks that occur */

static void fold(struct tree *t)
{
	size_t stack[NESTED_MOST], depth = 0, n = 0;
	for (size_t i = 0; i < t->n; i++) {
		const struct item it = t->items[i];
		bool said = false;
		while (depth && !masc_prefix_covers(&t->items[stack[depth - 1]].prefix, &it.prefix))
			depth--;
		for (size_t k = 0; k < depth && !said; k++)
			said = is_said_by(&t->items[stack[k]], &it);
		if (said)
			continue;
		if (depth < NESTED_MOST)
			stack[depth++] = n;
		t->items[n++] = it;
	}
	t->n = n;
}

static bool is_inside(const struct item *outer, const struct item *inner)
{
	return masc_prefix_covers(&outer->prefix, &inner->prefix) &&
	       (!masc_prefix_eq(&outer->prefix, &inner->prefix) || outer->rank < inner->rank);
}

/* Depths of sorted items, and where the inside of each ends. */
static void nest(struct tree *t)
{
	size_t stack[NESTED_MOST], depth = 0;
	for (size_t i = 0; i < t->n; i++) {
		while (depth && !is_inside(&t->items[stack[depth - 1]], &t->items[i]))
			t->items[stack[--depth]].end = i;
		t->items[i].depth = depth;
		if (depth < sizeof(stack) / sizeof(stack[0]))
			stack[depth++] = i;
	}
	while (depth)
		t->items[stack[--depth]].end = t->n;
}

static struct ops_masc_block *add_row(struct tree *t, const struct ops_masc_block *b, size_t depth)
{
	struct ops_masc_block *row = &t->rows[t->n_rows++];
	*row = *b;
	row->depth = depth;
	return row;
}

static void flush_run(struct tree *t, size_t depth)
{
	struct ops_masc_block b;
	if (t->run.blocks && depth <= t->deepest) {
		ops_clear(&ops_masc_block_type, &b);
		ops_set_text(b.kind, sizeof(b.kind), "free");
		ops_set_prefix(b.prefix, sizeof(b.prefix), &t->run.largest);
		b.addresses = t->run.addresses;
		b.blocks = t->run.blocks;
		(void)add_row(t, &b, depth);
	}
	t->run = (struct run){ .blocks = 0 };
}

static void add_free(struct tree *t, const struct masc_prefix *p)
{
	struct run *r = &t->run;
	if (!r->blocks || p->length < r->largest.length)
		r->largest = *p;
	r->blocks++;
	r->size += size_of(p);
	r->addresses = whole(r->size);
}

static void draw(struct tree *t);

/* A block of what item `in` covers: what lies there, and what is free. Gives how
 * much is taken. */
static double fill(struct tree *t, size_t in, const struct masc_prefix *block)
{
	const struct item *outer = &t->items[in];
	const struct item *next = t->at < outer->end ? &t->items[t->at] : NULL;
	if (!next || !masc_prefix_overlaps(block, &next->prefix)) {
		add_free(t, block);
		return 0;
	}
	if (!masc_prefix_covers(&next->prefix, block)) {
		struct masc_prefix low = masc_prefix_half(block, 0);
		struct masc_prefix high = masc_prefix_half(block, 1);
		double taken = fill(t, in, &low);
		return taken + fill(t, in, &high);
	}
	flush_run(t, outer->depth + 1);
	while (t->at < outer->end && masc_prefix_overlaps(block, &t->items[t->at].prefix))
		draw(t);
	return size_of(block);
}

/* Whether gaps in it are free to be claimed: in a range, and in ours once it is
 * shared out. */
static bool has_gaps(const struct tree *t, size_t i)
{
	const struct item *it = &t->items[i];
	if (t->cut)
		return false;
	if (it->rank <= RANK_RANGE)
		return true;
	return it->rank == RANK_CLAIM && it->block.holds && it->end > i + 1 &&
	       t->items[i + 1].rank == RANK_BELOW;
}

static void draw_gaps(struct tree *t, size_t i, struct ops_masc_block *row)
{
	struct item *it = &t->items[i];
	bool clip = t->has_within && masc_prefix_covers(&it->prefix, &t->within);
	struct masc_prefix block = clip ? t->within : it->prefix;
	double taken = fill(t, i, &block);
	flush_run(t, it->depth + 1);
	if (clip || row->use_known)
		return;
	row->used = whole(taken);
	row->percent = percent_of(taken, size_of(&it->prefix));
	row->use_known = true;
}

/* The next item with all that lies in it. */
static void draw(struct tree *t)
{
	size_t i = t->at++;
	const struct item *it = &t->items[i];
	struct ops_masc_block scratch;
	bool shown = it->depth <= t->deepest;
	struct ops_masc_block *row = &scratch;
	if (shown)
		row = add_row(t, &it->block, it->depth);
	else
		scratch = it->block;
	if (has_gaps(t, i))
		draw_gaps(t, i, row);
	while (t->at < it->end)
		draw(t);
	if (shown && it->depth == t->deepest)
		row->hidden = it->end - i - 1;
}

static enum err grow_tree(struct tree *t, const struct masc *m, const char *domain,
			  struct arena *mem)
{
	size_t own = masc_range_count(m) + 2 * masc_own_count(m);
	t->room = own + OPS_SPACE_MOST;
	t->items = arena_alloc(mem, t->room * sizeof(*t->items));
	if (!t->items)
		return ERR_NOMEM;
	t->masc = m;
	add_ours(t, m, domain);
	add_others(t, m);
	qsort(t->items, t->n, sizeof(*t->items), cmp_items);
	fold(t);
	nest(t);
	/* Between, before and behind those in a range. */
	t->rows = arena_alloc(mem, (3 * t->n + 1) * sizeof(*t->rows));
	return t->rows ? OK : ERR_NOMEM;
}

static enum err take_space(struct tree *t, const struct ops *o, struct ops_masc_space *to,
			   struct arena *mem)
{
	const struct node *node = engine_node(o->engine);
	const struct masc *m = node_masc(node);
	if (!m)
		return OK;
	ops_set_id(to->domain, sizeof(to->domain), &node_config_of(node)->masc.domain);
	enum err e = grow_tree(t, m, to->domain, mem);
	if (e != OK)
		return e;
	while (t->at < t->n)
		draw(t);
	to->blocks = t->rows;
	to->n_blocks = t->n_rows;
	to->complete = !t->cut;
	return OK;
}

enum err ops_run_masc_space(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct ops_space_filter *f = &r->space_filter;
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text why = TEXT_OF(buffer);
	struct draft d = { &o->mem, false };
	struct ops_masc_space answer;
	struct tree t = { .has_within = f->within[0] };
	t.deepest = f->depth ? (size_t)f->depth - 1 : SIZE_MAX;
	ops_clear(&ops_masc_space_type, &answer);
	answer.complete = true;
	enum err e = t.has_within ? ops_read_within(f->within, &t.within, &why) : OK;
	if (e != OK) {
		ops_answer_error(call, e, buffer, "homestead help masc space");
		return OK;
	}
	ops_masc_part(o, &d, &answer.part);
	if (d.failed || take_space(&t, o, &answer, &o->mem) != OK)
		return ERR_NOMEM;
	ops_answer_value(call, &ops_masc_space_type, &answer);
	return OK;
}
