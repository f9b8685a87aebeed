/* What is too large for a request or an answer: records with much data, databases. An
 * operation asks for a stream; what goes over it is the errand that it goes on with. */
#include "lib/stream_int.h"
#include "lib/whole.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#define PIECE	    65536
#define LARGE_MS    60000
#define ANSWER_MOST 65536 /* octets of the line that ends what goes to the daemon */

struct transfer {
	struct lib_errand errand; /* first */
	struct hst_ctx *ctx;
	struct lib_stream *stream;
	const struct direction *direction;
	int fd;		  /* from or to which it goes; -1: memory */
	int trouble;	  /* errno of it, when it failed */
	struct span data; /* to the daemon: what is left */
	uint8_t *own;	  /* that, where it is ours, to be wiped; of so many octets */
	size_t own_n;
	struct lib_buffer line; /* and what it ends with */
	uint8_t *to;		/* from the daemon, into memory: of so many octets */
	size_t to_n, moved;
	bool sent;		/* all */
	bool database;		/* that must come whole */
	struct lib_whole whole; /* if it is one */
	char piece[PIECE];
};

/* Both go on as far as they can. OK: there is more to come; ERR_CLOSED: it is over. */
struct direction {
	enum err (*move)(struct transfer *t);
	bool up; /* to the daemon */
};

static void transfer_over(struct lib_errand *e)
{
	struct transfer *t = (void *)e;
	lib_stream_free(t->stream);
	lib_buffer_fini(&t->line);
	if (t->own)
		explicit_bzero(t->own, t->own_n);
	env_free(t->ctx->env, t->own);
	env_free(t->ctx->env, t);
}

static void end(struct transfer *t, int result, const char *message, const char *hint)
{
	struct lib_failure f = { .result = result };
	ops_set_text(f.message, sizeof(f.message), message);
	ops_set_text(f.hint, sizeof(f.hint), hint);
	lib_op_end(t->ctx, t->errand.op, &f, "");
}

static void broke_off(struct transfer *t)
{
	end(t, HST_E_IO, "the stream broke off", "see the log of the daemon, then try again");
}

/* The line that the daemon ends with: an answer, or an error. */
static void end_by_line(struct transfer *t)
{
	struct lib_failure f;
	const char *line = lib_buffer_text(&t->line);
	json_t *j = json_loads(line, 0, NULL);
	bool answer = json_is_object(j) && !json_object_get(j, "error");
	json_decref(j);
	if (answer) {
		lib_op_end(t->ctx, t->errand.op, NULL, line);
	} else if (!line[0]) {
		broke_off(t);
	} else {
		lib_failure_of_answer(&f, t->ctx, 0, line);
		lib_op_end(t->ctx, t->errand.op, &f, line);
	}
}

/* To the daemon */

/* The next octets of a file. ERR_CLOSED: there are no more. */
static enum err refill(struct transfer *t)
{
	if (t->data.n)
		return OK;
	ssize_t n = t->fd < 0 ? 0 : read(t->fd, t->piece, sizeof(t->piece));
	if (n < 0) {
		t->trouble = errno;
		return errno == EINTR || errno == EAGAIN ? OK : ERR_IO;
	}
	t->data = span_of(t->piece, (size_t)n);
	return n ? OK : ERR_CLOSED;
}

static enum err send_some(struct transfer *t)
{
	size_t taken = 1;
	enum err e = refill(t);
	while (!e && taken) {
		e = lib_stream_write(t->stream, t->data, &taken);
		t->data = span_of(t->data.p + taken, t->data.n - taken);
		if (!e && !t->data.n)
			e = refill(t);
	}
	return e;
}

static enum err finish_sending(struct transfer *t)
{
	size_t taken;
	enum err e = lib_stream_write(t->stream, span_of(NULL, 0), &taken);
	if (e || !lib_stream_began(t->stream))
		return e;
	lib_stream_shut(t->stream);
	t->sent = true;
	return OK;
}

