/* How two nodes meet and part: AUTH_INFO, CONNECT, WELCOME, REFUSE, DISCONNECT. */
#include "link_rig.h"

static void hex(const struct rig_link *l, size_t at, const char *want)
{
	size_t n = strlen(want) / 2;
	assert_true(l->n >= at + n);
	for (size_t i = 0; i < n; i++) {
		char digits[3] = { want[2 * i], want[2 * i + 1], 0 };
		assert_int_equal(l->octets[at + i], strtoul(digits, NULL, 16));
	}
}

/* T1 and T2, as we send them; the node is ours. */
static void a_call_is_as_the_vectors(void **state)
{
	struct rig r;
	rig_init(&r);
	r.birth.create = false;
	memcpy(r.birth.peer, "0.alice", 8);
	rig_start(&r);
	const struct graph_command c = { .kind = GRAPH_CONNECT_TO, .remote = rig_addr(2) };
	rig_command(&r, &c);
	uint32_t link = rig_dialled(&r);
	rig_up(&r, link);
	hex(rig_link(&r, link), 0,
	    "0024000000241001000001000010001c0024302e54657374477261706800302e616c69636500"
	    "00180000001810020000010000180018"
	    "0000");
	assert_int_equal(rig_link(&r, link)->sends, 1);
	rig_end(&r);
}

/* T4 and T5. */
static void farewells_are_as_the_vectors(void **state)
{
	struct rig r;
	rig_begin(&r);
	uint32_t link = rig_neighbor(&r, 77, 30), again = rig_accept(&r, 31);
	rig_say(&r, again, rig_auth_info(&r, GRAPH_NEIGHBOR, "0.peer"));
	rig_say(&r, again, rig_connect(&r, GRAPH_CONNECT_LIST, 77, 31));
	hex(rig_link(&r, again), 0, "000c0000000c1004000003000000");
	assert_true(rig_closed(&r, again));
	size_t before = rig_link(&r, link)->n;
	const struct graph_command c = { .kind = GRAPH_DISCONNECT_FROM, .conn = link };
	assert_int_equal(rig_reply(&r, rig_command(&r, &c))->err, OK);
	/* Before it the ping that tests whether the link is alive went out. */
	hex(rig_link(&r, link), rig_link(&r, link)->n - 14, "000c0000000c100500000300000c");
	assert_true(rig_link(&r, link)->n > before);
	assert_true(rig_closed(&r, link));
	rig_end(&r);
}

static void refused(struct rig *r, uint32_t link, enum graph_refusal code, uint8_t referrals)
{
	struct graph_message m = rig_expect(r, link, GRAPH_REFUSE);
	assert_int_equal(m.goodbye.code, code);
	assert_int_equal(m.goodbye.addresses.n, referrals);
	assert_true(rig_closed(r, link));
	assert_null(graph_link_find(r->g, link));
	assert_int_equal(rig_info(r).counts.bad, 0);
}

static uint32_t call_in(struct rig *r, uint8_t flags, uint64_t node, uint8_t host)
{
	uint32_t link = rig_accept(r, host);
	bool direct = flags & GRAPH_CONNECT_DIRECT;
	rig_say(r, link, rig_auth_info(r, direct ? GRAPH_DIRECT : GRAPH_NEIGHBOR, "0.peer"));
	rig_say(r, link, rig_connect(r, flags, node, host));
	return link;
}

/* The eighth is refused and told where else to go. */
static void seven_neighbors_are_the_most(void **state)
{
	struct rig r;
	rig_begin(&r);
	for (uint8_t i = 0; i < 7; i++)
		rig_neighbor(&r, 100 + i, (uint8_t)(10 + i));
	assert_int_equal(rig_info(&r).neighbors, 7);
	refused(&r, call_in(&r, GRAPH_CONNECT_LIST, 200, 40), GRAPH_REFUSED_BUSY, 7);
	assert_int_equal(rig_info(&r).neighbors, 7);
	rig_end(&r);
}

