/* group_answers.h - what a daemon says of identities and groups, for tables of canned.h.
 * Answers only: what is asked, and what should come of it, is in the tests. */
#ifndef UNIT_CLI_GROUP_ANSWERS_H
#define UNIT_CLI_GROUP_ANSWERS_H

#include "canned.h"

/* Ann's daemon: two identities, one of them locked, two groups, and members of Home. */
extern const struct canned group_running[];
extern const struct canned group_making[];  /* tells how a group was asked for */
extern const struct canned group_joining[]; /* somebody answers at an address */
extern const struct canned group_none[];    /* no identity, no group, a card that ended */
extern const struct canned group_off[];	    /* groups are not in the configuration */
extern const struct canned group_missing[]; /* all that doctor may say is missing */
extern const struct canned group_whole[];   /* nothing is */

#endif
