#include "session_raw.h"

static enum err like_anybody(void *ctx, struct span cert)
{
	return OK;
}

static void make_flight(struct raw *r)
{
	const struct rig_end *e = &r->rig->end[r->i];
	const struct group_profile *p = r->rig->p;
	uint8_t binding[GROUP_BINDING];
	crypto_hash(r->rig->c, p->crypto, &e->parties.auth_info, 1, binding,
		    p->hello_binds ? sizeof binding : p->crypto->hash_size);
	const struct group_message hello = { .type = GROUP_HELLO,
					     .major = p->connect_major,
					     .minor = p->connect_minor,
					     .binding = span_of(binding, p->hello_binds ? 32 : 0) };
	const struct group_message gmc = { .type = GROUP_MY_GMC, .body = rig_chain(e->who) };
	struct wr w = wr_of(r->flight.p, sizeof r->flight.p);
	group_message_put(&w, p, &hello);
	group_message_put(&w, p, &gmc);
	assert_false(w.failed);
	r->flight.n = w.n;
}

size_t raw_gmc_at(const struct raw *r)
{
	return r->rig->p->hello_binds ? 36 : 4;
}

static void tls_new(struct raw *r)
{
	const struct rig_person *who = r->rig->end[r->i].who;
	const struct crypto_tls_birth b = {
		.profile = r->rig->p->crypto,
		.initiator = r->i == 0,
		.key = who->key,
		.cert = span_of(who->idc, who->idc_n),
		.alpn = r->rig->p->alpn,
		.judge = like_anybody,
	};
	assert_int_equal(crypto_tls_new(r->rig->c, &r->rig->draw.env, &b, &r->tls), OK);
}

/* Octets for the session, from a block that ends where they do. */
static void give(struct raw *r, struct span a, struct span b)
{
	uint8_t *p = malloc(a.n + b.n);
	assert_non_null(p);
	memcpy(p, a.p, a.n);
	if (b.n)
		memcpy(p + a.n, b.p, b.n);
	rig_step(r->rig, !r->i, span_of(p, a.n + b.n));
	free(p);
}

static struct span seal(struct raw *r, struct span plain)
{
	struct span sealed;
	assert_int_equal(crypto_tls_seal(r->tls, plain, &sealed), OK);
	return sealed;
}

/* What TLS says, with `behind` sealed behind its last word. */
static void say_handshake(struct raw *r, struct span said, struct span behind)
{
	uint8_t last[4096];
	assert_true(said.n <= sizeof last);
	memcpy(last, said.p, said.n);
	struct span sealed = r->done && behind.n ? seal(r, behind) : span_of(NULL, 0);
	give(r, span_of(last, said.n), sealed);
}

void raw_open(struct raw *r, struct session_rig *t, int i, struct span behind)
{
	struct rig_end *e = &t->end[!i];
	struct span said;
	*r = (struct raw){ .rig = t, .i = i };
	make_flight(r);
	tls_new(r);
	rig_open(t, !i);
	assert_int_equal(e->err, OK);
	rig_step(t, !i, span_of(NULL, 0));
	if (i == 0) {
		assert_int_equal(crypto_tls_step(r->tls, span_of(NULL, 0), &said, &r->done), OK);
		say_handshake(r, said, behind);
	}
	while (!r->done) {
		assert_true(e->heard < e->n_said);
		const struct rig_frame *f = &e->said[e->heard++];
		assert_int_equal(crypto_tls_step(r->tls, span_of(f->p, f->n), &said, &r->done), OK);
		if (said.n)
			say_handshake(r, said, behind);
	}
}

void raw_close(struct raw *r)
{
	crypto_tls_free(r->tls);
	rig_close(r->rig);
}

void raw_say(struct raw *r, struct span plain)
{
	if (!r->rig->end[!r->i].err)
		give(r, seal(r, plain), span_of(NULL, 0));
}

void raw_say_in(struct raw *r, struct span plain, size_t n)
{
	for (size_t at = 0; at < plain.n; at += n)
		raw_say(r, span_of(plain.p + at, plain.n - at < n ? plain.n - at : n));
}
