#include "graphs_rig.h"

#include <stdio.h>

#include "graph/frame.h"

struct pipe {
	struct list all;
	struct rig_machine *m[2];
	uint32_t link[2];
};

enum act_kind {
	ACT_UP,
	ACT_ACCEPTED,
	ACT_OCTETS,
	ACT_DOWN,
	ACT_DRAINED,
	ACT_LISTENING,
	ACT_UNHEARD
};

struct act {
	struct list all;
	enum act_kind kind;
	struct rig_machine *m;
	uint32_t link;
	struct addr local, remote;
	enum err err;
	size_t n;
	uint8_t octets[];
};

static struct addr addr_of(const char *text, uint16_t port)
{
	struct addr a;
	assert_int_equal(addr_parse(span_str(text), port, &a), OK);
	return a;
}

void rig_start(struct rig *r, size_t i)
{
	struct rig_machine *m = &r->m[i];
	const struct addr all[] = { m->at };
	assert_int_equal(graphs_new(&m->s, &m->cfg, m->crypto, &m->f.env, store_mem_store(m->mem),
				    r->now, r->wall),
			 OK);
	assert_int_equal(graphs_addresses(m->s, all, 1, r->now), OK);
	m->n_replies = 0;
}

static void machine_begin(struct rig *r, size_t i)
{
	struct rig_machine *m = &r->m[i];
	char at[32];
	(void)snprintf(at, sizeof(at), "192.0.2.%u", (unsigned)i + 1);
	m->rig = r;
	m->at = addr_of(at, 0);
	failing_env_init(&m->f, i + 1);
	graph_config_init(&m->cfg);
	m->cfg.enabled = m->cfg.lab = true;
	assert_int_equal(store_mem_new(&m->mem, &m->f.env), OK);
	assert_int_equal(crypto_new(&m->crypto, &m->f.env), OK);
	rig_start(r, i);
}

void rig_begin(struct rig *r)
{
	memset(r, 0, sizeof(*r));
	list_init(&r->pipes);
	list_init(&r->acts);
	r->now = (struct mono){ MONO_HOUR };
	r->wall = (struct wall){ INT64_C(1790000000000000), true };
	for (size_t i = 0; i < RIG_MACHINES; i++)
		machine_begin(r, i);
	rig_settle(r);
}

static void drop_acts(struct rig *r, const struct rig_machine *m)
{
	LIST_EACH(n, tmp, &r->acts)
	{
		struct act *a = LIST_ENTRY(n, struct act, all);
		if (m && a->m != m)
			continue;
		list_take(&a->all);
		free(a);
	}
}

static struct act *act_add(struct rig_machine *m, enum act_kind kind, uint32_t link,
			   struct span octets)
{
	struct act *a = calloc(1, sizeof(*a) + octets.n);
	assert_non_null(a);
	a->kind = kind;
	a->m = m;
	a->link = link;
	a->n = octets.n;
	if (octets.n)
		memcpy(a->octets, octets.p, octets.n);
	list_push_back(&m->rig->acts, &a->all);
	return a;
}

static struct pipe *pipe_of(const struct rig_machine *m, uint32_t link, size_t *side)
{
	LIST_EACH(n, tmp, &m->rig->pipes)
	{
		struct pipe *p = LIST_ENTRY(n, struct pipe, all);
		for (*side = 0; *side < 2; ++*side)
			if (p->m[*side] == m && p->link[*side] == link)
				return p;
	}
	return NULL;
}

static void cut(struct rig_machine *m, uint32_t link)
{
	size_t side;
	struct pipe *p = pipe_of(m, link, &side);
	if (!p)
		return;
	if (p->m[!side])
		act_add(p->m[!side], ACT_DOWN, p->link[!side], span_of(NULL, 0))->err = ERR_CLOSED;
	list_take(&p->all);
	free(p);
}

void rig_crash(struct rig *r, size_t i)
{
	struct rig_machine *m = &r->m[i];
	graphs_free(m->s);
	m->s = NULL;
	drop_acts(r, m);
	LIST_EACH(n, tmp, &r->pipes)
	{
		struct pipe *p = LIST_ENTRY(n, struct pipe, all);
		if (p->m[0] == m)
			cut(m, p->link[0]);
		else if (p->m[1] == m)
			cut(m, p->link[1]);
	}
	m->n_listens = 0;
	store_mem_crash(m->mem);
}

void rig_end(struct rig *r)
{
	drop_acts(r, NULL);
	for (size_t i = 0; i < RIG_MACHINES; i++) {
		struct rig_machine *m = &r->m[i];
		graphs_free(m->s);
		crypto_free(m->crypto);
		store_mem_free(m->mem);
		failing_env_assert_clean(&m->f);
	}
	LIST_EACH(n, tmp, &r->pipes)
	{
		free(LIST_ENTRY(n, struct pipe, all));
	}
}

/* Outputs */

static bool hears(const struct rig_machine *m, const struct addr *at)
{
	for (size_t i = 0; i < m->n_listens; i++) {
		const struct addr *l = &m->listens[i];
		if (l->port == at->port && l->family == at->family &&
		    (addr_is_any(l) || addr_same_host(l, at)))
			return true;
	}
	return false;
}

