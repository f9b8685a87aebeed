/* What libc calls: statuses, errors, and what is made in the caller's buffer. */
#include "fake.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#define NAME "printer-room.pnrp.net"

enum nss_status _nss_homestead_gethostbyname4_r(const char *name, struct gaih_addrtuple **pat,
						char *buffer, size_t size, int *errnop,
						int *h_errnop, int32_t *ttlp);
enum nss_status _nss_homestead_gethostbyname3_r(const char *name, int af, struct hostent *host,
						char *buffer, size_t size, int *errnop,
						int *h_errnop, int32_t *ttlp, char **canonp);
enum nss_status _nss_homestead_gethostbyname2_r(const char *name, int af, struct hostent *host,
						char *buffer, size_t size, int *errnop,
						int *h_errnop);
enum nss_status _nss_homestead_gethostbyname_r(const char *name, struct hostent *host, char *buffer,
					       size_t size, int *errnop, int *h_errnop);

static int error, h_error;
static char buffer[2048];

static int setup(void **state)
{
	fake_init();
	error = h_error = 0;
	return 0;
}

static int teardown(void **state)
{
	fake_fini();
	return 0;
}

static void start(enum resolve_kind kind, size_t n)
{
	struct resolve_answer a = { .kind = kind, .n = (uint8_t)n };
	static const char *const texts[] = { "fe80::1", "192.0.2.7", "2001:db8::5", "192.0.2.8" };
	for (size_t i = 0; i < n; i++)
		a.at[i] = fake_address(texts[i], i == 0 ? 3 : 0);
	struct fake f = fake_finding(&a);
	fake_start(&f);
}

static enum nss_status by4(const char *name, struct gaih_addrtuple **pat, char *p, size_t size)
{
	int32_t ttl = 99;
	fake_awaited = 2;
	enum nss_status s =
		_nss_homestead_gethostbyname4_r(name, pat, p, size, &error, &h_error, &ttl);
	assert_int_equal(ttl, s == NSS_STATUS_SUCCESS ? 0 : 99);
	return s;
}

static enum nss_status by3(int af, struct hostent *host, char *p, size_t size)
{
	char *canon = NULL;
	int32_t ttl;
	fake_awaited = 2;
	enum nss_status s = _nss_homestead_gethostbyname3_r(NAME, af, host, p, size, &error,
							    &h_error, &ttl, &canon);
	if (s == NSS_STATUS_SUCCESS)
		assert_string_equal(canon, NAME);
	return s;
}

static void assert_address(int family, const void *octets, const char *want)
{
	char text[INET6_ADDRSTRLEN];
	assert_non_null(inet_ntop(family, octets, text, sizeof(text)));
	assert_string_equal(text, want);
}

static void zones_are_kept(void **state)
{
	struct gaih_addrtuple *t = NULL;
	start(RESOLVE_FOUND, 3);
	assert_int_equal(by4(NAME, &t, buffer, sizeof(buffer)), NSS_STATUS_SUCCESS);
	assert_int_equal(h_error, NETDB_SUCCESS);
	assert_int_equal(error, 0);
	assert_string_equal(t->name, NAME);
	assert_int_equal(t->family, AF_INET6);
	assert_int_equal(t->scopeid, 3);
	assert_address(AF_INET6, t->addr, "fe80::1");
	t = t->next;
	assert_int_equal(t->family, AF_INET);
	assert_int_equal(t->scopeid, 0);
	assert_address(AF_INET, t->addr, "192.0.2.7");
	t = t->next;
	assert_address(AF_INET6, t->addr, "2001:db8::5");
	assert_null(t->next);
}

static void the_caller_may_bring_the_first(void **state)
{
	struct gaih_addrtuple mine = { 0 }, *t = &mine;
	start(RESOLVE_FOUND, 2);
	assert_int_equal(by4(NAME, &t, buffer, sizeof(buffer)), NSS_STATUS_SUCCESS);
	assert_ptr_equal(t, &mine);
	assert_address(AF_INET6, mine.addr, "fe80::1");
	assert_address(AF_INET, mine.next->addr, "192.0.2.7");
}

static void a_dot_at_the_end_and_capitals_are_fine(void **state)
{
	struct gaih_addrtuple *t = NULL;
	start(RESOLVE_FOUND, 1);
	assert_int_equal(by4("printer-room.PNRP.Net.", &t, buffer, sizeof(buffer)),
			 NSS_STATUS_SUCCESS);
}

/* Of the first size that is enough, and of all below it: nothing is written beyond. */
static size_t least(enum nss_status (*call)(char *p, size_t size))
{
	for (size_t size = 0; size < 1024; size++) {
		char *p = malloc(size + 1);
		assert_non_null(p);
		error = h_error = 0;
		/* An odd address: what is put there is aligned by the module. */
		enum nss_status s = call(p + 1, size);
		if (s == NSS_STATUS_SUCCESS) {
			free(p);
			return size;
		}
		assert_int_equal(s, NSS_STATUS_TRYAGAIN);
		assert_int_equal(error, ERANGE);
		assert_int_equal(h_error, NETDB_INTERNAL);
		free(p);
	}
	return 0;
}

static enum nss_status call4(char *p, size_t size)
{
	struct gaih_addrtuple *t = NULL;
	return by4(NAME, &t, p, size);
}

static enum nss_status call3(char *p, size_t size)
{
	struct hostent host;
	return by3(AF_INET6, &host, p, size);
}

