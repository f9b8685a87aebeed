#include "world.h"

#include <errno.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>

static void a_connection_is_told_on_both_sides(void **state)
{
	struct world w;
	struct addr a_local;

	world_new(&w);
	world_connect(&w);
	assert_int_equal(w.a.up, 1);
	assert_int_equal(w.b.listener, 7);
	assert_int_equal(w.b.accepted, 2);
	assert_true(addr_eq(&w.a.remote, &w.at));
	assert_true(addr_eq(&w.b.local, &w.at));
	a_local = w.a.local;
	assert_true(addr_eq(&w.b.remote, &a_local));
	world_free(&w);
}

static void over_ipv6_and_from_a_chosen_address(void **state)
{
	struct world w;
	struct addr local = host("::1");

	world_new_at(&w, "::1", NULL);
	world_listen(&w);
	assert_int_equal(net_dial(w.a.net, 3, &local, &w.at, NULL), OK);
	RUN_UNTIL(&w, w.a.up && w.b.accepted);
	assert_true(addr_same_host(&w.b.remote, &local));
	world_free(&w);

	world_new(&w);
	local = host("127.0.3.4");
	assert_int_equal(net_dial(w.a.net, 3, &local, &w.at, NULL), OK);
	RUN_UNTIL(&w, w.a.up && w.b.accepted);
	assert_true(addr_same_host(&w.b.remote, &local));
	world_free(&w);
}

static void pieces_come_out_whole_and_in_order(void **state)
{
	struct world w;
	static uint8_t block[700000];
	uint32_t check = 0;
	size_t total = 0;

	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = (uint8_t)(i * 31 + i / 1000);
	world_new(&w);
	world_dial(&w, 1, NULL);
	/* Some before it is up: they wait. Of all sizes around the chunks'. */
	for (size_t n = 1; n < sizeof(block); n = n * 3 + 1) {
		struct span s = span_of(block + n / 2, n);
		net_send(w.a.net, 1, n > sizeof(block) / 2 ? span_of(block, n) : s);
		check = check_add(check, n > sizeof(block) / 2 ? span_of(block, n) : s);
		total += n;
	}
	assert_int_equal(load_queued(&w.a), total);
	RUN_UNTIL(&w, w.b.octets == total);
	assert_int_equal(w.b.check, check);
	assert_int_equal(load_queued(&w.a), 0);
	assert_in_range(w.b.largest, 1, NET_READ_MAX);
	world_free(&w);
}

static void octets_go_both_ways_at_once(void **state)
{
	struct world w;
	static uint8_t block[300000];

	memset(block, 'x', sizeof(block));
	world_new(&w);
	world_connect(&w);
	w.b.echo = true;
	net_send(w.a.net, 1, span_of(block, sizeof(block)));
	RUN_UNTIL(&w, w.a.octets == sizeof(block));
	assert_int_equal(w.a.check, w.b.check);
	world_free(&w);
}

/* ENGINE-23. */
static void closing_sends_what_waits_first(void **state)
{
	struct world w;
	static uint8_t block[1000000];

	world_new(&w);
	world_connect(&w);
	net_send(w.a.net, 1, span_of(block, sizeof(block)));
	net_close(w.a.net, 1);
	net_send(w.a.net, 1, span_of("late", 4));
	RUN_UNTIL(&w, w.b.n_down);
	assert_int_equal(w.b.octets, sizeof(block));
	assert_int_equal(w.b.why, ERR_CLOSED);
	assert_int_equal(w.b.down, 2);
	RUN_UNTIL(&w, load_links(&w.a) == 0);
	assert_int_equal(w.a.n_down, 0);
	assert_int_equal(load_links(&w.b), 0);
	world_free(&w);
}

/* The last word must arrive although the other side talks on meanwhile: octets
 * unread at close would reset it. */
static void closing_does_not_reset_over_unread_octets(void **state)
{
	struct world w;
	static uint8_t block[100000];

	world_new(&w);
	world_connect(&w);
	net_send(w.b.net, 2, span_of(block, sizeof(block)));
	net_pause(w.a.net, 1, NET_PAUSE_STORE);
	RUN_UNTIL(&w, load_queued(&w.b) == 0);
	net_send(w.a.net, 1, span_of("bye", 3));
	net_close(w.a.net, 1);
	RUN_UNTIL(&w, w.b.n_down);
	assert_int_equal(w.b.octets, 3);
	assert_int_equal(w.b.why, ERR_CLOSED);
	world_free(&w);
}

