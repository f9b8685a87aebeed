#include "node/describe_int.h"

const char *node_in_text(enum node_in_kind k)
{
	static const char *const texts[] = {
		[NODE_IN_TICK] = "tick",	 [NODE_IN_WALL] = "wall",
		[NODE_IN_NETWORK] = "network",	 [NODE_IN_LISTEN_FAILED] = "listen-failed",
		[NODE_IN_ACCEPTED] = "accepted", [NODE_IN_UP] = "up",
		[NODE_IN_DOWN] = "down",	 [NODE_IN_OCTETS] = "octets",
		[NODE_IN_COMMAND] = "command",	 [NODE_IN_STORE_FAILED] = "store-failed",
		[NODE_IN_JOB_DONE] = "job-done", [NODE_IN_CONFIG] = "config",
		[NODE_IN_STOP] = "stop",	 [NODE_IN_DRAINED] = "drained",
		[NODE_IN_BOUND] = "bound",	 [NODE_IN_INTERFACES] = "interfaces",
		[NODE_IN_HOST] = "host",	 [NODE_IN_BIND_FAILED] = "bind-failed",
		[NODE_IN_DATAGRAM] = "datagram", [NODE_IN_LISTENING] = "listening",
	};
	return k < sizeof(texts) / sizeof(texts[0]) ? texts[k] : "unknown";
}

const char *node_out_text(enum node_out_kind k)
{
	static const char *const texts[] = {
		[NODE_OUT_LISTEN] = "listen", [NODE_OUT_UNLISTEN] = "unlisten",
		[NODE_OUT_DIAL] = "dial",     [NODE_OUT_SEND] = "send",
		[NODE_OUT_CLOSE] = "close",   [NODE_OUT_EVENT] = "event",
		[NODE_OUT_REPLY] = "reply",   [NODE_OUT_JOB] = "job",
		[NODE_OUT_BIND] = "bind",     [NODE_OUT_UNBIND] = "unbind",
		[NODE_OUT_JOIN] = "join",     [NODE_OUT_LEAVE] = "leave",
		[NODE_OUT_HOST] = "host",     [NODE_OUT_DATAGRAM] = "datagram",
		[NODE_OUT_FOUND] = "found",   [NODE_OUT_STEP] = "step",
		[NODE_OUT_DATA] = "data",
	};
	return k < sizeof(texts) / sizeof(texts[0]) ? texts[k] : "unknown";
}

void node_put_number(struct text *t, const char *word, uint64_t v)
{
	text_char(t, ' ');
	text_str(t, word);
	text_char(t, ' ');
	text_u64(t, v);
}

void node_put_addr(struct text *t, const char *word, const struct addr *a)
{
	if (a->family == ADDR_NONE)
		return;
	text_char(t, ' ');
	text_str(t, word);
	text_char(t, ' ');
	addr_text(t, a);
}

void node_put_err(struct text *t, enum err e)
{
	text_char(t, ' ');
	text_str(t, err_name(e));
}

void node_put_octets(struct text *t, struct span s, size_t max)
{
	text_char(t, ' ');
	text_hex(t, span_of(s.p, s.n < max ? s.n : max));
	if (s.n <= max)
		return;
	text_str(t, "...");
	text_u64(t, s.n);
}

static void put_part(struct text *t, uint32_t part)
{
	text_char(t, ' ');
	text_str(t, node_part_text((enum node_part)part));
}

static void put_duration(struct text *t, const char *word, int64_t us)
{
	if (!us)
		return;
	text_str(t, word);
	text_duration(t, us);
}

static void put_at(struct text *t, const char *word, int64_t wall)
{
	if (!wall)
		return;
	text_str(t, word);
	text_wall(t, wall);
}

/* What a claim or demand is for: a range, or so many addresses, and where. */
static void put_wish(struct text *t, const struct masc_command *c)
{
	if (c->prefix.family) {
		text_char(t, ' ');
		masc_prefix_text(t, &c->prefix);
	} else if (c->addresses) {
		node_put_number(t, "of", c->addresses);
		text_str(t, c->family ? " " : "");
		text_str(t, c->family ? masc_family_text(c->family) : "");
	}
	if (c->scope.n) {
		text_str(t, " in ");
		text_quoted(t, c->scope, MASC_NAME_MAX);
	}
	put_at(t, " from ", c->from);
	put_at(t, " until ", c->until);
}

