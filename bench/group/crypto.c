/* crypto: what signing, checking, connecting and sealing cost through src/crypto, and what the
 * library takes for the same by itself, in turns in one process on one core. A line of JSON:
 * microseconds of CPU for each. */
#include "crypto/tls.h"
#include "family.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>

#define TURNS	    20
#define TURN_US	    20000.0
#define RECORD	    1024
#define LEAVES	    256
#define CONNECTIONS 200

struct bench {
	struct family f;
	const struct crypto_profile *p;
	struct crypto_public *public;
	uint8_t digest[CRYPTO_HASH_MAX], signature[CRYPTO_SIGNATURE_MAX];
	struct crypto_tls *ends[2];

	/* the library's own */
	EVP_PKEY_CTX *signer, *checker;
	uint8_t der[128];
	size_t der_n;
	EVP_MD *sha256;
	EVP_MD_CTX *hash;
	EVP_CIPHER_CTX *cipher;
};

static void sign_ours(struct bench *b)
{
	family_need(!crypto_sign_digest(b->f.c, &b->f.env, b->f.ben.key, span_of(b->digest, 32),
					b->signature),
		    "sign");
}

static void sign_library(struct bench *b)
{
	b->der_n = sizeof b->der;
	family_need(EVP_PKEY_sign(b->signer, b->der, &b->der_n, b->digest, 32) > 0, "sign");
}

static void verify_ours(struct bench *b)
{
	family_need(!crypto_public_verify(b->f.c, b->public, span_of(b->digest, 32),
					  span_of(b->signature, b->p->signature_size)),
		    "verify");
}

static void verify_library(struct bench *b)
{
	family_need(EVP_PKEY_verify(b->checker, b->der, b->der_n, b->digest, 32) == 1, "verify");
}

static enum err judge(void *ctx, struct span cert)
{
	return OK;
}

static void open_ends(struct bench *b)
{
	for (int i = 0; i < 2; i++) {
		struct crypto_tls_birth birth = { .profile = b->p,
						  .initiator = i == 0,
						  .key = b->f.ben.key,
						  .cert = span_of(b->f.ben.idc, b->f.ben.idc_n),
						  .alpn = "p2pgroup/2",
						  .judge = judge };
		family_need(!crypto_tls_new(b->f.c, &b->f.env, &birth, &b->ends[i]), "connection");
	}
	struct span token = span_of(NULL, 0);
	bool done[2] = { false, false };
	for (int i = 0; !done[0] || !done[1]; i = !i)
		family_need(!crypto_tls_step(b->ends[i], token, &token, &done[i]), "handshake");
}

static void close_ends(struct bench *b)
{
	for (int i = 0; i < 2; i++)
		crypto_tls_free(b->ends[i]);
}

static void shake_hands(struct bench *b)
{
	close_ends(b);
	open_ends(b);
}

/* Both ends: sealed by one, opened by the other. */
static void carry_ours(struct bench *b)
{
	static const uint8_t text[RECORD];
	struct span record, plain;
	size_t rest;
	family_need(!crypto_tls_seal(b->ends[0], span_of(text, sizeof text), &record), "seal");
	family_need(!crypto_tls_unseal(b->ends[1], record, &plain, &rest), "unseal");
}

/* The cipher alone, once for each end. */
static void carry_library(struct bench *b)
{
	static const uint8_t nonce[12];
	static uint8_t text[RECORD], tag[16];
	int n;
	for (int i = 0; i < 2; i++)
		family_need(EVP_EncryptInit_ex(b->cipher, NULL, NULL, NULL, nonce) &&
				    EVP_EncryptUpdate(b->cipher, text, &n, text, sizeof text) &&
				    EVP_EncryptFinal_ex(b->cipher, text, &n) &&
				    EVP_CIPHER_CTX_ctrl(b->cipher, EVP_CTRL_AEAD_GET_TAG, 16, tag),
			    "cipher");
}

