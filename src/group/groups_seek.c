/* Other members of a group, found and connected (GROUP-15.4 to GROUP-15.8): for whoever asks,
 * for who is alone, and for who has neighbors that may all be of one part of the group. */
#include "group/groups_int.h"

#define SOON MONO_SEC /* who is alone begins within it, each at a time by chance */

static const struct graph *graph_of(const struct groups *s, const struct groups_entry *e)
{
	return graphs_instance(s->graphs, span_str(e->id), span_str(e->self));
}

static bool is_alone(const struct groups *s, const struct groups_entry *e)
{
	const struct graph *g = e->open && e->group && !e->leaving ? graph_of(s, e) : NULL;
	struct graph_info i;
	if (!g || s->stopping)
		return false;
	graph_info(g, s->now, &i);
	return i.loaded && !i.stopping && !i.neighbors;
}

/* ---- addresses ---- */

static bool has(const struct groups_strand *t, const struct addr *a)
{
	for (size_t i = 0; i < t->n; i++)
		if (addr_eq(&t->at[i], a))
			return true;
	return false;
}

static void add(struct groups_seek *k, enum groups_strands to, const struct addr *a)
{
	struct groups_strand *t = &k->strand[to];
	if (t->n < GROUPS_ADDRESSES && !has(&k->strand[GROUPS_KNOWN], a) &&
	    !has(&k->strand[GROUPS_FOUND], a))
		t->at[t->n++] = *a;
}

/* GROUP-15.8: a node that we hear of through our neighbors is of our own part. */
static bool is_of_our_part(const struct graph *g, const struct addr *a)
{
	struct graph_node_info i;
	size_t at = 0;
	while (graph_node_next(g, &at, &i))
		for (size_t k = 0; k < i.n_addresses; k++)
			if (addr_eq(&i.address[k], a))
				return true;
	return false;
}

static void add_known(struct groups *s, struct groups_entry *e)
{
	struct addr known[GROUPS_ADDRESSES];
	const struct graph *g = graph_of(s, e);
	size_t n = g ? graph_known(g, known, GROUPS_ADDRESSES) : 0;
	for (size_t i = 0; i < n; i++)
		add(e->sought.now, GROUPS_KNOWN, &known[i]);
}

/* ---- dialled, one after the other in each strand ---- */

static bool dial(struct groups *s, struct groups_entry *e, struct groups_strand *t)
{
	struct graphs_command g = {
		.kind = GRAPHS_OF,
		.id = span_str(e->id),
		.peer = span_str(e->self),
		.guarded = true,
	};
	g.of = (struct graph_command){ .kind = GRAPH_CONNECT_TO, .remote = t->at[t->tried] };
	t->awaited = GROUPS_CALLS + s->next_call++;
	e->fault = GROUP_FAULT_NONE;
	enum err err = graphs_command(s->graphs, &g, t->awaited, s->now);
	t->err[t->tried++] = err;
	if (err)
		t->awaited = 0;
	return !err;
}

static void dial_next(struct groups *s, struct groups_entry *e)
{
	for (size_t i = 0; i < GROUPS_STRANDS; i++) {
		struct groups_strand *t = &e->sought.now->strand[i];
		while (!t->awaited && t->tried < t->n && !dial(s, e, t))
			;
	}
}

/* ---- how it ended ---- */

static uint32_t count_tried(const struct groups_seek *k)
{
	return (uint32_t)(k->strand[GROUPS_KNOWN].tried + k->strand[GROUPS_FOUND].tried);
}

static void answer_all(struct groups *s, struct groups_entry *e, enum err err, const char *why)
{
	LIST_EACH(n, tmp, &s->calls)
	{
		struct groups_call *c = LIST_ENTRY(n, struct groups_call, all);
		if (c->waits == GROUPS_WAIT_SEEK && c->entry == e)
			groups_answer(s, c, err, why);
	}
}

static void seek_free(struct groups *s, struct groups_entry *e)
{
	groups_search_drop(s, e->sought.now->search);
	env_free(s->env, e->sought.now);
	e->sought.now = NULL;
}

