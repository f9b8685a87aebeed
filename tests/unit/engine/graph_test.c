#include "house.h"

#include <sys/stat.h>

#include "sim/replay.h"

/* Two engines with a graph between them, over loopback. */

#define ID "0.TestGraph"

struct asked {
	bool done;
	struct engine_result result;
	char text[160];
};

static char heard[200];
static uint64_t heard_conn;

static void on_data(void *arg, uint32_t graph, uint64_t conn, const struct graph_guid *type,
		    struct span bytes)
{
	struct text t = TEXT_OF(heard);
	assert_true(graph > 0);
	assert_int_equal(type->at[0], 0x55);
	text_span(&t, bytes);
	heard_conn = conn;
}

static void on_event(void *arg, const struct node_event *e, struct wall wall)
{
	struct teller *t = arg;
	if (t->n_events < EVENTS_KEPT)
		t->events[t->n_events++] = *e;
}

static void on_message(void *arg, enum node_level level, const char *part, const char *text)
{
	struct teller *t = arg;
	struct text to = text_of(t->messages, sizeof(t->messages));
	text_str(&to, part);
	text_str(&to, ": ");
	text_str(&to, text);
}

static void on_done(void *arg, const struct engine_result *r)
{
	struct asked *a = arg;
	struct text t = TEXT_OF(a->text);
	a->done = true;
	a->result = *r;
	text_str(&t, r->text ? r->text : "");
}

static void start(struct house *h, struct teller *t, uint16_t port, const char *extra,
		  struct engine_options *opt)
{
	char text[300];
	struct node_config c;
	uint32_t line = 0;
	struct engine_events events = {
		.event = on_event, .message = on_message, .data = on_data, .arg = t
	};
	struct engine_parts plain = { .env = os_env() };
	(void)snprintf(text, sizeof(text),
		       "graph { port = %u; listen = 127.0.7.1; loopback = yes; lab = yes; %s }",
		       port, extra);
	node_config_init(&c, os_env());
	assert_int_equal(node_config_parse(&c, span_str(text), &line, &h->why), OK);
	opt->config = &c;
	opt->job_threads = 1;
	if (engine_new_of(&t->engine, h->loop, opt, &events, &plain, &h->why))
		fail_msg("%s", h->why.p);
	node_config_free(&c);
}

static struct asked ask(struct house *h, struct teller *t, const struct graphs_command *c)
{
	struct node_command n = { .kind = NODE_COMMAND_GRAPH, .graphs = *c };
	struct asked a = { .done = false };
	assert_int_equal(engine_command(t->engine, &n, on_done, &a), OK);
	RUN_UNTIL(h, a.done);
	return a;
}

static struct asked simple(struct house *h, struct teller *t, enum graphs_command_kind k)
{
	static const struct graph_properties p = { .profile = CRYPTO_MODERN };
	const struct graphs_command c = { .kind = k, .id = span_str(ID), .properties = &p };
	return ask(h, t, &c);
}

static uint16_t port_of(const struct teller *t)
{
	return graphs_port(node_graphs(engine_node(t->engine)));
}

static struct asked of(struct house *h, struct teller *t, struct graph_command c)
{
	const struct graphs_command all = { .kind = GRAPHS_OF, .id = span_str(ID), .of = c };
	return ask(h, t, &all);
}

static struct addr at_a(const struct house *h)
{
	return (struct addr){ .family = ADDR_IPV4, .ip = { 127, 0, 7, 1 }, .port = port_of(&h->a) };
}

static bool has_record(const struct teller *t, const struct graph_guid *id)
{
	struct graph_record got;
	const struct graph *g = graphs_find(node_graphs(engine_node(t->engine)), span_str(ID));
	return g && graph_record_get(g, id, &got) == OK;
}

static bool is_synchronised(const struct teller *t)
{
	struct graph_info i;
	graph_info(graphs_find(node_graphs(engine_node(t->engine)), span_str(ID)), os_mono(), &i);
	return i.synchronised;
}

/* a has the graph and listens, b is its neighbor. */
static void mesh(struct house *h)
{
	assert_int_equal(simple(h, &h->a, GRAPHS_CREATE).result.err, OK);
	assert_int_equal(simple(h, &h->a, GRAPHS_LISTEN).result.err, OK);
	assert_int_equal(simple(h, &h->b, GRAPHS_OPEN).result.err, OK);
	struct graph_command c = { .kind = GRAPH_CONNECT_TO, .remote = at_a(h) };
	assert_int_equal(of(h, &h->b, c).result.err, OK);
	RUN_UNTIL(h, is_synchronised(&h->b));
}

static struct graph_guid add(struct house *h, struct teller *t, const char *words)
{
	struct graph_command c = { .kind = GRAPH_RECORD_ADD, .payload = span_str(words) };
	memset(&c.type, 0x77, sizeof(c.type));
	c.has_payload = true;
	struct asked a = of(h, t, c);
	assert_int_equal(a.result.err, OK);
	assert_int_equal(a.result.version, 1);
	return a.result.id;
}

static void a_record_reaches_the_other(void **state)
{
	struct house *h = *state;
	struct engine_options opt = { 0 }, kept = { .state_dir = house_path(h, "b") };
	start(h, &h->a, 0, "", &opt);
	start(h, &h->b, 0, "", &kept);
	mesh(h);
	struct graph_guid one = add(h, &h->a, "one"), two = add(h, &h->b, "two");
	RUN_UNTIL(h, has_record(&h->b, &one) && has_record(&h->a, &two));
	/* From the disk. */
	kill_engine(&h->b);
	start(h, &h->b, 0, "", &kept);
	RUN_UNTIL(h, has_record(&h->b, &one) && has_record(&h->b, &two));
	assert_int_equal(engine_stop(h->a.engine, 5000), OK);
	assert_int_equal(engine_stop(h->b.engine, 5000), OK);
}

