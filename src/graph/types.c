#include "graph/types.h"

#define BUILT_IN(high)                                                                             \
	{                                                                                          \
		{                                                                                  \
			0x00, 0x00, (high), 0x00                                                   \
		}                                                                                  \
	}

const struct graph_guid graph_type_info = BUILT_IN(0x01), graph_type_signature = BUILT_IN(0x02),
			graph_type_contact = BUILT_IN(0x03), graph_type_presence = BUILT_IN(0x04);

const struct graph_guid graph_id_info = { { 0x6c, 0x79, 0x67, 0x68, 0x77, 0x32, 0x40, 0x6b, 0xbc,
					    0x6e, 0x5e, 0x9c, 0x0d, 0x86, 0x45, 0x80 } };
const struct graph_guid graph_id_signature = { { 0x4c, 0x51, 0x5c, 0x94, 0x42, 0x52, 0x49, 0x4f,
						 0x84, 0x40, 0x34, 0xcc, 0x79, 0x76, 0x9c, 0x81 } };
const struct graph_guid graph_data_ping = { { 0x0c, 0xcb, 0xb0, 0xd2, 0xbe, 0x41, 0x4b, 0xd6, 0x91,
					      0x4b, 0x05, 0x8e, 0xc5, 0xdc, 0xce, 0x64 } };

bool graph_type_reserved(const struct graph_guid *type)
{
	for (size_t i = 4; i < sizeof(type->at); i++)
		if (type->at[i])
			return false;
	return true;
}

static int digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_hyphen(size_t at)
{
	return at == 8 || at == 13 || at == 18 || at == 23;
}

enum err graph_guid_parse(struct span s, struct graph_guid *out)
{
	struct graph_guid g = { { 0 } };
	size_t nibble = 0;
	if (s.n == GRAPH_GUID_TEXT + 2 && s.p[0] == '{' && s.p[s.n - 1] == '}')
		s = span_of(s.p + 1, GRAPH_GUID_TEXT);
	if (s.n != GRAPH_GUID_TEXT)
		return ERR_MALFORMED;
	for (size_t i = 0; i < s.n; i++) {
		int d = digit(s.p[i]);
		if (is_hyphen(i) ? s.p[i] != '-' : d < 0)
			return ERR_MALFORMED;
		if (is_hyphen(i))
			continue;
		g.at[nibble / 2] = (uint8_t)(g.at[nibble / 2] << 4 | d);
		nibble++;
	}
	*out = g;
	return OK;
}

void graph_guid_text(struct text *t, const struct graph_guid *g)
{
	static const uint8_t ends[] = { 4, 6, 8, 10, 16 };
	size_t from = 0;
	for (size_t i = 0; i < sizeof(ends); i++) {
		if (from)
			text_char(t, '-');
		text_hex(t, span_of(g->at + from, ends[i] - from));
		from = ends[i];
	}
}
