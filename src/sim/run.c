#include "sim/program.h"
#include "base/number.h"
#include "crypto/seal.h"
#include "node/record.h"
#include "sim/replay.h"
#include "sim/world.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void *process_resize(void *ctx, void *p, size_t n)
{
	if (n)
		return realloc(p, n);
	free(p);
	return NULL;
}

static void process_random(void *ctx, void *p, size_t n)
{
	memset(p, 0x5a, n);
}

const struct env process_env = { process_resize, process_random, NULL };

static char *give_up(const char *path, FILE *f, char *p)
{
	fprintf(stderr, "homestead-sim: %s: %s\n", path, strerror(errno));
	free(p);
	if (f)
		(void)fclose(f);
	return NULL;
}

char *read_file(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rbe");
	size_t room = 65536, got = 0;
	char *p = f ? malloc(room) : NULL;
	if (!p)
		return give_up(path, f, NULL);
	for (;;) {
		got += fread(p + got, 1, room - got - 1, f);
		if (got < room - 1)
			break;
		char *more = realloc(p, room *= 2);
		if (!more)
			return give_up(path, f, p);
		p = more;
	}
	if (ferror(f))
		return give_up(path, f, p);
	(void)fclose(f);
	p[got] = '\0';
	*n = got;
	return p;
}

void write_line(void *ctx, struct span line)
{
	struct job *job = ctx;
	(void)fwrite(line.p, 1, line.n, job->trace);
	(void)fputc('\n', job->trace);
}

void write_record(void *ctx, struct span octets)
{
	struct job *job = ctx;
	(void)fwrite(octets.p, 1, octets.n, job->record);
}

void print_last(const struct trace *t)
{
	struct span line;
	for (size_t i = 0; trace_recent(t, i, &line); i++)
		fprintf(stderr, "  %.*s\n", (int)line.n, (const char *)line.p);
}

static void print_why(const char *path, const struct world_result *r, FILE *to, const char *before)
{
	if (r->line)
		fprintf(to, "%s%s:%" PRIu32 ": %s\n", before, path, r->line, r->why);
	else
		fprintf(to, "%s%s: %s\n", before, path, r->why);
}

static void print_json(const char *path, uint64_t seed, const struct world_result *r)
{
	char buffer[1200];
	struct text why = TEXT_OF(buffer);
	for (const char *p = r->why; *p; p++) {
		if (*p == '"' || *p == '\\')
			text_char(&why, '\\');
		text_char(&why, *p);
	}
	printf("{\"schema\":1,\"file\":\"%s\",\"seed\":%" PRIu64 ",\"events\":%" PRIu64
	       ",\"time_us\":%" PRId64 ",\"hash\":\"%s\",\"ok\":%s,\"line\":%" PRIu32
	       ",\"reason\":\"%s\"}\n",
	       path, seed, r->events, r->time, r->hash, r->ok ? "true" : "false", r->line, why.p);
}

static void print_text(const char *path, uint64_t seed, const struct world_result *r)
{
	printf("%s seed=%" PRIu64 " events=%" PRIu64 " time=%" PRId64 ".%06" PRId64 " hash=%s %s\n",
	       path, seed, r->events, r->time / 1000000, r->time % 1000000, r->hash,
	       r->ok ? "ok" : "FAILED");
}

/* What the seeds of one file came to. */
struct tally {
	uint64_t runs, failed, events;
	uint64_t first_failed;
	struct world_result failure; /* of that seed */
};

static void print_tap(const struct job *job, const char *path, const struct tally *t)
{
	printf("%sok %lu - %s seeds=%" PRIu64 " events=%" PRIu64 "\n", t->failed ? "not " : "",
	       job->files, path, t->runs, t->events);
	if (!t->failed)
		return;
	print_why(path, &t->failure, stdout, "# ");
	printf("# again with: homestead-sim %s --seed %" PRIu64 "\n", path, t->first_failed);
}

static void note_failure(const char *path, uint64_t seed, const struct world_result *r,
			 const struct trace *trace, struct tally *t)
{
	if (t->failed++)
		return;
	t->first_failed = seed;
	t->failure = *r;
	(void)fflush(stdout);
	print_last(trace);
	print_why(path, r, stderr, "");
}

static void report(struct job *job, const char *path, uint64_t seed, const struct world *w,
		   const struct world_result *r, struct tally *t)
{
	t->runs++;
	t->events += r->events;
	if (job->style == STYLE_JSON && !(r->ok && job->quiet))
		print_json(path, seed, r);
	else if (job->style == STYLE_TEXT && !(r->ok && job->quiet))
		print_text(path, seed, r);
	if (!r->ok)
		note_failure(path, seed, r, world_trace(w), t);
}

