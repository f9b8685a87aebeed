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

/* What an end has to say. */
struct said {
	uint8_t octets[RIG_HEX_MAX];
	size_t n;
};

static void said_add(struct said *s, struct span out)
{
	assert_true(s->n + out.n <= sizeof s->octets);
	if (out.n)
		memcpy(s->octets + s->n, out.p, out.n);
	s->n += out.n;
}

/* In pieces, each a copy whose end the sanitizer sees. */
static enum err feed(struct pair_end *to, struct span in, size_t piece, struct said *said)
{
	enum err e;
	do {
		size_t n = piece && piece < in.n ? piece : in.n;
		uint8_t *copy = rig_copy(span_of(in.p, n));
		struct span out;
		e = crypto_tls_step(to->tls, span_of(copy, n), &out, &to->done);
		free(copy);
		said_add(said, out);
		if (n)
			in = span_of(in.p + n, in.n - n);
	} while (!e && in.n && !to->done);
	return e;
}

/* What was said goes over the wire, where it may change. */
static struct span carry(struct pair_wire *w, struct said *s)
{
	size_t from = w->n;
	assert_true(from + s->n <= sizeof w->octets);
	if (s->n)
		memcpy(w->octets + from, s->octets, s->n);
	w->n += s->n;
	s->n = 0;
	if (w->at >= from && w->at < w->n)
		w->octets[w->at] ^= w->change;
	return span_of(w->octets + from, w->n - from);
}

enum err pair_shake_wire(struct pair *t, struct pair_wire *w, int *who)
{
	struct said said;
	said.n = w->n = 0;
	*who = 0;
	enum err e = feed(&t->end[0], span_of(NULL, 0), 0, &said);
	for (int to = 1; !e && said.n && !t->end[to].done; to = !to) {
		*who = to;
		struct span token = carry(w, &said);
		e = feed(&t->end[to], token, w->piece, &said);
	}
	return e;
}

enum err pair_shake(struct pair *t, size_t piece, int *who)
{
	struct pair_wire w = { .piece = piece };
	return pair_shake_wire(t, &w, who);
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
