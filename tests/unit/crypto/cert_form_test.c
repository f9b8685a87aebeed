/* What is tolerated of certificates that others issue, and what is not. */
#include "certs.h"

#include "base/text.h"

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

enum kind {
	A_ROOT,
	A_MEMBER,
	AN_IDENTITY
};

static struct span issue_kind(struct certs *t, enum kind kind, struct der *d)
{
	struct crypto_cert w = kind == A_ROOT	  ? certs_root(t)
			       : kind == A_MEMBER ? certs_member(t, 2)
						  : certs_identity(t, 1);
	return certs_issue(t, kind == A_ROOT ? 0 : 1, &w, d);
}

/* Reads a certificate of that kind, changed; what was read goes to `look`. */
typedef void look_fn(const struct crypto_cert *cert);
static enum err forged(const struct crypto_profile *p, enum kind kind, certs_edit *edit,
		       const void *arg, look_fn *look)
{
	struct certs t;
	struct der d;
	struct crypto_chain *chain = NULL;
	certs_init(&t, p);
	issue_kind(&t, kind, &d);
	certs_forge(&t, kind == A_ROOT ? 0 : 1, &d, edit, arg);
	enum err e = certs_parse(&t, span_of(d.octets, d.n), &chain);
	if (!e) {
		struct span issuer = crypto_key_public(t.keys[kind == A_ROOT ? 0 : 1]);
		const struct crypto_cert *cert = crypto_chain_cert(chain, 0);
		assert_int_equal(crypto_cert_verify(t.rig.c, p, cert, issuer), OK);
		if (look)
			look(cert);
	}
	crypto_chain_free(chain);
	certs_fini(&t);
	return e;
}

static enum err with(enum kind kind, const struct certs_extension *x, look_fn *look)
{
	enum err first = forged(crypto_profile(CRYPTO_MODERN), kind, certs_set_extension, x, look);
	const struct crypto_profile *classic = crypto_profile(CRYPTO_CLASSIC);
	if (classic && kind == A_MEMBER) /* keys are slow to make there */
		assert_int_equal(forged(classic, kind, certs_set_extension, x, look), first);
	return first;
}

struct missing {
	struct crypto_oid oid;
	enum kind kind;
	enum err want;
};

static const struct missing missing[] = {
	{ ARC(0, 1), A_ROOT, ERR_MALFORMED },
	{ ARC(0, 1), A_MEMBER, ERR_MALFORMED },
	{ ARC(0, 1), AN_IDENTITY, ERR_MALFORMED },
	{ ARC(0, 4), A_ROOT, ERR_MALFORMED },
	{ ARC(0, 4), A_MEMBER, ERR_MALFORMED },
	{ ARC(0, 4), AN_IDENTITY, OK },
	{ STD(7), A_ROOT, ERR_MALFORMED },
	{ STD(7), A_MEMBER, ERR_MALFORMED },
	{ STD(7), AN_IDENTITY, ERR_MALFORMED },
	{ STD(8), A_MEMBER, ERR_MALFORMED },
	{ ARC(3, 3), A_MEMBER, ERR_MALFORMED },
	{ ARC(3, 5), A_MEMBER, ERR_MALFORMED },
	{ ARC(3, 1), A_ROOT, OK },
	{ ARC(3, 1), A_MEMBER, OK },
	{ STD(37), A_MEMBER, OK },
	{ STD(35), A_MEMBER, OK },
	{ STD(19), A_ROOT, OK },
	{ STD(19), A_MEMBER, OK },
};

/* CRYPTO-4.1 */
static void what_a_kind_must_have(void **state)
{
	const struct crypto_profile *p = crypto_profile(CRYPTO_MODERN);
	for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) {
		struct certs_extension x = { .oid = missing[i].oid, .value = NULL };
		assert_int_equal(forged(p, missing[i].kind, certs_set_extension, &x, NULL),
				 missing[i].want);
	}
}

