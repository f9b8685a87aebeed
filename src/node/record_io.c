#include "node/record_int.h"

/* Inputs and outputs: which fields a kind has is said once, in a table, and
 * read by the writer and the reader alike. */

enum in_field {
	IN_WALL = 1 << 0,
	IN_LISTENER = 1 << 1,
	IN_LINK = 1 << 2,
	IN_ADDRS = 1 << 3,
	IN_BYTES = 1 << 4,
	IN_ERR = 1 << 5,
	IN_NUMBER = 1 << 6,
	IN_COMMAND = 1 << 7
};

static const uint8_t in_fields[] = {
	[NODE_IN_TICK] = 0,
	[NODE_IN_WALL] = IN_WALL,
	[NODE_IN_NETWORK] = 0,
	[NODE_IN_LISTEN_FAILED] = IN_LISTENER | IN_ERR,
	[NODE_IN_ACCEPTED] = IN_LISTENER | IN_LINK | IN_ADDRS,
	[NODE_IN_UP] = IN_LINK | IN_ADDRS,
	[NODE_IN_DOWN] = IN_LINK | IN_ERR,
	[NODE_IN_OCTETS] = IN_LINK | IN_BYTES,
	[NODE_IN_DRAINED] = IN_LINK,
	[NODE_IN_COMMAND] = IN_NUMBER | IN_COMMAND,
	[NODE_IN_STORE_FAILED] = IN_NUMBER | IN_ERR,
	[NODE_IN_JOB_DONE] = IN_NUMBER | IN_ERR | IN_BYTES,
	[NODE_IN_CONFIG] = IN_BYTES,
	[NODE_IN_STOP] = 0,
};
#define IN_KINDS (sizeof(in_fields) / sizeof(in_fields[0]))

enum out_field {
	OUT_LISTENER = 1 << 0,
	OUT_LINK = 1 << 1,
	OUT_PEER = 1 << 2,
	OUT_LOCAL = 1 << 3,
	OUT_REMOTE = 1 << 4,
	OUT_BYTES = 1 << 5,
	OUT_EVENT = 1 << 6,
	OUT_NUMBER = 1 << 7,
	OUT_ERR = 1 << 8,
	OUT_JOB = 1 << 9,
	OUT_DRAIN = 1 << 10,
	OUT_REPLY = 1 << 11
};

static const uint16_t out_fields[] = {
	[NODE_OUT_LISTEN] = OUT_LISTENER | OUT_LOCAL,
	[NODE_OUT_UNLISTEN] = OUT_LISTENER | OUT_LOCAL,
	[NODE_OUT_DIAL] = OUT_LINK | OUT_PEER | OUT_LOCAL | OUT_REMOTE,
	[NODE_OUT_SEND] = OUT_LINK | OUT_BYTES | OUT_DRAIN,
	[NODE_OUT_CLOSE] = OUT_LINK,
	[NODE_OUT_EVENT] = OUT_EVENT,
	[NODE_OUT_REPLY] = OUT_NUMBER | OUT_ERR | OUT_REPLY,
	[NODE_OUT_JOB] = OUT_NUMBER | OUT_JOB | OUT_BYTES,
};
#define OUT_KINDS (sizeof(out_fields) / sizeof(out_fields[0]))

/* More than the fields of fixed size and the names of any kind take. */
#define FIXED_MAX 1024

size_t record_in_size(const struct node_in *in)
{
	return FIXED_MAX + in->bytes.n;
}

size_t record_out_size(const struct node_out *out)
{
	return FIXED_MAX + RECORD_EVENT_MAX + out->bytes.n;
}

static void wall_write(struct wr *w, struct wall wall)
{
	wr_u64(w, (uint64_t)wall.us);
	wr_u8(w, wall.synchronised);
}

static struct wall wall_read(struct rd *r)
{
	struct wall wall = { (int64_t)rd_u64(r), false };
	wall.synchronised = record_bool_read(r);
	return wall;
}

static void command_write(struct wr *w, const struct node_command *c)
{
	wr_u8(w, (uint8_t)c->kind);
	switch (c->kind) {
	case NODE_COMMAND_MASC:
		record_masc_command_write(w, &c->masc);
		return;
	case NODE_COMMAND_PNRP:
		return;
	}
}

static void command_read(struct rd *r, struct node_command *c)
{
	c->kind = (enum node_command_kind)record_enum_read(r, NODE_COMMAND_MASC + 1);
	switch (c->kind) {
	case NODE_COMMAND_MASC:
		record_masc_command_read(r, &c->masc);
		return;
	case NODE_COMMAND_PNRP:
		return;
	}
}

