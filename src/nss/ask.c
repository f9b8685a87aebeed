/* One question to the daemon, and its answer. */
#include "nss/nss_int.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static int64_t now_ms(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Whoever answers there is root or the folder's owner. Ourselves, the daemon, cannot be
 * asked: the thread that would answer is the one that waits (PNRP-12.9). */
static bool is_trusted(int fd, const struct nss_place *place)
{
	struct ucred who;
	socklen_t n = sizeof(who);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) < 0)
		return false;
	return (who.uid == 0 || who.uid == place->owner) && who.pid != getpid();
}

static int open_to(const struct nss_place *place)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	memcpy(sa.sun_path, place->path, sizeof(sa.sun_path));
	if (connect(fd, (const struct sockaddr *)&sa, sizeof(sa)) == 0 && is_trusted(fd, place))
		return fd;
	(void)close(fd);
	return -1;
}

/* The next packet, waited for until `end`; false when there is none, or a bad one. */
static bool take(int fd, int64_t end, struct resolve_answer *out)
{
	uint8_t packet[RESOLVE_ANSWER_MAX];
	for (;;) {
		struct pollfd p = { fd, POLLIN, 0 };
		int64_t left = end - now_ms();
		int ready = poll(&p, 1, left > 0 ? (int)left : 0);
		if (ready == 0 || (ready < 0 && errno != EINTR))
			return false;
		ssize_t n = ready < 0 ? -1 : recv(fd, packet, sizeof(packet), MSG_TRUNC);
		if (n >= 0)
			return (size_t)n <= sizeof(packet) &&
			       resolve_answer_take(packet, (size_t)n, out);
		if (errno != EINTR && errno != EAGAIN)
			return false;
	}
}

/* PNRP-12.7: a daemon that lives says so at once, and has 5 s to find a name. */
static enum nss_asked ask_at(int fd, const uint8_t *request, size_t n, int64_t end,
			     struct resolve_answer *out)
{
	int64_t began = now_ms();
	if (send(fd, request, n, MSG_NOSIGNAL) != (ssize_t)n || !take(fd, end, out))
		return NSS_NOBODY;
	if (out->kind != RESOLVE_WORKING)
		return NSS_ANSWERED;
	if (!take(fd, began + RESOLVE_ANSWER_MS, out) || out->kind == RESOLVE_WORKING)
		return NSS_LATE;
	return NSS_ANSWERED;
}

/* Each place has its share of the time, so that one that is stopped does not hide the
 * next. */
static enum nss_asked ask_all(const uint8_t *request, size_t n, struct resolve_answer *out)
{
	struct nss_place places[NSS_PLACES];
	size_t count = nss_places(places);
	int64_t end = now_ms() + RESOLVE_WORKING_MS;
	enum nss_asked asked = NSS_NOBODY;
	for (size_t i = 0; i < count && asked == NSS_NOBODY; i++) {
		int fd = open_to(&places[i]);
		if (fd < 0)
			continue;
		int64_t now = now_ms(), share = (end - now) / (int64_t)(count - i);
		asked = ask_at(fd, request, n, now + share, out);
		(void)close(fd);
	}
	return asked;
}

enum nss_asked nss_ask(enum resolve_family family, const char *name, size_t n,
		       struct resolve_answer *out)
{
	uint8_t request[RESOLVE_REQUEST_MAX];
	int before = errno;
	size_t length = resolve_request_put(request, family, name, n);
	enum nss_asked asked = length ? ask_all(request, length, out) : NSS_NOBODY;
	errno = before;
	return asked;
}
