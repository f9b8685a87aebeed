/* A list of the API as a table, as names or as one JSON document: page after
 * page to its end, or to --limit. A page is printed before the next is asked
 * for, so that a million rows need the memory of one page. */
#include "cli/cli_int.h"

#include "base/number.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* Where a list stands: what is printed, and the page that is to be printed. */
struct walk {
	const struct cli_list *list;
	const struct ops_struct *type;
	const struct ops_field *field; /* the list in the answer */
	const void *answer;
	const uint8_t *rows;
	size_t n;
	uint64_t limit, shown;		 /* limit: UINT64_MAX none */
	uint64_t rest;			 /* rows behind those shown */
	bool counted;			 /* those are all */
	bool streams;			 /* the beginning of a JSON document is printed */
	char next[OPS_GRAPH_ID_MAX + 1]; /* a token, or a name */
	struct cli_fit fit;
};

static const struct ops_field *field_of(const struct ops_struct *type, const char *name)
{
	const struct ops_field *f = type->fields;
	while (f->name && strcmp(f->name, name) != 0)
		f++;
	return f->name ? f : NULL;
}

static const void *value_of(const struct walk *w, const char *name)
{
	const struct ops_field *f = field_of(w->type, name);
	return f ? (const uint8_t *)w->answer + f->offset : NULL;
}

/* Where the list goes on; "": that was all. */
static const char *next_of(const struct walk *w)
{
	const struct ops_field *f = field_of(w->type, "next");
	const void *at = value_of(w, "next");
	if (!f)
		return "";
	if (f->kind != OPS_FIELD_STRING)
		return at;
	const char *s = *(const char *const *)at;
	return s ? s : "";
}

static const void *row_of(const struct walk *w, size_t i)
{
	return w->rows + i * w->field->of->size;
}

/* "within=239.192.0.0/14&limit=250&after=..." as far as it is needed. */
static const char *query_of(struct cli *c, const struct walk *w)
{
	char buffer[2 * OPS_BODY_MAX];
	struct text t = TEXT_OF(buffer);
	uint64_t left = w->limit - w->shown;
	if (w->list->query)
		text_str(&t, w->list->query(c));
	if (!field_of(w->type, "next"))
		return cli_keep(c, &t);
	if (left < (w->list->page ? w->list->page : OPS_CLAIMS_MOST)) {
		text_str(&t, t.n ? "&" : "");
		text_str(&t, w->list->limit ? w->list->limit : "limit");
		text_char(&t, '=');
		text_u64(&t, left);
	}
	if (w->next[0]) {
		text_str(&t, t.n ? "&after=" : "after=");
		ops_url_put(&t, w->next);
	}
	return cli_keep(c, &t);
}

/* What is behind this page, the most exact that any page knew. */
static void count_rest(struct walk *w, size_t given)
{
	const uint64_t *more = value_of(w, "more");
	const bool *counted = value_of(w, "counted");
	uint64_t behind = (more ? *more : 0) + (given - w->n);
	bool exact = !counted || *counted;
	if (exact || !w->counted)
		w->rest = behind;
	else
		w->rest = w->rest > given ? w->rest - given : 0;
	w->counted = w->counted || exact;
}

static int take_page(struct cli *c, struct walk *w)
{
	void *answer = arena_alloc(&c->mem, w->type->size);
	if (!answer)
		return cli_no_memory(c);
	const struct cli_query q = { .kind = w->list->kind,
				     .graph = c->graph,
				     .query = query_of(c, w) };
	int exit = cli_ask(c, &q, answer);
	if (exit)
		return exit;
	w->answer = answer;
	memcpy(&w->rows, (const uint8_t *)answer + w->field->offset, sizeof(w->rows));
	memcpy(&w->n, (const uint8_t *)answer + w->field->count_offset, sizeof(w->n));
	size_t given = w->n;
	if (w->n > w->limit - w->shown)
		w->n = (size_t)(w->limit - w->shown);
	count_rest(w, given);
	ops_set_text(w->next, sizeof(w->next), next_of(w));
	return CLI_OK;
}

static bool is_last(const struct walk *w)
{
	return !w->next[0] || w->shown + w->n >= w->limit;
}

/* JSON */

/* What differs from page to page: that of the last one stands at the end. */
static bool ends_document(const char *key)
{
	return strcmp(key, "more") == 0 || strcmp(key, "counted") == 0 || strcmp(key, "next") == 0;
}

static void put_value(struct cli *c, const json_t *value)
{
	char *s = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	fputs(s ? s : "null", c->place->out);
	free(s); /* from jansson */
}

static void put_pair(struct cli *c, const char *key, const json_t *value)
{
	fprintf(c->place->out, "\"%s\":", key);
	put_value(c, value);
}

