/* UDP over the real loopback interface. Two owners on one loop: b is written to, a
 * writes; a plain socket stands for the rest of the world. */
#include "island.h"

#include "net/udp.h"
#include "os/clock.h"

#define GROUP4 "239.255.13.7"
#define GROUP6 "ff12::1307"

struct side {
	struct net_udp *udp;
	uint32_t n, socket;
	struct addr from, to; /* of the last */
	uint8_t bytes[NET_UDP_MAX];
	size_t octets;
	size_t largest_turn, in_turn;
	struct mono turn;
	bool disorder;
	uint32_t unbind_at; /* in so many datagrams, 0 never */
};

struct world {
	struct os_loop *loop;
	struct side a, b;
	struct failing_env env;
	char why_[300];
	struct text why;
};

#define RUN_UNTIL(w, condition)                                                                    \
	for (struct mono end_ = mono_add(os_mono(), 10 * MONO_SEC);;) {                            \
		if (condition)                                                                     \
			break;                                                                     \
		assert_false(mono_reached(end_, os_mono()));                                       \
		assert_int_equal(os_loop_run((w)->loop, 100), OK);                                 \
	}

static void on_datagram(void *arg, uint32_t socket, const struct addr *from, const struct addr *to,
			struct span bytes, struct mono now)
{
	struct side *s = arg;
	uint32_t number = 0;
	if (bytes.n >= sizeof(number))
		memcpy(&number, bytes.p, sizeof(number));
	s->disorder |= bytes.n >= sizeof(number) && number != s->n;
	s->in_turn = s->turn.us == now.us ? s->in_turn + 1 : 1;
	s->turn = now;
	if (s->in_turn > s->largest_turn)
		s->largest_turn = s->in_turn;
	s->n++;
	s->socket = socket;
	s->from = *from;
	s->to = *to;
	s->octets = bytes.n;
	if (bytes.n)
		memcpy(s->bytes, bytes.p, bytes.n);
	if (s->unbind_at == s->n)
		net_udp_unbind(s->udp, socket);
}

static struct addr at_port(const char *text, uint16_t port)
{
	struct addr a = island_addr(text);
	a.port = port;
	return a;
}

static int world_new(void **state)
{
	static struct world w;
	w = (struct world){ 0 };
	w.why = TEXT_OF(w.why_);
	failing_env_init(&w.env, 1);
	assert_int_equal(os_loop_new(&w.loop, os_env()), OK);
	const struct net_udp_events a = { on_datagram, &w.a }, b = { on_datagram, &w.b };
	assert_int_equal(net_udp_new(&w.a.udp, &w.env.env, w.loop, &a), OK);
	assert_int_equal(net_udp_new(&w.b.udp, &w.env.env, w.loop, &b), OK);
	*state = &w;
	return 0;
}

static int world_free(void **state)
{
	struct world *w = *state;
	net_udp_free(w->a.udp);
	net_udp_free(w->b.udp);
	os_loop_free(w->loop);
	failing_env_assert_clean(&w->env);
	return 0;
}

static struct addr bound(struct world *w, struct side *s, uint32_t socket, const struct addr *local,
			 bool shared)
{
	struct addr a;
	if (net_udp_bind(s->udp, socket, local, shared, &a, &w->why))
		fail_msg("%s", w->why.p);
	return a;
}

static struct addr bound_to(struct world *w, struct side *s, uint32_t socket, const char *local)
{
	struct addr a = island_addr(local);
	return bound(w, s, socket, &a, false);
}

static void say(struct side *s, uint32_t socket, const struct addr *to, uint32_t number)
{
	static const struct addr any;
	net_udp_send(s->udp, socket, &any, to, 0, span_of(&number, sizeof(number)));
}

static struct net_udp_load load_of(const struct side *s)
{
	struct net_udp_load l;
	net_udp_load(s->udp, &l);
	return l;
}

static uint32_t loopback(void)
{
	return if_nametoindex("lo");
}

static bool has_ipv6(void)
{
	struct addr a = island_addr("::1");
	return os_sockaddr_usable(&a);
}

/* A socket of nobody. */
static int plain_socket(const char *ip, struct addr *local)
{
	struct sockaddr_storage ss;
	struct addr a = island_addr(ip);
	socklen_t n = os_sockaddr_from(&ss, &a);
	int fd = socket(ss.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&ss, n), 0);
	assert_int_equal(os_sockaddr_local(fd, local), OK);
	return fd;
}

