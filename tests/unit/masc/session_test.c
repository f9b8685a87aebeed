/* MASC-4: a session's life in time: hold, keepalive, retry, back-off, and what
 * the machine as a whole can be told. */
#include "rig.h"

#include <stdio.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void opens_by_dialling(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_expect(&r, "");
	assert_int_equal(masc_deadline(r.m).us, r.now.us);
	rig_tick(&r);
	rig_expect(&r, "dial 1; state idle>connect");
	rig_up(&r, 1);
	rig_expect(&r, "send 1 OPEN; state connect>opensent");
	rig_open(&r, 1, MASC_PARENT, 9, 7, 1, 0);
	rig_expect(&r, "send 1 KEEPALIVE; state opensent>openconfirm");
	rig_keepalive(&r, 1);
	rig_expect(&r, "send 1 KEEPALIVE; state openconfirm>established; up");
	rig_fini(&r);
}

static void opens_when_called(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_tick(&r);
	rig_discard(&r);
	rig_down(&r, 1, ERR_REFUSED);
	rig_expect(&r, "dial-failed REFUSED; state connect>active");
	rig_accept(&r, 2, "192.0.2.1:50000");
	rig_expect(&r, "send 2 OPEN; state active>opensent");
	rig_open(&r, 2, MASC_PARENT, 9, 7, 1, 0);
	rig_keepalive(&r, 2);
	rig_expect(&r, "send 2 KEEPALIVE; state opensent>openconfirm; send 2 KEEPALIVE; "
		       "state openconfirm>established; up");
	rig_fini(&r);
}

static void dials_as_configured(void **state)
{
	struct rig r;
	rig_init(&r, "domain=100 node=10 profile=lab");
	rig_peer(&r, "first", "address=192.0.2.7 role=child domain=7 passive=yes");
	rig_peer(&r, "north",
		 "address=192.0.2.1:2600 local_address=192.0.2.99 role=child domain=7");
	rig_start(&r);
	rig_tick(&r);
	struct masc_out o;
	while (masc_poll(r.m, &o) && o.kind != MASC_OUT_DIAL)
		;
	assert_int_equal(o.kind, MASC_OUT_DIAL);
	assert_int_equal(o.peer, 1);
	struct addr to = rig_addr("192.0.2.1:2600"), from = rig_addr("192.0.2.99:1");
	assert_true(addr_eq(&o.remote, &to));
	assert_true(addr_same_host(&o.local, &from));
	assert_string_equal(rig_info(&r, o.peer).config->name, "north");
	rig_fini(&r);
}

static void passive_peers_are_never_dialled(void **state)
{
	struct rig r;
	rig_init(&r, "domain=100 node=10 profile=lab");
	rig_peer(&r, "north", "address=192.0.2.1 role=child domain=7 passive=yes");
	rig_start(&r);
	rig_tick(&r);
	rig_expect(&r, "state idle>active");
	assert_true(mono_is_never(masc_deadline(r.m)));
	masc_network_changed(r.m, r.now);
	rig_command(&r, 1, MASC_COMMAND_UP, "north", 0);
	rig_expect(&r, "admin up; reply 1 OK");
	rig_accept(&r, 2, "192.0.2.1:50000");
	rig_down(&r, 2, ERR_RESET);
	rig_expect(&r, "send 2 OPEN; state active>opensent; state opensent>active");
	assert_true(mono_is_never(masc_deadline(r.m)));
	/* After an error it rests as others do, then listens again. */
	rig_accept(&r, 4, "192.0.2.1:50000");
	rig_keepalive(&r, 4);
	rig_discard(&r);
	rig_next(&r);
	rig_expect(&r, "state idle>active");
	rig_fini(&r);
}

static void keepalives_and_hold(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_establish(&r, 1);
	for (int i = 0; i < 5; i++) {
		struct mono before = r.now;
		rig_next(&r);
		rig_expect(&r, "send 1 KEEPALIVE");
		assert_int_equal(mono_since(r.now, before), 3 * MONO_SEC);
		rig_keepalive(&r, 1);
		rig_expect(&r, "");
	}
	/* The other side falls silent. */
	rig_next(&r);
	rig_next(&r);
	rig_expect(&r, "send 1 KEEPALIVE; send 1 KEEPALIVE");
	rig_pass(&r, 3 * MONO_SEC - 1);
	rig_expect(&r, "");
	rig_pass(&r, 1);
	const char *out = rig_out(&r);
	assert_non_null(strstr(out, "send 1 N4/0; sent 4/0; close 1; state established>idle; "
				    "down 4/0"));
	rig_fini(&r);
}

