/* Section 17: two domains hold the same range. The part that is lost becomes a
 * claim of its own, withdrawn; the rest goes on in pieces. */
#include "masc/own_life.h"

static const struct masc_prefix *narrower(const struct masc_prefix *a, const struct masc_prefix *b)
{
	return masc_prefix_covers(a, b) ? b : a;
}

/* -- the list -- */

struct own_clash *own_clash_find(const struct holdings *h, uint64_t number)
{
	LIST_EACH(at, next, &h->clashes)
	{
		struct own_clash *k = LIST_ENTRY(at, struct own_clash, at);
		if (k->info.number == number)
			return k;
	}
	return NULL;
}

static bool same_id(const struct masc_id *a, const struct masc_id *b)
{
	return masc_id_eq(a, b);
}

static struct own_clash *listed(const struct holdings *h, const struct space *sp,
				const struct wire_claim *theirs)
{
	struct masc_prefix p = table_prefix_of(theirs);
	LIST_EACH(at, next, &h->clashes)
	{
		struct own_clash *k = LIST_ENTRY(at, struct own_clash, at);
		if (k->space == sp && masc_prefix_eq(&k->info.theirs, &p) &&
		    same_id(&k->theirs.domain, &theirs->domain))
			return k;
	}
	return NULL;
}

static void tell(const struct own_clash *k, const struct holdings *h, enum masc_reason why)
{
	struct masc_event ev = event_of(NULL, MASC_EVENT_CLASH);
	ev.number = k->info.number;
	ev.prefix = k->info.ours;
	ev.other = k->info.theirs;
	ev.domain = k->info.domain;
	ev.node = k->info.node;
	ev.won = k->info.won;
	ev.up = why == MASC_REASON_CLASH_OVER;
	ev.why = why;
	out_event(h->m, &ev, h->newest);
}

static void forget(struct holdings *h, struct own_clash *k)
{
	list_take(&k->at);
	h->n_clashes--;
	env_free(h->m->env, k);
}

/* MASC-16.5: one more than may be is told, and resolved, but not listed. */
static struct own_clash *list_new(struct holdings *h, struct mono now)
{
	if (h->n_clashes >= OWN_CLASHES_MAX) {
		h->clashes_cut = true;
		return NULL;
	}
	struct own_clash *k = env_zalloc(h->m->env, 1, sizeof(*k));
	if (!k)
		return NULL;
	k->info.number = ++h->next_clash;
	k->info.since = masc_wall_now(h->m, now);
	list_push_back(&h->clashes, &k->at);
	h->n_clashes++;
	return k;
}

static void note(struct own_clash *k, struct own_claim *c, const struct wire_claim *theirs)
{
	k->theirs = *theirs;
	k->theirs.options = (struct span){ NULL, 0 };
	k->space = c->space;
	k->claim = c->number;
	k->info.theirs = table_prefix_of(theirs);
	k->info.ours = *narrower(own_prefix(c), &k->info.theirs);
	k->info.domain = theirs->domain;
	k->info.node = theirs->node;
}

/* -- who wins -- */

/* MASC-17.1: by the Timestamp of that part. */
static bool loses(const struct own_claim *c, const struct masc_prefix *p,
		  const struct wire_claim *theirs)
{
	struct wire_claim ours = own_attribute(c, WIRE_PREFIX_IN_USE, p, own_timestamp_of(c, p));
	return claim_cmp(theirs, &ours) < 0;
}

/* The parts of what is held that overlap `p`, each of one Timestamp, that go to
 * them; innermost first. */
static size_t lost_parts(const struct own_claim *c, const struct wire_claim *theirs,
			 struct masc_prefix *out)
{
	struct masc_prefix p = table_prefix_of(theirs);
	size_t n = 0;
	for (size_t i = 0; i < c->n_parts; i++) {
		struct masc_prefix rings[OWN_PIECES_MAX];
		size_t n_rings = 1;
		rings[0] = c->parts[i].prefix;
		if (i)
			n_rings = own_without(&c->parts[i].prefix, &c->parts[i - 1].prefix, rings);
		for (size_t k = 0; k < n_rings; k++)
			if (masc_prefix_overlaps(&rings[k], &p) && loses(c, &rings[k], theirs))
				out[n++] = *narrower(&rings[k], &p);
	}
	return n;
}

/* -- withdrawing -- */

/* What is claimed on top is lost with it: it covers what is lost, or would have
 * to be told apart from it. */
static enum err settle_pending(struct own_claim *c, const struct own_loss *loss, struct mono now)
{
	const struct own_event ev = { .kind = OWN_BEATEN,
				      .why = MASC_REASON_BEATEN,
				      .loss = *loss };
	return own_is_pending(c) ? own_step(c, &ev, now) : OK;
}

