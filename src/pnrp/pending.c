/* Requests that wait for an answer: two transmissions, then failure (digest 9, A27).
 * All wait equally long, so the list in order of sending is in order of due. */
#include "pnrp/pnrp_int.h"

#include "wire/wr.h"

#define TRANSMISSIONS 2

/* Octets out, whatever they are. */
static void transmit(struct pnrp *p, struct span bytes, const struct pnrp_endpoint *to,
		     const struct addr *from)
{
	struct pnrp_out_item *item = pnrp_out_add(p, PNRP_OUT_SEND, bytes.n);
	if (!item)
		return;
	memcpy(item->bytes, bytes.p, bytes.n);
	item->out.bytes = span_of(item->bytes, bytes.n);
	item->out.to = pnrp_endpoint_addr(to, p->o.zone);
	if (from)
		item->out.from = *from;
	p->counters.octets_out += bytes.n;
	p->counters.out[bytes.p[7] & 15]++; /* the header's type */
}

/* PNRP-4.4: random, and none that waits already. */
static uint32_t fresh_id(const struct pnrp *p)
{
	for (;;) {
		uint32_t id = (uint32_t)env_random_u64(p->env);
		if (!pnrp_pending_find(p, id))
			return id;
	}
}

void pnrp_say(struct pnrp *p, struct pnrp_message *m, const struct pnrp_endpoint *to,
	      const struct addr *from)
{
	uint8_t octets[PNRP_DATAGRAM_MAX];
	size_t n;
	m->id = fresh_id(p);
	if (!pnrp_may_send(p, to) || pnrp_encode(p->profile, m, octets, sizeof(octets), &n) != OK)
		return;
	transmit(p, span_of(octets, n), to, from);
}

/* PNRP-4.8: pieces share one header. */
static void pieces(struct pnrp *p, uint32_t acked, struct span whole,
		   const struct pnrp_endpoint *to, const struct addr *from)
{
	uint8_t octets[PNRP_DATAGRAM_MAX];
	struct pnrp_message m = { .type = PNRP_AUTHORITY, .id = fresh_id(p) };
	for (size_t at = 0; at < whole.n; at += PNRP_PIECE) {
		size_t left = whole.n - at, n;
		m.authority = (struct pnrp_authority){
			.acked = acked,
			.size = (uint16_t)whole.n,
			.offset = (uint16_t)at,
			.piece = span_of(whole.p + at, left < PNRP_PIECE ? left : PNRP_PIECE),
		};
		if (pnrp_encode(p->profile, &m, octets, sizeof(octets), &n) == OK)
			transmit(p, span_of(octets, n), to, from);
	}
}

/* Octets of proofs that need no memory from env, and of all else in a buffer. */
#define SMALL 640
#define REST  1024

void pnrp_answer(struct pnrp *p, uint32_t acked, const struct pnrp_buffer *b,
		 const struct pnrp_endpoint *to, const struct addr *from)
{
	uint8_t small[SMALL + REST];
	size_t proofs = b->chain.n + b->payload.n + b->cpa.n;
	size_t room = proofs <= SMALL ? sizeof(small) : proofs + REST, size;
	uint8_t *whole = proofs <= SMALL ? small : env_resize(p->env, NULL, room);
	if (!whole) {
		p->starved = true;
		return;
	}
	bool fits = pnrp_buffer_encode(p->profile, b, whole, room, &size) == OK;
	if (fits && pnrp_may_send(p, to))
		pieces(p, acked, span_of(whole, size), to, from);
	if (whole != small)
		env_free(p->env, whole);
}

/* The ID under which the other side is asked. */
static struct pnrp_id validated(const struct pnrp_message *m)
{
	if (m->type == PNRP_LOOKUP)
		return m->lookup.validate;
	if (m->type == PNRP_INQUIRE)
		return m->inquire.validate;
	if (m->type == PNRP_FLOOD)
		return m->flood.validate;
	return (struct pnrp_id){ { 0 } };
}

static struct pnrp_pending *pending_new(struct pnrp *p, const struct pnrp_message *m,
					struct span bytes)
{
	struct pnrp_pending *w = env_zalloc(p->env, 1, sizeof(*w) + bytes.n);
	if (!w)
		return NULL;
	struct wr key = wr_of(w->key, sizeof(w->key));
	wr_u32(&key, m->id);
	memcpy(w->bytes, bytes.p, bytes.n);
	w->n = bytes.n;
	w->message_id = m->id;
	w->validate = validated(m);
	if (map_put(&p->by_message, span_of(w->key, sizeof(w->key)), w) == OK)
		return w;
	env_free(p->env, w);
	return NULL;
}

