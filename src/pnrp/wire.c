#include "pnrp/wire_int.h"

/* PNRP-2.1, PNRP-2.6: a row a message. Elements stand in this order and no other. */

static void solicit_decode(const struct pnrp_profile *p, struct pnrp_elements *e,
			   struct pnrp_message *m)
{
	struct pnrp_solicit *s = &m->solicit;
	if (pnrp_element_is(e, PNRP_F_SOLICIT)) {
		struct rd r = pnrp_element_take(e, PNRP_F_SOLICIT);
		rd_skip(&r, 1);
		uint8_t type = rd_u8(&r);
		pnrp_element_end(e, &r);
		if (type > 1)
			e->r.failed = true;
		s->local_only = type;
	}
	s->has_route = pnrp_element_is(e, PNRP_F_ROUTE);
	if (s->has_route)
		pnrp_take_route(e, p, &s->route);
	pnrp_take_octets(e, PNRP_F_HASHED_NONCE, s->hashed_nonce, sizeof(s->hashed_nonce));
}

static void solicit_encode(const struct pnrp_profile *p, const struct pnrp_message *m, struct wr *w)
{
	const struct pnrp_solicit *s = &m->solicit;
	pnrp_put_head(w, PNRP_F_SOLICIT, 2);
	wr_u8(w, 0);
	wr_u8(w, s->local_only);
	if (s->has_route)
		pnrp_put_route(w, p, &s->route);
	pnrp_put_octets(w, PNRP_F_HASHED_NONCE, span_of(s->hashed_nonce, sizeof(s->hashed_nonce)));
}

static void advertise_decode(const struct pnrp_profile *p, struct pnrp_elements *e,
			     struct pnrp_message *m)
{
	struct pnrp_advertise *a = &m->advertise;
	(void)p;
	a->acked = pnrp_take_acked(e);
	pnrp_take_ids(e, &a->ids);
	pnrp_take_octets(e, PNRP_F_HASHED_NONCE, a->hashed_nonce, sizeof(a->hashed_nonce));
}

static void advertise_encode(const struct pnrp_profile *p, const struct pnrp_message *m,
			     struct wr *w)
{
	const struct pnrp_advertise *a = &m->advertise;
	(void)p;
	pnrp_put_acked(w, a->acked);
	pnrp_put_ids(w, &a->ids);
	pnrp_put_octets(w, PNRP_F_HASHED_NONCE, span_of(a->hashed_nonce, sizeof(a->hashed_nonce)));
}

static void request_decode(const struct pnrp_profile *p, struct pnrp_elements *e,
			   struct pnrp_message *m)
{
	(void)p;
	pnrp_take_octets(e, PNRP_F_NONCE, m->request.nonce, sizeof(m->request.nonce));
	pnrp_take_ids(e, &m->request.ids);
}

static void request_encode(const struct pnrp_profile *p, const struct pnrp_message *m, struct wr *w)
{
	(void)p;
	pnrp_put_octets(w, PNRP_F_NONCE, span_of(m->request.nonce, sizeof(m->request.nonce)));
	pnrp_put_ids(w, &m->request.ids);
}

static void flood_decode(const struct pnrp_profile *p, struct pnrp_elements *e,
			 struct pnrp_message *m)
{
	struct pnrp_flood *f = &m->flood;
	struct rd r = pnrp_element_take(e, PNRP_F_FLOOD);
	f->flags = rd_u16(&r);
	rd_skip(&r, 1);
	pnrp_element_end(e, &r);
	f->validate = pnrp_take_id(e, PNRP_F_VALIDATE);
	if (pnrp_element_is(e, PNRP_F_REVOKE))
		f->revoke = pnrp_take_span(e, PNRP_F_REVOKE);
	f->has_route = pnrp_element_is(e, PNRP_F_ROUTE);
	if (f->has_route)
		pnrp_take_route(e, p, &f->route);
	pnrp_take_path(e, &f->flooded);
}

static void flood_encode(const struct pnrp_profile *p, const struct pnrp_message *m, struct wr *w)
{
	const struct pnrp_flood *f = &m->flood;
	pnrp_put_head(w, PNRP_F_FLOOD, 3);
	wr_u16(w, f->flags);
	wr_u8(w, 0);
	pnrp_put_id(w, PNRP_F_VALIDATE, &f->validate);
	if (f->revoke.n)
		pnrp_put_octets(w, PNRP_F_REVOKE, f->revoke);
	if (f->has_route)
		pnrp_put_route(w, p, &f->route);
	pnrp_put_path(w, &f->flooded);
}

