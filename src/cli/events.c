/* events: what happened, and what happens. */
#include "cli/cli_int.h"

#include <jansson.h>
#include <poll.h>
#include <string.h>

#define RECENT 100

static enum cli_colour colour_of(const char *level)
{
	if (strcmp(level, "error") == 0)
		return CLI_RED;
	return strcmp(level, "warning") == 0 ? CLI_YELLOW : CLI_PLAIN;
}

/* "2026-11-21T21:03:18Z  masc   info     session with north is up". */
static void print_event(struct cli *c, const struct ops_event *e)
{
	char buffer[40];
	struct text t = TEXT_OF(buffer);
	text_wall(&t, e->time);
	cli_part(c->place->out, "%-24s  %-6s  ", buffer, e->part);
	cli_coloured(c, colour_of(e->level), e->level);
	cli_line(c->place->out, "%*s%s", 9 - (int)strlen(e->level), "", e->text);
}

static int print_one(struct cli *c, const char *json)
{
	struct ops_event e;
	char why[CLI_TEXT_MAX];
	struct text t = TEXT_OF(why);
	if (c->given[CLI_JSON])
		return cli_print_json(c, json);
	json_t *j = json_loads(json, 0, NULL);
	if (ops_decode(&ops_event_type, j, OPS_FROM_ANSWER, &e, &c->mem, &t) == OK) {
		if (c->given[CLI_QUIET])
			fprintf(c->place->out, "%llu\n", (unsigned long long)e.number);
		else
			print_event(c, &e);
	}
	json_decref(j);
	arena_reset(&c->mem);
	(void)fflush(c->place->out);
	return CLI_OK;
}

/* Whether to go on; the daemon's coming and going is told on stderr. */
static bool take(struct cli *c, const hst_event *e, int *exit)
{
	if (e->kind == HST_EVENT_NODE || (e->kind == HST_EVENT_OVERFLOW && e->json[0])) {
		*exit = print_one(c, e->json);
	} else if (e->kind == HST_EVENT_OVERFLOW) {
		fprintf(c->place->err, "homestead: %llu events were lost\n",
			(unsigned long long)e->dropped);
	} else if (e->kind == HST_EVENT_DAEMON) {
		cli_line(c->place->err, "homestead: %s",
			 e->result < 0 ? e->message : "the daemon is back");
	} else if (e->kind == HST_EVENT_ENDED) {
		struct cli_complaint what = {
			e->result == HST_E_NOT_FOUND ? CLI_NOT_FOUND : CLI_FAILED,
			e->result == HST_E_NOT_FOUND ? "NOT_FOUND" : "INVALID", e->message, e->hint
		};
		*exit = cli_complain(c, &what);
		return false;
	}
	return true;
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
	hst_sub sub;
	int exit = CLI_OK;
	struct ops_log log;
	if (hst_subscribe(c->ctx, c->part, c->level, &sub) < 0)
		return cli_complain_last(c);
	/* Without a daemon to begin with, say so and end. */
	exit = cli_ask(c, &(struct cli_query){ .kind = OPS_LOG_GET }, &log);
	bool on = exit == CLI_OK;
	while (on) {
		hst_event *e;
		while (on && (e = hst_ctx_next_event(c->ctx))) {
			on = take(c, e, &exit);
			hst_free(e);
		}
		on = on && !ferror(c->place->out) && wait_for_event(c);
	}
	return exit;
}

static void put_query(struct text *t, const char *key, const char *value)
{
	if (!value)
		return;
	text_char(t, '&');
	text_str(t, key);
	text_char(t, '=');
	text_str(t, value);
}

static int print_list(struct cli *c)
{
	json_t *j = json_loads(c->event->json, 0, NULL);
	json_t *list = json_object_get(j, "events");
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *e = json_array_get(list, i);
		(void)json_object_set_new(e, "schema", json_integer(OPS_SCHEMA));
		char *s = json_dumps(e, JSON_COMPACT);
		if (s)
			(void)cli_print_json(c, s);
		free(s); /* from jansson */
	}
	json_decref(j);
	return CLI_OK;
}

static int recent(struct cli *c)
{
	char query[128];
	struct text q = TEXT_OF(query);
	struct ops_events all;
	text_str(&q, "limit=");
	text_u64(&q, RECENT);
	put_query(&q, "part", c->part);
	put_query(&q, "level", c->level);
	int exit = cli_ask(c, &(struct cli_query){ .kind = OPS_EVENTS, .query = query }, &all);
	if (exit)
		return exit;
	if (c->given[CLI_JSON])
		return print_list(c);
	for (size_t i = 0; i < all.n_events; i++) {
		if (c->given[CLI_QUIET])
			fprintf(c->place->out, "%llu\n", (unsigned long long)all.events[i].number);
		else
			print_event(c, &all.events[i]);
	}
	return CLI_OK;
}

/* A part is a word; what the daemon does not know it says itself. */
static bool is_word(const char *s)
{
	return !s ||
	       (strlen(s) < 16 && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(s));
}

int cli_run_events(struct cli *c)
{
	if (c->level && ops_level_of(c->level) < 0)
		return cli_usage(c, "--level takes error, warning, notice, info or debug",
				 "homestead help events");
	if (!c->level)
		c->level = "info";
	if (!is_word(c->part))
		return cli_usage(c, "--part takes the name of a part, such as masc",
				 "homestead log");
	return c->given[CLI_WATCH] ? follow(c) : recent(c);
}
