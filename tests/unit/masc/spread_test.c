/* Who is told: the sets of section 13, MASC-10.3, MASC-10.5, MASC-12.6, MASC-13.28. */
#include "kin.h"

static void tell(struct kin *k, const char *space, const char *claim, unsigned sets,
		 const char *except)
{
	struct wire_claim c = kin_claim(k, claim);
	const struct peer *p = except ? kin_inside(k, except) : NULL;
	spread(kin_space(k, space), &c, sets, p, 0, k->r.now);
	spread_flush(k->r.m, k->r.now);
}

/* Names of those that were told something, in the order of the configuration. */
static const char *heard_by(struct kin *k)
{
	static char line[256];
	struct text t = TEXT_OF(line);
	for (size_t i = 0; i < k->n; i++) {
		if (!kin_told(k, k->peers[i].name)[0])
			continue;
		if (t.n)
			text_char(&t, ' ');
		text_str(&t, k->peers[i].name);
	}
	return line;
}

#define ALL_SETS (TO_INTERNAL | TO_PARENT | TO_SIBLINGS | TO_CHILDREN)

static void each_set_of_a_parents_space(void **state)
{
	static const struct {
		const char *space;
		unsigned sets;
		const char *heard;
	} cases[] = {
		{ "7", TO_INTERNAL, "inner" },
		{ "7", TO_PARENT, "north north2" },
		{ "7", TO_SIBLINGS, "west east far" },
		{ "7", TO_CHILDREN, "south south2" },
		{ "7", TO_INTERNAL | TO_PARENT | TO_SIBLINGS, "north north2 west east far inner" },
		{ "7", ALL_SETS, "north north2 west east far inner south south2" },
		{ "8", TO_PARENT, "other" },
		{ "8", TO_SIBLINGS, "" },
		{ "8", ALL_SETS, "other inner south south2" },
		{ "below", TO_INTERNAL, "inner" },
		{ "below", TO_CHILDREN, "south south2" },
		{ "below", TO_PARENT | TO_SIBLINGS, "" },
		{ "7", 0, "" },
	};
	struct kin k;
	kin_usual(&k);
	kin_all_up(&k);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		tell(&k, cases[i].space, "use s 20.21 234.1.0.0/24", cases[i].sets, NULL);
		assert_string_equal(heard_by(&k), cases[i].heard);
	}
	kin_fini(&k);
}

static void never_back_to_whom_it_came_from(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_all_up(&k);
	tell(&k, "7", "use s 20.21 234.1.0.0/24", TO_SIBLINGS, "west");
	assert_string_equal(heard_by(&k), "east far");
	tell(&k, "7", "use s 20.21 234.1.0.0/24", TO_PARENT, "north");
	assert_string_equal(heard_by(&k), "north2");
	kin_fini(&k);
}

static void only_sessions_that_are_up(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "west");
	kin_reset(&k);
	tell(&k, "7", "use s 20.21 234.1.0.0/24", ALL_SETS, NULL);
	assert_string_equal(heard_by(&k), "west");
	kin_lose(&k, "west");
	kin_reset(&k);
	tell(&k, "7", "use s 20.21 234.1.0.0/24", ALL_SETS, NULL);
	assert_string_equal(heard_by(&k), "");
	kin_fini(&k);
}

/* MASC-10.3: `far` lies beyond the border of 239.192.0.0/14. */
static void a_border_is_not_crossed(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_all_up(&k);
	tell(&k, "7", "use s 20.21 239.192.1.0/24", TO_SIBLINGS, NULL);
	assert_string_equal(heard_by(&k), "west east");
	tell(&k, "7", "use s 20.21 239.196.1.0/24", TO_SIBLINGS, NULL);
	assert_string_equal(heard_by(&k), "west east far");
	struct wire_claim c = kin_claim(&k, "use s 20.21 239.192.1.0/24");
	spread_to(kin_inside(&k, "far"), kin_space(&k, "7"), &c, 0, k.r.now);
	spread_to(kin_inside(&k, "east"), kin_space(&k, "7"), &c, 0, k.r.now);
	spread_flush(k.r.m, k.r.now);
	assert_string_equal(heard_by(&k), "east");
	kin_fini(&k);
}

