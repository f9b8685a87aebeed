#include "pnrp/id.h"

#include "base/number.h"
#include "wire/utf.h"

/* PNRP-1.1: peer names as text and as code units. */

#define AUTHORITY_DIGITS ((size_t)CRYPTO_AUTHORITY * 2)
#define FORMS		 "a name is 0.WORDS, or 40 hexadecimal digits, a dot and WORDS"

static enum err refuse(struct text *why, enum err e, const char *text)
{
	text_str(why, text);
	return e;
}

/* What stands before the first dot, and what behind it. */
static void split(struct span s, struct span *authority, struct span *classifier)
{
	const uint8_t *dot = s.n ? memchr(s.p, '.', s.n) : NULL;
	size_t n = dot ? (size_t)(dot - s.p) : s.n;
	*authority = span_of(s.p, n);
	*classifier = dot ? span_of(dot + 1, s.n - n - 1) : span_of(NULL, 0);
}

static enum err set_classifier(struct pnrp_name *n, struct span s, struct text *why)
{
	size_t units;
	enum err e = utf16_of(s, NULL, PNRP_CLASSIFIER_MAX, &units);
	if (e == ERR_MALFORMED)
		return refuse(why, e, "a name is text in UTF-8 without U+0000");
	if (e)
		return refuse(why, e, "a classifier has at most 149 UTF-16 code units");
	n->classifier_n = (uint16_t)s.n;
	if (s.n)
		memcpy(n->classifier, s.p, s.n);
	return OK;
}

static enum err set_authority(struct pnrp_name *n, struct span s, struct text *why)
{
	size_t octets;
	if (span_eq(s, span_str("0")))
		return OK;
	if (s.n != AUTHORITY_DIGITS ||
	    number_hex(s, n->authority, sizeof(n->authority), &octets) != OK)
		return refuse(why, ERR_MALFORMED, FORMS);
	n->secure = true;
	return OK;
}

enum err pnrp_name_parse(struct span s, struct pnrp_name *out, struct text *why)
{
	struct pnrp_name n = { 0 };
	struct span authority, classifier;
	split(s, &authority, &classifier);
	enum err e = set_authority(&n, authority, why);
	if (e == OK)
		e = set_classifier(&n, classifier, why);
	if (e)
		return e;
	if (!n.secure && !n.classifier_n)
		return refuse(why, ERR_MALFORMED, "an unsecured name needs words behind \"0.\"");
	*out = n;
	return OK;
}

void pnrp_name_text(struct text *t, const struct pnrp_name *n)
{
	if (n->secure)
		text_hex(t, span_of(n->authority, sizeof(n->authority)));
	else
		text_char(t, '0');
	text_char(t, '.');
	text_span(t, span_of(n->classifier, n->classifier_n));
}

bool pnrp_name_eq(const struct pnrp_name *a, const struct pnrp_name *b)
{
	return a->secure == b->secure &&
	       (!a->secure || memcmp(a->authority, b->authority, sizeof(a->authority)) == 0) &&
	       span_eq(span_of(a->classifier, a->classifier_n),
		       span_of(b->classifier, b->classifier_n));
}

size_t pnrp_name_units(const struct pnrp_name *n, uint16_t *units)
{
	size_t count;
	struct span s = span_of(n->classifier, n->classifier_n);
	return utf16_of(s, units, PNRP_CLASSIFIER_MAX, &count) == OK ? count : 0;
}

enum err pnrp_name_of_units(const uint16_t *units, size_t n, struct pnrp_name *name)
{
	struct pnrp_name out = { 0 };
	size_t octets;
	if (n > PNRP_CLASSIFIER_MAX ||
	    utf8_of(units, n, out.classifier, sizeof(out.classifier), &octets) != OK)
		return ERR_MALFORMED;
	out.classifier_n = (uint16_t)octets;
	*name = out;
	return OK;
}

enum err pnrp_name_of_utf8(struct span s, struct pnrp_name *name)
{
	struct pnrp_name out = { 0 };
	struct text ignored = TEXT_OF((char[96]){ 0 });
	if (set_classifier(&out, s, &ignored) != OK)
		return ERR_MALFORMED;
	*name = out;
	return OK;
}
