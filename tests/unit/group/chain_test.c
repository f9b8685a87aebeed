/* Chains judged: every rule of digest grouping 3.5 with a chain that breaks it alone. */
#include "people.h"

#define HOUR INT64_C(3600000000)

static struct people_octets made; /* the chain of the test that runs */

/* A good chain but for what `edit` does to it, in each profile. */
static void assert_edited(size_t n, people_edit *edit, enum group_chain_fault want)
{
	PEOPLE_EACH_PROFILE(id)
	{
		struct people t;
		people_init(&t, id, n);
		assert_int_equal(people_judge(&t, NULL, people_chain(&t, n, edit, &made)), want);
		people_fini(&t);
	}
}

/* GROUP-2.1, GROUP-2.3: of any length, in any order. */
static void a_good_chain_is_taken(void **state)
{
	for (size_t n = 2; n <= PEOPLE_MOST; n++)
		assert_edited(n, NULL, GROUP_CHAIN_NONE);
}

static void its_ends_are_found(void **state)
{
	struct people t;
	struct people_octets root, leaf;
	struct crypto_chain *chain;
	enum group_chain_fault why;
	int64_t from, to;
	people_init(&t, CRYPTO_MODERN, 2);
	struct crypto_cert what = people_cert(&t, 0), below = people_cert(&t, 1);
	below.not_before += 5 * HOUR;
	struct span backwards[] = { people_sign(&t, 0, &below, &leaf),
				    people_sign(&t, 0, &what, &root) };
	const struct group_chain_rules rules = { .profile = t.p };
	assert_int_equal(
		group_chain_read(t.c, &rules, people_carry(&t, backwards, 2, &made), &chain, &why),
		OK);
	assert_int_equal(why, GROUP_CHAIN_NONE);
	assert_true(span_eq(group_chain_root(chain)->subject_name, people_name(&t, 0)));
	assert_true(span_eq(group_chain_leaf(chain)->subject_name, people_name(&t, 1)));
	group_chain_period(chain, &from, &to);
	assert_int_equal(from, PEOPLE_BORN + 5 * HOUR);
	assert_int_equal(to, PEOPLE_UNTIL);
	crypto_chain_free(chain);
	people_fini(&t);
}

/* GROUP-2.2 */
static void octets_that_are_none(void **state)
{
	struct people t;
	people_init(&t, CRYPTO_MODERN, 2);
	assert_int_equal(people_judge(&t, NULL, span_of(NULL, 0)), GROUP_CHAIN_MALFORMED);
	assert_int_equal(people_judge(&t, NULL, span_str("chain")), GROUP_CHAIN_MALFORMED);
	struct span whole = people_chain(&t, 2, NULL, &made);
	for (size_t n = 0; n < whole.n; n++)
		assert_int_equal(people_judge(&t, NULL, span_of(whole.p, n)),
				 GROUP_CHAIN_MALFORMED);
	people_fini(&t);
}

/* GROUP-2.2: neither profile takes certificates of the other. */
static void profiles_keep_apart(void **state)
{
	PEOPLE_EACH_PROFILE(id)
	{
		struct people t;
		enum crypto_profile_id other = id == CRYPTO_MODERN ? CRYPTO_CLASSIC : CRYPTO_MODERN;
		if (!group_profile(other))
			continue;
		people_init(&t, id, 2);
		const struct group_chain_rules rules = { .profile = group_profile(other) };
		assert_int_equal(people_judge(&t, &rules, people_chain(&t, 2, NULL, &made)),
				 GROUP_CHAIN_MALFORMED);
		people_fini(&t);
	}
}

/* GROUP-2.3: which of the people's certificates, by what they are here. */
static void assert_set(const char *which, enum group_chain_fault want)
{
	static struct people_octets der[8];
	struct people t;
	struct span certs[8];
	size_t n = strlen(which);
	people_init(&t, CRYPTO_MODERN, 5);
	for (size_t i = 0; i < n; i++) {
		bool own = which[i] == 'r' || which[i] == 'i'; /* another root; an identity */
		size_t who = own ? 4 : (size_t)(which[i] - '0');
		struct crypto_cert what = people_cert(&t, who);
		if (own) {
			what.type = which[i] == 'r' ? CRYPTO_CERT_ROOT : CRYPTO_CERT_IDENTITY;
			what.group_name = what.subject_name;
		}
		certs[i] = people_sign(&t, own || !who ? who : who - 1, &what, &der[i]);
	}
	assert_int_equal(people_judge(&t, NULL, people_carry(&t, certs, n, &made)), want);
	people_fini(&t);
}

