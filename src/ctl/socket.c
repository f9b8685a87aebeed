/* The places of our sockets in the file system. */
#include "ctl/ctl_int.h"

#include "os/syserr.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET_GROUP "homestead"
#define BACKLOG	     128

const struct socket_kind ctl_socket_control = { SOCK_STREAM, 0660 };
const struct socket_kind ctl_socket_names = { SOCK_SEQPACKET, 0666 };

static enum err complain(struct text *why, enum err e, const char *path, const char *what)
{
	text_str(why, "socket ");
	text_str(why, path);
	text_str(why, ": ");
	text_str(why, what);
	return e;
}

static enum err complain_errno(struct text *why, const char *path, const char *hint)
{
	enum err e = os_err_of(errno);
	(void)complain(why, e, path, strerror(errno));
	text_str(why, hint);
	return e;
}

/* The address of a path; its length, 0 when the path is too long. */
static socklen_t address_of(const char *path, struct sockaddr_un *sa)
{
	size_t n = strlen(path);
	*sa = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (n >= sizeof(sa->sun_path))
		return 0;
	memcpy(sa->sun_path, path, n + 1);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + 1);
}

static enum err in_use(struct text *why, const char *path, int fd)
{
	struct ucred who;
	socklen_t n = sizeof(who);
	(void)complain(why, ERR_IN_USE, path, "a daemon answers there");
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) == 0) {
		text_str(why, " (pid ");
		text_i64(why, who.pid);
		text_char(why, ')');
	}
	text_str(why, "; stop it, or give this one another place with --socket");
	return ERR_IN_USE;
}

/* What is to be bound. */
struct wanted {
	const char *path;
	const struct socket_kind *kind;
	struct sockaddr_un sa;
	socklen_t n;
};

/* Whether somebody answers at a socket that is there: EAGAIN is a full queue. */
static enum err probe(const struct wanted *w, struct text *why)
{
	const char *path = w->path;
	int fd = socket(AF_UNIX, w->kind->type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return complain_errno(why, path, "");
	int r = connect(fd, (const struct sockaddr *)&w->sa, w->n);
	enum err e = OK;
	if (r == 0 || errno == EAGAIN)
		e = in_use(why, path, fd);
	(void)close(fd);
	return e;
}

/* Makes room: a socket that nobody answers at is left over from a crash. */
static enum err clear_place(const struct wanted *w, struct text *why)
{
	const char *path = w->path;
	struct stat st;
	if (lstat(path, &st) < 0)
		return errno == ENOENT ? OK : complain_errno(why, path, "");
	if (!S_ISSOCK(st.st_mode))
		return complain(why, ERR_EXISTS, path,
				"something else lies there; remove it, or choose another place "
				"with --socket");
	enum err e = probe(w, why);
	if (e)
		return e;
	if (unlink(path) < 0)
		return complain_errno(why, path,
				      "; remove it, or choose another place with "
				      "--socket");
	return OK;
}

/* The group homestead may use a system daemon's socket. Not having that group
 * is fine: then root alone may. */
static void give_to_group(const char *path)
{
	const struct group *g = geteuid() == 0 ? getgrnam(SOCKET_GROUP) : NULL;
	if (g && chown(path, (uid_t)-1, g->gr_gid) < 0)
		return;
}

/* Nobody can connect before listen, so that the mode is never too wide. */
static enum err open_to_clients(int fd, const struct wanted *w, struct socket_place *place,
				struct text *why)
{
	const char *path = w->path;
	struct stat st;
	if (chmod(path, w->kind->mode) < 0)
		return complain_errno(why, path, "");
	give_to_group(path);
	if (listen(fd, BACKLOG) < 0 || lstat(path, &st) < 0)
		return complain_errno(why, path, "");
	ops_set_text(place->path, sizeof(place->path), path);
	place->device = st.st_dev;
	place->inode = st.st_ino;
	return OK;
}

enum err ctl_socket_bind(const char *path, const struct socket_kind *kind,
			 struct socket_place *place, int *out, struct text *why)
{
	struct wanted w = { path, kind, .n = 0 };
	w.n = address_of(path, &w.sa);
	if (w.n == 0)
		return complain(why, ERR_RANGE, path,
				"the path is longer than a socket may have; choose a shorter "
				"one with --socket");
	enum err e = clear_place(&w, why);
	if (e)
		return e;
	int fd = socket(AF_UNIX, kind->type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return complain_errno(why, path, "");
	if (bind(fd, (const struct sockaddr *)&w.sa, w.n) < 0)
		e = complain_errno(why, path,
				   "; make its folder, or choose another place with "
				   "--socket");
	else
		e = open_to_clients(fd, &w, place, why);
	if (e) {
		(void)close(fd);
		return e;
	}
	*out = fd;
	return OK;
}

void ctl_socket_remove(const struct socket_place *place)
{
	struct stat st;
	if (lstat(place->path, &st) < 0)
		return;
	if (st.st_dev == place->device && st.st_ino == place->inode)
		(void)unlink(place->path);
}
