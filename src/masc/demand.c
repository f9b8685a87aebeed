/* MASC-18.1: demands and the places they have, a row each. */
#include "masc/plan_int.h"

#include "wire/rd.h"
#include "wire/wr.h"

#define ROW_VERSION 1
#define ROW_SIZE    (1 + 1 + 8 + 8 + 8 + 1 + MASC_NAME_MAX + 1 + DEMAND_PLACES * 16)
#define KEY_SIZE    8
#define NEXT_KEY    0 /* the row of the next number, so that none is used again */

const struct store_table masc_table_demand = { "masc_demand", STORE_KEY_INTEGER };

static struct span key_of(uint64_t number, uint8_t room[KEY_SIZE])
{
	struct wr w = wr_of(room, KEY_SIZE);
	wr_u64(&w, number);
	return wr_span(&w);
}

struct own_demand *demand_find(const struct holdings *h, uint64_t number)
{
	LIST_EACH(at, next, &h->demands)
	{
		struct own_demand *d = LIST_ENTRY(at, struct own_demand, at);
		if (d->number == number)
			return d;
	}
	return NULL;
}

uint64_t demand_met(const struct own_demand *d)
{
	uint64_t met = 0;
	for (size_t i = 0; i < d->n_places; i++)
		met += d->places[i].addresses;
	return met;
}

enum err demand_put(struct masc *m, struct own_demand *d)
{
	uint8_t key[KEY_SIZE], value[ROW_SIZE];
	struct wr w = wr_of(value, sizeof(value));
	struct span scope = span_str(d->scope);
	wr_u8(&w, ROW_VERSION);
	wr_u8(&w, (uint8_t)d->family);
	wr_u64(&w, d->addresses);
	wr_u64(&w, (uint64_t)d->from);
	wr_u64(&w, (uint64_t)d->until);
	wr_u8(&w, (uint8_t)scope.n);
	wr_bytes(&w, scope);
	wr_u8(&w, d->n_places);
	for (size_t i = 0; i < d->n_places; i++) {
		wr_u64(&w, d->places[i].claim);
		wr_u64(&w, d->places[i].addresses);
	}
	return store_put(m->store, &masc_table_demand, key_of(d->number, key), wr_span(&w),
			 &d->put);
}

static void read_places(struct rd *r, struct own_demand *d)
{
	uint8_t n = rd_u8(r);
	for (uint8_t i = 0; i < n && i < DEMAND_PLACES; i++) {
		d->places[i].claim = rd_u64(r);
		d->places[i].addresses = rd_u64(r);
	}
	d->n_places = n;
}

static bool is_sound(const struct own_demand *d)
{
	bool family = d->family == MASC_IPV4 || d->family == MASC_IPV6;
	if (!family || d->n_places > DEMAND_PLACES)
		return false;
	if (d->addresses == 0 || d->addresses > DEMAND_ADDRESSES_MAX)
		return false;
	uint64_t left = d->addresses;
	for (size_t i = 0; i < d->n_places; i++) {
		if (d->places[i].addresses > left)
			return false;
		left -= d->places[i].addresses;
	}
	return true;
}

/* ERR_CORRUPT. */
static enum err row_read(struct span value, struct own_demand *d)
{
	struct rd r = rd_of(value);
	uint8_t version = rd_u8(&r);
	d->family = (enum masc_family)rd_u8(&r);
	d->addresses = rd_u64(&r);
	d->from = (int64_t)rd_u64(&r);
	d->until = (int64_t)rd_u64(&r);
	struct span scope = rd_bytes(&r, rd_u8(&r));
	if (scope.n > MASC_NAME_MAX)
		return ERR_CORRUPT;
	if (scope.n)
		memcpy(d->scope, scope.p, scope.n);
	read_places(&r, d);
	return rd_done(&r) && version == ROW_VERSION && is_sound(d) ? OK : ERR_CORRUPT;
}

/* Claims whose places these are have so much more in use; a place on one that is
 * not there any more is none. */
static void take_places(const struct holdings *h, struct own_demand *d)
{
	for (size_t i = d->n_places; i-- > 0;) {
		struct own_claim *c = own_find(h, d->places[i].claim);
		if (c && own_prefix(c) && d->places[i].addresses <= claim_spare(c))
			c->used += d->places[i].addresses;
		else
			d->places[i] = d->places[--d->n_places];
	}
}

