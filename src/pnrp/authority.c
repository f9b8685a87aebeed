/* An AUTHORITY finds its request, its pieces are put together, and whoever asked gets
 * the whole (digest 10.3). PNRP-4.9 to 4.12 */
#include "pnrp/pnrp_int.h"

/* One a request, as large as its first piece says; freed with it, or when it is sent
 * again. */
struct pnrp_reassembly {
	uint32_t message_id; /* of the answer */
	uint16_t size;
	uint32_t here; /* a bit a piece */
	uint8_t octets[];
};

_Static_assert((PNRP_BUFFER_MAX + PNRP_PIECE - 1) / PNRP_PIECE <= 32, "a bit a piece");

void pnrp_parts_free(struct pnrp *p, struct pnrp_pending *w)
{
	if (!w->parts)
		return;
	env_free(p->env, w->parts);
	w->parts = NULL;
	p->n_parts--;
}

static struct pnrp_reassembly *parts_for(struct pnrp *p, struct pnrp_pending *w,
					 const struct pnrp_message *m, struct mono now)
{
	/* Another answer, to the same request sent again: the newer counts. */
	if (w->parts && w->parts->message_id != m->id)
		pnrp_parts_free(p, w);
	if (w->parts)
		return w->parts;
	if (p->n_parts >= p->o.limits.reassemblies) {
		pnrp_tell_full(p, "reassemblies", now);
		return NULL;
	}
	struct pnrp_reassembly *r = env_resize(p->env, NULL, sizeof(*r) + m->authority.size);
	if (!r) {
		p->starved = true;
		return NULL;
	}
	*r = (struct pnrp_reassembly){ .message_id = m->id, .size = m->authority.size };
	w->parts = r;
	p->n_parts++;
	return r;
}

/* Digest 10.3 steps 2 and 4. */
static bool piece_fits(const struct pnrp_authority *a)
{
	size_t end = (size_t)a->offset + a->piece.n;
	if (a->size > PNRP_BUFFER_MAX || a->offset % PNRP_PIECE || end > a->size || !a->piece.n)
		return false;
	return end == a->size || a->piece.n == PNRP_PIECE;
}

/* The whole buffer once all of it is here; n 0 before. */
static struct span put_together(struct pnrp *p, struct pnrp_pending *w,
				const struct pnrp_message *m, struct mono now)
{
	const struct pnrp_authority *a = &m->authority;
	if (a->piece.n == a->size)
		return a->piece;
	struct pnrp_reassembly *r = parts_for(p, w, m, now);
	if (!r)
		return span_of(NULL, 0);
	if (r->size != a->size) {
		p->counters.malformed++;
		pnrp_parts_free(p, w);
		return span_of(NULL, 0);
	}
	memcpy(r->octets + a->offset, a->piece.p, a->piece.n);
	r->here |= UINT32_C(1) << a->offset / PNRP_PIECE;
	size_t count = ((size_t)r->size + PNRP_PIECE - 1) / PNRP_PIECE;
	uint32_t all = count == 32 ? UINT32_MAX : (UINT32_C(1) << count) - 1;
	return r->here == all ? span_of(r->octets, r->size) : span_of(NULL, 0);
}

static void give(struct pnrp *p, struct pnrp_pending *w, const struct pnrp_buffer *b,
		 struct mono now)
{
	switch (w->kind) {
	case PNRP_WAIT_LOOKUP:
		pnrp_walk_lookup_answered(p, w, b, now);
		break;
	case PNRP_WAIT_INQUIRE:
		pnrp_walk_inquire_answered(p, w, b, now);
		break;
	case PNRP_WAIT_CHECK:
		pnrp_add_answered(p, w, b, now);
		break;
	case PNRP_WAIT_SOLICIT:
	case PNRP_WAIT_REQUEST:
	case PNRP_WAIT_FLOOD:
	case PNRP_WAIT_GOODBYE:
	case PNRP_WAIT_PING:
		break; /* pnrp_authority_in() lets none of these through */
	}
}

static bool waits_for_authority(const struct pnrp_pending *w)
{
	return w->kind == PNRP_WAIT_LOOKUP || w->kind == PNRP_WAIT_INQUIRE ||
	       w->kind == PNRP_WAIT_CHECK;
}

void pnrp_authority_in(struct pnrp *p, const struct pnrp_message *m,
		       const struct pnrp_endpoint *from, struct mono now)
{
	struct pnrp_pending *w = pnrp_pending_find(p, m->authority.acked);
	if (!w || !waits_for_authority(w) || !pnrp_endpoint_eq(&w->to, from)) {
		p->counters.unmatched++;
		return;
	}
	if (!piece_fits(&m->authority)) {
		p->counters.malformed++;
		pnrp_parts_free(p, w);
		return;
	}
	struct pnrp_buffer b;
	struct span whole = put_together(p, w, m, now);
	if (!whole.n)
		return;
	if (pnrp_buffer_decode(p->profile, whole, &b) != OK) {
		p->counters.malformed++;
		pnrp_parts_free(p, w);
		return;
	}
	p->last_heard = now;
	pnrp_pending_take(p, w);
	give(p, w, &b, now);
	pnrp_pending_free(p, w);
}
