/* What goes wrong, and what to do next. */
#include "cli/cli_int.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static void complain_json(struct cli *c, const struct cli_complaint *what)
{
	struct ops_error e;
	ops_clear(&ops_error_type, &e);
	ops_set_text(e.code, sizeof(e.code), what->code);
	ops_set_text(e.message, sizeof(e.message), what->message);
	ops_set_text(e.hint, sizeof(e.hint), what->hint);
	json_t *j = ops_encode_error(&e);
	char *s = j ? json_dumps(j, JSON_COMPACT) : NULL;
	fprintf(c->place->err, "%s\n", s ? s : "{}");
	free(s);
	json_decref(j);
}

/* The line that "column N" of a message is about, and a mark below that column. */
static void point(struct cli *c, const char *message)
{
	const char *at = c->pointed ? strstr(message, "column ") : NULL;
	size_t column = 0;
	if (!at || strchr(c->pointed, '\n'))
		return;
	for (at += strlen("column "); *at >= '0' && *at <= '9'; at++)
		column = column * 10 + (size_t)(*at - '0');
	if (column && column <= strlen(c->pointed) + 1)
		fprintf(c->place->err, "  %s\n  %*s^\n", c->pointed, (int)column - 1, "");
}

/* Where that word stands, all of it. */
static const char *place_of(const char *s, const char *word)
{
	size_t n = strlen(word);
	while ((s = strstr(s, word)) && s[n] && !strchr(" ,;)", s[n]))
		s += n;
	return s ? s + 1 : NULL;
}

const char *cli_named(struct cli *c, const char *hint, const char *name)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	const char *at = place_of(hint, " GROUP");
	if (!at)
		at = place_of(hint, " GRAPH");
	if (!at || !name || !name[0])
		return hint;
	text_span(&t, span_of(hint, (size_t)(at - hint)));
	text_word(&t, name);
	text_str(&t, at + strlen("GROUP"));
	return cli_keep(c, &t);
}

/* The group or graph that the command is about. */
static const char *named(const struct cli *c)
{
	const char *args = c->command && c->n_args ? c->command->args : "";
	bool names = strncmp(args, "GROUP", 5) == 0 || strncmp(args, "GRAPH", 5) == 0;
	return names ? c->args[0] : NULL;
}

/* A hint that is a command is to be tried; others are sentences. */
int cli_complain(struct cli *c, const struct cli_complaint *what)
{
	if (c->given[CLI_JSON]) {
		complain_json(c, what);
		return what->exit;
	}
	cli_line(c->place->err, "homestead: %s", what->message);
	point(c, what->message);
	if (what->hint[0])
		cli_line(c->place->err, "try: %s", cli_named(c, what->hint, named(c)));
	return what->exit;
}

int cli_usage(struct cli *c, const char *message, const char *hint)
{
	return cli_complain(c, &(struct cli_complaint){ CLI_USAGE, "USAGE", message, hint });
}

int cli_refuse(struct cli *c, const char *what, const char *why)
{
	char message[200], hint[80];
	struct text m = TEXT_OF(message), h = TEXT_OF(hint);
	text_quoted(&m, span_str(what), 60);
	text_str(&m, why);
	text_str(&h, "homestead help ");
	text_str(&h, c->command->words);
	return cli_usage(c, message, hint);
}

int cli_no_memory(struct cli *c)
{
	return cli_complain(
		c, &(struct cli_complaint){ CLI_FAILED, "NOMEM", err_text(ERR_NOMEM), "" });
}

static const struct {
	int result;
	int exit;
	const char *code;
} exits[] = {
	{ HST_E_NOMEM, CLI_FAILED, "NOMEM" },
	{ HST_E_INVALID, CLI_FAILED, "INVALID" },
	{ HST_E_NOT_FOUND, CLI_NOT_FOUND, "NOT_FOUND" },
	{ HST_E_EXISTS, CLI_CONFLICT, "EXISTS" },
	{ HST_E_DENIED, CLI_DENIED, "DENIED" },
	{ HST_E_NOT_READY, CLI_NOT_READY, "NOT_READY" },
	{ HST_E_DEADLINE, CLI_DEADLINE, "DEADLINE" },
	{ HST_E_NO_DAEMON, CLI_NO_DAEMON, "NO_DAEMON" },
	{ HST_E_CANCELLED, CLI_FAILED, "CANCELLED" },
	{ HST_E_IO, CLI_FAILED, "IO" },
	{ HST_E_FULL, CLI_FAILED, "FULL" },
	{ HST_E_PROTOCOL, CLI_FAILED, "PROTOCOL" },
	{ HST_E_UNSUPPORTED, CLI_FAILED, "UNSUPPORTED" },
};

int cli_complain_last(struct cli *c)
{
	const hst_error *e = hst_last_error(c->ctx);
	struct cli_complaint what = { CLI_FAILED, "IO", e->message, e->hint };
	for (size_t i = 0; i < sizeof(exits) / sizeof(exits[0]); i++)
		if (exits[i].result == e->code) {
			what.exit = exits[i].exit;
			what.code = exits[i].code;
		}
	return cli_complain(c, &what);
}
