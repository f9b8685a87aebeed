#include "rig.h"

/* ---- memory that is counted: a header before each block says how large it is */

#define HEAD 16

static void *counted_resize(void *ctx, void *p, size_t n)
{
	struct rig_memory *m = ctx;
	uint8_t *old = p ? (uint8_t *)p - HEAD : NULL;
	size_t was = 0;
	if (old)
		memcpy(&was, old, sizeof(was));
	uint8_t *fresh = failing_env_resize(&m->f, old, n ? n + HEAD : 0);
	if (n && !fresh)
		return NULL;
	m->octets = m->octets - was + n;
	m->most = m->octets > m->most ? m->octets : m->most;
	if (!n)
		return NULL;
	memcpy(fresh, &n, sizeof(n));
	return fresh + HEAD;
}

static void counted_random(void *ctx, void *p, size_t n)
{
	struct rig_memory *m = ctx;
	failing_env_random(&m->f, p, n);
}

/* ---- life */

void rig_init(struct rig *r, enum crypto_profile_id profile)
{
	*r = (struct rig){ .now = { MONO_SEC },
			   .delay_least = MONO_MS,
			   .delay_most = 10 * MONO_MS };
	failing_env_init(&r->f, 1);
	assert_int_equal(crypto_new(&r->crypto, &r->f.env), OK);
	assert_int_equal(crypto_remember(r->crypto, 4096), OK);
	r->o = (struct pnrp_options){
		.profile = pnrp_profile(profile),
		.crypto = r->crypto,
		.scope = PNRP_SCOPE_GLOBAL,
		.times = pnrp_times_default,
		.limits = pnrp_limits_default,
	};
	assert_non_null(r->o.profile);
	assert_int_equal(crypto_key_make(r->crypto, &r->f.env, r->o.profile->crypto, &r->key), OK);
	list_init(&r->flying);
	list_init(&r->inbox);
}

struct pnrp_endpoint rig_at(const struct rig *r, size_t i)
{
	struct pnrp_endpoint e = { .port = 3540 };
	if (r->o.ipv4) {
		const uint8_t ip[16] = { [10] = 0xff, [11] = 0xff, 203, 0, 113, 1 };
		const uint8_t near[16] = { [10] = 0xff, [11] = 0xff, 127, 0, 0, 1 };
		const uint8_t link[16] = { [10] = 0xff, [11] = 0xff, 169, 254, 1, 1 };
		const uint8_t *there = r->o.scope == PNRP_SCOPE_LINK ? link : ip;
		memcpy(e.ip, r->o.loopback ? near : there, 16);
		e.port = (uint16_t)(3541 + i);
		return e;
	}
	if (r->o.loopback) {
		e.ip[15] = 1;
		e.port = (uint16_t)(3541 + i);
		return e;
	}
	const uint8_t prefix[4] = { 0x20, 0x01, 0x0d, 0xb8 };
	memcpy(e.ip, prefix, sizeof(prefix));
	e.ip[4] = (uint8_t)((i + 1) >> 8);
	e.ip[5] = (uint8_t)(i + 1);
	e.ip[15] = 1;
	if (r->o.scope == PNRP_SCOPE_LINK) {
		e.ip[0] = 0xfe;
		e.ip[1] = 0x80;
	} else if (r->o.scope == PNRP_SCOPE_SITE) {
		e.ip[0] = 0xfd;
	}
	return e;
}

static void collect(struct rig *r, size_t i);

size_t rig_add(struct rig *r)
{
	struct rig_node *x = calloc(1, sizeof(*x));
	assert_non_null(x);
	r->node = realloc(r->node, (r->n + 1) * sizeof(struct rig_node *));
	assert_non_null(r->node);
	r->node[r->n] = x;
	x->at = rig_at(r, r->n);
	failing_env_init(&x->memory.f, 1000 + r->n);
	x->memory.env = (struct env){ counted_resize, counted_random, &x->memory };
	struct wall wall = { RIG_WALL + r->now.us, true };
	failing_env_fail_at(&x->memory.f, r->fail_at);
	enum err e = pnrp_new(&x->p, &r->o, &x->memory.env, r->now, wall);
	assert_int_equal(e, x->memory.f.failed ? ERR_NOMEM : OK);
	x->down = e != OK;
	if (e == OK)
		e = pnrp_set_local(x->p, &x->at, 1, r->now);
	assert_true(e == OK || x->memory.f.failed);
	if (r->seeded && x->p)
		assert_int_equal(pnrp_set_seeds(x->p, &r->node[0]->at, 1), OK);
	r->n++;
	collect(r, r->n - 1);
	return r->n - 1;
}

