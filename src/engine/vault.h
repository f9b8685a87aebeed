/* vault.h - the key that seals the keys of identities and groups at rest, and where it comes
 * from, in this order: a systemd credential, a passphrase, a file. It is found once, at start,
 * and stays in locked memory; it is in no log, answer or recording.
 *
 * credential: homestead.key in $CREDENTIALS_DIRECTORY: 32 octets, or 64 hexadecimal digits.
 * passphrase: the key is random and lies sealed in node.sealed of the state folder, under
 *   scrypt of the passphrase and a salt that stands there, too. A key that lay there open is
 *   sealed then, and its file removed.
 * file: the key is in node.key of the state folder, of mode 0600, made when there is none.
 *
 * What cannot be used is never passed over for the next: a new key would lock what the old
 * one sealed. The daemon then runs without keys and says why. */
#ifndef ENGINE_VAULT_H
#define ENGINE_VAULT_H

#include "base/env.h"
#include "base/err.h"
#include "base/text.h"
#include "crypto/seal.h"

#include <limits.h>

#define VAULT_CREDENTIAL     "homestead.key"
#define VAULT_FILE	     "node.key"
#define VAULT_SEALED	     "node.sealed"
#define VAULT_PASSPHRASE_MAX 1024 /* octets */
#define VAULT_LOG2_N	     16	  /* of scrypt: 64 MiB, 0.2 s */

struct vault_options {
	const char *state;	 /* the folder, which is there; NULL: nothing is kept, and no key */
	const char *credentials; /* folder; NULL: none is handed to this service */
	const char *passphrase_file; /* ""; else of the configuration, */
	int passphrase_fd;	     /* after which this one is looked at: first; -1 none */
};

struct vault {
	uint8_t *key;	    /* CRYPTO_SEAL_KEY octets, locked; NULL: none */
	const char *source; /* credential, passphrase, file, memory, none */
	char path[PATH_MAX];
	char why[PATH_MAX + 256]; /* why there is none; "" */
	char hint[PATH_MAX + 256];
	const char *weak; /* what it does not protect against; "" */
};

/* Always to be ended by vault_fini. OK with `why` in it where there is no key; ERR_NOMEM.
 * Takes about 0.2 s with a passphrase. */
MUST_USE enum err vault_open(struct vault *v, const struct vault_options *o, const struct env *env);
void vault_fini(struct vault *v);

#endif
