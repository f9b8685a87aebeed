#include "os/dns.h"

#include "os/sockaddr.h"

#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <string.h>

#define HOST_MAX    253
#define ANSWER_SIZE 4096

const struct os_dns_how os_dns_usual = { .seconds = 2, .tries = 2 };

struct look_up {
	struct __res_state resolver;
	uint8_t answer[ANSWER_SIZE];
	struct addr *out;
	size_t max, n;
};

static void set_up(struct look_up *l, const struct os_dns_how *how)
{
	struct sockaddr_storage ss;

	l->resolver.retrans = how->seconds;
	l->resolver.retry = how->tries;
	if (!how->server.family)
		return;
	(void)os_sockaddr_from(&ss, &how->server);
	memcpy(&l->resolver.nsaddr_list[0], &ss, sizeof(l->resolver.nsaddr_list[0]));
	l->resolver.nscount = 1;
}

static enum err why_not(const struct look_up *l)
{
	int why = l->resolver.res_h_errno;

	if (why == HOST_NOT_FOUND || why == NO_DATA)
		return ERR_NOT_FOUND;
	return why == TRY_AGAIN ? ERR_TIMEOUT : ERR_IO;
}

/* Of an answer all of that type count: those of the names in between have others. */
static void take_record(struct look_up *l, const ns_rr *rr, int type)
{
	struct addr a = { .family = type == ns_t_aaaa ? ADDR_IPV6 : ADDR_IPV4 };

	if ((int)ns_rr_type(*rr) != type || ns_rr_rdlen(*rr) != addr_ip_size(&a) || l->n == l->max)
		return;
	memcpy(a.ip, ns_rr_rdata(*rr), addr_ip_size(&a));
	l->out[l->n++] = a;
}

static enum err take_answer(struct look_up *l, int size, int type)
{
	ns_msg m;
	ns_rr rr;

	if (size > (int)sizeof(l->answer))
		size = sizeof(l->answer);
	if (ns_initparse(l->answer, size, &m))
		return ERR_MALFORMED;
	for (int i = 0; i < ns_msg_count(m, ns_s_an); i++) {
		if (ns_parserr(&m, ns_s_an, i, &rr))
			return ERR_MALFORMED;
		take_record(l, &rr, type);
	}
	return OK;
}

static enum err ask(struct look_up *l, const char *host, int type)
{
	int n = res_nquery(&l->resolver, host, ns_c_in, type, l->answer, sizeof(l->answer));

	return n < 0 ? why_not(l) : take_answer(l, n, type);
}

/* A server that does not answer one question is not asked the other. */
static enum err ask_both(struct look_up *l, const char *host)
{
	enum err six = ask(l, host, ns_t_aaaa), four;

	if (six == ERR_TIMEOUT)
		return six;
	four = ask(l, host, ns_t_a);
	if (l->n)
		return OK;
	if (four && four != ERR_NOT_FOUND)
		return four;
	return six && six != ERR_NOT_FOUND ? six : ERR_NOT_FOUND;
}

enum err os_dns_look_up(const char *host, const struct os_dns_how *how, struct addr *out,
			size_t max, size_t *n)
{
	struct look_up l = { .out = out, .max = max };
	enum err e;

	if (!*host || strlen(host) > HOST_MAX)
		return ERR_RANGE;
	if (res_ninit(&l.resolver))
		return ERR_IO;
	set_up(&l, how);
	e = ask_both(&l, host);
	res_nclose(&l.resolver);
	if (!e)
		*n = l.n;
	return e;
}