static struct own_claim *holder(struct masc *m, const struct space *sp, const struct masc_prefix *p)
{
	LIST_EACH(at, next, &m->own->claims)
	{
		struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		if (own_in(c, sp) && own_is_held(c) && masc_prefix_overlaps(own_prefix(c), p))
			return c;
	}
	return NULL;
}

static enum err yield(struct own_claim *c, const struct masc_prefix *p, const struct own_loss *loss,
		      struct mono now)
{
	const struct own_event ev = {
		.kind = OWN_CLASH_LOST,
		.why = loss->parent ? MASC_REASON_PARENT_WITHDREW : MASC_REASON_CLASH,
		.loss = *loss,
	};
	struct masc_prefix pieces[OWN_PIECES_MAX], whole = *own_prefix(c);
	struct masc *m = c->in->m;
	const struct space *sp = c->space;
	enum err e = settle_pending(c, loss, now);
	if (e != OK || masc_prefix_covers(p, &whole))
		return e == OK ? own_step(c, &ev, now) : e;
	size_t n = own_without(&whole, p, pieces);
	pieces[n++] = *p;
	e = own_split(c, pieces, n, now);
	return e == OK ? own_step(holder(m, sp, p), &ev, now) : e;
}

enum err own_yield(struct masc *m, const struct space *sp, const struct masc_prefix *p,
		   const struct own_loss *loss, struct mono now)
{
	for (struct own_claim *c; (c = holder(m, sp, p));) {
		struct masc_prefix part = *narrower(own_prefix(c), p);
		enum err e = yield(c, &part, loss, now);
		if (e != OK)
			return e;
	}
	return OK;
}

/* -- a clash -- */

static enum err withdraw(struct own_clash *k, struct masc *m, const struct masc_prefix *lost,
			 size_t n, struct mono now)
{
	const struct own_loss loss = own_loss_of(&k->theirs);
	for (size_t i = 0; i < n; i++) {
		enum err e = own_yield(m, k->space, &lost[i], &loss, now);
		if (e != OK)
			return e;
		k->info.yielded = true;
	}
	return OK;
}

static void wake(struct holdings *h, struct mono now)
{
	if (!timer_armed(&h->again))
		timer_arm(&h->m->timers, &h->again, mono_add(now, MONO_SEC));
}

void own_owe(struct own_claim *c, const struct masc_id *rival, struct mono now)
{
	c->owes = *rival;
	wake(c->in, now);
}

void own_yield_again(struct holdings *h, struct mono now)
{
	h->yields = true;
	wake(h, now);
}

/* One claim of ours in the clash. */
static void contest(struct own_clash *k, struct own_claim *c, const struct heard *heard,
		    struct mono now)
{
	struct masc_prefix lost[OWN_PIECES_MAX];
	struct holdings *h = c->in;
	size_t n = lost_parts(c, &k->theirs, lost);
	if (n == 0) {
		struct wire_claim ours = own_held(c, c->n_parts - 1U);
		if (heard)
			own_defend(c, &ours, heard);
		return;
	}
	k->info.won = false;
	if (same_id(&c->keeps, &k->theirs.domain))
		return;
	k->info.open = h->m->config.clash == MASC_CLASH_MANUAL;
	if (!k->info.open && withdraw(k, h->m, lost, n, now) != OK) {
		k->undone = true;
		wake(h, now);
	}
}

static bool overlaps(const struct own_claim *c, const struct own_clash *k)
{
	return c->n_parts && own_in(c, k->space) &&
	       masc_prefix_overlaps(own_prefix(c), &k->info.theirs);
}

static void resolve(struct own_clash *k, struct holdings *h, const struct heard *heard,
		    struct mono now)
{
	k->undone = false;
	k->info.won = true;
	k->info.open = false;
	LIST_EACH(at, next, &h->claims)
	{
		struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		if (!overlaps(c, k))
			continue;
		if (own_is_held(c))
			contest(k, c, heard, now);
		else
			k->info.won = false;
		k->info.yielded |= c->life == MASC_LIFE_CLASHED;
		c->loss_heard |= heard && same_id(&c->loss.domain, &k->theirs.domain);
	}
}

void own_clash(struct own_claim *c, const struct wire_claim *theirs, const struct heard *heard,
	       struct mono now)
{
	struct holdings *h = c->in;
	struct own_clash spare = { .info = { .number = 0 } };
	struct own_clash *k = listed(h, c->space, theirs);
	bool fresh = !k;
	if (!k)
		k = list_new(h, now);
	if (!k)
		k = &spare;
	note(k, c, theirs);
	resolve(k, h, heard, now);
	if (fresh)
		tell(k, h, MASC_REASON_CLASH);
}

