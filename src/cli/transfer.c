/* graph export, import; peer send: octets that go beside the API, over streams that the
 * library has. */
#include "cli/cli_int.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define DEADLINE_MS 600000
#define PIECE_MAX   (1 << 20) /* of a message of a direct connection */

int cli_file_trouble(struct cli *c, const char *path, const char *what)
{
	char message[CLI_TEXT_MAX];
	struct text t = TEXT_OF(message);
	text_quoted(&t, span_str(path), 200);
	text_str(&t, what);
	text_str(&t, strerror(errno));
	return cli_complain(
		c, &(struct cli_complaint){ CLI_FAILED, "IO", message,
					    "another file; - is standard input or output" });
}

/* Opening a graph is no by-work of a transfer. */
int cli_graph_handle(struct cli *c, hst_graph **g)
{
	struct ops_graph info;
	hst_graph_props props = HST_INIT(hst_graph_props);
	char message[CLI_TEXT_MAX], hint[CLI_TEXT_MAX];
	struct text m = TEXT_OF(message), h = TEXT_OF(hint);
	int exit = cli_graph(c);
	if (!exit)
		exit = cli_ask(c, &(struct cli_query){ .kind = OPS_GRAPH, .graph = c->graph },
			       &info);
	if (exit)
		return exit;
	props.id = c->graph;
	if (info.open)
		return hst_graph_open(c->ctx, &props, g) < 0 ? cli_complain_last(c) : CLI_OK;
	text_str(&m, "this machine does not take part in graph ");
	text_quoted(&m, span_str(c->graph), 200);
	text_str(&h, "homestead graph open --no-listen ");
	text_str(&h, c->graph);
	return cli_complain(c,
			    &(struct cli_complaint){ CLI_NOT_READY, "NOT_READY", message, hint });
}

typedef int transfer(hst_graph *g, int fd, int deadline_ms, hst_op *op);

/* Ends when the operation does; its answer is in c->event. */
static int move(struct cli *c, transfer *how, int fd)
{
	hst_graph *g = NULL;
	hst_op op;
	int exit = cli_graph_handle(c, &g);
	if (exit)
		return exit;
	hst_free(c->event);
	c->event = NULL;
	int r = how(g, fd, DEADLINE_MS, &op);
	if (r >= 0)
		r = hst_ctx_wait(c->ctx, op, -1, &c->event);
	exit = r < 0 ? cli_complain_last(c) : CLI_OK;
	hst_free(g);
	return exit;
}

/* A device, a pipe: nothing may be put in its place. */
static bool is_no_file(const char *path)
{
	struct stat s;
	return stat(path, &s) == 0 && !S_ISREG(s.st_mode);
}

static int export_into(struct cli *c, const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return cli_file_trouble(c, path, " cannot be written: ");
	int exit = move(c, hst_graph_export, fd);
	if (close(fd) < 0 && !exit)
		exit = cli_file_trouble(c, path, " cannot be written: ");
	return exit;
}

/* What an export that was cut short left goes; what somebody else put there, a link to a file
 * of ours or one that others may read, is not written to. */