static void who_is_connected_is_refused(void **state)
{
	struct rig r;
	rig_begin(&r);
	uint32_t link = rig_neighbor(&r, 77, 30);
	rig_say(&r, link, rig_connect(&r, GRAPH_CONNECT_LIST, 77, 30));
	refused(&r, link, GRAPH_REFUSED_CONNECTED, 0);
	assert_int_equal(rig_info(&r).neighbors, 0);
	rig_end(&r);
}

static void a_node_is_a_neighbor_once(void **state)
{
	struct rig r;
	rig_begin(&r);
	uint32_t link = rig_neighbor(&r, 77, 30);
	refused(&r, call_in(&r, GRAPH_CONNECT_LIST, 77, 31), GRAPH_REFUSED_DUPLICATE, 0);
	assert_false(rig_closed(&r, link));
	/* Should that one be dead, this shows it. */
	struct graph_message m;
	bool pinged = false;
	while (rig_hear(&r, link, &m))
		pinged |= m.type == GRAPH_PT2PT && graph_guid_eq(&m.data.type, &graph_data_ping);
	assert_true(pinged);
	refused(&r, call_in(&r, GRAPH_CONNECT_LIST, rig_info(&r).node, 32), GRAPH_REFUSED_DUPLICATE,
		0);
	rig_end(&r);
}

static void direct_ones_are_taken_when_wanted(void **state)
{
	struct rig r;
	rig_begin(&r);
	refused(&r, call_in(&r, GRAPH_CONNECT_DIRECT, 77, 30), GRAPH_REFUSED_DIRECT, 0);
	uint32_t link = rig_direct(&r, 77, 30);
	assert_int_equal(rig_info(&r).directs, 1);
	assert_int_equal(rig_info(&r).neighbors, 0);
	assert_false(rig_closed(&r, link));
	const struct graph_command c = { .kind = GRAPH_ACCEPT_DIRECT, .paused = true };
	rig_command(&r, &c);
	refused(&r, call_in(&r, GRAPH_CONNECT_DIRECT, 78, 31), GRAPH_REFUSED_DIRECT, 0);
	rig_end(&r);
}

static void bad_call(struct rig *r, struct span first, struct span second)
{
	uint32_t link = rig_accept(r, 30);
	uint64_t bad = rig_info(r).counts.bad;
	rig_say(r, link, first);
	if (second.n)
		rig_say(r, link, second);
	assert_true(rig_closed(r, link));
	assert_int_equal(rig_link(r, link)->n, 0); /* silently */
	assert_int_equal(rig_info(r).counts.bad, bad + 1);
}

static struct span auth(struct rig *r, const char *graph, const char *from, const char *to)
{
	struct wr w = wr_of(r->room, 4096);
	const struct graph_auth_info m = { .connection = GRAPH_NEIGHBOR,
					   .graph_id = span_str(graph),
					   .source = span_str(from),
					   .destination = span_str(to) };
	graph_put_auth_info(&w, &m);
	return wr_span(&w);
}

static void who_calls_another_hears_nothing(void **state)
{
	struct rig r;
	rig_begin(&r);
	bad_call(&r, auth(&r, "0.OtherGraph", "0.peer", ""), span_of(NULL, 0));
	bad_call(&r, auth(&r, "0.TestGraph", "0.peer", "0.carol"), span_of(NULL, 0));
	bad_call(&r, auth(&r, "0.testgraph", "0.peer", ""), span_of(NULL, 0));
	uint32_t link = rig_accept(&r, 30);
	rig_say(&r, link, auth(&r, "0.TestGraph", "0.peer", "0.bob"));
	assert_false(rig_closed(&r, link));
	rig_end(&r);
}

