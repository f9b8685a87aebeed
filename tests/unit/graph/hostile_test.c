/* What a peer must not be able to do: make us hold or do much for little, lead us where it
 * wants, step by step. Links message by message; records and time in lone_hostile_test.c. */
#include "link_rig.h"

static struct rig r;

#define MANY ((size_t)1 << 20)

/* A message of `announced` octets, of which `sent` come; the rest never does. */
static void say_part(uint32_t link, enum graph_message_type type, uint32_t announced, size_t sent)
{
	static uint8_t octets[GRAPH_FRAME_HEAD + 16000];
	for (size_t at = 0; at < sent && !rig_closed(&r, link);) {
		size_t n = sent - at < 16000 ? sent - at : 16000;
		struct wr w = wr_of(octets, sizeof(octets));
		memset(octets, 0, sizeof(octets));
		wr_u16(&w, (uint16_t)n);
		if (at == 0) {
			wr_u32(&w, announced);
			wr_u8(&w, GRAPH_VERSION);
			wr_u8(&w, (uint8_t)type);
		}
		rig_give(&r, link, span_of(octets, GRAPH_FRAME_HEAD + n));
		at += n;
	}
}

/* GRAPH-2.20 */
static void who_is_not_connected_says_little(void **state)
{
	static const enum graph_message_type types[] = { GRAPH_FLOOD, GRAPH_PT2PT, GRAPH_REQUEST };
	(void)state;
	rig_begin(&r);
	for (size_t i = 0; i < 3; i++) {
		uint32_t link = rig_accept(&r, 2);
		rig_say(&r, link, rig_auth_info(&r, GRAPH_NEIGHBOR, "0.peer"));
		say_part(link, types[i], MANY, 16000);
		assert_true(rig_closed(&r, link));
		assert_int_equal(r.events[GRAPH_EVENT_BAD_PEER], i + 1);
	}
	uint32_t direct = rig_direct(&r, 7, 3);
	say_part(direct, GRAPH_FLOOD, MANY, 16000);
	assert_true(rig_closed(&r, direct));
	uint32_t neighbor = rig_neighbor(&r, 8, 4);
	say_part(neighbor, GRAPH_FLOOD, MANY, MANY / 2);
	assert_false(rig_closed(&r, neighbor));
	rig_end(&r);
}

/* GRAPH-8.13: who made memory scarce goes. */
static void who_holds_most_goes(void **state)
{
	(void)state;
	rig_init(&r);
	r.shared.memory_max = 4 * MANY;
	rig_start(&r);
	uint32_t greedy = rig_neighbor(&r, 7, 2), modest = rig_neighbor(&r, 8, 3);
	say_part(greedy, GRAPH_PT2PT, 8 * MANY, 3 * MANY);
	assert_false(rig_closed(&r, greedy));
	say_part(modest, GRAPH_PT2PT, 8 * MANY, 2 * MANY);
	assert_true(rig_closed(&r, greedy));
	assert_false(rig_closed(&r, modest));
	assert_true(r.shared.memory <= r.shared.memory_max);
	say_part(modest, GRAPH_PT2PT, 8 * MANY, 6 * MANY);
	assert_true(rig_closed(&r, modest));
	assert_int_equal(r.events[GRAPH_EVENT_BAD_PEER], 2);
	rig_end(&r);
}

/* GRAPH-8.40 */
static void a_large_record_goes_once(void **state)
{
	(void)state;
	rig_init(&r);
	r.birth.limits.link_unsent = 64 * 1024;
	rig_start(&r);
	uint32_t from = rig_neighbor(&r, 7, 2), to = rig_neighbor(&r, 8, 3);
	rig_say(&r, from, rig_flood(&r, 1, 2, 200 * 1024));
	uint64_t out = rig_info(&r).counts.flood_out;
	for (int i = 0; i < 50; i++)
		rig_say(&r, to, rig_flood(&r, 1, 1, 100));
	assert_int_equal(rig_info(&r).counts.old, 50);
	assert_int_equal(rig_info(&r).counts.flood_out, out);
	assert_int_equal(graph_link_find(r.g, to)->out.later_n, 0);
	rig_end(&r);
}

