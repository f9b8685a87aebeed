/* One question and its answer: PNRP-12.7, PNRP-12.8, PNRP-12.9. */
#include "fake.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAME "printer-room.pnrp.net"

static struct resolve_answer got;
static size_t open_before;

static int setup(void **state)
{
	fake_init();
	memset(&got, 0, sizeof(got));
	open_before = fake_descriptors();
	return 0;
}

static int teardown(void **state)
{
	fake_fini();
	assert_int_equal(fake_descriptors(), open_before);
	return 0;
}

static enum nss_asked ask(void)
{
	errno = 77;
	enum nss_asked asked = nss_ask(RESOLVE_ANY, NAME, strlen(NAME), &got);
	assert_int_equal(errno, 77);
	return asked;
}

static struct resolve_answer two(void)
{
	struct resolve_answer a = { .kind = RESOLVE_FOUND, .n = 2 };
	a.at[0] = fake_address("fe80::1", 3);
	a.at[1] = fake_address("192.0.2.7", 0);
	return a;
}

static void an_answer_is_taken(void **state)
{
	struct resolve_answer a = two();
	struct fake f = fake_finding(&a);
	fake_start(&f);
	assert_int_equal(ask(), NSS_ANSWERED);
	assert_int_equal(got.kind, RESOLVE_FOUND);
	assert_int_equal(got.n, 2);
	assert_int_equal(got.at[0].scope, 3);
	assert_memory_equal(got.at[1].ip, a.at[1].ip, 16);
	assert_int_equal(fake_waited_ms, 0);
}

static void an_answer_may_come_at_once(void **state)
{
	const struct resolve_answer none = { .kind = RESOLVE_NOT_FOUND };
	struct fake f = { .says = { fake_packet(&none) }, .n_says = 1 };
	fake_start(&f);
	assert_int_equal(ask(), NSS_ANSWERED);
	assert_int_equal(got.kind, RESOLVE_NOT_FOUND);
}

static void nobody_is_seen_at_once(void **state)
{
	assert_int_equal(ask(), NSS_NOBODY);
	const struct resolve_answer a = two();
	struct fake f = fake_finding(&a);
	fake_start(&f);
	fake_stop(); /* the socket stays, as after a crash */
	assert_int_equal(ask(), NSS_NOBODY);
	assert_int_equal(fake_waited_ms, 0);
}

static void a_stopped_daemon_costs_50_ms(void **state)
{
	struct fake f = { .stopped = true };
	fake_start(&f);
	assert_int_equal(ask(), NSS_NOBODY);
	assert_in_range(fake_waited_ms, 1, RESOLVE_WORKING_MS);
}

static void a_daemon_at_work_is_given_5_s(void **state)
{
	const struct resolve_answer working = { .kind = RESOLVE_WORKING };
	struct fake f = { .says = { fake_packet(&working) }, .n_says = 1, .hangs = true };
	fake_start(&f);
	assert_int_equal(ask(), NSS_LATE);
	assert_int_equal(fake_waited_ms, RESOLVE_ANSWER_MS);
}

static void a_daemon_may_die_at_work(void **state)
{
	const struct resolve_answer working = { .kind = RESOLVE_WORKING };
	struct fake f = { .says = { fake_packet(&working) }, .n_says = 1 };
	fake_start(&f);
	assert_int_equal(ask(), NSS_LATE);
	assert_int_equal(fake_waited_ms, 0);
	f.n_says = 2;
	f.says[1] = f.says[0]; /* and says so twice */
	fake_start(&f);
	assert_int_equal(ask(), NSS_LATE);
}

/* As the first packet, and as the second. */
static void refused(const struct packet *p)
{
	const struct resolve_answer working = { .kind = RESOLVE_WORKING };
	struct fake f = { .says = { *p }, .n_says = 1 };
	fake_start(&f);
	assert_int_equal(ask(), NSS_NOBODY);
	f = (struct fake){ .says = { fake_packet(&working), *p }, .n_says = 2 };
	fake_start(&f);
	assert_int_equal(ask(), NSS_LATE);
}