/* -- its end -- */

/* MASC-17.3: nobody's PREFIX_IN_USE is there any more, a colleague's local part
 * included, and no WITHDRAW of the parent's; nor has our domain got it anew. */
static bool in_the_way(const struct wire_claim *w)
{
	if (w->type == WIRE_PREFIX_MANAGED)
		return w->role == MASC_INTERNAL_PEER;
	if (w->type == WIRE_WITHDRAW)
		return w->role == MASC_PARENT;
	return w->type == WIRE_PREFIX_IN_USE;
}

/* MASC-20.1: among too many it is not looked for long; it is asked again. */
static bool is_free(const struct own_claim *c)
{
	struct look k;
	struct wire_claim w;
	look_start(&k, c->space, own_prefix(c));
	for (uint32_t r; (r = look_next(&k));)
		if (table_get(c->space->table, r, &w) && in_the_way(&w))
			return false;
	return !k.cut;
}

/* MASC-17.3: a colleague's WITHDRAW stands for its time. So does ours when a restart
 * lost what was known of the other: that it is gone would not be noticed. */
static bool is_over(const struct own_claim *c, struct mono now)
{
	bool ours = same_id(&c->loss.domain, &c->in->m->config.domain);
	int64_t until = ((int64_t)c->loss.timestamp + c->loss.hold_time) * MONO_SEC;
	if (!ours && (c->loss_heard || c->loss.parent))
		return true;
	return until <= masc_wall_now(c->in->m, now);
}

static bool may_return(const struct own_claim *c, struct mono now)
{
	uint32_t end;
	return c->space && c->space->synced && space_covers(c->space, own_prefix(c), &end) &&
	       is_over(c, now) && is_free(c);
}

void own_return(struct own_claim *c, struct mono now)
{
	bool old = !c->active;
	if (!may_return(c, now)) {
		own_arm(c, now);
		return;
	}
	const struct own_event over = { .kind = OWN_CLASH_OVER, .why = MASC_REASON_CLASH_OVER };
	own_happen(c, &over, now);
	if (old && c->life == MASC_LIFE_HELD)
		own_happen(
			c,
			&(struct own_event){ .kind = OWN_DEPRECATE, .why = MASC_REASON_CLASH_OVER },
			now);
}

/* The claim of ours that a piece of theirs overlaps, and the piece. */
static struct own_claim *piece_of(const struct own_clash *k, struct holdings *h,
				  struct wire_claim *piece)
{
	struct look near;
	look_start(&near, k->space, &k->info.theirs);
	for (uint32_t r; (r = look_next(&near));) {
		if (!table_get(k->space->table, r, piece) || piece->type != WIRE_PREFIX_IN_USE ||
		    !same_id(&piece->domain, &k->theirs.domain) || listed(h, k->space, piece))
			continue;
		struct masc_prefix p = table_prefix_of(piece);
		LIST_EACH(at, next, &h->claims)
		{
			struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
			if (c->n_parts && own_in(c, k->space) &&
			    masc_prefix_overlaps(own_prefix(c), &p))
				return c;
		}
	}
	return NULL;
}

/* MASC-17.2: an entry that a WITHDRAW left in pieces is in the clash as long as one
 * of them is. The other pieces are looked for behind that. */
static bool goes_on(struct own_clash *k, struct holdings *h)
{
	struct wire_claim piece;
	struct own_claim *c = piece_of(k, h, &piece);
	if (!c)
		return false;
	note(k, c, &piece);
	k->undone = true;
	h->clashes_cut = true;
	return true;
}

/* Called while the table is being walked: what changes it waits for own_go_on(). */
void own_rival_gone(struct space *sp, const struct wire_claim *c, struct mono now)
{
	struct holdings *h = sp->m->own;
	if (!h)
		return;
	struct own_clash *k = c->type == WIRE_PREFIX_IN_USE ? listed(h, sp, c) : NULL;
	if (k && !goes_on(k, h)) {
		tell(k, h, MASC_REASON_CLASH_OVER);
		forget(h, k);
	}
	h->returns = true;
	own_replan(h->m);
}

static void resolve_undone(struct holdings *h, struct mono now)
{
	LIST_EACH(at, next, &h->clashes)
	{
		struct own_clash *k = LIST_ENTRY(at, struct own_clash, at);
		if (k->undone)
			resolve(k, h, NULL, now);
	}
}

/* MASC-20.4: one round over all of them, which may take several inputs; another
 * when something has gone since it began. */