/* MASC-13.22, MASC-10.5: one thing, two names; D goes with PREFIX_MANAGED alone. */
static void what_we_hold_has_two_names(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_all_up(&k);
	static const char *const names[] = { "use", "managed" };
	for (size_t i = 0; i < 2; i++) {
		char claim[64];
		struct text t = TEXT_OF(claim);
		text_str(&t, names[i]);
		text_str(&t, " i 100.10 234.1.0.0/24 D");
		tell(&k, "7", claim, ALL_SETS, NULL);
		kin_expect(&k, "north", "use i 100.10 234.1.0.0/24");
		kin_expect(&k, "west", "use i 100.10 234.1.0.0/24");
		kin_expect(&k, "inner", "managed i 100.10 234.1.0.0/24 D");
		kin_expect(&k, "south", "managed i 100.10 234.1.0.0/24 D");
		kin_expect(&k, "other", "");
	}
	kin_reset(&k);
	struct wire_claim c = kin_claim(&k, "managed i 100.10 234.1.0.0/24 D");
	spread_to(kin_inside(&k, "north"), kin_space(&k, "7"), &c, 0, k.r.now);
	spread_to(kin_inside(&k, "south2"), kin_space(&k, "7"), &c, 0, k.r.now);
	spread_flush(k.r.m, k.r.now);
	kin_expect(&k, "north", "use i 100.10 234.1.0.0/24");
	kin_expect(&k, "south2", "managed i 100.10 234.1.0.0/24 D");
	kin_fini(&k);
}

static void others_claims_keep_their_names(void **state)
{
	static const char *const claims[] = {
		"use s 20.21 234.1.0.0/24",	   "managed p 7.71 234.0.0.0/8 D",
		"new i 100.10 234.1.0.0/24",	   "withdraw i 100.10 234.1.0.0/24",
		"denied p 20.21 234.1.0.0/24 opt",
	};
	struct kin k;
	kin_usual(&k);
	kin_all_up(&k);
	for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
		tell(&k, "7", claims[i], ALL_SETS, NULL);
		kin_expect(&k, "north", claims[i]);
		kin_expect(&k, "inner", claims[i]);
		kin_expect(&k, "south", claims[i]);
	}
	/* Below, what we hold in our own part is told as any child's. */
	tell(&k, "below", "use i 100.10 234.1.0.0/24", TO_CHILDREN | TO_INTERNAL, NULL);
	kin_expect(&k, "south", "use i 100.10 234.1.0.0/24");
	kin_expect(&k, "inner", "use i 100.10 234.1.0.0/24");
	kin_fini(&k);
}

/* The very octets: role and option as they are. */
static void octets_on_the_wire(void **state)
{
	struct kin k;
	struct masc_out o;
	kin_usual(&k);
	kin_up(&k, "west");
	kin_reset(&k);
	struct wire_claim c = kin_claim(&k, "managed i 100.10 234.1.0.0/24 D opt");
	c.timestamp = 0x01020304;
	c.lifetime = 0x0a0b0c0d;
	c.hold_time = 0x11223344;
	spread(kin_space(&k, "7"), &c, TO_SIBLINGS, NULL, 0, k.r.now);
	spread_flush(k.r.m, k.r.now);
	assert_true(masc_poll(k.r.m, &o));
	rig_assert_octets(o.bytes, "002c 02 00  0028 00 00  00 04 0000 01020304 0a0b0c0d 11223344 "
				   "00000064 0000000a ea010000 ffffff00 02090102");
	assert_int_equal(o.after, 0);
	assert_false(o.drain);
	assert_false(masc_poll(k.r.m, &o));
	kin_fini(&k);
}

