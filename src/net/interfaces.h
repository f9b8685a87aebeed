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
	bool tentative;		      /* not to be used yet, or a duplicate of another machine's */
	bool temporary, deprecated;
};

/* All addresses, of IPv4 and IPv6, in the order of interfaces; *out is the caller's to
 * env_free, NULL for none. At most NET_IF_MAX: the rest is left out. Asks the kernel and
 * waits for its answer, which it gives at once. ERR_NOMEM, ERR_IO, ERR_DENIED. */
MUST_USE enum err net_interfaces(const struct env *env, struct net_if_addr **out, size_t *n);

#endif
