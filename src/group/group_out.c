/* What comes out of a group. */
#include "group/group_int.h"
#include <assert.h>

static struct group_own_out *own_new(struct group *g, enum group_out_kind kind, size_t behind)
{
	struct group_own_out *o = env_zalloc(g->env, 1, sizeof(*o) + behind);
	if (!o)
		return NULL;
	o->out.kind = kind;
	list_push_back(&g->outs, &o->all);
	return o;
}

static struct group_event *tell(struct group *g, enum group_event_kind kind, struct span label)
{
	struct group_own_out *o = own_new(g, GROUP_OUT_EVENT, label.n ? label.n + 1 : 0);
	struct group_event *e = o ? &o->event : &g->lost;
	*e = (struct group_event){ .kind = kind };
	if (!o)
		return e;
	o->out.event = e;
	if (label.n)
		e->label = memcpy(o + 1, label.p, label.n); /* the NUL is there */
	return e;
}

struct group_event *group_tell(struct group *g, enum group_event_kind kind)
{
	return tell(g, kind, span_of(NULL, 0));
}

struct group_event *group_tell_of(struct group *g, enum group_event_kind kind, struct span who)
{
	const struct group_member *m = group_members_find(g->members, who);
	struct group_event *e =
		tell(g, kind, m ? group_member_label(m, group_time(g)) : span_of(NULL, 0));
	struct text t = TEXT_OF(e->who);
	text_span(&t, who);
	return e;
}

/* As `label` is: behind the event, each with its NUL. */
struct group_event *group_tell_with(struct group *g, const struct group_member *who,
				    const struct span text[3])
{
	const struct span all[4] = { group_member_label(who, group_time(g)), text[0], text[1],
				     text[2] };
	size_t n = 0;
	for (size_t i = 0; i < 4; i++)
		n += all[i].n + 1;
	struct group_own_out *o = own_new(g, GROUP_OUT_EVENT, n);
	struct group_event *e = o ? &o->event : &g->lost;
	*e = (struct group_event){ .kind = GROUP_EVENT_MEMBER };
	struct text name = TEXT_OF(e->who);
	text_span(&name, who->name);
	if (!o)
		return e;
	const char **const to[4] = { &e->label, &e->by, &e->by_label, &e->reason };
	char *at = (char *)(o + 1);
	o->out.event = e;
	for (size_t i = 0; i < 4; i++) {
		if (all[i].n)
			*to[i] = memcpy(at, all[i].p, all[i].n);
		at += all[i].n + 1;
	}
	return e;
}

struct group_out *group_want(struct group *g, enum group_out_kind kind, struct span payload)
{
	struct group_own_out *o = own_new(g, kind, payload.n);
	if (!o)
		return NULL;
	if (payload.n) {
		memcpy(o + 1, payload.p, payload.n);
		o->out.payload = span_of(o + 1, payload.n);
	}
	return &o->out;
}

struct group_out *group_newest(struct group *g)
{
	struct group_own_out *o = LIST_ENTRY(g->outs.prev, struct group_own_out, all);
	assert(!list_empty(&g->outs) && o->out.kind == GROUP_OUT_PUBLISH);
	return &o->out;
}

void group_asked(struct group *g, uint64_t number)
{
	group_newest(g)->asked = number;
}

bool group_poll(struct group *g, struct group_out *out)
{
	env_free(g->env, g->last);
	g->last = NULL;
	if (list_empty(&g->outs))
		return false;
	g->last = LIST_ENTRY(g->outs.next, struct group_own_out, all);
	list_take(&g->last->all);
	*out = g->last->out;
	return true;
}
