/* id.h - peer names, P2P IDs, PNRP IDs and the ring they lie on (digest pnrp 2).
 * Plain values; no state. Text is UTF-8 in NFC, given so by the owner. */
#ifndef PNRP_ID_H
#define PNRP_ID_H

#include "base/attr.h"
#include "base/err.h"
#include "base/span.h"
#include "base/text.h"
#include "crypto/crypto.h"

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
void pnrp_classifier_hash(struct crypto *c, const struct crypto_profile *p,
			  const struct pnrp_name *n, uint8_t out[20]);
/* Digest 2.3, from a classifier's hash and a binary authority (zeros: unsecured). */
struct pnrp_p2p_id pnrp_p2p_id(struct crypto *c, const struct crypto_profile *p,
			       const uint8_t classifier_hash[20], const uint8_t authority[20]);
struct pnrp_p2p_id pnrp_name_p2p_id(struct crypto *c, const struct crypto_profile *p,
				    const struct pnrp_name *n);
struct pnrp_id pnrp_id_of(const struct pnrp_p2p_id *p2p, const uint8_t location[16]);
bool pnrp_id_has_p2p(const struct pnrp_id *id, const struct pnrp_p2p_id *p2p);

/* Octets in network order, 32 of them. */
struct pnrp_id pnrp_id_read(const uint8_t *octets);
void pnrp_id_write(uint8_t *octets, const struct pnrp_id *id);
/* 64 hex digits. */
#define PNRP_ID_TEXT_MAX 64
void pnrp_id_text(struct text *t, const struct pnrp_id *id);

/* The ring (digest 2.5), all modulo 2^256. */
bool pnrp_id_eq(const struct pnrp_id *a, const struct pnrp_id *b);
bool pnrp_id_is_zero(const struct pnrp_id *a);
int pnrp_id_cmp(const struct pnrp_id *a, const struct pnrp_id *b);
struct pnrp_id pnrp_id_up(const struct pnrp_id *from, const struct pnrp_id *to);
struct pnrp_id pnrp_id_distance(const struct pnrp_id *a, const struct pnrp_id *b);
struct pnrp_id pnrp_id_next(const struct pnrp_id *a);	  /* + 1 */
struct pnrp_id pnrp_id_previous(const struct pnrp_id *a); /* - 1 */
/* a is strictly closer to t than b. */
bool pnrp_id_closer(const struct pnrp_id *a, const struct pnrp_id *b, const struct pnrp_id *t);
/* The leading bits that both share, 0 to 256. */
uint32_t pnrp_id_common(const struct pnrp_id *a, const struct pnrp_id *b);

#endif