/* An end from the other side is no failure yet: its line says what is wrong. */
static enum err move_up(struct transfer *t)
{
	size_t n = 1;
	enum err e = t->sent ? OK : send_some(t);
	if (e == ERR_IO)
		return e;
	if (e == ERR_CLOSED && !t->sent)
		(void)!finish_sending(t);
	for (e = OK; !e && n;) {
		char piece[1024];
		e = lib_stream_read(t->stream, piece, sizeof(piece), &n);
		if (!e && n)
			e = lib_buffer_add(&t->line, piece, n);
	}
	return e;
}

/* From the daemon */

static enum err keep(struct transfer *t, size_t n)
{
	if (t->fd < 0 && n > t->to_n - t->moved)
		return ERR_RANGE;
	if (t->fd < 0) {
		memcpy(t->to + t->moved, t->piece, n);
		return OK;
	}
	for (size_t at = 0; at < n;) {
		ssize_t put = write(t->fd, t->piece + at, n - at);
		if (put < 0 && errno != EINTR) {
			t->trouble = errno;
			return ERR_IO;
		}
		at += put > 0 ? (size_t)put : 0;
	}
	return OK;
}

static enum err move_down(struct transfer *t)
{
	size_t n = 1, taken;
	enum err e = lib_stream_write(t->stream, span_of(NULL, 0), &taken);
	while (!e && n) {
		e = lib_stream_read(t->stream, t->piece, sizeof(t->piece), &n);
		if (!e && n)
			e = keep(t, n);
		lib_whole_take(&t->whole, span_of(t->piece, n));
		t->moved += n;
	}
	return e;
}

static const struct direction up = { move_up, true }, down = { move_down, false };

/* GRAPH-14.14: an end without the mark of one is an end for some reason. */
static void end_down(struct transfer *t)
{
	if (t->database && !lib_whole_is(&t->whole))
		end(t, HST_E_IO, "the export was cut short: what came is no whole database",
		    "see the log of the daemon, then export again");
	else if (t->fd < 0 && t->moved != t->to_n)
		broke_off(t);
	else
		lib_op_end(t->ctx, t->errand.op, NULL, "{}");
}

static void end_of_file(struct transfer *t)
{
	char message[200];
	struct text m = TEXT_OF(message);
	text_str(&m,
		 t->direction->up ? "the file cannot be read: " : "the file cannot be written: ");
	text_str(&m, t->trouble ? strerror(t->trouble) : err_text(ERR_IO));
	end(t, HST_E_IO, message, "check how it was opened, and the room on its device");
}

static void on_ready(void *owner)
{
	struct transfer *t = owner;
	enum err e = t->direction->move(t);
	if (!e)
		lib_stream_want(t->stream, true, t->direction->up && !t->sent);
	else if (e == ERR_IO)
		end_of_file(t);
	else if (e != ERR_CLOSED)
		broke_off(t);
	else if (t->direction->up)
		end_by_line(t);
	else
		end_down(t);
}

/* The answer that is leave to begin. */
static int answered(struct lib_errand *e, const char *json)
{
	struct transfer *t = (void *)e;
	struct ops_stream_token k;
	struct arena mem;
	arena_init(&mem, t->ctx->env, 1024);
	int r = lib_decode(t->ctx, &ops_stream_token_type, json, &k, &mem);
	if (r >= 0)
		r = lib_stream_new(&t->stream, t->ctx,
				   &(struct lib_stream_to){ k.socket, k.token, on_ready, t });
	arena_free(&mem);
	return r < 0 ? r : LIB_ERRAND_GOES_ON;
}

static struct transfer *transfer_new(struct hst_ctx *c, const struct direction *direction, int fd)
{
	struct transfer *t = env_zalloc(c->env, 1, sizeof(*t));
	if (!t)
		return NULL;
	t->errand = (struct lib_errand){ answered, transfer_over, 0 };
	t->ctx = c;
	t->direction = direction;
	t->fd = fd;
	t->line = (struct lib_buffer){ .env = c->env, .max = ANSWER_MOST };
	lib_whole_init(&t->whole);
	return t;
}

/* Over memory, to the daemon; *done gets the line that it ends with. */
int lib_sealed(struct hst_ctx *c, const struct lib_ask *ask, struct span octets, hst_event **done)
{
	struct transfer *t = transfer_new(c, &up, -1);
	struct lib_ask k = *ask;
	hst_op op;
	if (!t)
		return lib_fail_nomem(c);
	t->data = octets;
	k.method = "POST";
	k.errand = &t->errand;
	if (!k.deadline_ms)
		k.deadline_ms = LARGE_MS;
	int r = lib_ask(c, &k, &op);
	if (r < 0)
		transfer_over(&t->errand);
	return r < 0 ? r : lib_wait(c, op, done);
}

