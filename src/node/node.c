#include "node/node_int.h"

#include <assert.h>

/* Life of a node, and the way of inputs and outputs to and from its parts. */

/* No core needs them, and a configuration that comes as text has none: what
 * differs between the two would end sessions. */
static void strip_secrets(struct node_config *c)
{
	for (size_t i = 0; i < c->masc.n_peers; i++)
		memset(c->masc.peers[i].md5_key, 0, sizeof(c->masc.peers[i].md5_key));
}

enum err node_new(struct node **out, const struct node_config *cfg, const struct env *env,
		  struct store *store, struct mono now, struct wall wall)
{
	struct node *n = env_zalloc(env, 1, sizeof(*n));
	if (!n)
		return ERR_NOMEM;
	n->env = env;
	n->store = store;
	n->wall = wall;
	n->wall_at = now;
	list_init(&n->own);
	enum err e = node_config_copy(&n->config, cfg, env);
	if (e) {
		env_free(env, n);
		return e;
	}
	strip_secrets(&n->config);
	n->now = now;
	e = node_group_vault(n);
	if (!e)
		e = node_listen_all(n, &n->config, &n->own);
	if (!e)
		e = node_parts_start(n, &n->config, now);
	if (e) {
		node_free(n);
		return e;
	}
	node_probe_start(n, now);
	*out = n;
	return OK;
}

void node_free(struct node *n)
{
	if (!n)
		return;
	masc_free(n->masc.core);
	node_pnrp_free(n);
	node_graph_free(n);
	node_group_free(n);
	crypto_free(n->crypto);
	node_own_clear(n, &n->own);
	env_free(n->env, n->last);
	node_config_free(&n->config);
	env_free(n->env, n);
}

enum err node_crypto(struct node *n, struct crypto **out)
{
	enum err e = OK;
	if (!n->config.crypto && !n->crypto)
		e = crypto_new(&n->crypto, n->env);
	if (!e)
		*out = n->config.crypto ? n->config.crypto : n->crypto;
	return e;
}

/* The core that takes inputs, NULL when there is none. */
static struct masc *live_masc(const struct node *n)
{
	return n->stopping || n->masc.leaving ? NULL : n->masc.core;
}

/* True when the link may be one of the present core's. */
static bool to_core(const struct node *n, uint32_t link, uint32_t *core_link)
{
	bool dialled = link & 1;
	if (dialled && link <= n->masc.base)
		return false;
	*core_link = dialled ? link - n->masc.base : link;
	return true;
}

static uint32_t from_core(struct node *n, uint32_t core_link)
{
	uint32_t link = core_link & 1 ? core_link + n->masc.base : core_link;
	if (link & 1 && link > n->masc.highest)
		n->masc.highest = link;
	return link;
}

static enum err take_accepted(struct node *n, const struct node_in *in, struct mono now)
{
	struct masc *m = live_masc(n);
	if (m && in->listener == NODE_PART_MASC) {
		masc_link_accepted(m, in->link, &in->local, &in->remote, now);
		return OK;
	}
	if (in->listener == NODE_PART_GRAPH && node_graphs(n))
		return node_graph_accepted(n, in, now);
	struct node_own *o = node_own_add(n, &n->own, NODE_OUT_CLOSE);
	if (!o)
		return ERR_NOMEM;
	o->out.link = in->link;
	return OK;
}

static enum err take_link(struct node *n, const struct node_in *in, struct mono now)
{
	struct masc *m = live_masc(n);
	uint32_t link;
	if (node_graph_has_link(n, in->link))
		return node_graph_link(n, in, now);
	if (!m || !to_core(n, in->link, &link))
		return OK;
	if (in->kind == NODE_IN_UP)
		masc_link_up(m, link, &in->local, &in->remote, now);
	else if (in->kind == NODE_IN_DOWN)
		masc_link_down(m, link, in->err, now);
	else if (in->kind == NODE_IN_DRAINED)
		masc_link_drained(m, link, now);
	else
		masc_input(m, link, in->bytes, now);
	return OK;
}

static enum err refuse_command(struct node *n, uint64_t call)
{
	struct node_own *o = node_own_add(n, &n->own, NODE_OUT_REPLY);
	if (!o)
		return ERR_NOMEM;
	o->out.number = call;
	o->out.err = n->stopping ? ERR_STOPPING : ERR_STATE;
	return OK;
}

