/* status, masc show: how things stand. */
#include "cli/cli_int.h"

#include <string.h>

static const char *running(struct cli *c, const struct ops_status *s)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	text_str(&t, s->version);
	text_str(&t, ", pid ");
	text_u64(&t, s->pid);
	text_str(&t, ", for ");
	text_str(&t, cli_duration(c, s->uptime));
	return cli_keep(c, &t);
}

static const struct ops_part *part_of(const struct ops_status *s, const char *name)
{
	for (size_t i = 0; i < s->n_parts; i++)
		if (strcmp(s->parts[i].name, name) == 0)
			return &s->parts[i];
	return NULL;
}

static bool part_is(const struct ops_status *s, const char *name, const char *state)
{
	const struct ops_part *p = part_of(s, name);
	return p && strcmp(p->state, state) == 0;
}

static void put_listen(struct text *t, const struct ops_status *s, const char *part)
{
	const char *before = " on ";
	for (size_t i = 0; i < s->n_listen; i++) {
		if (strcmp(s->listen[i].part, part) != 0)
			continue;
		text_str(t, before);
		text_str(t, s->listen[i].address);
		before = ", ";
	}
}

/* "running on 0.0.0.0:2587, 1 of 2 sessions established". */
static struct cli_cell masc_line(struct cli *c, const struct ops_status *s)
{
	const struct ops_part *p = part_of(s, "masc");
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	if (!p)
		return (struct cli_cell){ "", CLI_PLAIN };
	text_str(&t, p->state);
	if (p->reason[0]) {
		text_str(&t, ": ");
		text_str(&t, p->reason);
		bool stopped = strcmp(p->state, "stopped") == 0;
		return (struct cli_cell){ cli_keep(c, &t), stopped ? CLI_RED : CLI_PLAIN };
	}
	put_listen(&t, s, "masc");
	text_str(&t, ", ");
	text_u64(&t, s->masc.established);
	text_str(&t, " of ");
	text_u64(&t, s->masc.total);
	text_str(&t, s->masc.total == 1 ? " session established" : " sessions established");
	bool all = s->masc.established == s->masc.total;
	return (struct cli_cell){ cli_keep(c, &t), all ? CLI_GREEN : CLI_YELLOW };
}

/* "2 ranges held, 1024 addresses, 62% used; 1 waiting; 12 claims known". */
static struct cli_cell claims_line(struct cli *c, const struct ops_status *s)
{
	const struct ops_holdings *h = &s->claims;
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	if (!part_is(s, "masc", "running"))
		return (struct cli_cell){ "", CLI_PLAIN };
	text_u64(&t, h->held);
	text_str(&t, h->held == 1 ? " range held" : " ranges held");
	if (h->held) {
		text_str(&t, " (");
		text_str(&t, cli_size(c, h->addresses));
		text_str(&t, " addresses, ");
		text_str(&t, cli_percent(c, h->used, h->addresses));
		text_str(&t, " used)");
	}
	if (h->withdrawn) {
		text_str(&t, ", ");
		text_u64(&t, h->withdrawn);
		text_str(&t, " withdrawn for a clash");
	}
	if (h->waiting + h->wanted) {
		text_str(&t, ", ");
		text_u64(&t, h->waiting + h->wanted);
		text_str(&t, " on the way");
	}
	text_str(&t, "; ");
	text_u64(&t, h->known);
	text_str(&t, h->known == 1 ? " claim known" : " claims known");
	return (struct cli_cell){ cli_keep(c, &t), h->paused[0] ? CLI_YELLOW : CLI_PLAIN };
}

/* " on port 3540", " on ports 3540 (ipv6) and 40123 (ipv4)"; nothing without a network. */
static void put_ports(struct text *t, const struct ops_pnrp *p)
{
	if (p->port_ipv4 && p->port_ipv6 && p->port_ipv4 != p->port_ipv6) {
		text_str(t, " on ports ");
		text_u64(t, p->port_ipv6);
		text_str(t, " (ipv6) and ");
		text_u64(t, p->port_ipv4);
		text_str(t, " (ipv4)");
	} else if (p->port) {
		text_str(t, " on port ");
		text_u64(t, p->port);
	}
	text_str(t, ", ");
}

static bool has_network(const char *state)
{
	return strcmp(state, "no-network") != 0 && strcmp(state, "disabled") != 0;
}

/* "3 names published; other nodes in 2 of 3 clouds". A node counts in each cloud that it
 * shares with us, so a sum of them would mean nothing. */
