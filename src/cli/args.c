/* The command line: options anywhere, words of a command first. */
#include "cli/cli_int.h"

#include <string.h>

static size_t words_in(const char *s)
{
	size_t n = 1;
	for (; *s; s++)
		n += *s == ' ';
	return n;
}

/* Whether the first words are those of `command`. */
static bool begins(const char *const *words, int n, const char *command)
{
	for (int i = 0; i < n; i++) {
		size_t len = strlen(words[i]);
		if (strncmp(command, words[i], len) != 0)
			return false;
		if (command[len] == 0)
			return true;
		if (command[len] != ' ')
			return false;
		command += len + 1;
	}
	return false;
}

const struct cli_command *cli_find(const char *const *words, int n, int *taken)
{
	const struct cli_command *best = NULL;
	for (const struct cli_command *k = cli_commands; k->words; k++)
		if (begins(words, n, k->words) &&
		    (!best || words_in(k->words) > words_in(best->words)))
			best = k;
	if (best)
		*taken = (int)words_in(best->words);
	return best;
}

const struct cli_command *cli_command_of(const char *words)
{
	for (const struct cli_command *k = cli_commands; k->words; k++)
		if (strcmp(k->words, words) == 0)
			return k;
	return NULL;
}

bool cli_takes_always(enum cli_option_id id)
{
	return id == CLI_JSON || id == CLI_QUIET || id == CLI_SOCKET || id == CLI_HELP;
}

bool cli_takes(const struct cli_command *k, enum cli_option_id id)
{
	for (const enum cli_option_id *o = k->options; o && *o; o++)
		if (*o == id)
			return true;
	return false;
}

bool cli_is_terse(const struct cli *c)
{
	return c->given[CLI_JSON] || c->given[CLI_QUIET];
}

const char *cli_words_given(struct cli *c, const struct cli_word *rows, size_t n)
{
	char buffer[CLI_TEXT_MAX];
	struct text t = TEXT_OF(buffer);
	for (size_t i = 0; i < n; i++) {
		if (!c->given[rows[i].id])
			continue;
		text_str(&t, t.n ? "," : "");
		text_str(&t, rows[i].word);
	}
	return cli_keep(c, &t);
}

/* Replaces a spelling that works by the right one. */
static const struct cli_command *find_alias(const char *const *words, int n, int *taken)
{
	for (const struct cli_alias *a = cli_aliases; a->words; a++)
		if (a->works && begins(words, n, a->words)) {
			*taken = (int)words_in(a->words);
			return cli_command_of(a->right);
		}
	return NULL;
}

static bool is_named(const struct cli_option *o, const char *name, size_t n)
{
	return (strlen(o->name) == n && memcmp(o->name, name, n) == 0) ||
	       (n && strlen(o->brief) == n && memcmp(o->brief, name, n) == 0);
}

/* Some options of one name mean one thing with one command and another with the next:
 * those that the command takes come first. */
static const struct cli_option *option_of(const char *name, size_t n, const struct cli_command *k)
{
	const struct cli_option *first = NULL;
	for (const struct cli_option *o = cli_options; o->id; o++) {
		if (!is_named(o, name, n))
			continue;
		if (!first || (k && cli_takes(k, o->id)))
			first = o;
	}
	return first;
}

static int unknown_option(struct cli *c, const char *arg, size_t n)
{
	const char *names[CLI_OPTIONS] = { 0 };
	char given[64], message[128], hint[128] = "homestead --help";
	struct text g = TEXT_OF(given), m = TEXT_OF(message), h = TEXT_OF(hint);
	for (size_t i = 0; cli_options[i].id; i++)
		names[i] = cli_options[i].name;
	text_span(&g, span_of(arg, n < 60 ? n : 60));
	text_str(&m, "there is no option ");
	text_quoted(&m, span_str(given), 60);
	const char *near = cli_nearest(names, given);
	text_str(&h, near ? near : "homestead --help");
	return cli_usage(c, message, hint);
}

