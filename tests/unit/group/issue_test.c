/* Certificates issued, and identities judged: digest grouping 3.2, 3.3, 3.6. */
#include "people.h"

static struct people_octets root, chain, other;

static struct span issue_root(struct people *t)
{
	assert_int_equal(group_root_issue(t->c, &t->draw.env, t->keys[0], span_str("family"),
					  span_str("The family"), PEOPLE_BORN, root.p,
					  sizeof root.p, &root.n),
			 OK);
	return span_of(root.p, root.n);
}

static struct group_grant grant_of(const struct people *t, size_t i, unsigned int roles)
{
	return (struct group_grant){ .public = crypto_key_public(t->keys[i]),
				     .name = people_name(t, i),
				     .friendly = span_str("Somebody"),
				     .roles = roles,
				     .from = PEOPLE_BORN };
}

/* The fault with which it is refused; else the chain is in `out`. */
static enum group_chain_fault give(struct people *t, struct span issuer, size_t signer,
				   const struct group_grant *g, struct people_octets *out)
{
	enum group_chain_fault why = GROUP_CHAIN_FAULT_COUNT;
	enum err e = group_chain_issue(t->c, &t->draw.env, t->p, issuer, t->keys[signer], g, out->p,
				       sizeof out->p, &out->n, &why);
	assert_int_equal(e, why ? ERR_DENIED : OK);
	return why;
}

/* A chain of ann, an administrator. */
static struct span issue_first(struct people *t)
{
	struct group_grant g = grant_of(t, 1, CRYPTO_ROLE_ADMIN);
	assert_int_equal(give(t, issue_root(t), 0, &g, &chain), GROUP_CHAIN_NONE);
	return span_of(chain.p, chain.n);
}

static struct crypto_chain *read_one(struct people *t, const struct people_octets *o)
{
	struct crypto_chain *out;
	assert_int_equal(crypto_chain_parse(t->c, t->p->crypto, span_of(o->p, o->n), &out), OK);
	return out;
}

/* GROUP-2.11 */
static void a_group_has_a_root(void **state)
{
	PEOPLE_EACH_PROFILE(id)
	{
		struct people t;
		people_init(&t, id, 1);
		issue_root(&t);
		struct crypto_chain *read = read_one(&t, &root);
		const struct crypto_cert *c = group_chain_root(read);
		assert_int_equal(c->type, CRYPTO_CERT_ROOT);
		assert_true(span_eq(c->subject_name, people_name(&t, 0)));
		assert_true(span_eq(c->group_name, people_name(&t, 0)));
		assert_true(span_eq(c->subject, span_str("The family")));
		assert_true(span_eq(c->issuer, span_str("The family")));
		assert_int_equal(c->not_before, PEOPLE_BORN);
		assert_int_equal(c->not_after, CRYPTO_CERT_FOREVER);
		crypto_chain_free(read);
		people_fini(&t);
	}
}

static enum group_chain_fault identify(struct people *t, struct span octets, int64_t now)
{
	struct crypto_chain *read = NULL;
	enum group_chain_fault why = GROUP_CHAIN_FAULT_COUNT;
	enum err e = group_identity_read(t->c, t->p, octets, now, &read, &why);
	bool kept = !e || why == GROUP_CHAIN_NOT_YET || why == GROUP_CHAIN_EXPIRED;
	assert_int_equal(e == OK, why == GROUP_CHAIN_NONE);
	assert_int_equal(kept, read != NULL);
	if (read)
		assert_true(span_eq(group_chain_leaf(read)->subject_name, people_name(t, 0)));
	crypto_chain_free(read);
	return why;
}

static struct span issue_identity(struct people *t, bool bare)
{
	assert_int_equal(group_identity_issue(t->c, &t->draw.env, t->keys[0], span_str("family"),
					      span_str("Me"), PEOPLE_BORN, bare, other.p,
					      sizeof other.p, &other.n),
			 OK);
	return span_of(other.p, other.n);
}

/* GROUP-2.9, GROUP-2.10: both forms (P17). */
static void an_identity_has_a_certificate(void **state)
{
	PEOPLE_EACH_PROFILE(id)
	{
		struct people t;
		people_init(&t, id, 1);
		size_t bare = issue_identity(&t, true).n;
		for (int i = 0; i < 2; i++) {
			struct span octets = issue_identity(&t, i);
			assert_true(i ? octets.n < bare + 4 : octets.n > bare + 20);
			assert_int_equal(identify(&t, octets, 0), GROUP_CHAIN_NONE);
			assert_int_equal(identify(&t, octets, PEOPLE_NOW), GROUP_CHAIN_NONE);
			assert_int_equal(identify(&t, octets, PEOPLE_BORN - 1),
					 GROUP_CHAIN_NOT_YET);
		}
		people_fini(&t);
	}
}

