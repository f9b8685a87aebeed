/* Whatever comes, from outside and from whoever has an identity and TLS: who is
 * no member is not let in, and nothing costs more than it may. */
#include "session_raw.h"

/* Both ends as the one that is tried. */
#define EACH_END(i) for (int i = 0; i < 2; i++)

static struct session_rig t;
static struct raw r;

static struct span whole(void)
{
	return span_of(r.flight.p, r.flight.n);
}

static void assert_waits(int i)
{
	struct group_session_info info;
	assert_int_equal(t.end[i].err, OK);
	assert_false(t.end[i].done);
	assert_int_equal(t.end[i].failures, 0);
	assert_int_equal(t.end[i].learned, 0);
	group_session_look(t.end[i].session, &info);
	assert_int_equal(info.state, i ? GROUP_SESSION_CONNECTED : GROUP_SESSION_HELLO_SENT);
}

static void assert_let_in(int i)
{
	assert_int_equal(t.end[i].err, OK);
	assert_true(t.end[i].done);
	assert_int_equal(t.end[i].learned, 1);
}

static void what_is_good_is_taken(void **state)
{
	RIG_EACH_PROFILE(id)
	EACH_END(i)
	{
		session_rig_init(&t, id);
		raw_open(&r, &t, !i, span_of(NULL, 0));
		assert_waits(i);
		raw_say(&r, whole());
		assert_let_in(i);
		raw_close(&r);
		session_rig_fini(&t);
	}
}

/* The flight to `cut`, and then the rest: GROUP-8.6, and every truncation. */
static void say_in_two(int i, size_t cut)
{
	raw_open(&r, &t, !i, span_of(NULL, 0));
	raw_say(&r, span_of(r.flight.p, cut));
	if (cut == raw_gmc_at(&r)) {
		rig_assert_fault(&t, i, GROUP_FAULT_NO_MEMBERSHIP, GROUP_CHAIN_NONE);
	} else if (t.p->messages_span) {
		assert_waits(i);
		raw_say(&r, span_of(r.flight.p + cut, r.flight.n - cut));
		assert_let_in(i);
	} else {
		rig_assert_fault(&t, i, GROUP_FAULT_MALFORMED, GROUP_CHAIN_NONE);
	}
	raw_close(&r);
}

static void a_flight_in_two_packets(void **state)
{
	RIG_EACH_PROFILE(id)
	EACH_END(i)
	{
		session_rig_init(&t, id);
		raw_open(&r, &t, !i, span_of(NULL, 0));
		size_t n = r.flight.n;
		raw_close(&r);
		for (size_t cut = 1; cut < n; cut += cut < 48 || cut > n - 8 ? 1 : 41)
			say_in_two(i, cut);
		session_rig_fini(&t);
	}
}

/* Around the certificates of a PKCS #7 there are octets that say nothing to us.
 */
static void a_flight_with_a_changed_octet(void **state)
{
	RIG_EACH_PROFILE(id)
	EACH_END(i)
	{
		size_t let_in = 0, n = 100;
		session_rig_init(&t, id);
		for (size_t at = 0; at < n; at += at < 48 ? 1 : 43) {
			raw_open(&r, &t, !i, span_of(NULL, 0));
			n = r.flight.n;
			r.flight.p[at] ^= (uint8_t)(1 + env_random_below(&t.draw.env, 255));
			raw_say(&r, whole());
			let_in += t.end[i].done;
			assert_int_equal(t.end[i].learned, t.end[i].done);
			if (t.end[i].err)
				assert_int_equal(t.end[i].failures, 1);
			if (at < raw_gmc_at(&r) + 6)
				assert_false(t.end[i].done);
			raw_close(&r);
		}
		assert_true(let_in < 16);
		session_rig_fini(&t);
	}
}

/* GROUP-8.1: Hello in the octets that end the handshake. */
static void hello_behind_the_handshake(void **state)
{
	RIG_EACH_PROFILE(id)
	{
		session_rig_init(&t, id);
		raw_open(&r, &t, 0, span_of(NULL, 0));
		struct rig_octets flight = r.flight;
		raw_close(&r);
		raw_open(&r, &t, 0, span_of(flight.p, flight.n));
		assert_let_in(1);
		raw_close(&r);
		raw_open(&r, &t, 0, span_of(flight.p, raw_gmc_at(&r) + 9));
		if (t.p->messages_span) {
			assert_waits(1);
			raw_say(&r, span_of(flight.p + raw_gmc_at(&r) + 9,
					    flight.n - raw_gmc_at(&r) - 9));
			assert_let_in(1);
		} else {
			rig_assert_fault(&t, 1, GROUP_FAULT_MALFORMED, GROUP_CHAIN_NONE);
		}
		raw_close(&r);
		session_rig_fini(&t);
	}
}

