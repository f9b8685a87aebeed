/* Section 13, the own side: what others' messages do to claims of ours. */
#include "own_rig.h"

#include "wire/wr.h"

#include <stdio.h>

static const enum masc_life pending[] = { MASC_LIFE_WAITING, MASC_LIFE_GROWING,
					  MASC_LIFE_RENEWING };

/* MASC-13.2: a PREFIX_IN_USE ends every pending claim that it collides with. */
static void in_use_beats_what_is_pending(void **state)
{
	for (size_t i = 0; i < 3; i++) {
		struct own_bench o;
		bool held = pending[i] != MASC_LIFE_WAITING;
		own_start(&o, "");
		struct own_claim *c = have(&o, "239.192.2.0/24", pending[i]);
		/* Later than ours, and it wins all the same. */
		hear(&o, pending[i] == MASC_LIFE_GROWING
				 ? "east: in-use 239.192.3.0/25 8.81 i ts=50"
				 : "east: in-use 239.192.2.0/25 8.81 i ts=50");
		assert_int_equal(c->life, held ? MASC_LIFE_HELD : MASC_LIFE_WANTED);
		assert_int_equal(c->why, held ? MASC_REASON_BEATEN : MASC_REASON_TAKEN);
		assert_int_equal(c->losses, !held);
		/* What is held stands. */
		assert_int_equal(*told(&o) != 0, pending[i] == MASC_LIFE_RENEWING);
		own_end(&o);
	}
}

/* MASC-10.7, 13.13: the older NEW_CLAIM wins, then the smaller node, then the
 * smaller domain. */
static void new_against_new(void **state)
{
	static const struct {
		const char *theirs;
		bool beaten;
	} rows[] = {
		{ "east: new 239.192.2.0/25 8.81 i ts=-1", true },
		{ "east: new 239.192.2.0/25 8.81 i ts=1", false },
		{ "east: new 239.192.2.0/25 8.9 i", true },
		{ "east: new 239.192.2.0/25 8.11 i", false },
		{ "east: new 239.192.2.0/25 8.10 i", true },
		{ "east: new 239.192.3.0/25 8.9 i", false },
		{ "east: new 239.192.0.0/20 8.9 i", true },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct own_bench o;
		own_start(&o, "");
		struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_WAITING);
		assert_string_equal(hear(&o, rows[i].theirs), "");
		assert_int_equal(c->life == MASC_LIFE_WAITING, !rows[i].beaten);
		own_end(&o);
	}
}

/* MASC-13.13, 16.7: ours is told again to whoever claims against it, once a
 * second. */
static void ours_is_told_again(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	(void)have(&o, "239.192.2.0/24", MASC_LIFE_WAITING);
	hear(&o, "east: new 239.192.2.0/25 8.81 i ts=1");
	expect_told(&o, "new 239.192.2.0/24 +0 60/2 to east@4");
	hear(&o, "east: new 239.192.2.128/25 8.81 i ts=1");
	expect_told(&o, "");
	pass(&o, SEC);
	hear(&o, "east: new 239.192.2.192/26 8.81 i ts=1");
	expect_told(&o, "new 239.192.2.0/24 +0 60/2 to east@4");
	/* Heard from the parent, it is told where it will be heard. */
	hear(&o, "north: new 239.192.2.64/26 9.91 c ts=1");
	expect_told(&o, "new 239.192.2.0/24 +0 60/2 to PS@4");
	own_end(&o);
}

static void what_is_held_stands(void **state)
{
	static const enum masc_life lives[] = { MASC_LIFE_HELD, MASC_LIFE_RENEWING,
						MASC_LIFE_DEPRECATED };
	for (size_t i = 0; i < 3; i++) {
		struct own_bench o;
		own_start(&o, "");
		struct own_claim *c = have(&o, "239.192.2.0/24", lives[i]);
		hear(&o, "east: new 239.192.0.0/20 8.9 i ts=-100 hold=200");
		static const char in_use[] = "in-use 239.192.2.0/24 +0 60/60 to east@";
		static const char old[] = "in-use-D 239.192.2.0/24 +0 60/60 to east@";
		const char *want_told = i == 2 ? old : in_use;
		char said[128];
		snprintf(said, strlen(want_told) + 1, "%s", told(&o));
		assert_string_equal(said, want_told);
		assert_int_equal(c->life, lives[i]);
		own_end(&o);
	}
}

