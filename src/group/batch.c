/* Bursts: one signature over the root of a Merkle tree (GROUP-6.5, GROUP-6.8). */
#include "group/stream_int.h"

struct entry {
	uint8_t creator_serial[CRYPTO_SERIAL], modifier_serial[CRYPTO_SERIAL];
};

struct group_batch {
	const struct env *env;
	struct crypto *crypto;
	const struct group_profile *profile;
	struct entry *entries;
	uint8_t *nodes; /* GROUP_NODE octets each: leaves, then the levels above, each padded */
	size_t n, room;
	bool closed;
	uint8_t *security; /* of all of them, `each` octets */
	size_t each;
};

enum err group_batch_new(struct group_batch **out, const struct env *env, struct crypto *c,
			 const struct group_profile *p)
{
	if (!p->batch_depth)
		return ERR_UNSUPPORTED;
	struct group_batch *b = env_zalloc(env, 1, sizeof *b);
	if (!b)
		return ERR_NOMEM;
	b->env = env;
	b->crypto = c;
	b->profile = p;
	*out = b;
	return OK;
}

void group_batch_free(struct group_batch *b)
{
	if (!b)
		return;
	env_free(b->env, b->entries);
	env_free(b->env, b->nodes);
	env_free(b->env, b->security);
	env_free(b->env, b);
}

/* Room is a power of two: twice as many nodes hold the tree of as many leaves. */
static bool grow(struct group_batch *b)
{
	size_t room = b->room ? 2 * b->room : 16;
	if (b->n < b->room)
		return true;
	struct entry *entries = env_resize(b->env, b->entries, room * sizeof *entries);
	if (!entries)
		return false;
	b->entries = entries;
	uint8_t *nodes = env_resize(b->env, b->nodes, 2 * room * GROUP_NODE);
	if (!nodes)
		return false;
	b->nodes = nodes;
	b->room = room;
	return true;
}

enum err group_batch_add(struct group_batch *b, const struct graph_record *r,
			 struct span creator_serial, struct span modifier_serial)
{
	const struct group_signed by = { .creator_serial = creator_serial,
					 .modifier_serial = modifier_serial };
	if (b->closed)
		b->n = 0;
	b->closed = false;
	if (b->n >= GROUP_BATCH_MOST)
		return ERR_FULL;
	if (!grow(b))
		return ERR_NOMEM;
	memcpy(b->entries[b->n].creator_serial, creator_serial.p, CRYPTO_SERIAL);
	memcpy(b->entries[b->n].modifier_serial, modifier_serial.p, CRYPTO_SERIAL);
	group_stream_leaf(b->crypto, b->profile, r, &by, b->nodes + b->n * GROUP_NODE);
	b->n++;
	return OK;
}

/* The least depth of a tree with so many leaves; 1 for one, since 0 is no batch. */
static uint8_t depth_of(size_t n)
{
	uint8_t depth = 1;
	while ((size_t)1 << depth < n)
		depth++;
	return depth;
}

/* GROUP-6.8: the level above one of 2n nodes lies behind it. Where a leaf is missing there
 * are zeros, which no hash gives. Returns the root. */
static const uint8_t *build(struct group_batch *b, uint8_t depth)
{
	size_t width = (size_t)1 << depth;
	uint8_t *level = b->nodes;
	memset(level + b->n * GROUP_NODE, 0, (width - b->n) * GROUP_NODE);
	for (; width > 1; width /= 2) {
		uint8_t *above = level + width * GROUP_NODE;
		for (size_t i = 0; i < width / 2; i++)
			group_stream_node(b->crypto, b->profile, level + 2 * i * GROUP_NODE,
					  level + (2 * i + 1) * GROUP_NODE, above + i * GROUP_NODE);
		level = above;
	}
	return level;
}

static void put_path(const struct group_batch *b, struct wr *w, uint8_t depth, size_t i)
{
	const uint8_t *level = b->nodes;
	for (size_t width = (size_t)1 << depth; width > 1; width /= 2, i /= 2) {
		wr_bytes(w, span_of(level + (i ^ 1) * GROUP_NODE, GROUP_NODE));
		level += width * GROUP_NODE;
	}
}

static void put_security(struct group_batch *b, size_t i, uint8_t depth, struct span signature)
{
	struct wr w = wr_of(b->security + i * b->each, b->each);
	wr_bytes(&w, span_of(b->entries[i].creator_serial, CRYPTO_SERIAL));
	wr_bytes(&w, span_of(b->entries[i].modifier_serial, CRYPTO_SERIAL));
	wr_bytes(&w, signature);
	wr_u8(&w, depth);
	wr_u16(&w, (uint16_t)i);
	put_path(b, &w, depth, i);
}

enum err group_batch_close(struct group_batch *b, const struct crypto_key *k)
{
	uint8_t signature[CRYPTO_SIGNATURE_MAX], digest[GROUP_NODE];
	uint8_t depth = depth_of(b->n);
	if (!b->n || b->closed)
		return ERR_STATE;
	size_t each = b->profile->security_size + 3 + (size_t)depth * GROUP_NODE;
	uint8_t *security = env_resize(b->env, b->security, b->n * each);
	if (!security)
		return ERR_NOMEM;
	b->security = security;
	b->each = each;
	group_stream_root(b->crypto, b->profile, depth, build(b, depth), digest);
	enum err e =
		crypto_sign_digest(b->crypto, b->env, k, span_of(digest, sizeof digest), signature);
	if (e)
		return e;
	for (size_t i = 0; i < b->n; i++)
		put_security(b, i, depth, span_of(signature, b->profile->crypto->signature_size));
	b->closed = true;
	return OK;
}

struct span group_batch_security(const struct group_batch *b, size_t i)
{
	return span_of(b->security + i * b->each, b->each);
}
