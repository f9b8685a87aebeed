/* peer chat: what is typed here is printed there, over a direct connection. One waits, the
 * other names it. */
#include "cli/cli_int.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define LINE_MAX_OCTETS 4096

struct chat {
	struct cli *c;
	hst_graph *g;
	hst_conn *conn;			 /* NULL: nobody came yet */
	char peer[OPS_GRAPH_ID_MAX + 1]; /* who it is with */
	bool typing;			 /* standard input has not ended */
	bool over;
	/* What did not go yet: the other side does not read. */
	char held[LINE_MAX_OCTETS];
	size_t held_n;
	int exit;
};

static void fail(struct chat *t)
{
	t->exit = cli_complain_last(t->c);
	t->over = true;
}

/* Takes more, what an object has beside the rest; NULL: nothing. */
static void put(struct chat *t, const char *event, json_t *more)
{
	json_t *j = json_pack("{s:i, s:s, s:s}", "schema", OPS_SCHEMA, "event", event, "graph",
			      t->c->graph);
	bool whole =
		j && (!t->peer[0] || json_object_set_new(j, "peer", json_string(t->peer)) == 0);
	if (whole && more)
		whole = json_object_update(j, more) == 0;
	char *s = whole ? json_dumps(j, JSON_COMPACT) : NULL;
	int exit = s ? cli_print_json(t->c, s) : cli_no_memory(t->c);
	t->exit = exit ? exit : t->exit;
	t->over = t->over || exit;
	free(s); /* from jansson */
	json_decref(j);
	json_decref(more);
	(void)fflush(t->c->place->out);
}

static bool in_json(const struct chat *t)
{
	return t->c->given[CLI_JSON];
}

static void note(struct chat *t, const char *event, const char *what, const char *who)
{
	if (in_json(t))
		put(t, event, NULL);
	else if (!t->c->given[CLI_QUIET])
		cli_line(t->c->place->err, "%s %s", what, who);
}

static void met(struct chat *t, const char *peer)
{
	ops_set_text(t->peer, sizeof(t->peer), peer);
	note(t, "connected", "connected with", peer);
}

/* The first who comes is talked to. */
static void came(struct chat *t, const hst_event *e)
{
	if (t->conn || e->change != HST_LINK_CONNECTED || !e->incoming)
		return;
	if (hst_conn_take(t->g, e->conn_number, &t->conn) < 0)
		fail(t);
	else
		met(t, e->peer);
}

/* As records are told: in base64, and as text where it is that. */
static void put_message(struct chat *t, const hst_event *e)
{
	size_t size = OPS_BASE64_MAX(e->data_n) + 1;
	char *p = arena_alloc(&t->c->mem, size);
	json_t *text = json_stringn(e->data_n ? e->data : "", e->data_n);
	if (!p) {
		json_decref(text);
		t->exit = cli_no_memory(t->c);
		t->over = true;
		return;
	}
	struct text data = text_of(p, size);
	ops_base64_put(&data, span_of(e->data, e->data_n));
	put(t, "message",
	    json_pack("{s:I, s:b, s:o, s:s}", "size", (json_int_t)e->data_n, "is_text",
		      text != NULL, "text", text ? text : json_string(""), "data", p));
	arena_reset(&t->c->mem);
}

static void heard(struct chat *t, const hst_event *e)
{
	if (in_json(t)) {
		put_message(t, e);
		return;
	}
	cli_lines(t->c->place->out, span_of(e->data, e->data_n));
	(void)fflush(t->c->place->out);
}

static void ended(struct chat *t, const hst_event *e)
{
	t->over = true;
	if (in_json(t))
		put(t, "ended", NULL);
	if (e->result < 0)
		t->exit = cli_complain(
			t->c, &(struct cli_complaint){ CLI_FAILED, "IO", e->message, e->hint });
}

/* Sends what is held; the rest waits for WRITABLE. */
static void say(struct chat *t)
{
	struct iovec iov = { t->held, t->held_n };
	int r = t->held_n ? hst_conn_send(t->conn, NULL, &iov, 1) : HST_OK;
	if (r == HST_E_AGAIN)
		return;
	t->held_n = 0;
	if (r < 0)
		fail(t);
}

static void take(struct chat *t, const hst_event *e)
{
	if (e->kind == HST_EVENT_DIRECT)
		came(t, e);
	else if (e->kind == HST_EVENT_DATA && e->conn == t->conn)
		heard(t, e);
	else if (e->kind == HST_EVENT_WRITABLE && e->conn == t->conn)
		say(t);
	else if (e->kind == HST_EVENT_CLOSED && e->conn == t->conn)
		ended(t, e);
	else if (e->kind == HST_EVENT_DAEMON && e->result < 0)
		ended(t, e);
}

/* At the end of what is typed all is sent, and then the connection ends. */
static void typed(struct chat *t)
{
	ssize_t n = read(STDIN_FILENO, t->held, sizeof(t->held));
	if (n < 0 && errno == EINTR)
		return;
	t->held_n = n > 0 ? (size_t)n : 0;
	t->typing = n > 0;
	say(t);
	if (!t->typing && !t->over && hst_conn_close(t->conn) < 0)
		fail(t);
}

static int talk(struct chat *t)
{
	while (!t->over) {
		bool listen = t->conn && t->typing && !t->held_n;
		struct pollfd p[] = { { hst_ctx_fd(t->c->ctx), POLLIN, 0 },
				      { listen ? STDIN_FILENO : -1, POLLIN, 0 } };
		hst_event *e;
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			break;
		for (; !t->over && (e = hst_ctx_next_event(t->c->ctx)); hst_free(e))
			take(t, e);
		if (!t->over && p[1].revents)
			typed(t);
	}
	return t->exit;
}

static int call(struct chat *t)
{
	struct ops_graph_node to;
	hst_op op;
	int exit = cli_graph_node(t->c, t->c->args[1], &to);
	if (exit)
		return exit;
	int r = hst_conn_open(t->g, to.peer, cli_node_number(to.node), NULL, 0, &t->conn, &op);
	if (r >= 0)
		r = hst_ctx_wait(t->c->ctx, op, -1, NULL);
	if (r < 0)
		return cli_complain_last(t->c);
	met(t, to.peer);
	return CLI_OK;
}

static int await(struct chat *t)
{
	if (hst_graph_accept(t->g, true) < 0)
		return cli_complain_last(t->c);
	note(t, "waiting", "waiting for somebody in graph", t->c->graph);
	return CLI_OK;
}

int cli_run_peer_chat(struct cli *c)
{
	struct chat t = { .c = c, .typing = true };
	hst_sub sub;
	int exit = cli_graph_handle(c, &t.g);
	if (!exit && hst_graph_subscribe(t.g, 0, NULL, &sub) < 0)
		exit = cli_complain_last(c);
	if (!exit)
		exit = c->n_args > 1 ? call(&t) : await(&t);
	if (!exit)
		exit = talk(&t);
	hst_free(t.conn);
	hst_free(t.g);
	return exit;
}
