/* Direct connections to one node: opened, taken when they come in, and their octets both
 * ways. What the program does not read pauses the link, so that the other side's writing
 * waits; what the link does not take is not read from the program. GRAPH-14.13 */
#include "ops/stream_int.h"

#include "wire/rd.h"
#include "wire/wr.h"

#define HIGH (256 * 1024) /* octets for the program that wait, before the link is paused */
#define LOW  (64 * 1024)  /* and until it goes on */
#define SENT (256 * 1024) /* octets given to the link that have not gone */

/* A message for the program, with its head. */
struct chunk {
	struct list node; /* in direct.chunks */
	size_t n, at;
	uint8_t octets[];
};

/* A connection of which the core has told. */
struct direct {
	struct list node; /* in ops.directs */
	struct ops *ops;
	uint32_t graph;
	uint64_t conn, far;
	char id[OPS_GRAPH_ID_MAX + 1], peer[OPS_GRAPH_ID_MAX + 1];
	bool incoming, paused, ended;
	struct list chunks;
	size_t waiting, unsent;
	struct list sends;
	struct pipe_end *stream; /* NULL: nobody has it */
};

/* Octets on their way to the link. */
struct send {
	struct list node;      /* in direct.sends */
	struct direct *direct; /* NULL: gone */
	const struct env *env;
	size_t n;
};

/* The program's end. */
struct pipe_end {
	struct ops_stream stream; /* first */
	struct direct *direct;	  /* NULL: gone */
	uint8_t head[OPS_DIRECT_HEAD];
	size_t head_n;
	uint8_t *body; /* of a message that is not whole yet */
	size_t body_n;
	bool finished;
};

static struct direct *find(const struct ops *o, uint32_t graph, uint64_t conn)
{
	LIST_EACH(node, tmp, &o->directs)
	{
		struct direct *d = LIST_ENTRY(node, struct direct, node);
		if (d->graph == graph && d->conn == conn)
			return d;
	}
	return NULL;
}

size_t ops_direct_waiting(const struct ops *o, uint32_t graph, uint64_t conn)
{
	const struct direct *d = find(o, graph, conn);
	return d ? d->waiting : 0;
}

static struct direct *find_or_make(struct ops *o, uint32_t graph, const char *id, uint64_t conn)
{
	struct direct *d = find(o, graph, conn);
	if (d)
		return d;
	d = env_zalloc(o->env, 1, sizeof(*d));
	if (!d)
		return NULL;
	d->ops = o;
	d->graph = graph;
	d->conn = conn;
	ops_set_text(d->id, sizeof(d->id), id);
	list_init(&d->chunks);
	list_init(&d->sends);
	list_push_back(&o->directs, &d->node);
	return d;
}

static void drop_chunk(struct direct *d, struct chunk *c)
{
	list_take(&c->node);
	d->waiting -= c->n - c->at;
	ops_stream_give_room(d->ops, c->n);
	env_free(d->ops->env, c);
}

static void direct_free(struct direct *d)
{
	LIST_EACH(node, tmp, &d->chunks)
	{
		drop_chunk(d, LIST_ENTRY(node, struct chunk, node));
	}
	LIST_EACH(at, next, &d->sends)
	{
		struct send *s = LIST_ENTRY(at, struct send, node);
		list_take(&s->node);
		s->direct = NULL;
	}
	if (d->stream)
		d->stream->direct = NULL;
	list_take(&d->node);
	env_free(d->ops->env, d);
}

void ops_directs_fini(struct ops *o)
{
	LIST_EACH(node, tmp, &o->directs)
	{
		direct_free(LIST_ENTRY(node, struct direct, node));
	}
}

/* To the core */

static struct node_command command_of(const struct direct *d, enum graph_command_kind kind)
{
	struct node_command c = { .kind = NODE_COMMAND_GRAPH };
	c.graphs.kind = GRAPHS_OF;
	c.graphs.id = span_str(d->id);
	c.graphs.of.kind = kind;
	c.graphs.of.conn = d->conn;
	return c;
}

static void ignore(void *arg, const struct engine_result *r)
{
}

/* The peer goes on sending a little longer without memory: the next octets pause it. */
static void pause_link(struct direct *d, bool pause)
{
	struct node_command c = command_of(d, GRAPH_CONN_READ);
	c.graphs.of.paused = pause;
	if (engine_command(d->ops->engine, &c, ignore, NULL) == OK)
		d->paused = pause;
}

