/* Identities of a machine: made, found, renamed, deleted, carried, locked away. */
#include "groups_rig.h"

static void ask(struct rig *r, enum groups_command_kind kind, const char *who, const char *pass,
		enum err expected)
{
	const struct groups_command c = { .kind = kind,
					  .identity = rig_word(who),
					  .passphrase = rig_word(pass) };
	const struct rig_answer *a = rig_do(r, &c);
	assert_true(a->given);
	assert_int_equal(a->err, expected);
	assert_int_equal(a->text[0] != 0, expected != OK);
}

static struct groups_identity found(struct rig *r, const char *word)
{
	struct groups_identity i;
	assert_int_equal(groups_find_identity(r->s, rig_word(word), &i), OK);
	return i;
}

static size_t count(const struct rig *r)
{
	struct groups_identity i;
	size_t at = 0, n = 0;
	while (groups_identity_next(r->s, &at, &i))
		n++;
	return n;
}

/* GROUP-10.5: the first is the default one, and stays it. */
static void test_made(void **state)
{
	struct rig r;
	char anna[GROUP_NAME_OCTETS + 1];
	rig_init(&r);
	struct text t = TEXT_OF(anna);
	text_str(&t, rig_person(&r, "Anna"));
	(void)rig_person(&r, "Ben");
	assert_int_equal(count(&r), 2);
	struct groups_identity i = found(&r, "");
	assert_string_equal(i.name, anna);
	assert_string_equal(i.label, "Anna");
	assert_true(i.is_default && i.usable);
	assert_int_equal(i.made, RIG_WALL + r.now.us);
	assert_true(i.certificate.n > 100);
	assert_false(found(&r, "Ben").is_default);
	struct group_name n;
	assert_int_equal(group_name_parse(&n, span_str(anna)), OK);
	assert_true(span_eq(n.classifier, span_str("Anna")));
	rig_fini(&r);
}

/* GROUP-10.10 */
static void test_classifier(void **state)
{
	struct rig r;
	struct group_name n;
	rig_init(&r);
	struct groups_command c = { .kind = GROUPS_ID_CREATE, .text = rig_word("Anna B.") };
	rig_expect(&r, &c, OK, "");
	assert_int_equal(group_name_parse(&n, span_str(r.answer.made)), OK);
	assert_true(span_eq(n.classifier, span_str("Anna B.")));
	c.text = rig_word("");
	rig_expect(&r, &c, OK, "");
	assert_int_equal(group_name_parse(&n, span_str(r.answer.made)), OK);
	assert_int_equal(n.classifier.n, 0);
	rig_fini(&r);
}

/* GROUP-10.6 */
static void test_found(void **state)
{
	struct rig r;
	struct groups_identity i;
	char anna[GROUP_NAME_OCTETS + 1];
	rig_init(&r);
	assert_int_equal(groups_find_identity(r.s, rig_word(""), &i), ERR_NOT_FOUND);
	struct text t = TEXT_OF(anna);
	text_str(&t, rig_person(&r, "Anna"));
	(void)rig_person(&r, "Ben");
	assert_string_equal(found(&r, anna).name, anna);
	anna[6] = 0;
	assert_string_equal(found(&r, anna).label, "Anna");
	anna[5] = 0;
	assert_int_equal(groups_find_identity(r.s, rig_word(anna), &i), ERR_NOT_FOUND);
	(void)rig_person(&r, "Anna");
	assert_int_equal(groups_find_identity(r.s, rig_word("Anna"), &i), ERR_CONFLICT);
	ask(&r, GROUPS_ID_DELETE, "Anna", "", ERR_CONFLICT);
	ask(&r, GROUPS_ID_DELETE, "Zoe", "", ERR_NOT_FOUND);
	rig_fini(&r);
}

static void test_set(void **state)
{
	struct rig r;
	rig_init(&r);
	(void)rig_person(&r, "Anna");
	(void)rig_person(&r, "Ben");
	struct groups_command c = { .kind = GROUPS_ID_SET,
				    .identity = rig_word("Ben"),
				    .text = rig_word("Benjamin"),
				    .set = GROUPS_SET_TEXT,
				    .make_default = true };
	assert_int_equal(rig_do(&r, &c)->err, OK);
	assert_true(r.answer.after > 0);
	rig_restart(&r);
	assert_string_equal(found(&r, "").label, "Benjamin");
	assert_true(found(&r, "Benjamin").is_default);
	c.identity = rig_word("Anna");
	c.text = span_of("a\0b", 3);
	assert_int_equal(rig_do(&r, &c)->err, ERR_RANGE);
	c.text = rig_word("Anne");
	c.dry_run = true;
	assert_int_equal(rig_do(&r, &c)->err, OK);
	assert_string_equal(found(&r, "Anna").label, "Anna");
	rig_fini(&r);
}

