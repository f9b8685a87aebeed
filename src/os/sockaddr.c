#include "os/sockaddr.h"

#include <netinet/in.h>
#include <unistd.h>

static socklen_t from_ipv4(struct sockaddr_storage *out, const struct addr *a)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(a->port) };

	memcpy(&in.sin_addr, a->ip, 4);
	memcpy(out, &in, sizeof(in));
	return sizeof(in);
}

static socklen_t from_ipv6(struct sockaddr_storage *out, const struct addr *a)
{
	struct sockaddr_in6 in = { .sin6_family = AF_INET6, .sin6_port = htons(a->port) };

	in.sin6_scope_id = a->scope;
	memcpy(&in.sin6_addr, a->ip, 16);
	memcpy(out, &in, sizeof(in));
	return sizeof(in);
}

socklen_t os_sockaddr_from(struct sockaddr_storage *out, const struct addr *a)
{
	memset(out, 0, sizeof(*out));
	if (a->family == ADDR_IPV4)
		return from_ipv4(out, a);
	if (a->family == ADDR_IPV6)
		return from_ipv6(out, a);
	return 0;
}

static struct addr to_ipv4(const struct sockaddr_storage *ss)
{
	struct addr a = { .family = ADDR_IPV4 };
	struct sockaddr_in in;

	memcpy(&in, ss, sizeof(in));
	memcpy(a.ip, &in.sin_addr, 4);
	a.port = ntohs(in.sin_port);
	return a;
}

static struct addr to_ipv6(const struct sockaddr_storage *ss)
{
	struct addr a = { .family = ADDR_IPV6 };
	struct sockaddr_in6 in;

	memcpy(&in, ss, sizeof(in));
	memcpy(a.ip, &in.sin6_addr, 16);
	a.port = ntohs(in.sin6_port);
	/* The kernel tells a scope for link-local addresses alone. */
	a.scope = in.sin6_scope_id;
	return addr_unmapped(a);
}

bool os_sockaddr_to(struct addr *out, const struct sockaddr_storage *ss)
{
	if (ss->ss_family == AF_INET)
		*out = to_ipv4(ss);
	else if (ss->ss_family == AF_INET6)
		*out = to_ipv6(ss);
	else
		return false;
	return true;
}

bool os_sockaddr_usable(const struct addr *a)
{
	struct sockaddr_storage ss;
	struct addr host = *a;
	socklen_t n;
	bool usable;
	int fd;

	host.port = 0;
	n = os_sockaddr_from(&ss, &host);
	fd = n ? socket(ss.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;
	if (fd < 0)
		return false;
	usable = !bind(fd, (struct sockaddr *)&ss, n);
	(void)close(fd);
	return usable;
}

enum err os_sockaddr_local(int fd, struct addr *out)
{
	struct sockaddr_storage ss;
	socklen_t n = sizeof(ss);

	if (getsockname(fd, (struct sockaddr *)&ss, &n) || !os_sockaddr_to(out, &ss))
		return ERR_IO;
	return OK;
}

enum err os_sockaddr_remote(int fd, struct addr *out)
{
	struct sockaddr_storage ss;
	socklen_t n = sizeof(ss);

	if (getpeername(fd, (struct sockaddr *)&ss, &n) || !os_sockaddr_to(out, &ss))
		return ERR_IO;
	return OK;
}
