#include "../failing_env.h"

#include <stdio.h>

#include "engine/outbox.h"

/* What left the outbox, as words: "s1:abc" sent on link 1, "d1" asked when
 * that has gone, "c1" closed, "x1" cut, "u1:abc" a datagram
 * on socket 1, "e5" event 5, "g1:abc" data of connection 1, "p1" and "r1" paused and
 * resumed. */
struct desk {
	struct failing_env f;
	struct outbox box;
	char text[400];
	/* To do inside an event: put this. */
	const struct node_out *inside;
};

static void note(struct desk *d, char what, uint64_t n, struct span s)
{
	size_t at = strlen(d->text);
	(void)snprintf(d->text + at, sizeof(d->text) - at, "%s%c%u%s%.*s", at ? " " : "", what,
		       (unsigned)n, s.n ? ":" : "", s.n > 8 ? 0 : (int)s.n, (const char *)s.p);
}

static const struct span nothing;

static void on_send(void *arg, uint32_t link, struct span bytes)
{
	note(arg, 's', link, bytes);
}

static void on_ask(void *arg, uint32_t link)
{
	note(arg, 'd', link, nothing);
}

static void on_close(void *arg, uint32_t link)
{
	note(arg, 'c', link, nothing);
}

static void on_cut(void *arg, uint32_t link)
{
	note(arg, 'x', link, nothing);
}

static void on_datagram(void *arg, const struct outbox_datagram *d, struct span bytes)
{
	assert_int_equal(d->hops, 9);
	assert_int_equal(d->local.port, 10);
	assert_int_equal(d->remote.port, 11);
	note(arg, 'u', d->socket, bytes);
}

static void on_event(void *arg, const struct node_event *e, struct wall wall)
{
	struct desk *d = arg;
	assert_int_equal(wall.us, e->self.us + 1000);
	note(d, 'e', (uint64_t)e->self.us, nothing);
	if (d->inside) {
		const struct node_out *out = d->inside;
		d->inside = NULL;
		engine_outbox_put(&d->box, out, (struct wall){ 1009, true });
		engine_outbox_release(&d->box, 0); /* inside itself: nothing */
	}
}

static void on_data(void *arg, const struct outbox_data *d, struct span bytes)
{
	assert_int_equal(d->link, 7);
	assert_int_equal(d->graph, 3);
	assert_int_equal(d->type.at[15], 9);
	note(arg, 'g', d->conn, bytes);
}

static void on_pause(void *arg, uint32_t link)
{
	note(arg, 'p', link, nothing);
}

static void on_resume(void *arg, uint32_t link)
{
	note(arg, 'r', link, nothing);
}

static void open_desk(struct desk *d)
{
	struct outbox_ops ops = { on_send,  on_ask,  on_close, on_cut,	  on_datagram,
				  on_event, on_data, on_pause, on_resume, d };
	memset(d, 0, sizeof(*d));
	failing_env_init(&d->f, 1);
	engine_outbox_init(&d->box, &d->f.env, &ops);
}

static void shut(struct desk *d)
{
	engine_outbox_fini(&d->box);
	failing_env_assert_clean(&d->f);
}

/* What went since the last look. */
static void went(struct desk *d, const char *expected)
{
	assert_string_equal(d->text, expected);
	d->text[0] = '\0';
}

static void send(struct desk *d, uint32_t link, const char *s, uint64_t after)
{
	struct node_out out = { .kind = NODE_OUT_SEND, .link = link, .after = after };
	out.bytes = span_str(s);
	engine_outbox_put(&d->box, &out, (struct wall){ 0 });
}

static void datagram(struct desk *d, uint32_t socket, const char *s, uint64_t after)
{
	struct node_out out = { .kind = NODE_OUT_DATAGRAM, .socket = socket, .after = after };
	out.bytes = span_str(s);
	out.hops = 9;
	out.local.port = 10;
	out.remote.port = 11;
	engine_outbox_put(&d->box, &out, (struct wall){ 0 });
}

