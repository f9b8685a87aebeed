#include "story.h"

/* A run is what its seed says, and nothing else. */

static void the_same_seed_the_same_trace(void **state)
{
	struct story *t = story_new(STORY_PAIR "at 5s..9s reset a b\nat 30s nothing\n");
	char first[33];
	story_run(t, 7, NULL);
	assert_true(t->r.ok);
	memcpy(first, t->r.hash, sizeof(first));
	story_run(t, 7, NULL);
	assert_string_equal(first, t->r.hash);
	story_run(t, 8, NULL);
	assert_string_not_equal(first, t->r.hash);
	story_free(t);
}

struct lines {
	size_t n;
	char hash[33];
	struct trace again;
};

static void count_line(void *ctx, struct span line)
{
	struct lines *l = ctx;
	l->n++;
	trace_line(&l->again, line);
}

/* The lines that are handed out are those that are hashed. */
static void the_hash_is_of_the_trace(void **state)
{
	struct story *t = story_new(STORY_PAIR "end 20s\n");
	struct lines *l = test_calloc(1, sizeof(*l));
	struct text hash = TEXT_OF(l->hash);
	const struct world_options opt = { .seed = 3, .trace = count_line, .trace_ctx = l };
	trace_init(&l->again, NULL, NULL);
	assert_int_equal(world_new(&t->w, t->s, &t->f.env, &opt), OK);
	assert_int_equal(world_run(t->w, &t->r), OK);
	trace_hash_text(&l->again, &hash);
	assert_string_equal(l->hash, t->r.hash);
	assert_true(l->n > 20);
	test_free(l);
	story_free(t);
}

/* Expectations */

static void time_ends(void **state)
{
	struct story *t = story_new(STORY_PAIR "end 17s\n");
	story_run(t, 1, NULL);
	assert_true(t->r.time == 17 * MONO_SEC);
	story_free(t);
	t = story_new(STORY_PAIR "at 3s nothing\nfor 4s always running a\n");
	story_run(t, 1, NULL);
	assert_true(t->r.time == 8 * MONO_SEC);
	story_free(t);
}

static void what_does_not_come_true(void **state)
{
	story_fails(STORY_PAIR "at 1s cut a b\nat 2s nothing\n"
			       "within 100s expect value a b established = 7\n",
		    10, "did not come true: value a b established = 7");
	story_fails(STORY_PAIR "at 60s nothing\nexpect state a b idle\n", 9, "did not come true");
	story_fails(STORY_PAIR "at 60s nothing\nexpect not state a b established\n", 9,
		    "not state a b established");
	story_fails(STORY_PAIR "end 5s\nwithin 10s expect value a b lost = 3\n", 9, "lost = 3");
	story_fails(STORY_PAIR "end 5s\nat 10s nothing\nexpect running a\n", 10,
		    "the run ends before");
}

static void what_must_never_be(void **state)
{
	story_fails(STORY_PAIR "never state a b established\nend 60s\n", 8, "must never be");
	story_fails(STORY_PAIR "for 60s never event b up\n", 8, "must never be: event b up");
	story_holds(STORY_PAIR "at 60s nothing\nnever event b up\nat 90s nothing\n");
	story_holds(STORY_PAIR "for 10ms never state a b established\n");
}

static void what_must_always_be(void **state)
{
	story_fails(STORY_PAIR "at 60s nothing\nalways state a b established\nat 70s kill b\n"
			       "at 80s nothing\n",
		    9, "must always be");
	story_holds(STORY_PAIR "at 60s nothing\nfor 5s always state a b established\n"
			       "at 70s kill b\nat 80s nothing\n");
}

static void counting(void **state)
{
	story_holds(STORY_PAIR "within 60s expect event a up times = 1\n");
	story_fails(STORY_PAIR "within 60s expect event a up times = 0\n", 8, "times = 0");
	story_fails(STORY_PAIR "within 60s expect event a up times > 1\n", 8, "times > 1");
	story_holds(STORY_PAIR "within 60s expect not event a up times > 1\n");
	story_holds(STORY_PAIR
		    "at 60s reset a b\nwithin 60s expect event a down error=RESET peer=b "
		    "times <= 1\n");
	story_fails(STORY_PAIR "at 60s reset a b\nwithin 60s expect event a down error=CLOSED\n", 9,
		    "error=CLOSED");
	story_fails(STORY_PAIR "within 60s expect event a up colour=red\n", 8, "colour=red");
}

