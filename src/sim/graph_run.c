/* homestead-sim graph, groups: stories of a graph or of a group, written from seeds and run.
 * Options and files are here; what is told is in story.c, what happens in the world. */
#include "sim/book.h"
#include "sim/program.h"
#include "sim/story.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define OPTIONS                                                                                    \
	"  --nodes N      how many (3 to 12, by the seed)\n"                                       \
	"  --records N    so many are added (2 to 40, by the seed; late: 200 to 799 more)\n"       \
	"  --crashes N    so many crash at a change (by kind and seed)\n"                          \
	"  --cuts N       so many links are cut for a while (0 to 3, by the seed)\n"               \
	"  --calm T       before the end (2m, or 12m where times are the protocol's own)\n"        \
	"  --write FILE   the story as a scenario, for homestead-sim FILE; nothing is run\n"       \
	"  --record NODE=FILE   a recording of that node's run, for homestead-sim replay\n"        \
	"  --quiet        of a failure the reason alone, without the end of its trace\n"           \
	"  --seed N, --seeds A..B, --trace FILE, --tap, --json, --help\n"                          \
	"\n"                                                                                       \
	"Exit: 0 all well, 1 something is wrong, 2 wrong use.\n"

static const char group_usage[] =
	"Usage: homestead-sim groups [--seed N | --seeds A..B] [OPTION]...\n"
	"\n"
	"Runs real nodes of one group through a story made from the seed: they invite each\n"
	"other, publish and change records, crash, leave, get other roles, end; and machines\n"
	"that lie try what they may not. Nobody without a membership is ever linked, nothing\n"
	"stands that its signer may not, and in the end all honest ones have the same records\n"
	"and members (doc/simulator.md, 13).\n"
	"\n"
	"  --kind KIND    what happens; the seed chooses one of\n"
	"                "
#define X(name, text) " " text
	STORY_GROUP_KINDS(X)
#undef X
		"\n" OPTIONS;

static const char usage[] =
	"Usage: homestead-sim graph [--seed N | --seeds A..B] [OPTION]...\n"
	"\n"
	"Runs real nodes of one graph through a story made from the seed: they join, publish,\n"
	"change and delete records, while some crash at points of a commit, lose links, or are\n"
	"cut off. In the end all must be one mesh with the same records, nothing lost that its\n"
	"publisher was told is stored, nothing back that was deleted (doc/simulator.md, 12).\n"
	"\n"
	"  --kind KIND    what happens; the seed chooses one of\n"
	"                "
#define X(name, text) " " text
	STORY_KINDS(X)
#undef X
		"\n" OPTIONS;

enum {
	OPT_KIND = 512,
	OPT_NODES,
	OPT_RECORDS,
	OPT_CRASHES,
	OPT_CUTS,
	OPT_QUIET,
	OPT_WRITE,
	OPT_SEED,
	OPT_SEEDS,
	OPT_TRACE,
	OPT_TAP,
	OPT_JSON,
	OPT_ONLY_FAILURES,
	OPT_RECORD,
	OPT_HELP
};

static const struct option longs[] = {
	{ "kind", required_argument, NULL, OPT_KIND },
	{ "nodes", required_argument, NULL, OPT_NODES },
	{ "records", required_argument, NULL, OPT_RECORDS },
	{ "crashes", required_argument, NULL, OPT_CRASHES },
	{ "cuts", required_argument, NULL, OPT_CUTS },
	{ "calm", required_argument, NULL, OPT_QUIET },
	{ "write", required_argument, NULL, OPT_WRITE },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "seeds", required_argument, NULL, OPT_SEEDS },
	{ "trace", required_argument, NULL, OPT_TRACE },
	{ "tap", no_argument, NULL, OPT_TAP },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "quiet", no_argument, NULL, OPT_ONLY_FAILURES },
	{ "record", required_argument, NULL, OPT_RECORD },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

/* -1: the seed says. */
struct wishes {
	bool groups; /* stories of groups */
	int64_t nodes, records, crashes, cuts, quiet;
	const char *write;
	enum story_kind kind; /* STORY_KIND_COUNT: the seed says */
};

static bool take_kind(const char *s, bool groups, enum story_kind *out)
{
	for (int k = 0; k < STORY_KIND_COUNT; k++) {
		if (story_of_groups((enum story_kind)k) != groups ||
		    strcmp(s, story_kind_text((enum story_kind)k)) != 0)
			continue;
		*out = (enum story_kind)k;
		return true;
	}
	return false;
}

static bool count(const char *s, uint64_t most, int64_t *out)
{
	uint64_t v;
	if (number_u64(span_str(s), most, &v))
		return false;
	*out = (int64_t)v;
	return true;
}

