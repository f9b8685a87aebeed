#include "../failing_env.h"
#include "base/text.h"
#include "daemon/notify.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* A service manager: a bound socket that hears what is sent to it. */
struct manager {
	char folder[32], name[108];
	int fd;
};

static void manager_bind(struct manager *m, bool abstract)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	socklen_t len;
	strcpy(m->folder, "/tmp/notify-XXXXXX");
	assert_non_null(mkdtemp(m->folder));
	snprintf(m->name, sizeof(m->name), "%s%s/sock", abstract ? "@" : "", m->folder);
	memcpy(sa.sun_path, m->name, strlen(m->name));
	if (abstract)
		sa.sun_path[0] = '\0';
	len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(m->name) + !abstract);
	m->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_true(m->fd >= 0);
	assert_int_equal(bind(m->fd, (struct sockaddr *)&sa, len), 0);
}

static void manager_close(struct manager *m)
{
	close(m->fd);
	unlink(m->name);
	rmdir(m->folder);
}

static void hears(struct manager *m, const char *want)
{
	char got[1024];
	ssize_t n = recv(m->fd, got, sizeof(got) - 1, 0);
	assert_true(n >= 0);
	got[n] = '\0';
	assert_string_equal(got, want);
}

static void life(struct manager *m)
{
	struct notify n;
	assert_int_equal(notify_init(&n, m->name), OK);
	notify_ready(&n, "no peers");
	hears(m, "READY=1\nSTATUS=no peers\n");
	notify_status(&n, "1 of 2 up");
	hears(m, "STATUS=1 of 2 up\n");
	notify_reloading(&n, (struct mono){ 1234567 });
	hears(m, "RELOADING=1\nMONOTONIC_USEC=1234567\nSTATUS=reading the configuration anew\n");
	notify_ready(&n, NULL);
	hears(m, "READY=1\n");
	notify_stopping(&n, "bye");
	hears(m, "STOPPING=1\nSTATUS=bye\n");
	notify_fini(&n);
	notify_ready(&n, NULL);
	assert_true(recv(m->fd, (char[1]){ 0 }, 1, 0) < 0);
}

static void by_path(void **state)
{
	struct manager m;
	manager_bind(&m, false);
	life(&m);
	manager_close(&m);
}

static void abstract(void **state)
{
	struct manager m;
	manager_bind(&m, true);
	life(&m);
	manager_close(&m);
}

static void nobody_listens(void **state)
{
	struct notify n;
	assert_int_equal(notify_init(&n, NULL), OK);
	notify_ready(&n, "heard by nobody");
	notify_fini(&n);
	assert_int_equal(notify_init(&n, ""), OK);
	assert_int_equal(n.fd, -1);
	assert_int_equal(notify_init(&n, "/nonexistent/socket"), ERR_IO);
	assert_int_equal(n.fd, -1);
	notify_stopping(&n, "still silent");
}

static void bad_names(void **state)
{
	struct notify n;
	char name[110];
	memset(name, 'a', sizeof(name));
	name[0] = '/';
	name[108] = '\0';
	assert_int_equal(notify_init(&n, name), ERR_MALFORMED);
	assert_int_equal(notify_init(&n, "relative"), ERR_MALFORMED);
	assert_int_equal(notify_init(&n, "@"), ERR_MALFORMED);
	assert_int_equal(notify_init(&n, "/"), ERR_MALFORMED);
	assert_int_equal(n.fd, -1);
}

/* A manager that reads nothing does not hold the daemon up. */
static void a_full_socket_is_no_obstacle(void **state)
{
	struct manager m;
	struct notify n;
	manager_bind(&m, false);
	assert_int_equal(notify_init(&n, m.name), OK);
	for (int i = 0; i < 5000; i++)
		notify_status(&n, "again and again");
	hears(&m, "STATUS=again and again\n");
	close(m.fd);
	notify_status(&n, "gone");
	notify_fini(&n);
	unlink(m.name);
	rmdir(m.folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_path),
		cmocka_unit_test(abstract),
		cmocka_unit_test(nobody_listens),
		cmocka_unit_test(bad_names),
		cmocka_unit_test(a_full_socket_is_no_obstacle),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
