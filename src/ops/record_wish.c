/* Records published, changed and deleted. */
#include "ops/graph_int.h"

#include "os/clock.h"

/* Attributes: a list, or XML, and the word that a type is made of. */

static bool read_attr_type(const char *s, enum graph_attr_type *out)
{
	*out = GRAPH_ATTR_STRING;
	if (strcmp(s, "int") == 0)
		*out = GRAPH_ATTR_INT;
	else if (strcmp(s, "date") == 0)
		*out = GRAPH_ATTR_DATE;
	else
		return !s[0] || strcmp(s, "string") == 0;
	return true;
}

static enum err take_list(const struct record_given *g, struct graph_attr *out,
			  struct ops_complaint *c)
{
	for (size_t i = 0; i < g->n_attributes; i++) {
		const struct ops_attribute *a = &g->attributes[i];
		bool fits = read_attr_type(a->type, &out[i].type);
		out[i].name = span_str(a->name);
		out[i].value = span_str(a->value);
		if (graph_attr_name_reserved(out[i].name)) {
			text_quoted(&c->why, out[i].name, 60);
			return ops_complain(c, ERR_MALFORMED,
					    " stands on every record by itself and is not set", "");
		}
		if (fits)
			continue;
		text_quoted(&c->why, span_str(a->name), 60);
		return ops_complain(c, ERR_MALFORMED, ": attributes are string, int or date", "");
	}
	return OK;
}

static enum err write_list(const struct graph_attr *a, size_t n, struct arena *mem,
			   struct span *out, struct ops_complaint *c)
{
	char *p = arena_alloc(mem, OPS_BODY_MAX * 2);
	if (!p)
		return ERR_NOMEM;
	struct text t = text_of(p, OPS_BODY_MAX * 2);
	enum err e = graph_attrs_write(a, n, &t);
	*out = span_of(t.p, t.n);
	if (e == ERR_RANGE)
		return ops_complain(c, e, "the attributes are too long", "");
	return e ? ops_complain(c, e,
				"an attribute is not what its type allows: names are 1 to 40 "
				"letters and digits, int is digits, date is ISO 8601",
				"doc/api.md")
		 : OK;
}

static bool says_word(const struct record_given *g)
{
	for (size_t i = 0; i < g->n_attributes; i++)
		if (strcmp(g->attributes[i].name, OPS_WORD_ATTRIBUTE) == 0)
			return true;
	return false;
}

/* XML is taken apart only to put the word in. */
static enum err add_word(const struct env *env, const struct record_given *g, struct arena *mem,
			 struct span *out, struct ops_complaint *c)
{
	struct graph_attrs *have = NULL;
	struct graph_attr *list = arena_alloc(mem, (GRAPH_ATTRS_MAX + 1) * sizeof(*list));
	size_t n = 0;
	if (!list)
		return ERR_NOMEM;
	enum err e = graph_attrs_read_utf8(&have, span_str(g->xml), env, &c->why);
	if (e)
		return e == ERR_NOMEM ? e : ops_complain(c, e, c->why.n ? "" : err_text(e), "");
	for (size_t at = 0; have && n < GRAPH_ATTRS_MAX && graph_attrs_next(have, &at, &list[n]);)
		n++;
	list[n++] = (struct graph_attr){ .type = GRAPH_ATTR_STRING,
					 .name = span_str(OPS_WORD_ATTRIBUTE),
					 .value = span_str(g->type) };
	e = write_list(list, n, mem, out, c);
	env_free(env, have);
	return e;
}

static enum err read_attributes(struct ops *o, const struct record_given *g, bool word,
				struct arena *mem, struct graph_command *out,
				struct ops_complaint *c)
{
	size_t n = g->n_attributes;
	out->has_attributes = n || g->xml[0] || word || strstr(g->set, "attributes");
	if (n > GRAPH_ATTRS_MAX)
		return ops_complain(c, ERR_FULL, "a record has at most 256 attributes", "");
	if (n && g->xml[0])
		return ops_complain(c, ERR_MALFORMED,
				    "give either \"attributes\" or \"xml\", not both", "");
	out->attributes = span_str(g->xml);
	if (g->xml[0])
		return word ? add_word(o->env, g, mem, &out->attributes, c) : OK;
	struct graph_attr *list = arena_alloc(mem, (n + 1) * sizeof(*list));
	if (!list)
		return ERR_NOMEM;
	enum err e = take_list(g, list, c);
	if (word && !says_word(g))
		list[n++] = (struct graph_attr){ .type = GRAPH_ATTR_STRING,
						 .name = span_str(OPS_WORD_ATTRIBUTE),
						 .value = span_str(g->type) };
	return e || !n ? e : write_list(list, n, mem, &out->attributes, c);
}

