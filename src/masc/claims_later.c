/* What the receiving side calls before its owners have written it: nothing is
 * held, claimed or told. Each definition moves out with its file. */
#include "masc/own_int.h"

/* own.c */
enum err own_load(struct masc *m, struct mono now)
{
	return OK;
}
void own_free(struct masc *m)
{
}
bool own_covers(const struct masc *m, const struct masc_prefix *p, uint32_t *end, bool *deprecated)
{
	return false;
}
bool own_overlaps(const struct masc *m, const struct masc_prefix *p)
{
	return false;
}

void own_due(struct own_claim *c, struct mono now)
{
}
void own_clash_due(struct holdings *h, struct mono now)
{
}

/* own_rival.c */
void own_rival(const struct heard *h)
{
}
void own_colleague(const struct heard *h)
{
}
bool own_denied(const struct heard *h)
{
	return false;
}
void own_parent_withdrew(const struct heard *h)
{
}
void own_withdrawn(const struct heard *h)
{
}
void own_rival_gone(struct space *sp, const struct wire_claim *c, struct mono now)
{
}

/* plan.c */
void own_synced(struct space *sp, bool synced, struct mono now)
{
}
void own_tick(struct masc *m, struct mono now)
{
}
struct mono own_deadline(const struct masc *m)
{
	return MONO_NEVER;
}
void own_store_failed(struct masc *m, uint64_t first, enum err why, struct mono now)
{
}

/* Looks at the own side. */
size_t masc_own_count(const struct masc *m)
{
	return 0;
}
void masc_own_info(const struct masc *m, size_t i, struct masc_own_info *out)
{
}
size_t masc_clash_count(const struct masc *m)
{
	return 0;
}
void masc_clash_info(const struct masc *m, size_t i, struct masc_clash_info *out)
{
}

/* What the plan calls. */
struct own_claim *own_find(const struct holdings *h, uint64_t number)
{
	return NULL;
}
const struct masc_prefix *own_prefix(const struct own_claim *c)
{
	return NULL;
}
bool own_is_held(const struct own_claim *c)
{
	return false;
}
bool own_is_withdrawn(const struct own_claim *c, const struct masc_prefix *p)
{
	return false;
}
enum err own_want(struct masc *m, const struct own_wish *w, struct own_claim **out, struct mono now)
{
	return ERR_STATE;
}
enum err own_drop(struct own_claim *c, enum masc_reason why, struct mono now)
{
	return ERR_STATE;
}
enum err own_grow(struct own_claim *c, struct mono now)
{
	return ERR_STATE;
}
enum err own_deprecate(struct own_claim *c, enum masc_reason why, struct mono now)
{
	return ERR_STATE;
}
enum err own_release(struct own_claim *c, enum masc_reason why, struct mono now)
{
	return ERR_STATE;
}
enum err own_take_local(struct masc *m, const struct masc_prefix *p, const struct own_claim *from,
			struct mono now)
{
	return ERR_STATE;
}
struct own_clash *own_clash_find(const struct holdings *h, uint64_t number)
{
	return NULL;
}
enum err own_clash_resolve(struct masc *m, struct own_clash *k, bool yield, struct mono now)
{
	return ERR_STATE;
}
