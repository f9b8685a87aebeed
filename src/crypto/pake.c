/* CPace (CRYPTO-9): libsodium's group and hash, the draft's framing. */
#include "crypto/pake.h"
#include "crypto/libsodium.h"

#include <assert.h>

_Static_assert(CRYPTO_PAKE_POINT == crypto_core_ristretto255_BYTES &&
		       CRYPTO_PAKE_SCALAR == crypto_core_ristretto255_SCALARBYTES &&
		       CRYPTO_PAKE_TAG == crypto_auth_hmacsha512_BYTES &&
		       CRYPTO_PAKE_ISK == crypto_hash_sha512_BYTES &&
		       CRYPTO_SHA512 == crypto_hash_sha512_BYTES,
	       "sizes of the group and of the hash");

#define DSI	  "CPaceRistretto255"
#define DSI_ISK	  "CPaceRistretto255_ISK"
#define MAC_LABEL "CPaceMac"
#define BLOCK	  128 /* of SHA-512 */
#define CI_MAX	  4096
#define AD_MAX	  255
#define SIDE_MAX  (2 + CRYPTO_PAKE_POINT + 2 + AD_MAX)

static void put_length(struct wr *w, size_t n)
{
	for (; n >= 0x80; n >>= 7)
		wr_u8(w, (uint8_t)(n & 0x7f) | 0x80);
	wr_u8(w, (uint8_t)n);
}

void crypto_lv_cat(struct wr *w, const struct span *parts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		put_length(w, parts[i].n);
		wr_bytes(w, parts[i]);
	}
}

static void hash(const struct span *parts, size_t n, uint8_t out[CRYPTO_SHA512])
{
	crypto_hash_sha512_state s;
	(void)crypto_hash_sha512_init(&s);
	for (size_t i = 0; i < n; i++)
		(void)crypto_hash_sha512_update(&s, parts[i].p, parts[i].n);
	(void)crypto_hash_sha512_final(&s, out);
	crypto_wipe(&s, sizeof s);
}

enum err crypto_sha512(const struct span *parts, size_t n, uint8_t out[CRYPTO_SHA512])
{
	if (!crypto_sodium_ready())
		return ERR_UNSUPPORTED;
	hash(parts, n, out);
	return OK;
}

/* CRYPTO-9.2: zeros fill the block in which the secret lies, so that no time of the hash
 * tells how long it is. */
static void generator(const struct crypto_pake_input *in, uint8_t g[CRYPTO_PAKE_POINT])
{
	static const uint8_t zeros[BLOCK];
	uint8_t head[2 * BLOCK + CRYPTO_PAKE_SECRET_MAX], tail[8 + CRYPTO_PAKE_SID_MAX];
	struct wr w = wr_of(head, sizeof head);
	const struct span secret[] = { span_str(DSI), in->prs };
	crypto_lv_cat(&w, secret, 2);
	size_t pad = w.n < BLOCK - 1 ? BLOCK - 1 - w.n : 0;
	const struct span filler = span_of(zeros, pad);
	crypto_lv_cat(&w, &filler, 1);
	put_length(&w, in->ci.n);
	struct wr t = wr_of(tail, sizeof tail);
	crypto_lv_cat(&t, &in->sid, 1);
	assert(!w.failed && !t.failed);
	const struct span parts[] = { span_of(head, w.n), in->ci, span_of(tail, t.n) };
	uint8_t digest[CRYPTO_SHA512];
	hash(parts, 3, digest);
	(void)crypto_core_ristretto255_from_hash(g, digest);
	crypto_wipe(digest, sizeof digest);
	crypto_wipe(head, sizeof head);
}

/* CRYPTO-9.5 */
static void draw(const struct env *env, uint8_t scalar[CRYPTO_PAKE_SCALAR])
{
	uint8_t wide[crypto_core_ristretto255_NONREDUCEDSCALARBYTES];
	env_secret(env, wide, sizeof wide);
	crypto_core_ristretto255_scalar_reduce(scalar, wide);
	crypto_wipe(wide, sizeof wide);
}

