#include "sim/swarm_int.h"
#include "pnrp/wire.h"

/* Liars: nodes that join as any other, and lie when they are asked the way. */

static struct swarm_node *some_honest(struct swarm *s)
{
	uint32_t first = s->o.entries, n = s->n - first;
	uint32_t at = (uint32_t)rng_below(&s->chance, n);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t place = first + (at + i) % n;
		if (!s->nodes[place]->liar && place != s->victim)
			return s->nodes[place];
	}
	return NULL;
}

static struct pnrp_p2p_id p2p_of(const struct swarm_node *n)
{
	struct pnrp_name name;
	swarm_name(n, &name);
	return pnrp_name_p2p_id(n->s->crypto, n->s->profile, &name);
}

static uint32_t common_bits(const struct pnrp_p2p_id *a, const struct pnrp_p2p_id *b)
{
	uint32_t n = 0;
	while (n < 128 && !((a->octets[n / 8] ^ b->octets[n / 8]) & 0x80 >> n % 8))
		n++;
	return n;
}

static uint32_t log2_of(uint32_t v)
{
	uint32_t n = 0;
	while (v >>= 1)
		n++;
	return n;
}

/* As near as its true neighbours are, and two bits more: what somebody would pay. */
static uint32_t near_enough(const struct swarm *s)
{
	return log2_of(s->o.nodes) + 2;
}

void swarm_liar_bait(struct swarm_node *n)
{
	struct swarm *s = n->s;
	if (s->o.lie != SWARM_LIE_ECLIPSE)
		return;
	struct pnrp_p2p_id id;
	do {
		n->bait++;
		id = p2p_of(n);
	} while (common_bits(&id, &s->victim_id) < near_enough(s));
}

void swarm_liars_choose(struct swarm *s)
{
	uint64_t liars = (uint64_t)s->o.nodes * s->o.liars / DGRAM_MILLION;
	if (s->err || s->o.lie == SWARM_LIE_NONE)
		return;
	s->victim = s->o.entries;
	s->victim_id = p2p_of(s->nodes[s->victim]);
	for (uint64_t i = 0; i < liars; i++) {
		struct swarm_node *n = some_honest(s);
		if (!n)
			return;
		n->liar = true;
		swarm_liar_bait(n);
	}
}

/* An ID next to the target, another one each time. */
static struct pnrp_id made_up(struct swarm *s, const struct pnrp_id *target)
{
	struct pnrp_id id = *target;
	id.w[3] ^= rng_u64(&s->chance) >> 16 | 1;
	return id;
}

static void put_route(struct pnrp_buffer *b, const struct pnrp_id *id, uint32_t place)
{
	struct addr at = swarm_addr(place);
	b->has_route = true;
	b->route = (struct pnrp_route){ .id = *id, .port = SWARM_PORT, .n = 1 };
	memcpy(b->route.ip[0], at.ip, sizeof(at.ip));
}

/* The accomplice that is nearest to the target, not oneself, not who was named before. */
static const struct swarm_node *accomplice(const struct swarm_node *n, const struct pnrp_id *target,
					   struct pnrp_id *its)
{
	const struct swarm_node *best = NULL;
	for (uint32_t i = 0; i < n->s->n; i++) {
		const struct swarm_node *o = n->s->nodes[i];
		struct pnrp_own_info own;
		if (!o->liar || o == n || !swarm_node_lives(o) || !swarm_own(o, &own))
			continue;
		if (best && !pnrp_id_closer(&own.id, its, target))
			continue;
		best = o;
		*its = own.id;
	}
	return best;
}

static void lie_eclipse(struct swarm_node *n, const struct pnrp_lookup *l, struct pnrp_buffer *b)
{
	struct pnrp_own_info own;
	struct pnrp_id its;
	const struct swarm_node *o = accomplice(n, &l->target, &its);
	bool closer = o && swarm_own(n, &own) && pnrp_id_closer(&its, &own.id, &l->target);
	if (closer)
		put_route(b, &its, o->place);
	else
		b->flags = PNRP_AUTHORITY_LEAF;
}

static void lie(struct swarm_node *n, const struct pnrp_lookup *l, struct pnrp_buffer *b)
{
	struct pnrp_id id = made_up(n->s, &l->target);
	switch (n->s->o.lie) {
	case SWARM_LIE_NONE:
	case SWARM_LIE_COUNT:
		return;
	case SWARM_LIE_SELF:
		put_route(b, &id, n->place);
		return;
	case SWARM_LIE_DEAD:
		/* Somewhere nobody has ever been. */
		put_route(b, &id, 0xf0000000u + (uint32_t)rng_below(&n->s->chance, 0x0fff0000u));
		return;
	case SWARM_LIE_LEAF:
		b->flags = PNRP_AUTHORITY_LEAF;
		return;
	case SWARM_LIE_ECLIPSE:
		lie_eclipse(n, l, b);
		return;
	}
}

/* An eclipse is about one target alone. */
static bool lies_about(const struct swarm_node *n, const struct pnrp_id *target)
{
	const struct swarm *s = n->s;
	if (s->o.lie != SWARM_LIE_ECLIPSE)
		return true;
	uint8_t octets[32];
	struct pnrp_p2p_id p2p;
	pnrp_id_write(octets, target);
	memcpy(p2p.octets, octets, sizeof(p2p.octets));
	return common_bits(&p2p, &s->victim_id) >= log2_of(s->o.nodes);
}

static void answer(struct swarm_node *n, const struct pnrp_message *asked, const struct addr *to)
{
	const struct pnrp_profile *profile = n->s->profile;
	uint8_t buffer[512], octets[PNRP_DATAGRAM_MAX];
	struct pnrp_buffer b = { .flags = 0 };
	struct pnrp_message m = { .type = PNRP_AUTHORITY };
	size_t size, sent;
	m.id = (uint32_t)rng_u64(&n->s->chance);
	lie(n, &asked->lookup, &b);
	if (pnrp_buffer_encode(profile, &b, buffer, sizeof(buffer), &size))
		return;
	m.authority.acked = asked->id;
	m.authority.size = (uint16_t)size;
	m.authority.piece = span_of(buffer, size);
	if (pnrp_encode(profile, &m, octets, sizeof(octets), &sent) == OK)
		swarm_send(n->s, n->place, to, span_of(octets, sent));
}

bool swarm_liar_takes(struct swarm_node *n, const struct dgram_packet *p)
{
	struct pnrp_message m;
	if (pnrp_decode(n->s->profile, span_of(p->bytes, p->n), &m) || m.type != PNRP_LOOKUP)
		return false;
	if (!lies_about(n, &m.lookup.target))
		return false;
	answer(n, &m, &p->from);
	return true;
}
