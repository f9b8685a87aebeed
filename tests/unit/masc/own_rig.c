#include "own_rig.h"

#include <stdio.h>

/* The bench whose plan the doubles are. */
static struct own_bench *on;

enum err __wrap_plan_renewal(struct own_claim *c, struct masc_prefix *half, bool *whole,
			     struct mono now);
uint64_t __wrap_plan_used(const struct masc *m, const struct masc_prefix *p);
void __wrap_own_settle(struct masc *m, struct mono now);

/* Without a plan of its own: claims are those of the test. */
void __wrap_own_settle(struct masc *m, struct mono now)
{
	for (unsigned i = 0; i < 4 && m->own && m->own->replan; i++) {
		m->own->replan = false;
		own_go_on(m, now);
	}
}

enum err __wrap_plan_renewal(struct own_claim *c, struct masc_prefix *half, bool *whole,
			     struct mono now)
{
	*whole = !on->half;
	if (on->half)
		*half = bench_prefix(on->half);
	return on->renewal;
}

uint64_t __wrap_plan_used(const struct masc *m, const struct masc_prefix *p)
{
	return on->used;
}

static struct masc *machine(struct own_bench *o)
{
	return o->b.r.m;
}

void own_join(struct own_bench *o)
{
	struct rig *r = &o->b.r;
	struct peer *north = bench_peer(&o->b, "north");
	while (!north->main->link)
		rig_next(r);
	o->link = north->main->link->number;
	rig_up(r, o->link);
	rig_open(r, o->link, MASC_PARENT, 0, 7, 71, 0);
	rig_keepalive(r, o->link);
	assert_int_equal(north->main->state, MASC_ESTABLISHED);
	char range[128];
	uint32_t end = 3600 - seconds(o);
	snprintf(range, sizeof(range), "north: managed 239.192.0.0/16 7.71 i life=%u", end);
	bench_hear(&o->b, range);
	rig_keepalive(r, o->link);
	assert_true(o->sp->synced);
}

void own_cut(struct own_bench *o)
{
	rig_down(&o->b.r, o->link, ERR_RESET);
	assert_false(o->sp->synced);
}

static void find_space(struct own_bench *o)
{
	o->sp = space_parent(machine(o), MASC_IPV4, &(struct masc_id){ { [15] = 7 } });
	assert_non_null(o->sp);
}

void own_start_in(struct own_bench *o, const char *settings, const char *scope)
{
	memset(o, 0, sizeof(*o));
	on = o;
	bench_init(&o->b, "hold_time=0");
	rig_set(&o->b.r, settings);
	if (scope)
		rig_scope(&o->b.r, scope);
	bench_start(&o->b);
	o->b.whole = true;
	find_space(o);
	own_join(o);
	hush(o);
}

void own_start(struct own_bench *o, const char *settings)
{
	own_start_in(o, settings, NULL);
}

void own_end(struct own_bench *o)
{
	bench_fini(&o->b);
	on = NULL;
}

void own_commit(struct own_bench *o)
{
	while (store_mem_seal(o->b.r.mem) || store_mem_commit(o->b.r.mem))
		;
}

void own_restart(struct own_bench *o, int64_t later)
{
	struct rig *r = &o->b.r;
	int64_t wall = masc_wall_now(r->m, r->now) + later;
	masc_free(r->m);
	store_mem_crash(r->mem);
	r->now = (struct mono){ 77 * MONO_SEC };
	assert_int_equal(masc_new(&r->m, &r->config, &r->f.env, store_mem_store(r->mem), r->now,
				  (struct wall){ wall, true }),
			 OK);
	find_space(o);
}

const char *told(struct own_bench *o)
{
	memcpy(o->lines, o->b.log, sizeof(o->b.log));
	o->b.log[0] = 0;
	return o->lines;
}

static size_t event_line(char *out, size_t size, const struct masc_event *ev)
{
	if (ev->kind == MASC_EVENT_STORE_FAILED)
		return (size_t)snprintf(out, size, "store-failed %s", err_name(ev->err));
	if (ev->kind == MASC_EVENT_CLASH)
		return (size_t)snprintf(out, size, "clash %lu %s", (unsigned long)ev->number,
					ev->up				 ? "over"
					: ev->why == MASC_REASON_KEPT	 ? "kept"
					: ev->why == MASC_REASON_YIELDED ? "yielded"
					: ev->won			 ? "won"
									 : "lost");
	if (ev->kind == MASC_EVENT_DENIED && ev->number)
		return (size_t)snprintf(out, size, "%lu disputed by %u", (unsigned long)ev->number,
					ev->domain.octets[15]);
	if (ev->kind != MASC_EVENT_CLAIM)
		return 0;
	return (size_t)snprintf(out, size, "%lu %s>%s %s", (unsigned long)ev->number,
				masc_life_text(ev->life_from), masc_life_text(ev->life),
				masc_reason_word(ev->why));
}

const char *events(struct own_bench *o)
{
	struct masc_out out;
	size_t n = 0;
	o->lines[0] = 0;
	while (masc_poll(machine(o), &out)) {
		char line[128];
		if (out.kind != MASC_OUT_EVENT || !event_line(line, sizeof(line), out.event))
			continue;
		n += (size_t)snprintf(o->lines + n, sizeof(o->lines) - n, "%s%s", n ? "; " : "",
				      line);
		if (out.after)
			n += (size_t)snprintf(o->lines + n, sizeof(o->lines) - n, "@%lu",
					      (unsigned long)out.after);
	}
	return o->lines;
}

