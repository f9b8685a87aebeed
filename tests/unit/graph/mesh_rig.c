#include "mesh_rig.h"

#include <stdio.h>

#define WALL INT64_C(1700000000000000)

const struct graph_guid mesh_type = { { 0xaa, 0xbb, 0xcc, 0xdd, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
					12 } };

struct mesh_chunk {
	struct mesh_chunk *next;
	uint64_t after;
	bool drain, released, close;
	struct mono arrival;
	size_t n;
	uint8_t bytes[];
};

/* ---- birth and death ---- */

struct mesh *mesh_new(size_t n, uint64_t seed)
{
	struct mesh *m = calloc(1, sizeof(*m));
	assert_non_null(m);
	assert_true(n <= MESH_NODES);
	m->node = calloc(MESH_NODES, sizeof(*m->node));
	assert_non_null(m->node);
	m->n = n;
	m->now = (struct mono){ MESH_START };
	m->latency = MONO_MS;
	m->times = graph_times_default;
	m->limits = graph_limits_default;
	m->provider = graph_provider_open;
	snprintf(m->properties.id, sizeof(m->properties.id), "0.mesh");
	m->properties.scope = GRAPH_SCOPE_GLOBAL;
	m->properties.profile = CRYPTO_MODERN;
	m->properties.presence_max = GRAPH_PRESENCE_ALL;
	failing_env_init(&m->f, seed);
	assert_int_equal(crypto_new(&m->crypto, &m->f.env), OK);
	for (size_t i = 0; i < MESH_NODES; i++) {
		struct mesh_node *v = &m->node[i];
		failing_env_init(&v->f, seed * 1000 + i);
		assert_int_equal(store_mem_new(&v->mem, &v->f.env), OK);
		v->addr = (struct addr){ .family = ADDR_IPV4,
					 .ip = { 10, 0, 0, (uint8_t)(i + 1) },
					 .port = 3587 };
		snprintf(v->peer, sizeof(v->peer), "0.peer%zu", i);
		v->commit_at = MONO_NEVER;
		v->shared.next_link = 1;
		v->next_accepted = 2;
	}
	return m;
}

static void pipe_clear(struct mesh_pipe *p)
{
	while (p->first) {
		struct mesh_chunk *c = p->first;
		p->first = c->next;
		free(c);
	}
	p->last = NULL;
}

static void stream_free(struct mesh *m, struct mesh_stream *s)
{
	struct mesh_stream **at = &m->streams;
	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	pipe_clear(&s->way[0]);
	pipe_clear(&s->way[1]);
	free(s);
}

void mesh_free(struct mesh *m)
{
	while (m->streams)
		stream_free(m, m->streams);
	for (size_t i = 0; i < MESH_NODES; i++) {
		struct mesh_node *v = &m->node[i];
		v->f.fail_at = 0;
		graph_free(v->g);
		assert_int_equal(v->shared.memory, 0);
		assert_int_equal(v->shared.connections, 0);
		store_mem_free(v->mem);
		free(v->replies);
		failing_env_assert_clean(&v->f);
	}
	crypto_free(m->crypto);
	failing_env_assert_clean(&m->f);
	free(m->node);
	free(m);
}

/* ---- what a graph wants done ---- */

static struct mesh_stream *stream_of(struct mesh *m, size_t i, uint32_t link, size_t *side)
{
	for (struct mesh_stream *s = m->streams; s; s = s->next)
		for (size_t k = 0; k < 2; k++)
			if (s->node[k] == i && s->link[k] == link) {
				*side = k;
				return s;
			}
	return NULL;
}

static bool is_cut(const struct mesh *m, size_t i, size_t j)
{
	return i < j ? m->cut[i][j] : m->cut[j][i];
}

static size_t node_at(const struct mesh *m, const struct addr *a)
{
	for (size_t i = 0; i < m->n; i++)
		if (addr_eq(&m->node[i].addr, a))
			return i;
	return MESH_NODES;
}

static void dial(struct mesh *m, size_t i, const struct graph_out *o)
{
	struct mesh_stream *s = calloc(1, sizeof(*s));
	assert_non_null(s);
	assert_int_equal(o->link % 2, 1);
	s->node[0] = i;
	s->node[1] = node_at(m, &o->remote);
	s->link[0] = o->link;
	s->at = mono_add(m->now, m->latency);
	s->end_at[0] = s->end_at[1] = MONO_NEVER;
	s->next = m->streams;
	m->streams = s;
}

