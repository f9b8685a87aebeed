#include "node/record_int.h"

void record_addr_write(struct wr *w, const struct addr *a)
{
	wr_u8(w, a->family);
	wr_bytes(w, span_of(a->ip, sizeof(a->ip)));
	wr_u16(w, a->port);
	wr_u32(w, a->scope);
}

struct addr record_addr_read(struct rd *r)
{
	struct addr a = { .family = rd_u8(r) };
	struct span ip = rd_bytes(r, sizeof(a.ip));
	if (ip.n)
		memcpy(a.ip, ip.p, ip.n);
	a.port = rd_u16(r);
	a.scope = rd_u32(r);
	if (a.family != ADDR_NONE && a.family != ADDR_IPV4 && a.family != ADDR_IPV6)
		r->failed = true;
	return a;
}

void record_err_write(struct wr *w, enum err e)
{
	wr_u8(w, (uint8_t)-e);
}

enum err record_err_read(struct rd *r)
{
	enum err e = (enum err)(-(int)rd_u8(r));
	switch (e) {
	case OK:
#define X(name, number, text) case ERR_##name:
		ERR_LIST(X)
#undef X
		return e;
	}
	r->failed = true;
	return OK;
}

bool record_bool_read(struct rd *r)
{
	return record_enum_read(r, 2) == 1;
}

void record_span_write(struct wr *w, struct span s)
{
	wr_u32(w, (uint32_t)s.n);
	wr_bytes(w, s);
}

struct span record_span_read(struct rd *r)
{
	uint32_t n = rd_u32(r);
	return rd_bytes(r, n);
}

void record_string_write(struct wr *w, const char *s)
{
	record_span_write(w, span_of(s, s ? strlen(s) + 1 : 0));
}

const char *record_string_read(struct rd *r)
{
	struct span s = record_span_read(r);
	if (s.n && memchr(s.p, 0, s.n) != s.p + s.n - 1)
		r->failed = true;
	return s.n && !r->failed ? (const char *)s.p : NULL;
}

void record_name_write(struct wr *w, struct span s)
{
	size_t n = s.n < UINT8_MAX ? s.n : UINT8_MAX;
	wr_u8(w, (uint8_t)n);
	wr_bytes(w, span_of(s.p, n));
}

void record_name_read(struct rd *r, char *out, size_t size)
{
	uint8_t n = rd_u8(r);
	struct span s = rd_bytes(r, n);
	memset(out, 0, size);
	if (s.n >= size || (s.n && memchr(s.p, 0, s.n))) {
		r->failed = true;
		return;
	}
	if (s.n)
		memcpy(out, s.p, s.n);
}

uint8_t record_enum_read(struct rd *r, uint8_t count)
{
	uint8_t v = rd_u8(r);
	if (v < count)
		return v;
	r->failed = true;
	return 0;
}

static void self_write(struct wr *w, const struct node_self_event *e)
{
	wr_u8(w, (uint8_t)e->kind);
	record_err_write(w, e->err);
	wr_u64(w, (uint64_t)e->us);
	wr_u32(w, e->line);
	record_name_write(w, span_str(e->text));
}

static void self_read(struct rd *r, struct node_self_event *e)
{
	e->kind = (enum node_self_event_kind)record_enum_read(r, NODE_SELF_EVENT_COUNT);
	e->err = record_err_read(r);
	e->us = (int64_t)rd_u64(r);
	e->line = rd_u32(r);
	record_name_read(r, e->text, sizeof(e->text));
}

void record_event_write(struct wr *w, const struct node_event *e)
{
	wr_u8(w, (uint8_t)e->part);
	wr_u8(w, (uint8_t)e->level);
	if (e->part == NODE_PART_MASC)
		record_masc_event_write(w, &e->masc);
	else if (e->part == NODE_PART_PNRP)
		record_pnrp_event_write(w, &e->pnrp);
	else if (e->part == NODE_PART_GRAPH)
		record_graph_event_write(w, &e->graph);
	else if (e->part == NODE_PART_GROUP)
		record_group_event_write(w, &e->group);
	else
		self_write(w, &e->self);
}

void record_event_read(struct rd *r, struct node_event *e)
{
	memset(e, 0, sizeof(*e));
	e->part = (enum node_part)record_enum_read(r, NODE_PART_COUNT);
	e->level = (enum node_level)record_enum_read(r, NODE_LEVEL_COUNT);
	if (e->part == NODE_PART_MASC)
		record_masc_event_read(r, &e->masc);
	else if (e->part == NODE_PART_PNRP)
		record_pnrp_event_read(r, &e->pnrp);
	else if (e->part == NODE_PART_GRAPH)
		record_graph_event_read(r, &e->graph);
	else if (e->part == NODE_PART_GROUP)
		record_group_event_read(r, &e->group);
	else
		self_read(r, &e->self);
}