void rig_add_many(struct rig *r, size_t n)
{
	while (n--)
		(void)rig_add(r);
}

void rig_quiet(struct rig *r, size_t i)
{
	r->delay_most = r->delay_least;
	r->node[i]->p->maintenance = MONO_NEVER;
	collect(r, i);
}

void rig_kill(struct rig *r, size_t i)
{
	struct rig_node *x = r->node[i];
	pnrp_free(x->p);
	x->p = NULL;
	x->down = true;
	failing_env_assert_clean(&x->memory.f);
}

static void empty(struct list *l)
{
	LIST_EACH(at, next, l)
	{
		list_take(at);
		free(LIST_ENTRY(at, struct rig_datagram, in));
	}
}

void rig_fini(struct rig *r)
{
	for (size_t i = 0; i < r->n; i++) {
		rig_kill(r, i);
		free(r->node[i]);
	}
	free(r->node);
	empty(&r->flying);
	empty(&r->inbox);
	crypto_key_free(r->key);
	crypto_free(r->crypto);
	failing_env_assert_clean(&r->f);
}

/* ---- the network */

static struct rig_node *node_at(const struct rig *r, const struct addr *a)
{
	struct pnrp_endpoint e = pnrp_endpoint_of(a);
	for (size_t i = 0; i < r->n; i++)
		if (pnrp_endpoint_eq(&r->node[i]->at, &e))
			return r->node[i];
	return NULL;
}

static uint64_t draw(struct rig *r, uint64_t bound)
{
	return failing_env_next(&r->f) % bound;
}

static void launch(struct rig *r, const struct pnrp_out *out, const struct rig_node *from)
{
	struct rig_datagram *d = malloc(sizeof(*d) + out->bytes.n);
	assert_non_null(d);
	d->from = out->from.family ? out->from : pnrp_endpoint_addr(&from->at, r->o.zone);
	d->to = out->to;
	d->n = out->bytes.n;
	memcpy(d->bytes, out->bytes.p, out->bytes.n);
	uint64_t spread = (uint64_t)(r->delay_most - r->delay_least) + 1;
	d->at = mono_add(r->now, r->delay_least + (int64_t)draw(r, spread));
	struct list *after = r->flying.prev;
	while (after != &r->flying && LIST_ENTRY(after, struct rig_datagram, in)->at.us > d->at.us)
		after = after->prev;
	list_push_back(after->next, &d->in);
}

static void send(struct rig *r, const struct pnrp_out *out, const struct rig_node *from)
{
	assert_true(out->bytes.n > 0 && out->bytes.n <= PNRP_DATAGRAM_MAX);
	r->sent++;
	r->octets += out->bytes.n;
	r->largest = out->bytes.n > r->largest ? out->bytes.n : r->largest;
	bool lost = draw(r, 1000) < r->loss;
	bool twice = draw(r, 1000) < r->doubled;
	for (int i = 0; !lost && i <= twice; i++)
		launch(r, out, from);
}

static void keep_result(struct rig_node *x, const struct pnrp_out *out)
{
	x->results++;
	x->result = *out->result;
	memcpy(x->payload, out->result->payload.p ? out->result->payload.p : x->payload,
	       out->result->payload.n);
	x->result.payload.p = x->payload;
}

static void take(struct rig *r, struct rig_node *x, const struct pnrp_out *out)
{
	switch (out->kind) {
	case PNRP_OUT_SEND:
		send(r, out, x);
		break;
	case PNRP_OUT_RESULT:
		keep_result(x, out);
		break;
	case PNRP_OUT_HOP:
		x->hop[x->hops++ % 64] = *out->hop;
		break;
	case PNRP_OUT_DONE:
		x->dones++;
		x->number = out->number;
		x->err = out->err;
		x->asked = out->hops;
		x->elapsed = out->elapsed;
		break;
	case PNRP_OUT_ALONE:
		x->alones++;
		break;
	case PNRP_OUT_EVENT:
		x->events[out->event->kind]++;
		x->last[out->event->kind] = *out->event;
		break;
	}
}

