#include "sim/swarm_int.h"

/* What a forged request draws: one of a kind to each of some nodes, all with the address
 * of one who never answers, and what comes there. */

#define REFLECTORS 64u
#define DRAWN_FOR  (15 * MONO_SEC)

typedef void fill_fn(struct swarm *s, const struct pnrp_own_info *own, struct pnrp_message *m);

static void fill_random(struct swarm *s, void *p, size_t n)
{
	rng_fill(&s->chance, p, n);
}

static void fill_solicit(struct swarm *s, const struct pnrp_own_info *own, struct pnrp_message *m)
{
	m->type = PNRP_SOLICIT;
	fill_random(s, m->solicit.hashed_nonce, sizeof(m->solicit.hashed_nonce));
}

static void fill_request(struct swarm *s, const struct pnrp_own_info *own, struct pnrp_message *m)
{
	m->type = PNRP_REQUEST;
	fill_random(s, m->request.nonce, sizeof(m->request.nonce));
	m->request.ids.n = 1;
	m->request.ids.at[0] = own->id;
}

/* A route entry with the victim's address: it will be asked whether it is there. */
static void fill_flood(struct swarm *s, const struct pnrp_own_info *own, struct pnrp_message *m)
{
	struct addr at = swarm_addr(SWARM_VICTIM);
	struct pnrp_flood *f = &m->flood;
	m->type = PNRP_FLOOD;
	f->flags = PNRP_FLOOD_SILENT;
	f->validate = own->id;
	f->has_route = true;
	f->route = (struct pnrp_route){ .id = pnrp_id_next(&own->id), .port = SWARM_PORT, .n = 1 };
	memcpy(f->route.ip[0], at.ip, sizeof(at.ip));
}

static void fill_inquire(struct swarm *s, const struct pnrp_own_info *own, struct pnrp_message *m)
{
	m->type = PNRP_INQUIRE;
	m->inquire.flags = PNRP_INQUIRE_CPA | PNRP_INQUIRE_CHAIN;
	m->inquire.validate = own->id;
	m->inquire.has_nonce = true;
	fill_random(s, m->inquire.nonce, sizeof(m->inquire.nonce));
}

static void fill_payload(struct swarm *s, const struct pnrp_own_info *own, struct pnrp_message *m)
{
	fill_inquire(s, own, m);
	m->inquire.flags |= PNRP_INQUIRE_PAYLOAD;
}

static void fill_lookup(struct swarm *s, const struct pnrp_own_info *own, struct pnrp_message *m)
{
	struct addr at = swarm_addr(SWARM_VICTIM);
	m->type = PNRP_LOOKUP;
	m->lookup.flags = PNRP_LOOKUP_ANY;
	m->lookup.criteria = PNRP_MATCH_ANY;
	m->lookup.precision = 128;
	m->lookup.validate = own->id;
	m->lookup.path.n = 1;
	m->lookup.path.at[0] = pnrp_endpoint_of(&at);
	uint8_t target[32];
	fill_random(s, target, sizeof(target));
	m->lookup.target = pnrp_id_read(target);
}

static size_t forge(struct swarm *s, const struct swarm_node *to, fill_fn *fill)
{
	struct pnrp_message m = { .id = (uint32_t)rng_u64(&s->chance) };
	struct pnrp_own_info own;
	uint8_t octets[PNRP_DATAGRAM_MAX];
	struct addr at = swarm_addr(to->place);
	size_t n;
	if (!swarm_own(to, &own))
		return 0;
	fill(s, &own, &m);
	if (pnrp_encode(s->profile, &m, octets, sizeof(octets), &n))
		return 0;
	swarm_send(s, SWARM_VICTIM, &at, span_of(octets, n));
	return n;
}

static void measure(struct swarm *s, fill_fn *fill, enum swarm_metric metric)
{
	uint64_t sent = 0;
	uint32_t asked = 0;
	s->victim_octets = 0;
	for (uint32_t i = 0; i < s->n && asked < REFLECTORS; i++) {
		const struct swarm_node *n = s->nodes[i];
		if (!swarm_node_lives(n) || n->liar)
			continue;
		sent += forge(s, n, fill);
		asked++;
	}
	swarm_until(s, s->now + DRAWN_FOR);
	swarm_ratio(s, metric, s->victim_octets, sent);
}

void swarm_amplify(struct swarm *s)
{
	static const struct {
		fill_fn *fill;
		enum swarm_metric metric;
	} rows[] = {
		{ fill_solicit, SWARM_AMPLIFY_SOLICIT }, { fill_request, SWARM_AMPLIFY_REQUEST },
		{ fill_flood, SWARM_AMPLIFY_FLOOD },	 { fill_inquire, SWARM_AMPLIFY_INQUIRE },
		{ fill_payload, SWARM_AMPLIFY_PAYLOAD }, { fill_lookup, SWARM_AMPLIFY_LOOKUP },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		measure(s, rows[i].fill, rows[i].metric);
}
