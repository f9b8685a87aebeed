#include "played.h"

#include "os/clock.h"

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
struct mono __real_os_mono(void);
struct mono __wrap_os_mono(void);
struct wall __wrap_os_wall(void);
const struct env *__real_os_env(void);
const struct env *__wrap_os_env(void);

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
	played.commands++;
	played.command = c->masc;
	struct text t = TEXT_OF(played.command_peer);
	text_span(&t, c->masc.peer);
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

struct mono __wrap_os_mono(void)
{
	return played.clock_runs ? __real_os_mono() : PLAYED_NOW;
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

struct ops_host played_host(void)
{
	return (struct ops_host){ log_set,
				  log_get,
				  reload,
				  check,
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
