/* PNRP-3.9, PNRP-3.10: chains that let another key speak for a name. */
#include "cpa_rig.h"

#include "crypto/cert.h"

#define LINKS	  3
#define LIST_MAX  3
#define FROM	  (VECTOR_NOW - INT64_C(86400000000))
#define AUTHORITY "b218e867816cd8ce4ff5eb17728869ff96cef742.group"

static const char *const names[LINKS] = { AUTHORITY, "name of one", "name of two" };

/* Classifiers as people write them: count, then words. */
struct list {
	size_t n;
	const char *words[LIST_MAX];
};

/* A chain in the making: a root, an Admin that may do all, a leaf. */
struct kin {
	struct proofs *r;
	struct crypto_key *keys[LINKS];
	struct crypto_cert certs[LINKS];
	struct span lists[LINKS][LIST_MAX];
	size_t signer[LINKS]; /* whose key signs each */
	size_t count;
	struct span classifier, leaf;
	uint8_t authority[CRYPTO_AUTHORITY];
	int64_t wall;
	uint8_t der[LINKS][CRYPTO_CERT_MAX], chain[LINKS * CRYPTO_CERT_MAX];
	size_t chain_n, der_n[LINKS];
};

static void set_list(struct kin *k, size_t i, const struct list *l)
{
	for (size_t at = 0; at < l->n; at++)
		k->lists[i][at] = span_str(l->words[at]);
	k->certs[i].classifiers = k->lists[i];
	k->certs[i].classifier_count = l->n;
}

static struct kin *kin_new(struct proofs *r)
{
	struct kin *k = calloc(1, sizeof(*k));
	assert_non_null(k);
	*k = (struct kin){ .r = r, .count = LINKS, .wall = VECTOR_NOW };
	for (size_t i = 0; i < LINKS; i++) {
		assert_int_equal(crypto_key_make(r->x, &r->f.env, r->p->crypto, &k->keys[i]), OK);
		k->signer[i] = i ? i - 1 : 0;
		k->certs[i] = (struct crypto_cert){
			.type = i ? CRYPTO_CERT_MEMBER : CRYPTO_CERT_ROOT,
			.public = crypto_key_public(k->keys[i]),
			.subject = span_str("Subject"),
			.issuer = span_str("Issuer"),
			.subject_name = span_str(names[i]),
			.group_name = span_str(names[0]),
			.roles = i ? CRYPTO_ROLE_ADMIN : 0,
			.not_before = FROM,
			.not_after = VECTOR_NOT_AFTER,
		};
		if (i)
			k->certs[i].issuer_name = span_str(names[i - 1]);
	}
	crypto_authority(r->x, r->p->crypto, k->certs[0].public, k->authority);
	k->leaf = k->certs[LINKS - 1].public;
	return k;
}

static void kin_free(struct kin *k)
{
	for (size_t i = 0; i < LINKS; i++)
		crypto_key_free(k->keys[i]);
	free(k);
}

/* Issues all of them. */
static void issue(struct kin *k)
{
	struct span certs[LINKS];
	for (size_t i = 0; i < k->count; i++) {
		size_t *n = &k->der_n[i];
		assert_int_equal(crypto_cert_issue(k->r->x, &k->r->f.env, k->keys[k->signer[i]],
						   &k->certs[i], k->der[i], sizeof(k->der[i]), n),
				 OK);
		certs[i] = span_of(k->der[i], *n);
	}
	assert_int_equal(crypto_chain_make(k->r->x, certs, k->count, k->chain, sizeof(k->chain),
					   &k->chain_n),
			 OK);
}

static enum pnrp_verdict judged(struct kin *k)
{
	uint8_t *p = rig_exact(span_of(k->chain, k->chain_n));
	enum pnrp_verdict v = pnrp_chain_judge(k->r->x, k->r->p, span_of(p, k->chain_n),
					       k->authority, k->leaf, k->classifier, k->wall);
	free(p);
	return v;
}

#define assert_verdict(k, want)                                                                    \
	assert_string_equal(pnrp_verdict_text(judged(k)), pnrp_verdict_text(want))

