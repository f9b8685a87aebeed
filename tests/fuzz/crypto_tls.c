/* crypto_tls.c - an end of TLS that gets a stranger's octets: in the handshake, in pieces of
 * any size, and then as records. It may refuse them, never crash, keep memory or take more
 * than it said. The first octet chooses the role and the profile, the second the size of the
 * pieces. Its random octets are the same in every run, so a recorded other end goes all the
 * way (crypto_tls_end.h). */
#include "crypto_tls_end.h"

static void read_records(struct crypto_tls *t, struct span octets)
{
	for (struct span none = span_of(NULL, 0);;) {
		struct span plain, out;
		size_t rest;
		struct span in = octets;
		enum err e = crypto_tls_unseal(t, none, &plain, &rest);
		if (!e && plain.n == 0 && rest == 0) {
			if (octets.n == 0)
				return;
			e = crypto_tls_unseal(t, in, &plain, &rest);
			octets = span_of(octets.p + octets.n - (e ? 0 : rest), e ? 0 : rest);
		}
		if (e)
			return;
		hold(plain.n <= CRYPTO_TLS_PLAIN_MAX);
		if (plain.n)
			hold(crypto_tls_seal(t, plain, &out) == OK && out.n > plain.n);
	}
}

static void run(struct crypto_tls *t, size_t piece, struct span octets)
{
	struct span out;
	bool done = false;
	size_t taken = 0;
	enum err e = crypto_tls_step(t, span_of(NULL, 0), &out, &done);
	while (!e && !done && octets.n) {
		size_t n = piece && piece < octets.n ? piece : octets.n;
		e = crypto_tls_step(t, span_of(octets.p, n), &out, &done);
		octets = span_of(octets.p + n, octets.n - n);
		taken += n;
		hold(e || done || taken <= 65536);
		hold(out.n <= CRYPTO_TLS_RECORD_MAX);
	}
	hold(!(e && done));
	if (done)
		read_records(t, octets);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct tls_world w;
	if (!w.x)
		tls_world_init(&w);
	const struct crypto_profile *p =
		crypto_profile(size && data[0] & 2 ? CRYPTO_CLASSIC : CRYPTO_MODERN);
	if (size < 2 || !p)
		return 0;
	size_t live = w.fuzz.live;
	struct crypto_tls *t = tls_world_end(&w, p->id, data[0] & 1);
	run(t, data[1], span_of(data + 2, size - 2));
	crypto_tls_free(t);
	hold(w.fuzz.live == live);
	return 0;
}