/* ENGINE-39: nothing is read, and nothing is lost; who comes meanwhile waits too. */
static void held_back_all_at_once(void **state)
{
	struct world w;

	world_new(&w);
	world_connect(&w);
	net_hold(w.b.net, true);
	net_send(w.a.net, 1, span_of("early", 5));
	RUN_UNTIL(&w, load_queued(&w.a) == 0);
	for (int i = 0; i < 5; i++)
		assert_int_equal(os_loop_run(w.loop, 0), OK);
	assert_int_equal(w.b.octets, 0);
	/* What goes out is not held. */
	net_send(w.b.net, 2, span_of("out", 3));
	RUN_UNTIL(&w, w.a.octets == 3);
	net_hold(w.b.net, false);
	RUN_UNTIL(&w, w.b.octets == 5);
	net_hold(w.b.net, true);
	net_close(w.b.net, 2);
	net_close(w.a.net, 1);
	RUN_UNTIL(&w, load_links(&w.a) == 0 && load_links(&w.b) == 0);
	world_free(&w);
}

static void both_sides_may_close_at_once(void **state)
{
	struct world w;

	world_new(&w);
	world_connect(&w);
	net_close(w.a.net, 1);
	net_close(w.b.net, 2);
	RUN_UNTIL(&w, load_links(&w.a) == 0 && load_links(&w.b) == 0);
	assert_int_equal(w.a.n_down + w.b.n_down, 0);
	world_free(&w);
}

/* ENGINE-23. */
static void a_reset_is_told_apart_from_a_close(void **state)
{
	struct world w;

	world_new(&w);
	world_connect(&w);
	net_reset(w.a.net, 1);
	RUN_UNTIL(&w, w.b.n_down);
	assert_int_equal(w.b.why, ERR_RESET);
	assert_int_equal(w.a.n_down, 0);
	assert_int_equal(load_links(&w.a), 0);
	world_free(&w);
}

/* ENGINE-23. What came before the reset is read first, also when a write met
 * it. */
static void the_last_word_is_read_before_the_reset(void **state)
{
	struct world w;

	world_new(&w);
	world_connect(&w);
	net_pause(w.b.net, 2, NET_PAUSE_STORE);
	net_send(w.a.net, 1, span_of("last", 4));
	RUN_UNTIL(&w, load_queued(&w.a) == 0);
	net_reset(w.a.net, 1);
	RUN_UNTIL(&w, load_links(&w.a) == 0);
	net_send(w.b.net, 2, span_of("x", 1));
	RUN_UNTIL(&w, w.b.n_down);
	assert_int_equal(w.b.octets, 4);
	assert_int_equal(w.b.why, ERR_RESET);
	world_free(&w);
}

static void nobody_there_is_refused(void **state)
{
	struct world w;

	world_new_at(&w, "127.0.0.1", NULL);
	world_dial(&w, 9, NULL);
	assert_int_equal(w.a.n_down, 0); /* never from inside the call */
	RUN_UNTIL(&w, w.a.n_down);
	assert_int_equal(w.a.down, 9);
	assert_int_equal(w.a.why, ERR_REFUSED);
	assert_int_equal(load_links(&w.a), 0);
	world_free(&w);
}

static void an_address_that_is_not_ours_is_unreachable(void **state)
{
	struct world w;
	struct addr foreign = host("192.0.2.77");

	world_new(&w);
	assert_int_equal(net_dial(w.a.net, 1, &foreign, &w.at, NULL), OK);
	assert_int_equal(w.a.n_down, 0);
	RUN_UNTIL(&w, w.a.n_down);
	assert_int_equal(w.a.why, ERR_UNREACHABLE);
	assert_int_equal(net_listen(w.b.net, 8, &foreign, NULL, &w.why), ERR_UNREACHABLE);
	assert_string_equal(w.why.p,
			    "cannot listen on tcp 192.0.2.77: not an address of this machine");
	world_free(&w);
}

