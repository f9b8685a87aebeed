/* secret.h - a key that lies in a file of its own: read only when nobody but
 * its owner, and perhaps a group, can read it. Never shown, never logged. */
#ifndef DAEMON_SECRET_H
#define DAEMON_SECRET_H

#include "base/err.h"
#include "base/text.h"

/* The first line of the file, without its end, into out, NUL-ended. The caller
 * wipes it. ERR_IO, ERR_DENIED (others can read or write it, or it belongs to
 * somebody else), ERR_MALFORMED (empty, too long, or more than a line): `why`
 * says so and what to do. */
MUST_USE enum err secret_read(const char *path, char *out, size_t size, struct text *why);

/* ERR_DENIED: everybody can read the file. `why` says what to do. */
MUST_USE enum err secret_file_private(const char *path, struct text *why);

#endif
