#include "group_rig.h"

/* ---- machines ---- */

static struct wall wall_of(const struct rig *r, size_t i)
{
	return (struct wall){ RIG_WALL + r->now.us + r->m[i].ahead, true };
}

static void configure(struct rig *r, size_t i)
{
	char text[200], buffer[200];
	struct text t = TEXT_OF(text), why = TEXT_OF(buffer);
	uint32_t line;
	text_str(&t, "graph { listen = 192.0.2.");
	text_u64(&t, i + 1);
	text_str(&t, " ; lab = yes }\ngroup { }\n");
	text_str(&t, r->m[i].named ? "pnrp { lab = yes }\n" : "");
	node_config_init(&r->m[i].config, &r->m[i].f.env);
	assert_int_equal(node_config_parse(&r->m[i].config, span_of(t.p, t.n), &line, &why), OK);
}

static void drain(struct rig *r, size_t i);

void rig_give(struct rig *r, size_t i, struct node_in *in)
{
	if (!r->m[i].n)
		return;
	assert_int_equal(node_input(r->m[i].n, in, r->now), OK);
	drain(r, i);
}

void rig_addresses(struct rig *r, size_t i)
{
	const struct pnrp_if_addr at = {
		.addr = r->m[i].at, .index = 2, .name = "e2", .plen = 24, .multicast = true
	};
	struct node_in in = { .kind = NODE_IN_INTERFACES, .interfaces = { &at, 1 } };
	rig_give(r, i, &in);
}

void rig_on(struct rig *r, size_t i)
{
	struct rig_node *m = &r->m[i];
	m->config.vault = m->no_vault ? NULL : m->vault;
	assert_int_equal(node_new(&m->n, &m->config, &m->f.env, store_mem_store(m->mem), r->now,
				  wall_of(r, i)),
			 OK);
	drain(r, i);
	rig_addresses(r, i);
}

static void push(struct rig *r, size_t to, enum node_in_kind kind, uint32_t link, struct span bytes)
{
	struct rig_message *m = calloc(1, sizeof(*m) + bytes.n);
	assert_non_null(m);
	m->to = to;
	m->kind = kind;
	m->link = link;
	m->n = bytes.n;
	if (bytes.n)
		memcpy(m->bytes, bytes.p, bytes.n);
	*(r->last ? &r->last->next : &r->first) = m;
	r->last = m;
}

static struct rig_link *link_of(struct rig *r, size_t i, uint32_t number, int *side)
{
	for (size_t k = 0; k < RIG_LINKS; k++)
		for (*side = 0; r->link[k].used && *side < 2; ++*side)
			if (r->link[k].node[*side] == i && r->link[k].link[*side] == number)
				return &r->link[k];
	return NULL;
}

static void close_side(struct rig *r, struct rig_link *l, int side)
{
	push(r, l->node[!side], NODE_IN_DOWN, l->link[!side], span_of(NULL, 0));
	l->used = false; /* nobody closes what has ended */
}

/* A machine that is switched off: the others see their connections end. */
void rig_off(struct rig *r, size_t i)
{
	struct rig_node *m = &r->m[i];
	node_free(m->n);
	m->n = NULL;
	m->door.family = ADDR_NONE;
	for (size_t k = 0; k < RIG_LINKS; k++)
		for (int side = 0; r->link[k].used && side < 2; side++)
			if (r->link[k].node[side] == i)
				close_side(r, &r->link[k], side);
}

static void init(struct rig *r, size_t n, bool named)
{
	memset(r, 0, sizeof(*r));
	r->n = n;
	r->now = (struct mono){ 1000 * MONO_SEC };
	for (size_t i = 0; i < n; i++) {
		struct rig_node *m = &r->m[i];
		failing_env_init(&m->f, 11 + i);
		m->named = named;
		m->told = TEXT_OF(m->events);
		m->next_link = 2;
		m->at = (struct addr){ .family = ADDR_IPV4, .ip = { 192, 0, 2, (uint8_t)(i + 1) } };
		memset(m->vault, (int)(i + 1), sizeof(m->vault));
		assert_int_equal(store_mem_new(&m->mem, &m->f.env), OK);
		configure(r, i);
		rig_on(r, i);
	}
}

