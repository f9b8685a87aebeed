/* record watch: what becomes of the records of a graph, as it happens. */
#include "cli/cli_int.h"

#include <jansson.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

/* What an event says. */
struct change {
	const char *graph, *kind, *id, *type;
	uint64_t version;
	int64_t time;
};

static const char *text_of_pair(const struct ops_event *e, const char *name)
{
	for (size_t i = 0; i < e->n_fields; i++)
		if (strcmp(e->fields[i].name, name) == 0 && !e->fields[i].is_number)
			return e->fields[i].value;
	return "";
}

static uint64_t number_of_pair(const struct ops_event *e, const char *name)
{
	for (size_t i = 0; i < e->n_fields; i++)
		if (strcmp(e->fields[i].name, name) == 0 && e->fields[i].is_number)
			return (uint64_t)e->fields[i].number;
	return 0;
}

static bool read_change(struct cli *c, const struct ops_event *e, struct change *out)
{
	if (strcmp(e->part, "graph") != 0 || strcmp(e->name, "record") != 0)
		return false;
	*out = (struct change){
		text_of_pair(e, "graph"), text_of_pair(e, "change"),	text_of_pair(e, "id"),
		text_of_pair(e, "type"),  number_of_pair(e, "version"), e->time,
	};
	return strcmp(out->graph, c->graph) == 0;
}

/* The record as it is now; false: it has gone, perhaps meanwhile. */
static bool fetch(struct cli *c, const struct change *ch, struct ops_record *out)
{
	const struct cli_query q = { .kind = OPS_RECORD, .graph = c->graph, .name = ch->id };
	bool there = strcmp(ch->kind, "added") == 0 || strcmp(ch->kind, "updated") == 0;
	return there && cli_try(c, &q, out);
}

static int print_json(struct cli *c, const struct change *ch, bool there)
{
	char buffer[40];
	struct text t = TEXT_OF(buffer);
	json_t *record = there ? json_loads(c->event->json, 0, NULL)
			       : json_pack("{s:s, s:s, s:I}", "id", ch->id, "type", ch->type,
					   "version", (json_int_t)ch->version);
	if (record)
		(void)json_object_del(record, "schema");
	text_wall(&t, ch->time);
	json_t *line = json_pack("{s:i, s:s, s:s, s:s, s:o}", "schema", OPS_SCHEMA, "time", buffer,
				 "graph", ch->graph, "change", ch->kind, "record", record);
	char *s = line ? json_dumps(line, JSON_COMPACT) : NULL;
	json_decref(line);
	if (!s)
		return cli_no_memory(c);
	int exit = cli_print_json(c, s);
	free(s); /* from jansson */
	return exit;
}

/* One line of it. */
static const char *preview(struct cli *c, const struct ops_record *r)
{
	char buffer[48];
	struct text t = TEXT_OF(buffer);
	const char *end = strpbrk(r->text, "\r\n");
	text_quoted(&t, span_of(r->text, end ? (size_t)(end - r->text) : strlen(r->text)), 40);
	return r->is_text && r->size ? cli_keep(c, &t) : "";
}

static void print_line(struct cli *c, const struct change *ch, const struct ops_record *r)
{
	char buffer[40];
	struct text t = TEXT_OF(buffer);
	text_wall(&t, ch->time);
	cli_part(c->place->out, "%-24s  %-8s  %s  v%llu", buffer, ch->kind,
		 cli_record_short(ch->id), (unsigned long long)ch->version);
	if (r) {
		const char *attributes = cli_attributes(c, r), *text = preview(c, r);
		cli_part(c->place->out, "  %s  %s", cli_record_type(c, r),
			 r->modifier[0] ? cli_who(r->modifier_label, r->modifier)
					: cli_who(r->creator_label, r->creator));
		cli_part(c->place->out, "%s%s", attributes[0] ? "  " : "", attributes);
		cli_part(c->place->out, "%s%s", text[0] ? "  " : "", text);
	}
	fputc('\n', c->place->out);
}

static int show(struct cli *c, const char *json)
{
	struct ops_event e;
	struct ops_record r;
	struct change ch;
	int exit = cli_decode(c, &ops_event_type, json, &e);
	if (exit || !read_change(c, &e, &ch))
		return exit;
	bool there = fetch(c, &ch, &r);
	if (c->given[CLI_JSON])
		return print_json(c, &ch, there);
	if (c->given[CLI_QUIET])
		cli_line(c->place->out, "%s", ch.id);
	else
		print_line(c, &ch, there ? &r : NULL);
	(void)fflush(c->place->out);
	return CLI_OK;
}

/* Whether to go on; the daemon's coming and going is told on stderr. */
static bool take(struct cli *c, const hst_event *e, int *exit)
{
	if (e->kind == HST_EVENT_RECORD) {
		*exit = show(c, e->json);
		arena_reset(&c->mem);
	} else if (e->kind == HST_EVENT_OVERFLOW) {
		cli_line(c->place->err, "homestead: %llu changes were missed; try: %s",
			 (unsigned long long)e->dropped,
			 cli_named(c, "homestead record list GRAPH", c->args[0]));
	} else if (e->kind == HST_EVENT_DAEMON) {
		cli_line(c->place->err, "homestead: %s",
			 e->result < 0 ? e->message : "the daemon is back");
	} else if (e->kind == HST_EVENT_ENDED) {
		*exit = cli_complain(
			c, &(struct cli_complaint){ CLI_FAILED, "INVALID", e->message, e->hint });
	}
	return *exit == CLI_OK;
}

/* Whether the reader is still there. */
static bool wait_for_event(struct cli *c)
{
	struct pollfd fds[2] = { { hst_ctx_fd(c->ctx), POLLIN, 0 },
				 { fileno(c->place->out), 0, 0 } };
	(void)poll(fds, 2, -1);
	return !(fds[1].revents & (POLLERR | POLLHUP));
}

static int follow(struct cli *c)
{
	int exit = CLI_OK;
	for (bool on = true; on;) {
		hst_event *e;
		while (on && (e = hst_ctx_next_event(c->ctx))) {
			on = take(c, e, &exit);
			hst_free(e);
		}
		on = on && !ferror(c->place->out) && wait_for_event(c);
	}
	return exit;
}

/* GRAPH-14.15: the daemon chooses, so that changes which are not wanted cost nothing here. */
int cli_run_record_watch(struct cli *c)
{
	hst_guid type;
	hst_graph *g = NULL;
	hst_sub sub;
	int exit = c->type ? cli_read_type(c, &type) : CLI_OK;
	if (!exit)
		exit = cli_graph_handle(c, &g);
	if (exit)
		return exit;
	int r = hst_graph_subscribe(g, HST_KIND(HST_EVENT_RECORD), c->type ? &type : NULL, &sub);
	exit = r < 0 ? cli_complain_last(c) : follow(c);
	hst_free(g);
	return exit;
}
