#include "xml/xml_int.h"

#include "wire/utf.h"

#include <string.h>

static bool begins(struct span d, const char *with, size_t n)
{
	return d.n >= n && memcmp(d.p, with, n) == 0;
}

/* A document begins with `<` or white space, so one zero octet tells the order. */
static enum xml_encoding unmarked(struct span d)
{
	if (d.n < 2 || (d.p[0] == 0) == (d.p[1] == 0))
		return XML_UTF8;
	return d.p[0] ? XML_UTF16_LE : XML_UTF16_BE;
}

enum xml_encoding xml_encoding_of(struct span d, size_t *mark)
{
	*mark = 2;
	if (begins(d, "\xfe\xff", 2))
		return XML_UTF16_BE;
	if (begins(d, "\xff\xfe", 2))
		return XML_UTF16_LE;
	*mark = 3;
	if (begins(d, "\xef\xbb\xbf", 3))
		return XML_UTF8;
	*mark = 0;
	return unmarked(d);
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
