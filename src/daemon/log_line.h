/* log_line.h - one line of the log, in its two forms. */
#ifndef DAEMON_LOG_LINE_H
#define DAEMON_LOG_LINE_H

#include "base/mono.h"
#include "base/text.h"
#include "node/event.h"

/* Longest line, its end included: what a pipe takes in one piece. */
#define LOG_LINE_MAX 4096

/* Borrowed for the call; NULL and 0 leave a field out. */
struct log_line {
	struct wall wall;
	enum node_level level;
	const char *part, *event, *peer, *message;
	const struct node_event *source; /* further fields */
	uint64_t held_back;
};

/* "<time> <level> <part> <message> key=value ...", without the time and with
 * the level as a prefix "<N>" for journald. Without the line's end. */
void log_line_text(struct text *t, const struct log_line *l, bool journal);
/* One object. ERR_NOMEM. */
MUST_USE enum err log_line_json(struct text *t, const struct log_line *l, bool journal);

#endif
