/* addr.h - an Internet address with a port, as a plain value; comparable with
 * addr_eq only (never memcmp). Text forms are read and written here; sockaddr
 * is known to os/ and net/ alone. */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include "base/attr.h"
#include "base/err.h"
#include "base/span.h"
#include "base/text.h"

enum addr_family {
	ADDR_NONE = 0,
	ADDR_IPV4 = 4,
	ADDR_IPV6 = 6
};

struct addr {
	uint8_t family; /* enum addr_family */
	uint8_t ip[16]; /* network order; IPv4 in the first four, rest 0 */
	uint16_t port;	/* host order, 0 none */
	uint32_t scope; /* interface index of a link-local address, else 0 */
};

bool addr_eq(const struct addr *a, const struct addr *b);	 /* with port */
bool addr_same_host(const struct addr *a, const struct addr *b); /* without */
/* Whether both may be one machine's: who has one address of an IPv6 /64 has all of it. */
bool addr_same_net(const struct addr *a, const struct addr *b);
bool addr_is_loopback(const struct addr *a);
bool addr_is_any(const struct addr *a);
bool addr_is_multicast(const struct addr *a);
bool addr_is_link_local(const struct addr *a); /* 169.254/16 and fe80::/10 */
size_t addr_ip_size(const struct addr *a);     /* 4, 16, or 0 */
/* ::ffff:a.b.c.d becomes a.b.c.d; others stay. And back. */
struct addr addr_unmapped(struct addr a);
struct addr addr_mapped(struct addr a);

/* "192.0.2.1", "192.0.2.1:2587", "2001:db8::1", "[2001:db8::1]:2587",
 * "fe80::1%3" (an index, no name). Without a port, default_port. */
MUST_USE enum err addr_parse(struct span s, uint16_t default_port, struct addr *out);
/* RFC 5952; with ":port" when the port is not 0 (IPv6 in brackets then). */
void addr_text(struct text *t, const struct addr *a);

#define ADDR_TEXT_MAX 64

#endif