static void close_link(struct direct *d)
{
	struct node_command c = command_of(d, GRAPH_CONN_CLOSE);
	if (d->ended)
		return;
	if (engine_command(d->ops->engine, &c, ignore, NULL) == OK)
		d->ended = true;
}

static void wake(struct direct *d)
{
	if (d->stream)
		ops_stream_wake(&d->stream->stream);
}

static void sent(void *arg, const struct engine_result *r)
{
	struct send *s = arg;
	struct direct *d = s->direct;
	if (d) {
		list_take(&s->node);
		d->unsent -= s->n;
		d->ended = d->ended || r->err;
		wake(d);
	}
	env_free(s->env, s);
}

static enum err send_message(struct direct *d, const struct graph_guid *type, struct span body)
{
	struct node_command c = command_of(d, GRAPH_CONN_SEND);
	struct send *s = env_zalloc(d->ops->env, 1, sizeof(*s));
	if (!s)
		return ERR_NOMEM;
	c.graphs.of.type = *type;
	c.graphs.of.payload = body;
	*s = (struct send){ .direct = d, .env = d->ops->env, .n = body.n + OPS_DIRECT_HEAD };
	list_push_back(&d->sends, &s->node);
	d->unsent += s->n;
	enum err e = engine_command(d->ops->engine, &c, sent, s);
	if (!e)
		return OK;
	list_take(&s->node);
	d->unsent -= s->n;
	env_free(d->ops->env, s);
	return e;
}

/* From the core */

static void connected(struct ops *o, const struct graph_event *e)
{
	struct direct *d = find_or_make(o, e->graph, e->graph_id ? e->graph_id : "", e->conn);
	if (!d)
		return; /* taken when it is asked for */
	d->incoming = e->incoming;
	d->far = e->node;
	ops_set_text(d->peer, sizeof(d->peer), e->peer);
}

void ops_direct_event(struct ops *o, const struct graph_event *e)
{
	if (e->kind != GRAPH_EVENT_DIRECT)
		return;
	if (e->status == GRAPH_LINK_CONNECTED) {
		connected(o, e);
		return;
	}
	struct direct *d = find(o, e->graph, e->conn);
	if (!d)
		return;
	d->ended = true;
	if (d->stream)
		wake(d);
	else
		direct_free(d);
}

/* NULL: longer than we would send, or peers whose messages nobody reads make us hold too
 * much already. Half of the room is for programs alone. */
static struct chunk *chunk_new(struct ops *o, size_t n)
{
	size_t size = OPS_DIRECT_HEAD + n;
	if (n > OPS_DIRECT_MESSAGE || o->stream_octets + size > OPS_STREAM_OCTETS_MAX / 2 ||
	    !ops_stream_take_room(o, size))
		return NULL;
	struct chunk *c = env_resize(o->env, NULL, sizeof(*c) + size);
	if (!c) {
		ops_stream_give_room(o, size);
		return NULL;
	}
	c->at = 0;
	c->n = size;
	return c;
}

void ops_data(struct ops *o, uint32_t graph, uint64_t conn, const struct graph_guid *type,
	      struct span bytes)
{
	struct direct *d = find(o, graph, conn);
	struct chunk *c = d ? chunk_new(o, bytes.n) : NULL;
	if (!d)
		return;
	if (!c) { /* a stream with a hole is worse than none */
		close_link(d);
		wake(d);
		return;
	}
	struct wr w = wr_of(c->octets, c->n);
	wr_u32(&w, (uint32_t)bytes.n);
	wr_bytes(&w, span_of(type->at, sizeof(type->at)));
	wr_bytes(&w, bytes);
	list_push_back(&d->chunks, &c->node);
	d->waiting += c->n;
	if (d->waiting > HIGH && !d->paused)
		pause_link(d, true);
	wake(d);
}

/* The program's end of it */

static struct pipe_end *end_of(struct ops_stream *s)
{
	return (struct pipe_end *)(void *)s;
}

static enum err pipe_read(struct ops_stream *s, uint8_t *p, size_t size, size_t *n)
{
	struct direct *d = end_of(s)->direct;
	if (!d)
		return ERR_CLOSED;
	while (*n < size && !list_empty(&d->chunks)) {
		struct chunk *c = LIST_ENTRY(d->chunks.next, struct chunk, node);
		size_t left = c->n - c->at, take = left < size - *n ? left : size - *n;
		memcpy(p + *n, c->octets + c->at, take);
		*n += take;
		c->at += take;
		d->waiting -= take;
		if (c->at == c->n)
			drop_chunk(d, c);
	}
	if (d->paused && d->waiting < LOW && !d->ended)
		pause_link(d, false);
	return *n == 0 && d->ended ? ERR_CLOSED : OK;
}

