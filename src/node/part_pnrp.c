#include "node/node_int.h"

/* The part pnrp: its life, and the way of inputs and outputs to and from it. A part that
 * leaves, or a node that stops, still hears what answers its goodbyes. */

/* The sockets of one that is gone; the numbers are free again. */
static enum err unbind_all(struct node *n)
{
	while (n->pnrp.sockets) {
		struct node_own *o = node_own_add(n, &n->own, NODE_OUT_UNBIND);
		if (!o)
			return ERR_NOMEM;
		o->out.socket = (uint32_t)__builtin_ctz(n->pnrp.sockets);
		n->pnrp.sockets &= n->pnrp.sockets - 1;
	}
	return OK;
}

static void drop_core(struct node *n)
{
	pnrp_clouds_free(n->pnrp.core);
	n->pnrp.core = NULL;
	n->pnrp.leaving = false;
}

enum err node_pnrp_start(struct node *n, const struct node_config *cfg, struct mono now)
{
	struct pnrp_clouds *core;
	struct crypto *crypto;
	if (!cfg->pnrp.enabled)
		return OK;
	enum err e = node_crypto(n, &crypto);
	if (!e)
		e = pnrp_clouds_new(&core, &cfg->pnrp, crypto, n->env, n->store, now,
				    node_wall(n, now));
	if (e)
		return e;
	drop_core(n);
	n->pnrp.core = core;
	n->pnrp.life++;
	return unbind_all(n);
}

enum err node_pnrp_change(struct node *n, const struct node_config *cfg, struct mono now)
{
	bool runs = n->pnrp.core && !n->pnrp.leaving;
	if (runs && cfg->pnrp.enabled)
		return pnrp_clouds_reconfigure(n->pnrp.core, &cfg->pnrp, now);
	if (runs) {
		pnrp_clouds_stop(n->pnrp.core, now);
		n->pnrp.leaving = true;
	}
	return runs ? OK : node_pnrp_start(n, cfg, now);
}

void node_pnrp_free(struct node *n)
{
	drop_core(n);
}

enum err node_pnrp_interfaces(struct node *n, const struct node_in *in, struct mono now)
{
	size_t count = in->interfaces.n;
	if (!n->pnrp.core)
		return OK;
	return pnrp_clouds_interfaces(n->pnrp.core, in->interfaces.at,
				      count < NODE_INTERFACES_MAX ? count : NODE_INTERFACES_MAX,
				      now);
}

enum err node_pnrp_socket(struct node *n, const struct node_in *in, struct mono now)
{
	if (!n->pnrp.core)
		return OK;
	if (in->kind == NODE_IN_BOUND)
		pnrp_clouds_bound(n->pnrp.core, in->socket, &in->local, now);
	else
		pnrp_clouds_bind_failed(n->pnrp.core, in->socket, in->err, now);
	return OK;
}

enum err node_pnrp_datagram(struct node *n, const struct node_in *in, struct mono now)
{
	if (!n->pnrp.core)
		return OK;
	return pnrp_clouds_datagram(n->pnrp.core, in->socket, &in->remote, &in->local, in->bytes,
				    now);
}

enum err node_pnrp_host(struct node *n, const struct node_in *in, struct mono now)
{
	size_t count = in->hosts.n < NODE_HOSTS_MAX ? in->hosts.n : NODE_HOSTS_MAX;
	if (n->pnrp.core)
		pnrp_clouds_host(n->pnrp.core, in->number, in->hosts.at, count, in->err, now);
	return OK;
}

enum err node_pnrp_command(struct node *n, const struct node_in *in, struct mono now)
{
	return pnrp_clouds_command(n->pnrp.core, &in->command.pnrp, in->number, now);
}

void node_pnrp_store_failed(struct node *n, const struct node_in *in, struct mono now)
{
	if (n->pnrp.core)
		pnrp_clouds_store_failed(n->pnrp.core, in->number, in->err, now);
}

