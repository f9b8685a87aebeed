/* Which Removals and Returns count (GROUP-11.3 to 11.6): a graph of what would stop what,
 * decided from those that nothing stops. What is decided so does not depend on an order: it is
 * the least fixpoint of "counts when all that would stop it does not". */
#include "group/removals_int.h"

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
	if (r->p.returns && !t->by_group)
		return false;
	if (attacks_signer(q, r) && !names_serial(t, r->serial))
		return false;
	for (size_t i = 0; i < r->n_links; i++)
		if (attacks_link(q, &r->links[i]) && !names_serial(t, r->links[i].issuer_serial))
			return false;
	return true;
}

/* ---- decided ---- */

/* GROUP-11.32: each once; what follows is looked at afterwards. */
static void decide_one(const struct group_removals *r, struct removals_item *i,
		       enum removals_state state)
{
	if (i->state != REMOVALS_OPEN)
		return;
	i->state = state;
	removals_set_bit(r->open, i->at, false);
	r->queue[r->verdict->n_queue++] = i;
}

static void drop(const struct group_removals *r, struct removals_item *q, struct removals_item *of)
{
	removals_set_bit(q->left, of->at, false);
	if (--of->left_by == 0)
		decide_one(r, of, REMOVALS_IN);
}

/* Whether a Return keeps q from stopping it, or may. */
enum excuse {
	EXCUSE_NONE,
	EXCUSE_MAYBE,
	EXCUSE_IS
};

static enum excuse excuse_of(const struct group_removals *r, const struct removals_item *q,
			     const struct removals_item *of)
{
	enum excuse x = EXCUSE_NONE;
	for (size_t i = q->run; q->soft && i < q->run_end && x != EXCUSE_IS; i++) {
		const struct removals_item *t = r->returns[i];
		if (t->state == REMOVALS_OUT || !removals_bit(t->hits, q->at) ||
		    !removals_excuses(t, q, of))
			continue;
		x = t->state == REMOVALS_IN ? EXCUSE_IS : EXCUSE_MAYBE;
	}
	return x;
}

static void look(const struct group_removals *r, struct removals_item *q, struct removals_item *of)
{
	enum excuse x = q->state == REMOVALS_OUT ? EXCUSE_IS : excuse_of(r, q, of);
	if (x == EXCUSE_IS)
		drop(r, q, of);
	else if (x == EXCUSE_NONE && q->state == REMOVALS_IN)
		decide_one(r, of, REMOVALS_OUT);
}

/* All that q may stop still. */
static void look_all(const struct group_removals *r, struct removals_item *q)
{
	for (size_t w = 0; w < r->room / 64; w++) {
		uint64_t left = q->left[w] & r->open[w];
		for (size_t b = 0; b < 64 && left >> b; b++)
			if (left >> b & 1)
				look(r, q, r->slot[64 * w + b]);
	}
}

static void follow(const struct group_removals *r, struct removals_item *i)
{
	if (!i->p.returns) {
		look_all(r, i);
		return;
	}
	for (size_t w = 0; w < r->room / 64; w++)
		for (size_t b = 0; b < 64 && i->hits[w] >> b; b++)
			if (i->hits[w] >> b & 1)
				look_all(r, r->slot[64 * w + b]);
}

static void go_on(const struct group_removals *r, size_t *at)
{
	while (*at < r->verdict->n_queue)
		follow(r, r->queue[(*at)++]);
}

/* ---- begun ---- */

static bool is_ended(const struct group_removals *r, const struct removals_item *q, bool counted)
{
	for (size_t i = q->run; i < q->run_end; i++) {
		const struct removals_item *t = r->returns[i];
		if ((!counted || t->state == REMOVALS_IN) && removals_bit(t->hits, q->at))
			return true;
	}
	return false;
}

/* Those of one key, from there on; the first behind them. */
static size_t find_run(const struct group_removals *r, size_t from)
{
	struct removals_item **all = r->returns + r->verdict->n_returns;
	size_t to = from, n = 0;
	for (; to < r->n && removals_same(r->keyed[to]->key, r->keyed[from]->key); to++)
		if (r->keyed[to]->p.returns)
			all[n++] = r->keyed[to];
	size_t run = r->verdict->n_returns, end = run + removals_considered(r, all, n);
	for (size_t i = from; i < to; i++) {
		r->keyed[i]->run = run;
		r->keyed[i]->run_end = end;
	}
	r->verdict->n_returns = end;
	return to;
}

static void find_runs(const struct group_removals *r)
{
	r->verdict->n_returns = 0;
	removals_stopped(r);
	for (size_t from = 0; from < r->n;)
		from = find_run(r, from);
}

static void begin(const struct group_removals *r)
{
	r->verdict->n_queue = 0;
	find_runs(r);
	for (size_t i = 0; i < r->n; i++) {
		struct removals_item *one = r->order[i];
		one->before = one->state == REMOVALS_IN;
		one->state = one->idle ? REMOVALS_OUT : REMOVALS_OPEN;
		one->soft = !one->p.returns && is_ended(r, one, false);
		one->left_by = one->hit_by;
		memcpy(one->left, one->hits, r->room / 8);
		removals_set_bit(r->open, one->at, !one->idle);
	}
	for (size_t i = 0; i < r->n; i++)
		if (!r->order[i]->left_by)
			decide_one(r, r->order[i], REMOVALS_IN);
}

/* ---- concluded ---- */

static bool counts(const struct removals_item *i)
{
	return i->state == REMOVALS_IN;
}

static bool conclude(const struct group_removals *r)
{
	bool other = false;
	r->verdict->n_removals = r->verdict->n_ids = 0;
	for (size_t i = 0; i < r->n; i++) {
		struct removals_item *q = r->order[i];
		other |= counts(q) != q->before;
		q->ended = !q->p.returns && counts(q) && is_ended(r, q, true);
		if (!q->p.returns && counts(q) && !q->ended)
			r->ids[r->verdict->n_ids++] = q->record.id;
	}
	for (size_t i = 0; i < r->n; i++)
		if (!r->keyed[i]->p.returns && counts(r->keyed[i]))
			r->removals[r->verdict->n_removals++] = r->keyed[i];
	return other;
}

bool removals_decide(const struct group_removals *r)
{
	size_t at = 0;
	begin(r);
	go_on(r, &at);
	/* GROUP-11.6: a Return that hangs in the air lets nobody back. */
	for (size_t i = 0; i < r->n; i++)
		if (r->order[i]->p.returns)
			decide_one(r, r->order[i], REMOVALS_OUT);
	go_on(r, &at);
	/* GROUP-11.5: where nothing settles it, both sides go. */
	for (size_t i = 0; i < r->n; i++)
		decide_one(r, r->order[i], REMOVALS_IN);
	return conclude(r);
}
