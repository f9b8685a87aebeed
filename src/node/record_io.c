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
	IN_COMMAND = 1 << 7,
	IN_SOCKET = 1 << 8,
	IN_LOCAL = 1 << 9, /* without a remote address */
	IN_INTERFACES = 1 << 10,
	IN_HOSTS = 1 << 11
};

static const uint16_t in_fields[] = {
	[NODE_IN_TICK] = 0,
	[NODE_IN_WALL] = IN_WALL,
	[NODE_IN_NETWORK] = 0,
	[NODE_IN_LISTEN_FAILED] = IN_LISTENER | IN_ERR | IN_LOCAL,
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
	[NODE_IN_INTERFACES] = IN_INTERFACES,
	[NODE_IN_BOUND] = IN_SOCKET | IN_LOCAL,
	[NODE_IN_BIND_FAILED] = IN_SOCKET | IN_ERR,
	[NODE_IN_DATAGRAM] = IN_SOCKET | IN_ADDRS | IN_BYTES,
	[NODE_IN_HOST] = IN_NUMBER | IN_ERR | IN_HOSTS,
	[NODE_IN_LISTENING] = IN_LISTENER | IN_LOCAL,
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
	OUT_REPLY = 1 << 11,
	OUT_SOCKET = 1 << 12,
	OUT_PORT = 1 << 13, /* how a socket is bound */
	OUT_HOPS = 1 << 14,
	OUT_FOUND = 1 << 15,
	OUT_STEP = 1 << 16,
	OUT_ELAPSED = 1 << 17,
	OUT_ANY_PORT = 1 << 18,
	OUT_GRAPH = 1 << 19,
	OUT_CONN = 1 << 20,
	OUT_TYPE = 1 << 21
};

static const uint32_t out_fields[] = {
	[NODE_OUT_LISTEN] = OUT_LISTENER | OUT_LOCAL | OUT_ANY_PORT,
	[NODE_OUT_UNLISTEN] = OUT_LISTENER | OUT_LOCAL,
	[NODE_OUT_DIAL] = OUT_LISTENER | OUT_LINK | OUT_PEER | OUT_LOCAL | OUT_REMOTE,
	[NODE_OUT_SEND] = OUT_LINK | OUT_BYTES | OUT_DRAIN,
	[NODE_OUT_CLOSE] = OUT_LINK,
	[NODE_OUT_EVENT] = OUT_EVENT,
	[NODE_OUT_REPLY] = OUT_NUMBER | OUT_ERR | OUT_REPLY | OUT_ELAPSED | OUT_CONN,
	[NODE_OUT_JOB] = OUT_NUMBER | OUT_JOB | OUT_BYTES,
	[NODE_OUT_BIND] = OUT_SOCKET | OUT_LOCAL | OUT_PORT,
	[NODE_OUT_UNBIND] = OUT_SOCKET,
	[NODE_OUT_JOIN] = OUT_SOCKET | OUT_LOCAL,
	[NODE_OUT_LEAVE] = OUT_SOCKET | OUT_LOCAL,
	[NODE_OUT_DATAGRAM] = OUT_SOCKET | OUT_LOCAL | OUT_REMOTE | OUT_HOPS | OUT_BYTES,
	[NODE_OUT_HOST] = OUT_NUMBER | OUT_BYTES,
	[NODE_OUT_FOUND] = OUT_NUMBER | OUT_FOUND,
	[NODE_OUT_STEP] = OUT_NUMBER | OUT_STEP,
	[NODE_OUT_DATA] = OUT_LINK | OUT_GRAPH | OUT_CONN | OUT_TYPE | OUT_BYTES,
};
#define OUT_KINDS (sizeof(out_fields) / sizeof(out_fields[0]))

/* More than the fields of fixed size and the names of any kind take. */
#define FIXED_MAX 1024