/* MASC-13.9: an EXPAND goes before a NEW_CLAIM, whatever the times; A16: against
 * an EXPAND the older. */
static void expand_against_ours(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_WAITING);
	hear(&o, "east: in-use 239.192.3.0/24 8.81 i");
	assert_int_equal(c->life, MASC_LIFE_WAITING);
	hear(&o, "east: expand 239.192.2.0/23 8.81 i ts=1");
	assert_int_equal(c->life, MASC_LIFE_WANTED);
	own_end(&o);

	for (int older = 0; older < 2; older++) {
		own_start(&o, "");
		c = have(&o, "239.192.2.0/24", MASC_LIFE_GROWING);
		hear(&o, "east: in-use 239.192.4.0/24 8.81 i ts=-9");
		hear(&o, older ? "east: expand 239.192.0.0/21 8.81 i ts=-1"
			       : "east: expand 239.192.0.0/21 8.81 i ts=1");
		assert_int_equal(c->life, older ? MASC_LIFE_HELD : MASC_LIFE_GROWING);
		own_end(&o);
	}
}

/* A renewal is not lost to somebody who claims over what we hold. */
static void renewal_stands_by_what_is_held(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_RENEWING);
	hear(&o, "east: in-use 239.192.4.0/24 8.81 i ts=-9");
	hear(&o, "east: expand 239.192.0.0/21 8.81 i ts=-1");
	assert_int_equal(c->life, MASC_LIFE_RENEWING);
	own_end(&o);
}

/* MASC-16.7: what is held back is told when it may be, one a second, as long as the
 * rival is there. */
static void told_when_the_second_is_over(void **state)
{
	for (int gone = 0; gone < 2; gone++) {
		struct own_bench o;
		own_start(&o, "");
		(void)have(&o, "239.192.4.0/24", MASC_LIFE_HELD);
		(void)have(&o, "239.192.5.0/24", MASC_LIFE_HELD);
		(void)have(&o, "239.192.6.0/24", MASC_LIFE_HELD);
		hear(&o, "east: new 239.192.4.0/22 8.81 i ts=1 hold=9");
		expect_told(&o, "in-use 239.192.4.0/24 +0 60/60 to east@5");
		pass(&o, SEC - 1);
		expect_told(&o, "");
		if (gone)
			hear(&o, "east: withdraw 239.192.4.0/22 8.81 i ts=1");
		hush(&o);
		pass(&o, 1);
		expect_told(&o, gone ? "" : "in-use 239.192.5.0/24 +0 60/60 to east@10");
		pass(&o, SEC - 1);
		expect_told(&o, "");
		pass(&o, 1);
		expect_told(&o, gone ? "" : "in-use 239.192.6.0/24 +0 60/60 to east@15");
		pass(&o, 5 * SEC);
		assert_null(strstr(told(&o), "to east@"));
		own_end(&o);
	}
}

/* MASC-14.11, 16.4: ours are held off too after losing many in a row. */
static void losing_in_a_row(void **state)
{
	struct own_bench o;
	own_start(&o, "damp_after=2");
	for (uint32_t i = 1; i <= 2; i++) {
		struct own_claim *c =
			i == 1 ? want(&o, "239.192.2.0/24") : claim_at(&o, "239.192.2.0/24");
		if (c->life == MASC_LIFE_WANTED)
			assert_int_equal(step(&o, c, OWN_READY), OK);
		assert_int_equal(step(&o, c, OWN_CHOSEN), OK);
		assert_int_equal(step(&o, c, OWN_BEATEN), OK);
		assert_int_equal(c->losses, i);
	}
	pass(&o, 0);
	assert_int_equal(claim_at(&o, "239.192.2.0/24")->why, MASC_REASON_TOO_OFTEN);
	own_end(&o);
}