static struct rig_machine *machine_at(struct rig *r, const struct addr *at)
{
	for (size_t i = 0; i < RIG_MACHINES; i++)
		if (addr_same_host(&r->m[i].at, at))
			return &r->m[i];
	return NULL;
}

static void do_dial(struct rig_machine *m, const struct graph_out *o)
{
	struct rig_machine *to = machine_at(m->rig, &o->remote);
	struct addr from = m->at;
	m->last_dialled = o->link;
	if (!to || !to->s || !hears(to, &o->remote)) {
		act_add(m, ACT_DOWN, o->link, span_of(NULL, 0))->err = ERR_REFUSED;
		return;
	}
	struct pipe *p = calloc(1, sizeof(*p));
	assert_non_null(p);
	*p = (struct pipe){ .m = { m, to }, .link = { o->link, to->next_accepted += 2 } };
	list_push_back(&m->rig->pipes, &p->all);
	from.port = (uint16_t)(40000 + o->link % 20000);
	struct act *up = act_add(m, ACT_UP, o->link, span_of(NULL, 0));
	up->local = from;
	up->remote = o->remote;
	struct act *in = act_add(to, ACT_ACCEPTED, p->link[1], span_of(NULL, 0));
	in->local = o->remote;
	in->remote = from;
}

static void do_send(struct rig_machine *m, const struct graph_out *o)
{
	size_t side;
	struct pipe *p = pipe_of(m, o->link, &side);
	if (!p)
		return;
	if (p->m[!side])
		act_add(p->m[!side], ACT_OCTETS, p->link[!side], o->bytes);
	if (o->drain)
		act_add(m, ACT_DRAINED, o->link, span_of(NULL, 0));
}

static void do_listen(struct rig_machine *m, const struct graphs_out *o)
{
	struct addr local = o->local;
	bool taken = local.port && local.port == m->taken;
	m->asked++;
	if (m->no_ipv6 && local.family == ADDR_IPV6) {
		struct act *a = act_add(m, ACT_UNHEARD, 0, span_of(NULL, 0));
		a->local = local;
		a->err = ERR_UNSUPPORTED;
		return;
	}
	if (taken && !o->any_port) {
		struct act *a = act_add(m, ACT_UNHEARD, 0, span_of(NULL, 0));
		a->local = local;
		a->err = ERR_IN_USE;
		return;
	}
	if (taken || !local.port)
		local.port = 45678;
	assert_true(m->n_listens < RIG_LISTENS);
	m->listens[m->n_listens++] = local;
	act_add(m, ACT_LISTENING, 0, span_of(NULL, 0))->local = local;
}

static void do_unlisten(struct rig_machine *m, const struct graphs_out *o)
{
	for (size_t i = 0; i < m->n_listens; i++) {
		if (!addr_eq(&m->listens[i], &o->local))
			continue;
		m->listens[i] = m->listens[--m->n_listens];
		m->unlistened++;
		return;
	}
	fail_msg("unlistens where it does not listen");
}

static void do_reply(struct rig_machine *m, const struct graph_out *o)
{
	struct rig_reply *to = &m->reply[m->n_replies++ % RIG_REPLIES];
	struct text t = TEXT_OF(to->text);
	to->number = o->number;
	to->after = o->after;
	to->err = o->err;
	to->id = o->type;
	to->conn = o->conn;
	text_str(&t, o->text ? o->text : "");
}

static void do_out(struct rig_machine *m, const struct graphs_out *o)
{
	struct text t = TEXT_OF(m->data);
	switch (o->kind) {
	case GRAPHS_LISTEN_ON:
		do_listen(m, o);
		return;
	case GRAPHS_UNLISTEN:
		do_unlisten(m, o);
		return;
	case GRAPHS_DIAL:
		do_dial(m, &o->of);
		return;
	case GRAPHS_SEND:
		do_send(m, &o->of);
		return;
	case GRAPHS_CLOSE_LINK:
		m->closed++;
		cut(m, o->of.link);
		return;
	case GRAPHS_EVENT:
		m->events[o->of.event->kind]++;
		return;
	case GRAPHS_REPLY:
		do_reply(m, &o->of);
		return;
	case GRAPHS_DATA:
		text_span(&t, o->of.bytes);
		return;
	}
}

static void drain(struct rig_machine *m)
{
	struct graphs_out o;
	while (graphs_poll(m->s, &o))
		do_out(m, &o);
	while (store_mem_seal(m->mem) && store_mem_commit(m->mem))
		;
}

