/* What graphs ask, say and answer; what members want of them (GROUP-9.3, GROUP-9.8). */
#include "graph/db.h"
#include "group/groups_int.h"
#include "group/joiner.h"

/* ---- asked ---- */

enum err groups_guard_provider(void *ctx, struct span graph_id, struct span peer,
			       struct graph_provider *out)
{
	const struct groups *s = ctx;
	struct groups_entry *e = groups_entry_named(s, graph_id, peer);
	struct group_joiner *j = e ? NULL : groups_joining_guard(s, graph_id, peer);
	if (j) {
		*out = group_joiner_provider(j);
		return OK;
	}
	if (!e)
		return ERR_NOT_FOUND;
	if (!e->group)
		return ERR_STATE;
	*out = group_provider(e->group);
	return OK;
}

/* ---- said ---- */

static struct groups_entry *entry_of(const struct groups *s, const struct graph_event *e)
{
	struct graphs_info i;
	size_t at = 0;
	while (graphs_next(s->graphs, &at, &i))
		if (i.number == e->graph)
			return groups_entry_named(s, span_str(i.id), span_str(i.peer));
	return NULL;
}

static bool is_here(const struct graph *g, const char *peer)
{
	struct graph_node_info i;
	size_t at = 0;
	while (graph_node_next(g, &at, &i))
		if (span_eq(span_str(i.peer), span_str(peer)))
			return true;
	return false;
}

/* A person may be at several machines: who leaves one may be at another. */
static void presence(struct groups *s, struct groups_entry *e, const struct graph_event *v)
{
	const struct graph *g = graphs_instance(s->graphs, span_str(e->id), span_str(e->self));
	bool gone = v->status == GRAPH_LINK_ENDED || v->status == GRAPH_LINK_FAILED;
	bool here = !gone || (g && is_here(g, v->peer));
	if (v->peer[0])
		group_presence(e->group, span_str(v->peer), here, s->now);
}

/* GROUP-9.7: a graph is called what its group is called, and leaves out presence where that
 * does. */
static void say(struct groups *s, struct groups_entry *e)
{
	struct group_info i;
	group_look(e->group, &i);
	if (!i.security && !i.policy)
		return;
	uint32_t options = i.policy ? i.policy->options : i.security->options;
	const struct graph_saying what = {
		.name = i.friendly,
		.comment = i.comment,
		.defer_expiration = options & GROUP_OPTION_DEFER,
		.no_presence = options & GROUP_OPTION_NO_PRESENCE,
	};
	graphs_said(s->graphs, span_str(e->id), span_str(e->self), &what, s->now);
}

/* GROUP-9.3: what it may publish waits until the database is read and, of one that others
 * made, synchronised. */
static void mind_ready(struct groups *s, struct groups_entry *e)
{
	const struct graph *g = graphs_instance(s->graphs, span_str(e->id), span_str(e->self));
	struct graph_info i;
	if (e->ready || !g)
		return;
	graph_info(g, s->now, &i);
	if (!i.loaded || !i.synchronised)
		return;
	e->ready = true;
	say(s, e);
	group_ready(e->group, s->now);
}

void groups_graph_event(struct groups *s, const struct graph_event *v, struct mono now)
{
	static const bool followed[GRAPH_EVENT_COUNT] = {
		[GRAPH_EVENT_STATUS] = true,	   [GRAPH_EVENT_LOADED] = true,
		[GRAPH_EVENT_SYNCHRONISED] = true, [GRAPH_EVENT_NODE] = true,
		[GRAPH_EVENT_NEIGHBOR] = true,	   [GRAPH_EVENT_NEED_CONNECTION] = true,
	};
	struct groups_entry *e = followed[v->kind] ? entry_of(s, v) : NULL;
	s->now = now;
	if (!e || !e->group)
		return;
	s->names_stale = true;
	if (v->kind == GRAPH_EVENT_NODE || v->kind == GRAPH_EVENT_NEIGHBOR)
		presence(s, e, v);
	else
		mind_ready(s, e);
	if (v->kind != GRAPH_EVENT_NODE)
		groups_seek_event(s, e, v);
}

/* ---- answered ---- */

static void forget(struct groups *s, struct groups_entry *e, struct groups_call *call, enum err why)
{
	call->entry = NULL;
	groups_calls_end(s, e, why);
	groups_entry_free(s, e);
}

/* One whose graph cannot be made was never there. */
static void made(struct groups *s, struct groups_call *call, const struct graph_out *r)
{
	struct groups_entry *e = call->entry;
	bool fresh = call->kind != GROUPS_OPEN && e->born == e->saved;
	e->opening = false;
	if (r->err && fresh) {
		(void)!groups_entry_drop(s, e);
		forget(s, e, call, r->err);
	} else if (!r->err) {
		e->quiet = false;
		groups_seek_mind(s, e);
		mind_ready(s, e);
	}
	if (!r->err && r->after > s->put)
		s->put = r->after;
	if (!r->err && call->joining)
		groups_joined(s, call);
	else
		groups_answer(s, call, r->err, r->text);
}

