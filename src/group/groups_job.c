/* Keys under a passphrase: long work, done by a job that sees only its input (D18). */
#include "group/groups_int.h"
#include "group/groups_job.h"

#include "wire/rd.h"

void groups_job_write(struct wr *w, const struct groups_pfx *x)
{
	const struct span *const all[] = { &x->key, &x->certificate, &x->friendly, &x->passphrase,
					   &x->pfx };
	wr_u8(w, (uint8_t)x->profile);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		wr_u32(w, (uint32_t)all[i]->n);
		wr_bytes(w, *all[i]);
	}
}

size_t groups_job_size(const struct groups_pfx *x)
{
	return 1 + 5 * 4 + x->key.n + x->certificate.n + x->friendly.n + x->passphrase.n + x->pfx.n;
}

enum err groups_job_read(struct groups_pfx *x, struct span input)
{
	struct span *const all[] = { &x->key, &x->certificate, &x->friendly, &x->passphrase,
				     &x->pfx };
	struct rd r = rd_of(input);
	uint8_t profile = rd_u8(&r);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		uint32_t n = rd_u32(&r);
		*all[i] = rd_bytes(&r, n);
	}
	if (!rd_done(&r) || profile >= CRYPTO_PROFILE_COUNT)
		return ERR_MALFORMED;
	x->profile = (enum crypto_profile_id)profile;
	return OK;
}

static enum err make(struct crypto *c, const struct crypto_profile *p, const struct groups_pfx *x,
		     const struct env *env, struct wr *w)
{
	struct crypto_key *key;
	enum err e = crypto_key_load(c, p, x->key, &key);
	if (e)
		return e;
	e = crypto_pfx_make(c, env, key, x->certificate, x->friendly, x->passphrase, w->p, w->size,
			    &w->n);
	crypto_key_free(key);
	return e;
}

/* The answer has the form of a question: key and certificate. */
static enum err open_one(struct crypto *c, const struct crypto_profile *p,
			 const struct groups_pfx *x, struct wr *w)
{
	uint8_t cert[CRYPTO_CERT_MAX], plain[CRYPTO_PKCS8_MAX];
	size_t n_cert, n_plain;
	struct crypto_key *key;
	enum err e =
		crypto_pfx_open(c, p, x->pfx, x->passphrase, &key, cert, sizeof(cert), &n_cert);
	if (e)
		return e;
	e = crypto_key_save(c, key, plain, sizeof(plain), &n_plain);
	crypto_key_free(key);
	if (!e) {
		const struct groups_pfx found = {
			.profile = x->profile,
			.key = span_of(plain, n_plain),
			.certificate = span_of(cert, n_cert),
		};
		groups_job_write(w, &found);
	}
	crypto_wipe(plain, sizeof(plain));
	return e ? e : w->failed ? ERR_RANGE : OK;
}

enum err groups_job_run(enum groups_job job, struct span input, const struct env *env,
			uint8_t *result, size_t size, size_t *n)
{
	struct groups_pfx x;
	struct crypto *c;
	struct wr w = wr_of(result, size);
	if (job == GROUPS_JOB_PRS)
		return groups_prs_run(input, result, size, n);
	enum err e = groups_job_read(&x, input);
	if (e)
		return e;
	const struct crypto_profile *p = crypto_profile(x.profile);
	if (!p)
		return ERR_UNSUPPORTED;
	e = crypto_new(&c, env);
	if (e)
		return e;
	e = job == GROUPS_JOB_PFX_MAKE ? make(c, p, &x, env, &w) : open_one(c, p, &x, &w);
	crypto_free(c);
	if (!e)
		*n = w.n;
	return e;
}
