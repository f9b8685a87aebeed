/* A dump of links and one of addresses, by rtnetlink(7). The kernel says when one was
 * changed while it was told; then it is asked again. */
#include "net/interfaces.h"

#include "base/addr.h"
#include "os/syserr.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TRIES	    5
#define BUFFER_SIZE 32768
#define LINKS_MAX   4096

struct interface {
	uint32_t index, flags;
	char name[NET_IF_NAME_MAX + 1];
};

struct dump {
	const struct env *env;
	int fd;
	uint32_t seq;
	bool done, changed; /* of the present one */
	enum err err;
	struct interface *links;
	size_t n_links;
	struct net_if_addr *addrs;
	size_t n_addrs;
	uint8_t buffer[BUFFER_SIZE];
};

/* One more in an array that grows by halves; NULL at its limit or without memory. */
static void *grow(struct dump *d, void *array, size_t n, size_t max, size_t size)
{
	void *fresh;

	if (n == max)
		return NULL;
	if (n & (n - 1))
		return array;
	fresh = env_resize(d->env, array, (n ? 2 * n : 1) * size);
	if (!fresh)
		d->err = ERR_NOMEM;
	return fresh;
}

/* The attribute at *at of a message of n octets; false behind the last. */
static bool next_attr(const uint8_t *p, size_t n, size_t *at, struct rtattr *head,
		      struct span *value)
{
	if (*at > n || n - *at < sizeof(*head))
		return false;
	memcpy(head, p + *at, sizeof(*head));
	if (head->rta_len < sizeof(*head) || head->rta_len > n - *at)
		return false;
	*value = span_of(p + *at + sizeof(*head), head->rta_len - sizeof(*head));
	*at += RTA_ALIGN(head->rta_len);
	return true;
}

static void copy_name(char *out, struct span name)
{
	size_t n = strnlen((const char *)name.p, name.n);

	n = n < NET_IF_NAME_MAX ? n : NET_IF_NAME_MAX;
	memcpy(out, name.p, n);
	out[n] = '\0';
}

static void take_link(struct dump *d, const uint8_t *p, size_t n)
{
	struct ifinfomsg m;
	struct interface *all, i = { 0 };
	struct rtattr head;
	struct span value;

	if (n < sizeof(m))
		return;
	memcpy(&m, p, sizeof(m));
	i.index = (uint32_t)m.ifi_index;
	i.flags = m.ifi_flags;
	for (size_t at = NLMSG_ALIGN(sizeof(m)); next_attr(p, n, &at, &head, &value);)
		if (head.rta_type == IFLA_IFNAME)
			copy_name(i.name, value);
	all = grow(d, d->links, d->n_links, LINKS_MAX, sizeof(i));
	if (!all)
		return;
	d->links = all;
	d->links[d->n_links++] = i;
}

static const struct interface *link_of(const struct dump *d, uint32_t index)
{
	for (size_t i = 0; i < d->n_links; i++)
		if (d->links[i].index == index)
			return &d->links[i];
	return NULL;
}

static void copy_ip(struct addr *out, struct span ip)
{
	if (ip.n == addr_ip_size(out))
		memcpy(out->ip, ip.p, ip.n);
}

/* A point-to-point address names the other end as IFA_ADDRESS, ours as IFA_LOCAL. */
static void read_attrs(struct addr *a, uint32_t *flags, const uint8_t *p, size_t n)
{
	struct rtattr head;
	struct span value, local = { NULL, 0 }, address = { NULL, 0 };

	for (size_t at = NLMSG_ALIGN(sizeof(struct ifaddrmsg));
	     next_attr(p, n, &at, &head, &value);)
		if (head.rta_type == IFA_LOCAL)
			local = value;
		else if (head.rta_type == IFA_ADDRESS)
			address = value;
		else if (head.rta_type == IFA_FLAGS && value.n == sizeof(*flags))
			memcpy(flags, value.p, sizeof(*flags));
	copy_ip(a, local.n ? local : address);
}

static void set_flags(struct net_if_addr *a, uint32_t of_link, uint32_t of_address)
{
	a->up = of_link & IFF_UP;
	a->loopback = of_link & IFF_LOOPBACK;
	a->multicast = of_link & IFF_MULTICAST;
	a->tentative = (of_address & IFA_F_DADFAILED) ||
		       ((of_address & IFA_F_TENTATIVE) && !(of_address & IFA_F_OPTIMISTIC));
	/* The same bit means "not the first of its network" of an IPv4 address. */
	a->temporary = a->addr.family == ADDR_IPV6 && (of_address & IFA_F_TEMPORARY);
	a->deprecated = of_address & IFA_F_DEPRECATED;
}

