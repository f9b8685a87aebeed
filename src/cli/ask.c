/* One operation through the library, its answer decoded by the field tables. */
#include "cli/cli_int.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* What the operation is about, else something in it. */
static bool is_whole(const char *brace)
{
	static const char *const all[] = { "{graph}", "{group}", "{identity}" };
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strncmp(brace, all[i], strlen(all[i])) == 0)
			return true;
	return false;
}

static void put_path(struct text *t, const struct cli_query *q)
{
	const char *path = ops_rows[q->kind].path, *brace;
	for (; (brace = strchr(path, '{')); path = strchr(brace, '}') + 1) {
		text_span(t, span_of(path, (size_t)(brace - path)));
		ops_url_put(t, is_whole(brace) ? q->graph : q->name);
	}
	text_str(t, path);
	if (q->query && q->query[0]) {
		text_char(t, '?');
		text_str(t, q->query);
	}
}

static char *body_of(const struct cli_query *q)
{
	json_t *j = ops_encode(q->body_type, q->body);
	char *s = j ? json_dumps(j, JSON_COMPACT) : NULL;
	json_decref(j);
	return s;
}

/* Asks and waits; the answer's event stays in c->event. */
static int call(struct cli *c, const struct cli_query *q)
{
	/* Escaped, a sign is three; a query may be as long as a body. */
	char path[3 * OPS_BODY_MAX];
	struct text t = TEXT_OF(path);
	hst_op op;
	char *body = q->body ? body_of(q) : NULL;
	put_path(&t, q);
	int r = q->secret ? hst_call_secret(c->ctx, path, body, q->secret->at, q->secret->n,
					    q->deadline_ms, &op)
			  : hst_call(c->ctx, ops_rows[q->kind].method, path, body, q->deadline_ms,
				     &op);
	free(body); /* from jansson */
	hst_free(c->event);
	c->event = NULL;
	return r < 0 ? r : hst_ctx_wait(c->ctx, op, -1, &c->event);
}

static int not_understood(struct cli *c, const char *why)
{
	char message[CLI_TEXT_MAX];
	struct text t = TEXT_OF(message);
	text_str(&t, "the daemon's answer is not understood: ");
	text_str(&t, why);
	return cli_complain(
		c, &(struct cli_complaint){ CLI_FAILED, "PROTOCOL", message, "homestead version" });
}

int cli_decode(struct cli *c, const struct ops_struct *type, const char *json, void *out)
{
	char buffer[CLI_TEXT_MAX];
	struct text why = TEXT_OF(buffer);
	json_t *j = json_loads(json, 0, NULL);
	enum err e = ops_decode(type, j, OPS_FROM_ANSWER, out, &c->mem, &why);
	json_decref(j);
	return e ? not_understood(c, e == ERR_NOMEM ? err_text(e) : buffer) : CLI_OK;
}

/* What is typed goes out as it is, or not at all. */
static int refuse_text(struct cli *c, const char *field)
{
	char message[CLI_TEXT_MAX];
	struct text t = TEXT_OF(message);
	text_str(&t, "the ");
	text_str(&t, field);
	text_str(&t, " is no text in UTF-8");
	return cli_usage(c, message,
			 "does the terminal write UTF-8? locale tells; then type it anew");
}

int cli_ask(struct cli *c, const struct cli_query *q, void *out)
{
	const char *wrong = q->body ? ops_no_text(q->body_type, q->body) : NULL;
	if (wrong)
		return refuse_text(c, wrong);
	int r = call(c, q);
	if (r < 0)
		return cli_complain_last(c);
	/* The line behind a secret says what was done, its row what begins it. */
	return cli_decode(c, q->secret ? &ops_made_type : ops_rows[q->kind].answer, c->event->json,
			  out);
}

bool cli_try(struct cli *c, const struct cli_query *q, void *out)
{
	char buffer[CLI_TEXT_MAX];
	struct text why = TEXT_OF(buffer);
	if (call(c, q) < 0)
		return false;
	json_t *j = json_loads(c->event->json, 0, NULL);
	enum err e = ops_decode(ops_rows[q->kind].answer, j, OPS_FROM_ANSWER, out, &c->mem, &why);
	json_decref(j);
	return e == OK;
}

int cli_print_json(struct cli *c, const char *json)
{
	size_t n = strlen(json);
	fputs(json, c->place->out);
	if (!n || json[n - 1] != '\n')
		fputc('\n', c->place->out);
	(void)fflush(c->place->out);
	return CLI_OK;
}

int cli_print_value(struct cli *c, const struct ops_struct *type, const void *value)
{
	json_t *j = ops_encode_schema(type, value);
	char *s = j ? json_dumps(j, JSON_COMPACT) : NULL;
	json_decref(j);
	if (!s)
		return cli_complain(
			c, &(struct cli_complaint){ CLI_FAILED, "NOMEM", err_text(ERR_NOMEM), "" });
	int exit = cli_print_json(c, s);
	free(s); /* from jansson */
	return exit;
}

int cli_print_answer(struct cli *c)
{
	return cli_print_json(c, c->event->json);
}

int cli_change(struct cli *c, const struct cli_query *q)
{
	struct ops_change change;
	int exit = cli_ask(c, q, &change);
	if (exit)
		return exit;
	if (c->given[CLI_JSON])
		return cli_print_answer(c);
	if (!c->given[CLI_QUIET])
		cli_line(c->place->out, "%s", change.text);
	return CLI_OK;
}
