#include "plan_rig.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/setting.h"

static struct bench *bench; /* of the test that runs: the doubles have no other way */

static void note(const char *format, ...)
{
	size_t n = strlen(bench->line);
	va_list ap;
	va_start(ap, format);
	if (n)
		n += (size_t)snprintf(bench->line + n, sizeof(bench->line) - n, "; ");
	vsnprintf(bench->line + n, sizeof(bench->line) - n, format, ap);
	va_end(ap);
}

static const char *words_of(const struct masc_prefix *p)
{
	static char room[2][MASC_PREFIX_TEXT_MAX];
	static unsigned turn;
	turn = 1 - turn;
	struct text t = TEXT_OF(room[turn]);
	masc_prefix_text(&t, p);
	return room[turn];
}

static const char *space_text(const struct space *sp)
{
	static char room[80];
	if (sp->below)
		return "local";
	if (sp->scope)
		snprintf(room, sizeof(room), "at %s", sp->scope->name);
	else
		snprintf(room, sizeof(room), "at %u", sp->parent.octets[15]);
	return room;
}

static enum err failing(void)
{
	enum err e = bench->fail;
	bench->fail = OK;
	return e;
}

/* -- doubles of masc.c and out.c -- */

int64_t masc_wall_now(const struct masc *m, struct mono now)
{
	return m->wall.us + mono_since(now, m->wall_at);
}

struct masc_event event_of(const struct peer *p, enum masc_event_kind kind)
{
	assert_null(p);
	return (struct masc_event){ .kind = kind };
}

void out_event(struct masc *m, const struct masc_event *ev, uint64_t after)
{
	char put[24] = "";
	if (after)
		snprintf(put, sizeof(put), "@%u", (unsigned)after);
	if (ev->kind == MASC_EVENT_UNMET && ev->up)
		note("met %u%s", (unsigned)ev->number, put);
	else if (ev->kind == MASC_EVENT_UNMET)
		note("unmet %u %s", (unsigned)ev->number, masc_reason_word(ev->why));
	else if (ev->kind == MASC_EVENT_PAUSED)
		note("%s %s", ev->up ? "resumed" : "paused", masc_reason_word(ev->why));
	else if (ev->kind == MASC_EVENT_STORE_FAILED)
		note("store-failed %s", err_name(ev->err));
	else
		fail_msg("event %d", (int)ev->kind);
}

/* -- doubles of spaces, guards, cache, spread -- */

static struct bench_space *of(const struct space *sp)
{
	return (struct bench_space *)(uintptr_t)sp;
}

size_t space_ranges(const struct space *sp, struct masc_prefix *out, size_t room)
{
	const struct bench_space *s = of(sp);
	size_t n = 0;
	for (size_t i = 0; i < s->n_ranges; i++, n++)
		if (n < room)
			out[n] = s->ranges[i];
	if (!sp->below)
		return n;
	LIST_EACH(at, next, &bench->m->own->claims)
	{
		const struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		const struct masc_prefix *p = own_prefix(c);
		if (!p || c->local || !c->active || p->family != sp->family)
			continue;
		if (n < room)
			out[n] = *p;
		n++;
	}
	return n;
}

bool space_drains(const struct space *sp, const struct masc_prefix *p)
{
	const struct masc_prefix *range = &of(sp)->draining;
	return range->family && masc_prefix_covers(range, p);
}

struct space *space_below(struct masc *m, enum masc_family f)
{
	LIST_EACH(at, next, &m->spaces)
	{
		struct space *sp = LIST_ENTRY(at, struct space, at);
		if (sp->below && sp->family == f)
			return sp;
	}
	return NULL;
}

bool space_synced(const struct space *sp, struct mono now)
{
	return sp->synced;
}

enum masc_reason guard_clock(const struct masc *m, struct mono now)
{
	return bench->clock;
}

enum err cache_put(struct space *sp, const struct wire_claim *c, const struct peer *from, bool ours,
		   struct mono now)
{
	assert_null(from);
	assert_true(ours);
	struct table_mark mark = { .peer = TABLE_PEER_NONE, .ours = true };
	uint32_t r;
	return table_add(sp->table, c, &mark, c->timestamp + c->hold_time, &r);
}

