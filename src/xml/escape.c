#include "xml/xml.h"

#include "wire/utf.h"

/* Char of XML 1.0. */
static bool allowed(uint32_t c)
{
	if (c < 0x20)
		return c == '\t' || c == '\n' || c == '\r';
	return c != 0xfffe && c != 0xffff;
}

/* White space as a reference, but the blank: a reader makes one of it in a value, and of
 * CR anywhere. */
static const char *escape_of(uint32_t c)
{
	static const struct {
		char c;
		const char *as;
	} rows[] = {
		{ '&', "&amp;" },   { '<', "&lt;" },  { '>', "&gt;" },	 { '"', "&quot;" },
		{ '\'', "&apos;" }, { '\t', "&#9;" }, { '\n', "&#10;" }, { '\r', "&#13;" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (c == (uint8_t)rows[i].c)
			return rows[i].as;
	return NULL;
}

enum err xml_escape(struct text *t, struct span s)
{
	while (s.n) {
		uint32_t c;
		const uint8_t *p = s.p;
		if (!utf8_next(&s, &c) || !allowed(c))
			return ERR_MALFORMED;
		const char *as = escape_of(c);
		text_span(t, as ? span_str(as) : span_of(p, (size_t)(s.p - p)));
	}
	return OK;
}
