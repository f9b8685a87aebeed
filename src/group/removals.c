/* The set of Removals and Returns: what is kept of each, and what can be asked of them
 * (GROUP-11.3 to 11.11). */
#include "group/removals_int.h"

#include "base/text.h"

const struct group_removals_limits group_removals_limits_default = {
	.signer = 1000,
	.all = 4096,
	.returns = 64,
};

#define ROOM_FIRST 64
#define NONE	   SIZE_MAX
#define TIMES	   2 /* that it is decided in a turn, before its end (GROUP-11.37) */

/* ---- items ---- */

static void item_free(struct group_removals *r, struct removals_item *i)
{
	if (!i)
		return;
	env_free(r->env, i->payload);
	env_free(r->env, i->shown);
	env_free(r->env, i->label);
	env_free(r->env, i->links);
	env_free(r->env, i->hits);
	env_free(r->env, i->left);
	env_free(r->env, i);
}

static void authority_of(const struct group_removals *r, struct span public,
			 uint8_t out[CRYPTO_AUTHORITY])
{
	crypto_authority(r->crypto, r->profile->crypto, public, out);
}

void group_kept_cert(struct crypto *c, const struct group_profile *p,
		     const struct crypto_cert *cert, uint8_t out[GROUP_KEPT_CERT])
{
	memcpy(out, cert->serial.p, CRYPTO_SERIAL);
	crypto_hash(c, p->crypto, &cert->der, 1, out + CRYPTO_SERIAL, GROUP_REMOVAL_DIGEST);
}

/* The first certificate below the root is the group's own doing. */
static size_t links_of(const struct crypto_chain *chain)
{
	return crypto_chain_count(chain) - 2;
}

static void link_of(const struct group_removals *r, const struct crypto_chain *chain, size_t i,
		    struct removals_link *out)
{
	const struct crypto_cert *issuer = crypto_chain_cert(chain, i + 1);
	authority_of(r, issuer->public, out->issuer);
	memcpy(out->issuer_serial, issuer->serial.p, CRYPTO_SERIAL);
	group_kept_cert(r->crypto, r->profile, crypto_chain_cert(chain, i + 2), out->entry);
}

static enum err signed_by(struct group_removals *r, struct removals_item *i,
			  const struct crypto_chain *chain)
{
	const struct crypto_cert *leaf = chain ? group_chain_leaf(chain) : NULL;
	i->by_group = !chain;
	if (!chain)
		return OK;
	i->n_links = links_of(chain);
	i->n_label = leaf->subject.n;
	i->links = env_zalloc(r->env, i->n_links + 1, sizeof *i->links);
	i->label = env_copy(r->env, leaf->subject.n ? leaf->subject.p : i->key,
			    leaf->subject.n ? leaf->subject.n : 1);
	if (!i->links || !i->label)
		return ERR_NOMEM;
	for (size_t k = 0; k < i->n_links; k++)
		link_of(r, chain, k, &i->links[k]);
	authority_of(r, leaf->public, i->signer);
	memcpy(i->serial, leaf->serial.p, CRYPTO_SERIAL);
	struct text name = TEXT_OF(i->name);
	text_span(&name, leaf->subject_name);
	return OK;
}

/* GROUP-11.21: what is too long to be shown is not kept for it. */
static enum err keep_shown(struct group_removals *r, struct span shown, struct removals_item *i)
{
	if (!shown.n || shown.n > GROUP_REMOVAL_SHOWN)
		return OK;
	i->shown = env_copy(r->env, shown.p, shown.n);
	i->n_shown = i->shown ? shown.n : 0;
	return i->shown ? OK : ERR_NOMEM;
}

static enum err item_fill(struct group_removals *r, const struct group_removals_entry *e,
			  struct removals_item *i)
{
	i->record = e->record;
	i->when = e->when;
	i->payload = env_copy(r->env, e->payload.p, e->payload.n);
	i->hits = env_zalloc(r->env, r->room / 64, sizeof *i->hits);
	i->left = env_zalloc(r->env, r->room / 64, sizeof *i->left);
	if (!i->payload || !i->hits || !i->left)
		return ERR_NOMEM;
	enum err err = group_removal_read(&i->p, span_of(i->payload, e->payload.n));
	if (err)
		return err;
	authority_of(r, i->p.key, i->key);
	i->length = removals_length(!e->chain, e->payload.n);
	err = keep_shown(r, e->shown, i);
	return err ? err : signed_by(r, i, e->chain);
}

