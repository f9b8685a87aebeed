/* join: by a document, or by a code, a link or a password. */
#include "cli/cli_int.h"

#include <string.h>
#include <unistd.h>

#define LINK   "homestead:"
#define DIGITS 40			/* before the point in a group's name */
#define ANSWER (10 * MONO_SEC)		/* longer than the daemon waits for members */
#define USUAL  (90 * MONO_SEC + ANSWER) /* as long as that */

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

/* ---- by a document ---- */

static int join_document(struct cli *c, const char *document, bool connects, struct ops_made *made)
{
	struct ops_group_join body;
	ops_clear(&ops_group_join_type, &body);
	body.invitation = document;
	body.identity = or_empty(c->as);
	body.dry_run = c->given[CLI_DRY_RUN];
	const struct cli_query q = { .kind = OPS_GROUP_JOIN,
				     .body_type = &ops_group_join_type,
				     .body = &body };
	if (!connects)
		return cli_make(c, &q, made);
	int exit = cli_ask(c, &q, made);
	if (!exit && !cli_is_terse(c))
		cli_line(c->place->out, "%s", made->text);
	return exit;
}

/* With --json one document tells all: what was joined, when that is connected. */
static int connect_joined(struct cli *c, const struct ops_made *joined,
			  const struct ops_group_connect *k)
{
	const struct cli_query q = cli_connect_query(joined->name, k);
	struct ops_made made;
	int exit = cli_ask(c, &q, &made);
	if (exit)
		return exit;
	if (c->given[CLI_JSON])
		return cli_print_value(c, &ops_made_type, joined);
	cli_line(c->place->out, "%s", c->given[CLI_QUIET] ? joined->name : made.text);
	return CLI_OK;
}

static int by_document(struct cli *c, const char *document)
{
	struct ops_group_connect k;
	struct ops_made made;
	if (c->given[CLI_WITH_PASSWORD] || c->which_group)
		return cli_usage(c,
				 "an invitation to a card takes no password, and is for one group",
				 "homestead join FILE");
	int exit = cli_prepare_connect(c, &k);
	bool connects = k.n_addresses && !k.dry_run;
	if (!exit)
		exit = join_document(c, document, connects, &made);
	return exit || !connects ? exit : connect_joined(c, &made, &k);
}

/* ---- by a code ---- */

static bool is_group_name(const char *s)
{
	return strspn(s, "0123456789abcdefABCDEF") == DIGITS && s[DIGITS] == '.';
}

/* Whether a link has no secret in it. What is wrong with it is told when it is joined. */
static bool asks(struct cli *c, const char *code)
{
	struct ops_paper_read body;
	struct ops_paper paper;
	ops_clear(&ops_paper_read_type, &body);
	body.document = code;
	return !c->given[CLI_DRY_RUN] && strncmp(code, LINK, strlen(LINK)) == 0 &&
	       cli_try(c,
		       &(struct cli_query){ .kind = OPS_PAPER_READ,
					    .body_type = &ops_paper_read_type,
					    .body = &body },
		       &paper) &&
	       paper.asks;
}

/* The name of a group leads nowhere without its password. */
static int ask_password(struct cli *c, const char *code, struct cli_secret *secret)
{
	bool given = c->given[CLI_WITH_PASSWORD] || c->passphrase_fd || c->passphrase_file;
	bool named = is_group_name(code) && !c->given[CLI_DRY_RUN];
	if (!given && !named && !asks(c, code))
		return CLI_OK;
	return cli_passphrase(c, "Password of the group: ", false, secret);
}

static int by_code(struct cli *c, const char *code)
{
	struct ops_group_connect k;
	struct ops_group_join body;
	struct ops_made made;
	struct cli_secret secret = { .n = 0 };
	if (c->given[CLI_NO_CONNECT])
		return cli_usage(c, "who joins by a code connects to whoever lets in",
				 "homestead join CODE");
	ops_clear(&ops_group_join_type, &body);
	int exit = cli_prepare_connect(c, &k);
	if (!exit)
		exit = ask_password(c, code, &secret);
	if (exit)
		return exit;
	body.code = code;
	body.group = or_empty(c->which_group);
	body.identity = or_empty(c->as);
	body.first = or_empty(c->as ? NULL : c->place->person);
	body.addresses = k.addresses;
	body.n_addresses = k.n_addresses;
	body.deadline = k.deadline;
	body.dry_run = k.dry_run;
	int64_t us = k.deadline > 0 && k.deadline < MONO_DAY ? k.deadline + ANSWER : USUAL;
	const struct cli_query q = { .kind = secret.n ? OPS_GROUP_JOIN_SECRET : OPS_GROUP_JOIN,
				     .body_type = &ops_group_join_type,
				     .body = &body,
				     .deadline_ms = (int)(us / MONO_MS),
				     .secret = secret.n ? &secret : NULL };
	exit = cli_make(c, &q, &made);
	cli_secret_wipe(&secret);
	return exit;
}

/* ---- which it is ---- */

/* What is there as a file, or can be nothing else. */
static bool is_file(const char *s)
{
	if (strcmp(s, "-") == 0)
		return true;
	if (strncmp(s, LINK, strlen(LINK)) == 0 || is_group_name(s))
		return false;
	return strpbrk(s, "/.") || access(s, F_OK) == 0;
}

/* A code may be typed as words. */
static int put_together(struct cli *c, const char **out)
{
	char words[512];
	struct text t = TEXT_OF(words);
	for (int i = 0; i < c->n_args; i++) {
		text_str(&t, i ? " " : "");
		text_str(&t, c->args[i]);
	}
	*out = cli_keep(c, &t);
	return *out ? CLI_OK : cli_no_memory(c);
}

int cli_take_invitation(struct cli *c, const char **out)
{
	const char *what = c->args[0];
	int exit = CLI_OK;
	if (c->n_args > 1)
		exit = put_together(c, &what);
	else if (what[0] != '<' && is_file(what))
		exit = cli_read_document(c, what, &what);
	if (!exit)
		*out = what + strspn(what, " \t\r\n");
	return exit;
}

int cli_run_group_join(struct cli *c)
{
	const char *what;
	if (c->given[CLI_NO_CONNECT] && c->n_addresses)
		return cli_usage(c, "--no-connect and --address do not go together", "one of them");
	int exit = cli_take_invitation(c, &what);
	if (exit)
		return exit;
	return what[0] == '<' || !what[0] ? by_document(c, what) : by_code(c, what);
}
