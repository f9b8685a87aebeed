/* TTL security and TCP-MD5: which remote must come how, and the options of
 * sockets that hold it to that. */
#include "net/net_int.h"

#include "os/sockaddr.h"
#include "os/syserr.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

#define TTL_MAX	 255
#define SYN_ROOM 128

#ifndef TCP_SAVE_SYN
#define TCP_SAVE_SYN 27
#endif

static int by_host(const struct addr *a, const struct addr *b)
{
	int c = (a->family > b->family) - (a->family < b->family);

	if (!c)
		c = memcmp(a->ip, b->ip, sizeof(a->ip));
	if (!c)
		c = (a->scope > b->scope) - (a->scope < b->scope);
	return c;
}

static int by_remote(const void *a, const void *b)
{
	return by_host(&((const struct net_guard *)a)->remote,
		       &((const struct net_guard *)b)->remote);
}

enum err net_guard_sorted_copy(const struct env *env, const struct net_guard *g, size_t n,
			       struct net_guard **out)
{
	struct net_guard *copy = env_zalloc(env, n, sizeof(*copy));

	if (!copy)
		return ERR_NOMEM;
	if (n) {
		memcpy(copy, g, n * sizeof(*copy));
		qsort(copy, n, sizeof(*copy), by_remote);
	}
	*out = copy;
	return OK;
}

void net_guards_free(const struct env *env, struct net_guard *g, size_t n)
{
	if (g)
		explicit_bzero(g, n * sizeof(*g));
	env_free(env, g);
}

static const struct net_guard *find(const struct net_guard *g, size_t n, const struct addr *remote)
{
	struct net_guard key = { .remote = *remote };

	return n ? bsearch(&key, g, n, sizeof(*g), by_remote) : NULL;
}

const struct net_guard *net_guard_find(const struct port *p, const struct addr *remote)
{
	return find(p->guards, p->n_guards, remote);
}

static int least_ttl(uint32_t hops)
{
	return hops >= TTL_MAX ? 1 : TTL_MAX + 1 - (int)hops;
}

static bool set(int fd, int level, int option, int value)
{
	return !setsockopt(fd, level, option, &value, sizeof(value));
}

static bool send_with_full_ttl(int fd, bool ipv6)
{
	return ipv6 ? set(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, TTL_MAX)
		    : set(fd, IPPROTO_IP, IP_TTL, TTL_MAX);
}

/* 0: take any. */
static bool take_from(int fd, bool ipv6, int ttl)
{
	return ipv6 ? set(fd, IPPROTO_IPV6, IPV6_MINHOPCOUNT, ttl)
		    : set(fd, IPPROTO_IP, IP_MINTTL, ttl);
}

static enum err set_ttl(int fd, const struct net_guard *g)
{
	bool ipv6 = g->remote.family == ADDR_IPV6;

	if (!g->ttl_security)
		return OK;
	if (!send_with_full_ttl(fd, ipv6) || !take_from(fd, ipv6, least_ttl(g->ttl_security)))
		return ERR_UNSUPPORTED;
	return OK;
}

/* An empty key withdraws the one there is. */
static enum err set_key(int fd, const struct addr *remote, const char *key)
{
	struct tcp_md5sig sig = { 0 };
	size_t n = strlen(key);

	(void)os_sockaddr_from(&sig.tcpm_addr, remote);
	if (n > sizeof(sig.tcpm_key))
		return ERR_RANGE;
	sig.tcpm_keylen = (uint16_t)n;
	memcpy(sig.tcpm_key, key, n);
	bool refused = setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, &sig, sizeof(sig));
	bool full = refused && (errno == ENOMEM || errno == ENOBUFS);
	explicit_bzero(&sig, sizeof(sig));
	if (!refused)
		return OK;
	return full ? ERR_NOMEM : ERR_UNSUPPORTED;
}

enum err net_guard_dial(int fd, const struct net_guard *g)
{
	enum err e = set_ttl(fd, g);

	if (!e && g->md5_key[0])
		e = set_key(fd, &g->remote, g->md5_key);
	return e;
}

/* What the SYN came with; 0 when the kernel has not kept it. One with more in
 * front of it than any host of ours sends passes for the farthest. */
static int syn_ttl(int fd)
{
	uint8_t head[SYN_ROOM];
	socklen_t n = sizeof(head);

	if (getsockopt(fd, IPPROTO_TCP, TCP_SAVED_SYN, head, &n))
		return errno == EINVAL ? 1 : 0;
	if (n < 20)
		return 0;
	return head[0] >> 4 == 6 ? head[7] : head[8];
}

enum err net_guard_accepted(int fd, const struct net_guard *g)
{
	int ttl;

	if (!g || !g->ttl_security)
		return OK;
	ttl = syn_ttl(fd);
	if (ttl && ttl < least_ttl(g->ttl_security))
		return ERR_DENIED;
	return set_ttl(fd, g);
}

/* The least TTL that any guard takes, 0 when one takes all; and whether any
 * asks for TTL security. */
static int shared_ttl(const struct port *p, bool *any)
{
	int least = TTL_MAX + 1;

	*any = false;
	for (size_t i = 0; i < p->n_guards; i++) {
		uint32_t hops = p->guards[i].ttl_security;
		int ttl = hops ? least_ttl(hops) : 0;
		least = ttl < least ? ttl : least;
		*any |= hops != 0;
	}
	return *any ? least : 0;
}

static enum err listen_ttl(int fd, bool ipv6, const struct port *p)
{
	bool any;
	int least = shared_ttl(p, &any);

	if (any && (!set(fd, IPPROTO_TCP, TCP_SAVE_SYN, 1) || !send_with_full_ttl(fd, ipv6)))
		return ERR_UNSUPPORTED;
	if (!take_from(fd, ipv6, least) && any)
		return ERR_UNSUPPORTED;
	return OK;
}

static enum err refused(enum err e, const struct addr *remote, const char *what, struct text *why)
{
	text_str(why, "the kernel refuses ");
	text_str(why, what);
	if (remote) {
		text_str(why, " for ");
		addr_text(why, remote);
	}
	text_str(why, ": ");
	text_str(why, e == ERR_NOMEM ? "too many keys; raise net.core.optmem_max" : err_text(e));
	return e;
}

static void withdraw_keys(int fd, uint8_t family, const struct port *p, const struct net_guard *old,
			  size_t n_old)
{
	for (size_t i = 0; i < n_old; i++) {
		const struct net_guard *now = net_guard_find(p, &old[i].remote);
		if (old[i].remote.family == family && old[i].md5_key[0] &&
		    !(now && now->md5_key[0]))
			(void)!set_key(fd, &old[i].remote, "");
	}
}

enum err net_guard_listener(int fd, const struct addr *local, const struct port *p,
			    const struct net_guard *old, size_t n_old, struct text *why)
{
	enum err e = listen_ttl(fd, local->family == ADDR_IPV6, p);

	if (e)
		return refused(e, NULL, "TTL security", why);
	for (size_t i = 0; i < p->n_guards; i++) {
		const struct net_guard *g = &p->guards[i];
		if (g->remote.family != local->family || !g->md5_key[0])
			continue;
		e = set_key(fd, &g->remote, g->md5_key);
		if (e)
			return refused(e, &g->remote, "a TCP-MD5 key", why);
	}
	withdraw_keys(fd, local->family, p, old, n_old);
	return OK;
}
