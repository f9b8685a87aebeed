#include "graph/record.h"
#include "graph/wire.h"
#include "sim/book.h"
#include "wire/rd.h"

/* SIM-12.6 (D8): a change that a node makes of a record is in the store before anybody
 * hears of it. Rows of records are noted as they are put, by whom, and what tells of them
 * - FLOODs, answers, events - is held against them as it comes out, whether or not
 * something else makes it wait. Graph Info and Signature, whose identifiers are the same
 * in all graphs of a machine, are left out. */

struct row {
	struct graph_guid id;
	uint32_t version;
	uint64_t expires; /* 0: its row cannot be read */
	bool ours;	  /* made here, not received */
	uint64_t put;
	uint32_t sent; /* the newest version that went out in a FLOOD */
};

static bool is_fixed(const struct graph_guid *type)
{
	return type->at[0] == 0 && type->at[1] == 0 && (type->at[2] == 1 || type->at[2] == 2) &&
	       type->at[3] == 0;
}

static struct graph_guid read_guid(struct rd *r)
{
	struct graph_guid g = { { 0 } };
	struct span s = rd_bytes(r, sizeof(g.at));
	if (s.n)
		memcpy(g.at, s.p, s.n);
	return g;
}

static struct row *find(const struct machine *m, const struct graph_guid *id)
{
	return map_get(&m->rows, span_of(id->at, sizeof(id->at)));
}

static struct row *enter(struct machine *m, const struct graph_guid *id)
{
	struct row *r = find(m, id);
	if (r)
		return r;
	r = world_alloc(m->site.w, sizeof(*r));
	if (!r)
		return NULL;
	r->id = *id;
	if (map_put(&m->rows, span_of(r->id.at, sizeof(r->id.at)), r) == OK)
		return r;
	m->site.w->err = ERR_NOMEM;
	env_free(m->site.w->env, r);
	return NULL;
}

/* GRAPH-7.2: graph, local flags, the record's octets. */
void invariant_graph_put(struct machine *m, struct span value, uint64_t put)
{
	struct rd in = rd_of(value);
	rd_skip(&in, 4);
	uint8_t local = rd_u8(&in);
	struct graph_record record;
	bool whole = graph_record_decode(span_of(in.p, in.left), &record) == OK;
	struct graph_guid type = read_guid(&in), id = read_guid(&in);
	uint32_t version = rd_u32(&in);
	if (in.failed || is_fixed(&type))
		return;
	struct row *r = enter(m, &id);
	if (!r)
		return;
	r->version = version;
	r->expires = whole ? record.expires : 0;
	r->ours = local & GRAPH_ENTRY_OURS;
	r->put = put;
}

void invariant_graph_undone(struct machine *m, uint64_t first)
{
	struct span key;
	void *value;
	for (size_t at = 0; map_next(&m->rows, &at, &key, &value);) {
		struct row *r = value;
		if (r->put < first)
			continue;
		(void)map_take(&m->rows, key);
		env_free(m->site.w->env, r);
		at = 0;
	}
}

static bool too_early(const struct machine *m, const struct node_out *out, const struct row *r)
{
	return r->put > store_mem_committed(m->mem) && out->after < r->put;
}

typedef void flood_fn(struct machine *m, const struct node_out *out, const struct graph_guid *id,
		      uint32_t version);

static void flood_said(struct machine *m, const struct node_out *out, const struct graph_guid *id,
		       uint32_t version)
{
	const struct row *r = find(m, id);
	if (!r || r->version != version)
		return;
	if (r->ours && too_early(m, out, r))
		broken(m->site.w, &m->site, "a FLOOD of a change of ours before it is durable");
	if (!r->ours && r->put > m->input_put && out->link == m->input_link)
		m->site.w->tally.back++;
}

static void flood_went(struct machine *m, const struct node_out *out, const struct graph_guid *id,
		       uint32_t version)
{
	struct row *r = find(m, id);
	if (r && version > r->sent)
		r->sent = version;
}

/* The first frame of a message, which has its head, and all of what is asked here. */
static uint64_t message(struct machine *m, const struct node_out *out, struct rd frame,
			flood_fn *fn)
{
	size_t here = frame.left;
	uint64_t size = rd_u32(&frame);
	rd_skip(&frame, 1);
	uint8_t type = rd_u8(&frame);
	rd_skip(&frame, GRAPH_FLOOD_HEAD - 6 + sizeof(struct graph_guid));
	struct graph_guid id = read_guid(&frame);
	uint32_t version = rd_u32(&frame);
	if (type == GRAPH_FLOOD && !frame.failed)
		fn(m, out, &id, version);
	return size > here ? size - here : 0;
}

