#include "daemon/notify.h"

#include "base/text.h"

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MESSAGE_MAX 512

static enum err address_of(const char *path, struct sockaddr_un *sa, socklen_t *len)
{
	size_t n = strlen(path);
	memset(sa, 0, sizeof(*sa));
	sa->sun_family = AF_UNIX;
	if ((path[0] != '/' && path[0] != '@') || n < 2 || n >= sizeof(sa->sun_path))
		return ERR_MALFORMED;
	memcpy(sa->sun_path, path, n);
	/* An abstract name begins with a zero and has no other end than its length. */
	if (path[0] == '@')
		sa->sun_path[0] = '\0';
	*len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + (path[0] == '/'));
	return OK;
}

enum err notify_init(struct notify *n, const char *socket_path)
{
	struct sockaddr_un sa;
	socklen_t len;

	n->fd = -1;
	if (!socket_path || !socket_path[0])
		return OK;
	enum err e = address_of(socket_path, &sa, &len);
	if (e)
		return e;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return ERR_IO;
	if (connect(fd, (const struct sockaddr *)&sa, len) < 0) {
		close(fd);
		return ERR_IO;
	}
	n->fd = fd;
	return OK;
}

void notify_fini(struct notify *n)
{
	if (n->fd >= 0)
		close(n->fd);
	n->fd = -1;
}

/* A full or vanished socket loses the message: the manager has its own limits
 * of time, and the daemon must not wait for it. */
static void send_text(struct notify *n, const struct text *t)
{
	ssize_t sent = n->fd >= 0 ? send(n->fd, t->p, t->n, MSG_NOSIGNAL) : 0;
	(void)sent;
}

static void send_state(struct notify *n, const char *state, const char *status)
{
	char buffer[MESSAGE_MAX];
	struct text t = TEXT_OF(buffer);
	text_str(&t, state);
	if (status) {
		text_str(&t, "STATUS=");
		text_str(&t, status);
		text_char(&t, '\n');
	}
	send_text(n, &t);
}

void notify_ready(struct notify *n, const char *status)
{
	send_state(n, "READY=1\n", status);
}

void notify_reloading(struct notify *n, struct mono now)
{
	char buffer[MESSAGE_MAX];
	struct text t = TEXT_OF(buffer);
	text_str(&t, "RELOADING=1\nMONOTONIC_USEC=");
	text_i64(&t, now.us);
	text_str(&t, "\nSTATUS=reading the configuration anew\n");
	send_text(n, &t);
}

void notify_stopping(struct notify *n, const char *status)
{
	send_state(n, "STOPPING=1\n", status);
}

void notify_status(struct notify *n, const char *status)
{
	send_state(n, "", status);
}
