/* id.h - peer names, P2P IDs, PNRP IDs and the ring they lie on (digest pnrp 2).
 * Plain values; no state. Text is UTF-8 in NFC, given so by the owner. */
#ifndef PNRP_ID_H
#define PNRP_ID_H

#include "base/attr.h"
#include "base/err.h"
#include "base/span.h"
#include "base/text.h"
#include "pnrp/profile.h"

#include <stdbool.h>

#define PNRP_CLASSIFIER_MAX    149 /* UTF-16 code units */
#define PNRP_CLASSIFIER_OCTETS (3 * PNRP_CLASSIFIER_MAX)
#define PNRP_NAME_TEXT_MAX     (CRYPTO_AUTHORITY * 2 + 1 + PNRP_CLASSIFIER_OCTETS)
#define PNRP_HOST_NAME_MAX     253

struct pnrp_name {
	bool secure; /* else authority "0", all zero */
	uint8_t authority[CRYPTO_AUTHORITY];
	uint16_t classifier_n; /* octets */
	char classifier[PNRP_CLASSIFIER_OCTETS];
};

/* "0.printer-room", "40 hex digits.classifier"; tolerant as digest 2.1 says (upper
 * case hex, a secure name without a dot). ERR_MALFORMED, ERR_RANGE (too long): `why`
 * says what is accepted. */
MUST_USE enum err pnrp_name_parse(struct span s, struct pnrp_name *out, struct text *why);
void pnrp_name_text(struct text *t, const struct pnrp_name *n);
bool pnrp_name_eq(const struct pnrp_name *a, const struct pnrp_name *b);
/* The classifier as UTF-16 code units, at most PNRP_CLASSIFIER_MAX; gives how many. */
size_t pnrp_name_units(const struct pnrp_name *n, uint16_t *units);
/* The reverse, for what comes in: ERR_MALFORMED (a lone surrogate, U+0000, too long). */
MUST_USE enum err pnrp_name_of_units(const uint16_t *units, size_t n, struct pnrp_name *name);
/* The same from UTF-8. */
MUST_USE enum err pnrp_name_of_utf8(struct span s, struct pnrp_name *name);

/* "printer-room.pnrp.net" and back. ERR_UNSUPPORTED: this name has no host name
 * (correction 12), `why` says so; ERR_MALFORMED: not a host name of ours. */
MUST_USE enum err pnrp_host_name(const struct pnrp_name *n, struct text *out, struct text *why);
MUST_USE enum err pnrp_name_of_host(struct span host, struct pnrp_name *out, struct text *why);

/* 256 bits, most significant word first: plain comparison of words is comparison of IDs. */
struct pnrp_id {
	uint64_t w[4];
};

struct pnrp_p2p_id {
	uint8_t octets[16];
};

/* What a profile hashes of a classifier, 20 octets. */
void pnrp_classifier_hash(struct crypto *c, const struct pnrp_profile *p, const struct pnrp_name *n,
			  uint8_t out[20]);
/* Digest 2.3, from a classifier's hash and a binary authority (zeros: unsecured). */
struct pnrp_p2p_id pnrp_p2p_id(struct crypto *c, const struct pnrp_profile *p,
			       const uint8_t classifier_hash[20], const uint8_t authority[20]);
struct pnrp_p2p_id pnrp_name_p2p_id(struct crypto *c, const struct pnrp_profile *p,
				    const struct pnrp_name *n);
struct pnrp_id pnrp_id_of(const struct pnrp_p2p_id *p2p, const uint8_t location[16]);
bool pnrp_id_has_p2p(const struct pnrp_id *id, const struct pnrp_p2p_id *p2p);

#define PNRP_ID_OCTETS 32
/* Octets in network order, 32 of them. */
struct pnrp_id pnrp_id_read(const uint8_t *octets);
void pnrp_id_write(uint8_t *octets, const struct pnrp_id *id);
/* 64 hex digits. */
#define PNRP_ID_TEXT_MAX 64
void pnrp_id_text(struct text *t, const struct pnrp_id *id);

/* The ring (PNRP-1.5, digest 2.5), all modulo 2^256. Inline: walks and caches live here. */

static inline bool pnrp_id_eq(const struct pnrp_id *a, const struct pnrp_id *b)
{
	return ((a->w[0] ^ b->w[0]) | (a->w[1] ^ b->w[1]) | (a->w[2] ^ b->w[2]) |
		(a->w[3] ^ b->w[3])) == 0;
}

static inline bool pnrp_id_is_zero(const struct pnrp_id *a)
{
	return (a->w[0] | a->w[1] | a->w[2] | a->w[3]) == 0;
}

static inline int pnrp_id_cmp(const struct pnrp_id *a, const struct pnrp_id *b)
{
	for (size_t i = 0; i < 4; i++)
		if (a->w[i] != b->w[i])
			return a->w[i] < b->w[i] ? -1 : 1;
	return 0;
}

/* How far it is from `from` upwards to `to`. */
static inline struct pnrp_id pnrp_id_up(const struct pnrp_id *from, const struct pnrp_id *to)
{
	struct pnrp_id d;
	uint64_t borrow = 0;
	for (size_t i = 4; i-- > 0;) {
		uint64_t part = to->w[i] - from->w[i];
		uint64_t next = (uint64_t)(to->w[i] < from->w[i]) | (uint64_t)(part < borrow);
		d.w[i] = part - borrow;
		borrow = next;
	}
	return d;
}

/* The shorter way. */
static inline struct pnrp_id pnrp_id_distance(const struct pnrp_id *a, const struct pnrp_id *b)
{
	struct pnrp_id up = pnrp_id_up(a, b);
	return up.w[0] >> 63 ? pnrp_id_up(b, a) : up;
}

/* a is strictly closer to t than b. */
static inline bool pnrp_id_closer(const struct pnrp_id *a, const struct pnrp_id *b,
				  const struct pnrp_id *t)
{
	struct pnrp_id from_a = pnrp_id_distance(a, t);
	struct pnrp_id from_b = pnrp_id_distance(b, t);
	return pnrp_id_cmp(&from_a, &from_b) < 0;
}

static inline struct pnrp_id pnrp_id_next(const struct pnrp_id *a) /* + 1 */
{
	static const struct pnrp_id minus_one = { { UINT64_MAX, UINT64_MAX, UINT64_MAX,
						    UINT64_MAX } };
	return pnrp_id_up(&minus_one, a);
}

static inline struct pnrp_id pnrp_id_previous(const struct pnrp_id *a) /* - 1 */
{
	static const struct pnrp_id one = { { 0, 0, 0, 1 } };
	return pnrp_id_up(&one, a);
}

/* The leading bits that both share, 0 to 256. */
static inline uint32_t pnrp_id_common(const struct pnrp_id *a, const struct pnrp_id *b)
{
	for (uint32_t i = 0; i < 4; i++) {
		uint64_t differ = a->w[i] ^ b->w[i];
		if (differ)
			return 64 * i + (uint32_t)__builtin_clzll(differ);
	}
	return 256;
}

#endif