static const struct certs_extension bad[] = {
	{ ARC(0, 1), true, "040404000000" }, /* a fourth kind */
	{ ARC(0, 1), true, "040400000000" },
	{ ARC(0, 1), true, "040401000001" },
	{ ARC(0, 1), true, "0403010000" },
	{ ARC(0, 1), true, "04040100000000" }, /* something behind */
	{ ARC(0, 1), true, "020101" },	       /* not octets */
	{ ARC(0, 1), true, "" },
	{ ARC(0, 4), true, "040403000000" }, /* of neither profile */
	{ ARC(0, 4), true, "0400" },
	{ ARC(2, 2), true, "0403000000" }, /* flags of three octets */
	{ ARC(3, 1), true, "3000" },	   /* no group */
	{ ARC(3, 1), true, "3006820161820162" },
	{ ARC(3, 1), true, "3003820161" }, /* a host as a group */
	{ ARC(3, 3), true, "3000" },	   /* no role */
	{ ARC(3, 3), true, "3011040f2dc4c708574ca093fcb1bb19a3d8c2" },
	{ ARC(3, 3), true, "30120410f12dc4c708574ca093fcb1bb19a3d8c200" },
	{ ARC(3, 5), true, "3003820161" }, /* a host as a classifier */
	{ ARC(3, 5), true, "301ea01c060a2b0601040182372c0003a00e040c7061727469636970616e7431" },
	{ ARC(3, 5), true, "3011a00f060a2b0601040182372c0003a0011e" },
	{ ARC(3, 5), true, "3013a011060a2b0601040182372c0002a0030c0161" },     /* a name in there */
	{ ARC(3, 5), true, "3015a013060a2b0601040182372c0003a0050c03610062" }, /* NUL */
	{ ARC(3, 5), true, "3014a012060a2b0601040182372c0003a0040c02c080" },   /* no UTF-8 */
	{ STD(37), false, "0400" },
	{ STD(35), false, "0400" },
	{ STD(19), false, "0101ff" },  /* not a sequence */
	{ STD(15), true, "03020780" }, /* critical and unknown */
	{ ARC(9, 9), true, "0500" },
};

/* CRYPTO-4.1 */
static void extensions_that_are_none(void **state)
{
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct certs_extension x = bad[i];
		assert_int_equal(with(A_MEMBER, &x, NULL), ERR_MALFORMED);
	}
}

static void look_inviter(const struct crypto_cert *c)
{
	assert_int_equal(c->roles, CRYPTO_ROLE_INVITER);
}

static void look_member(const struct crypto_cert *c)
{
	assert_int_equal(c->roles, CRYPTO_ROLE_MEMBER);
}

static void look_two_roles(const struct crypto_cert *c)
{
	assert_int_equal(c->roles, CRYPTO_ROLE_ADMIN | CRYPTO_ROLE_OTHER);
}

static void look_no_classifier(const struct crypto_cert *c)
{
	assert_int_equal(c->classifier_count, 0);
}

static void look_a(const struct crypto_cert *c)
{
	assert_int_equal(c->classifier_count, 1);
	assert_true(span_eq(c->classifiers[0], span_str("a")));
}

static void look_empty_classifier(const struct crypto_cert *c)
{
	assert_int_equal(c->classifier_count, 1);
	assert_non_null(c->classifiers[0].p);
	assert_int_equal(c->classifiers[0].n, 0);
}

static void look_raw_subject(const struct crypto_cert *c)
{
	static const uint8_t raw[] = { 0x30, 0x03, 0x82, 0x01, 0x61 };
	assert_true(span_eq(c->subject_name, span_of(raw, sizeof raw)));
}

static void look_name2(const struct crypto_cert *c)
{
	assert_true(span_eq(c->subject_name, span_str("name2.two")));
	assert_true(span_eq(c->issuer_name, span_str("name1.one")));
}

static void look_one_usage(const struct crypto_cert *c)
{
	assert_int_equal(c->usages, CRYPTO_USAGE_SERVER);
}

