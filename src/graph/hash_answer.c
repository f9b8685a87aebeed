/* The responder's part: which ranges differ (GRAPH-9.22). */
#include "graph/hash_int.h"
#include "graph/profile.h"

#include <assert.h>

#define ADVERTISE_HEAD 24
/* Of one range, hashed at once; a range with more is taken as differing, which costs octets
 * and nothing else. */
#define HASHED_MAX (UINT32_C(65536) * GRAPH_ABSTRACT)
#define RANGES_MAX 131072 /* GRAPH-9.24: of records beyond any number, sqrt(5 n) are made */

static bool ascending(const struct graph_array *a)
{
	for (uint32_t i = 1; i < a->n; i++) {
		struct graph_hash_info last = graph_hash_info_at(a, i - 1);
		struct graph_hash_info next = graph_hash_info_at(a, i);
		if (graph_place_cmp(&next.upper, &last.upper) < 0)
			return false;
	}
	return true;
}

enum err graph_hash_answer(struct graph_hash **out, const struct graph_array *hashes,
			   struct graph_db *db, struct crypto *crypto,
			   enum crypto_profile_id profile, const struct env *env, uint64_t now)
{
	struct graph_hash *h;
	if (hashes->n > RANGES_MAX)
		return ERR_FULL;
	if (!ascending(hashes))
		return ERR_MALFORMED;
	enum err e = graph_hash_make(&h, GRAPH_HASH_ANSWER, db, env, now);
	if (e)
		return e;
	h->crypto = crypto;
	h->profile = profile;
	h->contents = hashes->n > 0 && graph_profile(profile)->contents;
	size_t n = (size_t)hashes->n * GRAPH_HASH_INFO;
	uint8_t *p = graph_octets_add(h->env, &h->input, n);
	if (!p) {
		graph_hash_free(h);
		return ERR_NOMEM;
	}
	if (n)
		memcpy(p, hashes->p, n);
	h->first = (struct graph_array){ p, hashes->n };
	*out = h;
	return OK;
}

static enum err add_boundary(struct graph_hash *h, const struct graph_place *upper)
{
	struct graph_boundary b = { .upper = *upper };
	if (h->i > 0) {
		b.lower = h->upper;
		(void)graph_place_up(&b.lower);
	}
	b.count = (uint32_t)((h->message.n - h->range_at) / GRAPH_ABSTRACT);
	uint8_t *p = graph_octets_add(h->env, &h->aside, GRAPH_BOUNDARY);
	if (!p)
		return ERR_NOMEM;
	struct wr w = wr_of(p, GRAPH_BOUNDARY);
	graph_put_boundary(&w, &b);
	h->range_at = h->message.n;
	return OK;
}

static bool same(const struct graph_hash *h, const struct graph_hash_info *theirs)
{
	uint8_t ours[16];
	struct span s = { NULL, h->message.n - h->range_at };
	if (s.n > HASHED_MAX)
		return false;
	if (s.n > 0)
		s.p = h->message.p + h->range_at;
	graph_hash_hash(h, s, ours);
	return memcmp(ours, theirs->hash, sizeof(ours)) == 0;
}

/* The abstracts of range i stand at the end of the message. */
static enum err end_range(struct graph_hash *h)
{
	struct graph_hash_info theirs = graph_hash_info_at(&h->first, h->i);
	/* A range that ends where the one before does holds nothing. */
	bool empty = h->i > 0 && graph_place_cmp(&theirs.upper, &h->upper) == 0;
	enum err e = OK;
	if (empty || same(h, &theirs))
		h->message.n = h->range_at;
	else
		e = add_boundary(h, &theirs.upper);
	if (e)
		return e;
	h->upper = theirs.upper;
	h->digests.n = 0;
	h->i++;
	h->contents &= h->i < h->first.n; /* what is behind them is not hashed */
	return OK;
}

/* Boundaries and head go before the abstracts. */
static enum err finish(struct graph_hash *h)
{
	size_t n = h->message.n, front = ADVERTISE_HEAD + h->aside.n;
	if (!graph_octets_add(h->env, &h->message, front))
		return ERR_NOMEM;
	if (n)
		memmove(h->message.p + front, h->message.p, n);
	struct wr w = wr_of(h->message.p, ADVERTISE_HEAD);
	graph_put_advertise(&w, (uint32_t)(h->aside.n / GRAPH_BOUNDARY),
			    (uint32_t)(n / GRAPH_ABSTRACT));
	assert(!w.failed && w.n == ADVERTISE_HEAD);
	if (h->aside.n)
		memcpy(h->message.p + ADVERTISE_HEAD, h->aside.p, h->aside.n);
	h->phase = GRAPH_HASH_DONE;
	return OK;
}

/* Behind the last upper boundary, or as far as the message may be long: the rest is for
 * another synchronisation. */
static enum err end_last(struct graph_hash *h, const struct graph_place *upper)
{
	enum err e = h->message.n > h->range_at ? add_boundary(h, upper) : OK;
	return e ? e : finish(h);
}

static bool full(const struct graph_hash *h)
{
	size_t n = ADVERTISE_HEAD + h->aside.n + GRAPH_BOUNDARY + h->message.n + GRAPH_ABSTRACT;
	/* Only in a range does the other side see that there is more (GRAPH-9.26). */
	return n > h->message_max || (n > h->window && h->message.n > h->range_at);
}

void graph_hash_window(struct graph_hash *h, uint64_t octets)
{
	if (octets < h->window)
		h->window = (size_t)octets;
}

bool graph_hash_cut(const struct graph_hash *h)
{
	return h->cut;
}

static bool in_range(const struct graph_hash *h, const struct graph_entry *e)
{
	if (h->i == h->first.n)
		return true;
	struct graph_hash_info info = graph_hash_info_at(&h->first, h->i);
	return graph_place_cmp(&e->place, &info.upper) <= 0;
}

enum err graph_hash_answer_step(struct graph_hash *h, size_t records)
{
	struct graph_place most = { UINT64_MAX, { { 0 } } };
	struct graph_entry *e = graph_hash_resume(h);
	memset(most.id.at, 0xff, sizeof(most.id.at));
	for (; records > 0; records--) {
		enum err err = OK;
		if (!e && h->i == h->first.n)
			return end_last(h, &most);
		if (!e || !in_range(h, e)) {
			err = end_range(h);
			if (err)
				return err;
			continue;
		}
		if (full(h)) {
			h->cut = h->message.n > h->range_at;
			return end_last(h, &h->at);
		}
		if (e->expires > h->now)
			err = graph_hash_abstract(h, &h->message, e);
		if (err)
			return err;
		h->walked = true;
		h->at = e->place;
		e = graph_db_next(h->db, e);
	}
	return OK;
}