static void plain_send(int fd, const struct addr *to, const void *p, size_t n)
{
	struct sockaddr_storage ss;
	socklen_t size = os_sockaddr_from(&ss, to);
	assert_int_equal(sendto(fd, p, n, 0, (struct sockaddr *)&ss, size), n);
}

/* ENGINE-28 */
static void a_datagram_tells_whence_whither_and_by_which_interface(void **state)
{
	struct world *w = *state;
	struct addr b = bound_to(w, &w->b, 7, "0.0.0.0"), a = bound_to(w, &w->a, 1, "127.0.0.3");
	struct addr to = at_port("127.0.0.5", b.port);

	say(&w->a, 1, &to, 0);
	RUN_UNTIL(w, w->b.n);
	assert_int_equal(w->b.socket, 7);
	assert_true(addr_eq(&w->b.from, &a));
	assert_true(addr_same_host(&w->b.to, &to) || w->b.to.scope);
	assert_memory_equal(w->b.to.ip, to.ip, 4);
	assert_int_equal(w->b.to.scope, loopback());
	assert_int_equal(w->b.octets, 4);
	assert_int_equal(load_of(&w->a).out, 1);
	assert_int_equal(load_of(&w->a).octets_out, 4);
	assert_int_equal(load_of(&w->b).in, 1);
	assert_int_equal(load_of(&w->b).octets_in, 4);
}

/* ENGINE-28: the asker would not know another address. */
static void an_answer_leaves_from_the_address_that_was_asked(void **state)
{
	struct world *w = *state;
	struct addr b = bound_to(w, &w->b, 7, "0.0.0.0"), a = bound_to(w, &w->a, 1, "0.0.0.0");
	struct addr to = at_port("127.0.0.5", b.port);

	say(&w->a, 1, &to, 0);
	RUN_UNTIL(w, w->b.n);
	struct addr asked = w->b.to, asker = w->b.from;
	assert_int_equal(asker.port, a.port);
	net_udp_send(w->b.udp, 7, &asked, &asker, 0, span_str("yes"));
	RUN_UNTIL(w, w->a.n);
	assert_true(addr_eq(&w->a.from, &to));
}

static void ipv6_tells_the_same(void **state)
{
	struct world *w = *state;
	if (!has_ipv6())
		skip();
	struct addr b = bound_to(w, &w->b, 7, "::"), a = bound_to(w, &w->a, 1, "::1");
	struct addr to = at_port("::1", b.port);

	say(&w->a, 1, &to, 0);
	RUN_UNTIL(w, w->b.n);
	assert_true(addr_eq(&w->b.from, &a));
	assert_memory_equal(w->b.to.ip, to.ip, 16);
	assert_int_equal(w->b.to.scope, loopback());
	net_udp_send(w->b.udp, 7, &w->b.to, &w->b.from, 0, span_str("yes"));
	RUN_UNTIL(w, w->a.n);
	assert_true(addr_eq(&w->a.from, &to));
}

/* ENGINE-28: V6ONLY. */
static void both_families_share_a_port(void **state)
{
	struct world *w = *state;
	if (!has_ipv6())
		skip();
	struct addr four = bound_to(w, &w->b, 4, "0.0.0.0"), six = at_port("::", four.port);
	(void)bound(w, &w->b, 6, &six, false);
	(void)bound_to(w, &w->a, 1, "127.0.0.1");
	(void)bound_to(w, &w->a, 2, "::1");
	struct addr to4 = at_port("127.0.0.1", four.port), to6 = at_port("::1", four.port);

	say(&w->a, 1, &to4, 0);
	RUN_UNTIL(w, w->b.n == 1);
	assert_int_equal(w->b.socket, 4);
	assert_int_equal(w->b.from.family, ADDR_IPV4);
	say(&w->a, 2, &to6, 1);
	RUN_UNTIL(w, w->b.n == 2);
	assert_int_equal(w->b.socket, 6);
	assert_int_equal(w->b.from.family, ADDR_IPV6);
	assert_false(w->b.disorder);
	assert_int_equal(load_of(&w->b).sockets, 2);
}

/* ENGINE-29 */
static void a_burst_comes_whole_in_order_and_in_turns(void **state)
{
	struct world *w = *state;
	struct addr b = bound_to(w, &w->b, 7, "127.0.0.1"), a;
	int fd = plain_socket("127.0.0.1", &a);

	for (uint32_t i = 0; i < 200; i++)
		plain_send(fd, &b, &i, sizeof(i));
	RUN_UNTIL(w, w->b.n == 200);
	assert_false(w->b.disorder);
	assert_int_equal(w->b.largest_turn, NET_UDP_TURN);
	(void)close(fd);
}

