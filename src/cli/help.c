/* Help, made from the tables. */
#include "cli/cli_int.h"

#include <string.h>

static const char *const exit_texts[] = {
	[CLI_OK] = "ok",
	[CLI_FAILED] = "failed",
	[CLI_USAGE] = "the command line is not understood",
	[CLI_NOT_FOUND] = "not found",
	[CLI_DENIED] = "not allowed",
	[CLI_NOT_READY] = "not ready, or offline",
	[CLI_DEADLINE] = "the deadline passed",
	[CLI_NO_DAEMON] = "no daemon answers",
	[CLI_CONFLICT] = "exists already, or in conflict with what exists",
};

static void put_option(struct text *t, const struct cli_option *o)
{
	text_str(t, o->name);
	if (o->value[0]) {
		text_char(t, ' ');
		text_str(t, o->value);
	}
}

void cli_synopsis(struct text *t, const struct cli_command *k)
{
	text_str(t, "homestead ");
	text_str(t, k->words);
	if (k->args[0]) {
		text_char(t, ' ');
		text_str(t, k->args);
	}
	for (const struct cli_option *o = cli_options; o->id; o++) {
		if (!cli_takes(k, o->id))
			continue;
		text_str(t, " [");
		put_option(t, o);
		text_char(t, ']');
	}
}

static void print_command(FILE *f, const struct cli_command *k)
{
	char buffer[128];
	struct text t = TEXT_OF(buffer);
	text_str(&t, k->words);
	if (k->args[0]) {
		text_char(&t, ' ');
		text_str(&t, k->args);
	}
	if (t.n > 22)
		fprintf(f, "  %s\n  %22s  %s\n", buffer, "", k->summary);
	else
		fprintf(f, "  %-22s  %s\n", buffer, k->summary);
}

/* Options of every command, and those of `k` unless NULL, with what they do; wrapped by
 * hand: they are ours. */
static void print_options(FILE *f, const struct cli_command *k)
{
	for (const struct cli_option *o = cli_options; o->id; o++) {
		char buffer[64];
		struct text t = TEXT_OF(buffer);
		if (!cli_takes_always(o->id) && !(k && cli_takes(k, o->id)))
			continue;
		if (o->brief[0]) {
			text_str(&t, o->brief);
			text_str(&t, ", ");
		}
		put_option(&t, o);
		const char *help = o->help;
		size_t n = strlen(help), cut = n;
		for (size_t i = 0; n > 54 && i < 54; i++)
			cut = help[i] == ' ' ? i : cut;
		fprintf(f, "  %-22s  %.*s\n", buffer, (int)cut, help);
		if (cut < n)
			fprintf(f, "  %22s  %s\n", "", help + cut + 1);
	}
}

void cli_help_all(FILE *f)
{
	fputs("homestead: talks to the Homestead daemon, homesteadd\n\n"
	      "usage: homestead [COMMAND] [OPTION...]\n\n"
	      "commands:\n",
	      f);
	for (const struct cli_command *k = cli_commands; k->words; k++)
		print_command(f, k);
	fputs("\noptions of every command:\n", f);
	print_options(f, NULL);
	fputs("\nexit codes:\n", f);
	for (size_t i = 0; i < sizeof(exit_texts) / sizeof(exit_texts[0]); i++)
		fprintf(f, "  %zu  %s\n", i, exit_texts[i]);
	fputs("\nhomestead help COMMAND tells more about one of them.\n", f);
}

void cli_help_noun(FILE *f, const char *noun)
{
	size_t n = strlen(noun);
	fprintf(f, "homestead %s: say what about it\n\n", noun);
	for (const struct cli_command *k = cli_commands; k->words; k++)
		if (strncmp(k->words, noun, n) == 0 && k->words[n] == ' ')
			print_command(f, k);
}

static void print_wrapped(FILE *f, const char *s)
{
	while (*s) {
		size_t n = strlen(s), cut = n;
		for (size_t i = 0; n > CLI_WIDTH && i < CLI_WIDTH; i++)
			cut = s[i] == ' ' ? i : cut;
		fprintf(f, "%.*s\n", (int)cut, s);
		s += cut < n ? cut + 1 : n;
	}
}

void cli_help_command(FILE *f, const struct cli_command *k)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	text_str(&t, "usage: ");
	cli_synopsis(&t, k);
	print_wrapped(f, buffer);
	fputc('\n', f);
	print_wrapped(f, k->help);
	fputs("\noptions:\n", f);
	print_options(f, k);
}

/* Text in man format: a hyphen is a minus, a line beginning with a dot or
 * quote is text. */
static void roff(FILE *f, const char *s)
{
	bool begins = true;
	for (; *s; s++) {
		if (begins && (*s == '.' || *s == '\''))
			fputs("\\&", f);
		begins = *s == '\n';
		if (*s == '-')
			fputs("\\-", f);
		else if (*s == '\\')
			fputs("\\e", f);
		else
			fputc(*s, f);
	}
}

static void roff_option(FILE *f, const struct cli_option *o)
{
	fputs(".TP\n.B ", f);
	if (o->brief[0]) {
		roff(f, o->brief);
		fputs(", ", f);
	}
	roff(f, o->name);
	if (o->value[0])
		fprintf(f, " \\fI%s\\fR", o->value);
	fputc('\n', f);
	roff(f, o->help);
	fputs(".\n", f);
}

static void roff_command(FILE *f, const struct cli_command *k)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	cli_synopsis(&t, k);
	fputs(".TP\n.B ", f);
	roff(f, buffer);
	fputc('\n', f);
	roff(f, k->help);
	fputc('\n', f);
}

static void roff_files(FILE *f)
{
	fputs(".SH ENVIRONMENT\n.TP\n.B HOMESTEAD_SOCKET\nThe control socket, where "
	      "\\fB\\-\\-socket\\fR is not given.\n"
	      ".TP\n.B NO_COLOR\nWhen set and not empty, nothing is coloured.\n"
	      ".SH FILES\nWithout a socket given, these are tried in turn:\n"
	      ".TP\n.I $XDG_RUNTIME_DIR/homestead/control.sock\nthat of a daemon of the user;\n"
	      ".TP\n.I /run/homestead/control.sock\nthat of the system's daemon.\n",
	      f);
}

void cli_write_manual(FILE *f)
{
	fprintf(f,
		".\\\" Made from the table of commands: see tools/gen-docs.\n"
		".TH HOMESTEAD 1 \"\" \"Homestead %s\" \"User Commands\"\n"
		".SH NAME\nhomestead \\- talk to the Homestead daemon\n"
		".SH SYNOPSIS\n.B homestead\n[\\fICOMMAND\\fR] [\\fIOPTION\\fR...]\n"
		".SH DESCRIPTION\nShows and steers\n.BR homesteadd (8).\n"
		"Without a command it shows the daemon's state and a next step. "
		"A command that is misspelt is answered with the right one.\n"
		".SH COMMANDS\n",
		HOMESTEAD_VERSION);
	for (const struct cli_command *k = cli_commands; k->words; k++)
		roff_command(f, k);
	fputs(".SH OPTIONS\nThey may stand anywhere. The first four go with every command.\n", f);
	for (const struct cli_option *o = cli_options; o->id; o++)
		roff_option(f, o);
	fputs(".SH EXIT STATUS\n", f);
	for (size_t i = 0; i < sizeof(exit_texts) / sizeof(exit_texts[0]); i++)
		fprintf(f, ".TP\n.B %zu\n%s\n", i, exit_texts[i]);
	roff_files(f);
	fputs(".SH SEE ALSO\n.BR homesteadd (8),\n.BR homestead.conf (5)\n", f);
}
