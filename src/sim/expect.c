#include "sim/world_int.h"

/* Windows in which a condition is watched. A watch hangs on the sites that the
 * condition is about, so that an event costs only what watches its site. */

static struct expectation *of_spec(struct world *w, size_t i)
{
	return &w->expects[i];
}

static int64_t begins(const struct world *w, const struct scn_expect *x)
{
	return x->action == SCN_NO_SITE ? 0 : w->actions[x->action].at;
}

void expects_init(struct world *w)
{
	for (size_t i = 0; i < w->s->n_expects; i++) {
		struct expectation *x = of_spec(w, i);
		x->spec = &w->s->expects[i];
		x->from = begins(w, x->spec);
		x->to = x->spec->window > INT64_MAX - x->from ? INT64_MAX
							      : x->from + x->spec->window;
		for (size_t j = 0; j < 2; j++) {
			x->watch[j].x = x;
			list_init(&x->watch[j].at);
		}
		if (x->to != INT64_MAX && x->to > w->end)
			w->end = x->to;
	}
}

static void settle(struct expectation *x)
{
	x->active = false;
	x->settled = true;
	list_take(&x->watch[0].at);
	list_take(&x->watch[1].at);
}

static void fail(struct world *w, const struct expectation *x)
{
	static const char *const words[] = { [SCN_WITHIN] = "did not come true: ",
					     [SCN_NEVER] = "must never be: ",
					     [SCN_ALWAYS] = "must always be: " };
	broken_at(w, x->spec->line, words[x->spec->kind], x->spec->condition.text);
}

static void look(struct world *w, struct expectation *x, bool at_end)
{
	const struct scn_condition *c = &x->spec->condition;
	bool holds = judge(w, c, x->count);
	switch (x->spec->kind) {
	case SCN_WITHIN:
		if (holds && (at_end || judge_is_final(c)))
			settle(x);
		else if (at_end)
			fail(w, x);
		return;
	case SCN_NEVER:
		if (holds)
			fail(w, x);
		return;
	case SCN_ALWAYS:
		if (!holds)
			fail(w, x);
		return;
	}
}

static void watch(struct world *w, struct expectation *x)
{
	const struct scn_condition *c = &x->spec->condition;
	x->active = true;
	/* About the whole world. */
	if (c->a == SCN_NO_SITE)
		return;
	list_push_back(&w->sites[c->a]->watches, &x->watch[0].at);
	if (c->b != SCN_NO_SITE && c->b != c->a)
		list_push_back(&w->sites[c->b]->watches, &x->watch[1].at);
}

/* What is about the whole world hangs on no site: it is looked at each second. */
static bool looks_again(struct world *w, struct expectation *x)
{
	int64_t again = w->now + MONO_SEC;
	if (x->spec->condition.a != SCN_NO_SITE || x->spec->kind != SCN_WITHIN || again >= x->to)
		return false;
	world_at(w, &x->when, EV_EXPECT, again);
	return true;
}

void expect_window(struct world *w, struct expectation *x)
{
	if (x->active) {
		look(w, x, w->now >= x->to);
		if (x->settled || looks_again(w, x))
			return;
		if (w->now < x->to) {
			world_at(w, &x->when, EV_EXPECT, x->to);
			return;
		}
		settle(x);
	}
	if (x->settled)
		return;
	watch(w, x);
	look(w, x, false);
	if (!x->settled && x->to != INT64_MAX && !looks_again(w, x))
		world_at(w, &x->when, EV_EXPECT, x->to);
}

void expect_event(struct machine *m, const struct node_event *e)
{
	LIST_EACH(i, next, &m->site.watches)
	{
		struct expectation *x = LIST_ENTRY(i, struct watch, at)->x;
		if (judge_event(&x->spec->condition, &m->site, e))
			x->count++;
	}
}

void expect_reply(struct machine *m, enum err result)
{
	LIST_EACH(i, next, &m->site.watches)
	{
		struct expectation *x = LIST_ENTRY(i, struct watch, at)->x;
		const struct scn_condition *c = &x->spec->condition;
		if (c->test == SCN_REPLY && span_eq(c->name, span_str(err_name(result))))
			x->count++;
	}
}

void expect_found(struct machine *m, const struct node_found *found)
{
	LIST_EACH(i, next, &m->site.watches)
	{
		struct expectation *x = LIST_ENTRY(i, struct watch, at)->x;
		const struct scn_condition *c = &x->spec->condition;
		if (c->test == SCN_FOUND && judge_found(m->site.w, c, found->result))
			x->count++;
	}
}

void expect_judge(struct site *s)
{
	LIST_EACH(i, next, &s->watches)
	look(s->w, LIST_ENTRY(i, struct watch, at)->x, false);
}

void expect_finish(struct world *w)
{
	for (size_t i = 0; i < w->s->n_expects; i++) {
		struct expectation *x = of_spec(w, i);
		if (x->active)
			look(w, x, true);
		else if (!x->settled)
			broken_at(w, x->spec->line,
				  "the run ends before: ", x->spec->condition.text);
	}
}
