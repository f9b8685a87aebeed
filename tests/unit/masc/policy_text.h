/* policy_text.h - prefixes as text, for the tests of the policy. */
#ifndef UNIT_MASC_POLICY_TEXT_H
#define UNIT_MASC_POLICY_TEXT_H

static inline struct masc_prefix prefix(const char *text)
{
	struct masc_prefix p;
	if (masc_prefix_parse(span_str(text), &p) != OK)
		fail_msg("no prefix: %s", text);
	return p;
}

static inline void assert_prefix(const struct masc_prefix *p, const char *expected)
{
	char room[MASC_PREFIX_TEXT_MAX];
	struct text t = TEXT_OF(room);
	masc_prefix_text(&t, p);
	assert_string_equal(room, expected);
}

#endif