static void take_value(struct cli *c, const struct cli_option *o, const char *value)
{
	const struct {
		enum cli_option_id id;
		const char **to;
	} places[] = { { CLI_SOCKET, &c->socket },
		       { CLI_PART, &c->part },
		       { CLI_LEVEL, &c->level },
		       { CLI_FOR, &c->duration },
		       { CLI_SCOPE, &c->scope },
		       { CLI_AT, &c->at },
		       { CLI_TIMEOUT, &c->timeout },
		       { CLI_LIMIT, &c->limit },
		       { CLI_CLOUD, &c->cloud },
		       { CLI_PORT, &c->port },
		       { CLI_PROTOCOL, &c->protocol },
		       { CLI_COMMENT, &c->comment },
		       { CLI_FILE, &c->file },
		       { CLI_TEXT, &c->text },
		       { CLI_MOST, &c->most },
		       { CLI_TYPE, &c->type },
		       { CLI_DATA, &c->data },
		       { CLI_INPUT, &c->input },
		       { CLI_PEER, &c->peer },
		       { CLI_LABEL, &c->label },
		       { CLI_NOTE, &c->comment },
		       { CLI_REACH, &c->reach },
		       { CLI_PROFILE, &c->profile },
		       { CLI_LARGEST, &c->largest },
		       { CLI_PRESENCE, &c->presence },
		       { CLI_LIFE, &c->life },
		       { CLI_VERSION, &c->version },
		       { CLI_SVG, &c->svg },
		       { CLI_ABOUT, &c->about },
		       { CLI_PRESENT, &c->present },
		       { CLI_OUTPUT, &c->output },
		       { CLI_NODE_NAME, &c->node_name },
		       { CLI_SYNC, &c->sync },
		       { CLI_ROLE, &c->role },
		       { CLI_EXPIRES, &c->expires },
		       { CLI_CARD, &c->card },
		       { CLI_AS, &c->as },
		       { CLI_WHICH_GROUP, &c->which_group },
		       { CLI_SECRET_FD, &c->passphrase_fd },
		       { CLI_SECRET_FILE, &c->passphrase_file },
		       { CLI_CLASSIFIER, &c->classifier },
		       { CLI_MEMBER_LIFE, &c->member_life },
		       { CLI_USES, &c->uses },
		       { CLI_INVITEE, &c->invitee },
		       { CLI_REASON, &c->reason },
		       { CLI_GROUP_NAME, &c->label },
		       { CLI_GROUP_NOTE, &c->comment } };
	bool address = o->id == CLI_ADDRESS || o->id == CLI_AT_ADDRESS;
	if (o->id == CLI_ATTR && c->n_attrs < CLI_ATTRS_MAX)
		c->attrs[c->n_attrs] = value;
	c->n_attrs += o->id == CLI_ATTR;
	if (address && c->n_addresses < OPS_ENDPOINTS_MAX)
		c->addresses[c->n_addresses] = value;
	c->n_addresses += address;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (places[i].id == o->id)
			*places[i].to = value;
}

static int complain_option(struct cli *c, const struct cli_option *o, const char *what)
{
	char message[128], hint[128];
	struct text m = TEXT_OF(message), h = TEXT_OF(hint);
	text_str(&m, o->name);
	text_str(&m, what);
	text_str(&h, "homestead --help");
	return cli_usage(c, message, hint);
}

/* Data and what is set may be. */
static bool may_be_empty(enum cli_option_id id)
{
	return id == CLI_DATA || id == CLI_LABEL || id == CLI_NOTE || id == CLI_ABOUT ||
	       id == CLI_GROUP_NAME || id == CLI_GROUP_NOTE;
}

/* One option, "--name", "--name=value" or "--name value". */
static int take_option(struct cli *c, char *const *argv, const struct cli_command *k, int *i)
{
	const char *arg = argv[*i], *equals = strchr(arg, '=');
	size_t n = equals ? (size_t)(equals - arg) : strlen(arg);
	const struct cli_option *o = option_of(arg, n, k);
	if (!o)
		return unknown_option(c, arg, n);
	c->given[o->id] = true;
	if (!o->value[0])
		return equals ? complain_option(c, o, " takes no value") : CLI_OK;
	const char *value = equals ? equals + 1 : argv[*i + 1];
	if (!value || (!*value && !may_be_empty(o->id)))
		return complain_option(c, o, " wants a value");
	take_value(c, o, value);
	*i += !equals;
	return CLI_OK;
}

