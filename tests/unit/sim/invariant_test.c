#include "story.h"

/* An invariant that cannot break guards nothing: each is broken here once, by
 * outputs and replies that no node of ours puts out. */

struct bench {
	struct story *t;
	struct machine *m;
};

/* Both nodes up, one session established. */
static void begin(struct bench *b)
{
	b->t = story_new(STORY_PAIR "end 30s\n");
	story_run(b->t, 1, NULL);
	assert_true(b->t->r.ok);
	b->m = story_machine(b->t, "a");
	assert_non_null(b->m->node);
}

static void is_broken(struct bench *b, const char *words)
{
	assert_true(b->t->w->broken);
	if (!strstr(b->t->w->why, words))
		fail_msg("\"%s\" does not say \"%s\"", b->t->w->why, words);
	story_free(b->t);
}

static void is_whole(struct bench *b)
{
	if (b->t->w->broken)
		fail_msg("%s", b->t->w->why);
	story_free(b->t);
}

static void out(struct bench *b, struct node_out o)
{
	invariant_out(b->m, &o);
}

/* SIM-6.1. */
static void octets_on_a_closed_link(void **state)
{
	struct bench b;
	begin(&b);
	out(&b, (struct node_out){ .kind = NODE_OUT_SEND, .link = 999 });
	is_broken(&b, "output on a link that is closed: 999");
	begin(&b);
	out(&b, (struct node_out){ .kind = NODE_OUT_CLOSE, .link = 998 });
	is_broken(&b, "output on a link that is closed: 998");
}

/* SIM-6.1. */
static void octets_on_a_link_that_waits_for_its_close(void **state)
{
	struct bench b;
	begin(&b);
	struct end *e = LIST_ENTRY(b.m->site.ends.next, struct end, at);
	out(&b, (struct node_out){ .kind = NODE_OUT_SEND, .link = e->link });
	assert_false(b.t->w->broken);
	held_add(b.m, &(struct node_out){ .kind = NODE_OUT_CLOSE, .link = e->link });
	out(&b, (struct node_out){ .kind = NODE_OUT_SEND, .link = e->link });
	is_broken(&b, "output on a link that is closed");
}

/* SIM-6.1. */
static void octets_before_the_link_is_up(void **state)
{
	struct bench b;
	begin(&b);
	struct end *e = LIST_ENTRY(b.m->site.ends.next, struct end, at);
	e->connected = false;
	out(&b, (struct node_out){ .kind = NODE_OUT_SEND, .link = e->link });
	is_broken(&b, "octets on a link that is not up");
}

/* SIM-6.2. */
static void numbers_of_links(void **state)
{
	struct bench b;
	begin(&b);
	out(&b, (struct node_out){ .kind = NODE_OUT_DIAL, .link = 1001 });
	assert_false(b.t->w->broken);
	out(&b, (struct node_out){ .kind = NODE_OUT_DIAL, .link = 1001 });
	is_broken(&b, "used twice");
	begin(&b);
	out(&b, (struct node_out){ .kind = NODE_OUT_DIAL, .link = 1002 });
	is_broken(&b, "or even: 1002");
}

/* SIM-6.3. */
static void a_put_that_never_was(void **state)
{
	struct bench b;
	begin(&b);
	out(&b, (struct node_out){ .kind = NODE_OUT_REPLY, .after = 1000 });
	is_broken(&b, "a put that was never made: 1000");
}

/* SIM-6.4. */
static void a_deadline_that_stays(void **state)
{
	struct bench b;
	begin(&b);
	/* As if the tick had not been heard: the time is past the deadline. */
	b.t->w->now += MONO_DAY;
	for (int i = 0; i < 512; i++)
		invariant_deadline(b.m);
	assert_false(b.t->w->broken);
	invariant_deadline(b.m);
	is_broken(&b, "the deadline stays in the past");
}

/* SIM-6.5. */
static void a_change_of_state_that_is_none(void **state)
{
	struct bench b;
	struct node_event e = { .part = NODE_PART_MASC };
	begin(&b);
	e.masc.kind = MASC_EVENT_STATE;
	e.masc.from = e.masc.to = MASC_ACTIVE;
	invariant_event(b.m, &e);
	is_broken(&b, "changes nothing");
}