static void bad_answers_are_none(void **state)
{
	const struct resolve_answer a = two();
	const struct packet good = fake_packet(&a);
	static const struct {
		size_t at;
		uint8_t value;
	} spoilt[] = { { 0, 'h' },
		       { 1, 2 },
		       { 2, 0 },
		       { 2, 5 },
		       { 2, RESOLVE_NOT_FOUND },
		       { 3, 0 },
		       { 3, 1 },
		       { 3, 3 },
		       { 3, 33 },
		       { 3, 255 },
		       { 4, 0 },
		       { 4, 5 },
		       { 25, 7 },
		       { 2, RESOLVE_WORKING } };
	for (size_t i = 0; i < sizeof(spoilt) / sizeof(spoilt[0]); i++) {
		struct packet p = good;
		p.octets[spoilt[i].at] = spoilt[i].value;
		refused(&p);
	}
	struct packet p = good;
	p.n = sizeof(p.octets); /* longer than any */
	refused(&p);
	p.n = good.n + 1;
	refused(&p);
}

static void cut_answers_are_none(void **state)
{
	const struct resolve_answer a = two();
	const struct packet good = fake_packet(&a);
	struct resolve_answer out;
	for (size_t n = 0; n < good.n; n++) {
		uint8_t *exact = malloc(n + 1);
		assert_non_null(exact);
		memcpy(exact, good.octets, n);
		assert_false(resolve_answer_take(exact, n, &out));
		free(exact);
	}
	assert_true(resolve_answer_take(good.octets, good.n, &out));
	assert_memory_equal(&out.at[0], &a.at[0], sizeof(a.at[0]));
}

static void requests_round_trip(void **state)
{
	uint8_t p[RESOLVE_REQUEST_MAX];
	char name[RESOLVE_NAME_MAX + 1];
	enum resolve_family family;
	size_t n = resolve_request_put(p, RESOLVE_IPV6, NAME, strlen(NAME));
	assert_int_equal(n, RESOLVE_REQUEST_HEAD + strlen(NAME));
	assert_true(resolve_request_take(p, n, &family, name));
	assert_string_equal(name, NAME);
	assert_int_equal(family, RESOLVE_IPV6);
	for (size_t i = 0; i <= RESOLVE_REQUEST_HEAD; i++)
		assert_false(resolve_request_take(p, i, &family, name));
	p[5] = 0;
	assert_false(resolve_request_take(p, n, &family, name));
	p[5] = 'i';
	p[2] = 5;
	assert_false(resolve_request_take(p, n, &family, name));
	assert_int_equal(resolve_request_put(p, RESOLVE_ANY, NAME, 0), 0);
	assert_int_equal(resolve_request_put(p, RESOLVE_ANY, NAME, RESOLVE_NAME_MAX + 1), 0);
}

static void only_folders_of_ours_are_trusted(void **state)
{
	const struct resolve_answer a = two();
	struct fake f = fake_finding(&a);
	f.mode = 0777; /* anybody may put a socket there */
	fake_start(&f);
	assert_int_equal(ask(), NSS_NOBODY);
	f.mode = 0755;
	fake_start(&f);
	assert_int_equal(ask(), NSS_ANSWERED);
	if (geteuid() != 0)
		return;
	f.folder = 65534;
	fake_start(&f);
	assert_int_equal(ask(), NSS_NOBODY);
	f.folder = 0;
	f.uid = 65534; /* somebody else answers */
	fake_start(&f);
	assert_int_equal(ask(), NSS_NOBODY);
}

static void the_daemon_never_asks_itself(void **state)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	(void)snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/" RESOLVE_SOCKET, fake_folder);
	assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(ask(), NSS_NOBODY);
	assert_int_equal(fake_waited_ms, 0);
	close(fd);
}