static void leave_places(const struct holdings *h, struct own_demand *d)
{
	for (size_t i = d->n_places; i-- > 0;) {
		struct own_claim *c = own_find(h, d->places[i].claim);
		demand_unplace(d, i, c, d->places[i].addresses);
	}
}

bool demand_place(struct own_demand *d, struct own_claim *c, uint64_t addresses)
{
	size_t i = 0;
	while (i < d->n_places && d->places[i].claim != c->number)
		i++;
	if (i == DEMAND_PLACES)
		return false;
	if (i == d->n_places)
		d->places[d->n_places++] = (struct own_place){ .claim = c->number };
	d->places[i].addresses += addresses;
	c->used += addresses;
	return true;
}

void demand_unplace(struct own_demand *d, size_t i, struct own_claim *c, uint64_t addresses)
{
	if (c)
		c->used -= addresses < c->used ? addresses : c->used;
	d->places[i].addresses -= addresses;
	if (d->places[i].addresses)
		return;
	/* Those behind keep their order: the first was the first that fitted. */
	d->n_places--;
	memmove(&d->places[i], &d->places[i + 1], (d->n_places - i) * sizeof(d->places[0]));
}

/* By number: those read out of turn, after a commit failed, go between. */
static void link_in(struct holdings *h, struct own_demand *d)
{
	struct list *before = &h->demands;
	while (before->prev != &h->demands &&
	       LIST_ENTRY(before->prev, struct own_demand, at)->number > d->number)
		before = before->prev;
	list_push_back(before, &d->at);
	h->n_demands++;
	if (d->number >= h->next_demand)
		h->next_demand = d->number + 1;
}

static void forget(struct masc *m, struct own_demand *d)
{
	leave_places(m->own, d);
	list_take(&d->at);
	m->own->n_demands--;
	env_free(m->env, d);
}

static void read_next_number(struct holdings *h, struct span value)
{
	struct rd r = rd_of(value);
	uint8_t version = rd_u8(&r);
	uint64_t next = rd_u64(&r);
	if (!rd_done(&r) || version != ROW_VERSION)
		h->rows_unreadable++;
	else if (next > h->next_demand)
		h->next_demand = next;
}

/* A row that cannot be read is left out and reported (MASC-19.2). */
static enum err load_row(struct masc *m, const struct store_row *row)
{
	struct holdings *h = m->own;
	struct rd key = rd_of(row->key);
	uint64_t number = rd_u64(&key);
	if (rd_done(&key) && number == NEXT_KEY) {
		read_next_number(h, row->value);
		return OK;
	}
	if (demand_find(h, number))
		return OK;
	struct own_demand *d = env_zalloc(m->env, 1, sizeof(*d));
	if (!d)
		return ERR_NOMEM;
	d->number = number;
	if (!rd_done(&key) || h->n_demands >= OWN_DEMANDS_MAX || row_read(row->value, d) != OK) {
		h->rows_unreadable++;
		env_free(m->env, d);
		return OK;
	}
	take_places(h, d);
	d->why = demand_met(d) < d->addresses ? MASC_REASON_DEMAND : MASC_REASON_NONE;
	link_in(h, d);
	return OK;
}

