/* Records under the key of an epoch (GROUP-12.8). */
#include "group/sealed.h"

#include "crypto/cert.h"
#include "wire/rd.h"

#define SEALED	  1 /* first octet of what is */
#define NAME_MOST (2 * GRAPH_ID_UNITS)
#define BOUND	  (sizeof(struct graph_guid) * 2 + 4 + NAME_MOST)

/* The key of who writes: two members never use one nonce under one key. */
static enum err derive(const struct group_seal *s, uint8_t key[CRYPTO_GCM_KEY])
{
	static const char word[] = "homestead record 1";
	uint8_t info[sizeof(word) - 1 + CRYPTO_SERIAL];
	struct wr w = wr_of(info, sizeof(info));
	wr_bytes(&w, span_str(word));
	wr_bytes(&w, s->serial);
	const struct crypto_hkdf h = {
		.hash = CRYPTO_HKDF_SHA256,
		.secret = span_of(s->key, GROUP_EPOCH_KEY),
		.info = wr_span(&w),
	};
	return w.failed ? ERR_RANGE : crypto_hkdf(s->crypto, &h, key, CRYPTO_GCM_KEY);
}

/* What it is bound to: no record can be shown as another, or as another version. */
static enum err bind(const struct graph_record *r, uint8_t room[BOUND], struct span *bound)
{
	struct wr w = wr_of(room, BOUND);
	wr_bytes(&w, span_of(r->type.at, sizeof(r->type.at)));
	wr_bytes(&w, span_of(r->id.at, sizeof(r->id.at)));
	wr_u32(&w, r->version);
	wr_bytes(&w, r->creator);
	*bound = wr_span(&w);
	return w.failed ? ERR_RANGE : OK;
}

enum err group_record_seal(const struct group_seal *s, const struct graph_record *r, uint8_t *out)
{
	uint8_t room[BOUND];
	size_t n = 4 + r->attributes.n + r->payload.n;
	struct crypto_gcm g;
	struct wr w = wr_of(out, GROUP_SEALED_HEAD + n);
	uint8_t nonce[CRYPTO_GCM_NONCE];
	enum err e = bind(r, room, &g.bound);
	if (!e)
		e = derive(s, g.key);
	if (e)
		return e;
	s->env->random(s->env->ctx, nonce, sizeof(nonce));
	g.nonce = span_of(nonce, sizeof(nonce));
	wr_u8(&w, SEALED);
	wr_bytes(&w, span_of(s->epoch, GROUP_EPOCH_ID));
	wr_bytes(&w, g.nonce);
	wr_le32(&w, (uint32_t)r->attributes.n);
	wr_bytes(&w, r->attributes);
	wr_bytes(&w, r->payload);
	uint8_t *at = out + GROUP_SEALED_HEAD;
	e = crypto_gcm_seal(s->crypto, &g, span_of(at, n), at);
	crypto_wipe(g.key, sizeof(g.key));
	return e;
}

bool group_record_epoch(const struct graph_record *r, struct span *epoch)
{
	if (r->attributes.n || r->payload.n < GROUP_SEALED_OVER || r->payload.p[0] != SEALED)
		return false;
	*epoch = span_of(r->payload.p + 1, GROUP_EPOCH_ID);
	return true;
}

static enum err part(struct span opened, struct graph_plain *plain)
{
	struct rd rd = rd_of(opened);
	uint32_t n = rd_le32(&rd);
	struct span attributes = rd_bytes(&rd, n);
	if (rd.failed)
		return ERR_DENIED;
	plain->attributes = attributes;
	plain->payload = rd_rest(&rd);
	return OK;
}

enum err group_record_open(const struct group_seal *s, const struct graph_record *r, uint8_t *room,
			   struct graph_plain *plain)
{
	uint8_t bound[BOUND];
	struct crypto_gcm g;
	struct rd rd = rd_of(r->payload);
	rd_skip(&rd, 1 + GROUP_EPOCH_ID);
	g.nonce = rd_bytes(&rd, CRYPTO_GCM_NONCE);
	struct span sealed = rd_rest(&rd);
	if (rd.failed || sealed.n < CRYPTO_GCM_TAG)
		return ERR_DENIED;
	enum err e = bind(r, bound, &g.bound);
	if (!e)
		e = derive(s, g.key);
	if (!e)
		e = crypto_gcm_open(s->crypto, &g, sealed, room);
	crypto_wipe(g.key, sizeof(g.key));
	return e ? e : part(span_of(room, sealed.n - CRYPTO_GCM_TAG), plain);
}
