/* profile.h - what a group's security profile decides, as one table (DESIGN D4): whoever
 * needs a version, a hash or a layout asks its row. Hashes, keys and signatures are
 * crypto/'s rows; here is what group adds. */
#ifndef GROUP_PROFILE_H
#define GROUP_PROFILE_H

#include "crypto/crypto.h"

struct group_profile {
	const struct crypto_profile *crypto;
	uint8_t connect_major, connect_minor; /* Hello: 1.0, 2.0 */
	uint8_t group_major;		      /* Group Security version: 1, 2 */
	bool hello_binds;		      /* Hello goes on with SHA-256 of AUTH_INFO */
	bool gmc_length_le;		      /* MyGMC (P6) */
	bool rest_is_error;		      /* octets behind a TLS record in a frame (P38) */
	bool messages_span;		      /* one may go over several packets */
	bool password;			      /* the published kind, of digest 7 */
	bool policy;			      /* Policy records: DESIGN D6 */
	const char *alpn;		      /* NULL none */
	size_t packet_max;		      /* 16,348 plain octets of a frame */
	size_t security_size;		      /* Security Data with one signature: 96, 160 */
	unsigned int batch_depth;	      /* 12; 0: no batch signatures */
	uint32_t stream_version;	      /* the constant of the signed stream */
	bool readings;			      /* signatures are tried in all of P9 to P11 */
	uint8_t inviters_from;		      /* minor version that has inviting members */
	const char *keys;		      /* the one kind of key, in words */
};

/* NULL when this build has it not. */
const struct group_profile *group_profile(enum crypto_profile_id id);

#endif
