/* cloud list, show, stats, ping, repair, flush. */
#include "cli/cli_int.h"

#include <string.h>

void cli_say_names_off(struct cli *c, const struct ops_part *part)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	text_str(&t, "names are ");
	text_str(&t, part->state);
	text_str(&t, ": ");
	text_str(&t, part->reason);
	cli_wrap(c, buffer, 0);
}

const char *cli_latency(struct cli *c, int64_t us)
{
	char buffer[40];
	struct text t = TEXT_OF(buffer);
	if (us < 0)
		return "-";
	if (us >= 10 * MONO_SEC)
		return cli_duration(c, us);
	text_i64(&t, us / MONO_MS);
	text_char(&t, '.');
	text_i64(&t, us % MONO_MS / 100);
	text_str(&t, " ms");
	return cli_keep(c, &t);
}

const char *cli_endpoint(struct cli *c, const struct ops_endpoint *e)
{
	char buffer[ADDR_TEXT_MAX + 60];
	struct text t = TEXT_OF(buffer);
	text_str(&t, e->address[0] ? e->address : "this machine");
	if (e->port) {
		text_str(&t, " port ");
		text_u64(&t, e->port);
		text_char(&t, ' ');
		text_str(&t, e->protocol);
	}
	return cli_keep(c, &t);
}

static enum cli_colour colour_of(const char *state)
{
	if (strcmp(state, "active") == 0)
		return CLI_GREEN;
	return strcmp(state, "dead") == 0 ? CLI_RED : CLI_YELLOW;
}

static const struct cli_column cloud_columns[] = {
	{ "CLOUD", 0 }, { "STATE", 0 }, { "NODES", 0 }, { "ABOUT", 2 },
	{ "NAMES", 0 }, { "PORT", 3 },	{ "HEARD", 1 }, { 0 },
};

static void set_cloud(struct cli *c, struct cli_row *r, const void *row)
{
	const struct ops_cloud *k = row;
	uint64_t port = k->n_addresses ? k->addresses[0].port : 0;
	const struct cli_cell cells[] = {
		{ k->name, CLI_PLAIN },
		{ k->state, colour_of(k->state) },
		{ cli_number(c, k->nodes), CLI_PLAIN },
		{ cli_number(c, k->size), CLI_PLAIN },
		{ cli_number(c, k->names), CLI_PLAIN },
		{ port ? cli_number(c, port) : "-", CLI_PLAIN },
		{ cli_duration(c, k->heard), CLI_PLAIN },
	};
	CLI_SET_CELLS(r, cells);
	r->note = k->why[0] ? k->why : NULL;
}

static const char *cloud_name(struct cli *c, const void *row)
{
	const struct ops_cloud *k = row;
	return k->name;
}

static void say_no_cloud(struct cli *c, const void *answer, bool empty)
{
	const struct ops_clouds *all = answer;
	if (strcmp(all->part.state, "running") != 0)
		cli_say_names_off(c, &all->part);
	else if (empty)
		fputs("this machine is in no cloud: it has no network\n", c->place->out);
}

int cli_run_cloud_list(struct cli *c)
{
	static const struct cli_list list = { .kind = OPS_CLOUDS,
					      .rows = "clouds",
					      .name = cloud_name,
					      .columns = cloud_columns,
					      .set = set_cloud,
					      .before = say_no_cloud };
	return cli_list(c, &list);
}

/* One cloud */

static const char *addresses_line(struct cli *c, const struct ops_cloud *k)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	for (size_t i = 0; i < k->n_addresses; i++) {
		text_str(&t, i ? ", " : "");
		text_str(&t, k->addresses[i].address);
	}
	if (k->n_addresses) {
		text_str(&t, ", UDP port ");
		text_u64(&t, k->addresses[0].port);
	}
	return cli_keep(c, &t);
}

static const char *state_line(struct cli *c, const struct ops_cloud *k)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	text_str(&t, k->state);
	if (k->why[0]) {
		text_str(&t, ": ");
		text_str(&t, k->why);
	}
	return cli_keep(c, &t);
}

static const char *nodes_line(struct cli *c, const struct ops_cloud *k)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	text_u64(&t, k->nodes);
	text_str(&t, " known, with ");
	text_u64(&t, k->entries);
	text_str(&t, k->entries == 1 ? " name" : " names");
	text_str(&t, "; with this one there are about ");
	text_u64(&t, k->size);
	return cli_keep(c, &t);
}

static const char *found_by(const struct ops_cloud *k)
{
	if (k->resolve_only)
		return "names are looked up and none published";
	return k->multicast ? "multicast, seeds, and nodes of former runs"
			    : "seeds, and nodes of former runs";
}