/* MASC-13.15, A24: the need is met by a claim of another node of ours. */
static void a_colleague_meets_the_need(void **state)
{
	static const struct {
		uint8_t length;
		const char *heard;
		bool met;
	} rows[] = {
		{ 24, "inner: new 239.192.8.0/24 100.11 i", true },
		{ 24, "inner: new 239.192.8.0/23 100.11 i", true },
		{ 24, "inner: new 239.192.8.0/25 100.11 i", false },
		{ 24, "inner: managed 239.192.8.0/24 100.11 i", false },
	};
	for (size_t i = 0; i < 8; i++) {
		struct own_bench o;
		own_start(&o, "");
		const struct own_wish w = { .space = o.sp,
					    .length = rows[i / 2].length,
					    .why = MASC_REASON_DEMAND };
		struct own_claim *c;
		assert_int_equal(own_want(o.b.r.m, &w, &c, o.b.r.now), OK);
		if (i % 2)
			assert_int_equal(step(&o, c, OWN_READY), OK);
		hear(&o, rows[i / 2].heard);
		assert_int_equal(o.b.r.m->own->n_claims, rows[i / 2].met ? 0 : 1);
		own_end(&o);
	}
}

/* A24: of the same scope. */
static void a_colleague_in_another_scope(void **state)
{
	static const struct {
		const char *heard;
		bool met;
	} rows[] = {
		{ "inner: new 239.192.8.0/24 100.11 i", true },
		{ "inner: new 239.192.8.0/22 100.11 i", true },
		{ "inner: new 239.194.8.0/24 100.11 i", false },
		{ "inner: new 239.194.8.0/22 100.11 i", false },
	};
	for (size_t i = 0; i < 4; i++) {
		struct own_bench o;
		own_start_in(&o, "", "site range=239.192.0.0/16");
		hear(&o, "north: managed 239.194.0.0/16 7.71 i");
		const struct own_wish w = {
			.space = o.sp, .scope = "site", .length = 24, .why = MASC_REASON_DEMAND
		};
		assert_int_equal(own_want(o.b.r.m, &w, NULL, o.b.r.now), OK);
		assert_string_equal(hear(&o, rows[i].heard), "");
		assert_int_equal(o.b.r.m->own->n_claims, rows[i].met ? 0 : 1);
		own_end(&o);
	}
}

static struct space *root_space(struct masc *m)
{
	LIST_EACH(at, next, &m->spaces)
	{
		struct space *sp = LIST_ENTRY(at, struct space, at);
		if (sp->scope)
			return sp;
	}
	return NULL;
}

/* MASC-13.15: what a colleague gets of one parent is not got of another, nor in a
 * scope where we are top-level ourselves. */
static void a_colleague_in_another_space(void **state)
{
	static const struct {
		const char *wanted, *heard;
		bool there;
	} rows[] = {
		{ NULL, "inner: new 239.248.8.0/24 100.11 i", true },
		{ NULL, "inner: new 239.192.8.0/24 100.11 i", false },
		{ "239.248.8.0/24", "inner: new 239.248.8.0/23 100.11 i", true },
		{ "239.248.8.0/24", "inner: new 239.192.8.0/23 100.11 i", false },
	};
	for (size_t i = 0; i < 4; i++) {
		struct own_bench o;
		own_start_in(&o, "", "far range=239.248.0.0/14 root=yes");
		struct masc_prefix p = bench_prefix("239.248.8.0/24");
		struct own_wish w = { .length = 24, .why = MASC_REASON_DEMAND };
		w.space = root_space(o.b.r.m);
		w.prefix = rows[i].wanted ? &p : NULL;
		assert_int_equal(own_want(o.b.r.m, &w, NULL, o.b.r.now), OK);
		assert_string_equal(hear(&o, rows[i].heard), "");
		assert_int_equal(o.b.r.m->own->n_claims, rows[i].there ? 0 : 1);
		own_end(&o);
	}
}