static void test_deleted(void **state)
{
	struct rig r;
	rig_init(&r);
	(void)rig_person(&r, "Anna");
	ask(&r, GROUPS_ID_DELETE, "Anna", "", OK);
	assert_int_equal(count(&r), 0);
	rig_restart(&r);
	assert_int_equal(count(&r), 0);
	rig_fini(&r);
}

static void create_with(struct rig *r, const struct groups_command *c, enum err expected)
{
	const struct rig_answer *a = rig_do(r, c);
	assert_true(a->given);
	assert_int_equal(a->err, expected);
	assert_true(expected == OK || a->text[0]);
}

static void test_refused(void **state)
{
	struct rig r;
	char many[600];
	rig_init(&r);
	memset(many, 'x', sizeof(many));
	struct groups_command c = { .kind = GROUPS_ID_CREATE, .text = span_of(many, 256) };
	create_with(&r, &c, ERR_RANGE);
	c.text = span_of(many, 150);
	create_with(&r, &c, ERR_RANGE);
	assert_non_null(strstr(r.answer.text, "give one besides"));
	c.text = span_of(many, 255);
	c.classifier = span_of(many, 150);
	create_with(&r, &c, ERR_RANGE);
	c.classifier = span_of("\xff", 1);
	create_with(&r, &c, ERR_RANGE);
	c.classifier = rig_word("x");
	c.key = rig_word("no key");
	create_with(&r, &c, ERR_MALFORMED);
	c.key = rig_word("");
	c.profile = CRYPTO_CLASSIC;
	create_with(&r, &c, ERR_UNSUPPORTED);
	c.profile = CRYPTO_MODERN;
	c.dry_run = true;
	create_with(&r, &c, OK);
	assert_int_equal(count(&r), 0);
	r.config.identities_max = 1;
	assert_int_equal(groups_reconfigure(r.s, &r.config, r.now), OK);
	c.dry_run = false;
	create_with(&r, &c, OK);
	create_with(&r, &c, ERR_FULL);
	rig_fini(&r);
}

/* Of the key that is given, and of no other. */
static void test_own_key(void **state)
{
	struct rig r;
	struct crypto_key *k;
	uint8_t plain[CRYPTO_PKCS8_MAX];
	size_t n;
	rig_init(&r);
	assert_int_equal(crypto_key_make(r.crypto, &r.f.env, crypto_profile(CRYPTO_MODERN), &k),
			 OK);
	assert_int_equal(crypto_key_save(r.crypto, k, plain, sizeof(plain), &n), OK);
	const struct groups_command c = { .kind = GROUPS_ID_CREATE, .key = span_of(plain, n) };
	create_with(&r, &c, OK);
	assert_true(group_name_of(r.crypto, crypto_profile(CRYPTO_MODERN), span_str(r.answer.made),
				  crypto_key_public(k)));
	create_with(&r, &c, ERR_EXISTS);
	crypto_key_free(k);
	rig_fini(&r);
}

/* GROUP-10.7: out under a passphrase, and in again elsewhere as the same person. */
static void test_carried(void **state)
{
	struct rig r, other;
	static uint8_t document[GROUP_PAPER_MAX];
	rig_init(&r);
	rig_init(&other);
	(void)rig_person(&r, "Anna");
	ask(&r, GROUPS_ID_EXPORT, "Anna", "", ERR_RANGE);
	ask(&r, GROUPS_ID_EXPORT, "Anna", "correct horse", OK);
	size_t n = r.answer.n;
	memcpy(document, r.answer.document, n);
	assert_non_null(strstr((char *)r.answer.document, "PEERIDENTITYEXPORT"));
	struct groups_command c = { .kind = GROUPS_ID_IMPORT,
				    .document = span_of(document, n),
				    .passphrase = rig_word("wrong horse") };
	create_with(&other, &c, ERR_DENIED);
	assert_int_equal(count(&other), 0);
	c.passphrase = rig_word("correct horse");
	create_with(&other, &c, OK);
	assert_string_equal(other.answer.made, found(&r, "Anna").name);
	assert_string_equal(found(&other, "").label, "Anna");
	assert_true(found(&other, "").usable);
	create_with(&other, &c, ERR_EXISTS);
	c.document = rig_word("<PEERIDENTITYINFO VERSION=\"2.0\"/>");
	create_with(&other, &c, ERR_MALFORMED);
	rig_fini(&r);
	rig_fini(&other);
}

static bool store_holds(struct rig *r, struct span secret)
{
	struct store_row row;
	uint8_t key[8] = { 0 };
	struct span after = span_of(NULL, 0);
	while (!store_scan(store_mem_store(r->mem), &group_table_identities, after, &row)) {
		for (size_t i = 0; i + secret.n <= row.value.n; i++)
			if (!memcmp(row.value.p + i, secret.p, secret.n))
				return true;
		memcpy(key, row.key.p, 8);
		after = span_of(key, 8);
	}
	return false;
}

