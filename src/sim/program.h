/* program.h - the parts of the program homestead-sim that touch files. */
#ifndef SIM_PROGRAM_H
#define SIM_PROGRAM_H

#include "base/env.h"
#include "base/err.h"
#include "base/number.h"
#include "base/span.h"

#include <stdio.h>

#define EXIT_USAGE 2

enum style {
	STYLE_TEXT,
	STYLE_TAP,
	STYLE_JSON
};

struct job {
	bool seeded;
	uint64_t first, last;
	uint32_t days; /* of sigcomm98; 0: as reported */
	const char *trace_path, *record_node, *record_path;
	enum style style;
	bool quiet;
	unsigned long files; /* so far */
	FILE *trace, *record;
};

/* All of them give exit codes. */
int program(int argc, char **argv);
int run_scenario(struct job *job, const char *path);
int run_replay(const char *path);
int run_sigcomm98(struct job *job);
/* argv[0] is "cloud"; its options are its own. */
int run_cloud(int argc, char **argv);
/* argv[0] is "graph" or "groups"; likewise. */
int run_graph(int argc, char **argv);

/* The files that --trace and --record name; close_outs() is false, and says so,
 * when something could not be written. */
MUST_USE bool open_outs(struct job *job);
MUST_USE bool close_outs(struct job *job);
/* A trace_sink_fn: a line to job->trace. */
void write_line(void *job, struct span line);
/* Octets of a recording, to job->record. */
void write_record(void *job, struct span octets);
/* NODE=FILE, which is cut there. */
bool take_record(struct job *job, char *s);

struct trace;
/* The newest lines of a trace, to stderr. */
void print_last(const struct trace *t);

/* The whole of a file, NUL-ended, for free(); says what is wrong otherwise. */
char *read_file(const char *path, size_t *n);

/* malloc, and octets nobody needs to be surprised by: what the worlds draw
 * comes from their seeds. */
extern const struct env process_env;

#endif
