/* group_signed.c - Security Data, behind a record or alone: they are read within their bounds,
 * and nobody's octets pass for a signature of the key. */
#include "group/stream.h"
#include "fuzz_env.h"

static struct fuzz_env fuzz = FUZZ_ENV(fuzz);

/* Made once: a key takes longer than all checks of an input. */
static struct made {
	const struct group_profile *p;
	struct crypto *c;
	struct crypto_key *key;
	struct crypto_public *k;
} worlds[CRYPTO_PROFILE_COUNT];

static void make(enum crypto_profile_id id)
{
	struct made *w = &worlds[id];
	w->p = group_profile(id);
	if (w->c || !w->p)
		return;
	hold(crypto_new(&w->c, &fuzz.env) == OK);
	hold(crypto_key_make(w->c, &fuzz.env, w->p->crypto, &w->key) == OK);
	hold(crypto_public_load(w->c, w->p->crypto, crypto_key_public(w->key), &w->k) == OK);
}

static void check(const struct made *w, const struct graph_record *r, struct span security)
{
	const struct group_profile *p = w->p;
	struct group_signed s;
	struct group_roots *roots;
	if (!p || group_signed_read(&s, p, security) != OK)
		return;
	hold(s.creator_serial.n == CRYPTO_SERIAL && s.modifier_serial.n == CRYPTO_SERIAL);
	hold(s.signature.n == p->crypto->signature_size);
	hold(!s.batch || (s.depth && s.depth <= p->batch_depth && s.path.n == s.depth * 32u));
	hold(group_roots_new(&roots, &fuzz.env, 2) == OK);
	for (int version11 = 0; version11 < 2; version11++)
		hold(group_check(w->c, p, version11, roots, w->k, r, &s) == ERR_DENIED);
	hold(group_roots_count(roots) == 0);
	group_roots_free(roots);
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
	for (enum crypto_profile_id id = 0; id < CRYPTO_PROFILE_COUNT; id++) {
		make(id);
		size_t before = fuzz.live;
		check(&worlds[id], &r, security);
		hold(fuzz.live == before);
	}
	return 0;
}
