/* The newest events, kept once for all subscribers. A subscriber is a place in the rings: it
 * holds no events of its own, and what falls out of a ring in front of it counts as lost.
 * Changes of records come in masses and have a ring of their own, so that they push nothing
 * else out; they are kept as long as somebody wants them, and are numbered in any case. */
#include "ops/stream_int.h"

#include "base/number.h"

/* What subscribers choose events by. */
struct facts {
	const char *part;
	int level;
	uint32_t graph;	      /* number, 0 none */
	const char *graph_id; /* "" none */
	bool typed;	      /* it is about this record type: */
	struct graph_guid type;
};

/* One event in one block with its pairs and strings behind it. */
struct entry {
	struct ops_event event;
	struct facts facts;
};

struct ops_subscription {
	struct list node; /* in history.subscribers */
	struct ops *ops;
	char part[16]; /* "": all */
	int level;     /* this one and graver */
	char graph[OPS_GRAPH_ID_MAX + 1];
	uint64_t graph_number; /* when that is one; 0: it is none */
	bool typed;
	struct graph_guid type;
	uint64_t at[HISTORY_RINGS]; /* ordinals it takes next */
	uint64_t next;		    /* and the number behind the newest that it has seen */
	uint64_t lost;
	bool told; /* ready was called and it has not drained since */
	ops_ready_fn *ready;
	void *arg;
	char text[64];
};

static const size_t sizes[HISTORY_RINGS] = { OPS_HISTORY, OPS_HISTORY_RECORDS };

enum err ops_history_init(struct ops *o)
{
	struct history *h = &o->history;
	list_init(&h->subscribers);
	for (size_t i = 0; i < HISTORY_RINGS; i++) {
		struct ring *r = &h->rings[i];
		r->size = sizes[i];
		r->entries = env_zalloc(o->env, r->size, sizeof(struct entry *));
		if (!r->entries) {
			ops_history_fini(o);
			return ERR_NOMEM;
		}
	}
	return OK;
}

void ops_history_fini(struct ops *o)
{
	for (size_t i = 0; i < HISTORY_RINGS; i++) {
		struct ring *r = &o->history.rings[i];
		for (size_t k = 0; r->entries && k < r->size; k++)
			env_free(o->env, r->entries[k]);
		env_free(o->env, r->entries);
		r->entries = NULL;
	}
}

static struct entry **slot(const struct ring *r, uint64_t ordinal)
{
	return &r->entries[ordinal % r->size];
}

/* The oldest ordinal that is still there; r->count when none is. */
static uint64_t oldest(const struct ring *r)
{
	return r->count > r->size ? r->count - r->size : 0;
}

/* By its Graph ID, or by its number, which events of groups have not. */
static bool is_graph(const struct ops_subscription *s, const struct facts *f)
{
	if (f->graph && s->graph_number == f->graph)
		return true;
	return f->graph_id[0] && strcmp(s->graph, f->graph_id) == 0;
}

static bool wants_graph(const struct ops_subscription *s, const struct facts *f)
{
	if (s->graph[0] && !is_graph(s, f))
		return false;
	return !s->typed || !f->typed || graph_guid_eq(&s->type, &f->type);
}

static bool wants(const struct ops_subscription *s, const struct facts *f)
{
	return f->level <= s->level && (!s->part[0] || strcmp(s->part, f->part) == 0) &&
	       wants_graph(s, f);
}

static bool anybody_wants(const struct history *h, const struct facts *f)
{
	LIST_EACH(node, tmp, &h->subscribers)
	{
		if (wants(LIST_ENTRY(node, struct ops_subscription, node), f))
			return true;
	}
	return false;
}

/* An entry is about to fall out of its ring. */
static void lose(struct history *h, size_t ring, uint64_t ordinal, const struct entry *e)
{
	h->rings[ring].dropped = e->event.number;
	LIST_EACH(node, tmp, &h->subscribers)
	{
		struct ops_subscription *s = LIST_ENTRY(node, struct ops_subscription, node);
		if (s->at[ring] > ordinal)
			continue;
		s->at[ring] = ordinal + 1;
		if (s->next <= e->event.number)
			s->next = e->event.number + 1;
		s->lost += wants(s, &e->facts);
	}
}

