/* people.h - for tests of src/group: a group's root, members and their keys under one
 * profile, certificates of them as they ought to be or as somebody forged them, and chains.
 * The 0th is the group, the i-th has its certificate from the one before. */
#ifndef UNIT_GROUP_PEOPLE_H
#define UNIT_GROUP_PEOPLE_H

#include "../failing_env.h"
#include "base/mono.h"
#include "group/chain.h"
#include "group/name.h"

#define PEOPLE_MOST  6
#define PEOPLE_BORN  INT64_C(1700000000000000) /* whole seconds */
#define PEOPLE_NOW   (PEOPLE_BORN + 86400 * INT64_C(1000000))
#define PEOPLE_UNTIL (PEOPLE_BORN + 3650 * INT64_C(86400000000))

struct people {
	struct failing_env mem, draw; /* of the context; random octets of what is issued */
	struct crypto *c;
	const struct group_profile *p;
	size_t n;
	struct crypto_key *keys[PEOPLE_MOST];
	char names[PEOPLE_MOST][GROUP_NAME_OCTETS + 1];
};

struct people_octets {
	uint8_t p[CRYPTO_CHAIN_MAX];
	size_t n;
};

/* n of them, the group included. */
void people_init(struct people *t, enum crypto_profile_id id, size_t n);
/* Nothing is left of anything. */
void people_fini(struct people *t);
struct span people_name(const struct people *t, size_t i);

/* What the i-th certificate of a good chain says: the first member is an administrator, the
 * last a member, those between invite. */
struct crypto_cert people_cert(const struct people *t, size_t i);
/* `what` signed by the signer's key, DER. */
struct span people_sign(struct people *t, size_t signer, const struct crypto_cert *what,
			struct people_octets *out);
/* These certificates as a chain. */
struct span people_carry(struct people *t, const struct span *certs, size_t n,
			 struct people_octets *out);
/* A chain of the group and the people to n - 1; `edit` may change the i-th certificate. */
typedef void people_edit(struct people *t, size_t i, struct crypto_cert *what);
struct span people_chain(struct people *t, size_t n, people_edit *edit, struct people_octets *out);

/* How the group judges it: NONE only with OK. The rules may be NULL: our group, at PEOPLE_NOW. */
enum group_chain_fault people_judge(struct people *t, const struct group_chain_rules *rules,
				    struct span octets);

/* Runs the body for each profile of this build. */
#define PEOPLE_EACH_PROFILE(id)                                                                    \
	for (enum crypto_profile_id id = 0; id < CRYPTO_PROFILE_COUNT; id++)                       \
		if (group_profile(id))

#endif
