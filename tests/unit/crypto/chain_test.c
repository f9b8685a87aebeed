#include "certs.h"
#include "crypto/crypto_int.h"

struct links {
	struct der der[CERTS_KEYS];
	struct span spans[CERTS_KEYS]; /* from the root */
};

static void issue_links(struct certs *t, struct links *l)
{
	for (size_t i = 0; i < CERTS_KEYS; i++) {
		struct crypto_cert w = i ? certs_member(t, i) : certs_root(t);
		l->spans[i] = certs_issue(t, i ? i - 1 : 0, &w, &l->der[i]);
	}
}

struct carrier {
	uint8_t octets[16384];
	size_t n;
};

static struct span carry(struct certs *t, const struct span *certs, size_t count, struct carrier *c)
{
	assert_int_equal(
		crypto_chain_make(t->rig.c, certs, count, c->octets, sizeof c->octets, &c->n), OK);
	return span_of(c->octets, c->n);
}

static void assert_order(struct certs *t, const struct links *l, struct span octets, size_t count)
{
	struct crypto_chain *chain;
	assert_int_equal(certs_parse(t, octets, &chain), OK);
	assert_int_equal(crypto_chain_count(chain), count);
	for (size_t i = 0; i < count; i++)
		assert_true(span_eq(crypto_chain_cert(chain, i)->der, l->spans[i]));
	assert_int_equal(crypto_chain_verify(t->rig.c, t->p, chain), OK);
	crypto_chain_free(chain);
}

/* CRYPTO-5.1, CRYPTO-5.3: all orders of four, and shorter ones. */
static void any_order_reads_as_the_chain(void **state)
{
	RIG_EACH_PROFILE(p)
	{
		struct certs t;
		struct links l;
		struct carrier c;
		certs_init(&t, p);
		issue_links(&t, &l);
		for (size_t n = 0; n < 256; n++) {
			size_t a = n & 3, b = n >> 2 & 3, d = n >> 4 & 3, e = n >> 6;
			if (a == b || a == d || a == e || b == d || b == e || d == e)
				continue;
			struct span mixed[] = { l.spans[a], l.spans[b], l.spans[d], l.spans[e] };
			assert_order(&t, &l, carry(&t, mixed, 4, &c), 4);
		}
		for (size_t n = 1; n < CERTS_KEYS; n++)
			assert_order(&t, &l, carry(&t, l.spans, n, &c), n);
		assert_order(&t, &l, l.spans[0], 1);
		certs_fini(&t);
	}
}

static void try_certs(struct certs *t, const struct span *certs, size_t count, enum err want)
{
	struct carrier c;
	assert_int_equal(certs_try(t, carry(t, certs, count, &c)), want);
}

static void assert_disorder(struct certs *t, const struct span *certs, size_t count,
			    enum crypto_chain_order want)
{
	struct carrier c;
	struct crypto_chain *chain;
	enum crypto_chain_order order = CRYPTO_ORDER_GOOD;
	assert_int_equal(
		crypto_chain_read(t->rig.c, t->p, carry(t, certs, count, &c), &chain, &order),
		ERR_MALFORMED);
	assert_int_equal(order, want);
}

/* CRYPTO-5.3 */
static void why_it_is_no_chain(void **state)
{
	struct certs t;
	struct links l;
	struct der d;
	struct crypto_chain *chain;
	enum crypto_chain_order order = CRYPTO_ORDER_LINKS;
	certs_init(&t, crypto_profile(CRYPTO_MODERN));
	issue_links(&t, &l);
	struct crypto_cert identity = certs_identity(&t, 1);
	struct span self = certs_issue(&t, 1, &identity, &d), *s = l.spans;
	assert_disorder(&t, (struct span[]){ s[0], self }, 2, CRYPTO_ORDER_KIND);
	assert_disorder(&t, (struct span[]){ s[1], s[2] }, 2, CRYPTO_ORDER_ROOT);
	assert_disorder(&t, (struct span[]){ s[0], s[0] }, 2, CRYPTO_ORDER_ROOT);
	assert_disorder(&t, (struct span[]){ s[0], s[1], s[1] }, 3, CRYPTO_ORDER_TWICE);
	assert_disorder(&t, (struct span[]){ s[0], s[2] }, 2, CRYPTO_ORDER_LINKS);
	assert_int_equal(crypto_chain_read(t.rig.c, t.p, span_str("none"), &chain, &order),
			 ERR_MALFORMED);
	assert_int_equal(order, CRYPTO_ORDER_GOOD);
	certs_fini(&t);
}