static enum err load_rows(struct masc *m)
{
	uint8_t at[KEY_SIZE];
	struct span after = { 0 };
	struct store_row row;
	enum err e;
	while ((e = store_scan(m->store, &masc_table_demand, after, &row)) == OK) {
		/* The row lives until the next call; its key is where to go on. */
		size_t n = row.key.n < sizeof(at) ? row.key.n : sizeof(at);
		memcpy(at, row.key.p, n);
		e = load_row(m, &row);
		if (e != OK)
			return e;
		after = span_of(at, n);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err demand_load(struct masc *m)
{
	struct holdings *h = m->own;
	list_init(&h->demands);
	hints_init(h);
	enum err e = timers_own(&m->timers, 1);
	if (e != OK)
		return e;
	h->plan.kind = TIMER_PLAN;
	h->plan.owner = m;
	h->next_demand = 1;
	h->replan = true;
	return load_rows(m);
}

void demand_free(struct masc *m)
{
	struct holdings *h = m->own;
	if (!h || !h->demands.next)
		return;
	LIST_EACH(at, next, &h->demands)
	{
		list_take(at);
		env_free(m->env, LIST_ENTRY(at, struct own_demand, at));
	}
	h->n_demands = 0;
	hints_free(h);
	timer_disarm(&m->timers, &h->plan);
	if (h->plan.owner)
		timers_disown(&m->timers, 1);
	h->plan.owner = NULL;
}

enum err demand_add(struct masc *m, const struct own_demand *d, struct own_demand **out)
{
	struct holdings *h = m->own;
	if (h->n_demands >= OWN_DEMANDS_MAX)
		return ERR_FULL;
	struct own_demand *made = env_zalloc(m->env, 1, sizeof(*made));
	if (!made)
		return ERR_NOMEM;
	*made = *d;
	made->number = h->next_demand;
	made->why = MASC_REASON_DEMAND;
	enum err e = demand_put(m, made);
	if (e != OK) {
		env_free(m->env, made);
		return e;
	}
	link_in(h, made);
	*out = made;
	return OK;
}

static enum err put_next_number(struct masc *m, uint64_t *put)
{
	uint8_t key[KEY_SIZE], value[1 + 8];
	struct wr w = wr_of(value, sizeof(value));
	wr_u8(&w, ROW_VERSION);
	wr_u64(&w, m->own->next_demand);
	return store_put(m->store, &masc_table_demand, key_of(NEXT_KEY, key), wr_span(&w), put);
}

enum err demand_end(struct masc *m, struct own_demand *d, uint64_t *put)
{
	uint8_t key[KEY_SIZE];
	enum err e = OK;
	if (d->number + 1 == m->own->next_demand)
		e = put_next_number(m, put);
	if (e == OK)
		e = store_del(m->store, &masc_table_demand, key_of(d->number, key), put);
	if (e != OK)
		return e;
	m->own->demand_gone = *put;
	forget(m, d);
	return OK;
}

void demands_expire(struct plan_run *r)
{
	LIST_EACH(at, next, &r->m->own->demands)
	{
		struct own_demand *d = LIST_ENTRY(at, struct own_demand, at);
		uint64_t put;
		if (d->until == 0)
			continue;
		if (d->until > r->wall)
			run_again_wall(r, d->until);
		else if (demand_end(r->m, d, &put) != OK)
			run_again(r, mono_add(r->now, MONO_SEC));
	}
}

static void undo(struct masc *m, struct own_demand *d)
{
	uint8_t key[KEY_SIZE];
	struct span value;
	enum err e = store_get(m->store, &masc_table_demand, key_of(d->number, key), &value);
	struct own_demand was = { .number = d->number, .at = d->at };
	d->put = 0;
	if (e == ERR_NOT_FOUND) {
		forget(m, d);
		return;
	}
	if (e != OK || row_read(value, &was) != OK)
		return;
	leave_places(m->own, d);
	take_places(m->own, &was);
	was.why = d->why;
	*d = was;
}

void demand_store_failed(struct masc *m, uint64_t first, enum err why, struct mono now)
{
	struct holdings *h = m->own;
	bool any = h->demand_gone >= first;
	LIST_EACH(at, next, &h->demands)
	{
		struct own_demand *d = LIST_ENTRY(at, struct own_demand, at);
		if (d->put < first)
			continue;
		any = true;
		undo(m, d);
	}
	if (!any)
		return;
	if (h->demand_gone >= first) {
		h->demand_gone = 0;
		/* Without memory they come back with the next start. */
		if (load_rows(m) != OK)
			h->rows_unreadable++;
	}
	struct masc_event ev = event_of(NULL, MASC_EVENT_STORE_FAILED);
	ev.err = why;
	out_event(m, &ev, 0);
	own_replan(m);
}

size_t masc_demand_count(const struct masc *m)
{
	return m->own ? m->own->n_demands : 0;
}

void masc_demand_info(const struct masc *m, size_t i, struct masc_demand_info *out)
{
	const struct list *at = m->own->demands.next;
	while (i--)
		at = at->next;
	const struct own_demand *d = LIST_ENTRY(at, struct own_demand, at);
	*out = (struct masc_demand_info){
		.number = d->number,
		.addresses = d->addresses,
		.met = demand_met(d),
		.family = d->family,
		.from = d->from,
		.until = d->until,
		.why = d->why,
	};
	memcpy(out->scope, d->scope, sizeof(out->scope));
}
