#include "../failing_env.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/ports.h"
#include "os/ports_int.h"
#include "os/sockaddr.h"

/* A socket bound to an address of this machine; the port goes to a->port. */
static int bound(int type, const char *ip, struct addr *a)
{
	struct sockaddr_storage ss;
	int one = 1, fd;

	assert_int_equal(addr_parse(span_str(ip), 0, a), OK);
	socklen_t n = os_sockaddr_from(&ss, a);
	fd = socket(ss.ss_family, type | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	if (ss.ss_family == AF_INET6)
		assert_int_equal(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one)), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&ss, n), 0);
	if (type == SOCK_STREAM)
		assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(os_sockaddr_local(fd, a), OK);
	return fd;
}

static void assert_ours(const struct os_port_owner *o, enum os_proto proto, const struct addr *a)
{
	assert_int_equal(o->proto, proto);
	assert_int_equal(o->pid, getpid());
	assert_int_equal(o->uid, getuid());
	assert_string_equal(o->program, "unit_os_ports");
	assert_non_null(strstr(o->path, "/unit_os_ports"));
	assert_true(addr_eq(&o->local, a));
	assert_true(o->inode > 0);
}

static void finds(enum os_proto proto, int type, const char *ip)
{
	struct os_port_owner o[4];
	struct addr a;
	size_t n = 0;
	int fd = bound(type, ip, &a);

	assert_int_equal(os_ports_find(proto, a.port, o, 4, &n), OK);
	assert_int_equal(n, 1);
	assert_ours(&o[0], proto, &a);
	(void)close(fd);
	assert_int_equal(os_ports_find(proto, a.port, o, 4, &n), OK);
	assert_int_equal(n, 0);
}

static void a_tcp_listener_over_ipv4(void **state)
{
	finds(OS_TCP, SOCK_STREAM, "127.0.0.9");
}

static void a_tcp_listener_over_ipv6(void **state)
{
	finds(OS_TCP, SOCK_STREAM, "::1");
}

static void a_udp_socket_over_ipv4(void **state)
{
	finds(OS_UDP, SOCK_DGRAM, "0.0.0.0");
}

static void a_udp_socket_over_ipv6(void **state)
{
	finds(OS_UDP, SOCK_DGRAM, "::");
}

static void a_connection_is_no_listener(void **state)
{
	struct os_port_owner o[4];
	struct sockaddr_storage ss;
	struct addr a, mine;
	size_t n = 9;
	int fd = bound(SOCK_STREAM, "127.0.0.1", &a);
	int c = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(c, (struct sockaddr *)&ss, os_sockaddr_from(&ss, &a)), 0);
	assert_int_equal(os_sockaddr_local(c, &mine), OK);
	assert_int_equal(os_ports_find(OS_TCP, mine.port, o, 4, &n), OK);
	assert_int_equal(n, 0);
	(void)close(c);
	(void)close(fd);
}

static void more_than_asked_for_are_counted(void **state)
{
	struct os_port_owner o[1];
	struct addr a, b;
	struct sockaddr_storage ss;
	size_t n = 0;
	int fd = bound(SOCK_STREAM, "127.0.0.1", &a);
	int other = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(addr_parse(span_str("127.0.0.2"), a.port, &b), OK);
	assert_int_equal(bind(other, (struct sockaddr *)&ss, os_sockaddr_from(&ss, &b)), 0);
	assert_int_equal(listen(other, 1), 0);
	assert_int_equal(os_ports_find(OS_TCP, a.port, o, 1, &n), OK);
	assert_int_equal(n, 2);
	assert_int_equal(o[0].pid, getpid());
	assert_int_equal(os_ports_find(OS_TCP, a.port, NULL, 0, &n), OK);
	assert_int_equal(n, 2);
	(void)close(fd);
	(void)close(other);
}

/* Lines as the kernel of a little-endian machine writes them. */
static const char listener[] =
	"   1: 0100007F:0A1B 00000000:0000 0A 00000000:00000000 00:00000000 00000000   105        0 "
	"48213 1 0000000000000000 100 0 0 10 0\n";
static const char established[] =
	"   2: 0100007F:0A1B 0200007F:D431 01 00000000:00000000 02:00000B5C 00000000   105        0 "
	"48214 2 0000000000000000 20 4 30 10 -1\n";
static const char over_ipv6[] =
	"   0: B80D0120000000000000000001000000:0DD4 00000000000000000000000000000000:0000 07 "
	"00000000:00000000 00:00000000 00000000  1000        0 20111 2 0000000000000000 0\n";
