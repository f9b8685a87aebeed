/* The initiator's second part: what we lack and what they lack (GRAPH-9.23). */
#include "graph/hash_int.h"

#include <assert.h>

#define REQUEST_HEAD 16
#define REQUEST_NONE 20

static bool counts_agree(const struct graph_advertise *a)
{
	uint64_t sum = 0;
	for (uint32_t i = 0; i < a->boundaries.n; i++)
		sum += graph_boundary_at(&a->boundaries, i).count;
	return sum == a->abstracts.n;
}

static enum err keep_input(struct graph_hash *h, const struct graph_advertise *a)
{
	size_t front = (size_t)a->boundaries.n * GRAPH_BOUNDARY;
	size_t back = (size_t)a->abstracts.n * GRAPH_ABSTRACT;
	uint8_t *p = graph_octets_add(h->env, &h->input, front + back);
	if (!p)
		return ERR_NOMEM;
	if (front)
		memcpy(p, a->boundaries.p, front);
	if (back)
		memcpy(p + front, a->abstracts.p, back);
	h->first = (struct graph_array){ p, a->boundaries.n };
	h->second = (struct graph_array){ p + front, a->abstracts.n };
	for (h->n_slots = 16; h->n_slots / 4 * 3 < a->abstracts.n;)
		h->n_slots *= 2;
	h->slots = env_zalloc(h->env, h->n_slots, sizeof(*h->slots));
	uint8_t *whole = graph_octets_add(h->env, &h->whole, a->boundaries.n);
	if (!whole || !h->slots)
		return ERR_NOMEM;
	memset(whole, 0, a->boundaries.n);
	return graph_octets_add(h->env, &h->message, REQUEST_HEAD) ? OK : ERR_NOMEM;
}

enum err graph_hash_compare(struct graph_hash **out, const struct graph_advertise *a,
			    struct graph_db *db, const struct env *env, uint64_t now)
{
	struct graph_hash *h;
	if (!counts_agree(a))
		return ERR_MALFORMED;
	enum err e = graph_hash_make(&h, GRAPH_HASH_INDEX, db, env, now);
	if (e)
		return e;
	h->key[0] = env_random_u64(env);
	h->key[1] = env_random_u64(env);
	e = keep_input(h, a);
	if (e) {
		graph_hash_free(h);
		return e;
	}
	*out = h;
	return OK;
}

/* The slot of a Record ID, or the free one where it would go. */
static uint32_t *slot_of(const struct graph_hash *h, const struct graph_guid *id)
{
	size_t at = (size_t)map_hash(h->key, span_of(id->at, sizeof(id->at))) & (h->n_slots - 1);
	for (;; at = (at + 1) & (h->n_slots - 1)) {
		if (h->slots[at] == 0)
			return &h->slots[at];
		struct graph_abstract a = graph_abstract_at(&h->second, h->slots[at] - 1);
		if (graph_guid_eq(&a.id, id))
			return &h->slots[at];
	}
}

static void restart(struct graph_hash *h, enum graph_hash_phase phase)
{
	h->phase = phase;
	h->i = h->j = h->until = 0;
}

enum err graph_hash_index_step(struct graph_hash *h, size_t records)
{
	for (; records > 0 && h->j < h->second.n; records--, h->j++) {
		struct graph_abstract a = graph_abstract_at(&h->second, h->j);
		uint32_t *slot = slot_of(h, &a.id);
		/* Twice in one message: the higher version. */
		if (*slot == 0 || a.version > graph_abstract_at(&h->second, *slot - 1).version)
			*slot = h->j + 1;
	}
	if (h->j == h->second.n)
		restart(h, GRAPH_HASH_SEND);
	return OK;
}

/* ---- what the other side lacks ---- */

enum share {
	LACKED,	 /* there; or it has an older one */
	NEITHER, /* it has a newer one; or ours has expired */
	SHARED
};

/* Abstracts of the boundary are [from, to). */
static enum share share_of(const struct graph_hash *h, const struct graph_entry *e, uint32_t from,
			   uint32_t to)
{
	uint32_t at = *slot_of(h, &e->place.id);
	if (e->expires <= h->now)
		return NEITHER;
	if (at == 0)
		return LACKED;
	struct graph_abstract a = graph_abstract_at(&h->second, at - 1);
	bool here = at - 1 >= from && at - 1 < to;
	if (e->version == a.version)
		return here ? SHARED : LACKED;
	return e->version > a.version ? LACKED : NEITHER;
}

/* The first entry of the boundary that was not looked at yet. */
static struct graph_entry *first_of(const struct graph_hash *h, const struct graph_boundary *b)
{
	struct graph_place before = b->lower;
	bool any = graph_place_down(&before);
	if (h->walked && (!any || graph_place_cmp(&before, &h->at) < 0))
		return graph_hash_resume(h);
	return graph_db_after(h->db, any ? &before : NULL);
}

