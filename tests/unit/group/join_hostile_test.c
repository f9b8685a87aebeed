/* Joining with somebody who does not keep to it: shares that are none, words at the wrong time,
 * runs that stop early. */
#include "crypto/pake.h"
#include "join_rig.h"
#include "session_raw.h"

static struct join_rig j;
static struct raw r;
static uint8_t heard[GROUP_MESSAGE_MAX];
static size_t n_heard;

/* All that the session has said since, in clear. */
static void hear(void)
{
	struct rig_end *e = &j.t.end[!r.i];
	n_heard = 0;
	while (e->heard < e->n_said) {
		const struct rig_frame *f = &e->said[e->heard++];
		struct span plain;
		size_t rest;
		assert_int_equal(crypto_tls_unseal(r.tls, span_of(f->p, f->n), &plain, &rest), OK);
		assert_true(plain.n <= sizeof heard - n_heard);
		if (plain.n)
			memcpy(heard + n_heard, plain.p, plain.n);
		n_heard += plain.n;
	}
}

static struct span put_password(struct wr *w, enum group_step step, const uint8_t *octets, size_t n)
{
	uint8_t body[GROUP_PASSWORD_MAX];
	struct wr b = wr_of(body, sizeof body);
	const struct group_password p = { .step = step,
					  .name = j.known,
					  .octets = span_of(octets, n) };
	group_password_put(&b, &p);
	const struct group_message m = { .type = GROUP_PASSWORD, .body = wr_span(&b) };
	group_message_put(w, j.t.p, &m);
	assert_false(w->failed);
	return wr_span(w);
}

/* ---- a member that is none, or does as if ---- */

/* M2 with that share; where it is NULL, with what the joiner itself sent. */
static void assert_share(const uint8_t *share)
{
	static uint8_t room[8192];
	struct group_flight f;
	join_rig_init(&j);
	raw_open(&r, &j.t, 1, span_of(NULL, 0));
	hear();
	assert_int_equal(group_flight_read(j.t.p, span_of(heard, n_heard), &f), OK);
	assert_int_equal(f.event, GROUP_SESSION_HELLO_PASSWORD);
	struct wr w = wr_of(room, sizeof room);
	wr_bytes(&w, span_of(r.flight.p, r.flight.n));
	raw_say(&r, put_password(&w, GROUP_STEP_SHARE, share ? share : f.password.octets.p,
				 GROUP_SHARE));
	rig_assert_fault(&j.t, 0, GROUP_FAULT_MALFORMED, GROUP_CHAIN_NONE);
	hear();
	assert_int_equal(n_heard, 0);
	assert_int_equal(j.proofs, 0);
	raw_close(&r);
	join_rig_fini(&j);
}

/* GROUP-13.5: a point, not the identity, not our own. */
static void a_share_that_is_none_gets_no_proof(void **state)
{
	static const uint8_t identity[GROUP_SHARE];
	uint8_t none[GROUP_SHARE];
	memset(none, 0xff, sizeof none);
	assert_share(identity);
	assert_share(none);
	assert_share(NULL);
}

/* ---- a joiner ---- */

static void knock(const uint8_t ya[GROUP_SHARE])
{
	uint8_t room[256];
	raw_open(&r, &j.t, 0, span_of(NULL, 0));
	struct wr w = wr_of(room, sizeof room);
	wr_bytes(&w, span_of(r.flight.p, raw_gmc_at(&r)));
	raw_say(&r, put_password(&w, GROUP_STEP_ASK, ya, GROUP_SHARE));
}

static void a_knock_with_no_point_is_malformed(void **state)
{
	uint8_t ya[GROUP_SHARE] = { 0 };
	for (int i = 0; i < 2; i++) {
		join_rig_init(&j);
		memset(ya, i ? 0xff : 0, sizeof ya);
		knock(ya);
		rig_assert_fault(&j.t, 1, GROUP_FAULT_MALFORMED, GROUP_CHAIN_NONE);
		hear();
		assert_int_equal(n_heard, 0);
		assert_int_equal(j.wrong, 0);
		raw_close(&r);
		join_rig_fini(&j);
	}
}

/* A point that somebody drew for a secret. */
static void draw(uint8_t ya[GROUP_SHARE])
{
	struct crypto_pake p;
	const struct crypto_pake_input in = { span_of(j.prs, sizeof j.prs), span_str("ci"),
					      span_str("sid") };
	assert_int_equal(crypto_pake_begin(&p, &j.t.draw.env, &in), OK);
	memcpy(ya, p.y, GROUP_SHARE);
	crypto_pake_wipe(&p);
}

