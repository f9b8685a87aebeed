#include "sim/book.h"
#include "sim/roll.h"

/* What must hold after every event, whatever the scenario. */

#define SPINS_MAX 512 /* a walk in slices ticks as often, at one time */

static void broken_number(struct machine *m, const char *what, uint64_t number)
{
	char buffer[200];
	struct text t = TEXT_OF(buffer);
	text_str(&t, what);
	text_char(&t, ' ');
	text_u64(&t, number);
	broken(m->site.w, &m->site, t.p);
}

/* Outputs */

static struct end *end_of(struct machine *m, uint32_t link)
{
	return map_get(&m->links, span_of(&link, sizeof(link)));
}

/* A CLOSE or SEND that waits for a commit counts as done: the node has said it
 * and must not go on as if it had not. */
static bool close_waits(const struct machine *m, uint32_t link)
{
	LIST_EACH(i, next, &m->held)
	{
		const struct held *h = LIST_ENTRY(i, struct held, at);
		if (h->out.kind == NODE_OUT_CLOSE && h->out.link == link)
			return true;
	}
	return false;
}

static void check_traffic(struct machine *m, const struct node_out *out)
{
	const struct end *e = end_of(m, out->link);
	if (!e || close_waits(m, out->link))
		broken_number(m, "output on a link that is closed:", out->link);
	else if (out->kind == NODE_OUT_SEND && !e->connected)
		broken_number(m, "octets on a link that is not up:", out->link);
}

/* SIM-6.2: parts that dial at once may come out of order, by a little. */
static void check_dial(struct machine *m, const struct node_out *out)
{
	bool below = out->link <= m->highest_dial;
	uint32_t far = (below ? m->highest_dial - out->link : out->link - m->highest_dial) / 2;
	uint64_t bit = far < 64 ? UINT64_C(1) << far : 0;
	if (!(out->link & 1) || (below && (!bit || m->dials & bit))) {
		broken_number(m, "a link's number used twice, or even:", out->link);
		return;
	}
	if (below) {
		m->dials |= bit;
		return;
	}
	m->dials = (bit ? m->dials << far : 0) | 1;
	m->highest_dial = out->link;
}

/* SIM-6.16. An address may be gone that the node has not been told of yet. */
static void check_datagram(struct machine *m, const struct node_out *out)
{
	if (!dgram_socket(&m->host, out->socket))
		broken_number(m, "a datagram on a socket that is not bound:", out->socket);
	else if (out->bytes.n > PNRP_DATAGRAM_MAX)
		broken_number(m, "a datagram that is too long, octets:", out->bytes.n);
}

static struct call *find_call(struct machine *m, uint64_t number)
{
	LIST_EACH(i, next, &m->calls)
	{
		struct call *c = LIST_ENTRY(i, struct call, at);
		if (c->number == number)
			return c;
	}
	return NULL;
}

void invariant_out(struct machine *m, const struct node_out *out)
{
	if (out->after > store_mem_newest(m->mem))
		broken_number(m, "an output waits for a put that was never made:", out->after);
	const struct call *call = out->kind == NODE_OUT_REPLY ? find_call(m, out->number) : NULL;
	invariant_told_out(m, out, call);
	invariant_graph_out(m, out, call);
	if (out->kind == NODE_OUT_SEND || out->kind == NODE_OUT_CLOSE)
		check_traffic(m, out);
	else if (out->kind == NODE_OUT_DIAL)
		check_dial(m, out);
	else if (out->kind == NODE_OUT_DATAGRAM)
		check_datagram(m, out);
	else if (out->kind == NODE_OUT_EVENT)
		invariant_event(m, out->event);
	if (out->kind == NODE_OUT_EVENT && out->event->part == NODE_PART_GROUP)
		roll_event(m, &out->event->group);
}

/* A tick at the deadline must move the deadline on. */
void invariant_deadline(struct machine *m)
{
	struct mono now = sim_clock_mono(&m->clock, m->site.w->now);
	if (!mono_reached(node_deadline(m->node), now)) {
		m->spins = 0;
		return;
	}
	if (++m->spins > SPINS_MAX)
		broken(m->site.w, &m->site, "the deadline stays in the past after a tick");
}

/* Sessions */

