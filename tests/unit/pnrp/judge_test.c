/* PNRP-3.6 to PNRP-3.8: which answers are believed, and why others are not. */
#include "cpa_rig.h"

/* An answer in the making, all of it good until a test spoils it. */
struct answer {
	struct pnrp_cpa c;
	struct pnrp_payload e;
	struct pnrp_buffer b;
	struct pnrp_asked asked;
	int64_t wall;
	uint8_t cpa[RIG_CPA_ROOM], payload[PNRP_EXTENDED_MAX];
	struct pnrp_answer got;
};

static struct answer answer(struct proofs *r)
{
	struct answer a = { .c = proofs_cpa(r), .wall = VECTOR_NOW };
	a.asked.id = proofs_id(r, &a.c);
	memcpy(a.asked.nonce, a.c.nonce, sizeof(a.asked.nonce));
	return a;
}

static void add_payload(struct answer *a)
{
	a->c.has_payload = true;
	a->asked.payload = true;
	a->e = (struct pnrp_payload){ .id = a->asked.id,
				      .not_after = a->c.not_after,
				      .type = PNRP_PAYLOAD_STRING,
				      .data = span_str("hello") };
	memcpy(a->e.nonce, a->asked.nonce, sizeof(a->e.nonce));
}

static void add_classifier(struct answer *a, const char *name)
{
	a->b.has_classifier = true;
	a->b.classifier = rig_name(name);
}

/* Makes the octets. */
static void make(struct proofs *r, struct answer *a)
{
	size_t n;
	a->b.cpa = proofs_make(r, &a->c, a->cpa, sizeof(a->cpa));
	if (a->e.type == PNRP_PAYLOAD_NONE)
		return;
	assert_int_equal(pnrp_payload_make(r->x, &r->f.env, r->p, &a->e, r->key, a->payload,
					   sizeof(a->payload), &n),
			 OK);
	a->b.payload = span_of(a->payload, n);
}

static enum pnrp_verdict judged(struct proofs *r, struct answer *a)
{
	return pnrp_judge(r->x, r->p, &a->b, &a->asked, a->wall, &a->got);
}

static void assert_verdict(struct proofs *r, struct answer *a, enum pnrp_verdict want)
{
	assert_string_equal(pnrp_verdict_text(judged(r, a)), pnrp_verdict_text(want));
}

static void the_vector(void **state)
{
	struct proofs *r = *state;
	struct answer a = answer(r);
	a.b.cpa = span_of(a.cpa, rig_octets(VECTOR_T12, a.cpa, sizeof(a.cpa)));
	add_classifier(&a, "0.test");
	assert_verdict(r, &a, PNRP_VERDICT_GOOD);
	assert_true(a.got.has_name && pnrp_name_eq(&a.got.name, &a.b.classifier));
	assert_int_equal(a.got.cpa.n_apps, 1);
	a.wall = VECTOR_NOT_AFTER;
	assert_verdict(r, &a, PNRP_VERDICT_GOOD);
	a.wall++;
	assert_verdict(r, &a, PNRP_VERDICT_EXPIRED);
	a.wall = VECTOR_NOW;
	a.asked.nonce[0] ^= 1;
	assert_verdict(r, &a, PNRP_VERDICT_NONCE);
	a.asked.nonce[0] ^= 1;
	a.asked.id = pnrp_id_next(&a.asked.id);
	assert_verdict(r, &a, PNRP_VERDICT_ID);
}

/* One bit of what is signed, or of the signature. */
static void the_vector_with_a_bit_changed(void **state)
{
	struct proofs *r = *state;
	struct answer a = answer(r);
	size_t n = rig_octets(VECTOR_T12, a.cpa, sizeof(a.cpa));
	a.b.cpa = span_of(a.cpa, n);
	for (size_t at = 0; at < n; at++) {
		uint8_t bit = (uint8_t)(1u << at % 8);
		a.cpa[at] ^= bit;
		assert_int_not_equal(judged(r, &a), PNRP_VERDICT_GOOD);
		a.cpa[at] ^= bit;
	}
	assert_verdict(r, &a, PNRP_VERDICT_GOOD);
}

static void syntax_and_kind(void **state)
{
	struct proofs *r = *state;
	struct answer a = answer(r);
	assert_verdict(r, &a, PNRP_VERDICT_NO_CPA);
	make(r, &a);
	assert_verdict(r, &a, PNRP_VERDICT_GOOD);
	a.b.cpa.n--;
	assert_verdict(r, &a, PNRP_VERDICT_SYNTAX);
	a.b.cpa.n++;
	a.cpa[3]++;
	assert_verdict(r, &a, PNRP_VERDICT_VERSION);
	a.c.revoke = true;
	make(r, &a);
	assert_verdict(r, &a, PNRP_VERDICT_KIND);
}

