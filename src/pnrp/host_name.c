#include "base/number.h"
#include "pnrp/id.h"
#include "pnrp/punycode.h"
#include "wire/utf.h"

/* PNRP-1.6, PNRP-1.7: names for programs that expect those of DNS (digest 2.6). */

#define DOMAIN		 "pnrp.net"
#define LABEL_MAX	 63
#define AUTHORITY_DIGITS ((size_t)CRYPTO_AUTHORITY * 2)

static enum err refuse(struct text *why, enum err e, const char *text)
{
	text_str(why, text);
	return e;
}

static bool is_letter_or_digit(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* What a host label holds, with bare hyphens at the ends where `ends`. */
static bool is_plain(struct span s, bool ends)
{
	for (size_t i = 0; i < s.n; i++) {
		bool inner = i > 0 && i + 1 < s.n;
		if (!is_letter_or_digit(s.p[i]) && !(s.p[i] == '-' && (inner || ends)))
			return false;
	}
	return true;
}

static struct span classifier_of(const struct pnrp_name *n)
{
	return span_of(n->classifier, n->classifier_n);
}

/* The code points, of which those in ASCII must be legal in a label. */
static bool points_of(struct span s, uint32_t *points, size_t *n)
{
	*n = 0;
	while (s.n) {
		struct span at = s;
		uint32_t *point = &points[*n];
		if (*n == PNRP_PUNYCODE_POINTS || !utf8_next(&s, point))
			return false;
		if (*point < 0x80 && !is_plain(span_of(at.p, 1), true))
			return false;
		++*n;
	}
	return true;
}

/* Punycode and "p". False: the classifier has none, or a longer one than a label. */
static bool encoded_label(struct span classifier, struct wr *w)
{
	uint32_t points[PNRP_PUNYCODE_POINTS];
	size_t n;
	if (!points_of(classifier, points, &n))
		return false;
	pnrp_punycode_encode(points, n, w);
	wr_u8(w, 'p');
	/* No label of a host starts with a hyphen. */
	return !w->failed && w->p[0] != '-';
}

enum err pnrp_host_name(const struct pnrp_name *n, struct text *out, struct text *why)
{
	uint8_t label[LABEL_MAX];
	struct wr w = wr_of(label, sizeof(label));
	struct span classifier = classifier_of(n);
	if (!n->secure && is_plain(classifier, false) && classifier.n <= LABEL_MAX) {
		text_span(out, classifier);
		text_str(out, "." DOMAIN);
		return OK;
	}
	if (!encoded_label(classifier, &w))
		return refuse(why, ERR_UNSUPPORTED,
			      "only short names of lower-case letters, digits, hyphens and "
			      "characters beyond ASCII have a host name");
	text_span(out, wr_span(&w));
	text_str(out, n->secure ? ".p" : ".0");
	if (n->secure)
		text_hex(out, span_of(n->authority, sizeof(n->authority)));
	text_str(out, "." DOMAIN);
	return OK;
}

/* Lower case, without a dot at the end; the copy is the caller's. */
static struct span folded(struct span s, uint8_t *room)
{
	if (s.n && s.p[s.n - 1] == '.')
		s.n--;
	for (size_t i = 0; i < s.n; i++) {
		bool upper = s.p[i] >= 'A' && s.p[i] <= 'Z';
		room[i] = (uint8_t)(upper ? s.p[i] + ('a' - 'A') : s.p[i]);
	}
	return span_of(room, s.n);
}

/* Takes the domain off the end, and the dot before it. */
static bool without_domain(struct span *s)
{
	struct span domain = span_str("." DOMAIN);
	if (s->n <= domain.n || !span_eq(span_of(s->p + s->n - domain.n, domain.n), domain))
		return false;
	s->n -= domain.n;
	return true;
}

static bool take_classifier(struct span label, struct pnrp_name *out)
{
	uint32_t points[PNRP_PUNYCODE_POINTS];
	uint8_t again[LABEL_MAX];
	char text[PNRP_CLASSIFIER_OCTETS];
	size_t n;
	struct wr utf8 = wr_of(text, sizeof(text));
	struct wr w = wr_of(again, sizeof(again));
	if (!label.n || label.p[label.n - 1] != 'p' ||
	    pnrp_punycode_decode(span_of(label.p, label.n - 1), points, &n) != OK)
		return false;
	for (size_t i = 0; i < n; i++)
		utf8_put(&utf8, points[i]);
	if (utf8.failed || pnrp_name_of_utf8(wr_span(&utf8), out) != OK)
		return false;
	/* One name, one host name: what would be written otherwise is none. */
	return encoded_label(classifier_of(out), &w) && span_eq(wr_span(&w), label);
}

static bool take_authority(struct span label, struct pnrp_name *out)
{
	size_t n;
	if (span_eq(label, span_str("0")))
		return out->classifier_n > 0;
	if (label.n != AUTHORITY_DIGITS + 1 || label.p[0] != 'p')
		return false;
	out->secure = true;
	return number_hex(span_of(label.p + 1, label.n - 1), out->authority, sizeof(out->authority),
			  &n) == OK;
}

enum err pnrp_name_of_host(struct span host, struct pnrp_name *out, struct text *why)
{
	uint8_t room[PNRP_HOST_NAME_MAX + 1];
	struct pnrp_name n = { 0 };
	if (host.n > sizeof(room))
		return refuse(why, ERR_MALFORMED, "too long for a host name");
	struct span s = folded(host, room);
	if (!without_domain(&s))
		return refuse(why, ERR_MALFORMED, "a host name of ours ends in ." DOMAIN);
	const uint8_t *dot = memchr(s.p, '.', s.n);
	size_t first = dot ? (size_t)(dot - s.p) : s.n;
	struct span label = span_of(s.p, first);
	bool good = first > 0 && first <= LABEL_MAX;
	if (!dot)
		good = good && is_plain(label, false) && pnrp_name_of_utf8(label, &n) == OK;
	else
		good = good && take_classifier(label, &n) &&
		       take_authority(span_of(dot + 1, s.n - first - 1), &n);
	if (!good)
		return refuse(why, ERR_MALFORMED,
			      "a host name of ours is WORD." DOMAIN " or WORD.AUTHORITY." DOMAIN);
	*out = n;
	return OK;
}