static void put(struct mesh *m, struct mesh_pipe *p, const struct graph_out *o)
{
	struct mesh_chunk *c = calloc(1, sizeof(*c) + o->bytes.n);
	assert_non_null(c);
	if (o->bytes.n)
		memcpy(c->bytes, o->bytes.p, o->bytes.n);
	c->n = o->bytes.n;
	c->after = o->after;
	c->drain = o->drain;
	c->close = o->kind == GRAPH_OUT_CLOSE;
	if (p->last)
		p->last->next = c;
	else
		p->first = c;
	p->last = c;
	p->octets += o->bytes.n;
}

static void send_or_close(struct mesh *m, size_t i, const struct graph_out *o)
{
	size_t side;
	struct mesh_stream *s = stream_of(m, i, o->link, &side);
	if (o->kind == GRAPH_OUT_SEND) {
		assert_non_null(s);
		assert_true(s->up && o->bytes.n > 0);
		m->node[i].sends++;
		if (m->on_send)
			m->on_send(m->arg, i, s->node[1 - side], o->bytes);
	}
	if (!s)
		return;
	if (s->up)
		put(m, &s->way[side], o);
	if (o->kind == GRAPH_OUT_CLOSE)
		s->link[side] = 0;
}

static void keep_reply(struct mesh_node *v, const struct graph_out *o)
{
	v->replies = realloc(v->replies, (v->n_replies + 1) * sizeof(*v->replies));
	assert_non_null(v->replies);
	for (size_t i = 0; i < v->n_replies; i++)
		assert_true(v->replies[i].number != o->number);
	v->replies[v->n_replies++] = (struct mesh_reply){ .number = o->number,
							  .after = o->after,
							  .conn = o->conn,
							  .err = o->err,
							  .type = o->type,
							  .version = o->version,
							  .elapsed = o->elapsed,
							  .text = o->text };
}

static void keep_data(struct mesh_node *v, const struct graph_out *o)
{
	size_t n = o->bytes.n < sizeof(v->data) ? o->bytes.n : sizeof(v->data);
	if (n)
		memcpy(v->data, o->bytes.p, n);
	v->data_n++;
	v->data_octets += o->bytes.n;
	v->data_type = o->type;
}

static void keep_event(struct mesh *m, size_t i, const struct graph_event *e)
{
	struct mesh_node *v = &m->node[i];
	v->events[e->kind]++;
	v->last[e->kind] = *e;
	if (m->on_event)
		m->on_event(m->arg, i, e);
}

static void perform(struct mesh *m, size_t i, const struct graph_out *o)
{
	switch (o->kind) {
	case GRAPH_OUT_DIAL:
		dial(m, i, o);
		break;
	case GRAPH_OUT_SEND:
	case GRAPH_OUT_CLOSE:
		send_or_close(m, i, o);
		break;
	case GRAPH_OUT_EVENT:
		keep_event(m, i, o->event);
		break;
	case GRAPH_OUT_REPLY:
		keep_reply(&m->node[i], o);
		break;
	case GRAPH_OUT_DATA:
		keep_data(&m->node[i], o);
		break;
	}
}

static void plan_commit(struct mesh *m, struct mesh_node *v)
{
	if (mono_is_never(v->commit_at) && store_mem_seal(v->mem))
		v->commit_at = mono_add(m->now, v->commit_us);
}

static void check(struct mesh *m, size_t i)
{
	struct graph_info info;
	graph_info(m->node[i].g, m->now, &info);
	assert_true(info.neighbors <= GRAPH_NEIGHBORS_MAX);
	if (m->node[i].shared.memory_max)
		assert_true(m->node[i].shared.memory <= m->node[i].shared.memory_max);
}

void mesh_drain(struct mesh *m, size_t i)
{
	struct mesh_node *v = &m->node[i];
	struct graph_out o;
	if (!v->g)
		return;
	while (graph_poll(v->g, &o))
		perform(m, i, &o);
	plan_commit(m, v);
	check(m, i);
}

/* ---- time ---- */

/* What may leave, in order: not before it is stored. */
static void release(struct mesh *m, struct mesh_stream *s, size_t side)
{
	struct mesh_pipe *p = &s->way[side];
	uint64_t committed = store_mem_committed(m->node[s->node[side]].mem);
	for (struct mesh_chunk *c = p->first; c; c = c->next) {
		if (c->released)
			continue;
		if (c->after > committed)
			return;
		c->released = true;
		struct mono at = mono_add(m->now, m->latency);
		if (p->delay)
			at = mono_add(p->busy.us > m->now.us ? p->busy : m->now,
				      m->latency + p->delay);
		c->arrival = at.us > p->busy.us ? at : p->busy;
		p->busy = c->arrival;
	}
}

