/* Datagrams with their control messages (ip(7), ipv6(7)). */
#include "net/udp_int.h"

#include "os/sockaddr.h"

void net_udp_message_empty(struct udp_message *m, struct msghdr *h)
{
	m->octets = (struct iovec){ m->buffer, sizeof(m->buffer) };
	*h = (struct msghdr){
		.msg_name = &m->peer,
		.msg_namelen = sizeof(m->peer),
		.msg_iov = &m->octets,
		.msg_iovlen = 1,
		.msg_control = m->control,
		.msg_controllen = sizeof(m->control),
	};
}

static void read_info4(const struct cmsghdr *c, struct addr *to)
{
	struct in_pktinfo info;

	memcpy(&info, CMSG_DATA(c), sizeof(info));
	*to = (struct addr){ .family = ADDR_IPV4, .scope = (uint32_t)info.ipi_ifindex };
	memcpy(to->ip, &info.ipi_addr, 4);
}

static void read_info6(const struct cmsghdr *c, struct addr *to)
{
	struct in6_pktinfo info;

	memcpy(&info, CMSG_DATA(c), sizeof(info));
	*to = (struct addr){ .family = ADDR_IPV6, .scope = (uint32_t)info.ipi6_ifindex };
	memcpy(to->ip, &info.ipi6_addr, 16);
}

static bool is_of(const struct cmsghdr *c, int level, int type, size_t size)
{
	return c->cmsg_level == level && c->cmsg_type == type && c->cmsg_len >= CMSG_LEN(size);
}

bool net_udp_message_read(const struct udp_message *m, struct msghdr *h, struct addr *from,
			  struct addr *to, uint32_t *lost)
{
	bool cut = h->msg_flags & (MSG_TRUNC | MSG_CTRUNC);

	to->family = ADDR_NONE;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c))
		if (is_of(c, IPPROTO_IP, IP_PKTINFO, sizeof(struct in_pktinfo)))
			read_info4(c, to);
		else if (is_of(c, IPPROTO_IPV6, IPV6_PKTINFO, sizeof(struct in6_pktinfo)))
			read_info6(c, to);
		else if (is_of(c, SOL_SOCKET, SO_RXQ_OVFL, sizeof(*lost)))
			memcpy(lost, CMSG_DATA(c), sizeof(*lost));
	if (cut || to->family == ADDR_NONE || !os_sockaddr_to(from, &m->peer))
		return false;
	if (addr_is_link_local(from))
		from->scope = to->scope;
	return true;
}

static void *put(struct msghdr *h, size_t *at, int level, int type, size_t size)
{
	struct cmsghdr *c = (struct cmsghdr *)(void *)((uint8_t *)h->msg_control + *at);

	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(size);
	*at += CMSG_SPACE(size);
	return CMSG_DATA(c);
}

/* A link-local source says by itself where it goes out. */
static uint32_t interface_of(const struct addr *from, const struct addr *to)
{
	if (to->scope || !addr_is_link_local(from))
		return to->scope;
	return from->scope;
}

static void put_info(struct msghdr *h, size_t *at, const struct addr *from, const struct addr *to)
{
	struct in_pktinfo v4 = { .ipi_ifindex = (int)interface_of(from, to) };
	struct in6_pktinfo v6 = { .ipi6_ifindex = interface_of(from, to) };

	if (to->family == ADDR_IPV4) {
		memcpy(&v4.ipi_spec_dst, from->ip, 4);
		memcpy(put(h, at, IPPROTO_IP, IP_PKTINFO, sizeof(v4)), &v4, sizeof(v4));
	} else {
		memcpy(&v6.ipi6_addr, from->ip, 16);
		memcpy(put(h, at, IPPROTO_IPV6, IPV6_PKTINFO, sizeof(v6)), &v6, sizeof(v6));
	}
}

static void put_hops(struct msghdr *h, size_t *at, const struct addr *to, uint8_t hops)
{
	int n = hops;
	bool v4 = to->family == ADDR_IPV4;

	memcpy(put(h, at, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_TTL : IPV6_HOPLIMIT, sizeof(n)),
	       &n, sizeof(n));
}

void net_udp_message_write(struct udp_message *m, struct msghdr *h, const struct addr *from,
			   const struct addr *to, uint8_t hops, size_t n)
{
	size_t at = 0;

	m->octets = (struct iovec){ m->buffer, n };
	*h = (struct msghdr){ .msg_name = &m->peer, .msg_iov = &m->octets, .msg_iovlen = 1 };
	h->msg_namelen = os_sockaddr_from(&m->peer, to);
	h->msg_control = m->control;
	if (from->family || to->scope)
		put_info(h, &at, from, to);
	if (hops)
		put_hops(h, &at, to, hops);
	h->msg_controllen = at;
	if (!at)
		h->msg_control = NULL;
}