static bool take_seeds(struct job *job, const char *s, bool many)
{
	const char *dots = many ? strstr(s, "..") : NULL;
	size_t n = dots ? (size_t)(dots - s) : strlen(s);
	const char *last = dots ? dots + 2 : s;
	job->seeded = true;
	if (many && !dots)
		return false;
	return number_u64(span_of(s, n), UINT64_MAX, &job->first) == OK &&
	       number_u64(span_str(last), UINT64_MAX, &job->last) == OK && job->first <= job->last;
}

/* What the story is to be. */
static bool take_wish(struct wishes *w, int option, const char *s)
{
	switch (option) {
	case OPT_KIND:
		return take_kind(s, w->groups, &w->kind);
	case OPT_NODES:
		return count(s, STORY_NODES_MOST, &w->nodes) && w->nodes > 1;
	case OPT_RECORDS:
		return count(s, 1000000, &w->records);
	case OPT_CRASHES:
		return count(s, 1000, &w->crashes);
	case OPT_CUTS:
		return count(s, 1000, &w->cuts);
	case OPT_QUIET:
		return number_duration(span_str(s), &w->quiet) == OK;
	case OPT_WRITE:
		w->write = s;
		return true;
	default:
		return false;
	}
}

static bool take(struct job *job, struct wishes *w, int option, char *s)
{
	switch (option) {
	case OPT_SEED:
	case OPT_SEEDS:
		return take_seeds(job, s, option == OPT_SEEDS);
	case OPT_TRACE:
		job->trace_path = s;
		return true;
	case OPT_TAP:
		job->style = STYLE_TAP;
		return true;
	case OPT_JSON:
		job->style = STYLE_JSON;
		return true;
	case OPT_ONLY_FAILURES:
		job->quiet = true;
		return true;
	case OPT_RECORD:
		return take_record(job, s);
	default:
		return take_wish(w, option, s);
	}
}

static void options_of(const struct wishes *w, uint64_t seed, struct story_options *o)
{
	if (w->groups)
		story_group_defaults(o, seed, w->kind);
	else
		story_defaults(o, seed, w->kind);
	if (w->nodes >= 0)
		o->nodes = (uint32_t)w->nodes;
	if (w->records >= 0)
		o->records = (uint32_t)w->records;
	if (w->crashes >= 0)
		o->crashes = (uint32_t)w->crashes;
	if (w->cuts >= 0)
		o->cuts = (uint32_t)w->cuts;
	if (w->quiet >= 0)
		o->quiet = w->quiet;
}

static int write_story(const char *path, const char *text)
{
	FILE *f = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
	bool good = f && fputs(text, f) >= 0;
	if (f && f != stdout)
		good = fclose(f) == 0 && good;
	if (!good)
		fprintf(stderr, "homestead-sim: %s cannot be written\n", path);
	return good ? 0 : 1;
}

/* SIM-12.5. What the run came to, summed over all seeds. */
struct sum {
	uint64_t runs, bad, events;
	uint64_t crashed; /* runs in which a node crashed between telling and the first flood */
	struct world_tally tally;
};

static void tell_bad(struct job *job, uint64_t seed, const struct world_result *r,
		     const struct world *w)
{
	fprintf(stderr, "seed %" PRIu64 ", line %u of its story: %s\n", seed, r->line, r->why);
	if (job->quiet)
		return;
	print_last(world_trace(w));
}

/* SIM-12.13: flooding alone brings a record over a link once more at most, and back where it
 * came from never. Where links are slow, what is asked for again comes on top; and who asks
 * may get what it just sent. */
static bool too_many_twice(const struct world_tally *before, const struct world_tally *now,
			   enum story_kind kind)
{
	uint64_t twice = now->present - before->present;
	uint64_t ways = now->flood_links - before->flood_links;
	uint64_t fresh = now->fresh - before->fresh, back = now->back - before->back;
	if (ways < 100 || story_of_groups(kind))
		return false;
	return twice > (kind == STORY_SLOW || kind == STORY_SKEW ? 2 : 1) * ways ||
	       back * 20 > fresh;
}

