/* Records too large for a request or an answer, over streams. */
#include "ops/stream_int.h"

#include "base/number.h"

/* Reading */

struct data {
	struct ops_stream stream; /* first */
	char id[OPS_GRAPH_ID_MAX + 1];
	struct graph_guid record;
	uint8_t *octets;
	size_t n, at;
};

static struct data *data_of(struct ops_stream *s)
{
	return (struct data *)(void *)s;
}

static enum err copy_payload(struct data *d, const struct graph *g)
{
	struct graph_record r;
	enum err e = graph_record_get(g, &d->record, &r);
	if (e)
		return e;
	if (!ops_stream_take_room(d->stream.ops, r.payload.n))
		return ERR_FULL;
	d->n = r.payload.n;
	d->octets = env_copy(d->stream.ops->env, r.payload.p, r.payload.n);
	return d->octets ? OK : ERR_NOMEM;
}

/* What is read is the record as it is now: a change in the midst does not tear it. */
static enum err data_begin(struct ops_stream *s, struct text *why)
{
	struct data *d = data_of(s);
	const struct graphs *all = node_graphs(engine_node(s->ops->engine));
	const struct graph *g = all ? graphs_find(all, span_str(d->id)) : NULL;
	enum err e = g ? copy_payload(d, g) : ERR_NOT_FOUND;
	if (e == ERR_FULL)
		text_str(why, "too many octets are on their way to programs; try again later");
	else if (e)
		text_str(why, "the record cannot be read any more");
	return e;
}

static enum err data_read(struct ops_stream *s, uint8_t *p, size_t size, size_t *n)
{
	struct data *d = data_of(s);
	size_t left = d->n - d->at;
	if (!left)
		return ERR_CLOSED;
	*n = left < size ? left : size;
	memcpy(p, d->octets + d->at, *n);
	d->at += *n;
	return OK;
}

static void data_end(struct ops_stream *s)
{
	struct data *d = data_of(s);
	ops_stream_give_room(s->ops, d->n);
	env_free(s->ops->env, d->octets);
}

static const struct stream_kind kind_data = {
	.size = sizeof(struct data),
	.begin = data_begin,
	.read = data_read,
	.end = data_end,
};

enum err ops_run_record_data(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	struct graphs_info g;
	if (!ops_graph_open(o, r, call, &g))
		return OK;
	const struct graph_entry *e = ops_record_find(g.graph, r->name, call);
	if (!e)
		return OK;
	if (r->write.dry_run) {
		ops_stream_answer_dry("the record's data would be read", call);
		return OK;
	}
	struct ops_stream *s = ops_stream_new(o, &kind_data);
	if (!s)
		return ERR_NOMEM;
	ops_set_text(data_of(s)->id, sizeof(data_of(s)->id), g.id);
	data_of(s)->record = e->place.id;
	ops_stream_answer(s, e->payload, call);
	return OK;
}

/* Writing */

struct upload {
	struct ops_stream stream; /* first */
	char id[OPS_GRAPH_ID_MAX + 1], peer[OPS_GRAPH_ID_MAX + 1];
	struct graph_command command; /* what it holds lies in mem */
	struct arena mem;
	uint8_t *octets;
	size_t n, size, room;
	uint64_t number; /* of the command; 0: not given */
	struct last_line line;
};

static struct upload *upload_of(struct ops_stream *s)
{
	return (struct upload *)(void *)s;
}

/* The answer goes to the end of the stream instead. */
static void answered(void *arg, const struct ops_answer *a)
{
	struct upload *u = arg;
	ops_line_answer(&u->line, a);
	ops_stream_wake(&u->stream);
}

static struct ops_call call_of(struct upload *u)
{
	return (struct ops_call){ .done = answered, .arg = u };
}

static void published(void *arg, const struct engine_result *r)
{
	struct upload *u = arg;
	bool change = u->command.kind == GRAPH_RECORD_UPDATE;
	u->number = 0;
	if (r->err)
		ops_graph_refused(call_of(u), "the record",
				  change ? "is not changed" : "is not published", r);
	else
		ops_record_answer(call_of(u), change ? &u->command.id : &r->id, r->version,
				  change ? "is changed" : "is published", false);
}

static enum err publish(struct upload *u)
{
	struct node_command c = { .kind = NODE_COMMAND_GRAPH };
	const struct engine_caller who = { NULL, published, u };
	c.graphs.kind = GRAPHS_OF;
	c.graphs.id = span_str(u->id);
	c.graphs.of = u->command;
	c.graphs.peer = span_str(u->peer);
	c.graphs.of.has_payload = true;
	c.graphs.of.payload = span_of(u->octets, u->n);
	return engine_ask(u->stream.ops->engine, &c, &who, &u->number);
}

#define UPLOAD_LEAST 65536

/* Grows with what comes: a size that is announced takes no memory by itself. */
static enum err make_room(struct upload *u, size_t n)
{
	size_t want = u->n + n, room = u->room ? u->room : UPLOAD_LEAST;
	while (room < want)
		room *= 2;
	if (room > u->size)
		room = u->size;
	if (room == u->room)
		return OK;
	if (!ops_stream_take_room(u->stream.ops, room - u->room))
		return ERR_FULL;
	uint8_t *p = env_resize(u->stream.ops->env, u->octets, room + 1);
	if (!p) {
		ops_stream_give_room(u->stream.ops, room - u->room);
		return ERR_NOMEM;
	}
	u->octets = p;
	u->room = room;
	return OK;
}