enum err crypto_pake_begin(struct crypto_pake *p, const struct env *env,
			   const struct crypto_pake_input *in)
{
	if (in->prs.n == 0 || in->prs.n > CRYPTO_PAKE_SECRET_MAX || in->ci.n > CI_MAX ||
	    in->sid.n > CRYPTO_PAKE_SID_MAX)
		return ERR_RANGE;
	if (!crypto_sodium_ready())
		return ERR_UNSUPPORTED;
	struct crypto_pake made = { .sid_n = in->sid.n };
	struct wr w = wr_of(made.sid, sizeof made.sid);
	wr_bytes(&w, in->sid);
	uint8_t g[CRYPTO_PAKE_POINT];
	generator(in, g);
	draw(env, made.scalar);
	enum err e =
		crypto_scalarmult_ristretto255(made.y, made.scalar, g) == 0 ? OK : ERR_UNSUPPORTED;
	if (!e)
		*p = made;
	crypto_wipe(g, sizeof g);
	crypto_wipe(&made, sizeof made);
	return e;
}

static size_t put_side(const struct crypto_pake_side *s, uint8_t out[SIDE_MAX])
{
	const struct span parts[] = { s->y, s->ad };
	struct wr w = wr_of(out, SIDE_MAX);
	crypto_lv_cat(&w, parts, 2);
	assert(!w.failed);
	return w.n;
}

static void derive(struct crypto_pake *p, const uint8_t k[CRYPTO_PAKE_POINT],
		   const struct crypto_pake_side *a, const struct crypto_pake_side *b)
{
	uint8_t head[sizeof DSI_ISK + CRYPTO_PAKE_SID_MAX + CRYPTO_PAKE_POINT + 8];
	uint8_t first[SIDE_MAX], second[SIDE_MAX];
	const struct span own[] = { span_str(DSI_ISK), span_of(p->sid, p->sid_n),
				    span_of(k, CRYPTO_PAKE_POINT) };
	struct wr w = wr_of(head, sizeof head);
	crypto_lv_cat(&w, own, 3);
	assert(!w.failed);
	const struct span parts[] = { span_of(head, w.n), span_of(first, put_side(a, first)),
				      span_of(second, put_side(b, second)) };
	hash(parts, 3, p->isk);
	p->finished = true;
	crypto_wipe(head, sizeof head);
}

/* CRYPTO-9.3 */
enum err crypto_pake_finish(struct crypto_pake *p, const struct crypto_pake_side *a,
			    const struct crypto_pake_side *b)
{
	const struct span ours = span_of(p->y, sizeof p->y);
	bool first = span_eq(a->y, ours), second = span_eq(b->y, ours);
	if (first == second)
		return ERR_DENIED;
	const struct span theirs = first ? b->y : a->y;
	uint8_t k[CRYPTO_PAKE_POINT];
	if (theirs.n != sizeof k || crypto_scalarmult_ristretto255(k, p->scalar, theirs.p) != 0)
		return ERR_DENIED;
	derive(p, k, a, b);
	crypto_wipe(k, sizeof k);
	crypto_wipe(p->scalar, sizeof p->scalar);
	return OK;
}

/* CRYPTO-9.4 */
void crypto_pake_tag(const struct crypto_pake *p, const struct crypto_pake_side *of,
		     uint8_t tag[CRYPTO_PAKE_TAG])
{
	assert(p->finished);
	uint8_t key[CRYPTO_SHA512], text[SIDE_MAX];
	const struct span parts[] = { span_str(MAC_LABEL), span_of(p->sid, p->sid_n),
				      span_of(p->isk, sizeof p->isk) };
	hash(parts, 3, key);
	crypto_auth_hmacsha512_state s;
	(void)crypto_auth_hmacsha512_init(&s, key, sizeof key);
	(void)crypto_auth_hmacsha512_update(&s, text, put_side(of, text));
	(void)crypto_auth_hmacsha512_final(&s, tag);
	crypto_wipe(key, sizeof key);
	crypto_wipe(&s, sizeof s);
}

struct span crypto_pake_key(const struct crypto_pake *p)
{
	assert(p->finished);
	return span_of(p->isk, sizeof p->isk);
}

void crypto_pake_wipe(struct crypto_pake *p)
{
	crypto_wipe(p, sizeof *p);
}
