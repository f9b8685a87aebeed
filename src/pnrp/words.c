#include "pnrp/pnrp.h"

/* The words for people of everything that is counted or told. */

const char *pnrp_scope_text(enum pnrp_scope s)
{
	static const char *const texts[PNRP_SCOPE_COUNT] = {
		[PNRP_SCOPE_LINK] = "link",
		[PNRP_SCOPE_SITE] = "site",
		[PNRP_SCOPE_GLOBAL] = "global",
	};
	return s < PNRP_SCOPE_COUNT ? texts[s] : "unknown";
}

const char *pnrp_state_text(enum pnrp_state s)
{
	static const char *const texts[PNRP_STATE_COUNT] = {
#define X(name, text) [PNRP_STATE_##name] = text,
		PNRP_STATES(X)
#undef X
	};
	return s < PNRP_STATE_COUNT ? texts[s] : "unknown";
}

const char *pnrp_step_text(enum pnrp_step s)
{
	static const char *const texts[PNRP_STEP_COUNT] = {
#define X(name, text) [PNRP_STEP_##name] = text,
		PNRP_STEPS(X)
#undef X
	};
	return s < PNRP_STEP_COUNT ? texts[s] : "unknown";
}

const char *pnrp_verdict_text(enum pnrp_verdict v)
{
	static const char *const texts[PNRP_VERDICT_COUNT] = {
#define X(name, text) [PNRP_VERDICT_##name] = text,
		PNRP_VERDICTS(X)
#undef X
	};
	return v < PNRP_VERDICT_COUNT ? texts[v] : "unknown";
}

/* Digest 9, 15 and correction 8; DESIGN section 2. */
const struct pnrp_times pnrp_times_default = {
	.retransmit = MONO_SEC,
	.maintenance = 15 * MONO_SEC,
	.conversation = 15 * MONO_SEC,
	.probe_after = 60 * MONO_SEC,
	.cpa_life = MONO_DAY,
	.split_most = 4 * MONO_HOUR,
};

const struct pnrp_limits pnrp_limits_default = {
	.cache = 500,
	.level = 20,
	.adds = 64,
	.conversations = 64,
	.conversations_source = 2,
	.reassemblies = 16,
	.resolves = 32,
	.pending = 256,
	.names = 64,
	.signed_source = 20,
	.signed_all = 1000,
	.payload_source = 1,
	.solicits_source = 10,
	.inquiries_source = 20,
	.inquiries_all = 1000,
};
