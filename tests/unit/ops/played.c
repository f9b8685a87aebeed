#include "played_people.h"

#include "masc/wire.h"
#include "os/clock.h"

#include <stdlib.h>

#define PLAYED_NOW                                                                                 \
	(struct mono)                                                                              \
	{                                                                                          \
		1000 * MONO_SEC                                                                    \
	}
#define PLAYED_WALL INT64_C(1795294998000000) /* 2026-11-21T21:03:18Z */

struct played played;
static const char *const parts[] = { "node", "masc", "store", NULL };

const struct node *__wrap_engine_node(const struct engine *e);
bool __wrap_engine_peer_has_key(const struct engine *e, const char *peer, size_t hint);
void __wrap_engine_info(const struct engine *e, struct engine_info *out);
enum err __wrap_engine_command(struct engine *e, const struct node_command *c, engine_done_fn *done,
			       void *arg);
const struct masc *__wrap_node_masc(const struct node *n);
const struct node_config *__wrap_node_config_of(const struct node *n);
size_t __wrap_masc_peer_count(const struct masc *m);
void __wrap_masc_peer_info(const struct masc *m, size_t i, struct masc_peer_info *out);
enum err __wrap_masc_health(const struct masc *m);
size_t __wrap_masc_own_count(const struct masc *m);
void __wrap_masc_own_info(const struct masc *m, size_t i, struct masc_own_info *out);
size_t __wrap_masc_range_count(const struct masc *m);
void __wrap_masc_range_info(const struct masc *m, size_t i, struct masc_range_info *out);
size_t __wrap_masc_demand_count(const struct masc *m);
void __wrap_masc_demand_info(const struct masc *m, size_t i, struct masc_demand_info *out);
size_t __wrap_masc_clash_count(const struct masc *m);
bool __wrap_masc_clashes_cut(const struct masc *m);
void __wrap_masc_clash_info(const struct masc *m, size_t i, struct masc_clash_info *out);
void __wrap_masc_claims_info(const struct masc *m, struct masc_claims_info *out);
bool __wrap_masc_claim_next(const struct masc *m, struct masc_claim_at *at,
			    const struct masc_prefix *within, struct masc_claim_info *out);
struct mono __real_os_mono(void);
struct mono __wrap_os_mono(void);
struct wall __wrap_os_wall(void);
const struct env *__real_os_env(void);
const struct env *__wrap_os_env(void);

engine_tap_fn *played_tap;
void *played_tap_arg;
void __wrap_engine_tap(struct engine *e, engine_tap_fn *fn, void *arg);
enum err __wrap_engine_ends(const struct engine *e, uint32_t link, struct addr *local,
			    struct addr *remote);

void __wrap_engine_tap(struct engine *e, engine_tap_fn *fn, void *arg)
{
	played_tap = fn;
	played_tap_arg = arg;
}

/* Links up to 9 are up, from 192.0.2.1:3587 to port `link` of 192.0.2.2. */
enum err __wrap_engine_ends(const struct engine *e, uint32_t link, struct addr *local,
			    struct addr *remote)
{
	if (link > 9)
		return ERR_NOT_FOUND;
	*local = (struct addr){ .family = ADDR_IPV4, .port = 3587, .ip = { 192, 0, 2, 1 } };
	*remote = (struct addr){ .family = ADDR_IPV4, .ip = { 192, 0, 2, 2 } };
	remote->port = (uint16_t)link;
	return OK;
}

const struct node *__wrap_engine_node(const struct engine *e)
{
	return (const struct node *)(const void *)&played;
}

bool __wrap_engine_peer_has_key(const struct engine *e, const char *peer, size_t hint)
{
	for (size_t i = 0; i < played.n_peers; i++)
		if (strcmp(played.config[i].name, peer) == 0)
			return played.config[i].md5_key[0] != 0;
	return false;
}

void __wrap_engine_info(const struct engine *e, struct engine_info *out)
{
	*out = played.info;
}

enum err __wrap_engine_command(struct engine *e, const struct node_command *c, engine_done_fn *done,
			       void *arg)
{
	if (played.command_start)
		return played.command_start;
	if (c->kind == NODE_COMMAND_GROUP) {
		played_people_take(&c->groups, done, arg);
		return OK;
	}
	if (c->kind == NODE_COMMAND_GRAPH) {
		played_graph_take(&c->graphs, done, arg, 0);
		return OK;
	}
	if (c->kind == NODE_COMMAND_PNRP) {
		played.cancelled = c->pnrp.other;
		return OK;
	}
	played.commands++;
	played.command = c->masc;
	struct text t = TEXT_OF(played.command_peer);
	text_span(&t, c->masc.peer);
	struct text scope = TEXT_OF(played.command_scope);
	text_span(&scope, c->masc.scope);
	played.done = done;
	played.done_arg = arg;
	if (!played.later)
		played_finish(played.command_result);
	return OK;
}