/* A range that was named is met by nothing but itself. */
static void a_colleague_and_a_named_range(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	(void)have(&o, "239.192.2.0/24", MASC_LIFE_SCHEDULED);
	hear(&o, "inner: new 239.192.16.0/20 100.11 i");
	expect_claims(&o, "scheduled 239.192.2.0/24");
	hear(&o, "inner: new 239.192.2.0/23 100.11 i");
	expect_claims(&o, "");
	own_end(&o);
}

/* MASC-14.12: lost inside, it is not claimed again. */
static void a_colleague_against_a_pending_claim(void **state)
{
	static const struct {
		const char *heard, *left;
	} rows[] = {
		{ "inner: new 239.192.2.0/24 100.11 i ts=-1", "" },
		{ "inner: new 239.192.2.0/24 100.11 i ts=1", "waiting 239.192.2.0/24" },
		{ "inner: managed 239.192.2.0/25 100.11 i ts=1", "" },
		{ "inner: new 239.192.4.0/24 100.11 i ts=-1", "waiting 239.192.2.0/24" },
	};
	for (size_t i = 0; i < 4; i++) {
		struct own_bench o;
		own_start(&o, "");
		(void)have(&o, "239.192.2.0/24", MASC_LIFE_WAITING);
		hear(&o, rows[i].heard);
		expect_claims(&o, rows[i].left);
		if (i == 1)
			expect_told(&o, "new 239.192.2.0/24 +0 60/2 to inner@4");
		own_end(&o);
	}
}

/* MASC-13.5: by its family, Timestamp, address and mask. */
static void denied(void **state)
{
	static const struct {
		const char *heard;
		bool ours;
	} rows[] = {
		{ "north: denied 239.192.2.0/24 100.10 i life=0", true },
		{ "north: denied 239.192.2.0/24 100.10 i life=0 ts=1", false },
		{ "north: denied 239.192.2.0/25 100.10 i life=0", false },
		{ "north: denied 239.192.3.0/24 100.10 i life=0", false },
	};
	for (size_t i = 0; i < 4; i++) {
		struct own_bench o;
		own_start(&o, "");
		struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_WAITING);
		assert_string_equal(hear(&o, rows[i].heard), rows[i].ours ? "" : "refused");
		assert_int_equal(c->life == MASC_LIFE_WAITING, !rows[i].ours);
		assert_int_equal(c->losses, rows[i].ours);
		own_end(&o);
	}
}

/* A6: try again with at most that. */
static void denied_for_so_long(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_WAITING);
	hear(&o, "north: denied 239.192.2.0/24 100.10 i life=20");
	assert_true(c->cap > 18 * SEC && c->cap <= 20 * SEC);
	pass(&o, SEC);
	assert_int_equal(c->life, MASC_LIFE_WAITING);
	struct wire_claim w = own_pending(c);
	assert_true(w.lifetime >= 18 && w.lifetime <= 20);
	/* Got for so long, it is renewed with a third of that left, or three W. */
	pass(&o, W);
	assert_int_equal(c->life, MASC_LIFE_HELD);
	assert_true(c->granted > 18 * SEC && c->granted <= 20 * SEC);
	pass(&o, 9 * SEC);
	assert_int_equal(c->life, MASC_LIFE_HELD);
	pass(&o, 3 * SEC);
	assert_int_equal(c->life, MASC_LIFE_RENEWING);
	/* What would be over before it is had is of no use. */
	own_end(&o);
	own_start(&o, "");
	c = have(&o, "239.192.2.0/24", MASC_LIFE_WAITING);
	hear(&o, "north: denied 239.192.2.0/24 100.10 i life=3");
	assert_int_equal(c->cap, 0);
	assert_int_equal(c->losses, 1);
	own_end(&o);
}

