#include "base/utf8.h"

#define POINT_MAX 0x10ffff

static bool is_surrogate(uint32_t v)
{
	return v >= 0xd800 && v <= 0xdfff;
}

/* What the first octet says: octets in all (0: none begins so), and its own bits. */
static size_t lead(uint8_t first, uint32_t *bits)
{
	static const struct {
		uint8_t mask, is;
	} forms[] = { { 0x80, 0x00 }, { 0xe0, 0xc0 }, { 0xf0, 0xe0 }, { 0xf8, 0xf0 } };
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		if ((first & forms[i].mask) == forms[i].is) {
			*bits = first & (uint8_t)~forms[i].mask;
			return i + 1;
		}
	return 0;
}

bool utf8_next(struct span *s, uint32_t *point)
{
	static const uint32_t least[] = { 0, 1, 0x80, 0x800, 0x10000 };
	uint32_t v;
	size_t n = s->n ? lead(s->p[0], &v) : 0;
	if (!n || n > s->n)
		return false;
	for (size_t i = 1; i < n; i++) {
		if ((s->p[i] & 0xc0) != 0x80)
			return false;
		v = v << 6 | (s->p[i] & 0x3fu);
	}
	if (v < least[n] || v > POINT_MAX || is_surrogate(v))
		return false;
	s->p += n;
	s->n -= n;
	*point = v;
	return true;
}

bool utf8_is_shown(uint32_t point)
{
	static const struct {
		uint32_t first, last;
	} unseen[] = {
		{ 0x00, 0x1f },	      { 0x7f, 0x9f },	  { 0xad, 0xad },     { 0x61c, 0x61c },
		{ 0x180e, 0x180e },   { 0x200b, 0x200b }, { 0x200e, 0x200f }, { 0x2028, 0x202e },
		{ 0x2060, 0x206f },   { 0xfdd0, 0xfdef }, { 0xfeff, 0xfeff }, { 0xfff0, 0xfffb },
		{ 0xe0000, 0xe0fff },
	};
	for (size_t i = 0; i < sizeof(unseen) / sizeof(unseen[0]); i++)
		if (point >= unseen[i].first && point <= unseen[i].last)
			return false;
	return (point & 0xfffe) != 0xfffe;
}