void played_finish(enum err result)
{
	engine_done_fn *done = played.done;
	played.done = NULL;
	const struct engine_result r = { result, result ? 0 : played.reply_number, played.why };
	done(played.done_arg, &r);
}

const struct masc *__wrap_node_masc(const struct node *n)
{
	return played.masc_on ? (const struct masc *)(const void *)&played : NULL;
}

const struct node_config *__wrap_node_config_of(const struct node *n)
{
	return &played.node_config;
}

size_t __wrap_masc_peer_count(const struct masc *m)
{
	return played.n_peers;
}

void __wrap_masc_peer_info(const struct masc *m, size_t i, struct masc_peer_info *out)
{
	*out = played.peers[i];
}

enum err __wrap_masc_health(const struct masc *m)
{
	return played.masc_health;
}

size_t __wrap_masc_own_count(const struct masc *m)
{
	return played.n_own;
}

void __wrap_masc_own_info(const struct masc *m, size_t i, struct masc_own_info *out)
{
	*out = played.own[i];
}

size_t __wrap_masc_range_count(const struct masc *m)
{
	return played.n_ranges;
}

void __wrap_masc_range_info(const struct masc *m, size_t i, struct masc_range_info *out)
{
	*out = played.ranges[i];
}

size_t __wrap_masc_demand_count(const struct masc *m)
{
	return played.n_demands;
}

void __wrap_masc_demand_info(const struct masc *m, size_t i, struct masc_demand_info *out)
{
	*out = played.demands[i];
}

size_t __wrap_masc_clash_count(const struct masc *m)
{
	return played.n_clashes;
}

bool __wrap_masc_clashes_cut(const struct masc *m)
{
	return played.clashes_cut;
}

void __wrap_masc_clash_info(const struct masc *m, size_t i, struct masc_clash_info *out)
{
	*out = played.clashes[i];
}

void __wrap_masc_claims_info(const struct masc *m, struct masc_claims_info *out)
{
	*out = played.claims_info;
}

/* The n-th claim: those of the list, then as many as are played. */
static bool nth_claim(size_t n, struct masc_claim_info *out)
{
	if (n < played.n_claims) {
		*out = played.claims[n];
		return true;
	}
	if (n >= played.n_claims + played.many_claims)
		return false;
	*out = (struct masc_claim_info){ .type = WIRE_PREFIX_IN_USE,
					 .role = MASC_SIBLING,
					 .holds = true,
					 .prefix = played_prefix("239.194.0.0/32"),
					 .lifetime = 100000 };
	out->timestamp = (uint32_t)(PLAYED_WALL / MONO_SEC);
	out->prefix.address[2] = (uint8_t)((n - played.n_claims) >> 8);
	out->prefix.address[3] = (uint8_t)(n - played.n_claims);
	out->domain.octets[15] = 99;
	return true;
}

bool __wrap_masc_claim_next(const struct masc *m, struct masc_claim_at *at,
			    const struct masc_prefix *within, struct masc_claim_info *out)
{
	while (nth_claim(at->ref, out)) {
		at->ref++;
		at->prefix = out->prefix;
		if (!within || masc_prefix_overlaps(within, &out->prefix))
			return true;
	}
	return false;
}

struct masc_prefix played_prefix(const char *s)
{
	struct masc_prefix p = { .family = 0 };
	if (s[0] && masc_prefix_parse(span_str(s), &p) != OK)
		abort();
	return p;
}

struct masc_own_info *played_own(const char *prefix, enum masc_life life, int64_t end_s)
{
	struct masc_own_info *o = &played.own[played.n_own++];
	*o = (struct masc_own_info){ .number = played.n_own, .life = life, .ours = true };
	o->prefix = played_prefix(prefix);
	o->wait_left = -1;
	o->node.octets[15] = 7;
	o->timestamp = (uint32_t)(PLAYED_WALL / MONO_SEC) - 3600;
	if (o->prefix.family)
		o->end = PLAYED_WALL + end_s * MONO_SEC;
	return o;
}

struct masc_claim_info *played_claim(const char *prefix, uint8_t type, uint8_t domain)
{
	struct masc_claim_info *c = &played.claims[played.n_claims++];
	*c = (struct masc_claim_info){ .type = type,
				       .role = MASC_SIBLING,
				       .holds = true,
				       .prefix = played_prefix(prefix),
				       .lifetime = 90000,
				       .hold_time = 90000 };
	c->timestamp = (uint32_t)(PLAYED_WALL / MONO_SEC) - 3600;
	c->domain.octets[15] = domain;
	c->node.octets[15] = (uint8_t)(domain + 100);
	ops_set_text(c->peer, sizeof(c->peer), "north");
	played.claims_info.known[type]++;
	return c;
}

