/* What a provider keeps from all but members (GRAPH-6.6 to 6.9): an application's record is
 * stored and sent as the provider sealed it, and looked at as it reveals it. */
#include "graph/flood_int.h"

static bool seals(const struct graph *g, const struct graph_record *r)
{
	const struct graph_provider_ops *ops = g->birth.provider.ops;
	return ops->protect && !graph_type_reserved(&r->type) && !graph_record_deleted(r);
}

/* ---- ours ---- */

static const char *refusal(enum err err)
{
	if (err == ERR_STATE)
		return "no key of this group's epoch yet: a member who may give it has to be "
		       "online; try again then";
	return err == ERR_RANGE ? graph_fault_text(GRAPH_FAULT_SIZE) : "it cannot be sealed";
}

enum err graph_protect(struct graph *g, struct graph_make *m, struct graph_record *r)
{
	const struct graph_provider *p = &g->birth.provider;
	struct span sealed = span_of(NULL, 0);
	if (!seals(g, r))
		return OK;
	enum err err = graph_make_attributes(g, m, r);
	if (err)
		return err;
	m->plain = (uint32_t)r->payload.n;
	err = p->ops->protect(p->ctx, r, graph_make_change(m), &sealed);
	if (err) {
		m->text = refusal(err);
		return err;
	}
	if (!sealed.n)
		return OK;
	m->sealed = true;
	r->payload = sealed;
	r->attributes = span_of(NULL, 0);
	return graph_make_held(g, m, r);
}

/* ---- those that wait for a key ---- */

/* Shorter than who asks waits as usual (30 s): so they are told why. */
#define PATIENCE (25 * MONO_SEC)

static bool can_seal(const struct graph *g)
{
	const struct graph_provider *p = &g->birth.provider;
	return !p->ops->writable || p->ops->writable(p->ctx);
}

/* Once it can, those that waited go on before others come: changes keep their order. */
bool graph_seal_waits(const struct graph *g, const struct graph_command *c)
{
	if (!g->loaded || c->reserved || c->local_only || c->kind == GRAPH_IMPORT ||
	    !graph_may_change(g))
		return false;
	return !can_seal(g);
}

void graph_seal_wait(struct graph *g, const struct graph_command *c, uint64_t number,
		     struct mono now)
{
	enum err err = graph_load_wait(g, c, number);
	if (err)
		graph_out_reply(
			g, number, err,
			err == ERR_FULL ? "too many changes wait for the group's key" : NULL, 0);
	else if (mono_is_never(g->timer[GRAPH_TIMER_LOAD]))
		graph_timer_set(g, GRAPH_TIMER_LOAD, mono_add(now, PATIENCE));
}

void graph_seal_due(struct graph *g)
{
	graph_timer_set(g, GRAPH_TIMER_LOAD, MONO_NEVER);
	graph_load_refuse(g, ERR_STATE, refusal(ERR_STATE));
}

static void go_on(struct graph *g, struct mono now)
{
	if (!g->loaded || !g->n_early || !can_seal(g))
		return;
	graph_timer_set(g, GRAPH_TIMER_LOAD, MONO_NEVER);
	graph_load_on(g, now);
}

/* ---- shown ---- */

bool graph_revealed(const struct graph *g, const struct graph_record *r, struct graph_record *out)
{
	const struct graph_provider *p = &g->birth.provider;
	struct graph_plain plain = { r->payload, r->attributes };
	bool shown = true;
	if (seals(g, r))
		shown = p->ops->reveal(p->ctx, r, &plain) == GRAPH_VALID;
	*out = *r;
	out->payload = plain.payload;
	out->attributes = plain.attributes;
	return shown;
}

/* GRAPH-6.8: what holds no well-formed attributes is like what cannot be opened. */
static enum err attributes_of(const struct graph *g, struct span utf16, struct graph_attrs **out)
{
	*out = NULL;
	return utf16.n ? graph_attrs_read(out, utf16, g->shared->env, NULL) : OK;
}

enum err graph_reveal_put(struct graph *g, const struct graph_record *r, struct graph_db_put *put)
{
	struct graph_record plain;
	struct graph_attrs *attrs;
	put->hidden = !graph_revealed(g, r, &plain);
	if (put->hidden || plain.payload.p == r->payload.p)
		return OK;
	enum err err = attributes_of(g, plain.attributes, &attrs);
	if (err == ERR_NOMEM)
		return err;
	put->hidden = err != OK;
	if (put->hidden)
		return OK;
	env_free(g->shared->env, put->attrs);
	put->attrs = attrs;
	put->revealed = true;
	put->payload = (uint32_t)plain.payload.n;
	return OK;
}

bool graph_reveal_entry(struct graph *g, struct graph_entry *e, const struct graph_record *r)
{
	struct graph_record plain;
	struct graph_attrs *attrs = NULL;
	bool was = e->hidden;
	if (!seals(g, r))
		return false;
	bool shown = graph_revealed(g, r, &plain);
	if (shown && plain.payload.p == r->payload.p && !was)
		return false;
	if (shown)
		shown = attributes_of(g, plain.attributes, &attrs) == OK;
	if (shown)
		shown = graph_db_show(g->db, e, attrs, (uint32_t)plain.payload.n) == OK;
	if (!shown)
		graph_db_hide(g->db, e);
	return shown && was;
}

/* ---- later ---- */

static void look(struct graph *g, struct graph_entry *e)
{
	struct graph_event ev = graph_event_of(g, GRAPH_EVENT_RECORD);
	struct span octets;
	struct graph_record r;
	if (!e->hidden || e->deleted || graph_db_octets(g->db, e, &octets) != OK ||
	    graph_record_decode(octets, &r) != OK || !graph_reveal_entry(g, e, &r))
		return;
	ev.change = GRAPH_RECORD_ADDED;
	ev.id = e->place.id;
	ev.type = *graph_db_type(g->db, e->type);
	ev.version = e->version;
	ev.ours = (e->local & GRAPH_ENTRY_OURS) != 0;
	graph_out_event(g, &ev, graph_told_after(g, e));
}

static void begin_again(struct graph *g)
{
	g->reveal = g->reveal_again;
	g->reveal_again = g->reveal_began = false;
}

static bool nothing_hidden(const struct graph *g)
{
	struct graph_db_info i;
	graph_db_info(g->db, &i);
	return !i.hidden;
}

/* GRAPH-6.9: in slices; entries that are not hidden cost next to nothing. */
void graph_reveal_on(struct graph *g, struct mono now)
{
	if (!g->reveal || !g->loaded)
		return;
	if (nothing_hidden(g)) {
		g->reveal = g->reveal_again = g->reveal_began = false;
		return;
	}
	struct graph_entry *e = graph_db_after(g->db, g->reveal_began ? &g->reveal_after : NULL);
	size_t cost = 0;
	for (size_t n = 0; e && cost < GRAPH_COST && n < GRAPH_SLICE_LOOKED; n++) {
		cost += e->hidden;
		look(g, e);
		g->reveal_after = e->place;
		g->reveal_began = true;
		e = graph_db_next(g->db, e);
	}
	if (!e)
		begin_again(g);
	if (g->reveal)
		graph_slice_soon(g, now);
}

void graph_reveal(struct graph *g, struct mono now)
{
	if (g->stopping)
		return;
	/* What was looked at on the walk that goes on may be shown now. */
	g->reveal_again = g->reveal && g->reveal_began;
	g->reveal = true;
	go_on(g, now);
	graph_slice_soon(g, now);
	graph_finish(g, now);
}
