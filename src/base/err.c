#include "base/err.h"
#include "base/span.h"

const char *err_name(enum err e)
{
	switch (e) {
#define X(name, number, text)                                                                      \
	case ERR_##name:                                                                           \
		return #name;
		ERR_LIST(X)
#undef X
	case OK:
		return "OK";
	}
	return "UNKNOWN";
}

const char *err_text(enum err e)
{
	switch (e) {
#define X(name, number, text)                                                                      \
	case ERR_##name:                                                                           \
		return text;
		ERR_LIST(X)
#undef X
	case OK:
		return "success";
	}
	return "unknown error";
}

enum err err_of_name(const char *name)
{
	static const enum err all[] = { OK,
#define X(name, number, text) ERR_##name,
					ERR_LIST(X)
#undef X
	};
	struct span wanted = span_str(name);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (span_eq(span_str(err_name(all[i])), wanted))
			return all[i];
	return ERR_NOT_FOUND;
}
