#include "failing_env.h"

#include <errno.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ops/types.h"
#include "os/ports.h"

/* The kernel's tables, played: what os_ports_find answers for TCP 2587. */
static struct os_port_owner played[12];
static size_t n_played;
static bool real;
static enum err failure;

enum err __real_os_ports_find(enum os_proto proto, uint16_t port, struct os_port_owner *out,
			      size_t max, size_t *n);
enum err __wrap_os_ports_find(enum os_proto proto, uint16_t port, struct os_port_owner *out,
			      size_t max, size_t *n);
enum err __wrap_os_ports_find(enum os_proto proto, uint16_t port, struct os_port_owner *out,
			      size_t max, size_t *n)
{
	if (real)
		return __real_os_ports_find(proto, port, out, max, n);
	*n = port == 2587 && proto == OS_TCP ? n_played : 0;
	for (size_t i = 0; i < *n && i < max; i++)
		out[i] = played[i];
	return failure;
}

static void play(const char *program, int pid, const char *user)
{
	struct os_port_owner *o = &played[n_played++];
	memset(o, 0, sizeof(*o));
	o->pid = pid;
	ops_set_text(o->program, sizeof(o->program), program);
	ops_set_text(o->path, sizeof(o->path), program[0] ? "/usr/bin/x" : "");
	ops_set_text(o->user, sizeof(o->user), user);
	assert_int_equal(addr_parse(span_str("0.0.0.0:2587"), 0, &o->local), OK);
}

static int setup(void **state)
{
	n_played = 0;
	real = false;
	failure = OK;
	return 0;
}

/* Looks, and gives the rows of TCP 2587 which stand first. */
static enum err look(struct ops_ports *p, int daemon_pid, struct arena *mem, struct failing_env *fe)
{
	failing_env_init(fe, 1);
	arena_init(mem, &fe->env, 1024);
	return ops_ports_look(p, daemon_pid, mem);
}

/* Who holds the port, whether a daemon answers, and what is to be said. */
struct judgment {
	const char *program;
	int pid, daemon_pid;
	const char *verdict;
	bool ours;
	const char *advice;
};

static const struct judgment judgments[] = {
	{ "homesteadd", 70000001, 70000001, "ours", true, "held by this daemon, as it should be" },
	{ "homesteadd", 70000001, 0, "another-homestead", true,
	  "held by another Homestead daemon (pid 70000001, user ann); stop it (kill 70000001), "
	  "or give Homestead another address with masc.listen" },
	{ "homesteadd", 70000001, 70000002, "another-homestead", true, NULL },
	{ "nc", 70000001, 70000002, "squatter", false,
	  "held by \"nc\" (pid 70000001, user ann), which is not Homestead; stop it (kill "
	  "70000001), or give Homestead another address with masc.listen" },
	{ "nc", 70000001, 0, "squatter", false, NULL },
	{ "", 0, 70000002, "hidden", false,
	  "held by a process of user ann that is hidden from us; ask again as that user or as "
	  "root: sudo homestead doctor ports" },
	{ "", 0, 0, "hidden", false, NULL },
};

static void holders_are_judged(void **state)
{
	for (size_t i = 0; i < sizeof(judgments) / sizeof(judgments[0]); i++) {
		const struct judgment *j = &judgments[i];
		struct ops_ports p;
		struct arena mem;
		struct failing_env fe;
		n_played = 0;
		play(j->program, j->pid, "ann");
		assert_int_equal(look(&p, j->daemon_pid, &mem, &fe), OK);
		assert_int_equal(p.n_ports, 4);
		assert_string_equal(p.ports[0].verdict, j->verdict);
		assert_int_equal(p.ports[0].ours, j->ours);
		assert_int_equal(p.ports[0].pid, j->pid);
		assert_string_equal(p.ports[0].address, "0.0.0.0:2587");
		if (j->advice)
			assert_string_equal(p.ports[0].advice, j->advice);
		arena_free(&mem);
	}
}

/* Daemons side by side, each on an address of its own, are no trouble. */
static void another_with_its_own_address_may_stay(void **state)
{
	struct ops_ports p;
	struct arena mem;
	struct failing_env fe;
	play("homesteadd", 70000001, "ann");
	assert_int_equal(addr_parse(span_str("127.0.1.2:2587"), 0, &played[0].local), OK);
	assert_int_equal(look(&p, 70000002, &mem, &fe), OK);
	assert_string_equal(
		p.ports[0].advice,
		"held by another Homestead daemon (pid 70000001, user ann) on this "
		"address alone: fine, unless it is wanted here; stop it (kill 70000001), "
		"or give Homestead another address with masc.listen");
	arena_free(&mem);
}

