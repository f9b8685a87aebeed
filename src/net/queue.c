/* The octets that wait on a link: chunks that are freed as they are sent, so
 * that a link with nothing to say holds no memory. */
#include "net/net_int.h"

#include "os/syserr.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define CHUNK_MIN   256
#define CHUNK_MAX   16384
#define CHUNKS_ONCE 16

struct chunk {
	struct chunk *next;
	size_t from, to, size; /* octets from..to wait */
	uint8_t octets[];
};

/* The more waits already, the more is to come: a row of messages fills large
 * chunks, so that one write takes many of them. */
static struct chunk *chunk_new(struct link *l, size_t want)
{
	size_t least = l->queued > want ? l->queued : want;
	size_t size = least < CHUNK_MIN ? CHUNK_MIN : least > CHUNK_MAX ? CHUNK_MAX : least;
	struct chunk *c = env_resize(l->net->env, NULL, sizeof(*c) + size);

	if (c)
		*c = (struct chunk){ .size = size };
	return c;
}

/* A chunk at the end with room for something. */
static struct chunk *open_chunk(struct link *l, size_t want)
{
	struct chunk *c = l->last;

	if (c && c->to < c->size)
		return c;
	c = chunk_new(l, want);
	if (!c)
		return NULL;
	if (l->last)
		l->last->next = c;
	else
		l->first = c;
	l->last = c;
	return c;
}

enum err net_queue_add(struct link *l, struct span bytes)
{
	while (bytes.n > 0) {
		struct chunk *c = open_chunk(l, bytes.n);
		size_t n;
		if (!c)
			return ERR_NOMEM;
		n = c->size - c->to < bytes.n ? c->size - c->to : bytes.n;
		memcpy(c->octets + c->to, bytes.p, n);
		c->to += n;
		l->queued += n;
		l->net->queued += n;
		bytes = span_of(bytes.p + n, bytes.n - n);
	}
	return OK;
}

static void drop_first(struct link *l)
{
	struct chunk *c = l->first;

	l->first = c->next;
	if (!l->first)
		l->last = NULL;
	env_free(l->net->env, c);
}

static void sent(struct link *l, size_t n)
{
	l->queued -= n;
	l->ahead -= n < l->ahead ? n : l->ahead;
	l->net->queued -= n;
	while (l->first && n >= l->first->to - l->first->from) {
		n -= l->first->to - l->first->from;
		drop_first(l);
	}
	if (l->first)
		l->first->from += n;
}

enum err net_queue_write(struct link *l)
{
	struct iovec iov[CHUNKS_ONCE];
	struct msghdr m = { .msg_iov = iov };
	ssize_t n;

	for (struct chunk *c = l->first; c && m.msg_iovlen < CHUNKS_ONCE; c = c->next)
		iov[m.msg_iovlen++] = (struct iovec){ c->octets + c->from, c->to - c->from };
	if (!m.msg_iovlen)
		return OK;
	n = sendmsg(l->fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n >= 0)
		sent(l, (size_t)n);
	else if (errno != EAGAIN && errno != EINTR && errno != ENOBUFS)
		return os_err_of(errno);
	return OK;
}

void net_queue_drop(struct link *l)
{
	l->net->queued -= l->queued;
	l->queued = l->ahead = 0;
	while (l->first)
		drop_first(l);
}
