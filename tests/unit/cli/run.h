/* run.h - the command line run in this process against a server in a child,
 * whose engine the test plays: what it printed and its exit code. */
#ifndef UNIT_CLI_RUN_H
#define UNIT_CLI_RUN_H

#include "server.h"

#include "cli/cli.h"

/* What was printed last. The server's pid and folder are written as PID and
 * DIR, so that output can be compared. */
extern char *run_out, *run_err;
extern struct cli_place run_place; /* 80 columns, no colour */

/* A server in a child, after `prepare` (may be NULL) changed what is played. */
void run_serve(void (*prepare)(void));
/* As that, with an event each 5 ms. */
void run_serve_events(void);
void run_serve_end(void);
/* Where no daemon is. */
void run_without_daemon(void);
void run_done(void);

/* "masc peer north": words at spaces. The exit code. */
int run(const char *line);

#endif
