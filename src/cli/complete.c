/* Completion scripts, made from the table of commands. Names of peers are asked
 * of the daemon as they are needed. */
#include "cli/cli_int.h"

#include <string.h>

/* The words that may follow the first `n` words of `path`, each once. */
static void following(FILE *f, const char *path)
{
	size_t n = strlen(path);
	char last[64] = "";
	for (const struct cli_command *k = cli_commands; k->words; k++) {
		const char *rest = k->words;
		if (n) {
			if (strncmp(rest, path, n) != 0 || rest[n] != ' ')
				continue;
			rest += n + 1;
		}
		char word[64];
		struct text t = TEXT_OF(word);
		text_span(&t, span_of(rest, strcspn(rest, " ")));
		if (strcmp(word, last) == 0)
			continue;
		fprintf(f, "%s%s", last[0] ? " " : "", word);
		memcpy(last, word, sizeof(last));
	}
}

static void options(FILE *f)
{
	const char *last = "";
	for (const struct cli_option *o = cli_options; o->id; last = o->name, o++)
		if (strcmp(o->name, last) != 0)
			fprintf(f, "%s%s", o == cli_options ? "" : " ", o->name);
}

/* What begins with a noun, as a case of a shell. */
static void nouns(FILE *f, const char *before, const char *after)
{
	static const char *const all[] = {
		"masc",	  "doctor", "daemon", "name",  "cloud",	 "graph",
		"record", "peer",   "id",     "group", "member",
	};
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		fprintf(f, "\t%s) %s", all[i], before);
		following(f, all[i]);
		fputs(after, f);
	}
}

/* Commands whose first argument is a graph, and those whose second is a record or a peer;
 * the third word is then the graph. */
#define OF_GRAPHS                                                                                  \
	"'graph show'|'graph map'|'graph connect'|'graph listen'|'graph set'|"                     \
	"'graph revalidate'|'graph close'|'graph delete'|'record '?*|'peer '?*"
#define OF_RECORDS "'record get '*|'record update '*|'record delete '*"
#define OF_PEERS   "'peer ping '*|'peer disconnect '*"

/* And those that begin with a group or an identity. */
#define OF_GROUPS                                                                                  \
	"leave|members|put|'group show'|'group set'|'group connect'|'group disconnect'|"           \
	"'group rotate'|'group leave'|'group export'|'member list'|'member show'|"                 \
	"'member role'|'member renew'|'member remove'|'member return'|'invite create'|"            \
	"'invite list'|'invite revoke'"
#define OF_MEMBERS    "'member show '*|'member role '*|'member renew '*|'member remove '*"
#define OF_REMOVED    "'member return '*"
#define OF_INVITES    "'invite revoke '*"
#define OF_IDENTITIES "'id show'|'id card'|'id rename'|'id default'|'id export'|'id delete'"

#define LEVELS "error warning notice info debug"