static void print_head(struct cli *c, const struct ops_cloud *k)
{
	const struct cli_pair pairs[] = {
		{ "cloud", { k->name, CLI_BOLD } },
		{ "state", { state_line(c, k), colour_of(k->state) } },
		{ "scope", { k->scope, CLI_PLAIN } },
		{ "family", { k->family, CLI_PLAIN } },
		{ "interface", { k->interface, CLI_PLAIN } },
		{ "addresses", { addresses_line(c, k), CLI_PLAIN } },
		{ "finds others by", { found_by(k), CLI_PLAIN } },
		{ "nodes", { nodes_line(c, k), CLI_PLAIN } },
		{ "last answer",
		  { k->heard < 0 ? "none yet" : cli_duration(c, k->heard), CLI_PLAIN } },
	};
	cli_pairs_print(c, pairs, sizeof(pairs) / sizeof(pairs[0]));
}

/* The first digits of an ID say enough for people. */
static const char *short_id(struct cli *c, const char *id)
{
	char buffer[16];
	struct text t = TEXT_OF(buffer);
	text_span(&t, span_of(id, strlen(id) < 12 ? strlen(id) : 12));
	return cli_keep(c, &t);
}

static const struct cli_column node_columns[] = {
	{ "ID", 0 }, { "NODE", 0 }, { "LEVEL", 1 }, { "NEXT TO US", 0 }, { "HEARD", 0 }, { 0 },
};

static int print_nodes(struct cli *c, const struct ops_cloud_detail *d)
{
	struct cli_table t = { node_columns, NULL, d->n_nodes, NULL };
	t.rows = arena_alloc(&c->mem, (d->n_nodes + 1) * sizeof(*t.rows));
	if (!t.rows)
		return cli_no_memory(c);
	for (size_t i = 0; i < d->n_nodes; i++) {
		const struct ops_cloud_entry *e = &d->nodes[i];
		const struct cli_cell cells[] = {
			{ short_id(c, e->id), CLI_PLAIN },
			{ e->node, CLI_PLAIN },
			{ cli_number(c, e->level), CLI_PLAIN },
			{ e->leaf ? "yes" : "", CLI_PLAIN },
			{ cli_duration(c, e->heard), CLI_PLAIN },
		};
		t.rows[i].note = NULL;
		CLI_SET_CELLS(&t.rows[i], cells);
	}
	if (d->n_nodes) {
		fputc('\n', c->place->out);
		cli_table_print(c, &t);
	}
	return CLI_OK;
}

static void print_own(struct cli *c, const struct ops_cloud_name *n)
{
	fputc('\n', c->place->out);
	cli_line(c->place->out, "%s%s", n->name,
		 n->announced ? "" : " (its neighbours do not know of it yet)");
	for (size_t i = 0; i < n->n_leaves; i++)
		cli_line(c->place->out, "    %s %s", n->leaves[i].above ? "above" : "below",
			 short_id(c, n->leaves[i].id));
}

static int show_cloud(struct cli *c)
{
	struct ops_cloud_detail d;
	int exit = cli_ask(c, &(struct cli_query){ .kind = OPS_CLOUD, .name = c->args[0] }, &d);
	if (exit)
		return exit;
	if (c->given[CLI_JSON])
		return cli_print_answer(c);
	for (size_t i = 0; c->given[CLI_QUIET] && i < d.n_nodes; i++)
		cli_line(c->place->out, "%s", d.nodes[i].node);
	if (c->given[CLI_QUIET])
		return CLI_OK;
	print_head(c, &d.cloud);
	for (size_t i = 0; i < d.n_names; i++)
		print_own(c, &d.names[i]);
	return print_nodes(c, &d);
}

int cli_run_cloud_show(struct cli *c)
{
	return c->given[CLI_WATCH] ? cli_watch(c, show_cloud) : show_cloud(c);
}

/* Counters */

static const char *in_out(struct cli *c, uint64_t in, uint64_t out)
{
	char buffer[64];
	struct text t = TEXT_OF(buffer);
	text_u64(&t, in);
	text_str(&t, " in, ");
	text_u64(&t, out);
	text_str(&t, " out");
	return cli_keep(c, &t);
}

static void print_traffic(struct cli *c, const struct ops_cloud *k)
{
	const struct ops_pnrp_traffic *i = &k->received, *o = &k->sent;
	const struct cli_pair pairs[] = {
		{ "cloud", { k->name, CLI_BOLD } },
		{ "SOLICIT", { in_out(c, i->solicit, o->solicit), CLI_PLAIN } },
		{ "ADVERTISE", { in_out(c, i->advertise, o->advertise), CLI_PLAIN } },
		{ "REQUEST", { in_out(c, i->request, o->request), CLI_PLAIN } },
		{ "FLOOD", { in_out(c, i->flood, o->flood), CLI_PLAIN } },
		{ "INQUIRE", { in_out(c, i->inquire, o->inquire), CLI_PLAIN } },
		{ "AUTHORITY", { in_out(c, i->authority, o->authority), CLI_PLAIN } },
		{ "ACK", { in_out(c, i->ack, o->ack), CLI_PLAIN } },
		{ "LOOKUP", { in_out(c, i->lookup, o->lookup), CLI_PLAIN } },
		{ "octets", { in_out(c, i->octets, o->octets), CLI_PLAIN } },
	};
	cli_pairs_print(c, pairs, sizeof(pairs) / sizeof(pairs[0]));
}

