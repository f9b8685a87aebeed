#include "house.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

static bool both_up(const struct house *h)
{
	return state_of(&h->a) == MASC_ESTABLISHED && state_of(&h->b) == MASC_ESTABLISHED;
}

static void two_engines_hold_a_session(void **state)
{
	struct house *h = *state;

	start_a(h, "a");
	start_b(h, "b");
	RUN_UNTIL(h, both_up(h));
	assert_true(has_event(&h->a, "up"));
	assert_true(has_event(&h->b, "up"));
	assert_string_equal(h->a.messages, "");
}

static int connect_from(const char *from, const char *to, uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET }, b = a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(inet_pton(AF_INET, from, &a.sin_addr), 1);
	assert_int_equal(inet_pton(AF_INET, to, &b.sin_addr), 1);
	b.sin_port = htons(port);
	assert_int_equal(bind(fd, (const struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&b, sizeof(b)), 0);
	return fd;
}

static bool has_octets(int fd, ssize_t *n)
{
	uint8_t open[64];
	*n = recv(fd, open, sizeof(open), MSG_DONTWAIT);
	return *n >= 0 || errno != EAGAIN;
}

/* Before the loop ran at all: its OPEN comes, not the end of the connection. */
static void who_comes_during_the_start_is_served(void **state)
{
	struct house *h = *state;
	struct engine_options opt = { .job_threads = 1 };
	struct node_config c;
	ssize_t n;

	config_b(h, &c, "", "passive = yes;");
	start_with(h, &h->b, &c, &opt, NULL);
	int fd = connect_from("127.0.7.1", "127.0.7.2", h->port);
	RUN_UNTIL(h, has_octets(fd, &n));
	assert_int_equal(n, 20);
	assert_int_equal(state_of(&h->b), MASC_OPENSENT);
	close(fd);
	node_config_free(&c);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, house_new, house_free)
	const struct CMUnitTest tests[] = {
		TEST(two_engines_hold_a_session),
		TEST(who_comes_during_the_start_is_served),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
