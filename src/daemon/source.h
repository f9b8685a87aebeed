/* source.h - looks through the text of a configuration and of what it includes
 * for what libconfig takes in silence or trips over: whole numbers that it
 * would wrap, comments without an end, files that are none. Knows where words,
 * texts and comments begin and end, and no more of the grammar. */
#ifndef DAEMON_SOURCE_H
#define DAEMON_SOURCE_H

#include "daemon/report.h"

#define SOURCE_SIZE_MAX	 (4u << 20)
#define SOURCE_DEPTH_MAX 10 /* of @include; libconfig's own limit */

/* Reports all it finds; included files are looked for in the folder of path. */
void source_check(const char *path, struct report *r);

/* "DIR/" of a path, "" without a folder. False when it does not fit. */
bool source_folder(const char *path, char *out, size_t size);

#endif