static uint32_t length_of(const struct pipe_end *e)
{
	struct rd r = rd_of(span_of(e->head, sizeof(e->head)));
	return rd_u32(&r);
}

/* Octets of a head; the room for its body with the last of them. */
static enum err take_head(struct pipe_end *e, struct span s, size_t *taken)
{
	size_t left = sizeof(e->head) - e->head_n, n = s.n < left ? s.n : left;
	memcpy(e->head + e->head_n, s.p, n);
	e->head_n += n;
	*taken += n;
	if (e->head_n < sizeof(e->head))
		return OK;
	if (length_of(e) > OPS_DIRECT_MESSAGE)
		return ERR_MALFORMED;
	e->body = env_resize(e->stream.ops->env, NULL, length_of(e) + 1);
	e->body_n = 0;
	return e->body ? OK : ERR_NOMEM;
}

static enum err take_body(struct pipe_end *e, struct span s, size_t *taken)
{
	size_t length = length_of(e), left = length - e->body_n, n = s.n < left ? s.n : left;
	struct graph_guid type;
	if (n)
		memcpy(e->body + e->body_n, s.p, n);
	e->body_n += n;
	*taken += n;
	if (e->body_n < length)
		return OK;
	memcpy(type.at, e->head + 4, sizeof(type.at));
	enum err bad = send_message(e->direct, &type, span_of(e->body, length));
	env_free(e->stream.ops->env, e->body);
	e->body = NULL;
	e->head_n = 0;
	return bad;
}

/* A message goes as soon as it is whole, as far as the link takes it. */
static enum err pipe_write(struct ops_stream *s, struct span octets, size_t *taken)
{
	struct pipe_end *e = end_of(s);
	if (!e->direct || e->direct->ended)
		return ERR_CLOSED;
	while (*taken < octets.n && e->direct->unsent < SENT) {
		struct span rest = span_of(octets.p + *taken, octets.n - *taken);
		enum err bad = e->body ? take_body(e, rest, taken) : take_head(e, rest, taken);
		if (!bad && e->body && length_of(e) == 0)
			bad = take_body(e, span_of(octets.p, 0), taken);
		if (bad)
			return bad;
	}
	return OK;
}

static void pipe_finish(struct ops_stream *s)
{
	struct pipe_end *e = end_of(s);
	e->finished = true;
	if (e->direct)
		close_link(e->direct);
}

/* A token that nobody came with leaves a connection that came in to whoever comes next. */
static void pipe_close(struct ops_stream *s)
{
	struct pipe_end *e = end_of(s);
	struct direct *d = e->direct;
	env_free(s->ops->env, e->body);
	if (!d)
		return;
	d->stream = NULL;
	if (!s->claimed && d->incoming && !d->ended)
		return;
	close_link(d);
	direct_free(d);
}

static const struct stream_kind kind_direct = {
	.size = sizeof(struct pipe_end),
	.read = pipe_read,
	.write = pipe_write,
	.finish = pipe_finish,
	.end = pipe_close,
};

/* Requests */

static enum err answer_direct(struct direct *d, const char *text, struct ops_call call)
{
	struct ops_direct out;
	struct ops_stream *s = ops_stream_new(d->ops, &kind_direct);
	if (!s)
		return ERR_NOMEM;
	end_of(s)->direct = d;
	d->stream = end_of(s);
	ops_clear(&ops_direct_type, &out);
	out.done = true;
	out.text = text;
	out.conn = d->conn;
	out.peer = d->peer;
	ops_set_node_id(out.node, d->far);
	ops_set_text(out.token, sizeof(out.token), s->token);
	out.socket = d->ops->stream_path;
	ops_answer_value(call, &ops_direct_type, &out);
	return OK;
}

static void answer_dry(const char *text, struct ops_call call)
{
	struct ops_direct out;
	ops_clear(&ops_direct_type, &out);
	out.text = text;
	ops_answer_value(call, &ops_direct_type, &out);
}

static void answer_open(struct graph_wish *w, const struct engine_result *r, bool dry)
{
	struct ops *o = w->asking.ops;
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	ops_graph_say(w, &t, dry);
	if (dry) {
		answer_dry(buffer, w->asking.call);
		return;
	}
	struct direct *d = find_or_make(o, w->number, w->id, r->conn);
	if (d && !d->stream && answer_direct(d, buffer, w->asking.call) == OK)
		return;
	if (d)
		close_link(d);
	ops_answer_error(w->asking.call, d ? ERR_FULL : ERR_NOMEM,
			 "the direct connection is closed again: there is no room for its stream",
			 "end other streams, then try again");
}

