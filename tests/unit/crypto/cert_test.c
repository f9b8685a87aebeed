#include "certs.h"

static void assert_same(const struct crypto_cert *a, const struct crypto_cert *b)
{
	assert_int_equal(a->type, b->type);
	assert_true(span_eq(a->public, b->public));
	assert_true(span_eq(a->subject, b->subject));
	assert_true(span_eq(a->issuer, b->issuer));
	assert_true(span_eq(a->subject_name, b->subject_name));
	assert_true(span_eq(a->issuer_name, b->issuer_name));
	assert_true(span_eq(a->group_name, b->group_name));
	assert_int_equal(!a->group_name.p, !b->group_name.p);
	assert_int_equal(a->roles, b->roles);
	assert_int_equal(a->classifier_count, b->classifier_count);
	for (size_t i = 0; i < a->classifier_count; i++)
		assert_true(span_eq(a->classifiers[i], b->classifiers[i]));
	assert_true(a->not_before == b->not_before);
	assert_true(a->not_after == b->not_after);
}

static void assert_read(struct certs *t, const struct crypto_cert *what, struct span der,
			struct span issuer)
{
	struct crypto_chain *chain;
	assert_int_equal(certs_parse(t, der, &chain), OK);
	assert_int_equal(crypto_chain_count(chain), 1);
	const struct crypto_cert *got = crypto_chain_cert(chain, 0);
	assert_same(got, what);
	assert_int_equal(got->usages, CRYPTO_USAGE_PEER | CRYPTO_USAGE_SERVER);
	assert_true(span_eq(got->der, der));
	assert_int_equal(got->serial.n, CRYPTO_SERIAL);
	assert_int_equal(got->serial.p[0] & 0x80, 0);
	assert_int_not_equal(got->serial.p[0], 0);
	assert_int_equal(got->issuer_key.n, what->type == CRYPTO_CERT_MEMBER ? 20 : 0);
	assert_int_equal(crypto_cert_verify(t->rig.c, t->p, got, issuer), OK);
	assert_int_equal(crypto_cert_verify(t->rig.c, t->p, got, crypto_key_public(t->keys[3])),
			 ERR_DENIED);
	crypto_chain_free(chain);
}

/* CRYPTO-4.1, CRYPTO-4.2: each kind in each profile. */
static void what_is_issued_reads_the_same(void **state)
{
	RIG_EACH_PROFILE(p)
	{
		struct certs t;
		struct der d;
		certs_init(&t, p);
		struct crypto_cert root = certs_root(&t), one = certs_member(&t, 1);
		struct crypto_cert two = certs_member(&t, 2), identity = certs_identity(&t, 1);
		assert_read(&t, &root, certs_issue(&t, 0, &root, &d), root.public);
		assert_read(&t, &one, certs_issue(&t, 0, &one, &d), root.public);
		assert_read(&t, &two, certs_issue(&t, 1, &two, &d), one.public);
		assert_read(&t, &identity, certs_issue(&t, 1, &identity, &d), identity.public);
		certs_fini(&t);
	}
}

/* CRYPTO-2.3 */
static void the_same_env_issues_the_same(void **state)
{
	RIG_EACH_PROFILE(p)
	{
		struct certs t, u;
		struct der d, e;
		certs_init(&t, p);
		certs_init(&u, p);
		struct crypto_cert x = certs_member(&t, 2), y = certs_member(&u, 2);
		assert_true(span_eq(certs_issue(&t, 1, &x, &d), certs_issue(&u, 1, &y, &e)));
		assert_false(span_eq(certs_issue(&t, 1, &x, &d), span_of(e.octets, e.n)));
		certs_fini(&t);
		certs_fini(&u);
	}
}

struct issued_value {
	enum crypto_profile_id id;
	struct crypto_oid oid;
	const char *value;
};

#define ARC(x, y)                                                                                  \
	{                                                                                          \
		10,                                                                                \
		{                                                                                  \
			0x2b, 6, 1, 4, 1, 0x82, 0x37, 0x2c, x, y                                   \
		}                                                                                  \
	}
#define STD(x)                                                                                     \
	{                                                                                          \
		3,                                                                                 \
		{                                                                                  \
			0x55, 0x1d, x                                                              \
		}                                                                                  \
	}

/* grouping T10 */
static const struct issued_value values[] = {
	{ CRYPTO_CLASSIC, ARC(0, 1), "040401000000" },
	{ CRYPTO_CLASSIC, ARC(0, 4), "040401000200" },
	{ CRYPTO_MODERN, ARC(0, 4), "040402000000" },
	{ CRYPTO_MODERN, STD(37), "3016060a2b0601040182372c030406082b06010505070301" },
	{ CRYPTO_CLASSIC, ARC(3, 3), "30120410f12dc4c708574ca093fcb1bb19a3d8c2" },
	{ CRYPTO_CLASSIC, ARC(3, 5),
	  "303ea03c060a2b0601040182372c0003a02e1c2c0000007000000061000000720000007400000069"
	  "000000630000006900000070000000610000006e00000074" },
	{ CRYPTO_MODERN, ARC(3, 5),
	  "301da01b060a2b0601040182372c0003a00d0c0b7061727469636970616e74" },
};