static size_t command_size(const struct node_in *in)
{
	if (in->kind != NODE_IN_COMMAND)
		return 0;
	switch (in->command.kind) {
	case NODE_COMMAND_MASC:
		return 0; /* FIXED_MAX has room for it */
	case NODE_COMMAND_PNRP:
		return RECORD_COMMAND_MAX + in->command.pnrp.payload.n;
	case NODE_COMMAND_GRAPH:
		return record_graphs_command_size(&in->command.graphs);
	case NODE_COMMAND_GROUP:
		return record_groups_command_size(&in->command.groups);
	}
	return 0;
}

size_t record_in_size(const struct node_in *in)
{
	return FIXED_MAX + command_size(in) + in->bytes.n + in->interfaces.n * RECORD_IF_MAX +
	       in->hosts.n * RECORD_IF_MAX;
}

size_t record_out_size(const struct node_out *out)
{
	size_t found = out->found.result ? RECORD_RESULT_MAX + out->found.result->payload.n : 0;
	return FIXED_MAX + RECORD_EVENT_MAX + found + out->bytes.n;
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
		record_pnrp_command_write(w, &c->pnrp);
		return;
	case NODE_COMMAND_GRAPH:
		record_graphs_command_write(w, &c->graphs);
		return;
	case NODE_COMMAND_GROUP:
		record_groups_command_write(w, &c->groups);
		return;
	}
}

static void command_read(struct rd *r, struct node_command *c, struct record_room *room)
{
	c->kind = (enum node_command_kind)record_enum_read(r, NODE_COMMAND_GROUP + 1);
	switch (c->kind) {
	case NODE_COMMAND_MASC:
		record_masc_command_read(r, &c->masc);
		return;
	case NODE_COMMAND_PNRP:
		record_pnrp_command_read(r, &c->pnrp);
		return;
	case NODE_COMMAND_GRAPH:
		record_graphs_command_read(r, &c->graphs, room);
		return;
	case NODE_COMMAND_GROUP:
		record_groups_command_read(r, &c->groups, room);
		return;
	}
}

/* What a part with datagrams adds. */
static void in_more_write(struct wr *w, unsigned fields, const struct node_in *in)
{
	if (fields & IN_SOCKET)
		wr_u32(w, in->socket);
	if (fields & IN_LOCAL)
		record_addr_write(w, &in->local);
	if (fields & IN_INTERFACES)
		record_interfaces_write(w, &in->interfaces);
	if (fields & IN_HOSTS)
		record_hosts_write(w, &in->hosts);
}

static void in_more_read(struct rd *r, unsigned fields, struct node_in *v, struct record_room *room)
{
	if (fields & IN_SOCKET)
		v->socket = rd_u32(r);
	if (fields & IN_LOCAL)
		v->local = record_addr_read(r);
	if (fields & IN_INTERFACES)
		record_interfaces_read(r, &v->interfaces, room);
	if (fields & IN_HOSTS)
		record_hosts_read(r, &v->hosts, room);
}

/* GROUP-10.8 */
static struct span in_bytes(const struct node_in *in)
{
	bool secret = in->kind == NODE_IN_JOB_DONE && in->number >= GROUPS_CALLS;
	return secret ? span_of(NULL, 0) : in->bytes;
}

static struct span out_bytes(const struct node_out *out)
{
	bool secret = out->kind == NODE_OUT_JOB && node_job_is_secret(out->job);
	return secret ? span_of(NULL, 0) : out->bytes;
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
		record_span_write(w, in_bytes(in));
	if (fields & IN_ERR)
		record_err_write(w, in->err);
	if (fields & IN_NUMBER)
		wr_u64(w, in->number);
	if (fields & IN_COMMAND)
		command_write(w, &in->command);
	in_more_write(w, fields, in);
}

enum err record_in_read(struct span body, struct node_in *in, struct record_room *room)
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
		command_read(&r, &v.command, room);
	in_more_read(&r, fields, &v, room);
	if (!rd_done(&r))
		return ERR_MALFORMED;
	*in = v;
	return OK;
}

