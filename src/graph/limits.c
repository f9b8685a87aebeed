#include "graph/graph.h"

/* What times and limits are where nobody says otherwise: digest 19, and ours. */

const struct graph_times graph_times_default = {
	.authenticate_least = 20 * MONO_SEC,
	.authenticate_most = 300 * MONO_SEC,
	.connect = 60 * MONO_SEC,
	.signature_least = 100 * MONO_MS,
	.signature_spread = 29900 * MONO_MS,
	.signature_life = 300 * MONO_SEC,
	.contact_least = 10 * MONO_SEC,
	.contact_most = 180 * MONO_SEC,
	.contact_life = 900 * MONO_SEC,
	.detect_least = 5 * MONO_SEC,
	.detect_most = 30 * MONO_SEC,
	.maintain = 300 * MONO_SEC,
	.maintain_alone = 30 * MONO_SEC,
	.presence_least = 30 * MONO_SEC,
	.presence_most = 180 * MONO_SEC,
	.expire_least = 15 * MONO_SEC,
	.expire_most = MONO_DAY,
	.refresh_least = 4 * MONO_SEC,
	.refresh_window = 20 * MONO_SEC,
	.sync_stall = 120 * MONO_SEC,
	.ack = 200 * MONO_MS,
	.attempt_again = 300 * MONO_SEC,
};

/* In proportion, but for what hangs on networks rather than on people. */
const struct graph_times graph_times_lab = {
	.authenticate_least = 2 * MONO_SEC,
	.authenticate_most = 10 * MONO_SEC,
	.connect = 5 * MONO_SEC,
	.signature_least = 10 * MONO_MS,
	.signature_spread = 990 * MONO_MS,
	.signature_life = 10 * MONO_SEC,
	.contact_least = 300 * MONO_MS,
	.contact_most = 6 * MONO_SEC,
	.contact_life = 30 * MONO_SEC,
	.detect_least = 200 * MONO_MS,
	.detect_most = MONO_SEC,
	.maintain = 10 * MONO_SEC,
	.maintain_alone = MONO_SEC,
	.presence_least = MONO_SEC,
	.presence_most = 6 * MONO_SEC,
	.expire_least = 500 * MONO_MS,
	.expire_most = MONO_DAY,
	.refresh_least = 200 * MONO_MS,
	.refresh_window = 2 * MONO_SEC,
	.sync_stall = 10 * MONO_SEC,
	.ack = 50 * MONO_MS,
	.attempt_again = 5 * MONO_SEC,
};

#define MIB (UINT64_C(1024) * 1024)

const struct graph_limits graph_limits_default = {
	.db = { .octets = 8192 * MIB,
		.creator_octets = 4096 * MIB,
		.records = 10000000,
		.types = 4096,
		.persons = 65536 },
	.message_max = 64 * MIB,
	.link_backlog = 262144,
	.link_unsent = MIB,
	.link_memory = 72 * MIB,
	.deferred = 1024,
	.direct = 256,
	.held = 10000,
	.invalid_in_row = 16,
	.version_jump = 1048576,
	.life_max = 366 * MONO_DAY,
};