/* ENGINE-29: more than wait at once are sent before the turn ends. */
static void many_are_sent_in_a_turn(void **state)
{
	struct world *w = *state;
	struct addr b = bound_to(w, &w->b, 7, "127.0.0.1"), c = bound_to(w, &w->b, 8, "127.0.0.2");
	(void)bound_to(w, &w->a, 1, "127.0.0.1");
	(void)bound_to(w, &w->a, 2, "127.0.0.1");

	for (uint32_t i = 0; i < 200; i++)
		say(&w->a, i % 8 < 5 ? 1 : 2, i % 3 ? &b : &c, 0);
	assert_int_equal(load_of(&w->a).out, 192);
	RUN_UNTIL(w, w->b.n == 200);
	assert_int_equal(load_of(&w->a).out, 200);
	assert_int_equal(load_of(&w->a).octets_out, 800);
	assert_int_equal(load_of(&w->a).dropped_out, 0);
}

/* ENGINE-29: in the steady state. */
static void nothing_is_allocated_for_a_datagram(void **state)
{
	struct world *w = *state;
	struct addr b = bound_to(w, &w->b, 7, "127.0.0.1");
	(void)bound_to(w, &w->a, 1, "127.0.0.1");
	size_t before = w->env.allocations;

	for (uint32_t i = 0; i < 500; i++) {
		say(&w->a, 1, &b, i);
		RUN_UNTIL(w, w->b.n == i + 1);
	}
	assert_int_equal(w->env.allocations, before);
}

static void lengths_from_none_to_the_most(void **state)
{
	struct world *w = *state;
	struct addr b = bound_to(w, &w->b, 7, "127.0.0.1"), a, any = { 0 };
	uint8_t bytes[NET_UDP_MAX + 1];
	int fd = plain_socket("127.0.0.1", &a);

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7);
	memset(bytes, 0, 4);
	(void)bound_to(w, &w->a, 1, "127.0.0.1");
	net_udp_send(w->a.udp, 1, &any, &b, 0, span_of(bytes, NET_UDP_MAX));
	RUN_UNTIL(w, w->b.n == 1);
	assert_int_equal(w->b.octets, NET_UDP_MAX);
	assert_memory_equal(w->b.bytes, bytes, NET_UDP_MAX);
	net_udp_send(w->a.udp, 1, &any, &b, 0, span_of(NULL, 0));
	RUN_UNTIL(w, w->b.n == 2);
	assert_int_equal(w->b.octets, 0);
	/* One octet more is dropped on either side, and nothing else is. */
	net_udp_send(w->a.udp, 1, &any, &b, 0, span_of(bytes, sizeof(bytes)));
	assert_int_equal(load_of(&w->a).dropped_out, 1);
	plain_send(fd, &b, bytes, sizeof(bytes));
	plain_send(fd, &b, "x", 1);
	RUN_UNTIL(w, w->b.n == 3);
	assert_int_equal(w->b.octets, 1);
	assert_int_equal(load_of(&w->b).dropped_in, 1);
	assert_int_equal(load_of(&w->b).in, 3);
	(void)close(fd);
}

static void join(struct side *s, uint32_t socket, const struct addr *group)
{
	assert_int_equal(net_udp_join(s->udp, socket, group), OK);
}

static struct addr group_on_loopback(const char *group, uint16_t port)
{
	struct addr g = at_port(group, port);
	g.scope = loopback();
	return g;
}

/* ENGINE-30. Both share the port, as SSDP asks for; the second has not joined. */
static void multicast_reaches_who_joined_there(void **state)
{
	struct world *w = *state;
	struct addr any = island_addr("0.0.0.0"), b = bound(w, &w->b, 7, &any, true);
	struct addr second = at_port("0.0.0.0", b.port), g = group_on_loopback(GROUP4, b.port);
	(void)bound(w, &w->a, 8, &second, true);
	(void)bound_to(w, &w->a, 1, "127.0.0.1");

	join(&w->b, 7, &g);
	assert_int_equal(net_udp_join(w->b.udp, 7, &g), ERR_EXISTS);
	net_udp_send(w->a.udp, 1, &(struct addr){ 0 }, &g, 1, span_str("here"));
	RUN_UNTIL(w, w->b.n == 1);
	assert_memory_equal(w->b.to.ip, g.ip, 4);
	assert_int_equal(w->b.to.scope, loopback());
	join(&w->a, 8, &g);
	net_udp_send(w->a.udp, 1, &(struct addr){ 0 }, &g, 1, span_str("both"));
	RUN_UNTIL(w, w->b.n == 2 && w->a.n == 1);
	assert_int_equal(w->a.socket, 8);
	net_udp_leave(w->b.udp, 7, &g);
	net_udp_send(w->a.udp, 1, &(struct addr){ 0 }, &g, 1, span_str("one"));
	RUN_UNTIL(w, w->a.n == 2);
	assert_int_equal(os_loop_run(w->loop, 0), OK);
	assert_int_equal(w->b.n, 2);
	/* Again, and twice is nothing. */
	net_udp_leave(w->b.udp, 7, &g);
	join(&w->b, 7, &g);
}

