/* Which socket a context talks to. */
#include "lib/lib_int.h"

#include "os/dirs.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A full queue (EAGAIN) is somebody who is busy. */
static enum err connect_to(int fd, const struct sockaddr_un *sa, bool busy_is_fine)
{
	if (connect(fd, (const struct sockaddr *)sa, sizeof(*sa)) == 0 ||
	    (errno == EAGAIN && busy_is_fine))
		return OK;
	return errno == EACCES || errno == EPERM ? ERR_DENIED : ERR_NO_DAEMON;
}

static enum err open_to(const char *path, bool busy_is_fine, int *out)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(sa.sun_path))
		return ERR_NO_DAEMON;
	memcpy(sa.sun_path, path, strlen(path) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return ERR_IO;
	enum err e = connect_to(fd, &sa, busy_is_fine);
	if (e)
		(void)close(fd);
	else
		*out = fd;
	return e;
}

enum err lib_place_connect(const char *path, int *fd)
{
	return open_to(path, false, fd);
}

enum err lib_place_probe(const char *path, int *pid)
{
	struct ucred who;
	socklen_t n = sizeof(who);
	int fd;
	enum err e = open_to(path, true, &fd);
	*pid = 0;
	if (e)
		return e;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) == 0)
		*pid = who.pid;
	(void)close(fd);
	return OK;
}

static bool place_at(const struct hst_ctx *c, size_t i, char path[LIB_PATH_MAX + 1])
{
	struct text t = text_of(path, LIB_PATH_MAX + 1);
	return i < LIB_PLACES_MAX && os_dirs_socket_at(c->given[0] ? c->given : NULL, i, &t) == OK;
}

/* The first place where somebody answers; else the first that is there but
 * closed to us; else the first. */
void lib_place_find(struct hst_ctx *c)
{
	char path[LIB_PATH_MAX + 1], best[LIB_PATH_MAX + 1] = "";
	bool denied = false;
	int pid;
	if (c->socket_known)
		return;
	for (size_t i = 0; place_at(c, i, path); i++) {
		enum err e = lib_place_probe(path, &pid);
		if (e == OK || !best[0] || (e == ERR_DENIED && !denied))
			memcpy(best, path, sizeof(best));
		denied = denied || e == ERR_DENIED;
		if (e == OK) {
			c->socket_known = true;
			break;
		}
	}
	memcpy(c->socket, best, sizeof(best));
}

void lib_place_text(struct text *t, const struct hst_ctx *c)
{
	char path[LIB_PATH_MAX + 1];
	for (size_t i = 0; place_at(c, i, path); i++) {
		text_str(t, i ? " or " : "");
		text_str(t, path);
	}
}
