/* Text in paths and queries: octets that may not stand there as %XX (RFC 3986). */
#include "ops/types.h"

#include <string.h>

static bool stands_as_it_is(char c)
{
	return c && strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~", c);
}

void ops_url_put(struct text *t, const char *s)
{
	static const char digits[] = "0123456789ABCDEF";
	for (; *s; s++) {
		uint8_t c = (uint8_t)*s;
		if (stands_as_it_is(*s)) {
			text_char(t, *s);
		} else {
			text_char(t, '%');
			text_char(t, digits[c >> 4]);
			text_char(t, digits[c & 15]);
		}
	}
}

/* Of a hexadecimal digit; 16 for anything else. */
static unsigned digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10u;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10u : 16;
}

enum err ops_url_take(struct span s, bool plus, struct text *out)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		unsigned high = 16, low = 16;
		if (c == '%' && s.n - i > 2) {
			high = digit(s.p[i + 1]);
			low = digit(s.p[i + 2]);
		}
		if (high < 16 && low < 16) {
			c = (uint8_t)(high << 4 | low);
			i += 2;
		} else if (c == '+' && plus) {
			c = ' ';
		}
		if (!c)
			return ERR_MALFORMED;
		text_char(out, (char)c);
	}
	return out->cut ? ERR_RANGE : OK;
}
