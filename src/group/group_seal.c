/* Records of applications, sealed and revealed (GROUP-12.8, 12.13): what the graph asks. */
#include "group/epochs_int.h"
#include "group/sealed.h"

#define KEPT 65536 /* octets of room that stay */

static uint8_t *room_for(struct group *g, struct group_octets *o, size_t n)
{
	if (n <= o->n && (o->n <= KEPT || n > KEPT))
		return o->p;
	size_t size = n < 1024 ? 1024 : n;
	uint8_t *p = env_zalloc(g->env, 1, size);
	if (!p)
		return NULL;
	if (o->p)
		crypto_wipe(o->p, o->n);
	env_free(g->env, o->p);
	*o = (struct group_octets){ p, size };
	return p;
}

/* Groups of before there were epochs write in clear until there is one. */
static bool is_plain(const struct group *g)
{
	return !g->epochs->seen && !g->epochs->begins;
}

bool group_epoch_writable(void *ctx)
{
	struct group *g = ctx;
	const struct group_ring_epoch *e = group_epoch_chosen(g);
	/* GROUP-11.20: no key will come for who was removed; it is told at once. */
	return g->removed || (e ? e->has_key : is_plain(g));
}

enum err group_epoch_protect(void *ctx, const struct graph_record *r, enum graph_change change,
			     struct span *sealed)
{
	struct group *g = ctx;
	const struct group_ring_epoch *e = group_epoch_chosen(g);
	struct group_signing s;
	if (g->removed)
		return ERR_DENIED;
	if (!e || !e->has_key)
		return !e && is_plain(g) ? OK : ERR_STATE;
	group_judge_now(g->judge, group_time(g));
	if (group_judge_ours(g->judge, r, change, &s) != GROUP_REFUSAL_NONE)
		return ERR_DENIED;
	size_t n = GROUP_SEALED_OVER + r->attributes.n + r->payload.n;
	uint8_t *out = room_for(g, &g->epochs->sealed, n);
	if (!out)
		return ERR_NOMEM;
	const struct group_seal seal = {
		.crypto = g->crypto,
		.env = g->env,
		.epoch = e->id,
		.key = group_keyring_key(g->epochs->ring, e->id),
		.serial = s.modifier_serial,
	};
	enum err err = group_record_seal(&seal, r, out);
	if (!err)
		*sealed = span_of(out, n);
	return err;
}

/* GROUP-12.13 */
static enum graph_opinion without_key(const struct group *g, const struct graph_record *r,
				      const uint8_t *id)
{
	const struct group_ring_epoch *at = NULL, *first = NULL;
	if (group_keyring_find(g->epochs->ring, id))
		return GRAPH_LATER;
	if (!g->epochs->seen && g->ready)
		return GRAPH_VALID;
	while ((at = group_keyring_next(g->epochs->ring, at)))
		if (at->number && (!first || at->number < first->number))
			first = at;
	bool before = first && first->number == 1 && group_wall_of(r->modified) < first->made;
	return before ? GRAPH_VALID : GRAPH_LATER;
}

static enum graph_opinion open_it(struct group *g, const struct graph_record *r,
				  const struct group_seal *s, struct graph_plain *plain)
{
	uint8_t *room = room_for(g, &g->epochs->plain, r->payload.n);
	if (!room)
		return GRAPH_LATER;
	enum err err = group_record_open(s, r, room, plain);
	if (err && err != ERR_DENIED)
		return GRAPH_LATER;
	group_keyring_tried(g->epochs->ring, s->epoch, err == OK);
	if (!err)
		return GRAPH_VALID;
	return group_keyring_key(g->epochs->ring, s->epoch) ? GRAPH_INVALID : GRAPH_LATER;
}

enum graph_opinion group_epoch_reveal(void *ctx, const struct graph_record *r,
				      struct graph_plain *plain)
{
	struct group *g = ctx;
	struct span epoch;
	struct group_signed s;
	if (!group_record_epoch(r, &epoch))
		return GRAPH_VALID;
	const uint8_t *key = group_keyring_key(g->epochs->ring, epoch.p);
	if (!key)
		return without_key(g, r, epoch.p);
	if (group_signed_read(&s, g->profile, r->security) != OK)
		return GRAPH_INVALID;
	const struct group_seal seal = {
		.crypto = g->crypto,
		.env = g->env,
		.epoch = epoch.p,
		.key = key,
		.serial = s.modifier_serial,
	};
	return open_it(g, r, &seal, plain);
}
