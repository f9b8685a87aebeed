/* capture graph: traffic into a file. */
#include "cli/cli_int.h"

#include "os/clock.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int read_end(struct cli *c, struct mono *end)
{
	int64_t us;
	*end = MONO_NEVER;
	if (!c->duration)
		return CLI_OK;
	int exit = cli_read_duration(c, c->duration, &us);
	if (!exit)
		*end = mono_add(os_mono(), us);
	return exit;
}

/* The next event until then; -1 for ever. A time that is longer than an int is waited for in
 * parts. */
static int left_ms(struct mono end)
{
	int64_t ms = mono_since(end, os_mono()) / MONO_MS + 1;
	if (mono_is_never(end))
		return -1;
	return ms < 0 ? 0 : ms > 1000000 ? 1000000 : (int)ms;
}

/* Until it ends of itself, which is a failure, or for as long as was asked. */
static int follow(struct cli *c, hst_op op, struct mono end)
{
	int r;
	do
		r = hst_ctx_wait(c->ctx, op, left_ms(end), NULL);
	while (r == HST_E_DEADLINE && !mono_is_never(end) && !mono_reached(end, os_mono()));
	if (r == HST_E_DEADLINE && mono_reached(end, os_mono()))
		return hst_op_cancel(c->ctx, op) < 0 ? cli_complain_last(c) : CLI_OK;
	return cli_complain_last(c);
}

static int capture(struct cli *c, int fd)
{
	struct mono end;
	hst_op op;
	int exit = read_end(c, &end);
	if (exit)
		return exit;
	if (hst_capture(c->ctx, "graph", fd, 0, &op) < 0)
		return cli_complain_last(c);
	return follow(c, op, end);
}

int cli_run_capture(struct cli *c)
{
	const char *path = c->args[0];
	if (strcmp(path, "-") == 0)
		return capture(c, STDOUT_FILENO);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return cli_file_trouble(c, path, " cannot be written: ");
	if (!c->duration && !cli_is_terse(c))
		cli_line(c->place->err, "capturing into %s; Ctrl-C ends it", path);
	int exit = capture(c, fd);
	(void)close(fd);
	if (exit || c->given[CLI_QUIET])
		return exit;
	if (c->given[CLI_JSON])
		return cli_print_json(c, "{\"done\":true,\"schema\":1}");
	cli_line(c->place->out, "the traffic is in %s", path);
	return CLI_OK;
}