/* A listener whose queue is full answers no more SYNs: a dial hangs. */
static void a_dial_that_hangs_times_out(void **state)
{
	struct net_options opt = plain_options;
	struct world w;
	struct sockaddr_storage ss;
	int fd[6];

	opt.connect_timeout = 50 * MONO_MS;
	world_new_at(&w, "127.0.0.1", &opt);
	socklen_t n = os_sockaddr_from(&ss, &w.at);
	int full = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(full, (struct sockaddr *)&ss, n), 0);
	assert_int_equal(listen(full, 0), 0);
	for (size_t i = 0; i < 6; i++) {
		fd[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		(void)connect(fd[i], (struct sockaddr *)&ss, n);
	}
	world_dial(&w, 1, NULL);
	world_dial(&w, 3, NULL);
	RUN_UNTIL(&w, w.a.n_down == 2);
	assert_int_equal(w.a.why, ERR_TIMEOUT);
	assert_int_equal(w.a.down, 3); /* in the order of the dials */
	assert_int_equal(load_links(&w.a), 0);
	for (size_t i = 0; i < 6; i++)
		(void)close(fd[i]);
	(void)close(full);
	world_free(&w);
}

/* ENGINE-23. */
static void a_slow_reader_is_cut(void **state)
{
	struct net_options opt = plain_options;
	struct world w;
	static uint8_t block[200000];

	opt.queue_max = 1000000;
	world_new_at(&w, "127.0.0.1", &opt);
	world_listen(&w);
	world_connect(&w);
	net_pause(w.b.net, 2, NET_PAUSE_STORE);
	for (int i = 0; i < 1000 && !w.a.n_down; i++) {
		net_send(w.a.net, 1, span_of(block, sizeof(block)));
		assert_true(load_queued(&w.a) <= 1000000);
		assert_int_equal(os_loop_run(w.loop, 0), OK);
	}
	assert_int_equal(w.a.n_down, 1);
	assert_int_equal(w.a.why, ERR_SLOW);
	assert_int_equal(load_queued(&w.a), 0);
	net_resume(w.b.net, 2, NET_PAUSE_STORE);
	RUN_UNTIL(&w, w.b.n_down);
	assert_int_equal(w.b.why, ERR_RESET);
	world_free(&w);
}

static void one_send_beyond_the_limit_is_too_much(void **state)
{
	struct net_options opt = plain_options;
	struct world w;

	opt.queue_max = 10;
	world_new_at(&w, "127.0.0.1", &opt);
	world_listen(&w);
	world_connect(&w);
	net_send(w.a.net, 1, span_of("0123456789", 10));
	RUN_UNTIL(&w, w.b.octets == 10);
	net_send(w.a.net, 1, span_of("0123456789x", 11));
	net_send(w.a.net, 1, span_of("ignored", 7));
	RUN_UNTIL(&w, w.a.n_down);
	assert_int_equal(w.a.why, ERR_SLOW);
	RUN_UNTIL(&w, w.b.n_down);
	assert_int_equal(w.b.octets, 10);
	world_free(&w);
}

static void a_close_to_a_silent_reader_ends_in_a_reset(void **state)
{
	struct net_options opt = plain_options;
	struct world w;
	static uint8_t block[3000000];

	opt.close_limit = 50 * MONO_MS;
	world_new_at(&w, "127.0.0.1", &opt);
	world_listen(&w);
	world_connect(&w);
	net_pause(w.b.net, 2, NET_PAUSE_STORE);
	net_send(w.a.net, 1, span_of(block, sizeof(block)));
	net_close(w.a.net, 1);
	assert_int_equal(os_loop_run(w.loop, 0), OK);
	assert_int_equal(load_links(&w.a), 1);
	assert_true(load_queued(&w.a) > 0);
	RUN_UNTIL(&w, load_links(&w.a) == 0);
	assert_int_equal(load_queued(&w.a), 0);
	net_resume(w.b.net, 2, NET_PAUSE_STORE);
	RUN_UNTIL(&w, w.b.n_down);
	assert_int_equal(w.b.why, ERR_RESET);
	assert_int_equal(w.a.n_down, 0);
	world_free(&w);
}