/* A NOTIFICATION of north, or to that session, whose data is that claim. */
static struct wire_notification about(struct own_bench *o, uint8_t subcode, const char *claim,
				      uint8_t *room)
{
	struct peer *p;
	struct wire_claim c = bench_claim(&o->b, claim, &p);
	struct wr w;
	wire_update_start(&w, room);
	assert_true(wire_update_add(&w, &c));
	struct span u = wire_update_end(&w);
	return (struct wire_notification){
		WIRE_UPDATE_ERROR, subcode, true, { u.p + WIRE_HEADER, u.n - WIRE_HEADER }
	};
}

static void remark(struct own_bench *o, uint8_t subcode, const char *claim)
{
	uint8_t room[WIRE_MESSAGE_MAX], message[WIRE_MESSAGE_MAX];
	const struct wire_notification n = about(o, subcode, claim, room);
	const struct wire_error e = { n.code, n.subcode, n.stay_open, n.data };
	struct span s = wire_notification_write(&e, message);
	rig_in(&o->b.r, o->link, s.p, s.n);
}

/* MASC-13.29: refused by the parent with an error, a claim is lost as if denied;
 * held after all it would be handed to others too. */
static void refused_by_the_parent(void **state)
{
	static const struct {
		const char *claim;
		uint8_t subcode;
		bool lost;
	} rows[] = {
		{ "north: new 239.192.2.0/24 100.10 i life=60", WIRE_PREFIX_LARGE, true },
		{ "north: new 239.192.2.0/24 100.10 i life=60", WIRE_LIFETIME_SHORT, true },
		/* Another of ours, or of others. */
		{ "north: new 239.192.2.0/24 100.10 i life=60 ts=1", WIRE_PREFIX_LARGE, false },
		{ "north: new 239.192.2.0/25 100.10 i life=60", WIRE_PREFIX_LARGE, false },
		{ "north: new 239.192.2.0/24 8.81 i life=60", WIRE_PREFIX_LARGE, false },
		/* It does not take what we give back. */
		{ "north: withdraw 239.192.2.0/24 100.10 i", WIRE_NO_CHILD_PREFIX, false },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct own_bench o;
		own_start(&o, "");
		struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_WAITING);
		remark(&o, rows[i].subcode, rows[i].claim);
		assert_int_equal(c->losses, rows[i].lost);
		/* A NOTIFICATION is not answered. */
		assert_null(strstr(rig_out(&o.b.r), "send"));
		own_end(&o);
	}
}

/* A sibling's opinion, and data that cannot be read, are no refusal. */
static void refused_by_nobody(void **state)
{
	struct own_bench o;
	uint8_t room[WIRE_MESSAGE_MAX];
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_WAITING);
	static const char mine[] = "north: new 239.192.2.0/24 100.10 i life=60";
	struct wire_notification n = about(&o, WIRE_PREFIX_LARGE, mine, room);
	struct session s = { .peer = bench_peer(&o.b, "east") };
	update_refused(&s, &n, o.b.r.now);
	/* Nor is a colleague's: nothing is denied among ourselves. */
	s.peer = bench_peer(&o.b, "inner");
	update_refused(&s, &n, o.b.r.now);
	assert_null(strstr(bench_known(&o.b), "denied"));
	s.peer = bench_peer(&o.b, "north");
	n.data.n--;
	update_refused(&s, &n, o.b.r.now);
	n.data.n = 0;
	update_refused(&s, &n, o.b.r.now);
	assert_int_equal(c->life, MASC_LIFE_WAITING);
	n = about(&o, WIRE_PREFIX_LARGE, mine, room);
	update_refused(&s, &n, o.b.r.now);
	assert_int_equal(c->life, MASC_LIFE_WANTED);
	own_end(&o);
}

