/* replay.h - plays a recording (node/record.h) again and compares what comes
 * out, octet for octet. Pure: the owner reads the file. */
#ifndef SIM_REPLAY_H
#define SIM_REPLAY_H

#include "node/record.h"

struct replay_result {
	bool same;
	bool cut;	  /* the recording ends amid a run: a crash of its writer */
	uint64_t entries; /* played, or up to the one that differs */
	uint64_t inputs, outputs, runs;
	bool blind;	/* it has secrets that could not be read */
	char why[1024]; /* the first difference: which entry, when, both sides */
};

/* ERR_NOMEM, ERR_MALFORMED: this is no recording, result->why says where. */
MUST_USE enum err replay(struct span recording, const struct env *env,
			 struct replay_result *result);
/* With the key of its secrets, CRYPTO_SEAL_KEY octets; NULL: without, as above. What rests
 * on a secret then differs. */
MUST_USE enum err replay_with_key(struct span recording, const uint8_t *key, const struct env *env,
				  struct replay_result *result);

#endif
