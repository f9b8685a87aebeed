/* fallen.h - chains that do not stand any more, since a removed key made a link of them
 * (GROUP-11.23): who signed under one is known by it for as long as it is remembered, so that
 * what was signed is refused, and does not wait for a membership that never comes. */
#ifndef GROUP_FALLEN_H
#define GROUP_FALLEN_H

#include "base/list.h"
#include "group/removals.h"

#define GROUP_FALLEN_MOST 1024 /* chains; beyond, the one goes that came first */

struct group_fallen {
	const struct env *env;
	struct list all; /* the one that came first is first */
	size_t n;
};

/* Borrows env for life. */
void group_fallen_init(struct group_fallen *f, const struct env *env);
void group_fallen_fini(struct group_fallen *f);
/* Takes over chain. Without memory it is forgotten. */
void group_fallen_add(struct group_fallen *f, struct crypto_chain *chain);
/* Others count now: what stands again is forgotten. */
void group_fallen_judge(struct group_fallen *f, const struct group_removals *r);
/* A chain of that member, whose leaf has this serial. */
bool group_fallen_has(const struct group_fallen *f, struct span name, struct span serial);

#endif
