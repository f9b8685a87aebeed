/* The group's password: group set --password, --no-password. */
#include "cli/cli_int.h"

#include <string.h>

static int say(struct cli *c, const char *text)
{
	struct ops_made made;
	ops_clear(&ops_made_type, &made);
	made.done = true;
	made.text = text;
	if (c->given[CLI_JSON])
		return cli_print_value(c, &ops_made_type, &made);
	if (!c->given[CLI_QUIET])
		cli_line(c->place->out, "%s", text);
	return CLI_OK;
}

static int set(struct cli *c, const struct cli_secret *s)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	hst_group *g = NULL;
	int r = hst_group_open(c->ctx, c->args[0], &g);
	if (r >= 0)
		r = hst_group_password(g, s->n ? s->at : NULL, s->n);
	hst_free(g);
	if (r < 0)
		return cli_complain_last(c);
	text_str(&t, s->n ? "whoever knows the password may be in group "
			  : "nobody comes in by a password any more into group ");
	text_str(&t, c->args[0]);
	return say(c, buffer);
}

int cli_run_group_password(struct cli *c)
{
	struct cli_secret s = { .n = 0 };
	bool none = c->given[CLI_NO_PASSWORD];
	if (none && (c->given[CLI_WITH_PASSWORD] || c->passphrase_fd || c->passphrase_file))
		return cli_usage(c, "--password and --no-password do not go together",
				 "one of them");
	if (c->label || c->comment || c->presence)
		return cli_usage(c, "the password is set by itself", "one after the other");
	if (c->given[CLI_DRY_RUN])
		return cli_dry_stream(c, OPS_GROUP_PASSWORD, c->args[0]);
	int exit = none ? CLI_OK : cli_passphrase(c, "The group's new password: ", true, &s);
	if (!exit)
		exit = set(c, &s);
	cli_secret_wipe(&s);
	return exit;
}
