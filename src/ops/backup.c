/* Databases of graphs out and in: a head with Graph ID and Peer ID, each record with its
 * length before it as it lies in the store, a zero, and how many they were. What one finds on
 * the way is never held in memory as a whole. */
#include "ops/stream_int.h"

#include "wire/rd.h"
#include "wire/wr.h"

static const char magic[] = "homestead graph database 1\n";
#define MAGIC	 (sizeof(magic) - 1)
#define HEAD_MAX (MAGIC + 4 + 2 * OPS_GRAPH_ID_MAX)
#define TAIL	 12 /* a zero, and the count */

/* Out */

struct out {
	struct ops_stream stream; /* first */
	char id[OPS_GRAPH_ID_MAX + 1];
	struct graph_place after;
	bool begun, done;
	uint64_t records;
	uint8_t *octets; /* what is being given out: n of them, from `at` */
	size_t n, at, room;
};

static struct out *out_of(struct ops_stream *s)
{
	return (struct out *)(void *)s;
}

static enum err have_room(struct out *b, size_t n)
{
	struct ops *o = b->stream.ops;
	if (n <= b->room)
		return OK;
	if (!ops_stream_take_room(o, n - b->room))
		return ERR_FULL;
	uint8_t *p = env_resize(o->env, b->octets, n);
	if (!p) {
		ops_stream_give_room(o, n - b->room);
		return ERR_NOMEM;
	}
	b->octets = p;
	b->room = n;
	return OK;
}

static void put_name(struct wr *w, const char *s)
{
	wr_u16(w, (uint16_t)strlen(s));
	wr_bytes(w, span_str(s));
}

static enum err put_head(struct out *b, const struct graph_info *info)
{
	enum err e = have_room(b, HEAD_MAX);
	if (e)
		return e;
	struct wr w = wr_of(b->octets, b->room);
	wr_bytes(&w, span_of(magic, MAGIC));
	put_name(&w, b->id);
	put_name(&w, info->peer);
	b->n = w.n;
	return OK;
}

static enum err put_tail(struct out *b)
{
	enum err e = have_room(b, TAIL);
	if (e)
		return e;
	struct wr w = wr_of(b->octets, b->room);
	wr_u32(&w, 0);
	wr_u64(&w, b->records);
	b->n = w.n;
	b->done = true;
	return OK;
}

/* Who is here, and who speaks for the graph, means nothing later. */
static bool lasts(const struct graph_db *db, const struct graph_entry *e)
{
	const struct graph_guid *type = graph_db_type(db, e->type);
	return !graph_guid_eq(type, &graph_type_signature) &&
	       !graph_guid_eq(type, &graph_type_contact) &&
	       !graph_guid_eq(type, &graph_type_presence);
}

#define PASSED 1024 /* entries of others that are passed over in one go */

static enum err put_record(struct out *b, const struct graph_db *db)
{
	struct span octets;
	size_t passed = 0;
	const struct graph_entry *e = graph_db_after(db, b->begun ? &b->after : NULL);
	while (e && !lasts(db, e) && passed++ < PASSED)
		e = graph_db_next(db, e);
	if (!e)
		return put_tail(b);
	b->begun = true;
	b->after = e->place;
	if (!lasts(db, e))
		return OK;
	enum err bad = graph_db_octets(db, e, &octets);
	if (!bad)
		bad = have_room(b, octets.n + 4);
	if (bad)
		return bad;
	struct wr w = wr_of(b->octets, b->room);
	wr_u32(&w, (uint32_t)octets.n);
	wr_bytes(&w, octets);
	b->n = w.n;
	b->records++;
	return OK;
}

static const struct graph *graph_of(struct ops *o, const char *id)
{
	const struct graphs *all = node_graphs(engine_node(o->engine));
	return all ? graphs_find(all, span_str(id)) : NULL;
}

static enum err out_begin(struct ops_stream *s, struct text *why)
{
	struct out *b = out_of(s);
	const struct graph *g = graph_of(s->ops, b->id);
	struct graph_info info;
	if (!g) {
		text_str(why, "the graph was closed meanwhile");
		return ERR_STATE;
	}
	graph_info(g, s->expires, &info);
	enum err e = put_head(b, &info);
	if (e)
		text_str(why, err_text(e));
	return e;
}

static enum err refill(struct out *b)
{
	const struct graph *g = graph_of(b->stream.ops, b->id);
	b->n = b->at = 0;
	if (b->done)
		return ERR_CLOSED;
	return g ? put_record(b, graph_database(g)) : ERR_STATE;
}

static enum err out_read(struct ops_stream *s, uint8_t *p, size_t size, size_t *n)
{
	struct out *b = out_of(s);
	while (*n < size) {
		enum err e = b->at == b->n ? refill(b) : OK;
		if (e)
			return *n ? OK : e;
		size_t left = b->n - b->at, take = left < size - *n ? left : size - *n;
		memcpy(p + *n, b->octets + b->at, take);
		b->at += take;
		*n += take;
	}
	return OK;
}

static void out_end(struct ops_stream *s)
{
	struct out *b = out_of(s);
	ops_stream_give_room(s->ops, b->room);
	env_free(s->ops->env, b->octets);
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

#define PENDING_MAX 64 /* records given to the core that it has not answered */

/* What is read next. */
enum in_state {
	IN_MAGIC,
	IN_ID_LENGTH,
	IN_ID,
	IN_PEER_LENGTH,
	IN_PEER,
	IN_LENGTH,
	IN_RECORD,
	IN_COUNT,
	IN_DONE
};

struct in {
	struct ops_stream stream; /* first */
	char id[OPS_GRAPH_ID_MAX + 1], peer[OPS_GRAPH_ID_MAX + 1];
	enum in_state state;
	uint8_t small[OPS_GRAPH_ID_MAX + 1];
	uint8_t *large; /* a record that came in pieces */
	size_t n, want;
	struct list pending;
	size_t n_pending;
	uint64_t came, taken, refused;
	bool finished;
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
				 "take an export of this graph, made by the same "
				 "Peer ID: homestead graph export");
}

