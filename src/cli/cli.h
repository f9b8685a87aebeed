/* cli.h - the command `homestead`: one table row a command makes the parser,
 * the help, the manual page and the completion. Talks to a daemon through
 * libhomestead alone. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stdio.h>

/* Where a command writes and what it may assume about the reader. */
struct cli_place {
	FILE *out, *err;
	bool colour;	      /* a terminal that may be coloured */
	bool redraws;	      /* a terminal whose screen --watch may redraw */
	bool utf8;	      /* lines and bars may be drawn */
	int width;	      /* columns */
	int wide;	      /* of the terminal, for what profits from more; 0: as width */
	const char *person;   /* how a first identity is called; NULL: none is made */
	const char *terminal; /* on which people are asked; NULL: nobody is */
};

/* Exit codes. */
enum cli_exit {
	CLI_OK = 0,
	CLI_FAILED = 1,
	CLI_USAGE = 2,
	CLI_NOT_FOUND = 3,
	CLI_DENIED = 4,
	CLI_NOT_READY = 5,
	CLI_DEADLINE = 6,
	CLI_NO_DAEMON = 7,
	CLI_CONFLICT = 8
};

/* Runs the command line; the exit code. */
int cli_main(int argc, char *const *argv, const struct cli_place *place);

/* Whether a locale, such as that of LANG, is one of UTF-8. */
bool cli_is_utf8(const char *locale);

/* The documents made from our tables: homestead(1) and libnss_homestead(8) in man
 * format, and the reference of the API in Markdown. */
void cli_write_manual(FILE *f);
void cli_write_nss_manual(FILE *f);
void cli_write_api(FILE *f);

#endif