void rig_init(struct rig *r, size_t n)
{
	init(r, n, false);
}

void rig_init_named(struct rig *r, size_t n)
{
	init(r, n, true);
}

void rig_cut(struct rig *r, size_t a, size_t b)
{
	r->cut[a][b] = r->cut[b][a] = true;
	for (size_t k = 0; k < RIG_LINKS; k++) {
		struct rig_link *l = &r->link[k];
		bool here = l->used && r->cut[l->node[0]][l->node[1]];
		if (!here)
			continue;
		push(r, l->node[0], NODE_IN_DOWN, l->link[0], span_of(NULL, 0));
		close_side(r, l, 0);
	}
}

void rig_heal(struct rig *r, size_t a, size_t b)
{
	r->cut[a][b] = r->cut[b][a] = false;
}

void rig_fini(struct rig *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->m[i].n)
			rig_off(r, i);
	while (r->first) {
		struct rig_message *m = r->first;
		r->first = m->next;
		free(m);
	}
	for (size_t i = 0; i < r->n; i++) {
		node_config_free(&r->m[i].config);
		store_mem_free(r->m[i].mem);
		failing_env_assert_clean(&r->m[i].f);
	}
}

/* ---- outputs ---- */

static size_t node_at(const struct rig *r, const struct addr *a)
{
	for (size_t i = 0; i < r->n; i++)
		if (addr_same_host(&r->m[i].at, a))
			return i;
	return r->n;
}

static void dial(struct rig *r, size_t i, const struct node_out *out)
{
	size_t to = node_at(r, &out->remote);
	size_t k = 0;
	while (k < RIG_LINKS && r->link[k].used)
		k++;
	assert_true(k < RIG_LINKS);
	if (to < r->n && r->cut[i][to]) {
		push(r, i, NODE_IN_DOWN, out->link, span_of(NULL, 0));
		r->last->err = ERR_TIMEOUT;
		return;
	}
	if (to == r->n || !r->m[to].n || r->m[to].door.port != out->remote.port) {
		push(r, i, NODE_IN_DOWN, out->link, span_of(NULL, 0));
		r->last->err = ERR_REFUSED;
		return;
	}
	struct addr from = r->m[i].at;
	from.port = (uint16_t)(40000 + k);
	r->link[k] = (struct rig_link){ .used = true,
					.node = { i, to },
					.link = { out->link, r->m[to].next_link } };
	push(r, to, NODE_IN_ACCEPTED, r->m[to].next_link, span_of(NULL, 0));
	r->last->local = out->remote;
	r->last->remote = from;
	push(r, i, NODE_IN_UP, out->link, span_of(NULL, 0));
	r->last->local = from;
	r->last->remote = out->remote;
	r->m[to].next_link += 2;
}

static void send(struct rig *r, size_t i, const struct node_out *out)
{
	int side;
	const struct rig_link *l = link_of(r, i, out->link, &side);
	if (l)
		push(r, l->node[!side], NODE_IN_OCTETS, l->link[!side], out->bytes);
	if (l && out->drain)
		push(r, i, NODE_IN_DRAINED, out->link, span_of(NULL, 0));
}

static void shut(struct rig *r, size_t i, const struct node_out *out)
{
	int side;
	struct rig_link *l = link_of(r, i, out->link, &side);
	if (l)
		close_side(r, l, side);
}

static void listen_on(struct rig *r, size_t i, const struct node_out *out)
{
	r->m[i].door = out->local;
	push(r, i, NODE_IN_LISTENING, 0, span_of(NULL, 0));
	r->last->local = out->local;
}

static void answer(struct rig *r, size_t i, const struct node_out *out)
{
	struct rig_answer *a = &r->m[i].answer;
	struct text text = TEXT_OF(a->text), made = TEXT_OF(a->made);
	if (out->number != r->m[i].expected)
		return;
	a->given = true;
	a->err = out->err;
	a->id = out->id;
	text_str(&text, out->text ? out->text : "");
	text_str(&made, out->made ? out->made : "");
	assert_true(out->bytes.n < sizeof(a->document));
	a->n = out->bytes.n;
	if (a->n)
		memcpy(a->document, out->bytes.p, a->n);
	a->document[a->n] = 0;
}