/* All has come and all is answered: the line. */
static void in_settle(struct in *b)
{
	const struct ops_call call = { .done = in_answered, .arg = b };
	char buffer[OPS_MESSAGE_MAX + 1];
	struct text t = TEXT_OF(buffer);
	if (!b->finished || b->n_pending || b->line.there)
		return;
	if (b->state != IN_DONE) {
		in_fail(b, ERR_MALFORMED, "the database is cut short");
		return;
	}
	text_u64(&t, b->taken);
	text_str(&t, " records are taken over");
	const struct ops_import out = { buffer, b->taken, b->refused };
	ops_answer_value(call, &ops_import_type, &out);
}

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
	b->came++;
	enum err e = engine_command(b->stream.ops->engine, &c, judged, p);
	if (!e)
		return OK;
	list_take(&p->node);
	b->n_pending--;
	env_free(b->stream.ops->env, p);
	return e;
}

static void expect(struct in *b, enum in_state state, size_t want)
{
	b->state = state;
	b->want = want;
	b->n = 0;
}

static void drop_large(struct in *b)
{
	if (b->large)
		ops_stream_give_room(b->stream.ops, b->want);
	env_free(b->stream.ops->env, b->large);
	b->large = NULL;
}

static enum err expect_name(struct in *b, enum in_state state, struct rd *r)
{
	size_t n = rd_u16(r);
	if (!n || n > OPS_GRAPH_ID_MAX)
		return ERR_MALFORMED;
	expect(b, state, n);
	return OK;
}

static enum err expect_record(struct in *b, struct rd *r)
{
	size_t n = rd_u32(r);
	if (!n) {
		expect(b, IN_COUNT, 8);
		return OK;
	}
	if (n < GRAPH_RECORD_FIXED || n > GRAPH_RECORD_MAX + GRAPH_RECORD_MIN * 64)
		return ERR_MALFORMED;
	if (!ops_stream_take_room(b->stream.ops, n))
		return ERR_FULL;
	b->large = env_resize(b->stream.ops->env, NULL, n);
	expect(b, IN_RECORD, n);
	if (b->large)
		return OK;
	ops_stream_give_room(b->stream.ops, n);
	return ERR_NOMEM;
}

/* The piece that was waited for is whole. */
static enum err next(struct in *b)
{
	struct rd r = rd_of(span_of(b->small, b->n));
	enum err e;
	switch (b->state) {
	case IN_MAGIC:
		expect(b, IN_ID_LENGTH, 2);
		return memcmp(b->small, magic, MAGIC) == 0 ? OK : ERR_MALFORMED;
	case IN_ID_LENGTH:
		return expect_name(b, IN_ID, &r);
	case IN_ID:
		e = span_eq(span_of(b->small, b->n), span_str(b->id)) ? OK : ERR_DENIED;
		expect(b, IN_PEER_LENGTH, 2);
		return e;
	case IN_PEER_LENGTH:
		return expect_name(b, IN_PEER, &r);
	case IN_PEER:
		e = span_eq(span_of(b->small, b->n), span_str(b->peer)) ? OK : ERR_DENIED;
		expect(b, IN_LENGTH, 4);
		return e;
	case IN_LENGTH:
		return expect_record(b, &r);
	case IN_RECORD:
		e = give(b, span_of(b->large, b->n));
		drop_large(b);
		expect(b, IN_LENGTH, 4);
		return e;
	case IN_COUNT:
		expect(b, IN_DONE, 0);
		return rd_u64(&r) == b->came ? OK : ERR_MALFORMED;
	case IN_DONE:
		break;
	}
	return ERR_MALFORMED;
}

static enum err in_write(struct ops_stream *s, struct span octets, size_t *taken)
{
	struct in *b = in_of(s);
	while (*taken < octets.n && b->n_pending < PENDING_MAX) {
		size_t left = b->want - b->n, have = octets.n - *taken;
		size_t n = left < have ? left : have;
		if (b->state == IN_DONE || b->line.there)
			return b->line.there ? ERR_CLOSED : ERR_MALFORMED;
		memcpy((b->large ? b->large : b->small) + b->n, octets.p + *taken, n);
		b->n += n;
		*taken += n;
		enum err e = b->n == b->want ? next(b) : OK;
		if (e == ERR_DENIED)
			in_fail(b, e, "the database is of another graph, or of another Peer ID");
		else if (e)
			in_fail(b, e,
				e == ERR_MALFORMED ? "that is no database of a graph"
						   : err_text(e));
		if (e)
			return ERR_CLOSED;
	}
	return OK;
}

static void in_finish(struct ops_stream *s)
{
	in_of(s)->finished = true;
	in_settle(in_of(s));
}

static enum err in_read(struct ops_stream *s, uint8_t *p, size_t size, size_t *n)
{
	return ops_line_read(&in_of(s)->line, p, size, n);
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
	drop_large(b);
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
	ops_set_text(b->peer, sizeof(b->peer), g.peer);
	expect(b, IN_MAGIC, MAGIC);
	ops_stream_answer(s, 0, call);
	return OK;
}