static bool holds(struct span all, struct span part)
{
	for (size_t i = 0; i + part.n <= all.n; i++)
		if (memcmp(all.p + i, part.p, part.n) == 0)
			return true;
	return false;
}

static void assert_value(const struct issued_value *v)
{
	const struct crypto_profile *p = crypto_profile(v->id);
	if (!p)
		return;
	struct certs t;
	struct der d;
	struct rig_hex h;
	certs_init(&t, p);
	struct crypto_cert what = certs_member(&t, 2);
	what.roles = CRYPTO_ROLE_MEMBER;
	assert_true(holds(certs_issue(&t, 1, &what, &d), rig_hex(&h, v->value)));
	certs_fini(&t);
}

/* CRYPTO-4.3 */
static void extensions_are_those_of_the_digest(void **state)
{
	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		assert_value(&values[i]);
}

static enum err issue(struct certs *t, const struct crypto_cert *what, size_t size)
{
	uint8_t out[CRYPTO_CERT_MAX];
	size_t n;
	return crypto_cert_issue(t->rig.c, &t->draw.env, t->keys[1], what, out, size, &n);
}

static void fill_text(char *text, size_t n)
{
	memset(text, 'a', n);
	text[n] = 0;
}

/* CRYPTO-4.2 */
static void what_cannot_be_said_is_not_issued(void **state)
{
	RIG_EACH_PROFILE(p)
	{
		struct certs t;
		char text[400];
		certs_init(&t, p);
		struct crypto_cert w = certs_member(&t, 2);
		assert_int_equal(issue(&t, &w, 100), ERR_RANGE);
		fill_text(text, CRYPTO_CERT_FRIENDLY + 1);
		w.subject = span_str(text);
		assert_int_equal(issue(&t, &w, CRYPTO_CERT_MAX), ERR_RANGE);
		w.subject.n--;
		assert_int_equal(issue(&t, &w, CRYPTO_CERT_MAX), OK);
		w.subject_name = span_of(text, CRYPTO_CERT_NAME + 1);
		assert_int_equal(issue(&t, &w, CRYPTO_CERT_MAX), ERR_RANGE);
		w.subject_name.n--;
		assert_int_equal(issue(&t, &w, CRYPTO_CERT_MAX), OK);
		w.subject = span_str("\xff\xfe");
		assert_int_equal(issue(&t, &w, CRYPTO_CERT_MAX), ERR_MALFORMED);
		w = certs_member(&t, 2);
		w.not_after = CRYPTO_CERT_FOREVER + 1;
		assert_int_equal(issue(&t, &w, CRYPTO_CERT_MAX), ERR_RANGE);
		w.not_after = w.not_before - 1;
		assert_int_equal(issue(&t, &w, CRYPTO_CERT_MAX), ERR_RANGE);
		w = certs_member(&t, 2);
		w.public.n--;
		assert_int_equal(issue(&t, &w, CRYPTO_CERT_MAX), ERR_MALFORMED);
		struct span many[65];
		for (size_t i = 0; i < 65; i++)
			many[i] = span_str("x");
		w = certs_member(&t, 2);
		w.classifiers = many;
		w.classifier_count = 65;
		assert_int_equal(issue(&t, &w, CRYPTO_CERT_MAX), ERR_RANGE);
		w.classifier_count = 64;
		assert_int_equal(issue(&t, &w, CRYPTO_CERT_MAX), OK);
		certs_fini(&t);
	}
}

/* Text beyond ASCII, and times on both sides of 2050, where their form changes. */
static void texts_and_times_survive(void **state)
{
	static const int64_t times[] = { 0, 1, 2524607999, 2524608000, 253402300799 };
	RIG_EACH_PROFILE(p)
	{
		struct certs t;
		struct der d;
		certs_init(&t, p);
		struct crypto_cert w = certs_member(&t, 2);
		struct span list[] = { span_str(""), span_str("caf\xc3\xa9"),
				       span_str("\xf0\x9f\x8f\xa1") };
		w.classifiers = list;
		w.classifier_count = 3;
		w.subject = span_str("\xe5\xae\xb6");
		w.subject_name = span_str("name2.\xe5\xae\xb6.\xf0\x9f\x8f\xa1");
		for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
			w.not_before = times[i] * 1000000;
			w.not_after = CRYPTO_CERT_FOREVER;
			assert_read(&t, &w, certs_issue(&t, 1, &w, &d),
				    crypto_key_public(t.keys[1]));
		}
		certs_fini(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_issued_reads_the_same),
		cmocka_unit_test(the_same_env_issues_the_same),
		cmocka_unit_test(extensions_are_those_of_the_digest),
		cmocka_unit_test(what_cannot_be_said_is_not_issued),
		cmocka_unit_test(texts_and_times_survive),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