static struct cli_cell names_line(struct cli *c, const struct ops_status *s)
{
	const struct ops_part *p = part_of(s, "pnrp");
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	uint64_t known = 0, there = 0;
	if (!p || strcmp(p->state, "off") == 0)
		return (struct cli_cell){ "", CLI_PLAIN };
	text_str(&t, p->state);
	if (p->reason[0]) {
		text_str(&t, ": ");
		text_str(&t, p->reason);
		return (struct cli_cell){ cli_keep(c, &t), CLI_RED };
	}
	for (size_t i = 0; i < s->pnrp.n_clouds; i++)
		if (has_network(s->pnrp.clouds[i].state)) {
			known += s->pnrp.clouds[i].entries > 0;
			there++;
		}
	put_ports(&t, &s->pnrp);
	text_u64(&t, s->pnrp.names);
	text_str(&t, s->pnrp.names == 1 ? " name published; " : " names published; ");
	text_str(&t, "other nodes in ");
	text_u64(&t, known);
	text_str(&t, " of ");
	text_u64(&t, there);
	text_str(&t, there == 1 ? " cloud" : " clouds");
	return (struct cli_cell){ cli_keep(c, &t), known ? CLI_GREEN : CLI_YELLOW };
}

/* "running on port 3587, 2 graphs open, 1 of them connected". */
static struct cli_cell graphs_line(struct cli *c, const struct ops_status *s)
{
	const struct ops_part *p = part_of(s, "graph");
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	uint64_t open = 0, connected = 0;
	if (!p || strcmp(p->state, "off") == 0)
		return (struct cli_cell){ "", CLI_PLAIN };
	for (size_t i = 0; i < s->graph.n_graphs; i++) {
		open += strcmp(s->graph.graphs[i].state, "closed") != 0;
		connected += strcmp(s->graph.graphs[i].state, "connected") == 0;
	}
	text_str(&t, p->state);
	if (p->reason[0]) {
		text_str(&t, ": ");
		text_str(&t, p->reason);
		return (struct cli_cell){ cli_keep(c, &t), CLI_RED };
	}
	if (s->graph.port) {
		text_str(&t, " on port ");
		text_u64(&t, s->graph.port);
	}
	text_str(&t, ", ");
	text_u64(&t, open);
	text_str(&t, open == 1 ? " graph open" : " graphs open");
	if (open) {
		text_str(&t, ", ");
		text_u64(&t, connected);
		text_str(&t, " connected");
	}
	return (struct cli_cell){ cli_keep(c, &t), connected == open ? CLI_GREEN : CLI_YELLOW };
}

static const char *keys_words(const char *source)
{
	static const struct {
		const char *source, *words;
	} rows[] = { { "credential", "keys sealed by a systemd credential" },
		     { "passphrase", "keys sealed by a passphrase" },
		     { "memory", "keys in memory alone" } };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].source, source) == 0)
			return rows[i].words;
	return "keys sealed by a file";
}

/* "2 groups, 1 of them connected; 3 identities; keys sealed by a file". */
static struct cli_cell groups_line(struct cli *c, const struct ops_status *s)
{
	const struct ops_grouping *g = &s->group;
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	uint64_t open = 0, connected = 0;
	if (!part_is(s, "group", "running"))
		return (struct cli_cell){ "", CLI_PLAIN };
	for (size_t i = 0; i < g->n_groups; i++) {
		open += strcmp(g->groups[i].state, "closed") != 0;
		connected += strcmp(g->groups[i].state, "connected") == 0;
	}
	text_u64(&t, g->n_groups);
	text_str(&t, g->n_groups == 1 ? " group, " : " groups, ");
	text_u64(&t, connected);
	text_str(&t, " connected; ");
	text_u64(&t, g->identities);
	text_str(&t, g->identities == 1 ? " identity; " : " identities; ");
	text_str(&t, g->keys.usable ? keys_words(g->keys.source) : "keys cannot be used: ");
	text_str(&t, g->keys.usable ? "" : g->keys.why);
	enum cli_colour colour = connected == open ? CLI_GREEN : CLI_YELLOW;
	return (struct cli_cell){ cli_keep(c, &t), g->keys.usable ? colour : CLI_RED };
}

static struct cli_cell store_line(struct cli *c, const struct ops_status *s)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	text_str(&t, s->store.path[0] ? s->store.path : "in memory, lost at the end");
	text_str(&t, s->store.healthy ? ", " : ": ");
	if (s->store.healthy) {
		text_u64(&t, s->store.commits);
		text_str(&t, s->store.commits == 1 ? " commit" : " commits");
	} else {
		text_str(&t, s->store.problem);
	}
	return (struct cli_cell){ cli_keep(c, &t), s->store.healthy ? CLI_PLAIN : CLI_RED };
}

static struct cli_cell clock_line(struct cli *c, const struct ops_status *s)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	if (s->clock.synchronised)
		return (struct cli_cell){ "synchronised", CLI_PLAIN };
	text_str(&t, "not synchronised; affects ");
	text_str(&t, s->clock.affected);
	return (struct cli_cell){ cli_keep(c, &t), CLI_YELLOW };
}