void own_return_all(struct holdings *h, struct mono now)
{
	if (!h->returning)
		h->returned = 0;
	h->returning = true;
	h->returns = false;
	resolve_undone(h, now);
	if (h->clashes_cut)
		own_clash_look(h->m, now);
	LIST_EACH(at, next, &h->claims)
	{
		struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		if (c->number <= h->returned)
			continue;
		if (!work_left(h->m))
			return;
		h->returned = c->number;
		if (c->life == MASC_LIFE_CLASHED && !c->undone.event)
			own_return(c, now);
	}
	h->returning = false;
}

/* -- by hand -- */

/* MASC-17.4. All of the overlap, whoever would win. */
static enum err give_way(struct own_clash *k, struct holdings *h, struct mono now)
{
	const struct own_loss loss = own_loss_of(&k->theirs);
	enum err e = own_yield(h->m, k->space, &k->info.theirs, &loss, now);
	if (e != OK)
		return e;
	k->info.yielded = true;
	k->info.open = false;
	return OK;
}

/* Stored, so that a start does not raise the alarm again. */
static enum err stand(struct own_clash *k, struct holdings *h)
{
	LIST_EACH(at, next, &h->claims)
	{
		struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		if (!overlaps(c, k))
			continue;
		struct masc_id before = c->keeps;
		c->keeps = k->theirs.domain;
		enum err e = own_put(c);
		if (e != OK) {
			c->keeps = before;
			return e;
		}
	}
	k->info.open = false;
	return OK;
}

enum err own_clash_resolve(struct masc *m, struct own_clash *k, bool yield_it, struct mono now)
{
	struct holdings *h = m->own;
	if (k->info.yielded)
		return ERR_STATE;
	enum err e = yield_it ? give_way(k, h, now) : stand(k, h);
	if (e != OK)
		return e;
	k->put = h->newest;
	tell(k, h, yield_it ? MASC_REASON_YIELDED : MASC_REASON_KEPT);
	return OK;
}

/* -- what could not be done at once -- */

/* The parent's WITHDRAW over the claim, in the table. */
static bool parents(const struct own_claim *c, struct wire_claim *out)
{
	struct look k;
	if (!table_count_of(c->space->table, WIRE_WITHDRAW))
		return false;
	look_start(&k, c->space, own_prefix(c));
	for (uint32_t r; (r = look_next(&k));)
		if (table_get(c->space->table, r, out) && out->type == WIRE_WITHDRAW &&
		    out->role == MASC_PARENT)
			return true;
	return false;
}

static void follow_parents(struct holdings *h, struct mono now)
{
	struct wire_claim w;
	h->yields = false;
	LIST_EACH(at, next, &h->claims)
	{
		struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		if (!c->space || !own_is_held(c) || !parents(c, &w))
			continue;
		struct own_loss loss = own_loss_of(&w);
		struct masc_prefix p = table_prefix_of(&w);
		loss.parent = true;
		if (own_yield(h->m, c->space, &p, &loss, now) != OK)
			own_yield_again(h, now);
	}
}

void own_clash_due(struct holdings *h, struct mono now)
{
	if (h->yields)
		follow_parents(h, now);
	resolve_undone(h, now);
	LIST_EACH(at, next, &h->claims)
	{
		struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		if (c->untabled)
			own_table(c, now);
		own_defend_late(c, now);
	}
}

/* The first PREFIX_IN_USE of others over the claim that is not listed. */
static bool unlisted(const struct own_claim *c, struct wire_claim *out)
{
	struct look k;
	struct wire_claim w;
	look_start(&k, c->space, own_prefix(c));
	for (uint32_t r; (r = look_next(&k));) {
		if (!table_get(c->space->table, r, &w) || w.type != WIRE_PREFIX_IN_USE ||
		    same_id(&w.domain, &c->in->m->config.domain) || listed(c->in, c->space, &w))
			continue;
		*out = w;
		out->options = (struct span){ NULL, 0 };
		return true;
	}
	return false;
}

void own_clash_look(struct masc *m, struct mono now)
{
	struct wire_claim w;
	m->own->clashes_cut = false;
	LIST_EACH(at, next, &m->own->claims)
	{
		struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		while (c->space && c->n_parts && unlisted(c, &w)) {
			own_clash(c, &w, NULL, now);
			if (!listed(m->own, c->space, &w))
				return;
		}
	}
}

void own_clash_rehome(struct masc *m)
{
	LIST_EACH(at, next, &m->own->clashes)
	{
		struct own_clash *k = LIST_ENTRY(at, struct own_clash, at);
		const struct own_claim *c = own_find(m->own, k->claim);
		k->space = c ? c->space : NULL;
		if (!k->space)
			forget(m->own, k);
	}
}

bool own_is_withdrawn(const struct own_claim *c, const struct masc_prefix *p)
{
	return c->life == MASC_LIFE_CLASHED && masc_prefix_overlaps(own_prefix(c), p);
}