void spread(struct space *sp, const struct wire_claim *c, unsigned sets, const struct peer *except,
	    uint64_t after, struct mono now)
{
	static const uint8_t zero[16];
	assert_int_equal(sets, TO_PARENT | TO_INTERNAL);
	assert_null(except);
	assert_int_equal(after, 0);
	assert_int_equal(c->type, WIRE_NEW_CLAIM);
	assert_int_equal(c->role, MASC_INTERNAL_PEER);
	assert_memory_equal(c->address, zero, sizeof(zero));
	assert_int_equal(c->hold_time, BENCH_W / MONO_SEC);
	assert_int_equal(c->lifetime, BENCH_W / MONO_SEC);
	assert_int_equal(c->timestamp, masc_wall_now(bench->m, now) / MONO_SEC);
	assert_int_equal(c->domain.octets[15], 100);
	assert_int_equal(c->node.octets[15], 10);
	note("hint /%u %s", c->prefix_length, space_text(sp));
}

/* -- doubles of the life of claims -- */

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

bool own_is_withdrawn(const struct own_claim *c, const struct masc_prefix *p)
{
	return c->life == MASC_LIFE_CLASHED;
}

bool own_covers(const struct masc *m, const struct masc_prefix *p, uint32_t *end, bool *deprecated)
{
	LIST_EACH(at, next, &m->own->claims)
	{
		const struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		if (!c->local && own_is_held(c) && masc_prefix_covers(own_prefix(c), p))
			return true;
	}
	return false;
}

bool own_overlaps(const struct masc *m, const struct masc_prefix *p)
{
	LIST_EACH(at, next, &m->own->claims)
	{
		const struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		if (own_prefix(c) && masc_prefix_overlaps(own_prefix(c), p))
			return true;
	}
	return false;
}

void own_go_on(struct masc *m, struct mono now)
{
}

static struct own_claim *claim_new(struct masc *m, struct space *sp, bool local)
{
	struct holdings *h = m->own;
	struct own_claim *c = calloc(1, sizeof(*c));
	c->in = h;
	c->number = h->next_number++;
	c->space = sp;
	c->local = local;
	list_push_back(&h->claims, &c->at);
	h->n_claims++;
	c->put = ++h->newest;
	return c;
}

enum err own_want(struct masc *m, const struct own_wish *w, struct own_claim **out, struct mono now)
{
	enum err e = failing();
	if (e != OK)
		return e;
	struct own_claim *c = claim_new(m, w->space, w->local);
	assert_true(w->local == w->space->below);
	c->fixed = w->fixed;
	c->length = w->length;
	c->lifetime = w->lifetime;
	c->not_before = w->not_before;
	c->why = w->why;
	snprintf(c->scope, sizeof(c->scope), "%s", w->scope ? w->scope : "");
	if (w->prefix) {
		c->wanted = *w->prefix;
		note("want %u %s %s", (unsigned)c->number, words_of(w->prefix),
		     space_text(w->space));
	} else {
		note("want %u /%u %s", (unsigned)c->number, w->length, space_text(w->space));
	}
	if (*c->scope && !w->space->scope)
		note("for %s", c->scope);
	if (out)
		*out = c;
	own_replan(m);
	return OK;
}

static void tell(struct own_claim *c)
{
	if (bench->silent)
		own_replan(c->in->m);
	else
		plan_claim_changed(c, bench->now);
}

/* What the table has of it. */
static void untable(struct own_claim *c)
{
	struct table *t = c->space->table;
	for (uint32_t r = 0; (r = table_each(t, r));) {
		struct wire_claim w;
		struct masc_prefix p;
		if (!table_mark_of(t, r).ours || !table_get(t, r, &w))
			continue;
		p = table_prefix_of(&w);
		if (!own_prefix(c) || !masc_prefix_eq(&p, own_prefix(c)))
			continue;
		table_remove(t, r);
		if (c->space->below)
			plan_child_claim(c->space, &w, false);
		return;
	}
}

static void forget(struct own_claim *c)
{
	untable(c);
	c->n_parts = 0;
	c->life = MASC_LIFE_EXPIRED;
	tell(c);
	list_take(&c->at);
	c->in->n_claims--;
	free(c);
}

enum err own_drop(struct own_claim *c, enum masc_reason why, struct mono now)
{
	enum err e = failing();
	if (e != OK)
		return e;
	assert_null(own_prefix(c));
	note("drop %u", (unsigned)c->number);
	c->in->newest++;
	forget(c);
	return OK;
}

