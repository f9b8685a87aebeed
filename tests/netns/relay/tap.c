#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static enum err failed(struct text *why, const char *what, const char *object)
{
	int e = errno;
	text_str(why, what);
	text_str(why, " ");
	text_str(why, object);
	text_str(why, ": ");
	text_str(why, strerror(e));
	if (e == EPERM || e == EACCES) {
		text_str(why, "; run it as root");
		return ERR_DENIED;
	}
	return e == ENOENT ? ERR_NOT_FOUND : ERR_IO;
}

static enum err make_device(const char *name, int *out, struct text *why)
{
	struct ifreq r = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return failed(why, "cannot open", "/dev/net/tun");
	memcpy(r.ifr_name, name, strlen(name));
	if (ioctl(fd, TUNSETIFF, &r) < 0) {
		enum err e = failed(why, "cannot make device", name);
		close(fd);
		return e;
	}
	*out = fd;
	return OK;
}

static enum err bring_up(const char *name, struct text *why)
{
	struct ifreq r = { .ifr_flags = 0 };
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (s < 0)
		return failed(why, "cannot make a socket for", name);
	memcpy(r.ifr_name, name, strlen(name));
	int rc = ioctl(s, SIOCGIFFLAGS, &r);
	if (rc == 0) {
		r.ifr_flags = (short)(r.ifr_flags | IFF_UP);
		rc = ioctl(s, SIOCSIFFLAGS, &r);
	}
	enum err e = rc < 0 ? failed(why, "cannot bring up", name) : OK;
	close(s);
	return e;
}

static enum err open_here(const char *name, int *out, struct text *why)
{
	int fd;
	enum err e = make_device(name, &fd, why);
	if (e != OK)
		return e;
	e = bring_up(name, why);
	if (e != OK) {
		close(fd);
		return e;
	}
	*out = fd;
	return OK;
}

static enum err enter(const char *netns, struct text *why)
{
	char path[256];
	int n = snprintf(path, sizeof path, "/run/netns/%s", netns);
	if (n < 0 || (size_t)n >= sizeof path || strchr(netns, '/')) {
		text_str(why, "not a name of a namespace: ");
		text_str(why, netns);
		return ERR_RANGE;
	}
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return failed(why, "no namespace", netns);
	enum err e = setns(fd, CLONE_NEWNET) < 0 ? failed(why, "cannot enter", netns) : OK;
	close(fd);
	return e;
}

static enum err open_there(const char *name, const char *netns, int *out, struct text *why)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (home < 0)
		return failed(why, "cannot open", "/proc/self/ns/net");
	enum err e = enter(netns, why);
	if (e == OK) {
		e = open_here(name, out, why);
		if (setns(home, CLONE_NEWNET) < 0 && e == OK) {
			close(*out);
			e = failed(why, "cannot come back from", netns);
		}
	}
	close(home);
	return e;
}

enum err tap_open(const char *name, const char *netns, int *fd, struct text *why)
{
	if (!*name || strlen(name) >= IFNAMSIZ) {
		text_str(why, "a device's name has 1 to 15 characters, not ");
		text_str(why, name);
		return ERR_RANGE;
	}
	return netns ? open_there(name, netns, fd, why) : open_here(name, fd, why);
}
