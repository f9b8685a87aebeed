/* masc_claims.c - a MASC machine that claims, among peers of all four roles that
 * say whatever fits an UPDATE. The input is a program: an octet says what happens
 * (claims are told, what we said comes back changed, time passes, the clock is
 * set, sessions come and go, commands, commits, failures, a restart), the next
 * ones how. Fields of attributes come from small pools, so that claims meet.
 * After each step the outputs and the state must make sense as a whole. */
#include "base/store_mem.h"
#include "masc/masc.h"
#include "masc/wire.h"
#include "wire/rd.h"
#include "wire/wr.h"
#include "fuzz_env.h"

#define BIRTH	     (INT64_C(1800000000) * MONO_SEC) /* of the wall clock */
#define WAIT	     (2 * MONO_SEC)
#define PEERS	     7
#define SAID	     32 /* attributes of ours that are remembered */
#define CLAIMS	     96 /* of ours whose waiting period is watched */
#define SETTLES	     4096
#define CLAIMS_MOST  48
#define OCTETS_LIMIT ((size_t)24 << 20)

struct waiting {
	uint64_t number;
	struct mono since;
};

struct world {
	struct fuzz_env fuzz;
	size_t octets; /* of memory */
	uint8_t variant;
	struct store_mem *mem;
	struct masc_config config;
	struct masc *m;
	struct mono now;
	struct wall wall; /* as told last */
	struct mono wall_at;
	uint32_t links[PEERS], next_link; /* 0: not connected */
	bool drains[PEERS];
	struct wire_claim said[SAID];
	size_t n_said;
	struct waiting waiting[CLAIMS];
	uint64_t calls, replies;
	bool loose; /* memory or a commit failed: events may be missing */
};

struct block {
	size_t n;
	max_align_t at[];
};

/* Counts octets as well, and spoils those that a block grows by. */
static void *measured(void *ctx, void *p, size_t n)
{
	struct world *w = ctx;
	struct block *b = p ? (struct block *)p - 1 : NULL;
	size_t before = b ? b->n : 0;
	b = fuzz_resize(&w->fuzz, b, n ? sizeof(*b) + n : 0);
	if (n && !b) {
		w->loose = true;
		return NULL;
	}
	w->octets += n;
	w->octets -= before;
	if (n == 0)
		return NULL;
	b->n = n;
	if (n > before)
		memset((uint8_t *)b->at + before, 0xa5, n - before);
	return b->at;
}

static void octets(void *ctx, void *p, size_t n)
{
	struct world *w = ctx;
	fuzz_octets(&w->fuzz, p, n);
}

static struct masc_id id_of(uint8_t v)
{
	struct masc_id id = { { 0 } };
	id.octets[15] = v;
	return id;
}

/* -- the configuration -- */

static const struct kin {
	const char *name;
	uint8_t role, domain, node, parent, family;
} kin[PEERS] = {
	{ "up", MASC_CHILD, 7, 71, 0, 0 },	     { "up2", MASC_CHILD, 6, 61, 0, 0 },
	{ "down", MASC_PARENT, 200, 21, 0, 0 },	     { "down2", MASC_PARENT, 201, 22, 0, 0 },
	{ "in", MASC_INTERNAL_PEER, 100, 11, 0, 0 }, { "side", MASC_SIBLING, 8, 81, 7, 0 },
	{ "six", MASC_CHILD, 7, 71, 0, 1 },
};

enum {
	TOP = 1,    /* no parents: the scope is claimed from */
	LAX = 2,    /* strict_origin = no */
	MANUAL = 4, /* clash */
	CLOCK = 8,  /* clock_check = kernel */
	SCOPED = 16,
	LEAVING = 32
};

static struct addr address(size_t i)
{
	return (struct addr){ .family = ADDR_IPV4, .ip = { 10, 0, 0, (uint8_t)(i + 1) } };
}

static bool is_there(const struct world *w, size_t i)
{
	return !(w->variant & TOP) || kin[i].role != MASC_CHILD;
}

