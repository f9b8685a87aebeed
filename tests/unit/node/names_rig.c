#include "names_rig.h"

#define DELAY MONO_MS

static const struct wall morning = { INT64_C(1790000000000000), true };

void rig_init(struct rig *r)
{
	memset(r, 0, sizeof(*r));
	r->now = (struct mono){ 1000 * MONO_SEC };
}

void rig_fini(struct rig *r)
{
	for (size_t i = 0; i < r->n; i++) {
		node_free(r->m[i].n);
		node_config_free(&r->m[i].config);
		store_mem_free(r->m[i].mem);
		failing_env_assert_clean(&r->m[i].f);
	}
}

static void put_address(struct rig_machine *m, struct span text)
{
	struct pnrp_if_addr *a = &m->at[m->n_at++];
	memset(a, 0, sizeof(*a));
	assert_int_equal(addr_parse(text, 0, &a->addr), OK);
	a->loopback = addr_is_loopback(&a->addr);
	a->index = a->loopback ? 1 : 2;
	memcpy(a->name, a->loopback ? "lo" : "eth0", a->loopback ? 3 : 5);
	a->multicast = !a->loopback;
	a->plen = a->loopback ? (a->addr.family == ADDR_IPV4 ? 8 : 128)
			      : (a->addr.family == ADDR_IPV4 ? 24 : 64);
	if (a->addr.family == ADDR_IPV6 && a->addr.ip[0] == 0xfe && a->addr.ip[1] == 0x80)
		a->addr.scope = a->index;
}

static void set_addresses(struct rig_machine *m, const char *list)
{
	m->n_at = 0;
	put_address(m, span_str("127.0.0.1"));
	put_address(m, span_str("::1"));
	while (*list) {
		size_t n = strcspn(list, ",");
		put_address(m, span_of(list, n));
		list += n + (list[n] == ',');
	}
}

struct rig_machine *rig_machine(struct rig *r, const char *config, const char *addresses)
{
	char buffer[256];
	struct text why = TEXT_OF(buffer);
	uint32_t line;
	struct rig_machine *m = &r->m[r->n];
	assert_true(r->n < RIG_MACHINES);
	failing_env_init(&m->f, 77 + r->n);
	m->host = (uint32_t)r->n++;
	m->told = TEXT_OF(m->events);
	node_config_init(&m->config, &m->f.env);
	assert_int_equal(node_config_parse(&m->config, span_str(config), &line, &why), OK);
	assert_int_equal(store_mem_new(&m->mem, &m->f.env), OK);
	set_addresses(m, addresses);
	return m;
}

/* What the engine does with outputs */

static uint16_t free_port(const struct rig *r, const struct rig_machine *m)
{
	(void)r;
	return (uint16_t)(50000 + (m - r->m));
}

static bool port_held(const struct rig *r, const struct rig_machine *m, const struct node_out *o)
{
	if (o->shared)
		return false;
	if (m->taken == o->local.port)
		return true;
	for (size_t i = 0; i < r->n; i++)
		for (size_t s = 0; s < RIG_SOCKETS; s++)
			if (&r->m[i] != m && r->m[i].host == m->host && r->m[i].socket[s].bound &&
			    r->m[i].socket[s].local.family == o->local.family &&
			    r->m[i].socket[s].local.port == o->local.port)
				return true;
	return false;
}

static void bind_socket(struct rig *r, struct rig_machine *m, const struct node_out *o)
{
	struct rig_socket *s = &m->socket[o->socket];
	struct node_in in = { .kind = NODE_IN_BOUND, .socket = o->socket, .local = o->local };
	assert_false(s->bound);
	if (m->no_ports) {
		in.kind = NODE_IN_BIND_FAILED;
		in.err = ERR_IN_USE;
	} else {
		if (port_held(r, m, o))
			in.local.port = free_port(r, m);
		*s = (struct rig_socket){ .bound = true, .local = in.local };
	}
	assert_int_equal(node_input(m->n, &in, r->now), OK);
}

