/* homestead-sim cloud: many real nodes in one cloud. Options and figures are here; what
 * happens is in the pure swarm beside it. */
#include "sim/program.h"
#include "sim/scenario_int.h"
#include "sim/swarm.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char usage[] =
	"Usage: homestead-sim cloud [--nodes N] [--seed N | --seeds A..B] [OPTION]...\n"
	"\n"
	"Runs N real nodes with PNRP alone in one virtual network: they join, publish a name\n"
	"each, settle, idle, and are asked for one another, while some leave and some lie.\n"
	"Prints what was measured against the truth (doc/simulator.md, section 9).\n"
	"\n"
	"  --nodes N           how many (default: 100)\n"
	"  --entries N         of these that the others know beforehand (1 in 1,000, up to 16)\n"
	"  --join T            they come over this time (20ms a node)\n"
	"  --settle T          then nothing is done for so long (5m)\n"
	"  --idle T            and then what they send unasked is counted (5m)\n"
	"  --run T             then come resolves, and churn (10m)\n"
	"  --resolves N        tried in that time (1000)\n"
	"  --churn PERCENT     so many leave an hour, and as many come\n"
	"  --goodbye PERCENT   of those, that say so before (50)\n"
	"  --liars PERCENT     so many lie\n"
	"  --lie KIND          self, dead, leaf or eclipse\n"
	"  --merge             two halves meet when they have settled, in at most --run\n"
	"  --amplify           measure what forged requests draw\n"
	"  --delay T..T        of a datagram (5ms..50ms)\n"
	"  --loss PERCENT, --duplicate PERCENT, --reorder PERCENT\n"
	"  --require M<=V      or M>=V: fail when the figure M is not so; any number of times\n"
	"  --seed N, --seeds A..B, --trace FILE, --tap, --json, --help\n"
	"\n"
	"Exit: 0 all well, 1 a required figure was missed, 2 wrong use.\n";

enum {
	OPT_NODES = 512,
	OPT_ENTRIES,
	OPT_JOIN,
	OPT_SETTLE,
	OPT_IDLE,
	OPT_RUN,
	OPT_RESOLVES,
	OPT_CHURN,
	OPT_GOODBYE,
	OPT_LIARS,
	OPT_LIE,
	OPT_MERGE,
	OPT_AMPLIFY,
	OPT_DELAY,
	OPT_LOSS,
	OPT_DUPLICATE,
	OPT_REORDER,
	OPT_REQUIRE,
	OPT_SEED,
	OPT_SEEDS,
	OPT_TRACE,
	OPT_TAP,
	OPT_JSON,
	OPT_HELP
};

static const struct option longs[] = {
	{ "nodes", required_argument, NULL, OPT_NODES },
	{ "entries", required_argument, NULL, OPT_ENTRIES },
	{ "join", required_argument, NULL, OPT_JOIN },
	{ "settle", required_argument, NULL, OPT_SETTLE },
	{ "idle", required_argument, NULL, OPT_IDLE },
	{ "run", required_argument, NULL, OPT_RUN },
	{ "resolves", required_argument, NULL, OPT_RESOLVES },
	{ "churn", required_argument, NULL, OPT_CHURN },
	{ "goodbye", required_argument, NULL, OPT_GOODBYE },
	{ "liars", required_argument, NULL, OPT_LIARS },
	{ "lie", required_argument, NULL, OPT_LIE },
	{ "merge", no_argument, NULL, OPT_MERGE },
	{ "amplify", no_argument, NULL, OPT_AMPLIFY },
	{ "delay", required_argument, NULL, OPT_DELAY },
	{ "loss", required_argument, NULL, OPT_LOSS },
	{ "duplicate", required_argument, NULL, OPT_DUPLICATE },
	{ "reorder", required_argument, NULL, OPT_REORDER },
	{ "require", required_argument, NULL, OPT_REQUIRE },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "seeds", required_argument, NULL, OPT_SEEDS },
	{ "trace", required_argument, NULL, OPT_TRACE },
	{ "tap", no_argument, NULL, OPT_TAP },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

#define BOUNDS_MAX 32

