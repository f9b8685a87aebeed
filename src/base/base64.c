#include "base/base64.h"

#define DIGITS 64

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_put(struct text *t, struct span s)
{
	for (size_t i = 0; i < s.n; i += 3) {
		size_t n = s.n - i < 3 ? s.n - i : 3;
		uint32_t v = 0;
		for (size_t k = 0; k < 3; k++)
			v = v << 8 | (k < n ? s.p[i + k] : 0u);
		for (size_t k = 0; k < 4; k++)
			text_char(t, k <= n ? digits[v >> (18 - 6 * k) & 63] : '=');
	}
}

/* The value of a digit, DIGITS for none. */
static uint32_t value_of(uint8_t c)
{
	const char *at = memchr(digits, c, DIGITS);
	return at ? (uint32_t)(at - digits) : DIGITS;
}

/* Up to three octets of four digits; 0: they are none. */
static size_t take_four(const uint8_t *s, bool last, uint8_t out[3])
{
	size_t n = s[3] != '=' ? 4 : s[2] != '=' ? 3 : 2;
	uint32_t v = 0;
	if (n < 4 && !last)
		return 0;
	for (size_t k = 0; k < 4; k++) {
		uint32_t d = k < n ? value_of(s[k]) : 0;
		if (d == DIGITS)
			return 0;
		v = v << 6 | d;
	}
	for (size_t k = 0; k < 3; k++)
		out[k] = (uint8_t)(v >> (16 - 8 * k));
	return n - 1;
}

enum err base64_take(struct span s, uint8_t *out, size_t size, size_t *n)
{
	size_t at = 0;
	if (s.n % 4)
		return ERR_MALFORMED;
	for (size_t i = 0; i < s.n; i += 4) {
		uint8_t three[3];
		size_t got = take_four(s.p + i, i + 4 == s.n, three);
		if (!got)
			return ERR_MALFORMED;
		if (got > size - at)
			return ERR_RANGE;
		memcpy(out + at, three, got);
		at += got;
	}
	*n = at;
	return OK;
}