static void a_system_folder_is_roots_to_give(void **state)
{
	struct nss_place places[NSS_PLACES];
	struct stat run = { .st_mode = S_IFDIR | 0755 };
	struct stat system = { .st_mode = S_IFDIR | 0755, .st_uid = 123 };
	assert_int_equal(nss_places(places), 1);
	fake_run = &run;
	fake_system = &system;
	assert_int_equal(nss_places(places), 2);
	assert_string_equal(places[1].path, "/run/homestead/" RESOLVE_SOCKET);
	assert_int_equal(places[1].owner, 123);
	run.st_uid = 123;
	assert_int_equal(nss_places(places), 1);
	run.st_uid = 0;
	run.st_mode |= S_IWOTH;
	assert_int_equal(nss_places(places), 1);
	run.st_mode = S_IFDIR | 0755;
	system.st_mode = S_IFLNK | 0777;
	assert_int_equal(nss_places(places), 1);
}

static void long_folders_are_left_out(void **state)
{
	struct nss_place places[NSS_PLACES];
	char folder[300];
	memset(folder, 'a', sizeof(folder));
	folder[0] = '/';
	folder[sizeof(folder) - 1] = 0;
	setenv("XDG_RUNTIME_DIR", folder, 1);
	setenv("TMPDIR", folder, 1);
	assert_int_equal(nss_places(places), 0);
	setenv("XDG_RUNTIME_DIR", "relative", 1);
	setenv("TMPDIR", "", 1);
	assert_in_range(nss_places(places), 0, 1); /* a daemon in /tmp of this machine */
}

static void *ask_often(void *arg)
{
	struct resolve_answer mine;
	size_t *good = arg;
	for (int i = 0; i < 50; i++)
		*good += nss_ask(RESOLVE_ANY, NAME, strlen(NAME), &mine) == NSS_ANSWERED &&
			 mine.n == 2;
	return NULL;
}

static void threads_ask_at_once(void **state)
{
	const struct resolve_answer a = two();
	struct fake f = fake_finding(&a);
	pthread_t threads[8];
	size_t good[8] = { 0 };
	fake_start(&f);
	fake_awaited = 8 * 50 * 4;
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask_often, &good[i]), 0);
	for (size_t i = 0; i < 8; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(good[i], 50);
	}
}

static void a_child_asks_for_itself(void **state)
{
	const struct resolve_answer a = two();
	struct fake f = fake_finding(&a);
	int status;
	fake_start(&f);
	fake_awaited = 4;
	assert_int_equal(ask(), NSS_ANSWERED);
	pid_t pid = fork();
	if (pid == 0)
		_exit(ask() == NSS_ANSWERED && got.n == 2 ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	fake_awaited = 4;
	assert_int_equal(ask(), NSS_ANSWERED);
}

static volatile sig_atomic_t pipes;

static void on_pipe(int signal)
{
	pipes++;
}

static void no_signal_is_raised(void **state)
{
	struct fake f = { .n_says = 0 }; /* closes at once */
	(void)signal(SIGPIPE, on_pipe);
	fake_start(&f);
	for (int i = 0; i < 20; i++) {
		fake_awaited = 2;
		assert_int_equal(ask(), NSS_NOBODY);
	}
	assert_int_equal(pipes, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_answer_is_taken, setup, teardown),
		cmocka_unit_test_setup_teardown(an_answer_may_come_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(nobody_is_seen_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(a_stopped_daemon_costs_50_ms, setup, teardown),
		cmocka_unit_test_setup_teardown(a_daemon_at_work_is_given_5_s, setup, teardown),
		cmocka_unit_test_setup_teardown(a_daemon_may_die_at_work, setup, teardown),
		cmocka_unit_test_setup_teardown(bad_answers_are_none, setup, teardown),
		cmocka_unit_test(cut_answers_are_none),
		cmocka_unit_test(requests_round_trip),
		cmocka_unit_test_setup_teardown(only_folders_of_ours_are_trusted, setup, teardown),
		cmocka_unit_test_setup_teardown(the_daemon_never_asks_itself, setup, teardown),
		cmocka_unit_test_setup_teardown(a_system_folder_is_roots_to_give, setup, teardown),
		cmocka_unit_test_setup_teardown(long_folders_are_left_out, setup, teardown),
		cmocka_unit_test_setup_teardown(threads_ask_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(a_child_asks_for_itself, setup, teardown),
		cmocka_unit_test_setup_teardown(no_signal_is_raised, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
