/* dns.h - the addresses of a host by the DNS alone, asked with the resolver library as
 * /etc/resolv.conf says. Not by getaddrinfo(3): that asks every module of nsswitch.conf,
 * ours too, and a daemon that asked itself would wait for itself. Neither /etc/hosts nor
 * search domains count. Blocks: for threads that may. Thread-safe. */
#ifndef OS_DNS_H
#define OS_DNS_H

#include "base/addr.h"
#include "base/attr.h"
#include "base/err.h"

/* What the system's configuration says, but for tests. */
struct os_dns_how {
	struct addr server; /* of IPv4, with its port; family 0: the system's */
	int seconds;	    /* until a server is asked again, or the next */
	int tries;	    /* of each server */
};
/* At most 10 s in all, with three silent servers. */
extern const struct os_dns_how os_dns_usual;

/* Its addresses, of IPv6 first, at most max; ports 0. ERR_NOT_FOUND: there is no such
 * host, or it has no address; ERR_TIMEOUT: no server answers; ERR_RANGE: no host name;
 * ERR_MALFORMED: an answer that cannot be read; ERR_IO. *n is not touched then. */
MUST_USE enum err os_dns_look_up(const char *host, const struct os_dns_how *how, struct addr *out,
				 size_t max, size_t *n);

#endif