/* An event of the very moment of an action counts for what follows it. */
static void at_the_same_time(void **state)
{
	story_holds(STORY_PAIR "at 60s command a masc peer b reset\nexpect reply a OK\n"
			       "expect notification a b 7/0\n");
	story_fails(STORY_PAIR "at 60s command a masc peer b reset\nat 60s nothing\n"
			       "within 5s expect reply a OK\n",
		    10, "reply a OK");
}

static void comparisons(void **state)
{
	static const char *const good[] = { "= 9", ">= 9", "<= 9", "> 8", "< 10", "!= 8" };
	static const char *const bad[] = { "= 8", ">= 10", "<= 8", "> 9", "< 9", "!= 9" };
	for (size_t i = 0; i < 6; i++) {
		char text[1024];
		struct text t = TEXT_OF(text);
		text_str(&t, STORY_PAIR "at 60s nothing\nexpect value a b hold ");
		size_t n = t.n;
		text_str(&t, good[i]);
		text_char(&t, '\n');
		story_holds(text);
		t.n = n;
		text_str(&t, bad[i]);
		text_char(&t, '\n');
		story_fails(text, 9, bad[i]);
	}
}

/* Streams */

static void octets_with_gaps(void **state)
{
	story_holds(STORY_RAW "at 2s connect x a\n"
			      "within 1s expect octets x 0014 01 .. 01\n"
			      "within 1s expect octets x 0000fbf4\n"
			      "at 4s send x open + keepalive\n"
			      "within 1s expect octets x 00040400\n"
			      "at 6s close x\nwithin 1s expect event a down error=CLOSED\n");
	/* What matched once does not match again. */
	story_fails(STORY_RAW "at 2s connect x a\n"
			      "within 1s expect octets x 0014 01\n"
			      "within 3s expect octets x 0014 01\n",
		    7, "octets x");
}

static void connections_by_number(void **state)
{
	story_holds(STORY_RAW "at 2s connect x a\nat 3s connect x a\nat 3500ms connect x a\n"
			      "at 4s close x#2\n"
			      "at 5s nothing\n"
			      "expect closed x#3\n"
			      "expect not closed x#1\n"
			      "expect not closed x#9\n"
			      "expect links a = 1\n"
			      "at 6s reset x#1\nwithin 1s expect links a = 0\n"
			      "at 7s send x#1 keepalive\nat 8s close x#77\n");
}

/* SIM-2.2. */
static void refused_unreachable_timed_out(void **state)
{
	story_holds(STORY_RAW "at 1s connect x a port 99\nwithin 1s expect closed x\n"
			      "at 2s connect x a from 192.0.2.99\nwithin 1s expect closed x\n");
	story_holds("node a { address = 192.0.2.1\n"
		    "masc { domain = 1; node = 1; connect_retry = 1h\n"
		    "peer b { address = 192.0.2.2; role = parent; domain = 2 } } }\n"
		    "node b { address = 192.0.2.2 }\nlink a b\n"
		    "at 0s cut a b\nfor 100s never event a dial-failed\n"
		    "within 140s expect event a dial-failed error=TIMEOUT\n");
}

/* SIM-2.5. A host without power is silent; one whose process died says so. */
static void how_a_host_answers(void **state)
{
	story_holds(STORY_RAW "at 3s connect x a\nat 4s kill a\nwithin 1s expect closed x\n"
			      "at 6s connect x a\nwithin 1s expect closed x#2\n");
	story_holds(STORY_RAW "at 3s connect x a\nat 4s kill a power\n"
			      "for 30s always not closed x#1\n"
			      "at 35s connect x a\nfor 30s always not closed x#2\n"
			      "at 70s start a\n"
			      "at 75s send x#1 keepalive\nwithin 5s expect closed x#1\n");
}

/* SIM-4.1, seen from outside: nothing that depends on a put is told before
 * it is committed, and what does not goes on. */
static void outputs_wait_for_their_commit(void **state)
{
	story_holds(STORY_PAIR "at 20s store-delay a 5s\n"
			       "at 21s command a masc peer b down\n"
			       "for 4900ms never reply a OK\n"
			       "for 4900ms never event a admin\n"
			       "expect notification a b 7/0\n"
			       "within 5100ms expect reply a OK\n");
}

/* The same from inside, output by output. */
static uint64_t put(struct machine *m)
{
	uint64_t number = 0;
	assert_int_equal(
		store_put(&m->store, &masc_table_admin, span_str("k"), span_str("v"), &number), OK);
	return number;
}