static bool same_key(const struct masc_peer_info *a, const struct masc_peer_info *b)
{
	return a->config->family == b->config->family && masc_id_eq(&a->node, &b->node) &&
	       masc_id_eq(&a->config->parent_domain, &b->config->parent_domain) &&
	       a->config->role == b->config->role;
}

static bool find_peer(const struct masc *core, struct span name, size_t *at)
{
	for (size_t i = 0; i < masc_peer_count(core); i++) {
		struct masc_peer_info info;
		masc_peer_info(core, i, &info);
		if (!span_eq(span_str(info.config->name), name))
			continue;
		*at = i;
		return true;
	}
	return false;
}

/* SIM-6.5, RFC 2909 section 8.8: one session with a node for a family and a
 * parent. */
static void check_one_session(struct machine *m, const char *peer)
{
	const struct masc *core = node_masc(m->node);
	struct masc_peer_info mine, other;
	size_t at;
	if (!core || !find_peer(core, span_str(peer), &at))
		return;
	masc_peer_info(core, at, &mine);
	for (size_t i = 0; i < masc_peer_count(core); i++) {
		masc_peer_info(core, i, &other);
		if (i != at && other.state == MASC_ESTABLISHED && same_key(&mine, &other))
			broken(m->site.w, &m->site, "two sessions with one node are established");
	}
}

void invariant_event(struct machine *m, const struct node_event *e)
{
	if (e->part != NODE_PART_MASC)
		return;
	if (e->masc.kind == MASC_EVENT_CLAIM || e->masc.kind == MASC_EVENT_CLASH)
		invariant_claim_out(m, &e->masc);
	if (e->masc.kind == MASC_EVENT_ESTABLISHED)
		check_one_session(m, e->masc.peer);
	if (e->masc.kind == MASC_EVENT_STATE && e->masc.from == e->masc.to)
		broken(m->site.w, &m->site, "a change of state that changes nothing");
}

/* Commands: one reply each, and what was told as done stays done. */

static struct told *find_told(struct machine *m, struct span peer)
{
	LIST_EACH(i, next, &m->told)
	{
		struct told *t = LIST_ENTRY(i, struct told, at);
		if (span_eq(t->peer, peer))
			return t;
	}
	return NULL;
}

static void forget_told(struct machine *m, struct told *t)
{
	if (!t)
		return;
	list_take(&t->at);
	env_free(m->site.w->env, t);
}

void invariant_call(struct machine *m, uint64_t number, const struct node_command *command)
{
	const struct masc_command *c = &command->masc;
	struct world *w = m->site.w;
	struct call *call = world_alloc(w, sizeof(*call));
	if (!call)
		return;
	call->number = number;
	call->kind = command->kind;
	list_push_back(&m->calls, &call->at);
	if (call->kind != NODE_COMMAND_MASC)
		return;
	call->command = *c;
	if (c->for_us && c->kind == MASC_COMMAND_DOWN)
		call->until = sim_clock_wall(&m->clock, w->now).us + c->for_us;
}

void invariant_graph_call(struct machine *m, uint64_t number, enum scn_graph_verb verb,
			  struct book_record *record)
{
	struct node_command c = { .kind = NODE_COMMAND_GRAPH };
	invariant_call(m, number, &c);
	if (list_empty(&m->calls))
		return;
	struct call *call = LIST_ENTRY(m->calls.prev, struct call, at);
	call->graph = verb;
	call->record = record;
}

void invariant_group_call(struct machine *m, uint64_t number, const struct scn_group *g)
{
	struct node_command c = { .kind = NODE_COMMAND_GROUP };
	invariant_call(m, number, &c);
	if (list_empty(&m->calls))
		return;
	struct call *call = LIST_ENTRY(m->calls.prev, struct call, at);
	call->group = g;
	call->asked = sim_clock_wall(&m->clock, m->site.w->now).us;
}

static void note_told(struct machine *m, const struct call *c)
{
	forget_told(m, find_told(m, c->command.peer));
	struct told *t = world_alloc(m->site.w, sizeof(*t));
	if (!t)
		return;
	t->peer = c->command.peer;
	t->down = c->command.kind == MASC_COMMAND_DOWN;
	t->until = c->until;
	list_push_back(&m->told, &t->at);
}

