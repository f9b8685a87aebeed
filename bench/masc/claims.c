#include "claims.h"

#include "wire/wr.h"

#define LIFETIME_S (30u * 24 * 3600)

struct masc_id claims_id(uint32_t number)
{
	struct masc_id id = { { 0 } };
	struct wr w = wr_of(id.octets + 12, 4);
	wr_u32(&w, number);
	return id;
}

/* A permutation of 20 bits: each step can be undone. */
static uint32_t shuffled(uint32_t i)
{
	i = i * UINT32_C(0x9e3779b1) & (CLAIMS_MOST - 1);
	i ^= i >> 10;
	i = i * UINT32_C(0x85ebca6b) & (CLAIMS_MOST - 1);
	return i ^ i >> 9;
}

struct wire_claim claims_nth(uint32_t i, uint32_t wall_s)
{
	struct wire_claim c = { .type = WIRE_PREFIX_IN_USE,
				.family = MASC_IPV4,
				.role = MASC_INTERNAL_PEER,
				.timestamp = wall_s - i % 200,
				.lifetime = LIFETIME_S + i % 1000,
				.domain = claims_id(CLAIMS_DOMAIN),
				.node = claims_id(1 + i),
				.prefix_length = 28 };
	struct wr w = wr_of(c.address, 4);
	c.hold_time = c.lifetime;
	wr_u32(&w, UINT32_C(0xea000000) + (shuffled(i) << 4));
	return c;
}

struct span claims_update(uint32_t *next, uint32_t end, uint32_t wall_s, uint8_t *room)
{
	struct wr w;
	wire_update_start(&w, room);
	for (; *next < end; ++*next) {
		struct wire_claim c = claims_nth(*next, wall_s);
		if (!wire_update_add(&w, &c))
			break;
	}
	return wire_update_end(&w);
}

struct span claims_open(uint32_t domain, uint32_t node, uint8_t *room)
{
	const struct wire_open o = { .version = 1,
				     .family = MASC_IPV4,
				     .role = MASC_SIBLING,
				     .domain = claims_id(domain),
				     .node = claims_id(node) };
	return wire_open_write(&o, room);
}
