#include "wire/utf.h"
#include "pnrp/wire_int.h"

/* PNRP-2.7, PNRP-2.8: AUTHORITY_BUFFERs, whole. */

static uint16_t swapped(uint16_t unit)
{
	return (uint16_t)(unit << 8 | unit >> 8);
}

bool pnrp_name_swapped(const struct pnrp_name *n, struct pnrp_name *out)
{
	uint16_t units[PNRP_CLASSIFIER_MAX];
	size_t count = pnrp_name_units(n, units);
	for (size_t i = 0; i < count; i++)
		units[i] = swapped(units[i]);
	return pnrp_name_of_units(units, count, out) == OK;
}

/* Big-endian, but where that cannot be text (A13). */
static enum err units_decode(struct rd *r, size_t n, struct pnrp_name *out)
{
	uint16_t units[PNRP_CLASSIFIER_MAX];
	if (n > PNRP_CLASSIFIER_MAX)
		return ERR_MALFORMED;
	for (size_t i = 0; i < n; i++)
		units[i] = rd_u16(r);
	if (pnrp_name_of_units(units, n, out) == OK)
		return OK;
	for (size_t i = 0; i < n; i++)
		units[i] = swapped(units[i]);
	return pnrp_name_of_units(units, n, out);
}

static void take_classifier(struct pnrp_elements *e, const struct pnrp_profile *p,
			    struct pnrp_name *out)
{
	size_t n;
	struct rd r = pnrp_take_array(e, PNRP_F_CLASSIFIER, PNRP_F_WCHAR, p->classifier_entry, &n);
	if (e->r.failed)
		return;
	enum err err = p->utf16 ? units_decode(&r, n, out) : pnrp_name_of_utf8(rd_rest(&r), out);
	if (err)
		e->r.failed = true;
}

enum err pnrp_buffer_decode(const struct pnrp_profile *p, struct span octets,
			    struct pnrp_buffer *out)
{
	struct pnrp_elements e = pnrp_elements_of(octets);
	struct pnrp_buffer b = { 0 };
	b.flags = pnrp_take_flags(&e);
	if (pnrp_element_is(&e, PNRP_F_CHAIN))
		b.chain = pnrp_take_span(&e, PNRP_F_CHAIN);
	b.has_classifier = pnrp_element_is(&e, PNRP_F_CLASSIFIER);
	if (b.has_classifier)
		take_classifier(&e, p, &b.classifier);
	if (pnrp_element_is(&e, PNRP_F_PAYLOAD))
		b.payload = pnrp_take_span(&e, PNRP_F_PAYLOAD);
	b.has_route = pnrp_element_is(&e, PNRP_F_ROUTE);
	if (b.has_route)
		pnrp_take_route(&e, p, &b.route);
	if (pnrp_element_is(&e, PNRP_F_CPA))
		b.cpa = pnrp_take_span(&e, PNRP_F_CPA);
	/* Padding behind the last element may be counted (correction 10). */
	if (e.r.failed || (e.r.left && e.r.left != pnrp_elements_padding(&e)))
		return ERR_MALFORMED;
	*out = b;
	return OK;
}

static void put_classifier(struct wr *w, const struct pnrp_profile *p, const struct pnrp_name *n)
{
	uint16_t units[PNRP_CLASSIFIER_MAX];
	size_t count = p->utf16 ? pnrp_name_units(n, units) : n->classifier_n;
	pnrp_put_array(w, PNRP_F_CLASSIFIER, PNRP_F_WCHAR, p->classifier_entry, count);
	if (!p->utf16) {
		wr_bytes(w, span_of(n->classifier, n->classifier_n));
		return;
	}
	for (size_t i = 0; i < count; i++)
		wr_u16(w, units[i]);
}

enum err pnrp_buffer_encode(const struct pnrp_profile *p, const struct pnrp_buffer *b, uint8_t *out,
			    size_t size, size_t *n)
{
	struct wr w = wr_of(out, size < PNRP_BUFFER_MAX ? size : PNRP_BUFFER_MAX);
	pnrp_put_flags(&w, b->flags);
	if (b->chain.n)
		pnrp_put_octets(&w, PNRP_F_CHAIN, b->chain);
	if (b->has_classifier)
		put_classifier(&w, p, &b->classifier);
	if (b->payload.n)
		pnrp_put_octets(&w, PNRP_F_PAYLOAD, b->payload);
	if (b->has_route)
		pnrp_put_route(&w, p, &b->route);
	if (b->cpa.n)
		pnrp_put_octets(&w, PNRP_F_CPA, b->cpa);
	if (w.failed)
		return ERR_RANGE;
	*n = w.n;
	return OK;
}
