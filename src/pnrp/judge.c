#include "pnrp/cpa_int.h"

/* PNRP-3.6: what an answer is worth. A rule a function, cheap ones first: nobody makes
 * us check a signature with an answer that is wrong anyway. */

struct trial {
	struct crypto *x;
	const struct pnrp_profile *p;
	const struct pnrp_buffer *b;
	const struct pnrp_asked *asked;
	int64_t wall_us;
	bool named; /* asked->id is the ID that it must be for */
	struct pnrp_answer a;
	struct pnrp_extended extended;
	bool delegated; /* the authority is another key's: the chain must say so */
};

static enum pnrp_verdict verdict_of(enum err e)
{
	if (e == ERR_UNSUPPORTED)
		return PNRP_VERDICT_VERSION;
	return e ? PNRP_VERDICT_SYNTAX : PNRP_VERDICT_GOOD;
}

static enum pnrp_verdict judge_syntax(struct trial *t)
{
	if (!t->b->cpa.n)
		return PNRP_VERDICT_NO_CPA;
	return verdict_of(pnrp_cpa_decode(t->p, t->b->cpa, &t->a.cpa));
}

static enum pnrp_verdict judge_kind(struct trial *t)
{
	return t->a.cpa.revoke == t->asked->revoke ? PNRP_VERDICT_GOOD : PNRP_VERDICT_KIND;
}

static enum pnrp_verdict judge_time(struct trial *t)
{
	return t->wall_us <= t->a.cpa.not_after ? PNRP_VERDICT_GOOD : PNRP_VERDICT_EXPIRED;
}

static enum pnrp_verdict judge_nonce(struct trial *t)
{
	bool same = memcmp(t->a.cpa.nonce, t->asked->nonce, PNRP_NONCE) == 0;
	return same ? PNRP_VERDICT_GOOD : PNRP_VERDICT_NONCE;
}

/* All of a payload but its signature. One that nobody asked for is judged too (A39). */
static enum pnrp_verdict judge_payload(struct trial *t)
{
	struct pnrp_extended *e = &t->extended;
	if (!t->b->payload.n)
		return t->a.cpa.has_payload && t->asked->payload ? PNRP_VERDICT_PAYLOAD
								 : PNRP_VERDICT_GOOD;
	if (pnrp_payload_decode(t->p, t->b->payload, e) != OK || t->wall_us > e->not_after ||
	    memcmp(e->nonce, t->asked->nonce, PNRP_NONCE) != 0 ||
	    !pnrp_id_eq(&e->id, &t->asked->id))
		return PNRP_VERDICT_PAYLOAD;
	t->a.payload_type = e->type;
	t->a.payload = e->data;
	t->a.payload_utf16 = e->utf16;
	return PNRP_VERDICT_GOOD;
}

/* What is called a string is text. */
static enum pnrp_verdict judge_text(struct trial *t)
{
	char room[3 * PNRP_PAYLOAD_MAX / 2];
	size_t n;
	if (t->a.payload_type != PNRP_PAYLOAD_STRING)
		return PNRP_VERDICT_GOOD;
	enum err e = pnrp_answer_text(&t->a, room, sizeof(room), &n);
	return e ? PNRP_VERDICT_PAYLOAD : PNRP_VERDICT_GOOD;
}

static enum pnrp_verdict judge_id(struct trial *t)
{
	if (!t->named)
		return PNRP_VERDICT_GOOD;
	struct pnrp_id id = pnrp_cpa_id(t->x, t->p, &t->a.cpa);
	if (!pnrp_id_eq(&id, &t->asked->id) ||
	    (t->b->has_route && !pnrp_id_eq(&id, &t->b->route.id)))
		return PNRP_VERDICT_ID;
	return PNRP_VERDICT_GOOD;
}

static bool is_zero(const uint8_t *p, size_t n)
{
	uint8_t all = 0;
	for (size_t i = 0; i < n; i++)
		all |= p[i];
	return !all;
}

static void take_name(struct trial *t, const struct pnrp_name *classifier)
{
	t->a.has_name = true;
	t->a.name = *classifier;
	memcpy(t->a.name.authority, t->a.cpa.authority, sizeof(t->a.name.authority));
	/* Zeros stand for none (A38). */
	t->a.name.secure = !is_zero(t->a.cpa.authority, sizeof(t->a.cpa.authority));
}

static bool hashes_to(const struct trial *t, const struct pnrp_name *classifier)
{
	uint8_t hash[20];
	if (!t->a.cpa.has_classifier)
		return !classifier->classifier_n;
	pnrp_classifier_hash(t->x, t->p, classifier, hash);
	return memcmp(hash, t->a.cpa.classifier_hash, sizeof(hash)) == 0;
}