/* What is closed already is closed. */
static void closed(struct groups *s, struct groups_call *call, const struct graph_out *r)
{
	struct groups_entry *e = call->entry;
	bool shut = !graphs_instance(s->graphs, span_str(e->id), span_str(e->self));
	e->ready = false;
	groups_answer(s, call, shut ? OK : r->err, r->text);
}

static void left(struct groups *s, struct groups_call *call, const struct graph_out *r)
{
	struct groups_entry *e = call->entry;
	enum err err = r->err == ERR_NOT_FOUND ? OK : r->err;
	const char *text = err ? r->text : NULL;
	if (!err)
		err = groups_entry_drop(s, e);
	if (err)
		e->leaving = false;
	else
		forget(s, e, call, ERR_CLOSED);
	groups_answer(s, call, err, text);
}

static bool is_none(const struct graph_guid *id)
{
	static const struct graph_guid none;
	return graph_guid_eq(id, &none);
}

static void stored(struct groups *s, struct groups_call *call, const struct graph_out *r)
{
	const struct group_stored what = {
		.tag = call->tag,
		.after = r->after,
		.id = is_none(&call->id) ? r->type : call->id,
		.err = r->err,
	};
	group_stored(call->entry->group, &what, s->now);
}

/* The group waits for it by its type. */
static bool is_needed(enum groups_command_kind k)
{
	return k == GROUPS_SET || k == GROUPS_PASSWORD || k == GROUPS_REMOVE || k == GROUPS_RETURN;
}

static void published(struct groups *s, struct groups_call *call, const struct graph_out *r)
{
	struct groups_entry *e = call->entry;
	/* GROUP-10.13: what the group tells rests on it. */
	if (!r->err && r->after > s->put)
		s->put = r->after;
	if (e->group && call->tag)
		stored(s, call, r);
	if (e->group && is_needed(call->kind))
		group_published(e->group, &call->type, is_none(&call->id) ? &r->type : &call->id,
				r->err, s->now);
	else if (e->group && !r->err && call->granted.n)
		group_published_for(e->group, span_of(call->granted.p, call->granted.n),
				    call->granted_until, s->now);
	if (e->group && !r->err && graph_guid_eq(&call->type, &group_type_removal))
		group_removal_rests(e->group, &r->type, r->after);
	groups_answer(s, call, r->err, r->text);
}

static void connected(struct groups *s, struct groups_call *call, const struct graph_out *r)
{
	groups_connect_next(s, call, r->err, r->text);
}

void groups_answered(struct groups *s, struct groups_call *call, const struct graph_out *r)
{
	static void (*const takes[])(struct groups *, struct groups_call *,
				     const struct graph_out *) = {
		[GROUPS_CREATE] = made,
		[GROUPS_JOIN] = made,
		[GROUPS_IMPORT] = made,
		[GROUPS_OPEN] = made,
		[GROUPS_CLOSE] = closed,
		[GROUPS_LEAVE] = left,
		[GROUPS_SET] = published,
		[GROUPS_CONNECT] = connected,
		[GROUPS_GRANT] = published,
		[GROUPS_INVITE] = published,
		[GROUPS_INVITE_REVOKE] = published,
		[GROUPS_PASSWORD] = published,
		[GROUPS_REMOVE] = published,
		[GROUPS_RETURN] = published,
		[GROUPS_CANCEL] = NULL,
	};
	call->waits = GROUPS_WAIT_NOTHING;
	if (groups_joining_answered(s, call, r))
		return;
	takes[call->kind](s, call, r);
}

void groups_graph_reply(struct groups *s, const struct graph_out *reply, struct mono now)
{
	struct groups_call *call = groups_call_waiting(s, GROUPS_WAIT_GRAPH, reply->number);
	s->now = now;
	if (call)
		groups_answered(s, call, reply);
	else if (!groups_joinings_answered(s, reply))
		(void)groups_seek_answered(s, reply);
}

/* ---- wanted ---- */

/* Who waits for it, or nobody; NULL: was answered meanwhile, since the group was closed, or
 * without memory. */
static struct groups_call *call_for(struct groups *s, const struct group_out *o)
{
	struct groups_call *call =
		o->asked ? groups_call_waiting(s, GROUPS_WAIT_TURN, o->asked)
			 : groups_call_new(s, o->other ? GROUPS_GRANT : GROUPS_SET, 0);
	if (!call || !o->other || groups_octets_set(s, &call->granted, o->payload) == OK)
		return call;
	groups_answer(s, call, ERR_NOMEM, NULL);
	return NULL;
}

