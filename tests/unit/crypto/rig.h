/* rig.h - for tests of src/crypto: a context on a failing_env, octets from
 * hexadecimal, the profiles of this build. */
#ifndef UNIT_CRYPTO_RIG_H
#define UNIT_CRYPTO_RIG_H

#include "../failing_env.h"
#include "crypto/crypto.h"

struct rig {
	struct failing_env mem; /* memory of the context */
	struct crypto *c;
};

void rig_init(struct rig *r);
/* Nothing of the context is left. */
void rig_fini(struct rig *r);

/* Borrowed octets of a text of hexadecimal digits; the buffer holds them. */
#define RIG_HEX_MAX 16384
struct rig_hex {
	uint8_t octets[RIG_HEX_MAX];
};
struct span rig_hex(struct rig_hex *h, const char *text);

/* A span whose end the sanitizer sees: a copy to be freed. */
uint8_t *rig_copy(struct span s);

/* A key of p made from a seed; the caller's env is gone when this returns. */
struct crypto_key *rig_key(struct rig *r, const struct crypto_profile *p, uint64_t seed);
/* A signature likewise. */
void rig_sign(struct rig *r, const struct crypto_key *k, struct span message, uint64_t seed,
	      uint8_t *signature);

/* Runs the body for each profile of this build. */
#define RIG_EACH_PROFILE(p)                                                                        \
	for (enum crypto_profile_id id_ = 0; id_ < CRYPTO_PROFILE_COUNT; id_++)                    \
		for (const struct crypto_profile *p = crypto_profile(id_); p; p = NULL)

#endif
