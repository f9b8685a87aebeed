#include "os/dirs.h"

#include "os/syserr.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define SYSTEM_RUN    "/run/homestead"
#define SYSTEM_CONFIG "/etc/homestead/" OS_CONFIG_FILE
#define PATH_BUFFER   4096

/* NULL for an empty variable too. systemd lists several folders with colons;
 * the length of the first goes to *n. */
static const char *first_of(const char *variable, size_t *n)
{
	const char *v = getenv(variable);

	if (!v || !*v)
		return NULL;
	*n = strcspn(v, ":");
	return *n ? v : NULL;
}

/* "$variable<tail>" in path, when the variable holds an absolute path. */
static bool below(const char *variable, const char *tail, struct text *path)
{
	size_t n;
	const char *v = first_of(variable, &n);

	if (!v || *v != '/')
		return false;
	text_clear(path);
	text_span(path, span_of(v, n));
	text_str(path, tail);
	return true;
}

static enum err fits(const struct text *path)
{
	return path->cut ? ERR_RANGE : OK;
}

static enum err taken_as_is(const char *given, struct text *path)
{
	text_clear(path);
	text_str(path, given);
	return fits(path);
}

enum err os_dirs_config(const char *option, struct text *path)
{
	bool user;

	if (option)
		return taken_as_is(option, path);
	user = below("XDG_CONFIG_HOME", "/homestead/" OS_CONFIG_FILE, path) ||
	       below("HOME", "/.config/homestead/" OS_CONFIG_FILE, path);
	if (user && !path->cut && !access(path->p, F_OK))
		return OK;
	if (!access(SYSTEM_CONFIG, F_OK) || !user)
		(void)taken_as_is(SYSTEM_CONFIG, path);
	if (path->cut)
		return ERR_RANGE;
	return access(path->p, F_OK) ? ERR_NOT_FOUND : OK;
}

enum err os_dirs_state(const char *option, struct text *path, struct text *why)
{
	enum err e;

	if (option)
		e = taken_as_is(option, path);
	else if (below("STATE_DIRECTORY", "", path) ||
		 below("XDG_STATE_HOME", "/homestead", path) ||
		 below("HOME", "/.local/state/homestead", path))
		e = fits(path);
	else
		e = ERR_CONFIG;
	if (e == ERR_CONFIG)
		text_str(why, "no state folder: give one with --state, or set STATE_DIRECTORY, "
			      "XDG_STATE_HOME or HOME");
	else if (e)
		text_str(why, "the path of the state folder is too long: give a shorter one with "
			      "--state");
	return e;
}

/* Below the temporary directory, where anybody could have made it first. */
static void temporary(struct text *path)
{
	if (!below("TMPDIR", "/homestead-", path)) {
		text_clear(path);
		text_str(path, "/tmp/homestead-");
	}
	text_u64(path, geteuid());
}

/* Makes the folder of somebody's sockets, or sees whether it can be used. */
typedef enum err make_fn(const char *path, struct text *why);

/* Its sockets say themselves who may use them. */
static enum err make_system(const char *path, struct text *why)
{
	/* The mode apart: our umask is nobody's but ours. */
	if (!mkdir(path, 0700) && chmod(path, 0755))
		return os_err_say(errno, "cannot open to others", path, why);
	return os_dirs_make(path, why);
}

/* The folder of a user's sockets, and how it is made. */
static make_fn *runtime(struct text *path)
{
	if (below("RUNTIME_DIRECTORY", "", path) || below("XDG_RUNTIME_DIR", "/homestead", path))
		return os_dirs_make;
	if (geteuid() == 0) {
		(void)taken_as_is(SYSTEM_RUN, path);
		return make_system;
	}
	temporary(path);
	return os_dirs_make_private;
}

static const char *given_socket(const char *option)
{
	const char *v = option ? option : getenv("HOMESTEAD_SOCKET");

	return v && *v ? v : NULL;
}

static enum err check_socket_path(const struct text *path, struct text *why)
{
	struct sockaddr_un un;

	if (!path->cut && path->n < sizeof(un.sun_path))
		return OK;
	text_str(why, "the path of the control socket has more than ");
	text_u64(why, sizeof(un.sun_path) - 1);
	text_str(why, " octets: give a shorter one with --socket");
	return ERR_RANGE;
}

enum err os_dirs_socket(const char *option, struct text *path, struct text *why)
{
	const char *given = given_socket(option);
	char buffer[PATH_BUFFER];
	struct text dir = TEXT_OF(buffer);
	make_fn *make;
	enum err e;

	text_clear(path);
	if (given) {
		text_str(path, given);
		return check_socket_path(path, why);
	}
	make = runtime(&dir);
	e = make(dir.p, why);
	if (e)
		return e;
	text_str(path, dir.p);
	text_str(path, "/" OS_CONTROL_SOCKET);
	return check_socket_path(path, why);
}

/* Ours, real, and closed to others. */
static bool is_private(const char *path)
{
	struct stat st;

	return !lstat(path, &st) && S_ISDIR(st.st_mode) && st.st_uid == geteuid() &&
	       !(st.st_mode & 077);
}

/* The user's socket; false where it cannot be trusted. */
static bool user_socket(struct text *path)
{
	bool usable = runtime(path) != os_dirs_make_private || is_private(path->p);

	text_str(path, "/" OS_CONTROL_SOCKET);
	return usable && !path->cut;
}

enum err os_dirs_socket_at(const char *option, size_t place, struct text *path)
{
	const char *given = given_socket(option);
	const char *system = SYSTEM_RUN "/" OS_CONTROL_SOCKET;
	size_t at = 0;

	if (given)
		return place == 0 ? taken_as_is(given, path) : ERR_NOT_FOUND;
	if (user_socket(path)) {
		if (place == at)
			return OK;
		if (!strcmp(path->p, system))
			return ERR_NOT_FOUND;
		at++;
	}
	return place == at ? taken_as_is(system, path) : ERR_NOT_FOUND;
}

/* mkdir of each parent in turn; errors show at the last. */
static int make_all(char *path)
{
	for (char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		(void)mkdir(path, 0700);
		*p = '/';
	}
	return mkdir(path, 0700);
}

enum err os_dirs_make(const char *path, struct text *why)
{
	char buffer[PATH_BUFFER];
	struct text copy = TEXT_OF(buffer);
	struct stat st;

	text_str(&copy, path);
	if (copy.cut || !copy.n)
		return os_err_say(ENAMETOOLONG, "cannot make the folder", path, why);
	if (make_all(copy.p) && errno != EEXIST)
		return os_err_say(errno, "cannot make the folder", path, why);
	if (stat(path, &st) || !S_ISDIR(st.st_mode))
		return os_err_say(ENOTDIR, "cannot use", path, why);
	return OK;
}

enum err os_dirs_make_private(const char *path, struct text *why)
{
	if (mkdir(path, 0700) && errno != EEXIST)
		return os_err_say(errno, "cannot make the folder", path, why);
	if (is_private(path))
		return OK;
	text_str(why, path);
	text_str(why, " is not a folder of ours alone (somebody else may have made it): remove it, "
		      "or set XDG_RUNTIME_DIR");
	return ERR_DENIED;
}
