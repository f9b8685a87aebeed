#include "sim/swarm_int.h"

/* The course of a swarm: they come, settle, are left alone, are asked, and are held
 * against the truth. */

const char *swarm_lie_text(enum swarm_lie l)
{
	static const char *const words[] = {
#define X(name, text) [SWARM_LIE_##name] = text,
		SWARM_LIES(X)
#undef X
	};
	return words[l];
}

const char *swarm_metric_text(enum swarm_metric m)
{
	static const char *const words[] = {
#define X(name, text, unit) [SWARM_##name] = text,
		SWARM_METRICS(X)
#undef X
	};
	return words[m];
}

const char *swarm_metric_unit(enum swarm_metric m)
{
	static const char *const words[] = {
#define X(name, text, unit) [SWARM_##name] = unit,
		SWARM_METRICS(X)
#undef X
	};
	return words[m];
}

void swarm_defaults(struct swarm_options *o)
{
	*o = (struct swarm_options){
		.seed = 1,
		.nodes = 100,
		.entries = 1,
		.settle = 5 * MONO_MIN,
		.idle = 5 * MONO_MIN,
		.run = 10 * MONO_MIN,
		.resolves = 1000,
		.goodbye = DGRAM_MILLION / 2,
		.path = { .low = 5 * MONO_MS, .high = 50 * MONO_MS, .late = 500 * MONO_MS }
	};
}

void *swarm_alloc(struct swarm *s, size_t n)
{
	void *p = env_zalloc(s->env, 1, n);
	if (!p)
		s->err = ERR_NOMEM;
	return p;
}

void swarm_at(struct swarm *s, struct queue_entry *e, enum swarm_event kind, int64_t at)
{
	e->kind = kind;
	if (queue_set(&s->queue, e, at))
		s->err = ERR_NOMEM;
}

void swarm_set(struct swarm *s, enum swarm_metric m, int64_t value)
{
	s->r->metric[m] = value * 1000;
}

void swarm_ratio(struct swarm *s, enum swarm_metric m, uint64_t a, uint64_t b)
{
	s->r->metric[m] = b ? (int64_t)(a * 1000 / b) : 0;
}

static void dispatch(struct swarm *s, struct queue_entry *e)
{
	switch ((enum swarm_event)e->kind) {
	case SWARM_EV_BOOT:
		swarm_node_boot(LIST_ENTRY(e, struct swarm_node, boot));
		return;
	case SWARM_EV_TICK:
		swarm_node_tick(LIST_ENTRY(e, struct swarm_node, tick));
		return;
	case SWARM_EV_PACKET:
		swarm_arrived(s, LIST_ENTRY(e, struct dgram_packet, when));
		return;
	case SWARM_EV_ASK:
		swarm_ask_next(s);
		return;
	case SWARM_EV_CHURN:
		swarm_churn_next(s);
		return;
	}
}

void swarm_until(struct swarm *s, int64_t time)
{
	while (!s->err && s->queue.n && s->queue.heap[1]->at <= time) {
		struct queue_entry *e = queue_pop(&s->queue);
		s->now = e->at;
		s->events++;
		dispatch(s, e);
	}
	s->now = time;
}

static void *plain_resize(void *ctx, void *p, size_t n)
{
	const struct swarm *s = ctx;
	return s->env->resize(s->env->ctx, p, n);
}

static void seeded_random(void *ctx, void *p, size_t n)
{
	struct swarm *s = ctx;
	rng_fill(&s->maps, p, n);
}

/* One signature after another is checked by many; each is a pure function of octets. */
#define REMEMBERED 16384u

/* In the text form, as a daemon's file has it. */
static enum err configure(struct swarm *s)
{
	char text[2048], reason[200];
	struct text t = TEXT_OF(text), why = TEXT_OF(reason);
	uint32_t line = 0;
	text_str(&t, "pnrp { ipv4 = no; loopback = no\n"
		     "link { enabled = no }\nsite { enabled = no }\n"
		     "global { multicast = no; seeds = \"");
	for (uint32_t i = 0; i < s->o.entries; i++) {
		struct addr at = swarm_addr(i);
		text_str(&t, i ? ", " : "");
		addr_text(&t, &at);
	}
	text_str(&t, "\" } }\n");
	node_config_init(&s->config, s->env);
	return node_config_parse(&s->config, span_of(t.p, t.n), &line, &why);
}

static enum err set_up(struct swarm *s)
{
	s->profile = pnrp_profile(CRYPTO_MODERN);
	enum err e = configure(s);
	if (!e)
		e = crypto_new(&s->crypto, &s->seeded);
	if (!e)
		e = crypto_remember(s->crypto, REMEMBERED);
	s->config.crypto = s->crypto;
	return e;
}

static void add_nodes(struct swarm *s)
{
	for (uint32_t i = 0; i < s->o.nodes && !s->err; i++) {
		struct swarm_node *n = swarm_node_add(s);
		int64_t gap = s->o.join / s->o.nodes;
		if (n)
			swarm_at(s, &n->boot, SWARM_EV_BOOT,
				 gap * i + rng_between(&s->chance, 0, gap));
	}
	swarm_liars_choose(s);
}