static bool is_disputed(const struct own_bench *o)
{
	struct masc_own_info info;
	masc_own_info(o->b.r.m, 0, &info);
	return info.disputed;
}

/* MASC-13.30: what is held is not lost to a denial; it is told, once. */
static void held_and_denied(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	hear(&o, "north: denied 239.192.2.0/24 100.10 i life=0 ts=1");
	hear(&o, "north: denied 239.192.2.0/25 100.10 i life=0");
	assert_false(is_disputed(&o));
	hear(&o, "north: denied 239.192.2.0/24 100.10 i life=0");
	expect_events(&o, "1 disputed by 7@5");
	hear(&o, "north: denied 239.192.2.0/24 100.10 i life=0");
	expect_events(&o, "");
	assert_int_equal(c->life, MASC_LIFE_HELD);
	assert_true(is_disputed(&o));
	/* Claimed anew, and nobody objected: it is agreed on. */
	assert_int_equal(step(&o, c, OWN_RENEW), OK);
	assert_true(is_disputed(&o));
	assert_int_equal(step(&o, c, OWN_WAITED), OK);
	assert_false(is_disputed(&o));
	/* An error about it says the same. */
	remark(&o, WIRE_NO_PARENT_PREFIX, "north: in-use 239.192.2.0/24 100.10 i life=60");
	assert_true(is_disputed(&o));
	own_end(&o);
}

/* Who it is that has the range we wait for. */
static void taken_by_whom(void **state)
{
	struct own_bench o;
	struct masc_own_info info;
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_WAITING);
	hear(&o, "east: in-use 239.192.2.0/25 8.81 i");
	assert_int_equal(c->why, MASC_REASON_TAKEN);
	masc_own_info(o.b.r.m, 0, &info);
	assert_int_equal(info.rival.octets[15], 8);
	own_end(&o);
}

/* MASC-14.6: a renewal that is denied for so long is tried at once with that, if
 * it is longer than what is held; a second denial waits. */
static void a_renewal_denied(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	pass(&o, 40 * SEC);
	assert_int_equal(c->life, MASC_LIFE_RENEWING);
	hush(&o);
	hear(&o, "north: denied 239.192.2.0/24 100.10 i life=30");
	assert_int_equal(c->life, MASC_LIFE_RENEWING);
	assert_int_equal(c->claimed_end, RIG_WALL + 70 * SEC);
	assert_non_null(strstr(told(&o), "expand 239.192.2.0/24 +40 30/2 to IPS@"));
	hear(&o, "north: denied 239.192.2.0/24 100.10 i life=25");
	assert_int_equal(c->life, MASC_LIFE_HELD);
	assert_int_equal(c->end, RIG_WALL + 60 * SEC);
	pass(&o, W - 1);
	assert_int_equal(c->life, MASC_LIFE_HELD);
	pass(&o, 1);
	assert_int_equal(c->life, MASC_LIFE_RENEWING);
	own_end(&o);
	/* No longer than what is held: of no use. */
	own_start(&o, "");
	c = have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	pass(&o, 40 * SEC);
	hear(&o, "north: denied 239.192.2.0/24 100.10 i life=20");
	assert_int_equal(c->life, MASC_LIFE_HELD);
	assert_int_equal(c->why, MASC_REASON_DENIED);
	assert_int_equal(c->cap, 0);
	own_end(&o);
}

