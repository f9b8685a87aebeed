#include "engine/engine_int.h"

#define QUEUE_MAX	((size_t)16 * 1024 * 1024)
#define LINKS_MAX	16384
#define BACKLOG		1024
#define CONNECT_TIMEOUT (20 * MONO_SEC)
#define CLOSE_LIMIT	(5 * MONO_SEC)
#define GOODBYE_LIMIT	(500 * MONO_MS)
#define STOP_STEP_MS	100

void engine_say(struct engine *e, enum node_level level, const char *part, const struct text *t)
{
	if (e->events.message)
		e->events.message(e->events.arg, level, part, t->p);
}

/* ENGINE-20: each 10 s, and when somebody sets it. */
static void read_wall(void *arg, struct mono now)
{
	struct engine *e = arg;
	struct node_in in = { .kind = NODE_IN_WALL, .wall = os_wall() };

	os_timer_set(e->wall_timer, mono_add(now, WALL_EVERY));
	(void)!engine_feed(e, &in, now);
}

static void on_tick(void *arg, struct mono now)
{
	struct node_in in = { .kind = NODE_IN_TICK };

	(void)!engine_feed(arg, &in, now);
}

static void on_record_timer(void *arg, struct mono now)
{
	struct engine *e = arg;

	engine_recorder_flush(e->recorder);
	os_timer_set(e->record_timer, mono_add(now, RECORD_EVERY));
}

/* The reports are taken at the end of the turn. */
static void on_keep(void *arg, uint32_t ready, struct mono now)
{
	struct engine *e = arg;

	os_task_post(e->turn_end);
}

static void on_network(void *arg, struct mono now)
{
	struct node_in in = { .kind = NODE_IN_NETWORK };

	(void)!engine_feed(arg, &in, now);
	engine_interfaces_look(arg, now);
}

static void on_job(void *arg, uint64_t number, enum err err, struct span result, struct mono now)
{
	struct node_in in = { .kind = NODE_IN_JOB_DONE, .number = number, .err = err };

	in.bytes = result;
	(void)!engine_feed(arg, &in, now);
}

static enum err start_udp(struct engine *e)
{
	struct net_udp_events events = engine_udp_events;

	events.arg = e;
	e->datagram.kind = NODE_IN_DATAGRAM;
	return net_udp_new(&e->udp, e->env, e->loop, &events);
}

static enum err start_net(struct engine *e)
{
	struct net_events events = engine_net_events;
	const struct net_options opt = {
		.queue_max = QUEUE_MAX,
		.links_max = LINKS_MAX,
		.backlog = BACKLOG,
		.connect_timeout = CONNECT_TIMEOUT,
		.close_limit = CLOSE_LIMIT,
	};
	struct text t = text_of((char[120]){ 0 }, 120);
	enum err err;

	events.arg = e;
	err = net_new(&e->net, e->env, e->loop, &events, &opt);
	if (err)
		return err;
	err = net_watch_interfaces(e->net, on_network, e);
	if (!err || err == ERR_NOMEM)
		return err;
	/* A container may forbid it; only redials come later then. */
	text_str(&t, "changes of interfaces cannot be watched: ");
	text_str(&t, err_text(err));
	engine_say(e, NODE_WARNING, "node", &t);
	return OK;
}

static enum err start_clocks(struct engine *e)
{
	enum err err = os_task_new(&e->turn_end, e->loop, engine_turn_end, e);

	if (!err)
		err = os_timer_new(&e->tick, e->loop, on_tick, e);
	if (!err)
		err = os_timer_new(&e->wall_timer, e->loop, read_wall, e);
	if (!err)
		err = os_jump_new(&e->jump, e->loop, read_wall, e);
	/* Without it a jump is seen when the clock is read the next time. */
	if (err == ERR_UNSUPPORTED)
		err = OK;
	if (!err)
		os_timer_set(e->wall_timer, mono_add(os_mono(), WALL_EVERY));
	return err;
}

