/* err.h - every error a function can return: a number, a name, a sentence.
 * Zero is success, all errors are negative. The list is the only place where
 * an error is declared; names and texts are made from it. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/attr.h"

#define ERR_LIST(X)                                                                                \
	X(NOMEM, 1, "out of memory")                                                               \
	X(MALFORMED, 2, "malformed input")                                                         \
	X(CONFIG, 3, "configuration not accepted")                                                 \
	X(NOT_FOUND, 4, "not found")                                                               \
	X(EXISTS, 5, "exists already")                                                             \
	X(FULL, 6, "a limit is reached")                                                           \
	X(RANGE, 7, "value out of range")                                                          \
	X(STATE, 8, "not possible in the present state")                                           \
	X(DENIED, 9, "not allowed")                                                                \
	X(IN_USE, 10, "in use by somebody else")                                                   \
	X(IO, 11, "input or output failed")                                                        \
	X(NO_SPACE, 12, "no space left on the device")                                             \
	X(CORRUPT, 13, "stored data are damaged")                                                  \
	X(CONFLICT, 14, "changed by somebody else meanwhile")                                      \
	X(TIMEOUT, 15, "timed out")                                                                \
	X(REFUSED, 16, "connection refused")                                                       \
	X(UNREACHABLE, 17, "network or host unreachable")                                          \
	X(RESET, 18, "connection reset by the other side")                                         \
	X(CLOSED, 19, "connection closed by the other side")                                       \
	X(SLOW, 20, "the other side does not read fast enough")                                    \
	X(UNSUPPORTED, 21, "not supported here")                                                   \
	X(NO_DAEMON, 22, "no daemon answers")                                                      \
	X(CANCELLED, 23, "cancelled")                                                              \
	X(STOPPING, 24, "shutting down")

enum err {
	OK = 0,
#define X(name, number, text) ERR_##name = -(number),
	ERR_LIST(X)
#undef X
};

/* The name without its prefix ("NOMEM"; "OK" for OK) and a sentence fit to
 * follow a colon. Static text, never NULL, also for numbers out of the list. */
const char *err_name(enum err e);
const char *err_text(enum err e);

/* The error of that name, or ERR_NOT_FOUND itself when there is none. */
enum err err_of_name(const char *name);

#endif