/* GROUP-15.5: 5 s, then twice as long each time, 5 min at most; of that the second half by
 * chance, so that who lost the network together does not come back together. */
static void later(struct groups *s, struct groups_entry *e)
{
	struct groups_sought *o = &e->sought;
	int64_t first = e->quiet ? GROUPS_QUIET_FIRST : GROUPS_SEEK_FIRST;
	int64_t most = e->quiet ? GROUPS_QUIET_MOST : GROUPS_SEEK_MOST;
	int64_t pause = o->pause ? 2 * o->pause : first;
	o->pause = pause < most ? pause : most;
	int64_t half = o->pause / 2;
	o->next = mono_add(s->now, half + (int64_t)env_random_below(s->env, (uint64_t)half + 1));
}

/* GROUP-15.8: nobody new, and it is longer until the next time. */
static void repaired(struct groups *s, struct groups_entry *e)
{
	struct groups_sought *o = &e->sought;
	bool nobody = !o->now->strand[GROUPS_FOUND].n;
	int64_t pause = nobody && o->repair_pause ? 2 * o->repair_pause : GROUPS_SEEK_MOST;
	o->repair_pause = pause < GROUPS_REPAIR_MOST ? pause : GROUPS_REPAIR_MOST;
	o->repair = mono_add(s->now, o->repair_pause);
}

static void end(struct groups *s, struct groups_entry *e, enum err err, const char *why)
{
	struct groups_sought *o = &e->sought;
	bool repair = o->now->repair;
	if (repair)
		repaired(s, e);
	if (!repair || !err) {
		o->ended = s->now;
		o->err = err;
		o->publishers = o->now->publishers;
		o->addresses = count_tried(o->now);
		groups_words(o->why, sizeof(o->why), span_str(why));
	}
	seek_free(s, e);
	answer_all(s, e, err, why);
	o->next = MONO_NEVER;
	if (!err)
		o->pause = 0;
	else if (s->names_on && is_alone(s, e))
		later(s, e);
}

/* ---- in words (GROUP-15.7) ---- */

static const char *outcome(enum err e)
{
	if (e == ERR_REFUSED)
		return "refused";
	return e == ERR_TIMEOUT ? "timed out" : err_text(e);
}

static void put_tried(struct text *t, const struct groups_strand *of)
{
	const size_t most = 3;
	for (size_t i = 0; i < of->tried && i < most; i++) {
		text_str(t, i ? ", " : "");
		addr_text(t, &of->at[i]);
		text_char(t, ' ');
		text_str(t, outcome(of->err[i]));
	}
	if (of->tried <= most)
		return;
	text_str(t, " and ");
	text_u64(t, of->tried - most);
	text_str(t, " more");
}

static bool all_refused(const struct groups_strand *t)
{
	for (size_t i = 0; i < t->tried; i++)
		if (t->err[i] != ERR_REFUSED)
			return false;
	return t->tried > 0;
}

static enum err unreached(struct text *t, const struct groups_strand *of, const char *who)
{
	text_str(t, who);
	text_str(t, ", and not reached: ");
	put_tried(t, of);
	text_str(t, all_refused(of)
			    ? "; nothing takes connections there, or a firewall refuses them"
			    : "; a firewall, or an access point that keeps its clients apart, may "
			      "be in the way");
	return of->err[of->tried - 1];
}

static enum err words(const struct groups_seek *k, struct text *t)
{
	const struct groups_strand *known = &k->strand[GROUPS_KNOWN],
				   *found = &k->strand[GROUPS_FOUND];
	if (k->fault[0]) {
		text_str(t, k->fault);
		return ERR_DENIED;
	}
	if (found->tried)
		return unreached(t, found, "members were found by name");
	enum err err = k->end.err ? k->end.err : ERR_NOT_FOUND;
	groups_search_why(t, k->name, &k->end);
	if (known->tried) {
		text_str(t, "; ");
		(void)unreached(t, known, "addresses of members are known");
	}
	return err;
}