static enum err start_recorder(struct engine *e, const char *path, struct text *why)
{
	enum err err;

	if (!path)
		return OK;
	err = engine_recorder_new(&e->recorder, path, e->env, e->keep.store, why);
	if (!err)
		err = os_timer_new(&e->record_timer, e->loop, on_record_timer, e);
	if (!err)
		os_timer_set(e->record_timer, mono_add(os_mono(), RECORD_EVERY));
	return err;
}

static enum err watch_keep(struct engine *e)
{
	if (e->keep.fd < 0)
		return OK;
	return os_watch_new(&e->keep_watch, e->loop, e->keep.fd, OS_READ, on_keep, e);
}

/* Secrets stay with the engine: no core needs them, and the text a reload is
 * fed as has none either. */
static enum err without_secrets(struct engine *e, struct node_config *out)
{
	enum err err = node_config_copy(out, &e->config, e->env);

	for (size_t i = 0; !err && i < out->masc.n_peers; i++)
		memset(out->masc.peers[i].md5_key, 0, sizeof(out->masc.peers[i].md5_key));
	return err;
}

static enum err record_birth(struct engine *e, struct mono now, struct wall wall)
{
	char *text;
	enum err err;

	if (!e->recorder)
		return OK;
	err = node_config_text(&e->config, e->env, &text);
	if (err)
		return err;
	const struct recorder_birth b = { text, e->config.vault, e->keep.ops->newest(e->keep.ctx) };
	engine_recorder_birth(e->recorder, &b, now, wall);
	env_free(e->env, text);
	return OK;
}

static enum err start_node(struct engine *e)
{
	const struct env *env = e->recorder ? engine_recorder_env(e->recorder) : e->env;
	struct store *store = e->recorder ? engine_recorder_store(e->recorder) : e->keep.store;
	struct node_in tick = { .kind = NODE_IN_TICK };
	struct node_config bare;
	enum err err = record_birth(e, e->info.started, e->info.started_wall);

	if (!err)
		err = without_secrets(e, &bare);
	if (err)
		return err;
	err = node_new(&e->node, &bare, env, store, e->info.started, e->info.started_wall);
	node_config_free(&bare);
	if (err)
		return err;
	engine_drain(e, e->info.started);
	engine_interfaces_look(e, e->info.started);
	/* Sessions begin with it. Who comes while the daemon starts is not to be
	 * turned away because its connection was seen before the clock. */
	err = engine_feed(e, &tick, os_mono());
	/* So that it can be read from its first moment on. */
	engine_recorder_flush(e->recorder);
	return err;
}

static enum err start(struct engine *e, const struct engine_options *opt, struct text *why)
{
	enum err err = start_clocks(e);

	if (!err && !e->keep.ops)
		err = engine_state_open(e, opt->state_dir, why);
	if (!err)
		err = watch_keep(e);
	if (!err)
		err = start_recorder(e, opt->record_path, why);
	if (!err)
		err = start_net(e);
	if (!err)
		err = start_udp(e);
	if (!err)
		err = engine_jobs_new(&e->jobs, e->loop, opt->job_threads, on_job, e);
	if (!err)
		err = start_node(e);
	if (err && !why->n) {
		text_str(why, "the engine cannot start: ");
		text_str(why, err_text(err));
	}
	return err;
}

enum err engine_new_of(struct engine **out, struct os_loop *loop, const struct engine_options *opt,
		       const struct engine_events *events, const struct engine_parts *parts,
		       struct text *why)
{
	struct engine *e = env_zalloc(parts->env, 1, sizeof(*e));
	struct outbox_ops ops = engine_outbox_ops;
	enum err err;