/* GROUP-2.3 */
static void there_is_one_root(void **state)
{
	assert_set("01", GROUP_CHAIN_NONE);
	assert_set("2013", GROUP_CHAIN_NONE);
	assert_set("1", GROUP_CHAIN_NO_ROOT);
	assert_set("12", GROUP_CHAIN_NO_ROOT);
	assert_set("01r", GROUP_CHAIN_NO_ROOT);
	assert_set("00", GROUP_CHAIN_NO_ROOT);
	assert_set("0", GROUP_CHAIN_NO_MEMBER);
}

static void an_identity_is_no_membership(void **state)
{
	assert_set("i", GROUP_CHAIN_KIND);
	assert_set("01i", GROUP_CHAIN_KIND);
}

static void nobody_is_there_twice(void **state)
{
	assert_set("011", GROUP_CHAIN_CIRCULAR);
	assert_set("01232", GROUP_CHAIN_CIRCULAR);
}

static void names_lead_through_all(void **state)
{
	assert_set("02", GROUP_CHAIN_NAMES);
	assert_set("0134", GROUP_CHAIN_NAMES);
}

static void branch_off(struct people *t, size_t i, struct crypto_cert *what)
{
	if (i == 3)
		what->issuer_name = people_name(t, 1);
}

/* Two that have their certificates from each other, beside the root. */
static void go_round(struct people *t, size_t i, struct crypto_cert *what)
{
	if (i == 1)
		what->issuer_name = people_name(t, 2);
}

/* GROUP-2.3 */
static void a_chain_has_no_branches(void **state)
{
	assert_edited(4, branch_off, GROUP_CHAIN_NAMES);
	assert_edited(3, go_round, GROUP_CHAIN_NAMES);
}

static void name_no_group(struct people *t, size_t i, struct crypto_cert *what)
{
	if (i == 2)
		what->group_name = span_of(NULL, 0);
}

static void name_another_group(struct people *t, size_t i, struct crypto_cert *what)
{
	if (i == 2)
		what->group_name = people_name(t, 1);
}

/* GROUP-2.4 */
static void all_are_of_one_group(void **state)
{
	assert_edited(3, name_no_group, GROUP_CHAIN_MALFORMED);
	assert_edited(3, name_another_group, GROUP_CHAIN_OTHER_GROUP);
	struct people t;
	people_init(&t, CRYPTO_MODERN, 3);
	const struct group_chain_rules other = { .profile = t.p, .group = people_name(&t, 2) };
	const struct group_chain_rules any = { .profile = t.p };
	struct span chain = people_chain(&t, 2, NULL, &made);
	assert_int_equal(people_judge(&t, &other, chain), GROUP_CHAIN_OTHER_GROUP);
	assert_int_equal(people_judge(&t, &any, chain), GROUP_CHAIN_NONE);
	people_fini(&t);
}

/* The group calls itself by a name that is another key's, in all certificates. */
static void take_a_name(struct people *t, size_t i, struct crypto_cert *what)
{
	what->group_name = people_name(t, 2);
	if (i == 0)
		what->subject_name = people_name(t, 2);
	if (i == 1)
		what->issuer_name = people_name(t, 2);
}

/* Or has two. */
static void have_two_names(struct people *t, size_t i, struct crypto_cert *what)
{
	static char other[GROUP_NAME_OCTETS + 1];
	memcpy(other, t->names[0], sizeof other);
	other[strlen(other) - 1] ^= 1;
	if (i == 0)
		what->subject_name = span_str(other);
	if (i == 1)
		what->issuer_name = span_str(other);
}

