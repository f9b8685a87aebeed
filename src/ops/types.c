#include "ops/types.h"

#include <stddef.h>

#define ROW_NAME(n)		.name = #n
#define OPS_ROW_BOOL(S, n, arg) ROW_NAME(n), .kind = OPS_FIELD_BOOL, .offset = offsetof(struct S, n)
#define OPS_ROW_NUMBER(S, n, arg)                                                                  \
	ROW_NAME(n), .kind = OPS_FIELD_NUMBER, .offset = offsetof(struct S, n)
#define OPS_ROW_SECONDS(S, n, arg)                                                                 \
	ROW_NAME(n), .kind = OPS_FIELD_SECONDS, .offset = offsetof(struct S, n)
#define OPS_ROW_TIME(S, n, arg) ROW_NAME(n), .kind = OPS_FIELD_TIME, .offset = offsetof(struct S, n)
#define OPS_ROW_TEXT(S, n, arg)                                                                    \
	ROW_NAME(n), .kind = OPS_FIELD_TEXT, .offset = offsetof(struct S, n), .size = (arg) + 1
#define OPS_ROW_STRING(S, n, arg)                                                                  \
	ROW_NAME(n), .kind = OPS_FIELD_STRING, .offset = offsetof(struct S, n)
#define OPS_ROW_OBJECT(S, n, arg)                                                                  \
	ROW_NAME(n), .kind = OPS_FIELD_OBJECT, .offset = offsetof(struct S, n), .of = &arg##_type
#define OPS_ROW_LIST(S, n, arg)                                                                    \
	ROW_NAME(n), .kind = OPS_FIELD_LIST, .offset = offsetof(struct S, n),                      \
		     .count_offset = offsetof(struct S, n_##n), .of = &arg##_type
#define OPS_ROW_PAIRS(S, n, arg)                                                                   \
	ROW_NAME(n), .kind = OPS_FIELD_PAIRS, .offset = offsetof(struct S, n),                     \
		     .count_offset = offsetof(struct S, n_##n)
#define OPS_FIELD_ROW(S, kind, n, arg, text) { OPS_ROW_##kind(S, n, arg), .help = text },

#define X(S, FIELDS, text)                                                                         \
	static const struct ops_field S##_fields[] = { FIELDS(OPS_FIELD_ROW, S){ 0 } };            \
	const struct ops_struct S##_type = { #S, text, sizeof(struct S), S##_fields };
OPS_STRUCTS(X)
#undef X

const struct ops_struct *const ops_structs[] = {
#define X(S, FIELDS, text) &S##_type,
	OPS_STRUCTS(X)
#undef X
		NULL
};

const struct ops_row ops_rows[OPS_KIND_COUNT] = {
#define X(name, method, path, request, answer, help)                                               \
	[OPS_##name] = { #name, method, path, request, answer, help },
	OPS_LIST(X)
#undef X
};

bool ops_row_reads_query(const struct ops_row *row)
{
	return strcmp(row->method, "GET") == 0 || strcmp(row->method, "DELETE") == 0;
}

const char *ops_field_kind_text(enum ops_field_kind k)
{
	static const char *const texts[] = {
#define X(name, json) [OPS_FIELD_##name] = (json),
		OPS_FIELD_KINDS(X)
#undef X
	};
	return texts[k];
}

static const char *const levels[] = { "error", "warning", "notice", "info", "debug" };

int ops_level_of(const char *name)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (strcmp(levels[i], name) == 0)
			return (int)i;
	return -1;
}

const char *ops_level_text(int level)
{
	return level >= 0 && level < (int)(sizeof(levels) / sizeof(levels[0])) ? levels[level] : "";
}

struct status_row {
	enum err err;
	int status;
};

/* What is not here is the daemon's own failure: 500. */
static const struct status_row statuses[] = {
	{ OK, 200 },	       { ERR_MALFORMED, 400 },
	{ ERR_RANGE, 400 },    { ERR_CONFIG, 400 },
	{ ERR_DENIED, 403 },   { ERR_NOT_FOUND, 404 },
	{ ERR_EXISTS, 409 },   { ERR_STATE, 409 },
	{ ERR_IN_USE, 409 },   { ERR_CONFLICT, 409 },
	{ ERR_FULL, 503 },     { ERR_NOMEM, 503 },
	{ ERR_STOPPING, 503 }, { ERR_NO_SPACE, 507 },
	{ ERR_TIMEOUT, 504 },  { ERR_UNSUPPORTED, 501 },
};

int ops_http_status(enum err e)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (statuses[i].err == e)
			return statuses[i].status;
	return 500;
}

struct reason_row {
	int status;
	const char *reason;
};

static const struct reason_row reasons[] = {
	{ 200, "OK" },
	{ 400, "Bad Request" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 409, "Conflict" },
	{ 413, "Content Too Large" },
	{ 500, "Internal Server Error" },
	{ 501, "Not Implemented" },
	{ 503, "Service Unavailable" },
	{ 504, "Gateway Timeout" },
	{ 507, "Insufficient Storage" },
};

const char *ops_http_reason(int status)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Error";
}

void ops_set_text(char *out, size_t size, const char *s)
{
	struct text t = text_of(out, size);
	text_str(&t, s);
}
