/* doctor, doctor ports: what may be wrong, and what to do. */
#include "cli/cli_int.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const struct cli_column port_columns[] = {
	{ "PORT", 0 }, { "SERVICE", 1 }, { "VERDICT", 0 }, { "PROGRAM", 0 },
	{ "PID", 0 },  { "USER", 0 },	 { "ADDRESS", 2 }, { 0 },
};

static enum cli_colour verdict_colour(const char *verdict)
{
	if (strcmp(verdict, "squatter") == 0)
		return CLI_RED;
	return strcmp(verdict, "free") == 0 || strcmp(verdict, "ours") == 0 ? CLI_GREEN
									    : CLI_YELLOW;
}

static const char *port_name(struct cli *c, const struct ops_port *p)
{
	char buffer[32];
	struct text t = TEXT_OF(buffer);
	text_str(&t, p->proto);
	text_char(&t, ' ');
	text_u64(&t, p->port);
	return cli_keep(c, &t);
}

static const char *or_dash(const char *s)
{
	return s[0] ? s : "-";
}

static void set_port(struct cli *c, struct cli_row *r, const struct ops_port *p)
{
	const struct cli_cell cells[] = {
		{ port_name(c, p), CLI_PLAIN },
		{ p->service, CLI_PLAIN },
		{ p->verdict, verdict_colour(p->verdict) },
		{ or_dash(p->program), CLI_PLAIN },
		{ p->pid ? cli_number(c, p->pid) : "-", CLI_PLAIN },
		{ or_dash(p->user), CLI_PLAIN },
		{ or_dash(p->address), CLI_PLAIN },
	};
	memcpy(r->cells, cells, sizeof(cells));
	r->note = p->advice;
}

/* The look as the library gives it, in *json (hst_free it) and decoded. */
static int look(struct cli *c, char **json, struct ops_ports *out)
{
	char buffer[CLI_TEXT_MAX];
	struct text why = TEXT_OF(buffer);
	if (hst_ports(c->ctx, json) < 0)
		return cli_complain_last(c);
	json_t *j = json_loads(*json, 0, NULL);
	enum err e = ops_decode(&ops_ports_type, j, OPS_FROM_ANSWER, out, &c->mem, &why);
	json_decref(j);
	if (!e)
		return CLI_OK;
	hst_free(*json);
	return cli_complain(c, &(struct cli_complaint){ CLI_FAILED, "NOMEM", err_text(e), "" });
}

static int print_ports(struct cli *c, const struct ops_ports *p)
{
	struct cli_table t = { port_columns, NULL, p->n_ports };
	for (size_t i = 0; c->given[CLI_QUIET] && i < p->n_ports; i++)
		if (strcmp(p->ports[i].verdict, "free") != 0)
			cli_line(c->place->out, "%s", port_name(c, &p->ports[i]));
	if (c->given[CLI_QUIET])
		return CLI_OK;
	t.rows = arena_alloc(&c->mem, (p->n_ports + 1) * sizeof(*t.rows));
	if (!t.rows)
		return cli_complain(
			c, &(struct cli_complaint){ CLI_FAILED, "NOMEM", err_text(ERR_NOMEM), "" });
	for (size_t i = 0; i < p->n_ports; i++)
		set_port(c, &t.rows[i], &p->ports[i]);
	cli_table_print(c, &t);
	return CLI_OK;
}

int cli_run_doctor_ports(struct cli *c)
{
	struct ops_ports ports;
	char *json = NULL;
	int exit = look(c, &json, &ports);
	if (exit)
		return exit;
	exit = c->given[CLI_JSON] ? cli_print_json(c, json) : print_ports(c, &ports);
	hst_free(json);
	return exit;
}

/* {"ports": [...], "attention": [...], "group": {...}} of two answers. */
static int doctor_json(struct cli *c, const char *ports, const char *status)
{
	json_t *both = json_loads(ports, 0, NULL), *s = json_loads(status, 0, NULL);
	(void)json_object_set(both, "attention", json_object_get(s, "attention"));
	(void)json_object_set(both, "group", json_object_get(s, "group"));
	char *text = json_dumps(both, JSON_COMPACT);
	json_decref(both);
	json_decref(s);
	if (text)
		(void)cli_print_json(c, text);
	free(text); /* from jansson */
	return CLI_OK;
}

/* What is no fault of this machine, but may be what somebody misses in a group. */
static const char *missing(const struct ops_group_state *g, const char **hint)
{
	*hint = "homestead group connect GROUP";
	if (strcmp(g->state, "closed") == 0)
		return "is closed: this machine takes no part in it";
	if (strcmp(g->state, "locked") == 0 || strcmp(g->state, "waiting") == 0)
		return NULL; /* attention says so */
	*hint = "homestead group connect GROUP ADDRESS, when another member should be here";
	if (g->online <= 1 && g->members > 1)
		return "has nobody else here: records wait until somebody is";
	*hint = "homestead members GROUP shows who they are, and whether they are here";
	if (g->administrators && !g->administrators_online)
		return "has no administrator here: invitations by them, roles and renewals wait "
		       "until one is";
	return NULL;
}

static void print_groups(struct cli *c, const struct ops_grouping *all)
{
	for (size_t i = 0; i < all->n_groups; i++) {
		const struct ops_group_state *g = &all->groups[i];
		char buffer[CLI_TEXT_MAX];
		struct text t = TEXT_OF(buffer);
		const char *hint, *what = missing(g, &hint);
		if (!what)
			continue;
		text_str(&t, "group ");
		text_quoted(&t, span_str(g->name[0] ? g->name : g->id), 80);
		text_char(&t, ' ');
		text_str(&t, what);
		cli_wrap(c, buffer, 2);
		text_clear(&t);
		text_str(&t, "try: ");
		text_str(&t, cli_named(c, hint, cli_short(c, g->id)));
		cli_wrap(c, buffer, 4);
	}
}

/* Whether anything is to be said about groups. */
static bool groups_miss(const struct ops_grouping *all)
{
	const char *hint;
	for (size_t i = 0; i < all->n_groups; i++)
		if (missing(&all->groups[i], &hint))
			return true;
	return false;
}

static int doctor(struct cli *c, const char *json, const struct ops_ports *ports)
{
	struct ops_status s;
	int exit = CLI_OK;
	if (!c->given[CLI_JSON]) {
		exit = print_ports(c, ports);
		fputc('\n', c->place->out);
	}
	if (!exit)
		exit = cli_ask(c, &(struct cli_query){ .kind = OPS_STATUS }, &s);
	if (exit)
		return exit;
	if (c->given[CLI_JSON])
		return doctor_json(c, json, c->event->json);
	if (c->given[CLI_QUIET])
		return CLI_OK;
	fputs(s.n_attention ? "needs attention:\n" : "all is well\n", c->place->out);
	cli_print_attention(c, &s);
	if (groups_miss(&s.group)) {
		fputs("\nfor your information:\n", c->place->out);
		print_groups(c, &s.group);
	}
	return CLI_OK;
}

int cli_run_doctor(struct cli *c)
{
	struct ops_ports ports;
	char *json = NULL;
	int exit = look(c, &json, &ports);
	if (exit)
		return exit;
	exit = doctor(c, json, &ports);
	hst_free(json);
	return exit;
}
