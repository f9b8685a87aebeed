/* resolve.sock: PNRP-12.4, PNRP-12.5, PNRP-12.6. */
#include "server.h"

#include "base/resolve.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static char path[120];
static int fds[8];

static int setup(void **state)
{
	server_init();
	played_names();
	played.n_finds = 3;
	(void)snprintf(path, sizeof(path), "%s/" RESOLVE_SOCKET, server.dir);
	memset(fds, -1, sizeof(fds));
	return 0;
}

static int teardown(void **state)
{
	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	server_stop();
	assert_int_equal(access(path, F_OK), -1);
	return 0;
}

static int open_socket(void)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	strcpy(sa.sun_path, path);
	assert_int_equal(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	return fd;
}

static void say(int fd, enum resolve_family family, const char *name)
{
	uint8_t p[RESOLVE_REQUEST_MAX];
	size_t n = resolve_request_put(p, family, name, strlen(name));
	assert_int_equal(send(fd, p, n, MSG_NOSIGNAL), n);
}

/* Runs the server until a packet is there; 0: the connection ended. */
static ssize_t next(int fd, uint8_t *p, size_t size)
{
	for (;;) {
		ssize_t n = recv(fd, p, size, MSG_DONTWAIT);
		if (n >= 0 || (errno != EAGAIN && errno != EINTR))
			return n < 0 ? 0 : n;
		event_base_loop(server.base, EVLOOP_ONCE);
	}
}

static struct resolve_answer answer(int fd)
{
	uint8_t p[RESOLVE_ANSWER_MAX];
	struct resolve_answer a;
	ssize_t n = next(fd, p, sizeof(p));
	assert_true(n > 0);
	assert_true(resolve_answer_take(p, (size_t)n, &a));
	return a;
}

static void ends(int fd)
{
	uint8_t p[RESOLVE_ANSWER_MAX];
	assert_int_equal(next(fd, p, sizeof(p)), 0);
}

static void everybody_may_ask(void **state)
{
	struct stat st;
	server_start();
	assert_int_equal(stat(path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 0777, 0666);
}

static void a_name_is_found(void **state)
{
	server_start();
	fds[0] = open_socket();
	say(fds[0], RESOLVE_ANY, "printer-room.pnrp.net");
	assert_int_equal(answer(fds[0]).kind, RESOLVE_WORKING);
	struct resolve_answer a = answer(fds[0]);
	assert_int_equal(a.kind, RESOLVE_FOUND);
	assert_int_equal(a.n, 2);
	assert_int_equal(a.at[0].family, RESOLVE_IPV6);
	assert_int_equal(a.at[0].scope, 3);
	assert_int_equal(a.at[1].family, RESOLVE_IPV4);
	assert_int_equal(a.at[1].scope, 0);
	ends(fds[0]);
	assert_int_equal(played.pnrp.kind, PNRP_RESOLVE);
	assert_int_equal(played.pnrp.name.classifier_n, 12);
	assert_int_equal(server.ctl->names.count, 0);
}

static void of_one_family(void **state)
{
	server_start();
	fds[0] = open_socket();
	say(fds[0], RESOLVE_IPV4, "printer-room.pnrp.net");
	assert_int_equal(answer(fds[0]).kind, RESOLVE_WORKING);
	struct resolve_answer a = answer(fds[0]);
	assert_int_equal(a.n, 1);
	assert_int_equal(a.at[0].ip[3], 7);
}

static void what_is_not_found(void **state)
{
	static const struct {
		enum err err;
		enum resolve_kind kind;
	} rows[] = { { ERR_NOT_FOUND, RESOLVE_NOT_FOUND },
		     { ERR_TIMEOUT, RESOLVE_AGAIN },
		     { ERR_FULL, RESOLVE_AGAIN } };
	played.n_finds = 0;
	server_start();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		played.command_result = rows[i].err;
		fds[i] = open_socket();
		say(fds[i], RESOLVE_ANY, "printer-room.pnrp.net");
		assert_int_equal(answer(fds[i]).kind, RESOLVE_WORKING);
		assert_int_equal(answer(fds[i]).kind, rows[i].kind);
		ends(fds[i]);
	}
	fds[4] = open_socket();
	say(fds[4], RESOLVE_ANY, "a.b.c.pnrp.net");
	assert_int_equal(answer(fds[4]).kind, RESOLVE_WORKING);
	assert_int_equal(answer(fds[4]).kind, RESOLVE_NOT_FOUND);
}

static void without_the_part_it_is_said_at_once(void **state)
{
	played.pnrp_on = false;
	server_start();
	fds[0] = open_socket();
	say(fds[0], RESOLVE_ANY, "printer-room.pnrp.net");
	assert_int_equal(answer(fds[0]).kind, RESOLVE_WORKING);
	assert_int_equal(answer(fds[0]).kind, RESOLVE_AGAIN);
}