static void connect_must_agree_with_auth_info(void **state)
{
	struct rig r;
	rig_begin(&r);
	uint32_t link = rig_accept(&r, 30);
	rig_say(&r, link, rig_auth_info(&r, GRAPH_NEIGHBOR, "0.peer"));
	rig_say(&r, link, rig_connect(&r, GRAPH_CONNECT_DIRECT, 77, 30));
	assert_true(rig_closed(&r, link));
	link = rig_accept(&r, 30);
	rig_say(&r, link, rig_auth_info(&r, GRAPH_NEIGHBOR, "0.peer"));
	rig_say(&r, link, rig_connect(&r, 0, 0, 30)); /* A52 */
	assert_true(rig_closed(&r, link));
	assert_int_equal(rig_info(&r).counts.bad, 2);
	rig_end(&r);
}

static void an_update_replaces_the_addresses(void **state)
{
	struct rig r;
	rig_begin(&r);
	uint32_t link = rig_neighbor(&r, 77, 30);
	rig_say(&r, link, rig_connect(&r, GRAPH_CONNECT_UPDATE, 77, 33));
	struct addr a;
	assert_true(graph_node_address(r.g, 77, span_of(NULL, 0), &a));
	assert_int_equal(a.ip[3], 33);
	assert_false(rig_closed(&r, link));
	rig_end(&r);
}

/* U on a link that is not CONNECTED is an ordinary CONNECT (A48). */
static void an_early_update_is_a_connect(void **state)
{
	struct rig r;
	rig_begin(&r);
	uint32_t link = call_in(&r, GRAPH_CONNECT_UPDATE, 77, 30);
	rig_expect(&r, link, GRAPH_WELCOME);
	assert_int_equal(rig_info(&r).neighbors, 1);
	rig_end(&r);
}

/* Only who asked with N is told of others. */
static void welcome_tells_of_others(void **state)
{
	struct rig r;
	rig_begin(&r);
	rig_neighbor(&r, 50, 20);
	rig_neighbor(&r, 51, 21);
	struct graph_message m =
		rig_expect(&r, call_in(&r, GRAPH_CONNECT_LIST, 52, 22), GRAPH_WELCOME);
	assert_int_equal(m.welcome.addresses.n, 2);
	/* Least recently added first (A12). */
	assert_int_equal(graph_address_at(&m.welcome.addresses, 0).ip[3], 20);
	assert_true(span_eq(m.welcome.peer, span_str("0.bob")));
	m = rig_expect(&r, call_in(&r, 0, 53, 23), GRAPH_WELCOME);
	assert_int_equal(m.welcome.addresses.n, 0);
	rig_end(&r);
}

static void a_call_is_answered(void **state)
{
	struct rig r;
	rig_begin(&r);
	uint32_t link = rig_call(&r, 77, 30);
	assert_int_equal(rig_reply(&r, 1)->err, OK);
	assert_int_equal(rig_reply(&r, 1)->conn, link);
	assert_int_equal(rig_info(&r).neighbors, 1);
	assert_int_equal(r.events[GRAPH_EVENT_NEIGHBOR], 1);
	assert_int_equal(r.last[GRAPH_EVENT_NEIGHBOR].status, GRAPH_LINK_CONNECTED);
	assert_false(r.last[GRAPH_EVENT_NEIGHBOR].incoming);
	/* A ping, then the synchronisation begins. */
	struct graph_message m;
	assert_true(rig_hear(&r, link, &m));
	assert_int_equal(m.type, GRAPH_PT2PT);
	assert_true(rig_hear(&r, link, &m));
	assert_int_equal(m.type, GRAPH_SOLICIT_NEW);
	rig_end(&r);
}

/* A54. */
static void another_than_called_is_left(void **state)
{
	struct rig r;
	rig_begin(&r);
	const struct graph_command c = { .kind = GRAPH_CONNECT_TO,
					 .remote = rig_addr(30),
					 .peer = span_str("0.carol") };
	uint64_t number = rig_command(&r, &c);
	uint32_t link = rig_dialled(&r);
	rig_up(&r, link);
	struct graph_message m = rig_expect(&r, link, GRAPH_AUTH_INFO);
	assert_true(span_eq(m.auth.destination, span_str("0.carol")));
	rig_say(&r, link, rig_welcome(&r, 77, "0.dave"));
	assert_true(rig_closed(&r, link));
	assert_int_equal(rig_reply(&r, number)->err, ERR_DENIED);
	assert_true(rig_reply(&r, number)->text);
	rig_end(&r);
}