static void add_peer(struct world *w, size_t i)
{
	struct masc_peer_config *p;
	if (!is_there(w, i) || masc_config_peer(&w->config, span_str(kin[i].name), &p) != OK)
		return;
	p->address = address(i);
	p->address.port = MASC_PORT;
	p->role = kin[i].role;
	p->domain = id_of(kin[i].domain);
	p->node = id_of(kin[i].node);
	p->parent_domain = id_of(w->variant & TOP ? 0 : kin[i].parent);
	p->family = kin[i].family;
	p->passive = true;
	p->leaving = w->variant & LEAVING && kin[i].domain == 6;
}

static void add_scope(struct world *w)
{
	struct masc_scope_config *s;
	if (!(w->variant & (TOP | SCOPED)) ||
	    masc_config_scope(&w->config, span_str("organisation"), &s) != OK)
		return;
	s->root = w->variant & TOP;
	hold(masc_prefix_parse(span_str("239.192.0.0/14"), &s->range) == OK);
}

static void configure(struct world *w, uint8_t variant)
{
	struct masc_config *c = &w->config;
	w->variant = variant;
	masc_config_init(c, &w->fuzz.env);
	c->domain = id_of(100);
	c->node = id_of(10);
	c->profile = MASC_PROFILE_LAB;
	c->waiting_period = WAIT;
	c->strict_origin = !(variant & LAX);
	c->clash = variant & MANUAL ? MASC_CLASH_MANUAL : MASC_CLASH_AUTOMATIC;
	c->clock_check = variant & CLOCK ? MASC_CLOCK_KERNEL : MASC_CLOCK_OFF;
	c->claims_most = CLAIMS_MOST;
	c->origin_most = CLAIMS_MOST / 2;
	c->quota_hard = 8192;
	c->quota_soft = 4096;
	c->child_claims = 6;
	c->damp_after = 4;
	add_scope(w);
	for (size_t i = 0; i < PEERS; i++)
		add_peer(w, i);
}

/* -- outputs -- */

static size_t peer_of(const struct world *w, uint32_t link)
{
	for (size_t i = 0; i < PEERS; i++)
		if (link && w->links[i] == link)
			return i;
	return PEERS;
}

/* What we say is as we would want to hear it. */
static void check_update(struct world *w, size_t peer, struct span message)
{
	struct span rest = { message.p + WIRE_HEADER, message.n - WIRE_HEADER };
	struct wire_item item;
	struct wire_error error;
	while (rest.n) {
		struct wire_claim *c = &w->said[w->n_said++ % SAID];
		hold(wire_item_next(&rest, &item, &error));
		hold(wire_claim_read(&item, kin[peer].family + 1, c, &error) == WIRE_TAKEN);
		c->options = (struct span){ NULL, 0 };
	}
}

static void check_send(struct world *w, const struct masc_out *o)
{
	struct wire_header h = wire_header_read(o->bytes.p);
	size_t peer = peer_of(w, o->link);
	hold(peer < PEERS && h.length == o->bytes.n && !wire_header_check(&h).code);
	w->drains[peer] |= o->drain;
	if (h.type == MASC_MSG_UPDATE)
		check_update(w, peer, o->bytes);
}

static struct waiting *waiting_of(struct world *w, uint64_t number)
{
	for (size_t i = 0; i < CLAIMS; i++)
		if (w->waiting[i].number == number)
			return &w->waiting[i];
	return NULL;
}

/* Nothing is used before its waiting period. */
static void check_life(struct world *w, const struct masc_event *ev)
{
	struct waiting *at = waiting_of(w, ev->number);
	if (ev->life == MASC_LIFE_WAITING && ev->life_from != MASC_LIFE_WAITING) {
		at = at ? at : waiting_of(w, 0);
		if (at)
			*at = (struct waiting){ ev->number, w->now };
		return;
	}
	if (!at)
		return;
	if (ev->life == MASC_LIFE_HELD && ev->life_from == MASC_LIFE_WAITING)
		hold(w->loose || mono_since(w->now, at->since) >= WAIT);
	at->number = 0;
}

