/* Direct connections: messages, each with a type, over a stream. What the program does not
 * take is not read; what the other side does not read is not taken from the program. */
#include "lib/stream_int.h"

#include <string.h>
#include <sys/uio.h>

#define HEAD	     20 /* octets before a message: its length, its type */
#define MESSAGE_MOST (1024 * 1024)
#define UNSENT_MOST  (256 * 1024) /* beyond it a program waits for WRITABLE */
#define EVENTS_MOST  16		  /* messages in the queue; the others wait in the stream */
#define PIECE	     65536

struct hst_conn {
	struct lib_handle handle; /* first */
	struct lib_errand errand; /* while it is opened */
	uint64_t graph;
	struct lib_stream *stream; /* NULL: not open, or over */
	uint64_t number;
	size_t queued; /* DATA events of it that the program has not taken */
	bool full;     /* somebody waits for WRITABLE */
	bool closing;  /* nothing more is taken from the program, */
	bool shut;     /* and all was sent */
	bool over;
	struct lib_buffer out; /* out.at were sent */
	size_t out_at;
	struct lib_buffer in; /* a message, head and all, as far as it came */
};

static void on_ready(void *owner);

static void want(struct hst_conn *k)
{
	if (k->stream)
		lib_stream_want(k->stream, k->queued < EVENTS_MOST,
				k->out_at < k->out.n || (k->closing && !k->shut));
}

static enum err tell(struct hst_conn *k, uint32_t kind, struct span data, const hst_guid *type)
{
	struct hst_event e = {
		.kind = kind, .conn = k, .conn_number = k->number, .data = data.p, .data_n = data.n
	};
	if (type)
		e.type = *type;
	return lib_queue_put(k->handle.ctx, &e);
}

/* Without memory for the event it is told by the next call that fails. */
static void end(struct hst_conn *k)
{
	lib_stream_free(k->stream);
	k->stream = NULL;
	if (!k->over)
		(void)!tell(k, HST_EVENT_CLOSED, span_of(NULL, 0), NULL);
	k->over = true;
}