static enum err add_id(struct graph_hash *h, const struct graph_guid *id)
{
	if (h->n_ids == h->ids_room) {
		size_t room = h->ids_room ? 2 * h->ids_room : 16;
		struct graph_guid *ids = env_resize(h->env, h->ids, room * sizeof(*ids));
		if (!ids)
			return ERR_NOMEM;
		h->ids = ids;
		h->ids_room = room;
	}
	h->ids[h->n_ids++] = *id;
	return OK;
}

/* GRAPH-9.29: the hashes differ. Where nothing else does it is a content; where something else
 * does it may be one, too. */
static void end_boundary(struct graph_hash *h, const struct graph_boundary *b)
{
	bool alike = h->shared == b->count && !h->lacks;
	h->whole.p[h->i] = h->forks == GRAPH_FORKS_ALL || (h->forks && alike);
	h->mixed |= h->shared && !alike;
	h->until += b->count;
	h->shared = 0;
	h->lacks = false;
}

static enum err send_one(struct graph_hash *h, const struct graph_entry *e, uint32_t count)
{
	enum err err = OK;
	switch (share_of(h, e, h->until, h->until + count)) {
	case LACKED:
		err = add_id(h, &e->place.id);
		h->lacks = true;
		break;
	case NEITHER:
		break;
	case SHARED:
		h->shared++;
		break;
	}
	return err;
}

/* Goes through boundary i; *done when nothing of it is left. */
static enum err send_boundary(struct graph_hash *h, size_t *records, bool *done)
{
	struct graph_boundary b = graph_boundary_at(&h->first, h->i);
	struct graph_entry *e = first_of(h, &b);
	while (e && graph_place_cmp(&e->place, &b.upper) <= 0) {
		if (*records == 0)
			return OK;
		enum err err = send_one(h, e, b.count);
		if (err)
			return err;
		--*records;
		h->walked = true;
		h->at = e->place;
		e = graph_db_next(h->db, e);
	}
	end_boundary(h, &b);
	*done = true;
	return OK;
}

enum err graph_hash_send_step(struct graph_hash *h, size_t records)
{
	while (h->i < h->first.n && records > 0) {
		bool done = false;
		enum err e = send_boundary(h, &records, &done);
		if (e)
			return e;
		if (done) {
			h->i++;
			records -= records > 0;
		}
	}
	if (h->i == h->first.n)
		restart(h, GRAPH_HASH_WANT);
	return OK;
}

/* ---- what we lack ---- */

static bool inside(const struct graph_boundary *b, const struct graph_place *p)
{
	return graph_place_cmp(&b->lower, p) <= 0 && graph_place_cmp(p, &b->upper) <= 0;
}

/* The version that both have: at another time than theirs, two changes made apart; else a fork,
 * maybe (GRAPH-9.29). */
static bool wanted(const struct graph_hash *h, const struct graph_abstract *a,
		   const struct graph_boundary *b)
{
	const struct graph_entry *e = graph_db_find(h->db, &a->id);
	return !e || e->version < a->version ||
	       (e->version == a->version && (h->whole.p[h->i] || !inside(b, &e->place)));
}

static void end_want(struct graph_hash *h)
{
	uint32_t n = (uint32_t)((h->message.n - REQUEST_HEAD) / GRAPH_ABSTRACT);
	struct wr w = wr_of(h->message.p, n ? REQUEST_HEAD : REQUEST_NONE);
	if (n == 0)
		h->message.n = REQUEST_NONE;
	graph_put_request(&w, n);
	assert(!w.failed && w.n == w.size);
	h->phase = GRAPH_HASH_DONE;
}

static enum err want(struct graph_hash *h, const struct graph_boundary *b)
{
	struct graph_abstract a = graph_abstract_at(&h->second, h->j);
	if (*slot_of(h, &a.id) != h->j + 1 || !wanted(h, &a, b))
		return OK;
	uint8_t *p = graph_octets_add(h->env, &h->message, GRAPH_ABSTRACT);
	if (!p)
		return ERR_NOMEM;
	struct wr w = wr_of(p, GRAPH_ABSTRACT);
	graph_put_abstract(&w, &a);
	return OK;
}

enum err graph_hash_want_step(struct graph_hash *h, size_t records)
{
	for (; records > 0 && h->j < h->second.n; records--) {
		/* The boundary that abstract j belongs to, or one before it. */
		struct graph_boundary b = graph_boundary_at(&h->first, h->i);
		if (h->j >= h->until + b.count) {
			h->until += b.count;
			h->i++;
			continue;
		}
		enum err e = want(h, &b);
		if (e)
			return e;
		h->j++;
	}
	if (h->j == h->second.n)
		end_want(h);
	return OK;
}

struct graph_ids graph_hash_to_send(const struct graph_hash *h)
{
	bool done = h->phase == GRAPH_HASH_DONE;
	return (struct graph_ids){ done ? h->ids : NULL, done ? h->n_ids : 0 };
}

void graph_hash_see(struct graph_hash *h, enum graph_hash_forks forks)
{
	h->forks = forks;
}

bool graph_hash_mixed(const struct graph_hash *h)
{
	return h->forks == GRAPH_FORKS_ALONE && h->mixed;
}
