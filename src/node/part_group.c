#include "node/node_int.h"

#include "crypto/seal.h"

/* The part group: its life, and the way of commands and events to and from it. It stands on
 * the part graph and lives no longer than that. */

enum err node_group_vault(struct node *n)
{
	const uint8_t *vault = n->config.vault;
	n->config.vault = NULL; /* the owner's until now, and no longer */
	if (!vault)
		return OK;
	n->group.vault = crypto_secret_new(CRYPTO_SEAL_KEY);
	if (!n->group.vault)
		return ERR_NOMEM;
	memcpy(n->group.vault, vault, CRYPTO_SEAL_KEY);
	return OK;
}

enum err node_group_start(struct node *n, const struct node_config *cfg, struct graphs *graphs,
			  struct mono now)
{
	struct crypto *crypto;
	if (!cfg->group.enabled) {
		if (n->config.guard)
			graphs_guard(graphs, n->config.guard);
		return OK;
	}
	enum err e = node_crypto(n, &crypto);
	if (e)
		return e;
	const struct groups_birth b = {
		.config = &cfg->group,
		.graphs = graphs,
		.crypto = crypto,
		.env = n->env,
		.store = n->store,
		.vault = n->group.vault,
	};
	return groups_new(&n->group.core, &b, now, node_wall(n, now));
}

/* GROUP-10.9: switched off alone, its graphs say goodbye first. */
enum err node_group_change(struct node *n, const struct node_config *cfg, struct mono now)
{
	bool runs = n->group.core && !n->group.leaving;
	if (runs && cfg->group.enabled)
		return groups_reconfigure(n->group.core, &cfg->group, now);
	if (runs) {
		groups_stop(n->group.core, now);
		n->group.leaving = true;
	}
	n->group.again = n->group.leaving && cfg->group.enabled;
	return n->group.leaving ? OK : node_group_start(n, cfg, n->graph.core, now);
}

void node_group_drop(struct node *n)
{
	static const struct graphs_guard none = { NULL, NULL };
	if (n->group.core && n->graph.core)
		graphs_guard(n->graph.core, &none);
	if (n->group.core && n->pnrp.core)
		pnrp_clouds_unlend(n->pnrp.core, n->now);
	groups_free(n->group.core);
	n->group.core = NULL;
	n->group.names = (struct node_names){ 0, 0 };
	n->group.leaving = n->group.again = false;
}

void node_group_free(struct node *n)
{
	node_group_drop(n);
	crypto_secret_free(n->group.vault);
	n->group.vault = NULL;
}

enum err node_group_command(struct node *n, const struct node_in *in, struct mono now)
{
	return groups_command(n->group.core, &in->command.groups, in->number, now);
}

void node_group_job_done(struct node *n, const struct node_in *in, struct mono now)
{
	if (n->group.core)
		groups_job_done(n->group.core, in->number, in->err, in->bytes, now);
}

void node_group_store_failed(struct node *n, const struct node_in *in, struct mono now)
{
	if (n->group.core)
		groups_store_failed(n->group.core, in->number, in->err, now);
}

void node_group_wall(struct node *n, struct wall wall, struct mono now)
{
	if (n->group.core)
		groups_wall(n->group.core, wall, now);
}

void node_group_clock(struct node *n, struct mono now)
{
	if (n->group.core)
		groups_clock(n->group.core, now);
}

static bool begins_again(const struct node *n)
{
	return n->group.again && !n->group.core && n->graph.core && !n->stopping;
}

void node_group_tick(struct node *n, struct mono now)
{
	if (n->group.core)
		groups_tick(n->group.core, now);
	else if (begins_again(n) && node_group_start(n, &n->config, n->graph.core, now) == OK)
		n->group.again = false;
}

struct mono node_group_deadline(const struct node *n)
{
	if (begins_again(n))
		return (struct mono){ 0 };
	return n->group.core ? groups_deadline(n->group.core) : MONO_NEVER;
}

bool node_group_hears(struct node *n, const struct graphs_out *o)
{
	struct groups *s = n->group.core;
	bool reply = o->kind == GRAPHS_REPLY && o->of.number >= GROUPS_CALLS;
	if (s && reply)
		groups_graph_reply(s, &o->of, n->now);
	else if (s && o->kind == GRAPHS_EVENT && o->graph)
		groups_graph_event(s, o->of.event, n->now);
	return reply;
}

static const struct node_event *event_of(struct node *n, const struct groups_out *o)
{
	n->event.part = NODE_PART_GROUP;
	n->event.level = node_group_event_level(o->event);
	n->event.group = (struct node_group_event){ o->group, o->friendly, *o->event };
	return &n->event;
}

static enum node_job job_of(enum groups_job j)
{
	static const enum node_job jobs[] = {
		[GROUPS_JOB_PFX_MAKE] = NODE_JOB_GROUP_PFX_MAKE,
		[GROUPS_JOB_PFX_OPEN] = NODE_JOB_GROUP_PFX_OPEN,
		[GROUPS_JOB_PRS] = NODE_JOB_GROUP_PRS,
	};
	return jobs[j];
}

static void out_of(struct node *n, const struct groups_out *o, struct node_out *out)
{
	static const enum node_out_kind kinds[] = {
		[GROUPS_OUT_REPLY] = NODE_OUT_REPLY,
		[GROUPS_OUT_EVENT] = NODE_OUT_EVENT,
		[GROUPS_OUT_JOB] = NODE_OUT_JOB,
	};
	*out = (struct node_out){
		.kind = kinds[o->kind],
		.listener = NODE_PART_GROUP,
		.number = o->number,
		.bytes = o->bytes,
		.err = o->err,
		.after = o->after,
	};
	if (o->kind == GROUPS_OUT_EVENT)
		out->event = event_of(n, o);
	else if (o->kind == GROUPS_OUT_JOB)
		out->job = job_of(o->job);
	if (o->kind != GROUPS_OUT_REPLY)
		return;
	out->text = o->text[0] ? o->text : NULL;
	out->made = o->made[0] ? o->made : NULL;
}

bool node_group_poll(struct node *n, struct node_out *out)
{
	if (!n->group.core)
		return false;
	node_name_part(n);
	while (groups_poll(n->group.core, &n->group.out)) {
		if (n->group.out.kind >= GROUPS_OUT_NAME_PUBLISH) {
			node_name_want(n, &n->group.out);
			continue;
		}
		out_of(n, &n->group.out, out);
		return true;
	}
	if (n->group.leaving && !groups_busy(n->group.core)) {
		bool again = n->group.again;
		node_group_drop(n);
		n->group.again = again;
	}
	return false;
}

const struct groups *node_groups(const struct node *n)
{
	return n->group.leaving || n->graph.leaving ? NULL : n->group.core;
}
