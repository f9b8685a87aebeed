/* What goes over stream.sock to a daemon: here one end of a pair of sockets, served on the
 * engine's loop. The first line is the token; then the octets of its stream, both ways. */
#include "inproc/inproc_int.h"

#include "ops/stream.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PIECE	      16384
#define PIECES_A_TURN 32

struct piece {
	uint8_t octets[PIECE];
	size_t at, n; /* those between wait */
};

struct inproc_bytes {
	struct list node; /* in inproc.bytes */
	struct inproc *owner;
	int fd;
	struct os_watch *watch;
	struct os_task *task;
	struct ops_stream *stream; /* NULL: the token has not come yet */
	char token[OPS_TOKEN_DIGITS + 2];
	size_t token_n;
	struct piece in, out;
	bool in_ended, out_ended; /* by the program; by the stream */
	bool failed;
};

static void bytes_free(struct inproc_bytes *b)
{
	list_take(&b->node);
	ops_stream_close(b->stream);
	os_watch_free(b->watch);
	os_task_free(b->task);
	if (b->fd >= 0)
		(void)close(b->fd);
	env_free(b->owner->env, b);
}

void inproc_bytes_drop(struct inproc *p)
{
	LIST_EACH(node, tmp, &p->bytes)
	{
		bytes_free(LIST_ENTRY(node, struct inproc_bytes, node));
	}
}

static bool is_empty(const struct piece *p)
{
	return p->at == p->n;
}

/* Each of the four steps says whether it moved anything. */

static bool read_program(struct inproc_bytes *b)
{
	if (b->in_ended || !is_empty(&b->in))
		return false;
	ssize_t n = recv(b->fd, b->in.octets, sizeof(b->in.octets), MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	b->failed = n < 0;
	b->in_ended = n == 0;
	b->in.at = 0;
	b->in.n = n > 0 ? (size_t)n : 0;
	if (b->in_ended && b->stream)
		ops_stream_finish(b->stream);
	return true;
}

static bool write_program(struct inproc_bytes *b)
{
	if (is_empty(&b->out))
		return false;
	ssize_t n = send(b->fd, b->out.octets + b->out.at, b->out.n - b->out.at,
			 MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	b->failed = b->failed || n < 0;
	b->out.at += n > 0 ? (size_t)n : 0;
	return true;
}

static bool read_stream(struct inproc_bytes *b)
{
	if (!b->stream || b->out_ended || !is_empty(&b->out))
		return false;
	b->out.at = b->out.n = 0;
	enum err e = ops_stream_read(b->stream, b->out.octets, sizeof(b->out.octets), &b->out.n);
	b->out_ended = e == ERR_CLOSED;
	b->failed = b->failed || (e && e != ERR_CLOSED);
	return b->out.n > 0;
}

static bool write_stream(struct inproc_bytes *b)
{
	size_t taken = 0;
	if (!b->stream || is_empty(&b->in))
		return false;
	enum err e = ops_stream_write(b->stream,
				      span_of(b->in.octets + b->in.at, b->in.n - b->in.at), &taken);
	b->in.at += taken;
	if (e == ERR_CLOSED) /* it says why, in its last line */
		b->in.at = b->in.n;
	else
		b->failed = b->failed || e;
	return taken > 0 || e == ERR_CLOSED;
}

/* An error as stream.sock says it: one line, then the end. */
static void refuse(struct inproc_bytes *b, enum err e, const char *why)
{
	json_t *j = ops_http_error(e, why, "ask for a new token");
	char *s = j ? json_dumps(j, JSON_COMPACT) : NULL;
	struct text t = text_of((char *)b->out.octets, sizeof(b->out.octets));
	json_decref(j);
	text_str(&t, s ? s : "");
	text_char(&t, '\n');
	free(s); /* from jansson */
	b->out.n = t.n;
	b->out_ended = true;
}

static void on_ready(void *arg)
{
	struct inproc_bytes *b = arg;
	os_task_post(b->task);
}

static void claim(struct inproc_bytes *b)
{
	char buffer[200];
	struct text why = TEXT_OF(buffer);
	enum err e = ops_stream_claim(b->owner->ops, b->token, &b->stream, &why);
	if (e) {
		b->stream = NULL;
		refuse(b, e, why.n ? buffer : err_text(e));
		return;
	}
	ops_stream_on_ready(b->stream, on_ready, b);
	if (b->in_ended)
		ops_stream_finish(b->stream);
}

/* Octets up to the first line's end are the token. */
static bool take_token(struct inproc_bytes *b)
{
	while (!b->stream && !b->out_ended && !is_empty(&b->in)) {
		char c = (char)b->in.octets[b->in.at++];
		if (c == '\n')
			claim(b);
		else if (b->token_n < sizeof(b->token) - 1)
			b->token[b->token_n++] = c;
		else
			refuse(b, ERR_MALFORMED, "the first line is no token");
	}
	return false;
}

static bool step(struct inproc_bytes *b)
{
	bool moved = write_program(b);
	moved = read_program(b) || moved;
	moved = take_token(b) || moved;
	moved = write_stream(b) || moved;
	return read_stream(b) || moved;
}

static bool is_over(const struct inproc_bytes *b)
{
	return b->failed || (b->out_ended && is_empty(&b->out)) ||
	       (b->in_ended && !b->stream && is_empty(&b->in));
}

static void serve(struct inproc_bytes *b)
{
	bool moved = true;
	for (int i = 0; moved && !is_over(b) && i < PIECES_A_TURN; i++)
		moved = step(b);
	if (is_over(b)) {
		bytes_free(b);
		return;
	}
	if (moved)
		os_task_post(b->task);
	os_watch_set(b->watch, (is_empty(&b->in) && !b->in_ended ? OS_READ : 0) |
				       (is_empty(&b->out) ? 0 : OS_WRITE));
}

static void on_task(void *arg, struct mono now)
{
	serve(arg);
}

static void on_socket(void *arg, uint32_t ready, struct mono now)
{
	serve(arg);
}

static struct inproc_bytes *bytes_new(struct inproc *p, int fd)
{
	struct inproc_bytes *b = env_zalloc(p->env, 1, sizeof(*b));
	if (!b)
		return NULL;
	b->owner = p;
	b->fd = fd;
	list_push_back(&p->bytes, &b->node);
	if (os_task_new(&b->task, p->loop, on_task, b) == OK &&
	    os_watch_new(&b->watch, p->loop, fd, OS_READ, on_socket, b) == OK)
		return b;
	b->fd = -1; /* the caller's still */
	bytes_free(b);
	return NULL;
}

enum err inproc_connect(struct inproc *p, int *fd)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
		return ERR_IO;
	if (bytes_new(p, pair[1])) {
		*fd = pair[0];
		return OK;
	}
	(void)close(pair[0]);
	(void)close(pair[1]);
	return ERR_NOMEM;
}