/* Data */

static enum err read_payload(const struct record_given *g, struct arena *mem,
			     struct graph_command *out, struct ops_complaint *c)
{
	out->has_payload = g->data[0] || g->text[0] || strstr(g->set, "data");
	if (g->data[0] && g->text[0])
		return ops_complain(c, ERR_MALFORMED, "give either \"data\" or \"text\", not both",
				    "");
	out->payload = span_str(g->text);
	if (g->text[0] && out->payload.n > OPS_RECORD_INLINE)
		return ops_complain(c, ERR_RANGE, "the text is longer than 32 KiB",
				    "publish it as a large record: doc/api.md");
	if (!g->data[0])
		return OK;
	size_t size = strlen(g->data) / 4 * 3 + 3, n;
	uint8_t *p = arena_alloc(mem, size);
	if (!p)
		return ERR_NOMEM;
	if (ops_base64_take(g->data, p, size, &n) != OK)
		return ops_complain(c, ERR_MALFORMED, "\"data\" is not written in base64", "");
	if (n > OPS_RECORD_INLINE)
		return ops_complain(c, ERR_RANGE, "the data are more than 32 KiB",
				    "publish them as a large record: doc/api.md");
	out->payload = span_of(p, n);
	return OK;
}

static enum err read_type(struct ops *o, const char *s, struct graph_command *out, bool *word,
			  struct ops_complaint *c)
{
	*word = false;
	if (!s[0]) /* of a change */
		return OK;
	if (ops_type_read(o, s, &out->type, word) != OK) {
		text_quoted(&c->why, span_str(s), OPS_NAME_MAX);
		return ops_complain(c, ERR_MALFORMED,
				    " is no record type: a GUID, or a word of small letters, "
				    "digits and hyphens",
				    "");
	}
	if (!graph_type_reserved(&out->type))
		return OK;
	return ops_complain(c, ERR_DENIED, "that type belongs to the graph itself",
			    "choose a GUID of your own, or a word");
}

enum err ops_record_read(struct ops *o, const struct record_given *g, struct arena *mem,
			 struct graph_command *out, struct ops_complaint *c)
{
	bool word;
	out->expires = g->expires;
	if (!g->expires && g->life >= 0)
		out->expires = os_wall().us + g->life;
	enum err e = read_type(o, g->type, out, &word, c);
	if (!e)
		e = read_attributes(o, g, word, mem, out, c);
	return e ? e : read_payload(g, mem, out, c);
}

/* Answers */

void ops_record_answer(struct ops_call call, const struct graph_guid *id, uint32_t version,
		       const char *done, bool dry)
{
	static const struct graph_guid none;
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	struct ops_record_change out;
	ops_clear(&ops_record_change_type, &out);
	text_str(&t, "record ");
	if (!graph_guid_eq(id, &none)) {
		struct text to = TEXT_OF(out.id);
		graph_guid_text(&to, id);
		text_str(&t, out.id);
		text_char(&t, ' ');
	}
	text_str(&t, done);
	out.done = !dry;
	out.text = buffer;
	out.version = version;
	ops_answer_value(call, &ops_record_change_type, &out);
}

static void answer(struct graph_wish *w, const struct engine_result *r, bool dry)
{
	static const struct graph_guid none;
	bool made = !graph_guid_eq(&r->id, &none);
	ops_record_answer(w->asking.call, made ? &r->id : &w->command.of.id, r->version,
			  dry ? w->would : w->done, dry);
}

static struct graph_wish *wish_new(struct ops *o, struct ops_call call, const struct graphs_info *g,
				   enum graph_command_kind kind)
{
	struct graph_wish *w = ops_graph_wish(o, call, g, 0);
	if (!w)
		return NULL;
	w->answer = answer;
	w->command.of.kind = kind;
	ops_set_text(w->object, sizeof(w->object), "record");
	return w;
}

static void name_record(struct graph_wish *w, const struct graph_entry *e)
{
	struct text t = TEXT_OF(w->object);
	w->command.of.id = e->place.id;
	text_str(&t, "record ");
	graph_guid_text(&t, &e->place.id);
}

