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

/* The whole of a file, NUL-ended, for free(); says what is wrong otherwise. */
char *read_file(const char *path, size_t *n);

/* malloc, and octets nobody needs to be surprised by: what the worlds draw
 * comes from their seeds. */
extern const struct env process_env;

#endif