/* CRYPTO-5.3 */
static void what_is_no_chain(void **state)
{
	struct certs t;
	struct links l;
	struct der d[3];
	certs_init(&t, crypto_profile(CRYPTO_MODERN));
	issue_links(&t, &l);
	struct crypto_cert again = certs_member(&t, 2), identity = certs_identity(&t, 1);
	struct crypto_cert branch = certs_member(&t, 3);
	branch.issuer_name = certs_root(&t).subject_name;
	struct span renewed = certs_issue(&t, 1, &again, &d[0]);
	struct span self = certs_issue(&t, 1, &identity, &d[1]);
	struct span other = certs_issue(&t, 0, &branch, &d[2]);
	struct span *s = l.spans;

	try_certs(&t, (struct span[]){ s[0], s[2] }, 2, ERR_MALFORMED);	      /* a gap */
	try_certs(&t, (struct span[]){ s[1], s[2] }, 2, ERR_MALFORMED);	      /* no root */
	try_certs(&t, (struct span[]){ s[0], s[0] }, 2, ERR_MALFORMED);	      /* two */
	try_certs(&t, (struct span[]){ s[0], s[1], s[1] }, 3, ERR_MALFORMED); /* one twice */
	try_certs(&t, (struct span[]){ s[0], s[1], s[2], renewed }, 4, ERR_MALFORMED);
	try_certs(&t, (struct span[]){ s[0], s[1], other }, 3, ERR_MALFORMED); /* a branch */
	try_certs(&t, (struct span[]){ s[0], self }, 2, ERR_MALFORMED);	       /* an identity */
	try_certs(&t, (struct span[]){ s[0], other }, 2, OK);
	try_certs(&t, (struct span[]){ self }, 1, OK);
	certs_fini(&t);
}

/* CRYPTO-5.4: names are right, a signature is not. */
static void each_signature_counts(void **state)
{
	struct certs t;
	struct links l;
	struct carrier c;
	certs_init(&t, crypto_profile(CRYPTO_MODERN));
	for (size_t bad = 0; bad < CERTS_KEYS; bad++) {
		struct crypto_chain *chain;
		issue_links(&t, &l);
		struct crypto_cert w = bad ? certs_member(&t, bad) : certs_root(&t);
		w.subject = span_str("Other");
		struct der forged;
		certs_issue(&t, bad ? bad - 1 : 0, &w, &forged);
		/* the last octets of a signature, under another text */
		memcpy(forged.octets + forged.n - 8, l.spans[bad].p + l.spans[bad].n - 8, 8);
		l.spans[bad] = span_of(forged.octets, forged.n);
		assert_int_equal(certs_parse(&t, carry(&t, l.spans, CERTS_KEYS, &c), &chain), OK);
		/* CRYPTO-5.7: nothing is learned of it. */
		for (int i = 0; i < 2; i++)
			assert_int_equal(crypto_chain_verify(t.rig.c, t.p, chain), ERR_DENIED);
		crypto_chain_free(chain);
	}
	certs_fini(&t);
}

/* A check that really happens points the checker at the key. */
static bool checks(struct certs *t, const struct crypto_chain *chain)
{
	uint8_t *public = t->rig.c->tools[CRYPTO_MODERN].checker.public;
	static const uint8_t nobody[CRYPTO_PUBLIC_MAX];
	memset(public, 0, CRYPTO_PUBLIC_MAX);
	assert_int_equal(crypto_chain_verify(t->rig.c, t->p, chain), OK);
	return memcmp(public, nobody, CRYPTO_PUBLIC_MAX) != 0;
}