static void end_if_done(struct groups *s, struct groups_entry *e)
{
	struct groups_seek *k = e->sought.now;
	char why[sizeof(e->sought.why)];
	struct text t = TEXT_OF(why);
	if (!k || k->search)
		return;
	for (size_t i = 0; i < GROUPS_STRANDS; i++)
		if (k->strand[i].awaited)
			return;
	enum err err = words(k, &t);
	end(s, e, err, why);
}

/* ---- what comes in ---- */

void groups_seek_hit(struct groups *s, struct groups_entry *e, const struct groups_hit *hit)
{
	struct groups_seek *k = e->sought.now;
	const struct graph *g = graph_of(s, e);
	if (!k || !g)
		return;
	k->publishers++;
	for (size_t i = 0; i < hit->n_at; i++)
		if (!k->repair || !is_of_our_part(g, &hit->at[i]))
			add(k, GROUPS_FOUND, &hit->at[i]);
	dial_next(s, e);
	end_if_done(s, e);
}

void groups_seek_searched(struct groups *s, struct groups_entry *e,
			  const struct groups_resolution *r)
{
	struct groups_seek *k = e->sought.now;
	if (!k)
		return;
	k->search = NULL;
	k->end = *r;
	end_if_done(s, e);
}

/* What a handshake said says more than that it ended. */
static void note_fault(struct groups_entry *e, const struct addr *at)
{
	struct text t = TEXT_OF(e->sought.now->fault);
	if (e->fault == GROUP_FAULT_NONE)
		return;
	text_clear(&t);
	addr_text(&t, at);
	text_str(&t, ": ");
	text_str(&t, group_session_fault_text(e->fault));
	if (e->chain_fault == GROUP_CHAIN_NONE)
		return;
	text_str(&t, " (");
	text_str(&t, group_chain_fault_text(e->chain_fault));
	text_str(&t, ")");
}

static void answered(struct groups *s, struct groups_entry *e, struct groups_strand *t,
		     enum err err)
{
	t->awaited = 0;
	t->err[t->tried - 1] = err;
	if (!err) {
		end(s, e, OK, "");
		return;
	}
	note_fault(e, &t->at[t->tried - 1]);
	dial_next(s, e);
	end_if_done(s, e);
}

bool groups_seek_answered(struct groups *s, const struct graph_out *reply)
{
	LIST_EACH(l, tmp, &s->entries)
	{
		struct groups_entry *e = LIST_ENTRY(l, struct groups_entry, all);
		struct groups_seek *k = e->sought.now;
		for (size_t i = 0; k && i < GROUPS_STRANDS; i++) {
			if (k->strand[i].awaited != reply->number)
				continue;
			answered(s, e, &k->strand[i], reply->err);
			return true;
		}
	}
	return false;
}

/* ---- begun ---- */

static enum err begin(struct groups *s, struct groups_entry *e, enum groups_seek_why why)
{
	struct groups_seek *k = env_zalloc(s->env, 1, sizeof(*k));
	if (!k)
		return ERR_NOMEM;
	struct text name = TEXT_OF(k->name);
	enum err err = group_name_participant(span_str(e->id), &name);
	k->search = err ? NULL : groups_search_new(s, k->name);
	if (!k->search) {
		env_free(s->env, k);
		return err ? err : ERR_NOMEM;
	}
	k->search->entry = e;
	k->repair = why == GROUPS_SEEK_REPAIR;
	e->sought.now = k;
	e->sought.next = MONO_NEVER;
	return OK;
}

enum err groups_seek_start(struct groups *s, struct groups_entry *e, enum groups_seek_why why)
{
	enum err err = e->sought.now ? OK : begin(s, e, why);
	if (err || (why != GROUPS_SEEK_ASKED && !e->quiet))
		return err;
	/* GROUP-15.4: of itself a graph dials what it knows of; who asks wants an answer. */
	e->sought.now->repair = false;
	add_known(s, e);
	dial_next(s, e);
	return OK;
}

