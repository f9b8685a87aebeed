#include "world.h"

#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>

static void a_taken_port_names_who_has_it(void **state)
{
	struct world w;
	char want[300];

	world_new(&w);
	assert_int_equal(net_listen(w.a.net, 1, &w.at, NULL, &w.why), ERR_IN_USE);
	(void)snprintf(want, sizeof(want),
		       "tcp port %u on 127.0.0.1 is held by unit_net_listen (pid %d, user ",
		       w.at.port, getpid());
	assert_memory_equal(w.why.p, want, strlen(want));
	world_free(&w);
}

static void a_port_taken_on_all_addresses_is_taken_on_one(void **state)
{
	struct world w;
	struct addr one;

	world_new_at(&w, "0.0.0.0", NULL);
	world_listen(&w);
	one = host("127.0.0.1");
	one.port = w.at.port;
	assert_int_equal(net_listen(w.a.net, 1, &one, NULL, &w.why), ERR_IN_USE);
	assert_non_null(strstr(w.why.p, " on 0.0.0.0 is held by unit_net_listen"));
	world_free(&w);
}

static void one_number_listens_on_several_addresses(void **state)
{
	struct world w;
	struct addr first, second;

	world_new(&w);
	first = w.at;
	second = free_address("::1");
	assert_int_equal(net_listen(w.b.net, 7, &second, NULL, &w.why), OK);
	world_connect(&w);
	w.at = second;
	world_dial(&w, 3, NULL);
	RUN_UNTIL(&w, w.b.n_accepted == 2);
	assert_int_equal(w.b.listener, 7);
	/* No longer on the second, and still on the first. */
	net_unlisten(w.b.net, 7, &second);
	world_dial(&w, 11, NULL);
	RUN_UNTIL(&w, w.a.n_down == 1);
	w.a.n_down = 0;
	w.at = first;
	world_dial(&w, 13, NULL);
	RUN_UNTIL(&w, w.b.n_accepted == 3);
	w.b.n_accepted = 2;
	net_reset(w.a.net, 13);
	RUN_UNTIL(&w, w.b.n_down == 1);
	w.at = second;
	/* No more on either; what was accepted stays. */
	net_unlisten(w.b.net, 7, NULL);
	assert_int_equal(load_links(&w.b), 2);
	world_dial(&w, 5, NULL);
	RUN_UNTIL(&w, w.a.n_down == 1);
	assert_int_equal(w.a.why, ERR_REFUSED);
	w.at = first;
	world_dial(&w, 7, NULL);
	RUN_UNTIL(&w, w.a.n_down == 2);
	/* And again: the address is free at once. */
	world_listen(&w);
	world_dial(&w, 9, NULL);
	RUN_UNTIL(&w, w.b.n_accepted == 3);
	world_free(&w);
}

static void both_families_fit_on_one_port(void **state)
{
	struct world w;
	struct addr v6 = host("::");

	world_new_at(&w, "0.0.0.0", NULL);
	v6.port = w.at.port;
	world_listen(&w);
	assert_int_equal(net_listen(w.b.net, 8, &v6, NULL, &w.why), OK);
	world_free(&w);
}

static void more_connections_than_a_turn_takes(void **state)
{
	struct world w;

	world_new(&w);
	for (uint32_t i = 0; i < 60; i++)
		world_dial(&w, 2 * i + 1, NULL);
	RUN_UNTIL(&w, w.b.n_accepted == 60);
	assert_int_equal(w.b.accepted, 120);
	assert_int_equal(load_links(&w.a), 60);
	world_free(&w);
}

/* unlisten inside accepted() must not meet a door that is gone. */
static void unlisten_now(void *arg, uint32_t listener, uint32_t link, const struct addr *local,
			 const struct addr *remote, struct mono now)
{
	struct side *s = arg;
	s->n_accepted++;
	net_unlisten(s->net, listener, NULL);
}

static void a_listener_may_end_as_it_is_told(void **state)
{
	struct world w;
	struct net_events e = { unlisten_now, side_up, side_octets, side_drained, side_down, &w.b };

	world_new_at(&w, "127.0.0.1", NULL);
	net_free(w.b.net);
	assert_int_equal(net_new(&w.b.net, os_env(), w.loop, &e, &plain_options), OK);
	world_listen(&w);
	for (uint32_t i = 0; i < 5; i++)
		world_dial(&w, 2 * i + 1, NULL);
	RUN_UNTIL(&w, w.b.n_accepted == 1 && w.a.n_down == 4);
	assert_int_equal(w.a.why, ERR_RESET);
	world_free(&w);
}

static void redial(void *arg, uint32_t link, enum err why, struct mono now)
{
	struct side *s = arg;
	struct addr any = { 0 }, foreign = host("192.0.2.77");
	side_down(arg, link, why, now);
	assert_int_equal(net_dial(s->net, link + 2, &foreign, &any, NULL), OK);
}

/* A dial that fails at once, redialled at once, must leave turns an end. */
static void an_owner_who_redials_at_once_does_not_hold_a_turn(void **state)
{
	struct world w;
	struct net_events e = { side_accepted, side_up, side_octets, side_drained, redial, &w.a };
	struct addr foreign = host("192.0.2.77");

	world_new(&w);
	net_free(w.a.net);
	assert_int_equal(net_new(&w.a.net, os_env(), w.loop, &e, &plain_options), OK);
	assert_int_equal(net_dial(w.a.net, 1, &foreign, &w.at, NULL), OK);
	for (uint32_t i = 1; i <= 5; i++) {
		assert_int_equal(os_loop_run(w.loop, 1000), OK);
		assert_int_equal(w.a.n_down, i);
	}
	world_free(&w);
}

struct counter {
	unsigned n;
};

static void count(void *arg, struct mono now)
{
	struct counter *c = arg;
	c->n++;
}

static void set_loopback(short flags)
{
	struct ifreq r = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	r.ifr_flags = flags;
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &r), 0);
	(void)close(fd);
}

/* ENGINE-25. In a network namespace of our own, where we may change what we
 * like. */
static void changes_of_interfaces_are_told_once_for_many(void **state)
{
	struct world w = { 0 };
	struct counter told = { 0 };
	struct mono begin;

	if (unshare(CLONE_NEWNET))
		skip();
	assert_int_equal(os_loop_new(&w.loop, os_env()), OK);
	side_new(&w, &w.a, NULL);
	assert_int_equal(net_watch_interfaces(w.a.net, count, &told), OK);
	begin = os_mono();
	for (int i = 0; i < 10; i++) {
		set_loopback(IFF_UP);
		set_loopback(0);
	}
	RUN_UNTIL(&w, told.n);
	assert_true(mono_since(os_mono(), begin) >= 200 * MONO_MS);
	assert_int_equal(told.n, 1);
	assert_int_equal(os_loop_run(w.loop, 0), OK);
	assert_int_equal(told.n, 1);
	set_loopback(IFF_UP);
	RUN_UNTIL(&w, told.n == 2);
	net_free(w.a.net);
	os_loop_free(w.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_taken_port_names_who_has_it),
		cmocka_unit_test(a_port_taken_on_all_addresses_is_taken_on_one),
		cmocka_unit_test(one_number_listens_on_several_addresses),
		cmocka_unit_test(both_families_fit_on_one_port),
		cmocka_unit_test(more_connections_than_a_turn_takes),
		cmocka_unit_test(a_listener_may_end_as_it_is_told),
		cmocka_unit_test(an_owner_who_redials_at_once_does_not_hold_a_turn),
		/* Last: the process stays in its namespace. */
		cmocka_unit_test(changes_of_interfaces_are_told_once_for_many),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