static void join_group(struct rig_machine *m, const struct node_out *o)
{
	struct rig_socket *s = &m->socket[o->socket];
	assert_true(s->bound && o->local.scope && s->n_groups < RIG_GROUPS);
	for (size_t i = 0; i < s->n_groups; i++)
		assert_false(addr_eq(&s->group[i], &o->local));
	s->group[s->n_groups++] = o->local;
}

static void leave_group(struct rig_machine *m, const struct node_out *o)
{
	struct rig_socket *s = &m->socket[o->socket];
	for (size_t i = 0; i < s->n_groups; i++) {
		if (!addr_eq(&s->group[i], &o->local))
			continue;
		s->group[i] = s->group[--s->n_groups];
		return;
	}
	fail_msg("left a group that was not joined");
}

static struct addr source_for(const struct rig_machine *m, const struct node_out *o)
{
	const struct pnrp_if_addr *best = NULL;
	if (o->local.family)
		return o->local;
	for (size_t i = 0; i < m->n_at; i++) {
		const struct pnrp_if_addr *a = &m->at[i];
		if (a->addr.family != o->remote.family ||
		    a->loopback != addr_is_loopback(&o->remote))
			continue;
		if (!best ||
		    (a->addr.ip[0] == o->remote.ip[0] && best->addr.ip[0] != a->addr.ip[0]))
			best = a;
	}
	assert_non_null(best);
	return best->addr;
}

static void send(struct rig *r, struct rig_machine *m, const struct node_out *o)
{
	m->sent++;
	assert_true(m->socket[o->socket].bound);
	assert_true(o->bytes.n <= 1232);
	if (r->n_queue == sizeof(r->queue) / sizeof(r->queue[0]))
		return;
	struct rig_datagram *d = &r->queue[r->n_queue++];
	d->from_machine = (uint32_t)(m - r->m);
	d->socket = o->socket;
	d->local = source_for(m, o);
	d->local.port = m->socket[o->socket].local.port;
	d->remote = o->remote;
	d->at = mono_add(r->now, DELAY);
	d->n = o->bytes.n;
	memcpy(d->bytes, o->bytes.p, d->n);
}

static void note_found(struct rig_machine *m, const struct node_out *o)
{
	assert_true(m->n_found < RIG_RESULTS);
	struct rig_found *f = &m->found[m->n_found++];
	f->number = o->number;
	f->result = *o->found.result;
	memcpy(f->cloud, o->found.cloud, strlen(o->found.cloud) + 1);
}

static void note_event(struct rig_machine *m, const struct node_event *e)
{
	text_str(&m->told, node_event_name(e));
	text_str(&m->told, ": ");
	node_event_text(&m->told, e);
	text_char(&m->told, '\n');
}

static void note_reply(struct rig_machine *m, const struct node_out *o)
{
	assert_true(o->number < 32);
	assert_false(m->reply[o->number].given);
	m->reply[o->number] = (struct rig_reply){ true, o->err, o->after, o->elapsed };
}

static void perform(struct rig *r, struct rig_machine *m, const struct node_out *o)
{
	if (o->kind == NODE_OUT_BIND)
		bind_socket(r, m, o);
	else if (o->kind == NODE_OUT_UNBIND)
		m->socket[o->socket].bound = false;
	else if (o->kind == NODE_OUT_JOIN)
		join_group(m, o);
	else if (o->kind == NODE_OUT_LEAVE)
		leave_group(m, o);
	else if (o->kind == NODE_OUT_DATAGRAM)
		send(r, m, o);
	else if (o->kind == NODE_OUT_EVENT)
		note_event(m, o->event);
	else if (o->kind == NODE_OUT_FOUND)
		note_found(m, o);
	else if (o->kind == NODE_OUT_STEP)
		m->steps++;
	else if (o->kind == NODE_OUT_REPLY)
		note_reply(m, o);
}