/* ENGINE-30. The loopback interface has no multicast of IPv6: on a bridge. */
static void multicast_of_ipv6_reaches_who_joined_there(void **state)
{
	struct world *w = *state;
	int before = island_enter();
	if (island_has_ipv6()) {
		island_bridge("b0");
		island_flags("lo", IFF_UP);
		island_ipv6_conf("all", "accept_dad", "0");
		island_ipv6_conf("b0", "accept_dad", "0");
		island_bridge_up("b0");
		island_ipv6("b0", "fe80::7", 64);
		struct addr any = island_addr("::"), b = bound(w, &w->b, 7, &any, true);
		struct addr g = at_port(GROUP6, b.port), a = island_addr("fe80::7");
		g.scope = a.scope = if_nametoindex("b0");
		/* As soon as the kernel is sure of the address. */
		RUN_UNTIL(w, !net_udp_bind(w->a.udp, 1, &a, false, &a, &w->why));
		join(&w->b, 7, &g);
		assert_int_equal(net_udp_join(w->b.udp, 7, &g), ERR_EXISTS);
		net_udp_send(w->a.udp, 1, &a, &g, 3, span_str("here"));
		RUN_UNTIL(w, w->b.n == 1);
		assert_memory_equal(w->b.to.ip, g.ip, 16);
		assert_int_equal(w->b.to.scope, g.scope);
		assert_true(addr_eq(&w->b.from, &a));
		/* A link-local address is answered on its link. */
		struct addr own = a;
		own.port = 0;
		net_udp_send(w->b.udp, 7, &own, &w->b.from, 0, span_str("yes"));
		RUN_UNTIL(w, w->a.n == 1);
		net_udp_leave(w->b.udp, 7, &g);
		join(&w->b, 7, &g);
	}
	island_leave(before);
}

/* The hop limit that a datagram came with. */
static int hops_of_next(int fd)
{
	uint8_t octets[16], control[64];
	struct iovec iov = { octets, sizeof(octets) };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control };
	int hops = -1;
	h.msg_controllen = sizeof(control);
	assert_true(recvmsg(fd, &h, 0) >= 0);
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&h); c; c = CMSG_NXTHDR(&h, c))
		memcpy(&hops, CMSG_DATA(c), sizeof(hops));
	return hops;
}

/* ENGINE-30 */
static void a_datagram_goes_as_many_hops_as_it_is_told(void **state)
{
	struct world *w = *state;
	int one = 1, fd;
	struct addr to, none = { 0 };
	(void)bound_to(w, &w->a, 4, "127.0.0.1");

	fd = plain_socket("127.0.0.1", &to);
	assert_int_equal(setsockopt(fd, IPPROTO_IP, IP_RECVTTL, &one, sizeof(one)), 0);
	net_udp_send(w->a.udp, 4, &none, &to, 3, span_str("3"));
	net_udp_send(w->a.udp, 4, &none, &to, 255, span_str("255"));
	assert_int_equal(os_loop_run(w->loop, 0), OK);
	assert_int_equal(hops_of_next(fd), 3);
	assert_int_equal(hops_of_next(fd), 255);
	(void)close(fd);
	if (!has_ipv6())
		return;
	(void)bound_to(w, &w->a, 6, "::1");
	fd = plain_socket("::1", &to);
	assert_int_equal(setsockopt(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &one, sizeof(one)), 0);
	net_udp_send(w->a.udp, 6, &none, &to, 5, span_str("5"));
	assert_int_equal(os_loop_run(w->loop, 0), OK);
	assert_int_equal(hops_of_next(fd), 5);
	(void)close(fd);
}

