/* record get, list, search. */
#include "cli/cli_int.h"

#include <errno.h>
#include <string.h>

#define RECORD_SHORT 8

const char *cli_attributes(struct cli *c, const struct ops_record *r)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	for (size_t i = 0; i < r->n_attributes; i++) {
		const struct ops_attribute *a = &r->attributes[i];
		/* The word of the type is told as the type. */
		if (strcmp(a->name, "recordtype") == 0 && strcmp(a->value, r->word) == 0)
			continue;
		text_str(&t, t.n ? ", " : "");
		text_str(&t, a->name);
		text_char(&t, '=');
		text_str(&t, a->value);
	}
	return cli_keep(c, &t);
}

const char *cli_record_short(const char *id)
{
	size_t n = strlen(id);
	return n > RECORD_SHORT ? id + n - RECORD_SHORT : id;
}

const char *cli_record_type(struct cli *c, const struct ops_record *r)
{
	return r->word[0] ? r->word : cli_short(c, r->type);
}

/* ---- the list ---- */

static const struct cli_column record_columns[] = {
	{ "RECORD", 0 }, { "TYPE", 0 },	   { "VERSION", 1 }, { "CREATOR", 0 },
	{ "SIZE", 2 },	 { "CHANGED", 0 }, { "ENDS", 3 },    { 0 },
};

static void set_record(struct cli *c, struct cli_row *row, const void *of)
{
	const struct ops_record *r = of;
	const char *note = cli_attributes(c, r);
	const struct cli_cell cells[] = {
		{ cli_record_short(r->id), CLI_BOLD },
		{ cli_record_type(c, r), CLI_PLAIN },
		{ cli_number(c, r->version), CLI_PLAIN },
		{ cli_who(r->creator_label, r->creator), CLI_PLAIN },
		{ cli_number(c, r->size), CLI_PLAIN },
		{ cli_time(c, r->modified), CLI_PLAIN },
		{ cli_time(c, r->expires), CLI_PLAIN },
	};
	CLI_SET_CELLS(row, cells);
	row->note = note[0] ? note : NULL;
}

static const char *record_id(struct cli *c, const void *of)
{
	const struct ops_record *r = of;
	return r->id;
}

static void say_no_record(struct cli *c, const void *answer, bool empty)
{
	if (empty)
		cli_wrap(c,
			 c->pointed || c->type ? "no record matches"
					       : "the graph has no records; try: homestead "
						 "record add GRAPH --type note --data TEXT",
			 0);
}

/* The words behind the graph are one query, with or without quotation marks about it. */
static void take_query(struct cli *c)
{
	struct text t = TEXT_OF(c->query);
	for (int i = 1; i < c->n_args; i++) {
		text_str(&t, i > 1 ? " " : "");
		text_str(&t, c->args[i]);
	}
	c->pointed = t.n ? c->query : NULL;
}

static const char *filter(struct cli *c)
{
	char buffer[2 * OPS_BODY_MAX];
	struct text t = TEXT_OF(buffer);
	if (c->type) {
		text_str(&t, "type=");
		ops_url_put(&t, c->type);
	}
	if (c->pointed) {
		text_str(&t, t.n ? "&query=" : "query=");
		ops_url_put(&t, c->pointed);
	}
	return cli_keep(c, &t);
}

int cli_run_record_list(struct cli *c)
{
	static const struct cli_list list = { .kind = OPS_RECORDS,
					      .rows = "records",
					      .query = filter,
					      .limit = "most",
					      .page = OPS_RECORDS_MOST,
					      .name = record_id,
					      .columns = record_columns,
					      .set = set_record,
					      .before = say_no_record };
	int exit = cli_graph(c);
	if (exit)
		return exit;
	take_query(c);
	return cli_list(c, &list);
}

/* ---- one record ---- */

