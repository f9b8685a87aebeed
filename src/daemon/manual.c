#include "daemon/manual.h"

#include "daemon/conf.h"
#include "daemon/options.h"
#include "daemon/roff.h"
#include "masc/config.h"

static void long_option(FILE *f, const struct options_row *r)
{
	char term[64];
	struct text t = TEXT_OF(term);
	text_str(&t, "--");
	text_str(&t, r->name);
	roff_item(f, term, r->arg, r->help);
}

static void options(FILE *f)
{
	roff_heading(f, "OPTIONS");
	for (const struct options_row *r = options_table; r->name; r++)
		long_option(f, r);
}

static void signals(FILE *f)
{
	roff_heading(f, "SIGNALS");
	roff_item(
		f, "SIGTERM, SIGINT", NULL,
		"Stop in good order: every peer is told, the store is written. A second one stops "
		"at once; what was told to anybody is on disk all the same.");
	roff_item(
		f, "SIGHUP", NULL,
		"Read the configuration anew, as `homestead daemon reload` does. It is checked by "
		"a process of its own first; when it is not good, nothing is changed and the log "
		"says why, by file and line. Sessions with unchanged peers stay.");
}

static void files(FILE *f)
{
	roff_heading(f, "FILES");
	roff_item(f, "~/.config/homestead/homestead.conf", NULL,
		  "The user's configuration; see `homestead.conf`(5).");
	roff_item(f, "/etc/homestead/homestead.conf", NULL, "The system's.");
	roff_item(f, "~/.local/state/homestead", NULL,
		  "The state folder of a user's daemon: the store, and a lock that keeps a second "
		  "daemon out. A store found damaged is set aside there, and the log says where.");
	roff_item(f, "control.sock", NULL,
		  "Takes commands, in `$RUNTIME_DIRECTORY`, `$XDG_RUNTIME_DIR/homestead`, "
		  "/run/homestead for root, else a folder of the user's own below the temporary "
		  "directory. The file's permissions say who may; a daemon of root gives it to the "
		  "group homestead where there is one.");
	roff_item(
		f, "stream.sock", NULL,
		"Beside it: streams of octets. Where --socket names NAME.sock instead, this is "
		"NAME-stream.sock, so that several daemons may have their sockets in one folder.");
}

static void environment(FILE *f)
{
	roff_heading(f, "ENVIRONMENT");
	roff_item(f, "HOMESTEAD_SOCKET", NULL, "The control socket, as --socket.");
	roff_item(f, "STATE_DIRECTORY, RUNTIME_DIRECTORY", NULL,
		  "Set by systemd for a system service: the state folder and that of the sockets.");
	roff_item(f, "XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_RUNTIME_DIR, HOME", NULL,
		  "Where a user's files lie.");
	roff_item(f, "CREDENTIALS_DIRECTORY", NULL,
		  "Set by systemd: homestead.key in it is the key that seals those of identities "
		  "and groups. See KEYS.");
	roff_item(f, "NOTIFY_SOCKET", NULL,
		  "Where a service manager wants to hear of start, reload, state and stop: "
		  "`sd_notify`(3), for services of `Type=notify` and `Type=notify-reload`.");
	roff_item(f, "JOURNAL_STREAM", NULL,
		  "Set by systemd: when standard error is the journal, lines carry their level for "
		  "it and leave the time out.");
}

