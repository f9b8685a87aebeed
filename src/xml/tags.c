#include "xml/xml_int.h"

/* Finds tags the way XML does, and no more of it: what is not well formed otherwise is
 * libxml2's to say. */

static bool starts(struct span s, size_t at, const char *with)
{
	struct span w = span_str(with);
	return s.n - at >= w.n && memcmp(s.p + at, w.p, w.n) == 0;
}

/* Where `end` is over, or the end of all. */
static size_t past(struct span s, size_t at, const char *end)
{
	size_t n = strlen(end);
	for (; at < s.n; at++) {
		const uint8_t *p = memchr(s.p + at, end[0], s.n - at);
		if (!p)
			return s.n;
		at = (size_t)(p - s.p);
		if (starts(s, at, end))
			return at + n;
	}
	return s.n;
}

/* What is no tag although it begins like one. */
static const struct {
	const char *begin, *end;
} others[] = { { "<!--", "-->" }, { "<![CDATA[", "]]>" }, { "<?", "?>" } };

/* Where it is over; 0: it is none. */
static size_t past_other(struct span s, size_t at)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (starts(s, at, others[i].begin))
			return past(s, at + strlen(others[i].begin), others[i].end);
	return 0;
}

/* Attributes of the tag that begins at *at, which is moved behind it. */
static uint32_t tag_attributes(struct span s, size_t *at)
{
	uint32_t n = 0;
	uint8_t quote = 0;
	for (; *at < s.n; (*at)++) {
		uint8_t c = s.p[*at];
		if (quote) {
			quote = c == quote ? 0 : quote;
			continue;
		}
		if (c == '>')
			break;
		if (c == '"' || c == '\'')
			quote = c;
		n += c == '=';
	}
	return n;
}

bool xml_tags_within(struct span s, uint32_t attributes, size_t *at)
{
	for (size_t i = 0; i < s.n;) {
		const uint8_t *p = memchr(s.p + i, '<', s.n - i);
		if (!p)
			return true;
		size_t begin = (size_t)(p - s.p);
		i = past_other(s, begin);
		if (i)
			continue;
		i = begin;
		if (tag_attributes(s, &i) > attributes) {
			*at = begin;
			return false;
		}
	}
	return true;
}