struct bound {
	enum swarm_metric metric;
	bool at_most;
	int64_t value; /* thousandths */
	const char *text;
};

struct cloud {
	struct job job;
	struct swarm_options o;
	bool join_given, entries_given;
	struct bound bounds[BOUNDS_MAX];
	size_t n_bounds;
};

/* "12", "0.5", "99.95": in parts of one, `digits` of them behind the point. */
static bool decimal(const char *s, int digits, int64_t *out)
{
	char *end;
	int64_t v = 0;
	if (*s < '0' || *s > '9')
		return false;
	v = strtoll(s, &end, 10);
	bool point = *end == '.';
	end += point;
	for (int i = 0; i < digits; i++) {
		v *= 10;
		if (point && *end >= '0' && *end <= '9')
			v += *end++ - '0';
	}
	*out = v;
	return *end == '\0';
}

/* "5" and "5%", in a million. */
static bool share(const char *s, uint32_t *out)
{
	char word[32];
	int64_t v;
	size_t n = strlen(s);
	if (n == 0 || n >= sizeof(word))
		return false;
	memcpy(word, s, n + 1);
	if (word[n - 1] == '%')
		word[n - 1] = '\0';
	if (!decimal(word, 4, &v) || v > DGRAM_MILLION)
		return false;
	*out = (uint32_t)v;
	return true;
}

static bool count(const char *s, uint32_t *out)
{
	uint64_t v;
	if (number_u64(span_str(s), SWARM_NODES_MOST, &v))
		return false;
	*out = (uint32_t)v;
	return true;
}

static bool duration(const char *s, int64_t *out)
{
	return number_duration(span_str(s), out) == OK;
}

static bool range(const char *s, int64_t *low, int64_t *high)
{
	struct scn_range r;
	if (scn_range_of(span_str(s), &r))
		return false;
	*low = r.low;
	*high = r.high;
	return true;
}

static bool take_lie(struct cloud *c, const char *s)
{
	for (int i = 0; i < SWARM_LIE_COUNT; i++) {
		if (strcmp(s, swarm_lie_text((enum swarm_lie)i)) != 0)
			continue;
		c->o.lie = (enum swarm_lie)i;
		return true;
	}
	return false;
}

static bool find_metric(const char *s, size_t n, enum swarm_metric *out)
{
	for (int i = 0; i < SWARM_METRIC_COUNT; i++) {
		const char *name = swarm_metric_text((enum swarm_metric)i);
		if (strlen(name) != n || memcmp(name, s, n) != 0)
			continue;
		*out = (enum swarm_metric)i;
		return true;
	}
	return false;
}

static bool take_bound(struct cloud *c, const char *s)
{
	struct bound *b = &c->bounds[c->n_bounds];
	const char *sign = strpbrk(s, "<>");
	if (!sign || sign[1] != '=' || c->n_bounds == BOUNDS_MAX)
		return false;
	*b = (struct bound){ .at_most = *sign == '<', .text = s };
	c->n_bounds++;
	return find_metric(s, (size_t)(sign - s), &b->metric) && decimal(sign + 2, 3, &b->value);
}

static bool take_seeds(struct job *job, const char *s, bool many)
{
	const char *dots = many ? strstr(s, "..") : NULL;
	size_t n = dots ? (size_t)(dots - s) : strlen(s);
	const char *last = dots ? dots + 2 : s;
	return (dots || !many) && number_u64(span_of(s, n), UINT64_MAX, &job->first) == OK &&
	       number_u64(span_str(last), UINT64_MAX, &job->last) == OK && job->first <= job->last;
}

/* How many there are, when, and what they do. */
static bool take_course(struct cloud *c, int opt, const char *arg)
{
	struct swarm_options *o = &c->o;
	switch (opt) {
	case OPT_NODES:
		return count(arg, &o->nodes);
	case OPT_ENTRIES:
		c->entries_given = true;
		return count(arg, &o->entries);
	case OPT_JOIN:
		c->join_given = true;
		return duration(arg, &o->join);
	case OPT_SETTLE:
		return duration(arg, &o->settle);
	case OPT_IDLE:
		return duration(arg, &o->idle);
	case OPT_RUN:
		return duration(arg, &o->run);
	case OPT_RESOLVES:
		return count(arg, &o->resolves);
	}
	return false;
}