static const struct {
	struct certs_extension x;
	look_fn *look;
} fine[] = {
	{ { ARC(3, 3), true, "30120410f12dc4c708574ca093fcb1bb19a3d8c2" }, look_member },
	{ { ARC(3, 3), true, "30120410c7c42df15708a04c93fcb1bb19a3d8c2" }, look_member },
	{ { ARC(3, 3), true, "30120410dd15f41ffc4e4922b0354c06a754d01d" }, look_inviter },
	{ { ARC(3, 3), false, "301204101ff415dd4efc2249b0354c06a754d01d" }, look_inviter },
	{ { ARC(3, 3), true,
	    "3024041004387127aa56450a8ce54f565c6790f4041000112233445566778899aabbccddeeff" },
	  look_two_roles },
	{ { ARC(3, 5), true, "3000" }, look_no_classifier },
	{ { ARC(3, 5), true, "3013a011060a2b0601040182372c0003a0030c0161" }, look_a },
	{ { ARC(3, 5), true, "3014a012060a2b0601040182372c0003a0041e020061" }, look_a },
	{ { ARC(3, 5), true, "3016a014060a2b0601040182372c0003a0061c0400000061" }, look_a },
	{ { ARC(3, 5), true, "3016a014060a2b0601040182372c0003a0061e0400610000" }, look_a },
	{ { ARC(3, 5), true, "3014a012060a2b0601040182372c0003a0040c026100" }, look_a },
	{ { ARC(3, 5), true, "3012a010060a2b0601040182372c0003a0020c00" }, look_empty_classifier },
	{ { STD(7), false, "3003820161" }, look_raw_subject },
	{ { STD(17), false, "3003820161" }, look_name2 },
	{ { STD(17), true, "3013a011060a2b0601040182372c0002a0030c0161" }, look_name2 },
	{ { STD(18), false, "3013a011060a2b0601040182372c0002a0030c0161" }, look_name2 },
	{ { STD(37), false, "300a06082b06010505070301" }, look_one_usage },
	{ { STD(15), false, "03020780" }, look_name2 },
	{ { STD(19), true, "30060101ff020103" }, look_name2 },
	{ { STD(19), false, "3000" }, look_name2 },
	{ { ARC(2, 2), true, "040400000000" }, look_name2 },
	{ { ARC(3, 2), true, "040400000000" }, look_name2 },
};

/* CRYPTO-4.4 */
static void what_others_may_write(void **state)
{
	for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
		assert_int_equal(with(A_MEMBER, &fine[i].x, fine[i].look), OK);
}

static void look_many_classifiers(const struct crypto_cert *c)
{
	assert_int_equal(c->classifier_count, 64);
}

/* CRYPTO-5.6: 64 of them, and one more. */
static void classifiers_are_bounded(void **state)
{
	static const char one[] = "a010060a2b0601040182372c0003a0020c00";
	const struct crypto_profile *p = crypto_profile(CRYPTO_MODERN);
	for (size_t n = 64; n < 66; n++) {
		char hex[8 + 65 * sizeof one];
		struct text t = TEXT_OF(hex);
		const uint8_t size[] = { (uint8_t)(n * 18 >> 8), (uint8_t)(n * 18) };
		text_str(&t, "3082");
		text_hex(&t, span_of(size, sizeof size));
		for (size_t i = 0; i < n; i++)
			text_str(&t, one);
		const struct certs_extension x = { ARC(3, 5), true, hex };
		assert_int_equal(forged(p, A_MEMBER, certs_set_extension, &x,
					n > 64 ? NULL : look_many_classifiers),
				 n > 64 ? ERR_MALFORMED : OK);
	}
}

static void look_later(const struct crypto_cert *c)
{
	assert_true(span_eq(c->subject_name, span_str("a")));
}

static void move_subject(struct crypto_tbs *t, const void *arg)
{
	struct certs_extension gone = { STD(7), false, NULL };
	struct certs_extension later = { STD(17), false,
					 "3013a011060a2b0601040182372c0002a0030c0161" };
	certs_set_extension(t, &gone);
	certs_set_extension(t, &later);
}

static void move_beside_a_host(struct crypto_tbs *t, const void *arg)
{
	struct certs_extension gone = { STD(7), false, NULL };
	struct certs_extension later = { STD(17), false,
					 "3016820162a011060a2b0601040182372c0002a0030c0161" };
	certs_set_extension(t, &gone);
	certs_set_extension(t, &later);
}

