/* Peer names (GROUP-1). */
#include "group/name.h"

#include "wire/utf.h"

static bool is_digit(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static bool is_authority(struct span s)
{
	size_t n = 0;
	while (n < s.n && is_digit(s.p[n]))
		n++;
	return n == GROUP_AUTHORITY_DIGITS && s.n == n;
}

/* As UTF-16 has it, which is what the wire counts. */
static enum err check_classifier(struct span s)
{
	size_t units;
	return utf16_of(s, NULL, GROUP_CLASSIFIER_MAX, &units);
}

enum err group_name_parse(struct group_name *out, struct span text)
{
	if (text.n <= GROUP_AUTHORITY_DIGITS || text.p[GROUP_AUTHORITY_DIGITS] != '.')
		return ERR_MALFORMED;
	struct group_name n = {
		span_of(text.p, GROUP_AUTHORITY_DIGITS),
		span_of(text.p + GROUP_AUTHORITY_DIGITS + 1, text.n - GROUP_AUTHORITY_DIGITS - 1),
	};
	if (!is_authority(n.authority) || check_classifier(n.classifier) != OK)
		return ERR_MALFORMED;
	*out = n;
	return OK;
}

enum err group_name_make(struct crypto *c, const struct crypto_profile *p, struct span public,
			 struct span classifier, struct text *out)
{
	enum err e = check_classifier(classifier);
	if (e)
		return e;
	uint8_t authority[CRYPTO_AUTHORITY];
	crypto_authority(c, p, public, authority);
	text_hex(out, span_of(authority, sizeof authority));
	text_char(out, '.');
	text_span(out, classifier);
	return out->cut ? ERR_RANGE : OK;
}

bool group_name_of(struct crypto *c, const struct crypto_profile *p, struct span name,
		   struct span public)
{
	struct group_name n;
	char digits[GROUP_AUTHORITY_DIGITS + 1];
	uint8_t authority[CRYPTO_AUTHORITY];
	if (group_name_parse(&n, name) != OK)
		return false;
	struct text t = TEXT_OF(digits);
	crypto_authority(c, p, public, authority);
	text_hex(&t, span_of(authority, sizeof authority));
	return span_eq(n.authority, span_of(t.p, t.n));
}

enum err group_name_participant(struct span group, struct text *out)
{
	struct group_name n;
	enum err e = group_name_parse(&n, group);
	if (e)
		return e;
	text_span(out, n.authority);
	text_str(out, "." GROUP_PARTICIPANT);
	return out->cut ? ERR_RANGE : OK;
}
