/* MASC-20.1: walks that count. One question looks at no more than LOOK_MOST
 * entries, and all that is done in one input adds up. */
#include "masc/claims_int.h"

void look_start(struct look *k, const struct space *sp, const struct masc_prefix *p)
{
	table_overlaps(sp->table, p, &k->walk);
	k->m = sp->m;
	k->left = LOOK_MOST;
	k->cut = false;
}

uint32_t look_next(struct look *k)
{
	uint32_t r = table_overlaps_next(&k->walk);
	k->cut = r && !k->left;
	if (!r || k->cut)
		return 0;
	k->left--;
	k->m->work++;
	return r;
}
