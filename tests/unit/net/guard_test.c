#include "../telltale_env.h"
#include "world.h"

#include <errno.h>

/* Loopback delivers with the TTL it was sent with: 64 unless a guard asks for
 * 255. A dial that a guard of the listener makes hang ends after 100 ms. */
static struct net_options quick(void)
{
	struct net_options o = plain_options;
	o.connect_timeout = 100 * MONO_MS;
	return o;
}

static struct net_guard guard(const char *remote, uint32_t hops, const char *key)
{
	struct net_guard g = { .remote = host(remote), .ttl_security = hops };
	(void)snprintf(g.md5_key, sizeof(g.md5_key), "%s", key);
	return g;
}

static void world_guarded(struct world *w, const char *ip, const struct net_guard *g, size_t n)
{
	struct net_options opt = quick();
	world_new_at(w, ip, &opt);
	if (net_guards(w->b.net, 7, g, n, &w->why))
		fail_msg("%s", w->why.p);
	world_listen(w);
}

static void assert_session(struct world *w, const struct net_guard *mine)
{
	w->a.n_down = w->a.up = w->b.accepted = 0;
	world_dial(w, 1, mine);
	RUN_UNTIL(w, w->a.up && w->b.accepted);
	net_send(w->a.net, 1, span_of("hi", 2));
	w->b.echo = true;
	RUN_UNTIL(w, w->a.octets == 2);
	net_reset(w->a.net, 1);
	RUN_UNTIL(w, load_links(&w->a) == 0);
}

static void assert_no_session(struct world *w, const struct net_guard *mine, enum err why)
{
	w->a.n_down = w->b.n_accepted = 0;
	world_dial(w, 3, mine);
	RUN_UNTIL(w, w->a.n_down);
	assert_int_equal(w->a.why, why);
	assert_int_equal(w->b.n_accepted, 0);
}

static void ttl(const char *ip)
{
	struct net_guard g[2] = { guard(ip, 1, ""), guard("192.0.2.1", 3, "") };
	struct net_guard mine = guard(ip, 1, "");
	struct world w;

	world_guarded(&w, ip, g, 2);
	assert_session(&w, &mine);
	/* A plain dial comes with 64: the kernel drops it without an answer. */
	assert_no_session(&w, NULL, ERR_TIMEOUT);
	world_free(&w);
}

/* ENGINE-22: all guards want it, so the listener drops lesser ones. */
static void ttl_security_over_ipv4(void **state)
{
	ttl("127.0.0.1");
}

static void ttl_security_over_ipv6(void **state)
{
	ttl("::1");
}

static void mixed(const char *ip)
{
	/* A peer without TTL security may come from afar: the SYN is looked at. */
	struct net_guard g[2] = { guard(ip, 1, ""), guard("192.0.2.1", 0, "") };
	struct net_guard mine = guard(ip, 1, "");
	struct world w;

	world_guarded(&w, ip, g, 2);
	assert_session(&w, &mine);
	w.a.n_down = w.b.n_accepted = 0;
	world_dial(&w, 3, NULL);
	RUN_UNTIL(&w, w.a.n_down);
	assert_int_equal(w.a.why, ERR_RESET);
	assert_int_equal(w.b.n_accepted, 0);
	world_free(&w);
}

/* ENGINE-22: a connection from too far is reset and told to nobody. */
static void a_listener_for_both_kinds_looks_at_the_syn_over_ipv4(void **state)
{
	mixed("127.0.0.1");
}

static void a_listener_for_both_kinds_looks_at_the_syn_over_ipv6(void **state)
{
	mixed("::1");
}

/* False where the right to send such packets is missing. */
static bool with_large_headers(int fd)
{
	/* An option that whoever does not know it skips: 196 octets. */
	uint8_t options[200] = { 0, sizeof(options) / 8 - 1, 0x1e, sizeof(options) - 4 };
	return !setsockopt(fd, IPPROTO_IPV6, IPV6_DSTOPTS, options, sizeof(options));
}

