/* udp_int.h - what the files of UDP share: datagrams in the kernel's form, with what
 * it tells beside their octets. */
#ifndef NET_UDP_INT_H
#define NET_UDP_INT_H

#include "net/udp.h"

#include <netinet/in.h>
#include <sys/socket.h>

/* Room for the control messages of one datagram: a packet info, and a hop limit or
 * the count of lost ones. */
#define UDP_CONTROL                                                                                \
	(CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int)) +                        \
	 CMSG_SPACE(sizeof(uint32_t)))

struct udp_message {
	_Alignas(struct cmsghdr) uint8_t control[UDP_CONTROL];
	struct sockaddr_storage peer;
	struct iovec octets;
	uint8_t buffer[NET_UDP_MAX];
};

/* Makes h ready to be read into. */
void net_udp_message_empty(struct udp_message *m, struct msghdr *h);
/* What was read: false when it is cut off or tells no addresses. `lost` is set to the
 * kernel's count of datagrams that it dropped on this socket, where it tells one. */
MUST_USE bool net_udp_message_read(const struct udp_message *m, struct msghdr *h, struct addr *from,
				   struct addr *to, uint32_t *lost);
/* Makes a datagram to be sent; its octets are in m->buffer. */
void net_udp_message_write(struct udp_message *m, struct msghdr *h, const struct addr *from,
			   const struct addr *to, uint8_t hops, size_t n);

#endif