/* 6.4: on to the others that the refusal names, each once; the command goes along. */
static void a_refused_call_walks_on(void **state)
{
	struct rig r;
	bool tried[4] = { false };
	const struct addr others[] = { rig_addr(41), rig_addr(42), rig_addr(43) };
	rig_begin(&r);
	const struct graph_command c = { .kind = GRAPH_CONNECT_TO, .remote = rig_addr(40) };
	uint64_t number = rig_command(&r, &c);
	for (int i = 0; i < 4; i++) {
		uint32_t link = rig_dialled(&r);
		size_t at = rig_link(&r, link)->remote.ip[3] - 40u;
		assert_true(at < 4 && !tried[at]);
		tried[at] = true;
		assert_null(rig_reply(&r, number));
		rig_up(&r, link);
		rig_say(&r, link,
			rig_goodbye(&r, GRAPH_REFUSE, GRAPH_REFUSED_BUSY, others, i ? 0 : 3));
		assert_true(rig_closed(&r, link));
	}
	assert_int_equal(rig_reply(&r, number)->err, ERR_REFUSED);
	assert_int_equal(r.last[GRAPH_EVENT_NEIGHBOR].status, GRAPH_LINK_FAILED);
	rig_end(&r);
}

static void every_refusal_is_told(void **state)
{
	static const enum graph_refusal codes[] = { GRAPH_REFUSED_BUSY, GRAPH_REFUSED_DUPLICATE,
						    GRAPH_REFUSED_DIRECT };
	for (size_t i = 0; i < 3; i++) {
		struct rig r;
		rig_begin(&r);
		uint32_t link = rig_in_state(&r, GRAPH_STATE_CONNECT_WAIT, true);
		rig_say(&r, link, rig_goodbye(&r, GRAPH_REFUSE, (uint8_t)codes[i], NULL, 0));
		assert_true(rig_closed(&r, link));
		assert_int_equal(rig_reply(&r, r.number)->err, ERR_REFUSED);
		assert_true(rig_reply(&r, r.number)->text);
		assert_int_equal(r.last[GRAPH_EVENT_DIRECT].status, GRAPH_LINK_FAILED);
		rig_end(&r);
	}
	/* A47: for 0x02 the other side closes. */
	struct rig r;
	rig_begin(&r);
	uint32_t link = rig_in_state(&r, GRAPH_STATE_CONNECT_WAIT, false);
	rig_say(&r, link, rig_goodbye(&r, GRAPH_REFUSE, GRAPH_REFUSED_CONNECTED, NULL, 0));
	assert_false(rig_closed(&r, link));
	graph_down(r.g, link, ERR_CLOSED, r.now);
	rig_drain(&r);
	assert_int_equal(rig_reply(&r, r.number)->err, ERR_CLOSED);
	rig_end(&r);
}

static void who_says_nothing_is_left(void **state)
{
	struct rig r;
	rig_begin(&r);
	uint32_t silent = rig_accept(&r, 30), half = rig_accept(&r, 31);
	rig_say(&r, half, rig_auth_info(&r, GRAPH_NEIGHBOR, "0.peer"));
	rig_tick(&r, 61 * MONO_SEC);
	assert_true(rig_closed(&r, half));
	assert_false(rig_closed(&r, silent));
	rig_tick(&r, 240 * MONO_SEC);
	assert_true(rig_closed(&r, silent));
	rig_end(&r);
}

static void a_call_ends_in_time(void **state)
{
	struct rig r;
	rig_begin(&r);
	uint32_t link = rig_in_state(&r, GRAPH_STATE_CONNECT_WAIT, false);
	rig_tick(&r, 59 * MONO_SEC);
	assert_false(rig_closed(&r, link));
	rig_tick(&r, 2 * MONO_SEC);
	assert_true(rig_closed(&r, link));
	assert_int_equal(rig_reply(&r, r.number)->err, ERR_TIMEOUT);
	rig_end(&r);
}