/* GROUP-10.3: what lies in the store is of no use without the vault key. */
static void test_sealed(void **state)
{
	struct rig r;
	struct crypto_key *k;
	uint8_t plain[CRYPTO_PKCS8_MAX];
	size_t n;
	rig_init(&r);
	assert_int_equal(crypto_key_make(r.crypto, &r.f.env, crypto_profile(CRYPTO_MODERN), &k),
			 OK);
	assert_int_equal(crypto_key_save(r.crypto, k, plain, sizeof(plain), &n), OK);
	const struct groups_command c = { .kind = GROUPS_ID_CREATE, .key = span_of(plain, n) };
	create_with(&r, &c, OK);
	rig_commit(&r);
	assert_true(store_holds(&r, span_str(r.answer.made)));
	/* 32 octets of the private part: of PKCS #8 behind its head. */
	assert_false(store_holds(&r, span_of(plain + 36, 16)));
	crypto_key_free(k);
	rig_fini(&r);
}

/* GROUP-10.4: another vault key destroys nothing; the right one finds all as it was. */
static void test_wrong_vault(void **state)
{
	struct rig r;
	rig_init(&r);
	(void)rig_person(&r, "Anna");
	assert_int_equal(groups_health(r.s), OK);
	r.vault[3] ^= 1;
	rig_restart(&r);
	assert_int_equal(groups_health(r.s), ERR_DENIED);
	assert_false(found(&r, "Anna").usable);
	const struct groups_command c = { .kind = GROUPS_ID_CREATE };
	create_with(&r, &c, ERR_DENIED);
	ask(&r, GROUPS_ID_EXPORT, "Anna", "x", ERR_DENIED);
	r.no_vault = true;
	rig_restart(&r);
	assert_int_equal(groups_health(r.s), ERR_STATE);
	create_with(&r, &c, ERR_STATE);
	assert_false(found(&r, "Anna").usable);
	r.no_vault = false;
	r.vault[3] ^= 1;
	rig_restart(&r);
	assert_int_equal(groups_health(r.s), OK);
	assert_true(found(&r, "Anna").usable);
	ask(&r, GROUPS_ID_EXPORT, "Anna", "x", OK);
	rig_fini(&r);
}

/* GROUP-10.2, D8: what could not be stored never was. */
static void test_undone(void **state)
{
	struct rig r;
	rig_init(&r);
	(void)rig_person(&r, "Anna");
	rig_commit(&r);
	(void)rig_person(&r, "Ben");
	ask(&r, GROUPS_ID_DELETE, "Anna", "", OK);
	assert_int_equal(count(&r), 1);
	rig_fail_store(&r);
	assert_int_equal(count(&r), 1);
	assert_true(found(&r, "").is_default);
	assert_string_equal(found(&r, "").label, "Anna");
	assert_true(found(&r, "Anna").usable);
	struct groups_command c = { .kind = GROUPS_ID_SET,
				    .text = rig_word("Anne"),
				    .set = GROUPS_SET_TEXT };
	create_with(&r, &c, OK);
	assert_string_equal(found(&r, "").label, "Anne");
	rig_fail_store(&r);
	assert_string_equal(found(&r, "").label, "Anna");
	rig_fini(&r);
}

/* Without memory nothing is half there. */
static void test_memory(void **state)
{
	struct rig r;
	size_t failures = 0;
	rig_init(&r);
	const struct groups_command c = { .kind = GROUPS_ID_CREATE, .text = rig_word("Anna") };
	for (size_t n = 1; n < 200; n++) {
		size_t before = count(&r);
		failing_env_fail_at(&r.f, n);
		const struct rig_answer *a = rig_do(&r, &c);
		r.f.fail_at = 0;
		bool failed = r.f.failed;
		assert_true(a->given);
		assert_int_equal(count(&r), before + (a->err == OK));
		if (!failed)
			break;
		failures++;
	}
	assert_true(failures > 3);
	size_t n = count(&r);
	rig_restart(&r);
	assert_int_equal(count(&r), n);
	for (size_t k = 1; k < 400; k++) {
		rig_stop(&r);
		failing_env_fail_at(&r.f, k);
		enum err e = rig_start(&r);
		r.f.fail_at = 0;
		if (e)
			assert_int_equal(rig_start(&r), OK);
		if (!r.f.failed && !e)
			break;
	}
	assert_int_equal(count(&r), n);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_made),	    cmocka_unit_test(test_classifier),
		cmocka_unit_test(test_found),	    cmocka_unit_test(test_set),
		cmocka_unit_test(test_deleted),	    cmocka_unit_test(test_refused),
		cmocka_unit_test(test_own_key),	    cmocka_unit_test(test_carried),
		cmocka_unit_test(test_sealed),	    cmocka_unit_test(test_undone),
		cmocka_unit_test(test_wrong_vault), cmocka_unit_test(test_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
