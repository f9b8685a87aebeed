#include "daemon/options.h"

#include "base/setting.h"

#define HELP_COLUMN 22
#define HELP_WIDTH  79

#define TAKES(member) .field = offsetof(struct options, member)
#define DOES(what)    .field = OPTIONS_NO_FIELD, .action = (what)

const struct options_row options_table[] = {
	{ "config", "FILE", TAKES(config),
	  .help = "Read the configuration from FILE. Without it: homestead/homestead.conf in "
		  "$XDG_CONFIG_HOME, then ~/.config/homestead/homestead.conf, then "
		  "/etc/homestead/homestead.conf; none of them is needed." },
	{ "state", "DIR", TAKES(state),
	  .help = "Keep the store in the folder DIR. Without it: $STATE_DIRECTORY, then "
		  "$XDG_STATE_HOME/homestead, then ~/.local/state/homestead." },
	{ "socket", "FILE", TAKES(socket),
	  .help = "Listen for commands on FILE. Without it: $HOMESTEAD_SOCKET, then "
		  "control.sock in $RUNTIME_DIRECTORY, $XDG_RUNTIME_DIR/homestead, "
		  "/run/homestead for root, else a folder of the user's own below the "
		  "temporary directory." },
	{ "passphrase-fd", "N", TAKES(passphrase_fd),
	  .help = "Read the passphrase that seals the keys of identities and groups from the file "
		  "descriptor N, until its end; the end of a line there is not part of it. Goes "
		  "before passphrase_file of the configuration." },
	{ "check", NULL, DOES(OPTIONS_CHECK),
	  .help = "Read and check the configuration, say what is wrong with it by file and "
		  "line, and exit: 0 when it is good, 1 when it is not." },
	{ "print-config", NULL, DOES(OPTIONS_PRINT),
	  .help = "Print the configuration as it would be in force, defaults filled in and "
		  "secrets left out, and exit." },
	{ "record", "FILE", TAKES(record),
	  .help = "Write all that reaches the node to FILE, for homestead-sim replay. FILE will "
		  "hold what peers sent, and secrets only sealed, under a key in FILE.key." },
	{ "log-level", "LEVEL", TAKES(log_level),
	  .help = "Log from this level on: error, warning, notice, info or debug. Goes "
		  "before the configuration." },
	{ "log-format", "FORMAT", TAKES(log_format),
	  .help = "Log as text or as json, one object a line. Goes before the "
		  "configuration." },
	{ "foreground", NULL, DOES(OPTIONS_RUN),
	  .help = "Stay in the foreground and log to standard error. The daemon always does "
		  "so; the option is there for scripts that expect it." },
	{ "version", NULL, DOES(OPTIONS_VERSION), .help = "Print the version and exit." },
	{ "help", NULL, DOES(OPTIONS_HELP), .help = "Print this help and exit." },
	{ NULL },
};

#define ROWS (sizeof(options_table) / sizeof(options_table[0]))

static const struct options_row *row_find(struct span name)
{
	for (const struct options_row *r = options_table; r->name; r++)
		if (span_eq(span_str(r->name), name))
			return r;
	return NULL;
}

/* Settings know how to find the nearest name. */
static const char *nearest(struct span name)
{
	struct setting names[ROWS] = { 0 };
	for (size_t i = 0; i < ROWS; i++)
		names[i].name = options_table[i].name;
	const struct setting *s = setting_nearest(names, name);
	return s ? s->name : NULL;
}

static enum err unknown(const char *arg, struct span name, struct text *why)
{
	const char *near = name.n ? nearest(name) : NULL;
	text_str(why, name.n ? "there is no option " : "an argument that is no option: ");
	text_quoted(why, span_str(arg), 64);
	if (near) {
		text_str(why, "; did you mean --");
		text_str(why, near);
		text_char(why, '?');
	}
	return ERR_CONFIG;
}

static enum err wrong_use(const struct options_row *r, const char *text, struct text *why)
{
	text_str(why, "--");
	text_str(why, r->name);
	text_str(why, text);
	if (r->arg) {
		text_str(why, ": --");
		text_str(why, r->name);
		text_char(why, ' ');
		text_str(why, r->arg);
	}
	return ERR_CONFIG;
}

/* Does one row; `value` is NULL when none was given. */
static enum err apply(struct options *o, const struct options_row *r, const char *value,
		      struct text *why)
{
	if (!r->arg) {
		if (value)
			return wrong_use(r, " takes no argument", why);
		o->action = r->action;
		return OK;
	}
	if (!value || !value[0])
		return wrong_use(r, " needs an argument", why);
	memcpy((char *)o + r->field, &value, sizeof(value));
	return OK;
}

/* --name, --name=value, --name value. */
static enum err take(struct options *o, int *at, int argc, char *const argv[], struct text *why)
{
	const char *arg = argv[(*at)++];
	if (strncmp(arg, "--", 2) != 0)
		return unknown(arg, span_of(NULL, 0), why);
	const char *equals = strchr(arg, '=');
	struct span name =
		equals ? span_of(arg + 2, (size_t)(equals - arg - 2)) : span_str(arg + 2);
	const struct options_row *r = row_find(name);
	if (!r)
		return unknown(arg, name, why);
	if (equals)
		return apply(o, r, equals + 1, why);
	if (r->arg && *at < argc)
		return apply(o, r, argv[(*at)++], why);
	return apply(o, r, NULL, why);
}

enum err options_read(struct options *o, int argc, char *const argv[], struct text *why)
{
	struct options got = { .action = OPTIONS_RUN };
	for (int i = 1; i < argc;) {
		enum err e = take(&got, &i, argc, argv, why);
		if (e)
			return e;
	}
	*o = got;
	return OK;
}

static void pad(struct text *t, size_t from, size_t to)
{
	for (; from < to; from++)
		text_char(t, ' ');
}

/* Words from HELP_COLUMN on, broken before HELP_WIDTH. */
static void wrap(struct text *t, const char *words)
{
	size_t column = HELP_COLUMN;
	while (*words) {
		size_t n = strcspn(words, " ");
		if (column > HELP_COLUMN && column + 1 + n > HELP_WIDTH) {
			text_char(t, '\n');
			pad(t, 0, HELP_COLUMN);
			column = HELP_COLUMN;
		} else if (column > HELP_COLUMN) {
			text_char(t, ' ');
			column++;
		}
		text_span(t, span_of(words, n));
		column += n;
		words += n + strspn(words + n, " ");
	}
	text_char(t, '\n');
}

void options_help(struct text *t)
{
	text_str(t, "usage: homesteadd [OPTION]...\n\n"
		    "Runs a Homestead node: sockets, store and control socket, until SIGTERM.\n"
		    "SIGHUP reads the configuration anew.\n\n");
	for (const struct options_row *r = options_table; r->name; r++) {
		size_t before = t->n;
		text_str(t, "  --");
		text_str(t, r->name);
		text_char(t, ' ');
		text_str(t, r->arg ? r->arg : "");
		pad(t, t->n - before, HELP_COLUMN);
		wrap(t, r->help);
	}
	text_str(t,
		 "\nExit status: 0 after a stop in good order, 1 when something failed, 2 for a\n"
		 "command line that is not understood. More: homesteadd(8), homestead.conf(5).\n");
}