static void tell(struct rig *r, size_t i, const struct node_event *e)
{
	struct text *t = &r->m[i].told;
	if (t->n > t->size / 2)
		text_clear(t);
	text_str(t, node_part_text(e->part));
	text_char(t, ' ');
	text_str(t, node_event_name(e));
	text_str(t, ": ");
	node_event_text(t, e);
	text_char(t, '\n');
}

static void do_job(struct rig *r, size_t i, const struct node_out *out)
{
	static uint8_t input[NODE_JOB_RESULT_MAX], result[NODE_JOB_RESULT_MAX];
	size_t n = 0;
	assert_true(out->bytes.n <= sizeof(input));
	memcpy(input, out->bytes.p, out->bytes.n);
	enum err e = node_job_run(out->job, span_of(input, out->bytes.n), &r->m[i].f.env, result,
				  sizeof(result), &n);
	push(r, i, NODE_IN_JOB_DONE, 0, span_of(result, e ? 0 : n));
	r->last->err = e;
	r->last->local.scope = (uint32_t)(out->number >> 32);
	r->last->remote.scope = (uint32_t)out->number;
}

static void bound(struct rig *r, size_t i, const struct node_out *out)
{
	r->m[i].socket[out->socket] = out->local;
	push(r, i, NODE_IN_BOUND, 0, span_of(NULL, 0));
	r->last->socket = out->socket;
	r->last->local = out->local;
}

/* The socket of that machine on that port; 0: none. */
static uint32_t socket_at(const struct rig_node *m, uint16_t port)
{
	for (uint32_t k = 1; k < 8; k++)
		if (m->socket[k].family == ADDR_IPV4 && m->socket[k].port == port)
			return k;
	return 0;
}

static void datagram(struct rig *r, size_t i, const struct node_out *out)
{
	bool multicast = addr_is_multicast(&out->remote);
	for (size_t to = 0; to < r->n; to++) {
		uint32_t socket = socket_at(&r->m[to], out->remote.port);
		bool there = multicast || addr_same_host(&r->m[to].at, &out->remote);
		if (to == i || !there || !socket || r->cut[i][to])
			continue;
		push(r, to, NODE_IN_DATAGRAM, 0, out->bytes);
		r->last->socket = socket;
		r->last->local = out->remote;
		r->last->local.scope = 2;
		r->last->remote = r->m[i].at;
		r->last->remote.port = r->m[i].socket[out->socket].port;
	}
}

static void perform(struct rig *r, size_t i, const struct node_out *out)
{
	if (out->kind == NODE_OUT_DIAL)
		dial(r, i, out);
	else if (out->kind == NODE_OUT_SEND)
		send(r, i, out);
	else if (out->kind == NODE_OUT_CLOSE)
		shut(r, i, out);
	else if (out->kind == NODE_OUT_LISTEN)
		listen_on(r, i, out);
	else if (out->kind == NODE_OUT_UNLISTEN)
		r->m[i].door.family = ADDR_NONE;
	else if (out->kind == NODE_OUT_BIND)
		bound(r, i, out);
	else if (out->kind == NODE_OUT_DATAGRAM)
		datagram(r, i, out);
	else if (out->kind == NODE_OUT_REPLY)
		answer(r, i, out);
	else if (out->kind == NODE_OUT_EVENT)
		tell(r, i, out->event);
	else if (out->kind == NODE_OUT_JOB)
		do_job(r, i, out);
}

static void take_out(struct rig *r, size_t i)
{
	struct node_out out;
	while (node_poll(r->m[i].n, &out))
		perform(r, i, &out);
}

