/* pnrp_rig.h - a context for fuzzers of proofs: one for all inputs, and what it needs
 * of the world. */
#ifndef FUZZ_PNRP_RIG_H
#define FUZZ_PNRP_RIG_H

#include "pnrp/cpa.h"
#include "fuzz_env.h"

/* 2030-01-01T12:00:00Z: the clock of the digest's vectors. */
#define RIG_WALL INT64_C(1893499200000000)

/* Made at the first input, kept until the program ends. */
static struct crypto *rig_crypto(void)
{
	static struct fuzz_env fuzz = FUZZ_ENV(fuzz);
	static struct crypto *x;
	if (!x)
		hold(crypto_new(&x, &fuzz.env) == OK);
	return x;
}

/* The first octet chooses. */
static const struct pnrp_profile *rig_profile(uint8_t first)
{
	return pnrp_profile(first & 1 ? CRYPTO_CLASSIC : CRYPTO_MODERN);
}

#endif