enum err own_grow(struct own_claim *c, struct mono now)
{
	enum err e = failing();
	if (e != OK)
		return e;
	assert_int_equal(c->life, MASC_LIFE_HELD);
	note("grow %u", (unsigned)c->number);
	c->life = MASC_LIFE_GROWING;
	tell(c);
	return OK;
}

enum err own_deprecate(struct own_claim *c, enum masc_reason why, struct mono now)
{
	enum err e = failing();
	if (e != OK)
		return e;
	note("deprecate %u", (unsigned)c->number);
	c->life = MASC_LIFE_DEPRECATED;
	c->active = false;
	c->why = why;
	tell(c);
	return OK;
}

enum err own_release(struct own_claim *c, enum masc_reason why, struct mono now)
{
	enum err e = failing();
	if (e != OK)
		return e;
	note("release %u", (unsigned)c->number);
	c->in->newest++;
	forget(c);
	return OK;
}

static void put_in(struct space *sp, const struct wire_claim *w, bool ours, uint32_t *r)
{
	struct table_mark mark = { .peer = TABLE_PEER_NONE, .ours = ours, .holds = true };
	if (sp->below)
		plan_child_claim(sp, w, true);
	assert_int_equal(table_add(sp->table, w, &mark, UINT32_MAX, r), OK);
}

static struct wire_claim attribute(const struct masc_prefix *p, uint32_t domain,
				   enum wire_attribute type, struct mono now)
{
	struct wire_claim w = { .type = (uint8_t)type,
				.family = p->family,
				.domain = bench_id(domain),
				.node = bench_id(10),
				.prefix_length = p->length };
	w.timestamp = (uint32_t)(masc_wall_now(bench->m, now) / MONO_SEC);
	memcpy(w.address, p->address, sizeof(w.address));
	return w;
}

static void hold(struct own_claim *c, const struct masc_prefix *p)
{
	struct wire_claim w = attribute(p, 100, WIRE_PREFIX_MANAGED, bench->now);
	uint32_t r;
	untable(c);
	c->parts[0].prefix = *p;
	c->n_parts = 1;
	c->life = MASC_LIFE_HELD;
	c->active = true;
	c->length = 0;
	c->wanted.family = 0;
	c->end = masc_wall_now(bench->m, bench->now) + 1000 * BENCH_W;
	put_in(c->space, &w, true, &r);
	tell(c);
}

enum err own_take_local(struct masc *m, const struct masc_prefix *p, const struct own_claim *from,
			struct mono now)
{
	enum err e = failing();
	if (e != OK)
		return e;
	struct own_claim *c = claim_new(m, space_below(m, (enum masc_family)p->family), true);
	note("local %u %s of %u", (unsigned)c->number, words_of(p), (unsigned)from->number);
	hold(c, p);
	return OK;
}

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

enum err own_clash_resolve(struct masc *m, struct own_clash *k, bool yield, struct mono now)
{
	if (!k->info.open)
		return ERR_STATE;
	k->info.open = false;
	k->info.yielded = yield;
	k->put = ++m->own->newest;
	return OK;
}

/* -- the bench -- */

struct masc_prefix bench_prefix(const char *text)
{
	struct masc_prefix p;
	assert_int_equal(masc_prefix_parse(span_str(text), &p), OK);
	return p;
}

struct masc_id bench_id(uint32_t v)
{
	struct masc_id id = { .octets = { 0 } };
	for (unsigned i = 0; i < 4; i++)
		id.octets[12 + i] = (uint8_t)(v >> (24 - 8 * i));
	return id;
}

static void set_words(const struct setting *table, void *object, const char *settings)
{
	char copy[512], why[256];
	snprintf(copy, sizeof(copy), "%s", settings);
	for (char *w = strtok(copy, " "); w; w = strtok(NULL, " ")) {
		struct text t = TEXT_OF(why);
		char *eq = strchr(w, '=');
		assert_non_null(eq);
		struct span name = span_of(w, (size_t)(eq - w));
		assert_int_equal(setting_set(table, object, name, span_str(eq + 1), &t), OK);
	}
}