static bool waits(struct machine *m, enum node_out_kind kind, uint32_t link, uint64_t after)
{
	struct node_event e = { .part = NODE_PART_NODE };
	struct node_out out = {
		.kind = kind, .link = link, .number = link, .after = after, .bytes = span_str("x")
	};
	if (kind == NODE_OUT_EVENT)
		out.event = &e;
	bool must = held_must_wait(m, &out);
	if (must)
		held_add(m, &out);
	return must;
}

/* SIM-4.1, SIM-4.2. */
static void nothing_overtakes(void **state)
{
	struct story *t = story_new(STORY_PAIR);
	story_build(t, 1, NULL);
	struct machine *m = story_machine(t, "a");
	assert_false(waits(m, NODE_OUT_SEND, 1, 0));
	uint64_t n = put(m);
	assert_true(waits(m, NODE_OUT_SEND, 1, n));
	assert_true(waits(m, NODE_OUT_SEND, 1, 0));  /* behind it */
	assert_true(waits(m, NODE_OUT_CLOSE, 1, 0)); /* and so on */
	assert_false(waits(m, NODE_OUT_SEND, 3, 0)); /* another stream */
	assert_false(waits(m, NODE_OUT_EVENT, 0, 0));
	assert_true(waits(m, NODE_OUT_EVENT, 0, n));
	assert_true(waits(m, NODE_OUT_EVENT, 0, 0));
	assert_true(waits(m, NODE_OUT_REPLY, 7, n));
	assert_false(waits(m, NODE_OUT_REPLY, 8, 0)); /* a reply is for its caller alone */
	assert_true(waits(m, NODE_OUT_FOUND, 9, n));
	assert_true(waits(m, NODE_OUT_STEP, 9, 0));
	assert_true(waits(m, NODE_OUT_REPLY, 9, 0)); /* and comes last */
	assert_true(waits(m, NODE_OUT_DATAGRAM, 0, n));
	assert_false(waits(m, NODE_OUT_DATAGRAM, 0, 0)); /* each for itself */
	assert_false(waits(m, NODE_OUT_BIND, 0, n));
	assert_false(waits(m, NODE_OUT_HOST, 0, n));
	assert_false(waits(m, NODE_OUT_DIAL, 5, n)); /* tells nobody anything */
	assert_false(waits(m, NODE_OUT_JOB, 0, n));
	assert_false(waits(m, NODE_OUT_LISTEN, 0, n));
	assert_true(store_mem_seal(m->mem) && store_mem_commit(m->mem));
	assert_false(
		held_blocked(m, &LIST_ENTRY(m->held.next, struct held, at)->out, m->held.next));
	held_clear(m);
	assert_false(waits(m, NODE_OUT_SEND, 1, n));
	story_free(t);
}

/* What waits keeps what it points at. */
static void what_was_found_waits_whole(void **state)
{
	struct story *t = story_new(STORY_PAIR);
	story_build(t, 1, NULL);
	struct machine *m = story_machine(t, "a");
	char payload[] = "more", cloud[] = "Global_";
	struct pnrp_result result = { .hops = 3, .payload = span_of(payload, 4) };
	struct pnrp_hop step = { .common = 17 };
	struct node_out out = { .kind = NODE_OUT_FOUND,
				.number = 1,
				.after = put(m),
				.found = { cloud, &result, NULL } };
	held_add(m, &out);
	out.kind = NODE_OUT_STEP;
	out.found = (struct node_found){ cloud, NULL, &step };
	held_add(m, &out);
	memset(payload, 0, sizeof(payload));
	memset(cloud, 0, sizeof(cloud));
	memset(&result, 0, sizeof(result));
	memset(&step, 0, sizeof(step));
	const struct node_found *found = &LIST_ENTRY(m->held.next, struct held, at)->out.found;
	assert_string_equal(found->cloud, "Global_");
	assert_int_equal(found->result->hops, 3);
	assert_true(span_eq(found->result->payload, span_str("more")));
	found = &LIST_ENTRY(m->held.prev, struct held, at)->out.found;
	assert_int_equal(found->step->common, 17);
	held_clear(m);
	story_free(t);
}

static void go_on(struct story *t, int64_t us)
{
	t->w->end = t->w->now + us;
	assert_int_equal(world_run(t->w, &t->r), OK);
	assert_true(t->r.ok);
}

/* Both up; the end of a's stream to b. */
static struct end *established(struct story **t)
{
	*t = story_new(STORY_PAIR "end 30s\n");
	story_run(*t, 1, NULL);
	assert_true((*t)->r.ok);
	return LIST_ENTRY(story_machine(*t, "a")->site.ends.next, struct end, at);
}

/* SIM-4.4: octets that waited for a put that is undone end their stream, and
 * what came behind them goes with it; events are not told, callers are. */