static enum err item_new(struct group_removals *r, const struct group_removals_entry *e,
			 struct removals_item **out)
{
	struct removals_item *i = env_zalloc(r->env, 1, sizeof *i);
	if (!i)
		return ERR_NOMEM;
	enum err err = item_fill(r, e, i);
	if (err)
		item_free(r, i);
	else
		*out = i;
	return err;
}

/* ---- room ---- */

/* Everything that holds as many as there are slots; what is larger already does no harm. */
static enum err grow_one(const struct group_removals *r, void *at, size_t each, size_t room)
{
	void **p = at;
	void *larger = env_resize(r->env, *p, room * each);
	if (!larger)
		return ERR_NOMEM;
	*p = larger;
	return OK;
}

static enum err grow_bits(struct group_removals *r, size_t room)
{
	enum err e = grow_one(r, &r->open, sizeof(uint64_t), room / 64);
	for (size_t s = 0; !e && s < r->room; s++) {
		if (!r->slot[s])
			continue;
		e = grow_one(r, &r->slot[s]->left, sizeof(uint64_t), room / 64);
		if (!e)
			e = grow_one(r, &r->slot[s]->hits, sizeof(uint64_t), room / 64);
		if (!e)
			memset(r->slot[s]->hits + r->room / 64, 0, (room - r->room) / 8);
	}
	return e;
}

static enum err grow(struct group_removals *r)
{
	size_t room = r->room ? 2 * r->room : ROOM_FIRST;
	enum err e = grow_bits(r, room);
	if (!e)
		e = grow_one(r, &r->removals, sizeof *r->removals, room);
	if (!e)
		e = grow_one(r, &r->returns, sizeof *r->returns, room);
	if (!e)
		e = grow_one(r, &r->order, sizeof *r->order, room);
	if (!e)
		e = grow_one(r, &r->keyed, sizeof *r->keyed, room);
	if (!e)
		e = grow_one(r, &r->pathed, sizeof *r->pathed, room);
	if (!e)
		e = grow_one(r, &r->queue, sizeof *r->queue, room);
	if (!e)
		e = grow_one(r, &r->ids, sizeof *r->ids, room);
	if (!e)
		e = grow_one(r, &r->slot, sizeof *r->slot, room);
	if (e)
		return e;
	memset(r->slot + r->room, 0, (room - r->room) * sizeof *r->slot);
	r->room = room;
	return OK;
}

static size_t slot_of(const struct group_removals *r, const struct graph_guid *id)
{
	for (size_t s = 0; s < r->room; s++)
		if (r->slot[s] && graph_guid_eq(&r->slot[s]->record.id, id))
			return s;
	return r->room;
}

static size_t slot_free(const struct group_removals *r)
{
	size_t s = 0;
	while (s < r->room && r->slot[s])
		s++;
	return s;
}

int removals_by_id(const struct removals_item *a, const struct removals_item *b)
{
	return memcmp(a->record.id.at, b->record.id.at, sizeof a->record.id.at);
}

int removals_by_key(const struct removals_item *a, const struct removals_item *b)
{
	int c = memcmp(a->key, b->key, CRYPTO_AUTHORITY);
	return c ? c : removals_by_id(a, b);
}

typedef int item_order(const struct removals_item *a, const struct removals_item *b);

