/* homestead-sim: runs scenarios and replays recordings. Files, arguments and
 * output are here; what happens is in the pure library beside it. */
#include "sim/program.h"
#include "sim/sigcomm98.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
	"Usage: homestead-sim FILE... [--seed N | --seeds A..B] [OPTION]...\n"
	"       homestead-sim replay FILE\n"
	"       homestead-sim sigcomm98 [--seed N | --seeds A..B] [--days N] [OPTION]...\n"
	"       homestead-sim cloud [--nodes N] [OPTION]...   (homestead-sim cloud --help)\n"
	"       homestead-sim graph [--seeds A..B] [OPTION]...   (homestead-sim graph --help)\n"
	"       homestead-sim groups [--seeds A..B] [OPTION]...   (homestead-sim groups --help)\n"
	"\n"
	"Runs scenarios in virtual time; or feeds a recording to a node and compares\n"
	"what comes out, octet for octet; or lets 2,550 domains claim addresses by the\n"
	"daemon's algorithm alone, as simulated in 1998, and holds what it comes to\n"
	"against the reported figures (doc/evaluation.md); or runs a cloud of thousands,\n"
	"or stories of a graph or of a group.\n"
	"\n"
	"  --seed N           the one seed to run (default: the scenario's, else 1)\n"
	"  --seeds A..B       every seed from A to B\n"
	"  --trace FILE       write the trace there, one line an event; - is standard output\n"
	"  --days N           how long sigcomm98 goes on (default: 800, as reported; with less\n"
	"                     only lost requests are judged)\n"
	"  --record NODE=FILE write a recording of that node's run\n"
	"  --tap              print TAP, one test a file; the first seed that fails ends it\n"
	"  --json             print one JSON object a run\n"
	"  --quiet            print failures alone\n"
	"  --help, --version\n"
	"\n"
	"A run prints `FILE seed=N events=E time=T hash=H ok`. Of the first seed of a file\n"
	"that fails, the last 50 lines of the trace follow on standard error.\n"
	"Exit: 0 all well, 1 a run, replay or figure failed, 2 wrong use or an unreadable file.\n";

enum {
	OPT_SEED = 256,
	OPT_SEEDS,
	OPT_DAYS,
	OPT_TRACE,
	OPT_RECORD,
	OPT_TAP,
	OPT_JSON,
	OPT_QUIET,
	OPT_HELP,
	OPT_VERSION
};

static const struct option longs[] = {
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "seeds", required_argument, NULL, OPT_SEEDS },
	{ "days", required_argument, NULL, OPT_DAYS },
	{ "trace", required_argument, NULL, OPT_TRACE },
	{ "record", required_argument, NULL, OPT_RECORD },
	{ "tap", no_argument, NULL, OPT_TAP },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "quiet", no_argument, NULL, OPT_QUIET },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 },
};

static int wrong(const char *what, const char *value)
{
	fprintf(stderr, "homestead-sim: %s '%s'; see homestead-sim --help\n", what, value);
	return EXIT_USAGE;
}

static bool number(const char *s, const char *end, uint64_t *out)
{
	return number_u64(span_of(s, (size_t)(end - s)), UINT64_MAX, out) == OK;
}

static bool take_seeds(struct job *job, const char *s)
{
	const char *dots = strstr(s, "..");
	return dots && number(s, dots, &job->first) &&
	       number(dots + 2, s + strlen(s), &job->last) && job->first <= job->last;
}

static bool take_days(struct job *job, const char *s)
{
	uint64_t days;
	if (number_u64(span_str(s), SIGCOMM98_DAYS_MOST, &days) || days == 0)
		return false;
	job->days = (uint32_t)days;
	return true;
}

bool take_record(struct job *job, char *s)
{
	char *equal = strchr(s, '=');
	if (!equal || equal == s || !equal[1])
		return false;
	*equal = '\0';
	job->record_node = s;
	job->record_path = equal + 1;
	return true;
}

/* -1: go on; else the exit code. */
static int take_option(struct job *job, int c, char *arg)
{
	switch (c) {
	case OPT_SEED:
		job->seeded = number(arg, arg + strlen(arg), &job->first);
		job->last = job->first;
		return job->seeded ? -1 : wrong("--seed takes a number, not", arg);
	case OPT_SEEDS:
		job->seeded = take_seeds(job, arg);
		return job->seeded ? -1 : wrong("--seeds takes A..B, not", arg);
	case OPT_DAYS:
		return take_days(job, arg) ? -1 : wrong("--days takes 1 to 36500, not", arg);
	case OPT_TRACE:
		job->trace_path = arg;
		return -1;
	case OPT_RECORD:
		return take_record(job, arg) ? -1 : wrong("--record takes NODE=FILE, not", arg);
	case OPT_TAP:
		job->style = STYLE_TAP;
		return -1;
	case OPT_JSON:
		job->style = STYLE_JSON;
		return -1;
	case OPT_QUIET:
		job->quiet = true;
		return -1;
	case OPT_HELP:
		fputs(usage, stdout);
		return EXIT_SUCCESS;
	case OPT_VERSION:
		puts("homestead-sim " HOMESTEAD_VERSION);
		return EXIT_SUCCESS;
	}
	fputs("see homestead-sim --help\n", stderr);
	return EXIT_USAGE;
}

static int run_files(struct job *job, char **files, int n)
{
	int worst = EXIT_SUCCESS;
	for (int i = 0; i < n; i++) {
		job->files++;
		int code = run_scenario(job, files[i]);
		if (code > worst)
			worst = code;
	}
	if (job->style == STYLE_TAP)
		printf("1..%lu\n", job->files);
	return fflush(stdout) || ferror(stdout) ? EXIT_USAGE : worst;
}

/* The first word is a command, or else all are files. */
static int run_command(struct job *job, char **words, int n)
{
	bool replay = strcmp(words[0], "replay") == 0, paper = strcmp(words[0], "sigcomm98") == 0;
	if (job->days && !paper)
		return wrong("--days is for sigcomm98, not for", words[0]);
	if (replay && n != 2)
		return wrong("replay takes one file after", words[0]);
	if (paper && (n != 1 || job->record_path))
		return wrong("sigcomm98 takes no file and makes no recording:",
			     n != 1 ? words[1] : job->record_path);
	if (replay)
		return run_replay(words[1]);
	return paper ? run_sigcomm98(job) : run_files(job, words, n);
}

int program(int argc, char **argv)
{
	struct job job = { .style = STYLE_TEXT };
	if (argc > 1 && strcmp(argv[1], "cloud") == 0)
		return run_cloud(argc - 1, argv + 1);
	if (argc > 1 && (strcmp(argv[1], "graph") == 0 || strcmp(argv[1], "groups") == 0))
		return run_graph(argc - 1, argv + 1);
	for (;;) {
		int c = getopt_long(argc, argv, "", longs, NULL);
		if (c < 0)
			break;
		int code = take_option(&job, c, optarg);
		if (code >= 0)
			return code;
	}
	if (optind == argc) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	return run_command(&job, argv + optind, argc - optind);
}
