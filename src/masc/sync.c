/* What a peer has told us, and whether that is all it knows: MASC-12.3 to 12.5. */
#include "masc/claims_int.h"

_Static_assert(TELLER_NONE == TABLE_PEER_NONE, "nobody has one number");

struct table_mark sync_mark_of(const struct peer *from, bool ours, bool holds)
{
	uint16_t number = from ? from->teller : TELLER_NONE;
	const struct teller *t = from ? &from->m->tellers.all[number] : NULL;
	return (struct table_mark){ number, t ? t->epoch : 0, holds, ours };
}

bool sync_stale(const struct masc *m, const struct table_mark *mark)
{
	const struct teller *t = teller_of(m, mark->peer, mark->epoch);
	return !mark->ours && (!t || t->epoch != mark->epoch);
}

struct peer *sync_peer_of(const struct masc *m, const struct table_mark *mark)
{
	const struct teller *t = teller_of(m, mark->peer, mark->epoch);
	return t ? t->peer : NULL;
}