static void publish(struct groups *s, struct groups_entry *e, const struct group_out *o)
{
	bool fresh = is_none(&o->id);
	struct groups_call *call = call_for(s, o);
	if (!call) {
		const struct group_stored lost = { .tag = o->tag, .id = o->id, .err = ERR_NOMEM };
		if (!o->asked && !o->other)
			group_published(e->group, &o->type, &o->id, ERR_NOMEM, s->now);
		if (o->tag)
			group_stored(e->group, &lost, s->now);
		return;
	}
	struct graphs_command g = {
		.kind = GRAPHS_OF,
		.id = span_str(e->id),
		.peer = span_str(e->self),
	};
	g.of = (struct graph_command){
		.kind = fresh ? GRAPH_RECORD_ADD : GRAPH_RECORD_UPDATE,
		.type = o->type,
		.id = o->id,
		.reserved = true,
		.has_payload = true,
		.payload = o->payload,
		.expires = o->expires,
	};
	call->entry = e;
	call->tag = o->tag;
	call->granted_until = o->expires;
	call->type = o->type;
	call->id = o->id;
	groups_ask(s, call, &g);
}

/* What it is, where it is not there: nobody may see an old one after a restart. */
static void keep(struct groups *s, struct groups_entry *e, struct groups_octets *to,
		 struct span payload)
{
	if (groups_octets_set(s, to, payload) != OK || groups_entry_put(s, e) != OK)
		e->unsaved = true;
}

static void remember_names(struct groups_entry *e)
{
	struct group_info i;
	group_look(e->group, &i);
	if (i.friendly && i.friendly[0])
		groups_words(e->friendly, sizeof(e->friendly), span_str(i.friendly));
	if (i.comment)
		groups_words(e->comment, sizeof(e->comment), span_str(i.comment));
	if (i.policy)
		e->options = i.policy->options;
}

static void follow(struct groups *s, struct groups_entry *e, const struct group_event *v)
{
	if (v->kind == GROUP_EVENT_AUTH_FAILED) {
		e->fault = v->fault;
		e->chain_fault = v->chain;
		/* GROUP-11.22: that which is new does not stand either. */
		if (v->fault == GROUP_FAULT_OUT && e->hopes) {
			e->hopes = false;
			groups_seek_mind(s, e);
		}
	} else if (v->kind == GROUP_EVENT_PROPERTIES) {
		remember_names(e);
		say(s, e);
		(void)!groups_entry_put(s, e);
	}
}

/* GROUP-11.21: nobody waits for what becomes of it. */
static void take_shown(struct groups *s, struct groups_entry *e, struct span record)
{
	struct graphs_command g = {
		.kind = GRAPHS_OF,
		.id = span_str(e->id),
		.peer = span_str(e->self),
		.of = { .kind = GRAPH_IMPORT, .reserved = true, .payload = record },
	};
	(void)!graphs_command(s->graphs, &g, GROUPS_CALLS + s->next_call++, s->now);
}

/* GROUP-10.13: what comes of records of others is put before it is taken out here. */
static uint64_t rests_on(const struct groups *s, const struct groups_entry *e)
{
	const struct graph *g = graphs_instance(s->graphs, span_str(e->id), span_str(e->self));
	uint64_t after = g ? graph_db_newest(graph_database(g)) : 0;
	if (e->saved > after)
		after = e->saved;
	return s->put > after ? s->put : after;
}

/* True: it is for whoever polls. */
static bool take(struct groups *s, struct groups_entry *e, const struct group_out *o,
		 struct groups_out *out)
{
	struct span id = span_str(e->id);
	switch (o->kind) {
	case GROUP_OUT_PUBLISH:
		publish(s, e, o);
		return false;
	case GROUP_OUT_REVALIDATE:
		graphs_revalidate(s->graphs, id, o->ids, o->n_ids, s->now);
		return false;
	case GROUP_OUT_RECHECK:
		if (o->ended)
			graphs_recheck_ended(s->graphs, id, s->now);
		else
			graphs_recheck(s->graphs, id, s->now);
		groups_seek_mind(s, e);
		return false;
	case GROUP_OUT_RESUME:
		graphs_resume(s->graphs, id, s->now);
		return false;
	case GROUP_OUT_CHAIN:
		keep(s, e, &e->chain, o->payload);
		s->names_stale = true;
		groups_seek_mind(s, e);
		return false;
	case GROUP_OUT_NAMES:
		s->names_stale = true;
		return false;
	case GROUP_OUT_SECURITY:
		keep(s, e, &e->security, o->payload);
		return false;
	case GROUP_OUT_KEYS:
		if (groups_keys_seal(s, e) != OK || groups_entry_put(s, e) != OK)
			e->unsaved = true;
		return false;
	case GROUP_OUT_SHOWN:
		take_shown(s, e, o->payload);
		return false;
	case GROUP_OUT_REVEAL:
		graphs_reveal(s->graphs, id, span_str(e->self), s->now);
		return false;
	case GROUP_OUT_EVENT:
		break;
	}
	follow(s, e, o->event);
	*out = (struct groups_out){
		.kind = GROUPS_OUT_EVENT,
		.group = e->id,
		.friendly = e->friendly,
		.event = o->event,
		.after = rests_on(s, e),
	};
	return true;
}

bool groups_entry_poll(struct groups *s, struct groups_entry *e, struct groups_out *out)
{
	struct group_out o;
	while (e->group && group_poll(e->group, &o))
		if (take(s, e, &o, out))
			return true;
	/* By now its keys are put. */
	groups_rotated(s, e);
	return false;
}
