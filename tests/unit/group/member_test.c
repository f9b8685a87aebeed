/* The Member List: who is in it, by which certificate, for how long, and how many. */
#include "people.h"

#include "group/member.h"

#define DAY INT64_C(86400000000)

static struct people_octets made;

/* Whose certificate is the last one's, and what it says. */
static struct {
	size_t who;
	int64_t from, to;
	unsigned int roles;
} asked;

static void as_asked(struct people *t, size_t i, struct crypto_cert *what)
{
	if (i != asked.who)
		return;
	what->not_before = asked.from;
	what->not_after = asked.to;
	what->roles = asked.roles;
}

/* The chain of the i-th of people, from these days to those. */
static struct crypto_chain *chain_of(struct people *t, size_t i, int64_t from, int64_t to)
{
	struct crypto_chain *chain = NULL;
	enum group_chain_fault why;
	const struct group_chain_rules rules = { .profile = t->p };
	asked.who = i;
	asked.from = PEOPLE_BORN + from * DAY;
	asked.to = PEOPLE_BORN + to * DAY;
	asked.roles = CRYPTO_ROLE_INVITER;
	struct span octets = people_chain(t, i + 1, as_asked, &made);
	assert_int_equal(group_chain_read(t->c, &rules, octets, &chain, &why), OK);
	return chain;
}

static struct group_members *list_of(struct people *t, const struct group_members_limits *limits)
{
	struct group_members *m;
	assert_int_equal(group_members_new(&m, &t->mem.env, t->c, t->p,
					   limits ? limits : &group_members_limits_default),
			 OK);
	return m;
}

static struct group_member *add(struct people *t, struct group_members *m, size_t i, int64_t from,
				int64_t to)
{
	struct group_member *who = NULL;
	bool fresh = false;
	assert_int_equal(group_members_add(m, chain_of(t, i, from, to), &who, &fresh), OK);
	assert_true(fresh);
	return who;
}

static size_t credentials_of(const struct group_member *who)
{
	size_t n = 0;
	LIST_EACH(at, tmp, &who->credentials)
	n++;
	return n;
}

/* GROUP-7.1 */
static void members_are_found(void **state)
{
	PEOPLE_EACH_PROFILE(id)
	{
		struct people t;
		people_init(&t, id, 5);
		struct group_members *m = list_of(&t, NULL);
		assert_null(group_members_next(m, NULL));
		for (size_t i = 4; i > 0; i--)
			add(&t, m, i, 0, 100);
		assert_int_equal(group_members_count(m), 4);
		for (size_t i = 1; i < 5; i++) {
			struct group_member *who = group_members_find(m, people_name(&t, i));
			assert_non_null(who);
			assert_true(span_eq(who->name, people_name(&t, i)));
			assert_false(who->published || who->online || who->has_seal_key);
		}
		assert_null(group_members_find(m, people_name(&t, 0)));
		assert_null(group_members_find(m, span_of(t.names[1], 41)));
		struct group_member *at = NULL, *before = NULL;
		size_t n = 0;
		while ((at = group_members_next(m, at)) != NULL) {
			assert_true(!before || span_cmp(before->name, at->name) < 0);
			before = at;
			n++;
		}
		assert_int_equal(n, 4);
		group_members_free(m);
		people_fini(&t);
	}
}

/* GROUP-7.2 */
static void a_member_has_several_certificates(void **state)
{
	struct people t;
	people_init(&t, CRYPTO_MODERN, 3);
	struct group_members *m = list_of(&t, NULL);
	struct group_member *who = add(&t, m, 2, 5, 20);
	add(&t, m, 2, 0, 10);
	assert_ptr_equal(add(&t, m, 2, 10, 30), who);
	assert_int_equal(credentials_of(who), 3);
	const struct {
		int64_t day;
		int64_t from; /* of the newest that is valid then; -1: none */
	} rows[] = { { 0, 0 }, { 5, 5 }, { 9, 5 }, { 10, 10 }, { 30, 10 }, { 31, -1 } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct group_credential *c = group_member_credential(
			who, span_of(NULL, 0), PEOPLE_BORN + rows[i].day * DAY);
		assert_int_equal(c != NULL, rows[i].from >= 0);
		if (c)
			assert_int_equal(c->from, PEOPLE_BORN + rows[i].from * DAY);
	}
	LIST_EACH(at, tmp, &who->credentials)
	{
		struct group_credential *c = LIST_ENTRY(at, struct group_credential, all);
		assert_ptr_equal(group_member_credential(who, c->serial, 0), c);
		assert_null(group_member_credential_next(who, c));
		assert_int_equal(c->roles, CRYPTO_ROLE_INVITER);
	}
	assert_null(group_member_credential(who, span_str("sixteen octets.."), PEOPLE_NOW));
	group_members_free(m);
	people_fini(&t);
}

