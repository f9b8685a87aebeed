/* Databases of graphs out and in, as one stream (graph/dump.h), a slice at a time. */
#include "ops/stream_int.h"

#include "graph/dump.h"

#define SLICE 16 /* records of one step */

static const struct graph *graph_of(struct ops *o, const char *id)
{
	const struct graphs *all = node_graphs(engine_node(o->engine));
	return all ? graphs_find(all, span_str(id)) : NULL;
}

/* Out */

struct out {
	struct ops_stream stream; /* first */
	char id[OPS_GRAPH_ID_MAX + 1];
	const struct graph *graph; /* whose database it is: gone when that is another */
	struct graph_dump *dump;
	struct span rest; /* of a step */
	bool done;
};

static struct out *out_of(struct ops_stream *s)
{
	return (struct out *)(void *)s;
}

static enum err out_begin(struct ops_stream *s, struct text *why)
{
	struct out *b = out_of(s);
	struct graph_info info;
	b->graph = graph_of(s->ops, b->id);
	if (!b->graph) {
		text_str(why, "the graph was closed meanwhile");
		return ERR_STATE;
	}
	graph_info(b->graph, s->expires, &info);
	const struct graph_dump_head head = { info.properties->profile, span_str(b->id),
					      span_str(info.properties->creator) };
	return graph_dump_new(&b->dump, &head, graph_database(b->graph), s->ops->crypto,
			      s->ops->env, info.time);
}

static enum err out_read(struct ops_stream *s, uint8_t *p, size_t size, size_t *n)
{
	struct out *b = out_of(s);
	while (*n < size) {
		if (!b->rest.n && b->done)
			return *n ? OK : ERR_CLOSED;
		if (graph_of(s->ops, b->id) != b->graph)
			return ERR_STATE;
		enum err e = b->rest.n ? OK : graph_dump_step(b->dump, SLICE, &b->rest, &b->done);
		if (e)
			return e;
		size_t take = b->rest.n < size - *n ? b->rest.n : size - *n;
		if (take)
			memcpy(p + *n, b->rest.p, take);
		b->rest = span_of(b->rest.p + take, b->rest.n - take);
		*n += take;
	}
	return OK;
}

static void out_end(struct ops_stream *s)
{
	graph_dump_free(out_of(s)->dump);
}

static const struct stream_kind kind_out = {
	.size = sizeof(struct out),
	.begin = out_begin,
	.read = out_read,
	.end = out_end,
};

enum err ops_run_graph_export(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct graphs_info g;
	if (!ops_graph_open(o, r, call, &g))
		return OK;
	if (r->write.dry_run) {
		ops_stream_answer_dry("the database would be written out", call);
		return OK;
	}
	struct ops_stream *s = ops_stream_new(o, &kind_out);
	if (!s)
		return ERR_NOMEM;
	ops_set_text(out_of(s)->id, sizeof(out_of(s)->id), g.id);
	ops_stream_answer(s, 0, call);
	return OK;
}

/* In */

#define PENDING_MAX 64	 /* records given to the core that it has not answered */
#define PIECE	    4096 /* octets taken apart at a time */

struct in {
	struct ops_stream stream; /* first */
	char id[OPS_GRAPH_ID_MAX + 1];
	struct graph_undump *undump;
	struct list pending;
	size_t n_pending;
	uint64_t taken, refused;
	bool whole, finished;
	struct last_line line;
};

struct pending {
	struct list node; /* in in.pending */
	struct in *in;	  /* NULL: gone */
	const struct env *env;
};

static struct in *in_of(struct ops_stream *s)
{
	return (struct in *)(void *)s;
}

static void in_answered(void *arg, const struct ops_answer *a)
{
	struct in *b = arg;
	ops_line_answer(&b->line, a);
	ops_stream_wake(&b->stream);
}

static void in_fail(struct in *b, enum err e, const char *why)
{
	const struct ops_call call = { .done = in_answered, .arg = b };
	if (!b->line.there)
		ops_answer_error(call, e, why,
				 "take an export of this graph: homestead graph export GRAPH FILE");
}

static void in_settle(struct in *b);

static void judged(void *arg, const struct engine_result *r)
{
	struct pending *p = arg;
	struct in *b = p->in;
	if (b) {
		list_take(&p->node);
		b->n_pending--;
		b->taken += !r->err;
		b->refused += r->err != OK;
		if (r->err == ERR_STATE)
			in_fail(b, r->err, r->text ? r->text : err_text(r->err));
		in_settle(b);
		ops_stream_wake(&b->stream);
	}
	env_free(p->env, p);
}

