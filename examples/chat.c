/* chat.c - a line typed here is printed there: a direct connection between two nodes of a
 * graph. One waits, the other calls it by its Peer ID, which each prints:
 *
 *	cc chat.c $(pkg-config --cflags --libs homestead) -o chat
 *	./chat kitchen
 *	./chat kitchen PEER
 *
 * With CHAT_CONFIG set it needs no daemon: that is the configuration of an engine in this
 * process; then the graph is made, or found at CHAT_ADDRESS. */
#include <err.h>
#include <homestead.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static hst_ctx *c;
static hst_conn *conn;

static void must(int result)
{
	if (result < 0)
		errx(1, "%s\n%s", hst_last_error(c)->message, hst_last_error(c)->hint);
}

static hst_graph *join(const char *id)
{
	hst_graph_props props = HST_INIT(hst_graph_props);
	const char *address = getenv("CHAT_ADDRESS");
	hst_address other;
	hst_graph *g;
	hst_op op;
	props.id = id;
	props.flags = HST_GRAPH_LISTEN;
	if (!address) {
		if (hst_graph_create(c, &props, &g) < 0)
			must(hst_graph_open(c, &props, &g));
		return g;
	}
	must(hst_graph_open(c, &props, &g));
	must(hst_address_parse(address, 3587, &other));
	must(hst_graph_connect(g, NULL, (struct sockaddr *)&other.addr, 0, &op));
	must(hst_ctx_wait(c, op, -1, NULL));
	return g;
}

/* Calls whoever has that Peer ID, as soon as it is known where: a node of the graph tells it
 * a while after it came. */
static void call(hst_graph *g, const char *peer)
{
	for (;;) {
		hst_op op;
		must(hst_conn_open(g, peer, 0, NULL, 0, &conn, &op));
		int r = hst_ctx_wait(c, op, -1, NULL);
		if (r >= 0)
			return;
		if (r != HST_E_NOT_FOUND)
			must(r);
		hst_free(conn);
		conn = NULL;
		hst_free(hst_ctx_await(c, -1)); /* something happened: perhaps that */
	}
}

/* Whether the conversation goes on. */
static int take(hst_graph *g, const hst_event *e)
{
	if (e->kind == HST_EVENT_DIRECT && e->change == HST_LINK_CONNECTED && e->incoming && !conn)
		must(hst_conn_take(g, e->conn_number, &conn));
	if (e->kind == HST_EVENT_DATA) {
		fwrite(e->data, 1, e->data_n, stdout);
		fflush(stdout);
	}
	return !(e->kind == HST_EVENT_CLOSED && e->conn == conn);
}

/* Whether there is more to come from the keyboard. */
static int say(void)
{
	char line[4096];
	struct iovec iov = { line, 0 };
	ssize_t n = read(STDIN_FILENO, line, sizeof(line));
	if (n <= 0)
		return 0;
	iov.iov_len = (size_t)n;
	if (conn && hst_conn_send(conn, NULL, &iov, 1) < 0)
		warnx("%s", hst_last_error(c)->message);
	return 1;
}

int main(int argc, char **argv)
{
	hst_ctx_opts opts = HST_INIT(hst_ctx_opts);
	char why[300] = "out of memory";
	hst_graph_info *info;
	hst_sub sub;
	int go_on = 1, keyboard = STDIN_FILENO;
	if (argc < 2)
		errx(2, "usage: chat GRAPH [PEER]");
	opts.config = getenv("CHAT_CONFIG");
	opts.flags = opts.config ? HST_CTX_INPROC : 0;
	opts.why = why;
	opts.why_n = sizeof(why);
	if (hst_ctx_new(&opts, &c) < 0)
		errx(1, "%s", why);
	hst_graph *g = join(argv[1]);
	must(hst_graph_subscribe(g, 0, NULL, &sub));
	must(hst_graph_accept(g, true));
	if (argc > 2)
		call(g, argv[2]);
	must(hst_graph_get(g, &info));
	printf("you are %s\n", info->peer);
	fflush(stdout);
	hst_free(info);
	while (go_on) {
		/* The keyboard only once there is somebody to talk to. */
		struct pollfd p[] = { { hst_ctx_fd(c), POLLIN, 0 },
				      { conn ? keyboard : -1, POLLIN, 0 } };
		if (poll(p, 2, -1) < 0)
			break;
		for (hst_event *e; go_on && (e = hst_ctx_next_event(c)); hst_free(e))
			go_on = take(g, e);
		if (go_on && p[1].revents && !say()) {
			must(hst_conn_close(conn)); /* an event says when all is sent */
			keyboard = -1;
		}
	}
	hst_free(conn);
	hst_free(g);
	hst_free(c);
	return 0;
}