/* GROUP-7.2: the same once more changes nothing. */
static void a_certificate_is_there_once(void **state)
{
	struct people t;
	struct group_member *who;
	bool fresh = true;
	struct crypto_chain *twice;
	enum group_chain_fault why;
	people_init(&t, CRYPTO_MODERN, 3);
	const struct group_chain_rules rules = { .profile = t.p };
	struct group_members *m = list_of(&t, NULL);
	struct group_member *first = add(&t, m, 2, 0, 10);
	assert_int_equal(group_chain_read(t.c, &rules, span_of(made.p, made.n), &twice, &why), OK);
	assert_int_equal(group_members_add(m, twice, &who, &fresh), OK);
	assert_false(fresh);
	assert_ptr_equal(who, first);
	assert_int_equal(credentials_of(who), 1);
	group_members_free(m);
	people_fini(&t);
}

/* GROUP-7.3: an issuer that floods pushes out its own, and the oldest of them first. */
static void certificates_of_one_are_bounded(void **state)
{
	struct people t;
	people_init(&t, CRYPTO_MODERN, 3);
	const struct group_members_limits limits = { 10, 4, 1 << 20 };
	struct group_members *m = list_of(&t, &limits);
	struct group_member *ann = add(&t, m, 1, 0, 50);
	struct span own =
		group_chain_leaf(
			LIST_ENTRY(ann->credentials.next, struct group_credential, all)->chain)
			->serial;
	uint8_t serial[CRYPTO_SERIAL];
	memcpy(serial, own.p, own.n);
	/* Others: the root gave ann hers, people's 1st gives ben's. */
	struct group_member *ben = NULL;
	for (int64_t i = 0; i < 10; i++)
		ben = add(&t, m, 2, i, 60 - i);
	assert_int_equal(credentials_of(ben), 4);
	for (int64_t i = 6; i < 10; i++)
		assert_non_null(
			group_member_credential(ben, span_of(NULL, 0), PEOPLE_BORN + i * DAY));
	assert_null(group_member_credential(ben, span_of(NULL, 0), PEOPLE_BORN + 5 * DAY));
	assert_int_equal(credentials_of(ann), 1);
	assert_non_null(group_member_credential(ann, span_of(serial, sizeof serial), 0));
	/* An old one comes too late for a place. */
	struct group_member *who;
	bool fresh = true;
	assert_int_equal(group_members_add(m, chain_of(&t, 2, 0, 1), &who, &fresh), OK);
	assert_false(fresh);
	assert_int_equal(credentials_of(ben), 4);
	group_members_free(m);
	people_fini(&t);
}

/* GROUP-7.3: nor what the member shows itself, whoever gave that. */
static void a_flood_takes_nothing_that_its_member_shows(void **state)
{
	struct people t;
	struct group_member *ben = NULL;
	uint8_t serial[CRYPTO_SERIAL];
	bool fresh = false;
	people_init(&t, CRYPTO_MODERN, 3);
	const struct group_members_limits limits = { 10, 3, 1 << 20 };
	struct group_members *m = list_of(&t, &limits);
	struct crypto_chain *own = chain_of(&t, 2, 0, 50);
	memcpy(serial, group_chain_leaf(own)->serial.p, sizeof serial);
	assert_int_equal(group_members_add_own(m, own, &ben, &fresh), OK);
	assert_true(fresh);
	for (int64_t i = 1; i < 9; i++)
		ben = add(&t, m, 2, i, 60 - i);
	assert_int_equal(credentials_of(ben), 3);
	assert_non_null(group_member_credential(ben, span_of(serial, sizeof serial), 0));
	/* Of those it shows itself the oldest goes when they are most. */
	for (int64_t i = 10; i < 14; i++)
		assert_int_equal(group_members_add_own(m, chain_of(&t, 2, i, 60), &ben, &fresh),
				 OK);
	assert_int_equal(credentials_of(ben), 3);
	assert_null(group_member_credential(ben, span_of(serial, sizeof serial), 0));
	group_members_free(m);
	people_fini(&t);
}