void hush(struct own_bench *o)
{
	(void)told(o);
	(void)events(o);
}

void pass(struct own_bench *o, int64_t us)
{
	struct rig *r = &o->b.r;
	struct mono end = mono_add(r->now, us);
	for (struct mono at; (at = masc_deadline(r->m)).us <= end.us;) {
		if (at.us > r->now.us)
			r->now = at;
		masc_tick(r->m, r->now);
	}
	r->now = end;
	masc_tick(r->m, r->now);
}

const char *hear(struct own_bench *o, const char *claim)
{
	static char said[sizeof(o->b.log)];
	memcpy(said, o->b.log, sizeof(said));
	(void)bench_hear(&o->b, claim);
	char heard[sizeof(o->b.log)];
	memcpy(heard, o->b.log, sizeof(heard));
	/* What was told before is not forgotten. */
	snprintf(o->b.log, sizeof(o->b.log), "%s%s%s", said, *said && *heard ? "; " : "", heard);
	masc_settle(machine(o), o->b.r.now);
	return heard[0] == '3' ? "refused" : "";
}

uint32_t seconds(const struct own_bench *o)
{
	return (uint32_t)(masc_wall_now(o->b.r.m, o->b.r.now) / MONO_SEC - BENCH_WALL);
}

struct own_claim *want(struct own_bench *o, const char *prefix)
{
	struct masc_prefix p = bench_prefix(prefix);
	const struct own_wish w = {
		.space = o->sp, .prefix = &p, .fixed = true, .why = MASC_REASON_ASKED
	};
	struct own_claim *c;
	assert_int_equal(own_want(machine(o), &w, &c, o->b.r.now), OK);
	return c;
}

enum err step(struct own_bench *o, struct own_claim *c, enum own_event_kind kind)
{
	struct own_event ev = { .kind = kind,
				.why = MASC_REASON_ASKED,
				.end = RIG_WALL + (seconds(o) + 60LL) * MONO_SEC };
	ev.prefix = own_prefix(c) ? *own_prefix(c) : c->wanted;
	if (kind == OWN_GROW)
		ev.prefix = masc_prefix_wider(&ev.prefix);
	if (kind == OWN_CLASH_LOST)
		ev.loss = (struct own_loss){ .domain = rig_id(8),
					     .node = rig_id(81),
					     .timestamp = (uint32_t)BENCH_WALL,
					     .lifetime = 60,
					     .hold_time = 60 };
	return own_step(c, &ev, o->b.r.now);
}

struct own_claim *have(struct own_bench *o, const char *prefix, enum masc_life life)
{
	static const enum own_event_kind ways[MASC_LIFE_COUNT][5] = {
		[MASC_LIFE_SCHEDULED] = { OWN_READY, OWN_EVENT_COUNT },
		[MASC_LIFE_WAITING] = { OWN_READY, OWN_CHOSEN, OWN_EVENT_COUNT },
		[MASC_LIFE_HELD] = { OWN_READY, OWN_CHOSEN, OWN_WAITED, OWN_EVENT_COUNT },
		[MASC_LIFE_RENEWING] = { OWN_READY, OWN_CHOSEN, OWN_WAITED, OWN_RENEW,
					 OWN_EVENT_COUNT },
		[MASC_LIFE_GROWING] = { OWN_READY, OWN_CHOSEN, OWN_WAITED, OWN_GROW,
					OWN_EVENT_COUNT },
		[MASC_LIFE_DEPRECATED] = { OWN_READY, OWN_CHOSEN, OWN_WAITED, OWN_DEPRECATE,
					   OWN_EVENT_COUNT },
		[MASC_LIFE_CLASHED] = { OWN_READY, OWN_CHOSEN, OWN_WAITED, OWN_CLASH_LOST,
					OWN_EVENT_COUNT },
	};
	struct own_claim *c = want(o, prefix);
	for (size_t i = 0; life != MASC_LIFE_WANTED && i < 5; i++) {
		if (ways[life][i] == OWN_EVENT_COUNT)
			break;
		assert_int_equal(step(o, c, ways[life][i]), OK);
	}
	assert_int_equal(c->life, life);
	hush(o);
	return c;
}

struct own_claim *claim_at(struct own_bench *o, const char *prefix)
{
	struct masc_prefix p = bench_prefix(prefix);
	LIST_EACH(at, next, &machine(o)->own->claims)
	{
		struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		if (masc_prefix_eq(own_prefix(c) ? own_prefix(c) : &c->wanted, &p))
			return c;
	}
	fail_msg("no claim %s", prefix);
	return NULL;
}

const char *claims(struct own_bench *o)
{
	size_t n = 0;
	o->lines[0] = 0;
	LIST_EACH(at, next, &machine(o)->own->claims)
	{
		const struct own_claim *c = LIST_ENTRY(at, struct own_claim, at);
		char text[MASC_PREFIX_TEXT_MAX] = "-";
		struct text t = TEXT_OF(text);
		const struct masc_prefix *p = own_prefix(c) ? own_prefix(c) : &c->wanted;
		if (p->family)
			masc_prefix_text(&t, p);
		n += (size_t)snprintf(o->lines + n, sizeof(o->lines) - n, "%s%s %s", n ? "; " : "",
				      masc_life_text(c->life), text);
	}
	return o->lines;
}