static void put_head(struct cli *c, const struct walk *w, json_t *page)
{
	const char *key;
	json_t *value;
	fputc('{', c->place->out);
	json_object_foreach(page, key, value)
	{
		if (strcmp(key, w->field->name) == 0 || ends_document(key))
			continue;
		put_pair(c, key, value);
		fputc(',', c->place->out);
	}
	fprintf(c->place->out, "\"%s\":[", w->field->name);
}

static void put_tail(struct cli *c, const struct walk *w)
{
	fputc(']', c->place->out);
	if (field_of(w->type, "more"))
		fprintf(c->place->out, ",\"more\":%llu,\"counted\":%s", (unsigned long long)w->rest,
			w->counted ? "true" : "false");
	if (field_of(w->type, "next")) {
		json_t *next = json_string(w->next);
		fputc(',', c->place->out);
		put_pair(c, "next", next);
		json_decref(next);
	}
	fputs("}\n", c->place->out);
}

static int put_page(struct cli *c, struct walk *w)
{
	if (is_last(w) && !w->streams && !w->rest)
		return cli_print_answer(c);
	json_t *page = json_loads(c->event->json, 0, NULL);
	if (!page)
		return cli_no_memory(c);
	const json_t *list = json_object_get(page, w->field->name);
	if (!w->streams)
		put_head(c, w, page);
	w->streams = true;
	for (size_t i = 0; i < w->n; i++) {
		if (w->shown || i)
			fputc(',', c->place->out);
		put_value(c, json_array_get(list, i));
	}
	json_decref(page);
	return CLI_OK;
}

/* For people */

static int print_table(struct cli *c, struct walk *w)
{
	struct cli_table t = { w->list->columns, NULL, w->n, &w->fit };
	t.rows = arena_alloc(&c->mem, (w->n + 1) * sizeof(*t.rows));
	if (!t.rows)
		return cli_no_memory(c);
	/* An empty page in front of others says nothing yet. */
	if (w->list->before && !w->shown && (w->n || is_last(w)))
		w->list->before(c, w->answer, w->n == 0);
	for (size_t i = 0; i < w->n; i++) {
		t.rows[i].note = NULL;
		w->list->set(c, &t.rows[i], row_of(w, i));
	}
	if (w->n)
		cli_table_print(c, &t);
	if (w->list->after && is_last(w))
		w->list->after(c, w->answer);
	return CLI_OK;
}

static int print_names(struct cli *c, const struct walk *w)
{
	for (size_t i = 0; i < w->n; i++) {
		const char *name = w->list->name(c, row_of(w, i));
		if (name)
			cli_line(c->place->out, "%s", name);
	}
	return CLI_OK;
}

/* What --limit left out. */
static void say_more(struct cli *c, const struct walk *w)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	if (!w->rest && !w->next[0])
		return;
	if (field_of(w->type, "more") || w->rest) {
		text_str(&t, w->counted ? "" : "at least ");
		text_u64(&t, w->rest);
		text_char(&t, ' ');
	}
	text_str(&t, "more: without --limit all are shown");
	fputc('\n', c->place->out);
	cli_wrap(c, buffer, 0);
}

static int print_page(struct cli *c, struct walk *w)
{
	if (c->given[CLI_JSON])
		return put_page(c, w);
	if (c->given[CLI_QUIET])
		return print_names(c, w);
	return w->list->print ? w->list->print(c, w->answer) : print_table(c, w);
}

static void finish(struct cli *c, const struct walk *w)
{
	if (w->streams)
		put_tail(c, w);
	else if (!cli_is_terse(c) && !w->list->print)
		say_more(c, w);
}

/* A document that was begun is ended also when a page fails: `next` then says
 * that it is not all. */
static int walk_all(struct cli *c, struct walk *w)
{
	for (bool last = false; !last;) {
		int exit = take_page(c, w);
		if (!exit)
			exit = print_page(c, w);
		if (exit && w->streams)
			put_tail(c, w);
		if (exit)
			return exit;
		last = is_last(w);
		w->shown += w->n;
		arena_reset(&c->mem);
		if (fflush(c->place->out) != 0)
			return CLI_OK; /* nobody reads any more */
	}
	finish(c, w);
	return CLI_OK;
}

static int print_list(struct cli *c)
{
	struct walk w = { .list = c->list, .limit = UINT64_MAX };
	w.type = ops_rows[w.list->kind].answer;
	w.field = field_of(w.type, w.list->rows);
	if (c->limit && (number_u64(span_str(c->limit), UINT64_MAX, &w.limit) != OK || !w.limit))
		return cli_usage(c, "--limit takes a number above 0", "--limit 100");
	return walk_all(c, &w);
}

int cli_list(struct cli *c, const struct cli_list *list)
{
	c->list = list;
	return c->given[CLI_WATCH] ? cli_watch(c, print_list) : print_list(c);
}
