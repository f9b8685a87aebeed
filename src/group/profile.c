#include "group/profile.h"

#define PACKET 16348 /* plain octets (P22) */

static const struct group_profile profiles[CRYPTO_PROFILE_COUNT] = {
	[CRYPTO_MODERN] = {
		.crypto = &crypto_profiles[CRYPTO_MODERN],
		.connect_major = 2,
		.group_major = 2,
		.hello_binds = true,
		.rest_is_error = true,
		.messages_span = true,
		.policy = true,
		.alpn = "p2pgroup/2",
		.packet_max = PACKET,
		.security_size = 96,
		.batch_depth = 12,
		.stream_version = 0x00000200,
		.keys = "ECDSA P-256",
	},
	[CRYPTO_CLASSIC] = {
		.crypto = &crypto_profiles[CRYPTO_CLASSIC],
		.connect_major = 1,
		.group_major = 1,
		.gmc_length_le = true,
		.password = true,
		.packet_max = PACKET,
		.security_size = 160,
		.stream_version = 0x00000060,
		.readings = true,
		.inviters_from = 1,
		.keys = "RSA of 1,024 bits",
	},
};

const struct group_profile *group_profile(enum crypto_profile_id id)
{
	return crypto_profile(id) ? &profiles[id] : NULL;
}