struct pnrp_pending *pnrp_ask(struct pnrp *p, enum pnrp_wait kind, struct pnrp_message *m,
			      const struct pnrp_endpoint *to, void *owner, struct mono now)
{
	uint8_t octets[PNRP_DATAGRAM_MAX];
	size_t n;
	if (!pnrp_may_send(p, to))
		return NULL;
	if (p->n_pending >= p->o.limits.pending) {
		pnrp_tell_full(p, "requests", now);
		return NULL;
	}
	m->id = fresh_id(p);
	if (pnrp_encode(p->profile, m, octets, sizeof(octets), &n) != OK)
		return NULL;
	struct pnrp_pending *w = pending_new(p, m, span_of(octets, n));
	if (!w) {
		p->starved = true;
		return NULL;
	}
	w->kind = kind;
	w->owner = owner;
	w->to = *to;
	w->retries = TRANSMISSIONS;
	w->sent = now;
	w->due = mono_add(now, p->o.times.retransmit);
	list_push_back(&p->pending, &w->in);
	p->n_pending++;
	transmit(p, span_of(w->bytes, w->n), to, NULL);
	return w;
}

struct pnrp_pending *pnrp_pending_find(const struct pnrp *p, uint32_t message_id)
{
	uint8_t key[4];
	struct wr w = wr_of(key, sizeof(key));
	wr_u32(&w, message_id);
	return map_get(&p->by_message, span_of(key, sizeof(key)));
}

void pnrp_pending_take(struct pnrp *p, struct pnrp_pending *w)
{
	map_take(&p->by_message, span_of(w->key, sizeof(w->key)));
	list_take(&w->in);
	p->n_pending--;
}

void pnrp_pending_free(struct pnrp *p, struct pnrp_pending *w)
{
	pnrp_parts_free(p, w);
	env_free(p->env, w);
}

void pnrp_pending_end(struct pnrp *p, struct pnrp_pending *w)
{
	pnrp_pending_take(p, w);
	pnrp_pending_free(p, w);
}

void pnrp_pending_drop(struct pnrp *p, const void *owner)
{
	LIST_EACH(at, next, &p->pending)
	{
		struct pnrp_pending *w = LIST_ENTRY(at, struct pnrp_pending, in);
		if (w->owner == owner)
			pnrp_pending_end(p, w);
	}
}

void pnrp_pending_free_all(struct pnrp *p)
{
	LIST_EACH(at, next, &p->pending)
	pnrp_pending_end(p, LIST_ENTRY(at, struct pnrp_pending, in));
}

static void fail(struct pnrp *p, struct pnrp_pending *w, struct mono now)
{
	p->counters.timeouts++;
	switch (w->kind) {
	case PNRP_WAIT_SOLICIT:
	case PNRP_WAIT_REQUEST:
		pnrp_talk_failed(p, w, now);
		break;
	case PNRP_WAIT_LOOKUP:
	case PNRP_WAIT_INQUIRE:
		pnrp_walk_failed(p, w, now);
		break;
	case PNRP_WAIT_CHECK:
		pnrp_add_failed(p, w, now);
		break;
	case PNRP_WAIT_FLOOD:
	case PNRP_WAIT_GOODBYE:
		pnrp_flood_failed(p, w, now);
		break;
	case PNRP_WAIT_PING:
		pnrp_done(p, w->number, ERR_TIMEOUT, 0, mono_since(now, w->sent));
		break;
	}
}

static void expire(struct pnrp *p, struct pnrp_pending *w, struct mono now)
{
	/* A30: what came of an answer is not mixed with the next try's. */
	pnrp_parts_free(p, w);
	if (--w->retries) {
		transmit(p, span_of(w->bytes, w->n), &w->to, NULL);
		w->due = mono_add(now, p->o.times.retransmit);
		list_take(&w->in);
		list_push_back(&p->pending, &w->in);
		return;
	}
	pnrp_pending_take(p, w);
	fail(p, w, now);
	pnrp_pending_free(p, w);
}

/* PNRP-4.5 */
void pnrp_pending_tick(struct pnrp *p, struct mono now)
{
	while (mono_reached(pnrp_pending_deadline(p), now))
		expire(p, LIST_ENTRY(p->pending.next, struct pnrp_pending, in), now);
}

struct mono pnrp_pending_deadline(const struct pnrp *p)
{
	if (list_empty(&p->pending))
		return MONO_NEVER;
	return LIST_ENTRY(p->pending.next, struct pnrp_pending, in)->due;
}