static void move_two(struct crypto_tbs *t, const void *arg)
{
	struct certs_extension gone = { STD(7), false, NULL };
	struct certs_extension later = { STD(17), false,
					 "3026a011060a2b0601040182372c0002a0030c0161"
					 "a011060a2b0601040182372c0002a0030c0162" };
	certs_set_extension(t, &gone);
	certs_set_extension(t, &later);
}

/* CRYPTO-4.4 */
static void names_under_newer_identifiers(void **state)
{
	const struct crypto_profile *p = crypto_profile(CRYPTO_MODERN);
	assert_int_equal(forged(p, A_MEMBER, move_subject, NULL, look_later), OK);
	assert_int_equal(forged(p, A_MEMBER, move_beside_a_host, NULL, look_later), OK);
	assert_int_equal(forged(p, A_MEMBER, move_two, NULL, NULL), ERR_MALFORMED);
}

/* CRYPTO-4.1 */
static void an_extension_stands_once(void **state)
{
	const struct crypto_profile *p = crypto_profile(CRYPTO_MODERN);
	struct certs_extension again = { ARC(0, 1), true, "040401000000" };
	struct certs_extension unknown = { ARC(9, 9), false, "0500" };
	assert_int_equal(forged(p, A_MEMBER, certs_add_extension, &again, NULL), ERR_MALFORMED);
	assert_int_equal(forged(p, A_MEMBER, certs_add_extension, &unknown, NULL), OK);
}

static void no_version(struct crypto_tbs *t, const void *arg)
{
	ASN1_INTEGER_free(t->version);
	t->version = NULL;
}

static void version_2(struct crypto_tbs *t, const void *arg)
{
	assert_true(ASN1_INTEGER_set(t->version, 1));
}

static void unique_id(struct crypto_tbs *t, const void *arg)
{
	t->subject_id = ASN1_BIT_STRING_new();
	assert_true(ASN1_STRING_set(t->subject_id, "x", 1));
}

static void short_serial(struct crypto_tbs *t, const void *arg)
{
	assert_true(ASN1_STRING_set(t->serial,
				    "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d"
				    "\x0e\x0f",
				    15));
}

static void high_serial(struct crypto_tbs *t, const void *arg)
{
	uint8_t octets[CRYPTO_SERIAL] = { 0x80, 1 };
	assert_true(ASN1_STRING_set(t->serial, octets, sizeof octets));
}

static void other_algorithm(struct crypto_tbs *t, const void *arg)
{
	struct crypto_oid oid = { 8, { 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3 } };
	assert_true(X509_ALGOR_set0(t->algorithm, crypto_oid_object(&oid), V_ASN1_UNDEF, NULL));
}

static void other_key(struct crypto_tbs *t, const void *arg)
{
	uint8_t spki[200];
	int n = ASN1_STRING_length(t->key);
	memcpy(spki, ASN1_STRING_get0_data(t->key), (size_t)n);
	spki[22] ^= 1;
	assert_true(ASN1_STRING_set(t->key, spki, n));
}

static void no_extensions(struct crypto_tbs *t, const void *arg)
{
	sk_X509_EXTENSION_pop_free(t->extensions, X509_EXTENSION_free);
	t->extensions = NULL;
}

static void bad_time(struct crypto_tbs *t, const void *arg)
{
	assert_true(ASN1_STRING_set(t->validity->notAfter, "201399999999Z", 13));
}

static void long_friendly(struct crypto_tbs *t, const void *arg)
{
	uint8_t text[600];
	memset(text, 'a', sizeof text);
	X509_NAME_ENTRY *e = X509_NAME_get_entry(t->subject, 0);
	assert_true(X509_NAME_ENTRY_set_data(e, V_ASN1_UTF8STRING, text, sizeof text));
	X509_NAME_ENTRY *same = X509_NAME_ENTRY_dup(e);
	X509_NAME_ENTRY_free(X509_NAME_delete_entry(t->subject, 0));
	assert_true(X509_NAME_add_entry(t->subject, same, -1, 0));
	X509_NAME_ENTRY_free(same);
}

