/* Changes of ours that wait for neighbors (doc/graph.md 10.11, 10.12). */
#include "lone_rig.h"

static struct lone l;
static uint8_t room[LONE_RECORD_MAX];

static void begin(uint64_t window, uint32_t held)
{
	lone_init(&l);
	l.birth.limits.link_unsent = window;
	l.birth.limits.held = held;
	l.birth.limits.link_backlog = 80;
	lone_start(&l);
	lone_called(&l, 2, 22);
	lone_called(&l, 4, 44);
}

static void add(uint32_t i)
{
	char text[16];
	struct text t = TEXT_OF(text);
	text_u64(&t, i);
	struct graph_command c = {
		.kind = GRAPH_RECORD_ADD,
		.type = lone_type,
		.has_payload = true,
		.payload = span_of(text, t.n),
	};
	lone_command(&l, &c);
}

/* GRAPH-10.11: in order, and on when there is room. */
static void waits_test(void **state)
{
	(void)state;
	begin(1500, 100);
	l.stuck[2] = true;
	uint32_t done = 0;
	for (uint32_t i = 0; i < 40; i++) {
		uint32_t before = l.replies;
		add(i);
		done += l.replies - before;
	}
	assert_true(done > 2 && done < 30);
	assert_int_equal(l.g->n_held, 40 - done);
	size_t told = lone_count(&l, 4, GRAPH_FLOOD);
	assert_int_equal(told, done); /* nobody is ahead */
	lone_unstick(&l, 2);
	lone_pass(&l, 0);
	assert_int_equal(l.g->n_held, 0);
	assert_int_equal(l.g->held_octets, 0);
	assert_int_equal(lone_count(&l, 2, GRAPH_FLOOD), 40);
	uint32_t i = 0;
	const struct lone_said *s;
	while ((s = lone_next(&l, 2, GRAPH_FLOOD))) {
		struct graph_record r;
		char want[16];
		struct text t = TEXT_OF(want);
		text_u64(&t, i++);
		assert_int_equal(graph_record_decode(s->m.record, &r), OK);
		assert_true(span_eq(r.payload, span_of(want, t.n)));
	}
	lone_end(&l);
}

/* Relays do not wait: they go on the backlog. */
static void relays_go_on_test(void **state)
{
	(void)state;
	begin(1500, 100);
	l.stuck[2] = true;
	for (uint32_t i = 0; i < 30; i++)
		lone_flood(&l, 4, lone_make(&l, &(struct lone_record){ .number = i }, room));
	assert_int_equal(l.g->counts.fresh, 30);
	assert_true(lone_link(&l, 2)->out.later_n > 0);
	lone_unstick(&l, 2);
	assert_int_equal(lone_count(&l, 2, GRAPH_FLOOD), 30);
	lone_end(&l);
}

static void full_test(void **state)
{
	(void)state;
	begin(500, 3);
	l.stuck[2] = true;
	uint32_t i = 0;
	while (l.g->n_held < 3 && i < 50)
		add(i++);
	assert_int_equal(l.g->n_held, 3);
	add(i);
	assert_int_equal(l.reply.number, l.command);
	assert_int_equal(l.reply.err, ERR_FULL);
	assert_non_null(l.reply.text);
	/* And by octets. */
	l.g->birth.limits.held = 100;
	l.g->birth.limits.link_memory = l.g->held_octets + 1;
	add(i);
	assert_int_equal(l.reply.number, l.command - 1 + (l.g->n_held == 3));
	lone_end(&l);
}

/* GRAPH-10.12 */
static void who_reads_nothing_is_dropped_test(void **state)
{
	(void)state;
	begin(1500, 100);
	l.stuck[2] = true;
	for (uint32_t i = 0; i < 40; i++)
		add(i);
	size_t held = l.g->n_held;
	assert_true(held > 0);
	lone_pass(&l, 9 * MONO_SEC);
	assert_false(l.closed[2]);
	lone_pass(&l, 2 * MONO_SEC);
	assert_true(l.closed[2]);
	assert_false(l.closed[4]);
	assert_int_equal(l.g->n_held, 0);
	assert_true(lone_count(&l, 4, GRAPH_FLOOD) >= 40); /* and what the node needs itself */
	assert_int_equal(l.replies, 40);
	assert_int_equal(l.events[GRAPH_EVENT_SLOW], 1);
	assert_int_equal(l.g->counts.slow, 1);
	lone_end(&l);
}

/* Each is judged when its turn comes. */
static void conflict_while_waiting_test(void **state)
{
	(void)state;
	begin(3000, 100);
	struct graph_guid id = lone_add(&l, "x");
	l.stuck[2] = true;
	uint32_t i = 0;
	while (l.g->n_held == 0 && i < 50)
		add(i++);
	struct graph_command c = {
		.kind = GRAPH_RECORD_UPDATE, .id = id, .if_version = 1, .has_payload = true
	};
	lone_command(&l, &c);
	lone_command(&l, &c);
	lone_unstick(&l, 2);
	lone_pass(&l, 0);
	assert_int_equal(l.reply.number, l.command);
	assert_int_equal(l.reply.err, ERR_CONFLICT);
	lone_end(&l);
}

static void stopped_while_waiting_test(void **state)
{
	(void)state;
	begin(1500, 100);
	l.stuck[2] = true;
	for (uint32_t i = 0; i < 40; i++)
		add(i);
	assert_true(l.g->n_held > 0);
	graph_stop(l.g, l.now);
	lone_drain(&l);
	lone_pass(&l, MONO_MIN);
	assert_int_equal(l.replies, 40);
	assert_int_equal(l.reply.err, ERR_STOPPING);
	lone_end(&l);
}

/* A neighbor that is being synchronised has its window full all the time. */
static void synchronising_neighbor_does_not_hold_test(void **state)
{
	(void)state;
	begin(3000, 100);
	for (uint32_t i = 0; i < 100; i++)
		lone_flood(&l, 4, lone_make(&l, &(struct lone_record){ .number = i }, room));
	lone_called(&l, 6, 66);
	l.stuck[6] = true;
	uint8_t octets[64];
	struct wr w = wr_of(octets, sizeof(octets));
	graph_put_solicit(&w, NULL, true, &lone_type, 1);
	lone_say(&l, 6, wr_span(&w));
	assert_int_equal(graph_send_room(l.g, lone_link(&l, 6)), 0);
	for (uint32_t i = 0; i < 5; i++)
		add(i);
	assert_int_equal(l.replies, 5);
	/* But not for ever. */
	for (uint32_t i = 0; i < 20; i++)
		add(i);
	assert_true(l.g->n_held > 0);
	lone_unstick(&l, 6);
	lone_pass(&l, 0);
	assert_int_equal(l.g->n_held, 0);
	assert_int_equal(lone_count(&l, 6, GRAPH_FLOOD), 125);
	lone_end(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_test),
		cmocka_unit_test(relays_go_on_test),
		cmocka_unit_test(full_test),
		cmocka_unit_test(who_reads_nothing_is_dropped_test),
		cmocka_unit_test(conflict_while_waiting_test),
		cmocka_unit_test(stopped_while_waiting_test),
		cmocka_unit_test(synchronising_neighbor_does_not_hold_test),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