static enum err upload_write(struct ops_stream *s, struct span octets, size_t *taken)
{
	struct upload *u = upload_of(s);
	if (octets.n > u->size - u->n) {
		ops_answer_error(
			call_of(u), ERR_MALFORMED,
			"the record is not published: more octets came than were announced",
			"give the number that you send as \"size\"");
		return ERR_CLOSED;
	}
	enum err e = make_room(u, octets.n);
	if (e)
		return e;
	memcpy(u->octets + u->n, octets.p, octets.n);
	u->n += octets.n;
	*taken = octets.n;
	return OK;
}

static void upload_finish(struct ops_stream *s)
{
	struct upload *u = upload_of(s);
	if (u->number || u->line.there)
		return;
	if (u->n < u->size) {
		ops_answer_error(call_of(u), ERR_MALFORMED,
				 "the record is not published: fewer octets came than were "
				 "announced",
				 "send as many as \"size\" says, then shut down your side");
		return;
	}
	enum err e = publish(u);
	if (e)
		ops_answer_error(call_of(u), e, "the record is not published: out of memory",
				 "try again when the machine has memory");
}

static enum err upload_read(struct ops_stream *s, uint8_t *p, size_t size, size_t *n)
{
	return ops_line_read(&upload_of(s)->line, p, size, n);
}

static void upload_end(struct ops_stream *s)
{
	struct upload *u = upload_of(s);
	if (u->number)
		engine_forget(s->ops->engine, u->number);
	ops_line_fini(&u->line);
	ops_stream_give_room(s->ops, u->room);
	env_free(s->ops->env, u->octets);
	arena_free(&u->mem);
}

static const struct stream_kind kind_upload = {
	.size = sizeof(struct upload),
	.read = upload_read,
	.write = upload_write,
	.finish = upload_finish,
	.end = upload_end,
};

/* Spans of the command must outlive the request. */
static enum err keep(struct upload *u)
{
	struct graph_command *k = &u->command;
	void *p = arena_copy(&u->mem, k->attributes);
	if (!p && k->attributes.n)
		return ERR_NOMEM;
	k->attributes = span_of(p, k->attributes.n);
	return OK;
}

static enum err read_upload(struct upload *u, const struct ops_record_upload *r,
			    struct ops_complaint *c)
{
	const struct record_given given = { .type = r->record[0] ? "" : r->type,
					    .expires = r->expires,
					    .life = r->life,
					    .attributes = r->attributes,
					    .n_attributes = r->n_attributes,
					    .xml = r->xml,
					    .data = "",
					    .text = "",
					    .set = "" };
	if (r->size > GRAPH_RECORD_MAX)
		return ops_complain(c, ERR_RANGE, "a record has at most 62914560 octets", "");
	if (r->if_version > UINT32_MAX)
		return ops_complain(c, ERR_RANGE, "versions are below 2^32", "");
	if (!r->record[0] && !r->type[0])
		return ops_complain(c, ERR_MALFORMED,
				    "either the \"type\" of a new record, or which \"record\" is "
				    "changed",
				    "doc/api.md");
	u->size = (size_t)r->size;
	u->command.if_version = (uint32_t)r->if_version;
	u->command.kind = r->record[0] ? GRAPH_RECORD_UPDATE : GRAPH_RECORD_ADD;
	enum err e = ops_record_read(u->stream.ops, &given, &u->stream.ops->mem, &u->command, c);
	return e ? e : keep(u);
}

static struct upload *upload_new(struct ops *o, const struct graphs_info *g)
{
	struct ops_stream *s = ops_stream_new(o, &kind_upload);
	if (!s)
		return NULL;
	ops_set_text(upload_of(s)->id, sizeof(upload_of(s)->id), g->id);
	ops_set_text(upload_of(s)->peer, sizeof(upload_of(s)->peer), g->peer);
	arena_init(&upload_of(s)->mem, o->env, 1024);
	return upload_of(s);
}

enum err ops_run_record_upload(struct ops *o, const struct ops_request *r, struct ops_call call)
{
	const struct ops_record_upload *a = &r->record_upload;
	struct ops_complaint c;
	struct graphs_info g;
	ops_complaint_init(&c);
	if (!ops_graph_open(o, r, call, &g))
		return OK;
	const struct graph_entry *e = NULL;
	if (a->record[0] && !(e = ops_record_find(g.graph, a->record, call)))
		return OK;
	struct upload *u = upload_new(o, &g);
	if (!u)
		return ERR_NOMEM;
	if (e)
		u->command.id = e->place.id;
	enum err bad = read_upload(u, a, &c);
	if (!bad && !a->dry_run) {
		ops_stream_answer(&u->stream, a->size, call);
		return OK;
	}
	if (!bad)
		ops_stream_answer_dry("the record would be taken", call);
	else if (bad != ERR_NOMEM)
		ops_answer_error(call, bad, c.buffer, c.hint);
	ops_stream_close(&u->stream);
	return bad == ERR_NOMEM ? bad : OK;
}