/* A commit that fails, as the engine tells it; what waited for it is not held back here. */
static void undo_all(struct rig *r, size_t i)
{
	struct node_in in = { .kind = NODE_IN_STORE_FAILED, .err = ERR_IO };
	in.number = store_mem_seal(r->m[i].mem) ? store_mem_fail(r->m[i].mem) : 0;
	if (!in.number)
		return;
	assert_int_equal(node_input(r->m[i].n, &in, r->now), OK);
	take_out(r, i);
}

static void drain(struct rig *r, size_t i)
{
	take_out(r, i);
	if (r->m[i].broken)
		undo_all(r, i);
	(void)store_mem_seal(r->m[i].mem);
	while (store_mem_commit(r->m[i].mem))
		;
}

/* ---- time ---- */

static void deliver(struct rig *r)
{
	while (r->first) {
		struct rig_message *m = r->first;
		struct node_in in = { .kind = m->kind,
				      .link = m->link,
				      .listener = NODE_PART_GRAPH,
				      .socket = m->socket,
				      .local = m->local,
				      .remote = m->remote,
				      .err = m->err,
				      .bytes = span_of(m->bytes, m->n) };
		r->first = m->next;
		if (!r->first)
			r->last = NULL;
		if (m->kind == NODE_IN_DOWN && !in.err)
			in.err = ERR_CLOSED;
		if (m->kind == NODE_IN_JOB_DONE)
			in.number = (uint64_t)m->local.scope << 32 | m->remote.scope;
		rig_give(r, m->to, &in);
		free(m);
	}
}

static struct mono due(const struct rig *r)
{
	struct mono at = MONO_NEVER;
	for (size_t i = 0; i < r->n; i++)
		if (r->m[i].n)
			at = mono_min(at, node_deadline(r->m[i].n));
	return at;
}

static void tick(struct rig *r, size_t i)
{
	struct node_in in = { .kind = NODE_IN_TICK };
	if (!r->m[i].n)
		return;
	if (mono_since(r->now, r->m[i].walled) > 10 * MONO_SEC) {
		struct node_in wall = { .kind = NODE_IN_WALL, .wall = wall_of(r, i) };
		r->m[i].walled = r->now;
		rig_give(r, i, &wall);
	}
	if (mono_reached(node_deadline(r->m[i].n), r->now))
		rig_give(r, i, &in);
}

void rig_run(struct rig *r, int64_t us)
{
	struct mono end = mono_add(r->now, us);
	deliver(r);
	while (r->now.us < end.us) {
		struct mono at = due(r);
		r->now = mono_min(end, at.us > r->now.us ? at : mono_add(r->now, 100));
		for (size_t i = 0; i < r->n; i++)
			tick(r, i);
		deliver(r);
	}
}

/* ---- commands ---- */

static const struct rig_answer *await(struct rig *r, size_t i, struct node_in *in)
{
	struct rig_node *m = &r->m[i];
	memset(&m->answer, 0, sizeof(m->answer));
	in->kind = NODE_IN_COMMAND;
	in->number = m->expected = ++m->calls;
	rig_give(r, i, in);
	for (int k = 0; k < 400 && !m->answer.given; k++)
		rig_run(r, 100 * MONO_MS);
	assert_true(m->answer.given);
	return &m->answer;
}

const struct rig_answer *rig_do(struct rig *r, size_t i, const struct groups_command *c)
{
	struct node_in in = { .command = { .kind = NODE_COMMAND_GROUP, .groups = *c } };
	return await(r, i, &in);
}

const struct rig_answer *rig_graph(struct rig *r, size_t i, const struct graphs_command *c)
{
	struct node_in in = { .command = { .kind = NODE_COMMAND_GRAPH, .graphs = *c } };
	return await(r, i, &in);
}

bool rig_told(const struct rig *r, size_t i, const char *words)
{
	return strstr(r->m[i].events, words) != NULL;
}

void rig_forget(struct rig *r, size_t i)
{
	text_clear(&r->m[i].told);
}

static const struct rig_answer *must(const struct rig_answer *a)
{
	if (a->err)
		print_error("%s\n", a->text);
	assert_int_equal(a->err, OK);
	return a;
}