static void a_reader_that_keeps_its_side_open_gets_all_the_same(void **state)
{
	struct net_options opt = plain_options;
	struct world w;
	struct sockaddr_storage ss;
	char got[8];

	opt.close_limit = 50 * MONO_MS;
	world_new_at(&w, "127.0.0.1", &opt);
	world_listen(&w);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&ss, os_sockaddr_from(&ss, &w.at)), 0);
	RUN_UNTIL(&w, w.b.accepted);
	net_send(w.b.net, 2, span_of("bye", 3));
	net_close(w.b.net, 2);
	RUN_UNTIL(&w, load_links(&w.b) == 0);
	assert_int_equal(recv(fd, got, sizeof(got), 0), 3);
	assert_int_equal(recv(fd, got, sizeof(got), 0), 0); /* an end, no reset */
	(void)close(fd);
	world_free(&w);
}

/* ENGINE-23. */
static void a_closing_link_throws_away_what_still_comes(void **state)
{
	struct world w;
	static uint8_t block[500000];

	world_new(&w);
	world_connect(&w);
	net_close(w.a.net, 1);
	net_send(w.b.net, 2, span_of(block, sizeof(block)));
	net_close(w.b.net, 2);
	RUN_UNTIL(&w, load_links(&w.a) == 0 && load_links(&w.b) == 0);
	assert_int_equal(w.a.octets, 0);
	world_free(&w);
}

/* Sends all that is taken; false once the other side has reset. */
static bool flood(int fd)
{
	static const uint8_t block[65536];
	while (send(fd, block, sizeof(block), MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
		;
	return errno == EAGAIN;
}

/* Who does not stop for our end is cut long before the time for it is over. */
static void a_closing_link_is_no_sink_for_a_flood(void **state)
{
	struct world w;
	struct sockaddr_storage ss;

	world_new(&w);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&ss, os_sockaddr_from(&ss, &w.at)), 0);
	RUN_UNTIL(&w, w.b.accepted);
	net_close(w.b.net, 2);
	struct mono begin = os_mono();
	RUN_UNTIL(&w, !flood(fd));
	assert_int_equal(load_links(&w.b), 0);
	assert_true(mono_since(os_mono(), begin) < plain_options.close_limit / 2);
	(void)close(fd);
	world_free(&w);
}

/* Callers who are turned away and never close must not take what others need:
 * a few stay, the newest; octets sent before the close reach all. */
