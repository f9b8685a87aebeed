#include "pnrp/profile.h"

/* PNRP-2.2: all that differs between the profiles, but for what crypto's own row has. */
static const struct pnrp_profile rows[CRYPTO_PROFILE_COUNT] = {
	[CRYPTO_MODERN] = { .crypto = &crypto_profiles[CRYPTO_MODERN],
			    .major = 5,
			    .cpa_major = 3,
			    .cpa_pnrp_major = 5,
			    .payload_major = 3,
			    .utf16 = false,
			    .classifier_entry = 1,
			    .key_short = 1,
			    .target = "V5" },
	[CRYPTO_CLASSIC] = { .crypto = &crypto_profiles[CRYPTO_CLASSIC],
			     .major = 4,
			     .cpa_major = 2,
			     .cpa_pnrp_major = 4,
			     .payload_major = 2,
			     .utf16 = true,
			     .classifier_entry = 2,
			     .target = "V4" },
};

const struct pnrp_profile *pnrp_profile(enum crypto_profile_id id)
{
	return crypto_profile(id) ? &rows[id] : NULL;
}
