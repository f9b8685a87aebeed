/* The record type that a word stands for, for whoever has no engine to ask. */
#include "ops/types.h"

#include "crypto/crypto.h"
#include "graph/query.h"

enum err ops_type_of_word(const char *word, const struct env *env, uint8_t out[16])
{
	struct crypto *c;
	struct graph_guid guid;
	enum err e = crypto_new(&c, env);
	if (e)
		return e;
	e = graph_type_of_word(c, span_str(word), &guid);
	if (!e)
		memcpy(out, guid.at, sizeof(guid.at));
	crypto_free(c);
	return e;
}