static enum err take_command(struct node *n, const struct node_in *in, struct mono now)
{
	struct masc *m = live_masc(n);
	switch (in->command.kind) {
	case NODE_COMMAND_MASC:
		if (!m)
			break;
		masc_command(m, in->number, &in->command.masc, now);
		return OK;
	case NODE_COMMAND_GRAPH:
		if (n->stopping || !node_graphs(n))
			break;
		return node_graph_command(n, in, now);
	case NODE_COMMAND_GROUP:
		if (n->stopping || !node_groups(n))
			break;
		return node_group_command(n, in, now);
	case NODE_COMMAND_PNRP:
		if (n->stopping || !node_pnrp(n))
			break;
		return node_pnrp_command(n, in, now);
	}
	return refuse_command(n, in->number);
}

static enum err take_stop(struct node *n, const struct node_in *in, struct mono now)
{
	struct masc *m = live_masc(n);
	if (n->stopping)
		return OK;
	node_tell(n, NODE_SELF_STOPPING);
	if (m)
		masc_stop(m, now);
	node_pnrp_stop(n, now);
	node_graph_stop(n, now);
	n->stopping = true;
	return OK;
}

static enum err take_tick(struct node *n, const struct node_in *in, struct mono now)
{
	struct masc *m = live_masc(n);
	if (m)
		masc_tick(m, now);
	node_pnrp_tick(n, now);
	node_graph_tick(n, now);
	node_probe_tick(n, now);
	return OK;
}

static enum err take_wall(struct node *n, const struct node_in *in, struct mono now)
{
	node_clock_read(n, in->wall, now);
	node_pnrp_wall(n, in->wall, now);
	node_graph_wall(n, in->wall, now);
	return OK;
}

static enum err take_config(struct node *n, const struct node_in *in, struct mono now)
{
	return n->stopping ? ERR_STATE : node_reload(n, in->bytes, now);
}

static enum err take_network(struct node *n, const struct node_in *in, struct mono now)
{
	struct masc *m = live_masc(n);
	if (m)
		masc_network_changed(m, now);
	return OK;
}

static enum err take_store_failed(struct node *n, const struct node_in *in, struct mono now)
{
	struct masc *m = live_masc(n);
	if (m)
		masc_store_failed(m, in->number, in->err, now);
	node_pnrp_store_failed(n, in, now);
	node_graph_store_failed(n, in, now);
	return OK;
}

static enum err take_listen_failed(struct node *n, const struct node_in *in, struct mono now)
{
	struct masc *m = live_masc(n);
	if (in->listener == NODE_PART_GRAPH)
		return node_graph_listening(n, in, now);
	if (m && in->listener == NODE_PART_MASC)
		masc_listen_failed(m, in->err, now);
	return OK;
}

/* MASC listens where it was told: it needs no more. */
static enum err take_listening(struct node *n, const struct node_in *in, struct mono now)
{
	return in->listener == NODE_PART_GRAPH ? node_graph_listening(n, in, now) : OK;
}

static enum err take_interfaces(struct node *n, const struct node_in *in, struct mono now)
{
	enum err e = node_pnrp_interfaces(n, in, now);
	return e ? e : node_graph_interfaces(n, in, now);
}

static enum err take_job_done(struct node *n, const struct node_in *in, struct mono now)
{
	if (in->number >= GROUPS_CALLS)
		node_group_job_done(n, in, now);
	else
		node_probe_done(n, in, now);
	return OK;
}

typedef enum err take(struct node *n, const struct node_in *in, struct mono now);

static take *const takes[] = {
	[NODE_IN_TICK] = take_tick,
	[NODE_IN_WALL] = take_wall,
	[NODE_IN_NETWORK] = take_network,
	[NODE_IN_LISTEN_FAILED] = take_listen_failed,
	[NODE_IN_ACCEPTED] = take_accepted,
	[NODE_IN_UP] = take_link,
	[NODE_IN_DOWN] = take_link,
	[NODE_IN_OCTETS] = take_link,
	[NODE_IN_DRAINED] = take_link,
	[NODE_IN_COMMAND] = take_command,
	[NODE_IN_STORE_FAILED] = take_store_failed,
	[NODE_IN_JOB_DONE] = take_job_done,
	[NODE_IN_CONFIG] = take_config,
	[NODE_IN_STOP] = take_stop,
	[NODE_IN_INTERFACES] = take_interfaces,
	[NODE_IN_BOUND] = node_pnrp_socket,
	[NODE_IN_BIND_FAILED] = node_pnrp_socket,
	[NODE_IN_DATAGRAM] = node_pnrp_datagram,
	[NODE_IN_HOST] = node_pnrp_host,
	[NODE_IN_LISTENING] = take_listening,
};