void node_pnrp_wall(struct node *n, struct wall wall, struct mono now)
{
	if (n->pnrp.core)
		pnrp_clouds_wall(n->pnrp.core, wall, now);
}

void node_pnrp_tick(struct node *n, struct mono now)
{
	if (n->pnrp.core)
		pnrp_clouds_tick(n->pnrp.core, now);
}

void node_pnrp_stop(struct node *n, struct mono now)
{
	if (n->pnrp.core)
		pnrp_clouds_stop(n->pnrp.core, now);
}

struct mono node_pnrp_deadline(const struct node *n)
{
	return n->pnrp.core ? pnrp_clouds_deadline(n->pnrp.core) : MONO_NEVER;
}

static enum node_out_kind out_kind(enum pnrp_clouds_out_kind k)
{
	static const enum node_out_kind kinds[] = {
		[PNRP_CLOUDS_BIND] = NODE_OUT_BIND,	    [PNRP_CLOUDS_UNBIND] = NODE_OUT_UNBIND,
		[PNRP_CLOUDS_JOIN] = NODE_OUT_JOIN,	    [PNRP_CLOUDS_LEAVE] = NODE_OUT_LEAVE,
		[PNRP_CLOUDS_DATAGRAM] = NODE_OUT_DATAGRAM, [PNRP_CLOUDS_HOST] = NODE_OUT_HOST,
		[PNRP_CLOUDS_EVENT] = NODE_OUT_EVENT,	    [PNRP_CLOUDS_RESULT] = NODE_OUT_FOUND,
		[PNRP_CLOUDS_HOP] = NODE_OUT_STEP,	    [PNRP_CLOUDS_REPLY] = NODE_OUT_REPLY,
	};
	return kinds[k];
}

static const struct node_event *event_of(struct node *n, const struct pnrp_clouds_event *e)
{
	n->event.part = NODE_PART_PNRP;
	n->event.level = node_pnrp_event_level(e);
	n->event.pnrp = *e;
	return &n->event;
}

static void note_socket(struct node *n, const struct pnrp_clouds_out *o)
{
	if (o->kind == PNRP_CLOUDS_BIND)
		n->pnrp.sockets |= UINT32_C(1) << o->socket;
	else if (o->kind == PNRP_CLOUDS_UNBIND)
		n->pnrp.sockets &= ~(UINT32_C(1) << o->socket);
}

static void out_of(struct node *n, const struct pnrp_clouds_out *o, struct node_out *out)
{
	*out = (struct node_out){
		.kind = out_kind(o->kind),
		.socket = o->socket,
		.local = o->local,
		.remote = o->remote,
		.shared = o->shared,
		.any_port = o->any_port,
		.hops = o->hops,
		.bytes = o->bytes,
		.number = o->number,
		.err = o->err,
		.elapsed = o->elapsed,
		.after = o->after,
		.found = { o->cloud, o->result, o->hop },
	};
	note_socket(n, o);
	if (o->kind == PNRP_CLOUDS_HOST)
		out->bytes = span_str(o->host);
	if (o->kind == PNRP_CLOUDS_EVENT)
		out->event = event_of(n, o->event);
}

/* A part that was switched off is gone when its goodbyes are said. */
static bool left(struct node *n)
{
	return n->pnrp.leaving && !pnrp_clouds_busy(n->pnrp.core);
}

bool node_pnrp_poll(struct node *n, struct node_out *out)
{
	struct pnrp_clouds_out o;
	if (!n->pnrp.core)
		return false;
	while (pnrp_clouds_poll(n->pnrp.core, &o)) {
		if (node_name_hears(n, &o))
			continue;
		out_of(n, &o, out);
		return true;
	}
	if (!left(n) || unbind_all(n) != OK)
		return false;
	drop_core(n);
	return node_poll(n, out);
}

const struct pnrp_clouds *node_pnrp(const struct node *n)
{
	return n->pnrp.leaving ? NULL : n->pnrp.core;
}
