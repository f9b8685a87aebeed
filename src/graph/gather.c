/* Changes of ours of one turn, signed together (GRAPH-14.19): each is prepared, then all go to
 * the provider at once, then each is stored, told and answered, in the order in which they
 * came. They lie in the list of held changes until then, and in its limits. */
#include "graph/flood_int.h"

struct one {
	struct graph_held *held;
	struct graph_make make;
	uint8_t *attributes, *octets; /* octets: the record without Security Data */
	enum err err;
	size_t at; /* among those that are signed */
};

struct gathering {
	struct graph *g;
	struct mono now;
	struct one *all;
	size_t n;
	/* Of those that are to be signed: */
	struct graph_record *records;
	enum graph_change *changes;
	struct span *security;
	enum err *each;
	size_t signs;
};

/* ---- memory ---- */

static bool begin(struct gathering *t, size_t n)
{
	const struct env *env = t->g->shared->env;
	t->all = env_zalloc(env, n, sizeof(*t->all));
	t->records = env_zalloc(env, n, sizeof(*t->records));
	t->changes = env_zalloc(env, n, sizeof(*t->changes));
	t->security = env_zalloc(env, n, sizeof(*t->security));
	t->each = env_zalloc(env, n, sizeof(*t->each));
	return t->all && t->records && t->changes && t->security && t->each;
}

static void end(struct gathering *t)
{
	const struct env *env = t->g->shared->env;
	for (size_t i = 0; i < t->n; i++) {
		env_free(env, t->all[i].make.attrs);
		env_free(env, t->all[i].attributes);
		env_free(env, t->all[i].octets);
		env_free(env, t->all[i].held);
	}
	env_free(env, t->all);
	env_free(env, t->records);
	env_free(env, t->changes);
	env_free(env, t->security);
	env_free(env, t->each);
}

/* ---- which ---- */

static bool is_alone(const struct graph_command *c)
{
	return c->kind == GRAPH_IMPORT || c->local_only;
}

static bool changes_same(const struct graph_command *a, const struct graph_command *b)
{
	return a->kind != GRAPH_RECORD_ADD && b->kind != GRAPH_RECORD_ADD &&
	       graph_guid_eq(&a->id, &b->id);
}

/* The second change of a record rests on the first being stored: it is of the next batch. */
static bool fits(const struct graph *g, const struct graph_held *h, size_t n)
{
	const struct list *at = g->held.next;
	if (is_alone(&h->c))
		return false;
	for (size_t i = 0; i < n; i++, at = at->next)
		if (changes_same(&LIST_ENTRY(at, struct graph_held, all)->c, &h->c))
			return false;
	return true;
}

static size_t count(const struct graph *g)
{
	size_t n = 0;
	LIST_EACH(at, tmp, &g->held)
	{
		if (n == g->birth.provider.ops->batch ||
		    !fits(g, LIST_ENTRY(at, struct graph_held, all), n))
			break;
		n++;
	}
	return n;
}

/* ---- the three steps ---- */

/* A copy that does not hang on the store: the next one is read from it, too. */
static enum err keep(struct gathering *t, struct one *o, const struct graph_record *r)
{
	size_t n = graph_record_size(r);
	o->octets = env_resize(t->g->shared->env, NULL, n);
	if (!o->octets)
		return ERR_NOMEM;
	struct wr w = wr_of(o->octets, n);
	graph_record_put(&w, r);
	if (w.failed)
		return ERR_RANGE;
	return graph_record_decode(wr_span(&w), &t->records[t->signs]);
}

static void prepare(struct gathering *t, struct one *o)
{
	struct graph *g = t->g;
	struct graph_record r;
	if (!graph_may_change(g)) {
		o->make.text = "the graph was not synchronised yet";
		o->err = ERR_STATE;
		return;
	}
	o->err = graph_asked_prepare(g, &o->held->c, &o->make, &o->attributes, t->now);
	if (!o->err)
		o->err = graph_make_compose(g, &o->make, t->now, &r);
	if (!o->err)
		o->err = graph_protect(g, &o->make, &r);
	if (!o->err)
		o->err = keep(t, o, &r);
	if (o->err)
		return;
	t->changes[t->signs] = graph_make_change(&o->make);
	o->at = t->signs++;
}

static void sign(struct gathering *t)
{
	const struct graph_provider *p = &t->g->birth.provider;
	if (t->signs > 1)
		p->ops->secure_many(p->ctx, t->records, t->changes, t->signs, t->security, t->each);
	else if (t->signs == 1)
		t->each[0] = p->ops->secure(p->ctx, t->records, t->changes[0], t->security);
}

static void finish(struct gathering *t, struct one *o)
{
	struct graph *g = t->g;
	struct graph_entry *e;
	uint64_t after;
	if (!o->err && t->each[o->at])
		o->err = graph_make_refused(&o->make, t->each[o->at]);
	if (!o->err) {
		struct graph_record *r = &t->records[o->at];
		r->security = t->security[o->at];
		o->err = graph_make_store(g, &o->make, r, &e, &after, t->now);
	}
	if (o->err)
		graph_out_reply(g, o->held->number, o->err, o->make.text, 0);
	else
		graph_out_reply_record(g, o->held->number, e, after);
}

bool graph_gather(struct graph *g, struct mono now)
{
	struct gathering t = { .g = g, .now = now };
	size_t n = graph_gathers(g) ? count(g) : 0;
	if (n < 2)
		return false;
	if (!begin(&t, n)) {
		end(&t);
		return false;
	}
	for (t.n = 0; t.n < n; t.n++) {
		struct one *o = &t.all[t.n];
		o->held = LIST_ENTRY(g->held.next, struct graph_held, all);
		graph_hold_take(g, o->held);
		prepare(&t, o);
	}
	sign(&t);
	for (size_t i = 0; i < n; i++)
		finish(&t, &t.all[i]);
	g->held_since = now;
	end(&t);
	return true;
}
