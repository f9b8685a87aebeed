#include "cli/cli.h"

#include "cli/cli_int.h"
#include "os/clock.h"

#include <string.h>

bool cli_is_utf8(const char *locale)
{
	return strcasestr(locale, ".utf-8") || strcasestr(locale, ".utf8");
}

/* Commands that need no context: they work whatever the socket is. */
static bool is_offline(const struct cli_command *k)
{
	return k->run == cli_run_help || k->run == cli_run_completion;
}

static int open_context(struct cli *c)
{
	hst_ctx_opts opts = HST_INIT(hst_ctx_opts);
	opts.socket_path = c->socket;
	int r = hst_ctx_new(&opts, &c->ctx);
	if (r == HST_OK)
		return CLI_OK;
	if (r == HST_E_INVALID)
		return cli_usage(c, "--socket: the path is longer than a socket may have",
				 "a shorter path");
	return cli_complain(c, &(struct cli_complaint){ CLI_FAILED, "NOMEM", hst_strerror(r), "" });
}

static int run(struct cli *c)
{
	if (c->given[CLI_HELP]) {
		cli_help_command(c->place->out, c->command);
		return CLI_OK;
	}
	if (is_offline(c->command))
		return c->command->run(c);
	int exit = open_context(c);
	return exit ? exit : c->command->run(c);
}

int cli_main(int argc, char *const *argv, const struct cli_place *place)
{
	struct cli c = { .place = place };
	arena_init(&c.mem, os_env(), 16384);
	int exit = cli_parse(&c, argc, argv);
	if (!exit && c.command)
		exit = run(&c);
	hst_free(c.event);
	hst_free(c.ctx);
	arena_free(&c.mem);
	if (fflush(place->out) != 0 && exit == CLI_OK)
		exit = CLI_FAILED;
	return exit;
}
