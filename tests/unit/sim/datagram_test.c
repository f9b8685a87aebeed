#include "story.h"

/* Three machines that speak MASC to nobody: their sockets are the test's own. */
#define THREE                                                                                      \
	"node a { address = 192.0.2.1\n address = fe80::1%2\n masc { domain = 1; node = 1 } }\n"   \
	"node b { address = 192.0.2.2\n address = fe80::2%2\n masc { domain = 2; node = 2 } }\n"   \
	"node c { address = 192.0.2.3\n address = fe80::3%3\n masc { domain = 3; node = 3 } }\n"   \
	"link all\n"                                                                               \
	"end 1h\n"

static struct addr at(const char *text)
{
	struct addr a;
	assert_int_equal(addr_parse(span_str(text), 0, &a), OK);
	return a;
}

/* Takes off the queue what lies on it up to `time`, as the world does. */
static void go(struct story *t, int64_t time)
{
	struct world *w = t->w;
	while (w->queue.n && w->queue.heap[1]->at <= time) {
		struct queue_entry *e = queue_pop(&w->queue);
		w->now = e->at;
		if (e->kind == EV_DATAGRAM)
			datagram_arrived(w, LIST_ENTRY(e, struct dgram_packet, when));
		else if (e->kind == EV_START)
			machine_start(LIST_ENTRY(e, struct machine, boot));
		else if (e->kind == EV_PENDING)
			feed_pending(LIST_ENTRY(e, struct pending, when));
	}
	w->now = time;
}

static struct story *three(void)
{
	struct story *t = story_new(THREE);
	story_build(t, 1, NULL);
	go(t, MONO_SEC);
	return t;
}

static void bind_at(struct story *t, const char *node, uint32_t socket, const char *local)
{
	datagram_bind(story_machine(t, node), &(struct node_out){ .kind = NODE_OUT_BIND,
								  .socket = socket,
								  .local = at(local),
								  .shared = true });
}

static void join(struct story *t, const char *node, uint32_t socket, const char *group,
		 uint32_t interface)
{
	struct node_out out = { .kind = NODE_OUT_JOIN, .socket = socket, .local = at(group) };
	out.local.scope = interface;
	datagram_join(story_machine(t, node), &out);
}

/* How many arrive of one that is sent. */
static uint64_t arrive(struct story *t, const char *node, uint32_t socket, const char *to,
		       uint32_t scope)
{
	struct node_out out = { .kind = NODE_OUT_DATAGRAM,
				.socket = socket,
				.remote = at(to),
				.bytes = span_str("x") };
	uint64_t before = t->w->datagrams.tally.arrived;
	out.remote.scope = scope;
	datagram_send(story_machine(t, node), &out);
	go(t, t->w->now + MONO_SEC);
	return t->w->datagrams.tally.arrived - before;
}

/* SIM-9.2. */
static void to_one(void **state)
{
	struct story *t = three();
	bind_at(t, "a", 1, "0.0.0.0:4000");
	bind_at(t, "b", 1, "192.0.2.2:4000");
	assert_int_equal(arrive(t, "a", 1, "192.0.2.2:4000", 0), 1);
	assert_int_equal(arrive(t, "a", 1, "192.0.2.9:4000", 0), 0);
	assert_int_equal(arrive(t, "a", 9, "192.0.2.2:4000", 0), 0);
	assert_int_equal(arrive(t, "a", 1, "192.0.2.1:4000", 0), 1);
	story_free(t);
}

/* SIM-9.2: what is cut when it is sent, or when it would arrive, is lost. */
static void a_cut(void **state)
{
	struct story *t = three();
	struct machine *a = story_machine(t, "a"), *b = story_machine(t, "b");
	struct edge *e = edge_between(t->w, a->site.index, b->site.index);
	bind_at(t, "a", 1, "0.0.0.0:4000");
	bind_at(t, "b", 1, "0.0.0.0:4000");
	edge_cut(t->w, e);
	assert_int_equal(arrive(t, "a", 1, "192.0.2.2:4000", 0), 0);
	edge_heal(t->w, e);
	assert_int_equal(arrive(t, "a", 1, "192.0.2.2:4000", 0), 1);
	uint64_t before = t->w->datagrams.tally.arrived;
	datagram_send(a, &(struct node_out){ .socket = 1,
					     .remote = at("192.0.2.2:4000"),
					     .bytes = span_str("x") });
	edge_cut(t->w, e);
	go(t, t->w->now + MONO_SEC);
	assert_int_equal(t->w->datagrams.tally.arrived, before);
	story_free(t);
}