static bool run_text(struct job *job, uint64_t seed, enum story_kind kind, char *text,
		     struct sum *sum)
{
	char buffer[300];
	struct text why = TEXT_OF(buffer);
	struct scenario *s = NULL;
	struct world *w = NULL;
	struct world_result r = { 0 };
	uint32_t at = 0;
	struct world_options opt = { .seed = seed,
				     .trace = job->trace ? write_line : NULL,
				     .trace_ctx = job,
				     .record_node = job->record_node,
				     .record = job->record ? write_record : NULL,
				     .record_ctx = job };
	enum err e = scenario_read(&s, span_str(text), &process_env, &at, &why);
	if (!e)
		e = world_new(&w, s, &process_env, &opt);
	if (!e)
		e = world_run(w, &r);
	if (e)
		fprintf(stderr, "seed %" PRIu64 ", line %u: %s %s\n", seed, at, err_text(e), why.p);
	struct world_tally before = sum->tally;
	if (w)
		world_tally(w, &sum->tally);
	if (!e && r.ok && too_many_twice(&before, &sum->tally, kind)) {
		r.ok = false;
		struct text t = TEXT_OF(r.why);
		text_str(&t, "more duplicates than records and links");
	}
	if (!e && !r.ok)
		tell_bad(job, seed, &r, w);
	sum->crashed += sum->tally.crashes_told > before.crashes_told;
	sum->runs++;
	sum->events += r.events;
	sum->bad += e || !r.ok;
	world_free(w);
	scenario_free(s);
	return !e && r.ok;
}

/* In thousandths. */
static uint64_t per(uint64_t a, uint64_t b)
{
	return b ? a * 1000 / b : 0;
}

static void tell_sum(const struct job *job, const struct sum *s)
{
	const struct world_tally *t = &s->tally;
	uint64_t twice = per(t->present, t->fresh), link = per(t->present, t->flood_links);
	if (job->style == STYLE_JSON)
		printf("{\"runs\": %" PRIu64 ", \"failed\": %" PRIu64 ", \"events\": %" PRIu64
		       ", \"crashes_after_told\": %" PRIu64 ", \"runs_with_such\": %" PRIu64
		       ", \"told\": %" PRIu64 ", \"duplicates_per_record\": %" PRIu64 ".%03" PRIu64
		       ", \"duplicates_per_record_and_link\": %" PRIu64 ".%03" PRIu64 "}\n",
		       s->runs, s->bad, s->events, t->crashes_told, s->crashed, t->told,
		       twice / 1000, twice % 1000, link / 1000, link % 1000);
	else
		printf("%s%" PRIu64 " stories, %" PRIu64 " failed, %" PRIu64 " events; %" PRIu64
		       " changes were told, %" PRIu64 " nodes in %" PRIu64
		       " stories crashed between that and the first flood; %" PRIu64 ".%02" PRIu64
		       " duplicates a record that came, %" PRIu64 ".%02" PRIu64 " a link\n",
		       job->style == STYLE_TAP ? "# " : "", s->runs, s->bad, s->events, t->told,
		       t->crashes_told, s->crashed, twice / 1000, twice % 1000 / 10, link / 1000,
		       link % 1000 / 10);
}

/* SIM-12.5: where the seeds choose, and are many enough to tell, crashes between telling
 * and the first flood come in a tenth of the stories. */
#define ENOUGH 50

static int tell_tap(const struct job *job, const struct wishes *w, const struct sum *s)
{
	bool asked =
		!w->groups && w->kind == STORY_KIND_COUNT && w->crashes < 0 && s->runs >= ENOUGH;
	bool often = s->crashed * 10 >= s->runs;
	printf("1..%d\n%sok 1 - %s stories of seeds %" PRIu64 " to %" PRIu64 "\n", asked ? 2 : 1,
	       s->bad ? "not " : "", w->groups ? "group" : "graph", job->first, job->last);
	if (asked)
		printf("%sok 2 - a crash between telling and the first flood in a tenth\n",
		       often ? "" : "not ");
	return asked && !often;
}

static int run_all(struct job *job, const struct wishes *w)
{
	struct sum sum = { 0 };
	int code = 0;
	for (uint64_t seed = job->first;; seed++) {
		struct story_options o;
		char *text = NULL;
		options_of(w, seed, &o);
		if (story_write(&o, &process_env, &text))
			return EXIT_USAGE;
		if (w->write)
			code |= write_story(w->write, text);
		else if (!run_text(job, seed, o.kind, text, &sum))
			code = 1;
		free(text);
		if (seed == job->last)
			break;
	}
	if (w->write)
		return code;
	if (job->style == STYLE_TAP)
		code |= tell_tap(job, w, &sum);
	tell_sum(job, &sum);
	return code;
}

int run_graph(int argc, char **argv)
{
	struct job job = { .first = 1, .last = 1 };
	bool groups = strcmp(argv[0], "groups") == 0;
	struct wishes w = { groups, -1, -1, -1, -1, -1, NULL, STORY_KIND_COUNT };
	const char *text = groups ? group_usage : usage;
	int option;
	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (option == OPT_HELP) {
			(void)fputs(text, stdout);
			return 0;
		}
		if (option == '?' || !take(&job, &w, option, optarg)) {
			(void)fputs(text, stderr);
			return EXIT_USAGE;
		}
	}
	if (optind < argc || !open_outs(&job))
		return EXIT_USAGE;
	int code = run_all(&job, &w);
	return close_outs(&job) ? code : 1;
}
