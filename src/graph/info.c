/* Graph Info: what a graph is, published by its creator and remembered by all (digest
 * 7.5). What was cached stays when the record ends (A26). */
#include "graph/flood_int.h"

#define LIFE	   ((uint64_t)10 * 365 * 86400 * GRAPH_TICKS_SEC)
#define NAME_ROOM  (2 * GRAPH_ID_UNITS)
#define NOTE_ROOM  (2 * GRAPH_COMMENT_UNITS)
#define INFO_FIXED 44

static void tell(struct graph *g, uint64_t after)
{
	struct graph_event ev = graph_event_of(g, GRAPH_EVENT_PROPERTIES);
	graph_out_event(g, &ev, after);
}

/* ---- published ---- */

/* Text as a field of the record; of an empty one nothing is sent. */
static enum err field(const char *text, size_t units, uint8_t *room, struct span *out)
{
	size_t n = 0;
	*out = (struct span){ 0 };
	if (text[0] == '\0')
		return OK;
	enum err err = graph_utf16(span_str(text), units, room, &n);
	if (!err)
		*out = span_of(room, n);
	return err;
}

static enum err publish(struct graph *g, const struct graph_info_payload *p, uint64_t *after,
			struct mono now)
{
	uint8_t octets[INFO_FIXED + 3 * NAME_ROOM + NOTE_ROOM];
	struct wr w = wr_of(octets, sizeof(octets));
	struct graph_entry *e;
	graph_put_info(&w, p);
	if (w.failed)
		return ERR_RANGE;
	struct graph_making m = {
		.type = graph_type_info,
		.id = graph_id_info,
		.payload = wr_span(&w),
		.expires = graph_now(g, now) + LIFE,
	};
	return graph_publish(g, &m, &e, after, now);
}

static enum err publish_properties(struct graph *g, uint64_t *after, struct mono now)
{
	const struct graph_properties *q = &g->properties;
	uint8_t creator[NAME_ROOM], name[NAME_ROOM], comment[NOTE_ROOM];
	struct graph_info_payload p = {
		.flags = q->defer_expiration ? GRAPH_INFO_DEFER : 0,
		.scope = q->scope,
		.graph = span_of(g->id16, g->id16_n),
		.presence_life = q->presence_life,
		.presence_max = q->presence_max,
		.record_max = q->record_max,
	};
	enum err err = field(q->creator, GRAPH_ID_UNITS, creator, &p.creator);
	if (!err)
		err = field(q->name, GRAPH_ID_UNITS, name, &p.name);
	if (!err)
		err = field(q->comment, GRAPH_COMMENT_UNITS, comment, &p.comment);
	return err ? err : publish(g, &p, after, now);
}

enum err graph_info_publish(struct graph *g, uint64_t *after, struct mono now)
{
	uint64_t number;
	bool again = g->info_known;
	enum err err = publish_properties(g, &number, now);
	if (err)
		return err;
	if (after)
		*after = number;
	/* What is published was set before, so that taking it shows no change. */
	if (again)
		tell(g, number);
	return OK;
}

/* ---- taken ---- */

static void take_text(char *to, size_t size, struct span utf16)
{
	struct text t = text_of(to, size);
	graph_utf8(&t, utf16);
}

static bool text_eq(const char *a, const char *b)
{
	return span_eq(span_str(a), span_str(b));
}

static bool same(const struct graph_properties *a, const struct graph_properties *b)
{
	return a->scope == b->scope && a->defer_expiration == b->defer_expiration &&
	       a->record_max == b->record_max && a->presence_life == b->presence_life &&
	       a->presence_max == b->presence_max && text_eq(a->creator, b->creator) &&
	       text_eq(a->name, b->name) && text_eq(a->comment, b->comment);
}

/* GRAPH-10.20: a graph has one creator, and this is how nodes know whose word to take. */
bool graph_info_foreign(const struct graph *g, const struct graph_record *r)
{
	char creator[GRAPH_ID_OCTETS + 1];
	struct graph_info_payload p;
	if (!g->properties.creator[0] || graph_record_deleted(r) ||
	    graph_info_decode(r->payload, &p))
		return false;
	take_text(creator, sizeof(creator), p.creator);
	return !text_eq(creator, g->properties.creator);
}

static uint32_t largest(uint32_t record_max)
{
	return record_max ? record_max : GRAPH_RECORD_MAX;
}

/* GRAPH-10.14 */
bool graph_info_shrinks(const struct graph *g, const struct graph_record *r)
{
	struct graph_info_payload p;
	if (!g->info_known || graph_info_decode(r->payload, &p) ||
	    !span_eq(p.graph, span_of(g->id16, g->id16_n)))
		return false;
	return largest(p.record_max) < largest(g->properties.record_max);
}

/* GRAPH-10.26: what its group says of a graph holds before this. */
static void keep_said(const struct graph_properties *said, struct graph_properties *q)
{
	struct text name = TEXT_OF(q->name), comment = TEXT_OF(q->comment);
	text_str(&name, said->name);
	text_str(&comment, said->comment);
	q->defer_expiration = said->defer_expiration;
	q->presence_max = said->presence_max;
}

/* GRAPH-10.13 */
void graph_info_take(struct graph *g, const struct graph_record *r)
{
	struct graph_info_payload p;
	struct graph_properties q = g->properties;
	if (graph_info_decode(r->payload, &p) || !span_eq(p.graph, span_of(g->id16, g->id16_n)))
		return;
	q.defer_expiration = (p.flags & GRAPH_INFO_DEFER) != 0;
	q.scope = p.scope;
	q.record_max = p.record_max;
	q.presence_life = p.presence_life;
	q.presence_max = p.presence_max;
	take_text(q.creator, sizeof(q.creator), p.creator);
	take_text(q.name, sizeof(q.name), p.name);
	take_text(q.comment, sizeof(q.comment), p.comment);
	if (g->said)
		keep_said(&g->properties, &q);
	bool changed = !g->info_known || !same(&q, &g->properties);
	g->properties = q;
	g->info_known = true;
	g->rules.record_max = largest(q.record_max);
	if (changed)
		tell(g, g->own_put);
}

/* ---- said by a group ---- */

/* What is longer than a graph may have is left as it was. */
static void take_words(char *to, size_t size, const char *words, size_t units)
{
	uint8_t room[NOTE_ROOM];
	size_t n;
	if (graph_utf16(span_str(words), units, room, &n) != OK)
		return;
	struct text t = text_of(to, size);
	text_str(&t, words);
}

static void take_said(const struct graph_saying *what, struct graph_properties *q)
{
	take_words(q->name, sizeof(q->name), what->name, GRAPH_ID_UNITS);
	take_words(q->comment, sizeof(q->comment), what->comment, GRAPH_COMMENT_UNITS);
	q->defer_expiration = what->defer_expiration;
	q->presence_max = what->no_presence ? 0 : GRAPH_PRESENCE_ALL;
}

/* GRAPH-10.26: nodes of other programs see it in Graph Info, which its creator makes anew. */
void graph_said(struct graph *g, const struct graph_saying *what, struct mono now)
{
	struct graph_properties q = g->properties;
	take_said(what, &q);
	bool changed = !same(&q, &g->properties);
	g->said = true;
	if (!changed || g->stopping)
		return;
	g->properties = q;
	if (graph_ready(g) && graph_creator(g) && g->info_known)
		(void)!graph_info_publish(g, NULL, now);
	else
		tell(g, g->own_put);
	graph_presence_maintain(g, now);
	graph_finish(g, now);
}
