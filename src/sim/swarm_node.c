#include "sim/swarm_int.h"

/* One node of a swarm: its memory, its life, and what it wants done. */

/* Each block carries its size, so that what a node takes is known. */
struct block {
	size_t n;
	size_t pad;
};

static void *counted_resize(void *ctx, void *p, size_t n)
{
	struct swarm_node *o = ctx;
	struct block *old = p ? (struct block *)p - 1 : NULL;
	size_t had = old ? old->n : 0;
	if (!n) {
		o->memory -= had;
		env_free(o->s->env, old);
		return NULL;
	}
	struct block *b = env_resize(o->s->env, old, n + sizeof(*b));
	if (!b)
		return NULL;
	o->memory += n - had;
	b->n = n;
	return b + 1;
}

static void seeded_random(void *ctx, void *p, size_t n)
{
	struct swarm_node *o = ctx;
	rng_fill(&o->random, p, n);
}

static struct mono mono_now(const struct swarm *s)
{
	return (struct mono){ s->now + MONO_SEC };
}

/* When every swarm begins: 2026-11-21T00:00:00Z. */
static struct wall wall_now(const struct swarm *s)
{
	return (struct wall){ INT64_C(1795219200000000) + s->now, true };
}

static bool grow(struct swarm *s)
{
	if (s->n < s->room)
		return true;
	uint32_t room = s->room ? 2 * s->room : 64;
	struct swarm_node **nodes =
		env_resize(s->env, s->nodes, room * sizeof(struct swarm_node *));
	if (!nodes) {
		s->err = ERR_NOMEM;
		return false;
	}
	s->nodes = nodes;
	s->room = room;
	return true;
}

struct swarm_node *swarm_node_add(struct swarm *s)
{
	struct swarm_node *n = grow(s) ? swarm_alloc(s, sizeof(*n)) : NULL;
	if (!n)
		return NULL;
	n->s = s;
	n->place = s->n;
	n->env = (struct env){ counted_resize, seeded_random, n };
	rng_init(&n->random, s->o.seed, RNG_NODE, n->place);
	dgram_host_init(&n->host, &n->env);
	s->nodes[s->n++] = n;
	return n;
}

bool swarm_node_lives(const struct swarm_node *n)
{
	return n->node && !n->stopping;
}

/* A number a node, and what a liar put behind it. */
void swarm_name(const struct swarm_node *n, struct pnrp_name *out)
{
	struct text t = text_of(out->classifier, sizeof(out->classifier));
	*out = (struct pnrp_name){ .secure = false };
	text_str(&t, "node-");
	text_u64(&t, n->place);
	if (n->bait) {
		text_char(&t, '-');
		text_u64(&t, n->bait);
	}
	out->classifier_n = (uint16_t)t.n;
}

static void fail(struct swarm *s, enum err e)
{
	if (e)
		s->err = e;
}

static void tell_interfaces(struct swarm_node *n)
{
	struct pnrp_if_addr at = { .index = 1,
				   .name = "sim",
				   .addr = swarm_addr(n->place),
				   .plen = 64,
				   .multicast = true };
	at.addr.port = 0;
	swarm_node_feed(n,
			&(struct node_in){ .kind = NODE_IN_INTERFACES, .interfaces = { &at, 1 } });
}

static void publish(struct swarm_node *n)
{
	struct node_in in = { .kind = NODE_IN_COMMAND, .number = ++n->calls };
	struct pnrp_command *c = &in.command.pnrp;
	struct addr at = swarm_addr(n->place);
	in.command.kind = NODE_COMMAND_PNRP;
	c->kind = PNRP_PUBLISH;
	c->temporary = true;
	c->n_apps = 1;
	memcpy(c->app[0].ip, at.ip, sizeof(at.ip));
	c->app[0].port = 80;
	c->app[0].protocol = 6;
	swarm_name(n, &c->name);
	n->published = true;
	swarm_node_feed(n, &in);
}

void swarm_node_boot(struct swarm_node *n)
{
	struct swarm *s = n->s;
	swarm_note(s, "boot", n->place, 0, (struct span){ NULL, 0 });
	enum err e = store_mem_new(&n->mem, &n->env);
	if (!e)
		e = node_new(&n->node, &s->config, &n->env, store_mem_store(n->mem), mono_now(s),
			     wall_now(s));
	if (e) {
		n->node = NULL;
		s->err = e;
		return;
	}
	tell_interfaces(n);
	publish(n);
}

static void bury(struct swarm_node *n)
{
	struct swarm *s = n->s;
	queue_drop(&s->queue, &n->boot);
	queue_drop(&s->queue, &n->tick);
	node_free(n->node);
	store_mem_free(n->mem);
	dgram_host_fini(&n->host);
	n->node = NULL;
	n->mem = NULL;
}

void swarm_node_kill(struct swarm_node *n)
{
	swarm_note(n->s, "kill", n->place, 0, (struct span){ NULL, 0 });
	bury(n);
}

