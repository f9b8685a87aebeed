/* canned.h - a daemon that is none: answers each request from a table, or tells in its
 * answer what it was asked. For commands whose part of the daemon is tested elsewhere. */
#ifndef UNIT_CLI_CANNED_H
#define UNIT_CLI_CANNED_H

#include "cli/cli.h"

struct canned {
	const char *request; /* "GET /v1/graphs": what it begins with, all of it with a $ behind */
	int status;	     /* 0: 200 */
	/* The body. NULL: {"done":true,"text":REQUEST}, its quotation marks made single, its
	 * JSON without what is empty. */
	const char *body;
	/* In a body @ is the path of stream.sock. A stream whose token begins with e gives
	 * canned_database, with ec all but its last octet; with i it ends with an import; what is sent on it, or on one with d, is
	 * in canned_sent() afterwards; with m it gives three messages of a direct connection and
	 * ends. */
	/* With k it is kept as well, and answered with CANNED_SEALED. */
	/* Of GET /v1/events: sent as a stream; the next such request is refused. One that is
	 * CANNED_STAYS keeps the stream open. */
	const char *const *events;
};

/* An export without records. */
#define CANNED_DATABASE (8 + 4 + 2 + 5 + 2 + 5 + 4 + 8 + 32)
extern const char canned_database[CANNED_DATABASE];
#define CANNED_STAYS "stays"
#define CANNED_NAME  "0123456789abcdef0123456789abcdef01234567.Home"
#define CANNED_SEALED                                                                              \
	"{\"done\":true,\"text\":\"kept\",\"name\":\"" CANNED_NAME                                 \
	"\",\"document\":\"<SEALED/>\","                                                           \
	"\"schema\":1}"
extern char *canned_out, *canned_err;
extern struct cli_place canned_place; /* 80 columns, no colour */

/* The first row that fits answers. */
void canned_serve(const struct canned *table);
const char *canned_socket(void); /* for a context of the test's own */
/* What came over streams; to be freed. */
char *canned_sent(size_t *n);
/* The requests since it was called last, a line each, their JSON without what is empty; to be
 * freed. */
char *canned_asked(void);
void canned_end(void);
/* A line of words, with '...' about those that hold blanks. The exit code. */
int canned_run(const char *line);

#endif
