#include "ours.h"

#include "crypto/seal.h"
#include "os/clock.h"
#include "os/process.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GRAPH_ID "0.bench"

/* Of keys that are gone when the program ends. */
static const uint8_t vault[CRYPTO_SEAL_KEY] = { 1 };

static const struct graph *graph_of(const struct ours *o)
{
	const struct graphs *s = node_graphs(engine_node(o->engine));
	return s ? graphs_find(s, span_str(o->id)) : NULL;
}

static void on_event(void *arg, const struct node_event *e, struct wall wall)
{
	struct ours *o = arg;
	struct graph_record r;
	if (e->part != NODE_PART_GRAPH || e->graph.kind != GRAPH_EVENT_RECORD ||
	    e->graph.change != GRAPH_RECORD_ADDED || !o->arrived)
		return;
	if (graph_record_get(graph_of(o), &e->graph.id, &r) == OK)
		o->arrived(o->arg, r.payload);
}

static void on_message(void *arg, enum node_level level, const char *part, const char *text)
{
	if (level <= NODE_WARNING)
		warnx("%s: %s", part, text);
}

void ours_start(struct ours *o, uint16_t port, const char *dir)
{
	struct node_config cfg;
	char text[300], buffer[500];
	struct text why = TEXT_OF(buffer);
	uint32_t line = 0;
	(void)snprintf(o->id, sizeof(o->id), "%s", GRAPH_ID);
	(void)snprintf(text, sizeof(text),
		       "graph {\n port = %u\n listen = 127.0.0.1\n loopback = yes\n}\n%s", port,
		       o->member ? "group { }\n" : "");
	node_config_init(&cfg, os_env());
	if (node_config_parse(&cfg, span_str(text), &line, &why) || os_loop_new(&o->loop, os_env()))
		errx(1, "line %u: %s", line, why.p);
	cfg.vault = vault;
	struct engine_options opt = { .config = &cfg, .state_dir = dir, .job_threads = 1 };
	struct engine_events events = { .event = on_event, .message = on_message, .arg = o };
	if (engine_new(&o->engine, o->loop, &opt, &events, &why))
		errx(1, "%s", why.p);
	node_config_free(&cfg);
}

void ours_end(struct ours *o)
{
	(void)!engine_stop(o->engine, 5000);
	engine_free(o->engine);
	os_loop_free(o->loop);
}

void ours_turn(struct ours *o, int wait_ms)
{
	if (os_loop_run(o->loop, wait_ms))
		errx(1, "the loop failed");
}

static void answered(void *arg, const struct engine_result *r)
{
	struct ours *o = arg;
	o->asked--;
	if (r->err)
		o->last = r->err;
	if (r->err)
		(void)snprintf(o->why, sizeof(o->why), "%s", r->text ? r->text : "");
	if (o->document && r->document.n)
		text_span(o->document, r->document);
}

static bool ask(struct ours *o, const struct node_command *m)
{
	struct engine_caller who = { .done = answered, .arg = o };
	uint64_t number;
	o->asked++;
	if (engine_ask(o->engine, m, &who, &number)) {
		o->asked--;
		return false;
	}
	return true;
}

static struct node_command of_graph(const struct ours *o, const struct graphs_command *c)
{
	struct node_command m = { .kind = NODE_COMMAND_GRAPH, .graphs = *c };
	m.graphs.id = span_str(o->id);
	m.graphs.peer = span_str(o->peer);
	return m;
}

bool ours_ask(struct ours *o, const struct graphs_command *c)
{
	const struct node_command m = of_graph(o, c);
	return ask(o, &m);
}

static enum err do_it(struct ours *o, const struct node_command *m)
{
	uint32_t before = o->asked;
	o->last = OK;
	if (!ask(o, m))
		return ERR_NOMEM;
	while (o->asked > before)
		ours_turn(o, 100);
	return o->last;
}

enum err ours_do(struct ours *o, const struct graphs_command *c)
{
	const struct node_command m = of_graph(o, c);
	return do_it(o, &m);
}

void ours_must(struct ours *o, const struct node_command *c, const char *what)
{
	enum err e = do_it(o, c);
	if (e)
		errx(1, "%s: %s; %s", what, err_text(e), o->why);
}

static void must(struct ours *o, const struct graphs_command *c, const char *what)
{
	const struct node_command m = of_graph(o, c);
	ours_must(o, &m, what);
}

void ours_create(struct ours *o)
{
	struct graph_properties p = { .id = GRAPH_ID,
				      .scope = GRAPH_SCOPE_GLOBAL,
				      .presence_max = GRAPH_PRESENCE_ALL };
	must(o, &(struct graphs_command){ .kind = GRAPHS_CREATE, .properties = &p }, "create");
	must(o, &(struct graphs_command){ .kind = GRAPHS_LISTEN }, "listen");
}

struct addr ours_at(uint16_t port)
{
	return (struct addr){ .family = ADDR_IPV4, .ip = { 127, 0, 0, 1 }, .port = port };
}

bool ours_connects(struct ours *o, uint16_t port)
{
	struct graphs_command c = { .kind = GRAPHS_OF,
				    .of = { .kind = GRAPH_CONNECT_TO, .remote = ours_at(port) } };
	return ours_do(o, &c) == OK;
}

void ours_synchronise(struct ours *o, int limit_s)
{
	struct graph_info info;
	struct mono end = mono_add(os_mono(), limit_s * MONO_SEC);
	for (ours_info(o, &info); !info.synchronised; ours_info(o, &info)) {
		if (mono_reached(end, os_mono()))
			errx(1, "not synchronised in %d s", limit_s);
		ours_turn(o, 100);
	}
}

void ours_join(struct ours *o, uint16_t port, int limit_s)
{
	struct graph_properties p = { .id = GRAPH_ID };
	must(o, &(struct graphs_command){ .kind = GRAPHS_OPEN, .properties = &p }, "open");
	if (!ours_connects(o, port))
		errx(1, "connect: %s", err_text(o->last));
	ours_synchronise(o, limit_s);
	must(o, &(struct graphs_command){ .kind = GRAPHS_LISTEN }, "listen");
}

bool ours_add(struct ours *o, struct span payload)
{
	struct graphs_command c = { .kind = GRAPHS_OF,
				    .of = { .kind = GRAPH_RECORD_ADD,
					    .type = { { 0xbe, 0x4c } },
					    .has_payload = true,
					    .payload = payload } };
	c.of.type.at[15] = 1;
	return ours_ask(o, &c);
}

void ours_info(const struct ours *o, struct graph_info *info)
{
	graph_info(graph_of(o), os_mono(), info);
}
