/* The commands, their options, and what newcomers type instead. */
#include "cli/cli_int.h"

const struct cli_option cli_options[] = {
	{ CLI_JSON, "--json", "", "", "print one JSON object; a line each with --watch" },
	{ CLI_QUIET, "--quiet", "-q", "", "print names and numbers alone" },
	{ CLI_SOCKET, "--socket", "", "FILE",
	  "the daemon's control socket, else $HOMESTEAD_SOCKET, the user's, the system's" },
	{ CLI_HELP, "--help", "-h", "", "what a command does and takes" },
	{ CLI_WATCH, "--watch", "-w", "", "go on, and show what changes" },
	{ CLI_PART, "--part", "", "PART", "of this part only, such as masc" },
	{ CLI_LEVEL, "--level", "", "LEVEL",
	  "of this level and more serious ones: error, warning, notice, info, debug" },
	{ CLI_FOR, "--for", "", "T", "for a time such as 90s, 5m, 2h30m, 1d" },
	{ CLI_DRY_RUN, "--dry-run", "-n", "", "only say what would be done" },
	{ 0 },
};

const struct cli_command cli_commands[] = {
	{ "status", "", "what runs here, since when, and what needs attention",
	  "Shows the daemon, its parts with their sessions, its store and its clock, and "
	  "whatever needs your attention, with what to do about it. Without any command, "
	  "homestead shows the same and suggests a next step.",
	  CLI_WATCH, 0, 0, cli_run_status },
	{ "events", "", "what happened of late; with --watch, what happens",
	  "Prints the newest events the daemon remembers and ends. With --watch it prints events "
	  "as they happen, and goes on when the daemon is started again. Without --level, it "
	  "leaves out those of level debug.",
	  CLI_WATCH | CLI_PART | CLI_LEVEL, 0, 0, cli_run_events },
	{ "masc peers", "", "the MASC peers and their sessions",
	  "One line for each peer: what it is to us (IS OUR), its address, the state of the "
	  "session and for how long, the agreed hold time in seconds, and messages received and "
	  "sent. Where there is no session, the line below says why and when the daemon dials "
	  "again.",
	  CLI_WATCH, 0, 0, cli_run_masc_peers },
	{ "masc peer", "NAME [up|down|reset]", "one MASC peer in full, or a command to it",
	  "Without a verb, shows all that is known about a peer and its session. up starts a "
	  "session or dials at once; down ends it and keeps it down, with --for for a time; reset "
	  "ends it and starts anew. What up and down say outlasts a restart of the daemon.",
	  CLI_FOR | CLI_DRY_RUN, 1, 2, cli_run_masc_peer },
	{ "masc show", "", "the state of the part masc",
	  "Shows whether MASC runs, where it listens, and how many sessions are in which state.", 0,
	  0, 0, cli_run_masc_show },
	{ "log", "[LEVEL [PART]]", "show or set what the daemon logs",
	  "Without a level, shows the level of every part. With one, sets it for one part or for "
	  "all, until the daemon is started again or reads its configuration anew.",
	  CLI_DRY_RUN, 0, 2, cli_run_log },
	{ "doctor ports", "", "who listens on Homestead's ports",
	  "Looks at tcp 2587 (MASC), udp 2535 (MADCAP), udp 3540 (PNRP) and tcp 3587 (grouping): "
	  "program, process and user that hold them, whether that is Homestead, and what to do. "
	  "Needs no daemon.",
	  0, 0, 0, cli_run_doctor_ports },
	{ "doctor", "", "everything that may be wrong, and what to do",
	  "Shows who holds Homestead's ports, as doctor ports does, and what the daemon says "
	  "needs attention.",
	  0, 0, 0, cli_run_doctor },
	{ "daemon status", "", "the same as status", "The same as status.", CLI_WATCH, 0, 0,
	  cli_run_status },
	{ "daemon reload", "", "read the configuration anew",
	  "Makes the daemon read its configuration anew. When something in it is not accepted, "
	  "says in which line and why, and nothing is changed. With --dry-run it is only checked.",
	  CLI_DRY_RUN, 0, 0, cli_run_daemon_reload },
	{ "version", "", "the version of this program and of the daemon",
	  "Prints the version of this program, and of the daemon when one answers.", 0, 0, 0,
	  cli_run_version },
	{ "completion", "bash|zsh|fish", "a script that completes commands in a shell",
	  "Prints a completion script. For bash: homestead completion bash > "
	  "~/.local/share/bash-completion/completions/homestead",
	  0, 1, 1, cli_run_completion },
	{ "help", "[COMMAND]", "what there is to type, or what one command takes",
	  "Without a command, lists all of them.", 0, 0, CLI_WORDS_MAX, cli_run_help },
	{ 0 },
};

const struct cli_alias cli_aliases[] = {
	{ "info", "status", true },
	{ "show", "status", true },
	{ "masc list", "masc peers", true },
	{ "masc ls", "masc peers", true },
	{ "masc info", "masc show", true },
	{ "masc status", "masc show", true },
	{ "daemon info", "daemon status", true },
	{ "daemon show", "daemon status", true },
	{ "ports", "doctor ports", false },
	{ "port", "doctor ports", false },
	{ "check", "doctor", false },
	{ "diagnose", "doctor", false },
	{ "peers", "masc peers", false },
	{ "peer", "masc peer NAME", false },
	{ "neighbors", "masc peers", false },
	{ "neighbours", "masc peers", false },
	{ "sessions", "masc peers", false },
	{ "list", "masc peers", false },
	{ "ls", "masc peers", false },
	{ "up", "masc peer NAME up", false },
	{ "down", "masc peer NAME down", false },
	{ "reset", "masc peer NAME reset", false },
	{ "clear", "masc peer NAME reset", false },
	{ "masc up", "masc peer NAME up", false },
	{ "masc down", "masc peer NAME down", false },
	{ "masc reset", "masc peer NAME reset", false },
	{ "masc sessions", "masc peers", false },
	{ "masc neighbors", "masc peers", false },
	{ "masc neighbours", "masc peers", false },
	{ "reload", "daemon reload", false },
	{ "daemon logs", "events", false },
	{ "daemon log", "log", false },
	{ "configure", "daemon reload", false },
	{ "logs", "events", false },
	{ "watch", "events --watch", false },
	{ "tail", "events --watch", false },
	{ "monitor", "events --watch", false },
	{ "history", "events", false },
	{ "debug", "log debug", false },
	{ "man", "help", false },
	{ 0 },
};
