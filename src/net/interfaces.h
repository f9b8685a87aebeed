/* interfaces.h - the addresses of this machine by interface, as rtnetlink tells them. */
#ifndef NET_INTERFACES_H
#define NET_INTERFACES_H

#include "base/addr.h"
#include "base/env.h"
#include "base/err.h"

#define NET_IF_NAME_MAX 15
#define NET_IF_MAX	1024

struct net_if_addr {
	uint32_t index;
	char name[NET_IF_NAME_MAX + 1];
	struct addr addr; /* port 0; scope = index where link-local */
	uint8_t plen;
	bool up, loopback, multicast; /* of the interface */
	bool tentative, temporary, deprecated;
};

/* All addresses, of IPv6 and IPv4, in the order of interfaces; *out is the caller's to
 * env_free. At most NET_IF_MAX. ERR_NOMEM, ERR_IO. */
MUST_USE enum err net_interfaces(const struct env *env, struct net_if_addr **out, size_t *n);

#endif
