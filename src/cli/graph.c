/* graph list, show, create, open, close, delete, listen, revalidate, connect, set. */
#include "cli/cli_int.h"

#include "base/number.h"

#include <string.h>

/* ---- what is shared ---- */

#define SHORT 8

const char *cli_short(struct cli *c, const char *id)
{
	char buffer[SHORT + 1];
	struct text t = TEXT_OF(buffer);
	text_str(&t, id);
	return cli_keep(c, &t);
}

int cli_read_duration(struct cli *c, const char *s, int64_t *us)
{
	if (number_duration(span_str(s), us) != OK)
		return cli_refuse(c, s, " is no time such as 90s, 2h30m or 30d");
	return CLI_OK;
}

int cli_read_type(struct cli *c, hst_guid *type)
{
	if (hst_guid_parse(c->type, type) == HST_OK || hst_record_type(c->type, type) == HST_OK)
		return CLI_OK;
	return cli_refuse(c, c->type,
			  " is no type: a word of small letters, digits and hyphens, or a GUID");
}

int cli_set_word(struct cli *c, char *out, size_t size, const char *s)
{
	ops_set_text(out, size, s ? s : "");
	return s && strlen(s) >= size ? cli_refuse(c, s, " is too long") : CLI_OK;
}

/* How well a graph fits what was typed. */
enum fit {
	NOT,
	BEGINS,
	NAMED,
	EXACT
};

static enum fit fit_of(const struct ops_graph *g, const char *typed)
{
	char number[24];
	struct text t = TEXT_OF(number);
	text_u64(&t, g->number);
	if (strcmp(g->id, typed) == 0 || strcmp(number, typed) == 0)
		return EXACT;
	if (strcmp(g->name, typed) == 0 || strcmp(g->group, typed) == 0)
		return typed[0] ? NAMED : NOT;
	size_t n = strlen(typed);
	bool begins = n && (strncmp(g->id, typed, n) == 0 || strncmp(g->name, typed, n) == 0 ||
			    strncmp(g->group, typed, n) == 0);
	return begins ? BEGINS : NOT;
}

static int no_such_graph(struct cli *c, const char *typed)
{
	char message[160];
	struct text t = TEXT_OF(message);
	text_str(&t, "there is no graph ");
	text_quoted(&t, span_str(typed), 80);
	text_str(&t, " on this machine");
	return cli_complain(c, &(struct cli_complaint){ CLI_NOT_FOUND, "NOT_FOUND", message,
							"homestead graph list" });
}

static int several_graphs(struct cli *c, const struct ops_graphs *all, const char *typed,
			  enum fit best)
{
	char message[CLI_TEXT_MAX];
	struct text t = TEXT_OF(message);
	const char *between = " is said of several graphs: ";
	text_quoted(&t, span_str(typed), 80);
	for (size_t i = 0; i < all->n_graphs; i++) {
		if (fit_of(&all->graphs[i], typed) != best)
			continue;
		text_str(&t, between);
		text_str(&t, all->graphs[i].id);
		between = ", ";
	}
	return cli_usage(c, message, "more of the Graph ID, or the number of homestead graph list");
}

/* What the daemon makes of it, which knows more names of groups than these. */
static int ask_graph(struct cli *c, const char *typed)
{
	struct ops_graph g;
	struct text t = TEXT_OF(c->graph_id);
	if (!strchr(typed, '/') ||
	    !cli_try(c, &(struct cli_query){ .kind = OPS_GRAPH, .graph = typed }, &g))
		return no_such_graph(c, typed);
	text_u64(&t, g.number);
	return CLI_OK;
}

int cli_graph(struct cli *c)
{
	const char *typed = c->args[0];
	struct ops_graphs all;
	enum fit best = NOT;
	size_t found = 0;
	int exit = cli_ask(c, &(struct cli_query){ .kind = OPS_GRAPHS }, &all);
	if (exit)
		return exit;
	for (size_t i = 0; i < all.n_graphs; i++) {
		enum fit fit = fit_of(&all.graphs[i], typed);
		if (fit == NOT || fit < best)
			continue;
		found = fit > best ? 1 : found + 1;
		best = fit;
		ops_set_text(c->graph_id, sizeof(c->graph_id), all.graphs[i].id);
	}
	c->graph = c->graph_id;
	if (!found)
		return ask_graph(c, typed);
	return found > 1 ? several_graphs(c, &all, typed, best) : CLI_OK;
}

/* ---- the list ---- */

static const struct cli_column graph_columns[] = {
	{ "#", 0 },	{ "GRAPH", 0 },	  { "STATE", 0 }, { "NEIGHBORS", 0 },
	{ "NODES", 2 }, { "RECORDS", 1 }, { "NAME", 0 },  { 0 },
};