static void a_good_chain(void **state)
{
	struct kin *k = kin_new(*state);
	issue(k);
	assert_verdict(k, PNRP_VERDICT_GOOD);
	k->classifier = span_str("anything at all");
	assert_verdict(k, PNRP_VERDICT_GOOD);
	k->count = 2;
	k->leaf = k->certs[1].public;
	issue(k);
	assert_verdict(k, PNRP_VERDICT_GOOD);
	kin_free(k);
}

static void every_cut_is_refused(void **state)
{
	struct kin *k = kin_new(*state);
	issue(k);
	for (size_t whole = k->chain_n, n = 0; n < whole; n += n < 64 ? 1 : 13) {
		k->chain_n = n;
		assert_verdict(k, PNRP_VERDICT_CHAIN);
	}
	kin_free(k);
}

static void times(void **state)
{
	struct kin *k = kin_new(*state);
	static const int64_t second = INT64_C(1000000);
	for (size_t i = 0; i < LINKS; i++) {
		issue(k);
		k->wall = FROM;
		assert_verdict(k, PNRP_VERDICT_GOOD);
		k->wall = VECTOR_NOT_AFTER;
		assert_verdict(k, PNRP_VERDICT_GOOD);
		k->wall = VECTOR_NOW;
		k->certs[i].not_before = VECTOR_NOW + second;
		issue(k);
		assert_verdict(k, PNRP_VERDICT_CHAIN);
		k->certs[i].not_before = FROM;
		k->certs[i].not_after = VECTOR_NOW - second;
		issue(k);
		assert_verdict(k, PNRP_VERDICT_CHAIN);
		k->certs[i].not_after = VECTOR_NOT_AFTER;
	}
	kin_free(k);
}

/* Where the i-th certificate ends in the chain. */
static uint8_t *last_octet(struct kin *k, size_t i)
{
	size_t n = k->der_n[i];
	for (size_t at = 0; at + n <= k->chain_n; at++)
		if (memcmp(k->chain + at, k->der[i], n) == 0)
			return &k->chain[at + n - 1];
	fail();
	return NULL;
}

/* Changed, or made with another key than that of the one before. */
static void signatures(void **state)
{
	struct kin *k = kin_new(*state);
	issue(k);
	for (size_t i = 0; i < LINKS; i++) {
		uint8_t *p = last_octet(k, i);
		*p ^= 1;
		assert_verdict(k, PNRP_VERDICT_CHAIN);
		*p ^= 1;
	}
	assert_verdict(k, PNRP_VERDICT_GOOD);
	for (size_t i = 1; i < LINKS; i++) {
		k->signer[i] = i;
		issue(k);
		assert_verdict(k, PNRP_VERDICT_CHAIN);
		k->signer[i] = i - 1;
	}
	kin_free(k);
}

static void the_ends(void **state)
{
	struct kin *k = kin_new(*state);
	issue(k);
	k->authority[7] ^= 1;
	assert_verdict(k, PNRP_VERDICT_CHAIN);
	k->authority[7] ^= 1;
	k->leaf = k->certs[1].public;
	assert_verdict(k, PNRP_VERDICT_CHAIN);
	k->leaf = k->certs[2].public;
	assert_verdict(k, PNRP_VERDICT_GOOD);
	k->certs[2].group_name = span_str("another group");
	issue(k);
	assert_verdict(k, PNRP_VERDICT_CHAIN);
	kin_free(k);
}

/* Names of issuers that lead nowhere, and no root. */
static void links_that_do_not_hold(void **state)
{
	struct kin *k = kin_new(*state);
	k->certs[2].issuer_name = span_str("nobody");
	issue(k);
	assert_verdict(k, PNRP_VERDICT_CHAIN);
	kin_free(k);
	k = kin_new(*state);
	k->certs[0].type = CRYPTO_CERT_IDENTITY;
	k->certs[0].group_name = span_of(NULL, 0);
	k->count = 1;
	k->leaf = k->certs[0].public;
	issue(k);
	assert_verdict(k, PNRP_VERDICT_CHAIN);
	kin_free(k);
}