static struct bench_space *space_new(struct bench *b, enum masc_family f)
{
	struct bench_space *s = &b->spaces[b->n_spaces++];
	s->sp.m = b->m;
	s->sp.family = f;
	s->sp.synced = true;
	assert_int_equal(table_new(&s->sp.table, &b->f.env, f, 1 << 20), OK);
	return s;
}

void bench_init(struct bench *b, const char *settings)
{
	memset(b, 0, sizeof(*b));
	bench = b;
	failing_env_init(&b->f, 1);
	b->now = (struct mono){ 5 * MONO_SEC };
	assert_int_equal(store_mem_new(&b->mem, &b->f.env), OK);
	struct masc *m = b->m = calloc(1, sizeof(*m));
	m->env = &b->f.env;
	m->store = store_mem_store(b->mem);
	masc_config_init(&m->config, m->env);
	set_words(masc_settings, &m->config, "domain=100 node=10 profile=lab waiting_period=100s");
	set_words(masc_settings, &m->config, settings);
	m->rules = masc_config_rules(&m->config);
	m->wall = (struct wall){ BENCH_WALL, true };
	m->wall_at = b->now;
	list_init(&m->spaces);
	timers_init(&m->timers, m->env);
	list_push_back(&m->spaces, &space_new(b, MASC_IPV4)->sp.at);
	list_push_back(&m->spaces, &space_new(b, MASC_IPV6)->sp.at);
	b->spaces[0].sp.below = b->spaces[1].sp.below = true;
	b->spaces[0].sp.complete = b->spaces[1].sp.complete = true;
}

void bench_scope(struct bench *b, const char *name_and_settings)
{
	struct masc_scope_config *s;
	size_t n = strcspn(name_and_settings, " ");
	struct span name = span_of(name_and_settings, n);
	assert_int_equal(masc_config_scope(&b->m->config, name, &s), OK);
	set_words(masc_scope_settings, s, name_and_settings + n);
}

enum err bench_try_start(struct bench *b)
{
	struct holdings *h = b->m->own = calloc(1, sizeof(*h));
	h->m = b->m;
	h->next_number = 1;
	list_init(&h->claims);
	list_init(&h->clashes);
	return demand_load(b->m);
}

void bench_start(struct bench *b)
{
	assert_int_equal(bench_try_start(b), OK);
}

void bench_stop(struct bench *b)
{
	struct holdings *h = b->m->own;
	demand_free(b->m);
	LIST_EACH(at, next, &h->claims)
	free(LIST_ENTRY(at, struct own_claim, at));
	free(h);
	b->m->own = NULL;
}

void bench_fini(struct bench *b)
{
	if (b->m->own)
		bench_stop(b);
	for (size_t i = 0; i < b->n_spaces; i++)
		table_free(b->spaces[i].sp.table);
	timers_fini(&b->m->timers);
	masc_config_free(&b->m->config);
	free(b->m);
	store_mem_free(b->mem);
	failing_env_assert_clean(&b->f);
}

void bench_ranges(struct space *sp, const char *ranges)
{
	struct bench_space *s = of(sp);
	char copy[256];
	snprintf(copy, sizeof(copy), "%s", ranges);
	s->n_ranges = 0;
	for (char *w = strtok(copy, " "); w; w = strtok(NULL, " "))
		s->ranges[s->n_ranges++] = bench_prefix(w);
}

/* Before those below, as the real list has them. */
static struct space *above(struct bench *b, struct bench_space *s)
{
	list_push_back(&b->spaces[0].sp.at, &s->sp.at);
	return &s->sp;
}

struct space *bench_parent(struct bench *b, uint32_t domain, const char *ranges)
{
	struct bench_space *s = space_new(b, MASC_IPV4);
	s->sp.parent = bench_id(domain);
	bench_ranges(&s->sp, ranges);
	return above(b, s);
}

struct space *bench_root(struct bench *b, const char *scope)
{
	const struct masc_scope_config *c = masc_config_find_scope(&b->m->config, span_str(scope));
	struct bench_space *s = space_new(b, (enum masc_family)c->range.family);
	s->sp.scope = c;
	s->ranges[s->n_ranges++] = c->range;
	return above(b, s);
}

struct space *bench_below(struct bench *b, enum masc_family f)
{
	return space_below(b->m, f);
}

