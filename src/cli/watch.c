/* --watch: the same picture again and again. */
#include "cli/cli_int.h"

#include "base/mono.h"
#include "os/clock.h"

#include <poll.h>

#define EVERY_US (2 * MONO_SEC)	 /* even when nothing happens: times go on */
#define PAUSE_US (250 * MONO_MS) /* at most so often when much happens */

bool cli_wait_for_change(struct cli *c)
{
	return cli_wait_until(c, MONO_NEVER);
}

bool cli_wait_until(struct cli *c, struct mono end)
{
	struct mono began = os_mono(), until = mono_min(end, mono_add(began, EVERY_US));
	for (;;) {
		struct pollfd fds[2] = { { hst_ctx_fd(c->ctx), POLLIN, 0 },
					 { fileno(c->place->out), 0, 0 } };
		int64_t left = mono_since(until, os_mono());
		if (left <= 0)
			return true;
		(void)poll(fds, 2, (int)(left / MONO_MS) + 1);
		if (fds[1].revents & (POLLERR | POLLHUP))
			return false;
		for (hst_event *e; (e = hst_ctx_next_event(c->ctx)); hst_free(e))
			until = mono_min(until, mono_add(began, PAUSE_US));
	}
}

static void begin_picture(struct cli *c, bool first)
{
	if (c->given[CLI_JSON])
		return;
	if (c->place->redraws)
		fputs("\033[H\033[2J", c->place->out);
	else if (!first)
		fputc('\n', c->place->out);
}

int cli_watch(struct cli *c, int (*print)(struct cli *c))
{
	hst_sub sub;
	if (hst_subscribe(c->ctx, NULL, NULL, &sub) < 0)
		return cli_complain_last(c);
	for (bool first = true;; first = false) {
		begin_picture(c, first);
		int exit = print(c);
		if (first && exit)
			return exit; /* later a daemon may come back */
		arena_reset(&c->mem);
		if (fflush(c->place->out) != 0 || !cli_wait_for_change(c))
			return CLI_OK;
	}
}
