#include "node/record_int.h"

/* The pieces that are masc's: its commands and events. */

static void error_write(struct wr *w, const struct masc_error *e)
{
	wr_u8(w, e->code);
	wr_u8(w, e->subcode);
	wr_u8(w, e->stay_open);
}

static struct masc_error error_read(struct rd *r)
{
	struct masc_error e = { .code = rd_u8(r) };
	e.subcode = rd_u8(r);
	e.stay_open = record_bool_read(r);
	return e;
}

static void id_write(struct wr *w, const struct masc_id *id)
{
	wr_bytes(w, span_of(id->octets, sizeof(id->octets)));
}

static struct masc_id id_read(struct rd *r)
{
	struct masc_id id = { { 0 } };
	struct span s = rd_bytes(r, sizeof(id.octets));
	if (s.n)
		memcpy(id.octets, s.p, s.n);
	return id;
}

static void prefix_write(struct wr *w, const struct masc_prefix *p)
{
	wr_u8(w, p->family);
	wr_u8(w, p->length);
	wr_bytes(w, span_of(p->address, sizeof(p->address)));
}

static struct masc_prefix prefix_read(struct rd *r)
{
	struct masc_prefix p = { .family = record_enum_read(r, MASC_IPV6 + 1) };
	p.length = rd_u8(r);
	struct span s = rd_bytes(r, sizeof(p.address));
	if (s.n)
		memcpy(p.address, s.p, s.n);
	if (p.length > masc_prefix_bits((enum masc_family)p.family))
		r->failed = true;
	return p;
}

static void claim_write(struct wr *w, const struct masc_event *e)
{
	wr_u64(w, e->number);
	prefix_write(w, &e->prefix);
	prefix_write(w, &e->other);
	wr_u8(w, (uint8_t)e->life_from);
	wr_u8(w, (uint8_t)e->life);
	wr_u8(w, (uint8_t)e->why);
	id_write(w, &e->domain);
	id_write(w, &e->node);
	wr_u8(w, e->won);
	wr_u8(w, e->local);
}

static void claim_read(struct rd *r, struct masc_event *e)
{
	e->number = rd_u64(r);
	e->prefix = prefix_read(r);
	e->other = prefix_read(r);
	e->life_from = (enum masc_life)record_enum_read(r, MASC_LIFE_COUNT);
	e->life = (enum masc_life)record_enum_read(r, MASC_LIFE_COUNT);
	e->why = (enum masc_reason)record_enum_read(r, MASC_REASON_COUNT);
	e->domain = id_read(r);
	e->node = id_read(r);
	e->won = record_bool_read(r);
	e->local = record_bool_read(r);
}

void record_masc_event_write(struct wr *w, const struct masc_event *e)
{
	wr_u8(w, (uint8_t)e->kind);
	record_name_write(w, span_str(e->peer));
	wr_u8(w, (uint8_t)e->from);
	wr_u8(w, (uint8_t)e->to);
	error_write(w, &e->error);
	record_name_write(w, span_of(e->data, e->data_n));
	record_err_write(w, e->err);
	record_addr_write(w, &e->remote);
	wr_u32(w, e->link);
	wr_u32(w, e->kept);
	wr_u8(w, e->ours);
	wr_u8(w, (uint8_t)e->keep);
	wr_u8(w, e->up);
	claim_write(w, e);
}

static void data_read(struct rd *r, struct masc_event *e)
{
	uint8_t n = rd_u8(r);
	struct span s = rd_bytes(r, n);
	if (s.n > sizeof(e->data)) {
		r->failed = true;
		return;
	}
	e->data_n = (uint8_t)s.n;
	if (s.n)
		memcpy(e->data, s.p, s.n);
}

void record_masc_event_read(struct rd *r, struct masc_event *e)
{
	e->kind = (enum masc_event_kind)record_enum_read(r, MASC_EVENT_COUNT);
	record_name_read(r, e->peer, sizeof(e->peer));
	e->from = (enum masc_state)record_enum_read(r, MASC_STATE_COUNT);
	e->to = (enum masc_state)record_enum_read(r, MASC_STATE_COUNT);
	e->error = error_read(r);
	data_read(r, e);
	e->err = record_err_read(r);
	e->remote = record_addr_read(r);
	e->link = rd_u32(r);
	e->kept = rd_u32(r);
	e->ours = record_bool_read(r);
	e->keep = (enum masc_keep)record_enum_read(r, MASC_KEEP_COUNT);
	e->up = record_bool_read(r);
	claim_read(r, e);
}

static struct span name_read(struct rd *r)
{
	uint8_t n = rd_u8(r);
	return rd_bytes(r, n);
}

void record_masc_command_write(struct wr *w, const struct masc_command *c)
{
	wr_u8(w, (uint8_t)c->kind);
	record_name_write(w, c->peer);
	wr_u64(w, (uint64_t)c->for_us);
	record_name_write(w, c->scope);
	wr_u8(w, (uint8_t)c->family);
	prefix_write(w, &c->prefix);
	wr_u64(w, c->addresses);
	wr_u64(w, (uint64_t)c->from);
	wr_u64(w, (uint64_t)c->until);
	wr_u64(w, c->number);
	wr_u8(w, c->yield);
}

void record_masc_command_read(struct rd *r, struct masc_command *c)
{
	c->kind = (enum masc_command_kind)record_enum_read(r, MASC_COMMAND_RESOLVE + 1);
	c->peer = name_read(r);
	c->for_us = (int64_t)rd_u64(r);
	c->scope = name_read(r);
	c->family = (enum masc_family)record_enum_read(r, MASC_IPV6 + 1);
	c->prefix = prefix_read(r);
	c->addresses = rd_u64(r);
	c->from = (int64_t)rd_u64(r);
	c->until = (int64_t)rd_u64(r);
	c->number = rd_u64(r);
	c->yield = record_bool_read(r);
}