/* ENGINE-21 */
static void a_taken_port_names_who_has_it(void **state)
{
	struct world *w = *state;
	struct addr b = bound_to(w, &w->b, 7, "127.0.0.1"), got = island_addr("127.0.0.9");
	char want[300];

	assert_int_equal(net_udp_bind(w->a.udp, 1, &b, false, &got, &w->why), ERR_IN_USE);
	(void)snprintf(want, sizeof(want),
		       "udp port %u on 127.0.0.1 is held by unit_net_udp (pid %d, user ", b.port,
		       getpid());
	assert_memory_equal(w->why.p, want, strlen(want));
	assert_int_equal(got.port, 0);
	assert_int_equal(load_of(&w->a).sockets, 0);
	/* The number is free still. */
	(void)bound_to(w, &w->a, 1, "127.0.0.1");
}

static void what_cannot_be_bound_is_told(void **state)
{
	struct world *w = *state;
	struct addr got, far = island_addr("192.0.2.77"), near = island_addr("127.0.0.1"),
			 none = { 0 };

	assert_int_equal(net_udp_bind(w->a.udp, 1, &far, false, &got, &w->why), ERR_UNREACHABLE);
	assert_string_equal(w->why.p, "cannot use udp 192.0.2.77: not an address of this machine");
	text_clear(&w->why);
	assert_int_equal(net_udp_bind(w->a.udp, 1, &none, false, &got, &w->why), ERR_UNSUPPORTED);
	(void)bound_to(w, &w->a, 1, "127.0.0.1");
	assert_int_equal(net_udp_bind(w->a.udp, 1, &near, false, &got, &w->why), ERR_EXISTS);
}

/* In a network namespace of our own, where IPv6 can be switched off. */
static void ipv6_that_is_switched_off_is_not_supported(void **state)
{
	struct world *w = *state;
	struct addr got, six = island_addr("::1");

	int before = island_enter();
	island_ipv6_conf("all", "disable_ipv6", "1");
	island_flags("lo", IFF_UP);
	assert_int_equal(net_udp_bind(w->a.udp, 1, &six, false, &got, &w->why), ERR_UNSUPPORTED);
	assert_string_equal(w->why.p, "cannot use udp ::1: this machine has no IPv6");
	island_leave(before);
}

static void what_cannot_be_joined_is_told(void **state)
{
	struct world *w = *state;
	struct addr g = group_on_loopback(GROUP4, 0), nowhere = g, unicast = g,
		    six = group_on_loopback(GROUP6, 0);
	(void)bound_to(w, &w->a, 1, "0.0.0.0");

	assert_int_equal(net_udp_join(w->a.udp, 2, &g), ERR_NOT_FOUND);
	nowhere.scope = 99999;
	assert_int_equal(net_udp_join(w->a.udp, 1, &nowhere), ERR_UNREACHABLE);
	unicast.ip[0] = 10;
	assert_int_equal(net_udp_join(w->a.udp, 1, &unicast), ERR_RANGE);
	assert_int_equal(net_udp_join(w->a.udp, 1, &six), ERR_RANGE);
	net_udp_leave(w->a.udp, 1, &six);
	net_udp_leave(w->a.udp, 2, &g);
	enum err e = OK;
	for (unsigned i = 0; !e && i < 100000; i++) {
		g.ip[2] = (uint8_t)(i >> 8);
		g.ip[3] = (uint8_t)i;
		e = net_udp_join(w->a.udp, 1, &g);
	}
	assert_int_equal(e, ERR_FULL);
}

static void an_owner_may_unbind_in_the_midst_of_a_burst(void **state)
{
	struct world *w = *state;
	struct addr b = bound_to(w, &w->b, 7, "127.0.0.1"), c = bound_to(w, &w->b, 8, "127.0.0.1");
	(void)bound_to(w, &w->a, 1, "127.0.0.1");

	w->b.unbind_at = 3;
	for (uint32_t i = 0; i < 10; i++)
		say(&w->a, 1, &b, i);
	RUN_UNTIL(w, w->b.n == 3);
	assert_int_equal(load_of(&w->b).sockets, 1);
	say(&w->a, 1, &c, 3);
	RUN_UNTIL(w, w->b.n == 4);
	assert_int_equal(w->b.socket, 8);
	/* What waits on a socket goes before it does. */
	say(&w->a, 1, &c, 4);
	net_udp_unbind(w->a.udp, 1);
	net_udp_unbind(w->a.udp, 1);
	RUN_UNTIL(w, w->b.n == 5);
}

