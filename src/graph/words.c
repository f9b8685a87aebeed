#include "graph/graph_int.h"

/* Names of numbers, each list in one place. */

static const struct {
	enum graph_message_type type;
	const char *name;
} messages[] = {
#define X(name, code) { GRAPH_##name, #name },
	GRAPH_MESSAGES(X)
#undef X
};

const char *graph_message_name(enum graph_message_type t)
{
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
		if (messages[i].type == t)
			return messages[i].name;
	return "UNKNOWN";
}

const char *graph_fault_text(enum graph_fault f)
{
	static const char *const texts[] = {
#define X(name, text) [GRAPH_FAULT_##name] = text,
		GRAPH_FAULTS(X)
#undef X
	};
	return texts[f];
}
