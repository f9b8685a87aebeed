#include "fake.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GUARD_MS 60000

char fake_folder[80];
int64_t fake_waited_ms;
int fake_awaited;
struct stat *fake_run, *fake_system;
static char top[64], path[96];
static pid_t child;

int __real_poll(struct pollfd *p, nfds_t n, int timeout);
int __wrap_poll(struct pollfd *p, nfds_t n, int timeout);
int __wrap_clock_gettime(clockid_t id, struct timespec *t);
int __real_lstat64(const char *name, struct stat *st);
int __wrap_lstat64(const char *name, struct stat *st);

/* What is to come is waited for as long as it takes; else time passes at once. */
int __wrap_poll(struct pollfd *p, nfds_t n, int timeout)
{
	int left = __atomic_fetch_sub(&fake_awaited, 1, __ATOMIC_SEQ_CST);
	if (left > 0)
		return __real_poll(p, n, GUARD_MS);
	fake_waited_ms += timeout;
	return 0;
}

int __wrap_clock_gettime(clockid_t id, struct timespec *t)
{
	*t = (struct timespec){ 1000 + fake_waited_ms / 1000, fake_waited_ms % 1000 * 1000000 };
	return 0;
}

static int told(const struct stat *what, struct stat *st)
{
	errno = ENOENT;
	if (!what)
		return -1;
	*st = *what;
	return 0;
}

/* A daemon of the machine that runs the test is nobody's business here. */
int __wrap_lstat64(const char *name, struct stat *st)
{
	if (strcmp(name, "/run") == 0)
		return told(fake_run, st);
	if (strcmp(name, "/run/homestead") == 0)
		return told(fake_system, st);
	return __real_lstat64(name, st);
}

void fake_init(void)
{
	(void)snprintf(top, sizeof(top), "/tmp/homestead-unit-XXXXXX");
	assert_non_null(mkdtemp(top));
	(void)snprintf(fake_folder, sizeof(fake_folder), "%s/homestead", top);
	(void)snprintf(path, sizeof(path), "%s/" RESOLVE_SOCKET, fake_folder);
	assert_int_equal(setenv("XDG_RUNTIME_DIR", top, 1), 0);
	assert_int_equal(setenv("TMPDIR", top, 1), 0);
	assert_int_equal(mkdir(fake_folder, 0700), 0);
	fake_waited_ms = 0;
	fake_awaited = 0;
	fake_run = fake_system = NULL;
}

void fake_fini(void)
{
	fake_stop();
	(void)unlink(path);
	assert_int_equal(rmdir(fake_folder), 0);
	assert_int_equal(rmdir(top), 0);
}

static void serve(int listener, const struct fake *f)
{
	for (;;) {
		uint8_t request[RESOLVE_REQUEST_MAX + 1];
		int fd = accept(listener, NULL, NULL);
		if (fd < 0 || recv(fd, request, sizeof(request), 0) < 0)
			_exit(1);
		for (size_t i = 0; i < f->n_says; i++)
			(void)send(fd, f->says[i].octets, f->says[i].n, MSG_NOSIGNAL);
		if (!f->hangs)
			close(fd);
	}
}

static void be_daemon(const struct fake *f, int ready)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	strcpy(sa.sun_path, path);
	if (bind(fd, (struct sockaddr *)&sa, sizeof(sa)) || chmod(path, 0666) ||
	    (f->folder && chown(fake_folder, f->folder, f->folder)) ||
	    chmod(fake_folder, f->mode ? f->mode : 0700) || (f->uid && setuid(f->uid)) ||
	    listen(fd, 64) || write(ready, "!", 1) != 1)
		_exit(1);
	while (f->stopped)
		pause();
	serve(fd, f);
}

void fake_start(const struct fake *f)
{
	int ready[2];
	char c;
	fake_stop();
	(void)unlink(path);
	assert_int_equal(pipe(ready), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		be_daemon(f, ready[1]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	fake_waited_ms = 0;
	fake_awaited = f->stopped ? 0 : (int)f->n_says + !f->hangs;
}

void fake_stop(void)
{
	if (child > 0) {
		assert_int_equal(kill(child, SIGKILL), 0);
		assert_int_equal(waitpid(child, NULL, 0), child);
		assert_int_equal(chown(fake_folder, geteuid(), getegid()), 0);
		assert_int_equal(chmod(fake_folder, 0700), 0);
	}
	child = 0;
}

struct packet fake_packet(const struct resolve_answer *a)
{
	struct packet p;
	p.n = resolve_answer_put(p.octets, a);
	return p;
}

struct fake fake_finding(const struct resolve_answer *a)
{
	const struct resolve_answer working = { .kind = RESOLVE_WORKING };
	return (struct fake){ .says = { fake_packet(&working), fake_packet(a) }, .n_says = 2 };
}

struct resolve_address fake_address(const char *text, uint32_t scope)
{
	struct resolve_address a = { .scope = scope };
	a.family = strchr(text, ':') ? RESOLVE_IPV6 : RESOLVE_IPV4;
	assert_int_equal(inet_pton(a.family == RESOLVE_IPV4 ? AF_INET : AF_INET6, text, a.ip), 1);
	return a;
}

size_t fake_descriptors(void)
{
	size_t n = 0;
	DIR *d = opendir("/proc/self/fd");
	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}