void groups_seek_end(struct groups *s, struct groups_entry *e)
{
	if (e->sought.now)
		seek_free(s, e);
	e->sought.next = MONO_NEVER;
	answer_all(s, e, s->stopping ? ERR_STOPPING : ERR_CLOSED, NULL);
}

/* ---- by itself ---- */

static void soon(struct groups *s, struct groups_entry *e)
{
	struct groups_sought *o = &e->sought;
	if (!s->names_on || o->now || !mono_is_never(o->next) || !is_alone(s, e))
		return;
	if (e->quiet) {
		later(s, e);
		return;
	}
	o->pause = 0;
	o->next = mono_add(s->now, (int64_t)env_random_below(s->env, SOON));
}

static void repair(struct groups *s, struct groups_entry *e)
{
	if (s->names_on && !e->sought.now && e->open && e->group && !e->quiet &&
	    mono_reached(e->sought.repair, s->now))
		(void)!groups_seek_start(s, e, GROUPS_SEEK_REPAIR);
}

void groups_seek_event(struct groups *s, struct groups_entry *e, const struct graph_event *v)
{
	bool connected = v->status == GRAPH_LINK_CONNECTED;
	if (v->kind == GRAPH_EVENT_NEIGHBOR && connected) {
		e->sought.next = MONO_NEVER;
		e->sought.pause = 0;
	} else if (v->kind == GRAPH_EVENT_NEED_CONNECTION && connected) {
		repair(s, e);
	} else {
		soon(s, e);
	}
}

static bool is_waited_for(const struct groups *s, const struct groups_entry *e)
{
	LIST_EACH(n, tmp, &s->calls)
	{
		const struct groups_call *c = LIST_ENTRY(n, struct groups_call, all);
		if (c->waits == GROUPS_WAIT_SEEK && c->entry == e)
			return true;
	}
	return false;
}

/* GROUP-11.22: what is known of our removal may be ended, or never have counted, by records
 * that have not come: so it is asked for again, but seldom. */
void groups_seek_mind(struct groups *s, struct groups_entry *e)
{
	struct group_info i = { .removed = false };
	if (e->group)
		group_look(e->group, &i);
	bool quiet = i.removed && !e->hopes;
	e->hopes &= i.removed;
	if (quiet == e->quiet)
		return;
	e->quiet = quiet;
	e->sought.next = MONO_NEVER;
	e->sought.pause = 0;
	if (!e->knocks)
		graphs_apart(s->graphs, span_str(e->id), span_str(e->self), e->quiet, s->now);
	if (e->sought.now && !is_waited_for(s, e))
		seek_free(s, e);
	soon(s, e);
}

void groups_seek_tick(struct groups *s, struct groups_entry *e)
{
	if (!mono_reached(e->sought.next, s->now))
		return;
	e->sought.next = MONO_NEVER;
	if (is_alone(s, e) && groups_seek_start(s, e, GROUPS_SEEK_ALONE) != OK)
		later(s, e);
}

void groups_network(struct groups *s, struct mono now)
{
	s->now = now;
	LIST_EACH(l, tmp, &s->entries)
	{
		struct groups_entry *e = LIST_ENTRY(l, struct groups_entry, all);
		e->sought.repair = now;
		if (e->quiet)
			continue;
		e->sought.next = MONO_NEVER;
		soon(s, e);
	}
}

void groups_seek_look(const struct groups *s, const struct groups_info *of,
		      struct groups_seek_info *out)
{
	const struct groups_entry *e = groups_entry_named(s, span_str(of->id), span_str(of->self));
	*out = (struct groups_seek_info){ .next = MONO_NEVER, .why = "" };
	if (!e)
		return;
	*out = (struct groups_seek_info){
		.seeking = e->sought.now != NULL,
		.next = e->sought.next,
		.ended = e->sought.ended,
		.err = e->sought.err,
		.publishers = e->sought.publishers,
		.addresses = e->sought.addresses,
		.why = e->sought.why,
	};
}