/* PNRP-3.7: the classifier that was told is the one that was hashed, if need be with
 * its octets in the other order (A13). None told is none hashed, or an unknown one. */
static enum pnrp_verdict judge_classifier(struct trial *t)
{
	struct pnrp_name swapped;
	const struct pnrp_name *told = &t->b->classifier;
	if (hashes_to(t, told)) {
		take_name(t, told);
		return PNRP_VERDICT_GOOD;
	}
	if (!t->b->has_classifier)
		return PNRP_VERDICT_GOOD;
	if (!t->p->utf16 || !pnrp_name_swapped(told, &swapped) || !hashes_to(t, &swapped))
		return PNRP_VERDICT_CLASSIFIER;
	take_name(t, &swapped);
	return PNRP_VERDICT_GOOD;
}

static enum pnrp_verdict judge_authority(struct trial *t)
{
	struct pnrp_cpa *c = &t->a.cpa;
	uint8_t own[CRYPTO_AUTHORITY];
	/* A38: nobody is to take an unsecured name for one that is proved. */
	if (is_zero(c->authority, sizeof(c->authority)))
		c->has_authority = false;
	if (!c->has_authority)
		return PNRP_VERDICT_GOOD;
	crypto_authority(t->x, t->p->crypto, c->public, own);
	t->delegated = memcmp(own, c->authority, sizeof(own)) != 0;
	return t->delegated && !t->b->chain.n ? PNRP_VERDICT_AUTHORITY : PNRP_VERDICT_GOOD;
}

static enum pnrp_verdict judge_signature(struct trial *t)
{
	const struct pnrp_cpa *c = &t->a.cpa;
	enum err e = crypto_verify(t->x, t->p->crypto, c->public, c->signed_part, c->signature);
	return e ? PNRP_VERDICT_SIGNATURE : PNRP_VERDICT_GOOD;
}

static enum pnrp_verdict judge_payload_signature(struct trial *t)
{
	const struct pnrp_extended *e = &t->extended;
	if (!t->b->payload.n)
		return PNRP_VERDICT_GOOD;
	enum err err =
		crypto_verify(t->x, t->p->crypto, t->a.cpa.public, e->signed_part, e->signature);
	return err ? PNRP_VERDICT_PAYLOAD : PNRP_VERDICT_GOOD;
}

static enum pnrp_verdict judge_chain(struct trial *t)
{
	const struct pnrp_cpa *c = &t->a.cpa;
	const struct pnrp_name *n = &t->a.name;
	if (!t->delegated)
		return PNRP_VERDICT_GOOD;
	struct span classifier = span_of(n->classifier, t->a.has_name ? n->classifier_n : 0);
	return pnrp_chain_judge(t->x, t->p, t->b->chain, c->authority, c->public, classifier,
				t->wall_us);
}

static enum pnrp_verdict judge(struct trial *t)
{
	static enum pnrp_verdict (*const rules[])(struct trial * t) = {
		judge_syntax,
		judge_kind,
		judge_time,
		judge_nonce,
		judge_payload,
		judge_text,
		judge_id,
		judge_classifier,
		judge_authority,
		judge_signature,
		judge_payload_signature,
		judge_chain,
	};
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		enum pnrp_verdict v = rules[i](t);
		if (v != PNRP_VERDICT_GOOD)
			return v;
	}
	return PNRP_VERDICT_GOOD;
}

enum pnrp_verdict pnrp_judge(struct crypto *x, const struct pnrp_profile *p,
			     const struct pnrp_buffer *b, const struct pnrp_asked *asked,
			     int64_t wall_us, struct pnrp_answer *out)
{
	struct trial t = { .x = x, .p = p, .b = b, .asked = asked, .wall_us = wall_us };
	t.named = true;
	enum pnrp_verdict v = judge(&t);
	if (v == PNRP_VERDICT_GOOD)
		*out = t.a;
	return v;
}

/* PNRP-3.8: no chain comes with a FLOOD, so that a delegated name is not revoked so. */
enum pnrp_verdict pnrp_judge_revoke(struct crypto *x, const struct pnrp_profile *p,
				    struct span octets, int64_t wall_us, struct pnrp_cpa *out,
				    struct pnrp_id *id)
{
	const struct pnrp_buffer b = { .cpa = octets };
	const struct pnrp_asked asked = { .revoke = true };
	struct trial t = { .x = x, .p = p, .b = &b, .asked = &asked, .wall_us = wall_us };
	enum pnrp_verdict v = judge(&t);
	if (v != PNRP_VERDICT_GOOD)
		return v;
	*out = t.a.cpa;
	*id = pnrp_cpa_id(x, p, out);
	return PNRP_VERDICT_GOOD;
}