/* MASC-12.6: 113 attributes fit a message. */
static void one_input_few_messages(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "west");
	kin_up(&k, "east");
	kin_reset(&k);
	struct space *sp = kin_space(&k, "7");
	for (uint32_t i = 0; i < 300; i++) {
		struct wire_claim c = kin_claim(&k, "use s 40.41 234.0.0.0/24");
		c.address[1] = (uint8_t)(i >> 8);
		c.address[2] = (uint8_t)i;
		spread(sp, &c, TO_SIBLINGS, i % 3 ? NULL : kin_inside(&k, "east"), 0, k.r.now);
	}
	/* Nothing but full messages has left before the end of the input. */
	kin_take(&k);
	assert_int_equal(kin_of(&k, "west")->messages, 2);
	spread_flush(k.r.m, k.r.now);
	kin_take(&k);
	assert_int_equal(kin_of(&k, "west")->messages, 3);
	assert_int_equal(kin_of(&k, "west")->attributes, 300);
	assert_int_equal(kin_of(&k, "west")->octets, 3 * 4 + 300 * 36);
	assert_int_equal(kin_of(&k, "east")->messages, 2);
	assert_int_equal(kin_of(&k, "east")->attributes, 200);
	struct masc_peer_info i = rig_info(&k.r, 3);
	assert_int_equal(i.count.out[MASC_MSG_UPDATE], 3);
	spread_flush(k.r.m, k.r.now);
	kin_take(&k);
	assert_int_equal(kin_of(&k, "west")->messages, 3);
	kin_fini(&k);
}

/* What a peer is told and what it is answered keep their order. */
static void order_with_other_messages(void **state)
{
	struct kin k;
	struct wire_error e = { .code = 3, .subcode = 24, .stay_open = true };
	kin_usual(&k);
	kin_up(&k, "west");
	kin_reset(&k);
	struct wire_claim c = kin_claim(&k, "use s 30.31 234.1.0.0/24");
	spread(kin_space(&k, "7"), &c, TO_SIBLINGS, NULL, 0, k.r.now);
	assert_true(session_notify(kin_inside(&k, "west")->main, &e, k.r.now));
	spread(kin_space(&k, "7"), &c, TO_SIBLINGS, NULL, 0, k.r.now);
	peer_stop(kin_inside(&k, "west"), END_STOPPED, k.r.now);
	masc_settle(k.r.m, k.r.now);
	kin_expect(&k, "west",
		   "use s 30.31 234.1.0.0/24 / N / use s 30.31 234.1.0.0/24 / N / close");
	kin_fini(&k);
}

/* What was being put together for a connection that is lost goes with it. */
static void a_lost_session_takes_its_update_along(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "west");
	kin_reset(&k);
	struct wire_claim c = kin_claim(&k, "use s 30.31 234.1.0.0/24");
	spread(kin_space(&k, "7"), &c, TO_SIBLINGS, NULL, 0, k.r.now);
	kin_lose(&k, "west");
	kin_expect(&k, "west", "");
	assert_true(list_empty(&k.r.m->telling));
	kin_fini(&k);
}

/* MASC-14.9: a message waits for the newest put of what is in it. */
static void a_message_waits_for_its_newest_put(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "west");
	kin_reset(&k);
	struct space *sp = kin_space(&k, "7");
	struct wire_claim c = kin_claim(&k, "new i 100.10 234.1.0.0/24");
	spread(sp, &c, TO_SIBLINGS, NULL, 5, k.r.now);
	spread(sp, &c, TO_SIBLINGS, NULL, 9, k.r.now);
	spread_to(kin_inside(&k, "west"), sp, &c, 7, k.r.now);
	spread_flush(k.r.m, k.r.now);
	kin_expect(&k, "west",
		   "new i 100.10 234.1.0.0/24; new i 100.10 234.1.0.0/24; "
		   "new i 100.10 234.1.0.0/24@9");
	spread_to(kin_inside(&k, "west"), sp, &c, 0, k.r.now);
	spread_flush(k.r.m, k.r.now);
	kin_expect(&k, "west", "new i 100.10 234.1.0.0/24");
	kin_fini(&k);
}

