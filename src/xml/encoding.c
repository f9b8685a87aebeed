#include "xml/xml_int.h"

#include "wire/utf.h"

/* A document begins with `<` or white space, so one zero octet tells the order. */
enum xml_encoding xml_encoding_of(struct span d, size_t *mark)
{
	*mark = 2;
	if (d.n >= 2 && d.p[0] == 0xfe && d.p[1] == 0xff)
		return XML_UTF16_BE;
	if (d.n >= 2 && d.p[0] == 0xff && d.p[1] == 0xfe)
		return XML_UTF16_LE;
	*mark = 0;
	if (d.n >= 2 && d.p[0] == 0 && d.p[1])
		return XML_UTF16_BE;
	if (d.n >= 2 && d.p[0] && d.p[1] == 0)
		return XML_UTF16_LE;
	if (d.n >= 3 && d.p[0] == 0xef && d.p[1] == 0xbb && d.p[2] == 0xbf)
		*mark = 3;
	return XML_UTF8;
}

static uint32_t unit_at(struct span s, enum xml_encoding e, size_t at)
{
	uint32_t first = s.p[at], second = s.p[at + 1];
	return e == XML_UTF16_BE ? first << 8 | second : second << 8 | first;
}

static bool high_half(uint32_t unit)
{
	return (unit & 0xfc00) == 0xd800;
}

static bool low_half(uint32_t unit)
{
	return (unit & 0xfc00) == 0xdc00;
}

enum err xml_utf8_of(struct span s, enum xml_encoding e, uint8_t *out, size_t *n)
{
	struct wr w = wr_of(out, xml_utf8_room(s.n));
	size_t at = 0;
	*n = 0;
	while (s.n - at >= 2) {
		uint32_t c = unit_at(s, e, at);
		at += 2;
		if (high_half(c) && s.n - at >= 2 && low_half(unit_at(s, e, at))) {
			c = 0x10000 + ((c & 0x3ff) << 10 | (unit_at(s, e, at) & 0x3ff));
			at += 2;
		}
		if (high_half(c) || low_half(c))
			return ERR_MALFORMED;
		utf8_put(&w, c);
		*n = w.n;
	}
	return at == s.n ? OK : ERR_MALFORMED;
}
