#include "../failing_env.h"

#include <errno.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/sockaddr.h"
#include "os/syserr.h"

static void monotonic_time_does_not_go_back(void **state)
{
	struct mono before = os_mono();
	for (int i = 0; i < 1000; i++) {
		struct mono now = os_mono();
		assert_true(mono_reached(before, now));
		before = now;
	}
	assert_true(before.us > 0);
}

static void wall_time_is_that_of_the_system(void **state)
{
	time_t before = time(NULL);
	struct wall w = os_wall();
	time_t after = time(NULL);
	assert_in_range(w.us / MONO_SEC, before - 1, after + 1);
}

static void memory_and_random_octets(void **state)
{
	const struct env *e = os_env();
	uint8_t a[64] = { 0 }, b[64] = { 0 };
	uint8_t *p = env_zalloc(e, 10, 10);
	assert_non_null(p);
	p = env_resize(e, p, 1000);
	assert_non_null(p);
	env_free(e, p);
	e->random(e->ctx, a, sizeof(a));
	e->random(e->ctx, b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
	e->random(e->ctx, a, 0);
}

static void on_jump(void *arg, struct mono now)
{
	++*(int *)arg;
}

/* Setting the clock of the machine is nothing for a unit test; that a clock
 * left alone tells nothing is. */
static void a_clock_left_alone_does_not_jump(void **state)
{
	struct os_loop *l = NULL;
	struct os_jump *j = NULL;
	int jumps = 0;
	assert_int_equal(os_loop_new(&l, os_env()), OK);
	assert_int_equal(os_jump_new(&j, l, on_jump, &jumps), OK);
	assert_int_equal(os_loop_run(l, 0), OK);
	assert_int_equal(jumps, 0);
	os_jump_free(j);
	os_jump_free(NULL);
	os_loop_free(l);
}

static void nothing_leaks_without_memory(void **state)
{
	struct failing_env f;
	FAILING_ENV_EACH(f, 1)
	{
		struct os_loop *l = NULL;
		struct os_jump *j = NULL;
		enum err e = os_loop_new(&l, &f.env);
		if (!e)
			e = os_jump_new(&j, l, on_jump, NULL);
		assert_int_equal(e, f.failed ? ERR_NOMEM : OK);
		os_jump_free(j);
		os_loop_free(l);
		failing_env_assert_clean(&f);
	}
}

static void round_trip(const char *text, sa_family_t family)
{
	struct sockaddr_storage ss;
	struct addr a, b = { 0 };
	assert_int_equal(addr_parse(span_str(text), 0, &a), OK);
	assert_true(os_sockaddr_from(&ss, &a) > 0);
	assert_int_equal(ss.ss_family, family);
	assert_true(os_sockaddr_to(&b, &ss));
	assert_true(addr_eq(&a, &b));
	assert_int_equal(a.scope, b.scope);
}

static void addresses_go_to_the_kernel_and_back(void **state)
{
	round_trip("192.0.2.1:2587", AF_INET);
	round_trip("[2001:db8::1]:2587", AF_INET6);
	round_trip("[fe80::1%3]:1", AF_INET6);
	round_trip("0.0.0.0", AF_INET);
}

static void mapped_addresses_come_back_as_ipv4(void **state)
{
	struct sockaddr_storage ss;
	struct addr a = { .family = ADDR_IPV6, .port = 7 }, b, want;
	static const uint8_t mapped[16] = { [10] = 0xff, [11] = 0xff, [12] = 192, 0, 2, 9 };
	memcpy(a.ip, mapped, 16);
	assert_true(os_sockaddr_from(&ss, &a) > 0);
	assert_true(os_sockaddr_to(&b, &ss));
	assert_int_equal(addr_parse(span_str("192.0.2.9:7"), 0, &want), OK);
	assert_true(addr_eq(&b, &want));
}

static void other_families_are_none(void **state)
{
	struct sockaddr_storage ss = { .ss_family = AF_UNIX };
	struct addr a = { .port = 5 };
	assert_false(os_sockaddr_to(&a, &ss));
	assert_int_equal(a.port, 5);
	assert_int_equal(os_sockaddr_from(&ss, &a), 0);
	assert_int_equal(os_sockaddr_local(-1, &a), ERR_IO);
	assert_int_equal(os_sockaddr_remote(-1, &a), ERR_IO);
}

static void addresses_of_this_machine_are_usable(void **state)
{
	struct addr a = { 0 };
	assert_false(os_sockaddr_usable(&a));
	assert_int_equal(addr_parse(span_str("127.0.0.1:1"), 0, &a), OK);
	assert_true(os_sockaddr_usable(&a));
	assert_int_equal(addr_parse(span_str("0.0.0.0"), 0, &a), OK);
	assert_true(os_sockaddr_usable(&a));
	assert_int_equal(addr_parse(span_str("192.0.2.1"), 0, &a), OK);
	assert_false(os_sockaddr_usable(&a));
}

static void system_errors_have_a_meaning(void **state)
{
	char buf[100];
	struct text t = TEXT_OF(buf);
	assert_int_equal(os_err_of(ECONNREFUSED), ERR_REFUSED);
	assert_int_equal(os_err_of(EHOSTUNREACH), ERR_UNREACHABLE);
	assert_int_equal(os_err_of(EPIPE), ERR_RESET);
	assert_int_equal(os_err_of(ENOSPC), ERR_NO_SPACE);
	assert_int_equal(os_err_of(EMFILE), ERR_FULL);
	assert_int_equal(os_err_of(0), ERR_IO);
	assert_int_equal(os_err_of(EBADF), ERR_IO);
	assert_int_equal(os_err_say(EACCES, "cannot read", "/x", &t), ERR_DENIED);
	assert_string_equal(buf, "cannot read /x: Permission denied");
	text_clear(&t);
	assert_int_equal(os_err_say(-1, "cannot read", "/x", &t), ERR_IO);
	assert_string_equal(buf, "cannot read /x: unknown error");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(monotonic_time_does_not_go_back),
		cmocka_unit_test(wall_time_is_that_of_the_system),
		cmocka_unit_test(memory_and_random_octets),
		cmocka_unit_test(a_clock_left_alone_does_not_jump),
		cmocka_unit_test(nothing_leaks_without_memory),
		cmocka_unit_test(addresses_go_to_the_kernel_and_back),
		cmocka_unit_test(mapped_addresses_come_back_as_ipv4),
		cmocka_unit_test(other_families_are_none),
		cmocka_unit_test(addresses_of_this_machine_are_usable),
		cmocka_unit_test(system_errors_have_a_meaning),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
