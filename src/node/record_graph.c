#include "node/record_int.h"

/* The pieces that are of graphs. */

static void guid_write(struct wr *w, const struct graph_guid *g)
{
	wr_bytes(w, span_of(g->at, sizeof(g->at)));
}

static void guid_read(struct rd *r, struct graph_guid *g)
{
	struct span s = rd_bytes(r, sizeof(g->at));
	if (s.n)
		memcpy(g->at, s.p, s.n);
}

/* Text of peers is longer than a name. */
static void words_read(struct rd *r, char *out, size_t size)
{
	struct span s = record_span_read(r);
	if (s.n >= size || (s.n && memchr(s.p, 0, s.n))) {
		r->failed = true;
		return;
	}
	if (s.n)
		memcpy(out, s.p, s.n);
	out[s.n] = 0;
}

void record_guid_write(struct wr *w, const struct graph_guid *g)
{
	guid_write(w, g);
}

void record_guid_read(struct rd *r, struct graph_guid *g)
{
	guid_read(r, g);
}

static void properties_write(struct wr *w, const struct graph_properties *p)
{
	wr_u8(w, p != NULL);
	if (!p)
		return;
	record_span_write(w, span_str(p->id));
	record_span_write(w, span_str(p->creator));
	wr_u32(w, p->scope);
	wr_u8(w, p->defer_expiration);
	wr_u8(w, (uint8_t)p->profile);
	wr_u32(w, p->record_max);
	record_span_write(w, span_str(p->name));
	record_span_write(w, span_str(p->comment));
	wr_u32(w, p->presence_life);
	wr_u32(w, p->presence_max);
}

static const struct graph_properties *properties_read(struct rd *r, struct graph_properties *p)
{
	if (!record_bool_read(r))
		return NULL;
	words_read(r, p->id, sizeof(p->id));
	words_read(r, p->creator, sizeof(p->creator));
	p->scope = rd_u32(r);
	p->defer_expiration = record_bool_read(r);
	p->profile = (enum crypto_profile_id)record_enum_read(r, CRYPTO_PROFILE_COUNT);
	p->record_max = rd_u32(r);
	words_read(r, p->name, sizeof(p->name));
	words_read(r, p->comment, sizeof(p->comment));
	p->presence_life = rd_u32(r);
	p->presence_max = rd_u32(r);
	return p;
}

/* Commands */

static void of_write(struct wr *w, const struct graph_command *c)
{
	wr_u8(w, (uint8_t)c->kind);
	guid_write(w, &c->type);
	guid_write(w, &c->id);
	wr_u32(w, c->if_version);
	wr_u8(w, c->has_payload);
	wr_u8(w, c->has_attributes);
	wr_u8(w, c->local_only);
	wr_u8(w, c->paused);
	wr_u8(w, c->present);
	record_span_write(w, c->payload);
	record_span_write(w, c->attributes);
	wr_u64(w, (uint64_t)c->expires);
	record_addr_write(w, &c->remote);
	record_span_write(w, c->peer);
	wr_u64(w, c->node);
	wr_u64(w, c->conn);
	wr_u32(w, c->set);
	properties_write(w, c->properties);
}

static void of_read(struct rd *r, struct graph_command *c, struct graph_properties *room)
{
	c->kind = (enum graph_command_kind)record_enum_read(r, GRAPH_REVALIDATE + 1);
	guid_read(r, &c->type);
	guid_read(r, &c->id);
	c->if_version = rd_u32(r);
	c->has_payload = record_bool_read(r);
	c->has_attributes = record_bool_read(r);
	c->local_only = record_bool_read(r);
	c->paused = record_bool_read(r);
	c->present = record_bool_read(r);
	c->payload = record_span_read(r);
	c->attributes = record_span_read(r);
	c->expires = (int64_t)rd_u64(r);
	c->remote = record_addr_read(r);
	c->peer = record_span_read(r);
	c->node = rd_u64(r);
	c->conn = rd_u64(r);
	c->set = rd_u32(r);
	c->properties = properties_read(r, room);
}