static enum err build(struct swarm *s)
{
	rng_init(&s->maps, s->o.seed, RNG_MAPS, 0);
	rng_init(&s->chance, s->o.seed, RNG_SWARM, 0);
	s->seeded = (struct env){ plain_resize, seeded_random, s };
	queue_init(&s->queue, s->env);
	dgram_init(&s->net, s->env, &s->queue, SWARM_EV_PACKET, s->o.seed, 0);
	list_init(&s->asked);
	s->parted = s->o.merge;
	enum err e = set_up(s);
	if (e)
		return e;
	add_nodes(s);
	return s->err;
}

static void tear_down(struct swarm *s)
{
	LIST_EACH(i, next, &s->asked)
	env_free(s->env, LIST_ENTRY(i, struct swarm_asked, in));
	for (uint32_t i = 0; i < s->n; i++)
		swarm_node_free(s->nodes[i]);
	dgram_fini(&s->net);
	queue_free(&s->queue);
	node_config_free(&s->config);
	crypto_free(s->crypto);
	env_free(s->env, s->ids);
	env_free(s->env, s->nodes);
	env_free(s->env, s);
}

#define MERGE_LOOK (15 * MONO_SEC)

/* Both halves have been clouds of their own; now they can reach each other. */
static void merge(struct swarm *s)
{
	struct swarm_wrong wrong;
	int64_t healed = s->now;
	if (!s->o.merge)
		return;
	s->parted = false;
	do {
		swarm_until(s, s->now + MERGE_LOOK);
		swarm_check(s, &wrong);
	} while (wrong.nodes && !s->err && s->now - healed < s->o.run);
	s->r->metric[SWARM_MERGE_TIME] = (s->now - healed) / 1000;
}

static void check_settled(struct swarm *s)
{
	struct swarm_wrong wrong;
	swarm_check(s, &wrong);
	swarm_set(s, SWARM_WRONG_LEAVES, wrong.nodes);
	swarm_set(s, SWARM_WRONG_MEMBERS, wrong.members);
	swarm_set(s, SWARM_UNANNOUNCED, wrong.unannounced);
}

static void idle(struct swarm *s)
{
	struct dgram_tally before = s->net.tally;
	uint64_t node_ms = (uint64_t)s->n * (uint64_t)(s->o.idle / 1000);
	swarm_until(s, s->now + s->o.idle);
	const struct dgram_tally *after = &s->net.tally;
	swarm_ratio(s, SWARM_IDLE_MESSAGES, (after->sent - before.sent) * 1000, node_ms);
	swarm_ratio(s, SWARM_IDLE_OCTETS, (after->octets - before.octets) * 1000, node_ms);
}

static void ask(struct swarm *s)
{
	struct swarm_wrong wrong;
	swarm_ask_start(s);
	swarm_until(s, s->until + 2 * SWARM_TIMEOUT);
	swarm_ask_finish(s);
	swarm_check(s, &wrong);
	swarm_set(s, SWARM_LEFT_WRONG, wrong.nodes);
}

static void put_u64(struct text *t, uint64_t v)
{
	uint8_t octets[8];
	for (int i = 0; i < 8; i++)
		octets[i] = (uint8_t)(v >> (56 - 8 * i));
	text_hex(t, span_of(octets, sizeof(octets)));
}

static void finish(struct swarm *s)
{
	struct text hash = TEXT_OF(s->r->hash);
	uint32_t alive = 0, liars = 0;
	for (uint32_t i = 0; i < s->n; i++) {
		alive += swarm_node_lives(s->nodes[i]);
		liars += swarm_node_lives(s->nodes[i]) && s->nodes[i]->liar;
	}
	swarm_set(s, SWARM_NODES, alive);
	swarm_set(s, SWARM_LIARS, liars);
	swarm_set(s, SWARM_LARGEST, s->net.tally.largest);
	s->r->metric[SWARM_VIRTUAL_TIME] = s->now / 1000;
	s->r->events = s->events;
	put_u64(&hash, s->hash[0]);
	put_u64(&hash, s->hash[1]);
}

static void course(struct swarm *s)
{
	swarm_until(s, s->o.join + s->o.settle);
	merge(s);
	check_settled(s);
	swarm_check_memory(s);
	idle(s);
	ask(s);
	if (s->o.amplify)
		swarm_amplify(s);
	finish(s);
}

static bool fits(const struct swarm_options *o)
{
	return o->nodes >= 2 && o->nodes <= SWARM_NODES_MOST && o->entries >= 1 &&
	       o->entries <= SWARM_ENTRIES_MOST && o->entries < o->nodes &&
	       o->liars < DGRAM_MILLION && !o->liars == (o->lie == SWARM_LIE_NONE) &&
	       (!o->merge || o->entries >= 2);
}

enum err swarm_run(const struct swarm_options *o, const struct env *env, struct swarm_result *r)
{
	if (!fits(o))
		return ERR_CONFIG;
	struct swarm *s = env_zalloc(env, 1, sizeof(*s));
	if (!s)
		return ERR_NOMEM;
	*r = (struct swarm_result){ .events = 0 };
	s->env = env;
	s->o = *o;
	s->r = r;
	enum err e = build(s);
	if (!e)
		course(s);
	if (!e)
		e = s->err;
	tear_down(s);
	return e;
}