static void data(struct desk *d, uint64_t conn, struct span bytes)
{
	struct node_out out = { .kind = NODE_OUT_DATA, .link = 7, .graph = 3, .conn = conn };
	out.bytes = bytes;
	out.type.at[15] = 9;
	engine_outbox_put(&d->box, &out, (struct wall){ 0 });
}

static void close_link(struct desk *d, uint32_t link, uint64_t after)
{
	struct node_out out = { .kind = NODE_OUT_CLOSE, .link = link, .after = after };
	engine_outbox_put(&d->box, &out, (struct wall){ 0 });
}

static void event(struct desk *d, int64_t n, uint64_t after)
{
	struct node_event e = { .part = NODE_PART_NODE, .self.us = n };
	struct node_out out = { .kind = NODE_OUT_EVENT, .event = &e, .after = after };
	engine_outbox_put(&d->box, &out, (struct wall){ n + 1000, true });
}

static uint32_t doomed(struct desk *d)
{
	uint32_t link = 0;
	return engine_outbox_take_doomed(&d->box, &link) ? link : 0;
}

static void what_waits_for_nothing_goes_at_once(void **state)
{
	struct desk d;
	open_desk(&d);
	send(&d, 1, "a", 0);
	close_link(&d, 1, 0);
	went(&d, "s1:a c1");
	assert_int_equal(d.box.count, 0);
	shut(&d);
}

/* ENGINE-11: a commit lets go what waited for it and nothing else. */
static void what_is_committed_already_goes_at_once(void **state)
{
	struct desk d;
	open_desk(&d);
	engine_outbox_release(&d.box, 7);
	send(&d, 1, "a", 7);
	went(&d, "s1:a");
	send(&d, 1, "b", 8);
	went(&d, "");
	engine_outbox_release(&d.box, 7);
	went(&d, "");
	engine_outbox_release(&d.box, 8);
	went(&d, "s1:b");
	shut(&d);
}

static void send_asking(struct desk *d, uint32_t link, const char *s, uint64_t after)
{
	struct node_out out = { .kind = NODE_OUT_SEND, .link = link, .after = after };
	out.bytes = span_str(s);
	out.drain = true;
	engine_outbox_put(&d->box, &out, (struct wall){ 0 });
}

/* ENGINE-26: asked for once the octets are on their way, and not before. */
static void a_send_that_asks_does_so_as_it_goes(void **state)
{
	struct desk d;
	open_desk(&d);
	send_asking(&d, 1, "a", 0);
	went(&d, "s1:a d1");
	send_asking(&d, 1, "b", 5);
	send(&d, 1, "c", 0);
	send_asking(&d, 3, "d", 6);
	went(&d, "");
	engine_outbox_release(&d.box, 5);
	went(&d, "s1:b d1 s1:c");
	engine_outbox_fail(&d.box, 6);
	assert_int_equal(doomed(&d), 3);
	engine_outbox_release(&d.box, 6);
	went(&d, "");
	shut(&d);
}

static void nothing_of_a_link_overtakes(void **state)
{
	struct desk d;
	open_desk(&d);
	send(&d, 1, "a", 5);
	send(&d, 1, "b", 0);
	close_link(&d, 1, 0);
	send(&d, 3, "other", 0);
	went(&d, "s3:other");
	engine_outbox_release(&d.box, 4);
	went(&d, "");
	engine_outbox_release(&d.box, 5);
	went(&d, "s1:a s1:b c1");
	/* And none holds back what comes after. */
	send(&d, 1, "c", 0);
	went(&d, "s1:c");
	shut(&d);
}

static void a_link_stops_at_the_first_that_must_wait(void **state)
{
	struct desk d;
	open_desk(&d);
	send(&d, 1, "a", 3);
	send(&d, 1, "b", 9);
	send(&d, 1, "c", 2);
	send(&d, 3, "d", 4);
	engine_outbox_release(&d.box, 4);
	went(&d, "s1:a s3:d");
	engine_outbox_release(&d.box, 9);
	went(&d, "s1:b s1:c");
	shut(&d);
}

