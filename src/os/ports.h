/* ports.h - who listens on a port of this machine: program, process, user.
 * Read from the kernel's socket tables and /proc, for the network namespace of
 * the calling thread; what another user's process hides is told as unknown,
 * not guessed. Linux only. Reads files: not for a busy loop. */
#ifndef OS_PORTS_H
#define OS_PORTS_H

#include "base/addr.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/text.h"

enum os_proto {
	OS_TCP,
	OS_UDP
};

struct os_port_owner {
	enum os_proto proto;
	struct addr local; /* address and port it is bound to */
	uint32_t uid;	   /* owner of the socket */
	char user[33];	   /* its name, or the number */
	int pid;	   /* 0: hidden from us */
	char program[256]; /* name of the executable, "" when hidden */
	char path[512];	   /* its full path, "" when hidden */
	uint64_t inode;	   /* of the socket */
};

/* Fills at most max entries for listeners (TCP) or bound sockets (UDP) on the
 * port over IPv4 and IPv6; *n gets how many there are, be it more than max.
 * Looks at no more than some 100,000 descriptors of other processes; an owner
 * beyond them counts as hidden. ERR_IO: no socket table can be read. */
MUST_USE enum err os_ports_find(enum os_proto proto, uint16_t port, struct os_port_owner *out,
				size_t max, size_t *n);

/* "udp port 3540 on 0.0.0.0 is held by avahi-daemon (pid 812, user avahi)". */
void os_port_owner_text(struct text *t, const struct os_port_owner *o);

#endif
