/* sockaddr.h - struct addr to and from the kernel's sockaddr. IPv4 is never
 * mapped into IPv6 on the way out and always unmapped on the way in. */
#ifndef OS_SOCKADDR_H
#define OS_SOCKADDR_H

#include "base/addr.h"

#include <sys/socket.h>

/* The length of what was written; 0 for an address of no family. */
socklen_t os_sockaddr_from(struct sockaddr_storage *out, const struct addr *a);
/* false: not IPv4 or IPv6; *out is untouched. */
bool os_sockaddr_to(struct addr *out, const struct sockaddr_storage *ss);

/* Whether this machine has the address and its family: a kernel may come
 * without IPv6. The port does not count. */
bool os_sockaddr_usable(const struct addr *a);

/* Both ends of a connected socket, and where one is bound. ERR_IO. */
MUST_USE enum err os_sockaddr_local(int fd, struct addr *out);
MUST_USE enum err os_sockaddr_remote(int fd, struct addr *out);

#endif
