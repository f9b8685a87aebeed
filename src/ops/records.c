/* Records: found by what a path names, shown, listed by pages, searched. */
#include "ops/group_int.h"

#include "base/number.h"
#include "graph/query.h"
#include "os/clock.h"
#include "wire/utf.h"

#include <stdlib.h>

#define PREFIX_LEAST  8
#define PREFIX_LOOKED 65536	   /* records that the beginning of an ID is looked for among */
#define PAGE_OCTETS   (256 * 1024) /* of data and attributes in one answer, about */
#define PAGE_US	      (3 * MONO_MS)

bool ops_record_shown(const struct graph *g, const struct graph_entry *e)
{
	return !e->deleted && !e->hidden &&
	       !graph_type_reserved(graph_db_type(graph_database(g), e->type));
}

/* One record in full */

static const char *person_text(struct draft *d, const struct graph_person *p)
{
	char buffer[OPS_GRAPH_ID_MAX + 1];
	struct text t = TEXT_OF(buffer);
	if (!p)
		return "";
	graph_utf8(&t, p->utf16);
	return ops_draft_text(d, &t);
}

static const char *span_text(struct draft *d, struct span s)
{
	char *p = arena_alloc(d->mem, s.n + 1);
	d->failed = d->failed || !p;
	return p ? (s.n ? memcpy(p, s.p, s.n) : p) : "";
}

static void set_attribute(struct ops_attribute *to, const struct graph_attr *a, struct draft *d)
{
	to->name = span_text(d, a->name);
	ops_set_text(to->type, sizeof(to->type), graph_attr_type_text(a->type));
	to->value = span_text(d, a->value);
}

/* Whether an attribute tells truly which word the type is made of. */
static bool is_word_of(struct ops *o, const struct graph_attr *a, const struct graph_guid *type)
{
	struct graph_guid of;
	if (!span_eq(a->name, span_str(OPS_WORD_ATTRIBUTE)) || a->value.n > OPS_NAME_MAX)
		return false;
	return ops_word_type(o, a->value, &of) && graph_guid_eq(&of, type);
}

bool ops_record_word(struct ops *o, const struct graph *g, const struct graph_entry *e, char *out,
		     size_t size)
{
	const struct graph_guid *type = graph_db_type(graph_database(g), e->type);
	struct text t = text_of(out, size);
	struct graph_attr a;
	for (size_t at = 0; e->attrs && graph_attrs_next(e->attrs, &at, &a);)
		if (is_word_of(o, &a, type)) {
			text_span(&t, a.value);
			return true;
		}
	return false;
}

static void set_attributes(struct ops *o, struct ops_record *to, const struct graph_entry *e,
			   const struct graph_guid *type, struct draft *d)
{
	struct graph_attr a;
	size_t n = 0;
	for (size_t at = 0; e->attrs && graph_attrs_next(e->attrs, &at, &a);)
		n++;
	to->attributes = arena_alloc(d->mem, (n + 1) * sizeof(*to->attributes));
	if (!to->attributes) {
		d->failed = true;
		return;
	}
	for (size_t at = 0; to->n_attributes < n && graph_attrs_next(e->attrs, &at, &a);) {
		set_attribute(&to->attributes[to->n_attributes++], &a, d);
		if (is_word_of(o, &a, type))
			to->word = span_text(d, a.value);
	}
}

/* Text that JSON can hold as it is. */
static bool is_text(struct span s)
{
	uint32_t point;
	while (s.n)
		if (!utf8_next(&s, &point))
			return false;
	return true;
}

static void set_payload(struct ops_record *to, struct span payload, struct draft *d)
{
	size_t n = OPS_BASE64_MAX(payload.n) + 1;
	char *p = arena_alloc(d->mem, n);
	if (!p) {
		d->failed = true;
		return;
	}
	struct text t = text_of(p, n);
	ops_base64_put(&t, payload);
	to->data = p;
	to->is_text = is_text(payload);
	if (to->is_text)
		to->text = span_text(d, payload);
}

static enum err set_octets(const struct graph *g, const struct graph_entry *e,
			   const struct ops_record_want *want, struct draft *d,
			   struct ops_record *to)
{
	struct graph_record r;
	enum err bad = graph_entry_get(g, e, &r);
	if (bad)
		return bad;
	if (want->payload && !to->large)
		set_payload(to, r.payload, d);
	if (!want->xml || !r.attributes.n)
		return OK;
	size_t n = r.attributes.n / 2 * 3 + 1;
	char *p = arena_alloc(d->mem, n);
	if (!p)
		return ERR_NOMEM;
	struct text t = text_of(p, n);
	graph_utf8(&t, r.attributes);
	to->xml = p;
	return OK;
}