static bool was_reset(int fd)
{
	char c;
	return recv(fd, &c, 1, MSG_DONTWAIT) < 0 && errno == ECONNRESET;
}

/* Nor does a SYN from afar that is too large to look at get in. */
static void a_large_syn_is_refused(void **state)
{
	struct net_guard g[2] = { guard("::1", 1, ""), guard("192.0.2.1", 0, "") };
	struct sockaddr_storage ss;
	struct world w;

	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || !with_large_headers(fd))
		skip();
	world_guarded(&w, "::1", g, 2);
	(void)!connect(fd, (struct sockaddr *)&ss, os_sockaddr_from(&ss, &w.at));
	RUN_UNTIL(&w, w.b.n_accepted || was_reset(fd));
	assert_int_equal(w.b.n_accepted, 0);
	(void)close(fd);
	world_free(&w);
}

static void enough_hops_let_a_common_ttl_in(void **state)
{
	/* 256 - 192 = 64: what the far side sends by default just passes. */
	struct net_guard g = guard("127.0.0.1", 192, "");
	struct world w;

	world_guarded(&w, "127.0.0.1", &g, 1);
	assert_session(&w, NULL);
	g = guard("127.0.0.1", 191, "");
	assert_int_equal(net_guards(w.b.net, 7, &g, 1, &w.why), OK);
	assert_no_session(&w, NULL, ERR_TIMEOUT);
	world_free(&w);
}

static void the_dialler_too_drops_what_comes_from_afar(void **state)
{
	struct net_guard mine = guard("127.0.0.1", 1, "");
	struct world w;

	world_guarded(&w, "127.0.0.1", NULL, 0);
	assert_no_session(&w, &mine, ERR_TIMEOUT);
	world_free(&w);
}

static void a_guard_that_is_lifted_lets_everybody_in(void **state)
{
	struct net_guard g = guard("127.0.0.1", 1, "key");
	struct net_guard mine = guard("127.0.0.1", 1, "key");
	struct world w;

	world_guarded(&w, "127.0.0.1", &g, 1);
	assert_session(&w, &mine);
	assert_no_session(&w, NULL, ERR_TIMEOUT);
	assert_int_equal(net_guards(w.b.net, 7, NULL, 0, &w.why), OK);
	assert_session(&w, NULL);
	/* A new key, and a guard given while listening, count at once. */
	g = guard("127.0.0.1", 0, "other");
	assert_int_equal(net_guards(w.b.net, 7, &g, 1, &w.why), OK);
	assert_no_session(&w, &mine, ERR_TIMEOUT);
	mine = guard("127.0.0.1", 0, "other");
	assert_session(&w, &mine);
	world_free(&w);
}

static void md5(const char *ip)
{
	struct net_guard g = guard(ip, 0, "secret");
	struct net_guard right = guard(ip, 0, "secret"), wrong = guard(ip, 0, "Secret");
	struct world w;

	world_guarded(&w, ip, &g, 1);
	assert_session(&w, &right);
	assert_no_session(&w, &wrong, ERR_TIMEOUT);
	assert_no_session(&w, NULL, ERR_TIMEOUT);
	world_free(&w);
}

/* ENGINE-22: TCP-MD5. */
static void md5_keys_over_ipv4(void **state)
{
	md5("127.0.0.1");
}

static void md5_keys_over_ipv6(void **state)
{
	md5("::1");
}

static void a_key_that_the_listener_lacks_is_no_session(void **state)
{
	struct net_guard mine = guard("127.0.0.1", 0, "secret");
	struct world w;

	world_guarded(&w, "127.0.0.1", NULL, 0);
	assert_no_session(&w, &mine, ERR_TIMEOUT);
	world_free(&w);
}

static void the_longest_key(void **state)
{
	char key[81];
	struct world w;

	memset(key, 'k', 80);
	key[80] = '\0';
	struct net_guard g = guard("127.0.0.1", 255, key);
	world_guarded(&w, "127.0.0.1", &g, 1);
	assert_session(&w, &g);
	world_free(&w);
}