static struct mono stream_next(struct mesh *m, struct mesh_stream *s)
{
	struct mono t = s->asked ? MONO_NEVER : s->at;
	for (size_t side = 0; side < 2; side++) {
		const struct mesh_pipe *p = &s->way[side];
		release(m, s, side);
		if (p->first && p->first->released && !p->stalled)
			t = mono_min(t, p->first->arrival);
		t = mono_min(t, s->end_at[side]);
	}
	return t;
}

static void end_later(struct mesh *m, struct mesh_stream *s, size_t side, enum err why)
{
	if (s->link[side] && mono_is_never(s->end_at[side])) {
		s->end_at[side] = mono_add(m->now, m->latency);
		s->end[side] = why;
	}
}

static void answer_dial(struct mesh *m, struct mesh_stream *s)
{
	size_t a = s->node[0], b = s->node[1];
	s->asked = true;
	if (b >= m->n || !m->node[b].g || is_cut(m, a, b) || !s->link[0]) {
		end_later(m, s, 0, ERR_REFUSED);
		return;
	}
	struct addr from = m->node[a].addr;
	from.port = (uint16_t)(40000 + s->link[0] % 20000);
	s->link[1] = m->node[b].next_accepted;
	m->node[b].next_accepted += 2;
	if (graph_accepted(m->node[b].g, s->link[1], &m->node[b].addr, &from, m->now) != OK) {
		s->link[1] = 0;
		end_later(m, s, 0, ERR_RESET);
		return;
	}
	s->up = true;
	mesh_drain(m, b);
	if (graph_up(m->node[a].g, s->link[0], &from, &m->node[b].addr, m->now) != OK)
		end_later(m, s, 1, ERR_RESET);
	mesh_drain(m, a);
}

static void deliver(struct mesh *m, struct mesh_stream *s, size_t side)
{
	struct mesh_pipe *p = &s->way[side];
	struct mesh_chunk *c = p->first;
	size_t from = s->node[side], to = s->node[1 - side];
	p->first = c->next;
	if (!p->first)
		p->last = NULL;
	if (c->close) {
		end_later(m, s, 1 - side, ERR_CLOSED);
	} else if (s->link[1 - side] && m->node[to].g) {
		/* An OOM on the way in ends the link, as the owner would. */
		if (graph_input(m->node[to].g, s->link[1 - side], span_of(c->bytes, c->n),
				m->now) != OK)
			end_later(m, s, 1 - side, ERR_NOMEM);
		mesh_drain(m, to);
	}
	if (c->drain && s->link[side] && m->node[from].g) {
		graph_drained(m->node[from].g, s->link[side], m->now);
		mesh_drain(m, from);
	}
	free(c);
}

static void tell_end(struct mesh *m, struct mesh_stream *s, size_t side)
{
	size_t i = s->node[side];
	uint32_t link = s->link[side];
	s->end_at[side] = MONO_NEVER;
	s->link[side] = 0;
	end_later(m, s, 1 - side, ERR_CLOSED);
	if (!link || !m->node[i].g)
		return;
	graph_down(m->node[i].g, link, s->end[side], m->now);
	mesh_drain(m, i);
}

/* True: something was done. */
static bool stream_due(struct mesh *m, struct mesh_stream *s)
{
	if (!s->asked && mono_reached(s->at, m->now)) {
		answer_dial(m, s);
		return true;
	}
	for (size_t side = 0; side < 2; side++) {
		struct mesh_pipe *p = &s->way[side];
		if (p->first && p->first->released && !p->stalled &&
		    mono_reached(p->first->arrival, m->now)) {
			deliver(m, s, side);
			return true;
		}
		if (mono_reached(s->end_at[side], m->now)) {
			tell_end(m, s, side);
			return true;
		}
	}
	return false;
}

bool mesh_move(struct mesh *m, struct mesh_stream *s)
{
	if (!s->asked) {
		answer_dial(m, s);
		return true;
	}
	for (size_t side = 0; side < 2; side++) {
		release(m, s, side);
		if (s->way[side].first && s->way[side].first->released) {
			deliver(m, s, side);
			return true;
		}
	}
	for (size_t side = 0; side < 2; side++)
		if (!mono_is_never(s->end_at[side])) {
			tell_end(m, s, side);
			return true;
		}
	return false;
}

