/* Which Removals and Returns count (GROUP-11.3 to 11.6): a graph of what would stop what,
 * decided from those that nothing stops. What is decided so does not depend on an order: it is
 * the least fixpoint of "counts when all that would stop it does not". */
#include "group/removals_int.h"

/* r->bits: one bit a slot. */
enum {
	OPEN_OR_IN, /* not OUT */
	IN,	    /* Removals that count */
	SOFT,	    /* Removals that some Return names */
	BEFORE	    /* what counted before */
};

/* ---- what stops what ---- */

/* A key by which q was signed: its signer's, or one in the chain that lets it sign. */
static bool signed_with(const struct removals_item *q, const uint8_t *key)
{
	if (q->by_group)
		return false;
	bool found = removals_same(q->signer, key);
	for (size_t i = 0; i < q->n_links && !found; i++)
		found = removals_same(q->links[i].issuer, key);
	return found;
}

/* GROUP-11.4: two that remove each other both go. */
static bool is_mutual(const struct removals_item *q, const struct removals_item *r)
{
	return !r->p.returns && signed_with(q, r->key);
}

static bool attacks_signer(const struct removals_item *q, const struct removals_item *r)
{
	return removals_same(q->key, r->signer) && !group_kept_record_in(q->p.records, &r->record);
}

static bool attacks_link(const struct removals_item *q, const struct removals_link *l)
{
	return removals_same(q->key, l->issuer) &&
	       !group_kept_has(q->p.certs, sizeof l->entry, span_of(l->entry, sizeof l->entry));
}

/* GROUP-11.3 */
bool removals_attacks(const struct removals_item *q, const struct removals_item *r)
{
	if (q->p.returns || r->by_group)
		return false;
	bool found = attacks_signer(q, r);
	for (size_t i = 0; i < r->n_links && !found; i++)
		found = attacks_link(q, &r->links[i]);
	return found && !is_mutual(q, r);
}

/* ---- what a Return changes ---- */

bool removals_ends(const struct removals_item *t, const struct removals_item *q)
{
	return removals_same(t->key, q->key) && (t->by_group || !q->by_group) &&
	       group_kept_has(t->p.ids, GROUP_KEPT_ID,
			      span_of(q->record.id.at, sizeof q->record.id.at));
}

static bool names_serial(const struct removals_item *t, const uint8_t *serial)
{
	return group_kept_has(t->p.serials, CRYPTO_SERIAL, span_of(serial, CRYPTO_SERIAL));
}

/* GROUP-11.6: what was signed under a certificate that the Return names. Returns are not
 * helped by Returns of members: nobody comes back by its own word, not even in a circle. */
bool removals_excuses(const struct removals_item *t, const struct removals_item *q,
		      const struct removals_item *r)
{
	if (!removals_ends(t, q) || (r->p.returns && !t->by_group))
		return false;
	if (attacks_signer(q, r) && !names_serial(t, r->serial))
		return false;
	for (size_t i = 0; i < r->n_links; i++)
		if (attacks_link(q, &r->links[i]) && !names_serial(t, r->links[i].issuer_serial))
			return false;
	return true;
}

/* ---- bits ---- */

static bool bit(const uint64_t *bits, size_t at)
{
	return bits[at / 64] >> at % 64 & 1;
}

static void set_bit(uint64_t *bits, size_t at, bool on)
{
	uint64_t one = UINT64_C(1) << at % 64;
	bits[at / 64] = on ? bits[at / 64] | one : bits[at / 64] & ~one;
}

/* ---- decided ---- */

/* What is behind one that would be stopped, as far as is decided. */
struct outlook {
	bool stopped, all_out;
};

/* One of those that Returns have to do with. */
static void look_soft(const struct group_removals *r, size_t q, const struct removals_item *of,
		      struct outlook *o)
{
	bool may_excuse = false;
	for (size_t i = 0; i < r->n_returns; i++) {
		const struct removals_item *t = r->returns[i];
		if (t->state == REMOVALS_OUT || !removals_excuses(t, r->slot[q], of))
			continue;
		if (t->state == REMOVALS_IN)
			return;
		may_excuse = true;
	}
	o->all_out = false;
	o->stopped |= !may_excuse && bit(r->bits[IN], q);
}