	if (!e)
		return ERR_NOMEM;
	e->env = parts->env;
	e->loop = loop;
	e->events = *events;
	e->keep = parts->keep;
	e->info.started = os_mono();
	e->info.started_wall = os_wall();
	node_config_init(&e->config, e->env);
	list_init(&e->calls);
	map_init(&e->calls_open, e->env);
	list_init(&e->answered);
	ops.arg = e;
	engine_outbox_init(&e->outbox, e->env, &ops);
	err = node_config_check(opt->config, why);
	if (!err)
		err = node_config_copy(&e->config, opt->config, e->env);
	if (!err)
		err = start(e, opt, why);
	if (err)
		engine_free(e);
	else
		*out = e;
	return err;
}

enum err engine_new(struct engine **out, struct os_loop *loop, const struct engine_options *opt,
		    const struct engine_events *events, struct text *why)
{
	const struct engine_parts parts = { .env = os_env() };

	return engine_new_of(out, loop, opt, events, &parts, why);
}

static void free_clocks(struct engine *e)
{
	os_jump_free(e->jump);
	os_timer_free(e->record_timer);
	os_timer_free(e->wall_timer);
	os_timer_free(e->tick);
	os_task_free(e->turn_end);
}

void engine_free(struct engine *e)
{
	if (!e)
		return;
	engine_calls_end(e);
	engine_jobs_free(e->look_ups);
	engine_jobs_free(e->jobs);
	net_udp_free(e->udp);
	net_free(e->net);
	if (e->node) {
		node_free(e->node);
		engine_recorder_end(e->recorder, os_mono());
	}
	engine_recorder_free(e->recorder);
	os_watch_free(e->keep_watch);
	if (e->keep.ops)
		e->keep.ops->close(e->keep.ctx);
	os_lock_release(e->lock);
	engine_outbox_fini(&e->outbox);
	map_free(&e->calls_open);
	env_free(e->env, e->interfaces);
	free_clocks(e);
	node_config_free(&e->config);
	env_free(e->env, e);
}

/* Neighbours that are to learn of the end are told again until they acknowledge. */
static bool says_goodbye(const struct engine *e)
{
	const struct pnrp_clouds *c = node_pnrp(e->node);
	const struct graphs *g = node_graphs(e->node);

	return (c && pnrp_clouds_busy(c)) || (g && graphs_busy(g));
}

/* Nothing of ours is left to say, to write or to answer. */
static bool is_quiet(const struct engine *e)
{
	size_t queued, links;

	net_load(e->net, &queued, &links);
	return !says_goodbye(e) && !queued && !e->outbox.count && list_empty(&e->calls) &&
	       list_empty(&e->answered) && !e->keep.ops->busy(e->keep.ctx);
}

static bool has_links(const struct engine *e)
{
	size_t queued, links;

	net_load(e->net, &queued, &links);
	return links > 0;
}

/* Once all is sent, the other sides have a moment to close too. */
static bool may_end(const struct engine *e, struct mono *goodbye)
{
	if (!is_quiet(e)) {
		*goodbye = MONO_NEVER;
		return false;
	}
	if (mono_is_never(*goodbye))
		*goodbye = mono_add(os_mono(), GOODBYE_LIMIT);
	return !has_links(e) || mono_reached(*goodbye, os_mono());
}

enum err engine_stop(struct engine *e, int limit_ms)
{
	struct node_in in = { .kind = NODE_IN_STOP };
	struct mono end = mono_add(os_mono(), limit_ms * MONO_MS), goodbye = MONO_NEVER;
	enum err err = OK;

	for (uint32_t part = 0; part < NODE_PART_COUNT; part++)
		net_unlisten(e->net, part, NULL);
	(void)!engine_feed(e, &in, os_mono());
	while (!err && !may_end(e, &goodbye)) {
		if (mono_reached(end, os_mono()))
			return ERR_TIMEOUT;
		err = os_loop_run(e->loop, STOP_STEP_MS);
	}
	engine_recorder_flush(e->recorder);
	return err;
}

/* Looked for at `hint` first: who walks one list beside another finds it there
 * as long as both have the same peers. */