static void the_four_ports_stand_in_order(void **state)
{
	static const struct {
		const char *proto;
		uint16_t port;
		const char *service;
	} want[] = { { "tcp", 2587, "MASC" },
		     { "udp", 2535, "MADCAP" },
		     { "udp", 3540, "PNRP" },
		     { "tcp", 3587, "grouping" } };
	struct ops_ports p;
	struct arena mem;
	struct failing_env fe;
	assert_int_equal(look(&p, 0, &mem, &fe), OK);
	assert_int_equal(p.n_ports, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_string_equal(p.ports[i].proto, want[i].proto);
		assert_int_equal(p.ports[i].port, want[i].port);
		assert_string_equal(p.ports[i].service, want[i].service);
		assert_string_equal(p.ports[i].verdict, "free");
		assert_string_equal(p.ports[i].address, "");
		assert_true(p.ports[i].advice[0] != 0);
	}
	arena_free(&mem);
	failing_env_assert_clean(&fe);
}

static void a_port_held_twice_has_two_rows(void **state)
{
	struct ops_ports p;
	struct arena mem;
	struct failing_env fe;
	play("nc", 70000001, "ann");
	play("homesteadd", 70000002, "bob");
	assert_int_equal(look(&p, 70000002, &mem, &fe), OK);
	assert_int_equal(p.n_ports, 5);
	assert_string_equal(p.ports[0].verdict, "squatter");
	assert_string_equal(p.ports[1].verdict, "ours");
	assert_string_equal(p.ports[1].user, "bob");
	arena_free(&mem);
}

static void more_holders_than_rows_are_cut(void **state)
{
	struct ops_ports p;
	struct arena mem;
	struct failing_env fe;
	for (int i = 0; i < 12; i++)
		play("nc", 70000001 + i, "ann");
	assert_int_equal(look(&p, 0, &mem, &fe), OK);
	assert_int_equal(p.n_ports, 8 + 3);
	arena_free(&mem);
}

static void a_kernel_that_does_not_answer_is_an_error(void **state)
{
	struct ops_ports p;
	struct arena mem;
	struct failing_env fe;
	failure = ERR_IO;
	assert_int_equal(look(&p, 0, &mem, &fe), ERR_IO);
	arena_free(&mem);
}

static void memory_may_be_short(void **state)
{
	struct failing_env fe;
	play("nc", 70000001, "ann");
	FAILING_ENV_EACH(fe, 1)
	{
		struct ops_ports p;
		struct arena mem;
		arena_init(&mem, &fe.env, 64);
		enum err e = ops_ports_look(&p, 0, &mem);
		assert_int_equal(e, fe.failed ? ERR_NOMEM : OK);
		arena_free(&mem);
		failing_env_assert_clean(&fe);
	}
}

/* A child that runs the same file as we do is another daemon of our kind,
 * whatever the file is called. */
static void the_same_executable_is_another_homestead(void **state)
{
	int fds[2];
	char octet;
	assert_int_equal(pipe(fds), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(fds[1]);
		_exit(read(fds[0], &octet, 1) != 0); /* until the parent closes its end */
	}
	close(fds[0]);
	struct os_port_owner o = { .pid = child };
	ops_set_text(o.program, sizeof(o.program), "renamed");
	assert_int_equal(ops_port_verdict(&o, getpid()), OPS_PORT_ANOTHER);
	o.pid = 1;
	assert_int_equal(ops_port_verdict(&o, getpid()), OPS_PORT_SQUATTER);
	close(fds[1]);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

/* With the real tables: a socket of ours on UDP 2535 is found and is ours. Not on 3540: a daemon
 * of this machine may be there. */
static void a_real_socket_is_found(void **state)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons(2535) };
	char address[40], held[60];
	(void)snprintf(address, sizeof(address), "127.86.%d.%d", getpid() / 200 % 200,
		       getpid() % 200);
	(void)snprintf(held, sizeof(held), "%s:2535", address);
	inet_pton(AF_INET, address, &sa.sin_addr);
	int refused = bind(fd, (const struct sockaddr *)&sa, sizeof(sa)) ? errno : 0;
	if (refused == EADDRINUSE) {
		/* A daemon of this machine has the port on every address. */
		close(fd);
		skip();
	}
	assert_int_equal(refused, 0);
	struct ops_ports p;
	struct arena mem;
	struct failing_env fe;
	real = true;
	assert_int_equal(look(&p, getpid(), &mem, &fe), OK);
	bool found = false;
	for (size_t i = 0; i < p.n_ports; i++)
		if (strcmp(p.ports[i].address, held) == 0) {
			assert_string_equal(p.ports[i].verdict, "ours");
			assert_int_equal(p.ports[i].pid, getpid());
			found = true;
		}
	assert_true(found);
	arena_free(&mem);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(holders_are_judged, setup),
		cmocka_unit_test_setup(another_with_its_own_address_may_stay, setup),
		cmocka_unit_test_setup(the_four_ports_stand_in_order, setup),
		cmocka_unit_test_setup(a_port_held_twice_has_two_rows, setup),
		cmocka_unit_test_setup(more_holders_than_rows_are_cut, setup),
		cmocka_unit_test_setup(a_kernel_that_does_not_answer_is_an_error, setup),
		cmocka_unit_test_setup(memory_may_be_short, setup),
		cmocka_unit_test_setup(the_same_executable_is_another_homestead, setup),
		cmocka_unit_test_setup(a_real_socket_is_found, setup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