static bool over(const struct mesh_stream *s)
{
	return s->asked && !s->link[0] && !s->link[1] && !s->way[0].first && !s->way[1].first;
}

/* Who waits for a put that is undone is answered with the error, as an engine does. */
static void fail_replies(struct mesh_node *v, uint64_t first)
{
	for (size_t k = 0; first && k < v->n_replies; k++)
		if (v->replies[k].after >= first) {
			v->replies[k].err = ERR_IO;
			v->replies[k].after = 0;
		}
}

static void commit(struct mesh *m, size_t i)
{
	struct mesh_node *v = &m->node[i];
	v->commit_at = MONO_NEVER;
	if (v->fail_commit) {
		v->fail_commit = false;
		uint64_t first = store_mem_fail(v->mem);
		fail_replies(v, first);
		if (v->g && first)
			graph_store_failed(v->g, first, ERR_IO, m->now);
	} else {
		assert_true(store_mem_commit(v->mem));
	}
	if (v->g)
		mesh_drain(m, i);
	else
		plan_commit(m, v);
}

static struct mono next_time(struct mesh *m)
{
	struct mono t = MONO_NEVER;
	for (size_t i = 0; i < m->n; i++) {
		t = mono_min(t, m->node[i].commit_at);
		if (m->node[i].g)
			t = mono_min(t, graph_deadline(m->node[i].g));
	}
	for (struct mesh_stream *s = m->streams; s; s = s->next)
		t = mono_min(t, stream_next(m, s));
	return t;
}

static bool node_due(struct mesh *m, size_t i)
{
	struct mesh_node *v = &m->node[i];
	if (mono_reached(v->commit_at, m->now)) {
		commit(m, i);
		return true;
	}
	if (!v->g || !mono_reached(graph_deadline(v->g), m->now))
		return false;
	graph_tick(v->g, m->now);
	mesh_drain(m, i);
	return true;
}

bool mesh_step(struct mesh *m, struct mono until)
{
	struct mono t = next_time(m);
	if (t.us > until.us) {
		m->now = until;
		return false;
	}
	if (t.us > m->now.us)
		m->now = t;
	for (size_t i = 0; i < m->n; i++)
		if (node_due(m, i))
			return true;
	for (struct mesh_stream *s = m->streams; s; s = s->next) {
		if (!stream_due(m, s))
			continue;
		if (over(s))
			stream_free(m, s);
		return true;
	}
	return true;
}

void mesh_run(struct mesh *m, int64_t us)
{
	struct mono until = mono_add(m->now, us);
	while (mesh_step(m, until))
		;
}

bool mesh_until(struct mesh *m, bool (*holds)(struct mesh *m), int64_t us)
{
	struct mono end = mono_add(m->now, us);
	/* Looked at each 50 ms: a look costs more than a step. */
	while (!holds(m)) {
		if (m->now.us >= end.us)
			return false;
		mesh_run(m, 50 * MONO_MS);
	}
	return true;
}

/* ---- nodes ---- */

static void begin(struct mesh *m, size_t i, bool create)
{
	struct mesh_node *v = &m->node[i];
	struct graph_birth *b = calloc(1, sizeof(*b));
	char room[128];
	struct text why = TEXT_OF(room);
	assert_non_null(b);
	*b = m->extra;
	b->create = create;
	b->properties = m->properties;
	if (create)
		snprintf(b->properties.creator, sizeof(b->properties.creator), "%s", v->peer);
	snprintf(b->peer, sizeof(b->peer), "%s", v->peer);
	b->number = 1;
	b->provider = m->provider;
	b->times = m->times;
	b->limits = m->limits;
	v->shared.env = &v->f.env;
	v->shared.crypto = m->crypto;
	v->shared.store = store_mem_store(v->mem);
	if (!v->shared.next_row)
		v->shared.next_row = 1;
	const struct wall wall = { WALL + m->now.us + v->skew, true };
	assert_int_equal(graph_new(&v->g, b, &v->shared, m->now, wall, &why), OK);
	free(b);
	struct graph_info info = mesh_info(m, i);
	while (!info.loaded) {
		mesh_step(m, mono_add(m->now, MONO_SEC));
		info = mesh_info(m, i);
	}
}

void mesh_create(struct mesh *m, size_t i)
{
	begin(m, i, true);
	assert_int_equal(mesh_listen(m, i), OK);
}

void mesh_open(struct mesh *m, size_t i)
{
	begin(m, i, false);
}

enum err mesh_listen(struct mesh *m, size_t i)
{
	enum err e = graph_listen(m->node[i].g, &m->node[i].addr, 1, m->now);
	mesh_drain(m, i);
	return e;
}

