#include "sim/program.h"
#include "sim/sigcomm98.h"

#include <inttypes.h>
#include <stdlib.h>

/* Hundredths, as "%u.%02u" wants them. */
#define HUNDREDTHS(v) (v) / 100, (v) % 100

static const struct {
	unsigned bit;
	const char *name;
} misses[] = { { SIGCOMM98_LOST, "lost" },
	       { SIGCOMM98_OUTSTANDING, "outstanding" },
	       { SIGCOMM98_USE, "use" },
	       { SIGCOMM98_ROUTES, "routes" } };

/* The names of what was missed, one behind the other. */
static void print_missed(unsigned missed, const char *before, const char *between,
			 const char *quote)
{
	for (size_t i = 0; i < sizeof(misses) / sizeof(misses[0]); i++) {
		if (!(missed & misses[i].bit))
			continue;
		printf("%s%s%s%s", before, quote, misses[i].name, quote);
		before = between;
	}
}

static void print_row(uint64_t seed, const struct sigcomm98_result *r)
{
	printf("%6" PRIu64 "  %9" PRIu64 "  %4" PRIu64 "  %11" PRIu64
	       "  %3u.%02u  %3u.%02u  %6u.%02u"
	       "  %4u  %7u.%02u  %3u  %.16s  ",
	       seed, r->requests, r->lost, r->outstanding, HUNDREDTHS(r->use),
	       HUNDREDTHS(r->use_least), HUNDREDTHS(r->routes), r->routes_most,
	       HUNDREDTHS(r->peak_routes), r->peak_day, r->hash);
	print_missed(r->missed, "MISSED ", ",", "");
	puts(r->missed ? "" : "ok");
}

static void print_head(void)
{
	printf("%6s  %9s  %4s  %11s  %6s  %6s  %9s  %4s  %10s  %3s  %-16s  %s\n", "seed",
	       "requests", "lost", "outstanding", "use %", "least", "G-RIB", "most", "peak", "day",
	       "hash", "verdict");
}

static void print_object(uint64_t seed, uint32_t days, const struct sigcomm98_result *r)
{
	printf("{\"schema\":1,\"simulation\":\"sigcomm98\",\"seed\":%" PRIu64 ",\"days\":%" PRIu32
	       ",\"requests\":%" PRIu64 ",\"lost\":%" PRIu64 ",\"outstanding\":%" PRIu64
	       ",\"use_percent_hundredths\":%" PRIu32 ",\"use_least_percent_hundredths\":%" PRIu32
	       ",\"routes_hundredths\":%" PRIu32 ",\"routes_most\":%" PRIu32
	       ",\"peak_routes_hundredths\":%" PRIu32 ",\"peak_day\":%" PRIu32
	       ",\"claims_top\":%" PRIu64 ",\"claims_children\":%" PRIu64 ",\"doubled\":%" PRIu64
	       ",\"hash\":\"%s\",\"ok\":%s,\"missed\":[",
	       seed, days, r->requests, r->lost, r->outstanding, r->use, r->use_least, r->routes,
	       r->routes_most, r->peak_routes, r->peak_day, r->claims[0], r->claims[1], r->doubled,
	       r->hash, r->missed ? "false" : "true");
	print_missed(r->missed, "", ",", "\"");
	puts("]}");
}

static void print_case(const struct job *job, uint64_t seed, const struct sigcomm98_result *r)
{
	printf("%sok %" PRIu64 " - sigcomm98 seed=%" PRIu64 " outstanding=%" PRIu64
	       " use=%u.%02u%% routes=%u.%02u hash=%s\n",
	       r->missed ? "not " : "", seed - job->first + 1, seed, r->outstanding,
	       HUNDREDTHS(r->use), HUNDREDTHS(r->routes), r->hash);
	print_missed(r->missed, "# missed: ", ", ", "");
	if (r->missed)
		puts("");
}

static void print_result(const struct job *job, uint64_t seed, uint32_t days,
			 const struct sigcomm98_result *r)
{
	if (job->style == STYLE_TAP)
		print_case(job, seed, r);
	else if (job->quiet && !r->missed)
		return;
	else if (job->style == STYLE_JSON)
		print_object(seed, days, r);
	else
		print_row(seed, r);
	(void)fflush(stdout);
}

static int run_all(struct job *job)
{
	struct sigcomm98_options opt = { .days = job->days ? job->days : SIGCOMM98_DAYS,
					 .trace = job->trace ? write_line : NULL,
					 .trace_ctx = job };
	int code = EXIT_SUCCESS;
	if (job->style == STYLE_TEXT && !job->quiet)
		print_head();
	if (job->style == STYLE_TAP)
		printf("1..%" PRIu64 "\n", job->last - job->first + 1);
	for (opt.seed = job->first;; opt.seed++) {
		struct sigcomm98_result r;
		enum err e = sigcomm98(&opt, &process_env, &r);
		if (e) {
			fprintf(stderr, "homestead-sim: sigcomm98: %s\n", err_text(e));
			return EXIT_USAGE;
		}
		print_result(job, opt.seed, opt.days, &r);
		if (r.missed)
			code = EXIT_FAILURE;
		if (opt.seed == job->last)
			return code;
	}
}

int run_sigcomm98(struct job *job)
{
	if (!job->seeded)
		job->first = job->last = 1;
	int code = open_outs(job) ? run_all(job) : EXIT_USAGE;
	if (!close_outs(job))
		return EXIT_USAGE;
	return ferror(stdout) ? EXIT_USAGE : code;
}