static void assert_said(int i, const void *octets, size_t n, enum group_session_fault fault)
{
	raw_open(&r, &t, !i, span_of(NULL, 0));
	raw_say(&r, span_of(octets, n));
	rig_assert_fault(&t, i, fault, GROUP_CHAIN_NONE);
	raw_close(&r);
}

/* GROUP-8.3, GROUP-8.5, GROUP-8.14 */
static void what_is_wrong_has_a_name(void **state)
{
	EACH_END(i)
	{
		uint8_t password[42];
		session_rig_init(&t, CRYPTO_MODERN);
		assert_said(i, "\0\0\1\0", 4, GROUP_FAULT_VERSION);
		assert_said(i, "\0\0\2\1", 4, GROUP_FAULT_VERSION);
		assert_said(i, "\0\3", 2, GROUP_FAULT_MALFORMED);
		assert_said(i, "GET / HTTP/1.1", 14, GROUP_FAULT_MALFORMED);
		assert_said(i, "\0\1\0\1\0\1", 6, GROUP_FAULT_MALFORMED);
		assert_said(i, "\0\1\0\0\0\0", 6, GROUP_FAULT_ORDER);
		assert_said(i, "\0\2\0\0\0\0", 6, GROUP_FAULT_ORDER);
		assert_said(i, "\0\5\0\0\0\0", 6, GROUP_FAULT_MALFORMED);
		raw_open(&r, &t, !i, span_of(NULL, 0));
		memcpy(password, r.flight.p, 36);
		memcpy(password + 36, "\0\5\0\0\0\0", 6);
		raw_close(&r);
		assert_said(i, password, 42, GROUP_FAULT_MALFORMED);
		password[35] ^= 1;
		assert_said(i, password, 36, GROUP_FAULT_BINDING);
		session_rig_fini(&t);
	}
	if (!group_profile(CRYPTO_CLASSIC))
		return;
	session_rig_init(&t, CRYPTO_CLASSIC);
	assert_said(1, "\0\0\2\0", 4, GROUP_FAULT_VERSION);
	assert_said(1, "\0\0\1\0\0\5\0\0\0\0", 10, GROUP_FAULT_PASSWORD);
	session_rig_fini(&t);
}

/* GROUP-8.7 */
static void a_stranger_is_not_heard_for_ever(void **state)
{
	EACH_END(i)
	{
		static const uint8_t zeros[GROUP_MESSAGE_MAX];
		session_rig_init(&t, CRYPTO_MODERN);
		/* 64 packets are read; and of 65 not the last. */
		for (size_t more = 0; more < 2; more++) {
			raw_open(&r, &t, !i, span_of(NULL, 0));
			size_t begun = raw_gmc_at(&r) + 1, n = begun + 62 + more;
			raw_say(&r, span_of(r.flight.p, begun));
			raw_say_in(&r, span_of(r.flight.p + begun, n - begun), 1);
			assert_waits(i);
			raw_say(&r, span_of(r.flight.p + n, r.flight.n - n));
			if (more)
				rig_assert_fault(&t, i, GROUP_FAULT_MALFORMED, GROUP_CHAIN_NONE);
			else
				assert_let_in(i);
			raw_close(&r);
		}
		/* As much as there may be, that is never whole. */
		raw_open(&r, &t, !i, span_of(NULL, 0));
		memcpy(r.flight.p + raw_gmc_at(&r), "\0\1\0\1\0\0", 6);
		raw_say(&r, span_of(r.flight.p, raw_gmc_at(&r) + 6));
		raw_say_in(&r, span_of(zeros, GROUP_MESSAGE_MAX - raw_gmc_at(&r) - 6), 16384);
		assert_waits(i);
		struct group_session_info info;
		group_session_look(t.end[i].session, &info);
		assert_true(info.held <= 2 * GROUP_MESSAGE_MAX + 1024);
		raw_say(&r, span_of(zeros, 1));
		rig_assert_fault(&t, i, GROUP_FAULT_MALFORMED, GROUP_CHAIN_NONE);
		raw_close(&r);
		session_rig_fini(&t);
	}
}

