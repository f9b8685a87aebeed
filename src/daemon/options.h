/* options.h - the command line of homesteadd, from one table: it makes the
 * parser, --help and the manual page. Reads nothing but its arguments and
 * keeps pointers into them. */
#ifndef DAEMON_OPTIONS_H
#define DAEMON_OPTIONS_H

#include "base/err.h"
#include "base/text.h"

/* What the program is asked to do; the last of several wins. */
enum options_action {
	OPTIONS_RUN,
	OPTIONS_CHECK,
	OPTIONS_PRINT,
	OPTIONS_VERSION,
	OPTIONS_HELP
};

struct options {
	enum options_action action;
	/* NULL: not given. */
	const char *config, *state, *socket, *record, *log_level, *log_format, *passphrase_fd;
};

#define OPTIONS_NO_FIELD ((size_t)-1)

struct options_row {
	const char *name; /* without the dashes */
	const char *arg;  /* what the argument is called, NULL: takes none */
	const char *help; /* one sentence or more for the manual */
	size_t field;	  /* offset of the pointer that gets the argument */
	enum options_action action;
};

/* Ended by a NULL name. */
extern const struct options_row options_table[];

/* Fills o from argv[1..argc). ERR_CONFIG: `why` names the argument, what is
 * wrong with it and the nearest option. */
MUST_USE enum err options_read(struct options *o, int argc, char *const argv[], struct text *why);

/* What --help prints. */
void options_help(struct text *t);

#endif