static void out_more_write(struct wr *w, unsigned fields, const struct node_out *out)
{
	if (fields & OUT_SOCKET)
		wr_u32(w, out->socket);
	if (fields & OUT_PORT) {
		wr_u8(w, out->shared);
		wr_u8(w, out->any_port);
	}
	if (fields & OUT_HOPS)
		wr_u8(w, out->hops);
	if (fields & OUT_FOUND)
		record_found_write(w, &out->found);
	if (fields & OUT_STEP)
		record_step_write(w, &out->found);
	if (fields & OUT_ELAPSED)
		wr_u64(w, (uint64_t)out->elapsed);
	if (fields & OUT_ANY_PORT)
		wr_u8(w, out->any_port);
}

/* What graphs have more. */
static void out_graph_write(struct wr *w, unsigned fields, const struct node_out *out)
{
	if (fields & OUT_GRAPH)
		wr_u32(w, out->graph);
	if (fields & OUT_CONN)
		wr_u64(w, out->conn);
	if (fields & OUT_TYPE)
		record_guid_write(w, &out->type);
	if (!(fields & OUT_REPLY))
		return;
	record_guid_write(w, &out->id);
	wr_u32(w, out->version);
	record_string_write(w, out->text);
}

static void out_graph_read(struct rd *r, unsigned fields, struct node_out *v)
{
	if (fields & OUT_GRAPH)
		v->graph = rd_u32(r);
	if (fields & OUT_CONN)
		v->conn = rd_u64(r);
	if (fields & OUT_TYPE)
		record_guid_read(r, &v->type);
	if (!(fields & OUT_REPLY))
		return;
	record_guid_read(r, &v->id);
	v->version = rd_u32(r);
	v->text = record_string_read(r);
}

static void out_more_read(struct rd *r, unsigned fields, struct node_out *v,
			  struct record_room *room)
{
	if (fields & OUT_SOCKET)
		v->socket = rd_u32(r);
	if (fields & OUT_PORT) {
		v->shared = record_bool_read(r);
		v->any_port = record_bool_read(r);
	}
	if (fields & OUT_HOPS)
		v->hops = rd_u8(r);
	if (fields & OUT_FOUND)
		record_found_read(r, &v->found, room);
	if (fields & OUT_STEP)
		record_step_read(r, &v->found, room);
	if (fields & OUT_ELAPSED)
		v->elapsed = (int64_t)rd_u64(r);
	if (fields & OUT_ANY_PORT)
		v->any_port = record_bool_read(r);
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
		record_span_write(w, out_bytes(out));
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
	out_more_write(w, fields, out);
	out_graph_write(w, fields, out);
}

static void out_fields_read(struct rd *r, unsigned fields, struct node_out *v,
			    struct record_room *room)
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
		record_event_read(r, &room->event);
		v->event = &room->event;
	}
	if (fields & OUT_NUMBER)
		v->number = rd_u64(r);
	if (fields & OUT_ERR)
		v->err = record_err_read(r);
	if (fields & OUT_JOB)
		v->job = (enum node_job)record_enum_read(r, NODE_JOB_GROUP_PRS + 1);
	if (fields & OUT_DRAIN)
		v->drain = record_bool_read(r);
	if (fields & OUT_REPLY) {
		v->reply_number = rd_u64(r);
		v->why = (enum masc_reason)record_enum_read(r, MASC_REASON_COUNT);
	}
}

enum err record_out_read(struct span body, struct node_out *out, struct record_room *room)
{
	struct rd r = rd_of(body);
	struct node_out v = { .kind = (enum node_out_kind)record_enum_read(&r, OUT_KINDS) };
	v.after = rd_u64(&r);
	out_fields_read(&r, out_fields[v.kind], &v, room);
	out_more_read(&r, out_fields[v.kind], &v, room);
	out_graph_read(&r, out_fields[v.kind], &v);
	if (!rd_done(&r))
		return ERR_MALFORMED;
	*out = v;
	return OK;
}