/* Who leaves and lies, and what becomes of datagrams. */
static bool take_trouble(struct cloud *c, int opt, const char *arg)
{
	struct swarm_options *o = &c->o;
	switch (opt) {
	case OPT_CHURN:
		return share(arg, &o->churn);
	case OPT_GOODBYE:
		return share(arg, &o->goodbye);
	case OPT_LIARS:
		return share(arg, &o->liars);
	case OPT_LIE:
		return take_lie(c, arg);
	case OPT_MERGE:
		return o->merge = true;
	case OPT_AMPLIFY:
		return o->amplify = true;
	case OPT_DELAY:
		return range(arg, &o->path.low, &o->path.high);
	case OPT_LOSS:
		return share(arg, &o->path.loss);
	case OPT_DUPLICATE:
		return share(arg, &o->path.duplicate);
	case OPT_REORDER:
		return share(arg, &o->path.reorder);
	}
	return false;
}

static bool take_report(struct cloud *c, int opt, const char *arg)
{
	switch (opt) {
	case OPT_REQUIRE:
		return take_bound(c, arg);
	case OPT_SEED:
		return take_seeds(&c->job, arg, false);
	case OPT_SEEDS:
		return take_seeds(&c->job, arg, true);
	case OPT_TRACE:
		c->job.trace_path = arg;
		return true;
	case OPT_TAP:
		c->job.style = STYLE_TAP;
		return true;
	case OPT_JSON:
		c->job.style = STYLE_JSON;
		return true;
	}
	return false;
}

static bool take(struct cloud *c, int opt, const char *arg)
{
	if (opt <= OPT_RESOLVES)
		return take_course(c, opt, arg);
	return opt <= OPT_REORDER ? take_trouble(c, opt, arg) : take_report(c, opt, arg);
}

static void fill_in(struct cloud *c)
{
	if (!c->join_given)
		c->o.join = c->o.nodes * 20 * MONO_MS;
	if (c->entries_given)
		return;
	uint32_t entries = 1 + c->o.nodes / 1000;
	if (c->o.merge && entries < 2)
		entries = 2;
	c->o.entries = entries < SWARM_ENTRIES_MOST ? entries : SWARM_ENTRIES_MOST;
}

static bool holds(const struct bound *b, const struct swarm_result *r)
{
	return b->at_most ? r->metric[b->metric] <= b->value : r->metric[b->metric] >= b->value;
}

static size_t missed(const struct cloud *c, const struct swarm_result *r)
{
	size_t n = 0;
	for (size_t i = 0; i < c->n_bounds; i++)
		n += !holds(&c->bounds[i], r);
	return n;
}

static void print_missed(const struct cloud *c, const struct swarm_result *r, FILE *to,
			 const char *before, const char *quote, const char *between)
{
	for (size_t i = 0; i < c->n_bounds; i++) {
		if (holds(&c->bounds[i], r))
			continue;
		fprintf(to, "%s%s%s%s", before, quote, c->bounds[i].text, quote);
		before = between;
	}
}

static void print_table(uint64_t seed, const struct swarm_result *r, int64_t wall_ms)
{
	printf("seed=%" PRIu64 " events=%" PRIu64 " hash=%s wall=%" PRId64 ".%03" PRId64 "s\n",
	       seed, r->events, r->hash, wall_ms / 1000, wall_ms % 1000);
	for (int i = 0; i < SWARM_METRIC_COUNT; i++)
		printf("  %-16s %12" PRId64 ".%03" PRId64 " %s\n",
		       swarm_metric_text((enum swarm_metric)i), r->metric[i] / 1000,
		       r->metric[i] % 1000, swarm_metric_unit((enum swarm_metric)i));
}