static void links_keep_the_order_of_the_node_between_them(void **state)
{
	struct desk d;
	open_desk(&d);
	send(&d, 1, "a", 1);
	send(&d, 3, "b", 1);
	send(&d, 1, "c", 1);
	event(&d, 5, 0);
	send(&d, 3, "d", 1);
	engine_outbox_release(&d.box, 1);
	went(&d, "s1:a s3:b s1:c e5 s3:d");
	shut(&d);
}

/* ENGINE-6. */
static void events_always_wait_for_the_end_of_the_turn(void **state)
{
	struct desk d;
	open_desk(&d);
	event(&d, 1, 0);
	event(&d, 2, 0);
	went(&d, "");
	engine_outbox_release(&d.box, 0);
	went(&d, "e1 e2");
	shut(&d);
}

static void no_event_overtakes_another_and_none_holds_a_link(void **state)
{
	struct desk d;
	open_desk(&d);
	event(&d, 1, 6);
	event(&d, 2, 0);
	send(&d, 1, "a", 0);
	send(&d, 1, "b", 5);
	engine_outbox_release(&d.box, 5);
	went(&d, "s1:a s1:b");
	engine_outbox_release(&d.box, 6);
	went(&d, "e1 e2");
	shut(&d);
}

/* ENGINE-12: outputs from the first put that is undone on, and all else on
 * their links. */
static void a_failed_commit_drops_what_waited_for_it(void **state)
{
	struct desk d;
	open_desk(&d);
	engine_outbox_release(&d.box, 4);
	send(&d, 1, "a", 5);
	send(&d, 1, "b", 0); /* behind it */
	send(&d, 3, "c", 0);
	event(&d, 1, 5);
	event(&d, 2, 0);
	event(&d, 3, 6);
	close_link(&d, 5, 7);
	went(&d, "s3:c");
	assert_int_equal(engine_outbox_fail(&d.box, 5), 2);
	assert_int_equal(doomed(&d), 1);
	assert_int_equal(doomed(&d), 5);
	assert_int_equal(doomed(&d), 0);
	engine_outbox_release(&d.box, 4);
	went(&d, "e2");
	assert_int_equal(d.box.count, 0);
	shut(&d);
}

static void what_waits_for_an_earlier_put_survives(void **state)
{
	struct desk d;
	open_desk(&d);
	send(&d, 1, "a", 3);
	send(&d, 3, "b", 4);
	event(&d, 1, 3);
	assert_int_equal(engine_outbox_fail(&d.box, 4), 0);
	assert_int_equal(doomed(&d), 3);
	assert_int_equal(doomed(&d), 0);
	engine_outbox_release(&d.box, 3);
	went(&d, "s1:a e1");
	shut(&d);
}

static void a_link_with_one_that_failed_loses_all_it_holds(void **state)
{
	struct desk d;
	open_desk(&d);
	send(&d, 1, "a", 3);
	send(&d, 1, "b", 4);
	assert_int_equal(engine_outbox_fail(&d.box, 4), 0);
	/* Until its owner has taken it out, more for it is dropped. */
	send(&d, 1, "c", 0);
	assert_int_equal(doomed(&d), 1);
	engine_outbox_release(&d.box, 9);
	went(&d, "");
	shut(&d);
}

static void a_link_that_is_gone_is_forgotten(void **state)
{
	struct desk d;
	open_desk(&d);
	send(&d, 1, "a", 3);
	send(&d, 3, "b", 3);
	engine_outbox_forget(&d.box, 1);
	engine_outbox_forget(&d.box, 99);
	assert_int_equal(doomed(&d), 0);
	assert_int_equal(d.box.count, 1);
	engine_outbox_release(&d.box, 3);
	went(&d, "s3:b");
	shut(&d);
}