/* GROUP-2.10: people who say nothing are called by their names. */
static void who_has_no_friendly_name_has_its_own(void **state)
{
	struct people t;
	people_init(&t, CRYPTO_MODERN, 2);
	struct span none = { NULL, 0 };
	assert_int_equal(group_identity_issue(t.c, &t.draw.env, t.keys[0], none, none, PEOPLE_BORN,
					      true, other.p, sizeof other.p, &other.n),
			 OK);
	struct crypto_chain *read = read_one(&t, &other);
	assert_true(span_eq(group_chain_leaf(read)->subject, group_chain_leaf(read)->subject_name));
	assert_int_equal(group_chain_leaf(read)->subject.n, GROUP_AUTHORITY_DIGITS + 1);
	crypto_chain_free(read);
	struct group_grant g = grant_of(&t, 1, CRYPTO_ROLE_ADMIN);
	g.friendly = none;
	assert_int_equal(give(&t, issue_root(&t), 0, &g, &chain), GROUP_CHAIN_NONE);
	read = read_one(&t, &chain);
	assert_true(span_eq(group_chain_leaf(read)->subject, people_name(&t, 1)));
	crypto_chain_free(read);
	people_fini(&t);
}

static enum group_chain_fault identify_cert(struct people *t, const struct crypto_cert *what,
					    size_t signer)
{
	return identify(t, people_sign(t, signer, what, &other), PEOPLE_NOW);
}

/* GROUP-2.9 */
static void who_is_no_identity(void **state)
{
	PEOPLE_EACH_PROFILE(id)
	{
		struct people t;
		people_init(&t, id, 2);
		struct crypto_cert what = people_cert(&t, 0);
		assert_int_equal(identify_cert(&t, &what, 0), GROUP_CHAIN_KIND);
		what.type = CRYPTO_CERT_IDENTITY;
		what.group_name = span_of(NULL, 0);
		assert_int_equal(identify_cert(&t, &what, 0), GROUP_CHAIN_NONE);
		what.subject_name = people_name(&t, 1);
		assert_int_equal(identify_cert(&t, &what, 0), GROUP_CHAIN_LEAF_NAME);
		what.subject_name = people_name(&t, 0);
		what.not_after = PEOPLE_NOW - 1;
		assert_int_equal(identify_cert(&t, &what, 0), GROUP_CHAIN_EXPIRED);
		what.not_after = PEOPLE_UNTIL;
		people_sign(&t, 0, &what, &other);
		other.p[other.n - 1] ^= 1;
		assert_int_equal(identify(&t, span_of(other.p, other.n), 0), GROUP_CHAIN_SIGNATURE);
		assert_int_equal(identify(&t, people_chain(&t, 2, NULL, &other), 0),
				 GROUP_CHAIN_KIND);
		assert_int_equal(identify(&t, span_str("me"), 0), GROUP_CHAIN_MALFORMED);
		people_fini(&t);
	}
}

/* GROUP-2.9: one octet of either usage is another: what a general web server's
 * certificate would have. */
static void an_identity_is_for_peers_and_servers(void **state)
{
	static const char *const usages[] = { "\x2b\x06\x01\x04\x01\x82\x37\x2c\x03\x04",
					      "\x2b\x06\x01\x05\x05\x07\x03\x01" };
	struct people t;
	people_init(&t, CRYPTO_MODERN, 1);
	for (size_t u = 0; u < 2; u++) {
		struct span octets = issue_identity(&t, false);
		size_t n = strlen(usages[u]), found = 0;
		for (size_t i = 0; i + n <= octets.n; i++)
			if (memcmp(octets.p + i, usages[u], n) == 0) {
				other.p[i + n - 1] ^= 0x40;
				found++;
			}
		assert_int_equal(found, 1);
		assert_int_equal(identify(&t, octets, 0), GROUP_CHAIN_USAGE);
	}
	people_fini(&t);
}

