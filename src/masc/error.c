/* MASC-3: every NOTIFICATION there is, one row each. */
#include "masc/wire.h"

struct row {
	uint8_t code, subcode;
	bool may_stay; /* the session may go on */
	const char *text;
};

enum {
	CLOSE = false,
	STAY = true
};

static const struct row rows[] = {
	{ 1, 0, CLOSE, "header error" },
	{ 1, 1, CLOSE, "header error: bad message length" },
	{ 1, 2, STAY, "header error: bad message type" },
	{ 2, 0, CLOSE, "OPEN error" },
	{ 2, 1, CLOSE, "OPEN error: version not supported" },
	{ 2, 2, CLOSE, "OPEN error: bad peer Domain ID" },
	{ 2, 3, CLOSE, "OPEN error: bad peer Node ID" },
	{ 2, 6, CLOSE, "OPEN error: hold time not acceptable" },
	{ 2, 7, CLOSE, "OPEN error: one internal peer is top-level, the other is not" },
	{ 2, 8, CLOSE, "OPEN error: role mismatch" },
	{ 2, 9, CLOSE, "OPEN error: bad Parent Domain ID" },
	{ 2, 10, CLOSE, "OPEN error: no common parent" },
	{ 2, 13, CLOSE, "OPEN error: address family not supported" },
	{ 3, 0, CLOSE, "UPDATE error" },
	{ 3, 1, CLOSE, "UPDATE error: malformed attribute list" },
	{ 3, 2, STAY, "UPDATE error: unknown required attribute" },
	{ 3, 5, CLOSE, "UPDATE error: attribute length" },
	{ 3, 10, STAY, "UPDATE error: bad address" },
	{ 3, 11, STAY, "UPDATE error: bad mask" },
	{ 3, 12, STAY, "UPDATE error: mask with holes" },
	{ 3, 13, CLOSE, "UPDATE error: address family not supported" },
	{ 3, 14, STAY, "UPDATE error: role not allowed for this attribute" },
	{ 3, 15, STAY, "UPDATE error: Origin Domain ID" },
	{ 3, 16, STAY, "UPDATE error: Origin Node ID" },
	{ 3, 17, STAY, "UPDATE error: lifetime too short" },
	{ 3, 18, STAY, "UPDATE error: lifetime too long" },
	{ 3, 19, STAY, "UPDATE error: timestamp too old" },
	{ 3, 20, STAY, "UPDATE error: timestamp too new" },
	{ 3, 21, STAY, "UPDATE error: prefix too small" },
	{ 3, 22, STAY, "UPDATE error: prefix too large" },
	{ 3, 23, STAY, "UPDATE error: illegal role of the origin" },
	{ 3, 24, STAY, "UPDATE error: no fitting prefix of a parent" },
	{ 3, 25, STAY, "UPDATE error: no fitting prefix of the child" },
	{ 3, 26, STAY, "UPDATE error: no fitting prefix of the domain itself" },
	{ 3, 27, STAY, "UPDATE error: no fitting prefix of the sibling" },
	{ 3, 28, STAY, "UPDATE error: holdtime too short" },
	{ 3, 29, STAY, "UPDATE error: holdtime too long" },
	{ 4, 0, CLOSE, "hold timer expired" },
	{ 5, 0, CLOSE, "state machine error" },
	{ 5, 1, CLOSE, "state machine error: while opening" },
	{ 5, 2, CLOSE, "state machine error: unexpected message" },
	{ 6, 0, CLOSE, "bad NOTIFICATION" },
	{ 7, 0, CLOSE, "cease" },
};

static const struct row *row_of(uint8_t code, uint8_t subcode)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].code == code && rows[i].subcode == subcode)
			return &rows[i];
	return NULL;
}

bool wire_error_known(uint8_t code, uint8_t subcode)
{
	return row_of(code, subcode) != NULL;
}

bool wire_error_closes(uint8_t code, uint8_t subcode)
{
	const struct row *r = row_of(code, subcode);
	return !r || !r->may_stay;
}

const char *masc_error_text(uint8_t code, uint8_t subcode)
{
	const struct row *r = row_of(code, subcode);
	if (!r)
		r = row_of(code, WIRE_UNSPECIFIC);
	return r ? r->text : "unknown error";
}