/* ENGINE-7: above 64 KiB for one link. */
static void much_that_waits_stops_the_reading(void **state)
{
	struct desk d;
	static char block[OUTBOX_LINK_PAUSE * 3 / 10 + 1];
	open_desk(&d);
	memset(block, 'x', sizeof(block) - 1);
	for (int i = 0; i < 3; i++)
		send(&d, 1, block, 1);
	went(&d, "");
	send(&d, 1, block, 0);
	send(&d, 1, block, 0);
	went(&d, "p1");
	engine_outbox_release(&d.box, 1);
	went(&d, "s1: s1: s1: s1: r1 s1:");
	send(&d, 1, block, 0);
	went(&d, "s1:");
	shut(&d);
}

/* ENGINE-7: above 16 MiB. */
static void too_much_that_waits_ends_the_link(void **state)
{
	struct desk d;
	static char block[1024 * 1024 + 1];
	open_desk(&d);
	memset(block, 'x', sizeof(block) - 1);
	for (size_t i = 0; i < OUTBOX_LINK_MAX / (sizeof(block) - 1); i++)
		send(&d, 1, block, 1);
	assert_int_equal(doomed(&d), 0);
	send(&d, 1, "more", 0);
	assert_int_equal(d.box.count, 0);
	assert_int_equal(doomed(&d), 1);
	went(&d, "p1");
	shut(&d);
}

/* ENGINE-7. */
static void too_many_events_are_counted(void **state)
{
	struct desk d;
	open_desk(&d);
	for (int i = 0; i < OUTBOX_EVENTS_MAX + 3; i++)
		event(&d, i, 1);
	assert_int_equal(d.box.count, OUTBOX_EVENTS_MAX);
	assert_int_equal(engine_outbox_events(&d.box), OUTBOX_EVENTS_MAX);
	assert_int_equal(engine_outbox_events_lost(&d.box), 3);
	assert_int_equal(engine_outbox_events_lost(&d.box), 0);
	shut(&d);
}

static void a_reader_of_events_may_add_to_the_walk(void **state)
{
	struct desk d;
	struct node_event e = { .self.us = 9 };
	struct node_out more = { .kind = NODE_OUT_EVENT, .event = &e };
	open_desk(&d);
	event(&d, 1, 0);
	d.inside = &more;
	engine_outbox_release(&d.box, 0);
	went(&d, "e1 e9");
	shut(&d);
}

/* What is doomed by what a reader adds may lie on both sides of the walk. */
static void a_reader_of_events_may_doom_a_link(void **state)
{
	struct desk d;
	static uint8_t block[OUTBOX_LINK_MAX];
	struct node_out more = { .kind = NODE_OUT_SEND,
				 .link = 1,
				 .bytes = { block, sizeof(block) } };
	open_desk(&d);
	send(&d, 1, "a", 9);
	event(&d, 1, 0);
	send(&d, 1, "b", 9);
	send(&d, 3, "c", 9);
	event(&d, 2, 0);
	d.inside = &more;
	engine_outbox_release(&d.box, 0);
	went(&d, "e1 e2");
	assert_int_equal(d.box.count, 1);
	assert_int_equal(doomed(&d), 1);
	engine_outbox_release(&d.box, 9);
	went(&d, "s3:c");
	shut(&d);
}

static void what_is_left_is_freed(void **state)
{
	struct desk d;
	open_desk(&d);
	send(&d, 1, "a", 9);
	event(&d, 1, 9);
	send(&d, 3, "c", 8);
	(void)engine_outbox_fail(&d.box, 9); /* 1 stays doomed */
	shut(&d);
}

/* ENGINE-8. With each allocation failing: never a hole in a stream, never a
 * leak. */
static void without_memory_a_link_ends_and_events_are_counted(void **state)
{
	bool failed = true;
	for (size_t n = 1; failed; n++) {
		struct desk d;
		open_desk(&d);
		failing_env_fail_at(&d.f, n);
		send(&d, 1, "a", 1);
		event(&d, 5, 1);
		send(&d, 1, "b", 1);
		failed = d.f.failed;
		uint32_t gone = doomed(&d);
		uint64_t lost = engine_outbox_events_lost(&d.box);
		bool cut = strstr(d.text, "x1") != NULL;
		assert_int_equal((gone == 1) + lost + cut, failed ? 1 : 0);
		engine_outbox_release(&d.box, 1);
		if (gone)
			assert_null(strstr(d.text, "s1"));
		if (!failed)
			went(&d, "s1:a e5 s1:b");
		shut(&d);
	}
}