/* GROUP-2.5 */
static void the_group_is_its_roots_key(void **state)
{
	assert_edited(2, have_two_names, GROUP_CHAIN_ROOT_NAME);
	PEOPLE_EACH_PROFILE(id)
	{
		struct people t;
		people_init(&t, id, 3);
		const struct group_chain_rules rules = { .profile = t.p,
							 .group = people_name(&t, 2) };
		struct span chain = people_chain(&t, 2, take_a_name, &made);
		assert_int_equal(people_judge(&t, &rules, chain), GROUP_CHAIN_ROOT_NAME);
		people_fini(&t);
	}
}

static void call_the_leaf(struct people *t, size_t i, struct crypto_cert *what)
{
	static char other[GROUP_NAME_OCTETS + 1];
	memcpy(other, t->names[2], sizeof other);
	other[0] = other[0] == '0' ? '1' : '0';
	if (i == 2)
		what->subject_name = span_str(other);
	if (i == 3)
		what->issuer_name = span_str(other);
}

static void call_it_nothing(struct people *t, size_t i, struct crypto_cert *what)
{
	if (i == 2)
		what->subject_name = span_str("0.cleo");
}

/* GROUP-2.5 */
static void members_are_called_by_their_keys(void **state)
{
	assert_edited(3, call_the_leaf, GROUP_CHAIN_LEAF_NAME);
	assert_edited(4, call_the_leaf, GROUP_CHAIN_LEAF_NAME);
	assert_edited(3, call_it_nothing, GROUP_CHAIN_LEAF_NAME);
}

static void outlive(struct people *t, size_t i, struct crypto_cert *what)
{
	what->not_after += i == 2 ? INT64_C(1000000) : 0;
}

static void precede(struct people *t, size_t i, struct crypto_cert *what)
{
	what->not_before -= i == 2 ? INT64_C(1000000) : 0;
}

static void be_shorter(struct people *t, size_t i, struct crypto_cert *what)
{
	what->not_before += i == 2 ? HOUR : 0;
	what->not_after -= i == 2 ? HOUR : 0;
}

/* GROUP-2.6 */
static void a_period_lies_in_its_issuers(void **state)
{
	assert_edited(3, outlive, GROUP_CHAIN_PERIOD);
	assert_edited(3, precede, GROUP_CHAIN_PERIOD);
	assert_edited(3, be_shorter, GROUP_CHAIN_NONE);
}

static void make_admin(struct people *t, size_t i, struct crypto_cert *what)
{
	if (i == 3) {
		what->roles = CRYPTO_ROLE_ADMIN;
		what->classifier_count = 1;
	}
}

static void add_admin(struct people *t, size_t i, struct crypto_cert *what)
{
	make_admin(t, i, what);
	what->roles |= i == 3 ? CRYPTO_ROLE_MEMBER : 0;
}

static void lower_issuer(struct people *t, size_t i, struct crypto_cert *what)
{
	if (i == 2)
		what->roles = CRYPTO_ROLE_MEMBER;
}

/* GROUP-3.3 */
static void nobody_gives_more_than_they_have(void **state)
{
	assert_edited(4, make_admin, GROUP_CHAIN_ROLE);
	assert_edited(4, add_admin, GROUP_CHAIN_ROLE);
	assert_edited(4, lower_issuer, GROUP_CHAIN_ROLE);
	assert_edited(3, lower_issuer, GROUP_CHAIN_NONE);
}

/* Changes octets of a made chain wherever they stand; the signature then fits no more. */
static size_t change(struct span in, const char *from, size_t n)
{
	size_t changed = 0;
	for (size_t i = 0; i + n <= in.n; i++)
		if (memcmp(in.p + i, from, n) == 0) {
			made.p[i + n - 1] ^= 1;
			changed++;
		}
	return changed;
}

static void add_member(struct people *t, size_t i, struct crypto_cert *what)
{
	what->roles |= i == 1 ? CRYPTO_ROLE_MEMBER : 0;
}