enum err ops_run_record_add(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct ops_record_add *a = &r->record_add;
	struct ops_complaint c;
	struct graphs_info g;
	ops_complaint_init(&c);
	if (!ops_graph_open(o, r, call, &g))
		return OK;
	struct graph_wish *w = wish_new(o, call, &g, GRAPH_RECORD_ADD);
	if (!w)
		return ERR_NOMEM;
	const struct record_given given = { .type = a->type,
					    .expires = a->expires,
					    .life = a->life,
					    .attributes = a->attributes,
					    .n_attributes = a->n_attributes,
					    .xml = a->xml,
					    .data = a->data,
					    .text = a->text,
					    .set = "" };
	enum err e = a->type[0] ? ops_record_read(o, &given, &o->mem, &w->command.of, &c)
				: ops_complain(&c, ERR_MALFORMED, "a record needs a \"type\"",
					       "a GUID, or a word such as note");
	w->done = "is published";
	w->would = "would be published";
	return ops_graph_send(w, e, a->dry_run, &c);
}

/* The record that is to be changed, and at which version. */
static struct graph_wish *wish_of(struct ops *o, const struct ops_request *r, struct ops_call call,
				  enum graph_command_kind kind, bool *answered)
{
	struct graphs_info g;
	*answered = true;
	if (!ops_graph_open(o, r, call, &g))
		return NULL;
	const struct graph_entry *e = ops_record_find(g.graph, r->name, call);
	if (!e)
		return NULL;
	*answered = false;
	struct graph_wish *w = wish_new(o, call, &g, kind);
	if (w)
		name_record(w, e);
	return w;
}

static enum err read_version(uint64_t v, struct graph_command *out, struct ops_complaint *c)
{
	if (v > UINT32_MAX)
		return ops_complain(c, ERR_RANGE, "versions are below 2^32", "");
	out->if_version = (uint32_t)v;
	return OK;
}

/* Attributes that are given are all of them but for the word of the type, which stays. */
static const char *word_for(struct graph_wish *w, const struct ops_record_update *u, char *out,
			    size_t size)
{
	const struct graph *g =
		graphs_find(node_graphs(engine_node(w->asking.ops->engine)), w->command.id);
	const struct graph_entry *e = graph_db_find(graph_database(g), &w->command.of.id);
	if (!u->n_attributes && !u->xml[0] && !strstr(u->set, "attributes"))
		return "";
	return e && ops_record_word(w->asking.ops, g, e, out, size) ? out : "";
}

static enum err read_update(struct graph_wish *w, const struct ops_record_update *u,
			    struct ops_complaint *c)
{
	struct ops *o = w->asking.ops;
	struct graph_command *k = &w->command.of;
	char word[OPS_NAME_MAX + 1];
	const struct record_given given = { .type = word_for(w, u, word, sizeof(word)),
					    .expires = u->expires,
					    .life = u->life,
					    .attributes = u->attributes,
					    .n_attributes = u->n_attributes,
					    .xml = u->xml,
					    .data = u->data,
					    .text = u->text,
					    .set = u->set };
	enum err e = read_version(u->if_version, k, c);
	if (!e)
		e = ops_record_read(o, &given, &o->mem, k, c);
	if (!e && !k->has_attributes && !k->has_payload && !k->expires)
		e = ops_complain(c, ERR_MALFORMED, "nothing is to be changed", "doc/api.md");
	return e;
}

enum err ops_run_record_update(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct ops_complaint c;
	bool answered;
	ops_complaint_init(&c);
	struct graph_wish *w = wish_of(o, r, call, GRAPH_RECORD_UPDATE, &answered);
	if (!w)
		return answered ? OK : ERR_NOMEM;
	w->done = "is changed";
	w->would = "would be changed";
	return ops_graph_send(w, read_update(w, &r->record_update, &c), r->record_update.dry_run,
			      &c);
}

enum err ops_run_record_delete(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct ops_complaint c;
	bool answered;
	ops_complaint_init(&c);
	struct graph_wish *w = wish_of(o, r, call, GRAPH_RECORD_DELETE, &answered);
	if (!w)
		return answered ? OK : ERR_NOMEM;
	w->done = r->record_delete.local ? "is deleted here" : "is deleted";
	w->would = "would be deleted";
	w->command.of.local_only = r->record_delete.local;
	enum err e = read_version(r->record_delete.if_version, &w->command.of, &c);
	return ops_graph_send(w, e, r->record_delete.dry_run, &c);
}