static void bash(FILE *f)
{
	fputs("# Completion of homestead for bash.\n"
	      "_homestead() {\n"
	      "\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words=\n"
	      "\tcase $before in\n"
	      "\t--socket) COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n"
	      "\t--level) words='" LEVELS "' ;;\n"
	      "\t--part) words=$(homestead log -q 2>/dev/null) ;;\n"
	      "\t--cloud) words=$(homestead cloud list -q 2>/dev/null) ;;\n"
	      "\t--protocol) words='tcp udp' ;;\n"
	      "\t--as) words=$(homestead id list -q 2>/dev/null) ;;\n"
	      "\t--role) words='admin inviter member' ;;\n"
	      "\t--passphrase-file|--output|-o) COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n"
	      "\t--payload) COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n"
	      "\tesac\n"
	      "\t[ -n \"$words\" ] || case \"${COMP_WORDS[*]:1:COMP_CWORD-1}\" in\n"
	      "\t'') words='",
	      f);
	following(f, "");
	fputs("' ;;\n", f);
	nouns(f, "words='", "' ;;\n");
	fputs("\tinvite) words=\"", f);
	following(f, "invite"); /* or a group, without a word between */
	fputs(" $(homestead group list -q 2>/dev/null)\" ;;\n", f);
	fputs("\t" OF_REMOVED ") words=$(homestead members \"${COMP_WORDS[3]}\" --removed -q "
	      "2>/dev/null) ;;\n"
	      "\t" OF_INVITES
	      ") words=$(homestead invite list \"${COMP_WORDS[3]}\" -q 2>/dev/null) ;;\n",
	      f);
	fputs("\t" OF_MEMBERS
	      ") words=$(homestead members \"${COMP_WORDS[3]}\" -q 2>/dev/null) ;;\n"
	      "\t" OF_GROUPS ") words=$(homestead group list -q 2>/dev/null) ;;\n"
	      "\t" OF_IDENTITIES ") words=$(homestead id list -q 2>/dev/null) ;;\n"
	      "\tjoin|'id import'|'group import'|'invite show'|'put '*|'invite '*) "
	      "COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n",
	      f);
	fputs("\t" OF_RECORDS ") words=$(homestead record list \"${COMP_WORDS[3]}\" --limit 50 -q "
	      "2>/dev/null) ;;\n"
	      "\t" OF_PEERS
	      ") words=$(homestead peer list \"${COMP_WORDS[3]}\" -q 2>/dev/null) ;;\n"
	      "\t" OF_GRAPHS ") words=$(homestead graph list -q 2>/dev/null) ;;\n"
	      "\t'name unpublish') words=$(homestead name list -q 2>/dev/null) ;;\n"
	      "\t'cloud show'|'cloud stats'|'cloud repair'|'cloud flush') "
	      "words=$(homestead cloud list -q 2>/dev/null) ;;\n"
	      "\t'masc peer') words=$(homestead masc peers -q 2>/dev/null) ;;\n"
	      "\t'masc peer '*) words='up down reset' ;;\n"
	      "\t'masc withdraw') words=$(homestead masc prefixes -q 2>/dev/null) ;;\n"
	      "\t'masc resolve') words=$(homestead masc clashes -q 2>/dev/null) ;;\n"
	      "\t'masc resolve '*) words='keep yield' ;;\n"
	      "\t'masc demand') words=end ;;\n"
	      "\t'masc demand end') words=$(homestead masc demand -q 2>/dev/null) ;;\n"
	      "\tlog) words='" LEVELS "' ;;\n"
	      "\t'log '*) words=$(homestead log -q 2>/dev/null) ;;\n"
	      "\tcompletion) words='bash zsh fish' ;;\n"
	      "\tesac\n"
	      "\tcase $word in -*) words='",
	      f);
	options(f);
	/* Names are others' to choose, and compgen -W would run what stands in them. */
	fputs("' ;; esac\n"
	      "\tlocal all one\n"
	      "\tread -r -d '' -a all <<< \"$words\"\n"
	      "\tCOMPREPLY=()\n"
	      "\tfor one in \"${all[@]}\"; do\n"
	      "\t\t[[ $one != \"$word\"* ]] || COMPREPLY+=(\"$(printf %q \"$one\")\")\n"
	      "\tdone\n"
	      "}\n"
	      "complete -F _homestead homestead\n",
	      f);
}

static void zsh(FILE *f)
{
	fputs("#compdef homestead\n"
	      "# Completion of homestead for zsh.\n"
	      "_homestead() {\n"
	      "\tlocal -a words_\n"
	      "\tcase \"${words[2,CURRENT-1]}\" in\n"
	      "\t'') words_=(",
	      f);
	following(f, "");
	fputs(") ;;\n", f);
	nouns(f, "words_=(", ") ;;\n");
	fputs("\tinvite) words_=(", f);
	following(f, "invite");
	fputs(" ${(f)\"$(homestead group list -q 2>/dev/null)\"}) ;;\n", f);
	fputs("\t" OF_REMOVED ") words_=(${(f)\"$(homestead members $words[4] --removed -q "
	      "2>/dev/null)\"}) ;;\n"
	      "\t" OF_INVITES ") words_=(${(f)\"$(homestead invite list $words[4] -q "
	      "2>/dev/null)\"}) ;;\n",
	      f);
	fputs("\t" OF_MEMBERS ") words_=(${(f)\"$(homestead members $words[4] -q "
	      "2>/dev/null)\"}) ;;\n"
	      "\t" OF_GROUPS ") words_=(${(f)\"$(homestead group list -q 2>/dev/null)\"}) ;;\n"
	      "\t" OF_IDENTITIES ") words_=(${(f)\"$(homestead id list -q 2>/dev/null)\"}) ;;\n"
	      "\tjoin|'id import'|'group import'|'invite show'|'put '*|'invite '*) _files; return "
	      ";;\n",
	      f);
	fputs("\t" OF_RECORDS ") words_=(${(f)\"$(homestead record list $words[4] --limit 50 -q "
	      "2>/dev/null)\"}) ;;\n"
	      "\t" OF_PEERS ") words_=(${(f)\"$(homestead peer list $words[4] -q 2>/dev/null)\"}) "
	      ";;\n"
	      "\t" OF_GRAPHS ") words_=(${(f)\"$(homestead graph list -q 2>/dev/null)\"}) ;;\n"
	      "\t'name unpublish') words_=(${(f)\"$(homestead name list -q 2>/dev/null)\"}) ;;\n"
	      "\t'cloud show'|'cloud stats'|'cloud repair'|'cloud flush') "
	      "words_=(${(f)\"$(homestead cloud list -q 2>/dev/null)\"}) ;;\n"
	      "\t'masc peer') words_=(${(f)\"$(homestead masc peers -q 2>/dev/null)\"}) ;;\n"
	      "\t'masc peer '*) words_=(up down reset) ;;\n"
	      "\t'masc withdraw') words_=(${(f)\"$(homestead masc prefixes -q 2>/dev/null)\"}) ;;\n"
	      "\t'masc resolve') words_=(${(f)\"$(homestead masc clashes -q 2>/dev/null)\"}) ;;\n"
	      "\t'masc resolve '*) words_=(keep yield) ;;\n"
	      "\t'masc demand') words_=(end) ;;\n"
	      "\t'masc demand end') words_=(${(f)\"$(homestead masc demand -q 2>/dev/null)\"}) ;;\n"
	      "\tlog) words_=(" LEVELS ") ;;\n"
	      "\t'log '*) words_=(${(f)\"$(homestead log -q 2>/dev/null)\"}) ;;\n"
	      "\tcompletion) words_=(bash zsh fish) ;;\n"
	      "\tesac\n"
	      "\t[[ $PREFIX == -* ]] && words_=(",
	      f);
	options(f);
	fputs(")\n"
	      "\tcompadd -a words_\n"
	      "}\n"
	      "compdef _homestead homestead\n",
	      f);
}