static void the_first_waits_a_little_for_others(void **state)
{
	played.later = true;
	server.limits.name_grace_us = 1000;
	server_start();
	fds[0] = open_socket();
	say(fds[0], RESOLVE_ANY, "printer-room.pnrp.net");
	assert_int_equal(answer(fds[0]).kind, RESOLVE_WORKING);
	played_find(&played.finds[2]);
	played_find(&played.finds[2]); /* the same again */
	struct resolve_answer a = answer(fds[0]);
	assert_int_equal(a.kind, RESOLVE_FOUND);
	assert_int_equal(a.n, 2);
	assert_int_equal(played.cancelled, played.last_number);
	assert_int_equal(server.ctl->names.count, 0);
}

static void who_hangs_up_ends_the_search(void **state)
{
	played.later = true;
	server_start();
	fds[0] = open_socket();
	say(fds[0], RESOLVE_ANY, "printer-room.pnrp.net");
	assert_int_equal(answer(fds[0]).kind, RESOLVE_WORKING);
	close(fds[0]);
	fds[0] = -1;
	server_settle();
	assert_int_equal(played.cancelled, played.last_number);
	assert_int_equal(server.ctl->names.count, 0);
}

static void bad_packets_end_it(void **state)
{
	static const struct {
		const char *octets;
		size_t n;
	} rows[] = { { "h\1\0", 3 },
		     { "H\1\0name", 7 },
		     { "h\2\0name", 7 },
		     { "h\1\5name", 7 },
		     { "h\1\0na\0e", 7 } };
	char long_one[RESOLVE_REQUEST_MAX + 1] = "h\1";
	memset(long_one + 3, 'x', sizeof(long_one) - 3);
	server_start();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int fd = open_socket();
		assert_int_equal(send(fd, rows[i].octets, rows[i].n, 0), rows[i].n);
		ends(fd);
		close(fd);
	}
	fds[0] = open_socket();
	assert_int_equal(send(fds[0], long_one, sizeof(long_one), 0), sizeof(long_one));
	ends(fds[0]);
	assert_int_equal(played.pnrp_commands, 0);
}

static void a_second_packet_ends_it(void **state)
{
	played.later = true;
	server_start();
	fds[0] = open_socket();
	say(fds[0], RESOLVE_ANY, "printer-room.pnrp.net");
	assert_int_equal(answer(fds[0]).kind, RESOLVE_WORKING);
	say(fds[0], RESOLVE_ANY, "printer-room.pnrp.net");
	ends(fds[0]);
	assert_int_equal(played.cancelled, played.last_number);
}

static void who_says_nothing_is_let_go(void **state)
{
	server.limits.name_request_us = 1000;
	server_start();
	fds[0] = open_socket();
	ends(fds[0]);
	assert_int_equal(server.ctl->names.count, 0);
}

static void there_is_room_for_so_many(void **state)
{
	played.later = true;
	server.limits.name_clients = 2;
	server_start();
	for (size_t i = 0; i < 2; i++) {
		fds[i] = open_socket();
		say(fds[i], RESOLVE_ANY, "printer-room.pnrp.net");
		assert_int_equal(answer(fds[i]).kind, RESOLVE_WORKING);
	}
	fds[2] = open_socket();
	ends(fds[2]);
	close(fds[0]);
	fds[0] = -1;
	server_settle();
	fds[3] = open_socket();
	say(fds[3], RESOLVE_ANY, "printer-room.pnrp.net");
	assert_int_equal(answer(fds[3]).kind, RESOLVE_WORKING);
}

static void and_for_so_many_of_one_user(void **state)
{
	played.later = true;
	server.limits.name_clients_uid = 1;
	server_start();
	fds[0] = open_socket();
	say(fds[0], RESOLVE_ANY, "printer-room.pnrp.net");
	assert_int_equal(answer(fds[0]).kind, RESOLVE_WORKING);
	fds[1] = open_socket();
	ends(fds[1]);
}

static void without_the_socket_the_rest_goes_on(void **state)
{
	FILE *f = fopen(path, "w"); /* something else lies there */
	assert_non_null(f);
	fclose(f);
	server_start();
	assert_int_equal(server.ctl->names.fd, -1);
	char *r = ask("GET", "/v1/events/recent", "");
	assert_int_equal(status_of(r), 200);
	assert_non_null(strstr(r, "do not find names through this daemon"));
	free(r);
	assert_int_equal(unlink(path), 0);
}

static void the_end_ends_all(void **state)
{
	played.later = true;
	server_start();
	fds[0] = open_socket();
	say(fds[0], RESOLVE_ANY, "printer-room.pnrp.net");
	assert_int_equal(answer(fds[0]).kind, RESOLVE_WORKING);
	fds[1] = open_socket(); /* and teardown finds no leak */
	server_settle();
	assert_int_equal(server.ctl->names.count, 2);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(everybody_may_ask),
		T(a_name_is_found),
		T(of_one_family),
		T(what_is_not_found),
		T(without_the_part_it_is_said_at_once),
		T(the_first_waits_a_little_for_others),
		T(who_hangs_up_ends_the_search),
		T(bad_packets_end_it),
		T(a_second_packet_ends_it),
		T(who_says_nothing_is_let_go),
		T(there_is_room_for_so_many),
		T(and_for_so_many_of_one_user),
		T(without_the_socket_the_rest_goes_on),
		T(the_end_ends_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
