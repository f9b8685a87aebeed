/* prefix.h - ranges of multicast addresses that are one prefix: an address, and
 * how many of its first bits count. Arithmetic alone: whether a prefix may be
 * claimed is said elsewhere. Bits behind the length are zero. */
#ifndef MASC_PREFIX_H
#define MASC_PREFIX_H

#include "base/err.h"
#include "base/span.h"
#include "base/text.h"

#define MASC_PREFIX_TEXT_MAX 49 /* with the end */

/* Address family, with its number on the wire. */
enum masc_family {
	MASC_IPV4 = 1,
	MASC_IPV6 = 2
};

struct masc_prefix {
	uint8_t address[16]; /* first 4 for IPv4, rest 0 */
	uint8_t length;	     /* bits, to masc_prefix_bits() */
	uint8_t family;	     /* enum masc_family; 0: none */
};

uint8_t masc_prefix_bits(enum masc_family f); /* 32 or 128 */

/* "239.192.0.0/14", "ff38::8000:0/112". ERR_MALFORMED; ERR_RANGE: bits behind
 * the length, or not inside 224.0.0.0/4 or ff00::/8 (with 16 bits or more). */
MUST_USE enum err masc_prefix_parse(struct span s, struct masc_prefix *out);
void masc_prefix_text(struct text *t, const struct masc_prefix *p);

/* No address, whatever the length: a wish for one (a hint). */
bool masc_prefix_is_zero(const struct masc_prefix *p);
bool masc_prefix_eq(const struct masc_prefix *a, const struct masc_prefix *b);
/* Order of addresses, then the shorter first: a range before what lies in it. */
int masc_prefix_cmp(const struct masc_prefix *a, const struct masc_prefix *b);
/* All of b lies in a; so do equal ones. False across families. */
bool masc_prefix_covers(const struct masc_prefix *a, const struct masc_prefix *b);
bool masc_prefix_overlaps(const struct masc_prefix *a, const struct masc_prefix *b);

/* Of a length above 0: the range twice as large, and its other half. */
struct masc_prefix masc_prefix_wider(const struct masc_prefix *p);
struct masc_prefix masc_prefix_buddy(const struct masc_prefix *p);
/* Of less than all bits: lower (0) or upper (1) half. */
struct masc_prefix masc_prefix_half(const struct masc_prefix *p, unsigned which);
/* The first range of `length` bits in it; length >= p->length. */
struct masc_prefix masc_prefix_first(const struct masc_prefix *p, uint8_t length);
/* The one of the same length behind it; false when there is none. */
MUST_USE bool masc_prefix_next(const struct masc_prefix *p, struct masc_prefix *out);
/* Bit `i` of the address, from the left. */
unsigned masc_prefix_bit(const struct masc_prefix *p, uint8_t i);

/* Addresses in it, UINT64_MAX when there are more. */
uint64_t masc_prefix_size(const struct masc_prefix *p);
/* Length of the smallest prefix that holds n addresses, n >= 1. */
uint8_t masc_prefix_length_for(enum masc_family f, uint64_t n);

#endif