/* PNRP-3.6: an answer wrong in all ways is refused for the cheapest of them. */
static void the_order_of_rules(void **state)
{
	struct proofs *r = *state;
	struct answer a = answer(r);
	add_payload(&a);
	add_classifier(&a, "0.toast");
	make(r, &a);
	a.cpa[a.b.cpa.n - 1] ^= 1;
	a.b.payload.n = 0;
	a.asked.nonce[3] ^= 1;
	a.asked.id = pnrp_id_next(&a.asked.id);
	a.wall = VECTOR_NOT_AFTER + 1;
	assert_verdict(r, &a, PNRP_VERDICT_EXPIRED);
	a.wall = VECTOR_NOW;
	assert_verdict(r, &a, PNRP_VERDICT_NONCE);
	a.asked.nonce[3] ^= 1;
	assert_verdict(r, &a, PNRP_VERDICT_PAYLOAD);
	a.asked.payload = false;
	assert_verdict(r, &a, PNRP_VERDICT_ID);
	a.asked.id = pnrp_id_previous(&a.asked.id);
	assert_verdict(r, &a, PNRP_VERDICT_CLASSIFIER);
	a.b.has_classifier = false;
	a.b.classifier = (struct pnrp_name){ 0 };
	assert_verdict(r, &a, PNRP_VERDICT_SIGNATURE);
	a.cpa[a.b.cpa.n - 1] ^= 1;
	assert_verdict(r, &a, PNRP_VERDICT_GOOD);
	assert_false(a.got.has_name);
}

static void a_route_entry_of_another_id(void **state)
{
	struct proofs *r = *state;
	struct answer a = answer(r);
	make(r, &a);
	a.b.has_route = true;
	a.b.route = rig_route(VECTOR_ID2, 3540, VECTOR_A1, NULL);
	assert_verdict(r, &a, PNRP_VERDICT_ID);
	a.b.route.id = a.asked.id;
	assert_verdict(r, &a, PNRP_VERDICT_GOOD);
}

static void payloads(void **state)
{
	struct proofs *r = *state;
	struct answer good = answer(r);
	add_payload(&good);
	make(r, &good);
	good.b.cpa.p = good.cpa;
	good.b.payload.p = good.payload;
	assert_verdict(r, &good, PNRP_VERDICT_GOOD);
	assert_int_equal(good.got.payload_type, PNRP_PAYLOAD_STRING);
	char text[32];
	size_t n;
	assert_int_equal(pnrp_answer_text(&good.got, text, sizeof(text), &n), OK);
	assert_true(span_eq(span_of(text, n), span_str("hello")));
	good.asked.payload = false;
	assert_verdict(r, &good, PNRP_VERDICT_GOOD);
	for (size_t at = 0; at < good.b.payload.n; at += 3) {
		good.payload[at] ^= 0x10;
		assert_verdict(r, &good, PNRP_VERDICT_PAYLOAD);
		good.payload[at] ^= 0x10;
	}
	for (size_t cut = 1; cut < good.b.payload.n; cut++) {
		struct answer a = good;
		a.b.payload.n = cut;
		assert_verdict(r, &a, PNRP_VERDICT_PAYLOAD);
	}
}

/* A payload is for this ID, this nonce and this time. */
static void payloads_of_something_else(void **state)
{
	struct proofs *r = *state;
	struct answer a = answer(r);
	add_payload(&a);
	a.e.id = rig_id(VECTOR_ID2);
	make(r, &a);
	assert_verdict(r, &a, PNRP_VERDICT_PAYLOAD);
	add_payload(&a);
	a.e.nonce[1] ^= 1;
	make(r, &a);
	assert_verdict(r, &a, PNRP_VERDICT_PAYLOAD);
	add_payload(&a);
	a.e.not_after = a.wall - 1;
	make(r, &a);
	assert_verdict(r, &a, PNRP_VERDICT_PAYLOAD);
	add_payload(&a);
	make(r, &a);
	assert_verdict(r, &a, PNRP_VERDICT_GOOD);
}

/* PNRP-3.7: bytes of a CLASSIFIER in the other order, as some may send them. */
static void a_classifier_turned_round(void **state)
{
	struct proofs *r = *state;
	struct answer a = answer(r);
	struct pnrp_name want = rig_name("0.test"), turned;
	make(r, &a);
	assert_true(pnrp_name_swapped(&want, &turned));
	a.b.has_classifier = true;
	a.b.classifier = turned;
	if (!r->p->utf16) {
		assert_verdict(r, &a, PNRP_VERDICT_CLASSIFIER);
		return;
	}
	assert_verdict(r, &a, PNRP_VERDICT_GOOD);
	assert_true(a.got.has_name && pnrp_name_eq(&a.got.name, &want));
}