static void drain(struct world *w)
{
	struct masc_out o;
	while (masc_poll(w->m, &o)) {
		switch (o.kind) {
		case MASC_OUT_DIAL:
			hold(false); /* all are passive */
			break;
		case MASC_OUT_SEND:
			check_send(w, &o);
			break;
		case MASC_OUT_CLOSE:
			if (peer_of(w, o.link) < PEERS)
				w->links[peer_of(w, o.link)] = 0;
			break;
		case MASC_OUT_EVENT:
			hold(o.event->kind < MASC_EVENT_COUNT);
			if (o.event->kind == MASC_EVENT_CLAIM)
				check_life(w, o.event);
			w->loose |= o.event->kind == MASC_EVENT_STORE_FAILED;
			break;
		case MASC_OUT_REPLY:
			hold(o.call == ++w->replies);
			break;
		}
	}
}

/* -- what must hold -- */

/* The listing of the tables and the counts of them are one truth. */
static void check_tables(const struct world *w, size_t *ours)
{
	struct masc_claim_at at = { 0 };
	struct masc_claims_info info;
	struct masc_claim_info c;
	size_t known[6] = { 0 }, others = 0;
	struct masc_prefix before = { .family = 0 };
	uint32_t space = UINT32_MAX;
	*ours = 0;
	masc_claims_info(w->m, &info);
	while (masc_claim_next(w->m, &at, NULL, &c)) {
		hold(c.type < 6);
		known[c.type]++;
		*ours += c.ours;
		hold(!c.ours || !c.stale);
		others = at.space == space ? others + !c.ours : !c.ours;
		hold(others <= CLAIMS_MOST);
		hold(at.space != space || masc_prefix_cmp(&before, &c.prefix) <= 0);
		before = c.prefix;
		space = at.space;
	}
	hold(memcmp(known, info.known, sizeof(known)) == 0);
	hold(info.leaf == (info.children == 0));
}

static bool same_level(const struct masc_own_info *a, const struct masc_own_info *b)
{
	return a->local == b->local && masc_id_cmp(&a->parent, &b->parent) == 0;
}

/* No range is ours twice. */
static void check_own(const struct world *w)
{
	struct masc_own_info a, b;
	size_t n = masc_own_count(w->m);
	for (size_t i = 0; i < n; i++) {
		masc_own_info(w->m, i, &a);
		hold(a.life < MASC_LIFE_COUNT && a.life != MASC_LIFE_EXPIRED);
		for (size_t k = 0; a.ours && k < i; k++) {
			masc_own_info(w->m, k, &b);
			hold(!b.ours || !same_level(&a, &b) || !a.prefix.family ||
			     !b.prefix.family || !masc_prefix_overlaps(&a.prefix, &b.prefix));
		}
	}
}

static void check_lists(const struct world *w)
{
	struct masc_clash_info clash;
	struct masc_demand_info demand;
	hold(masc_clash_count(w->m) <= 256 && masc_demand_count(w->m) <= 4096);
	for (size_t i = 0; i < masc_clash_count(w->m); i++) {
		masc_clash_info(w->m, i, &clash);
		hold(masc_prefix_overlaps(&clash.ours, &clash.theirs));
	}
	for (size_t i = 0; i < masc_demand_count(w->m); i++) {
		masc_demand_info(w->m, i, &demand);
		hold(demand.met <= demand.addresses);
	}
}

static void check(struct world *w)
{
	size_t ours;
	check_tables(w, &ours);
	check_own(w);
	check_lists(w);
	hold(w->octets <= OCTETS_LIMIT);
	hold(masc_health(w->m) == OK);
}

/* -- time -- */

static int64_t wall_now(const struct world *w)
{
	return w->wall.us + mono_since(w->now, w->wall_at);
}

/* Until nothing is due: a machine that always wants another tick would hang. */
static void settle(struct world *w)
{
	for (size_t i = 0; mono_reached(masc_deadline(w->m), w->now); i++) {
		hold(i < SETTLES);
		masc_tick(w->m, w->now);
		drain(w);
	}
}

static void time_passes(struct world *w, struct rd *r)
{
	uint8_t v = rd_u8(r);
	struct mono next = masc_deadline(w->m);
	if (v < 64 && !mono_is_never(next) && next.us > w->now.us)
		w->now = next;
	else
		w->now = mono_add(w->now, v < 224 ? v * 20 * MONO_MS : (v - 223) * MONO_MIN);
	masc_tick(w->m, w->now);
	drain(w);
	settle(w);
}

