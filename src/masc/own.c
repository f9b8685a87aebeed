/* What our node holds, claims and wants: birth, end, and finding it. */
#include "masc/own_life.h"

struct own_claim *own_find(const struct holdings *h, uint64_t number)
{
	LIST_EACH(at, next, &h->claims)
	{
		struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		if (c->number == number)
			return c;
	}
	return NULL;
}

const struct masc_prefix *own_prefix(const struct own_claim *c)
{
	return c->n_parts ? &c->parts[c->n_parts - 1].prefix : NULL;
}

bool own_is_held(const struct own_claim *c)
{
	return c->life == MASC_LIFE_HELD || c->life == MASC_LIFE_RENEWING ||
	       c->life == MASC_LIFE_GROWING || c->life == MASC_LIFE_DEPRECATED;
}

bool own_is_pending(const struct own_claim *c)
{
	return c->life == MASC_LIFE_WAITING || c->life == MASC_LIFE_RENEWING ||
	       c->life == MASC_LIFE_GROWING;
}

bool own_in(const struct own_claim *c, const struct space *sp)
{
	return sp && c->space == sp;
}

/* -- where a claim is at home -- */

struct own_home own_home_of(const struct space *sp)
{
	struct own_home home = { .family = sp->family, .below = sp->below };
	if (sp->scope)
		memcpy(home.root, sp->scope->name, sizeof(home.root));
	else if (!sp->below)
		home.parent = sp->parent;
	return home;
}

static bool same_home(const struct own_home *a, const struct own_home *b)
{
	return a->family == b->family && a->below == b->below &&
	       masc_id_eq(&a->parent, &b->parent) && span_eq(span_str(a->root), span_str(b->root));
}

struct space *own_home_find(struct masc *m, const struct own_home *home)
{
	LIST_EACH(at, next, &m->spaces)
	{
		struct space *sp = LIST_ENTRY(at, struct space, at);
		struct own_home other = own_home_of(sp);
		if (same_home(home, &other))
			return sp;
	}
	return NULL;
}

/* -- claims -- */

static enum err add(struct holdings *h, uint64_t number, struct own_claim **out)
{
	struct masc *m = h->m;
	if (h->n_claims >= OWN_CLAIMS_MAX)
		return ERR_FULL;
	struct own_claim *c = env_zalloc(m->env, 1, sizeof(*c));
	if (!c)
		return ERR_NOMEM;
	if (timers_own(&m->timers, 1) != OK) {
		env_free(m->env, c);
		return ERR_NOMEM;
	}
	c->in = h;
	c->number = number;
	c->timer.kind = TIMER_CLAIM;
	c->timer.owner = c;
	list_push_back(&h->claims, &c->at);
	h->n_claims++;
	*out = c;
	return OK;
}

enum err own_new(struct holdings *h, struct own_claim **out)
{
	enum err e = add(h, h->next_number, out);
	if (e == OK)
		h->next_number++;
	return e;
}

void own_forget(struct own_claim *c)
{
	struct masc *m = c->in->m;
	use_forget(c);
	timer_disarm(&m->timers, &c->timer);
	timers_disown(&m->timers, 1);
	list_take(&c->at);
	c->in->n_claims--;
	env_free(m->env, c);
}

/* -- birth -- */

/* Puts it where it belongs after its row was read: nobody listened meanwhile, so
 * that a waiting period begins anew (MASC-14.10). */
static void settle(struct own_claim *c, struct mono now)
{
	struct masc *m = c->in->m;
	c->space = own_home_find(m, &c->home);
	if (own_is_pending(c)) {
		c->wait_left = m->rules.waiting_period;
		c->frozen = true;
		c->claimed_hold = own_seconds(masc_wall_now(m, now) + c->wait_left -
					      (int64_t)c->claimed_at * MONO_SEC);
	}
	own_table(c, now);
	own_arm(c, now);
}

static bool is_over(const struct own_claim *c, struct mono now)
{
	return c->n_parts && c->end <= masc_wall_now(c->in->m, now);
}

/* Another claim, with a lower number, has it: the row of a piece that was not
 * meant to stay (own_split.c). */
static bool is_leftover(const struct own_claim *c)
{
	LIST_EACH(at, next, &c->in->claims)
	{
		const struct own_claim *o = LIST_ENTRY(at, struct own_claim, at);
		if (o != c && o->n_parts && c->n_parts && same_home(&o->home, &c->home) &&
		    masc_prefix_overlaps(own_prefix(o), own_prefix(c)))
			return true;
	}
	return false;
}

/* MASC-19.2. */
static void unreadable(struct holdings *h)
{
	struct masc_event ev = event_of(NULL, MASC_EVENT_STORE_FAILED);
	ev.err = ERR_CORRUPT;
	h->rows_unreadable++;
	out_event(h->m, &ev, 0);
}

static uint64_t number_of(struct span key)
{
	uint64_t n = 0;
	for (size_t i = 0; i < key.n; i++)
		n = n << 8 | key.p[i];
	return n;
}

/* What is over is deleted at a start only: were it tried after each commit that
 * fails, a full disk would make it fail again and again. */
static enum err leave_out(struct own_claim *c)
{
	enum err e = c->in->loaded ? OK : own_del(c);
	own_forget(c);
	return e;
}

