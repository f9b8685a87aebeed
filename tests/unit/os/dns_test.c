/* Look-ups with a small server of our own on the loopback interface, which answers by
 * the name that is asked. */
#include "../failing_env.h"

#include <arpa/nameser.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/dns.h"
#include "os/sockaddr.h"

struct server {
	int fd;
	pthread_t thread;
	struct os_dns_how how;
	unsigned asked;
};

/* What an answer is made of. */
struct answer {
	uint8_t octets[2000];
	size_t n;
	uint16_t records;
};

static void put16(struct answer *a, unsigned v)
{
	a->octets[a->n++] = (uint8_t)(v >> 8);
	a->octets[a->n++] = (uint8_t)v;
}

/* A record of the name that was asked, at octet 12. */
static void record(struct answer *a, unsigned type, const void *data, unsigned n)
{
	put16(a, 0xc00c);
	put16(a, type);
	put16(a, ns_c_in);
	put16(a, 0);
	put16(a, 60);
	put16(a, n);
	memcpy(a->octets + a->n, data, n);
	a->n += n;
	a->records++;
}

static const uint8_t six[16] = { 0x20, 1, 0xd, 0xb8, [15] = 1 }, four[4] = { 192, 0, 2, 1 };

static void address(struct answer *a, unsigned type)
{
	record(a, type, type == ns_t_a ? four : six, type == ns_t_a ? 4 : 16);
}

static void behind_an_alias(struct answer *a, unsigned type)
{
	static const uint8_t alias[] = { 1, 'x', 0xc0, 0x0c };
	record(a, ns_t_cname, alias, sizeof(alias));
	address(a, type);
}

static void six_alone(struct answer *a, unsigned type)
{
	if (type == ns_t_aaaa)
		address(a, type);
}

static void four_alone(struct answer *a, unsigned type)
{
	if (type == ns_t_a)
		address(a, type);
}

static void too_short(struct answer *a, unsigned type)
{
	record(a, type, six, 3);
}

static void ten(struct answer *a, unsigned type)
{
	for (unsigned i = 0; i < 10; i++)
		address(a, type);
}

static void cut_off(struct answer *a, unsigned type)
{
	record(a, type, six, 16);
	a->n -= 5;
}

static void nothing(struct answer *a, unsigned type)
{
}

/* The first label says what is wanted. */
static const struct {
	const char *label;
	uint8_t code;
	void (*fill)(struct answer *a, unsigned type); /* NULL: no answer at all */
} wanted[] = {
	{ "both", ns_r_noerror, behind_an_alias },
	{ "six", ns_r_noerror, six_alone },
	{ "four", ns_r_noerror, four_alone },
	{ "short", ns_r_noerror, too_short },
	{ "many", ns_r_noerror, ten },
	{ "cut", ns_r_noerror, cut_off },
	{ "empty", ns_r_noerror, nothing },
	{ "none", ns_r_nxdomain, nothing },
	{ "broken", ns_r_formerr, nothing },
	{ "silent", ns_r_noerror, NULL },
};

static bool fill(struct answer *a, const char *label, unsigned type)
{
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		if (strcmp(wanted[i].label, label))
			continue;
		a->octets[3] = (uint8_t)(0x80 | wanted[i].code);
		if (wanted[i].fill)
			wanted[i].fill(a, type);
		return wanted[i].fill;
	}
	return false;
}

static void answer_one(struct server *s)
{
	struct answer a = { 0 };
	struct sockaddr_storage from;
	socklen_t size = sizeof(from);
	uint8_t q[512];
	ssize_t n = recvfrom(s->fd, q, sizeof(q), 0, (struct sockaddr *)&from, &size);
	char label[64] = { 0 };
	size_t end = 12;
	if (n < 17)
		return;
	s->asked++;
	memcpy(label, q + 13, q[12] & 63);
	while (q[end])
		end += 1u + q[end];
	end += 5;
	memcpy(a.octets, q, end);
	memset(a.octets + 4, 0, 8);
	a.octets[2] = 0x81;
	a.octets[5] = 1;
	a.n = end;
	if (!fill(&a, label, q[end - 3]))
		return;
	a.octets[7] = (uint8_t)a.records;
	(void)!sendto(s->fd, a.octets, a.n, 0, (struct sockaddr *)&from, size);
}

static void *serve(void *arg)
{
	struct server *s = arg;
	uint8_t end;
	/* One octet ends it. */
	while (recv(s->fd, &end, 1, MSG_PEEK | MSG_TRUNC) != 1)
		answer_one(s);
	return NULL;
}

