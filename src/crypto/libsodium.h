/* libsodium.h - the parts of libsodium that this folder uses, and the one place where they are
 * included: two of its names are ours, so they are given others while its headers are read.
 * The library calls neither of the two by itself.
 *
 * What draws random octets by itself is not called: whoever needs some takes them out of the
 * env that is lent, so there is no generator to set for the whole process, which may be
 * another's (CRYPTO-7.1; held by tests/shape/symbols.py). */
#ifndef CRYPTO_LIBSODIUM_H
#define CRYPTO_LIBSODIUM_H

#define crypto_hash sodium_crypto_hash
#define crypto_sign sodium_crypto_sign
#include <sodium.h>
#undef crypto_hash
#undef crypto_sign

#include <stdbool.h>

/* To be asked before each use; fails only where the library cannot work at all. */
static inline bool crypto_sodium_ready(void)
{
	return sodium_init() >= 0;
}

#endif
