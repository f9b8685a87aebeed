#include "graph/hash_int.h"
#include "graph/profile.h"

#include <assert.h>

#define SOLICIT_HEAD 20
#define MESSAGE_MAX  (UINT32_C(64) << 20) /* what a receiver takes, digest 2 */
#define DIGEST	     CRYPTO_FINGERPRINT
#define DIGESTS_MAX  (UINT32_C(65536) * DIGEST) /* of a range that is hashed, GRAPH-9.22 */
#define PINS	     64				/* records modified last, */
#define PINS_LOOK    1024			/* among so many */

static size_t square_root(size_t n)
{
	size_t root = 0;
	for (size_t bit = (size_t)1 << 31; bit > 0; bit >>= 1) {
		size_t more = root | bit;
		if (more <= n / more)
			root = more;
	}
	return root;
}

/* GRAPH-9.20. */
size_t graph_hash_range(size_t n)
{
	size_t range = n > 1000 ? square_root(n / 5) : 0;
	return range > 10 ? range : 10;
}

enum err graph_hash_make(struct graph_hash **out, enum graph_hash_phase phase, struct graph_db *db,
			 const struct env *env, uint64_t now)
{
	struct graph_hash *h = env_zalloc(env, 1, sizeof(*h));
	if (!h)
		return ERR_NOMEM;
	h->phase = phase;
	h->db = db;
	h->env = env;
	h->now = now;
	h->message_max = h->window = MESSAGE_MAX;
	*out = h;
	return OK;
}

void graph_hash_free(struct graph_hash *h)
{
	if (!h)
		return;
	env_free(h->env, h->message.p);
	env_free(h->env, h->aside.p);
	env_free(h->env, h->digests.p);
	env_free(h->env, h->whole.p);
	env_free(h->env, h->input.p);
	env_free(h->env, h->slots);
	env_free(h->env, h->ids);
	env_free(h->env, h);
}

enum err graph_hash_abstract(struct graph_hash *h, struct graph_octets *o,
			     const struct graph_entry *e)
{
	bool seen = h->contents && h->digests.n < DIGESTS_MAX;
	uint8_t *digest = seen ? graph_octets_add(h->env, &h->digests, DIGEST) : NULL;
	uint8_t *p = seen && !digest ? NULL : graph_octets_add(h->env, o, GRAPH_ABSTRACT);
	if (!p) {
		h->digests.n -= digest ? DIGEST : 0;
		return ERR_NOMEM;
	}
	struct wr w = wr_of(p, GRAPH_ABSTRACT);
	graph_put_abstract(&w, &(struct graph_abstract){ e->place.id, e->version });
	if (digest)
		memcpy(digest, e->content, DIGEST);
	return OK;
}

/* GRAPH-9.21, GRAPH-9.28. */
void graph_hash_hash(const struct graph_hash *h, struct span abstracts,
		     uint8_t out[CRYPTO_FINGERPRINT])
{
	const struct span parts[] = { abstracts, span_of(h->digests.p, h->digests.n) };
	size_t n = h->digests.n ? 2 : abstracts.n > 0;
	crypto_fingerprint(h->crypto, h->profile, parts, n, out);
}

struct graph_entry *graph_hash_resume(const struct graph_hash *h)
{
	return graph_db_after(h->db, h->walked ? &h->at : NULL);
}

bool graph_place_up(struct graph_place *p)
{
	for (size_t i = sizeof(p->id.at); i-- > 0;) {
		if (++p->id.at[i] != 0)
			return true;
	}
	return ++p->modified != 0;
}

bool graph_place_down(struct graph_place *p)
{
	for (size_t i = sizeof(p->id.at); i-- > 0;) {
		if (p->id.at[i]-- != 0)
			return true;
	}
	return p->modified-- != 0;
}

enum err graph_hash_solicit(struct graph_hash **out, struct graph_db *db, struct crypto *crypto,
			    enum crypto_profile_id profile, const struct env *env, uint64_t now)
{
	struct graph_hash *h;
	enum err e = graph_hash_make(&h, GRAPH_HASH_SOLICIT, db, env, now);
	if (e)
		return e;
	h->crypto = crypto;
	h->profile = profile;
	h->contents = graph_profile(profile)->contents;
	h->range = graph_hash_range(graph_db_count(db));
	h->pins = graph_db_modified(db, PINS, PINS_LOOK, &h->pins_from);
	if (!graph_octets_add(h->env, &h->message, SOLICIT_HEAD)) {
		graph_hash_free(h);
		return ERR_NOMEM;
	}
	*out = h;
	return OK;
}