enum err node_input(struct node *n, const struct node_in *in, struct mono now)
{
	assert(in->kind < sizeof(takes) / sizeof(takes[0]));
	n->now = now;
	node_group_clock(n, now);
	return takes[in->kind](n, in, now);
}

struct mono node_deadline(const struct node *n)
{
	const struct masc *m = live_masc(n);
	struct mono at = mono_min(node_probe_deadline(n), node_pnrp_deadline(n));
	at = mono_min(at, node_graph_deadline(n));
	return m ? mono_min(at, masc_deadline(m)) : at;
}

bool node_link_waits(const struct node *n, uint32_t link)
{
	const struct masc *m = live_masc(n);
	uint32_t core_link;
	if (node_graph_has_link(n, link))
		return node_graph_link_waits(n, link);
	return m && to_core(n, link, &core_link) && masc_link_waits(m, core_link);
}

static const struct node_event *masc_event(struct node *n, const struct masc_event *e)
{
	n->event.part = NODE_PART_MASC;
	n->event.level = node_masc_event_level(e);
	n->event.masc = *e;
	n->event.masc.link = from_core(n, e->link);
	n->event.masc.kept = from_core(n, e->kept);
	return &n->event;
}

static enum node_out_kind out_kind(enum masc_out_kind k)
{
	static const enum node_out_kind kinds[] = {
		[MASC_OUT_DIAL] = NODE_OUT_DIAL,   [MASC_OUT_SEND] = NODE_OUT_SEND,
		[MASC_OUT_CLOSE] = NODE_OUT_CLOSE, [MASC_OUT_EVENT] = NODE_OUT_EVENT,
		[MASC_OUT_REPLY] = NODE_OUT_REPLY,
	};
	return kinds[k];
}

static void out_of_masc(struct node *n, const struct masc_out *m, struct node_out *out)
{
	*out = (struct node_out){
		.kind = out_kind(m->kind),
		.listener = NODE_PART_MASC,
		.peer = m->peer,
		.local = m->local,
		.remote = m->remote,
		.bytes = m->bytes,
		.drain = m->drain,
		.number = m->call,
		.err = m->result,
		.reply_number = m->number,
		.why = m->why,
		.after = m->after,
	};
	if (m->kind == MASC_OUT_EVENT)
		out->event = masc_event(n, m->event);
	else if (m->kind != MASC_OUT_REPLY)
		out->link = from_core(n, m->link);
}

static bool poll_own(struct node *n, struct node_out *out)
{
	env_free(n->env, n->last);
	n->last = NULL;
	if (list_empty(&n->own))
		return false;
	n->last = LIST_ENTRY(n->own.next, struct node_own, in);
	list_take(&n->last->in);
	*out = n->last->out;
	return true;
}

static bool poll_masc(struct node *n, struct node_out *out)
{
	struct masc_out m;
	if (!n->masc.core)
		return false;
	if (masc_poll(n->masc.core, &m)) {
		out_of_masc(n, &m, out);
		return true;
	}
	if (n->masc.leaving) {
		masc_free(n->masc.core);
		n->masc.core = NULL;
		n->masc.leaving = false;
	}
	return false;
}

bool node_poll(struct node *n, struct node_out *out)
{
	do {
		n->turned = false;
		if (poll_own(n, out) || poll_masc(n, out) || node_pnrp_poll(n, out) ||
		    node_graph_poll(n, out))
			return true;
	} while (n->turned);
	return false;
}

const struct masc *node_masc(const struct node *n)
{
	return n->masc.leaving ? NULL : n->masc.core;
}

const struct node_config *node_config_of(const struct node *n)
{
	return &n->config;
}