static void a_call_can_be_cancelled(void **state)
{
	struct rig r;
	rig_begin(&r);
	uint32_t link = rig_in_state(&r, GRAPH_STATE_DIALLING, false);
	graph_cancel(r.g, r.number, r.now);
	rig_drain(&r);
	assert_true(rig_closed(&r, link));
	assert_int_equal(rig_reply(&r, r.number)->err, ERR_CANCELLED);
	graph_cancel(r.g, r.number, r.now);
	rig_drain(&r);
	rig_end(&r);
}

/* T16. */
static void time_to_authenticate(void **state)
{
	struct rig r;
	rig_begin(&r);
	int64_t none = graph_authenticate_time(r.g, 0), ten = graph_authenticate_time(r.g, 10);
	int64_t fifty = graph_authenticate_time(r.g, 50);
	assert_true(none > 299990 * MONO_MS && none <= 300 * MONO_SEC);
	assert_true(ten > 122950 * MONO_MS && ten < 123050 * MONO_MS);
	assert_true(fifty > 21850 * MONO_MS && fifty < 21950 * MONO_MS);
	assert_true(graph_authenticate_time(r.g, UINT32_MAX) >= 20 * MONO_SEC);
	rig_end(&r);
}

/* 6.5: what DISCONNECT names is tried next. */
static void a_farewell_names_others(void **state)
{
	struct rig r;
	const struct addr other = rig_addr(41);
	rig_begin(&r);
	uint32_t link = rig_neighbor(&r, 77, 30);
	rig_say(&r, link, rig_goodbye(&r, GRAPH_DISCONNECT, GRAPH_LEAVING, &other, 1));
	assert_true(rig_closed(&r, link));
	assert_int_equal(rig_info(&r).neighbors, 0);
	assert_int_equal(rig_link(&r, rig_dialled(&r))->remote.ip[3], 41);
	assert_true(rig_info(&r).left > 0);
	rig_end(&r);
}

/* The rest of the world hears addresses of a loopback only over one. */
static void what_may_be_dialled(void **state)
{
	struct rig r;
	rig_begin(&r);
	struct addr a = rig_addr(9), own = rig_addr(1);
	assert_true(graph_address_usable(r.g, &a, false));
	assert_false(graph_address_usable(r.g, &own, false));
	own.port = 3588;
	assert_true(graph_address_usable(r.g, &own, false));
	a.port = 0;
	assert_false(graph_address_usable(r.g, &a, false));
	static const struct addr never[] = {
		{ .family = ADDR_NONE, .port = 1 },
		{ .family = ADDR_IPV4, .port = 1 },
		{ .family = ADDR_IPV4, .ip = { 224, 0, 0, 1 }, .port = 1 },
		{ .family = ADDR_IPV6, .ip = { 0xff, 2 }, .port = 1 },
		{ .family = ADDR_IPV6, .port = 1 },
	};
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		assert_false(graph_address_usable(r.g, &never[i], true));
	const struct addr loopback = { .family = ADDR_IPV4, .ip = { 127, 0, 0, 1 }, .port = 1 };
	assert_false(graph_address_usable(r.g, &loopback, false));
	assert_true(graph_address_usable(r.g, &loopback, true));
	rig_end(&r);
}

static void say_update(struct rig *r, uint32_t link, const struct addr *a, uint8_t n)
{
	struct wr w = wr_of(r->room, 4096);
	graph_put_connect(&w, GRAPH_CONNECT_UPDATE, 77, (struct graph_addresses){ a, n },
			  span_str(""));
	rig_say(r, link, wr_span(&w));
}

/* GRAPH-8.18: of what a neighbor says that it is reached at, only what may be dialled is
 * dialled for programs and told to others. */