static void identities_cut_short(void **state)
{
	struct people t;
	people_init(&t, CRYPTO_MODERN, 1);
	for (int bare = 0; bare < 2; bare++) {
		struct span octets = issue_identity(&t, bare);
		for (size_t n = 0; n < octets.n; n++)
			assert_int_equal(identify(&t, span_of(octets.p, n), 0),
					 GROUP_CHAIN_MALFORMED);
	}
	people_fini(&t);
}

static void look_at_member(const struct people *t, const struct crypto_cert *c, unsigned int roles)
{
	assert_int_equal(c->type, CRYPTO_CERT_MEMBER);
	assert_int_equal(c->roles, roles);
	assert_true(span_eq(c->subject, span_str("Somebody")));
	assert_true(span_eq(c->group_name, people_name(t, 0)));
	assert_int_equal(c->classifier_count, roles == CRYPTO_ROLE_ADMIN ? 0 : 1);
	assert_int_equal(c->not_before, PEOPLE_BORN);
	assert_int_equal(c->usages, CRYPTO_USAGE_PEER | CRYPTO_USAGE_SERVER);
	assert_int_equal(c->issuer_key.n, CRYPTO_AUTHORITY);
}

/* GROUP-2.12: from the root to a member, each as the digest has it. */
static void members_admit_members(void **state)
{
	static const unsigned int roles[] = { 0, CRYPTO_ROLE_ADMIN, CRYPTO_ROLE_ADMIN,
					      CRYPTO_ROLE_INVITER, CRYPTO_ROLE_MEMBER };
	PEOPLE_EACH_PROFILE(id)
	{
		struct people t;
		people_init(&t, id, 5);
		struct span issuer = issue_root(&t);
		for (size_t i = 1; i < 5; i++) {
			struct group_grant g = grant_of(&t, i, roles[i]);
			g.to = i == 2 ? PEOPLE_UNTIL : 0;
			assert_int_equal(give(&t, issuer, i - 1, &g, &other), GROUP_CHAIN_NONE);
			memcpy(chain.p, other.p, other.n);
			issuer = span_of(chain.p, other.n);
			assert_int_equal(people_judge(&t, NULL, issuer), GROUP_CHAIN_NONE);
		}
		chain.n = issuer.n;
		struct crypto_chain *read = read_one(&t, &chain);
		assert_int_equal(crypto_chain_count(read), 5);
		for (size_t i = 1; i < 5; i++) {
			const struct crypto_cert *c = crypto_chain_cert(read, i);
			look_at_member(&t, c, roles[i]);
			assert_true(
				span_eq(c->issuer, span_str(i == 1 ? "The family" : "Somebody")));
			assert_int_equal(c->not_after, i == 1 ? CRYPTO_CERT_FOREVER : PEOPLE_UNTIL);
		}
		crypto_chain_free(read);
		people_fini(&t);
	}
}

/* GROUP-2.12 */
static void what_would_be_refused_is_not_issued(void **state)
{
	struct people t;
	people_init(&t, CRYPTO_MODERN, 4);
	struct span ann = issue_first(&t);
	struct group_grant g = grant_of(&t, 2, CRYPTO_ROLE_MEMBER);
	assert_int_equal(give(&t, ann, 2, &g, &other), GROUP_CHAIN_OTHER_KEY);
	g.roles = 0;
	assert_int_equal(give(&t, ann, 1, &g, &other), GROUP_CHAIN_ROLE);
	g.roles = CRYPTO_ROLE_OTHER | CRYPTO_ROLE_MEMBER;
	assert_int_equal(give(&t, ann, 1, &g, &other), GROUP_CHAIN_ROLE);
	assert_int_equal(give(&t, issue_root(&t), 0, &g, &other), GROUP_CHAIN_ROLE);
	g = grant_of(&t, 2, CRYPTO_ROLE_MEMBER);
	g.from = PEOPLE_BORN - 1;
	assert_int_equal(give(&t, ann, 1, &g, &other), GROUP_CHAIN_PERIOD);
	g.from = PEOPLE_BORN + 2000000;
	g.to = PEOPLE_BORN + 1000000;
	assert_int_equal(give(&t, ann, 1, &g, &other), GROUP_CHAIN_PERIOD);
	g = grant_of(&t, 2, CRYPTO_ROLE_MEMBER);
	g.name = people_name(&t, 3);
	assert_int_equal(give(&t, ann, 1, &g, &other), GROUP_CHAIN_LEAF_NAME);
	g = grant_of(&t, 1, CRYPTO_ROLE_MEMBER);
	assert_int_equal(give(&t, ann, 1, &g, &other), GROUP_CHAIN_CIRCULAR);
	g = grant_of(&t, 2, CRYPTO_ROLE_MEMBER);
	assert_int_equal(give(&t, ann, 1, &g, &other), GROUP_CHAIN_NONE);
	people_fini(&t);
}