static enum err run_seed(struct job *job, const char *path, const struct scenario *s, uint64_t seed,
			 struct tally *t)
{
	struct world *w;
	struct world_result r;
	struct world_options opt = { .seed = seed,
				     .trace = job->trace ? write_line : NULL,
				     .trace_ctx = job,
				     .record_node = job->record_node,
				     .record = job->record ? write_record : NULL,
				     .record_ctx = job };
	enum err e = world_new(&w, s, &process_env, &opt);
	if (e)
		return e;
	e = world_run(w, &r);
	if (!e)
		report(job, path, seed, w, &r, t);
	world_free(w);
	return e;
}

static int run_seeds(struct job *job, const char *path, const struct scenario *s)
{
	uint64_t seed = job->seeded ? job->first : s->seed;
	uint64_t last = job->seeded ? job->last : s->seed;
	struct tally t = { .runs = 0 };
	for (;; seed++) {
		enum err e = run_seed(job, path, s, seed, &t);
		if (e) {
			fprintf(stderr, "homestead-sim: %s: %s\n", path, err_text(e));
			return EXIT_USAGE;
		}
		if (seed == last || (t.failed && job->style == STYLE_TAP))
			break;
	}
	if (job->style == STYLE_TAP)
		print_tap(job, path, &t);
	return t.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

static FILE *open_out(const char *path, const char *mode)
{
	if (strcmp(path, "-") == 0)
		return stdout;
	FILE *f = fopen(path, mode);
	if (!f)
		fprintf(stderr, "homestead-sim: %s: %s\n", path, strerror(errno));
	return f;
}

bool open_outs(struct job *job)
{
	if (job->trace_path && !job->trace)
		job->trace = open_out(job->trace_path, "we");
	if (job->record_path && !job->record) {
		job->record = open_out(job->record_path, "wbe");
		if (job->record)
			(void)fputs(RECORD_MAGIC, job->record);
	}
	return (!job->trace_path || job->trace) && (!job->record_path || job->record);
}

static bool close_out(FILE **f, const char *path)
{
	bool good = !*f || (!ferror(*f) && (*f == stdout || fclose(*f) == 0));
	if (!good)
		fprintf(stderr, "homestead-sim: %s: could not be written\n", path);
	*f = NULL;
	return good;
}

bool close_outs(struct job *job)
{
	bool trace = close_out(&job->trace, job->trace_path);
	return close_out(&job->record, job->record_path) && trace;
}

static int with_outs(struct job *job, const char *path, const struct scenario *s)
{
	int code = open_outs(job) ? run_seeds(job, path, s) : EXIT_USAGE;
	return close_outs(job) ? code : EXIT_USAGE;
}

int run_scenario(struct job *job, const char *path)
{
	char why_text[512];
	struct text why = TEXT_OF(why_text);
	struct scenario *s;
	uint32_t line = 0;
	size_t n;
	char *text = read_file(path, &n);
	if (!text)
		return EXIT_USAGE;
	enum err e = scenario_read(&s, span_of(text, n), &process_env, &line, &why);
	if (e) {
		fprintf(stderr, "%s:%" PRIu32 ": %s\n", path, line, why.n ? why.p : err_text(e));
		free(text);
		return EXIT_USAGE;
	}
	int code = with_outs(job, path, s);
	scenario_free(s);
	free(text);
	return code;
}

/* The key of the secrets of a recording, from the file beside it. */
static bool read_key(const char *path, uint8_t key[CRYPTO_SEAL_KEY])
{
	char name[4096], digits[2 * CRYPTO_SEAL_KEY + 1];
	struct text t = TEXT_OF(name);
	size_t n = 0, got = 0;
	text_str(&t, path);
	text_str(&t, RECORD_KEY_SUFFIX);
	FILE *f = t.cut ? NULL : fopen(name, "re");
	if (!f)
		return false;
	n = fread(digits, 1, sizeof(digits) - 1, f);
	(void)fclose(f);
	return number_hex(span_of(digits, n), key, CRYPTO_SEAL_KEY, &got) == OK &&
	       got == CRYPTO_SEAL_KEY;
}

int run_replay(const char *path)
{
	struct replay_result r;
	uint8_t key[CRYPTO_SEAL_KEY];
	size_t n;
	char *octets = read_file(path, &n);
	if (!octets)
		return EXIT_USAGE;
	enum err e = replay_with_key(span_of(octets, n), read_key(path, key) ? key : NULL,
				     &process_env, &r);
	free(octets);
	if (e) {
		fprintf(stderr, "%s: %s\n", path, r.why[0] ? r.why : err_text(e));
		return EXIT_USAGE;
	}
	printf("%s runs=%" PRIu64 " entries=%" PRIu64 " inputs=%" PRIu64 " outputs=%" PRIu64
	       "%s %s\n",
	       path, r.runs, r.entries, r.inputs, r.outputs, r.cut ? " cut" : "",
	       r.same ? "same" : "DIFFERENT");
	if (!r.same)
		fprintf(stderr, "%s: %s\n", path, r.why);
	return r.same ? EXIT_SUCCESS : EXIT_FAILURE;
}