static void what_a_neighbor_claims(void **state)
{
	struct rig r;
	const struct addr claims[] = {
		{ .family = ADDR_IPV4, .ip = { 127, 0, 0, 1 }, .port = 22 },
		{ .family = ADDR_IPV4, .ip = { 224, 0, 0, 1 }, .port = 3587 },
		rig_addr(1),
		rig_addr(33),
	};
	struct addr a;
	rig_begin(&r);
	uint32_t link = rig_neighbor(&r, 77, 30);
	say_update(&r, link, claims, 4);
	assert_true(graph_node_address(r.g, 77, span_of(NULL, 0), &a));
	assert_true(addr_eq(&a, &claims[3]));
	struct graph_message m;
	uint32_t other = rig_accept(&r, 31);
	rig_say(&r, other, rig_auth_info(&r, GRAPH_NEIGHBOR, "0.peer"));
	rig_say(&r, other, rig_connect(&r, GRAPH_CONNECT_LIST, 78, 31));
	m = rig_expect(&r, other, GRAPH_WELCOME);
	assert_int_equal(m.welcome.addresses.n, 1);
	a = graph_address_at(&m.welcome.addresses, 0);
	assert_true(addr_eq(&a, &claims[3]));
	say_update(&r, link, claims, 3);
	assert_false(graph_node_address(r.g, 77, span_of(NULL, 0), &a));
	assert_false(rig_closed(&r, link));
	rig_end(&r);
}

/* Seven came while we called: the eighth would be one too many, whoever began. */
static void no_room_for_who_is_called(void **state)
{
	struct rig r;
	rig_begin(&r);
	const struct graph_command c = { .kind = GRAPH_CONNECT_TO, .remote = rig_addr(50) };
	uint64_t number = rig_command(&r, &c);
	uint32_t link = rig_dialled(&r);
	rig_up(&r, link);
	for (uint8_t i = 0; i < 7; i++)
		rig_neighbor(&r, 100 + i, (uint8_t)(10 + i));
	rig_say(&r, link, rig_welcome(&r, 200, "0.peer"));
	assert_int_equal(rig_info(&r).neighbors, 7);
	struct graph_message m = rig_expect(&r, link, GRAPH_DISCONNECT);
	assert_int_equal(m.goodbye.code, GRAPH_LEAST_USEFUL);
	assert_int_equal(m.goodbye.addresses.n, 7);
	assert_true(rig_closed(&r, link));
	assert_int_equal(rig_reply(&r, number)->err, ERR_FULL);
	rig_end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_is_as_the_vectors),
		cmocka_unit_test(farewells_are_as_the_vectors),
		cmocka_unit_test(seven_neighbors_are_the_most),
		cmocka_unit_test(who_is_connected_is_refused),
		cmocka_unit_test(a_node_is_a_neighbor_once),
		cmocka_unit_test(direct_ones_are_taken_when_wanted),
		cmocka_unit_test(who_calls_another_hears_nothing),
		cmocka_unit_test(connect_must_agree_with_auth_info),
		cmocka_unit_test(an_update_replaces_the_addresses),
		cmocka_unit_test(an_early_update_is_a_connect),
		cmocka_unit_test(welcome_tells_of_others),
		cmocka_unit_test(a_call_is_answered),
		cmocka_unit_test(another_than_called_is_left),
		cmocka_unit_test(a_refused_call_walks_on),
		cmocka_unit_test(every_refusal_is_told),
		cmocka_unit_test(who_says_nothing_is_left),
		cmocka_unit_test(a_call_ends_in_time),
		cmocka_unit_test(a_call_can_be_cancelled),
		cmocka_unit_test(time_to_authenticate),
		cmocka_unit_test(a_farewell_names_others),
		cmocka_unit_test(what_may_be_dialled),
		cmocka_unit_test(what_a_neighbor_claims),
		cmocka_unit_test(no_room_for_who_is_called),
	};
	return cmocka_run_group_tests_name("hello", tests, NULL, NULL);
}