static void secure_names(void **state)
{
	struct proofs *r = *state;
	struct answer a = answer(r);
	a.c.has_authority = true;
	crypto_authority(r->x, r->p->crypto, crypto_key_public(r->key), a.c.authority);
	a.asked.id = proofs_id(r, &a.c);
	add_classifier(&a, "0.test");
	make(r, &a);
	assert_verdict(r, &a, PNRP_VERDICT_GOOD);
	assert_true(a.got.name.secure);
	assert_memory_equal(a.got.name.authority, a.c.authority, CRYPTO_AUTHORITY);
	a.c.authority[5] ^= 1;
	a.asked.id = proofs_id(r, &a.c);
	make(r, &a);
	assert_verdict(r, &a, PNRP_VERDICT_AUTHORITY);
	a.b.chain = span_str("no chain");
	assert_verdict(r, &a, PNRP_VERDICT_CHAIN);
}

/* A2: of the empty classifier nothing is sent, or its hash; both are one name. */
static void secure_names_without_words(void **state)
{
	struct proofs *r = *state;
	struct answer a = answer(r);
	a.c.has_authority = true;
	crypto_authority(r->x, r->p->crypto, crypto_key_public(r->key), a.c.authority);
	for (int told = 0; told < 2; told++) {
		a.c.has_classifier = told;
		crypto_hash(r->x, r->p->crypto, NULL, 0, a.c.classifier_hash, 20);
		a.asked.id = proofs_id(r, &a.c);
		a.b.has_classifier = false;
		a.b.classifier = (struct pnrp_name){ 0 };
		make(r, &a);
		assert_verdict(r, &a, PNRP_VERDICT_GOOD);
		assert_true(a.got.has_name && a.got.name.secure && !a.got.name.classifier_n);
		add_classifier(&a, "0.test");
		assert_verdict(r, &a, PNRP_VERDICT_CLASSIFIER);
	}
}

/* A38: an authority of zeros is none. */
static void an_authority_of_zeros(void **state)
{
	struct proofs *r = *state;
	struct answer a = answer(r);
	a.c.has_authority = true;
	add_classifier(&a, "0.test");
	make(r, &a);
	assert_verdict(r, &a, PNRP_VERDICT_GOOD);
	assert_false(a.got.name.secure);
	assert_false(a.got.cpa.has_authority);
}

static void revocations(void **state)
{
	struct proofs *r = *state;
	struct answer a = answer(r);
	struct pnrp_cpa got;
	struct pnrp_id id;
	a.c.revoke = true;
	a.c.n_nodes = a.c.n_apps = 0;
	make(r, &a);
	assert_int_equal(pnrp_judge_revoke(r->x, r->p, a.b.cpa, VECTOR_NOW, &got, &id),
			 PNRP_VERDICT_NONCE);
	memset(a.c.nonce, 0, sizeof(a.c.nonce));
	make(r, &a);
	assert_int_equal(pnrp_judge_revoke(r->x, r->p, a.b.cpa, VECTOR_NOW, &got, &id),
			 PNRP_VERDICT_GOOD);
	rig_assert_same_id(id, a.asked.id);
	assert_true(got.revoke);
	assert_int_equal(pnrp_judge_revoke(r->x, r->p, a.b.cpa, VECTOR_NOT_AFTER + 1, &got, &id),
			 PNRP_VERDICT_EXPIRED);
	for (size_t cut = 0; cut < a.b.cpa.n; cut++) {
		uint8_t *p = rig_exact(span_of(a.cpa, cut));
		assert_int_not_equal(
			pnrp_judge_revoke(r->x, r->p, span_of(p, cut), VECTOR_NOW, &got, &id),
			PNRP_VERDICT_GOOD);
		free(p);
	}
	a.cpa[8] ^= 1;
	assert_int_equal(pnrp_judge_revoke(r->x, r->p, a.b.cpa, VECTOR_NOW, &got, &id),
			 PNRP_VERDICT_SIGNATURE);
}

/* PNRP-3.8 */
static void revocations_of_delegated_names(void **state)
{
	struct proofs *r = *state;
	struct answer a = answer(r);
	struct pnrp_cpa got;
	struct pnrp_id id;
	a.c.revoke = true;
	memset(a.c.nonce, 0, sizeof(a.c.nonce));
	a.c.has_authority = true;
	a.c.authority[0] = 1;
	make(r, &a);
	assert_int_equal(pnrp_judge_revoke(r->x, r->p, a.b.cpa, VECTOR_NOW, &got, &id),
			 PNRP_VERDICT_AUTHORITY);
	a.c.revoke = false;
	make(r, &a);
	assert_int_equal(pnrp_judge_revoke(r->x, r->p, a.b.cpa, VECTOR_NOW, &got, &id),
			 PNRP_VERDICT_KIND);
}

#define BOTH(test) CLASSIC(test), MODERN(test)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLASSIC(the_vector),
		CLASSIC(the_vector_with_a_bit_changed),
		BOTH(syntax_and_kind),
		BOTH(the_order_of_rules),
		BOTH(a_route_entry_of_another_id),
		BOTH(payloads),
		BOTH(payloads_of_something_else),
		BOTH(a_classifier_turned_round),
		BOTH(secure_names),
		BOTH(secure_names_without_words),
		BOTH(an_authority_of_zeros),
		BOTH(revocations),
		BOTH(revocations_of_delegated_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
