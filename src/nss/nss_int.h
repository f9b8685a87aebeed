/* nss_int.h - inside of libnss_homestead: shared by its files, seen by nobody else.
 *
 * The module is loaded into every program of the machine: it links libc alone, keeps no
 * state, asks for no memory, raises no signal, leaves no descriptor behind, and works in
 * any thread and after fork. doc/pnrp.md, section 12. */
#ifndef NSS_NSS_INT_H
#define NSS_NSS_INT_H

#include "base/resolve.h"

#include <netdb.h>
#include <nss.h>

#define NSS_PATH_MAX 108 /* of a socket */

/* Where daemons may be: the user's, the system's. */
struct nss_place {
	char path[NSS_PATH_MAX];
	unsigned owner; /* of its folder: who may answer there, besides root */
};
#define NSS_PLACES 3
/* The places that can be trusted, in the order in which they are asked; how many. */
size_t nss_places(struct nss_place out[NSS_PLACES]);

enum nss_asked {
	NSS_ANSWERED, /* out->kind is not RESOLVE_WORKING */
	NSS_NOBODY,   /* no daemon is there, or it is stopped */
	NSS_LATE      /* one is, and found nothing in time */
};
/* Asks the daemons. errno is kept. */
enum nss_asked nss_ask(enum resolve_family family, const char *name, size_t n,
		       struct resolve_answer *out);

#endif