/* Never more than one a second: the least hold time gives just that. */
static void keepalives_at_most_each_second(void **state)
{
	struct rig r;
	rig_init(&r, "domain=100 node=10 profile=lab hold_time=3s");
	rig_peer(&r, "north", "address=192.0.2.1 role=child domain=7");
	rig_start(&r);
	rig_establish(&r, 1);
	for (int i = 0; i < 10; i++) {
		struct mono before = r.now;
		rig_next(&r);
		rig_expect(&r, "send 1 KEEPALIVE");
		assert_int_equal(mono_since(r.now, before), MONO_SEC);
		rig_keepalive(&r, 1);
	}
	rig_fini(&r);
}

static void no_hold_time_no_timers(void **state)
{
	struct rig r;
	rig_init(&r, "domain=100 node=10 profile=lab hold_time=0");
	rig_peer(&r, "north", "address=192.0.2.1 role=child domain=7");
	rig_start(&r);
	rig_establish(&r, 1);
	assert_true(mono_is_never(masc_deadline(r.m)));
	rig_pass(&r, 365 * MONO_DAY);
	rig_expect(&r, "");
	rig_keepalive(&r, 1);
	assert_true(mono_is_never(masc_deadline(r.m)));
	rig_fini(&r);
}

/* However long the hold time asked for, the OPEN is waited for as the profile
 * says; so it is with none. */
static void the_open_is_waited_for(void **state)
{
	static const struct {
		const char *settings;
		int64_t seconds;
	} rows[] = { { "profile=rfc", 240 },
		     { "profile=campus", 30 },
		     { "profile=lab", 9 },
		     { "profile=lab hold_time=0", 9 },
		     { "profile=lab hold_time=1h", 9 } };
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rig r;
		char settings[128] = "domain=100 node=10 ";
		strcat(settings, rows[i].settings);
		rig_init(&r, settings);
		rig_peer(&r, "north", "address=192.0.2.1 role=child domain=7");
		rig_start(&r);
		rig_tick(&r);
		rig_up(&r, 1);
		rig_discard(&r);
		rig_pass(&r, rows[i].seconds * MONO_SEC - 1);
		rig_expect(&r, "");
		rig_pass(&r, 1);
		rig_expect(&r, "send 1 N4/0; sent 4/0; close 1; state opensent>idle");
		rig_fini(&r);
	}
}

/* ConnectRetry, give or take a quarter, and really spread. */
static void retries_with_jitter(void **state)
{
	static const struct {
		const char *settings;
		int64_t us;
	} rows[] = { { "profile=rfc", 30 * MONO_SEC },
		     { "profile=campus", 30 * MONO_SEC },
		     { "profile=lab", 2 * MONO_SEC },
		     { "profile=rfc connect_retry=100ms", 100 * MONO_MS } };
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rig r;
		char settings[128] = "domain=100 node=10 ";
		int64_t low = INT64_MAX, high = 0;
		strcat(settings, rows[i].settings);
		rig_init(&r, settings);
		rig_peer(&r, "north", "address=192.0.2.1 role=child domain=7");
		rig_start(&r);
		rig_tick(&r);
		for (int n = 0; n < 200; n++) {
			int64_t wait = mono_since(rig_info(&r, 0).retry, r.now);
			low = wait < low ? wait : low;
			high = wait > high ? wait : high;
			rig_next(&r);
			char want[64];
			snprintf(want, sizeof(want), "close %d; dial-failed TIMEOUT; dial %d",
				 2 * n + 1, 2 * n + 3);
			const char *out = rig_out(&r);
			assert_non_null(strstr(out, want));
		}
		assert_in_range(low, rows[i].us * 75 / 100, rows[i].us * 80 / 100);
		assert_in_range(high, rows[i].us * 120 / 100, rows[i].us * 125 / 100);
		rig_fini(&r);
	}
}

