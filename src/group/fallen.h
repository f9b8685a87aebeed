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
	struct list *next; /* looked at next; NULL: all were */
};

/* Borrows env for life. */
void group_fallen_init(struct group_fallen *f, const struct env *env);
void group_fallen_fini(struct group_fallen *f);
/* Takes over chain. Without memory it is forgotten. */
void group_fallen_add(struct group_fallen *f, struct crypto_chain *chain);
/* Others count now: what stands again is forgotten, so many looked at in a turn. False, and
 * *looks is 0: not all of them yet. */
void group_fallen_judge(struct group_fallen *f);
bool group_fallen_judge_on(struct group_fallen *f, const struct group_removals *r, size_t *looks);
/* A chain of that member, whose leaf has this serial, and that does not stand now. r NULL: none
 * does. */
bool group_fallen_has(const struct group_fallen *f, const struct group_removals *r,
		      struct span name, struct span serial);

#endif
