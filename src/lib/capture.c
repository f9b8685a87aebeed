/* Traffic that the daemon captures, into a descriptor. */
#include "lib/stream_int.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define ROOM	   131072 /* octets; a block is never so large */
#define BLOCK_HEAD 8	  /* octets that tell how large a block is */

struct capture {
	struct lib_errand errand; /* first */
	struct hst_ctx *ctx;
	struct lib_stream *stream;
	int fd;
	size_t n; /* octets that have come */
	uint8_t octets[ROOM];
};

static void capture_over(struct lib_errand *e)
{
	struct capture *k = (void *)e;
	lib_stream_free(k->stream);
	env_free(k->ctx->env, k);
}

static void fail(struct capture *k, const char *message, const char *hint)
{
	struct lib_failure f = { .result = HST_E_IO };
	ops_set_text(f.message, sizeof(f.message), message);
	ops_set_text(f.hint, sizeof(f.hint), hint);
	lib_op_end(k->ctx, k->errand.op, &f, "");
}

/* A type, then the size: 4 octets each, the highest first. */
static size_t block_size(const uint8_t *p)
{
	return (size_t)p[4] << 24 | (size_t)p[5] << 16 | (size_t)p[6] << 8 | p[7];
}

/* Whole blocks at the front: a file that ends anywhere between them is whole. */
static size_t whole_blocks(const struct capture *k)
{
	size_t at = 0;
	while (k->n - at >= BLOCK_HEAD) {
		size_t size = block_size(k->octets + at);
		if (size < BLOCK_HEAD || size > k->n - at)
			break;
		at += size;
	}
	return at;
}

static enum err write_out(struct capture *k)
{
	size_t whole = whole_blocks(k);
	for (size_t at = 0; at < whole;) {
		ssize_t put = write(k->fd, k->octets + at, whole - at);
		if (put < 0 && errno != EINTR)
			return ERR_IO;
		at += put > 0 ? (size_t)put : 0;
	}
	memmove(k->octets, k->octets + whole, k->n - whole);
	k->n -= whole;
	return k->n < ROOM ? OK : ERR_MALFORMED;
}

static enum err move(struct capture *k)
{
	size_t n = 1, taken;
	enum err e = lib_stream_write(k->stream, span_of(NULL, 0), &taken);
	while (!e && n) {
		e = lib_stream_read(k->stream, k->octets + k->n, ROOM - k->n, &n);
		k->n += n;
		if (!e && n && write_out(k) != OK)
			return ERR_IO;
	}
	return e;
}

static void on_ready(void *owner)
{
	struct capture *k = owner;
	enum err e = move(k);
	if (!e)
		lib_stream_want(k->stream, true, false);
	else if (e == ERR_IO)
		fail(k, "the capture could not be written",
		     "check how it was opened, and the room on its device");
	else
		fail(k,
		     "the capture broke off: the daemon ended, or there was more traffic than "
		     "could be written",
		     "what is in the file is whole; see the log of the daemon, then try again");
}

/* The answer that is leave to begin; from now on it has no deadline. */
static int answered(struct lib_errand *e, const char *json)
{
	struct capture *k = (void *)e;
	struct ops_stream_token t;
	struct arena mem;
	arena_init(&mem, k->ctx->env, 1024);
	int r = lib_decode(k->ctx, &ops_stream_token_type, json, &t, &mem);
	if (r >= 0)
		r = lib_stream_new(&k->stream, k->ctx,
				   &(struct lib_stream_to){ t.socket, t.token, on_ready, k });
	arena_free(&mem);
	if (r >= 0)
		lib_op_lasts(k->ctx, k->errand.op);
	return r < 0 ? r : LIB_ERRAND_GOES_ON;
}

static int begin(hst_ctx *c, const struct ops_capture *what, int fd, int deadline_ms, hst_op *op)
{
	struct capture *k = env_zalloc(c->env, 1, sizeof(*k));
	if (!k)
		return lib_fail_nomem(c);
	k->errand = (struct lib_errand){ answered, capture_over, 0 };
	k->ctx = c;
	k->fd = fd;
	int r = lib_ask(c,
			&(struct lib_ask){ "POST", "/v1/capture", &ops_capture_type, what,
					   deadline_ms, &k->errand },
			op);
	if (r < 0)
		capture_over(&k->errand);
	return r;
}

int hst_capture(hst_ctx *c, const char *part, int fd, int deadline_ms, hst_op *op)
{
	struct ops_capture what;
	ops_clear(&ops_capture_type, &what);
	if (!part || strlen(part) >= sizeof(what.part) || fd < 0 || !op)
		return lib_fail(c, HST_E_INVALID, "a part and a descriptor are wanted", "graph");
	if (deadline_ms < 0 || deadline_ms > LIB_DEADLINE_MAX)
		return lib_fail(c, HST_E_INVALID, "the deadline is not between 0 and 600,000 ms",
				"");
	ops_set_text(what.part, sizeof(what.part), part);
	return begin(c, &what, fd, deadline_ms, op);
}
