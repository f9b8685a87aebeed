/* Commands that the engine has not answered yet. */
#include "ops/ops_int.h"

struct asking *ops_asking_new(struct ops *o, struct ops_call call, size_t size)
{
	struct asking *a = env_zalloc(o->env, 1, size);
	if (!a)
		return NULL;
	a->ops = o;
	a->call = call;
	a->ticket = ++o->last_ticket;
	arena_init(&a->mem, o->env, 4096);
	list_push_back(&o->asking, &a->node);
	return a;
}

void ops_asking_free(struct asking *a)
{
	const struct env *env = a->ops->env;
	if (a->fini)
		a->fini(a);
	list_take(&a->node);
	arena_free(&a->mem);
	env_free(env, a);
}

static void on_done(void *arg, const struct engine_result *r)
{
	struct asking *a = arg;
	a->done(a, r);
	ops_asking_free(a);
}

static void on_found(void *arg, const struct node_found *f)
{
	struct asking *a = arg;
	a->found(a, f);
}

enum err ops_asking_give(struct asking *a, const struct node_command *c)
{
	const struct engine_caller who = { a->found ? on_found : NULL, on_done, a };
	if (a->call.ticket)
		*a->call.ticket = a->ticket;
	enum err e = engine_ask(a->ops->engine, c, &who, &a->number);
	if (e)
		ops_asking_free(a);
	return e;
}

enum err ops_asking_send(struct asking *a, const struct pnrp_command *c)
{
	const struct node_command command = { .kind = NODE_COMMAND_PNRP, .pnrp = *c };
	a->part = NODE_COMMAND_PNRP;
	return ops_asking_give(a, &command);
}

static void ignore(void *arg, const struct engine_result *r)
{
}

/* Without memory for it the attempt goes on to its own deadline, unheard. */
static void end(struct ops *o, enum node_command_kind part, uint64_t number)
{
	struct node_command c = { .kind = part };
	if (part == NODE_COMMAND_GROUP) {
		c.groups.kind = GROUPS_CANCEL;
		c.groups.other = number;
	} else if (part == NODE_COMMAND_GRAPH) {
		c.graphs.kind = GRAPHS_CANCEL;
		c.graphs.other = number;
	} else {
		c.pnrp.kind = PNRP_CANCEL;
		c.pnrp.other = number;
	}
	if (engine_command(o->engine, &c, ignore, NULL) != OK)
		return;
}

void ops_cancel(struct ops *o, uint64_t ticket)
{
	LIST_EACH(node, tmp, &o->asking)
	{
		struct asking *a = LIST_ENTRY(node, struct asking, node);
		if (a->ticket != ticket)
			continue;
		uint64_t number = a->number;
		bool ends = a->ends;
		enum node_command_kind part = a->part;
		ops_asking_free(a);
		engine_forget(o->engine, number);
		if (ends)
			end(o, part, number);
		return;
	}
}