static void clock_is_set(struct world *w, struct rd *r)
{
	static const int32_t jumps[] = {
		0, 1, -1, 10, -10, 301, -301, 3600, -3600, 100000, -100000
	};
	uint8_t v = rd_u8(r);
	int64_t jump = jumps[(v & 0x7f) % (sizeof(jumps) / sizeof(jumps[0]))] * MONO_SEC;
	w->wall = (struct wall){ wall_now(w) + jump, !(v & 0x80) };
	w->wall_at = w->now;
	masc_wall(w->m, w->wall, w->now);
}

/* -- sessions -- */

static void give(struct world *w, size_t peer, struct span bytes)
{
	uint8_t *exact = malloc(bytes.n);
	hold(exact != NULL);
	memcpy(exact, bytes.p, bytes.n);
	if (w->links[peer])
		masc_input(w->m, w->links[peer], span_of(exact, bytes.n), w->now);
	free(exact);
	drain(w);
}

static void says_alive(struct world *w, size_t peer)
{
	uint8_t room[WIRE_MESSAGE_MAX];
	give(w, peer, wire_keepalive_write(room));
}

/* The highest bit: it has told all at once. */
static void joins(struct world *w, struct rd *r)
{
	static const uint8_t theirs[] = { MASC_INTERNAL_PEER, MASC_PARENT, MASC_SIBLING,
					  MASC_CHILD };
	uint8_t room[WIRE_MESSAGE_MAX], v = rd_u8(r);
	size_t i = (size_t)(v & 0x3f) % PEERS;
	struct addr to = address(98), from = address(i);
	if (w->links[i] || !is_there(w, i))
		return;
	w->next_link += 2;
	w->links[i] = w->next_link;
	from.port = 50000;
	masc_link_accepted(w->m, w->links[i], &to, &from, w->now);
	drain(w);
	struct wire_open o = { .version = 1,
			       .family = kin[i].family + 1,
			       .role = theirs[kin[i].role],
			       .hold_time = v & 0x40 ? 9 : 0,
			       .domain = id_of(kin[i].domain),
			       .node = id_of(kin[i].node) };
	if (!(w->variant & TOP))
		o.parent = id_of(kin[i].parent ? kin[i].parent : 7);
	give(w, i, wire_open_write(&o, room));
	says_alive(w, i);
	if (v & 0x80)
		says_alive(w, i);
}

static void leaves(struct world *w, struct rd *r)
{
	size_t i = rd_u8(r) % PEERS;
	uint32_t link = w->links[i];
	if (!link)
		return;
	w->links[i] = 0;
	masc_link_down(w->m, link, ERR_RESET, w->now);
}

static void drained(struct world *w, struct rd *r)
{
	for (size_t i = 0; i < PEERS; i++) {
		if (w->links[i] && w->drains[i])
			masc_link_drained(w->m, w->links[i], w->now);
		w->drains[i] = false;
	}
}

/* -- claims -- */

/* Few places, near one another. */
static struct masc_prefix prefix_of(uint8_t v, enum masc_family f)
{
	static const uint8_t host[] = { 22, 18, 16, 12, 10, 8, 8, 4 };
	static const char *const base[] = { "239.192.0.0/10", "ff38::8000:0/108" };
	struct masc_prefix p;
	hold(masc_prefix_parse(span_str(base[f - 1]), &p) == OK);
	uint8_t size = host[v & 7], which = v >> 3;
	p.address[f == MASC_IPV4 ? 1 : 13] |= (which >> 3) & 3;
	p.address[f == MASC_IPV4 ? 2 : 14] |= (uint8_t)((which & 7) << (which & 4 ? 4 : 1));
	struct masc_prefix all = p;
	all.length = masc_prefix_bits(f);
	while (all.length > masc_prefix_bits(f) - size)
		all = masc_prefix_wider(&all);
	return all;
}

static uint32_t time_of(const struct world *w, uint8_t v)
{
	static const int32_t ages[] = { 0, 0, -1, -2, -3, 1, -30, -299, -400, 400, -3600, -90000 };
	return (uint32_t)(wall_now(w) / MONO_SEC + ages[v % (sizeof(ages) / sizeof(ages[0]))]);
}

