/* syserr.h - what the system's error numbers mean here, for files and sockets
 * alike. */
#ifndef OS_SYSERR_H
#define OS_SYSERR_H

#include "base/err.h"
#include "base/text.h"

/* Never OK: ERR_IO for what has no nearer name. */
enum err os_err_of(int number);

/* Words "VERB OBJECT: what the system says" in `why` and gives the error. */
enum err os_err_say(int number, const char *verb, const char *object, struct text *why);

#endif
