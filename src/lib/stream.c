/* Streams of octets: a token shown to stream.sock, then whatever it is good for. */
#include "lib/stream_int.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct lib_stream {
	struct hst_ctx *ctx;
	int fd;
	struct os_watch *watch;
	lib_stream_fn *ready;
	void *owner;
	char token[OPS_TOKEN_DIGITS + 2]; /* and a newline */
	size_t token_at;
};

static void on_socket(void *arg, uint32_t ready, struct mono now)
{
	struct lib_stream *s = arg;
	s->ready(s->owner);
}

static int failed(struct hst_ctx *c, enum err e, const char *path)
{
	char buffer[300];
	struct text t = TEXT_OF(buffer);
	text_str(&t, "no stream could be had at ");
	text_str(&t, path[0] ? path : "the engine in this process");
	text_str(&t, ": ");
	text_str(&t, err_text(e));
	return lib_fail(c, lib_result_of(e), buffer, "try again");
}

int lib_stream_new(struct lib_stream **out, struct hst_ctx *c, const struct lib_stream_to *to)
{
	struct lib_stream *s = env_zalloc(c->env, 1, sizeof(*s));
	struct text t;
	if (!s)
		return lib_fail_nomem(c);
	*s = (struct lib_stream){ .ctx = c, .fd = -1, .ready = to->ready, .owner = to->owner };
	t = TEXT_OF(s->token);
	text_str(&t, to->token);
	text_char(&t, '\n');
	enum err e = c->backend->connect(c, to->path, &s->fd);
	if (!e)
		e = os_watch_new(&s->watch, c->loop, s->fd, OS_READ | OS_WRITE, on_socket, s);
	if (e) {
		lib_stream_free(s);
		return failed(c, e, to->path);
	}
	*out = s;
	return HST_OK;
}

void lib_stream_free(struct lib_stream *s)
{
	if (!s)
		return;
	os_watch_free(s->watch);
	if (s->fd >= 0)
		(void)close(s->fd);
	env_free(s->ctx->env, s);
}

void lib_stream_want(struct lib_stream *s, bool read, bool write)
{
	bool token_left = s->token[s->token_at] != 0;
	os_watch_set(s->watch, (read ? OS_READ : 0) | (write || token_left ? OS_WRITE : 0));
}

static enum err put(struct lib_stream *s, const void *p, size_t n, size_t *taken)
{
	ssize_t sent = send(s->fd, p, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	*taken = sent > 0 ? (size_t)sent : 0;
	if (sent < 0 && errno != EAGAIN && errno != EINTR)
		return ERR_CLOSED;
	return OK;
}

/* Whether the token has gone. */
static enum err put_token(struct lib_stream *s, bool *gone)
{
	size_t left = strlen(s->token + s->token_at), taken = 0;
	enum err e = left ? put(s, s->token + s->token_at, left, &taken) : OK;
	s->token_at += taken;
	*gone = taken == left;
	return e;
}

enum err lib_stream_write(struct lib_stream *s, struct span octets, size_t *taken)
{
	bool gone;
	*taken = 0;
	enum err e = put_token(s, &gone);
	if (e || !gone || !octets.n)
		return e;
	return put(s, octets.p, octets.n, taken);
}

enum err lib_stream_read(struct lib_stream *s, void *p, size_t size, size_t *n)
{
	ssize_t got = recv(s->fd, p, size, MSG_DONTWAIT);
	*n = got > 0 ? (size_t)got : 0;
	if (got == 0)
		return ERR_CLOSED;
	if (got < 0 && errno != EAGAIN && errno != EINTR)
		return errno == ECONNRESET ? ERR_CLOSED : ERR_IO;
	return OK;
}

bool lib_stream_began(const struct lib_stream *s)
{
	return !s->token[s->token_at];
}

void lib_stream_shut(struct lib_stream *s)
{
	(void)shutdown(s->fd, SHUT_WR);
}