static void set_guid(char out[OPS_GUID_MAX + 1], const struct graph_guid *g)
{
	struct text t = text_of(out, OPS_GUID_MAX + 1);
	graph_guid_text(&t, g);
}

enum err ops_record_fill(struct ops *o, const struct graph *g, const struct graph_entry *e,
			 const struct ops_record_want *want, struct draft *d,
			 struct ops_record *out)
{
	const struct graph_guid *type = graph_db_type(graph_database(g), e->type);
	ops_clear(&ops_record_type, out);
	set_guid(out->id, &e->place.id);
	set_guid(out->type, type);
	out->version = e->version;
	out->creator = person_text(d, e->creator);
	out->creator_label = ops_member_label(o, g, out->creator, d);
	out->modifier = person_text(d, e->modifier);
	out->modifier_label = ops_member_label(o, g, out->modifier, d);
	out->created = graph_time_wall(g, e->created);
	out->modified = graph_time_wall(g, e->place.modified);
	out->expires = graph_time_wall(g, e->expires);
	out->ours = (e->local & GRAPH_ENTRY_OURS) != 0;
	out->size = e->payload;
	out->large = e->payload > OPS_RECORD_INLINE;
	set_attributes(o, out, e, type, d);
	enum err bad = OK;
	if (want->payload || want->xml)
		bad = set_octets(g, e, want, d, out);
	return bad ? bad : d->failed ? ERR_NOMEM : OK;
}

/* Finding one */

static void answer_record(const char *typed, const char *what, enum err e, struct ops_call call)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	text_str(&t, what);
	text_quoted(&t, span_str(typed), OPS_NAME_MAX);
	ops_answer_error(call, e, buffer, "homestead record list GRAPH");
}

/* Digits alone of what was typed; 0: it is no beginning of an ID. */
static size_t digits_of(const char *typed, char out[33])
{
	size_t n = 0;
	for (; *typed; typed++) {
		if (*typed == '-' || *typed == '{' || *typed == '}')
			continue;
		if (n == 32 || !strchr("0123456789abcdefABCDEF", *typed))
			return 0;
		out[n++] = *typed;
	}
	out[n] = 0;
	return n;
}

static bool same_digits(const char *all, const char *digits, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (all[i] != digits[i] && all[i] != (char)(digits[i] | 0x20))
			return false;
	return true;
}

/* The first half of an ID is that of its creator: people are shown its end. */
static bool is_meant(const struct graph_guid *g, const char *digits, size_t n)
{
	char all[33];
	struct text t = TEXT_OF(all);
	text_hex(&t, span_of(g->at, sizeof(g->at)));
	return same_digits(all, digits, n) || same_digits(all + t.n - n, digits, n);
}

static const struct graph_entry *find_beginning(const struct graph *g, const char *typed,
						struct ops_call call)
{
	char digits[33];
	size_t n = digits_of(typed, digits), looked = 0;
	const struct graph_entry *found = NULL;
	const struct graph_db *db = graph_database(g);
	if (n < PREFIX_LEAST) {
		answer_record(typed, "no Record ID, nor 8 digits of one: ", ERR_MALFORMED, call);
		return NULL;
	}
	if (graph_db_count(db) > PREFIX_LOOKED) {
		answer_record(typed, "the graph is too large to look for the beginning of an ID: ",
			      ERR_RANGE, call);
		return NULL;
	}
	for (const struct graph_entry *e = graph_db_after(db, NULL); e && looked < PREFIX_LOOKED;
	     e = graph_db_next(db, e), looked++) {
		if (!is_meant(&e->place.id, digits, n) || !ops_record_shown(g, e))
			continue;
		if (found) {
			answer_record(typed, "more than one Record ID begins or ends with ",
				      ERR_MALFORMED, call);
			return NULL;
		}
		found = e;
	}
	if (!found)
		answer_record(typed, "there is no record ", ERR_NOT_FOUND, call);
	return found;
}

const struct graph_entry *ops_record_find(const struct graph *g, const char *typed,
					  struct ops_call call)
{
	struct graph_guid id;
	if (graph_guid_parse(span_str(typed), &id) != OK)
		return find_beginning(g, typed, call);
	const struct graph_entry *e = graph_db_find(graph_database(g), &id);
	if (e && ops_record_shown(g, e))
		return e;
	answer_record(typed, "there is no record ", ERR_NOT_FOUND, call);
	return NULL;
}