/* 10.8 rule 4: no classifier is longer than a name's, or holds U+0000. */
static void illegal_classifiers(void **state)
{
	char longest[151];
	memset(longest, 'c', sizeof(longest));
	longest[149] = '\0';
	struct kin *k = kin_new(*state);
	struct list list = { 1, { longest } };
	set_list(k, 2, &list);
	k->classifier = span_str(longest);
	issue(k);
	assert_verdict(k, PNRP_VERDICT_GOOD);
	longest[149] = 'c';
	longest[150] = '\0';
	set_list(k, 2, &list);
	issue(k);
	assert_verdict(k, PNRP_VERDICT_CHAIN);
	kin_free(k);
}

#define ADMIN	CRYPTO_ROLE_ADMIN
#define INVITER CRYPTO_ROLE_INVITER
#define MEMBER	CRYPTO_ROLE_MEMBER
#define NONE                                                                                       \
	{                                                                                          \
		0,                                                                                 \
		{                                                                                  \
			NULL                                                                       \
		}                                                                                  \
	}
#define ANY_OR_FISH                                                                                \
	{                                                                                          \
		2,                                                                                 \
		{                                                                                  \
			"", "fish"                                                                 \
		}                                                                                  \
	}
#define FISH_OR_CHEESE                                                                             \
	{                                                                                          \
		2,                                                                                 \
		{                                                                                  \
			"fish", "cheese"                                                           \
		}                                                                                  \
	}
#define ONE(word)                                                                                  \
	{                                                                                          \
		1,                                                                                 \
		{                                                                                  \
			word                                                                       \
		}                                                                                  \
	}

/* Digest 7.8, every row, each with every role that it is about. */
static const struct {
	struct list from;
	unsigned roles;
	struct list to;
	bool allowed;
} rows[] = {
	{ NONE, ADMIN, NONE, true },
	{ NONE, INVITER, NONE, true },
	{ NONE, MEMBER, NONE, true },
	{ NONE, ADMIN, ONE("ham"), true },
	{ NONE, MEMBER, ONE("ham"), true },
	{ NONE, MEMBER, ONE(""), true },

	{ ANY_OR_FISH, ADMIN, NONE, true },
	{ ANY_OR_FISH, INVITER, NONE, true },
	{ ANY_OR_FISH, ADMIN, ONE(""), true },
	{ ANY_OR_FISH, INVITER, ONE("fish food"), true },
	{ ANY_OR_FISH, ADMIN, ONE("ham"), true },

	{ ANY_OR_FISH, MEMBER, ONE(""), true },
	{ ANY_OR_FISH, MEMBER, ONE("fish"), true },
	{ ANY_OR_FISH, MEMBER, ANY_OR_FISH, true },
	{ ANY_OR_FISH, MEMBER, NONE, false },
	{ ANY_OR_FISH, MEMBER, ONE("fish food"), false },

	{ FISH_OR_CHEESE, ADMIN, ONE("fish"), true },
	{ FISH_OR_CHEESE, INVITER, ONE("fish food"), true },
	{ FISH_OR_CHEESE, ADMIN, ONE("cheese"), true },
	{ FISH_OR_CHEESE, INVITER, ONE("cheese-like"), true },
	{ FISH_OR_CHEESE, ADMIN, NONE, false },
	{ FISH_OR_CHEESE, INVITER, NONE, false },
	{ FISH_OR_CHEESE, ADMIN, ONE("ham"), false },
	{ FISH_OR_CHEESE, ADMIN, ONE("fis"), false },
	{ FISH_OR_CHEESE, ADMIN, { 2, { "fish", "ham" } }, false },

	{ FISH_OR_CHEESE, MEMBER, ONE("fish"), true },
	{ FISH_OR_CHEESE, MEMBER, FISH_OR_CHEESE, true },
	{ FISH_OR_CHEESE, MEMBER, NONE, false },
	{ FISH_OR_CHEESE, MEMBER, ONE("fish food"), false },
	{ FISH_OR_CHEESE, MEMBER, ONE("cheese-like"), false },
	{ FISH_OR_CHEESE, MEMBER, ONE(""), false },

	/* who is both may do what either may */
	{ FISH_OR_CHEESE, ADMIN | MEMBER, ONE("fish food"), true },
};

