/* Types of records as programs give them: GUIDs, and words that stand for one (GRAPH-5.4). */
#include "ops/graph_int.h"

#include "graph/query.h"

bool ops_word_type(struct ops *o, struct span word, struct graph_guid *out)
{
	return graph_type_of_word(o->crypto, word, out) == OK;
}

enum err ops_type_read(struct ops *o, const char *s, struct graph_guid *out, bool *word)
{
	bool guid = graph_guid_parse(span_str(s), out) == OK;
	if (word)
		*word = !guid;
	return guid ? OK : graph_type_of_word(o->crypto, span_str(s), out);
}