/* GROUP-3.3: a role that we do not know is given by the root alone, and gives nothing. */
static void unknown_roles_come_from_the_root(void **state)
{
	static const char admin[] = "\x04\x38\x71\x27\xaa\x56\x45\x0a\x8c\xe5\x4f\x56\x5c\x67";
	static const char member[] = "\xf1\x2d\xc4\xc7\x08\x57\x4c\xa0\x93\xfc\xb1\xbb\x19\xa3";
	struct people t;
	people_init(&t, CRYPTO_MODERN, 3);
	const struct group_chain_rules rules = { .profile = t.p };
	struct span chain = people_chain(&t, 2, NULL, &made);
	assert_int_equal(change(chain, admin, sizeof admin - 1), 1);
	assert_int_equal(people_judge(&t, &rules, chain), GROUP_CHAIN_ROLE);
	chain = people_chain(&t, 2, add_member, &made);
	assert_int_equal(change(chain, member, sizeof member - 1), 1);
	assert_int_equal(people_judge(&t, &rules, chain), GROUP_CHAIN_SIGNATURE);
	chain = people_chain(&t, 3, NULL, &made);
	assert_int_equal(change(chain, member, sizeof member - 1), 1);
	assert_int_equal(people_judge(&t, &rules, chain), GROUP_CHAIN_ROLE);
	people_fini(&t);
}

#define SPAN(text)                                                                                 \
	{                                                                                          \
		(const uint8_t *)(text), sizeof(text) - 1                                          \
	}
static const struct span other_classifiers[] = { SPAN("fish food"), SPAN("fish"), SPAN("") };

static void classify_otherwise(struct people *t, size_t i, struct crypto_cert *what)
{
	if (i == 3)
		what->classifiers = other_classifiers;
}

static void have_no_list(struct people *t, size_t i, struct crypto_cert *what)
{
	if (i == 3)
		what->classifier_count = 0;
}

/* Digest T11, as a chain: the third has "fish", the fourth "fish food". */
static void eat(struct crypto_cert *what, size_t i, unsigned int role)
{
	if (i == 2)
		what->classifiers = other_classifiers + 1;
	if (i == 3) {
		what->classifiers = other_classifiers;
		what->roles = role;
	}
}

static void eat_as_member(struct people *t, size_t i, struct crypto_cert *what)
{
	eat(what, i, CRYPTO_ROLE_MEMBER);
}

static void eat_as_inviter(struct people *t, size_t i, struct crypto_cert *what)
{
	eat(what, i, CRYPTO_ROLE_INVITER);
}

/* The root gave the first member a list. */
static void be_given_a_list(struct people *t, size_t i, struct crypto_cert *what)
{
	if (i == 1) {
		what->classifiers = other_classifiers + 1;
		what->classifier_count = 1;
	}
}

/* GROUP-3.4 */
static void classifiers_only_narrow(void **state)
{
	assert_edited(4, classify_otherwise, GROUP_CHAIN_CLASSIFIER);
	assert_edited(4, have_no_list, GROUP_CHAIN_CLASSIFIER);
	assert_edited(2, be_given_a_list, GROUP_CHAIN_NONE);
	assert_edited(3, be_given_a_list, GROUP_CHAIN_CLASSIFIER);
	assert_edited(4, eat_as_member, GROUP_CHAIN_CLASSIFIER);
	assert_edited(4, eat_as_inviter, GROUP_CHAIN_NONE);
}

/* GROUP-2.7 */
static void the_leaf_is_somebodys(void **state)
{
	PEOPLE_EACH_PROFILE(id)
	{
		struct people t;
		people_init(&t, id, 3);
		struct group_chain_rules rules = { .profile = t.p };
		struct span chain = people_chain(&t, 3, NULL, &made);
		rules.public = crypto_key_public(t.keys[2]);
		assert_int_equal(people_judge(&t, &rules, chain), GROUP_CHAIN_NONE);
		rules.public = crypto_key_public(t.keys[1]);
		assert_int_equal(people_judge(&t, &rules, chain), GROUP_CHAIN_OTHER_KEY);
		people_fini(&t);
	}
}

/* The i-th of three is signed with a key that is not its issuer's. */
static struct span sign_wrongly(struct people *t, size_t wrong)
{
	static struct people_octets der[3];
	struct span certs[3];
	for (size_t i = 0; i < 3; i++) {
		struct crypto_cert what = people_cert(t, i);
		size_t signer = i ? i - 1 : 0;
		certs[i] = people_sign(t, i && i == wrong ? i : signer, &what, &der[i]);
	}
	if (wrong == 0)
		der[0].p[der[0].n - 1] ^= 1;
	return people_carry(t, certs, 3, &made);
}