static const char *load_line(struct cli *c, const struct ops_status *s)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	text_u64(&t, (s->memory_octets + (1 << 20) - 1) >> 20);
	text_str(&t, " MiB resident, ");
	text_u64(&t, s->links.open);
	text_str(&t, s->links.open == 1 ? " connection, " : " connections, ");
	text_u64(&t, s->jobs.waiting);
	text_str(&t, s->jobs.waiting == 1 ? " job waiting" : " jobs waiting");
	return cli_keep(c, &t);
}

void cli_print_attention(struct cli *c, const struct ops_status *s)
{
	for (size_t i = 0; i < s->n_attention; i++) {
		const struct ops_attention *a = &s->attention[i];
		char buffer[CLI_TEXT_MAX];
		struct text t = TEXT_OF(buffer), h;
		cli_wrap(c, a->text, 2);
		h = TEXT_OF(buffer);
		text_clear(&t);
		text_str(&h, "try: ");
		text_str(&h, a->hint);
		if (a->hint[0])
			cli_wrap(c, buffer, 4);
	}
}

static void next_step(struct cli *c, const struct ops_status *s)
{
	fputs("\nnext:\n", c->place->out);
	if (s->masc.total)
		fputs("  homestead masc peers       the sessions, one a line\n"
		      "  homestead masc space       who has which addresses\n",
		      c->place->out);
	if (s->pnrp.n_clouds)
		fputs("  homestead cloud list       who finds names among each other\n"
		      "  homestead name list        the names published here\n",
		      c->place->out);
	if (part_is(s, "group", "running"))
		fputs(s->group.n_groups
			      ? "  homestead group list       the groups you are in\n"
			      : "  homestead create NAME      a group of people, secured\n",
		      c->place->out);
	if (part_is(s, "graph", "running"))
		fputs("  homestead graph list       the graphs of this machine\n", c->place->out);
	fputs("  homestead events --watch   what happens, as it happens\n"
	      "  homestead help             what else there is\n",
	      c->place->out);
}

static void print_text(struct cli *c, const struct ops_status *s)
{
	const struct cli_pair pairs[] = {
		{ "homesteadd", { running(c, s), CLI_BOLD } },
		{ "socket", { hst_ctx_socket(c->ctx), CLI_PLAIN } },
		{ "config",
		  { s->config_path[0] ? s->config_path : "none, running on defaults", CLI_PLAIN } },
		{ "masc", masc_line(c, s) },
		{ "claims", claims_line(c, s) },
		{ "names", names_line(c, s) },
		{ "graphs", graphs_line(c, s) },
		{ "groups", groups_line(c, s) },
		{ "store", store_line(c, s) },
		{ "clock", clock_line(c, s) },
		{ "load", { load_line(c, s), CLI_PLAIN } },
	};
	cli_pairs_print(c, pairs, sizeof(pairs) / sizeof(pairs[0]));
	fputc('\n', c->place->out);
	cli_coloured(c, s->n_attention ? CLI_YELLOW : CLI_GREEN,
		     s->n_attention ? "needs attention:\n" : "all is well\n");
	cli_print_attention(c, s);
	if (c->next_step)
		next_step(c, s);
}

static int print_status(struct cli *c)
{
	struct ops_status s;
	int exit = cli_ask(c, &(struct cli_query){ .kind = OPS_STATUS }, &s);
	if (exit)
		return exit;
	if (c->given[CLI_JSON])
		return cli_print_answer(c);
	if (!c->given[CLI_QUIET])
		print_text(c, &s);
	return CLI_OK;
}

int cli_run_status(struct cli *c)
{
	return c->given[CLI_WATCH] ? cli_watch(c, print_status) : print_status(c);
}

int cli_run_masc_show(struct cli *c)
{
	struct ops_status s;
	int exit = cli_ask(c, &(struct cli_query){ .kind = OPS_STATUS }, &s);
	if (exit)
		return exit;
	if (c->given[CLI_JSON])
		return cli_print_answer(c);
	if (c->given[CLI_QUIET])
		return CLI_OK;
	const struct cli_pair pairs[] = {
		{ "masc", masc_line(c, &s) },
		{ "claims", claims_line(c, &s) },
		{ "idle", { cli_number(c, s.masc.idle), CLI_PLAIN } },
		{ "connect", { cli_number(c, s.masc.connect), CLI_PLAIN } },
		{ "active", { cli_number(c, s.masc.active), CLI_PLAIN } },
		{ "opensent", { cli_number(c, s.masc.opensent), CLI_PLAIN } },
		{ "openconfirm", { cli_number(c, s.masc.openconfirm), CLI_PLAIN } },
		{ "established", { cli_number(c, s.masc.established), CLI_PLAIN } },
		{ "held down", { cli_number(c, s.masc.held_down), CLI_PLAIN } },
	};
	cli_pairs_print(c, pairs, sizeof(pairs) / sizeof(pairs[0]));
	return CLI_OK;
}
