/* groups_name.h - what groups want of the part pnrp, and hear from it: names that members are
 * found by (doc/group.md, section 15). groups.h hands it out and takes it in; node/ carries. */
#ifndef GROUP_GROUPS_NAME_H
#define GROUP_GROUPS_NAME_H

#include "base/addr.h"
#include "base/span.h"
#include "crypto/crypto.h"

/* PUBLISH: all but most. WITHDRAW: name, public. RESOLVE: name, most. CANCEL: nothing. */
struct groups_naming {
	const char *name;	      /* a peer name, UTF-8 */
	const struct crypto_key *key; /* what it is signed with */
	struct span public;	      /* of that key */
	struct span chain;	      /* delegated: PKCS #7; n 0: unsecured */
	uint16_t port;		      /* TCP, at addresses of this machine */
	struct span comment, payload; /* comment: UTF-8 that fits; payload: octets */
	uint32_t most;		      /* publishers wanted */
};

/* A publisher that was found. */
struct groups_hit {
	struct span payload;
	const struct addr *at; /* link-local ones with their zone */
	size_t n_at;
};

/* How a search ended, and why nothing more was found. */
struct groups_resolution {
	enum err err;	 /* OK: something was found */
	bool off;	 /* the part pnrp is off */
	uint32_t clouds; /* that have an address here; 0: no network */
	uint32_t up;	 /* of these, other nodes are known */
	bool clock;	 /* in one, what came lately was out of date by our clock */
};

#endif
