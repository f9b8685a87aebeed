#include "crypto/crypto.h"
#include "graph/query.h"

static bool small_or_digit(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_word(struct span s)
{
	if (!s.n || s.n > GRAPH_TYPE_WORD_MAX || s.p[0] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!small_or_digit(s.p[i]) && s.p[i] != '-')
			return false;
	return true;
}

/* GRAPH-5.4. Version 8, variant 10: never one of the reserved types. */
enum err graph_type_of_word(struct crypto *c, struct span word, struct graph_guid *out)
{
	static const char label[] = "homestead record type 1"; /* its zero is hashed too */
	const struct span parts[] = { span_of(label, sizeof(label)), word };
	if (!is_word(word))
		return ERR_MALFORMED;
	crypto_hash(c, &crypto_profiles[CRYPTO_MODERN], parts, 2, out->at, sizeof(out->at));
	out->at[6] = (uint8_t)(0x80 | (out->at[6] & 0x0f));
	out->at[8] = (uint8_t)(0x80 | (out->at[8] & 0x3f));
	return OK;
}