static const char heading[] =
	"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
	"inode\n";

static void a_line_of_the_table(void **state)
{
	struct os_port_owner o = { 0 };
	struct addr want;

	assert_true(os_ports_line_read(listener, OS_TCP, &o));
	assert_int_equal(addr_parse(span_str("127.0.0.1:2587"), 0, &want), OK);
	assert_true(addr_eq(&o.local, &want));
	assert_int_equal(o.uid, 105);
	assert_int_equal(o.inode, 48213);
	assert_int_equal(o.proto, OS_TCP);

	assert_true(os_ports_line_read(over_ipv6, OS_UDP, &o));
	assert_int_equal(addr_parse(span_str("[2001:db8::1]:3540"), 0, &want), OK);
	assert_true(addr_eq(&o.local, &want));
	assert_int_equal(o.uid, 1000);
	assert_int_equal(o.inode, 20111);
}

static void other_lines_are_passed_over(void **state)
{
	struct os_port_owner o = { .inode = 7 };

	assert_false(os_ports_line_read(heading, OS_TCP, &o));
	assert_false(os_ports_line_read(established, OS_TCP, &o));
	assert_false(os_ports_line_read(over_ipv6, OS_TCP, &o));
	assert_false(os_ports_line_read("", OS_TCP, &o));
	/* An address of neither family. */
	assert_false(os_ports_line_read("1: 0100:0A1B 0000:0000 0A 0:0 0:0 0 105 0 48213 1", OS_TCP,
					&o));
	assert_int_equal(o.inode, 7);
	/* Every line that stops early. */
	for (size_t i = 0; i < strlen(listener) - 45; i++) {
		char cut[sizeof(listener)];
		memcpy(cut, listener, i);
		cut[i] = '\0';
		if (os_ports_line_read(cut, OS_TCP, &o))
			assert_true(o.inode < 48213);
	}
}

static void a_table_is_searched_for_its_port(void **state)
{
	char text[1024];
	struct os_port_owner o[2];
	size_t n = 0;

	assert_true(snprintf(text, sizeof(text), "%s%s%s%s", heading, established, listener,
			     listener) > 0);
	FILE *f = fmemopen(text, strlen(text), "r");
	assert_non_null(f);
	os_ports_table_read(f, OS_TCP, 2587, o, 2, &n);
	assert_int_equal(n, 2);
	rewind(f);
	n = 0;
	os_ports_table_read(f, OS_TCP, 2588, o, 2, &n);
	assert_int_equal(n, 0);
	(void)fclose(f);
}

static void worded_with_program_pid_and_user(void **state)
{
	struct os_port_owner o = {
		.proto = OS_UDP, .pid = 812, .user = "avahi", .program = "avahi-daemon"
	};
	char buf[200];
	struct text t = TEXT_OF(buf);

	assert_int_equal(addr_parse(span_str("0.0.0.0:3540"), 0, &o.local), OK);
	os_port_owner_text(&t, &o);
	assert_string_equal(
		buf, "udp port 3540 on 0.0.0.0 is held by avahi-daemon (pid 812, user avahi)");
}

static void worded_without_what_is_hidden(void **state)
{
	struct os_port_owner o = { .proto = OS_TCP, .user = "postgres" };
	char buf[200];
	struct text t = TEXT_OF(buf);

	assert_int_equal(addr_parse(span_str("[::]:2587"), 0, &o.local), OK);
	os_port_owner_text(&t, &o);
	assert_string_equal(
		buf,
		"tcp port 2587 on :: is held by a program that only root can tell (user postgres)");
}

static void an_unknown_inode_stays_hidden(void **state)
{
	struct os_port_owner o = { .inode = UINT64_MAX };

	os_ports_owners_find(&o, 1);
	assert_int_equal(o.pid, 0);
	assert_string_equal(o.program, "");
	os_ports_owners_find(NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tcp_listener_over_ipv4),
		cmocka_unit_test(a_tcp_listener_over_ipv6),
		cmocka_unit_test(a_udp_socket_over_ipv4),
		cmocka_unit_test(a_udp_socket_over_ipv6),
		cmocka_unit_test(a_connection_is_no_listener),
		cmocka_unit_test(more_than_asked_for_are_counted),
		cmocka_unit_test(a_line_of_the_table),
		cmocka_unit_test(other_lines_are_passed_over),
		cmocka_unit_test(a_table_is_searched_for_its_port),
		cmocka_unit_test(worded_with_program_pid_and_user),
		cmocka_unit_test(worded_without_what_is_hidden),
		cmocka_unit_test(an_unknown_inode_stays_hidden),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
