/* stream.sock: one token line, then the octets of a stream (ops/stream.h), one stream a
 * connection. Each connection holds two bounded buffers: what its stream does not take is
 * not read, and what the client does not read is not asked of the stream. */
#include "ctl/ctl_int.h"

#include "ops/http.h"
#include "ops/stream.h"
#include "os/clock.h"

#include <event2/buffer.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER	65536	    /* octets either way */
#define DISCARD (16u << 20) /* octets that are read from a client for nothing, at its end */

/* A client. */
struct pipe {
	struct list node; /* in ctl.octets.pipes */
	struct ctl *ctl;
	struct bufferevent *bev;
	struct ops_stream *stream; /* NULL: its token has not come, or it has ended */
	struct event *pump;	   /* made active when there is something to do */
	bool eof;		   /* the client writes no more */
	bool finished;		   /* and its stream knows */
	bool ending;		   /* only what is in the output is left */
	bool shut;		   /* and has gone */
	size_t discarded;
};

/* Octets that a client wrote go, and nothing of them stays: a passphrase may be among them. */
static void forget(struct evbuffer *in, size_t n)
{
	while (n) {
		size_t here = evbuffer_get_contiguous_space(in);
		here = here < n ? here : n;
		uint8_t *octets = evbuffer_pullup(in, (ev_ssize_t)here);
		if (octets)
			explicit_bzero(octets, here);
		(void)evbuffer_drain(in, here);
		n -= here;
	}
}

static void pipe_free(struct pipe *p)
{
	struct evbuffer *in = bufferevent_get_input(p->bev);
	forget(in, evbuffer_get_length(in));
	list_take(&p->node);
	p->ctl->octets.count--;
	ops_stream_close(p->stream);
	if (p->pump)
		event_free(p->pump);
	bufferevent_free(p->bev);
	env_free(p->ctl->env, p);
}

static size_t waiting(const struct pipe *p)
{
	return evbuffer_get_length(bufferevent_get_output(p->bev));
}

/* What is written already still goes out; the stream is over. What the client still writes
 * is read, for to close upon it would take the last line away from it. */
static void end(struct pipe *p)
{
	int64_t us = p->ctl->limits.stuck_us;
	struct timeval tv = { us / MONO_SEC, us % MONO_SEC };
	ops_stream_close(p->stream);
	p->stream = NULL;
	p->ending = true;
	bufferevent_setwatermark(p->bev, EV_READ, 0, 0);
	bufferevent_set_timeouts(p->bev, &tv, &tv);
	if (!p->eof)
		(void)bufferevent_enable(p->bev, EV_READ);
}

static void linger(struct pipe *p)
{
	struct evbuffer *in = bufferevent_get_input(p->bev);
	size_t n = evbuffer_get_length(in);
	p->discarded += n;
	forget(in, n);
	if (waiting(p))
		return;
	if (p->eof || p->discarded > DISCARD) {
		pipe_free(p);
		return;
	}
	if (!p->shut)
		(void)shutdown(bufferevent_getfd(p->bev), SHUT_WR);
	p->shut = true;
}

static void refuse(struct pipe *p, enum err e, const char *message, const char *hint)
{
	json_t *j = ops_http_error(e, message, hint);
	char *s = j ? json_dumps(j, JSON_COMPACT) : NULL;
	json_decref(j);
	if (s)
		(void)evbuffer_add_printf(bufferevent_get_output(p->bev), "%s\n", s);
	free(s); /* from jansson */
	end(p);
}

/* From the client to the stream; false: the stream is over. Reading is off while the stream
 * takes nothing: libevent asks again and again for what stays at the watermark. */
static bool push(struct pipe *p)
{
	struct evbuffer *in = bufferevent_get_input(p->bev);
	while (evbuffer_get_length(in)) {
		size_t n = evbuffer_get_contiguous_space(in), taken = 0;
		const uint8_t *octets = evbuffer_pullup(in, (ev_ssize_t)n);
		enum err e = octets ? ops_stream_write(p->stream, span_of(octets, n), &taken)
				    : ERR_NOMEM;
		forget(in, taken);
		if (e)
			return false;
		if (taken < n) {
			(void)bufferevent_disable(p->bev, EV_READ);
			return true;
		}
	}
	if (!p->eof)
		(void)bufferevent_enable(p->bev, EV_READ);
	if (p->eof && !p->finished) {
		p->finished = true;
		ops_stream_finish(p->stream);
	}
	return true;
}

/* And back: as much as may wait for a client; false: there will be no more. */
static bool pull(struct pipe *p)
{
	uint8_t octets[16384];
	while (waiting(p) < BUFFER) {
		size_t n;
		if (ops_stream_read(p->stream, octets, sizeof(octets), &n) != OK)
			return false;
		if (!n)
			return true;
		if (bufferevent_write(p->bev, octets, n) < 0)
			return false;
	}
	return true;
}

