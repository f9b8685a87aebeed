#include "pair.h"

static enum err judge(void *ctx, struct span cert)
{
	struct pair_end *e = ctx;
	assert_true(cert.n > 0);
	e->judged++;
	return e->says;
}

static void identify(struct pair *t, struct pair_end *e, const struct crypto_profile *p,
		     uint64_t seed)
{
	e->key = rig_key(&t->rig, p, seed);
	struct crypto_cert what = {
		.type = CRYPTO_CERT_IDENTITY,
		.public = crypto_key_public(e->key),
		.subject = span_str("Somebody"),
		.issuer = span_str("Somebody"),
		.subject_name = span_str("name.somebody"),
		.not_before = INT64_C(1600000000000000),
		.not_after = INT64_C(1900000000000000),
	};
	assert_int_equal(crypto_cert_issue(t->rig.c, &e->mem.env, e->key, &what, e->cert,
					   sizeof e->cert, &e->cert_n),
			 OK);
}

void pair_init(struct pair *t, const struct crypto_profile *p, uint64_t seed)
{
	memset(t, 0, sizeof *t);
	rig_init(&t->rig);
	for (int i = 0; i < 2; i++) {
		struct pair_end *e = &t->end[i];
		failing_env_init(&e->mem, seed + (uint64_t)i);
		identify(t, e, p, seed + 10 + (uint64_t)i);
		e->birth = (struct crypto_tls_birth){
			.profile = p,
			.initiator = i == 0,
			.key = e->key,
			.cert = span_of(e->cert, e->cert_n),
			.alpn = p->id == CRYPTO_MODERN ? PAIR_ALPN : NULL,
			.judge = judge,
			.ctx = e,
		};
	}
}

void pair_fini(struct pair *t)
{
	pair_close(t);
	for (int i = 0; i < 2; i++) {
		crypto_key_free(t->end[i].key);
		failing_env_assert_clean(&t->end[i].mem);
	}
	assert_int_equal(ERR_peek_error(), 0);
	rig_fini(&t->rig);
}

struct span pair_cert(const struct pair *t, int i)
{
	return span_of(t->end[i].cert, t->end[i].cert_n);
}

void pair_open(struct pair *t)
{
	for (int i = 0; i < 2; i++) {
		struct pair_end *e = &t->end[i];
		e->done = false;
		e->judged = 0;
		assert_int_equal(crypto_tls_new(t->rig.c, &e->mem.env, &e->birth, &e->tls), OK);
	}
}

void pair_close(struct pair *t)
{
	for (int i = 0; i < 2; i++) {
		crypto_tls_free(t->end[i].tls);
		t->end[i].tls = NULL;
	}
}

/* What `to` has to say to these octets. */
struct said {
	uint8_t octets[RIG_HEX_MAX];
	size_t n;
};

static enum err feed(struct pair_end *to, struct span in, size_t piece, struct said *said)
{
	do {
		size_t n = piece && piece < in.n ? piece : in.n;
		uint8_t *copy = rig_copy(span_of(in.p, n));
		struct span out;
		enum err e = crypto_tls_step(to->tls, span_of(copy, n), &out, &to->done);
		free(copy);
		assert_true(said->n + out.n <= sizeof said->octets);
		if (out.n)
			memcpy(said->octets + said->n, out.p, out.n);
		said->n += out.n;
		if (e)
			return e;
		in = span_of(in.p + n, in.n - n);
	} while (in.n && !to->done);
	assert_int_equal(in.n, 0);
	return OK;
}

enum err pair_shake(struct pair *t, size_t piece, int *who)
{
	struct said said[2] = { { .n = 0 }, { .n = 0 } };
	enum err e = feed(&t->end[0], span_of(NULL, 0), 0, &said[0]);
	*who = 0;
	for (int to = 1; !e && said[!to].n; to = !to) {
		*who = to;
		e = feed(&t->end[to], span_of(said[!to].octets, said[!to].n), piece, &said[to]);
		said[!to].n = 0;
	}
	return e;
}

void pair_connect(struct pair *t)
{
	int who;
	pair_open(t);
	assert_int_equal(pair_shake(t, 0, &who), OK);
	assert_true(t->end[0].done && t->end[1].done);
}

void pair_say(struct pair *t, int i, struct span plain)
{
	struct span sealed, got;
	size_t rest;
	assert_int_equal(crypto_tls_seal(t->end[i].tls, plain, &sealed), OK);
	uint8_t *copy = rig_copy(sealed);
	assert_int_equal(crypto_tls_unseal(t->end[!i].tls, span_of(copy, sealed.n), &got, &rest),
			 OK);
	assert_true(span_eq(got, plain));
	assert_int_equal(rest, 0);
	free(copy);
}