/* CRYPTO-5.7: once, as long as not 256 others have come; and a longer chain its new part. */
static void each_signature_is_checked_once(void **state)
{
	struct certs t;
	struct links l;
	struct carrier c;
	struct crypto_chain *chain, *longer;
	certs_init(&t, crypto_profile(CRYPTO_MODERN));
	issue_links(&t, &l);
	assert_int_equal(certs_parse(&t, carry(&t, l.spans, 2, &c), &chain), OK);
	assert_int_equal(certs_parse(&t, carry(&t, l.spans, CERTS_KEYS, &c), &longer), OK);
	assert_true(checks(&t, chain));
	assert_false(checks(&t, chain));
	assert_true(checks(&t, longer));
	assert_false(checks(&t, longer));
	for (int i = 0; i < 2 * CRYPTO_MEMO_CERTS; i++) {
		struct crypto_memo_name name;
		memset(name.octets, i, sizeof name.octets);
		name.octets[7] = (uint8_t)(i / CRYPTO_MEMO_WAYS);
		crypto_memo_add(&t.rig.c->certs, &name);
	}
	assert_true(checks(&t, chain));
	crypto_chain_free(chain);
	crypto_chain_free(longer);
	certs_fini(&t);
}

static void certs_have_a_number(void **state)
{
	struct certs t;
	struct links l;
	struct span many[CRYPTO_CHAIN_CERTS + 1];
	struct carrier c;
	certs_init(&t, crypto_profile(CRYPTO_MODERN));
	issue_links(&t, &l);
	for (size_t i = 0; i < CRYPTO_CHAIN_CERTS + 1; i++)
		many[i] = l.spans[3];
	assert_int_equal(crypto_chain_make(t.rig.c, many, 0, c.octets, sizeof c.octets, &c.n),
			 ERR_RANGE);
	assert_int_equal(crypto_chain_make(t.rig.c, many, CRYPTO_CHAIN_CERTS + 1, c.octets,
					   sizeof c.octets, &c.n),
			 ERR_RANGE);
	assert_int_equal(crypto_chain_make(t.rig.c, many, 2, c.octets, 500, &c.n), ERR_RANGE);
	many[1] = span_str("none");
	assert_int_equal(crypto_chain_make(t.rig.c, many, 2, c.octets, sizeof c.octets, &c.n),
			 ERR_MALFORMED);
	certs_fini(&t);
}

/* What a carrier may hold besides, made by hand. */
struct dressed {
	uint8_t octets[16384];
	size_t n;
};

static void put_der(struct dressed *d, uint8_t tag, const struct dressed *content)
{
	d->octets[d->n++] = tag;
	d->octets[d->n++] = 0x82;
	d->octets[d->n++] = (uint8_t)(content->n >> 8);
	d->octets[d->n++] = (uint8_t)content->n;
	memcpy(d->octets + d->n, content->octets, content->n);
	d->n += content->n;
}

static void put(struct dressed *d, struct span s)
{
	memcpy(d->octets + d->n, s.p, s.n);
	d->n += s.n;
}

static void put_hex(struct dressed *d, const char *text)
{
	struct rig_hex h;
	put(d, rig_hex(&h, text));
}

static void dress(struct dressed *out, const struct span *certs, size_t count, const char *oid,
		  const char *digests, const char *signers)
{
	static struct dressed list, data, wrapped, content;
	list.n = data.n = wrapped.n = content.n = out->n = 0;
	for (size_t i = 0; i < count; i++)
		put(&list, certs[i]);
	put_hex(&data, "020103");
	put_hex(&data, digests);
	put_hex(&data, "300b06092a864886f70d010701");
	put_der(&data, 0xa0, &list);
	put_hex(&data, signers);
	put_der(&wrapped, 0x30, &data);
	put_hex(&content, oid);
	put_der(&content, 0xa0, &wrapped);
	put_der(out, 0x30, &content);
}

#define SIGNED "06092a864886f70d010702"
#define SHA1   "310b300906052b0e03021a0500"
#define SIGNER                                                                                     \
	"31073005020101"                                                                           \
	"3000"