static void a_failed_commit_closes_streams(void **state)
{
	struct story *t;
	uint32_t link = established(&t)->link;
	struct machine *m = story_machine(t, "a");
	const struct node_command down = { .masc = { MASC_COMMAND_DOWN, span_str("b"), 0 } };
	uint64_t n = put(m);
	commit_kick(m);
	assert_true(waits(m, NODE_OUT_SEND, link, n));
	assert_true(waits(m, NODE_OUT_SEND, link, 0));
	assert_true(waits(m, NODE_OUT_EVENT, 0, n));
	invariant_call(m, 0, &down);
	assert_true(waits(m, NODE_OUT_REPLY, 0, n));
	m->fail_commits = 1;
	m->fail_why = ERR_NO_SPACE;
	go_on(t, 20 * MONO_MS);
	assert_true(list_empty(&m->held) && list_empty(&m->calls) && list_empty(&m->told));
	assert_null(map_get(&m->links, span_of(&link, sizeof(link))));
	struct masc_peer_info info;
	masc_peer_info(node_masc(m->node), 0, &info);
	assert_int_equal(info.last_err, ERR_NO_SPACE);
	masc_peer_info(node_masc(story_machine(t, "b")->node), 0, &info);
	assert_int_equal(info.last_err, ERR_RESET);
	story_free(t);
}

/* SIM-2.4. Who writes and is not read loses the stream before it costs
 * memory. */
static void a_slow_reader(void **state)
{
	struct story *t;
	struct masc_peer_info info;
	struct end *e = established(&t);
	uint8_t *much = test_calloc(1, 3 << 20);
	edge_cut(t->w, e->stream->edge);
	stream_send(e, span_of(much, 3 << 20));
	stream_send(e, span_of(much, 3 << 20));
	test_free(much);
	go_on(t, MONO_SEC);
	masc_peer_info(node_masc(story_machine(t, "a")->node), 0, &info);
	assert_int_equal(info.last_err, ERR_SLOW);
	story_free(t);
}

static void every_value(void **state)
{
	for (size_t i = 0; sim_values[i].name; i++) {
		char text[1024];
		struct text t = TEXT_OF(text);
		text_str(&t, STORY_PAIR "at 60s nothing\nexpect value a b ");
		text_str(&t, sim_values[i].name);
		text_str(&t, " < 100\nexpect value a b ");
		text_str(&t, sim_values[i].name);
		text_str(&t, " >= 0\n");
		story_holds(text);
	}
}

/* A world out of memory says so and leaves nothing behind. */
static void without_memory(void **state)
{
	struct story *t = story_new(STORY_PAIR "at 2s reset a b\nat 3s kill a\nend 5s\n");
	size_t failures = 0;
	for (size_t n = 1; n < 100000; n += n / 8 + 1) {
		const struct world_options opt = { .seed = 1 };
		struct world_result r;
		struct world *w = NULL;
		size_t live = t->f.live;
		failing_env_fail_at(&t->f, n);
		enum err e = world_new(&w, t->s, &t->f.env, &opt);
		if (!e)
			e = world_run(w, &r);
		/* A node may do without; the world may not. */
		assert_true(e == OK || e == ERR_NOMEM);
		failures += e == ERR_NOMEM;
		world_free(w);
		assert_int_equal(t->f.live, live);
		if (!t->f.failed)
			break;
	}
	assert_true(failures > 5);
	story_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_seed_the_same_trace),
		cmocka_unit_test(the_hash_is_of_the_trace),
		cmocka_unit_test(time_ends),
		cmocka_unit_test(what_does_not_come_true),
		cmocka_unit_test(what_must_never_be),
		cmocka_unit_test(what_must_always_be),
		cmocka_unit_test(counting),
		cmocka_unit_test(at_the_same_time),
		cmocka_unit_test(comparisons),
		cmocka_unit_test(octets_with_gaps),
		cmocka_unit_test(connections_by_number),
		cmocka_unit_test(refused_unreachable_timed_out),
		cmocka_unit_test(how_a_host_answers),
		cmocka_unit_test(outputs_wait_for_their_commit),
		cmocka_unit_test(nothing_overtakes),
		cmocka_unit_test(what_was_found_waits_whole),
		cmocka_unit_test(a_failed_commit_closes_streams),
		cmocka_unit_test(a_slow_reader),
		cmocka_unit_test(every_value),
		cmocka_unit_test(without_memory),
	};
	return cmocka_run_group_tests_name("sim_world", tests, NULL, NULL);
}