void record_in_write(struct wr *w, const struct node_in *in)
{
	unsigned fields = in_fields[in->kind];
	wr_u8(w, (uint8_t)in->kind);
	if (fields & IN_WALL)
		wall_write(w, in->wall);
	if (fields & IN_LISTENER)
		wr_u32(w, in->listener);
	if (fields & IN_LINK)
		wr_u32(w, in->link);
	if (fields & IN_ADDRS) {
		record_addr_write(w, &in->local);
		record_addr_write(w, &in->remote);
	}
	if (fields & IN_BYTES)
		record_span_write(w, in->bytes);
	if (fields & IN_ERR)
		record_err_write(w, in->err);
	if (fields & IN_NUMBER)
		wr_u64(w, in->number);
	if (fields & IN_COMMAND)
		command_write(w, &in->command);
}

enum err record_in_read(struct span body, struct node_in *in)
{
	struct rd r = rd_of(body);
	struct node_in v = { .kind = (enum node_in_kind)record_enum_read(&r, IN_KINDS) };
	unsigned fields = in_fields[v.kind];
	if (fields & IN_WALL)
		v.wall = wall_read(&r);
	if (fields & IN_LISTENER)
		v.listener = rd_u32(&r);
	if (fields & IN_LINK)
		v.link = rd_u32(&r);
	if (fields & IN_ADDRS) {
		v.local = record_addr_read(&r);
		v.remote = record_addr_read(&r);
	}
	if (fields & IN_BYTES)
		v.bytes = record_span_read(&r);
	if (fields & IN_ERR)
		v.err = record_err_read(&r);
	if (fields & IN_NUMBER)
		v.number = rd_u64(&r);
	if (fields & IN_COMMAND)
		command_read(&r, &v.command);
	if (!rd_done(&r))
		return ERR_MALFORMED;
	*in = v;
	return OK;
}

void record_out_write(struct wr *w, const struct node_out *out)
{
	unsigned fields = out_fields[out->kind];
	wr_u8(w, (uint8_t)out->kind);
	wr_u64(w, out->after);
	if (fields & OUT_LISTENER)
		wr_u32(w, out->listener);
	if (fields & OUT_LINK)
		wr_u32(w, out->link);
	if (fields & OUT_PEER)
		wr_u32(w, out->peer);
	if (fields & OUT_LOCAL)
		record_addr_write(w, &out->local);
	if (fields & OUT_REMOTE)
		record_addr_write(w, &out->remote);
	if (fields & OUT_BYTES)
		record_span_write(w, out->bytes);
	if (fields & OUT_EVENT)
		record_event_write(w, out->event);
	if (fields & OUT_NUMBER)
		wr_u64(w, out->number);
	if (fields & OUT_ERR)
		record_err_write(w, out->err);
	if (fields & OUT_JOB)
		wr_u8(w, (uint8_t)out->job);
	if (fields & OUT_DRAIN)
		wr_u8(w, out->drain);
	if (fields & OUT_REPLY) {
		wr_u64(w, out->reply_number);
		wr_u8(w, (uint8_t)out->why);
	}
}

static void out_fields_read(struct rd *r, unsigned fields, struct node_out *v,
			    struct node_event *event)
{
	if (fields & OUT_LISTENER)
		v->listener = rd_u32(r);
	if (fields & OUT_LINK)
		v->link = rd_u32(r);
	if (fields & OUT_PEER)
		v->peer = rd_u32(r);
	if (fields & OUT_LOCAL)
		v->local = record_addr_read(r);
	if (fields & OUT_REMOTE)
		v->remote = record_addr_read(r);
	if (fields & OUT_BYTES)
		v->bytes = record_span_read(r);
	if (fields & OUT_EVENT) {
		record_event_read(r, event);
		v->event = event;
	}
	if (fields & OUT_NUMBER)
		v->number = rd_u64(r);
	if (fields & OUT_ERR)
		v->err = record_err_read(r);
	if (fields & OUT_JOB)
		v->job = (enum node_job)record_enum_read(r, NODE_JOB_PROBE + 1);
	if (fields & OUT_DRAIN)
		v->drain = record_bool_read(r);
	if (fields & OUT_REPLY) {
		v->reply_number = rd_u64(r);
		v->why = (enum masc_reason)record_enum_read(r, MASC_REASON_COUNT);
	}
}

enum err record_out_read(struct span body, struct node_out *out, struct node_event *event)
{
	struct rd r = rd_of(body);
	struct node_event e;
	struct node_out v = { .kind = (enum node_out_kind)record_enum_read(&r, OUT_KINDS) };
	v.after = rd_u64(&r);
	out_fields_read(&r, out_fields[v.kind], &v, &e);
	if (!rd_done(&r))
		return ERR_MALFORMED;
	if (v.event) {
		*event = e;
		v.event = event;
	}
	*out = v;
	return OK;
}