static void begin_knock(uint64_t seed)
{
	uint8_t ya[GROUP_SHARE];
	struct group_flight f;
	join_rig_init(&j);
	j.t.end[1].mem.state = seed;
	draw(ya);
	knock(ya);
	hear();
	assert_int_equal(group_flight_read(j.t.p, span_of(heard, n_heard), &f), OK);
	assert_int_equal(f.event, GROUP_SESSION_HELLO_GMC_PASSWORD);
	assert_int_equal(f.password.octets.n, GROUP_SHARE);
}

/* GROUP-13.6: and nothing that is said depends on the secret in a way that shows: two shares
 * for one secret are as different as for two. */
static void who_stops_early_has_used_no_guess(void **state)
{
	uint8_t first[GROUP_SHARE];
	for (int i = 0; i < 2; i++) {
		struct group_flight f;
		begin_knock(7 + (uint64_t)i);
		(void)!group_flight_read(j.t.p, span_of(heard, n_heard), &f);
		if (i)
			assert_memory_not_equal(first, f.password.octets.p, GROUP_SHARE);
		memcpy(first, f.password.octets.p, GROUP_SHARE);
		raw_close(&r);
		assert_int_equal(j.wrong + j.admitted, 0);
		join_rig_fini(&j);
	}
}

static void a_made_up_proof_is_a_guess(void **state)
{
	uint8_t ta[GROUP_PROOF] = { 1 }, room[128];
	struct group_flight f;
	begin_knock(7);
	struct wr w = wr_of(room, sizeof room);
	raw_say(&r, put_password(&w, GROUP_STEP_PROVE, ta, sizeof ta));
	rig_assert_fault(&j.t, 1, GROUP_FAULT_WRONG_SECRET, GROUP_CHAIN_NONE);
	assert_int_equal(j.wrong, 1);
	hear();
	assert_int_equal(group_flight_read(j.t.p, span_of(heard, n_heard), &f), OK);
	assert_int_equal(f.event, GROUP_SESSION_REFUSED);
	assert_int_equal(f.password.why, GROUP_DOOR_WRONG);
	assert_int_equal(f.password.wait_s, 0);
	assert_int_equal(n_heard, 6 + 6); /* and nothing else: no Tb */
	raw_close(&r);
	join_rig_fini(&j);
}

/* GROUP-8.14 */
static void other_words_end_it(void **state)
{
	static const char *const words[] = { "\0\2\0\0\0\0", "\0\1\0\0\0\0" };
	uint8_t octets[GROUP_PROOF] = { 1 }, room[128];
	for (size_t i = 0; i < 4; i++) {
		begin_knock(7);
		struct wr w = wr_of(room, sizeof room);
		if (i < 2)
			raw_say(&r, span_of(words[i], 6));
		else
			raw_say(&r, i == 2 ? span_of(r.flight.p, raw_gmc_at(&r))
					   : put_password(&w, GROUP_STEP_CONFIRM, octets,
							  sizeof octets));
		rig_assert_fault(&j.t, 1, i == 3 ? GROUP_FAULT_MALFORMED : GROUP_FAULT_ORDER,
				 GROUP_CHAIN_NONE);
		assert_int_equal(j.wrong + j.admitted, 0);
		raw_close(&r);
		join_rig_fini(&j);
	}
}

/* GROUP-13.8: who is being let in says nothing until it is. */
static void words_while_it_waits_end_it(void **state)
{
	join_rig_init(&j);
	j.waits = 1000;
	rig_play(&j.t);
	assert_true(j.t.end[1].waits);
	rig_step(&j.t, 1, span_str("\27\3\3\0\1x"));
	assert_true(j.t.end[1].err != OK);
	assert_int_equal(j.t.end[1].failures, 1);
	join_rig_fini(&j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_share_that_is_none_gets_no_proof),
		cmocka_unit_test(a_knock_with_no_point_is_malformed),
		cmocka_unit_test(who_stops_early_has_used_no_guess),
		cmocka_unit_test(a_made_up_proof_is_a_guess),
		cmocka_unit_test(other_words_end_it),
		cmocka_unit_test(words_while_it_waits_end_it),
	};
	return cmocka_run_group_tests_name("join hostile", tests, NULL, NULL);
}