static void small_buffers_are_told(void **state)
{
	start(RESOLVE_FOUND, 4);
	assert_in_range(least(call4), 4 * sizeof(struct gaih_addrtuple), 512);
	assert_in_range(least(call3), 16 + 3 * sizeof(char *), 256);
}

static void hostents_have_one_family(void **state)
{
	struct hostent host;
	start(RESOLVE_FOUND, 4);
	assert_int_equal(by3(AF_INET, &host, buffer, sizeof(buffer)), NSS_STATUS_SUCCESS);
	assert_string_equal(host.h_name, NAME);
	assert_int_equal(host.h_addrtype, AF_INET);
	assert_int_equal(host.h_length, 4);
	assert_address(AF_INET, host.h_addr_list[0], "192.0.2.7");
	assert_address(AF_INET, host.h_addr_list[1], "192.0.2.8");
	assert_null(host.h_addr_list[2]);
	assert_null(host.h_aliases[0]);
	/* fe80::1 means nothing without its zone. */
	assert_int_equal(by3(AF_INET6, &host, buffer, sizeof(buffer)), NSS_STATUS_SUCCESS);
	assert_int_equal(host.h_length, 16);
	assert_address(AF_INET6, host.h_addr_list[0], "2001:db8::5");
	assert_null(host.h_addr_list[1]);
	fake_awaited = 2;
	assert_int_equal(_nss_homestead_gethostbyname_r(NAME, &host, buffer, sizeof(buffer), &error,
							&h_error),
			 NSS_STATUS_SUCCESS);
	assert_int_equal(host.h_addrtype, AF_INET);
	fake_awaited = 2;
	assert_int_equal(_nss_homestead_gethostbyname2_r(NAME, AF_INET6, &host, buffer,
							 sizeof(buffer), &error, &h_error),
			 NSS_STATUS_SUCCESS);
	assert_int_equal(host.h_addrtype, AF_INET6);
}

/* PNRP-12.10: fe80::1 goes without its zone where there is nothing better. */
static void a_hostent_has_zones_last(void **state)
{
	struct hostent host;
	start(RESOLVE_FOUND, 1);
	assert_int_equal(by3(AF_INET6, &host, buffer, sizeof(buffer)), NSS_STATUS_SUCCESS);
	assert_address(AF_INET6, host.h_addr_list[0], "fe80::1");
	assert_null(host.h_addr_list[1]);
	assert_int_equal(by3(AF_INET, &host, buffer, sizeof(buffer)), NSS_STATUS_NOTFOUND);
	assert_int_equal(h_error, NO_DATA);
	start(RESOLVE_FOUND, 2);
	assert_int_equal(by3(AF_INET6, &host, buffer, sizeof(buffer)), NSS_STATUS_NOTFOUND);
	assert_int_equal(h_error, NO_DATA);
	assert_int_equal(by3(AF_INET, &host, buffer, sizeof(buffer)), NSS_STATUS_SUCCESS);
	assert_address(AF_INET, host.h_addr_list[0], "192.0.2.7");
	assert_int_equal(by3(AF_UNIX, &host, buffer, sizeof(buffer)), NSS_STATUS_UNAVAIL);
	assert_int_equal(error, EAFNOSUPPORT);
}

static void what_is_not_found_is_told(void **state)
{
	struct gaih_addrtuple *t = NULL;
	start(RESOLVE_NOT_FOUND, 0);
	assert_int_equal(by4(NAME, &t, buffer, sizeof(buffer)), NSS_STATUS_NOTFOUND);
	assert_int_equal(h_error, HOST_NOT_FOUND);
	start(RESOLVE_AGAIN, 0);
	assert_int_equal(by4(NAME, &t, buffer, sizeof(buffer)), NSS_STATUS_TRYAGAIN);
	assert_int_equal(h_error, TRY_AGAIN);
	assert_int_equal(error, EAGAIN);
	fake_stop();
	assert_int_equal(by4(NAME, &t, buffer, sizeof(buffer)), NSS_STATUS_UNAVAIL);
	assert_int_equal(h_error, NO_RECOVERY);
	assert_int_equal(error, ECONNREFUSED);
	assert_null(t);
}

static void other_names_are_not_asked_for(void **state)
{
	static const char *const names[] = { "",
					     ".",
					     "pnrp.net",
					     ".pnrp.net",
					     "www.example.net",
					     "pnrp.net.example",
					     "xpnrp.net",
					     "a.pnrp.net.." };
	struct fake f = { .stopped = true };
	char longest[RESOLVE_NAME_MAX + 20];
	struct gaih_addrtuple *t = NULL;
	fake_start(&f);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(by4(names[i], &t, buffer, sizeof(buffer)), NSS_STATUS_NOTFOUND);
		assert_int_equal(h_error, HOST_NOT_FOUND);
	}
	memset(longest, 'a', sizeof(longest));
	strcpy(longest + RESOLVE_NAME_MAX - 8, ".pnrp.net");
	assert_int_equal(by4(longest, &t, buffer, sizeof(buffer)), NSS_STATUS_NOTFOUND);
	assert_int_equal(fake_waited_ms, 0);
	assert_int_equal(error, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(zones_are_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(the_caller_may_bring_the_first, setup, teardown),
		cmocka_unit_test_setup_teardown(a_dot_at_the_end_and_capitals_are_fine, setup,
						teardown),
		cmocka_unit_test_setup_teardown(small_buffers_are_told, setup, teardown),
		cmocka_unit_test_setup_teardown(hostents_have_one_family, setup, teardown),
		cmocka_unit_test_setup_teardown(a_hostent_has_zones_last, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_not_found_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(other_names_are_not_asked_for, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
