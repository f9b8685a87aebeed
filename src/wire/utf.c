#include "wire/utf.h"

#define PLANE 0x10000

static bool is_surrogate(uint32_t v)
{
	return v >= 0xd800 && v <= 0xdfff;
}

static bool is_high(uint32_t v)
{
	return v >= 0xd800 && v <= 0xdbff;
}

static bool is_low(uint32_t v)
{
	return v >= 0xdc00 && v <= 0xdfff;
}

void utf8_put(struct wr *w, uint32_t point)
{
	static const uint32_t below[] = { 0x80, 0x800, PLANE };
	static const uint8_t marks[] = { 0x00, 0xc0, 0xe0, 0xf0 };
	size_t more = 0;
	while (more < sizeof(below) / sizeof(*below) && point >= below[more])
		more++;
	uint8_t *p = wr_room(w, more + 1);
	if (!p)
		return;
	for (size_t i = more; i > 0; point >>= 6)
		p[i--] = (uint8_t)(0x80 | (point & 0x3f));
	p[0] = (uint8_t)(marks[more] | point);
}

enum err utf16_of(struct span utf8, uint16_t *units, size_t max, size_t *n)
{
	size_t at = 0;
	uint32_t point;
	while (utf8.n) {
		if (!utf8_next(&utf8, &point))
			return ERR_MALFORMED;
		size_t wide = point >= PLANE;
		if (max - at < wide + 1)
			return ERR_RANGE;
		if (units && wide) {
			units[at] = (uint16_t)(0xd800 | (point - PLANE) >> 10);
			units[at + 1] = (uint16_t)(0xdc00 | (point & 0x3ff));
		} else if (units) {
			units[at] = (uint16_t)point;
		}
		at += wide + 1;
	}
	*n = at;
	return OK;
}

/* The code point at units[*at]; 0: it is none. */
static uint32_t next_of_units(const uint16_t *units, size_t n, size_t *at)
{
	uint32_t v = units[(*at)++];
	if (!is_surrogate(v))
		return v;
	if (!is_high(v) || *at == n || !is_low(units[*at]))
		return 0;
	return PLANE + ((v & 0x3ff) << 10 | (units[(*at)++] & 0x3ffu));
}

enum err utf8_of(const uint16_t *units, size_t n, char *out, size_t size, size_t *octets)
{
	struct wr w = wr_of(out, size);
	for (size_t at = 0; at < n;) {
		uint32_t point = next_of_units(units, n, &at);
		if (!point)
			return ERR_MALFORMED;
		utf8_put(&w, point);
	}
	if (w.failed)
		return ERR_RANGE;
	*octets = w.n;
	return OK;
}