/* ENGINE-38 */
static void octets_for_the_application(void **state)
{
	struct house *h = *state;
	struct engine_options opt = { 0 };
	start(h, &h->a, 0, "", &opt);
	start(h, &h->b, 0, "", &opt);
	mesh(h);
	struct graph_command c = { .kind = GRAPH_ACCEPT_DIRECT };
	assert_int_equal(of(h, &h->a, c).result.err, OK);
	c = (struct graph_command){ .kind = GRAPH_CONN_OPEN, .remote = at_a(h) };
	struct asked a = of(h, &h->b, c);
	assert_int_equal(a.result.err, OK);
	assert_true(a.result.conn >= NODE_GRAPH_LINKS);
	c = (struct graph_command){ .kind = GRAPH_CONN_SEND,
				    .conn = a.result.conn,
				    .payload = span_str("hello") };
	memset(&c.type, 0x55, sizeof(c.type));
	heard[0] = 0;
	assert_int_equal(of(h, &h->b, c).result.err, OK);
	RUN_UNTIL(h, !strcmp(heard, "hello"));
	assert_true(heard_conn && has_event(&h->a, "direct"));
}

/* ENGINE-37 */
static void a_port_that_somebody_has(void **state)
{
	struct house *h = *state;
	struct engine_options opt = { 0 };
	struct engine_info info;
	start(h, &h->a, 0, "", &opt);
	assert_int_equal(simple(h, &h->a, GRAPHS_CREATE).result.err, OK);
	assert_int_equal(simple(h, &h->a, GRAPHS_LISTEN).result.err, OK);
	uint16_t taken = port_of(&h->a);
	assert_true(taken > 0);
	start(h, &h->b, taken, "", &opt);
	assert_int_equal(simple(h, &h->b, GRAPHS_CREATE).result.err, OK);
	assert_int_equal(simple(h, &h->b, GRAPHS_LISTEN).result.err, OK);
	assert_true(port_of(&h->b) && port_of(&h->b) != taken);
	assert_non_null(strstr(h->b.messages, "graph: "));
	assert_non_null(strstr(h->b.messages, " instead"));
	engine_info(h->b.engine, &info);
	assert_non_null(strstr(info.port_error[NODE_PART_GRAPH], "is held by"));
	assert_int_equal(simple(h, &h->b, GRAPHS_CLOSE).result.err, OK);
	engine_info(h->b.engine, &info);
	assert_string_equal(info.port_error[NODE_PART_GRAPH], "");
}

static void a_port_that_must_be_that_one(void **state)
{
	struct house *h = *state;
	struct engine_options opt = { 0 };
	start(h, &h->a, 0, "", &opt);
	assert_int_equal(simple(h, &h->a, GRAPHS_CREATE).result.err, OK);
	assert_int_equal(simple(h, &h->a, GRAPHS_LISTEN).result.err, OK);
	start(h, &h->b, port_of(&h->a), "any_port = no", &opt);
	assert_int_equal(simple(h, &h->b, GRAPHS_CREATE).result.err, OK);
	struct asked a = simple(h, &h->b, GRAPHS_LISTEN);
	assert_int_equal(a.result.err, ERR_IN_USE);
	assert_string_equal(a.text, "no address could be listened on");
	assert_non_null(strstr(h->b.messages, "set port or listen of graph to another one"));
}

static void assert_replays(struct house *h)
{
	struct replay_result r;
	struct stat st;
	FILE *f = fopen(house_path(h, "record"), "re");
	assert_non_null(f);
	assert_int_equal(fstat(fileno(f), &st), 0);
	uint8_t *p = malloc((size_t)st.st_size);
	assert_non_null(p);
	assert_int_equal(fread(p, 1, (size_t)st.st_size, f), st.st_size);
	(void)fclose(f);
	if (replay(span_of(p, (size_t)st.st_size), os_env(), &r) != OK || !r.same)
		fail_msg("%s", r.why);
	assert_false(r.cut);
	assert_true(r.outputs > 20);
	free(p);
}

/* ENGINE-17: what graphs did is done again octet for octet. */
static void a_run_is_played_again(void **state)
{
	struct house *h = *state;
	struct engine_options opt = { 0 };
	struct engine_options recorded = { .record_path = house_path(h, "record"),
					   .state_dir = house_path(h, "a") };
	start(h, &h->a, 0, "", &recorded);
	start(h, &h->b, 0, "", &opt);
	mesh(h);
	struct graph_guid one = add(h, &h->a, "one"), two = add(h, &h->b, "two");
	RUN_UNTIL(h, has_record(&h->b, &one) && has_record(&h->a, &two));
	assert_int_equal(simple(h, &h->a, GRAPHS_CLOSE).result.err, OK);
	assert_int_equal(simple(h, &h->a, GRAPHS_DELETE).result.err, OK);
	assert_int_equal(engine_stop(h->a.engine, 5000), OK);
	kill_engine(&h->a);
	assert_replays(h);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, house_new, house_free)
	const struct CMUnitTest tests[] = {
		TEST(a_record_reaches_the_other), TEST(octets_for_the_application),
		TEST(a_port_that_somebody_has),	  TEST(a_port_that_must_be_that_one),
		TEST(a_run_is_played_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
