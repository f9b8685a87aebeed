/* nss_homestead: names below pnrp.net for getaddrinfo() and its elders. */
#include "nss/nss_int.h"

#include "base/attr.h"

#include <errno.h>
#include <strings.h>
#include <sys/socket.h>

#define SUFFIX ".pnrp.net"

/* What libc calls: each gives a status, errno and h_errno. */
EXPORTED enum nss_status _nss_homestead_gethostbyname4_r(const char *name,
							 struct gaih_addrtuple **pat, char *buffer,
							 size_t size, int *errnop, int *h_errnop,
							 int32_t *ttlp);
EXPORTED enum nss_status _nss_homestead_gethostbyname3_r(const char *name, int af,
							 struct hostent *host, char *buffer,
							 size_t size, int *errnop, int *h_errnop,
							 int32_t *ttlp, char **canonp);
EXPORTED enum nss_status _nss_homestead_gethostbyname2_r(const char *name, int af,
							 struct hostent *host, char *buffer,
							 size_t size, int *errnop, int *h_errnop);
EXPORTED enum nss_status _nss_homestead_gethostbyname_r(const char *name, struct hostent *host,
							char *buffer, size_t size, int *errnop,
							int *h_errnop);

/* How a call ends. */
struct ending {
	int *errnop, *h_errnop;
};

static enum nss_status end(const struct ending *e, enum nss_status status, int error, int h_error)
{
	if (error)
		*e->errnop = error;
	*e->h_errnop = h_error;
	return status;
}

static enum nss_status no_room(const struct ending *e)
{
	return end(e, NSS_STATUS_TRYAGAIN, ERANGE, NETDB_INTERNAL);
}

/* Octets of a name that is for us, without a dot at its end; 0: it is not. */
static size_t length_of(const char *name)
{
	size_t n = strlen(name), tail = strlen(SUFFIX);
	if (n && name[n - 1] == '.')
		n--;
	if (n <= tail || n > RESOLVE_NAME_MAX)
		return 0;
	return strncasecmp(name + n - tail, SUFFIX, tail) == 0 ? n : 0;
}

/* Asks; SUCCESS when there is at least one address. */
static enum nss_status look_up(const char *name, enum resolve_family family,
			       struct resolve_answer *out, const struct ending *e)
{
	size_t n = length_of(name);
	if (!n)
		return end(e, NSS_STATUS_NOTFOUND, 0, HOST_NOT_FOUND);
	enum nss_asked asked = nss_ask(family, name, n, out);
	if (asked == NSS_NOBODY)
		return end(e, NSS_STATUS_UNAVAIL, ECONNREFUSED, NO_RECOVERY);
	if (asked == NSS_LATE || out->kind == RESOLVE_AGAIN)
		return end(e, NSS_STATUS_TRYAGAIN, EAGAIN, TRY_AGAIN);
	if (out->kind != RESOLVE_FOUND)
		return end(e, NSS_STATUS_NOTFOUND, 0, HOST_NOT_FOUND);
	return NSS_STATUS_SUCCESS;
}

/* A piece of the caller's buffer. */
struct room {
	char *p;
	size_t left;
};

/* NULL when it is full. */
static void *take(struct room *r, size_t n, size_t align)
{
	size_t pad = (size_t)(-(uintptr_t)r->p & (align - 1));
	if (pad > r->left || n > r->left - pad)
		return NULL;
	char *p = r->p + pad;
	r->p = p + n;
	r->left -= pad + n;
	return p;
}

static char *take_name(struct room *r, const char *name)
{
	size_t n = strlen(name) + 1;
	char *p = take(r, n, 1);
	return p ? memcpy(p, name, n) : NULL;
}

static int family_of(const struct resolve_address *a)
{
	return a->family == RESOLVE_IPV4 ? AF_INET : AF_INET6;
}

static void set_tuple(struct gaih_addrtuple *t, char *name, const struct resolve_address *a)
{
	*t = (struct gaih_addrtuple){ .name = name, .family = family_of(a), .scopeid = a->scope };
	memcpy(t->addr, a->ip, sizeof(t->addr));
}

/* The list of answers, the zones of link-local addresses with them. */
static struct gaih_addrtuple *make_tuples(const char *name, const struct resolve_answer *answer,
					  struct room *r)
{
	char *copy = take_name(r, name);
	struct gaih_addrtuple *t =
		copy ? take(r, answer->n * sizeof(*t), _Alignof(struct gaih_addrtuple)) : NULL;
	for (size_t i = 0; t && i < answer->n; i++) {
		set_tuple(&t[i], copy, &answer->at[i]);
		t[i].next = i + 1 < answer->n ? &t[i + 1] : NULL;
	}
	return t;
}