/* Nobody is there: what the network says of it stops nothing. */
static void a_port_without_anybody_costs_nothing(void **state)
{
	struct world *w = *state;
	struct addr b = bound_to(w, &w->b, 7, "127.0.0.1"), nobody;
	(void)bound_to(w, &w->a, 1, "127.0.0.1");
	(void)close(plain_socket("127.0.0.1", &nobody));

	for (uint32_t i = 0; i < 20; i++) {
		say(&w->a, 1, &nobody, 0);
		say(&w->a, 1, &b, i);
		RUN_UNTIL(w, w->b.n == i + 1);
	}
	assert_false(w->b.disorder);
	assert_int_equal(load_of(&w->a).dropped_out, 0);
}

/* One that the kernel does not take costs none of the others. */
static void what_cannot_be_sent_is_counted(void **state)
{
	struct world *w = *state;
	struct addr b = bound_to(w, &w->b, 7, "127.0.0.1"), not_ours = island_addr("192.0.2.1");
	struct addr six = at_port("::1", b.port);
	(void)bound_to(w, &w->a, 1, "127.0.0.1");

	say(&w->a, 1, &b, 0);
	net_udp_send(w->a.udp, 1, &not_ours, &b, 0, span_str("from nowhere"));
	say(&w->a, 1, &b, 1);
	RUN_UNTIL(w, w->b.n == 2);
	assert_int_equal(load_of(&w->a).dropped_out, 1);
	say(&w->a, 99, &b, 0);
	say(&w->a, 1, &six, 0);
	assert_int_equal(load_of(&w->a).dropped_out, 3);
	assert_int_equal(load_of(&w->a).out, 2);
}

/* ENGINE-29: what the kernel's buffer does not hold is counted, not guessed. */
static void what_is_lost_on_the_way_in_is_counted(void **state)
{
	struct world *w = *state;
	struct addr b = bound_to(w, &w->b, 7, "127.0.0.1"), a;
	uint8_t bytes[NET_UDP_MAX] = { 0 };
	int fd = plain_socket("127.0.0.1", &a);
	uint64_t sent = 0;

	for (; sent < 5000; sent++)
		plain_send(fd, &b, bytes, sizeof(bytes));
	RUN_UNTIL(w, w->b.n && w->b.in_turn < NET_UDP_TURN);
	/* The next to come tells of those before it. */
	plain_send(fd, &b, "x", 1);
	RUN_UNTIL(w, w->b.octets == 1);
	assert_true(load_of(&w->b).dropped_in > 0);
	assert_int_equal(load_of(&w->b).dropped_in + load_of(&w->b).in, sent + 1);
	(void)close(fd);
}

static void short_of_memory_nothing_leaks(void **state)
{
	struct world *w = *state;
	struct failing_env f;
	const struct net_udp_events events = { on_datagram, &w->a };

	FAILING_ENV_EACH(f, 1)
	{
		struct net_udp *u = NULL;
		struct addr local = island_addr("127.0.0.1"), got;
		enum err e = net_udp_new(&u, &f.env, w->loop, &events);
		if (!e)
			e = net_udp_bind(u, 1, &local, false, &got, &w->why);
		assert_int_equal(e, f.failed ? ERR_NOMEM : OK);
		net_udp_free(u);
		failing_env_assert_clean(&f);
	}
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_new, world_free)
	const struct CMUnitTest tests[] = {
		TEST(a_datagram_tells_whence_whither_and_by_which_interface),
		TEST(an_answer_leaves_from_the_address_that_was_asked),
		TEST(ipv6_tells_the_same),
		TEST(both_families_share_a_port),
		TEST(a_burst_comes_whole_in_order_and_in_turns),
		TEST(many_are_sent_in_a_turn),
		TEST(nothing_is_allocated_for_a_datagram),
		TEST(lengths_from_none_to_the_most),
		TEST(multicast_reaches_who_joined_there),
		TEST(multicast_of_ipv6_reaches_who_joined_there),
		TEST(a_datagram_goes_as_many_hops_as_it_is_told),
		TEST(a_taken_port_names_who_has_it),
		TEST(what_cannot_be_bound_is_told),
		TEST(what_cannot_be_joined_is_told),
		TEST(an_owner_may_unbind_in_the_midst_of_a_burst),
		TEST(a_port_without_anybody_costs_nothing),
		TEST(what_cannot_be_sent_is_counted),
		TEST(what_is_lost_on_the_way_in_is_counted),
		TEST(short_of_memory_nothing_leaks),
		TEST(ipv6_that_is_switched_off_is_not_supported),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