/* A stream that takes no more may still have a last line. */
static void pump(evutil_socket_t fd, short what, void *arg)
{
	struct pipe *p = arg;
	bool more = true;
	if (p->stream) {
		bool open = push(p);
		more = pull(p);
		more = more && open;
	}
	if (!more)
		end(p);
	if (p->ending)
		linger(p);
}

static void wake(void *arg)
{
	struct pipe *p = arg;
	event_active(p->pump, EV_TIMEOUT, 0);
}

static void claim(struct pipe *p, const char *token)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text why = TEXT_OF(buffer);
	enum err e = ops_stream_claim(p->ctl->ops, token, &p->stream, &why);
	if (e) {
		refuse(p, e, why.n ? buffer : err_text(e),
		       "ask the operation for another token: doc/api.md");
		return;
	}
	bufferevent_set_timeouts(p->bev, NULL, NULL);
	bufferevent_setwatermark(p->bev, EV_READ, 0, BUFFER);
	ops_stream_on_ready(p->stream, wake, p);
}

static void take_token(struct pipe *p)
{
	struct evbuffer *in = bufferevent_get_input(p->bev);
	size_t n;
	char *line = evbuffer_readln(in, &n, EVBUFFER_EOL_LF);
	if (line && n == OPS_TOKEN_DIGITS)
		claim(p, line);
	else if (line || evbuffer_get_length(in) > OPS_TOKEN_DIGITS || p->eof)
		refuse(p, ERR_MALFORMED, "the stream does not begin with a token",
		       "a token line comes from an operation: doc/api.md");
	free(line); /* from libevent's malloc */
}

static void on_read(struct bufferevent *bev, void *arg)
{
	struct pipe *p = arg;
	if (!p->stream && !p->ending)
		take_token(p);
	wake(p);
}

static void on_written(struct bufferevent *bev, void *arg)
{
	wake(arg);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	struct pipe *p = arg;
	if (what & BEV_EVENT_TIMEOUT && !p->ending) {
		refuse(p, ERR_TIMEOUT, "no token came", "doc/api.md");
		wake(p);
	} else if (what & BEV_EVENT_EOF && what & BEV_EVENT_READING) {
		p->eof = true;
		on_read(bev, p);
	} else {
		pipe_free(p);
	}
}

static struct pipe *pipe_new(struct ctl *c, int fd)
{
	struct pipe *p = env_zalloc(c->env, 1, sizeof(*p));
	if (!p)
		return NULL;
	p->ctl = c;
	p->bev = bufferevent_socket_new(c->base, fd, BEV_OPT_CLOSE_ON_FREE);
	p->pump = event_new(c->base, -1, 0, pump, p);
	if (p->bev && p->pump) {
		list_push_back(&c->octets.pipes, &p->node);
		c->octets.count++;
		return p;
	}
	if (p->pump)
		event_free(p->pump);
	if (p->bev)
		bufferevent_free(p->bev);
	else
		(void)close(fd);
	env_free(c->env, p);
	return NULL;
}

static void accepted(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *sa, int n,
		     void *arg)
{
	struct ctl *c = arg;
	struct timeval tv = { c->limits.request_us / MONO_SEC, c->limits.request_us % MONO_SEC };
	struct pipe *p = pipe_new(c, fd);
	if (!p)
		return;
	bufferevent_setcb(p->bev, on_read, on_written, on_event, p);
	bufferevent_setwatermark(p->bev, EV_READ, 0, OPS_TOKEN_DIGITS + 1);
	bufferevent_set_timeouts(p->bev, &tv, NULL);
	(void)bufferevent_enable(p->bev, EV_READ | EV_WRITE);
	if (c->octets.count <= c->limits.pipes)
		return;
	refuse(p, ERR_FULL, "too many streams are open", "end one of them");
	wake(p);
}

/* Not to have it is no reason not to serve the rest. */
void ctl_octets_init(struct ctl *c)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text why = TEXT_OF(buffer);
	int fd;
	list_init(&c->octets.pipes);
	if (ctl_socket_bind(ops_stream_path(c->ops), &ctl_socket_control, &c->octets.place, &fd,
			    &why) == OK) {
		c->octets.listener = evconnlistener_new(
			c->base, accepted, c, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
		if (c->octets.listener)
			return;
		(void)close(fd);
		ctl_socket_remove(&c->octets.place);
		text_str(&why, err_text(ERR_NOMEM));
	}
	text_str(&why, "; direct connections and large records do not work through this daemon");
	ops_message(c->ops, NODE_WARNING, "node", buffer, os_wall());
}

void ctl_octets_fini(struct ctl *c)
{
	LIST_EACH(node, tmp, &c->octets.pipes)
	{
		pipe_free(LIST_ENTRY(node, struct pipe, node));
	}
	if (!c->octets.listener)
		return;
	ctl_socket_remove(&c->octets.place);
	evconnlistener_free(c->octets.listener);
}