static void inquire_decode(const struct pnrp_profile *p, struct pnrp_elements *e,
			   struct pnrp_message *m)
{
	struct pnrp_inquire *q = &m->inquire;
	(void)p;
	q->flags = pnrp_take_flags(e);
	q->validate = pnrp_take_id(e, PNRP_F_VALIDATE);
	q->has_nonce = pnrp_element_is(e, PNRP_F_NONCE);
	if (q->has_nonce)
		pnrp_take_octets(e, PNRP_F_NONCE, q->nonce, sizeof(q->nonce));
}

static void inquire_encode(const struct pnrp_profile *p, const struct pnrp_message *m, struct wr *w)
{
	const struct pnrp_inquire *q = &m->inquire;
	(void)p;
	pnrp_put_flags(w, q->flags);
	pnrp_put_id(w, PNRP_F_VALIDATE, &q->validate);
	if (q->has_nonce)
		pnrp_put_octets(w, PNRP_F_NONCE, span_of(q->nonce, sizeof(q->nonce)));
}

/* Whether a piece is one that a buffer of that size is cut into (digest 10.3). */
static bool piece_ok(const struct pnrp_authority *a)
{
	if (a->size < PNRP_BUFFER_MIN || a->size > PNRP_BUFFER_MAX || a->offset % PNRP_PIECE ||
	    a->offset >= a->size)
		return false;
	size_t left = (size_t)a->size - a->offset;
	return a->piece.n == (left < PNRP_PIECE ? left : PNRP_PIECE);
}

static void authority_decode(const struct pnrp_profile *p, struct pnrp_elements *e,
			     struct pnrp_message *m)
{
	struct pnrp_authority *a = &m->authority;
	(void)p;
	a->acked = pnrp_take_acked(e);
	struct rd r = pnrp_element_take(e, PNRP_F_SPLIT);
	a->size = rd_u16(&r);
	a->offset = rd_u16(&r);
	pnrp_element_end(e, &r);
	a->piece = rd_rest(&e->r);
	if (!piece_ok(a))
		e->r.failed = true;
}

static void authority_encode(const struct pnrp_profile *p, const struct pnrp_message *m,
			     struct wr *w)
{
	const struct pnrp_authority *a = &m->authority;
	(void)p;
	if (!piece_ok(a))
		w->failed = true;
	pnrp_put_acked(w, a->acked);
	pnrp_put_head(w, PNRP_F_SPLIT, 4);
	wr_u16(w, a->size);
	wr_u16(w, a->offset);
	wr_bytes(w, a->piece);
}

static void ack_decode(const struct pnrp_profile *p, struct pnrp_elements *e,
		       struct pnrp_message *m)
{
	(void)p;
	m->ack.acked = pnrp_take_acked(e);
	if (pnrp_element_is(e, PNRP_F_FLAGS))
		m->ack.flags = pnrp_take_flags(e);
}

static void ack_encode(const struct pnrp_profile *p, const struct pnrp_message *m, struct wr *w)
{
	(void)p;
	pnrp_put_acked(w, m->ack.acked);
	if (m->ack.flags)
		pnrp_put_flags(w, m->ack.flags);
}

static bool controls_ok(const struct pnrp_lookup *l)
{
	switch (l->criteria) {
	case PNRP_MATCH_NONE:
	case PNRP_MATCH_ANY:
	case PNRP_MATCH_NEAREST:
	case PNRP_MATCH_NEAREST64:
		return true;
	case PNRP_MATCH_UPPER_BITS:
		return l->precision <= 256;
	}
	return false;
}

static void lookup_decode(const struct pnrp_profile *p, struct pnrp_elements *e,
			  struct pnrp_message *m)
{
	struct pnrp_lookup *l = &m->lookup;
	struct rd r = pnrp_element_take(e, PNRP_F_LOOKUP);
	l->flags = rd_u16(&r);
	l->precision = rd_u16(&r);
	l->criteria = rd_u8(&r);
	l->reason = rd_u8(&r);
	rd_skip(&r, 2);
	pnrp_element_end(e, &r);
	l->target = pnrp_take_id(e, PNRP_F_TARGET);
	l->validate = pnrp_take_id(e, PNRP_F_VALIDATE);
	l->has_best = pnrp_element_is(e, PNRP_F_ROUTE);
	if (l->has_best)
		pnrp_take_route(e, p, &l->best);
	pnrp_take_path(e, &l->path);
	if (!controls_ok(l) || !l->path.n)
		e->r.failed = true;
}