/* SIM-9.2: an address of a link means nothing beyond it. */
static void on_a_link(void **state)
{
	struct story *t = three();
	bind_at(t, "a", 1, "[::]:4000");
	bind_at(t, "b", 1, "[::]:4000");
	bind_at(t, "c", 1, "[::]:4000");
	assert_int_equal(arrive(t, "a", 1, "[fe80::2]:4000", 2), 1);
	assert_int_equal(arrive(t, "a", 1, "[fe80::2]:4000", 3), 0);
	assert_int_equal(arrive(t, "a", 1, "[fe80::3]:4000", 2), 0);
	story_free(t);
}

/* SIM-9.3: also to the sender itself, as the engine's are. */
static void to_a_group(void **state)
{
	struct story *t = three();
	bind_at(t, "a", 1, "[::]:1900");
	bind_at(t, "b", 1, "[::]:1900");
	bind_at(t, "c", 1, "[::]:1900");
	join(t, "b", 1, "ff02::c", 2);
	join(t, "c", 1, "ff02::c", 3);
	assert_int_equal(arrive(t, "a", 1, "[ff02::c]:1900", 2), 1);
	join(t, "a", 1, "ff02::c", 2);
	assert_int_equal(arrive(t, "a", 1, "[ff02::c]:1900", 2), 2);
	struct node_out out = { .socket = 1, .local = at("ff02::c") };
	out.local.scope = 2;
	datagram_leave(story_machine(t, "b"), &out);
	assert_int_equal(arrive(t, "a", 1, "[ff02::c]:1900", 2), 1);
	story_free(t);
}

static void who_is_gone_hears_nothing(void **state)
{
	struct story *t = three();
	bind_at(t, "a", 1, "0.0.0.0:4000");
	bind_at(t, "b", 1, "0.0.0.0:4000");
	machine_kill(story_machine(t, "b"), SCN_KEEP, false);
	assert_int_equal(arrive(t, "a", 1, "192.0.2.2:4000", 0), 0);
	machine_start(story_machine(t, "b"));
	assert_int_equal(arrive(t, "a", 1, "192.0.2.2:4000", 0), 0);
	bind_at(t, "b", 1, "0.0.0.0:4000");
	assert_int_equal(arrive(t, "a", 1, "192.0.2.2:4000", 0), 1);
	datagram_unbind(story_machine(t, "b"), &(struct node_out){ .socket = 1 });
	assert_int_equal(arrive(t, "a", 1, "192.0.2.2:4000", 0), 0);
	story_free(t);
}

/* SIM-2.10, SIM-9.4. */
static void addresses_change(void **state)
{
	struct story *t = three();
	struct machine *b = story_machine(t, "b");
	struct addr fresh = at("192.0.2.7"), old = at("192.0.2.2");
	bind_at(t, "a", 1, "0.0.0.0:4000");
	bind_at(t, "b", 1, "0.0.0.0:4000");
	address_add(b, &fresh, 1);
	address_remove(b, &old);
	assert_int_equal(arrive(t, "a", 1, "192.0.2.7:4000", 0), 1);
	assert_int_equal(arrive(t, "a", 1, "192.0.2.2:4000", 0), 0);
	assert_null(address_find(b, &old));
	assert_int_equal(b->n_addrs, 2);
	story_free(t);
}