static void two_sessions_with_one_node(void **state)
{
	/* Two peers of one configuration that both reach node 2: the second must
	 * never be established, and is not. */
	struct bench b;
	struct node_event e = { .part = NODE_PART_MASC };
	b.t = story_new(
		"node a { address = 192.0.2.1\n masc { domain = 64500; node = 1\n"
		"profile = lab\n"
		"peer b { address = 192.0.2.2; role = parent; domain = 64501 }\n"
		"peer c { address = 192.0.2.3; role = parent; domain = 64502 } } }\n"
		"peer x { address = 192.0.2.2; address = 192.0.2.3; role = child\n"
		"domain = 64501; node = 2; hold = 0 }\n"
		"at 1s connect x a from 192.0.2.2\nat 2s send x open + keepalive\n"
		"at 3s connect x a from 192.0.2.3\nat 4s send x open domain=64502 + keepalive\n"
		"at 5s nothing\nexpect state a b established\nexpect not state a c established\n");
	story_run(b.t, 1, NULL);
	if (!b.t->r.ok)
		fail_msg("%s", b.t->r.why);
	b.m = story_machine(b.t, "a");
	e.masc.kind = MASC_EVENT_ESTABLISHED;
	memcpy(e.masc.peer, "b", 2);
	invariant_event(b.m, &e);
	is_whole(&b);
}

/* SIM-6.6. */
static void replies(void **state)
{
	struct bench b;
	const struct node_command reset = { .masc = { MASC_COMMAND_RESET, span_str("b"), 0 } };
	begin(&b);
	invariant_reply(b.m, &(struct node_out){ .kind = NODE_OUT_REPLY, .number = 5 });
	is_broken(&b, "one to no command: 5");
	begin(&b);
	invariant_call(b.m, 5, &reset);
	invariant_reply(b.m, &(struct node_out){ .kind = NODE_OUT_REPLY, .number = 5 });
	assert_false(b.t->w->broken);
	invariant_reply(b.m, &(struct node_out){ .kind = NODE_OUT_REPLY, .number = 5 });
	is_broken(&b, "a second reply");
	begin(&b);
	invariant_call(b.m, 6, &reset);
	invariant_after(b.m);
	is_broken(&b, "a command without a reply");
	begin(&b);
	invariant_call(b.m, 7, &reset);
	invariant_stopped(b.m);
	is_broken(&b, "stopped without a reply");
}

/* SIM-6.6: the network may take its time; a stop does not. */
static void a_name_may_take_time(void **state)
{
	static const struct node_command resolve = { .kind = NODE_COMMAND_PNRP };
	struct bench b;
	begin(&b);
	invariant_call(b.m, 5, &resolve);
	invariant_after(b.m);
	assert_false(b.t->w->broken);
	invariant_stopped(b.m);
	is_broken(&b, "stopped without a reply");
}

/* SIM-6.16. */
static void datagrams_of_a_node(void **state)
{
	static const uint8_t octets[PNRP_DATAGRAM_MAX + 1];
	struct node_out o = { .kind = NODE_OUT_DATAGRAM, .socket = 3 };
	struct addr local = { .family = ADDR_IPV4, .port = 3540 }, bound;
	struct bench b;
	begin(&b);
	assert_int_equal(dgram_bind(&b.m->host, 3, &local, false, false, &bound), OK);
	o.bytes = span_of(octets, PNRP_DATAGRAM_MAX);
	out(&b, o);
	assert_false(b.t->w->broken);
	o.bytes = span_of(octets, PNRP_DATAGRAM_MAX + 1);
	out(&b, o);
	is_broken(&b, "a datagram that is too long, octets: 1233");
	begin(&b);
	o.bytes = span_of(octets, 9);
	out(&b, o);
	is_broken(&b, "a datagram on a socket that is not bound: 3");
}

static void told(struct bench *b, enum masc_command_kind kind, int64_t for_us, enum err result)
{
	const struct node_command c = { .masc = { kind, span_str("b"), for_us } };
	invariant_call(b->m, 9, &c);
	invariant_reply(b->m,
			&(struct node_out){ .kind = NODE_OUT_REPLY, .number = 9, .err = result });
}

