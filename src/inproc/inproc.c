#include "inproc/inproc_int.h"

#include "os/clock.h"

#include <string.h>

#define GOODBYE_MS 2000

static void on_event(void *arg, const struct node_event *e, struct wall wall)
{
	struct inproc *p = arg;
	if (p->ops)
		ops_event(p->ops, e, wall);
}

static void on_data(void *arg, uint32_t graph, uint64_t conn, const struct graph_guid *type,
		    struct span bytes)
{
	struct inproc *p = arg;
	if (p->ops)
		ops_data(p->ops, graph, conn, type, bytes);
}

static void on_message(void *arg, enum node_level level, const char *part, const char *text)
{
	struct inproc *p = arg;
	if (p->ops)
		ops_message(p->ops, level, part, text, os_wall());
}

/* There is no log in a program of others: events are what there is to read. */
static enum err log_set(void *arg, const char *part, enum node_level level)
{
	return ERR_UNSUPPORTED;
}

static enum node_level log_get(void *arg, const char *part)
{
	return NODE_DEBUG;
}

static enum err reload(void *arg, ops_reload_fn *done, void *done_arg)
{
	done(done_arg, ERR_UNSUPPORTED,
	     "the configuration of an engine in this process was given by the program");
	return OK;
}

static void keys(void *arg, struct ops_host_keys *out)
{
	const struct inproc *p = arg;
	ops_host_keys_of(&p->vault, out);
}

static const char *const parts[] = { "node",   "masc",	"pnrp", "graph", "group",
				     "engine", "store", "net",	NULL };

static enum err start_ops(struct inproc *p)
{
	const struct ops_host host = { .log_set = log_set,
				       .log_get = log_get,
				       .reload = reload,
				       .check = reload,
				       .keys = keys,
				       .arg = p,
				       .log_parts = parts,
				       .config_path = "",
				       .socket_path = "" };
	return ops_new(&p->ops, p->engine, &host);
}

/* "line 3: ..." in `why`. */
static enum err read_config(struct node_config *c, const char *text, struct text *why)
{
	char buffer[400];
	struct text reason = TEXT_OF(buffer);
	uint32_t line = 0;
	enum err e = node_config_parse(c, span_str(text ? text : ""), &line, &reason);
	if (!e)
		return OK;
	text_str(why, "the configuration");
	if (line) {
		text_str(why, ", line ");
		text_u64(why, line);
	}
	text_str(why, ": ");
	text_str(why, reason.n ? buffer : err_text(e));
	return e;
}

/* One that cannot be used keeps what needs it from running, and nothing else. */
static enum err start_vault(struct inproc *p, const char *state_dir)
{
	const struct vault_options o = { .state = state_dir,
					 .passphrase_file = "",
					 .passphrase_fd = -1 };
	return vault_open(&p->vault, &o, p->env);
}

static enum err start_engine(struct inproc *p, const struct inproc_options *opt, struct text *why)
{
	const struct engine_events events = {
		.event = on_event, .message = on_message, .data = on_data, .arg = p
	};
	struct node_config config;
	node_config_init(&config, p->env);
	enum err e = read_config(&config, opt->config, why);
	const struct engine_options eo = { .config = &config, .state_dir = opt->state_dir };
	config.vault = p->vault.key;
	if (!e)
		e = engine_new(&p->engine, p->loop, &eo, &events, why);
	node_config_free(&config);
	return e;
}

static enum err start(struct inproc *p, const struct inproc_options *opt, struct text *why)
{
	enum err e = os_loop_new(&p->loop, p->env);
	if (!e)
		e = os_task_new(&p->deliver, p->loop, inproc_deliver, p);
	if (!e)
		e = start_vault(p, opt->state_dir);
	if (!e)
		e = start_engine(p, opt, why);
	return e ? e : start_ops(p);
}

static void drop_all(struct inproc *p)
{
	engine_free(p->engine);
	ops_free(p->ops);
	os_task_free(p->deliver);
	os_loop_free(p->loop);
	vault_fini(&p->vault);
	env_free(p->env, p);
}

static enum err inproc_open(struct inproc **out, const struct inproc_options *opt, char *why,
			    size_t size)
{
	const struct env *env = os_env();
	struct inproc *p = env_zalloc(env, 1, sizeof(*p));
	struct text t = text_of(why, size);
	if (!p)
		return ERR_NOMEM;
	p->env = env;
	list_init(&p->calls);
	list_init(&p->ready);
	list_init(&p->bytes);
	enum err e = start(p, opt, &t);
	if (e && !t.n)
		text_str(&t, err_text(e));
	if (e)
		drop_all(p);
	else
		*out = p;
	return e;
}

static void inproc_close(struct inproc *p)
{
	/* What could not be said or written in time is lost, as with a crash. */
	(void)!engine_stop(p->engine, GOODBYE_MS);
	inproc_bytes_drop(p);
	drop_all(p);
}

static int inproc_fd(const struct inproc *p)
{
	return os_loop_fd(p->loop);
}

static enum err inproc_run(struct inproc *p)
{
	return os_loop_run(p->loop, 0);
}

const struct inproc_engine homestead_engine = {
	.build = HOMESTEAD_VERSION,
	.open = inproc_open,
	.close = inproc_close,
	.fd = inproc_fd,
	.run = inproc_run,
	.ask = inproc_ask,
	.drop = inproc_drop,
	.connect = inproc_connect,
};
