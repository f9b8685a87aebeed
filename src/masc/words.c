/* Names of states and reasons, one list each in masc.h. */
#include "masc/masc.h"
#include "masc/wire.h"

const char *masc_life_text(enum masc_life l)
{
	static const char *const texts[] = {
#define X(name, text) text,
		MASC_LIVES(X)
#undef X
	};
	return texts[l];
}

const char *masc_reason_text(enum masc_reason r)
{
	static const char *const texts[] = {
#define X(name, text) text,
		MASC_REASONS(X)
#undef X
	};
	return texts[r];
}

const char *masc_reason_word(enum masc_reason r)
{
	static const char *const words[] = {
#define X(name, text) #name,
		MASC_REASONS(X)
#undef X
	};
	return words[r];
}

const char *masc_claim_type_text(uint8_t type)
{
	static const char *const texts[WIRE_ATTRIBUTES] = {
		[WIRE_PREFIX_IN_USE] = "in-use",   [WIRE_CLAIM_DENIED] = "denied",
		[WIRE_CLAIM_TO_EXPAND] = "expand", [WIRE_NEW_CLAIM] = "new",
		[WIRE_PREFIX_MANAGED] = "managed", [WIRE_WITHDRAW] = "withdraw",
	};
	return type < WIRE_ATTRIBUTES ? texts[type] : "unknown";
}