/* What is there already is the member's own from then on. */
static void one_that_is_shown_later_is_kept_too(void **state)
{
	struct people t;
	struct group_member *ben = NULL;
	struct crypto_chain *again;
	enum group_chain_fault why;
	bool fresh = true;
	people_init(&t, CRYPTO_MODERN, 3);
	const struct group_chain_rules rules = { .profile = t.p };
	const struct group_members_limits limits = { 10, 3, 1 << 20 };
	struct group_members *m = list_of(&t, &limits);
	ben = add(&t, m, 2, 0, 50);
	assert_int_equal(group_chain_read(t.c, &rules, span_of(made.p, made.n), &again, &why), OK);
	uint8_t serial[CRYPTO_SERIAL];
	memcpy(serial, group_chain_leaf(again)->serial.p, sizeof serial);
	assert_int_equal(group_members_add_own(m, again, &ben, &fresh), OK);
	assert_false(fresh);
	for (int64_t i = 1; i < 9; i++)
		ben = add(&t, m, 2, i, 60 - i);
	assert_non_null(group_member_credential(ben, span_of(serial, sizeof serial), 0));
	group_members_free(m);
	people_fini(&t);
}

/* GROUP-7.3: whoever gave one alone keeps it, be it the oldest. */
static void a_flood_takes_nothing_from_others(void **state)
{
	struct people t;
	struct group_member *who = NULL;
	bool fresh;
	people_init(&t, CRYPTO_MODERN, 3);
	const struct group_members_limits limits = { 10, 3, 1 << 20 };
	struct group_members *m = list_of(&t, &limits);
	/* Ben's by the root itself: a chain of two, of the oldest time. */
	struct people_octets root, leaf;
	struct crypto_cert r = people_cert(&t, 0), direct = people_cert(&t, 2);
	direct.issuer_name = people_name(&t, 0);
	struct span certs[] = { people_sign(&t, 0, &r, &root), people_sign(&t, 0, &direct, &leaf) };
	struct crypto_chain *chain;
	enum group_chain_fault why;
	const struct group_chain_rules rules = { .profile = t.p };
	assert_int_equal(
		group_chain_read(t.c, &rules, people_carry(&t, certs, 2, &made), &chain, &why), OK);
	assert_int_equal(group_members_add(m, chain, &who, &fresh), OK);
	for (int64_t i = 1; i < 8; i++)
		add(&t, m, 2, i, 60 - i);
	assert_int_equal(credentials_of(who), 3);
	struct group_credential *oldest =
		LIST_ENTRY(who->credentials.prev, struct group_credential, all);
	assert_true(span_eq(group_chain_leaf(oldest->chain)->issuer_name, people_name(&t, 0)));
	group_members_free(m);
	people_fini(&t);
}

/* GROUP-7.4 */
static void members_and_octets_are_bounded(void **state)
{
	struct people t;
	struct group_member *who;
	bool fresh;
	people_init(&t, CRYPTO_MODERN, 4);
	const struct group_members_limits two = { 2, 4, 1 << 20 };
	struct group_members *m = list_of(&t, &two);
	add(&t, m, 1, 0, 10);
	add(&t, m, 2, 0, 10);
	assert_int_equal(group_members_add(m, chain_of(&t, 3, 0, 10), &who, &fresh), ERR_FULL);
	add(&t, m, 2, 1, 10);
	assert_int_equal(group_members_count(m), 2);
	group_members_free(m);

	/* Signatures differ in length by a few octets. */
	struct crypto_chain *chain = chain_of(&t, 1, 0, 10);
	const struct group_members_limits small = {
		4, 4, crypto_chain_cert(chain, 0)->der.n + crypto_chain_cert(chain, 1)->der.n + 16
	};
	m = list_of(&t, &small);
	assert_int_equal(group_members_add(m, chain, &who, &fresh), OK);
	assert_int_equal(group_members_add(m, chain_of(&t, 2, 0, 10), &who, &fresh), ERR_FULL);
	assert_int_equal(group_members_add(m, chain_of(&t, 1, 1, 10), &who, &fresh), ERR_FULL);
	int64_t next;
	assert_true(group_members_expire(m, PEOPLE_BORN + 11 * DAY, NULL, NULL, &next));
	add(&t, m, 1, 0, 10); /* room was given back */
	group_members_free(m);
	people_fini(&t);
}

