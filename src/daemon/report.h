/* report.h - what is wrong with a configuration: one line an error, "file:line:
 * reason", in the order found. Words into the caller's text; counts on when a
 * report grows too long to be read. */
#ifndef DAEMON_REPORT_H
#define DAEMON_REPORT_H

#include "base/text.h"

#define REPORT_MAX 20

struct report {
	struct text *why; /* borrowed */
	unsigned count;
};

/* line 0: the file as a whole. */
void report_add(struct report *r, const char *file, unsigned line, const char *reason);
/* "... and 7 more", when there are. */
void report_end(struct report *r);

#endif
