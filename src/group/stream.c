/* The stream of a record, its digest, and Security Data of one signature or of one in a batch
 * (GROUP-6.1 to GROUP-6.6). Nothing is copied and no memory taken: the hash is given the parts
 * where they lie. */
#include "group/stream_int.h"

#include "wire/rd.h"

#define MAJOR_LENGTHS 0x0100 /* from this stream version on every part has its length */

/* ---- Security Data ---- */

/* GROUP-6.1 */
static enum err read_batch(struct rd *r, const struct group_profile *p, struct group_signed *s)
{
	s->batch = true;
	s->depth = rd_u8(r);
	s->index = rd_u16(r);
	s->path = rd_bytes(r, (size_t)s->depth * GROUP_NODE);
	if (r->failed || s->depth == 0 || s->depth > p->batch_depth || s->index >> s->depth)
		return ERR_MALFORMED;
	return OK;
}

enum err group_signed_read(struct group_signed *out, const struct group_profile *p,
			   struct span security)
{
	struct rd r = rd_of(security);
	struct group_signed s = { .batch = false };
	enum err e = OK;
	s.creator_serial = rd_bytes(&r, CRYPTO_SERIAL);
	s.modifier_serial = rd_bytes(&r, CRYPTO_SERIAL);
	s.signature = rd_bytes(&r, p->crypto->signature_size);
	if (security.n > p->security_size)
		e = read_batch(&r, p, &s);
	if (e || !rd_done(&r))
		return ERR_MALFORMED;
	*out = s;
	return OK;
}

/* ---- the stream ---- */

#define HEAD	  (1 + 4 + 16 + 16 + 4 + 4 + 3 * 8)
#define PARTS	  14
#define LENGTHS	  6
#define MARK_LEAF 0x00
#define MARK_NODE 0x01

/* A stream in the making: its parts, and room for what the record itself has not. */
struct stream {
	struct span parts[PARTS];
	size_t n;
	uint8_t head[HEAD];
	uint8_t lengths[LENGTHS][4];
	size_t n_lengths;
};

static void add(struct stream *s, struct span part)
{
	if (part.n)
		s->parts[s->n++] = part;
}

static void add_length(struct stream *s, size_t n)
{
	struct wr w = wr_of(s->lengths[s->n_lengths], 4);
	wr_u32(&w, (uint32_t)n);
	s->n_lengths++;
	add(s, wr_span(&w));
}

/* GROUP-6.3: how a deleted record's flags can be meant (P9); the first is what we sign. */
static uint32_t classic_flags(const struct graph_record *r, unsigned int reading)
{
	static const uint32_t readings[GROUP_READINGS] = { 0x01000000, 0x00000001, 0x00000002 };
	return graph_record_deleted(r) ? readings[reading] : 0;
}

static void add_head(struct stream *s, uint32_t version, const struct graph_record *r,
		     uint32_t flags)
{
	struct wr w = wr_of(s->head, sizeof s->head);
	wr_u32(&w, version);
	wr_bytes(&w, span_of(r->type.at, sizeof r->type.at));
	wr_bytes(&w, span_of(r->id.at, sizeof r->id.at));
	wr_u32(&w, r->version);
	wr_u32(&w, flags);
	wr_u64(&w, r->created);
	wr_u64(&w, r->expires);
	wr_u64(&w, r->modified);
	add(s, wr_span(&w));
}

/* GROUP-6.2: nothing can be taken for something else, since each part has its length. */
static void add_with_lengths(struct stream *s, uint32_t version, const struct graph_record *r)
{
	const struct span parts[] = { r->graph, r->creator, r->modifier, r->attributes,
				      r->payload };
	add_head(s, version, r, r->flags);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		add_length(s, parts[i].n);
		add(s, parts[i]);
	}
}

/* GROUP-6.3: what is absent leaves no trace (P12). */
static void add_bare(struct stream *s, uint32_t version, const struct graph_record *r,
		     unsigned int reading)
{
	add_head(s, version, r, classic_flags(r, reading));
	add(s, r->creator);
	add(s, r->modifier);
	add(s, r->attributes);
	if (r->payload.n) {
		add_length(s, r->payload.n);
		add(s, r->payload);
	}
}