/* ENGINE-35 */
static void a_datagram_waits_for_its_own_commit_alone(void **state)
{
	struct desk d;
	open_desk(&d);
	datagram(&d, 1, "late", 3);
	datagram(&d, 1, "soon", 2);
	datagram(&d, 1, "now", 0);
	went(&d, "u1:now");
	engine_outbox_release(&d.box, 2);
	went(&d, "u1:soon");
	engine_outbox_release(&d.box, 3);
	went(&d, "u1:late");
	datagram(&d, 1, "", 3);
	went(&d, "u1");
	shut(&d);
}

/* ENGINE-35 */
static void datagrams_are_dropped_and_counted(void **state)
{
	struct desk d;
	open_desk(&d);
	datagram(&d, 1, "kept", 4);
	datagram(&d, 1, "undone", 5);
	send(&d, 1, "link", 4);
	assert_int_equal(engine_outbox_fail(&d.box, 5), 0);
	assert_int_equal(d.box.datagrams_lost, 1);
	failing_env_fail_at(&d.f, 1);
	datagram(&d, 1, "no memory", 4);
	assert_int_equal(d.box.datagrams_lost, 2);
	d.f.fail_at = 0;
	engine_outbox_release(&d.box, 4);
	went(&d, "u1:kept s1:link");
	for (size_t i = 0; i < OUTBOX_DATAGRAMS_MAX + 3; i++)
		datagram(&d, 2, "x", 6);
	assert_int_equal(d.box.datagrams_lost, 5);
	assert_int_equal(d.box.count, OUTBOX_DATAGRAMS_MAX);
	shut(&d);
}

/* ENGINE-38 */
static void data_keep_their_place_among_the_events(void **state)
{
	struct desk d;
	open_desk(&d);
	event(&d, 1, 4);
	data(&d, 5, span_str("abc"));
	event(&d, 2, 0);
	send(&d, 1, "link", 0);
	engine_outbox_release(&d.box, 3);
	went(&d, "s1:link");
	engine_outbox_release(&d.box, 4);
	went(&d, "e1 g5:abc e2");
	data(&d, 6, span_str("de"));
	engine_outbox_release(&d.box, 4);
	went(&d, "g6:de");
	shut(&d);
}

static void data_that_are_too_much_end_their_link(void **state)
{
	static uint8_t block[OUTBOX_DATA_MAX / 2];
	struct desk d;
	open_desk(&d);
	data(&d, 1, span_of(block, sizeof(block)));
	data(&d, 1, span_of(block, sizeof(block)));
	went(&d, "");
	data(&d, 1, span_str("x"));
	went(&d, "x7");
	engine_outbox_release(&d.box, 0);
	went(&d, "g1: g1:");
	failing_env_fail_at(&d.f, 1);
	data(&d, 1, span_str("y"));
	went(&d, "x7");
	shut(&d);
}

/* However many octets for the application wait, events are not lost for them. */
static void data_take_no_room_of_events(void **state)
{
	struct desk d;
	open_desk(&d);
	for (int i = 0; i < OUTBOX_EVENTS_MAX; i++)
		data(&d, 1, span_str(""));
	event(&d, 1, 0);
	assert_int_equal(engine_outbox_events_lost(&d.box), 0);
	assert_int_equal(d.box.count, OUTBOX_EVENTS_MAX + 1);
	shut(&d);
}

/* The graph may be gone by the time its event is told. */
static void an_event_keeps_the_name_of_its_graph(void **state)
{
	char id[] = "0.graph";
	struct node_event e = { .part = NODE_PART_GRAPH, .graph.graph_id = id };
	uint64_t room[2048 / sizeof(uint64_t)];
	const struct node_event *kept = (const struct node_event *)(const void *)room;
	assert_true(node_event_size(&e) == sizeof(e) + sizeof(id) && sizeof(room) > sizeof(e) + 8);
	node_event_copy(room, &e);
	id[0] = 'X';
	assert_string_equal(kept->graph.graph_id, "0.graph");
	e.graph.graph_id = NULL;
	node_event_copy(room, &e);
	assert_null(kept->graph.graph_id);
}