/* CRYPTO-4.1 */
static void forms_that_are_refused(void **state)
{
	static certs_edit *const edits[] = { no_version,  version_2,	   unique_id, short_serial,
					     high_serial, other_algorithm, other_key, no_extensions,
					     bad_time,	  long_friendly };
	for (size_t i = 0; i < sizeof edits / sizeof *edits; i++)
		assert_int_equal(
			forged(crypto_profile(CRYPTO_MODERN), A_MEMBER, edits[i], NULL, NULL),
			ERR_MALFORMED);
}

static void look_no_friendly(const struct crypto_cert *c)
{
	assert_null(c->subject.p);
	assert_non_null(c->issuer.p);
}

static void no_friendly(struct crypto_tbs *t, const void *arg)
{
	X509_NAME_ENTRY_free(X509_NAME_delete_entry(t->subject, 0));
}

static void a_certificate_needs_no_friendly_name(void **state)
{
	assert_int_equal(forged(crypto_profile(CRYPTO_MODERN), A_MEMBER, no_friendly, NULL,
				look_no_friendly),
			 OK);
}

/* CRYPTO-4.1: neither profile takes the other's. */
static void profiles_keep_apart(void **state)
{
	if (!crypto_profile(CRYPTO_CLASSIC))
		skip();
	RIG_EACH_PROFILE(p)
	{
		struct certs t;
		struct der d;
		certs_init(&t, p);
		issue_kind(&t, A_MEMBER, &d);
		t.p = crypto_profile(p->id == CRYPTO_MODERN ? CRYPTO_CLASSIC : CRYPTO_MODERN);
		assert_int_equal(certs_try(&t, span_of(d.octets, d.n)), ERR_MALFORMED);
		certs_fini(&t);
	}
}

/* CRYPTO-4.1: nothing that nobody signs may vary. Here the outer length in one octet
 * more than it needs, and the algorithm with parameters outside only. */
static void one_certificate_has_one_form(void **state)
{
	struct certs t;
	struct der d;
	certs_init(&t, crypto_profile(CRYPTO_MODERN));
	struct span whole = issue_kind(&t, A_MEMBER, &d);
	assert_memory_equal(whole.p, "\x30\x82", 2);
	memmove(d.octets + 3, d.octets + 2, d.n - 2);
	d.octets[1] = 0x83;
	d.octets[2] = 0;
	assert_int_equal(certs_try(&t, span_of(d.octets, d.n + 1)), ERR_MALFORMED);
	whole = issue_kind(&t, A_MEMBER, &d);
	struct crypto_x509 *x = crypto_item_read(whole, crypto_x509_item());
	assert_non_null(x);
	x->algorithm->parameter = ASN1_TYPE_new();
	ASN1_TYPE_set(x->algorithm->parameter, V_ASN1_NULL, NULL);
	assert_int_equal(crypto_der_out(x, crypto_x509_item(), d.octets, sizeof d.octets, &d.n),
			 OK);
	assert_int_equal(certs_try(&t, span_of(d.octets, d.n)), ERR_MALFORMED);
	ASN1_item_free((ASN1_VALUE *)x, crypto_x509_item());
	/* An octet behind the signature, where it lies. */
	whole = issue_kind(&t, A_MEMBER, &d);
	x = crypto_item_read(whole, crypto_x509_item());
	assert_non_null(x);
	uint8_t longer[CRYPTO_DER_SIGNATURE_MAX + 1] = { 0 };
	int n = ASN1_STRING_length(x->signature);
	memcpy(longer, ASN1_STRING_get0_data(x->signature), (size_t)n);
	assert_true(ASN1_STRING_set(x->signature, longer, n + 1));
	assert_int_equal(crypto_der_out(x, crypto_x509_item(), d.octets, sizeof d.octets, &d.n),
			 OK);
	assert_int_equal(certs_try(&t, span_of(d.octets, d.n)), ERR_MALFORMED);
	ASN1_item_free((ASN1_VALUE *)x, crypto_x509_item());
	certs_fini(&t);
}