static void guards_of_many_remotes_are_told_apart(void **state)
{
	struct net_guard g[30];
	struct world w;
	struct addr local = host("127.0.0.20");
	char ip[32];

	/* In falling order, one in three with a key. */
	for (unsigned i = 0; i < 30; i++) {
		(void)snprintf(ip, sizeof(ip), "127.0.0.%u", 39 - i);
		g[i] = guard(ip, 0, i % 3 ? "" : "key");
	}
	world_guarded(&w, "127.0.0.1", g, 30);
	/* 127.0.0.20 is number 19: without a key; 127.0.0.21, number 18, has one. */
	assert_int_equal(net_dial(w.a.net, 1, &local, &w.at, NULL), OK);
	RUN_UNTIL(&w, w.a.up && w.b.accepted);
	local = host("127.0.0.21");
	assert_int_equal(net_dial(w.a.net, 3, &local, &w.at, NULL), OK);
	RUN_UNTIL(&w, w.a.n_down);
	assert_int_equal(w.a.why, ERR_TIMEOUT);
	world_free(&w);
}

static void without_memory_guards_are_not_half_set(void **state)
{
	struct failing_env f;
	struct net_guard g[2] = { guard("127.0.0.1", 1, "k"), guard("127.0.0.2", 1, "k") };

	FAILING_ENV_EACH(f, 1)
	{
		struct world w;
		struct net_events e = { side_accepted, side_up,	  side_octets,
					side_drained,  side_down, &w.b };
		world_new_at(&w, "127.0.0.1", NULL);
		net_free(w.b.net);
		w.b.net = NULL;
		enum err er = net_new(&w.b.net, &f.env, w.loop, &e, &plain_options);
		if (!er)
			er = net_guards(w.b.net, 7, g, 2, &w.why);
		assert_int_equal(er, f.failed ? ERR_NOMEM : OK);
		world_free(&w);
		failing_env_assert_clean(&f);
	}
}

static void keys_do_not_outlive_their_use(void **state)
{
	struct telltale_env t;
	struct os_loop *loop;
	struct net *n;
	struct net_guard g = guard("127.0.0.1", 0, "hush-hush");
	struct net_events none = { NULL };
	char buffer[200];
	struct text why = TEXT_OF(buffer);

	telltale_env_init(&t, "hush-hush");
	assert_int_equal(os_loop_new(&loop, os_env()), OK);
	assert_int_equal(net_new(&n, &t.env, loop, &none, &plain_options), OK);
	for (int i = 0; i < 2; i++)
		assert_int_equal(net_guards(n, 7, &g, 1, &why), OK);
	net_free(n);
	os_loop_free(loop);
	assert_true(t.looked > 0);
	assert_int_equal(t.found, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_do_not_outlive_their_use),
		cmocka_unit_test(ttl_security_over_ipv4),
		cmocka_unit_test(ttl_security_over_ipv6),
		cmocka_unit_test(a_listener_for_both_kinds_looks_at_the_syn_over_ipv4),
		cmocka_unit_test(a_listener_for_both_kinds_looks_at_the_syn_over_ipv6),
		cmocka_unit_test(a_large_syn_is_refused),
		cmocka_unit_test(enough_hops_let_a_common_ttl_in),
		cmocka_unit_test(the_dialler_too_drops_what_comes_from_afar),
		cmocka_unit_test(a_guard_that_is_lifted_lets_everybody_in),
		cmocka_unit_test(md5_keys_over_ipv4),
		cmocka_unit_test(md5_keys_over_ipv6),
		cmocka_unit_test(a_key_that_the_listener_lacks_is_no_session),
		cmocka_unit_test(the_longest_key),
		cmocka_unit_test(guards_of_many_remotes_are_told_apart),
		cmocka_unit_test(without_memory_guards_are_not_half_set),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
