/* island.h - a network namespace of the test's own, where it may change what it likes:
 * it begins with the loopback interface alone, switched off. Without the right to make
 * one the test is skipped. */
#ifndef UNIT_NET_ISLAND_H
#define UNIT_NET_ISLAND_H

#include "../failing_env.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/addr.h"
#include "os/sockaddr.h"

/* What linux/ipv6.h has; it does not go together with netinet/in.h. */
struct island_ipv6 {
	struct in6_addr address;
	uint32_t plen;
	int index;
};

/* Where the program was before, to be handed to island_leave(). */
static inline int island_enter(void)
{
	int before = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	assert_true(before >= 0);
	if (unshare(CLONE_NEWNET)) {
		(void)close(before);
		skip();
	}
	return before;
}

static inline void island_leave(int before)
{
	assert_int_equal(setns(before, CLONE_NEWNET), 0);
	(void)close(before);
}

static inline void island_ask(int family, unsigned long request, void *with)
{
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(ioctl(fd, request, with), 0);
	(void)close(fd);
}

static inline void island_flags(const char *interface, short flags)
{
	struct ifreq r = { .ifr_flags = flags };
	(void)snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", interface);
	island_ask(AF_INET, SIOCSIFFLAGS, &r);
}

static inline void island_bridge(const char *name)
{
	char copy[IFNAMSIZ] = { 0 };
	(void)snprintf(copy, sizeof(copy), "%s", name);
	island_ask(AF_INET, SIOCBRADDBR, copy);
}

static inline void island_bridge_up(const char *name)
{
	island_flags(name, IFF_UP | IFF_BROADCAST | IFF_MULTICAST);
}

/* A value below /proc/sys/net/ipv6/conf; a kernel without IPv6 has none. */
static inline void island_ipv6_conf(const char *interface, const char *name, const char *value)
{
	char path[200];
	(void)snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/%s", interface, name);
	FILE *f = fopen(path, "we");
	if (!f)
		return;
	assert_true(fputs(value, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static inline struct addr island_addr(const char *text)
{
	struct addr a;
	assert_int_equal(addr_parse(span_str(text), 0, &a), OK);
	return a;
}

/* label: "lo", or "lo:1" for one more. */
static inline void island_ipv4(const char *label, const char *text)
{
	struct ifreq r = { 0 };
	struct sockaddr_storage ss;
	struct addr a = island_addr(text);
	(void)snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", label);
	memcpy(&r.ifr_addr, &ss, os_sockaddr_from(&ss, &a));
	island_ask(AF_INET, SIOCSIFADDR, &r);
}

static inline void island_ipv6(const char *interface, const char *text, uint32_t plen)
{
	struct island_ipv6 r = { .plen = plen, .index = (int)if_nametoindex(interface) };
	struct addr a = island_addr(text);
	memcpy(&r.address, a.ip, sizeof(r.address));
	island_ask(AF_INET6, SIOCSIFADDR, &r);
}

static inline bool island_has_ipv6(void)
{
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		(void)close(fd);
	return fd >= 0;
}

#endif
