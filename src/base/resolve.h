/* resolve.h - what is said on resolve.sock, on which every program of the machine may ask
 * for host names: shared by the daemon and the module that libc loads into programs, so
 * that it needs nothing but the compiler. One packet (SOCK_SEQPACKET) a message:
 *
 *	asked     'h' version family name...
 *	answered  'H' version kind n { family, 16 octets, interface }...
 *
 * The daemon answers RESOLVE_WORKING at once and one of the others later, then closes.
 * Nothing here holds memory. */
#ifndef BASE_RESOLVE_H
#define BASE_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define RESOLVE_SOCKET	      "resolve.sock"
#define RESOLVE_VERSION	      1
#define RESOLVE_NAME_MAX      253
#define RESOLVE_ADDRESSES_MAX 32
#define RESOLVE_WORKING_MS    50   /* after that nobody is there */
#define RESOLVE_ANSWER_MS     5000 /* after that nothing is found */

/* What is asked for, and the family of an address. */
enum resolve_family {
	RESOLVE_ANY = 0,
	RESOLVE_IPV4 = 4,
	RESOLVE_IPV6 = 6
};

enum resolve_kind {
	RESOLVE_WORKING = 1, /* asked for; the answer follows */
	RESOLVE_FOUND = 2,
	RESOLVE_NOT_FOUND = 3,
	RESOLVE_AGAIN = 4 /* could not be found out now */
};

#define RESOLVE_REQUEST_HEAD 3
#define RESOLVE_REQUEST_MAX  (RESOLVE_REQUEST_HEAD + RESOLVE_NAME_MAX)
#define RESOLVE_ANSWER_HEAD  4
#define RESOLVE_ADDRESS_SIZE 21
#define RESOLVE_ANSWER_MAX   (RESOLVE_ANSWER_HEAD + RESOLVE_ADDRESSES_MAX * RESOLVE_ADDRESS_SIZE)

struct resolve_address {
	uint8_t family; /* RESOLVE_IPV4 or RESOLVE_IPV6 */
	uint8_t ip[16]; /* network order; IPv4 in the first four, rest 0 */
	uint32_t scope; /* interface index of a link-local address, else 0 */
};

struct resolve_answer {
	enum resolve_kind kind;
	uint8_t n;
	struct resolve_address at[RESOLVE_ADDRESSES_MAX];
};

/* Octets of the packet; 0: no name has that length. */
static inline size_t resolve_request_put(uint8_t out[RESOLVE_REQUEST_MAX],
					 enum resolve_family family, const char *name, size_t n)
{
	if (n == 0 || n > RESOLVE_NAME_MAX)
		return 0;
	out[0] = 'h';
	out[1] = RESOLVE_VERSION;
	out[2] = (uint8_t)family;
	memcpy(out + RESOLVE_REQUEST_HEAD, name, n);
	return RESOLVE_REQUEST_HEAD + n;
}

static inline bool resolve_is_family(uint8_t family)
{
	return family == RESOLVE_IPV4 || family == RESOLVE_IPV6;
}

/* name gets its NUL. False: it is none. */
static inline bool resolve_request_take(const uint8_t *p, size_t n, enum resolve_family *family,
					char name[RESOLVE_NAME_MAX + 1])
{
	if (n <= RESOLVE_REQUEST_HEAD || n > RESOLVE_REQUEST_MAX || p[0] != 'h' ||
	    p[1] != RESOLVE_VERSION || (p[2] != RESOLVE_ANY && !resolve_is_family(p[2])))
		return false;
	n -= RESOLVE_REQUEST_HEAD;
	if (memchr(p + RESOLVE_REQUEST_HEAD, 0, n))
		return false;
	*family = (enum resolve_family)p[2];
	memcpy(name, p + RESOLVE_REQUEST_HEAD, n);
	name[n] = 0;
	return true;
}

/* Octets of the packet. */
static inline size_t resolve_answer_put(uint8_t out[RESOLVE_ANSWER_MAX],
					const struct resolve_answer *a)
{
	uint8_t *p = out + RESOLVE_ANSWER_HEAD;
	out[0] = 'H';
	out[1] = RESOLVE_VERSION;
	out[2] = (uint8_t)a->kind;
	out[3] = a->n;
	for (size_t i = 0; i < a->n; i++, p += RESOLVE_ADDRESS_SIZE) {
		const struct resolve_address *from = &a->at[i];
		p[0] = from->family;
		memcpy(p + 1, from->ip, 16);
		p[17] = (uint8_t)(from->scope >> 24);
		p[18] = (uint8_t)(from->scope >> 16);
		p[19] = (uint8_t)(from->scope >> 8);
		p[20] = (uint8_t)from->scope;
	}
	return (size_t)(p - out);
}

/* Whether the head fits what is behind it: addresses where some were found alone. */
static inline bool resolve_answer_head(const uint8_t *p, size_t n)
{
	if (n < RESOLVE_ANSWER_HEAD || p[0] != 'H' || p[1] != RESOLVE_VERSION ||
	    p[2] < RESOLVE_WORKING || p[2] > RESOLVE_AGAIN || p[3] > RESOLVE_ADDRESSES_MAX)
		return false;
	return n == RESOLVE_ANSWER_HEAD + (size_t)p[3] * RESOLVE_ADDRESS_SIZE &&
	       (p[3] > 0) == (p[2] == RESOLVE_FOUND);
}

static inline bool resolve_answer_take(const uint8_t *p, size_t n, struct resolve_answer *out)
{
	if (!resolve_answer_head(p, n))
		return false;
	out->kind = (enum resolve_kind)p[2];
	out->n = p[3];
	p += RESOLVE_ANSWER_HEAD;
	for (size_t i = 0; i < out->n; i++, p += RESOLVE_ADDRESS_SIZE) {
		struct resolve_address *to = &out->at[i];
		if (!resolve_is_family(p[0]))
			return false;
		to->family = p[0];
		memcpy(to->ip, p + 1, 16);
		to->scope = (uint32_t)p[17] << 24 | (uint32_t)p[18] << 16 | (uint32_t)p[19] << 8 |
			    p[20];
	}
	return true;
}

#endif
