/* lookups.h - the names by which people without a membership find a group: of its open
 * invitations. A password has none: it is for who knows the group's name, or a link. What they are is others' to say (group_secrets); they are
 * published by groups_names.c. doc/group.md, section 15. */
#ifndef GROUP_LOOKUPS_H
#define GROUP_LOOKUPS_H

#include "group/group.h"

#define GROUP_LOOKUPS_MAX    64	  /* of a group */
#define GROUP_LOOKUP_NAME    149  /* octets of a classifier */
#define GROUP_LOOKUP_PAYLOAD 1024 /* octets */

struct group_lookup {
	struct span name;    /* "homestead-apple-river": the classifier of an unsecured name */
	struct span payload; /* what the PNRP name carries */
};

/* These, and no others, are to be found from now on; copied. ERR_FULL, ERR_RANGE, ERR_NOMEM:
 * it stays as it was. */
MUST_USE enum err group_lookups_are(struct group *g, const struct group_lookup *l, size_t n);
/* *at starts at 0; until the next call of group_lookups_are(). */
bool group_lookup_next(const struct group *g, size_t *at, struct group_lookup *out);
void group_lookups_free(struct group *g);

#endif
