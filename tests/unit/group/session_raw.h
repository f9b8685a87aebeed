/* session_raw.h - for tests of connections: somebody who has an identity and TLS, and says
 * inside it whatever the test wants, instead of a session of ours. */
#ifndef UNIT_GROUP_SESSION_RAW_H
#define UNIT_GROUP_SESSION_RAW_H

#include "session_rig.h"

#define RAW_BEHIND 64 /* octets of what is said behind the handshake, at most */

struct raw {
	struct session_rig *rig;
	int i; /* the end that it is in place of */
	struct crypto_tls *tls;
	bool done;
	struct rig_octets flight; /* what a good end would say */
};

/* Shakes hands with the session at the other end: that is connected then, and waits. `behind`
 * is said in the same octets as the last of the handshake, by a requestor. */
void raw_open(struct raw *r, struct session_rig *t, int i, struct span behind);
void raw_close(struct raw *r);
/* One record; the session takes it. Not more than a record's worth. */
void raw_say(struct raw *r, struct span plain);
/* All of it, in packets of n. */
void raw_say_in(struct raw *r, struct span plain, size_t n);
/* Where it is that MyGMC begins in the flight. */
size_t raw_gmc_at(const struct raw *r);

#endif