/* Sorts argv into options and words. */
static int take_all(struct cli *c, int argc, char *const *argv, const char **words, int *n)
{
	bool literal = false;
	int taken;
	for (int i = 1; i < argc; i++) {
		int exit = CLI_OK;
		if (!literal && strcmp(argv[i], "--") == 0)
			literal = true;
		else if (!literal && strcmp(argv[i], "--version") == 0)
			words[(*n)++] = "version";
		else if (!literal && argv[i][0] == '-' && argv[i][1])
			exit = take_option(c, argv, cli_find(words, *n, &taken), &i);
		else
			words[(*n)++] = argv[i];
		if (exit)
			return exit;
		if (*n == CLI_ARGS_MAX)
			return cli_usage(c, "there are too many words", "homestead help");
	}
	return CLI_OK;
}

static int check_options(struct cli *c)
{
	for (const struct cli_option *o = cli_options; o->id; o++)
		if (c->given[o->id] && !cli_takes_always(o->id) && !cli_takes(c->command, o->id)) {
			char message[160], hint[160] = "homestead help ";
			struct text m = TEXT_OF(message), h = TEXT_OF(hint);
			text_str(&m, c->command->words);
			text_str(&m, " takes no ");
			text_str(&m, o->name);
			text_str(&h, "homestead help ");
			text_str(&h, c->command->words);
			return cli_usage(c, message, hint);
		}
	return CLI_OK;
}

/* What a command cannot do without is no empty word. */
static bool lacks_word(const struct cli *c)
{
	for (int i = 0; i < c->command->min_args; i++)
		if (i >= c->n_args || !c->args[i][0])
			return true;
	return false;
}

static int check_args(struct cli *c)
{
	char message[160], hint[160];
	struct text m = TEXT_OF(message), h = TEXT_OF(hint);
	bool lacks = lacks_word(c);
	if (!lacks && c->n_args <= c->command->max_args)
		return CLI_OK;
	text_str(&m, c->command->words);
	if (lacks) {
		text_str(&m, " wants ");
		text_str(&m, c->command->args);
		text_str(&m, c->n_args < c->command->min_args ? "" : "; an empty word is none");
	} else {
		text_str(&m, " does not take ");
		text_quoted(&m, span_str(c->args[c->command->max_args]), 60);
	}
	text_str(&h, "homestead help ");
	text_str(&h, c->command->words);
	return cli_usage(c, message, hint);
}

/* `homestead masc` and `homestead masc --help`: what begins with it. */
bool cli_is_noun(const char *word)
{
	size_t n = strlen(word);
	for (const struct cli_command *k = cli_commands; k->words; k++)
		if (strncmp(k->words, word, n) == 0 && k->words[n] == ' ')
			return true;
	return false;
}

static int take_noun(struct cli *c, const char *noun)
{
	bool asked = c->given[CLI_HELP];
	cli_help_noun(asked ? c->place->out : c->place->err, noun);
	c->command = NULL;
	return asked ? CLI_OK : CLI_USAGE;
}

static int take_words(struct cli *c, const char **words, int n)
{
	int taken = 0;
	c->command = n ? cli_find(words, n, &taken) : cli_command_of("status");
	if (!c->command)
		c->command = find_alias(words, n, &taken);
	if (!c->command && n == 1 && cli_is_noun(words[0]))
		return take_noun(c, words[0]);
	if (!c->command)
		return cli_suggest(c, words, n);
	c->next_step = n == 0;
	for (int i = taken; i < n; i++)
		c->args[c->n_args++] = words[i];
	return CLI_OK;
}

int cli_parse(struct cli *c, int argc, char *const *argv)
{
	const char *words[CLI_ARGS_MAX + 1];
	int n = 0;
	int exit = take_all(c, argc, argv, words, &n);
	if (exit)
		return exit;
	if (c->given[CLI_HELP] && n == 0) {
		cli_help_all(c->place->out);
		return CLI_OK;
	}
	exit = take_words(c, words, n);
	if (exit || !c->command || c->given[CLI_HELP])
		return exit;
	exit = check_options(c);
	return exit ? exit : check_args(c);
}