struct own_claim *bench_claim(struct bench *b, uint64_t number)
{
	struct own_claim *c = own_find(b->m->own, number);
	assert_non_null(c);
	return c;
}

struct own_claim *bench_hold(struct bench *b, uint64_t number, const char *prefix)
{
	struct own_claim *c = bench_claim(b, number);
	struct masc_prefix p = bench_prefix(prefix);
	hold(c, &p);
	return c;
}

struct own_claim *bench_held(struct bench *b, struct space *sp, const char *prefix)
{
	struct own_claim *c = claim_new(b->m, sp, sp->below);
	return bench_hold(b, c->number, prefix);
}

void bench_lose(struct bench *b, uint64_t number)
{
	forget(bench_claim(b, number));
}

uint32_t bench_other(struct bench *b, struct space *sp, uint32_t domain, const char *prefix,
		     enum wire_attribute type)
{
	struct masc_prefix p = bench_prefix(prefix);
	struct wire_claim w = attribute(&p, domain, type, b->now);
	uint32_t r;
	put_in(sp, &w, false, &r);
	return r;
}

void bench_gone(struct bench *b, struct space *sp, uint32_t r)
{
	struct wire_claim w;
	assert_true(table_get(sp->table, r, &w));
	table_remove(sp->table, r);
	if (sp->below)
		plan_child_claim(sp, &w, false);
	else
		own_replan(b->m);
}

void bench_asks(struct bench *b, uint32_t domain, uint8_t length)
{
	struct space *sp = space_below(b->m, MASC_IPV4);
	struct masc_prefix p = { .family = MASC_IPV4, .length = length };
	struct wire_claim w = attribute(&p, domain, WIRE_NEW_CLAIM, b->now);
	struct table_mark mark = { .peer = TABLE_PEER_NONE };
	uint32_t r;
	w.hold_time = (uint32_t)(BENCH_W / MONO_SEC);
	assert_int_equal(table_add(sp->table, &w, &mark, w.timestamp + w.hold_time, &r), OK);
	plan_hint(sp, &w, b->now);
}

struct masc_out bench_command(struct bench *b, const struct masc_command *c)
{
	struct masc_out reply = { .result = ERR_STATE };
	reply.result = own_command(b->m, c, &reply, b->now);
	return reply;
}

static uint64_t demand(struct bench *b, uint64_t addresses, const char *scope, int64_t in,
		       int64_t lasts)
{
	int64_t wall = masc_wall_now(b->m, b->now);
	struct masc_command c = { .kind = MASC_COMMAND_DEMAND,
				  .scope = span_str(scope),
				  .addresses = addresses,
				  .from = in ? wall + in : 0,
				  .until = lasts ? wall + in + lasts : 0 };
	struct masc_out reply = bench_command(b, &c);
	assert_int_equal(reply.result, OK);
	return reply.number;
}

uint64_t bench_demand(struct bench *b, uint64_t addresses, int64_t in, int64_t lasts)
{
	return demand(b, addresses, "", in, lasts);
}

uint64_t bench_demand_in(struct bench *b, uint64_t addresses, const char *scope)
{
	return demand(b, addresses, scope, 0, 0);
}

void bench_pass(struct bench *b, int64_t us)
{
	b->now = mono_add(b->now, us);
	for (struct timer *t; (t = timers_due(&b->m->timers, b->now));) {
		assert_int_equal(t->kind, TIMER_PLAN);
		own_replan(t->owner);
	}
	own_settle(b->m, b->now);
}

void bench_plan(struct bench *b)
{
	own_replan(b->m);
	own_settle(b->m, b->now);
}

const char *bench_out(struct bench *b)
{
	static char copy[sizeof(b->line)];
	memcpy(copy, b->line, sizeof(copy));
	b->line[0] = 0;
	return copy;
}

const char *bench_places(struct bench *b, uint64_t demand)
{
	static char room[256];
	const struct own_demand *d = demand_find(b->m->own, demand);
	size_t n = 0;
	if (!d)
		return "no such demand";
	snprintf(room, sizeof(room), "-");
	for (size_t i = 0; i < d->n_places; i++)
		n += (size_t)snprintf(room + n, sizeof(room) - n, "%s%u:%u", i ? " " : "",
				      (unsigned)d->places[i].claim,
				      (unsigned)d->places[i].addresses);
	return room;
}