static void delegation(void **state)
{
	struct kin *k = kin_new(*state);
	for (size_t i = 0; i < COUNT(rows); i++) {
		set_list(k, 1, &rows[i].from);
		set_list(k, 2, &rows[i].to);
		k->certs[2].roles = rows[i].roles;
		k->classifier = rows[i].to.n ? k->lists[2][0] : span_of(NULL, 0);
		issue(k);
		assert_verdict(k, rows[i].allowed ? PNRP_VERDICT_GOOD : PNRP_VERDICT_DELEGATION);
	}
	kin_free(k);
}

/* 10.8 rule 10: what the last list covers. */
static void the_classifier_of_the_answer(void **state)
{
	static const struct {
		unsigned roles;
		struct list list;
		const char *classifier;
		bool allowed;
	} asked[] = {
		{ MEMBER, NONE, "anything", true },
		{ MEMBER, NONE, "", true },
		{ MEMBER, ONE("fish"), "fish", true },
		{ MEMBER, ONE("fish"), "fish food", false },
		{ MEMBER, ONE("fish"), "", false },
		{ MEMBER, ONE("fish"), "Fish", false },
		{ MEMBER, ANY_OR_FISH, "", true },
		{ MEMBER, ANY_OR_FISH, "ham", false },
		{ ADMIN, ONE("fish"), "fish food", true },
		{ INVITER, ONE("fish"), "fish food", true },
		{ INVITER, ONE("fish"), "fis", false },
		{ INVITER, ONE("fish"), "ham", false },
		{ ADMIN, ANY_OR_FISH, "ham", true },
	};
	struct kin *k = kin_new(*state);
	for (size_t i = 0; i < COUNT(asked); i++) {
		set_list(k, 2, &asked[i].list);
		k->certs[2].roles = asked[i].roles;
		k->classifier = span_str(asked[i].classifier);
		issue(k);
		assert_verdict(k, asked[i].allowed ? PNRP_VERDICT_GOOD : PNRP_VERDICT_DELEGATION);
	}
	kin_free(k);
}

/* The whole answer: a CPA of the leaf's key for the root's name. */
static void an_answer_with_a_chain(void **state)
{
	struct proofs *r = *state;
	struct kin *k = kin_new(r);
	const struct list list = ONE("test");
	uint8_t room[RIG_CPA_ROOM];
	size_t n;
	set_list(k, 2, &list);
	issue(k);
	struct pnrp_cpa c = proofs_cpa(r);
	c.has_authority = true;
	memcpy(c.authority, k->authority, sizeof(c.authority));
	struct pnrp_asked asked = { .id = proofs_id(r, &c) };
	memcpy(asked.nonce, c.nonce, sizeof(asked.nonce));
	assert_int_equal(
		pnrp_cpa_make(r->x, &r->f.env, r->p, &c, k->keys[2], room, sizeof(room), &n), OK);
	struct pnrp_buffer b = { .cpa = span_of(room, n), .has_classifier = true };
	struct pnrp_answer got;
	b.classifier = rig_name("0.test");
	assert_int_equal(pnrp_judge(r->x, r->p, &b, &asked, VECTOR_NOW, &got),
			 PNRP_VERDICT_AUTHORITY);
	b.chain = span_of(k->chain, k->chain_n);
	assert_int_equal(pnrp_judge(r->x, r->p, &b, &asked, VECTOR_NOW, &got), PNRP_VERDICT_GOOD);
	assert_true(got.name.secure);
	b.has_classifier = false;
	b.classifier = (struct pnrp_name){ 0 };
	assert_int_equal(pnrp_judge(r->x, r->p, &b, &asked, VECTOR_NOW, &got),
			 PNRP_VERDICT_DELEGATION);
	kin_free(k);
}

#define BOTH(test) CLASSIC(test), MODERN(test)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(a_good_chain),
		BOTH(every_cut_is_refused),
		BOTH(times),
		BOTH(signatures),
		BOTH(the_ends),
		BOTH(links_that_do_not_hold),
		BOTH(illegal_classifiers),
		BOTH(delegation),
		BOTH(the_classifier_of_the_answer),
		BOTH(an_answer_with_a_chain),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