struct mono __wrap_os_mono(void)
{
	return played.clock_runs ? __real_os_mono() : mono_add(PLAYED_NOW, played.passed_us);
}

struct wall __wrap_os_wall(void)
{
	return (struct wall){ played.wall_us, played.clock_synchronised };
}

const struct env *__wrap_os_env(void)
{
	return played.env ? played.env : __real_os_env();
}

struct masc_peer_info *played_add(const char *name, const char *address, enum masc_role ours)
{
	struct masc_peer_config *c = &played.config[played.n_peers];
	struct masc_peer_info *p = &played.peers[played.n_peers++];
	ops_set_text(c->name, sizeof(c->name), name);
	if (addr_parse(span_str(address), MASC_PORT, &c->address) != OK)
		return NULL;
	c->role = ours;
	c->hold_time = -1;
	c->domain.octets[15] = (uint8_t)(100 + played.n_peers);
	p->config = c;
	p->state = MASC_IDLE;
	p->since = (struct mono){ 990 * MONO_SEC };
	p->retry = MONO_NEVER;
	p->hold_deadline = MONO_NEVER;
	return p;
}

static void add_north(void)
{
	struct masc_peer_info *p = played_add("north", "192.0.2.1", MASC_CHILD);
	p->state = MASC_ESTABLISHED;
	p->since = (struct mono){ 400 * MONO_SEC };
	p->remote = p->config->address;
	p->local = p->config->address;
	p->local.ip[3] = 2;
	p->local.port = 40001;
	p->opened_by_us = true;
	p->domain = p->config->domain;
	p->node.octets[15] = 7;
	p->hold_time_s = 240;
	p->synced = true;
	p->hold_deadline = (struct mono){ 1200 * MONO_SEC };
	p->count = (struct masc_counters){
		.in = { 0, 1, 0, 0, 8 },
		.out = { 0, 1, 0, 0, 9 },
		.octets_in = 62,
		.octets_out = 66,
		.established = 1,
		.dials = 1,
	};
}

static void add_south(void)
{
	struct masc_peer_info *p = played_add("south", "2001:db8::5", MASC_PARENT);
	played.config[1].family = 1;
	p->state = MASC_ACTIVE;
	p->since = (struct mono){ 940 * MONO_SEC };
	p->retry = (struct mono){ 1060 * MONO_SEC };
	p->last_err = ERR_REFUSED;
	p->last_error_at = p->since;
	p->count.dials = 12;
	p->count.dial_failures = 12;
}

void played_init(void)
{
	played = (struct played){ .masc_on = true,
				  .clock_synchronised = true,
				  .wall_us = PLAYED_WALL,
				  .reload_why = "" };
	for (size_t i = 0; i < 3; i++)
		played.levels[i] = NODE_INFO;
	played.info.started = (struct mono){ 100 * MONO_SEC };
	played.info.started_wall.us = PLAYED_WALL - 900 * MONO_SEC;
	ops_set_text(played.info.state_dir, sizeof(played.info.state_dir), "/var/lib/homestead");
	ops_set_text(played.info.store_path, sizeof(played.info.store_path),
		     "/var/lib/homestead/homestead.db");
	played.info.commits = 3;
	played.info.puts = 4;
	played.info.links = 1;
	played.info.job_threads = 2;
	played.info.jobs_done = 15;
	struct masc_config *m = &played.node_config.masc;
	m->n_listen = 1;
	if (addr_parse(span_str("0.0.0.0"), MASC_PORT, &m->listen[0]) != OK)
		m->n_listen = 0;
	add_north();
	add_south();
}

static void claim_of_child(const char *prefix, uint8_t type, uint8_t domain)
{
	struct masc_claim_info *c = played_claim(prefix, type, domain);
	c->role = MASC_CHILD;
	c->below = true;
	c->parent = played.node_config.masc.domain;
	ops_set_text(c->peer, sizeof(c->peer), "south");
}