static void act(struct rig *r, const struct act *a)
{
	struct graphs *s = a->m->s;
	enum err e = OK;
	switch (a->kind) {
	case ACT_UP:
		e = graphs_up(s, a->link, &a->local, &a->remote, r->now);
		break;
	case ACT_ACCEPTED:
		e = graphs_accepted(s, a->link, &a->local, &a->remote, r->now);
		break;
	case ACT_OCTETS:
		e = graphs_input(s, a->link, span_of(a->octets, a->n), r->now);
		break;
	case ACT_DOWN:
		graphs_down(s, a->link, a->err, r->now);
		break;
	case ACT_DRAINED:
		graphs_drained(s, a->link, r->now);
		break;
	case ACT_LISTENING:
		graphs_listening(s, &a->local, r->now);
		break;
	case ACT_UNHEARD:
		graphs_listen_failed(s, &a->local, a->err, r->now);
		break;
	}
	assert_int_equal(e, OK);
}

static bool tick_due(struct rig *r)
{
	bool any = false;
	for (size_t i = 0; i < RIG_MACHINES; i++) {
		struct rig_machine *m = &r->m[i];
		if (!m->s || !mono_reached(graphs_deadline(m->s), r->now))
			continue;
		graphs_tick(m->s, r->now);
		drain(m);
		any = true;
	}
	return any;
}

void rig_settle(struct rig *r)
{
	for (size_t i = 0; i < RIG_MACHINES; i++)
		if (r->m[i].s)
			drain(&r->m[i]);
	do {
		while (!list_empty(&r->acts)) {
			struct act *a = LIST_ENTRY(r->acts.next, struct act, all);
			list_take(&a->all);
			act(r, a);
			drain(a->m);
			free(a);
		}
	} while (tick_due(r));
}

void rig_run(struct rig *r, int64_t us)
{
	struct mono end = mono_add(r->now, us);
	rig_settle(r);
	for (;;) {
		struct mono next = MONO_NEVER;
		for (size_t i = 0; i < RIG_MACHINES; i++)
			if (r->m[i].s)
				next = mono_min(next, graphs_deadline(r->m[i].s));
		if (!mono_reached(next, end))
			break;
		r->wall.us += mono_since(next, r->now);
		r->now = next;
		rig_settle(r);
	}
	r->wall.us += mono_since(end, r->now);
	r->now = end;
}

static const struct rig_reply *reply_to(const struct rig_machine *m, uint64_t number)
{
	static const struct rig_reply none = { .err = ERR_TIMEOUT };
	for (size_t i = 0; i < m->n_replies && i < RIG_REPLIES; i++)
		if (m->reply[i].number == number)
			return &m->reply[i];
	return &none;
}

const struct rig_reply *rig_ask(struct rig *r, size_t i, const struct graphs_command *c)
{
	static uint64_t number = 100;
	struct rig_machine *m = &r->m[i];
	assert_int_equal(graphs_command(m->s, c, ++number, r->now), OK);
	rig_settle(r);
	return reply_to(m, number);
}

const struct rig_reply *rig_do(struct rig *r, size_t i, enum graphs_command_kind k, const char *id)
{
	const struct graphs_command c = { .kind = k, .id = span_str(id) };
	return rig_ask(r, i, &c);
}

uint32_t rig_stranger(struct rig *r, size_t i, const char *from)
{
	struct rig_machine *m = &r->m[i];
	struct addr local = m->at, remote = addr_of(from, 50000);
	uint32_t link = m->next_accepted += 2;
	local.port = GRAPH_PORT;
	struct pipe *p = calloc(1, sizeof(*p));
	assert_non_null(p);
	*p = (struct pipe){ .m = { m, NULL }, .link = { link, 0 } };
	list_push_back(&r->pipes, &p->all);
	assert_int_equal(graphs_accepted(m->s, link, &local, &remote, r->now), OK);
	rig_settle(r);
	return link;
}

void rig_says(struct rig *r, size_t i, uint32_t link, struct span octets)
{
	assert_int_equal(graphs_input(r->m[i].s, link, octets, r->now), OK);
	rig_settle(r);
}

size_t rig_auth_info(uint8_t *out, size_t size, const char *graph, const char *to)
{
	uint8_t message[GRAPH_ID_OCTETS * 4];
	struct wr w = wr_of(message, sizeof(message)), framed = wr_of(out, size);
	const struct graph_auth_info a = { .connection = GRAPH_NEIGHBOR,
					   .graph_id = span_str(graph),
					   .source = span_str("0.stranger"),
					   .destination = span_str(to) };
	graph_put_auth_info(&w, &a);
	graph_put_framed(&framed, wr_span(&w), (struct graph_framing){ GRAPH_FRAME_PAYLOAD });
	assert_false(w.failed || framed.failed);
	return framed.n;
}

size_t rig_neighbors(const struct rig *r, size_t i, const char *id)
{
	const struct graph *g = graphs_find(r->m[i].s, span_str(id));
	struct graph_info info;
	assert_non_null(g);
	graph_info(g, r->now, &info);
	return info.neighbors;
}

size_t rig_reached_at(const struct rig *r, const char *id, struct addr out[GRAPH_ADDRESSES_MAX])
{
	struct graph_node_info i;
	size_t at = 0;
	while (graph_node_next(graphs_find(r->m[0].s, span_str(id)), &at, &i))
		if (i.self) {
			memcpy(out, i.address, i.n_addresses * sizeof(out[0]));
			return i.n_addresses;
		}
	return 0;
}
