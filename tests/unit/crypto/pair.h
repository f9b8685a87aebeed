/* pair.h - for tests of TLS: two ends in one program, an identity each, octets carried
 * between them. Index 0 is the initiator. */
#ifndef UNIT_CRYPTO_PAIR_H
#define UNIT_CRYPTO_PAIR_H

#include "crypto/cert.h"
#include "crypto/tls_int.h"
#include "rig.h"

#define PAIR_ALPN "p2pgroup/2"

struct pair_end {
	struct failing_env mem; /* memory and random octets of the connection */
	struct crypto_key *key;
	uint8_t cert[CRYPTO_CERT_MAX];
	size_t cert_n;
	struct crypto_tls_birth birth; /* to be changed before pair_open() */
	struct crypto_tls *tls;
	enum err says; /* what its judge will say */
	unsigned int judged;
	bool done;
};

struct pair {
	struct rig rig;
	struct pair_end end[2];
};

/* Both ready to open, each with an identity of p. */
void pair_init(struct pair *t, const struct crypto_profile *p, uint64_t seed);
void pair_fini(struct pair *t);
struct span pair_cert(const struct pair *t, int i);

void pair_open(struct pair *t);
void pair_close(struct pair *t);
/* Carries tokens to and fro until both are done or one fails: its error, and *who failed.
 * `piece`: so many octets at a time, 0 all at once. */
enum err pair_shake(struct pair *t, size_t piece, int *who);
/* The same, with all that was sent kept, both ways in their order, and an octet changed. */
struct pair_wire {
	uint8_t octets[RIG_HEX_MAX];
	size_t n;
	uint8_t change; /* to the octet at `at` */
	size_t at;
	size_t piece; /* so many octets at a time, 0 all at once */
};
enum err pair_shake_wire(struct pair *t, struct pair_wire *w, int *who);
/* Opens, shakes hands, is done. */
void pair_connect(struct pair *t);

/* One record from i to the other, which must read what was sealed. */
void pair_say(struct pair *t, int i, struct span plain);

#endif