static void put_named(struct desk *d, const char *id)
{
	struct node_event e = { .part = NODE_PART_GRAPH, .graph.graph_id = id };
	struct node_out out = { .kind = NODE_OUT_EVENT, .event = &e };
	engine_outbox_put(&d->box, &out, (struct wall){ 0 });
}

static void hear_name(void *arg, const struct node_event *e, struct wall wall)
{
	struct desk *d = arg;
	note(d, 'n', 0, span_str(e->graph.graph_id));
}

static void hear_nothing(void *arg, const struct node_event *e, struct wall wall)
{
	(void)arg;
}

/* What an event took another one takes, without memory, if there is room for its name. */
static void the_place_of_an_event_is_used_again(void **state)
{
	struct desk d;
	open_desk(&d);
	d.box.ops.event = hear_name;
	put_named(&d, "graph");
	engine_outbox_release(&d.box, 0);
	failing_env_fail_at(&d.f, 1);
	put_named(&d, "other");
	engine_outbox_release(&d.box, 0);
	went(&d, "n0:graph n0:other");
	assert_false(d.f.failed);
	d.f.fail_at = 0;
	put_named(&d, "longer!!");
	put_named(&d, "short");
	engine_outbox_release(&d.box, 0);
	went(&d, "n0:longer!! n0:short");
	assert_int_equal(engine_outbox_events_lost(&d.box), 0);
	shut(&d);
}

/* A burst does not keep its memory. */
static void few_places_are_kept(void **state)
{
	struct desk d;
	open_desk(&d);
	for (int64_t i = 0; i < 1000; i++)
		event(&d, 1, 0);
	d.box.ops.event = hear_nothing;
	engine_outbox_release(&d.box, 0);
	assert_in_range(d.box.n_spare, 1, 128);
	shut(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_place_of_an_event_is_used_again),
		cmocka_unit_test(few_places_are_kept),
		cmocka_unit_test(data_keep_their_place_among_the_events),
		cmocka_unit_test(data_that_are_too_much_end_their_link),
		cmocka_unit_test(data_take_no_room_of_events),
		cmocka_unit_test(an_event_keeps_the_name_of_its_graph),
		cmocka_unit_test(a_datagram_waits_for_its_own_commit_alone),
		cmocka_unit_test(datagrams_are_dropped_and_counted),
		cmocka_unit_test(what_waits_for_nothing_goes_at_once),
		cmocka_unit_test(what_is_committed_already_goes_at_once),
		cmocka_unit_test(a_send_that_asks_does_so_as_it_goes),
		cmocka_unit_test(nothing_of_a_link_overtakes),
		cmocka_unit_test(a_link_stops_at_the_first_that_must_wait),
		cmocka_unit_test(links_keep_the_order_of_the_node_between_them),
		cmocka_unit_test(events_always_wait_for_the_end_of_the_turn),
		cmocka_unit_test(no_event_overtakes_another_and_none_holds_a_link),
		cmocka_unit_test(a_failed_commit_drops_what_waited_for_it),
		cmocka_unit_test(what_waits_for_an_earlier_put_survives),
		cmocka_unit_test(a_link_with_one_that_failed_loses_all_it_holds),
		cmocka_unit_test(a_link_that_is_gone_is_forgotten),
		cmocka_unit_test(much_that_waits_stops_the_reading),
		cmocka_unit_test(too_much_that_waits_ends_the_link),
		cmocka_unit_test(too_many_events_are_counted),
		cmocka_unit_test(a_reader_of_events_may_add_to_the_walk),
		cmocka_unit_test(a_reader_of_events_may_doom_a_link),
		cmocka_unit_test(what_is_left_is_freed),
		cmocka_unit_test(without_memory_a_link_ends_and_events_are_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