static int start(void **state)
{
	static struct server s;
	struct sockaddr_storage ss;
	struct addr a;
	s = (struct server){ .how = { .seconds = 1, .tries = 1 } };
	assert_int_equal(addr_parse(span_str("127.0.0.1"), 0, &a), OK);
	socklen_t n = os_sockaddr_from(&ss, &a);
	s.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(s.fd, (struct sockaddr *)&ss, n), 0);
	assert_int_equal(os_sockaddr_local(s.fd, &s.how.server), OK);
	assert_int_equal(pthread_create(&s.thread, NULL, serve, &s), 0);
	*state = &s;
	return 0;
}

static int end(void **state)
{
	struct server *s = *state;
	struct sockaddr_storage ss;
	socklen_t n = os_sockaddr_from(&ss, &s->how.server);
	assert_int_equal(sendto(s->fd, "", 1, 0, (struct sockaddr *)&ss, n), 1);
	assert_int_equal(pthread_join(s->thread, NULL), 0);
	(void)close(s->fd);
	return 0;
}

/* ENGINE-34 */
static void addresses_of_both_families_are_found(void **state)
{
	struct server *s = *state;
	struct addr a[8];
	size_t n = 0;
	assert_int_equal(os_dns_look_up("both.example", &s->how, a, 8, &n), OK);
	assert_int_equal(n, 2);
	assert_int_equal(a[0].family, ADDR_IPV6);
	assert_memory_equal(a[0].ip, six, 16);
	assert_int_equal(a[1].family, ADDR_IPV4);
	assert_memory_equal(a[1].ip, four, 4);
	assert_int_equal(a[0].port + a[1].port, 0);
	assert_int_equal(os_dns_look_up("six.example.", &s->how, a, 8, &n), OK);
	assert_int_equal(n, 1);
	assert_int_equal(a[0].family, ADDR_IPV6);
	assert_int_equal(os_dns_look_up("four.example", &s->how, a, 8, &n), OK);
	assert_int_equal(n, 1);
	assert_int_equal(a[0].family, ADDR_IPV4);
}

static void more_than_there_is_room_for_are_left_out(void **state)
{
	struct server *s = *state;
	struct addr a[8] = { 0 };
	size_t n = 0;
	assert_int_equal(os_dns_look_up("many.example", &s->how, a, 7, &n), OK);
	assert_int_equal(n, 7);
	assert_int_equal(a[7].family, ADDR_NONE);
}

static void what_is_not_found_says_why(void **state)
{
	static const struct {
		const char *host;
		enum err err;
	} rows[] = {
		{ "none.example", ERR_NOT_FOUND },
		{ "empty.example", ERR_NOT_FOUND },
		{ "short.example", ERR_NOT_FOUND },
		{ "broken.example", ERR_IO },
		{ "cut.example", ERR_MALFORMED },
		{ "silent.example", ERR_TIMEOUT },
		{ "", ERR_RANGE },
	};
	struct server *s = *state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct addr a[8];
		size_t n = 99;
		enum err e = os_dns_look_up(rows[i].host, &s->how, a, 8, &n);
		if (e != rows[i].err)
			fail_msg("%s: %s", rows[i].host, err_name(e));
		assert_int_equal(n, 99);
	}
}

/* A silent server is asked once for both, with its deadline; the search domains of this
 * machine are not asked for at all. */
static void nothing_is_asked_in_vain(void **state)
{
	struct server *s = *state;
	struct addr a[8];
	size_t n;
	assert_int_equal(os_dns_look_up("silent", &s->how, a, 8, &n), ERR_TIMEOUT);
	assert_int_equal(s->asked, 1);
	assert_int_equal(os_dns_look_up("none", &s->how, a, 8, &n), ERR_NOT_FOUND);
	assert_int_equal(s->asked, 3);
}

static void a_name_that_is_too_long_is_none(void **state)
{
	struct server *s = *state;
	char host[300];
	struct addr a[8];
	size_t n;
	memset(host, 'a', sizeof(host));
	host[254] = '\0';
	assert_int_equal(os_dns_look_up(host, &s->how, a, 8, &n), ERR_RANGE);
	assert_int_equal(s->asked, 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, start, end)
	const struct CMUnitTest tests[] = {
		TEST(addresses_of_both_families_are_found),
		TEST(more_than_there_is_room_for_are_left_out),
		TEST(what_is_not_found_says_why),
		TEST(nothing_is_asked_in_vain),
		TEST(a_name_that_is_too_long_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
