/* pnrp_cpa.c - CPAs and extended payloads, read and judged: as an AUTHORITY_BUFFER, as
 * one part of it, as a revocation. What is read keeps its limits. The first octet
 * chooses the profile. */
#include "pnrp/cpa_int.h"
#include "pnrp_rig.h"

static void hold_within(struct span part, struct span whole)
{
	hold(part.p >= whole.p && part.n <= whole.n);
	hold((size_t)(part.p - whole.p) <= whole.n - part.n);
}

static void cpa(const struct pnrp_profile *p, struct span s)
{
	struct pnrp_cpa c;
	if (pnrp_cpa_decode(p, s, &c) != OK)
		return;
	hold(s.n <= PNRP_CPA_MAX);
	hold(c.n_nodes <= PNRP_OWN_ADDRESSES && (c.n_nodes || c.revoke));
	hold(c.n_apps <= PNRP_ENDPOINTS_MAX && c.comment_n <= sizeof(c.comment));
	hold(c.has_authority || c.has_classifier);
	hold(c.public.n == p->crypto->public_size);
	hold_within(c.public, c.signed_part);
	hold_within(c.signature, s);
}

static void payload(const struct pnrp_profile *p, struct span s)
{
	struct pnrp_extended e;
	if (pnrp_payload_decode(p, s, &e) != OK)
		return;
	hold(s.n <= PNRP_EXTENDED_MAX && e.data.n <= PNRP_PAYLOAD_MAX);
	hold_within(e.data, e.signed_part);
	hold_within(e.signature, s);
}

/* Asked as if it were the right answer, so that rules far down are reached. */
static struct pnrp_asked asked_for(const struct pnrp_profile *p, struct span s)
{
	struct pnrp_cpa c;
	struct pnrp_asked asked = { .payload = true };
	if (pnrp_cpa_decode(p, s, &c) != OK)
		return asked;
	asked.id = pnrp_cpa_id(rig_crypto(), p, &c);
	memcpy(asked.nonce, c.nonce, sizeof(asked.nonce));
	return asked;
}

static void judged(const struct pnrp_profile *p, const struct pnrp_buffer *b)
{
	struct pnrp_answer a;
	const struct pnrp_asked asked = asked_for(p, b->cpa);
	enum pnrp_verdict v = pnrp_judge(rig_crypto(), p, b, &asked, RIG_WALL, &a);
	hold(v < PNRP_VERDICT_COUNT);
	hold(v != PNRP_VERDICT_GOOD || (!a.cpa.revoke && a.cpa.not_after >= RIG_WALL));
}

static void revocation(const struct pnrp_profile *p, struct span s)
{
	struct pnrp_cpa c;
	struct pnrp_id id;
	if (pnrp_judge_revoke(rig_crypto(), p, s, RIG_WALL, &c, &id) == PNRP_VERDICT_GOOD)
		hold(c.revoke);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct pnrp_profile *p = size ? rig_profile(data[0]) : NULL;
	struct pnrp_buffer b;
	if (!p)
		return 0;
	struct span s = span_of(data + 1, size - 1);
	cpa(p, s);
	payload(p, s);
	revocation(p, s);
	judged(p, &(struct pnrp_buffer){ .cpa = s });
	if (pnrp_buffer_decode(p, s, &b) == OK)
		judged(p, &b);
	return 0;
}