static int create(const char *path)
{
	if (unlink(path) < 0 && errno != ENOENT)
		return -1;
	return open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

/* Written beside it and put in its place at the end: a database is whole or not there. */
static int export_to(struct cli *c, const char *path)
{
	if (is_no_file(path))
		return export_into(c, path);

	char beside[CLI_TEXT_MAX];
	struct text t = TEXT_OF(beside);
	text_str(&t, path);
	text_str(&t, ".part");
	if (t.cut)
		return cli_usage(c, "the name of the file is too long", "a shorter one");
	int fd = create(beside);
	if (fd < 0)
		return cli_file_trouble(c, beside, " cannot be written: ");
	int exit = move(c, hst_graph_export, fd);
	if (!exit && (fsync(fd) < 0 || rename(beside, path) < 0))
		exit = cli_file_trouble(c, path, " cannot be written: ");
	if (exit)
		(void)unlink(beside);
	(void)close(fd);
	return exit;
}

int cli_run_graph_export(struct cli *c)
{
	if (strcmp(c->args[1], "-") == 0)
		return move(c, hst_graph_export, STDOUT_FILENO);
	int exit = export_to(c, c->args[1]);
	if (exit)
		return exit;
	if (c->given[CLI_JSON])
		return cli_print_json(c, "{\"done\":true,\"schema\":1}");
	if (!c->given[CLI_QUIET])
		cli_line(c->place->out, "the database of graph %s is in %s", c->graph, c->args[1]);
	return CLI_OK;
}

/* ---- import ---- */

static int leave(struct cli *c)
{
	struct ops_change done;
	const struct ops_write body = { false };
	return cli_ask(c,
		       &(struct cli_query){ .kind = OPS_GRAPH_CLOSE,
					    .graph = c->graph,
					    .body_type = &ops_write_type,
					    .body = &body },
		       &done);
}

static int come_back(struct cli *c, const struct ops_graph *was, bool apart)
{
	struct ops_change done;
	struct ops_graph_make body;
	ops_clear(&ops_graph_make_type, &body);
	body.open = true;
	body.id = c->graph;
	body.peer = was->peer;
	body.apart = apart;
	body.listen = was->listens && !apart;
	return cli_ask(c,
		       &(struct cli_query){ .kind = OPS_GRAPH_MAKE,
					    .body_type = &ops_graph_make_type,
					    .body = &body },
		       &done);
}

/* GRAPH-14.8 wants a graph that neither listens nor is connected: it is opened so, and is
 * afterwards what it was, whatever came of it. What is said is what went wrong first. */
static int import_apart(struct cli *c, int fd)
{
	struct ops_graph was;
	hst_event *answer;
	int exit = cli_graph(c);
	if (!exit)
		exit = cli_ask(c, &(struct cli_query){ .kind = OPS_GRAPH, .graph = c->graph },
			       &was);
	if (!exit && was.open)
		exit = leave(c);
	if (!exit)
		exit = come_back(c, &was, true);
	if (exit)
		return exit;
	exit = move(c, hst_graph_import, fd);
	answer = c->event;
	c->event = NULL;
	int after = leave(c);
	if (!after && was.open)
		after = come_back(c, &was, false);
	hst_free(c->event);
	c->event = answer;
	return exit ? exit : after;
}

int cli_run_graph_import(struct cli *c)
{
	struct ops_import done;
	bool standard = strcmp(c->args[1], "-") == 0;
	int fd = standard ? STDIN_FILENO : open(c->args[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return cli_file_trouble(c, c->args[1], " cannot be read: ");
	int exit = import_apart(c, fd);
	if (!standard)
		(void)close(fd);
	if (!exit && c->given[CLI_JSON])
		return cli_print_answer(c);
	if (!exit)
		exit = cli_decode(c, &ops_import_type, c->event->json, &done);
	if (!exit && !c->given[CLI_QUIET])
		cli_line(c->place->out, "%s", done.text);
	return exit;
}

/* ---- one message to one node ---- */

/* --data, or all that --file holds up to a message's size. */
static int take_message(struct cli *c, struct iovec *out)
{
	if (!c->data == !c->input)
		return cli_usage(c, "peer send wants either --data or --file",
				 "homestead peer send GRAPH PEER --data TEXT");
	if (c->data) {
		*out = (struct iovec){ (void *)(uintptr_t)c->data, strlen(c->data) };
		return CLI_OK;
	}
	bool standard = strcmp(c->input, "-") == 0;
	FILE *f = standard ? stdin : fopen(c->input, "re");
	char *p = f ? arena_alloc(&c->mem, PIECE_MAX + 1) : NULL;
	if (!f)
		return cli_file_trouble(c, c->input, " cannot be read: ");
	size_t n = p ? fread(p, 1, PIECE_MAX + 1, f) : 0;
	bool bad = ferror(f) != 0;
	if (!standard)
		(void)fclose(f);
	if (!p)
		return cli_no_memory(c);
	if (bad)
		return cli_file_trouble(c, c->input, " cannot be read: ");
	if (n > PIECE_MAX)
		return cli_usage(c, "a message holds 1 MiB at most", "homestead record add");
	*out = (struct iovec){ p, n };
	return CLI_OK;
}

int cli_graph_node(struct cli *c, const char *what, struct ops_graph_node *out)
{
	struct ops_graph_nodes all;
	size_t found = 0;
	int exit =
		cli_ask(c, &(struct cli_query){ .kind = OPS_GRAPH_NODES, .graph = c->graph }, &all);
	for (size_t i = 0; !exit && i < all.n_nodes; i++) {
		const struct ops_graph_node *n = &all.nodes[i];
		bool digits = strlen(what) >= 4 && strncmp(what, n->node, strlen(what)) == 0;
		if (n->self || !(digits || cli_is_peer(n->peer, n->label, what)))
			continue;
		*out = *n;
		found++;
	}
	if (exit || found == 1)
		return exit;
	char message[200], hint[CLI_TEXT_MAX];
	struct text m = TEXT_OF(message), h = TEXT_OF(hint);
	text_quoted(&m, span_str(what), 60);
	text_str(&m, found ? " is said of several nodes" : " is no other node of the graph");
	text_str(&h, "homestead peer list ");
	text_str(&h, c->graph);
	return cli_complain(c,
			    &(struct cli_complaint){ CLI_NOT_FOUND, "NOT_FOUND", message, hint });
}

uint64_t cli_node_number(const char *digits)
{
	uint64_t v = 0;
	for (; *digits; digits++)
		v = v << 4 | (uint64_t)(*digits <= '9' ? *digits - '0' : (*digits | 32) - 'a' + 10);
	return v;
}

/* Until all that was sent has gone, and the connection is over. */
static int await_end(struct cli *c, const hst_conn *conn)
{
	for (;;) {
		hst_event *e = hst_ctx_await(c->ctx, DEADLINE_MS);
		bool over = !e || (e->kind == HST_EVENT_CLOSED && e->conn == conn);
		int exit = !e || e->result < 0 ? CLI_FAILED : CLI_OK;
		if (over && exit)
			exit = cli_complain(c, &(struct cli_complaint){
						       CLI_FAILED, "IO",
						       e ? e->message : "the message did not go",
						       e ? e->hint : "homestead peer list GRAPH" });
		hst_free(e);
		if (over)
			return exit;
	}
}

static int send_one(struct cli *c, hst_graph *g, const struct ops_graph_node *to,
		    const struct iovec *message)
{
	hst_guid type = { { 0 } };
	hst_conn *conn = NULL;
	hst_op op;
	int exit = c->type ? cli_read_type(c, &type) : CLI_OK;
	if (exit)
		return exit;
	int r = hst_conn_open(g, to->peer, cli_node_number(to->node), NULL, 0, &conn, &op);
	if (r >= 0)
		r = hst_ctx_wait(c->ctx, op, -1, NULL);
	if (r >= 0)
		r = hst_conn_send(conn, &type, message, 1);
	if (r >= 0)
		r = hst_conn_close(conn);
	exit = r < 0 ? cli_complain_last(c) : await_end(c, conn);
	hst_free(conn);
	return exit;
}

int cli_run_peer_send(struct cli *c)
{
	struct iovec message;
	struct ops_graph_node to;
	hst_graph *g = NULL;
	int exit = take_message(c, &message);
	if (!exit)
		exit = cli_graph_handle(c, &g);
	if (!exit)
		exit = cli_graph_node(c, c->args[1], &to);
	if (!exit)
		exit = send_one(c, g, &to, &message);
	hst_free(g);
	if (exit)
		return exit;
	if (c->given[CLI_JSON])
		return cli_print_json(c, "{\"done\":true,\"schema\":1}");
	if (!c->given[CLI_QUIET])
		cli_line(c->place->out, "sent %zu octets to %s", message.iov_len, to.peer);
	return CLI_OK;
}
