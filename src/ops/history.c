/* The newest events, kept once for all subscribers. A subscriber is a place in
 * the ring: it holds no events of its own, and what falls out of the ring in
 * front of it counts as lost. */
#include "ops/ops_int.h"

/* One event in one block with its pairs and strings behind it. */
struct entry {
	struct ops_event event;
	int level;
};

struct ops_subscription {
	struct list node; /* in history.subscribers */
	struct ops *ops;
	char part[16]; /* "": all */
	int level;     /* this one and graver */
	uint64_t next; /* number it takes next */
	uint64_t lost;
	bool told; /* ready was called and it has not drained since */
	ops_ready_fn *ready;
	void *arg;
	char text[64];
};

enum err ops_history_init(struct ops *o)
{
	struct history *h = &o->history;
	list_init(&h->subscribers);
	h->entries = env_zalloc(o->env, OPS_HISTORY, sizeof(struct entry *));
	return h->entries ? OK : ERR_NOMEM;
}

void ops_history_fini(struct ops *o)
{
	for (size_t i = 0; i < OPS_HISTORY; i++)
		env_free(o->env, o->history.entries[i]);
	env_free(o->env, o->history.entries);
}

static struct entry **slot(struct history *h, uint64_t number)
{
	return &h->entries[number % OPS_HISTORY];
}

/* The oldest number that can still be there. */
static uint64_t oldest(const struct history *h)
{
	return h->newest > OPS_HISTORY ? h->newest - OPS_HISTORY + 1 : 1;
}

static bool wants(const struct ops_subscription *s, const char *part, int level)
{
	return level <= s->level && (!s->part[0] || strcmp(s->part, part) == 0);
}

static void lose(struct history *h, uint64_t number, const char *part, int level)
{
	LIST_EACH(node, tmp, &h->subscribers)
	{
		struct ops_subscription *s = LIST_ENTRY(node, struct ops_subscription, node);
		if (s->next > number)
			continue;
		s->next = number + 1;
		s->lost += wants(s, part, level);
	}
}

static void wake(struct history *h, const char *part, int level)
{
	LIST_EACH(node, tmp, &h->subscribers)
	{
		struct ops_subscription *s = LIST_ENTRY(node, struct ops_subscription, node);
		if (s->told || !s->ready || !wants(s, part, level))
			continue;
		s->told = true;
		s->ready(s->arg);
	}
}

/* Takes in the entry of the newest number; NULL: there was no memory for it. */
static void append(struct ops *o, struct entry *e, const char *part, int level)
{
	struct history *h = &o->history;
	uint64_t number = ++h->newest;
	struct entry **at = slot(h, number);
	if (*at) {
		lose(h, (*at)->event.number, (*at)->event.part, (*at)->level);
		env_free(o->env, *at);
	}
	*at = e;
	if (e)
		e->event.number = number;
	else
		lose(h, number, part, level);
	wake(h, part, level);
}

/* A bump pointer over the tail of an entry's block. */
struct tail {
	char *p;
};

static const char *put(struct tail *t, const char *s)
{
	size_t n = strlen(s) + 1;
	char *at = memcpy(t->p, s, n);
	t->p += n;
	return at;
}

/* What an event is made of, before it has a block. */
struct parts {
	const char *part, *name, *text;
	int level;
	struct wall wall;
	const struct node_event *source; /* of the pairs, NULL none */
};

static size_t pairs_size(const struct node_event *e, size_t *count)
{
	struct node_field f;
	size_t size = 0, at = 0;
	while (e && node_event_field(e, &at, &f)) {
		size += sizeof(struct ops_pair) + strlen(f.name) + 1;
		size += f.is_number ? 1 : f.value.n + 1;
		++*count;
	}
	return size;
}

static void put_pairs(struct ops_event *out, struct tail *t, const struct node_event *e)
{
	struct node_field f;
	size_t at = 0;
	for (size_t i = 0; i < out->n_fields && node_event_field(e, &at, &f); i++) {
		struct ops_pair *p = &out->fields[i];
		p->name = put(t, f.name);
		p->is_number = f.is_number;
		p->number = f.is_number ? f.number : 0;
		p->value = put(t, f.is_number ? "" : f.value.p);
	}
}

static struct entry *entry_new(struct ops *o, const struct parts *p)
{
	size_t count = 0;
	size_t size = sizeof(struct entry) + pairs_size(p->source, &count) + strlen(p->text) + 1;
	struct entry *e = env_zalloc(o->env, 1, size);
	if (!e)
		return NULL;
	struct ops_event *v = &e->event;
	e->level = p->level;
	v->time = p->wall.us;
	ops_set_text(v->part, sizeof(v->part), p->part);
	ops_set_text(v->level, sizeof(v->level), ops_level_text(p->level));
	ops_set_text(v->name, sizeof(v->name), p->name);
	v->fields = (void *)(e + 1);
	v->n_fields = count;
	struct tail t = { (char *)(v->fields + count) };
	if (count)
		put_pairs(v, &t, p->source);
	v->text = put(&t, p->text);
	return e;
}

static void take_in(struct ops *o, const struct parts *p)
{
	append(o, entry_new(o, p), p->part, p->level);
}

void ops_event(struct ops *o, const struct node_event *e, struct wall wall)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	node_event_text(&t, e);
	take_in(o, &(struct parts){ node_part_text(e->part), node_event_name(e), buffer,
				    (int)e->level, wall, e });
}

