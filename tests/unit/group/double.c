/* What of a group is not needed to keep identities: a provider, and a passphrase's file. */
#include "graph/graphs.h"
#include "group/group_int.h"
enum err group_judge_begin(struct group *g)
{
	return OK;
}
void group_judge_end(struct group *g)
{
}
void group_judge_forget(struct group *g)
{
}
void group_waiting_for(struct group *g, struct span who)
{
}
void group_waiting_due(struct group *g)
{
}
struct mono group_waiting_deadline(const struct group *g)
{
	return MONO_NEVER;
}
size_t group_waiting_count(const struct group *g)
{
	return 0;
}
struct graph_provider group_provider(struct group *g)
{
	return graph_provider_open;
}
void graphs_recheck(struct graphs *s, struct span id, struct mono now)
{
}
#include "crypto/pfx.h"
#include "wire/rd.h"
#include "wire/wr.h"
enum err crypto_pfx_make(struct crypto *c, const struct env *env, const struct crypto_key *k,
			 struct span cert, struct span friendly, struct span passphrase,
			 uint8_t *out, size_t size, size_t *n)
{
	struct wr w = wr_of(out, size);
	uint8_t plain[CRYPTO_PKCS8_MAX];
	size_t m;
	enum err e = crypto_key_save(c, k, plain, sizeof plain, &m);
	if (e)
		return e;
	wr_u16(&w, (uint16_t)passphrase.n);
	wr_bytes(&w, passphrase);
	wr_u16(&w, (uint16_t)m);
	wr_bytes(&w, span_of(plain, m));
	wr_bytes(&w, cert);
	*n = w.n;
	return w.failed ? ERR_RANGE : OK;
}
enum err crypto_pfx_open(struct crypto *c, const struct crypto_profile *p, struct span pfx,
			 struct span passphrase, struct crypto_key **k, uint8_t *cert, size_t size,
			 size_t *n)
{
	struct rd r = rd_of(pfx);
	uint16_t a = rd_u16(&r);
	if (!span_eq(rd_bytes(&r, a), passphrase))
		return ERR_DENIED;
	uint16_t b = rd_u16(&r);
	struct span key = rd_bytes(&r, b);
	struct span rest = rd_rest(&r);
	memcpy(cert, rest.p, rest.n);
	*n = rest.n;
	return crypto_key_load(c, p, key, k);
}