/* What a story says of the way. */
static void paths(void **state)
{
	struct story *t = story_new(
		THREE "link a b delay 7ms..9ms loss 5% duplicate 0.25% reorder 10% rate 64KiB\n"
		      "at 5s datagrams a b loss 100% late 2s\n");
	story_build(t, 1, NULL);
	struct edge *e = edge_between(t->w, story_site(t->s, "a"), story_site(t->s, "b"));
	assert_int_equal(e->path.low, 7 * MONO_MS);
	assert_int_equal(e->path.high, 9 * MONO_MS);
	assert_int_equal(e->delay.high, 9 * MONO_MS);
	assert_int_equal(e->path.loss, 50000);
	assert_int_equal(e->path.duplicate, 2500);
	assert_int_equal(e->path.reorder, 100000);
	assert_int_equal(e->path.rate, 65536);
	assert_true(e->path.late > 0 && e->path.backlog > 0);
	assert_int_equal(world_run(t->w, &t->r), OK);
	assert_int_equal(e->path.loss, DGRAM_MILLION);
	assert_int_equal(e->path.duplicate, 2500);
	assert_int_equal(e->path.late, 2 * MONO_SEC);
	story_free(t);
}

static void is_refused(const char *line, const char *words)
{
	char story[1024], buffer[512];
	struct text text = TEXT_OF(story), why = TEXT_OF(buffer);
	struct failing_env f;
	struct scenario *s;
	uint32_t at_line;
	failing_env_init(&f, 1);
	text_str(&text, THREE);
	text_str(&text, line);
	assert_int_equal(scenario_read(&s, span_of(text.p, text.n), &f.env, &at_line, &why),
			 ERR_MALFORMED);
	if (!strstr(why.p, words))
		fail_msg("\"%s\" does not say \"%s\"", why.p, words);
	failing_env_assert_clean(&f);
}

static void what_is_no_path(void **state)
{
	is_refused("link a b loss 101%\n", "a share such as");
	is_refused("link a b loss 5\n", "a share such as");
	is_refused("link a b loss %\n", "a share such as");
	is_refused("link a b loss 1.00001%\n", "a share such as");
	is_refused("link a b rate fast\n", "octets a second");
	is_refused("link a b colour red\n", "delay, loss, duplicate");
	is_refused("at 1s datagrams a b loss x\n", "a share such as");
	is_refused("at 1s address a add 192.0.2.1:80\n", "without a port");
	is_refused("at 1s address a move 192.0.2.1\n", "add or remove");
	is_refused("host\n", "a name, and its addresses");
	is_refused("host seed.example.net 192.0.2.1:80\n", "up to 8 addresses");
}

/* Names and clouds: what cannot be said is refused where it stands. */
static void what_is_no_wish(void **state)
{
	is_refused("at 1s command a pnrp publish x at 192.0.2.1:80\n", "a peer name");
	is_refused("at 1s command a pnrp publish 0.x\n", "at ADDRESS:PORT, or port");
	is_refused("at 1s command a pnrp publish 0.x at 192.0.2.1\n", "with a port each");
	is_refused("at 1s command a pnrp publish 0.x loudly\n", "at, port, comment");
	is_refused("at 1s command a pnrp resolve 0.x soon\n", "timeout, most, cloud");
	is_refused("at 1s command a pnrp resolve 0.x of nobody\n", "node");
	is_refused("at 1s command a pnrp dance\n", "publish, unpublish, resolve");
	is_refused("expect found a 0.x at nowhere\n", "an address");
	is_refused("expect cloud a lan active\n", "link, site or global");
	is_refused("expect cloud a link4 busy\n", "virtual, synchronising");
	is_refused("expect announced a ..\n", "a peer name");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(to_one),
		cmocka_unit_test(a_cut),
		cmocka_unit_test(on_a_link),
		cmocka_unit_test(to_a_group),
		cmocka_unit_test(who_is_gone_hears_nothing),
		cmocka_unit_test(addresses_change),
		cmocka_unit_test(paths),
		cmocka_unit_test(what_is_no_path),
		cmocka_unit_test(what_is_no_wish),
	};
	return cmocka_run_group_tests_name("sim_datagram", tests, NULL, NULL);
}