static void add_record(struct stream *s, const struct group_profile *p,
		       const struct graph_record *r, unsigned int reading)
{
	if (p->stream_version >= MAJOR_LENGTHS)
		add_with_lengths(s, p->stream_version, r);
	else
		add_bare(s, p->stream_version, r, reading);
}

void group_stream_digest(struct crypto *c, const struct group_profile *p, bool version11,
			 const struct graph_record *r, struct span creator_serial,
			 struct span modifier_serial, unsigned int reading,
			 uint8_t out[CRYPTO_HASH_MAX], size_t *n)
{
	struct stream s;
	s.n = s.n_lengths = 0;
	add_record(&s, p, r, reading);
	add(&s, creator_serial);
	add(&s, modifier_serial);
	*n = p->crypto->hash_size;
	if (p->readings && !version11) {
		*n = CRYPTO_FINGERPRINT;
		crypto_fingerprint(c, p->crypto->id, s.parts, s.n, out);
		return;
	}
	crypto_hash(c, p->crypto, s.parts, s.n, out, *n);
}

/* GROUP-6.5: a leaf is never a node, since they begin differently. */
void group_stream_leaf(struct crypto *c, const struct group_profile *p,
		       const struct graph_record *r, const struct group_signed *signed_by,
		       uint8_t out[GROUP_NODE])
{
	static const uint8_t mark[] = { MARK_LEAF };
	struct stream s;
	s.n = s.n_lengths = 0;
	add(&s, span_of(mark, sizeof mark));
	add_record(&s, p, r, 0);
	add(&s, signed_by->creator_serial);
	add(&s, signed_by->modifier_serial);
	crypto_hash(c, p->crypto, s.parts, s.n, out, GROUP_NODE);
}

void group_stream_node(struct crypto *c, const struct group_profile *p, const uint8_t *left,
		       const uint8_t *right, uint8_t out[GROUP_NODE])
{
	uint8_t both[1 + 2 * GROUP_NODE] = { MARK_NODE };
	memcpy(both + 1, left, GROUP_NODE);
	memcpy(both + 1 + GROUP_NODE, right, GROUP_NODE);
	const struct span part = span_of(both, sizeof both);
	crypto_hash(c, p->crypto, &part, 1, out, GROUP_NODE);
}

/* GROUP-6.5: the depth is signed, too, so that a path cannot end below a node. */
void group_stream_root(struct crypto *c, const struct group_profile *p, uint8_t depth,
		       const uint8_t root[GROUP_NODE], uint8_t out[GROUP_NODE])
{
	const struct span parts[] = { span_str("homestead batch 2"), span_of(&depth, 1),
				      span_of(root, GROUP_NODE) };
	crypto_hash(c, p->crypto, parts, 3, out, GROUP_NODE);
}

void group_seal_digest(struct crypto *c, const struct group_profile *p, struct span serial,
		       struct span seal_key, uint8_t out[CRYPTO_HASH_MAX])
{
	const struct span parts[] = { span_str("homestead seal key 1"), serial, seal_key };
	crypto_hash(c, p->crypto, parts, 3, out, p->crypto->hash_size);
}

void group_record_digest(struct crypto *c, const struct group_profile *p,
			 const struct graph_record *r, struct span creator_serial,
			 struct span modifier_serial, struct group_kept_record *out)
{
	uint8_t digest[CRYPTO_HASH_MAX];
	size_t n;
	group_stream_digest(c, p, true, r, creator_serial, modifier_serial, 0, digest, &n);
	out->id = r->id;
	out->version = r->version;
	memcpy(out->digest, digest, sizeof out->digest);
}

/* ---- one signature ---- */