static void lookup_encode(const struct pnrp_profile *p, const struct pnrp_message *m, struct wr *w)
{
	const struct pnrp_lookup *l = &m->lookup;
	if (!controls_ok(l) || !l->path.n)
		w->failed = true;
	pnrp_put_head(w, PNRP_F_LOOKUP, 8);
	wr_u16(w, l->flags);
	wr_u16(w, l->precision);
	wr_u8(w, l->criteria);
	wr_u8(w, l->reason);
	wr_u16(w, 0);
	pnrp_put_id(w, PNRP_F_TARGET, &l->target);
	pnrp_put_id(w, PNRP_F_VALIDATE, &l->validate);
	if (l->has_best)
		pnrp_put_route(w, p, &l->best);
	pnrp_put_path(w, &l->path);
}

static const struct message {
	const char *name;
	void (*decode)(const struct pnrp_profile *p, struct pnrp_elements *e,
		       struct pnrp_message *m);
	void (*encode)(const struct pnrp_profile *p, const struct pnrp_message *m, struct wr *w);
} messages[] = {
	[PNRP_SOLICIT] = { "SOLICIT", solicit_decode, solicit_encode },
	[PNRP_ADVERTISE] = { "ADVERTISE", advertise_decode, advertise_encode },
	[PNRP_REQUEST] = { "REQUEST", request_decode, request_encode },
	[PNRP_FLOOD] = { "FLOOD", flood_decode, flood_encode },
	[PNRP_INQUIRE] = { "INQUIRE", inquire_decode, inquire_encode },
	[PNRP_AUTHORITY] = { "AUTHORITY", authority_decode, authority_encode },
	[PNRP_ACK] = { "ACK", ack_decode, ack_encode },
	[PNRP_LOOKUP] = { "LOOKUP", lookup_decode, lookup_encode },
};

/* NULL: there is none of that number. */
static const struct message *row(unsigned type)
{
	bool known = type < sizeof(messages) / sizeof(*messages) && messages[type].name;
	return known ? &messages[type] : NULL;
}

const char *pnrp_type_text(enum pnrp_type t)
{
	const struct message *m = row(t);
	return m ? m->name : "unknown";
}

#define IDENTIFIER 0x51

/* PNRP-2.1: any other first seven octets are not for us. */
static const struct message *header_decode(const struct pnrp_profile *p, struct pnrp_elements *e,
					   struct pnrp_message *m)
{
	struct rd r = pnrp_element_take(e, PNRP_F_HEADER);
	uint8_t identifier = rd_u8(&r);
	uint8_t major = rd_u8(&r);
	uint8_t minor = rd_u8(&r);
	uint8_t type = rd_u8(&r);
	m->id = rd_u32(&r);
	m->type = (enum pnrp_type)type;
	if (!rd_done(&r) || identifier != IDENTIFIER || major != p->major || minor)
		return NULL;
	return row(type);
}

enum err pnrp_decode(const struct pnrp_profile *p, struct span datagram, struct pnrp_message *out)
{
	struct pnrp_elements e = pnrp_elements_of(datagram);
	struct pnrp_message m = { 0 };
	const struct message *kind = header_decode(p, &e, &m);
	if (!kind)
		return ERR_MALFORMED;
	kind->decode(p, &e, &m);
	/* Up to three octets behind the last element are padding (A8). */
	if (e.r.failed || e.r.left >= PNRP_ELEMENT_HEAD)
		return ERR_MALFORMED;
	*out = m;
	return OK;
}

enum err pnrp_encode(const struct pnrp_profile *p, const struct pnrp_message *m, uint8_t *out,
		     size_t size, size_t *n)
{
	const struct message *kind = row(m->type);
	if (!kind)
		return ERR_RANGE;
	struct wr w = wr_of(out, size < PNRP_DATAGRAM_MAX ? size : PNRP_DATAGRAM_MAX);
	pnrp_put_head(&w, PNRP_F_HEADER, PNRP_HEADER_SIZE - PNRP_ELEMENT_HEAD);
	wr_u8(&w, IDENTIFIER);
	wr_u8(&w, p->major);
	wr_u8(&w, 0);
	wr_u8(&w, (uint8_t)m->type);
	wr_u32(&w, m->id);
	kind->encode(p, m, &w);
	if (w.failed)
		return ERR_RANGE;
	*n = w.n;
	return OK;
}
