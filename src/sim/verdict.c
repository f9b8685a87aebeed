#include "sim/verdict.h"

#include "sim/roll.h"

#define LINKS CRYPTO_CHAIN_CERTS

/* A certificate that a member issued. */
struct link {
	uint8_t issuer[CRYPTO_AUTHORITY], issuer_serial[CRYPTO_SERIAL];
	uint8_t entry[GROUP_KEPT_CERT];
};

struct item {
	struct group_kept_record record;
	struct group_removal p;
	uint8_t *payload;
	uint8_t key[CRYPTO_AUTHORITY], signer[CRYPTO_AUTHORITY], serial[CRYPTO_SERIAL];
	bool by_group;
	struct link links[LINKS]; /* of who signed */
	size_t n_links;
	bool sure, possible; /* it counts for certain; it may */
	bool ended;
};

struct verdict {
	struct world *w;
	struct item *items;
	size_t n;
};

static bool same_key(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, CRYPTO_AUTHORITY) == 0;
}

/* ---- chains ---- */

static size_t links_of(struct world *w, const struct crypto_chain *chain, struct link *out)
{
	const struct group_profile *p = group_profile(CRYPTO_MODERN);
	size_t n = 0;
	for (size_t i = 2; i < crypto_chain_count(chain) && n < LINKS; i++, n++) {
		const struct crypto_cert *issuer = crypto_chain_cert(chain, i - 1);
		crypto_authority(w->judge, p->crypto, issuer->public, out[n].issuer);
		memcpy(out[n].issuer_serial, issuer->serial.p, CRYPTO_SERIAL);
		group_kept_cert(w->judge, p, crypto_chain_cert(chain, i), out[n].entry);
	}
	return n;
}

static void sign(struct world *w, struct item *i)
{
	const struct group_profile *p = group_profile(CRYPTO_MODERN);
	struct crypto_chain *chain = NULL;
	i->by_group = !i->p.chain.n;
	if (i->by_group || crypto_chain_parse(w->judge, p->crypto, i->p.chain, &chain) != OK)
		return;
	const struct crypto_cert *leaf = group_chain_leaf(chain);
	crypto_authority(w->judge, p->crypto, leaf->public, i->signer);
	memcpy(i->serial, leaf->serial.p, CRYPTO_SERIAL);
	i->n_links = links_of(w, chain, i->links);
	crypto_chain_free(chain);
}

/* ---- what stops what ---- */

static bool keeps_link(const struct item *q, const struct link *l)
{
	return group_kept_has(q->p.certs, GROUP_KEPT_CERT, span_of(l->entry, sizeof(l->entry)));
}

static bool signed_over(const struct item *q, const uint8_t *key)
{
	if (q->by_group)
		return false;
	for (size_t i = 0; i < q->n_links; i++)
		if (same_key(q->links[i].issuer, key))
			return true;
	return same_key(q->signer, key);
}

static bool hits_signer(const struct item *q, const struct item *r)
{
	return same_key(q->key, r->signer) && !group_kept_record_in(q->p.records, &r->record);
}

static bool hits_link(const struct item *q, const struct link *l)
{
	return same_key(q->key, l->issuer) && !keeps_link(q, l);
}

/* GROUP-11.3, GROUP-11.4 */
static bool stops(const struct item *q, const struct item *r)
{
	if (q->p.returns || r->by_group || (!r->p.returns && signed_over(q, r->key)))
		return false;
	bool hits = hits_signer(q, r);
	for (size_t i = 0; i < r->n_links; i++)
		hits |= hits_link(q, &r->links[i]);
	return hits;
}

/* GROUP-11.6 */
static bool ends(const struct item *t, const struct item *q)
{
	return t->p.returns && !q->p.returns && same_key(t->key, q->key) &&
	       (t->by_group || !q->by_group) &&
	       group_kept_has(t->p.ids, GROUP_KEPT_ID,
			      span_of(q->record.id.at, sizeof(q->record.id.at)));
}

