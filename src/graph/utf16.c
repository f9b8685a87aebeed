#include "graph/record.h"
#include "wire/rd.h"
#include "wire/utf.h"

/* GRAPH-3.5: text of records. */

#define REPLACEMENT 0xfffd
#define PLANE	    0x10000

static void put_point(struct wr *w, uint32_t point)
{
	if (point < PLANE) {
		wr_u16(w, (uint16_t)point);
		return;
	}
	wr_u16(w, (uint16_t)(0xd800 | (point - PLANE) >> 10));
	wr_u16(w, (uint16_t)(0xdc00 | (point & 0x3ff)));
}

enum err graph_utf16(struct span utf8, size_t most, uint8_t *out, size_t *n)
{
	struct wr w = wr_of(out, 2 * most);
	uint32_t point;
	while (utf8.n) {
		if (!utf8_next(&utf8, &point))
			return ERR_MALFORMED;
		put_point(&w, point);
	}
	wr_u16(&w, 0);
	if (w.failed)
		return ERR_RANGE;
	*n = w.n;
	return OK;
}

/* The code point that the units begin with; U+FFFD for what is none. */
static uint32_t next_point(struct rd *r)
{
	uint32_t v = rd_u16(r);
	if (v == 0)
		return REPLACEMENT;
	if (v < 0xd800 || v > 0xdfff)
		return v;
	struct rd ahead = *r;
	uint32_t low = rd_u16(&ahead);
	if (v > 0xdbff || low < 0xdc00 || low > 0xdfff)
		return REPLACEMENT;
	*r = ahead;
	return PLANE + ((v & 0x3ff) << 10 | (low & 0x3ff));
}

void graph_utf8(struct text *t, struct span utf16)
{
	struct rd r = rd_of(utf16);
	if (utf16.n >= 2 && utf16.p[utf16.n - 2] == 0 && utf16.p[utf16.n - 1] == 0)
		r.left -= 2;
	while (r.left >= 2) {
		uint8_t octets[4];
		struct wr w = wr_of(octets, sizeof(octets));
		utf8_put(&w, next_point(&r));
		text_span(t, wr_span(&w));
	}
}