static enum cli_colour colour_of(const char *state)
{
	if (strcmp(state, "connected") == 0)
		return CLI_GREEN;
	return strcmp(state, "closed") == 0 ? CLI_PLAIN : CLI_YELLOW;
}

static const char *friendly_of(const struct ops_graph *g)
{
	return g->group[0] ? g->group : g->name;
}

/* A group goes by eight digits of its Graph ID, since others may be called as it is. */
static const char *short_name(struct cli *c, const struct ops_graph *g)
{
	return g->group[0] ? cli_short(c, g->id) : g->id;
}

static void set_graph(struct cli *c, struct cli_row *r, const void *row)
{
	const struct ops_graph *g = row;
	const struct cli_cell cells[] = {
		{ cli_number(c, g->number), CLI_PLAIN }, { short_name(c, g), CLI_PLAIN },
		{ g->state, colour_of(g->state) },	 { cli_number(c, g->neighbors), CLI_PLAIN },
		{ cli_number(c, g->nodes), CLI_PLAIN },	 { cli_number(c, g->records), CLI_PLAIN },
		{ friendly_of(g), CLI_PLAIN },
	};
	CLI_SET_CELLS(r, cells);
	bool fine = strcmp(g->state, "connected") == 0 || strcmp(g->state, "closed") == 0;
	r->note = !fine && g->why[0] ? cli_named(c, g->why, short_name(c, g)) : NULL;
}

static const char *graph_id(struct cli *c, const void *row)
{
	const struct ops_graph *g = row;
	return g->id;
}

static void say_no_graph(struct cli *c, const void *answer, bool empty)
{
	const struct ops_graphs *all = answer;
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	if (strcmp(all->part.state, "running") != 0) {
		text_str(&t, "graphs are ");
		text_str(&t, all->part.state);
		text_str(&t, ": ");
		text_str(&t, all->part.reason);
		cli_wrap(c, buffer, 0);
	} else if (empty) {
		cli_wrap(c,
			 "this machine is in no graph; try: homestead graph create NAME, or "
			 "homestead graph open NAME",
			 0);
	}
}

int cli_run_graph_list(struct cli *c)
{
	static const struct cli_list list = { .kind = OPS_GRAPHS,
					      .rows = "graphs",
					      .name = graph_id,
					      .columns = graph_columns,
					      .set = set_graph,
					      .before = say_no_graph };
	return cli_list(c, &list);
}

/* ---- one graph ---- */

static const char *sentence(struct cli *c, const char *first, const char *between,
			    const char *second)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	text_str(&t, first);
	if (second[0]) {
		text_str(&t, between);
		text_str(&t, second);
	}
	return cli_keep(c, &t);
}

/* "3 neighbors, 1 direct; 12 nodes say that they are here". */
static const char *links_line(struct cli *c, const struct ops_graph *g)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	text_u64(&t, g->neighbors);
	text_str(&t, g->neighbors == 1 ? " neighbor, " : " neighbors, ");
	text_u64(&t, g->directs);
	text_str(&t, " direct; ");
	text_u64(&t, g->nodes);
	text_str(&t,
		 g->nodes == 1 ? " node says that it is here" : " nodes say that they are here");
	return cli_keep(c, &t);
}

static const char *records_line(struct cli *c, const struct ops_graph *g)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	text_u64(&t, g->records);
	text_str(&t, ", of them ");
	text_u64(&t, g->deleted);
	text_str(&t, " deleted; ");
	text_u64(&t, g->octets);
	text_str(&t, " octets");
	return cli_keep(c, &t);
}

static const char *contacts_line(struct cli *c, const struct ops_graph *g)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	text_u64(&t, g->contacts);
	text_str(&t, " of ");
	text_u64(&t, g->contacts_wanted);
	text_str(&t, g->contact ? ", we are one" : "");
	return cli_keep(c, &t);
}

static const char *skew_line(struct cli *c, const struct ops_graph *g)
{
	if (g->skew <= 0)
		return "";
	return sentence(c, cli_duration(c, g->skew), " ",
			g->skew_behind ? "behind the graph's" : "ahead of the graph's");
}

/* "130 records in, 12 of them here already, 250 out". */
static const char *flood_line(struct cli *c, const struct ops_graph_counts *n)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	text_u64(&t, n->flood_in);
	text_str(&t, " in, ");
	text_u64(&t, n->fresh);
	text_str(&t, " of them new; ");
	text_u64(&t, n->flood_out);
	text_str(&t, " out");
	return cli_keep(c, &t);
}