/* There was no memory for it. */
static void lose_newest(struct history *h, size_t ring, const struct facts *f)
{
	h->rings[ring].dropped = h->newest;
	LIST_EACH(node, tmp, &h->subscribers)
	{
		struct ops_subscription *s = LIST_ENTRY(node, struct ops_subscription, node);
		s->lost += wants(s, f);
	}
}

static void wake(struct history *h, const struct facts *f)
{
	LIST_EACH(node, tmp, &h->subscribers)
	{
		struct ops_subscription *s = LIST_ENTRY(node, struct ops_subscription, node);
		if (s->told || !s->ready || !wants(s, f))
			continue;
		s->told = true;
		s->ready(s->arg);
	}
}

/* Takes in the entry of the newest number; NULL: there was no memory for it. */
static void append(struct ops *o, size_t ring, struct entry *e, const struct facts *f)
{
	struct history *h = &o->history;
	struct ring *r = &h->rings[ring];
	if (!e) {
		lose_newest(h, ring, f);
		wake(h, f);
		return;
	}
	struct entry **at = slot(r, r->count);
	if (*at) {
		lose(h, ring, r->count - r->size, *at);
		env_free(o->env, *at);
	}
	*at = e;
	r->count++;
	e->event.number = h->newest;
	wake(h, f);
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
	struct facts facts;
	const char *name, *text;
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
	size_t size = sizeof(struct entry) + pairs_size(p->source, &count) + strlen(p->text) + 1 +
		      strlen(p->facts.graph_id) + 1;
	struct entry *e = env_zalloc(o->env, 1, size);
	if (!e)
		return NULL;
	struct ops_event *v = &e->event;
	e->facts = p->facts;
	v->time = p->wall.us;
	ops_set_text(v->part, sizeof(v->part), p->facts.part);
	ops_set_text(v->level, sizeof(v->level), ops_level_text(p->facts.level));
	ops_set_text(v->name, sizeof(v->name), p->name);
	v->fields = (void *)(e + 1);
	v->n_fields = count;
	struct tail t = { (char *)(v->fields + count) };
	if (count)
		put_pairs(v, &t, p->source);
	v->text = put(&t, p->text);
	e->facts.part = v->part;
	e->facts.graph_id = put(&t, p->facts.graph_id);
	return e;
}

static void take_in(struct ops *o, size_t ring, const struct parts *p)
{
	append(o, ring, entry_new(o, p), &p->facts);
}

static bool about_type(const struct graph_event *e)
{
	static const struct graph_guid none;
	return (e->kind == GRAPH_EVENT_RECORD || e->kind == GRAPH_EVENT_SYNCHRONISED) &&
	       !graph_guid_eq(&e->type, &none);
}

static struct facts facts_of(const struct node_event *e)
{
	struct facts f = { .part = node_part_text(e->part),
			   .level = (int)e->level,
			   .graph_id = "" };
	if (e->part == NODE_PART_GROUP)
		f.graph_id = e->group.id ? e->group.id : "";
	if (e->part != NODE_PART_GRAPH)
		return f;
	f.graph = e->graph.graph;
	f.graph_id = e->graph.graph_id ? e->graph.graph_id : "";
	f.typed = about_type(&e->graph);
	f.type = e->graph.type;
	return f;
}

void ops_event(struct ops *o, const struct node_event *e, struct wall wall)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	struct history *h = &o->history;
	bool record = e->part == NODE_PART_GRAPH && e->graph.kind == GRAPH_EVENT_RECORD;
	struct parts p = { facts_of(e), node_event_name(e), buffer, wall, e };
	if (e->part == NODE_PART_GRAPH)
		ops_direct_event(o, &e->graph);
	h->newest++;
	if (record && !anybody_wants(h, &p.facts)) {
		h->rings[HISTORY_RECORDS].dropped = h->newest;
		return;
	}
	node_event_text(&t, e);
	take_in(o, record ? HISTORY_RECORDS : HISTORY_ALL, &p);
}

void ops_message(struct ops *o, enum node_level level, const char *part, const char *text,
		 struct wall wall)
{
	const struct facts f = { .part = part, .level = (int)level, .graph_id = "" };
	o->history.newest++;
	take_in(o, HISTORY_ALL, &(struct parts){ f, "message", text, wall, NULL });
}