/* A secret behind its length, in memory of its own. */
static bool own_secret(struct transfer *t, const void *secret, size_t n)
{
	t->own = env_zalloc(t->ctx->env, 1, n + 2);
	if (!t->own)
		return false;
	t->own_n = n + 2;
	t->own[0] = (uint8_t)(n >> 8);
	t->own[1] = (uint8_t)n;
	if (n)
		memcpy(t->own + 2, secret, n);
	t->data = span_of(t->own, t->own_n);
	return true;
}

int hst_call_secret(hst_ctx *c, const char *path, const char *body, const void *secret, size_t n,
		    int deadline_ms, hst_op *op)
{
	const char *why = lib_call_wrong("POST", path, body, deadline_ms);
	if (!why && (n > OPS_PASSPHRASE_MAX || (n && !secret) || !op))
		why = "a secret of at most 1,024 octets, and a place, are wanted";
	if (why)
		return lib_fail(c, HST_E_INVALID, why, "see doc/api.md");
	struct transfer *t = transfer_new(c, &up, -1);
	if (!t)
		return lib_fail_nomem(c);
	int r = own_secret(t, secret, n)
			? lib_call(c,
				   &(struct lib_call){ "POST", path, body, deadline_ms, false,
						       &t->errand },
				   op)
			: lib_fail_nomem(c);
	if (r < 0)
		transfer_over(&t->errand);
	return r;
}

/* Takes t. */
static int begin(struct hst_graph *g, struct transfer *t, struct lib_ask k, hst_op *op)
{
	if (!t)
		return lib_fail_nomem(g->handle.ctx);
	k.errand = &t->errand;
	int r = lib_graph_begin(g, &k, op);
	if (r < 0)
		transfer_over(&t->errand);
	return r;
}

int hst_graph_export(hst_graph *g, int fd, int deadline_ms, hst_op *op)
{
	int r = lib_graph_check(g, fd >= 0 && op, "a descriptor is wanted");
	if (r < 0)
		return r;
	struct transfer *t = transfer_new(g->handle.ctx, &down, fd);
	if (t)
		t->database = true;
	return begin(
		g, t,
		(struct lib_ask){ .method = "POST", .path = "/export", .deadline_ms = deadline_ms },
		op);
}

int hst_graph_import(hst_graph *g, int fd, int deadline_ms, hst_op *op)
{
	int r = lib_graph_check(g, fd >= 0 && op, "a descriptor is wanted");
	if (r < 0)
		return r;
	return begin(
		g, transfer_new(g->handle.ctx, &up, fd),
		(struct lib_ask){ .method = "POST", .path = "/import", .deadline_ms = deadline_ms },
		op);
}

int lib_record_upload(struct hst_graph *g, const struct ops_record_upload *u, struct span data,
		      hst_event **done)
{
	struct hst_ctx *c = g->handle.ctx;
	struct transfer *t = transfer_new(c, &up, -1);
	hst_op op;
	if (t)
		t->data = data;
	int r = begin(g, t,
		      (struct lib_ask){ .method = "POST",
					.path = "/records/large",
					.type = &ops_record_upload_type,
					.body = u,
					.deadline_ms = LARGE_MS },
		      &op);
	return r < 0 ? r : lib_wait(c, op, done);
}

int lib_record_download(struct hst_graph *g, const char *tail, void *to, size_t size)
{
	struct hst_ctx *c = g->handle.ctx;
	struct transfer *t = transfer_new(c, &down, -1);
	hst_event *e;
	hst_op op;
	if (t) {
		t->to = to;
		t->to_n = size;
	}
	int r = begin(g, t,
		      (struct lib_ask){ .method = "POST", .path = tail, .deadline_ms = LARGE_MS },
		      &op);
	if (r >= 0)
		r = lib_wait(c, op, &e);
	if (r >= 0)
		hst_free(e);
	return r;
}
