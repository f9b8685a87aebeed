/* crypto_tls_end.h - the two ends that the fuzzer of TLS has one of, made the same in every
 * run: the other's octets, once recorded, fit again. */
#ifndef FUZZ_CRYPTO_TLS_END_H
#define FUZZ_CRYPTO_TLS_END_H

#include "crypto/cert.h"
#include "crypto/tls.h"
#include "fuzz_env.h"

struct tls_world {
	struct fuzz_env fuzz;
	struct crypto *x;
	struct {
		struct crypto_key *key;
		uint8_t cert[CRYPTO_CERT_MAX];
		size_t n;
	} of[CRYPTO_PROFILE_COUNT];
};

static inline enum err tls_world_judge(void *ctx, struct span cert)
{
	hold(cert.n > 0);
	return OK;
}

static inline struct crypto_tls *tls_world_end(struct tls_world *w, enum crypto_profile_id id,
					       bool initiator)
{
	struct crypto_tls_birth b = {
		.profile = crypto_profile(id),
		.initiator = initiator,
		.key = w->of[id].key,
		.cert = span_of(w->of[id].cert, w->of[id].n),
		.alpn = id == CRYPTO_MODERN ? "p2pgroup/2" : NULL,
		.judge = tls_world_judge,
	};
	struct crypto_tls *t;
	w->fuzz.state = initiator;
	hold(crypto_tls_new(w->x, &w->fuzz.env, &b, &t) == OK);
	return t;
}

static inline void tls_world_init(struct tls_world *w)
{
	w->fuzz = (struct fuzz_env)FUZZ_ENV(w->fuzz);
	hold(crypto_new(&w->x, &w->fuzz.env) == OK);
	for (enum crypto_profile_id id = 0; id < CRYPTO_PROFILE_COUNT; id++) {
		if (!crypto_profile(id))
			continue;
		hold(crypto_key_make(w->x, &w->fuzz.env, crypto_profile(id), &w->of[id].key) == OK);
		struct crypto_cert what = {
			.type = CRYPTO_CERT_IDENTITY,
			.public = crypto_key_public(w->of[id].key),
			.subject = span_str("Somebody"),
			.issuer = span_str("Somebody"),
			.subject_name = span_str("name.somebody"),
			.not_before = INT64_C(1600000000000000),
			.not_after = INT64_C(1900000000000000),
		};
		hold(crypto_cert_issue(w->x, &w->fuzz.env, w->of[id].key, &what, w->of[id].cert,
				       sizeof w->of[id].cert, &w->of[id].n) == OK);
		/* What the context makes with the first connection is not of the second. */
		crypto_tls_free(tls_world_end(w, id, false));
	}
}

#endif
