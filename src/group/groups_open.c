/* Groups opened, closed, left, connected (GROUP-9.3 to GROUP-9.5). */
#include "group/groups_int.h"

static struct graphs_command command_of(const struct groups_entry *e, enum graphs_command_kind k)
{
	return (struct graphs_command){
		.kind = k,
		.id = span_str(e->id),
		.peer = span_str(e->self),
		.sync_order = group_sync_order,
		.n_sync_order = GROUP_SYNC_ORDER,
		.guarded = true,
		.listen = true,
	};
}

void groups_entry_open(struct groups *s, struct groups_entry *e, struct groups_call *call,
		       const struct graph_properties *create)
{
	struct graphs_command g = command_of(e, create ? GRAPHS_CREATE : GRAPHS_OPEN);
	struct graph_properties p = { .profile = e->profile, .scope = e->scope };
	groups_words(p.id, sizeof(p.id), g.id);
	g.properties = create ? create : &p;
	call->entry = e;
	groups_words(call->out.made, sizeof(call->out.made), g.id);
	e->open = e->opening = true;
	e->ready = false;
	groups_ask(s, call, &g);
}

void groups_open(struct groups *s, const struct groups_command *c, struct groups_call *call)
{
	struct groups_entry *e = groups_entry_of(s, call, c);
	if (!e)
		return;
	if (c->dry_run) {
		groups_answer(s, call, e->group ? OK : groups_health(s), NULL);
		return;
	}
	struct text why = TEXT_OF(call->out.text);
	enum err err = e->group ? OK : groups_entry_wake(s, e, &why);
	bool before = e->open;
	e->open = true;
	if (!err)
		err = groups_entry_put(s, e);
	if (!err) {
		groups_entry_open(s, e, call, NULL);
		return;
	}
	e->open = before;
	groups_answer(s, call, err,
		      err == ERR_STATE ? "the key of its identity is not at hand" : NULL);
}

void groups_close(struct groups *s, const struct groups_command *c, struct groups_call *call)
{
	struct groups_entry *e = groups_entry_of(s, call, c);
	if (!e)
		return;
	if (c->dry_run) {
		groups_answer(s, call, OK, NULL);
		return;
	}
	struct graphs_command g = command_of(e, GRAPHS_CLOSE);
	groups_seek_end(s, e);
	e->open = false;
	enum err err = groups_entry_put(s, e);
	if (err) {
		e->open = true;
		groups_answer(s, call, err, NULL);
		return;
	}
	groups_ask(s, call, &g);
}

/* GROUP-9.5: its graph says goodbye and goes, then the row does. */
void groups_leave(struct groups *s, const struct groups_command *c, struct groups_call *call)
{
	struct groups_entry *e = groups_entry_of(s, call, c);
	if (!e)
		return;
	if (c->dry_run) {
		groups_answer(s, call, OK, NULL);
		return;
	}
	struct graphs_command g = command_of(e, GRAPHS_DELETE);
	call->entry = NULL;
	groups_calls_end(s, e, ERR_CLOSED);
	call->entry = e;
	e->leaving = true;
	groups_ask(s, call, &g);
}

/* ---- CONNECT (GROUP-9.4) ---- */

static void dial(struct groups *s, struct groups_call *call)
{
	struct groups_entry *e = call->entry;
	struct graphs_command g = command_of(e, GRAPHS_OF);
	g.of = (struct graph_command){
		.kind = GRAPH_CONNECT_TO,
		.remote = call->address[call->tried++],
	};
	e->fault = GROUP_FAULT_NONE;
	groups_ask(s, call, &g);
}

/* What the connection said of itself says more than that it ended. */
static void give_up(struct groups *s, struct groups_call *call, enum err err, const char *why)
{
	const struct groups_entry *e = call->entry;
	struct text t = TEXT_OF(call->out.text);
	const struct addr *a = &call->address[call->tried - 1];
	addr_text(&t, a);
	text_str(&t, ": ");
	if (e->fault == GROUP_FAULT_NONE) {
		text_str(&t, why ? why : err_text(err));
	} else {
		text_str(&t, group_session_fault_text(e->fault));
		if (e->chain_fault != GROUP_CHAIN_NONE) {
			text_str(&t, " (");
			text_str(&t, group_chain_fault_text(e->chain_fault));
			text_str(&t, ")");
		}
	}
	groups_answer(s, call, e->fault == GROUP_FAULT_NONE ? err : ERR_DENIED, NULL);
}