/* No memory for the message: that session ends, at the end of the input. */
static void without_memory_the_session_ends(void **state)
{
	struct kin k;
	kin_usual(&k);
	kin_up(&k, "west");
	kin_up(&k, "east");
	kin_reset(&k);
	struct wire_claim c = kin_claim(&k, "use s 40.41 234.1.0.0/24");
	failing_env_fail_at(&k.r.f, 1);
	spread(kin_space(&k, "7"), &c, TO_SIBLINGS, NULL, 0, k.r.now);
	assert_true(k.r.f.failed);
	failing_env_fail_at(&k.r.f, 0);
	assert_int_equal(kin_inside(&k, "west")->main->state, MASC_ESTABLISHED);
	/* More for it changes nothing. */
	spread(kin_space(&k, "7"), &c, TO_SIBLINGS, NULL, 0, k.r.now);
	masc_settle(k.r.m, k.r.now);
	kin_expect(&k, "west", "close");
	kin_expect(&k, "east", "use s 40.41 234.1.0.0/24; use s 40.41 234.1.0.0/24");
	assert_string_equal(kin_events(&k), "lost west NOMEM");
	assert_int_equal(kin_inside(&k, "west")->main->state, MASC_IDLE);
	kin_fini(&k);
}

/* A space of a scope that is claimed from straight: siblings are all that do not
 * cross its border, whoever else is above them. */
static void siblings_of_a_root_scope(void **state)
{
	struct kin k;
	kin_init(&k, "domain=100 node=10 profile=lab");
	rig_scope(&k.r, "org range=239.192.0.0/14 root=yes");
	kin_family(&k);
	kin_start(&k);
	kin_all_up(&k);
	tell(&k, "org", "use s 20.21 239.192.1.0/24", ALL_SETS, NULL);
	assert_string_equal(heard_by(&k), "west east inner south south2");
	kin_fini(&k);
}

/* Without a parent above all of us: below, siblings have no business. */
static void siblings_without_a_parent(void **state)
{
	struct kin k;
	kin_init(&k, "domain=100 node=10 profile=lab");
	rig_scope(&k.r, "org range=239.192.0.0/14 root=yes");
	kin_peer(&k, "west", "address=192.0.2.4 role=sibling domain=20", 20, 21);
	kin_peer(&k, "south", "address=192.0.2.8 role=parent domain=200", 200, 201);
	kin_start(&k);
	kin_all_up(&k);
	tell(&k, "org", "use i 100.10 239.192.1.0/24", ALL_SETS, NULL);
	kin_expect(&k, "west", "use i 100.10 239.192.1.0/24");
	kin_expect(&k, "south", "managed i 100.10 239.192.1.0/24");
	tell(&k, "below", "use c 200.201 239.192.1.0/28", ALL_SETS, NULL);
	assert_string_equal(heard_by(&k), "south");
	kin_fini(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_set_of_a_parents_space),
		cmocka_unit_test(never_back_to_whom_it_came_from),
		cmocka_unit_test(only_sessions_that_are_up),
		cmocka_unit_test(a_border_is_not_crossed),
		cmocka_unit_test(what_we_hold_has_two_names),
		cmocka_unit_test(others_claims_keep_their_names),
		cmocka_unit_test(octets_on_the_wire),
		cmocka_unit_test(one_input_few_messages),
		cmocka_unit_test(order_with_other_messages),
		cmocka_unit_test(a_lost_session_takes_its_update_along),
		cmocka_unit_test(a_message_waits_for_its_newest_put),
		cmocka_unit_test(without_memory_the_session_ends),
		cmocka_unit_test(siblings_of_a_root_scope),
		cmocka_unit_test(siblings_without_a_parent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