/* "5 connections to the port: 3 for no graph here, 2 malformed"; "" for none. */
static const char *strange_line(struct cli *c, const struct ops_graph_strange *n)
{
	const struct {
		uint64_t n;
		const char *what;
	} reasons[] = { { n->strangers, " for no graph here" },
			{ n->malformed, " malformed" },
			{ n->late, " too late" },
			{ n->full, " too many" } };
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	const char *between = "";
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (!reasons[i].n)
			continue;
		text_str(&t, between);
		text_u64(&t, reasons[i].n);
		text_str(&t, reasons[i].what);
		between = ", ";
	}
	text_str(&t, t.n ? "; of all graphs" : "");
	return cli_keep(c, &t);
}

/* Whom it looks for when it wants neighbors: "2 known addresses in turn, the next in 25s". */
static const char *tries_line(struct cli *c, const struct ops_graph *g)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	if (!g->open || g->neighbors > 1 || !g->to_try || g->maintain_in < 0)
		return "";
	text_u64(&t, g->to_try);
	text_str(&t, g->to_try == 1 ? " known address" : " known addresses in turn");
	text_str(&t, "; the next look is in ");
	text_str(&t, cli_duration(c, g->maintain_in));
	return cli_keep(c, &t);
}

static int print_graph(struct cli *c)
{
	struct ops_graph g;
	int exit = cli_ask(c, &(struct cli_query){ .kind = OPS_GRAPH, .graph = c->graph }, &g);
	if (exit)
		return exit;
	if (c->given[CLI_JSON])
		return cli_print_answer(c);
	if (c->given[CLI_QUIET]) {
		cli_line(c->place->out, "%s", g.id);
		return CLI_OK;
	}
	const struct cli_pair pairs[] = {
		{ "graph", { g.id, CLI_BOLD } },
		{ g.group[0] ? "group" : "name", { friendly_of(&g), CLI_PLAIN } },
		{ "comment", { g.comment, CLI_PLAIN } },
		{ "state",
		  { cli_named(c, sentence(c, g.state, ": ", g.why), short_name(c, &g)),
		    colour_of(g.state) } },
		{ "we are", { sentence(c, g.peer, ", node ", g.node), CLI_PLAIN } },
		{ "made by", { g.created ? "this node" : g.creator, CLI_PLAIN } },
		{ "security",
		  { sentence(c,
			     g.group[0] ? "that of a group: members alone; hashes of "
					: "none: anybody may join; hashes of ",
			     "", g.profile),
		    CLI_PLAIN } },
		{ "takes connections",
		  { g.listening ? "yes"
		    : g.listens ? "as soon as the database is complete"
				: "no",
		    CLI_PLAIN } },
		{ "connections", { links_line(c, &g), CLI_PLAIN } },
		{ "tries", { tries_line(c, &g), CLI_PLAIN } },
		{ "contacts", { contacts_line(c, &g), CLI_PLAIN } },
		{ "in pieces",
		  { g.partition ? "yes; the others are looked for" : "", CLI_YELLOW } },
		{ "records", { records_line(c, &g), CLI_PLAIN } },
		{ "flooded", { flood_line(c, &g.counts), CLI_PLAIN } },
		{ "turned away", { strange_line(c, &g.strange), CLI_PLAIN } },
		{ "our clock is", { skew_line(c, &g), CLI_YELLOW } },
		{ "left at", { g.open ? "" : cli_time(c, g.left), CLI_PLAIN } },
	};
	cli_pairs_print(c, pairs, sizeof(pairs) / sizeof(pairs[0]));
	return CLI_OK;
}

int cli_run_graph_show(struct cli *c)
{
	int exit = cli_graph(c);
	if (exit)
		return exit;
	return c->given[CLI_WATCH] ? cli_watch(c, print_graph) : print_graph(c);
}

/* ---- changes ---- */

/* For --quiet a change of a graph prints its Graph ID. */
static int change(struct cli *c, const struct cli_query *q, const char *id)
{
	int exit = cli_change(c, q);
	if (!exit && c->given[CLI_QUIET] && !c->given[CLI_JSON])
		cli_line(c->place->out, "%s", id);
	return exit;
}

static int set_presence(struct cli *c, char *to, size_t size, int64_t *life)
{
	*life = -1;
	int exit = cli_set_word(c, to, size, c->presence);
	if (!exit && c->life)
		exit = cli_read_duration(c, c->life, life);
	return exit;
}

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