/* Into a list of n in that order. */
static void list_in(struct removals_item **list, size_t n, struct removals_item *i,
		    item_order *order)
{
	size_t from = 0, to = n;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (order(list[middle], i) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	memmove(list + from + 1, list + from, (n - from) * sizeof(struct removals_item *));
	list[from] = i;
}

static void list_out(struct removals_item **list, size_t n, const struct removals_item *i)
{
	size_t at = 0;
	while (list[at] != i)
		at++;
	memmove(list + at, list + at + 1, (n - at - 1) * sizeof(struct removals_item *));
}

static void slot_clear(struct group_removals *r, size_t at)
{
	struct removals_item *gone = r->slot[at];
	list_out(r->order, r->n, gone);
	list_out(r->keyed, r->n, gone);
	list_out(r->pathed, r->n, gone);
	r->n--;
	r->slot[at] = NULL;
	for (size_t i = 0; i < r->n; i++) {
		struct removals_item *other = r->order[i];
		other->hit_by -= !gone->p.returns && removals_bit(gone->hits, other->at);
		removals_set_bit(other->hits, at, false);
	}
	item_free(r, gone);
}

static void would_stop(struct removals_item *q, struct removals_item *other)
{
	bool stops = removals_attacks(q, other);
	if (!stops && (!q->p.returns || other->p.returns || !removals_ends(q, other)))
		return;
	removals_set_bit(q->hits, other->at, true);
	other->hit_by += stops;
}

static void slot_fill(struct group_removals *r, size_t at, struct removals_item *fresh)
{
	fresh->at = at;
	for (size_t i = 0; i < r->n; i++) {
		would_stop(fresh, r->order[i]);
		would_stop(r->order[i], fresh);
	}
	r->slot[at] = fresh;
	list_in(r->order, r->n, fresh, removals_by_id);
	list_in(r->keyed, r->n, fresh, removals_by_key);
	list_in(r->pathed, r->n, fresh, removals_by_path);
	r->n++;
}

/* ---- decided ---- */

/* GROUP-11.37: when it is asked for, not with each that comes. */
static const struct removals_verdict *decided(const struct group_removals *r)
{
	struct removals_verdict *v = r->verdict;
	if (!v->stale)
		return v;
	v->turn += removals_decide(r) || v->other;
	v->stale = v->other = false;
	v->times++;
	return v;
}

bool group_removals_stale(const struct group_removals *r)
{
	return r->verdict->stale;
}

bool group_removals_busy(const struct group_removals *r)
{
	return r->verdict->stale && r->verdict->times >= TIMES;
}

void group_removals_turned(struct group_removals *r)
{
	r->verdict->times = 0;
}

/* In r->keyed, the first of that key. */
static size_t first_keyed(const struct group_removals *r, const uint8_t *key)
{
	size_t from = 0, to = r->n;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (memcmp(r->keyed[middle]->key, key, CRYPTO_AUTHORITY) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static bool is_keyed(const struct group_removals *r, size_t at, const uint8_t *key)
{
	return at < r->n && removals_same(r->keyed[at]->key, key);
}

/* One of that key is there, whether it counts or not. */
static bool is_named(const struct group_removals *r, const uint8_t *key)
{
	return is_keyed(r, first_keyed(r, key), key);
}

/* ---- added ---- */

enum err group_removals_add(struct group_removals *r, const struct group_removals_entry *e)
{
	struct removals_item *fresh = NULL, *least;
	enum err err = r->n == r->room ? grow(r) : OK;
	if (!err)
		err = item_new(r, e, &fresh);
	if (err)
		return err;
	size_t at = slot_of(r, &fresh->record.id);
	bool other = at < r->room;
	if (other)
		slot_clear(r, at);
	else
		at = slot_free(r);
	slot_fill(r, at, fresh);
	/* GROUP-11.10: one more is one too many, of those that it is counted with. */
	least = other ? NULL : removals_least(r, fresh);
	err = least == fresh ? ERR_FULL : OK;
	if (least) {
		slot_clear(r, slot_of(r, &least->record.id));
		other = !err;
	}
	r->verdict->stale = true;
	r->verdict->other |= other;
	return err;
}

bool group_removals_has(const struct group_removals *r, const struct group_kept_record *record)
{
	size_t at = slot_of(r, &record->id);
	return at < r->room && r->slot[at]->record.version == record->version &&
	       memcmp(r->slot[at]->record.digest, record->digest, sizeof record->digest) == 0;
}

void group_removals_rest(struct group_removals *r, const struct graph_guid *id, uint64_t put)
{
	size_t at = slot_of(r, id);
	if (at < r->room)
		r->slot[at]->put = put;
}

void group_removals_drop(struct group_removals *r, const struct graph_guid *id)
{
	size_t at = slot_of(r, id);
	if (at == r->room)
		return;
	bool counted = r->slot[at]->state == REMOVALS_IN;
	slot_clear(r, at);
	r->verdict->stale = true;
	r->verdict->other |= counted;
}

/* ---- life ---- */

enum err group_removals_new(struct group_removals **out, const struct env *env, struct crypto *c,
			    const struct group_profile *p,
			    const struct group_removals_limits *limits)
{
	struct group_removals *r = env_zalloc(env, 1, sizeof *r);
	if (!r)
		return ERR_NOMEM;
	r->verdict = env_zalloc(env, 1, sizeof *r->verdict);
	if (!r->verdict) {
		env_free(env, r);
		return ERR_NOMEM;
	}
	r->env = env;
	r->crypto = c;
	r->profile = p;
	r->limits = *limits;
	*out = r;
	return OK;
}

void group_removals_free(struct group_removals *r)
{
	if (!r)
		return;
	for (size_t s = 0; s < r->room; s++)
		item_free(r, r->slot[s]);
	env_free(r->env, r->open);
	env_free(r->env, r->queue);
	env_free(r->env, r->removals);
	env_free(r->env, r->returns);
	env_free(r->env, r->order);
	env_free(r->env, r->keyed);
	env_free(r->env, r->pathed);
	env_free(r->env, r->ids);
	env_free(r->env, r->slot);
	env_free(r->env, r->verdict);
	env_free(r->env, r);
}

/* ---- asked ---- */

/* The first Removal of that key that counts, in r->removals; NONE: there is none. */
static size_t first_of(const struct group_removals *r, const uint8_t *key)
{
	if (!is_named(r, key))
		return NONE;
	size_t from = 0, to = decided(r)->n_removals;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (memcmp(r->removals[middle]->key, key, CRYPTO_AUTHORITY) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	bool found = from < r->verdict->n_removals && removals_same(r->removals[from]->key, key);
	return found ? from : NONE;
}

static bool is_of(const struct group_removals *r, size_t at, const uint8_t *key)
{
	return at < r->verdict->n_removals && removals_same(r->removals[at]->key, key);
}

/* GROUP-11.8: a Return that counts has ended it for certificates of this serial. */
static bool is_back(const struct group_removals *r, const struct removals_item *q,
		    struct span serial)
{
	for (size_t i = q->run; q->ended && i < q->run_end; i++) {
		const struct removals_item *t = r->returns[i];
		if (t->state == REMOVALS_IN && removals_bit(t->hits, q->at) &&
		    group_kept_has(t->p.serials, CRYPTO_SERIAL, serial))
			return true;
	}
	return false;
}

static bool is_gone(const struct group_removals *r, const uint8_t *key, struct span serial)
{
	for (size_t i = first_of(r, key); is_of(r, i, key); i++)
		if (!is_back(r, r->removals[i], serial))
			return true;
	return false;
}

bool group_removals_gone(const struct group_removals *r, struct span public, struct span serial)
{
	uint8_t key[CRYPTO_AUTHORITY];
	if (!r->n)
		return false;
	authority_of(r, public, key);
	return is_gone(r, key, serial);
}

bool group_removals_named(const struct group_removals *r, struct span public)
{
	uint8_t key[CRYPTO_AUTHORITY];
	if (!r->n)
		return false;
	authority_of(r, public, key);
	return first_of(r, key) != NONE;
}

static uint8_t digit_of(uint8_t c)
{
	return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* The first of whose name that is. */
static size_t first_named(const struct group_removals *r, struct span name)
{
	uint8_t key[CRYPTO_AUTHORITY];
	struct group_name parts;
	if (!r->n || group_name_parse(&parts, name) != OK)
		return NONE;
	for (size_t i = 0; i < sizeof key; i++)
		key[i] = (uint8_t)(digit_of(parts.authority.p[2 * i]) << 4 |
				   digit_of(parts.authority.p[2 * i + 1]));
	return first_of(r, key);
}

bool group_removals_name(const struct group_removals *r, struct span name)
{
	return first_named(r, name) != NONE;
}

bool group_removals_name_now(const struct group_removals *r, struct span name)
{
	size_t from = first_named(r, name);
	for (size_t i = from; from != NONE && is_of(r, i, r->removals[from]->key); i++)
		if (!r->removals[i]->ended)
			return true;
	return false;
}

/* GROUP-11.7: each Removal of the key that counts must let it stand. */
static bool link_stands(const struct group_removals *r, const struct removals_link *l)
{
	struct span serial = span_of(l->issuer_serial, sizeof l->issuer_serial);
	struct span entry = span_of(l->entry, sizeof l->entry);
	for (size_t i = first_of(r, l->issuer); is_of(r, i, l->issuer); i++) {
		const struct removals_item *q = r->removals[i];
		if (!group_kept_has(q->p.certs, sizeof l->entry, entry) && !is_back(r, q, serial))
			return false;
	}
	return true;
}

static bool stands_at(const struct group_removals *r, const struct crypto_chain *chain, size_t i,
		      const uint8_t *key)
{
	struct removals_link l;
	if (first_of(r, key) == NONE)
		return true;
	link_of(r, chain, i, &l);
	return link_stands(r, &l);
}

bool group_removals_chain(const struct group_removals *r, const struct crypto_chain *chain)
{
	bool good = true;
	for (size_t i = 0; r->n && good && i < links_of(chain); i++) {
		uint8_t key[CRYPTO_AUTHORITY];
		authority_of(r, crypto_chain_cert(chain, i + 1)->public, key);
		good = stands_at(r, chain, i, key);
	}
	return good;
}

bool group_removals_chain_of(const struct group_removals *r, const struct crypto_chain *chain,
			     const uint8_t *keys)
{
	bool good = true;
	for (size_t i = 0; r->n && good && i < links_of(chain); i++)
		good = stands_at(r, chain, i, keys + i * CRYPTO_AUTHORITY);
	return good;
}

bool group_removals_gone_of(const struct group_removals *r, const uint8_t *key, struct span serial)
{
	return r->n && is_gone(r, key, serial);
}

bool group_removals_record(const struct group_removals *r, struct span public, struct span serial,
			   const struct group_kept_record *record)
{
	uint8_t key[CRYPTO_AUTHORITY];
	if (!r->n)
		return true;
	authority_of(r, public, key);
	for (size_t i = first_of(r, key); is_of(r, i, key); i++) {
		const struct removals_item *q = r->removals[i];
		if (!group_kept_record_in(q->p.records, record) && !is_back(r, q, serial))
			return false;
	}
	return true;
}

static bool is_forged(const struct removals_item *q, const struct group_kept_record *record)
{
	struct span id = span_of(record->id.at, sizeof record->id.at);
	return !q->p.returns && group_kept_has(q->p.records, GROUP_KEPT_RECORD, id) &&
	       !group_kept_record_in(q->p.records, record);
}

/* Which count is asked where one says so alone: else each Removal that comes would ask it. */
bool group_removals_forged(const struct group_removals *r, struct span public,
			   const struct group_kept_record *record)
{
	uint8_t key[CRYPTO_AUTHORITY];
	if (!r->n)
		return false;
	authority_of(r, public, key);
	for (size_t i = first_keyed(r, key); is_keyed(r, i, key); i++)
		if (is_forged(r->keyed[i], record) && decided(r) &&
		    r->keyed[i]->state == REMOVALS_IN)
			return true;
	return false;
}

size_t group_removals_ids(const struct group_removals *r, const struct graph_guid **ids)
{
	*ids = r->ids;
	return decided(r)->n_ids;
}

uint64_t group_removals_turn(const struct group_removals *r)
{
	return decided(r)->turn;
}

/* ---- looked at ---- */

static void look(const struct removals_item *i, struct group_removed *out)
{
	*out = (struct group_removed){
		.record = &i->record,
		.removal = &i->p,
		.key = i->key,
		.signer = i->by_group ? NULL : i->signer,
		.signer_name = span_str(i->name),
		.signer_label = span_of(i->label, i->n_label),
		.shown = span_of(i->shown, i->n_shown),
		.put = i->put,
		.when = i->when,
		.counts = i->state == REMOVALS_IN && (i->p.returns || !i->ended),
		.ended = i->state == REMOVALS_IN && !i->p.returns && i->ended,
	};
}

bool group_removals_next(const struct group_removals *r, size_t *at, struct group_removed *out)
{
	if (*at >= r->n)
		return false;
	(void)decided(r);
	look(r->order[(*at)++], out);
	return true;
}

bool group_removals_of(const struct group_removals *r, struct span public,
		       struct group_removed *out)
{
	uint8_t key[CRYPTO_AUTHORITY];
	authority_of(r, public, key);
	for (size_t i = first_of(r, key); is_of(r, i, key); i++) {
		if (r->removals[i]->ended)
			continue;
		look(r->removals[i], out);
		return true;
	}
	return false;
}

bool group_removals_cause(const struct group_removals *r, const struct crypto_chain *chain,
			  struct group_removed *out)
{
	for (size_t i = crypto_chain_count(chain); i-- > 1;)
		if (group_removals_of(r, crypto_chain_cert(chain, i)->public, out))
			return true;
	return false;
}

bool group_removals_named_now(const struct group_removals *r, struct span public)
{
	struct group_removed by;
	return group_removals_of(r, public, &by);
}

size_t group_removals_count(const struct group_removals *r)
{
	return r->n;
}