enum err group_sign(struct crypto *c, const struct env *env, const struct group_profile *p,
		    bool version11, const struct crypto_key *k, const struct graph_record *r,
		    struct span creator_serial, struct span modifier_serial, uint8_t *out,
		    size_t *n)
{
	uint8_t digest[CRYPTO_HASH_MAX];
	size_t size;
	struct wr w = wr_of(out, GROUP_SECURITY_MAX);
	group_stream_digest(c, p, version11, r, creator_serial, modifier_serial, 0, digest, &size);
	wr_bytes(&w, creator_serial);
	wr_bytes(&w, modifier_serial);
	uint8_t *at = wr_room(&w, p->crypto->signature_size);
	enum err e = crypto_sign_digest(c, env, k, span_of(digest, size), at);
	if (!e)
		*n = w.n;
	return e;
}

static enum err check_reading(struct crypto *c, const struct group_profile *p, bool version11,
			      const struct crypto_public *k, const struct graph_record *r,
			      const struct group_signed *s, unsigned int reading)
{
	uint8_t digest[CRYPTO_HASH_MAX];
	size_t n;
	group_stream_digest(c, p, version11, r, s->creator_serial, s->modifier_serial, reading,
			    digest, &n);
	return crypto_public_verify(c, k, span_of(digest, n), s->signature);
}

/* GROUP-6.4: as the group's version has it first, since that is what it mostly is. */
static enum err check_one(struct crypto *c, const struct group_profile *p, bool version11,
			  const struct crypto_public *k, const struct graph_record *r,
			  const struct group_signed *s)
{
	unsigned int readings = p->readings && graph_record_deleted(r) ? GROUP_READINGS : 1;
	unsigned int hashes = p->readings ? 2 : 1;
	enum err e = ERR_DENIED;
	for (unsigned int hash = 0; e && hash < hashes; hash++)
		for (unsigned int reading = 0; e && reading < readings; reading++)
			e = check_reading(c, p, version11 != (hash == 1), k, r, s, reading);
	return e;
}

void group_stream_above(struct crypto *c, const struct group_profile *p,
			const struct group_signed *s, size_t i, uint8_t node[][GROUP_NODE])
{
	const uint8_t *beside = s->path.p + i * GROUP_NODE;
	bool right = s->index >> i & 1;
	group_stream_node(c, p, right ? beside : node[i], right ? node[i] : beside, node[i + 1]);
}

/* From the leaf in `way` up to what is signed. */
static void climb(struct crypto *c, const struct group_profile *p, const struct group_signed *s,
		  struct group_way *way, uint8_t digest[GROUP_NODE])
{
	uint8_t node[GROUP_BATCH_DEPTH + 1][GROUP_NODE];
	memcpy(node[0], way->node[0], GROUP_NODE);
	for (size_t i = 0; i < s->depth; i++)
		group_stream_above(c, p, s, i, node);
	way->depth = s->depth;
	way->index = s->index;
	memcpy(way->node, node, (size_t)s->depth * GROUP_NODE);
	memcpy(way->beside, s->path.p, s->path.n);
	group_stream_root(c, p, s->depth, node[s->depth], digest);
}

/* GROUP-6.6: all that a record of a burst costs are hashes, but for the first of them. */
static enum err check_batch(struct crypto *c, const struct group_profile *p,
			    struct group_roots *roots, const struct crypto_public *k,
			    const struct graph_record *r, const struct group_signed *s)
{
	uint8_t digest[GROUP_NODE];
	struct group_way way;
	group_stream_leaf(c, p, r, s, way.node[0]);
	if (roots && group_roots_meet(roots, c, p, k, s, way.node[0]))
		return OK;
	climb(c, p, s, &way, digest);
	if (roots && group_roots_have(roots, k, digest, s->signature))
		return OK;
	enum err e = crypto_public_verify(c, k, span_of(digest, sizeof digest), s->signature);
	if (!e && roots)
		group_roots_note(roots, k, digest, s->signature, &way);
	return e;
}

enum err group_check(struct crypto *c, const struct group_profile *p, bool version11,
		     struct group_roots *roots, const struct crypto_public *k,
		     const struct graph_record *r, const struct group_signed *s)
{
	return s->batch ? check_batch(c, p, roots, k, r, s) : check_one(c, p, version11, k, r, s);
}
