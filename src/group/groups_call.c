/* Commands under way, and what comes out. */
#include "group/groups_int.h"

struct groups_call *groups_call_new(struct groups *s, enum groups_command_kind kind,
				    uint64_t number)
{
	struct groups_call *c = env_zalloc(s->env, 1, sizeof(*c));
	if (!c)
		return NULL;
	c->kind = kind;
	c->out.number = number;
	list_push_back(&s->calls, &c->all);
	return c;
}

/* What it carries may be a key. */
static void drop_bytes(struct groups *s, struct groups_call *c)
{
	if (c->bytes)
		crypto_wipe(c->bytes, c->n_bytes);
	env_free(s->env, c->bytes);
	c->bytes = NULL;
	c->n_bytes = 0;
}

void groups_call_free(struct groups *s, struct groups_call *c)
{
	if (!c)
		return;
	list_take(&c->all);
	groups_lookup_end(s, c);
	groups_joining_end(s, c);
	groups_removing_free(s, c);
	drop_bytes(s, c);
	env_free(s->env, c->address);
	env_free(s->env, c->granted.p);
	groups_inviting_free(s, c->inviting);
	env_free(s->env, c);
}

uint8_t *groups_call_room(struct groups *s, struct groups_call *c, size_t n)
{
	drop_bytes(s, c);
	c->bytes = env_zalloc(s->env, 1, n);
	c->n_bytes = c->bytes ? n : 0;
	return c->bytes;
}

/* D8: whatever it says rests on what was put until now. */
void groups_answer(struct groups *s, struct groups_call *c, enum err err, const char *text)
{
	s->names_stale = true; /* what was done may change which are wanted */
	if (!c->out.number) {
		groups_call_free(s, c);
		return;
	}
	groups_joining_end(s, c);
	c->out.kind = GROUPS_OUT_REPLY;
	c->out.err = err;
	c->out.after = err ? 0 : s->put;
	if (err && !c->out.text[0])
		groups_words(c->out.text, sizeof(c->out.text),
			     span_str(text ? text : err_text(err)));
	if (err) {
		drop_bytes(s, c);
		c->out.bytes = span_of(NULL, 0);
	}
	c->waits = GROUPS_WAIT_NOTHING;
	list_take(&c->all);
	list_push_back(&s->outs, &c->all);
}

struct groups_call *groups_call_waiting(struct groups *s, enum groups_wait w, uint64_t number)
{
	LIST_EACH(n, tmp, &s->calls)
	{
		struct groups_call *c = LIST_ENTRY(n, struct groups_call, all);
		if (c->waits == w && c->awaited == number)
			return c;
	}
	return NULL;
}

void groups_ask(struct groups *s, struct groups_call *c, struct graphs_command *g)
{
	c->waits = GROUPS_WAIT_GRAPH;
	c->awaited = GROUPS_CALLS + s->next_call++;
	enum err err = graphs_command(s->graphs, g, c->awaited, s->now);
	if (!err)
		return;
	const struct graph_out reply = { .number = c->awaited, .err = err };
	groups_answered(s, c, &reply);
}

void groups_job_start(struct groups *s, struct groups_call *c, enum groups_job job)
{
	c->waits = GROUPS_WAIT_JOB;
	c->awaited = s->next_job++;
	c->out.kind = GROUPS_OUT_JOB;
	c->out.job = job;
	c->out.bytes = span_of(c->bytes, c->n_bytes);
}

void groups_calls_end(struct groups *s, struct groups_entry *e, enum err why)
{
	LIST_EACH(n, tmp, &s->calls)
	{
		struct groups_call *c = LIST_ENTRY(n, struct groups_call, all);
		if (c->entry != e)
			continue;
		c->entry = NULL;
		groups_answer(s, c, why, NULL);
	}
}

/* A job goes out once, and its call waits on without what it carried. */
static bool poll_job(struct groups *s, struct groups_out *out)
{
	LIST_EACH(n, tmp, &s->calls)
	{
		struct groups_call *c = LIST_ENTRY(n, struct groups_call, all);
		if (c->waits != GROUPS_WAIT_JOB || !c->out.bytes.n)
			continue;
		*out = c->out;
		out->number = c->awaited;
		c->out.bytes = span_of(NULL, 0);
		return true;
	}
	return false;
}

/* What jobs were given is wiped as soon as it was taken. */
static void wipe_taken(struct groups *s)
{
	LIST_EACH(n, tmp, &s->calls)
	{
		struct groups_call *c = LIST_ENTRY(n, struct groups_call, all);
		if (c->waits == GROUPS_WAIT_JOB && !c->out.bytes.n)
			drop_bytes(s, c);
	}
}

static bool poll_answer(struct groups *s, struct groups_out *out)
{
	groups_call_free(s, s->last);
	s->last = NULL;
	if (list_empty(&s->outs))
		return false;
	s->last = LIST_ENTRY(s->outs.next, struct groups_call, all);
	list_take(&s->last->all);
	*out = s->last->out;
	return true;
}

static bool poll_entries(struct groups *s, struct groups_out *out)
{
	struct list *first = s->turn ? s->turn : s->entries.next, *at = first;
	do {
		if (at != &s->entries) {
			s->turn = at;
			if (groups_entry_poll(s, LIST_ENTRY(at, struct groups_entry, all), out))
				return true;
		}
		at = at->next;
	} while (at != first);
	return false;
}

/* What members do first: an answer may come of it. */
bool groups_poll(struct groups *s, struct groups_out *out)
{
	wipe_taken(s);
	return poll_entries(s, out) || groups_names_poll(s, out) || groups_searches_poll(s, out) ||
	       poll_answer(s, out) || poll_job(s, out);
}
