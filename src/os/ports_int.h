/* ports_int.h - the two halves of ports.h, apart for their tests. */
#ifndef OS_PORTS_INT_H
#define OS_PORTS_INT_H

#include "os/ports.h"

#include <stdio.h>

/* One line of /proc/net/{tcp,tcp6,udp,udp6}. false: a heading, or a socket
 * that is not bound and waiting. */
bool os_ports_line_read(const char *line, enum os_proto proto, struct os_port_owner *out);
/* Appends the sockets on `port` that the table tells. */
void os_ports_table_read(FILE *f, enum os_proto proto, uint16_t port, struct os_port_owner *out,
			 size_t max, size_t *n);

/* Finds the processes that hold the sockets by their inodes. */
void os_ports_owners_find(struct os_port_owner *o, size_t n);

#endif