/* GROUP-2.12: by who has the right, for as long as they have it. */
static void nobody_gives_what_they_have_not(void **state)
{
	struct people t;
	people_init(&t, CRYPTO_MODERN, 4);
	struct group_grant ben = grant_of(&t, 2, CRYPTO_ROLE_INVITER);
	ben.to = PEOPLE_UNTIL;
	assert_int_equal(give(&t, issue_first(&t), 1, &ben, &other), GROUP_CHAIN_NONE);
	static struct people_octets by_ben;
	struct span issuer = span_of(other.p, other.n);
	struct group_grant g = grant_of(&t, 3, CRYPTO_ROLE_ADMIN);
	assert_int_equal(give(&t, issuer, 2, &g, &by_ben), GROUP_CHAIN_ROLE);
	g.roles = CRYPTO_ROLE_INVITER;
	g.to = PEOPLE_UNTIL + 1;
	assert_int_equal(give(&t, issuer, 2, &g, &by_ben), GROUP_CHAIN_PERIOD);
	g.to = 0;
	g.roles = CRYPTO_ROLE_MEMBER;
	assert_int_equal(give(&t, issuer, 2, &g, &by_ben), GROUP_CHAIN_NONE);
	ben.roles = CRYPTO_ROLE_MEMBER;
	assert_int_equal(give(&t, issue_first(&t), 1, &ben, &other), GROUP_CHAIN_NONE);
	assert_int_equal(give(&t, span_of(other.p, other.n), 2, &g, &by_ben), GROUP_CHAIN_ROLE);
	people_fini(&t);
}

static void classify_narrowly(struct people *t, size_t i, struct crypto_cert *what)
{
	static const struct span fish[] = { { (const uint8_t *)"fish", 4 } };
	if (i == 2)
		what->classifiers = fish;
}

/* GROUP-2.12: an issuer that is none, and one whose list has no "participant". */
static void not_everybody_is_an_issuer(void **state)
{
	struct people t;
	people_init(&t, CRYPTO_MODERN, 4);
	struct group_grant g = grant_of(&t, 3, CRYPTO_ROLE_MEMBER);
	enum group_chain_fault why;
	struct span narrow = people_chain(&t, 3, classify_narrowly, &other);
	assert_int_equal(give(&t, narrow, 2, &g, &chain), GROUP_CHAIN_CLASSIFIER);
	struct crypto_cert alone = people_cert(&t, 1);
	struct span member = people_sign(&t, 0, &alone, &other);
	assert_int_equal(give(&t, member, 1, &g, &chain), GROUP_CHAIN_NO_ROOT);
	alone.type = CRYPTO_CERT_IDENTITY;
	member = people_sign(&t, 1, &alone, &other);
	assert_int_equal(give(&t, member, 1, &g, &chain), GROUP_CHAIN_KIND);
	issue_root(&t);
	root.p[root.n - 1] ^= 1;
	assert_int_equal(give(&t, span_of(root.p, root.n), 0, &g, &chain), GROUP_CHAIN_SIGNATURE);
	assert_int_equal(group_chain_issue(t.c, &t.draw.env, t.p, span_str("none"), t.keys[0], &g,
					   chain.p, sizeof chain.p, &chain.n, &why),
			 ERR_MALFORMED);
	people_fini(&t);
}

/* One below the other until somebody says no; gives how many certificates there are. */
static size_t issue_down(struct people *t, enum group_chain_fault *why)
{
	struct span issuer = issue_root(t);
	size_t n = 1;
	for (;; n++) {
		struct crypto_key *fresh;
		char name[GROUP_NAME_OCTETS + 1];
		struct text text = TEXT_OF(name);
		assert_int_equal(crypto_key_make(t->c, &t->draw.env, t->p->crypto, &fresh), OK);
		assert_int_equal(group_name_make(t->c, t->p->crypto, crypto_key_public(fresh),
						 span_str("next"), &text),
				 OK);
		struct group_grant g = grant_of(t, 0, CRYPTO_ROLE_ADMIN);
		g.public = crypto_key_public(fresh);
		g.name = span_str(name);
		*why = give(t, issuer, 0, &g, &other);
		crypto_key_free(t->keys[0]);
		t->keys[0] = fresh;
		if (*why)
			return n;
		memcpy(chain.p, other.p, other.n);
		chain.n = other.n;
		issuer = span_of(chain.p, chain.n);
	}
}