static void callers_that_never_close_do_not_pile_up(void **state)
{
	enum {
		CALLERS = 300,
		KEPT = 256
	};
	struct world w;
	struct sockaddr_storage ss;
	int fd[CALLERS];
	char last = 0;

	world_new(&w);
	w.b.goodbye = span_str("!");
	w.b.close_at_once = true;
	for (uint32_t i = 0; i < CALLERS; i++) {
		fd[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		assert_int_equal(
			connect(fd[i], (struct sockaddr *)&ss, os_sockaddr_from(&ss, &w.at)), 0);
		RUN_UNTIL(&w, w.b.n_accepted == i + 1);
		assert_true(load_links(&w.b) <= KEPT + 1);
	}
	RUN_UNTIL(&w, load_links(&w.b) == KEPT);
	for (uint32_t i = 0; i < CALLERS; i++) {
		assert_int_equal(recv(fd[i], &last, 1, 0), 1);
		assert_int_equal(last, '!');
		assert_int_equal(recv(fd[i], &last, 1, 0), 0);
		(void)close(fd[i]);
	}
	RUN_UNTIL(&w, load_links(&w.b) == 0);
	world_free(&w);
}

static void a_pause_holds_the_octets_back(void **state)
{
	struct world w;

	world_new(&w);
	world_connect(&w);
	net_pause(w.b.net, 2, NET_PAUSE_STORE);
	net_send(w.a.net, 1, span_of("abc", 3));
	RUN_UNTIL(&w, load_queued(&w.a) == 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(os_loop_run(w.loop, 0), OK);
	assert_int_equal(w.b.octets, 0);
	net_resume(w.b.net, 2, NET_PAUSE_STORE);
	RUN_UNTIL(&w, w.b.octets == 3);
	world_free(&w);
}

static void a_link_may_be_ended_as_it_is_told(void **state)
{
	struct world w;

	world_new(&w);
	w.b.close_at_once = true;
	world_connect(&w);
	RUN_UNTIL(&w, w.a.n_down);
	assert_int_equal(w.a.why, ERR_CLOSED);
	w.b.close_at_once = false;
	w.b.reset_at_once = true;
	world_dial(&w, 3, NULL);
	RUN_UNTIL(&w, w.a.n_down == 2);
	assert_int_equal(w.a.why, ERR_RESET);
	RUN_UNTIL(&w, load_links(&w.b) == 0);
	assert_int_equal(w.b.n_down, 0);
	world_free(&w);
}

static void closing_what_still_dials_ends_it(void **state)
{
	struct world w;

	world_new(&w);
	world_dial(&w, 1, NULL);
	net_send(w.a.net, 1, span_of("x", 1));
	net_close(w.a.net, 1);
	RUN_UNTIL(&w, load_links(&w.a) == 0);
	assert_int_equal(w.a.up, 0);
	assert_int_equal(w.a.n_down, 0);
	world_free(&w);
}

static void unknown_links_are_ignored(void **state)
{
	struct world w;

	world_new(&w);
	net_send(w.a.net, 99, span_of("x", 1));
	net_close(w.a.net, 99);
	net_reset(w.a.net, 99);
	net_pause(w.a.net, 99, NET_PAUSE_STORE);
	net_resume(w.a.net, 99, NET_PAUSE_STORE);
	net_unlisten(w.a.net, 99, NULL);
	assert_int_equal(os_loop_run(w.loop, 0), OK);
	assert_int_equal(load_links(&w.a), 0);
	world_free(&w);
}

/* ENGINE-24. */
static void too_many_links_are_turned_away(void **state)
{
	struct net_options opt = plain_options;
	struct world w;

	opt.links_max = 2;
	world_new_at(&w, "127.0.0.1", &opt);
	world_listen(&w);
	world_dial(&w, 1, NULL);
	world_dial(&w, 3, NULL);
	RUN_UNTIL(&w, w.b.n_accepted == 2);
	world_dial(&w, 5, NULL); /* our own limit */
	RUN_UNTIL(&w, w.a.n_down);
	assert_int_equal(w.a.why, ERR_FULL);
	net_reset(w.a.net, 1);
	RUN_UNTIL(&w, w.b.n_down);
	world_dial(&w, 7, NULL);
	RUN_UNTIL(&w, w.b.n_accepted == 3);
	world_free(&w);
}

/* b has room for one link alone, a for many. */
static void a_full_listener_resets(void **state)
{
	struct net_options one = plain_options;
	struct world w;

	one.links_max = 1;
	world_new_at(&w, "127.0.0.1", NULL);
	net_free(w.b.net);
	side_new(&w, &w.b, &one);
	world_listen(&w);
	world_dial(&w, 1, NULL);
	RUN_UNTIL(&w, w.b.accepted && w.a.up);
	world_dial(&w, 3, NULL);
	RUN_UNTIL(&w, w.a.n_down);
	assert_int_equal(w.a.down, 3);
	assert_int_equal(w.a.why, ERR_RESET);
	assert_int_equal(w.b.n_accepted, 1);
	world_free(&w);
}

/* The lowest descriptor that is free: with the limit there, none is left. */
static rlim_t first_free(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	(void)close(fd);
	return (rlim_t)fd;
}

/* ENGINE-24: one descriptor is in reserve. */
static void without_descriptors_connections_are_turned_away(void **state)
{
	struct world w;
	struct sockaddr_storage ss;
	struct rlimit old, none;
	char c;

	world_new(&w);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	none = old;
	none.rlim_cur = first_free();
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&ss, os_sockaddr_from(&ss, &w.at)), 0);
	/* The reserve takes it, and is there again afterwards. */
	assert_int_equal(os_loop_run(w.loop, 1000), OK);
	assert_int_equal(recv(fd, &c, 1, 0), -1);
	assert_int_equal(w.b.n_accepted, 0);
	(void)close(fd);
	/* Nothing spins. */
	assert_int_equal(os_loop_run(w.loop, 0), OK);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	world_connect(&w);
	world_free(&w);
}

/* ENGINE-24. */
static void an_idle_link_holds_no_memory_beside_itself(void **state)
{
	struct failing_env f;
	struct world w;
	static uint8_t block[500000];

	failing_env_init(&f, 3);
	world_new(&w);
	net_free(w.a.net);
	struct net_events e = {
		side_accepted, side_up, side_octets, side_drained, side_down, &w.a
	};
	assert_int_equal(net_new(&w.a.net, &f.env, w.loop, &e, &plain_options), OK);
	world_connect(&w);
	size_t idle = f.live;
	net_send(w.a.net, 1, span_of(block, sizeof(block)));
	assert_true(f.live > idle);
	RUN_UNTIL(&w, w.b.octets == sizeof(block));
	assert_int_equal(f.live, idle);
	world_free(&w);
	failing_env_assert_clean(&f);
}