static void order_write(struct wr *w, const struct graphs_command *c)
{
	wr_u8(w, (uint8_t)c->n_sync_order);
	for (size_t i = 0; i < c->n_sync_order; i++)
		guid_write(w, &c->sync_order[i]);
}

static void order_read(struct rd *r, struct graphs_command *c, struct record_room *room)
{
	uint8_t n = record_enum_read(r, GRAPH_PRIORITY_MAX + 1);
	for (size_t i = 0; i < n; i++)
		guid_read(r, &room->sync_order[i]);
	c->sync_order = room->sync_order;
	c->n_sync_order = n;
}

size_t record_graphs_command_size(const struct graphs_command *c)
{
	return RECORD_GRAPHS_MAX + c->id.n + c->peer.n + c->name.n +
	       c->n_sync_order * sizeof(struct graph_guid) + c->of.payload.n + c->of.attributes.n +
	       c->of.peer.n;
}

void record_graphs_command_write(struct wr *w, const struct graphs_command *c)
{
	wr_u8(w, (uint8_t)c->kind);
	record_span_write(w, c->id);
	record_span_write(w, c->peer);
	record_span_write(w, c->name);
	properties_write(w, c->properties);
	order_write(w, c);
	wr_u8(w, c->listen);
	wr_u64(w, c->other);
	of_write(w, &c->of);
}

void record_graphs_command_read(struct rd *r, struct graphs_command *c, struct record_room *room)
{
	c->kind = (enum graphs_command_kind)record_enum_read(r, GRAPHS_OF + 1);
	c->id = record_span_read(r);
	c->peer = record_span_read(r);
	c->name = record_span_read(r);
	c->properties = properties_read(r, &room->properties);
	order_read(r, c, room);
	c->listen = record_bool_read(r);
	c->other = rd_u64(r);
	of_read(r, &c->of, &room->set);
}

/* Events */

void record_graph_event_write(struct wr *w, const struct graph_event *e)
{
	wr_u8(w, (uint8_t)e->kind);
	wr_u32(w, e->graph);
	record_string_write(w, e->graph_id);
	wr_u8(w, (uint8_t)e->change);
	wr_u8(w, (uint8_t)e->status);
	wr_u8(w, e->incoming);
	wr_u8(w, e->ours);
	guid_write(w, &e->id);
	guid_write(w, &e->type);
	wr_u32(w, e->version);
	wr_u64(w, e->conn);
	wr_u64(w, e->node);
	wr_u64(w, e->signature);
	record_addr_write(w, &e->remote);
	record_span_write(w, span_str(e->peer));
	record_err_write(w, e->err);
	wr_u8(w, (uint8_t)e->fault);
	wr_u64(w, (uint64_t)e->skew);
	record_string_write(w, e->text);
}

void record_graph_event_read(struct rd *r, struct graph_event *e)
{
	e->kind = (enum graph_event_kind)record_enum_read(r, GRAPH_EVENT_COUNT);
	e->graph = rd_u32(r);
	e->graph_id = record_string_read(r);
	e->change = (enum graph_record_change)record_enum_read(r, GRAPH_RECORD_EXPIRED + 1);
	e->status = (enum graph_link_status)record_enum_read(r, GRAPH_LINK_CHANGED + 1);
	e->incoming = record_bool_read(r);
	e->ours = record_bool_read(r);
	guid_read(r, &e->id);
	guid_read(r, &e->type);
	e->version = rd_u32(r);
	e->conn = rd_u64(r);
	e->node = rd_u64(r);
	e->signature = rd_u64(r);
	e->remote = record_addr_read(r);
	words_read(r, e->peer, sizeof(e->peer));
	e->err = record_err_read(r);
	e->fault = (enum graph_fault)record_enum_read(r, GRAPH_FAULT_COUNT);
	e->skew = (int64_t)rd_u64(r);
	e->text = record_string_read(r);
}