static size_t number_at(const uint8_t *p)
{
	return (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
}

/* Octets that the present message still wants; SIZE_MAX: it is too long. */
static size_t missing(const struct hst_conn *k)
{
	if (k->in.n < HEAD)
		return HEAD - k->in.n;
	size_t n = number_at((const uint8_t *)k->in.p);
	return n > MESSAGE_MOST ? SIZE_MAX : HEAD + n - k->in.n;
}

static enum err take_message(struct hst_conn *k)
{
	hst_guid type;
	memcpy(type.at, k->in.p + 4, sizeof(type.at));
	enum err e = tell(k, HST_EVENT_DATA, span_of(k->in.p + HEAD, k->in.n - HEAD), &type);
	if (!e) {
		k->queued++;
		lib_buffer_clear(&k->in);
	}
	return e;
}

/* One read; *more: there may be more at once. */
static enum err read_some(struct hst_conn *k, bool *more)
{
	char piece[PIECE];
	size_t left = missing(k), n = 0;
	*more = false;
	if (left == SIZE_MAX)
		return ERR_MALFORMED;
	if (left == 0) {
		*more = true;
		return take_message(k);
	}
	enum err e = lib_stream_read(k->stream, piece, left < PIECE ? left : PIECE, &n);
	if (e || !n)
		return e;
	*more = true;
	return lib_buffer_add(&k->in, piece, n);
}

static enum err read_all(struct hst_conn *k)
{
	bool more = true;
	enum err e = OK;
	while (!e && more && k->queued < EVENTS_MOST)
		e = read_some(k, &more);
	return e;
}

static enum err write_all(struct hst_conn *k)
{
	size_t taken = 1;
	enum err e = OK;
	while (!e && taken) {
		e = lib_stream_write(k->stream, span_of(k->out.p + k->out_at, k->out.n - k->out_at),
				     &taken);
		k->out_at += taken;
	}
	if (k->out_at < k->out.n)
		return e;
	lib_buffer_clear(&k->out);
	k->out_at = 0;
	if (k->full && tell(k, HST_EVENT_WRITABLE, span_of(NULL, 0), NULL) == OK)
		k->full = false;
	if (k->closing && !k->shut && lib_stream_began(k->stream)) {
		lib_stream_shut(k->stream);
		k->shut = true;
	}
	return e;
}

static void on_ready(void *owner)
{
	struct hst_conn *k = owner;
	enum err e = write_all(k);
	enum err r = read_all(k);
	if (r || (e && e != ERR_CLOSED))
		end(k);
	else
		want(k);
}

void lib_conn_taken(struct hst_conn *k)
{
	k->queued--;
	want(k);
}

/* Life */

static void lost(struct lib_handle *h)
{
	struct hst_conn *k = (void *)h;
	lib_stream_free(k->stream);
	k->stream = NULL;
	k->over = true;
	lib_buffer_fini(&k->in);
	lib_buffer_fini(&k->out);
}

static void conn_fini(void *p)
{
	struct hst_conn *k = p;
	if (k->errand.op && k->handle.ctx)
		(void)hst_op_cancel(k->handle.ctx, k->errand.op);
	if (k->handle.ctx)
		lib_queue_forget(k->handle.ctx, k);
	lost(&k->handle);
	lib_handle_fini(&k->handle);
}

static struct hst_conn *conn_new(const struct hst_graph *g)
{
	struct hst_ctx *c = g->handle.ctx;
	struct hst_conn *k = lib_box_new(c->env, sizeof(*k), conn_fini);
	if (!k)
		return NULL;
	lib_handle_init(&k->handle, c);
	k->handle.lost = lost;
	k->graph = g->number;
	k->in = (struct lib_buffer){ .env = c->env, .max = HEAD + MESSAGE_MOST };
	k->out = (struct lib_buffer){ .env = c->env, .max = 2 * UNSENT_MOST + HEAD + MESSAGE_MOST };
	return k;
}

/* What an answer leads to. */
static int begin(struct hst_conn *k, const char *json)
{
	struct hst_ctx *c = k->handle.ctx;
	struct ops_direct d;
	struct arena mem;
	arena_init(&mem, c->env, 1024);
	int r = lib_decode(c, &ops_direct_type, json, &d, &mem);
	if (r >= 0)
		r = lib_stream_new(&k->stream, c,
				   &(struct lib_stream_to){ d.socket, d.token, on_ready, k });
	if (r >= 0)
		k->number = d.conn;
	arena_free(&mem);
	return r;
}

static struct hst_conn *conn_of(struct lib_errand *e)
{
	return (void *)((char *)e - offsetof(struct hst_conn, errand));
}

static int opened(struct lib_errand *e, const char *json)
{
	int r = begin(conn_of(e), json);
	return r < 0 ? r : LIB_ERRAND_DONE;
}

static void errand_over(struct lib_errand *e)
{
	e->op = 0;
}

int hst_conn_open(hst_graph *g, const char *peer, uint64_t node, const struct sockaddr *addr,
		  int deadline_ms, hst_conn **conn, hst_op *op)
{
	struct ops_direct_open o;
	int r = lib_graph_check(g, conn && op && (peer || node || addr),
				"a Peer ID, a Node ID or an address is wanted");
	if (r < 0)
		return r;
	ops_clear(&ops_direct_open_type, &o);
	o.peer = peer ? peer : "";
	if (node)
		lib_node_text(node, o.node);
	if (addr && !lib_address_text(addr, o.address, sizeof(o.address)))
		return lib_graph_check(g, false, "the address is neither IPv4 nor IPv6");
	struct hst_conn *k = conn_new(g);
	if (!k)
		return lib_fail_nomem(g->handle.ctx);
	k->errand = (struct lib_errand){ opened, errand_over, 0 };
	r = lib_graph_begin(g,
			    &(struct lib_ask){ "POST", "/direct", &ops_direct_open_type, &o,
					       deadline_ms, &k->errand },
			    op);
	if (r < 0) {
		hst_free(k);
		return r;
	}
	*conn = k;
	return HST_OK;
}

int hst_conn_take(hst_graph *g, uint64_t conn, hst_conn **out)
{
	char path[LIB_GRAPH_PATH], tail[60];
	struct text t = TEXT_OF(tail);
	hst_event *e;
	int r = lib_graph_check(g, conn && out, "the number of a connection is wanted");
	if (r < 0)
		return r;
	text_str(&t, "/direct/");
	text_u64(&t, conn);
	text_str(&t, "/stream");
	r = lib_local(g->handle.ctx,
		      &(struct lib_ask){ .method = "POST", .path = lib_graph_path(g, tail, path) },
		      &e);
	if (r < 0)
		return r;
	struct hst_conn *k = conn_new(g);
	r = k ? begin(k, e->json) : lib_fail_nomem(g->handle.ctx);
	hst_free(e);
	if (r < 0)
		hst_free(k);
	else
		*out = k;
	return r;
}

/* Sending */

static int check_send(struct hst_conn *k, const struct iovec *iov, size_t n, size_t *sum)
{
	struct hst_ctx *c = k ? k->handle.ctx : NULL;
	*sum = 0;
	if (!c)
		return HST_E_INVALID;
	for (size_t i = 0; i < n && *sum <= MESSAGE_MOST; i++)
		*sum = iov[i].iov_len > MESSAGE_MOST ? SIZE_MAX : *sum + iov[i].iov_len;
	if (*sum > MESSAGE_MOST)
		return lib_fail(c, HST_E_INVALID, "a message has at most 1 MiB", "send several");
	if (!k->stream || k->closing)
		return lib_fail(c, HST_E_NOT_READY, "the direct connection is not open", "");
	if (k->out.n - k->out_at < UNSENT_MOST)
		return HST_OK;
	k->full = true;
	return lib_fail(c, HST_E_AGAIN, "the other side has yet to read",
			"wait for HST_EVENT_WRITABLE");
}

static enum err put_message(struct hst_conn *k, const hst_guid *type, const struct iovec *iov,
			    size_t n, size_t sum)
{
	uint8_t head[HEAD] = { (uint8_t)(sum >> 24), (uint8_t)(sum >> 16), (uint8_t)(sum >> 8),
			       (uint8_t)sum };
	size_t before = k->out.n;
	if (type)
		memcpy(head + 4, type->at, sizeof(type->at));
	enum err e = lib_buffer_add(&k->out, head, HEAD);
	for (size_t i = 0; !e && i < n; i++)
		e = lib_buffer_add(&k->out, iov[i].iov_base, iov[i].iov_len);
	if (e)
		k->out.n = before;
	return e;
}

/* What was sent makes room once it is the most of it. */
static void compact(struct hst_conn *k)
{
	size_t left = k->out.n - k->out_at;
	if (!k->out_at || k->out_at < left)
		return;
	memmove(k->out.p, k->out.p + k->out_at, left);
	k->out.n = left;
	k->out_at = 0;
}

int hst_conn_send(hst_conn *conn, const hst_guid *type, const struct iovec *iov, size_t n)
{
	size_t sum;
	int r = check_send(conn, iov, n, &sum);
	if (r < 0)
		return r;
	compact(conn);
	enum err e = put_message(conn, type, iov, n, sum);
	if (e)
		return lib_fail(conn->handle.ctx, lib_result_of(e), err_text(e), "");
	want(conn);
	return HST_OK;
}

int hst_conn_close(hst_conn *conn)
{
	if (!conn || !conn->handle.ctx)
		return HST_E_INVALID;
	if (!conn->stream || conn->closing)
		return lib_fail(conn->handle.ctx, HST_E_NOT_READY,
				"the direct connection is not open", "");
	conn->closing = true;
	want(conn);
	return HST_OK;
}
