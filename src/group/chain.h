/* chain.h - membership: chains of certificates from a group's root to a member, judged and
 * issued (digest grouping 3). Times are wall time in microseconds. */
#ifndef GROUP_CHAIN_H
#define GROUP_CHAIN_H

#include "group/profile.h"
#include "group/role.h"

#define GROUP_CHAIN_FAULTS(X)                                                                      \
	X(NONE, "nothing")                                                                         \
	X(MALFORMED, "it cannot be read")                                                          \
	X(NO_ROOT, "it has no root, or more than one")                                             \
	X(NO_MEMBER, "it is a root without a member")                                              \
	X(OTHER_GROUP, "it is of another group")                                                   \
	X(ROOT_NAME, "the group's name is not that of its root's key")                             \
	X(SIGNATURE, "a signature does not fit")                                                   \
	X(NAMES, "the names of issuer and subject do not fit together")                            \
	X(CIRCULAR, "somebody is in it twice")                                                     \
	X(NOT_YET, "it is not valid yet")                                                          \
	X(EXPIRED, "it has expired")                                                               \
	X(PERIOD, "a certificate outlives its issuer's")                                           \
	X(ROLE, "a role that its issuer may not give")                                             \
	X(CLASSIFIER, "a classifier that its issuer may not give")                                 \
	X(LEAF_NAME, "the member's name is not that of its key")                                   \
	X(OTHER_KEY, "it is of another key")                                                       \
	X(TOO_LONG, "it has too many certificates")                                                \
	X(KIND, "a certificate of another kind")                                                   \
	X(USAGE, "a certificate for another use")
enum group_chain_fault {
#define X(name, text) GROUP_CHAIN_##name,
	GROUP_CHAIN_FAULTS(X)
#undef X
	GROUP_CHAIN_FAULT_COUNT
};
const char *group_chain_fault_text(enum group_chain_fault f);

struct group_chain_rules {
	const struct group_profile *profile;
	struct span group;  /* Group Peer Name; empty: whatever it says */
	struct span public; /* the leaf's key must be this; empty: any */
	int64_t now;	    /* 0: times are not held against a clock */
};

/* Reads and judges a PKCS #7 chain, 3.5, signatures and all. *out is crypto_chain_free()'s
 * and is there with NOT_YET and EXPIRED, too, so that who has it can say more (a clock, a
 * renewal). OK; ERR_DENIED with *why; ERR_MALFORMED; ERR_NOMEM. */
MUST_USE enum err group_chain_read(struct crypto *c, const struct group_chain_rules *rules,
				   struct span octets, struct crypto_chain **out,
				   enum group_chain_fault *why);
const struct crypto_cert *group_chain_root(const struct crypto_chain *chain);
const struct crypto_cert *group_chain_leaf(const struct crypto_chain *chain);
/* The time in which all of them are valid. */
void group_chain_period(const struct crypto_chain *chain, int64_t *from, int64_t *to);

/* Whether a newer membership of somebody takes the place of an older one of theirs: by
 * anybody who may issue it where it takes nothing away, else by an administrator, the group
 * itself, or whoever gave the older one. */
bool group_chain_supersedes(const struct crypto_chain *newer, const struct crypto_chain *older);

/* One identity certificate: PKCS #7 or bare (P17), self-signed, of its own name, in validity
 * when now is not 0. What a TLS connection and an identity card bring. */
MUST_USE enum err group_identity_read(struct crypto *c, const struct group_profile *p,
				      struct span octets, int64_t now, struct crypto_chain **out,
				      enum group_chain_fault *why);

/* An identity's own certificate, as PKCS #7 or bare. classifier and friendly: UTF-8. */
MUST_USE enum err group_identity_issue(struct crypto *c, const struct env *env,
				       const struct crypto_key *k, struct span classifier,
				       struct span friendly, int64_t from, bool bare, uint8_t *out,
				       size_t size, size_t *n);
/* A group's root certificate, DER; the group's name is its subject_name. */
MUST_USE enum err group_root_issue(struct crypto *c, const struct env *env,
				   const struct crypto_key *k, struct span classifier,
				   struct span friendly, int64_t from, uint8_t *out, size_t size,
				   size_t *n);

struct group_grant {
	struct span public; /* the member's key, name and friendly name */
	struct span name;
	struct span friendly;
	unsigned int roles;
	int64_t from, to; /* to 0: as long as the issuer's */
	bool returns;	  /* its key may be one that was removed */
};
/* 3.6: a certificate for a member below `issuer`, which is a whole chain or a root alone
 * (DER), signed with the issuer's key; the new chain as PKCS #7. ERR_DENIED with *why: a
 * rule of 3.5 or 4; ERR_RANGE: too small a buffer. */
MUST_USE enum err group_chain_issue(struct crypto *c, const struct env *env,
				    const struct group_profile *p, struct span issuer,
				    const struct crypto_key *k, const struct group_grant *g,
				    uint8_t *out, size_t size, size_t *n,
				    enum group_chain_fault *why);

#endif