/* A group is named as its owner calls it. */
static void set_graph(struct ops_subscription *s, const char *graph)
{
	const struct groups *all = graph[0] ? node_groups(engine_node(s->ops->engine)) : NULL;
	struct groups_info g;
	bool group = all && groups_find(all, span_str(graph), &g) == OK;
	ops_set_text(s->graph, sizeof(s->graph), group ? g.id : graph);
	if (number_u64(span_str(s->graph), UINT32_MAX, &s->graph_number) != OK)
		s->graph_number = 0;
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
	set_graph(s, filter->graph);
	s->typed = filter->type[0] != 0;
	if (!e && s->typed && ops_type_read(s->ops, filter->type, &s->type, NULL) != OK) {
		text_str(why, "a record type is a GUID, or a word of small letters, digits and "
			      "hyphens");
		e = ERR_MALFORMED;
	}
	return e;
}

static enum err subscription_new(struct ops_subscription **out, struct ops *o,
				 const struct ops_filter *filter, struct text *why)
{
	struct ops_subscription *s = env_zalloc(o->env, 1, sizeof(*s));
	if (!s)
		return ERR_NOMEM;
	s->ops = o;
	enum err e = set_filter(s, o, filter, why);
	if (e) {
		env_free(o->env, s);
		return e;
	}
	s->next = o->history.newest + 1;
	for (size_t i = 0; i < HISTORY_RINGS; i++)
		s->at[i] = o->history.rings[i].count;
	list_push_back(&o->history.subscribers, &s->node);
	*out = s;
	return OK;
}

enum err ops_subscribe_live(struct ops_subscription **out, struct ops *o,
			    const struct ops_filter *filter, struct text *why)
{
	return subscription_new(out, o, filter, why);
}

/* The first ordinal of a ring whose event has a number above this. */
static uint64_t ordinal_after(const struct ring *r, uint64_t number)
{
	uint64_t i = oldest(r);
	while (i < r->count && (*slot(r, i))->event.number <= number)
		i++;
	return i;
}

/* Whether changes of records are among what it wants. */
static bool wants_records(const struct ops_subscription *s)
{
	return s->level >= (int)NODE_DEBUG &&
	       (!s->part[0] || strcmp(s->part, node_part_text(NODE_PART_GRAPH)) == 0);
}

/* Where the first event wanted is, and how many before it are gone, at most. Numbers of
 * another run mean nothing: all that is kept is new to that client. */
static void resume(struct ops_subscription *s, const struct ops_filter *filter)
{
	const struct history *h = &s->ops->history;
	uint64_t since = filter->run && filter->run != s->ops->run ? 0 : filter->since;
	bool was_here = since || filter->run == s->ops->run;
	uint64_t gone = h->rings[HISTORY_ALL].dropped;
	if (since >= h->newest)
		return;
	if (wants_records(s) && h->rings[HISTORY_RECORDS].dropped > gone)
		gone = h->rings[HISTORY_RECORDS].dropped;
	for (size_t i = 0; i < HISTORY_RINGS; i++)
		s->at[i] = ordinal_after(&h->rings[i], since);
	s->next = (gone > since ? gone : since) + 1;
	s->lost = was_here && gone > since ? gone - since : 0;
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

/* The next of a ring that it wants, from *at on; NULL: none is left. */
static const struct entry *peek(const struct ops_subscription *s, size_t ring, uint64_t *at)
{
	const struct ring *r = &s->ops->history.rings[ring];
	for (; *at < r->count; ++*at) {
		const struct entry *e = *slot(r, *at);
		if (wants(s, &e->facts))
			return e;
	}
	return NULL;
}

/* The next of all rings, by number, taken off `at`. */
static const struct entry *take_next(const struct ops_subscription *s, uint64_t at[HISTORY_RINGS])
{
	const struct entry *next = NULL;
	size_t from = 0;
	for (size_t i = 0; i < HISTORY_RINGS; i++) {
		const struct entry *e = peek(s, i, &at[i]);
		if (!e || (next && next->event.number < e->event.number))
			continue;
		next = e;
		from = i;
	}
	at[from] += next != NULL;
	return next;
}

bool ops_next_event(struct ops_subscription *s, struct ops_event *out)
{
	if (s->lost) {
		overflow(s, out);
		return true;
	}
	const struct entry *e = take_next(s, s->at);
	if (e) {
		*out = e->event;
		s->next = e->event.number + 1;
		return true;
	}
	s->next = s->ops->history.newest + 1;
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
	uint64_t at[HISTORY_RINGS];
	size_t n = 0;
	memcpy(at, s->at, sizeof(at));
	while (take_next(s, at))
		n++;
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