/* With whichever allocation failing: the owner is told, or the dial refused,
 * and nothing leaks. */
static void without_memory_a_link_goes_and_the_net_stays(void **state)
{
	struct failing_env f;

	FAILING_ENV_EACH(f, 5)
	{
		struct world w;
		struct addr any = { 0 };
		struct net_events e = { side_accepted, side_up,	  side_octets,
					side_drained,  side_down, &w.a };
		world_new(&w);
		net_free(w.a.net);
		w.a.net = NULL;
		enum err er = net_new(&w.a.net, &f.env, w.loop, &e, &plain_options);
		if (!er)
			er = net_dial(w.a.net, 1, &any, &w.at, NULL);
		if (!er) {
			net_send(w.a.net, 1, span_of("hello", 5));
			RUN_UNTIL(&w, w.b.octets == 5 || w.a.n_down);
			er = w.a.n_down ? w.a.why : OK;
		}
		assert_int_equal(er, f.failed ? ERR_NOMEM : OK);
		world_free(&w);
		failing_env_assert_clean(&f);
	}
}

static void a_listener_without_memory_turns_away(void **state)
{
	struct failing_env f;

	FAILING_ENV_EACH(f, 6)
	{
		struct world w;
		struct net_events e = { side_accepted, side_up,	  side_octets,
					side_drained,  side_down, &w.b };
		world_new_at(&w, "127.0.0.1", NULL);
		net_free(w.b.net);
		w.b.net = NULL;
		enum err er = net_new(&w.b.net, &f.env, w.loop, &e, &plain_options);
		if (!er)
			er = net_listen(w.b.net, 7, &w.at, NULL, &w.why);
		if (!er) {
			world_dial(&w, 1, NULL);
			RUN_UNTIL(&w, w.b.n_accepted || w.a.n_down);
			assert_int_equal(w.b.n_accepted == 0, f.failed);
		} else {
			assert_int_equal(er, ERR_NOMEM);
		}
		world_free(&w);
		failing_env_assert_clean(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_connection_is_told_on_both_sides),
		cmocka_unit_test(over_ipv6_and_from_a_chosen_address),
		cmocka_unit_test(pieces_come_out_whole_and_in_order),
		cmocka_unit_test(octets_go_both_ways_at_once),
		cmocka_unit_test(closing_sends_what_waits_first),
		cmocka_unit_test(closing_does_not_reset_over_unread_octets),
		cmocka_unit_test(both_sides_may_close_at_once),
		cmocka_unit_test(held_back_all_at_once),
		cmocka_unit_test(a_reset_is_told_apart_from_a_close),
		cmocka_unit_test(the_last_word_is_read_before_the_reset),
		cmocka_unit_test(nobody_there_is_refused),
		cmocka_unit_test(an_address_that_is_not_ours_is_unreachable),
		cmocka_unit_test(a_dial_that_hangs_times_out),
		cmocka_unit_test(a_slow_reader_is_cut),
		cmocka_unit_test(one_send_beyond_the_limit_is_too_much),
		cmocka_unit_test(a_close_to_a_silent_reader_ends_in_a_reset),
		cmocka_unit_test(a_reader_that_keeps_its_side_open_gets_all_the_same),
		cmocka_unit_test(a_closing_link_throws_away_what_still_comes),
		cmocka_unit_test(a_closing_link_is_no_sink_for_a_flood),
		cmocka_unit_test(callers_that_never_close_do_not_pile_up),
		cmocka_unit_test(a_pause_holds_the_octets_back),
		cmocka_unit_test(a_link_may_be_ended_as_it_is_told),
		cmocka_unit_test(closing_what_still_dials_ends_it),
		cmocka_unit_test(unknown_links_are_ignored),
		cmocka_unit_test(too_many_links_are_turned_away),
		cmocka_unit_test(a_full_listener_resets),
		cmocka_unit_test(without_descriptors_connections_are_turned_away),
		cmocka_unit_test(an_idle_link_holds_no_memory_beside_itself),
		cmocka_unit_test(without_memory_a_link_goes_and_the_net_stays),
		cmocka_unit_test(a_listener_without_memory_turns_away),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