/* Fails the session in OPENSENT and says how long the peer rests. */
static int64_t rest_after_error(struct rig *r)
{
	rig_up(r, r->dialled);
	rig_keepalive(r, r->dialled);
	rig_discard(r);
	assert_int_equal(rig_info(r, 0).state, MASC_IDLE);
	int64_t wait = mono_since(rig_info(r, 0).retry, r->now);
	rig_next(r);
	rig_discard(r);
	assert_int_equal(rig_info(r, 0).state, MASC_CONNECT);
	return wait;
}

static void backs_off(void **state)
{
	static const struct {
		const char *settings;
		int64_t seconds[9];
	} rows[] = {
		{ "profile=rfc", { 60, 120, 240, 480, 960, 1920, 3840, 7680, 15360 } },
		{ "profile=campus", { 60, 120, 240, 300, 300, 300, 300, 300, 300 } },
		{ "profile=lab", { 1, 2, 4, 8, 10, 10, 10, 10, 10 } },
		{ "profile=lab idle_backoff=30s", { 30, 30, 30, 30, 30, 30, 30, 30, 30 } },
		{ "profile=rfc idle_backoff=5s idle_backoff_max=7s",
		  { 5, 7, 7, 7, 7, 7, 7, 7, 7 } },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rig r;
		char settings[128] = "domain=100 node=10 ";
		strcat(settings, rows[i].settings);
		rig_init(&r, settings);
		rig_peer(&r, "north", "address=192.0.2.1 role=child domain=7");
		rig_start(&r);
		rig_tick(&r);
		rig_discard(&r);
		for (size_t n = 0; n < COUNT(rows[i].seconds); n++)
			assert_int_equal(rest_after_error(&r), rows[i].seconds[n] * MONO_SEC);
		rig_fini(&r);
	}
}

static void backs_off_no_longer_than_a_day(void **state)
{
	struct rig r;
	rig_init(&r, "domain=100 node=10");
	rig_peer(&r, "north", "address=192.0.2.1 role=child domain=7");
	rig_start(&r);
	rig_tick(&r);
	rig_discard(&r);
	int64_t wait = 0;
	for (int i = 0; i < 20; i++)
		wait = rest_after_error(&r);
	assert_int_equal(wait, MONO_DAY);
	rig_fini(&r);
}

/* A session that came up wipes the slate. */
static void backs_off_anew_after_a_session(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_tick(&r);
	rig_discard(&r);
	assert_int_equal(rest_after_error(&r), MONO_SEC);
	assert_int_equal(rest_after_error(&r), 2 * MONO_SEC);
	rig_up(&r, r.dialled);
	rig_open(&r, r.dialled, MASC_PARENT, 9, 7, 1, 0);
	rig_keepalive(&r, r.dialled);
	rig_hex(&r, r.dialled, "0004 09 00");
	rig_discard(&r);
	assert_int_equal(mono_since(rig_info(&r, 0).retry, r.now), MONO_SEC);
	rig_fini(&r);
}

/* Errors heard count as errors sent do; a Cease counts as none. */
static void notifications_heard(void **state)
{
	struct rig r;
	rig_init(&r, "domain=100 node=10 profile=lab connect_retry=20s");
	rig_peer(&r, "north", "address=192.0.2.1 role=child domain=7");
	rig_start(&r);
	rig_tick(&r);
	rig_up(&r, 1);
	rig_notify(&r, 1, 2, 8, false);
	rig_discard(&r);
	struct masc_peer_info info = rig_info(&r, 0);
	assert_int_equal(mono_since(info.retry, r.now), MONO_SEC);
	assert_int_equal(info.last_error.code, 2);
	assert_int_equal(info.last_error.subcode, 8);
	assert_false(info.last_error_sent);
	rig_next(&r);
	rig_discard(&r);
	rig_up(&r, r.dialled);
	rig_notify(&r, r.dialled, 7, 0, false);
	rig_discard(&r);
	int64_t wait = mono_since(rig_info(&r, 0).retry, r.now);
	assert_in_range(wait, 15 * MONO_SEC, 25 * MONO_SEC);
	rig_fini(&r);
}