static enum err load_row(struct holdings *h, uint64_t number, struct span value, struct mono now)
{
	struct own_claim *c;
	enum err e = add(h, number, &c);
	if (e != OK)
		return e;
	if (own_row_read(c, value) != OK) {
		own_forget(c);
		unreadable(h);
		return OK;
	}
	bool gone = is_over(c, now) || is_leftover(c);
	if (number >= h->next_number)
		h->next_number = number + 1;
	if (gone)
		return leave_out(c);
	settle(c, now);
	return OK;
}

static void load_next(struct holdings *h, struct span value)
{
	uint64_t next;
	if (own_next_read(value, &next) != OK)
		unreadable(h);
	else if (next > h->next_number)
		h->next_number = next;
}

/* Rows of claims that are not there already. */
static enum err load_rows(struct holdings *h, struct mono now)
{
	uint8_t key[OWN_KEY_SIZE];
	struct store_row row;
	struct span after = { NULL, 0 };
	enum err e;
	while ((e = store_scan(h->m->store, &masc_table_own, after, &row)) == OK) {
		uint64_t number = number_of(row.key);
		if (row.key.n != OWN_KEY_SIZE)
			unreadable(h);
		else if (number == 0)
			load_next(h, row.value);
		else if (!own_find(h, number))
			e = load_row(h, number, row.value, now);
		if (e != OK)
			return e;
		after = own_key(number, key);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err new_holdings(struct masc *m)
{
	struct holdings *h = env_zalloc(m->env, 1, sizeof(*h));
	if (!h)
		return ERR_NOMEM;
	if (timers_own(&m->timers, 2) != OK) {
		env_free(m->env, h);
		return ERR_NOMEM;
	}
	h->m = m;
	h->next_number = h->next_demand = 1;
	list_init(&h->claims);
	list_init(&h->demands);
	list_init(&h->clashes);
	list_init(&h->hints);
	h->plan.kind = TIMER_PLAN;
	h->plan.owner = m;
	h->again.kind = TIMER_CLASH;
	h->again.owner = h;
	m->own = h;
	return OK;
}

void own_free(struct masc *m)
{
	struct holdings *h = m->own;
	if (!h)
		return;
	demand_free(m);
	LIST_EACH(at, next, &h->claims)
	own_forget(LIST_ENTRY(at, struct own_claim, at));
	LIST_EACH(k, after, &h->clashes)
	env_free(m->env, LIST_ENTRY(k, struct own_clash, at));
	timer_disarm(&m->timers, &h->plan);
	timer_disarm(&m->timers, &h->again);
	timers_disown(&m->timers, 2);
	env_free(m->env, h);
	m->own = NULL;
}

/* -- another configuration -- */

/* Its space is not configured any more: what is held runs out, untold. */
static void lose_home(struct own_claim *c, struct mono now)
{
	enum own_event_kind kind = own_may(c, OWN_DEPRECATE) ? OWN_DEPRECATE : OWN_DROP;
	own_happen(c, &(struct own_event){ .kind = kind, .why = MASC_REASON_NO_RANGE }, now);
}

void own_hide(struct masc *m, struct mono now)
{
	if (!m->own)
		return;
	LIST_EACH(at, next, &m->own->claims)
	own_untable(LIST_ENTRY(at, struct own_claim, at), now);
}

void own_reconfigured(struct masc *m, struct mono now)
{
	if (!m->own)
		return;
	LIST_EACH(at, next, &m->own->claims)
	{
		struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		c->space = own_home_find(m, &c->home);
		if (c->space)
			own_table(c, now);
		else
			lose_home(c, now);
	}
	own_clash_rehome(m);
	/* W may be another, and the ends of ranges. */
	own_wall(m, now);
}

enum err own_load(struct masc *m, struct mono now)
{
	enum err e = new_holdings(m);
	if (e == OK)
		e = load_rows(m->own, now);
	if (e == OK)
		e = demand_load(m);
	if (e != OK)
		return e;
	m->own->loaded = true;
	own_reconfigured(m, now);
	own_clash_look(m, now);
	use_count(m, now);
	return OK;
}

/* -- a commit that failed -- */

/* MASC-14.9: as its row says. A second's rest, or a full disk would make it try
 * with each commit. */
static void revert(struct own_claim *c, struct mono now)
{
	struct masc *m = c->in->m;
	uint8_t key[OWN_KEY_SIZE];
	struct span value;
	own_untable(c, now);
	enum err e = store_get(m->store, &masc_table_own, own_key(c->number, key), &value);
	if (e != OK || own_row_read(c, value) != OK) {
		own_forget(c);
		return;
	}
	c->not_again = mono_add(now, MONO_SEC);
	settle(c, now);
	if (c->space && c->space->synced && own_is_pending(c))
		own_thaw(c, now);
	else if (c->life == MASC_LIFE_SCHEDULED)
		own_arm_again(c, now);
}

static void claims_failed(struct holdings *h, uint64_t first, enum err why, struct mono now)
{
	struct masc_event ev = event_of(NULL, MASC_EVENT_STORE_FAILED);
	ev.err = why;
	if (!h->newest || h->newest < first)
		return;
	h->newest = 0;
	LIST_EACH(at, next, &h->claims)
	{
		struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		if (c->put >= first)
			revert(c, now);
	}
	/* Those whose end was undone. Without memory they come with the next start. */
	if (load_rows(h, now) != OK)
		h->rows_unreadable++;
	out_event(h->m, &ev, 0);
	own_replan(h->m);
}

void own_store_failed(struct masc *m, uint64_t first, enum err why, struct mono now)
{
	if (!m->own)
		return;
	claims_failed(m->own, first, why, now);
	demand_store_failed(m, first, why, now);
}