static enum err read_open(const struct ops_direct_open *r, struct graph_command *out,
			  struct ops_complaint *c)
{
	out->kind = GRAPH_CONN_OPEN;
	out->peer = span_str(r->peer);
	if (!r->peer[0] && !r->node[0] && !r->address[0])
		return ops_complain(c, ERR_MALFORMED,
				    "whom to connect to: a \"peer\", a \"node\" or an \"address\"",
				    "homestead peer list GRAPH");
	if (ops_read_node_id(r->node, &out->node) != OK)
		return ops_complain(c, ERR_MALFORMED, "a Node ID is 16 hexadecimal digits",
				    "homestead peer list GRAPH");
	return r->address[0] ? ops_read_remote(r->address, &out->remote, c) : OK;
}

enum err ops_run_direct_open(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct ops_complaint c;
	struct graphs_info g;
	ops_complaint_init(&c);
	if (!ops_graph_open(o, r, call, &g))
		return OK;
	struct graph_wish *w = ops_graph_wish(o, call, &g, 0);
	if (!w)
		return ERR_NOMEM;
	struct text t = TEXT_OF(w->object);
	const struct ops_direct_open *d = &r->direct_open;
	text_str(&t, "a direct connection to ");
	text_quoted(&t, span_str(d->peer[0] ? d->peer : d->node[0] ? d->node : d->address), 60);
	w->asking.ends = true;
	w->answer = answer_open;
	w->done = "is open";
	w->would = "would be opened";
	enum err e = read_open(d, &w->command.of, &c);
	return ops_graph_send(w, e, d->dry_run, &c);
}

static void answer_no_conn(const char *typed, struct ops_call call)
{
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	text_str(&t, "there is no direct connection ");
	text_quoted(&t, span_str(typed), OPS_NAME_MAX);
	ops_answer_error(call, ERR_NOT_FOUND, buffer, "homestead peer list GRAPH");
}

/* The connection that a path names, answered when there is none. */
static struct direct *named(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct graphs_info g;
	if (!ops_graph_open(o, r, call, &g))
		return NULL;
	LIST_EACH(node, tmp, &o->directs)
	{
		struct direct *d = LIST_ENTRY(node, struct direct, node);
		char number[24];
		struct text t = TEXT_OF(number);
		text_u64(&t, d->conn);
		if (d->graph == g.number && strcmp(number, r->name) == 0)
			return d;
	}
	answer_no_conn(r->name, call);
	return NULL;
}

enum err ops_run_direct_close(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct ops_change change = { true, "the direct connection is closed", 0 };
	struct direct *d = named(o, r, call);
	if (!d)
		return OK;
	if (r->write.dry_run) {
		change = (struct ops_change){ false, "the direct connection would be closed", 0 };
		ops_answer_value(call, &ops_change_type, &change);
		return OK;
	}
	close_link(d);
	if (!d->ended)
		return ERR_NOMEM;
	if (d->stream)
		wake(d);
	else
		direct_free(d);
	ops_answer_value(call, &ops_change_type, &change);
	return OK;
}

enum err ops_run_direct_stream(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct direct *d = named(o, r, call);
	if (!d)
		return OK;
	if (d->stream) {
		ops_answer_error(call, ERR_IN_USE, "another program has that connection",
				 "homestead peer list GRAPH");
		return OK;
	}
	if (!r->write.dry_run)
		return answer_direct(d, "the direct connection is taken", call);
	answer_dry("the direct connection would be taken", call);
	return OK;
}

enum err ops_run_direct_accept(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	bool refuse = r->direct_accept.refuse;
	struct graphs_info g;
	if (!ops_graph_open(o, r, call, &g))
		return OK;
	struct graph_wish *w = ops_graph_wish(o, call, &g, 0);
	if (!w)
		return ERR_NOMEM;
	w->command.of.kind = GRAPH_ACCEPT_DIRECT;
	w->command.of.paused = refuse;
	w->done = refuse ? "takes no direct connections" : "takes direct connections";
	w->would = refuse ? "would take no direct connections" : "would take direct connections";
	return ops_graph_send(w, OK, r->direct_accept.dry_run, NULL);
}