/* All hashes of a tree of that many leaves, as a batch of records has it. */
static void tree_ours(struct bench *b)
{
	static const uint8_t kind[1];
	uint8_t node[32] = { 0 };
	struct span parts[] = { span_of(kind, 1), span_of(node, 32), span_of(node, 32) };
	for (int i = 0; i < 2 * LEAVES - 1; i++)
		crypto_hash(b->f.c, b->p, parts, i < LEAVES ? 2 : 3, node, sizeof node);
}

static void tree_library(struct bench *b)
{
	uint8_t node[65] = { 0 };
	unsigned int n;
	for (int i = 0; i < 2 * LEAVES - 1; i++)
		family_need(EVP_DigestInit_ex2(b->hash, b->sha256, NULL) &&
				    EVP_DigestUpdate(b->hash, node, i < LEAVES ? 33 : 65) &&
				    EVP_DigestFinal_ex(b->hash, node, &n),
			    "hash");
}

typedef void work(struct bench *b);

/* Microseconds a call, ours and theirs in turns. */
static void measure(struct bench *b, const char *name, work *ours, work *theirs)
{
	work *const side[2] = { ours, theirs };
	double spent[2] = { 0, 0 };
	unsigned int calls[2] = { 0, 0 };
	for (int turn = 0; turn < 2 * TURNS; turn++) {
		int i = turn % 2;
		double began = family_cpu_us(), now = began;
		if (!side[i])
			continue;
		for (; now - began < TURN_US; now = family_cpu_us(), calls[i] += 4)
			for (int k = 0; k < 4; k++)
				side[i](b);
		spent[i] += now - began;
	}
	(void)printf("\"%s\": [%.4f, %.4f], ", name, spent[0] / calls[0],
		     calls[1] ? spent[1] / calls[1] : 0);
}

/* The heap that a connection takes, one end, after a record each way. */
static double connection_kib(struct bench *b)
{
	static struct crypto_tls *kept[CONNECTIONS][2];
	size_t before = mallinfo2().uordblks;
	for (int i = 0; i < CONNECTIONS; i++) {
		open_ends(b);
		carry_ours(b);
		memcpy(kept[i], b->ends, sizeof b->ends);
	}
	size_t after = mallinfo2().uordblks;
	for (int i = 0; i < CONNECTIONS; i++) {
		memcpy(b->ends, kept[i], sizeof b->ends);
		close_ends(b);
	}
	return (double)(after - before) / (2 * CONNECTIONS) / 1024;
}

static void begin_ours(struct bench *b)
{
	family_begin(&b->f);
	b->p = b->f.p->crypto;
	family_need(!crypto_public_load(b->f.c, b->p, crypto_key_public(b->f.ben.key), &b->public),
		    "public key");
	memset(b->digest, 7, sizeof b->digest);
}

static void begin_library(struct bench *b)
{
	static const uint8_t secret[16];
	family_library_key(&b->signer, &b->checker);
	b->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	b->hash = EVP_MD_CTX_new();
	b->cipher = EVP_CIPHER_CTX_new();
	family_need(EVP_EncryptInit_ex(b->cipher, EVP_aes_128_gcm(), NULL, secret, NULL), "cipher");
}

static void end(struct bench *b)
{
	EVP_CIPHER_CTX_free(b->cipher);
	EVP_MD_CTX_free(b->hash);
	EVP_MD_free(b->sha256);
	EVP_PKEY_CTX_free(b->signer);
	EVP_PKEY_CTX_free(b->checker);
	crypto_public_free(b->public);
	family_end(&b->f);
}

int main(void)
{
	static struct bench b;
	begin_ours(&b);
	begin_library(&b);
	(void)printf("{");
	measure(&b, "sign", sign_ours, sign_library);
	measure(&b, "verify", verify_ours, verify_library);
	measure(&b, "tree", tree_ours, tree_library);
	open_ends(&b);
	measure(&b, "tls", shake_hands, NULL);
	measure(&b, "record", carry_ours, carry_library);
	close_ends(&b);
	(void)printf("\"connection_kib\": %.2f}\n", connection_kib(&b));
	end(&b);
	return 0;
}