const char *rig_person(struct rig *r, size_t i, const char *label)
{
	const struct groups_command c = { .kind = GROUPS_ID_CREATE,
					  .text = span_str(label),
					  .classifier = span_str(label) };
	return must(rig_do(r, i, &c))->made;
}

const char *rig_group(struct rig *r, size_t i, const char *name)
{
	const struct groups_command c = { .kind = GROUPS_CREATE,
					  .text = span_str(name),
					  .classifier = span_str(name) };
	const char *made = must(rig_do(r, i, &c))->made;
	rig_run(r, MONO_SEC);
	return made;
}

void rig_card(struct rig *r, size_t i, char *out, size_t size)
{
	struct groups_identity who;
	assert_int_equal(groups_find_identity(node_groups(r->m[i].n), span_str(""), &who), OK);
	const struct group_paper card = { .kind = GROUP_PAPER_CARD,
					  .major = 2,
					  .octets = who.certificate };
	struct text t = text_of(out, size);
	assert_int_equal(group_paper_write(&t, &card), OK);
	assert_false(t.cut);
}

static void keep(const struct rig_answer *a, char *out, size_t size)
{
	assert_true(a->n > 0 && a->n < size);
	memcpy(out, a->document, a->n + 1);
}

void rig_invite(struct rig *r, size_t by, size_t who, enum group_role role, int64_t until,
		char *out, size_t size)
{
	static char card[GROUP_PAPER_MAX];
	rig_card(r, who, card, sizeof(card));
	const struct groups_command c = {
		.kind = GROUPS_GRANT, .document = span_str(card), .role = role, .until = until
	};
	keep(must(rig_do(r, by, &c)), out, size);
}

void rig_join(struct rig *r, size_t who, const char *invitation)
{
	const struct groups_command c = { .kind = GROUPS_JOIN, .document = span_str(invitation) };
	(void)must(rig_do(r, who, &c));
}

enum err rig_connect(struct rig *r, size_t from, size_t to)
{
	struct addr a = r->m[to].at;
	a.port = GRAPH_PORT;
	const struct groups_command c = { .kind = GROUPS_CONNECT, .address = &a, .n_address = 1 };
	enum err e = rig_do(r, from, &c)->err;
	rig_run(r, 3 * MONO_SEC);
	return e;
}

/* ---- looks ---- */

struct groups_info rig_info(struct rig *r, size_t i)
{
	struct groups_info info;
	assert_int_equal(groups_find(node_groups(r->m[i].n), span_str(""), &info), OK);
	return info;
}

static const struct graph *graph_of(struct rig *r, size_t i)
{
	struct groups_info info = rig_info(r, i);
	return graphs_instance(node_graphs(r->m[i].n), span_str(info.id), span_str(info.self));
}

size_t rig_neighbors(struct rig *r, size_t i)
{
	const struct graph *g = graph_of(r, i);
	struct graph_info info;
	if (!g)
		return 0;
	graph_info(g, r->now, &info);
	return info.neighbors;
}

static const struct graph_guid chat = { { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 } };

enum err rig_say(struct rig *r, size_t i, const char *words)
{
	struct groups_info info = rig_info(r, i);
	const struct graphs_command c = {
		.kind = GRAPHS_OF,
		.id = span_str(info.id),
		.peer = span_str(info.self),
		.of = { .kind = GRAPH_RECORD_ADD,
			.type = chat,
			.has_payload = true,
			.payload = span_str(words),
			.expires = RIG_WALL + r->now.us + r->m[i].ahead + MONO_HOUR },
	};
	enum err e = rig_graph(r, i, &c)->err;
	rig_run(r, MONO_SEC);
	return e;
}

size_t rig_heard(struct rig *r, size_t i, const char *words)
{
	const struct graph *g = graph_of(r, i);
	const struct graph_db *db = g ? graph_database(g) : NULL;
	size_t n = 0;
	for (const struct graph_entry *e = db ? graph_db_after(db, NULL) : NULL; e;
	     e = graph_db_next(db, e)) {
		struct graph_record rec;
		n += graph_record_get(g, &e->place.id, &rec) == OK &&
		     span_eq(rec.payload, span_str(words));
	}
	return n;
}
