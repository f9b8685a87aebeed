#include "server.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static struct text why_of(char *buffer, size_t n)
{
	return text_of(buffer, n);
}

static int setup(void **state)
{
	server_init();
	return 0;
}

static int teardown(void **state)
{
	event_base_free(server.base);
	(void)unlink(server.path);
	return rmdir(server.dir);
}

static void the_socket_is_for_owner_and_group(void **state)
{
	struct socket_place place;
	struct stat st;
	char why[300];
	struct text t = why_of(why, sizeof(why));
	int fd;
	assert_int_equal(ctl_socket_bind(server.path, &ctl_socket_control, &place, &fd, &t), OK);
	assert_int_equal(stat(server.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	ctl_socket_remove(&place);
	assert_int_equal(stat(server.path, &st), -1);
	close(fd);
}

static void a_stale_socket_is_replaced(void **state)
{
	struct socket_place first, second;
	char why[300];
	struct text t = why_of(why, sizeof(why));
	int fd;
	assert_int_equal(ctl_socket_bind(server.path, &ctl_socket_control, &first, &fd, &t), OK);
	close(fd); /* as after a crash: the file stays */
	assert_int_equal(ctl_socket_bind(server.path, &ctl_socket_control, &second, &fd, &t), OK);
	ctl_socket_remove(&second);
	close(fd);
}

static void a_live_socket_is_left_alone(void **state)
{
	struct socket_place place, other;
	struct stat st;
	char why[300], pid[32];
	struct text t = why_of(why, sizeof(why));
	int fd, fd2 = -1;
	assert_int_equal(ctl_socket_bind(server.path, &ctl_socket_control, &place, &fd, &t), OK);
	assert_int_equal(ctl_socket_bind(server.path, &ctl_socket_control, &other, &fd2, &t),
			 ERR_IN_USE);
	assert_int_equal(fd2, -1);
	(void)snprintf(pid, sizeof(pid), "pid %d", getpid());
	assert_non_null(strstr(why, pid));
	assert_non_null(strstr(why, server.path));
	assert_non_null(strstr(why, "--socket"));
	assert_int_equal(stat(server.path, &st), 0);
	ctl_socket_remove(&place);
	close(fd);
}

static void a_socket_of_somebody_else_is_not_removed(void **state)
{
	struct socket_place first, second;
	struct stat st;
	char why[300];
	struct text t = why_of(why, sizeof(why));
	int fd, fd2;
	assert_int_equal(ctl_socket_bind(server.path, &ctl_socket_control, &first, &fd, &t), OK);
	assert_int_equal(unlink(server.path), 0);
	assert_int_equal(ctl_socket_bind(server.path, &ctl_socket_control, &second, &fd2, &t), OK);
	ctl_socket_remove(&first);
	assert_int_equal(stat(server.path, &st), 0);
	ctl_socket_remove(&second);
	close(fd);
	close(fd2);
}

static void a_file_in_the_way_is_not_removed(void **state)
{
	struct socket_place place;
	char why[300];
	struct text t = why_of(why, sizeof(why));
	int fd;
	FILE *f = fopen(server.path, "w");
	assert_non_null(f);
	fclose(f);
	assert_int_equal(ctl_socket_bind(server.path, &ctl_socket_control, &place, &fd, &t),
			 ERR_EXISTS);
	assert_non_null(strstr(why, "remove it"));
	assert_int_equal(access(server.path, F_OK), 0);
}

static void a_folder_that_is_missing_is_named(void **state)
{
	struct socket_place place;
	char why[300], path[120];
	struct text t = why_of(why, sizeof(why));
	int fd;
	(void)snprintf(path, sizeof(path), "%s/none/control.sock", server.dir);
	enum err e = ctl_socket_bind(path, &ctl_socket_control, &place, &fd, &t);
	assert_int_equal(e, ERR_NOT_FOUND);
	assert_non_null(strstr(why, path));
	assert_non_null(strstr(why, "make its folder"));
}

static void a_long_path_is_refused(void **state)
{
	struct socket_place place;
	char why[400], path[160];
	struct text t = why_of(why, sizeof(why));
	int fd;
	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = 0;
	assert_int_equal(ctl_socket_bind(path, &ctl_socket_control, &place, &fd, &t), ERR_RANGE);
	assert_non_null(strstr(why, "--socket"));
}

static void the_server_passes_the_reason_on(void **state)
{
	struct ctl *c = NULL;
	char why[400];
	struct text t = why_of(why, sizeof(why));
	assert_int_equal(ctl_new(&c, server.base, NULL, "/proc/none/x", &t), ERR_NOT_FOUND);
	assert_null(c);
	assert_non_null(strstr(why, "/proc/none/x"));
	ctl_free(NULL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_socket_is_for_owner_and_group),
		TEST(a_stale_socket_is_replaced),
		TEST(a_live_socket_is_left_alone),
		TEST(a_socket_of_somebody_else_is_not_removed),
		TEST(a_file_in_the_way_is_not_removed),
		TEST(a_folder_that_is_missing_is_named),
		TEST(a_long_path_is_refused),
		TEST(the_server_passes_the_reason_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