static bool names(const struct item *t, const uint8_t *serial)
{
	return group_kept_has(t->p.serials, CRYPTO_SERIAL, span_of(serial, CRYPTO_SERIAL));
}

static bool excuses(const struct item *t, const struct item *q, const struct item *r)
{
	if (!ends(t, q) || (r->p.returns && !t->by_group))
		return false;
	if (hits_signer(q, r) && !names(t, r->serial))
		return false;
	for (size_t i = 0; i < r->n_links; i++)
		if (hits_link(q, &r->links[i]) && !names(t, r->links[i].issuer_serial))
			return false;
	return true;
}

/* Whether r counts, if those that count are `sure` - with `most` those that may - and what would
 * stop it is the other. */
static bool holds(const struct verdict *v, const struct item *r, bool most)
{
	for (size_t q = 0; q < v->n; q++) {
		const struct item *by = &v->items[q];
		bool excused = false;
		if (!(most ? by->sure : by->possible) || !stops(by, r))
			continue;
		for (size_t t = 0; t < v->n && !excused; t++) {
			const struct item *back = &v->items[t];
			excused = (most ? back->possible : back->sure) && excuses(back, by, r);
		}
		if (!excused)
			return false;
	}
	return true;
}

/* What is sure grows, what is possible shrinks, until nothing changes. */
static void settle(struct verdict *v)
{
	for (bool any = true; any;) {
		any = false;
		for (size_t i = 0; i < v->n; i++) {
			struct item *r = &v->items[i];
			bool sure = r->possible && holds(v, r, false);
			bool possible = r->possible && holds(v, r, true);
			any |= sure != r->sure || possible != r->possible;
			r->sure = sure;
			r->possible = possible;
		}
	}
}

/* GROUP-11.5, GROUP-11.6: a Return in the air ends nothing; of Removals all that are left count. */
static void decide(struct verdict *v)
{
	for (size_t i = 0; i < v->n; i++)
		v->items[i].possible = true;
	settle(v);
	for (size_t i = 0; i < v->n; i++)
		v->items[i].possible &= v->items[i].sure || !v->items[i].p.returns;
	settle(v);
	for (size_t i = 0; i < v->n; i++)
		v->items[i].sure = v->items[i].possible;
	for (size_t i = 0; i < v->n; i++)
		for (size_t t = 0; t < v->n; t++)
			v->items[i].ended |= v->items[t].sure && ends(&v->items[t], &v->items[i]);
}

/* ---- life ---- */

static bool fill(struct world *w, struct item *i, const struct group_removed *from)
{
	uint8_t *payload = world_alloc(w, group_removal_size(from->removal));
	size_t n;
	if (!payload)
		return false;
	i->payload = payload;
	i->record = *from->record;
	if (group_removal_write(from->removal, payload, group_removal_size(from->removal), &n) ||
	    group_removal_read(&i->p, span_of(payload, n)))
		return false;
	crypto_authority(w->judge, group_profile(CRYPTO_MODERN)->crypto, i->p.key, i->key);
	sign(w, i);
	return true;
}

struct verdict *verdict_new(struct world *w, const struct group_removals *from)
{
	struct group_removed one;
	struct verdict *v = world_alloc(w, sizeof(*v));
	if (!v)
		return NULL;
	v->w = w;
	v->items = world_alloc(w, (group_removals_count(from) + 1) * sizeof(*v->items));
	bool good = v->items && roll_judge(w);
	for (size_t at = 0; good && group_removals_next(from, &at, &one);)
		good = fill(w, &v->items[v->n++], &one);
	if (!good) {
		verdict_free(v);
		return NULL;
	}
	decide(v);
	return v;
}

void verdict_free(struct verdict *v)
{
	if (!v)
		return;
	for (size_t i = 0; i < v->n; i++)
		env_free(v->w->env, v->items[i].payload);
	env_free(v->w->env, v->items);
	env_free(v->w->env, v);
}