/* GROUP-2.8 */
static void every_signature_counts(void **state)
{
	PEOPLE_EACH_PROFILE(id)
	{
		struct people t;
		people_init(&t, id, 3);
		for (size_t wrong = 0; wrong < 3; wrong++)
			assert_int_equal(people_judge(&t, NULL, sign_wrongly(&t, wrong)),
					 GROUP_CHAIN_SIGNATURE);
		assert_int_equal(people_judge(&t, NULL, sign_wrongly(&t, 3)), GROUP_CHAIN_NONE);
		people_fini(&t);
	}
}

/* GROUP-2.8: to the second; who is early or late still gets the chain, which
 * people_judge() sees to. */
static void a_chain_has_its_time(void **state)
{
	static const struct {
		int64_t now;
		enum group_chain_fault want;
	} rows[] = {
		{ PEOPLE_BORN - 40 * HOUR, GROUP_CHAIN_NOT_YET },
		{ PEOPLE_BORN - 1, GROUP_CHAIN_NOT_YET },
		{ PEOPLE_BORN, GROUP_CHAIN_NONE },
		{ PEOPLE_UNTIL, GROUP_CHAIN_NONE },
		{ PEOPLE_UNTIL + 1, GROUP_CHAIN_EXPIRED },
		{ PEOPLE_UNTIL + 40 * HOUR, GROUP_CHAIN_EXPIRED },
		{ 0, GROUP_CHAIN_NONE },
	};
	PEOPLE_EACH_PROFILE(id)
	{
		struct people t;
		people_init(&t, id, 3);
		for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
			const struct group_chain_rules rules = { .profile = t.p,
								 .now = rows[i].now };
			assert_int_equal(people_judge(&t, &rules, people_chain(&t, 3, NULL, &made)),
					 rows[i].want);
			assert_int_equal(people_judge(&t, &rules, sign_wrongly(&t, 2)),
					 GROUP_CHAIN_SIGNATURE);
		}
		people_fini(&t);
	}
}

/* DER by hand: what crypto would not make. */
static size_t put_der(uint8_t *out, uint8_t tag, const uint8_t *content, size_t n)
{
	memmove(out + 5, content, n);
	out[0] = tag;
	out[1] = 0x83;
	out[2] = (uint8_t)(n >> 16);
	out[3] = (uint8_t)(n >> 8);
	out[4] = (uint8_t)n;
	return n + 5;
}

static struct span carry_too_many(struct span cert)
{
	static const char head[] = "\x02\x01\x01\x31\x00\x30\x0b\x06\x09"
				   "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
	static const char type[] = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
	static uint8_t list[CRYPTO_CHAIN_MAX], data[CRYPTO_CHAIN_MAX];
	size_t n = 0, at;
	for (size_t i = 0; i <= CRYPTO_CHAIN_CERTS; i++, n += cert.n)
		memcpy(list + n, cert.p, cert.n);
	at = sizeof head - 1;
	memcpy(data, head, at);
	at += put_der(data + at, 0xa0, list, n);
	memcpy(data + at, "\x31\x00", 2);
	n = put_der(list, 0x30, data, at + 2);
	at = sizeof type - 1;
	memcpy(data, type, at);
	at += put_der(data + at, 0xa0, list, n);
	made.n = put_der(made.p, 0x30, data, at);
	return span_of(made.p, made.n);
}

/* GROUP-2.1 */
static void a_chain_has_an_end(void **state)
{
	struct people t;
	struct people_octets root;
	people_init(&t, CRYPTO_MODERN, 1);
	struct crypto_cert what = people_cert(&t, 0);
	struct span chain = carry_too_many(people_sign(&t, 0, &what, &root));
	assert_int_equal(people_judge(&t, NULL, chain), GROUP_CHAIN_TOO_LONG);
	people_fini(&t);
}