void swarm_node_stop(struct swarm_node *n)
{
	swarm_note(n->s, "stop", n->place, 0, (struct span){ NULL, 0 });
	n->stopping = true;
	swarm_node_feed(n, &(struct node_in){ .kind = NODE_IN_STOP });
}

void swarm_node_free(struct swarm_node *n)
{
	bury(n);
	env_free(n->s->env, n);
}

/* What it wants done */

static void do_bind(struct swarm_node *n, const struct node_out *out)
{
	struct node_in in = { .kind = NODE_IN_BOUND, .socket = out->socket };
	in.err = dgram_bind(&n->host, out->socket, &out->local, out->shared, out->any_port,
			    &in.local);
	if (in.err)
		in.kind = NODE_IN_BIND_FAILED;
	fail(n->s, node_input(n->node, &in, mono_now(n->s)));
}

static void do_job(struct swarm_node *n, const struct node_out *out)
{
	uint8_t result[64];
	size_t size = 0;
	struct node_in in = { .kind = NODE_IN_JOB_DONE, .number = out->number };
	in.err = node_job_run(out->job, out->bytes, n->s->env, result, sizeof(result), &size);
	in.bytes = span_of(result, size);
	fail(n->s, node_input(n->node, &in, mono_now(n->s)));
}

/* What leads to an input is done when all has been polled. */
struct todo {
	struct node_out out[8];
	uint8_t bytes[8][64];
	size_t n;
};

static enum err put_off(struct todo *t, const struct node_out *out)
{
	size_t most = sizeof(t->out) / sizeof(t->out[0]);
	if (t->n == most || out->bytes.n > sizeof(t->bytes[0]))
		return ERR_FULL;
	t->out[t->n] = *out;
	if (out->bytes.n)
		memcpy(t->bytes[t->n], out->bytes.p, out->bytes.n);
	t->out[t->n].bytes = span_of(t->bytes[t->n], out->bytes.n);
	t->n++;
	return OK;
}

static void perform(struct swarm_node *n, const struct node_out *out, struct todo *later)
{
	if (out->kind == NODE_OUT_DATAGRAM)
		swarm_send(n->s, n->place, &out->remote, out->bytes);
	else if (out->kind == NODE_OUT_FOUND)
		swarm_found(n, out);
	else if (out->kind == NODE_OUT_REPLY)
		swarm_replied(n, out);
	else if (out->kind == NODE_OUT_UNBIND)
		dgram_unbind(&n->host, out->socket);
	else if (out->kind == NODE_OUT_BIND || out->kind == NODE_OUT_JOB)
		fail(n->s, put_off(later, out));
}

/* Nothing waits: a commit takes no time here. */
static void commit(struct swarm_node *n)
{
	while (store_mem_seal(n->mem))
		if (!store_mem_commit(n->mem))
			n->s->err = ERR_NOMEM;
}

static void drain(struct swarm_node *n)
{
	struct todo later;
	struct node_out out;
	do {
		later.n = 0;
		commit(n);
		while (node_poll(n->node, &out))
			perform(n, &out, &later);
		for (size_t i = 0; i < later.n; i++)
			if (later.out[i].kind == NODE_OUT_BIND)
				do_bind(n, &later.out[i]);
			else
				do_job(n, &later.out[i]);
	} while (later.n);
}

static void retime(struct swarm_node *n)
{
	struct swarm *s = n->s;
	struct mono due = node_deadline(n->node);
	if (n->tick.place && due.us == n->due.us)
		return;
	n->due = due;
	int64_t at = mono_is_never(due) ? SIM_NEVER : due.us - MONO_SEC;
	swarm_at(s, &n->tick, SWARM_EV_TICK, at > s->now ? at : s->now);
}

/* One that stops is gone when it has said so. */
static void settle(struct swarm_node *n)
{
	const struct pnrp_clouds *c = node_pnrp(n->node);
	if (n->stopping && (!c || !pnrp_clouds_busy(c)))
		bury(n);
	else
		retime(n);
}

void swarm_node_feed(struct swarm_node *n, const struct node_in *in)
{
	if (!n->node)
		return;
	fail(n->s, node_input(n->node, in, mono_now(n->s)));
	drain(n);
	settle(n);
}

void swarm_node_tick(struct swarm_node *n)
{
	swarm_node_feed(n, &(struct node_in){ .kind = NODE_IN_TICK });
}

/* Looks */

const struct pnrp *swarm_core(const struct swarm_node *n)
{
	const struct pnrp_clouds *c = n->node ? node_pnrp(n->node) : NULL;
	struct pnrp_cloud_info info;
	size_t at = 0;
	return c && pnrp_clouds_info(c, &at, &info) ? pnrp_clouds_core(c, info.name) : NULL;
}

bool swarm_own(const struct swarm_node *n, struct pnrp_own_info *out)
{
	const struct pnrp *core = swarm_core(n);
	size_t at = 0;
	return core && pnrp_own(core, &at, out);
}