enum err ops_run_record(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct ops_record_want want = { !r->record_look.no_payload, r->record_look.xml };
	struct draft d = { &o->mem, false };
	struct ops_record out;
	struct graphs_info g;
	if (!ops_graph_open(o, r, call, &g))
		return OK;
	const struct graph_entry *e = ops_record_find(g.graph, r->name, call);
	if (!e)
		return OK;
	enum err bad = ops_record_fill(o, g.graph, e, &want, &d, &out);
	if (bad == ERR_NOMEM)
		return bad;
	if (bad)
		ops_answer_error(call, bad, "the record cannot be read from the store",
				 "homestead status");
	else
		ops_answer_value(call, &ops_record_type, &out);
	return OK;
}

/* Listing */

/* One page being made. */
struct page {
	struct ops *ops;
	const struct graph *graph;
	const struct graph_db *db;
	struct graph_query *query; /* NULL: none */
	bool typed, after;
	struct graph_guid type;		   /* typed */
	struct graph_place from;	   /* after */
	const struct graph_person *who[2]; /* whose names these are: */
	char names[2][OPS_GRAPH_ID_MAX + 1];
	size_t names_n[2];
	struct ops_record_want want;
	size_t most, octets;
	struct mono start;
	int64_t now; /* wall */
	struct draft draft;
	struct ops_records out;
};

/* The name of a person, decoded once for many records. */
static struct span name_of(struct page *p, size_t which, const struct graph_person *who)
{
	if (p->who[which] != who) {
		struct text t = TEXT_OF(p->names[which]);
		graph_utf8(&t, who->utf16);
		p->names_n[which] = t.n;
		p->who[which] = who;
	}
	return span_of(p->names[which], p->names_n[which]);
}

static bool matches(struct page *p, const struct graph_entry *e)
{
	const struct graph_guid *type = graph_db_type(p->db, e->type);
	if (!ops_record_shown(p->graph, e) || (p->typed && !graph_guid_eq(type, &p->type)))
		return false;
	if (!p->query)
		return true;
	const struct graph_subject s = {
		.attrs = e->attrs,
		.type = *type,
		.id = e->place.id,
		.creator = name_of(p, 0, e->creator),
		.modifier = e->modifier ? name_of(p, 1, e->modifier) : span_of(NULL, 0),
		.created = graph_time_wall(p->graph, e->created),
		.modified = graph_time_wall(p->graph, e->place.modified),
		.now = p->now,
	};
	return graph_query_match(p->query, &s);
}

static void set_next(struct page *p, const struct graph_place *at)
{
	struct text t = TEXT_OF(p->out.next);
	uint8_t octets[24];
	for (size_t i = 0; i < 8; i++)
		octets[i] = (uint8_t)(at->modified >> (56 - 8 * i));
	memcpy(octets + 8, at->id.at, sizeof(at->id.at));
	text_hex(&t, span_of(octets, sizeof(octets)));
}

static bool is_full(const struct page *p)
{
	return p->out.n_records >= p->most || p->octets >= PAGE_OCTETS ||
	       p->out.looked >= OPS_RECORDS_LOOKED ||
	       (p->out.looked % 64 == 0 && mono_since(os_mono(), p->start) > PAGE_US);
}

/* Looks at one record; false: the page is full with it. */
static enum err look(struct page *p, const struct graph_entry *e)
{
	p->out.looked++;
	if (!matches(p, e))
		return OK;
	struct ops_record *to = &p->out.records[p->out.n_records];
	enum err bad = ops_record_fill(p->ops, p->graph, e, &p->want, &p->draft, to);
	if (bad)
		return bad;
	p->out.n_records++;
	p->octets += e->octets - e->payload + strlen(to->data);
	return OK;
}

static enum err walk(struct page *p)
{
	const struct graph_entry *e = graph_db_after(p->db, p->after ? &p->from : NULL);
	while (e) {
		const struct graph_place at = e->place;
		enum err bad = look(p, e);
		if (bad)
			return bad;
		e = graph_db_next(p->db, e);
		if (e && is_full(p)) {
			set_next(p, &at);
			return OK;
		}
	}
	return OK;
}

/* The few that have an attribute which every match must have, in the order of places. */
struct few {
	const struct graph_entry **at;
	size_t n;
};

static int by_place(const void *a, const void *b)
{
	const struct graph_entry *const *x = a, *const *y = b;
	return graph_place_cmp(&(*x)->place, &(*y)->place);
}