static enum err end_range(struct graph_hash *h, const struct graph_place *upper)
{
	struct graph_hash_info info = { .upper = *upper };
	uint8_t *p = graph_octets_add(h->env, &h->message, GRAPH_HASH_INFO);
	if (!p)
		return ERR_NOMEM;
	struct wr w = wr_of(p, GRAPH_HASH_INFO);
	graph_hash_hash(h, span_of(h->aside.p, h->aside.n), info.hash);
	graph_put_hash_info(&w, &info);
	h->aside.n = h->digests.n = 0;
	h->alone = false;
	h->ended = *upper;
	h->i++;
	return OK;
}

/* Ends a range right below an entry, though nothing may be in it. */
static enum err end_below(struct graph_hash *h, const struct graph_entry *e)
{
	struct graph_place below = e->place;
	if (!graph_place_down(&below) || (h->i > 0 && graph_place_cmp(&h->ended, &below) >= 0))
		return OK;
	return end_range(h, &below);
}

static enum err solicit_end(struct graph_hash *h)
{
	enum err e = h->aside.n ? end_range(h, &h->upper) : OK;
	if (e)
		return e;
	struct wr w = wr_of(h->message.p, SOLICIT_HEAD);
	graph_put_solicit_hash(&w, h->i);
	assert(!w.failed && w.n == SOLICIT_HEAD);
	if (h->i == 0)
		h->message.n = 0;
	h->phase = GRAPH_HASH_DONE;
	return OK;
}

static enum err solicit_entry(struct graph_hash *h, const struct graph_entry *e)
{
	/* GRAPH-9.25. */
	bool pin = e->modifier && h->pins && graph_place_cmp(&e->place, &h->pins_from) >= 0;
	enum err err = OK;
	/* Here, since after a failure the range is full already. */
	if (h->alone || h->aside.n >= h->range * GRAPH_ABSTRACT)
		err = end_range(h, &h->upper);
	if (!err && pin)
		err = end_below(h, e);
	if (!err)
		err = graph_hash_abstract(h, &h->aside, e);
	if (err)
		return err;
	h->upper = e->place;
	h->alone = pin;
	return OK;
}

static enum err solicit_step(struct graph_hash *h, size_t records)
{
	struct graph_entry *e = graph_hash_resume(h);
	for (; e && records > 0; records--, e = graph_db_next(h->db, e)) {
		enum err err = e->expires > h->now ? solicit_entry(h, e) : OK;
		if (err)
			return err;
		h->walked = true;
		h->at = e->place;
	}
	return e ? OK : solicit_end(h);
}

enum err graph_hash_step(struct graph_hash *h, size_t records, bool *done)
{
	enum err e = OK;
	switch (h->phase) {
	case GRAPH_HASH_SOLICIT:
		e = solicit_step(h, records);
		break;
	case GRAPH_HASH_ANSWER:
		e = graph_hash_answer_step(h, records);
		break;
	case GRAPH_HASH_INDEX:
		e = graph_hash_index_step(h, records);
		break;
	case GRAPH_HASH_WANT:
		e = graph_hash_want_step(h, records);
		break;
	case GRAPH_HASH_SEND:
		e = graph_hash_send_step(h, records);
		break;
	case GRAPH_HASH_DONE:
		break;
	}
	*done = h->phase == GRAPH_HASH_DONE;
	return e;
}

/* Whether a range that was asked about ends there. */
static bool ends_range(const struct graph_hash *h, const struct graph_place *upper)
{
	const struct graph_array all = { h->message.p + SOLICIT_HEAD, h->i };
	uint32_t low = 0, high = all.n;
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		struct graph_hash_info info = graph_hash_info_at(&all, mid);
		int c = graph_place_cmp(&info.upper, upper);
		if (c == 0)
			return true;
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

bool graph_hash_cut_at(const struct graph_hash *h, const struct graph_advertise *a,
		       struct graph_place *at)
{
	if (a->boundaries.n == 0)
		return false;
	struct graph_place upper = graph_boundary_at(&a->boundaries, a->boundaries.n - 1).upper;
	struct graph_place behind = upper;
	if (!graph_place_up(&behind) || ends_range(h, &upper))
		return false;
	*at = upper;
	return true;
}

struct span graph_hash_message(const struct graph_hash *h)
{
	return span_of(h->message.p, h->message.n);
}

size_t graph_hash_octets(const struct graph_hash *h)
{
	return sizeof(*h) + h->message.room + h->aside.room + h->input.room + h->digests.room +
	       h->whole.room + h->n_slots * sizeof(*h->slots) + h->ids_room * sizeof(*h->ids);
}