void ops_message(struct ops *o, enum node_level level, const char *part, const char *text,
		 struct wall wall)
{
	take_in(o, &(struct parts){ part, "message", text, (int)level, wall, NULL });
}

/* Reads part and level of a filter into s. */
static enum err set_filter(struct ops_subscription *s, const struct ops *o,
			   const struct ops_filter *filter, struct text *why)
{
	enum err e = OK;
	if (filter->level[0])
		e = ops_check_level(filter->level, why);
	if (!e && filter->part[0])
		e = ops_check_part(o, filter->part, why);
	s->level = filter->level[0] ? ops_level_of(filter->level) : (int)NODE_DEBUG;
	ops_set_text(s->part, sizeof(s->part), filter->part);
	return e;
}

static enum err subscription_new(struct ops_subscription **out, struct ops *o,
				 const struct ops_filter *filter, struct text *why)
{
	struct ops_subscription *s = env_zalloc(o->env, 1, sizeof(*s));
	if (!s)
		return ERR_NOMEM;
	enum err e = set_filter(s, o, filter, why);
	if (e) {
		env_free(o->env, s);
		return e;
	}
	s->ops = o;
	s->next = o->history.newest + 1;
	list_push_back(&o->history.subscribers, &s->node);
	*out = s;
	return OK;
}

enum err ops_subscribe_live(struct ops_subscription **out, struct ops *o,
			    const struct ops_filter *filter, struct text *why)
{
	return subscription_new(out, o, filter, why);
}

/* Number of the first event wanted, and how many before it are gone. Numbers of
 * another run mean nothing: all that is kept is new to that client. */
static void resume(struct ops_subscription *s, const struct ops_filter *filter)
{
	const struct history *h = &s->ops->history;
	uint64_t since = filter->run && filter->run != s->ops->run ? 0 : filter->since;
	bool was_here = since || filter->run == s->ops->run;
	uint64_t first = oldest(h);
	if (since >= h->newest)
		return;
	s->next = since + 1 > first ? since + 1 : first;
	s->lost = was_here ? s->next - (since + 1) : 0;
}

enum err ops_subscribe(struct ops_subscription **out, struct ops *o,
		       const struct ops_filter *filter, struct text *why)
{
	enum err e = subscription_new(out, o, filter, why);
	if (!e)
		resume(*out, filter);
	return e;
}

uint64_t ops_position(const struct ops_subscription *s)
{
	return s->next - 1;
}

void ops_on_ready(struct ops_subscription *s, ops_ready_fn *ready, void *arg)
{
	s->ready = ready;
	s->arg = arg;
}

static void overflow(struct ops_subscription *s, struct ops_event *out)
{
	struct text t = TEXT_OF(s->text);
	text_u64(&t, s->lost);
	text_str(&t, s->lost == 1 ? " event was lost" : " events were lost");
	ops_clear(&ops_event_type, out);
	out->number = s->next - 1;
	out->dropped = s->lost;
	ops_set_text(out->part, sizeof(out->part), "node");
	ops_set_text(out->level, sizeof(out->level), ops_level_text(NODE_WARNING));
	ops_set_text(out->name, sizeof(out->name), "overflow");
	out->text = s->text;
	s->lost = 0;
}

bool ops_next_event(struct ops_subscription *s, struct ops_event *out)
{
	struct history *h = &s->ops->history;
	if (s->lost) {
		overflow(s, out);
		return true;
	}
	while (s->next <= h->newest) {
		const struct entry *e = *slot(h, s->next);
		s->next++;
		if (e && wants(s, e->event.part, e->level)) {
			*out = e->event;
			return true;
		}
	}
	s->told = false;
	return false;
}

void ops_unsubscribe(struct ops_subscription *s)
{
	if (!s)
		return;
	list_take(&s->node);
	env_free(s->ops->env, s);
}

/* Counts what s would take, without moving it. */
static size_t count(const struct ops_subscription *s)
{
	struct history *h = &s->ops->history;
	size_t n = 0;
	for (uint64_t i = s->next; i <= h->newest; i++) {
		const struct entry *e = *slot(h, i);
		n += e && wants(s, e->event.part, e->level);
	}
	return n;
}

static enum err collect(struct ops *o, struct ops_subscription *s, uint64_t limit,
			struct ops_events *out)
{
	struct ops_event e;
	size_t n = count(s), skip = limit && n > limit ? n - limit : 0;
	out->events = arena_alloc(&o->mem, (n + 1) * sizeof(*out->events));
	if (!out->events)
		return ERR_NOMEM;
	s->lost = 0;
	for (size_t i = 0; ops_next_event(s, &e); i++)
		if (i >= skip)
			out->events[out->n_events++] = e;
	return OK;
}

enum err ops_run_events(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text why = TEXT_OF(buffer);
	struct ops_subscription *s;
	struct ops_events answer = { .run = o->run };
	enum err e = ops_subscribe(&s, o, &r->filter, &why);
	if (e == ERR_NOMEM)
		return e;
	if (e) {
		ops_answer_error(call, e, buffer, "homestead events");
		return OK;
	}
	e = collect(o, s, r->filter.limit, &answer);
	ops_unsubscribe(s);
	if (!e)
		ops_answer_value(call, &ops_events_type, &answer);
	return e;
}
