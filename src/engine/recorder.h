/* recorder.h - writes the run of a node down (node/record.h), for
 * `homestead-sim replay`: stands between the node and its env and store, and
 * is told every input and output. The file is for its owner alone (0600) and
 * holds no secret but sealed, under a key in a file of its own beside it, whose
 * name ends in RECORD_KEY_SUFFIX. A NULL recorder records nothing. ENGINE-17,
 * ENGINE-18, GROUP-10.8. */
#ifndef ENGINE_RECORDER_H
#define ENGINE_RECORDER_H

#include "base/env.h"
#include "base/store.h"
#include "base/text.h"
#include "node/node.h"

struct recorder;

/* Begins a recording there, over what lay there. Borrows env and store for
 * life. ERR_NOMEM, ERR_DENIED, ERR_IO, ...: `why` says. */
MUST_USE enum err engine_recorder_new(struct recorder **out, const char *path,
				      const struct env *env, struct store *store, struct text *why);
/* Ends the recording and closes the file. */
void engine_recorder_free(struct recorder *r);

/* What to hand to node_new instead of env and store. */
const struct env *engine_recorder_env(struct recorder *r);
struct store *engine_recorder_store(struct recorder *r);

/* Before node_new; its times and the rows there are are recorded, too. */
struct recorder_birth {
	const char *config;   /* as text */
	const uint8_t *vault; /* CRYPTO_SEAL_KEY octets; NULL: none */
	uint64_t newest_put;
};
void engine_recorder_birth(struct recorder *r, const struct recorder_birth *b, struct mono now,
			   struct wall wall);
void engine_recorder_input(struct recorder *r, const struct node_in *in, struct mono now);
void engine_recorder_output(struct recorder *r, const struct node_out *out);
/* After node_free. */
void engine_recorder_end(struct recorder *r, struct mono now);

/* Hands what is buffered to the system. */
void engine_recorder_flush(struct recorder *r);
/* OK, or why nothing is recorded any more. */
enum err engine_recorder_health(const struct recorder *r);

#endif