static uint32_t span_of_time(uint8_t v)
{
	static const uint32_t spans[] = { 60, 2, 3600, 0, 1, 10, 100000, UINT32_MAX };
	return spans[v % 8];
}

static void origin_of(const struct kin *from, uint8_t v, struct wire_claim *c)
{
	static const uint8_t all[][2] = { { 7, 71 },   { 6, 61 },   { 8, 81 },	 { 9, 91 },
					  { 100, 11 }, { 100, 10 }, { 200, 21 }, { 200, 23 },
					  { 201, 22 }, { 202, 24 }, { 0, 1 } };
	const uint8_t *x = all[v % (sizeof(all) / sizeof(all[0]))];
	c->domain = id_of(v & 0x80 ? x[0] : from->domain);
	c->node = id_of(v & 0x80 ? x[1] : from->node);
}

/* Five octets: type and role, prefix, origin, times. */
static void one_claim(const struct world *w, size_t peer, struct rd *r, struct wire_claim *c)
{
	uint8_t kind = rd_u8(r), where = rd_u8(r), who = rd_u8(r), when = rd_u8(r), how = rd_u8(r);
	struct masc_prefix p = prefix_of(where, kin[peer].family + 1);
	*c = (struct wire_claim){ .type = kind % 6,
				  .deprecated = how & 0x80,
				  .role = kind & 0x40 ? kind >> 4 & 3 : MASC_INTERNAL_PEER,
				  .timestamp = time_of(w, when & 15),
				  .lifetime = span_of_time(how & 7) };
	c->hold_time = how & 8 ? span_of_time(when >> 4)
		       : c->type == WIRE_NEW_CLAIM || c->type == WIRE_CLAIM_TO_EXPAND
			       ? WAIT / MONO_SEC
			       : c->lifetime;
	c->family = p.family;
	c->prefix_length = p.length;
	memcpy(c->address, p.address, sizeof(c->address));
	if (c->type == WIRE_NEW_CLAIM && how & 0x40)
		memset(c->address, 0, sizeof(c->address));
	origin_of(&kin[peer], who, c);
}

/* Something we said, as somebody else might say it. */
static void retort(const struct world *w, struct rd *r, struct wire_claim *c)
{
	uint8_t which = rd_u8(r), change = rd_u8(r), kind = rd_u8(r);
	size_t n = w->n_said < SAID ? w->n_said : SAID;
	*c = w->said[which % (n ? n : 1)];
	if (change & 1)
		c->type = kind % 6;
	if (change & 2)
		c->role = kind >> 4 & 3;
	if (change & 4)
		c->timestamp += kind & 8 ? 1 : UINT32_MAX;
	if (change & 8)
		c->lifetime /= 2;
	if (change & 16)
		c->hold_time = c->lifetime;
	if (change & 32 && c->prefix_length > 8)
		c->prefix_length--;
}

static void tells(struct world *w, struct rd *r, bool again)
{
	uint8_t room[WIRE_MESSAGE_MAX], v = rd_u8(r);
	size_t peer = (size_t)(v & 15) % PEERS;
	struct wr out;
	bool any = false;
	wire_update_start(&out, room);
	for (size_t n = v >> 5; n < 8 && r->left >= 3; n++) {
		struct wire_claim c;
		if (again && w->n_said)
			retort(w, r, &c);
		else
			one_claim(w, peer, r, &c);
		if (again && w->n_said && (v & 16) && kin[peer].role != MASC_INTERNAL_PEER) {
			c.domain = id_of(kin[peer].domain);
			c.node = id_of(kin[peer].node);
		}
		any |= c.family == kin[peer].family + 1 && wire_update_add(&out, &c);
	}
	if (any)
		give(w, peer, wire_update_end(&out));
}

/* -- what its owner does -- */