/* What small messages take that wait behind a large one is counted whole. */
static void small_ones_cost_more_than_their_octets(void **state)
{
	(void)state;
	rig_init(&r);
	r.birth.limits.link_unsent = 64 * 1024;
	rig_start(&r);
	uint32_t from = rig_neighbor(&r, 7, 2), to = rig_neighbor(&r, 8, 3);
	rig_say(&r, from, rig_flood(&r, 1, 2, 200 * 1024));
	uint64_t before = graph_link_find(r.g, to)->memory;
	for (int i = 0; i < 100; i++)
		graph_ping(r.g, graph_link_find(r.g, to));
	assert_true(graph_link_find(r.g, to)->memory >= before + 100 * (GRAPH_PT2PT_HEAD + 48));
	rig_end(&r);
}

/* GRAPH-9.7 */
static void more_is_requested_than_was_advertised(void **state)
{
	(void)state;
	rig_begin(&r);
	for (uint32_t more = 0; more < 2; more++) {
		uint32_t link = rig_neighbor(&r, 7 + more, (uint8_t)(2 + more));
		rig_say(&r, link, rig_any(&r, GRAPH_SOLICIT_HASH));
		rig_tick(&r, MONO_SEC);
		uint32_t n = rig_expect(&r, link, GRAPH_ADVERTISE).advertise.abstracts.n;
		assert_true(n > 0);
		const struct graph_abstract a = { .version = 1 };
		struct wr w = wr_of(r.room, MANY);
		graph_put_request(&w, n + more);
		for (uint32_t i = 0; i < n + more; i++)
			graph_put_abstract(&w, &a);
		rig_say(&r, link, wr_span(&w));
		assert_int_equal(rig_closed(&r, link), more);
	}
	rig_end(&r);
}

/* GRAPH-8.42 */
static void low_ports_are_not_called(void **state)
{
	struct addr told[] = { rig_addr(50), rig_addr(51), rig_addr(52) };
	(void)state;
	told[0].port = 25;
	told[1].port = 1023;
	told[2].port = 1024;
	rig_begin(&r);
	uint32_t link = rig_neighbor(&r, 7, 2);
	rig_say(&r, link, rig_goodbye(&r, GRAPH_DISCONNECT, GRAPH_LEAVING, told, 3));
	assert_int_equal(r.g->n_referrals, 1);
	assert_true(addr_eq(&LIST_ENTRY(r.g->referrals.next, struct graph_referral, all)->addr,
			    &told[2]));
	/* Where all listen so low they find each other. */
	r.g->address[0].port = 25;
	link = rig_neighbor(&r, 7, 2);
	rig_say(&r, link, rig_goodbye(&r, GRAPH_DISCONNECT, GRAPH_LEAVING, told, 3));
	assert_int_equal(r.g->n_referrals, 2);
	rig_end(&r);
}

/* GRAPH-8.43: each refusal names others, who refuse in their turn. */
static void refusals_do_not_lead_on_for_ever(void **state)
{
	struct addr told[GRAPH_REFERRALS];
	const struct graph_command c = { .kind = GRAPH_CONNECT_TO, .remote = rig_addr(2) };
	uint32_t calls = 0, link, last = 0;
	(void)state;
	rig_begin(&r);
	rig_command(&r, &c);
	while ((link = rig_dialled(&r)) != last && calls < 1000) {
		for (size_t i = 0; i < GRAPH_REFERRALS; i++) {
			told[i] = rig_addr(100);
			told[i].port = (uint16_t)(2000 + calls * GRAPH_REFERRALS + i);
		}
		last = link;
		calls++;
		rig_up(&r, link);
		rig_say(&r, link,
			rig_goodbye(&r, GRAPH_REFUSE, GRAPH_REFUSED_BUSY, told, GRAPH_REFERRALS));
	}
	assert_in_range(calls, 30, 70);
	assert_int_equal(rig_reply(&r, r.number)->err, ERR_REFUSED);
	rig_tick(&r, 31 * MONO_SEC);
	assert_true(rig_dialled(&r) != last);
	rig_end(&r);
}