static const char *masc_command_text(enum masc_command_kind k)
{
	static const char *const words[] = { [MASC_COMMAND_UP] = "up",
					     [MASC_COMMAND_DOWN] = "down",
					     [MASC_COMMAND_RESET] = "reset",
					     [MASC_COMMAND_CLAIM] = "claim",
					     [MASC_COMMAND_DEMAND] = "demand",
					     [MASC_COMMAND_DEMAND_END] = "demand-end",
					     [MASC_COMMAND_WITHDRAW] = "withdraw",
					     [MASC_COMMAND_RESOLVE] = "resolve" };
	return words[k];
}

static void put_masc_command(struct text *t, const struct masc_command *c)
{
	text_str(t, " masc");
	if (c->kind <= MASC_COMMAND_RESET) {
		text_str(t, " peer ");
		text_quoted(t, c->peer, MASC_NAME_MAX);
	}
	text_char(t, ' ');
	text_str(t, masc_command_text(c->kind));
	put_wish(t, c);
	if (c->number)
		node_put_number(t, "number", c->number);
	if (c->kind == MASC_COMMAND_RESOLVE)
		text_str(t, c->yield ? " yield" : " keep");
	put_duration(t, " for ", c->for_us);
}

static void put_wall(struct text *t, struct wall wall)
{
	text_char(t, ' ');
	text_wall(t, wall.us);
	text_str(t, wall.synchronised ? " synchronised" : " unsynchronised");
}

static void put_link_in(struct text *t, const struct node_in *in, size_t max_octets)
{
	node_put_number(t, "link", in->link);
	node_put_addr(t, "at", &in->local);
	node_put_addr(t, "with", &in->remote);
	if (in->kind == NODE_IN_DOWN)
		node_put_err(t, in->err);
	if (in->kind == NODE_IN_OCTETS)
		node_put_octets(t, in->bytes, max_octets);
}

static void put_accepted(struct text *t, const struct node_in *in, size_t max_octets)
{
	put_part(t, in->listener);
	put_link_in(t, in, max_octets);
}

static void put_wall_in(struct text *t, const struct node_in *in, size_t max_octets)
{
	put_wall(t, in->wall);
}

static void put_listen_failed(struct text *t, const struct node_in *in, size_t max_octets)
{
	put_part(t, in->listener);
	node_put_addr(t, "at", &in->local);
	node_put_err(t, in->err);
}

static void put_listening(struct text *t, const struct node_in *in, size_t max_octets)
{
	put_part(t, in->listener);
	node_put_addr(t, "at", &in->local);
}

static void put_command(struct text *t, const struct node_in *in, size_t max_octets)
{
	node_put_number(t, "call", in->number);
	switch (in->command.kind) {
	case NODE_COMMAND_MASC:
		put_masc_command(t, &in->command.masc);
		return;
	case NODE_COMMAND_PNRP:
		node_put_pnrp_command(t, &in->command.pnrp);
		return;
	case NODE_COMMAND_GRAPH:
		node_put_graphs_command(t, &in->command.graphs);
		return;
	case NODE_COMMAND_GROUP:
		node_put_groups_command(t, &in->command.groups);
		return;
	}
}

static void put_store_failed(struct text *t, const struct node_in *in, size_t max_octets)
{
	node_put_number(t, "from", in->number);
	node_put_err(t, in->err);
}

static void put_job_done(struct text *t, const struct node_in *in, size_t max_octets)
{
	node_put_number(t, "job", in->number);
	node_put_err(t, in->err);
	if (in->number >= GROUPS_CALLS)
		text_str(t, " secret: no recording holds its result");
}

static void put_config(struct text *t, const struct node_in *in, size_t max_octets)
{
	node_put_number(t, "of", in->bytes.n);
}

typedef void put_in(struct text *t, const struct node_in *in, size_t max_octets);