uint64_t mesh_command(struct mesh *m, size_t i, const struct graph_command *c)
{
	struct mesh_node *v = &m->node[i];
	uint64_t number = ++v->number;
	assert_int_equal(graph_command(v->g, c, number, m->now), OK);
	mesh_drain(m, i);
	return number;
}

uint64_t mesh_connect(struct mesh *m, size_t i, size_t j)
{
	const struct graph_command c = { .kind = GRAPH_CONNECT_TO, .remote = m->node[j].addr };
	return mesh_command(m, i, &c);
}

void mesh_join(struct mesh *m, size_t i, size_t j)
{
	struct mono end = mono_add(m->now, 60 * MONO_SEC);
	mesh_open(m, i);
	mesh_connect(m, i, j);
	while (!mesh_info(m, i).synchronised) {
		assert_true(m->now.us < end.us);
		mesh_run(m, 10 * MONO_MS);
	}
	assert_int_equal(mesh_listen(m, i), OK);
}

void mesh_join_all(struct mesh *m)
{
	mesh_create(m, 0);
	for (size_t i = 1; i < m->n; i++) {
		mesh_join(m, i, (size_t)(failing_env_next(&m->f) % i));
		mesh_run(m, MONO_SEC);
	}
}

struct graph_guid mesh_add(struct mesh *m, size_t i, const char *payload, int64_t life)
{
	const struct graph_command c = {
		.kind = GRAPH_RECORD_ADD,
		.type = mesh_type,
		.payload = span_str(payload),
		.has_payload = true,
		.expires = WALL + m->now.us + life * MONO_SEC,
	};
	uint64_t number = mesh_command(m, i, &c);
	const struct mesh_reply *r;
	while (!(r = mesh_reply(m, i, number)))
		mesh_run(m, MONO_MS);
	assert_int_equal(r->err, OK);
	return r->type;
}

/* ---- troubles ---- */

static void end_between(struct mesh *m, size_t i, size_t j)
{
	for (struct mesh_stream *s = m->streams; s; s = s->next) {
		bool it = (s->node[0] == i && s->node[1] == j) ||
			  (s->node[0] == j && s->node[1] == i);
		if (!it)
			continue;
		pipe_clear(&s->way[0]);
		pipe_clear(&s->way[1]);
		if (!s->asked)
			continue;
		end_later(m, s, 0, ERR_RESET);
		end_later(m, s, 1, ERR_RESET);
	}
}

void mesh_cut(struct mesh *m, size_t i, size_t j)
{
	m->cut[i < j ? i : j][i < j ? j : i] = true;
	end_between(m, i, j);
}

void mesh_heal(struct mesh *m, size_t i, size_t j)
{
	m->cut[i < j ? i : j][i < j ? j : i] = false;
}

static struct mesh_pipe *pipe_from(struct mesh *m, size_t i, size_t j)
{
	struct mesh_stream *s = mesh_stream(m, i, j);
	assert_non_null(s);
	return &s->way[s->node[0] == i ? 0 : 1];
}

void mesh_slow(struct mesh *m, size_t i, size_t j, int64_t delay)
{
	pipe_from(m, i, j)->delay = delay;
}

void mesh_stall(struct mesh *m, size_t i, size_t j, bool stalled)
{
	pipe_from(m, i, j)->stalled = stalled;
}

static void end_all_of(struct mesh *m, size_t i)
{
	for (struct mesh_stream *s = m->streams; s; s = s->next)
		for (size_t side = 0; side < 2; side++) {
			if (s->node[side] != i)
				continue;
			s->link[side] = 0;
			pipe_clear(&s->way[0]);
			pipe_clear(&s->way[1]);
			end_later(m, s, 1 - side, ERR_RESET);
		}
}

void mesh_kill(struct mesh *m, size_t i)
{
	struct mesh_node *v = &m->node[i];
	graph_free(v->g);
	v->g = NULL;
	v->commit_at = MONO_NEVER;
	store_mem_crash(v->mem);
	end_all_of(m, i);
}

void mesh_stop(struct mesh *m, size_t i)
{
	struct mesh_node *v = &m->node[i];
	struct mono end = mono_add(m->now, 30 * MONO_SEC);
	graph_stop(v->g, m->now);
	mesh_drain(m, i);
	while (graph_busy(v->g)) {
		assert_true(m->now.us < end.us);
		mesh_step(m, end);
	}
	graph_free(v->g);
	v->g = NULL;
}