static void a_command(struct world *w, struct rd *r)
{
	static const uint64_t sizes[] = { 1, 16, 200, 256, 1000, 4096, 70000, 0 };
	static const enum masc_command_kind kinds[] = {
		MASC_COMMAND_CLAIM,   MASC_COMMAND_CLAIM,      MASC_COMMAND_DEMAND,
		MASC_COMMAND_DEMAND,  MASC_COMMAND_DEMAND_END, MASC_COMMAND_WITHDRAW,
		MASC_COMMAND_RESOLVE, MASC_COMMAND_RESET
	};
	uint8_t what = rd_u8(r), how = rd_u8(r), when = rd_u8(r);
	struct masc_command c = { .kind = kinds[what & 7] };
	c.peer = span_str(kin[how % PEERS].name);
	c.family = what & 8 ? MASC_IPV6 : MASC_IPV4;
	c.addresses = sizes[how & 7];
	c.for_us = (when & 3) * 20 * MONO_SEC;
	c.number = 1 + (how & 7);
	c.yield = what & 16;
	if (what & 32)
		c.prefix = prefix_of(how, c.family);
	if (when & 4)
		c.from = wall_now(w) + (when >> 4) * MONO_SEC;
	if (when & 8)
		c.until = wall_now(w) + (when >> 4) * 10 * MONO_SEC;
	masc_command(w->m, ++w->calls, &c, w->now);
}

static void the_store(struct world *w, struct rd *r)
{
	uint8_t v = rd_u8(r);
	(void)store_mem_seal(w->mem);
	if (v < 176) {
		while (store_mem_commit(w->mem))
			;
		return;
	}
	if (v < 224) {
		uint64_t first = store_mem_fail(w->mem);
		if (first)
			masc_store_failed(w->m, first, ERR_IO, w->now);
		return;
	}
	w->loose = true;
	store_mem_break(w->mem, v & 1 ? ERR_IO : OK);
}

static bool born(struct world *w)
{
	w->fuzz.fail_in = 0;
	store_mem_break(w->mem, OK);
	return masc_new(&w->m, &w->config, &w->fuzz.env, store_mem_store(w->mem), w->now,
			(struct wall){ wall_now(w), w->wall.synchronised }) == OK;
}

/* The process ends and begins again; what was not committed is lost. */
static void restart(struct world *w)
{
	masc_free(w->m);
	store_mem_crash(w->mem);
	memset(w->links, 0, sizeof(w->links));
	memset(w->waiting, 0, sizeof(w->waiting));
	w->calls = w->replies;
	w->loose = false;
	hold(born(w));
	masc_tick(w->m, w->now);
}

static void another_configuration(struct world *w, struct rd *r)
{
	uint8_t before = w->variant;
	masc_config_free(&w->config);
	configure(w, rd_u8(r));
	if (masc_reconfigure(w->m, &w->config, w->now) == OK)
		return;
	/* It goes on as it was. */
	w->fuzz.fail_in = 0;
	masc_config_free(&w->config);
	configure(w, before);
}

static void rarely(struct world *w, struct rd *r)
{
	uint8_t v = rd_u8(r);
	if (v < 96)
		restart(w);
	else if (v < 176)
		another_configuration(w, r);
	else
		w->fuzz.fail_in = v & 31;
}

static void alive(struct world *w, struct rd *r)
{
	says_alive(w, rd_u8(r) % PEERS);
}

static void tells_anew(struct world *w, struct rd *r)
{
	tells(w, r, false);
}

static void tells_again(struct world *w, struct rd *r)
{
	tells(w, r, true);
}

static void happens(struct world *w, uint8_t what, struct rd *r)
{
	static void (*const steps[16])(struct world *, struct rd *) = {
		time_passes, time_passes,  time_passes, joins,	     leaves,	  alive,
		tells_anew,  tells_anew,   tells_anew,	tells_again, tells_again, a_command,
		the_store,   clock_is_set, drained,	rarely
	};
	steps[what & 15](w, r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world w = { .wall = { BIRTH, true } };
	struct rd r = rd_of(span_of(data, size));
	w.fuzz.env = (struct env){ measured, octets, &w };
	hold(store_mem_new(&w.mem, &w.fuzz.env) == OK);
	configure(&w, rd_u8(&r));
	hold(born(&w));
	masc_tick(w.m, w.now);
	drain(&w);
	while (r.left) {
		happens(&w, rd_u8(&r), &r);
		drain(&w);
		check(&w);
	}
	hold(w.replies == w.calls);
	w.fuzz.fail_in = 0;
	masc_free(w.m);
	masc_config_free(&w.config);
	store_mem_free(w.mem);
	hold(w.fuzz.live == 0 && w.octets == 0);
	return 0;
}
