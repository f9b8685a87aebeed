/* Traffic of graphs, for programs that take packets apart: as it comes and goes, made into a
 * pcapng file on its way to whoever asked. What is asked for while a link is up begins with a
 * whole frame. GRAPH-14.17 */
#include "ops/stream_int.h"

#include "node/pcapng.h"
#include "os/clock.h"

#define WAITING_MAX (16u << 20) /* octets that wait for the program: a slower one is ended */
#define LEAST	    65536

struct capture {
	struct ops_stream stream; /* first */
	struct list node;	  /* in ops.captures */
	struct map links;	  /* struct watched, by number */
	uint8_t *octets;
	size_t at, n, room;
	enum err why;  /* it goes on no longer */
	bool finished; /* the program has enough */
};

/* A link of which something was seen. */
struct watched {
	uint32_t number;
	bool heard; /* octets that came */
	struct pcapng_stream stream;
};

static struct capture *capture_of(struct ops_stream *s)
{
	return (struct capture *)(void *)s;
}

/* What it holds of the file */

static enum err grow(struct capture *c, size_t want)
{
	size_t room = c->room ? c->room : LEAST;
	while (room < want)
		room *= 2;
	if (want > WAITING_MAX || !ops_stream_take_room(c->stream.ops, room - c->room))
		return ERR_FULL;
	uint8_t *p = env_resize(c->stream.ops->env, c->octets, room);
	if (!p) {
		ops_stream_give_room(c->stream.ops, room - c->room);
		return ERR_NOMEM;
	}
	c->octets = p;
	c->room = room;
	return OK;
}

/* Room for `most` octets behind those that wait. */
static struct wr begin(struct capture *c, size_t most)
{
	if (c->at && most > c->room - c->n) {
		memmove(c->octets, c->octets + c->at, c->n - c->at);
		c->n -= c->at;
		c->at = 0;
	}
	if (most > c->room - c->n)
		c->why = grow(c, c->n + most);
	return c->why ? wr_of(NULL, 0) : wr_of(c->octets + c->n, most);
}

static void end(struct capture *c, const struct wr *w)
{
	c->n += w->n;
}

/* Links */

static struct watched *find(const struct capture *c, uint32_t link)
{
	return map_get(&c->links, span_of(&link, sizeof(link)));
}

static struct watched *add(struct capture *c, uint32_t link)
{
	struct addr local, remote;
	struct watched *l;
	if (engine_ends(c->stream.ops->engine, link, &local, &remote) != OK)
		return NULL;
	l = env_zalloc(c->stream.ops->env, 1, sizeof(*l));
	if (!l)
		return NULL;
	l->number = link;
	pcapng_start(&l->stream, &local, &remote);
	if (map_put(&c->links, span_of(&l->number, sizeof(l->number)), l) == OK)
		return l;
	env_free(c->stream.ops->env, l);
	return NULL;
}

static enum pcapng_way way_of(const struct engine_traffic *t)
{
	return t->out ? PCAPNG_OUT : PCAPNG_IN;
}

static void put_open(struct capture *c, struct watched *l, const struct engine_traffic *t)
{
	struct wr w = begin(c, PCAPNG_OPEN_MAX);
	pcapng_put_open(&w, &l->stream, way_of(t), os_wall_us());
	end(c, &w);
}

static void put_octets(struct capture *c, struct watched *l, enum pcapng_way way,
		       struct span octets)
{
	struct wr w = begin(c, pcapng_octets_max(octets.n));
	pcapng_put_octets(&w, &l->stream, way, os_wall_us(), octets);
	end(c, &w);
}

static void hear(struct capture *c, struct watched *l, const struct engine_traffic *t)
{
	if (!t->out && !l->heard) {
		l->heard = true;
		put_octets(c, l, PCAPNG_IN, t->unfinished);
	}
	put_octets(c, l, way_of(t), t->octets);
}

static void put_close(struct capture *c, struct watched *l, const struct engine_traffic *t)
{
	struct wr w = begin(c, PCAPNG_CLOSE_MAX);
	pcapng_put_close(&w, &l->stream, way_of(t), os_wall_us());
	end(c, &w);
	(void)map_take(&c->links, span_of(&l->number, sizeof(l->number)));
	env_free(c->stream.ops->env, l);
}

static void see(struct capture *c, const struct engine_traffic *t)
{
	struct watched *l = find(c, t->link);
	if (!l && t->graph && t->kind != ENGINE_TRAFFIC_CLOSE)
		l = add(c, t->link);
	if (!l || c->why || c->finished)
		return;
	if (t->kind == ENGINE_TRAFFIC_OPEN)
		put_open(c, l, t);
	else if (t->kind == ENGINE_TRAFFIC_OCTETS)
		hear(c, l, t);
	else
		put_close(c, l, t);
	ops_stream_wake(&c->stream);
}

static void on_traffic(void *arg, const struct engine_traffic *t)
{
	struct ops *o = arg;
	LIST_EACH(node, tmp, &o->captures)
	{
		see(LIST_ENTRY(node, struct capture, node), t);
	}
}

/* The stream */

static enum err capture_begin(struct ops_stream *s, struct text *why)
{
	struct capture *c = capture_of(s);
	struct ops *o = s->ops;
	struct wr w = begin(c, PCAPNG_HEAD_MAX);
	pcapng_put_head(&w);
	end(c, &w);
	if (c->why)
		return c->why;
	engine_tap(o->engine, on_traffic, o);
	list_push_back(&o->captures, &c->node);
	return OK;
}

static enum err capture_read(struct ops_stream *s, uint8_t *p, size_t size, size_t *n)
{
	struct capture *c = capture_of(s);
	size_t left = c->n - c->at;
	if (!left && c->why)
		return c->why;
	if (!left)
		return c->finished ? ERR_CLOSED : OK;
	*n = left < size ? left : size;
	memcpy(p, c->octets + c->at, *n);
	c->at += *n;
	if (c->at == c->n)
		c->at = c->n = 0;
	return OK;
}

static void capture_finish(struct ops_stream *s)
{
	capture_of(s)->finished = true;
}

static void capture_end(struct ops_stream *s)
{
	struct capture *c = capture_of(s);
	struct span key;
	size_t at = 0;
	void *l;
	if (c->node.next)
		list_take(&c->node);
	if (list_empty(&s->ops->captures))
		engine_tap(s->ops->engine, NULL, NULL);
	while (map_next(&c->links, &at, &key, &l))
		env_free(s->ops->env, l);
	map_free(&c->links);
	ops_stream_give_room(s->ops, c->room);
	env_free(s->ops->env, c->octets);
}

static const struct stream_kind kind_capture = {
	.size = sizeof(struct capture),
	.begin = capture_begin,
	.read = capture_read,
	.finish = capture_finish,
	.end = capture_end,
};

enum err ops_run_capture(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	if (strcmp(r->capture.part, "graph") != 0) {
		ops_answer_error(call, ERR_UNSUPPORTED, "only the traffic of graphs is captured",
				 "homestead capture graph FILE");
		return OK;
	}
	if (!node_graphs(engine_node(o->engine)))
		return ops_run_graph_off(o, r, call);
	if (r->capture.dry_run) {
		ops_stream_answer_dry("the traffic of all graphs would be captured", call);
		return OK;
	}
	struct ops_stream *s = ops_stream_new(o, &kind_capture);
	if (!s)
		return ERR_NOMEM;
	map_init(&capture_of(s)->links, o->env);
	ops_stream_answer(s, 0, call);
	return OK;
}