static int put_octets(struct cli *c, const uint8_t *octets, size_t n)
{
	bool standard = strcmp(c->output, "-") == 0;
	FILE *f = standard ? c->place->out : fopen(c->output, "we");
	bool bad = !f || fwrite(octets, 1, n, f) != n;
	bad = (f && (standard ? fflush(f) : fclose(f)) != 0) || bad;
	if (!bad && !standard && c->given[CLI_JSON])
		return cli_print_json(c, "{\"done\":true,\"schema\":1}");
	if (!bad)
		return CLI_OK;
	char message[CLI_TEXT_MAX];
	struct text t = TEXT_OF(message);
	text_quoted(&t, span_str(c->output), 200);
	text_str(&t, " cannot be written: ");
	text_str(&t, strerror(errno));
	return cli_complain(c, &(struct cli_complaint){ CLI_FAILED, "IO", message, "--output -" });
}

static int write_data(struct cli *c, const struct ops_record *r)
{
	size_t n = 0;
	if (r->large)
		return cli_record_get_large(c, r->id, put_octets);
	uint8_t *octets = arena_alloc(&c->mem, strlen(r->data) + 1);
	if (!octets)
		return cli_no_memory(c);
	if (ops_base64_take(r->data, octets, strlen(r->data), &n) != OK)
		return cli_complain(c, &(struct cli_complaint){ CLI_FAILED, "PROTOCOL",
								"the daemon's answer is not "
								"understood: data",
								"homestead version" });
	return put_octets(c, octets, n);
}

static const char *type_line(struct cli *c, const struct ops_record *r)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	text_str(&t, r->word);
	text_str(&t, r->word[0] ? ", " : "");
	text_str(&t, r->type);
	return cli_keep(c, &t);
}

static const char *data_line(struct cli *c, const struct ops_record *r)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	text_u64(&t, r->size);
	text_str(&t, r->size == 1 ? " octet" : " octets");
	if (r->size && !r->is_text)
		text_str(&t, "; --output FILE writes them");
	return cli_keep(c, &t);
}

static void print_text(struct cli *c, const char *text)
{
	size_t n = strlen(text);
	cli_lines(c->place->out, span_of(text, n));
	if (!n || text[n - 1] != '\n')
		fputc('\n', c->place->out);
}

/* "Ann, 0123...ab.Ann" */
static const char *person(struct cli *c, const char *label, const char *peer)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	text_str(&t, label);
	text_str(&t, label[0] ? ", " : "");
	text_str(&t, peer);
	return cli_keep(c, &t);
}

static void print_record(struct cli *c, const struct ops_record *r)
{
	bool changed = r->modifier[0];
	const struct cli_pair pairs[] = {
		{ "record", { r->id, CLI_BOLD } },
		{ "type", { type_line(c, r), CLI_PLAIN } },
		{ "version", { cli_number(c, r->version), CLI_PLAIN } },
		{ "made by", { person(c, r->creator_label, r->creator), CLI_PLAIN } },
		{ "made at", { cli_time(c, r->created), CLI_PLAIN } },
		{ "changed by", { person(c, r->modifier_label, r->modifier), CLI_PLAIN } },
		{ "changed at", { changed ? cli_time(c, r->modified) : "", CLI_PLAIN } },
		{ "ends at", { cli_time(c, r->expires), CLI_PLAIN } },
		{ "attributes", { cli_attributes(c, r), CLI_PLAIN } },
		{ "data", { data_line(c, r), CLI_PLAIN } },
	};
	cli_pairs_print(c, pairs, sizeof(pairs) / sizeof(pairs[0]));
	if (!r->is_text || !r->size)
		return;
	fputc('\n', c->place->out);
	print_text(c, r->text);
}

int cli_run_record_get(struct cli *c)
{
	struct ops_record r;
	int exit = cli_graph(c);
	if (!exit)
		exit = cli_ask(
			c,
			&(struct cli_query){ .kind = OPS_RECORD,
					     .graph = c->graph,
					     .name = c->args[1],
					     .query = c->given[CLI_XML] ? "xml=true" : NULL },
			&r);
	if (exit)
		return exit;
	if (c->output)
		return write_data(c, &r);
	if (c->given[CLI_JSON])
		return cli_print_answer(c);
	if (c->given[CLI_QUIET])
		cli_line(c->place->out, "%s", r.id);
	else if (c->given[CLI_XML])
		print_text(c, r.xml);
	else
		print_record(c, &r);
	return CLI_OK;
}
