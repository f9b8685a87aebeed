/* The part graph of a node: switched on, off and on again while it is asked to listen. */
#include "../failing_env.h"

#include "base/store_mem.h"
#include "node/node.h"

#define ON  "graph { listen = 192.0.2.1 }"
#define OFF ""

struct bench {
	struct failing_env f;
	struct store_mem *mem;
	struct node_config config;
	struct node *n;
	struct mono now;
	size_t listens, unlistens, replies;
	enum err err; /* of the last reply */
	struct addr asked, given_up;
};

static const struct wall morning = { INT64_C(1790000000000000), true };

static void note(struct bench *b, const struct node_out *out)
{
	if (out->kind == NODE_OUT_LISTEN && out->listener == NODE_PART_GRAPH) {
		b->listens++;
		b->asked = out->local;
	} else if (out->kind == NODE_OUT_UNLISTEN && out->listener == NODE_PART_GRAPH) {
		b->unlistens++;
		b->given_up = out->local;
	} else if (out->kind == NODE_OUT_REPLY) {
		b->replies++;
		b->err = out->err;
	}
}

static void settle(struct bench *b)
{
	for (int i = 0; i < 20; i++) {
		struct node_out out;
		assert_int_equal(
			node_input(b->n, &(struct node_in){ .kind = NODE_IN_TICK }, b->now), OK);
		while (node_poll(b->n, &out))
			note(b, &out);
		(void)store_mem_seal(b->mem);
		while (store_mem_commit(b->mem))
			;
		b->now = mono_add(b->now, MONO_MS);
	}
}

static void give(struct bench *b, const struct node_in *in)
{
	assert_int_equal(node_input(b->n, in, b->now), OK);
	settle(b);
}

static void configure(struct bench *b, const char *text)
{
	give(b, &(struct node_in){ .kind = NODE_IN_CONFIG, .bytes = span_str(text) });
}

static void listening(struct bench *b)
{
	give(b, &(struct node_in){ .kind = NODE_IN_LISTENING,
				   .listener = NODE_PART_GRAPH,
				   .local = b->asked });
}

/* A graph that is to listen; whoever opens ports has not answered yet. */
static void start(struct bench *b)
{
	char buffer[256];
	struct text why = TEXT_OF(buffer);
	uint32_t line;
	static const struct graph_properties p = { .scope = GRAPH_SCOPE_GLOBAL };
	struct node_in in = { .kind = NODE_IN_COMMAND, .number = 1 };
	memset(b, 0, sizeof(*b));
	failing_env_init(&b->f, 1);
	b->now = (struct mono){ 1000 * MONO_SEC };
	node_config_init(&b->config, &b->f.env);
	assert_int_equal(node_config_parse(&b->config, span_str(ON), &line, &why), OK);
	assert_int_equal(store_mem_new(&b->mem, &b->f.env), OK);
	assert_int_equal(
		node_new(&b->n, &b->config, &b->f.env, store_mem_store(b->mem), b->now, morning),
		OK);
	in.command.kind = NODE_COMMAND_GRAPH;
	in.command.graphs = (struct graphs_command){
		.kind = GRAPHS_CREATE, .id = span_str("0.g"), .properties = &p, .listen = true
	};
	give(b, &in);
	assert_int_equal(b->replies, 1);
	assert_int_equal(b->err, OK);
	assert_int_equal(b->listens, 1);
}

static void end(struct bench *b)
{
	node_free(b->n);
	node_config_free(&b->config);
	store_mem_free(b->mem);
	failing_env_assert_clean(&b->f);
}

static bool listens(const struct bench *b)
{
	struct graph_info info;
	const struct graphs *s = node_graphs(b->n);
	const struct graph *g = s ? graphs_find(s, span_str("0.g")) : NULL;
	if (!g)
		return false;
	graph_info(g, b->now, &info);
	return info.listening;
}

static void off_and_on(void **state)
{
	struct bench b;
	start(&b);
	listening(&b);
	assert_true(listens(&b));
	configure(&b, OFF);
	assert_null(node_graphs(b.n));
	assert_int_equal(b.unlistens, 1);
	configure(&b, OFF);
	assert_int_equal(b.unlistens, 1);
	configure(&b, ON);
	assert_int_equal(b.listens, 2);
	listening(&b);
	assert_true(listens(&b));
	end(&b);
}

/* What is opened for a part that is off by then is given back. */
static void off_while_it_asks(void **state)
{
	struct bench b;
	start(&b);
	configure(&b, OFF);
	assert_null(node_graphs(b.n));
	assert_int_equal(b.unlistens, 0);
	listening(&b);
	assert_int_equal(b.unlistens, 1);
	assert_true(addr_eq(&b.given_up, &b.asked));
	configure(&b, ON);
	assert_int_equal(b.listens, 2);
	listening(&b);
	assert_true(listens(&b));
	end(&b);
}

/* On again before the answer: the port is asked for anew when the first is given back. */
static void off_and_on_while_it_asks(void **state)
{
	struct bench b;
	start(&b);
	configure(&b, OFF);
	configure(&b, ON);
	assert_int_equal(b.listens, 1);
	listening(&b);
	assert_int_equal(b.unlistens, 1);
	assert_int_equal(b.listens, 2);
	assert_false(listens(&b));
	listening(&b);
	assert_true(listens(&b));
	assert_int_equal(b.unlistens, 1);
	end(&b);
}

/* It could not be had: nothing to give back. */
static void off_and_the_port_is_taken(void **state)
{
	struct bench b;
	start(&b);
	configure(&b, OFF);
	give(&b, &(struct node_in){ .kind = NODE_IN_LISTEN_FAILED,
				    .listener = NODE_PART_GRAPH,
				    .local = b.asked,
				    .err = ERR_IN_USE });
	assert_int_equal(b.unlistens, 0);
	configure(&b, ON);
	assert_int_equal(b.listens, 2);
	end(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(off_and_on),
		cmocka_unit_test(off_while_it_asks),
		cmocka_unit_test(off_and_on_while_it_asks),
		cmocka_unit_test(off_and_the_port_is_taken),
	};
	return cmocka_run_group_tests_name("part graph", tests, NULL, NULL);
}
