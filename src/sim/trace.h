/* trace.h - what happened in a run: one line an event, the hash over all lines
 * and the newest of them. The hash tells two runs apart; it guards nothing. */
#ifndef SIM_TRACE_H
#define SIM_TRACE_H

#include "base/text.h"

#define TRACE_LAST     50
#define TRACE_LINE_MAX 240

/* Gets every line, without a newline; NULL: nobody wants them. */
typedef void trace_sink_fn(void *ctx, struct span line);

struct trace {
	uint64_t hash[2];
	uint64_t lines;
	trace_sink_fn *sink;
	void *ctx;
	char last[TRACE_LAST][TRACE_LINE_MAX];
};

void trace_init(struct trace *t, trace_sink_fn *sink, void *ctx);
void trace_line(struct trace *t, struct span line);
/* The i-th of the newest lines, the oldest first; false beyond the end. */
bool trace_recent(const struct trace *t, size_t i, struct span *line);
/* 32 hexadecimal digits. */
void trace_hash_text(const struct trace *t, struct text *out);

#endif