/* GRAPH-8.44 */
static void strangers_of_one_host_make_room_for_the_next(void **state)
{
	uint32_t links[40], other;
	(void)state;
	rig_begin(&r);
	other = rig_accept(&r, 9);
	rig_say(&r, other, rig_auth_info(&r, GRAPH_NEIGHBOR, "0.other"));
	for (size_t i = 0; i < 40; i++) {
		links[i] = rig_accept(&r, 2);
		rig_say(&r, links[i], rig_auth_info(&r, GRAPH_NEIGHBOR, "0.peer"));
	}
	for (size_t i = 0; i < 40; i++)
		assert_int_equal(rig_closed(&r, links[i]), i < 8);
	assert_false(rig_closed(&r, other));
	rig_end(&r);
}

/* GRAPH-8.44: each with an address of its own in one /64. */
static void strangers_of_one_net_too(void **state)
{
	uint32_t first = 0, last = 0;
	struct addr from = { .family = ADDR_IPV6, .ip = { 0x20, 1, 0xd, 0xb8 }, .port = 50000 };
	(void)state;
	rig_begin(&r);
	uint32_t other = rig_accept(&r, 9);
	rig_say(&r, other, rig_auth_info(&r, GRAPH_NEIGHBOR, "0.other"));
	for (uint16_t i = 0; i < 130; i++) {
		from.ip[8] = (uint8_t)i;
		last = rig_accept_from(&r, &from);
		first = i == 2 ? last : first;
		rig_say(&r, last, rig_auth_info(&r, GRAPH_NEIGHBOR, "0.peer"));
	}
	size_t there = 0;
	LIST_EACH(at, tmp, &r.g->links)
	there += addr_same_net(&LIST_ENTRY(at, struct graph_link, all)->remote, &from);
	assert_int_equal(there, 128);
	assert_non_null(graph_link_find(r.g, first));
	assert_null(graph_link_find(r.g, first - 2));
	assert_non_null(graph_link_find(r.g, last));
	assert_false(rig_closed(&r, other));
	rig_end(&r);
}

/* A program's commands that come before the database is read. */
static void early_commands_are_bounded_in_octets(void **state)
{
	static uint8_t octets[300 * 1024];
	const struct graph_command c = { .kind = GRAPH_RECORD_ADD,
					 .type = { { 0xaa, [15] = 1 } },
					 .has_payload = true,
					 .payload = { octets, sizeof(octets) } };
	(void)state;
	rig_init(&r);
	r.birth.limits.link_memory = MANY;
	assert_int_equal(
		graph_new(&r.g, &r.birth, &r.shared, r.now, (struct wall){ 1, true }, NULL), OK);
	for (uint64_t i = 1; i <= 4; i++)
		rig_command(&r, &c);
	assert_int_equal(r.g->n_early, 3);
	assert_int_equal(rig_reply(&r, r.number)->err, ERR_FULL);
	while (!rig_info(&r).loaded)
		rig_tick(&r, 1000);
	assert_int_equal(r.g->early_octets, 0);
	rig_end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_not_connected_says_little),
		cmocka_unit_test(who_holds_most_goes),
		cmocka_unit_test(a_large_record_goes_once),
		cmocka_unit_test(small_ones_cost_more_than_their_octets),
		cmocka_unit_test(more_is_requested_than_was_advertised),
		cmocka_unit_test(low_ports_are_not_called),
		cmocka_unit_test(refusals_do_not_lead_on_for_ever),
		cmocka_unit_test(strangers_of_one_host_make_room_for_the_next),
		cmocka_unit_test(strangers_of_one_net_too),
		cmocka_unit_test(early_commands_are_bounded_in_octets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
