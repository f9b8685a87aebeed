#include "masc/masc_int.h"

struct out_send {
	struct out out;
	uint8_t octets[];
};

struct out_event {
	struct out out;
	struct masc_event event;
};

void out_put(struct masc *m, struct out *o)
{
	list_push_back(&m->out, &o->at);
}

void out_free(struct masc *m, struct out *o)
{
	if (o && !o->embedded)
		env_free(m->env, o);
}

bool out_send(struct masc *m, uint32_t link, struct span bytes, uint64_t after, bool drain)
{
	struct out_send *o = env_resize(m->env, NULL, sizeof(*o) + bytes.n);
	if (!o)
		return false;
	/* The octets are many: only what stands before them is cleared. */
	memset(o, 0, sizeof(*o));
	memcpy(o->octets, bytes.p, bytes.n);
	o->out.what.kind = MASC_OUT_SEND;
	o->out.what.link = link;
	o->out.what.bytes = span_of(o->octets, bytes.n);
	o->out.what.after = after;
	o->out.what.drain = drain;
	out_put(m, &o->out);
	return true;
}

/* An event that finds no memory is lost; nothing hangs on it. */
void out_event(struct masc *m, const struct masc_event *ev, uint64_t after)
{
	struct out_event *o = env_zalloc(m->env, 1, sizeof(*o));
	if (!o)
		return;
	o->event = *ev;
	o->out.what.kind = MASC_OUT_EVENT;
	o->out.what.event = &o->event;
	o->out.what.after = after;
	out_put(m, &o->out);
}

void out_reply(struct masc *m, uint64_t call, enum err result, uint64_t after)
{
	out_answer(m, &(struct masc_out){ .call = call, .result = result, .after = after });
}

void out_answer(struct masc *m, const struct masc_out *reply)
{
	struct out *o = &m->reply.out;
	if (m->reply.used)
		o = env_zalloc(m->env, 1, sizeof(*o));
	else
		m->reply.used = true;
	if (!o)
		return;
	o->what = *reply;
	o->what.kind = MASC_OUT_REPLY;
	out_put(m, o);
}

struct masc_event event_of(const struct peer *p, enum masc_event_kind kind)
{
	struct masc_event ev = { .kind = kind };
	if (p) {
		memcpy(ev.peer, p->config->name, sizeof(ev.peer));
		ev.remote = p->config->address;
	}
	return ev;
}

bool masc_poll(struct masc *m, struct masc_out *out)
{
	out_free(m, m->taken);
	m->taken = NULL;
	if (list_empty(&m->out))
		return false;
	struct out *o = LIST_ENTRY(m->out.next, struct out, at);
	list_take(&o->at);
	*out = o->what;
	if (o == &m->reply.out)
		m->reply.used = false;
	if (!o->embedded)
		m->taken = o;
	else if (o->what.kind == MASC_OUT_CLOSE)
		link_free(LIST_ENTRY(o, struct link, close));
	return true;
}