/* ---- asked ---- */

/* A Return that counts ends q for certificates of this serial. */
static bool is_back(const struct verdict *v, const struct item *q, struct span serial)
{
	for (size_t t = 0; t < v->n; t++)
		if (v->items[t].sure && ends(&v->items[t], q) && serial.n == CRYPTO_SERIAL &&
		    names(&v->items[t], serial.p))
			return true;
	return false;
}

static bool is_removal_of(const struct item *i, const uint8_t *key)
{
	return i->sure && !i->p.returns && same_key(i->key, key);
}

bool verdict_gone(const struct verdict *v, const uint8_t key[CRYPTO_AUTHORITY], struct span serial)
{
	for (size_t i = 0; i < v->n; i++)
		if (is_removal_of(&v->items[i], key) &&
		    (serial.n ? !is_back(v, &v->items[i], serial) : !v->items[i].ended))
			return true;
	return false;
}

static bool link_stands(const struct verdict *v, const struct link *l)
{
	struct span serial = span_of(l->issuer_serial, sizeof(l->issuer_serial));
	for (size_t i = 0; i < v->n; i++)
		if (is_removal_of(&v->items[i], l->issuer) && !keeps_link(&v->items[i], l) &&
		    !is_back(v, &v->items[i], serial))
			return false;
	return true;
}

bool verdict_chain(const struct verdict *v, const struct crypto_chain *chain)
{
	struct link links[LINKS];
	uint8_t key[CRYPTO_AUTHORITY];
	const struct crypto_cert *leaf = group_chain_leaf(chain);
	size_t n = links_of(v->w, chain, links);
	for (size_t i = 0; i < n; i++)
		if (!link_stands(v, &links[i]))
			return false;
	crypto_authority(v->w->judge, group_profile(CRYPTO_MODERN)->crypto, leaf->public, key);
	return !verdict_gone(v, key, leaf->serial);
}

/* GROUP-11.13: Removals stand whoever signed them, but for one that was signed anew. */
bool verdict_record(const struct verdict *v, const uint8_t key[CRYPTO_AUTHORITY],
		    struct span serial, const struct group_kept_record *record, bool removal)
{
	struct span id = span_of(record->id.at, sizeof(record->id.at));
	for (size_t i = 0; i < v->n; i++) {
		const struct item *q = &v->items[i];
		if (!is_removal_of(q, key) || group_kept_record_in(q->p.records, record))
			continue;
		bool named = group_kept_has(q->p.records, GROUP_KEPT_RECORD, id);
		if (removal ? named : !is_back(v, q, serial))
			return false;
	}
	return true;
}

bool verdict_next(const struct verdict *v, size_t *at, const struct graph_guid **id,
		  const uint8_t **key)
{
	for (; *at < v->n; ++*at) {
		const struct item *i = &v->items[*at];
		if (!i->sure || i->p.returns || i->ended)
			continue;
		*id = &i->record.id;
		*key = i->key;
		++*at;
		return true;
	}
	return false;
}

bool verdict_is(const struct verdict *v, const struct group_removals *r)
{
	const struct graph_guid *ids, *id;
	const uint8_t *key;
	size_t n = group_removals_ids(r, &ids), k = 0, at = 0;
	for (; verdict_next(v, &at, &id, &key); k++)
		if (k >= n || !graph_guid_eq(&ids[k], id))
			return false;
	return k == n;
}

bool verdict_same(const struct verdict *a, const struct verdict *b)
{
	const struct graph_guid *one, *other;
	const uint8_t *key;
	size_t at = 0, there = 0;
	while (verdict_next(a, &at, &one, &key))
		if (!verdict_next(b, &there, &other, &key) || !graph_guid_eq(one, other))
			return false;
	return !verdict_next(b, &there, &other, &key);
}
