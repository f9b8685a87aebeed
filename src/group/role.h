/* role.h - what members may (digest grouping 4). Roles are sets of CRYPTO_ROLE_...; a chain
 * is judged by its leaf. */
#ifndef GROUP_ROLE_H
#define GROUP_ROLE_H

#include "crypto/cert.h"
#include "graph/types.h"

#define GROUP_ROLES(X)                                                                             \
	X(ADMIN, "administrator")                                                                  \
	X(INVITER, "inviting member")                                                              \
	X(MEMBER, "member")
enum group_role {
#define X(name, text) GROUP_ROLE_##name,
	GROUP_ROLES(X)
#undef X
	GROUP_ROLE_COUNT
};

const char *group_role_text(enum group_role r);
/* As people type them: administrator, admin; inviter, inviting, "inviting member"; member.
 * False: none of them. */
bool group_role_parse(struct span word, enum group_role *r);
unsigned int group_role_bit(enum group_role r);
const struct graph_guid *group_role_guid(enum group_role r);
/* Either order of the octets (P15, D15). */
bool group_role_of_guid(const struct graph_guid *g, enum group_role *r);
/* The highest of a set; false: none that we know. */
bool group_role_highest(unsigned int roles, enum group_role *r);

/* Of sets: */
unsigned int group_role_issuable(unsigned int roles); /* what its holder may issue */
bool group_role_edits_others(unsigned int roles);     /* update and delete others' records */

#endif