/* False: there is no such attribute, or too many have it. */
static bool gather(const struct page *p, struct few *few)
{
	struct span name, value;
	const struct graph_entry *e;
	size_t at = 0;
	few->n = 0;
	if (!p->query || !graph_query_key(p->query, &name, &value))
		return false;
	few->at = arena_alloc(p->draft.mem, OPS_RECORDS_LOOKED * sizeof(*few->at));
	if (!few->at)
		return false;
	while ((e = graph_db_with(p->db, name, value, &at)))
		if (few->n == OPS_RECORDS_LOOKED)
			return false;
		else if (!p->after || graph_place_cmp(&e->place, &p->from) > 0)
			few->at[few->n++] = e;
	qsort(few->at, few->n, sizeof(*few->at), by_place);
	return true;
}

static enum err walk_few(struct page *p, const struct few *few)
{
	for (size_t i = 0; i < few->n; i++) {
		enum err bad = look(p, few->at[i]);
		if (bad)
			return bad;
		if (i + 1 < few->n && is_full(p)) {
			set_next(p, &few->at[i]->place);
			return OK;
		}
	}
	return OK;
}

static enum err make_page(struct page *p)
{
	struct few few;
	p->out.records = arena_alloc(p->draft.mem, p->most * sizeof(*p->out.records));
	if (!p->out.records)
		return ERR_NOMEM;
	return gather(p, &few) ? walk_few(p, &few) : walk(p);
}

/* What a page is asked for */

static enum err read_after(struct page *p, const char *s, struct ops_complaint *c)
{
	uint8_t octets[24];
	size_t n;
	if (!s[0])
		return OK;
	if (number_hex(span_str(s), octets, sizeof(octets), &n) != OK || n != sizeof(octets))
		return ops_complain(c, ERR_MALFORMED, "\"after\" takes the `next` of an answer",
				    "begin anew without it");
	for (size_t i = 0; i < 8; i++)
		p->from.modified = p->from.modified << 8 | octets[i];
	memcpy(p->from.id.at, octets + 8, sizeof(p->from.id.at));
	p->after = true;
	return OK;
}

static enum err read_query(struct page *p, const char *s, struct ops_complaint *c)
{
	char buffer[300];
	struct text why = TEXT_OF(buffer);
	size_t column = 0;
	if (!s[0])
		return OK;
	enum err e = graph_query_parse(&p->query, span_str(s), p->ops->crypto, p->ops->env, &column,
				       &why);
	if (!e || e == ERR_NOMEM)
		return e;
	text_str(&c->why, "the query is not understood");
	if (column) {
		text_str(&c->why, ", column ");
		text_u64(&c->why, column);
	}
	text_str(&c->why, ": ");
	text_str(&c->why, why.n ? buffer : err_text(e));
	return ops_complain(c, e == ERR_FULL ? ERR_RANGE : e, "",
			    "type = note and author = \"ann\" and age < 2d");
}

static enum err read_filter(struct page *p, const struct ops_record_filter *f,
			    struct ops_complaint *c)
{
	p->most = f->most && f->most < OPS_RECORDS_MOST ? (size_t)f->most : OPS_RECORDS_MOST;
	p->want.payload = f->payload;
	if (f->type[0]) {
		p->typed = true;
		if (ops_type_read(p->ops, f->type, &p->type, NULL) != OK)
			return ops_complain(c, ERR_MALFORMED,
					    "a record type is a GUID, or a word of small "
					    "letters, digits and hyphens",
					    "homestead record list GRAPH --type note");
	}
	enum err e = read_after(p, f->after, c);
	return e ? e : read_query(p, f->query, c);
}

enum err ops_run_records(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct ops_complaint c;
	struct graphs_info g;
	ops_complaint_init(&c);
	if (!ops_graph_open(o, r, call, &g))
		return OK;
	struct page p = { .ops = o,
			  .graph = g.graph,
			  .db = graph_database(g.graph),
			  .start = os_mono(),
			  .now = os_wall().us,
			  .draft = { &o->mem, false } };
	ops_clear(&ops_records_type, &p.out);
	p.out.graph = g.id;
	enum err e = read_filter(&p, &r->records, &c);
	bool refused = e && e != ERR_NOMEM;
	if (refused)
		ops_answer_error(call, e, c.buffer, c.hint);
	if (!e)
		e = make_page(&p);
	graph_query_free(p.query);
	if (refused)
		return OK;
	if (!e)
		ops_answer_value(call, &ops_records_type, &p.out);
	else if (e != ERR_NOMEM)
		ops_answer_error(call, e, "the records cannot be read from the store",
				 "homestead status");
	return e == ERR_NOMEM ? e : OK;
}