/* GROUP-2.1, GROUP-2.13: 25 in a modern group; in a classic one what a packet holds. */
static void a_chain_grows_to_its_limit(void **state)
{
	PEOPLE_EACH_PROFILE(id)
	{
		struct people t;
		enum group_chain_fault why;
		people_init(&t, id, 1);
		size_t n = issue_down(&t, &why);
		assert_int_equal(why, GROUP_CHAIN_TOO_LONG);
		if (t.p->messages_span)
			assert_int_equal(n, CRYPTO_CHAIN_CERTS);
		else
			assert_in_range(n, 10, CRYPTO_CHAIN_CERTS - 1);
		const struct group_chain_rules rules = { .profile = t.p, .now = PEOPLE_NOW };
		assert_int_equal(people_judge(&t, &rules, span_of(chain.p, chain.n)),
				 GROUP_CHAIN_NONE);
		people_fini(&t);
	}
}

static void what_does_not_fit_is_told(void **state)
{
	struct people t;
	uint8_t small[600];
	char many[300];
	size_t n = 77;
	enum group_chain_fault why;
	people_init(&t, CRYPTO_MODERN, 2);
	memset(many, 'a', sizeof many);
	struct span long_text = span_of(many, sizeof many), short_text = span_str("a");
	assert_int_equal(group_root_issue(t.c, &t.draw.env, t.keys[0], long_text, short_text,
					  PEOPLE_BORN, root.p, sizeof root.p, &n),
			 ERR_RANGE);
	assert_int_equal(group_root_issue(t.c, &t.draw.env, t.keys[0], short_text, long_text,
					  PEOPLE_BORN, root.p, sizeof root.p, &n),
			 ERR_RANGE);
	assert_int_equal(group_root_issue(t.c, &t.draw.env, t.keys[0], short_text, span_str("\xff"),
					  PEOPLE_BORN, root.p, sizeof root.p, &n),
			 ERR_MALFORMED);
	for (int bare = 0; bare < 2; bare++)
		assert_int_equal(group_identity_issue(t.c, &t.draw.env, t.keys[0], short_text,
						      short_text, PEOPLE_BORN, bare, small, 300,
						      &n),
				 ERR_RANGE);
	struct group_grant g = grant_of(&t, 1, CRYPTO_ROLE_ADMIN);
	assert_int_equal(group_chain_issue(t.c, &t.draw.env, t.p, issue_root(&t), t.keys[0], &g,
					   small, sizeof small, &n, &why),
			 ERR_RANGE);
	assert_int_equal(n, 77);
	people_fini(&t);
}

static void without_memory_nothing_is_issued(void **state)
{
	struct people t;
	people_init(&t, CRYPTO_MODERN, 2);
	struct group_grant g = grant_of(&t, 1, CRYPTO_ROLE_ADMIN);
	struct span issuer = issue_root(&t);
	size_t live = t.mem.live;
	for (size_t n = 1;; n++) {
		enum group_chain_fault why;
		failing_env_fail_at(&t.mem, n);
		enum err e = group_chain_issue(t.c, &t.draw.env, t.p, issuer, t.keys[0], &g,
					       chain.p, sizeof chain.p, &chain.n, &why);
		assert_int_equal(e, t.mem.failed ? ERR_NOMEM : OK);
		assert_int_equal(t.mem.live, live);
		if (!e)
			break;
	}
	failing_env_fail_at(&t.mem, 0);
	people_fini(&t);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_group_has_a_root),
		cmocka_unit_test(an_identity_has_a_certificate),
		cmocka_unit_test(who_has_no_friendly_name_has_its_own),
		cmocka_unit_test(who_is_no_identity),
		cmocka_unit_test(an_identity_is_for_peers_and_servers),
		cmocka_unit_test(identities_cut_short),
		cmocka_unit_test(members_admit_members),
		cmocka_unit_test(what_would_be_refused_is_not_issued),
		cmocka_unit_test(nobody_gives_what_they_have_not),
		cmocka_unit_test(not_everybody_is_an_issuer),
		cmocka_unit_test(a_chain_grows_to_its_limit),
		cmocka_unit_test(what_does_not_fit_is_told),
		cmocka_unit_test(without_memory_nothing_is_issued),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