static void collect(struct rig *r, size_t i)
{
	struct rig_node *x = r->node[i];
	struct pnrp_out out;
	uint32_t alones = x->alones;
	while (x->p && pnrp_poll(x->p, &out))
		take(r, x, &out);
	if (r->seeded && i && x->alones > alones) {
		assert_int_equal(pnrp_synchronise(x->p, &r->node[0]->at, 0, r->now), OK);
		while (pnrp_poll(x->p, &out))
			take(r, x, &out);
	}
	x->due = x->p && !x->down ? pnrp_deadline(x->p) : MONO_NEVER;
}

void rig_drain(struct rig *r)
{
	for (size_t i = 0; i < r->n; i++)
		collect(r, i);
}

/* A LOOKUP to a liar does not reach its core. */
static bool lied(struct rig *r, struct rig_node *x, const struct rig_datagram *d)
{
	struct pnrp_message m, a = { .type = PNRP_AUTHORITY };
	struct pnrp_buffer b = { .flags = 0 };
	uint8_t octets[PNRP_PIECE], bytes[PNRP_DATAGRAM_MAX];
	size_t n, i = 0;
	if (!x->lies || pnrp_decode(r->o.profile, span_of(d->bytes, d->n), &m) != OK ||
	    m.type != PNRP_LOOKUP)
		return false;
	while (r->node[i] != x)
		i++;
	if (!r->lie(r, i, &m.lookup, &b))
		return true;
	assert_int_equal(pnrp_buffer_encode(r->o.profile, &b, octets, sizeof(octets), &n), OK);
	a.id = (uint32_t)draw(r, UINT32_MAX);
	a.authority = (struct pnrp_authority){ .acked = m.id,
					       .size = (uint16_t)n,
					       .piece = span_of(octets, n) };
	assert_int_equal(pnrp_encode(r->o.profile, &a, bytes, sizeof(bytes), &n), OK);
	struct pnrp_out out = { .kind = PNRP_OUT_SEND, .to = d->from, .bytes = span_of(bytes, n) };
	send(r, &out, x);
	return true;
}

static void deliver(struct rig *r, struct rig_datagram *d)
{
	struct rig_node *x = node_at(r, &d->to);
	list_take(&d->in);
	if (!x) {
		list_push_back(&r->inbox, &d->in);
		r->inbox_n++;
		return;
	}
	if (!x->down && !lied(r, x, d)) {
		/* Memory may fail; the datagram is lost then, as any may be. */
		enum err e = pnrp_input(x->p, &d->from, &d->to, span_of(d->bytes, d->n), r->now);
		assert_true(e == OK || e == ERR_NOMEM);
		for (size_t i = 0; i < r->n; i++)
			if (r->node[i] == x)
				collect(r, i);
	}
	free(d);
}

static struct mono first_due(const struct rig *r, size_t *who)
{
	struct mono first = MONO_NEVER;
	for (size_t i = 0; i < r->n; i++) {
		if (r->node[i]->down || r->node[i]->due.us >= first.us)
			continue;
		first = r->node[i]->due;
		*who = i;
	}
	return first;
}

/* One thing that happens before `end`; false: nothing does. */
static bool step(struct rig *r, struct mono end)
{
	size_t who = 0;
	struct mono due = first_due(r, &who);
	struct rig_datagram *d =
		list_empty(&r->flying) ? NULL : LIST_ENTRY(r->flying.next, struct rig_datagram, in);
	struct mono next = d ? mono_min(due, d->at) : due;
	if (next.us > end.us)
		return false;
	if (next.us > r->now.us)
		r->now = next;
	if (d && d->at.us <= due.us) {
		deliver(r, d);
		return true;
	}
	pnrp_tick(r->node[who]->p, r->now);
	collect(r, who);
	/* Whoever is due again at once would never let time pass. */
	assert_true(r->node[who]->due.us > r->now.us || r->node[who]->due.us == 0);
	return true;
}

void rig_run(struct rig *r, int64_t us)
{
	struct mono end = mono_add(r->now, us);
	rig_drain(r);
	while (step(r, end))
		continue;
	r->now = end;
}

/* ---- names */

static void name_of(const char *text, struct pnrp_name *out)
{
	char room[128];
	struct text why = TEXT_OF(room);
	assert_int_equal(pnrp_name_parse(span_str(text), out, &why), OK);
}

void rig_registration(const struct rig *r, const char *name, struct pnrp_registration *out)
{
	*out = (struct pnrp_registration){ .key = r->key, .n_apps = 1 };
	name_of(name, &out->name);
	out->app[0] = (struct pnrp_app){ .port = 80, .protocol = 6 };
	out->app[0].ip[15] = 1;
}