static void note_host(struct rig_machine *m, const struct node_out *o)
{
	assert_true(o->bytes.n < sizeof(m->host_name));
	memcpy(m->host_name, o->bytes.p, o->bytes.n);
	m->host_name[o->bytes.n] = 0;
	m->host_number = o->number;
}

void rig_drain(struct rig *r, struct rig_machine *m)
{
	struct node_out o;
	while (node_poll(m->n, &o)) {
		/* Nothing is told before it is on disk. */
		assert_true(o.after <= store_mem_newest(m->mem));
		if (m->held && o.after > store_mem_committed(m->mem))
			continue;
		if (o.kind == NODE_OUT_HOST)
			note_host(m, &o);
		else
			perform(r, m, &o);
	}
	while (!m->held && store_mem_seal(m->mem))
		assert_true(store_mem_commit(m->mem));
}

void rig_give(struct rig *r, struct rig_machine *m, const struct node_in *in)
{
	assert_int_equal(node_input(m->n, in, r->now), OK);
	rig_drain(r, m);
}

static void tell_interfaces(struct rig *r, struct rig_machine *m)
{
	rig_give(r, m,
		 &(struct node_in){ .kind = NODE_IN_INTERFACES, .interfaces = { m->at, m->n_at } });
}

void rig_addresses(struct rig *r, struct rig_machine *m, const char *addresses)
{
	set_addresses(m, addresses);
	tell_interfaces(r, m);
}

void rig_start(struct rig *r, struct rig_machine *m)
{
	assert_int_equal(
		node_new(&m->n, &m->config, &m->f.env, store_mem_store(m->mem), r->now, morning),
		OK);
	rig_drain(r, m);
	tell_interfaces(r, m);
}

void rig_restart(struct rig *r, struct rig_machine *m)
{
	node_free(m->n);
	store_mem_crash(m->mem);
	memset(m->socket, 0, sizeof(m->socket));
	memset(m->reply, 0, sizeof(m->reply));
	m->n_found = 0;
	rig_start(r, m);
}

/* The network */

static const struct pnrp_if_addr *at_address(const struct rig_machine *m, const struct addr *a)
{
	for (size_t i = 0; i < m->n_at; i++)
		if (addr_same_host(&m->at[i].addr, a) ||
		    (m->at[i].addr.family == a->family && memcmp(m->at[i].addr.ip, a->ip, 16) == 0))
			return &m->at[i];
	return NULL;
}

static void arrive(struct rig *r, struct rig_machine *m, uint32_t socket,
		   const struct rig_datagram *d, uint32_t index)
{
	struct addr to = d->remote, from = d->local;
	to.scope = index;
	if (from.family == ADDR_IPV6 && from.ip[0] == 0xfe && (from.ip[1] & 0xc0) == 0x80)
		from.scope = index;
	else
		from.scope = 0;
	to.port = m->socket[socket].local.port;
	rig_give(r, m,
		 &(struct node_in){ .kind = NODE_IN_DATAGRAM,
				    .socket = socket,
				    .local = to,
				    .remote = from,
				    .bytes = span_of(d->bytes, d->n) });
}

static bool reaches(const struct rig *r, const struct rig_machine *m, const struct rig_datagram *d)
{
	bool same_host = r->m[d->from_machine].host == m->host;
	bool local = addr_is_loopback(&d->local) || addr_is_loopback(&d->remote) ||
		     (addr_is_multicast(&d->remote) && d->remote.scope == 1);
	return m->n && (same_host || (!local && !r->quiet));
}

static bool listens_to(const struct rig_socket *s, const struct rig_datagram *d)
{
	for (size_t g = 0; g < s->n_groups; g++)
		if (addr_eq(&s->group[g], &d->remote))
			return true;
	return false;
}