/* MASC-13.23: a WITHDRAW of ours for each overlap with what we hold, as long. */
static void the_parent_withdraws(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	(void)have(&o, "239.192.2.0/24", MASC_LIFE_HELD);
	(void)have(&o, "239.192.9.0/24", MASC_LIFE_HELD);
	(void)have(&o, "239.192.3.0/24", MASC_LIFE_WAITING);
	hear(&o, "north: withdraw 239.192.0.0/21 7.71 i life=30 hold=10");
	expect_claims(&o, "clashed 239.192.2.0/24; held 239.192.9.0/24; wanted 239.192.3.0/24");
	const char *said = told(&o);
	assert_non_null(strstr(said, "withdraw 239.192.2.0/24 +0 30/10 to IPSC@"));
	assert_null(strstr(said, "withdraw 239.192.9"));
	assert_int_equal(claim_at(&o, "239.192.2.0/24")->why, MASC_REASON_PARENT_WITHDREW);
	expect_events(&o, "3 waiting>wanted PARENT_WITHDREW@15; "
			  "1 held>clashed PARENT_WITHDREW@16");
	/* Over: ours again, in what the parent still has. */
	hear(&o, "north: managed 239.192.0.0/21 7.71 i");
	pass(&o, 14 * SEC);
	assert_int_equal(claim_at(&o, "239.192.2.0/24")->life, MASC_LIFE_HELD);
	own_end(&o);
}

/* MASC-13.26: it names a pending claim of ours. */
static void a_colleague_withdraws(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	(void)have(&o, "239.192.2.0/24", MASC_LIFE_WAITING);
	assert_string_equal(hear(&o, "inner: withdraw 239.192.2.0/24 100.11 i"), "");
	expect_claims(&o, "");
	(void)have(&o, "239.192.4.0/24", MASC_LIFE_HELD);
	hear(&o, "inner: withdraw 239.192.4.0/25 100.11 i hold=10");
	expect_claims(&o, "held 239.192.4.128/25; clashed 239.192.4.0/25");
	/* It stands for its time, whatever else goes. */
	own_return_all(o.b.r.m->own, o.b.r.now);
	expect_claims(&o, "held 239.192.4.128/25; clashed 239.192.4.0/25");
	pass(&o, 12 * SEC);
	expect_claims(&o, "held 239.192.4.128/25; held 239.192.4.0/25");
	own_end(&o);
}

/* What happened and could not be stored is not forgotten. */
static void beaten_without_a_store(void **state)
{
	struct own_bench o;
	own_start(&o, "");
	struct own_claim *c = have(&o, "239.192.2.0/24", MASC_LIFE_WAITING);
	pass(&o, W - SEC / 2);
	store_mem_break(o.b.r.mem, ERR_IO);
	hear(&o, "east: in-use 239.192.2.0/25 8.81 i");
	assert_int_equal(c->life, MASC_LIFE_WAITING);
	pass(&o, SEC);
	assert_int_equal(c->life, MASC_LIFE_WAITING);
	store_mem_break(o.b.r.mem, OK);
	pass(&o, SEC);
	assert_int_equal(c->life, MASC_LIFE_WANTED);
	own_end(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_use_beats_what_is_pending),
		cmocka_unit_test(new_against_new),
		cmocka_unit_test(ours_is_told_again),
		cmocka_unit_test(what_is_held_stands),
		cmocka_unit_test(expand_against_ours),
		cmocka_unit_test(renewal_stands_by_what_is_held),
		cmocka_unit_test(told_when_the_second_is_over),
		cmocka_unit_test(losing_in_a_row),
		cmocka_unit_test(a_colleague_meets_the_need),
		cmocka_unit_test(a_colleague_in_another_scope),
		cmocka_unit_test(a_colleague_in_another_space),
		cmocka_unit_test(a_colleague_and_a_named_range),
		cmocka_unit_test(a_colleague_against_a_pending_claim),
		cmocka_unit_test(denied),
		cmocka_unit_test(refused_by_the_parent),
		cmocka_unit_test(refused_by_nobody),
		cmocka_unit_test(held_and_denied),
		cmocka_unit_test(taken_by_whom),
		cmocka_unit_test(denied_for_so_long),
		cmocka_unit_test(a_renewal_denied),
		cmocka_unit_test(the_parent_withdraws),
		cmocka_unit_test(a_colleague_withdraws),
		cmocka_unit_test(beaten_without_a_store),
	};
	return cmocka_run_group_tests_name("own_rival", tests, NULL, NULL);
}