static bool read_addr(const struct dump *d, const uint8_t *p, size_t n, struct net_if_addr *a)
{
	struct ifaddrmsg m;
	const struct interface *i;
	uint32_t flags;

	if (n < sizeof(m))
		return false;
	memcpy(&m, p, sizeof(m));
	i = link_of(d, m.ifa_index);
	if (!i || (m.ifa_family != AF_INET && m.ifa_family != AF_INET6))
		return false;
	*a = (struct net_if_addr){ .index = i->index, .plen = m.ifa_prefixlen };
	memcpy(a->name, i->name, sizeof(a->name));
	a->addr.family = m.ifa_family == AF_INET ? ADDR_IPV4 : ADDR_IPV6;
	flags = m.ifa_flags;
	read_attrs(&a->addr, &flags, p, n);
	a->addr.scope = addr_is_link_local(&a->addr) ? i->index : 0;
	set_flags(a, i->flags, flags);
	return true;
}

static void take_addr(struct dump *d, const uint8_t *p, size_t n)
{
	struct net_if_addr *all, a;

	if (!read_addr(d, p, n, &a))
		return;
	all = grow(d, d->addrs, d->n_addrs, NET_IF_MAX, sizeof(a));
	if (!all)
		return;
	d->addrs = all;
	d->addrs[d->n_addrs++] = a;
}

static void take_error(struct dump *d, const uint8_t *p, size_t n)
{
	struct nlmsgerr m;

	d->done = true;
	d->err = ERR_IO;
	if (n < sizeof(m))
		return;
	memcpy(&m, p, sizeof(m));
	if (m.error < 0)
		d->err = os_err_of(-m.error);
}

static void take_message(struct dump *d, const struct nlmsghdr *h, const uint8_t *p)
{
	size_t n = h->nlmsg_len - NLMSG_HDRLEN;

	if (h->nlmsg_seq != d->seq)
		return;
	if (h->nlmsg_flags & NLM_F_DUMP_INTR)
		d->changed = true;
	if (h->nlmsg_type == NLMSG_DONE)
		d->done = true;
	else if (h->nlmsg_type == NLMSG_ERROR)
		take_error(d, p, n);
	else if (h->nlmsg_type == RTM_NEWLINK)
		take_link(d, p, n);
	else if (h->nlmsg_type == RTM_NEWADDR)
		take_addr(d, p, n);
}

static void take_messages(struct dump *d, size_t n)
{
	struct nlmsghdr h;

	for (size_t at = 0; at < n && n - at >= sizeof(h); at += NLMSG_ALIGN(h.nlmsg_len)) {
		memcpy(&h, d->buffer + at, sizeof(h));
		if (h.nlmsg_len < NLMSG_HDRLEN || h.nlmsg_len > n - at)
			return;
		take_message(d, &h, d->buffer + at + NLMSG_HDRLEN);
	}
}

static enum err ask(struct dump *d, uint16_t type)
{
	struct {
		struct nlmsghdr head;
		struct rtgenmsg body;
	} q = { .head = { .nlmsg_len = sizeof(q), .nlmsg_type = type } };

	q.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	q.head.nlmsg_seq = ++d->seq;
	q.body.rtgen_family = AF_UNSPEC;
	d->done = false;
	return send(d->fd, &q, sizeof(q), 0) == (ssize_t)sizeof(q) ? OK : os_err_of(errno);
}

static enum err dump(struct dump *d, uint16_t type)
{
	enum err e = ask(d, type);

	while (!e && !d->done) {
		ssize_t n = recv(d->fd, d->buffer, sizeof(d->buffer), 0);
		if (n > 0)
			take_messages(d, (size_t)n);
		else if (!n || errno != EINTR)
			e = n ? os_err_of(errno) : ERR_IO;
	}
	return e ? e : d->err;
}

static enum err dump_both(struct dump *d)
{
	enum err e;

	d->changed = false;
	d->n_links = d->n_addrs = 0;
	e = dump(d, RTM_GETLINK);
	return e ? e : dump(d, RTM_GETADDR);
}

static int by_interface(const void *a, const void *b)
{
	const struct net_if_addr *x = a, *y = b;

	if (x->index != y->index)
		return x->index < y->index ? -1 : 1;
	if (x->addr.family != y->addr.family)
		return x->addr.family < y->addr.family ? -1 : 1;
	return memcmp(x->addr.ip, y->addr.ip, sizeof(x->addr.ip));
}

static enum err read_all(struct dump *d)
{
	enum err e;

	d->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (d->fd < 0)
		return os_err_of(errno);
	d->changed = true;
	e = OK;
	for (int i = 0; i < TRIES && d->changed && !e; i++)
		e = dump_both(d);
	(void)close(d->fd);
	return e;
}

enum err net_interfaces(const struct env *env, struct net_if_addr **out, size_t *n)
{
	struct dump *d = env_zalloc(env, 1, sizeof(*d));
	enum err e;

	if (!d)
		return ERR_NOMEM;
	d->env = env;
	e = read_all(d);
	if (e) {
		env_free(env, d->addrs);
	} else {
		if (d->n_addrs)
			qsort(d->addrs, d->n_addrs, sizeof(*d->addrs), by_interface);
		*out = d->addrs;
		*n = d->n_addrs;
	}
	env_free(env, d->links);
	env_free(env, d);
	return e;
}
