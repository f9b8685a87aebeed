/* cpa.h - certified peer addresses, extended payloads and the certificate chains of
 * delegated names: made, read and judged (digest pnrp 7.3 to 7.8, 10.6 to 10.8).
 * Cheap checks come before the signature, the CPA's before the chain's. */
#ifndef PNRP_CPA_H
#define PNRP_CPA_H

#include "base/mono.h"
#include "pnrp/wire.h"

#define PNRP_CPA_MAX	   1228 /* octets; 759 is the largest there is */
#define PNRP_COMMENT_MAX   78	/* octets of a friendly name on the wire */
#define PNRP_COMMENT_UNITS 39
#define PNRP_ENDPOINTS_MAX 10
#define PNRP_EXTENDED_MAX  4308

/* Where an application is reached. */
struct pnrp_app {
	uint8_t ip[16]; /* IPv4 mapped */
	uint16_t port;
	uint16_t protocol; /* 6 TCP, 17 UDP */
};

enum pnrp_payload_type {
	PNRP_PAYLOAD_NONE = 0,
	PNRP_PAYLOAD_STRING = 0x80000002u,
	PNRP_PAYLOAD_BINARY = 0x80000003u
};

struct pnrp_cpa {
	bool revoke, has_payload; /* R, X */
	int64_t not_after;	  /* wall us */
	uint8_t location[16];
	uint8_t nonce[PNRP_NONCE];
	bool has_authority, has_classifier;
	uint8_t authority[20], classifier_hash[20];
	uint16_t comment_n; /* octets of UTF-8 */
	char comment[3 * PNRP_COMMENT_UNITS];
	uint8_t n_nodes; /* Service Address List */
	struct pnrp_endpoint node[PNRP_OWN_ADDRESSES];
	uint8_t n_apps;
	struct pnrp_app app[PNRP_ENDPOINTS_MAX];
	struct span public;		    /* decoded: points into the octets */
	struct span signed_part, signature; /* likewise */
};

/* Fills out with a signed CPA; c->public is taken from the key. ERR_RANGE (too small a
 * buffer, or values that no CPA has), ERR_NOMEM. */
MUST_USE enum err pnrp_cpa_make(struct crypto *x, const struct env *env,
				const struct pnrp_profile *p, const struct pnrp_cpa *c,
				const struct crypto_key *key, uint8_t *out, size_t size, size_t *n);
/* Syntax alone. ERR_MALFORMED, ERR_UNSUPPORTED: of another version. */
MUST_USE enum err pnrp_cpa_decode(const struct pnrp_profile *p, struct span octets,
				  struct pnrp_cpa *out);
/* The PNRP ID that it is for. */
struct pnrp_id pnrp_cpa_id(struct crypto *x, const struct pnrp_profile *p,
			   const struct pnrp_cpa *c);
/* Whether the addresses and the port of the route entry are the CPA's, as sets (10.5). */
bool pnrp_cpa_has_route(const struct pnrp_cpa *c, const struct pnrp_route *r);

/* What an INQUIRE asked, against which an answer is judged. */
struct pnrp_asked {
	struct pnrp_id id;
	uint8_t nonce[PNRP_NONCE]; /* zero: it had none */
	bool payload;		   /* X was set */
	bool revoke;		   /* a revoke CPA is wanted instead */
};

/* The rules that an answer can break, in the order of digest 10.6 to 10.8: for
 * counters and events. */
#define PNRP_VERDICTS(X)                                                                           \
	X(GOOD, "good")                                                                            \
	X(NO_CPA, "no certified peer address in the answer")                                       \
	X(SYNTAX, "malformed")                                                                     \
	X(VERSION, "another version")                                                              \
	X(KIND, "a revocation where none belongs, or the reverse")                                 \
	X(EXPIRED, "past its Not After")                                                           \
	X(NONCE, "not the nonce that was sent")                                                    \
	X(ID, "for another PNRP ID")                                                               \
	X(CLASSIFIER, "the classifier is not the one that was hashed")                             \
	X(AUTHORITY, "the name does not belong to the key")                                        \
	X(SIGNATURE, "the signature is wrong")                                                     \
	X(PAYLOAD, "the extended payload is missing or wrong")                                     \
	X(CHAIN, "the certificate chain is not valid")                                             \
	X(DELEGATION, "the chain does not delegate this classifier")                               \
	X(ADDRESSES, "the addresses are not those of the route entry")

enum pnrp_verdict {
#define X(name, text) PNRP_VERDICT_##name,
	PNRP_VERDICTS(X)
#undef X
	PNRP_VERDICT_COUNT
};
const char *pnrp_verdict_text(enum pnrp_verdict v);

/* Judges a whole answer: CPA, chain, payload. `out` is filled when the verdict is
 * GOOD; spans point into b. wall: now. */
struct pnrp_answer {
	struct pnrp_cpa cpa;
	bool has_name; /* a classifier came with it, or there is none */
	struct pnrp_name name;
	enum pnrp_payload_type payload_type;
	struct span payload; /* without type and terminator: UTF-8 or binary as sent */
	bool payload_utf16;
};
enum pnrp_verdict pnrp_judge(struct crypto *x, const struct pnrp_profile *p,
			     const struct pnrp_buffer *b, const struct pnrp_asked *asked,
			     int64_t wall_us, struct pnrp_answer *out);
/* A string payload as UTF-8: three octets for each two of UTF-16 are room enough.
 * ERR_RANGE: too small a buffer. */
MUST_USE enum err pnrp_answer_text(const struct pnrp_answer *a, char *out, size_t size, size_t *n);
/* A revoke CPA out of a FLOOD; *out and *id when GOOD. */
enum pnrp_verdict pnrp_judge_revoke(struct crypto *x, const struct pnrp_profile *p,
				    struct span octets, int64_t wall_us, struct pnrp_cpa *out,
				    struct pnrp_id *id);

struct pnrp_payload {
	struct pnrp_id id;
	int64_t not_after;
	uint8_t nonce[PNRP_NONCE];
	/* Strings: UTF-8, 1 to 4,095 octets, or 2,047 UTF-16 code units where those are
	 * fewer; binary: 1 to 4,096 octets. */
	enum pnrp_payload_type type;
	struct span data;
};
/* Fills out with a signed EXTENDED_PAYLOAD. ERR_RANGE, ERR_NOMEM. */
/* Whether there is a form in which it may be sent (A22). */
bool pnrp_payload_fits(const struct pnrp_profile *p, enum pnrp_payload_type type, struct span s);
MUST_USE enum err pnrp_payload_make(struct crypto *x, const struct env *env,
				    const struct pnrp_profile *p, const struct pnrp_payload *e,
				    const struct crypto_key *key, uint8_t *out, size_t size,
				    size_t *n);

/* Whether a PKCS #7 chain makes `leaf` (a public key) speak for `authority` and
 * `classifier` (digest 10.8). GOOD, CHAIN, DELEGATION. */
enum pnrp_verdict pnrp_chain_judge(struct crypto *x, const struct pnrp_profile *p,
				   struct span chain, const uint8_t authority[20], struct span leaf,
				   struct span classifier, int64_t wall_us);

#endif
