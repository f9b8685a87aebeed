/* INQUIREs served (digest 11.7, correction 11): who asks for an ID is shown that it is
 * here, and with A the proof. PNRP-4.6, PNRP-11.5 */
#include "pnrp/pnrp_int.h"

/* PNRP-11.6: large only for whoever can be reached where it says. */
static bool may_have_much(struct pnrp *p, const struct pnrp_endpoint *from, struct mono now)
{
	return pnrp_talk_completed(p, from, now) ||
	       pnrp_guard_allows(p, PNRP_COST_PAYLOAD, from, now);
}

struct proofs {
	uint8_t cpa[PNRP_CPA_MAX];
	uint8_t payload[PNRP_EXTENDED_MAX];
};

static enum err prove(struct pnrp *p, const struct pnrp_own *o, const struct pnrp_inquire *q,
		      struct proofs *x, struct pnrp_buffer *b, struct mono now)
{
	const uint8_t *nonce = q->has_nonce ? q->nonce : NULL;
	size_t n;
	enum err e = pnrp_own_cpa(p, o, nonce, false, x->cpa, sizeof(x->cpa), &n, now);
	if (e != OK)
		return e;
	b->cpa = span_of(x->cpa, n);
	b->has_classifier = o->name.classifier_n > 0;
	b->classifier = o->name;
	b->has_route = pnrp_own_route(p, &o->id, &b->route);
	return OK;
}

static enum err add_payload(struct pnrp *p, const struct pnrp_own *o, const struct pnrp_inquire *q,
			    struct proofs *x, struct pnrp_buffer *b, struct mono now)
{
	const uint8_t *nonce = q->has_nonce ? q->nonce : NULL;
	size_t n;
	enum err e = pnrp_own_payload(p, o, nonce, x->payload, sizeof(x->payload), &n, now);
	if (e == OK)
		b->payload = span_of(x->payload, n);
	return e;
}

/* What is wanted, as far as it may be had; PNRP-11.7: else B. */
static void fill(struct pnrp *p, const struct pnrp_own *o, const struct pnrp_inquire *q,
		 const struct pnrp_endpoint *from, struct proofs *x, struct pnrp_buffer *b,
		 struct mono now)
{
	bool cpa = q->flags & PNRP_INQUIRE_CPA, payload = q->flags & PNRP_INQUIRE_PAYLOAD;
	bool chain = q->flags & PNRP_INQUIRE_CHAIN;
	enum err e = OK;
	if (!(q->flags & (PNRP_INQUIRE_CPA | PNRP_INQUIRE_PAYLOAD | PNRP_INQUIRE_CHAIN)))
		return;
	if (!pnrp_guard_allows(p, PNRP_COST_SIGNED, from, now)) {
		b->flags = PNRP_AUTHORITY_BUSY;
		return;
	}
	chain = chain && o->r.chain.n;
	payload = payload && o->r.payload_type != PNRP_PAYLOAD_NONE;
	bool much = (chain || payload) && may_have_much(p, from, now);
	if (chain && much)
		b->chain = o->r.chain;
	if (cpa)
		e = prove(p, o, q, x, b, now);
	if (e == OK && payload && much)
		e = add_payload(p, o, q, x, b, now);
	if (e == OK)
		return;
	p->starved = true;
	*b = (struct pnrp_buffer){ .flags = PNRP_AUTHORITY_BUSY };
}

void pnrp_serve_inquire(struct pnrp *p, const struct pnrp_message *m,
			const struct pnrp_endpoint *from, const struct addr *to, struct mono now)
{
	const struct pnrp_own *o = pnrp_own_find(p, &m->inquire.validate);
	struct pnrp_buffer b = { .flags = 0 };
	struct proofs x;
	if (!o)
		b.flags = PNRP_AUTHORITY_NOT;
	else
		fill(p, o, &m->inquire, from, &x, &b, now);
	pnrp_answer(p, m->id, &b, from, to);
}
