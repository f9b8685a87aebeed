/* chain_int.h - between the judging of chains and the issuing of certificates. */
#ifndef GROUP_CHAIN_INT_H
#define GROUP_CHAIN_INT_H

#include "group/chain.h"

/* What certificates can be issued below: a whole chain, or a root alone, judged but for the
 * clock. As group_chain_read(). */
MUST_USE enum err group_issuer_read(struct crypto *c, const struct group_profile *p,
				    struct span octets, struct crypto_chain **out,
				    enum group_chain_fault *why);

#endif