static void keys(FILE *f)
{
	roff_heading(f, "KEYS");
	roff_text(f,
		  "The keys of identities and groups lie in the database sealed under one key of "
		  "32 octets, which comes from the first of these that there is. One that cannot "
		  "be used is not passed over: the daemon then runs without keys, identities and "
		  "groups are locked, and `homestead status` says why and what to do.");
	roff_item(
		f, "a systemd credential", NULL,
		"homestead.key: 32 octets or 64 hexadecimal digits. `LoadCredentialEncrypted=` in "
		"the service keeps it sealed to the machine. What stands in node.key can be made "
		"one as it is: `systemd-creds encrypt --name=homestead.key node.key "
		"homestead.key.cred`; then remove node.key.");
	roff_item(f, "a passphrase", NULL,
		  "From --passphrase-fd, or from passphrase_file of the group `keys`. The key then "
		  "lies in node.sealed of the state folder, sealed under it (scrypt with a salt "
		  "that stands in that file, XChaCha20-Poly1305). A key that lay open in node.key "
		  "is sealed at the first start with a passphrase, and node.key is removed. Keep a "
		  "copy of node.sealed with that of the database: neither is of use alone.");
	roff_item(f, "a file", NULL,
		  "node.key of the state folder, of mode 0600 and made when there is none. It "
		  "protects against nobody who can read the state folder or a backup of it: they "
		  "have all keys in it. The status says so as long as there are identities.");
}

static void exit_status(FILE *f)
{
	roff_heading(f, "EXIT STATUS");
	roff_item(f, "0", NULL, "Stopped in good order; or what was asked for is done.");
	roff_item(f, "1", NULL,
		  "Something failed, and the last line says what and what to do; with --check, the "
		  "configuration is not good.");
	roff_item(f, "2", NULL, "The command line is not understood.");
}

void manual_homesteadd(FILE *f)
{
	roff_title(f, "homesteadd", "8");
	roff_heading(f, "NAME");
	fputs("homesteadd \\- the Homestead daemon\n", f);
	roff_heading(f, "SYNOPSIS");
	fputs("\\fBhomesteadd\\fR [\\fIOPTION\\fR]...\n", f);
	roff_heading(f, "DESCRIPTION");
	roff_text(f, "Runs one Homestead node: holds the sessions with its peers, keeps its store, "
		     "and takes the commands of `homestead`(1). It needs no root and no "
		     "configuration to start; without one it holds no sessions. It stays in the "
		     "foreground and logs to standard error.");
	roff_text(f, "A port of its own that somebody else holds does not stop it: the part that "
		     "needs the port stops and the log names the program, process and user that "
		     "hold it, as `homestead doctor ports` does.");
	options(f);
	signals(f);
	files(f);
	environment(f);
	keys(f);
	exit_status(f);
	roff_heading(f, "SEE ALSO");
	fputs("\\fBhomestead\\fR(1), \\fBhomestead.conf\\fR(5)\n", f);
}

/* "number, 0 to 64", "choice: error, warning or info". */
static void accepted(const struct setting *s, struct text *t)
{
	text_str(t, s->kind->name);
	if (s->kind == &setting_choice) {
		text_str(t, ": ");
		for (size_t i = 0; s->choices[i]; i++) {
			if (i)
				text_str(t, s->choices[i + 1] ? ", " : " or ");
			text_str(t, s->choices[i]);
		}
	} else if (s->kind == &setting_u32) {
		text_str(t, ", ");
		text_i64(t, s->min);
		text_str(t, " to ");
		text_i64(t, s->max);
	} else if (s->kind == &setting_duration) {
		text_str(t, ", ");
		text_duration(t, s->min);
		text_str(t, " to ");
		text_duration(t, s->max);
	}
}

static void value_of(const struct setting *s, FILE *f)
{
	char buffer[512];
	struct text t = TEXT_OF(buffer);
	if (!s->kind)
		return;
	text_str(&t, "Takes: ");
	accepted(s, &t);
	text_char(&t, '.');
	if (s->fallback && s->fallback[0]) {
		text_str(&t, " Default: ");
		text_str(&t, s->fallback);
		text_char(&t, '.');
	}
	roff_more(f, buffer);
}

static void table(FILE *f, const struct setting *s)
{
	for (; s->name; s++) {
		roff_item(f, s->name, NULL, s->help);
		value_of(s, f);
	}
}