static size_t gone_n;
static char gone_name[GROUP_NAME_OCTETS + 1];

static void note_gone(void *ctx, const struct group_member *who)
{
	assert_ptr_equal(ctx, &gone_n);
	gone_n++;
	assert_true(group_member_label(who, INT64_MAX).n > 0); /* it is whole still */
	memcpy(gone_name, who->name.p, who->name.n);
	gone_name[who->name.n] = '\0';
}

/* GROUP-7.5: both ends of a period belong to it. */
static void what_is_over_goes(void **state)
{
	struct people t;
	int64_t next;
	people_init(&t, CRYPTO_MODERN, 4);
	struct group_members *m = list_of(&t, NULL);
	assert_false(group_members_expire(m, PEOPLE_NOW, note_gone, &gone_n, &next));
	assert_int_equal(next, INT64_MAX);
	add(&t, m, 1, 0, 100);
	add(&t, m, 2, 0, 20);
	add(&t, m, 2, 1, 40);
	add(&t, m, 3, 0, 30);
	gone_n = 0;
	int64_t born = PEOPLE_BORN;
	assert_false(group_members_expire(m, born + 20 * DAY, note_gone, &gone_n, &next));
	assert_int_equal(next, born + 20 * DAY + 1);
	assert_true(group_members_expire(m, next, note_gone, &gone_n, &next));
	assert_int_equal(gone_n, 0);
	assert_int_equal(next, born + 30 * DAY + 1);
	assert_true(group_members_expire(m, next, note_gone, &gone_n, &next));
	assert_int_equal(gone_n, 1);
	assert_string_equal(gone_name, t.names[3]);
	assert_int_equal(group_members_count(m), 2);
	assert_true(group_members_expire(m, born + 200 * DAY, note_gone, &gone_n, &next));
	assert_int_equal(gone_n, 3);
	assert_int_equal(next, INT64_MAX);
	assert_int_equal(group_members_count(m), 0);
	group_members_free(m);
	people_fini(&t);
}

/* Whichever allocation fails, the chain is taken over and nothing is left half done. */
static void without_memory(void **state)
{
	struct people t;
	struct failing_env f;
	people_init(&t, CRYPTO_MODERN, 3);
	FAILING_ENV_EACH(f, 9)
	{
		struct group_members *m;
		struct group_member *who = NULL;
		bool fresh = false;
		if (group_members_new(&m, &f.env, t.c, t.p, &group_members_limits_default) != OK) {
			failing_env_assert_clean(&f);
			continue;
		}
		struct crypto_chain *chain = chain_of(&t, 2, 0, 10);
		enum err e = group_members_add(m, chain, &who, &fresh);
		assert_int_equal(e, f.failed ? ERR_NOMEM : OK);
		assert_int_equal(group_members_count(m), f.failed ? 0 : 1);
		assert_int_equal(fresh, !f.failed);
		group_members_free(m);
		failing_env_assert_clean(&f);
	}
	group_members_free(NULL);
	people_fini(&t);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_found),
		cmocka_unit_test(a_member_has_several_certificates),
		cmocka_unit_test(a_certificate_is_there_once),
		cmocka_unit_test(certificates_of_one_are_bounded),
		cmocka_unit_test(a_flood_takes_nothing_from_others),
		cmocka_unit_test(a_flood_takes_nothing_that_its_member_shows),
		cmocka_unit_test(one_that_is_shown_later_is_kept_too),
		cmocka_unit_test(members_and_octets_are_bounded),
		cmocka_unit_test(what_is_over_goes),
		cmocka_unit_test(without_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
