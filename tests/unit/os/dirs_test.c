#include "../failing_env.h"

#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/dirs.h"

static const char *const variables[] = {
	"XDG_CONFIG_HOME",   "HOME",
	"STATE_DIRECTORY",   "XDG_STATE_HOME",
	"RUNTIME_DIRECTORY", "XDG_RUNTIME_DIR",
	"HOMESTEAD_SOCKET",  "TMPDIR",
};

static char root[64];

/* Where the calls write. */
static char path_buffer[200], why_buffer[300];
static struct text path, why;

/* Each test begins with none of the variables and an empty folder. */
static int bare(void **state)
{
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		(void)unsetenv(variables[i]);
	path = TEXT_OF(path_buffer);
	why = TEXT_OF(why_buffer);
	(void)snprintf(root, sizeof(root), "/tmp/homestead-dirs-XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int clean(void **state)
{
	char command[100];
	(void)snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command);
}

/* "ROOT<tail>", in one of several buffers. */
static const char *in_root(const char *tail)
{
	static char buf[4][200];
	static size_t at;
	char *p = buf[at++ % 4];
	(void)snprintf(p, sizeof(buf[0]), "%s%s", root, tail);
	return p;
}

static void set(const char *variable, const char *value)
{
	assert_int_equal(setenv(variable, value, 1), 0);
}

static void make_file(const char *name)
{
	FILE *f = fopen(name, "we");
	assert_non_null(f);
	assert_int_equal(fclose(f), 0);
}

static void an_option_decides(void **state)
{
	set("HOME", root);
	set("HOMESTEAD_SOCKET", "/other");
	assert_int_equal(os_dirs_config("my.conf", &path), OK);
	assert_string_equal(path.p, "my.conf");
	assert_int_equal(os_dirs_state("/my/state", &path, &why), OK);
	assert_string_equal(path.p, "/my/state");
	assert_int_equal(os_dirs_socket("/my/socket", &path, &why), OK);
	assert_string_equal(path.p, "/my/socket");
}

static void the_configuration_of_the_user_comes_first(void **state)
{
	set("HOME", root);
	assert_int_equal(os_dirs_config(NULL, &path), ERR_NOT_FOUND);
	assert_string_equal(path.p, in_root("/.config/homestead/homestead.conf"));
	assert_int_equal(os_dirs_make(in_root("/.config/homestead"), &why), OK);
	make_file(path.p);
	assert_int_equal(os_dirs_config(NULL, &path), OK);
	assert_string_equal(path.p, in_root("/.config/homestead/homestead.conf"));
	set("XDG_CONFIG_HOME", in_root("/xdg"));
	assert_int_equal(os_dirs_config(NULL, &path), ERR_NOT_FOUND);
	assert_string_equal(path.p, in_root("/xdg/homestead/homestead.conf"));
}

static void without_a_user_it_is_the_system_s(void **state)
{
	assert_int_equal(os_dirs_config(NULL, &path), ERR_NOT_FOUND);
	assert_string_equal(path.p, "/etc/homestead/homestead.conf");
	/* A relative one is no place. */
	set("XDG_CONFIG_HOME", "here");
	assert_int_equal(os_dirs_config(NULL, &path), ERR_NOT_FOUND);
	assert_string_equal(path.p, "/etc/homestead/homestead.conf");
}

static void the_state_in_order(void **state)
{
	set("HOME", "/home/ann");
	assert_int_equal(os_dirs_state(NULL, &path, &why), OK);
	assert_string_equal(path.p, "/home/ann/.local/state/homestead");
	set("XDG_STATE_HOME", "/xdg");
	assert_int_equal(os_dirs_state(NULL, &path, &why), OK);
	assert_string_equal(path.p, "/xdg/homestead");
	set("STATE_DIRECTORY", "/var/lib/homestead:/var/lib/other");
	assert_int_equal(os_dirs_state(NULL, &path, &why), OK);
	assert_string_equal(path.p, "/var/lib/homestead");
}

static void without_any_the_state_is_refused_and_the_option_named(void **state)
{
	set("HOME", "");
	assert_int_equal(os_dirs_state(NULL, &path, &why), ERR_CONFIG);
	assert_non_null(strstr(why.p, "--state"));
}

static void too_long_a_path_is_refused(void **state)
{
	char long_[300], small[20], big[400];
	path = TEXT_OF(small);
	memset(long_, 'x', sizeof(long_));
	long_[0] = '/';
	long_[sizeof(long_) - 1] = '\0';
	assert_int_equal(os_dirs_config(long_, &path), ERR_RANGE);
	assert_int_equal(os_dirs_state(long_, &path, &why), ERR_RANGE);
	assert_non_null(strstr(why.p, "--state"));
	text_clear(&why);
	path = TEXT_OF(big);
	/* It fits the buffer, but no socket address. */
	assert_int_equal(os_dirs_socket(long_, &path, &why), ERR_RANGE);
	assert_non_null(strstr(why.p, "more than 107 octets"));
}

static void the_socket_in_order(void **state)
{
	struct stat st;
	set("XDG_RUNTIME_DIR", root);
	assert_int_equal(os_dirs_socket(NULL, &path, &why), OK);
	assert_string_equal(path.p, in_root("/homestead/control.sock"));
	assert_int_equal(stat(in_root("/homestead"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	set("RUNTIME_DIRECTORY", in_root("/run"));
	assert_int_equal(os_dirs_socket(NULL, &path, &why), OK);
	assert_string_equal(path.p, in_root("/run/control.sock"));
	set("HOMESTEAD_SOCKET", "/x.sock");
	assert_int_equal(os_dirs_socket(NULL, &path, &why), OK);
	assert_string_equal(path.p, "/x.sock");
}

static void a_client_tries_the_given_one_only(void **state)
{
	assert_int_equal(os_dirs_socket_at("/x.sock", 0, &path), OK);
	assert_string_equal(path.p, "/x.sock");
	assert_int_equal(os_dirs_socket_at("/x.sock", 1, &path), ERR_NOT_FOUND);
	set("HOMESTEAD_SOCKET", "/y.sock");
	assert_int_equal(os_dirs_socket_at(NULL, 0, &path), OK);
	assert_string_equal(path.p, "/y.sock");
	assert_int_equal(os_dirs_socket_at(NULL, 1, &path), ERR_NOT_FOUND);
}

static void a_client_tries_the_user_s_then_the_system_s(void **state)
{
	set("XDG_RUNTIME_DIR", root);
	assert_int_equal(os_dirs_socket_at(NULL, 0, &path), OK);
	assert_string_equal(path.p, in_root("/homestead/control.sock"));
	assert_int_equal(os_dirs_socket_at(NULL, 1, &path), OK);
	assert_string_equal(path.p, "/run/homestead/control.sock");
	assert_int_equal(os_dirs_socket_at(NULL, 2, &path), ERR_NOT_FOUND);
}

static void root_without_variables_has_the_system_s_alone(void **state)
{
	if (geteuid())
		skip();
	assert_int_equal(os_dirs_socket_at(NULL, 0, &path), OK);
	assert_string_equal(path.p, "/run/homestead/control.sock");
	assert_int_equal(os_dirs_socket_at(NULL, 1, &path), ERR_NOT_FOUND);
}

/* 0 when the folder is made as it should be; 77 when that cannot be tried. */
static int make_system_s(void)
{
	struct stat st;
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tmpfs", "/run", "tmpfs", 0, NULL))
		return 77;
	(void)umask(0077);
	if (os_dirs_socket(NULL, &path, &why) || stat("/run/homestead", &st))
		return 1;
	if ((st.st_mode & 0777) != 0755)
		return 2;
	/* What an administrator made of it stays. */
	if (chmod("/run/homestead", 0750) || os_dirs_socket(NULL, &path, &why))
		return 3;
	return stat("/run/homestead", &st) || (st.st_mode & 0777) != 0750 ? 4 : 0;
}

/* The group that may use the control socket must come as far as that. */
static void the_system_s_folder_lets_others_in(void **state)
{
	int status = 0;
	if (geteuid())
		skip();
	pid_t child = fork();
	if (!child)
		_exit(make_system_s());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* As somebody without a runtime folder; root only can become one. */
static void the_temporary_folder_must_be_ours(void **state)
{
	struct stat st;
	if (geteuid())
		skip();
	assert_int_equal(chmod(root, 01777), 0);
	set("TMPDIR", root);
	assert_int_equal(seteuid(4711), 0);
	assert_int_equal(os_dirs_socket(NULL, &path, &why), OK);
	assert_string_equal(path.p, in_root("/homestead-4711/control.sock"));
	assert_int_equal(stat(in_root("/homestead-4711"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(os_dirs_socket_at(NULL, 0, &path), OK);
	assert_string_equal(path.p, in_root("/homestead-4711/control.sock"));
	/* Open to others: not used by daemon or client. */
	assert_int_equal(chmod(in_root("/homestead-4711"), 0750), 0);
	assert_int_equal(os_dirs_socket(NULL, &path, &why), ERR_DENIED);
	assert_int_equal(os_dirs_socket_at(NULL, 0, &path), OK);
	assert_string_equal(path.p, "/run/homestead/control.sock");
	assert_int_equal(os_dirs_socket_at(NULL, 1, &path), ERR_NOT_FOUND);
	/* Somebody else's, or a link to a good one. */
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(chmod(in_root("/homestead-4711"), 0700), 0);
	assert_int_equal(rename(in_root("/homestead-4711"), in_root("/good")), 0);
	assert_int_equal(symlink(in_root("/good"), in_root("/homestead-4711")), 0);
	assert_int_equal(seteuid(4711), 0);
	assert_int_equal(os_dirs_socket(NULL, &path, &why), ERR_DENIED);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(unlink(in_root("/homestead-4711")), 0);
	assert_int_equal(mkdir(in_root("/homestead-4711"), 0700), 0);
	assert_int_equal(seteuid(4711), 0);
	text_clear(&why);
	assert_int_equal(os_dirs_socket(NULL, &path, &why), ERR_DENIED);
	assert_non_null(strstr(why.p, "is not a folder of ours alone"));
	assert_int_equal(seteuid(0), 0);
}

static void folders_are_made_with_their_parents(void **state)
{
	struct stat st;
	assert_int_equal(os_dirs_make(in_root("/a/b/c"), &why), OK);
	assert_int_equal(os_dirs_make(in_root("/a/b/c"), &why), OK);
	assert_int_equal(stat(in_root("/a/b/c"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(symlink(in_root("/a/b"), in_root("/link")), 0);
	assert_int_equal(os_dirs_make(in_root("/link"), &why), OK);
}

static void what_hinders_a_folder_is_said(void **state)
{
	char want[300];
	make_file(in_root("/file"));
	assert_true(os_dirs_make(in_root("/file"), &why) != OK);
	(void)snprintf(want, sizeof(want), "cannot use %s: Not a directory", in_root("/file"));
	assert_string_equal(why.p, want);
	text_clear(&why);
	assert_true(os_dirs_make(in_root("/file/below"), &why) != OK);
	assert_non_null(strstr(why.p, "Not a directory"));
	assert_true(os_dirs_make("", &why) != OK);
	assert_int_equal(os_dirs_make_private(in_root("/no/where"), &why), ERR_NOT_FOUND);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, bare, clean)
	const struct CMUnitTest tests[] = {
		TEST(an_option_decides),
		TEST(the_configuration_of_the_user_comes_first),
		TEST(without_a_user_it_is_the_system_s),
		TEST(the_state_in_order),
		TEST(without_any_the_state_is_refused_and_the_option_named),
		TEST(too_long_a_path_is_refused),
		TEST(the_socket_in_order),
		TEST(a_client_tries_the_given_one_only),
		TEST(a_client_tries_the_user_s_then_the_system_s),
		TEST(root_without_variables_has_the_system_s_alone),
		TEST(the_system_s_folder_lets_others_in),
		TEST(the_temporary_folder_must_be_ours),
		TEST(folders_are_made_with_their_parents),
		TEST(what_hinders_a_folder_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
