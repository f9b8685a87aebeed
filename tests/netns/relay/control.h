/* control.h - lines of commands from standard input and a Unix socket, one
 * answer a line. Reads and writes descriptors, knows nothing of what a command
 * means: that is the handler's. A client that sends an endless line, or does
 * not read its answers, is cut off. */
#ifndef RELAY_CONTROL_H
#define RELAY_CONTROL_H

#include "base/err.h"
#include "base/span.h"
#include "base/text.h"

#include <poll.h>

#define CONTROL_CLIENTS_MAX 8
#define CONTROL_FDS_MAX	    (CONTROL_CLIENTS_MAX + 1)
#define CONTROL_LINE_MAX    512
#define CONTROL_ANSWER_MAX  2048

/* Writes the answer, without its end of line. */
typedef void control_handler(void *ctx, struct span line, struct text *answer);

struct control_client {
	int in, out; /* -1: free */
	size_t n;
	uint8_t line[CONTROL_LINE_MAX];
};

struct control {
	int listener; /* -1: none */
	char path[108];
	bool input_ended; /* standard input was opened and came to its end */
	control_handler *handler;
	void *ctx;
	struct control_client client[CONTROL_CLIENTS_MAX];
};

void control_init(struct control *c, control_handler *handler, void *ctx);
/* Reads commands from descriptor 0, answers on 1. */
void control_stdin(struct control *c);
/* Listens on a Unix socket at `path`, which must be free; removed again by
 * control_fini. ERR_RANGE, ERR_IO. */
enum err control_listen(struct control *c, const char *path, struct text *why);
void control_fini(struct control *c);

/* Fills in what to poll, at most CONTROL_FDS_MAX; then hands back what came. */
size_t control_fds(const struct control *c, struct pollfd *fds);
void control_ready(struct control *c, const struct pollfd *fds, size_t n);

#endif
