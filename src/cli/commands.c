/* The small commands: log, doctor, daemon reload, version, help. */
#include "cli/cli_int.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static int show_levels(struct cli *c)
{
	struct ops_log log;
	int exit = cli_ask(c, &(struct cli_query){ .kind = OPS_LOG_GET }, &log);
	if (exit)
		return exit;
	if (c->given & CLI_JSON)
		return cli_print_answer(c);
	for (size_t i = 0; i < log.n_parts; i++) {
		if (c->given & CLI_QUIET)
			fprintf(c->place->out, "%s\n", log.parts[i].part);
		else
			fprintf(c->place->out, "%-8s  %s\n", log.parts[i].part, log.parts[i].level);
	}
	return CLI_OK;
}

static int refuse_level(struct cli *c)
{
	static const char *const levels[] = { "error", "warning", "notice", "info", "debug", NULL };
	char message[160], hint[160];
	struct text m = TEXT_OF(message), h = TEXT_OF(hint);
	const char *near = cli_nearest(levels, c->args[0]);
	bool swapped = c->n_args == 2 && ops_level_of(c->args[1]) >= 0;
	text_quoted(&m, span_str(c->args[0]), 60);
	text_str(&m, " is no level: error, warning, notice, info, debug");
	text_str(&h, "homestead log ");
	text_str(&h, swapped ? c->args[1] : near ? near : "info");
	if (swapped) {
		text_char(&h, ' ');
		text_str(&h, c->args[0]);
	}
	return cli_usage(c, message, hint);
}

int cli_run_log(struct cli *c)
{
	struct ops_log_set body = { .dry_run = c->given & CLI_DRY_RUN };
	if (c->n_args == 0)
		return show_levels(c);
	if (ops_level_of(c->args[0]) < 0)
		return refuse_level(c);
	ops_set_text(body.level, sizeof(body.level), c->args[0]);
	if (c->n_args == 2)
		ops_set_text(body.part, sizeof(body.part), c->args[1]);
	return cli_change(c, &(struct cli_query){ .kind = OPS_LOG_SET,
						  .body_type = &ops_log_set_type,
						  .body = &body });
}

int cli_run_daemon_reload(struct cli *c)
{
	struct ops_write body = { c->given & CLI_DRY_RUN };
	return cli_change(c, &(struct cli_query){ .kind = OPS_RELOAD,
						  .body_type = &ops_write_type,
						  .body = &body });
}

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
	for (size_t i = 0; (c->given & CLI_QUIET) && i < p->n_ports; i++)
		if (strcmp(p->ports[i].verdict, "free") != 0)
			fprintf(c->place->out, "%s\n", port_name(c, &p->ports[i]));
	if (c->given & CLI_QUIET)
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
	exit = c->given & CLI_JSON ? cli_print_json(c, json) : print_ports(c, &ports);
	hst_free(json);
	return exit;
}

/* {"ports": [...], "attention": [...]} of two answers. */
static int doctor_json(struct cli *c, const char *ports, const char *status)
{
	json_t *both = json_loads(ports, 0, NULL), *s = json_loads(status, 0, NULL);
	(void)json_object_set(both, "attention", json_object_get(s, "attention"));
	char *text = json_dumps(both, JSON_COMPACT);
	json_decref(both);
	json_decref(s);
	if (text)
		(void)cli_print_json(c, text);
	free(text); /* from jansson */
	return CLI_OK;
}

static int doctor(struct cli *c, const char *json, const struct ops_ports *ports)
{
	struct ops_status s;
	int exit = CLI_OK;
	if (!(c->given & CLI_JSON)) {
		exit = print_ports(c, ports);
		fputc('\n', c->place->out);
	}
	if (!exit)
		exit = cli_ask(c, &(struct cli_query){ .kind = OPS_STATUS }, &s);
	if (exit)
		return exit;
	if (c->given & CLI_JSON)
		return doctor_json(c, json, c->event->json);
	if (c->given & CLI_QUIET)
		return CLI_OK;
	fputs(s.n_attention ? "needs attention:\n" : "all is well\n", c->place->out);
	cli_print_attention(c, &s);
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

/* The daemon's version, "" when none answers: that is no error here. */
static const char *daemon_version(struct cli *c)
{
	hst_op op;
	const char *version = "";
	if (hst_stats(c->ctx, &op) < 0 || hst_ctx_wait(c->ctx, op, -1, &c->event) < 0)
		return "";
	json_t *j = json_loads(c->event->json, 0, NULL);
	const char *s = json_string_value(json_object_get(j, "version"));
	if (s) {
		char buffer[64];
		struct text t = TEXT_OF(buffer);
		text_str(&t, s);
		version = cli_keep(c, &t);
	}
	json_decref(j);
	return version;
}

int cli_run_version(struct cli *c)
{
	const char *daemon = daemon_version(c);
	if (c->given & CLI_JSON) {
		json_t *j = json_pack("{s:s,s:s,s:i}", "version", hst_version(), "daemon", daemon,
				      "schema", OPS_SCHEMA);
		char *s = json_dumps(j, JSON_COMPACT);
		(void)cli_print_json(c, s ? s : "{}");
		free(s); /* from jansson */
		json_decref(j);
		return CLI_OK;
	}
	if (c->given & CLI_QUIET) {
		fprintf(c->place->out, "%s\n", hst_version());
		return CLI_OK;
	}
	fprintf(c->place->out, "homestead %s\n", hst_version());
	if (daemon[0])
		fprintf(c->place->out, "homesteadd %s\n", daemon);
	else
		fprintf(c->place->out, "no daemon answers at %s\n", hst_ctx_socket(c->ctx));
	return CLI_OK;
}

int cli_run_help(struct cli *c)
{
	int taken;
	const struct cli_command *k = cli_find(c->args, c->n_args, &taken);
	if (c->n_args == 0)
		cli_help_all(c->place->out);
	else if (k)
		cli_help_command(c->place->out, k);
	else if (c->n_args == 1 && cli_is_noun(c->args[0]))
		cli_help_noun(c->place->out, c->args[0]);
	else
		return cli_suggest(c, c->args, c->n_args);
	return CLI_OK;
}