/* SIM-6.7. */
static void what_was_told_must_be(void **state)
{
	struct bench b;
	begin(&b);
	told(&b, MASC_COMMAND_DOWN, 0, OK);
	invariant_after(b.m);
	is_broken(&b, "a peer that was told to be down for good is up");
	begin(&b);
	told(&b, MASC_COMMAND_UP, 0, OK);
	told(&b, MASC_COMMAND_DOWN, 0, ERR_IO);
	told(&b, MASC_COMMAND_RESET, 0, OK);
	invariant_after(b.m);
	is_whole(&b);
}

/* SIM-6.7. */
static void what_was_told_is_lost_with_the_store_alone(void **state)
{
	struct bench b;
	begin(&b);
	told(&b, MASC_COMMAND_DOWN, 0, OK);
	invariant_crash(b.m, false);
	invariant_born(b.m);
	is_broken(&b, "told to be down");
	begin(&b);
	told(&b, MASC_COMMAND_DOWN, 0, OK);
	invariant_crash(b.m, true);
	invariant_born(b.m);
	is_whole(&b);
}

/* SIM-6.7. What was asked and not answered when the crash came may be
 * either. */
static void what_was_not_answered_binds_nobody(void **state)
{
	struct bench b;
	const struct node_command up = { .masc = { MASC_COMMAND_UP, span_str("b"), 0 } };
	begin(&b);
	told(&b, MASC_COMMAND_DOWN, 0, OK);
	invariant_call(b.m, 10, &up);
	invariant_crash(b.m, false);
	invariant_born(b.m);
	is_whole(&b);
}

/* SIM-6.7. */
static void a_time_told_runs_out(void **state)
{
	struct bench b;
	begin(&b);
	told(&b, MASC_COMMAND_DOWN, MONO_HOUR, OK);
	b.t->w->now += MONO_HOUR;
	invariant_born(b.m);
	is_whole(&b);
	begin(&b);
	told(&b, MASC_COMMAND_DOWN, MONO_HOUR, OK);
	b.t->w->now += MONO_HOUR - 2 * MONO_SEC;
	invariant_born(b.m);
	is_broken(&b, "told to be down");
	begin(&b);
	told(&b, MASC_COMMAND_DOWN, MONO_HOUR, OK);
	invariant_stepped(b.m);
	invariant_born(b.m);
	is_whole(&b);
}

/* SIM-6.8. */
static void memory_has_a_cap(void **state)
{
	struct bench b;
	begin(&b);
	b.m->memory = 17 * 1024 * 1024;
	invariant_after(b.m);
	b.m->memory = 0;
	assert_true(b.t->w->broken);
	assert_non_null(strstr(b.t->w->why, "more memory than its cap"));
	/* The count is needed to free; only a new world is sound again. */
	b.m->memory = SIZE_MAX / 2;
	story_free(b.t);
}

static void the_first_break_is_the_one_told(void **state)
{
	struct bench b;
	begin(&b);
	broken(b.t->w, &b.m->site, "first");
	broken(b.t->w, &b.m->site, "second");
	broken_at(b.t->w, 9, "third", span_str(""));
	is_broken(&b, "invariant: a: first");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(octets_on_a_closed_link),
		cmocka_unit_test(octets_on_a_link_that_waits_for_its_close),
		cmocka_unit_test(octets_before_the_link_is_up),
		cmocka_unit_test(numbers_of_links),
		cmocka_unit_test(a_put_that_never_was),
		cmocka_unit_test(a_deadline_that_stays),
		cmocka_unit_test(a_change_of_state_that_is_none),
		cmocka_unit_test(two_sessions_with_one_node),
		cmocka_unit_test(replies),
		cmocka_unit_test(a_name_may_take_time),
		cmocka_unit_test(datagrams_of_a_node),
		cmocka_unit_test(what_was_told_must_be),
		cmocka_unit_test(what_was_told_is_lost_with_the_store_alone),
		cmocka_unit_test(what_was_not_answered_binds_nobody),
		cmocka_unit_test(a_time_told_runs_out),
		cmocka_unit_test(memory_has_a_cap),
		cmocka_unit_test(the_first_break_is_the_one_told),
	};
	return cmocka_run_group_tests_name("sim_invariant", tests, NULL, NULL);
}