static void print_object(const struct cloud *c, uint64_t seed, const struct swarm_result *r,
			 int64_t wall_ms)
{
	printf("{\"schema\":1,\"simulation\":\"cloud\",\"seed\":%" PRIu64 ",\"events\":%" PRIu64
	       ",\"hash\":\"%s\",\"wall_ms\":%" PRId64,
	       seed, r->events, r->hash, wall_ms);
	for (int i = 0; i < SWARM_METRIC_COUNT; i++) {
		printf(",\"");
		for (const char *p = swarm_metric_text((enum swarm_metric)i); *p; p++)
			putchar(*p == '-' ? '_' : *p);
		printf("\":%" PRId64 ".%03" PRId64, r->metric[i] / 1000, r->metric[i] % 1000);
	}
	printf(",\"ok\":%s,\"missed\":[", missed(c, r) ? "false" : "true");
	print_missed(c, r, stdout, "", "\"", ",");
	puts("]}");
}

static void print_case(const struct cloud *c, uint64_t seed, const struct swarm_result *r)
{
	const int64_t *m = r->metric;
	printf("%sok %" PRIu64 " - cloud nodes=%" PRIu32 " seed=%" PRIu64 " wrong-leaves=%" PRId64
	       " resolved=%" PRId64 ".%03" PRId64 "%% hash=%s\n",
	       missed(c, r) ? "not " : "", seed - c->job.first + 1, c->o.nodes, seed,
	       m[SWARM_WRONG_LEAVES] / 1000, m[SWARM_RESOLVED] / 1000, m[SWARM_RESOLVED] % 1000,
	       r->hash);
	print_missed(c, r, stdout, "# missed: ", "", ", ");
	if (missed(c, r))
		puts("");
}

static void report(const struct cloud *c, uint64_t seed, const struct swarm_result *r, int64_t wall)
{
	if (c->job.style == STYLE_TAP) {
		print_case(c, seed, r);
	} else if (c->job.style == STYLE_JSON) {
		print_object(c, seed, r, wall);
	} else {
		print_table(seed, r, wall);
		print_missed(c, r, stdout, "MISSED ", "", ", ");
		puts(missed(c, r) ? "" : "ok");
	}
	(void)fflush(stdout);
}

static int64_t wall_ms(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int run_all(struct cloud *c)
{
	int code = EXIT_SUCCESS;
	c->o.trace = c->job.trace ? write_line : NULL;
	c->o.trace_ctx = &c->job;
	if (c->job.style == STYLE_TAP)
		printf("1..%" PRIu64 "\n", c->job.last - c->job.first + 1);
	for (c->o.seed = c->job.first;; c->o.seed++) {
		struct swarm_result r;
		int64_t begin = wall_ms();
		enum err e = swarm_run(&c->o, &process_env, &r);
		if (e) {
			fprintf(stderr, "homestead-sim: cloud: %s\n", err_text(e));
			return EXIT_USAGE;
		}
		report(c, c->o.seed, &r, wall_ms() - begin);
		if (missed(c, &r))
			code = EXIT_FAILURE;
		if (c->o.seed == c->job.last)
			return code;
	}
}

/* -1: go on; else the exit code. */
static int read_options(struct cloud *c, int argc, char **argv)
{
	for (;;) {
		int opt = getopt_long(argc, argv, "", longs, NULL);
		if (opt < 0)
			break;
		if (opt == OPT_HELP) {
			fputs(usage, stdout);
			return EXIT_SUCCESS;
		}
		if (opt == '?' || !take(c, opt, optarg)) {
			fprintf(stderr,
				"homestead-sim: cloud: %s is not accepted; see homestead-sim "
				"cloud --help\n",
				opt == '?' || !optarg ? "an option" : optarg);
			return EXIT_USAGE;
		}
	}
	if (optind == argc)
		return -1;
	fprintf(stderr, "homestead-sim: cloud takes no word '%s'\n", argv[optind]);
	return EXIT_USAGE;
}

int run_cloud(int argc, char **argv)
{
	struct cloud c = { .job = { .first = 1, .last = 1, .style = STYLE_TEXT } };
	swarm_defaults(&c.o);
	int code = read_options(&c, argc, argv);
	if (code >= 0)
		return code;
	fill_in(&c);
	code = open_outs(&c.job) ? run_all(&c) : EXIT_USAGE;
	if (!close_outs(&c.job))
		return EXIT_USAGE;
	return ferror(stdout) ? EXIT_USAGE : code;
}