static const char *rejected_line(struct cli *c, const struct ops_cloud_counts *n)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	for (size_t i = 0; i < n->n_rejected; i++) {
		text_str(&t, i ? ", " : "");
		text_i64(&t, n->rejected[i].number);
		text_char(&t, ' ');
		text_str(&t, n->rejected[i].name);
	}
	return t.n ? cli_keep(c, &t) : "none";
}

static void print_counts(struct cli *c, const struct ops_cloud *k)
{
	const struct ops_cloud_counts *n = &k->counts;
	char buffer[64];
	struct text t = TEXT_OF(buffer);
	text_u64(&t, n->resolves);
	text_str(&t, ", found ");
	text_u64(&t, n->found);
	const struct cli_pair pairs[] = {
		{ "looked up", { buffer, CLI_PLAIN } },
		{ "not answered", { cli_number(c, n->timeouts), CLI_PLAIN } },
		{ "malformed", { cli_number(c, n->malformed), CLI_PLAIN } },
		{ "unmatched", { cli_number(c, n->unmatched), CLI_PLAIN } },
		{ "limited", { cli_number(c, n->limited), CLI_PLAIN } },
		{ "too many", { cli_number(c, n->too_many), CLI_PLAIN } },
		{ "not believed", { rejected_line(c, n), CLI_PLAIN } },
	};
	cli_pairs_print(c, pairs, sizeof(pairs) / sizeof(pairs[0]));
}

static int no_such_cloud(struct cli *c, const struct ops_clouds *all)
{
	char message[CLI_TEXT_MAX];
	struct text t = TEXT_OF(message);
	text_str(&t, "there is no cloud ");
	text_quoted(&t, span_str(c->args[0]), OPS_NAME_MAX);
	for (size_t i = 0; i < all->n_clouds; i++) {
		text_str(&t, i ? ", " : "; clouds are ");
		text_str(&t, all->clouds[i].name);
	}
	return cli_complain(c, &(struct cli_complaint){ CLI_NOT_FOUND, "NOT_FOUND", message,
							"homestead cloud list" });
}

static int print_stats(struct cli *c)
{
	struct ops_clouds all;
	int exit = cli_ask(c, &(struct cli_query){ .kind = OPS_CLOUDS }, &all);
	size_t shown = 0;
	if (exit)
		return exit;
	bool running = strcmp(all.part.state, "running") == 0;
	for (size_t i = 0; i < all.n_clouds; i++) {
		const struct ops_cloud *k = &all.clouds[i];
		if (c->n_args && strcmp(c->args[0], k->name) != 0)
			continue;
		if (c->given[CLI_JSON] && c->n_args)
			return cli_print_value(c, &ops_cloud_type, k);
		if (shown++ && !cli_is_terse(c))
			fputc('\n', c->place->out);
		if (cli_is_terse(c))
			continue;
		print_traffic(c, k);
		print_counts(c, k);
	}
	if (!shown && c->n_args)
		return no_such_cloud(c, &all);
	if (c->given[CLI_JSON])
		return cli_print_answer(c);
	if (!running)
		cli_say_names_off(c, &all.part);
	return CLI_OK;
}

int cli_run_cloud_stats(struct cli *c)
{
	return c->given[CLI_WATCH] ? cli_watch(c, print_stats) : print_stats(c);
}

/* Changes */

int cli_run_cloud_ping(struct cli *c)
{
	char query[CLI_TEXT_MAX];
	struct text t = TEXT_OF(query);
	struct ops_ping answer;
	text_str(&t, "address=");
	ops_url_put(&t, c->args[0]);
	text_str(&t, "&cloud=");
	ops_url_put(&t, c->cloud ? c->cloud : "");
	int exit =
		cli_ask(c, &(struct cli_query){ .kind = OPS_CLOUD_PING, .query = query }, &answer);
	if (exit)
		return exit;
	if (c->given[CLI_JSON])
		return cli_print_answer(c);
	if (!c->given[CLI_QUIET])
		cli_line(c->place->out, "%s answered after %s", answer.address,
			 cli_latency(c, answer.elapsed));
	return CLI_OK;
}

int cli_run_cloud_change(struct cli *c)
{
	struct ops_cloud_wish body;
	bool repair = strcmp(c->command->words, "cloud repair") == 0;
	ops_clear(&ops_cloud_wish_type, &body);
	body.dry_run = c->given[CLI_DRY_RUN];
	ops_set_text(body.cloud, sizeof(body.cloud), c->n_args ? c->args[0] : "");
	return cli_change(c,
			  &(struct cli_query){ .kind = repair ? OPS_CLOUD_REPAIR : OPS_CLOUD_FLUSH,
					       .body_type = &ops_cloud_wish_type,
					       .body = &body });
}