/* NULL: its name says it all. */
static put_in *const ins[] = {
	[NODE_IN_TICK] = NULL,
	[NODE_IN_WALL] = put_wall_in,
	[NODE_IN_NETWORK] = NULL,
	[NODE_IN_LISTEN_FAILED] = put_listen_failed,
	[NODE_IN_ACCEPTED] = put_accepted,
	[NODE_IN_UP] = put_link_in,
	[NODE_IN_DOWN] = put_link_in,
	[NODE_IN_OCTETS] = put_link_in,
	[NODE_IN_DRAINED] = put_link_in,
	[NODE_IN_COMMAND] = put_command,
	[NODE_IN_STORE_FAILED] = put_store_failed,
	[NODE_IN_JOB_DONE] = put_job_done,
	[NODE_IN_CONFIG] = put_config,
	[NODE_IN_STOP] = NULL,
	[NODE_IN_INTERFACES] = node_put_interfaces,
	[NODE_IN_BOUND] = node_put_bound,
	[NODE_IN_BIND_FAILED] = node_put_bound,
	[NODE_IN_DATAGRAM] = node_put_datagram_in,
	[NODE_IN_HOST] = node_put_hosts,
	[NODE_IN_LISTENING] = put_listening,
};

void node_describe_in(struct text *t, const struct node_in *in, size_t max_octets)
{
	text_str(t, node_in_text(in->kind));
	if (ins[in->kind])
		ins[in->kind](t, in, max_octets);
}

static void put_event(struct text *t, const struct node_out *out, size_t max_octets)
{
	const struct node_event *e = out->event;
	text_char(t, ' ');
	text_str(t, node_part_text(e->part));
	text_char(t, ' ');
	text_str(t, node_event_name(e));
	text_str(t, ": ");
	node_event_text(t, e);
}

static void put_listen(struct text *t, const struct node_out *out, size_t max_octets)
{
	put_part(t, out->listener);
	node_put_addr(t, "at", &out->local);
	if (out->any_port)
		text_str(t, " any-port");
}

static void put_dial(struct text *t, const struct node_out *out, size_t max_octets)
{
	node_put_number(t, "link", out->link);
	node_put_addr(t, "from", &out->local);
	node_put_addr(t, "to", &out->remote);
}

static void put_send(struct text *t, const struct node_out *out, size_t max_octets)
{
	node_put_number(t, "link", out->link);
	node_put_octets(t, out->bytes, max_octets);
	if (out->drain)
		text_str(t, " drain");
}

static void put_close(struct text *t, const struct node_out *out, size_t max_octets)
{
	node_put_number(t, "link", out->link);
}

static void put_reply(struct text *t, const struct node_out *out, size_t max_octets)
{
	node_put_number(t, "call", out->number);
	node_put_err(t, out->err);
	if (out->why) {
		text_char(t, ' ');
		text_str(t, masc_reason_word(out->why));
	}
	if (out->reply_number)
		node_put_number(t, "made", out->reply_number);
	node_put_reply_record(t, out);
	put_duration(t, " in ", out->elapsed);
}

static void put_job(struct text *t, const struct node_out *out, size_t max_octets)
{
	node_put_number(t, "number", out->number);
	if (node_job_is_secret(out->job))
		text_str(t, " secret: no recording holds what it is about");
}

typedef void put_out(struct text *t, const struct node_out *out, size_t max_octets);

static put_out *const outs[] = {
	[NODE_OUT_LISTEN] = put_listen,
	[NODE_OUT_UNLISTEN] = put_listen,
	[NODE_OUT_DIAL] = put_dial,
	[NODE_OUT_SEND] = put_send,
	[NODE_OUT_CLOSE] = put_close,
	[NODE_OUT_EVENT] = put_event,
	[NODE_OUT_REPLY] = put_reply,
	[NODE_OUT_JOB] = put_job,
	[NODE_OUT_BIND] = node_put_bind,
	[NODE_OUT_UNBIND] = node_put_bind,
	[NODE_OUT_JOIN] = node_put_bind,
	[NODE_OUT_LEAVE] = node_put_bind,
	[NODE_OUT_DATAGRAM] = node_put_datagram_out,
	[NODE_OUT_HOST] = node_put_host,
	[NODE_OUT_FOUND] = node_put_found,
	[NODE_OUT_STEP] = node_put_step,
	[NODE_OUT_DATA] = node_put_data,
};

void node_describe_out(struct text *t, const struct node_out *out, size_t max_octets)
{
	text_str(t, node_out_text(out->kind));
	outs[out->kind](t, out, max_octets);
	if (out->after)
		node_put_number(t, "after", out->after);
}