/* CRYPTO-5.1 */
static void signers_are_ignored(void **state)
{
	struct certs t;
	struct links l;
	static struct dressed d;
	certs_init(&t, crypto_profile(CRYPTO_MODERN));
	issue_links(&t, &l);
	dress(&d, l.spans, 2, SIGNED, SHA1, SIGNER);
	assert_order(&t, &l, span_of(d.octets, d.n), 2);
	dress(&d, l.spans, 2, SIGNED, "3100", "3100");
	assert_order(&t, &l, span_of(d.octets, d.n), 2);
	dress(&d, l.spans, 2, "06092a864886f70d010701", "3100", "3100");
	assert_int_equal(certs_try(&t, span_of(d.octets, d.n)), ERR_MALFORMED);
	dress(&d, l.spans, 0, SIGNED, "3100", "3100");
	assert_int_equal(certs_try(&t, span_of(d.octets, d.n)), ERR_MALFORMED);
	struct span mixed[] = { l.spans[0], span_of("\x02\x01\x01", 3) };
	dress(&d, mixed, 2, SIGNED, "3100", "3100");
	assert_int_equal(certs_try(&t, span_of(d.octets, d.n)), ERR_MALFORMED);
	struct span many[CRYPTO_CHAIN_CERTS + 1];
	for (size_t i = 0; i < CRYPTO_CHAIN_CERTS + 1; i++)
		many[i] = l.spans[0];
	dress(&d, many, CRYPTO_CHAIN_CERTS + 1, SIGNED, "3100", "3100");
	assert_int_equal(certs_try(&t, span_of(d.octets, d.n)), ERR_FULL);
	certs_fini(&t);
}

static void every_truncation_is_refused(void **state)
{
	struct certs t;
	struct links l;
	struct carrier c;
	certs_init(&t, crypto_profile(CRYPTO_MODERN));
	issue_links(&t, &l);
	struct span whole = carry(&t, l.spans, 2, &c);
	for (size_t n = 0; n < whole.n; n++)
		assert_int_equal(certs_try(&t, span_of(whole.p, n)), ERR_MALFORMED);
	c.octets[whole.n] = 0;
	assert_int_equal(certs_try(&t, span_of(whole.p, whole.n + 1)), ERR_MALFORMED);
	uint8_t *big = calloc(1, CRYPTO_CHAIN_MAX + 1);
	assert_int_equal(certs_try(&t, span_of(big, CRYPTO_CHAIN_MAX + 1)), ERR_MALFORMED);
	free(big);
	certs_fini(&t);
}

/* Any octets changed: refused, or read and then denied; never more than that. */
static void random_changes_do_no_harm(void **state)
{
	struct certs t;
	struct links l;
	struct carrier c;
	certs_init(&t, crypto_profile(CRYPTO_MODERN));
	issue_links(&t, &l);
	struct span whole = carry(&t, l.spans, 3, &c);
	uint8_t *saved = rig_copy(whole);
	size_t refused = 0;
	for (int i = 0; i < 1000; i++) {
		struct crypto_chain *chain = NULL;
		for (int j = 0; j < 1 + i % 4; j++)
			c.octets[env_random_below(&t.draw.env, whole.n)] ^=
				(uint8_t)(1 + env_random_below(&t.draw.env, 255));
		if (certs_parse(&t, whole, &chain))
			refused++;
		crypto_chain_free(chain);
		memcpy(c.octets, saved, whole.n);
	}
	assert_true(refused > 300);
	free(saved);
	certs_fini(&t);
}

/* CRYPTO-5.2 */
static void without_memory_there_is_no_chain(void **state)
{
	struct certs t;
	struct links l;
	struct carrier c;
	certs_init(&t, crypto_profile(CRYPTO_MODERN));
	issue_links(&t, &l);
	struct span whole = carry(&t, l.spans, CERTS_KEYS, &c);
	size_t live = t.rig.mem.live;
	for (size_t n = 1;; n++) {
		struct crypto_chain *chain = NULL;
		failing_env_fail_at(&t.rig.mem, n);
		enum err e = certs_parse(&t, whole, &chain);
		assert_int_equal(e, t.rig.mem.failed ? ERR_NOMEM : OK);
		crypto_chain_free(chain);
		assert_int_equal(t.rig.mem.live, live);
		if (!e)
			break;
		assert_true(n < 100);
	}
	certs_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order_reads_as_the_chain),
		cmocka_unit_test(why_it_is_no_chain),
		cmocka_unit_test(what_is_no_chain),
		cmocka_unit_test(each_signature_counts),
		cmocka_unit_test(each_signature_is_checked_once),
		cmocka_unit_test(certs_have_a_number),
		cmocka_unit_test(signers_are_ignored),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(random_changes_do_no_harm),
		cmocka_unit_test(without_memory_there_is_no_chain),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
