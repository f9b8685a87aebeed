/* cpa_rig.h - keys, and answers made with them, for tests of proofs. Both profiles. */
#ifndef UNIT_PNRP_CPA_RIG_H
#define UNIT_PNRP_CPA_RIG_H

#include "../failing_env.h"
#include "wire_rig.h"

#define RIG_CPA_ROOM 1024

struct proofs {
	struct failing_env f;
	const struct pnrp_profile *p;
	struct crypto *x;
	struct crypto_key *key;
};

void proofs_init(struct proofs *r, enum crypto_profile_id id);
void proofs_fini(struct proofs *r);
/* cmocka: a test in a profile, *state is a struct proofs. */
#define CLASSIC(test)                                                                              \
	{                                                                                          \
		"classic " #test, test, proofs_classic, proofs_end, NULL                           \
	}
#define MODERN(test)                                                                               \
	{                                                                                          \
		"modern " #test, test, proofs_modern, proofs_end, NULL                             \
	}
int proofs_classic(void **state);
int proofs_modern(void **state);
int proofs_end(void **state);

/* The CPA of T12: "0.test" under id1, two nodes, one application. */
struct pnrp_cpa proofs_cpa(const struct proofs *r);
/* Its ID in this profile. */
struct pnrp_id proofs_id(const struct proofs *r, const struct pnrp_cpa *c);
struct span proofs_make(struct proofs *r, const struct pnrp_cpa *c, uint8_t *room, size_t size);

#endif