enum nss_status _nss_homestead_gethostbyname4_r(const char *name, struct gaih_addrtuple **pat,
						char *buffer, size_t size, int *errnop,
						int *h_errnop, int32_t *ttlp)
{
	const struct ending e = { errnop, h_errnop };
	struct resolve_answer answer;
	struct room room = { buffer, size };
	enum nss_status status = look_up(name, RESOLVE_ANY, &answer, &e);
	if (status != NSS_STATUS_SUCCESS)
		return status;
	struct gaih_addrtuple *first = make_tuples(name, &answer, &room);
	if (!first)
		return no_room(&e);
	/* The caller may have brought the first one itself. */
	if (*pat)
		**pat = *first;
	else
		*pat = first;
	if (ttlp)
		*ttlp = 0;
	return end(&e, NSS_STATUS_SUCCESS, 0, NETDB_SUCCESS);
}

/* PNRP-12.10: a hostent has no place for a zone, without which a link-local address is of
 * little use. Those go where the name has no other address: libc asks for hostents of IPv6
 * too when getaddrinfo() is to leave out what the machine itself lacks (AI_ADDRCONFIG) and
 * it has no IPv4. */
static void keep_for_hostent(struct resolve_answer *answer, int af)
{
	bool zoned = true;
	size_t n = 0;
	for (size_t i = 0; i < answer->n; i++)
		zoned = zoned && answer->at[i].scope;
	for (size_t i = 0; i < answer->n; i++)
		if (family_of(&answer->at[i]) == af && (zoned || !answer->at[i].scope))
			answer->at[n++] = answer->at[i];
	answer->n = (uint8_t)n;
}

static bool make_host(struct hostent *host, const char *name, int af,
		      const struct resolve_answer *answer, struct room *r)
{
	size_t n = answer->n, length = af == AF_INET ? 4 : 16;
	char *copy = take_name(r, name);
	char **lists = take(r, (n + 2) * sizeof(*lists), _Alignof(char *));
	char *octets = take(r, n * length, _Alignof(uint32_t));
	if (!copy || !lists || !octets)
		return false;
	*host = (struct hostent){ copy, lists + n + 1, af, (int)length, lists };
	for (size_t i = 0; i < n; i++) {
		*lists++ = memcpy(octets, answer->at[i].ip, length);
		octets += length;
	}
	lists[0] = lists[1] = NULL; /* the end of the addresses, and no other names */
	return true;
}

enum nss_status _nss_homestead_gethostbyname3_r(const char *name, int af, struct hostent *host,
						char *buffer, size_t size, int *errnop,
						int *h_errnop, int32_t *ttlp, char **canonp)
{
	const struct ending e = { errnop, h_errnop };
	struct resolve_answer answer;
	struct room room = { buffer, size };
	if (af != AF_INET && af != AF_INET6)
		return end(&e, NSS_STATUS_UNAVAIL, EAFNOSUPPORT, NO_DATA);
	enum nss_status status =
		look_up(name, af == AF_INET ? RESOLVE_IPV4 : RESOLVE_ANY, &answer, &e);
	if (status != NSS_STATUS_SUCCESS)
		return status;
	keep_for_hostent(&answer, af);
	if (!answer.n)
		return end(&e, NSS_STATUS_NOTFOUND, 0, NO_DATA);
	if (!make_host(host, name, af, &answer, &room))
		return no_room(&e);
	if (ttlp)
		*ttlp = 0;
	if (canonp)
		*canonp = host->h_name;
	return end(&e, NSS_STATUS_SUCCESS, 0, NETDB_SUCCESS);
}

enum nss_status _nss_homestead_gethostbyname2_r(const char *name, int af, struct hostent *host,
						char *buffer, size_t size, int *errnop,
						int *h_errnop)
{
	return _nss_homestead_gethostbyname3_r(name, af, host, buffer, size, errnop, h_errnop, NULL,
					       NULL);
}

enum nss_status _nss_homestead_gethostbyname_r(const char *name, struct hostent *host, char *buffer,
					       size_t size, int *errnop, int *h_errnop)
{
	return _nss_homestead_gethostbyname3_r(name, AF_INET, host, buffer, size, errnop, h_errnop,
					       NULL, NULL);
}