static struct outlook outlook_of(const struct group_removals *r, const struct removals_item *of)
{
	struct outlook o = { false, true };
	for (size_t w = 0; w < r->room / 64 && !o.stopped; w++) {
		uint64_t left = of->against[w] & r->bits[OPEN_OR_IN][w];
		uint64_t hard = left & ~r->bits[SOFT][w], soft = left & r->bits[SOFT][w];
		o.stopped |= (hard & r->bits[IN][w]) != 0;
		o.all_out &= hard == 0;
		for (size_t b = 0; soft >> b && b < 64; b++)
			if (soft >> b & 1)
				look_soft(r, 64 * w + b, of, &o);
	}
	return o;
}

static void decide_one(struct group_removals *r, size_t at, enum removals_state state)
{
	struct removals_item *i = r->slot[at];
	i->state = state;
	set_bit(r->bits[OPEN_OR_IN], at, state != REMOVALS_OUT);
	set_bit(r->bits[IN], at, state == REMOVALS_IN);
}

static bool pass(struct group_removals *r)
{
	bool any = false;
	for (size_t s = 0; s < r->room; s++) {
		struct removals_item *i = r->slot[s];
		if (!i || i->state != REMOVALS_OPEN)
			continue;
		struct outlook o = outlook_of(r, i);
		if (o.stopped)
			decide_one(r, s, REMOVALS_OUT);
		else if (o.all_out)
			decide_one(r, s, REMOVALS_IN);
		any |= i->state != REMOVALS_OPEN;
	}
	return any;
}

static void settle(struct group_removals *r, bool returns, enum removals_state state)
{
	for (size_t s = 0; s < r->room; s++)
		if (r->slot[s] && r->slot[s]->state == REMOVALS_OPEN &&
		    (!returns || r->slot[s]->p.returns))
			decide_one(r, s, state);
}

/* ---- begun ---- */

/* All Returns are there while it is decided; afterwards those that count. */
static void list_returns(struct group_removals *r)
{
	r->n_returns = 0;
	for (size_t i = 0; i < r->n; i++)
		if (r->order[i]->p.returns)
			r->returns[r->n_returns++] = r->order[i];
}

static bool is_soft(const struct group_removals *r, const struct removals_item *q)
{
	for (size_t i = 0; i < r->n_returns; i++)
		if (removals_ends(r->returns[i], q))
			return true;
	return false;
}

static void begin(struct group_removals *r)
{
	list_returns(r);
	for (size_t s = 0; s < r->room; s++) {
		struct removals_item *i = r->slot[s];
		set_bit(r->bits[BEFORE], s, i && i->state == REMOVALS_IN);
		set_bit(r->bits[OPEN_OR_IN], s, i != NULL);
		set_bit(r->bits[IN], s, false);
		set_bit(r->bits[SOFT], s, i && !i->p.returns && is_soft(r, i));
		if (i)
			i->state = REMOVALS_OPEN;
	}
}

/* ---- concluded ---- */

static bool counts(const struct removals_item *i)
{
	return i->state == REMOVALS_IN;
}

static void conclude(struct group_removals *r)
{
	size_t n_returns = r->n_returns;
	r->n_returns = r->n_removals = r->n_ids = 0;
	for (size_t i = 0; i < n_returns; i++)
		if (counts(r->returns[i]))
			r->returns[r->n_returns++] = r->returns[i];
	for (size_t i = 0; i < r->n; i++) {
		struct removals_item *q = r->order[i];
		q->ended = !q->p.returns && counts(q) && is_soft(r, q);
		if (!q->p.returns && counts(q) && !q->ended)
			r->ids[r->n_ids++] = q->record.id;
	}
	for (size_t i = 0; i < r->n; i++)
		if (!r->keyed[i]->p.returns && counts(r->keyed[i]))
			r->removals[r->n_removals++] = r->keyed[i];
}

static bool has_changed(const struct group_removals *r)
{
	for (size_t s = 0; s < r->room; s++) {
		bool now = r->slot[s] && counts(r->slot[s]);
		if (now != bit(r->bits[BEFORE], s))
			return true;
	}
	return false;
}

bool removals_decide(struct group_removals *r)
{
	begin(r);
	while (pass(r))
		;
	/* GROUP-11.6: a Return that hangs in the air lets nobody back. */
	settle(r, true, REMOVALS_OUT);
	while (pass(r))
		;
	/* GROUP-11.5: where nothing settles it, both sides go. */
	settle(r, false, REMOVALS_IN);
	conclude(r);
	return has_changed(r);
}
