/* The small commands: log, daemon reload, version, help. */
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
	if (c->given[CLI_JSON])
		return cli_print_answer(c);
	for (size_t i = 0; i < log.n_parts; i++) {
		if (c->given[CLI_QUIET])
			cli_line(c->place->out, "%s", log.parts[i].part);
		else
			cli_line(c->place->out, "%-8s  %s", log.parts[i].part, log.parts[i].level);
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
	struct ops_log_set body = { .dry_run = c->given[CLI_DRY_RUN] };
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
	struct ops_write body = { c->given[CLI_DRY_RUN] };
	return cli_change(c, &(struct cli_query){ .kind = OPS_RELOAD,
						  .body_type = &ops_write_type,
						  .body = &body });
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
	if (c->given[CLI_JSON]) {
		json_t *j = json_pack("{s:s,s:s,s:i}", "version", hst_version(), "daemon", daemon,
				      "schema", OPS_SCHEMA);
		char *s = json_dumps(j, JSON_COMPACT);
		(void)cli_print_json(c, s ? s : "{}");
		free(s); /* from jansson */
		json_decref(j);
		return CLI_OK;
	}
	if (c->given[CLI_QUIET]) {
		cli_line(c->place->out, "%s", hst_version());
		return CLI_OK;
	}
	cli_line(c->place->out, "homestead %s", hst_version());
	if (daemon[0])
		cli_line(c->place->out, "homesteadd %s", daemon);
	else
		cli_line(c->place->out, "no daemon answers at %s", hst_ctx_socket(c->ctx));
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