static void fish(FILE *f)
{
	fputs("# Completion of homestead for fish.\ncomplete -c homestead -f\n", f);
	for (const struct cli_option *o = cli_options; o->id; o++) {
		fprintf(f, "complete -c homestead -l %s", o->name + 2);
		if (o->brief[0])
			fprintf(f, " -s %s", o->brief + 1);
		fprintf(f, "%s -d '%s'\n", o->value[0] ? " -r" : "", o->help);
	}
	for (const struct cli_command *k = cli_commands; k->words; k++) {
		const char *space = strchr(k->words, ' ');
		if (space)
			fprintf(f,
				"complete -c homestead -n '__fish_seen_subcommand_from %.*s' "
				"-a %s -d '%s'\n",
				(int)(space - k->words), k->words, space + 1, k->summary);
		else
			fprintf(f,
				"complete -c homestead -n __fish_use_subcommand -a %s -d \"%s\"\n",
				k->words, k->summary);
	}
	fputs("complete -c homestead -n __fish_use_subcommand -a 'masc name cloud graph record peer "
	      "id group member daemon'\n"
	      "complete -c homestead -n '__fish_seen_subcommand_from leave members put invite group "
	      "member; and not __fish_seen_subcommand_from create import' "
	      "-a '(homestead group list -q 2>/dev/null)'\n"
	      "complete -c homestead -n '__fish_seen_subcommand_from id; and "
	      "__fish_seen_subcommand_from show card rename default export delete' "
	      "-a '(homestead id list -q 2>/dev/null)'\n"
	      "complete -c homestead -n '__fish_seen_subcommand_from join import put invite' -F\n"
	      "complete -c homestead -n '__fish_seen_subcommand_from masc; and "
	      "__fish_seen_subcommand_from peer' "
	      "-a '(homestead masc peers -q 2>/dev/null) up down reset'\n"
	      "complete -c homestead -n '__fish_seen_subcommand_from graph record peer; and not "
	      "__fish_seen_subcommand_from create open' "
	      "-a '(homestead graph list -q 2>/dev/null)'\n"
	      "complete -c homestead -n '__fish_seen_subcommand_from withdraw' "
	      "-a '(homestead masc prefixes -q 2>/dev/null)'\n"
	      "complete -c homestead -n '__fish_seen_subcommand_from resolve' "
	      "-a '(homestead masc clashes -q 2>/dev/null) keep yield'\n"
	      "complete -c homestead -n '__fish_seen_subcommand_from demand' "
	      "-a 'end (homestead masc demand -q 2>/dev/null)'\n"
	      "complete -c homestead -n '__fish_seen_subcommand_from unpublish' "
	      "-a '(homestead name list -q 2>/dev/null)'\n"
	      "complete -c homestead -n '__fish_seen_subcommand_from cloud; and "
	      "__fish_seen_subcommand_from show stats repair flush' "
	      "-a '(homestead cloud list -q 2>/dev/null)'\n"
	      "complete -c homestead -n '__fish_seen_subcommand_from log' -a '" LEVELS "'\n"
	      "complete -c homestead -n '__fish_seen_subcommand_from completion' "
	      "-a 'bash zsh fish'\n",
	      f);
}

int cli_run_completion(struct cli *c)
{
	const char *shell = c->args[0];
	if (strcmp(shell, "bash") == 0)
		bash(c->place->out);
	else if (strcmp(shell, "zsh") == 0)
		zsh(c->place->out);
	else if (strcmp(shell, "fish") == 0)
		fish(c->place->out);
	else
		return cli_usage(c, "completion is there for bash, zsh and fish",
				 "homestead completion bash");
	return CLI_OK;
}
