/* profile.h - what a graph's security profile decides, as one table (DESIGN D4): whoever compares
 * databases asks its row. Hashes are crypto/'s rows; here is what graph adds. */
#ifndef GRAPH_PROFILE_H
#define GRAPH_PROFILE_H

#include "crypto/crypto.h"

struct graph_profile {
	bool contents; /* comparisons see two contents of one version: GRAPH-9.28 */
};

/* p is one of this build's. */
const struct graph_profile *graph_profile(enum crypto_profile_id p);

#endif