/* GRAPH-8.5: a SEND is whole frames. *left: of a message that has begun. */
static void walk(struct machine *m, const struct node_out *out, uint64_t *left, flood_fn *fn)
{
	struct rd r = rd_of(out->bytes);
	while (r.left && !r.failed) {
		struct rd frame = rd_of(rd_bytes(&r, rd_u16(&r)));
		if (!*left)
			*left = message(m, out, frame, fn);
		else
			*left -= frame.left < *left ? frame.left : *left;
	}
	if (r.failed)
		broken(m->site.w, &m->site, "octets that are no whole frames of a graph");
}

/* What goes over the links of groups nobody can read. */
static bool is_sealed(const struct machine *m)
{
	return m->config->group.enabled || m->rogue;
}

static struct end *end_of(const struct machine *m, const struct node_out *out)
{
	return map_get(&m->links, span_of(&out->link, sizeof(out->link)));
}

static void check_send(struct machine *m, const struct node_out *out)
{
	const struct graphs *all = node_graphs(m->node);
	struct end *e = end_of(m, out);
	if (!all || !e)
		return;
	e->of_graph |= graphs_has_link(all, out->link);
	if (e->of_graph && !is_sealed(m))
		walk(m, out, &e->said, flood_said);
}

/* SIM-12.11. What goes out when there is room is a message of 64 KiB with its frames, at
 * most, beyond the window. */
#define BEYOND ((size_t)65 * 1024)

static void check_window(struct machine *m, struct end *e, size_t more)
{
	const struct end *other = end_other(e);
	if (!m->rogue && !other->silent &&
	    other->in.n + more > m->config->graph.limits.link_unsent + BEYOND)
		broken(m->site.w, &m->site, "more on its way to a neighbor than its window");
}

void invariant_graph_sent(struct machine *m, const struct node_out *out)
{
	struct end *e = end_of(m, out);
	if (!e || !e->of_graph)
		return;
	if (!is_sealed(m))
		walk(m, out, &e->sent, flood_went);
	check_window(m, e, out->bytes.n);
}

bool invariant_graph_unsent(const struct machine *m, const struct graph_guid *id, uint32_t version)
{
	const struct row *r = find(m, id);
	return !is_sealed(m) && r && r->version >= version && r->sent < version;
}

static void check_reply(struct machine *m, const struct node_out *out, const struct call *call)
{
	if (out->err || call->kind != NODE_COMMAND_GRAPH || call->graph < SCN_GRAPH_ADD)
		return;
	const struct row *r = find(m, &out->id);
	if (!r || r->version < out->version)
		broken(m->site.w, &m->site, "a change was told that no row has");
	else if (r->version == out->version && too_early(m, out, r))
		broken(m->site.w, &m->site, "a change was told before it is durable");
}

static bool info_of(struct machine *m, const struct graph_event *e, struct graph_info *info)
{
	const struct graph *g = graphs_find(node_graphs(m->node), span_str(e->graph_id));
	if (g)
		graph_info(g, sim_clock_mono(&m->clock, m->site.w->now), info);
	return g;
}

/* SIM-12.7. */
static void check_neighbors(struct machine *m, const struct graph_event *e)
{
	struct graph_info info;
	if (info_of(m, e, &info) && info.neighbors > GRAPH_NEIGHBORS_MAX)
		broken(m->site.w, &m->site, "more neighbors than the maximum");
}

/* SIM-12.10. */
static void check_expired(struct machine *m, const struct graph_event *e)
{
	struct graph_info info;
	const struct row *r = m->rogue ? NULL : find(m, &e->id);
	if (r && r->version == e->version && info_of(m, e, &info) && info.time < r->expires)
		broken(m->site.w, &m->site, "a record ended before its time");
}

static void check_event(struct machine *m, const struct node_out *out)
{
	const struct graph_event *e = &out->event->graph;
	if (out->event->part != NODE_PART_GRAPH)
		return;
	invariant_group_event(m, e);
	if (e->kind == GRAPH_EVENT_NEIGHBOR && e->status == GRAPH_LINK_CONNECTED)
		check_neighbors(m, e);
	if (e->kind == GRAPH_EVENT_RECORD && e->change == GRAPH_RECORD_EXPIRED)
		check_expired(m, e);
	if (e->kind != GRAPH_EVENT_RECORD || !e->ours)
		return;
	const struct row *r = find(m, &e->id);
	if (r && r->ours && r->version == e->version && too_early(m, out, r))
		broken(m->site.w, &m->site, "an event of a change of ours before it is durable");
}

void invariant_graph_out(struct machine *m, const struct node_out *out, const struct call *call)
{
	if (out->kind == NODE_OUT_SEND)
		check_send(m, out);
	else if (out->kind == NODE_OUT_REPLY && call)
		check_reply(m, out, call);
	else if (out->kind == NODE_OUT_EVENT)
		check_event(m, out);
}
