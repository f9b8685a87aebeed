#include "crypto/crypto_int.h"

/* The one table of security profiles (CRYPTO-1.1, DESIGN D4). */
const struct crypto_profile crypto_profiles[CRYPTO_PROFILE_COUNT] = {
	[CRYPTO_MODERN] = { .id = CRYPTO_MODERN,
			    .name = "modern",
			    .hash_size = 32,
			    .public_size = 91,
			    .signature_size = 64,
			    .public_oid = "1.2.840.10045.2.1",
			    .signature_alg = 0x0000800c },
	[CRYPTO_CLASSIC] = { .id = CRYPTO_CLASSIC,
			     .name = "classic",
			     .hash_size = 20,
			     .public_size = 140,
			     .signature_size = 128,
			     .public_oid = "1.2.840.113549.1.1.1",
			     .signature_alg = 0x00008004 },
};

/* Which of them this build has, and how each is done. */
static const struct crypto_scheme *const schemes[CRYPTO_PROFILE_COUNT] = {
	[CRYPTO_MODERN] = &crypto_scheme_ecdsa,
#ifdef HOMESTEAD_CLASSIC
	[CRYPTO_CLASSIC] = &crypto_scheme_rsa,
#endif
};

const struct crypto_profile *crypto_profile(enum crypto_profile_id id)
{
	return id < CRYPTO_PROFILE_COUNT && schemes[id] ? &crypto_profiles[id] : NULL;
}

const struct crypto_scheme *crypto_scheme(enum crypto_profile_id id)
{
	return schemes[id];
}