/* GROUP-2.8: nothing that is changed anywhere passes. */
static void changed_octets_do_not_pass(void **state)
{
	struct people t;
	size_t faults[GROUP_CHAIN_FAULT_COUNT] = { 0 };
	people_init(&t, CRYPTO_MODERN, 3);
	struct span chain = people_chain(&t, 3, NULL, &made);
	for (size_t i = 0; i < chain.n; i++) {
		uint8_t was = made.p[i];
		made.p[i] ^= (uint8_t)(1 + env_random_below(&t.draw.env, 255));
		faults[people_judge(&t, NULL, chain)]++;
		made.p[i] = was;
	}
	/* Around the certificates there are octets that say nothing to us. */
	assert_true(faults[GROUP_CHAIN_NONE] < 40);
	assert_true(faults[GROUP_CHAIN_MALFORMED] > 100);
	assert_true(faults[GROUP_CHAIN_SIGNATURE] > 100);
	assert_true(faults[GROUP_CHAIN_LEAF_NAME] > 10);
	people_fini(&t);
}

static void random_octets_do_no_harm(void **state)
{
	struct people t;
	uint8_t octets[300];
	people_init(&t, CRYPTO_MODERN, 1);
	for (size_t i = 0; i < 500; i++) {
		size_t n = (size_t)env_random_below(&t.draw.env, sizeof octets);
		failing_env_random(&t.draw, octets, n);
		octets[0] = 0x30;
		assert_int_equal(people_judge(&t, NULL, span_of(octets, n)), GROUP_CHAIN_MALFORMED);
	}
	people_fini(&t);
}

static void without_memory_nothing_is_judged(void **state)
{
	struct people t;
	people_init(&t, CRYPTO_MODERN, 3);
	struct span octets = people_chain(&t, 3, NULL, &made);
	const struct group_chain_rules rules = { .profile = t.p };
	size_t live = t.mem.live;
	for (size_t n = 1;; n++) {
		struct crypto_chain *chain = NULL;
		enum group_chain_fault why;
		failing_env_fail_at(&t.mem, n);
		enum err e = group_chain_read(t.c, &rules, octets, &chain, &why);
		assert_int_equal(e, t.mem.failed ? ERR_NOMEM : OK);
		crypto_chain_free(chain);
		assert_int_equal(t.mem.live, live);
		if (!e)
			break;
	}
	failing_env_fail_at(&t.mem, 0);
	people_fini(&t);
}

static void each_fault_has_words(void **state)
{
	for (enum group_chain_fault i = 0; i < GROUP_CHAIN_FAULT_COUNT; i++) {
		assert_true(*group_chain_fault_text(i));
		for (enum group_chain_fault k = 0; k < i; k++)
			assert_string_not_equal(group_chain_fault_text(i),
						group_chain_fault_text(k));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_chain_is_taken),
		cmocka_unit_test(its_ends_are_found),
		cmocka_unit_test(octets_that_are_none),
		cmocka_unit_test(profiles_keep_apart),
		cmocka_unit_test(there_is_one_root),
		cmocka_unit_test(an_identity_is_no_membership),
		cmocka_unit_test(nobody_is_there_twice),
		cmocka_unit_test(names_lead_through_all),
		cmocka_unit_test(a_chain_has_no_branches),
		cmocka_unit_test(all_are_of_one_group),
		cmocka_unit_test(the_group_is_its_roots_key),
		cmocka_unit_test(members_are_called_by_their_keys),
		cmocka_unit_test(a_period_lies_in_its_issuers),
		cmocka_unit_test(nobody_gives_more_than_they_have),
		cmocka_unit_test(unknown_roles_come_from_the_root),
		cmocka_unit_test(classifiers_only_narrow),
		cmocka_unit_test(the_leaf_is_somebodys),
		cmocka_unit_test(every_signature_counts),
		cmocka_unit_test(a_chain_has_its_time),
		cmocka_unit_test(a_chain_has_an_end),
		cmocka_unit_test(changed_octets_do_not_pass),
		cmocka_unit_test(random_octets_do_no_harm),
		cmocka_unit_test(without_memory_nothing_is_judged),
		cmocka_unit_test(each_fault_has_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
