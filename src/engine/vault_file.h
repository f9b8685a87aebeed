/* vault_file.h - files that hold keys: read when nobody else can read them, written whole or
 * not at all. */
#ifndef ENGINE_VAULT_FILE_H
#define ENGINE_VAULT_FILE_H

#include "base/err.h"
#include "base/span.h"
#include "base/text.h"

#include <sys/types.h>

/* All of the file, at most `size` octets; `others` are the bits of its mode that may not be
 * set. ERR_NOT_FOUND; ERR_DENIED (others can read it, or it belongs to somebody else),
 * ERR_MALFORMED (no file, too large), ERR_IO: `why` names file, owner and reason, `hint` the
 * repair. */
MUST_USE enum err vault_file_read(const char *path, mode_t others, uint8_t *out, size_t size,
				  size_t *n, struct text *why, struct text *hint);
/* Mode 0600, on disk when this returns; never over one that is there: ERR_EXISTS. ERR_IO,
 * ERR_NO_SPACE with `why`. */
MUST_USE enum err vault_file_make(const char *path, struct span octets, struct text *why);

#endif
