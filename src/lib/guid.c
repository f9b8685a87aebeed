/* GUIDs and Node IDs as text. */
#include "lib/lib_int.h"

#include "base/number.h"
#include "ops/types.h"
#include "os/clock.h"

#include <string.h>

/* Digits of the five groups of a GUID. */
static const size_t groups[] = { 8, 4, 4, 4, 12 };

/* The 32 digits of "8-4-4-4-12"; false: it is not of that form. */
static bool take_digits(struct span s, char digits[32])
{
	size_t at = 0, n = 0;
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (i && (at >= s.n || s.p[at++] != '-'))
			return false;
		if (s.n - at < groups[i])
			return false;
		memcpy(digits + n, s.p + at, groups[i]);
		at += groups[i];
		n += groups[i];
	}
	return at == s.n;
}

int hst_guid_parse(const char *text, hst_guid *guid)
{
	char digits[32];
	hst_guid g;
	size_t n = 0;
	if (!text || !guid)
		return HST_E_INVALID;
	struct span s = span_str(text);
	if (s.n >= 2 && s.p[0] == '{' && s.p[s.n - 1] == '}')
		s = span_of(s.p + 1, s.n - 2);
	if (!take_digits(s, digits) ||
	    number_hex(span_of(digits, sizeof(digits)), g.at, sizeof(g.at), &n) != OK)
		return HST_E_INVALID;
	*guid = g;
	return HST_OK;
}

void hst_guid_text(const hst_guid *guid, char text[HST_GUID_TEXT])
{
	struct text t = text_of(text, HST_GUID_TEXT);
	size_t at = 0;
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (i)
			text_char(&t, '-');
		text_hex(&t, span_of(guid->at + at, groups[i] / 2));
		at += groups[i] / 2;
	}
}

int hst_record_type(const char *word, hst_guid *type)
{
	uint8_t octets[sizeof(type->at)];
	if (!word || !type)
		return HST_E_INVALID;
	enum err e = ops_type_of_word(word, os_env(), octets);
	if (!e)
		memcpy(type->at, octets, sizeof(octets));
	return lib_result_of(e);
}

uint64_t lib_node_of(const char *digits)
{
	uint8_t octets[8];
	size_t n = 0;
	uint64_t v = 0;
	if (number_hex(span_str(digits), octets, sizeof(octets), &n) != OK)
		return 0;
	for (size_t i = 0; i < n; i++)
		v = v << 8 | octets[i];
	return v;
}

void lib_node_text(uint64_t node, char digits[17])
{
	uint8_t octets[8];
	struct text t = text_of(digits, 17);
	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(node >> (56 - 8 * i));
	text_hex(&t, span_of(octets, sizeof(octets)));
}
