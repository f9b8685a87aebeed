/* tls_end.c - one end of TLS on standard input and output, for others' programs to talk with
 * (openssl_test.py). `tls_end identity SEED` prints a certificate and its key, in hexadecimal.
 * `tls_end client SEED` says "hello" and a line end and prints what comes back, `tls_end
 * server SEED` answers each record with the same octets; both say on standard error what
 * protects the connection, and end with what went wrong. */
#include "crypto/cert.h"
#include "crypto/tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct end {
	uint64_t state;
	struct env env;
	struct crypto *c;
	struct crypto_key *key;
	uint8_t cert[CRYPTO_CERT_MAX];
	size_t cert_n;
	struct crypto_tls *tls;
	uint8_t in[65536];
	size_t in_n;
};

static void *resize(void *ctx, void *p, size_t n)
{
	if (n)
		return realloc(p, n);
	free(p);
	return NULL;
}

static void draw(void *ctx, void *p, size_t n)
{
	struct end *e = ctx;
	for (size_t i = 0; i < n; i++) {
		e->state = e->state * UINT64_C(6364136223846793005) + 1442695040888963407u;
		((uint8_t *)p)[i] = (uint8_t)(e->state >> 33);
	}
}

static void want(enum err e, const char *what)
{
	if (!e)
		return;
	(void)fprintf(stderr, "%s: %s\n", what, err_text(e));
	exit(1);
}

static void identify(struct end *e, uint64_t seed)
{
	const struct crypto_profile *p = crypto_profile(CRYPTO_MODERN);
	e->state = seed;
	e->env = (struct env){ resize, draw, e };
	want(crypto_new(&e->c, &e->env), "context");
	want(crypto_key_make(e->c, &e->env, p, &e->key), "key");
	struct crypto_cert what = {
		.type = CRYPTO_CERT_IDENTITY,
		.public = crypto_key_public(e->key),
		.subject = span_str("Somebody"),
		.issuer = span_str("Somebody"),
		.subject_name = span_str("name.somebody"),
		.not_before = INT64_C(1600000000000000),
		.not_after = INT64_C(4000000000000000),
	};
	want(crypto_cert_issue(e->c, &e->env, e->key, &what, e->cert, sizeof e->cert, &e->cert_n),
	     "certificate");
}

static void print_hex(const uint8_t *p, size_t n)
{
	while (n--)
		(void)printf("%02x", *p++);
	(void)printf("\n");
}

static void print_identity(struct end *e)
{
	uint8_t der[CRYPTO_PKCS8_MAX];
	size_t n;
	want(crypto_key_save(e->c, e->key, der, sizeof der, &n), "key");
	print_hex(e->cert, e->cert_n);
	print_hex(der, n);
}

static enum err judge(void *ctx, struct span cert)
{
	return cert.n ? OK : ERR_DENIED;
}

static void send_all(struct span s)
{
	while (s.n) {
		ssize_t n = write(STDOUT_FILENO, s.p, s.n);
		if (n <= 0)
			exit(1);
		s = span_of(s.p + n, s.n - (size_t)n);
	}
}

/* More octets behind those that are there; false: there are no more. */
static bool receive(struct end *e)
{
	ssize_t n = read(STDIN_FILENO, e->in + e->in_n, sizeof e->in - e->in_n);
	if (n > 0)
		e->in_n += (size_t)n;
	return n > 0;
}

static void shake(struct end *e, bool initiator)
{
	struct crypto_tls_birth b = { .profile = crypto_profile(CRYPTO_MODERN),
				      .initiator = initiator,
				      .key = e->key,
				      .cert = span_of(e->cert, e->cert_n),
				      .alpn = "p2pgroup/2",
				      .judge = judge };
	struct span out;
	bool done = false;
	want(crypto_tls_new(e->c, &e->env, &b, &e->tls), "connection");
	do {
		enum err err = crypto_tls_step(e->tls, span_of(e->in, e->in_n), &out, &done);
		e->in_n = 0;
		send_all(out);
		want(err, "handshake");
	} while (!done && receive(e));
	(void)fprintf(stderr, "%s %s %zu\n", crypto_tls_version(e->tls), crypto_tls_suite(e->tls),
		      crypto_tls_peer(e->tls).n);
}

/* The next plain octets; false: the other side ended. */
static bool next(struct end *e, struct span *plain)
{
	for (;;) {
		size_t size = e->in_n < 5 ? 5 : 5 + (size_t)(e->in[3] << 8 | e->in[4]), rest;
		enum err err = crypto_tls_unseal(e->tls, span_of(NULL, 0), plain, &rest);
		if (!err && plain->n == 0 && rest == 0) {
			if (e->in_n < size) {
				if (!receive(e))
					return false;
				continue;
			}
			err = crypto_tls_unseal(e->tls, span_of(e->in, size), plain, &rest);
			e->in_n -= size;
			memmove(e->in, e->in + size, e->in_n);
		}
		if (err == ERR_CLOSED)
			return false;
		want(err, "record");
		if (plain->n)
			return true;
	}
}

static void say(struct end *e, struct span plain)
{
	struct span out;
	want(crypto_tls_seal(e->tls, plain, &out), "record");
	send_all(out);
}

static void talk(struct end *e, bool initiator)
{
	struct span plain;
	if (initiator) {
		say(e, span_str("hello\n"));
		if (next(e, &plain))
			(void)fprintf(stderr, "%.*s", (int)plain.n, (const char *)plain.p);
		return;
	}
	while (next(e, &plain))
		say(e, plain);
}

int main(int argc, char **argv)
{
	static struct end e;
	if (argc != 3)
		return 2;
	bool initiator = strcmp(argv[1], "client") == 0;
	identify(&e, strtoull(argv[2], NULL, 10));
	if (strcmp(argv[1], "identity") == 0) {
		print_identity(&e);
	} else {
		shake(&e, initiator);
		talk(&e, initiator);
	}
	crypto_tls_free(e.tls);
	crypto_key_free(e.key);
	crypto_free(e.c);
	return 0;
}