static void every_truncation_is_refused(void **state)
{
	RIG_EACH_PROFILE(p)
	{
		struct certs t;
		struct der d;
		certs_init(&t, p);
		struct span whole = issue_kind(&t, A_MEMBER, &d);
		for (size_t n = 0; n < whole.n; n++)
			assert_int_equal(certs_try(&t, span_of(whole.p, n)), ERR_MALFORMED);
		d.octets[whole.n] = 0;
		assert_int_equal(certs_try(&t, span_of(whole.p, whole.n + 1)), ERR_MALFORMED);
		certs_fini(&t);
	}
}

/* What still reads with an octet changed is not what was signed. */
static void no_changed_octet_passes(void **state)
{
	struct certs t;
	struct der d;
	certs_init(&t, crypto_profile(CRYPTO_MODERN));
	struct span whole = issue_kind(&t, A_MEMBER, &d);
	size_t read = 0;
	for (size_t i = 0; i < whole.n; i++) {
		struct crypto_chain *chain = NULL;
		d.octets[i] ^= (uint8_t)(1 << i % 8);
		if (certs_parse(&t, whole, &chain) == OK) {
			read++;
			assert_int_equal(crypto_cert_verify(t.rig.c, t.p,
							    crypto_chain_cert(chain, 0),
							    crypto_key_public(t.keys[1])),
					 ERR_DENIED);
		}
		crypto_chain_free(chain);
		d.octets[i] ^= (uint8_t)(1 << i % 8);
	}
	assert_true(read > 100);
	certs_fini(&t);
}

/* CRYPTO-4.3: the library's own reader sees a certificate that it can verify. */
static void another_reader_agrees(void **state)
{
	RIG_EACH_PROFILE(p)
	{
		struct certs t;
		struct der d;
		certs_init(&t, p);
		struct span whole = issue_kind(&t, A_MEMBER, &d);
		const unsigned char *at = whole.p;
		X509 *x = X509_new_ex(t.rig.c->lib, NULL);
		assert_non_null(d2i_X509(&x, &at, (long)whole.n));
		assert_int_equal(X509_get_version(x), 2);
		assert_int_equal(X509_get_ext_count(x), 10);
		assert_int_equal(X509_check_ca(x), 1);
		assert_int_equal(X509_verify(x, EVP_PKEY_CTX_get0_pkey(t.keys[1]->signer)), 1);
		X509_free(x);
		certs_fini(&t);
	}
}

/* CRYPTO-4.3: a member that may not issue is nobody's issuer elsewhere either. */
static void only_issuers_are_authorities(void **state)
{
	static const unsigned int roles[] = { CRYPTO_ROLE_ADMIN, CRYPTO_ROLE_INVITER,
					      CRYPTO_ROLE_MEMBER };
	struct certs t;
	struct der d;
	certs_init(&t, crypto_profile(CRYPTO_MODERN));
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
		struct crypto_cert what = certs_member(&t, 2);
		what.roles = roles[i];
		const unsigned char *at = certs_issue(&t, 1, &what, &d).p;
		X509 *x = X509_new_ex(t.rig.c->lib, NULL);
		assert_non_null(d2i_X509(&x, &at, (long)d.n));
		assert_int_equal(X509_check_ca(x), roles[i] != CRYPTO_ROLE_MEMBER);
		X509_free(x);
	}
	certs_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_kind_must_have),
		cmocka_unit_test(extensions_that_are_none),
		cmocka_unit_test(what_others_may_write),
		cmocka_unit_test(classifiers_are_bounded),
		cmocka_unit_test(names_under_newer_identifiers),
		cmocka_unit_test(an_extension_stands_once),
		cmocka_unit_test(forms_that_are_refused),
		cmocka_unit_test(a_certificate_needs_no_friendly_name),
		cmocka_unit_test(profiles_keep_apart),
		cmocka_unit_test(one_certificate_has_one_form),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(no_changed_octet_passes),
		cmocka_unit_test(another_reader_agrees),
		cmocka_unit_test(only_issuers_are_authorities),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