static bool about_peer(const struct call *c)
{
	return c->kind == NODE_COMMAND_MASC && c->command.kind < MASC_COMMAND_RESET;
}

void invariant_reply(struct machine *m, const struct node_out *out)
{
	struct call *c = find_call(m, out->number);
	if (!c) {
		broken_number(m, "a second reply, or one to no command:", out->number);
		return;
	}
	if (out->err == OK && about_peer(c))
		note_told(m, c);
	if (c->kind == NODE_COMMAND_GRAPH)
		book_reply(m, c->record, c->graph, out);
	if (c->kind == NODE_COMMAND_GROUP)
		roll_reply(m, c, out);
	list_take(&c->at);
	env_free(m->site.w->env, c);
}

static bool call_waits(const struct machine *m, struct span peer)
{
	LIST_EACH(i, next, &m->calls)
	{
		const struct call *c = LIST_ENTRY(i, struct call, at);
		if (c->kind == NODE_COMMAND_MASC && span_eq(c->command.peer, peer))
			return true;
	}
	return false;
}

/* Clocks that run at other rates end a time a little apart. */
#define UNTIL_SLACK MONO_SEC

static void check_told(struct machine *m, struct told *t)
{
	const struct masc *core = node_masc(m->node);
	struct masc_peer_info info;
	size_t at;
	int64_t wall = sim_clock_wall(&m->clock, m->site.w->now).us;
	if (t->until && wall > t->until - UNTIL_SLACK) {
		forget_told(m, t);
		return;
	}
	if (!core || call_waits(m, t->peer) || !find_peer(core, t->peer, &at))
		return;
	masc_peer_info(core, at, &info);
	if (info.admin_down != t->down)
		broken(m->site.w, &m->site,
		       t->down ? "a peer that was told to be down for good is up"
			       : "a peer that was told to be up for good is down");
}

static void check_all_told(struct machine *m)
{
	LIST_EACH(i, next, &m->told)
	check_told(m, LIST_ENTRY(i, struct told, at));
}

void invariant_born(struct machine *m)
{
	m->spins = 0;
	check_all_told(m);
	invariant_claim_born(m);
}

static void clear_calls(struct machine *m, bool unsure)
{
	LIST_EACH(i, next, &m->calls)
	{
		struct call *c = LIST_ENTRY(i, struct call, at);
		/* Nobody was told, so either is right after a crash. */
		if (unsure && c->kind == NODE_COMMAND_MASC)
			forget_told(m, find_told(m, c->command.peer));
		list_take(&c->at);
		env_free(m->site.w->env, c);
	}
}

void invariant_crash(struct machine *m, bool lost_store)
{
	clear_calls(m, true);
	invariant_claim_crash(m, lost_store);
	if (!lost_store)
		return;
	LIST_EACH(i, next, &m->told)
	forget_told(m, LIST_ENTRY(i, struct told, at));
}

void invariant_stopped(struct machine *m)
{
	if (!list_empty(&m->calls))
		broken(m->site.w, &m->site, "stopped without a reply to a command");
	clear_calls(m, true);
}

void invariant_stepped(struct machine *m)
{
	LIST_EACH(i, next, &m->told)
	{
		struct told *t = LIST_ENTRY(i, struct told, at);
		if (t->until)
			forget_told(m, t);
	}
}

void invariant_forget(struct machine *m)
{
	clear_calls(m, false);
	invariant_claim_forget(m);
	invariant_told_undone(m, 0);
	LIST_EACH(i, next, &m->told)
	forget_told(m, LIST_ENTRY(i, struct told, at));
}

/* A reply is out, or waits for its commit: nothing else may delay it but the network,
 * which names are asked of. */
static void check_calls(struct machine *m)
{
	if (!list_empty(&m->held))
		return;
	LIST_EACH(i, next, &m->calls)
	if (LIST_ENTRY(i, struct call, at)->kind == NODE_COMMAND_MASC)
		broken(m->site.w, &m->site, "a command without a reply");
}

void invariant_after(struct machine *m)
{
	if (!m->node)
		return;
	if (m->memory > m->site.spec->memory)
		broken_number(m, "more memory than its cap, octets:", m->memory);
	check_calls(m);
	invariant_claim_after(m);
	if (!list_empty(&m->told))
		check_all_told(m);
}