static const struct masc_peer_config *peer_named(const struct node_config *c, const char *name,
						 size_t hint)
{
	const struct masc_config *m = &c->masc;

	if (hint < m->n_peers && !strcmp(m->peers[hint].name, name))
		return &m->peers[hint];
	for (size_t i = 0; i < m->n_peers; i++)
		if (!strcmp(m->peers[i].name, name))
			return &m->peers[i];
	return NULL;
}

/* A connection keeps the key it was made with: who has a new one, begins anew.
 * The node, which knows no keys, sees no other change in such a peer. */
static void reset_changed_keys(struct engine *e, const struct node_config *old, struct mono now)
{
	for (size_t i = 0; i < e->config.masc.n_peers; i++) {
		const struct masc_peer_config *p = &e->config.masc.peers[i];
		const struct masc_peer_config *was = peer_named(old, p->name, i);
		struct node_in in = { .kind = NODE_IN_COMMAND, .number = ++e->next_call };
		if (!was || !strcmp(was->md5_key, p->md5_key))
			continue;
		in.command.kind = NODE_COMMAND_MASC;
		in.command.masc = (struct masc_command){ .kind = MASC_COMMAND_RESET };
		in.command.masc.peer = span_str(p->name);
		(void)!engine_feed(e, &in, now);
	}
}

static enum err take_config(struct engine *e, const char *text, struct text *why)
{
	struct node_in in = { .kind = NODE_IN_CONFIG, .bytes = span_str(text) };
	enum err err;

	memset(e->part_deaf, 0, sizeof(e->part_deaf));
	memset(e->info.port_error[NODE_PART_MASC], 0, sizeof(e->info.port_error[0]));
	err = engine_feed(e, &in, os_mono());
	if (err && !why->n)
		text_str(why, err_text(err));
	return err;
}

/* Swaps the configuration in, guards and all; back again when the node does
 * not take it. */
static enum err swap_config(struct engine *e, struct node_config *fresh, const char *text,
			    struct text *why)
{
	char ignored[200];
	struct text none = TEXT_OF(ignored);
	struct node_config old = e->config;
	enum err err = engine_guards_set(e, fresh, why);

	if (!err) {
		e->config = *fresh;
		err = take_config(e, text, why);
	}
	if (err) {
		e->config = old;
		(void)!engine_guards_set(e, &old, &none);
		return err;
	}
	reset_changed_keys(e, &old, os_mono());
	/* What the change began knows none. */
	e->interfaces_told = false;
	engine_interfaces_look(e, os_mono());
	node_config_free(&old);
	return OK;
}

enum err engine_reconfigure(struct engine *e, const struct node_config *c, struct text *why)
{
	struct node_config fresh;
	char *text;
	enum err err = node_config_check(c, why);

	if (err)
		return err;
	err = node_config_text(c, e->env, &text);
	if (err)
		return err;
	err = node_config_copy(&fresh, c, e->env);
	if (!err) {
		err = swap_config(e, &fresh, text, why);
		if (err)
			node_config_free(&fresh);
	}
	env_free(e->env, text);
	return err;
}

struct os_loop *engine_loop(const struct engine *e)
{
	return e->loop;
}

const struct node *engine_node(const struct engine *e)
{
	return e->node;
}

bool engine_peer_has_key(const struct engine *e, const char *peer, size_t hint)
{
	const struct masc_peer_config *p = peer_named(&e->config, peer, hint);

	return p && p->md5_key[0];
}

void engine_info(const struct engine *e, struct engine_info *out)
{
	*out = e->info;
	out->puts = e->keep.ops->newest(e->keep.ctx);
	out->waiting_outputs = e->outbox.count;
	net_load(e->net, &out->queued_octets, &out->links);
	net_udp_load(e->udp, &out->udp);
	out->udp.dropped_out += e->outbox.datagrams_lost;
	out->job_threads = engine_jobs_threads(e->jobs);
	out->jobs_done = engine_jobs_finished(e->jobs);
	out->jobs_waiting = engine_jobs_waiting(e->jobs);
}