uint32_t rig_publish(struct rig *r, size_t i, const char *name)
{
	struct pnrp_registration reg;
	uint32_t handle;
	rig_registration(r, name, &reg);
	assert_int_equal(pnrp_register(r->node[i]->p, &reg, &handle, r->now), OK);
	collect(r, i);
	return handle;
}

struct pnrp_id rig_id(const struct rig *r, size_t i)
{
	assert_false(list_empty(&r->node[i]->p->own));
	return LIST_ENTRY(r->node[i]->p->own.next, struct pnrp_own, in)->id;
}

void rig_join(struct rig *r, size_t i, size_t with)
{
	assert_int_equal(pnrp_synchronise(r->node[i]->p, &r->node[with]->at, 0, r->now), OK);
	collect(r, i);
}

void rig_cloud(struct rig *r, size_t n)
{
	size_t first = r->n;
	rig_add_many(r, n);
	for (size_t i = first; i < r->n; i++) {
		char name[32] = "0.n";
		struct text t = text_of(name, sizeof(name));
		text_str(&t, "0.n");
		text_u64(&t, i);
		if (i && !r->seeded)
			rig_join(r, i, i - 1 - (size_t)draw(r, i < 10 ? i : 10));
		rig_run(r, 100 * MONO_MS);
		rig_publish(r, i, name);
		rig_run(r, 200 * MONO_MS);
	}
}

void rig_query(const char *name, struct pnrp_query *out)
{
	*out = (struct pnrp_query){ .criteria = PNRP_MATCH_ANY, .most = 1, .local = true };
	name_of(name, &out->name);
}

enum err rig_resolve(struct rig *r, size_t i, const char *name)
{
	struct rig_node *x = r->node[i];
	struct pnrp_query q;
	rig_query(name, &q);
	q.deadline = mono_add(r->now, 60 * MONO_SEC);
	uint32_t before = x->dones;
	assert_int_equal(pnrp_resolve(x->p, &q, 1000 + before, r->now), OK);
	collect(r, i);
	struct mono end = mono_add(r->now, 61 * MONO_SEC);
	while (x->dones == before && step(r, end))
		continue;
	assert_int_equal(x->dones, before + 1);
	return x->err;
}

/* ---- strangers */

void rig_input(struct rig *r, size_t i, const struct pnrp_endpoint *from, struct span bytes)
{
	struct addr a = pnrp_endpoint_addr(from, r->o.zone);
	struct addr to = pnrp_endpoint_addr(&r->node[i]->at, r->o.zone);
	/* A copy of its very size: what reads past its end is seen. */
	uint8_t *copy = malloc(bytes.n ? bytes.n : 1);
	assert_non_null(copy);
	memcpy(copy, bytes.p, bytes.n);
	enum err e = pnrp_input(r->node[i]->p, &a, &to, span_of(copy, bytes.n), r->now);
	free(copy);
	assert_true(e == OK || e == ERR_NOMEM);
	collect(r, i);
}

void rig_say(struct rig *r, size_t i, const struct pnrp_endpoint *from, struct pnrp_message *m,
	     uint32_t id)
{
	uint8_t bytes[PNRP_DATAGRAM_MAX];
	size_t n;
	m->id = id;
	assert_int_equal(pnrp_encode(r->o.profile, m, bytes, sizeof(bytes), &n), OK);
	rig_input(r, i, from, span_of(bytes, n));
}

static bool decode_first(struct rig *r, struct rig_datagram *d, struct pnrp_message *m)
{
	static uint8_t kept[PNRP_DATAGRAM_MAX];
	size_t n = d->n;
	memcpy(kept, d->bytes, n);
	list_take(&d->in);
	free(d);
	r->inbox_n--;
	assert_int_equal(pnrp_decode(r->o.profile, span_of(kept, n), m), OK);
	return true;
}

/* What flies to nobody is there at once. */
static void land(struct rig *r)
{
	LIST_EACH(at, next, &r->flying)
	{
		struct rig_datagram *d = LIST_ENTRY(at, struct rig_datagram, in);
		if (node_at(r, &d->to))
			continue;
		list_take(at);
		list_push_back(&r->inbox, at);
		r->inbox_n++;
	}
}

