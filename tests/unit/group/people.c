#include "people.h"

void people_init(struct people *t, enum crypto_profile_id id, size_t n)
{
	static const char *const words[] = { "family", "ann", "ben", "cleo", "dan", "eve" };
	*t = (struct people){ .p = group_profile(id), .n = n };
	assert_true(n <= PEOPLE_MOST);
	failing_env_init(&t->mem, 3);
	failing_env_init(&t->draw, 5);
	assert_int_equal(crypto_new(&t->c, &t->mem.env), OK);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(crypto_key_make(t->c, &t->draw.env, t->p->crypto, &t->keys[i]),
				 OK);
		struct text name = TEXT_OF(t->names[i]);
		assert_int_equal(group_name_make(t->c, t->p->crypto, crypto_key_public(t->keys[i]),
						 span_str(words[i]), &name),
				 OK);
	}
}

void people_fini(struct people *t)
{
	for (size_t i = 0; i < t->n; i++)
		crypto_key_free(t->keys[i]);
	crypto_free(t->c);
	failing_env_assert_clean(&t->draw);
	failing_env_assert_clean(&t->mem);
}

struct span people_name(const struct people *t, size_t i)
{
	return span_str(t->names[i]);
}

struct crypto_cert people_cert(const struct people *t, size_t i)
{
	static const struct span participant[] = { { (const uint8_t *)"participant", 11 } };
	struct crypto_cert c = {
		.type = i ? CRYPTO_CERT_MEMBER : CRYPTO_CERT_ROOT,
		.public = crypto_key_public(t->keys[i]),
		.subject = people_name(t, i),
		.issuer = people_name(t, i ? i - 1 : 0),
		.subject_name = people_name(t, i),
		.group_name = people_name(t, 0),
		.not_before = PEOPLE_BORN,
		.not_after = i ? PEOPLE_UNTIL : CRYPTO_CERT_FOREVER,
	};
	if (i == 0)
		return c;
	c.issuer_name = people_name(t, i - 1);
	c.roles = i + 1 == t->n ? CRYPTO_ROLE_MEMBER : CRYPTO_ROLE_INVITER;
	c.classifiers = participant;
	c.classifier_count = 1;
	if (i == 1) {
		c.roles = CRYPTO_ROLE_ADMIN;
		c.classifier_count = 0;
	}
	return c;
}

struct span people_sign(struct people *t, size_t signer, const struct crypto_cert *what,
			struct people_octets *out)
{
	assert_int_equal(crypto_cert_issue(t->c, &t->draw.env, t->keys[signer], what, out->p,
					   sizeof out->p, &out->n),
			 OK);
	return span_of(out->p, out->n);
}

struct span people_carry(struct people *t, const struct span *certs, size_t n,
			 struct people_octets *out)
{
	assert_int_equal(crypto_chain_make(t->c, certs, n, out->p, sizeof out->p, &out->n), OK);
	return span_of(out->p, out->n);
}

struct span people_chain(struct people *t, size_t n, people_edit *edit, struct people_octets *out)
{
	struct people_octets *der = malloc(n * sizeof *der);
	struct span certs[PEOPLE_MOST];
	assert_non_null(der);
	for (size_t i = 0; i < n; i++) {
		struct crypto_cert what = people_cert(t, i);
		if (edit)
			edit(t, i, &what);
		certs[i] = people_sign(t, i ? i - 1 : 0, &what, &der[i]);
	}
	struct span chain = people_carry(t, certs, n, out);
	free(der);
	return chain;
}

enum group_chain_fault people_judge(struct people *t, const struct group_chain_rules *rules,
				    struct span octets)
{
	const struct group_chain_rules ours = { .profile = t->p,
						.group = people_name(t, 0),
						.now = PEOPLE_NOW };
	struct crypto_chain *chain = NULL;
	enum group_chain_fault why = GROUP_CHAIN_FAULT_COUNT;
	uint8_t *copy = malloc(octets.n ? octets.n : 1);
	assert_non_null(copy);
	if (octets.n)
		memcpy(copy, octets.p, octets.n);
	enum err e = group_chain_read(t->c, rules ? rules : &ours, span_of(copy, octets.n), &chain,
				      &why);
	free(copy);
	assert_true(why < GROUP_CHAIN_FAULT_COUNT);
	bool kept = !e || why == GROUP_CHAIN_NOT_YET || why == GROUP_CHAIN_EXPIRED;
	assert_int_equal(kept, chain != NULL);
	if (why == GROUP_CHAIN_NONE)
		assert_int_equal(e, OK);
	else
		assert_int_equal(e, why == GROUP_CHAIN_MALFORMED && e != ERR_DENIED ? ERR_MALFORMED
										    : ERR_DENIED);
	crypto_chain_free(chain);
	return why;
}