/* ---- from outside ---- */

static int victim;
static size_t frame_at, octet_at;

static void change_octet(struct session_rig *rig, int from, size_t k, struct rig_frame *f)
{
	if (from != victim && k == frame_at && octet_at < f->n)
		f->p[octet_at] ^= (uint8_t)(1u << (octet_at % 8));
}

static void cut_frame(struct session_rig *rig, int from, size_t k, struct rig_frame *f)
{
	if (from == victim || k != frame_at)
		return;
	uint8_t *p = malloc(octet_at ? octet_at : 1);
	assert_non_null(p);
	memcpy(p, f->p, octet_at);
	free(f->p);
	*f = (struct rig_frame){ p, octet_at };
}

/* How long the frames are: [whose][which]. */
static void measure(size_t sizes[2][3])
{
	rig_play(&t);
	rig_assert_met(&t);
	for (int i = 0; i < 2; i++)
		for (size_t k = 0; k < 3; k++)
			sizes[i][k] = k < t.end[i].n_said ? t.end[i].said[k].n : 0;
	rig_close(&t);
}

static size_t next_octet(size_t at, size_t n)
{
	return at < 16 || at + 8 > n ? at + 1 : at + 67;
}

/* Versions in the heads of records mean nothing; all else is noticed by one end
 * at least. */
static void every_octet_of_every_frame(void **state)
{
	RIG_EACH_PROFILE(id)
	{
		size_t sizes[2][3], met = 0, tried = 0;
		session_rig_init(&t, id);
		measure(sizes);
		t.on_way = change_octet;
		for (victim = 0; victim < 2; victim++)
			for (frame_at = 0; frame_at < 3; frame_at++)
				for (octet_at = 0; octet_at < sizes[!victim][frame_at];
				     octet_at = next_octet(octet_at, sizes[!victim][frame_at])) {
					rig_play(&t);
					bool all = t.end[0].done && t.end[1].done;
					bool told = t.end[0].failures + t.end[1].failures > 0;
					met += all;
					tried++;
					assert_true(!all || !told);
					assert_true(t.end[0].failures < 2 && t.end[1].failures < 2);
					rig_close(&t);
				}
		assert_true(tried > 150);
		assert_true(met < 10);
		session_rig_fini(&t);
	}
}

static void every_frame_cut(void **state)
{
	RIG_EACH_PROFILE(id)
	{
		size_t sizes[2][3];
		session_rig_init(&t, id);
		measure(sizes);
		t.on_way = cut_frame;
		for (victim = 0; victim < 2; victim++)
			for (frame_at = 0; frame_at < 3; frame_at++)
				for (octet_at = 0; octet_at < sizes[!victim][frame_at];
				     octet_at = next_octet(octet_at, sizes[!victim][frame_at])) {
					rig_play(&t);
					assert_false(t.end[victim].done);
					rig_close(&t);
				}
		session_rig_fini(&t);
	}
}

static void random_octets_do_no_harm(void **state)
{
	RIG_EACH_PROFILE(id)
	{
		session_rig_init(&t, id);
		for (size_t k = 0; k < 200; k++) {
			int i = k & 1;
			uint8_t octets[300];
			size_t n = 1 + (size_t)env_random_below(&t.draw.env, sizeof octets);
			failing_env_random(&t.draw, octets, n);
			if (k & 2)
				memcpy(octets, "\x16\x03\x01\0\x40", n < 5 ? n : 5);
			rig_open(&t, i);
			rig_step(&t, i, span_of(NULL, 0));
			rig_step(&t, i, span_of(octets, n));
			assert_false(t.end[i].done);
			rig_close(&t);
		}
		session_rig_fini(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_good_is_taken),
		cmocka_unit_test(a_flight_in_two_packets),
		cmocka_unit_test(a_flight_with_a_changed_octet),
		cmocka_unit_test(hello_behind_the_handshake),
		cmocka_unit_test(what_is_wrong_has_a_name),
		cmocka_unit_test(a_stranger_is_not_heard_for_ever),
		cmocka_unit_test(every_octet_of_every_frame),
		cmocka_unit_test(every_frame_cut),
		cmocka_unit_test(random_octets_do_no_harm),
	};
	return cmocka_run_group_tests_name("session_hostile", tests, NULL, NULL);
}