void played_claims(void)
{
	struct masc_config *m = &played.node_config.masc;
	m->domain.octets[15] = 50;
	m->scopes = played.scopes;
	m->n_scopes = 1;
	ops_set_text(played.scopes[0].name, sizeof(played.scopes[0].name), "organisation");
	played.scopes[0].range = played_prefix("239.192.0.0/14");
	played.ranges[played.n_ranges++] = (struct masc_range_info){
		.prefix = played.scopes[0].range, .scope = "organisation", .synced = true
	};
	struct masc_own_info *o = played_own("239.192.0.0/22", MASC_LIFE_HELD, 86400);
	o->used = 640;
	ops_set_text(o->scope, sizeof(o->scope), "organisation");
	o = played_own("239.192.3.0/24", MASC_LIFE_GROWING, 7200);
	o->local = true;
	o->used = 250;
	o->wanted = played_prefix("239.192.2.0/23");
	o->wait_left = 90 * MONO_SEC;
	o = played_own("", MASC_LIFE_WAITING, 0);
	o->wanted = played_prefix("239.195.0.0/24");
	o->wait_left = 3600 * MONO_SEC;
	o->frozen = true;
	o->why = MASC_REASON_NO_SESSION;
	o = played_own("", MASC_LIFE_WANTED, 0);
	o->addresses = 65536;
	o->why = MASC_REASON_NO_ROOM;
	claim_of_child("239.192.0.0/24", WIRE_PREFIX_IN_USE, 61);
	claim_of_child("239.192.1.0/25", WIRE_NEW_CLAIM, 62);
	(void)played_claim("239.193.0.0/16", WIRE_PREFIX_IN_USE, 70);
	played_claim("239.194.128.0/17", WIRE_PREFIX_IN_USE, 71)->stale = true;
	played_claim("239.194.0.0/24", WIRE_WITHDRAW, 71)->holds = false;
	played.demands[played.n_demands++] =
		(struct masc_demand_info){ .number = 1,
					   .addresses = 250,
					   .met = 250,
					   .family = MASC_IPV4,
					   .from = PLAYED_WALL - MONO_HOUR };
	played.demands[played.n_demands++] =
		(struct masc_demand_info){ .number = 2,
					   .addresses = 65536,
					   .family = MASC_IPV4,
					   .scope = "organisation",
					   .from = PLAYED_WALL - MONO_HOUR,
					   .until = PLAYED_WALL + MONO_DAY,
					   .why = MASC_REASON_NO_ROOM };
	played.demands[played.n_demands++] = (struct masc_demand_info){
		.number = 3, .addresses = 16, .family = MASC_IPV6, .from = PLAYED_WALL + MONO_DAY
	};
	played.clashes[played.n_clashes++] =
		(struct masc_clash_info){ .number = 1,
					  .ours = played_prefix("239.192.3.0/24"),
					  .theirs = played_prefix("239.192.3.128/25"),
					  .open = true,
					  .since = PLAYED_WALL - MONO_MIN };
	played.clashes[0].domain.octets[15] = 70;
	played.clashes[0].node.octets[15] = 170;
	played.clashes[played.n_clashes++] =
		(struct masc_clash_info){ .number = 2,
					  .ours = played_prefix("239.192.0.0/22"),
					  .theirs = played_prefix("239.192.0.0/24"),
					  .won = true,
					  .since = PLAYED_WALL - MONO_HOUR };
	played.clashes[1].domain.octets[15] = 71;
	played.claims_info.children = 2;
}

static int index_of(const char *part)
{
	for (int i = 0; parts[i]; i++)
		if (strcmp(parts[i], part) == 0)
			return i;
	return -1;
}

static enum err log_set(void *arg, const char *part, enum node_level level)
{
	for (int i = 0; i < 3; i++)
		if (!part || index_of(part) == i)
			played.levels[i] = level;
	return OK;
}

static enum node_level log_get(void *arg, const char *part)
{
	return played.levels[index_of(part)];
}

static enum err reload(void *arg, ops_reload_fn *done, void *done_arg)
{
	played.reloads++;
	if (played.reload_result == ERR_NOMEM)
		return ERR_NOMEM;
	done(done_arg, played.reload_result, played.reload_why);
	return OK;
}

static enum err check(void *arg, ops_reload_fn *done, void *done_arg)
{
	played.checks++;
	done(done_arg, played.reload_result, played.reload_why);
	return OK;
}

static void keys(void *arg, struct ops_host_keys *out)
{
	*out = played_people.keys;
	if (!out->source)
		*out = (struct ops_host_keys){ "none", "", "", "", "" };
}

struct ops_host played_host(void)
{
	return (struct ops_host){ log_set,
				  log_get,
				  reload,
				  check,
				  keys,
				  NULL,
				  parts,
				  "/etc/homestead/homestead.conf",
				  "/run/homestead/control.sock" };
}

struct node_event played_event(const char *peer, enum masc_state from, enum masc_state to)
{
	struct node_event e = { .part = NODE_PART_MASC, .level = NODE_INFO };
	e.masc.kind = MASC_EVENT_STATE;
	ops_set_text(e.masc.peer, sizeof(e.masc.peer), peer);
	e.masc.from = from;
	e.masc.to = to;
	return e;
}