static int make(struct cli *c, struct ops_graph_make *body)
{
	body->id = c->args[0];
	body->peer = or_empty(c->peer);
	body->node_name = or_empty(c->node_name);
	body->name = or_empty(c->label);
	body->comment = or_empty(c->comment);
	body->sync_order = or_empty(c->sync);
	body->defer = c->given[CLI_DEFER];
	body->listen = !c->given[CLI_QUIETLY];
	body->dry_run = c->given[CLI_DRY_RUN];
	int exit = cli_set_word(c, body->scope, sizeof(body->scope), c->reach);
	if (!exit)
		exit = cli_set_word(c, body->profile, sizeof(body->profile), c->profile);
	if (!exit)
		exit = set_presence(c, body->presence, sizeof(body->presence),
				    &body->presence_life);
	if (!exit && c->largest && number_size(span_str(c->largest), &body->record_max) != OK)
		exit = cli_refuse(c, c->largest, " is no size such as 64KiB or 1MiB");
	return exit ? exit
		    : change(c,
			     &(struct cli_query){ .kind = OPS_GRAPH_MAKE,
						  .body_type = &ops_graph_make_type,
						  .body = body },
			     body->id);
}

int cli_run_graph_create(struct cli *c)
{
	struct ops_graph_make body;
	ops_clear(&ops_graph_make_type, &body);
	return make(c, &body);
}

int cli_run_graph_open(struct cli *c)
{
	struct ops_graph_make body;
	ops_clear(&ops_graph_make_type, &body);
	body.open = true;
	return make(c, &body);
}

/* close, delete, listen, revalidate: the command's last word says which. */
int cli_run_graph_change(struct cli *c)
{
	static const struct {
		const char *words;
		enum ops_kind kind;
	} verbs[] = {
		{ "graph close", OPS_GRAPH_CLOSE },
		{ "graph delete", OPS_GRAPH_DELETE },
		{ "graph listen", OPS_GRAPH_LISTEN },
		{ "graph revalidate", OPS_GRAPH_REVALIDATE },
	};
	struct ops_write body = { c->given[CLI_DRY_RUN] };
	size_t i = 0;
	int exit = cli_graph(c);
	if (exit)
		return exit;
	while (strcmp(verbs[i].words, c->command->words) != 0)
		i++;
	/* A DELETE has its values in the query. */
	bool gone = verbs[i].kind == OPS_GRAPH_DELETE;
	return change(c,
		      &(struct cli_query){ .kind = verbs[i].kind,
					   .graph = c->graph,
					   .query = gone && body.dry_run ? "dry_run=true" : NULL,
					   .body_type = gone ? NULL : &ops_write_type,
					   .body = gone ? NULL : &body },
		      c->graph);
}

int cli_run_graph_connect(struct cli *c)
{
	struct ops_graph_connect body;
	ops_clear(&ops_graph_connect_type, &body);
	body.peer = or_empty(c->peer);
	body.dry_run = c->given[CLI_DRY_RUN];
	int exit = cli_set_word(c, body.address, sizeof(body.address), c->args[1]);
	if (!exit)
		exit = cli_graph(c);
	return exit ? exit
		    : change(c,
			     &(struct cli_query){ .kind = OPS_GRAPH_CONNECT,
						  .graph = c->graph,
						  .body_type = &ops_graph_connect_type,
						  .body = &body },
			     c->graph);
}

/* "name,comment": what was given, be it empty. */
static const char *what_is_set(struct cli *c)
{
	static const struct cli_word rows[] = {
		{ CLI_LABEL, "name" },	      { CLI_NOTE, "comment" },
		{ CLI_PRESENCE, "presence" }, { CLI_LIFE, "presence_life" },
		{ CLI_PRESENT, "present" },   { CLI_ABOUT, "attributes" }
	};
	return cli_words_given(c, rows, sizeof(rows) / sizeof(rows[0]));
}

int cli_run_graph_set(struct cli *c)
{
	struct ops_graph_set body;
	ops_clear(&ops_graph_set_type, &body);
	body.set = what_is_set(c);
	if (!body.set[0])
		return cli_usage(c, "graph set wants something to set", "homestead help graph set");
	body.name = or_empty(c->label);
	body.comment = or_empty(c->comment);
	body.attributes = or_empty(c->about);
	body.dry_run = c->given[CLI_DRY_RUN];
	int exit = set_presence(c, body.presence, sizeof(body.presence), &body.presence_life);
	if (!exit)
		exit = cli_set_word(c, body.present, sizeof(body.present), c->present);
	if (!exit)
		exit = cli_graph(c);
	return exit ? exit
		    : change(c,
			     &(struct cli_query){ .kind = OPS_GRAPH_SET,
						  .graph = c->graph,
						  .body_type = &ops_graph_set_type,
						  .body = &body },
			     c->graph);
}