/* A session that held is wanted back sooner than one that never did. */
static void comes_back_after_a_loss(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_establish(&r, 1);
	rig_down(&r, 1, ERR_RESET);
	rig_expect(&r, "state established>idle; down RESET");
	int64_t wait = mono_since(rig_info(&r, 0).retry, r.now);
	assert_in_range(wait, 1500 * MONO_MS, 2500 * MONO_MS);
	assert_int_equal(rig_info(&r, 0).last_err, ERR_RESET);
	rig_next(&r);
	rig_discard(&r);
	rig_up(&r, r.dialled);
	rig_open(&r, r.dialled, MASC_PARENT, 0, 7, 1, 0);
	rig_keepalive(&r, r.dialled);
	rig_pass(&r, 2 * MONO_SEC);
	rig_down(&r, r.dialled, ERR_RESET);
	wait = mono_since(rig_info(&r, 0).retry, r.now);
	assert_in_range(wait, 750 * MONO_MS, 1250 * MONO_MS);
	assert_int_equal(rig_info(&r, 0).count.established, 2);
	assert_int_equal(rig_info(&r, 0).count.lost, 2);
	rig_fini(&r);
}

/* MASC-4.6. */
static void network_changes_hurry(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_tick(&r);
	rig_down(&r, 1, ERR_UNREACHABLE);
	rig_discard(&r);
	masc_network_changed(r.m, r.now);
	rig_expect(&r, "dial 3; state active>connect");
	masc_network_changed(r.m, r.now);
	rig_expect(&r, "");
	/* A session that was lost is tried at once, */
	rig_up(&r, 3);
	rig_open(&r, 3, MASC_PARENT, 9, 7, 1, 0);
	rig_keepalive(&r, 3);
	rig_down(&r, 3, ERR_RESET);
	rig_discard(&r);
	masc_network_changed(r.m, r.now);
	rig_expect(&r, "dial 5; state idle>connect");
	/* a peer after an error, or told to be down, is not. */
	rig_up(&r, 5);
	rig_keepalive(&r, 5);
	rig_discard(&r);
	masc_network_changed(r.m, r.now);
	rig_expect(&r, "");
	rig_command(&r, 1, MASC_COMMAND_DOWN, "north", 0);
	rig_discard(&r);
	masc_network_changed(r.m, r.now);
	rig_expect(&r, "");
	rig_fini(&r);
}

/* MASC-9.5: at the end of the program. */
static void stops(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_establish(&r, 1);
	assert_int_equal(masc_health(r.m), OK);
	masc_stop(r.m, r.now);
	rig_expect(&r, "send 1 N7/0; sent 7/0; close 1; state established>idle; down 7/0");
	assert_int_equal(masc_health(r.m), ERR_STOPPING);
	assert_true(mono_is_never(masc_deadline(r.m)));
	rig_command(&r, 5, MASC_COMMAND_UP, "north", 0);
	rig_expect(&r, "reply 5 STATE");
	rig_accept(&r, 2, "192.0.2.1:50000");
	rig_expect(&r, "close 2");
	masc_stop(r.m, r.now);
	masc_network_changed(r.m, r.now);
	rig_expect(&r, "");
	rig_fini(&r);
}

/* MASC-9.5: when the port cannot be had. */
static void stops_without_its_port(void **state)
{
	struct rig r;
	rig_init(&r, "domain=100 node=10 profile=lab");
	rig_peer(&r, "north", "address=192.0.2.1 role=child domain=7");
	rig_peer(&r, "east", "address=192.0.2.3 role=sibling domain=8 parent_domain=7 passive=yes");
	rig_peer(&r, "eastern",
		 "address=192.0.2.3 role=sibling domain=8 parent_domain=9 "
		 "passive=yes");
	rig_start(&r);
	rig_establish(&r, 1);
	rig_accept(&r, 2, "192.0.2.3:50000");
	masc_listen_failed(r.m, ERR_IN_USE, r.now);
	rig_expect(&r, "close 2; send 1 N7/0; sent 7/0; close 1; state established>idle; "
		       "down 7/0; state active>idle east; state active>idle eastern; "
		       "stopped IN_USE");
	assert_int_equal(masc_health(r.m), ERR_IN_USE);
	masc_listen_failed(r.m, ERR_IN_USE, r.now);
	masc_stop(r.m, r.now);
	rig_expect(&r, "");
	assert_int_equal(masc_health(r.m), ERR_IN_USE);
	rig_fini(&r);
}

