/* An Epoch record is made (GROUP-12.11): its key sealed to every member that stands, a few boxes
 * a turn, since a box takes the time of a signature (D18). */
#include "group/epochs_int.h"

#define SLICE 24 /* boxes of a turn: about 3 ms */

static void drop(struct group *g, struct group_octets *o)
{
	env_free(g->env, o->p);
	*o = (struct group_octets){ NULL, 0 };
}

static enum err begin(struct group *g)
{
	struct group_epochs *e = g->epochs;
	size_t n = group_members_count(g->members) + 1;
	e->most = n < GROUP_EPOCH_MOST ? n : GROUP_EPOCH_MOST;
	drop(g, &e->recipients);
	e->recipients.p = env_zalloc(g->env, e->most, GROUP_EPOCH_RECIPIENT);
	if (!e->recipients.p)
		return ERR_NOMEM;
	env_secret(g->env, e->secret + CRYPTO_BOX_KEY, GROUP_EPOCH_KEY);
	e->n_made = 0;
	e->made_to[0] = '\0';
	e->made_turn = e->turn;
	e->making = true;
	return OK;
}

static struct group_member *next_after(const struct group *g, const char *name)
{
	struct group_member *m = NULL;
	if (name[0] && (m = group_members_find(g->members, span_str(name))))
		return group_members_next(g->members, m);
	/* It has gone, or there was none yet. */
	m = NULL;
	while ((m = group_members_next(g->members, m)))
		if (!name[0] || span_cmp(m->name, span_str(name)) > 0)
			break;
	return m;
}

/* What is sealed to it; NULL: nothing can be. */
static const uint8_t *key_of(const struct group *g, const struct group_member *m)
{
	if (!group_epoch_standing(g, m))
		return NULL;
	if (span_eq(m->name, span_str(g->self)))
		return g->box;
	return m->has_seal_key ? m->seal_key : NULL;
}

/* Names ascend as authorities do; of one key under several names the first is it. */
static enum err add(struct group *g, const struct group_member *m)
{
	struct group_epochs *e = g->epochs;
	const uint8_t *to = key_of(g, m);
	uint8_t *at = e->recipients.p + e->n_made * GROUP_EPOCH_RECIPIENT;
	uint8_t authority[GROUP_AUTHORITY];
	group_epoch_authority_of(m->name, authority);
	bool again =
		e->n_made && memcmp(at - GROUP_EPOCH_RECIPIENT, authority, sizeof(authority)) == 0;
	if (!to || again || e->n_made == e->most)
		return OK;
	enum err err =
		crypto_box_put(g->env, to, span_of(group_epoch_draft_key(e), GROUP_EPOCH_KEY),
			       at + GROUP_AUTHORITY);
	if (err == ERR_MALFORMED)
		return OK; /* its own fault */
	if (err)
		return err;
	memcpy(at, authority, sizeof(authority));
	e->n_made++;
	return OK;
}

/* GROUP-12.11: who is removed has not counted to the end for everybody. */
static uint32_t next_number(const struct group *g, const struct group_ring_choice *c)
{
	const struct group_ring_epoch *at = NULL;
	uint32_t most = 0;
	while ((at = group_keyring_next(g->epochs->ring, at)))
		if (at->number > most && !c->removed(c->ctx, at->maker))
			most = at->number;
	return most < UINT32_MAX ? most + 1 : most;
}

static enum err write_draft(struct group *g)
{
	struct group_epochs *e = g->epochs;
	const struct group_ring_choice c = group_epoch_choice(g);
	size_t covers = c.n_removals < GROUP_EPOCH_MOST ? c.n_removals : GROUP_EPOCH_MOST;
	uint8_t hash[GROUP_EPOCH_HASH];
	group_epoch_hash(g->crypto, group_epoch_draft_key(e), hash);
	const struct group_epoch what = {
		.number = next_number(g, &c),
		.hash = span_of(hash, sizeof(hash)),
		.covers = span_of(c.removals, covers * sizeof(*c.removals)),
		.recipients = span_of(e->recipients.p, e->n_made * GROUP_EPOCH_RECIPIENT),
	};
	size_t size = GROUP_EPOCH_OCTETS(covers, e->n_made);
	drop(g, &e->draft);
	e->draft.p = env_zalloc(g->env, 1, size);
	return e->draft.p ? group_epoch_write(&what, e->draft.p, size, &e->draft.n) : ERR_NOMEM;
}

static void finish(struct group *g)
{
	struct group_epochs *e = g->epochs;
	enum err err = write_draft(g);
	if (!err)
		err = group_epoch_want(g, &group_type_epoch, &e->draft);
	drop(g, &e->recipients);
	e->making = false;
	e->asked = true;
	e->has_signed = false;
	e->start = MONO_NEVER;
	if (err)
		group_epoch_made(g, err, NULL);
}

static void again(struct group *g)
{
	struct group_epochs *e = g->epochs;
	e->making = e->asked = false;
	e->wait = mono_add(g->now, GROUP_AGAIN);
}

void group_epoch_make_on(struct group *g)
{
	struct group_epochs *e = g->epochs;
	if (e->asked)
		return;
	/* Who was removed meanwhile may have a box already. */
	bool fresh = !e->making || e->made_turn != e->turn;
	if (fresh && begin(g) != OK) {
		again(g);
		return;
	}
	struct group_member *m = next_after(g, e->made_to);
	for (size_t i = 0; m && i < SLICE; i++, m = group_members_next(g->members, m)) {
		struct text t = TEXT_OF(e->made_to);
		if (add(g, m) != OK) {
			again(g);
			return;
		}
		text_span(&t, m->name);
	}
	if (!m)
		finish(g);
}

/* Nobody judges what is our own: it is learned here. */
static void learn(struct group *g, const struct graph_guid *id)
{
	struct group_epochs *e = g->epochs;
	struct group_epoch what;
	uint8_t own[GROUP_AUTHORITY];
	bool fresh;
	group_epoch_authority_of(span_str(g->self), own);
	const struct group_ring_record r = {
		.id = e->signed_id,
		.epoch = &what,
		.record = *id,
		.maker = own,
		.made = group_time(g),
		.until = group_own_latest(g, g->to),
	};
	if (group_epoch_read(&what, span_of(e->draft.p, e->draft.n)) != OK ||
	    group_keyring_learn(e->ring, &r) != OK ||
	    group_keyring_put(e->ring, e->signed_id, own, group_epoch_draft_key(e), &fresh) != OK)
		return; /* the box in the record has it, too */
	e->seen = true;
	group_epoch_keys_changed(g);
	(void)group_epoch_chosen(g);
}

void group_epoch_made(struct group *g, enum err err, const struct graph_guid *id)
{
	struct group_epochs *e = g->epochs;
	e->asked = false;
	if (!err && !e->has_signed)
		err = ERR_NOMEM;
	if (err)
		again(g);
	else
		learn(g, id);
	group_epoch_over(g, err);
	crypto_wipe(e->secret + CRYPTO_BOX_KEY, GROUP_EPOCH_KEY);
	drop(g, &e->draft);
}
