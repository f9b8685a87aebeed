#include "machine.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define GUARD_MS 60000

struct machine machines[MACHINES];
static const char *as_file = "", *as_text = "";

bool machine_inproc(void)
{
	return !getenv("HOMESTEADD");
}

void machine_configure(const char *file, const char *text)
{
	as_file = file;
	as_text = text;
}

static void path_in(const struct machine *m, const char *name, char *path, size_t size)
{
	assert_true((size_t)snprintf(path, size, "%s/%s", m->dir, name) < size);
}

/* A socket on which the daemon says that it is ready. */
static int ready_socket(const struct machine *m, struct sockaddr_un *sa)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	sa->sun_family = AF_UNIX;
	path_in(m, "notify", sa->sun_path, sizeof(sa->sun_path));
	(void)unlink(sa->sun_path);
	assert_int_equal(bind(fd, (const struct sockaddr *)sa, sizeof(*sa)), 0);
	return fd;
}

static void write_config(const char *path)
{
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	fputs(as_file, f);
	assert_int_equal(fclose(f), 0);
}

static void run_daemon(const struct machine *m, const char *notify)
{
	char config[100], socket_path[100], log[100];
	path_in(m, "conf", config, sizeof(config));
	path_in(m, "control.sock", socket_path, sizeof(socket_path));
	path_in(m, "log", log, sizeof(log));
	write_config(config);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)setenv("NOTIFY_SOCKET", notify, 1);
	int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	(void)dup2(fd, STDERR_FILENO);
	(void)execl(getenv("HOMESTEADD"), "homesteadd", "--config", config, "--socket", socket_path,
		    "--state", m->dir, NULL);
	_exit(127);
}

static void await_ready(int fd)
{
	char text[512] = "";
	while (!strstr(text, "READY=1")) {
		struct pollfd p = { fd, POLLIN, 0 };
		assert_int_equal(poll(&p, 1, GUARD_MS), 1);
		ssize_t n = recv(fd, text, sizeof(text) - 1, 0);
		assert_true(n >= 0);
		text[n] = 0;
	}
}

static void start_daemon(struct machine *m)
{
	struct sockaddr_un sa;
	int fd = ready_socket(m, &sa);
	m->daemon = fork();
	assert_true(m->daemon >= 0);
	if (m->daemon == 0)
		run_daemon(m, sa.sun_path);
	await_ready(fd);
	(void)close(fd);
}

void machine_start(struct machine *m)
{
	hst_ctx_opts opts = HST_INIT(hst_ctx_opts);
	char path[100], why[300] = "";
	opts.why = why;
	opts.why_n = sizeof(why);
	if (machine_inproc()) {
		opts.flags = HST_CTX_INPROC;
		opts.state_dir = m->dir;
		opts.config = as_text;
	} else {
		start_daemon(m);
		path_in(m, "control.sock", path, sizeof(path));
		opts.socket_path = path;
	}
	if (hst_ctx_new(&opts, &m->ctx) != HST_OK)
		fail_msg("no context: %s", why);
}

static void forget(struct machine *m)
{
	hst_free(m->got);
	m->got = NULL;
	while (m->n_kept)
		hst_free(m->kept[--m->n_kept]);
	free(m->kept);
	m->kept = NULL;
}

void machine_stop(struct machine *m, bool hard)
{
	forget(m);
	hst_free(m->ctx);
	m->ctx = NULL;
	if (!m->daemon)
		return;
	int status;
	assert_int_equal(kill(m->daemon, hard ? SIGKILL : SIGTERM), 0);
	assert_int_equal(waitpid(m->daemon, &status, 0), m->daemon);
	if (!hard)
		assert_int_equal(status, 0);
	m->daemon = 0;
}

void machine_kill(struct machine *m)
{
	assert_int_equal(kill(m->daemon, SIGKILL), 0);
	assert_int_equal(waitpid(m->daemon, NULL, 0), m->daemon);
	m->daemon = 0;
}

void machine_revive(struct machine *m)
{
	start_daemon(m);
}

int machines_up(void **state)
{
	for (size_t i = 0; i < MACHINES; i++) {
		machines[i] = (struct machine){ .dir = "/tmp/homestead-unit-XXXXXX" };
		assert_non_null(mkdtemp(machines[i].dir));
		machine_start(&machines[i]);
	}
	return 0;
}

int machines_down(void **state)
{
	char command[100];
	for (size_t i = 0; i < MACHINES; i++) {
		if (machines[i].ctx)
			machine_stop(&machines[i], false);
		(void)snprintf(command, sizeof(command), "rm -r %s", machines[i].dir);
		assert_int_equal(system(command), 0);
	}
	return 0;
}

/* Waits until one of them has something to do. */
static void wait_all(void)
{
	struct pollfd p[MACHINES];
	nfds_t n = 0;
	for (size_t i = 0; i < MACHINES; i++)
		if (machines[i].ctx)
			p[n++] = (struct pollfd){ hst_ctx_fd(machines[i].ctx), POLLIN, 0 };
	if (poll(p, n, GUARD_MS) < 1)
		fail_msg("nothing happens any more");
}

static void keep(struct machine *m, hst_event *e)
{
	if (!e)
		return;
	m->kept = realloc(m->kept, (m->n_kept + 1) * sizeof(*m->kept));
	assert_non_null(m->kept);
	m->kept[m->n_kept++] = e;
}

/* One event of each other machine, so that all go on. */
static void carry_others(const struct machine *m)
{
	for (size_t i = 0; i < MACHINES; i++)
		if (&machines[i] != m && machines[i].ctx)
			keep(&machines[i], hst_ctx_next_event(machines[i].ctx));
}

static hst_event *next_event(struct machine *m)
{
	if (!m->n_kept)
		return hst_ctx_next_event(m->ctx);
	hst_event *e = m->kept[0];
	memmove(m->kept, m->kept + 1, --m->n_kept * sizeof(*m->kept));
	return e;
}

const hst_event *machine_await(struct machine *m, machine_match_fn *match, const void *arg)
{
	hst_free(m->got);
	m->got = NULL;
	for (;;) {
		carry_others(m);
		hst_event *e = next_event(m);
		if (e && match(e, arg)) {
			m->got = e;
			return e;
		}
		hst_free(e);
		if (!e)
			wait_all();
	}
}

static bool is_kind(const hst_event *e, const void *arg)
{
	return e->kind == *(const uint32_t *)arg;
}

const hst_event *machine_await_kind(struct machine *m, uint32_t kind)
{
	return machine_await(m, is_kind, &kind);
}

static bool is_end(const hst_event *e, const void *arg)
{
	return e->kind == HST_EVENT_OP_DONE && e->op == *(const hst_op *)arg;
}

const hst_event *machine_end(struct machine *m, hst_op op)
{
	return machine_await(m, is_end, &op);
}

const hst_event *machine_call(struct machine *m, const char *method, const char *path,
			      const char *body)
{
	hst_op op;
	assert_int_equal(hst_call(m->ctx, method, path, body, 0, &op), HST_OK);
	return machine_end(m, op);
}

uint16_t machine_port(struct machine *m)
{
	unsigned port = 0;
	const hst_event *e = machine_call(m, "GET", "/v1/graphs", NULL);
	const char *at = strstr(e->json, "\"port\":");
	assert_non_null(at);
	assert_int_equal(sscanf(at, "\"port\": %u", &port), 1);
	assert_true(port > 0 && port < 65536);
	return (uint16_t)port;
}