static void deliver(struct rig *r, const struct rig_datagram *d)
{
	bool multicast = addr_is_multicast(&d->remote);
	for (size_t i = 0; i < r->n; i++) {
		struct rig_machine *m = &r->m[i];
		const struct pnrp_if_addr *a = at_address(m, &d->remote);
		for (uint32_t s = 0; s < RIG_SOCKETS && reaches(r, m, d); s++) {
			const struct rig_socket *k = &m->socket[s];
			if (!k->bound || k->local.port != d->remote.port ||
			    k->local.family != d->remote.family)
				continue;
			if (multicast && listens_to(k, d))
				arrive(r, m, s, d, d->remote.scope);
			else if (!multicast && a)
				arrive(r, m, s, d, a->index);
		}
	}
}

static struct mono next_event(const struct rig *r)
{
	struct mono at = MONO_NEVER;
	for (size_t i = 0; i < r->n; i++)
		if (r->m[i].n)
			at = mono_min(at, node_deadline(r->m[i].n));
	return r->n_queue ? mono_min(at, r->queue[0].at) : at;
}

static void step(struct rig *r)
{
	if (r->n_queue && mono_reached(r->queue[0].at, r->now)) {
		struct rig_datagram d = r->queue[0];
		memmove(r->queue, r->queue + 1, --r->n_queue * sizeof(d));
		deliver(r, &d);
	}
	for (size_t i = 0; i < r->n; i++)
		if (r->m[i].n && mono_reached(node_deadline(r->m[i].n), r->now))
			rig_give(r, &r->m[i], &(struct node_in){ .kind = NODE_IN_TICK });
}

void rig_run(struct rig *r, int64_t us)
{
	struct mono end = mono_add(r->now, us);
	size_t stuck = 0;
	for (;;) {
		struct mono at = next_event(r);
		if (at.us > end.us)
			break;
		stuck = at.us > r->now.us ? 0 : stuck + 1;
		if (stuck > 5000)
			fail_msg("time stands still: a deadline is not met by a tick");
		if (at.us > r->now.us)
			r->now = at;
		step(r);
	}
	r->now = end;
}

bool rig_await(struct rig *r, struct rig_machine *m, uint64_t number, int64_t us)
{
	struct mono end = mono_add(r->now, us);
	while (!m->reply[number].given && r->now.us < end.us)
		rig_run(r, 10 * MONO_MS);
	return m->reply[number].given;
}

struct pnrp_command rig_name(enum pnrp_command_kind kind, const char *name)
{
	char buffer[128];
	struct text why = TEXT_OF(buffer);
	struct pnrp_command c = { .kind = kind, .criteria = PNRP_MATCH_ANY };
	assert_int_equal(pnrp_name_parse(span_str(name), &c.name, &why), OK);
	return c;
}

struct pnrp_command rig_publish(const char *name)
{
	struct pnrp_command c = rig_name(PNRP_PUBLISH, name);
	c.automatic = true;
	c.n_apps = 1;
	c.app[0].port = 631;
	c.app[0].protocol = 6;
	return c;
}

void rig_command(struct rig *r, struct rig_machine *m, const struct pnrp_command *c,
		 uint64_t number)
{
	struct node_in in = { .kind = NODE_IN_COMMAND, .number = number };
	in.command.kind = NODE_COMMAND_PNRP;
	in.command.pnrp = *c;
	rig_give(r, m, &in);
}

const char *rig_state(struct rig_machine *m, const char *cloud)
{
	struct pnrp_cloud_info info;
	for (size_t at = 0; node_pnrp(m->n) && pnrp_clouds_info(node_pnrp(m->n), &at, &info);)
		if (span_eq(span_str(info.name), span_str(cloud)))
			return pnrp_state_text(info.of.state);
	return "";
}

bool rig_told(const struct rig_machine *m, const char *words)
{
	return strstr(m->events, words) != NULL;
}
