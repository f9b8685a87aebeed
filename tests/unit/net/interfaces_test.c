/* The addresses of a machine: of a namespace of our own. */
#include "island.h"

#include "net/interfaces.h"
#include "os/clock.h"

struct list_of {
	struct net_if_addr *at;
	size_t n;
};

static struct list_of all(void)
{
	struct list_of l = { NULL, 0 };
	assert_int_equal(net_interfaces(os_env(), &l.at, &l.n), OK);
	return l;
}

static const struct net_if_addr *of(const struct list_of *l, const char *text)
{
	struct addr a = island_addr(text);
	for (size_t i = 0; i < l->n; i++)
		if (l->at[i].addr.family == a.family && !memcmp(l->at[i].addr.ip, a.ip, 16))
			return &l->at[i];
	return NULL;
}

/* ENGINE-31 */
static void the_loopback_interface_is_told_with_its_addresses(void **state)
{
	int before = island_enter();
	island_flags("lo", IFF_UP);
	struct list_of l = all();
	const struct net_if_addr *a = of(&l, "127.0.0.1");
	assert_non_null(a);
	assert_int_equal(a->index, if_nametoindex("lo"));
	assert_string_equal(a->name, "lo");
	assert_int_equal(a->plen, 8);
	assert_true(a->up && a->loopback);
	assert_false(a->multicast || a->tentative || a->temporary || a->deprecated);
	assert_int_equal(a->addr.port, 0);
	assert_int_equal(a->addr.scope, 0);
	const struct net_if_addr *six = of(&l, "::1");
	if (six)
		assert_int_equal(six->plen, 128);
	env_free(os_env(), l.at);
	island_leave(before);
}

static void a_machine_may_have_no_address(void **state)
{
	int before = island_enter();
	struct list_of l = all();
	for (size_t i = 0; i < l.n; i++)
		assert_false(l.at[i].up);
	env_free(os_env(), l.at);
	island_leave(before);
}

/* ENGINE-31: an address that means nothing without its interface names it. */
static void link_local_addresses_name_their_interface(void **state)
{
	int before = island_enter();
	island_flags("lo", IFF_UP);
	island_ipv4("lo:1", "169.254.7.1");
	island_ipv4("lo:2", "10.7.7.7");
	struct list_of l = all();
	const struct net_if_addr *a = of(&l, "169.254.7.1"), *b = of(&l, "10.7.7.7");
	assert_non_null(a);
	assert_non_null(b);
	assert_int_equal(a->addr.scope, a->index);
	assert_int_equal(b->addr.scope, 0);
	/* The second of a network is not temporary. */
	assert_false(a->temporary);
	/* An alias is its interface. */
	assert_string_equal(b->name, "lo");
	env_free(os_env(), l.at);
	if (island_has_ipv6()) {
		island_ipv6("lo", "fe80::7", 64);
		l = all();
		a = of(&l, "fe80::7");
		assert_non_null(a);
		assert_int_equal(a->addr.scope, a->index);
		assert_int_equal(a->plen, 64);
		env_free(os_env(), l.at);
	}
	island_leave(before);
}

/* ENGINE-31: one that is looked for elsewhere is not ours yet. */
static void a_new_address_is_tentative(void **state)
{
	int before = island_enter();
	struct list_of l;
	const struct net_if_addr *a;
	if (island_has_ipv6()) {
		island_bridge("b0");
		island_ipv6_conf("b0", "accept_dad", "1");
		island_ipv6_conf("b0", "dad_transmits", "100");
		island_bridge_up("b0");
		island_ipv6("b0", "2001:db8::7", 64);
		l = all();
		a = of(&l, "2001:db8::7");
		assert_non_null(a);
		assert_string_equal(a->name, "b0");
		assert_true(a->tentative);
		assert_true(a->up);
		assert_true(a->multicast);
		assert_false(a->loopback);
		env_free(os_env(), l.at);
	}
	island_leave(before);
}

/* ENGINE-31: more than one answer of the kernel, in an order that can be compared. */
static void many_addresses_come_in_order(void **state)
{
	int before = island_enter();
	island_flags("lo", IFF_UP);
	struct text t = TEXT_OF((char[32]){ 0 });
	for (uint64_t i = 0; i < 600; i++) {
		char label[16];
		struct text name = TEXT_OF(label);
		text_str(&name, "lo:n");
		text_u64(&name, i);
		text_clear(&t);
		text_str(&t, "10.8.");
		text_u64(&t, 255 - i / 200);
		text_char(&t, '.');
		text_u64(&t, 1 + i % 200);
		island_ipv4(label, t.p);
	}
	struct list_of l = all();
	assert_true(l.n > 600);
	for (size_t i = 1; i < l.n; i++) {
		const struct net_if_addr *a = &l.at[i - 1], *b = &l.at[i];
		assert_true(a->index < b->index || a->addr.family < b->addr.family ||
			    memcmp(a->addr.ip, b->addr.ip, 16) < 0);
	}
	env_free(os_env(), l.at);
	island_leave(before);
}

static void short_of_memory_nothing_leaks(void **state)
{
	struct failing_env f;

	FAILING_ENV_EACH(f, 1)
	{
		struct list_of l = { NULL, 0 };
		enum err e = net_interfaces(&f.env, &l.at, &l.n);
		assert_int_equal(e, f.failed ? ERR_NOMEM : OK);
		if (e)
			assert_null(l.at);
		env_free(&f.env, l.at);
		failing_env_assert_clean(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_of_memory_nothing_leaks),
		cmocka_unit_test(a_machine_may_have_no_address),
		cmocka_unit_test(the_loopback_interface_is_told_with_its_addresses),
		cmocka_unit_test(link_local_addresses_name_their_interface),
		cmocka_unit_test(a_new_address_is_tentative),
		cmocka_unit_test(many_addresses_come_in_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