static void group(FILE *f, const char *title, const char *text, const struct setting *first,
		  const struct setting *second)
{
	roff_subheading(f, title);
	roff_text(f, text);
	table(f, first);
	if (second)
		table(f, second);
}

static void syntax(FILE *f)
{
	roff_heading(f, "SYNTAX");
	roff_text(f,
		  "Settings are NAME = VALUE; and stand in groups, GROUP = { ... };. Texts are in "
		  "double quotes. # and // begin a comment that ends with the line, /* one that "
		  "ends with */. Unknown names are errors, and so is a name that stands twice.");
	roff_text(f, "Times are texts with a unit: \"250ms\", \"90s\", \"2h30m\", \"30d\", \"1w\"; "
		     "\"0\" needs none. Whole numbers are plain decimal up to 2147483647; larger "
		     "ones, such as long numbers of autonomous systems, stand in quotes.");
	roff_text(f,
		  "@include \"FILE\" on a line of its own takes in another file, relative to the "
		  "folder of the main one; a leading / is refused.");
	roff_text(f, "`homesteadd --check --config FILE` says what is wrong, one line an error: "
		     "file, line, reason, and what is accepted. `homesteadd --print-config` shows "
		     "what would be in force.");
}

static void example(FILE *f)
{
	roff_heading(f, "EXAMPLE");
	roff_text(f, "A node of domain 64512 whose parent is domain 64513:");
	roff_example(f, "log = { level = \"info\"; parts = { masc = \"debug\"; }; };\n"
			"masc = {\n"
			"\tdomain = 64512;\n"
			"\tnode = \"192.0.2.7\";\n"
			"\tpeers = (\n"
			"\t\t{\n"
			"\t\t\tname = \"north\";\n"
			"\t\t\taddress = \"192.0.2.1\";\n"
			"\t\t\trole = \"child\";\n"
			"\t\t\tdomain = 64513;\n"
			"\t\t\tmd5_key_file = \"north.key\";\n"
			"\t\t}\n"
			"\t);\n"
			"};\n");
}

void manual_homestead_conf(FILE *f)
{
	roff_title(f, "homestead.conf", "5");
	roff_heading(f, "NAME");
	fputs("homestead.conf \\- configuration of the Homestead daemon\n", f);
	roff_heading(f, "DESCRIPTION");
	roff_text(f, "`homesteadd`(8) reads it at start, and anew on SIGHUP or `homestead daemon "
		     "reload`. Where it lies is said there, under --config. The file that comes "
		     "with the program has every setting with its default.");
	syntax(f);
	roff_heading(f, "SETTINGS");
	group(f, "daemon", conf_groups[0].help, conf_daemon, NULL);
	group(f, "log", conf_groups[1].help, log_settings, conf_log_extra);
	group(f, "log.parts",
	      "Levels of single parts; one that is not named follows `level` of log.",
	      log_part_settings, NULL);
	group(f, "masc", conf_groups[2].help, masc_settings, conf_masc_extra);
	group(f, "masc.peers", "Each peer is a group in the list.", conf_peer_extra,
	      masc_peer_settings);
	group(f, "masc.scopes",
	      "Each scope is a group in the list: a range of addresses under a name, with a boundary "
	      "that sessions may cross (`crosses`).",
	      conf_scope_extra, masc_scope_settings);
	group(f, "pnrp", conf_groups[3].help, pnrp_settings, conf_pnrp_extra);
	group(f, "pnrp.link, pnrp.site, pnrp.global",
	      "The clouds of one scope, of both address families.", pnrp_cloud_settings, NULL);
	group(f, "graph", conf_groups[4].help, graph_settings, NULL);
	group(f, "group", conf_groups[5].help, group_settings, NULL);
	group(f, "keys", conf_groups[6].help, conf_keys, NULL);
	example(f);
	roff_heading(f, "SEE ALSO");
	fputs("\\fBhomesteadd\\fR(8), \\fBhomestead\\fR(1)\n", f);
}
