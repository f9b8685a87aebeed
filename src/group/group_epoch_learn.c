/* What records tell of epochs and their keys (GROUP-12.9, GROUP-12.10, GROUP-12.19 to 12.24). */
#include "group/epochs_int.h"

static enum err open_box(struct group *g, struct span box, uint8_t key[GROUP_EPOCH_KEY])
{
	return crypto_box_take(g->box, g->epochs->secret, box, key);
}

static bool is_lacking(const struct group_epochs *e, const uint8_t *id)
{
	return e->has_secret && !group_keyring_key(e->ring, id);
}

/* True: a key that we had not. One that is not the epoch's is as if there were none. */
static bool take_key(struct group *g, const uint8_t *id, const uint8_t *maker, struct span box)
{
	struct group_epochs *e = g->epochs;
	uint8_t key[GROUP_EPOCH_KEY];
	bool fresh = false;
	if (!is_lacking(e, id) || open_box(g, box, key) != OK)
		return false;
	if (group_keyring_put(e->ring, id, maker, key, &fresh) == ERR_NOMEM)
		group_epoch_short(g);
	crypto_wipe(key, sizeof(key));
	return fresh;
}

static void id_of(struct group *g, const struct graph_record *r, struct span creator_serial,
		  struct span modifier_serial, uint8_t id[GROUP_EPOCH_ID])
{
	uint8_t digest[CRYPTO_HASH_MAX];
	size_t n;
	group_stream_digest(g->crypto, g->profile, group_judge_version11(g->judge), r,
			    creator_serial, modifier_serial, 0, digest, &n);
	memcpy(id, digest, GROUP_EPOCH_ID);
}

bool group_epoch_id(struct group *g, const struct graph_record *r, uint8_t id[GROUP_EPOCH_ID])
{
	struct group_signed s;
	if (group_signed_read(&s, g->profile, r->security) != OK)
		return false;
	id_of(g, r, s.creator_serial, s.modifier_serial, id);
	return true;
}

/* GROUP-12.10 */
void group_epoch_learn(struct group *g, const struct graph_record *r,
		       const struct group_epoch *what, struct span who,
		       const struct group_epoch_times *times)
{
	struct group_epochs *e = g->epochs;
	uint8_t id[GROUP_EPOCH_ID], maker[GROUP_AUTHORITY], own[GROUP_AUTHORITY];
	struct span box;
	if (!e || !group_epoch_id(g, r, id))
		return;
	group_epoch_authority_of(who, maker);
	group_epoch_authority_of(span_str(g->self), own);
	const struct group_ring_record record = {
		.id = id,
		.epoch = what,
		.record = r->id,
		.maker = maker,
		.made = times->made,
		.until = times->until,
	};
	e->seen = true;
	group_epoch_changed(g);
	if (group_keyring_learn(e->ring, &record) != OK) {
		group_epoch_short(g);
		return;
	}
	if (group_epoch_box(what, span_of(own, sizeof(own)), &box) && take_key(g, id, maker, box))
		group_epoch_keys_changed(g);
	else
		group_epoch_ask(g, GROUP_OUT_REVEAL);
}

struct group_member *group_epoch_member_of(const struct group *g, const uint8_t *authority)
{
	char digits[GROUP_AUTHORITY_DIGITS + 1];
	struct text hex = TEXT_OF(digits);
	struct group_member *m = NULL;
	text_hex(&hex, span_of(authority, GROUP_AUTHORITY));
	while ((m = group_members_next(g->members, m)))
		if (m->name.n > GROUP_AUTHORITY_DIGITS &&
		    memcmp(m->name.p, digits, GROUP_AUTHORITY_DIGITS) == 0)
			break;
	return m;
}

/* GROUP-12.23: made-up people do not fill the room for who has which. */
static bool is_noted(struct group *g, const uint8_t *recipient)
{
	return !group_keyring_busy(g->epochs->ring) ||
	       group_epoch_is_removed(g->epochs, recipient) || group_epoch_member_of(g, recipient);
}

void group_epoch_learn_keys(struct group *g, const struct group_key *k, struct span who)
{
	struct group_epochs *e = g->epochs;
	uint8_t own[GROUP_AUTHORITY], giver[GROUP_AUTHORITY];
	bool fresh = false;
	if (!e)
		return;
	group_epoch_authority_of(span_str(g->self), own);
	group_epoch_authority_of(who, giver);
	bool ours = span_eq(k->recipient, span_of(own, sizeof(own)));
	bool noted = is_noted(g, k->recipient.p);
	e->seen = true;
	e->chose = false;
	e->unsure |= !noted && !g->ready;
	for (size_t i = 0; i < group_key_gifts(k); i++) {
		struct span epoch, box;
		group_key_gift(k, i, &epoch, &box);
		if (ours && take_key(g, epoch.p, giver, box))
			fresh = true;
		if (noted && group_keyring_given(e->ring, epoch.p, k->recipient, giver) != OK)
			group_epoch_short(g);
	}
	if (fresh)
		group_epoch_keys_changed(g);
}

/* What is stored is read in the order of changes, and of two of one moment in any: whoever made
 * it may come later. Then all is read once more. */
void group_epoch_unsure(struct group *g, const struct graph_guid *type, enum graph_change change)
{
	bool epochs =
		graph_guid_eq(type, &group_type_epoch) || graph_guid_eq(type, &group_type_key);
	if (g->epochs && epochs && change == GRAPH_CHANGE_STORED && !g->ready)
		g->epochs->unsure = true;
}

/* GROUP-12.7 */
void group_epoch_learn_seal(struct group *g, struct group_member *m, bool other)
{
	uint8_t authority[GROUP_AUTHORITY];
	if (!g->epochs)
		return;
	group_epoch_authority_of(m->name, authority);
	if (other) {
		group_keyring_lost(g->epochs->ring, span_of(authority, sizeof(authority)));
		group_epoch_give_later(g, m);
	}
	group_epoch_look(g, m);
}

void group_epoch_signed(struct group *g, const struct graph_record *r,
			const struct group_signing *s)
{
	if (!g->epochs || !graph_guid_eq(&r->type, &group_type_epoch))
		return;
	id_of(g, r, s->creator_serial, s->modifier_serial, g->epochs->signed_id);
	g->epochs->has_signed = true;
}

/* GROUP-12.18 */
void group_epochs_lost(struct group *g)
{
	if (!g->epochs)
		return;
	group_keyring_unlearn(g->epochs->ring);
	group_epoch_changed(g);
}