/* What is said of links that are not, or no more, leads to nothing. */
static void links_unknown(void **state)
{
	struct rig r;
	rig_usual(&r);
	rig_tick(&r);
	rig_discard(&r);
	rig_up(&r, 99);
	rig_down(&r, 99, ERR_CLOSED);
	rig_keepalive(&r, 99);
	rig_keepalive(&r, 1); /* not up yet */
	rig_expect(&r, "");
	rig_up(&r, 1);
	rig_up(&r, 1);
	rig_expect(&r, "send 1 OPEN; state connect>opensent");
	rig_hex(&r, 1, "0004 09 00 0004 04 00");
	rig_expect(&r, "send 1 N1/2 00040900; sent 1/2; close 1; state opensent>idle");
	rig_down(&r, 1, ERR_CLOSED);
	rig_keepalive(&r, 1);
	rig_expect(&r, "");
	rig_fini(&r);
}

static void info_shows_the_session(void **state)
{
	struct rig r;
	rig_usual(&r);
	struct masc_peer_info i = rig_info(&r, 0);
	assert_int_equal(i.state, MASC_IDLE);
	assert_int_equal(i.local.family, ADDR_NONE);
	assert_true(mono_is_never(i.hold_deadline));
	assert_int_equal(i.last_error.code, 0);
	r.now = mono_add(r.now, MONO_MIN);
	rig_establish(&r, 0xc0000201);
	rig_next(&r);
	i = rig_info(&r, 0);
	struct masc_id node = rig_id(0xc0000201), domain = rig_id(7);
	assert_string_equal(i.config->name, "north");
	assert_int_equal(mono_since(r.now, i.since), 3 * MONO_SEC);
	assert_int_equal(masc_id_cmp(&i.node, &node), 0);
	assert_int_equal(masc_id_cmp(&i.domain, &domain), 0);
	assert_int_equal(i.hold_time_s, 9);
	assert_int_equal(mono_since(i.hold_deadline, r.now), 6 * MONO_SEC);
	assert_int_equal(i.local.port, 40000);
	assert_int_equal(i.count.in[MASC_MSG_OPEN], 1);
	assert_int_equal(i.count.in[MASC_MSG_KEEPALIVE], 2);
	assert_int_equal(i.count.out[MASC_MSG_OPEN], 1);
	assert_int_equal(i.count.out[MASC_MSG_KEEPALIVE], 3);
	assert_int_equal(i.count.octets_in, 28);
	assert_int_equal(i.count.octets_out, 32);
	assert_int_equal(i.count.dials, 1);
	rig_down(&r, 1, ERR_RESET);
	i = rig_info(&r, 0);
	assert_true(masc_id_is_zero(&i.node));
	assert_int_equal(i.hold_time_s, 0);
	assert_int_equal(i.local.family, ADDR_NONE);
	rig_fini(&r);
}

static void states_have_names(void **state)
{
	static const char *const names[] = { "idle",	 "connect",	"active",
					     "opensent", "openconfirm", "established" };
	for (int s = 0; s < MASC_STATE_COUNT; s++)
		assert_string_equal(masc_state_text((enum masc_state)s), names[s]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_by_dialling),
		cmocka_unit_test(opens_when_called),
		cmocka_unit_test(dials_as_configured),
		cmocka_unit_test(passive_peers_are_never_dialled),
		cmocka_unit_test(keepalives_and_hold),
		cmocka_unit_test(keepalives_at_most_each_second),
		cmocka_unit_test(no_hold_time_no_timers),
		cmocka_unit_test(the_open_is_waited_for),
		cmocka_unit_test(retries_with_jitter),
		cmocka_unit_test(backs_off),
		cmocka_unit_test(backs_off_no_longer_than_a_day),
		cmocka_unit_test(backs_off_anew_after_a_session),
		cmocka_unit_test(notifications_heard),
		cmocka_unit_test(comes_back_after_a_loss),
		cmocka_unit_test(network_changes_hurry),
		cmocka_unit_test(stops),
		cmocka_unit_test(stops_without_its_port),
		cmocka_unit_test(links_unknown),
		cmocka_unit_test(info_shows_the_session),
		cmocka_unit_test(states_have_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
