/* group_signed.c - Security Data, behind a record or alone: they are read within their bounds,
 * and nobody's octets pass for a signature of the key. */
#include "group/stream.h"
#include "fuzz_env.h"

static struct fuzz_env fuzz = FUZZ_ENV(fuzz);

static void check(enum crypto_profile_id id, const struct graph_record *r, struct span security)
{
	const struct group_profile *p = group_profile(id);
	struct group_signed s;
	struct crypto *c;
	struct crypto_key *key;
	struct crypto_public *k;
	struct group_roots *roots;
	if (!p || group_signed_read(&s, p, security) != OK)
		return;
	hold(s.creator_serial.n == CRYPTO_SERIAL && s.modifier_serial.n == CRYPTO_SERIAL);
	hold(s.signature.n == p->crypto->signature_size);
	hold(!s.batch || (s.depth && s.depth <= p->batch_depth && s.path.n == s.depth * 32u));
	hold(crypto_new(&c, &fuzz.env) == OK);
	hold(crypto_key_make(c, &fuzz.env, p->crypto, &key) == OK);
	hold(crypto_public_load(c, p->crypto, crypto_key_public(key), &k) == OK);
	hold(group_roots_new(&roots, &fuzz.env, 2) == OK);
	for (int version11 = 0; version11 < 2; version11++)
		hold(group_check(c, p, version11, roots, k, r, &s) == ERR_DENIED);
	hold(group_roots_count(roots) == 0);
	group_roots_free(roots);
	crypto_public_free(k);
	crypto_key_free(key);
	crypto_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	struct graph_record r = { .version = 1 };
	struct span security = in;
	if (graph_record_decode(in, &r) == OK)
		security = r.security;
	else
		r.payload = in;
	for (enum crypto_profile_id id = 0; id < CRYPTO_PROFILE_COUNT; id++)
		check(id, &r, security);
	hold(fuzz.live == 0);
	return 0;
}