static enum err give(struct in *b, struct span record)
{
	struct node_command c = { .kind = NODE_COMMAND_GRAPH };
	struct pending *p = env_zalloc(b->stream.ops->env, 1, sizeof(*p));
	if (!p)
		return ERR_NOMEM;
	*p = (struct pending){ .in = b, .env = b->stream.ops->env };
	c.graphs.kind = GRAPHS_OF;
	c.graphs.id = span_str(b->id);
	c.graphs.of.kind = GRAPH_IMPORT;
	c.graphs.of.payload = record;
	list_push_back(&b->pending, &p->node);
	b->n_pending++;
	enum err e = engine_command(b->stream.ops->engine, &c, judged, p);
	if (!e)
		return OK;
	list_take(&p->node);
	b->n_pending--;
	env_free(b->stream.ops->env, p);
	return e;
}

/* What stands in the octets that are there, as much as the core takes. */
static enum err take_apart(struct in *b)
{
	struct graph_undump_out out;
	while (b->n_pending < PENDING_MAX) {
		enum err e = graph_undump_next(b->undump, &out);
		if (e || out.kind == GRAPH_UNDUMP_MORE)
			return e;
		if (out.kind == GRAPH_UNDUMP_END) {
			b->whole = true;
			return OK;
		}
		if (out.kind == GRAPH_UNDUMP_HEAD && !span_eq(out.head.graph, span_str(b->id)))
			return ERR_DENIED;
		if (out.kind == GRAPH_UNDUMP_RECORD)
			e = give(b, out.record);
		if (e)
			return e;
	}
	return OK;
}

static enum err fail_for(struct in *b, enum err e)
{
	const char *why = err_text(e);
	if (e == ERR_DENIED)
		why = "the database is of another graph";
	else if (e == ERR_MALFORMED)
		why = "that is no database of a graph";
	in_fail(b, e, why);
	return ERR_CLOSED;
}

/* All has come and all is answered: the line. The last octets may have waited for the core
 * to take what stands in them. */
static void in_settle(struct in *b)
{
	const struct ops_call call = { .done = in_answered, .arg = b };
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	if (!b->finished || b->line.there)
		return;
	enum err e = b->whole ? OK : take_apart(b);
	if (e)
		(void)fail_for(b, e);
	else if (!b->n_pending && !b->whole)
		in_fail(b, ERR_MALFORMED, "the database is cut short");
	if (b->n_pending || b->line.there)
		return;
	text_u64(&t, b->taken);
	text_str(&t, b->taken == 1 ? " record is taken over" : " records are taken over");
	const struct ops_import out = { buffer, b->taken, b->refused };
	ops_answer_value(call, &ops_import_type, &out);
}

/* What was taken before comes apart first, so that little of it waits in memory. */
static enum err in_write(struct ops_stream *s, struct span octets, size_t *taken)
{
	struct in *b = in_of(s);
	while (*taken < octets.n) {
		enum err e = b->line.there ? ERR_CLOSED : OK;
		if (!e && b->whole)
			e = ERR_MALFORMED; /* and something behind it */
		if (!e)
			e = take_apart(b);
		if (!e && b->n_pending >= PENDING_MAX)
			return OK;
		size_t left = octets.n - *taken, n = left < PIECE ? left : PIECE;
		if (!e)
			e = graph_undump_feed(b->undump, span_of(octets.p + *taken, n));
		if (e)
			return e == ERR_CLOSED ? e : fail_for(b, e);
		*taken += n;
	}
	enum err e = take_apart(b);
	return e ? fail_for(b, e) : OK;
}

static enum err in_read(struct ops_stream *s, uint8_t *p, size_t size, size_t *n)
{
	return ops_line_read(&in_of(s)->line, p, size, n);
}

static void in_finish(struct ops_stream *s)
{
	in_of(s)->finished = true;
	in_settle(in_of(s));
}

static void in_end(struct ops_stream *s)
{
	struct in *b = in_of(s);
	LIST_EACH(node, tmp, &b->pending)
	{
		struct pending *p = LIST_ENTRY(node, struct pending, node);
		list_take(&p->node);
		p->in = NULL;
	}
	graph_undump_free(b->undump);
	ops_line_fini(&b->line);
}

static const struct stream_kind kind_in = {
	.size = sizeof(struct in),
	.read = in_read,
	.write = in_write,
	.finish = in_finish,
	.end = in_end,
};

enum err ops_run_graph_import(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct graphs_info g;
	if (!ops_graph_open(o, r, call, &g))
		return OK;
	if (r->write.dry_run) {
		ops_stream_answer_dry("a database would be taken over", call);
		return OK;
	}
	struct ops_stream *s = ops_stream_new(o, &kind_in);
	if (!s)
		return ERR_NOMEM;
	struct in *b = in_of(s);
	list_init(&b->pending);
	ops_set_text(b->id, sizeof(b->id), g.id);
	enum err e = graph_undump_new(&b->undump, o->crypto, o->env, GRAPH_RECORD_MAX);
	if (e)
		ops_stream_close(s);
	else
		ops_stream_answer(s, 0, call);
	return e;
}