bool rig_heard(struct rig *r, struct pnrp_message *m)
{
	land(r);
	if (list_empty(&r->inbox))
		return false;
	return decode_first(r, LIST_ENTRY(r->inbox.next, struct rig_datagram, in), m);
}

bool rig_heard_at(struct rig *r, const struct pnrp_endpoint *at, struct pnrp_message *m)
{
	land(r);
	LIST_EACH(i, next, &r->inbox)
	{
		struct rig_datagram *d = LIST_ENTRY(i, struct rig_datagram, in);
		struct pnrp_endpoint to = pnrp_endpoint_of(&d->to);
		if (pnrp_endpoint_eq(&to, at))
			return decode_first(r, d, m);
	}
	return false;
}

void rig_forget(struct rig *r)
{
	land(r);
	empty(&r->inbox);
	r->inbox_n = 0;
}

struct pnrp_route rig_route(const struct pnrp_id *id, const struct pnrp_endpoint *e)
{
	struct pnrp_route route = { .id = *id, .port = e->port, .n = 1 };
	memcpy(route.ip[0], e->ip, 16);
	return route;
}

struct pnrp_id rig_above(struct pnrp_id id, uint64_t n)
{
	while (n--)
		id = pnrp_id_next(&id);
	return id;
}

/* ---- publishers that the test plays */

void rig_ghost(const struct rig *r, struct rig_ghost *g, size_t i, int64_t steps, size_t nth)
{
	const struct pnrp_own *o = LIST_ENTRY(r->node[i]->p->own.next, struct pnrp_own, in);
	uint8_t octets[32];
	*g = (struct rig_ghost){ .at = rig_at(r, nth), .id = o->id };
	for (; steps > 0; steps--)
		g->id = pnrp_id_next(&g->id);
	for (; steps < 0; steps++)
		g->id = pnrp_id_previous(&g->id);
	pnrp_id_write(octets, &g->id);
	memcpy(g->cpa.location, octets + 16, 16);
	memcpy(g->cpa.classifier_hash, o->classifier_hash, sizeof(o->classifier_hash));
	g->cpa.has_classifier = true;
	g->cpa.not_after = RIG_WALL + MONO_DAY;
	g->cpa.n_nodes = 1;
	g->cpa.node[0] = g->at;
	g->route = rig_route(&g->id, &g->at);
}

void rig_answer(struct rig *r, size_t i, const struct pnrp_endpoint *from, uint32_t acked,
		const struct pnrp_buffer *b)
{
	uint8_t octets[PNRP_PIECE];
	size_t n;
	assert_int_equal(pnrp_buffer_encode(r->o.profile, b, octets, sizeof(octets), &n), OK);
	struct pnrp_message m = { .type = PNRP_AUTHORITY };
	m.authority = (struct pnrp_authority){ acked, (uint16_t)n, 0, span_of(octets, n) };
	rig_say(r, i, from, &m, (uint32_t)failing_env_next(&r->f));
}

void rig_ghost_answer(struct rig *r, size_t i, const struct rig_ghost *g,
		      const struct pnrp_message *inquire)
{
	struct pnrp_buffer b = { .flags = 0 };
	struct pnrp_cpa cpa = g->cpa;
	uint8_t octets[PNRP_CPA_MAX];
	size_t n;
	if (inquire->inquire.flags & PNRP_INQUIRE_CPA) {
		memcpy(cpa.nonce, inquire->inquire.nonce, sizeof(cpa.nonce));
		assert_int_equal(pnrp_cpa_make(r->crypto, &r->f.env, r->o.profile, &cpa, r->key,
					       octets, sizeof(octets), &n),
				 OK);
		b.cpa = span_of(octets, n);
	}
	rig_answer(r, i, &g->at, inquire->id, &b);
}

bool rig_ghost_enters(struct rig *r, size_t i, const struct rig_ghost *g,
		      const struct pnrp_endpoint *from, const struct pnrp_path *flooded)
{
	struct pnrp_message m = { .type = PNRP_FLOOD }, q;
	m.flood.flags = PNRP_FLOOD_SILENT;
	m.flood.has_route = true;
	m.flood.route = g->route;
	if (flooded)
		m.flood.flooded = *flooded;
	rig_forget(r);
	rig_say(r, i, from ? from : &g->at, &m, (uint32_t)failing_env_next(&r->f));
	if (!rig_heard_at(r, &g->at, &q) || q.type != PNRP_INQUIRE)
		return false;
	rig_ghost_answer(r, i, g, &q);
	return true;
}