void groups_connect_next(struct groups *s, struct groups_call *call, enum err err, const char *why)
{
	if (!err)
		groups_answer(s, call, OK, NULL);
	else if (err != ERR_CANCELLED && err != ERR_STOPPING && call->tried < call->n_address)
		dial(s, call);
	else
		give_up(s, call, err, why);
}

/* GROUP-15.4 */
static void connect_by_name(struct groups *s, struct groups_entry *e, struct groups_call *call)
{
	call->entry = e;
	call->waits = GROUPS_WAIT_SEEK;
	enum err err = groups_seek_start(s, e, GROUPS_SEEK_ASKED);
	if (err)
		groups_answer(s, call, err, NULL);
}

void groups_connect(struct groups *s, const struct groups_command *c, struct groups_call *call)
{
	struct groups_entry *e = groups_entry_of(s, call, c);
	if (!e)
		return;
	if (!e->open || !e->group) {
		groups_answer(s, call, ERR_STATE, "the group is not open");
		return;
	}
	if (c->dry_run) {
		groups_answer(s, call, OK, NULL);
		return;
	}
	if (!c->n_address) {
		connect_by_name(s, e, call);
		return;
	}
	call->address = env_copy(s->env, c->address, c->n_address * sizeof(*c->address));
	call->n_address = c->n_address;
	if (!call->address)
		groups_answer(s, call, ERR_NOMEM, NULL);
	else
		dial(s, call);
}

/* A job runs to its end unheard; a removal that is gathered still was not said yet. */
static bool ends_here(const struct groups_call *call)
{
	return call->waits == GROUPS_WAIT_JOB || call->waits == GROUPS_WAIT_SEEK ||
	       call->waits == GROUPS_WAIT_LOOKUP || call->waits == GROUPS_WAIT_EPOCH ||
	       call->removing;
}

/* What a graph does for it ends there, and then here. */
void groups_cancel(struct groups *s, const struct groups_command *c, struct groups_call *call)
{
	LIST_EACH(n, tmp, &s->calls)
	{
		struct groups_call *other = LIST_ENTRY(n, struct groups_call, all);
		if (other == call || other->out.number != c->other)
			continue;
		if (ends_here(other)) {
			groups_answer(s, other, ERR_CANCELLED, NULL);
		} else if (other->kind == GROUPS_CONNECT || other->joining) {
			const struct graphs_command g = { .kind = GRAPHS_CANCEL,
							  .other = other->awaited };
			other->tried = other->n_address;
			(void)!graphs_command(s->graphs, &g, GROUPS_CALLS + s->next_call++, s->now);
		}
		break;
	}
	groups_answer(s, call, OK, NULL);
}

/* ---- those that should be open ---- */

static bool is_open(const struct groups *s, const struct groups_entry *e)
{
	return graphs_instance(s->graphs, span_str(e->id), span_str(e->self)) != NULL;
}

void groups_entry_shut(struct groups *s, struct groups_entry *e)
{
	struct graphs_command g = command_of(e, GRAPHS_CLOSE);
	struct groups_call *call = is_open(s, e) ? groups_call_new(s, GROUPS_CLOSE, 0) : NULL;
	if (!call)
		return;
	call->entry = e;
	groups_ask(s, call, &g);
}

static void open_one(struct groups *s, struct groups_entry *e)
{
	struct groups_call *call = groups_call_new(s, GROUPS_OPEN, 0);
	e->again = mono_add(s->now, GROUPS_AGAIN);
	if (call)
		groups_entry_open(s, e, call, NULL);
}

void groups_open_again(struct groups *s)
{
	LIST_EACH(n, tmp, &s->entries)
	{
		struct groups_entry *e = LIST_ENTRY(n, struct groups_entry, all);
		if (s->stopping || !e->open || !e->group || e->opening || is_open(s, e))
			e->again = MONO_NEVER;
		else if (mono_is_never(e->again))
			e->again = mono_add(s->now, GROUPS_AGAIN);
		else if (mono_reached(e->again, s->now))
			open_one(s, e);
	}
}
