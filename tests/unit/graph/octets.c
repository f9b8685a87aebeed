#include "octets.h"

static uint8_t digit(char c)
{
	return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

struct octets octets_of(const char *hex)
{
	struct octets o = { .n = strlen(hex) / 2 };
	assert_true(o.n <= OCTETS_MAX && strlen(hex) % 2 == 0);
	for (size_t i = 0; i < o.n; i++)
		o.at[i] = (uint8_t)(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
	return o;
}

void assert_octets(struct span s, const char *hex)
{
	struct octets o = octets_of(hex);
	assert_int_equal(s.n, o.n);
	assert_memory_equal(s.p, o.at, o.n);
}

uint8_t *octets_exact(struct span s)
{
	uint8_t *p = malloc(s.n ? s.n : 1);
	assert_non_null(p);
	if (s.n)
		memcpy(p, s.p, s.n);
	return p;
}

struct addr octets_addr(const char *text)
{
	struct addr a;
	assert_int_equal(addr_parse(span_str(text), 0, &a), OK);
	return a;
}

struct graph_guid octets_guid(uint8_t each)
{
	struct graph_guid g;
	memset(g.at, each, sizeof(g.at));
	return g;
}

uint32_t octets_random(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*state >> 33);
}
