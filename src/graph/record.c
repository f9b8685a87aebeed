#include "graph/record.h"
#include "wire/rd.h"

/* GRAPH-3.1: a record as octets. This is where every FLOOD goes through: one pass, no copy. */

static struct span units(struct rd *r)
{
	size_t n = rd_u32(r);
	/* Twice a length of 32 bits may be more than a size holds. */
	if (n > r->left / 2)
		r->failed = true;
	return rd_bytes(r, 2 * n);
}

static struct span octets_of(struct rd *r)
{
	size_t n = rd_u32(r);
	return rd_bytes(r, n);
}

static struct graph_guid guid(struct rd *r)
{
	struct graph_guid g = { { 0 } };
	struct span s = rd_bytes(r, sizeof(g.at));
	if (s.n)
		memcpy(g.at, s.p, sizeof(g.at));
	return g;
}

enum err graph_record_decode(struct span octets, struct graph_record *out)
{
	struct rd r = rd_of(octets);
	struct graph_record x;
	x.type = guid(&r);
	x.id = guid(&r);
	x.version = rd_u32(&r);
	x.flags = rd_u32(&r);
	x.creator = units(&r);
	x.modifier = units(&r);
	x.security = octets_of(&r);
	x.created = rd_u64(&r);
	x.expires = rd_u64(&r);
	x.modified = rd_u64(&r);
	x.graph = units(&r);
	x.protocol = rd_u16(&r);
	x.payload = octets_of(&r);
	x.attributes = units(&r);
	/* What follows is of a later version (A43). */
	if (r.failed)
		return ERR_MALFORMED;
	*out = x;
	return OK;
}

size_t graph_record_size(const struct graph_record *r)
{
	return GRAPH_RECORD_FIXED + r->creator.n + r->modifier.n + r->security.n + r->graph.n +
	       r->payload.n + r->attributes.n;
}

static void put_units(struct wr *w, struct span s)
{
	wr_u32(w, (uint32_t)(s.n / 2));
	wr_bytes(w, s);
}

static void put_octets(struct wr *w, struct span s)
{
	wr_u32(w, (uint32_t)s.n);
	wr_bytes(w, s);
}

void graph_record_put(struct wr *w, const struct graph_record *r)
{
	wr_bytes(w, span_of(r->type.at, sizeof(r->type.at)));
	wr_bytes(w, span_of(r->id.at, sizeof(r->id.at)));
	wr_u32(w, r->version);
	wr_u32(w, r->flags);
	put_units(w, r->creator);
	put_units(w, r->modifier);
	put_octets(w, r->security);
	wr_u64(w, r->created);
	wr_u64(w, r->expires);
	wr_u64(w, r->modified);
	put_units(w, r->graph);
	wr_u16(w, r->protocol);
	put_octets(w, r->payload);
	put_units(w, r->attributes);
}

/* GRAPH-3.2 */
void graph_creator_fold(struct crypto *c, enum crypto_profile_id p, struct span creator,
			uint8_t out[8])
{
	uint8_t hash[CRYPTO_FINGERPRINT];
	crypto_fingerprint(c, p, &creator, 1, hash);
	for (size_t i = 0; i < 8; i++)
		out[i] = hash[i] ^ hash[i + 8];
}

void graph_record_id_make(const uint8_t fold[8], const struct graph_guid *random,
			  struct graph_guid *out)
{
	struct graph_guid id;
	memcpy(id.at, fold, 8);
	for (size_t i = 0; i < 8; i++)
		id.at[8 + i] = random->at[i] ^ random->at[8 + i];
	*out = id;
}
