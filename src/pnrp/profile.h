/* profile.h - what a security profile changes in PNRP (DESIGN D4, digest 22): a row
 * of one table, asked by whoever reads, writes or hashes. Plain constants. */
#ifndef PNRP_PROFILE_H
#define PNRP_PROFILE_H

#include "crypto/crypto.h"

struct pnrp_profile {
	const struct crypto_profile *crypto;
	uint8_t major; /* of header and route entries: 4 classic, 5 modern */
	uint8_t cpa_major, cpa_pnrp_major, payload_major;
	bool utf16;		  /* classifiers travel and are hashed as UTF-16, else as UTF-8 */
	uint8_t classifier_entry; /* octets of an entry of a CLASSIFIER element: 2, 1 */
	/* Octets by which the Field Length of a CPA's key may fall short of the truth: the
	 * digest prints 116 for the 117 that modern's parts add up to. */
	uint8_t key_short;
	const char *target; /* version word of the SSDP search target: "V4", "V5" */
};
/* NULL when the crypto profile is not built in. */
const struct pnrp_profile *pnrp_profile(enum crypto_profile_id id);

#endif
